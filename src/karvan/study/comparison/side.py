"""Sides: the worlds that are held against each other, and how each stands to the base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations

from karvan.corridor import Corridor
from karvan.ground.errors import InputError, Problem, shown
from karvan.scenario.stack import Stack, stack
from karvan.study.scenarios import World, open_scenario

PACKAGE = "package"
"""How the package as it is, under no scenario, is called."""
OF_ITS_OWN = "has a year of its own and stands by itself, not on the base"


@dataclass(frozen=True)
class Side:
    """A scenario, or the package as it is, with a name that no other side has."""

    name: str
    text: str
    """What opens it: names, and files by their paths."""
    world: World
    year: int
    stands: str = ""
    """How it stands to the base, in words; empty for the base itself."""
    parts: tuple[str, ...] = ()
    """The two sides that it puts together, where it is there to show their interaction."""

    @property
    def corridor(self) -> Corridor:
        return self.world.corridor

    @property
    def title(self) -> str:
        return self.world.scenario.title if self.world.scenario else "The package as it is"

    @property
    def not_there(self) -> tuple[str, ...]:
        """Projects that it names and of which nothing is there in its year."""
        return self.world.scenario.not_there if self.world.scenario else ()


@contextmanager
def under(side: Side) -> Iterator[None]:
    """What cannot be used there is said to be so under that side."""
    try:
        yield
    except InputError as bad:
        raise type(bad)(f"{bad.subject} under {side.name}", bad.problems) from None


def sides_of(package: Corridor, base: str, scenarios: Sequence[str], *, interaction: bool = False) -> list[Side]:
    """The base, the scenarios, and each two of them together where their interaction is asked for.

    A scenario with no year of its own, such as project:ID, is laid over the base; one that stands on the base already
    is taken as it is, and one of a year of its own stands by itself.

    Raises:
        InputError: with all that is wrong: scenarios that there are not, that are named twice, or do not go together.
    """
    problems: list[Problem] = []
    if not scenarios:
        problems.append(Problem("scenarios", "nothing", "give one or more to hold against the base"))
    sides: list[Side] = []
    for text in (base, *scenarios):
        try:
            sides.append(_side(package, base if sides else "", text, first=not sides))
        except InputError as bad:
            problems += [one for one in bad.problems if one not in problems]
            if not sides:  # nothing can be laid over what is not there
                problems += _unreadable(package, scenarios)
                break
    problems = problems or list(_twice([base, *scenarios], sides))
    if interaction and not problems:
        for pair in _pairs(sides[1:], problems):
            try:
                sides.append(_together(package, sides[0], *pair))
            except InputError as bad:
                problems += bad.problems
    if problems:
        raise InputError("the comparison", problems)
    return sides


def _unreadable(package: Corridor, texts: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with scenarios, whatever they stand on."""
    for text in texts:
        try:
            stack(package, text)
        except InputError as bad:
            yield from bad.problems


def _side(package: Corridor, base: str, text: str, *, first: bool) -> Side:
    """A side of its words; the first is the base itself."""
    if text in ("", PACKAGE):
        stands = "" if first else "stands by itself"
        return Side(PACKAGE, "", open_scenario(package), _first_year(package), stands)
    said, opens, stands = stack(package, text), text, ""
    if not first and base in ("", PACKAGE):
        stands = "laid over the package"
    elif not first and _contains(said, stack(package, base)):
        stands = "stands on the base"
    elif not first and any(words.year is not None or words.demand.of is not None for words in said.words.values()):
        stands = OF_ITS_OWN
    elif not first:
        opens, stands = f"{base}+{text}", "laid over the base"
    world = open_scenario(package, opens)
    return Side(world.name, opens, world, world.year(_first_year(package)), stands)


def _together(package: Corridor, base: Side, one: Side, other: Side) -> Side:
    """Two sides as one. Raises InputError where they do not go together, or one of them is the other and more."""
    for side in (one, other):
        if side.stands == OF_ITS_OWN:
            remedy = "compare it alone, without --interaction"
            raise InputError("the comparison", [Problem("interaction", f"{side.name} {side.stands}", remedy)])
    text = f"{one.text}+{other.text}"
    world = open_scenario(package, text)
    if world.name in (base.name, one.name, other.name):
        remedy = "give two of which neither is a part of the other"
        raise InputError("the comparison", [Problem("interaction", f"{one.name} and {other.name}", remedy)])
    return Side(world.name, text, world, world.year(_first_year(package)), "both together", (one.name, other.name))


def _pairs(sides: list[Side], problems: list[Problem]) -> Iterator[tuple[Side, Side]]:
    """Each two, those that run together anyway left out."""
    if len(sides) < 2:
        problems.append(Problem("interaction", f"{len(sides)} scenario", "give two or more"))
    if any(side.name == PACKAGE for side in sides):
        problems.append(Problem("interaction", PACKAGE, "the package as it is goes together with nothing"))
        return
    yield from combinations(sides, 2)


def _contains(said: Stack, base: Stack) -> bool:
    return base.words.keys() <= said.words.keys() and set(base.in_full) <= set(said.in_full)


def _twice(texts: Sequence[str], sides: Sequence[Side]) -> Iterator[Problem]:
    names = [side.name for side in sides]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            said = " and ".join(shown(text) for text, own in zip(texts, names, strict=False) if own == name)
            yield Problem("scenarios", f"{said}, which is {name} each time", "give each once, and not the base again")


def _first_year(package: Corridor) -> int:
    """The first year that the package has demand of, as scenarios that name none have it."""
    years = {row.year for row in package.rows("demand")}
    if not years:
        raise InputError("the comparison", [Problem("demand", "none in the package", "add demand.csv")])
    return int(min(years))
