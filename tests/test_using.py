"""`karvan plan --using RUN`: the planner with the waits of a run comes to the run's own times."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.test_simulate import drawn, goods

import karvan
from karvan.corridor import Corridor
from karvan.evidence.shelf import open_run
from karvan.ground.errors import InputError
from karvan.itinerary import Leg, Option, Plan
from karvan.network import Network, pack
from karvan.report.plan import document, leg_lines, using_lines
from karvan.sim.simulation import Simulation
from karvan.sim.stream import Pass
from karvan.study.routing import route_demand
from karvan.study.simulate import simulate
from karvan.study.using import waits_of

MONTHS = range(1, 13)
LONE_TRAIN = "K1 rail A 5h B every 12h"


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def simulated(corridor: Corridor, days: float = 200, replications: int = 2, **wishes: Any) -> Simulation:
    return simulate(corridor, days=days, replications=replications, **{"warmup_days": 40.0} | wishes)


def planned(corridor: Corridor, way: str = "A > B", depart: str = "2024-06-03", **wishes: Any) -> Plan:
    origin, destination = way.split(" > ")
    return karvan.plan(
        origin, destination, depart, "1xFEU", package=corridor, **{"commodity": "goods", "past": True} | wishes
    )


def item(option: Option, kind: str, row: str) -> pd.Series[Any]:
    """The only item of an option of that kind and row."""
    [found] = [one for leg in option.legs for one in leg.items if (one.kind, one.row) == (kind, row)]
    return pd.Series({"hours": found.hours, "sd": found.variance_h2**0.5, "waits": found.waits})


def leg_of(plan: Plan, service: str) -> Leg:
    [found] = [leg for leg in plan.options[0].legs if leg.service == service]
    return found


def pooled(rows: pd.DataFrame, *names: str) -> tuple[float, float]:
    """Mean and spread of all that the rows have counted: `names` are the columns of counts, means and spreads."""
    n, mean, sd = (rows[name].to_numpy() for name in names)
    whole = float(np.average(mean, weights=n))
    return whole, float(np.average(sd**2 + (mean - whole) ** 2, weights=n)) ** 0.5


def berths(*places: str, **cells: Any) -> dict[str, dict[str, Any]]:
    said = {"kind": "berth", "serves": "vessel", "servers": 1, "service_time_h": 6.0, "service_time_cv": 0.3}
    return {f"quay-{place}": {"id": f"quay-{place}", "place": place} | said | cells for place in places}


def storms(**stopped: tuple[str, str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Closures of a table's row each, four a month, of twenty hours."""
    return {
        "closure": {
            name: {"id": name, "stops_table": table, "stops": (row,), "duration_h": 20.0,
                   "duration_dist": "exponential"}
            for name, (table, row) in stopped.items()
        },
        "closure_rate": {
            f"{name}{month}": {"closure": name, "month": month, "starts": 4.0} for name in stopped for month in MONTHS
        },
    }  # fmt: skip


# --- a: the planner comes to the run's own times


def ferries(fleet: int, teu: float, longest_h: float | None = None) -> Corridor:
    """Trains formed within five hours, then ferries that stand until they are full, between two berths with papers."""
    return drawn("""
        K1      rail A 5h B  now
        F1      sea  B 10h C  now
        change  B rail sea 0.3h
    """, goods(way="A > C"), teu=teu,
        tables={"facility": berths("B", "C", wait_h=2.0, wait_cv=1.0, papers_h=0.5)},
        service={"F1": {"fleet": fleet, "both_ways": True, "longest_wait_h": longest_h}, "K1": {"longest_wait_h": 5.0}},
        facility={"B-rail-sea": {"servers": 1, "wait_h": 1.0}})  # fmt: skip


def borders() -> Corridor:
    """Trains over a line with few paths and a border, boxes through a gauge change in batches and a gate with room for
    two: every kind of queue, all of them busy."""
    return drawn("""
        place   A KZ
        place   B CN
        K1      rail A 5h B 4h C  now
        K2      rail1435 C 6h D  now
        border  A rail out 1h
        border  B rail in 1h
        gauge   C 1520 1435 1.5h
        gate    D 0.7h
    """, goods(way="A > D"), teu=4.0, link={"K1-0": {"paths_per_day": 14.0}},
        facility={"A-border-out": {"servers": 1}, "C-gauge": {"servers": 2, "batch": 4},
                  "B-border-in": {"servers": 1, "service_time_cv": 0.5, "wait_h": 3.0},
                  "D-gate": {"servers": 1, "service_time_cv": 1.0, "buffer": 2}})  # fmt: skip


