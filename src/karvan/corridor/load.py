"""Load a corridor from a package, with every problem of it at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path

from karvan.corridor.archive import read_files
from karvan.corridor.corridor import Corridor
from karvan.corridor.package import DESCRIPTION_FILE, Description
from karvan.corridor.promises import promise_problems
from karvan.corridor.read import read_table
from karvan.corridor.row import Row, key_of
from karvan.corridor.structure import structure_problems
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables import BY_NAME, TABLES, Column, Table
from karvan.tables.plans import PLANNED, PLANS

SHIPPED = "middle-corridor"


def load(package: str | Path = SHIPPED) -> Corridor:
    """Load a corridor package by the name of one that ships, or from a folder or zip.

    A package that ships is known to be sound, and its tables are read when they are first looked at.

    Raises:
        InputError: with every problem of the package; nothing half-read is returned.
    """
    if str(package) in shipped():
        return load_sound(shipped()[str(package)])
    corridor, problems = inspect(package)
    if problems:
        raise InputError(f"package {shown(str(package))}", problems)
    return corridor


def load_sound(path: Path | str) -> Corridor:
    """Load a package that was checked before, and not changed since: its tables are read when they are first asked for.

    Raises:
        InputError: where its files cannot be read.
    """
    files = read_files(Path(path))
    return Corridor(_description(Path(path), files, []), WhenAsked(files), digest_of(files), _scenarios(files))


class WhenAsked(Mapping[str, tuple[Row, ...]]):
    """Tables that are read when they are first asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {table.name: files[f"{table.name}.csv"] for table in TABLES if f"{table.name}.csv" in files}
        self._read: dict[str, tuple[Row, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Row, ...]:
        if name not in self._read:
            rows, problems = read_table(BY_NAME[name], self._files[name])
            if problems:
                raise InputError("a package that was sound", problems)
            self._read[name] = rows
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


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
    corridor = Corridor(_description(path, files, problems), tables, digest_of(files), _scenarios(files))
    problems += reference_problems(corridor)
    if not problems:
        problems += [*structure_problems(corridor), *promise_problems(corridor)]
    return corridor, problems


def _scenarios(files: Mapping[str, bytes]) -> dict[str, bytes]:
    suffix = ".yaml"
    return {name.removesuffix(suffix): content for name, content in sorted(files.items()) if name.endswith(suffix)}


def shipped() -> dict[str, Path]:
    """The packages that ship, by name."""
    data = Path(str(resources.files("karvan"))) / "data"
    return {path.name: path for path in sorted(data.iterdir()) if (path / DESCRIPTION_FILE).is_file()}


def locate(package: str | Path) -> Path:
    """Where a package is: a shipped one goes by its name alone. Raises InputError."""
    text = str(package)
    if text in shipped():
        return shipped()[text]
    if not text or not _exists(text):
        remedy = f"give a folder, a zip, or one that ships: {', '.join(shipped())}"
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


def reference_problems(corridor: Corridor, tables: Iterable[str] = tuple(BY_NAME)) -> list[Problem]:
    """Cells of some tables that name a row of another table that is not there."""
    problems = []
    for table in (BY_NAME[name] for name in tables):
        for column in table:
            if column.refers:
                problems += _dangling(corridor, table, column)
    return problems


def _dangling(corridor: Corridor, table: Table, column: Column) -> list[Problem]:
    known = corridor.by_key(column.refers)
    if table.name in PLANS:
        known = {**known, **corridor.by_key(f"{PLANNED}{column.refers}")}
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
