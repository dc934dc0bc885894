"""The planner in full, in pictures: timetables and their exceptions, windows, latest departures, opening hours,
closures, storage, through rates, criteria. Goods are ready on Monday at 00:00 unless said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.itinerary import Choice, FindItineraries, Load, Option, choose, search
from karvan.network import Network, pack
from karvan.testing import draw

Best = Callable[..., str]
Find = Callable[..., Choice]
MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def at(clock: str, day: int = 0) -> dt.datetime:
    """An instant of the week of Monday 5 January 2026."""
    hours, minutes = clock.split(":")
    return MONDAY + dt.timedelta(days=day, hours=int(hours), minutes=int(minutes))


def find_in(picture: str | Network, ends: str, **asked: Any) -> Choice:
    """What `find` gives, for tests that Hypothesis runs."""
    origin, destination = ends.split(" > ")
    ask = FindItineraries(origin, destination, **{"depart": MONDAY, "tonnes": 1.0, "samples": 1} | asked)
    network = pack(draw(picture)) if isinstance(picture, str) else picture
    return choose(network, ask, search(network, ask))


def clocks(choice: Choice) -> list[str]:
    """When goods must be ready and when they arrive, option by option."""
    return [f"{o.depart:%H:%M} {o.arrive:%H:%M}" for o in choice.options]


def timetable(service: str, clocks: list[str]) -> str:
    """Departures of every day beyond the one that is drawn."""
    return "\n".join(
        f"add timetable service={service} seq={seq} way=there days=1234567 departs_at={clock}"
        for seq, clock in enumerate(clocks, start=1)
    )


HALF_HOURLY = [f"{hour:02d}:{minute:02d}" for hour in range(5, 12) for minute in (0, 30)]
QUARTERS = [f"{hour:02d}:{minute:02d}" for hour in range(5, 14) for minute in (15, 45)]
SHUTTLES = f"""
    K1 rail A 1h B at 05:00
    K2 rail B 1h C at 05:15
    change B rail rail 0.033333333333333333h
    {timetable("K1", HALF_HOURLY[1:])}
    {timetable("K2", QUARTERS[1:])}
