"""A table of shipments, a row each in the words of `karvan plan`: what is wrong in a row is told, the rest is read."""

from __future__ import annotations

import csv
import inspect
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from karvan.evidence.parquet import read_parquet
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.itinerary import FindItineraries
from karvan.study.plan import Planner
from karvan.study.request import DEFAULT_COMMODITY

ID = "id"
ALIASES = {"horizon": "horizon_days", "value_of_time": "value_of_time_usd_h"}
"""Options of the command whose names are shorter than those of the arguments."""
NOT_OF_A_ROW = ("past", "shipper")
"""Words that hold for a whole table."""
LARGEST = 1 << 30
"""Bytes of a table that is read."""
LONGEST_CELL = 5000

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Shipment:
    """A row that can be answered."""

    id: str
    where: str
    """Address of the row in messages."""
    ask: FindItineraries
    commodity: str


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot, and everything that is wrong with it."""

    where: str
    problems: tuple[Problem, ...]


@cache
def words() -> dict[str, type]:
    """The words of a request that a row may hold, and what each is: text, a number, or a whole number."""
    told = inspect.signature(Planner.request).parameters
    kinds = {name: re.findall(r"\w+", str(told[name].annotation)) for name in told}
    return {
        name: int if "int" in said else float if "float" in said else str
        for name, said in kinds.items()
        if name not in ("self", *NOT_OF_A_ROW)
    }


@dataclass(frozen=True)
class Sheet:
    """A table as text: its name, what each row is called, and the cells of each row."""

    name: str
    header: tuple[str, ...]
    rows: Iterable[tuple[str, Cells | Problem]]


def read_shipments(
    planner: Planner, shipments: Path | str | Iterable[Mapping[str, object]], *, past: bool = False, **usual: Any
) -> Iterator[Shipment | Bad]:
    """The rows of a table in their order.

    Args:
        shipments: a CSV or Parquet file, or mappings. Columns: `id`, and the words of `karvan plan` without dashes.
        past: allow departures in the past.
        usual: words for the cells that are empty or not there.

    Raises:
        InputError: with what is wrong with the table as a whole: it cannot be read, or its header.
    """
    sheet = _sheet(shipments)
    names = _columns(sheet)
    known: dict[tuple[str, ...], tuple[FindItineraries, str] | tuple[Problem, ...]] = {}
    seen: dict[str, str] = {}
    for number, (where, cells) in enumerate(sheet.rows, start=1):
        if isinstance(cells, Problem):
            yield Bad(where, (cells,))
            continue
        given = dict(zip(names, (cell.strip() for cell in cells), strict=True))
        name = given.pop(ID, "") or str(number)
        key = tuple(given.values())
        if key not in known:
            known[key] = _read(planner, {**usual, **{word: cell for word, cell in given.items() if cell}}, past=past)
        read = known[key]
        wrong = list(read) if not isinstance(read[0], FindItineraries) else []
        if name in seen:
            wrong.insert(0, Problem(ID, shown(name), f"it is the id of {seen[name]} too: give each its own"))
        seen.setdefault(name, where)
        if wrong or not isinstance(read[0], FindItineraries):
            called = dict(zip(names, sheet.header, strict=True))
            told = [Problem(f"{where}, {called.get(p.address, p.address)}", p.found, p.remedy) for p in wrong]
            yield Bad(where, tuple(told))
        else:
            yield Shipment(name, where, read[0], str(read[1]))


def _read(planner: Planner, said: dict[str, Any], *, past: bool) -> tuple[FindItineraries, str] | tuple[Problem, ...]:
    """The request of a row and its commodity, or all that is wrong."""
    problems = []
    for name, kind in words().items():
        if kind is not str and isinstance(said.get(name), str):
            try:
                said[name] = kind(said[name])
            except ValueError:
                expected = "a whole number" if kind is int else "a number"
                problems.append(Problem(name, shown(said.pop(name)), f"give {expected}"))
    said = {"origin": "", "destination": "", **said}
    try:
        asked = planner.request(**said, past=past)
    except InputError as error:
        problems += error.problems
    else:
        if not problems:
            return asked, said.get("commodity", DEFAULT_COMMODITY)
    return tuple(problems)


def _columns(sheet: Sheet) -> list[str]:
    """What each column is. Raises InputError with all that is wrong in the header."""
    known = (ID, *words(), *ALIASES)
    names = [ALIASES.get(name, name) for name in sheet.header]
    problems = [
        Problem(sheet.name, f"the column {shown(name)} twice", "keep one of them")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    for name in sheet.header:
        if name in NOT_OF_A_ROW:
            problems.append(Problem(sheet.name, f"the column {shown(name)}", f"give --{name} for the whole table"))
        elif name not in known:
            like = nearest(name, known, 1)
            remedy = f"did you mean {like[0]}?" if like else f"the columns are {', '.join(known)}"
            problems.append(Problem(sheet.name, f"the column {shown(name)}", remedy))
    problems += [
        Problem(sheet.name, f"no column {name}", "give it") for name in ("origin", "destination") if name not in names
    ]
    if problems:
        raise InputError(sheet.name, problems)
    return names


def _sheet(shipments: Path | str | Iterable[Mapping[str, object]]) -> Sheet:
    if not isinstance(shipments, Path | str):
        return _mappings(list(shipments))
    path = Path(shipments)
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError(path.name, [Problem(path.name, f"{size:,} bytes", f"give at most {LARGEST:,}")])
        return _parquet(path) if path.suffix == ".parquet" else _csv(path.name, path.read_bytes())
    except OSError as refused:
        problem = Problem("batch", shown(str(path)), f"give a file that can be read ({refused.strerror or refused})")
        raise InputError("the request", [problem]) from None


def _mappings(rows: Sequence[Mapping[str, object]]) -> Sheet:
    header = tuple(dict.fromkeys(name for row in rows for name in row)) or ("origin", "destination")
    told = [(f"row {number}", [_text(row.get(name)) for name in header]) for number, row in enumerate(rows, start=1)]
    return Sheet("shipments", header, told)


def _parquet(path: Path) -> Sheet:
    table = read_parquet(path)
    columns = [[_text(cell) for cell in column.to_pylist()] for column in table.columns]
    rows = ((f"{path.name}, row {number}", cells) for number, cells in enumerate(zip(*columns, strict=True), start=1))
    return Sheet(path.name, tuple(table.column_names), rows)


def _text(cell: object) -> str:
    """A value as a cell of text has it; missing is empty."""
    return "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 (that is how NaN is told)


def _csv(name: str, content: bytes) -> Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        problem = Problem(f"{name}, line {line}", f"byte 0x{content[wrong.start]:02x}", "save the file as UTF-8")
        raise InputError(name, [problem]) from None
    rows = _rows(name, text)
    header = next((cells for _, cells in rows), None)
    if header is None or isinstance(header, Problem):
        found = "an empty file" if header is None else header.found
        raise InputError(name, [Problem(name, found, f"give a header: {ID},{','.join(words())}")])
    return Sheet(name, tuple(cell.strip() for cell in header), _of_width(len(header), rows))


def _rows(name: str, text: str) -> Iterator[tuple[str, Cells | Problem]]:
    """Each line that is not empty, by its number; a line that is no CSV is a problem, and reading goes on after it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        where = f"{name}, line {reader.line_num + 1}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            yield where, Problem(where, f"a line that is not CSV ({wrong})", "quote cells that hold quotes or commas")
            continue
        if any(len(cell) > LONGEST_CELL for cell in cells):
            yield where, Problem(where, f"a cell of more than {LONGEST_CELL:,} characters", "make it shorter")
        elif cells:
            yield where, cells


def _of_width(width: int, rows: Iterator[tuple[str, Cells | Problem]]) -> Iterator[tuple[str, Cells | Problem]]:
    for where, cells in rows:
        if not isinstance(cells, Problem) and len(cells) != width:
            yield where, Problem(where, f"{len(cells)} cells", f"give {width}, one a column")
        else:
            yield where, cells
