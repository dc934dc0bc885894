"""Bars beside their names, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from karvan.report.document.blocks import printable

WIDTH, ROW, BAR = 960.0, 24.0, 14.0
LETTERS, SIGN = 12.0, 0.56
LONGEST = 46
"""Signs of a name; what is longer is cut."""
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, how much, and how that is said."""

    name: str
    value: float
    said: str
    low: float | None = None
    high: float | None = None
    """Ends of an interval, where there is one."""


def bars(rows: Sequence[Bar], limit: float | None = None, limit_said: str = "") -> str:
    """A drawing of bars from 0; values may be below it.

    Args:
        rows: from the top down, at least one.
        limit: where a line is drawn across all bars.
        limit_said: what it is.
    """
    ends = [end for row in rows for end in (row.value, row.low, row.high, 0.0) if end is not None]
    low, high = min(ends), max([*ends, *([] if limit is None else [limit])])
    span = (high - low) or 1.0
    left = 14 + max(len(_cut(row.name)) for row in rows) * LETTERS * SIGN
    right = WIDTH - 14 - max(len(row.said) for row in rows) * LETTERS * SIGN
    head = 20.0 if limit is not None else 4.0

    def at(value: float) -> float:
        return left + (value - low) / span * (right - left)

    parts = []
    for n, row in enumerate(rows):
        parts += _row(row, head + n * ROW, at, left)
    height = head + len(rows) * ROW + 4
    if limit is not None:
        x = at(limit)
        parts.append(f'<path class="mark-line" d="M{x:.1f} {head - 4:.1f}V{height - 4:.1f}" stroke="#1b2227"'
                     ' stroke-dasharray="3 3"/>')  # fmt: skip
        parts.append(f'<text class="soft" x="{x:.1f}" y="{head - 8:.1f}" text-anchor="middle" fill="#55626b"'
                     f' font-size="11">{_in(limit_said)}</text>')  # fmt: skip
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}"'
        f' height="{height:g}">\n'
        f'<rect class="ground" width="{WIDTH:g}" height="{height:g}" fill="#ffffff"/>\n'
        f'<g font-family="{FONT}" font-size="{LETTERS:g}">\n{body}\n</g>\n</svg>'
    )


def _row(row: Bar, top: float, at: Callable[[float], float], left: float) -> list[str]:
    middle = top + ROW / 2
    base = middle + LETTERS * 0.35
    start, end = sorted((at(0.0), at(row.value)))
    name = f"{_in(_cut(row.name))}<title>{_in(row.name)}</title>"
    size = f'x="{start:.1f}" y="{middle - BAR / 2:.1f}" width="{max(end - start, 0.5):.1f}" height="{BAR:g}"'
    parts = [
        f'<text class="ink" x="{left - 8:.1f}" y="{base:.1f}" text-anchor="end" fill="#1b2227">{name}</text>',
        f'<rect class="bar" {size} fill="#5b9bc4"/>',
    ]
    reach = end
    if row.low is not None and row.high is not None:
        reach = max(reach, at(row.high))
        parts.append(f'<path class="mark-line" d="M{at(row.low):.1f} {middle:.1f}H{at(row.high):.1f}"'
                     ' stroke="#1b2227" stroke-width="1.5"/>')  # fmt: skip
    parts.append(f'<text class="ink" x="{reach + 6:.1f}" y="{base:.1f}" fill="#1b2227">{_in(row.said)}</text>')
    return parts


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _in(text: str) -> str:
    return escape(printable(text), quote=True)
