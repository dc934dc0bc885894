"""The front's finer promises: a slack that is proved, storage that is no bargain to come early for, kept answers."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.ground.errors import InputError
from karvan.itinerary import FindItineraries, Load, answer, choose, search
from karvan.itinerary.calendar import steady
from karvan.itinerary.room import front_labels, unbeaten
from karvan.kernels.labels import MADE
from karvan.kernels.passing import ARC, Graph
from karvan.network import pack, shape
from karvan.testing import draw

MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
Ask = dict[str, Any]


# a: slack


def graph_of(n: int, arcs: list[tuple[int, int, int, int, int, int]]) -> Graph:
    """A graph of n nodes with (tail, head, hours, USD, kg, h2) arcs that may be passed at any time."""
    arcs = sorted(arcs)
    m = len(arcs)
    record = np.zeros(m, dtype=ARC).view(np.recarray)
    if m:
        tails, record.head, record.hours, record.price, record.co2e, record.h2 = np.array(arcs).T
    else:
        tails = np.empty(0, dtype=np.int64)
    record.row = np.arange(m)
    none, never, zero = np.zeros(m + 1, dtype=np.int64), np.empty(0), np.zeros(m)
    first = np.searchsorted(tails, np.arange(n + 1)).astype(np.int64)
    apart = none[:0], none[:1], never, never, zero, zero, np.zeros(n, dtype=np.bool_)
    return Graph(first, record, zero - inf, zero + inf, none, never, none, never, *apart)


def fronts(n: int, arcs: list[tuple[int, ...]]) -> set[tuple[float, ...]]:
    """The Pareto set from node 0 to node n - 1 by growing every node's set until nothing is new."""
    sets: list[set[tuple[float, ...]]] = [set() for _ in range(n)]
    sets[0] = {(0.0, 0.0, 0.0, 0.0)}
    grown = True
    while grown:
        grown = False
        for tail, head, *costs in arcs:
            new = {tuple(a + b for a, b in zip(label, costs, strict=True)) for label in sets[tail]}
            every = sets[head] | new
            kept = {
                a for a in every if not any(b != a and all(x <= y for x, y in zip(b, a, strict=True)) for b in every)
            }
            grown |= kept != sets[head]
            sets[head] = kept
    return sets[n - 1]


def found(n: int, arcs: list[tuple[Any, ...]], slack: float) -> list[tuple[float, ...]]:
    labels, _, _ = front_labels(graph_of(n, arcs), np.zeros((n, 4)), 0, n - 1, 0.0, inf, slacks=(slack,))
    made = int(labels.counts[MADE])
    done = (labels.label["node"][:made] == n - 1) & labels.settled[:made]
    rows = [tuple(float(row[name]) for name in ("time", "price", "co2e", "h2")) for row in labels.label[:made][done]]
    rows.sort()
    return [rows[at] for at in unbeaten(np.array(rows))] if rows else []


cost = st.integers(0, 9)
arc = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 9), cost, cost, cost)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(arc, max_size=30))
def test_a01_without_a_slack_the_set_is_exact(arcs: list[tuple[int, ...]]) -> None:
    assert set(found(7, arcs, 0.0)) == fronts(7, arcs)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(arc, max_size=30), st.sampled_from([0.05, 0.2, 1.0, 3.0]))
def test_a02_with_one_nothing_that_is_missing_is_better_by_more(arcs: list[tuple[int, ...]], slack: float) -> None:
    kept = found(7, arcs, slack)
    for time, *costs in fronts(7, arcs):
        limits = [(1 + slack) * one + 1e-9 for one in costs]
        assert any(other[0] <= time and all(a <= b for a, b in zip(other[1:], limits, strict=True)) for other in kept)


def test_a03_and_it_drops_what_is_nearly_as_good() -> None:
    # Three ways of each of six hops, each a little cheaper and dirtier than the next: the exact set has many members.
    arcs = [(k, k + 1, 1, 100 + step, 100 - step, 0) for k in range(6) for step in (0, 2, 5)]
    assert len(found(7, arcs, 0.0)) > 4 * len(found(7, arcs, 0.1)) >= 4


# b: storage, where no clock is kept


@st.composite
def stored(drawing: st.DrawFn) -> tuple[str, list[tuple[Any, ...]], dict[str, tuple[int, int, int]]]:
    """Lines of one ride between up to five places, and changes with free hours and a price by the day."""
    places = "ABCDE"[: drawing(st.integers(3, 5))]
    pair = st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True)
    lines, picture = [], [f"place {place}" for place in places]
    for number in range(drawing(st.integers(2, 7))):
        a, b = drawing(pair)
        hours, headway, usd = (
            drawing(st.integers(1, 9)),
            drawing(st.sampled_from([0, 12, 48])),
            drawing(st.integers(0, 5)),
        )
        mode = f"rail{('1520', '1435', '1067')[number % 3]}" if drawing(st.booleans()) else "sea"
        lines.append((a, b, f"K{number}", mode))
        picture.append(f"K{number} {mode} {a} {hours}h {b} {f'every {headway}h' if headway else 'now'} {usd * 10}usd")
    changes = {}
    for place in places:
        changes[place] = drawing(
            st.tuples(st.integers(0, 9), st.sampled_from([0, 6, 24]), st.sampled_from([0, 24, 240]))
        )
        for one, other in (("rail", "rail"), ("rail", "sea"), ("sea", "sea")):
            name = f"{place}-{one}-{other}"
            picture.append(f"change {place} {one} {other} {changes[place][0]}h")
            picture.append(f"set facility {name} free_h={changes[place][1]} storage_usd_feu_day={changes[place][2]}")
    return "\n".join(picture), lines, changes


