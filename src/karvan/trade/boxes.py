"""From trade to boxes: the value that one country sells another as tonnes and TEU, by the month, and the empties.

The value of a pair is parted among commodities by its mix; a commodity's value over that of a tonne is its tonnes, and
of these what goes in boxes fills as many TEU as its tonnes a TEU say. Boxes that came full and find no load go back
empty. Low and high ends of values go with them through all of it; factors of commodities are taken as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.cells import Why

Dyad = tuple[str, str]
"""Who sells and who buys, by the codes of the trade figures."""

MONTHS = 12
ADDS_UP = 1e-3
"""By how much shares that should be the whole may miss it; what is missed is shared out in proportion."""
EVEN = ""
"""The profile of what goes evenly over the year."""


@dataclass(frozen=True, slots=True)
class Span:
    """A number, and the ends of its interval; all three are one where none is known."""

    value: float
    low: float
    high: float

    @classmethod
    def at(cls, value: float) -> Span:
        """A number without an interval."""
        return cls(value, value, value)

    def times(self, factor: float) -> Span:
        """By a factor of 0 or more."""
        return Span(self.value * factor, self.low * factor, self.high * factor)

    def above(self, other: Span) -> Span:
        """What this is more than another, nothing where it is less; ends as far apart as the two may be."""
        ends = (self.value - other.value, self.low - other.high, self.high - other.low)
        return Span(*(max(end, 0.0) for end in ends))


def total(spans: Iterable[Span]) -> Span:
    """The sum, of low ends and of high ends: as all may be low together, the widest that it can be."""
    every = list(spans)
    return Span(*(math.fsum(getattr(one, end) for one in every) for end in ("value", "low", "high")))


@dataclass(frozen=True, slots=True)
class Ware:
    """A commodity as value becomes boxes."""

    id: str
    t_per_teu: float
    usd_per_t: float | None
    """Missing where nobody says; such a commodity cannot be in a mix."""
    why: Why = field(default=Why())


@dataclass(frozen=True, slots=True)
class Part:
    """What a commodity is of a trade."""

    commodity: str
    share: float
    """Of the value."""
    boxed: float = 1.0
    """Of its tonnes, those that go in boxes; the others go in wagons, trucks, ships' holds or pipes."""
    profile: str = EVEN
    """Name of its shape over the year."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What a trade consists of, and what that stands on."""

    parts: tuple[Part, ...]
    why: Why = field(default=Why())


GENERAL = Mix((Part("general", 1.0),), Why((), "D", "assumed: all of it general cargo in containers, evenly"))
"""The mix where none is known."""


@dataclass(frozen=True, slots=True)
class Traded:
    """What one country sells another in a year, million USD."""

    exporter: str
    importer: str
    value_musd: Span
    why: Why = field(default=Why())

    @property
    def dyad(self) -> Dyad:
        return self.exporter, self.importer


