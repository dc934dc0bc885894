"""How trade answers a change of its costs: published answers, and estimates in the same form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, isfinite, log

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.trade.gravity import Coefficient

PER_CENT, PER_DAY, TIMES = "elasticity", "% of value/day", "ratio"
UNITS = {
    PER_CENT: "per cent of trade for one per cent of what changes",
    PER_DAY: "what a day on the way costs, in per cent of the value of the goods",
    TIMES: "by how many times trade grows",
}


@dataclass(frozen=True, slots=True)
class Elasticity:
    """One answer of trade, or one price of time, with its range."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    """One of `UNITS`."""
    facts: tuple[str, ...] = ()
    """Ids of the facts that it was read from; none for an estimate."""
    note: str = ""

    def __post_init__(self) -> None:
        problems = []
        if not all(isfinite(of) for of in (self.value, self.low, self.high)):
            found = f"{self.low}, {self.value}, {self.high}"
            problems.append(Problem(self.name, found, "low, value and high are finite numbers"))
        elif not self.low <= self.value <= self.high:
            problems.append(Problem(self.name, f"{self.low} to {self.high} about {self.value}", "low <= value <= high"))
        elif self.unit != PER_CENT and self.low < 0:
            problems.append(Problem(self.name, f"{self.low} {self.unit}", "a price of time and a ratio are 0 or more"))
        if self.unit not in UNITS:
            problems.append(Problem(self.name, f"unit {shown(self.unit)}", f"give one of: {', '.join(UNITS)}"))
        if problems:
            raise InputError("elasticity", problems)


def published(corridor: Corridor) -> dict[str, Elasticity]:
    """The published elasticities of a corridor package by id, with the facts that its basis names.

    Raises: InputError, all problems gathered, for rows without a value; a missing end of the range is the value.
    """
    found, problems = {}, []
    for row in corridor.rows("elasticity"):
        if row.value is None:
            problems.append(Problem(f"elasticity.csv, row {row.id}, value", "nothing", "give a number"))
            continue
        low, high = (row.value if end is None else end for end in (row.low, row.high))
        facts = _facts(corridor, row.id)
        try:
            found[row.id] = Elasticity(row.name, row.value, low, high, row.unit, facts, row.note)
        except InputError as wrong:
            problems += wrong.problems
    if problems:
        raise InputError("elasticity.csv", problems)
    return found


def _facts(corridor: Corridor, row: str) -> tuple[str, ...]:
    ids: list[str] = []
    for column in ("value", "low", "high"):
        basis = corridor.evidence.find_basis("elasticity", row, column)
        ids += basis.facts if basis is not None else ()
    return tuple(dict.fromkeys(ids))


def pick(of: dict[str, Elasticity], name: str) -> Elasticity:
    """One of some elasticities. Raises InputError for one that is not there."""
    if name not in of:
        near = ", ".join(nearest(name, of) or sorted(of)) or "none"
        raise InputError("elasticity", [Problem(shown(name), "no such elasticity", f"there are: {near}")])
    return of[name]


def elasticity_of(estimate: Coefficient) -> Elasticity:
    """The coefficient of a logarithm as an elasticity, with the interval of the fit as its range."""
    return Elasticity(estimate.name, estimate.value, estimate.low, estimate.high, PER_CENT, note="estimated")


def ratio_of(estimate: Coefficient) -> Elasticity:
    """The coefficient of a yes or no (an agreement, a border) as the ratio exp(b), with the fit's interval."""
    low, value, high = (exp(of) for of in (estimate.low, estimate.value, estimate.high))
    return Elasticity(estimate.name, value, low, high, TIMES, note="estimated")


@dataclass(frozen=True, slots=True)
class Range:
    """A factor, and the least and the most that it can be: 1 changes nothing."""

    what: str
    value: float
    low: float
    high: float

    @property
    def percent(self) -> float:
        """Change in per cent."""
        return 100 * (self.value - 1)


def duty_factor(before_pct: float, after_pct: float) -> float:
    """What a duty does to the delivered price: (1 + after) / (1 + before), rates in per cent of the value."""
    return (1 + after_pct / 100) / (1 + before_pct / 100)


def time_factor(days: float, pct_day: float) -> float:
    """What days on the way do to it: exp(rate x days), each day a per cent of what the day before left of the value."""
    return exp(pct_day / 100 * days)


def carriage_factor(before_usd: float, after_usd: float, value_usd: float) -> float:
    """What the price of carriage does to it: (value + after) / (value + before)."""
    return (value_usd + after_usd) / (value_usd + before_usd)


