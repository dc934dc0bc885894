"""Trade, flows and costs in turn until they agree: what is carried makes queues, queues cost, and trade answers costs.

With D the demand of the base and c(f) what the goods of each pair pay when its demand is f D, looked for is the factor
f of each pair for which

    f = respond(the change of the delivered price from the base to c(f)).

Rounds begin with no answer of trade (f = 1). Each goes all the way to what trade asks for as long as the gap falls;
from the first round on that it does not, a part of the way: the method of successive averages, its steps shrinking fast
where a round led away and slowly where it led nearer (Liu, He and He 2009). Where queues grow with what is carried the
answer is damped, and there is one fixed point for a single pair; services that wait until they are full become quicker
with more trade, and there may then be several, of which the one is told that the rounds reach from f = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from karvan.corridor import Corridor
from karvan.flow.services.delays import ServiceDelays
from karvan.flow.services.equilibrium import Delays
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem as FlowProblem
from karvan.ground.errors import InputError, Problem, shown
from karvan.network.network import Floats
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress
from karvan.study.trade.costs import Changes, costs_of
from karvan.trade.boxes import Dyad

Respond = Callable[[Mapping[Dyad, float]], Mapping[Dyad, float]]
"""What trade makes of costs: from the change of each pair's delivered price, as a share of it, to the factor on its
trade. Pairs that it names and that are not asked for get their factor too, as where trade is diverted; pairs that it
does not name keep what they had."""

SLOWER, FASTER = 1.8, 0.05
"""By how much the divisor of a step grows after a round that led away, and after one that led nearer. The second is
small: many pairs share few queues, and a gap that falls does so best at a pace that stays."""
MEASURED = 1e-3
"""Gap of an assignment whose costs are to be told apart, as a share of `CloseLoop.within`."""


@dataclass(frozen=True, slots=True)
class CloseLoop:
    """What is asked of the loop. Defaults stand here and nowhere else."""

    within: float = 1e-3
    """The fixed point: no pair's demand is further from what trade asks for than this share of it."""
    rounds: int = 60
    """At most."""
    pct_day: float | None = None
    """What a day is worth to trade, per cent of the value; None: what the commodity's row says."""

    def checked(self) -> CloseLoop:
        """The request itself. Raises InputError with all that is wrong in it."""
        wrong = [
            Problem(name, shown(value), remedy)
            for name, value, fine, remedy in (
                ("within", self.within, 0 < self.within < 1, "give a share above 0 and below 1: 1e-3"),
                ("rounds", self.rounds, 1 <= self.rounds <= 10_000, "give 1 to 10000"),
                ("pct_day", self.pct_day, self.pct_day is None or 0 <= self.pct_day <= 100, "give 0 to 100 % a day"),
            )
            if not fine
        ]
        if wrong:
            raise InputError("the request", wrong)
        return self


class Turn(NamedTuple):
    """A round: how far demand was from what trade asked for, and how much of the way it then went."""

    gap: float
    """The largest relative difference, of all pairs."""
    dyad: str
    """Whose it was."""
    step: float
    """Share of the way that was gone after it; 0 where the rounds ended."""
    flow_gap: float
    """That of the assignment itself."""


