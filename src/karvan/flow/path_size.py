"""Logit choice with path sizes: what of a pair's trips takes each of its paths.

Of paths that share most of their parts, the plain logit makes too much: it takes them for different ways. The path-size
logit of Ben-Akiva and Bierlaire (1999) gives path k the share

    P_k ~ PS_k ** beta * exp(-theta c_k),    PS_k = sum over its parts a of (l_a / L_k) / (paths of the pair with a),

so that a path with parts of its own has size 1, and n paths that are one and the same have size 1 / n each, which with
beta 1 together count as one. With beta 0 it is the plain logit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.roads import Floats, Ints


@dataclass(frozen=True, eq=False)
class Choices:
    """The paths that each pair can choose from, and their parts: links, or whatever else costs and is shared."""

    first_path: Ints
    """Paths of each pair: `first_path[k]` to `first_path[k + 1]` (n_pairs + 1,)."""
    first_part: Ints
    """Parts of each path, in the order of travel (n_paths + 1,)."""
    part: NDArray[np.int32]
    n_parts: int
    """How many parts there are to be on a path."""

    @property
    def n_pairs(self) -> int:
        return len(self.first_path) - 1

    @property
    def n_paths(self) -> int:
        return len(self.first_part) - 1

    @property
    def pair(self) -> Ints:
        """The pair of each path (n_paths,)."""
        return np.repeat(np.arange(self.n_pairs), np.diff(self.first_path))

    def parts(self, path: int) -> NDArray[np.int32]:
        """The parts of a path, in the order of travel."""
        return self.part[self.first_part[path] : self.first_part[path + 1]]

    def of_pairs(self, first: int, end: int) -> Choices:
        """The paths of pairs first .. end - 1 only."""
        paths = self.first_path[first : end + 1]
        parts = self.first_part[paths[0] : paths[-1] + 1]
        return Choices(paths - paths[0], parts - parts[0], self.part[parts[0] : parts[-1]], self.n_parts)

    def sums(self, of_part: Floats) -> Floats:
        """What the parts of each path have together (n_paths,), of_part being (n_parts,)."""
        from karvan.kernels import choosing

        total = np.empty(self.n_paths)
        choosing.sums(self.first_part, self.part, of_part, total)
        return total


def path_sizes(choices: Choices, length: Floats) -> Floats:
    """The size of each path among those of its pair (n_paths,), above 0 and at most 1.

    length: of each part (n_parts,), not negative, in any unit. In a path that has no length at all parts count alike.
    """
    from karvan.kernels import choosing

    size = np.empty(choices.n_paths)
    users = np.zeros(choices.n_parts, np.int64)
    last_user = np.full(choices.n_parts, choosing.NONE)
    choosing.path_sizes(choices.first_path, choices.first_part, choices.part, length, users, last_user, size)
    return size


def shares(choices: Choices, cost: Floats, size: Floats, theta: Floats, beta: float = 1.0) -> tuple[Floats, Floats]:
    """The share of each path among its pair's trips (n_paths,), and each pair's expected perceived cost (n_pairs,).

    cost, size: of each path (n_paths,); theta: of each pair, per unit of cost and above 0 (n_pairs,); beta: what the
    path size weighs. Paths of infinite cost have no share, unless their pair has no other. The perceived cost is
    -log(sum of PS ** beta exp(-theta c)) / theta, Ben-Akiva and Lerman (1985), and infinite for a pair without paths.
    """
    from karvan.kernels import choosing

    share, perceived = np.empty(choices.n_paths), np.empty(choices.n_pairs)
    choosing.shares(choices.first_path, cost, beta * np.log(size), theta, share, perceived)
    return share, perceived
