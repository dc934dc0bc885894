"""A gravity model: what is asked, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.trade.effects import Effects, Floats
from karvan.trade.panel import KEY, Panel, Remark


@dataclass(frozen=True, eq=False)
class FitGravity:
    """What to fit."""

    panel: Panel
    regressors: tuple[str, ...]
    """Covariates of the panel, as they are: take logarithms first (`Panel.with_logs`)."""
    fixed: tuple[str, ...] = ("exporter-year", "importer-year")
    """Fixed effects, of `KINDS`; none: a constant."""
    cluster: tuple[str, ...] = ("pair",)
    """Groups within which errors may hang together, one kind or two, of `KINDS`; none: all by themselves."""
    errors: str = "clustered"
    """`clustered`, as other programs have them, or `adjusted` for how much each cluster has bent the fit to itself:
    wider, and right more often where a few dyads have most of the trade."""
    level: float = 0.95
    """Of the intervals."""
    drop_collinear: bool = False
    """Whether a regressor that cannot be told apart is left out, and said, instead of refused."""
    rounds: int = 100
    """The most rounds of reweighting."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """An estimate: the change of log trade with one more of the regressor."""

    name: str
    value: float
    error: float
    """Standard error."""
    low: float
    high: float
    p: float
    """Of a value of zero, two-sided."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """Trade that a fit foretells."""

    trade: Floats
    """Million USD (n_rows,); nan where the fit cannot tell."""
    why: tuple[str, ...]
    """Of each row why it cannot, "" where it can (n_rows,)."""

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Reasons with the number of rows."""
        reasons = pd.Series([reason for reason in self.why if reason], dtype=object).value_counts().sort_index()
        return tuple(Remark("not predicted", f"{n} rows", str(reason)) for reason, n in reasons.items())


@dataclass(frozen=True, eq=False)
class NotConverged:
    """A fit that did not come to its end: no estimates."""

    ask: FitGravity
    gap: float
    """The first-order condition that is furthest off, when it was stopped."""
    said: str
    converged: ClassVar[bool] = False


@dataclass(frozen=True, eq=False)
class Gravity:
    """A fit."""

    ask: FitGravity
    coefficients: tuple[Coefficient, ...]
    covariance: Floats
    """Of the coefficients in their order (n_coefficients, n_coefficients)."""
    effects: Effects
    fitted: pd.DataFrame
    """The rows that were used: year, exporter, importer, trade, fitted (million USD)."""
    dropped: pd.DataFrame
    """The rows that were not, and why: year, exporter, importer, trade, why."""
    remarks: tuple[Remark, ...]
    clusters: tuple[int, ...]
    """How many there are of each kind."""
    gap: float
    converged: ClassVar[bool] = True

    @property
    def n(self) -> int:
        """How many rows were used."""
        return len(self.fitted)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(of.name for of in self.coefficients)

    @property
    def values(self) -> Floats:
        """Estimates (n_coefficients,)."""
        return np.array([of.value for of in self.coefficients])

    def coefficient(self, name: str) -> Coefficient:
        """One estimate. Raises InputError for a name that the fit does not have."""
        for of in self.coefficients:
            if of.name == name:
                return of
        near = nearest(name, self.names) or self.names
        raise InputError(
            "gravity", [Problem(f"coefficient {shown(name)}", "none in this fit", f"try {', '.join(near)}")]
        )

    def predict(self, table: pd.DataFrame) -> Predicted:
        """Trade in million USD of the rows of a table with year, exporter, importer and the regressors.

        Of a group without any trade in the sample it is 0, as the likelihood has it; nan, and said why, where an effect
        is not known. Raises InputError for columns that are not there or values that are missing or infinite.
        """
        problems = [
            Problem(f"column {shown(name)}", "no such column", "a prediction wants every regressor of the fit")
            for name in (*KEY, *self.names)
            if name not in table.columns
        ]
        for name in self.names if not problems else ():
            bad = np.flatnonzero(~np.isfinite(table[name].to_numpy(dtype=np.float64)))
            if bad.size:
                found = f"no finite number in {bad.size} rows, the first is row {bad[0] + 1}"
                problems.append(Problem(f"column {name}", found, "give a number in every row"))
        if problems:
            raise InputError("rows to predict", problems)
        whole, why = self.effects.sum(table.reset_index(drop=True))
        return Predicted(np.exp(whole + table[list(self.names)].to_numpy(dtype=np.float64) @ self.values), tuple(why))
