"""What a unit of cost brings: the benefit-cost ratio, and the return of the first full year."""

from __future__ import annotations

from dataclasses import dataclass

from karvan.study.appraisal.cash import exact_sum, present_value
from karvan.study.appraisal.given import Amounts, Given


@dataclass(frozen=True, slots=True)
class Ratio:
    """Benefits over costs, and both."""

    value: float
    benefits: float
    costs: float


@dataclass(frozen=True, slots=True)
class NoRatio:
    """There is nothing to divide by; why."""

    why: str
    benefits: float
    costs: float


@dataclass(frozen=True, slots=True)
class FirstYearReturn:
    """The net benefits of the first full year of operation over the capital, compounded to that year."""

    value: float
    year: int
    benefits: float
    capital: float
    """Compounded to `year`."""
    rate: float

    @property
    def is_due(self) -> bool:
        """Whether it reaches the discount rate: the published rule, which waits a little too readily."""
        return self.value >= self.rate

    @property
    def gained_by_waiting(self) -> float:
        """What putting all off by a year is worth, in money of `year`: interest saved on the capital, rate / (1 + rate)
        of it, less the benefits of that year. It leaves out the year that is added at the end."""
        return self.capital * self.rate / (1 + self.rate) - self.benefits


def benefit_cost_ratio(
    benefits: Amounts, costs: Amounts, rate: float, *, first_year_discounted: bool = False
) -> Ratio | NoRatio:
    """Present value of benefits over present value of costs. The convention on year 0 cancels out.

    A saving may be a benefit or a cost below 0, and the ratio depends on which; NPV and EIRR do not.

    Parameters: benefits, costs (n_years,) money, costs above 0; rate a year, above -1.
    Returns: Ratio; NoRatio where costs come to 0 or less.
    Raises: InputError for streams of different lengths, and as `npv`.
    """
    given = Given("benefit-cost ratio")
    gained, spent = given.amounts("benefits", benefits), given.amounts("costs", costs)
    rate = given.rate(rate)
    given.same_years({"benefits": gained, "costs": spent})
    given.refuse()
    of_benefits = present_value(gained, rate, first_year_discounted=first_year_discounted)
    of_costs = present_value(spent, rate, first_year_discounted=first_year_discounted)
    if of_costs == 0:
        return NoRatio("it costs nothing", of_benefits, of_costs)
    if of_costs < 0:
        return NoRatio("costs come to less than nothing: count what is saved as a benefit", of_benefits, of_costs)
    return Ratio(of_benefits / of_costs, of_benefits, of_costs)


def first_year_return(benefits: Amounts, capital: Amounts, rate: float, year: int) -> FirstYearReturn | NoRatio:
    """First-year rate of return: b_j / sum over i < j of c_i (1 + rate) ** (j - i), j being `year`.

    TRL, Overseas Road Note 5, A guide to road project appraisal (2005); the same, with both sides discounted to year 0,
    is step 10.8 of the cost-benefit part of the Australian Transport Assessment and Planning guidelines. Below the
    discount rate, it says that a project whose benefits grow should wait, whatever its NPV.

    Parameters: benefits (n_years,) net of what running costs; capital (n_years,), 0 or more; rate a year, above -1;
    year: index of the first full year of operation. Capital of that year and later, as for renewals, is left out.
    Returns: FirstYearReturn; NoRatio if no capital was spent before.
    Raises: InputError for streams of different lengths, a year beyond them, negative capital, and as `npv`.
    """
    given = Given("first-year return")
    gained, spent = given.amounts("benefits", benefits), given.amounts("capital", capital, least=0.0)
    rate = given.rate(rate)
    given.same_years({"benefits": gained, "capital": spent})
    if not 0 <= year < len(gained):
        given.problem("year", year, f"give one of the {len(gained)} years, counted from 0")
    given.refuse()
    compounded = exact_sum("first-year return", [spent[i] * _grown(rate, year - i) for i in range(year) if spent[i]])
    if compounded == 0:
        return NoRatio(f"no capital is spent before year {year}", gained[year], 0.0)
    return FirstYearReturn(gained[year] / compounded, year, gained[year], compounded, rate)


def _grown(rate: float, years: int) -> float:
    try:
        return (1.0 + rate) ** years
    except OverflowError:
        return float("inf")
