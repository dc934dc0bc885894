"""Planning over REST and the map: the answers of the command line, every bad request refused, many at once."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from karvan.api.answering import Answering, takes_gzip
from karvan.api.answers import encoded
from karvan.api.app import create_app
from karvan.api.dated import dated
from karvan.api.map import MapPage
from karvan.api.plan_pages import PlanPage, WhatIfPage
from karvan.api.problems import ApiError
from karvan.api.settings import Settings
from karvan.corridor import Corridor
from karvan.formats import ileap
from karvan.formats.line import lines, rounded, simplified
from karvan.ground.errors import InputError, Problem
from karvan.report.plan import document
from karvan.study.plan import Planner
from karvan.testing import draw

Says = Callable[..., tuple[int, str]]
ASKED = {"origin": "Xi'an", "destination": "Istanbul", "depart": "2026-12-01", "load": "2xFEU", "past": True}
LANES = [
    ("Xi'an", "Istanbul"), ("Xi'an", "Duisburg"), ("Chongqing", "Budapest"), ("Shanghai", "Rotterdam"),
    ("Tashkent", "Poti"), ("Almaty", "Mersin"), ("Urumqi", "Baku"), ("Constanta", "Almaty"),
]  # fmt: skip
MAP = "/api/corridors/middle-corridor/map"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    service = Settings(tmp_path_factory.mktemp("service"), workers=0)
    with TestClient(create_app(service), base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="module")
def planner(shipped: Corridor) -> Planner:
    return Planner(shipped)


def planned(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.post("/api/plan", json=ASKED | asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    PlanPage.model_validate(told)  # every field is one that the contract names
    return told


def refused(client: TestClient, body: Any, path: str = "/api/plan", status: int = 422) -> list[dict[str, str]]:
    """The faults that an answer tells."""
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["instance"] == path
    faults: list[dict[str, str]] = told["problems"]
    assert all(fault["address"] and fault["found"] and fault["remedy"] for fault in faults)
    return faults


# a: answers


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, ()),
        ({"avoid": ["RU", "sea:Caspian"], "via": ["Baku"]}, ("--avoid", "RU,sea:Caspian", "--via", "Baku")),
        ({"modes": ["rail", "sea"], "epsilon": 0.02}, ("--modes", "rail,sea", "--epsilon", "0.02")),
        ({"criteria": ["cost", "co2e"]}, ("--criteria", "cost,co2e")),
        ({"samples": 100, "seed": 7}, ("--samples", "100", "--seed", "7")),
        ({"until": "2026-12-08"}, ("--until", "2026-12-08")),
        ({"arrive_by": "2027-02-01"}, ("--arrive-by", "2027-02-01")),
        ({"promised": "2027-01-05T12:00+03:00"}, ("--promised", "2027-01-05T12:00+03:00")),
        ({"load": "3xwagon", "commodity": "metals"}, ("--load", "3xwagon", "--commodity", "metals")),
        ({"tonnes": 20.5, "value_of_time_usd_h": 3}, ("--tonnes", "20.5", "--value-of-time", "3")),
        ({"goods": ["reefer"], "documents": ["SMGS"]}, ("--goods", "reefer", "--documents", "SMGS")),
        ({"horizon_days": 12}, ("--horizon", "12")),
        ({"changes": ["facility/ALAT-berth/servers=1"]}, ("--set", "facility/ALAT-berth/servers=1")),
        ({"scenario": "northern-closed"}, ("--scenario", "northern-closed")),
        ({"explain": ["all"]}, ("--explain", "all")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_a01_the_answer_is_the_document_of_the_command_line(
    client: TestClient, karvan_says: Says, asked: dict[str, Any], words: tuple[str, ...]
) -> None:
    usual = ("Xi'an", "Istanbul", "--depart", "2026-12-01", "--load", "2xFEU", "--past", "--json")
    code, said = karvan_says("plan", *usual, *words)
    told = planned(client, **asked)
    assert told == json.loads(said)
    assert bool(told["options"]) == (code == 0)
    assert planned(client, **asked) == told


def test_a02_without_a_day_goods_are_ready_today_and_under_a_scenario_on_this_day_of_its_year(
    client: TestClient,
) -> None:
    today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    told = planned(client, depart=None, past=False)
    assert told["request"]["depart"][:10] in {str(today), str(today + dt.timedelta(days=1))}
    assert planned(client, depart=None, past=False, scenario="base-2030")["request"]["depart"].startswith("2030-")


def test_a03_what_a_shipper_always_wants_is_said_inline(client: TestClient, karvan_says: Says, tmp_path: Path) -> None:
    file = tmp_path / "shipper.toml"
    file.write_text('avoid = ["RU"]\nmodes = ["rail", "sea"]\nvalue_of_time_pct_day = 0.4\n')
    _, said = karvan_says("plan", "Xi'an", "Istanbul", "--depart", "2026-12-01", "--load", "2xFEU", "--past", "--json",
                          "--shipper", file)  # fmt: skip
    shipper = {"avoid": ["RU"], "modes": ["rail", "sea"], "value_of_time_pct_day": 0.4}
    assert planned(client, shipper=shipper) == json.loads(said)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    day=st.dates(dt.date(2025, 1, 1), dt.date(2030, 12, 31)),
    at=st.sampled_from(["", "T07:30", "T23:59:59.123456+05:45", "T00:00-11:00"]),
    lane=st.sampled_from(LANES),
)
@example(day=dt.date(2026, 10, 24), at="", lane=("Constanta", "Almaty"))  # the clock goes back on the way
@example(day=dt.date(2027, 3, 27), at="", lane=("Constanta", "Almaty"))
def test_a04_on_every_day_the_answer_is_the_one_worked_out_for_that_day(
    client: TestClient, planner: Planner, day: dt.date, at: str, lane: tuple[str, str]
) -> None:
    """Of requests that differ in their day alone one is worked out: the others are its text with other dates."""
    ask = planner.request(*lane, f"{day}{at}", "1xFEU", past=True)
    told = planned(client, origin=lane[0], destination=lane[1], depart=f"{day}{at}", load="1xFEU")
    assert told == json.loads(encoded(document(planner.plan(ask))))


def test_a05_a_text_with_other_dates_is_the_same_to_the_byte(planner: Planner) -> None:
    asks = [planner.request(*LANES[7], day, past=True) for day in ("2026-12-01", "2026-10-24", "2028-02-29")]
    text = dated(document(planner.plan(asks[0])), asks[0].depart)
    assert text is not None
    for ask in asks:
        assert text.at(ask.depart) == encoded(document(planner.plan(ask)))


def test_a06_a_text_with_a_sailing_by_timetable_is_no_text_for_other_days() -> None:
    corridor = draw("""
        place  A KZ Asia/Almaty
        place  B KZ Asia/Aqtau
        place  C AZ Asia/Baku
        train  rail A 60h B  at 08:00 on 135  1500usd 60kg
        ferry  sea  B 20h C  at 22:00 on 247  900usd 25kg
        add    commodity id=general t_per_teu=10
    """)
    planner = Planner(corridor)
    ask = planner.request("A", "C", "2026-12-07", past=True)
    told = document(planner.plan(ask))
    assert told["options"][0]["spread"]["connections"]
    assert dated(told, ask.depart) is None


def test_a07_geometry_adds_the_line_of_each_ride_and_changes_nothing_else(
    client: TestClient, shipped: Corridor
) -> None:
    plain, told = planned(client), planned(client, geometry=True)
    known = shipped.by_key("link")
    for option in told["options"]:
        ends = None
        for leg in option["legs"]:
            links, geometry = leg.pop("links"), leg.pop("geometry")
            if leg["mode"] == "handling":
                assert (links, geometry) == ([], None)
                continue
            rows = [known[link.removeprefix("-")] for link in links]
            backward = [link.startswith("-") for link in links]
            ways = [
                (row.to_place, row.from_place) if back else (row.from_place, row.to_place)
                for row, back in zip(rows, backward, strict=True)
            ]
            assert all(before[1] == after[0] for before, after in pairwise(ways))
            assert (ways[0][0], ways[-1][1]) == (leg["from"], leg["to"])
            assert {row.mode for row in rows} == {leg["mode"]}
            assert sum(row.length_km for row in rows) == pytest.approx(leg["distance_km"], abs=1e-5)
            points = geometry["coordinates"]
            assert ends is None or points[0] == pytest.approx(ends, abs=0.2)
            ends = points[-1]
            place = shipped.place(leg["to"])
            assert ends == pytest.approx([place.lon, place.lat], abs=0.2)
    assert told == plain


def test_a08_points_that_fall_together_are_told_once_and_a_line_keeps_two() -> None:
    assert rounded([(1.00001, 2.0), (1.00002, 2.0), (1.5, -0.00001)], 4) == [(1.0, 2.0), (1.5, 0.0)]
    assert rounded([(1.00001, 2.0), (1.00002, 2.0)], 4) == [(1.0, 2.0), (1.0, 2.0)]
    assert str(rounded([(-0.00001, -0.00001), (1, 1)], 4)[0]) == "(0.0, 0.0)"


def test_a09_what_if_is_the_document_of_the_command_line(client: TestClient, karvan_says: Says) -> None:
    _, said = karvan_says("plan", "Xi'an", "Istanbul", "--depart", "2026-12-01", "--load", "2xFEU", "--past", "--json",
                          "--what-if", "close:Aktau", "--what-if", "facility/ALAT-berth/servers=1")  # fmt: skip
    changes = ["close:Aktau", "facility/ALAT-berth/servers=1"]
    answer = client.post("/api/what-if", json=ASKED | {"what_if": changes})
    assert answer.status_code == 200
    WhatIfPage.model_validate(answer.json())
    assert answer.json() == json.loads(said)


def test_a10_carbon_is_a_document_of_ileap_with_the_options_co2e(client: TestClient) -> None:
    told = planned(client)
    answer = client.post(
        "/api/plan/carbon", json=ASKED | {"company": "Ours", "company_ids": ["urn:example:1"]}
    )  # fmt: skip
    assert answer.status_code == 200
    footprints = ileap.read(answer.content)
    shipments = [one for one in footprints if isinstance(one.data, ileap.ShipmentFootprint)]
    assert len(shipments) == len(told["options"])
    assert {one.company_name for one in footprints} == {"Ours"}
    for option, one in zip(told["options"], shipments, strict=True):
        assert float(one.pcf.fossil_ghg_emissions) == pytest.approx(option["co2e_kg"], abs=1e-3)


def test_a11_compressed_or_not_the_answer_is_the_same(client: TestClient) -> None:
    packed = client.post("/api/plan", json=ASKED)
    plain = client.post("/api/plan", json=ASKED, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 3


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("GZIP", True), ("", False), ("identity", False),
     ("br", False), ("gzip;q=0", False), ("gzip; q=0.0, *", False), ("*;q=0", False)],
)  # fmt: skip
def test_a12_gzip_is_sent_to_those_who_take_it(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


# b: no, and bad requests


def test_b01_no_way_is_an_answer_with_its_reasons(client: TestClient) -> None:
    told = planned(client, modes=["inland_waterway"])
    assert told["options"] == []
    assert told["left_out"]
    assert all(out["on"] for out in told["left_out"])
    answer = client.post("/api/plan/carbon", json=ASKED | {"modes": ["inland_waterway"]})
    assert (answer.status_code, answer.json()) == (200, {"data": []})


@pytest.mark.parametrize(
    ("asked", "address", "remedy"),
    [
        ({"origin": "Xian Port of Call"}, "origin", "nearest"),
        ({"destination": "Xi'an"}, "destination", "another place"),
        ({"depart": "2020-01-01", "past": False}, "depart", "it has passed"),
        ({"depart": "soon"}, "depart", "give a day"),
        ({"depart": "1066-10-14"}, "depart", "1950"),
        ({"load": "0xFEU"}, "load", "give boxes"),
        ({"load": "1xFEU+1xwagon"}, "load", "other trains"),
        ({"commodity": "gold dust"}, "commodity", "package has"),
        ({"tonnes": 0}, "tonnes", "greater than 0"),
        ({"tonnes": 1e6}, "load", "give more boxes"),
        ({"avoid": ["Narnia"]}, "avoid", "nearest"),
        ({"via": ["Narnia"]}, "via", "nearest"),
        ({"modes": ["teleport"]}, "modes", "rail"),
        ({"goods": ["alive"]}, "goods", "reefer"),
        ({"documents": ["passport"]}, "documents", "package"),
        ({"criteria": ["speed"]}, "criteria", "arrival"),
        ({"criteria": []}, "criteria", "arrival"),
        ({"epsilon": 1.5}, "epsilon", "less than or equal to 1"),
        ({"horizon_days": -1}, "horizon_days", "greater than or equal to 0"),
        ({"value_of_time_usd_h": -1}, "value_of_time_usd_h", "greater than or equal to 0"),
        ({"samples": 0}, "samples", "greater than or equal to 1"),
        ({"samples": 1_000_000}, "samples", "less than or equal to 20000"),
        ({"samples": "12"}, "samples", "valid integer"),
        ({"seed": -1}, "seed", "greater than or equal to 0"),
        ({"until": "2026-11-01"}, "until", "end the window later"),
        ({"until": "2026-12-08", "arrive_by": "2027-02-01"}, "arrive_by", "one of the two"),
        ({"arrive_by": "2029-12-08"}, "arrive_by", "journeys are followed"),
        ({"promised": "2026-11-01"}, "promised", "promise a later day"),
        ({"corridor": "middle"}, "corridor", "middle-corridor"),
        ({"scenario": "base-2052"}, "scenario", "base-2025"),
        ({"scenario": "project:aktau-hub-99"}, "project.csv", "nearest"),
        ({"changes": ["facility/ALAT-berth/servers"]}, "change", "="),
        ({"changes": ["facility/ALAT-berth/servers=-3"]}, "facility", "1"),
        ({"explain": ["middle-99"]}, "option", "options are"),
        ({"geometry": "yes"}, "geometry", "boolean"),
        ({"colour": "red"}, "colour", "not permitted"),
        ({"origin": None}, "origin", "string"),
        ({"origin": "x" * 201}, "origin", "at most 200"),
        ({"avoid": ["RU"] * 201}, "avoid", "at most 200"),
        ({"shipper": {"avoid": "RU"}}, "shipper/avoid", "list"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else "",
)  # fmt: skip
def test_b02_every_bad_word_is_told_with_address_value_and_remedy(
    client: TestClient, asked: dict[str, Any], address: str, remedy: str
) -> None:
    faults = refused(client, ASKED | asked)
    assert any(address in fault["address"] and remedy in fault["remedy"] for fault in faults), faults


def test_b03_all_that_is_wrong_is_told_at_once(client: TestClient) -> None:
    faults = refused(client, ASKED | {"origin": "Nowhere1", "load": "many", "avoid": ["Narnia"], "modes": ["magic"]})
    assert {fault["address"] for fault in faults} == {"origin", "load", "avoid", "modes"}


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ({"shipper": "/etc/passwd"}, "shipper"),
        ({"scenario": "/etc/passwd"}, "scenario"),
        ({"scenario": "mine.yaml"}, "scenario"),
        ({"using": "../../etc"}, "using"),
        ({"using": ".."}, "using"),
        ({"corridor": "../middle-corridor"}, "corridor"),
    ],
)
def test_b04_no_file_that_a_client_names_is_read(client: TestClient, asked: dict[str, Any], address: str) -> None:
    assert refused(client, ASKED | asked)[0]["address"] == address


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'"x"', "application/json", 422),
        (b'{"origin": NaN, "destination": "Baku"}', "application/json", 422),
        (b'{"origin": "\\ud800", "destination": "Baku"}', "application/json", 422),
        (b'{"origin": "\\u0000", "destination": "Baku"}', "application/json", 422),
        (b"\xff\xfe", "application/json", 400),
        (b"origin=Baku", "application/x-www-form-urlencoded", 415),
        (b" " * (5 * 2**20), "application/json", 413),
    ],
    ids=["cut", "empty", "list", "text", "nan", "surrogate", "nul", "no utf-8", "form", "large"],
)  # fmt: skip
def test_b05_what_is_no_request_is_refused_in_the_same_form(
    client: TestClient, content: bytes, kind: str, status: int
) -> None:
    answer = client.post("/api/plan", content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize("path", ["/api/what-if", "/api/plan/carbon"])
def test_b06_the_other_two_refuse_the_same(client: TestClient, path: str) -> None:
    body = {key: value for key, value in ASKED.items() if key != "past"} | {
        "origin": "Nowhere1",
        "what_if": ["close:Aktau"],
    }
    if path.endswith("carbon"):
        del body["what_if"]
    assert "origin" in {fault["address"] for fault in refused(client, body, path)}


def test_b07_a_change_that_nobody_can_make_is_refused(client: TestClient) -> None:
    faults = refused(client, ASKED | {"what_if": ["close:Atlantis", "facility/NOWHERE/servers=1"]}, "/api/what-if")
    assert len(faults) == 2
    assert refused(client, ASKED | {"what_if": []}, "/api/what-if")[0]["address"] == "what_if"
    assert refused(client, ASKED | {"company_ids": ["1"]}, "/api/plan/carbon")[0]["address"] == "company_ids/0"


# c: the map


def test_c01_the_map_has_every_link_place_and_facility_and_what_is_planned(
    client: TestClient, shipped: Corridor
) -> None:
    answer = client.get(MAP)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/geo+json"
    assert int(answer.headers["content-length"]) < 2**20
    told = answer.json()
    MapPage.model_validate(told)
    of = Counter((feature["properties"]["table"], feature["properties"]["state"]) for feature in told["features"])
    for table in ("link", "place", "facility"):
        assert of[table, "there"] == len(shipped.rows(table))
        assert of[table, "planned"] == len(shipped.rows(f"planned_{table}")) > 0
    ids = Counter((feature["properties"]["table"], feature["id"]) for feature in told["features"])
    assert set(ids.values()) == {1}
    assert "OpenStreetMap" in told["notice"]


def test_c02_it_is_sent_once_and_asked_for_again_by_its_tag(client: TestClient) -> None:
    tag = client.get(MAP).headers["etag"]
    again = client.get(MAP, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(MAP, headers={"if-none-match": '"other"'}).status_code == 200
    other = client.get(MAP, params={"scenario": "project:zangezur-railway"})
    assert (other.status_code, other.headers["etag"] == tag) == (200, False)


def test_c03_under_a_scenario_it_says_what_is_new_what_is_changed_and_what_is_shut(client: TestClient) -> None:
    changed = "project:aktau-hub-1"
    told = client.get(MAP, params={"scenario": "project:zangezur-railway"}).json()
    by_id = {(f["properties"]["table"], f["id"]): f["properties"] for f in told["features"]}
    assert by_id["link", "rail-AGHBEND-MEGHRI"]["state"] == "new"
    assert "projects" not in by_id["link", "rail-AGHBEND-MEGHRI"]
    before = {(f["properties"]["table"], f["id"]): f["properties"] for f in client.get(MAP).json()["features"]}
    assert before["link", "rail-AGHBEND-MEGHRI"]["state"] == "planned"
    assert before["link", "rail-AGHBEND-MEGHRI"]["projects"] == ["zangezur-railway"]
    assert before["link", "rail-BREST-MALASZEWICZE"]["shut"] == ["2025-09-12/2025-09-25"]
    bent = client.get(MAP, params={"scenario": changed}).json()
    moved = [f["properties"] for f in bent["features"] if f["properties"]["state"] == "changed"]
    assert moved
    assert all(one["changed"] for one in moved)
    closed = client.get(MAP, params={"scenario": "northern-closed"}).json()["families"]
    assert {row["id"] for row in closed if row["closed"]} >= {"northern"}


def test_c04_links_name_the_families_that_they_are_marks_of(client: TestClient, shipped: Corridor) -> None:
    told = client.get(MAP).json()["features"]
    families = {f["id"]: f["properties"].get("families", []) for f in told if f["properties"]["table"] == "link"}
    assert "middle" in families["sea-AKTAU-ALAT"]
    for link in shipped.rows("link"):
        assert ("northern" in families[link.id]) == (link.country == "RU")
        assert ("air" in families[link.id]) == (link.mode == "air")


def test_c05_a_wider_tolerance_makes_it_smaller_and_none_leaves_every_point(
    client: TestClient, shipped: Corridor
) -> None:
    def points(**query: Any) -> dict[str, Any]:
        told = client.get(MAP, params=query).json()["features"]
        return {f["id"]: f["geometry"]["coordinates"] for f in told if f["properties"]["table"] == "link"}

    whole, coarse = points(tolerance=0), points(tolerance=1)
    drawn = lines(shipped)
    straight = [link for link, line in drawn.items() if all(abs(a[0] - b[0]) < 180 for a, b in pairwise(line))]
    for link in straight:
        assert whole[link] == [list(point) for point in rounded(drawn[link], 4)]
        assert coarse[link][0] == whole[link][0]
        assert coarse[link][-1] == whole[link][-1]
    assert sum(map(len, coarse.values())) < sum(map(len, whole.values())) / 3
    assert client.get(MAP, params={"tolerance": -1}).status_code == 422
    assert client.get(MAP, params={"tolerance": "nan"}).status_code == 422


def test_c06_no_corridor_is_404_and_no_scenario_is_422(client: TestClient) -> None:
    missing = client.get("/api/corridors/middel-corridor/map")
    assert (missing.status_code, missing.json()["problems"][0]["remedy"]) == (404, "nearest: middle-corridor")
    wrong = client.get(MAP, params={"scenario": "base-2052"})
    assert (wrong.status_code, wrong.json()["problems"][0]["address"]) == (422, "scenario")
    assert client.get(MAP, params={"scenario": "../x.yaml"}).status_code == 422


Points = st.lists(st.tuples(st.floats(20, 60), st.floats(-60, 60)), min_size=1, max_size=30)


@given(Points, st.floats(0.01, 10))
def test_c07_a_simplified_line_is_nowhere_off_by_more_than_the_tolerance(
    points: list[tuple[float, float]], tolerance: float
) -> None:
    """Against the definition: each point between two that stay is within the tolerance of the line between these."""
    kept = simplified(points, tolerance)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    scale = cos(radians(sum(lat for _, lat in points) / len(points)))
    at = 0
    for (x0, y0), (x1, y1) in pairwise(kept):
        first, at = at, points.index((x1, y1), at + 1) if (x1, y1) in points[at + 1 :] else at
        for lon, lat in points[first : at + 1]:
            dx, dy, px, py = (x1 - x0) * scale, y1 - y0, (lon - x0) * scale, lat - y0
            long = dx * dx + dy * dy
            share = min(max((px * dx + py * dy) / long, 0), 1) if long else 0
            off = hypot(px - share * dx, py - share * dy)
            assert off <= tolerance * (1 + 1e-9)


# d: many at once


def test_d01_threads_get_the_bytes_that_one_after_the_other_would(shipped: Corridor) -> None:
    """Eight threads on one planner that knows nothing yet: searches, bounds, draws and reasons are shared."""
    asked = [
        (lane, f"{boxes}xFEU", more)
        for boxes in (1, 3)
        for lane in LANES[::2]
        for more in ({}, {"avoid": "RU"}, {"documents": "SMGS"}, {"until": "2026-12-03"}, {"promised": "2027-01-10"})
    ]  # fmt: skip

    def told(planner: Planner, one: Any) -> bytes:
        (origin, destination), load, more = one
        return encoded(
            document(planner.plan(planner.request(origin, destination, "2026-12-01", load, past=True, **more)))
        )

    alone, shared = Planner(shipped), Planner(shipped)
    want = [told(alone, one) for one in asked]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda one: told(shared, one), reversed(asked)))
    finally:
        sys.setswitchinterval(interval)
    assert found[::-1] == want


def test_d02_equal_requests_wait_for_one_answer() -> None:
    made = []
    gate = threading.Event()

    def make() -> bytes:
        gate.wait(10)
        made.append(1)
        return b"answer"

    async def ask() -> list[bytes]:
        answering = Answering(4)
        waiting = [asyncio.create_task(answering.get("key", make, 10)) for _ in range(50)]
        await asyncio.sleep(0.05)
        gate.set()
        found = await asyncio.gather(*waiting)
        found.append(await answering.get("key", make, 10))
        answering.close()
        return found

    found = asyncio.run(ask())
    assert (len(found), {gzip.decompress(one) for one in found}, len(made)) == (51, {b"answer"}, 1)


def test_d03_what_fails_is_told_to_all_who_wait_and_tried_again_by_the_next() -> None:
    tries = []

    def fail() -> bytes:
        tries.append(1)
        time.sleep(0.05)
        raise InputError("the request", [Problem("load", "nothing", "give one")])

    async def ask() -> list[Any]:
        answering = Answering(4)
        found = await asyncio.gather(*(answering.get("key", fail, 10) for _ in range(5)), return_exceptions=True)
        with pytest.raises(InputError):
            await answering.get("key", fail, 10)
        answering.close()
        return found

    assert [type(one) for one in asyncio.run(ask())] == [InputError] * 5
    assert len(tries) == 2


def test_d04_who_waits_too_long_is_told_so_and_the_next_finds_the_answer() -> None:
    gate = threading.Event()

    async def ask() -> bytes:
        answering = Answering(1)
        with pytest.raises(ApiError) as late:
            await answering.get("key", lambda: b"late" if gate.wait(10) else b"", 0.05)
        assert (late.value.status, late.value.headers) == (504, {"retry-after": "10"})
        gate.set()
        found = await answering.get("key", lambda: b"made twice", 10)
        answering.close()
        return found

    assert gzip.decompress(asyncio.run(ask())) == b"late"


def test_d05_what_nobody_waits_for_any_more_is_not_begun() -> None:
    gate, begun = threading.Event(), []

    async def ask() -> None:
        answering = Answering(1)
        first = asyncio.create_task(answering.get("first", lambda: bytes(gate.wait(10)), 10))
        await asyncio.sleep(0.05)
        for key in ("key", None):
            with pytest.raises(ApiError):
                await answering.get(key, lambda: bytes(begun.append(1) or b""), 0.05)
        gone = asyncio.create_task(answering.get("key", lambda: bytes(begun.append(2) or b""), 10))
        stays = asyncio.create_task(answering.get("both", lambda: b"for one of two", 10))
        leaves = asyncio.create_task(answering.get("both", lambda: b"made twice", 10))
        await asyncio.sleep(0.05)
        gone.cancel()
        leaves.cancel()
        await asyncio.sleep(0.05)
        gate.set()
        assert gzip.decompress(await stays) == b"for one of two"
        assert gzip.decompress(await answering.get("key", lambda: b"begun now", 10)) == b"begun now"
        await first
        answering.close()

    asyncio.run(ask())
    assert begun == []


def test_d06_no_more_is_kept_than_there_is_room_for_and_the_oldest_goes_first() -> None:
    made: Counter[int] = Counter()

    def maker(number: int) -> Callable[[], bytes]:
        def make() -> bytes:
            made[number] += 1
            return bytes(str(number), "ascii")

        return make

    async def ask() -> None:
        one = len(gzip.compress(b"0", 3, mtime=0))
        answering = Answering(1, kept_bytes=3 * one)
        for number in (0, 1, 2, 0, 3, 0, 1, 2, 3):
            assert gzip.decompress(await answering.get(number, maker(number), 10)) == str(number).encode()
        for _ in range(2):
            await answering.get(None, maker(9), 10)
        answering.close()

    asyncio.run(ask())
    assert made == {0: 1, 1: 2, 2: 2, 3: 2, 9: 2}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A service as a process of its own."""
    command = [sys.executable, "-m", "karvan", "serve", "--port", "0", "--data", str(tmp_path_factory.mktemp("data"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        yield int(service.stdout.readline().split("http://127.0.0.1:")[1].split()[0])
        service.terminate()
        service.wait(30)


def test_d07_sixteen_clients_at_once_get_what_one_gets(port: int) -> None:
    bodies = [
        ASKED | {"origin": a, "destination": b, "depart": f"2026-12-{day:02}"} for a, b in LANES for day in (1, 2)
    ]

    def asked(body: dict[str, Any]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/api/plan", json.dumps(body), {"content-type": "application/json"})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    with ThreadPoolExecutor(16) as clients:
        found = list(clients.map(asked, bodies * 3))
    assert {status for status, _ in found} == {200}
    assert found == [asked(body) for body in bodies] * 3


def test_d08_small_answers_do_not_wait_for_the_client_to_confirm(port: int) -> None:
    """The second part of an answer is not held back (Nagle 1984), which would take 40 ms."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took = []
    for _ in range(30):
        began = time.perf_counter()
        connection.request("POST", "/api/plan", json.dumps(ASKED), {"content-type": "application/json"})
        assert connection.getresponse().read()
        took.append(time.perf_counter() - began)
    connection.close()
    assert sorted(took)[len(took) // 2] < 0.03