"""
"""A to B takes an hour and leaves every half hour from 05:00, B to C at :15 and :45; changing takes two minutes."""


# a: departure windows


def test_a01_every_departure_of_a_window_with_its_arrival(find: Find) -> None:
    found = find(SHUTTLES, "A > C", depart=at("05:00"), until=at("06:00"), epsilon=0.0)
    assert clocks(found) == ["05:00 07:15", "05:30 07:45"]


def test_a02_a_full_departure_takes_nobody(find: Find) -> None:
    full = "add timetable_exception service=K2 seq=1 way=there date=2026-01-05 departs_at=06:15 change=full"
    assert clocks(find(SHUTTLES + full, "A > C", depart=at("05:00"))) == ["05:00 07:45"]
    # Leaving at 05:30 arrives as early, so that only it is left in the window.
    assert clocks(find(SHUTTLES + full, "A > C", depart=at("05:00"), until=at("06:00"))) == ["05:30 07:45"]


def test_a03_full_at_one_stop_only(best: Best) -> None:
    net = (
        "K1 rail A 1h B 1h C at 05:00\nadd timetable_exception service=K1 seq=1 way=there date=2026-01-05 change=full "
    )
    assert best(net + "place=B", "A > C") == "K1 A 05:00 - C 07:00"
    assert best(net + "place=B", "B > C") == "K1 B 1+06:00 - C 1+07:00"
    assert best(net, "A > C") == "K1 A 1+05:00 - C 1+07:00"


def test_a04_cancelled_and_added_departures(best: Best) -> None:
    net = "K1 rail A 1h B at 05:00\nadd timetable_exception service=K1 seq=1 way=there date=2026-01-05 "
    assert best(net + "change=cancelled", "A > B") == "K1 A 1+05:00 - B 1+06:00"
    assert best(net + "change=added departs_at=03:30", "A > B") == "K1 A 03:30 - B 04:30"


def test_a05_a_window_whose_ends_meet_is_empty_of_timetabled_ways(find: Find) -> None:
    assert clocks(find("K1 rail A 1h B at 05:00", "A > B", until=at("04:00"))) == []
    assert clocks(find("K1 rail A 1h B at 05:00", "A > B", until=at("05:01"))) == ["05:00 06:00"]


def test_a06_what_leaves_at_any_time_is_told_once(find: Find) -> None:
    found = find("K1 road A 9h B now\n K2 rail A 1h B at 05:00", "A > B", until=at("00:00", 3))
    assert [(o.depart.day, o.rides[0].service) for o in found.options] == [(5, "K2"), (5, "K1"), (6, "K2"), (7, "K2")]


def test_a07_a_week_has_seven_daily_departures(find: Find) -> None:
    found = find("K1 rail A 30h B at 08:00", "A > B", until=at("00:00", 7))
    assert [o.depart.day for o in found.options] == [5, 6, 7, 8, 9, 10, 11]


def test_a08_the_horizon_counts_from_each_departure(find: Find) -> None:
    found = find("K1 rail A 30h B at 08:00", "A > B", until=at("00:00", 7), horizon_days=2)
    assert [o.depart.day for o in found.options] == [5, 6, 7, 8, 9, 10, 11]


# b: latest departures


def test_b01_the_last_train_that_arrives_in_time(find: Find) -> None:
    assert clocks(find(SHUTTLES, "A > C", arrive_by=at("09:00"))) == ["06:30 08:45"]
    assert clocks(find(SHUTTLES, "A > C", arrive_by=at("08:44"))) == ["06:00 08:15"]


def test_b02_without_a_timetable_as_late_as_its_hours_allow(find: Find) -> None:
    (option,) = find("K1 rail A 5h B every 4h\n gate A 1h\n gate B 2h", "A > B", arrive_by=at("12:00")).options
    assert (option.depart, option.arrive) == (at("02:00"), at("12:00"))


def test_b03_nothing_before_the_goods_are_ready(find: Find) -> None:
    found = find("K1 rail A 5h B now", "A > B", depart=at("10:00"), arrive_by=at("12:00"))
    assert not found.options
    assert {out.on for out in found.left_out} <= {"no route from 2026-01-05 to 2026-01-05"}


def test_b04_cheaper_but_earlier_is_an_option_of_its_own(find: Find) -> None:
    net = "K1 rail A 5h B now 300usd\n F1 sea A 9h B now 100usd"
    found = find(net, "A > B", arrive_by=at("12:00"))
    assert sorted((o.depart.hour, o.price_usd) for o in found.options) == [(3, 100), (7, 300)]


# c: opening hours and closures


def test_c01_a_gate_is_waited_for_until_it_opens(best: Best) -> None:
    net = "K1 rail A 5h B now\n gate A 1h\n set facility A-gate opens=08:00 closes=17:00"
    assert best(net, "A > B") == "K1 A 09:00 - B 14:00"
    assert best(net, "A > B", depart=at("16:59")) == "K1 A 17:59 - B 22:59"
    assert best(net, "A > B", depart=at("17:00")) == "K1 A 1+09:00 - B 1+14:00"


def test_c02_hours_are_local_and_summer_time_is_kept(best: Best) -> None:
    net = "place A DE Europe/Berlin\n K1 rail A 5h B now\n set facility A-gate opens=08:00 closes=17:00"
    saturday = dt.datetime(2026, 3, 28, 18, tzinfo=dt.UTC)  # clocks go forward that night
    assert best(net, "A > B", depart=saturday) == "K1 A 1+06:00 - B 1+11:00"
    assert best(net, "A > B", depart=saturday - dt.timedelta(days=1)) == "K1 A 1+07:00 - B 1+12:00"


def test_c03_a_border_on_the_way_is_waited_for(best: Best) -> None:
    net = """
        place A KZ\n place B CN\n K1 rail A 5h B 5h C now
        place C CN\n border B rail in 1h\n set facility B-border-in opens=12:00 closes=20:00
    """
    assert best(net, "A > C") == "K1 A 00:00 - C 18:00"
    assert best(net, "A > C", depart=at("08:00")) == "K1 A 08:00 - C 19:00"


def test_c04_over_midnight(best: Best) -> None:
    net = "K1 rail A 5h B now\n set facility A-gate opens=22:00 closes=04:00"
    assert best(net, "A > B", depart=at("05:00")) == "K1 A 22:00 - B 1+03:00"
    assert best(net, "A > B", depart=at("03:59")) == "K1 A 03:59 - B 08:59"


def test_c05_a_train_waits_for_the_end_of_a_closure(best: Best) -> None:
    net = """
        K1 rail A 5h B now
        add closure id=works stops_table=link stops=K1-0
        add closure_time closure=works seq=0 begins=2026-01-05 ends=2026-01-06T06:00Z
    """
    # The vehicle leaves, and stands before the line until it is open.
    assert best(net, "A > B") == "K1 A 00:00 - B 1+11:00"
    assert best(net, "A > B", depart=at("07:00", 1)) == "K1 A 07:00 - B 12:00"


def test_c06_a_closed_place_is_gone_round(best: Best) -> None:
    net = """
        K1 rail A 5h B 5h D now\n R1 road A 20h D now
        add closure id=flood stops_table=place stops=B
        add closure_time closure=flood seq=0 begins=2026-01-05 ends=2026-01-09
    """
    assert best(net, "A > D") == "R1 A 00:00 - D 20:00"


def test_c07_backwards_the_same(find: Find) -> None:
    net = "K1 rail A 5h B at 08:00 on 12345\n gate B 1h\n set facility B-gate opens=09:00 closes=12:00"
    (option,) = find(net, "A > B", arrive_by=at("12:00", 3)).options
    assert (option.depart, option.arrive) == (at("08:00", 2), at("10:00", 3))


# d: storage after free days, empties, lots


STORED = """
    K1 rail A 5h B now 100usd
    K2 rail B 5h C at 20:00 on 5 100usd
    change B rail rail 1h
    set facility B-rail-rail free_h=24 storage_usd_feu_day=48
