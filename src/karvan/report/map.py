"""A map of what a run put on a corridor's links, as SVG: lines by mode, as wide as they are loaded, and where it waits.

Drawn from the package's own places and lines; there is no ground map under it, so that nothing is fetched and no
boundary is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from math import floor, log10

from karvan.corridor.corridor import Corridor
from karvan.formats.line import Point, lines
from karvan.report.document.blocks import printable
from karvan.report.labels import Box, place_labels
from karvan.report.mercator import Frame, Pixel, frame

WIDTH, MARGIN = 960.0, 44.0
HEIGHTS = 400.0, 640.0
THINNEST, WIDEST = 0.7, 9.0
"""Pixels of a line that carries next to nothing, and the most."""
LARGEST_RING = 15.0
LETTERS = 11.0
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
LAND = ("rail", "road", "inland_waterway")
COLOURS = {
    "rail": "#1d5f8a", "sea": "#2a9d8f", "road": "#c0566b", "inland_waterway": "#5fb4d9", "air": "#9a4fb0",
}  # fmt: skip
NAMES = {"inland_waterway": "river or lake"}
NOTICE = "Boundaries and names imply no opinion on the status of any territory."
LINES = "Lines of railways and roads: © OpenStreetMap contributors, ODbL 1.0."
CLOSER = 1.5
"""How much larger a closer look must show things to be worth its room."""
SEEN = 2.5
"""Pixels of the smallest ring that is drawn."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a map shows. Links and places that the corridor does not have are left out."""

    loads: Mapping[str, float]
    """How much each link carries, by its id; those that carry nothing are not drawn."""
    unit: str
    """Of loads: t a year."""
    waits: Mapping[str, float] = field(default_factory=dict)
    """How much waits at each place, by its id: rings."""
    waits_unit: str = ""


def maps(corridor: Corridor, drawn: Drawn) -> dict[str, str]:
    """Maps by name: `all` that is used, and `close`, a closer look at where most waits, or at what goes by land."""
    known = corridor.by_key("link")
    used = {link: load for link, load in sorted(drawn.loads.items()) if load > 0 and link in known}
    if not used:
        return {}
    shapes = lines(corridor)
    points = {point for link in used for point in shapes[link]}
    whole = frame(points, WIDTH, MARGIN, HEIGHTS)
    found = {"all": _map(corridor, drawn, used, shapes, whole)}
    waits = _seen({place: wait for place, wait in drawn.waits.items() if place in corridor.by_key("place")})
    looked = {(row.lon, row.lat) for place in waits if (row := corridor.place(place))}
    if not looked:
        looked = {point for link in used if known[link].mode in LAND for point in shapes[link]}
    if looked:
        close = frame(looked, WIDTH, 2 * MARGIN, HEIGHTS)
        if close.scale >= CLOSER * whole.scale:
            found["close"] = _map(corridor, drawn, used, shapes, close)
    return found


def _seen(waits: Mapping[str, float]) -> dict[str, float]:
    """Waits whose rings are large enough to be drawn."""
    least = max(waits.values(), default=0.0) * (SEEN / LARGEST_RING) ** 2
    return {place: wait for place, wait in waits.items() if wait > 0 and wait >= least}


def _map(
    corridor: Corridor,
    drawn: Drawn,
    used: Mapping[str, float],
    shapes: Mapping[str, Sequence[Point]],
    window: Frame,
) -> str:
    """One map: meridians, lines, rings, places and their names, keys."""
    paths = {link: parts for link in used if (parts := window.line(shapes[link]))}
    ends = {link: (row.from_place, row.to_place) for link in paths if (row := corridor.row("link", link))}
    within = {place for pair in ends.values() for place in pair if _inside(window, corridor, place)}
    most = max((used[link] for link, pair in ends.items() if within & set(pair)), default=max(used.values()))
    modes = [mode for mode in COLOURS if any(corridor.row("link", link).mode == mode for link in paths)]
    rings = _seen({place: wait for place, wait in drawn.waits.items() if place in within})
    keys, room = _keys(modes, most, rings, drawn, window, paths)
    weights = _weights(paths, ends, used)
    first = sorted(within, key=lambda place: (-rings.get(place, 0.0), -weights.get(place, 0.0), place))
    drawings = [
        *_meridians(window),
        *_lines(corridor, paths, used, most, drawn.unit),
        *_rings(corridor, rings, window, drawn.waits_unit),
        *_places(corridor, first, window, room),
        *keys,
    ]
    body = "\n".join(drawings)
    size = f"{WIDTH:g}", f"{window.height:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" width="{size[0]}"'
        f' height="{size[1]}">\n'
        f'<defs><clipPath id="window"><rect width="{size[0]}" height="{size[1]}"/></clipPath></defs>\n'
        f'<rect class="ground" width="{size[0]}" height="{size[1]}" fill="#ffffff"/>\n'
        f'<g clip-path="url(#window)" font-family="{FONT}" font-size="{LETTERS:g}">\n{body}\n</g>\n</svg>'
    )


