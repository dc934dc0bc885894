"""What the simulator does, in pictures with exact times, from one server to fleets; then what holds in any system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import fields
from hashlib import sha256
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from karvan.ground.errors import InputError, KarvanError
from karvan.kernels import fields as f
from karvan.sim import (
    Await,
    Board,
    Delay,
    Load,
    Pace,
    Pass,
    Release,
    Repeat,
    Seize,
    Serve,
    System,
    Time,
    Unload,
    empirical,
    exponential,
    fixed,
    gamma,
    lognormal,
    replicate,
    triangular,
)
from karvan.sim import replication as replications
from karvan.sim.interval import paired
from karvan.sim.outcome import Outcome, outcome_of
from karvan.sim.pack import MS_PER_H, pack
from karvan.sim.replication import Replication, StuckError

LONG = 1000.0
"""Hours after which all is over in pictures."""


def units(system: System, name: str, at: Sequence[float], *steps: Any, **more: Any) -> None:
    """Units that are created at these hours and take these steps."""
    system.program(name, steps)
    system.source(name, name, instants_h=at, **more)


def outcome(system: System, hours: float = LONG, **asked: Any) -> Outcome:
    return replicate(system, hours=hours, **asked).outcomes[0]


def ended(system: System, hours: float = LONG) -> dict[str, list[float | None]]:
    """When the units of each source left the system, by their number; None for those that did not."""
    rows: list[np.ndarray] = []
    replication = Replication(pack(system), 1, 0, hours, log=rows.append)
    replication.run()
    named = dict(zip(replication.packed.source.id, system.sources, strict=True))
    ends: dict[str, list[float | None]] = {name: [] for name in system.sources}
    left = {}
    for instant, ident, what in np.concatenate(rows):
        if what & 15 == f.LOG_CREATED:
            ends[named[ident >> 32]].append(None)
        elif what & 15 == f.LOG_LEAVES:
            left[ident] = instant / MS_PER_H
    for ident, hour in left.items():
        ends[named[ident >> 32]][ident & 0xFFFFFFFF] = hour
    return ends


def lost(one: Outcome, kind: str = "unit_h") -> dict[tuple[str, str], float]:
    """Hours lost by place and cause, where there are any."""
    keys = zip(one.lost["place"], one.lost["cause"], strict=True)
    return {key: float(hours) for key, hours in zip(keys, one.lost[kind], strict=True) if hours}


def at_station(one: Outcome, name: str, measure: str) -> float:
    return float(one.stations[measure][list(one.stations["station"]).index(name)])


def digest(one: Outcome) -> str:
    """All that an outcome holds, as a hash."""
    told = sha256()
    for field in fields(one):
        value = getattr(one, field.name)
        for name, column in sorted(value.items()) if isinstance(value, dict) else [(field.name, value)]:
            array = np.asarray(column)
            told.update(repr((name, array.tolist() if array.dtype == object else array.tobytes())).encode())
    return told.hexdigest()


# a: stations


def one_station(**more: Any) -> System:
    system = System()
    system.station("c", **more)
    return system


def test_a01_one_after_another() -> None:
    system = one_station()
    units(system, "u", [0, 1], Serve("c", fixed(2)))
    assert ended(system) == {"u": [2, 4]}
    one = outcome(system)
    assert [at_station(one, "c", name) for name in ("served", "waited", "wait_h", "most")] == [2, 1, 0.5, 1]
    assert lost(one) == {("c", "crane"): 1, ("c", "handling"): 4}


def test_a02_two_servers() -> None:
    system = one_station(servers=2)
    units(system, "u", [0, 0, 0], Serve("c", fixed(2)))
    assert ended(system) == {"u": [2, 2, 4]}


def line_of_two(room: int | None) -> System:
    system = System()
    system.station("a")
    system.station("b", room=room)
    units(system, "u", [0, 0, 0], Serve("a", fixed(1)), Serve("b", fixed(5)))
    return system


def test_a03_who_finds_no_room_keeps_the_server_before() -> None:
    # The second is done at a at 2 and let in at 6, so that the third starts there at 6.
    one = outcome(line_of_two(0))
    assert ended(line_of_two(0)) == {"u": [6, 11, 16]}
    assert lost(one) == {("a", "crane"): 7, ("a", "handling"): 3, ("b", "handling"): 15, ("b", "blocked"): 8}
    assert at_station(outcome(line_of_two(0), hours=10), "a", "use") == pytest.approx(1.0)


def test_a04_room_for_one() -> None:
    assert ended(line_of_two(1)) == {"u": [6, 11, 16]}
    one = outcome(line_of_two(1))
    assert lost(one)["b", "blocked"] == 3
    assert lost(one)["b", "crane"] == 9
    assert lost(one)["a", "crane"] == 3


def test_a05_endless_room_blocks_nobody() -> None:
    assert ("b", "blocked") not in lost(outcome(line_of_two(None)))


def test_a06_turned_away_but_not_when_a_service_ends_at_that_instant() -> None:
    system = one_station(room=0)
    units(system, "u", [0, 1, 2], Serve("c", fixed(2), turned_away=True))
    assert ended(system) == {"u": [2, 1, 4]}
    one = outcome(system)
    assert at_station(one, "c", "turned_away") == one.balance["turned_away"] == 1


def test_a07_a_station_that_never_opens_keeps_all() -> None:
    system = one_station(servers=0)
    units(system, "u", [0, 1], Serve("c", fixed(2)))
    one = outcome(system)
    assert ended(system) == {"u": [None, None]}
    assert at_station(one, "c", "left") == one.balance["waiting"] == one.balance["in_at_end"] == 2
    assert lost(one) == {("c", "crane"): LONG + LONG - 1}


def test_a08_a_place_in_the_yard_is_given_back_on_boarding() -> None:
    system = System()
    system.station("yard")
    system.queue("quay")
    units(system, "u", [0, 0], Seize("yard"), Board("quay", 1, frees="yard"))
    units(system, "ferry", [5, 10], Load("quay"), Unload(1), capacity=9)
    assert ended(system)["u"] == [5, 10]
    assert lost(outcome(system)) == {("yard", "crane"): 5, ("quay", "vehicle"): 10}


def test_a09_priority_does_not_break_off() -> None:
    system = one_station(classes=2)
    units(system, "low", [0, 1], Serve("c", fixed(3), priority=1))
    units(system, "high", [2], Serve("c", fixed(3), priority=0))
    assert ended(system) == {"low": [3, 9], "high": [6]}


def test_a10_several_at_once_from_a_pool() -> None:
    system = one_station(servers=3, cause="pool")
    units(system, "u", [0, 0], Seize("c", 2), Delay(fixed(1)), Release("c", 2))
    assert ended(system) == {"u": [1, 2]}


def test_a11_who_asks_for_less_waits_behind_who_asks_for_more() -> None:
    system = one_station(servers=2)
    for name, at, n in (("first", 0, 1), ("second", 1, 2), ("third", 2, 1)):
        units(system, name, [at], Seize("c", n), Delay(fixed(5)), Release("c", n))
    assert ended(system) == {"first": [5], "second": [10], "third": [15]}


@pytest.mark.parametrize(
    ("least", "ends"), [(1, [2, 4, 4, 4]), (2, [2, 2, 4, 4]), (3, [2, 2, 2, None]), (4, [2, 2, 2, None])]
)
def test_a12_batches(least: int, ends: list[float | None]) -> None:
    system = one_station(batch=3, least=least)
    units(system, "u", [0, 0, 0, 0], Serve("c", fixed(2)))
    assert ended(system) == {"u": ends}


def test_a13_after_a_batch_each_takes_its_own_time() -> None:
    system = one_station(batch=2, least=2)
    units(system, "u", [0, 0], Serve("c", fixed(2)), Delay(fixed(5)))
    assert ended(system) == {"u": [7, 7]}


def test_a14_a_batch_takes_the_next_class_when_the_first_has_no_more() -> None:
    system = one_station(batch=3, least=3, classes=2)
    units(system, "low", [0, 0], Serve("c", fixed(2), priority=1))
    units(system, "high", [1], Serve("c", fixed(2), priority=0))
    assert ended(system) == {"low": [3, 3], "high": [3]}


def test_a15_back_to_the_same_station_at_the_end_of_its_line() -> None:
    system = one_station()
    units(system, "u", [0, 1], Serve("c", fixed(2)), Serve("c", fixed(3)))
    assert ended(system) == {"u": [7, 10]}


@pytest.mark.parametrize("room", [0, 1, None])
def test_a16_and_alone_there_it_does_not_wait_for_itself(room: int | None) -> None:
    system = one_station(room=room)
    units(system, "u", [0], Serve("c", fixed(2)), Serve("c", fixed(3)))
    assert ended(system) == {"u": [5]}


def test_a17_a_lot_goes_in_the_order_of_its_numbers_and_stops_at_the_limit() -> None:
    system = one_station()
    system.program("u", [Serve("c", fixed(1))])
    system.source("u", "u", every=fixed(10), lot=3, limit=5)
    assert ended(system) == {"u": [11, 12, 13, 21, 22]}


def test_a18_a_loop_of_stations_without_room_stands_still_and_says_so() -> None:
    system = System()
    system.station("a", room=0)
    system.station("b", room=0)
    units(system, "there", [0], Serve("a", fixed(1)), Serve("b", fixed(1)))
    units(system, "back", [0], Serve("b", fixed(1)), Serve("a", fixed(1)))
    one = outcome(system)
    assert one.balance["in_at_end"] == one.balance["waiting"] == 2
    assert lost(one)["a", "blocked"] == lost(one)["b", "blocked"] == LONG - 1


def test_a19_who_is_blocked_from_outside_is_told_as_blocked() -> None:
    system = one_station(room=0)
    system.gate("storm", [(1, inf)], stations=["c"])
    units(system, "u", [0, 0], Serve("c", fixed(5)))
    assert lost(outcome(system, hours=50)) == {("c", "handling"): 5, ("c", "blocked"): 50}


# b: gates, and equal instants


def test_b01_wait_until_it_opens() -> None:
    system = System()
    system.gate("strait", [(2, 5)])
    units(system, "u", [1, 3, 5], Pass("strait"), Delay(fixed(1), place="sea"))
    assert ended(system) == {"u": [2, 6, 6]}
    assert lost(outcome(system)) == {("strait", "weather"): 2, ("sea", "travel"): 3}


def test_b02_at_the_instant_it_shuts_who_was_served_goes_and_who_arrives_waits() -> None:
    system = System()
    system.station("c")
    system.gate("gate", [(2, 4)])
    units(system, "served", [0], Serve("c", fixed(2)), Pass("gate"))
    units(system, "arrives", [0], Delay(fixed(2)), Pass("gate"))
    units(system, "created", [2, 4], Pass("gate"))
    assert ended(system) == {"served": [2], "arrives": [4], "created": [4, 4]}


def test_b03_a_storm_stops_new_starts_and_what_is_under_way_ends() -> None:
    system = one_station()
    system.gate("storm", [(1, 10)], stations=["c"])
    units(system, "u", [0, 2], Serve("c", fixed(3)))
    assert ended(system) == {"u": [3, 13]}
    assert lost(outcome(system)) == {("c", "weather"): 8, ("c", "handling"): 6}


def test_b04_a_wait_is_parted_between_the_hours_and_the_line() -> None:
    system = one_station()
    system.gate("night", [(4, 6)], stations=["c"], hours=True)
    units(system, "u", [3, 3], Serve("c", fixed(2)))
    assert ended(system) == {"u": [5, 8]}
    assert lost(outcome(system)) == {("c", "crane"): 1, ("c", "hours"): 2, ("c", "handling"): 4}


def test_b05_shut_while_any_gate_is_shut_and_put_down_to_the_weather_first() -> None:
    system = one_station()
    system.gate("night", [(1, 5)], stations=["c"], hours=True)
    system.gate("storm", [(3, 8)], stations=["c"])
    units(system, "u", [1], Serve("c", fixed(1)))
    assert ended(system) == {"u": [9]}
    assert lost(outcome(system)) == {("c", "hours"): 2, ("c", "weather"): 5, ("c", "handling"): 1}


def test_b06_shut_from_the_start_even_to_a_fleet_that_starts_then() -> None:
    system = System()
    system.gate("ice", [(0, 7)])
    system.program("ship", [Pass("ice"), Delay(fixed(1), place="sea"), Repeat()])
    system.fleet("ships", "ship", 2, 5)
    assert lost(outcome(system, hours=9), "vehicle_h") == {("ice", "weather"): 14, ("sea", "travel"): 4}


def test_b07_shut_for_good() -> None:
    system = System()
    system.gate("border", [(3, inf)])
    units(system, "u", [2, 4], Pass("border"))
    one = outcome(system)
    assert ended(system) == {"u": [2, None]}
    assert one.balance["waiting"] == 1
    assert lost(one) == {("border", "weather"): LONG - 4}


def test_b08_open_by_the_day() -> None:
    system = one_station()
    system.gate("night", [(24.0 * day + 16, 24.0 * day + 32) for day in range(10)], stations=["c"], hours=True)
    units(system, "u", [20, 40, 50], Serve("c", fixed(1)))
    assert ended(system) == {"u": [33, 57, 58]}


def test_b09_a_closure_is_the_same_in_two_scenarios_and_another_in_the_next_replication() -> None:
    def sails(speed: float) -> System:
        system = System()
        system.closure("storm", [(500, 1 / 50), (inf, 1 / 20)], exponential(8))
        system.gate("sea", closures=["storm"])
        system.program("u", [Pass("sea"), Delay(fixed(speed))])
        system.source("u", "u", every=fixed(1.0))
        return system

    a, b = (replicate(sails(hours), hours=1000, replications=2) for hours in (1.0, 3.0))
    waits = [[one.lost["unit_h"][0] for one in result.outcomes] for result in (a, b)]
    assert waits[0] == waits[1]
    assert waits[0][0] != waits[0][1]


# c: paths


def test_c01_one_train_in_each_interval() -> None:
    system = System()
    system.section("line", 2)
    units(system, "u", [0, 0, 1, 9], Pace("line", fixed(5)))
    assert ended(system) == {"u": [5, 7, 9, 14]}
    one = outcome(system)
    assert lost(one) == {("line", "path"): 5, ("line", "travel"): 20}
    assert one.sections["trains"].tolist() == [4]


@pytest.mark.parametrize(("warmup", "path", "travel"), [(0, 10, 4), (5, 5, 4), (10, 0, 4), (11, 0, 2), (13, 0, 0)])
def test_c02_the_end_of_the_warm_up_may_fall_into_a_wait_for_a_path(warmup: float, path: float, travel: float) -> None:
    system = System()
    system.section("line", 10)
    units(system, "u", [0, 0], Pace("line", fixed(2)))
    counted = lost(outcome(system, warmup_h=warmup))
    assert (counted.get(("line", "path"), 0), counted.get(("line", "travel"), 0)) == (
        path,
        travel - 2 if 2 < warmup < 11 else travel if warmup < 2 else max(12 - warmup, 0) if warmup < 12 else 0,
    )


@pytest.mark.parametrize(("hours", "path", "travel"), [(1, 1, 1), (6, 6, 2), (11, 10, 3), (20, 10, 4)])
def test_c03_and_so_may_the_end_of_the_run(hours: float, path: float, travel: float) -> None:
    system = System()
    system.section("line", 10)
    units(system, "u", [0, 0], Pace("line", fixed(2)))
    assert lost(outcome(system, hours=hours)) == {("line", "path"): path, ("line", "travel"): travel}


# d: vehicles


def with_queue(*at: float, **more: Any) -> System:
    system = System()
    system.queue("q", **more)
    units(system, "u", at, Board("q", 1))
    return system


SAILS = (Delay(fixed(3), place="sea"), Unload(1))


def test_d01_take_what_is_there_and_go() -> None:
    system = with_queue(0, 1, 6)
    units(system, "ship", [5], Load("q"), *SAILS, capacity=9)
    assert ended(system)["u"] == [8, 8, None]
    assert lost(outcome(system)) == {("q", "vehicle"): 5 + 4 + LONG - 6, ("sea", "travel"): 6}


def test_d02_who_finds_no_room_waits_for_the_next() -> None:
    system = with_queue(0, 1, 2)
    units(system, "ship", [5, 7], Load("q"), *SAILS, capacity=2)
    assert ended(system)["u"] == [8, 8, 10]
    one = outcome(system)
    assert [one.queues[name][0] for name in ("loaded", "boarded", "left_behind", "most")] == [2, 3, 1, 3]


def fleet(system: System, *steps: Any, vehicles: int = 1, capacity: int = 2) -> System:
    system.program("ship", [*steps, *SAILS, Delay(fixed(3), place="sea"), Repeat()])
    system.fleet("ships", "ship", vehicles, capacity)
    return system


def test_d03_until_full() -> None:
    system = fleet(with_queue(0, 4, 5), Load("q", fill=True))
    assert ended(system) == {"u": [7, 7, None]}
    assert outcome(system).balance["aboard"] == 1


def test_d04_or_until_the_longest_wait() -> None:
    system = fleet(with_queue(1), Load("q", fill=True, longest_h=2))
    assert ended(system) == {"u": [5]}


def test_d05_even_empty() -> None:
    system = fleet(with_queue(3), Load("q", fill=True, longest_h=2))
    assert ended(system) == {"u": [8 + 2 + 3]}


def test_d06_two_ships_load_one_after_another() -> None:
    system = fleet(with_queue(0, 1, 2, 3), Load("q", fill=True), vehicles=2)
    assert ended(system) == {"u": [4, 4, 6, 6]}


def test_d07_a_ship_may_leave_between_two_that_stand() -> None:
    system = with_queue(6, 7, 8, 9)
    for name, longest in (("a", 20), ("b", 1), ("c", 20)):
        system.program(name, [Load("q", fill=True, longest_h=longest), *SAILS])
        system.fleet(name, name, 1, 2)
    assert ended(system) == {"u": [10, 10, 12, 12]}


def test_d08_a_timetable() -> None:
    system = fleet(with_queue(0, 5, 20), Await((14, 4)), Load("q"))
    assert ended(system) == {"u": [7, 17, None]}


def on_demand(system: System, *steps: Any) -> System:
    system.program("train", [*steps, *SAILS])
    return system


def test_d09_formed_when_a_full_load_waits_and_only_then() -> None:
    system = on_demand(with_queue(1, 3, 4, calls="train", capacity=2), Load("q"))
    assert ended(system)["u"] == [6, 6, None]
    assert outcome(system).queues["called"][0] == 1


def test_d10_or_when_the_first_has_waited_longest() -> None:
    system = on_demand(with_queue(1, 3, 4, calls="train", capacity=2, longest_h=5), Load("q"))
    assert ended(system)["u"] == [6, 6, 12]


@pytest.mark.parametrize("fill", [False, True])
def test_d11_who_came_while_a_train_was_being_formed_is_not_forgotten(fill: bool) -> None:
    system = with_queue(0, 0, 1, calls="train", capacity=2, longest_h=5)
    on_demand(system, Delay(fixed(6), place="yard"), Load("q", fill=fill, longest_h=0 if fill else None))
    # Its longest wait is over when the first train has left: another is formed at once.
    assert ended(system)["u"] == [9, 9, 6 + 6 + 3]


def test_d12_a_train_waits_for_wagons() -> None:
    system = with_queue(0, 0, 1, 1, calls="train", capacity=2)
    system.station("wagons", 40, cause="pool")
    system.program("train", [Seize("wagons", 30), Load("q"), *SAILS, Release("wagons", 30)])
    assert ended(system)["u"] == [3, 3, 6, 6]
    assert lost(outcome(system), "vehicle_h") == {("wagons", "pool"): 2, ("sea", "travel"): 6}
    # They wait for a vehicle, whatever the vehicle itself waits for before it loads.
    assert lost(outcome(system))["q", "vehicle"] == 4


def several_stops(*, fill: bool = False, capacity: int = 2, longest_h: float | None = None) -> System:
    system = System()
    system.queue("qa", stop=0)
    system.queue("qb", stop=1)
    system.program(
        "train",
        [
            Load("qa"),
            Delay(fixed(2), place="ab"),
            Unload(1),
            Load("qb", fill=fill, longest_h=longest_h),
            Delay(fixed(3), place="bc"),
            Unload(2),
        ],
    )
    system.source("train", "train", instants_h=[1], capacity=capacity)
    return system


def test_d13_some_alight_on_the_way_and_others_take_their_places() -> None:
    system = several_stops()
    units(system, "ab", [0], Board("qa", 1))
    units(system, "ac", [0], Board("qa", 2))
    units(system, "bc", [0, 0], Board("qb", 2))
    ends = ended(system)
    assert (ends["ab"], ends["ac"], ends["bc"]) == ([3], [6], [6, None])
    one = outcome(system)
    split = dict(zip(one.groups["group"], one.groups["travel_h"], strict=True))
    assert (split["ab"], split["ac"], split["bc"]) == (2, 5, 3)
    assert lost(one, "vehicle_h") == {("ab", "travel"): 2, ("bc", "travel"): 3}


def test_d14_who_rides_through_waits_while_the_train_stands() -> None:
    system = several_stops(fill=True, longest_h=4)
    units(system, "ac", [0], Board("qa", 2))
    units(system, "bc", [5], Board("qb", 2))
    ends = ended(system)
    assert (ends["ac"], ends["bc"]) == ([8], [8])
    assert lost(outcome(system)) == {
        ("qa", "vehicle"): 1, ("ab", "travel"): 2, ("qb", "vehicle"): 2, ("bc", "travel"): 6,
    }  # fmt: skip


def test_d15_and_a_train_full_of_them_does_not_stand_at_all() -> None:
    system = several_stops(fill=True, capacity=1)
    units(system, "ac", [0], Board("qa", 2))
    assert ended(system)["ac"] == [6]


def test_d16_room_is_by_size_and_the_first_is_not_passed() -> None:
    system = System()
    system.queue("q")
    units(system, "large", [0, 1], Board("q", 1, size=2))
    units(system, "small", [2], Board("q", 1, size=1))
    units(system, "ship", [5, 7], Load("q"), Unload(1), capacity=3)
    ends = ended(system)
    assert (ends["large"], ends["small"]) == ([5, 7], [7])
    assert outcome(system).queues["size"][0] == 5


def test_d17_a_ship_with_room_for_the_smallest_only_still_stands_until_that_comes() -> None:
    system = System()
    system.queue("q")
    units(system, "large", [0], Board("q", 1, size=2))
    units(system, "small", [4], Board("q", 1, size=1))
    fleet(system, Load("q", fill=True), capacity=3)
    assert ended(system) == {"large": [7], "small": [7]}


def test_d18_a_pool_that_runs_out() -> None:
    system = System()
    system.station("engines", 2, cause="pool")
    units(system, "train", [0, 0, 0], Seize("engines"), Delay(fixed(4)), Release("engines"), capacity=5)
    one = outcome(system, hours=20)
    assert lost(one, "vehicle_h") == {("engines", "pool"): 4, ("", "travel"): 12}
    assert one.balance["created"] == 0


@pytest.mark.parametrize("vehicles", [0, 1, 3])
def test_d19_the_headway_comes_out_of_the_fleet(vehicles: int) -> None:
    system = fleet(with_queue(), Pace("berth", fixed(0)), Load("q"), vehicles=vehicles)
    system.section("berth", 2.0)
    assert outcome(system, hours=600).queues["loaded"][0] == 100 * vehicles + vehicles - (vehicles > 0) * (vehicles - 1)


def test_d20_those_aboard_share_what_the_ship_waits_for() -> None:
    system = with_queue(0, 0)
    system.station("berth", cause="berth")
    system.gate("storm", [(4, 6)])
    units(system, "other", [0], Seize("berth"), Delay(fixed(9)), Release("berth"))
    units(system, "ship", [1], Load("q"), Delay(fixed(3), place="sea"), Pass("storm"), Seize("berth"), Unload(1),
          Release("berth"), capacity=5)  # fmt: skip
    assert ended(system)["u"] == [9, 9]
    one = outcome(system)
    shared = {("sea", "travel"): 3, ("storm", "weather"): 2, ("berth", "berth"): 3}
    assert lost(one, "vehicle_h") == shared
    assert lost(one) == {key: 2 * hours for key, hours in shared.items()} | {("q", "vehicle"): 2, ("", "travel"): 9}


def test_d21_gaps_may_begin_before_the_start() -> None:
    system = with_queue(0, 0)
    system.program("ship", [Load("q"), Unload(1)])
    system.source("ship", "ship", every=fixed(10), first_h=-24, capacity=1)
    assert ended(system)["u"] == [6, 16]


def test_d22_a_rate_from_its_own_piece_on() -> None:
    def counts(first_h: float) -> float:
        system = System()
        system.program("u", [Delay(fixed(0))])
        system.source("u", "u", rates=[(50, 20), (100, 0), (200, 5), (inf, 0)], first_h=first_h)
        return float(np.mean([o.balance["created"] for o in replicate(system, hours=300, replications=40).outcomes]))

    # Poisson counts: 40 means of n have a standard error of sqrt(n / 40).
    assert counts(0) == pytest.approx(1500, abs=4 * (1500 / 40) ** 0.5)
    assert counts(40) == pytest.approx(700, abs=4 * (700 / 40) ** 0.5)
    assert counts(120) == pytest.approx(400, abs=4 * (400 / 40) ** 0.5)
    assert counts(250) == 0


def test_d23_at_the_end_who_boarded_a_ship_that_still_stands_is_counted() -> None:
    system = fleet(with_queue(0, 5), Load("q", fill=True), capacity=9)
    one = outcome(system, hours=20)
    assert one.balance["aboard"] == 2
    assert lost(one) == {("q", "vehicle"): 20 + 15}


# e: samples and the warm-up


def test_e01_samples_are_means_over_their_span() -> None:
    system = one_station()
    units(system, "u", [0, 0, 0], Serve("c", fixed(2)))
    one = outcome(system, hours=8, sample_h=4)
    assert one.series["at_h"].tolist() == [4, 8]
    assert one.series["waiting"][:, 0].tolist() == [1.5, 0]
    assert one.series["in_use"][:, 0].tolist() == [1, 0.5]
    assert one.pulse["in_system"].tolist() == [1, 0]
    assert one.pulse["delivered"].tolist() == [2, 3]


@pytest.mark.parametrize("warmup", [0, 1, 2, 3, 4, 5])
def test_e02_and_begin_at_the_end_of_the_warm_up_wherever_that_is(warmup: float) -> None:
    system = one_station()
    units(system, "u", [warmup] * 3, Serve("c", fixed(2)))
    one = outcome(system, hours=8, sample_h=4, warmup_h=warmup)
    assert one.series["at_h"].tolist() == [4, 8]
    assert one.series["waiting"][:, 0].tolist() == [1.5, 0]


def test_e03_what_was_there_at_the_end_of_the_warm_up_stays() -> None:
    system = one_station()
    units(system, "u", [0, 0, 0], Serve("c", fixed(4)))
    one = outcome(system, hours=20, warmup_h=6)
    assert {name: one.balance[name] for name in ("in_at_start", "created", "delivered")} == {
        "in_at_start": 2, "created": 0, "delivered": 2,
    }  # fmt: skip
    assert lost(one) == {("c", "crane"): 2, ("c", "handling"): 6}
    assert at_station(one, "c", "served") == 1
    assert one.groups["hours"][0] == 10  # from creation, also before the warm-up was over


@pytest.mark.parametrize("warmup", [0, 1, 4, 7])
@pytest.mark.parametrize("end", [2, 5, 8, 20])
@pytest.mark.parametrize("capacity", [0, 1])
def test_e04_times_that_follow_each_other_are_put_down_to_their_own(warmup: float, end: float, capacity: int) -> None:
    system = System()
    steps = [Delay(fixed(hours), place=place) for place, hours in (("x", 3), ("y", 3), ("z", 3))]
    units(system, "u", [0], *steps, capacity=capacity)
    if end <= warmup:
        return
    spells = {"x": (0, 3), "y": (3, 6), "z": (6, 9)}
    spent = {(place, "travel"): min(b, end) - max(a, warmup) for place, (a, b) in spells.items()}
    one = outcome(system, hours=end - warmup, warmup_h=warmup)
    assert lost(one, "vehicle_h" if capacity else "unit_h") == {key: hours for key, hours in spent.items() if hours > 0}


# f: what holds in any system

TIMES = st.sampled_from([
    fixed(0.0), fixed(1.0), fixed(0.5), exponential(0.5), gamma(1.0, 0.4), lognormal(0.7, 2.0), triangular(0, 1, 2),
    empirical([0.5, 1.0, 4.0]), exponential(0.5).with_breakdowns(0.3, fixed(2.0)), fixed(0.3).with_slow_branch(0.2, 5),
])  # fmt: skip


@st.composite
def systems(draw: Callable[..., Any]) -> System:
    """A few stations, gates, sections and a ship that goes round, with some kinds of units among them."""
    system = System()
    stations = [f"s{number}" for number in range(draw(st.integers(1, 3)))]
    for name in stations:
        batch = draw(st.sampled_from([1, 1, 1, 3]))
        least = draw(st.integers(1, batch))
        room = draw(st.sampled_from([None, None, 0, 1, 3]))
        system.station(
            name,
            draw(st.integers(0, 3)),
            room=room if room is None or least == 1 else max(room, least),
            classes=draw(st.integers(1, 2)),
            batch=batch,
            least=least,
        )
    system.station("pool", 4, cause="pool", room=draw(st.sampled_from([None, 0, 2])))
    system.section("line", draw(st.sampled_from([0.0, 0.5, 1.5])))
    shut = st.lists(st.integers(0, 60), min_size=2, max_size=8, unique=True).map(sorted)
    for number in range(draw(st.integers(1, 2))):
        ends = draw(shut)
        spells = list(zip(ends[::2], ends[1::2], strict=False))
        stopped = draw(st.lists(st.sampled_from(stations), unique=True, max_size=2))
        system.gate(f"g{number}", spells, stations=stopped, hours=draw(st.booleans()))
    ship(draw, system)
    for number in range(draw(st.integers(1, 3))):
        kind(draw, system, f"u{number}", stations)
    return system


def ship(draw: Callable[..., Any], system: System) -> None:
    """A ship with three stops: a fleet, or by a headway, or on demand."""
    how = draw(st.sampled_from(["fleet", "headway", "demand"]))
    capacity = draw(st.integers(2, 6))
    demand = {"calls": "ship", "capacity": capacity, "longest_h": draw(st.sampled_from([None, 3.0]))}
    system.queue("qa", stop=0, **(demand if how == "demand" else {}))
    system.queue("qb", stop=1)
    fill = draw(st.booleans())
    longest = draw(st.sampled_from([0.0, 2.0, None]))
    steps = [
        *draw(st.sampled_from([[], [Delay(fixed(1.0))]])),
        Load("qa", fill=fill, longest_h=longest),
        *draw(st.sampled_from([[], [Seize("pool", 2)]])),
        Pass("g0"),
        Pace("line", draw(TIMES)),
        Unload(1),
        Load("qb", fill=draw(st.booleans()), longest_h=1.0),
        Delay(fixed(1.0)),
        *draw(st.sampled_from([[], [Serve("s0", fixed(0.5))]])),
        Unload(2),
    ]
    if Seize("pool", 2) in steps:
        steps.append(Release("pool", 2))
    system.program("ship", [*steps, Repeat()] if how == "fleet" else steps)
    if how == "fleet":
        system.fleet("ships", "ship", draw(st.integers(0, 3)), capacity)
    elif how == "headway":
        system.source("ships", "ship", every=draw(st.sampled_from([fixed(2.0), exponential(3.0)])), capacity=capacity)


def kind(draw: Callable[..., Any], system: System, name: str, stations: list[str]) -> None:
    """Units of one kind: some steps in some order."""
    steps: list[Any] = []
    for what in draw(st.lists(st.integers(0, 7), min_size=1, max_size=5)):
        at = draw(st.sampled_from(stations))
        least = draw(st.integers(0, system.stations[at].classes - 1))
        steps += [
            [Serve(at, draw(TIMES), priority=least, turned_away=draw(st.booleans()))],
            [Serve(at, draw(TIMES), priority=least)],
            [Delay(draw(TIMES))],
            [Pass("g0")],
            [Pace("line", draw(TIMES))],
            [Seize("pool", draw(st.integers(1, 2))), Delay(draw(TIMES)), Release("pool", 1)],
            [Seize("pool"), Board("qa", draw(st.integers(1, 2)), size=draw(st.integers(1, 2)), frees="pool")],
            [Board("qb", 2)],
        ][what]
    system.program(name, steps, group=draw(st.sampled_from(["one", name])), weight=draw(st.sampled_from([1, 1, 5])))
    every = draw(st.sampled_from([fixed(0.5), exponential(0.4), exponential(2.0), gamma(1.0, 2.0)]))
    system.source(name, name, every=every, lot=draw(st.sampled_from([1, 1, 3])), limit=draw(st.sampled_from([None, 7])))


WHOLE = settings(
    max_examples=400, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@WHOLE
@given(systems(), st.sampled_from([0.0, 0.0, 13.0]))
def test_f01_nothing_is_lost_or_made_up(system: System, warmup: float) -> None:
    rows: list[np.ndarray] = []
    replication = Replication(pack(system), 3, 5, 60.0, warmup, sample_h=60.0, log=rows.append)
    replication.run()
    check_servers(replication)
    little = waits_over_time(replication) if warmup == 0 else None
    one = outcome_of(replication)
    check_balance(replication, one)
    check_split(replication, one, np.concatenate(rows) if rows else np.zeros((0, 3), dtype=np.int64))
    if little is not None:
        found = np.concatenate([one.series["waiting"][-1]]) * 60.0
        np.testing.assert_allclose(found, little, rtol=1e-5, atol=1e-5)


def check_balance(replication: Replication, one: Outcome) -> None:
    unit, op = replication.state.unit, replication.model.op
    there = (unit.at != f.NONE) & (unit.car == f.NONE)
    inside = int(op.weight[unit.at[there]].sum())
    balance = one.balance
    assert balance["in_at_end"] == inside
    assert balance["in_at_start"] + balance["created"] == balance["delivered"] + balance["turned_away"] + inside
    assert one.groups["delivered"].sum() == one.histogram.sum() == balance["delivered"]
    assert balance["waiting"] + balance["aboard"] + balance["under_way"] == inside
    assert balance["waiting"] >= one.queues["left"].sum()


def check_split(replication: Replication, one: Outcome, rows: np.ndarray) -> None:
    """By group and by account, every ms since the warm-up that any unit has been there is put to one cause."""
    s = replication.state
    causes = np.array([f.CAUSES.index(account.cause) for account in replication.packed.accounts], dtype=np.int64)
    assert (s.group_spent >= 0).all()
    assert s.group_spent.sum(axis=0).tolist() == [s.lost.units[causes == cause].sum() for cause in range(f.N_CAUSES)]
    assert (s.lost.units >= 0).all()
    assert (s.lost.vehicles >= 0).all()
    sources = replication.packed.source
    weights = {int(one.id): int(replication.model.op[one.step].weight) for one in sources if one.capacity == 0}
    begin, end = s.clock.counted_from[0], s.clock.until[0]
    there: dict[int, list[int]] = defaultdict(lambda: [0, end])
    for instant, ident, what in rows.tolist():
        if ident >> 32 in weights and what & 15 in (f.LOG_CREATED, f.LOG_LEAVES):
            there[ident][int(what & 15 == f.LOG_LEAVES)] = instant
    groups = {int(one.id): int(one.group) for one in sources}
    spent = np.zeros(len(s.group), dtype=np.int64)
    for ident, (since, to) in there.items():
        spent[groups[ident >> 32]] += weights[ident >> 32] * max(to - max(since, begin), 0)
    assert s.group_spent.sum(axis=1).tolist() == s.group.within.tolist() == spent.tolist()
    total = spent.sum()
    assert s.lost.units.sum() == total
    assert one.lost["unit_h"].sum() * MS_PER_H == pytest.approx(total)


def check_servers(replication: Replication) -> None:
    """Nobody waits where there is a server to give, or is blocked where there is room."""
    s, op = replication.state, replication.model.op
    for station in s.station:
        shut = station.shut_weather + station.shut_hours
        assert 0 <= station.free + shut * f.SHUT <= station.servers
        heads = [s.line[line].first for line in range(station.line, station.line + station.classes)]
        first = next((head for head in heads if head != f.NONE), None)
        assert (first is None) == (station.waiting == 0)
        if first is not None and station.waiting >= station.least:
            assert station.free < op[s.unit[first].at].n
        if station.blocked:
            assert station.waiting >= station.room
            if station.waiting == 0:
                assert station.free < op[s.unit[station.blocked_head].at].n
    for q in s.queue:
        if q["count"] and q.loader_head != f.NONE:
            assert op[s.unit[q.head].at].n > s.car[s.unit[q.loader_head].car].free
    assert s.clock.todo[0] == 0
    assert s.clock.ready[0] == f.NONE


def waits_over_time(replication: Replication) -> np.ndarray:
    """Hours waited at each station and queue by all, those still there among them: Little's law on this one path."""
    s, op, now = replication.state, replication.model.op, int(replication.state.clock.now[0])
    stations = s.station.wait_ms.copy()
    queues = s.queue.wait_ms.copy()
    for unit in s.unit:
        code = op[unit.at].code if unit.at != f.NONE else f.NONE
        if code in {f.SERVE, f.SEIZE} and unit.held != op[unit.at].where + 1 and unit["mode"] == 0:
            stations[op[unit.at].where] += now - unit.since
        elif code == f.BOARD and unit["mode"] == 0:
            queues[op[unit.at].where] += (now - unit.since) * op[unit.at].weight
    return np.concatenate([stations, queues]) / MS_PER_H


