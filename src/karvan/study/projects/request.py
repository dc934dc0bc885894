"""What is asked of the appraisal. Defaults stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from karvan.ground.errors import InputError, Problem, shown
from karvan.tables import BY_NAME
from karvan.tables.cell import BadCell, parse

FIRST, LAST = 1990, 2150


@dataclass(frozen=True, slots=True)
class Appraise:
    """What is asked of the appraisal. Defaults stand here and nowhere else."""

    base: str = "base-2030"
    """The scenario in which projects are built."""
    start: int = 2026
    """First year: what was spent before is counted in it."""
    end: int = 2050
    rate: float = 0.06
    """Discount rate. The World Bank's since 2016 (RT-EC-063)."""
    model_years: tuple[int, ...] = ()
    """Years in which flows are worked out; between them benefits are interpolated, after the last they stay. The base's
    own year if none is given."""
    growth: float = 0.0296
    """Of all demand, a year, beyond the base's own year: 30 % from 2021 to 2030 (RT-VM-006)."""
    co2e_usd_t: float = 75.0
    """Shadow price of a tonne of CO2e: the middle of 50 to 100 USD in 2030 (High-Level Commission on Carbon Prices,
    2017; RT-PR-033, RT-PR-034)."""
    running_share: float = 0.8
    """Of what carriage is paid, what running costs: the rest pays for lines and profit. Assumed."""
    upkeep_share: float = 0.02
    """Of capital, what upkeep costs a year, where a project does not say it. Assumed."""
    life_years: float = 30.0
    """Where a project does not say it. Assumed."""
    opens: Mapping[str, str] = field(default_factory=dict)
    """Months in which projects open, in place of what the package says."""
    capex_musd: Mapping[str, float] = field(default_factory=dict)
    """What projects cost, in place of what the package says."""
    build_years: int = 3
    """From the first year until a project opens of which nobody says when. Assumed."""
    shifts: bool = True
    """Whether goods part anew among the ways that they are known to go."""
    samples: int = 2000
    seed: int = 1

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.start, self.end + 1))

    def checked(self) -> Appraise:
        """The request itself. Raises InputError with all that is wrong in it."""
        inside = all(self.start <= year <= self.end for year in self.model_years)
        rows = (
            ("from", self.start, FIRST <= self.start <= LAST, f"give a year from {FIRST} to {LAST}"),
            ("to", self.end, self.start < self.end <= LAST, f"give a year after {self.start}, {LAST} at most"),
            ("rate", self.rate, -1 < self.rate <= 1, "give a share above -1, 1 at most: 0.06"),
            ("model-years", ", ".join(map(str, self.model_years)), inside, "give years of the period"),
            ("growth", self.growth, -0.5 <= self.growth <= 0.5, "give a share from -0.5 to 0.5"),
            ("co2e-price", self.co2e_usd_t, 0 <= self.co2e_usd_t <= 1e6, "give USD a tonne, 0 or more"),
            ("running-share", self.running_share, 0 <= self.running_share <= 1, "give a share from 0 to 1"),
            ("upkeep-share", self.upkeep_share, 0 <= self.upkeep_share <= 1, "give a share from 0 to 1"),
            ("life-years", self.life_years, 0 < self.life_years <= 1000, "give years above 0: 30"),
            ("build-years", self.build_years, 0 <= self.build_years <= 100, "give 0 to 100 years"),
            ("samples", self.samples, 10 <= self.samples <= 1_000_000, "give 10 to 1000000"),
            ("seed", self.seed, 0 <= self.seed < 2**32, "give a whole number from 0 to 4294967295"),
            *((f"capex {name}", value, 0 <= value <= 1e9, "give million USD, 0 or more")
              for name, value in sorted(self.capex_musd.items())),
        )  # fmt: skip
        wrong = [Problem(name, shown(value), remedy) for name, value, fine, remedy in rows if not fine]
        wrong += [
            Problem(f"opens {name}", shown(said), remedy)
            for name, said in sorted(self.opens.items())
            if (remedy := _no_month(said))
        ]
        if wrong:
            raise InputError("the request", wrong)
        return replace(self, model_years=tuple(sorted(set(self.model_years))))


def _no_month(said: str) -> str:
    """What to give in place of what is no month; empty for one."""
    try:
        return "" if parse(said, BY_NAME["project"].column("opens")) else "give a month: 2029-01"
    except BadCell as bad:
        return str(bad)
