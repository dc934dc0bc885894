"""Dependence: shares and Herfindahl-Hirschman indices, with bounds where not every part is known.

The index of parts z is sum(z^2) / (sum z)^2 (Herfindahl 1950, Hirschman 1945), from 1/n for n equal parts to 1 for one.
What is known of the parts is a region: each known part in an interval (rival figures give its ends, one figure a
point), their sum with all unknown parts in another (the total, known or not), so many unknown parts at most, none of
them above the least known one where the known are the largest. The root of the index, |z| / sum z, is a norm over a
positive linear form, so the index is quasiconvex: its least value over the region is where each part is as near one
common level as its interval lets it (`_Level`), its greatest is at a vertex (`_Vertices`).

Not looked at: how likely values inside the bounds are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf, isfinite, isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from karvan.ground.errors import InputError, Problem, shown

Floats = NDArray[np.float64]
MOST_OPEN = 14
"""Intervals whose vertices are gone through one by one; of more the upper bound is one of the relaxed problem."""
MOST_COUNTS = 200
"""Counts of equal unknown parts that are gone through with each of these vertices; of more the same."""
TIE = 1e-12
"""By how much two bounds must be apart to count as apart."""


class Bounds(NamedTuple):
    """The least and the greatest that a figure can be."""

    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether it is one figure, but for rounding."""
        return self.high - self.low <= TIE * max(abs(self.high), 1.0)

    def __str__(self) -> str:
        return f"{self.low:.4g}" if self.known else f"{self.low:.4g} to {self.high:.4g}"


@dataclass(frozen=True, slots=True)
class Part:
    """One partner, route, port, ...: a value or a share, or the ends of what rival figures say of it."""

    name: str
    low: float
    high: float

    @classmethod
    def of(cls, name: str, *figures: float) -> Part:
        """A part of which these rival figures are known."""
        return cls(name, min(figures), max(figures))


@dataclass(frozen=True)
class Concentration:
    """How concentrated a whole is. Ask `concentration` for one; all of it is worked out from what stands here.

    A total that has no upper end is one of which nothing is known but that the parts are in it.
    """

    parts: tuple[Part, ...]
    """Each as narrow as the total lets it be, in the order given."""
    total: Bounds
    others: int | None
    """Unknown parts at most; None: any number."""
    top: bool
    """Whether no unknown part exceeds a known one."""
    exact: bool
    """Whether the upper bound of the index is reached; else it is above what can be, if by little."""
    index: Bounds
    """The Herfindahl-Hirschman index, 0 to 1."""

    @property
    def effective(self) -> Bounds:
        """Equal partners that would give the same index; infinite where the index may be nought."""
        return Bounds(1 / self.index.high, 1 / self.index.low if self.index.low > 0 else inf)

    @cached_property
    def shares(self) -> dict[str, Bounds]:
        """Of each known part, in the order given."""
        region = _Region(self.parts, self.total, self.others, self.top)
        return {part.name: region.share(n) for n, part in enumerate(self.parts)}

    @cached_property
    def known(self) -> Bounds:
        """The share of all known parts together."""
        region = _Region(self.parts, self.total, self.others, self.top)
        low, high = float(region.low.sum()), float(region.high.sum())
        rest = region.most_rest
        least = max(low, self.total.low - rest)
        whole = min(least + rest, self.total.high)
        most = high / max(high, self.total.low) if isfinite(high) and high else float(bool(high))
        return Bounds(min(least / whole if isfinite(whole) and whole else 0.0, most), most)

    @cached_property
    def top_share(self) -> Bounds:
        """Of the largest part, known or not."""
        region = _Region(self.parts, self.total, self.others, self.top)
        of_known = max((bounds.high for bounds in self.shares.values()), default=0.0)
        of_other = 0.0
        if not self.top and region.may_be_others:
            low = float(region.low.sum())
            of_other = 1.0 - low / self.total.high if isfinite(self.total.high) else 1.0
        return Bounds(_Level(region).least_top(), max(of_known, of_other))


