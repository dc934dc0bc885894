"""Rates of return: every rate at which a cash flow is worth nothing, and the modified rate.

With x = 1 + rate a cash flow of n + 1 years is worth nothing where c_0 x ** n + c_1 x ** (n - 1) + ... + c_n = 0. All
roots x above 0 are found, exactly told apart (`polynomial`), and rounded once; so a rate depends neither on a first
guess nor on the unit of money, and a flow that has several rates, or none, cannot pass for one that has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import TypeAlias

from karvan.study.appraisal.cash import discount_factors, exact_sum
from karvan.study.appraisal.given import Amounts, Given
from karvan.study.appraisal.polynomial import isolated, rounded, sign_changes, whole


@dataclass(frozen=True, slots=True)
class OneRate:
    """The one rate at which the flow is worth nothing."""

    value: float
    below: int
    """The sign of NPV at lower rates: 1 of a project that costs first and gains later."""
    above: int
    """The sign of NPV at higher rates."""

    @property
    def rates(self) -> tuple[float, ...]:
        """All of them, rising."""
        return (self.value,)

    @property
    def note(self) -> str:
        """What it means."""
        if self.below == self.above:
            return "worth nothing at this rate, and never more" if self.below < 0 else "never worth less than nothing"
        return "worth having below this rate" if self.below > 0 else "a loan: worth having above this rate"


@dataclass(frozen=True, slots=True)
class SeveralRates:
    """The flow is worth nothing at several rates, of which none is the rate of return: ask NPV instead."""

    rates: tuple[float, ...]
    """Rising."""

    @property
    def value(self) -> None:
        """There is no single one."""
        return

    @property
    def note(self) -> str:
        """What it means."""
        return f"worth nothing at {len(self.rates)} rates: NPV tells, no rate of return does"


@dataclass(frozen=True, slots=True)
class NoRate:
    """There is no such rate; why."""

    note: str

    @property
    def value(self) -> None:
        """There is none."""
        return

    @property
    def rates(self) -> tuple[float, ...]:
        """None."""
        return ()


InternalRate: TypeAlias = OneRate | SeveralRates | NoRate


@dataclass(frozen=True, slots=True)
class ModifiedRate:
    """The modified rate of return, and the rates that it leans on."""

    value: float
    finance: float
    """What money that is short costs a year."""
    reinvest: float
    """What gains earn until the last year."""

    @property
    def note(self) -> str:
        """What it leans on."""
        return f"costs financed at {100 * self.finance:g} %, gains reinvested at {100 * self.reinvest:g} % a year"


def internal_rate(flows: Amounts) -> InternalRate:
    """Internal rate of return: the rates above -1 at which NPV is 0. EIRR if the flows are the economy's.

    It does not depend on whether year 0 is discounted. A rate that a float cannot tell from -1, or beyond the largest
    float, is not given. Descartes' rule bounds how many there are; Sturm's theorem counts them. That several rates are
    no rate of return: Lorie and Savage (1955), "Three problems in rationing capital", Journal of Business 28(4).

    Parameters: flows (n_years,) money, gains above 0 and costs below.
    Returns: OneRate, SeveralRates, or NoRate and why.
    Raises: InputError for no years, and what is missing or infinite.
    """
    given = Given("internal rate")
    amounts = given.amounts("flows", flows)
    given.refuse()
    if not any(amounts):
        return NoRate("every year is nought, which is worth nothing at any rate")
    if sign_changes(amounts) == 0:
        return NoRate("there are only costs" if min(amounts) < 0 else "there are no costs")
    polynomial, intervals = isolated(whole(amounts))
    found = [rounded(polynomial, low, high, less=1) for low, high in intervals]
    rates = tuple(rate for rate in found if -1 < rate < inf)
    if len(rates) > 1:
        return SeveralRates(rates)
    if rates:
        moves = [amount for amount in amounts if amount]  # of high rates the first tells, of low ones the last
        return OneRate(rates[0], below=_sign(moves[-1]), above=_sign(moves[0]))
    if found:
        return NoRate(f"it is worth nothing only at {'-100 %' if found[0] <= -1 else 'a rate beyond every float'}")
    return NoRate(
        f"it is worth {'more' if _sign(sum(map(Fraction, amounts))) > 0 else 'less'} than nothing at every rate"
    )


def modified_rate(flows: Amounts, finance: float, reinvest: float) -> ModifiedRate | NoRate:
    """Modified rate of return: (gains at the end / costs at the start) ** (1 / n) - 1, n years after year 0.

    Costs are discounted to year 0 at `finance`, gains compounded to the last year at `reinvest`. It exists, and is one,
    wherever there are costs and gains: Lin (1976), "The modified internal rate of return and investment criterion",
    The Engineering Economist 21(4). World Bank, Transport Note TRN-6 (2005), says when to use it.

    Parameters: flows (n_years,) money; finance, reinvest a year, above -1.
    Returns: ModifiedRate; NoRate if there are no costs, or no gains.
    Raises: InputError for rates of -1 or less, and as `internal_rate`.
    """
    given = Given("modified rate")
    amounts = given.amounts("flows", flows)
    finance, reinvest = given.rate(finance, "finance"), given.rate(reinvest, "reinvest")
    given.refuse()
    if not any(amounts):
        return NoRate("every year is nought")
    if min(amounts) >= 0 or max(amounts) <= 0:
        return NoRate("there are only costs" if min(amounts) < 0 else "there are no costs")
    years = len(amounts) - 1
    spent = _worth([-min(amount, 0.0) for amount in amounts], finance)
    gained = _worth([max(amount, 0.0) for amount in amounts], reinvest)
    return ModifiedRate((gained / spent) ** (1 / years) * (1 + reinvest) - 1, finance, reinvest)


def _sign(amount: float | Fraction) -> int:
    return (amount > 0) - (amount < 0)


def _worth(amounts: Sequence[float], rate: float) -> float:
    factors = discount_factors(rate, len(amounts))
    return exact_sum("modified rate", [amount * factor for amount, factor in zip(amounts, factors, strict=True)])
