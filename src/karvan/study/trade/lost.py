"""What may go of a corridor, as it is said, and the corridor without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from karvan.corridor import Corridor
from karvan.corridor.row import Row, new_row
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.trade.taken import Taken, Ways, operators_of

PARTNER, FAMILY, PLACE, TERRITORY, WATERS, OPERATOR, SERVICE = KINDS = (
    "partner", "family", "place", "territory", "waters", "operator", "service",
)  # fmt: skip
CASES = {
    "northern": ("family:northern/RU;BY", "family:trans-siberian/RU;BY"),
    "caspian": ("waters:Caspian Sea",),
    "suez": ("place:SUEZ",),
}
"""Losses that are asked for by a name: transit through Russia, every crossing of the Caspian, the canal."""
GONE = "gone"
"""The family of what passes a place or country that is gone; no goods may be of it."""


class What(NamedTuple):
    """One thing that goes: a kind, its name, and for families and territories whose own goods still pass."""

    kind: str
    name: str
    open_to: tuple[str, ...] = ()

    def hits(self, taken: Taken) -> bool:
        """Whether goods on this way pass what is gone; those of a partner are for their ends to tell."""
        own = set(taken.ends)
        if self.kind == FAMILY:
            return taken.family == self.name and not own & set(self.open_to)
        if self.kind == TERRITORY:
            return self.name in taken.countries and not own & {self.name, *self.open_to}
        if self.kind == PLACE:
            return self.name in taken.places
        if self.kind == WATERS:
            return any(hop.link.waters == self.name for hop in taken.hops)
        if self.kind == OPERATOR:
            return any(self.name in operators_of(hop.service) for hop in taken.hops)
        return any(hop.service.id == self.name for hop in taken.hops)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" + (f"/{';'.join(self.open_to)}" if self.open_to else "")


def closed(corridor: Corridor, gone: Iterable[What]) -> Corridor:
    """The corridor without what goes. Rows of demand stay as they are, but for those of a partner that goes: of nought.

    What passes a place or territory that is gone is of a family of its own that is closed; services that sail on waters
    that are gone, or that an operator who is gone has a part in, are there no more.
    """
    gone = tuple(gone)
    family = {row.id: row for row in corridor.rows("family")}
    for one in gone:
        if one.kind == FAMILY:
            family[one.name] = family[one.name]._replace(closed=True, open_to=one.open_to)
    first = min((row.seq for row in family.values()), default=1)
    rules = []
    places = tuple(one.name for one in gone if one.kind == PLACE)
    if places:
        rules.append(new_row("family", id=GONE, name="What is gone", seq=first - 1, places=places, closed=True))
    for n, one in enumerate(one for one in gone if one.kind == TERRITORY):
        own = (one.name, *one.open_to)
        cells = {"id": f"{GONE}-{one.name}", "name": f"Through {one.name}", "seq": first - 2 - n}
        rules.append(new_row("family", **cells, countries=(one.name,), closed=True, open_to=own))
    ways = Ways(corridor)
    stopped = {row.id for row in corridor.rows("service") if any(_stops(one, row, ways) for one in gone)}
    partners = {one.name for one in gone if one.kind == PARTNER}
    country = {place.id: place.country for place in corridor.places()}
    ended = {
        row.id: 0.0 for row in corridor.rows("demand") if partners & {country[row.origin], country[row.destination]}
    }
    return corridor.with_tables(
        {
            "family": (*rules, *family.values()),
            "service": tuple(row for row in corridor.rows("service") if row.id not in stopped),
            "stop": tuple(row for row in corridor.rows("stop") if row.service not in stopped),
            "timetable": tuple(row for row in corridor.rows("timetable") if row.service not in stopped),
            "demand": times(corridor, ended),
        }
    )


def _stops(one: What, service: Row, ways: Ways) -> bool:
    """Whether a service is gone with this."""
    if one.kind == WATERS:
        return ways.passes(service.id, one.name)
    if one.kind == OPERATOR:
        return one.name in operators_of(service)
    return one.kind == SERVICE and one.name == service.id


def read_what(word: str) -> What:
    """KIND:NAME as people write it. Raises InputError."""
    kind, found, rest = word.partition(":")
    name, _, to = rest.partition("/")
    if not found or kind not in KINDS or not name or (to and kind not in (FAMILY, TERRITORY)):
        like = nearest(word, CASES, 1)
        remedy = f"did you mean {like[0]}?" if like else f"give a case ({', '.join(CASES)}) or KIND:NAME of {KINDS}"
        raise InputError("the request", [Problem("what", shown(word), remedy)])
    return What(kind, name, tuple(sorted(filter(None, to.split(";")))))


def moved(corridor: Corridor, places: Mapping[str, str]) -> Corridor:
    """The corridor with the ends of demand at some places moved to others; what would stay at one place is left."""
    if not places:
        return corridor
    rows = []
    for row in corridor.rows("demand"):
        ends = [places.get(end, end) for end in (row.origin, row.destination)]
        if ends != [row.origin, row.destination] and ends[0] != ends[1]:
            row = row._replace(origin=ends[0], destination=ends[1])  # noqa: PLW2901
        rows.append(row)
    return corridor.with_tables({"demand": tuple(rows)})


def read_moved(words: Iterable[str]) -> dict[str, str]:
    """PLACE=OTHER as people write it. Raises InputError with all that is wrong."""
    found: dict[str, str] = {}
    wrong = []
    for word in words:
        place, _, other = (part.strip() for part in word.partition("="))
        if not place or not other or place == other or place in found:
            wrong.append(Problem("moved", shown(word), "give PLACE=OTHER, each place once"))
        found[place] = other
    if wrong:
        raise InputError("the request", wrong)
    return found


def check_moved(corridor: Corridor, gone: Sequence[What], places: Mapping[str, str]) -> None:
    """Raises InputError with all places that are not gone, and all that goods cannot be moved to."""
    lost, there = {one.name for one in gone if one.kind == PLACE}, corridor.by_key("place")
    wrong = []
    for place, other in sorted(places.items()):
        if place not in lost:
            wrong.append(Problem("moved", shown(place), f"give a place that goes: {', '.join(sorted(lost)) or 'none'}"))
        if other not in there:
            like = nearest(other, there, 1)
            wrong.append(Problem("moved", shown(other), f"did you mean {like[0]}?" if like else "no such place"))
        elif other in lost:
            wrong.append(Problem("moved", shown(other), "it goes too: give one that stays"))
    if wrong:
        raise InputError("the request", wrong)


def check(corridor: Corridor, gone: Sequence[What], instead: Mapping[str, float]) -> None:
    """Raises InputError with all of what goes, and of the factors on demand, that there is not."""
    countries = {place.country for place in corridor.places()} - {""}
    known: dict[str, Iterable[str]] = {
        PARTNER: countries,
        TERRITORY: countries,
        FAMILY: corridor.by_key("family"),
        PLACE: corridor.by_key("place"),
        SERVICE: corridor.by_key("service"),
        WATERS: Ways(corridor).waters(),
        OPERATOR: {name for row in corridor.rows("service") for name in operators_of(row)},
    }
    wrong = []
    for one in gone:
        if one.name not in known[one.kind]:
            like = nearest(one.name, known[one.kind], 1)
            remedy = f"did you mean {like[0]}?" if like else f"the corridor has no such {one.kind}"
            wrong.append(Problem("what", shown(str(one)), remedy))
        wrong += [Problem(str(one), shown(code), "no such country") for code in one.open_to if code not in countries]
    for name, factor in sorted(instead.items()):
        if name not in corridor.by_key("demand"):
            wrong.append(Problem("instead", shown(name), "give a row of demand"))
        if not 0 <= factor <= 1000:
            wrong.append(Problem(f"instead, {name}", shown(factor), "give a factor from 0 to 1000"))
    if wrong:
        raise InputError("the request", wrong)


def times(corridor: Corridor, factors: Mapping[str, float]) -> tuple[Row, ...]:
    """The rows of demand, some of them times a factor."""

    def grown(row: Row) -> Row:
        cells = {name: getattr(row, name) for name in ("teu_year", "t_year")}
        return row._replace(**{name: value * factors[row.id] for name, value in cells.items() if value is not None})

    return tuple(grown(row) if row.id in factors else row for row in corridor.rows("demand"))