@settings(max_examples=150, deadline=None, derandomize=True)
@given(stored())
def test_b01_no_chain_that_storage_makes_dearer_hides_one_that_it_does_not(case: tuple[Any, ...]) -> None:
    picture, _, _ = case
    network = pack(draw(picture))
    ask = FindItineraries("A", "B", MONDAY, tonnes=1.0, horizon_days=30, epsilon=0.0, load=Load(0, 1))
    front = {tuple(round(x, 6) for x in chain.criteria) for chain in search(network, ask).front}
    every = [tuple(round(x, 6) for x in figures) for figures in _every_chain(network, ask)]
    best = {a for a in every if not any(b != a and all(x <= y for x, y in zip(b, a, strict=True)) for b in every)}
    assert front == best


def _every_chain(network: Any, ask: FindItineraries) -> list[tuple[float, ...]]:
    """Figures of every chain that comes to no node twice, followed arc by arc."""
    from karvan.itinerary.graph import graph_of as graph_for
    from karvan.network.network import END, START, Node

    graph = graph_for(network, ask)
    if Node(START, "A") not in network.node_ix or Node(END, "B") not in network.node_ix:
        return []
    start, end, done = network.node_ix[Node(START, "A")], network.node_ix[Node(END, "B")], []

    def go(
        node: int, time: float, usd: float, kg: float, h2: float, came: int, begun: float, seen: frozenset[int]
    ) -> None:
        if node == end:
            done.append((time, usd, kg, h2))
            return
        for out in range(graph.first_out[node], graph.first_out[node + 1]):
            one = graph.arc[out]
            if int(one.head) in seen or not np.isfinite(one.price):
                continue
            leaves = time + one.wait
            more = 0.0
            if came >= 0 and graph.rate_h[came] > 0:
                more = graph.rate_h[came] * max(0.0, leaves - begun - graph.free_h[came])
            after = usd + one.price + more, kg + one.co2e, h2 + one.h2
            go(int(one.head), leaves + one.hours, *after, out, time, seen | {int(one.head)})

    go(start, 0.0, 0.0, 0.0, 0.0, -1, 0.0, frozenset({start}))
    return done


# c: kept answers


SEASON = "K1 rail A 9h B every 12h 100usd from 2026-03-01 to 2026-10-31\n R1 road A 20h B every 6h 900usd"


def test_c01_an_answer_that_is_kept_is_the_one_that_would_be_found() -> None:
    network = pack(draw(SEASON))
    for day in (0, 40, 70, 71, 200, 290, 330):
        ask = FindItineraries("A", "B", MONDAY + dt.timedelta(days=day), tonnes=1.0, horizon_days=20, samples=50)
        fresh, kept = choose(network, ask, search(network, ask)), answer(network, ask)
        assert [(o.id, o.depart, o.arrive, o.price_usd) for o in kept.options] == [
            (o.id, o.depart, o.arrive, o.price_usd) for o in fresh.options
        ]
        assert [o.quantile_h(0.9) for o in kept.options] == [o.quantile_h(0.9) for o in fresh.options]
        assert [leg.depart for o in kept.options for leg in o.legs] == [
            leg.depart for o in fresh.options for leg in o.legs
        ]


def test_c02_none_is_kept_while_a_season_begins_or_ends() -> None:
    network = pack(draw(SEASON))
    ask = FindItineraries("A", "B", MONDAY, tonnes=1.0, horizon_days=20)
    days = {
        day: steady(network, replace(ask, depart=MONDAY + dt.timedelta(days=day))) for day in (0, 40, 100, 290, 320)
    }
    assert days[40] is None
    assert days[290] is None
    assert days[0] == days[320] != days[100]


@pytest.mark.parametrize(
    "picture", ["K1 rail A 9h B at 08:00", "K1 rail A 9h B now\n set facility A-gate opens=08:00 closes=17:00"]
)
def test_c03_nor_where_a_clock_is_kept(picture: str) -> None:
    assert steady(pack(draw(picture)), FindItineraries("A", "B", MONDAY)) is None


# d: tables of quantiles that are kept


def test_d01_a_table_from_the_cache_has_the_bits_of_one_that_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shape, "user_cache_path", lambda _name: tmp_path)
    made = shape.quantiles(("gamma", 0.7, ()))
    for _ in range(2):
        shape.table.cache_clear()
        assert shape.table("gamma", 0.7).tobytes() == made.tobytes()
    (file,) = (tmp_path / "shapes").iterdir()
    file.write_bytes(file.read_bytes()[:-9])  # cut short: it is made anew
    shape.table.cache_clear()
    assert shape.table("gamma", 0.7).tobytes() == made.tobytes()
    shape.table.cache_clear()


# e: a window of too many departures


def test_e01_a_window_with_more_departures_than_are_told_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[search.__module__], "MOST_DEPARTURES", 5)
    network = pack(draw("K1 rail A 9h B at 08:00"))
    ask = FindItineraries("A", "B", MONDAY, tonnes=1.0, until=MONDAY + dt.timedelta(days=4))
    assert len(search(network, ask).front) == 4
    with pytest.raises(InputError, match=r"until \| found 5 departures and more \| ask for a shorter window"):
        search(network, replace(ask, until=MONDAY + dt.timedelta(days=6)))
