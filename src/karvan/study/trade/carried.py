"""From changed trade to what is carried: the demand that it makes, put on the network, and what passes some waters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.scenarios import open_scenario
from karvan.study.simulate import Progress
from karvan.study.trade.demand import dyads_of, scaled
from karvan.study.trade.taken import Ways

if TYPE_CHECKING:
    from karvan.corridor.corridor import Corridor
    from karvan.flow.services.flows import ServiceFlows
    from karvan.study.trade.what_if import Changed, TradeAnswer

CASPIAN = "Caspian Sea"
CASES = ("central", "low", "high")


@dataclass(frozen=True)
class Passing:
    """What passes some waters in a year."""

    teu: float
    tonnes: float
    unserved_teu: float
    """On the whole network."""


@dataclass(frozen=True)
class Carried:
    """What passes before and after a change of trade."""

    change: str
    before: Passing
    after: Mapping[str, Passing]
    """At the central factors of trade, and with every pair at the low and at the high end of its own."""
    moved: int
    """Rows of demand that change."""


@dataclass(frozen=True)
class CarriedAnswer:
    """All changes on one corridor."""

    scenario: str
    year: int
    waters: str
    carried: tuple[Carried, ...]


def carried(
    package: Corridor | str,
    answer: TradeAnswer,
    scenario: str = "base-2025",
    waters: str = CASPIAN,
    progress: Progress | None = None,
) -> CarriedAnswer:
    """What changed trade puts on the network, and how much of it passes some waters.

    Demand that the package has between two countries is multiplied by what their trade is (`scaled`); an equilibrium of
    users is found with it. Trade does not answer the queues that it makes here: `study.trade.loop` does that.

    Args:
        answer: of `what_if`; demand and trade may be of different years, as factors are of change.
        scenario: the corridor, its year and demand.

    Raises: InputError for a scenario or waters that there are not.
    """
    progress = progress or Progress()
    world = open_scenario(package, scenario)
    check_waters(world.corridor, waters)
    ask = replace(Assign(), year=world.year(Assign().year), co2e_usd_t=world.co2e_usd_t(0.0))
    found, total = [], len(answer.changed) * len(CASES)
    progress.say("assigning the base")
    progress.done(0, total)
    before = _passing(solve(problem_of(world.corridor, ask), ask), world.corridor, waters)
    for n, of in enumerate(answer.changed):
        after, moved = {}, 0
        for at, case in enumerate(CASES):
            progress.say(f"assigning with {of.change.name}")
            bent = scaled(world.corridor, ask.year, _factors(answer, of, case, world.corridor, ask.year))
            moved = max(moved, len(bent.rows))
            flows = solve(problem_of(bent.corridor, ask), ask) if bent.rows else None
            after[case] = before if flows is None else _passing(flows, bent.corridor, waters)
            progress.done(n * len(CASES) + at + 1, total)
        found.append(Carried(of.change.name, before, after, moved))
    return CarriedAnswer(scenario, ask.year, waters, tuple(found))


def check_waters(corridor: Corridor, waters: str) -> None:
    """Raise InputError for waters that no link runs on."""
    known = Ways(corridor).waters()
    if waters not in known:
        near = ", ".join(nearest(waters, known) or sorted(known))
        raise InputError("the request", [Problem("waters", shown(waters), f"give one of: {near}")])


def _factors(
    answer: TradeAnswer, of: Changed, case: str, corridor: Corridor, year: int
) -> dict[tuple[str, str], float]:
    """Of every pair that has demand: what its trade is multiplied by; P5 or P95 of it over the draws."""
    ratio = {
        "central": of.pairs.central,
        "low": of.pairs.p5,
        "high": of.pairs.p95,
    }[case]
    at = {code: ix for ix, code in enumerate(answer.base.countries)}
    pairs = sorted(set(dyads_of(corridor, year).values()))
    told = {pair: ratio[at[pair[0]], at[pair[1]]] for pair in pairs if set(pair) <= set(at)}
    return {pair: float(factor) for pair, factor in told.items() if np.isfinite(factor)}


def _passing(flows: ServiceFlows, corridor: Corridor, waters: str) -> Passing:
    ways, teu, tonnes = Ways(corridor), 0.0, 0.0
    for row in flows.chains():
        if waters in ways.of(row).waters:
            teu, tonnes = teu + row["teu"], tonnes + row["tonnes"]
    return Passing(teu, tonnes, sum(row["teu"] for row in flows.unserved()))
