"""The assignment of a corridor against what is known otherwise: the simulator, a programme over all chains, plain sums.

a: what is short is what the simulator has of it; b: the system optimum; c: equilibrium; d: choice; e: waits; f: odd
input.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from tests.test_service_chains import random_corridor, straight_chains
from tests.test_simulate import START, Edit, drawn, goods, of, run

from karvan.corridor import load
from karvan.corridor.corridor import Corridor
from karvan.flow.services.chains import Chain
from karvan.flow.services.delays import ServiceDelays
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.optimum import ServiceProgramme, solved
from karvan.flow.services.problem import Problem
from karvan.flow.services.supply import Supply
from karvan.ground.errors import InputError
from karvan.sim import step as do
from karvan.sim.corridor import Compiler, Period
from karvan.study.assign import Assign, assign, problem_of, solve
from karvan.study.routing import route_demand

YEAR_H = 8760.0
HEAVY = {"teu_year": 40_000.0}


# --- a: what is short


def capacity(corridor: Corridor, name: str) -> float:
    """Of a resource, a year."""
    supply = Supply(corridor, 2024)
    return supply.resources[supply.ix[name]].capacity


def closing(table: str, name: str, hours: float, a_year: float) -> Edit:
    """Closures by chance, evenly over the year, each as long."""
    rates = {str(month): {"closure": "storm", "month": month, "starts": a_year / 12} for month in range(1, 13)}
    return {"closure": {"storm": {"id": "storm", "stops_table": table, "stops": (name,), "duration_h": hours,
                                  "duration_dist": "deterministic"}}, "closure_rate": rates}  # fmt: skip


def quay(place: str, **cells: Any) -> dict[str, dict[str, Any]]:
    """A berth of six hours."""
    said = {"id": f"{place}-quay", "place": place, "kind": "berth", "serves": "vessel", "servers": 9}
    return {f"{place}-quay": said | {"service_time_h": 6.0} | cells}


BORDER = """
    place  A KZ
    place  B AZ
    K1  rail A 5h B  now
    border B rail in 2h
"""
CRANE = """
    K1  rail A 5h B  now
    F1  sea B 5h C  now
    change B rail sea 2h
"""


def border(**cells: Any) -> Corridor:
    return drawn(BORDER, goods(**HEAVY), facility={"B-border-in": {"servers": 2} | cells})


def crane(**cells: Any) -> Corridor:
    return drawn(CRANE, goods(way="A > C", teu_year=160_000.0), facility={"B-rail-sea": {"servers": 2} | cells})


FERRY = "F1 sea A 10h B now back"


def ferry(teu_year: float = 40_000.0, **cells: Any) -> Corridor:
    """Ferries for ten large boxes, with goods both ways, and quays at both ends."""
    quays = quay("A", papers_h=2.0, wait_h=5.0) | quay("B")
    both = goods(teu_year=teu_year), goods("e", "B > A", teu_year=teu_year)
    return drawn(FERRY, *both, teu=20.0, service={"F1": cells}, tables={"facility": quays})


RAIL_FERRY = """
    place  A KZ
    place  B KZ
    place  C AZ
    K1 rail A 10h B 8h C now
    gauge B 1520 1435 bogies 4h
    border C rail in 2h
