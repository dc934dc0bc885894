"""The trade of two countries in boxes: value, tonnes and TEU by commodity and way, months, and what goes back empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import fsum, inf
from typing import TYPE_CHECKING, Literal

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.flow.services.goods import unit_of
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.cells import Why
from karvan.study.trade.base import ABSENT, FORETOLD, published_flows, trade_base
from karvan.study.trade.demand import codes_of, dyads_of, tonnes_of
from karvan.study.trade.figures import years_of_matrix
from karvan.study.trade.mixing import Fallback, Mixed, demand_year, mixes_for
from karvan.trade.boxes import (
    Boxes,
    BoxRow,
    Dyad,
    Mix,
    PackBoxes,
    Span,
    Traded,
    boxes,
    profiles_of,
    total,
    wares_of,
)

if TYPE_CHECKING:
    from karvan.trade.fitted import NotConverged


@dataclass(frozen=True)
class AskBoxes:
    """What is asked: trade of some pairs of countries in boxes. Defaults stand here and nowhere else."""

    pairs: tuple[Dyad, ...]
    """By the codes of the trade figures; both ways of each."""
    year: int = 2024
    values: Mapping[Dyad, float] = field(default_factory=dict)
    """Million USD that seller sells buyer, in place of what is known."""
    mixes: Mapping[Dyad, Mix] = field(default_factory=dict)
    """In place of the package's; for `mixing.ANY` of every pair that has none of its own here."""
    fallback: Fallback = ""
    """What stands in for a mix that is not known; without it such a pair is refused."""
    one_way: bool = False
    """Only from the first of each pair to the second: what goes back is then not told."""

    @property
    def ways(self) -> tuple[Dyad, ...]:
        """From seller to buyer, in the order of the pairs."""
        every = (way for one, other in self.pairs for way in ((one, other), (other, one))[: 1 if self.one_way else 2])
        return tuple(dict.fromkeys(every))


@dataclass(frozen=True)
class Value:
    """What one country sells another in a year."""

    musd: Span
    """Its ends are those of rival figures of the same year; where there are none, the figure itself."""
    ground: Literal["published", "foretold", "given", "none"]
    year: int | None
    """Of the figure, where one was published."""
    why: Why


@dataclass(frozen=True)
class Counted:
    """What the package's demand already has of a pair in the year of the mix."""

    rows: tuple[str, ...]
    teu: float
    """Of containers."""
    tonnes: float
    """Of all."""


@dataclass(frozen=True)
class Way:
    """What one country sells another, in boxes."""

    exporter: str
    importer: str
    value: Value
    mixed: Mixed | None
    """None where there is no trade to be mixed."""
    rows: tuple[BoxRow, ...]
    counted: Counted
    months: tuple[float, ...]
    """TEU, January first."""

    @property
    def dyad(self) -> Dyad:
        return self.exporter, self.importer

    @property
    def teu(self) -> Span:
        return total(row.teu for row in self.rows)


@dataclass(frozen=True)
class Boxed:
    """The answer."""

    ask: AskBoxes
    of: int
    """The year of the package whose demand the mixes are of."""
    ways: tuple[Way, ...]
    boxes: Boxes
    """Without empties where only one way is asked."""

    @property
    def any(self) -> bool:
        """Whether there is any trade in it."""
        return any(way.rows for way in self.ways)


def in_boxes(corridor: Corridor, ask: AskBoxes) -> Boxed | NotConverged:
    """The trade of pairs of countries in boxes.

    The value of a way is the one given; else the figure published of the year or of one within two of it; else what a
    gravity model foretells (`trade_base`), which is fitted only where it is needed.

    Raises:
        InputError: for countries that there are not, values that are none, mixes that are not known or cannot be used.
    """
    from karvan.trade.fitted import NotConverged

    _check(corridor, ask)
    of = demand_year(corridor, ask.year)
    values = _values(corridor, ask)
    if isinstance(values, NotConverged):
        return values
    traded = [dyad for dyad in ask.ways if values[dyad].musd.high > 0]
    mixed = mixes_for(corridor, traded, of, ask.mixes, ask.fallback)
    found = boxes(
        PackBoxes(
            tuple(Traded(*dyad, values[dyad].musd, values[dyad].why) for dyad in traded),
            wares_of(corridor),
            {dyad: _dated(one.mix, one.ground == "demand" and of != ask.year, of) for dyad, one in mixed.items()},
            profiles=profiles_of(corridor),
        )
    )
    if ask.one_way:
        found = replace(found, empties=())
    counted = _counted(corridor, of)
    ways = tuple(
        Way(*dyad, values[dyad], mixed.get(dyad), found.of(dyad), counted.get(dyad, NOTHING), _months(found, dyad))
        for dyad in ask.ways
    )
    return Boxed(ask, of, ways, found)


NOTHING = Counted((), 0.0, 0.0)


