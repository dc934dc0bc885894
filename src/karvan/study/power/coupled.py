"""Freight and power as one: what freight draws under a scenario, what a change to lines does to both, and the loop.

Flows come from an assignment of the year's demand, or from a simulation with a trace. A line that gets a wire draws
power and burns no diesel any more: freight's CO2e falls, the zones' load rises. Round the loop: freight makes load,
load makes the mix, the mix makes freight's CO2e. Freight's ways do not hang on the mix (no price of CO2e, no price of
power is in what shippers pay), so that the loop closes after one round; by how little the mix moves is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import fsum, nan

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.grid.dispatch import Infeasible, NotSolved
from karvan.grid.shapes import Clock
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem, shown
from karvan.network.wire import RunGrid
from karvan.scenario import bend, read_change
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.power.carbon import Mix, intensity_of, with_grid
from karvan.study.power.ridden import drawn_by_run
from karvan.study.power.run import PowerAnswer, PowerRun, power_of
from karvan.study.power.traction import Drawn, drawn_by_flows, more_load
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress


@dataclass(frozen=True, slots=True)
class Couple:
    """What is asked. Defaults stand here and nowhere else."""

    scenario: str = ""
    changes: tuple[str, ...] = ()
    """What is different in the second world: link/rail-HAJIGABUL-ASTARA_AZ/electrified=true."""
    after: str = ""
    """Or the scenario that it is; of the same year."""
    run: str = ""
    """A simulation of the first world with a trace, in place of an assignment; then there is no second world."""
    grid: str = ""
    """A run of the power system whose mix trains draw in both worlds; the package's figures if none."""
    loop: bool = False
    """Whether the power system is solved without and with what freight draws more."""


@dataclass(frozen=True, eq=False)
class Round:
    """A country's mix without and with what freight draws more, gCO2e/kWh."""

    country: str
    before: Mix
    after: Mix
    more_mwh: float
    """What freight draws more."""
    made_mwh: float
    """What is made more; the rest comes over the border, or is no longer let pass by."""

    @property
    def change(self) -> float:
        """Of the mean of the year, as a share."""
        return self.after.mean / self.before.mean - 1

    @property
    def margin_gco2e_kwh(self) -> float:
        """What is let out more for what freight draws more: of the plants at the margin; nan where it draws none."""
        kg = float((self.after.life * self.after.mwh).sum() - (self.before.life * self.before.mwh).sum())
        return kg / self.more_mwh if self.more_mwh else nan


@dataclass(frozen=True, eq=False)
class Coupled:
    """What freight draws in one world, in another, and what that does to power."""

    ask: Couple
    scenario: str
    year: int
    before: Drawn
    after: Drawn | None
    grid: tuple[RunGrid, ...]
    load_mwh: Mapping[str, float]
    """What each country uses in the year by the package; those without a zone that has a load are not there."""
    more: Mapping[str, Floats]
    """MW by zone that the second world draws more (n_hours,)."""
    rounds: tuple[Round, ...] = ()

    def share(self, country: str) -> float | None:
        """What trains and ports draw of all that a country uses; None where that is not known."""
        of = self.before.countries().get(country)
        if of is None or country not in self.load_mwh:
            return None
        return (of["train_kwh"] + of["port_kwh"]) / 1000 / self.load_mwh[country]


def couple(
    package: Corridor | str = "middle-corridor", ask: Couple | None = None, progress: Progress | None = None
) -> Coupled | Infeasible | NotSolved:
    """What freight draws from the wires, and what a change to lines does to freight and power.

    Returns the answer; Infeasible or NotSolved where the power system could not be solved.
    Raises InputError with what is wrong in the request.
    """
    ask, progress = ask or Couple(), progress or Progress()
    _check(ask)
    base = package if isinstance(package, Corridor) else load_corridor(package)
    world = open_scenario(base, ask.scenario)
    year = world.year(_first_year(world.corridor))
    others = _other(base, world, ask, year)
    corridor, told = _powered(world.corridor, ask.grid)
    if ask.run:
        before = drawn_by_run(ask.run)
        year = before.year
    else:
        before = _flowing(corridor, year, progress)
    after = None if others is None else _flowing(_powered(others, ask.grid)[0], year, progress)
    hours = Clock(year).hours
    more = {} if after is None else more_load(after, before, hours)
    load = {row.country: row.twh * 1e6 for row in world.corridor.rows("load") if row.year == year and row.twh}
    found = Coupled(ask, world.name, year, before, after, told, load, more)
    if not (ask.loop and more):
        return found
    rounds = _round(world, year, more, progress)
    return replace(found, rounds=rounds) if isinstance(rounds, tuple) else rounds