@dataclass(frozen=True, eq=False)
class TradeBalance:
    """Demand, flows and costs as the rounds left them."""

    base: ServiceFlows
    flows: ServiceFlows
    """On the changed corridor, with the demand that trade brings."""
    factor: Mapping[Dyad, float]
    """On the demand of each pair, as the flows have it."""
    change: Mapping[Dyad, float]
    """Of each pair's delivered price from the base, as a share of it, in these flows."""
    lost: Mapping[Dyad, float]
    """Share of a pair's value that had a way in the base and has none now: not in the change of its price."""
    rounds: tuple[Turn, ...]
    within: float
    changes: Changes = field(repr=False)

    @property
    def settled(self) -> bool:
        """Whether it is a fixed point."""
        return isinstance(self, Balanced)

    @property
    def gap(self) -> float:
        """How far demand is from what trade asks for."""
        return self.rounds[-1].gap

    def pairs(self) -> list[dict[str, Any]]:
        """A row a pair of countries: demand before and after, what its way costs in both, the change and the factor."""
        old, new = self.changes.ways(self.changes.before), self.changes.ways(costs_of(self.flows))
        rows = []
        for dyad in self.changes.dyads:
            goods = self.changes.goods[dyad]
            teu = [of.per_year * of.teu for of in (self.changes.problem.goods[n] for n in goods)]
            tonnes = [of.per_year * of.tonnes for of in (self.changes.problem.goods[n] for n in goods)]
            factor = self.factor.get(dyad, 1.0)
            row: dict[str, Any] = {
                "exporter": dyad[0], "importer": dyad[1], "teu_before": sum(teu), "tonnes_before": sum(tonnes),
                "factor": factor, "teu": sum(teu) * factor, "tonnes": sum(tonnes) * factor,
                "price_change": self.change.get(dyad, np.nan), "lost": self.lost.get(dyad, 0.0),
            }  # fmt: skip
            for name, ways in (("before", old), ("after", new)):
                way = ways.get(dyad)
                row |= {
                    f"days_{name}": way.days if way else np.nan, f"usd_teu_{name}": way.usd_teu if way else np.nan,
                    f"ad_valorem_{name}": way.ad_valorem if way else np.nan,
                }  # fmt: skip
            rows.append(row)
        return rows


class Balanced(TradeBalance):
    """A fixed point: trade asks for the demand that makes the costs that it answers."""


class NotConverged(TradeBalance):
    """The rounds ended before there was a fixed point: how far from one it is says `gap`."""

    @property
    def reason(self) -> str:
        """What did not suffice."""
        if self.gap > self.within:
            return f"after {len(self.rounds)} rounds demand is {self.gap:.1e} from what trade asks for"
        return f"the assignment ended at a gap of {self.flows.gap:.1e}, not {self.flows.asked_gap:.1e}"


def constant_elasticity(elasticity: float) -> Respond:
    """Trade as a power of the delivered price: the factor is (1 + change) ** elasticity. Raises InputError.

    elasticity: per cent of trade for a per cent of the price, 0 or below.
    """
    if not -1e3 <= elasticity <= 0:
        remedy = "give a number of 0 or below: trade falls as it becomes dearer"
        raise InputError("the request", [Problem("elasticity", shown(elasticity), remedy)])

    def respond(change: Mapping[Dyad, float]) -> Mapping[Dyad, float]:
        return {dyad: (1 + share) ** elasticity for dyad, share in change.items()}

    return respond


def trade_loop(
    package: Corridor | str,
    scenario: str,
    respond: Respond,
    *,
    base: str = "",
    ask: Assign | None = None,
    loop: CloseLoop | None = None,
    progress: Progress | None = None,
) -> TradeBalance:
    """What a scenario does to trade, and trade to what it carries.

    Args:
        package: a corridor, or what `karvan.load` takes.
        scenario: as `karvan.study.scenarios` takes it; its demand is that before trade answers.
        respond: how trade answers; `constant_elasticity`, or a model of partial or general equilibrium.
        base: the scenario that costs are compared with; none is the package as it is.
        ask: how flows are found; the year and the price of CO2e are those of the scenarios where they name them.

    Returns:
        Balanced, or NotConverged where the rounds did not suffice.

    Raises:
        InputError: for requests and scenarios that cannot be used.
    """
    ask, loop = (ask or Assign()).checked(), (loop or CloseLoop()).checked()
    progress = progress or Progress()
    worlds = [open_scenario(package, name) for name in (base, scenario)]
    old, new = (_asked(ask, loop, world) for world in worlds)
    progress.say("assigning the base")
    before = solve(problem_of(worlds[0].corridor, old), old)
    return balance(before, problem_of(worlds[1].corridor, new), new, respond, loop, progress)


def _asked(ask: Assign, loop: CloseLoop, world: World) -> Assign:
    """The request in a world, its flows near enough to their equilibrium for costs to be told apart."""
    gap = min(ask.asked_gap, MEASURED * loop.within)
    return replace(ask, year=world.year(ask.year), co2e_usd_t=ask.co2e_usd_t or world.co2e_usd_t(0.0), gap=gap)


