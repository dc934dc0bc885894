"""Every assumption that a figure of an option leans on is named: those under its spread and its goods too."""

from __future__ import annotations

from karvan.network.item import berth_item, facility_item, headway_item
from karvan.study.plan import Planner
from karvan.testing.draw import row


def test_a01_a_facility_leans_on_its_spreads() -> None:
    crane = row("facility", id="X", service_time_h=1.0, service_time_cv=0.5, wait_h=2.0, wait_cv=0.7)
    assert [address[2] for address in facility_item(crane, None).leans_on] == [
        "service_time_h",
        "service_time_cv",
        "wait_h",
        "wait_cv",
    ]
    assert [address[2] for address in berth_item(crane).leans_on] == ["wait_h", "wait_cv"]


def test_a02_a_hub_with_two_factors_leans_on_both() -> None:
    crane = row("facility", id="X", service_time_h=1.0)
    hub = row("emission_factor", id="hub", kgco2e_container=9.0, kgco2e_t=0.6)
    assert facility_item(crane, hub).leans_on[1:] == (
        ("emission_factor", "hub", "kgco2e_container"),
        ("emission_factor", "hub", "kgco2e_t"),
    )


def test_a03_a_wait_leans_on_the_headway_and_its_spread() -> None:
    service = row("service", id="S", headway_h=12.0, headway_cv=0.3)
    assert [address[2] for address in headway_item(service, "X", 12.0).leans_on] == ["headway_h", "headway_cv"]


def test_b01_an_assumed_figure_of_the_goods_is_among_the_assumptions(planner: Planner) -> None:
    corridor = planner.corridor
    columns = ("t_per_teu", "usd_per_t", "value_of_time_pct_day")
    goods, column = next(
        (goods.id, column)
        for goods in corridor.rows("commodity")
        for column in columns
        if getattr(goods, column) is not None and corridor.evidence.grade("commodity", goods.id, column) == "D"
    )
    ask = planner.request("Almaty", "Baku", "2026-12-01", commodity=goods, past=True)
    plan = planner.plan(ask, goods)
    named = {assumption.where for assumption in plan.assumptions(plan.options[0])}
    assert f"commodity/{goods}/{column}" in named
