"""What a package from a stranger must not hold: a zip that is a trap, and cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from karvan.corridor.archive import KINDS, MOST_FILES, UNREADABLE
from karvan.ground.errors import Problem, shown
from karvan.tables import BY_NAME

MOST_MEMBERS = 4 * MOST_FILES
"""Of a zip, those that are not looked at included."""
RATIO = 200
"""Bytes out of one byte of a zip. Tables pack 5 to 20 times; what packs a thousand times is made to."""
SMALL = 2**20
"""Bytes of a member that may pack as tightly as it likes."""
STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet takes for a formula, the wide forms of East Asian keyboards included."""
ACTS = re.compile(r"[|!\[\]{}\\]|://")
"""In a formula: other programs, other sheets, other files, and arrays."""
CALL = re.compile(r"([^\W\d][\w.]*)\(")
SUMS = frozenset({"mean", "median", "mid", "min", "max", "sqrt"})
"""Functions that notes of the package that ships have in their formulas; they only reckon."""
WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a package from a stranger may be."""

    unpacked_bytes: int = 256 * 2**20


def archive_problems(path: Path, bounds: Bounds) -> tuple[list[Problem], list[str]]:
    """What is wrong with a zip before anything of it is unpacked, and the members that are not looked at.

    Sizes are those that the zip says; reading stops there, and a member that says too little does not check.
    """
    name = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except UNREADABLE as refused:
        return [Problem(name, f"no zip that can be read ({refused})", "make the zip anew")], []
    if len(members) > MOST_MEMBERS:
        return [Problem(name, f"{len(members):,} members", f"a package has at most {MOST_MEMBERS}")], []
    problems = [problem for member in members for problem in _member_problems(member)]
    unpacked = sum(member.file_size for member in members)
    if unpacked > bounds.unpacked_bytes:
        problems.append(Problem(name, f"{unpacked:,} bytes unpacked", f"at most {bounds.unpacked_bytes:,} are taken"))
    ignored = sorted(
        shown(member.filename)
        for member in members
        if not member.is_dir() and PurePosixPath(member.filename).suffix not in KINDS
    )
    return problems, ignored


def _member_problems(member: zipfile.ZipInfo) -> Iterator[Problem]:
    """A link, a cipher, or a member that grows out of all proportion."""
    where = f"member {shown(member.filename)}"
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield Problem(where, "a link or a device", "put plain files in the zip")
    if member.flag_bits & 0x1:
        yield Problem(where, "an encrypted member", "make the zip without a password")
    if member.file_size > SMALL and member.file_size > RATIO * max(member.compress_size, 1):
        times = f"{member.file_size:,} bytes out of {member.compress_size:,}"
        yield Problem(where, times, f"at most {RATIO} times as many are taken")


def text_problems(files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Cells that a spreadsheet would run as a formula, and addresses of sources that are none of the web."""
    for name, content in sorted(files.items()):
        table = BY_NAME.get(name.removesuffix(".csv"))
        if not name.endswith(".csv") or table is None:
            continue
        for where, column, cell in _cells(content, table.key):
            if formula(cell, table.name, column):
                remedy = "begin it with another character: a spreadsheet takes it for a formula"
                yield Problem(f"{name}, {where}, {column}", shown(cell), remedy)
            elif column == "url" and ":" in cell and not cell.lower().startswith(WEB):
                yield Problem(f"{name}, {where}, {column}", shown(cell), "give an address that begins with https://")


def formula(cell: str, table: str = "", column: str = "") -> bool:
    """Whether a cell begins like a formula and may do more than reckon.

    A number does not. Neither does text after a sign, as `-4 percent` or `-KZ`, nor the working that the note of a
    basis begins with, as `= C0195 / C0296; ships of 154.5 m`, as long as nothing in it calls anything.
    """
    if cell.startswith(("\t", "\r")):
        return True
    cell = cell.strip()  # as it is read, and written again
    if not cell.startswith(STARTS) or _is_number(cell):
        return False
    working = cell.startswith("=") and (table, column) == ("basis", "note")
    if not working and not cell.startswith(("+", "-")):
        return True
    calls = {name.lower() for name in CALL.findall(cell)}
    return bool(ACTS.search(cell)) or not calls <= (SUMS if working else frozenset())


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _cells(content: bytes, key: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Row, column and text of every cell. What is no CSV yields nothing: reading the table tells of it."""
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip() for name in next(reader, [])]
        keys = [header.index(name) for name in key if name in header]
        for number, row in enumerate(reader, start=1):
            called = ":".join(row[place] for place in keys if place < len(row))
            where = f"row {shown(called)[1:-1]}" if called else f"row {number}"
            for column, cell in zip(header, row, strict=False):
                if cell:
                    yield where, column, cell
    except (UnicodeDecodeError, csv.Error):
        return
