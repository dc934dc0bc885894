"""Runs of the power system: what they add up to, that they are kept, compared, held against figures and claims."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.test_power_reading import plant_row, small

from karvan.corridor import Corridor
from karvan.evidence.shelf import runs_folder
from karvan.grid.dispatch import Dispatch, Infeasible, NotSolved, dispatch, quiet
from karvan.grid.dispatched import Dispatched
from karvan.grid.intensity import intensity
from karvan.grid.invest import at_hours
from karvan.grid.reading import read
from karvan.grid.system import Plant, System, Zone
from karvan.ground.errors import InputError
from karvan.report import power as report
from karvan.study.power.cases import CASES, package_with_cases, run_cases
from karvan.study.power.compare import ComparedPower, compare_power, is_run
from karvan.study.power.figures import FITTED, FOLLOWS, GIVEN, Held, held
from karvan.study.power.hours import hour_tables
from karvan.study.power.register import PLANT_HOURS, PLANTS, REGISTER, TABLES
from karvan.study.power.run import PowerAnswer, PowerRun, power_called, power_run
from karvan.study.power.sums import Sums
from karvan.study.scenarios import open_scenario
from karvan.testing.draw import row

Says = Callable[..., tuple[int, str]]
WEEK = PowerRun(weeks=1)
SCENARIOS = {
    "now": b"title: As it is\nyear: 2025\n",
    "sun": b"title: More sun\non: [now]\nprojects: [sun]\n",
    "sun-and-wind": b"title: More of both\non: [now]\nprojects: [sun, wind]\n",
}


@lru_cache
def made() -> Corridor:
    """A small corridor with two projects, a claim of each, and published figures."""
    corridor = small()
    planned = [
        _planned("pv-3", "A", "pv", 200.0, projects=("sun",), site="field", mount="fixed", capacity_factor=0.2),
        _planned("park-3", "A", "park", 50.0, projects=("wind",), capacity_factor=0.35),
    ]
    figures = [
        row("power_figure", id="f1", country="AZ", year=2025, what="generation", technology="wind", twh=0.2),
        row("power_figure", id="f2", country="AZ", year=2025, what="generation", technology="wind", twh=0.5,
            note="An old count"),
        row("power_figure", id="f3", country="AZ", year=2025, what="peak", mw=900.0),
        row("power_figure", id="f4", country="AZ", year=2025, what="generation", technology="oil", twh=0.1),
        row("power_figure", id="c1", country="AZ", year=2027, what="generation", technology="solar", plant=("field",),
            twh=0.35, saved_gas_mcm=74.0, saved_ktco2=300.0, note="The builder"),
        row("power_figure", id="c2", country="AZ", year=2027, what="generation", plant=("field", "park-3"), twh=9.0),
    ]  # fmt: skip
    return replace(corridor.with_tables({
        "project": tuple(row("project", id=name, name=name, kind="energy", status="planned", opens="2025-01")
                         for name in ("sun", "wind")),
        "planned_plant": tuple(planned), "power_figure": tuple(figures),
        "demand": (row("demand", id="d", origin="BAKU", destination="TBILISI", commodity="goods", year=2025,
                       teu_year=9.0),),
    }), scenarios=SCENARIOS)  # fmt: skip


def _planned(name: str, zone: str, technology: str, mw: float, **more: Any) -> Any:
    made = plant_row(name, zone, technology, mw)
    return row("planned_plant", **made._asdict() | more)


@lru_cache
def week(scenario: str) -> PowerAnswer:
    """A week of a scenario, kept; each is dispatched once."""
    found = power_run(made(), scenario, WEEK)
    assert isinstance(found, PowerAnswer)
    return found


def test_a01_a_run_adds_up() -> None:
    found = week("now")
    country = found.country("AZ")
    batteries = sum(line["taken_twh"] - line["twh"] for line in found.rows(PLANTS) if line["sort"] == "battery")
    electrolysis = sum(line["taken_twh"] for line in found.rows(PLANTS) if line["sort"] == "electrolyser")
    brought = country["made_twh"] + country["imports_twh"] + country["shed_gwh"] / 1e3
    assert brought == pytest.approx(country["load_twh"] + country["exports_twh"] + batteries + electrolysis, rel=1e-6)
    assert found.results["worst_imbalance_mw"] < 1e-6
    assert sum(line["share"] or 0.0 for line in found.rows("power_technologies")) == pytest.approx(1)
    assert sum(line["load_twh"] or 0.0 for line in found.rows("power_zones")) == pytest.approx(country["load_twh"])


def test_a02_tables_by_the_hour_come_to_those_of_the_year() -> None:
    found = week("now")
    hours, each = found.columns(PLANT_HOURS.name), found.results["hours_each_stands_for"]
    assert each == pytest.approx(8760 / 168)
    for line in found.rows(PLANTS):
        if line["sort"] in ("thermal", "solar", "wind"):
            mw = hours["mw"][hours["plant"] == line["plant"]]
            assert len(mw) == 168
            assert mw.sum() * each / 1e6 == pytest.approx(line["twh"], abs=1e-12)


def test_a03_the_register_has_every_column_with_its_unit() -> None:
    found = week("now")
    assert found.run is not None
    there = {name for name, _, _ in found.run.files()}
    assert there == {table.name for table in TABLES}
    for name in there:
        kept = found.run.read(name)
        assert kept.column_names == [column.name for column in REGISTER[name]]
    units = {column.name: column.unit for column in REGISTER["power_plants"]}
    assert units["twh"] == "TWh"
    assert units["gas_bcm"] == "billion m3"


def test_a04_asked_again_it_is_opened_and_says_the_same() -> None:
    first, again = week("now"), power_run(made(), "now", WEEK)
    assert isinstance(again, PowerAnswer)
    assert again.opened
    assert again.run is not None
    assert first.run is not None
    assert again.run.path == first.run.path
    called = power_called(first.run.name)
    for name in REGISTER:
        for one in (again, called):
            assert one.rows(name) == first.rows(name), name
    assert called.ask.weeks == 1
    assert first.clock["dispatch_seconds"] > 0
    assert "dispatch_seconds" in json.loads((first.run.path / "run.json").read_text("utf-8"))["clock"]


def test_a05_what_freight_does_makes_no_other_run() -> None:
    week("now")
    corridor = made().with_tables({"demand": tuple(one._replace(teu_year=7.0) for one in made().rows("demand"))})
    same = power_run(corridor, "now", WEEK)
    assert isinstance(same, PowerAnswer)
    assert same.opened


def test_a06_money_over_ties_is_that_of_the_dispatch() -> None:
    """The rows of ties, summed by market, are what `Dispatched` says of markets."""
    world = open_scenario(made(), "now")
    system = at_hours(read(world.corridor, 2025).system, np.arange(48, dtype=np.float64))
    found = dispatch(system)
    assert isinstance(found, Dispatched)
    sums = Sums(found, world.corridor, {"AZ": {way: intensity(found, "AZ", way) for way in ("direct", "life")}})
    musd = sum(line["export_musd"] for line in sums.ties if line["market"] == "GE")
    assert musd == pytest.approx(float(found.export_usd[:, 0].sum()) / 1e6)
    assert musd != 0
    bought = sum(line["import_musd"] for line in sums.ties if line["market"] == "GE")
    assert bought == pytest.approx(float(found.import_usd[:, 0].sum()) / 1e6)
    (country,) = sums.countries
    assert country["mtco2"] == pytest.approx(float(found.kgco2.sum()) / 1e9)
    assert country["gas_bcm"] == pytest.approx(float(found.m3.sum()) / 1e9)
    assert country["cost_musd"] == pytest.approx(found.plants_usd / 1e6)


@pytest.mark.thorough
def test_a07_load_that_is_added_is_served_or_told() -> None:
    load = {"A": np.full(8760, 1000.0)}
    told = power_run(made(), "now", WEEK, load=load, keep=False)
    assert isinstance(told, Infeasible)
    assert "where at most 10.0% of the load may be shed" in told.said
    found = power_run(made(), "now", replace(WEEK, shed_share=1.0), load=load, keep=False)
    assert isinstance(found, PowerAnswer)
    more = found.country("AZ")["load_twh"] - week("now").country("AZ")["load_twh"]
    assert more == pytest.approx(1000 * 8760 / 1e6)
    assert found.run is None
    assert found.country("AZ")["shed_gwh"] > 0
    assert f"{found.country('AZ')['shed_gwh']:.2f} GWh not served" in report.power_tables(found)[0]
    with pytest.raises(InputError, match="8,759 hours"):
        power_run(made(), "now", WEEK, load={"A": np.zeros(8759)}, keep=False)


def test_b01_what_cannot_be_used_is_told_and_leaves_no_run() -> None:
    before = sorted(path.name for path in runs_folder().iterdir())
    for ask, told in ((PowerRun(weeks=53), "give 1 to 52"), (PowerRun(year=1999), "none of AZ in 1999"),
                      (PowerRun(profiles=(Path("nowhere.csv"),)), "give a file")):  # fmt: skip
        with pytest.raises(InputError, match=told):
            power_run(made(), "now", ask)
    with pytest.raises(InputError, match="no scenario 'nwo'"):
        power_run(made(), "nwo", WEEK)
    assert sorted(path.name for path in runs_folder().iterdir()) == before


def test_b02_a_solver_that_stops_is_an_answer_and_leaves_no_run() -> None:
    before = sorted(path.name for path in runs_folder().iterdir())
    found = power_run(made(), "now", PowerRun(weeks=1, seed=3, solve=Dispatch(time_limit_s=1e-9)))
    assert isinstance(found, NotSolved)
    assert "time_limit" in report.unsolved_document(found, "now")["said"]
    assert sorted(path.name for path in runs_folder().iterdir()) == before


@pytest.mark.thorough
def test_b03_a_system_that_cannot_be_served_tells_where_and_when() -> None:
    system = System(
        "tight", 2025, np.datetime64("2025-01-01T00", "h"), (Zone("A", "AZ", False),), np.full((2, 1), 100.0),
        (Plant("g", "A", "thermal", "gas", 80.0, 20.0, 400.0, 500.0, 200.0, np.ones(2), np.zeros(2)),), shed_share=0.1,
    )  # fmt: skip

    found = dispatch(system)
    assert isinstance(found, Infeasible)
    told = report.unsolved_document(found, "tight")
    assert told["solved"] is False
    assert told["unmet"][0] == {"zone": "A", "time": "2025-01-01T00Z", "mw": pytest.approx(10.0)}


def test_c01_a_project_saves_what_it_takes_the_place_of() -> None:
    found = compared("sun")
    (one,) = found.differences
    assert one.new_plants == ("pv-3",)
    assert one.new_mw == 200
    assert one.gas_saved_mcm > 0
    # One gas plant is at the margin, of efficiency 0.5 on gas of 9.5 kWh a cubic metre.
    assert one.gas_saved_mcm == pytest.approx(-one.thermal_twh * 1e6 / 0.5 / 9.5 / 1e3, rel=1e-6)
    assert one.co2_saved_kt == pytest.approx(-one.thermal_twh * 1e6 * 0.4 / 1e3, rel=1e-6)
    assert one.after["direct_used"] < one.before["direct_used"]  # type: ignore[operator]


def test_c02_a_claim_stands_beside_the_run_with_its_reason() -> None:
    claims = {claim.id: claim for one in compared("sun").differences for claim in one.claims}
    assert set(claims) == {"c1"}  # c2 speaks of a park that is not built
    energy, gas, co2 = claims["c1"].amounts
    sunny = week("sun")
    made_twh = next(line["twh"] for line in sunny.rows(PLANTS) if line["plant"] == "pv-3")
    assert energy.found == pytest.approx(made_twh)
    assert energy.agrees is (abs(made_twh / 0.35 - 1) <= 0.1)
    assert co2.agrees is False
    assert f"a MWh saves {300 / 0.35:,.0f} kg of CO2 by the claim" in co2.reason
    assert "4.05 kg a cubic metre of gas, and burning one lets out 1.90" in co2.reason
    assert gas.found is not None


@pytest.mark.thorough
def test_c03_savings_of_one_among_several_are_not_told() -> None:
    claims = {claim.id: claim for one in compared("sun-and-wind").differences for claim in one.claims}
    assert claims["c1"].amounts[1].found is None
    assert claims["c1"].amounts[1].reason == "1 other plant or tie differs between the runs"
    energy = claims["c2"].amounts[0]
    assert energy.agrees is False
    assert "250 MW would need a capacity factor of 4.110" in energy.reason
    assert "none is above 1" in energy.reason


@pytest.mark.thorough
def test_c04_runs_are_compared_by_their_names() -> None:
    first, second = (week(name).run for name in ("now", "sun"))
    assert first is not None
    assert second is not None
    assert is_run(first.name)
    found = compare_power(made(), first.name, [str(second.path), "sun-and-wind"], WEEK)
    assert isinstance(found, ComparedPower)
    assert found.differences[0].row()["changes"] == compared("sun").differences[0].changes
    assert found.differences[1].new_plants == ("park-3", "pv-3")
    with pytest.raises(InputError, match="no scenario 'nothing'"):
        compare_power(made(), first.name, ["nothing"], WEEK)


def test_c05_documents_and_tables_hold_the_same() -> None:
    document = report.compare_document(compared("sun"))
    json.dumps(document, allow_nan=False)
    assert document["differences"][0]["gas_saved_mcm"] == compared("sun").differences[0].gas_saved_mcm
    power = report.power_document(week("sun"))
    json.dumps(power, allow_nan=False)
    assert power["countries"][0]["country"] == "AZ"
    assert report.compare_tables(compared("sun"))


def test_d01_figures_are_held_with_a_reason_where_they_differ() -> None:
    found = held(made(), "AZ", ["now"], WEEK)
    assert isinstance(found, Held)
    lines = {line.id: line for line in found.lines}
    assert set(lines) == {"f1", "f2", "f3", "f4"}
    wind = sum(line["twh"] for line in week("now").rows(PLANTS) if line["reported"] == "wind")
    assert lines["f1"].found == pytest.approx(wind)
    assert lines["f2"].reason.startswith(f"60.0 MW would need a capacity factor of {0.5e6 / 60 / 8760:.3f}")
    assert lines["f2"].reason.endswith("of the figure: an old count")
    assert [lines[name].sort for name in ("f1", "f3", "f4")] == [FITTED, GIVEN, FOLLOWS]
    assert lines["f4"].within is None
    assert lines["f4"].reason == "the model has nothing of it"
    with pytest.raises(InputError, match="give one of AZ"):
        held(made(), "GE", ["now"], WEEK)


@pytest.mark.thorough
def test_e01_the_shipped_package_can_make_every_case() -> None:
    corridor = package_with_cases()
    for name, case in CASES.items():
        assert case.against in corridor.scenarios
        world = open_scenario(corridor, name)
        assert world.year(0) == 2030
        assert world.scenario is not None
        assert not set(case.projects) & set(world.scenario.not_there), name


def test_e02_a_case_that_there_is_not_is_told() -> None:
    with pytest.raises(InputError, match="give one of"):
        run_cases(made(), ["gobustn"])
    assert "gobustan" not in package_with_cases(made()).scenarios


def test_f01_the_command_prints_and_tells_by_its_exit_code(karvan_says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    week("now")
    monkeypatch.setattr("karvan.study.power.cases.load_corridor", lambda _: made())
    code, told = karvan_says("power", "run", "now", "--weeks", 1, "--json")
    assert code == 0, told
    assert json.loads(told)["countries"][0]["load_twh"] == week("now").country("AZ")["load_twh"]
    code, told = karvan_says("power", "run", "now", "--weeks", 1)
    assert code == 0
    assert "it was there already" in " ".join(told.split())
    code, told = karvan_says("power", "run", "now", "--weeks", 1, "--seed", 5, "--time-limit", 1e-9)
    assert code == 5
    assert "time_limit" in told
    assert karvan_says("power", "run", "nwo")[0] == 3


@pytest.mark.thorough
def test_f02_compare_and_figures_print_their_tables(karvan_says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    compared("sun")
    monkeypatch.setattr("karvan.study.power.cases.load_corridor", lambda _: made())
    code, told = karvan_says("power", "compare", "now", "sun", "--claims", "--weeks", 1)
    assert code == 0, told
    assert "sun, c1, CO2: a MWh saves" in " ".join(told.split())
    code, told = karvan_says("power", "figures", "az", "--base", "now", "--weeks", 1)
    assert code == 0, told
    assert "f4: the model has nothing of it." in told


def test_f03_an_export_is_read_back_by_pypsa(
    karvan_says: Says, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = week("now").run
    assert first is not None
    monkeypatch.setattr("karvan.study.power.cases.load_corridor", lambda _: made())
    code, told = karvan_says("power", "export", first.name, tmp_path / "now.nc", "--json")
    assert code == 0, told
    assert json.loads(told)["hours"] == 8760
    import pypsa

    with quiet():
        n = pypsa.Network(str(tmp_path / "now.nc"))
    assert float(n.loads_t.p_set["load:A"].sum() + n.loads_t.p_set["load:B"].sum()) == pytest.approx(5e6)
    more = made().with_tables({"load": tuple(one._replace(twh=6.0) for one in made().rows("load"))})
    monkeypatch.setattr("karvan.study.power.cases.load_corridor", lambda _: more)
    code, told = karvan_says("power", "export", first.name, tmp_path / "other.nc")
    assert code == 3
    assert "other rows than the package has" in told


@pytest.mark.thorough
def test_f04_what_must_run_beyond_all_load_is_no_dispatch_and_says_where(
    karvan_says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    corridor = made().with_tables({
        "technology": tuple(one._replace(least=1.0) if one.id == "ccgt" else one for one in made().rows("technology"))
    })  # fmt: skip
    monkeypatch.setattr("karvan.study.power.cases.load_corridor", lambda _: corridor)
    before = sorted(path.name for path in runs_folder().iterdir())
    code, told = karvan_says("power", "run", "now", "--weeks", 1, "--json")
    assert code == 4, told
    document = json.loads(told)
    assert document["solved"] is False
    assert "cannot get rid of what must run or come in" in document["said"]
    assert document["unmet"][0]["mw"] < 0
    assert sorted(path.name for path in runs_folder().iterdir()) == before


@pytest.mark.thorough
def test_f05_investment_builds_what_pays(karvan_says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    """At no cost of building, sun is built in full; at a cost beyond all gas, none is."""
    for capex, least, most in ((0.001, 299.9, 300.0), (1e6, 0.0, 0.1)):
        corridor = made().with_tables({
            "technology": tuple(one._replace(capex_usd_kw=capex, life_years=20.0) if one.id == "pv" else one
                                for one in made().rows("technology"))
        })  # fmt: skip
        monkeypatch.setattr("karvan.study.power.cases.load_corridor", lambda _, corridor=corridor: corridor)
        code, told = karvan_says("power", "invest", "now", "--candidates", "pv", "--zones", "A", "--most-mw", 300,
                                 "--weeks", 1, "--json")  # fmt: skip
        assert code == 0, told
        (line,) = json.loads(told)["candidates"]
        assert least <= line["mw"] <= most
    code, told = karvan_says("power", "invest", "now", "--candidates", "pw,stack", "--zones", "C")
    assert code == 3
    assert "found 'pw'" in told
    assert "found 'C'" in told


def compared(scenario: str) -> ComparedPower:
    week("now")
    week(scenario)
    found = compare_power(made(), "now", [scenario], WEEK, claims=True)
    assert isinstance(found, ComparedPower)
    return found


def test_hours_of_nothing_make_no_table() -> None:
    system = System(
        "one", 2025, np.datetime64("2025-01-01T00", "h"), (Zone("A", "AZ", False),), np.full((2, 1), 10.0),
        (Plant("g", "A", "thermal", "gas", 80.0, 20.0, 400.0, 500.0, 200.0, np.ones(2), np.zeros(2)),),
    )  # fmt: skip
    none, one = np.zeros((2, 0)), np.zeros((2, 1))
    found = Dispatched(system, one + 10.0, none, none, none, none, none, none, one, none, one, 0.0, "simplex", 1, 0, 0)
    carbon = {"AZ": {way: intensity(found, "AZ", way) for way in ("direct", "life")}}
    tables = hour_tables(found, np.array(["2025-01-01T00", "2025-01-01T01"], dtype="datetime64[h]"), carbon)
    assert set(tables) == {"power_zone_hours", "power_carbon_hours", "power_plant_hours"}


PAGE = Path(__file__).parents[1] / "docs" / "power.md"
LOST = "azerbaijan-tpp nov8-first mingachevir-hpp absheron-aran aran-ganja aran-karabakh az-ge nakhchivan-gas"
COMMANDS = ("karvan power figures AZ", "karvan power cases", f"karvan power loss base-2025 {LOST}")


@pytest.mark.thorough
@pytest.mark.parametrize("command", COMMANDS)
def test_g01_years_come_out_as_the_page_says(karvan_says: Says, command: str) -> None:
    """Base years within a tenth of what was published or with the reason, and every case: a quarter of an hour."""
    text = PAGE.read_text("utf-8")
    shown = text.partition(f"```console\n{command}\n```\n\n```text\n")[2].partition("```\n")[0]
    assert shown
    code, told = karvan_says(*command.split()[1:])
    assert code == (4 if "loss" in command else 0)  # without its line Karabakh cannot be served
    assert [line.rstrip() for line in told.splitlines()] == [line.rstrip() for line in shown.splitlines()]


@pytest.mark.thorough
def test_g02_a_year_of_the_base_system_is_dispatched_in_three_minutes() -> None:
    found = power_run("middle-corridor", "base-2024", keep=False)
    assert isinstance(found, PowerAnswer)
    assert found.results["hours"] == 8784
    assert found.results["worst_imbalance_mw"] < 1e-6
    assert found.clock["dispatch_seconds"] < 180
    figures = {"made_twh": 28.4, "exports_twh": 1.4, "life_made": 634.34}  # pf0385, pf0387, pf0781
    for name, published in figures.items():
        assert found.country("AZ")[name] == pytest.approx(published, rel=0.1)