"""


def rail_fleet(both_ways: bool) -> Corridor:
    cells = {"fleet": 3, "both_ways": both_ways, "departs": "when_full"}
    return drawn(RAIL_FERRY, goods(way="A > C", **HEAVY), teu=20.0, service={"K1": cells},
                 link={"K1-1": {"gauge_mm": "1435", "paths_per_day": 20.0}})  # fmt: skip


def loco(departs: str) -> Corridor:
    pool = {"loco": {"id": "loco", "kind": "locomotive", "name": "L", "count": 3, "services": ("K1",), "per_trip": 1,
                     "turnaround_h": 10.0}}  # fmt: skip
    return drawn(f"K1 rail A 5h B 7h C {departs}", goods(way="A > C", **HEAVY), tables={"pool": pool})


def trips_of_locos(corridor: Corridor) -> float:
    """Trains a year for which there are locomotives."""
    supply = Supply(corridor, 2024)
    ix = supply.ix["pool loco"]
    uses = dict(supply.trips[0].uses if supply.trips else supply.vehicle_uses(supply.ways["K1"], 0, 2))
    return supply.resources[ix].capacity / uses[ix]


Measure = tuple[str, str, str]
LOADED: Measure = ("queues", "F1 at 0 A", "loaded")
AT_BORDER: Measure = ("stations", "B-border-in", "served")
AT_CRANE: Measure = ("stations", "B-rail-sea", "served")
SATURATED: dict[str, tuple[Corridor, str, Measure]] = {
    "servers": (border(), "B-border-in", AT_BORDER),
    "spread": (border(service_time_dist="exponential"), "B-border-in", AT_BORDER),
    "opening hours": (border(service_time_cv=0.5, service_time_dist="gamma", opens=6.0, closes=18.0), "B-border-in",
                      AT_BORDER),
    "opening hours over midnight": (
        border(service_time_h=0.5, service_time_dist="exponential", opens=20.0, closes=4.0), "B-border-in", AT_BORDER),
    "several together": (crane(servers=1, batch=3), "B-rail-sea", AT_CRANE),
    "set-up and a slow branch": (crane(slow_share=0.2, slow_h=3.0, setup_h=0.3), "B-rail-sea", AT_CRANE),
    "paths": (drawn("K1 rail A 5h B now", goods(**HEAVY), link={"K1-0": {"paths_per_day": 6.0}}), "K1-0 there",
              ("sections", "K1-0 there", "trains")),
    "fleet": (ferry(fleet=3, departs="when_full"), "trips F1", LOADED),
    "fleet by a headway": (ferry(fleet=3, departs="headway", headway_h=40.0), "trips F1", LOADED),
    "fleet that is short of its headway": (ferry(fleet=2, departs="headway", headway_h=1.0), "trips F1", LOADED),
    "trains that turn round": (rail_fleet(True), "trips K1", ("queues", "K1 at 0 A", "loaded")),
    "trains that come back empty": (rail_fleet(False), "trips K1", ("queues", "K1 at 0 A", "loaded")),
    "headway": (drawn("F1 sea A 5h B every 12h", goods(**HEAVY), teu=20.0, service={"F1": {"headway_cv": 0.5}}),
                "trips F1", LOADED),
    "timetable": (drawn("F1 sea A 5h B at 08:00 on 135", goods(**HEAVY), teu=20.0), "trips F1", LOADED),
    "slots": (ferry(fleet=3, departs="when_full"), "F1 at 0", LOADED),
}  # fmt: skip


def simulated(corridor: Corridor, measure: Measure, **wishes: Any) -> float:
    """What a year of the simulator counts."""
    table, row, column = measure
    return float(of(getattr(run(corridor, days=365, warmup_days=30, **wishes), table), row)[column])


@pytest.mark.parametrize("case", sorted(SATURATED))
def test_a01_a_capacity_is_what_goes_through_at_three_times_the_demand(case: str) -> None:
    corridor, name, measure = SATURATED[case]
    assert capacity(corridor, name) == pytest.approx(simulated(corridor, measure), rel=0.02)


@pytest.mark.parametrize("departs", ["now", "every 4h"])
def test_a02_a_pool_has_locomotives_for_as_many_trains_as_simulated(departs: str) -> None:
    corridor = loco(departs)
    assert trips_of_locos(corridor) == pytest.approx(simulated(corridor, ("stations", "loco", "served")), rel=0.01)


@pytest.mark.parametrize(
    ("table", "name", "hours", "a_year"), [("facility", "B-border-in", 72.0, 30.0), ("place", "B", 24.0, 60.0)]
)
def test_a03_closures_by_chance_take_what_they_take_in_the_simulator(
    table: str, name: str, hours: float, a_year: float
) -> None:
    corridor = drawn(BORDER, goods(**HEAVY), tables=closing(table, name, hours, a_year),
                     facility={"B-border-in": {"servers": 2, "service_time_dist": "exponential"}})  # fmt: skip
    years = [simulated(corridor, AT_BORDER, seed=seed) for seed in range(30)]
    spread = 2 * float(np.std(years, ddof=1)) / len(years) ** 0.5
    assert spread < 0.03 * np.mean(years)
    assert capacity(corridor, "B-border-in") == pytest.approx(np.mean(years), abs=spread)


def test_a04_vessels_that_wait_for_a_load_sail_as_rarely_as_said() -> None:
    corridor = ferry(teu_year=200.0, fleet=2, departs="when_full", longest_wait_h=60.0)
    [trips] = Supply(corridor, 2024).trips
    assert trips.least == pytest.approx(simulated(corridor, LOADED), rel=0.02)


def sim_uses(compiler: Compiler, steps: list[do.Step]) -> dict[str, float]:
    """What a program takes: stations as customers of their mean, sections, hours of pools."""
    pools = {pool.id for pool in compiler.corridor.rows("pool")}
    facilities = compiler.corridor.by_key("facility")
    taken: dict[str, float] = {}
    hours, since = 0.0, {}
    for step in steps:
        if isinstance(step, do.Serve):
            taken[step.station] = taken.get(step.station, 0.0) + 1.0
            hours += step.time.total_mean_h
        elif isinstance(step, do.Delay):
            hours += step.time.total_mean_h
        elif isinstance(step, do.Pace):
            taken[step.section] = taken.get(step.section, 0.0) + 1.0
            hours += step.time.total_mean_h
        elif isinstance(step, do.Seize):
            since[step.station] = hours
        elif isinstance(step, do.Release):
            held = hours - since.pop(step.station)
            if step.station in pools:
                taken[f"pool {step.station}"] = taken.get(f"pool {step.station}", 0.0) + held * step.n
            else:
                facility = facilities[step.station]
                stay = facility.service_time_h + (facility.setup_h or 0.0)
                stay += (facility.slow_share or 0.0) * (facility.slow_h or 0.0)
                taken[step.station] = taken.get(step.station, 0.0) + held / stay
    return taken | {"hours": hours}


def differing(corridor: Corridor) -> tuple[int, list[str]]:
    """Vehicles of ways with goods from the first stop to the last, and where what they take differs from programs."""
    supply = Supply(corridor, 2024)
    compiler = Compiler(corridor, route_demand(corridor, 2024).streams, Period(START, 720.0))
    compiler.closures()
    compared, wrong = 0, []
    for way in supply.ways.values():
        last = len(way.links)
        every = {(way.id, k) for k in range(last) if way.loads(k)}
        compiler.boarded |= every
        compiler.alighted |= {(way.id, k) for k in range(1, last + 1) if way.unloads(k)}
        for k in range(last + 1):
            compiler.stop_of.setdefault((way.id, k), k)
        if way.service.fleet is not None or not (way.loads(0) and way.unloads(last)):
            continue
        steps = [*compiler.round(way, 0), *compiler.end(way)]
        told = sim_uses(compiler, steps)
        told.pop("hours")
        # it is told of what is ever short
        told = {name: amount for name, amount in told.items() if name in supply.ix}
        mine = {supply.resources[ix].id: 0.0 for ix, _ in supply.vehicle_uses(way, 0, last)}
        for ix, amount in supply.vehicle_uses(way, 0, last):
            mine[supply.resources[ix].id] += amount
        compared += 1
        if set(told) != set(mine) or any(abs(told[name] - mine[name]) > 1e-6 * told[name] for name in told):
            wrong.append(f"{way.id}: {sorted(told.items())} but {sorted(mine.items())}")
    return compared, wrong


@pytest.mark.parametrize("seed", range(12))
def test_a05_a_vehicle_takes_what_its_program_takes_on_random_corridors(seed: int) -> None:
    compared, wrong = differing(random_corridor(seed))
    assert compared >= 6
    assert not wrong


@pytest.mark.long
def test_a06_so_does_every_vehicle_of_the_shipped_package_and_every_fleet_turns_as_programmed() -> None:
    corridor = load("middle-corridor")
    compared, wrong = differing(corridor)
    assert compared > 350
    assert not wrong
    supply, period = Supply(corridor, 2024), Period(START, 720.0)
    fleets = [service for service in corridor.rows("service") if service.fleet is not None]
    for service in fleets:
        ways = [supply.ways[name] for name in (service.id, f"{service.id} (back)") if name in supply.ways]
        compiler = Compiler(corridor, (), period)
        compiler.closures()
        for way in ways:
            stops = [(way.id, k) for k in range(len(way.stops))]
            compiler.boarded |= {at for at in stops[:-1] if way.loads(at[1])}
            compiler.stop_of |= {at: at[1] for at in stops}
        compiler.fleet(ways[0], ways[1] if len(ways) > 1 else None)
        told = sim_uses(compiler, list(compiler.made.programs[service.id].steps))
        shut = [(*at,) for way in ways for k in range(len(way.links)) for at in supply._gates(way, k)]
        weather = sum(supply.closing.wait(*at).mean for at in shut)
        times = 2 if len(ways) == 1 else 1
        weather += times * sum(supply.closing.wait("link", link.id).mean for way in ways for link in way.links)
        assert told["hours"] + weather == pytest.approx(supply.round_h(ways), rel=1e-9), service.id
    assert len(fleets) > 5


def test_a07_a_unit_takes_the_room_that_the_simulator_gives_it() -> None:
    corridor = drawn(
        "K1 rail A 5h B now\nF1 sea B 5h C every 9h",
        goods("boxes", "A > C"), goods("both", "A > C", share_40ft=0.5),
        goods("wagons", "B > C", t_year=1e5, unit="wagon"), goods("trucks", "B > C", t_year=1e5, unit="truck"),
        teu=20.0, vehicle={"F1": {"capacity_wagons": 28, "capacity_trucks": 9}},
        tables={"facility": quay("C", load_share=0.58)},
    )  # fmt: skip
    problem = problem_of(corridor, Assign())
    routed = route_demand(corridor, 2024)
    assert not routed.unrouted
    compiler = Compiler(corridor, routed.streams, Period(START, 720.0))
    for of_goods, chains in zip(problem.goods, problem.chains, strict=True):
        of_it = [stream for stream in routed.streams if stream.group and stream.id.startswith(of_goods.id)]
        whole = sum(stream.per_year for stream in of_it)
        assert whole == pytest.approx(of_goods.per_year)
        for arc, share in zip(chains.network.arcs, chains.share, strict=True):
            if arc.is_ride:
                way = compiler.ways[chains.network.ways[arc.way].id]
                sizes = sum(compiler.size(way, stream) * stream.per_year for stream in of_it) / whole
                assert sizes / 1_000_000 == pytest.approx(share, rel=1e-4), (of_goods.id, way.id)


# --- b: the system optimum


@lru_cache
def scarce(seed: int) -> Problem:
    """A random corridor with few paths, borders of one server and goods of which one hour is dear or cheap."""
    rng = np.random.default_rng((seed, 3))
    rows = [
        goods(f"d{n}", " > ".join(rng.permutation(list("ABCDEF"))[:2]), teu_year=float(rng.integers(5_000, 60_000)),
              families=("byland", "kazakh") if n == 0 else ())
        for n in range(4)
    ]  # fmt: skip
    corridor = random_corridor(seed, *rows)
    tables = dict(corridor.tables)
    tables["link"] = tuple(
        row._replace(paths_per_day=float(rng.integers(1, 12))) if row.mode != "sea" and rng.random() < 0.6 else row
        for row in tables["link"]
    )
    tables["facility"] = tuple(row._replace(servers=1) if row.kind == "border" else row for row in tables["facility"])
    return problem_of(Corridor(corridor.description, tables), Assign(method="so"))


def columns_of(programme: ServiceProgramme) -> list[Chain]:
    """Every straight chain of every row of demand."""
    problem = programme.problem
    return [chains.chain(arcs) for n, chains in enumerate(problem.chains) if n in programme.best
            for arcs in straight_chains(chains)]  # fmt: skip


def whole_programme(programme: ServiceProgramme, capacity: np.ndarray) -> float:
    """The least cost over all chains there are, by HiGHS as scipy has it: chains, sailings, and what is left."""
    problem, chains = programme.problem, columns_of(programme)
    trips, n_goods = problem.supply.trips, len(problem.goods)
    room, served = np.zeros((problem.n_resources, 0)), np.zeros((n_goods, 0))
    cost: list[float] = []
    for chain in chains:
        column = programme.column(chain)
        uses, serves = np.zeros((problem.n_resources, 1)), np.zeros((n_goods, 1))
        uses[chain.taken, 0], serves[chain.goods, 0] = chain.amounts, 1.0
        room, served = np.hstack([room, uses]), np.hstack([served, serves])
        cost.append(column.cost)
    for one in trips:
        uses = np.zeros((problem.n_resources, 1))
        for ix, amount in one.uses:
            uses[ix, 0] += amount
        uses[one.resource, 0] += 1.0
        uses[list(one.gives), 0] -= 1.0
        room, served = np.hstack([room, uses]), np.hstack([served, np.zeros((n_goods, 1))])
        cost.append(0.0)
    room, served = np.hstack([room, np.zeros((problem.n_resources, n_goods))]), np.hstack([served, np.eye(n_goods)])
    found = linprog([*cost, *programme.penalty], A_ub=room, b_ub=capacity, A_eq=served, b_eq=programme.demand)
    assert found.status == 0
    return float(found.fun)


SCARCE = range(25)


@pytest.mark.parametrize("seed", SCARCE)
def test_b01_the_optimum_is_that_of_a_programme_over_all_chains(seed: int) -> None:
    problem = scarce(seed)
    programme = ServiceProgramme(problem, ServiceDelays(problem))
    found, flows = solved(problem, ServiceDelays(problem), gap=1e-10)
    assert found.converged
    assert found.objective == pytest.approx(whole_programme(programme, programme.capacity), rel=1e-9)
    assert found.bound <= found.objective * (1 + 1e-12)
    keeps_within(flows)
    conserves(flows)
    left_only_where_short(flows, programme)


def keeps_within(flows: ServiceFlows) -> None:
    """No load beyond its capacity, slots within those of the vehicles that sail."""
    room = flows.problem.capacity
    assert (flows.load <= room * (1 + 1e-9) + 1e-9).all()
    for trips in flows.problem.supply.trips:
        assert (flows.load[list(trips.gives)] <= flows.sailings[trips.resource] * (1 + 1e-9) + 1e-9).all()


def conserves(flows: ServiceFlows) -> None:
    """Of every row of demand all units go somewhere, or are told to stay."""
    units = np.zeros(len(flows.problem.goods))
    for chain, amount in flows.flows:
        assert amount > 0
        units[chain.goods] += amount
    for one in flows.left:
        units[one.goods] += one.units
    np.testing.assert_allclose(units, flows.problem.per_year, rtol=1e-7)


def left_only_where_short(flows: ServiceFlows, programme: ServiceProgramme) -> None:
    """What stays would have to pay more for what is short than it costs to leave it."""
    for one in flows.left:
        if one.reason.startswith("no room"):
            found = flows.problem.chains[one.goods].cheapest(flows.worth, programme.wait)
            assert found is not None
            assert found[0] >= programme.penalty[one.goods] * (1 - 1e-9)
            assert not one.reason.endswith(": ")


@pytest.mark.parametrize("seed", [0, 2, 4, 6, 12, 18])
def test_b02_duals_are_what_the_optimum_falls_by_however_it_is_solved_again(seed: int) -> None:
    problem = scarce(seed)
    programme = ServiceProgramme(problem, ServiceDelays(problem))
    found, _ = solved(problem, ServiceDelays(problem), gap=1e-10)
    here = whole_programme(programme, programme.capacity)
    checked = 0
    for ix in np.flatnonzero(found.worth > 1e-6 * found.worth.max(initial=0.0)).tolist():
        sides = found.one_sided(ix)
        assert sides.next * (1 - 1e-6) - 1e-6 <= found.worth[ix] <= sides.last * (1 + 1e-6) + 1e-6
        step = max(1e-4 * programme.capacity[ix], 1e-2)
        more = programme.capacity.copy()
        more[ix] += step
        assert (here - whole_programme(programme, more)) / step == pytest.approx(sides.next, rel=0.02, abs=1e-3)
        checked += 1
    assert checked >= 1


ROW = {
    "borders": """
        place A KZ
        place B AZ
        place C GE
        place D TR
        K1 rail A 5h B  now
        K2 rail B 5h C  now
        K3 rail C 5h D  now
        border B rail in 21.9h
        border C rail in 87.6h
        border D rail in 175.2h
    """,
    "paths": "K1 rail A 5h B now\nK2 rail B 5h C now\nK3 rail C 5h D now",
    "slots": "K1 sea A 5h B every 21.9h\nK2 sea B 5h C every 87.6h\nK3 sea C 5h D every 175.2h",
}
"""Three pieces in a row with room for 400, 100 and 50 boxes a year: behind borders, by paths, and on ships."""
SHORT_OF = {"borders": "D-border-in", "paths": "K3-0 there", "slots": "K3 at 0"}


def in_a_row(ways: str) -> Corridor:
    rows = [goods("d", "A > C", teu_year=60.0), goods("e", "A > B", teu_year=180.0),
            goods("f", "C > D", teu_year=200.0)]  # fmt: skip
    edits: dict[str, Edit] = {"borders": {"facility": {f"{at}-border-in": {"servers": 1} for at in "BCD"}}}
    paths = zip(("K1-0", "K2-0", "K3-0"), (400, 100, 50), strict=True)
    edits["paths"] = {"link": {link: {"paths_per_day": room / 365} for link, room in paths}}
    return drawn(ROW[ways], *rows, **edits.get(ways, {}))


@pytest.mark.parametrize("ways", sorted(ROW))
def test_b03_three_pieces_in_a_row_carry_120_30_and_50_and_50_stay(ways: str) -> None:
    """The known answer of capacities 400, 100 and 50, and demands 30, 90 and 100: A to C, A to B, and C to D."""
    problem = problem_of(in_a_row(ways), Assign(method="so"))
    found, flows = solved(problem, ServiceDelays(problem))
    over = {row["link"]: row["units"] for row in flows.links()}
    assert over == pytest.approx({"K1-0": 120.0, "K2-0": 30.0, "K3-0": 50.0})
    [left] = flows.unserved()
    assert (left["demand"], left["units"]) == ("f", pytest.approx(50.0))
    assert left["reason"] == f"no room: {SHORT_OF[ways]}"
    worth = {problem.supply.resources[ix].id: found.worth[ix] for ix in np.flatnonzero(found.worth)}
    assert worth[SHORT_OF[ways]] == pytest.approx(20 * 1000, rel=0.05)  # 20 t of 1,000 USD, and what the way costs


@pytest.mark.parametrize("cells", [{"usd_per_t": None}, {"value_of_time_pct_day": None}])
def test_b04_goods_of_which_nobody_knows_the_worth_are_brought_where_there_is_room(cells: dict[str, Any]) -> None:
    corridor = drawn("F1 sea A 10h B every 12h 100usd\nK1 rail A 20h B now 300usd", commodity={"goods": cells})
    found = solve(problem_of(corridor, Assign(method="so")), Assign(method="so"))
    assert not found.unserved()
    assert sum(units for _, units in found.flows) == pytest.approx(8760)


def test_b05_goods_worth_next_to_nothing_go_by_the_cheap_ship_and_not_by_the_dear_train() -> None:
    corridor = drawn("F1 sea A 10h B every 12h 100usd\nK1 rail A 20h B now 300usd", commodity={
                     "goods": {"usd_per_t": 1e-9}})  # fmt: skip
    found = solve(problem_of(corridor, Assign(method="so")), Assign(method="so"))
    assert [units for _, units in found.flows] == pytest.approx([730])
    assert [row["units"] for row in found.unserved()] == pytest.approx([8760 - 730])


# --- c: equilibrium


def costs_of(flows: ServiceFlows) -> tuple[float, float, float]:
    """What all pay, what they would pay on the cheapest chain there is for them, and what the least of them pays more.

    The cheapest is that of all straight chains, at the waits of the flows.
    """
    problem, wait = flows.problem, flows.wait_h
    paid = least_paid = 0.0
    worst = 0.0
    every = {n: [chains.chain(arcs) for arcs in straight_chains(chains)] for n, chains in enumerate(problem.chains)}
    for chain, units in flows.flows:
        usd_h = problem.goods[chain.goods].usd_h
        cost, *others = (one.cost + usd_h * (one.times @ wait[one.waited]) for one in (chain, *every[chain.goods]))
        paid, least_paid = paid + units * cost, least_paid + units * min(others)
        worst = max(worst, (cost - min(others)) / cost)
    return paid, least_paid, worst


@pytest.mark.parametrize("seed", range(12))
def test_c01_nobody_could_gain_by_any_chain_there_is(seed: int) -> None:
    problem = scarce(seed)
    flows = solve(problem, Assign(method="ue", gap=1e-6, iterations=300))
    assert flows.settled
    paid, least, _ = costs_of(flows)
    assert least <= paid <= least * (1 + 1e-6)
    conserves(flows)
    assert np.isfinite(flows.wait_h).all()


@pytest.mark.parametrize("seed", range(6))
def test_c02_more_demand_never_costs_less(seed: int) -> None:
    before = 0.0
    for factor in (0.1, 0.5, 1.0, 2.0):
        problem = problem_of(scarce(seed).corridor, Assign(demand=factor))
        flows = solve(problem, Assign(gap=1e-6, iterations=300))
        paid, *_ = costs_of(flows)
        assert paid > before
        before = paid


def shuffled(corridor: Corridor, seed: int) -> Corridor:
    """The same corridor with the rows of its tables in another order."""
    rng = np.random.default_rng(seed)
    tables = {name: tuple(rows[ix] for ix in rng.permutation(len(rows))) for name, rows in corridor.tables.items()}
    return Corridor(corridor.description, tables)


@pytest.mark.parametrize(("method", "gap"), [("so", 1e-9), ("ue", 1e-9), ("sue", 1e-4)])
@pytest.mark.parametrize("seed", [1, 6, 12])
def test_c03_the_order_of_rows_changes_nothing(seed: int, method: str, gap: float) -> None:
    """Loads and costs; which of two rows of demand takes which of two chains that cost the same is as may be."""
    ask = Assign(method=method, gap=gap, iterations=5000, demand=0.3)
    one, other = (
        solve(problem_of(corridor, ask), ask)
        for corridor in (scarce(seed).corridor, shuffled(scarce(seed).corridor, 1))
    )
    assert one.settled
    assert other.settled
    assert one.steps[-1].objective == pytest.approx(other.steps[-1].objective, rel=10 * gap)
    if method != "so":  # of which there may be several
        close = 1e-4 if method == "ue" else 0.02
        loads = [{row["resource"]: row["load"] for row in flows.resources()} for flows in (one, other)]
        assert loads[0] == pytest.approx(loads[1], rel=close, abs=1.0)
        costs = [{row["demand"]: row["cost_usd_unit"] for row in flows.skims()} for flows in (one, other)]
        assert costs[0] == pytest.approx(costs[1], rel=close)


@pytest.mark.parametrize("method", ["so", "ue", "sue"])
def test_c04_asked_twice_it_gives_the_same_bits(method: str) -> None:
    ask = Assign(method=method, iterations=200)
    one, other = (solve(problem_of(scarce(6).corridor, ask), ask) for _ in range(2))
    assert [(chain.arcs, units) for chain, units in one.flows] == [(chain.arcs, units) for chain, units in other.flows]
    assert one.wait_h.tobytes() == other.wait_h.tobytes()
    assert one.worth.tobytes() == other.worth.tobytes()
    assert one.steps == other.steps


# --- d: choice


@pytest.mark.parametrize("seed", [0, 5, 7, 8, 11])
def test_d01_shares_are_those_of_a_logit_at_the_costs_that_they_make(seed: int) -> None:
    ask = Assign(method="sue", theta=4.0, gap=1e-5, iterations=5000, demand=0.3)
    problem = problem_of(scarce(seed).corridor, ask)
    flows = solve(problem, ask)
    assert flows.settled
    lengths = {row.id: row.length_km for row in problem.corridor.rows("link")}
    compared = 0
    for n, chains in enumerate(problem.chains):
        mine = [(chain, units) for chain, units in flows.flows if chain.goods == n]
        if not mine:
            continue
        usd_h = problem.goods[n].usd_h
        cost = np.array([chain.cost + usd_h * (chain.times @ flows.wait_h[chain.waited]) for chain, _ in mine])
        rides = [[chains.network.arcs[ix] for ix in chain.arcs if chains.network.arcs[ix].is_ride] for chain, _ in mine]
        parts = [[link.id for arc in of_chain for link in chains.network.ways[arc.way].links[arc.board : arc.alight]]
                 for of_chain in rides]  # fmt: skip
        size = np.array([
            sum(lengths[link] / sum(link in other for other in parts) for link in of_chain)
            / sum(lengths[link] for link in of_chain)
            for of_chain in parts
        ])  # fmt: skip
        weight = size * np.exp(-4.0 * (cost - cost.min()) / problem.best[n].cost)
        expected = problem.per_year[n] * weight / weight.sum()
        np.testing.assert_allclose([units for _, units in mine], expected, atol=1e-3 * problem.per_year.sum())
        compared += len(mine) > 1
    assert compared >= 1
    conserves(flows)


# --- e: waits

LOADS = (0.0, 1e-14, 1e-6, 1e-3, 0.3, 0.9, 1.0, 1.1, 2.0, 5.0)
CASES: dict[str, Callable[[], Corridor]] = {name: (lambda name=name: SATURATED[name][0]) for name in SATURATED} | {
    "locomotives": lambda: loco("now"),
    "storms": lambda: drawn(BORDER, goods(**HEAVY), tables=closing("place", "B", 24.0, 60.0)),
    "no longest wait": lambda: ferry(fleet=1, departs="when_full", longest_wait_h=None),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(CASES))
def test_e01_waits_are_finite_and_rise_with_the_load(case: str) -> None:
    problem = problem_of(CASES[case](), Assign())
    delays, every = ServiceDelays(problem), np.arange(problem.n_resources)
    fills = delays.fills
    last = np.full(problem.n_resources, -1e-12)
    for part in LOADS:
        wait, slope = delays.wait(part * problem.capacity, every)
        assert np.isfinite(wait).all()
        assert np.isfinite(slope).all()
        assert (wait >= 0).all()
        assert (slope >= 0).all()
        if part > 0.0:  # what fills waits the less the more there is
            assert (wait[~fills] >= last[~fills] * (1 - 1e-9)).all()
        last = wait
    assert delays.wait(5 * problem.capacity, every)[0].max() > 1000  # of hours in a year that begins empty


# --- f: bad input

SHIP = """
    K1  sea A 10h B  every 12h  100usd
    K2  rail A 20h B  now  300usd