def tariff_change(before_pct: float, after_pct: float) -> Range:
    """What a tariff does to the price that buyers pay: (1 + after) / (1 + before).

    Parameters: ad-valorem rates in per cent of the value at the border. Raises InputError for one below 0.
    """
    _at_least("tariff", (("before_pct", before_pct), ("after_pct", after_pct)))
    factor = duty_factor(before_pct, after_pct)
    return Range(f"tariff {before_pct:g} % to {after_pct:g} %", factor, factor, factor)


def time_change(days: float, worth: Elasticity) -> Range:
    """What days on the way do to the delivered price: exp(rate x days), fewer days being below zero.

    A day is worth a share of the value, each day of what the day before left: Hummels and Schaur (2013), whose
    range is 0.6 to 2.1 % of the value a day.

    Parameters: days, the change, < 0 for days saved; worth, in % of value/day.
    Raises: InputError for another unit, or days that are no number.
    """
    _unit(worth, PER_DAY)
    _numbers("time", (("days", days),))
    return _over(f"{days:+g} days", worth, lambda rate: time_factor(days, rate))


def money_change(before_usd_teu: float, after_usd_teu: float, value_usd_teu: float) -> Range:
    """What the price of carriage does to the delivered price: (value + after) / (value + before).

    Parameters: USD per TEU for carriage from door to door, and the value of the goods in a TEU where they set out.
    Raises: InputError for prices below 0 or a value of 0 or less.
    """
    _at_least("carriage", (("before_usd_teu", before_usd_teu), ("after_usd_teu", after_usd_teu)))
    if not (isfinite(value_usd_teu) and value_usd_teu > 0):
        raise InputError("carriage", [Problem("value_usd_teu", str(value_usd_teu), "give more than 0 USD in a TEU")])
    factor = carriage_factor(before_usd_teu, after_usd_teu, value_usd_teu)
    return Range(f"{before_usd_teu:g} to {after_usd_teu:g} USD/TEU", factor, factor, factor)


def together(changes: Sequence[Range]) -> Range:
    """Several changes of one price: their product. No change gives exactly 1."""
    value = low = high = 1.0
    for of in changes:
        value, low, high = value * of.value, low * of.low, high * of.high
    return Range(", ".join(of.what for of in changes) or "no change", value, low, high)


def answer(change: Range, of: Elasticity) -> Range:
    """Trade after a change of what it hangs on, over trade before: change ^ elasticity, all else as it was.

    A partial effect: prices elsewhere do not answer (Yotov et al. 2016, section 2.C). The range is that of the four
    corners, so as wide as both ranges allow; no change gives exactly 1.

    Parameters: change, the factor of the delivered price or of the distance; of, the elasticity of trade to it.
    Raises: InputError for another unit, or a factor of 0 or less.
    """
    _unit(of, PER_CENT)
    _at_least("change", (("low", change.low),))
    if change.low <= 0:
        raise InputError("change", [Problem(change.what, f"a factor of {change.low:g}", "give one above 0")])
    corners = [factor**power for factor in (change.low, change.high) for power in (of.low, of.high)]
    value = change.value**of.value
    return Range(f"{change.what}: trade", value, min(*corners, value), max(*corners, value))


def agreement(of: Elasticity, share: float = 1.0) -> Range:
    """Trade with an agreement over trade without: ratio ^ share, where a share of it is in force.

    Baier and Bergstrand (2007) find the whole of it after some ten years. Raises InputError for another unit, a ratio
    of 0 or a share that is not between 0 and 1.
    """
    _unit(of, TIMES)
    if not 0 <= share <= 1 or of.low <= 0:
        found = f"a share of {share:g}, a ratio of {of.low:g} or more"
        raise InputError("agreement", [Problem(of.name, found, "give a share from 0 to 1 and a ratio above 0")])
    return _over(of.name, of, lambda ratio: exp(share * log(ratio)))


def _over(what: str, of: Elasticity, f: Callable[[float], float]) -> Range:
    ends = [f(of.low), f(of.high)]
    return Range(what, f(of.value), min(ends), max(ends))


def _unit(of: Elasticity, unit: str) -> None:
    if of.unit != unit:
        raise InputError("elasticity", [Problem(of.name, f"unit {shown(of.unit)}", f"one in {unit!r} is wanted here")])


def _numbers(where: str, of: Sequence[tuple[str, float]]) -> None:
    problems = [Problem(name, str(value), "give a finite number") for name, value in of if not isfinite(value)]
    if problems:
        raise InputError(where, problems)


def _at_least(where: str, of: Sequence[tuple[str, float]]) -> None:
    problems = [
        Problem(name, str(value), "give 0 or more") for name, value in of if not (isfinite(value) and value >= 0)
    ]
    if problems:
        raise InputError(where, problems)
