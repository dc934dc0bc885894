"""Tables over REST, in part: of a corridor as a scenario has it, and those rows of a run's table that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from karvan.api.app import create_app
from karvan.api.settings import Settings
from karvan.evidence.inputs import describe
from karvan.evidence.parquet import ROWS_A_GROUP
from karvan.evidence.run import RunFolder

PARTS = ("ALAT-berth", "AKTAU-berth", "POTI-yard")
MANY = 2 * ROWS_A_GROUP + 1000
"""Rows that stand in three groups, so that what is asked for lies in several."""
SERVICES = "/corridors/middle-corridor/tables/service"
ROWS = "/runs/made/tables/rows"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with one run, whose table has a row for every part and day, in turn."""
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KARVAN_RUNS", str(folder / "runs"))
        about = describe("simulate", "strait", {}, seed=1, replications=1, settings={"year": 2024})
        number = np.arange(MANY)
        rows = pa.table({
            "part": pa.array([PARTS[n % 3] for n in range(MANY)]).dictionary_encode(),
            "day": number // 3,
            "waiting": pa.array(np.where(number % 7, number / 2, np.nan), from_pandas=True),
            "closed": number % 2 == 0,
            "all": pa.array([[1, 2]] * MANY),
        })  # fmt: skip
        with RunFolder.create(folder / "runs" / "made", about) as run:
            run.finish({"rows": rows}, {"n": MANY})
        with TestClient(create_app(Settings(folder / "service", workers=0)), base_url="http://localhost") as found:
            yield found


def got(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(f"/api{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    """Which rows these are."""
    return [row["day"] * 3 + PARTS.index(row["part"]) for row in rows]


def test_a01_a_table_of_a_corridor_is_as_the_scenario_has_it(client: TestClient) -> None:
    plain, bent = got(client, SERVICES), got(client, SERVICES, scenario="express-trains")
    built = {row["id"] for row in bent["rows"]} - {row["id"] for row in plain["rows"]}
    assert built
    assert all("express" in one for one in built)
    assert bent["total"] == plain["total"] + len(built)
    assert bent["columns"] == plain["columns"]


def test_a02_a_number_that_a_scenario_changes_is_the_changed_one(client: TestClient) -> None:
    table = "/corridors/middle-corridor/tables/facility"
    berth = {"where": "id=ALAT-berth"}
    before = got(client, table, **berth)["rows"][0]["servers"]
    after = got(client, table, scenario="partnership-2030", **berth)["rows"][0]["servers"]
    told = got(client, "/corridors/middle-corridor/basis", address="facility/ALAT-berth/servers",
               scenario="partnership-2030")  # fmt: skip
    assert (before, after) == (told["under"]["package"]["value"], told["value"])
    assert before != after


def test_a03_a_scenario_that_is_not_there_is_told(client: TestClient) -> None:
    answer = client.get(f"/api{SERVICES}", params={"scenario": "no-such"})
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get(f"/api{SERVICES}", params={"scenario": "/etc/passwd.yaml"}).status_code == 422


def test_b01_rows_of_a_run_are_those_that_are_asked_for(client: TestClient) -> None:
    found = got(client, ROWS, where="part=AKTAU-berth", limit=5)
    assert numbers(found["rows"]) == [1, 4, 7, 10, 13]
    assert found["total"] == len(range(1, MANY, 3))


def test_b02_several_conditions_must_all_hold(client: TestClient) -> None:
    found = got(client, ROWS, where=["part=POTI-yard", "day=41"])
    assert numbers(found["rows"]) == [41 * 3 + 2]
    assert found["total"] == 1
    assert got(client, ROWS, where=["part=POTI-yard", "day=-1"])["rows"] == []


@pytest.mark.parametrize(("where", "which"), [
    ("closed=true", lambda n: n % 2 == 0), ("closed=false", lambda n: n % 2),
    ("waiting=", lambda n: n % 7 == 0), ("waiting=0.5", lambda n: n == 1),
])  # fmt: skip
def test_b03_flags_and_numbers_are_asked_for_as_they_are_written_and_nothing_is_what_is_missing(
    client: TestClient, where: str, which: Any
) -> None:
    wanted = [n for n in range(MANY) if which(n)]
    found = got(client, ROWS, where=where, limit=200)
    assert numbers(found["rows"]) == wanted[:200]
    assert found["total"] == len(wanted)


@pytest.mark.parametrize("offset", [0, 7, ROWS_A_GROUP // 3 - 2, ROWS_A_GROUP // 3 + 5, MANY // 3 - 3, MANY])
def test_b04_pages_of_what_is_asked_for_go_on_over_groups_of_rows(client: TestClient, offset: int) -> None:
    wanted = list(range(0, MANY, 3))
    found = got(client, ROWS, where="part=ALAT-berth", offset=offset, limit=10)
    assert numbers(found["rows"]) == wanted[offset : offset + 10]
    assert found["total"] == len(wanted)


def test_b05_another_question_has_another_tag(client: TestClient) -> None:
    one = client.get(f"/api{ROWS}", params={"where": "day=1"})
    again = client.get(f"/api{ROWS}", params={"where": "day=1"}, headers={"if-none-match": one.headers["etag"]})
    other = client.get(f"/api{ROWS}", params={"where": "day=2"}, headers={"if-none-match": one.headers["etag"]})
    assert (again.status_code, other.status_code) == (304, 200)


@pytest.mark.parametrize("where", ["parts=ALAT-berth", "", "all=1", "=x"])
def test_b06_a_column_that_is_not_there_or_holds_lists_is_told(client: TestClient, where: str) -> None:
    answer = client.get(f"/api{ROWS}", params={"where": where})
    assert answer.status_code == 404
    assert answer.json()["problems"][0]["address"] == "column"


def test_b07_any_text_may_be_asked_for(client: TestClient) -> None:
    for said in ("part=a=b", "part='; DROP TABLE rows", "part=%", "part=\u0000", "day=1e400", "part=" + "x" * 4000):
        assert got(client, ROWS, where=said)["rows"] == []


def test_c01_a_row_is_told_as_json_has_it(client: TestClient) -> None:
    found = got(client, ROWS, where=["part=ALAT-berth", "day=0"])
    assert found["rows"] == [{"part": "ALAT-berth", "day": 0, "waiting": None, "closed": True, "all": [1, 2]}]
