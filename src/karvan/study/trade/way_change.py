"""What a scenario changes of the ways between countries, as a change of delivered prices for what-ifs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

from karvan.corridor.corridor import Corridor
from karvan.corridor.load import load
from karvan.ground.errors import InputError, Problem, shown
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.open_end import no_family_closed
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress
from karvan.study.trade.costs import Changes, WayCost, costs_of, matrix_change
from karvan.study.trade.ways import COMMODITY, TEU, Pair, Way, planned_ways

if TYPE_CHECKING:
    from karvan.trade.panel import Remark

PLANNED, LOADED = "planned", "under load"
HOW = {
    PLANNED: "a box alone from gateway to gateway by the planner, waits as they are without more trade",
    LOADED: "the goods of both worlds' demand, queues as they make them",
}
DAY = "day"
"""Id of the elasticity that says what a day is worth."""


@dataclass(frozen=True, eq=False)
class WayChange:
    """The ways of two worlds. What a day is worth is said when prices are asked for, so that it can be drawn."""

    scenario: str
    against: str
    how: str
    """`PLANNED`: one box alone, by the planner; or `LOADED`: the goods of both worlds' demand, queues as they make
    them."""
    value_teu_usd: float | None
    """What the goods of a TEU are worth; none where each of the goods has its own value."""
    value_says: str
    """Where that is from."""
    before: Mapping[Pair, Way]
    after: Mapping[Pair, Way]
    remarks: tuple[Remark, ...]
    """Countries and pairs that are left as they are, and why."""
    shares: Callable[[float], Mapping[Pair, float]]
    """From what a day is worth, per cent of the value, to the change of each pair's delivered price, a share of it."""

    def factors(self, pct_day: float) -> dict[Pair, float]:
        """Factors on delivered prices by seller and buyer; pairs whose price stays are not named."""
        return {pair: 1 + share for pair, share in self.shares(pct_day).items() if share != 0}

    def among(self, countries: Iterable[str]) -> WayChange:
        """The same for these countries alone; who is left out is told."""
        from karvan.trade.panel import Remark

        there = set(countries)
        strangers = sorted({code for pair in (*self.before, *self.after) for code in pair} - there)
        if not strangers:
            return self
        said = Remark("no trade", ", ".join(strangers), "no figures of trade among these countries: left out")

        def shares(pct: float) -> Mapping[Pair, float]:
            return {pair: share for pair, share in self.shares(pct).items() if set(pair) <= there}

        return replace(self, remarks=(*self.remarks, said), shares=shares)

    @property
    def said(self) -> tuple[str, ...]:
        """What a reader must know of it."""
        value = f"a TEU is worth {self.value_teu_usd:,.0f} USD ({self.value_says})" if self.value_teu_usd else ""
        lines = [f"ways of {self.scenario} against {self.against}, {HOW[self.how]}", value]
        lines += [f"{one.address} | {one.said}" for one in self.remarks]
        return tuple(line for line in lines if line)

    def says(self, pair: Pair) -> str:
        """What changes for a pair."""
        old, new = self.before[pair], self.after[pair]
        days = f"{old.days:.1f} to {new.days:.1f} days"
        if not (isfinite(old.usd_teu) and isfinite(new.usd_teu)):
            return days
        return f"{days}, {old.usd_teu:,.0f} to {new.usd_teu:,.0f} USD/TEU"


def value_of_teu(corridor: Corridor, commodity: str = COMMODITY) -> tuple[float, str]:
    """What the goods of a TEU are worth, USD, and where that is from. Raises InputError where the package is silent."""
    row = corridor.by_key("commodity").get(commodity)
    if row is None or not row.usd_per_t or not row.t_per_teu:
        remedy = "say what the goods in a TEU are worth (--value-teu)"
        raise InputError("what if", [Problem(f"value of {shown(commodity)}", "not in commodity.csv", remedy)])
    says = f"commodity/{commodity}: {row.t_per_teu:g} t a TEU at {row.usd_per_t:,g} USD/t"
    return float(row.t_per_teu * row.usd_per_t), says