def _inside(window: Frame, corridor: Corridor, place: str) -> bool:
    row = corridor.place(place)
    x, y = window.pixel((row.lon, row.lat))
    return 0 <= x <= window.width and 0 <= y <= window.height


def _weights(
    paths: Mapping[str, object], ends: Mapping[str, tuple[str, str]], used: Mapping[str, float]
) -> dict[str, float]:
    """How much comes by each place."""
    found: dict[str, float] = defaultdict(float)
    for link in paths:
        for place in ends[link]:
            found[place] += used[link]
    return found


def _lines(
    corridor: Corridor,
    paths: Mapping[str, list[list[Pixel]]],
    used: Mapping[str, float],
    most: float,
    unit: str,
) -> list[str]:
    """Lines, those that carry most drawn first, so that thin ones lie on top."""
    found = []
    for link in sorted(paths, key=lambda link: (-used[link], link)):
        row = corridor.row("link", link)
        ends = " – ".join(corridor.place(place).name for place in (row.from_place, row.to_place))
        way = " ".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in part) for part in paths[link])
        dash = ' stroke-dasharray="5 3"' if row.mode == "air" else ""
        said = f"{ends}, {NAMES.get(row.mode, row.mode)}: {amount(used[link])} {unit}"
        found.append(
            f'<path class="{row.mode}" d="{way}" fill="none" stroke="{COLOURS[row.mode]}" stroke-opacity="0.8"'
            f' stroke-width="{_wide(used[link], most):.2f}" stroke-linejoin="round" stroke-linecap="round"{dash}>'
            f"<title>{_in(said)}</title></path>"
        )
    return found


def _wide(load: float, most: float) -> float:
    """As wide as the square root of the load: else all but the largest would be hairs."""
    return float(THINNEST + (WIDEST - THINNEST) * (min(load, most) / most) ** 0.5)


def _rings(corridor: Corridor, rings: Mapping[str, float], window: Frame, unit: str) -> list[str]:
    """Rings with an area in proportion to what waits there, large ones under small ones."""
    found, most = [], max(rings.values(), default=1.0)
    for place, waits in sorted(rings.items(), key=lambda one: (-one[1], one[0])):
        row = corridor.place(place)
        x, y = window.pixel((row.lon, row.lat))
        radius = LARGEST_RING * (waits / most) ** 0.5
        found.append(
            f'<circle class="wait" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#b3541e" fill-opacity="0.18"'
            f' stroke="#b3541e" stroke-width="1.6">'
            f"<title>{_in(f'{row.name}: {amount(waits)} {unit}')}</title></circle>"
        )
    return found


def _places(corridor: Corridor, first: Sequence[str], window: Frame, room: Sequence[Box]) -> list[str]:
    """Points for places, and names for the first that have room for one."""
    points = []
    for place in first:
        row = corridor.place(place)
        points.append((*window.pixel((row.lon, row.lat)), printable(row.name)))
    dots = [f'<circle class="ink" cx="{x:.1f}" cy="{y:.1f}" r="1.7" fill="#1b2227"/>' for x, y, _ in points]
    inner = Box(4, 4, window.width - 4, window.height - 4)
    names = [
        f'<text class="ink halo" x="{label.x:.1f}" y="{label.y:.1f}" text-anchor="{label.anchor}" fill="#1b2227"'
        f' stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke">{_in(label.text)}</text>'
        for label in place_labels(points, LETTERS, inner, room, most=40)
    ]
    return [*dots, *names]


def _meridians(window: Frame) -> list[str]:
    """Meridians and parallels at round degrees, with their names at the edges."""
    span = window.longitude(window.width) - window.longitude(0)
    step = next((step for step in (1, 2, 5, 10, 20, 30) if span / step <= 9), 60)
    found = []
    for n in range(floor(window.longitude(0) / step), floor(window.longitude(window.width) / step) + 1):
        x = window.pixel((n * step, 0.0))[0]
        if 0 < x < window.width:
            east = (n * step + 180) % 360 - 180
            found += [_rule(x, 0, x, window.height), _tick(x + 3, window.height - 4, east, "EW")]
    low, high = window.latitude(window.height), window.latitude(0)
    for n in range(floor(low / step), floor(high / step) + 1):
        y = window.pixel((window.west, n * step))[1]
        if 14 < y < window.height - 14:
            found += [_rule(0, y, window.width, y), _tick(3, y - 3, n * step, "NS")]
    return found


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path class="rule" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#e3e8eb" stroke-width="1"/>'


