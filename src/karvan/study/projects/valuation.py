"""Worlds with and without projects, in the years that are modelled: what each set of projects is worth a year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from karvan.corridor import Corridor
from karvan.flow.services.flows import ServiceFlows
from karvan.scenario.scenario import scenario
from karvan.scenario.stack import AND, PROJECT
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.projects.benefits import NOTHING, Benefits, at_prices_of, benefits
from karvan.study.shift import shift
from karvan.study.simulate import Progress

GAP = 1e-8
"""Relative gap of all flows: what is left is some thousand USD of the hundreds of billions that goods and time cost."""
ITERATIONS = 300


@dataclass
class Valuation:
    """What sets of projects are worth in a year, on top of a world that has none of them; each is worked out once."""

    package: Corridor
    base: str
    """The scenario in which they are built; whatever it has of them is taken out."""
    projects: tuple[str, ...]
    years: tuple[int, ...]
    """Those that are modelled."""
    growth: float
    """Of all demand, a year, from the base's own year on."""
    shifts: bool = True
    """Whether goods part anew among the ways that they are known to go."""
    theta: float = Assign().theta
    progress: Progress = field(default_factory=Progress)
    _known: dict[tuple[int, frozenset[str]], Benefits] = field(default_factory=dict, init=False)
    _bases: dict[int, tuple[Corridor, ServiceFlows]] = field(default_factory=dict, init=False)

    @property
    def own_year(self) -> int:
        """The year of the base."""
        return scenario(self.package, self.base, without=self.projects).year

    def level(self, year: int) -> float:
        """Demand of a year over that of the base's own."""
        return float((1 + self.growth) ** (year - self.own_year))

    def of(self, chosen: Collection[str], year: int) -> Benefits:
        """What a set of projects is worth in a modelled year, all of them there in full."""
        key = year, frozenset(chosen)
        if not chosen:
            return NOTHING
        if key not in self._known:
            base, without = self.without(year)
            self.progress.say(f"{year}: {', '.join(sorted(chosen))}")
            built = self._corridor(chosen, year)
            ask = self._ask(year)
            problem = problem_of(built, ask)
            with_ = shift(without, problem, ask).flows if self.shifts else solve(problem, ask)
            priced = at_prices_of(built, base)
            reference = None if priced is built else problem_of(priced, ask)
            self._known[key] = benefits(without, with_, reference)
        return self._known[key]

    def without(self, year: int) -> tuple[Corridor, ServiceFlows]:
        """The world without any of them, and its flows."""
        if year not in self._bases:
            self.progress.say(f"{year}: without projects")
            corridor, ask = self._corridor((), year), self._ask(year)
            self._bases[year] = corridor, solve(problem_of(corridor, ask), ask)
        return self._bases[year]

    def _ask(self, year: int) -> Assign:
        return Assign(
            year=year, gap=GAP, iterations=ITERATIONS, demand=self.level(year), theta=self.theta, elsewhere=True
        )

    def _corridor(self, chosen: Collection[str], year: int) -> Corridor:
        words = AND.join([self.base, *(f"{PROJECT}{one}" for one in sorted(chosen))])
        # The base's own projects stay as they are in its year: what they become later is not what is looked at.
        found = scenario(self.package, words, without=self.projects)
        return in_year(found.on(self.package), found.year, year)


def in_year(corridor: Corridor, own: int, year: int) -> Corridor:
    """The corridor with its demand of one year as that of another, and no other demand."""
    rows = tuple(row._replace(year=year) for row in corridor.rows("demand") if row.year == own)
    return corridor.with_tables({"demand": rows})
