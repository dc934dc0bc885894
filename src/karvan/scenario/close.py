"""Closing something from one instant to another: a border for five days, a ferry line for a winter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import new_row
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables import BY_NAME
from karvan.tables.cell import BadCell, parse

VERB = "close "
REMEDY = "give TABLE/ROW=BEGIN..END: facility/ALAT-berth=2024-03-03..2024-03-08"


@dataclass(frozen=True, slots=True)
class Close:
    """Nothing new starts there meanwhile; what is under way ends, and what waits goes on after."""

    table: str
    """place, link, service or facility."""
    row: str
    begins: dt.datetime
    ends: dt.datetime

    def on(self, corridor: Corridor) -> Corridor:
        can = BY_NAME["closure"].column("stops_table").one_of
        if self.table not in can:
            like = nearest(self.table, can, 1)
            remedy = f"did you mean {like[0]}?" if like else f"give one of {', '.join(can)}"
            raise InputError("the change", [Problem("close", shown(self.table), remedy)])
        corridor.row(self.table, self.row)
        name = f"{VERB}{self.table}/{self.row}"
        closures, times = corridor.rows("closure"), corridor.rows("closure_time")
        if name not in corridor.by_key("closure"):
            closures = (*closures, new_row("closure", id=name, stops_table=self.table, stops=(self.row,)))
        seq = sum(time.closure == name for time in times)
        times = (*times, new_row("closure_time", closure=name, seq=seq, begins=self.begins, ends=self.ends))
        return corridor.with_tables({"closure": closures, "closure_time": times})


def read_close(text: str) -> Close:
    """A closing as people write it: TABLE/ROW=BEGIN..END, dates or instants. Raises InputError."""
    address, _, times = text.strip().rpartition("=")
    table, _, row = address.partition("/")
    begin, dots, end = times.partition("..")
    if not (table and row and begin and dots and end):
        raise InputError("the change", [Problem("close", shown(text), REMEDY)])
    problems, instants = [], []
    for name, cell in (("begins", begin), ("ends", end)):
        try:
            instants.append(parse(cell, BY_NAME["closure_time"].column(name)))
        except BadCell as problem:
            problems.append(Problem(f"close {address}, {name}", shown(cell), str(problem)))
    if problems:
        raise InputError("the change", problems)
    begins, ends = instants
    assert isinstance(begins, dt.datetime)
    assert isinstance(ends, dt.datetime)
    if ends <= begins:
        raise InputError("the change", [Problem(f"close {address}", shown(times), "give an end after its beginning")])
    return Close(table, row, begins, ends)
