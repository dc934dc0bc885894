"""The answer as tables, and the evidence under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import karvan
from karvan.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.itinerary import Plan

Asked = Callable[..., Plan]


@pytest.fixture
def asked(small: Corridor) -> Asked:
    """A plan on the small package, by default from Alpha to Gamma."""

    def asked(origin: str = "Alpha", destination: str = "Gamma", load: str = "2xFEU", **more: Any) -> Plan:
        return karvan.plan(origin, destination, "2026-01-05", load, package=small, past=True, **more)

    return asked


def test_a01_one_row_an_option(asked: Asked) -> None:
    plan = asked()
    table = plan.table()
    assert list(table.index) == [option.id for option in plan.options]
    assert list(table["price_usd"]) == [option.price_usd for option in plan.options]
    assert list(table.columns) == [
        "family", "depart", "arrive", "time_h", "time_p10_h", "time_p50_h", "time_p90_h", "time_p95_h", "sd_h",
        "on_time", "price_usd", "co2e_kg", "distance_km", "reloads", "borders", "beaten_by",
    ]  # fmt: skip


def test_a02_one_row_a_leg(asked: Asked) -> None:
    plan = asked()
    legs = plan.legs()
    assert len(legs) == sum(len(option.legs) for option in plan.options)
    assert legs.groupby("option")["price_usd"].sum().to_dict() == pytest.approx(plan.table()["price_usd"].to_dict())


def test_a03_one_row_an_item_and_what_it_leans_on(asked: Asked) -> None:
    plan = asked()
    for option in plan.options:
        items = plan.explain(option.id)
        assert items["usd"].sum() == pytest.approx(option.price_usd)
        assert items["kg_co2e"].sum() == pytest.approx(option.co2e_kg)
        assert plan.explain(option).equals(items)
    assert "link/train-0/length_km (B)" in "".join(plan.explain("sea-1")["leans_on"])


@pytest.mark.parametrize("table", [Plan.table, Plan.legs])
def test_a04_no_way_is_an_answer_in_tables_too(asked: Asked, table: Callable[[Plan], Any]) -> None:
    plan = asked("Gamma", "Alpha")
    assert not plan.found
    assert len(table(plan)) == 0
    assert list(table(plan).columns) == list(table(asked()).columns)


def test_a05_an_option_by_its_id(asked: Asked) -> None:
    plan = asked()
    assert plan.option("sea-1").family == "sea"
    with pytest.raises(InputError, match=r"option \| found 'sea-9' \| the options are .*sea-1"):
        plan.option("sea-9")


def test_b01_nothing_is_assumed_in_the_small_package(asked: Asked) -> None:
    plan = asked()
    assert [plan.assumptions(option) for option in plan.options] == [[], []]
    assert {leg.grade for option in plan.options for leg in option.legs} == {"B"}


def test_b02_an_assumption_is_named_with_its_reasoning(small: Corridor) -> None:
    def guessed(basis: Any) -> Any:
        if basis[:3] == ("link", "ferry-0", "length_km"):
            return basis._replace(method="assumed", facts=(), grade="D", note="by the eye")
        return basis

    corridor = Corridor(small.description, {**small.tables, "basis": tuple(map(guessed, small.rows("basis")))})
    plan = karvan.plan("Alpha", "Gamma", "2026-01-05", package=corridor, past=True)
    (assumption,) = plan.assumptions(plan.option("sea-1"))
    assert (assumption.where, assumption.value, assumption.note) == ("link/ferry-0/length_km", 500, "by the eye")
    assert [leg.grade for leg in plan.option("sea-1").rides] == ["B", "D"]
    assert plan.assumptions(plan.option("other-1")) == []


def test_c01_twice_the_boxes_cost_twice_as_much(asked: Asked) -> None:
    one, two = asked(load="1xFEU"), asked(load="2xFEU")
    assert [2 * option.price_usd for option in one.options] == [option.price_usd for option in two.options]
    assert [option.time_h for option in one.options] == [option.time_h for option in two.options]
