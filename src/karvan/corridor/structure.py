"""What must hold between the rows of a corridor for engines to run on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

from karvan.corridor.corridor import Corridor
from karvan.corridor.power import POWER_RULES
from karvan.corridor.route import joined_places, route
from karvan.corridor.row import Row, key_of
from karvan.corridor.terms import TERMS
from karvan.ground.errors import Problem, shown
from karvan.ground.sphere import great_circle_km

SHORTEST_SHARE = 0.95
"""A line may be this share of the great circle between its ends: coordinates are rough by some km."""
SLACK_KM = 10.0


def structure_problems(corridor: Corridor) -> list[Problem]:
    """Every structural problem; the cells and references must be sound already."""
    return [problem for rule in RULES for problem in rule(corridor)]


def _at(table: str, row: Row, column: str) -> str:
    return f"{table}.csv, row {key_of(table, row)}, {column}"


def time_zones(corridor: Corridor) -> Iterator[Problem]:
    """Time zones are ones that the zone database knows."""
    for place in corridor.places():
        if place.time_zone:
            try:
                ZoneInfo(place.time_zone)
            except (KeyError, ValueError, OSError):
                yield Problem(
                    _at("place", place, "time_zone"), shown(place.time_zone), "give an IANA zone such as Asia/Baku"
                )


def links(corridor: Corridor) -> Iterator[Problem]:
    """A link joins two places, a rail link has a gauge, and no line is shorter than the great circle."""
    for link in corridor.rows("link"):
        if link.from_place == link.to_place:
            yield Problem(_at("link", link, "to_place"), shown(link.to_place), "a link joins two different places")
        if (link.mode == "rail") != bool(link.gauge_mm):
            found = shown(link.gauge_mm) if link.gauge_mm else "nothing"
            yield Problem(_at("link", link, "gauge_mm"), found, "rail links have a gauge, others none")
        start, end = corridor.place(link.from_place), corridor.place(link.to_place)
        direct = great_circle_km(start.lon, start.lat, end.lon, end.lat)
        if link.length_km < SHORTEST_SHARE * direct - SLACK_KM:
            yield Problem(
                _at("link", link, "length_km"),
                f"{link.length_km:g}",
                f"the places are {direct:.0f} km apart: mend the length or the coordinates",
            )


def facilities(corridor: Corridor) -> Iterator[Problem]:
    """Each kind of facility says what it joins."""
    needs = {
        "border": ("from_mode",),
        "transshipment": ("from_mode", "to_mode"),
        "gauge_change": ("from_gauge_mm", "to_gauge_mm"),
    }
    for facility in corridor.rows("facility"):
        for column in needs.get(facility.kind, ()):
            if not getattr(facility, column):
                yield Problem(_at("facility", facility, column), "nothing", f"a {facility.kind} needs it")
        if (facility.opens is None) != (facility.closes is None):
            yield Problem(_at("facility", facility, "opens"), "one of opens and closes", "give both or neither")
        if (facility.price_usd_teu is None) != (facility.price_usd_feu is None):
            yield Problem(
                _at("facility", facility, "price_usd_teu"), "a price of one size only", "give both sizes or neither"
            )
        if facility.load_share is not None and facility.kind != "berth":
            yield Problem(_at("facility", facility, "load_share"), f"{facility.load_share:g}", "only berths have one")


def services(corridor: Corridor) -> Iterator[Problem]:
    """A service has stops that links join, a rule of departure with its figures, and a price."""
    stops = defaultdict(list)
    for stop in sorted(corridor.rows("stop"), key=lambda stop: (stop.service, stop.seq)):
        stops[stop.service].append(stop)
    joined = joined_places(corridor)
    changes = {f.place for f in corridor.rows("facility") if f.kind == "gauge_change" and f.serves == "train"}
    priced = {tariff.service for tariff in corridor.rows("tariff")}
    timed = {line.service for line in corridor.rows("timetable")}
    for service in corridor.rows("service"):
        yield from _departures(service, timed)
        if service.id not in priced:
            yield Problem(
                f"service.csv, row {service.id}",
                "no tariff",
                "add a row to tariff.csv: a price that is missing is not zero",
            )
        if len(stops[service.id]) < 2:
            yield Problem(
                f"service.csv, row {service.id}", f"{len(stops[service.id])} stops", "give two or more in stop.csv"
            )
        yield from _route(service, stops[service.id], joined, changes)
    for service_id in sorted({row.service for row in corridor.rows("stop")}):
        vehicle = corridor.row("vehicle", corridor.row("service", service_id).vehicle)
        if vehicle.mode != corridor.row("service", service_id).mode:
            yield Problem(f"service.csv, row {service_id}, vehicle", shown(vehicle.id), f"it is of mode {vehicle.mode}")


def _departures(service: Row, timed: set[str]) -> Iterator[Problem]:
    address = f"service.csv, row {service.id}"
    if service.departs == "timetable" and service.id not in timed:
        yield Problem(address, "no timetable", "add its departures to timetable.csv")
    if service.departs == "headway" and service.headway_h is None and service.fleet is None:
        yield Problem(f"{address}, headway_h", "nothing", "a headway service needs a headway or a fleet")
    if service.departs == "when_full" and service.headway_h is None and service.longest_wait_h is None:
        yield Problem(
            f"{address}, longest_wait_h",
            "nothing",
            "a service that leaves when full needs a mean time to fill or a longest wait",
        )
    if service.valid_from and service.valid_to and service.valid_to < service.valid_from:
        yield Problem(f"{address}, valid_to", str(service.valid_to), f"it ends before it begins ({service.valid_from})")


def _route(
    service: Row, stops: list[Row], joined: dict[tuple[str, str, str], list[Row]], changes: set[str]
) -> Iterator[Problem]:
    gaps = False
    for one, other in pairwise(stops):
        address = f"stop.csv, row {service.id}:{other.seq}, place"
        remedy = f"no {service.mode} link from {one.place}: add the link, or the places between"
        if not joined.get((service.mode, one.place, other.place)):
            gaps = True
            yield Problem(address, shown(other.place), remedy)
        elif service.both_ways and not joined.get((service.mode, other.place, one.place)):
            gaps = True
            yield Problem(address, shown(other.place), f"the {service.mode} link leads one way: the service runs both")
    links = [] if gaps else route(joined, service.mode, [stop.place for stop in stops])
    for stop, (before, after) in zip(stops[1:], pairwise(links), strict=False):
        if before.gauge_mm != after.gauge_mm and stop.place not in changes:
            address = f"stop.csv, row {service.id}:{stop.seq}, place"
            found = f"a change from {before.gauge_mm} to {after.gauge_mm} mm at {stop.place}"
            yield Problem(address, found, "add a gauge change that serves trains, or part the service")
    if stops and not any(stop.call in ("both", "load") for stop in stops):
        yield Problem(f"service.csv, row {service.id}", "no stop that loads", "give a stop call = both or load")


def factors(corridor: Corridor) -> Iterator[Problem]:
    """An emission factor says at least one of its three figures."""
    for factor in corridor.rows("emission_factor"):
        if factor.gco2e_tkm is None and factor.kgco2e_container is None and factor.kgco2e_t is None:
            remedy = "give gco2e_tkm, kgco2e_container or kgco2e_t"
            yield Problem(f"emission_factor.csv, row {factor.id}", "no value", remedy)


def flows(corridor: Corridor) -> Iterator[Problem]:
    """A flow has an amount, two ends and a known shape; the shares of a shape add up to one."""
    profiles: dict[str, float] = defaultdict(float)
    for month in corridor.rows("month_profile"):
        profiles[month.profile] += month.share
    for profile, total in sorted(profiles.items()):
        if abs(total - 1) > 1e-3:
            found = f"a sum of {total:g}"
            yield Problem(f"month_profile.csv, row {profile}, share", found, "the twelve shares add up to 1")
    for flow in corridor.rows("demand"):
        if flow.teu_year is None and flow.t_year is None:
            yield Problem(f"demand.csv, row {flow.id}", "no amount", "give teu_year or t_year")
        if flow.month_profile and flow.month_profile not in profiles:
            yield Problem(_at("demand", flow, "month_profile"), shown(flow.month_profile), "not in month_profile.csv")
        if flow.origin == flow.destination:
            remedy = "give another place than the origin"
            yield Problem(_at("demand", flow, "destination"), shown(flow.destination), remedy)


def tariffs(corridor: Corridor) -> Iterator[Problem]:
    """A tariff has a price, and a service where it is for one leg."""
    for tariff in corridor.rows("tariff"):
        if tariff.price_usd is None and tariff.price_usd_km is None:
            yield Problem(f"tariff.csv, row {tariff.id}", "no price", "give price_usd or price_usd_km")
        if tariff.kind == "leg" and not tariff.service:
            yield Problem(_at("tariff", tariff, "service"), "nothing", "a leg tariff belongs to a service")


def timetables(corridor: Corridor) -> Iterator[Problem]:
    """Days of departure are digits from 1 to 7, each once; what runs one way only does not depart backwards."""
    for line in corridor.rows("timetable"):
        if line.way == "back" and not corridor.row("service", line.service).both_ways:
            remedy = f"{line.service} runs one way only: put its stops in the other order, or let it run both ways"
            yield Problem(_at("timetable", line, "way"), shown(line.way), remedy)
        if not set(line.days) <= set("1234567") or len(set(line.days)) < len(line.days):
            yield Problem(
                _at("timetable", line, "days"), shown(line.days), "give days of the week as digits, Monday is 1: 135"
            )


def closures(corridor: Corridor) -> Iterator[Problem]:
    """A closure stops rows that there are; if drawn it has a duration, if dated it ends after it begins."""
    drawn = {rate.closure for rate in corridor.rows("closure_rate")}
    for closure in corridor.rows("closure"):
        if closure.duration_h is None and closure.id in drawn:
            yield Problem(_at("closure", closure, "duration_h"), "nothing", "closure_rate.csv says that it is drawn")
        known = corridor.by_key(closure.stops_table)
        for name in closure.stops:
            if name not in known:
                yield Problem(_at("closure", closure, "stops"), shown(name), f"not in {closure.stops_table}.csv")
    for time in corridor.rows("closure_time"):
        if time.ends <= time.begins:
            found = f"{time.ends:%Y-%m-%d %H:%M}"
            yield Problem(_at("closure_time", time, "ends"), found, f"it begins {time.begins:%Y-%m-%d %H:%M}")


def targets(corridor: Corridor) -> Iterator[Problem]:
    """A target says where it is counted, and its range holds its value."""
    countries = {place.country for place in corridor.places()}
    for target in corridor.rows("target"):
        if (target.where_kind == "flow") == bool(target.where):
            remedy = "a flow has an origin or a destination, the others have ids"
            yield Problem(_at("target", target, "where"), shown(";".join(target.where)), remedy)
        known = corridor.by_key(target.where_kind) if target.where_kind != "flow" else {}
        for name in (part for word in target.where for part in word.split("+")):
            if name not in known:
                yield Problem(_at("target", target, "where"), shown(name), f"not in {target.where_kind}.csv")
        for column in ("origin", "destination"):
            for name in (word.removeprefix("-") for word in getattr(target, column)):
                if name not in corridor.by_key("place") and name not in countries:
                    yield Problem(_at("target", target, column), shown(name), "give a place, or a country of one")
        low, high = (target.value if end is None else end for end in (target.low, target.high))
        if not low <= target.value <= high:
            found = f"{low:g} - {target.value:g} - {high:g}"
            yield Problem(_at("target", target, "value"), found, "give low, value and high in that order")


def currents(corridor: Corridor) -> Iterator[Problem]:
    """Vehicles say what they emit, and countries with wires what their current emits."""
    for vehicle in corridor.rows("vehicle"):
        if not vehicle.emission_factor and vehicle.energy_kwh_tkm is None:
            yield Problem(_at("vehicle", vehicle, "emission_factor"), "nothing", "give a factor, or energy_kwh_tkm")
    if any(vehicle.energy_kwh_tkm is not None for vehicle in corridor.rows("vehicle")):
        known = {row.country for row in corridor.rows("grid_intensity")}
        for country in sorted({link.country for link in corridor.rows("link") if link.electrified} - known):
            yield Problem(
                "grid_intensity.csv",
                f"no row for {country or 'a link without a country'}",
                "add one: links there are electrified",
            )


RULES: tuple[Callable[[Corridor], Iterator[Problem]], ...] = (
    time_zones, links, facilities, services, timetables, factors, flows, tariffs, closures, targets, currents,
    *TERMS, *POWER_RULES,
)  # fmt: skip