def concentration(
    parts: Iterable[Part], total: float | Bounds | None = None, *, others: int | None = None, top: bool = False
) -> Concentration:
    """The index of what parts are known, with its bounds.

    Args:
        parts: values in any unit, or shares of 1; intervals of rival figures. Names come once.
        total: the whole in the unit of the parts, or bounds of it; None: unknown. Of shares it is 1.
        others: how many unknown parts there are at most: 0 where all are known; None: any number.
        top: whether the known parts are the largest, so that no unknown one exceeds any of them.

    Raises:
        InputError: with all that is wrong: negative parts, a name twice, parts beyond the total, a rest that the others
            could not hold.
    """
    given = tuple(parts)
    whole = _bounds_of(given, total)
    problems = _problems(given, whole, others, top)
    if problems:
        raise InputError("the parts", problems)
    if others == 0:  # then the total is the sum of the parts
        sums = sum(part.low for part in given), sum(part.high for part in given)
        whole = Bounds(max(whole.low, sums[0]), min(whole.high, sums[1]))
    region = _Region(given, whole, others, top).tightened()
    high, exact = _Vertices(region).greatest()
    low = min(_Level(region).least(), high)
    return Concentration(region.parts, whole, others, top, exact, Bounds(low, high))


def moved(before: Bounds, after: Bounds) -> str:
    """Whether a figure rose or fell for certain; `unknown` where bounds overlap, unless both are the same figure."""
    if after.low > before.high + TIE:
        return "rose"
    if after.high < before.low - TIE:
        return "fell"
    return "stayed" if before.known and after.known else "unknown"


def _bounds_of(parts: Sequence[Part], total: float | Bounds | None) -> Bounds:
    if total is None:
        return Bounds(sum(part.low for part in parts), inf)
    return total if isinstance(total, Bounds) else Bounds(float(total), float(total))


def _problems(parts: Sequence[Part], whole: Bounds, others: int | None, top: bool) -> list[Problem]:
    wrong = []
    names = [part.name for part in parts]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        wrong.append(
            Problem(shown(name), f"{names.count(name)} times", "give each part once, rival figures as its ends")
        )
    for part in parts:
        if not 0 <= part.low <= part.high or not isfinite(part.low):
            found = f"{part.low:g} to {part.high:g}"
            wrong.append(Problem(shown(part.name), found, "give 0 or more, the lower figure first"))
    if isnan(whole.low) or not whole.high > 0 or not 0 <= whole.low <= whole.high:
        wrong.append(Problem("total", str(whole), "give a number above 0, or leave it out"))
    if others is not None and others < 0:
        wrong.append(Problem("others", shown(others), "give 0 or more, or leave it out"))
    if top and not parts:
        wrong.append(Problem("top", "no part", "give the largest parts, or leave it out"))
    return wrong or _misfits(parts, whole, others, top)


def _misfits(parts: Sequence[Part], whole: Bounds, others: int | None, top: bool) -> list[Problem]:
    """Parts that are more than the whole, or with their rest less."""
    region = _Region(tuple(parts), whole, others, top)
    low, high = float(region.low.sum()), float(region.high.sum())
    if low > whole.high * (1 + 1e-9):
        return [Problem("total", f"{whole}, while the parts are {low:g}", "a whole is no less than its parts")]
    if not parts and (others == 0 or not whole.high):
        return [Problem("parts", "none", "give some, or say that there are others")]
    if high + region.most_rest < whole.low * (1 - 1e-9):
        room = f"parts of {high:g} and others of {region.most_rest:g} at most, of {whole}"
        return [Problem("others", room, "give more others, or a smaller total, or leave the order out")]
    if others == 0 and high <= 0:
        return [Problem("parts", "all are 0", "give some that is more: of nothing there are no shares")]
    return []


class _Region:
    """What the parts may be: intervals, a sum, and others."""

    def __init__(self, parts: tuple[Part, ...], total: Bounds, others: int | None, top: bool) -> None:
        self.parts, self.total, self.others, self.top = parts, total, others, top
        self.low = np.array([part.low for part in parts])
        self.high = np.array([part.high for part in parts])

    @property
    def may_be_others(self) -> bool:
        return self.others != 0

    @property
    def cap(self) -> float:
        """The most that one unknown part can be."""
        if not self.may_be_others:
            return 0.0
        return float(self.high.min()) if self.top else inf

    @property
    def most_rest(self) -> float:
        """The most that all unknown parts can be, whatever the total."""
        if not self.cap:
            return 0.0
        return inf if self.others is None else self.others * self.cap

    def tightened(self) -> _Region:
        """The same, each interval as the others and the total leave it."""
        low, high = self.low.sum(), self.high.sum()
        parts = []
        for part in self.parts:
            beside = high - part.high if isfinite(part.high) else _but(self.high, part.high)
            most = min(part.high, max(self.total.high - (low - part.low), part.low))
            least = max(part.low, min(self.total.low - beside - self.most_rest, most)) if isfinite(beside) else part.low
            parts.append(Part(part.name, part.low if least <= part.low else float(least), float(most)))
        return _Region(tuple(parts), self.total, self.others, self.top)

    def share(self, n: int) -> Bounds:
        """Of one part in the whole. The region is tightened."""
        low, high = self.low[n], self.high[n]
        beside_low = float(np.delete(self.low, n).sum())
        beside_high = float(np.delete(self.high, n).sum())
        rest = self.most_rest if not self.top or self.others is None else self.others * min(self.cap, float(low))
        if self.top and not low:
            rest = 0.0
        whole_of_low = min(self.total.high, low + beside_high + rest)
        least = low / whole_of_low if isfinite(whole_of_low) and whole_of_low else 0.0
        whole_of_high = max(self.total.low, high + beside_low)
        most = 1.0 if not isfinite(high) else high / whole_of_high if whole_of_high else 0.0
        return Bounds(float(min(least, most)), float(most))