"""


def test_d01_storage_is_paid_from_the_end_of_the_free_time_until_the_vehicle_leaves(find: Find) -> None:
    (option,) = find(STORED, "A > C").options
    # At B from Monday 05:00 to Friday 20:00: 111 hours, of which 24 are free.
    assert option.price_usd == pytest.approx(200 + 48 * (111 - 24) / 24)
    assert sum(leg.price_usd for leg in option.legs) == pytest.approx(option.price_usd)
    assert [item.kind for leg in option.legs for item in leg.items if item.usd_40ft == pytest.approx(174)] == [
        "storage"
    ]


def test_d02_a_later_and_cheaper_arrival_is_not_lost(find: Find) -> None:
    net = (
        STORED
        + """
    R1 road A 100h B now 100usd
    change B road rail 1h
    set facility B-road-rail free_h=24 storage_usd_feu_day=48
    """
    )
    prices = [option.price_usd for option in find(net, "A > C", epsilon=0.0, criteria=("price", "arrival")).options]
    assert prices == [pytest.approx(200)]


def test_d03_the_empty_box_is_taken_back(find: Find) -> None:
    net = "K1 rail A 5h B now 100usd\n add tariff id=e kind=empty to_place=B unit=40ft price_usd=70 year=2024"
    (option,) = find(net, "A > B", load=Load(0, 2)).options
    assert option.price_usd == 2 * 170
    assert sum(leg.price_usd for leg in option.legs) == option.price_usd


def test_d04_many_boxes_take_the_cranes_longer(find: Find) -> None:
    net = "K1 rail A 5h B now\n K2 rail B 5h C now\n change B rail rail 2h\n set facility B-rail-rail servers=2"
    assert [o.time_h for boxes in (1, 2, 3, 5) for o in find(net, "A > C", load=Load(0, boxes)).options] == [
        12, 12, 14, 16
    ]  # fmt: skip


# e: through rates


THROUGH = """
    K1 rail A 5h B now 100usd
    K2 rail B 5h C now 100usd
    change B rail rail 1h 20usd
    add tariff id=t kind=through services=K1;K2 from_place=A to_place=C unit=40ft price_usd={usd} year=2025