def balance(
    base: ServiceFlows,
    problem: FlowProblem,
    ask: Assign,
    respond: Respond,
    loop: CloseLoop | None = None,
    progress: Progress | None = None,
    delays: Delays | None = None,
) -> TradeBalance:
    """The fixed point of trade and flows on a changed corridor.

    Args:
        base: flows where nothing is changed, whose costs are those that trade knows.
        problem: the changed corridor and the demand on it before trade answers, with goods of the same ids.
        ask: how flows are found; a gap that is wide against `loop.within` hides the fixed point.
        delays: of the changed corridor, in place of its queueing models.

    Raises:
        InputError: for a method that has no costs under load, or an answer of trade that is no factor.
    """
    ask, loop, progress = ask.checked(), (loop or CloseLoop()).checked(), progress or Progress()
    if ask.method == "so":
        remedy = "give ue or sue: in an optimum nobody pays what trade could answer"
        raise InputError("the request", [Problem("method", "so", remedy)])
    changes, delays = Changes(base, problem, loop.pct_day), delays or ServiceDelays(problem)
    factor = dict.fromkeys(sorted({dyad for dyad in changes.pairs if dyad}), 1.0)
    flows = solve(problem, ask, delays=delays)
    turns: list[Turn] = []
    pace, last = 1.0, np.inf
    while True:
        costs = costs_of(flows)
        change = changes.to(costs)
        wanted = _answer(respond, change, factor)
        gap, dyad = max(((_apart(wanted[at], factor[at]), "-".join(at)) for at in factor), default=(0.0, ""))
        progress.say(f"trade and flows in turn, gap {gap:.1e}")
        progress.done(len(turns) + 1, loop.rounds)
        if gap <= loop.within or len(turns) + 1 == loop.rounds:
            break
        if gap >= last:
            pace += SLOWER
        elif pace > 1:
            pace += FASTER
        last = gap
        turns.append(Turn(gap, dyad, 1 / pace, flows.gap))
        factor = {at: now + (wanted[at] - now) / pace for at, now in factor.items()}
        flows = _again(flows, problem, _units(problem, changes, factor), ask, delays)
    turns.append(Turn(gap, dyad, 0.0, flows.gap))
    kind = Balanced if gap <= loop.within and flows.settled else NotConverged
    return kind(base, flows, factor, change, changes.lost(costs), tuple(turns), loop.within, changes)


def _apart(wanted: float, now: float) -> float:
    """How far a factor is from another, as a share of it."""
    return abs(wanted - now) / now if now > 0 else float(wanted != now)


def _answer(respond: Respond, change: Mapping[Dyad, float], factor: Mapping[Dyad, float]) -> dict[Dyad, float]:
    """What trade asks for, of every pair. Raises InputError where that is no factor."""
    found = respond(change)
    wrong = [
        Problem(f"factor of {'-'.join(dyad)}", shown(value), "the model of trade must give a factor of 0 or more")
        for dyad, value in sorted(found.items())
        if not (isfinite(value) and value >= 0)
    ]
    if wrong:
        raise InputError("the answer of trade", wrong)
    return {dyad: float(found.get(dyad, 1.0)) for dyad in factor}


def _units(problem: FlowProblem, changes: Changes, factor: Mapping[Dyad, float]) -> Floats:
    """Units a year of each of the goods (n_goods,): of what is no trade between countries, as many as before."""
    units: Floats = problem.per_year * np.array([factor[dyad] if dyad else 1.0 for dyad in changes.pairs])
    return units


def _again(flows: ServiceFlows, problem: FlowProblem, units: Floats, ask: Assign, delays: Delays) -> ServiceFlows:
    """The flows of other amounts, from those that there were; from none where some goods begin or cease to go."""
    was, now = flows.problem.per_year, problem.with_demand(units.tolist())
    if not flows.settled or ((was > 0) != (units > 0)).any():
        return solve(now, ask, delays=delays)
    start = [(chain, amount * units[chain.goods] / was[chain.goods]) for chain, amount in flows.flows]
    return solve(now, ask, delays=delays, start=start)


__all__ = [
    "Balanced", "CloseLoop", "NotConverged", "Respond", "TradeBalance", "Turn", "balance",
    "constant_elasticity", "trade_loop",
]  # fmt: skip
