"""Freight and power as one: what trains draw and what their power lets out, on systems that can be reckoned by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from tests.test_power_reading import small
from tests.test_simulate import drawn, goods

import karvan
from karvan.api.app import create_app
from karvan.api.plan_pages import PlanPage
from karvan.api.settings import Settings
from karvan.cli.main import karvan as cli
from karvan.corridor import Corridor, load
from karvan.corridor.structure import currents
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.grid.dispatch import dispatch
from karvan.grid.dispatched import Dispatched
from karvan.grid.invest import at_hours
from karvan.grid.load import with_load
from karvan.grid.reading import read_system
from karvan.ground.errors import InputError
from karvan.itinerary.what_if import compare
from karvan.itinerary.wired import kg_by_package, wire_kwh
from karvan.report.plan import document, grid_lines
from karvan.scenario import bend, read_change
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.plan import Planner, planner_of
from karvan.study.power.carbon import intensity_of, with_grid
from karvan.study.power.coupled import Couple, Coupled, couple
from karvan.study.power.line import line_between
from karvan.study.power.register import CARBON_HOURS, PLANTS, REGISTER
from karvan.study.power.ridden import drawn_by_run, over_hours
from karvan.study.power.run import PowerAnswer, PowerRun, power_run
from karvan.study.power.traction import PORT_KWH_BOX, Drawn, drawn_by_flows, more_load, round_and_round
from karvan.study.power.train import Train, train
from karvan.study.simulate import simulate
from karvan.testing.draw import row

DOCS = Path(__file__).parents[1] / "docs"
POWER = ("zone", "fuel", "technology", "plant", "tie", "exchange", "load", "load_shape", "radiation")
YEAR = 2024
KM = 250.0
"""Of each of the two links: the first has a wire."""
ENERGY, DIESEL, GRID = 0.025, 20.0, 600.0
"""kWh/tkm, gCO2e/tkm and the package's gCO2e/kWh."""
BOXES, TONNES = 8760.0, 20.0
"""A year, and in each."""
AT_PLANTS = 6.4 / 6.0
"""What plants make for what a train draws: 0.4 of 6.4 is lost on the way (EF-096)."""
WIRE = "link/K1-1/electrified=true"


@pytest.fixture(scope="module", autouse=True)
def own_runs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs of these tests stand by themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KARVAN_RUNS", str(tmp_path_factory.mktemp("runs")))
        yield


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    """A line A - B - C in Azerbaijan, its first half under a wire, and the power system of `small` under it."""
    made = drawn(
        "place A AZ Asia/Baku\nplace B AZ Asia/Baku\nplace C AZ Asia/Baku\nK1 rail A 5h B 5h C every 12h 10kg",
        goods(way="A > C"), teu=200.0,
        link={"K1-0": {"electrified": True, "country": "AZ"}, "K1-1": {"country": "AZ"}},
        vehicle={"K1": {"energy_kwh_tkm": ENERGY}},
        place={"A": {"lon": 49.7, "lat": 40.4}, "B": {"lon": 49.0, "lat": 40.4}, "C": {"lon": 46.0, "lat": 40.7}},
    )  # fmt: skip
    power = {name: small().rows(name) for name in POWER if name not in ("exchange", "tie")}
    power["tie"] = tuple(one for one in small().rows("tie") if one.id == "a-b")
    grid = tuple(
        row("grid_intensity", country=country, year=year, gco2e_kwh=grams)
        for country, year, grams in (("AZ", 2023, 700.0), ("AZ", YEAR, GRID), ("GE", YEAR, 140.0))
    )
    return made.with_tables({**power, "grid_intensity": grid})


