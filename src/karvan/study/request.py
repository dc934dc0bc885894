"""Reading a request: from a shipper's words to what the planner is asked, with everything wrong in it at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from karvan.corridor.corridor import Corridor
from karvan.corridor.gazetteer import Gazetteer
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.itinerary import FindItineraries, Load
from karvan.itinerary.request import CRITERIA, MODES
from karvan.itinerary.spread import MOST_SAMPLES
from karvan.study.shipper import NOBODY, Shipper
from karvan.tables.register import GOODS

DEFAULT_COMMODITY = "general"
DRY = "dry"
"""Goods that are nothing special, whatever the commodity."""
OF_SERVICES = ("service", "operator")
"""Words of `avoid` that mean services, before a colon."""
FIRST_YEAR, LAST_YEAR = 1950, 2100
HORIZON_DAYS = FindItineraries.__dataclass_fields__["horizon_days"].default


class End(NamedTuple):
    """How a word that ends something is written, and what to do where it is too early."""

    day: str
    instant: str
    later: str


ENDS = {
    "promised": End("2026-12-24", "2026-12-24T18:00+03:00", "promise a later day"),
    "until": End("2026-12-07", "2026-12-07T18:00+08:00", "end the window later"),
    "arrive_by": End("2026-12-24", "2026-12-24T18:00+03:00", "give a later arrival, or an earlier departure"),
}


def read_request(
    gazetteer: Gazetteer,
    origin: str,
    destination: str,
    depart: str | dt.date | None,
    load: str | Load,
    *,
    commodity: str,
    avoid: str | Iterable[str],
    via: str | Iterable[str],
    modes: str | Iterable[str],
    epsilon: float | None,
    horizon_days: float | None,
    past: bool,
    goods: str | Iterable[str] | None = None,
    documents: str | Iterable[str] | None = None,
    shipper: Shipper | Path | str | None = None,
    value_of_time_usd_h: float | None = None,
    tonnes: float | None = None,
    promised: str | dt.date | None = None,
    samples: int | None = None,
    seed: int | None = None,
    criteria: str | Iterable[str] | None = None,
    until: str | dt.date | None = None,
    arrive_by: str | dt.date | None = None,
) -> FindItineraries:
    """What the planner is asked, from a shipper's words. Raises InputError with everything that is wrong in them."""
    reading = _Reading(gazetteer)
    start, end = reading.place(origin, "origin"), reading.place(destination, "destination")
    if start and end and start.id == end.id:
        reading.problem("destination", shown(destination), "give another place than the origin")
    asker = reading.shipper(shipper)
    said, ware = reading.load(load, tonnes), reading.commodity(commodity)
    boxes, mass = reading.filled(said, ware)
    countries, places, links, services = reading.avoided([*_words(avoid), *asker.avoid])
    wished = tuple(place.id for word in _words(via) if (place := reading.place(word, "via")))
    chosen = reading.modes(_words(modes) or asker.modes)
    papers = reading.documents(asker.documents if documents is None else _words(documents))
    kinds = reading.goods(asker.goods if goods is None else _words(goods), ware)
    leaves = reading.depart(depart, start, past=past)
    bounds = reading.bounds(epsilon, horizon_days, value_of_time_usd_h)
    luck = reading.luck(samples, seed)
    due = reading.ends("promised", promised, end, leaves)
    held_on = reading.criteria(criteria)
    departs = reading.window(until, arrive_by, start, end, leaves, bounds.get("horizon_days", HORIZON_DAYS))
    if reading.problems or start is None or end is None or ware is None:
        raise InputError("the request", reading.problems)
    pct_day = ware.value_of_time_pct_day if asker.value_of_time_pct_day is None else asker.value_of_time_pct_day
    usd_h = mass * (ware.usd_per_t or 0.0) * (pct_day or 0.0) / 100 / 24
    return FindItineraries(
        start.id, end.id, leaves, boxes, mass, modes=chosen, avoid_countries=countries, avoid_places=places,
        avoid_links=links, avoid_services=services, via=wished, goods=kinds, documents=papers,
        promised=due,
        **{"value_of_time_usd_h": usd_h, **bounds, **luck, **held_on, **departs},
    )  # fmt: skip