# g: the same luck


def busy(*, mean_h: float = 0.9, more: bool = False) -> System:
    """A line with a ship, busy enough to wait everywhere."""
    system = System()
    if more:
        system.station("elsewhere", 2)
        system.program("others", [Serve("elsewhere", gamma(1.0, 2.0))])
        system.source("others", "others", every=exponential(1.0))
    system.station("gate")
    system.station("yard", 30, room=0)
    system.queue("quay")
    system.closure("storm", [(inf, 1 / 30)], gamma(6, 0.5))
    system.gate("sea", closures=["storm"])
    system.program(
        "u", [Serve("gate", gamma(mean_h, 0.7)), Seize("yard"), Board("quay", 1, frees="yard"), Delay(lognormal(5, 1))]
    )
    system.source("u", "u", every=exponential(1.0))
    system.program(
        "ship",
        [
            Load("quay", fill=True, longest_h=24),
            Pass("sea"),
            Delay(triangular(3, 4, 8)),
            Unload(1),
            Delay(fixed(4)),
            Repeat(),
        ],
    )
    system.fleet("ships", "ship", 2, 12)
    return system


def test_g01_two_runs_and_any_number_of_workers_give_the_same_bits() -> None:
    runs = [replicate(busy(), hours=2000, warmup_h=100, seed=4, replications=6, workers=n) for n in (1, 1, 2, 5)]
    told = [[digest(one) for one in result.outcomes] for result in runs]
    assert told[0] == told[1] == told[2] == told[3]
    assert len(set(told[0])) == 6


