"""The best order to build in, one project at a time, when what a project is worth depends on which others are open.

Built one at a time, the projects of a set are finished after the same years in whatever order they come. So the best
order of a set is its best last project after the best order of the rest, and dynamic programming over sets finds the
best of all n! orders in n 2 ** n steps (Held and Karp 1962; Erlenkotter 1973, "Sequencing of interdependent
hydroelectric projects", for projects of a river).

Years are whole, and year 0 is not discounted. A project that is begun in year t and takes d years is paid for evenly in
the years t to t + d - 1 and open from year t + d to the last. Under a yearly budget it takes as many years as its cost
needs, if that is more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, inf
from typing import SupportsFloat

from karvan.study.appraisal.cash import discount_factors
from karvan.study.appraisal.given import Given
from karvan.study.appraisal.portfolio import EXACT, Pair

MOST_EXACT = 15
"""Projects up to which all orders are gone through."""


@dataclass(frozen=True, slots=True)
class Built:
    """A project in its turn."""

    name: str
    begins: int
    """The first year of building."""
    opens: int
    """The first year of use."""


@dataclass(frozen=True, slots=True)
class NotBuilt:
    """A project that is left out; why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """What is built when, and what that is worth."""

    built: tuple[Built, ...]
    left_out: tuple[NotBuilt, ...]
    """By name."""
    value: float
    """Present value of what the open ones give each year, less what building costs."""
    bound: float
    """No order is worth more."""
    is_proven: bool
    """Whether it is the best of all; else it is a good one, and `bound` says how much better another might be."""

    @property
    def order(self) -> tuple[str, ...]:
        """The names, the first to be built first."""
        return tuple(one.name for one in self.built)


def best_order(
    values: Mapping[str, SupportsFloat],
    costs: Mapping[str, SupportsFloat],
    years_to_build: Mapping[str, int],
    *,
    years: int,
    rate: float,
    together: Mapping[Pair, SupportsFloat] | None = None,
    yearly_budget: SupportsFloat = inf,
    growth: Sequence[SupportsFloat] = (),
    build_all: bool = False,
) -> BuildOrder:
    """The order of most present value; building may stop where more would be worth less, unless `build_all`.

    Of equal orders the one that is found is the same each time. A project that cannot open within the years, at that
    budget, is left out.

    Parameters: values, what each gives a year once open, any sign; costs, 0 or more; years_to_build, 1 or more; years,
    how many are looked at; rate a year, above -1; together, what two give a year beyond the sum of each while both are
    open, any sign; yearly_budget, 0 or more, infinite for no limit; growth (years,), what values are multiplied by in
    each year, 1 if left out.
    Returns: BuildOrder; of up to 15 projects proven to be the best. Of more it is put together step by step and then
    bettered by moving one project at a time.
    Raises: InputError for names that do not match, negative costs or budgets, times below 1 year, rates of -1 or less.
    """
    site = _checked(values, costs, years_to_build, together or {}, yearly_budget, growth, years, rate)
    late = [i for i in range(len(site.names)) if site.takes[i] >= years]
    there = [i for i in range(len(site.names)) if site.takes[i] < years]
    exact = len(there) <= MOST_EXACT
    sequence = _by_sets(site, there, build_all) if exact else _step_by_step(site, there, build_all)
    value = site.worth(sequence)
    bound = value if exact else max(value, _bound(site, there, build_all))
    left = [NotBuilt(site.names[i], f"it would take {_told(site.takes[i])} of the {years} years") for i in late]
    left += [NotBuilt(site.names[i], "nothing is gained by building it, too") for i in set(there) - set(sequence)]
    built, at = [], 0
    for i in sequence:
        built.append(Built(site.names[i], at, at + int(site.takes[i])))
        at += int(site.takes[i])
    left.sort(key=lambda one: one.name)
    return BuildOrder(tuple(built), tuple(left), value, bound, exact or bound - value <= EXACT * abs(bound))


