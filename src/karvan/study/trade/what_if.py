"""What an agreement, a tariff or days on the way would do to trade, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.trade.accession import wrong_accession
from karvan.study.trade.base import TradeBase, trade_base
from karvan.study.trade.duties import ALL, Duties, Effect, Pair, effects_of, known_duties

if TYPE_CHECKING:
    from karvan.study.trade.way_change import WayChange
    from karvan.trade.elasticity import Elasticity
    from karvan.trade.fitted import NotConverged
    from karvan.trade.interval import Draws, Interval

Floats = NDArray[np.float64]
By = Literal["duty", "agreement"]
Progress = Callable[[int, int], None]
COST, DAY, AGREEMENT, MEMBERSHIP = "cost", "day", "agreement", "membership"
"""Ids of the elasticities that what-ifs stand on."""


@dataclass(frozen=True)
class TradeChange:
    """What changes."""

    name: str
    area: tuple[str, ...] = ()
    """Countries that take no more duty of each other's goods."""
    by: By = "duty"
    """How an area is counted: its duties gone, where they are known; or as agreements have worked elsewhere, duties and
    all else together, after some ten years. How an accession is: duties bound; or as membership has worked."""
    rates: Mapping[Pair, float] = field(default_factory=dict)
    """Duty from then on, per cent of the value, by seller and buyer; ALL on one side is every country that has no duty
    of its own here."""
    days: float = 0.0
    """Days more on the way; less is below zero."""
    usd_teu: float = 0.0
    """USD more for the carriage of a TEU; less is below zero."""
    value_usd_teu: float = 0.0
    """What the goods in a TEU are worth, where `usd_teu` is given."""
    among: tuple[str, ...] = ()
    """Countries between which days and USD change; none: those of the area."""
    costs: Mapping[Pair, float] = field(default_factory=dict)
    """Factors on the delivered price by seller and buyer, as a comparison of two corridors finds them."""
    by_way: WayChange | None = None
    """The ways of two scenarios: the days of each pair are valued anew for each draw of what a day is worth."""
    accession: tuple[str, ...] = ()
    """Countries that join the World Trade Organization. A duty that is asked for goes before their bound one."""
    to_bound: bool = False
    """Their duties go to what they are bound at, the worst that the binding allows, and not to the least of both."""

    @property
    def ways(self) -> tuple[Pair, ...]:
        """Pairs whose days or USD change."""
        codes = self.among or self.area
        return tuple((a, b) for a in codes for b in codes if a != b) if self.days or self.usd_teu else ()


def parts_and_whole(
    area: tuple[str, ...] = (),
    by: By = "duty",
    rates: Mapping[Pair, float] | None = None,
    days: float = 0.0,
    usd_teu: float = 0.0,
    value_usd_teu: float = 0.0,
    among: tuple[str, ...] = (),
    by_way: WayChange | None = None,
    accession: tuple[str, ...] = (),
    to_bound: bool = False,
) -> tuple[TradeChange, ...]:
    """Each thing that is asked for by itself, and where there are several, all of them together."""
    duties, ways = dict(rates or {}), among or area
    parts = []
    if area:
        parts.append(TradeChange("area", area=area, by=by))
    if accession or to_bound:
        parts.append(TradeChange("accession", by=by, accession=accession, to_bound=to_bound))
    if duties:
        parts.append(TradeChange("duties", rates=duties))
    if days:
        parts.append(TradeChange(f"{days:+g} days", days=days, among=ways))
    if usd_teu:
        parts.append(TradeChange(f"{usd_teu:+g} USD/TEU", usd_teu=usd_teu, value_usd_teu=value_usd_teu, among=ways))
    if by_way:
        parts.append(TradeChange(by_way.scenario, by_way=by_way))
    if len(parts) > 1:
        between = ways if days or usd_teu else ()
        whole = TradeChange("together", area, by, duties, days, usd_teu, value_usd_teu, between, by_way=by_way,
                            accession=accession, to_bound=to_bound)  # fmt: skip
        parts.append(whole)
    return tuple(parts)


