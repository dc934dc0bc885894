"""The dispatch of small power systems whose answers are worked out by hand, and by another programme."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from karvan.grid.checking import check
from karvan.grid.dispatch import Dispatch, Infeasible, NotSolved, dispatch, quiet, solve
from karvan.grid.dispatched import Dispatched
from karvan.grid.export import export
from karvan.grid.intensity import intensity
from karvan.grid.invest import Candidate, Invest, Invested, annuity, invest
from karvan.grid.network import HAIR, to_pypsa
from karvan.grid.system import Agreed, Electrolyser, Floats, Market, Plant, Store, System, Tie, Zone
from karvan.ground.errors import InputError

START = np.datetime64("2025-01-01T00")


def by_hour(values: Any, hours: int) -> Floats:
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (hours,)).copy()


def plant(name: str, zone: str, mw: float, usd: float, may: Any = 1.0, *, hours: int, **more: Any) -> Plant:
    sort, kg = more.pop("sort", "thermal"), more.pop("kg", 0.0)
    least, m3 = more.pop("least", 0.0), more.pop("m3", 0.0)
    return Plant(
        name, zone, sort, sort, mw, usd, kg, more.pop("kge", kg), m3, by_hour(may, hours), by_hour(least, hours)
    )


def battery(zone: str, mw: float, mwh: float, *, hours: int, into: float = 1.0, out: float = 1.0) -> Store:
    return Store("battery", zone, "battery", "", mw, mwh, into, out, np.zeros(hours), 0.0, 0.0)


def system(load: dict[str, Any], *plants: Plant, markets: tuple[Market, ...] = (), **more: Any) -> System:
    hours = max(np.size(values) for values in load.values())
    zones = tuple(Zone(name, "AZ", market=False) for name in load)
    zones += tuple(Zone(market.zone, market.zone, market=True) for market in markets)
    table = np.column_stack([by_hour(values, hours) for values in load.values()] + [np.zeros(hours)] * len(markets))
    return System("picture", 2025, START, zones, table, plants, markets=markets, **more)


def solved(of: System, **ask: Any) -> Dispatched:
    found = dispatch(of, Dispatch(**ask))
    assert isinstance(found, Dispatched), found.said
    assert np.abs(found.imbalance()).max() <= 1e-6
    assert np.abs(found.leak()).max(initial=0.0) <= 1e-6
    return found


def test_a01_the_cheaper_plant_runs_first_and_the_dearer_sets_the_price() -> None:
    found = solved(system({"A": [80.0, 150.0]}, plant("cheap", "A", 100, 20, hours=2), plant("dear", "A", 100, 50,
                                                                                            hours=2)))  # fmt: skip
    assert found.generation == pytest.approx(np.array([[80.0, 0.0], [100.0, 50.0]]))
    assert found.price[:, 0] == pytest.approx([20.0, 50.0])
    assert found.objective == pytest.approx(80 * 20 + 100 * 20 + 50 * 50)
    assert found.plants_usd == pytest.approx(found.objective)


def test_a02_a_full_tie_parts_the_prices() -> None:
    found = solved(system(
        {"A": [50.0], "B": [100.0]}, plant("cheap", "A", 300, 10, hours=1), plant("dear", "B", 300, 40, hours=1),
        ties=(Tie("ab", "A", "B", 60, 60, 0.0, ""),),
    ))  # fmt: skip
    assert found.out[0, 0] == pytest.approx(60)
    assert found.back[0, 0] == pytest.approx(0)
    assert found.price[0] == pytest.approx([10.0, 40.0])
    assert found.objective == pytest.approx(110 * 10 + 40 * 40)


def test_a03_a_tie_that_loses_makes_power_dearer_at_its_far_end() -> None:
    found = solved(system(
        {"A": [50.0], "B": [90.0]}, plant("cheap", "A", 300, 10, hours=1), plant("dear", "B", 300, 40, hours=1),
        ties=(Tie("ab", "A", "B", 200, 200, 0.1, ""),),
    ))  # fmt: skip
    assert found.out[0, 0] == pytest.approx(100)
    assert found.price[0, 1] == pytest.approx(10 / 0.9)


@pytest.mark.thorough
def test_a04_a_battery_earns_what_prices_differ_by() -> None:
    plants = plant("cheap", "A", 100, 10, hours=2), plant("dear", "A", 100, 100, hours=2)
    bare = system({"A": [50.0, 120.0]}, *plants)
    kept = replace(bare, stores=(battery("A", 50, 15, hours=2, into=0.9, out=0.8),))
    found = solved(kept)
    # 15 MWh are held: 15 / 0.9 go in at 10 USD, 15 x 0.8 come out in place of 100 USD
    assert solved(bare).objective - found.objective == pytest.approx(15 * 0.8 * 100 - 15 / 0.9 * 10)
    assert found.level[:, 0] == pytest.approx([15.0, 0.0])
    assert found.to_and_fro == {}


@pytest.mark.thorough
def test_a05_a_reservoir_gives_when_power_is_dearest_and_spills_what_it_cannot_hold() -> None:
    plants = plant("cheap", "A", 100, 10, hours=3), plant("dear", "A", 100, 100, hours=3)
    inflow = np.array([60.0, 0.0, 0.0])
    water = Store("dam", "A", "hydro", "hydro", 30, 40, 0.0, 1.0, inflow, 0.0, 0.0)
    found = solved(replace(system({"A": [50.0, 130.0, 110.0]}, *plants), stores=(water,)))
    # 40 MWh are held, for hours 2 and 3 (30 and 10); of the rest of 20, all runs through in the first hour
    assert found.discharge[:, 0] == pytest.approx([20.0, 30.0, 10.0])
    assert found.spilled.sum() == pytest.approx(0)
    assert found.objective == pytest.approx(30 * 10 + 100 * 10 + 100 * 10)
    small = solved(replace(system({"A": [50.0, 130.0, 110.0]}, *plants), stores=(replace(water, mw=10.0),)))
    assert small.spilled.sum() == pytest.approx(60 - 30)


def test_a06_least_holds_plants_up_and_wind_is_curtailed() -> None:
    found = solved(system(
        {"A": [100.0]}, plant("gas", "A", 100, 30, least=0.6, hours=1),
        plant("wind", "A", 100, 0, 0.8, sort="wind", hours=1),
    ))  # fmt: skip
    assert found.generation[0] == pytest.approx([60.0, 40.0])
    assert found.curtailed[0] == pytest.approx([0.0, 40.0])


@pytest.mark.thorough
def test_a07_an_electrolyser_runs_while_power_costs_less_than_its_hydrogen() -> None:
    of = system(
        {"A": [50.0, 150.0]}, plant("cheap", "A", 100, 20, hours=2), plant("dear", "A", 200, 80, hours=2),
        electrolysers=(Electrolyser("h2", "A", 30, 50.0, 2.5),),
    )  # fmt: skip
    found = solved(of)  # 2.5 USD/kg and 50 kWh/kg: 50 USD/MWh
    assert found.electrolysis[:, 0] == pytest.approx([30.0, 0.0])
    assert found.hydrogen_kg.sum() == pytest.approx(600)
    assert found.objective == pytest.approx(80 * 20 + 100 * 20 + 50 * 80 - 600 * 2.5)


def market(price: Any, hours: int, levy: float = 0.0) -> Market:
    return Market("M", by_hour(price, hours), levy, 400.0)


def abroad(rule: str, *, loss: float = 0.0, price: float = 60.0, levy: float = 0.0, **more: Any) -> System:
    """100 MW of load and of gas at 30 USD, 150 MW of wind that gives nothing and then all."""
    return system(
        {"A": [100.0, 100.0]}, plant("gas", "A", 200, 30, kg=500, m3=250, hours=2),
        plant("wind", "A", 150, 0, [0.0, 1.0], sort="wind", hours=2),
        markets=(market(price, 2, levy),), ties=(Tie("am", "A", "M", 80, 80, loss, rule),), **more,
    )  # fmt: skip


def test_b01_by_rule_agreed_only_what_would_be_lost_goes_out() -> None:
    found = solved(abroad("agreed", loss=0.1))
    assert found.exported[:, 0] == pytest.approx([0.0, 50.0])
    assert found.export_usd[:, 0] == pytest.approx([0.0, 50 * 0.9 * 60])
    assert found.imported.sum() == pytest.approx(0)
    assert found.objective == pytest.approx(100 * 30 - 50 * HAIR)


def test_b01_wind_that_costs_something_to_run_goes_out_too() -> None:
    free = abroad("agreed")
    dear = replace(free, plants=tuple(replace(one, usd_mwh=2.0) if one.sort == "wind" else one for one in free.plants))
    assert solved(dear).exported[:, 0] == pytest.approx([0.0, 50.0])


@pytest.mark.thorough
def test_b02_by_rule_agreed_imports_come_only_against_shedding() -> None:
    cheap = replace(abroad("agreed", price=1.0))
    assert solved(cheap).imported.sum() == pytest.approx(0)
    short = replace(cheap, load=np.array([[250.0, 0.0], [100.0, 0.0]]))
    found = solved(short)
    assert found.imported[:, 0] == pytest.approx([50.0, 0.0])
    assert found.import_usd.sum() == pytest.approx(50.0)
    assert found.shed.sum() == pytest.approx(0)


def test_b03_by_rule_green_exports_are_at_most_what_wind_and_sun_give() -> None:
    found = solved(abroad("green", levy=1000.0))  # a levy that green power does not pay
    assert found.exported[:, 0] == pytest.approx([0.0, 80.0])
    assert found.generation[:, 0] == pytest.approx([100.0, 30.0])
    assert found.objective == pytest.approx(130 * 30 - 80 * 60)
    assert found.levy_usd.sum() == 0
    dark = replace(abroad("green", price=500.0))
    dim = replace(dark, plants=(dark.plants[0], replace(dark.plants[1], may=np.array([0.0, 0.2]))))
    assert solved(dim).exported[:, 0] == pytest.approx([0.0, 30.0])  # of 80 that the tie would carry


@pytest.mark.thorough
def test_b04_wind_of_a_zone_that_hangs_by_nothing_makes_nothing_else_green() -> None:
    of = system(
        {"A": [0.0], "N": [10.0]}, plant("gas", "A", 100, 30, hours=1),
        plant("wind", "N", 50, 0, sort="wind", hours=1),
        markets=(market(90, 1),), ties=(Tie("am", "A", "M", 80, 80, 0.0, "green"),),
    )  # fmt: skip
    assert solved(of).exported.sum() == pytest.approx(0)
    tied = replace(of, ties=(*of.ties, Tie("an", "A", "N", 5, 5, 0.0, "")))
    assert solved(tied).exported.sum() == pytest.approx(15)  # wind serves N's 10 and sends 5; gas may go out for the 10


@pytest.mark.thorough
def test_b05_by_rule_free_the_levy_on_thermal_power_decides() -> None:
    assert solved(abroad("free")).exported[:, 0] == pytest.approx([80.0, 80.0])
    # 60 - 0.5 t/MWh x 70 USD/t = 25 USD, below what gas costs
    taken = solved(abroad("free", levy=70.0))
    assert taken.exported[:, 0] == pytest.approx([0.0, 50.0])
    assert taken.levy_usd.sum() == pytest.approx(50 * 35)
    assert taken.export_usd.sum() == pytest.approx(50 * 25)


@pytest.mark.thorough
def test_b06_what_is_agreed_goes_whatever_it_costs() -> None:
    of = abroad("agreed", loss=0.1)
    given = Agreed("am", np.array([40.0, 40.0]), np.array([10.0, 0.0]))
    found = solved(replace(of, agreed=(given,)))
    assert found.exported[:, 0] == pytest.approx([40.0, 50.0])
    assert found.imported[:, 0] == pytest.approx([9.0, 0.0])
    assert found.generation[0, 0] == pytest.approx(100 + 40 - 9)


def test_c01_load_is_shed_no_more_than_is_allowed_and_says_where_it_is_not_enough() -> None:
    of = system({"A": [100.0, 200.0], "B": [10.0, 10.0]}, plant("gas", "A", 150, 30, hours=2), shed_share=1.0)
    found = solved(of)
    assert found.shed[:, 0] == pytest.approx([0.0, 50.0])
    assert found.shed_usd == pytest.approx(3000 * 70)
    stopped = dispatch(replace(of, shed_share=0.1))
    assert isinstance(stopped, Infeasible)
    assert [(row.zone, row.hour) for row in stopped.unmet] == [("A", 1), ("B", 0), ("B", 1)]
    assert [row.mw for row in stopped.unmet] == pytest.approx([30.0, 9.0, 9.0])
    assert "A cannot be served in 1 hours, 30.0 MWh; the worst is 2025-01-01T01 UTC" in stopped.said


@pytest.mark.thorough
def test_c02_power_that_must_run_and_cannot_go_anywhere_is_told() -> None:
    stopped = dispatch(system({"A": [100.0, 40.0]}, plant("gas", "A", 100, 30, least=0.6, hours=2)))
    assert isinstance(stopped, Infeasible)
    assert [(row.hour, row.mw) for row in stopped.unmet] == [(1, pytest.approx(-20.0))]
    assert "cannot get rid of what must run" in stopped.said


@pytest.mark.thorough
def test_c03_a_solver_out_of_time_says_so_and_ends() -> None:
    began = time.perf_counter()
    found = dispatch(random_system(7, hours=2000), Dispatch(time_limit_s=1e-3))
    assert isinstance(found, NotSolved)
    assert "time_limit" in found.said
    assert time.perf_counter() - began < 120


BAD: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("plant of negative size", {"plants": (plant("gas", "A", -5, 30, hours=4),)}, "plant 'gas', mw | found -5"),
    ("tie to nowhere", {"ties": (Tie("t", "A", "Z", 1, 1, 0.0, ""),)}, "tie 't', zone 'Z' | found no such zone"),
    ("tie to itself", {"ties": (Tie("t", "A", "A", 1, 1, 0.0, ""),)}, "from 'A' to itself"),
    ("a profile an hour short", {"plants": (plant("gas", "A", 5, 30, hours=3),)}, "may | found 3 hours | give 4"),
    ("a battery that gives more", {"stores": (battery("A", 1, 1, hours=4, out=1.2),)}, "out | found 1.2 | it cannot"),
    ("a battery that takes nothing", {"stores": (battery("A", 1, 1, hours=4, into=0.0),)}, "into | found 0"),
    ("share above 1", {"plants": (plant("gas", "A", 5, 30, 1.5, hours=4),)}, "may | found 1.5 in hour 0"),
    ("least above most", {"plants": (plant("gas", "A", 5, 30, 0.2, least=0.3, hours=4),)}, "least | found 0.3 where"),
    ("no number", {"load": np.array([[1.0], [np.nan], [1.0], [1.0]])}, "load | found no finite number in 1 hours"),
    ("negative load", {"load": -np.ones((4, 1))}, "zone 'A', load | found -1 MW"),
    ("two of a name", {"plants": (plant("gas", "A", 5, 30, hours=4),) * 2}, "'gas' | found 2 of that name"),
    ("cheap shedding", {"shed_usd_mwh": 1.0}, "shed_usd_mwh | found 1"),
    ("shed more than all", {"shed_share": 2.0}, "shed_share | found 2"),
    ("agreed over no tie", {"agreed": (Agreed("x", np.ones(4), np.ones(4)),)}, "tie 'x' | found no such tie"),
    ("a rule between own zones", {"ties": (Tie("t", "A", "A", 1, 1, 0.0, "free"),)}, "neither end is a market"),
    ("negative emissions", {"plants": (plant("gas", "A", 5, 30, kg=-1, hours=4),)}, "kgco2_mwh | found -1"),
    ("no water in a battery", {"stores": (replace(battery("A", 1, 1, hours=4), inflow=np.ones(4)),)}, "water into"),
)


@pytest.mark.parametrize(("change", "said"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_d01_bad_input_is_told(change: dict[str, Any], said: str) -> None:
    of = system({"A": np.ones(4)}, plant("gas", "A", 5, 30, hours=4))
    check(of)
    with pytest.raises(InputError) as refused:
        dispatch(replace(of, **change))
    assert said in str(refused.value)


def test_d02_bad_input_is_told_all_at_once() -> None:
    of = abroad("agreed")
    bad = replace(
        of, plants=(replace(of.plants[0], mw=-1.0), replace(of.plants[1], zone="M")), shed_share=-1.0,
        load=np.full((2, 2), 5.0), agreed=(Agreed("am", np.full(2, 90.0), np.zeros(2)),),
    )  # fmt: skip
    with pytest.raises(InputError) as refused:
        check(bad)
    said = str(refused.value)
    assert len(refused.value.problems) == 5, said
    for part in ("a market with a load", "found -1", "90.0 MW in hour 0 of a tie of 80.0 MW", "'M' | found a market"):
        assert part in said


def test_d03_a_profile_of_8759_hours_is_told() -> None:
    of = system({"A": np.ones(8760)}, plant("gas", "A", 5, 30, hours=8760), plant("sun", "A", 5, 0, hours=8759))
    with pytest.raises(InputError, match=r"plant 'sun', may \| found 8,759 hours \| give 8,760"):
        dispatch(of)


def random_system(seed: int, hours: int = 48) -> System:
    rng = np.random.default_rng(seed)
    made = [
        plant(f"p{ix}", "AB"[ix % 2], float(rng.uniform(20, 80)), float(rng.uniform(5, 90)), rng.uniform(0.3, 1, hours),
              least=0.1 * (ix % 3 == 0), sort=["thermal", "wind", "solar"][ix % 3], kg=float(ix % 3 == 0) * 400,
              hours=hours)
        for ix in range(8)
    ]  # fmt: skip
    # three that are alike
    made += [replace(made[0], id=f"same{ix}", mw=10.0 * (ix + 1), may=rng.uniform(0.3, 1, hours)) for ix in range(3)]
    return system(
        {"A": rng.uniform(80, 250, hours), "B": rng.uniform(40, 150, hours)}, *made,
        markets=(market(rng.uniform(10, 80, hours), hours, 5.0),),
        ties=(Tie("ab", "A", "B", 40, 30, 0.02, ""), Tie("bm", "B", "M", 50, 50, 0.05, "green")),
        stores=(battery("A", 20, 60, hours=hours, into=0.95, out=0.95),
                Store("dam", "B", "hydro", "hydro", 30, 200, 0.0, 1.0, rng.uniform(0, 25, hours), 0.0, 10.0)),
        agreed=(Agreed("bm", rng.uniform(0, 9, hours), rng.uniform(0, 9, hours)),),
        electrolysers=(Electrolyser("h2", "A", 10, 52.0, 1.5),),
    )  # fmt: skip


def by_linprog(of: System) -> float:  # noqa: PLR0915
    """The least cost of a `random_system`, written anew as one programme for scipy, hour by hour."""
    hours, costs, bounds, rows = of.hours, [], [], []
    right: list[float] = []
    battery_, dam = of.stores
    green = [ix for ix, row in enumerate(of.plants) if row.sort in {"wind", "solar"}]
    names: dict[tuple[str, int], int] = {}

    def variable(name: str, hour: int, cost: float, low: float, high: float) -> None:
        names[name, hour] = len(costs)
        costs.append(cost)
        bounds.append((low, high))

    for h in range(hours):
        for ix, row in enumerate(of.plants):
            variable(f"p{ix}", h, row.usd_mwh, row.mw * row.least[h], row.mw * row.may[h])
        for zone in (0, 1):
            variable(f"shed{zone}", h, of.shed_usd_mwh, 0, of.load[h, zone])
        price, agreed = of.markets[0].usd_mwh[h], of.agreed[0]
        variable("ab", h, 0, 0, 40)
        variable("ba", h, 0, 0, 30)
        variable("bm", h, -0.95 * price, 0, 50 - agreed.out[h])
        variable("mb", h, price, 0, 50 - agreed.back[h])
        variable("in", h, 0, 0, 20)
        variable("give", h, 0, 0, 20)
        variable("held", h, 0, 0, 60)
        variable("dam", h, 0, 0, 30)
        variable("lake", h, 0, 0, 200)
        variable("spill", h, 0, 0, dam.inflow[h])
        variable("h2", h, -1000 * 1.5 / 52, 0, 10)
    more, most = [], []
    for h in range(hours):
        agreed = of.agreed[0]
        zones: list[dict[str, float]] = [{f"shed{zone}": 1.0} for zone in (0, 1)]
        for ix, row in enumerate(of.plants):
            zones["AB".index(row.zone)][f"p{ix}"] = 1.0
        zones[0] |= {"ab": -1.0, "ba": 0.98, "in": -1.0, "give": 1.0, "h2": -1.0}
        zones[1] |= {"ba": -1.0, "ab": 0.98, "bm": -1.0, "mb": 0.95, "dam": 1.0}
        wanted = [of.load[h, 0], of.load[h, 1] + agreed.out[h] - 0.95 * agreed.back[h]]
        for terms, need in zip(zones, wanted, strict=True):
            rows.append([(names[name, h], value) for name, value in terms.items()])
            right.append(float(need))
        before = (h - 1) % hours
        rows.append([(names["held", h], 1.0), (names["held", before], -1.0), (names["in", h], -battery_.into),
                     (names["give", h], 1 / battery_.out)])  # fmt: skip
        right.append(0.0)
        rows.append([(names["lake", h], 1.0), (names["lake", before], -1.0), (names["dam", h], 1.0),
                     (names["spill", h], 1.0)])  # fmt: skip
        right.append(float(dam.inflow[h]))
        more.append([(names["bm", h], 1.0)] + [(names[f"p{ix}", h], -1.0) for ix in green])
        most.append(0.0)

    def table(each: list[list[tuple[int, float]]]) -> Floats:
        dense = np.zeros((len(each), len(costs)))
        for line, terms in enumerate(each):
            for column, value in terms:
                dense[line, column] += value
        return dense

    found = linprog(costs, table(more), most, table(rows), right, bounds, method="highs")
    assert found.status == 0, found.message
    return float(found.fun)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.thorough)])
def test_e01_another_programme_finds_the_same_cost(seed: int) -> None:
    of = random_system(seed)
    found = solved(of)
    assert found.objective == pytest.approx(by_linprog(of), rel=1e-9)
    assert found.exported.sum() > of.agreed[0].out.sum() + 1


@pytest.mark.thorough
def test_e02_plants_that_are_alike_may_be_solved_as_one(capfd: pytest.CaptureFixture[str]) -> None:
    of = random_system(3)
    one, each, ipm = solved(of), solved(of, merged=False), solved(of, solver="ipm")
    assert one.objective == pytest.approx(each.objective, rel=1e-9)
    assert ipm.objective == pytest.approx(one.objective, rel=1e-7)
    assert np.array_equal(one.generation, solved(of).generation)
    assert (one.generation <= one.could + 1e-6).all()
    assert one.generation.sum() == pytest.approx(each.generation.sum(), rel=1e-3)
    assert capfd.readouterr().out == "", "nothing is printed where a document may go"


def test_f01_intensity_of_what_is_made_and_used() -> None:
    found = solved(abroad("free", agreed=(Agreed("am", np.array([0.0, 20.0]), np.array([40.0, 0.0])),), price=25.0))
    # hour 1: imports of 80 at 25 USD in place of gas; hour 2: wind of 150, of which 50 go out
    made = intensity(found, "AZ", "direct")
    assert made.made == pytest.approx([500.0, 0.0])
    assert made.used == pytest.approx([(20 * 500 + 80 * 400) / 100, 0.0])
    assert made.used_year == pytest.approx((20 * 500 + 80 * 400) / 200)
    assert made.made_year == pytest.approx(20 * 500 / 170)
    with pytest.raises(InputError, match="no zone of the system"):
        intensity(found, "XX")


@pytest.mark.thorough
def test_f02_a_battery_carries_emissions_with_its_losses() -> None:
    of = system({"A": [50.0, 120.0]}, plant("cheap", "A", 100, 10, kg=300, hours=2),
                plant("dear", "A", 100, 100, kg=900, hours=2),
                stores=(battery("A", 50, 15, hours=2, into=0.9, out=0.8),))  # fmt: skip
    got = intensity(solved(of), "AZ", "direct")
    carried = 15 / 0.9 * 300
    assert got.used == pytest.approx([300.0, (100 * 300 + 8 * 900 + carried) / 120])
    burnt = (50 + 15 / 0.9) * 300 + 100 * 300 + 8 * 900
    assert (got.used * got.used_mwh).sum() == pytest.approx(burnt), "none is lost, none is made"


@pytest.mark.thorough
def test_g01_what_pays_is_built() -> None:
    assert annuity(0.0, 20) == pytest.approx(0.05)
    assert annuity(0.1, 1) == pytest.approx(1.1)
    hours = 2 * 168
    of = system({"A": np.full(hours, 100.0)}, plant("gas", "A", 200, 50, hours=hours))
    wind = plant("wind", "A", 500, 0, 0.5, sort="wind", hours=hours)
    share = hours / 8760
    worth = 50 * 0.5 * 8760 / 1000 / annuity(0.07, 20)  # USD/kW at which it just pays
    for capex, mw in ((worth * 0.99, 200.0), (worth * 1.01, 0.0)):
        found = invest(of, (Candidate(wind, capex, 20),))
        assert isinstance(found, Invested)
        assert found.built_mw["wind"] == pytest.approx(mw)
        assert found.capital_usd_year["wind"] == pytest.approx(mw * capex * 1000 * annuity(0.07, 20))
        run = solved(found.system)
        assert run.objective + share * found.capital_usd_year["wind"] == pytest.approx(found.objective)
    sampled = invest(of, (Candidate(wind, worth * 0.99, 20),), Invest(weeks=1))
    assert isinstance(sampled, Invested)
    assert sampled.hours == 168
    assert sampled.built_mw["wind"] == pytest.approx(200.0)
    with pytest.raises(InputError, match="3 problems"):
        invest(of, (Candidate(wind, -1, 0),), Invest(weeks=3))


@pytest.mark.parametrize("name", ["net.nc", pytest.param("net", marks=pytest.mark.thorough)])
def test_h01_pypsa_reads_the_export_and_finds_the_same_cost(name: str, tmp_path: Path) -> None:
    of = random_system(4)
    path = export(of, tmp_path / name)
    with quiet():
        import pypsa

        n = pypsa.Network(str(path))
        n.optimize(solver_name="highs")
    assert n.objective == pytest.approx(solved(of).objective, rel=1e-8)
    if name == "net":
        with pytest.raises(InputError, match="there already"):
            export(of, path)


@pytest.mark.thorough
def test_h02_the_wrapper_solves_what_pypsa_solves() -> None:
    of = random_system(5)
    with quiet():
        direct, ours = to_pypsa(of), to_pypsa(of)
        direct.optimize(solver_name="highs")
        assert solve(ours, Dispatch())[0] == "optimal"
    assert ours.objective == pytest.approx(direct.objective, rel=1e-10)
