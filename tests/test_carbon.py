"""An option as a transport chain of ISO 14083, and what is handed over of it: iLEAP documents and a table.

Outside answers: the specification's own example of an activity, the wells and tanks that the GLEC Framework publishes
apart from each other, its litres of diesel, and the published JSON schemas.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from math import nan
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.corridor import Corridor
from karvan.corridor.shortest import Shortest
from karvan.formats import ileap
from karvan.ground.errors import InputError
from karvan.itinerary import FindItineraries, Load, Plan
from karvan.itinerary.carbon import TransportChain, chain_of, number_at
from karvan.itinerary.element import DEFAULT, HOC, MODELLED, PRIMARY, TOC, Element
from karvan.report.carbon import chain_csv, footprints, write_carbon
from karvan.study.plan import Planner
from karvan.testing import draw
from karvan.testing.draw import row

MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
GOODS = row("commodity", id="general", name="General goods", t_per_teu=10.0)
LINE = draw("K1 rail A 5h B 5h C now 30kg")  # 500 km, 60 g a tonne-km
Says = Callable[..., tuple[int, str]]


def having(corridor: Corridor, table: str, key: str, **cells: Any) -> Corridor:
    """A corridor with some cells of a row (or of every row, key "") changed."""
    rows = tuple(one._replace(**cells) if key in ("", one[0]) else one for one in corridor.rows(table))
    return Corridor(corridor.description, {**corridor.tables, table: rows})


def with_row(corridor: Corridor, table: str, /, **cells: Any) -> Corridor:
    return Corridor(corridor.description, {**corridor.tables, table: (*corridor.rows(table), row(table, **cells))})


def planned(corridor: Corridor, ends: str = "A > C", tonnes: float = 20.0, load: Load | None = None) -> Plan:
    origin, destination = ends.split(" > ")
    goods = Corridor(corridor.description, {**corridor.tables, "commodity": (GOODS,)})
    ask = FindItineraries(origin, destination, MONDAY, load or Load(boxes_40ft=1), tonnes)
    return Planner(goods).plan(ask)


def chained(corridor: Corridor, ends: str = "A > C", **asked: Any) -> TransportChain:
    plan = planned(corridor, ends, **asked)
    return plan.carbon(plan.options[0])


def rides(chain: TransportChain) -> list[Element]:
    return [element for element in chain.elements if element.kind == TOC]


def wired(corridor: Corridor, **grams: float) -> Corridor:
    """Under the wire in these countries, at these g CO2e/kWh; 0.02 kWh a tonne-km."""
    corridor = having(corridor, "vehicle", "", energy_kwh_tkm=0.02)
    for country, gram in grams.items():
        corridor = with_row(corridor, "grid_intensity", country=country, year=2024, gco2e_kwh=gram)
    return corridor


# a: one element


def test_a01_a_ride_by_hand() -> None:
    (ride,) = rides(chained(having(LINE, "emission_factor", "K1", gco2e_tkm_ttw=45.0)))
    assert (ride.category, ride.mode, ride.from_place, ride.to_place) == ("K1:A-C", "rail", "A", "C")
    assert (ride.distance_kind, ride.distance_km, ride.actual_km) == ("sfd", 500, 500)
    assert ride.activity_tkm == 20 * 500
    assert (ride.wtw_kg, ride.ttw_kg, ride.wtt_kg) == pytest.approx((600, 450, 150))
    assert ride.intensity == pytest.approx(60)
    assert (ride.depart, ride.arrive) == (MONDAY, MONDAY + dt.timedelta(hours=10))


def test_a02_the_activity_of_the_specifications_example() -> None:
    """iLEAP Technical Specifications 1.0.0, 6.2.2, transportActivity: 230 kg over 700 km are 161 tonne-km."""
    (ride,) = rides(chained(draw("K1 rail A 14h C now 1kg"), tonnes=0.23))
    assert (ride.distance_km, ride.activity_tkm) == (700, pytest.approx(161))


def test_a03_a_hub_by_hand() -> None:
    hub = with_row(LINE, "emission_factor", id="hub", mode="hub", energy="diesel", kgco2e_container=9.0,
                   kgco2e_container_ttw=6.0, kgco2e_t=0.5, kgco2e_t_ttw=0.25)  # fmt: skip
    gate, *_ = chained(having(hub, "facility", "A-gate", emission_factor="hub"), load=Load(boxes_40ft=2)).elements
    assert (gate.kind, gate.category, gate.mode, gate.activity_tkm) == (HOC, "A-gate", "terminal_gate", 0)
    assert (gate.wtw_kg, gate.ttw_kg, gate.wtt_kg) == (2 * 9 + 20 * 0.5, 2 * 6 + 20 * 0.25, 2 * 3 + 20 * 0.25)
    assert gate.intensity == pytest.approx(28_000 / 20)
    assert gate.allocation == "by containers passed and by tonnes of goods passed, boxes not counted"


def test_a04_a_split_that_is_not_known_is_missing_and_not_zero() -> None:
    hub = with_row(having(LINE, "emission_factor", "K1", gco2e_tkm_ttw=45.0), "emission_factor", id="hub", mode="hub",
                   kgco2e_container=9.0)  # fmt: skip
    chain = chained(having(hub, "facility", "A-gate", emission_factor="hub"))
    gate, ride, _ = chain.elements
    assert (gate.wtw_kg, gate.ttw_kg, gate.wtt_kg) == (9, None, None)
    assert ride.ttw_kg == pytest.approx(450)
    assert (chain.ttw_kg, chain.wtt_kg, chain.without_split) == (None, None, (gate,))
    assert chain.wtw_kg == pytest.approx(609)
    assert chain.table()["ttw_kg"].isna().to_list() == [True, False, True]


def test_a05_one_number_of_two_without_a_split_leaves_the_hub_without() -> None:
    hub = with_row(LINE, "emission_factor", id="hub", mode="hub", kgco2e_container=9.0, kgco2e_t=0.5, kgco2e_t_ttw=0.1)
    gate, *_ = chained(having(hub, "facility", "A-gate", emission_factor="hub")).elements
    assert (gate.wtw_kg, gate.ttw_kg) == (19, None)


def test_a06_a_hub_without_a_factor_is_told_and_not_in_the_sum() -> None:
    chain = chained(LINE)
    start, ride, end = chain.elements
    assert [one.wtw_kg for one in (start, end)] == [None, None]
    assert chain.without_factor == (start, end)
    assert chain.wtw_kg == ride.wtw_kg == pytest.approx(600)
    assert start.grade == "D"


def test_a07_what_a_factor_says_of_a_container_says_nothing_of_a_wagon() -> None:
    hub = with_row(LINE, "emission_factor", id="hub", mode="hub", kgco2e_container=9.0)
    hub = having(hub, "facility", "A-gate", emission_factor="hub")
    plan = planned(hub)
    wagons = FindItineraries("A", "C", MONDAY, Load(wagons=1), 20.0)
    gate, *_ = chain_of(plan.corridor, wagons, GOODS, plan.options[0]).elements
    assert (gate.wtw_kg, gate.boxes) == (None, 0)


# b: parts of a ride


def test_b01_under_the_wire_a_part_a_country_and_nothing_from_the_tank() -> None:
    east, west = (f"K1-{hop}" for hop in (0, 1))
    corridor = wired(LINE, KZ=800.0, AZ=600.0)
    corridor = having(corridor, "link", east, electrified=True, country="KZ", length_km=300.0)
    corridor = having(corridor, "link", west, electrified=True, country="AZ", length_km=100.0)
    (ride,) = rides(chained(corridor))
    assert [(part.energy, part.country, part.km, part.share) for part in ride.parts] == [
        ("electricity", "KZ", 300, 0.75),
        ("electricity", "AZ", 100, 0.25),
    ]
    assert [part.wtw_kg for part in ride.parts] == pytest.approx([20 * 300 * 0.02 * 0.8, 20 * 100 * 0.02 * 0.6])
    assert (ride.ttw_kg, ride.wtt_kg) == (0, ride.wtw_kg)
    assert ride.data == MODELLED


def test_b02_partly_under_the_wire() -> None:
    corridor = having(wired(LINE, KZ=800.0), "emission_factor", "K1", gco2e_tkm_ttw=45.0, energy="diesel")
    corridor = having(corridor, "link", "K1-0", electrified=True, country="KZ")
    (ride,) = rides(chained(corridor))
    current, diesel = ride.parts
    assert (current.energy, diesel.energy, diesel.country, diesel.factor) == ("electricity", "diesel", "", "K1")
    assert (ride.wtw_kg, ride.ttw_kg) == pytest.approx((20 * 250 * (0.016 + 0.06), 20 * 250 * 0.045))
    assert (current.data, diesel.data, ride.data) == (MODELLED, DEFAULT, DEFAULT)


def test_b03_a_train_that_changes_its_bogies_is_in_a_hub_between_two_elements() -> None:
    corridor = having(LINE, "link", "K1-0", gauge_mm="1435")
    corridor = with_row(corridor, "emission_factor", id="hub", mode="hub", kgco2e_container=9.0)
    bogies = {"id": "B-bogies", "place": "B", "kind": "gauge_change", "serves": "train", "servers": 1}
    gauges = {"from_gauge_mm": "1435", "to_gauge_mm": "1520"}
    corridor = with_row(corridor, "facility", **bogies, **gauges, service_time_h=4.0, emission_factor="hub")
    chain = chained(corridor)
    _, *way, _ = chain.elements
    assert [one.category for one in way] == ["K1:A-B", "B-bogies", "K1:B-C"]
    assert [one.depart.hour for one in way] == [0, 5, 9]
    assert [one.arrive.hour for one in way] == [5, 9, 14]
    assert chain.wtw_kg == pytest.approx(609)


def test_b04_measured_by_who_runs_it_is_primary() -> None:
    corridor = with_row(LINE, "source", id="railway", title="Report", publisher="The railway", kind="operator",
                        date="2025", url="urn:report")  # fmt: skip
    corridor = with_row(corridor, "fact", id="F1", value="60", source="railway", confidence="A")
    basis = {"table": "emission_factor", "row": "K1", "column": "gco2e_tkm", "facts": ("F1",), "grade": "A"}
    chain = chained(with_row(corridor, "basis", **basis, method="read"))
    assert (rides(chain)[0].data, chain.share_of(PRIMARY)) == (PRIMARY, 1)
    (source,) = rides(chain)[0].parts[0].numbers[0].sources
    assert (source.title, source.publisher, source.date, source.url) == ("Report", "The railway", "2025", "urn:report")
    derived = chained(with_row(corridor, "basis", **basis, method="derived"))
    assert (rides(derived)[0].data, derived.share_of(DEFAULT)) == (DEFAULT, 1)


# c: the standard's distances


def test_c01_the_activity_is_on_the_shortest_way_and_the_emission_on_the_way_that_is_run() -> None:
    direct = {"id": "direct", "from_place": "A", "to_place": "C", "mode": "rail", "gauge_mm": "1520"}
    (ride,) = rides(chained(with_row(LINE, "link", **direct, length_km=400.0, speed_kmh=50.0)))
    assert (ride.sfd_km, ride.actual_km, ride.distance_km) == (400, 500, 400)
    assert (ride.activity_tkm, ride.wtw_kg) == (8000, pytest.approx(600))
    assert ride.intensity == pytest.approx(60 * 500 / 400)


@pytest.mark.parametrize(
    "cells", [{"mode": "road"}, {"gauge_mm": "1435"}, {"from_place": "C", "to_place": "A", "one_way": True}]
)
def test_c02_what_the_train_cannot_use_is_no_shorter_way(cells: dict[str, Any]) -> None:
    direct = {"from_place": "A", "to_place": "C", "mode": "rail", "gauge_mm": "1520", "speed_kmh": 50.0} | cells
    (ride,) = rides(chained(with_row(LINE, "link", id="direct", **direct, length_km=400.0)))
    assert ride.sfd_km == 500


def test_c03_no_way_is_infinitely_far() -> None:
    shortest = Shortest(LINE)
    assert shortest.km("rail", frozenset({"1520"}), "A", "C") == 500
    assert shortest.km("sea", frozenset({""}), "A", "C") == float("inf")


def test_c04_in_the_air_it_is_the_great_circle() -> None:
    """A quarter of the equator: 90 degrees on a sphere of 6371.0088 km."""
    corridor = having(draw("K1 air A 250h C now 30kg"), "place", "C", lon=90.0)
    (ride,) = rides(chained(corridor))
    assert (ride.distance_kind, ride.actual_km) == ("gcd", 12_500)
    assert ride.distance_km == pytest.approx(10_007.557, abs=0.001)


# d: the package that ships

REQUESTS = [
    ("Xi'an", "Istanbul"), ("Xi'an", "Duisburg"), ("Chongqing", "Budapest"), ("Shanghai", "Rotterdam"),
    ("Tashkent", "Poti"), ("Almaty", "Mersin"), ("Urumqi", "Baku"), ("Constanta", "Almaty"),
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(planner: Planner) -> list[Plan]:
    asked = (planner.request(*ends, "2026-12-01", "2xFEU", past=True) for ends in REQUESTS)
    return [planner.plan(ask) for ask in asked]


def test_d01_the_elements_add_up_to_the_option(answers: list[Plan]) -> None:
    for plan in answers:
        for option in plan.options:
            chain = plan.carbon(option)
            assert chain.wtw_kg == pytest.approx(option.co2e_kg, rel=1e-14, abs=0)
            assert sum(one.actual_km for one in chain.elements) == pytest.approx(option.distance_km, rel=1e-12)
            for element in rides(chain):
                assert sum(part.share for part in element.parts) == pytest.approx(1, abs=1e-12)
                assert 0 < element.sfd_km <= element.actual_km
                assert element.gcd_km <= element.actual_km * 1.01


def test_d02_elements_follow_each_other(answers: list[Plan]) -> None:
    for plan in answers:
        for option in plan.options:
            elements = plan.carbon(option).elements
            assert (elements[0].from_place, elements[-1].to_place) == (plan.ask.origin, plan.ask.destination)
            for one, after in pairwise(elements):
                assert one.to_place == after.from_place
                assert one.depart <= one.arrive <= after.arrive


@pytest.mark.parametrize(
    ("factor", "published"),
    [("rail-diesel", "EF-068"), ("barge-container", "EF-040"), ("air-freighter-long", None)],
)
def test_d03_the_wells_that_glec_publishes_apart(shipped: Corridor, factor: str, published: str | None) -> None:
    """GLEC Framework v3.0, Module 2, tables 1, 2 and 4: WTW is given with WTT or TTW; ours leaves the WTT it prints."""
    link = {"id": "K1-0", "from_place": "A", "to_place": "C", "length_km": 1000.0, "speed_kmh": 50.0}
    one = shipped.row("emission_factor", factor)
    drawn = draw("K1 road A 20h C now")
    mine = one._replace(id="K1")
    corridor = Corridor(drawn.description, {**drawn.tables, "emission_factor": (mine,)})
    (ride,) = rides(chained(having(corridor, "link", "K1-0", **link), tonnes=1.0))
    wtt = float(shipped.evidence.facts[published].value) if published else 629 - 498
    assert ride.wtt_kg == pytest.approx(wtt, abs=0.051)  # g a tonne-km over 1,000 km; printed to a tenth


def test_d04_the_kilograms_of_diesel_that_glec_publishes(shipped: Corridor) -> None:
    """Module 2, table 4: a diesel container train takes 0.0066 kg a tonne-km; Module 1: 3.17 kg CO2e/kg, 74.1 g/MJ."""
    factor = shipped.row("emission_factor", "rail-diesel")
    mj_tkm, mj_kg = factor.gco2e_tkm / factor.gco2e_mj, 3170 / factor.gco2e_mj_ttw
    assert mj_tkm / mj_kg == pytest.approx(float(shipped.evidence.facts["EF-108"].value), abs=0.0001)


def test_d05_every_number_names_its_documents(answers: list[Plan]) -> None:
    for plan in answers:
        for option in plan.options:
            for element in plan.carbon(option).elements:
                for number in (number for part in element.parts for number in part.numbers):
                    assumed = number.grade == "D" and number.method == "assumed" and number.note
                    assert assumed or (number.sources and all(source.title for source in number.sources))


def test_d06_a_number_without_a_basis_says_so() -> None:
    number = number_at(LINE, ("emission_factor", "K1", "gco2e_tkm"))
    assert (number.value, number.unit, number.grade, number.note) == (60, "gCO2e/tkm", "D", "no basis")


# e: handed over as iLEAP

DECIMAL, POSITIVE = r"^-?\d+(\.\d+)?$", r"^\d+(\.\d+)?$"
TEXT, FLAG = {"type": "string"}, {"type": "boolean"}
NUMBER, AMOUNT = ({"type": "string", "pattern": pattern} for pattern in (DECIMAL, POSITIVE))
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
URN = {"type": "string", "pattern": "^urn:"}


def one_of(words: str) -> dict[str, Any]:
    return {"type": "string", "enum": words.split("|")}


def shape(required: dict[str, Any], optional: dict[str, Any] | None = None, *, closed: bool = True) -> dict[str, Any]:
    named = {"type": "object", "required": list(required), "properties": required | (optional or {})}
    return named | {"additionalProperties": not closed}


def many(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": 1}


# What the schemas that belong to the specification 1.0.0 ask for, in few words: names, types, patterns, enumerations.
# `closed` here is stricter than they are: a misspelt name would pass there. `karvan` is what we add.
LOCATION = shape({"city": TEXT, "country": {"type": "string", "pattern": "^[A-Z]{2}$"}},
                 {"locode": TEXT, "lat": NUMBER, "lng": NUMBER})  # fmt: skip
TCE = shape(
    {"co2eTTW": NUMBER, "co2eWTW": NUMBER, "mass": NUMBER, "shipmentId": TEXT, "tceId": TEXT,
     "transportActivity": NUMBER, "distance": shape({"actual": NUMBER}, {"gcd": NUMBER, "sfd": NUMBER})},
    {"prevTceIds": {"type": "array", "items": TEXT}, "tocId": TEXT, "hocId": TEXT, "origin": LOCATION,
     "destination": LOCATION, "departureAt": INSTANT, "arrivalAt": INSTANT, "packagingOrTrEqAmount": AMOUNT,
     "packagingOrTrEqType": one_of("Box|Pallet|Container-TEU|Container-FEU|Container"), "karvan": {"type": "object"}},
)  # fmt: skip
CARRIER = shape(
    {"emissionFactorTTW": NUMBER, "emissionFactorWTW": NUMBER, "relativeShare": NUMBER, "energyCarrier": one_of(
        "Diesel|HVO|Petrol|CNG|LNG|LPG|HFO|MGO|Aviation fuel|Hydrogen|Methanol|Electric")},
    {"energyConsumption": NUMBER, "energyConsumptionUnit": one_of("l|kg|kWh|MJ"), "feedstocks": many(shape(
        {"feedstock": one_of("Fossil|Natural gas|Grid|Renewable electricity|Cooking oil")},
        {"feedstockShare": NUMBER, "regionProvenance": TEXT}))},
)  # fmt: skip
CATEGORY = {"co2eIntensityTTW": NUMBER, "co2eIntensityWTW": NUMBER, "energyCarriers": many(CARRIER)}
DATA = {
    "shipment-footprint": shape({"mass": NUMBER, "shipmentId": TEXT, "tces": many(TCE)}),
    "toc": shape(CATEGORY | {"tocId": TEXT, "mode": one_of("Road|Rail|Air|Sea|InlandWaterway"),
                             "transportActivityUnit": one_of("TEUkm|tkm")}, {"description": TEXT}),
    "hoc": shape(CATEGORY | {"hocId": TEXT, "hubActivityUnit": one_of("TEU|tonnes"), "hubType": one_of(
        "Transshipment|StorageAndTransshipment|Warehouse|LiquidBulkTerminal|MaritimeContainerTerminal")},
        {"description": TEXT, "hubLocation": LOCATION}),
}  # fmt: skip
PCF = shape(
    {"biogenicCarbonContent": AMOUNT, "boundaryProcessesDescription": TEXT,
     "characterizationFactors": one_of("AR5|AR6"),
     "crossSectoralStandardsUsed": {"type": "array", "items": one_of(
         "GHG Protocol Product standard|ISO Standard 14067|ISO Standard 14044")},
     "declaredUnit": one_of("liter|kilogram|cubic meter|kilowatt hour|megajoule|ton kilometer|square meter"),
     "exemptedEmissionsDescription": TEXT, "exemptedEmissionsPercent": {"type": "number", "minimum": 0, "maximum": 5},
     "fossilCarbonContent": AMOUNT, "fossilGhgEmissions": AMOUNT, "pCfExcludingBiogenic": AMOUNT,
     "ipccCharacterizationFactorsSources": many({"type": "string", "pattern": r"^AR\d+$"}),
     "packagingEmissionsIncluded": {"const": False}, "referencePeriodEnd": INSTANT, "referencePeriodStart": INSTANT,
     "unitaryProductAmount": {"type": "string", "pattern": r"^(\d*[1-9]\d*([\.]\d+)?|\d+(\.\d*[1-9]\d*)?)$"}},
    {"productOrSectorSpecificRules": many(shape(
        {"operator": one_of("PEF|EPD International|Other"), "ruleNames": many(TEXT)}, {"otherOperatorName": TEXT})),
     "secondaryEmissionFactorSources": many(shape({"name": TEXT, "version": TEXT})), "allocationRulesDescription": TEXT,
     "uncertaintyAssessmentDescription": TEXT, "primaryDataShare": {"type": "number", "minimum": 0, "maximum": 100}},
)  # fmt: skip
FOOTPRINT = shape({
    "comment": TEXT, "companyIds": many(URN), "companyName": {"type": "string", "minLength": 1}, "created": INSTANT,
    "id": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}, "pcf": PCF,
    "productCategoryCpc": {"const": "83117"}, "productDescription": TEXT, "productIds": many(URN),
    "productNameCompany": {"type": "string", "minLength": 1}, "specVersion": {"const": "2.0.0"},
    "status": one_of("Active|Deprecated"), "version": {"type": "integer", "minimum": 0},
    "extensions": many(shape({"data": {"type": "object"}, "dataSchema": TEXT, "specVersion": {"const": "2.0.0"},
                              "documentation": TEXT})),
})  # fmt: skip


VALID = jsonschema.Draft202012Validator(FOOTPRINT)
VALID_DATA = {name: jsonschema.Draft202012Validator(schema) for name, schema in DATA.items()}


def by_schema(document: str) -> list[dict[str, Any]]:
    """The footprints of a document that the schemas accept."""
    found: list[dict[str, Any]] = json.loads(document)["data"]
    for footprint in found:
        VALID.validate(footprint)
        (extension,) = footprint["extensions"]
        name = extension["dataSchema"].removeprefix("https://api.ileap.sine.dev/").removesuffix(".json")
        VALID_DATA[name].validate(extension["data"])
    return found


def decimals(values: list[str]) -> Decimal:
    return sum((Decimal(value) for value in values), Decimal(0))


def test_e01_documents_are_as_the_schemas_want_them(answers: list[Plan]) -> None:
    for plan in answers:
        found = by_schema(ileap.write(footprints(plan, NOON)))
        assert len({footprint["id"] for footprint in found}) == len(found)
        assert len({footprint["productIds"][0] for footprint in found}) == len(found)
        shipments = [one for one in found if "tces" in one["extensions"][0]["data"]]
        assert len(shipments) == len(plan.options)
        for footprint, option in zip(shipments, plan.options, strict=True):
            tces = footprint["extensions"][0]["data"]["tces"]
            # Chapter 7.2.1: the totals of the footprint are the sums over its elements, to the last digit.
            assert Decimal(footprint["pcf"]["pCfExcludingBiogenic"]) == decimals([tce["co2eWTW"] for tce in tces])
            assert Decimal(footprint["pcf"]["unitaryProductAmount"]) == decimals(
                [tce["transportActivity"] for tce in tces]
            )
            assert float(footprint["pcf"]["pCfExcludingBiogenic"]) == pytest.approx(option.co2e_kg, abs=1e-5)
            assert [tce["prevTceIds"] for tce in tces] == [[], *([tce["tceId"]] for tce in tces[:-1])]
            for tce in tces:
                assert ("tocId" in tce) != ("hocId" in tce)
                if tce["karvan"]["splitKnown"]:
                    assert decimals([tce["karvan"]["co2eWTT"], tce["co2eTTW"]]) == Decimal(tce["co2eWTW"])


def test_e02_what_is_written_is_read(answers: list[Plan]) -> None:
    for plan in answers[:2]:
        written = footprints(plan, NOON, "A carrier", ["urn:epc:id:sgln:4063973.00000.8"])
        document = ileap.write(written)
        assert ileap.read(document) == tuple(written)
        assert ileap.write(ileap.read(document)) == document
        assert document == ileap.write(footprints(plan, NOON, "A carrier", ["urn:epc:id:sgln:4063973.00000.8"]))


def test_e03_a_category_gives_back_what_its_elements_emit(answers: list[Plan]) -> None:
    for plan in answers:
        elements = {e.category: e for option in reversed(plan.options) for e in plan.carbon(option).elements}
        for footprint in footprints(plan, NOON)[len(plan.options) :]:
            toc = footprint.data
            assert isinstance(toc, ileap.Toc)
            element = elements[toc.toc_id]
            units = element.distance_km * (element.teu if toc.transport_activity_unit == "TEUkm" else element.tonnes)
            assert float(toc.co2e_intensity_wtw) * units == pytest.approx(element.wtw_kg, rel=1e-6)
            used = [float(c.energy_consumption or nan) * float(c.emission_factor_wtw) for c in toc.energy_carriers]
            assert sum(used) == pytest.approx(float(toc.co2e_intensity_wtw), rel=1e-6)
            assert decimals([c.relative_share for c in toc.energy_carriers]) == pytest.approx(
                Decimal(1), abs=Decimal("1e-6")
            )


def test_e04_current_is_told_country_by_country() -> None:
    corridor = having(wired(LINE, KZ=800.0, AZ=600.0), "link", "K1-0", electrified=True, country="KZ")
    _, toc = footprints(planned(having(corridor, "link", "K1-1", electrified=True, country="AZ")), NOON)
    by_schema(ileap.write([toc]))
    assert isinstance(toc.data, ileap.Toc)
    told = [
        (c.energy_carrier, c.relative_share, c.emission_factor_wtw, c.emission_factor_ttw, c.energy_consumption)
        for c in toc.data.energy_carriers
    ]
    assert told == [("Electric", "0.5", "0.8", "0", "0.01"), ("Electric", "0.5", "0.6", "0", "0.01")]
    assert [c.feedstocks[0].region_provenance for c in toc.data.energy_carriers if c.feedstocks] == ["KZ", "AZ"]
    assert (toc.data.co2e_intensity_wtw, toc.data.co2e_intensity_ttw) == ("0.014", "0")


def test_e05_a_hub_whose_numbers_are_all_there_is_a_category() -> None:
    hub = with_row(LINE, "emission_factor", id="hub", mode="hub", energy="diesel", kgco2e_container=9.66,
                   kgco2e_container_ttw=7.41, gco2e_mj=96.6, gco2e_mj_ttw=74.1)  # fmt: skip
    hub = having(having(hub, "facility", "A-gate", emission_factor="hub"), "place", "A", country="KZ", name="Alpha")
    _, hoc = footprints(planned(hub), NOON)
    by_schema(ileap.write([hoc]))
    assert isinstance(hoc.data, ileap.Hoc)
    assert (hoc.pcf.declared_unit, hoc.pcf.unitary_product_amount) == ("kilogram", "1000")
    assert (hoc.data.hub_type, hoc.data.co2e_intensity_wtw, hoc.data.co2e_intensity_ttw) == (
        "Transshipment", "0.483", "0.3705",
    )  # fmt: skip
    (carrier,) = hoc.data.energy_carriers
    assert (carrier.energy_carrier, carrier.energy_consumption, carrier.energy_consumption_unit) == (
        "Diesel",
        "5",
        "MJ",
    )


def test_e06_a_split_that_is_not_known_is_bounded_and_said_so() -> None:
    shipment, *categories = footprints(planned(LINE), NOON)
    by_schema(ileap.write([shipment]))
    assert isinstance(shipment.data, ileap.ShipmentFootprint)
    (tce,) = shipment.data.tces
    assert tce.karvan is not None
    assert (tce.co2e_wtw, tce.co2e_ttw, tce.karvan.split_known, tce.karvan.co2e_wtt) == ("600", "600", False, None)
    assert f"how much of the emission of {tce.tce_id} is tank to wheel" in shipment.comment
    assert "Left out, for want of a factor: other-1/1 (A-gate), other-1/3 (C-gate)." in shipment.comment
    assert not categories


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda tce: tce.pop("co2eTTW"), r"co2eTTW \| found nothing \| Field required"),
        (lambda tce: tce.update(mass=87), r"mass \| found 87 \| Input should be a valid string"),
        (lambda tce: tce.update(mass="8.7e1"), r"mass \| found '8.7e1' \| String should match pattern"),
        (lambda tce: tce.update(hocId="hub"), "give either tocId or hocId"),
        (lambda tce: tce.update(distance={}), "give actual, gcd or sfd"),
        (lambda tce: tce.update(prevTceIds=["other"]), "no element other to come before another"),
        (lambda tce: tce.update(origin={"city": "Hamburg", "country": "de"}), r"country \| found 'de'"),
        (lambda tce: tce.update(origin={"city": "Hamburg", "country": "DE", "lat": "1"}), "give lat and lng"),
    ],
)
def test_f01_reading_says_what_is_against_the_specification(spoil: Callable[[dict[str, Any]], Any], says: str) -> None:
    document = json.loads(ileap.write(footprints(planned(LINE), NOON)))
    spoil(document["data"][0]["extensions"][0]["data"]["tces"][0])
    with pytest.raises(InputError, match=says) as wrong:
        ileap.read(json.dumps(document))
    assert len(wrong.value.problems) == 1


def test_f02_all_of_it_at_once_with_addresses() -> None:
    document = json.loads(ileap.write(footprints(planned(LINE), NOON)))
    del document["data"][0]["companyName"]
    document["data"][0]["pcf"]["declaredUnit"] = "mile"
    with pytest.raises(InputError) as wrong:
        ileap.read(json.dumps(document))
    assert [problem.address for problem in wrong.value.problems] == [
        "data[0].companyName",
        "data[0].pcf.declaredUnit",
    ]
    with pytest.raises(InputError, match="the document"):
        ileap.read("not JSON")


def test_f03_anothers_document_is_read_and_what_is_more_in_it_passed_over() -> None:
    """The ShipmentFootprint of the specification's appendix B: 87 kg over 423 km in a truck."""
    document = json.loads(ileap.write(footprints(planned(LINE), NOON)))
    tce = {"tceId": "abcdef", "prevTceIds": [], "tocId": "truck-40t-euro5-de", "shipmentId": "1237890", "mass": "87",
           "distance": {"actual": "423"}, "transportActivity": "36.801", "co2eWTW": "3.6801", "co2eTTW": "3.2801",
           "noxTTW": "0.1"}  # fmt: skip
    document["data"][0]["extensions"][0]["data"] = {"mass": "87", "shipmentId": "1237890", "tces": [tce]}
    ((footprint),) = ileap.read(json.dumps(document))
    assert isinstance(footprint.data, ileap.ShipmentFootprint)
    (read,) = footprint.data.tces
    assert (read.toc_id, read.distance.actual, read.co2e_ttw) == ("truck-40t-euro5-de", "423", "3.2801")
    assert Decimal(read.transport_activity) == Decimal(read.mass) * 423 / 1000