@dataclass(frozen=True)
class AskTrade:
    """What is asked. Defaults stand here and nowhere else."""

    changes: tuple[TradeChange, ...]
    year: int = 2024
    """Whose trade is changed."""
    draws: int = 400
    """Of the elasticities, for the intervals; the same for every change."""
    seed: int = 1
    elasticities: Mapping[str, Elasticity] = field(default_factory=dict)
    """In place of the package's, by id: cost, day, agreement, membership."""
    tariffs: Path | None = None
    """A file of WITS with duties as they are, in place of the package's."""


@dataclass(frozen=True, eq=False)
class Changed:
    """What a change does, at the central elasticities and over the draws."""

    change: TradeChange
    costs: tuple[tuple[str, str, str, float], ...]
    """Seller, buyer, what changes, and the factor of the delivered price at the central values (of trade itself where
    an agreement or a membership is counted as a whole)."""
    pairs: Interval
    """Trade after over trade before (n, n); nan where there is none."""
    general: Interval
    """Trade of the year after, million USD (n, n)."""
    partial: Interval
    """The same in partial equilibrium: prices and incomes stay as they are (n, n)."""
    welfare: Interval
    """Real spending of each country, after over before (n,): with what the change does to deficits."""
    output: Interval
    """Output of each country at its consumer prices, after over before (n,)."""
    said: tuple[str, ...] = ()
    """What a reader must know of the change, above all where it changes nothing."""


@dataclass(frozen=True, eq=False)
class TradeAnswer:
    """All changes, on one base and with the same draws."""

    ask: AskTrade
    base: TradeBase
    elasticities: Mapping[str, Elasticity]
    changed: tuple[Changed, ...]
    draws: Draws
    duties: Duties
    """As they are before."""

    def turnover(self, one: str, other: str, of: Changed, *, general: bool = True) -> tuple[float, float, float]:
        """Trade of two countries both ways together after a change, million USD: central, P5 and P95."""
        i, j = (self._at(code) for code in (one, other))
        found = of.general if general else of.partial
        both = found.values[:, i, j] + found.values[:, j, i]
        central = found.central[i, j] + found.central[j, i]
        low, high = np.nanquantile(both, (0.05, 0.95))
        return float(central), float(low), float(high)

    def pairs(self, of: Changed, only: Iterable[str] = ()) -> list[dict[str, Any]]:
        """A row a pair of countries, the largest changes first; with `only`, pairs of those countries alone."""
        wanted = set(only)
        rows = []
        for i, one in enumerate(self.base.countries):
            for j, other in enumerate(self.base.countries):
                before = self.base.trade[i, j]
                if i == j or not before or (wanted and not {one, other} <= wanted):
                    continue
                after = of.general.central[i, j]
                low, high = np.nanquantile(of.general.values[:, i, j], (0.05, 0.95))
                rows.append(
                    {
                        "exporter": one, "importer": other, "before_musd": float(before), "after_musd": float(after),
                        "after_low": float(low), "after_high": float(high), "change_musd": float(after - before),
                        "change_pct": float(100 * (after / before - 1)),
                        "partial_pct": float(100 * (of.partial.central[i, j] / before - 1)),
                        "stands_on": self.base.stands_on[one, other],
                    }
                )  # fmt: skip
        return sorted(rows, key=lambda row: (-abs(row["change_musd"]), row["exporter"], row["importer"]))

    def countries(self, of: Changed) -> list[dict[str, Any]]:
        """A row a country: welfare with its interval, exports and imports, trade created and diverted."""
        touched = np.zeros_like(self.base.trade, dtype=bool)
        for one, other, _, _ in of.costs:
            touched[self._at(one), self._at(other)] = True
        moved = of.general.central - self.base.trade
        np.fill_diagonal(moved, 0.0)
        low, high = np.nanquantile(of.welfare.values, (0.05, 0.95), axis=0)
        indices = {way: self._indices(of, axis) for way, axis in (("exports", 1), ("imports", 0))}
        rows = []
        for i, code in enumerate(self.base.countries):
            sold, bought = self.base.trade[i].sum(), self.base.trade[:, i].sum()
            rows.append(
                {
                    "country": code, "welfare_pct": float(100 * (of.welfare.central[i] - 1)),
                    "welfare_low": float(100 * (low[i] - 1)), "welfare_high": float(100 * (high[i] - 1)),
                    "real_output_pct": float(100 * (of.output.central[i] - 1)),
                    "exports_pct": float(100 * moved[i].sum() / sold) if sold else float("nan"),
                    "imports_pct": float(100 * moved[:, i].sum() / bought) if bought else float("nan"),
                    "imports_created_musd": float(moved[:, i][touched[:, i]].sum()),
                    "imports_diverted_musd": float(moved[:, i][~touched[:, i]].sum()),
                }
                | {f"{way}_{name}": float(column[i]) for way, of_way in indices.items() for name, column in of_way}
            )  # fmt: skip
        return rows

    def _indices(self, of: Changed, axis: int) -> list[tuple[str, Floats]]:
        """Herfindahl-Hirschman index of each country's partners among these, before and after (n,)."""
        before = _index(self.base.trade, axis)
        after = [_index(abroad(of.general.central), axis), *_ends(_index(abroad(of.general.values), axis))]
        return list(zip(("index_before", "index", "index_low", "index_high"), (before, *after), strict=True))

    def _at(self, code: str) -> int:
        if code not in self.base.countries:
            raise InputError("trade", [_no_country(code, self.base.countries)])
        return self.base.countries.index(code)


