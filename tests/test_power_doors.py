"""Doors of the power system: names of runs, cases, and a run's power in every study.

a: names of runs; b: cases; c: what is said of a run's power; d: studies under it; e: the service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.test_power_reading import small as system
from tests.test_simulate import drawn, goods

import karvan
from karvan.api.app import create_app
from karvan.api.jobs.requests import BODIES
from karvan.api.jobs.work import work
from karvan.api.plan_pages import PlanPage
from karvan.api.settings import Settings
from karvan.cli import power_train
from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run, runs_folder, shelved
from karvan.grid.dispatch import Dispatch, NotSolved
from karvan.grid.reading import read_system
from karvan.ground.errors import InputError
from karvan.report.comparison import document, headline
from karvan.report.plan import grid_lines
from karvan.study.appraise import appraise
from karvan.study.comparison.comparison import compare
from karvan.study.plan import planner_of
from karvan.study.power.carbon import intensity_of, with_grid
from karvan.study.power.coupled import Couple, Coupled, couple
from karvan.study.power.register import CARBON_HOURS, PLANTS, REGISTER
from karvan.study.power.train import Train, train
from karvan.study.reopen import corridor_of
from karvan.study.runs import find_run, remove_run, run_called, shelf_run
from karvan.study.scenarios import open_scenario
from karvan.study.simulate import Progress
from karvan.testing.draw import row

Says = Callable[..., tuple[int, str]]
YEAR, HOURS = 2024, 8784
POWER = ("zone", "fuel", "technology", "plant", "load", "load_shape", "radiation")
WIRE = "link/K1-1/electrified=true"
BASE = b"title: Base\nyear: 2024\n"
WIRED = f"title: A wire\non: [base]\nchanges: [{WIRE}]\n".encode()
ROUTE = {
    "corridor": "line",
    "origin": "A",
    "destination": "C",
    "depart": "2024-06-03",
    "past": True,
    "commodity": "goods",
}
SHIPMENTS: dict[str, Any] = {
    "corridor": "line", "shipments": [{"origin": "A", "destination": "C", "depart": "2024-06-03"}], "past": True,
    "commodity": "goods",
}  # fmt: skip
APPRAISED = {"corridor": "line", "projects": ["quick"], "base": "base"}
LONG = ("x" * 300, "я" * 200)
"""Longer than a name of a file may be, in characters or in bytes."""


@pytest.fixture(scope="module", autouse=True)
def own_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs of these tests stand by themselves."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KARVAN_RUNS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    """A line A - B - C in Azerbaijan, its first half under a wire; with scenarios, and a project for more trains."""
    made_of = drawn(
        "place A AZ Asia/Baku\nplace B AZ Asia/Baku\nplace C AZ Asia/Baku\nK1 rail A 5h B 5h C every 12h 10kg",
        goods(way="A > C"), teu=200.0,
        link={"K1-0": {"electrified": True, "country": "AZ"}, "K1-1": {"country": "AZ"}},
        vehicle={"K1": {"energy_kwh_tkm": 0.025}},
        place={"A": {"lon": 49.7, "lat": 40.4}, "B": {"lon": 49.0, "lat": 40.4}, "C": {"lon": 46.0, "lat": 40.7}},
        tables={
            "project": {"quick": {"id": "quick", "name": "Quick", "kind": "rail", "status": "planned"}},
            "effect": {"quick": {"project": "quick", "seq": 1, "table": "service", "row": "K1", "column": "headway_h",
                                 "change": "scale", "amount": 0.5}},
        },
    )  # fmt: skip
    tables = {name: system().rows(name) for name in POWER} | {
        "tie": tuple(one for one in system().rows("tie") if one.id == "a-b"),
        "grid_intensity": (row("grid_intensity", country="AZ", year=YEAR, gco2e_kwh=600.0),),
    }
    scenarios = {"base": BASE, "wired": WIRED, "base-2030": BASE, "green-2030": BASE}
    return replace(made_of.with_tables(tables), scenarios=scenarios)


def kept(name: str = "spring", grams: float = 300.0, out: Path | None = None, **more: Any) -> RunFolder:
    """A run as `karvan power run` keeps it, of two weeks one after another that stand for the year, unless said."""
    said = {"hours": 336, "stands_for": HOURS / 336, "package": "picture", "lost": ()} | more
    hours = np.arange(said["hours"])
    times = np.datetime64(f"{YEAR}-01-01T00", "s") + hours * np.timedelta64(3600, "s")
    full = np.full(len(hours), 1.0)
    columns = {"made_mwh": full * 900, "used_mwh": full * 800, "direct_made": full * grams / 2,
               "direct_used": full * grams / 2, "life_made": full * grams, "life_used": full * grams}  # fmt: skip
    plants = [{"plant": one.id, "technology": one.technology, "country": "AZ"} for one in system().rows("plant")]
    settings = {"grams": grams, "year": YEAR, "weeks": None, "lost": list(said["lost"])}
    about = describe(
        "power", said["package"], system().tables, seed=1, replications=0, scenario=name, settings=settings
    )
    with open_run(about, out, register=REGISTER) as run:
        run.finish({
            CARBON_HOURS.name: {"time": times, "country": np.full(len(hours), "AZ", dtype=object), **columns},
            PLANTS.name: {key: np.array([one[key] for one in plants], dtype=object) for key in plants[0]},
        }, {"year": YEAR, "hours": len(hours), "hours_each_stands_for": said["stands_for"]})  # fmt: skip
    return run


@pytest.fixture(scope="module")
def power() -> RunFolder:
    return kept()


@pytest.fixture(scope="module")
def package(corridor: Corridor, small: Corridor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The line as a package, every number with a basis."""
    bare = corridor.with_tables({"fact": small.rows("fact"), "family": small.rows("family")})
    path = tmp_path_factory.mktemp("package") / "line.zip"
    graded(bare).save(path)
    return path


