"""What a gravity fit says that a day on the way is worth, beside what was published of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from karvan.corridor.corridor import Corridor

if TYPE_CHECKING:
    from karvan.trade.elasticity import Elasticity
    from karvan.trade.fitted import Gravity

DAYS = ("way_days", "log_way_days")


@dataclass(frozen=True, slots=True)
class DayWorth:
    """A coefficient of days, in other words: with the ends of the fit's interval, no other error in them."""

    regressor: str
    days: float
    """On the way, mean over the trade that was fitted: where a logarithm is read."""
    trade_pct: tuple[float, float, float]
    """Change of trade by a day more, per cent: estimate, low and high end."""
    value_pct: tuple[float, float, float]
    """What a day is then worth, per cent of the value: what changes trade by that at the elasticity to the price."""
    cost: Elasticity
    """Trade to the delivered price, of which the central value is used."""
    published: Elasticity
    """What a day was found to be worth elsewhere."""


def day_worth(corridor: Corridor, fit: Gravity) -> tuple[DayWorth, ...]:
    """What the coefficients of days say; nothing where days are no regressor, or the package has no elasticities.

    By exp(b x day) = exp(w x day) ** e a day is worth w = b / e of the value, e being trade's elasticity to the
    delivered price; the coefficient b of a logarithm counts b / days a day.
    """
    from karvan.trade.elasticity import published

    there = published(corridor)
    named = [name for name in DAYS if name in fit.names]
    if not named or not {"cost", "day"} <= set(there) or there["cost"].value >= 0:
        return ()
    table = fit.fitted.merge(fit.ask.panel.table[["year", "exporter", "importer", *named]])
    found = []
    for name in named:
        values = table[name].to_numpy(dtype=np.float64)
        days = float(np.average(np.exp(values) if name.startswith("log_") else values, weights=table["trade"]))
        of, step = fit.coefficient(name), days if name.startswith("log_") else 1.0
        central, low, high = (end / step for end in (of.value, of.low, of.high))
        cost = there["cost"]
        worth = 100 * central / cost.value, 100 * high / cost.value, 100 * low / cost.value
        trade = 100 * np.expm1(central), 100 * np.expm1(low), 100 * np.expm1(high)
        found.append(
            DayWorth(name, days, (float(trade[0]), float(trade[1]), float(trade[2])), worth, cost, there["day"])
        )
    return tuple(found)
