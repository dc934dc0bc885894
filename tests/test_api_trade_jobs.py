"""Trade that takes longer than a request may: what is refused at once, jobs, and results that are those of the command.

a: what is refused; b: requests and names; c: jobs on a small corridor; d: jobs on the package that ships.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from karvan.api.app import create_app
from karvan.api.jobs.job import CANCELLED, DONE, FAILED, RUNNING
from karvan.api.jobs.requests import BODIES
from karvan.api.settings import Settings
from karvan.api.trade_what_if_pages import CarriedPage, TradeWhatIfPage
from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.evidence.run import RunFolder
from karvan.study.scenarios import open_scenario
from karvan.study.trade.kept import ANSWER, answer_of, keep
from karvan.tables.trading import AGGREGATES
from karvan.testing import draw
from karvan.testing.draw import row

Says = Callable[..., tuple[int, str]]
UNDER, CARRY = "/api/trade/under", "/api/trade/carry"
AREA = {"area": ["AZE", "CHN"], "scenario": "base-2025"}
WAYS = """
    place   A CN
    place   N RU
    place   C AZ
    MID     rail A 20h B 20h C    every 24h  400usd
    NORTH   rail A 30h N          every 24h  200usd
    set vehicle MID capacity_teu=4000
    set vehicle NORTH capacity_teu=4000
    gate    B 0h
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=mid origin=A destination=C commodity=general year=2024 teu_year=600
    add demand id=nor origin=A destination=N commodity=general year=2024 teu_year=1400
"""
SCENARIOS = {
    "base": b"title: As it is\nyear: 2024\n",
    "fast": b"title: The first half at twice the speed\nyear: 2024\n"
    b"changes: [{cell: link/MID-0/speed_kmh, scale: 2, grade: D, why: a test}]\n",
}


@pytest.fixture(scope="session")
def ways(small: Corridor) -> Corridor:
    """A small corridor of two services, with scenarios."""
    tables = {name: rows for name, rows in small.tables.items() if name in ("grid_intensity", "family", "fact")}
    drawn = replace(small, tables=tables | dict(draw(WAYS).tables), scenarios=SCENARIOS, digest="")
    plain = row("basis", facts=("F1",), method="read", grade="B")
    basis = [plain._replace(table=table, row=key, column=column) for table, key, column in sorted(numbers(drawn))]
    return replace(drawn, tables={**drawn.tables, "basis": tuple(basis)}, digest="")


def service(folder: Path, ways: Corridor, workers: int) -> TestClient:
    path = folder / "ways.zip"
    ways.save(path)
    app = create_app(Settings(folder, workers=workers, packages={"ways": path}))
    return TestClient(app, base_url="http://localhost")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, ways: Corridor) -> Iterator[TestClient]:
    """A service that takes jobs on and works on none."""
    with service(tmp_path_factory.mktemp("taking"), ways, 0) as client:
        yield client


@pytest.fixture
def working(tmp_path: Path, ways: Corridor, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A service that works, and whose runs stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    with service(tmp_path, ways, 1) as client:
        yield client


def posted(client: TestClient, path: str, body: dict[str, Any]) -> str:
    answer = client.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def when(client: TestClient, job: str, what: Callable[[dict[str, Any]], Any], seconds: float = 1200) -> dict[str, Any]:
    """A job once something is so of it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        said: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
        if what(said):
            return said
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s: {said}")


def ended(client: TestClient, job: str) -> dict[str, Any]:
    return when(client, job, lambda said: said["ended"])


def printed(says: Says, *words: object, code: int = 0) -> Any:
    found, text = says("trade", *words, "--json")
    assert found == code, text
    return json.loads(text)


# a: what is refused


@pytest.mark.parametrize(("body", "address", "remedy"), [
    ({"scenario": "world-bank"}, "base", ""),
    ({"scenario": "worldbank", "base": "base-2030"}, "scenario", "world-bank"),
    ({"scenario": "world-bank", "base": "base-2031"}, "scenario", "base-2030"),
    ({"scenario": "world-bank", "base": "base-2024"}, "base", "of the same year"),
    ({"scenario": "world-bank", "base": ""}, "base", ""),
    ({"scenario": "world-bank", "base": "base-2030", "elasticity": 0.1}, "elasticity", "less than or equal to 0"),
    ({"scenario": "world-bank", "base": "base-2030", "elasticity": -1001}, "elasticity", "-1000"),
    ({"scenario": "world-bank", "base": "base-2030", "pct_day": 101}, "pct_day", "100"),
    ({"scenario": "world-bank", "base": "base-2030", "ends": "yes"}, "ends", ""),
    ({"scenario": "world-bank", "base": "base-2030", "rounds": 3}, "rounds", "not permitted"),
    ({"scenario": "../x.yaml", "base": "base-2030"}, "scenario", ""),
])  # fmt: skip
def test_a01_a_scenario_that_cannot_be_is_told_at_once(
    client: TestClient, body: dict[str, Any], address: str, remedy: str
) -> None:
    answer = client.post(UNDER, json=body)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["problems"][0]
    assert address in fault["address"]
    assert remedy in fault["remedy"]


