"""What a scenario is made of: the scenarios that it stands on, and the projects that each of them names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.words import Words, read_words

PROJECT, COMMITMENT = "project:", "commitment:"
AND = "+"


@dataclass(frozen=True)
class Stack:
    """Scenarios and projects that are meant together."""

    name: str
    tops: tuple[str, ...]
    """Scenarios that were named."""
    words: Mapping[str, Words]
    """What each says, and each that they stand on, by name."""
    in_full: tuple[str, ...]
    """Projects that were named beside them: as if they were there in full, whatever their date."""

    def below(self, name: str) -> frozenset[str]:
        """All scenarios that one stands on."""
        return frozenset(found for base in self.words[name].on for found in (base, *self.below(base)))

    def without(self, projects: Collection[str]) -> Stack:
        """The same, these projects left out wherever they are listed."""
        if not projects:
            return self
        words = {
            name: said.model_copy(update={"projects": tuple(one for one in said.projects if one not in projects)})
            for name, said in self.words.items()
        }
        return replace(self, words=words)

    def agreed(self, what: str, said: Mapping[str, Any]) -> Any:
        """What the uppermost scenarios say of something (by their name); None where none does. Raises InputError where
        two that do not stand on each other say different things."""
        upper = {
            name: value for name, value in said.items() if not any(name in self.below(other) for other in said)
        }  # fmt: skip
        values = sorted(set(map(str, upper.values())))
        if len(values) > 1:
            found = " and ".join(f"{value} in {name}" for name, value in sorted(upper.items()))
            remedy = "take scenarios that agree, or let one stand on the other"
            raise InputError("the scenario", [Problem(what, found, remedy)])
        return next(iter(upper.values())) if upper else None

    def names(self) -> list[str]:
        """All scenarios, each after those that it stands on, ties by name."""
        done: list[str] = []
        while len(done) < len(self.words):
            ready = [name for name in self.words if name not in done and set(self.words[name].on) <= set(done)]
            done.append(min(ready))
        return done


def stack(corridor: Corridor, text: str) -> Stack:
    """What NAME, FILE.yaml, project:ID and commitment:ID mean together, joined by +. Raises InputError."""
    parts = [part.strip() for part in text.split(AND)]
    words: dict[str, Words] = {}
    tops: list[str] = []
    projects: set[str] = set()
    problems: list[Problem] = []
    for part in parts:
        try:
            if part.startswith(PROJECT):
                projects.add(corridor.row("project", part.removeprefix(PROJECT)).id)
            elif part.startswith(COMMITMENT):
                projects |= _tied(corridor, part.removeprefix(COMMITMENT))
            else:
                tops.append(_read(corridor, part, words, ()))
        except InputError as bad:
            problems += bad.problems
    problems += [problem for name in words for problem in _unknown(corridor, name, words[name])]
    if problems:
        raise InputError(f"scenario {shown(text)}", problems)
    named = [*sorted(set(tops)), *(f"{PROJECT}{one}" for one in sorted(projects))]
    return Stack(AND.join(named), tuple(sorted(set(tops))), words, tuple(sorted(projects)))


def _tied(corridor: Corridor, name: str) -> set[str]:
    row = corridor.row("commitment", name)
    if not row.projects:
        why = row.outside or "no project is tied to it"
        raise InputError("the scenario", [Problem(f"{COMMITMENT}{name}", "nothing to model", why)])
    return set(row.projects)


def _read(corridor: Corridor, text: str, words: dict[str, Words], inside: Sequence[str]) -> str:
    """Read a scenario and all that it stands on; its name."""
    path = Path(text)
    name, content = text, corridor.scenarios.get(text)
    if content is None and path.suffix in (".yaml", ".yml"):
        try:
            name, content = path.stem, path.read_bytes()
        except OSError as refused:
            remedy = "give a file that can be read"
            raise InputError(
                "the scenario", [Problem("scenario", shown(text), f"{refused.strerror}: {remedy}")]
            ) from None
    if content is None:
        near = nearest(text, corridor.scenarios, 3)
        remedy = f"nearest: {', '.join(near)}" if near else "see karvan scenarios, or give a file that ends in .yaml"
        raise InputError("the scenario", [Problem("scenario", f"no scenario {shown(text)}", remedy)])
    if name in inside:
        circle = " on ".join((*inside, name))
        raise InputError("the scenario", [Problem(f"{name}/on", circle, "a scenario cannot stand on itself")])
    if name not in words:
        said = read_words(content, name)
        for base in said.on:
            _read(corridor, base, words, (*inside, name))
        words[name] = said
    return name


def _unknown(corridor: Corridor, name: str, words: Words) -> Iterable[Problem]:
    """What a scenario names that the package does not have."""
    named = (
        ("projects", words.projects, "project"),
        ("opens", words.opens, "project"),
        ("order", words.order, "project"),
        ("closed", [shut.family for shut in words.closed], "family"),
        ("facts", [fact for one in _reasoned(words) for fact in one.facts], "fact"),
    )
    for key, names, table in named:
        known = corridor.by_key(table)
        for one in names:
            if one not in known:
                near = nearest(one, known, 1)
                remedy = f"did you mean {near[0]}?" if near else f"see {table}.csv"
                yield Problem(f"{name}, {key}", f"no {table} {shown(one)}", remedy)


def _reasoned(words: Words) -> list[Any]:
    edits = [change for change in words.changes if not isinstance(change, str)]
    return [*words.demand.factors, *edits, *words.closed, *words.tariffs]
