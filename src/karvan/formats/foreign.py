"""What is read from a network of somebody else's, and the gathering of what is wrong with its files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from karvan.corridor.roads import Floats, Roads
from karvan.ground.errors import InputError, Problem, shown

LARGEST_FILE = 1 << 30
"""Bytes of one file of a network."""
MOST_ALIKE = 10
"""Problems of one kind that are told one by one."""


@dataclass(frozen=True, eq=False)
class Foreign:
    """A network as its files have it."""

    roads: Roads
    time_unit: str
    """Unit of the links' times; empty where the files do not say."""
    notes: tuple[str, ...] = ()
    """What a reader should know: what was taken for what is not there, and what was left out."""
    known: Floats | None = None
    """Volumes that came with the network as the best known answer; NaN where there is none (n_links,)."""


class Gathered:
    """The problems of a set of files. Of those alike the first are told one by one, the others as a count."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._alike: Counter[str] = Counter()
        self._last: dict[str, Problem] = {}

    def __bool__(self) -> bool:
        return bool(self.problems)

    @property
    def count(self) -> int:
        """How many there are, those that are not told one by one with them."""
        return sum(self._alike.values())

    def add(self, address: str, found: object, remedy: str, alike: str = "") -> None:
        """One problem; those with the same words in `alike`, or else the same remedy, are alike."""
        kind = alike or remedy
        self._alike[kind] += 1
        self._last[kind] = Problem(address, shown(found), remedy)
        if self._alike[kind] <= MOST_ALIKE:
            self.problems.append(self._last[kind])

    def check(self, subject: str) -> None:
        """Raise InputError where anything was wrong."""
        more = [
            Problem(f"{count - MOST_ALIKE} more like it, the last at {self._last[kind].address}",
                    self._last[kind].found, self._last[kind].remedy)
            for kind, count in self._alike.items()
            if count > MOST_ALIKE
        ]  # fmt: skip
        if self.problems:
            raise InputError(subject, [*self.problems, *more])


def read_text(path: Path) -> str:
    """A file of text: UTF-8, or else the Western encoding that old files have. Raises InputError."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(path.name, [Problem(path.name, f"{size:,} bytes", f"give at most {LARGEST_FILE:,}")])
        content = path.read_bytes()
    except OSError as refused:
        found = refused.strerror or str(refused)
        raise InputError(path.name, [Problem(path.name, f"a file that cannot be read ({found})", "mend it")]) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def amount(number: float) -> str:
    """A number as notes show it: ten digits at most, thousands parted."""
    return f"{number:,.10g}"


def number(text: str) -> float:
    """A number, or NaN for what is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
