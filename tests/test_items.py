"""What is passed on the way: hours and their spread, money and CO2e of facilities, stands, links and waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from karvan.corridor import Corridor
from karvan.itinerary import Choice, Option
from karvan.testing import draw
from karvan.testing.draw import row

Find = Callable[..., Choice]


def having(corridor: Corridor, table: str, key: str, **cells: Any) -> Corridor:
    """A corridor with some cells of a row (or of every row, key "") changed."""
    rows = tuple(one._replace(**cells) if key in ("", one[0]) else one for one in corridor.rows(table))
    return Corridor(corridor.description, {**corridor.tables, table: rows})


def with_row(corridor: Corridor, table: str, **cells: Any) -> Corridor:
    return Corridor(corridor.description, {**corridor.tables, table: (*corridor.rows(table), row(table, **cells))})


@pytest.fixture
def only(find: Find) -> Callable[..., Option]:
    """The one option from A to C."""

    def only(corridor: Corridor) -> Option:
        (option,) = find(corridor, "A > C").options
        return option

    return only


LINE = draw("K1 rail A 5h B 5h C now 100usd 20kg\n gate A 2h")


def variance(option: Option) -> float:
    return sum(leg.variance_h2 for leg in option.legs)


# a: facilities


def test_a01_wait_set_up_service_and_the_slow_branch(only: Callable[..., Option]) -> None:
    slow = having(LINE, "facility", "A-gate", wait_h=10.0, setup_h=3.0, slow_share=0.25, slow_h=8.0)
    assert only(slow).time_h == 10 + 2 + 10 + 3 + 2


@pytest.mark.parametrize(
    ("cells", "spread"),
    [
        ({"wait_h": 3.0}, 9.0),
        ({"wait_h": 3.0, "wait_cv": 2.0}, 36.0),
        ({"wait_h": 3.0, "wait_cv": 0.0}, 0.0),
        ({"service_time_dist": "exponential"}, 4.0),
        ({"service_time_dist": "triangular"}, 4 / 6),
        ({"service_time_dist": "gamma", "service_time_cv": 0.5}, 1.0),
        ({"service_time_dist": "deterministic"}, 0.0),
        ({"slow_share": 0.25, "slow_h": 8.0}, 0.25 * 1.75 * 64),
    ],
)
def test_a02_its_spread(only: Callable[..., Option], cells: dict[str, Any], spread: float) -> None:
    assert variance(only(having(LINE, "facility", "A-gate", **cells))) == pytest.approx(spread)


def test_a03_no_spread_no_quantiles(only: Callable[..., Option]) -> None:
    assert {only(LINE).quantile_h(p) for p in (0.1, 0.5, 0.9)} == {12}


def test_a04_quantiles_are_those_of_the_gamma(only: Callable[..., Option]) -> None:
    # Mean 16 h and variance 16 h2 is the gamma of shape 16 and scale 1; half a chi-square of 32 degrees of freedom,
    # whose 10, 50 and 90 % points are 22.271, 31.336 and 42.585 in the usual tables.
    option = replace(only(having(LINE, "facility", "A-gate", wait_h=4.0)), spread=None)  # where none was drawn
    assert (option.time_h, variance(option)) == (16, 16)
    quantiles = [option.quantile_h(p) for p in (0.1, 0.5, 0.9)]
    assert quantiles == pytest.approx([22.271 / 2, 31.336 / 2, 42.585 / 2], rel=2e-3)


# b: riding


def standing(place: str) -> Corridor:
    """Seven hours at one stop; at B nothing may be lifted from the train and put on it again."""
    corridor = draw("K1 rail A 5h B 5h C now\n change B sea sea")
    stops = tuple(stop._replace(dwell_h=7.0 if stop.place == place else None) for stop in corridor.rows("stop"))
    return Corridor(corridor.description, {**corridor.tables, "stop": stops})


def test_b01_a_stand_on_the_way_takes_time(only: Callable[..., Option]) -> None:
    assert only(standing("B")).time_h == 17


@pytest.mark.parametrize("place", ["A", "C"])
def test_b02_a_stand_where_goods_board_or_leave_does_not(only: Callable[..., Option], place: str) -> None:
    assert only(standing(place)).time_h == 10


def test_b03_no_boarding_where_the_train_only_passes(find: Find) -> None:
    stops = tuple(stop._replace(call="pass" if stop.place == "B" else "both") for stop in LINE.rows("stop"))
    passing = Corridor(LINE.description, {**LINE.tables, "stop": stops})
    assert find(passing, "A > C").options
    assert not find(passing, "A > B").options
    assert not find(passing, "B > C").options


@pytest.mark.parametrize(("back", "served"), [(False, "A > C, B > C"), (True, "C > A, C > B")])
def test_b04_a_stop_that_loads_going_out_unloads_coming_back(find: Find, back: bool, served: str) -> None:
    calls = {"A": "load", "B": "load", "C": "unload"}
    stops = tuple(stop._replace(call=calls[stop.place]) for stop in LINE.rows("stop"))
    line = having(Corridor(LINE.description, {**LINE.tables, "stop": stops}), "service", "K1", both_ways=back)
    assert all(find(line, ends).options for ends in served.split(", "))
    assert back or not find(line, "A > B").options


SHIP = draw("F1 sea A 10h C now 100usd 20kg")


def test_b05_a_ships_own_speed_goes_before_the_links(only: Callable[..., Option]) -> None:
    assert only(having(SHIP, "vehicle", "F1", speed_kmh=25.0)).time_h == 20
    assert only(having(LINE, "vehicle", "K1", speed_kmh=25.0)).time_h == 12


def test_b06_goods_on_board_wait_for_the_berth_but_not_for_the_ships_stay(only: Callable[..., Option]) -> None:
    berth = {"id": "C-berth", "place": "C", "kind": "berth", "serves": "vessel", "servers": 1}
    option = only(with_row(SHIP, "facility", **berth, wait_h=6.0, service_time_h=30.0))
    assert (option.time_h, variance(option)) == (16, 36)


def test_b07_a_train_that_changes_its_bogies_goes_on_by_itself(only: Callable[..., Option]) -> None:
    links = tuple(link._replace(gauge_mm="1435") if link.from_place == "A" else link for link in LINE.rows("link"))
    broken = Corridor(LINE.description, {**LINE.tables, "link": links})
    bogies = {"id": "B-bogies", "place": "B", "kind": "gauge_change", "serves": "train", "servers": 1}
    option = only(with_row(broken, "facility", **bogies, service_time_h=4.0, from_gauge_mm="1435", to_gauge_mm="1520"))
    assert (option.time_h, option.reloads) == (16, 0)
    assert (option.rides[0].from_gauge_mm, option.rides[0].to_gauge_mm) == ("1435", "1520")


# c: CO2e


def test_c01_under_the_wire_it_is_the_current_of_the_country(only: Callable[..., Option]) -> None:
    electric = having(LINE, "vehicle", "K1", energy_kwh_tkm=0.02)
    electric = having(electric, "link", "", electrified=True, country="KZ")
    electric = with_row(electric, "grid_intensity", country="KZ", year=2020, gco2e_kwh=900.0)
    electric = with_row(electric, "grid_intensity", country="KZ", year=2023, gco2e_kwh=800.0)
    assert only(electric).co2e_kg == pytest.approx(500 * 0.02 * 0.8)  # km, kWh/tkm, kg/kWh of the latest year


def test_c02_off_the_wire_it_is_the_vehicles_factor(only: Callable[..., Option]) -> None:
    mixed = having(having(LINE, "vehicle", "K1", energy_kwh_tkm=0.02), "link", "K1-0", electrified=True, country="KZ")
    mixed = with_row(mixed, "grid_intensity", country="KZ", year=2023, gco2e_kwh=0.0)
    assert only(mixed).co2e_kg == pytest.approx(10)


def test_c03_a_vehicle_without_a_factor_cannot_be_compared(find: Find) -> None:
    assert not find(having(LINE, "emission_factor", "K1", gco2e_tkm=None), "A > C").options


def test_c04_a_hub_by_the_box_or_by_the_tonne(find: Find) -> None:
    hub = with_row(LINE, "emission_factor", id="hub", mode="hub", kgco2e_container=5.0, kgco2e_t=0.5)
    (option,) = find(having(hub, "facility", "A-gate", emission_factor="hub"), "A > C", tonnes=10.0).options
    assert option.co2e_kg == pytest.approx(200 + 5 + 5)


# d: what is leant on


def test_d01_a_leg_names_the_numbers_it_leans_on(only: Callable[..., Option]) -> None:
    ride = only(LINE).rides[0]
    assert set(ride.leans_on) == {
        ("link", "K1-0", "length_km"),
        ("link", "K1-0", "speed_kmh"),
        ("link", "K1-1", "length_km"),
        ("link", "K1-1", "speed_kmh"),
        ("emission_factor", "K1", "gco2e_tkm"),
        ("tariff", "K1:20ft", "price_usd_km"),
        ("tariff", "K1:40ft", "price_usd_km"),
    }


def test_d02_its_grade_is_that_of_the_weakest(only: Callable[..., Option]) -> None:
    assert {leg.grade for leg in only(LINE).legs} == {"D"}  # a picture has no basis at all
    graded = LINE
    for number, (table, key, column) in enumerate(only(LINE).rides[0].leans_on):
        cells = {"row": key, "column": column, "method": "read", "grade": "B" if number else "C"}
        line = row("basis", **cells)._replace(table=table)
        graded = Corridor(graded.description, {**graded.tables, "basis": (*graded.rows("basis"), line)})
    assert only(graded).rides[0].grade == "C"


def test_d03_empty_cells_are_not_leant_on(only: Callable[..., Option]) -> None:
    gate = only(LINE).legs[0]
    assert ("facility", "A-gate", "service_time_h") in gate.leans_on
    assert not {"wait_h", "slow_share", "setup_h"} & {
        column for table, _, column in gate.leans_on if table == "facility"
    }
