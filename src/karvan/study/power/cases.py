"""Cases: the power projects of the partnership, each against the world without it.

They stand beside the scenarios of the package, and are named as those are. All are of 2030, on `base-2030`; whatever
opens later is taken to be there from 2029, as a case asks what a project would do and not when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.grid.dispatch import Infeasible, NotSolved
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.power.difference import Difference, differences
from karvan.study.power.run import PowerAnswer, PowerRun, power_of
from karvan.study.scenarios import open_scenario
from karvan.study.simulate import Progress

BASE = "base-2030"
HUB = "green-2030"
OPENS = "2029-01"


@dataclass(frozen=True)
class Case:
    """A scenario of power, and the world that it is held against."""

    title: str
    on: str
    projects: tuple[str, ...]
    against: str
    changes: tuple[str, ...] = ()
    without: bool = False
    """Whether it is there only to be held against, and no line of its own."""

    @property
    def plain(self) -> bool:
        """Whether it is a scenario of the package as it is."""
        return not (self.projects or self.changes)

    def written(self) -> bytes:
        """As a scenario's file has it."""
        import yaml

        said: dict[str, Any] = {
            "title": self.title, "on": [self.on], "projects": list(self.projects),
            "opens": dict.fromkeys(self.projects, OPENS), "changes": list(self.changes),
        }  # fmt: skip
        return yaml.safe_dump(said, allow_unicode=True).encode()


CASES: Mapping[str, Case] = {
    "without-khizi": Case("2030 without Khizi-Absheron", BASE, (), BASE, ("plant/khizi-absheron/since=2100",), True),
    "without-ten": Case(
        "2030 without Khizi-Absheron and Garadagh", BASE, (), BASE,
        ("plant/khizi-absheron/since=2100", "plant/garadagh-pv/since=2100"), True,
    ),
    "khizi": Case("Khizi-Absheron, 240 MW of wind", BASE, (), "without-khizi"),
    "gobustan": Case("Gobustan, 100 MW of sun", BASE, ("gobustan-pv",), BASE),
    "gobustan-2025": Case("Gobustan as told in April 2025", BASE, ("gobustan-pv-2025",), BASE),
    "two-large-solar": Case("Bilasuvar and Neftchala, 760 MW of sun", BASE, ("bilasuvar-pv", "neftchala-pv"), BASE),
    "three-large": Case(
        "Bilasuvar, Neftchala and Khizi-Absheron", BASE, ("bilasuvar-pv", "neftchala-pv"), "without-khizi"
    ),
    "first-ten": Case(
        "The ten plants of the first stage", BASE,
        ("absheron-garadagh-wind", "bilasuvar-pv", "gobustan-pv", "hajigabul-pv", "neftchala-pv", "shafag-pv",
         "shams-pv", "ufug-pv"), "without-ten",
    ),
    "offshore": Case("2 GW of wind at sea", BASE, ("offshore-wind-datang",), BASE),
    "storage": Case("Batteries of 250 MW and 500 MWh", BASE, ("azerenerji-battery",), BASE),
    "offshore-storage": Case(
        "The batteries beside 2 GW of wind at sea", BASE, ("azerenerji-battery", "offshore-wind-datang"), "offshore"
    ),
    "cable": Case("Black Sea cable, 1.3 GW, alone", BASE, ("black-sea-cable",), BASE),
    "offshore-cable": Case(
        "The cable of 1.3 GW beside 2 GW of wind at sea", BASE, ("black-sea-cable", "offshore-wind-datang"), "offshore"
    ),
    "hub": Case("The whole green hub, 2030", HUB, (), BASE),
    "hub-cable-1gw": Case("The hub with the cable of 1 GW", HUB, ("black-sea-cable-1gw",), HUB),
    "hub-cable": Case("The hub with the cable of 1.3 GW", HUB, ("black-sea-cable",), HUB),
    "hub-cable-4gw": Case("The hub with the cable of 4 GW", HUB, ("black-sea-cable-4gw",), HUB),
}  # fmt: skip
"""By name. `khizi` and `hub` are scenarios of the package as they are."""


