"""The best portfolio under a budget: which projects together are worth most, pairs being worth more or less than apart.

maximise sum v_i x_i + sum w_ij x_i x_j over x in {0, 1}, subject to sum c_i x_i <= budget, and to budgets by period. A
product x_i x_j becomes a variable y_ij between 0 and 1 with y <= x_i, y <= x_j where w > 0, and y >= x_i + x_j - 1
where w < 0 (Glover and Woolsey 1974; the hull of McCormick 1976); the others follow from what is maximised. HiGHS
solves the mixed-integer programme, on one thread and by nodes, not by the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import Any, SupportsFloat

from karvan.ground.errors import KarvanError
from karvan.study.appraisal.cash import exact_sum
from karvan.study.appraisal.given import Given

MOST_NODES = 100_000
"""Nodes after which the search gives what it has, and the bound."""
EXACT = 1e-6
"""Share of the largest sum of values by which a bound may be above the portfolio's value and count as proof."""
OVER = 1e-12
"""Share of a budget by which costs may be beyond it: sums of floats."""
UNIT = 1e3
"""The largest worth that HiGHS sees, whose tolerances are absolute."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The projects to build, and how far it is sure that none are better."""

    chosen: tuple[str, ...]
    """By name; none is an answer, too."""
    value: float
    cost: float
    interactions: float
    """The part of the value that pairs make: what is missing from the sum of each alone."""
    budget: float
    spent: tuple[float, ...]
    """By period (n_periods,); none without budgets by period."""
    bound: float
    """No portfolio is worth more."""
    is_proven: bool
    """Whether the bound is met, to a millionth of the values."""

    @property
    def gap(self) -> float:
        """How far a better one might be above it, at the most."""
        return max(0.0, self.bound - self.value)


@dataclass(frozen=True)
class _Choice:
    """A checked request; projects are in the order of their names."""

    names: tuple[str, ...]
    value: tuple[float, ...]
    pairs: dict[tuple[int, int], float]
    rows: tuple[tuple[tuple[float, ...], float], ...]
    """Costs (n_projects,) of the whole and of each period, and what there is."""
    apart: tuple[tuple[int, int], ...]
    needs: tuple[tuple[int, int], ...]
    scale: float
    """The sum of all values and interactions, signs left off; 1 if it is 0."""

    def worth(self, chosen: frozenset[int]) -> tuple[float, float]:
        """Value, and the part of it that pairs make."""
        pairs = [w for (i, j), w in self.pairs.items() if i in chosen and j in chosen]
        return fsum([*(self.value[i] for i in chosen), *pairs]), fsum(pairs)

    def spent(self, chosen: frozenset[int]) -> list[float]:
        """Of the whole, and of each period."""
        return [fsum(costs[i] for i in chosen) for costs, _ in self.rows]

    def overspent(self, chosen: frozenset[int]) -> bool:
        """Whether it does not fit a budget."""
        return any(cost > limit * (1 + OVER) for cost, (_, limit) in zip(self.spent(chosen), self.rows, strict=True))


def best_portfolio(
    values: Mapping[str, SupportsFloat],
    costs: Mapping[str, SupportsFloat],
    budget: SupportsFloat,
    *,
    together: Mapping[Pair, SupportsFloat] | None = None,
    apart: Iterable[Pair] = (),
    needs: Iterable[Pair] = (),
    costs_by_period: Mapping[str, Sequence[SupportsFloat]] | None = None,
    budget_by_period: Sequence[SupportsFloat] = (),
    most_nodes: int = MOST_NODES,
) -> Portfolio:
    """The projects that together are worth most and fit the budget.

    A project that adds nothing is left out. Of portfolios that are equally good, to a millionth, which one is found is
    the solver's matter, the same each time.

    Parameters: values by name, any sign (such as NPV alone); costs by name, 0 or more; budget, 0 or more, infinite for
    no limit; together, what two are worth beyond the sum of each, any sign; apart, pairs not to be built both; needs,
    pairs of which the first needs the second; costs and budgets by period, (n_periods,).
    Returns: Portfolio. Under a budget of 0 it holds what costs nothing and is worth something, mostly nothing.
    Raises: InputError for a negative or missing cost or budget, a name that has no value, a pair given twice, and
    periods that do not match.
    """
    choice = _checked(values, costs, budget, together or {}, apart, needs, costs_by_period or {}, budget_by_period)
    chosen, bound = _solved(choice, most_nodes)
    chosen = _without_idle(choice, chosen)
    value, interactions = choice.worth(chosen)
    cost, *spent = choice.spent(chosen)
    bound = max(bound, value)
    proven = bound - value <= EXACT * choice.scale
    names = tuple(choice.names[i] for i in sorted(chosen))
    return Portfolio(names, value, cost, interactions, choice.rows[0][1], tuple(spent), bound, proven)


