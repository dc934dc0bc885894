"""What a scenario of the corridor does to trade: days and dollars on the way, trade's answer, and flows again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from karvan.corridor.load import load
from karvan.study.simulate import Progress
from karvan.study.trade.loop import CloseLoop, TradeBalance, constant_elasticity, trade_loop
from karvan.study.trade.what_if import AskTrade, TradeAnswer, TradeChange, what_if

if TYPE_CHECKING:
    from karvan.corridor.corridor import Corridor
    from karvan.trade.elasticity import Elasticity
    from karvan.trade.fitted import NotConverged

EUROPE = (
    "AUT", "BEL", "BGR", "HRV", "CZE", "DEU", "ESP", "EST", "FIN", "FRA", "GRC", "HUN", "IRL", "ITA", "LTU", "LUX",
    "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE", "DNK", "CYP",
)  # fmt: skip
REGION = ("AZE", "GEO", "KAZ")
GROUPS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "within Azerbaijan, Georgia and Kazakhstan": (REGION, REGION),
    "of these with the European Union": (REGION, EUROPE),
    "of China with the European Union": (("CHN",), EUROPE),
    "of China with these three": (("CHN",), REGION),
    "all": ((), ()),
}
"""Whose trade with whom is summed up, both ways: those of which the World Bank (2023) says how they may grow."""


@dataclass(frozen=True)
class Group:
    """Trade of some countries with some, both ways."""

    name: str
    musd_before: float
    """Its value by the weights of commodities, million USD a year."""
    musd: Mapping[str, float]
    """After, by elasticity: central, low, high."""
    tonnes_before: float
    tonnes: float
    """After, at the central elasticity."""

    def pct(self, case: str = "central") -> float:
        """Growth of the value, per cent."""
        return 100 * (self.musd[case] / self.musd_before - 1) if self.musd_before else float("nan")


@dataclass(frozen=True, eq=False)
class TradeUnder:
    """A scenario's trade."""

    scenario: str
    base: str
    elasticity: Elasticity
    balance: Mapping[str, TradeBalance]
    """By elasticity: central; with ends also low and high."""
    groups: tuple[Group, ...]


def own_elasticity(value: float) -> Elasticity:
    """An elasticity of trade to the delivered price that is asked for: it has no ends."""
    from karvan.trade.elasticity import PER_CENT, Elasticity

    return Elasticity("as asked for", value, value, value, PER_CENT)


def trade_under(
    package: Corridor | str,
    scenario: str,
    base: str,
    *,
    elasticity: Elasticity | None = None,
    ends: bool = False,
    loop: CloseLoop | None = None,
    progress: Progress | None = None,
) -> TradeUnder:
    """What trade becomes where the corridor is changed, with the queues that it then makes itself (`trade_loop`).

    Args:
        scenario, base: worlds whose demand has the same rows.
        elasticity: of trade to the delivered price; the package's `cost` if none is given.
        ends: whether to find it for the low and the high end of the elasticity too.

    Raises:
        InputError: for what cannot be used.
    """
    from karvan.trade.elasticity import pick, published

    corridor = load(package) if isinstance(package, str) else package
    of = elasticity or pick(published(corridor), "cost")
    cases = {"central": of.value} | ({"low": of.low, "high": of.high} if ends else {})
    found = {
        case: trade_loop(
            corridor, scenario, constant_elasticity(value), base=base, loop=loop, progress=_of(case, cases, progress)
        )
        for case, value in cases.items()
    }
    return TradeUnder(scenario, base, of, found, tuple(_groups(found)))


def in_equilibrium(
    package: Corridor | str, found: TradeUnder, *, year: int = AskTrade.year, draws: int = AskTrade.draws
) -> TradeAnswer | NotConverged:
    """What the prices of ways that the rounds ended with do in general equilibrium: welfare, trade created, diverted.

    Prices are those at the central elasticity; trade answers them otherwise in each draw, and they stay. Flows are not
    found again for what prices of goods and incomes then do.

    Args:
        year: whose trade it is.
        draws: of the elasticities, for the intervals; one that is asked for is the same in all.

    Raises:
        InputError: for a package without trade.
    """
    corridor = load(package) if isinstance(package, str) else package
    known = {row.id for row in corridor.rows("country")}
    change = found.balance["central"].change
    costs = {dyad: 1 + share for dyad, share in sorted(change.items()) if share != 0 and set(dyad) <= known}
    changes = (TradeChange(found.scenario, costs=costs),)
    return what_if(corridor, AskTrade(changes, year, draws, elasticities={"cost": found.elasticity}))


def _of(case: str, cases: Mapping[str, float], progress: Progress | None) -> Progress:
    """What hears of one elasticity: where there are several, which it is and how much of all of them is done."""
    if progress is None or len(cases) == 1:
        return progress or Progress()
    at, heard = list(cases).index(case), progress
    return Progress(
        lambda said: heard.say(f"{case} elasticity: {said}"),
        lambda done, of: heard.done(at * of + done, len(cases) * of),
        progress.opened,
    )


def _groups(found: Mapping[str, TradeBalance]) -> Iterable[Group]:
    for name, (ones, others) in GROUPS.items():
        values = {case: _sum(of, ones, others) for case, of in found.items()}
        before, tonnes_before, _, tonnes = values["central"]
        if before:
            after = {case: value for case, (_, _, value, _) in values.items()}
            yield Group(name, before, after, tonnes_before, tonnes)


def _sum(of: TradeBalance, ones: tuple[str, ...], others: tuple[str, ...]) -> tuple[float, float, float, float]:
    """Million USD and tonnes before, and after, of pairs between some and some."""
    musd = tonnes = musd_after = tonnes_after = 0.0
    for dyad, goods in of.changes.goods.items():
        if ones and not ((dyad[0] in ones and dyad[1] in others) or (dyad[1] in ones and dyad[0] in others)):
            continue
        factor = of.factor.get(dyad, 1.0)
        value = sum(float(of.changes.value[n]) for n in goods) / 1e6
        weight = sum(of.changes.problem.goods[n].per_year * of.changes.problem.goods[n].tonnes for n in goods)
        musd, tonnes = musd + value, tonnes + weight
        musd_after, tonnes_after = musd_after + factor * value, tonnes_after + factor * weight
    return musd, tonnes, musd_after, tonnes_after