def _but(values: Floats, one: float) -> float:
    """The sum of values without one of them."""
    rest = values.tolist()
    rest.remove(one)
    return float(sum(rest))


class _Level:
    """The parts as near one level as they can be: z = clip(level, low, high), of all that has the same sum the least
    concentrated (it is the projection on the line of equal parts). Others, if any number, are as dust."""

    def __init__(self, region: _Region) -> None:
        self.region = region
        self.dust = region.others is None and region.cap > 0
        """Whether a rest costs nothing: it is spread over as many as one likes."""
        self.n = 0 if self.dust else region.others or 0
        finite = [value for value in (*region.low, *region.high) if isfinite(value)]
        self.ceiling = 2 * max([*finite, region.total.low, region.total.high if isfinite(region.total.high) else 0.0])
        cap = min(region.cap, self.ceiling)
        self.low = np.array([*region.low, *([0.0] if self.n else [])])
        self.high = np.minimum(np.array([*region.high, *([cap] if self.n else [])]), max(self.ceiling, 1e-300))
        self.weight = np.array([*np.ones(len(region.low)), *([float(self.n)] if self.n else [])])
        self.breaks = np.unique([0.0, *self.low, *self.high])

    def at(self, level: float) -> Floats:
        found: Floats = np.clip(level, self.low, self.high)
        return found

    def sum_at(self, level: float) -> float:
        return float(self.weight @ self.at(level))

    def index_at(self, level: float) -> float:
        z = self.at(level)
        whole = float(self.weight @ z)
        return float(self.weight @ z**2) / whole**2 if whole else inf

    def for_sum(self, total: float) -> float:
        """The level at which the parts come to a sum."""
        return float(np.interp(total, [self.sum_at(level) for level in self.breaks], self.breaks))

    def least(self) -> float:
        """The least index in the region."""
        total = self.region.total
        if self.dust:
            low = self.region.low
            if not isfinite(total.high):
                return 0.0
            return float(low @ low) / total.high**2
        # The least on the whole cone is where the level is sum(z^2) / sum(z); the gap to that falls along the level,
        # in pieces that are straight.
        gaps = [float(self.weight @ self.at(level) ** 2) - level * self.sum_at(level) for level in self.breaks]
        free = float(np.interp(0.0, gaps[::-1], self.breaks[::-1]))
        if self.sum_at(free) < total.low:
            free = self.for_sum(total.low)
        elif self.sum_at(free) > total.high:
            free = self.for_sum(total.high)
        return self.index_at(free)

    def least_top(self) -> float:
        """The least that the largest share can be: no part above the largest lower end, if the total allows."""
        total = self.region.total
        top = float(self.region.low.max(initial=0.0))
        if self.dust:
            return top / total.high if isfinite(total.high) else 0.0
        if self.sum_at(top) < total.low:
            top = self.for_sum(total.low)
        whole = min(self.sum_at(top), total.high)
        return top / whole if whole else 0.0


