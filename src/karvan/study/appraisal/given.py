"""What callers give: yearly amounts, rates and names, turned into plain numbers or refused, all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import SupportsFloat

from karvan.ground.errors import InputError, Problem, nearest, shown

Amounts = Sequence[SupportsFloat]
"""One amount a year, the first year's first: floats, whole numbers, an array (n_years,)."""


class Given:
    """The problems of one call, gathered: `Given("npv")`, look at everything, then `refuse()`."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.problems: list[Problem] = []

    def problem(self, address: str, found: object, remedy: str) -> None:
        """Note one."""
        self.problems.append(Problem(address, shown(found), remedy))

    def refuse(self) -> None:
        """InputError if anything was noted."""
        if self.problems:
            raise InputError(self.where, self.problems)

    def number(self, address: str, value: SupportsFloat, least: float | None = None) -> float:
        """A finite number, no less than `least`."""
        remedy = "give a finite number" if least is None else f"give a number of {least:g} or more"
        found = _float(value)
        if found is None or not isfinite(found) or (least is not None and found < least):
            self.problem(address, value, remedy)
            return 0.0
        return found

    def limit(self, address: str, value: SupportsFloat) -> float:
        """A number of 0 or more, or infinity for none."""
        found = _float(value)
        if found is None or not found >= 0:
            self.problem(address, value, "give a number of 0 or more, infinite for no limit")
            return 0.0
        return found

    def rate(self, value: SupportsFloat, address: str = "rate") -> float:
        """A yearly rate above -1; .06 is 6 % a year."""
        found = _float(value)
        if found is None or not isfinite(found) or found <= -1:
            self.problem(address, value, "give a yearly rate above -1, such as 0.06 for 6 %")
            return 0.0
        return found

    def amounts(self, name: str, values: Amounts, least: float | None = None) -> tuple[float, ...]:
        """At least one year of finite amounts."""
        if len(values) == 0:
            self.problem(name, "no years", "give an amount for at least one year")
        return tuple(self.number(f"{name}, year {year}", value, least) for year, value in enumerate(values))

    def same_years(self, streams: Mapping[str, Sequence[float]]) -> None:
        """Streams that cover the same years."""
        lengths = {name: len(stream) for name, stream in streams.items()}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{name} has {years}" for name, years in sorted(lengths.items()))
            self.problems.append(Problem("years", found, "give streams of as many years, with 0 where nothing comes"))

    def known(self, address: str, names: Iterable[str], among: Iterable[str]) -> None:
        """Names that are among those known."""
        there = set(among)
        for name in names:
            if name not in there:
                near = nearest(name, there, most=1)
                self.problem(address, name, f"nearest is '{near[0]}'" if near else "give one that is there")


def _float(value: SupportsFloat) -> float | None:
    """As a float; None of what is no number, or too large a whole one."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None
