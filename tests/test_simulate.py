"""`karvan simulate`: corridors drawn in a few lines whose times are known, and the package that ships."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.evidence.lock import TakenError
from karvan.ground.errors import InputError
from karvan.network.room import room_for
from karvan.sim import corridor as compiler
from karvan.sim.corridor import Period, compile_corridor
from karvan.sim.interval import paired
from karvan.sim.outcome import Outcome
from karvan.sim.pack import pack
from karvan.sim.replicate import replicate
from karvan.sim.simulation import Simulation
from karvan.sim.step import Board, Load, Repeat
from karvan.study.cluster import cluster_executor
from karvan.study.routing import Routing, route_demand
from karvan.study.simulate import Progress, Simulate, simulate
from karvan.testing import draw
from karvan.testing.draw import row

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
NEVER_SHORT = 999
"""Servers of a facility that is still a station, but before which nobody ever waits."""
Edit = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def goods(name: str = "d", way: str = "A > B", **cells: Any) -> Any:
    """A row of demand: 8,760 forty-foot boxes a year, one an hour, unless said."""
    origin, destination = way.split(" > ")
    amount = {} if {"t_year"} & set(cells) else {"teu_year": 17_520.0}
    said = {"id": name, "origin": origin, "destination": destination, "commodity": "goods", "year": 2024}
    return row("demand", **said | amount | cells)


def drawn(picture: str, *demand: Any, teu: float = 2.0, tables: Edit | None = None, **edits: Edit) -> Corridor:
    """A picture with demand. Services form vehicles of `teu` as goods come, unless edited: service={"K1": {...}}.

    Gates are quick and never short of servers, unless edited.
    """
    picture_of = draw(picture)
    said = dict(picture_of.tables)
    said["demand"] = demand or (goods(),)
    said["commodity"] = (
        row("commodity", id="goods", name="Goods", t_per_teu=10.0, t_per_wagon=50.0, t_per_truck=20.0, usd_per_t=1000.0,
            value_of_time_pct_day=0.1),
    )  # fmt: skip
    said["vehicle"] = tuple(one._replace(capacity_teu=teu, speed_kmh=50.0) for one in said["vehicle"])
    said["facility"] = tuple(one._replace(servers=NEVER_SHORT) for one in said["facility"])
    said["service"] = tuple(
        one._replace(departs="when_full", longest_wait_h=1000.0) if one.headway_h == 0.0 else one
        for one in said["service"]
    )
    for table, rows in (tables or {}).items():
        said[table] = (*said.get(table, ()), *(row(table, **cells) for cells in rows.values()))
    for table, rows in edits.items():
        assert set(rows) <= {one.id for one in said[table]}, (table, sorted(one.id for one in said[table]))
        said[table] = tuple(one._replace(**rows.get(one.id, {})) for one in said[table])
    return Corridor(picture_of.description, said)


def run(
    corridor: Corridor, days: float = 30, warmup_days: float = 0, seed: int = 1, hours_sampled: float = 1
) -> Outcome:
    """One replication of a drawn corridor."""
    routing = route_demand(corridor, 2024)
    assert not routing.unrouted
    period = Period(START, days * 24, warmup_days * 24)
    packed = pack(compile_corridor(corridor, routing.streams, period))
    found = replicate(packed, hours=days * 24, warmup_h=warmup_days * 24, seed=seed, sample_h=hours_sampled)
    return found.outcomes[0]


def of(table: dict[str, np.ndarray], name: str, key: str | None = None) -> dict[str, Any]:
    """The row of a table whose first column is that name."""
    names = list(table[key or next(iter(table))])
    at = names.index(name)
    return {column: values[at] for column, values in table.items()}


def only_group(outcome: Outcome) -> dict[str, Any]:
    """Figures of the only group that had units."""
    [at] = np.flatnonzero(outcome.groups["created"])
    return {column: values[at] for column, values in outcome.groups.items()}


def lost(outcome: Outcome, cause: str) -> float:
    """Unit-hours of a cause."""
    return float(outcome.lost["unit_h"][outcome.lost["cause"] == cause].sum())


def files_of(found: Simulation) -> dict[str, bytes]:
    """All files of a run; of run.json all but the clock and the folder's own name."""
    kept = {}
    for path in sorted(found.run.path.rglob("*")):
        if path.is_file():
            kept[str(path.relative_to(found.run.path))] = path.read_bytes()
    record = json.loads(kept.pop("run.json"))
    record.pop("clock")
    return kept | {"run.json": json.dumps(record).encode()}


