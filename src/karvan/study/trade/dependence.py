"""What hangs on one partner, route, port, border or operator: of rows of trade, and of the flows of an assignment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.trade.dependence import Bounds, Concentration, Part, concentration, moved

if TYPE_CHECKING:
    from karvan.corridor import Corridor
    from karvan.study.trade.taken import Taken

EXPORTS, IMPORTS, TURNOVER = DIRECTIONS = ("exports", "imports", "turnover")
WORLD = "WLD"
"""The partner whose figure is the total."""


class TradeFigure(Protocol):
    """A row of trade, as the package's table has it: one customs' figure of what one country sold another."""

    @property
    def year(self) -> int: ...
    @property
    def exporter(self) -> str: ...
    @property
    def importer(self) -> str: ...
    @property
    def reporter(self) -> str: ...
    @property
    def value_musd(self) -> float | None: ...


class Odd(NamedTuple):
    """What is odd of a year's figures, but usable."""

    year: int
    direction: str
    what: str
    who: str
    """Partners, or figures."""


class YearOf(NamedTuple):
    """The partners of a country in one year and direction."""

    year: int
    direction: str
    found: Concentration


class Change(NamedTuple):
    """Whether the index rose or fell between two years that follow each other in the figures."""

    direction: str
    since: int
    year: int
    how: str
    """rose, fell, stayed, or unknown where the bounds overlap."""


@dataclass(frozen=True)
class TradeDependence:
    """Shares and indices of a country's partners by year. Million USD."""

    country: str
    years: tuple[YearOf, ...]
    """By direction, then by year."""
    odd: tuple[Odd, ...]

    def at(self, year: int, direction: str = TURNOVER) -> Concentration:
        """Of one year. Raises InputError where there are no figures."""
        for one in self.years:
            if (one.year, one.direction) == (year, direction):
                return one.found
        known = sorted({one.year for one in self.years if one.direction == direction})
        remedy = f"there are {direction} of {', '.join(map(str, known))}" if known else "give figures of trade"
        raise InputError("the request", [Problem("year", shown(year), remedy)])

    def changes(self, direction: str = TURNOVER) -> list[Change]:
        """From each year to the next of which there are figures."""
        own = [one for one in self.years if one.direction == direction]
        return [
            Change(direction, a.year, b.year, moved(a.found.index, b.found.index)) for a, b in pairwise(own)
        ]  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """A row for each year and direction, for tables; what is not bounded is missing."""
        return [
            {"country": self.country, "year": one.year, "direction": one.direction, **summary(one.found)}
            for one in self.years
        ]

    def shares(self) -> list[dict[str, Any]]:
        """A row for each partner in each year and direction."""
        return [
            {"country": self.country, "year": one.year, "direction": one.direction, "partner": part.name,
             "low_musd": part.low, "high_musd": part.high if part.high < inf else None,
             "share_low": one.found.shares[part.name].low, "share_high": one.found.shares[part.name].high}
            for one in self.years for part in one.found.parts
        ]  # fmt: skip


def summary(found: Concentration) -> dict[str, Any]:
    """An index with its bounds as cells of a row."""
    top = max(found.parts, key=lambda part: (found.shares[part.name].high, part.name)).name if found.parts else ""
    many = found.effective.high
    return {
        "index_low": found.index.low, "index_high": found.index.high,
        "effective_low": found.effective.low, "effective_high": many if many < inf else None,
        "top": top, "top_share_low": found.top_share.low, "top_share_high": found.top_share.high,
        "known_share_low": found.known.low, "known_share_high": found.known.high, "parts": len(found.parts),
    }  # fmt: skip


