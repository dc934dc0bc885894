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
    hours: int
    """Of the year, that were dispatched."""
    of_hours: int
    """That the year has."""
    of_package: str
    """The package that the run is of, which may be another than that of the answer."""
    lost: tuple[str, ...] = ()
    """Plants and ties that are not there in the run."""

    @property
    def row(self) -> str:
        """The row of `grid_intensity` that it is."""
        return f"{self.country}:{self.year}"

    @property
    def whole(self) -> bool:
        """Whether all hours of the year were dispatched."""
        return self.hours >= self.of_hours

    def limits(self, package: str) -> tuple[str, ...]:
        """In what it is not the year of a package as that has it: hours that lack, plants that do, another package."""
        found = [] if self.whole else [f"on {self.hours:,} hours of the year"]
        found += [f"without {', '.join(self.lost)}"] if self.lost else []
        return (*found, *([f"of package {self.of_package}"] if self.of_package != package else ()))

    def said(self, package: str) -> str:
        """In a sentence, for an answer on a package."""
        of = f" of {self.scenario}" if self.scenario else ""
        limits = self.limits(package)
        but = f" ({'; '.join(limits)})" if limits else ""
        before = (
            "for which the package has no figure"
            if self.package_gco2e_kwh is None
            else f"instead of {self.package_gco2e_kwh:,.0f} ({self.package_year})"
        )
        return (
            f"The grid of {self.country} in {self.year} by {self.run}{of}{but} is {self.gco2e_kwh:,.0f} gCO2e/kWh "
            f"{before}"
        )
