"""Names beside points, so that none lies on another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIGN = 0.56
"""Width of a sign as a share of the height of letters: the mean of a plain typeface, a little more than it is."""
FIRST = 10
"""Points that get a name even where it hides the points of others."""
AWAY = 5.0
"""Pixels between a point and its name."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A name as it is drawn: where its text begins, or ends, or has its middle."""

    text: str
    x: float
    y: float
    """Of the line that letters stand on."""
    anchor: str
    """start, middle or end: which part of the text is at x."""


def place_labels(
    points: Sequence[tuple[float, float, str]],
    size: float,
    frame: Box,
    taken: Iterable[Box] = (),
    most: int = 30,
) -> list[Label]:
    """Names for the first of some points that have room for one.

    Args:
        points: x, y and name, those that matter most first.
        size: height of letters, pixels.
        frame: names stay in it.
        taken: where none may be.
        most: names at most.
    """
    dots = [Box(x - 3, y - 3, x + 3, y + 3) for x, y, _ in points]
    full = list(taken)
    labels: list[Label] = []
    for n, (x, y, text) in enumerate(points):
        if len(labels) == most:
            break
        ways = [(label, box) for label, box in _ways(x, y, text, size) if box.within(frame)]
        free = [way for way in ways if not any(way[1].meets(other) for other in full)]
        clear = [way for way in free if not any(way[1].meets(dot) for dot in dots)]
        chosen = clear or (free if n < FIRST else [])
        if chosen:
            labels.append(chosen[0][0])
            full.append(chosen[0][1])
    return labels


def _ways(x: float, y: float, text: str, size: float) -> Iterable[tuple[Label, Box]]:
    """Where the name of a point may be, the best first: right, left, above, below, then aslant."""
    wide, high = len(text) * size * SIGN, size
    for anchor, dx, dy in (
        ("start", AWAY, 0.35), ("end", -AWAY, 0.35), ("middle", 0.0, -0.6), ("middle", 0.0, 1.35),
        ("start", AWAY - 1, -0.3), ("start", AWAY - 1, 1.05), ("end", 1 - AWAY, -0.3), ("end", 1 - AWAY, 1.05),
    ):  # fmt: skip
        at, base = x + dx, y + dy * size
        left = at - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        yield Label(text, at, base, anchor), Box(left - 1, base - 0.85 * high, left + wide + 1, base + 0.25 * high)