@given(st.floats(-1e12, 1e12), st.integers(0, 9))
def test_f04_decimals_have_no_exponent_and_lose_nothing_that_was_asked_for(value: float, places: int) -> None:
    text = ileap.number(value, places)
    jsonschema.validate(text, NUMBER)
    assert abs(Decimal(text) - Decimal(value)) <= Decimal(10) ** -places / 2
    assert text != "-0"


@given(
    tonnes=st.floats(0.001, 60),
    small=st.integers(0, 40),
    large=st.integers(1, 40),
    gram=st.floats(0.01, 2000),
    share=st.floats(0, 1),
)
def test_f05_whatever_the_load_all_sums_hold(tonnes: float, small: int, large: int, gram: float, share: float) -> None:
    corridor = having(LINE, "emission_factor", "K1", gco2e_tkm=gram, gco2e_tkm_ttw=share * gram)
    corridor = with_row(
        corridor, "emission_factor", id="hub", mode="hub", kgco2e_container=gram, kgco2e_container_ttw=0.0
    )
    corridor = having(corridor, "facility", "A-gate", emission_factor="hub")
    plan = planned(corridor, tonnes=tonnes, load=Load(small, large))
    chain = plan.carbon(plan.options[0])
    assert chain.wtw_kg == pytest.approx(plan.options[0].co2e_kg, rel=1e-13)
    assert chain.ttw_kg == pytest.approx(tonnes * 0.5 * share * gram, rel=1e-12, abs=1e-12)
    shipment = by_schema(ileap.write(footprints(plan, NOON)))[0]
    tces = shipment["extensions"][0]["data"]["tces"]
    assert Decimal(shipment["pcf"]["pCfExcludingBiogenic"]) == decimals([tce["co2eWTW"] for tce in tces])
    for tce in tces:
        assert decimals([tce["karvan"]["co2eWTT"], tce["co2eTTW"]]) == Decimal(tce["co2eWTW"])


