"""Scenarios, commitments, projects and exports over REST: what the command line says of them, with all of it told."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from httpx import Response

import karvan
from karvan.api import commitments as promises
from karvan.api import projects, scenarios
from karvan.api.app import create_app
from karvan.api.settings import Settings
from karvan.corridor import Corridor
from karvan.evidence.parquet import meaning
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNED

Says = Callable[..., tuple[int, str]]
HERE = "/api/corridors/middle-corridor"
DAY = "2026-12-01"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("service")
    with TestClient(create_app(Settings(folder, workers=0)), base_url="http://localhost") as client:
        yield client


def got(client: TestClient, path: str, /, **query: Any) -> Any:
    answer = client.get(f"{HERE}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: Response, status: int) -> dict[str, str]:
    """The first fault that an answer tells."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    fault: dict[str, str] = answer.json()["problems"][0]
    assert all(fault.values())
    return fault


def printed(says: Says, *words: object) -> Any:
    code, text = says(*words, "--json")
    assert code == 0, text
    return json.loads(text)


# a: scenarios


def test_a01_scenarios_are_those_of_the_command(client: TestClient, karvan_says: Says) -> None:
    found = scenarios.ScenarioList.model_validate(got(client, "/scenarios"))
    assert [one.model_dump() for one in found.scenarios] == printed(karvan_says, "scenarios")


@pytest.mark.parametrize("name", ["partnership-2030", "express-trains", "storm-winter", "northern-closed",
                                  "project:alat-phase-2", "base-2030+project:rail-e-documents"])  # fmt: skip
def test_a02_one_scenario_has_what_the_command_says_and_every_part(
    client: TestClient, karvan_says: Says, name: str
) -> None:
    found = got(client, f"/scenarios/{name}")
    one = scenarios.ScenarioDetails.model_validate(found)
    told = printed(karvan_says, "scenarios", name)
    assert {key: found[key] for key in told} == told
    parts = [f"{cell.by}: {cell.address} {cell.change}" for table in one.cells for cell in table.changes]
    parts += [f"project/{built.project}: builds" for built in one.built]
    parts += [f"close {shut.table}/{shut.row}" for shut in one.shut]
    parts += [f"family/{closed.family} closed" for closed in one.closed_families]
    for change in one.changes:
        assert any(change.startswith(part) for part in parts) or "demand times" in change, change
    assert all(cell.address.startswith(f"{table.table}/") for table in one.cells for cell in table.changes)
    assert {cell.project for table in one.cells for cell in table.changes} <= {*one.projects, None}
    assert all(row in _planned(built) for built in one.built for row in built.rows)


def _planned(built: scenarios.BuiltRows) -> set[str]:
    rows = karvan.load().rows(f"{PLANNED}{built.table}")
    brought = [row for row in rows if built.project in row.projects]
    key = BY_NAME[built.table].key
    return {":".join(str(getattr(row, name)) for name in key) for row in brought}


def test_a03_every_scenario_and_every_project_as_one_is_told(client: TestClient, shipped: Corridor) -> None:
    names = [*shipped.scenarios, *(f"project:{row.id}" for row in shipped.rows("project") if not row.outside)]
    for name in names:
        one = scenarios.ScenarioDetails.model_validate(got(client, f"/scenarios/{name}"))
        assert one.changes or one.projects or name.startswith("base"), name


@pytest.mark.parametrize(("name", "status", "remedy"), [
    ("base-2031", 404, "base-2030"), ("project:alat-phase-3", 404, "alat-phase"), ("commitment:nothing-like", 404, ""),
    ("base-2024+base", 404, "base"), ("mine.yaml", 422, "name"), ("base-2024+mine.yml", 422, "name"),
    ("base-2024+base-2030", 422, "agree"), ("commitment:csp", 404, ""),
])  # fmt: skip
def test_a04_scenarios_that_are_not_there_or_do_not_go_together(
    client: TestClient, name: str, status: int, remedy: str
) -> None:
    assert remedy in refused(client.get(f"{HERE}/scenarios/{name}"), status)["remedy"]


@pytest.mark.parametrize("path", ["/scenarios", "/scenarios/base-2024", "/commitments", "/commitments/x", "/projects",
                                  "/projects/x", "/contradictions", "/export/geojson"])  # fmt: skip
def test_a05_of_a_corridor_that_is_not_there(client: TestClient, path: str) -> None:
    fault = refused(client.get(f"/api/corridors/middle-coridor{path}"), 404)
    assert fault["address"] == "corridor"
    assert "middle-corridor" in fault["remedy"]


@pytest.mark.parametrize("path", ["/scenarios", "/scenarios/partnership-2030", f"/commitments?on={DAY}", "/projects",
                                  f"/commitments/pr-baku-border?on={DAY}", "/contradictions", "/projects/alat-phase-2",
                                  "/export/geojson", "/export/gmns", "/export/csv", "/export/parquet",
                                  f"/export/oc4ids?date={DAY}"])  # fmt: skip
