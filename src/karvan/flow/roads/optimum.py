"""The best flow through a network of links whose capacities are hard: multicommodity flow of least cost.

Times are those of empty links, to which a class adds what it minds of toll and length; volume-delay functions are not
looked at. What a capacity stops is left unserved, at a penalty. Solved by column generation over ways (Ford and
Fulkerson 1958; Tomlin 1966), with the cheapest ways found by Dijkstra's method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from karvan.corridor.roads import Floats, Ints, Roads
from karvan.flow.loads import Loads, Step, Unserved
from karvan.flow.programme.generation import Optimum, column_generation
from karvan.flow.roads.ways import Trips, Ways
from karvan.ground.errors import InputError, Problem

METHOD = "optimum"
FEEL = 30
"""Rounds of feeling for what capacities are worth: more give a better start, and take longer than they save."""
NOBODY = 1e-9
"""Share of the largest demand that is taken for nobody left unserved."""
NAMED = 3
"""Links that a reason names."""

NO_WAY = "no way"


def optimum(
    roads: Roads,
    penalty: float | None = None,
    gap: float = 1e-9,
    most_rounds: int = 1_000,
    watch: Callable[[Step], None] | None = None,
) -> Loads:
    """Loads of least cost within the links' capacities, what a unit more of each is worth, and who is left unserved.

    Args:
        penalty: what a trip that is left unserved costs, in units of time; unless given, so much that nobody is left
            behind because the way is long: see `dearest`.
        gap: relative, of the cost and its lower bound; both count what is left unserved.
        most_rounds: of column generation; what was reached by then is the answer.
        watch: told of every round.

    Raises:
        InputError: for a penalty that is no number above 0, a gap that is none of 0 or more.
    """
    problems = [
        Problem(name, str(value), remedy)
        for name, value, fine, remedy in (
            ("penalty", penalty, penalty is None or 0 < penalty < np.inf, "give a number above 0"),
            ("gap", gap, 0 <= gap < np.inf, "give a number of 0 or more, such as 1e-9"),
            ("most_rounds", most_rounds, most_rounds >= 1, "give 1 or more"),
        )
        if not fine
    ]
    if problems:
        raise InputError(f"what is asked of {roads.name}", problems)
    every = Trips.of(roads)
    none = np.zeros(roads.n_links)
    start = Ways(roads, every).cheapest(none)
    ways = Ways(roads, every.chosen(start.commodity))
    each = dearest(ways) if penalty is None else penalty
    found = column_generation(
        ways.trips.trips, roads.capacity, ways.price, np.full(len(ways.trips), each),
        gap=gap, most_rounds=most_rounds, feel=FEEL, watch=watch,
    )  # fmt: skip
    unserved = [*_no_way(roads, every, start.commodity), *_no_room(ways, found, each)]
    unserved.sort(key=lambda row: row[0])
    return Loads(
        roads=roads,
        method=METHOD,
        flow=_by_class(ways, found),
        steps=found.steps,
        asked_gap=gap,
        unserved=tuple(row for _, row in unserved),
        worth=found.worth,
    )


def dearest(ways: Ways) -> float:
    """More than any way can cost that comes to no node twice: twice the dearest link out of every node, added up."""
    most = np.zeros((ways.roads.n_nodes, 1))
    np.maximum.at(most[:, 0], ways.roads.tail, ways.cost.max(axis=0, initial=0.0))
    return 2.0 * float(most.sum()) or 1.0


def _by_class(ways: Ways, found: Optimum) -> Floats:
    """Trips of each class on each link (n_classes, n_links)."""
    columns, (n_classes, n_links) = found.columns, ways.cost.shape
    of = ways.trips.trip_class[columns.commodity][columns.owner]
    on = np.bincount(of * n_links + columns.resource, found.flow[columns.owner], minlength=n_classes * n_links)
    return on.astype(np.float64).reshape(n_classes, n_links)


Row = tuple[tuple[int, int, int], Unserved]
"""Class, origin, destination, to sort by; and what is told."""


def _row(roads: Roads, trips: Trips, ix: int, left: float, reason: str) -> Row:
    of, start, end = int(trips.trip_class[ix]), int(trips.origin[ix]), int(trips.destination[ix])
    told = Unserved(roads.classes[of].name, int(roads.zones[start]), int(roads.zones[end]), left, reason)
    return (of, start, end), told


def _no_way(roads: Roads, every: Trips, with_way: Ints) -> Iterator[Row]:
    for ix in np.setdiff1d(np.arange(len(every)), with_way):
        yield _row(roads, every, int(ix), float(every.trips[ix]), NO_WAY)


def _no_room(ways: Ways, found: Optimum, penalty: float) -> Iterator[Row]:
    """Who is left, and the capacities that stop the way that would be cheapest with these paid for."""
    trips, roads = ways.trips, ways.roads
    left = np.flatnonzero(found.unserved > NOBODY * np.max(trips.trips, initial=0.0))
    if not len(left):
        return
    theirs = Ways(roads, trips.chosen(left)).cheapest(found.worth)
    paid = theirs.cost_at(found.worth)
    for ix, column in enumerate(theirs):
        links = np.asarray(column.resources)
        full = links[found.worth[links] > 0]
        if column.cost >= penalty:
            reason = f"the way costs {column.cost:.6g}, to leave it {penalty:.6g}"
        elif paid[ix] < penalty * (1 - 1e-6) or not len(full):
            reason = "no way was found yet when the rounds ended"
        else:
            reason = f"no room on {_named(roads, full[np.argsort(-found.worth[full], kind='stable')])}"
        yield _row(roads, trips, int(left[ix]), float(found.unserved[left[ix]]), reason)


def _named(roads: Roads, links: Ints) -> str:
    names = [roads.link(int(link)) for link in links[:NAMED]]
    more = len(links) - NAMED
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