# --- a: times that can be added up by hand


def test_a1_a_box_goes_gate_train_change_ship_gate() -> None:
    corridor = drawn("""
        K1      rail A 5h B  now
        F1      sea  B 10h C  now
        gate    A 1h
        change  B rail sea 2h
        gate    C 3h
    """, goods(way="A > C"))  # fmt: skip
    found = only_group(run(corridor))
    assert found["delivered"] > 600
    assert found["hours"] == pytest.approx(1 + 5 + 2 + 10 + 3, abs=1e-6)
    assert found["hours_sd"] == pytest.approx(0, abs=1e-4)
    assert found["travel_h"] / found["delivered"] == pytest.approx(15, rel=0.05)


def test_a2_a_border_of_a_train_holds_the_train_and_all_on_board() -> None:
    border = """
        place   A KZ
        place   B CN
        K1      rail A 5h B  now
        border  A rail out 2h
        border  B rail in 4h
    """
    assert only_group(run(drawn(border)))["hours"] == pytest.approx(11, abs=1e-6)
    one = run(drawn(border, facility={"B-border-in": {"servers": 1}}), days=60)
    assert of(one.stations, "B-border-in")["served"] == pytest.approx(60 * 24 / 4, abs=3)
    assert lost(one, "border") > 10 * lost(run(drawn(border)), "border") + 1000


def test_a3_papers_and_set_up_come_before_and_with_the_service() -> None:
    corridor = drawn("K1 rail A 5h B now", facility={"A-gate": {"wait_h": 3.0, "wait_cv": 0.0, "setup_h": 0.5,
                     "service_time_h": 1.0}, "B-gate": {"wait_h": 9.0, "papers_h": 0.0}})  # fmt: skip
    assert only_group(run(corridor))["hours"] == pytest.approx(3 + 0.5 + 1 + 5, abs=1e-6)


def test_a4_a_gauge_changed_by_bogies_holds_the_train_at_its_stop() -> None:
    corridor = drawn("""
        K1      rail A 5h B 6h C  now
        gauge   B 1520 1435 bogies 4h
    """, goods(way="A > C"), link={"K1-1": {"gauge_mm": "1435"}})  # fmt: skip
    assert only_group(run(corridor))["hours"] == pytest.approx(15, abs=1e-6)


def test_a5_goods_of_a_ship_meet_the_border_in_the_port() -> None:
    corridor = drawn("""
        place   A KZ
        place   B AZ
        F1      sea A 10h B  now
        border  B sea in 3h
    """)
    assert only_group(run(corridor))["hours"] == pytest.approx(13, abs=1e-6)


def test_a6_a_berth_is_held_from_unloading_to_loading() -> None:
    berth = {"berth": {"id": "quay", "place": "B", "kind": "berth", "serves": "vessel", "servers": 1,
                       "service_time_h": 6.0}}  # fmt: skip
    corridor = drawn("F1 sea A 10h B now", goods(teu_year=35_040.0), teu=2, tables={"facility": berth})
    found = run(corridor, days=60)
    assert of(found.stations, "quay")["served"] == pytest.approx(60 * 24 / 3, rel=0.01)  # unloads only: half the stay
    assert lost(found, "berth") > 0


# --- b: vehicles


def test_b1_a_vehicle_is_formed_when_a_load_waits_and_at_the_longest_wait() -> None:
    full = run(drawn("K1 rail A 5h B now", teu=20.0), days=60)
    queue = of(full.queues, "K1 at 0 A")
    assert queue["on_demand"]
    assert queue["boarded"] == 10 * queue["loaded"]
    impatient = run(drawn("K1 rail A 5h B now", teu=20.0, service={"K1": {"longest_wait_h": 0.5}}), days=60)
    assert of(impatient.queues, "K1 at 0 A")["loaded"] > 3 * queue["loaded"]
    assert only_group(impatient)["hours"] < 5.5
    assert only_group(full)["hours"] == pytest.approx(5 + 4.5, rel=0.05)


def test_b2_a_headway_is_kept_and_the_mean_wait_is_half_of_it() -> None:
    found = run(drawn("K1 rail A 5h B every 12h", teu=200.0), days=120)
    assert of(found.queues, "K1 at 0 A")["loaded"] == 240
    assert only_group(found)["hours"] == pytest.approx(5 + 6, abs=0.3)


