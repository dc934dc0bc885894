"""A number that says it is read from a fact is what the fact says."""

from __future__ import annotations

import csv
import shutil
from importlib import resources
from pathlib import Path

from karvan.corridor.check import check
from karvan.ground.units import factor_between

SHIPPED = Path(str(resources.files("karvan"))) / "data/middle-corridor"


def rewritten(folder: Path, table: str, row: str, column: str, value: str) -> Path:
    """A copy of the shipped package with one cell changed."""
    shutil.copytree(SHIPPED, folder)
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    next(cells for cells in rows if cells["id"] == row)[column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_a01_a_number_that_is_not_what_its_fact_says(tmp_path: Path) -> None:
    corridor, _ = check("middle-corridor")
    basis = next(row for row in corridor.rows("basis") if row.method == "read" and row.table == "link" and row.facts)
    old = getattr(corridor.row("link", basis.row), basis.column)
    changed = rewritten(tmp_path / "p", "link", basis.row, basis.column, repr(old * 1.01))
    (problem,) = check(changed)[1]
    assert problem.address == f"link.csv, row {basis.row}, {basis.column}"
    assert f"{basis.facts[0]} says" in problem.remedy


def test_a02_a_mean_that_lies_outside_its_facts(tmp_path: Path) -> None:
    corridor, _ = check("middle-corridor")
    basis = next(row for row in corridor.rows("basis") if row.method == "mean of rivals" and row.table == "link")
    changed = rewritten(tmp_path / "p", "link", basis.row, basis.column, "99999")
    (problem,) = check(changed)[1]
    assert all(f"{fact} says" in problem.remedy for fact in basis.facts)


def test_b01_units_that_say_the_same_are_turned_and_others_are_not() -> None:
    assert factor_between("d", "h") == 24
    assert factor_between("kn", "km/h") == 1.852
    assert factor_between("h", "h") == 1
    assert factor_between("USD/FEU", "h") is None
