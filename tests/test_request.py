"""From a shipper's words to what the planner is asked, and what is wrong in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from karvan.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.itinerary import FindItineraries, Load, tonnes_of
from karvan.itinerary.request import MODES
from karvan.study.plan import Planner

Ask = Callable[..., FindItineraries]


@pytest.fixture
def ask(small: Corridor) -> Ask:
    """A request on the small package, sound unless said otherwise."""
    planner = Planner(small)

    def ask(**words: Any) -> FindItineraries:
        return planner.request(
            **{"origin": "Alpha", "destination": "Gamma", "depart": "2026-01-05", "past": True} | words
        )

    return ask


def problems(ask: Ask, **words: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        ask(**words)
    return [str(problem) for problem in error.value.problems]


# a: loads


@pytest.mark.parametrize(
    ("text", "twenty", "forty"),
    [
        ("2xFEU", 0, 2),
        ("FEU", 0, 1),
        ("1xTEU", 1, 0),
        ("3 x 20ft", 3, 0),
        ("1x40ft+2x20ft", 2, 1),
        (" 2*feu + teu ", 1, 2),
        ("2×FEU+1xFEU", 0, 3),
        ("2.0xFEU", 0, 2),
        ("100000xTEU", 100_000, 0),
    ],
)
def test_a01_boxes_as_people_write_them(text: str, twenty: int, forty: int) -> None:
    assert Load.parse(text) == Load(twenty, forty)


def test_a02_a_feu_is_two_teu_and_one_box() -> None:
    assert (Load(1, 2).teu, Load(1, 2).boxes, str(Load(1, 2))) == (5, 3, "2xFEU+1xTEU")


def test_a03_what_is_printed_is_read_again() -> None:
    assert Load.parse(str(Load(3, 4))) == Load(3, 4)


@pytest.mark.parametrize(
    "text",
    ["", "0xFEU", "-1xFEU", "1.5xFEU", "100001xTEU", "9" * 400 + "xFEU", "1e3xFEU", "NaNxFEU", "2xFEUs", "two FEU", "2",
     "FEU+", "+", "60000xFEU+60000xFEU", "x" * 10_000],
)  # fmt: skip
def test_a04_what_is_no_load(text: str) -> None:
    with pytest.raises(InputError, match="give boxes as 2xFEU, 1xTEU or 1x40ft") as error:
        Load.parse(text)
    assert len(str(error.value)) < 300


def test_a05_tonnes_are_whole_kilograms_rounded_up() -> None:
    assert tonnes_of(Load(1, 1), 3.3333) == 10.0
    assert tonnes_of(Load(3, 0), 0.1) == 0.3


@pytest.mark.parametrize("load", [Load(), Load(boxes_20ft=-1, boxes_40ft=2), Load(boxes_40ft=-1)])
def test_a06_a_load_of_nothing_or_less_is_none(ask: Ask, load: Load) -> None:
    (problem,) = problems(ask, load=load)
    assert problem.startswith("load | found ")


# b: a sound request


def test_b01_words_become_ids_and_figures(ask: Ask) -> None:
    asked = ask(load="1xFEU+1xTEU")
    assert (asked.origin, asked.destination, asked.load, asked.tonnes) == ("ALPHA", "GAMMA", Load(1, 1), 30.0)
    assert asked.modes == MODES


def test_b02_a_day_begins_at_midnight_at_the_origin(ask: Ask) -> None:
    assert ask().depart.isoformat() == "2026-01-05T00:00:00+08:00"
    assert ask(depart=dt.date(2026, 1, 5)).depart == ask().depart


@pytest.mark.parametrize(
    ("depart", "instant"),
    [
        ("2026-01-05T08:30", "2026-01-05T08:30:00+08:00"),
        ("2026-01-05T08:30+03:00", "2026-01-05T08:30:00+03:00"),
        ("2026-01-05T08:30Z", "2026-01-05T08:30:00+00:00"),
        (dt.datetime(2026, 1, 5, 8), "2026-01-05T08:00:00+08:00"),  # noqa: DTZ001 (that is what is tried)
    ],
)
def test_b03_an_instant_keeps_its_zone_and_without_one_is_local(ask: Ask, depart: Any, instant: str) -> None:
    assert ask(depart=depart).depart.isoformat() == instant


def test_b04_today_if_no_day_is_given(ask: Ask) -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert ask(depart=None, past=False).depart.date() in {
        dt.datetime.now(shanghai).date(),
        (dt.datetime.now(shanghai) - dt.timedelta(minutes=1)).date(),
    }


def test_b05_value_of_time_is_that_of_the_goods(small: Corridor) -> None:
    goods = small.row("commodity", "general")._replace(usd_per_t=2400.0, value_of_time_pct_day=1.0)
    planner = Planner(Corridor(small.description, {**small.tables, "commodity": (goods,)}))
    assert (
        planner.request("Alpha", "Gamma", "2026-01-05", "1xTEU", past=True).value_of_time_usd_h == 10 * 2400 / 100 / 24
    )


@pytest.mark.parametrize("words", ["KZ,Beta", ["KZ", "Beta"], "kz , BETA"])
def test_b06_what_is_to_be_avoided(ask: Ask, words: Any) -> None:
    asked = ask(avoid=words)
    assert (asked.avoid_countries, asked.avoid_places, asked.avoid_links) == (("KZ",), ("BETA",), ())


@pytest.mark.parametrize("words", ["Caspian", "caspian sea", "sea:Caspian", "sea:Gamma", "sea:KZ"])
def test_b07_waters_and_one_mode_only(ask: Ask, words: str) -> None:
    assert ask(avoid=words).avoid_links == ("ferry-0",)


def test_b08_via_and_modes(ask: Ask) -> None:
    asked = ask(via="beta", modes="rail,sea")
    assert (asked.via, asked.modes) == (("BETA",), ("rail", "sea"))


# c: what is wrong


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"origin": "Alfa"}, "origin | found 'Alfa' | nearest: Alpha (ALPHA), "),
        ({"destination": ""}, "destination | found nothing | "),
        ({"origin": "x" * 10_000}, f"origin | found '{'x' * 60}...' (10,000 characters) | "),
        ({"destination": "ALPHA"}, "destination | found 'ALPHA' | give another place than the origin"),
        ({"origin": "Гамма"}, "destination | found 'Gamma' | give another place than the origin"),
        ({"depart": "2025-01-05", "past": False}, "depart | found 2025-01-05 | it has passed: give "),
        ({"depart": "9999-12-31"}, "depart | found 9999-12-31 | give a day from the year 1950 to 2100"),
        ({"depart": "9999-12-31T23:59:59-12:00"}, "depart | found 9999-12-31 | give a day from the year 1950 to 2100"),
        ({"depart": "0001-01-01"}, "depart | found 0001-01-01 | give a day from the year 1950 to 2100"),
        ({"depart": "0001-01-01", "past": False}, "depart | found 0001-01-01 | "),
        ({"depart": "2026-02-30"}, "depart | found '2026-02-30' | give a day as 2026-12-01, or an instant as "),
        ({"depart": "tomorrow"}, "depart | found 'tomorrow' | give a day as 2026-12-01"),
        ({"depart": "01.12.2026"}, "depart | found '01.12.2026' | give a day as 2026-12-01"),
        ({"depart": ""}, "depart | found "),
        ({"load": "0xFEU"}, "load | found '0xFEU' | give boxes as 2xFEU"),
        ({"load": "-2xFEU"}, "load | found '-2xFEU' | give boxes as 2xFEU"),
        ({"load": "9" * 400 + "xFEU"}, "load | found '999"),
        ({"commodity": "gold"}, "commodity | found 'gold' | the package has general"),
        ({"modes": "rail,tunnel"}, "modes | found 'tunnel' | give some of rail, sea, road, inland_waterway, air"),
        ({"avoid": "Atlantis"}, "avoid | found 'Atlantis' | nearest: "),
        ({"avoid": "boat:Caspian"}, "avoid | found 'boat:Caspian' | before the colon give one of rail, sea"),
        ({"avoid": "sea:Atlantis"}, "avoid | found 'Atlantis' | nearest: "),
        ({"via": "Atlantis"}, "via | found 'Atlantis' | nearest: "),
        ({"epsilon": -0.1}, "epsilon | found -0.1 | give a number from 0 to 1"),
        ({"epsilon": float("nan")}, "epsilon | found nan | give a number from 0 to 1"),
        ({"horizon_days": float("inf")}, "horizon_days | found inf | give a number from 0 to 1000"),
    ],
)  # fmt: skip
def test_c01_each_is_told_by_address_value_and_remedy(ask: Ask, words: dict[str, Any], problem: str) -> None:
    (found,) = problems(ask, **words)
    assert found.startswith(problem)
    assert found.count(" | ") == 2


def test_c02_all_at_once(ask: Ask) -> None:
    found = problems(
        ask, origin="Alfa", depart="2026-02-30", load="0xFEU", commodity="gold", modes="tunnel", avoid="Atlantis"
    )
    assert [problem.split(" | ")[0] for problem in found] == ["origin", "load", "commodity", "avoid", "modes", "depart"]


def test_c03_the_past_is_allowed_when_asked_for(ask: Ask) -> None:
    assert ask(depart="1990-06-01", past=True).depart.year == 1990


def test_c04_the_furthest_day_can_be_planned(small: Corridor) -> None:
    planner = Planner(small)
    assert planner.plan(planner.request("Alpha", "Gamma", "2100-12-31", past=True)).found
