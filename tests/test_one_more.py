"""What one more server, vessel, path or departure gives, where the answer is known."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.test_simulate import drawn, files_of, goods

from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError
from karvan.report.simulation import document, tables
from karvan.scenario import bend, read_change
from karvan.sim.simulation import Simulation
from karvan.sim.stream import Ride
from karvan.study.one_more import bottlenecks_with_one_more
from karvan.study.routing import route_demand
from karvan.study.runs import list_runs
from karvan.study.simulate import Progress, simulate

BUSY = 0.8
"""Boxes an hour, in every month: a twelfth of the year's in each would be more an hour in February."""
LEAP_YEAR_H = 8784
"""Hours of 2024."""


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def exponential(hours: float, servers: int = 1) -> dict[str, Any]:
    """A facility with exponential service."""
    return {"servers": servers, "service_time_h": hours, "service_time_dist": "exponential", "service_time_cv": 1.0}


def two_gates() -> Corridor:
    """M/M/1 after M/M/1: 0.8 an hour, an hour each at A and 12 minutes at B, and a train for each box between."""
    demand = goods(teu_year=2 * LEAP_YEAR_H * BUSY, month_profile="even")
    months = {str(month): {"profile": "even", "month": month, "share": monthrange(2024, month)[1] / 366}
              for month in range(1, 13)}  # fmt: skip
    return drawn("K1 rail A 5h B now", demand, tables={"month_profile": months},
                 facility={"A-gate": exponential(1.0), "B-gate": exponential(0.2)})  # fmt: skip


def wait_of_two(service_h: float) -> float:
    """Mean wait of M/M/2, hours, by the Erlang C formula."""
    load = BUSY * service_h
    waits = load**2 / 2 / (1 - load / 2)
    return waits / (1 + load + waits) / (2 / service_h - BUSY)


def wait_of_one(service_h: float) -> float:
    """Mean wait of M/M/1, hours."""
    load = BUSY * service_h
    return load / (1 - load) * service_h


def by_change(found: Simulation) -> dict[str, dict[str, Any]]:
    return {str(one["change"]): one for one in found.one_more().to_dict("records")}


# --- a: known answers


def test_a1_the_server_that_binds_gains_what_the_formulas_say_and_the_other_next_to_nothing() -> None:
    """By Burke's theorem both gates are queues of their own, whatever is done at the other."""
    found = simulate(two_gates(), days=366, replications=20, warmup_days=25, workers=2, one_more=5)
    gains = by_change(found)
    assert list(gains) == ["facility/A-gate/servers=+1", "facility/B-gate/servers=+1"]
    for gate, service_h in (("A-gate", 1.0), ("B-gate", 0.2)):
        gain = gains[f"facility/{gate}/servers=+1"]
        expected = wait_of_two(service_h) - wait_of_one(service_h)
        assert gain["hours_low"] < expected < gain["hours_high"], (gate, expected, gain)
        assert gain["hours"] == pytest.approx(expected, rel=0.1)
        assert (gain["unit"], gain["part"], gain["cause"]) == ("server", gate, "gate")
        for name in ("waiting_h", "here_h"):
            assert gain[name] == pytest.approx(expected * 8760 * BUSY, rel=0.1)
    assert gains["facility/B-gate/servers=+1"]["hours"] > -0.05
    for gain in gains.values():
        assert gain["delivered_low"] <= 0 <= gain["delivered_high"]


def test_a2_one_more_ferry_carries_half_as_much_again() -> None:
    """Two ferries of twenty boxes, a round of 20 h, ten times what they take: a third carries half as much again."""
    ferry = {"F1": {"fleet": 2, "departs": "when_full"}}
    corridor = drawn("F1 sea A 10h B now", goods(teu_year=10 * 17_520.0), teu=40.0, service=ferry)
    found = simulate(corridor, days=100, replications=2, warmup_days=10, one_more=1)
    [gain] = by_change(found).values()
    assert (gain["change"], gain["unit"]) == ("service/F1/fleet=+1", "vehicle")
    assert gain["delivered"] == pytest.approx(8760 / 20 * 20, rel=0.03)


def test_a3_one_more_departure_a_week_of_a_headway() -> None:
    """Seven trains a week with ample room become eight: half a headway is waited, 12 h and then 10.5 h."""
    found = simulate(drawn("K1 rail A 5h B every 24h", teu=400.0), days=400, replications=3, warmup_days=2, one_more=1)
    [gain] = by_change(found).values()
    assert (gain["change"], gain["unit"]) == ("service/K1/headway_h*0.875", "departure a week")
    assert gain["hours"] == pytest.approx(-1.5, abs=0.1)
    assert gain["here_h"] == pytest.approx(-1.5 * 8760, rel=0.1)