def test_g02_a_replication_alone_is_the_one_among_ten() -> None:
    ten = replicate(busy(), hours=500, replications=10, workers=2).outcomes
    (alone,) = replicate(busy(), hours=500, replications=[7]).outcomes
    assert (alone.number, digest(alone)) == (7, digest(ten[7]))
    other = replicate(busy(), hours=500, seed=2, replications=[7]).outcomes[0]
    assert digest(other) != digest(alone)


def test_g03_a_run_that_is_left_and_gone_on_with_is_the_same() -> None:
    packed = pack(busy())
    told = []
    for budget in (inf, 7):
        replication = Replication(packed, 1, 2, 300.0, 20.0, 10.0)
        replication.run(limit_events=budget)
        told.append(digest(outcome_of(replication)))
    assert told[0] == told[1]


def crowd() -> System:
    """50,000 units wait at once, for a server and for ships, and many ships are formed."""
    system = System()
    system.station("gate", 3, room=20_000)
    system.queue("quay", calls="train", capacity=40)
    system.station("wagons", 500, cause="pool")
    system.program("u", [Serve("gate", gamma(0.01, 1.0)), Board("quay", 1), Delay(exponential(30))])
    system.program("train", [Load("quay"), Seize("wagons"), Delay(exponential(40)), Unload(1), Release("wagons")])
    system.source("u", "u", every=fixed(0.001), lot=50, limit=50_000)
    system.source("v", "u", every=exponential(0.01), limit=10_000)
    return system


