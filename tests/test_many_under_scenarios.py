"""Matrices, reach and batches under a scenario tell what a single plan under it tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import karvan
from karvan.ground.errors import InputError
from karvan.study.batch import plan_batch
from karvan.study.matrix import matrix
from karvan.study.open_end import planner_in
from karvan.study.reach import reach

UNDER = "partnership-2030"
CLOSED = "northern-closed"


def test_a01_a_matrix_is_of_the_scenario() -> None:
    asked = {"depart": "2030-03-01", "avoid": "RU"}
    before = matrix("Khorgos", "Poti", **asked).table()
    after = matrix("Khorgos", "Poti", scenario=UNDER, **asked).table()
    assert after["least_price_usd"].iloc[0] != before["least_price_usd"].iloc[0]
    one = karvan.plan("Khorgos", "Poti", "2030-03-01", scenario=UNDER, epsilon=0.0, avoid="RU")
    assert after["least_price_usd"].iloc[0] == pytest.approx(min(option.price_usd for option in one.options))


def test_a02_reach_is_of_the_scenario() -> None:
    before, after = (
        {one.place.id: one.time_h for one in reach("Khorgos", 14, "2030-03-01", scenario=scenario).places}
        for scenario in ("", UNDER)
    )
    assert before != after


def test_a03_a_batch_is_of_the_scenario_and_of_its_year() -> None:
    rows = [{"origin": "Xi'an", "destination": "Duisburg"}, {"origin": "Xi'an", "destination": "Duisburg",
             "depart": "2024-05-01"}]  # fmt: skip
    table = plan_batch(rows, scenario="base-2024").table().reset_index()
    assert {instant.year for instant in table["depart"]} == {2024}
    one = karvan.plan("Xi'an", "Duisburg", "2024-05-01", scenario="base-2024", past=True)
    second = table[table["shipment"] == "2"]
    assert list(second["price_usd"]) == [option.price_usd for option in one.options]


def test_b01_the_day_is_the_scenarios_own_unless_said() -> None:
    assert planner_in("middle-corridor", (), None, "", None)[1:] == (None, False)
    _, depart, own = planner_in("middle-corridor", (), None, "base-2030", None)
    assert own
    assert str(depart).startswith("2030-")
    assert planner_in("middle-corridor", (), None, "base-2030", "2031-01-02")[1:] == ("2031-01-02", False)


def test_b02_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(InputError, match="northern-closed"):
        matrix("Khorgos", "Warsaw", scenario="northern-close")


def test_b03_closed_families_are_not_passed_over_in_silence() -> None:
    for ask in (lambda: matrix("Khorgos", "Warsaw", scenario=CLOSED), lambda: reach("Khorgos", scenario=CLOSED)):
        with pytest.raises(InputError, match="northern"):
            ask()


def test_c01_the_commands(karvan_says: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    shipments = tmp_path / "shipments.csv"
    shipments.write_text("origin,destination\nKhorgos,Warsaw\n")
    for words in (
        ("reach", "Khorgos", "--days", "12", "--json"),
        ("plan", "--batch", shipments, "--out", tmp_path / "o.csv"),
        ("matrix", "--origins", "Khorgos", "--destinations", "Warsaw", "--out", tmp_path / "m.csv"),
    ):
        code, said = karvan_says(*words, "--scenario", UNDER)
        assert code == 0, said
        code, said = karvan_says(*words, "--scenario", "northern-close")
        assert code == 3
        assert CLOSED in said
