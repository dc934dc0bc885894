"""Cases of PyPSA's own documentation, through our dispatch: the numbers are of its example of electricity markets.

https://docs.pypsa.org/latest/examples/example-1/ (PyPSA: Brown, Hörsch and Schlachtberger, 2018). Zones, sizes and
costs are its, and it says which fuel sets each price; the least cost of a case is worked out beside it by hand, and
PyPSA itself, given the case in its own words, finds the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from karvan.grid.dispatch import Dispatch, dispatch, quiet, solve
from karvan.grid.dispatched import Dispatched
from karvan.grid.system import Floats, Plant, Store, System, Tie, Zone

USD = {"wind": 0.0, "hydro": 0.0, "coal": 30.0, "gas": 60.0, "oil": 80.0}
MW = {
    "ZA": {"coal": 35000.0, "wind": 3000.0, "gas": 8000.0, "oil": 2000.0},
    "MZ": {"hydro": 1200.0},
    "SZ": {"hydro": 600.0},
}
LOAD = {"ZA": 42000.0, "MZ": 650.0, "SZ": 250.0}
TIES = (("ZA", "MZ", 500.0), ("ZA", "SZ", 250.0), ("MZ", "SZ", 100.0))
WIND = np.array([0.3, 0.6, 0.4, 0.5])
MORE = np.array([0.0, 1000.0, 3000.0, 4000.0])


def case(*zones: str, hours: int = 1) -> System:
    plants = tuple(
        Plant(
            f"{zone}-{fuel}", zone, fuel if fuel in {"wind", "hydro"} else "thermal", fuel, mw, USD[fuel], 0.0, 0.0,
            0.0, WIND if fuel == "wind" and hours > 1 else np.ones(hours), np.zeros(hours),
        )
        for zone in zones
        for fuel, mw in MW[zone].items()
    )  # fmt: skip
    load = np.array([[LOAD[zone] for zone in zones]] * hours)
    if hours > 1:
        load[:, 0] += MORE
    ties = tuple(Tie(f"{one}-{other}", one, other, mw, mw, 0.0, "") for one, other, mw in TIES
                 if {one, other} <= {*zones})  # fmt: skip
    own = tuple(Zone(zone, zone, market=False) for zone in zones)
    return System("market", 2025, np.datetime64("2025-01-01T00"), own, load, plants, ties=ties)


def pumped(hours: int) -> Store:
    return Store("pumped", "ZA", "battery", "", 1000, 6000, 1.0, 1.0, np.zeros(hours), 0.0, 0.0)


CASES = {
    # 3,000 of wind, 35,000 of coal, 4,000 of gas
    "one zone": (case("ZA"), 35000 * 30 + 4000 * 60, [60.0]),
    # 500 more come from Mozambique, whose price falls to nothing behind the full tie
    "two zones": (case("ZA", "MZ"), 35000 * 30 + 3500 * 60, [60.0, 0.0]),
    # and 250 from Eswatini
    "three zones": (case("ZA", "MZ", "SZ"), 35000 * 30 + 3250 * 60, [60.0, 0.0, 0.0]),
}


@pytest.mark.parametrize("name", CASES)
def test_a01_markets_of_one_hour(name: str) -> None:
    of, usd, prices = CASES[name]
    found = dispatch(of)
    assert isinstance(found, Dispatched)
    assert found.objective == pytest.approx(usd, rel=1e-12)
    assert found.price[0] == pytest.approx(prices)


def needs(load: Floats) -> float:
    """What South Africa's plants cost at least in hours each by itself: merit order by arithmetic."""
    total = 0.0
    for hour, need in enumerate(load):
        left = need - 3000 * WIND[hour]
        for fuel in ("coal", "gas", "oil"):
            given = min(left, MW["ZA"][fuel])
            total, left = total + given * USD[fuel], left - given
    return total


def test_a02_four_hours_with_wind_that_changes() -> None:
    of = case("ZA", hours=4)
    found = dispatch(of)
    assert isinstance(found, Dispatched)
    assert found.objective == pytest.approx(needs(of.load[:, 0]), rel=1e-12)
    # 6,100 and 6,200 and 8,800 and 9,500 MW beyond wind and coal: gas, gas, oil, oil
    assert found.price[:, 0] == pytest.approx([60.0, 60.0, 80.0, 80.0])


def test_a03_pumped_storage_shifts_gas_in_place_of_oil() -> None:
    of = replace(case("ZA", hours=4), stores=(pumped(4),))
    found = dispatch(of)
    assert isinstance(found, Dispatched)
    # 1,800 MWh go in while gas has room; 800 and 1,000 come out in place of 800 and 1,500 of oil
    bare = needs(of.load[:, 0])
    oil = np.maximum(of.load[:, 0] - 3000 * WIND - 43000, 0.0)
    saved = np.minimum(oil, 1000).sum() * (80 - 60)
    assert found.objective == pytest.approx(bare - saved, rel=1e-12)


def test_b01_pypsa_in_its_own_words_finds_the_same() -> None:
    """The last case, as PyPSA's users write it, solved by PyPSA alone and by our wrapper."""
    of = replace(case("ZA", "MZ", "SZ", hours=4), stores=(pumped(4),))
    found = dispatch(of)
    assert isinstance(found, Dispatched)

    def written() -> object:
        import pypsa

        n = pypsa.Network()
        n.set_snapshots(range(4))
        for column, zone in enumerate(("ZA", "MZ", "SZ")):
            n.add("Bus", zone)
            n.add("Load", zone, bus=zone, p_set=of.load[:, column])
            for fuel, mw in MW[zone].items():
                n.add("Generator", f"{zone} {fuel}", bus=zone, p_nom=mw, marginal_cost=USD[fuel],
                      p_max_pu=WIND if fuel == "wind" else 1.0)  # fmt: skip
        for one, other, mw in TIES:
            n.add("Link", one + other, bus0=one, bus1=other, p_nom=mw, p_min_pu=-1.0)
        n.add("StorageUnit", "pumped", bus="ZA", p_nom=1000, max_hours=6, cyclic_state_of_charge=True)
        return n

    with quiet():
        alone, ours = written(), written()
        alone.optimize(solver_name="highs")
        assert solve(ours, Dispatch())[0] == "optimal"
    assert ours.objective == pytest.approx(alone.objective, rel=1e-12)
    assert found.objective == pytest.approx(alone.objective, rel=1e-12)