def _checked(
    values: Mapping[str, SupportsFloat],
    costs: Mapping[str, SupportsFloat],
    budget: SupportsFloat,
    together: Mapping[Pair, SupportsFloat],
    apart: Iterable[Pair],
    needs: Iterable[Pair],
    by_period: Mapping[str, Sequence[SupportsFloat]],
    budgets: Sequence[SupportsFloat],
) -> _Choice:
    given = Given("portfolio")
    names = tuple(sorted(values))
    ix = {name: i for i, name in enumerate(names)}
    value = tuple(given.number(f"{name}, value", values[name]) for name in names)
    given.known("costs", sorted(costs), ix)
    for name in names:
        if name not in costs:
            given.problem(f"{name}, cost", "none", "give a cost, 0 if it costs nothing")
    spends = [(tuple(given.number(f"{n}, cost", costs.get(n, 0.0), least=0.0) for n in names),
               given.limit("budget", budget))]  # fmt: skip
    given.known("costs by period", sorted(by_period), ix)
    for name in names if len(budgets) or by_period else ():
        if len(by_period.get(name, ())) != len(budgets):
            found = f"{len(by_period.get(name, ()))} periods"
            given.problem(f"{name}, costs by period", found, f"give {len(budgets)}, as there are budgets")
    given.refuse()
    for k, limit in enumerate(budgets):
        row = tuple(given.number(f"{n}, cost in period {k}", by_period[n][k], least=0.0) for n in names)
        spends.append((row, given.limit(f"budget of period {k}", limit)))
    pairs: dict[tuple[int, int], float] = {}
    for pair, worth in sorted(together.items()):
        at = _pair(given, "together", pair, ix)
        if at is not None:
            key = min(at), max(at)
            if key in pairs:
                given.problem("together", " and ".join(pair), "give each pair once")
            pairs[key] = given.number(f"together, {pair[0]} and {pair[1]}", worth)
    ends = {"apart": sorted(set(apart)), "needs": sorted(set(needs))}
    rules = {kind: tuple(at for pair in some if (at := _pair(given, kind, pair, ix))) for kind, some in ends.items()}
    given.refuse()
    scale = exact_sum("portfolio", [abs(worth) for worth in (*value, *pairs.values())]) or 1.0
    pairs = {key: worth for key, worth in sorted(pairs.items()) if worth}
    return _Choice(names, value, pairs, tuple(spends), rules["apart"], rules["needs"], scale)


def _pair(given: Given, kind: str, pair: Pair, ix: Mapping[str, int]) -> tuple[int, int] | None:
    one, other = pair
    given.known(kind, pair, ix)
    if one == other:
        given.problem(kind, f"{one} and itself", "give two projects")
    return (ix[one], ix[other]) if one != other and one in ix and other in ix else None


def _solved(choice: _Choice, most_nodes: int) -> tuple[frozenset[int], float]:
    """The projects chosen, and the bound on what any portfolio is worth."""
    if not choice.names:
        return frozenset(), 0.0
    import highspy

    highs = _programme(choice, most_nodes)
    most = fsum(max(0.0, worth) for worth in (*choice.value, *choice.pairs.values()))
    while True:
        _run(highs)
        info = highs.getInfo()
        bound = min(most, max(0.0, info.mip_dual_bound * _unit(choice)))
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return frozenset(), bound  # it ended before it found any, but to build nothing always fits
        solution = highs.getSolution().col_value
        chosen = frozenset(i for i in range(len(choice.names)) if solution[i] > 0.5)
        if not choice.overspent(chosen):
            return (chosen, bound) if choice.worth(chosen)[0] > 0 else (frozenset(), bound)
        # It fits only within the solver's tolerance. None that has all of these fits.
        _row(highs, -inf, len(chosen) - 1.0, [(i, 1.0) for i in sorted(chosen)])


def _programme(choice: _Choice, most_nodes: int) -> Any:
    """The mixed-integer programme: a variable for each project, then one for each pair."""
    import highspy

    highs = highspy.Highs()
    options: dict[str, str | bool | int | float] = {
        "output_flag": False,
        "parallel": "off",
        "random_seed": 0,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": 1e-9,
        "mip_max_nodes": most_nodes,
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    unit, n = _unit(choice), len(choice.names)
    for i in range(n):
        highs.addCol(choice.value[i] / unit, 0.0, 1.0, 0, [], [])
        highs.changeColIntegrality(i, highspy.HighsVarType.kInteger)
    for worth in choice.pairs.values():
        highs.addCol(worth / unit, 0.0, 1.0, 0, [], [])
    highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
    for costs, limit in choice.rows:
        most = max(costs)
        if most > 0 and limit < inf:
            _row(highs, -inf, limit / most, [(i, cost / most) for i, cost in enumerate(costs) if cost > 0])
    for y, ((i, j), worth) in enumerate(choice.pairs.items(), start=n):
        if worth > 0:
            _row(highs, -inf, 0.0, [(i, -1.0), (y, 1.0)])
            _row(highs, -inf, 0.0, [(j, -1.0), (y, 1.0)])
        else:
            _row(highs, -inf, 1.0, [(i, 1.0), (j, 1.0), (y, -1.0)])
    for i, j in choice.apart:
        _row(highs, -inf, 1.0, [(i, 1.0), (j, 1.0)])
    for i, j in choice.needs:
        _row(highs, -inf, 0.0, [(i, 1.0), (j, -1.0)])
    return highs


def _unit(choice: _Choice) -> float:
    return max(map(abs, (*choice.value, *choice.pairs.values(), 5e-324))) / UNIT or 1.0


def _row(highs: Any, low: float, high: float, entries: list[tuple[int, float]]) -> None:
    entries = sorted(entries)
    highs.addRow(low, high, len(entries), [i for i, _ in entries], [value for _, value in entries])


def _run(highs: Any) -> None:
    """Solve, to the end or as many nodes as it may."""
    import highspy

    highs.run()
    status = highs.getModelStatus()
    if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kSolutionLimit):
        raise KarvanError(f"HiGHS ended with '{highs.modelStatusToString(status)}' on a portfolio that has a solution")


def _without_idle(choice: _Choice, chosen: frozenset[int]) -> frozenset[int]:
    """Without projects that add nothing, the last by name first; what another needs stays."""
    for i in sorted(chosen, reverse=True):
        if any(needed == i and one in chosen for one, needed in choice.needs):
            continue
        rest = chosen - {i}
        if choice.worth(rest)[0] >= choice.worth(chosen)[0]:
            chosen = rest
    return chosen
