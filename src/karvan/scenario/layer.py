"""Layers of a scenario: what each changes, what it stands on, and whether two of them may come in either order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem
from karvan.scenario.cells import Address, CellChange

COMMUTING = ({"add"}, {"scale"})
"""Kinds of change that give the same in any order, if both layers make only such."""


@dataclass(frozen=True)
class Layer:
    """Some changes that come together, in their order."""

    name: str
    """project/ID or scenario NAME, as messages call it."""
    after: frozenset[str]
    """Layers that come before it because somebody says so."""
    changes: tuple[CellChange, ...] = field(default=())


def in_order(layers: Sequence[Layer]) -> list[Layer]:
    """Layers so that each comes after those that it stands on, ties by name. Raises InputError for a circle."""
    left = {layer.name: layer for layer in layers}
    done: list[Layer] = []
    while left:
        ready = [name for name, layer in left.items() if not layer.after & left.keys()]
        if not ready:
            names = ", ".join(sorted(left))
            raise InputError("the scenario", [Problem("order", names, "each is to come after another: mend the order")])
        done.append(left.pop(min(ready)))
    return done


def expanded(layers: Sequence[Layer], corridor: Corridor) -> dict[str, list[tuple[Address, CellChange]]]:
    """The cells that each layer changes, in its order, on a corridor with all that is built. Raises InputError."""
    found: dict[str, list[tuple[Address, CellChange]]] = {}
    problems: list[Problem] = []
    for layer in layers:
        found[layer.name] = []
        for change in layer.changes:
            try:
                found[layer.name] += [(cell, change) for cell in change.cells(corridor)]
            except InputError as bad:
                problems += [Problem(f"{layer.name}: {one.address}", one.found, one.remedy) for one in bad.problems]
    if problems:
        raise InputError("the scenario", problems)
    return found


def check_dependence(layers: Sequence[Layer], cells: Mapping[str, list[tuple[Address, CellChange]]]) -> None:
    """Raise InputError where two layers change one cell, the order matters, and nobody says what it is.

    Layers are given in their order.
    """
    kinds: dict[Address, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for layer in layers:
        for cell, change in cells[layer.name]:
            kinds[cell][layer.name].add(change.change)
    after: dict[str, frozenset[str]] = {}
    for layer in layers:  # each comes after those that it stands on
        after[layer.name] = layer.after.union(*(after.get(name, frozenset()) for name in layer.after))
    problems = []
    for cell, by in sorted(kinds.items()):
        for one, other in combinations(sorted(by), 2):
            if one in after[other] or other in after[one]:
                continue
            if by[one] | by[other] not in COMMUTING:
                told = " and ".join(f"{_done(by[name])} by {name}" for name in (one, other))
                problems.append(Problem("/".join(cell), told, "take one of them out, or state which comes first: "
                                        "of projects with order: [...], of scenarios with on: [...]"))  # fmt: skip
    if problems:
        raise InputError("the scenario", problems)


def _done(kinds: set[str]) -> str:
    return "/".join({"add": "added to", "scale": "scaled"}.get(kind, kind) for kind in sorted(kinds))