"""


@pytest.mark.parametrize("usd", [150, 250])
def test_e01_a_through_rate_holds_in_place_of_the_sum_of_the_legs(find: Find, usd: int) -> None:
    (option,) = find(THROUGH.format(usd=usd), "A > C").options
    assert (option.price_usd, option.time_h) == (usd, 11)
    assert sum(leg.price_usd for leg in option.legs) == usd
    assert any(("tariff", "t", "price_usd") in leg.leans_on for leg in option.legs)


def test_e02_but_not_for_a_part_of_it(find: Find) -> None:
    (option,) = find(THROUGH.format(usd=150), "A > B").options
    assert option.price_usd == 100


def test_e03_and_on_to_a_place_beyond_it(find: Find) -> None:
    (option,) = find(THROUGH.format(usd=150) + "K3 rail C 1h D now 30usd", "A > D").options
    assert option.price_usd == 180


def test_e04_a_size_that_it_does_not_price_pays_by_the_leg(find: Find) -> None:
    (option,) = find(THROUGH.format(usd=150), "A > C", load=Load(1, 0)).options
    assert option.price_usd == 50 + 20 + 50


def test_e05_without_services_it_is_compared_with_only(find: Find) -> None:
    (option,) = find(THROUGH.format(usd=150).replace("services=K1;K2", ""), "A > C").options
    assert option.price_usd == 220


# f: criteria


THREE = "K1 rail A 5h B now 300usd 90kg\n F1 sea A 9h B now 100usd 60kg\n W1 road A 20h B now 500usd 1kg"


@pytest.mark.parametrize(
    ("criteria", "hours"),
    [
        (("arrival",), [5]),
        (("price",), [9]),
        (("co2e",), [20]),
        (("arrival", "price"), [5, 9]),
        (("price", "co2e"), [9, 20]),
        (("arrival", "price", "co2e"), [5, 9, 20]),
        (("cost",), [9]),
    ],
)
def test_f01_the_set_is_that_of_the_chosen_criteria(find: Find, criteria: tuple[str, ...], hours: list[int]) -> None:
    assert [option.time_h for option in find(THREE, "A > B", criteria=criteria, epsilon=0.0).options] == hours


def test_f02_value_of_time_makes_generalised_cost(find: Find) -> None:
    options = find(THREE, "A > B", criteria=("cost",), value_of_time_usd_h=60.0, epsilon=0.0).options
    assert [option.time_h for option in options] == [5]


def test_f03_what_is_as_quick_and_cheap_but_surer_is_an_option(find: Find) -> None:
    net = "K1 rail A 6h B every 12h 100usd\n K2 road A 12h B now 110usd"
    assert [o.rides[0].service for o in find(net, "A > B", epsilon=0.0).options] == ["K1", "K2"]
    three = find(net, "A > B", epsilon=0.0, criteria=("arrival", "price", "co2e"))
    assert [o.rides[0].service for o in three.options] == ["K1"]


def test_f04_unlooked_at_figures_are_told_all_the_same(find: Find) -> None:
    (option,) = find(THREE, "A > B", criteria=("arrival",)).options
    assert (option.price_usd, option.co2e_kg) == (300, 90)


# g: why not


def test_g01_what_refuses_the_best_chain_of_a_family_is_said(find: Find) -> None:
    net = "K1 rail A 5h B now\n F1 sea A 9h B now\n family rail modes=rail\n family sea modes=sea\n"
    (out,) = find(net + "set service K1 refuses=reefer", "A > B", goods=("reefer",)).left_out
    assert (out.family, out.refused) == ("rail", ("service/K1/refuses: reefer goods",))
    assert out.chain is not None
    assert out.chain.time_h == 5


def test_g02_a_cheaper_chain_of_a_family_that_is_there_too(find: Find) -> None:
    net = "place X RU\n K1 rail A 5h X 5h B now 100usd\n K2 rail A 20h B now 900usd\n family rail modes=rail"
    (out,) = find(net, "A > B", avoid_countries=("RU",)).left_out
    assert out.refused == ("service/K1: country RU is avoided",)


def test_g02b_of_ways_that_are_refused_the_one_with_the_fewest_refusals(find: Find) -> None:
    net = """
        K1 rail A 5h B now 10usd
        K2 rail B 5h C now 10usd
        K3 rail A 20h C now 900usd
        F1 sea A 9h C now
        family rail modes=rail
    """
    outs = find(net, "A > C", avoid_services=("K1", "K2", "K3")).left_out
    assert [out.refused for out in outs if out.family == "rail"] == [("service/K3: service K3 is avoided",)]
    (out,) = (out for out in outs if out.family == "rail")
    assert out.chain is not None
    assert (out.chain.time_h, out.chain.price_usd) == (20, 900)


def test_g03_too_late(find: Find) -> None:
    (out,) = find("K1 rail A 50h B now\n family rail modes=rail", "A > B", horizon_days=2).left_out
    assert out.on == "no route in 2 days: the first takes 2.1"


def test_g04_a_gauge_that_nothing_changes(find: Find) -> None:
    net = "K1 rail A 5h B now\n K2 rail1435 B 5h C now\n F1 sea A 90h C now\n family rail only_modes=rail\n"
    (out,) = find(net, "A > C").left_out
    assert out.family == "rail"
    assert "gauge" in out.on
    assert "B" in out.on


# h: a property: forwards, backwards and in a window the same journeys


@st.composite
def timetables(drawing: st.DrawFn) -> str:
    """A line of three or four places with timetabled and headway services, gates and changes with opening hours."""
    places = "ABCD"[: drawing(st.integers(3, 4))]
    lines = []
    for number in range(drawing(st.integers(2, 6))):
        i = drawing(st.integers(0, len(places) - 2))
        j = drawing(st.integers(i + 1, len(places) - 1))
        route = f" {drawing(st.integers(1, 9))}h ".join(places[i : j + 1])
        clock = f"at {drawing(st.integers(0, 23)):02d}:{drawing(st.sampled_from(['00', '30']))}"
        days = drawing(st.sampled_from(["1234567", "135", "26"]))
        departs = drawing(st.sampled_from([f"{clock} on {days}", f"{clock} on {days}", "every 6h", "now"]))
        lines.append(f"K{number} rail {route} {departs} {drawing(st.integers(0, 5)) * 50}usd")
    for place in places[1:]:
        lines.append(f"change {place} rail rail {drawing(st.integers(0, 3))}h")
        if drawing(st.booleans()):
            opens = drawing(st.integers(0, 23))
            closes = (opens + drawing(st.integers(1, 20))) % 24
            lines.append(f"set facility {place}-rail-rail opens={opens:02d}:00 closes={closes:02d}:00")
    lines += [f"place {place}" for place in places]
    return "\n".join(lines)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(timetables(), st.integers(0, 40))
def test_h01_who_leaves_at_the_latest_arrives_in_time_and_later_is_too_late(net: str, hour: int) -> None:
    ask = {"criteria": ("arrival",), "epsilon": 0.0, "horizon_days": 30.0}
    by = MONDAY + dt.timedelta(days=4, hours=hour)
    back = find_in(net, "A > C", arrive_by=by, **ask).options
    if not back:
        first = find_in(net, "A > C", **ask).options
        assert not first or first[0].arrive > by
        return
    (option,) = back
    assert option.arrive <= by
    (again,) = find_in(net, "A > C", depart=option.depart, **ask).options
    assert again.arrive <= by
    for later in (1 / 3600, 0.5, 5):
        late = find_in(net, "A > C", depart=option.depart + dt.timedelta(hours=later), **ask).options
        assert not late or late[0].arrive > by


@settings(max_examples=40, deadline=None, derandomize=True)
@given(timetables())
def test_h02_the_profile_of_a_window_is_what_leaving_at_every_half_hour_gives(net: str) -> None:
    ask = {"criteria": ("arrival",), "epsilon": 0.0, "horizon_days": 30.0}
    network = pack(draw(net))
    options = find_in(network, "A > C", until=at("00:00", 2), **ask).options
    for half in range(0, 96, 3):
        depart = MONDAY + dt.timedelta(hours=half / 2)
        now = find_in(network, "A > C", depart=depart, **ask).options
        arrivals = []
        for o in options:
            if o.depart >= depart:
                arrivals.append(o.arrive)
            elif free(o):
                moved = depart + dt.timedelta(hours=o.time_h)
                arrivals += [moved] * any(x.chain.arcs == o.chain.arcs and x.arrive == moved for x in now)
        # After the last departure of the window nothing is said.
        if arrivals and now:
            assert min(arrivals) >= now[0].arrive - dt.timedelta(seconds=1)
            if any(o.depart >= depart for o in options if not free(o)):
                assert abs(min(arrivals) - now[0].arrive) <= dt.timedelta(seconds=1)


def free(option: Option) -> bool:
    """Whether an option can leave later and then arrives so much later."""
    return option.chain.floats


@settings(max_examples=60, deadline=None, derandomize=True)
@given(timetables())
def test_h03_legs_follow_each_other_and_add_up(net: str) -> None:
    for option in find_in(net, "A > C", horizon_days=30.0).options:
        for one, other in pairwise(option.legs):
            assert (one.to_place, one.arrive) == (other.from_place, other.depart)
        assert sum(leg.time_h for leg in option.legs) == pytest.approx(option.time_h)
        assert sum(leg.price_usd for leg in option.legs) == pytest.approx(option.price_usd)
