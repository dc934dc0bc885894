"""A made-up Eurasia to measure on: places, links of rail, road and sea.

Nothing in it is a fact. Sizes are those of a continent: 5,000 places in a box of 150 by 40 degrees, more of them where
there are some already; 50,000 links (each way counted), of two places at most one each way, by the mode that carries
most between them. The same seed makes the same network.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay, KDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PLACES = 5_000
LINKS = 50_000
REGIONS = 250
PORTS = 300
HUBS = 350
RAIL, ROAD, SEA = 0, 1, 2
KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Tariffs:
    """What a mode takes: km of way for a straight km, km/h, hours at the ends, USD and kg CO2e a box for a km and at
    the ends; and how much a link's figures differ from these (standard deviation of the logarithm)."""

    detour: float
    speed_kmh: float
    ends_h: float
    usd_km: float
    ends_usd: float
    kg_km: float
    ends_kg: float
    spread: float


MODES = {
    RAIL: Tariffs(1.25, 38.0, 6.0, 0.55, 90.0, 0.32, 8.0, 0.20),
    ROAD: Tariffs(1.30, 55.0, 1.0, 1.45, 25.0, 0.95, 2.0, 0.15),
    SEA: Tariffs(1.20, 28.0, 30.0, 0.11, 260.0, 0.16, 25.0, 0.25),
}


@dataclass(frozen=True)
class Eurasia:
    """Places (n_places,) by lon and lat in degrees; links (n_links,) each way, by tail and then head."""

    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    mode: Ints
    hours: Floats
    usd: Floats
    kg: Floats


def eurasia(seed: int = 1) -> Eurasia:
    """The network of a seed."""
    rng = np.random.default_rng(seed)
    lon, lat = _places(rng)
    km = np.column_stack([lon * KM_PER_DEGREE * np.cos(np.radians(42.0)), lat * KM_PER_DEGREE])
    pairs, mode = _pairs(rng, lon, lat, km)
    figures = _figures(rng, np.hypot(*(km[pairs[:, 0]] - km[pairs[:, 1]]).T), mode)
    tail, head = np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])
    order = np.lexsort((head, tail))
    hours, usd, kg = (np.tile(column, 2)[order] for column in figures)
    return Eurasia(lon, lat, tail[order], head[order], np.tile(mode, 2)[order], hours, usd, kg)


def static_graph(seed: int = 1) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """(tail, head, hours, usd, kg), each (50,000,), by tail and then head: one way of a link a row, of 5,000 places.

    Of two places there is at most one link each way, so that a sparse matrix holds the same graph.
    """
    made = eurasia(seed)
    return made.tail, made.head, made.hours, made.usd, made.kg