def test_a02_both_scenarios_are_looked_at_before_anything_is_said(client: TestClient) -> None:
    answer = client.post(UNDER, json={"scenario": "worldbank", "base": "base-203"})
    assert len(answer.json()["problems"]) == 2


@pytest.mark.parametrize(("body", "address", "remedy"), [
    ({"scenario": "base-2025"}, "the body", "give area"),
    ({"area": ["AZE", "CHN"]}, "scenario", ""),
    (AREA | {"scenario": "base-2023"}, "scenario", "base-2025"),
    (AREA | {"waters": "Caspian"}, "waters", "Caspian Sea"),
    (AREA | {"area": ["AZE", "CHM"]}, "area", "CHN"),
    (AREA | {"only": ["QQQ"]}, "only", "alpha-3"),
    (AREA | {"area": ["GEO", "TUR"]}, "duty of TUR on goods of GEO", "by: agreement"),
    (AREA | {"draws": 2001}, "draws", "2000"),
    (AREA | {"duties": [{"exporter": "AZE", "importer": "AZE", "rate_pct": 1}]}, "duties/0", "another buyer"),
    (AREA | {"carry": "base-2025"}, "carry", "not permitted"),
    (AREA | {"corridor": "ways", "scenario": "base"}, "waters", "give one of"),
])  # fmt: skip
def test_a03_a_what_if_that_cannot_be_carried_is_told_at_once(
    client: TestClient, body: dict[str, Any], address: str, remedy: str
) -> None:
    answer = client.post(CARRY, json=body)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["problems"][0]
    assert address in fault["address"]
    assert remedy in fault["remedy"]


# b: requests and names


@pytest.mark.parametrize(("kind", "path", "body"), [
    ("trade-under", UNDER, {"scenario": "world-bank", "base": "base-2030", "elasticity": -3, "ends": True}),
    ("trade-carry", CARRY, AREA | {"days": -10, "duties": [{"exporter": "CHN", "importer": "AZE", "rate_pct": 5}]}),
])  # fmt: skip
def test_b01_a_job_is_asked_what_was_sent_and_every_default(
    client: TestClient, kind: str, path: str, body: dict[str, Any]
) -> None:
    said = client.get(f"/api/jobs/{posted(client, path, body)}").json()
    assert said["kind"] == kind
    assert said["title"].startswith("trade ")
    assert body.items() <= said["request"].items()
    asked = BODIES[kind].model_validate(said["request"])  # as the process that works on it reads it
    assert asked.model_dump() == said["request"]


def test_b02_a_what_if_is_the_same_question_with_and_without_what_is_carried(client: TestClient) -> None:
    schemas = client.get("/api/openapi.json").json()["components"]["schemas"]
    alone, carried = (schemas[name]["properties"] for name in ("TradeWhatIfBody", "CarryBody"))
    assert carried.keys() - alone.keys() == {"scenario", "waters"}
    assert {name: carried[name] for name in alone} == alone


def test_b03_everybody_in_a_figure_has_a_name(client: TestClient, shipped: Corridor) -> None:
    names = client.get("/api/corridors/middle-corridor/trade").json()["names"]
    codes = {code for row in shipped.rows("trade") for code in (row.reporter, row.partner)} - set(AGGREGATES)
    assert {one["id"] for one in names} == codes
    assert len(codes) > len(shipped.rows("country"))
    assert not [one for one in names if one["name"] == one["id"]]
    by = {one["id"]: one for one in names}
    assert by["ISR"] == {"id": "ISR", "code": "IL", "name": "Israel"}
    assert {row.id: row.code for row in shipped.rows("country")}.items() <= {i: by[i]["code"] for i in by}.items()


def test_b04_what_was_kept_comes_back_whole(tmp_path: Path, ways: Corridor) -> None:
    world, base = open_scenario(ways, "fast"), open_scenario(ways, "base")
    pairs = [{"exporter": "CN", "days": None, "share": 0.1}]
    told = {"settled": True, "pairs": pairs, "said": "ağ"}

    def kept(**more: Any) -> RunFolder:
        return keep("trade-under", world, told, base=base, settings={"ends": False} | more, results={"settled": True},
                    tables={"pairs": pairs, "none": []}, out=tmp_path / f"run-{len(more)}")  # fmt: skip

    run = kept()
    assert answer_of(RunFolder.open(run.path)) == told
    assert run.read("pairs").to_pylist()[0]["share"] == 0.1
    assert run.record["inputs"]["settings"]["base"] == "base"
    assert run.record["inputs"]["settings"]["base_tables"].keys() == {"basis", "link"}
    assert kept(pct_day=1.0).record["inputs"] != run.record["inputs"]
    (run.path / ANSWER).unlink()
    with pytest.raises(OSError, match=ANSWER):
        answer_of(run)


