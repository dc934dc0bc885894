"""The spread of an option, as part of a document and as lines for a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from math import isfinite
from typing import Any

from karvan.itinerary import Leg, Option, Plan
from karvan.itinerary.option import HANDLING
from karvan.itinerary.spread import Odds

QUANTILES = (0.1, 0.5, 0.9, 0.95)
MOST_LEGS = 3
"""Legs that are named as where the spread is from."""
LEAST_SHARE = 0.05


def how(plan: Plan) -> str:
    """How the spreads of a plan were worked out."""
    if any(option.spread is None for option in plan.options):
        return "gamma with the chain's mean and variance; waits and services taken as independent"
    return f"{plan.ask.samples} journeys drawn of each option, seed {plan.ask.seed}; luck is shared where options meet"


def spread_document(plan: Plan, option: Option) -> dict[str, Any] | None:
    """What was drawn of an option: hours with their 95 % intervals, odds, and the share of the variance by leg."""
    spread, promised = option.spread, plan.ask.promised
    if spread is None:
        return None
    on_time = option.on_time(promised) if promised else None
    return {
        "samples": spread.n,
        "never": spread.never,
        "mean_h": hours_or_none(spread.mean_h),
        "sd_h": hours_or_none(spread.sd_h),
        "quantiles_h": {
            f"p{100 * p:.0f}": {
                "value": hours_or_none(spread.quantile_h(p)),
                "low": hours_or_none(spread.quantile_interval_h(p)[0]),
                "high": hours_or_none(spread.quantile_interval_h(p)[1]),
            }
            for p in QUANTILES
        },
        "buffer95_h": hours_or_none(spread.buffer_h(0.95)),
        "on_time": odds_document(on_time) if on_time else None,
        "price_usd": round(option.price_usd - sum(option.chain.storage_usd) + spread.storage_usd, 6) + 0.0,
        "storage_usd": round(spread.storage_usd, 6) + 0.0,
        "share_by_leg": [round(share, 6) + 0.0 for share in spread.shares],
        "connections": [
            {
                "leg": connection.leg + 1,
                "service": option.legs[connection.leg].service,
                "place": option.legs[connection.leg].from_place,
                "planned": _instant(option, connection.planned_h),
                "missed": odds_document(connection.missed),
                "lost_h": hours_or_none(connection.lost_h),
            }
            for connection in spread.connections
        ],
    }


def odds_document(odds: Odds) -> dict[str, float]:
    """A probability with its 95 % interval."""
    return {"share": round(odds.share, 6), "low": round(odds.low, 6), "high": round(odds.high, 6)}


def hours_or_none(hours: float) -> float | None:
    """Hours to six decimals; nothing where no departure was left."""
    return round(hours, 6) + 0.0 if isfinite(hours) else None


def _instant(option: Option, hours: float) -> str | None:
    return (option.depart + dt.timedelta(hours=hours)).isoformat() if isfinite(hours) else None


def spread_lines(plan: Plan, option: Option) -> Iterator[str]:
    """Where the spread is from, the buffer, the odds of the promised date, and the connections that may be missed."""
    spread, promised = option.spread, plan.ask.promised
    if spread is None:
        return
    sources = _sources(plan, option)
    if sources:
        yield f"  spread {days(spread.sd_h)} d, from {sources}; {days(spread.buffer_h())} d more keep 95 %"
    if promised:
        odds = option.on_time(promised)
        if odds:
            yield f"  {_odds(odds)} arrive by {ends_at(promised)}"
    for connection in spread.connections:
        if connection.missed.share > 0:
            leg, leaves = option.legs[connection.leg], option.depart + dt.timedelta(hours=connection.planned_h)
            loses = f", and lose {days(connection.lost_h)} d" if connection.lost_h else ""
            yield f"  {_odds(connection.missed)} miss {leg.service} at {_name(plan, leg)}, {leaves:%d %b %H:%M}{loses}"
    if spread.never:
        yield f"  {_odds(Odds.of(spread.never, spread.n))} find no departure any more"


def _sources(plan: Plan, option: Option) -> str:
    """The legs with the largest shares of the variance."""
    shares = option.spread.shares if option.spread else ()
    ranked = sorted(zip(shares, range(len(shares)), option.legs, strict=True), key=lambda one: (-one[0], one[1]))
    named = [f"{share:.0%} {_what(plan, leg)}" for share, _, leg in ranked[:MOST_LEGS] if share >= LEAST_SHARE]
    return ", ".join(named)


def _what(plan: Plan, leg: Leg) -> str:
    return _name(plan, leg) if leg.mode == HANDLING else leg.service


def _name(plan: Plan, leg: Leg) -> str:
    name: str = plan.corridor.place(leg.from_place).name
    return name


def ends_at(promised: dt.datetime) -> str:
    """An instant up to which something is meant; the end of a day goes by that day."""
    if promised.time() == dt.time():
        return f"the end of {promised - dt.timedelta(days=1):%d %b %Y}"
    return f"{promised:%d %b %Y %H:%M %Z}"


def _odds(odds: Odds) -> str:
    """A probability and its interval, in per cent."""
    return f"{odds.share:.1%} ({odds.low:.1%}-{odds.high:.1%})".replace("%-", "-")


def days(hours: float) -> str:
    """Days to a tenth."""
    return f"{hours / 24:.1f}"