def test_g04_growing_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(system: System, log: bool) -> tuple[str, str, int]:
        rows: list[np.ndarray] = []
        replication = Replication(pack(system), 1, 0, 400.0, 0.0, 10.0, log=rows.append if log else None)
        small = len(replication.state.free_slot)
        replication.run()
        logged = sha256(np.concatenate(rows).tobytes() if log else b"").hexdigest()
        return digest(outcome_of(replication)), logged, small

    for log in (False, True):
        small = told(crowd(), log)
        with monkeypatch.context() as patch:
            patch.setattr(replications, "_room", lambda least: max(1 << 17, 1 << (least - 1).bit_length()))
            large = told(crowd(), log)
        assert small[2] < 100 < large[2]
        assert small[:2] == large[:2]


def test_g05_memory_goes_by_what_is_there_not_by_what_has_passed() -> None:
    system = one_station()
    system.program("u", [Serve("c", exponential(0.5))])
    system.source("u", "u", every=exponential(1.0))
    replication = Replication(pack(system), 1, 0, 2e5, sample_h=2e3)
    replication.run()
    assert replication.state.group.delivered[0] > 190_000
    assert len(replication.state.unit) <= 128
    assert len(replication.state.free_slot) <= 64


def test_g06_a_part_added_elsewhere_leaves_the_luck_of_the_others() -> None:
    alone, beside = (replicate(busy(more=more), hours=1000).outcomes[0] for more in (False, True))
    column = {name: values[-1] for name, values in beside.groups.items() if name != "group"}
    at = list(alone.groups["group"]).index("u")
    there = list(beside.groups["group"]).index("u")
    for name in column:
        assert alone.groups[name][at] == beside.groups[name][there], name
    assert alone.histogram[at].tolist() == beside.histogram[there].tolist()


