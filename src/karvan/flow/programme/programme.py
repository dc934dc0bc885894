"""A flow programme: demand that may be left unserved at a penalty, resources that bind, activities that make room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np

from karvan.corridor.roads import Floats, Ints
from karvan.flow.programme.column import Column, Columns
from karvan.ground.errors import InputError, Problem

Pricer: TypeAlias = "Callable[[Floats, Floats], Columns | Iterable[Column]]"
"""Given the worth of a unit of each resource (n_resources,) and what a unit of each commodity costs so far
(n_commodities,), gives for every commodity that can be served for less, its uses paid for at that worth, the column
that is then cheapest; others may come with it. What is less by under 1e-11 of the cost may be left out. The bound on
the optimum leans on this."""

SHOWN = 5
"""Problems of one kind that are told."""


class Activity(NamedTuple):
    """What may be done so many times: trips of a vehicle, shifts of a gang."""

    cost: float
    """Of doing it once."""
    resources: Sequence[int] | Ints
    amounts: Sequence[float] | Floats
    """What doing it once uses of each of the resources; less than nothing is given."""
    most: float = np.inf
    least: float = 0.0


@dataclass(frozen=True, eq=False)
class Activities:
    """Activities, as columns that serve no commodity."""

    uses: Columns
    most: Floats
    """(n_activities,)."""
    least: Floats

    @classmethod
    def of(cls, activities: Iterable[Activity]) -> Activities:
        """Activities one by one, put together."""
        rows = list(activities)
        uses = Columns.of(Column(0, row.cost, row.resources, row.amounts) for row in rows)
        most, least = (np.array([getattr(row, name) for row in rows], dtype=np.float64) for name in ("most", "least"))
        return cls(uses, most, least)

    def __len__(self) -> int:
        return len(self.most)


@dataclass(frozen=True, eq=False)
class Programme:
    """Minimise the cost of flows on columns, of what is left unserved, and of activities."""

    demand: Floats
    """(n_commodities,)."""
    penalty: Floats
    """What a unit that is left unserved costs (n_commodities,)."""
    capacity: Floats
    """(n_resources,), may be 0 or infinite."""
    price: Pricer
    activities: Activities = field(default_factory=lambda: Activities.of(()))

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise InputError("the flow programme", problems)

    @property
    def none_served(self) -> float:
        """What it would cost to serve nobody."""
        return float(self.demand @ np.abs(self.penalty))

    def checked(self, columns: Columns) -> Columns:
        """Columns of which each names a resource once; InputError for what cannot be a column."""
        fine = (columns.commodity >= 0) & (columns.commodity < len(self.demand)) & np.isfinite(columns.cost)
        problems = [
            Problem(
                f"column {columns.key[ix] if columns.key else ix}", _told(columns, int(ix)), "give a commodity, a cost"
            )
            for ix in np.flatnonzero(~fine)[:SHOWN]
        ]
        problems += self._uses("column", columns)
        if problems:
            raise InputError("columns of the flow programme", problems)
        return columns.merged()

    def _problems(self) -> Iterator[Problem]:
        if len(self.penalty) != len(self.demand):
            yield Problem("penalty", f"{len(self.penalty)} values", f"give {len(self.demand)}, one a commodity")
            return
        doing = self.activities
        for name, values, fine, remedy in (
            ("demand of commodity", self.demand, _amount(self.demand), "give a number of 0 or more"),
            ("penalty of commodity", self.penalty, np.isfinite(self.penalty), "give a number"),
            ("capacity of resource", self.capacity, self.capacity >= 0, "give 0 or more, infinite for no limit"),
            ("most of activity", doing.most, doing.most >= doing.least, "give no less than the least"),
            ("least of activity", doing.least, _amount(doing.least), "give a number of 0 or more"),
            ("cost of activity", doing.uses.cost, np.isfinite(doing.uses.cost), "give a number"),
        ):
            for ix in np.flatnonzero(~fine)[:SHOWN]:
                yield Problem(f"{name} {ix}", str(values[ix]), remedy)
        for ix in np.flatnonzero((doing.uses.cost < 0) & np.isinf(doing.most))[:SHOWN]:
            yield Problem(
                f"activity {ix}", f"cost {doing.uses.cost[ix]} without end", "give it a most, or a cost of 0 or more"
            )
        yield from self._uses("activity", doing.uses)

    def _uses(self, what: str, columns: Columns) -> list[Problem]:
        bad = ~((columns.resource >= 0) & (columns.resource < len(self.capacity)) & np.isfinite(columns.amount))
        return [
            Problem(
                f"{what} {columns.owner[use]}",
                f"{columns.amount[use]} of resource {columns.resource[use]}",
                f"give a number, and one of the {len(self.capacity)} resources",
            )
            for use in np.flatnonzero(bad)[:SHOWN]
        ]


def _amount(values: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return (values >= 0) & np.isfinite(values)


def _told(columns: Columns, ix: int) -> str:
    return f"commodity {columns.commodity[ix]}, cost {columns.cost[ix]}"
