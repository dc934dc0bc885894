"""OC4IDS 0.9.5 written, checked and read.

Outside answers: the rules of the published project and package schemas, said again below for the fields that we write,
and the faults and quirks of the files that the standard's own documentation and its checker are tested with.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.corridor import Corridor
from karvan.corridor.check import check
from karvan.corridor.row import Row, as_text, key_of
from karvan.formats.oc4ids import read as reading
from karvan.formats.oc4ids.check import problems_of
from karvan.formats.oc4ids.codes import STATE_OF
from karvan.formats.oc4ids.package import write
from karvan.formats.oc4ids.read import DEEPEST, read
from karvan.formats.oc4ids.rows import Imported, Wish, rows_of
from karvan.formats.oc4ids.time import month_after
from karvan.formats.oc4ids.write import Publication, package_of
from karvan.ground.errors import InputError
from karvan.tables import BY_NAME
from karvan.tables.plans import PROJECT_KINDS, PROJECT_STATES
from karvan.testing import draw
from karvan.testing.draw import row

Says = Callable[..., tuple[int, str]]
DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NOW = Publication(DAY)
TWO_PORTS = draw("ferry sea A 10h B every 12h")


def placed() -> Corridor:
    """Two ports, one with a UN/LOCODE, and a third that is planned."""
    places = (
        row("place", id="A", name="Aport", country="KZ", kind="port", lon=51.2, lat=43.6, unlocode="KZAAU"),
        row("place", id="B", name="Beport", country="AZ", kind="port", lon=49.5, lat=40.0),
    )
    planned = row("planned_place", projects=("hub",), id="C", name="Ceport", kind="port", lon=41.5, lat=42.25)
    sources = (
        row("source", id="s1", title="A paper", publisher="A press", date="2025-07-01", url="https://example.org/a",
            kind="news"),
        row("source", id="s2", title="A book", date="2024", url="on the shelf"),
        row("source", id="s3", title="Head", kind="recalled"),
    )  # fmt: skip
    facts = tuple(
        row("fact", id=f"F{ix}", subject="x", metric="y", value="1", source=f"s{ix}", confidence="B")
        for ix in (1, 2, 3)
    )
    return TWO_PORTS.with_tables({"place": places, "planned_place": (planned,), "source": sources, "fact": facts})


def having(*projects: Row, **tables: tuple[Row, ...]) -> Corridor:
    return placed().with_tables({"project": projects, **tables})


def project(**cells: Any) -> Row:
    return row("project", **{"id": "hub", "name": "A hub", "kind": "port", "status": "planned"} | cells)


FULL = project(
    countries=("KZ", "AZ"), places=("A", "C"), status="under construction", starts="2025-01", opens="2027-07",
    capex_musd=38.25, capex_year=2024, opex_musd_year=1.5, life_years=25.0, ramp_years=2.0, facts=("F1", "F3"),
    outside="Too small.", note="A first stage.",
)  # fmt: skip


def written(corridor: Corridor, publication: Publication = NOW) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(write(package_of(corridor, publication)))
    return document


def one(corridor: Corridor, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = written(corridor)["projects"][number]
    return found


def by_id(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in items}


# a: what is written


def test_a01_of_a_project_of_which_little_is_known_little_is_said() -> None:
    assert one(having(project())) == {
        "id": "oc4ids-karvan0-hub",
        "updated": "2026-03-01T00:00:00Z",
        "language": "en",
        "identifiers": [{"id": "hub", "scheme": "karvan"}],
        "title": "A hub",
        "status": "preparation",
        # What it builds is known: the planned place.
        "type": "construction",
        "sector": ["transport", "transport.water"],
        "additionalClassifications": [
            {"scheme": "karvan-kind", "id": "port", "description": "Sort of thing, in the words of karvan"}
        ],
        "forecasts": [
            {"id": "builds-place", "title": "What it builds: place",
             "observations": [{"id": "1", "measure": 1, "notes": "C"}]}
        ],
    }  # fmt: skip


def test_a02_months_money_and_words_have_their_fields() -> None:
    found = one(having(FULL))
    assert found["period"] == {"startDate": "2025-01-01T00:00:00Z", "endDate": "2027-07-01T00:00:00Z"}
    assert found["budget"]["amount"] == {"amount": 38_250_000, "currency": "USD"}
    assert found["budget"]["description"] == "What it costs to build, at prices of 2024"
    assert found["description"] == "A first stage.\n\nNot modelled: Too small."
    forecasts = by_id(found["forecasts"])
    assert forecasts["capitalCost"]["observations"][0]["dimensions"] == {"priceYear": 2024}
    assert forecasts["runningCost"]["observations"][0]["value"] == {"amount": 1_500_000, "currency": "USD"}
    assert forecasts["rampUp"]["observations"][0]["unit"] == {"name": "yr", "scheme": "UNCEFACT", "id": "ANN"}


def test_a03_countries_go_by_code_and_places_by_point() -> None:
    locations = one(having(FULL))["locations"]
    assert locations == [
        {"id": "country-KZ", "gazetteer": {"scheme": "ISO2", "identifiers": ["KZ"]}},
        {"id": "country-AZ", "gazetteer": {"scheme": "ISO2", "identifiers": ["AZ"]}},
        {"id": "A", "description": "Aport", "geometry": {"type": "Point", "coordinates": [51.2, 43.6]},
         "gazetteer": {"scheme": "UNLOCODE", "identifiers": ["KZAAU"]}},
        {"id": "C", "description": "Ceport", "geometry": {"type": "Point", "coordinates": [41.5, 42.25]}},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "starts", "status"),
    [
        ("idea", None, "identification"),
        ("planned", None, "preparation"),
        ("under construction", None, "implementation"),
        ("completed", None, "maintenance"),
        ("cancelled", None, "cancelled"),
        ("stalled", None, "preparation"),
        ("stalled", "2026-04", "preparation"),
        ("stalled", "2026-03", "implementation"),
    ],
)
def test_a04_every_state_has_a_status(state: str, starts: str | None, status: str) -> None:
    found = one(having(project(status=state, starts=starts)))
    assert found["status"] == status
    stalled = [code["id"] for code in found["additionalClassifications"] if code["scheme"] == "karvan-state"]
    assert stalled == (["stalled"] if state == "stalled" else [])


def test_a05_what_it_does_to_the_tables_tells_its_type() -> None:
    effect = row("effect", project="road", seq=1, table="place", row="A", column="name", change="set", word="Awayport")
    corridor = having(project(), project(id="road", kind="road"), project(id="talks", kind="rule"),
                      project(id="dream", kind="rail"), effect=(effect,))  # fmt: skip
    found = by_id(written(corridor)["projects"])
    assert [found[f"oc4ids-karvan0-{name}"].get("type") for name in ("hub", "road", "talks", "dream")] == [
        "construction", "expansion", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("opens", "years", "lifetime"),
    [
        ("2027-07", 25.0, {"startDate": "2027-07-01T00:00:00Z", "endDate": "2052-07-01T00:00:00Z",
                           "durationInDays": 9132}),
        ("2027-11", 0.25, {"startDate": "2027-11-01T00:00:00Z", "endDate": "2028-02-01T00:00:00Z",
                           "durationInDays": 92}),
        ("2027-07", 12.34, {"startDate": "2027-07-01T00:00:00Z", "durationInDays": 4507}),
        (None, 30.0, {"durationInDays": 10958}),
        ("2027-07", 9000.0, {"startDate": "2027-07-01T00:00:00Z", "durationInDays": 3287250}),
    ],
)  # fmt: skip
def test_a06_a_life_ends_on_a_day_where_there_is_one(opens: str | None, years: float, lifetime: dict[str, Any]) -> None:
    found = having(project(opens=opens, life_years=years))
    assert one(found)["assetLifetime"] == lifetime
    assert back(found).projects[0].life_years == years


def promised(**cells: Any) -> Row:
    given = {"id": "c1", "title": "More ships", "kind": "promise", "made": "2025-04-23", "parties": ("Us", "Them"),
             "sector": "transport", "says": "Two ships come.", "status": "under way", "projects": ("hub",),
             "sources": ("s2",)}  # fmt: skip
    return row("commitment", **given | cells)


def test_a07_a_commitment_brings_its_parties_and_milestones() -> None:
    steps = (
        row("commitment_status", commitment="c1", seq=2, at="2026-02", status="stalled", source="s1"),
        row("commitment_status", commitment="c1", seq=1, at="2025-04-23", status="signed", tells="Both.", source="s2"),
    )
    commitments = (promised(due="2027-12", since="2026-02"), promised(id="c2", parties=("Us",), projects=()))
    found = one(having(project(opens="2027-07"), commitment=commitments, commitment_status=steps))
    assert found["parties"] == [
        {"name": "Us", "id": "us", "roles": ["committedParty"]},
        {"name": "Them", "id": "them", "roles": ["committedParty"]},
    ]
    assert found["milestones"] == [
        {"id": "opens", "title": "Opening", "type": "delivery", "dueDate": "2027-07-01T00:00:00Z",
         "status": "scheduled"},
        {"id": "commitment-c1", "title": "More ships", "description": "Two ships come. (promise of 2025-04-23)",
         "dueDate": "2027-12-01T00:00:00Z", "status": "partiallyMet"},
        {"id": "commitment-c1:1", "title": "More ships: signed", "type": "approval",
         "description": "2025-04-23: Both.", "dateMet": "2025-04-23T00:00:00Z", "status": "met"},
        # No day of it is known, and none is made up.
        {"id": "commitment-c1:2", "title": "More ships: stalled", "description": "2026-02", "status": "notMet"},
    ]  # fmt: skip
    assert [document["id"] for document in found["documents"]] == ["s1", "s2"]


def test_a08_parties_that_read_alike_have_ids_of_their_own() -> None:
    names = ("Порт", "Порт Актау", "Port", "Port.")
    found = one(having(project(), commitment=(promised(parties=names),)))["parties"]
    assert [party["name"] for party in found] == [*names]
    assert len({party["id"] for party in found}) == len(names)
    assert [party["id"] for party in found][2:] == ["port", "port-2"]


def test_a09_documents_are_the_sources_of_its_facts() -> None:
    basis = row("basis", table="project", row="hub", column="capex_musd", facts=("F2",), method="read", grade="B")
    assert one(having(FULL, basis=(basis,)))["documents"] == [
        {"id": "s1", "documentType": "evidence", "title": "A paper", "description": "news",
         "url": "https://example.org/a", "datePublished": "2025-07-01T00:00:00Z", "author": "A press"},
        # A shelf is no address and a year is no day; general knowledge (F3) is no document.
        {"id": "s2", "documentType": "evidence", "title": "A book", "description": "dated 2024"},
    ]  # fmt: skip


def test_a10_effects_are_forecasts() -> None:
    effects = (
        row("effect", project="hub", seq=1, table="link", row="ferry-0", column="speed_kmh", change="add", amount=5.0,
            opens="2028-01", ramp_years=1.0, note="So they say."),
        row("effect", project="hub", seq=2, table="link", row="ferry-0", column="length_km", change="scale",
            amount=0.9),
        row("effect", project="hub", seq=3, table="place", row="A", column="name", change="set", word="Awayport"),
    )  # fmt: skip
    found = by_id(one(having(project(opens="2027-07"), effect=effects))["forecasts"])
    (first,), (second,), (third,) = (found[f"effect-{seq}"]["observations"] for seq in (1, 2, 3))
    assert first == {
        "id": "1", "period": {"startDate": "2028-01-01T00:00:00Z"}, "measure": 5.0,
        "unit": {"name": "km/h", "scheme": "UNCEFACT", "id": "KMH"}, "notes": "So they say.",
        "dimensions": {"table": "link", "row": "ferry-0", "column": "speed_kmh", "change": "add", "rampYears": 1.0},
    }  # fmt: skip
    assert (second["measure"], second["unit"]) == (0.9, {"name": "factor"})
    assert (third["measure"], third.get("unit"), third["period"]) == (
        "Awayport", None, {"startDate": "2027-07-01T00:00:00Z"},
    )  # fmt: skip


def test_a11_projects_on_one_thing_are_related() -> None:
    effects = tuple(
        row("effect", project=name, seq=1, table="link", row=link, column="speed_kmh", change="add", amount=1.0)
        for name, link in (("one", "ferry-0"), ("two", "ferry-0"), ("three", "ferry-1"))
    )
    corridor = having(*(project(id=name, name=name.title()) for name in ("one", "three", "two")), effect=effects)
    found = [found.get("relatedProjects") for found in written(corridor)["projects"]]
    two = {"id": "two", "scheme": "oc4ids", "identifier": "oc4ids-karvan0-two", "title": "Two"}
    assert found[:2] == [[two], None]
    assert found[2][0]["id"] == "one"


def test_a12_the_same_gives_the_same_bytes_and_anything_else_another_name() -> None:
    first = package_of(having(FULL), NOW)
    assert write(package_of(having(FULL), NOW)) == write(first)
    assert first.uri.startswith("urn:uuid:")
    assert package_of(having(FULL._replace(name="Another hub")), NOW).uri != first.uri
    assert package_of(having(FULL), Publication(DAY + dt.timedelta(days=1))).uri != first.uri


def test_a13_who_publishes_says_so() -> None:
    said = Publication(DAY, "An office", "oc4ids-bu3kcz", "https://example.org/p.json", "https://example.org/licence")
    found = written(having(project()), said)
    assert {key: value for key, value in found.items() if key != "projects"} == {
        "uri": "https://example.org/p.json", "publishedDate": "2026-03-01T00:00:00Z", "version": "0.9",
        "publisher": {"name": "An office"}, "license": "https://example.org/licence",
    }  # fmt: skip
    assert found["projects"][0]["id"] == "oc4ids-bu3kcz-hub"


def test_a14_what_the_standard_would_refuse_is_not_written() -> None:
    with pytest.raises(InputError) as refused:
        package_of(having(project()), Publication(DAY, "", "karvan", "p.json", "free"))
    assert [problem.address for problem in refused.value.problems] == ["prefix", "uri", "licence"]
    with pytest.raises(InputError, match="no projects"):
        package_of(placed(), NOW)


# b: against the published rules, said here again for the fields that are written

TEXT = {"type": "string", "minLength": 1}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
ADDRESS = {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$"}


def thing(required: str = "", /, **fields: Any) -> dict[str, Any]:
    # The standard admits fields that it does not know; that we write none finds misspelt ones.
    return {"type": "object", "required": required.split(), "properties": fields, "minProperties": 1,
            "additionalProperties": False}  # fmt: skip


def several(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}


def among(*codes: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(codes)}


PERIOD = thing(startDate=INSTANT, endDate=INSTANT, maxExtentDate=INSTANT, durationInDays={"type": "integer"})
VALUE = thing(amount={"type": "number"}, currency=among("USD", "EUR", "CNY", "KZT"))
CODE = thing(scheme=TEXT, id=TEXT, description=TEXT, uri=ADDRESS)
OBSERVATION = thing(
    "id", id=TEXT, period=PERIOD, value=VALUE, measure={"type": ["string", "number"], "minLength": 1},
    unit=thing(name=TEXT, scheme=TEXT, id=TEXT, uri=ADDRESS), dimensions={"type": "object", "minProperties": 1},
    notes=TEXT,
)  # fmt: skip
PROJECT = thing(
    "id", id=TEXT, updated=INSTANT, language=TEXT, identifiers=several(thing("id", id=TEXT, scheme=TEXT)), title=TEXT,
    description=TEXT, period=PERIOD, assetLifetime=PERIOD, sector=several(TEXT),
    additionalClassifications=several(CODE),
    status=among("identification", "preparation", "implementation", "completion", "maintenance", "decommissioning",
                 "decommissioned", "cancelled"),
    type=among("construction", "maintenance", "rehabilitation", "replacement", "expansion", "decommissioning"),
    budget=thing(description=TEXT, amount=VALUE, requestDate=INSTANT, approvalDate=INSTANT),
    locations=several(thing(
        "id", id=TEXT, description=TEXT, gazetteer=thing(scheme=TEXT, identifiers=several(TEXT)),
        geometry=thing(type=among("Point"), coordinates={"type": "array", "minItems": 1,
                                                         "items": {"type": ["number", "array"], "minItems": 1}}),
    )),
    forecasts=several(thing("id", id=TEXT, title=TEXT, description=TEXT, observations=several(OBSERVATION))),
    milestones=several(thing(
        "id", id=TEXT, title=TEXT, type=TEXT, description=TEXT, code=TEXT, dueDate=INSTANT, dateMet=INSTANT,
        dateModified=INSTANT, status=among("scheduled", "met", "notMet", "partiallyMet"), value=VALUE,
    )),
    parties=several(thing(name=TEXT, id=TEXT, roles=several(TEXT))),
    completion=thing(endDate=INSTANT, finalValue=VALUE),
    documents=several(thing("id", id=TEXT, documentType=TEXT, title=TEXT, description=TEXT, url=ADDRESS,
                            datePublished=INSTANT, author=TEXT)),
    relatedProjects=several(thing("id", id=TEXT, scheme=TEXT, identifier=TEXT, relationship=TEXT, title=TEXT)),
)  # fmt: skip
PUBLISHED = jsonschema.Draft4Validator(
    thing(
        "uri publisher publishedDate projects version", uri=ADDRESS, publishedDate=INSTANT,
        version={"type": "string", "pattern": r"^(\d+\.)(\d+)$"}, projects=several(PROJECT),
        publisher=thing("name", name=TEXT, scheme={"type": ["string", "null"]}, uid={"type": ["string", "null"]},
                        uri={"type": ["string", "null"]}),
        license={"type": ["string", "null"]}, publicationPolicy={"type": ["string", "null"]},
    )
)  # fmt: skip


def test_b01_what_ships_is_written_by_the_rules(shipped: Corridor) -> None:
    document = written(shipped)
    PUBLISHED.validate(document)
    assert problems_of(document) == []
    assert len(document["projects"]) == len(shipped.rows("project")) > 40


def test_b02_a_project_with_everything_is_written_by_the_rules() -> None:
    corridor = having(FULL._replace(status="completed"), commitment=(promised(),))
    PUBLISHED.validate(written(corridor))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(str.strip)
MONTHS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)).map(lambda day: f"{day:%Y-%m}")
HUNDREDTHS = st.integers(1, 10_000).map(lambda whole: whole / 100)
MAYBE_MONEY = st.none() | st.integers(0, 10**9).map(lambda whole: whole / 1000)


@st.composite
def projects(draw_: st.DrawFn) -> Row:
    """A row of `project` as a package may hold it."""
    months = sorted(draw_(st.lists(MONTHS, min_size=2, max_size=2)))
    capex = draw_(MAYBE_MONEY)
    return project(
        id=draw_(st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)),
        name=draw_(WORDS.filter(bool)),
        kind=draw_(st.sampled_from(PROJECT_KINDS)),
        countries=tuple(draw_(st.lists(st.sampled_from(["KZ", "AZ", "GE"]), unique=True))),
        places=tuple(draw_(st.lists(st.sampled_from(["A", "B", "C"]), unique=True))),
        status=draw_(st.sampled_from(PROJECT_STATES)),
        starts=draw_(st.sampled_from([months[0], None])),
        opens=draw_(st.sampled_from([months[1], None])),
        capex_musd=capex,
        capex_year=draw_(st.none() | st.integers(1990, 2100)) if capex is not None else None,
        opex_musd_year=draw_(MAYBE_MONEY),
        life_years=draw_(st.none() | HUNDREDTHS),
        ramp_years=draw_(st.none() | st.floats(0, 100)),
        outside=draw_(WORDS),
        note=draw_(WORDS),
    )


@given(st.lists(projects(), min_size=1, max_size=3, unique_by=lambda found: found.id))
def test_b03_any_projects_are_written_by_the_rules_and_come_back(rows: list[Row]) -> None:
    corridor = having(*rows)
    document = written(corridor)
    PUBLISHED.validate(document)
    assert problems_of(document) == []
    # Facts are of another source, and told anew.
    assert [found._replace(facts=()) for found in back(corridor).projects] == rows


# c: the checker

GOOD: dict[str, Any] = {
    "uri": "https://example.org/projects.json", "publishedDate": "2026-03-01T00:00:00Z", "version": "0.9",
    "publisher": {"name": "An office", "uid": None}, "license": None,
    "projects": [
        {
            "id": "oc4ids-bu3kcz-1", "title": "A line", "status": "implementation", "type": "maintenance",
            "sector": ["transport", "transport.rail"],
            "period": {"startDate": "2025-01-01T00:00:00Z", "endDate": "2027-06-30T00:00:00+05:00"},
            "budget": {"amount": {"amount": 5e6, "currency": "USD"},
                       "budgetBreakdowns": [{"id": "1", "budgetBreakdown": [
                           {"id": "1", "sourceParty": {"id": "p1", "name": "A bank"}}]}]},
            "parties": [{"id": "p1", "name": "A bank", "roles": ["funder"]}],
            "locations": [{"id": "1", "geometry": {"type": "LineString", "coordinates": [[51, 43.5], [52, 44, 10]]}}],
            "documents": [{"id": "1"}, {"id": "2"}],
            "contractingProcesses": [{"id": "1", "summary": {"nature": ["design"], "tender": {"numberOfTenderers": 2}},
                                      "releases": [{"id": "1", "tag": ["tender"], "date": "2025-01-01T00:00:00Z",
                                                    "url": "https://example.org/r.json"}]}],
            "metrics": [{"id": "1", "observations": [{"id": "1", "measure": "50", "dimensions": {"a": 1}}]}],
            "environment": {"goals": ["climateChangeMitigation"], "hasImpactAssessment": True},
            "x_own": {"anything": 1},
        }
    ],
}  # fmt: skip


def changed(at: str, value: Any) -> dict[str, Any]:
    """GOOD with something else at an address; ... takes it out."""
    document: Any = json.loads(json.dumps(GOOD))
    *way, last = [int(part) if part.isdigit() else part for part in at.split("/")]
    inside = document
    for part in way:
        inside = inside[part]
    if value is ...:
        del inside[last]
    else:
        inside[last] = value
    found: dict[str, Any] = document
    return found


FAULTS = [
    ("uri", "7", "", "give an address with its scheme"),
    ("publishedDate", "2019-03-1409:54:00Z", "", "give a date, a time and its zone"),
    ("publishedDate", "2019-02-30T00:00:00Z", "", "a day and a time that there are"),
    ("version", "zanjgn", "", "give it as 0.9"),
    ("version", 0.9, "", "give text"),
    ("publisher", ..., "", "add it"),
    ("publisher/name", ..., "", "add it"),
    ("projects", [], "", "a list holds something"),
    ("projects", {"id": "1"}, "", "give a list"),
    ("projects/0", 4, "", "give an object"),
    ("projects/0/id", ..., "", "add it"),
    ("projects/0/id", "", "", "give text"),
    ("projects/0/title", 4, "", "give text"),
    ("projects/0/title", None, "", "leave the field out"),
    ("projects/0/status", "implemented", "", "nearest is implementation"),
    ("projects/0/status", "completed", "", "give one of identification"),
    ("projects/0/type", "constructing", "", "nearest is construction"),
    ("projects/0/sector", "transport", "", "give a list"),
    ("projects/0/sector", ["transport.rail"], "/0", "give its sector too: transport"),
    ("projects/0/sector", ["rail", "rail"], "", "leave out number 1"),
    ("projects/0/period", "2025", "", "give an object"),
    ("projects/0/period", {}, "", "an object holds something"),
    ("projects/0/period/startDate", "2025-01-01", "", "give a date, a time and its zone"),
    ("projects/0/period/endDate", "2024-12-31T00:00:00Z", "", "it begins 2025-01-01T00:00:00Z"),
    ("projects/0/period/durationInDays", 30.5, "", "give a whole number"),
    ("projects/0/budget/amount/amount", "5000000", "", "give a number"),
    ("projects/0/budget/amount/amount", True, "", "give a number"),
    ("projects/0/budget/amount/currency", "USDD", "", "a code of ISO 4217, as USD"),
    ("projects/0/budget/amount/currency", ..., "", "say in which currency"),
    ("projects/0/budget/budgetBreakdowns/0/budgetBreakdown/0/sourceParty/id", "p2", "", "nearest is 'p1'"),
    ("projects/0/parties/0/roles", "funder", "", "give a list"),
    ("projects/0/parties/0/people", [{"id": "1", "email": "nobody"}], "/0/email", "give an e-mail address"),
    ("projects/0/parties/0/people", [{"id": "1", "nationalities": ["ZZ"]}], "/0/nationalities/0", "two letters"),
    ("projects/0/locations/0/id", ..., "", "add it"),
    ("projects/0/locations/0/geometry/type", "point", "", "nearest is Point"),
    ("projects/0/locations/0/geometry/coordinates", [51, 43.5], "^coordinates", "the coordinates of a LineString"),
    ("projects/0/locations/0/geometry/coordinates/0", [51, 143.5], "^coordinates/0", "latitude -90 to 90"),
    ("projects/0/documents/1/id", "1", "", "give each its own"),
    ("projects/0/contractingProcesses/0/releases/0/tag", ["tendered"], "/0", "nearest is tender"),
    ("projects/0/contractingProcesses/0/releases/0/date", ..., "", "add it"),
    ("projects/0/contractingProcesses/0/summary/nature/0", "designing", "", "nearest is design"),
    ("projects/0/metrics/0/observations/0/measure", [50], "", "give a number"),
    ("projects/0/metrics/0/observations/0/value", {}, "", "an object holds something"),
    ("projects/0/environment/goals", ["clean"], "/0", "climateChangeMitigation"),
    ("projects/0/environment/hasImpactAssessment", "yes", "", "give true or false"),
]


def test_c01_a_package_by_the_rules_has_no_problems() -> None:
    assert problems_of(GOOD) == []


@pytest.mark.parametrize(("at", "value", "inside", "remedy"), FAULTS)
def test_c02_a_fault_is_told_by_its_address_and_remedy(at: str, value: Any, inside: str, remedy: str) -> None:
    address = at.removesuffix(inside[1:]).rstrip("/") if inside.startswith("^") else f"{at}{inside}"
    found = problems_of(changed(at, value))
    assert any(problem.address == address and remedy in problem.remedy for problem in found)
    # What holds the fault may be at fault by it too; nothing else is.
    assert all(address.startswith(problem.address) for problem in found)


@pytest.mark.parametrize("document", [None, 4, "text", [], {}, [GOOD]])
def test_c03_what_is_no_package_at_all(document: object) -> None:
    assert problems_of(document)


def test_c04_several_faults_are_told_at_once() -> None:
    document = changed("projects/0/title", 4)
    document["projects"].append({"id": "oc4ids-bu3kcz-1", "status": "done"})
    told = {problem.address for problem in problems_of(document)}
    assert told == {"projects/0/title", "projects/1/id", "projects/1/status"}


def test_c05_a_milestone_that_is_named_must_be_there() -> None:
    document = changed("projects/0/milestones", [{"id": "m1"}])
    document["projects"][0]["transactions"] = [{"id": "1", "relatedImplementationMilestone": {"id": "m2"}}]
    (problem,) = problems_of(document)
    assert problem.address == "projects/0/transactions/0/relatedImplementationMilestone/id"
    document["projects"][0]["contractingProcesses"][0]["summary"]["milestones"] = [{"id": "m2"}]
    assert problems_of(document) == []


# d: what is read


PLAIN = Wish()


def taken(document: Any, wish: Wish = PLAIN, corridor: Corridor | None = None) -> Imported:
    return rows_of(read(json.dumps(document).encode()), corridor or placed(), wish)


def back(corridor: Corridor) -> Imported:
    return rows_of(read(write(package_of(corridor, NOW)).encode()), corridor, Wish())


def of(**fields: Any) -> Row:
    (found,) = taken({**ROAD, **fields}).projects
    return found


def told(imported: Imported) -> list[str]:
    return [str(remark) for remark in imported.remarks]


ROAD = {"id": "oc4ids-bu3kcz-a-road", "title": "A road", "status": "preparation",
        "sector": ["transport", "transport.road"]}  # fmt: skip


def at(*coordinates: float) -> dict[str, Any]:
    return {"id": "1", "geometry": {"type": "Point", "coordinates": list(coordinates)}}


def listed(scheme: str, *codes: str) -> dict[str, Any]:
    return {"id": "2", "gazetteer": {"scheme": scheme, "identifiers": list(codes)}}


def test_d01_a_project_of_somebody_else() -> None:
    imported = taken(GOOD)
    assert imported.projects == (
        row("project", id="1", name="A line", kind="rail", status="under construction", starts="2025-01",
            opens="2027-07", capex_musd=5.0, facts=("OC-1-status", "OC-1-starts", "OC-1-opens")),
    )  # fmt: skip
    (source,) = imported.tables["source"]
    assert (source.publisher, source.date, source.url) == (
        "An office",
        "2026-03-01",
        "https://example.org/projects.json",
    )


def test_d02_every_number_says_what_the_file_states() -> None:
    imported = taken(GOOD, Wish(confidence="A"))
    (basis,) = imported.tables["basis"]
    (fact,) = (fact for fact in imported.tables["fact"] if fact.id in basis.facts)
    assert (basis.table, basis.row, basis.column, basis.method, basis.grade) == (
        "project", "1", "capex_musd", "derived", "B",
    )  # fmt: skip
    assert (fact.value, fact.unit, fact.confidence, fact.note) == ("5000000.0", "USD", "A", "projects/0/budget/amount")
    assert fact.source == imported.tables["source"][0].id


def test_d03_what_is_not_taken_over_is_told() -> None:
    said = told(taken(GOOD))
    assert "projects/0/contractingProcesses: not taken over" in said
    assert "projects/0/parties: not taken over" in said
    assert "projects/0/x_own: not taken over" in said
    assert "projects/0/locations/0: no place of the package is there: not taken over" in said
    assert not any("budget:" in line for line in said)


@pytest.mark.parametrize("document", [{**GOOD, "projects": [ROAD]}, [ROAD], ROAD])
def test_d04_a_package_a_list_or_one_project(document: Any) -> None:
    assert taken(document).projects[0].id == "a-road"


def test_d05_a_byte_order_mark_is_no_part_of_it() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(ROAD).encode()).projects[0].title == "A road"


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"status": "completion"}, "status", "completed"),
        ({"status": "completed"}, "status", "completed"),
        ({"status": None}, "status", "idea"),
        ({"sector": "transport.road"}, "kind", "road"),
        ({"sector": ["transport.rail"]}, "kind", "rail"),
        ({"sector": ["energy", "energy.wind"]}, "kind", "energy"),
        ({"title": ""}, "name", "oc4ids-bu3kcz-a-road"),
        ({"title": " A\r\n road\x07 "}, "name", "A\n road"),
        ({"description": "x" * 6000}, "note", "x" * 4997 + "..."),
        ({"description": "Of it.\n\nNot modelled: why"}, "outside", "why"),
        ({"description": "Not modelled: why"}, "outside", "why"),
        ({"description": "It is Not modelled: said in passing"}, "note", "It is Not modelled: said in passing"),
        ({"period": {"startDate": "2025-03-15", "endDate": ""}}, "starts", "2025-03"),
        ({"period": {"startDate": "2025-03-31T23:30:00-05:00"}}, "starts", "2025-03"),
        ({"period": {"endDate": "2018-12-10T00:00:00Z"}}, "opens", "2019-01"),
        ({"period": {"endDate": "2018-12-01T00:00:00"}}, "opens", "2018-12"),
        ({"period": {"startDate": "2025-01-01", "durationInDays": 59}}, "opens", "2025-03"),
        ({"period": {"endDate": "2026-06-30"}, "implementationPeriod": {"endDate": "2026-02-01"}}, "opens", "2026-02"),
        ({"period": {"endDate": "2026-06-30"}, "completion": {"endDate": "2026-09-01"}}, "opens", "2026-09"),
        ({"budget": {"amount": {"amount": "1500000.5", "currency": "USD"}}}, "capex_musd", 1.5000005),
        ({"budget": {"amount": {"amount": 0, "currency": "USD"}}}, "capex_musd", 0.0),
        ({"budget": {"amount": {"amount": 1, "currency": "USD"}},
          "completion": {"finalValue": {"amount": 2e6, "currency": "USD"}}}, "capex_musd", 2.0),
        ({"assetLifetime": {"startDate": "2018-07-01", "endDate": "2040-07-01", "durationInDays": 8027}},
         "life_years", 22.0),
        ({"assetLifetime": {"startDate": "2018-07-02", "endDate": "2040-07-01"}}, "life_years", 22.0),
        ({"assetLifetime": {"durationInDays": 0}}, "life_years", None),
        ({"locations": [listed("UNLOCODE", "kz aau")]}, "places", ("A",)),
        ({"locations": [at(49.51, 40.01)]}, "places", ("B",)),
        ({"locations": [at(40.01, 49.51)]}, "places", ("B",)),
        ({"locations": [at(51.2, 43.6, 5) | {"id": "B"}]}, "places", ("A",)),
        ({"locations": [{"id": "B"}, listed("ISO2", "AZ", "kz")]}, "places", ("B",)),
        ({"locations": [{"id": "B"}, listed("ISO2", "AZ", "kz")]}, "countries", ("AZ",)),
    ],
)  # fmt: skip
def test_d06_a_field_and_its_cell(fields: dict[str, Any], column: str, value: object) -> None:
    assert getattr(of(**fields), column) == value


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "completed"}, "completed is called maintenance since version 0.9.4"),
        ({"status": ...}, "taken as an idea"),
        ({"title": None}, "holds nothing"),
        ({"sector": ["transport", "transport.road", "transport.rail"]}, "tells road and rail: taken as road"),
        ({"type": "expanded"}, "nearest is expansion"),
        ({"period": {"startDate": "2025-03-15"}}, "a date without a time"),
        ({"budget": {"amount": {"amount": "15", "currency": "USD"}}}, "a number as text"),
        ({"budget": {"amount": {"amount": 40e6, "currency": "GBP"}}}, "in GBP: not taken over; --rate GBP=USD"),
        ({"budget": {"budgetBreakdown": [4]}}, "projects/0/budget/budgetBreakdown: not taken over"),
        ({"documents": [{"id": "1"}, {"id": "1"}]}, "against the standard: give each its own; passed over"),
        ({"parties": [{"id": "1", "roles": "payer"}]}, "found 'payer', against the standard: give a list"),
        ({"locations": [{"id": "1", "description": "Nowhere"}]}, "no place of the package is there (Nowhere)"),
        ({"locations": [at(40.01, 49.51)]},
         "taken for B, 1.4 km off, latitude and longitude swapped"),
    ],
)  # fmt: skip
def test_d07_what_is_odd_is_told(fields: dict[str, Any], said: str) -> None:
    imported = taken({key: value for key, value in {**ROAD, **fields}.items() if value is not ...})
    assert any(said in line for line in told(imported))


def test_d08_odd_things_alike_are_told_once() -> None:
    roads = [{**ROAD, "id": f"oc4ids-bu3kcz-{ix}", "documents": [{"id": "1"}]} for ix in range(30)]
    assert told(taken(roads)) == ["projects/0/documents: not taken over (and 29 more like it)"]


def test_d09_a_rate_makes_dollars_and_says_so() -> None:
    pounds = {**ROAD, "budget": {"amount": {"amount": 40_000_000, "currency": "GBP"}}}
    imported = taken(pounds, Wish(rates={"GBP": 1.25}))
    assert imported.projects[0].capex_musd == 50.0
    assert "1.25 (USD for one GBP, as given at the import)" in imported.tables["basis"][0].note


def test_d10_what_karvan_has_no_word_for_is_left_out_unless_asked_for() -> None:
    school = {**ROAD, "id": "oc4ids-bu3kcz-school", "sector": ["education"]}
    ruin = {**ROAD, "id": "oc4ids-bu3kcz-ruin", "status": "decommissioned"}
    left = taken([ROAD, school, ruin])
    assert [found.id for found in left.projects] == ["a-road"]
    assert any("--kind takes it" in line for line in told(left))
    assert any("at their end: left out" in line for line in told(left))
    assert [found.kind for found in taken([school], Wish(kind="terminal")).projects] == ["terminal"]
    with pytest.raises(InputError, match="none that can be taken over"):
        taken([school, ruin])


@pytest.mark.parametrize("code", ["transport.rails", "Transport.Rail", "transport-rail"])
def test_d11_a_sector_that_is_misspelt_names_the_nearest(code: str) -> None:
    with pytest.raises(InputError, match=r"nearest is transport\.rail"):
        taken([{**ROAD, "sector": [code]}])


def test_d12_ids_are_made_plain_and_differ() -> None:
    ids = ["oc4ids-bu3kcz-Жол", "oc4ids-bu3kcz-A b", "oc4ids-bu3kcz-a--B", "oc4ids-bu3kcz", "p 1"]
    found = [project.id for project in taken([{**ROAD, "id": name} for name in ids]).projects]
    assert found[1:] == ["a-b", "a-b-2", "oc4ids-bu3kcz", "p-1"]
    assert found[0].startswith("x")


def test_d13_a_project_that_the_package_has_already_is_told() -> None:
    imported = taken({**ROAD, "id": "oc4ids-bu3kcz-hub"}, corridor=having(project()))
    assert "projects/0/id: the package has a project of this id: keep one of the two" in told(imported)


def test_d14_what_is_odd_about_a_package_is_told_and_its_projects_are_read() -> None:
    imported = taken({"projects": [ROAD], "version": "0.8", "uri": "p.json", "publisher": "Them"})
    assert told(imported) == [
        f"uri: found 'p.json', against the standard: give an address with its scheme, as {GOOD['uri']}",
        "publishedDate: found nothing, against the standard: add it",
        "publisher: found 'Them', against the standard: give an object",
        "version: found '0.8': read as 0.9",
    ]
    assert imported.tables["source"][0].title == "OC4IDS projects published by somebody unnamed"


# e: what cannot be read


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe{\x00", "not UTF-8"),
        (b'{"id": NaN}', "NaN is no number"),
        (b'{"id": "1", "id": "2"}', "the field 'id' twice"),
        (b'{"id": "1", "title": "\\ud800"}', "half of a character"),
        (b"null", "no projects"),
        (b"[]", "no projects"),
        (b'"text"', "something else"),
        (b'{"projects": []}', "no projects"),
        (b'{"projects": null}', "no projects"),
        (b'{"uri": "https://example.org"}', "something else"),
        (b"[null]", "an empty place"),
        (b"[[1]]", "no object"),
        (b'{"id": 1' + b"0" * 400 + b"}", "give text"),
        (b'{"id": "1", "period": {"durationInDays": 1' + b"0" * 400 + b"}}", "give a smaller number"),
        (b'{"id": "1", "budget": {"amount": {"amount": 1e999, "currency": "USD"}}}', "give a number"),
        (b'{"id": ' + b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1) + b"}", "in each other"),
        (b"[" * 100_000 + b"]" * 100_000, "in each other"),
    ],
)
def test_e01_a_file_that_is_none(content: bytes, found: str) -> None:
    with pytest.raises(InputError, match=found):
        read(content)


def test_e02_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 10)
    with pytest.raises(InputError, match="give at most 10"):
        read(json.dumps(ROAD).encode())


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"status": "implemented"}, "projects/0/status | found 'implemented' | give one of identification"),
        ({"title": 4}, "projects/0/title | found 4 | give text"),
        ({"period": {"startDate": "2019-03-1409:54:00Z"}}, "projects/0/period/startDate | found '2019-03-1409:54:00Z'"),
        ({"period": {"startDate": "2025-01-01", "durationInDays": 10**7}}, "give days that end before the year 10000"),
        (
            {"period": {"startDate": "2026-01-01"}, "completion": {"endDate": "2025-01-01"}},
            "cannot end before it starts",
        ),
        ({"budget": {"amount": {"amount": -5, "currency": "USD"}}}, "(capex_musd) | found '-5"),
        ({"budget": {"amount": {"amount": 5}}}, "budget/amount/currency | found nothing | say in which currency"),
        ({"assetLifetime": {"durationInDays": -400}}, "(life_years)"),
        ({"locations": [{"description": "x"}]}, "projects/0/locations/0/id | found nothing | add it"),
    ],
)
def test_e03_a_project_that_cannot_be_used(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError) as refused:
        taken({**ROAD, **fields})
    assert problem in str(refused.value)


def test_e04_all_faults_are_told_at_once_and_those_alike_counted() -> None:
    roads = [{**ROAD, "id": "same", "status": "on"}, {**ROAD, "id": "same", "title": 4}, {**ROAD, "id": "same"}]
    with pytest.raises(InputError) as refused:
        taken(roads)
    assert [problem.address for problem in refused.value.problems] == ["projects/0/status", "projects/1/title"]
    with pytest.raises(InputError) as refused:
        taken([ROAD] * 30)
    assert refused.value.problems[0].remedy == "give each project its own: projects/0 has it"
    assert refused.value.problems[-1].address.startswith("19 more like it")


@pytest.mark.parametrize(
    ("wish", "address"),
    [(Wish(kind="bridge"), "kind"), (Wish(confidence="D"), "confidence"), (Wish(rates={"EUR": 0.0}), "rate of EUR")],
)
def test_e05_a_wish_that_cannot_be(wish: Wish, address: str) -> None:
    with pytest.raises(InputError) as refused:
        taken(ROAD, wish)
    assert refused.value.problems[0].address == address


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=8,
)
FIELDS = sorted({*PROJECT["properties"], "implementationPeriod", "contractingProcesses", "social"} - {"id"})
PARTS = ("id", "startDate", "endDate", "durationInDays", "amount", "currency", "geometry", "type", "coordinates",
         "gazetteer", "scheme", "identifiers", "observations", "value", "dimensions", "priceYear",
         "measure")  # fmt: skip
STRANGE = st.recursive(
    JSON | st.sampled_from(["karvan", "ISO2", "USD", "Point", "2025-01-01T00:00:00Z", 9999, 51.2]),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.sampled_from(PARTS), inside, max_size=3),
    max_leaves=8,
)


@given(JSON | st.fixed_dictionaries({"id": JSON}, optional=dict.fromkeys(FIELDS, STRANGE)))
def test_e06_whatever_is_in_a_file_it_is_read_or_refused(document: Any) -> None:
    problems_of(document)
    try:
        imported = taken(document, Wish(kind="rail"))
    except InputError:
        return
    assert imported.projects
    assert set(imported.files("any")) >= {"project.csv", "source.csv"}


# f: there and back


@pytest.mark.parametrize(("kind", "state"), list(product(PROJECT_KINDS, PROJECT_STATES)))
def test_f01_every_kind_and_state_comes_back(kind: str, state: str) -> None:
    given_ = project(kind=kind, status=state)
    assert back(having(given_)).projects[0]._replace(facts=()) == given_


def test_f02_a_full_project_comes_back_but_for_its_facts() -> None:
    imported = back(having(FULL))
    assert imported.projects == (FULL._replace(facts=("OC-hub-status", "OC-hub-starts", "OC-hub-opens")),)
    grounded = {(basis.row, basis.column) for basis in imported.tables["basis"]}
    assert grounded == {("hub", column.name) for column in BY_NAME["project"] if column.needs_basis}


def test_f03_what_ships_comes_back(shipped: Corridor) -> None:
    bare = [found._replace(facts=()) for found in shipped.rows("project")]
    assert [found._replace(facts=()) for found in back(shipped).projects] == bare


def test_f04_every_status_of_the_standard_tells_a_state_or_is_at_its_end() -> None:
    schema = PROJECT["properties"]["status"]["enum"]
    assert {code for code in schema if code in STATE_OF} == {*schema} - {"decommissioning", "decommissioned"}


def test_f05_the_rows_beside_a_package_are_sound(small: Corridor, tmp_path: Path) -> None:
    money, life = {"amount": {"amount": 4e6, "currency": "USD"}}, {"durationInDays": 9131}
    dates = {"startDate": "2025-01-01", "endDate": "2026-01-01"}
    roads = [{**ROAD, "budget": money, "assetLifetime": life, "period": dates, "description": "A road, and more."}]
    imported = taken(roads, corridor=small)
    both = small.with_tables({name: (*small.rows(name), *rows) for name, rows in imported.tables.items()})
    both.save(tmp_path / "both")
    assert check(tmp_path / "both")[1] == []


@given(st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 11, 1)))  # noqa: DTZ001 (Hypothesis wants them so)
def test_f06_a_month_after_begins_no_earlier_and_the_one_before_it_does(instant: dt.datetime) -> None:
    found = dt.datetime.fromisoformat(f"{month_after(instant.isoformat())}-01")
    assert instant <= found
    assert (found - dt.timedelta(days=1)).replace(day=1) < instant


# g: the doors


def test_g01_out_and_in_again(karvan_says: Says, package: Path, small: Corridor, tmp_path: Path) -> None:
    rows = (project(places=("BETA",), note="Of note."),)
    small.with_tables({"project": rows}).save(tmp_path / "with")
    file = tmp_path / "p.json"
    code, said = karvan_says("export", "oc4ids", file, "-p", tmp_path / "with", "--date", "2026-03-01")
    assert code == 0
    assert "registered to nobody" in said
    assert problems_of(json.loads(file.read_text("utf-8"))) == []
    code, said = karvan_says("import", "oc4ids", file, "--out", tmp_path / "in", "-p", package)
    assert code == 0
    assert "1 project of 1 in p.json written to" in said
    text = (tmp_path / "in" / "project.csv").read_text("utf-8").splitlines()
    cells = as_text("project", rows[0]._replace(facts=("OC-hub-status",)))
    assert text == [",".join(cells), ",".join(cells.values())]
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == [
        "datapackage.json", "fact.csv", "project.csv", "source.csv",
    ]  # fmt: skip


def test_g02_a_bad_file_writes_nothing(karvan_says: Says, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps({**ROAD, "status": "on"}))
    code, said = karvan_says("import", "oc4ids", tmp_path / "p.json", "--out", tmp_path / "in")
    assert code == 3
    assert "projects/0/status | found 'on'" in said
    assert not (tmp_path / "in").exists()
    assert karvan_says("import", "oc4ids", tmp_path / "none.json", "--out", tmp_path / "in")[0] == 3
    assert karvan_says("import", "oc4ids", tmp_path, "--out", tmp_path / "in")[0] == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "oc4ids", "p.json", "--out", "in", "--rate", "EUR"), "give it as EUR=1.08"),
        (("import", "oc4ids", "p.json", "--out", "in", "--rate", "EUR=much"), "give it as EUR=1.08"),
        (("import", "gmns", "p.json", "--out", "in"), "'gmns' is not"),
        (("export", "oc4ids", "p.json", "--date", "soon"), "give it as 2026-12-01"),
        (("export", "zip", "p.zip", "--publisher", "Me"), "--publisher: for oc4ids only"),
    ],
)
def test_g03_wrong_words(karvan_says: Says, words: tuple[str, ...], said: str) -> None:
    code, printed = karvan_says(*words)
    assert code == 2
    assert said in printed


def test_g04_a_part_says_the_key_of_every_row() -> None:
    imported = taken(GOOD)
    keys = [(name, key_of(name, found)) for name, rows in imported.tables.items() for found in rows]
    assert len(set(keys)) == len(keys)
    assert set(imported.files("p")) == {"datapackage.json", "project.csv", "source.csv", "fact.csv", "basis.csv"}
