"""What must hold between the terms of trade in a corridor: documents, tariffs, weights, storage, and exceptions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row, key_of
from karvan.ground.errors import Problem, nearest, shown

HEAVIEST_BOX_T, HEAVIEST_WAGON_T = 30.48, 125.0
"""What a box may weigh with its goods (ISO 668), and more than any wagon on these lines may load."""
Departure = tuple[str, str, dt.date, float]
"""Service, way, day and hour."""


def _at(table: str, row: Row, column: str) -> str:
    return f"{table}.csv, row {key_of(table, row)}, {column}"


def regimes(corridor: Corridor) -> Iterator[Problem]:
    """Regimes hold in countries that there are; borders name such as hold there; carriers have one everywhere."""
    of_links = {link.country for link in corridor.rows("link")}
    countries = {*of_links, *(place.country for place in corridor.places())} - {""}
    known = corridor.by_key("regime")
    for regime in corridor.rows("regime"):
        for name in sorted({*regime.countries} - countries):
            near = nearest(name, countries) or sorted(countries)[:3]
            yield Problem(
                _at("regime", regime, "countries"),
                shown(name),
                f"no place or link is in it; nearest: {', '.join(near)}",
            )
    for facility in corridor.rows("facility"):
        country = corridor.place(facility.place).country
        for regime in (known[name] for name in facility.regimes if name in known):
            address = _at("facility", facility, "regimes")
            if facility.kind != "border" or regime.kind == "customs_union":
                yield Problem(address, shown(regime.id), "only borders name documents, and a customs union is none")
            elif country not in regime.countries:
                yield Problem(address, shown(regime.id), f"it does not hold in {country}: see regime.csv")
            elif regime.modes and facility.from_mode not in regime.modes:
                yield Problem(address, shown(regime.id), f"it is not of {facility.from_mode}: see regime.csv")
    yield from _uncarried(corridor)


def _uncarried(corridor: Corridor) -> Iterator[Problem]:
    """Countries where no contract of carriage holds for a mode that asks for one: nothing could ride there."""
    country = {place.id: place.country for place in corridor.places()}
    contracts = [row for row in corridor.rows("regime") if row.kind == "consignment"]
    for mode in sorted({link.mode for link in corridor.rows("link")}):
        of_mode = [row for row in contracts if not row.modes or mode in row.modes]
        covered = {name for row in of_mode for name in row.countries}
        links = [link for link in corridor.rows("link") if link.mode == mode] if of_mode else []
        run_in = {name for link in links for name in (country[link.from_place], country[link.to_place], link.country)}
        for name in sorted(run_in - covered - {""}):
            remedy = f"{mode} runs there: add it to a contract of carriage that holds there"
            yield Problem("regime.csv", f"no consignment regime of {mode} in {name}", remedy)


def tariffs(corridor: Corridor) -> Iterator[Problem]:
    """Through rates say what they cover and cover a chain; empties have a flat price; legs name stops."""
    stops: dict[str, list[str]] = defaultdict(list)
    for stop in corridor.rows("stop"):
        stops[stop.service].append(stop.place)
    for tariff in corridor.rows("tariff"):
        if tariff.kind != "leg" and tariff.service:
            remedy = "a through rate lists `services`, an empty box has none"
            yield Problem(_at("tariff", tariff, "service"), shown(tariff.service), remedy)
        if tariff.kind != "through" and tariff.services:
            yield Problem(_at("tariff", tariff, "services"), shown(";".join(tariff.services)), "only through rates do")
        if tariff.kind == "leg" and tariff.service:
            for column in ("from_place", "to_place"):
                place = getattr(tariff, column)
                if place and place not in stops[tariff.service]:
                    yield Problem(_at("tariff", tariff, column), shown(place), f"{tariff.service} does not stop there")
        elif tariff.kind == "through":
            yield from _through(tariff, stops)
        elif tariff.kind == "empty":
            yield from _empty(tariff)


def _through(tariff: Row, stops: dict[str, list[str]]) -> Iterator[Problem]:
    if not tariff.services:
        return  # only compared with
    ends = (tariff.from_place, tariff.services[0]), (tariff.to_place, tariff.services[-1])
    for column, (place, service) in zip(("from_place", "to_place"), ends, strict=True):
        if place not in stops[service]:
            found = shown(place) if place else "nothing"
            yield Problem(
                _at("tariff", tariff, column), found, f"give a stop of {service}: a through rate has two ends"
            )
    for one, other in pairwise(tariff.services):
        if not set(stops[one]) & set(stops[other]):
            yield Problem(_at("tariff", tariff, "services"), f"{one}, {other}", "they meet at no place")


def _empty(tariff: Row) -> Iterator[Problem]:
    if tariff.price_usd is None or tariff.price_usd_km is not None:
        found = "no price_usd" if tariff.price_usd is None else f"{tariff.price_usd_km:g} a kilometre"
        yield Problem(_at("tariff", tariff, "price_usd"), found, "an empty is priced as a whole: no way back is known")
    if tariff.unit == "t":
        yield Problem(_at("tariff", tariff, "unit"), shown(tariff.unit), "an empty weighs no goods: give 20ft or 40ft")


def weights(corridor: Corridor) -> Iterator[Problem]:
    """Weight limits are such that a box, or a wagon, can reach them."""
    limits = (("max_t_20ft", HEAVIEST_BOX_T), ("max_t_40ft", HEAVIEST_BOX_T), ("max_t_wagon", HEAVIEST_WAGON_T))
    for vehicle in corridor.rows("vehicle"):
        for column, most in limits:
            value = getattr(vehicle, column)
            if value is not None and value > most:
                remedy = f"none is heavier than {most:g} t with its goods: give less, or leave it empty"
                yield Problem(_at("vehicle", vehicle, column), f"{value:g}", remedy)
        if vehicle.max_t_wagon is not None and vehicle.mode in ("road", "air"):
            yield Problem(_at("vehicle", vehicle, "max_t_wagon"), f"{vehicle.max_t_wagon:g}", "it takes no wagons")


def storage(corridor: Corridor) -> Iterator[Problem]:
    """Storage has a price for both sizes, and says after how long it begins."""
    for facility in corridor.rows("facility"):
        prices = facility.storage_usd_teu_day, facility.storage_usd_feu_day
        if (prices[0] is None) != (prices[1] is None):
            address = _at("facility", facility, "storage_usd_teu_day")
            yield Problem(address, "a price of one size only", "give both sizes or neither")
        if facility.free_h is None and prices != (None, None):
            yield Problem(
                _at("facility", facility, "free_h"), "nothing", "storage has a price: say from when on, 0 is at once"
            )


def exceptions(corridor: Corridor) -> Iterator[Problem]:
    """No departure twice; exceptions name departures that there are, additions such as there are not."""
    hours: dict[tuple[str, str, int], set[float]] = defaultdict(set)
    for line in corridor.rows("timetable"):
        for day in (int(digit) for digit in line.days if digit.isdigit()):
            if line.departs_at in hours[line.service, line.way, day]:
                found = f"{clock(line.departs_at)} on day {day} once more"
                yield Problem(_at("timetable", line, "departs_at"), found, "a line of the timetable has it already")
            hours[line.service, line.way, day].add(line.departs_at)
    rows = corridor.rows("timetable_exception")
    added = [_departure(row) for row in rows if row.change == "added" and row.departs_at is not None]
    said: dict[tuple[object, ...], str] = {}
    for row in rows:
        service = corridor.row("service", row.service)
        yield from _exception(row, service, corridor)
        regular = hours[row.service, row.way, row.date.isoweekday()] if _in_season(service, row.date) else set()
        known = regular | {departure[3] for departure in added if departure[:3] == (row.service, row.way, row.date)}
        yield from _met(row, regular, regular if row.change == "cancelled" else known)
        key = (row.service, row.way, row.date, row.departs_at, row.place)
        if key in said:
            found = f"{row.change} on {row.date}, which is {said[key]} already"
            yield Problem(_at("timetable_exception", row, "change"), found, "say one thing of a departure")
        said[key] = row.change


def _departure(row: Row) -> Departure:
    return row.service, row.way, row.date, row.departs_at


def _in_season(service: Row, day: dt.date) -> bool:
    return (service.valid_from or dt.date.min) <= day <= (service.valid_to or dt.date.max)


def _exception(row: Row, service: Row, corridor: Corridor) -> Iterator[Problem]:
    """What is wrong with an exception in itself."""
    if service.departs != "timetable":
        address = _at("timetable_exception", row, "service")
        yield Problem(address, shown(service.id), f"it departs by {service.departs}, not by a timetable")
    if row.way == "back" and not service.both_ways:
        yield Problem(_at("timetable_exception", row, "way"), shown(row.way), f"{service.id} runs one way only")
    stops = [stop.place for stop in corridor.rows("stop") if stop.service == service.id]
    if row.place and (row.change != "full" or row.place not in stops):
        remedy = "only what is full is so at a place, and at a stop of the service"
        yield Problem(_at("timetable_exception", row, "place"), shown(row.place), remedy)


def _met(row: Row, regular: set[float], known: set[float]) -> Iterator[Problem]:
    """Whether the departure that an exception is about is there, or for an addition is not."""
    address = _at("timetable_exception", row, "departs_at")
    if row.change == "added":
        if row.departs_at is None:
            yield Problem(address, "nothing", "say at what time it departs")
        elif row.departs_at in regular:
            yield Problem(address, clock(row.departs_at), f"the timetable has it on {row.date}: nothing is added")
    elif row.departs_at is None and not known:
        yield Problem(_at("timetable_exception", row, "date"), str(row.date), "nothing departs on that day")
    elif row.departs_at is not None and row.departs_at not in known:
        there = ", ".join(clock(hour) for hour in sorted(known)) or "none"
        yield Problem(address, f"{clock(row.departs_at)} on {row.date}", f"the departures of that day are: {there}")


def clock(hour: float) -> str:
    """An hour of the day as 08:30."""
    minutes = round(hour * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


TERMS: tuple[Callable[[Corridor], Iterator[Problem]], ...] = (
    regimes, tariffs, weights, storage, exceptions,
)  # fmt: skip