def _dated(mix: Mix, other: bool, of: int) -> Mix:
    return replace(mix, why=replace(mix.why, note=f"{mix.why.note} in {of}")) if other else mix


def _months(found: Boxes, dyad: Dyad) -> tuple[float, ...]:
    by_row = [[month.value for month in found.months(row)] for row in found.of(dyad)]
    return tuple(map(fsum, zip(*by_row, strict=True))) or (0.0,) * 12


def _check(corridor: Corridor, ask: AskBoxes) -> None:
    known = {row.id for row in corridor.rows("country")} | set(codes_of(corridor).values())
    wrong = []
    if not ask.pairs:
        wrong.append(Problem("pairs", "none", "give two countries, as AZE-CHN"))
    for code in dict.fromkeys(code for pair in ask.pairs for code in pair):
        if code not in known:
            near = ", ".join(nearest(code, known)) or "none is like it"
            wrong.append(Problem(f"country {shown(code)}", "no country of the package", f"give ISO alpha-3: {near}"))
    wrong += [
        Problem("pairs", f"{one} with itself", "give two countries") for one, other in ask.pairs if one == other
    ]  # fmt: skip
    for what, given in (("value", ask.values), ("mix", ask.mixes)):
        wrong += [
            Problem(f"{what} of {'-'.join(dyad)}", "a pair that is not asked", "ask for it too, or leave it out")
            for dyad in sorted(given) if dyad not in ask.ways and any(dyad)
        ]  # fmt: skip
    wrong += [
        Problem(f"value of {'-'.join(dyad)}", shown(musd), "give million USD, 0 or more")
        for dyad, musd in sorted(ask.values.items()) if not 0 <= musd < inf
    ]  # fmt: skip
    if wrong:
        raise InputError("trade in boxes", wrong)


def _values(corridor: Corridor, ask: AskBoxes) -> dict[Dyad, Value] | NotConverged:
    """What is sold on each way."""
    from karvan.trade.fitted import NotConverged

    found = {
        dyad: Value(Span.at(ask.values[dyad]), "given", None, Why((), "D", "value as given"))
        for dyad in ask.ways if dyad in ask.values
    }  # fmt: skip
    wanted = [dyad for dyad in ask.ways if dyad not in found]
    if ask.year not in years_of_matrix(corridor):
        figures = published_flows(corridor, ask.year)
        found |= {dyad: _published(corridor, dyad, figures[dyad]) for dyad in wanted if dyad in figures}
        wanted = [dyad for dyad in wanted if dyad not in figures]
    if not wanted:
        return found
    base = trade_base(corridor, ask.year)
    if isinstance(base, NotConverged):
        return base
    wrong = [
        Problem(f"trade of {'-'.join(dyad)}", "none known, and none foretold", "give its value")
        for dyad in wanted if dyad not in base.stands_on
    ]  # fmt: skip
    if wrong:
        raise InputError("trade in boxes", wrong)
    known = corridor.by_key("trade")
    for dyad in wanted:
        said = base.stands_on[dyad]
        if said == FORETOLD:
            note = f"value of {ask.year} foretold by what both make, no interval"
            found[dyad] = Value(Span.at(base.musd(*dyad)), "foretold", None, Why((), "D", note))
        elif said == ABSENT:
            why = Why((), "D", "none in the matrix of the year: what is small is absent")
            found[dyad] = Value(Span.at(0.0), "none", ask.year, why)
        else:
            found[dyad] = _published(corridor, dyad, known[said])
    return found


def _published(corridor: Corridor, dyad: Dyad, row: Row) -> Value:
    """A published figure between the rival ones of its year."""
    rivals = [one.value_musd for one in _figures(corridor, dyad) if one.year == row.year]
    why = Why((row.id,), row.confidence, f"value as published of {row.year}")
    return Value(Span(row.value_musd, min(rivals), max(rivals)), "published", row.year, why)


def _figures(corridor: Corridor, dyad: Dyad) -> Iterator[Row]:
    """Figures of whole years of what one sells the other, by either."""
    for row in corridor.rows("trade"):
        if row.period or row.value_musd is None or row.flow == "turnover":
            continue
        if dyad == ((row.reporter, row.partner) if row.flow == "export" else (row.partner, row.reporter)):
            yield row


def _counted(corridor: Corridor, year: int) -> dict[Dyad, Counted]:
    """What the package's demand has of each pair."""
    of, tonnes, wares = dyads_of(corridor, year), tonnes_of(corridor, year), wares_of(corridor)
    found: dict[Dyad, Counted] = {}
    for row in corridor.rows("demand"):
        if row.id in of and row.year == year:
            had = found.get(of[row.id], NOTHING)
            teu = tonnes[row.id] / wares[row.commodity].t_per_teu if unit_of(row) == "container" else 0.0
            found[of[row.id]] = Counted((*had.rows, row.id), had.teu + teu, had.tonnes + tonnes[row.id])
    return found
