"""The files of a GTFS feed as columns of text, from a folder or zip that may come from anyone.

Sizes are bounded, no path leads outside, nothing is unpacked to disk. A `Sheet` turns its columns into numbers and
keeps what is wrong with them, with file, line and value.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv

from karvan.corridor.archive import UNREADABLE
from karvan.ground.errors import InputError, Problem, nearest, shown

LARGEST_FILE = 4 * 2**30
"""Bytes of one file, unpacked: three times the largest stop_times.txt that is published for a country."""
LARGEST_FEED = 6 * 2**30
MOST_RATIO = 200
"""Unpacked bytes for a packed one, above which a large file is taken for a bomb; text packs 5 to 30 times."""
SMALL = 2**20
MOST_TOLD = 5
"""Problems of one kind in one column that are told one by one."""

Ints = npt.NDArray[np.int64]


@dataclass
class Feed:
    """The files of a feed by name, and what is found wrong with it on the way."""

    name: str
    sizes: dict[str, int]
    open_file: Callable[[str], IO[bytes]]
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Files of which not every row is there, so that what they lack is no news."""

    def sheet(self, name: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Sheet:
        """A file's columns; empty, and a problem kept, if the file or a required column is missing or unreadable."""
        wanted = (*required, *optional)
        if name not in self.sizes:
            self.unread.add(name)
            self.problems.append(Problem(name, "no such file", "a feed must have it"))
            return Sheet(name, _empty(wanted), [], self)
        before = len(self.problems)
        try:
            with self.open_file(name) as file:
                table, skipped = _read(file, wanted, name, self.problems)
        except (*UNREADABLE, pa.ArrowInvalid, csv.Error) as problem:
            found = " ".join(str(problem).split())
            self.problems.append(Problem(name, f"a file that cannot be read ({found})", "write it as UTF-8 CSV"))
            table, skipped = _empty(wanted), []
        for column in required:
            if column not in table.column_names:
                known = ", ".join(nearest(column, table.column_names)) or "none like it"
                self.problems.append(Problem(f"{name}, header", f"no column {column}", f"add it; there is {known}"))
        for column in wanted:
            if column not in table.column_names:
                table = table.append_column(column, pa.nulls(table.num_rows, pa.string()))
        if len(self.problems) > before:
            self.unread.add(name)
        return Sheet(name, table, skipped, self)

    def find_sheet(self, name: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Sheet:
        """The same for a file that a feed need not have: empty where it is not there."""
        if name in self.sizes:
            return self.sheet(name, required, optional)
        return Sheet(name, _empty((*required, *optional)), [], self)


def open_feed(path: Path) -> Feed:
    """The feed in a folder or a zip (at its top or in one folder of it). Raises InputError."""
    where = shown(str(path))
    if path.is_dir():
        found = {file.name: file for file in sorted(path.iterdir()) if file.suffix == ".txt" and file.is_file()}
        sizes = {name: file.stat().st_size for name, file in found.items()}
        feed = Feed(path.name, sizes, lambda name: found[name].open("rb"))
    elif path.is_file() and zipfile.is_zipfile(path):
        feed = _open_zip(path)
    else:
        what = "a file that is not a zip" if path.exists() else "nothing there"
        raise InputError(where, [Problem(where, what, "give the folder or zip of a GTFS feed")])
    for name, size in feed.sizes.items():
        if size > LARGEST_FILE:
            feed.problems.append(Problem(name, f"{size:,} bytes", f"a file has at most {LARGEST_FILE:,}"))
    if sum(feed.sizes.values()) > LARGEST_FEED:
        feed.problems.append(Problem(where, f"{sum(feed.sizes.values()):,} bytes", f"at most {LARGEST_FEED:,}"))
    if feed.problems:
        raise InputError(where, feed.problems)
    return feed


def _open_zip(path: Path) -> Feed:
    where = shown(str(path))
    try:
        archive = zipfile.ZipFile(path)
        members = [member for member in archive.infolist() if not member.is_dir()]
    except UNREADABLE as problem:
        found = f"a zip that cannot be read ({problem})"
        raise InputError(where, [Problem(where, found, "fetch it again")]) from None
    problems, names = [], dict[str, zipfile.ZipInfo]()
    for member in members:
        plain = PurePosixPath(member.filename.replace("\\", "/"))
        if not plain.parts or plain.is_absolute() or ".." in plain.parts or ":" in plain.parts[0]:
            found = f"a member with the path {shown(member.filename)}"
            problems.append(Problem(where, found, "no member may lead out of the zip"))
        elif member.file_size > SMALL and member.file_size > MOST_RATIO * max(member.compress_size, 1):
            found = f"{shown(plain.name)}, which unpacks to {member.file_size:,} bytes from {member.compress_size:,}"
            problems.append(Problem(where, found, "text does not pack that small: it is not a timetable"))
        elif plain.suffix == ".txt" and not any(part.startswith((".", "__")) for part in plain.parts):
            if plain.name in names:
                problems.append(Problem(where, f"{shown(plain.name)} twice", "put one feed in a zip"))
            names[plain.name] = member
    if problems:
        archive.close()
        raise InputError(where, problems)
    sizes = {name: names[name].file_size for name in sorted(names)}
    return Feed(path.name, sizes, lambda name: archive.open(names[name]))


def _empty(columns: tuple[str, ...]) -> pa.Table:
    return pa.table({column: pa.array([], pa.string()) for column in columns})


def _read(file: IO[bytes], wanted: tuple[str, ...], name: str, problems: list[Problem]) -> tuple[pa.Table, list[int]]:
    """The wanted columns of a CSV file as text, empty cells null, blanks round them off; and lines that are no rows."""
    header = file.readline(SMALL)
    text = header.removeprefix(codecs.BOM_UTF8).decode()
    columns = [cell.strip() for cell in next(csv.reader(io.StringIO(text)), [])]
    if not columns or not any(columns):
        problems.append(Problem(f"{name}, line 1", "no header", "begin with the names of the columns"))
        return _empty(wanted), []
    double = sorted({column for column in columns if columns.count(column) > 1})
    if double:
        problems.append(Problem(f"{name}, line 1", f"the column {shown(double[0])} twice", "name each column once"))
        return _empty(wanted), []
    skipped: list[int] = []

    def refuse(row: Any) -> str:
        line = row.number + 1
        skipped.append(line)
        if row.text.strip():
            found = f"{row.actual_columns} cells"
            problems.append(Problem(f"{name}, line {line}", found, f"give {row.expected_columns}, as the header has"))
        return "skip"

    chosen = [column for column in columns if column in wanted]
    rest = io.BufferedReader(_Rest(file), 2**20)
    if not rest.peek(1):
        return _empty(wanted), []
    table = pa_csv.read_csv(
        rest,
        read_options=pa_csv.ReadOptions(column_names=columns, use_threads=False, block_size=2**24),
        parse_options=pa_csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=refuse
        ),
        convert_options=pa_csv.ConvertOptions(
            include_columns=chosen, column_types=dict.fromkeys(columns, pa.string()), null_values=[""],
            strings_can_be_null=True, quoted_strings_can_be_null=True,
        ),
    )  # fmt: skip
    if not table.num_columns or any(column.null_count == 0 for column in table.columns):
        return table, skipped
    blank = np.all([column.is_null().to_numpy() for column in table.columns], axis=0)
    empty = [_line(row, skipped) for row in np.flatnonzero(blank).tolist()]
    return table.filter(pa.array(~blank)), sorted(skipped + empty)


def _line(row: int, skipped: list[int]) -> int:
    """The line of a row: the header is line 1, and lines that are no rows, which are given in order, count."""
    line = row + 2
    for other in skipped:
        line += other <= line
    return line


class _Rest(io.RawIOBase):
    """What is left of a file after its header."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@dataclass
class Sheet:
    """Columns of one file."""

    name: str
    table: pa.Table
    skipped: list[int]
    feed: Feed

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def line(self, row: int) -> int:
        """The line of a row."""
        return _line(row, self.skipped)

    def tell(self, rows: npt.NDArray[Any], column: str, remedy: str) -> None:
        """Keep a problem for each of these rows: the first few one by one, the others as a number."""
        if self.table[column].null_count == self.rows and self.name in self.feed.unread:
            return  # the column itself is missing, which has been told
        for row in rows[:MOST_TOLD].tolist():
            value = self.table[column][row].as_py()
            found = "an empty cell" if value is None else shown(value)
            self.feed.problems.append(Problem(f"{self.name}, line {self.line(row)}, {column}", found, remedy))
        if len(rows) > MOST_TOLD:
            more = f"{len(rows) - MOST_TOLD:,} more such rows"
            self.feed.problems.append(Problem(f"{self.name}, {column}", more, remedy))

    def coded(self, column: str) -> tuple[Ints, list[str]]:
        """A column as numbers into its distinct texts, which are stripped; -1 where a cell is empty."""
        cells = self.table[column].combine_chunks().dictionary_encode()
        texts = [text.strip() for text in cells.dictionary.to_pylist()]
        distinct = {text: ix for ix, text in enumerate(dict.fromkeys(text for text in texts if text))}
        again = np.array([distinct.get(text, -1) for text in texts] + [-1], dtype=np.int64)
        codes = cells.indices.fill_null(len(texts)).to_numpy().astype(np.int64)
        return again[codes], list(distinct)

    def texts(self, column: str) -> npt.NDArray[Any]:
        """A column as text, stripped; '' where a cell is empty."""
        cells = pc.utf8_trim_whitespace(self.table[column].combine_chunks()).fill_null("")
        return np.asarray(cells.to_numpy(zero_copy_only=False), dtype=np.dtypes.StringDType())

    def parsed(
        self, column: str, parse: Callable[[str], float | None], remedy: str, default: float | None = None
    ) -> npt.NDArray[np.float64]:
        """A column as numbers; NaN and a problem where `parse` gives None, or where a cell is empty without default."""
        codes, texts = self.coded(column)
        values = [parse(text) for text in texts]
        bad = np.array([value is None for value in values] + [default is None], dtype=bool)
        numbers = np.array(
            [np.nan if value is None else value for value in values] + [np.nan if default is None else default]
        )
        self.tell(np.flatnonzero(bad[codes]), column, remedy)
        return numbers[codes]

    def keys(self, column: str) -> dict[str, int]:
        """The row of each id. Empty and repeated ones are problems."""
        texts = self.texts(column).tolist()
        found: dict[str, int] = {}
        for row, text in enumerate(texts):
            found.setdefault(text, row)
        again = np.array([row for row, text in enumerate(texts) if found[text] != row or not text], dtype=np.int64)
        if again.size:
            self.tell(again, column, "give every row an id of its own")
        return found

    def index(self, column: str, known: dict[str, int], table: str, default: int | None = None) -> Ints:
        """The row of `table` that each cell names, -1 and a problem where there is none; default for an empty cell."""
        codes, texts = self.coded(column)
        rows = np.array([known.get(text, -1) for text in texts] + [-1 if default is None else default], dtype=np.int64)
        bad = np.array([text not in known for text in texts] + [default is None], dtype=bool)[codes]
        if bad.any() and not self.feed.unread.intersection(table.split(" or ")):
            missing = next((texts[code] for code in codes[bad].tolist() if code >= 0), "")
            near = nearest(missing, list(known)[:100_000]) if missing else []
            hint = f"; nearest is {shown(near[0])}" if near else ""
            self.tell(np.flatnonzero(bad), column, f"give an id of {table}{hint}")
        return rows[codes]