@pytest.fixture(scope="module")
def power(corridor: Corridor) -> RunFolder:
    """A run as `karvan power run` keeps it, of a week with a mix that moves by the hour."""
    hours = np.arange(168)
    times = np.datetime64(f"{YEAR}-03-01T00", "s") + hours * np.timedelta64(3600, "s")
    made, used = (300.0 + 150.0 * np.sin(hours / 5.0) + more for more in (0.0, 40.0))
    columns = {"made_mwh": 900.0 + hours, "used_mwh": 800.0 + hours, "direct_made": made / 2, "direct_used": used / 2,
               "life_made": made, "life_used": used}  # fmt: skip
    plants = [{"plant": one.id, "technology": one.technology, "country": "AZ"} for one in corridor.rows("plant")]
    about = describe("power", corridor.name, corridor.tables, seed=1, replications=0, scenario="spring", settings={})
    with open_run(about, register=REGISTER) as run:
        run.finish({
            CARBON_HOURS.name: {"time": times, "country": np.full(168, "AZ", dtype=object), **columns},
            PLANTS.name: {name: np.array([one[name] for one in plants], dtype=object) for name in plants[0]},
        }, {"year": YEAR})  # fmt: skip
    return run


@pytest.fixture(scope="module")
def flows(corridor: Corridor) -> Drawn:
    return flowing(corridor)


def flowing(corridor: Corridor) -> Drawn:
    ask = Assign(year=YEAR)
    return drawn_by_flows(solve(problem_of(corridor, ask), ask), YEAR)


def by_id(drawn: Drawn) -> dict[str, Any]:
    return {link.link: link for link in drawn.links}


# --- what a run says of a kilowatt-hour


def test_a01_intensity__its_mean_is_by_energy(power: RunFolder):
    table = power.read(CARBON_HOURS.name).to_pandas()
    for of in ("made", "used"):
        mix = intensity_of(power, of)["AZ"]
        assert mix.mean == pytest.approx(np.average(table[f"life_{of}"], weights=table[f"{of}_mwh"]))
        assert (mix.year, mix.scenario, len(mix.life), mix.in_a_row) == (YEAR, "spring", 168, True)


def test_a02_with_grid__the_run_takes_the_place_of_the_year_and_of_later_ones(corridor: Corridor, power: RunFolder):
    later = corridor.with_tables({
        "grid_intensity": (*corridor.rows("grid_intensity"),
                           row("grid_intensity", country="AZ", year=2029, gco2e_kwh=1.0)),
    })  # fmt: skip
    powered, [told] = with_grid(later, power)
    kept = {(one.country, one.year): one.gco2e_kwh for one in powered.rows("grid_intensity")}
    mean = intensity_of(power)["AZ"].mean
    assert kept == {("AZ", 2023): 700.0, ("AZ", YEAR): mean, ("GE", YEAR): 140.0}
    assert (told.run, told.country, told.year, told.gco2e_kwh) == (power.name, "AZ", YEAR, mean)
    assert (told.package_year, told.package_gco2e_kwh) == (2029, 1.0)
    assert not list(currents(powered))
    assert later.rows("grid_intensity")[-1].gco2e_kwh == 1.0  # the base is as it was


def test_a03_with_grid__its_basis_names_the_run_and_has_the_worst_grade(corridor: Corridor, power: RunFolder):
    graded = corridor.with_tables({
        "basis": tuple(
            row("basis", table="fuel", row="gas", column=column, facts=(f"fact-{column}",), method="read", grade="A")
            for column in ("kgco2_mwh", "kgco2e_mwh_upstream")
        ),
    })  # fmt: skip
    powered, _ = with_grid(graded, power)
    basis = powered.evidence.find_basis("grid_intensity", f"AZ:{YEAR}", "gco2e_kwh")
    assert basis is not None
    assert basis.method == "derived"
    assert basis.facts == ("fact-kgco2_mwh", "fact-kgco2e_mwh_upstream")
    assert power.name in basis.note
    assert basis.grade == "D"  # of the plants there is no basis at all


