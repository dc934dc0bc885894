"""Load a corridor from a package, with every problem of it at once."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from pathlib import Path

from karvan.corridor.corridor import Corridor
from karvan.corridor.package import DESCRIPTION_FILE, Description, TextRow, read_files, read_rows
from karvan.corridor.row import ROW_TYPES, Row, key_of
from karvan.corridor.structure import structure_problems
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables import BY_NAME, TABLES, Column, Table
from karvan.tables.cell import BadCell, Cell, parse

SHIPPED = "middle-corridor"


def load(package: str | Path = SHIPPED) -> Corridor:
    """Load a corridor package by the name of one that ships, or from a folder or zip.

    Raises:
        InputError: with every problem of the package; nothing half-read is returned.
    """
    corridor, problems = inspect(package)
    if problems:
        raise InputError(f"package {shown(str(package))}", problems)
    return corridor


def inspect(package: str | Path) -> tuple[Corridor, list[Problem]]:
    """The corridor as far as it can be read, and every problem of its cells, references and structure."""
    path = locate(package)
    files = read_files(path)
    problems = _file_problems(path.name, files)
    tables: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        if f"{table.name}.csv" in files:
            tables[table.name], found = read_table(table, files[f"{table.name}.csv"])
            problems += found
    corridor = Corridor(_description(path, files, problems), tables, digest_of(files))
    problems += reference_problems(corridor)
    if not problems:
        problems += structure_problems(corridor)
    return corridor, problems


def locate(package: str | Path) -> Path:
    """Where a package is: a shipped one goes by its name alone. Raises InputError."""
    text = str(package)
    shipped = Path(str(resources.files("karvan"))) / "data"
    names = sorted(path.name for path in shipped.iterdir() if (path / DESCRIPTION_FILE).is_file())
    if text in names:
        return shipped / text
    if not text or not _exists(text):
        remedy = f"give a folder, a zip, or one that ships: {', '.join(names)}"
        raise InputError("package", [Problem("package", shown(text), remedy)])
    return Path(text)


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # a name longer than the file system takes, or with a null in it
        return False


def digest_of(files: dict[str, bytes]) -> str:
    """SHA-256 over the names and contents of a package's files."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()


def read_table(table: Table, content: bytes) -> tuple[tuple[Row, ...], list[Problem]]:
    """The rows of a table and what is wrong with them, cell by cell and key by key."""
    texts, problems = read_rows(table, content)
    if not texts and not problems:
        remedy = "give at least one row, or leave the file out" if table.optional else "give at least one row"
        return (), [Problem(f"{table.name}.csv", "no rows", remedy)]
    parsers = [(column, _parser(column)) for column in table]
    rows: dict[str, Row] = {}
    for number, text in enumerate(texts, start=1):
        row, found = _read_row(table, parsers, number, text)
        problems += found
        key = key_of(table.name, row)
        if key in rows:
            address = f"{table.name}.csv, row {number}, {'+'.join(table.key)}"
            problems.append(Problem(address, f"{shown(key)} again", "give each row its own"))
        rows[key] = row
    return tuple(rows.values()), problems


Parser = Callable[[str], Cell]


def _parser(column: Column) -> Parser:
    """Parse the cells of one column; the same text is worked out once."""

    @cache
    def cached(text: str) -> Cell:
        return parse(text, column)

    return cached


def _read_row(
    table: Table, parsers: list[tuple[Column, Parser]], number: int, text: TextRow
) -> tuple[Row, list[Problem]]:
    problems, values = [], []
    for column, parser in parsers:
        cell = text.get(column.name, "")
        try:
            values.append(parser(cell))
        except BadCell as problem:
            name = ":".join(text.get(part, "").strip() for part in table.key)
            where = f"row {shown(name).strip(chr(39))}" if name.strip(":") else f"row {number}"
            problems.append(
                Problem(f"{table.name}.csv, {where}, {column.name}", shown(cell) if cell else "nothing", str(problem))
            )
            values.append(_stand_in(column, cell))
    return ROW_TYPES[table.name](*values), problems


def _stand_in(column: Column, cell: str) -> Cell:
    """What a bad cell holds while the rest is checked, so that its row does not count as missing elsewhere too."""
    if column.many:
        return ()
    if column.numeric:
        return math.nan
    return "" if column.one_of else cell.strip()


def _file_problems(name: str, files: Iterable[str]) -> list[Problem]:
    problems = []
    for file in sorted(files):
        stem = file.removesuffix(".csv")
        if file.endswith(".csv") and stem not in BY_NAME:
            like = nearest(stem, BY_NAME, 1)
            remedy = f"did you mean {like[0]}.csv?" if like else f"the tables are {', '.join(BY_NAME)}"
            problems.append(Problem(f"{name}", f"the file {shown(file)}", remedy))
    for table in TABLES:
        if not table.optional and f"{table.name}.csv" not in files:
            problems.append(Problem(f"{name}", f"no {table.name}.csv", f"add it: {table.doc}"))
    return problems


def _description(path: Path, files: dict[str, bytes], problems: list[Problem]) -> Description:
    try:
        said = json.loads(files.get(DESCRIPTION_FILE, b"{}"))
        licences = tuple((str(one.get("name", "")), str(one.get("title", ""))) for one in said.get("licenses", ()))
        return Description(str(said.get("name", path.stem)), str(said.get("title", "")), licences)
    except (ValueError, AttributeError, TypeError, RecursionError):
        problems.append(
            Problem(DESCRIPTION_FILE, "no JSON object as Frictionless describes it", "mend it, or leave the file out")
        )
        return Description(path.stem)


def reference_problems(corridor: Corridor) -> list[Problem]:
    """Cells that name a row of another table that is not there."""
    problems = []
    for table in TABLES:
        for column in table:
            if column.refers:
                problems += _dangling(corridor, table, column)
    return problems


def _dangling(corridor: Corridor, table: Table, column: Column) -> list[Problem]:
    known = corridor.by_key(column.refers)
    problems = []
    for row in corridor.rows(table.name):
        value = getattr(row, column.name)
        for name in value if column.many else (value,):
            if name and name not in known:
                like = nearest(name, known, 1)
                remedy = (
                    f"not in {column.refers}.csv; nearest is {shown(like[0])}"
                    if like
                    else f"not in {column.refers}.csv"
                )
                problems.append(
                    Problem(f"{table.name}.csv, row {key_of(table.name, row)}, {column.name}", shown(name), remedy)
                )
    return problems