def test_g07_the_order_in_which_parts_are_added_does_not_matter_to_their_luck() -> None:
    def two(order: Sequence[str]) -> Outcome:
        system = System()
        for name in order:
            system.station(name)
            system.program(name, [Serve(name, gamma(0.7, 1.5))])
            system.source(name, name, every=exponential(1.0))
        return outcome(system, hours=2000)

    a, b = two("xy"), two("yx")
    assert a.groups["hours"].tolist() == b.groups["hours"].tolist()[::-1]
    assert a.groups["hours"][0] != a.groups["hours"][1]


def test_g08_a_difference_is_sharp_when_the_luck_is_shared() -> None:
    a, b = (replicate(busy(mean_h=mean), hours=1000, warmup_h=100, replications=20, workers=2) for mean in (0.9, 0.88))
    hours = [[float(one.groups["hours"][0]) for one in result.outcomes] for result in (a, b)]
    difference = paired(hours[0], hours[1])
    assert difference.paired.low > 0
    assert difference.narrower > 3


# h: what cannot be run


@pytest.mark.parametrize("time", [fixed(1e13), exponential(1e13), gamma(1e13, 0.5), fixed(0).plus(1e13)])
def test_h01_beyond_the_clock_is_an_error(time: Time) -> None:
    system = one_station()
    units(system, "u", [0], Serve("c", time))
    with pytest.raises(StuckError, match="nine million"):
        outcome(system)


