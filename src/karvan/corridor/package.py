"""The package on disk: a folder or a zip of CSV tables under a Frictionless `datapackage.json`.

What is read here may come from anyone: sizes are bounded, paths may not leave the package, and nothing is executed.
What is written here is written whole or not at all.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables import BY_NAME, TABLES, Column, Table

DESCRIPTION_FILE = "datapackage.json"
TextRow = Mapping[str, str]


@dataclass(frozen=True)
class Description:
    """What `datapackage.json` says of a package besides its tables' schemas."""

    name: str
    title: str = ""
    licences: tuple[tuple[str, str], ...] = ()


def read_rows(table: Table, content: bytes) -> tuple[list[list[str]], list[Problem]]:
    """The cells of one CSV table, in the order of the register, and what is wrong with the file as a whole."""
    file = f"{table.name}.csv"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        return [], [Problem(f"{file}, line {line}", f"byte 0x{content[problem.start]:02x}", "save the file as UTF-8")]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        remedy = "quote cells that hold quotes, commas or line ends"
        return [], [Problem(file, f"a line that is not CSV ({problem})", remedy)]
    if not rows:
        return [], [Problem(file, "an empty file", f"give the header {','.join(table.names)}")]
    header = [name.strip() for name in rows[0]]
    problems = _header_problems(table, header)
    if problems:
        return [], problems
    return _in_order(table, header, rows[1:])


def _in_order(table: Table, header: list[str], rows: list[list[str]]) -> tuple[list[list[str]], list[Problem]]:
    problems = [
        Problem(f"{table.name}.csv, row {number}", f"{len(row)} cells", f"give {len(header)}, one a column")
        for number, row in enumerate(rows, start=1)
        if row and len(row) != len(header)
    ]
    good = [row for row in rows if len(row) == len(header)]
    if tuple(header) == table.names:
        return good, problems
    places = [header.index(name) if name in header else len(header) for name in table.names]
    return [[[*row, ""][place] for place in places] for row in good], problems


def _header_problems(table: Table, header: list[str]) -> list[Problem]:
    file = f"{table.name}.csv"
    problems = [
        Problem(file, f"the column {shown(name)} twice", "keep one of them")
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    for name in header:
        if name not in table.names:
            like = nearest(name, table.names, 1)
            remedy = f"did you mean {like[0]}?" if like else f"the columns are {', '.join(table.names)}"
            problems.append(Problem(file, f"the column {shown(name)}", remedy))
    for column in table:
        if column.name not in header and (column.required or column.name in table.key):
            problems.append(Problem(file, f"no column {column.name}", f"add it: {column.doc}"))
    return problems


def write_tables(
    folder: Path, tables: Mapping[str, Iterable[TextRow]], description: Description, *, dry: bool = False
) -> list[str]:
    """Write a package as a folder; the names of the files that changed. With `dry` nothing is written.

    Each file is replaced whole, and only if its content differs.
    """
    files = table_files(tables, description)
    changed = []
    for name, content in files.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            changed.append(name)
            if not dry:
                replace_file(path, content)
    return changed


def table_files(tables: Mapping[str, Iterable[TextRow]], description: Description) -> dict[str, bytes]:
    """The files of a package, by name, ready to be written. Tables without rows are left out."""
    rows = {table.name: list(tables.get(table.name, ())) for table in TABLES}
    files = {f"{name}.csv": _csv(BY_NAME[name], kept) for name, kept in rows.items() if kept}
    schema = json.dumps(_data_package([BY_NAME[name] for name, kept in rows.items() if kept], description), indent=1)
    return {DESCRIPTION_FILE: (schema + "\n").encode(), **files}


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a package as a zip: the same files give the same bytes."""
    replace_file(path, zipped(files))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files as a zip: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new package folder, whole or not at all. Raises InputError where there is something already."""
    if folder.exists():
        raise InputError(
            shown(str(folder)), [Problem("path", shown(str(folder)), "give a folder that does not exist yet")]
        )
    with _writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            for name, content in files.items():
                (making / name).write_bytes(content)
            making.chmod(0o755)
            making.rename(folder)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside it first, then renamed over it. Raises InputError where it cannot be."""
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, making = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(making).chmod(0o644)
            Path(making).replace(path)
        except BaseException:
            Path(making).unlink(missing_ok=True)
            raise


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """What the file system refuses is the asker's to mend: it is told by its reason, without a traceback."""
    try:
        yield
    except (OSError, ValueError) as refused:
        reason = refused.strerror if isinstance(refused, OSError) and refused.strerror else str(refused)
        problem = Problem("path", shown(str(path)), f"it cannot be written ({reason}): give another")
        raise InputError(shown(str(path)), [problem]) from None


def _csv(table: Table, rows: Iterable[TextRow]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, table.names, lineterminator="\n", restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _data_package(tables: list[Table], description: Description) -> dict[str, object]:
    return {
        "profile": "tabular-data-package",
        "name": description.name,
        "title": description.title,
        "licenses": [{"name": name, "title": title} for name, title in description.licences],
        "resources": [
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "description": table.doc,
                "schema": _schema(table),
            }
            for table in tables
        ],
    }


def _schema(table: Table) -> dict[str, object]:
    return {
        "fields": [_field(column) for column in table],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }


def _field(column: Column) -> dict[str, object]:
    kinds = {"number": "number", "whole": "integer", "flag": "boolean", "date": "date"}
    limits: dict[str, object] = {}
    if column.required:
        limits["required"] = True
    if column.numeric and column.low is not None and not column.above:
        limits["minimum"] = column.low if column.kind == "number" else int(column.low)
    if column.numeric and column.high is not None:
        limits["maximum"] = column.high if column.kind == "number" else int(column.high)
    if column.one_of:
        limits["enum"] = list(column.one_of)
    field: dict[str, object] = {
        "name": column.name,
        "type": kinds.get(column.kind, "string"),
        "description": column.doc,
    }
    if column.unit:
        field["unit"] = column.unit
    if limits:
        field["constraints"] = limits
    return field
