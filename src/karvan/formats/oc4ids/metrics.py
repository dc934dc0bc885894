"""The numbers of a project, as OC4IDS tells them: its budget and life, and forecasts of what it changes and builds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from karvan.corridor.row import Row
from karvan.formats.oc4ids.codes import UNIT_CODES
from karvan.formats.oc4ids.parts import Budget, Metric, Observation, Unit
from karvan.formats.oc4ids.shape import Period, Value
from karvan.formats.oc4ids.time import DAYS_A_YEAR, after_months, instant_of, when
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNED


def budget_of(row: Row) -> Budget | None:
    """What it costs to build; None where that is not known."""
    if row.capex_musd is None:
        return None
    prices = f"at prices of {row.capex_year}" if row.capex_year else "year of prices not stated"
    return Budget(description=f"What it costs to build, {prices}", amount=_usd(row.capex_musd))


_A_YEAR = Period(duration_in_days=365)


def figures_of(row: Row) -> Iterator[Metric]:
    """What is known of a project in numbers and has no field of its own."""
    if row.capex_musd is not None and row.capex_year:
        one = Observation(id="1", value=_usd(row.capex_musd), dimensions={"priceYear": row.capex_year})
        yield Metric(id="capitalCost", title="Cost to build", observations=(one,))
    if row.opex_musd_year is not None:
        period = Period(start_date=instant_of(row.opens), duration_in_days=365) if row.opens else _A_YEAR
        one = Observation(id="1", value=_usd(row.opex_musd_year), period=period)
        yield Metric(id="runningCost", title="Cost a year to keep, traffic left out", observations=(one,))
    if row.ramp_years is not None:
        one = Observation(id="1", measure=row.ramp_years, unit=_unit("yr"))
        yield Metric(id="rampUp", title="Years from opening until its effects are there in full", observations=(one,))


def effect_of(effect: Row, row: Row) -> Metric:
    """One number, or word, that a project changes, as a forecast; what exactly stands in its dimensions."""
    table = BY_NAME[effect.table]
    column = table.column(effect.column)
    dimensions: dict[str, Any] = {
        "table": effect.table, "row": effect.row, "column": effect.column, "change": effect.change,
    }  # fmt: skip
    if effect.ramp_years is not None:
        dimensions["rampYears"] = effect.ramp_years
    unit = Unit(name="factor") if effect.change == "scale" else _unit(column.unit) if column.unit else None
    seen = Observation(
        id="1",
        measure=(effect.word or None) if effect.amount is None else effect.amount,
        unit=unit if effect.amount is not None else None,
        period=_since(effect.opens or row.opens),
        dimensions=dimensions,
        notes=effect.note or None,
    )
    title = f"{effect.table} {effect.row}, {effect.column}: {effect.change}"
    return Metric(id=f"effect-{effect.seq}", title=title, description=column.doc, observations=(seen,))


def built_by(row: Row, touches: Sequence[tuple[str, str]]) -> Iterator[Metric]:
    """How many places, links, ... it brings, and which."""
    keys: dict[str, list[str]] = defaultdict(list)
    for table, key in touches:
        if table.startswith(PLANNED):
            keys[table.removeprefix(PLANNED)].append(key)
    for table, found in sorted(keys.items()):
        count = Observation(id="1", measure=len(found), period=_since(row.opens), notes=", ".join(sorted(found)))
        yield Metric(id=f"builds-{table}", title=f"What it builds: {table}", observations=(count,))


def period_of(row: Row) -> Period | None:
    """From the begin of work to opening; None where neither is known."""
    if not row.starts and not row.opens:
        return None
    start, end = (instant_of(month) if month else None for month in (row.starts, row.opens))
    return Period(start_date=start, end_date=end)


def lifetime_of(row: Row) -> Period | None:
    """From opening on, for its years: by dates where they are whole months, else by days."""
    if row.life_years is None:
        return None
    start, months = instant_of(row.opens) if row.opens else None, 12 * row.life_years
    last = after_months(row.opens, int(months)) if row.opens and months == int(months) else ""
    if start and last:
        end = instant_of(last)
        return Period(start_date=start, end_date=end, duration_in_days=(when(end) - when(start)).days)
    return Period(start_date=start, duration_in_days=round(DAYS_A_YEAR * row.life_years))


def _usd(millions: float) -> Value:
    """Million USD as USD, to the last digit."""
    dollars = Decimal(repr(millions)).scaleb(6)
    return Value(amount=int(dollars) if dollars == int(dollars) else float(dollars), currency="USD")


def _unit(name: str) -> Unit:
    code = UNIT_CODES.get(name)
    return Unit(name=name, scheme="UNCEFACT" if code else None, id=code)


def _since(month: str | None) -> Period | None:
    return Period(start_date=instant_of(month)) if month else None
