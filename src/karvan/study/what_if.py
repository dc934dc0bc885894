"""What if: a change in words, some of which hold for good, and the waits of a run under it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from karvan.corridor.gazetteer import Gazetteer
from karvan.ground.errors import InputError, Problem
from karvan.network.measured import Measured
from karvan.scenario import Change, Close, read_change
from karvan.scenario.close import VERB

CLOSE = "close:"
FIRST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LAST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
"""For good: from before any departure that can be asked for until after any arrival."""


def read_what_if(gazetteer: Gazetteer, text: str) -> Change:
    """A change as people write it: as `read_change` has it; close:TABLE/ROW and close:PLACE are for good.

    A place goes by any of its names. Raises InputError.
    """
    if not text.startswith(CLOSE):
        return read_change(text)
    address, dated, times = text.removeprefix(CLOSE).strip().partition("=")
    table, slash, row = address.partition("/")
    if not slash:
        table, row = "place", gazetteer.place(address, "what-if").id
    if dated:
        return read_change(f"{VERB}{table}/{row}={times}")
    return Close(table, row, FIRST, LAST)


def read_all(gazetteer: Gazetteer, changes: list[Change | str]) -> list[Change]:
    """Changes, those in words read. Raises InputError with all that is wrong in them."""
    read: list[Change] = []
    problems: list[Problem] = []
    for change in changes:
        try:
            read.append(read_what_if(gazetteer, change) if isinstance(change, str) else change)
            read[-1].on(gazetteer.corridor)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError("the change", problems)
    return read


def also_changed(measured: Measured, changes: list[Change | str]) -> Measured:
    """The waits of a run, and in what it differs from a plan with these changes too."""
    if not measured.run:
        return measured
    told = list(measured.differences)
    for change in changes:
        if f"only the run has {change}" in told:
            told.remove(f"only the run has {change}")
        else:
            told.append(f"only the plan has {change}")
    return replace(measured, differences=tuple(told))