def test_b3_the_headway_of_a_fleet_is_its_turn_round() -> None:
    """Two ferries over 10 h with no port time: a departure at each end every 10 h; room is what limits."""
    heavy = goods(teu_year=10 * 17_520.0)
    for both_ways in (True, False):
        ferry = {"F1": {"fleet": 2, "both_ways": both_ways, "departs": "when_full"}}
        found = run(drawn("F1 sea A 10h B now", heavy, teu=40.0, service=ferry), days=50, warmup_days=10)
        queue = of(found.queues, "F1 at 0 A")
        assert queue["loaded"] == pytest.approx(50 * 24 / 10, abs=2)
        assert queue["boarded"] == pytest.approx(20 * queue["loaded"], abs=20)


def test_b4_one_more_ferry_carries_half_as_much_again() -> None:
    heavy = goods(teu_year=10 * 17_520.0)
    carried = [
        only_group(run(drawn("F1 sea A 10h B now", heavy, teu=20.0, service={"F1": {"fleet": fleet}}), days=60))[
            "delivered"
        ]
        for fleet in (2, 3)
    ]
    assert carried[1] / carried[0] == pytest.approx(1.5, rel=0.03)


def test_b5_a_timetable_goes_by_the_clock_of_the_first_stop() -> None:
    corridor = drawn("""
        place   A KZ Asia/Almaty
        K1      rail A 5h B  at 08:00
    """, teu=200.0)  # fmt: skip
    late = row("timetable", service="K1", seq=1, way="there", days="1234567", departs_at=2.0)
    twice = Corridor(corridor.description, corridor.tables | {"timetable": (*corridor.rows("timetable"), late)})
    streams = route_demand(twice, 2024).streams
    source = compile_corridor(twice, streams, Period(START, 72.0)).sources["K1"]
    # +06:00 until March 2024: 08:00 is 02:00 UTC, 02:00 is 20:00 UTC of the day before
    assert sorted(hour for hour in source.instants_h if hour < 72) == [2, 20, 26, 44, 50, 68]
    found = run(twice, days=60)
    assert of(found.queues, "K1 at 0 A")["loaded"] == 120
    assert only_group(found)["hours"] == pytest.approx(5 + (18 * 9 + 6 * 3) / 24, abs=0.4)


def test_b6_a_section_lets_a_train_through_every_so_often() -> None:
    free, tight = (
        run(drawn("K1 rail A 5h B now", link={"K1-0": {"paths_per_day": paths}}), days=60) for paths in (None, 12.0)
    )
    assert only_group(tight)["delivered"] == pytest.approx(60 * 12, abs=4)
    assert only_group(free)["delivered"] > 1.8 * 60 * 12
    assert lost(tight, "path") > 0 == lost(free, "path")


def test_b7_a_pool_that_runs_out_makes_trains_wait() -> None:
    pool = {"loco": {"id": "loco", "kind": "locomotive", "name": "Locomotives", "count": 3, "services": ("K1",),
                     "per_trip": 1, "turnaround_h": 10.0}}  # fmt: skip
    found = run(drawn("K1 rail A 5h B now", tables={"pool": pool}), days=60)
    assert of(found.stations, "loco")["served"] == pytest.approx(60 * 24 * 3 / 15, abs=4)
    assert lost(found, "pool") > 0


def test_b7b_a_train_by_the_clock_takes_its_locomotive_though_nothing_boards_at_its_first_stop() -> None:
    pool = {"loco": {"id": "loco", "kind": "locomotive", "name": "Locomotives", "count": 1, "services": ("K1",),
                     "per_trip": 1, "turnaround_h": 10.0}}  # fmt: skip
    found = run(drawn("K1 rail A 5h B 5h C every 24h", goods(way="B > C"), tables={"pool": pool}), days=60)
    assert of(found.stations, "loco")["served"] == pytest.approx(60, abs=1)


def test_b8_wagons_and_trucks_take_their_share_of_a_vehicle() -> None:
    wagons = drawn("F1 sea A 10h B now", goods(t_year=8760 * 50.0, unit="wagon"), vehicle={"F1": {
                   "capacity_teu": None, "capacity_wagons": 28}})  # fmt: skip
    found = of(run(wagons, days=120).queues, "F1 at 0 A")
    assert found["loaded"] > 90
    assert found["boarded"] == 28 * found["loaded"]
    trucks = drawn("F1 sea A 10h B now", goods(t_year=8760 * 20.0, unit="truck"), vehicle={"F1": {
                   "capacity_trucks": 12}})  # fmt: skip
    found = of(run(trucks, days=60).queues, "F1 at 0 A")
    assert found["loaded"] > 90
    assert found["boarded"] == 12 * found["loaded"]


