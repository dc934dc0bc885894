"""What there could be one more of at the bottlenecks of a run that was made before, and how many there are now."""

from __future__ import annotations

from typing import Any

from karvan.corridor import Corridor
from karvan.evidence.run import RunFolder
from karvan.scenario import read_change
from karvan.study.one_more import offers
from karvan.study.runs import simulation_of


def offered(run: RunFolder, corridor: Corridor) -> list[dict[str, Any]]:
    """Of each bottleneck that one cell of the corridor can give one more to, the first wait first: the change that
    does, as `Simulate.one_more_at` and `karvan simulate --set` have it; the cell's address, and what stands in it.

    Args:
        run: a simulation; it may be one that is not complete, of which some replication is finished.
        corridor: as the run read it (`karvan.study.reopen.corridor_of`).

    Raises InputError for a run of something else, or without a finished replication.
    """
    found = []
    for one in offers(corridor, simulation_of(run.path).bottlenecks()):
        cell: Any = read_change(one.change)
        now = getattr(corridor.row(cell.table, cell.row), cell.column)
        found.append({
            "part": one.part, "place": one.place, "cause": one.cause, "unit": one.unit, "change": one.change,
            "address": f"{cell.table}/{cell.row}/{cell.column}", "now": None if now is None else float(now),
        })  # fmt: skip
    return found
