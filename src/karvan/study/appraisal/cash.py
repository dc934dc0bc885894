"""Cash flows by year, and what they are worth at the start: discount factors, present values, payback.

Year 0 is the first of a stream. Whether it is discounted is a convention, and each result says which it used: not (the
usual one in transport appraisal: year 0 is the base year, with a factor of 1), or by one year (what spreadsheets' NPV
does). World Bank, Transport Note TRN-6 (2005), box 1, warns of the difference, which is a factor of 1 + rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum, isfinite
from typing import SupportsFloat

from karvan.ground.errors import InputError, Problem
from karvan.study.appraisal.given import Amounts, Given

ROUNDING = 1e-12
"""Share of all that moves by which a sum may be short and count as made up."""


@dataclass(frozen=True, slots=True)
class PresentValue:
    """What a stream is worth at the start."""

    value: float
    rate: float
    first_year_discounted: bool

    @property
    def convention(self) -> str:
        """Which year is discounted, in words."""
        first = "the first year discounted by one year" if self.first_year_discounted else "the first year as it is"
        return f"at {100 * self.rate:g} % a year, {first}"


@dataclass(frozen=True, slots=True)
class Payback:
    """Years from year 0 until what came in has made up for what went out, for good."""

    years: float
    rate: float
    """At which amounts were discounted; 0 for not at all."""


@dataclass(frozen=True, slots=True)
class NeverPaysBack:
    """What went out is not made up for within the years given."""

    short: float
    """By how much, at the end: a present value, above 0."""
    rate: float


def discount_factors(rate: float, years: int, *, first_year_discounted: bool = False) -> tuple[float, ...]:
    """What one of each year is worth at the start: (1 + rate) ** -t, t from 0, or from 1 if `first_year_discounted`.

    Parameters: rate a year, above -1; years, 0 or more.
    Returns: (years,).
    Raises: InputError for a rate of -1 or less, for a negative number of years, and where a factor is beyond a float.
    """
    given = Given("discount factors")
    rate = given.rate(rate)
    if years < 0:
        given.problem("years", years, "give a number of 0 or more")
    given.refuse()
    first = 1 if first_year_discounted else 0
    return tuple(_factor(rate, t) for t in range(first, first + years))


def _factor(rate: float, t: int) -> float:
    try:
        return (1.0 + rate) ** -t
    except OverflowError:
        found = f"{rate} over {t} years, more than a float holds"
        raise InputError("discount factors", [Problem("rate", found, "give a rate farther from -1")]) from None


def npv(flows: Amounts, rate: float, *, first_year_discounted: bool = False) -> PresentValue:
    """Net present value: the sum of yearly amounts, gains above 0 and costs below, each times its discount factor.

    Parameters: flows (n_years,) money; rate a year, above -1.
    Returns: PresentValue, in the money of the flows; its sum is rounded once.
    Raises: InputError for a rate of -1 or less, no years, and what is missing or infinite.
    """
    given = Given("npv")
    amounts = given.amounts("flows", flows)
    rate = given.rate(rate)
    given.refuse()
    return PresentValue(_worth("npv", amounts, rate, first_year_discounted), rate, first_year_discounted)


def present_value(flows: Amounts, rate: float, *, first_year_discounted: bool = False) -> float:
    """The value of `npv`, alone."""
    return npv(flows, rate, first_year_discounted=first_year_discounted).value


def present_values(
    streams: Mapping[str, Amounts], rate: float, *, first_year_discounted: bool = False
) -> dict[str, float]:
    """The present value of each of some streams of the same years, by name in order.

    Raises: as `npv`, and InputError for streams of different lengths.
    """
    given = Given("present values")
    amounts = {name: given.amounts(name, streams[name]) for name in sorted(streams)}
    rate = given.rate(rate)
    given.same_years(amounts)
    given.refuse()
    return {name: _worth(name, stream, rate, first_year_discounted) for name, stream in amounts.items()}


def net(streams: Mapping[str, Amounts]) -> tuple[float, ...]:
    """The sum of streams, year by year, rounded once: costs are to be below 0. No streams, no years.

    Raises: InputError for streams of different lengths, and what is missing or infinite.
    """
    given = Given("streams")
    amounts = {name: given.amounts(name, streams[name]) for name in sorted(streams)}
    given.same_years(amounts)
    given.refuse()
    return tuple(fsum(year) for year in zip(*amounts.values(), strict=True))


def payback(flows: Amounts, rate: float = 0.0) -> Payback | NeverPaysBack:
    """When the sum so far gets to 0 and does not fall below it again.

    Year 0 is taken as an instant, and the amounts of each later year as spread evenly over it: -100 and then 40 a year
    are paid back after 2.5 years. Who never is behind is paid back after 0. With a rate each amount is discounted, year
    0 as it is.

    Raises: as `npv`.
    """
    given = Given("payback")
    amounts = given.amounts("flows", flows)
    rate = given.rate(rate)
    given.refuse()
    worth = [amount * factor for amount, factor in zip(amounts, discount_factors(rate, len(amounts)), strict=True)]
    rounding = ROUNDING * exact_sum("payback", [abs(amount) for amount in worth])
    sums = list(accumulate(worth))
    behind = [year for year, at in enumerate(sums) if at < -rounding]
    if not behind:
        return Payback(0.0, rate)
    last = behind[-1]
    if last == len(sums) - 1:
        return NeverPaysBack(-sums[last], rate)
    return Payback(last + min(1.0, -sums[last] / worth[last + 1]), rate)


def _worth(where: str, amounts: Sequence[float], rate: float, first_year_discounted: bool) -> float:
    factors = discount_factors(rate, len(amounts), first_year_discounted=first_year_discounted)
    return exact_sum(where, [amount * factor for amount, factor in zip(amounts, factors, strict=True)])


def exact_sum(where: str, values: Sequence[SupportsFloat]) -> float:
    """The sum, rounded once, so that the order of terms does not matter; InputError if it is beyond a float."""
    try:
        total = fsum(values)
    except (OverflowError, ValueError):  # ValueError of an infinity less another
        raise _too_large(where) from None
    if not isfinite(total):
        raise _too_large(where)
    return total


def _too_large(where: str) -> InputError:
    return InputError(where, [Problem("sum", "more than a float holds", "give amounts in a larger unit of money")])
