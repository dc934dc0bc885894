"""What all requests of studies that run as jobs have in common, and how they are checked.

A request names corridors, scenarios and runs that the service knows, and never a file: a service reads none for others.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from karvan.corridor import Corridor
from karvan.ground.errors import InputError, Problem, shown
from karvan.scenario import bend, read_change
from karvan.study.scenarios import World

SEEDS = 2**32 - 1
Whole = Annotated[
    int, BeforeValidator(lambda said: int(said) if isinstance(said, float) and said.is_integer() else said)
]
"""A whole number, also as 20.0: JSON does not tell the two apart."""
Word = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Line = Annotated[str, Field(max_length=500)]
Cell = Annotated[str, Field(max_length=5000)] | int | float | None


class Given(Protocol):
    """What checks a request: the corridors of a service, and how much of anything may be asked."""

    @property
    def rows(self) -> int:
        """Rows that a request may have."""

    def world(self, corridor: str, scenario: str) -> World:
        """A corridor as a scenario has it. Raises InputError."""


def defaults_of(study: type[Any]) -> dict[str, Any]:
    """The defaults of a study's request."""
    return {
        one.name: one.default_factory() if one.default_factory is not MISSING else one.default for one in fields(study)
    }


class Body(BaseModel):
    """What every study is asked about."""

    model_config = ConfigDict(extra="forbid", strict=True)

    corridor: str = Field("middle-corridor", max_length=64, description="Id of a corridor.")

    @abstractmethod
    def check(self, given: Given) -> list[Problem]:
        """All that can be seen to be wrong before the work begins."""

    @abstractmethod
    def title(self) -> str:
        """What the job is called."""


class UnderScenario(Body):
    """A study of one corridor as one scenario has it."""

    scenario: Word = Field("", description="A name, project:ID or commitment:ID, joined by +; none: as it is.")
    changes: list[Line] = Field(
        [], max_length=1000, description="What is different: TABLE/ROW/COLUMN=VALUE, =+MORE or *FACTOR.",
        examples=[["facility/ALAT-berth/servers=+1"]],
    )  # fmt: skip

    def all_changes(self) -> list[str]:
        """All that is different, in the words of `read_change`."""
        return list(self.changes)

    def corridor_problems(self, given: Given) -> list[Problem]:
        """What is wrong with the scenario, or with changes to it."""
        return problems_of(lambda: self._bent(given.world(self.corridor, self.scenario).corridor))

    def _bent(self, corridor: Corridor) -> None:
        wrong: list[Problem] = []
        read = []
        for change in self.all_changes():
            try:
                read.append(read_change(change))
            except InputError as bad:
                wrong += bad.problems
        if wrong:
            raise InputError("the request", wrong)
        bend(corridor, read)

    def year_problems(self) -> list[Problem]:
        """A scenario has a year of its own."""
        if self.scenario and "year" in self.model_fields_set:
            told = shown(getattr(self, "year", ""))
            return [Problem("year", told, "the scenario has a year of its own: leave year out")]
        return []

    def under(self) -> str:
        """The corridor and what is different, for a title."""
        told = self.corridor + (f" under {self.scenario}" if self.scenario else "")
        n = len(self.all_changes())
        return told + (f" with {n} change{'s' if n > 1 else ''}" if n else "")


def problems_of(check: Callable[[], object]) -> list[Problem]:
    """What a check finds wrong."""
    try:
        check()
    except InputError as bad:
        return list(bad.problems)
    return []


def given_of(body: BaseModel, study: type[Any]) -> dict[str, Any]:
    """What a body says of the fields of a study's request."""
    return {one.name: getattr(body, one.name) for one in fields(study)}


def refuse_year(world: World, year: int) -> None:
    """Raise InputError for a year of which the world has no demand."""
    years = sorted({row.year for row in world.corridor.rows("demand")})
    if year not in years:
        remedy = f"the corridor has demand of {', '.join(map(str, years))}" if years else "the corridor has no demand"
        raise InputError("the request", [Problem("year", shown(year), remedy)])
