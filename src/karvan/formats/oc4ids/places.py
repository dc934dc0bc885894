"""Which places of a corridor the locations of an OC4IDS project are."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.formats.oc4ids.codes import COUNTRY_SCHEME, LOCODE_SCHEME
from karvan.formats.oc4ids.package import Project
from karvan.formats.oc4ids.read import Remarks
from karvan.formats.oc4ids.shape import Location
from karvan.ground.sphere import great_circle_km
from karvan.tables.plans import PLANNED

NEAR_KM = 5.0
"""How far a point may be from a place and still be it."""


class Places:
    """The places of a corridor, those that are planned among them."""

    def __init__(self, corridor: Corridor | None) -> None:
        tables = ("place", f"{PLANNED}place")
        self.by_id: dict[str, Row] = {
            row.id: row for table in tables for row in (corridor.rows(table) if corridor else ())
        }
        self.by_code = {row.unlocode: row for row in reversed(self.by_id.values()) if row.unlocode}

    def of(self, project: Project, address: str, remarks: Remarks) -> list[str]:
        """The places of a project, each once: by id, by UN/LOCODE, or the nearest within NEAR_KM."""
        found: list[str] = []
        for number, location in enumerate(project.locations or ()):
            if location.gazetteer and location.gazetteer.scheme == COUNTRY_SCHEME and not location.geometry:
                continue
            place = self.place(location, f"{address}/locations/{number}", remarks)
            if place and place not in found:
                found.append(place)
        return found

    def place(self, location: Location, address: str, remarks: Remarks) -> str:
        """The place that a location is; empty, and told, where there is none."""
        point = _point(location)
        same = self.by_id.get(location.id)
        if same and (point is None or _km(same, *point) <= NEAR_KM):
            return str(same.id)
        for code in _codes(location):
            if code in self.by_code:
                return str(self.by_code[code].id)
        if point:
            for lon, lat, turned in ((*point, ""), (*point[::-1], ", latitude and longitude swapped")):
                km, near = self.nearest(lon, lat)
                if km <= NEAR_KM:
                    remarks.add(address, f"taken for {near}, {km:.1f} km off{turned}")
                    return near
        named = f" ({location.description})" if location.description else ""
        remarks.add(address, f"no place of the package is there{named}: not taken over")
        return ""

    def nearest(self, lon: float, lat: float) -> tuple[float, str]:
        """How far the nearest place is (km), and which; infinitely far where there is none, or no such point."""
        if abs(lat) > 90:
            return inf, ""
        return min(((_km(place, lon, lat), place.id) for place in self.by_id.values()), default=(inf, ""))


def _codes(location: Location) -> Iterator[str]:
    if location.gazetteer and location.gazetteer.scheme == LOCODE_SCHEME:
        yield from (code.replace(" ", "").upper() for code in location.gazetteer.identifiers or ())


def _point(location: Location) -> tuple[float, float] | None:
    """Longitude and latitude of a location that is a point."""
    shape = location.geometry
    if shape is None or shape.type != "Point" or not shape.coordinates:
        return None
    lon, lat = shape.coordinates[:2]
    return lon, lat


def _km(place: Row, lon: float, lat: float) -> float:
    return great_circle_km(place.lon, place.lat, lon, lat)
