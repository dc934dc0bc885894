"""Freight and power as one: what freight draws under a scenario, what a change to lines does to both, and the loop.

Flows come from an assignment of the year's demand, or from simulations with a trace (`karvan.study.power.worlds`). A
line that gets a wire draws power and burns no diesel any more: freight's CO2e falls, the zones' load rises. Round the
loop: freight makes load, load makes the mix, the mix makes freight's CO2e. Freight's ways do not hang on the mix (no
price of CO2e, no price of power is in what shippers pay), so that the loop closes after one round; by how little the
mix moves is told.

With one simulation and no second world the loop asks what the hours of freight do: the year's load has its energy, as
a level share; in place of that come the hours, load + (hourly - its mean).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import fsum, isnan, nan

from karvan.corridor import Corridor
from karvan.grid.dispatch import Infeasible, NotSolved
from karvan.grid.system import Floats
from karvan.network.wire import RunGrid
from karvan.study.power.carbon import Mix, intensity_of
from karvan.study.power.run import PowerAnswer, PowerRun, power_of
from karvan.study.power.traction import KWH_A_MWH, LOSS_BASIS, LOSS_SHARE, PORT_BASIS, Drawn
from karvan.study.power.worlds import worlds_of
from karvan.study.scenarios import World
from karvan.study.simulate import Progress

LEAST_MWH = 1.0
"""A year's energy that is more than the rounding of hours, whose mean is taken off."""


@dataclass(frozen=True, slots=True)
class Couple:
    """What is asked. Defaults stand here and nowhere else."""

    scenario: str = ""
    changes: tuple[str, ...] = ()
    """What is different in the second world: link/rail-HAJIGABUL-ASTARA_AZ/electrified=true."""
    after: str = ""
    """Or the scenario that it is; of the same year."""
    runs: tuple[str, ...] = ()
    """Simulations with traces. One: of the first world, in place of an assignment; with a second world both are
    assigned, and the hours are the run's. Two: without and with the change. The scenario is theirs."""
    grid: str = ""
    """A run of the power system whose mix trains draw in both worlds; the package's figures if none."""
    loop: bool = False
    """Whether the power system is solved without and with what freight draws more; or with one run alone, without and
    with its hours."""


@dataclass(frozen=True, eq=False)
class Round:
    """A country's mix without and with what freight draws more, gCO2e/kWh."""

    country: str
    before: Mix
    after: Mix
    more_mwh: float
    """What freight draws more, at the power plants; about nought of hours alone."""
    made_mwh: float
    """What is made more; the rest comes over the border, or is no longer let pass by."""

    @property
    def change(self) -> float:
        """Of the mean of the year, as a share."""
        return self.after.mean / self.before.mean - 1

    @property
    def more_t_co2e(self) -> float:
        """What is let out more in a year, t CO2e of what is made."""
        kg = float((self.after.life * self.after.mwh).sum() - (self.before.life * self.before.mwh).sum())
        return kg / 1000

    @property
    def margin_gco2e_kwh(self) -> float:
        """What is let out more for what freight draws more: of the plants at the margin; nan where it draws none."""
        return self.more_t_co2e * 1000 / self.more_mwh if abs(self.more_mwh) >= LEAST_MWH else nan


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
    """MW by zone at the power plants that the second world draws more, or that the hours of one run are off their mean
    (n_hours,)."""
    shape: bool = False
    """Whether it is the hours alone."""
    rounds: tuple[Round, ...] = ()
    notes: tuple[str, ...] = ()
    """In what runs are not of the package as it is."""

    def share(self, country: str) -> float | None:
        """What trains and ports take of all that a country uses, both with what is lost on the lines; None where that
        is not known."""
        of = self.before.countries().get(country)
        if of is None or country not in self.load_mwh:
            return None
        return (of["train_kwh"] + of["port_kwh"]) / KWH_A_MWH / (1.0 - LOSS_SHARE) / self.load_mwh[country]


def couple(
    package: Corridor | str = "middle-corridor", ask: Couple | None = None, progress: Progress | None = None
) -> Coupled | Infeasible | NotSolved:
    """What freight draws from the wires, and what a change to lines does to freight and power.

    Returns the answer; Infeasible or NotSolved where the power system could not be solved.
    Raises InputError with what is wrong in the request.
    """
    ask, progress = ask or Couple(), progress or Progress()
    worlds = worlds_of(package, ask, progress)
    world, before, year = worlds.world, worlds.before, worlds.before.year
    load = {row.country: row.twh * 1e6 for row in world.corridor.rows("load") if row.year == year and row.twh}
    found = Coupled(ask, world.name, year, before, worlds.after, worlds.grid, load, worlds.more, worlds.shape,
                    notes=worlds.notes)  # fmt: skip
    if not (ask.loop and worlds.more):
        return found
    rounds = _round(world, year, worlds.more, progress)
    return replace(found, rounds=rounds) if isinstance(rounds, tuple) else rounds


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
        "changes": list(found.ask.changes) or [found.ask.after or found.after.source] if found.after else [],
        "source": found.before.source,
        "grid": [{"country": one.country, "year": one.year, "run": one.run, "gco2e_kwh": one.gco2e_kwh}
                 for one in found.grid],
        "before": _world(found.before),
        "after": None if found.after is None else _world(found.after),
        "load": [
            {"country": name, "mwh": mwh, "freight_share": found.share(name)}
            for name, mwh in sorted(found.load_mwh.items())
        ],
        "loss_share": LOSS_SHARE,
        "grounds": [asdict(ground) for ground in (LOSS_BASIS, PORT_BASIS)],
        "only_hours": found.shape,
        "notes": list(found.notes),
        "more_load": [
            {"zone": zone, "mwh": float(mw.sum()), "peak_mw": float(mw.max()), "least_mw": float(mw.min())}
            for zone, mw in found.more.items()
        ],
        "loop": [
            {"country": one.country, "before_gco2e_kwh": one.before.mean, "after_gco2e_kwh": one.after.mean,
             "change": one.change, "more_mwh": one.more_mwh, "made_mwh": one.made_mwh,
             "more_t_co2e": one.more_t_co2e,
             "margin_gco2e_kwh": None if isnan(one.margin_gco2e_kwh) else one.margin_gco2e_kwh}
            for one in found.rounds
        ],
    }  # fmt: skip


def _world(drawn: Drawn) -> dict[str, object]:
    peaks = {zone: float(mw.max()) for zone, mw in drawn.hours().items() if len(mw)}
    return {
        "t_co2e_rail": drawn.kg_co2e / 1000,
        "t_co2e": None if drawn.all_kg_co2e is None else drawn.all_kg_co2e / 1000,
        "countries": [
            {"country": name, **of} for name, of in drawn.countries().items() if any(of.values())
        ],
        "zones": [
            {"zone": zone, "kwh": kwh, "mean_mw": kwh / KWH_A_MWH / drawn.year_h, "peak_mw": peaks.get(zone)}
            for zone, kwh in drawn.zones().items()
        ],
        "ports": [
            {"facility": one.facility, "zone": one.zone, "boxes": one.boxes, "kwh": one.kwh}
            for one in drawn.ports if one.zone
        ],
    }  # fmt: skip
