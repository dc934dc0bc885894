"""What must hold of the package that ships."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from frictionless import Package, system

import build_middle_corridor
from karvan.corridor import Corridor
from karvan.corridor.check import check, numbers
from karvan.corridor.load import locate
from karvan.itinerary import Option, Plan
from karvan.study.plan import Planner

REQUESTS = [
    ("Xi'an", "Istanbul"),
    ("Xi'an", "Duisburg"),
    ("Chongqing", "Budapest"),
    ("Shanghai", "Rotterdam"),
    ("Tashkent", "Poti"),
    ("Almaty", "Mersin"),
    ("Urumqi", "Baku"),
    ("Constanta", "Almaty"),
]


@pytest.fixture(scope="module")
def plan(planner: Planner) -> Callable[[str, str], Plan]:
    """Plan two 40-foot boxes, each pair of places once."""
    done: dict[tuple[str, str], Plan] = {}

    def plan(*ends: str) -> Plan:
        if ends not in done:
            done[ends] = planner.plan(planner.request(*ends, "2026-12-01", "2xFEU", past=True))
        return done[ends]

    return plan


# a: the package


def test_a01_it_has_no_problems() -> None:
    assert [str(problem) for problem in check("middle-corridor")[1]] == []


def test_a02_it_is_what_its_builder_writes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["build_middle_corridor.py", "--check"])
    code = build_middle_corridor.main()
    assert (capsys.readouterr().out.strip(), code) == ("nothing changed", 0)


def test_a03_it_covers_the_continent(shipped: Corridor) -> None:
    assert len(shipped.places()) >= 120
    assert len({place.country for place in shipped.places()} - {""}) >= 20
    assert len(shipped.rows("link")) >= 180


def test_a04_at_most_a_third_of_the_numbers_is_assumed(shipped: Corridor) -> None:
    grades = shipped.evidence.grades(numbers(shipped, engine_only=True))
    assert grades["none"] == 0
    assert grades["D"] <= 0.35 * grades.total()


def test_a05_no_length_is_assumed(shipped: Corridor) -> None:
    lengths = [address for address in numbers(shipped) if address[0] == "link" and address[2] == "length_km"]
    assert [row for table, row, column in lengths if shipped.evidence.grade(table, row, column) == "D"] == []
    assert len(lengths) == len(shipped.rows("link"))


def test_a06_every_fact_in_use_is_one_that_somebody_said(shipped: Corridor) -> None:
    facts, sources = shipped.evidence.facts, shipped.evidence.sources
    used = {name for basis in shipped.rows("basis") for name in (*basis.facts, *basis.rivals)}
    assert used <= set(facts)
    assert {facts[name].source for name in used} <= set(sources)


def test_a07_shares_of_the_year_add_up(shipped: Corridor) -> None:
    shares = Counter[str]()
    for month in shipped.rows("month_profile"):
        shares[month.profile] += month.share
    assert all(total == pytest.approx(1, abs=1e-3) for total in shares.values())


def test_a08_frictionless_finds_nothing_wrong() -> None:
    folder = locate("middle-corridor")
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    assert report.flatten(["title", "message"]) == []


# b: what it answers


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_b01_three_families_of_routes(plan: Callable[..., Plan], origin: str, destination: str) -> None:
    assert len({option.family for option in plan(origin, destination).options}) >= 3


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_b02_nothing_jumps(plan: Callable[..., Plan], origin: str, destination: str) -> None:
    answer = plan(origin, destination)
    for option in answer.options:
        assert (option.legs[0].from_place, option.legs[-1].to_place) == (answer.ask.origin, answer.ask.destination)
        assert option.legs[0].depart == answer.ask.depart
        for one, other in pairwise(option.legs):
            assert (one.to_place, one.arrive) == (other.from_place, other.depart)
        for ride in option.rides:
            assert (ride.passes[0], ride.passes[-1]) == (ride.from_place, ride.to_place)
            assert ride.time_h > 0
        assert_gauges_meet(option)


def assert_gauges_meet(option: Option) -> None:
    """A train is left and joined on one gauge, unless the boxes pass a gauge change between."""
    for ride, handling, after in zip(option.legs[1::2], option.legs[2::2], option.legs[3::2], strict=False):
        if ride.mode == after.mode == "rail" and ride.to_gauge_mm != after.from_gauge_mm:
            assert "gauge_change" in {item.kind for item in handling.items}


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_b03_legs_add_up(plan: Callable[..., Plan], origin: str, destination: str) -> None:
    for option in plan(origin, destination).options:
        hours = (option.arrive - option.depart).total_seconds() / 3600
        assert option.time_h == pytest.approx(hours)
        assert option.price_usd == pytest.approx(sum(leg.price_usd for leg in option.legs))
        assert option.co2e_kg == pytest.approx(sum(leg.co2e_kg for leg in option.legs))
        assert option.quantile_h(0.1) <= option.quantile_h(0.5) <= option.quantile_h(0.9)


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_b04_no_family_is_represented_by_a_detour(plan: Callable[..., Plan], origin: str, destination: str) -> None:
    for option in plan(origin, destination).options:
        if option.beaten:  # it is shown for its family's sake only
            assert [place for place, times in Counter(option.places).items() if times > 1] == []


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_b05_sensible_speeds_prices_and_carbon(plan: Callable[..., Plan], origin: str, destination: str) -> None:
    for option in plan(origin, destination).options:
        assert 2 < option.distance_km / option.time_h < 900
        assert 0.02 < option.price_usd / option.distance_km / 2 < 30  # USD by the km and box
        assert 1 < 1000 * option.co2e_kg / option.distance_km / 40 < 1500  # g by the tonne-km, roughly


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_b06_every_number_under_an_option_is_in_the_package(
    plan: Callable[..., Plan], shipped: Corridor, origin: str, destination: str
) -> None:
    known = set(numbers(shipped))
    leans = {address for option in plan(origin, destination).options for leg in option.legs for address in leg.leans_on}
    assert leans - known == set()


def test_b07_without_russia_nothing_passes_russia(planner: Planner, shipped: Corridor) -> None:
    answer = planner.plan(planner.request("Xi'an", "Duisburg", "2026-12-01", avoid="RU", past=True))
    country = {place.id: place.country for place in shipped.places()}
    assert answer.found
    assert "RU" not in {country[place] for option in answer.options for place in option.places}


def test_b08_without_the_caspian_no_caspian_ferry(planner: Planner, shipped: Corridor) -> None:
    caspian = {link.id for link in shipped.rows("link") if link.waters == "Caspian Sea"}
    answer = planner.plan(planner.request("Xi'an", "Istanbul", "2026-12-01", avoid="sea:Caspian", past=True))
    ridden = {
        item.row for option in answer.options for leg in option.legs for item in leg.items if item.kind == "travel"
    }
    assert caspian
    assert not ridden & caspian


# c: what a simulation needs of it


@pytest.mark.long
def test_c01_every_flow_of_boxes_has_a_way_by_a_family_of_its_own(planner: Planner, shipped: Corridor) -> None:
    for flow in shipped.rows("demand"):
        if flow.teu_year is not None and flow.year == 2024:  # later years are the same flows
            ask = planner.request(flow.origin, flow.destination, "2024-06-03", "1xFEU", via=flow.via, past=True)
            answer = planner.plan(ask)
            found = {option.family for option in answer.options}
            assert found & set(flow.families or found), f"{flow.id} by {flow.families}: only {sorted(found)}"


def test_c02_tonnes_and_trucks_know_their_load(shipped: Corridor) -> None:
    loads = {"wagon": "t_per_wagon", "truck": "t_per_truck", "container": "t_per_teu"}
    for flow in shipped.rows("demand"):
        if flow.t_year is not None:
            commodity = shipped.row("commodity", flow.commodity)
            assert getattr(commodity, loads[flow.unit or "wagon"]) > 0, flow.id
        assert (flow.unit == "truck") == flow.id.removesuffix("-2025").endswith("-truck")
        assert flow.share_40ft is None or flow.unit in ("", "container")


def test_c03_every_ship_has_a_berth_that_takes_it(shipped: Corridor) -> None:
    berths: dict[str, list[tuple[str, ...]]] = {}
    for facility in shipped.rows("facility"):
        if facility.kind == "berth":
            berths.setdefault(facility.place, []).append(facility.vehicles)
    for stop in shipped.rows("stop"):
        service = shipped.row("service", stop.service)
        if service.mode == "sea" and stop.call != "pass":
            takes = berths.get(stop.place, [])
            assert any(service.vehicle in named or not named for named in takes), f"{service.vehicle} at {stop.place}"


@pytest.mark.parametrize("port", ["AKTAU", "KURYK", "ALAT", "TURKMENBASHI"])
def test_c04_wagons_and_trucks_have_a_ramp_at_the_ports_of_the_caspian(shipped: Corridor, port: str) -> None:
    served = {
        (facility.serves, facility.from_mode, facility.to_mode)
        for facility in shipped.rows("facility")
        if facility.place == port and facility.kind == "transshipment"
    }
    assert ("wagon", "rail", "sea") in served
    assert port == "AKTAU" or ("truck", "road", "sea") in served  # trucks go by Kuryk


def test_c05_a_line_is_either_a_fleet_a_frequency_or_formed_as_loads_come(shipped: Corridor) -> None:
    for service in shipped.rows("service"):
        if service.departs == "when_full":
            assert service.longest_wait_h is not None, service.id
            assert service.headway_h is None or service.headway_h <= service.longest_wait_h, service.id
        vehicle = shipped.row("vehicle", service.vehicle)
        loads = (vehicle.capacity_teu, vehicle.capacity_wagons, vehicle.capacity_trucks, vehicle.capacity_t)
        assert any(load is not None for load in loads), vehicle.id


def test_c06_a_storm_stops_berths_and_sailings_and_nothing_else(shipped: Corridor) -> None:
    kind = {facility.id: facility.kind for facility in shipped.rows("facility")}
    mode = {link.id: link.mode for link in shipped.rows("link")}
    rated = {rate.closure for rate in shipped.rows("closure_rate")}
    storms = [closure for closure in shipped.rows("closure") if closure.id.startswith("storm-")]
    assert {closure.times_of for closure in storms} - {""} == {c.id for c in storms if c.stops_table == "facility"}
    for closure in storms:
        if closure.stops_table == "facility":
            assert {kind[name] for name in closure.stops} == {"berth"}
        else:
            assert {mode[name] for name in closure.stops} == {"sea"}
        assert (closure.id in rated) == (not closure.times_of)


def test_c07_a_pool_serves_trains_that_there_are(shipped: Corridor) -> None:
    for pool in shipped.rows("pool"):
        assert pool.per_trip <= pool.count
        assert {shipped.row("service", name).mode for name in pool.services} == {"rail"}


# d: lines on the map

LARGEST_DIFFERENCE = 0.1


def test_d01_every_link_is_traced(shipped: Corridor) -> None:
    assert {row.link for row in shipped.rows("trace")} == {row.id for row in shipped.rows("link")}
    assert {row.link for row in shipped.rows("waypoint")} == {row.id for row in shipped.rows("link")}


def test_d02_a_length_that_differs_from_the_traced_one_by_a_tenth_says_why(shipped: Corridor) -> None:
    traced = {row.link: row.length_km for row in shipped.rows("trace")}
    for link in shipped.rows("link"):
        if abs(traced[link.id] / link.length_km - 1) > LARGEST_DIFFERENCE:
            assert link.note.startswith("Traced "), f"{link.id}: {link.length_km} km, traced {traced[link.id]}"


def test_d03_lines_begin_and_end_at_their_places(shipped: Corridor) -> None:
    ends: dict[str, list[tuple[float, float]]] = {}
    for point in shipped.rows("waypoint"):
        ends.setdefault(point.link, []).append((point.lon, point.lat))
    for link in shipped.rows("link"):
        for point, name in ((ends[link.id][0], link.from_place), (ends[link.id][-1], link.to_place)):
            place = shipped.place(name)
            assert point == pytest.approx((place.lon, place.lat), abs=1e-3), link.id