# g: as a table, and from the command line


def test_g01_a_row_an_element(answers: list[Plan]) -> None:
    for plan in answers[:3]:
        rows = list(csv.DictReader(io.StringIO(chain_csv(plan))))
        assert len(rows) == sum(len(plan.carbon(option).elements) for option in plan.options)
        for option in plan.options:
            known = [float(one["wtw_kg"]) for one in rows if one["option"] == option.id and one["wtw_kg"]]
            assert sum(known) == pytest.approx(option.co2e_kg, abs=1e-4)
        assert all(one["factors"] and one["sources"] and one["allocation"] for one in rows if one["wtw_kg"])


def test_g02_what_is_not_known_is_an_empty_cell() -> None:
    gate, ride, _ = csv.DictReader(io.StringIO(chain_csv(planned(LINE))))
    assert [gate[name] for name in ("wtw_kg", "ttw_kg", "wtt_kg", "intensity_g")] == [""] * 4
    assert [ride[name] for name in ("wtw_kg", "ttw_kg", "wtt_kg", "intensity_g", "per")] == ["600", "", "", "60", "tkm"]


def test_g03_the_file_says_by_its_name_what_it_is_to_be(karvan_says: Says, package: Path, tmp_path: Path) -> None:
    asked = ("plan", "Alpha", "Gamma", "--depart", "2026-01-05", "--past", "--package", package, "--carbon")
    code, _ = karvan_says(*asked, tmp_path / "chain.json")
    assert code == 0
    assert all(
        "tces" in one["extensions"][0]["data"] for one in by_schema((tmp_path / "chain.json").read_text("utf-8"))
    )
    assert karvan_says(*asked, tmp_path / "chain.csv")[0] == 0
    assert (tmp_path / "chain.csv").read_text("utf-8").startswith("option,element,kind,")
    code, said = karvan_says(*asked, tmp_path / "chain.xml")
    assert (code, "carbon | found 'chain.xml' | end it in .json or .csv" in said) == (3, True)
    assert not (tmp_path / "chain.xml").exists()


def test_g04_no_way_writes_nothing(karvan_says: Says, package: Path, tmp_path: Path) -> None:
    asked = ("plan", "Gamma", "Alpha", "--depart", "2026-01-05", "--past", "--package", package)
    assert karvan_says(*asked, "--carbon", tmp_path / "chain.json")[0] == 4
    assert not (tmp_path / "chain.json").exists()
    with pytest.raises(InputError, match=r"end it in \.json or \.csv"):
        write_carbon(planned(LINE), tmp_path / "chain", NOON)