# c: jobs on a small corridor


@pytest.mark.thorough
def test_c01_the_result_of_a_job_is_what_the_command_prints(
    working: TestClient, karvan_says: Says, tmp_path: Path
) -> None:
    body = {"scenario": "fast", "base": "base", "corridor": "ways", "elasticity": -5.0}
    done = ended(working, posted(working, UNDER, body))
    assert done["status"] == DONE, done
    assert done["progress"]["of"] == 60
    told = working.get(done["links"]["result"]).json()
    record = told.pop("run")
    assert told == printed(karvan_says, "under", "fast", "--base", "base", "--elasticity", -5,
                           "--package", tmp_path / "ways.zip")  # fmt: skip
    pair = next(one for one in told["pairs"] if one["importer"] == "AZ")
    assert pair["days_after"] < pair["days_before"] - 0.3
    assert pair["factor"] == pytest.approx((1 + pair["price_change"]) ** -5, rel=1e-3)
    assert pair["factor"] > 1.0001
    assert record["inputs"]["command"] == "trade-under"
    here = f"/api/runs/{done['run']}"
    assert {one["table"] for one in working.get(here).json()["tables"]} == {"groups", "pairs"}
    rows = working.get(f"{here}/tables/pairs").json()["rows"]
    assert [row["factor"] for row in rows] == [one["factor"] for one in told["pairs"]]


# d: jobs on the package that ships


@pytest.mark.thorough
def test_d01_the_world_bank_as_a_job_is_as_the_command_has_it(working: TestClient, karvan_says: Says) -> None:
    done = ended(working, posted(working, UNDER, {"scenario": "world-bank", "base": "base-2030", "pct_day": 2.1}))
    assert done["status"] == DONE, done
    told = working.get(done["links"]["result"]).json()
    told.pop("run")
    assert told["settled"]
    assert told == printed(karvan_says, "under", "world-bank", "--base", "base-2030", "--pct-day", 2.1)


@pytest.mark.thorough
def test_d02_what_is_carried_as_a_job_is_as_the_command_has_it(working: TestClient, karvan_says: Says) -> None:
    done = ended(working, posted(working, CARRY, AREA | {"days": -5, "draws": 20, "only": ["AZE", "CHN"]}))
    assert done["status"] == DONE, done
    assert done["progress"] | {"doing": ""} == {"doing": "", "done": 9, "of": 9}
    told = working.get(done["links"]["result"]).json()
    told.pop("run")
    TradeWhatIfPage.model_validate(told)
    put = CarriedPage.model_validate(told["carried"])
    for one in put.changes:
        assert one.after.low.teu <= one.after.central.teu <= one.after.high.teu
        assert one.rows_of_demand > 0
    assert told == printed(karvan_says, "what-if", "--area", "AZE,CHN", "--days", -5, "--draws", 20, "--only",
                           "AZE,CHN", "--carry", "base-2025")  # fmt: skip


@pytest.mark.thorough
def test_d03_a_job_stops_within_a_round_and_begins_anew(working: TestClient) -> None:
    job = posted(working, UNDER, {"scenario": "world-bank", "base": "base-2030", "ends": True})
    said = when(working, job, lambda said: said["progress"]["done"])
    assert said["progress"]["of"] == 180
    assert re.match("central elasticity: trade and flows in turn", said["progress"]["doing"])
    asked = time.monotonic()
    working.post(f"/api/jobs/{job}/cancel")
    cancelled = ended(working, job)
    assert (cancelled["status"], cancelled["run"]) == (CANCELLED, None)
    assert time.monotonic() - asked < 30  # a round of a loaded computer; alone it is 2
    assert cancelled["note"] == "trade-under starts from its beginning"
    working.post(f"/api/jobs/{job}/resume")
    again = when(working, job, lambda said: said["status"] == RUNNING and said["progress"]["done"])
    assert again["attempts"] == 2
    working.post(f"/api/jobs/{job}/cancel")
    ended(working, job)


@pytest.mark.thorough
def test_d04_a_job_whose_process_is_killed_says_that_it_starts_from_its_beginning(working: TestClient) -> None:
    job = posted(working, CARRY, AREA | {"draws": 20})
    when(working, job, lambda said: said["progress"]["doing"].startswith("assigning"))
    os.kill(working.app.state.karvan.runner._working[job].process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    failed = ended(working, job)
    assert failed["status"] == FAILED
    assert "signal 9" in failed["problem"]["detail"]
    assert failed["note"] == "trade-carry starts from its beginning"
    working.post(f"/api/jobs/{job}/resume")
    assert ended(working, job)["status"] == DONE