def test_a4_one_more_path_a_day() -> None:
    """Twelve paths for 24 trains a day: with thirteen a thirteenth more arrives."""
    corridor = drawn("K1 rail A 5h B now", link={"K1-0": {"paths_per_day": 12.0}})
    found = simulate(corridor, days=100, replications=2, warmup_days=5, one_more=1)
    [gain] = by_change(found).values()
    assert (gain["change"], gain["unit"], gain["part"]) == ("link/K1-0/paths_per_day=+1", "path a day", "K1-0 there")
    assert gain["delivered"] == pytest.approx(365, rel=0.02)


def test_a5_one_more_of_a_pool() -> None:
    """Three locomotives that are away for 15 h each, and a train an hour: a fourth runs 24 / 15 trains a day."""
    pool = {"loco": {"id": "loco", "kind": "locomotive", "name": "Locomotives", "count": 3, "services": ("K1",),
                     "per_trip": 1, "turnaround_h": 10.0}}  # fmt: skip
    found = simulate(drawn("K1 rail A 5h B now", tables={"pool": pool}), days=100, replications=2, warmup_days=5,
                     one_more=1)  # fmt: skip
    [gain] = by_change(found).values()
    assert (gain["change"], gain["unit"], gain["cause"]) == ("pool/loco/count=+1", "locomotive", "pool")
    assert gain["delivered"] == pytest.approx(365 * 24 / 15, rel=0.03)


# --- b: which change belongs to a bottleneck


def test_b1_two_queues_of_one_fleet_are_one_change_and_a_timetable_is_none() -> None:
    corridor = drawn(
        """
        K1      rail A 5h B  at 08:00
        F1      sea  B 10h C  every 12h  back
        """,
        goods(way="A > C"), goods("back", way="C > B"), service={"F1": {"fleet": 2}}, teu=400.0,
    )  # fmt: skip
    found = simulate(corridor, days=20, replications=1, warmup_days=0, demand=0.5)
    parts = set(found.bottlenecks()["part"])
    assert {"K1 at 0 A", "F1 at 0 B", "F1 (back) at 0 C"} <= parts
    chosen = bottlenecks_with_one_more(corridor, found.bottlenecks(), 9)
    assert [one.change for one in chosen if one.cause == "vehicle"][:1] == ["service/F1/fleet=+1"]
    assert not any("K1" in one.change for one in chosen)


def test_b2_every_change_can_be_given_to_the_command() -> None:
    corridor = two_gates()
    found = simulate(corridor, days=20, replications=1, warmup_days=0)
    for one in bottlenecks_with_one_more(corridor, found.bottlenecks(), 9):
        bent = bend(corridor, [read_change(one.change)])
        assert bent.row("facility", one.part).servers == corridor.row("facility", one.part).servers + 1


# --- c: the runs that it stands on


def test_c1_the_same_bits_on_any_number_of_workers_and_each_variant_is_a_run(own_runs: Path) -> None:
    asked: dict[str, Any] = {"days": 60.0, "replications": 4, "warmup_days": 5.0, "one_more": 2}
    one = simulate(two_gates(), **asked)
    begun: list[str] = []
    again = simulate(
        two_gates(), workers=2, out=own_runs / "aside" / "again", progress=Progress(say=begun.append), **asked
    )
    assert files_of(one) == files_of(again)
    assert "one_more.parquet" in files_of(one)
    assert begun[-4::2] == [
        "one more, 1 of 2: facility/A-gate/servers=+1", "one more, 2 of 2: facility/B-gate/servers=+1",
    ]  # fmt: skip
    for folder, base in ((own_runs, one), (own_runs / "aside", again)):
        lines, problems = list_runs(folder)
        assert not problems
        assert {line.done for line in lines} == {4}
        changes = {line.run: line.changes for line in lines}
        assert changes.pop(base.run.name) is None
        assert sorted(changes.values()) == ["facility/A-gate/servers=+1", "facility/B-gate/servers=+1"]
        inputs = [RunFolder.open(folder / name).record["inputs"] for name in changes]
        assert all(list(said["changes"]) == said["settings"]["after_routing"] for said in inputs)


