"""What can go wrong, with address, value and remedy; all that is wrong is gathered before it is raised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

LONGEST_SHOWN = 60
"""Characters of a found value that a message shows."""


def shown(value: object) -> str:
    """A found value as a message shows it: quoted if text, cut if long, control characters escaped."""
    if not isinstance(value, str):
        return str(value)
    text = value if value.isprintable() else value.encode("unicode_escape").decode()
    if len(text) > LONGEST_SHOWN:
        return f"'{text[:LONGEST_SHOWN]}...' ({len(value):,} characters)"
    return f"'{text}'"


def nearest(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known words most like `word`, best first; for remedies."""
    return get_close_matches(word[:200], sorted(known), n=most, cutoff=0.5)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where, what was found there, what to do."""

    address: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.address} | found {self.found} | {self.remedy}"


class KarvanError(Exception):
    """Root of everything that karvan raises on purpose."""

    exit_code = 1


class InputError(KarvanError):
    """Input that cannot be used: every problem found in it."""

    exit_code = 3

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{count} in {subject}", *(f"  * {problem}" for problem in problems)]))
