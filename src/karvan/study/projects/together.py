"""Projects beside each other: what they are worth together beyond the sum, which to build under a budget, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import ceil

from karvan.ground.errors import InputError, Problem
from karvan.scenario.works import month
from karvan.study.appraisal import BuildOrder, Portfolio, best_order, best_portfolio
from karvan.study.projects.appraisal import BENEFITS, Appraisal, appraised
from karvan.study.projects.request import Appraise
from karvan.study.projects.undertaking import Undertaking
from karvan.study.projects.valuation import Valuation

Pair = tuple[str, str]


@dataclass(frozen=True)
class Together:
    """Pairs of projects, and what follows from them."""

    alone: Mapping[str, Appraisal]
    pairs: Mapping[Pair, Appraisal]
    portfolio: Portfolio | None
    """Under the budget."""
    chosen: Appraisal | None
    """The portfolio built whole: what three and more do to each other is in it, and in no pair."""
    order: BuildOrder

    def interaction(self, pair: Pair) -> float:
        """NPV of two together less that of each, million USD: below 0 they do the same work, above 0 they help each
        other."""
        return self.pairs[pair].interaction


def together(
    projects: list[Undertaking],
    valuation: Valuation,
    ask: Appraise,
    budget: float | None = None,
    yearly_budget: float = float("inf"),
) -> Together:
    """Every project alone and every pair; under a budget (million USD) the best portfolio; and the best order to build.

    Raises InputError where a project's cost is not known, for then nothing says whether a budget bears it.
    """
    unknown = [
        Problem(f"project/{one.id}/capex_musd", "nothing", f"nobody says what it costs: give --capex {one.id}=...")
        for one in projects
        if one.capex_musd is None
    ]
    if unknown:
        raise InputError("the portfolio", unknown)
    by_name = {one.id: one for one in projects}
    alone = {name: appraised([one], valuation, ask) for name, one in by_name.items()}
    pairs = {
        (one, other): appraised([by_name[one], by_name[other]], valuation, ask)
        for one, other in combinations(sorted(by_name), 2)
    }
    found = Together(alone, pairs, None, None, _order(by_name, alone, pairs, ask, yearly_budget))
    if budget is None:
        return found
    portfolio = best_portfolio(
        {name: one.npv for name, one in alone.items()},
        {name: one.capex_musd or 0.0 for name, one in by_name.items()},
        budget,
        together={pair: found.interaction(pair) for pair in pairs},
    )
    whole = appraised([by_name[name] for name in portfolio.chosen], valuation, ask) if portfolio.chosen else None
    return Together(alone, pairs, portfolio, whole, found.order)


def _order(
    projects: Mapping[str, Undertaking], alone: Mapping[str, Appraisal], pairs: Mapping[Pair, Appraisal], ask: Appraise,
    yearly_budget: float,
) -> BuildOrder:  # fmt: skip
    """The best order, one after another, by what each gives in its first year in full."""
    yearly = {name: _in_full(one) for name, one in alone.items()}
    both = {(a, b): _in_full(one) - yearly[a] - yearly[b] for (a, b), one in pairs.items()}
    takes = {name: max(ceil(month(one.opens) - one.begins), 1) for name, one in projects.items()}
    costs = {name: one.capex_musd or 0.0 for name, one in projects.items()}
    return best_order(
        yearly, costs, takes, years=len(ask.years), rate=ask.rate, together=both, yearly_budget=yearly_budget
    )


def _in_full(one: Appraisal) -> float:
    """What is gained a year when all is there, upkeep paid, million USD: as in the last year of the period."""
    return sum(one.streams[name][-1] for name in (*BENEFITS, "upkeep"))
