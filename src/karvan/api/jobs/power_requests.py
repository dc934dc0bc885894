"""What may be asked of the studies of the power system that run as jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec

from pydantic import ConfigDict, Field

from karvan.api.jobs.body import SEEDS, Body, Given, Name, Whole, Word, defaults_of, problems_of
from karvan.corridor import Corridor
from karvan.evidence.shelf import shelved
from karvan.grid.dispatch import Dispatch
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.comparison.side import sides_of
from karvan.study.power.cases import package_with_cases
from karvan.study.power.compare import is_run
from karvan.study.power.run import PowerRun, power_called
from karvan.study.runs import shelf_run
from karvan.study.scenarios import World, open_scenario

_RUN, _SOLVE = defaults_of(PowerRun), defaults_of(Dispatch)
LONGEST_S = 7200.0
"""Seconds that a solver may be given."""
SOLVERS = ("pypsa", "pvlib")
"""What the extra `power` brings, and a dispatch cannot do without."""


class PowerBody(Body):
    """How a year of the power system is dispatched."""

    year: Whole | None = Field(_RUN["year"], description="Whose load and plants; null: the scenario's.")
    seed: Whole = Field(_RUN["seed"], ge=0, le=SEEDS, description="Of the weather.")
    weeks: Whole | None = Field(
        _RUN["weeks"], ge=1, le=52, description="Look at so many weeks only, evenly spread; null: the whole year."
    )
    time_limit_s: float = Field(
        _SOLVE["time_limit_s"], gt=0, le=LONGEST_S, description="Seconds that the solver may take."
    )

    shed_share: float = Field(
        _RUN["shed_share"], ge=0, le=1, description="At most that share of a zone's load in an hour may stay unserved."
    )

    def asked(self) -> PowerRun:
        """What the study is asked."""
        solve = Dispatch(time_limit_s=self.time_limit_s)
        return PowerRun(self.year, self.seed, (), self.weeks, solve, shed_share=self.shed_share)

    def named(self, corridor: Corridor, scenario: str, where: str) -> World:
        """A scenario or a case. Raises InputError, also where it has no year with a load."""
        _no_file(scenario, where)
        world = open_scenario(corridor, scenario)
        years = sorted({row.year for row in corridor.rows("load")})
        year = self.year if self.year is not None else world.year(years[0] if years else 0)
        if year not in years:
            remedy = f"the corridor has load of {', '.join(map(str, years))}" if years else "it has no power system"
            raise InputError("the request", [Problem("year", shown(year), remedy)])
        return world

    def whole(self, given: Given) -> Corridor:
        """The corridor with the cases as scenarios. Raises InputError."""
        return package_with_cases(given.world(self.corridor, "").corridor)

    def few(self) -> str:
        """On how many weeks, for a title."""
        return f", {self.weeks} week{'s' if self.weeks > 1 else ''}" if self.weeks else ""


class PowerRunBody(PowerBody):
    """A year of the power system by the hour, at least cost."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scenario": "base-2024", "weeks": 1}]})

    scenario: Word = Field("", description="A name, a case, project:ID or several joined by +; none: as it is.")
    lost: list[Name] = Field([], max_length=100, description="Plants and ties that are not there all year, by id.")

    def asked(self) -> PowerRun:
        return replace(super().asked(), lost=tuple(sorted(set(self.lost))))

    def check(self, given: Given) -> list[Problem]:
        return [*solver_problems(), *problems_of(lambda: self._known(self.whole(given)))]

    def title(self) -> str:
        without = f" without {', '.join(self.lost)}" if self.lost else ""
        return f"power of {self.corridor} under {self.scenario or 'the package'}{without}{self.few()}"

    def _known(self, corridor: Corridor) -> None:
        """Raises InputError for a scenario that there is not, and for what is to be lost and is not there."""
        bent = self.named(corridor, self.scenario, "scenario").corridor
        there = sorted(row.id for table in ("plant", "tie") for row in bent.rows(table))
        wrong = [
            Problem("lost", shown(name), f"give a plant or tie, such as {', '.join(nearest(name, there) or there[:3])}")
            for name in self.lost
            if name not in there
        ]
        if wrong:
            raise InputError("the request", wrong)


class PowerCompareBody(PowerBody):
    """What scenarios or runs of the power system change against a base."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"base": "base-2030", "scenarios": ["project:offshore-wind-datang"], "weeks": 4}]})  # fmt: skip

    base: Name = Field(description="A scenario, a case, or the name of a run of the power system.")
    scenarios: list[Name] = Field(
        min_length=1, max_length=20,
        description="What is held against it; one with no year of its own, as project:ID, is laid over it.",
    )  # fmt: skip
    claims: bool = Field(False, description="Beside what documents say of the projects that only the other has.")

    def check(self, given: Given) -> list[Problem]:
        return list(dict.fromkeys([*self._solver(), *problems_of(lambda: self._sides(given))]))

    def _solver(self) -> list[Problem]:
        """Runs that are there need no solver."""
        return [] if all(map(known_run, (self.base, *self.scenarios))) else solver_problems()

    def _sides(self, given: Given) -> None:
        corridor, wrong = self.whole(given), list[Problem]()
        for where, text in (("base", self.base), *(("scenarios", one) for one in self.scenarios)):
            wrong += problems_of(partial(_side, text, where))
        if wrong:
            raise InputError("the request", wrong)
        if not any(map(known_run, (self.base, *self.scenarios))):
            for side in sides_of(corridor, self.base, self.scenarios):
                self.named(corridor, side.text, "scenarios")
            return
        if not known_run(self.base):
            self.named(corridor, self.base, "base")
        for text in self.scenarios:
            if not known_run(text):
                wrong += problems_of(partial(self._over, corridor, text))
        if wrong:
            raise InputError("the request", wrong)

    def _over(self, corridor: Corridor, text: str) -> None:
        """Raise InputError for a scenario that cannot be laid over that of the base."""
        beneath = power_called(shelf_run(self.base)).scenario if known_run(self.base) else self.base
        self.named(corridor, sides_of(corridor, beneath, [text])[-1].text, "scenarios")

    def texts(self) -> tuple[str, list[str]]:
        """Base and scenarios, runs by the folders that they have where runs stand."""
        base, *others = (str(shelved(text) or text) for text in (self.base, *self.scenarios))
        return base, others

    def title(self) -> str:
        return f"power, {self.base} beside {', '.join(self.scenarios)}, {self.corridor}{self.few()}"


def known_run(text: str) -> bool:
    """Whether a word is the name of a run where runs stand."""
    return shelved(text) is not None


def solver_problems() -> list[Problem]:
    """That what works on a dispatch is not installed."""
    lacking = next((name for name in SOLVERS if find_spec(name) is None), None)
    return [Problem(lacking, "no such module", 'install it: pip install "karvan[power]"')] if lacking else []


def _side(text: str, where: str) -> None:
    """Raise InputError for a run that cannot be used, and for what would be read as a file."""
    if known_run(text):
        power_called(shelf_run(text, where))
        return
    _no_file(text, where)
    if is_run(text):
        raise InputError("the request", list(_strange(text, where)))


def _no_file(text: str, where: str) -> None:
    """Raise InputError for a word that names a file: a service reads none that a client names."""
    from karvan.api.worlds import FILES

    if FILES.search(text) or text.startswith("~"):
        raise InputError("the request", list(_strange(text, where)))


def _strange(text: str, where: str) -> Iterator[Problem]:
    yield Problem(where, shown(text), "give the name of a scenario, project:ID, or a run as the list of runs has it")
