"""The pages of the ready scenarios: whole, fresh, true to what the engines say, and loud about what is not."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from math import nan
from pathlib import Path

import pytest

import build_middle_corridor as builder
import print_scenarios as printer
import scenario_bank
import scenario_promises
import scenario_runs
import scenario_told
from flow_bench import number
from karvan.corridor import Corridor
from karvan.scenario.scenario import scenario
from karvan.study.scenarios import open_scenario
from scenario_runs import kept, path_of
from scenario_told import holds, sentence, value

SIGNIFICANT = 1e-5
"""Kept figures have six digits."""


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tables of the pages where a test may change them."""
    for name in printer.TABLES:
        shutil.copy(path_of(name), tmp_path)
    monkeypatch.setattr(builder, "RECIPES", tmp_path)
    return tmp_path


def rewrite(name: str, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    """Change the rows of a table."""
    rows = kept(name)
    with path_of(name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(change(rows))


def with_cells(at: int, **cells: str) -> Callable[[list[dict[str, str]]], list[dict[str, str]]]:
    return lambda rows: [*rows[:at], rows[at] | cells, *rows[at + 1 :]]


# a: the shipped pages


def test_a01_nothing_is_missing_and_every_sentence_holds(shipped: Corridor) -> None:
    assert list(printer.problems(shipped)) == []


def test_a02_the_pages_are_what_the_kept_tables_print(shipped: Corridor) -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in printer.FOLDER.glob("*.md")}
    assert on_disk == printer.pages(shipped), "run python tools/print_scenarios.py"


def test_a03_every_scenario_has_its_page_and_is_listed(shipped: Corridor) -> None:
    listed = (printer.FOLDER / "index.md").read_text(encoding="utf-8")
    for name in scenario_runs.names(shipped):
        text = (printer.FOLDER / f"{name}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {scenario(shipped, name).title}\n")
        assert f"]({name}.md)" in listed
        assert all(f"## {title}" in text for title in ("What it changes", "What happens", "What is not in it"))
        assert "nan" not in re.findall(r"[a-z]+", text)


def test_a04_every_change_of_a_scenario_is_told_with_its_grade(shipped: Corridor) -> None:
    for name in shipped.scenarios:
        found = scenario(shipped, name)
        told = list(scenario_told.changes(shipped, found))
        assert sorted(change for change, *_ in told) == sorted(found.changes)
        assert all(grade and (facts != "assumed" or why) for _, grade, facts, why in told)


def test_a05_every_project_and_every_joint_commitment_is_there(shipped: Corridor) -> None:
    text = (printer.FOLDER / "promises.md").read_text(encoding="utf-8")
    for row in shipped.rows("project"):
        assert f"`{row.id}`" in text
    assert len(kept("promises")) == len(scenario_promises.undertakings(shipped)) > 50


# b: the figures themselves


def test_b01_a_scenario_worked_out_anew_is_as_it_was_kept(shipped: Corridor) -> None:
    base = open_scenario(shipped, "base-2024")
    without = scenario_runs.flown(base, 2024)
    with_ = scenario_runs.flown(open_scenario(shipped, "caspian-low"), 2024, without)
    figures = scenario_told.figures_of("caspian-low")
    for family in ("middle", "northern", "southern"):
        row = figures["assign", "family", family, "", "teu"]
        found = [scenario_promises.amount(one.flows, "teu", family) for one in (without, with_)]
        assert [number(row[side]) for side in ("before", "after")] == pytest.approx(found, rel=SIGNIFICANT)
    left = figures["assign", "total", "", "", "unserved_tonnes"]
    assert number(left["after"]) == pytest.approx(with_.flows.totals()["unserved_tonnes"], rel=SIGNIFICANT)
    world = next(row for row in kept("worlds") if row["scenario"] == "caspian-low")
    assert number(world["moved_teu"]) == pytest.approx(with_.moved_teu, rel=SIGNIFICANT)


@pytest.mark.long
def test_b02_a_promise_worked_out_anew_is_as_it_was_kept() -> None:
    kept_row = next(row for row in kept("promises") if row["id"] == "almaty-bypass")
    for name, found in scenario_promises.alone(("almaty-bypass",)).items():
        assert number(kept_row[name]) == pytest.approx(found, rel=SIGNIFICANT, abs=1e-6), name


def test_b03_the_tables_agree_with_one_another() -> None:
    for row in kept("figures"):
        before, after, difference = (number(row[side]) for side in ("before", "after", "difference"))
        if row["before"] and row["after"] and row["engine"] != "simulate":  # simulated means are of shared pairs
            assert difference == pytest.approx(after - before, rel=1e-4, abs=1e-4 * max(abs(after), abs(before), 1e-6))
        low, high = number(row["low"]), number(row["high"])
        if row["low"]:
            assert low <= difference <= high
    bank = kept("bank")
    for name in scenario_promises.BASES:
        then = number(scenario_bank.of(bank, name)["teu"])
        rows = scenario_told.figures_of(name)
        assert then == pytest.approx(number(rows["assign", "family", "middle", "", "teu"]["after"]), rel=1e-3)


def test_b04_who_stands_on_what(shipped: Corridor) -> None:
    held = {name: scenario_runs.against(shipped, name) for name in shipped.scenarios}
    assert held["base-2024"] == ""
    assert (held["base-2025"], held["base-2030"]) == ("base-2024", "base-2025")
    assert (held["world-bank"], held["storm-winter"]) == ("base-2030", "base-2024")


def test_b05_the_bank_moves_a_sixth_of_the_boxes_by_rail(shipped: Corridor) -> None:
    europe = scenario_promises.known(shipped, scenario_promises.REGIONS["Europe"].split())
    here, rail = scenario_promises.boxes(shipped, europe)
    factors = {one["families"][0]: one["factor"] for one in scenario_promises.china_europe(shipped)}
    moved = here * (factors["middle"] - 1)
    assert moved == pytest.approx(0.16 * (rail + here))
    assert rail * (1 - factors["northern"] * factors["middle"]) == pytest.approx(moved)  # they may take either
    sent = number(scenario_bank.of(kept("bank"), "shift as it says")["china_europe_middle_teu"])
    assert sent == pytest.approx(here + moved, rel=1e-3)


# c: what is missing, old or untrue


def test_c01_a_table_that_is_not_there(copies: Path, shipped: Corridor) -> None:
    (copies / "scenario_bank.csv").unlink()
    assert list(printer.problems(shipped)) == ["scenario_bank.csv | found no such file | make it with --run"]


def test_c02_a_scenario_that_became_another_since(copies: Path, shipped: Corridor) -> None:
    rewrite("worlds", with_cells(0, mark="0"))
    name = kept("worlds")[0]["scenario"]
    assert list(printer.problems(shipped)) == [
        f"scenario_worlds.csv, row {name} | found other changes then | make it anew with --run {name}"
    ]
    assert copies.exists()


def test_c03_a_scenario_that_is_new_and_one_that_is_gone(copies: Path, shipped: Corridor) -> None:
    old = kept("worlds")[0]["scenario"]
    for name in ("worlds", "figures"):
        rewrite(name, lambda rows: [row | {"scenario": row["scenario"].replace(old, "gone")} for row in rows])
    assert list(printer.problems(shipped)) == [
        f"scenario_worlds.csv | found nothing of {old} | make it with --run {old}",
        "scenario_worlds.csv, row gone | found no such scenario in the package | make it anew with --run",
    ]
    assert copies.exists()


def test_c04_a_sentence_that_does_not_hold_or_has_no_figure(copies: Path, shipped: Corridor) -> None:
    rewrite("discussion", with_cells(0, holds="1 > 2"))
    [told] = printer.problems(shipped)
    assert told.startswith("scenario_discussion.csv, line 2 | found that this does not hold: 1 > 2 |")
    rewrite("discussion", with_cells(0, holds="", text="{assign/family/mars//teu/after}"))
    [told] = printer.problems(shipped)
    assert told.startswith("scenario_discussion.csv, line 2 | found no figure ")
    assert copies.exists()


def test_c05_a_promise_that_the_package_has_and_the_file_has_not(copies: Path, shipped: Corridor) -> None:
    name = kept("promises")[0]["id"]
    rewrite("promises", lambda rows: rows[1:])
    assert list(printer.problems(shipped)) == [
        f"scenario_promises.csv, row {name} | found in one of package and file | make it anew with --run promises"
    ]
    assert copies.exists()


# d: figures in sentences

ROW = {"before": "200", "after": "150", "difference": "-50", "low": "-60", "high": "-40"}
FIGURES = {("simulate", "group", "A - B | middle | container", "", "p50_h"): ROW}
KEY = "simulate/group/A - B | middle | container//p50_h"


@pytest.mark.parametrize(
    ("side", "said"), [("after", 150.0), ("by", 50.0), ("percent", 25.0), ("difference", -50.0), ("low", -60.0)]
)
def test_d01_a_figure_by_its_address(side: str, said: float) -> None:
    assert value(f"{KEY}/{side}", FIGURES, []) == said


def test_d02_a_sentence_and_what_must_hold_for_it() -> None:
    bank = [{"case": "as it is", "teu": "12345"}]
    text = f"From {{{KEY}/before}} h to {{{KEY}/after}} h, {{bank/as it is/teu}} TEU."
    assert sentence(text, FIGURES, bank) == "From 200 h to 150 h, 12,345 TEU."
    assert holds(f"{KEY}/after < {KEY}/before", FIGURES, bank)
    assert not holds("bank/as it is/teu < 12345", FIGURES, bank)
    with pytest.raises(KeyError):
        holds("bank/as it is/teu", FIGURES, bank)


def test_d03_what_has_no_base_has_one_column_and_what_is_missing_a_dash() -> None:
    assert scenario_told.cells(ROW, "") == ["150"]
    assert scenario_told.cells(ROW, "base", interval=True) == ["200", "150", "-50", "10"]
    assert scenario_told.cells(scenario_told.NOTHING, "base") == ["-", "-", ""]
    assert scenario_told.signed(nan) == ""


def test_d04_an_outcome_agrees_within_a_quarter() -> None:
    near = scenario_bank.Outcome("", "", 4.0, 3.0, "Mt", "")
    assert near.agrees
    assert not near._replace(ours=2.9).agrees
    assert near._replace(ours=nan).told == "not modelled"