def graded(corridor: Corridor) -> Corridor:
    """A corridor, every number of which was read, with grade B."""
    plain = row("basis", facts=("F1",), method="read", grade="B")
    basis = [plain._replace(table=table, row=key, column=column) for table, key, column in sorted(numbers(corridor))]
    return corridor.with_tables({"basis": tuple(basis)})


@pytest.fixture(scope="module")
def client(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that takes jobs on and works on none."""
    app = create_app(Settings(tmp_path_factory.mktemp("service"), workers=0, packages={"line": package}))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


# a: names of runs


@pytest.mark.parametrize(
    "name", [*LONG, "~", "~nobody-of-that-name", "~nobody-of-that-name/x", ".", "a\0b", "\ud800", ""]
)
def test_a01_what_names_no_run_is_told_and_raises_nothing_else(name: str) -> None:
    assert shelved(name) is None
    assert name in (".", "~") or find_run(name) is None
    for called in (run_called, shelf_run):
        with pytest.raises(InputError):
            called(name)


def test_a02_a_run_by_its_name_where_runs_stand_and_nowhere_else(power: RunFolder, tmp_path: Path) -> None:
    away = kept(out=tmp_path / "away")
    assert shelf_run(power.name) == shelved(power.name) == find_run(power.name) == runs_folder() / power.name
    assert run_called(away.path).name == "away"
    for path in (str(away.path), f"../{tmp_path.name}/away", f"./{power.name}", f"{power.name}/"):
        assert shelved(path) is None
        with pytest.raises(InputError, match="run"):
            shelf_run(path)


@pytest.mark.parametrize("name", [*LONG, "~", "~x", "~nobody/x", "../x", "/etc", "."])
def test_a03_the_service_says_no_to_all_of_them_and_tells_no_path(client: TestClient, name: str) -> None:
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/api/plan", ROUTE | {"grid": name}),
        ("/api/plan", ROUTE | {"using": name}),
        ("/api/power/compare", {"corridor": "line", "base": name, "scenarios": ["base"]}),
        ("/api/power/compare", {"corridor": "line", "base": "base", "scenarios": [name]}),
        ("/api/batch", SHIPMENTS | {"using": name}),
        ("/api/batch", SHIPMENTS | {"grid": name}),
        ("/api/compare", {"corridor": "line", "base": "base", "scenarios": ["wired"], "grid": name}),
        ("/api/appraise", APPRAISED | {"grid": name}),
    ]
    for path, body in bodies:
        answer = client.post(path, json=body)
        assert answer.status_code == 422, (path, body, answer.text)
        assert str(Path.home()) not in answer.text
    for path, status in ((f"/api/power/train?runs={name}", {404, 422}), (f"/api/runs/{name}", {200, 404, 422})):
        assert client.get(path).status_code in status


def test_a04_a_run_in_the_folder_where_the_service_works_is_none(
    client: TestClient, power: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept("mine", 111.0, out=tmp_path / "mine")
    kept("other", 111.0, out=tmp_path / power.name)
    body = ROUTE
    assert client.post("/api/plan", json=body | {"grid": "mine"}).status_code == 422
    told = client.post("/api/plan", json=body | {"grid": power.name}).json()
    assert told["run"]["grid"][0]["gco2e_kwh"] == pytest.approx(300.0)
    _, others = BODIES["power-compare"].model_validate({"base": "x", "scenarios": [power.name]}).texts()  # type: ignore[attr-defined]
    assert others == [str(runs_folder() / power.name)]


def test_a05_a_run_that_is_deleted_is_gone_and_another_of_its_name_is_another(client: TestClient) -> None:
    run = kept("gone", 250.0)
    body = ROUTE | {"grid": run.name}

    def figure() -> float:
        return float(client.post("/api/plan", json=body).json()["run"]["grid"][0]["gco2e_kwh"])

    assert figure() == pytest.approx(250.0)
    assert client.delete(f"/api/runs/{run.name}").status_code == 204
    gone = client.post("/api/plan", json=body)
    assert (gone.status_code, gone.json()["problems"][0]["address"]) == (422, "grid")
    kept("gone", 350.0, out=run.path)
    assert figure() == pytest.approx(350.0)


# b: cases


def test_b01_a_train_by_a_case(monkeypatch: pytest.MonkeyPatch, corridor: Corridor) -> None:
    def stopped(package: Corridor, name: str, **_more: Any) -> NotSolved:
        assert open_scenario(package, name).name == name
        return NotSolved(read_system(system(), 2025), Dispatch(), "time_limit", 1.0)

    monkeypatch.setattr("karvan.study.power.run.power_run", stopped)
    assert power_train.open_or_solve(corridor, "hub", Progress())[0] == 5  # type: ignore[index]
    with pytest.raises(InputError, match="offshore"):  # its project is not there
        power_train.open_or_solve(corridor, "offshore", Progress())


def test_b02_what_freight_draws_under_a_case(corridor: Corridor) -> None:
    found = couple(corridor, Couple(scenario="hub"))
    assert isinstance(found, Coupled)
    assert (found.scenario, found.year) == ("hub", YEAR)


# c: what is said of a run's power


def test_c01_hours_losses_and_package_are_said_where_they_are_not_the_year_s(corridor: Corridor) -> None:
    run = kept("part", lost=("gas-1", "b-ge"), package="other")
    powered, [grid] = with_grid(corridor, run)
    assert (grid.hours, grid.of_hours, grid.lost, grid.of_package) == (336, HOURS, ("gas-1", "b-ge"), "other")
    limits = "(on 336 hours of the year; without gas-1, b-ge; of package other)"
    assert f"by {run.name} of part {limits} is 300 gCO2e/kWh" in grid.said(corridor.name)
    planner = planner_of(corridor, grid=run.path)
    ask = planner.request("A", "C", "2024-06-03", commodity="goods", past=True)
    [line] = grid_lines(planner.plan(ask, "goods"))
    assert limits in line
    basis = powered.evidence.find_basis("grid_intensity", grid.row, "gco2e_kwh")
    assert basis is not None
    assert limits in basis.note


def test_c02_a_year_that_is_not_whole_is_of_grade_d(corridor: Corridor) -> None:
    found = {}
    for name, hours in (("whole", HOURS), ("weeks", 336)):
        run = kept(name, hours=hours, stands_for=HOURS / hours)
        powered, [grid] = with_grid(graded(corridor), run)
        said = powered.evidence.find_basis("grid_intensity", grid.row, "gco2e_kwh")
        assert said is not None
        found[name] = (said.grade, "hours of the year" in said.note, grid.limits("picture"))
    assert found == {"whole": ("B", False, ()), "weeks": ("D", True, ("on 336 hours of the year",))}


def test_c03_weeks_that_stand_for_a_year_have_no_hours_of_departure(corridor: Corridor, power: RunFolder) -> None:
    one = kept("a week in a row", stands_for=1.0)
    assert [intensity_of(run)["AZ"].in_a_row for run in (power, one)] == [False, True]
    _, by_weeks, by_hours = train(corridor, Train("A", "C"), [power, one]).grids
    assert by_weeks.by_hour is None
    assert by_hours.by_hour is not None
    assert by_weeks.kg_teu == pytest.approx(by_hours.kg_teu)


# d: studies under it


def test_d01_a_comparison_says_whose_power_it_is(corridor: Corridor) -> None:
    run = kept("compared", 200.0)
    found = compare("base", "wired", package=corridor, grid=run.path, engines=("plan", "assign"), largest=1)
    [grid] = with_grid(corridor, run)[1]
    assert found.notes[0] == f"{grid.said('picture')}."
    assert f"Note: {grid.said('picture')}" in headline(found.run, found.package)
    [told] = found.run.record["inputs"]["settings"]["grid"]
    assert (told["run"], told["country"], told["year"], told["gco2e_kwh"]) == (run.name, "AZ", YEAR, 200.0)
    assert document(found.run, found.package, found.frames)["run"]["inputs"]["settings"]["grid"] == [told]
    plain = compare("base", "wired", package=corridor, engines=("plan", "assign"), largest=1)
    assert "grid" not in plain.run.record["inputs"]["settings"]
    assert plain.run.name != found.run.name

    runs = [found.run, RunFolder.open(runs_folder() / found.runs["wired"]["assign"])]
    for made_of in runs:  # what was read is made again, as the run is there
        assert "grid_intensity" not in " ".join(corridor_of(made_of, corridor).doubts)
    remove_run(run)
    for made_of in runs:
        [doubt] = corridor_of(made_of, corridor).doubts
        assert f"by the run {run.name}, which is gone" in doubt


def test_d02_a_change_of_the_package_is_still_told(corridor: Corridor, power: RunFolder) -> None:
    found = compare("base", "wired", package=corridor, grid=power.path, engines=("assign",))
    other = corridor.with_tables({"link": tuple(one._replace(speed_kmh=31.0) for one in corridor.rows("link"))})
    [doubt] = corridor_of(found.run, other).doubts
    assert "link" in doubt
    assert "grid_intensity" not in doubt


def test_d03_an_appraisal_names_the_run(corridor: Corridor, power: RunFolder) -> None:
    found = appraise(
        ["quick"], corridor, grid=power.path, base="base", start=2024, end=2030, samples=10, opens={"quick": "2025-01"}
    )
    [told] = found.run.record["inputs"]["settings"]["grid"]
    assert (told["run"], told["hours"]) == (power.name, 336)
    assert "grid_intensity" not in " ".join(corridor_of(found.run, corridor).doubts)


def test_d04_the_command_prints_whose_power_it_is(package: Path, power: RunFolder, karvan_says: Says) -> None:
    words = ("compare", "base", "wired", "--package", package, "--engines", "assign", "--grid", power.name)
    code, text = karvan_says(*words)
    assert code == 0
    said = (
        f"The grid of AZ in {YEAR} by {power.name} of spring (on 336 hours of the year) is 300 gCO2e/kWh instead of 600"
    )
    assert said in " ".join(text.split())
    told = json.loads(karvan_says(*words, "--json")[1])
    assert told["run"]["inputs"]["settings"]["grid"][0]["run"] == power.name
    assert said in told["results"]["notes"][0]
    assert karvan_says(*words[:-1], "")[0] == 3


def test_d05_a_plan_by_name_folder_and_in_python_is_one(corridor: Corridor, power: RunFolder) -> None:
    words: dict[str, Any] = {"package": corridor, "commodity": "goods", "past": True}
    plans = [karvan.plan("A", "C", "2024-06-03", "1xFEU", grid=grid, **words) for grid in (power.name, power.path)]
    assert len({plan.options[0].co2e_kg for plan in plans}) == 1


def test_d06_an_empty_name_of_a_run_is_no_name(karvan_says: Says) -> None:
    code, text = karvan_says("plan", "Alat", "Tbilisi", "--depart", "2024-06-03", "--past", "--grid", "")
    assert code == 3
    assert "grid" in text


# e: the service


def test_e01_a_plan_says_what_came_and_went_by_the_run_s_power(
    client: TestClient, package: Path, power: RunFolder, karvan_says: Says
) -> None:
    body = ROUTE | {"grid": power.name}
    answer = client.post("/api/plan", json=body)
    told = PlanPage.model_validate(answer.json())
    words = ("A", "C", "--depart", "2024-06-03", "--past", "--commodity", "goods", "--package", package)
    code, text = karvan_says("plan", *words, "--grid", power.name, "--json")
    assert code == 0
    assert answer.json()["by_grid"] == json.loads(text)["by_grid"]
    assert told.by_grid is not None
    assert told.run.grid is not None
    assert (told.run.grid[0].hours, told.run.grid[0].of_hours, told.run.grid[0].of_package) == (336, HOURS, "picture")
    assert "by_grid" not in client.post("/api/plan", json=body | {"grid": ""}).json()


def test_e02_jobs_take_the_power_of_a_run(client: TestClient, power: RunFolder) -> None:
    for path, body in (
        ("batch", SHIPMENTS),
        ("compare", {"corridor": "line", "base": "base", "scenarios": ["wired"]}),
        ("appraise", APPRAISED),
    ):
        answer = client.post(f"/api/{path}", json={**body, "grid": power.name})
        assert answer.status_code == 202, answer.text
        wrong = client.post(f"/api/{path}", json={**body, "grid": "no-such-run"})
        assert (wrong.status_code, [one["address"] for one in wrong.json()["problems"]]) == (422, ["grid"])


class Silent:
    """Hears nothing."""

    def say(self, **words: Any) -> None: ...

    def doing(self, what: str) -> None: ...

    def done(self, done: int, of: int) -> None: ...


def test_e03_a_batch_is_worked_on_by_the_run_s_power(package: Path, power: RunFolder) -> None:
    found: dict[str | None, tuple[float, Any]] = {}
    for grid in (None, power.name):
        body = BODIES["batch"].model_validate(SHIPMENTS | {"grid": grid})
        name, _ = work("batch", body.model_dump(), str(package), Silent())
        run = RunFolder.open(runs_folder() / name)
        kg = float(run.read("plans").to_pandas()["co2e_kg"].min())
        found[grid] = kg, run.record["inputs"]["settings"].get("grid")
    before, after = found[None], found[power.name]
    kwh = 10 * 2 * 250 * 0.025  # 10 t in each of 2 TEU, over the half of the way that has a wire
    assert before[0] - after[0] == pytest.approx(kwh * (600 - 300) / 1000)
    assert before[1] is None
    assert after[1][0]["run"] == power.name


def test_e04_a_side_that_cannot_be_laid_over_a_run_is_told_at_once(client: TestClient) -> None:
    run = kept("base", 321.0)
    body = {"corridor": "line", "base": run.name, "scenarios": ["no-such", "wired"]}
    answer = client.post("/api/power/compare", json=body)
    assert answer.status_code == 422
    assert [one["found"] for one in answer.json()["problems"]] == ["no scenario 'no-such'"]
    assert client.post("/api/power/compare", json=body | {"scenarios": ["wired"]}).status_code == 202