@dataclass(frozen=True, slots=True)
class PackBoxes:
    """What is asked: trade into boxes. Defaults stand here and nowhere else."""

    trade: tuple[Traded, ...]
    wares: Mapping[str, Ware]
    mixes: Mapping[Dyad, Mix] = field(default_factory=dict)
    default: Mix = GENERAL
    """Of pairs that have no mix of their own."""
    profiles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Shares of the twelve months, by name."""
    returned: float = 1.0
    """Of the boxes that come in and find no load, those that go back empty by the way that they came; the others are
    sold, stay, or go elsewhere."""

    def mix(self, dyad: Dyad) -> Mix:
        """Of a pair."""
        return self.mixes.get(dyad, self.default)

    def checked(self) -> PackBoxes:
        """The request itself. Raises InputError with all that is wrong in it."""
        wrong = [*self._of_trade(), *self._of_mixes(), *self._of_profiles()]
        if not 0 <= self.returned <= 1:
            wrong.append(Problem("returned", shown(self.returned), "give a share from 0 to 1"))
        if wrong:
            raise InputError("trade into boxes", wrong)
        return self

    def _of_trade(self) -> Iterator[Problem]:
        seen: set[Dyad] = set()
        for one in self.trade:
            address, said = "-".join(one.dyad), one.value_musd
            if one.dyad in seen:
                yield Problem(address, "the pair twice", "keep one of the two, or add them up")
            seen.add(one.dyad)
            if one.exporter == one.importer:
                yield Problem(address, "trade of a country with itself", "leave it out: it passes no border")
            if not (0 <= said.low <= said.value <= said.high < math.inf):  # NaN is none of it either
                found = f"{said.value:g}, from {said.low:g} to {said.high:g}"
                yield Problem(f"{address}, value_musd", found, "give million USD, 0 or more, with low <= value <= high")

    def _of_mixes(self) -> Iterator[Problem]:
        used = {one.dyad: self.mix(one.dyad) for one in self.trade}
        told: set[int] = set()
        for dyad, mix in sorted(used.items()):
            address = f"mix of {'-'.join(dyad)}" if dyad in self.mixes else "default mix"
            if id(mix) not in told:
                yield from self._of_mix(address, mix)
            told.add(id(mix))

    def _of_mix(self, address: str, mix: Mix) -> Iterator[Problem]:
        shares = [part.share for part in mix.parts]
        if not all(0 <= share <= 1 for share in shares) or not abs(math.fsum(shares) - 1) <= ADDS_UP:
            yield Problem(address, f"shares of {', '.join(f'{s:g}' for s in shares)}", "give shares that add up to 1")
        names = [part.commodity for part in mix.parts]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Problem(address, f"{shown(name)} twice", "give each commodity once")
        for part in mix.parts:
            ware = self.wares.get(part.commodity)
            if ware is None:
                near = nearest(part.commodity, self.wares, 1)
                yield Problem(
                    address, shown(part.commodity), f"did you mean {near[0]}?" if near else "no such commodity"
                )
            elif part.share > 0 and not ware.usd_per_t:
                yield Problem(f"{address}, {ware.id}", "no value of a tonne", "give commodity its usd_per_t")
            if not 0 <= part.boxed <= 1:
                yield Problem(f"{address}, {part.commodity}, boxed", shown(part.boxed), "give a share from 0 to 1")
            if part.profile != EVEN and part.profile not in self.profiles:
                yield Problem(f"{address}, {part.commodity}, profile", shown(part.profile), "give its twelve shares")

    def _of_profiles(self) -> Iterator[Problem]:
        for name, shares in sorted(self.profiles.items()):
            fine = len(shares) == MONTHS and all(0 <= share <= 1 for share in shares)
            if not fine or abs(math.fsum(shares) - 1) > ADDS_UP:
                remedy = "give twelve shares that add up to 1"
                yield Problem(f"profile {name}", ", ".join(f"{share:g}" for share in shares) or "nothing", remedy)


@dataclass(frozen=True, slots=True)
class BoxRow:
    """What a commodity of a pair comes to in a year."""

    exporter: str
    importer: str
    commodity: str
    value_musd: Span
    tonnes: Span
    """All of them."""
    teu: Span
    """Of what goes in boxes."""
    loose_t: Span
    """Tonnes that do not go in boxes."""
    profile: str
    why: Why
    """All that the row stands on: the trade figure, the mix and the commodity; its grade is the worst of theirs."""

    @property
    def dyad(self) -> Dyad:
        return self.exporter, self.importer


@dataclass(frozen=True, slots=True)
class Empties:
    """Boxes that go back empty, from where they came in full to where they came from."""

    origin: str
    destination: str
    teu: Span


@dataclass(frozen=True)
class Boxes:
    """The boxes of a year's trade."""

    ask: PackBoxes
    rows: tuple[BoxRow, ...]
    """By pair, then commodity."""
    empties: tuple[Empties, ...]

    def of(self, dyad: Dyad) -> tuple[BoxRow, ...]:
        """The rows of a pair."""
        return tuple(row for row in self.rows if row.dyad == dyad)

    def teu(self, dyad: Dyad) -> Span:
        """Full ones of a pair in a year."""
        return total(row.teu for row in self.of(dyad))

    def months(self, row: BoxRow) -> tuple[Span, ...]:
        """TEU of a row in each month, January first; they add up to its year."""
        return tuple(row.teu.times(share) for share in month_shares(self.ask.profiles, row.profile))

    def columns(self) -> dict[str, list[str] | list[float]]:
        """A row each, as columns by name."""
        spans = ("value_musd", "tonnes", "teu", "loose_t")
        told: dict[str, list[str] | list[float]] = {
            name: [getattr(row, name) for row in self.rows] for name in ("exporter", "importer", "commodity", "profile")
        }
        for name in spans:
            for suffix, end in (("", "value"), ("_low", "low"), ("_high", "high")):
                told[name + suffix] = [getattr(getattr(row, name), end) for row in self.rows]
        return told | {"grade": [row.why.grade for row in self.rows], "note": [row.why.note for row in self.rows]}


