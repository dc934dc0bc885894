"""What a calibration is about, and what it found: parameters that may be moved, and the targets before and after."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from karvan.evidence.run import RunFolder
from karvan.scenario.change import SetCell
from karvan.sim.fit import Fit, Floats
from karvan.sim.held import Held

TOLD = 0.5
"""A parameter is told by the targets if they take its spread down to this share of its prior, or less; or if they move
it by its prior's spread, or more: of one that must be next to nothing they do not tell the logarithm."""
FELT = 0.5
"""A target moves a parameter if a step of the parameter's prior spread moves the target by this share of its own, or
more; and if its pull is not a tenth of another's."""


@dataclass(frozen=True, slots=True)
class Free:
    """A parameter that may be moved: a factor on some cells, with the range that it lies in."""

    name: str
    cells: tuple[tuple[str, str, str, float], ...]
    """Table, row, column, and the number of the package that the factor is of."""
    low: float
    high: float

    @property
    def spread(self) -> float:
        """Standard deviation of its log before anything is known: the range holds the middle 95 %."""
        return log(self.high / self.low) / (2 * 1.96)

    @property
    def middle(self) -> float:
        """Log of the factor before anything is known: none, or the end of the range that is nearest to none."""
        return min(max(0.0, log(self.low)), log(self.high))

    def changes(self, factor: float) -> list[SetCell]:
        return [
            SetCell(table, row, column, repr(float(f"{number * factor:.5g}")))
            for table, row, column, number in self.cells
        ]


@dataclass(frozen=True)
class Found:
    """A parameter after the fit."""

    free: Free
    factor: float
    spread: float
    """Standard deviation of its log, after the fit."""

    @property
    def is_told(self) -> bool:
        """Whether the targets say more of it than was known before."""
        moved = abs(log(self.factor) - self.free.middle)
        return self.spread <= TOLD * self.free.spread or moved >= self.free.spread

    @property
    def at_bound(self) -> str:
        low, high = (abs(log(self.factor / end)) < 1e-6 for end in (self.free.low, self.free.high))
        return "low" if low else "high" if high else ""


@dataclass(frozen=True)
class Calibration:
    """What was found: the parameters, and every target before and after."""

    run: RunFolder
    package: str
    found: tuple[Found, ...]
    before: tuple[Held, ...]
    after: tuple[Held, ...]
    fit: Fit
    directions: Floats
    """Singular values of the slopes of the fitted targets, each parameter in units of its prior, largest first: a
    direction above one is better known from the targets than before (n_free,)."""
    facts: dict[str, tuple[str, ...]]
    """Facts of each target."""

    @property
    def changes(self) -> list[SetCell]:
        return [change for one in self.found for change in one.free.changes(one.factor)]

    def basis(self) -> list[dict[str, str]]:
        """A row for each number found, as a package's recipe can take it up."""
        fitted = [held for held in self.after if held.target.role == "fit"]
        rows = []
        for number, one in enumerate(self.found):
            moved = self.moved_by(number)
            facts = sorted({name for held in fitted if held.target.id in moved for name in self.facts[held.target.id]})
            told = "" if one.is_told else "; the facts hardly tell it: it stays near what it was"
            for change, (table, row, column, number_before) in zip(
                one.free.changes(one.factor), one.free.cells, strict=True
            ):
                moved_to = f"{number_before:g} times {one.factor:.3g}"
                spreads = f"log +-{one.spread:.2f}, before +-{one.free.spread:.2f}"
                fitted_to = ", ".join(sorted(moved)) or "nothing"
                note = f"{one.free.name}: {moved_to} ({spreads}); fitted to {fitted_to}; run {self.run.name}{told}"
                rows.append({"table": table, "row": row, "column": column, "value": change.value,
                             "facts": ";".join(facts), "method": "calibrated", "grade": "C", "note": note})  # fmt: skip
        return rows

    def moved_by(self, number: int) -> list[str]:
        """Fitted targets that a parameter moves, at the start of the fit or at its end; what it moves most first."""
        fitted = [held.target.id for held in self.after if held.target.role == "fit"]
        both = (slopes[: len(fitted), number] for slopes in (self.fit.first_slopes, self.fit.slopes))
        pull, spread = np.maximum(*map(np.abs, both)), self.found[number].free.spread
        order = np.argsort(-pull, kind="stable")
        return [fitted[n] for n in order if pull[n] > 0.1 * pull.max() and pull[n] * spread >= FELT]
