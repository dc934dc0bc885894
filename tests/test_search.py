"""What the planner finds, in pictures, from one ride to families. Goods are ready on Monday at 00:00."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from karvan.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.itinerary import Choice, Load, Option
from karvan.testing import draw

Best = Callable[..., str]
Find = Callable[..., Choice]


def told_with(picture: str, table: str, name: str, **cells: Any) -> Corridor:
    """A picture with some cells changed that it cannot draw."""
    corridor = draw(picture)
    rows = tuple(row._replace(**cells) if row.id == name else row for row in corridor.rows(table))
    return Corridor(corridor.description, {**corridor.tables, table: rows})


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


# a: one ride


def test_a01_a_ride_takes_its_hours(best: Best) -> None:
    assert best("K1 rail A 5h B now", "A > B") == "K1 A 00:00 - B 05:00"


def test_a02_and_its_money_and_its_carbon(find: Find) -> None:
    (option,) = find("K1 rail A 5h B 5h C now 100usd 30kg", "A > B").options
    assert (option.price_usd, option.co2e_kg, option.distance_km) == (50, 15, 250)


def test_a03_carbon_goes_by_the_tonne_and_money_by_the_box(find: Find) -> None:
    (option,) = find("K1 rail A 5h B now 100usd 30kg", "A > B", tonnes=7.0, load=Load(1, 2)).options
    assert (option.price_usd, option.co2e_kg) == (250, 210)


def test_a04_goods_may_board_and_leave_on_the_way(best: Best) -> None:
    assert best("K1 rail A 5h B 6h C 7h D now", "B > C") == "K1 B 00:00 - C 06:00"


def test_a05_a_line_runs_one_way_only(best: Best) -> None:
    assert best("K1 rail A 5h B now", "B > A") == "no way"


def test_a06_unless_it_runs_back(best: Best) -> None:
    assert best("K1 rail A 5h B 6h C now back", "C > A") == "K1 C 00:00 - A 11:00"


def test_a07_the_gates_take_time_and_money(find: Find) -> None:
    (option,) = find("K1 rail A 5h B now\n gate A 2h 10usd\n gate B 1h 20usd 4kg", "A > B").options
    assert (option.time_h, option.price_usd, option.co2e_kg) == (8, 30, 4)


def test_a08_a_place_that_no_service_calls_at(best: Best) -> None:
    assert best("K1 rail A 5h B now\n place C", "A > C") == "no way"


def test_a09_not_longer_than_the_horizon(best: Best) -> None:
    assert best("K1 rail A 25h B now", "A > B", horizon_days=1) == "no way"
    assert best("K1 rail A 24h B now", "A > B", horizon_days=1) == "K1 A 00:00 - B 1+00:00"


# b: waiting for a departure


def test_b01_half_the_headway_when_it_is_clockwork(best: Best) -> None:
    assert best("K1 rail A 5h B every 12h", "A > B") == "K1 A 06:00 - B 11:00"


def test_b02_a_whole_headway_when_departures_are_like_chance(best: Best) -> None:
    net = told_with("K1 rail A 5h B every 12h", "service", "K1", headway_cv=1.0)
    assert best(net, "A > B") == "K1 A 12:00 - B 17:00"


def test_b03_the_variance_of_a_clockwork_wait_is_a_twelfth_of_the_square(find: Find) -> None:
    (option,) = find("K1 rail A 5h B every 12h", "A > B").options
    assert sum(leg.variance_h2 for leg in option.legs) == pytest.approx(12)


def test_b04_goods_must_be_there_by_the_cut_off(best: Best) -> None:
    net = told_with("K1 rail A 5h B every 12h", "service", "K1", cutoff_h=4.0)
    assert best(net, "A > B") == "K1 A 10:00 - B 15:00"


def test_b05_when_full_leaves_at_the_latest_after_the_longest_wait(best: Best) -> None:
    full = {"departs": "when_full", "headway_h": 40.0}
    assert best(told_with("K1 sea A 5h B now", "service", "K1", **full), "A > B") == "K1 A 20:00 - B 1+01:00"
    full["longest_wait_h"] = 10.0
    assert best(told_with("K1 sea A 5h B now", "service", "K1", **full), "A > B") == "K1 A 05:00 - B 10:00"


def test_b06_a_fleet_gives_the_headway_of_its_round(best: Best) -> None:
    net = told_with("K1 sea A 12h B now", "service", "K1", headway_h=None, fleet=2)
    assert best(net, "A > B") == "K1 A 06:00 - B 18:00"


def test_b07_the_next_departure_of_the_timetable(best: Best) -> None:
    assert best("K1 rail A 5h B at 08:30", "A > B") == "K1 A 08:30 - B 13:30"


def test_b08_at_the_very_minute_is_in_time(best: Best) -> None:
    assert best("K1 rail A 5h B at 00:00", "A > B") == "K1 A 00:00 - B 05:00"


def test_b09_missed_by_a_gate_hour_waits_for_the_next(best: Best) -> None:
    assert best("K1 rail A 5h B at 00:00\n gate A 1h", "A > B") == "K1 A 1+00:00 - B 1+05:00"


def test_b10_on_its_days_of_the_week(best: Best) -> None:
    assert best("K1 rail A 5h B at 08:00 on 36", "A > B") == "K1 A 2+08:00 - B 2+13:00"
    assert best("K1 rail A 5h B at 08:00 on 1", "A > B", depart=utc("2026-01-05T08:01")) == "K1 A 7+08:00 - B 7+13:00"


def test_b11_missed_by_the_cut_off(best: Best) -> None:
    net = told_with("K1 rail A 5h B at 08:00", "service", "K1", cutoff_h=9.0)
    assert best(net, "A > B") == "K1 A 1+08:00 - B 1+13:00"


def test_b12_further_down_the_line_it_passes_later(best: Best) -> None:
    assert best("K1 rail A 30h B 5h C at 08:00 on 1", "B > C") == "K1 B 1+14:00 - C 1+19:00"


def test_b13_even_if_it_left_long_before_the_goods_were_ready(best: Best) -> None:
    assert best("K1 rail A 80h B 5h C at 08:00 on 5", "B > C") == "K1 B 16:00 - C 21:00"


def test_b14_back_it_leaves_its_last_stop_by_the_same_clock(best: Best) -> None:
    assert best("K1 rail A 5h B 6h C at 08:00 back", "C > A") == "K1 C 08:00 - A 19:00"
    assert best("K1 rail A 5h B 6h C at 08:00 back", "B > A") == "K1 B 14:00 - A 19:00"


# c: time zones and seasons


def test_c01_a_timetable_is_local_to_the_stop_it_starts_from(best: Best) -> None:
    assert best("place A CN Asia/Shanghai\n K1 rail A 5h B at 10:00", "A > B") == "K1 A 02:00 - B 07:00"


def test_c02_not_to_the_stop_where_goods_board(best: Best) -> None:
    zones = "place A CN Asia/Shanghai\n place B KZ Asia/Almaty\n"
    assert best(zones + "K1 rail A 5h B 1h C at 10:00", "B > C") == "K1 B 07:00 - C 08:00"


def test_c03_days_of_the_week_are_local_too(best: Best) -> None:
    # Monday 02:00 in Shanghai is still Sunday in UTC.
    ready = utc("2026-01-04T12:00")
    assert best("place A CN Asia/Shanghai\n K1 rail A 5h B at 02:00 on 1", "A > B", depart=ready) == (
        "K1 A 18:00 - B 23:00"
    )


@pytest.mark.parametrize(("day", "leaves"), [("2026-03-28", "07:00"), ("2026-03-29", "06:00")])
def test_c04_summer_time_moves_the_departure(best: Best, day: str, leaves: str) -> None:
    berlin = "place A DE Europe/Berlin\n K1 rail A 5h B at 08:00"
    assert best(berlin, "A > B", depart=utc(day)).startswith(f"K1 A {leaves}")


def test_c05_a_train_that_leaves_before_the_clocks_change_arrives_after_its_hours(best: Best) -> None:
    berlin = "place A DE Europe/Berlin\n K1 rail A 10h B at 22:00"
    assert best(berlin, "A > B", depart=utc("2026-03-28")) == "K1 A 21:00 - B 1+07:00"


def test_c06_not_before_its_first_day(best: Best) -> None:
    assert best("K1 rail A 5h B at 08:00 from 2026-01-07", "A > B") == "K1 A 2+08:00 - B 2+13:00"
    assert best("K1 rail A 5h B every 12h from 2026-01-07", "A > B") == "K1 A 2+06:00 - B 2+11:00"


def test_c07_nor_after_its_last(best: Best) -> None:
    assert best("K1 rail A 5h B at 08:00 on 2 to 2026-01-06", "A > B") == "K1 A 1+08:00 - B 1+13:00"
    assert best("K1 rail A 5h B at 08:00 on 3 to 2026-01-06", "A > B") == "no way"


def test_c08_midnight_after_the_last_day_is_too_late(best: Best) -> None:
    assert best("K1 rail A 5h B at 00:00 on 3 to 2026-01-06", "A > B") == "no way"


def test_c09_a_train_that_left_before_the_first_day_does_not_run(best: Best) -> None:
    # Sunday's, which would pass B on Monday at 06:00, is not there yet.
    assert best("K1 rail A 20h B 5h C at 10:00 from 2026-01-05", "B > C") == "K1 B 1+06:00 - C 1+11:00"


def test_c10_a_train_that_left_on_the_last_day_runs_to_its_end(best: Best) -> None:
    assert best("K1 rail A 20h B 5h C at 10:00 to 2026-01-05", "B > C", depart=utc("2026-01-05T12:00")) == (
        "K1 B 1+06:00 - C 1+11:00"
    )


def test_c11_the_season_is_local_too(best: Best) -> None:
    # The first day begins in Shanghai at 16:00 UTC of the day before.
    assert best("place A CN Asia/Shanghai\n K1 rail A 5h B now from 2026-01-06", "A > B") == "K1 A 16:00 - B 21:00"


# d: from one service to another


def test_d01_two_rides_and_the_change_between(best: Best) -> None:
    assert best("K1 rail A 5h B now\n F1 sea B 10h C at 08:00\n change B rail sea 2h", "A > C") == (
        "K1 A 00:00 - B 05:00, F1 B 08:00 - C 18:00"
    )


def test_d02_a_missed_sailing_waits_for_the_next(best: Best) -> None:
    assert best("K1 rail A 5h B now\n F1 sea B 10h C at 06:00\n change B rail sea 2h", "A > C") == (
        "K1 A 00:00 - B 05:00, F1 B 1+06:00 - C 1+16:00"
    )


def test_d03_no_change_without_a_facility(best: Best) -> None:
    assert best("K1 rail A 5h B now\n F1 sea B 10h C now\n change B rail road", "A > C") == "no way"


def test_d04_a_change_works_both_ways(best: Best) -> None:
    net = "F1 sea A 5h B now\n K1 rail B 5h C now\n change B rail sea 2h"
    assert best(net, "A > C") == "F1 A 00:00 - B 05:00, K1 B 07:00 - C 12:00"


def test_d05_unless_it_is_one_way(best: Best) -> None:
    net = "F1 sea A 5h B now\n K1 rail B 5h C now\n change B rail sea 2h"
    assert best(told_with(net, "facility", "B-rail-sea", one_way=True), "A > C") == "no way"


def test_d06_no_change_between_trains_without_one_that_says_so(best: Best) -> None:
    assert best("K1 rail A 5h B now\n K2 rail B 5h C now\n change B rail sea", "A > C") == "no way"


def test_d07_a_break_of_gauge_stops_the_goods(best: Best) -> None:
    assert best("K1 rail1435 A 5h B now\n K2 rail B 5h C now", "A > C") == "no way"


@pytest.mark.parametrize("gauges", ["1435 1520", "1520 1435"])
def test_d08_unless_there_is_a_gauge_change(best: Best, gauges: str) -> None:
    net = f"K1 rail1435 A 5h B now\n K2 rail B 5h C now\n gauge B {gauges} 4h"
    assert best(net, "A > C") == "K1 A 00:00 - B 05:00, K2 B 09:00 - C 14:00"


def test_d09_of_the_right_gauges(best: Best) -> None:
    assert best("K1 rail1435 A 5h B now\n K2 rail B 5h C now\n gauge B 1668 1520 4h", "A > C") == "no way"


def test_d10_bogies_of_a_train_are_no_lift_for_boxes(best: Best) -> None:
    net = "K1 rail1435 A 5h B now\n K2 rail B 5h C now\n gauge B 1435 1520 4h bogies"
    assert best(net, "A > C") == "no way"


def test_d11_the_gauge_is_told(find: Find) -> None:
    (option,) = find("K1 rail1435 A 5h B now\n K2 rail B 5h C now\n gauge B 1435 1520 4h", "A > C").options
    assert [(ride.from_gauge_mm, ride.to_gauge_mm) for ride in option.rides] == [("1435", "1435"), ("1520", "1520")]


def test_d12_staying_on_board_costs_no_change(best: Best) -> None:
    assert best("K1 rail A 5h B 5h C now\n change B rail rail 9h", "A > C") == "K1 A 00:00 - C 10:00"


def test_d13_a_gate_for_one_mode_only(best: Best) -> None:
    net = told_with("K1 rail A 5h B now\n F1 sea A 9h B now", "facility", "A-gate", from_mode="sea")
    assert best(net, "A > B") == "F1 A 00:00 - B 09:00"


# e: borders

BORDER = "place A CN\n place B KZ\n border A rail out 1h\n border B rail in 3h\n K1 rail A 5h B now back\n"


def test_e01_a_border_is_passed_on_both_sides(best: Best) -> None:
    assert best(BORDER, "A > B") == "K1 A 00:00 - B 09:00"


def test_e02_what_is_for_one_direction_is_not_passed_in_the_other(best: Best) -> None:
    assert best(BORDER, "B > A") == "K1 B 00:00 - A 05:00"


def test_e03_what_is_for_both_is(best: Best) -> None:
    both = BORDER.replace("B rail in", "B rail both")
    assert best(both, "B > A") == "K1 B 00:00 - A 08:00"


def test_e04_no_border_within_a_country(best: Best) -> None:
    assert best(BORDER.replace("B KZ", "B CN"), "A > B") == "K1 A 00:00 - B 05:00"


def test_e05_nor_for_another_mode(best: Best) -> None:
    assert best(BORDER + "R1 road A 6h B now", "A > B") == "R1 A 00:00 - B 06:00"


def test_e06_only_towards_its_neighbour(best: Best) -> None:
    assert best(told_with(BORDER, "facility", "B-border-in", neighbour="MN"), "A > B") == "K1 A 00:00 - B 06:00"


def test_e07_in_the_middle_of_a_ride_too(find: Find) -> None:
    net = "place A CN\n place B CN\n place C KZ\n place D KZ\n border C rail in 3h\n K1 rail A 1h B 1h C 1h D now"
    (option,) = find(net, "A > D").options
    assert (option.time_h, option.borders) == (6, 1)


def test_e08_ships_pass_borders_only_where_goods_come_on_and_off(find: Find) -> None:
    net = """
        place A CN \n place B SG \n place C DE
        border A sea out 1h \n border B sea both 50h \n border C sea in 2h
        F1 sea A 10h B 20h C now
    """
    (option,) = find(net, "A > C").options
    assert (option.time_h, option.borders) == (33, 2)


# f: several ways


def test_f01_all_that_nothing_beats_in_the_order_of_arrival(find: Find, tell: Callable[[Option], str]) -> None:
    net = "K1 rail A 5h B now 300usd 20kg\n F1 sea A 9h B now 100usd 30kg\n R1 road A 7h B now 400usd 90kg"
    assert [tell(option) for option in find(net, "A > B").options] == ["K1 A 00:00 - B 05:00", "F1 A 00:00 - B 09:00"]


def test_f02_what_is_left_out_says_by_whom_and_on_what(find: Find) -> None:
    net = """
        K1 rail A 5h B now 300usd 20kg
        F1 sea  A 9h B now 400usd 30kg
        F2 sea  A 4h C 4h B now 500usd 30kg
        family rail modes=rail
        family sea  modes=sea
    """
    (ship,) = find(net, "A > B").left_out
    assert (ship.family, ship.beaten_by, ship.on, ship.via) == ("sea", "rail-1", "arrival, price, co2e", ("B",))
    assert (ship.chain.time_h, ship.chain.price_usd) == (8, 500)


def test_f03_cleaner_is_a_way_of_its_own(find: Find) -> None:
    net = "K1 rail A 9h B now 400usd 20kg\n R1 road A 5h B now 300usd 90kg"
    assert [option.co2e_kg for option in find(net, "A > B").options] == [90, 20]


def test_f04_the_best_of_each_family_is_shown_though_beaten(find: Find) -> None:
    net = """
        K1 rail A 5h B now 300usd 20kg
        F1 sea  A 9h B now 400usd 30kg
        F2 sea  A 4h C 4h B now 500usd 30kg
        family rail modes=rail
        family sea  modes=sea
    """
    choice = find(net, "A > B")
    assert [(o.id, o.beaten and (o.beaten.by, o.beaten.on)) for o in choice.options] == [
        ("rail-1", None),
        ("sea-1", ("rail-1", ("arrival", "price", "co2e"))),
    ]
    assert [ride.service for ride in choice.options[1].rides] == ["F1"]


def test_f05_the_value_of_time_chooses_the_best_of_a_family(find: Find) -> None:
    net = """
        K1 rail A 5h B now 300usd 20kg
        F1 sea  A 9h B now 400usd 30kg
        F2 sea  A 4h C 4h B now 500usd 30kg
        family rail modes=rail
        family sea  modes=sea
    """
    options = find(net, "A > B", value_of_time_usd_h=101.0).options
    assert [ride.service for option in options for ride in option.rides] == ["K1", "F2"]


def test_f06_a_family_without_a_chain_says_so(find: Find) -> None:
    net = "K1 rail A 5h B now\n family rail modes=rail\n family sky modes=air"
    (absent,) = find(net, "A > B").left_out
    assert (absent.family, absent.beaten_by, absent.on) == ("sky", "", "no route in 150 days")


def test_f07_the_first_rule_whose_every_condition_holds(find: Find) -> None:
    net = """
        place A CN \n place B KZ \n place C RU \n place D AZ
        K1 rail A 5h B 9h D now 100usd 1kg
        K2 rail A 5h C 6h D now 150usd 1kg
        family middle countries=KZ without_countries=RU
        family north  countries=RU only_modes=rail
    """
    assert [(o.family, o.rides[0].service) for o in find(net, "A > D").options] == [("north", "K2"), ("middle", "K1")]


def test_f08_a_chain_that_no_rule_names_is_other(find: Find) -> None:
    assert [o.id for o in find("K1 rail A 5h B now\n family sea modes=sea", "A > B").options] == ["other-1"]


def test_f09_within_epsilon_on_all_is_not_shown_apart(find: Find) -> None:
    net = "K1 rail A 100h B now 100usd 100kg\n R1 road A 99h B now 101usd 100kg"
    assert [len(find(net, "A > B", epsilon=epsilon).options) for epsilon in (0.0, 0.05)] == [2, 1]
    (truck,) = find(net, "A > B", epsilon=0.05).left_out
    assert truck.on == "within 5% on all"


def test_f10_though_much_better_on_one_it_is(find: Find) -> None:
    net = "K1 rail A 100h B now 100usd 100kg\n R1 road A 50h B now 101usd 100kg"
    assert len(find(net, "A > B", epsilon=0.05).options) == 2


TURN = """
    R1 road A 1h B now
    R2 road B 1h C now
    F1 sea  C 1h B now
    F2 sea  B 1h D now
    F3 sea  A 9h B now
    change B road road
    change B sea sea