def test_h02_and_so_are_more_breakdowns_than_can_be_drawn() -> None:
    system = one_station()
    units(system, "u", [0], Serve("c", fixed(1).with_breakdowns(2000, fixed(0.001))))
    with pytest.raises(StuckError, match="break down"):
        outcome(system)


def test_h03_more_units_than_counters_hold_are_an_error() -> None:
    system = System()
    system.queue("quay")
    system.program("unit", [Board("quay", 1)], weight=1_000_000_000)
    system.source("units", "unit", every=fixed(1.0))
    system.program("ship", [Load("quay", fill=True), Delay(fixed(1.0)), Unload(1), Repeat()])
    system.fleet("ships", "ship", 1, 3)
    with pytest.raises(StuckError, match="two thousand million units aboard"):
        Replication(pack(system), 1, 0, 100.0).run()
    crowd = System()
    crowd.station("counter", servers=0)
    crowd.program("unit", [Serve("counter", fixed(1.0))], weight=1_000_000_000)
    crowd.source("units", "unit", every=fixed(1.0))
    replication = Replication(pack(crowd), 1, 0, 5000.0)
    replication.run()
    with pytest.raises(KarvanError, match="counted in ms"):
        outcome_of(replication)


def test_h04_going_round_in_no_time_is_told_by_its_program() -> None:
    system = with_queue()
    system.program("restless", [Load("q"), Unload(1), Repeat()])
    system.program("calm", [Delay(fixed(0)), Pass("sea"), Delay(fixed(1)), Repeat()])
    system.gate("sea", [(5, 6)])
    system.fleet("a", "calm", 3, 1)
    system.fleet("b", "restless", 1, 1)
    system.fleet("c", "calm", 3, 1)
    with pytest.raises(StuckError, match="restless"):
        outcome(system)