def test_a04_with_grid__what_cannot_be_used_is_told(corridor: Corridor, power: RunFolder):
    nowhere = corridor.with_tables({
        "place": tuple(one._replace(country="FR") for one in corridor.rows("place")), "grid_intensity": (),
    })  # fmt: skip
    with pytest.raises(InputError, match="power of AZ"):
        with_grid(nowhere, power)
    with pytest.raises(InputError, match="made, used"):
        intensity_of(power, "sold")
    with pytest.raises(InputError, match="karvan runs"):
        with_grid(corridor, "no-such-run")


# --- the planner


def test_b01_plan__co2e_is_that_of_the_run_and_what_it_was_is_told(corridor: Corridor, power: RunFolder):
    mean = intensity_of(power)["AZ"].mean
    words = {"package": corridor, "commodity": "goods", "past": True}
    before = karvan.plan("A", "C", "2024-06-03", "1xFEU", **words)
    after = karvan.plan("A", "C", "2024-06-03", "1xFEU", grid=power.path, **words)
    [was], [now] = before.options, after.options
    kwh = TONNES * KM * ENERGY
    assert wire_kwh(after, now, "AZ") == pytest.approx(kwh)
    assert now.co2e_kg == pytest.approx((kwh * mean + TONNES * KM * DIESEL) / 1000)
    assert kg_by_package(after, now) == pytest.approx(was.co2e_kg)
    assert not compare(before, after).gone
    told = document(after)
    assert told["run"]["grid"][0]["gco2e_kwh"] == pytest.approx(mean, abs=1e-6)
    assert told["options"][0]["grid"]["package_co2e_kg"] == pytest.approx(was.co2e_kg, abs=1e-6)
    assert "grid" not in document(before)["run"]
    [line, same] = grid_lines(after, compare(before, after))
    part = f"{power.name} of spring (on 168 hours of the year)"
    assert f"The grid of AZ in {YEAR} by {part} is {mean:,.0f} gCO2e/kWh instead of {GRID:,.0f}" in line
    assert "same" in same


def test_b02_plan__a_change_keeps_the_run_s_power(corridor: Corridor, power: RunFolder):
    planner = planner_of(corridor, grid=power.path)
    changed = planner.changed([WIRE])
    assert changed.grid == planner.grid
    ask = changed.request("A", "C", "2024-06-03", "1xFEU", commodity="goods", past=True)
    [option] = changed.plan(ask, "goods").options
    mean = intensity_of(power)["AZ"].mean
    assert option.co2e_kg == pytest.approx(2 * KM * TONNES * ENERGY * mean / 1000)


def test_b03_plan__without_a_figure_of_the_package_none_is_made_up(corridor: Corridor, power: RunFolder):
    without = corridor.with_tables({"grid_intensity": tuple(corridor.rows("grid_intensity")[-1:])})
    powered, told = with_grid(without, power)
    planner = Planner(powered, grid=told)
    plan = planner.plan(planner.request("A", "C", "2024-06-03", commodity="goods", past=True), "goods")
    assert kg_by_package(plan, plan.options[0]) is None
    assert "no figure" in next(iter(grid_lines(plan)))


def test_b04_plan__by_the_command(power: RunFolder, tmp_path: Path):
    words = ["plan", "Alat", "Tbilisi", "--depart", "2024-06-03", "--past", "--grid"]
    shown = CliRunner().invoke(cli, [*words, str(power.path)], standalone_mode=False)
    part = f"{power.name} of spring (on 168 hours of the year; of package picture)"
    assert f"The grid of AZ in {YEAR} by {part} is" in " ".join(shown.output.split())
    told = json.loads(CliRunner().invoke(cli, [*words, str(power.path), "--json"], standalone_mode=False).output)
    assert told["run"]["grid"][0]["package_gco2e_kwh"] == load("middle-corridor").row("grid_intensity", "AZ:2024")[2]
    assert told["by_grid"] == {"gone": [], "new": []}
    [direct] = [option for option in told["options"] if option["family"] == "direct"]
    less = direct["grid"]["package_co2e_kg"] - direct["co2e_kg"]
    grid = told["run"]["grid"][0]
    gap = grid["package_gco2e_kwh"] - grid["gco2e_kwh"]
    assert less == pytest.approx(direct["grid"]["kwh"]["AZ"] * gap / 1000, abs=1e-4)
    assert less > 0
    wrong = CliRunner().invoke(cli, [*words, str(tmp_path)], standalone_mode=False)
    assert isinstance(wrong.exception, InputError)