def _tick(x: float, y: float, degrees: int, sides: str) -> str:
    side = "" if degrees == 0 else sides[degrees < 0]
    return f'<text class="soft" x="{x:.1f}" y="{y:.1f}" fill="#7b878f" font-size="9">{abs(degrees)}°{side}</text>'


def _keys(
    modes: Sequence[str],
    most: float,
    rings: Mapping[str, float],
    drawn: Drawn,
    window: Frame,
    paths: Mapping[str, list[list[Pixel]]],
) -> tuple[list[str], list[Box]]:
    """What colours, widths and rings mean, and the scale; and the room that they take."""
    rows: list[tuple[str, str]] = [
        (f'<path class="{mode}" d="M0 -4h26" stroke="{COLOURS[mode]}" stroke-width="3"/>', NAMES.get(mode, mode))
        for mode in modes
    ]
    for share in (1.0, 0.1):
        load = _round(most * share)
        wide = _wide(load, most)
        said = f"{amount(load)} {drawn.unit}"
        rows.append((f'<path class="mark-line" d="M0 -4h26" stroke="#1b2227" stroke-width="{wide:.2f}"/>', said))
    if rings:
        ring = '<circle class="wait" cx="13" cy="-4" r="7" fill="#b3541e" fill-opacity="0.18"'
        said = f"waiting, the largest {amount(max(rings.values()))}"
        rows.append((f'{ring} stroke="#b3541e" stroke-width="1.6"/>', said))
        rows.append(("", drawn.waits_unit))
    high = 17.0 * len(rows) + 12
    wide = 44 + max(len(said) for _, said in rows) * LETTERS * 0.56
    box = _emptiest(wide, high, window, paths)
    x, y = box.left, box.top
    size = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"'
    parts = [f'<rect class="panel" {size} rx="4" fill="#f3f6f8" fill-opacity="0.9"/>']
    for n, (mark, said) in enumerate(rows):
        at = y + 19 + 17 * n
        parts.append(f'<g transform="translate({x + 8:.1f} {at:.1f})">{mark}</g>')
        parts.append(f'<text class="ink" x="{x + 42:.1f}" y="{at:.1f}" fill="#1b2227">{_in(said)}</text>')
    parts += _scale(window)
    return parts, [box, Box(window.width - 190, window.height - 48, window.width, window.height)]


def _emptiest(wide: float, high: float, window: Frame, paths: Mapping[str, list[list[Pixel]]]) -> Box:
    """Of the corners the one with the least drawn in it; the lower right one has the scale."""
    right, low = window.width - 10, window.height - 20
    corners = [
        Box(10, low - high, 10 + wide, low), Box(10, 10, 10 + wide, 10 + high), Box(right - wide, 10, right, 10 + high),
    ]  # fmt: skip
    points = [point for parts in paths.values() for part in parts for point in part]
    return min(corners, key=lambda box: sum(box.left < x < box.right and box.top < y < box.bottom for x, y in points))


def _scale(window: Frame) -> list[str]:
    """A bar of a round number of km, which holds at the latitude of the map's middle."""
    latitude = window.latitude(window.height / 2)
    km = _round(window.km(130, latitude), down=True)
    long = km / window.km(1, latitude)
    x, y = window.width - 14 - long, window.height - 26
    side = "N" if latitude >= 0 else "S"
    said = f"{km:,.0f} km at {abs(latitude):.0f}°{side}"
    return [
        f'<path class="mark-line" d="M{x:.1f} {y - 4:.1f}v4h{long:.1f}v-4" fill="none" stroke="#1b2227"/>',
        f'<text class="ink" x="{x + long:.1f}" y="{y - 7:.1f}" text-anchor="end" fill="#1b2227">{said}</text>',
    ]


def _round(value: float, *, down: bool = False) -> float:
    """The nearest of 1, 2 and 5 times a power of ten; with `down`, the nearest below."""
    ten = 10.0 ** floor(log10(value))
    steps = [ten, 2 * ten, 5 * ten, 10 * ten]
    if down:
        return max(step for step in steps if step <= value)
    return min(steps, key=lambda step: abs(step - value))


def amount(value: float) -> str:
    """A number in three digits: 1.52 million, 340,000, 12.4."""
    if abs(value) >= 999_500:
        return f"{value / 1e6:,.3g} million" if abs(value) < 999_500_000 else f"{value / 1e6:,.0f} million"
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _in(text: str) -> str:
    return escape(printable(text), quote=True)


__all__ = ["LINES", "NOTICE", "Drawn", "amount", "maps"]