def test_b9_small_boxes_take_half_the_room_of_large_ones() -> None:
    corridor = drawn("K1 rail A 5h B now", goods(share_40ft=0.5), teu=40.0)
    streams = {stream.teu: stream for stream in route_demand(corridor, 2024).streams}
    assert {teu: stream.per_year for teu, stream in streams.items()} == {2: 4380.0, 1: 8760.0}
    assert [room_for(corridor.rows("vehicle")[0], streams[teu]) for teu in (1, 2)] == [40.0, 20.0]
    queue = of(run(corridor, days=60).queues, "K1 at 0 A")
    assert queue["size"] / queue["loaded"] > 0.94 * compiler.FULL


def test_b10_lots_on_great_ships_count_like_single_units(monkeypatch: pytest.MonkeyPatch) -> None:
    corridor = drawn("F1 sea A 10h B every 24h", goods(teu_year=2_000_000.0), teu=20_000.0, facility={
                     name: {"servers": compiler.AMPLE} for name in ("A-gate", "B-gate")})  # fmt: skip
    system = compile_corridor(corridor, route_demand(corridor, 2024).streams, Period(START, 240))
    assert system.programs["d"].weight == compiler.MOST_IN_A_LOT
    lots = run(corridor)
    monkeypatch.setattr(compiler, "MOST_IN_A_LOT", 1)
    single = run(corridor)
    assert lots.events < single.events / 10
    for measure, off in (("created", 0.02), ("delivered", 0.02), ("hours", 0.01), ("hours_sd", 0.03)):
        assert only_group(lots)[measure] == pytest.approx(only_group(single)[measure], rel=off)


# --- c: closures, hours, months


def storm(table: str, *stops: str, months: tuple[int, ...] = tuple(range(1, 13)), hours: float = 1e5) -> Edit:
    """A closure that begins almost at once in those months, and lasts so long."""
    rates = {str(month): {"closure": "storm", "month": month, "starts": 1e6} for month in months}
    return {"closure": {"storm": {"id": "storm", "stops_table": table, "stops": stops, "duration_h": hours,
                                  "duration_dist": "deterministic"}}, "closure_rate": rates}  # fmt: skip


@pytest.mark.parametrize(("table", "name"), [("link", "F1-0"), ("service", "F1"), ("facility", "quay"), ("place", "A")])
def test_c1_a_storm_that_never_ends_stops_what_it_names(table: str, name: str) -> None:
    quay = {"quay": {"id": "quay", "place": "A", "kind": "berth", "serves": "vessel", "servers": 9,
                     "service_time_h": 1.0}}  # fmt: skip
    corridor = drawn("F1 sea A 10h B now", tables=storm(table, name) | {"facility": quay})
    shut = run(corridor)
    assert shut.balance["delivered"] == 0
    assert shut.balance["created"] == shut.balance["in_at_end"] > 600
    assert lost(shut, "weather") + shut.lost["vehicle_h"][shut.lost["cause"] == "weather"].sum() > 1000
    assert run(drawn("F1 sea A 10h B now", tables={"facility": quay})).balance["delivered"] > 600


def test_c2_storms_come_in_their_months_and_what_waits_goes_on_after() -> None:
    february = drawn("F1 sea A 10h B now", tables=storm("link", "F1-0", months=(2,), hours=120.0))
    assert lost(run(february, days=30), "weather") == 0
    found = run(february, days=90)
    assert lost(found, "weather") > 1000
    assert found.balance["delivered"] > 80 * 24 * 0.9
    assert found.balance["in_at_end"] < 60


@pytest.mark.parametrize(
    ("opens", "closes", "shut"),
    [
        (8.0, 20.0, ((0, 7), (19, 30), (42, 54), (66, 78))),
        (22.0, 6.0, ((5, 21), (28, 44), (52, 68))),
        (0.0, 24.0, ()),
        (2.0, 3.0, ((0, 1), (2, 48), (49, 72))),  # the hour that the clocks leap over: a day shut
    ],
)
def test_c3_opening_hours_are_those_of_the_place_in_winter_and_summer(
    opens: float, closes: float, shut: tuple[tuple[float, float], ...]
) -> None:
    """The night of the 30th of March 2024 is an hour shorter: +01:00 before it, +02:00 after."""
    corridor = drawn(
        """
        place   A PL Europe/Warsaw
        K1      rail A 5h B  now
    """,
        facility={"A-gate": {"opens": opens, "closes": closes}},
    )
    period = Period(dt.datetime(2024, 3, 30, tzinfo=dt.UTC), 72.0)
    system = compile_corridor(corridor, route_demand(corridor, 2024).streams, period)
    assert system.gates["hours A-gate"].shut_h == shut


