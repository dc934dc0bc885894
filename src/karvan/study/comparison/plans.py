"""Figures of plans: of each request the best option of each family, and what became of it and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from karvan.flow.services.goods import unit_of
from karvan.ground.errors import InputError, Problem, shown
from karvan.itinerary import Option, Plan
from karvan.itinerary.choice import via_of
from karvan.itinerary.search import by_preference, generalised
from karvan.itinerary.what_if import compare as what_if
from karvan.network.family import closed_to
from karvan.study.comparison.ask import PLAN, Compare
from karvan.study.comparison.figure import Figures, put
from karvan.study.comparison.side import Side
from karvan.study.plan import Planner
from karvan.study.request import DEFAULT_COMMODITY
from karvan.study.routing import amounts

BEST = ""
"""In the place of a family: the best option of all."""
LOAD = "1xFEU"
SAME, OTHER, NEW, GONE, NONE = "same", "another", "appears", "disappears", "no route"


@dataclass(frozen=True, slots=True)
class Wish:
    """A request that is made of every side."""

    origin: str
    destination: str
    load: str = LOAD
    commodity: str = DEFAULT_COMMODITY

    @property
    def name(self) -> str:
        return f"{self.origin} > {self.destination}: {self.load} of {self.commodity}"


@dataclass
class Plans:
    """The answers of one side, by the wish's name; and why a wish could not be asked there."""

    found: dict[str, Plan] = field(default_factory=dict)
    why_not: dict[str, str] = field(default_factory=dict)


def wishes_of(base: Side, ask: Compare) -> list[Wish]:
    """The largest flows of containers of the base, of each family in turn, their main goods by the box; and what is
    wished for by hand."""
    teu: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for row in base.corridor.rows("demand"):
        if row.year == base.year and unit_of(row) == "container":
            goods = base.corridor.row("commodity", row.commodity)
            sizes = amounts(row, goods, "container")
            family = row.families[0] if row.families else ""
            teu[row.origin, row.destination][row.commodity, family] += sum(size * n for _, size, _, n in sizes)
    ranks: dict[str, int] = defaultdict(int)
    ranked: list[tuple[int, int, Wish]] = []
    for pair in sorted(teu, key=lambda pair: (-sum(teu[pair].values()), pair)):
        commodity, family = min(teu[pair], key=lambda of, amount=teu[pair]: (-amount[of], of))  # type: ignore[misc]
        ranked.append((ranks[family], len(ranked), Wish(*pair, commodity=commodity)))
        ranks[family] += 1
    largest = [wish for _, _, wish in sorted(ranked, key=lambda one: one[:2])][: ask.largest]
    return list(dict.fromkeys([*largest, *(_read(text) for text in ask.requests)]))


def _read(text: str) -> Wish:
    """A wish as people write it: ORIGIN > DESTINATION: LOAD of COMMODITY. Raises InputError."""
    ends, colon, what = text.partition(":")
    origin, arrow, destination = (part.strip() for part in ends.partition(">"))
    load, of, commodity = (part.strip() for part in what.partition(" of "))
    if not (arrow and origin and destination) or (colon and not load) or (of and not commodity):
        remedy = "give it as Xi'an > Istanbul, or Xi'an > Istanbul: 2xFEU of machinery"
        raise InputError("the request", [Problem("request", shown(text), remedy)])
    return Wish(origin, destination, load or LOAD, commodity or DEFAULT_COMMODITY)


def plans_of(sides: Sequence[Side], wishes: Sequence[Wish], ask: Compare) -> dict[str, Plans]:
    """Every side's answers. Raises InputError for wishes that no side can be asked."""
    found = {side.name: Plans() for side in sides}
    problems: list[Problem] = []
    for side in sides:
        planner, mine = Planner(side.corridor), found[side.name]
        for wish in wishes:
            depart = f"{side.year}-{ask.day}"
            try:
                asked = planner.request(wish.origin, wish.destination, depart, wish.load, commodity=wish.commodity,
                                        past=True, seed=ask.seed)  # fmt: skip
            except InputError as bad:
                mine.why_not[wish.name] = "; ".join(f"{one.address}: {one.found}, {one.remedy}" for one in bad.problems)
                if all(wish.name in plans.why_not for plans in found.values()):
                    problems += [Problem(f"{wish.name}, {one.address}", one.found, one.remedy) for one in bad.problems]
                continue
            mine.found[wish.name] = planner.plan(asked, wish.commodity)
    if problems:
        raise InputError("the request", problems)
    return found


def plan_figures(plans: Plans) -> Figures:
    """Hours with their spread, money and CO2e of the best option of each family, and of the best of all."""
    figures: Figures = {}
    for name, plan in plans.found.items():
        for family, option in best_of(plan).items():
            told = (("hours", option.time_h), ("p50_h", option.quantile_h(0.5)), ("p90_h", option.quantile_h(0.9)),
                    ("usd", option.price_usd), ("kg_co2e", option.co2e_kg),
                    ("generalised_usd", generalised(option.chain, plan.ask)))  # fmt: skip
            put(figures, PLAN, "request", name, family, told)
    return figures


def best_of(plan: Plan) -> dict[str, Option]:
    """The option of least generalised cost of all, and of each family."""
    of = {option.chain: option for option in plan.options}
    found: dict[str, Option] = {}
    for chain in by_preference(of, plan.ask):
        found.setdefault(BEST, of[chain])
        found.setdefault(of[chain].family, of[chain])
    return found


def options(base: Plans, side: Plans) -> list[dict[str, Any]]:
    """For each request and family which option is the best before and after, by which places, and why it changed."""
    rows = []
    for name in sorted({*base.found, *side.found}):
        before, after = base.found.get(name), side.found.get(name)
        best = [best_of(plan) if plan else {} for plan in (before, after)]
        gone = {one.option.id: one.why for one in what_if(before, after).gone} if before and after else {}
        for family in sorted({*best[0], *best[1]} or {BEST}):
            old, new = best[0].get(family), best[1].get(family)
            change, why = _became(old, new, gone)
            if change in (GONE, NONE):
                why = _why(side.why_not.get(name, ""), after, family, why)
            elif change == NEW:
                why = _why(base.why_not.get(name, ""), before, family, "")
            rows.append(
                {"request": name, "family": family, "change": change, "before": old.id if old else "",
                 "after": new.id if new else "", "before_by": _by(old), "after_by": _by(new), "why": why}
            )  # fmt: skip
    return rows


def _became(old: Option | None, new: Option | None, gone: dict[str, str]) -> tuple[str, str]:
    """What became of a best option, and why it is not shown any more where it is not."""
    if old is None:
        return (NONE if new is None else NEW), ""
    if new is None:
        return GONE, gone.get(old.id, "")
    if _rides(old) == _rides(new):
        return SAME, ""
    return OTHER, gone.get(old.id, "another is better now")


def _why(refused: str, plan: Plan | None, family: str, why: str) -> str:
    """Why there is no option of a family in a plan."""
    if plan is None:
        return refused
    if family in closed_to(plan.corridor, plan.ask.origin, plan.ask.destination):
        return "the family is closed"
    told = [one.on for one in plan.left_out if family in (BEST, one.family)]
    return why or (told[0] if told else "")


def _rides(option: Option) -> tuple[tuple[str, str, str], ...]:
    return tuple((ride.service, ride.from_place, ride.to_place) for ride in option.rides)


def _by(option: Option | None) -> str:
    return ", ".join(via_of(option.network, option.chain)) if option else ""