"""


def closed_all_year(table: str, name: str) -> Corridor:
    tables = {"closure": {"shut": {"id": "shut", "stops_table": table, "stops": (name,)}},
              "closure_time": {"1": {"closure": "shut", "seq": 1, "begins": dt.datetime(2023, 1, 1, tzinfo=dt.UTC),
                                     "ends": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}}}  # fmt: skip
    return drawn(SHIP, tables=tables, facility={"B-gate": {"service_time_h": 1.0}})


ODD: dict[str, Callable[[], Corridor]] = {
    "no demand at all": lambda: drawn(SHIP, goods(teu_year=0.0), goods("e", "B > A", teu_year=0.0)),
    "some without demand": lambda: drawn(SHIP, goods(teu_year=0.0), goods("e")),
    "a place without a gate": lambda: drawn(SHIP, goods(), goods("e", "A > C"), tables={"place": {"C": {
        "id": "C", "name": "C", "kind": "city", "lon": 0.0, "lat": 0.0, "time_zone": "UTC"}}}),
    "no room for a box": lambda: drawn("K1 rail A 5h B now", teu=1.0),
    "no vehicle for wagons": lambda: drawn(SHIP, goods(t_year=1e5, unit="wagon")),
    "a facility that takes no time": lambda: drawn(SHIP, facility={"B-gate": {"service_time_h": 0.0, "servers": 1}}),
    "a gate closed all year": lambda: closed_all_year("facility", "B-gate"),
    "a place closed all year": lambda: closed_all_year("place", "B"),
    "a service closed all year": lambda: closed_all_year("service", "K1"),
    "a fleet that waits without end": lambda: ferry(fleet=1, departs="when_full", longest_wait_h=None),
    "a headway of a century": lambda: drawn(SHIP, service={"K1": {"headway_h": 876_000.0}}),
    "a timetable of no day in the year": lambda: drawn("K1 sea A 5h B at 08:00 on 1 from 2030-01-01", goods()),
    "goods worth nothing": lambda: drawn(SHIP, commodity={"goods": {"usd_per_t": None,
                                                                    "value_of_time_pct_day": None}}),
    "an hour open": lambda: drawn(BORDER, facility={"B-border-in": {"servers": 1, "opens": 8.0, "closes": 9.0}}),
}  # fmt: skip
MISSING = {"worth_usd", "worth_usd_teu", "worth_usd_t", "one_more_usd", "used",
           "cost_usd_unit", "usd_unit", "hours", "kg_co2e_unit"}  # fmt: skip
"""Columns that may be missing: of what has no worth, no TEU, no capacity, or no way."""


@pytest.mark.parametrize("method", ["so", "ue", "sue"])
@pytest.mark.parametrize("case", sorted(ODD))
def test_f01_odd_corridors_have_answers_without_a_number_missing(case: str, method: str, tmp_path: Path) -> None:
    found = assign(ODD[case](), method=method, iterations=300, out=tmp_path / "run")
    for name, _, _ in found.run.files():
        table = found.table(name)
        numbers = table.select_dtypes("number").drop(columns=list(MISSING), errors="ignore")
        assert np.isfinite(numbers.to_numpy(dtype=float)).all(), (name, table)
    conserves(found.flows)
    assert all(np.isfinite(value) for value in found.flows.totals().values())
    assert not any(one.units == 0 for one in found.flows.left)


@pytest.mark.parametrize("method", ["so", "ue", "sue"])
def test_f02_no_demand_by_a_factor_of_nought(method: str, tmp_path: Path) -> None:
    found = assign(drawn(SHIP), method=method, demand=0.0, out=tmp_path / "run")
    assert found.converged
    assert found.flows.totals()["tonnes"] == 0
    assert not found.flows.flows


@pytest.mark.parametrize("method", ["so", "ue", "sue"])
def test_f03_what_is_shut_all_year_lets_nobody_through(method: str) -> None:
    ask = Assign(method=method, iterations=300)
    shut = solve(problem_of(closed_all_year("facility", "B-gate"), ask), ask)
    [left] = shut.unserved()
    assert (left["units"], left["reason"]) == (8760.0, "no capacity: B-gate")


def test_f04_a_year_without_rows_and_wishes_that_cannot_be_are_refused() -> None:
    for wishes in ({"year": 1999}, {"method": "xx"}, {"demand": -1.0}, {"demand": float("nan")}, {"gap": 0.0}):
        with pytest.raises(InputError):
            assign(drawn(SHIP), **wishes)