def test_c5_out_of_hours_nobody_is_served_and_waiting_is_put_down_to_it() -> None:
    corridor = drawn("K1 rail A 5h B now", facility={"A-gate": {"opens": 8.0, "closes": 20.0, "service_time_h": 0.1}})
    found = run(corridor, days=240)
    group = only_group(found)
    assert group["hours"] == pytest.approx(5.1 + 12 / 2 * 12 / 24, rel=0.03)
    used = found.series["in_use"][:, list(found.stations["station"]).index("A-gate")]
    hour = np.arange(len(used)) % 24  # what begins before 20:00 ends up to six minutes after it
    assert used[(hour < 8) | (hour > 20)].sum() == 0 < used[(hour >= 8) & (hour < 20)].sum()
    assert lost(found, "hours") == pytest.approx(240 * 24 * 3, rel=0.05)


def test_c6_demand_follows_its_months() -> None:
    shares = {str(month): {"profile": "p", "month": month, "share": {1: 0.9, 2: 0.1}.get(month, 0.0)}
              for month in range(1, 13)}  # fmt: skip
    corridor = drawn("K1 rail A 5h B now", goods(month_profile="p"), tables={"month_profile": shares})
    january, both, until_june = (run(corridor, days=days).balance["created"] for days in (31, 60, 150))
    assert january == pytest.approx(0.9 * 8760, rel=0.05)
    assert both == until_june
    assert both - january == pytest.approx(0.1 * 8760, rel=0.15)


# --- d: what cannot go on says so


def test_d1_without_a_room_in_front_the_one_before_is_blocked() -> None:
    """Boxes from the ship that find the only man at the gate busy keep the customs officer, and the ship goes on."""
    picture = """
        place   A KZ
        place   B AZ
        F1      sea A 10h B  now
        border  B sea in 0.1h
        gate    B 0.8h
    """
    roomy, tight = (
        run(drawn(picture, facility={"B-gate": {"servers": 1, "buffer": room}, "B-border-in": {"servers": 1}}), days=60)
        for room in (None, 0)
    )
    assert lost(roomy, "blocked") == 0 < lost(tight, "blocked")
    assert of(tight.stations, "B-gate")["most"] == 0 < of(roomy.stations, "B-gate")["most"]
    assert lost(tight, "border") > 10 * lost(roomy, "border")
    assert only_group(tight)["delivered"] == pytest.approx(only_group(roomy)["delivered"], rel=0.05)


@pytest.mark.parametrize("server", ["A-gate", "K1", "B-border-in"])
def test_d2_a_server_that_never_opens_is_told_of_as_stuck(server: str) -> None:
    picture = """
        place   A CN
        place   B KZ
        K1      rail A 5h B  now
        border  B rail in 1h
    """
    shut = (
        drawn(picture, tables=storm("service", "K1"))
        if server == "K1"
        else drawn(picture, tables=storm("facility", server))
    )
    found = simulate(shut, days=20, replications=2, warmup_days=0)
    assert found.balance()["delivered"] == 0
    assert found.results()["mean_hours"] is None
    assert server == "K1" or server in set(found.stuck().index)
    assert found.times()["hours"].isna().all()


def test_d3_a_border_closed_for_five_days_holds_all_and_then_lets_them_go() -> None:
    """It closes as the warm-up begins, in December, for 120 h; the first trains come to it after 5 h."""
    corridor = drawn("""
        place   A CN
        place   B KZ
        K1      rail A 5h B  now
        border  B rail in 0.1h
    """, goods(teu_year=10 * 17_520.0), tables=storm("facility", "B-border-in", months=(12,), hours=120.0))  # fmt: skip
    found = run(corridor, days=10, warmup_days=0.5)
    border = list(found.stations["station"]).index("B-border-in")
    assert not found.series["in_use"][:107, border].any()
    assert found.series["in_use"][109:, border].any()
    assert lost(found, "weather") == pytest.approx(10 * (7 * 108 + 108**2 / 2), rel=0.1)
    assert found.balance["in_at_start"] + found.balance["created"] - found.balance["delivered"] < 100


def test_d4_no_demand_is_an_empty_answer() -> None:
    found = simulate(drawn("K1 rail A 5h B now"), demand=0, days=5, replications=2)
    assert found.balance()["created"] == 0
    assert found.results()["mean_hours"] is None
    assert len(found.times()) == len(found.bottlenecks()) == len(found.stuck()) == 0


