"""The cells of a large table in text, block by block: CSV, packed or not, in whatever encoding and with what separator.

Only the columns that are asked for are kept, so that a file larger than memory can be read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from karvan.corridor.roads import Flags, Floats
from karvan.formats.foreign import Gathered
from karvan.formats.trade.source import READ, Source, Utf8
from karvan.ground.errors import InputError, Problem, nearest, shown

BLOCK = 1 << 22
"""Bytes that are looked at together; no row may be longer."""
SNIFFED = 1 << 16
"""Bytes of the beginning that tell encoding, separator and heading."""
MOST_COLUMNS = 2000
MISSING = ("", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL", "None", ".", "..", "...", "-", "n.a.")
"""How a cell without a value is written."""
BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")
PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
PARTED = re.compile(r"[-+]?\d{1,3}([, '\u00a0\u202f]\d{3})+(\.\d*)?")
"""A number whose thousands are parted."""


class Wrong(Gathered):
    """Problems whose `found` is told in words of ours, which stand as they are; a cell is quoted in them."""

    def add(self, address: str, found: object, remedy: str, alike: str = "") -> None:
        """As in `Gathered`."""
        super().add(address, _Words(str(found)), remedy, alike)


@dataclass(frozen=True)
class _Words:
    text: str

    def __str__(self) -> str:
        return self.text


Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Heading:
    """What the beginning of a table tells of it."""

    names: tuple[str, ...]
    """As written, without blanks round them."""
    separator: str
    encoding: str
    skipped: int
    """Lines up to the first row of values."""
    trailing: bool
    """Whether rows end in one empty cell more than the heading has, as those of some exports do."""

    def find(self, *names: str) -> int | None:
        """Position of the first of these columns that there is, whatever their case, blanks, signs and brackets."""
        whole = [squeeze(name) for name in self.names]
        bare = [squeeze(BRACKETS.sub("", name)) for name in self.names]
        for name in (squeeze(name) for name in names):
            for known in (whole, bare):
                if name in known:
                    return known.index(name)
        return None


def squeeze(name: str) -> str:
    """A heading as it is compared: 'Trade Value (US$)' and 'TradeValueUS' are the same."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def heading_of(source: Source) -> Heading:
    """Encoding, separator and heading of a table. Raises InputError where it has none, or has a column twice."""
    with source.open() as file:
        start = file.read(SNIFFED)
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = start[: len(start) // 2 * 2].decode(encoding, "replace") if encoding == "utf-16" else ""
    text = text or start.decode(encoding, "replace")
    if "\0" in text:
        raise InputError(source.name, [Problem(source.name, "bytes that are no text", "give it as CSV")])
    lines = text.splitlines(keepends=True)
    declared = lines[0].strip().lower() if lines else ""
    skipped = 1 if declared.startswith("sep=") and len(declared) == 5 else 0
    first = lines[skipped] if len(lines) > skipped else ""
    separator = max(",;\t|", key=lambda sign: (first.count(sign), sign == ","))
    reader = csv.reader(lines[skipped:], delimiter=separator)
    try:
        names = [name.strip() for name in next(reader, [])]
        row = next(reader, [])
    except csv.Error as spoilt:
        raise InputError(source.name, [Problem(f"{source.name}, heading", str(spoilt), "write it as CSV")]) from None
    wrong = Wrong()
    if not any(names):
        wrong.add(f"{source.name}, heading", "nothing", "give a table with a heading")
    if len(names) > MOST_COLUMNS:
        wrong.add(f"{source.name}, heading", f"{len(names):,} columns", f"give at most {MOST_COLUMNS:,}")
    known = [squeeze(name) for name in names if squeeze(name)]
    for name in sorted({name for name in known if known.count(name) > 1}):
        wrong.add(f"{source.name}, heading", f"column {shown(name)} twice", "give each column its own name")
    wrong.check(source.name)
    trailing = len(row) == len(names) + 1 and not row[-1].strip()
    return Heading(tuple(names), separator, encoding, skipped + 1, trailing)


def columns_of(
    heading: Heading, name: str, wanted: Mapping[str, Sequence[str]], needed: Sequence[str], wrong: Wrong
) -> dict[str, str]:
    """The heading's name of each column that is wanted and there; a needed one that is not there is told.

    Args:
        wanted: by what is wanted, the names it goes by, the best first.
    """
    found: dict[str, str] = {}
    for role, names in wanted.items():
        at = heading.find(*names)
        if at is not None:
            found[role] = heading.names[at]
        elif role in needed:
            near = nearest(squeeze(names[0]), {squeeze(name) for name in heading.names if name})
            there = [name for name in heading.names if squeeze(name) in near] or [
                name for name in heading.names if name
            ]
            told = ", ".join(there[:8]) + (f" and {len(there) - 8} more" if len(there) > 8 else "")
            remedy = f"call it {' or '.join(names[:3])}; there is {told}"
            wrong.add(f"{name}, heading", f"no column for {role}", remedy, alike=f"heading {role}")
    return found


@dataclass(frozen=True)
class Block:
    """Some rows of a table."""

    rows: Ints
    """Number of each in the file, the heading being row 1 (n_rows,)."""
    cells: dict[str, Any]
    """Arrow arrays of text without blanks round it, by the heading's names; each (n_rows,)."""

    def __len__(self) -> int:
        return len(self.rows)


def blocks(source: Source, heading: Heading, columns: Sequence[str], wrong: Wrong) -> Iterator[Block]:
    """The rows of a table, of these columns only; rows of another length than the heading's are told, and they
    and empty ones are left out."""
    labels = [f"c{number}" for number in range(len(heading.names) + heading.trailing)]
    chosen = {labels[heading.names.index(name)]: name for name in columns}
    skipped: list[int] = []

    def refuse(row: Any) -> str:
        skipped.append(row.number - 1)
        if row.text.strip():
            found = f"{row.actual_columns} cells"
            at = f"{source.name}, row {row.number}"
            wrong.add(at, found, f"give {row.expected_columns}, as the heading has", alike=f"{source.name} cells")
        return "skip"

    options = {
        "read_options": pa.csv.ReadOptions(
            use_threads=False, block_size=BLOCK, skip_rows=heading.skipped, column_names=labels,
            encoding="utf-16" if heading.encoding == "utf-16" else "utf8",
        ),
        "parse_options": pa.csv.ParseOptions(
            delimiter=heading.separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=refuse
        ),
        "convert_options": pa.csv.ConvertOptions(
            include_columns=list(chosen), column_types=dict.fromkeys(chosen, pa.string())
        ),
    }  # fmt: skip
    done = 0
    wide = heading.encoding == "utf-16"
    with source.open() if wide else io.BufferedReader(Utf8(source.open()), READ) as file:
        try:
            for batch in pa.csv.open_csv(file, **options):
                rows, done = _numbers(len(batch), done, skipped)
                cells = {name: pc.utf8_trim_whitespace(batch.column(label)) for label, name in chosen.items()}
                yield _filled(Block(rows, cells))
        except (pa.ArrowInvalid, UnicodeDecodeError) as spoilt:
            if "Empty CSV file" not in str(spoilt):
                wrong.add(source.name, str(spoilt).splitlines()[0], "write it as CSV")


def _numbers(count: int, done: int, skipped: list[int]) -> tuple[Ints, int]:
    """Row numbers of the next rows, those that were skipped left out, and how far the file is read."""
    last = done + count
    gaps = [number for number in skipped if number > done]
    for number in sorted(gaps):
        if number <= last + 1:
            last += 1
    every = np.arange(done + 1, last + 1, dtype=np.int64)
    return every[~np.isin(every, gaps)][:count] + 1, last


def _filled(block: Block) -> Block:
    """The rows in which anything stands."""
    empty = np.ones(len(block), dtype=bool)
    for cell in block.cells.values():
        empty &= pc.equal(cell, "").to_numpy(zero_copy_only=False)
    if not empty.any():
        return block
    mask = pa.array(~empty)
    return Block(block.rows[~empty], {name: cell.filter(mask) for name, cell in block.cells.items()})


def numbers_of(column: Any, comma: bool = True) -> tuple[Floats, Flags]:
    """Numbers of a column of text (n_rows,), NaN where a cell says that there is none, and where it is no number.

    Args:
        comma: whether a comma may part thousands; it may not where it could also be a decimal sign.
    """
    missing = pc.is_in(column, pa.array(MISSING))
    given = pc.if_else(missing, pa.scalar(None, pa.string()), column)
    try:
        values = given.cast(pa.float64())
        bad: Flags = np.zeros(len(column), dtype=bool)
    except pa.ArrowInvalid:
        plain = [None if text is None else _number(text, comma) for text in given.to_pylist()]
        bad = np.array([value is not None and np.isnan(value) for value in plain], dtype=bool)
        values = pa.array(plain, pa.float64())
    numbers: Floats = values.to_numpy(zero_copy_only=False).astype(np.float64)
    bad |= np.isinf(numbers) | (np.isnan(numbers) & ~missing.to_numpy(zero_copy_only=False))
    return numbers, bad


def _number(text: str, comma: bool) -> float:
    if PLAIN.fullmatch(text):
        return float(text)
    if PARTED.fullmatch(text) and (comma or "," not in text):
        return float(re.sub(r"[, '\u00a0\u202f]", "", text))
    return float("nan")
