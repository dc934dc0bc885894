"""Evidence over REST: where a number is from, what a scenario does to it, facts, sources, conflicts, coverage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from karvan.api import evidence
from karvan.api.app import create_app
from karvan.api.settings import Limits, Settings
from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.corridor.row import key_of
from karvan.tables import BY_NAME

Says = Callable[..., tuple[int, str]]
MIDDLE = "/api/corridors/middle-corridor"
NUMBER = "facility/ALAT-berth/servers"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(tmp_path_factory.mktemp("service"), workers=0)
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield client


def got(client: TestClient, path: str, /, **query: Any) -> Any:
    answer = client.get(f"{MIDDLE}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client: TestClient, status: int, path: str, /, **query: Any) -> dict[str, str]:
    """The only fault that an answer tells."""
    answer = client.get(f"{MIDDLE}{path}", params=query)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    (fault,) = answer.json()["problems"]
    return fault


# a: one number


def test_a01_a_number_is_told_as_the_command_line_tells_it(client: TestClient, karvan_says: Says) -> None:
    code, printed = karvan_says("evidence", "basis", NUMBER, "--json")
    assert code == 0
    assert got(client, "/basis", address=NUMBER) == json.loads(printed)


def test_a02_under_a_scenario_too_with_each_change_and_its_project(client: TestClient, karvan_says: Says) -> None:
    _, printed = karvan_says("evidence", "basis", NUMBER, "--json", "--scenario", "partnership-2030")
    found = got(client, "/basis", address=NUMBER, scenario="partnership-2030")
    under = found.pop("under")
    assert found == json.loads(printed)
    assert (under["package"]["value"], found["value"]) == (15, 22)
    (change,) = under["changes"]
    assert (change["by"], change["project"]) == ("project/alat-phase-2", "alat-phase-2")
    assert change["change"] == "more by 9.7087, 75% of it by then"
    assert {fact["id"] for fact in change["facts"]} <= {fact["id"] for fact in found["facts"]}
    assert under["built_by"] == []


def test_a03_a_number_of_a_row_that_a_project_builds_has_no_value_in_the_package(client: TestClient) -> None:
    scenario = "project:zangezur-railway"
    rows = client.app.state.karvan.worlds.world("middle-corridor", scenario).corridor.rows("link")  # type: ignore[attr-defined]
    known = client.app.state.karvan.worlds.known("middle-corridor").corridor.by_key("link")  # type: ignore[attr-defined]
    built = next(row.id for row in rows if row.id not in known)
    under = got(client, "/basis", address=f"link/{built}/length_km", scenario=scenario)["under"]
    assert under["package"] is None
    assert under["built_by"] == ["zangezur-railway"]
    assert refused(client, 422, "/basis", address=f"link/{built}/length_km")["found"] == f"no row '{built}'"


def test_a04_every_fact_and_rival_of_every_method_comes_with_its_source(client: TestClient, shipped: Corridor) -> None:
    some = {row.method: row for row in shipped.rows("basis")}
    some["rivals"] = next(row for row in shipped.rows("basis") if row.rivals)
    assert set(some) >= {"read", "mean of rivals", "derived", "assumed"}
    for row in some.values():
        found = got(client, "/basis", address=f"{row.table}/{row.row}/{row.column}")
        assert [(one["role"], one["id"]) for one in found["facts"]] == [
            *(("used", name) for name in row.facts),
            *(("rival", name) for name in row.rivals),
        ]
        assert all(one["source"]["title"] for one in found["facts"])


@pytest.mark.parametrize(
    ("address", "found", "remedy"),
    [
        ("facilty/ALAT-berth/servers", "'facilty'", "did you mean facility?"),
        ("facility/ALAT-bert/servers", "no row 'ALAT-bert'", "nearest: ALAT-berth"),
        ("facility/ALAT-berth/server", "'server'", "columns with a basis: "),
        ("facility/ALAT-berth/kind", "'kind'", "columns with a basis: "),
        ("facility/ALAT-berth/batch", "no basis", "the cell is empty: a missing value has no basis"),
        ("facility", "'facility'", "give TABLE/ROW/COLUMN"),
    ],
)
def test_a05_an_address_of_nothing_is_told_with_what_is_near(
    client: TestClient, address: str, found: str, remedy: str
) -> None:
    fault = refused(client, 422, "/basis", address=address)
    assert fault["found"] == found
    assert fault["remedy"].startswith(remedy)


@pytest.mark.parametrize(
    "scenario", ["/etc/x.yaml", "x.yaml", "x.yaml ", "x.YML+base-2025", "..\\x", "base-2025+x.yaml\n"]
)
def test_a06_a_scenario_that_is_a_file_is_not_read(client: TestClient, scenario: str) -> None:
    fault = refused(client, 422, "/basis", address=NUMBER, scenario=scenario)
    assert fault["address"] == "scenario"
    assert fault["remedy"] == "give the name of one, project:ID or commitment:ID, joined by +"


def test_a07_it_is_sent_once(client: TestClient) -> None:
    first = client.get(f"{MIDDLE}/basis", params={"address": NUMBER})
    again = client.get(f"{MIDDLE}/basis", params={"address": NUMBER}, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


# b: a row


def test_b01_a_row_has_each_of_its_numbers_once(client: TestClient, shipped: Corridor) -> None:
    found = got(client, "/numbers/facility/ALAT-berth")
    wanted = [address for address in numbers(shipped) if address[:2] == ("facility", "ALAT-berth")]
    assert [one["address"] for one in found["numbers"]] == ["/".join(address) for address in wanted]
    for one in found["numbers"]:
        basis = got(client, "/basis", address=one["address"])
        assert {name: one[name] for name in ("value", "unit", "method", "grade", "note")} == {
            name: basis[name] for name in ("value", "unit", "method", "grade", "note")
        }
        roles = [fact["role"] for fact in basis["facts"]]
        assert (one["facts"], one["rivals"]) == (roles.count("used"), roles.count("rival"))
        assert one["meaning"] == BY_NAME["facility"].column(one["column"]).doc
    assert found["cells"]["vehicles"] == list(shipped.row("facility", "ALAT-berth").vehicles)


def test_b02_what_a_scenario_changes_is_marked_with_what_was(client: TestClient) -> None:
    found = got(client, "/numbers/facility/ALAT-berth", scenario="partnership-2030")
    changed = {one["column"]: (one["in_package"], one["value"]) for one in found["numbers"] if one["changed"]}
    assert changed["servers"] == (15, 22)
    assert all(before != now for before, now in changed.values())
    assert not any(one["changed"] for one in got(client, "/numbers/facility/ALAT-berth")["numbers"])


def test_b03_one_row_of_every_table_can_be_asked_for(client: TestClient, shipped: Corridor) -> None:
    for table in sorted(shipped.tables):
        key = key_of(table, shipped.rows(table)[0])
        found = got(client, f"/numbers/{table}/{key}")
        assert (found["table"], found["row"]) == (table, key)


def test_b04_a_row_or_table_that_is_not_there(client: TestClient) -> None:
    assert refused(client, 404, "/numbers/facility/ALAT-bert")["remedy"].startswith("nearest: ALAT-berth")
    assert refused(client, 404, "/numbers/facilty/ALAT-berth")["remedy"].startswith("nearest: facility")


# c: facts, sources, conflicts, coverage


def test_c01_facts_are_found_as_the_command_line_finds_them(client: TestClient, karvan_says: Says) -> None:
    _, printed = karvan_says("evidence", "find", "altynkol", "poti", "--most", 4, "--json")
    assert got(client, "/facts", q="altynkol poti", limit=4) == json.loads(printed)
    assert got(client, "/facts", q="zzzz")["facts"] == []


def test_c02_a_fact_knows_the_numbers_that_stand_on_it(client: TestClient, shipped: Corridor) -> None:
    found = got(client, "/facts/C0195")
    assert NUMBER in found["used_by"]
    assert found["source"]["id"] == shipped.evidence.facts["C0195"].source
    rival = next(name for row in shipped.rows("basis") for name in row.rivals)
    assert got(client, f"/facts/{rival}")["rival_of"]


def test_c03_a_source_has_all_its_facts(client: TestClient, shipped: Corridor) -> None:
    found = got(client, "/sources/trend_3873338")
    wanted = [row.id for row in shipped.rows("fact") if row.source == "trend_3873338"]
    assert [one["id"] for one in found["facts"]] == wanted
    assert "C0195" in wanted


def test_c04_conflicts_are_those_of_the_command_line(client: TestClient, karvan_says: Says) -> None:
    for used in (False, True):
        _, printed = karvan_says("evidence", "conflicts", "--json", *["--used"] * used)
        wanted = json.loads(printed)
        found = got(client, "/conflicts", used=used)
        assert (found["total"], found["conflicts"]) == (len(wanted), wanted)
    part = got(client, "/conflicts", used=True, limit=2, offset=1)
    assert (part["total"], part["conflicts"]) == (len(wanted), wanted[1:3])


def test_c05_coverage_is_that_of_the_command_line(client: TestClient, karvan_says: Says) -> None:
    _, printed = karvan_says("evidence", "coverage", "--quick", "--json")
    assert got(client, "/coverage", quick=True) == json.loads(printed)
    _, printed = karvan_says("evidence", "coverage", "--json")
    assert got(client, "/coverage") == json.loads(printed)


def test_c06_facts_and_sources_that_are_not_there(client: TestClient) -> None:
    assert refused(client, 404, "/facts/C019")["address"] == "fact"
    assert refused(client, 404, "/sources/trend_387333")["remedy"].startswith("nearest: trend_")


# d: what takes long


def test_d01_weighing_that_takes_too_long_ends_with_a_remedy(tmp_path: Path) -> None:
    settings = Settings(tmp_path, workers=0, limits=Limits(request_seconds=0.001))
    shared = create_app(settings).state.karvan
    with pytest.raises(evidence.ApiError) as late:
        evidence._weighed(shared.worlds.known("middle-corridor"), shared.worlds, 0.001)
    assert late.value.status == 504
    assert late.value.problems[0].remedy == "ask with quick=true, or run karvan evidence coverage"
    assert not evidence.WEIGHING.locked()


def test_d02_nobody_waits_for_the_weighing_of_another(tmp_path: Path) -> None:
    with (
        TestClient(create_app(Settings(tmp_path, workers=0)), base_url="http://localhost") as client,
        evidence.WEIGHING,
    ):
        answer = client.get(f"{MIDDLE}/coverage")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
