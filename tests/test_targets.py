"""Targets and free parameters as tables of a package: what is wrong with a row is told; runs are held against them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import build_middle_corridor
from karvan.corridor import Corridor
from karvan.corridor.structure import structure_problems
from karvan.study.calibrate import parameters_of
from karvan.study.figures import hold_run, worst
from karvan.study.simulate import Simulate, simulate
from karvan.tables import BY_NAME
from karvan.testing.draw import row
from recipe import Fact, Rules


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))


def with_target(corridor: Corridor, **cells: Any) -> Corridor:
    said = {
        "id": "t", "quantity": "throughput_teu", "unit": "TEU/yr", "where_kind": "service", "where": ("ferry",),
        "value": 1000.0, "year": 2024, "role": "compare",
    }  # fmt: skip
    return Corridor(corridor.description, dict(corridor.tables) | {"target": (row("target", **said | cells),)})


# a: rows


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"where": ("ferri",)}, "target.csv, row t, where | found 'ferri' | not in service.csv"),
        ({"where_kind": "facility", "where": ("BETA-rail-sea+BETA-gate+X",)}, "found 'X' | not in facility.csv"),
        ({"where_kind": "flow"}, "a flow has an origin or a destination, the others have ids"),
        ({"where": ()}, "a flow has an origin or a destination, the others have ids"),
        ({"origin": ("DELTA",)}, "target.csv, row t, origin | found 'DELTA' | give a place, or a country of one"),
        (
            {"low": 1100.0},
            "target.csv, row t, value | found '1100 - 1000 - 1000' | give low, value and high in that order",
        ),
        ({"high": 900.0}, "give low, value and high in that order"),
    ],
)
def test_a01_a_target_that_cannot_be_counted_is_told(small: Corridor, cells: dict[str, Any], said: str) -> None:
    told = [f"{p.address} | found {p.found} | {p.remedy}" for p in structure_problems(with_target(small, **cells))]
    assert any(said.replace("'1100 - 1000 - 1000'", "1100 - 1000 - 1000") in one for one in told), told


@pytest.mark.parametrize(
    "cells", [{}, {"origin": ("-KZ", "ALPHA")}, {"destination": ("AZ",), "low": 900.0, "high": 1000.0},
              {"where_kind": "flow", "where": (), "origin": ("CN",)}],
)  # fmt: skip
def test_a02_a_sound_one_is_not(small: Corridor, cells: dict[str, Any]) -> None:
    assert structure_problems(with_target(small, **cells)) == []


def test_a03_the_shipped_package_has_targets_to_fit_and_parameters_to_move(shipped: Corridor) -> None:
    roles = [target.role for target in shipped.rows("target")]
    assert roles.count("fit") >= 20
    assert roles.count("compare") >= 5 * roles.count("fit")
    assert len(shipped.rows("free")) >= 8
    assert all(shipped.evidence.find_basis("target", one.id, "value").facts for one in shipped.rows("target"))  # type: ignore[union-attr]


# b: a run held against them


def test_b01_a_finished_simulation_is_held_with_its_interval(small: Corridor) -> None:
    corridor = with_target(small, where=("ferry",), value=1000.0)
    goods = tuple(one._replace(families=("sea",)) for one in corridor.rows("demand"))
    vehicles = tuple(one._replace(capacity_teu=100.0) for one in corridor.rows("vehicle"))
    corridor = Corridor(corridor.description, dict(corridor.tables) | {"demand": goods, "vehicle": vehicles})
    ask = Simulate(days=365, replications=4, warmup_days=30)
    found = simulate(corridor, ask=ask)
    [held] = hold_run(corridor, ask, found)
    boarded = found.replications("queues").query("queue.str.startswith('ferry')")["boarded"]
    assert held.simulated.n == 4
    assert held.simulated.mean == pytest.approx(2 * boarded.mean(), rel=1e-9)
    assert held.simulated.low < 1000 < held.simulated.high
    assert held.is_near


# c: the worst of a year


def test_c01_the_worst_days_are_the_highest_mean_of_so_many_in_a_row() -> None:
    days = np.array([0, 0, 6, 3, 0, 5, 0, 0], dtype=float)
    assert (worst(days, 1), worst(days, 2), worst(days, 4)) == (6, 4.5, 3.5)
    assert worst(days, 30) == days.mean()
    assert np.isnan(worst(np.zeros(0), 30))


# d: numbers that were calibrated, in the recipe


def test_d01_the_builder_takes_up_a_calibrated_number_with_its_basis() -> None:
    made = build_middle_corridor.Build({}, Rules({}), {})
    found = {"value": "3.4952", "facts": "C0046;C0123", "grade": "C", "note": "aktau-yard: 30.4 times 0.115"}
    made.calibrated = {("facility", "AKTAU-crane", "papers_h"): found}
    recipe = {"id": "AKTAU-crane", "place": "AKTAU", "kind": "transshipment", "serves": "container"}
    line = made.row(BY_NAME["facility"], Path("x.csv"), recipe)
    assert line["papers_h"] == "3.4952"
    [basis] = made.basis
    assert (basis["table"], basis["row"], basis["column"]) == ("facility", "AKTAU-crane", "papers_h")
    assert (basis["method"], basis["grade"], basis["facts"]) == ("calibrated", "C", "C0046;C0123")
    assert basis["note"].startswith("aktau-yard")


def test_d02_a_target_is_said_in_the_unit_of_its_row() -> None:
    made = build_middle_corridor.Build({"C0001": Fact("12", "d", "B"), "C0002": Fact("40", "TEU", "C")}, Rules({}), {})
    shared = {"role": "fit", "quantity": "wait_h", "where_kind": "flow", "year": "2024"}
    line = made.row(BY_NAME["target"], Path("x.csv"), shared | {"id": "a", "value": "C0001", "unit": "h"})
    other = made.row(BY_NAME["target"], Path("x.csv"), shared | {"id": "b", "value": "C0002 * 2", "unit": "TEU/yr"})
    assert (line["value"], other["value"], made.problems) == ("288", "80", [])
    assert [(one["row"], one["column"], one["grade"]) for one in made.basis] == [
        ("a", "value", "B"),
        ("b", "value", "C"),
    ]


def test_d03_every_calibrated_number_of_the_shipped_package_is_one_that_may_move(shipped: Corridor) -> None:
    movable = {cell[:3] for one in parameters_of(shipped, ()) for cell in one.cells}
    found = {(row.table, row.row, row.column) for row in shipped.rows("basis") if row.method == "calibrated"}
    assert found <= movable
    assert found == {
        (row["table"], row["row"], row["column"])
        for row in build_middle_corridor.read(build_middle_corridor.CALIBRATED)
    }
