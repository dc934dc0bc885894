"""The power system over REST: what is there, jobs, and hours of kept runs.

a: what is refused; b: what is there; c: jobs on a small system, and what is read of their runs; d: without a solver.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.test_power_study import made

from karvan.api.app import create_app
from karvan.api.jobs import power_requests
from karvan.api.jobs.requests import BODIES
from karvan.api.jobs.work import work
from karvan.api.power_pages import PowerHours, PowerPage, PowerTies, PowerYear, TrainPage
from karvan.api.settings import Settings
from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import runs_folder
from karvan.study.power.register import PLANTS, TIES, ZONES
from karvan.testing.draw import row

Says = Callable[..., tuple[int, str]]
RUN, COMPARE = "/api/power/run", "/api/power/compare"


class Silent:
    """Hears nothing."""

    def say(self, **words: Any) -> None: ...

    def doing(self, what: str) -> None: ...

    def done(self, done: int, of: int) -> None: ...


@pytest.fixture(scope="session")
def grid(small: Corridor) -> Corridor:
    """A small power system with a scenario and projects, every number with a basis."""
    goods = tuple(one._replace(id="goods") for one in small.rows("commodity"))
    tables = {"fact": small.rows("fact"), "family": small.rows("family"), **made().tables, "commodity": goods}
    drawn = replace(made(), tables=tables, digest="")
    plain = row("basis", facts=("F1",), method="read", grade="B")
    basis = [plain._replace(table=table, row=key, column=column) for table, key, column in sorted(numbers(drawn))]
    return replace(drawn, tables={**drawn.tables, "basis": tuple(basis)}, digest="")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, grid: Corridor) -> Path:
    path = tmp_path_factory.mktemp("package") / "grid.zip"
    grid.save(path)
    return path


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Iterator[TestClient]:
    """A service that takes jobs on and works on none."""
    app = create_app(Settings(tmp_path_factory.mktemp("taking"), workers=0, packages={"grid": package}))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def worked(kind: str, package: Path, **body: Any) -> str:
    """The run that a job of that kind leaves, worked on in this process."""
    request = BODIES[kind].model_validate({"corridor": "grid", **body}).model_dump()
    name, _ = work(kind, request, str(package), Silent())
    return name


@pytest.fixture(scope="module")
def run(package: Path) -> str:
    """A week of the small system."""
    return worked("power-run", package, scenario="now", weeks=1)


def printed(says: Says, *words: object, code: int = 0) -> Any:
    found, text = says("power", *words, "--json")
    assert found == code, text
    return json.loads(text)


def asked(client: TestClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# a: what is refused


@pytest.mark.parametrize(("path", "body", "address", "remedy"), [
    (RUN, {"scenario": "base-2O24"}, "scenario", "base-2024"),
    (RUN, {"scenario": "base-2024", "year": 1999}, "year", "2024"),
    (RUN, {"scenario": "base-2024", "weeks": 53}, "weeks", "52"),
    (RUN, {"scenario": "base-2024", "seed": -1}, "seed", "0"),
    (RUN, {"scenario": "base-2024", "time_limit_s": 1e6}, "time_limit_s", "7200"),
    (RUN, {"scenario": "base-2024", "profiles": ["/etc/passwd"]}, "profiles", "not permitted"),
    (RUN, {"scenario": "base-2024", "shed_share": 1.5}, "shed_share", "1"),
    (RUN, {"scenario": "base-2024", "lost": ["az-gee"]}, "lost", "az-ge"),
    (RUN, {"scenario": "../x.yaml"}, "scenario", "name of a scenario"),
    (RUN, {"scenario": "~/x"}, "scenario", "name of a scenario"),
    (RUN, {"corridor": "grd"}, "corridor", "grid"),
    (COMPARE, {"base": "base-2030", "scenarios": []}, "scenarios", ""),
    (COMPARE, {"base": "base-2030", "scenarios": ["../runs/x"]}, "scenarios", "a run as the list"),
    (COMPARE, {"base": "/etc", "scenarios": ["base-2030"]}, "base", "a run as the list"),
    (COMPARE, {"base": "base-2030", "scenarios": ["nothing-like-it"]}, "nothing-like-it", ""),
])  # fmt: skip
def test_a01_what_cannot_be_is_told_at_once(
    client: TestClient, path: str, body: dict[str, Any], address: str, remedy: str
) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["problems"][0]
    assert address in fault["address"] + fault["found"]
    assert remedy in fault["remedy"]


@pytest.mark.parametrize(("query", "address"), [
    ({"to": "2025-01-05T00:00Z"}, "to"),
    ({"from": "2025-01-05T00:00Z", "to": "2025-01-04T00:00Z"}, "to"),
    ({"from": "2025-01-01T00:00Z", "to": "2025-01-29T01:00Z"}, "to"),
    ({"from": "soon"}, "from"),
    ({"zone": "AA"}, "zone"),
    ({"zone": "GE"}, "zone"),
])  # fmt: skip
def test_a02_hours_that_cannot_be_are_told(client: TestClient, run: str, query: dict[str, str], address: str) -> None:
    answer = client.get(f"/api/runs/{run}/power/hours", params=query)
    assert answer.status_code == 422, answer.text
    assert address in answer.json()["problems"][0]["address"]


def test_a03_a_run_of_something_else_has_no_hours(client: TestClient, package: Path) -> None:
    other = worked("power-compare", package, base="now", scenarios=["sun"], weeks=1)
    for what in ("hours", "year", "ties"):
        assert client.get(f"/api/runs/{other}/power/{what}").status_code == 404
        assert client.get(f"/api/runs/power-none/power/{what}").status_code == 404
    assert client.get("/api/power/train", params={"runs": "../x"}).status_code == 404
    assert client.get("/api/power/train", params={"runs": other}).status_code == 422
    assert client.get("/api/power/train", params={"corridor": "grd"}).status_code == 404
    assert client.get("/api/power/train", params={"tonnes_teu": 5e-324}).status_code == 422
    assert client.get("/api/power/train", params={"tonnes_teu": 0.01, "teu": 0.01}).status_code == 200


# b: what is there


def test_b01_the_system_of_a_corridor(client: TestClient, grid: Corridor) -> None:
    answer = client.get("/api/corridors/grid/power")
    told = PowerPage.model_validate(answer.json())
    assert [(zone.id, zone.market) for zone in told.zones] == [("A", False), ("B", False), ("GE", True)]
    assert [(tie.id, tie.mw, tie.mw_back) for tie in told.ties] == [("a-b", 300, 200), ("b-ge", 100, 100)]
    planned = {plant.id: plant.projects for plant in told.plants if plant.projects}
    assert planned == {"pv-3": ["sun"], "park-3": ["wind"]}
    assert len(told.figures) == len(grid.rows("power_figure"))
    assert {one.name for one in told.scenarios} == set(grid.scenarios)
    etag = {"if-none-match": answer.headers["etag"]}
    assert client.get("/api/corridors/grid/power", headers=etag).status_code == 304


def test_b02_the_shipped_cases_stand_beside_the_scenarios(client: TestClient) -> None:
    told = PowerPage.model_validate(asked(client, "/api/corridors/middle-corridor/power"))
    by = {one.name: one for one in told.scenarios}
    assert (by["offshore"].case, by["offshore"].against, by["offshore"].year) == (True, "base-2030", 2030)
    assert not by["base-2024"].case
    years = {load.year for load in told.loads}
    assert {one.year for one in told.scenarios} <= years
    assert client.post(RUN, json={"scenario": "offshore"}).status_code == 202


def test_b03_a_train_by_diesel_and_by_grids(client: TestClient, karvan_says: Says, run: str) -> None:
    told = asked(client, "/api/power/train", runs=run, teu=40)
    assert told == printed(karvan_says, "train", "--runs", run, "--teu", 40)
    page = TrainPage.model_validate(told)
    assert [one.grid for one in page.grids] == ["package", run]
    first = client.get("/api/power/train")
    assert client.get("/api/power/train", headers={"if-none-match": first.headers["etag"]}).status_code == 304


# c: jobs on a small system


@pytest.mark.thorough
def test_c01_a_job_tells_what_the_command_prints(
    tmp_path: Path, package: Path, karvan_says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    with TestClient(create_app(Settings(tmp_path, workers=1, packages={"grid": package})),
                    base_url="http://localhost") as client:  # fmt: skip
        answer = client.post(RUN, json={"corridor": "grid", "scenario": "now", "weeks": 1})
        assert answer.status_code == 202, answer.text
        end = time.monotonic() + 300
        while not (said := client.get(answer.headers["location"]).json())["ended"] and time.monotonic() < end:
            time.sleep(0.1)
        assert said["status"] == "done", said
        told = asked(client, said["links"]["result"])
        assert told.pop("run")["name"] == said["run"]
        command = printed(karvan_says, "run", "now", "--weeks", 1, "--package", package)
        assert command.pop("run") == said["run"]  # it was there already
        assert told == command


def test_c02_hours_add_up_and_come_to_the_year(client: TestClient, run: str) -> None:
    told = asked(client, f"/api/runs/{run}/power/hours")
    PowerHours.model_validate(told)
    assert len(told["times"]) == 168
    assert told["weeks"] == told["times"][:1]
    made_mw, taken_mw = (np.sum([one["mw"] for one in told[what]], axis=0) for what in ("made", "taken"))
    brought = made_mw + told["shed_mw"] + told["in_mw"]
    lost = 0.02 * np.array(told["in_mw"])  # of the tie to the market, whose losses are in what it sends
    assert brought - lost == pytest.approx(np.array(told["load_mw"]) + told["out_mw"] + taken_mw, abs=0.05)
    kept = RunFolder.open(runs_folder() / run)
    plants = kept.read(PLANTS.name).to_pylist()
    each = kept.record["results"]["hours_each_stands_for"]
    for one in told["made"]:
        twh = sum(line["twh"] for line in plants if line["technology"] == one["technology"])
        assert sum(one["mw"]) * each / 1e6 == pytest.approx(twh, abs=1e-5)
    curtailed = sum(line["curtailed_twh"] for line in plants)
    assert sum(told["curtailed_mw"]) * each / 1e6 == pytest.approx(curtailed, abs=1e-5)


def test_c03_zones_are_parts_of_the_whole_and_windows_of_the_hours(client: TestClient, run: str) -> None:
    here = f"/api/runs/{run}/power/hours"
    whole, a, b = asked(client, here), asked(client, here, zone="A"), asked(client, here, zone="B")
    assert (np.array(a["load_mw"]) + b["load_mw"]) == pytest.approx(np.array(whole["load_mw"]), abs=0.01)
    assert max(np.array(a["out_mw"]) + a["in_mw"]) > 0  # what goes to B leaves A, and not the whole
    first, third = whole["times"][0], whole["times"][3]
    part = asked(client, here, **{"from": first, "to": third})
    assert part["times"] == whole["times"][:3]
    assert part["made"][0]["mw"] == next(
        one["mw"][:3] for one in whole["made"] if one["technology"] == part["made"][0]["technology"]
    )
    abroad = asked(client, here, **{"from": first.replace("Z", "+04:00"), "to": third})
    assert abroad["times"] == whole["times"][:3]  # four hours before the run begins there is nothing
    assert asked(client, here, **{"from": "1999-01-01"})["times"] == []


def test_c04_months_and_prices(client: TestClient, run: str) -> None:
    told = asked(client, f"/api/runs/{run}/power/year")
    PowerYear.model_validate(told)
    hours = asked(client, f"/api/runs/{run}/power/hours")
    assert [one["hours"] for one in told["months"]] == [168, *[0] * 11]
    january = told["months"][0]
    assert january["load_gwh"] == pytest.approx(sum(hours["load_mw"]) / 1e3, abs=0.01)
    assert january["exports_gwh"] == pytest.approx(sum(hours["out_mw"]) / 1e3, abs=0.01)
    assert january["made_gwh"].keys() == {one["technology"] for one in hours["made"]}
    prices = [one["usd_mwh"] for one in told["price_duration"]]
    assert prices == sorted(prices, reverse=True)
    assert (prices[0], prices[-1]) == (max(hours["price_usd_mwh"]), min(hours["price_usd_mwh"]))


def test_c05_ties_are_those_of_the_run(client: TestClient, run: str) -> None:
    answer = client.get(f"/api/runs/{run}/power/ties")
    told = PowerTies.model_validate(answer.json())
    kept = RunFolder.open(runs_folder() / run)
    assert [one.model_dump() for one in told.ties] == kept.read(TIES.name).to_pylist()
    assert [one.model_dump() for one in told.zones] == kept.read(ZONES.name).to_pylist()
    etag = {"if-none-match": answer.headers["etag"]}
    assert client.get(f"/api/runs/{run}/power/ties", headers=etag).status_code == 304


@pytest.mark.thorough
def test_c06_what_scenarios_change_is_told_as_the_command_does(
    client: TestClient, package: Path, karvan_says: Says
) -> None:
    name = worked("power-compare", package, base="now", scenarios=["sun"], weeks=1, claims=True)
    told = asked(client, f"/api/runs/{name}/result")
    assert told.pop("run")["inputs"]["command"] == "power-compare"
    assert told.pop("solved")
    assert told == printed(karvan_says, "compare", "now", "sun", "--claims", "--weeks", 1, "--package", package)
    rows = asked(client, f"/api/runs/{name}/tables/differences")["rows"]
    assert [one["new_mw"] for one in rows] == [one["new_mw"] for one in told["differences"]]


def test_c07_runs_are_held_against_each_other_by_their_names(client: TestClient, package: Path, run: str) -> None:
    other = worked("power-run", package, scenario="sun", weeks=1)
    assert client.post(COMPARE, json={"corridor": "grid", "base": run, "scenarios": [other]}).status_code == 202
    told = asked(client, f"/api/runs/{worked('power-compare', package, base=run, scenarios=[other])}/result")
    assert told["others"][0]["run"] == other
    assert told["differences"][0]["new_plants"] == ["pv-3"]


@pytest.mark.thorough
def test_c08_that_there_is_no_dispatch_is_an_answer(client: TestClient, package: Path, karvan_says: Says) -> None:
    name = worked("power-run", package, scenario="now", weeks=1, seed=2, time_limit_s=1e-9)
    told = asked(client, f"/api/runs/{name}/result")
    assert told["run"]["results"]["solved"] is False
    asked_again = ["run", "now", "--weeks", 1, "--seed", 2, "--time-limit", 1e-9, "--package", package]
    for said in (told["said"], printed(karvan_says, *asked_again, code=5)["said"]):
        assert "time_limit" in said
    assert "power" not in {one["command"] for one in asked(client, "/api/runs")["runs"] if one["run"] == name}
    assert client.get(f"/api/runs/{name}/power/hours").status_code == 404


# d: without a solver


def test_d01_kept_runs_are_read_and_solving_says_what_is_lacking(
    client: TestClient, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power_requests, "find_spec", lambda _name: None)
    assert not asked(client, "/api/corridors/grid/power")["solver"]
    for path, body in ((RUN, {"scenario": "now"}), (COMPARE, {"base": "now", "scenarios": [run]})):
        answer = client.post(path, json={"corridor": "grid", **body})
        assert answer.status_code == 422
        assert "karvan[power]" in answer.json()["problems"][0]["remedy"]
    body = {"corridor": "grid", "base": run, "scenarios": [run]}
    assert "karvan[power]" not in client.post(COMPARE, json=body).text
    for what in ("power/hours", "power/year", "power/ties", "result"):
        assert client.get(f"/api/runs/{run}/{what}").status_code == 200
