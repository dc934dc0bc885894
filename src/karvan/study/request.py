"""Reading a request: from a shipper's words to what the planner is asked, with everything wrong in it at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from karvan.corridor.corridor import Corridor
from karvan.corridor.gazetteer import Gazetteer
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.itinerary import FindItineraries, Load, tonnes_of
from karvan.itinerary.request import MODES

DEFAULT_COMMODITY = "general"
FIRST_YEAR, LAST_YEAR = 1950, 2100


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
) -> FindItineraries:
    """What the planner is asked, from a shipper's words. Raises InputError with everything that is wrong in them."""
    reading = _Reading(gazetteer)
    start, end = reading.place(origin, "origin"), reading.place(destination, "destination")
    if start and end and start.id == end.id:
        reading.problem("destination", shown(destination), "give another place than the origin")
    boxes, goods = reading.load(load), reading.commodity(commodity)
    countries, places, links = reading.avoided(_words(avoid))
    wished = tuple(place.id for word in _words(via) if (place := reading.place(word, "via")))
    chosen = reading.modes(_words(modes))
    leaves = reading.depart(depart, start, past=past)
    bounds = reading.bounds(epsilon, horizon_days)
    if reading.problems or start is None or end is None or goods is None:
        raise InputError("the request", reading.problems)
    tonnes = tonnes_of(boxes, goods.t_per_teu)
    usd_h = tonnes * (goods.usd_per_t or 0.0) * (goods.value_of_time_pct_day or 0.0) / 100 / 24
    return FindItineraries(
        start.id, end.id, leaves, boxes, tonnes, usd_h, chosen, countries, places, links, wished, **bounds
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

    def load(self, load: str | Load) -> Load:
        try:
            return load.checked() if isinstance(load, Load) else Load.parse(load)
        except InputError as error:
            self.problems += error.problems
            return Load()

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

    def bounds(self, epsilon: float | None, horizon_days: float | None) -> dict[str, Any]:
        bounds = {"epsilon": epsilon, "horizon_days": horizon_days}
        for name, low, high in (("epsilon", 0.0, 1.0), ("horizon_days", 0.0, 1000.0)):
            value = bounds[name]
            if value is not None and not low <= value <= high:
                self.problem(name, f"{value:g}", f"give a number from {low:g} to {high:g}")
        return {name: value for name, value in bounds.items() if value is not None}

    def avoided(self, words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Countries, places and links that the words of `avoid` mean."""
        countries, places, links = [], [], []
        for word in words:
            mode, _, name = word.rpartition(":")
            if mode and mode not in MODES:
                self.problem("avoid", shown(word), f"before the colon give one of {', '.join(MODES)}")
            elif mode:
                links += self.links(mode, name)
            elif name.upper() in self.countries:
                countries.append(name.upper())
            elif name.casefold() in self.waters:
                links += self.waters[name.casefold()]
            elif place := self.place(word, "avoid"):
                places.append(place.id)
        return tuple(countries), tuple(places), tuple(links)

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


def _instant(depart: str | dt.date, zone: ZoneInfo) -> dt.datetime:
    """A day's beginning, or an instant; without a zone it is local to the origin."""
    if isinstance(depart, str):
        depart = dt.datetime.fromisoformat(depart.strip())
    elif not isinstance(depart, dt.datetime):
        depart = dt.datetime.combine(depart, dt.time())
    return depart if depart.tzinfo else depart.replace(tzinfo=zone)
