"""What can be reached: as one JSON document, as GeoJSON points, and as a table for a terminal."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from karvan.formats.geojson import collection, point
from karvan.ground.version import VERSION
from karvan.itinerary.reach import Reach, Reached, figures

if TYPE_CHECKING:
    from rich.table import Table

Document = dict[str, Any]
PLACE_WIDTH = 28
NUMBERS_WIDTH = 45
LEAST_WAY = 20
"""Characters of a terminal's columns: of names at most, of all numbers, and of the way at least."""


def document(reach: Reach) -> Document:
    """The whole answer. Times are ISO 8601 with zone, hours, USD, kg and km."""
    ask = reach.ask
    return {
        "run": {"karvan": VERSION, "package": reach.corridor.name, "package_digest": reach.corridor.digest},
        "request": {
            "destination" if reach.back else "origin": reach.about.id,
            "days": ask.horizon_days,
            "depart": ask.depart.isoformat(),
            "load": str(ask.load),
            "tonnes": ask.tonnes,
            "value_of_time_usd_h": _plain(ask.value_of_time_usd_h),
            "modes": list(ask.modes),
            "by": reach.by,
        },
        "places": [{"place": one.place.id, "name": one.place.name, **_told(one)} for one in reach.places],
        "reason": reach.reason or None,
    }


def geojson(reach: Reach) -> Document:
    """A feature collection: a point for each place, with the days of its isochrone and the way."""
    features = [
        point(one.place.id, one.place.lon, one.place.lat,
              {"name": one.place.name, "country": one.place.country, **_told(one)})
        for one in reach.places
    ]  # fmt: skip
    return collection(f"{'to' if reach.back else 'from'} {reach.about.id}", features)


def table(reach: Reach, width: int = 120) -> Table:
    """One row a place, in the order of what was asked for; the way as far as `width` characters leave room."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("place", no_wrap=True, max_width=PLACE_WIDTH, overflow="ellipsis")
    for name in ("days", "USD", "kg CO2e", "km", "reloads"):
        table.add_column(name, justify="right", no_wrap=True, min_width=7)
    room = width - PLACE_WIDTH - NUMBERS_WIDTH
    if room >= LEAST_WAY:
        table.add_column("way", no_wrap=True, max_width=room, overflow="ellipsis")
    for one in reach.places:
        figures = (one.time_h / 24, one.price_usd, one.co2e_kg, one.distance_km)
        cells = [f"{figures[0]:.1f}", *(f"{figure:,.0f}" for figure in figures[1:]), str(one.reloads)]
        table.add_row(one.place.name, *cells, *([one.way] if room >= LEAST_WAY else []))
    return table


def headline(reach: Reach) -> str:
    """What was asked, in a line."""
    ask = reach.ask
    places = f"{len(reach.places)} places" if len(reach.places) != 1 else "1 place"
    verb = f"from which {reach.about.name} is reached" if reach.back else f"reached from {reach.about.name}"
    ready = f"{ask.depart:%d %b %Y %H:%M}{'' if reach.back else ask.depart.strftime(' %Z')}"
    return f"{places} {verb} in {ask.horizon_days:g} days, best by {reach.by}: {ask.load}, ready {ready}"


def _told(one: Reached) -> Document:
    return {name: _plain(value) for name, value in figures(one).items()}


def _plain(value: Any) -> Any:
    """A value as JSON has it; numbers to six decimals, the same on every machine."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return round(value, 6) + 0.0 if isinstance(value, float) else value