def sound() -> System:
    """A system in which nothing is wrong."""
    system = System()
    system.station("c", 2, classes=2)
    system.queue("q", stop=0)
    system.gate("g", [(1, 2)])
    system.section("line", 1.0)
    system.program("u", [Serve("c", fixed(1)), Pass("g"), Pace("line", fixed(1)), Board("q", 1)])
    system.source("u", "u", every=fixed(1))
    system.program("ship", [Load("q"), Delay(fixed(1)), Unload(1), Repeat()])
    system.fleet("ships", "ship", 1, 5)
    return system


def program(*steps: Any) -> Callable[[System], None]:
    def add(system: System) -> None:
        system.program("p", steps)
        system.source("p", "p", every=fixed(1))

    return add


def vehicle(*steps: Any, capacity: int = 5) -> Callable[[System], None]:
    def add(system: System) -> None:
        system.program("p", steps)
        system.fleet("p", "p", 1, capacity)

    return add


BAD: dict[str, tuple[Callable[[System], object], str, str]] = {
    # What is wrong: how it is told, an address and what was found there.
    "station unknown": (program(Serve("d", fixed(1))), "program p, step 0", "station 'd'"),
    "queue unknown": (program(Board("r", 1)), "program p, step 0", "queue 'r'"),
    "yard unknown": (program(Board("q", 1, frees="yard")), "program p, step 0", "station 'yard'"),
    "gate unknown": (program(Pass("h")), "program p, step 0", "gate 'h'"),
    "section unknown": (program(Pace("lime", fixed(1))), "program p, step 0", "section 'lime'"),
    "program unknown": (lambda s: s.source("x", "none", every=fixed(1)), "source x", "program 'none'"),
    "program of a fleet unknown": (lambda s: s.fleet("x", "none", 1, 1), "x", "program 'none'"),
    "station of a gate unknown": (lambda s: s.gate("h", stations=["d"]), "gate h", "station 'd'"),
    "closure unknown": (lambda s: s.gate("h", closures=["storm"]), "gate h", "closure 'storm'"),
    "called program unknown": (lambda s: s.queue("r", calls="none", capacity=1), "queue r", "program 'none'"),
    "name taken": (lambda s: s.station("c"), "names", "'c'"),
    "priority": (program(Serve("c", fixed(1), priority=2)), "program p, step 0, priority", "2"),
    "priority below": (program(Seize("c", priority=-1)), "program p, step 0, priority", "-1"),
    "more than there are": (program(Seize("c", 3)), "program p, step 0, n", "3"),
    "none of it": (program(Seize("c", 0)), "program p, step 0, n", "0"),
    "gives back too much": (program(Seize("c"), Release("c", 2)), "program p, step 1", "2 of c, of which"),
    "gives back what it has not": (program(Board("q", 1, frees="c")), "program p, step 0", "of which it has taken 0"),
    "no steps": (program(), "program p", "no steps"),
    "unit loads": (program(Load("q")), "program p, step 0", "Load, for units of source p"),
    "unit unloads": (program(Unload(0)), "program p, step 0", "Unload, for units"),
    "unit repeats": (program(Delay(fixed(1)), Repeat()), "program p, step 1", "Repeat, for units"),
    "vehicle boards": (vehicle(Board("q", 1)), "program p, step 0", "a vehicle of fleet p boards"),
    "vehicle turned away": (vehicle(Serve("c", fixed(1), turned_away=True)), "program p, step 0", "turned away"),
    "repeat out of range": (vehicle(Delay(fixed(1)), Repeat(2)), "program p, step 1, step", "2"),
    "repeat below": (vehicle(Delay(fixed(1)), Repeat(-1)), "program p, step 1, step", "-1"),
    "never unloads there": (program(Board("q", 2)), "program p, step 0", "stop 2, where ship does not unload"),
    "alights where it boards": (program(Board("q", 0)), "program p, step 0", "stop 0, where ship does not unload"),
    "stop below": (program(Board("q", -1)), "program p, step 0, alight", "-1"),
    "unload stop below": (vehicle(Unload(-1)), "program p, step 0, stop", "-1"),
    "too large": (program(Board("q", 1, size=6)), "program p, step 0, size", "6"),
    "no size": (program(Board("q", 1, size=0)), "program p, step 0, size", "0"),
    "half a size": (program(Board("q", 1, size=0.5)), "program p, step 0, size", "0.5"),
    "cause of a delay": (program(Delay(fixed(1), cause="bad luck")), "p at , cause", "'bad luck'"),
    "cause of a station": (
        lambda s: (s.station("d", cause="luck"), program(Serve("d", fixed(1)))(s)), "d at d, cause", "'luck'",
    ),
    "no time to stand": (vehicle(Load("q", longest_h=-1.0), Unload(1)), "program p, step 0, longest_h", "-1"),
    "never to stand": (vehicle(Load("q", longest_h=nan), Unload(1)), "program p, step 0, longest_h", "nan"),
    "instant before": (vehicle(Await((1, -2))), "program p, step 0, instants_h", "-2"),
    "room": (lambda s: s.station("d", room=-1), "station d, room", "-1"),
    "servers": (lambda s: s.station("d", -1), "station d, servers", "-1"),
    "half a server": (lambda s: s.station("d", 1.5), "station d, servers", "1.5"),  # type: ignore[arg-type]
    "no server": (lambda s: s.station("d", None), "station d, servers", "None"),  # type: ignore[arg-type]
    "batch": (lambda s: s.station("d", batch=0), "station d, batch", "0"),
    "least": (lambda s: s.station("d", least=3, room=2), "station d, room", "2"),
    "seizes a batch": (
        lambda s: (s.station("d", batch=2), program(Seize("d"))(s)), "program p, step 0", "d, which takes batches",
    ),
    "section": (lambda s: s.section("l", -1.0), "section l, interval_h", "-1"),
    "section without end": (lambda s: s.section("l", inf), "section l, interval_h", "inf"),
    "gate not in order": (lambda s: s.gate("h", [(3, 4), (1, 2)]), "gate h", "1 to 2"),
    "gate backwards": (lambda s: s.gate("h", [(4, 3)]), "gate h", "4 to 3"),
    "gate before": (lambda s: s.gate("h", [(-0.5, 3)]), "gate h", "-0.5 to 3"),
    "gate nan": (lambda s: s.gate("h", [(nan, 3)]), "gate h", "nan to 3"),
    "no rule": (lambda s: s.source("x", "u"), "source x", "0 rules"),
    "two rules": (lambda s: s.source("x", "u", every=fixed(1), rates=[(1, 1)]), "source x", "2 rules"),
    "rates not in order": (
        lambda s: s.source("x", "u", rates=[(2, 1), (1, 1)]), "source x, rates, piece 1", "until 1 h",
    ),
    "rate below": (lambda s: s.source("x", "u", rates=[(2, -1)]), "source x, rates, piece 0", "-1 per hour"),
    "rate nan": (lambda s: s.source("x", "u", rates=[(2, nan)]), "source x, rates, piece 0", "nan per hour"),
    "until nan": (lambda s: s.source("x", "u", rates=[(nan, 1)]), "source x, rates, piece 0", "until nan h"),
    "no gaps": (lambda s: s.source("x", "u", every=fixed(0)), "source x, every", "0 h"),
    "instant below": (lambda s: s.source("x", "u", instants_h=[1, -1]), "source x, instants_h", "-1"),
    "instant nan": (lambda s: s.source("x", "u", instants_h=[nan]), "source x, instants_h", "nan"),
    "lot": (lambda s: s.source("x", "u", every=fixed(1), lot=0), "source x, lot", "0"),
    "limit": (lambda s: s.source("x", "u", every=fixed(1), limit=-1), "source x, limit", "-1"),
    "capacity": (lambda s: s.source("x", "ship", every=fixed(1), capacity=-1), "source x, capacity", "-1"),
    "first": (lambda s: s.source("x", "u", every=fixed(1), first_h=nan), "source x, first_h", "nan"),
    "vehicles": (lambda s: s.fleet("x", "ship", -1, 1), "fleet x, vehicles", "-1"),
    "closure never said": (lambda s: s.closure("x", [], fixed(1)), "closure x, rates", "none"),
    "closure rate": (lambda s: s.closure("x", [(1, -1)], fixed(1)), "closure x, rates, piece 0", "-1 per hour"),
    "called without room": (lambda s: s.queue("r", calls="ship"), "queue r, capacity", "0"),
    "called beyond": (
        lambda s: s.queue("r", calls="ship", capacity=1, at_step=9), "queue r, at_step", "9",
    ),
    "called and does not come": (
        lambda s: s.queue("r", calls="ship", capacity=1), "queue r, calls", "program ship loads at q first",
    ),
    "called and loads nowhere": (
        lambda s: (s.queue("r", calls="p", capacity=1), s.program("p", [Unload(0)])), "queue r, calls", "nowhere",
    ),
    "time below": (lambda _: fixed(-1.0), "time, mean_h", "-1"),
    "time nan": (lambda _: exponential(nan), "time, mean_h", "nan"),
    "time inf": (lambda _: gamma(inf, 1), "time, mean_h", "inf"),
    "spread below": (lambda _: gamma(1, -1), "time, cv", "-1"),
    "kind of time": (lambda _: Time(1, "weibull", 1), "time, kind", "'weibull'"),
    "triangle": (lambda _: triangular(2, 1, 3), "triangular", "2, 1, 3"),
    "nothing measured": (lambda _: empirical([]), "empirical", "no values"),
    "measured below": (lambda _: empirical([1, -1, 4]), "time, values", "-1"),
    "share": (lambda _: fixed(1).with_slow_branch(1.5, 1), "time, slow_share", "1.5"),
    "repair of a repair": (
        lambda _: fixed(1).with_breakdowns(1, fixed(1).plus(1)), "time, repair", "Time(mean_h=1",
    ),
}  # fmt: skip


