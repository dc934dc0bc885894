"""The doors of the planner: criteria, windows and latest departures in a shipper's words, what is explained, what-if,
and what is wrong said at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import karvan
from karvan.corridor import Corridor
from karvan.corridor.structure import structure_problems
from karvan.ground.errors import InputError
from karvan.itinerary import FindItineraries, Plan
from karvan.itinerary.request import CRITERIA
from karvan.itinerary.what_if import compare
from karvan.network import Network, pack
from karvan.network.measured import Measured
from karvan.network.repack import repack
from karvan.report.explain import explain_document, explain_lines
from karvan.report.plan import document, exactness, headline, left_out_lines, slack_lines
from karvan.scenario import Close, bend, read_change
from karvan.study.plan import Planner
from karvan.study.shipments import words
from karvan.testing import draw

Ask = Callable[..., FindItineraries]
Asked = Callable[..., Plan]
Says = Callable[..., tuple[int, str]]
READY = "goods are ready no sooner than 2026-01-05T00:00:00+08:00"


@pytest.fixture
def ask(small: Corridor) -> Ask:
    """A request on the small package, sound unless said otherwise: Monday 5 January 2026, Alpha to Gamma."""
    planner = Planner(small)

    def ask(**said: Any) -> FindItineraries:
        usual = {"origin": "Alpha", "destination": "Gamma", "depart": "2026-01-05", "past": True}
        return planner.request(**usual | said)

    return ask


@pytest.fixture
def asked(small: Corridor) -> Asked:
    """A plan on the small package."""

    def asked(origin: str = "Alpha", destination: str = "Gamma", depart: str = "2026-01-05", **said: Any) -> Plan:
        return karvan.plan(origin, destination, depart, package=small, past=True, **said)

    return asked


@pytest.fixture
def says(karvan_says: Says, package: Path) -> Says:
    """`karvan plan Alpha Gamma` on the small package, with more words."""

    def says(*more: object) -> tuple[int, str]:
        return karvan_says("plan", "Alpha", "Gamma", "--depart", "2026-01-05", "--past", "-p", package, *more)

    return says


def problems(ask: Ask, **said: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        ask(**said)
    return [str(problem) for problem in error.value.problems]


# a: criteria


def test_a01_four_unless_said(ask: Ask) -> None:
    assert ask().criteria == ("arrival", "price", "co2e", "unreliability")


@pytest.mark.parametrize("said", ["cost", "co2e,arrival", ["price", "arrival"], "unreliability, price"])
def test_a02_some_of_them_in_their_own_order(ask: Ask, said: str | list[str]) -> None:
    chosen = [word.strip() for word in (said.split(",") if isinstance(said, str) else said)]
    assert ask(criteria=said).criteria == tuple(name for name in CRITERIA if name in chosen)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("", "criteria | found nothing | give one or more of arrival, price, co2e, unreliability, cost"),
        ("prize", "criteria | found 'prize' | did you mean price?"),
        ("xyz", "criteria | found 'xyz' | give some of arrival, price, co2e, unreliability, cost"),
        ("price,price", "criteria | found 'price' 2 times | give each once"),
    ],
)
def test_a03_unknown_none_or_twice(ask: Ask, said: str, problem: str) -> None:
    assert problems(ask, criteria=said) == [problem]


def test_a04_only_what_is_asked_for_is_compared(asked: Asked) -> None:
    # The truck is first, the ferry costs less and emits less.
    assert {option.rides[-1].service for option in asked(criteria="arrival").options if not option.beaten} == {"truck"}
    assert {option.rides[-1].service for option in asked(criteria="price").options if not option.beaten} == {"ferry"}


def test_a05_cost_is_the_price_and_the_time_at_its_value(asked: Asked) -> None:
    for value, service in ((0.0, "ferry"), (1000.0, "truck")):
        (option,) = [o for o in asked(criteria="cost", value_of_time_usd_h=value).options if not o.beaten]
        assert option.rides[-1].service == service


# b: windows and latest departures


def test_b01_a_day_lasts_until_its_end_where_goods_leave(ask: Ask) -> None:
    assert ask(until="2026-01-07").until == dt.datetime.fromisoformat("2026-01-08T00:00+08:00")
    assert ask(until="2026-01-05").until == dt.datetime.fromisoformat("2026-01-06T00:00+08:00")


def test_b02_and_where_they_arrive(ask: Ask) -> None:
    assert ask(arrive_by="2026-01-12").arrive_by == dt.datetime.fromisoformat("2026-01-13T00:00+04:00")


def test_b03_an_instant_is_what_it_says(ask: Ask) -> None:
    assert ask(until="2026-01-07T12:00").until == dt.datetime.fromisoformat("2026-01-07T12:00+08:00")
    assert ask(until="2026-01-07T12:00Z").until == dt.datetime.fromisoformat("2026-01-07T12:00+00:00")
    assert ask(arrive_by="2026-01-12T12:00").arrive_by == dt.datetime.fromisoformat("2026-01-12T12:00+04:00")
    assert ask(arrive_by=dt.date(2026, 1, 12)) == ask(arrive_by="2026-01-12")


@pytest.mark.parametrize(
    ("said", "found", "remedy"),
    [
        ({"until": "2026-01-04"}, "until | found '2026-01-04'", f"{READY}: end the window later"),
        ({"until": "2026-01-05T00:00"}, "until | found '2026-01-05T00:00'", f"{READY}: end the window later"),
        (
            {"arrive_by": "2026-01-04"},
            "arrive_by | found '2026-01-04'",
            f"{READY}: give a later arrival, or an earlier departure",
        ),
        ({"promised": "2026-01-04"}, "promised | found '2026-01-04'", f"{READY}: promise a later day"),
        (
            {"until": "soon"},
            "until | found 'soon'",
            "give a day as 2026-12-07, or an instant as 2026-12-07T18:00+08:00",
        ),
        (
            {"arrive_by": "9999-12-31"},
            "arrive_by | found '9999-12-31'",
            "give a day as 2026-12-24, or an instant as 2026-12-24T18:00+03:00",
        ),
        (
            {"until": "2026-01-07", "arrive_by": "2026-01-12"},
            "arrive_by | found '2026-01-12' and until '2026-01-07'",
            "give one of the two: all departures of a window, or the latest that arrive in time",
        ),
        (
            {"until": "2026-02-07", "horizon_days": 30.0},
            "until | found 34 days after 2026-01-05",
            "journeys are followed for 30 days: depart later, or give a longer horizon",
        ),
    ],
)
def test_b04_what_ends_before_it_begins(ask: Ask, said: dict[str, Any], found: str, remedy: str) -> None:
    assert problems(ask, **said) == [f"{found} | {remedy}"]


def test_b05_a_wrong_departure_is_said_once(ask: Ask) -> None:
    found = problems(ask, depart="1800-01-01", until="2026-01-04", arrive_by="2026-01-04", criteria="prize")
    assert [problem.split(" | ")[0] for problem in found] == ["depart", "criteria", "arrive_by"]


def test_b06_the_ferry_days_of_a_week(asked: Asked) -> None:
    """The ferry sails on Monday, Wednesday and Friday at 08:00 from Beta, which is at UTC+5."""
    plan = asked("Beta", "Gamma", until="2026-01-11", modes="sea", epsilon=0.0)
    sails = [f"{ride.depart.astimezone(dt.timezone(dt.timedelta(hours=5))):%a %H:%M}" for o in plan.options
             for ride in o.rides]  # fmt: skip
    assert sails == ["Mon 08:00", "Wed 08:00", "Fri 08:00"]


def test_b07_the_last_that_arrives_in_time(asked: Asked) -> None:
    (option,) = asked("Beta", "Gamma", arrive_by="2026-01-08", modes="sea").options
    assert f"{option.rides[0].depart.astimezone(dt.UTC):%a %H:%M}" == "Wed 03:00"
    assert not asked("Beta", "Gamma", arrive_by="2026-01-05T06:00", modes="sea").found


def test_b08_the_terminal_says_when_each_leaves(says: Says) -> None:
    plain, window, latest = says()[1], says("--until", "2026-01-11")[1], says("--arrive-by", "2026-01-12")[1]
    assert " leaves  " not in plain.split("\n\n")[1]
    assert "leaving from 05 Jan 2026 00:00 CST to the end of 11 Jan 2026" in window.replace("\n", " ").replace(
        "  ", " "
    )
    assert "any time" in window
    assert "leaves at any time" in window
    assert "to arrive by the end of 12 Jan 2026" in latest.replace("\n", " ").replace("  ", " ")
    assert "any time" not in latest


def test_b09_the_document_says_what_was_asked(asked: Asked) -> None:
    found = document(asked(until="2026-01-11", criteria="price,arrival"))
    request, options = found["request"], found["options"]
    assert (request["until"], request["arrive_by"]) == ("2026-01-12T00:00:00+08:00", None)
    assert request["criteria"] == ["arrival", "price"]
    assert {option["any_time"] for option in options} == {True, False}
    assert {option["any_time"] for option in document(asked())["options"]} == {None}


def test_b10_a_batch_has_the_same_words() -> None:
    assert {"criteria", "until", "arrive_by"} <= words().keys()
    assert {words()[name] for name in ("criteria", "until", "arrive_by")} == {str}


# c: how far the answer can be trusted


def test_c01_exact_unless_said(asked: Asked) -> None:
    plan = asked()
    assert (plan.slack, exactness(plan), list(slack_lines(plan))) == (0.0, "exact", [])
    assert document(plan)["run"]["found"] == "exact"


def test_c02_a_slack_is_told_with_what_it_means(asked: Asked) -> None:
    plan = asked()
    cut = replace(plan, choice=replace(plan.choice, found=replace(plan.choice.found, slack=0.05)))
    sentence = "no option is more than 5% worse than one left out, proved"
    assert (document(cut)["run"]["slack"], document(cut)["run"]["found"]) == (0.05, sentence)
    assert list(slack_lines(cut)) == [f"The search was over its budget: {sentence}"]


def test_c03_unreliability_is_a_time(asked: Asked) -> None:
    plan = asked()
    variances = [sum(leg.variance_h2 for leg in option.legs) for option in plan.options]
    assert plan.table()["sd_h"].tolist() == pytest.approx(np.sqrt(variances).tolist())
    told = [option["unreliability"]["sd_h"] for option in document(plan)["options"]]
    assert told == pytest.approx(np.sqrt(variances).tolist(), abs=1e-6)


def test_c04_refusals_have_a_line_each(asked: Asked) -> None:
    plan = asked(avoid="KZ", modes="sea,rail")
    assert not plan.found
    lines = list(left_out_lines(plan))
    (by_sea,) = [
        at for at, line in enumerate(lines) if line.startswith("By sea: refused; it would go by BETA, GAMMA (")
    ]
    assert lines[by_sea + 1 : by_sea + 3] == [
        "  service/train: country KZ is avoided", "  service/ferry: country KZ is avoided",
    ]  # fmt: skip
    (refused,) = [out["refused"] for out in document(plan)["left_out"] if out["family"] == "sea"]
    assert refused == ["service/train: country KZ is avoided", "service/ferry: country KZ is avoided"]


# d: explained


def test_d01_items_add_up_to_the_option(asked: Asked) -> None:
    plan = asked()
    for option in plan.options:
        legs = explain_document(plan, option)
        items = [item for leg in legs for item in leg["items"]]
        hours = sum(item["time_h"] for item in items) + sum(leg["waits_by_the_clock_h"] for leg in legs)
        assert hours == pytest.approx(option.time_h, abs=0.01)
        for name, total in (("price_usd", option.price_usd), ("co2e_kg", option.co2e_kg),
                            ("distance_km", option.distance_km)):  # fmt: skip
            assert sum(item[name] for item in items) == pytest.approx(total)
        assert plan.explain(option)["km"].sum() == pytest.approx(option.distance_km)


def test_d02_numbers_have_value_unit_and_grade(asked: Asked) -> None:
    plan = asked()
    lines = "\n".join(explain_lines(plan, plan.option("sea-1")))
    assert "      link/train-0/length_km = 1000 km (B)\n" in lines
    assert "      service/train/headway_h = 24 h (B)\n" in lines


def test_d03_what_the_clock_costs_has_a_line(asked: Asked) -> None:
    plan = asked("Beta", "Gamma", modes="sea", depart="2026-01-06")
    (line,) = [line for line in explain_lines(plan, plan.options[0]) if line.startswith("    clock")]
    # Ready on Tuesday at midnight, the ferry sails on Wednesday at 08:00.
    assert line.split()[-1] == "32.00"


def test_d04_by_the_command_one_or_all(says: Says) -> None:
    code, printed = says("--explain", "sea-1")
    assert code == 0
    assert "      link/train-0/length_km = 1000 km (B)" in printed
    assert "link/truck-0/length_km" not in printed
    assert "link/truck-0/length_km = 2000 km (B)" in says("--explain", "all")[1]


def test_d05_in_the_document_only_where_it_is_asked_for(says: Says) -> None:
    explained = [
        {option["id"] for option in json.loads(says("--json", *more)[1])["options"] if "explain" in option}
        for more in ((), ("--explain", "sea-1"), ("--explain", "all"))
    ]
    assert explained == [set(), {"sea-1"}, {"other-1", "sea-1"}]


def test_d06_an_option_that_is_not_there(says: Says) -> None:
    code, printed = says("--explain", "sea-9")
    assert code == 3
    assert "option | found 'sea-9' | the options are " in printed


# e: what if


CROSSING = """
    K1  rail A 10h B 10h C  every 24h  1000usd 10kg  back
    F1  sea  C 10h D        every 48h  500usd 5kg
    F2  sea  B 30h D        every 24h  1400usd 9kg
    T1  road A 60h D        every 2h   3000usd 90kg
    change  B rail sea 2h 10usd
    change  C rail sea 2h 10usd
    family  by-sea modes=sea
