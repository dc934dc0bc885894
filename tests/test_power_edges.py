"""The power system at its edges: what cannot be used is told, and figures and claims keep to their rule."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.test_power_reading import bent, mine, more, problems, small
from tests.test_power_study import WEEK, made, week

from karvan.corridor import Corridor
from karvan.formats.power.profile import read_profiles
from karvan.grid.dispatch import dispatch, quiet
from karvan.grid.dispatched import Dispatched
from karvan.grid.invest import at_hours
from karvan.grid.reading import read_system
from karvan.ground.errors import InputError
from karvan.study.power import figures
from karvan.study.power.claims import claims_of
from karvan.study.power.run import PowerAnswer, PowerRun, power_run
from karvan.study.scenarios import World
from karvan.testing.draw import row

TIMES = [f"{time}Z" for time in np.datetime_as_string(np.arange("2025", "2026", dtype="datetime64[h]"), unit="m")]


def csv(folder: Path, times: list[str], heading: str = "pv-1 [1]", cells: Any = 0.5) -> Path:
    path = folder / "mine.csv"
    each = [",".join([f"{cells}"] * heading.count("["))] * len(times) if isinstance(cells, float) else cells
    path.write_text("\n".join([f"time,{heading}", *(f"{t},{c}" for t, c in zip(times, each, strict=True))]), "utf-8")
    return path


# a: profiles of the user's own


@pytest.mark.parametrize(
    ("times", "heading", "said"),
    [
        (TIMES[:-1], "pv-1 [1]", r"hour 2025-12-31T23:00Z . found 'nothing' . give each of the .* there are 8,759"),
        (TIMES[:2400] + TIMES[2424:], "pv-1 [1]", r"hour 2025-04-11T00:00Z .*\n.*2025-04-11T01:00Z"),
        ([TIMES[0][:-1], *TIMES[1:]], "pv-1 [1]", "among times with a zone' . give all times with their zone"),
        (TIMES, "pv-1 [1],pv-1 [MW]", "mine.csv, pv-1 . found 'twice'"),
        ([*TIMES[:5], "", *TIMES[6:]], "pv-1 [1]", "line 7 . found ''"),
    ],
    ids=["8759", "a day", "zones", "twice", "no time"],
)  # fmt: skip
def test_a01_of_a_table_what_cannot_be_is_told(tmp_path: Path, times: list[str], heading: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_profiles(csv(tmp_path, times, heading))


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "", "1,2"])
def test_a02_no_number_in_a_cell_is_told_with_its_line(tmp_path: Path, cell: str) -> None:
    cells: list[Any] = [0.5] * 8760
    cells[7] = cell
    with pytest.raises(InputError, match=r"line 9"):
        read_profiles(csv(tmp_path, TIMES, cells=cells))


def test_a03_times_by_a_zone_of_their_own_are_those_of_utc(tmp_path: Path) -> None:
    local = [f"{time}+04" for time in np.datetime_as_string(np.arange("2025", "2026", dtype="datetime64[h]"), unit="m")]
    cells = np.arange(8760) / 8760
    found = read_profiles(csv(tmp_path, local, cells=list(cells)))
    assert not found.notes
    assert found.values["pv-1"] == pytest.approx(np.roll(cells, -4))


def test_a04_a_file_is_of_64_mb_at_most(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    with path.open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    with pytest.raises(InputError, match=r"found '67,108,865 bytes' . give at most 67,108,864"):
        read_profiles(path)


def netcdf(path: Path, times: Any, plants: int = 2, *, dtype: Any = "f4", others: int = 1) -> Path:
    """A file whose values are never written: it is small whatever its dimensions are."""
    library = pytest.importorskip("netCDF4")
    with library.Dataset(path, "w") as data:
        data.createDimension("time", len(times))
        data.createDimension("plant", plants)
        data.createDimension("other", others)
        when = data.createVariable("time", "f8", ("time",), fill_value=-1.0, chunksizes=(min(len(times), 10_000),))
        when.units = "hours since 2025-01-01"
        when[:] = times
        if plants < 10_000:
            data.createVariable("plant", "i4", ("plant",))[:] = np.arange(plants)
        values = data.createVariable("specific generation", dtype, ("time", "plant"), zlib=dtype is not str)
        values.units = "1"
        if dtype is not str and plants < 10:
            values[:] = 0.5
        data.createVariable("map", "f4", ("other",), zlib=True)
    return path


def test_a05_of_netcdf_the_dimensions_are_looked_at_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = np.arange(8760.0)
    assert read_profiles(netcdf(tmp_path / "fine.nc", hours)).values["1"].sum() == pytest.approx(4380)
    xarray = pytest.importorskip("xarray")

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr(xarray, "open_dataset", never)
    with pytest.raises(InputError, match=r"plant . found '5,000,000 values' . give at most 2,000"):
        read_profiles(netcdf(tmp_path / "wide.nc", hours, plants=5_000_000))
    with pytest.raises(InputError, match=r"time . found '20,000 values' . give one value an hour"):
        read_profiles(netcdf(tmp_path / "long.nc", np.arange(20_000.0)))
    with pytest.raises(InputError, match=r"other . found"):
        read_profiles(netcdf(tmp_path / "else.nc", hours, others=3_000_000))


def test_a06_of_netcdf_a_time_that_is_none_and_words_are_told(tmp_path: Path) -> None:
    hours = np.arange(8760.0)
    hours[[3, 4]] = -1.0
    with pytest.raises(InputError, match=r"time, value 3 . found 'no time'[\s\S]*value 4"):
        read_profiles(netcdf(tmp_path / "gap.nc", hours))
    with pytest.raises(InputError, match=r"over time, plant' . give numbers over time"):
        read_profiles(netcdf(tmp_path / "words.nc", np.arange(8760.0), dtype=str))


@pytest.mark.parametrize("error", [RuntimeError, TypeError, MemoryError, OSError, ValueError])
def test_a07_what_a_library_cannot_do_with_a_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    path = netcdf(tmp_path / "mine.nc", np.arange(8760.0))
    xarray = pytest.importorskip("xarray")

    def broken(*_: Any, **__: Any) -> None:
        raise error("NetCDF: HDF error")

    monkeypatch.setattr(xarray, "open_dataset", broken)
    with pytest.raises(InputError, match=r"found 'NetCDF: HDF error' . give a file of netCDF"):
        read_profiles(path)


def test_a08_a_file_of_netcdf_that_breaks_off_is_told(tmp_path: Path) -> None:
    path = netcdf(tmp_path / "mine.nc", np.arange(8760.0))
    content = path.read_bytes()
    for length in (10, len(content) // 2, len(content) - 100):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"mine.nc"):
            read_profiles(path)


# b: tables that were made in memory


NAN, INF = float("nan"), float("inf")


def every(table: str, **cells: Any) -> Corridor:
    """The small corridor with other cells in all rows of a table."""
    return small().with_tables({table: tuple(each._replace(**cells) for each in small().rows(table))})


@pytest.mark.parametrize(
    ("corridor", "told"),
    [
        (bent("plant", "cells-1", efficiency=0.0), "plant.csv, row cells-1, efficiency | found 0.0 | give a number"),
        (bent("plant", "cells-1", efficiency=-0.5), "plant.csv, row cells-1, efficiency | found -0.5"),
        (bent("plant", "cells-1", efficiency=1.2), "plant.csv, row cells-1, efficiency | found 1.2"),
        (bent("technology", "cells", efficiency=0.0), "technology.csv, row cells, efficiency | found 0.0"),
        (bent("technology", "cells", efficiency=1.01), "technology.csv, row cells, efficiency | found 1.01"),
        (bent("technology", "ccgt", efficiency=NAN), "technology.csv, row ccgt, efficiency | found nan"),
        (bent("plant", "stack-1", efficiency=0.0), "plant.csv, row stack-1, efficiency | found 0.0"),
        (bent("plant", "lake-1", mw=0.0), "plant.csv, row lake-1, mw | found 0 | give a size above 0"),
        (bent("zone", "GE", price_usd_mwh=NAN), "zone.csv, row GE, price_usd_mwh | found nan | give a number"),
        (bent("zone", "GE", price_usd_mwh=-INF), "zone.csv, row GE, price_usd_mwh | found -inf"),
        (bent("zone", "GE", levy_usd_t=NAN), "zone.csv, row GE, levy_usd_t | found nan"),
        (bent("fuel", "gas", usd_mwh=NAN), "fuel.csv, row gas, usd_mwh | found nan"),
        (bent("fuel", "hydrogen", usd_mwh=INF), "fuel.csv, row hydrogen, usd_mwh | found inf"),
        (bent("load", "2025", twh=NAN), "load.csv, row AZ:2025, twh | found nan"),
        (bent("load", "2025", peak_mw="900"), "load.csv, row AZ:2025, peak_mw | found '900'"),
        (every("load_shape", weight=NAN), "load_shape.csv, row use:month:1, weight | found nan | give a number"),
        (every("grid_intensity", gco2e_kwh=NAN), "grid_intensity.csv, row GE:2023, gco2e_kwh | found nan"),
        (more("exchange", row("exchange", tie="a-b", year=2025, out_twh=0.1)),
         "exchange.csv, row a-b:2025, tie | found 'a-b' | it leads to no market"),
        (more("exchange", row("exchange", tie="b-gee", year=2025, out_twh=0.1)),
         "exchange.csv, row b-gee:2025, tie | found 'b-gee' | not in tie.csv; nearest: b-ge"),
        (more("exchange", row("exchange", tie="b-ge", year=2025, out_twh=0.1)),
         "exchange.csv, row b-ge:2025 | found 2 of them | give it once"),
        (more("load", row("load", country="AZ", year=2025, twh=6.0)),
         "load.csv, row AZ:2025 | found 2 of them | give it once"),
        (more("zone", row("zone", id="A", name="A", country="AZ", lon=49.7, lat=40.4, load_share=0.7)),
         "zone.csv, row A | found 2 of them | give it once"),
    ],
    ids=lambda value: value.split(" |")[0] if isinstance(value, str) else "",
)  # fmt: skip
def test_b01_what_no_file_could_hold_is_told(corridor: Corridor, told: str) -> None:
    found = problems(corridor)
    assert any(problem.startswith(told) for problem in found), found


def test_b02_exchange_of_a_planned_tie_waits_until_it_is_built() -> None:
    planned = row("planned_tie", projects=("cable",), id="cable", name="Cable", from_zone="A", to_zone="GE", mw=100.0,
                  rule="green")  # fmt: skip
    corridor = more("exchange", row("exchange", tie="cable", year=2030, out_twh=0.1))
    found = read_system(corridor.with_tables({"planned_tie": (planned,)}), 2025)
    assert {each.tie for each in found.agreed} == {"b-ge"}


def test_b03_power_of_a_plant_without_a_size_is_no_share_of_it() -> None:
    told = problems(bent("plant", "park-1", mw=0.0), profiles=mine(**{"park-1": ("MW", 5.0)}))
    assert told == ["mine.csv, park-1 | found MW of a plant of 0 MW | give shares (unit 1), or the plant a size"]


def test_b04_a_market_s_price_by_the_hour_that_is_no_number_is_told_before_it_is_dispatched() -> None:
    system = at_hours(read_system(small(), 2025, profiles=mine(GE=("USD/MWh", NAN))), np.arange(24.0))
    with pytest.raises(InputError, match="market 'GE', usd_mwh"):
        dispatch(system)


# c: two dispatches at a time


@pytest.mark.thorough
def test_c01_threads_give_the_same_bits_and_leave_the_solver_as_it_was() -> None:
    import highspy

    loud = highspy.Highs
    system = at_hours(read_system(small(), 2025), np.arange(12.0))
    [alone], found = [dispatch(system)], list[Any]()
    threads = [threading.Thread(target=lambda: found.append(dispatch(system))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert isinstance(alone, Dispatched)
    for one in found:
        assert one.objective == alone.objective
        for name in ("generation", "discharge", "charge", "level", "out", "back", "price"):
            assert np.array_equal(getattr(one, name), getattr(alone, name)), name
    assert len(found) == 2
    assert highspy.Highs is loud


@pytest.mark.thorough
def test_c02_who_is_quiet_keeps_others_waiting() -> None:
    import highspy

    loud, seen = highspy.Highs, list[Any]()
    entered = threading.Event()

    def other() -> None:
        entered.set()
        with quiet():
            seen.append(highspy.Highs.__mro__[1])

    thread = threading.Thread(target=other)
    with quiet():
        thread.start()
        assert entered.wait(5)
        thread.join(0.2)
        assert thread.is_alive()
        assert not seen
    thread.join(5)
    assert seen == [loud]  # it was made silent anew, of what was put back
    assert highspy.Highs is loud


# d: what is claimed, and what a run can tell of it

INPUTS: dict[str, Any] = {
    "seed": 1, "settings": {"weeks": 1, "profiles": [], "lost": [], "load": {}, "shed_share": 0.1},
    "tables": {"fuel": "f", "load": "l", "plant": "p", "tie": "t"},
}  # fmt: skip
PLANT = {"country": "AZ", "zone": "A", "curtailed_twh": 0.0, "gas_bcm": 0.0, "mtco2": 0.0}


def line(name: str, technology: str, sort: str, mw: float, twh: float, **more: Any) -> dict[str, Any]:
    made = {"plant": name, "technology": technology, "sort": sort, "reported": technology, "site": "", "mw": mw,
            "could_twh": twh, "twh": twh}  # fmt: skip
    return PLANT | made | more


def answer(*more: dict[str, Any], gas_twh: float = 3.0, tie_mw: float = 100.0, inputs: Any = None) -> PowerAnswer:
    """A year by hand: gas, a park, a tie, and what is built more."""
    gas = line("gas-1", "gas", "thermal", 800.0, gas_twh, could_twh=6.0, gas_bcm=0.2 * gas_twh, mtco2=0.4 * gas_twh)
    plants = [gas, line("park-1", "wind", "wind", 60.0, 0.2), *more]
    rows = {
        "power_plants": plants, "power_ties": [{"tie": "b-ge", "mw": tie_mw, "mw_back": 100.0, "rule": "agreed"}],
        "power_countries": [{"country": "AZ", "gas_bcm": gas["gas_bcm"], "mtco2": gas["mtco2"], "exports_twh": 0.1,
                             "imports_twh": 0.0}],
    }  # fmt: skip
    tables: Any = {name: {key: np.array([each[key] for each in some], dtype=object) for key in some[0]}
                   for name, some in rows.items()}  # fmt: skip
    run: Any = None if inputs is None else SimpleNamespace(record={"inputs": inputs}, name="run")
    return PowerAnswer(WEEK, "small", "", {"year": 2025}, tables, {}, run)


SUN = line("pv-3", "solar", "solar", 200.0, 0.35, site="field")


def savings(base: PowerAnswer, other: PowerAnswer) -> tuple[Any, ...]:
    """Energy, gas and CO2 of the claim of the sun, which is to save 74 million m3."""
    (claim,) = [one for one in claims_of(made(), base, other, "AZ") if one.id == "c1"]
    return claim.amounts


def test_d01_where_nothing_else_differs_savings_are_told() -> None:
    energy, gas, _ = savings(answer(inputs=INPUTS), answer(SUN, gas_twh=2.65, inputs=INPUTS))
    assert energy.agrees
    assert gas.found == pytest.approx(0.35 * 200)
    _, unkept, _ = savings(answer(), answer(SUN, gas_twh=2.65))
    assert unkept.found == gas.found


def but(**cells: Any) -> dict[str, Any]:
    """The inputs of a run with another setting or table."""
    tables = {name: cells.pop(name) for name in list(cells) if name in INPUTS["tables"] and name != "load"}
    seed = cells.pop("seed", 1)
    return {"seed": seed, "settings": INPUTS["settings"] | cells, "tables": INPUTS["tables"] | tables}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (answer(SUN, gas_twh=2.65, inputs=but(seed=2)), "the two runs differ in weather (seed) too"),
        (answer(SUN, gas_twh=2.65, inputs=but(weeks=2)), "differ in weeks too"),
        (answer(SUN, gas_twh=2.65, inputs=but(profiles=["digest"])), "differ in profiles of the user too"),
        (answer(SUN, gas_twh=2.65, inputs=but(lost=["b-ge"])), "differ in what is lost too"),
        (answer(SUN, gas_twh=2.65, inputs=but(load={"A": "digest"})), "differ in added load too"),
        (answer(SUN, gas_twh=2.65, inputs=but(shed_share=0.0)), "differ in what may be shed too"),
        (answer(SUN, gas_twh=2.65, inputs=but(fuel="dearer")), "differ in table fuel too"),
        (answer(SUN, gas_twh=2.65, inputs=but(fuel="dearer", seed=3)), "differ in weather (seed), table fuel too"),
        (answer(SUN, gas_twh=2.65, tie_mw=50.0, inputs=INPUTS), "in one run than in the other: b-ge"),
        (answer(SUN, line("sea", "wind", "wind", 9.0, 0.1), gas_twh=2.5, inputs=INPUTS), "1 other plant or tie"),
    ],
    ids=["seed", "weeks", "profiles", "lost", "load", "shed", "fuel", "two", "tie", "plant"],
)
def test_d02_where_more_differs_they_are_not_and_it_says_what(other: PowerAnswer, said: str) -> None:
    energy, gas, co2 = savings(answer(inputs=INPUTS), other)
    assert energy.found == 0.35  # what is made is found in any run
    assert gas.found is None
    assert said in gas.reason
    assert co2.found is None


@pytest.mark.parametrize("cells", [{"mw": 900.0}, {"could_twh": 5.0}, {"gas_bcm": 0.9}, {"technology": "coal"}])
def test_d03_another_plant_of_another_size_yield_or_burning_is_told(cells: dict[str, Any]) -> None:
    base, other = answer(inputs=INPUTS), answer(SUN, gas_twh=2.65, inputs=INPUTS)
    table = other.tables["power_plants"]
    for column, value in cells.items():
        table[column][0] = value
    assert "gas-1" in savings(base, other)[1].reason


def test_d04_what_makes_nothing_divides_nothing() -> None:
    for idle in (SUN | {"twh": 0.0, "could_twh": 0.0}, SUN | {"twh": 0.0, "could_twh": 0.0, "mw": 0.0}):
        energy, gas, _ = savings(answer(inputs=INPUTS), answer(idle, inputs=INPUTS))
        assert energy.found == 0
        assert gas.reason == "they make nothing here, and save nothing"
        assert energy.reason


@pytest.mark.thorough
def test_d05_runs_that_are_kept_are_held_by_what_they_were_made_from() -> None:
    assert savings(week("now"), week("sun"))[1].found is not None
    other = power_run(made(), "sun", PowerRun(weeks=1, seed=2))
    assert isinstance(other, PowerAnswer)
    assert "weather (seed)" in savings(week("now"), other)[1].reason


# e: figures


def of_months(period: str, twh: float, technology: str = "") -> Any:
    return row("power_figure", id="f", country="AZ", year=2025, period=period, what="generation", twh=twh,
               technology=technology)  # fmt: skip


def held_(figure: Any) -> Any:
    """A published figure beside the year by hand."""
    corridor = made().with_tables({"power_figure": (figure,)})
    of = answer()
    hours = np.arange("2025", "2026", dtype="datetime64[h]").astype("datetime64[s]")
    of.tables["power_plant_hours"] = {  # type: ignore[index]
        "time": hours, "plant": np.full(8760, "gas-1", dtype=object), "mw": np.full(8760, 3e6 / 8760),
    }  # fmt: skip
    of.tables["power_store_hours"] = {"time": hours[:0], "store": np.array([], dtype=object), "given_mw": np.array([])}  # type: ignore[index]
    of.tables["power_zones"] = {"country": np.array(["AZ"]), "zone": np.array(["A"]), "market": np.array([""])}  # type: ignore[index]
    of.tables["power_countries"]["made_twh"] = np.array([3.2], dtype=object)
    of.results["hours_each_stands_for"] = 1.0  # type: ignore[index]
    [found] = figures._Year(World(corridor, corridor), of, "AZ").lines()
    return found


@pytest.mark.parametrize(
    ("period", "published", "found"),
    [
        ("", 6.0, 3.0), ("2025-01/12", 6.0, 3.0), ("2024-07/2025-06", 6.0, 3.0),
        ("2024-01/2025-12", 3.0, 3.0), ("2023-12/2025-12", 6.0 * 12 / 25, 3.0),
        ("2025-01/06", 6.0, 3.0 * 181 / 365), ("2025-06", 6.0, 3.0 * 30 / 365),
    ],
)  # fmt: skip
def test_e01_a_period_is_of_its_first_month_to_its_last_both_in_it(period: str, published: float, found: float) -> None:
    line = held_(of_months(period, 6.0, "gas"))
    assert line.published == pytest.approx(published)
    assert line.found == pytest.approx(found, rel=0.001)  # months begin by local time


def test_e02_what_is_left_of_what_is_given_is_not_foretold() -> None:
    assert held_(of_months("", 6.0, "gas")).sort == figures.FOLLOWS
    assert held_(of_months("", 6.0)).sort == figures.GIVEN
    assert held_(of_months("", 6.0, "wind")).sort == figures.FITTED
    assert held_(of_months("", 6.0)._replace(plant=("gas-1",))).sort == figures.FORETOLD
