"""What a run of the power system says of the CO2e of a kilowatt-hour, for the planner, the appraisal and trains.

The package's `grid_intensity` is of the whole life of fuel and plants, by what is made in a country, with no losses of
lines in it (Ember). So is what stands in for it here: like takes the place of like. What is used of it, with imports
and without exports, may be asked for instead.

How near a base year comes to the published figure is no test: what gas lets out until it arrives is set so that 2024
comes to the international series (basis of fuel/gas/kgco2e_mwh_upstream). What a run adds is how it changes by hour,
and with the plants that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.corridor import Corridor
from karvan.corridor.row import Row, key_of, new_row
from karvan.evidence.record import COMPLETE, RECORD
from karvan.evidence.run import RunFolder
from karvan.grid.shapes import Clock
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.network.wire import RunGrid
from karvan.study.power.register import CARBON_HOURS, PLANTS
from karvan.study.projects.grounds import POWER, Ground
from karvan.study.runs import run_called
from karvan.tables import BY_NAME

GRID = "grid_intensity"
OF = ("made", "used")
HOUR = np.timedelta64(1, "h")
MAKES = {"fuel": ("kgco2_mwh", "kgco2e_mwh_upstream"), "technology": ("efficiency", "gco2e_kwh"), "load": ("twh",)}
"""Numbers whose facts are named under an intensity: the others of the power system count by their grade."""


@dataclass(frozen=True, eq=False)
class Mix:
    """gCO2e/kWh of a country's power by a run, hour by hour."""

    run: str
    scenario: str
    country: str
    year: int
    """Whose load and plants."""
    times: NDArray[np.datetime64]
    """When each hour begins, UTC (n_hours,)."""
    life: Floats
    """Of the whole life (n_hours,): 0 in hours without power."""
    mwh: Floats
    """Energy that it is of (n_hours,)."""
    of: str
    """made or used."""
    stands_for_h: float = 1.0
    """Hours of the year that each stands for: more than 1 where some weeks stand for it."""

    @property
    def in_a_row(self) -> bool:
        """Whether its hours are those of the year, one after another: some weeks that stand for it are not."""
        return self.stands_for_h == 1.0 and not (np.diff(self.times) != HOUR).any()

    @property
    def mean(self) -> float:
        """Emissions of all hours over the energy of all hours; nan without power."""
        energy = float(self.mwh.sum())
        return float((self.life * self.mwh).sum()) / energy if energy > 0 else np.nan


def open_power_run(run: RunFolder | Path | str, asked: str = "grid") -> RunFolder:
    """A complete run of the power system, by its folder or name. Raises InputError on what is `asked`."""
    folder = run if isinstance(run, RunFolder) else run_called(run, asked)
    tables = {name for name, _, _ in folder.files()}
    if folder.status != COMPLETE:
        problem = Problem(f"{RECORD}, status", folder.status, "wait until it is done, or ask for it again")
    elif CARBON_HOURS.name not in tables:
        command = shown(str(folder.record["inputs"].get("command")))
        problem = Problem(f"{RECORD}, inputs/command", command, "give a run of `karvan power run`")
    else:
        return folder
    raise InputError(f"the run {folder.name}", [problem])


def intensity_of(run: RunFolder | Path | str, of: str = "made") -> dict[str, Mix]:
    """gCO2e/kWh by country and hour out of a run of the power system.

    Args:
        run: its folder, or its name as `karvan runs` lists it.
        of: what is made in the country, as `grid_intensity` has it; or what is used there.

    Raises:
        InputError: there is no such run, or it is of something else.
    """
    folder = open_power_run(run)
    if of not in OF:
        raise InputError("the request", [Problem("of", shown(of), f"give one of {', '.join(OF)}")])
    table = folder.read(CARBON_HOURS.name).to_pandas().sort_values(["country", "time"])
    inputs = folder.record["inputs"]
    results = folder.record["results"] or {}
    scenario, year = str(inputs.get("scenario") or ""), int(results["year"])
    stands_for_h = float(results.get("hours_each_stands_for", 1.0))
    found = {}
    for country, rows in table.groupby("country"):
        times = rows["time"].dt.tz_localize(None).to_numpy().astype("datetime64[h]")
        mwh = rows[f"{of}_mwh"].to_numpy(dtype=np.float64)
        life = np.where(mwh > 0, np.nan_to_num(rows[f"life_{of}"].to_numpy(dtype=np.float64)), 0.0)
        found[str(country)] = Mix(folder.name, scenario, str(country), year, times, life, mwh, of, stands_for_h)
    return found


