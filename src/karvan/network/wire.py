"""Power for trains out of a run of the power system, in place of the package's: what is said of it in an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunGrid:
    """How much a country's power lets out by a run of the power system."""

    run: str
    scenario: str
    """Of the run; empty is the package as it is."""
    country: str
    year: int
    gco2e_kwh: float
    """Of the whole life of what is made, the losses of lines not in it."""
    package_year: int | None
    """The latest year of the package, which it takes the place of; None where the package has no figure."""
    package_gco2e_kwh: float | None

    @property
    def row(self) -> str:
        """The row of `grid_intensity` that it is."""
        return f"{self.country}:{self.year}"
