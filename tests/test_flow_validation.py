"""The page that holds the assignment against facts and simulator: whole, fresh, and loud about what is off."""

from __future__ import annotations

import csv
import shutil
from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.test_simulate import drawn

import build_middle_corridor as builder
import flow_choice
import flow_runs
import flow_told_short
import flow_told_waits
import flow_told_ways
import print_flow_validation as printer
from flow_bench import MODELS, TABLES, cell, keep, kept, number, path_of
from karvan.corridor import Corridor
from karvan.flow.services.delays import ServiceDelays
from karvan.flow.services.supply import Supply
from karvan.network.ride import Riding
from karvan.scenario import bend, read_change
from karvan.sim.corridor import queue_of
from karvan.study.figures import Figures
from karvan.study.flows import Assign, problem_of, solve
from karvan.testing.draw import row


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tables of the page where a test may change them."""
    for name in TABLES:
        shutil.copy(path_of(name), tmp_path)
    monkeypatch.setattr(builder, "RECIPES", tmp_path)
    return tmp_path


def change(name: str, at: int, /, **cells: str) -> None:
    """Change cells of a row of a table."""
    rows = kept(name)
    rows[at] |= cells
    with path_of(name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


# a: the shipped page


def test_a01_nothing_is_missing_and_nothing_off(shipped: Corridor) -> None:
    assert list(printer.problems(shipped)) == []


def test_a02_the_page_is_what_the_kept_tables_print(shipped: Corridor) -> None:
    printed = printer.PAGE.read_text(encoding="utf-8")
    assert printed == printer.page(shipped), "run python tools/print_flow_validation.py"


def test_a03_the_tables_agree_with_one_another() -> None:
    for solve_row in kept("solves"):
        case = solve_row["case"]
        left = sum(number(row["tonnes"]) for row in kept("unserved") if row["case"] == case)
        assert left == pytest.approx(number(solve_row["unserved_tonnes"]), rel=1e-4)
        worth = [row["resource"] for row in kept("worth") if row["case"] == case]
        assert worth == [row["resource"] for row in kept("duals") if row["case"] == case]
    found = {row["family"]: number(row["named"]) for row in kept("families") if row["of"] == "all goods"}
    middle = next(number(row["named"]) for row in kept("targets") if row["target"] == "middle-t-2024")
    assert middle < found["middle"]  # the figure leaves out Turkmenbashi
    assert kept("causes")[0]["resource"] in {row["resource"] for row in kept("waits")}


def test_a04_every_dual_lies_between_the_last_and_the_next_unit() -> None:
    rows = kept("duals")
    assert len(rows) > 20
    for one in rows:
        assert number(one["next"]) * (1 - 1e-5) <= number(one["dual"]) <= number(one["last"]) * (1 + 1e-5)


# b: what is missing or off


def test_b01_a_table_that_is_not_there_is_told(copies: Path, shipped: Corridor) -> None:
    (copies / "flow_duals.csv").unlink()
    assert list(printer.problems(shipped)) == ["flow_duals.csv | found no such file | make it with --run"]


def test_b02_a_target_without_a_figure_and_a_figure_without_a_target(copies: Path, shipped: Corridor) -> None:
    name = kept("targets")[0]["target"]
    change("targets", 0, target="gone")
    assert list(printer.problems(shipped)) == [
        f"flow_targets.csv, row {one} | found in one of package and file | make it anew with --run choice"
        for one in sorted([name, "gone"])
    ]
    assert copies.exists()


@pytest.mark.parametrize(
    ("table", "at", "cells", "said"),
    [
        ("duals", 0, {"off": "0.01"}, "flow_duals.csv | found a dual that is 1.0e-02 off | mend the programme"),
        ("solves", 1, {"solve_s": "11.5"}, "flow_solves.csv, row x2 | found 11.5 s | the goal is 10 s"),
        ("rounds", -1, {"gap": "0.02"}, "flow_rounds.csv | found a gap of 0.02 | give it more rounds"),
    ],
)
def test_b03_what_is_not_good_enough_is_told(
    copies: Path, shipped: Corridor, table: str, at: int, cells: dict[str, str], said: str
) -> None:
    change(table, at, **cells)
    [told] = printer.problems(shipped)
    assert said in told
    assert copies.exists()


def test_b04_a_figure_that_is_off_is_bold(copies: Path, shipped: Corridor) -> None:
    at = next(n for n, one in enumerate(kept("targets")) if one["target"] == "middle-teu-2024")
    change("targets", at, named="56500", ue="200000")
    line = next(line for line in printer.page(shipped).splitlines() if line.startswith("| middle-teu-2024 "))
    assert "| 56,500 | **200,000** |" in line
    assert copies.exists()


def test_b05_the_page_says_when_the_first_bottlenecks_are_others() -> None:
    alike = {"A": 1, "B": 2, "C": 3, "D": 4}
    other = {"A": 1, "B": 2, "D": 3, "C": 4}
    turned = {"C": 1, "B": 2, "A": 3, "D": 4}
    said = flow_told_short.agreement({"simulated": alike, "models": other, "settled": turned})
    assert said == (
        "Settled the first three are `C`, `B`, `A`: those of the simulator;"
        " by the models alone the first three are `A`, `B`, `D`: not those of the simulator."
    )


def test_b06_numbers_are_kept_with_six_digits_and_what_is_none_as_nothing(copies: Path) -> None:
    keep("rounds", [{"a": 1234567.89, "b": float("nan"), "c": "K1", "d": np.float64(1e-9)}])
    assert kept("rounds") == [{"a": "1.23457e+06", "b": "", "c": "K1", "d": "1e-09"}]
    assert np.isnan(number(cell(float("nan"))))
    assert copies.exists()


def test_b07_waits_are_weighed_by_tonnes_and_the_full_ones_stand_apart() -> None:
    common = {"kind": "path", "drawn_h": "0"}
    rows = [
        common | {"tonnes": "30", "used": "0.5", "model_h": "3", "simulated_h": "1"},
        common | {"tonnes": "10", "used": "0.6", "model_h": "5", "simulated_h": "5"},
        common | {"tonnes": "10", "used": "1.01", "model_h": "0", "simulated_h": "99"},
    ]
    groups = dict(flow_told_waits._kinds(rows))
    assert [len(groups[name]) for name in ("lines", "all used below 95%", "used 95% and more")] == [2, 2, 1]
    assert flow_told_waits._mean(groups["lines"], flow_told_waits._off("model_h")) == pytest.approx(30 * 2 / 40)
    assert flow_told_waits._ratio(groups["lines"]) == pytest.approx(2.0)


# c: estimating theta


def choice(theta: float, *costs: float, group: str = "China - Russia and Belarus") -> flow_choice.Choice:
    """Boxes that went by families as a logit would have them."""
    kinds = ("ocean-suez", "northern", "middle", "southern")[: len(costs)]
    weight = [exp(-theta * (cost / min(costs) - 1)) for cost in costs]
    tonnes = {flow_choice.kind_of(kind): 1000 * of / sum(weight) for kind, of in zip(kinds, weight, strict=True)}
    kinds = tuple(map(flow_choice.kind_of, kinds))
    return flow_choice.Choice(group, tonnes, kinds, np.array(costs), np.zeros(len(costs)))


@given(st.floats(0.5, 40))
def test_c01_the_theta_that_made_the_shares_is_found(theta: float) -> None:
    of = [choice(theta, 100, 108, 130), choice(theta, 90, 80)]
    assert flow_choice.likeliest(of) == pytest.approx(theta, rel=1e-3)


def test_c02_chances_by_hand() -> None:
    one = flow_choice.Choice("", {"northern": 3.0, "middle": 1.0}, ("northern", "middle"), np.array([100.0, 110.0]),
                             np.array([0.0, 40.0]))  # fmt: skip
    assert one.chances(2.0, 0.0)["northern"] == pytest.approx(1 / (1 + exp(-0.2)))
    p = 1 / (1 + exp(-1.0))
    assert one.chances(2.0) == pytest.approx({"northern": p, "middle": 1 - p})
    assert flow_choice.hit([one], 2.0) == pytest.approx((3 * p + 1 - p) / 4)
    assert flow_choice.likelihood([one], 2.0) == pytest.approx((3 * log(p) + log(1 - p)) / 4)


def test_c03_where_the_dearer_way_was_taken_no_theta_is_better_than_none() -> None:
    wrong = flow_choice.Choice("", {"middle": 1.0}, ("northern", "middle"), np.array([100.0, 150.0]), np.zeros(2))
    assert flow_choice.likeliest([wrong]) == pytest.approx(flow_choice.ENDS[0], rel=1e-3)
    assert flow_told_ways._theta(cell(flow_choice.likeliest([wrong]))) == "0"


def test_c04_regions_with_an_ocean_are_apart_and_held_out_thetas_are_of_the_others() -> None:
    sea = choice(0.0, 100, 100, group="China - Europe")
    kinds, costs = ("northern", "middle"), np.array([100.0, 110.0])
    land = [
        flow_choice.Choice(name, {"northern": 1.0 * n, "middle": 1.0}, kinds, costs, np.zeros(2))
        for n, name in ((3, "one"), (9, "two"))
    ]
    rows = {row["group"]: row for row in flow_choice.estimates([sea, *land], [sea, *land])}
    assert rows["one"]["theta"] == pytest.approx(10 * log(3), rel=1e-3)
    assert rows["one"]["theta_others"] == pytest.approx(10 * log(9), rel=1e-3)
    assert rows["China - Europe"]["theta_others"] == pytest.approx(rows[flow_choice.LAND]["theta"], rel=1e-6)
    assert rows["China - Europe"]["by_land"] == "False"
    assert np.isnan(rows[flow_choice.ALL]["theta_others"])


def test_c05_the_value_of_time_that_meets_the_ocean_is_found() -> None:
    boxes = flow_choice.Choice("China - Europe", {"ocean": 60.0, "northern": 40.0}, ("ocean", "northern"),
                               np.array([100.0, 150.0]), np.array([200.0, 100.0]))  # fmt: skip
    met = flow_choice.needed([boxes], 5.0)[-1]
    assert met["time"] == "met"
    assert boxes.chances(5.0, met["factor"])["ocean"] == pytest.approx(0.6, abs=1e-6)
    assert met["ocean"] == pytest.approx(0.6, abs=1e-6)


# d: flows counted as a simulation's goods are


def test_d01_what_passes_is_what_was_assigned() -> None:
    corridor = drawn("K1  sea A 10h B  every 12h  100usd\nK2  rail A 20h B  now  300usd")
    ask = Assign(method="so").checked()
    flows = solve(problem_of(corridor, ask), ask)
    passages = flow_choice.passages_of(corridor, flows)
    figures = Figures(flow_choice.Counts(passages), 365.0)  # type: ignore[arg-type]
    ship = row("target", id="t", quantity="throughput_teu", where_kind="service", where=("K1",), value=1.0, year=2024)
    every = ship._replace(where_kind="flow", where=(), origin=("A",))
    assert figures.throughput(ship, "teu") == pytest.approx(2 * 8760 / 12)
    assert figures.throughput(every, "teu") == pytest.approx(2 * 8760)


def test_d02_parts_of_a_simulation_have_the_names_of_resources(shipped: Corridor) -> None:
    supply = Supply(shipped, 2024)
    ways = {way.id: way for way in Riding(shipped).ways()}
    ferry = ways["kmtf-aktau-alat"]
    assert flow_runs.resource_of("vehicle", queue_of(ferry, 0)) in supply.ix
    assert flow_runs.resource_of("path", "rail-ALTYNKOL-ZHETYGEN there") in supply.ix
    assert flow_runs.resource_of("border", "DOSTYK-border-in") in supply.ix
    pool = shipped.rows("pool")[0].id
    assert flow_runs.resource_of("pool", pool) in supply.ix
    told = {row["resource"] for name in ("waits", "causes", "duals", "worth_settled") for row in kept(name)}
    assert told <= set(supply.ix)


def test_d03_the_models_of_a_run_are_kept_by_their_names() -> None:
    assert set(kept("targets")[0]) == {"target", *MODELS}
    assert {row["case"] for row in kept("solves")} == {f"x{factor:g}" for factor in flow_runs.FACTORS}
    assert {row["demand"] for row in kept("waits")} == {f"{factor:g}" for factor in flow_runs.LOADS}


# e: what gives one more


def test_e01_one_more_vessel_where_vessels_are_short_and_one_more_departure_where_the_headway_is(
    shipped: Corridor,
) -> None:
    supply = Supply(shipped, 2024)
    for trips in supply.trips:
        of = supply.resources[trips.resource]
        if not of.change:
            continue
        changed = Supply(bend(shipped, [read_change(of.change)]), 2024)
        then = changed.resources[changed.ix[of.id]].capacity
        assert then - of.capacity == pytest.approx(of.one_more, rel=1e-4), of.id
    words = {supply.resources[trips.resource].id: supply.resources[trips.resource].change for trips in supply.trips}
    assert words["trips kmtf-aktau-alat"] == "service/kmtf-aktau-alat/fleet=+1"
    assert words["trips balkan-turkmenbashi-alat"] == "service/balkan-turkmenbashi-alat/headway_h*0.5"


def test_e02_one_more_saves_at_least_what_is_promised_while_all_of_it_is_used() -> None:
    corridor = drawn("K1  sea A 10h B  every 12h  100usd\nK2  rail A 20h B  now  300usd")
    problem = problem_of(corridor, Assign(method="so"))
    _, flows = flow_runs.solved(problem, ServiceDelays(problem))
    [trips] = [one for one in flows.worth_most() if one["kind"] == "trips"]
    assert trips["one_more"] == "service/K1/headway_h*0.933333"
    more = problem_of(bend(corridor, [read_change(trips["one_more"])]), Assign(method="so"))
    found, _ = flow_runs.solved(more, ServiceDelays(more))
    base, _ = flow_runs.solved(problem, ServiceDelays(problem))
    assert base.objective - found.objective > trips["one_more_usd"] > 0  # the wait for a sailing is shorter too