def closures() -> Corridor:
    """A train with few locomotives that more boxes board on its way, and a ship that calls on its way; a line, a
    service and a port that are closed now and then."""
    tables: dict[str, Any] = {
        "pool": {"loco": {"id": "loco", "kind": "locomotive", "name": "Loco", "count": 9, "services": ("K1",),
                          "per_trip": 1, "turnaround_h": 12.0}},
        "facility": berths("C", "D", "E"),
    }  # fmt: skip
    return drawn("""
        K1      rail A 5h B 4h C  now
        F1      sea  C 10h D 5h E  every 12h
    """, goods(way="A > E"), goods("d2", way="B > E"), goods("d3", way="A > D"), teu=120.0,
        tables=tables | storms(sea=("link", "F1-0"), strike=("service", "K1"), port=("place", "D")),
        vehicle={"K1": {"capacity_teu": 16.0}})  # fmt: skip


def stormy(both_ways: bool) -> Corridor:
    """Ferries that go back empty, with a call in the far port or without, over a sea with storms and from a port that
    is closed now and then: the vehicles that wait are counted there and back."""
    return drawn("F1 sea A 10h B 8h C now", goods(way="A > C"), teu=60.0,
        tables=storms(sea=("link", "F1-0"), port=("place", "B"), line=("service", "F1")),
        service={"F1": {"fleet": 4, "both_ways": both_ways, "longest_wait_h": 6.0}})  # fmt: skip


@pytest.mark.parametrize(
    ("corridor", "way", "off"),
    [
        pytest.param(lambda: drawn(LONE_TRAIN, teu=200.0), "A > B", 0.002, id="trains at a headway"),
        pytest.param(lambda: drawn(LONE_TRAIN, teu=26.0), "A > B", 0.01, id="trains that leave boxes behind"),
        pytest.param(lambda: ferries(3, 60.0, 30.0), "A > C", 0.01, id="ferries that stand and fill"),
        pytest.param(lambda: ferries(4, 60.0, 6.0), "A > C", 0.01, id="ferries that stand some hours"),
        pytest.param(lambda: ferries(3, 20.0), "A > C", 0.02, id="too few ferries"),
        pytest.param(borders, "A > D", 0.01, id="borders, paths, batches, no room"),
        pytest.param(lambda: stormy(both_ways=True), "A > C", 0.02, id="storms, and a turn in the far port"),
        pytest.param(lambda: stormy(both_ways=False), "A > C", 0.02, id="storms, and back without a call"),
        pytest.param(closures, "A > E", 0.02, id="closures, locomotives, calls on the way"),
    ],
)
def test_a1_door_to_door_is_the_runs_own_mean(corridor: Callable[[], Corridor], way: str, off: float) -> None:
    drawn_so = corridor()
    found = simulated(drawn_so)
    times = found.replications("times")
    times = times[times["group"] == f"{way.replace(' > ', ' - ')} | other | container"]
    mean, sd = pooled(times, "delivered", "hours", "hours_sd")
    [option] = planned(drawn_so, way, using=found).options
    assert option.time_h == pytest.approx(mean, rel=off)
    assert 0.8 * sd < sum(leg.variance_h2 for leg in option.legs) ** 0.5 < 1.2 * sd
    assert {leg.waits_from for leg in option.legs} <= {"run", ""}


def test_a2_a_queue_before_a_gate_is_that_of_m_m_1() -> None:
    """One box an hour, half an hour each: Wq = rho^2 / (lambda (1 - rho)) = 0.5 h, its second moment is
    2 rho / (mu - lambda)^2 = 1 h2."""
    gate = {"B-gate": {"servers": 1, "service_time_h": 0.5, "service_time_dist": "exponential"}}
    corridor = drawn("K1 rail A 5h B every 0.01h", teu=2000.0, facility=gate)
    option = planned(corridor, using=simulated(corridor, days=1500, replications=1)).options[0]
    passed = item(option, "terminal_gate", "B-gate")
    assert passed["waits"] == "run"
    assert passed["hours"] == pytest.approx(0.5 + 0.5, rel=0.05)
    assert passed["sd"] == pytest.approx((0.5**2 + 1 - 0.5**2) ** 0.5, rel=0.08)


