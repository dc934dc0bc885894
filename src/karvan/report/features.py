"""A corridor as a map shows it: links, places and facilities as GeoJSON, with all that a map tells them apart by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.formats.geojson import collection, line_feature, point
from karvan.formats.line import Point
from karvan.report.geometry import DECIMALS, TOLERANCE_DEG, thin_lines
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNED

THERE, CHANGED, NEW, PLANNED_ONLY = "there", "changed", "new", "planned"
STATES = (THERE, CHANGED, NEW, PLANNED_ONLY)
"""As the package has it; with other numbers under the scenario; there only under it; only planned."""
SHOWN = {
    "link": (
        "from_place", "to_place", "mode", "length_km", "speed_kmh", "gauge_mm", "tracks", "paths_per_day",
        "electrified", "one_way", "country", "waters",
    ),
    "place": ("name", "country", "kind", "unlocode"),
    "facility": (
        "place", "kind", "serves", "servers", "from_mode", "to_mode", "from_gauge_mm", "to_gauge_mm", "direction",
        "neighbour", "service_time_h",
    ),
}  # fmt: skip
"""Cells that are told of each, by table."""


def features(base: Corridor, bent: Corridor, tolerance_deg: float = TOLERANCE_DEG) -> dict[str, Any]:
    """A feature collection: links, then places, then facilities (at their place), then what is planned and not there.

    Args:
        base: the package.
        bent: the same as a scenario has it; the package itself without one.
        tolerance_deg: by how much lines may be off, degrees.
    """
    drawn = thin_lines(bent, tolerance_deg)
    told = _Telling(base, bent)
    found = [
        *(line_feature(row.id, drawn[row.id], told.link(row)) for row in bent.rows("link")),
        *(_at(row.id, row, told.cells("place", row)) for row in bent.places()),
        *(_at(row.id, bent.place(row.place), told.cells("facility", row)) for row in bent.rows("facility")),
        *_planned(bent, told),
    ]
    families = [{"id": row.id, "name": row.name, "closed": row.closed} for row in told.families]
    return collection(bent.name, found) | {"families": families}


class _Telling:
    """What is said of each row."""

    def __init__(self, base: Corridor, bent: Corridor) -> None:
        self.base, self.bent = base, bent
        self.country = {place.id: place.country for place in bent.places()}
        self.families = sorted(bent.rows("family"), key=lambda row: (row.seq, row.id))
        self.closures: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.shut: dict[tuple[str, str], list[str]] = defaultdict(list)
        times: dict[str, list[Row]] = defaultdict(list)
        for time in bent.rows("closure_time"):
            times[time.closure].append(time)
        for closure in bent.rows("closure"):
            for stopped in closure.stops:
                self.closures[closure.stops_table, stopped].append(closure.id)
                self.shut[closure.stops_table, stopped] += [
                    f"{time.begins:%Y-%m-%d}/{time.ends:%Y-%m-%d}" for time in times[closure.times_of or closure.id]
                ]

    def cells(self, table: str, row: Row) -> dict[str, Any]:
        """Cells that are shown and not empty, what may close it, and its state."""
        cells = {name: value for name in SHOWN[table] if (value := getattr(row, name)) not in (None, "")}
        told: dict[str, Any] = {"table": table, **cells}
        if at := self.closures.get((table, row.id)):
            told["closures"] = sorted(at)
        if times := self.shut.get((table, row.id)):
            told["shut"] = sorted(set(times))
        return told | self._state(table, row)

    def link(self, row: Row) -> dict[str, Any]:
        """The same of a link, with the names of families that it is a mark of."""
        marks = [family.id for family in self.families if self._marks(family, row)]
        return self.cells("link", row) | ({"families": marks} if marks else {})

    def _state(self, table: str, row: Row) -> dict[str, Any]:
        if self.base is self.bent:
            return {"state": THERE}
        before = self.base.by_key(table).get(row.id)
        if before is None:
            return {"state": NEW}
        changed = [name for name in BY_NAME[table].names if getattr(before, name) != getattr(row, name)]
        return {"state": CHANGED, "changed": changed} if changed else {"state": THERE}

    def _marks(self, family: Row, link: Row) -> bool:
        """Whether a chain over a link may be of a family, and the link is what makes it so: a place, country or mode
        that the family's rule asks for."""
        ends = {link.from_place, link.to_place}
        countries = {link.country} - {""}
        if family.only_modes and link.mode not in family.only_modes:
            return False
        if countries & set(family.without_countries):
            return False
        if family.places or family.countries:
            return bool(ends & set(family.places) or countries & set(family.countries))
        return link.mode in (family.modes or family.only_modes)


def _planned(bent: Corridor, told: _Telling) -> Iterator[dict[str, Any]]:
    """What projects would build and what is not there: straight lines, for nobody has drawn them yet."""
    places: Mapping[str, Row] = {**{row.id: row for row in bent.rows(f"{PLANNED}place")}, **bent.by_key("place")}
    for row in _missing(bent, "link"):
        ends = [places.get(name) for name in (row.from_place, row.to_place)]
        if None not in ends:
            between: list[Point] = [(place.lon, place.lat) for place in ends if place]
            yield line_feature(row.id, between, _as_planned("link", row, told))
    for row in _missing(bent, "place"):
        yield _at(row.id, row, _as_planned("place", row, told))
    for row in _missing(bent, "facility"):
        if row.place in places:
            yield _at(row.id, places[row.place], _as_planned("facility", row, told))


def _missing(bent: Corridor, table: str) -> Iterable[Row]:
    known = bent.by_key(table)
    return [row for row in bent.rows(f"{PLANNED}{table}") if row.id not in known]


def _as_planned(table: str, row: Row, told: _Telling) -> dict[str, Any]:
    return told.cells(table, row) | {"state": PLANNED_ONLY, "projects": list(row.projects)}


def _at(name: str, place: Row, properties: dict[str, Any]) -> dict[str, Any]:
    return point(name, round(place.lon, DECIMALS), round(place.lat, DECIMALS), properties)