def with_grid(
    corridor: Corridor, run: RunFolder | Path | str, of: str = "made"
) -> tuple[Corridor, tuple[RunGrid, ...]]:
    """A corridor whose trains draw the power of a run, in the countries that it is of.

    Their rows of `grid_intensity` of the run's year and later go, and one of that year comes, with a basis that names
    the run and the facts under it: the planner takes the latest year there is.

    Returns:
        the corridor, and of each country what was put in place of what.

    Raises:
        InputError: as `intensity_of`; or nothing in the corridor lies in the run's countries.
    """
    folder = open_power_run(run)
    mixes = {name: mix for name, mix in intensity_of(folder, of).items() if np.isfinite(mix.mean)}
    here = {place.country for place in corridor.places()} | {row.country for row in corridor.rows(GRID)}
    wanted = {name: mix for name, mix in sorted(mixes.items()) if name in here}
    if not wanted:
        found = f"power of {', '.join(sorted(mixes)) or 'no country'}"
        near = nearest(corridor.name, [str(folder.record["inputs"].get("package", ""))], 1)
        remedy = f"give a run of {near[0] if near else corridor.name}"
        raise InputError(f"the run {folder.name}", [Problem(CARBON_HOURS.name, found, remedy)])
    rows, basis = list(corridor.rows(GRID)), list(corridor.rows("basis"))
    told = []
    for country, mix in wanted.items():
        latest = max((row for row in rows if row.country == country), key=lambda row: row.year, default=None)
        gone = {key_of(GRID, row) for row in rows if row.country == country and row.year >= mix.year}
        basis = [row for row in basis if row.table != GRID or row.row not in gone]
        rows = [row for row in rows if key_of(GRID, row) not in gone]
        row = new_row(GRID, country=country, year=mix.year, gco2e_kwh=mix.mean, note=f"by the power run {mix.run}")
        rows.append(row)
        inputs = folder.record["inputs"]
        one = RunGrid(
            mix.run, mix.scenario, country, mix.year, mix.mean, latest.year if latest else None,
            latest.gco2e_kwh if latest else None, len(mix.times), Clock(mix.year).hours,
            str(inputs.get("package", "")), tuple((inputs.get("settings") or {}).get("lost", ())),
        )  # fmt: skip
        told.append(one)
        basis.append(_basis(corridor, folder, mix, one))
    rows.sort(key=lambda row: (row.country, row.year))
    return corridor.with_tables({GRID: tuple(rows), "basis": tuple(basis)}), tuple(told)


def grid_grounds(corridor: Corridor, grids: Sequence[RunGrid]) -> tuple[Ground, ...]:
    """What stands under the power of trains in a corridor that `with_grid` gave."""
    found = []
    for grid in grids:
        basis = corridor.evidence.find_basis(GRID, grid.row, "gco2e_kwh")
        found.append(
            Ground(POWER, f"{GRID}/{grid.row}/gco2e_kwh of {grid.run}", grid.gco2e_kwh, "gCO2e/kWh",
                   basis.method if basis else "", basis.grade if basis else "D", tuple(basis.facts) if basis else (),
                   basis.note if basis else "no basis is given")
        )  # fmt: skip
    return tuple(found)


def _basis(corridor: Corridor, run: RunFolder, mix: Mix, grid: RunGrid) -> Row:
    """The basis of a run's figure: the facts under what makes it, and the worst grade of all that it leans on.

    Of some hours of the year it is an assumption that the others are as they are.
    """
    plants = run.read(PLANTS.name).to_pandas() if PLANTS.name in {name for name, _, _ in run.files()} else None
    leaning = [] if plants is None else list(_leaning(corridor, plants.to_dict("records"), mix))
    ledger = corridor.evidence
    bases = [(cell, ledger.find_basis(*cell)) for cell in leaning]
    grade = max((basis.grade if basis else "D" for _, basis in bases), default="D") if grid.whole else "D"
    facts = dict.fromkeys(
        fact for (table, _, column), basis in bases if basis and column in MAKES.get(table, ()) for fact in basis.facts
    )
    what = "what is made" if mix.of == "made" else "what is used"
    scenario = f" of {mix.scenario}" if mix.scenario else ""
    limits = grid.limits(corridor.name)
    but = f" ({'; '.join(limits)})" if limits else ""
    return new_row(
        "basis", table=GRID, row=grid.row, column="gco2e_kwh", facts=tuple(facts), rivals=(),
        method="derived" if facts else "assumed", grade=grade,
        note=f"the power run {mix.run}{scenario}: {what} in {mix.country}, of the whole life{but}; the grade is the "
             "worst of the numbers of plants, fuels, technologies and load that it leans on"
             f"{'' if grid.whole else ', and D as the other hours are taken to be like these'}",
    )  # fmt: skip


def _leaning(corridor: Corridor, plants: Sequence[dict[str, Any]], mix: Mix) -> Iterator[tuple[str, str, str]]:
    """Addresses of the numbers that a country's intensity leans on, as the corridor has them now."""
    own = [row for row in plants if row["country"] == mix.country]
    technologies = sorted({str(row["technology"]) for row in own})
    wanted = [("load", f"{mix.country}:{mix.year}"), *(("technology", name) for name in technologies)]
    kinds = corridor.by_key("technology")
    wanted += [("fuel", kinds[name].fuel) for name in technologies if name in kinds and kinds[name].fuel]
    for row in own:
        table = "plant" if row["plant"] in corridor.by_key("plant") else "planned_plant"
        wanted.append((table, str(row["plant"])))
    for table, key in dict.fromkeys(wanted):
        found = corridor.by_key(table).get(key)
        for column in BY_NAME[table] if found is not None else ():
            if column.needs_basis and getattr(found, column.name) is not None:
                yield table, key, column.name