def test_d5_three_times_the_demand_is_three_times_the_units() -> None:
    one, three = (
        simulate(drawn("K1 rail A 5h B every 24h", teu=100.0), demand=factor, days=30, replications=2, warmup_days=2)
        for factor in (1, 3)
    )
    assert three.balance()["created"] == pytest.approx(3 * one.balance()["created"], rel=0.1)
    assert three.times()["hours"].iloc[0] > one.times()["hours"].iloc[0]
    assert one.balance()["in_at_end"] < 100 < three.balance()["in_at_end"]


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ({"days": 0}, "days"),
        ({"days": float("nan")}, "days"),
        ({"days": 40_000}, "days"),
        ({"replications": 0}, "replications"),
        ({"until_ci": 1.0}, "until-ci"),
        ({"seed": -1}, "seed"),
        ({"demand": -0.1}, "demand"),
        ({"demand": float("inf")}, "demand"),
        ({"warmup_days": -1}, "warmup-days"),
        ({"year": 2031}, "year"),
    ],
)
def test_d6_what_cannot_be_asked_is_refused(asked: dict[str, Any], address: str, own_runs: Path) -> None:
    with pytest.raises(InputError) as refused:
        simulate(drawn("K1 rail A 5h B now"), **asked)
    [problem] = refused.value.problems
    assert problem.address == address
    assert problem.found
    assert problem.remedy
    assert not own_runs.exists()


def test_d7_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        Simulate(days=-1, seed=-1, demand=-1).checked()
    assert [problem.address for problem in refused.value.problems] == ["days", "seed", "demand"]


def test_d8_goods_without_a_way_are_counted() -> None:
    corridor = drawn("K1 rail A 5h B now", goods(), goods("lost", way="B > A"))
    routing = route_demand(corridor, 2024)
    assert [one.demand for one in routing.unrouted] == ["lost"]
    assert simulate(corridor, days=3, replications=1, warmup_days=0).notes["unrouted"] == 1


def test_d9_the_warm_up_is_found_and_what_never_settles_is_told() -> None:
    settled = simulate(drawn("K1 rail A 100h B now"), days=5, replications=1)
    assert settled.notes["warmup_settled"]
    assert settled.notes["warmup_days"] >= 4
    assert settled.balance()["in_at_start"] == pytest.approx(100, rel=0.4)
    crowded = simulate(drawn("K1 rail A 5h B every 24h", teu=20.0), days=5, replications=1)
    assert not crowded.notes["warmup_settled"]


# --- e: the package that ships

FERRY = "service/asco-aktau-alat/fleet=3"
DAYS: dict[str, Any] = {"days": 4.0, "warmup_days": 2.0, "replications": 3}


@pytest.fixture(scope="module")
def routed(shipped: Corridor) -> Routing:
    """Its demand on its ways: worked out once for all tests here, for it takes seconds."""
    return route_demand(shipped, 2024)


