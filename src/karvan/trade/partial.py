"""Partial effects: what a change of trade costs does to the trade of a pair while all else stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, expm1, isfinite

from karvan.ground.errors import InputError, Problem, nearest, shown

Pair = tuple[str, str]
"""Exporter and importer."""
LARGEST = 50.0
"""Largest coefficient times change; exp of it is a factor that no trade ever knew."""


@dataclass(frozen=True)
class CostChange:
    """A variable of the gravity equation, and by how much it changes for each pair."""

    variable: str
    by_pair: Mapping[Pair, float]
    """In the unit of the variable: 1 where an agreement begins, -10 where days are saved, log(0.9) of a distance."""


@dataclass(frozen=True)
class PartialEffect:
    """The trade of a pair before and after, other things equal."""

    exporter: str
    importer: str
    exponent: float
    """Sum of coefficient times change."""
    before_musd: float | None = None
    """Missing where no trade of the base was given for the pair."""

    @property
    def factor(self) -> float:
        """What trade is multiplied by: exp(coefficient * change)."""
        return exp(self.exponent)

    @property
    def percent(self) -> float:
        """exp(coefficient * change) - 1, in percent; exact for small changes too."""
        return 100 * expm1(self.exponent)

    @property
    def after_musd(self) -> float | None:
        """Million USD."""
        return None if self.before_musd is None else self.before_musd * self.factor


def partial_effects(
    changes: Sequence[CostChange], coefficients: Mapping[str, float], trade_musd: Mapping[Pair, float] | None = None
) -> tuple[PartialEffect, ...]:
    """Effects on each pair that is named in some change, sorted by exporter and importer.

    Changes of several variables add up in the exponent. Yotov et al. (2016), section 2.C.1: neither multilateral
    resistances nor outputs answer, so trade of others stays as it is.

    Args:
        changes: one for each variable.
        coefficients: of the gravity equation, by variable; those of variables that do not change are not looked at.
        trade_musd: trade of the base by pair.

    Raises:
        InputError: a variable without a coefficient or given twice, what is no number, an effect beyond any trade.
    """
    problems = list(_problems(changes, coefficients, trade_musd or {}))
    if problems:
        raise InputError("partial effects", problems)
    base = trade_musd or {}
    found = []
    for pair in sorted({pair for change in changes for pair in change.by_pair}):
        exponent = sum(coefficients[change.variable] * change.by_pair.get(pair, 0.0) for change in changes)
        if abs(exponent) > LARGEST:
            remedy = f"coefficient times change is to lie within {LARGEST:g} of 0: look at the units"
            problems.append(Problem(f"{pair[0]} to {pair[1]}", f"an exponent of {exponent:g}", remedy))
        else:
            found.append(PartialEffect(*pair, exponent, base.get(pair)))
    if problems:
        raise InputError("partial effects", problems)
    return tuple(found)


def factors(changes: Sequence[CostChange], coefficients: Mapping[str, float]) -> dict[Pair, float]:
    """Factors on t_ij^(1-sigma) by pair, as `Shock.trade` takes them; raises as `partial_effects`."""
    return {(of.exporter, of.importer): of.factor for of in partial_effects(changes, coefficients)}


def _problems(
    changes: Sequence[CostChange], coefficients: Mapping[str, float], trade: Mapping[Pair, float]
) -> Iterator[Problem]:
    names = [change.variable for change in changes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(f"change of {name}", f"{names.count(name)} times", "give each variable once")
    for change in changes:
        if change.variable not in coefficients:
            like = ", ".join(f"'{word}'" for word in nearest(change.variable, coefficients)) or "none is like it"
            yield Problem(f"coefficient of {change.variable}", "none", f"give one; nearest: {like}")
        elif not isfinite(coefficients[change.variable]):
            yield Problem(f"coefficient of {change.variable}", shown(coefficients[change.variable]), "give a number")
        yield from _no_numbers(f"change of {change.variable}", change.by_pair.items(), low=None)
    yield from _no_numbers("trade", trade.items(), low=0.0)


def _no_numbers(name: str, values: Iterable[tuple[Pair, float]], low: float | None) -> Iterator[Problem]:
    for (exporter, importer), value in sorted(values):
        if not isfinite(value) or (low is not None and value < low):
            remedy = "give a number" if low is None else f"give a number of {low:g} or more"
            yield Problem(f"{name}, {exporter} to {importer}", shown(value), remedy)