def trade_dependence(
    figures: Iterable[TradeFigure],
    country: str,
    *,
    reporters: Collection[str] = (),
    complete: bool = False,
    partners: int | None = None,
    top: bool = False,
) -> TradeDependence:
    """What a country's trade hangs on, year by year, with bounds where partners are missing or figures disagree.

    Args:
        figures: rows of trade; several of one year and pair are rivals, and give an interval. WLD is the total.
        country: its code, as in the figures.
        reporters: whose customs count; none is all.
        complete: whether all trade of each year is in the figures, so that what is not there is nought.
        partners: how many partners there are at most, with those that are not in the figures; None: not known.
        top: whether those in the figures are the largest.

    Raises:
        InputError: for figures below nought, trade of a country with itself, or a country without any.
    """
    rows = list(figures)
    _check(rows, country)
    values: dict[tuple[str, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if country in (row.exporter, row.importer) and (not reporters or row.reporter in reporters):
            direction, partner = (EXPORTS, row.importer) if row.exporter == country else (IMPORTS, row.exporter)
            of = values[direction, row.year][partner]
            if row.value_musd is not None:
                of.append(float(row.value_musd))
    odd: list[Odd] = []
    known: dict[tuple[str, int], tuple[list[Part], Bounds | None]] = {}
    for (direction, year), by_partner in values.items():
        known[direction, year] = _parts(by_partner, odd, year, direction)
    for year in sorted({year for _, year in known}):
        if (EXPORTS, year) in known and (IMPORTS, year) in known:
            known[TURNOVER, year] = _turnover(known[EXPORTS, year], known[IMPORTS, year], odd, year, complete)
    years = []
    for direction, year in sorted(known, key=lambda one: (DIRECTIONS.index(one[0]), one[1])):
        parts, total = known[direction, year]
        if not parts or not any(part.high for part in parts):
            odd.append(Odd(year, direction, "no trade", ""))
            continue
        others = 0 if complete else None if partners is None else max(partners - len(parts), 0)
        whole = total
        if complete and total and sum(part.high for part in parts) < total.low:
            odd.append(Odd(year, direction, "all parts are less than the total", f"of {total.low:g}"))
            whole = None
        years.append(YearOf(year, direction, concentration(parts, whole, others=others, top=top)))
    if not years:
        raise InputError("the figures", [Problem(country, "no figure that is left", "give others, or more reporters")])
    return TradeDependence(country, tuple(years), tuple(sorted(odd)))


def _check(rows: Sequence[TradeFigure], country: str) -> None:
    wrong = []
    for n, row in enumerate(rows):
        address = f"row {n + 1}, {row.exporter} > {row.importer} {row.year}"
        if row.value_musd is not None and not 0 <= row.value_musd < inf:
            wrong.append(Problem(address, f"{row.value_musd:g}", "give million USD, 0 or more"))
        if row.exporter == row.importer:
            wrong.append(Problem(address, "trade with itself", "leave it out: it is no dependence on anyone"))
    codes = {row.exporter for row in rows} | {row.importer for row in rows}
    if country not in codes:
        near = nearest(country, codes, 1)
        wrong.append(Problem("country", shown(country), f"did you mean {near[0]}?" if near else "give one with trade"))
    if wrong:
        raise InputError("the figures of trade", wrong)


def _parts(
    values: Mapping[str, list[float]], odd: list[Odd], year: int, direction: str
) -> tuple[list[Part], Bounds | None]:
    """Partners with what is said of each, and the total if it is said."""
    parts = [
        Part.of(name, *some) if some else Part(name, 0.0, inf) for name, some in sorted(values.items()) if name != WORLD
    ]
    said = values.get(WORLD)
    if not said:
        return parts, None
    total, least = Bounds(min(said), max(said)), sum(part.low for part in parts)
    if least > total.high:
        odd.append(Odd(year, direction, "the parts are more than the total", f"{least:g} of {total.high:g}"))
        total = Bounds(least, least)
    return parts, total


def _turnover(
    sold: tuple[list[Part], Bounds | None],
    bought: tuple[list[Part], Bounds | None],
    odd: list[Odd],
    year: int,
    complete: bool,
) -> tuple[list[Part], Bounds | None]:
    """Exports and imports of each partner together; of what is known one way only, the other is whatever is left of the
    total of that way: missing is not nought."""
    ways = [({part.name: part for part in parts}, total) for parts, total in (sold, bought)]
    spare = [
        0.0 if complete else max(total.high - sum(part.low for part in parts.values()), 0.0) if total else inf
        for parts, total in ways
    ]
    parts = []
    for name in sorted(ways[0][0] | ways[1][0]):
        low = high = 0.0
        for (of, _), left in zip(ways, spare, strict=True):
            part = of.get(name)
            low += part.low if part else 0.0
            high += part.high if part else left
            if part is None and left:
                odd.append(Odd(year, TURNOVER, "turnover known one way only", name))
        parts.append(Part(name, low, high))
    if sold[1] is None or bought[1] is None:
        return parts, None
    return parts, Bounds(sold[1].low + bought[1].low, sold[1].high + bought[1].high)


# --- routes


class Amount(NamedTuple):
    """A year."""

    tonnes: float
    teu: float


@dataclass(frozen=True)
class Relied:
    """How goods part among the routes, ports, ... of one kind.

    A share is of all goods; what passes two ports counts for both, and the index is of all such passages.
    """

    kind: str
    shares: Mapping[str, Bounds]
    """Of tonnes, the largest first."""
    teu: Mapping[str, Bounds]
    """TEU a year through each."""
    tonnes: Mapping[str, Bounds]
    without: float
    """Share of the tonnes that pass none."""
    found: Concentration
    """Of tonnes."""

    @property
    def index(self) -> Bounds:
        return self.found.index

    def share(self, name: str) -> Bounds:
        """Of one of them; nought where nothing passes it."""
        return self.shares.get(name, Bounds(0.0, 0.0))


@dataclass(frozen=True)
class Reliance:
    """What the goods of a country, or of the corridor, rely on."""

    country: str
    """Empty for the corridor."""
    goods: Amount
    kinds: tuple[Relied, ...]

    def kind(self, name: str) -> Relied:
        """One kind. Raises InputError where no goods pass any of it."""
        for one in self.kinds:
            if one.kind == name:
                return one
        known = ", ".join(one.kind for one in self.kinds)
        raise InputError("the request", [Problem("kind", shown(name), f"goods pass these: {known}")])

    def rows(self) -> list[dict[str, Any]]:
        """A row for each kind, for tables."""
        return [{"country": self.country, "kind": one.kind, **summary(one.found), "without": one.without}
                for one in self.kinds]  # fmt: skip

    def shares(self) -> list[dict[str, Any]]:
        """A row for each route, port, ..."""
        return [
            {"country": self.country, "kind": one.kind, "name": name, "share_low": share.low, "share_high": share.high,
             "tonnes_low": one.tonnes[name].low, "tonnes_high": one.tonnes[name].high,
             "teu_low": one.teu[name].low, "teu_high": one.teu[name].high}
            for one in self.kinds for name, share in one.shares.items()
        ]  # fmt: skip


def reliance(chains: Iterable[Mapping[str, Any]], corridor: Corridor, country: str = "") -> Reliance:
    """What goods rely on: families of routes, places of entry, ports, borders, straits, and operators of vessels.

    Args:
        chains: rows of `ServiceFlows.chains`, or of the table `chains` of a run: all that is sent.
        corridor: the one that they are of.
        country: its goods only, from there or to there, ISO 3166 of two letters; without one all.

    Raises:
        InputError: the corridor has no such country, or it has no goods.
    """
    from karvan.study.trade.taken import Ways

    known = {place.country for place in corridor.places()} - {""}
    if country and country not in known:
        near = nearest(country, known, 1)
        remedy = f"did you mean {near[0]}?" if near else f"give one of {', '.join(sorted(known))}"
        raise InputError("the request", [Problem("country", shown(country), remedy)])
    ways, passed = Ways(corridor), _Passed()
    for row in chains:
        taken = ways.of(row)
        ends = taken.ends
        if not country or (country in ends and ends[0] != ends[1]):
            passed.add(taken, country, Amount(float(row["tonnes"]), float(row["teu"])))
    if not passed.goods.tonnes:
        raise InputError("the request", [Problem("country", shown(country), "no goods come from there or go there")])
    return Reliance(country, passed.goods, tuple(passed.kinds()))


class _Passed:
    """Sums of goods by what they pass; each passage is of one of several where it is not told of which."""

    def __init__(self) -> None:
        self.goods = Amount(0.0, 0.0)
        self.by_kind: dict[str, dict[tuple[str, ...], Amount]] = {}
        self.any: dict[str, float] = defaultdict(float)

    def add(self, taken: Taken, country: str, amount: Amount) -> None:
        from karvan.study.trade.taken import BORDER, ENTRY, FAMILY, OPERATOR, PORT, STRAIT

        met: dict[str, frozenset[tuple[str, ...]]] = {
            FAMILY: frozenset({(taken.family,)}),
            ENTRY: frozenset({(taken.entry(country),)} if country else ()),
            PORT: frozenset((place,) for place in taken.ports),
            BORDER: frozenset((name,) for name in taken.borders),
            STRAIT: frozenset((place,) for place in taken.straits),
            OPERATOR: taken.operators,
        }
        self.goods = _sum(self.goods, amount)
        for kind, names in met.items():
            sums = self.by_kind.setdefault(kind, {})
            for name in sorted(names):
                sums[name] = _sum(sums.get(name, Amount(0.0, 0.0)), amount)
            self.any[kind] += amount.tonnes if names else 0.0

    def kinds(self) -> Iterator[Relied]:
        for kind, sums in self.by_kind.items():
            if any(amount.tonnes for amount in sums.values()):
                yield self._relied(kind, sums)

    def _relied(self, kind: str, sums: Mapping[tuple[str, ...], Amount]) -> Relied:
        bounds: dict[str, list[Amount]] = {}
        for names, amount in sums.items():
            for name in names:
                low, high = bounds.setdefault(name, [Amount(0.0, 0.0), Amount(0.0, 0.0)])
                sole = amount if len(names) == 1 else Amount(0.0, 0.0)
                bounds[name] = [_sum(low, sole), _sum(high, amount)]
        whole = sum(amount.tonnes for amount in sums.values())
        unnamed = any(not names and amount.tonnes for names, amount in sums.items())
        order = sorted(bounds, key=lambda name: (-bounds[name][1].tonnes, name))
        tonnes = {name: Bounds(*(one.tonnes for one in bounds[name])) for name in order}
        parts = [Part(name, *tonnes[name]) for name in order]
        # What none is named for may be of those who are named, too: then their shares are as open as that.
        spare = sums[()].tonnes if unnamed else 0.0
        parts = [Part(part.name, part.low, part.high + spare) for part in parts]
        goods = self.goods.tonnes
        shares = {part.name: Bounds(part.low / goods, min(part.high / goods, 1.0)) for part in parts}
        return Relied(
            kind,
            shares,
            {name: Bounds(*(one.teu for one in bounds[name])) for name in order},
            tonnes,
            1.0 - self.any[kind] / goods,
            concentration(parts, whole, others=None if unnamed else 0),
        )  # fmt: skip


def _sum(a: Amount, b: Amount) -> Amount:
    return Amount(a.tonnes + b.tonnes, a.teu + b.teu)