"""
"""Quick to B, but on the wrong mode; a turn round C mends that and comes to B twice."""


def test_f11_a_chain_may_come_to_a_place_twice_where_that_is_best(best: Best) -> None:
    assert best(TURN, "A > D") == (
        "R1 A 00:00 - B 01:00, R2 B 01:00 - C 02:00, F1 C 02:00 - B 03:00, F2 B 03:00 - D 04:00"
    )


def test_f12_but_no_family_is_represented_by_a_detour(find: Find, tell: Callable[[Option], str]) -> None:
    net = """
        K1 rail A 5h B now 100usd 1kg
        N1 rail A 1h N now back 10usd 1kg
        N2 road A 2h N 18h B now 900usd 9kg
        change N rail rail
        family north places=N
    """
    assert [tell(option) for option in find(net, "A > B").options] == [
        "K1 A 00:00 - B 05:00",
        "N2 A 00:00 - B 20:00",  # 7 h by rail out to N and back would be less, but comes to A twice
    ]


# g: what the shipper wants and does not want

TWO_WAYS = """
    place A CN \n place B KZ \n place C RU \n place D DE
    K1 rail A 5h C 5h D now 100usd
    K2 rail A 6h B 6h D now 200usd
    F1 sea  A 90h D now 50usd
"""


def test_g01_not_through_a_country(best: Best) -> None:
    assert best(TWO_WAYS, "A > D", avoid_countries=("RU",)) == "K2 A 00:00 - D 12:00"


def test_g02_nor_through_a_place_though_on_board(best: Best) -> None:
    assert best(TWO_WAYS, "A > D", avoid_places=("C",)) == "K2 A 00:00 - D 12:00"


def test_g03_nor_over_a_link(best: Best) -> None:
    assert best(TWO_WAYS, "A > D", avoid_links=("K1-1",)) == "K2 A 00:00 - D 12:00"


def test_g04_only_by_some_modes(best: Best) -> None:
    assert best(TWO_WAYS, "A > D", modes=("sea",)) == "F1 A 00:00 - D 3+18:00"


def test_g05_through_a_place(best: Best) -> None:
    assert best(TWO_WAYS, "A > D", via=("B",)) == "K2 A 00:00 - D 12:00"


def test_g06_through_two_that_lie_on_different_ways(best: Best) -> None:
    assert best(TWO_WAYS, "A > D", via=("B", "C")) == "no way"


def test_g07_through_a_place_that_no_service_passes(best: Best) -> None:
    assert best(TWO_WAYS + "place E", "A > D", via=("E",)) == "no way"


def test_g08_through_several_in_a_row(best: Best) -> None:
    net = "K1 rail A 1h B 1h C 1h D now\n R1 road A 1h D now"
    assert best(net, "A > D", via=("B", "C")) == "K1 A 00:00 - D 03:00"


def test_g09_a_wish_that_is_slower_and_dearer_is_found_all_the_same(best: Best) -> None:
    net = "K1 rail A 1h B now 1usd 1kg\n K2 rail B 1h D now 1usd 1kg\n R1 road A 9h C 9h D now 900usd 90kg"
    assert best(net, "A > D", via=("C",)) == "R1 A 00:00 - D 18:00"


def test_g10_avoiding_what_a_family_needs_says_so(find: Find) -> None:
    absent = find(TWO_WAYS + "family north countries=RU", "A > D", avoid_countries=("RU",)).left_out
    assert [out.on for out in absent if out.family == "north"] == ["refused: service/K1: country RU is avoided"]


def test_g11_more_wishes_than_can_be_told_apart_are_refused(best: Best) -> None:
    names = "BCDEFGHIJKLMNOPQR"
    net = f"K1 rail A {' '.join(f'1h {name}' for name in names)} 1h Z now"
    assert best(net, "A > Z", via=tuple(names[:3]) * 9) == "K1 A 00:00 - Z 18:00"
    with pytest.raises(InputError, match="wish for fewer places"):
        best(net, "A > Z", via=tuple(names))


# h: prices


def without_price(picture: str, unit: str) -> Corridor:
    corridor = draw(picture)
    kept = tuple(tariff for tariff in corridor.rows("tariff") if tariff.unit != unit)
    return Corridor(corridor.description, {**corridor.tables, "tariff": kept})


def test_h01_a_missing_price_is_not_a_bargain(best: Best) -> None:
    net = without_price("K1 rail A 5h B now 100usd", "20ft")
    assert best(net, "A > B", load=Load(boxes_20ft=1)) == "no way"
    assert best(net, "A > B", load=Load(boxes_20ft=1, boxes_40ft=1)) == "no way"


def test_h02_a_size_that_is_not_shipped_needs_no_price(find: Find) -> None:
    (option,) = find(without_price("K1 rail A 5h B now 100usd", "20ft"), "A > B", load=Load(boxes_40ft=2)).options
    assert option.price_usd == 200
    assert sum(leg.price_usd for leg in option.legs) == 200


def test_h03_a_service_without_a_price_leaves_the_others(best: Best) -> None:
    corridor = draw("K1 rail A 5h B now 100usd\n R1 road A 9h B now 100usd")
    kept = tuple(tariff for tariff in corridor.rows("tariff") if tariff.service != "K1")
    assert best(Corridor(corridor.description, {**corridor.tables, "tariff": kept}), "A > B") == "R1 A 00:00 - B 09:00"


def test_h04_a_price_between_two_stops_goes_before_the_price_by_the_km(find: Find) -> None:
    cells = {"from_place": "A", "to_place": "B", "price_usd": 77.0, "price_usd_km": None}
    corridor = draw("K1 rail A 5h B 5h C now 100usd")
    pair = corridor.row("tariff", "K1:40ft")._replace(id="K1:A:B", **cells)
    net = Corridor(corridor.description, {**corridor.tables, "tariff": (*corridor.rows("tariff"), pair)})
    assert [find(net, ends).options[0].price_usd for ends in ("A > B", "A > C")] == [77, 100]


def test_h05_the_latest_price_holds(find: Find) -> None:
    corridor = draw("K1 rail A 5h B now 100usd")
    old = corridor.row("tariff", "K1:40ft")._replace(id="K1:old", year=2019, price_usd_km=9.0)
    net = Corridor(corridor.description, {**corridor.tables, "tariff": (old, *corridor.rows("tariff"))})
    assert find(net, "A > B").options[0].price_usd == 100


# i: one answer, whatever the order of rows


def test_i01_the_order_of_rows_does_not_matter(find: Find, tell: Callable[[Option], str]) -> None:
    corridor = draw(TWO_WAYS + "R1 road A 12h D now 200usd\n R2 road A 12h D now 200usd")
    turned = Corridor(corridor.description, {name: rows[::-1] for name, rows in corridor.tables.items()})
    assert list(map(tell, find(corridor, "A > D").options)) == list(map(tell, find(turned, "A > D").options))