def test_c2_it_can_be_asked_of_a_run_that_is_there_and_is_not_made_twice(own_runs: Path) -> None:
    asked: dict[str, Any] = {"days": 20.0, "replications": 2, "warmup_days": 5.0}
    base = simulate(two_gates(), **asked)
    assert base.one_more().empty
    assert document(base)["one_more"] == []
    more = simulate(two_gates(), resume=True, one_more=1, **asked)
    assert more.run.path == base.run.path
    [gain] = document(more)["one_more"]
    assert gain["here_h"] < 0
    heard: list[int] = []
    simulate(two_gates(), resume=True, one_more=1, progress=Progress(done=lambda n, _: heard.append(n)), **asked)
    assert not heard
    assert len(list_runs(own_runs)[0]) == 2


def test_c3_the_ways_of_goods_stay_so_that_only_the_queue_changes() -> None:
    """Boxes to B go by road, as the train has 10 h to go and half a day to be waited for; with an eighth train a week
    they would take it, but that is not what one more train gives to those who wait for it today."""
    corridor = drawn(
        """
        K1  rail A 10h B 10h C  every 24h  100usd
        K2  road A 21.5h B  every 0.5h  50usd
        """,
        goods(way="A > C"), goods("road", way="A > B"), teu=400.0,
    )  # fmt: skip
    change = "service/K1/headway_h*0.875"
    by_road, by_rail = (
        [leg.way for leg in route_demand(one, 2024).streams[1].legs if isinstance(leg, Ride)]
        for one in (corridor, bend(corridor, [read_change(change)]))
    )
    assert (by_road, by_rail) == (["K2"], ["K1"])
    asked: dict[str, Any] = {"days": 60.0, "replications": 6, "warmup_days": 2.0}
    base = simulate(corridor, one_more=1, **asked)
    assert list(by_change(base)) == [change]
    [variant] = [line.run for line in list_runs()[0] if line.changes == change]
    more = Simulation(RunFolder.open(base.run.path.with_name(variant)), corridor.name, {})
    compared = more.compare(base)
    assert compared.loc["A - B | other | container", ["difference", "low", "high"]].tolist() == [0, 0, 0]
    assert compared.loc["A - C | other | container", "high"] < -1


def test_c4_one_replication_has_a_difference_and_no_interval() -> None:
    found = simulate(two_gates(), days=30, replications=1, warmup_days=0, one_more=1)
    [gain] = document(found)["one_more"]
    assert gain["hours"] < 0
    assert gain["hours_low"] is None
    assert len(tables(found)) == 4
    json.dumps(document(found), allow_nan=False)


def test_c5_where_nothing_waits_nothing_is_run_again(own_runs: Path) -> None:
    found = simulate(drawn("K1 rail A 5h B now"), days=10, replications=2, warmup_days=0, one_more=3)
    assert found.one_more().empty
    assert found.results()["one_more"] == 0
    assert "No bottleneck" in tables(found)[-2]
    assert len(list_runs(own_runs)[0]) == 1


def test_c6_what_cannot_be_asked() -> None:
    with pytest.raises(InputError) as refused:
        simulate(two_gates(), one_more=-1)
    assert [problem.address for problem in refused.value.problems] == ["one-more"]


def test_c7_the_command_prints_the_changes(
    karvan_says: Callable[..., tuple[int, str]], small: Corridor, tmp_path: Path
) -> None:
    room = tuple(one._replace(capacity_teu=50.0, speed_kmh=50.0) for one in small.rows("vehicle"))
    roomy = Corridor(small.description, dict(small.tables) | {"vehicle": room})
    plain = small.rows("basis")[0]
    basis = tuple(plain._replace(table=table, row=key, column=column) for table, key, column in sorted(numbers(roomy)))
    Corridor(small.description, roomy.tables | {"basis": basis}).save(tmp_path / "roomy")
    words = ("simulate", "--package", tmp_path / "roomy", "--days", 60, "-n", 3, "--warmup-days", 5, "--one-more", 1)
    code, printed = karvan_says(*words)
    assert code == 0, printed
    assert "What one more would give" in printed
    code, printed = karvan_says(*words, "--resume", "--json")
    assert code == 0, printed
    [gain] = json.loads(printed)["one_more"]
    assert gain["here_h"] < 0
    code, printed = karvan_says("sql", "select change, hours from one_more", "--json")
    assert code == 0, printed
    assert gain["change"] in printed
    code, printed = karvan_says("runs", "--json")
    assert [line["changes"] for line in json.loads(printed)["runs"]] in ([None, gain["change"]], [gain["change"], None])
