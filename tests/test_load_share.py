"""What the draught in a port lets its vessels load: a share of their capacity, by berth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.test_simulate import drawn, goods, of, run

from karvan.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.itinerary import Choice
from karvan.scenario import bend, read_change
from karvan.sim import corridor as compiler
from karvan.sim.corridor import FULL, Period, compile_corridor
from karvan.sim.pack import pack
from karvan.sim.replicate import replicate
from karvan.sim.step import Board
from karvan.study.routing import route_demand

PORTS = ("A", "B")
BOXES = (goods(t_year=8760 * 50.0, unit="wagon"), {"capacity_teu": None, "capacity_wagons": 50})


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units move singly: a vessel is full to the last wagon."""
    monkeypatch.setattr(compiler, "MOST_IN_A_LOT", 1)


def berths(a: float | None = None, b: float | None = None, **cells: Any) -> Any:
    """A berth at each end, with the shares given."""
    common = {"kind": "berth", "serves": "vessel", "servers": 9, "service_time_h": 0.0} | cells
    return {
        f"{place}-berth": common | {"id": f"{place}-berth", "place": place, "load_share": share}
        for place, share in zip(PORTS, (a, b), strict=True)
    }


def ferry(a: float | None = None, b: float | None = None, **more: Any) -> Corridor:
    """A ferry of 50 wagons that leaves when it is full, between berths with those shares."""
    demand, vehicle = BOXES
    tables = {"facility": berths(a, b) | more.pop("facility", {})}
    return drawn("F1 sea A 10h B now", demand, tables=tables, vehicle={"F1": vehicle}, **more)


def a_load(corridor: Corridor, queue: str = "F1 at 0 A") -> float:
    """Units that a vehicle takes at a stop."""
    found = of(run(corridor, days=60).queues, queue)
    assert found["loaded"] > 20
    return float(found["boarded"] / found["loaded"])


@pytest.mark.parametrize(
    ("shares", "carried"),
    [((None, None), 50), ((0.8, None), 40), ((None, 0.8), 40), ((0.8, 0.58), 29), ((1.0, 1.0), 50), ((0.999, 1.0), 49)],
)
def test_a1_a_vessel_takes_the_least_share_of_the_berths_where_it_calls(
    shares: tuple[float | None, float | None], carried: float
) -> None:
    assert a_load(ferry(*shares)) == carried


def test_a2_only_berths_that_work_on_the_vessel_count() -> None:
    other = {"id": "A-other", "place": "A", "kind": "berth", "serves": "vessel", "servers": 9, "service_time_h": 0.0}
    for_others = {"A-other": other | {"load_share": 0.2, "vehicles": ("G1",)}}
    assert a_load(ferry(0.8, facility=for_others)) == 40
    its_own = {"A-other": other | {"load_share": 0.2, "vehicles": ("F1",)}}
    assert a_load(ferry(0.8, facility=its_own)) == 10


def test_a3_a_port_that_is_passed_and_a_berth_by_the_railway_count_for_nothing() -> None:
    demand, vehicle = BOXES
    passed = drawn("F1 sea A 5h C 5h B now", demand, tables={"facility": berths(None, None) | {"C-berth": {
        "id": "C-berth", "place": "C", "kind": "berth", "serves": "vessel", "servers": 9, "service_time_h": 0.0,
        "load_share": 0.4}}}, vehicle={"F1": vehicle})  # fmt: skip
    assert a_load(passed) == 20
    stops = tuple(stop._replace(call="pass") if stop.place == "C" else stop for stop in passed.rows("stop"))
    assert a_load(replace(passed, tables={**passed.tables, "stop": stops})) == 50
    train = drawn("F1 rail A 10h B now", demand, tables={"facility": berths(0.4)}, vehicle={"F1": vehicle})
    assert a_load(train) == 50