def what_if(corridor: Corridor, ask: AskTrade, progress: Progress | None = None) -> TradeAnswer | NotConverged:
    """What changes of costs do to trade and welfare.

    In partial equilibrium trade answers its own costs alone; in general equilibrium (one sector, endowments: Anderson,
    Larch and Yotov 2018) prices, incomes and multilateral resistances answer too: trade is created and diverted.
    A duty that goes, a day and USD of carriage change the delivered price; trade answers it by the elasticity `cost`,
    which is 1 - sigma. Intervals are of the elasticities, drawn between their ends, the same draws for every change.

    Returns: TradeAnswer, or NotConverged where the base has no fit.
    Raises: InputError with all that is wrong in the request.
    """
    found = trade_base(corridor, ask.year)
    if not isinstance(found, TradeBase):
        return found
    elasticities = _elasticities(corridor, ask)
    _check(ask, found)
    known = known_duties(corridor, ask.tariffs, found.countries, ask.year)
    effects = effects_of(ask.changes, corridor, known, found.countries, ask.year)
    draws = _drawn(elasticities, ask)
    done = []
    for n, (change, effect) in enumerate(zip(ask.changes, effects, strict=True)):
        done.append(_changed(found, change, effect, draws))
        if progress:
            progress(n + 1, len(ask.changes))
    return TradeAnswer(ask, found, elasticities, tuple(done), draws, known)


def abroad(trade: Floats) -> Floats:
    """Trade without that of countries with themselves (..., n, n)."""
    here = np.eye(trade.shape[-1], dtype=bool)
    return np.where(here, 0.0, trade)


def _index(trade: Floats, axis: int) -> Floats:
    """Herfindahl-Hirschman index over buyers (axis 1) or sellers (axis 0) of trade abroad (..., n, n)."""
    over = trade.ndim - 2 + axis
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = (trade**2).sum(axis=over) / trade.sum(axis=over) ** 2
    return found


def _ends(values: Floats) -> tuple[Floats, Floats]:
    low, high = np.nanquantile(values, (0.05, 0.95), axis=0)
    return low, high