@dataclass(frozen=True)
class _Site:
    """A checked request; projects are in the order of their names."""

    names: tuple[str, ...]
    value: tuple[float, ...]
    cost: tuple[float, ...]
    takes: tuple[float, ...]
    """Years to build each, whole, or infinite."""
    pair: tuple[tuple[float, ...], ...]
    """What two give together (n, n), symmetric."""
    weight: tuple[float, ...]
    """Sum of discount factors times growth of the years before each (years + 1,)."""
    factor: tuple[float, ...]
    """Sum of discount factors of the years before each, long enough to build all."""

    def from_year(self, opens: float) -> float:
        """What one a year from `opens` to the last year is worth."""
        return self.weight[-1] - self.weight[min(int(opens), len(self.weight) - 1)]

    def spent(self, i: int, start: float) -> float:
        """What building i from `start` on costs, discounted."""
        years = int(self.takes[i])
        return self.cost[i] / years * (self.factor[int(start) + years] - self.factor[int(start)])

    def adds(self, i: int, there: Sequence[int]) -> float:
        """What i gives a year beside those that are there."""
        return self.value[i] + sum(self.pair[i][j] for j in there)

    def worth(self, sequence: Sequence[int]) -> float:
        """The present value of building in this order."""
        at, total = 0.0, 0.0
        for k, i in enumerate(sequence):
            total -= self.spent(i, at)
            at += self.takes[i]
            total += self.adds(i, sequence[:k]) * self.from_year(at)
        return total


def _by_sets(site: _Site, there: Sequence[int], build_all: bool) -> list[int]:
    """The best order of the best set, by dynamic programming; sets are bits of a number."""
    n = len(there)
    finished = [0.0] * (1 << n)
    yearly = [0.0] * (1 << n)
    best = [0.0] * (1 << n)
    last = [-1] * (1 << n)
    for some in range(1, 1 << n):
        members = [k for k in range(n) if some >> k & 1]
        first, rest = there[members[0]], some & (some - 1)
        finished[some] = finished[rest] + site.takes[first]
        yearly[some] = yearly[rest] + site.adds(first, [there[k] for k in members[1:]])
        left = site.from_year(finished[some])
        best[some] = -inf
        for k in members:
            before = some ^ (1 << k)
            adds = yearly[some] - yearly[before]
            value = best[before] - site.spent(there[k], finished[before]) + adds * left
            if value > best[some]:
                best[some], last[some] = value, k
    chosen = len(best) - 1 if build_all else max(range(len(best)), key=lambda some: (best[some], -some))
    sequence = []
    while chosen:
        sequence.append(there[last[chosen]])
        chosen ^= 1 << last[chosen]
    return sequence[::-1]


def _step_by_step(site: _Site, there: Sequence[int], build_all: bool) -> list[int]:
    """A good order: next the project that gains most for each year of building, then moves of one project as long as
    they gain."""
    sequence: list[int] = []
    value, at = 0.0, 0.0
    while len(sequence) < len(there):
        gains = []
        for i in there:
            if i not in sequence:
                opens = at + site.takes[i]
                gain = site.adds(i, sequence) * site.from_year(opens) - site.spent(i, at)
                gains.append((gain / site.takes[i], gain, -i))
        rate, gain, minus = max(gains)
        if rate <= 0 and not build_all:
            break
        sequence.append(-minus)
        value, at = value + gain, at + site.takes[-minus]
    value = site.worth(sequence)
    while True:
        moved = max(((site.worth(other), other) for other in _moves(sequence, there, build_all)), default=(value, []))
        if moved[0] <= value + EXACT * 1e-3 * abs(value):
            return sequence
        value, sequence = moved


def _moves(sequence: list[int], there: Sequence[int], build_all: bool) -> list[list[int]]:
    """Orders with one project moved, taken out or put in."""
    found = []
    for i in there:
        rest = [j for j in sequence if j != i]
        if i in sequence and not build_all:
            found.append(rest)
        found += [[*rest[:k], i, *rest[k:]] for k in range(len(rest) + 1)]
    return [other for other in found if other != sequence]