def test_b05_plan__over_rest(power: RunFolder, tmp_path: Path):
    body = {"origin": "Alat", "destination": "Tbilisi", "depart": "2024-06-03", "past": True, "grid": power.name}
    with TestClient(create_app(Settings(tmp_path / "service", workers=0)), base_url="http://localhost") as client:
        answer = client.post("/api/plan", json=body)
        assert answer.status_code == 200, answer.text
        told = PlanPage.model_validate(answer.json())
        assert told.run.grid is not None
        assert told.run.grid[0].run == power.name
        assert told.options[0].grid is not None
        assert client.post("/api/plan", json=body | {"grid": "../x"}).status_code == 422


# --- a block train


def test_c01_train__by_hand(corridor: Corridor, power: RunFolder):
    found = train(corridor, Train("A", "C", tonnes_teu=10.0), [power])
    package, run = found.grids
    mean = intensity_of(power)["AZ"].mean
    assert (found.km, found.wire_km, found.hours, found.vehicle) == (2 * KM, KM, 10.0, "K1")
    assert found.kwh_teu == pytest.approx(10 * KM * ENERGY)
    assert found.diesel_kg_teu == pytest.approx(10 * 2 * KM * DIESEL / 1000)
    assert package.kg_teu == pytest.approx(10 * KM * (ENERGY * GRID + DIESEL) / 1000)
    assert run.kg_teu == pytest.approx(10 * KM * (ENERGY * mean + DIESEL) / 1000)


def test_c02_train__is_what_the_planner_counts_for_the_ride(corridor: Corridor):
    plan = karvan.plan("A", "C", "2024-06-03", "1xFEU", package=corridor, commodity="goods", past=True)
    found = train(corridor, Train("A", "C", tonnes_teu=TONNES))
    assert found.grids[0].kg_teu == pytest.approx(plan.options[0].co2e_kg)


def test_c03_train__by_hour_is_the_mix_of_the_hours_under_way(corridor: Corridor, power: RunFolder):
    wired = bend(corridor, [read_change(WIRE)])
    found = train(wired, Train("A", "C"), [power])
    hours = found.grids[1].by_hour
    life = intensity_of(power)["AZ"].life
    assert hours is not None
    around = np.concatenate([life, life])
    kwh = 10 * KM * ENERGY
    expected = [kwh * (around[h : h + 5].mean() + around[h + 5 : h + 10].mean()) / 1000 for h in range(len(life))]
    assert hours.kg_teu == pytest.approx(expected)
    local = (hours.times[0].astype("datetime64[h]").astype(int) + 4) % 24
    assert hours.hour_of_day[local] == pytest.approx(hours.kg_teu[::24].mean())
    assert np.isfinite(hours.month).sum() == 1


