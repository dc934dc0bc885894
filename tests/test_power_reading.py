"""A power system read out of the rows of a corridor."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import karvan
from karvan.corridor import Corridor, load
from karvan.formats.power.profile import Profiles
from karvan.grid.checking import check
from karvan.grid.reading import HYDROGEN_KWH_KG, Reading, read, read_system
from karvan.grid.system import Plant, System
from karvan.ground.errors import InputError
from karvan.testing import draw
from karvan.testing.draw import row

MJ = (176.0, 228.0, 378.0, 552.0, 737.0, 804.0, 801.0, 707.0, 512.0, 403.0, 222.0, 159.0)
SHAPE = {
    "month": (1.0, 1.0, 0.98, 0.95, 0.93, 1.0, 1.15, 1.15, 1.0, 0.95, 0.97, 1.0),
    "weekday": (1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 0.9),
    "hour": tuple(1 + 0.2 * np.sin((np.arange(24) - 9) / 24 * 2 * np.pi)),
}
"""Highest at 15:00 in July and August; as every figure here invented."""
SHIPPED = Path(karvan.__file__).parent / "data" / "middle-corridor"
EXCHANGE = "exchange.csv, tie b-ge:2025, out_twh"


@lru_cache
def small() -> Corridor:
    """Two zones of Azerbaijan, Nakhchivan without a tie to them, and a market; a plant of each sort."""
    place = draw("place BAKU AZ Asia/Baku\nK1 rail BAKU 1h TBILISI every 24h")
    zone = [
        row("zone", id="A", name="A", country="AZ", lon=49.7, lat=40.4, load_share=0.7, load_shape="use"),
        row("zone", id="B", name="B", country="AZ", lon=46.4, lat=40.7, load_share=0.3, load_shape="use"),
        row("zone", id="GE", name="Georgia", country="GE", lon=44.8, lat=41.7, price_usd_mwh=50.0, levy_usd_t=20.0),
    ]
    fuel = [
        row("fuel", id="gas", name="Gas", usd_mwh=20.0, kgco2_mwh=200.0, kgco2e_mwh_upstream=30.0, kwh_m3=9.5),
        row("fuel", id="hydrogen", name="Hydrogen", usd_mwh=90.0),
    ]
    made = {"usd_mwh": 2.0, "gco2e_kwh": 10.0}
    technology = [
        row("technology", id="ccgt", name="CCGT", sort="thermal", fuel="gas", reported="gas", efficiency=0.5,
            available=0.9, least=0.2, **made),
        row("technology", id="lake", name="Lake", sort="hydro", reported="hydro", available=0.95, **made),
        row("technology", id="pv", name="Sun", sort="solar", reported="solar", **made),
        row("technology", id="park", name="Wind", sort="wind", reported="wind", **made),
        row("technology", id="cells", name="Battery", sort="battery", efficiency=0.81, **made),
        row("technology", id="stack", name="Electrolyser", sort="electrolyser", fuel="hydrogen", efficiency=0.66),
    ]  # fmt: skip
    plant = [
        plant_row("gas-1", "A", "ccgt", 800.0),
        plant_row("gas-2", "B", "ccgt", 100.0, efficiency=0.4, since=2026),
        plant_row("lake-1", "B", "lake", 200.0, mwh=5000.0, capacity_factor=0.3, season="flood"),
        plant_row("river-1", "B", "lake", 50.0, capacity_factor=0.4, season="flood"),
        plant_row("pv-1", "A", "pv", 100.0, mount="tracking", dc_ac=1.25, radiation="baku", lon=49.3, lat=40.0),
        plant_row("pv-2", "B", "pv", 10.0, mount="fixed", capacity_factor=0.16),
        plant_row("park-1", "A", "park", 60.0, capacity_factor=0.4),
        plant_row("cells-1", "A", "cells", 25.0, mwh=50.0),
        plant_row("stack-1", "A", "stack", 10.0),
        plant_row("old", "A", "ccgt", 300.0, until=2024),
    ]
    shapes = [
        row("load_shape", shape=name, span=span, seq=seq, weight=float(weight))
        for name, spans in (("use", SHAPE), ("flood", {"month": (1, 1, 2, 4, 6, 4, 2, 1, 1, 1, 1, 1)}))
        for span, weights in spans.items()
        for seq, weight in enumerate(weights, start=0 if span == "hour" else 1)
    ]
    return place.with_tables({
        "zone": tuple(zone), "fuel": tuple(fuel), "technology": tuple(technology), "plant": tuple(plant),
        "tie": (row("tie", id="a-b", name="A-B", from_zone="A", to_zone="B", mw=300.0, mw_back=200.0),
                row("tie", id="b-ge", name="B-GE", from_zone="B", to_zone="GE", mw=100.0, loss=0.02, rule="agreed")),
        "exchange": (row("exchange", tie="b-ge", year=2025, out_twh=0.35, back_twh=0.01, shape="flood"),),
        "load": (row("load", country="AZ", year=2025, twh=5.0, peak_mw=900.0),
                 row("load", country="AZ", year=2024, twh=4.9, peak_mw=880.0),
                 row("load", country="AZ", year=2026, twh=5.1)),
        "load_shape": tuple(shapes),
        "radiation": tuple(row("radiation", site="baku", month=month, mj_m2=mj) for month, mj in enumerate(MJ, 1)),
        "grid_intensity": (row("grid_intensity", country="GE", year=2023, gco2e_kwh=130.0),
                           row("grid_intensity", country="GE", year=2024, gco2e_kwh=140.0)),
    })  # fmt: skip


def plant_row(name: str, zone: str, technology: str, mw: float, **more: Any) -> Any:
    return row("plant", id=name, name=name, zone=zone, technology=technology, mw=mw, **more)


def bent(table: str, key: str, **cells: Any) -> Corridor:
    """The small corridor with other cells in a row."""
    column = "id" if table != "load" else "year"
    rows = small().rows(table)
    assert any(str(getattr(each, column)) == key for each in rows)
    return small().with_tables({
        table: tuple(each._replace(**cells) if str(getattr(each, column)) == key else each for each in rows)
    })  # fmt: skip


def more(table: str, *rows: Any) -> Corridor:
    return small().with_tables({table: (*small().rows(table), *rows)})


@lru_cache
def base() -> Reading:
    return read(small(), 2025)


def plant(name: str, system: System | None = None) -> Plant:
    return next(each for each in (system or base().system).plants if each.id == name)


def problems(corridor: Corridor, year: int = 2025, **how: Any) -> list[str]:
    with pytest.raises(InputError) as told:
        read_system(corridor, year, **how)
    return [str(problem) for problem in told.value.problems]


# a: what is read


def test_a01_zones_markets_and_hours() -> None:
    system = base().system
    assert (system.year, str(system.start), system.hours) == (2025, "2025-01-01T00", 8760)
    assert [(zone.id, zone.market) for zone in system.zones] == [("A", False), ("B", False), ("GE", True)]
    market = system.markets[0]
    assert (market.zone, set(market.usd_mwh.tolist()), market.levy_usd_t) == ("GE", {50.0}, 20.0)
    assert market.kgco2e_mwh == 140, "of 2024, the nearest year"


def test_a02_load_has_the_years_energy_and_peak_at_15_local_time() -> None:
    load = base().system.load
    total = load.sum(axis=1)
    assert total.sum() == pytest.approx(5e6, rel=1e-9)
    assert total.max() == pytest.approx(900, rel=1e-6)
    assert total.argmax() % 24 == 11, "15:00 in Baku"
    assert load[:, 0] == pytest.approx(0.7 * total)
    assert load[:, 2].max() == 0


def test_a03_costs_and_carbon_of_a_thermal_plant() -> None:
    gas = plant("gas-1")
    assert gas.usd_mwh == pytest.approx(20 / 0.5 + 2)
    assert gas.kgco2_mwh == pytest.approx(400)
    assert gas.kgco2e_mwh == pytest.approx(400 + 60 + 10)
    assert gas.m3_mwh == pytest.approx(1000 / 9.5 / 0.5)
    assert set(gas.may.tolist()) == {0.9}
    assert gas.least == pytest.approx(np.full(8760, 0.18))


def test_a04_a_plant_is_there_from_its_first_year_to_its_last() -> None:
    assert [each.id for each in base().system.plants] == ["gas-1", "river-1", "pv-1", "pv-2", "park-1"]
    later = read_system(small().with_tables({"exchange": ()}), 2026)
    own = plant("gas-2", later)
    assert own.usd_mwh == pytest.approx(20 / 0.4 + 2), "its own efficiency"


def test_a05_stores_and_the_electrolyser() -> None:
    lake, cells = base().system.stores
    assert (lake.id, lake.sort, lake.mw, lake.mwh, lake.into, lake.out) == ("lake-1", "hydro", 190, 5000, 0, 1)
    assert lake.inflow.mean() == pytest.approx(60)
    assert (cells.sort, cells.mw, cells.mwh) == ("battery", 25, 50)
    assert cells.into * cells.out == pytest.approx(0.81)
    stack = base().system.electrolysers[0]
    assert stack.kwh_kg == pytest.approx(HYDROGEN_KWH_KG / 0.66)
    assert stack.usd_kg / stack.kwh_kg * 1000 == pytest.approx(90 * 0.66), "what a MWh of power brings as hydrogen"


def test_a06_ties_and_what_is_agreed() -> None:
    inner, outer = base().system.ties
    assert (inner.mw, inner.mw_back, inner.loss, inner.rule) == (300, 200, 0, "")
    assert (outer.mw, outer.mw_back, outer.loss, outer.rule) == (100, 100, 0.02, "agreed")
    (agreed,) = base().system.agreed
    assert (agreed.out.sum(), agreed.back.sum()) == (pytest.approx(3.5e5), pytest.approx(1e4))
    assert agreed.out.max() == 100, "the flood is cut off at what the tie carries, the year is met"


def test_a07_profiles_of_the_year_are_met_and_told() -> None:
    told = {each.name: each for each in base().told}
    assert told["park-1"].mean == pytest.approx(0.4, abs=1e-9)
    assert told["river-1"].mean == pytest.approx(0.4, abs=1e-9)
    assert told["pv-2"].mean == pytest.approx(0.16, abs=1e-9)
    assert told["lake-1"].mean == pytest.approx(0.3, abs=1e-9)
    assert told["pv-1"].factor == 1 != told["pv-2"].factor
    assert 0.18 < told["pv-1"].mean < 0.25
    assert {each.source for each in base().told} == {"made"}


def test_a08_one_seed_has_the_same_bits_and_another_other_weather() -> None:
    again, other = read_system(small(), 2025), read_system(small(), 2025, seed=2)
    for name in ("pv-1", "park-1", "pv-2"):
        assert np.array_equal(plant(name, again).may, plant(name).may)
        assert not np.array_equal(plant(name, other).may, plant(name).may)
    assert np.array_equal(again.load, base().system.load)
    assert not np.array_equal(other.load, base().system.load)


def test_a09_a_plant_more_moves_no_other() -> None:
    park = plant_row("aaa", "A", "park", 500.0, capacity_factor=0.45, lon=50.6, lat=40.4)
    found = read_system(more("plant", park), 2025)
    for before in base().system.plants:
        assert np.array_equal(plant(before.id, found).may, before.may)
    sea, land = plant("aaa", found).may, plant("park-1", found).may
    assert 0.4 < np.corrcoef(sea, land)[0, 1] < 0.99


def test_a10_sun_shines_by_day_local_time() -> None:
    may = plant("pv-1").may.reshape(365, 24)
    assert may[:, 17:24].max() < 0.1, "after 21:00 in Baku"
    assert may.mean(axis=0).argmax() in (7, 8, 9)


def test_a11_without_a_place_of_the_country_the_clock_is_utc() -> None:
    nowhere = small().with_tables({"place": ()})
    assert read_system(nowhere, 2025).load.sum(axis=1).argmax() % 24 == 15


# b: the user's own profiles


def mine(**values: Any) -> Profiles:
    units = {name: unit for name, (unit, _) in values.items()}
    hours = {name: np.broadcast_to(np.asarray(given, dtype=float), (8760,)) for name, (_, given) in values.items()}
    return Profiles("mine.csv", 2025, hours, units)


def test_b01_they_take_the_place_of_made_ones_for_plants_zones_and_markets() -> None:
    ramp = np.linspace(0, 1, 8760)
    own = {"pv-1": ("1", ramp), "park-1": ("MW", 30.0), "lake-1": ("MW", 250.0), "B": ("MW", 99.0)}
    found = read(small(), 2025, profiles=mine(**own, GE=("USD/MWh", -5.0)))
    assert plant("pv-1", found.system).may == pytest.approx(ramp)
    assert set(plant("park-1", found.system).may.tolist()) == {0.5}
    assert found.system.stores[0].inflow.max() == 250, "more may flow in than its turbines take"
    assert set(found.system.load[:, 1].tolist()) == {99.0}
    assert found.system.load[:, 0] == pytest.approx(base().system.load[:, 0])
    assert found.system.markets[0].usd_mwh.max() == -5
    assert {each.name for each in found.told if each.source == "mine.csv"} == {*own, "GE"}


def test_b02_a_plant_with_a_profile_needs_no_capacity_factor() -> None:
    corridor = bent("plant", "park-1", capacity_factor=None)
    assert problems(corridor) == [
        "plant.csv, row park-1, capacity_factor | found nothing | give it: what is wind needs it"
    ]
    found = read_system(corridor, 2025, profiles=[mine(**{"park-1": ("1", 0.25)})])
    assert plant("park-1", found).may.mean() == 0.25


def test_b03_what_fits_nothing_is_told_and_what_is_not_there_noted() -> None:
    assert problems(small(), profiles=mine(**{"pv-9": ("1", 0.1)})) == [
        "mine.csv, pv-9 | found 'pv-9' | not in plant.csv; nearest: pv-2, pv-1"
    ]
    found = read(small(), 2025, profiles=mine(**{"gas-2": ("1", 0.5)}))
    assert found.notes == ("mine.csv, gas-2: not used, it is not there in 2025",)


def test_b04_a_wrong_unit_too_much_power_and_a_profile_twice_are_told() -> None:
    wrong = mine(**{"pv-1": ("USD/MWh", 0.1), "park-1": ("MW", 61.0), "A": ("1", 0.5)})
    assert sorted(problems(small(), profiles=wrong)) == [
        "mine.csv, A | found unit 1 | give MW",
        "mine.csv, park-1 | found 61 MW | give at most the 60 MW that it has",
        "mine.csv, pv-1 | found unit USD/MWh | give 1 or MW",
    ]
    twice = [mine(**{"pv-1": ("1", 0.1)}), mine(**{"pv-1": ("1", 0.2)})]
    assert problems(small(), profiles=twice) == [
        "mine.csv, pv-1 | found in mine.csv too | give the profile of each plant or zone once"
    ]


def test_b05_a_profile_of_a_weather_year_is_taken_by_the_calendar() -> None:
    leap = Profiles("era5.nc", 2012, {"pv-1": np.full(8784, 0.2)}, {"pv-1": "1"})
    found = read(small(), 2025, profiles=leap)
    assert len(plant("pv-1", found.system).may) == 8760
    assert found.notes == ("era5.nc: hours of 2012 are taken for those of 2025",)


# c: what is wrong


@pytest.mark.parametrize(
    ("corridor", "year", "told"),
    [
        (bent("plant", "gas-1", mw=-5.0), 2025,
         "plant.csv, row gas-1, mw | found -5.0 | give a size of 0 or more (MW)"),
        (bent("plant", "gas-1", zone="AA"), 2025,
         "plant.csv, row gas-1, zone | found 'AA' | not in zone.csv; nearest: A"),
        (bent("plant", "cells-1", mwh=None), 2025,
         "plant.csv, row cells-1, mwh | found nothing | give it: what is battery needs it"),
        (bent("plant", "pv-2", capacity_factor=None), 2025,
         "plant.csv, row pv-2, dc_ac or capacity_factor | found nothing | give it: what is solar needs it"),
        (bent("plant", "pv-1", radiation="bakou"), 2025,
         "plant pv-1, radiation | found 'bakou' | not in radiation.csv; nearest: baku"),
        (bent("plant", "lake-1", season="floods"), 2025,
         "plant lake-1, season | found 'floods' | not in load_shape.csv; nearest: flood"),
        (bent("fuel", "gas", usd_mwh=None), 2025,
         "fuel.csv, row gas, usd_mwh | found nothing | give it: what is thermal needs it"),
        (bent("technology", "ccgt", fuel=""), 2025,
         "technology.csv, row ccgt, fuel | found nothing | name the fuel of what is thermal"),
        (bent("tie", "a-b", to_zone="C"), 2025,
         "tie.csv, row a-b, to_zone | found 'C' | not in zone.csv; nearest: A, B, GE"),
        (bent("tie", "a-b", to_zone="A"), 2025, "tie.csv, row a-b | found 'A' at both ends | join two zones"),
        (bent("tie", "b-ge", rule=""), 2025, "tie.csv, row b-ge, rule | found nothing | give agreed, green or free"),
        (bent("tie", "b-ge", mw=20.0), 2025,
         f"{EXCHANGE} | found 0.35 TWh | give less, or a wider tie: its 20 MW carry 0.175 TWh in a year"),
        (bent("zone", "B", load_share=0.2), 2025,
         "zone.csv, load_share of AZ | found 0.9 together | let them sum to 1"),
        (bent("zone", "GE", price_usd_mwh=None), 2025,
         "zone.csv, row GE, price_usd_mwh | found nothing | give it: a zone without load_share is a market"),
        (bent("load", "2025", peak_mw=500.0), 2025,
         "load.csv, row AZ:2025 | found a peak of 500 MW with 5 TWh | give a peak of 571 MW or more, or less energy"),
        (small(), 2030, "load.csv | found none of AZ in 2030 | give it; there are 2024, 2025, 2026"),
        (small(), 2024, "exchange.csv, tie b-ge | found nothing of 2024 | give it; there are 2025"),
        (small().with_tables({"grid_intensity": ()}), 2025,
         "grid_intensity.csv | found none of GE, of market GE | give it for a year"),
        (small().with_tables({"zone": ()}), 2025,
         "zone.csv | found no zones | give tables zone, load, plant, technology and fuel"),
    ],
    ids=lambda value: value.split(" |")[0] if isinstance(value, str) else "",
)  # fmt: skip
def test_c01_is_told_with_its_address_and_remedy(corridor: Corridor, year: int, told: str) -> None:
    assert told in problems(corridor, year)


def test_c02_rival_versions_are_never_there_together() -> None:
    first = plant_row("gob-1", "A", "pv", 100.0, site="gob", mount="fixed", capacity_factor=0.2)
    second = plant_row("gob-2", "A", "pv", 100.0, site="gob", mount="fixed", capacity_factor=0.3)
    told = (
        "plant.csv, site 'gob' | found gob-1 and gob-2 in 2025 | leave all but one of them out: they are rival versions"
    )
    assert problems(more("plant", first, second)) == [f"{told} of one"]
    later = read_system(more("plant", first, second._replace(since=2026)), 2025)
    assert plant("gob-1", later).mw == 100


def test_c03_rival_cables_are_told_too() -> None:
    cables = [
        row("tie", id=name, name=name, from_zone="A", to_zone="GE", mw=1000.0, site="cable", rule="green")
        for name in ("one", "other")
    ]
    assert problems(more("tie", *cables))[0].startswith("tie.csv, site 'cable' | found one and other in 2025")


def test_c04_all_problems_come_at_once() -> None:
    corridor = bent("plant", "gas-1", mw=-5.0)
    rows = tuple(each._replace(to_zone="C") if each.id == "a-b" else each for each in corridor.rows("tie"))
    assert len(problems(corridor.with_tables({"tie": rows, "fuel": ()}))) == 4


def test_c05_a_plant_of_nothing_is_nothing() -> None:
    found = read_system(bent("plant", "park-1", mw=0.0), 2025)
    assert plant("park-1", found).mw == 0


def test_c06_what_goes_the_other_way_moves_by_its_own_shape_where_that_is_told() -> None:
    apart = bent_exchange(back_shape="use")
    whole = base().system.agreed[0]
    [flows] = read(apart, 2025).system.agreed
    assert np.array_equal(flows.out, whole.out)
    assert flows.back.sum() == pytest.approx(whole.back.sum())
    assert not np.allclose(flows.back, whole.back)
    with pytest.raises(InputError, match="back_shape"):
        read(bent_exchange(back_shape="usee"), 2025)


def bent_exchange(**cells: Any) -> Corridor:
    rows = small().rows("exchange")
    return small().with_tables({"exchange": tuple(each._replace(**cells) for each in rows)})


# d: the package that ships


@pytest.mark.long
def test_d01_the_package_that_ships_is_a_sound_system() -> None:
    corridor = load(SHIPPED)
    found = read(corridor, 2025)
    check(found.system)
    total = found.system.load.sum(axis=1)
    told = next(each for each in corridor.rows("load") if each.year == 2025)
    assert total.sum() / 1e6 == pytest.approx(told.twh, rel=1e-9)
    assert total.max() == pytest.approx(told.peak_mw, rel=1e-6)
    assert total.argmax() % 24 == 11, "15:00 in Baku, as on the day of the record"
    assert not any(np.isnan(each.may).any() for each in found.system.plants)
