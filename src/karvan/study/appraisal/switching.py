"""Switching values: how far one number must move, the others as they are, until the verdict turns.

European Commission, Guide to cost-benefit analysis of investment projects (2008), chapter 2, "The switching value": the
value of a variable at which NPV becomes nought.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import SupportsFloat

from karvan.ground.errors import InputError, Problem
from karvan.study.appraisal.cash import exact_sum
from karvan.study.appraisal.given import Given

CELLS = 64
"""Parts of a range in which a change of sign is looked for."""


@dataclass(frozen=True, slots=True)
class SwitchingValue:
    """The value of one number at which NPV is 0."""

    name: str
    base: float
    at: float | None
    """None where there is none."""
    change: float | None
    """As a share of the base: -.4 is 40 % less. None where there is none, or the base is 0."""
    note: str = ""
    """Why there is none."""


def switching_values(components: Mapping[str, SupportsFloat]) -> tuple[SwitchingValue, ...]:
    """NPV being the sum of components, each times a factor of 1: the factor of each at which NPV is 0.

    That is 1 - NPV / component.

    Parameters: components by name, present values, costs below 0.
    Returns: the closest to its base first, those without one last, ties by name; `base` is 1, and `at` may be below 0,
    which says that no size of that component alone turns the verdict.
    Raises: InputError for what is missing or infinite.
    """
    given = Given("switching values")
    worth = {name: given.number(name, components[name]) for name in sorted(components)}
    given.refuse()
    total = exact_sum("switching values", list(worth.values()))
    found = []
    for name, value in worth.items():
        change = -total / value if value else inf
        if isfinite(change):
            found.append(SwitchingValue(name, 1.0, 1.0 + change, change))
        else:
            found.append(SwitchingValue(name, 1.0, None, None, "it is nought, and stays so times any factor"))
    return tuple(sorted(found, key=_closest))


def switching_value(
    name: str, value_of: Callable[[float], SupportsFloat], base: float, low: float, high: float
) -> SwitchingValue:
    """For any function: the value between low and high, closest to the base, at which it is 0.

    The range is looked at in 64 even cells on the way out from the base, and a change of sign in one is closed in on
    (Brent 1973). Two roots in one cell stay unseen.

    Parameters: value_of, NPV of a value; low <= base <= high.
    Returns: SwitchingValue, to 1e-12 of the range.
    Raises: InputError for a range that does not hold its base, and for a function that gives no finite number.
    """
    given = Given("switching value")
    base, low, high = (given.number(f"{name}, {what}", v) for what, v in (("base", base), ("low", low), ("high", high)))
    if not low <= base <= high:
        given.problem(name, f"{low:g} to {high:g}, about {base:g}", "give a range that holds its base")
    given.refuse()

    def worth(x: float) -> float:
        found = float(value_of(x))
        if not isfinite(found):
            raise InputError("switching value", [Problem(f"{name} at {x:g}", str(found), "give a range with a value")])
        return found

    at_base = worth(base)
    if at_base == 0:
        return _at(name, base, base)
    roots = [root for root in (_nearest_root(worth, base, at_base, end) for end in (low, high)) if root is not None]
    if not roots:
        return SwitchingValue(name, base, None, None, f"it keeps its sign from {low:g} to {high:g}")
    return _at(name, base, min(roots, key=lambda root: (abs(root - base), root)))


def _at(name: str, base: float, root: float) -> SwitchingValue:
    return SwitchingValue(name, base, root, (root - base) / abs(base) if base else None)


def _nearest_root(worth: Callable[[float], float], base: float, at_base: float, end: float) -> float | None:
    """The first root on the way from the base to one end of the range."""
    if end == base:
        return None
    from scipy.optimize import brentq

    near, there = base, at_base
    for cell in range(1, CELLS + 1):
        far = end if cell == CELLS else base + (end - base) * (cell / CELLS)
        beyond = worth(far)
        if beyond == 0:
            return far
        if (beyond > 0) != (there > 0):
            return float(brentq(worth, near, far, xtol=max(1e-12 * abs(end - base), 5e-324), rtol=1e-15))
        near, there = far, beyond
    return None


def _closest(one: SwitchingValue) -> tuple[float, str]:
    return (inf if one.change is None else abs(one.change), one.name)