def test_a06_what_does_not_change_is_sent_once(client: TestClient, path: str) -> None:
    first = client.get(f"{HERE}{path}")
    assert client.get(f"{HERE}{path}").content == first.content
    again = client.get(f"{HERE}{path}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


# b: commitments


@pytest.mark.parametrize("query", [
    {}, {"sector": "transport"}, {"status": "overdue"}, {"party": "world bank"}, {"project": "baku-boyuk-kesik"},
    {"sector": "energy", "status": "in talks"}, {"status": "done", "party": "azerbaijan"},
])  # fmt: skip
def test_b01_commitments_are_those_of_the_command(client: TestClient, karvan_says: Says, query: dict[str, str]) -> None:
    found = got(client, "/commitments", on=DAY, **query)
    promises.CommitmentList.model_validate(found)
    options = [word for name, value in query.items() for word in (f"--{name}", value)]
    code, text = karvan_says("commitments", "--on", DAY, *options, "--json")
    assert code == (0 if found["commitments"] else 4)
    assert found == json.loads(text)


def test_b02_one_commitment_has_its_sources_in_full(client: TestClient, shipped: Corridor) -> None:
    for row in shipped.rows("commitment"):
        one = promises.CommitmentDetails.model_validate(got(client, f"/commitments/{row.id}", on=DAY))
        known = {source.id for source in one.sources}
        named = {*one.commitment.sources, *(step.source for step in one.commitment.history if step.source)}
        assert known >= named
        assert {fact.id for fact in one.facts} >= set(one.commitment.facts)
        assert all(row.id in contradiction.commitments for contradiction in one.contradictions)
        assert one.commitment.history[-1].status == one.commitment.status


def test_b03_contradictions_are_those_of_the_command(client: TestClient, karvan_says: Says) -> None:
    found = promises.ContradictionList.model_validate(got(client, "/contradictions"))
    told = printed(karvan_says, "commitments", "--contradictions")
    assert [one.model_dump() for one in found.contradictions] == told
    known = {source.id for source in found.sources}
    assert all(name in known for one in found.contradictions for version in one.versions for name in version.sources)
    about = found.contradictions[0].commitments[0]
    some = got(client, "/contradictions", commitment=about)["contradictions"]
    assert some == printed(karvan_says, "commitments", about, "--contradictions")


@pytest.mark.parametrize(("path", "status", "address"), [
    ("/commitments?sector=shipping", 422, "sector"), ("/commitments?status=forgotten", 422, "status"),
    ("/commitments?party=Atlantis", 422, "party"), ("/commitments?project=tunnel", 422, "project"),
    ("/commitments?on=yesterday", 422, "on"),
    ("/commitments?on=0", 422, "on"), ("/commitments?on=2026-02-30", 422, "on"),
    ("/commitments?on=20261201", 422, "on"),
    ("/commitments/pr-baku", 404, "commitment"),
    ("/contradictions?commitment=nothing", 422, "commitment"), ("/commitments/pr-baku-border?on=1", 422, "on"),
])  # fmt: skip
def test_b04_words_that_name_nothing(client: TestClient, path: str, status: int, address: str) -> None:
    assert refused(client.get(f"{HERE}{path}"), status)["address"] == address


def test_b05_all_faults_are_told_at_once(client: TestClient) -> None:
    answer = client.get(f"{HERE}/commitments?sector=x&status=y&party=Atlantis&project=w")
    assert [one["address"] for one in answer.json()["problems"]] == ["sector", "status", "project", "party"]


# c: projects


def test_c01_projects_are_listed_by_what_they_are(client: TestClient, shipped: Corridor) -> None:
    every = projects.ProjectList.model_validate(got(client, "/projects")).projects
    assert [one.id for one in every] == [row.id for row in shipped.rows("project")]
    assert any(one.changes for one in every)
    assert all(one.changes for one in every if one.modelled)
    ports = got(client, "/projects", kind="port", place="ALAT")["projects"]
    assert ports
    assert all(one["kind"] == "port" and "ALAT" in one["places"] for one in ports)
    split = [got(client, "/projects", modelled=flag)["projects"] for flag in ("true", "false")]
    assert sum(map(len, split)) == len(every)
    done = got(client, "/projects", status="completed")["projects"]
    assert {one["status"] for one in done} == {"completed"}


def test_c02_every_number_of_a_project_has_an_address_that_tells_its_basis(
    client: TestClient, shipped: Corridor, karvan_says: Says
) -> None:
    addresses = set()
    for row in shipped.rows("project"):
        one = projects.ProjectDetails.model_validate(got(client, f"/projects/{row.id}"))
        told = [*one.numbers, *(n for effect in one.effects for n in effect.numbers),
                *(n for built in one.builds for n in built.numbers)]  # fmt: skip
        for number in told:
            table, key, column = number.address.split("/")
            basis = shipped.evidence.find_basis(table, key, column)
            assert basis is not None, number.address
            assert (basis.grade, basis.method) == (number.grade, number.method)
            assert getattr(shipped.row(table, key), column) == number.value
            addresses.add(number.address)
        assert {fact.id for fact in one.facts} == set(row.facts)
        assert one.commitments == [promise.id for promise in shipped.rows("commitment") if row.id in promise.projects]
        assert len(one.effects) == sum(effect.project == row.id for effect in shipped.rows("effect"))
    assert len(addresses) > 100
    one_of_each = {address.split("/")[0]: address for address in sorted(addresses)}
    assert {"project", "effect", "planned_link"} <= set(one_of_each)
    for address in one_of_each.values():
        assert printed(karvan_says, "evidence", "basis", address)["address"] == address


@pytest.mark.parametrize(("path", "status", "address"), [
    ("/projects?kind=canal", 422, "kind"), ("/projects?status=dreamt", 422, "status"),
    ("/projects?place=ALLAT", 422, "place"), ("/projects?modelled=perhaps", 422, "modelled"),
    ("/projects/alat-phase-3", 404, "project"),
])  # fmt: skip
def test_c03_projects_that_are_not_there(client: TestClient, path: str, status: int, address: str) -> None:
    assert refused(client.get(f"{HERE}{path}"), status)["address"] == address


# d: exports


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_d01_geojson_is_that_of_the_command(client: TestClient, karvan_says: Says, tmp_path: Path) -> None:
    answer = client.get(f"{HERE}/export/geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    karvan_says("export", "geojson", tmp_path / "c.geojson")
    assert answer.json() == json.loads((tmp_path / "c.geojson").read_bytes())


def test_d02_gmns_is_that_of_the_command(client: TestClient, karvan_says: Says, tmp_path: Path) -> None:
    answer = client.get(f"{HERE}/export/gmns")
    assert answer.headers["content-disposition"] == 'attachment; filename="middle-corridor-gmns.zip"'
    karvan_says("export", "gmns", tmp_path / "gmns")
    assert members(answer.content) == {path.name: path.read_bytes() for path in (tmp_path / "gmns").iterdir()}


def test_d03_csv_is_the_package_again(client: TestClient, karvan_says: Says, tmp_path: Path, shipped: Corridor) -> None:
    answer = client.get(f"{HERE}/export/csv")
    karvan_says("export", "zip", tmp_path / "command.zip")
    assert answer.content == (tmp_path / "command.zip").read_bytes()
    (tmp_path / "sent.zip").write_bytes(answer.content)
    again = karvan.load(tmp_path / "sent.zip")
    assert {name: rows for name, rows in again.tables.items() if rows} == {
        name: rows for name, rows in shipped.tables.items() if rows
    }
    assert again.scenarios == shipped.scenarios


def test_d04_parquet_holds_every_table_with_its_units(client: TestClient, shipped: Corridor) -> None:
    files = members(client.get(f"{HERE}/export/parquet").content)
    assert set(files) == {f"{name}.parquet" for name, rows in shipped.tables.items() if rows}
    for name, rows in shipped.tables.items():
        if not rows:
            continue
        found = pq.read_table(io.BytesIO(files[f"{name}.parquet"]))
        wanted = [
            {column.name: _held(getattr(row, column.name)) for column in BY_NAME[name]} for row in rows
        ]  # fmt: skip
        assert found.to_pylist() == wanted, name
        said = meaning(found.schema)
        assert {column.name: column.unit for column in BY_NAME[name]} == {key: said[key]["unit"] for key in said}
    link = pq.read_schema(io.BytesIO(files["link.parquet"]))
    assert link.field("length_km").type == pa.float64()
    assert pq.read_schema(io.BytesIO(files["basis.parquet"])).field("facts").type == pa.list_(pa.string())


def _held(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else None if value == "" else value


def test_d05_oc4ids_is_that_of_the_command(client: TestClient, karvan_says: Says, tmp_path: Path) -> None:
    said = {"publisher": "Tester", "prefix": "oc4ids-abc123", "uri": "https://example.org/p.json", "date": DAY,
            "licence": "https://example.org/licence"}  # fmt: skip
    options = [word for name, value in said.items() for word in (f"--{name}", value)]
    code, text = karvan_says("export", "oc4ids", tmp_path / "p.json", *options)
    assert code == 0, text
    assert client.get(f"{HERE}/export/oc4ids", params=said).content == (tmp_path / "p.json").read_bytes()


@pytest.mark.parametrize(("path", "address"), [
    ("/export/xlsx", "form"), ("/export/geojson?publisher=me", "publisher"), ("/export/csv?date=2026-12-01", "date"),
    ("/export/oc4ids?prefix=mine", "prefix"), ("/export/oc4ids?uri=no%20uri", "uri"),
    ("/export/oc4ids?date=soon", "date"), ("/export/oc4ids?date=1700000000", "date"),
    ("/export/oc4ids?licence=%3A", "licence"),
])  # fmt: skip
def test_d06_what_cannot_be_exported(client: TestClient, path: str, address: str) -> None:
    assert refused(client.get(f"{HERE}{path}"), 422)["address"] == address