def packed_with(add: Callable[[System], object], system: System) -> None:
    add(system)
    pack(system)


def test_i01_nothing_is_wrong_with_the_sound_one() -> None:
    assert outcome(sound(), hours=50).balance["delivered"] > 0


@pytest.mark.parametrize("name", BAD)
def test_i02_what_is_wrong_is_told(name: str) -> None:
    add, address, found = BAD[name]
    system = sound()
    with pytest.raises(InputError) as refused:
        packed_with(add, system)
    told = [problem for problem in refused.value.problems if problem.address == address]
    assert told, refused.value.problems
    assert found in told[0].found
    assert told[0].remedy


def test_i03_all_that_is_wrong_is_told_at_once() -> None:
    system = sound()
    program(Serve("d", fixed(1)), Seize("c", 9), Release("c", 10))(system)
    with pytest.raises(InputError) as refused:
        pack(system)
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ({"hours": 0}, "hours"),
        ({"hours": nan}, "hours"),
        ({"hours": inf}, "hours"),
        ({"hours": 1, "warmup_h": -1}, "warmup_h"),
        ({"hours": 1, "sample_h": 0}, "sample_h"),
        ({"hours": 1, "seed": -1}, "seed"),
        ({"hours": 1, "seed": 1 << 32}, "seed"),
        ({"hours": 1, "replications": 0}, "replications"),
        ({"hours": 1, "replications": [3, -1]}, "replications"),
        ({"hours": 1, "replications": [3, 3]}, "replications"),
        ({"hours": 1, "workers": 0}, "workers"),
    ],
)
def test_i04_a_run_that_is_none(asked: dict[str, Any], address: str) -> None:
    with pytest.raises(InputError) as refused:
        replicate(sound(), **asked)
    assert [problem.address for problem in refused.value.problems] == [address]


def test_i05_a_round_trip_may_let_off_where_it_began() -> None:
    system = System()
    system.queue("qa", stop=0)
    system.queue("qb", stop=1)
    units(system, "there", [0], Board("qa", 1))
    units(system, "back", [0], Board("qb", 0))
    system.program("ship", [Unload(0), Load("qa"), Delay(fixed(1)), Unload(1), Load("qb"), Delay(fixed(1)), Repeat()])
    system.fleet("ships", "ship", 1, 1)
    # It begins to go round before anything is created, and so finds nobody the first time.
    assert ended(system) == {"there": [3], "back": [2]}
