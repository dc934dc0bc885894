"""An option item by item: what is passed, what it costs, and the numbers under it with their grades."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from karvan.itinerary import Leg, Number, Option, Plan
from karvan.itinerary.option import HANDLING
from karvan.network.item import Item

LINE = "    {:<14} {:<44} {:>7} {:>8} {:>8} {:>7}"
HEAD = LINE.format("item", "of", "hours", "USD", "kg CO2e", "km")
LEAST_H = 0.005
"""Hours that a line of its own says, to two decimals."""


def explain_document(plan: Plan, option: Option) -> list[dict[str, Any]]:
    """Every item of every leg, with the numbers that it leans on."""
    return [
        {
            "leg": number,
            "waits_by_the_clock_h": _round(_clock_h(leg)),
            "items": [
                {
                    "kind": item.kind,
                    "place": item.place,
                    "row": item.row,
                    "time_h": _round(item.hours),
                    "price_usd": _round(plan.ask.price_usd(item.sums)),
                    "co2e_kg": _round(_kg(plan, item)),
                    "distance_km": _round(item.km),
                    "waits_from": item.waits or None,
                    "numbers": [
                        {"number": n.where, "value": n.value, "unit": n.unit, "grade": n.grade}
                        for n in plan.numbers(item)
                    ],
                }
                for item in leg.items
            ],
        }
        for number, leg in enumerate(option.legs, start=1)
    ]


def explain_lines(plan: Plan, option: Option) -> Iterator[str]:
    """The same for a terminal: a leg, its items, and under each item its numbers, a line each."""
    days, usd, kg = option.time_h / 24, option.price_usd, option.co2e_kg
    yield f"{option.id}: {days:.1f} days, {usd:,.0f} USD, {kg:,.0f} kg CO2e, {option.distance_km:,.0f} km"
    for number, leg in enumerate(option.legs, start=1):
        yield f"  {number}. {_what(plan, leg)}"
        yield HEAD
        for item in leg.items:
            km = f"{item.km:,.1f}" if item.km else ""
            money, carbon = f"{plan.ask.price_usd(item.sums):,.2f}", f"{_kg(plan, item):,.2f}"
            of = item.row if item.place in item.row else f"{item.place}, {item.row}"
            yield LINE.format(item.kind.replace("_", " "), of, f"{item.hours:.2f}", money, carbon, km).rstrip()
            yield from (f"      {_told(one)}" for one in plan.numbers(item))
        if _clock_h(leg) > LEAST_H:
            yield LINE.format("clock", CLOCK, f"{_clock_h(leg):.2f}", "", "", "").rstrip()
    yield ""


CLOCK = "timetable, opening hours, the last of a lot"
"""What goods wait for that no item says, since it rests on the hour of the day or on how many they are."""


def _clock_h(leg: Leg) -> float:
    """Hours of a leg that are in none of its items: for a departure by timetable, an opening, the rest of the load."""
    hours: float = leg.time_h - sum(item.hours for item in leg.items)
    return hours if hours > LEAST_H else 0.0


def _what(plan: Plan, leg: Leg) -> str:
    start, end = (plan.corridor.place(place).name for place in (leg.from_place, leg.to_place))
    days, grade = f"{leg.time_h / 24:.1f} days", f"grade {leg.grade}"
    where = f"at {start}" if leg.mode == HANDLING else f"{start} - {end} ({leg.service})"
    return f"{leg.depart:%d %b %H:%M} {leg.mode} {where}, {days}, {grade}"


def _told(number: Number) -> str:
    value = f"{number.value:g}" if isinstance(number.value, int | float) else str(number.value)
    return f"{number.where} = {value}{f' {number.unit}' if number.unit else ''} ({number.grade})"


def _kg(plan: Plan, item: Item) -> float:
    return plan.ask.tonnes * item.kg_per_t + plan.ask.load.boxes * item.kg_per_box


def _round(value: float) -> float:
    """Six decimals: what a figure is worth at most, and the same text on every machine."""
    return round(value, 6) + 0.0