def test_a3_of_papers_and_queue_each_counts_once() -> None:
    """`wait_h` has a queue in it, `papers_h` has none; without a run the former counts, with one the latter."""
    gate = {"servers": 1, "service_time_h": 0.5, "wait_h": 9.0, "wait_cv": 0.0, "papers_h": 4.0}
    corridor = drawn("K1 rail A 5h B every 0.01h", teu=2000.0, facility={"B-gate": gate})
    found = simulated(corridor, days=400)
    queued = item(planned(corridor, using=found).options[0], "terminal_gate", "B-gate")["hours"] - 4 - 0.5
    assert queued == pytest.approx(0.25, rel=0.15)  # M/D/1: half of M/M/1
    assert item(planned(corridor).options[0], "terminal_gate", "B-gate")["hours"] == 9.5


def test_a4_a_timetable_stands_and_who_is_left_behind_waits_on_top() -> None:
    """Boxes of every hour of the day, planned one by one, take as long as the run says on average."""
    for teu, left_behind in ((200.0, False), (52.0, True)):
        corridor = drawn("K1 rail A 5h B at 08:00", teu=teu)
        found = simulated(corridor, days=300)
        options = [
            planned(corridor, depart=f"2024-06-03T{hour:02}:30+00:00", using=found).options[0] for hour in range(24)
        ]
        assert np.mean([option.time_h for option in options]) == pytest.approx(found.mean_hours().mean, rel=0.02)
        assert {option.legs[1].depart.hour for option in options} == {8}
        assert {leg.waits_from for option in options for leg in option.legs[:1]} == {"run"}
        waits = [one.row for leg in options[0].legs for one in leg.items if one.kind == "wait"]
        assert waits == ["K1"] * left_behind


def test_a5_replications_are_pooled_by_how_many_they_counted() -> None:
    corridor = borders()
    found = simulated(corridor, days=20, replications=3)
    stations = found.replications("stations")
    rows = stations[stations["station"] == "D-gate"]
    mean, sd = pooled(rows, "served", "wait_h", "wait_sd_h")
    wait = waits_of(found, corridor).facilities["D-gate"]
    lost = found.replications("lost")
    blocked = lost.loc[(lost["part"] == "D-gate") & (lost["cause"] == "blocked"), "unit_h"].sum() / rows["served"].sum()
    assert blocked > 0.1
    assert wait.mean == pytest.approx(mean + blocked)
    assert wait.variance == pytest.approx(sd**2 + blocked**2)


def test_a6_a_closure_with_dates_gives_its_wait_and_spread() -> None:
    """Forty days of two hundred closed: who comes at any time waits p D / 2, with the second moment p D2 / 3."""
    dates = ["close link/K1-0=2024-03-01..2024-04-10"]
    corridor = drawn("K1 rail A 5h B every 12h", teu=2000.0)
    found = simulated(corridor, changes=dates, replications=1)
    stopped = item(planned(corridor, using=found, changes=dates).options[0], "weather", "K1-0")
    p, hours = 40 / 200, 40 * 24.0
    assert stopped["hours"] == pytest.approx(p * hours / 2, rel=0.03)
    assert stopped["sd"] == pytest.approx((p * hours**2 / 3 - (p * hours / 2) ** 2) ** 0.5, rel=0.03)


# --- b: what is from the run, and what is not


def test_b1_what_the_run_did_not_measure_stays_the_packages() -> None:
    """Demand from A to B only: the crane at B, and the train on from there, are not in the run."""
    corridor = drawn("""
        K1      rail A 5h B  every 12h
        K2      rail B 6h C  every 24h
        change  B rail rail 1h
    """, teu=200.0, facility={"B-rail-rail": {"wait_h": 2.0}, "A-gate": {"wait_h": 1.0, "wait_cv": 0.0}})  # fmt: skip
    found = simulated(corridor, days=60)
    with_run, own = planned(corridor, "A > C", using=found), planned(corridor, "A > C")
    assert [leg.waits_from for leg in with_run.options[0].legs] == ["run", "", "package", "", ""]
    assert [leg.waits_from for leg in own.options[0].legs] == ["package", "", "package", "", ""]
    [first, *rest], [own_first, *own_rest] = with_run.options[0].legs, own.options[0].legs
    assert 0 < abs(first.time_h - own_first.time_h) < 1
    assert [leg.time_h for leg in rest] == pytest.approx([leg.time_h for leg in own_rest], rel=1e-12)
    items = with_run.explain(with_run.options[0])
    assert dict(items.loc[items["waits_from"] != "", ["row", "waits_from"]].to_numpy()) == {
        "A-gate": "run", "K1": "run", "B-rail-rail": "package", "K2": "package",
    }  # fmt: skip
    assert with_run.legs()["waits_from"].to_list() == ["run", "", "package", "", ""]


