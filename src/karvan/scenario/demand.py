"""The demand of a scenario: that of one year of the package, with factors, as the demand of another year."""

from __future__ import annotations

from collections.abc import Sequence

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.cells import Address, Why
from karvan.scenario.words import Growth

AMOUNTS = ("teu_year", "t_year")
NOT = "-"


def demand_in(
    corridor: Corridor, of: int, year: int, factors: Sequence[tuple[str, Growth]]
) -> tuple[Corridor, dict[Address, list[tuple[str, Why]]]]:
    """The corridor with the demand of year `of`, times its factors, as that of `year` and of no other; and for each
    amount that a factor moves who moved it, and why.

    Args:
        factors: each with the name of who says it, in their order.

    Raises:
        InputError: where the package has no demand of that year, or a factor is of what there is not.
    """
    rows = [row for row in corridor.rows("demand") if row.year == of]
    years = sorted({row.year for row in corridor.rows("demand")})
    if not rows:
        remedy = f"the package has demand of {', '.join(map(str, years))}: say whose by demand: {{of: ...}}"
        raise InputError("the scenario", [Problem("demand/of", shown(of), remedy if years else "it has no demand")])
    problems = [problem for who, growth in factors for problem in _unknown(corridor, who, growth)]
    if problems:
        raise InputError("the scenario", problems)
    moved: dict[Address, list[tuple[str, Why]]] = {}
    new = []
    for row in rows:
        mine = [(who, growth) for who, growth in factors if _fits(corridor, row, growth)]
        cells: dict[str, float] = {}
        for name in AMOUNTS:
            amount = getattr(row, name)
            if amount is None or not mine:
                continue
            for who, growth in mine:
                amount *= growth.factor
                why = Why(growth.facts, growth.grade, growth.why)
                moved.setdefault(("demand", row.id, name), []).append((f"{who}: times {growth.factor:g}", why))
            cells[name] = amount
        new.append(row._replace(year=year, **cells))
    return corridor.with_tables({"demand": tuple(new)}), moved


def _fits(corridor: Corridor, row: Row, growth: Growth) -> bool:
    ends = ((growth.origin, row.origin), (growth.destination, row.destination))
    if not all(_among(corridor, wanted, place) for wanted, place in ends):
        return False
    if growth.commodity and row.commodity not in growth.commodity:
        return False
    unit = row.unit or ("container" if row.teu_year is not None else "wagon")
    if growth.unit and unit not in growth.unit:
        return False
    return not growth.families or bool(set(growth.families) & set(row.families))


def _among(corridor: Corridor, wanted: tuple[str, ...], place: str) -> bool:
    """Whether a place is one of those wanted, by itself or its country; those with a minus are not wanted."""
    own = {place, corridor.place(place).country}
    refused = {name[1:] for name in wanted if name.startswith(NOT)}
    asked = {name for name in wanted if not name.startswith(NOT)}
    return not own & refused and (not asked or bool(own & asked))


def _unknown(corridor: Corridor, who: str, growth: Growth) -> list[Problem]:
    """What a factor names that there is not."""
    places = {row.id for row in corridor.places()} | {row.country for row in corridor.places()}
    families, commodities = corridor.by_key("family"), corridor.by_key("commodity")
    named = (
        ("origin", [name.removeprefix(NOT) for name in growth.origin], places),
        ("destination", [name.removeprefix(NOT) for name in growth.destination], places),
        ("commodity", growth.commodity, commodities),
        ("families", growth.families, families),
        ("unit", growth.unit, ("container", "wagon", "truck")),
    )
    problems = []
    for key, names, known in named:
        for name in names:
            if name not in known:
                near = nearest(name, known, 1)
                remedy = f"did you mean {near[0]}?" if near else "there is no such thing in the package"
                problems.append(Problem(f"{who}, demand/factors/{key}", shown(name), remedy))
    return problems
