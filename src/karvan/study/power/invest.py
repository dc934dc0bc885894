"""What would be built at least cost: sun, wind, batteries or gas in each zone, to build and to run for a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row, new_row
from karvan.grid.dispatch import Infeasible, NotSolved
from karvan.grid.invest import Candidate, Invest, Invested, invest
from karvan.grid.system import Plant, Store, System
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.ground.sphere import great_circle_km
from karvan.study.power.cases import package_with_cases
from karvan.study.power.run import PowerRun, system_of
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress

CANDIDATE = "candidate"
"""How ids of candidates begin."""


@dataclass(frozen=True, slots=True)
class InvestPower:
    """What may be built. Defaults stand here and nowhere else."""

    candidates: tuple[str, ...] = ("solar", "wind-onshore", "battery")
    """Ids of technologies."""
    zones: tuple[str, ...] = ()
    """Where; all zones with a load if none."""
    most_mw: float = 2000.0
    """Of each in each zone."""
    storage_h: float = 2.0
    """Hours that a battery holds."""
    rate: float = 0.07
    """Discount rate a year."""


@dataclass(frozen=True, eq=False)
class InvestedPower:
    """What is built, by zone and technology."""

    wish: InvestPower
    scenario: str
    year: int
    hours: int
    """How many hours of the year it was worked out on."""
    seconds: float
    objective_musd: float
    """Of building and running, a year."""
    lines: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    solved: ClassVar[bool] = True


def invest_power(
    package: Corridor | str,
    scenario: str,
    wish: InvestPower | None = None,
    ask: PowerRun | None = None,
    *,
    progress: Progress | None = None,
) -> InvestedPower | Infeasible | NotSolved:
    """What would be built at least cost on the power system of a scenario.

    A candidate has the profile that a new plant of its technology would have in that zone: as the best plant of that
    technology there, built or planned, or else in the nearest zone; wind only where a park is there or planned.
    `ask.weeks` weeks stand for the year. Infeasible is a load that cannot be served with all candidates built.

    Raises: InputError for technologies or zones that there are not, or of which nothing tells profile or cost.
    """
    wish, ask, progress = wish or InvestPower(), ask or PowerRun(weeks=8), progress or Progress()
    progress.say("opening the scenario")
    world = open_scenario(package_with_cases(package), scenario)
    candidates = list(_rows(world, wish))
    system = system_of(_with(world, [row for row, _ in candidates]), ask).system
    bare = _without(system)
    choices = tuple(_candidate(system, row, technology) for row, technology in candidates)
    progress.say(f"choosing among {len(choices)} candidates")
    found = invest(bare, choices, Invest(wish.rate, ask.weeks, ask.solve))
    if not isinstance(found, Invested):
        return found
    return InvestedPower(
        wish, world.name, system.year, found.hours, found.seconds, found.objective / 1e6,
        tuple(_line(choice, row, technology, found) for choice, (row, technology) in
              zip(choices, candidates, strict=True)),
        (f"{ask.weeks} weeks stand for the year.",) if ask.weeks else (),
    )  # fmt: skip


def _rows(world: World, wish: InvestPower) -> Iterator[tuple[Row, Row]]:
    """A plant of each technology in each zone, and the technology. Raises InputError."""
    corridor = world.corridor
    technologies = corridor.by_key("technology")
    own = {zone.id: zone for zone in corridor.rows("zone") if zone.load_share is not None}
    problems = [
        Problem("candidates", shown(name), f"give of {', '.join(nearest(name, technologies) or technologies)}")
        for name in wish.candidates
        if name not in technologies
    ] + [
        Problem("zones", shown(name), f"give of {', '.join(nearest(name, own) or own)}")
        for name in wish.zones
        if name not in own
    ]
    likes = {name: _like(corridor, name) for name in wish.candidates if name in technologies}
    for name, like in likes.items():
        row = technologies[name]
        if (row.sort == "battery" and row.capex_usd_kwh is None) or (
            row.sort != "battery" and (row.capex_usd_kw is None or row.life_years is None)
        ):
            problems.append(Problem(f"technology.csv, row {name}", "no capex or life", "give them, or leave it out"))
        if like is None and row.sort in ("solar", "wind", "hydro"):
            problems.append(Problem("candidates", shown(name), "no plant of it in the package tells its profile"))
        if row.sort in ("electrolyser", "hydro"):
            problems.append(Problem("candidates", shown(name), "give of gas, sun, wind and batteries"))
    if problems:
        raise InputError("the request", problems)
    for name in dict.fromkeys(wish.candidates):
        for zone in dict.fromkeys(wish.zones or own):
            if technologies[name].sort == "wind" and not _stands(corridor, name, zone):
                continue  # how the wind blows where no park is thought of, nothing tells
            yield _row(wish, technologies[name], own[zone], _like(corridor, name, zone)), technologies[name]


def _like(corridor: Corridor, technology: str, zone: str = "") -> Row | None:
    """The plant, there or planned, whose sort a new one is of: the best in the zone, or else in the nearest zone."""
    rows = _plants(corridor, technology)
    zones = corridor.by_key("zone")

    def away(row: Row) -> float:
        here, there = zones[zone], zones[row.zone]
        return great_circle_km(here.lon, here.lat, there.lon, there.lat)

    if zone and rows:
        nearest_km = min(map(away, rows))
        rows = [row for row in rows if away(row) == nearest_km]
    return max(rows, key=lambda row: (row.mount == "tracking", row.capacity_factor or 0.0, row.id), default=None)


def _plants(corridor: Corridor, technology: str) -> list[Row]:
    return [row for table in ("plant", "planned_plant") for row in corridor.rows(table) if row.technology == technology]


def _stands(corridor: Corridor, technology: str, zone: str) -> bool:
    return any(row.zone == zone for row in _plants(corridor, technology))


def _row(wish: InvestPower, technology: Row, zone: Row, like: Row | None) -> Row:
    """A plant as the table has it: where the like one stands if that is in the zone, else in the zone's middle.

    What sun a new one has follows from the radiation there: yields that are stated are of old panels, or of one plant.
    """
    there = like is not None and like.zone == zone.id
    same = ["mount", "season", "radiation", "dc_ac"]
    if technology.sort != "solar" or not (like and like.radiation and like.dc_ac):
        same.append("capacity_factor")
    battery = technology.sort == "battery"
    return new_row(
        "plant", id=f"{CANDIDATE}-{technology.id}-{zone.id.lower().replace('_', '-')}",
        name=f"{technology.name}, {zone.name}", zone=zone.id, technology=technology.id, mw=wish.most_mw,
        mwh=wish.most_mw * wish.storage_h if battery else None,
        lon=like.lon if there and like else zone.lon, lat=like.lat if there and like else zone.lat,
        **{name: getattr(like, name) for name in same if like is not None and not battery},
    )  # fmt: skip


def _with(world: World, rows: list[Row]) -> World:
    corridor = world.corridor
    return replace(world, corridor=corridor.with_tables({"plant": (*corridor.rows("plant"), *rows)}))


def _without(system: System) -> System:
    """The system as it is, without candidates."""
    return replace(
        system,
        plants=tuple(row for row in system.plants if not row.id.startswith(f"{CANDIDATE}-")),
        stores=tuple(row for row in system.stores if not row.id.startswith(f"{CANDIDATE}-")),
    )


def _candidate(system: System, row: Row, technology: Row) -> Candidate:
    all_of: list[Plant | Store] = [*system.plants, *system.stores]
    of = next(one for one in all_of if one.id == row.id)
    return Candidate(of, technology.capex_usd_kw or 0.0, technology.life_years or 0.0, technology.capex_usd_kwh or 0.0,
                     technology.opex_pct_year or 0.0)  # fmt: skip


def _line(choice: Candidate, row: Row, technology: Row, found: Invested) -> dict[str, Any]:
    mw = found.built_mw[row.id]
    could = float(np.mean(choice.of.may)) if isinstance(choice.of, Plant) else None
    return {
        "zone": row.zone, "technology": technology.id, "mw": mw, "most_mw": row.mw,
        "usd_kw_year": choice.usd_mw_year(found.ask.rate) / 1e3, "capacity_factor": could,
        "usd_mwh": choice.usd_mw_year(found.ask.rate) / (could * 8760) + choice.of.usd_mwh if could else None,
        "capital_musd_year": found.capital_usd_year[row.id] / 1e6,
    }  # fmt: skip
