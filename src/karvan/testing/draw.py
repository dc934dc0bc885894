"""Small corridors drawn in text, for tests and documents.

    corridor = draw('''
        place   B KZ
        K1      rail A 5h B 6h C   every 12h  100usd 30kg
        F1      sea  C 10h D       at 08:00 on 135  200usd
        change  C rail sea 2h 15usd
        border  B rail in 3h
        gate    A 1h
        family  north countries=RU
    ''')

A service line is id, mode (with a gauge for rail other than 1520: `rail1435`), then places parted by hours; then when
it departs (`every 12h`, `at HH:MM on DAYS`, or `now`: always at hand), the price of a 40-foot box over the whole line
(a 20-foot box pays half) and the CO2e of a tonne over it. `back` makes it run both ways, `from DATE` and `to DATE`
bound its season. Places are in no country and on UTC unless said; gates are free and quick unless drawn; boxes change
between any two services at a place freely unless a `change` is drawn there.

What has no word of its own is said as in the tables: `add regime id=SMGS kind=consignment countries=KZ;RU` is a row
more, `set vehicle K1 max_t_40ft=24` changes one that is drawn, wherever in the picture.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from itertools import product
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.corridor.package import Description
from karvan.corridor.row import ROW_TYPES, Row, key_of
from karvan.tables import BY_NAME
from karvan.tables.cell import parse

SPEED_KMH = 50.0
WORDS = ("place", "change", "border", "gate", "family", "gauge", "add", "set")


def draw(picture: str) -> Corridor:
    """The corridor that a picture shows."""
    drawing = _Drawing()
    for line in picture.strip().splitlines():
        words = line.split("#")[0].split()
        if words:
            drawing.line(words)
    return drawing.corridor()


def row(table: str, /, **cells: Any) -> Row:
    """A row of a table with the cells given and the others empty."""
    empty = {
        column.name: () if column.many else {"text": "", "flag": False}.get(column.kind) for column in BY_NAME[table]
    }
    return ROW_TYPES[table](**empty | cells)


class _Drawing:
    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)
        self.places: dict[str, tuple[str, str]] = {}
        self.states: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.settings: list[tuple[str, str, dict[str, Any]]] = []

    def line(self, words: list[str]) -> None:
        if words[0] in WORDS:
            getattr(self, words[0])(*words[1:])
        else:
            self.service(words)

    def place(self, name: str, country: str = "", time_zone: str = "UTC") -> None:
        self.places[name] = country, time_zone

    def change(self, place: str, from_mode: str, to_mode: str, *figures: str) -> None:
        self.facility(
            place, f"{place}-{from_mode}-{to_mode}", figures, kind="transshipment", from_mode=from_mode, to_mode=to_mode
        )

    def gauge(self, place: str, from_gauge: str, to_gauge: str, *figures: str) -> None:
        name = f"{place}-gauge"
        serves = "train" if "bogies" in figures else "container"
        figures = tuple(word for word in figures if word != "bogies")
        self.facility(
            place, name, figures, kind="gauge_change", from_gauge_mm=from_gauge, to_gauge_mm=to_gauge, serves=serves
        )

    def border(self, place: str, mode: str, direction: str, *figures: str) -> None:
        self.facility(place, f"{place}-border-{direction}", figures, kind="border", from_mode=mode, direction=direction)

    def gate(self, place: str, *figures: str) -> None:
        self.facility(place, f"{place}-gate", figures, kind="terminal_gate")

    def family(self, name: str, *conditions: str) -> None:
        parts = dict(condition.split("=") for condition in conditions)
        cells = {key: tuple(value.split(",")) for key, value in parts.items()}
        self.tables["family"].append(row("family", id=name, name=name, seq=len(self.tables["family"]), **cells))

    def add(self, table: str, *cells: str) -> None:
        said = _cells(table, cells)
        named = {"name": said["id"]} if "id" in said and "name" in BY_NAME[table].names else {}
        self.tables[table].append(row(table, **named | said))

    def set(self, table: str, key: str, *cells: str) -> None:
        self.settings.append((table, key, _cells(table, cells)))

    def facility(self, place: str, name: str, figures: tuple[str, ...], **cells: str) -> None:
        said = _figures(figures)
        usd = said.get("usd", 0.0)
        factor = ""
        if "kg" in said:
            factor = f"hub-{name}"
            self.tables["emission_factor"].append(
                row("emission_factor", id=factor, mode="hub", kgco2e_container=said["kg"])
            )
        said_of_all = {
            "id": name,
            "place": place,
            "serves": "container",
            "servers": 1,
            "emission_factor": factor,
            "service_time_h": said.get("h", 0.0),
            "price_usd_teu": usd,
            "price_usd_feu": usd,
        }
        self.tables["facility"].append(row("facility", **said_of_all | cells))

    def service(self, words: list[str]) -> None:
        name, mode, *rest = words
        gauge = mode.removeprefix("rail") or "1520" if mode.startswith("rail") else ""
        mode = "rail" if gauge else mode
        route, rest = _route(rest)
        said = _figures(tuple(rest))
        km = sum(hours for _, hours in route) * SPEED_KMH
        self.tables["emission_factor"].append(
            row("emission_factor", id=name, mode=mode, gco2e_tkm=1000 * said.get("kg", 0.0) / (km or 1))
        )
        self.tables["vehicle"].append(row("vehicle", id=name, name=name, mode=mode, emission_factor=name))
        for size, share in (("20ft", 0.5), ("40ft", 1.0)):
            usd_km = said.get("usd", 0.0) * share / (km or 1)
            self.tables["tariff"].append(
                row("tariff", id=f"{name}:{size}", kind="leg", service=name, unit=size, price_usd_km=usd_km, year=2024)
            )
        self._line(name, mode, gauge, route)
        self._departures(name, mode, rest)

    def _line(self, name: str, mode: str, gauge: str, route: list[tuple[str, float]]) -> None:
        for seq, (place, hours) in enumerate(route):
            self.places.setdefault(place, ("", "UTC"))
            self.states[place].add((mode, gauge))
            self.tables["stop"].append(row("stop", service=name, seq=seq, place=place, call="both"))
            if seq + 1 < len(route):
                self.tables["link"].append(
                    row(
                        "link",
                        id=f"{name}-{seq}",
                        from_place=place,
                        to_place=route[seq + 1][0],
                        mode=mode,
                        length_km=hours * SPEED_KMH,
                        speed_kmh=SPEED_KMH,
                        gauge_mm=gauge,
                    )
                )

    def _departures(self, name: str, mode: str, words: list[str]) -> None:
        after = {word: words[at + 1] for at, word in enumerate(words[:-1])}
        timed = "at" in after
        season = {f"valid_{word}": dt.date.fromisoformat(after[word]) for word in ("from", "to") if word in after}
        headway = None if timed else _figures((after["every"],))["h"] if "every" in after else 0.0
        both = "back" in words
        cells = {"mode": mode, "departs": "timetable" if timed else "headway", "headway_h": headway, "both_ways": both}
        self.tables["service"].append(row("service", id=name, name=name, vehicle=name, **cells, **season))
        if timed:
            clock = parse(after["at"], BY_NAME["timetable"].column("departs_at"))
            for seq, way in enumerate(("there", "back")[: 1 + both]):
                days = after.get("on", "1234567")
                self.tables["timetable"].append(
                    row("timetable", service=name, seq=seq, way=way, days=days, departs_at=clock)
                )

    def corridor(self) -> Corridor:
        drawn = {(facility.kind, facility.place) for facility in self.tables["facility"]}
        for place, states in sorted(self.states.items()):
            if ("terminal_gate", place) not in drawn:
                self.gate(place)
            if ("transshipment", place) not in drawn:
                for one, other in product(sorted({mode for mode, _ in states}), repeat=2):
                    if one <= other:
                        self.change(place, one, other)
        self.tables["place"] = [
            row("place", id=name, name=name, country=country, kind="city", lon=0.0, lat=0.0, time_zone=zone)
            for name, (country, zone) in sorted(self.places.items())
        ]
        self.tables["source"] = [row("source", id="picture", title="A picture in a test")]
        for table, key, cells in self.settings:
            rows = self.tables[table]
            (at,) = (ix for ix, found in enumerate(rows) if key_of(table, found) == key)
            rows[at] = rows[at]._replace(**cells)
        return Corridor(Description("picture"), {name: tuple(rows) for name, rows in self.tables.items()})


def _cells(table: str, cells: tuple[str, ...]) -> dict[str, Any]:
    """Cells said as column=value, read as in a CSV table."""
    pairs = (cell.split("=", 1) for cell in cells)
    return {name: parse(text, BY_NAME[table].column(name)) for name, text in pairs}


def _route(words: list[str]) -> tuple[list[tuple[str, float]], list[str]]:
    """The places of a line, each with the hours to the next, and the words after it."""
    route = [(words[0], 0.0)]
    at = 1
    while at + 1 < len(words) and re.fullmatch(r"\d+(\.\d+)?h", words[at]):
        route[-1] = route[-1][0], float(words[at][:-1])
        route.append((words[at + 1], 0.0))
        at += 2
    return route, words[at:]


def _figures(words: tuple[str, ...]) -> dict[str, float]:
    """The figures of a line by their unit: 12h 100usd 3kg."""
    matches = (re.fullmatch(r"(\d+(?:\.\d+)?)(h|usd|kg)", word) for word in words)
    return {match[2]: float(match[1]) for match in matches if match}
