"""Assignment and simulation together: flows sent as they were assigned, and waits of the one as the other has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest
from tests.test_service_flows import BORDER, CRANE, closing, ferry, quay, scarce
from tests.test_simulate import START, drawn, goods, of

from karvan.corridor.corridor import Corridor
from karvan.flow.services.flows import ServiceFlows
from karvan.sim.corridor import Period, compile_corridor
from karvan.sim.pack import pack
from karvan.sim.replicate import replicate
from karvan.sim.stream import Ride
from karvan.study.assign import Assign, problem_of, solve
from karvan.study.settle import settle
from karvan.study.streams import streams_of

RIVALS = """
    K1  sea A 10h B  every 12h  100usd
    K2  rail A 20h B  now  250usd
"""


def rivals(*demand: object) -> Corridor:
    """A ship for four large boxes, and a dearer train of as many that leaves after thirty hours at most."""
    return drawn(RIVALS, *demand, teu=8.0, service={"K2": {"longest_wait_h": 30.0}})


def flows_of(corridor: Corridor, **wishes: object) -> ServiceFlows:
    ask = Assign(**{"gap": 1e-6, **wishes})
    return solve(problem_of(corridor, ask), ask)


# --- a: flows as streams


@pytest.mark.parametrize("method", ["so", "ue"])
@pytest.mark.parametrize("seed", [1, 6, 12])
def test_a01_streams_have_the_units_of_their_flows(seed: int, method: str) -> None:
    flows = flows_of(scarce(seed).corridor, method=method, iterations=300)
    units, sent = defaultdict(float), defaultdict(float)
    for chain, amount in flows.flows:
        units[flows.problem.goods[chain.goods].id] += amount
    routing = streams_of(flows)
    for stream in routing.streams:
        sent[stream.demand] += stream.per_year
    assert sent == pytest.approx(units)
    assert len({stream.id for stream in routing.streams}) == len(routing.streams)
    assert {one.demand for one in routing.unrouted} == {flows.problem.goods[n].id for n in flows.problem.obstacles}


def test_a02_boxes_of_both_sizes_are_sent_in_their_shares_and_a_sliver_goes_with_the_most() -> None:
    flows = flows_of(rivals(goods(share_40ft=0.5)), method="so")
    by_stream = {stream.id: (stream.teu, stream.per_year) for stream in streams_of(flows).streams}
    assert sum(teu * per_year for teu, per_year in by_stream.values()) == pytest.approx(17_520)
    large, small = (sum(n for teu, n in by_stream.values() if teu == size) for size in (2, 1))
    assert large * 2 == pytest.approx(small)
    assert set(by_stream) == {"d", "d-20ft", "d~2", "d-20ft~2"}


def test_a03_the_simulator_sends_each_its_own_way_and_both_arrive() -> None:
    flows = flows_of(rivals(), method="so")
    routing = streams_of(flows)
    taken = {stream.id: [leg.way for leg in stream.legs if isinstance(leg, Ride)] for stream in routing.streams}
    assert sorted(way for [way] in taken.values()) == ["K1", "K2"]
    packed = pack(compile_corridor(rivals(), routing.streams, Period(START, 8760.0)))
    outcome = replicate(packed, hours=8760.0, seed=1, sample_h=24).outcomes[0]
    boarded = {way: of(outcome.queues, f"{way} at 0 A")["boarded"] for way in ("K1", "K2")}
    assigned = {
        way: next(stream.per_year for stream in routing.streams if taken[stream.id] == [way]) for way in boarded
    }
    assert boarded == pytest.approx(assigned, rel=0.03)  # of some 3,000 and 6,000 by chance
    assert outcome.balance["delivered"] == pytest.approx(8760, rel=0.03)


# --- b: in turn until they agree

POOL = {"pool": {"loco": {"id": "loco", "kind": "locomotive", "name": "L", "count": 2, "services": ("K1",),
                          "per_trip": 1, "turnaround_h": 9.0}}}  # fmt: skip
SHAKY = {"servers": 1, "service_time_h": 7.0, "service_time_dist": "exponential"}
BERTHS = quay("A", servers=1, service_time_h=14.0) | quay("B", servers=1, service_time_h=20.0, papers_h=1.0)
ONE_WAY: dict[str, Callable[[], Corridor]] = {
    "border": lambda: drawn(BORDER, goods(teu_year=10_000.0), teu=10.0, facility={"B-border-in": SHAKY}),
    "fleet": lambda: ferry(5_000.0, fleet=2, departs="when_full", longest_wait_h=20.0),
    "locomotives": lambda: drawn("K1 rail A 5h B now", goods(teu_year=10_000.0), teu=10.0, tables=POOL),
    "paths": lambda: drawn("K1 rail A 5h B now", goods(teu_year=12_000.0), teu=10.0, link={
                           "K1-0": {"paths_per_day": 4.0}}),
    "timetable": lambda: drawn("K1 sea A 5h B at 08:00 on 135", goods(teu_year=2_000.0), teu=20.0),
    "berths": lambda: drawn("F1 sea A 10h B every 20h", goods(teu_year=3_000.0), teu=20.0, service={
                            "F1": {"headway_cv": 0.5}}, tables={"facility": BERTHS}),
    "storms": lambda: drawn("F1 sea A 10h B every 20h", goods(teu_year=3_000.0), teu=20.0,
                            tables=closing("link", "F1-0", 40.0, 30.0)),
    "crane": lambda: drawn(CRANE, goods(way="A > C", teu_year=15_000.0), teu=20.0, facility={
                           "B-rail-sea": {"servers": 1, "service_time_h": 0.8, "papers_h": 3.0, "wait_cv": 1.0}}),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(ONE_WAY))
def test_b01_where_there_is_one_way_a_round_settles_it_and_times_are_the_simulated_ones(case: str) -> None:
    found = settle(ONE_WAY[case](), Assign(simulate=5, days=365.0, gap=1e-6, replications=6))
    assert found.settled
    [only] = found.rounds
    assert only.moved == only.gap == 0
    units = np.array([amount for _, amount in found.flows.flows])
    assert units @ found.flows.hours / units.sum() == pytest.approx(only.mean_h, rel=0.03)


def test_b02_rivals_settle_at_the_gap_that_is_asked_for() -> None:
    found = settle(rivals(), Assign(simulate=10, days=365.0, gap=1e-6, settled=2e-3))
    assert found.settled
    assert 1 < len(found.rounds) <= 10
    assert found.rounds[-1].gap <= 2e-3 < found.rounds[0].gap
    assert found.rounds[-1].off_h < found.rounds[0].off_h
    assert len(found.flows.flows) == 2
    costs = [row["cost_usd_unit"] for row in found.flows.chains()]
    assert costs[0] == pytest.approx(costs[1], rel=1e-4)
    units = np.array([amount for _, amount in found.flows.flows])
    assert units @ found.flows.hours / units.sum() == pytest.approx(found.rounds[-1].mean_h, rel=0.05)


def test_b03_too_few_rounds_are_no_silent_answer() -> None:
    found = settle(rivals(), Assign(simulate=1, days=60.0, gap=1e-6, settled=1e-6))
    assert len(found.rounds) == 1
    assert not found.settled


def test_b04_the_same_seed_gives_the_same_bits() -> None:
    one, other = (settle(rivals(), Assign(simulate=2, days=60.0, seed=5)) for _ in range(2))
    assert one.rounds == other.rounds
    assert one.factor.tobytes() == other.factor.tobytes()
    assert [units for _, units in one.flows.flows] == [units for _, units in other.flows.flows]
