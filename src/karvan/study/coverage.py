"""How well a corridor's numbers are based, and which assumptions matter most for what it is used for."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.evidence import GRADES
from karvan.ground.vocabulary import Address
from karvan.itinerary import FindItineraries, Load, Option, Plan, tonnes_of
from karvan.itinerary.request import MODES
from karvan.study.plan import Planner

Flow = tuple[str, str, str]
"""Origin, destination, commodity."""


@dataclass(frozen=True)
class Weighed:
    """An assumption and how much leans on it: the mean share of an option's time, price and CO2e."""

    address: Address
    value: object
    weight: float
    note: str


@dataclass(frozen=True)
class Coverage:
    """Numbers that engines read, by grade, in all and by table; and the assumptions by weight, heaviest first."""

    grades: dict[str, int]
    by_table: dict[str, dict[str, int]]
    assumptions: tuple[Weighed, ...]
    flows: int

    @property
    def numbers(self) -> int:
        return sum(self.grades.values())

    def share(self, grade: str) -> float:
        return self.grades.get(grade, 0) / self.numbers if self.numbers else 0.0


def grades(corridor: Corridor) -> dict[str, dict[str, int]]:
    """How many engine-read numbers of each table have each grade."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for address in numbers(corridor, engine_only=True):
        counts[address[0]][corridor.evidence.grade(*address)] += 1
    return {table: {grade: counts[table][grade] for grade in GRADES} for table in sorted(counts)}


def quick(corridor: Corridor) -> Coverage:
    """Grades of all numbers; no assumption is weighed."""
    tables = grades(corridor)
    return Coverage(_totals(tables), tables, (), 0)


def _totals(tables: dict[str, dict[str, int]]) -> dict[str, int]:
    return {grade: sum(counts[grade] for counts in tables.values()) for grade in GRADES}


def document(found: Coverage) -> dict[str, Any]:
    """The coverage as JSON."""
    return {
        "numbers": found.numbers,
        "shares": {grade: round(found.share(grade), 6) for grade in found.grades},
        "grades": found.grades,
        "by_table": found.by_table,
        "flows": found.flows,
        "assumptions": [
            {"number": "/".join(one.address), "value": one.value, "weight": round(one.weight, 9), "note": one.note}
            for one in found.assumptions
        ],
    }


def coverage(corridor: Corridor, each: Callable[[Iterable[Flow]], Iterable[Flow]] = iter) -> Coverage:
    """Grades of all numbers, and the weight of each assumption over the corridor's own demand.

    Every pair of places with a flow is planned; each option shown hands its share of time, price and CO2e that comes
    from an item to the assumptions under that item, and pairs count by their TEU. `each` may wrap the pairs with a
    progress bar.
    """
    tables = grades(corridor)
    weights: dict[Address, float] = defaultdict(float)
    flows = container_flows(corridor)
    teu_in_all = sum(flows.values()) or 1.0
    planner = Planner(corridor)
    for origin, destination, commodity in each(sorted(flows)):
        plan = planner.plan(typical(corridor, origin, destination, commodity))
        for option in plan.options:
            share = flows[origin, destination, commodity] / teu_in_all / len(plan.options)
            for address, part in leanings(plan, option).items():
                weights[address] += share * part
    return Coverage(_totals(tables), tables, tuple(weighed(corridor, weights)), len(flows))


def container_flows(corridor: Corridor) -> dict[Flow, float]:
    """TEU of the base year by flow."""
    flows: dict[Flow, float] = defaultdict(float)
    year = base_year(corridor)
    for row in corridor.rows("demand"):
        if row.year == year and row.teu_year:
            flows[row.origin, row.destination, row.commodity] += row.teu_year
    return dict(flows)


def base_year(corridor: Corridor) -> int:
    """The first year that there is demand of: what the corridor's waits and prices are of."""
    return min((row.year for row in corridor.rows("demand")), default=2024)


def typical(corridor: Corridor, origin: str, destination: str, commodity: str) -> FindItineraries:
    """A 40-foot box of a flow, ready at the start of its base year."""
    load = Load(boxes_40ft=1)
    goods = corridor.row("commodity", commodity)
    depart = dt.datetime(base_year(corridor), 1, 1, tzinfo=dt.UTC)
    return FindItineraries(origin, destination, depart, load, tonnes_of(load, goods.t_per_teu), modes=MODES)


def leanings(plan: Plan, option: Option) -> dict[Address, float]:
    """For each assumption under an option, the share of its time, price and CO2e that leans on it, averaged."""
    ledger, load = plan.corridor.evidence, plan.ask.load
    parts: dict[Address, float] = defaultdict(float)
    for leg in option.legs:
        for item in leg.items:
            usd = load.boxes_40ft * item.usd_40ft
            kg = plan.ask.tonnes * item.kg_per_t + load.boxes * item.kg_per_box
            share = (_ratio(item.hours, option.time_h) + _ratio(usd, option.price_usd) + _ratio(kg, option.co2e_kg)) / 3
            for address in item.leans_on:
                if ledger.grade(*address) == "D":
                    parts[address] += share
    return parts


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def weighed(corridor: Corridor, weights: dict[Address, float]) -> Iterable[Weighed]:
    """The assumptions with their values and notes, heaviest first, ties by address."""
    for address, weight in sorted(weights.items(), key=lambda entry: (-entry[1], entry[0])):
        basis = corridor.evidence.find_basis(*address)
        value = getattr(corridor.row(address[0], address[1]), address[2])
        yield Weighed(address, value, weight, basis.note if basis else "no basis")
