"""What fails: the power system without plants or ties, each by itself or all together, against the whole one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from karvan.corridor import Corridor
from karvan.grid.dispatch import Infeasible
from karvan.grid.outage import size_mw, without
from karvan.study.power.cases import package_with_cases
from karvan.study.power.compare import NoAnswer
from karvan.study.power.difference import Difference, differences
from karvan.study.power.run import PowerAnswer, PowerRun, power_of, system_of
from karvan.study.scenarios import open_scenario
from karvan.study.simulate import Progress


@dataclass(frozen=True)
class Lost:
    """What is not there, and what that does."""

    names: tuple[str, ...]
    mw: float
    """What it makes or carries at most, together."""
    countries: tuple[Difference, ...]
    """By country; empty where there is no dispatch without it."""
    said: str = ""
    """Why there is none: zones and hours that cannot be served within what may be shed."""
    unmet_gwh: float | None = None
    """What is lacking beyond what may be shed, where there is no dispatch."""

    @property
    def stopped(self) -> bool:
        """Whether there is none as the solver stopped, so that nobody knows."""
        return not self.countries and self.unmet_gwh is None

    def rows(self) -> list[dict[str, Any]]:
        """As a document has it: one row by country, and one of nothing but what is said where there is none."""
        own: dict[str, Any] = {"lost": list(self.names), "mw": self.mw, "said": self.said, "unmet_gwh": self.unmet_gwh,
                               "stopped": self.stopped}  # fmt: skip
        return [own | {"difference": one.row()} for one in self.countries] or [own | {"difference": None}]


@dataclass(frozen=True)
class PowerLoss:
    """A year without this or that."""

    base: PowerAnswer
    lost: tuple[Lost, ...]
    """In the order asked."""
    solved: bool = True

    @property
    def stopped(self) -> bool:
        """Whether the solver stopped on one of them."""
        return any(one.stopped for one in self.lost)


def power_loss(
    package: Corridor | str,
    scenario: str,
    names: Sequence[str],
    ask: PowerRun | None = None,
    *,
    together: bool = False,
    progress: Progress | None = None,
) -> PowerLoss | NoAnswer:
    """What the power system does without plants or ties of a scenario, from the first hour of the year to the last.

    What was agreed over a tie that is lost is neither sent nor comes. All hours are known at once, the loss with them,
    so that reservoirs are used better than after a failure that nobody foresaw.

    Args:
        package: a corridor, or what `karvan.load` takes.
        scenario: as `open_scenario` takes it, or a case.
        names: ids of plants, batteries, electrolysers and ties that are there in the year.
        ask: how each world is solved; they are kept as runs.
        together: whether all are lost at once; else each by itself.

    Raises:
        InputError: for a scenario or a name that there is not.
    """
    package, ask, progress = package_with_cases(package), ask or PowerRun(), progress or Progress()
    world = open_scenario(package, scenario)
    whole = system_of(world, ask).system
    without(whole, names)  # an unknown name is told before anything is dispatched
    asked = [tuple(dict.fromkeys(names))] if together else [(name,) for name in dict.fromkeys(names)]
    base = power_of(world, ask, progress=progress)
    if not isinstance(base, PowerAnswer):
        return NoAnswer(base, scenario)
    found = []
    for n, some in enumerate(asked):
        progress.done(n, len(asked))
        answer = power_of(world, replace(ask, lost=tuple(sorted({*ask.lost, *some}))), progress=progress)
        mw = sum(size_mw(whole, name) for name in some)
        if isinstance(answer, PowerAnswer):
            found.append(Lost(some, mw, differences(package, base, answer)))
        else:
            unmet = answer.mwh / 1e3 if isinstance(answer, Infeasible) else None
            found.append(Lost(some, mw, (), answer.said, unmet))
    progress.done(len(asked), len(asked))
    return PowerLoss(base, tuple(found))