@pytest.fixture
def routed_once(routed: Routing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulations of the package that ships, whose ways a change of fleet or servers leaves as they are."""
    monkeypatch.setattr("karvan.study.simulate.route_demand", lambda *_: routed)


def test_e1_all_demand_finds_a_way(routed: Routing, shipped: Corridor) -> None:
    assert routed.unrouted == ()
    rows = [demand for demand in shipped.rows("demand") if demand.year == 2024]
    assert {stream.demand for stream in routed.streams} == {demand.id for demand in rows}
    assert {stream.unit for stream in routed.streams} == {"container", "wagon", "truck"}
    teu = {demand.id: 0.0 for demand in rows}
    for stream in routed.streams:
        assert stream.family in next(d.families for d in rows if d.id == stream.demand) or not next(
            d.families for d in rows if d.id == stream.demand
        )
        teu[stream.demand] += stream.per_year * stream.teu
    for demand in rows:
        if teu[demand.id] and demand.teu_year is not None:
            assert teu[demand.id] == pytest.approx(demand.teu_year)


@pytest.mark.usefixtures("routed_once")
def test_e2_any_number_of_workers_and_any_interruption_give_the_same_files(shipped: Corridor) -> None:
    one = simulate(shipped, **DAYS)
    wanted = files_of(one)
    assert len([name for name in wanted if name.endswith(".parquet")]) > 3 * 8
    balance = one.balance()
    assert balance["in_at_start"] + balance["created"] == pytest.approx(
        balance["delivered"] + balance["turned_away"] + balance["in_at_end"]
    )
    assert balance["delivered"] > 1000

    two = simulate(shipped, workers=2, **DAYS)
    assert two.run.path != one.run.path
    assert files_of(two) == wanted

    class Power(Exception):
        """Goes off."""

    def off(done: int, _of: int) -> None:
        if done == 1:
            raise Power

    with pytest.raises(Power):
        simulate(shipped, progress=Progress(done=off), out=one.run.path.with_name("cut"), **DAYS)
    begun: list[int] = []
    again = simulate(
        shipped, progress=Progress(done=lambda done, _: begun.append(done)), out=one.run.path.with_name("cut"), **DAYS
    )
    assert begun == [2, 3]
    assert files_of(again) == wanted


def test_e3_a_complete_run_is_used_again_and_added_to() -> None:
    corridor = drawn("K1 rail A 5h B now")
    first = simulate(corridor, days=3, replications=2, warmup_days=0)
    again = simulate(corridor, days=3, replications=2, warmup_days=0, resume=True)
    assert (again.run.path, files_of(again)) == (first.run.path, files_of(first))
    more = simulate(corridor, days=3, replications=4, warmup_days=0, resume=True)
    assert more.run.path == first.run.path
    assert more.results()["replications"] == 4
    with pytest.raises(TakenError):
        simulate(corridor, days=3, replications=2, warmup_days=0, out=first.run.path)


@pytest.mark.usefixtures("routed_once")
def test_e4_one_more_ferry_changes_only_what_a_ferry_can(shipped: Corridor, routed: Routing) -> None:
    asked: dict[str, Any] = {"days": 15.0, "warmup_days": 10.0, "replications": 4, "workers": 2}
    base, more = simulate(shipped, **asked), simulate(shipped, changes=[FERRY], **asked)
    compared = more.compare(base)
    changed = compared["difference"] != 0
    met, parts = met_by("asco-aktau-alat", routed, shipped, (base, more))
    assert set(compared.index[changed]) <= met
    assert len(compared) - changed.sum() > 30
    one, other = (run.replications("queues") for run in (base, more))
    beyond = ~one["queue"].isin(parts)
    pd.testing.assert_frame_equal(one[beyond], other[beyond], check_exact=True)
    untouched = one.loc[beyond & (one["boarded"] > 0), "queue"].nunique()
    assert untouched > 50
    assert "ALAT - AKTAU | middle | wagon" in compared.index[changed]
    # Those that ride other vehicles and meet the ferry's goods only far away share nearly all of their luck.
    far = compared[changed & compared["narrower"].notna()]
    assert len(far) > 20
    assert (far["narrower"] >= 3).mean() > 0.8
    assert (
        compared.loc[["XIAN - TBILISI | middle | container", "XIAN - TASHKENT | direct | container"], "narrower"] >= 3
    ).all()
    assert paired(more.hours_by_replication(), base.hours_by_replication()).narrower >= 3


def met_by(
    service: str, routed: Routing, corridor: Corridor, runs: tuple[Simulation, ...]
) -> tuple[set[str], set[str]]:
    """Groups and parts that a service's vehicles can have to do with, however many others are between.

    What is touched at one part of its program may be touched at all later ones, and touches there whom it meets: in
    queues for vehicles and on board, and at stations and sections where anyone ever had to wait.
    """
    system = compile_corridor(corridor, routed.streams, Period(START, 24.0))
    short = set(system.queues)
    for one in runs:
        stations, spent = one.replications("stations"), one.replications("lost")
        short |= set(stations.loc[stations["waited"] > 0, "station"]) | set(spent.loc[spent["cause"] == "path", "part"])
    loading: dict[str, list[str]] = {}
    for program in system.programs.values():
        for step in program.steps:
            if isinstance(step, Load):
                loading.setdefault(step.queue, []).append(f"aboard {program.name}")
    parts: dict[str, list[str]] = {}
    for program in system.programs.values():
        named = [queue.name for queue in system.queues.values() if queue.calls == program.name]
        for step in program.steps:
            named += [name for of in ("station", "queue", "section") if (name := getattr(step, of, "")) in short]
            named += loading.get(step.queue, []) if isinstance(step, Board) else []
        if program.name not in {stream.id for stream in routed.streams}:
            named.append(f"aboard {program.name}")
        parts[program.name] = named * 2 if isinstance(program.steps[-1], Repeat) else named
    reached, before = {f"aboard {service}", *parts[service]}, set[str]()
    while reached != before:
        before = set(reached)
        for names in parts.values():
            first = next((at for at, name in enumerate(names) if name in before), len(names))
            reached.update(names[first:])
    return {stream.group for stream in routed.streams if set(parts[stream.id]) & reached}, reached


# --- f: on a cluster


class Cluster:
    """A scheduler and two workers, processes of their own, on this machine."""

    def __init__(self) -> None:
        from distributed import LocalCluster

        self.of = LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        )
        self.address = str(self.of.scheduler_address)

    def pids(self) -> list[int]:
        return [worker.pid for worker in self.of.workers.values()]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Dask's scheduler and workers."""
    pytest.importorskip("distributed")
    made = Cluster()
    yield made
    made.of.close()


def test_f1_a_cluster_gives_the_same_bits_and_outlives_a_worker(cluster: Cluster) -> None:
    corridor = drawn("K1 rail A 5h B now", goods(teu_year=20 * 17_520.0), facility={"A-gate": {"service_time_h": 0.5,
                     "service_time_cv": 1.0, "servers": 11}})  # fmt: skip
    asked: dict[str, Any] = {"days": 100.0, "warmup_days": 5.0, "replications": 12}
    wanted = files_of(simulate(corridor, **asked))
    victim = cluster.pids()[0]

    def kill(done: int, _of: int) -> None:
        if done == 1:
            os.kill(victim, signal.SIGKILL)

    with cluster_executor(cluster.address) as executor:
        there = simulate(corridor, executor=executor, progress=Progress(done=kill), **asked)
    assert files_of(there) == wanted
    assert victim not in cluster.pids() or not Path(f"/proc/{victim}/cmdline").read_bytes()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere at all"])
def test_f2_a_cluster_that_is_not_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("karvan.study.cluster.PATIENCE", "1s")
    with pytest.raises(InputError) as refused, cluster_executor(address):
        pass
    [problem] = refused.value.problems
    assert problem.address == "--cluster"
    assert address in problem.found
    assert "scheduler" in problem.remedy


# --- g: the command


@pytest.fixture
def tiny(small: Corridor, tmp_path: Path) -> Path:
    """The small package as a folder, with room on its vehicles."""
    room = {"capacity_teu": 50.0, "speed_kmh": 50.0}
    tables = dict(small.tables) | {"vehicle": tuple(one._replace(**room) for one in small.rows("vehicle"))}
    roomy = Corridor(small.description, tables)
    plain = small.rows("basis")[0]
    basis = tuple(plain._replace(table=table, row=key, column=column) for table, key, column in sorted(numbers(roomy)))
    Corridor(small.description, tables | {"basis": basis}).save(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_g1_the_command_answers_as_json_and_its_run_can_be_listed_and_asked(
    karvan_says: Callable[..., tuple[int, str]], tiny: Path
) -> None:
    words = ("simulate", "--package", tiny, "--days", 60, "-n", 2, "--warmup-days", 5)
    code, printed = karvan_says(*words, "--json")
    assert code == 0, printed
    told = json.loads(printed)
    assert told["results"]["replications"] == 2
    assert told["results"]["warmup_days"] == 5
    [group] = told["times"]
    assert group["delivered"] == pytest.approx(1000 / 2 * 60 / 365, rel=0.3)
    assert set(told["run"]["inputs"]["settings"]) == {"days", "year", "demand", "warmup_days"}
    code, listed = karvan_says("runs", "--json")
    assert code == 0, listed
    assert told["run"]["name"] in listed
    code, rows = karvan_says("sql", "select sum(delivered) as units from times", "--json")
    assert code == 0, rows
    assert f"{2 * group['delivered']:.0f}" in rows
    code, text = karvan_says(*words)
    assert code == 0, text
    assert "2 replications, warm-up 5 days" in text
    assert "ALPHA - GAMMA" in text


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--days", "0"), 3, "days"),
        (("--year", "1999"), 3, "2024"),
        (("--set", "service/none/fleet=3"), 3, "none"),
        (("--cluster", "nowhere at all"), 3, "--cluster"),
        (("--days", "many"), 2, "many"),
    ],
)
def test_g2_what_cannot_be_used_is_told_with_its_exit_code(
    karvan_says: Callable[..., tuple[int, str]], words: tuple[str, ...], code: int, told: str
) -> None:
    exit_code, printed = karvan_says("simulate", *words)
    assert exit_code == code, printed
    assert told in printed
    assert "Traceback" not in printed
