"""Trade as demand: what a corridor carries between two countries as their trade grows, and what it would carry anew.

`scaled` is the way from a scenario of trade to demand: the package's rows are anchored to what was counted at borders,
and each grows as the trade of its two countries does. `made` is for pairs of countries that the package has no demand
of: boxes worked out from values (`karvan.trade.boxes`), between the gateways of the two. Both give a corridor that is
bent, its numbers with a basis.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple, TypeVar

from karvan.corridor import Corridor
from karvan.corridor.row import Row, new_row
from karvan.flow.services.goods import goods_of, unit_of
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.cells import Why
from karvan.trade.boxes import Boxes, BoxRow, Dyad, Mix, Part, Ware, together, wares_of

AMOUNTS = ("teu_year", "t_year")


class Left(NamedTuple):
    """A pair of countries whose demand stays as it is, and why."""

    exporter: str
    importer: str
    reason: str


@dataclass(frozen=True)
class TradeDemand:
    """A corridor with the demand of trade, what became of it, and what did not."""

    corridor: Corridor
    rows: tuple[Row, ...]
    """Rows of demand that were changed or made."""
    left: tuple[Left, ...]


def codes_of(corridor: Corridor) -> dict[str, str]:
    """The code that figures of trade have for a country, by that of places; the same where the package has none."""
    there = {place.country: place.country for place in corridor.places() if place.country}
    return there | {row.code: row.id for row in corridor.rows("country")}


def dyads_of(corridor: Corridor, year: int) -> dict[str, Dyad]:
    """Whose trade each row of demand of a year is, by its id; of what stays in a country, or ends on no land, none."""
    codes = codes_of(corridor)
    country = {place.id: codes.get(place.country, "") for place in corridor.places()}
    ends = {
        row.id: (country[row.origin], country[row.destination]) for row in corridor.rows("demand") if row.year == year
    }
    return {name: dyad for name, dyad in ends.items() if all(dyad) and dyad[0] != dyad[1]}


def tonnes_of(corridor: Corridor, year: int) -> dict[str, float]:
    """Tonnes a year of each row of demand of a year, by its id."""
    return {of.id: of.per_year * of.tonnes for of in goods_of(corridor, year)}


def mixes_of(corridor: Corridor, year: int) -> dict[Dyad, Mix]:
    """What the trade of each pair of countries consists of, as the package's demand between them has it.

    By the value of what is carried: tonnes at the value of a tonne. What is not carried by any way of the package, as
    what flows through pipes, is not in it.
    """
    return _mixes(corridor, year, lambda dyad: dyad, "mixed as the package's demand between the two")


def mixes_of_sellers(corridor: Corridor, year: int) -> dict[str, Mix]:
    """What each country sells to all others together, as the package's demand has it: a stand-in for a pair that has
    none, and so graded D."""
    told = _mixes(corridor, year, lambda dyad: dyad[0], "assumed: mixed as all that the seller sends in the package")
    return {code: replace(mix, why=replace(mix.why, grade="D")) for code, mix in told.items()}


Key = TypeVar("Key", Dyad, str)


def _mixes(corridor: Corridor, year: int, key: Callable[[Dyad], Key], note: str) -> dict[Key, Mix]:
    wares, of, tonnes = wares_of(corridor), dyads_of(corridor, year), tonnes_of(corridor, year)
    rows: dict[Key, list[Row]] = defaultdict(list)
    for row in corridor.rows("demand"):
        if row.id in of and row.year == year and (wares[row.commodity].usd_per_t or 0.0) > 0:
            rows[key(of[row.id])].append(row)
    return {one: mix for one in sorted(rows) if (mix := _mix(corridor, wares, rows[one], tonnes, note))}


def _mix(
    corridor: Corridor, wares: Mapping[str, Ware], rows: Iterable[Row], amounts: Mapping[str, float], note: str
) -> Mix | None:
    tonnes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    profiles: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    whys = []
    for row in rows:
        amount = amounts[row.id]
        tonnes[row.commodity][unit_of(row)] += amount
        profiles[row.commodity][row.month_profile] += amount
        whys.append(_why_of(corridor, row))
    usd = {name: sum(by.values()) * (wares[name].usd_per_t or 0.0) for name, by in sorted(tonnes.items())}
    whole = sum(usd.values())
    if not whole:
        return None
    parts = [
        Part(name, worth / whole, tonnes[name]["container"] / sum(tonnes[name].values()),
             max(sorted(profiles[name]), key=profiles[name].__getitem__))
        for name, worth in usd.items() if worth > 0
    ]  # fmt: skip
    said = together(*whys)
    return Mix(tuple(parts), Why(said.facts, said.grade, note))


def _why_of(corridor: Corridor, row: Row) -> Why:
    name = next(name for name in AMOUNTS if getattr(row, name) is not None)
    basis = corridor.evidence.find_basis("demand", row.id, name)
    return Why(tuple(basis.facts), basis.grade) if basis is not None else Why()


def scaled(corridor: Corridor, year: int, factors: Mapping[Dyad, float], why: Why = Why()) -> TradeDemand:  # noqa: B008 (frozen)
    """The demand of a year, every row between two countries times the factor of their trade.

    Args:
        factors: by seller and buyer; 1 is as it was. A pair without one keeps its demand, and is told as left.
        why: what the factors stand on.

    Returns:
        The corridor itself, to the bit, where no factor changes anything.

    Raises:
        InputError: for factors that are none.
    """
    wrong = [
        Problem(f"factor of {'-'.join(dyad)}", shown(factor), "give a factor of 0 or more")
        for dyad, factor in sorted(factors.items()) if not 0 <= factor < inf
    ]  # fmt: skip
    if wrong:
        raise InputError("trade into demand", wrong)
    of = dyads_of(corridor, year)
    rows, changed, basis = [], [], dict[tuple[str, str, str], Row]()
    for row in corridor.rows("demand"):
        factor = factors.get(of[row.id], 1.0) if row.id in of and row.year == year else 1.0
        if factor != 1.0:
            names = [name for name in AMOUNTS if getattr(row, name) is not None]
            row = row._replace(**{name: getattr(row, name) * factor for name in names})  # noqa: PLW2901
            changed.append(row)
            told = Why(why.facts, why.grade, f"trade of {'-'.join(of[row.id])} times {factor:.6g}" + _after(why.note))
            for name in names:
                basis["demand", row.id, name] = _moved(corridor, row.id, name, told)
        rows.append(row)
    there = set(of.values())
    left = [Left(*dyad, "no demand between them in the package") for dyad in sorted(set(factors) - there)]
    left += [Left(*dyad, "the trade model has no factor for them") for dyad in sorted(there - set(factors))]
    bent = _with(corridor, tuple(rows), basis) if changed else corridor
    return TradeDemand(bent, tuple(changed), tuple(left))


def made(
    corridor: Corridor, year: int, found: Boxes, gateways: Mapping[str, str] | None = None, *, empties: str = ""
) -> TradeDemand:
    """Demand out of boxes, for pairs of countries that the package has no demand of in a year.

    Args:
        found: the boxes of their trade; what does not go in boxes becomes wagons, or trucks where the commodity has no
            load of a wagon.
        gateways: the place that stands for a country, by the code of the trade figures; where it is not given, as the
            package's countries have it.
        empties: commodity that empty boxes are booked as; without one they are no demand.

    Raises:
        InputError: for gateways, profiles or a commodity that the package does not have.
    """
    if gateways is None:
        gateways = {row.id: row.gateway for row in corridor.rows("country") if row.gateway}
    _check_made(corridor, found, gateways, empties)
    there = set(dyads_of(corridor, year).values())
    left: dict[Dyad, Left] = {}
    rows: list[Row] = []
    basis: dict[tuple[str, str, str], Row] = {}
    ways = [(row.dyad, row) for row in found.rows] + [
        ((one.origin, one.destination), one) for one in found.empties if empties
    ]
    for dyad, one in ways:
        reason = _obstacle(dyad, there, gateways)
        if reason:
            left[dyad] = Left(*dyad, reason)
            continue
        ends = gateways[dyad[0]], gateways[dyad[1]]
        if isinstance(one, BoxRow):
            new, why = _rows_of(corridor, year, ends, one), one.why
        else:
            cells = {"commodity": empties, "teu_year": one.teu.value, "unit": "container"}
            new, why = [_row(year, ends, "empties", cells)], Why((), "D", "boxes that came full and found no load")
        for row in new:
            name = next(name for name in AMOUNTS if getattr(row, name) is not None)
            basis["demand", row.id, name] = _said(row.id, name, why, f"made of the trade of {'-'.join(dyad)}")
        rows += new
    every = tuple(sorted((*corridor.rows("demand"), *rows), key=lambda row: row.id))
    bent = _with(corridor, every, basis) if rows else corridor
    return TradeDemand(bent, tuple(rows), tuple(left[dyad] for dyad in sorted(left)))


def _check_made(corridor: Corridor, found: Boxes, gateways: Mapping[str, str], empties: str) -> None:
    places, wares = corridor.by_key("place"), corridor.by_key("commodity")
    profiles = {row.profile for row in corridor.rows("month_profile")}
    wrong = [
        Problem(f"gateway of {country}", shown(place), _nearest(place, places))
        for country, place in sorted(gateways.items()) if place not in places
    ]  # fmt: skip
    named = {row.commodity for row in found.rows} | ({empties} - {""})
    wrong += [Problem("commodity", shown(name), _nearest(name, wares)) for name in sorted(named - set(wares))]
    shapes = {row.profile for row in found.rows} - {""} - profiles
    wrong += [Problem("month_profile", shown(name), _nearest(name, profiles)) for name in sorted(shapes)]
    if wrong:
        raise InputError("trade into demand", wrong)


def _nearest(word: str, known: Iterable[str]) -> str:
    near = nearest(word, known, 1)
    return f"did you mean {near[0]}?" if near else "the package has no such thing"


def _obstacle(dyad: Dyad, there: set[Dyad], gateways: Mapping[str, str]) -> str:
    if dyad in there:
        return "the package has demand between them: it grows by their trade"
    missing = [country for country in dyad if country not in gateways]
    if missing:
        return f"no place stands for {' and '.join(missing)}"
    if gateways[dyad[0]] == gateways[dyad[1]]:
        return "one place stands for both"
    return ""


def _rows_of(corridor: Corridor, year: int, ends: Dyad, one: BoxRow) -> list[Row]:
    """A row of boxes, and one of what goes without."""
    of = corridor.row("commodity", one.commodity)
    loose = "wagon" if of.t_per_wagon else "truck"
    cells: list[dict[str, object]] = []
    if one.teu.value > 0:
        cells.append({"unit": "container", "teu_year": one.teu.value})
    if one.loose_t.value > 0:
        cells.append({"unit": loose, "t_year": one.loose_t.value})
    said = {"commodity": one.commodity, "month_profile": one.profile}
    return [_row(year, ends, f"{one.commodity}-trade-{cell['unit']}", said | cell) for cell in cells]


def _row(year: int, ends: Dyad, name: str, cells: Mapping[str, object]) -> Row:
    origin, destination = ends
    return new_row(
        "demand", id=f"{origin}-{destination}-{name}-{year}", origin=origin, destination=destination, year=year,
        note="Made of trade, not counted", **cells,
    )  # fmt: skip


def _moved(corridor: Corridor, key: str, name: str, why: Why) -> Row:
    """The basis of a number after a change: what it stood on, and what the change stands on."""
    old = corridor.evidence.find_basis("demand", key, name)
    if old is None:
        return _said(key, name, why, "")
    before = Why(tuple(old.facts), old.grade, f"before: {old.note or old.method}")
    said = _said(key, name, together(before, why), "")
    return said._replace(rivals=old.rivals)


def _said(key: str, name: str, why: Why, note: str) -> Row:
    told = "; ".join(part for part in (note, why.note) if part) or "assumed"
    method, grade = ("derived", why.grade) if why.facts else ("assumed", "D")
    return new_row(
        "basis", table="demand", row=key, column=name, facts=why.facts, method=method, grade=grade, note=told
    )


def _after(note: str) -> str:
    return f": {note}" if note else ""


def _with(corridor: Corridor, demand: tuple[Row, ...], basis: Mapping[tuple[str, str, str], Row]) -> Corridor:
    known = {(row.table, row.row, row.column): row for row in corridor.rows("basis")}
    return corridor.with_tables({"demand": demand, "basis": tuple((known | dict(basis)).values())})


def growth_of(before: Mapping[Dyad, float], after: Mapping[Dyad, float]) -> dict[Dyad, float]:
    """The factor by which the trade of each pair grows; none for a pair without trade before, or unknown after."""
    both = [dyad for dyad in sorted(before) if before[dyad] > 0 and dyad in after]
    return {dyad: after[dyad] / before[dyad] for dyad in both}