def test_b2_a_facility_of_any_number_of_servers_has_no_queue_to_measure() -> None:
    corridor = drawn(LONE_TRAIN, teu=200.0, facility={"B-gate": {"servers": 1000, "wait_h": 2.0}})
    plan = planned(corridor, using=simulated(corridor, days=30))
    assert plan.options[0].legs[-1].waits_from == "package"
    assert plan.options[0].legs[-1].time_h == 2


def test_b3_a_cut_off_comes_before_the_wait_of_the_run() -> None:
    plain, cut = (drawn(LONE_TRAIN, teu=200.0, service={"K1": {"cutoff_h": hours}}) for hours in (None, 4.0))
    waits = [
        item(planned(one, using=simulated(one, days=60)).options[0], "wait", "K1")["hours"] for one in (plain, cut)
    ]
    assert waits[1] - waits[0] == pytest.approx(4)


def test_b4_the_run_is_named_in_text_and_document() -> None:
    corridor = drawn(LONE_TRAIN, teu=200.0)
    found = simulated(corridor, days=30)
    plan = planned(corridor, using=found)
    said = document(plan)
    assert said["run"]["using"] == {
        "run": found.name, "replications": 2, "days": 30.0, "year": 2024, "differences": [],
    }  # fmt: skip
    assert [leg["waits_from"] for leg in said["options"][0]["legs"]] == ["run", None, "run"]
    size = "2 x 30 days, demand of 2024"
    assert list(using_lines(plan)) == [
        f"Waits marked [run] are from {found.name} ({size}), those marked [package] are the package's own"
    ]
    marked = [line for line in leg_lines(plan) if line.endswith(" [run]")]
    assert len(marked) == 1  # the gate at the end takes no time and is not shown
    without = planned(corridor)
    assert document(without)["run"]["using"] is None
    assert not list(using_lines(without))
    assert not [line for line in leg_lines(without) if "[" in line]


def test_b5_a_changed_run_is_used_and_the_difference_told() -> None:
    corridor = drawn(LONE_TRAIN, teu=200.0)
    often = ["service/K1/headway_h=6"]
    found = simulated(corridor, days=60, changes=often, demand=2.0)
    plan = planned(corridor, using=found, changes=["link/K1-0/speed_kmh=25"])
    assert plan.measured.differences == (
        "only the run has service/K1/headway_h=6",
        "only the plan has link/K1-0/speed_kmh=25",
        "the run has demand times 2",
    )
    assert list(using_lines(plan))[1:] == [f"Note: {difference}" for difference in plan.measured.differences]
    assert plan.options[0].time_h == pytest.approx(3 + 10, abs=0.1)
    same = planned(corridor, using=simulated(corridor, days=60, changes=often), changes=often)
    assert same.measured.differences == ()


def test_b6_by_name_by_folder_and_as_it_comes_from_simulate(tmp_path: Path) -> None:
    corridor = drawn(LONE_TRAIN, teu=26.0)
    found = simulated(corridor, days=30)
    plans = [planned(corridor, using=one) for one in (found, found.run.path, found.name, str(found.run.path))]
    assert len({json.dumps(document(plan), sort_keys=True) for plan in plans}) == 1
    elsewhere = simulated(corridor, days=30, out=tmp_path / "base")
    assert planned(corridor, using=elsewhere).options == plans[0].options


# --- c: runs that cannot be used


def refused(corridor: Corridor, using: Any) -> str:
    with pytest.raises(InputError) as caught:
        planned(corridor, using=using)
    assert caught.value.exit_code == 3
    [problem] = caught.value.problems
    return str(problem)


def spoil(found: Simulation, **said: Any) -> Path:
    """The run's folder, with other words in its record."""
    path = found.run.path / "run.json"
    record = json.loads(path.read_text("utf-8"))
    inputs = said.pop("inputs", {})
    path.write_text(json.dumps(record | said | {"inputs": record["inputs"] | inputs}), "utf-8")
    return found.run.path


def test_c1_a_run_that_is_not_there(tmp_path: Path) -> None:
    corridor = drawn(LONE_TRAIN, teu=200.0)
    nothing = "give a run's folder, or its name as `karvan runs` lists it"
    assert refused(corridor, "base") == f"using | found 'base' | {nothing}"
    found = simulated(corridor, days=5, replications=1)
    assert refused(corridor, found.name[:-1]) == f"using | found '{found.name[:-1]}' | nearest: {found.name}"
    assert refused(corridor, tmp_path) == "run.json | found no run.json | this is no run: give the folder of one"


