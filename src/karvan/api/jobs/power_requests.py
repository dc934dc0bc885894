"""What may be asked of the studies of the power system that run as jobs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec

from pydantic import ConfigDict, Field

from karvan.api.jobs.body import SEEDS, Body, Given, Name, Whole, Word, defaults_of, problems_of
from karvan.corridor import Corridor
from karvan.evidence.record import RECORD
from karvan.evidence.shelf import runs_folder
from karvan.grid.dispatch import Dispatch
from karvan.ground.errors import InputError, Problem, shown
from karvan.study.comparison.side import sides_of
from karvan.study.power.cases import package_with_cases
from karvan.study.power.compare import is_run
from karvan.study.power.run import PowerRun, power_called
from karvan.study.scenarios import World, open_scenario

_RUN, _SOLVE = defaults_of(PowerRun), defaults_of(Dispatch)
LONGEST_S = 7200.0
"""Seconds that a solver may be given."""
SOLVERS = ("pypsa", "pvlib")
"""What the extra `power` brings, and a dispatch cannot do without."""
FILE_MARKS = "/\\\0"


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

    def asked(self) -> PowerRun:
        """What the study is asked."""
        return PowerRun(self.year, self.seed, (), self.weeks, Dispatch(time_limit_s=self.time_limit_s))

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

    def check(self, given: Given) -> list[Problem]:
        return [*solver_problems(), *problems_of(lambda: self.named(self.whole(given), self.scenario, "scenario"))]

    def title(self) -> str:
        return f"power of {self.corridor} under {self.scenario or 'the package'}{self.few()}"


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
        texts = [self.base, *self.scenarios]
        if not any(map(known_run, texts)):
            for side in sides_of(corridor, self.base, self.scenarios):
                self.named(corridor, side.text, "scenarios")
        elif not known_run(self.base):
            self.named(corridor, self.base, "base")

    def title(self) -> str:
        return f"power, {self.base} beside {', '.join(self.scenarios)}, {self.corridor}{self.few()}"


def known_run(text: str) -> bool:
    """Whether a word is the name of a run where runs stand."""
    plain = text not in {"", ".", ".."} and not any(mark in text for mark in FILE_MARKS)
    return plain and (runs_folder() / text / RECORD).is_file()


def solver_problems() -> list[Problem]:
    """That what works on a dispatch is not installed."""
    lacking = next((name for name in SOLVERS if find_spec(name) is None), None)
    return [Problem(lacking, "no such module", 'install it: pip install "karvan[power]"')] if lacking else []


def _side(text: str, where: str) -> None:
    """Raise InputError for a run that cannot be used, and for what would be read as a file."""
    if known_run(text):
        power_called(runs_folder() / text)
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