def test_a4_boxes_and_trucks_and_tonnes_take_their_share_too() -> None:
    trucks = goods(t_year=8760 * 20.0, unit="truck")
    tables = {"facility": berths(0.75)}
    by = {"vehicle": {"F1": {"capacity_teu": 100.0, "capacity_trucks": 33}}, "tables": tables}
    assert a_load(drawn("F1 sea A 10h B now", trucks, **by)) == 24
    assert a_load(drawn("F1 sea A 10h B now", goods(), **by)) == 37  # and a half: another box of two TEU finds no room
    tonnes = {"F1": {"capacity_teu": None, "capacity_t": 2000.0}}
    assert a_load(drawn("F1 sea A 10h B now", BOXES[0], tables=tables, vehicle=tonnes)) == 30


def test_b1_the_planner_and_the_price_do_not_change(find: Callable[..., Choice]) -> None:
    corridors = [drawn("F1 sea A 10h B now 50usd", tables={"facility": berths(share)}) for share in (None, 0.5)]
    full, half = ([(o.time_h, o.price_usd, o.co2e_kg) for o in find(one, "A > B").options] for one in corridors)
    assert full
    assert full == half


@pytest.mark.parametrize("share", ["0", "1.01", "-0.5", "much"])
def test_c1_a_share_is_above_nothing_and_at_most_all(share: str) -> None:
    with pytest.raises(InputError):
        bend(ferry(), [read_change(f"facility/A-berth/load_share={share}")])


def test_c2_only_a_berth_has_a_share() -> None:
    with pytest.raises(InputError) as refused:
        bend(ferry(), [read_change("facility/A-gate/load_share=0.8")])
    assert "facility.csv, row A-gate, load_share | found 0.8 | only berths have one" in str(refused.value)


def test_c3_a_berth_too_shallow_for_a_single_wagon_is_told() -> None:
    with pytest.raises(InputError) as refused:
        run(ferry(0.01))
    assert "vehicle.csv, row F1 | found no room for a wagon of d at a load share of 0.01" in str(refused.value)


# --- the package that ships


GRAIN = "KOSTANAY-AMIRABAD-grain"


def with_only(corridor: Corridor, *demand: str) -> Corridor:
    """A corridor with some of its rows of demand."""
    rows = tuple(row for row in corridor.rows("demand") if row.id in demand)
    return replace(corridor, tables={**corridor.tables, "demand": rows}, digest="")


def tonnes_of_a_ship(corridor: Corridor) -> float:
    streams = route_demand(corridor, 2024).streams
    period = Period(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 120 * 24.0)
    outcome = replicate(pack(compile_corridor(corridor, streams, period)), hours=period.hours).outcomes[0]
    found = of(outcome.queues, "bulk-aktau-amirabad at 0 AKTAU")
    return float(found["boarded"] / found["loaded"] * streams[0].tonnes)


def test_d1_a_lower_sea_at_aktau_makes_grain_ships_carry_less(shipped: Corridor) -> None:
    corridor = with_only(shipped, GRAIN)
    published = tonnes_of_a_ship(corridor)
    assert 5300 < published <= 5500  # C0244: what they load at the depth of 2025, of 6,500 t
    full = bend(corridor, [read_change("facility/AKTAU-berth-grain/load_share=1")])
    low = bend(corridor, [read_change("facility/AKTAU-berth-grain/load_share=0.5")])
    assert 6300 < tonnes_of_a_ship(full) <= 6500
    assert tonnes_of_a_ship(low) == pytest.approx(3250, abs=70)


def test_d2_the_same_ways_and_other_ships_only_take_more_room_each(shipped: Corridor) -> None:
    oil = with_only(shipped, "AKTAU-DUBENDI-oil")
    streams = route_demand(oil, 2024).streams
    period = Period(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 240.0)

    def room(corridor: Corridor) -> int:
        """Wagon loads of oil that a tanker takes."""
        steps = compile_corridor(corridor, streams, period).programs[streams[0].id].steps
        [size] = [step.size for step in steps if isinstance(step, Board)]
        return FULL // size

    assert room(oil) == int(10_000 / streams[0].tonnes)  # C0249: instead of 12,000 t
    other = bend(oil, [read_change("facility/AKTAU-berth-grain/load_share=0.5")])
    assert room(other) == room(oil)
    deep = bend(oil, [read_change("facility/AKTAU-berth-oil/load_share=1")])
    assert room(deep) == int(12_000 / streams[0].tonnes)
