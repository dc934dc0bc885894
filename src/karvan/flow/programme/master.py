"""The master of column generation: the programme over the columns known so far, solved by HiGHS.

A resource gets a row of its own once its load comes near its capacity, and keeps it. What is added leaves the last
basis of use: new columns leave it feasible, and the primal simplex goes on from it; new rows leave its prices right,
and the dual simplex does. Everything runs on one thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import frexp, inf
from typing import Any

import numpy as np

from karvan.corridor.roads import Flags, Floats, Ints
from karvan.flow.programme.column import Columns
from karvan.flow.programme.least import refuse_too_little
from karvan.flow.programme.programme import Programme
from karvan.ground.errors import KarvanError

TOLERANCE = 1e-9
"""Of HiGHS, where the largest demand is some 1,000 and the largest penalty too."""
EXACT = 1e-11
"""Share of a capacity by which a load may be beyond it before it gets a row."""
NEAR = 0.9
"""Share of its capacity from which a resource gets a row when others must."""
NOTHING = 1e-9
"""What is less in the units that HiGHS sees is taken for nothing."""
DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4


@dataclass(frozen=True, eq=False)
class Point:
    """The best of the columns known so far."""

    flow: Floats
    """(n_columns,)."""
    unserved: Floats
    """(n_commodities,)."""
    level: Floats
    """(n_activities,)."""
    load: Floats
    """(n_resources,)."""
    worth: Floats
    """What one more unit of each resource saves; 0 where it does not bind (n_resources,)."""
    marginal: Floats
    """What one more unit of each commodity costs (n_commodities,)."""
    activity_cost: Floats
    """What doing each activity once more costs, its uses paid for: below 0 where its most binds (n_activities,)."""
    objective: float


class Master:
    """The programme over columns that are added as they are found."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.columns = Columns.of(())
        self._known: set[tuple[int, float, bytes, bytes]] = set()
        self._flow_unit = _unit(programme.demand)
        self._cost_unit = _unit(programme.penalty)
        self._row = np.full(len(programme.capacity), -1, dtype=np.int64)
        """Row of each resource, -1 while it has none."""
        self._rows = np.zeros(0, dtype=np.int64)
        """Resources that have rows, in their order."""
        self._uses = programme.activities.uses.merged()
        self._solved = False
        self._highs = self._begun()
        if (programme.activities.least > 0).any():
            refuse_too_little(programme)

    @property
    def _before(self) -> int:
        """Variables that come before those of the columns."""
        return len(self.programme.demand) + len(self.programme.activities)

    def add(self, columns: Columns) -> int:
        """Add those that are not known yet, of columns that were checked; how many these are."""
        new = []
        for ix, (of, cost, resources, amounts, _) in enumerate(columns):
            name = of, cost, np.asarray(resources).tobytes(), np.asarray(amounts).tobytes()
            if name not in self._known:
                self._known.add(name)
                new.append(ix)
        if not new:
            return 0
        columns = columns.chosen(np.array(new))
        self._pass(columns, columns.commodity, np.zeros(len(new)), np.full(len(new), inf))
        self.columns = Columns.joined([self.columns, columns])
        return len(new)

    def solve(self) -> Point:
        """The best of the columns known so far."""
        self._run(PRIMAL_SIMPLEX if self._solved else DUAL_SIMPLEX)
        self._solved = True
        while True:
            flow, unserved, level = self._primal()
            load = self._load(flow, level)
            over = load - self.programme.capacity
            slack = EXACT * np.maximum(self.programme.capacity, self._flow_unit)
            if not (over > slack)[self._row < 0].any():
                break
            near = over > (NEAR - 1) * self.programme.capacity
            self.limit(near)
            self._run(DUAL_SIMPLEX)
        return self._point(flow, unserved, level, load)

    def limit(self, which: Flags) -> None:
        """Give rows to those of some resources (n_resources,) that have none."""
        resources = np.flatnonzero(which & (self._row < 0))
        if not len(resources):
            return
        n_rows = len(self.programme.demand) + len(self._rows)
        self._row[resources] = n_rows + np.arange(len(resources))
        self._rows = np.concatenate([self._rows, resources])
        parts = ((len(self.programme.demand), self._uses), (self._before, self.columns))
        row = np.concatenate([self._row[part.resource] for _, part in parts])
        variable = np.concatenate([before + part.owner for before, part in parts])
        value = np.concatenate([part.amount for _, part in parts])
        kept = row >= n_rows
        row, variable, value = row[kept], variable[kept], value[kept]
        order = np.argsort(row, kind="stable")
        starts = np.searchsorted(row[order], n_rows + np.arange(len(resources)))
        self._highs.addRows(
            len(resources), np.full(len(resources), -inf), self.programme.capacity[resources] / self._flow_unit,
            len(order), starts.astype(np.int32), variable[order].astype(np.int32), value[order],
        )  # fmt: skip

    def bound(self, found: Columns, worth: Floats, marginal: Floats) -> float:
        """No solution costs less: Lagrange's bound, of what was priced at a worth and marginals."""
        programme = self.programme
        least = np.minimum(marginal, programme.penalty)
        np.minimum.at(least, found.commodity, found.cost_at(worth))
        paid = worth > 0
        bound = float(programme.demand @ least - worth[paid] @ programme.capacity[paid])
        doing = programme.activities
        if len(doing):
            each = self._uses.cost_at(worth)
            rounding = TOLERANCE * (np.abs(self._uses.cost) + self._uses_worth(worth))
            free = (each >= 0) | (np.isinf(doing.most) & (each >= -rounding))
            bound += float(np.sum(each[free] * doing.least[free]) + np.sum(each[~free] * doing.most[~free]))
        return bound

    def _uses_worth(self, worth: Floats) -> Floats:
        gross = worth[self._uses.resource] * np.abs(self._uses.amount)
        return np.bincount(self._uses.owner, weights=gross, minlength=len(self._uses)).astype(np.float64)

    def _begun(self) -> Any:
        """HiGHS with the rows of the demand, and the variables of what is unserved and of activities."""
        import highspy

        highs = highspy.Highs()
        options: dict[str, str | bool | float] = {
            "output_flag": False,
            "parallel": "off",
            "presolve": "off",
            "primal_feasibility_tolerance": TOLERANCE,
            "dual_feasibility_tolerance": TOLERANCE,
        }
        for name, value in options.items():
            highs.setOptionValue(name, value)
        programme, doing = self.programme, self.programme.activities
        demand, n = programme.demand / self._flow_unit, len(programme.demand)
        none = np.zeros(n, dtype=np.int32)
        highs.addRows(n, demand, demand, 0, none, none[:0], np.zeros(0))
        each = np.arange(n, dtype=np.int32)
        highs.addCols(n, programme.penalty / self._cost_unit, np.zeros(n), np.full(n, inf), n, each, each, np.ones(n))
        self._highs = highs
        self._pass(self._uses, None, doing.least / self._flow_unit, doing.most / self._flow_unit)
        return highs

    def _pass(self, columns: Columns, commodity: Ints | None, low: Floats, high: Floats) -> None:
        """Hand columns to HiGHS: a unit in the row of each one's commodity, if any, and its uses of what has a row."""
        row = self._row[columns.resource]
        owner, row, value = columns.owner[row >= 0], row[row >= 0], columns.amount[row >= 0]
        if commodity is not None:
            owner = np.concatenate([np.arange(len(columns)), owner])
            row = np.concatenate([commodity, row])
            value = np.concatenate([np.ones(len(columns)), value])
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(columns)))
        self._highs.addCols(
            len(columns), columns.cost / self._cost_unit, low, high,
            len(order), starts.astype(np.int32), row[order].astype(np.int32), value[order],
        )  # fmt: skip

    def _run(self, strategy: int) -> None:
        import highspy

        # With nobody to carry and nothing to do the model has no variables: that is solved, too.
        fine = highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty
        self._highs.setOptionValue("simplex_strategy", strategy)
        self._highs.run()
        if self._highs.getModelStatus() not in fine:
            self._highs.clearSolver()
            self._highs.setOptionValue("simplex_strategy", DUAL_SIMPLEX)
            self._highs.run()
        status = self._highs.getModelStatus()
        if status not in fine:
            said = self._highs.modelStatusToString(status)
            raise KarvanError(f"HiGHS ended with '{said}' on a programme that has a solution")

    def _primal(self) -> tuple[Floats, Floats, Floats]:
        """Flow of columns, what is unserved, levels of activities."""
        values = np.array(self._highs.getSolution().col_value) * self._flow_unit
        values[values < NOTHING * self._flow_unit] = 0.0
        n = len(self.programme.demand)
        doing = self.programme.activities
        level = np.clip(values[n : self._before], doing.least, doing.most)
        return values[self._before :], values[:n], level

    def _load(self, flow: Floats, level: Floats) -> Floats:
        n = len(self.programme.capacity)
        return self.columns.load(flow, n) + self._uses.load(level, n)

    def _point(self, flow: Floats, unserved: Floats, level: Floats, load: Floats) -> Point:
        programme, n = self.programme, len(self.programme.demand)
        dual = np.array(self._highs.getSolution().row_dual) * self._cost_unit
        worth = np.zeros(len(programme.capacity))
        worth[self._rows] = np.maximum(0.0, -dual[n:])
        marginal = np.minimum(dual[:n], programme.penalty)
        objective = programme.penalty @ unserved + self.columns.cost @ flow + self._uses.cost @ level
        each = self._uses.cost_at(worth)
        return Point(flow, unserved, level, load, worth, marginal, each, float(objective))


def _unit(values: Floats) -> float:
    """A power of two by which the largest of some values comes to 512 to 1,024: no digit is lost."""
    most = float(np.max(np.abs(values), initial=0.0))
    return 2.0 ** (frexp(most)[1] - 10) if most > 0 else 1.0