def commodity_of(corridor: Corridor, name: str) -> Row:
    """The commodity with that id or name. Raises InputError."""
    rows = corridor.rows("commodity")
    for row in rows:
        if name.strip().casefold() in (row.id.casefold(), row.name.casefold()):
            return row
    known = [row.id for row in rows]
    near = nearest(name.casefold(), known) or known[:8]
    raise InputError("the request", [Problem("commodity", shown(name), f"the package has {', '.join(near)}")])


def _words(text: str | Iterable[str]) -> list[str]:
    """A list, or words parted by commas."""
    parts = text.split(",") if isinstance(text, str) else [part for word in text for part in word.split(",")]
    return [part.strip() for part in parts if part.strip()]


class _Reading:
    """Reads a request word by word and gathers what is wrong."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.corridor = gazetteer.corridor
        self.problems: list[Problem] = []

    def problem(self, address: str, found: str, remedy: str) -> None:
        self.problems.append(Problem(address, found, remedy))

    def place(self, text: str, address: str) -> Row | None:
        try:
            return self.gazetteer.place(text, address)
        except InputError as error:
            self.problems += error.problems
            return None

    def shipper(self, shipper: Shipper | Path | str | None) -> Shipper:
        try:
            return shipper if isinstance(shipper, Shipper) else Shipper.read(shipper) if shipper else NOBODY
        except InputError as error:
            self.problems += error.problems
            return NOBODY

    def load(self, load: str | Load, tonnes: float | None) -> Load:
        try:
            said = load.checked() if isinstance(load, Load) else Load.parse(load)
            if tonnes is None:
                return said
            if not 0 < tonnes < inf:
                self.problem("tonnes", f"{tonnes:g}", "give a mass above 0 t")
                return said
            if said.tonnes:
                self.problem("tonnes", f"{tonnes:g}", f"the load says {said.tonnes:g} t already: give one of the two")
            return replace(said, tonnes=tonnes).checked()
        except InputError as error:
            self.problems += error.problems
            return Load()

    def filled(self, said: Load, ware: Row | None) -> tuple[Load, float]:
        """Boxes or wagons, and the tonnes in them: as stated, or as many of the commodity as fill them."""
        try:
            return said.of(ware.t_per_teu, ware.t_per_wagon) if ware else (said, 0.0)
        except InputError as error:
            self.problems += error.problems
            return said, 0.0

    def goods(self, words: Sequence[str] | None, ware: Row | None) -> tuple[str, ...]:
        """What the goods are besides dry: as said, else as the commodity is."""
        if words is None:
            return tuple(ware.goods) if ware else ()
        for word in words:
            if word not in (*GOODS, DRY):
                self.problem("goods", shown(word), f"give some of {', '.join(GOODS)}, or {DRY} for neither")
        return tuple(kind for kind in GOODS if kind in words)

    def documents(self, words: Sequence[str] | None) -> tuple[str, ...] | None:
        """Regimes by id; None is every document that the corridor knows."""
        papers = [row.id for row in self.corridor.rows("regime") if row.kind != "customs_union"]
        by_name = {name.casefold(): name for name in papers}
        for word in words or ():
            if word.casefold() not in by_name:
                near = nearest(word.upper(), papers) or papers[:8]
                known = f"the package has {', '.join(near)}" if papers else "the package knows no documents"
                self.problem("documents", shown(word), known)
        if words is None:
            return None
        return tuple(sorted({by_name[word.casefold()] for word in words if word.casefold() in by_name}))

    def commodity(self, name: str) -> Row | None:
        try:
            return commodity_of(self.corridor, name)
        except InputError as error:
            self.problems += error.problems
            return None

    def modes(self, words: Sequence[str]) -> tuple[str, ...]:
        for word in words:
            if word not in MODES:
                self.problem("modes", shown(word), f"give some of {', '.join(MODES)}")
        return tuple(words) or MODES

    def depart(self, depart: str | dt.date | None, origin: Row | None, *, past: bool) -> dt.datetime:
        zone = ZoneInfo((origin.time_zone if origin else "") or "UTC")
        today = dt.datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if depart is None:
            return today
        try:
            leaves = _instant(depart, zone)
        except (ValueError, OverflowError):
            self.problem(
                "depart", shown(str(depart)), "give a day as 2026-12-01, or an instant as 2026-12-01T08:00+08:00"
            )
            return today
        if not FIRST_YEAR <= leaves.year <= LAST_YEAR:
            self.problem("depart", str(leaves.date()), f"give a day from the year {FIRST_YEAR} to {LAST_YEAR}")
        elif leaves < today and not past:
            self.problem(
                "depart", str(leaves.date()), f"it has passed: give {today.date()} or later, or allow the past (--past)"
            )
        return leaves

    def ends(self, word: str, text: str | dt.date | None, place: Row | None, leaves: dt.datetime) -> dt.datetime | None:
        """The instant up to which something is meant, local to a place and after the departure; a day has its end."""
        if text is None:
            return None
        zone = ZoneInfo((place.time_zone if place else "") or "UTC")
        try:
            end = _instant(text, zone)
            early = _is_day(text) and end.date() < leaves.date()
            end += dt.timedelta(days=_is_day(text))
            early = early or end.astimezone(dt.UTC) <= leaves.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            remedy = f"give a day as {ENDS[word].day}, or an instant as {ENDS[word].instant}"
            self.problem(word, shown(str(text)), remedy)
            return None
        if early and not self.wrong("depart"):
            remedy = f"goods are ready no sooner than {leaves.isoformat()}: {ENDS[word].later}"
            self.problem(word, shown(str(text)), remedy)
        return end

    def window(
        self,
        until: str | dt.date | None,
        arrive_by: str | dt.date | None,
        origin: Row | None,
        destination: Row | None,
        leaves: dt.datetime,
        horizon_days: float,
    ) -> dict[str, dt.datetime]:
        """The end of the departures, or of the arrivals, that are asked for; never both."""
        given = {
            "until": self.ends("until", until, origin, leaves),
            "arrive_by": self.ends("arrive_by", arrive_by, destination, leaves),
        }
        if until is not None and arrive_by is not None:
            remedy = "give one of the two: all departures of a window, or the latest that arrive in time"
            self.problem("arrive_by", f"{shown(str(arrive_by))} and until {shown(str(until))}", remedy)
        for word, end in given.items():
            if end is not None and not (self.wrong(word) or self.wrong("depart") or self.wrong("horizon_days")):
                days = (end.astimezone(dt.UTC) - leaves.astimezone(dt.UTC)) / dt.timedelta(days=1)
                if days > horizon_days:
                    remedy = f"journeys are followed for {horizon_days:g} days: depart later, or give a longer horizon"
                    self.problem(word, f"{days:.0f} days after {leaves.date()}", remedy)
        return {word: end for word, end in given.items() if end is not None}

    def criteria(self, criteria: str | Iterable[str] | None) -> dict[str, tuple[str, ...]]:
        """What options are compared on, in the order of CRITERIA; nothing where nobody said."""
        if criteria is None:
            return {}
        words = _words(criteria)
        if not words:
            self.problem("criteria", "nothing", f"give one or more of {', '.join(CRITERIA)}")
        for word in dict.fromkeys(words):
            if word not in CRITERIA:
                near = nearest(word, CRITERIA, 1)
                remedy = f"did you mean {near[0]}?" if near else f"give some of {', '.join(CRITERIA)}"
                self.problem("criteria", shown(word), remedy)
            elif words.count(word) > 1:
                self.problem("criteria", f"{shown(word)} {words.count(word)} times", "give each once")
        return {"criteria": tuple(name for name in CRITERIA if name in words)}

    def wrong(self, address: str) -> bool:
        """Whether something is wrong with a word already, so that nothing should be held against it."""
        return address in {problem.address for problem in self.problems}

    def luck(self, samples: int | None, seed: int | None) -> dict[str, int]:
        """How many journeys are drawn, and with which seed."""
        if samples is not None and not 1 <= samples <= MOST_SAMPLES:
            self.problem("samples", str(samples), f"give journeys to draw of each option, from 1 to {MOST_SAMPLES:,}")
        return {name: value for name, value in (("samples", samples), ("seed", seed)) if value is not None}

    def bounds(
        self, epsilon: float | None, horizon_days: float | None, value_of_time_usd_h: float | None
    ) -> dict[str, Any]:
        bounds = {"epsilon": epsilon, "horizon_days": horizon_days, "value_of_time_usd_h": value_of_time_usd_h}
        limits = (("epsilon", 0.0, 1.0), ("horizon_days", 0.0, 1000.0), ("value_of_time_usd_h", 0.0, 1e9))
        for name, low, high in limits:
            value = bounds[name]
            if value is not None and not low <= value <= high:
                self.problem(name, f"{value:g}", f"give a number from {low:g} to {high:g}")
        return {name: value for name, value in bounds.items() if value is not None}

    def avoided(self, words: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Countries, places, links and services that the words of `avoid` mean."""
        countries, places, links, services = [], [], [], []
        for word in words:
            kind, _, name = word.rpartition(":")
            if word.partition(":")[0] in OF_SERVICES and kind:
                services += self.services(*word.split(":", 1))
            elif kind and kind not in MODES:
                self.problem("avoid", shown(word), f"before the colon give one of {', '.join((*MODES, *OF_SERVICES))}")
            elif kind:
                links += self.links(kind, name)
            elif name.upper() in self.countries:
                countries.append(name.upper())
            elif name.casefold() in self.waters:
                links += self.waters[name.casefold()]
            elif place := self.place(word, "avoid"):
                places.append(place.id)
        return tuple(countries), tuple(places), tuple(links), tuple(services)

    def services(self, kind: str, name: str) -> list[str]:
        """The service of an id, or all of an operator."""
        column = "id" if kind == "service" else "operator"
        rows = self.corridor.rows("service")
        found = [row.id for row in rows if getattr(row, column).casefold() == name.strip().casefold()]
        if not found:
            known = sorted({getattr(row, column) for row in rows} - {""})
            near = nearest(name.strip(), known) or known[:3]
            self.problem("avoid", shown(f"{kind}:{name}"), f"nearest: {', '.join(near) or f'no {kind} is known'}")
        return found

    def links(self, mode: str, name: str) -> list[str]:
        """The links of a mode in a country, on some waters, or at a place."""
        if name.upper() in self.countries:
            near = {place.id for place in self.corridor.places() if place.country == name.upper()}
        elif name.casefold() in self.waters:
            return [link for link in self.waters[name.casefold()] if self.corridor.row("link", link).mode == mode]
        else:
            place = self.place(name, "avoid")
            near = {place.id} if place else set()
        return [
            link.id
            for link in self.corridor.rows("link")
            if link.mode == mode and {link.from_place, link.to_place} & near
        ]

    @cached_property
    def countries(self) -> set[str]:
        return {place.country for place in self.corridor.places()} - {""}

    @cached_property
    def waters(self) -> dict[str, list[str]]:
        """Links by the waters they run on, by full name and without Sea, Ocean, River."""
        found: dict[str, list[str]] = defaultdict(list)
        for link in self.corridor.rows("link"):
            if link.waters:
                names = {link.waters.casefold(), link.waters.casefold().removesuffix(" sea").removesuffix(" ocean")}
                for name in names:
                    found[name].append(link.id)
        return dict(found)


def _is_day(text: str | dt.date) -> bool:
    """Whether a day is meant, and no instant of it."""
    if not isinstance(text, str):
        return not isinstance(text, dt.datetime)
    try:
        dt.date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def _instant(depart: str | dt.date, zone: ZoneInfo) -> dt.datetime:
    """A day's beginning, or an instant; without a zone it is local to the origin."""
    if isinstance(depart, str):
        depart = dt.datetime.fromisoformat(depart.strip())
    elif not isinstance(depart, dt.datetime):
        depart = dt.datetime.combine(depart, dt.time())
    return depart if depart.tzinfo else depart.replace(tzinfo=zone)
