"""A shipper's own rules, in a file: what to avoid, which documents, what the goods are and what an hour is worth.

avoid = ["RU", "IR", "operator:Some Line", "service:some-line"]
documents = ["SMGS", "CIM"]
goods = ["reefer"]
modes = ["rail", "sea"]
value_of_time_pct_day = 0.4
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from karvan.ground.errors import InputError, Problem, nearest, shown

LISTS = ("avoid", "documents", "goods", "modes")
NUMBER = "value_of_time_pct_day"
LONGEST = 1_000_000
"""Bytes of a file beyond which it is none of ours."""


@dataclass(frozen=True)
class Shipper:
    """What holds for every request of one shipper; the words are those of a request.

    What is avoided comes on top of what a request avoids; of the rest a request's own words go before these.
    """

    avoid: tuple[str, ...] = ()
    documents: tuple[str, ...] | None = None
    goods: tuple[str, ...] | None = None
    modes: tuple[str, ...] = ()
    value_of_time_pct_day: float | None = None

    @classmethod
    def read(cls, path: Path | str) -> Shipper:
        """From a TOML file. Raises InputError with everything that is wrong in it."""
        path = Path(path)
        try:
            content = path.read_bytes() if path.stat().st_size <= LONGEST else None
        except (OSError, ValueError) as error:
            raise InputError("the request", [Problem("shipper", shown(str(path)), f"no such file: {error}")]) from None
        try:
            cells = tomllib.loads(content.decode()) if content is not None else None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise InputError(path.name, [Problem(path.name, f"no TOML: {error}", "see docs/planner.md")]) from None
        if cells is None:
            raise InputError(path.name, [Problem(path.name, f"more than {LONGEST:,} bytes", "give a smaller file")])
        problems = [problem for key, value in cells.items() if (problem := _problem(path.name, key, value))]
        if problems:
            raise InputError(path.name, problems)
        lists = {key: tuple(cells[key]) for key in LISTS if key in cells}
        return cls(**lists, value_of_time_pct_day=cells.get(NUMBER))


NOBODY = Shipper()


def _problem(file: str, key: str, value: Any) -> Problem | None:
    """What is wrong with one line, if anything is."""
    address = f"{file}, {key[:60]}"
    if key not in (*LISTS, NUMBER):
        near = nearest(key, (*LISTS, NUMBER))
        remedy = f"nearest: {', '.join(near)}" if near else f"the keys are {', '.join((*LISTS, NUMBER))}"
        return Problem(address, "a key that is not known", remedy)
    if key == NUMBER:
        usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100
        remedy = "give per cent of the goods' value a day, from 0 to 100"
    else:
        usable = isinstance(value, list) and all(isinstance(word, str) for word in value)
        remedy = 'give a list of words, as ["RU", "IR"]'
    found = value if isinstance(value, str | int | float) else str(value)
    return None if usable else Problem(address, shown(found), remedy)
