"""Scenarios at the doors: a package bent by one, and what it is called and asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.ground.errors import InputError, Problem

if TYPE_CHECKING:
    from karvan.scenario.scenario import Scenario


@dataclass(frozen=True)
class World:
    """A corridor as a scenario has it; without one, as the package has it."""

    corridor: Corridor
    base: Corridor
    """The package."""
    scenario: Scenario | None = None

    @property
    def name(self) -> str:
        """Of the scenario; empty without one."""
        return self.scenario.name if self.scenario else ""

    def year(self, default: int) -> int:
        """The year that the scenario is of."""
        return self.scenario.year if self.scenario else default

    def co2e_usd_t(self, default: float) -> float:
        """The price of CO2e that the scenario names."""
        named = self.scenario.co2e_usd_t if self.scenario else None
        return default if named is None else named


def open_scenario(package: Corridor | str = "middle-corridor", scenario: str = "") -> World:
    """A package as a scenario has it.

    Args:
        package: a corridor, or what `karvan.load` takes.
        scenario: NAME, FILE.yaml, project:ID, commitment:ID, or several joined by +; none is the package as it is.

    Raises:
        InputError: with every mistake in the scenario.
    """
    base = package if isinstance(package, Corridor) else load_corridor(package)
    if not scenario:
        return World(base, base)
    from karvan.scenario.scenario import scenario as read  # it brings a reader of YAML with it

    found = read(base, scenario)
    return World(found.on(base), base, found)


def departure_in(world: World) -> dt.date | None:
    """The day of today in the scenario's year, for plans that name no day; None without a scenario."""
    if world.scenario is None:
        return None
    today = dt.datetime.now(dt.UTC).date()
    return today.replace(year=world.scenario.year, day=min(today.day, 28))


def scenario_problems(corridor: Corridor) -> list[Problem]:
    """What is wrong with the scenarios that come with a package, and with each of its projects alone."""
    from karvan.scenario.scenario import scenario as read

    wrong: list[Problem] = []
    names = [*sorted(corridor.scenarios), *(f"project:{row.id}" for row in corridor.rows("project") if not row.outside)]
    for name in names:
        try:
            read(corridor, name).on(corridor)
        except InputError as bad:
            wrong += [Problem(f"{name}: {one.address}", one.found, one.remedy) for one in bad.problems]
    return wrong
