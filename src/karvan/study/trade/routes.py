"""What the goods of a country rely on, by the flows of a scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.scenarios import open_scenario
from karvan.study.trade.demand import codes_of
from karvan.study.trade.dependence import Reliance, reliance

if TYPE_CHECKING:
    from karvan.corridor.corridor import Corridor


def rely(package: Corridor | str, country: str, scenario: str) -> Reliance:
    """What a country's goods rely on: families of routes, entries, ports, borders, straits and operators of vessels.

    Args:
        country: ISO alpha-3, as figures of trade have it.
        scenario: the world and its demand, as `open_scenario` takes it; an equilibrium of users is found in it.

    Raises:
        InputError: for a scenario or a country that there is not.
    """
    world = open_scenario(package, scenario)
    own = {code: place for place, code in codes_of(world.corridor).items()}
    if country not in own:
        near = ", ".join(nearest(country, own)) or "none is like it"
        raise InputError("the request", [Problem("country", shown(country), f"give ISO alpha-3: {near}")])
    ask = replace(Assign(), year=world.year(Assign().year), co2e_usd_t=world.co2e_usd_t(0.0))
    return reliance(solve(problem_of(world.corridor, ask), ask).chains(), world.corridor, own[country])
