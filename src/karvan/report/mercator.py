"""Where things are on a map: longitude and latitude as pixels, in the projection of web maps (spherical Mercator)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan, cos, degrees, log, pi, radians, sinh, tan

from karvan.formats.line import Point
from karvan.ground.sphere import EARTH_RADIUS_KM

Pixel = tuple[float, float]
HIGHEST = 85.0
"""Degrees of latitude that are drawn at most: the projection has no poles."""
LEAST_PX = 0.7
"""Points of a line nearer than this to the last one drawn add nothing that can be seen."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A window on the world, its left edge a meridian, so that lines over the 180th need not be cut."""

    west: float
    """Degrees; longitudes are counted eastwards from it, 0 to 360."""
    top: float
    """Mercator's y of the upper edge, radians."""
    scale: float
    """Pixels a radian."""
    left: float
    """Radians from `west` to the left edge."""
    width: float
    height: float

    def pixel(self, point: Point) -> Pixel:
        """Where a point (degrees, WGS 84) is, pixels from the upper left corner."""
        east = radians((point[0] - self.west) % 360.0)
        return (east - self.left) * self.scale, (self.top - _up(point[1])) * self.scale

    def latitude(self, y: float) -> float:
        """Latitude of a row of pixels, degrees."""
        return degrees(atan(sinh(self.top - y / self.scale)))

    def longitude(self, x: float) -> float:
        """Longitude of a column of pixels, degrees, counted on from `west` and not turned back at 180."""
        return self.west + degrees(self.left + x / self.scale)

    def km(self, pixels: float, latitude: float) -> float:
        """How long so many pixels are on the ground at a latitude, km."""
        return pixels / self.scale * EARTH_RADIUS_KM * cos(radians(latitude))

    def line(self, points: Sequence[Point]) -> list[list[Pixel]]:
        """A line in as many parts as the frame asks for: what lies outside is left out, what cannot be seen too."""
        parts: list[list[Pixel]] = []
        last: Pixel | None = None
        at = [self.pixel(point) for point in points]
        half_turn = pi * self.scale
        for one, other in pairwise(at):
            torn = abs(one[0] - other[0]) > half_turn
            if torn or not self._sees(one, other):
                last = None
                continue
            if last is None:
                parts.append([one])
                last = one
            if abs(other[0] - last[0]) + abs(other[1] - last[1]) >= LEAST_PX or other == at[-1]:
                parts[-1].append(other)
                last = other
        return [part for part in parts if len(part) > 1]

    def _sees(self, one: Pixel, other: Pixel) -> bool:
        """Whether some of a straight piece may be in the frame."""
        return (
            max(one[0], other[0]) >= 0
            and min(one[0], other[0]) <= self.width
            and max(one[1], other[1]) >= 0
            and min(one[1], other[1]) <= self.height
        )


def frame(points: Iterable[Point], width: float, margin: float, heights: tuple[float, float]) -> Frame:
    """The frame that holds all points.

    Args:
        points: at least one, degrees.
        width: pixels.
        margin: pixels left free at each side.
        heights: the least and the greatest height, pixels; what is shown grows to fill it.
    """
    there = sorted(set(points))
    west = _west([lon for lon, _ in there])
    easts = [radians((lon - west) % 360.0) for lon, _ in there]
    ups = [_up(lat) for _, lat in there]
    wide, high = max(max(easts) - min(easts), 0.02), max(max(ups) - min(ups), 0.02)
    scale = min((width - 2 * margin) / wide, (heights[1] - 2 * margin) / high)
    height = min(max(high * scale + 2 * margin, heights[0]), heights[1])
    left = (max(easts) + min(easts)) / 2 - width / scale / 2
    top = (max(ups) + min(ups)) / 2 + height / scale / 2
    return Frame(west, top, scale, left, width, height)


def _west(lons: list[float]) -> float:
    """The middle of the widest gap between meridians: nothing is torn apart there."""
    turned = sorted({lon % 360.0 for lon in lons})
    gaps = [(other - one, one) for one, other in pairwise([*turned, turned[0] + 360.0])]
    gap, at = max(gaps, key=lambda pair: (pair[0], -pair[1]))
    return at + gap / 2


def _up(lat: float) -> float:
    return log(tan(pi / 4 + radians(max(-HIGHEST, min(HIGHEST, lat))) / 2))