def planned_change(
    package: Corridor | str, scenario: str, against: str, value_teu: float = 0.0, pct_day: float | None = None
) -> WayChange:
    """What the planner finds in a scenario against what it finds in another (`planned_ways`).

    Ways are chosen at a central price of time and held: of a draw only their days are valued anew.

    Args:
        value_teu: what the goods of a TEU are worth, USD; 0: `value_of_teu`.
        pct_day: what a day is worth where ways are chosen, per cent of the value; the package's if not given.

    Raises:
        InputError: for scenarios or values that cannot be used.
    """
    from karvan.trade.elasticity import pick, published
    from karvan.trade.panel import Remark

    corridor = load(package) if isinstance(package, str) else package
    if not (isfinite(value_teu) and value_teu >= 0):
        raise InputError("what if", [Problem("value_teu", shown(value_teu), "say what goods in a TEU are worth")])
    for name in (against, scenario):
        _no_family_closed(corridor, name)
    value, says = (value_teu, "as asked for") if value_teu else value_of_teu(corridor)
    rate = pick(published(corridor), DAY).value if pct_day is None else pct_day
    usd_h = TEU * value * rate / 100 / 24
    old, new = (planned_ways(corridor, name, usd_h) for name in (against, scenario))
    if old.country != new.country:
        remedy = "compare scenarios that leave gateways where they are"
        raise InputError("what if", [Problem(f"gateways of {shown(scenario)}", "other places", remedy)])
    only = sorted(set(old.pairs) ^ set(new.pairs))
    parted = [
        Remark("no way", f"{one} to {other}", f"a way in {(against if (one, other) in old.pairs else scenario)} alone:"
               " its price is left as it is")
        for one, other in only
    ]  # fmt: skip

    def shares(pct: float) -> Mapping[Pair, float]:
        return matrix_change(old.matrix, new.matrix, TEU * value, pct, old.country)

    remarks = (*dict.fromkeys((*old.remarks, *new.remarks)), *parted)
    return WayChange(scenario, against, PLANNED, value, says, old.pairs, new.pairs, remarks, shares)


def loaded_change(
    package: Corridor | str, scenario: str, against: str, ask: Assign | None = None, progress: Progress | None = None
) -> WayChange:
    """What goods pay in the flows of a scenario against those of another, queues as the same demand makes them.

    Demand does not answer here (`karvan.study.trade.loop` lets it). Each of the goods has its own value and takes the
    way that suits its own price of time; of a draw its days are valued anew.

    Raises:
        InputError: for scenarios that cannot be used, or of different demand.
    """
    from karvan.trade.panel import Remark

    corridor, ask = load(package) if isinstance(package, str) else package, (ask or Assign()).checked()
    progress = progress or Progress()
    flows = []
    for name in (against, scenario):
        world = open_scenario(corridor, name)
        progress.say(f"assigning {name or 'the package'}")
        own = _asked(ask, world)
        flows.append(solve(problem_of(world.corridor, own), own, progress))
    old, new = flows
    whole, now = Changes(old, new.problem), costs_of(new)
    remarks = [Remark("demand", f"{len(whole.dyads)} pairs", "have demand: the prices of others stay as they are")]
    remarks += [
        Remark("no way", f"{one} to {other}", f"{share:.1%} of the value has a way in {against} alone: not counted")
        for (one, other), share in whole.lost(now).items()
    ]

    def shares(pct: float) -> Mapping[Pair, float]:
        return Changes(old, new.problem, pct).to(now)

    before, after = (_ways(whole.ways(costs)) for costs in (whole.before, now))
    return WayChange(scenario, against, LOADED, None, "of each of the goods", before, after, tuple(remarks), shares)


def _no_family_closed(corridor: Corridor, scenario: str) -> None:
    """Raise InputError for a scenario that only an assignment can be asked about."""
    bent = open_scenario(corridor, scenario).corridor
    try:
        no_family_closed(bent)
    except InputError as bad:
        remedy = "ask for ways under load (--loaded): the planner between all places cannot leave a family out"
        problems = [Problem(f"scenario {shown(scenario)}", one.found, remedy) for one in bad.problems]
        raise InputError("what if", problems) from None


def _asked(ask: Assign, world: World) -> Assign:
    return replace(ask, year=world.year(ask.year), co2e_usd_t=ask.co2e_usd_t or world.co2e_usd_t(0.0))


def _ways(found: Mapping[Pair, WayCost]) -> dict[Pair, Way]:
    return {dyad: Way(one.days, one.usd_teu) for dyad, one in found.items()}
