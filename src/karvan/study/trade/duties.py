"""Duties before and after a change, by pair: of an area, of one country on all or of all on one, by accession."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, shown

if TYPE_CHECKING:
    from karvan.study.trade.what_if import TradeChange

Pair = tuple[str, str]
ALL = "ALL"
"""Stands for every country, as seller in `duty.csv` and on either side of a duty that is asked for."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What a buyer takes of a seller's goods as things are."""

    rate_pct: float
    """Of the value."""
    year: int | None = None
    kind: str = ""
    """MFN or AHS; empty where it is not said."""
    mean: str = ""
    """What it is a mean of, where a file says."""


@dataclass(frozen=True, eq=False)
class Duties:
    """Duties as they are."""

    rates: Mapping[Pair, Duty]
    """By buyer and seller, or buyer and ALL for sellers who have no row of their own."""
    file: str = ""
    """Where they are out of a file."""
    said: tuple[str, ...] = ()
    """How the file was read, and what of it was not used."""

    def find(self, seller: str, buyer: str) -> Duty | None:
        """What a buyer takes of a seller's goods; None where it is not known."""
        return self.rates.get((buyer, seller), self.rates.get((buyer, ALL)))


@dataclass(frozen=True, eq=False)
class Effect:
    """What a change does to duties and memberships, by seller and buyer."""

    duties: Mapping[Pair, tuple[float, float]]
    """Before and after, per cent of the value."""
    joined: tuple[Pair, ...] = ()
    """Pairs of which both are members from then on, where that is counted as a whole."""
    said: tuple[str, ...] = ()
    """What a reader must know of it, above all where it changes nothing."""


def known_duties(corridor: Corridor, file: Path | None = None, countries: Sequence[str] = (), year: int = 0) -> Duties:
    """Duties as they are: of a package, or of a file of WITS in their place.

    Args:
        countries: those whose trade is known.
        year: of the trade that is changed; of a file the year before it counts.

    Raises: InputError for a file that cannot be read or has nothing of these countries.
    """
    if file is not None:
        from karvan.study.trade.tariffs import duties_of_file

        return duties_of_file(file, corridor, countries, year)
    return Duties(
        {
            (row.importer, row.exporter): Duty(row.rate_pct, row.year)
            for row in corridor.rows("duty")
            if row.rate_pct is not None
        }
    )


def effects_of(
    changes: Iterable[TradeChange], corridor: Corridor, known: Duties, countries: Sequence[str], year: int
) -> list[Effect]:
    """What each change does to duties and memberships, as `effect_of` tells it. Raises InputError of all of them."""
    found, problems = [], list[Problem]()
    for change in changes:
        try:
            found.append(effect_of(change, corridor, known, countries, year))
        except InputError as bad:
            problems += [one for one in bad.problems if one not in problems]
    if problems:
        raise InputError("what if", problems)
    return found


def effect_of(change: TradeChange, corridor: Corridor, known: Duties, countries: Sequence[str], year: int) -> Effect:
    """What a change does to duties, and who are both members then.

    Of several that name one pair counts the area, then a duty of the pair itself, then one with ALL, then the binding
    of an accession.

    Args:
        known: duties before.
        countries: those whose trade is known.
        year: of the trade that is changed; members are those of then.

    Raises: InputError for a duty that changes and is not known, and for an accession that cannot be told.
    """
    from karvan.study.trade.accession import bound, joining

    problems: list[Problem] = []
    area = {(one, other) for one in change.area for other in change.area if one != other}
    wanted = dict.fromkeys(area, 0.0) if change.by == "duty" else {}
    rates, wrong = _spread(change.rates, countries, set(wanted))
    problems += wrong
    wanted = rates | wanted
    found, unknown = {}, set()
    for (one, other), after in sorted(wanted.items()):
        before = known.find(one, other)
        if before is None:
            unknown.add((one, other))
        else:
            found[one, other] = before.rate_pct, after
    problems += _not_known(unknown, change.rates, area)
    joined: tuple[Pair, ...] = ()
    said: list[str] = []
    try:
        if change.accession and change.by == "duty":
            more, said = bound(change, corridor, known, countries, year)
            found = more | found
        elif change.accession:
            joined, said = joining(change, corridor, countries, year)
    except InputError as bad:
        problems += bad.problems
    if problems:
        raise InputError(f"change {shown(change.name)}", problems)
    return Effect(found, joined, tuple(said))


def _spread(
    rates: Mapping[Pair, float], countries: Sequence[str], settled: set[Pair]
) -> tuple[dict[Pair, float], list[Problem]]:
    """Duties from then on by pair, ALL written out; a pair of its own wins. Two ALL that differ are a problem."""
    of_pairs = {pair: rate for pair, rate in rates.items() if ALL not in pair}
    found: dict[Pair, tuple[float, Pair]] = {}
    problems = []
    if (ALL, ALL) in rates:
        problems.append(Problem("duty of ALL on goods of ALL", "nobody is named", "name the seller or the buyer"))
    for said, rate in sorted(item for item in rates.items() if item[0] != (ALL, ALL)):
        for pair in _named(said, countries) if ALL in said else ():
            if pair in of_pairs or pair in settled:
                continue
            other = found.setdefault(pair, (rate, said))
            if other[0] != rate:
                told = f"{other[0]:g} % by {'-'.join(other[1])}, {rate:g} % by {'-'.join(said)}"
                remedy = f"give {'-'.join(pair)} itself too"
                problems.append(Problem(f"duty of {pair[1]} on goods of {pair[0]}", told, remedy))
    return {pair: rate for pair, (rate, _) in found.items()} | of_pairs, problems


def _named(said: Pair, countries: Iterable[str]) -> Iterator[Pair]:
    """The pairs that ALL on one side stands for."""
    seller, buyer = said
    for code in countries:
        if code not in said:
            yield (code, buyer) if seller == ALL else (seller, code)


def _not_known(unknown: set[Pair], rates: Mapping[Pair, float], area: set[Pair]) -> Iterator[Problem]:
    """Duties that change and are not known: each by itself, those by ALL together."""
    alone = {pair for pair in unknown if pair in area or pair in rates}
    for one, other in sorted(alone):
        remedy = "add it to duty.csv, or give a file of tariffs"
        if (one, other) in area:
            remedy += "; or count the area as agreements have worked elsewhere (by: agreement)"
        yield Problem(f"duty of {other} on goods of {one}", "not known", remedy)
    rest = unknown - alone
    for said in sorted(pair for pair in rates if ALL in pair and pair != (ALL, ALL)):
        buyers = sorted({buyer for seller, buyer in rest if said in ((seller, ALL), (ALL, buyer))})
        if not buyers:
            continue
        whose = "every country" if said[0] == ALL else said[0]
        remedy = "add them to duty.csv, give a file of tariffs, or name the pairs whose duty is known"
        yield Problem(f"duties on goods of {whose}", f"not known of {', '.join(buyers)}", remedy)