def _places(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Places about regions of unlike weight, and a tenth of them anywhere."""
    middle = np.column_stack([rng.uniform(-8, 138, REGIONS), rng.uniform(22, 60, REGIONS)])
    region = rng.choice(REGIONS, PLACES, p=rng.dirichlet(np.full(REGIONS, 1.5)))
    at = middle[region] + rng.normal(0, 1.0, (PLACES, 2)) * np.array([2.6, 1.6])
    scattered = rng.random(PLACES) < 0.1
    at[scattered] = np.column_stack([rng.uniform(-10, 140, PLACES), rng.uniform(20, 62, PLACES)])[scattered]
    lon, lat = np.abs(at[:, 0] + 10) - 10, np.abs(at[:, 1] - 20) + 20
    return 140 - np.abs(140 - lon), 62 - np.abs(62 - lat)


def _pairs(rng: np.random.Generator, lon: Floats, lat: Floats, km: Floats) -> tuple[Ints, Ints]:
    """Linked pairs (n, 2), each once with the smaller first, and their modes.

    Ports are near three edges of the box. Roads are the shortest that join all places (Kruskal 1956, within the
    triangles of Delaunay 1934), and then those to the nearest neighbours, the longest of these left out.
    """
    ports = np.argsort(np.minimum.reduce([lat - 20, 1.2 * (lon + 10), 1.2 * (140 - lon)]), kind="stable")[:PORTS]
    stations = np.sort(rng.choice(PLACES, PLACES // 2, replace=False))
    hubs = np.sort(rng.choice(stations, HUBS, replace=False))
    found: dict[tuple[int, int], int] = {}
    _link(found, SEA, ports, km, 12)
    _link(found, RAIL, hubs, km, 10)
    _link(found, RAIL, stations, km, 5)
    for pair in _joining(km):
        found.setdefault(pair, ROAD)
    firm, most = set(found), 4
    while len(found) < LINKS // 2:
        most += 1
        _link(found, ROAD, np.arange(PLACES), km, most)
    more = sorted(found.keys() - firm, key=lambda pair: (-np.hypot(*(km[pair[0]] - km[pair[1]])), pair))
    for pair in more[: len(found) - LINKS // 2]:
        del found[pair]
    kept = sorted(found)
    return np.array(kept, dtype=np.int64), np.array([found[pair] for pair in kept], dtype=np.int64)


def _joining(km: Floats) -> list[tuple[int, int]]:
    """The pairs of a least spanning tree."""
    corners = Delaunay(km).simplices
    sides = np.unique(
        np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1), axis=0
    )
    apart = np.hypot(*(km[sides[:, 0]] - km[sides[:, 1]]).T)
    tree = minimum_spanning_tree(coo_array((apart, (sides[:, 0], sides[:, 1])), shape=(PLACES, PLACES))).tocoo()
    return [(min(a, b), max(a, b)) for a, b in zip(tree.row.tolist(), tree.col.tolist(), strict=True)]


def _link(found: dict[tuple[int, int], int], mode: int, members: Ints, km: Floats, most: int) -> None:
    """Link each member with the `most` nearest others, where there is no link yet."""
    near = KDTree(km[members]).query(km[members], most + 1)[1]
    for one, others in zip(members.tolist(), members[near[:, 1:]].tolist(), strict=True):
        for other in others:
            found.setdefault((min(one, other), max(one, other)), mode)


def _figures(rng: np.random.Generator, straight_km: Floats, mode: Ints) -> tuple[Floats, Floats, Floats]:
    """Hours, USD and kg CO2e of each link: a quicker one of its mode is dearer, and emits more."""
    table = {name: np.array([getattr(MODES[m], name) for m in range(3)])[mode] for name in Tariffs.__annotations__}
    km = np.maximum(straight_km, 5.0) * table["detour"]
    hurry = rng.normal(0, 1, km.size) * table["spread"]
    chance = np.exp(rng.normal(0, 1, (3, km.size)) * table["spread"])
    hours = (km / table["speed_kmh"] * np.exp(-hurry) + table["ends_h"]) * chance[0]
    usd = (km * table["usd_km"] * np.exp(hurry) + table["ends_usd"]) * chance[1]
    kg = (km * table["kg_km"] * np.exp(0.5 * hurry) + table["ends_kg"]) * chance[2]
    return np.round(hours, 4), np.round(usd, 2), np.round(kg, 3)


LINES = 2_500
STOPS = 21
"""Stops of a line: a trip has one departure fewer."""
TRIPS = 20
"""Trips of a line in a week."""
MONDAY = dt.date(2026, 11, 30)
WEEK_S = 7 * 86_400
RUNS_KMH = {RAIL: 70.0, ROAD: 65.0, SEA: 35.0}


@dataclass(frozen=True)
class Lines:
    """Stops (n_lines, 21), seconds from the first departure to each arrival and departure (n_lines, 21), departures
    from the first stop (n_lines, 20) in seconds of the week, change times (n_places,) in seconds; all whole minutes."""

    stops: Ints
    arrives: Ints
    departs: Ints
    starts: Ints
    change: Ints


def timetable(seed: int = 1) -> tuple[Eurasia, Lines]:
    """2,500 lines along quick ways, every other one the way back of the one before, 20 trips a week each.

    That makes 50,000 trips and 1,000,000 departures a week. Trips of a line take the same time.
    """
    made = eurasia(seed)
    rng = np.random.default_rng([seed, 2])
    stops = np.repeat(_ways(rng, made), 2, axis=0)
    stops[1::2] = stops[1::2, ::-1]
    km = np.hypot(
        (made.lon[stops[:, 1:]] - made.lon[stops[:, :-1]]) * KM_PER_DEGREE * np.cos(np.radians(42.0)),
        (made.lat[stops[:, 1:]] - made.lat[stops[:, :-1]]) * KM_PER_DEGREE,
    )
    mode = made.mode[np.searchsorted(made.tail * PLACES + made.head, stops[:, :-1] * PLACES + stops[:, 1:])]
    detour, speed = (
        np.array([figure[m] for m in range(3)])[mode] for figure in ({m: MODES[m].detour for m in range(3)}, RUNS_KMH)
    )
    runs = 60 * np.maximum(5, np.round(km * detour / speed * np.exp(rng.normal(0, 0.1, km.shape)) * 60)).astype(
        np.int64
    )
    dwells = 60 * rng.integers(5, 30, (LINES, STOPS - 2))
    departs = np.zeros((LINES, STOPS), dtype=np.int64)
    arrives = np.zeros((LINES, STOPS), dtype=np.int64)
    arrives[:, 1:] = np.cumsum(runs, axis=1)
    arrives[:, 2:] += np.cumsum(dwells, axis=1)
    departs[:, :-1] = arrives[:, :-1]
    departs[:, 1:-1] += dwells
    departs[:, -1] = arrives[:, -1]
    apart = WEEK_S // TRIPS
    starts = np.arange(TRIPS) * apart + rng.integers(0, apart, (LINES, 1)) + rng.integers(-7200, 7200, (LINES, TRIPS))
    starts = np.sort(starts % WEEK_S // 60 * 60, axis=1)
    return made, Lines(stops, arrives, departs, starts, 60 * rng.integers(5, 90, PLACES))


def _ways(rng: np.random.Generator, made: Eurasia) -> Ints:
    """1,250 ways (n, 21): quickest ways of 20 hops from places drawn without return, on hours that chance has bent."""
    found: list[list[int]] = []
    sources = rng.permutation(PLACES)
    for batch in np.array_split(sources, 50):
        bent = made.hours * np.exp(rng.normal(0, 0.5, made.hours.size))
        links = csr_array((bent, (made.tail, made.head)), shape=(PLACES, PLACES))
        hours, before = dijkstra(links, indices=batch, return_predecessors=True)
        for row, source in enumerate(batch.tolist()):
            hops = _hops(hours[row], before[row], source)
            ends = np.flatnonzero(hops == STOPS - 1)
            if len(found) < LINES // 2 and ends.size:
                way = [int(rng.choice(ends))]
                while way[-1] != source:
                    way.append(int(before[row][way[-1]]))
                found.append(way[::-1])
    return np.array(found, dtype=np.int64)


def _hops(hours: Floats, before: npt.NDArray[np.int32], source: int) -> Ints:
    """How many links the quickest way to each place has."""
    hops = np.zeros(hours.size, dtype=np.int64)
    for place in np.argsort(hours, kind="stable").tolist():
        if place != source:
            hops[place] = hops[before[place]] + 1
    return hops


def write_gtfs(folder: Path, seed: int = 1, weeks: int = 1, daily: bool = False) -> tuple[Eurasia, Lines]:
    """Write the timetable as a GTFS folder, in UTC, from Monday 30 November 2026 on.

    Each of the 50,000 trips runs on one day of the week. If `daily`, lines have three trips instead, eight hours apart,
    of which two run every day and one not on Sundays: as many departures a week, said by 7,500 trips.
    """
    made, lines = timetable(seed)
    end = MONDAY + dt.timedelta(days=7 * weeks - 1)
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    agency = ["k,made up,http://k.example,Etc/UTC"]
    _write(folder / "agency.txt", "agency_id,agency_name,agency_url,agency_timezone", agency)
    places = enumerate(zip(made.lat.tolist(), made.lon.tolist(), strict=True))
    stops = (f"P{ix},Place {ix},{lat:.5f},{lon:.5f}" for ix, (lat, lon) in places)
    _write(folder / "stops.txt", "stop_id,stop_name,stop_lat,stop_lon", stops)
    changes = (f"P{ix},P{ix},2,{change}" for ix, change in enumerate(lines.change.tolist()))
    _write(folder / "transfers.txt", "from_stop_id,to_stop_id,transfer_type,min_transfer_time", changes)
    routes = (f"L{ix},k,L{ix},2" for ix in range(LINES))
    _write(folder / "routes.txt", "route_id,agency_id,route_short_name,route_type", routes)
    runs = {"all": "1,1,1,1,1,1,1", "workdays": "1,1,1,1,1,1,0"}
    runs |= {f"D{day}": ",".join("1" if day == other else "0" for other in range(7)) for day in range(7)}
    calendar = (f"{name},{flags},{MONDAY:%Y%m%d},{end:%Y%m%d}" for name, flags in runs.items())
    _write(folder / "calendar.txt", f"service_id,{','.join(days)},start_date,end_date", calendar)
    trips = list(_trips(lines, daily))
    rows = (f"L{line},{service},L{line}-{nth}" for line, nth, service, _ in trips)
    _write(folder / "trips.txt", "route_id,service_id,trip_id", rows)
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence"
    _write(folder / "stop_times.txt", head, _stop_times(lines, trips))
    return made, lines


def _trips(lines: Lines, daily: bool) -> Iterator[tuple[int, int, str, int]]:
    """Line, number, service and minute of the day of each trip."""
    for line in range(LINES):
        starts = (lines.starts[line] // 60).tolist()
        if daily:
            for nth in range(3):
                yield line, nth, ("all", "all", "workdays")[nth], starts[0] % 480 + 480 * nth
        else:
            for nth, start in enumerate(starts):
                yield line, nth, f"D{start // 1440}", start % 1440


def _stop_times(lines: Lines, trips: list[tuple[int, int, str, int]]) -> Iterator[str]:
    clock = [f"{minute // 60:02}:{minute % 60:02}:00" for minute in range(24 * 60 * 60)]
    arrives, departs, stops = (lines.arrives // 60).tolist(), (lines.departs // 60).tolist(), lines.stops.tolist()
    for line, nth, _, start in trips:
        for at, (comes, goes, stop) in enumerate(zip(arrives[line], departs[line], stops[line], strict=True)):
            yield f"L{line}-{nth},{clock[start + comes]},{clock[start + goes]},P{stop},{at}"


def _write(path: Path, head: str, rows: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head + "\n")
        file.writelines(f"{row}\n" for row in rows)
