"""What may not be served, and what is not to be sold: shedding, and hydrogen of wind and sun, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from karvan.grid.dispatch import Infeasible, dispatch
from karvan.grid.dispatched import Dispatched
from karvan.grid.network import shedding_usd_mwh
from karvan.grid.system import Electrolyser, Market, Plant, System, Tie, Zone

HOURS = 3
FLAT = np.ones(HOURS)


def plant(name: str, sort: str, mw: float, usd_mwh: float, may: np.ndarray = FLAT) -> Plant:
    return Plant(name, "A", sort, sort, mw, usd_mwh, 0.0, 0.0, 0.0, may, np.zeros(HOURS))


def system(load_mw: float, *plants: Plant) -> System:
    start = np.datetime64("2025-01-01T00")
    return System("picture", 2025, start, (Zone("A", "AZ", market=False),), np.full((HOURS, 1), load_mw), plants)


def selling(rule: str, usd_mwh: float) -> System:
    """A zone that lacks 20 MW, beside a market that pays well for 50."""
    short = system(100.0, plant("wind", "wind", 80.0, 5.0))
    market = Market("M", np.full(HOURS, usd_mwh), 0.0, 0.0)
    return replace(
        short, zones=(*short.zones, Zone("M", "TR", market=True)), load=np.column_stack([short.load, np.zeros(HOURS)]),
        ties=(Tie("line", "A", "M", 50.0, 0.0, 0.02, rule),), markets=(market,), shed_share=0.5,
    )  # fmt: skip


@pytest.mark.parametrize("rule", ["free", "green"])
@pytest.mark.parametrize("usd_mwh", [90.0, 4000.0, 9000.0])
def test_a01_nobody_is_left_without_power_for_the_sake_of_a_sale(rule: str, usd_mwh: float) -> None:
    of = selling(rule, usd_mwh)
    found = dispatch(of)
    assert isinstance(found, Dispatched)
    assert found.shed[:, 0] == pytest.approx([20.0] * HOURS)
    assert found.exported.sum() == pytest.approx(0.0, abs=1e-9)
    assert shedding_usd_mwh(of) == max(3000.0, 0.98 * usd_mwh + 1)
    assert found.shed_usd == pytest.approx(20.0 * HOURS * shedding_usd_mwh(of))


def test_a02_what_may_not_be_shed_is_told_with_zone_and_hour() -> None:
    found = dispatch(replace(system(100.0, plant("gas", "thermal", 80.0, 50.0)), shed_share=0.1))
    assert isinstance(found, Infeasible)
    assert [(row.zone, row.mw) for row in found.unmet] == [("A", pytest.approx(10.0))] * HOURS
    assert "A cannot be served in 3 hours, 30.0 MWh" in found.said


def test_b01_green_hydrogen_takes_what_wind_gives_and_no_more() -> None:
    wind = np.array([0.0, 0.5, 1.0])
    plants = plant("gas", "thermal", 100.0, 50.0), plant("wind", "wind", 40.0, 0.0, wind)
    maker = Electrolyser("maker", "A", 25.0, kwh_kg=50.0, usd_kg=3.5, green=True)  # a megawatt-hour is worth 70 dollars
    of = replace(system(30.0, *plants), electrolysers=(maker,))
    found = dispatch(of)
    assert isinstance(found, Dispatched)
    assert found.electrolysis[:, 0] == pytest.approx([0.0, 20.0, 25.0])
    assert found.generation[:, 0] == pytest.approx([30.0, 30.0, 15.0])
    assert found.hydrogen_kg[:, 0] == pytest.approx([0.0, 400.0, 500.0])
    assert np.abs(found.imbalance()).max() < 1e-6
    grey = dispatch(replace(of, electrolysers=(replace(maker, green=False),)))
    assert isinstance(grey, Dispatched)
    assert grey.electrolysis[:, 0] == pytest.approx([25.0] * HOURS)


def test_b02_hydrogen_that_is_worth_less_than_what_wind_saves_is_not_made() -> None:
    plants = plant("gas", "thermal", 100.0, 80.0), plant("wind", "wind", 40.0, 0.0)
    maker = Electrolyser("maker", "A", 25.0, kwh_kg=50.0, usd_kg=3.5, green=True)
    found = dispatch(replace(system(30.0, *plants), electrolysers=(maker,)))
    assert isinstance(found, Dispatched)
    assert found.electrolysis[:, 0] == pytest.approx([10.0] * HOURS)  # of what would be lost
