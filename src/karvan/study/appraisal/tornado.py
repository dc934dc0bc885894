"""A tornado: what NPV becomes when one input after another goes to its low and its high value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import SupportsFloat

from karvan.study.appraisal.given import Given


@dataclass(frozen=True, slots=True)
class Bar:
    """One input: its low and high value, and what NPV is at each."""

    name: str
    low: float
    high: float
    at_low: float
    at_high: float
    swing: float
    """From the least to the most of NPV at low, base and high."""


@dataclass(frozen=True, slots=True)
class Tornado:
    """NPV with everything at its base, and a bar for each input, the widest first, ties by name."""

    base: float
    bars: tuple[Bar, ...]


def tornado(
    value_of: Callable[[dict[str, float]], SupportsFloat],
    base: Mapping[str, SupportsFloat],
    ranges: Mapping[str, tuple[SupportsFloat, SupportsFloat]],
) -> Tornado:
    """Move the inputs of `ranges`, one at a time.

    It says nothing of what two inputs do together (`monte_carlo` does), and nothing of what lies between low and high.

    Parameters: value_of, NPV of inputs by name; base, all inputs; ranges, (low, high) of those to move.
    Returns: Tornado.
    Raises: InputError for an input that is not in the base, one whose low is above its high, and a function that gives
    no finite number.
    """
    given = Given("tornado")
    start = {name: given.number(name, base[name]) for name in sorted(base)}
    given.known("ranges", sorted(ranges), start)
    ends = {name: (given.number(f"{name}, low", low), given.number(f"{name}, high", high))
            for name, (low, high) in sorted(ranges.items())}  # fmt: skip
    for name, (low, high) in ends.items():
        if low > high:
            given.problem(name, f"low {low:g} above high {high:g}", "give the low value first")
    given.refuse()
    middle = given.number("value at the base", value_of(dict(start)))
    bars = []
    for name, (low, high) in ends.items():
        at_low, at_high = (given.number(f"value at {name} {x:g}", value_of(start | {name: x})) for x in (low, high))
        swing = max(at_low, at_high, middle) - min(at_low, at_high, middle)
        bars.append(Bar(name, low, high, at_low, at_high, swing))
    given.refuse()
    return Tornado(middle, tuple(sorted(bars, key=lambda bar: (-bar.swing, bar.name))))