def _check(ask: Couple) -> None:
    second = bool(ask.changes or ask.after)
    problems = []
    if ask.changes and ask.after:
        problems.append(Problem("after", shown(ask.after), "give changes or another scenario, not both"))
    if ask.run and second:
        remedy = "a simulation is of one world: leave it out, and flows are assigned"
        problems.append(Problem("run", shown(ask.run), remedy))
    if ask.loop and not second:
        problems.append(
            Problem("loop", "no second world", "give a change: without one freight draws no more than it did")
        )
    if problems:
        raise InputError("the request", problems)


def _other(base: Corridor, world: World, ask: Couple, year: int) -> Corridor | None:
    """The second world, if any. Raises InputError where it is of another year."""
    if ask.changes:
        return bend(world.corridor, [read_change(word) for word in ask.changes])
    if not ask.after:
        return None
    other = open_scenario(base, ask.after)
    if other.year(year) != year:
        remedy = f"give one of {year}: the load of another year has grown with all that is used"
        raise InputError("the request", [Problem("after", f"{ask.after} is of {other.year(year)}", remedy)])
    return other.corridor


def _powered(corridor: Corridor, grid: str) -> tuple[Corridor, tuple[RunGrid, ...]]:
    return with_grid(corridor, grid) if grid else (corridor, ())


def _first_year(corridor: Corridor) -> int:
    years = {row.year for row in corridor.rows("demand")}
    if not years:
        raise InputError(corridor.name, [Problem("demand", "none in the package", "add demand.csv")])
    return int(min(years & {row.year for row in corridor.rows("load")} or years))


def _flowing(corridor: Corridor, year: int, progress: Progress) -> Drawn:
    """What the user equilibrium of a year's demand draws."""
    ask = Assign(year=year)
    progress.say("assigning")
    return drawn_by_flows(solve(problem_of(corridor, ask), ask, progress), year)


def _round(
    world: World, year: int, more: Mapping[str, Floats], progress: Progress
) -> tuple[Round, ...] | Infeasible | NotSolved:
    """The power system without and with more load."""
    found = []
    for load in ({}, more):
        one = power_of(world, PowerRun(year=year), load=load, progress=progress)
        if not isinstance(one, PowerAnswer):
            return one
        assert one.run is not None
        found.append(intensity_of(one.run))
    before, after = found
    country = {row.id: row.country for row in world.corridor.rows("zone")}
    return tuple(
        Round(name, before[name], after[name],
              fsum(float(mw.sum()) for zone, mw in more.items() if country[zone] == name),
              float(after[name].mwh.sum() - before[name].mwh.sum()))
        for name in before
    )  # fmt: skip


def document(found: Coupled) -> dict[str, object]:
    """The whole answer as JSON: tonne-km, kg CO2e and kWh a year by country and zone, before and after."""
    return {
        "scenario": found.scenario,
        "year": found.year,
        "changes": list(found.ask.changes) or ([found.ask.after] if found.ask.after else []),
        "source": found.before.source,
        "grid": [{"country": one.country, "year": one.year, "run": one.run, "gco2e_kwh": one.gco2e_kwh}
                 for one in found.grid],
        "before": _world(found.before),
        "after": None if found.after is None else _world(found.after),
        "load": [
            {"country": name, "mwh": mwh, "freight_share": found.share(name)}
            for name, mwh in sorted(found.load_mwh.items())
        ],
        "more_load": [
            {"zone": zone, "mwh": float(mw.sum()), "peak_mw": float(mw.max()), "least_mw": float(mw.min())}
            for zone, mw in found.more.items()
        ],
        "loop": [
            {"country": one.country, "before_gco2e_kwh": one.before.mean, "after_gco2e_kwh": one.after.mean,
             "change": one.change, "more_mwh": one.more_mwh, "made_mwh": one.made_mwh,
             "margin_gco2e_kwh": one.margin_gco2e_kwh if one.more_mwh else None}
            for one in found.rounds
        ],
    }  # fmt: skip


def _world(drawn: Drawn) -> dict[str, object]:
    hours = {zone: (float(mw.mean()), float(mw.max())) for zone, mw in drawn.by_hour.items()}
    return {
        "t_co2e_rail": drawn.kg_co2e / 1000,
        "t_co2e": None if drawn.all_kg_co2e is None else drawn.all_kg_co2e / 1000,
        "countries": [
            {"country": name, **of} for name, of in drawn.countries().items() if any(of.values())
        ],
        "zones": [
            {"zone": zone, "kwh": kwh, "mean_mw": hours[zone][0] if zone in hours else kwh / 1000 / 8760,
             "peak_mw": hours[zone][1] if zone in hours else None}
            for zone, kwh in drawn.zones().items()
        ],
        "ports": [
            {"facility": one.facility, "zone": one.zone, "boxes": one.boxes, "kwh": one.kwh}
            for one in drawn.ports if one.zone
        ],
    }  # fmt: skip
