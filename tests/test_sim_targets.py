"""What a simulation of the shipped package is held against: the table, and what its reader says of a bad one."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

import build_middle_corridor
import sim_targets
from karvan.corridor import Corridor
from recipe import Fact, RecipeError, Rules
from sim_targets import Row, Target, problems, targets, undecided, used

FACTS = {"C0001": Fact("12", "d", "B"), "C0002": Fact("40", "TEU", "B")}


def shipped_targets() -> list[Target]:
    made = build_middle_corridor.start(
        sorted(path for path in build_middle_corridor.RECIPES.iterdir() if path.is_dir())
    )
    return targets(sim_targets.read(), made.facts, made.rules)


@pytest.fixture
def good() -> Row:
    """A row of the shipped table that has nothing wrong."""
    return next(row for row in sim_targets.read() if row["id"] == "alat-teu-2024")


def faults(row: Row, corridor: Corridor, value: float | None = 5.0, **ends: float) -> list[str]:
    return list(problems([Target(row, value, ends.get("low"), ends.get("high"))], corridor))


# a: the shipped table


def test_a01_it_has_no_problems(shipped: Corridor) -> None:
    assert list(problems(shipped_targets(), shipped)) == []


def test_a02_every_measured_fact_of_the_years_is_decided_on(shipped: Corridor) -> None:
    assert undecided(shipped, sim_targets.read()) == []


def test_a03_it_is_up_to_date(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["sim_targets.py", "--check"])
    code = sim_targets.main()
    assert (capsys.readouterr().out.strip().endswith("nothing changed"), code) == (True, 0)


def test_a04_there_are_enough_to_fit_and_more_to_compare_with() -> None:
    roles = [row["role"] for row in sim_targets.read()]
    assert roles.count("fit") >= 20
    assert roles.count("compare") >= 3 * roles.count("fit")


def test_a05_what_agrees_by_construction_is_marked() -> None:
    rows = {row["id"]: row for row in sim_targets.read()}
    assert "demand/*/teu_year" in rows["middle-teu-2024"]["used_in_basis"]
    assert "facility/AKTAU-crane/wait_h" in rows["time-kazakhstan-2023"]["used_in_basis"]
    assert "service/asco-aktau-alat/headway_h" in rows["alat-wagons-north-2025"]["used_in_basis"]


# b: numbers


def test_b01_numbers_come_from_expressions_over_facts(good: Row) -> None:
    row = good | {"value": "C0001 / 2", "low": "C0001", "high": "", "unit": "d"}
    (target,) = targets([row], FACTS, Rules({}))
    assert (target.value, target.low, target.high) == (6, 12, None)


def test_b02_all_that_cannot_be_worked_out_is_told_at_once(good: Row) -> None:
    rows = [good | {"id": "one", "value": "C0009"}, good | {"id": "two", "low": "C0001", "unit": "TEU/yr"}]
    with pytest.raises(RecipeError) as raised:
        targets(rows, FACTS, Rules({}))
    assert "row one, value | found 'C0009' | fact C0009 is not in the package" in str(raised.value)
    assert "row two, low | found 'C0001' | C0001 is in 'd', the column in 'TEU/yr'" in str(raised.value)


# c: faults


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"facts": "C0117;C9999"}, "row alat-teu-2024, facts | found 'C9999' | not a fact of the package"),
        ({"role": "watch"}, "role | found 'watch' | give one of fit, compare, skip"),
        ({"reason": ""}, "reason | found '' | say why it has that role"),
        ({"unit": "t/yr"}, "quantity | found 'throughput_teu in t/yr'"),
        ({"where": "kmtf-aktau-alat;kmtf-aktau-baku"}, "where | found 'kmtf-aktau-baku' | not an id of the package"),
        ({"where_kind": "flow"}, "where | found "),
        (
            {"where_kind": "port"},
            "where_kind | found 'port' | give one of facility, service, link, place, family, flow",
        ),
        ({"at": "BAKU"}, "at | found 'BAKU' | not an id of the package"),
        ({"origin": "CHINA"}, "origin | found 'CHINA' | not an id of the package"),
        ({"families": "silk"}, "families | found 'silk' | not an id of the package"),
    ],
)
def test_c01_a_fault_is_told_by_address_value_and_remedy(good: Row, shipped: Corridor, change: Row, said: str) -> None:
    assert any(said in fault for fault in faults(good | change, shipped))


def test_c02_countries_are_origins_too(good: Row, shipped: Corridor) -> None:
    assert faults(good | {"origin": "CN;XIAN"}, shipped) == []


def test_c03_what_is_skipped_needs_a_reason_only(good: Row, shipped: Corridor) -> None:
    assert faults(dict.fromkeys(good, "") | {"id": "x", "role": "skip", "reason": "a plan"}, shipped, None) == []


def test_c04_a_value_lies_between_its_bounds(good: Row, shipped: Corridor) -> None:
    assert faults(good, shipped, 5, low=4, high=6) == []
    assert "give low, value and high in that order" in faults(good, shipped, 5, low=6)[0]
    assert "give an expression over facts" in faults(good, shipped, None)[0]


def test_c05_an_id_stands_once(good: Row, shipped: Corridor) -> None:
    target = Target(good, 5.0, None, None)
    assert sum("found it 2 times" in fault for fault in problems([target, replace(target)], shipped)) == 2


# d: what the package stands on, and what no row names


def test_d01_numbers_that_stand_on_a_fact_are_named_by_table_and_column(shipped: Corridor) -> None:
    assert used("C0307", shipped).count("facility/*/wait_h (") == 1
    assert used("C0281", shipped) == "service/bulk-aktau-amirabad/longest_wait_h"
    assert used("C0191", shipped) == ""


def test_d02_a_fact_that_no_row_names_is_found(shipped: Corridor) -> None:
    rows = [row for row in sim_targets.read() if "C0117" not in row["facts"]]
    assert undecided(shipped, rows) == ["C0117"]