class _Vertices:
    """The greatest index: at a vertex, where all parts but one at most are at an end of their interval."""

    def __init__(self, region: _Region) -> None:
        self.region = region
        rest = region.total.low - float(region.low.sum())
        pieces = 0
        if region.may_be_others and isfinite(region.cap) and rest > 0 and region.cap > 0:
            # With a cap m more of the rest only lowers the index: sum(z^2) is no less than m sum(z), so one part y
            # more, of m at most, adds y^2 where 2 y sum(z^2) / sum(z) would keep it. So the least rest is the worst.
            pieces = ceil(rest / region.cap * (1 - TIE))
            pieces = pieces if region.others is None else min(pieces, region.others)
        self.pieces = pieces
        moving = region.high > region.low
        self.fixed = region.low[~moving]
        self.low, self.high = region.low[moving], region.high[moving]

    def greatest(self) -> tuple[float, bool]:
        """The greatest index, and whether it is reached."""
        region = self.region
        one_other = region.may_be_others and not isfinite(region.cap)
        if not isfinite(region.total.high) and (one_other or not np.isfinite(region.high).all()):
            return 1.0, True  # what has no bound may be as good as all
        low, high = self.low, self.high
        if one_other:
            room = max(region.total.high - float(region.low.sum()), 0.0)
            low, high = np.append(low, 0.0), np.append(high, room)
        if len(low) > MOST_OPEN or (self.pieces and len(self._counts(low, high)) > MOST_COUNTS):
            return self._relaxed(low, high), False
        # A cap that itself may move is taken at its upper end: then the bound is an outer one.
        exact = not self.pieces or not len(low)
        return self._enumerated(low, high), exact

    def _enumerated(self, low: Floats, high: Floats) -> float:
        """Over every corner of the intervals, each count of full pieces, and one of all moved to meet the total."""
        n, cap, total = len(low), self.region.cap, self.region.total
        bits = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
        corner = np.where(bits, high, low)
        sums = self.fixed.sum() + corner.sum(axis=1)
        squares = (self.fixed**2).sum() + (corner**2).sum(axis=1)
        best = 0.0
        for count in self._counts(low, high):
            extra = (sums + count * cap, squares + count * cap**2) if count else (sums, squares)
            best = max(best, _best(*extra, total))
            for end in dict.fromkeys(total):
                if not isfinite(end):
                    continue
                for k in range(n):
                    moved_to = end - extra[0] + corner[:, k]
                    fits = (moved_to >= low[k]) & (moved_to <= high[k])
                    found = extra[1][fits] - corner[fits, k] ** 2 + moved_to[fits] ** 2
                    best = max(best, float(found.max(initial=0.0)) / end**2 if end else 0.0)
                if count < self.pieces:
                    moved_to = end - extra[0]
                    fits = (moved_to >= 0) & (moved_to <= cap * (1 + TIE))
                    found = extra[1][fits] + moved_to[fits] ** 2
                    best = max(best, float(found.max(initial=0.0)) / end**2 if end else 0.0)
        return min(best, 1.0)

    def _counts(self, low: Floats, high: Floats) -> Sequence[int]:
        """Counts of full pieces that can be in a vertex which meets the lower end of the total."""
        if not self.pieces:
            return range(1)
        cap, rest = self.region.cap, self.region.total.low - float(self.fixed.sum())
        least = max(0, int((rest - float(high.sum())) / cap) - 1)
        most = min(self.pieces, int((rest - float(low.sum())) / cap) + 1)
        return range(least, most + 1)

    def _relaxed(self, low: Floats, high: Floats) -> float:
        """An upper bound: every square by its chord, so that with a given sum the steepest chords are filled first.

        Between two sums at which a chord is full, squares are a + b sum, and (a + b s) / s^2 is greatest at an end or
        where s = -2 a / b.
        """
        cap, total = self.region.cap, self.region.total
        slope, width = low + high, high - low
        if self.pieces:
            slope, width = np.append(slope, cap), np.append(width, self.pieces * cap)
        order = np.argsort(-slope, kind="stable")
        sums = np.concatenate(([0.0], np.cumsum(width[order]))) + self.fixed.sum() + low.sum()
        squares = np.concatenate(([0.0], np.cumsum((slope * width)[order]))) + (self.fixed**2).sum() + (low**2).sum()
        ends = [s for s in (*sums, *total) if isfinite(s) and max(total.low, sums[0]) <= s <= min(total.high, sums[-1])]
        a = squares[:-1] - slope[order] * sums[:-1]
        for n, b in enumerate(slope[order]):
            s = -2 * a[n] / b if b else inf
            if max(sums[n], total.low) < s < min(sums[n + 1], total.high):
                ends.append(float(s))
        found = [float(np.interp(s, sums, squares)) / s**2 for s in ends if s > 0]
        return min(max(found, default=1.0), 1.0)


def _best(sums: Floats, squares: Floats, total: Bounds) -> float:
    """The greatest index of those whose sum is within the total."""
    slack = 1e-12 * max(total.low, 1e-300)
    fits = (sums > 0) & (sums >= total.low - slack) & (sums <= total.high * (1 + 1e-12))
    return float((squares[fits] / sums[fits] ** 2).max(initial=0.0))