def test_c2_a_run_that_is_not_complete_or_no_simulation() -> None:
    corridor = drawn(LONE_TRAIN, teu=200.0)
    found = simulated(corridor, days=5)
    goes_on = "ask for the same simulation again: it goes on"
    assert refused(corridor, spoil(found, status="interrupted", replications=20)) == (
        f"run.json, status | found interrupted, 2 of 20 replications | {goes_on}"
    )
    path = spoil(found, status="complete")
    with open_run({"replications": 1, "inputs": {"command": "assign"}}, path.parent / "other"):
        pass
    assert refused(corridor, "other") == ("run.json, inputs/command | found 'assign' | give a run of `karvan simulate`")


def test_c3_a_run_of_another_package() -> None:
    corridor = drawn(LONE_TRAIN, teu=200.0)
    found = simulated(corridor, days=5, replications=1)
    anew = "simulate this package, or plan on the one that was simulated"
    other = Corridor(replace(corridor.description, name="other"), corridor.tables)
    assert refused(other, found) == f"run.json, inputs/package | found 'picture' | {anew}: other"
    slower = drawn(LONE_TRAIN, teu=200.0, link={"K1-0": {"speed_kmh": 40.0}}, vehicle={"K1": {"speed_kmh": 40.0}})
    assert refused(slower, found) == (
        f"run.json, inputs/tables | found other rows of link, vehicle than the package's | {anew}"
    )
    bent = simulated(corridor, days=5, replications=1, changes=["facility/A-gate/servers=3"])
    assert "run.json, inputs/changes" in refused(drawn("K1 rail C 5h B every 12h", goods(way="C > B")), bent)


def test_c4_a_run_of_another_version_lacks_a_column() -> None:
    corridor = drawn(LONE_TRAIN, teu=200.0)
    found = simulated(corridor, days=5, replications=1)
    for file in found.run.path.glob("replications/*/stations.parquet"):
        pd.read_parquet(file).drop(columns="wait_sd_h").to_parquet(file)
    assert refused(corridor, found) == (
        "tables | found no column 'wait_sd_h' | make the run anew: it is of another version"
    )


# --- d: the package that ships


def hours_of(network: Network, legs: tuple[Any, ...]) -> float:
    """Mean hours of the planner's for the legs of a stream."""
    arcs = {(arc.facility, arc.way, arc.board, arc.alight): ix for ix, arc in enumerate(network.arcs)}
    ways = {way.id: ix for ix, way in enumerate(network.ways)}
    keys = [
        (leg.facility, -1, -1, -1) if isinstance(leg, Pass) else ("", ways[leg.way], leg.board, leg.alight)
        for leg in legs
    ]
    if not set(keys) <= arcs.keys():  # a ramp that only wagons may take
        return float("nan")
    return sum(float(network.sums[arcs[key], 0] + network.wait_h[arcs[key]]) for key in keys)


@pytest.mark.thorough
def test_d1_the_shipped_corridor_planned_as_it_was_simulated(
    shipped: Corridor, karvan_says: Callable[..., tuple[int, str]]
) -> None:
    """By group, and in the text and the document of the command line."""
    found = simulated(shipped, days=20, replications=1)
    measured, times = waits_of(found, shipped), found.times()
    streams = [stream for stream in route_demand(shipped, 2024).streams if stream.unit == "container"]
    both = {}
    for name, network in (("run", pack(shipped, measured)), ("package", pack(shipped))):
        rows = [(stream.group, stream.per_year, hours_of(network, stream.legs)) for stream in streams]
        frame = pd.DataFrame(rows, columns=["group", "n", "hours"]).dropna()
        frame["hours"] *= frame["n"]
        sums: Mapping[str, Any] = frame.groupby("group").sum()
        both[name] = sums["hours"] / sums["n"]
    many = times[times["delivered"] > 300].index
    off = pd.DataFrame({name: (hours / times["hours"] - 1).abs() for name, hours in both.items()}).loc[many].dropna()
    assert len(off) > 100
    assert off["run"].median() < 0.02
    assert off["run"].median() < off["package"].median() / 3
    asked = ("plan", "Xi'an", "Poti", "--depart", "2026-12-01", "--past", "--using", found.name)
    code, text = karvan_says(*asked)
    assert code == 0
    assert f"Waits marked [run] are from {found.name} (1 x 20 days" in text.replace("\n", " ")
    code, text = karvan_says(*asked, "--json")
    legs = [leg for option in json.loads(text)["options"] for leg in option["legs"]]
    assert {"run", "package"} <= {leg["waits_from"] for leg in legs}
    assert karvan_says(*asked, "--json") == (0, text)
