"""The page that holds the simulation against what was published: whole, fresh, and loud about what is missing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import build_middle_corridor
import print_simulation_validation as printer
import sim_targets
from karvan.corridor import Corridor
from karvan.sim.held import Held
from karvan.sim.interval import Interval
from karvan.study.figures import demand_year

Rows = list[dict[str, str]]


def write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: Corridor) -> dict[str, Path]:
    """Files of a page on which everything is as published."""
    ends = ("mean", "low", "high")
    result = [
        {"target": one.id, "demand_year": "2024", **dict.fromkeys(ends, f"{one.value}"), "n": "2"}
        for one in shipped.rows("target")
    ]
    paths = {name: tmp_path / f"{name}.csv" for name in ("RESULT", "DISCUSSION", "PARAMETERS")}
    write(paths["RESULT"], result)
    write(paths["DISCUSSION"], [{"target": "", "why": ""}])
    for name, path in paths.items():
        monkeypatch.setattr(printer, name, path)
    return paths


def change(path: Path, name: str, /, **cells: str) -> None:
    rows = [row | cells if row["target"] == name else row for row in build_middle_corridor.read(path)]
    write(path, rows)


# a: the shipped page


def test_a01_the_page_is_whole_and_what_is_off_is_discussed(shipped: Corridor) -> None:
    assert list(printer.problems(shipped)) == []


def test_a02_the_page_is_what_the_stored_figures_print(shipped: Corridor) -> None:
    printed = printer.PAGE.read_text(encoding="utf-8")
    assert printed == printer.page(shipped), "run python tools/print_simulation_validation.py"


def test_a03_the_figures_are_of_as_many_replications_as_the_page_says() -> None:
    kept = build_middle_corridor.read(printer.RESULT)
    assert {row["n"] for row in kept if row["mean"]} == {str(printer.ASK.replications)}
    assert {row["demand_year"] for row in kept} == {"2024", "2025"}


def test_a04_targets_of_the_package_are_the_rows_that_are_not_skipped(shipped: Corridor) -> None:
    rows = {row["id"]: row for row in sim_targets.read() if row["role"] != "skip"}
    assert set(rows) == {target.id for target in shipped.rows("target")}
    assert all(target.role == rows[target.id]["role"] for target in shipped.rows("target"))


# b: what is missing or off


def test_b01_all_that_agrees_needs_no_word(files: dict[str, Path], shipped: Corridor) -> None:
    assert list(printer.problems(shipped)) == []
    assert "**" not in printer.page(shipped).split("## Throughputs")[1]
    assert files["RESULT"].exists()


def test_b02_a_figure_that_is_off_is_bold_and_must_be_discussed(files: dict[str, Path], shipped: Corridor) -> None:
    target = next(one for one in shipped.rows("target") if one.id == "alat-teu-2024")
    change(files["RESULT"], target.id, mean=f"{2 * target.value}")
    assert list(printer.problems(shipped)) == [
        "sim_discussion.csv, row alat-teu-2024 | found nothing | say why it is off"
    ]
    write(files["DISCUSSION"], [{"target": target.id, "why": "Boxes came in twice."}])
    assert list(printer.problems(shipped)) == []
    text = printer.page(shipped)
    assert "**2.00**" in text
    assert "| alat-teu-2024 | Boxes came in twice. |" in text


def test_b03_a_target_without_a_figure_and_a_figure_without_a_target_are_told(
    files: dict[str, Path], shipped: Corridor
) -> None:
    change(files["RESULT"], "alat-teu-2024", target="gone")
    assert list(printer.problems(shipped)) == [
        "sim_result.csv, row alat-teu-2024 | found 0 rows for 1 targets | run it anew with --run",
        "sim_result.csv, row gone | found 1 rows for 0 targets | run it anew with --run",
    ]


def test_b04_more_than_a_third_off_is_a_problem_of_its_own(files: dict[str, Path], shipped: Corridor) -> None:
    rows = build_middle_corridor.read(files["RESULT"])
    write(files["RESULT"], [row | {"mean": f"{3 * float(row['mean']) + 1}"} for row in rows])
    write(files["DISCUSSION"], [{"target": row["target"], "why": "All is tripled."} for row in rows])
    assert any("of what was not fitted off by more than 25%" in problem for problem in printer.problems(shipped))


def test_b05_what_nobody_passes_is_no_figure(files: dict[str, Path], shipped: Corridor) -> None:
    change(files["RESULT"], "alat-teu-2024", mean="", low="", high="")
    assert list(printer.problems(shipped)) == []
    text = printer.page(shipped)
    assert "| alat-teu-2024 |" in text.split("## Not compared")[1]
    assert "| alat-teu-2024 |" not in text.split("## Not compared")[0]


def test_b06_a_figure_is_written_with_its_digits_and_an_empty_cell_for_none(shipped: Corridor) -> None:
    target = shipped.rows("target")[0]
    kept = printer.result_row(Held(target, Interval(1234567.8, 1.0, float("nan"), 3)), 2025)
    assert kept == {"target": target.id, "demand_year": "2025", "mean": "1.23457e+06", "low": "1", "high": "", "n": "3"}


def test_b07_the_page_says_what_was_calibrated_or_that_nothing_was(files: dict[str, Path], shipped: Corridor) -> None:
    assert "Nothing yet" in printer.page(shipped)
    found = {"id": "aktau-yard", "factor": "0.36", "low": "0.05", "high": "2", "spread_before": "0.94",
             "spread_after": "0.30", "told": "", "at_bound": "", "moves": "a;b", "run": "r"}  # fmt: skip
    write(files["PARAMETERS"], [found])
    assert "| aktau-yard | 0.36 | 0.05 - 2 | 0.94 | 0.30 | hardly told | a, b |" in printer.page(shipped)
    write(files["PARAMETERS"], [found | {"told": "true", "at_bound": "low"}])
    assert "| 0.30 | at its low end | a, b |" in printer.page(shipped)


# c: years


@pytest.mark.parametrize(("year", "held"), [(2022, 2024), (2024, 2024), (2025, 2025), (2026, 2025)])
def test_c01_a_figure_is_held_against_its_year_or_the_nearest_before(shipped: Corridor, year: int, held: int) -> None:
    assert demand_year(shipped.rows("target")[0]._replace(year=year), [2024, 2025]) == held