def _elasticities(corridor: Corridor, ask: AskTrade) -> dict[str, Elasticity]:
    """Those of the package, and what is asked for in their place."""
    from karvan.trade.elasticity import PER_CENT, PER_DAY, TIMES, pick, published

    there = published(corridor) | dict(ask.elasticities)
    units = {AGREEMENT: TIMES, COST: PER_CENT, DAY: PER_DAY}
    if any(change.accession and change.by == AGREEMENT for change in ask.changes):
        units[MEMBERSHIP] = TIMES
    found = {name: pick(there, name) for name in units}
    problems = [
        Problem(f"elasticity {name}", f"in {shown(found[name].unit)}", f"give one in {shown(unit)}")
        for name, unit in units.items()
        if found[name].unit != unit
    ]
    if found[COST].high >= 0:
        remedy = "give a range below 0: trade falls as it becomes dearer"
        problems.append(Problem(f"elasticity {COST}", f"up to {found[COST].high:g}", remedy))
    if problems:
        raise InputError("elasticities", problems)
    return found


def _drawn(elasticities: Mapping[str, Elasticity], ask: AskTrade) -> Draws:
    from karvan.trade.interval import between, joined

    return joined(
        *(
            between(name, one.value, one.low, one.high, n_draws=ask.draws, seed=ask.seed)
            for name, one in sorted(elasticities.items())
        )
    )


def check_changes(corridor: Corridor, changes: Iterable[TradeChange], year: int = AskTrade.year) -> None:
    """Raise InputError for duties that go and are not known, and for accessions that cannot be told: what can be seen
    before there is a base."""
    countries = sorted(row.id for row in corridor.rows("country"))
    effects_of(changes, corridor, known_duties(corridor), countries, year)


