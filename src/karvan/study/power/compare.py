"""Scenarios and runs of the power system held against a base: what each changes, and what is claimed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from karvan.corridor import Corridor
from karvan.grid.dispatch import Infeasible, NotSolved
from karvan.study.comparison.side import sides_of
from karvan.study.power.cases import package_with_cases
from karvan.study.power.difference import Difference, differences
from karvan.study.power.run import PowerAnswer, PowerRun, power_called, power_of
from karvan.study.runs import find_run
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress


@dataclass(frozen=True)
class NoAnswer:
    """One of the sides has no dispatch."""

    failed: Infeasible | NotSolved
    scenario: str
    solved: ClassVar[bool] = False


@dataclass(frozen=True)
class ComparedPower:
    """A base, and what is held against it."""

    base: PowerAnswer
    others: tuple[PowerAnswer, ...]
    differences: tuple[Difference, ...]
    """By country and side, in the order asked."""
    with_claims: bool = False
    solved: ClassVar[bool] = True
    notes: tuple[str, ...] = ()


def compare_power(
    package: Corridor | str,
    base: str,
    others: Sequence[str],
    ask: PowerRun | None = None,
    *,
    claims: bool = False,
    progress: Progress | None = None,
) -> ComparedPower | NoAnswer:
    """What scenarios or runs change against a base.

    Args:
        package: a corridor, or what `karvan.load` takes.
        base, others: scenarios, as `open_scenario` takes them, cases by their names, or runs by folder or name. A
            scenario with no year of its own, as project:ID, is laid over the base.
        ask: how those are solved that are not runs already; they are kept.
        claims: whether to hold them beside what documents say of the projects that only the other has.

    Raises:
        InputError: for sides that there are not, or are named twice.
    """
    package, progress = package_with_cases(package), progress or Progress()
    answers: list[PowerAnswer] = []
    for text, world in _worlds(package, base, others):
        found = power_called(text) if world is None else power_of(world, ask, progress=progress)
        if not isinstance(found, PowerAnswer):
            return NoAnswer(found, text)
        answers.append(found)
    first, rest = answers[0], answers[1:]
    return ComparedPower(
        first, tuple(rest), tuple(one for other in rest for one in differences(package, first, other, claims=claims)),
        claims, notes=tuple(_notes(first, rest)),
    )  # fmt: skip


def is_run(text: str) -> bool:
    """Whether a word is a run's folder, or its name where runs stand."""
    return find_run(text) is not None


def _worlds(package: Corridor, base: str, others: Sequence[str]) -> list[tuple[str, World | None]]:
    """Each side as it was named, and its world; none of a run. Raises InputError."""
    if not any(is_run(text) for text in (base, *others)):
        return [(side.name, side.world) for side in sides_of(package, base, others)]
    beneath = power_called(base).scenario if is_run(base) else base
    found: list[tuple[str, World | None]] = [(base, None if is_run(base) else open_scenario(package, base))]
    for text in others:
        # Laid over the scenario of the base, where that can be opened: a file's run knows only its name.
        world = None if is_run(text) else sides_of(package, beneath, [text])[-1].world
        found.append((text, world))
    return found


def _notes(base: PowerAnswer, others: Sequence[PowerAnswer]) -> list[str]:
    found = []
    for other in others:
        if other.year != base.year:
            found.append(f"{other.scenario} is of {other.year} and {base.scenario} of {base.year}: load, plants and "
                         "agreed exchange differ by the years too.")  # fmt: skip
        if other.ask.seed != base.ask.seed:
            found.append(f"{other.scenario} has other weather: seed {other.ask.seed}, and {base.ask.seed} before.")
        if other.results["hours"] != base.results["hours"]:
            found.append(f"{other.scenario} was worked out on {other.results['hours']:,} hours, and the base on "
                         f"{base.results['hours']:,}.")  # fmt: skip
    return found