def test_c04_train__what_is_wrong_is_told(corridor: Corridor):
    for ask, said in (
        (Train("A", "A"), "no rail"), (Train("A", "C", teu=-1), "above 0"), (Train("A", "C", vehicle="K9"), "K1"),
        (Train("A", "Nowhere"), "Nowhere"), (Train("A", "C", tonnes_teu=float("nan")), "above 0"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            train(corridor, ask)


def test_c05_line__is_of_one_gauge_and_one_way_links_are_kept():
    made = drawn("K1 rail A 5h B every 12h\nK2 rail1435 B 1h C every 12h\nK3 rail A 9h C every 12h", goods(way="A > B"))
    assert [hop.link for hop in line_between(made, "A", "C")] == ["K3-0"]
    shut = made.with_tables({"link": tuple(one._replace(one_way=True) for one in made.rows("link"))})
    with pytest.raises(InputError, match="no rail"):
        line_between(shut, "C", "A")


def test_c06_train__of_the_package_that_ships():
    """Alat - Boyuk Kesik: by the lengths and figures of the package itself, through the command."""
    found = CliRunner().invoke(cli, ["power", "train", "--json"], standalone_mode=False)
    told = json.loads(found.output)
    package = load("middle-corridor")
    km = sum(package.row("link", name).length_km for name in told["links"])
    grid = package.row("grid_intensity", "AZ:2024").gco2e_kwh
    assert told["passes"][0] == "ALAT"
    assert told["passes"][-1] == "BOYUK_KESIK"
    assert told["km"] == told["wire_km"] == pytest.approx(km)
    assert told["kwh_teu"] == pytest.approx(10 * km * package.row("vehicle", told["vehicle"]).energy_kwh_tkm)
    assert told["grids"][0]["kg_teu"] == pytest.approx(told["kwh_teu"] * grid / 1000, abs=1e-5)
    assert told["diesel"]["kg_teu"] == pytest.approx(
        10 * km * package.row("emission_factor", "rail-diesel").gco2e_tkm / 1000
    )


def test_c07_docs__the_page_has_what_the_command_prints():
    page = (DOCS / "power.md").read_text("utf-8")
    shown = CliRunner().invoke(cli, ["power", "train"], standalone_mode=False).output
    assert "\n".join(line.rstrip() for line in shown.strip().splitlines()) in page


# --- what freight draws


def test_d01_flows__tonnes_times_km_times_energy(flows: Drawn):
    wire, bare = by_id(flows)["K1-0"], by_id(flows)["K1-1"]
    tkm = BOXES * TONNES * KM
    assert (wire.tkm, wire.kwh) == (pytest.approx(tkm), pytest.approx(tkm * ENERGY))
    assert (bare.tkm, bare.kwh) == (pytest.approx(tkm), 0.0)
    assert wire.kg_co2e == pytest.approx(tkm * ENERGY * GRID / 1000)
    assert bare.kg_co2e == pytest.approx(tkm * DIESEL / 1000)
    assert (wire.zone, bare.zone) == ("A", "B")  # the nearest to the middle of each
    assert flows.load(24)["A"] == pytest.approx(np.full(24, AT_PLANTS * tkm * ENERGY / 1000 / 8784))
    assert "B" not in flows.zones() or flows.zones()["B"] == 0.0


def test_d02_a_wire_over_the_rest__co2e_falls_and_load_rises(corridor: Corridor, flows: Drawn):
    wired = flowing(bend(corridor, [read_change(WIRE)]))
    tkm = BOXES * TONNES * KM
    assert flows.kg_co2e - wired.kg_co2e == pytest.approx(tkm * (DIESEL - ENERGY * GRID) / 1000)
    more = more_load(wired, flows, 8784)
    assert list(more) == ["B"]  # what A's trains drew before is in its load, and is not added again
    assert float(more["B"].sum()) == pytest.approx(AT_PLANTS * tkm * ENERGY / 1000)
    assert not more_load(flows, flows, 24)
    assert more_load(flows, wired, 24)["B"] == pytest.approx(-more["B"][:24])


@pytest.mark.thorough
def test_d03_power__what_freight_draws_more_is_made_to_the_kilowatt_hour(corridor: Corridor, flows: Drawn):
    system = at_hours(read_system(corridor, YEAR), np.arange(48.0))
    more = more_load(flowing(bend(corridor, [read_change(WIRE)])), flows, 48)["B"] * 10
    before, after = dispatch(system), dispatch(with_load(system, "B", more))
    assert isinstance(before, Dispatched)
    assert isinstance(after, Dispatched)
    assert max(np.abs(one.imbalance()).max() for one in (before, after)) <= 1e-6

    def given(one: Dispatched) -> float:
        batteries = (one.discharge - one.charge).sum()
        return float(one.generation.sum() + batteries - one.electrolysis.sum() + one.shed.sum())

    assert given(after) - given(before) == pytest.approx(float(more.sum()), abs=1e-3)
    assert float(after.kgco2e.sum()) > float(before.kgco2e.sum())


@pytest.mark.thorough
def test_d04_couple__both_effects_and_the_round(corridor: Corridor, monkeypatch: pytest.MonkeyPatch):
    found = couple(corridor, Couple(changes=(WIRE,)))
    assert isinstance(found, Coupled)
    assert found.after is not None
    assert found.after.kg_co2e < found.before.kg_co2e
    assert list(found.more) == ["B"]
    assert found.share("AZ") == pytest.approx(AT_PLANTS * BOXES * TONNES * KM * ENERGY / 1000 / 4.9e6)
    monkeypatch.setattr("karvan.study.power.coupled.PowerRun", lambda year: PowerRun(year=year, weeks=1))
    looped = couple(corridor, Couple(changes=(WIRE,), loop=True))
    assert isinstance(looped, Coupled)
    [one] = looped.rounds
    assert one.more_mwh == pytest.approx(float(found.more["B"].sum()))
    assert 0 < abs(one.change) < 0.01
    assert 0 < one.margin_gco2e_kwh < 1000


def test_d05_couple__what_does_not_go_together_is_told(corridor: Corridor):
    for ask, said in (
        (Couple(changes=(WIRE,), after="base"), "not both"), (Couple(runs=("x", "y"), changes=(WIRE,)), "two worlds"),
        (Couple(loop=True), "no second world"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            couple(corridor, ask)


def test_d06_ports__containers_between_ship_and_shore(corridor: Corridor):
    made = drawn(
        "place A AZ\nplace B AZ\nplace C GE\nK1 rail A 5h B every 12h\nS1 sea B 5h C every 12h\nchange B rail sea 1h",
        goods(way="A > C"), teu=2000.0, place={"B": {"lon": 49.0, "lat": 40.4}},
    ).with_tables({"zone": corridor.rows("zone")})  # fmt: skip
    [port] = flowing(made).ports
    assert (port.facility, port.zone, port.boxes) == ("B-rail-sea", "A", pytest.approx(BOXES))
    assert port.kwh == pytest.approx(BOXES * PORT_KWH_BOX)


# --- out of a simulation


@pytest.fixture(scope="module")
def ridden(corridor: Corridor) -> Drawn:
    found = simulate(corridor, year=YEAR, days=28, replications=1, warmup_days=7.0, trace=True)
    return drawn_by_run(found.run.path, corridor=corridor)


@pytest.mark.thorough
def test_e01_run__draws_about_what_the_flows_do(ridden: Drawn, flows: Drawn):
    one, other = by_id(ridden), by_id(flows)
    assert one["K1-0"].tkm == pytest.approx(other["K1-0"].tkm, rel=0.1)
    assert one["K1-1"].kg_co2e == pytest.approx(other["K1-1"].kg_co2e, rel=0.1)
    assert {name: link.zone for name, link in one.items()} == {name: link.zone for name, link in other.items()}


@pytest.mark.thorough
def test_e02_run__the_hours_hold_what_the_links_drew(ridden: Drawn):
    hours = ridden.by_hour["A"]
    assert list(ridden.by_hour) == ["A"]
    assert len(hours) == 28 * 24
    assert float(hours.sum()) * 8784 / len(hours) == pytest.approx(by_id(ridden)["K1-0"].kwh / 1000)
    assert hours.min() == pytest.approx(0, abs=1e-9)  # a train each twelve hours is under way for five of them
    assert (hours > 1e-9).mean() == pytest.approx(5 / 12, abs=0.1)
    load = ridden.load(8784)["A"]
    assert load[: len(hours)] == pytest.approx(AT_PLANTS * hours, rel=0.01)  # the year is no whole number of 28 days
    assert float(load.sum()) == pytest.approx(AT_PLANTS * by_id(ridden)["K1-0"].kwh / 1000)


@given(st.lists(st.tuples(st.floats(-30, 60), st.floats(0.01, 40), st.floats(0, 5)), max_size=8))
def test_e03_over_hours__is_the_sum_of_overlaps(spells: list[tuple[float, float, float]]):
    begins, lasts, mwh = (np.array([spell[n] for spell in spells]) for n in range(3))
    found = over_hours(mwh, begins, begins + lasts, 48)
    expected = np.zeros(48)
    for begin, last, energy in spells:
        for hour in range(48):
            expected[hour] += max(min(begin + last, hour + 1) - max(begin, hour), 0.0) * energy / last
    assert found == pytest.approx(expected, abs=1e-6)


def test_e04_round_and_round__begins_anew_after_whole_weeks():
    mw = np.arange(200.0)
    assert round_and_round(mw, 150).tolist() == mw[:150].tolist()
    assert round_and_round(mw, 400)[168:336].tolist() == mw[:168].tolist()
    assert round_and_round(mw[:30], 61).tolist() == [*mw[:30], *mw[:30], 0.0]


# --- the package that ships


@pytest.mark.thorough
def test_f01_a_year_of_2024_and_the_green_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The base year is fitted to the published 633; by the green hub of 2030 a train lets out far less, and most by
    the hour."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path))
    found = [power_run("middle-corridor", scenario) for scenario in ("base-2024", "green-2030")]
    runs = [one.run for one in found if isinstance(one, PowerAnswer) and one.run is not None]
    told = train(load("middle-corridor"), runs=runs)
    package, base, green = told.grids
    assert base.gco2e_kwh["AZ"] == pytest.approx(package.gco2e_kwh["AZ"], rel=0.02)
    assert green.kg_teu < 0.7 * base.kg_teu < 0.5 * told.diesel_kg_teu
    assert green.by_hour is not None
    assert green.by_hour.kg_teu.max() > 2 * green.by_hour.kg_teu.min()
    page = (DOCS / "power.md").read_text("utf-8").partition("## Freight")[2]
    for one in (base, green):
        assert one.by_hour is not None
        hours = one.by_hour.kg_teu
        [cells] = [line for line in page.splitlines() if line.startswith(f"| {one.scenario} |")]
        said = [float(cell.removesuffix("%")) for cell in cells.strip("| ").split(" | ")[1:]]
        share = 100 * one.kg_teu / told.diesel_kg_teu
        found = [one.gco2e_kwh["AZ"], one.kg_teu, share, hours.min(), hours.mean(), hours.max()]
        assert said == pytest.approx(found, rel=0.01)


@pytest.mark.thorough
def test_f02_a_wire_to_astara__both_effects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path))
    ask = Couple("base-2025", changes=("link/rail-HAJIGABUL-ASTARA_AZ/electrified=true",), loop=True)
    found = couple("middle-corridor", ask)
    assert isinstance(found, Coupled)
    assert found.after is not None
    assert found.after.kg_co2e < found.before.kg_co2e
    assert found.before.countries()["AZ"]["diesel_tkm"] > 0
    assert found.after.countries()["AZ"]["diesel_tkm"] == 0
    share = found.share("AZ")
    assert share is not None
    assert share < 0.01
    [one] = found.rounds
    assert one.more_mwh == pytest.approx(one.made_mwh, rel=0.05)
    assert abs(one.change) < 0.001
    assert one.margin_gco2e_kwh > one.before.mean  # older plants than the mean make it