@dataclass(frozen=True)
class CaseLine:
    """One case against the world without it."""

    name: str
    case: Case
    difference: Difference | None
    """None where one of the two worlds has no dispatch."""
    answer: PowerAnswer | None
    said: str = ""
    """Why there is none."""
    failed: Infeasible | NotSolved | None = None
    """The world that has none: load that cannot be served, or a solver that stopped."""

    @property
    def stopped(self) -> bool:
        """Whether the solver stopped, so that nobody knows."""
        return isinstance(self.failed, NotSolved)


@dataclass(frozen=True)
class Cases:
    """Cases in the order that they are asked for."""

    lines: tuple[CaseLine, ...]

    @property
    def solved(self) -> bool:
        """Whether all of them have a dispatch."""
        return all(line.difference is not None for line in self.lines)

    @property
    def stopped(self) -> bool:
        """Whether the solver stopped on one of them."""
        return any(line.stopped for line in self.lines)


def package_with_cases(package: Corridor | str = "middle-corridor") -> Corridor:
    """A package that knows the cases as scenarios: those whose projects it has, and that it does not have itself."""
    corridor = package if isinstance(package, Corridor) else load_corridor(package)
    projects = corridor.by_key("project")
    scenarios = dict(corridor.scenarios)
    for name, case in CASES.items():
        if name not in scenarios and case.on in scenarios and set(case.projects) <= set(projects):
            scenarios[name] = case.written()
    return replace(corridor, scenarios=scenarios)


def run_cases(
    package: Corridor | str = "middle-corridor",
    names: Sequence[str] = (),
    ask: PowerRun | None = None,
    *,
    progress: Progress | None = None,
) -> Cases:
    """Cases, each against the world without it; every world is dispatched once and kept as a run.

    Args:
        package: a corridor, or what `karvan.load` takes.
        names: of cases; all that are no mere base of others if none.

    Raises: InputError for a case that there is not, or that the package cannot make.
    """
    _check(names)
    corridor, progress = package_with_cases(package), progress or Progress()
    chosen = names or [name for name, case in CASES.items() if not case.without]
    texts = list(dict.fromkeys(text for name in chosen for text in (CASES[name].against, _text(name))))
    answers: dict[str, PowerAnswer] = {}
    failed: dict[str, Infeasible | NotSolved] = {}
    for n, text in enumerate(texts):
        found = power_of(open_scenario(corridor, text), ask, progress=_within(progress, text))
        progress.done(n + 1, len(texts))
        if isinstance(found, PowerAnswer):
            answers[text] = found
        else:
            failed[text] = found
    lines = []
    for name in chosen:
        case, text = CASES[name], _text(name)
        if case.against in answers and text in answers:
            of, *_ = differences(corridor, answers[case.against], answers[text], claims=True)
            lines.append(CaseLine(name, case, of, answers[text]))
        else:
            world = text if text in failed else case.against
            said = f"{world}: {failed[world].said}"
            lines.append(CaseLine(name, case, None, answers.get(text), said, failed[world]))
    return Cases(tuple(lines))


def _within(progress: Progress, text: str) -> Progress:
    """Hears what is done of one scenario."""
    return Progress(lambda what: progress.say(f"{text}: {what}"), progress.done, progress.opened)


def _text(name: str) -> str:
    """The scenario that a case is: of cases that make one world the first, so that it is dispatched once."""
    case = CASES[name]
    if case.plain:
        return case.on
    return next(first for first, one in CASES.items()
                if (one.on, one.projects, one.changes) == (case.on, case.projects, case.changes))  # fmt: skip


def _check(names: Sequence[str]) -> None:
    problems = []
    for name in dict.fromkeys(names):
        if name not in CASES:
            near = nearest(name, CASES) or list(CASES)
            problems.append(Problem("case", shown(name), f"give one of {', '.join(near)}"))
    if problems:
        raise InputError("the request", problems)
