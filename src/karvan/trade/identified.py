"""What a sample can tell: rows that say nothing of the coefficients, and regressors that cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.ground.errors import InputError, Problem, shown
from karvan.trade.effects import Floats, Groups, Ints, fall_on

SAME = 1e-7
"""Share of a regressor's variation that must be left once what is beside it is taken away."""
MOVED = 1e-6
SEED = 20231101


@dataclass
class Sample:
    """The rows that a fit can use, and why it leaves the others out."""

    y: Floats
    x: Floats
    """Regressors (n_rows, n_regressors)."""
    groups: Groups
    kept: NDArray[np.bool_] = field(init=False)
    why: NDArray[np.object_] = field(init=False)
    """(n_rows,): "" of those that are kept, or else why not, such as `no trade: exporter TKM`."""
    empty: list[tuple[str, str]] = field(default_factory=list)
    """Kind and name of the groups without any trade."""

    def __post_init__(self) -> None:
        self.kept = np.ones(self.y.size, dtype=np.bool_)
        self.why = np.full(self.y.size, "", dtype=object)
        while self._drop_groups() or self._drop_separated():
            pass

    @property
    def rows(self) -> Ints:
        return np.flatnonzero(self.kept)

    def _drop(self, rows: Ints, why: str | Sequence[str]) -> None:
        self.why[rows] = why
        self.kept[rows] = False

    def _drop_groups(self) -> bool:
        """Drop groups without any trade, whose effect is minus infinity, and groups of one row, which it fits exactly.

        Correia (2015) on singletons; Correia, Guimaraes and Zylkin (2020) on groups without trade.
        """
        before = int(self.kept.sum())
        for kind, names, codes in zip(self.groups.kinds, self.groups.names, self.groups.codes.T, strict=True):
            rows = self.rows
            count = np.bincount(codes[rows], minlength=len(names))
            sold = np.bincount(codes[rows], weights=self.y[rows], minlength=len(names))
            none, one = (count > 0) & (sold == 0), (count == 1) & (sold > 0)
            self.empty += [(kind, str(name)) for name in names[none]]
            for flags, why in ((none, "no trade"), (one, "only row")):
                of = rows[flags[codes[rows]]]
                self._drop(of, [f"{why}: {kind} {names[code]}" for code in codes[of]])
        return int(self.kept.sum()) < before

    def _drop_separated(self) -> bool:
        """Drop rows without trade that a combination of regressors and effects could push to zero at no cost.

        Separation: there is a combination z of the columns that is zero wherever there is trade, and above zero in some
        rows without trade, so that the likelihood grows for ever along it (Santos Silva and Tenreyro 2010; Correia,
        Guimaraes and Zylkin 2021, proposition 1). All such rows are found at once by a linear programme:
        max sum u, z = Xg, z = 0 where y > 0, u <= z, 0 <= u <= 1 where y = 0.
        """
        rows = self.rows
        zero = rows[self.y[rows] == 0]
        if not zero.size:
            return False
        at = self._could_be(rows[self.y[rows] > 0], zero)
        if at.size:
            at = self._pushed(rows[self.y[rows] > 0], at)
        self._drop(at, "separated: the regressors and effects foretell the zero exactly")
        return bool(at.size)

    def _columns(self, rows: Ints) -> Any:
        from scipy.sparse import csr_array, hstack

        used = self.x[self.rows]
        spread = used.std(axis=0)
        x = (self.x[rows] - used.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        return hstack([csr_array(x), self.groups.design(rows)], format="csr")

    def _could_be(self, traded: Ints, zero: Ints) -> Ints:
        """Rows without trade that a combination moves that is zero wherever there is trade: a random one does."""
        columns = self._columns(traded)
        noise = np.random.Generator(np.random.Philox(SEED)).standard_normal(columns.shape[1])
        still = noise - fall_on(columns, columns @ noise)
        moved: Ints = zero[np.abs(self._columns(zero) @ still) > MOVED]
        return moved

    def _pushed(self, traded: Ints, zero: Ints) -> Ints:
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, hstack

        still, moving = self._columns(traded), self._columns(zero)
        k, n = moving.shape[1], zero.size
        eye = csr_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n))
        nothing = csr_array((traded.size, n))
        found = linprog(
            np.concatenate([np.zeros(k), -np.ones(n)]),
            A_ub=hstack([-moving, eye], format="csr"),
            b_ub=np.zeros(n),
            A_eq=hstack([still, nothing], format="csr"),
            b_eq=np.zeros(traded.size),
            bounds=[(None, None)] * k + [(0.0, 1.0)] * n,
            method="highs",
        )
        if found.x is None:
            problem = Problem(
                "separation", str(found.message), "the search for separated rows did not end; fewer effects"
            )
            raise InputError("gravity", [problem])
        pushed: Ints = zero[np.asarray(found.x[k:]) > 0.5]
        return pushed


@dataclass(frozen=True)
class Collinear:
    """A regressor that others, or the effects, already say."""

    name: str
    said: str


def collinear(sample: Sample, names: Sequence[str]) -> tuple[list[Collinear], Floats]:
    """Regressors that are a combination of effects and of the regressors before them, and the scale of the others.

    Returns: those that are; the norm of what is left of each regressor within the effects (n_regressors,).
    """
    rows = sample.rows
    design = sample.groups.design(rows)
    found: list[Collinear] = []
    kept: list[int] = []
    left: list[Floats] = []
    scale = np.ones(len(names))
    for ix, name in enumerate(names):
        x = sample.x[rows, ix]
        size = float(np.linalg.norm(x))
        within = x - x.mean()
        spread = float(np.linalg.norm(within))
        if spread <= SAME * size or not size:
            varied = " and differs only in rows that were left out" * bool(np.ptp(sample.x[:, ix]))
            found.append(Collinear(name, f"the same in all {rows.size} rows that can be used ({x[0]:g}){varied}"))
            continue
        within = within - design @ fall_on(design, within)
        if float(np.linalg.norm(within)) <= SAME * spread:
            found.append(Collinear(name, _in_effects(sample, rows, x)))
            continue
        unit = within / np.linalg.norm(within)
        if kept:
            weights = np.linalg.lstsq(np.column_stack(left), unit)[0]
            if float(np.linalg.norm(unit - np.column_stack(left) @ weights)) <= SAME:
                with_ = [names[other] for other, weight in zip(kept, weights, strict=True) if abs(weight) > SAME]
                found.append(Collinear(name, f"within the effects a combination of {', '.join(with_)}"))
                continue
        kept.append(ix)
        left.append(unit)
        scale[ix] = float(np.linalg.norm(within)) / np.sqrt(rows.size)
    return found, scale


def _in_effects(sample: Sample, rows: Ints, x: Floats) -> str:
    """Which effects a regressor is a combination of: one by itself if one is enough."""
    spread = float(np.linalg.norm(x - x.mean()))
    for kind, names, codes in zip(sample.groups.kinds, sample.groups.names, sample.groups.codes.T, strict=True):
        code = codes[rows]
        count = np.bincount(code, minlength=len(names))
        mean = np.bincount(code, weights=x, minlength=len(names)) / np.maximum(count, 1)
        if float(np.linalg.norm(x - mean[code])) <= SAME * spread:
            return f"the same in all rows of each {kind}: its effect takes it up"
    return f"a combination of the effects {', '.join(sample.groups.kinds)}"


def told(of: Sequence[Collinear]) -> list[Problem]:
    """As problems of a request."""
    remedy = "leave it out, choose other fixed effects, or say that it may be dropped (drop_collinear=True)"
    return [Problem(f"regressor {shown(one.name)}", one.said, remedy) for one in of]