"""


@pytest.fixture(scope="module")
def crossing() -> Planner:
    """By rail and the one ferry or the other, or on the road."""
    return Planner(draw(CROSSING + "add commodity id=general t_per_teu=10 usd_per_t=2000"))


def what_if(planner: Planner, *changes: Any, **said: Any) -> tuple[Plan, Plan]:
    usual = {"origin": "A", "destination": "D", "depart": "2026-01-05", "past": True, "epsilon": 0.0, "samples": 50}
    return planner.what_if(planner.request(**usual | said), changes)


def same(one: Network, other: Network) -> bool:
    arrays = ("sums", "wait_h", "wait_h2", "head", "tail", "first_out", "way", "passes_place", "comes_to", "into")
    return (
        all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "sums") for name in arrays)
        and (one.nodes, one.arcs) == (other.nodes, other.arcs)
        and [(way.hops, way.stands) for way in one.ways] == [(way.hops, way.stands) for way in other.ways]
    )


def test_e01_nothing_changed_nothing_differs(crossing: Planner) -> None:
    before, after = what_if(crossing)
    found = compare(before, after)
    assert (found.gone, found.new) == ((), ())
    assert [(best.before.id, best.after.id) for best in found.families if best.before and best.after] == [
        ("by-sea-2", "by-sea-2"), ("other-1", "other-1"),
    ]  # fmt: skip


def test_e02_a_closed_place_and_what_it_takes_with_it(crossing: Planner) -> None:
    before, after = what_if(crossing, "close:C")
    found = compare(before, after)
    assert {gone.why for gone in found.gone} == {"closed: place/C"}
    assert all("F1" in [ride.service for ride in gone.option.rides] for gone in found.gone)
    assert not any("F1" in [ride.service for ride in option.rides] for option in after.options)
    assert before.found


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("close:service/F1", "closed: service/F1"),
        ("close:facility/C-rail-sea", "closed: facility/C-rail-sea"),
        ("close:place/C=2026-01-01..2027-01-01", "closed: place/C until 01 Jan 2027"),
        ("close:C=2026-01-01..2028-01-01", "closed: place/C until 01 Jan 2028"),
        ("close service/F1=2026-01-01..2027-01-01", "closed: service/F1 until 01 Jan 2027"),
        ("vehicle/F1/max_t_40ft=5", "refused: vehicle/F1/max_t_40ft: 5 t in a 40-foot box at most, there are 20.0"),
    ],
)
def test_e03_why_each_is_gone(crossing: Planner, change: str, why: str) -> None:
    found = compare(*what_if(crossing, change))
    assert {gone.why for gone in found.gone} == {why}
    assert {gone.option.rides[-1].service for gone in found.gone} == {"F1"}


def test_e04_one_that_is_beaten_now(crossing: Planner) -> None:
    found = compare(*what_if(crossing, "tariff/F1:40ft/price_usd_km*9", "vehicle/F1/speed_kmh=5"))
    assert found.gone
    assert {gone.why.split(" on ")[0] for gone in found.gone} == {"beaten by by-sea-1"}


def test_e05_a_short_closing_only_delays(crossing: Planner) -> None:
    before, after = what_if(crossing, "close:service/T1=2026-01-05..2026-01-06")
    found = compare(before, after)
    (road,) = [best for best in found.families if best.family == "other"]
    assert road.before
    assert road.after
    assert road.after.time_h - road.before.time_h == pytest.approx(24 - 1)  # it had waited an hour already


def test_e06_a_service_that_runs_more(crossing: Planner) -> None:
    before, after = what_if(crossing, "service/F1/headway_h=12")
    (by_sea,) = [best for best in compare(before, after).families if best.family == "by-sea"]
    assert by_sea.before
    assert by_sea.after
    assert [ride.service for ride in by_sea.after.rides] == [ride.service for ride in by_sea.before.rides]
    assert by_sea.before.time_h - by_sea.after.time_h == pytest.approx(48 / 2 - 12 / 2)


def test_e07_the_planner_itself_stays_as_it_was(crossing: Planner) -> None:
    figures = [option.chain.criteria for option in what_if(crossing, "close:C")[0].options]
    assert [option.chain.criteria for option in what_if(crossing)[1].options] == figures


def test_e08_what_was_measured_stays_and_is_told(crossing: Planner) -> None:
    measured = Measured(run="base", differences=("only the run has service/F1/headway_h=12",))
    planner = Planner(crossing.corridor, measured)
    assert planner.changed(["service/F1/headway_h=12"]).measured.differences == ()
    told = planner.changed(["close:C"]).measured.differences
    assert told == ("only the run has service/F1/headway_h=12", "only the plan has close:C")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("close:Atlantis", "what-if | found 'Atlantis' | "),
        ("close:facility/zzz", "facility.csv | found no row 'zzz' | "),
        ("close:boat/F1", "close | found 'boat' | give one of place, link, service, facility"),
        ("close:C=2026-02-01..2026-01-01", "close place/C | found '2026-02-01..2026-01-01' | give an end after"),
        ("service/F1/headway=12", "service, column | found 'headway' | did you mean headway_h?"),
        ("service/F1/headway_h=often", "service/F1/headway_h | found 'often' | "),
        ("faster", "change | found 'faster' | "),
    ],
)
def test_e09_changes_that_do_not_fit(crossing: Planner, change: str, problem: str) -> None:
    with pytest.raises(InputError) as error:
        crossing.changed([change, "nonsense"])
    found = [str(one) for one in error.value.problems]
    assert len(found) == 2
    assert found[0].startswith(problem)


def test_e10_a_change_after_which_it_could_not_run(crossing: Planner) -> None:
    with pytest.raises(InputError, match="a headway service needs a headway or a fleet"):
        crossing.changed(["service/F1/headway_h="])


def test_e11_no_way_any_more(says: Says) -> None:
    code, printed = says("--what-if", "close:Gamma")
    assert code == 4
    assert "closed: place/GAMMA" in printed
    assert "No route:" in printed


def test_e12_by_the_command_in_both_forms(says: Says) -> None:
    code, printed = says("--what-if", "close:Beta")
    assert code == 0
    assert "What if: close:Beta" in printed
    assert "Gone: sea-1 by BETA, GAMMA (" in printed
    found = json.loads(says("--what-if", "close:Beta", "--json")[1])
    assert list(found) == ["changes", "families", "gone", "new", "before", "after"]
    assert found["gone"] == [{"option": "sea-1", "why": "closed: place/BETA"}]
    assert [option["id"] for option in found["after"]["options"]] == ["other-1"]


def test_e13_it_goes_without_some_others(says: Says, tmp_path: Path) -> None:
    for more in (["--why-not"], ["--explain", "all"], ["--carbon", tmp_path / "chains"]):
        assert says("--what-if", "close:Beta", *more)[0] == 2


# f: packed again


CHANGES = (
    "service/K1/headway_h=12", "service/F1/cutoff_h=3", "vehicle/F1/speed_kmh=20", "tariff/F2:40ft/price_usd_km*3",
    "facility/C-rail-sea/service_time_h=9", "facility/B-rail-sea/price_usd_feu=99", "place/C/country=AZ",
    "link/K1-0/length_km=900", "service/T1/both_ways=true", "vehicle/K1/max_t_40ft=9",
    "facility/C-rail-sea/opens=08:00", "facility/C-rail-sea/one_way=true", "emission_factor/F1/gco2e_tkm=3",
)  # fmt: skip


@given(st.sets(st.sampled_from(CHANGES), max_size=4))
@settings(max_examples=60, deadline=None)
def test_f01_packed_again_is_packed_anew(chosen: set[str]) -> None:
    base = draw(CROSSING)
    changes = [read_change(text) for text in sorted(chosen)]
    bent = base
    for change in changes:
        bent = change.on(bent)
    assert same(repack(pack(base), bent), pack(bent))


def test_f02_and_so_it_is_under_a_through_rate() -> None:
    base = draw(
        CROSSING + "add tariff id=all:40ft kind=through services=K1;F1 from_place=A to_place=D unit=40ft price_usd=900 "
        "year=2024"
    )
    for text in ("service/F1/headway_h=12", "facility/C-rail-sea/price_usd_feu=99", "tariff/F1:40ft/price_usd_km*2",
                 "tariff/all:40ft/price_usd=800"):  # fmt: skip
        bent = read_change(text).on(base)
        assert same(repack(pack(base), bent), pack(bent))


def test_f03_a_closing_packs_nothing(shipped: Corridor, planner: Planner) -> None:
    closing = Close("place", "AKTAU", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    found = repack(planner.network, bend(shipped, [closing]))
    assert found.sums is planner.network.sums
    assert found.ways is planner.network.ways


@pytest.mark.parametrize(
    "change",
    [
        "service/asco-aktau-alat/fleet=+1", "facility/ALAT-crane/wait_h=20", "facility/AKTAU-berth/wait_h*3",
        "vehicle/FEEDER_CASPIAN/speed_kmh*2", "tariff/kmtf-aktau-alat:40ft/price_usd*2",
    ],
)  # fmt: skip
def test_f04_on_the_package_that_ships(shipped: Corridor, planner: Planner, change: str) -> None:
    bent = bend(shipped, [read_change(change)])
    again = repack(planner.network, bent)
    assert same(again, pack(bent))
    taken_over = sum(one is other for one, other in zip(again.ways, planner.network.ways, strict=True))
    assert 0.8 * len(again.ways) < taken_over < len(again.ways)


# g: packages that say nonsense, and places that nothing serves


def test_g01_a_way_that_runs_backwards() -> None:
    corridor = draw("K1 rail A 1h B at 05:00\n add timetable service=K1 seq=1 way=back days=1 departs_at=08:00")
    (problem,) = structure_problems(corridor)
    assert (problem.address, problem.found) == ("timetable.csv, row K1:1, way", "'back'")
    assert problem.remedy == "K1 runs one way only: put its stops in the other order, or let it run both ways"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("set service K1 valid_from=2026-02-01 valid_to=2026-01-01", "it ends before it begins (2026-02-01)"),
        (
            "add timetable service=K1 seq=1 way=there days=135 departs_at=05:00",
            "a line of the timetable has it already",
        ),
        (
            "add timetable_exception service=K1 seq=1 way=there date=2026-01-05 departs_at=05:00 change=added",
            "the timetable has it on 2026-01-05: nothing is added",
        ),
    ],
)
def test_g02_times_that_cannot_be(more: str, said: str) -> None:
    found = [str(problem) for problem in structure_problems(draw(f"K1 rail A 1h B at 05:00\n {more}"))]
    assert len([problem for problem in found if said in problem]) >= 1


def test_g03_a_place_with_no_connection() -> None:
    corridor = draw("K1 rail A 1h B now\n place Z KZ\n add commodity id=general t_per_teu=10")
    planner = Planner(corridor)
    plan = planner.plan(planner.request("A", "Z", "2026-01-05", past=True))
    assert not plan.found
    assert {out.on for out in plan.left_out} <= {"goods cannot be taken out at Z; nearest where they can: A, B"}
    assert "A to Z" in headline(plan)


def test_g04_the_command_says_it_all_at_once(says: Says) -> None:
    code, printed = says("--criteria", "prize", "--until", "2026-01-01", "--promised", "2025-01-01")
    assert code == 3
    assert printed.count(" | found ") == 3