def boxes(ask: PackBoxes) -> Boxes:
    """Trade as boxes. Raises InputError with all that is wrong in what is asked."""
    ask = ask.checked()
    rows = tuple(row for one in sorted(ask.trade, key=lambda one: one.dyad) for row in _rows(ask, one))
    return Boxes(ask, rows, tuple(_empties(ask, rows)))


def _rows(ask: PackBoxes, one: Traded) -> Iterator[BoxRow]:
    mix = ask.mix(one.dyad)
    whole = math.fsum(part.share for part in mix.parts)
    for part in sorted(mix.parts, key=lambda part: part.commodity):
        if part.share == 0:
            continue
        ware = ask.wares[part.commodity]
        value = one.value_musd.times(part.share / whole)
        tonnes = value.times(1e6 / (ware.usd_per_t or math.nan))  # checked: there is one
        yield BoxRow(
            one.exporter, one.importer, ware.id, value, tonnes, tonnes.times(part.boxed / ware.t_per_teu),
            tonnes.times(1 - part.boxed), part.profile, together(one.why, mix.why, ware.why),
        )  # fmt: skip


def _empties(ask: PackBoxes, rows: tuple[BoxRow, ...]) -> Iterator[Empties]:
    """What each country gets more of than it sends, to each that it gets boxes from."""
    dyads = sorted({row.dyad for row in rows})
    teu = {dyad: total(row.teu for row in rows if row.dyad == dyad) for dyad in dyads}
    none = Span.at(0.0)
    for one, other in dyads:
        empty = teu[one, other].above(teu.get((other, one), none)).times(ask.returned)
        if empty.high > 0:
            yield Empties(other, one, empty)


def month_shares(profiles: Mapping[str, tuple[float, ...]], name: str) -> tuple[float, ...]:
    """Shares of the twelve months, of which the whole is 1; even ones for no name."""
    shares = (1.0,) * MONTHS if name == EVEN else profiles[name]
    whole = math.fsum(shares)
    return tuple(share / whole for share in shares)


def together(*whys: Why) -> Why:
    """What stands on several things at once: all their facts, the worst of their grades, their notes in a row."""
    facts = tuple(dict.fromkeys(fact for why in whys for fact in why.facts))
    notes = dict.fromkeys(why.note for why in whys if why.note)
    return Why(facts, max((why.grade for why in whys), default="D"), "; ".join(notes))


def wares_of(corridor: Corridor) -> dict[str, Ware]:
    """The commodities of a package."""
    found = {}
    for row in corridor.rows("commodity"):
        known = (corridor.evidence.find_basis("commodity", row.id, name) for name in ("t_per_teu", "usd_per_t"))
        whys = [Why(tuple(basis.facts), basis.grade) for basis in known if basis is not None]
        found[row.id] = Ware(row.id, row.t_per_teu, row.usd_per_t, together(*whys))
    return found


def profiles_of(corridor: Corridor) -> dict[str, tuple[float, ...]]:
    """The shapes over the year that a package has: shares of twelve months by name, none for a month that it omits."""
    found: dict[str, list[float]] = {}
    for row in corridor.rows("month_profile"):
        found.setdefault(row.profile, [0.0] * MONTHS)[row.month - 1] = row.share
    return {name: tuple(shares) for name, shares in found.items()}