def _bound(site: _Site, there: Sequence[int], build_all: bool) -> float:
    """No order is worth more: an assignment of projects to turns.

    The k-th to be built opens no earlier than the k quickest take together. Each project is worth what it gives alone,
    and half of all that it could give with others, from when it opens at the earliest, or later if that is better.
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    quickest = list(accumulate(sorted(int(site.takes[i]) for i in there)))
    worth = np.zeros((len(there), len(there)))
    for at, i in enumerate(there):
        takes = int(site.takes[i])
        yearly = site.value[i] + sum(max(0.0, site.pair[i][j]) for j in there) / 2
        opening = [yearly * site.from_year(t) - site.spent(i, t - takes) for t in range(takes, quickest[-1] + 1)]
        later = list(accumulate(reversed(opening), max))[::-1]
        for turn, earliest in enumerate(quickest):
            worth[at, turn] = later[max(earliest, takes) - takes]
    if not build_all:
        worth = np.maximum(worth, 0.0)
    rows, turns = linear_sum_assignment(worth, maximize=True)
    return float(worth[rows, turns].sum())


def _checked(
    values: Mapping[str, SupportsFloat],
    costs: Mapping[str, SupportsFloat],
    years_to_build: Mapping[str, int],
    together: Mapping[Pair, SupportsFloat],
    yearly_budget: SupportsFloat,
    growth: Sequence[SupportsFloat],
    years: int,
    rate: float,
) -> _Site:
    given = Given("order to build in")
    names = tuple(sorted(values))
    for what, table in (("cost", costs), ("years to build", years_to_build)):
        given.known(what, sorted(table), names)
        for name in names:
            if name not in table:
                given.problem(f"{name}, {what}", "none", "give one")
    value = tuple(given.number(f"{name}, value", values[name]) for name in names)
    cost = tuple(given.number(f"{name}, cost", costs.get(name, 0.0), least=0.0) for name in names)
    build = [given.number(f"{name}, years to build", years_to_build.get(name, 1), least=1.0) for name in names]
    budget, rate = given.limit("yearly budget", yearly_budget), given.rate(rate)
    if years < 1:
        given.problem("years", years, "give 1 or more")
    if len(growth) not in (0, years):
        given.problem("growth", f"{len(growth)} years", f"give {years}, or none")
    grown = [given.number(f"growth, year {t}", g) for t, g in enumerate(growth)] or [1.0] * max(years, 0)
    n = len(names)
    ix = {name: i for i, name in enumerate(names)}
    pair = [[0.0] * n for _ in range(n)]
    seen = set()
    for ends, worth in sorted(together.items()):
        given.known("together", ends, ix)
        if ends[0] == ends[1] or frozenset(ends) in seen:
            given.problem("together", " and ".join(ends), "give two projects, each pair once")
        elif ends[0] in ix and ends[1] in ix:
            i, j = ix[ends[0]], ix[ends[1]]
            pair[i][j] = pair[j][i] = given.number(f"together, {ends[0]} and {ends[1]}", worth)
        seen.add(frozenset(ends))
    given.refuse()
    takes = tuple(_years(build[i], cost[i], budget) for i in range(n))
    longest = int(sum(took for took in takes if took < years))
    factors = discount_factors(rate, max(years, longest))
    weights = [factor * growing for factor, growing in zip(factors[:years], grown, strict=True)]
    sums = (tuple(accumulate(some, initial=0.0)) for some in (weights, factors))
    return _Site(names, value, cost, takes, tuple(map(tuple, pair)), *sums)


def _years(build: float, cost: float, budget: float) -> float:
    """Whole years to build, no fewer than the budget needs; infinite if it never can."""
    if cost == 0 or budget == inf:
        return ceil(build)
    needed = cost / budget if budget > 0 else inf
    return inf if needed == inf else max(ceil(build), ceil(needed * (1 - 1e-12)))


def _told(years: float) -> str:
    return "more than all" if years == inf else f"{years:g}"
