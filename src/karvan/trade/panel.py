"""Trade between countries by year: a checked table, with what is odd in it said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from karvan.ground.errors import InputError, Problem, shown
from karvan.trade.checking import KEY, Checking, Remark, dyad, pick, remarks

__all__ = ["KEY", "Panel", "Remark"]


@dataclass(frozen=True, eq=False)
class Panel:
    """A checked table of trade, sorted by year, exporter and importer, each of which is there once."""

    table: pd.DataFrame
    """year (int), exporter, importer (codes, text), trade (million USD of the year, >= 0) and the covariates (floats).
    Not to be written to: what is derived from a panel is another panel."""
    covariates: tuple[str, ...]
    remarks: tuple[Remark, ...]
    name: str = "panel"

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        covariates: Sequence[str] = (),
        *,
        codes: Collection[str] | None = None,
        years: Iterable[int] | None = None,
        home: bool = False,
        name: str = "panel",
    ) -> Panel:
        """Check a table of trade.

        Parameters: frame (n_rows) with columns year, exporter, importer, trade (million USD) and the covariates; other
        columns are left out. codes, those of the countries that there are; none: any text but a sum of countries
        (`AGGREGATES`). years, those that must be there; none: those that are. home, whether a country may trade with
        itself. name, as messages call the table.
        Raises: InputError with every problem: columns, years, countries, dyads that are there twice, trade that is
        missing, negative or infinite, covariates that are missing or infinite.
        """
        table = Checking(frame, tuple(covariates), name).table(codes, years, home)
        return cls(table, tuple(covariates), tuple(remarks(table)), name)

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(int(year) for year in sorted(self.table["year"].unique()))

    @property
    def countries(self) -> tuple[str, ...]:
        return tuple(sorted({*self.table["exporter"], *self.table["importer"]}))

    @property
    def trade(self) -> NDArray[np.float64]:
        """Million USD (n_rows,)."""
        return self.table["trade"].to_numpy(dtype=np.float64, copy=True)

    def __len__(self) -> int:
        return len(self.table)

    def where(self, kept: NDArray[np.bool_]) -> Panel:
        """The rows that are kept (n_rows,), with their own remarks. Raises InputError where none is."""
        if not kept.any():
            raise InputError(self.name, [Problem("rows", "none that is kept", "keep one or more")])
        table = self.table[kept].reset_index(drop=True)
        return Panel(table, self.covariates, tuple(remarks(table)), self.name)

    def between(self, first: int, last: int) -> Panel:
        """The rows of the years from first to last, both counted. Raises InputError where there are none."""
        kept = self.table["year"].between(first, last).to_numpy()
        if not kept.any():
            found = f"{self.years[0]} to {self.years[-1]}"
            raise InputError(self.name, [Problem("years", found, f"nothing is there from {first} to {last}")])
        return self.where(kept)

    def with_covariate(self, name: str, values: NDArray[np.float64]) -> Panel:
        """The panel with one more covariate (n_rows,), or another one of that name. Raises InputError as `of` does."""
        table = self.table.assign(**{name: values})
        return Panel.of(table, (*(c for c in self.covariates if c != name), name), home=True, name=self.name)

    def with_logs(self, *names: str) -> Panel:
        """The panel with a covariate log_X, the natural logarithm, for each X of the names.

        Raises: InputError for a name that is no covariate, or values that are not above zero.
        """
        panel, problems = self, []
        for name in names:
            if name not in self.covariates:
                problems.append(Problem(f"column {shown(name)}", "no such covariate", pick(name, self.covariates)))
                continue
            values = self.table[name].to_numpy(dtype=np.float64)
            bad = np.flatnonzero(values <= 0)
            if bad.size:
                address = f"column {name}, {dyad(self.table, int(bad[0]))} (and {bad.size - 1} more)"
                problems.append(Problem(address, str(values[bad[0]]), "a logarithm wants more than 0"))
            else:
                panel = panel.with_covariate(f"log_{name}", np.log(values))
        if problems:
            raise InputError(self.name, problems)
        return panel