def _check(ask: AskTrade, base: TradeBase) -> None:
    """Raise InputError with all that is wrong in the changes."""
    problems = [] if ask.changes else [Problem("changes", "none", "give one or more")]
    names = [change.name for change in ask.changes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.append(Problem(f"change {shown(name)}", "named twice", "give each a name of its own"))
    for change in ask.changes:
        problems += _wrong(change, base)
    if problems:
        raise InputError("what if", problems)


def _wrong(change: TradeChange, base: TradeBase) -> Iterable[Problem]:
    where = f"change {shown(change.name)}"
    of_pairs = {code for pair in (*change.rates, *change.costs) for code in pair} - {ALL}
    for code in sorted({*change.area, *change.among, *change.accession, *of_pairs} - set(base.countries)):
        yield _no_country(code, base.countries)
    yield from wrong_accession(change, where)
    for name, group in (("area", change.area), ("among", change.among)):
        if len(set(group)) == 1 or len(set(group)) < len(group):
            yield Problem(f"{where}, {name}", ", ".join(group), "name two or more countries, each once")
    if (change.days or change.usd_teu) and not change.ways:
        yield Problem(f"{where}, among", "no countries", "say between which countries the way changes")
    if not abs(change.days) <= 365:
        yield Problem(f"{where}, days", shown(change.days), "give days between -365 and 365")
    if change.usd_teu and not change.value_usd_teu > 0:
        yield Problem(f"{where}, value_usd_teu", shown(change.value_usd_teu), "say what the goods in a TEU are worth")
    elif change.usd_teu and not change.value_usd_teu + change.usd_teu > 0:
        yield Problem(f"{where}, usd_teu", shown(change.usd_teu), "give less than the goods in a TEU are worth")
    for (one, other), rate in sorted(change.rates.items()):
        if not 0 <= rate <= 1000:
            yield Problem(f"{where}, duty of {other} on {one}", shown(rate), "give 0 to 1000 per cent")
    for (one, other), factor in sorted(change.costs.items()):
        if not factor > 0:
            yield Problem(f"{where}, costs of {one} to {other}", shown(factor), "give a factor above 0")


def _no_country(code: str, countries: Sequence[str]) -> Problem:
    near = ", ".join(nearest(code, countries)) or "none is like it"
    return Problem(f"country {shown(code)}", "not among those whose trade is known", f"give ISO alpha-3: {near}")


def _changed(base: TradeBase, change: TradeChange, effect: Effect, draws: Draws) -> Changed:
    """One change over all draws: trade in both equilibria and welfare, in one array, parted again at the end."""
    from karvan.trade.clearing import NotConverged as Unsettled
    from karvan.trade.equilibrium import FindEquilibrium, find_equilibrium
    from karvan.trade.interval import Interval, interval
    from karvan.trade.shock import Shock
    from karvan.trade.world import HOME_RATIO, World, with_home

    ratios = {code: base.output_ratio.get(code, HOME_RATIO) for code in base.countries}
    whole = with_home(base.countries, base.trade, base.gdp, ratios)
    if change.by_way:
        change = replace(change, by_way=change.by_way.among(base.countries))
    n = len(base.countries)

    def figure(drawn: Mapping[str, float]) -> Any:
        world = World(base.countries, whole, 1 - drawn[COST])
        shock = Shock(change.name, *_shock(change, effect, drawn))
        found = find_equilibrium(world, FindEquilibrium(shock))
        if isinstance(found, Unsettled):
            return found
        partial = whole * shock.factors(world)
        return np.concatenate([found.trade.ravel(), partial.ravel(), found.welfare, found.real_output])

    told = interval(draws, figure)

    def part(first: int, shape: tuple[int, ...]) -> Interval:
        last = first + int(np.prod(shape))
        values = told.values[:, first:last].reshape(-1, *shape)
        return Interval(told.central[first:last].reshape(shape), values, draws)

    general, partial = part(0, (n, n)), part(n * n, (n, n))
    welfare, output = part(2 * n * n, (n,)), part(2 * n * n + n, (n,))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = Interval(general.central / whole, general.values / whole, draws)
    costs = _costs(change, effect, draws.at_centre())
    said = (*effect.said, *(change.by_way.said if change.by_way else ()))
    return Changed(change, costs, ratio, general, partial, welfare, output, said)


def _shock(
    change: TradeChange, effect: Effect, drawn: Mapping[str, float]
) -> tuple[dict[Pair, float], dict[Pair, float]]:
    """Factors on trade and on delivered prices by pair, at some values of the elasticities."""
    trade: dict[Pair, float] = {}
    costs: dict[Pair, float] = {}
    for one, other, what, factor in _costs(change, effect, drawn):
        into = trade if what in (AGREEMENT, MEMBERSHIP) else costs
        into[one, other] = into.get((one, other), 1.0) * factor
    return trade, costs


def _costs(change: TradeChange, effect: Effect, drawn: Mapping[str, float]) -> tuple[tuple[str, str, str, float], ...]:
    """Every change of a pair's costs: what it is, and its factor."""
    from karvan.trade.elasticity import carriage_factor, duty_factor, time_factor

    found = [
        (*pair, f"duty {before:g} % to {after:g} %", duty_factor(before, after))
        for pair, (before, after) in sorted(effect.duties.items())
    ]
    found += [(*pair, MEMBERSHIP, drawn[MEMBERSHIP]) for pair in effect.joined]
    if change.by == AGREEMENT:
        found += [
            (one, other, AGREEMENT, drawn[AGREEMENT]) for one in change.area for other in change.area if one != other
        ]
    for pair in change.ways:
        if change.days:
            found.append((*pair, f"{change.days:+g} days", time_factor(change.days, drawn[DAY])))
        if change.usd_teu:
            factor = carriage_factor(0.0, change.usd_teu, change.value_usd_teu)
            found.append((*pair, f"{change.usd_teu:+g} USD/TEU", factor))
    found += [(*pair, "costs", factor) for pair, factor in sorted(change.costs.items())]
    if change.by_way:
        at = change.by_way.factors(drawn[DAY])
        found += [(*pair, change.by_way.says(pair), factor) for pair, factor in sorted(at.items())]
    return tuple(found)
