"""Figures: what an engine says of a side, a number a replication, and how two sides differ in it.

Engines without luck say one number. A figure that one side lacks is missing there, and so is the difference (§2); what
counts goods or their hours is zero where there are none, for that is what was counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from karvan.sim.interval import Interval, interval, paired

Values = NDArray[np.float64]
ROUNDING = 1e-9
"""Of a figure, or of one where that is more: sums of the same flows in another order differ by less."""


class Key(NamedTuple):
    """What a figure is of."""

    engine: str
    subject: str
    """total, family, pair, place, ...: docs/compare.md lists them."""
    name: str
    detail: str
    """What the name alone does not tell: the family, the place, the cause."""
    measure: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind of figure."""

    unit: str
    counts: bool = False
    """Whether it is zero, and not missing, where there is nothing to count."""


_COUNTS, _MEANS = True, False
MEASURES = {
    "teu": Measure("TEU/year", _COUNTS),
    "tonnes": Measure("t/year", _COUNTS),
    "units": Measure("units/year", _COUNTS),
    "t_co2e": Measure("t CO2e/year", _COUNTS),
    "carriage_usd": Measure("USD/year", _COUNTS),
    "time_usd": Measure("USD/year", _COUNTS),
    "co2e_usd": Measure("USD/year", _COUNTS),
    "cost_usd": Measure("USD/year", _COUNTS),
    "unserved_teu": Measure("TEU/year", _COUNTS),
    "unserved_tonnes": Measure("t/year", _COUNTS),
    "load": Measure("what it counts/year", _COUNTS),
    "capacity": Measure("what it counts/year", _MEANS),
    "used": Measure("share", _MEANS),
    "waiting": Measure("unit-days/year", _COUNTS),
    "spent": Measure("unit-days/year", _COUNTS),
    "created": Measure("units/year", _COUNTS),
    "delivered": Measure("units/year", _COUNTS),
    "turned_away": Measure("units/year", _COUNTS),
    "boarded": Measure("units/year", _COUNTS),
    "served": Measure("served/year", _COUNTS),
    "in_system": Measure("units at the end", _COUNTS),
    "unrouted": Measure("rows of demand", _COUNTS),
    "hours": Measure("h", _MEANS),
    "p50_h": Measure("h", _MEANS),
    "p90_h": Measure("h", _MEANS),
    "wait_h": Measure("h", _MEANS),
    "queue": Measure("waiting on average", _MEANS),
    "use": Measure("share", _MEANS),
    "share": Measure("share of all queueing", _COUNTS),
    "usd_unit": Measure("USD a unit", _MEANS),
    "usd": Measure("USD", _MEANS),
    "kg_co2e": Measure("kg CO2e", _MEANS),
    "generalised_usd": Measure("USD", _MEANS),
}

Figures = dict[Key, Values]
"""Values (n_replications,) or (1,); nan where a replication has none."""


def changes(base: Mapping[Key, Values], side: Mapping[Key, Values]) -> list[dict[str, Any]]:
    """A row for each figure of either: before, after, and the difference with its bounds of 95 %, sorted by key.

    Bounds, the interval as if no luck were shared, how many times narrower the first is, and the number of pairs are
    those of replications; engines without luck have a difference and no bounds. `only_in` tells which of the two has
    the figure: base or scenario; it is empty where both do. `moved` are figures that differ by more than rounding.
    """
    rows = []
    for key in sorted({*base, *side}):
        before, after = _values(key, base, side)
        row = {**key._asdict(), "unit": MEASURES[key.measure].unit, **_difference(before, after)}
        row["only_in"] = "" if key in base and key in side else "base" if key in base else "scenario"
        row["moved"] = bool(row["only_in"]) or _moved(row)
        rows.append(row)
    return rows


def _moved(row: Mapping[str, Any]) -> bool:
    """Whether a figure differs by more than rounding, or only one side has it."""
    if isnan(row["before"]) or isnan(row["after"]):
        return isnan(row["before"]) != isnan(row["after"])
    return bool(abs(row["difference"]) > ROUNDING * max(abs(row["before"]), abs(row["after"]), 1.0))


def _difference(before: Values, after: Values) -> dict[str, Any]:
    shared = ~(np.isnan(before) | np.isnan(after))
    if shared.any():
        found = paired(after, before)
        told, apart, narrower = found.paired, found.unpaired, found.narrower
        before, after = before[shared], after[shared]
    else:
        told = apart = Interval(nan, nan, nan, 0)
        narrower = nan
    return {
        "before": _mean(before), "after": _mean(after), "difference": told.mean, "low": told.low, "high": told.high,
        "unpaired_low": apart.low, "unpaired_high": apart.high, "narrower": narrower, "pairs": told.n,
    }  # fmt: skip


def interactions(
    base: Mapping[Key, Values], one: Mapping[Key, Values], other: Mapping[Key, Values], both: Mapping[Key, Values]
) -> list[dict[str, Any]]:
    """What two scenarios give together beyond the sum of each: both - one - other + base, with its bounds.

    A row for each figure that differs in any of them from the base by more than rounding.
    """
    rows = []
    for key in sorted({*base, *one, *other, *both}):
        without, a, b, ab = _values(key, base, one, other, both)
        if all(_same(without, with_) for with_ in (a, b, ab)):
            continue
        # In pairs, so that a scenario that changes nothing leaves exactly nothing.
        told = interval((ab - a) - (b - without))
        rows.append(
            {**key._asdict(), "unit": MEASURES[key.measure].unit, "base": _mean(without),
             "first_alone": _mean(a - without), "second_alone": _mean(b - without), "together": _mean(ab - without),
             "interaction": told.mean, "low": told.low, "high": told.high, "pairs": told.n}
        )  # fmt: skip
    return rows


def _same(one: Values, other: Values) -> bool:
    """Whether values are the same but for rounding, and missing where the others are."""
    close = np.abs(one - other) <= ROUNDING * np.maximum(np.maximum(np.abs(one), np.abs(other)), 1.0)
    return bool((close | (np.isnan(one) & np.isnan(other))).all())


def _values(key: Key, *sides: Mapping[Key, Values]) -> list[Values]:
    """The values of each side; where one has none, zero of what counts and else missing."""
    size = next(len(side[key]) for side in sides if key in side)
    nothing = np.full(size, 0.0 if MEASURES[key.measure].counts else nan)
    return [side.get(key, nothing) for side in sides]


def _mean(values: Values) -> float:
    """Of those that are there."""
    return float(np.mean(values[~np.isnan(values)])) if not np.isnan(values).all() else nan


def one(value: float | None) -> Values:
    """A number of an engine without luck."""
    return np.array([value if value is not None and isfinite(value) else nan], dtype=np.float64)


def put(figures: Figures, engine: str, subject: str, name: str, detail: str, told: Iterable[tuple[str, float]]) -> None:
    """Put numbers of an engine without luck, by their measure."""
    for measure, value in told:
        figures[Key(engine, subject, name, detail, measure)] = one(value)
