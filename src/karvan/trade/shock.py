"""Shocks: what changes of the costs of trade, pair by pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np

from karvan.ground.errors import InputError, Problem, shown
from karvan.trade.clearing import Floats
from karvan.trade.world import Pair, World, unknown


@dataclass(frozen=True)
class Shock:
    """Factors on the costs of trade by pair; pairs that are not named keep theirs.

    Costs are of the iceberg kind: a tariff that falls is a cost that falls, and no revenue is lost by it.
    """

    name: str
    trade: Mapping[Pair, float] = field(default_factory=dict)
    """Factors on t_ij^(1-sigma): what trade would do, other things equal; exp(coefficient * change). 0 ends trade."""
    costs: Mapping[Pair, float] = field(default_factory=dict)
    """Factors on t_ij itself, ad valorem: 0.95 is 5 % cheaper. Infinite where nothing is carried at any price."""
    parts: tuple[Shock, ...] = ()
    """Shocks that come with it; factors multiply."""

    def each(self) -> Iterator[Shock]:
        """This and all that comes with it."""
        yield self
        for part in self.parts:
            yield from part.each()

    def factors(self, world: World) -> Floats:
        """Factors on t_ij^(1-sigma) (n, n).

        Raises:
            InputError: a country that is not of this world, a factor that is none, a country that the shock leaves
                with nothing to sell or to buy.
        """
        problems = [problem for part in self.each() for problem in _problems(part, world)]
        if problems:
            raise InputError(f"shock {shown(self.name)}", problems)
        matrix = np.ones((len(world.countries),) * 2)
        row = {code: ix for ix, code in enumerate(world.countries)}
        for part in self.each():
            for (exporter, importer), factor in sorted(part.trade.items()):
                matrix[row[exporter], row[importer]] *= factor
            for (exporter, importer), factor in sorted(part.costs.items()):
                matrix[row[exporter], row[importer]] *= _power(factor, 1 - world.sigma)
        problems = list(_left_alone(world, matrix))
        if problems:
            raise InputError(f"shock {shown(self.name)}", problems)
        return matrix


def within(members: Iterable[str], factor: float) -> dict[Pair, float]:
    """The same factor for trade of each member with each other one, both ways: a free-trade area."""
    return dict.fromkeys(permutations(sorted(set(members)), 2), factor)


def together(name: str, *parts: Shock) -> Shock:
    """All of these shocks at once: the area and the ten days."""
    return Shock(name, parts=parts)


def _left_alone(world: World, matrix: Floats) -> Iterator[Problem]:
    """What the factors make of the world that no prices can clear."""
    for i, j in np.argwhere(~np.isfinite(matrix)):
        address = f"{world.countries[i]} to {world.countries[j]}"
        yield Problem(address, "trade without end", "give a factor nearer to 1")
    trade = world.trade * matrix
    for side, total in (("sell", trade.sum(axis=1)), ("buy", trade.sum(axis=0))):
        for ix in np.flatnonzero(~(total > 0)):
            remedy = "give its trade at home (with_home), or a factor above 0"
            yield Problem(f"country {world.countries[ix]}", f"nothing left to {side}", remedy)


def _power(factor: float, exponent: float) -> float:
    """Without an end where it is too large to be told."""
    try:
        power: float = float(factor) ** exponent
    except OverflowError:
        return np.inf
    return power


def _problems(part: Shock, world: World) -> Iterator[Problem]:
    """Pairs that are not there, and factors that are none."""
    known = frozenset(world.countries)
    for kind, by_pair in (("trade", part.trade), ("costs", part.costs)):
        for (exporter, importer), factor in sorted(by_pair.items()):
            address = f"{part.name}, {kind} from {exporter} to {importer}"
            for code in sorted({exporter, importer} - known):
                yield unknown(address, code, world.countries)
            if kind == "trade" and not 0 <= factor < np.inf:
                yield Problem(address, shown(factor), "give a factor of 0 or more; 1 changes nothing")
            if kind == "costs" and not factor > 0:
                yield Problem(address, shown(factor), "give a factor above 0; 1 changes nothing")
