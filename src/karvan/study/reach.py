"""Reach: from a shipper's words to every place that can be reached, or from which one can be reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from karvan.corridor import Corridor
from karvan.ground.errors import Problem, shown
from karvan.itinerary import Load
from karvan.itinerary.one_to_all import OneToAll
from karvan.itinerary.reach import BY, Reach, reach_from, reach_to, starts
from karvan.network.network import END, START, Network, Node
from karvan.scenario import Change
from karvan.study.open_end import Words, ask_from, departs_from, no_family_closed, planner_in

if TYPE_CHECKING:
    from karvan.sim.simulation import Simulation

DAYS = 14.0
"""How far is looked, unless said."""


def reach(
    place: str,
    days: float = DAYS,
    depart: str | dt.date | None = None,
    load: str | Load = "1xFEU",
    *,
    by: str = "arrival",
    back: bool = False,
    package: Corridor | str = "middle-corridor",
    changes: Iterable[Change | str] = (),
    using: Simulation | Path | str | None = None,
    scenario: str = "",
    **words: Unpack[Words],
) -> Reach:
    """Every place that can be reached from a place within some days, or with `back` from which it can be reached.

    Args:
        place: name, id or UN/LOCODE of the place asked about.
        days: how long the mean journey may take, door to door.
        depart: as in `karvan.plan`; a day begins at midnight local to where the goods start, at each start its own.
        by: what each place's way is the best by: arrival, price, co2e, or cost (the price, and the time at its value).
        back: places from which it can be reached, instead of those that can be reached from it.
        load, package, changes, using, scenario, words: as in `karvan.plan`; a place cannot be wished for.

    Raises:
        InputError: with everything wrong in the request.
    """
    planner, depart, own_day = planner_in(package, changes, using, scenario, depart)
    no_family_closed(planner.corridor)
    asking = {**words, "horizon_days": days, "past": words.get("past", False) or own_day}
    called = {"horizon_days": "days"} | ({"origin": "destination"} if back else {})
    problems = [] if by in BY else [Problem("by", shown(by), f"give one of {', '.join(BY)}")]
    asked = ask_from(planner, place, depart, load, asking, called=called, problems=problems)
    one = OneToAll(planner.network_of(asked.documents), asked)
    if back:
        places = [start.id for start in starts(one.network)]
        departs = departs_from(planner, places, depart, load, asking)
        found, ask = reach_to(one, asked.origin, departs, by), replace(asked, origin="", destination=asked.origin)
    else:
        found, ask = reach_from(one, asked.origin, asked.depart, by), replace(asked, destination="")
    reason = "" if found else _reason(one.network, asked.origin, days, back=back)
    return Reach(planner.corridor, ask, by, back, tuple(found), reason)


def _reason(network: Network, place: str, days: float, *, back: bool) -> str:
    if Node(END if back else START, place) not in network.node_ix:
        return f"goods cannot be {'taken out' if back else 'handed in'} at {place}"
    return (
        f"{place} can be reached from no other place in {days:g} days"
        if back
        else (f"no other place can be reached from {place} in {days:g} days")
    )
