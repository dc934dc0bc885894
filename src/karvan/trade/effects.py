"""Fixed effects of a gravity model: which rows share one, and what each is worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from karvan.ground.errors import KarvanError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

KINDS = {
    "constant": "one for all rows",
    "year": "one for each year",
    "exporter": "one for each exporter",
    "importer": "one for each importer",
    "exporter-year": "one for each exporter in each year",
    "importer-year": "one for each importer in each year",
    "pair": "one for each exporter and importer, either direction by itself",
    "pair-either-way": "one for each two countries, both directions together",
}
"""The groups that rows may share an effect, or an error, in."""
EXACT = 1e-6
"""What effects may miss of the logarithm of a fitted value that they add up to."""
SEED = 20240229


def labels(table: pd.DataFrame, kind: str) -> pd.Series:
    """The group of each row of a table with year, exporter and importer, as text (n_rows,); `kind` is one of KINDS."""
    exporter, importer, year = table["exporter"], table["importer"], table["year"].astype(str)
    if kind == "constant":
        return pd.Series("all", index=table.index)
    if kind == "pair-either-way":
        sorted_ = exporter <= importer
        return exporter.where(sorted_, importer) + " - " + importer.where(sorted_, exporter)
    of: dict[str, Callable[[], pd.Series]] = {
        "year": lambda: year,
        "exporter": lambda: exporter,
        "importer": lambda: importer,
        "exporter-year": lambda: exporter + " " + year,
        "importer-year": lambda: importer + " " + year,
        "pair": lambda: exporter + " > " + importer,
    }
    return of[kind]()


@dataclass(frozen=True, eq=False)
class Groups:
    """Which group of each kind each row is in."""

    kinds: tuple[str, ...]
    names: tuple[NDArray[np.object_], ...]
    """Of the groups of each kind, sorted."""
    codes: Ints
    """Number of the group of each kind (n_rows, n_kinds)."""

    @classmethod
    def of(cls, table: pd.DataFrame, kinds: Sequence[str]) -> Groups:
        found = [pd.factorize(labels(table, kind), sort=True) for kind in kinds]
        codes = np.column_stack([of for of, _ in found]).astype(np.intp)
        return cls(tuple(kinds), tuple(np.asarray(names, dtype=object) for _, names in found), codes)

    def design(self, rows: Ints) -> csr_array:
        """A column of 0 and 1 for each group, those of the first kind first (n_rows that are asked for, n_groups)."""
        from scipy.sparse import csr_array

        sizes = np.cumsum([0, *(len(names) for names in self.names)])
        columns = (self.codes[rows] + sizes[:-1]).ravel()
        at = np.arange(0, columns.size + 1, len(self.kinds))
        return csr_array((np.ones(columns.size), columns, at), shape=(len(rows), int(sizes[-1])))


def fall_on(design: csr_array, target: Floats) -> Floats:
    """The least-norm weights (n_columns,) of the columns that come nearest to a target (n_rows,).

    Least squares by LSMR (Fong and Saunders 2011).
    """
    from scipy.sparse.linalg import lsmr

    if not target.any():
        return np.zeros(design.shape[1])
    found = lsmr(design, target, atol=1e-15, btol=1e-15, conlim=0, maxiter=50 * max(design.shape))[0]
    return np.asarray(found, dtype=np.float64)


def rank(groups: Groups, rows: Ints) -> int:
    """How many parameters the effects of some rows are: of more than two kinds those of the first two.

    Two kinds have as many as they have groups, less one for each part of trade that no group joins to another part.
    """
    from scipy.sparse.csgraph import connected_components

    if len(groups.kinds) == 1:
        return int(np.unique(groups.codes[rows, 0]).size)
    two = Groups(groups.kinds[:2], groups.names[:2], groups.codes[:, :2]).design(rows)
    used = np.asarray(two.sum(axis=0)) > 0
    return int(used.sum() - connected_components((two.T @ two)[used][:, used])[0])


@dataclass(frozen=True, eq=False)
class Effects:
    """What the groups of a fit are worth, in logarithms.

    They are known up to constants that can be shifted from one kind to another; these are the ones of least norm.
    """

    table: pd.DataFrame
    """kind, group, value (-inf where all trade of the group is zero), rows (how many of the sample are in it)."""
    _probe: Floats
    """A random direction that moves no fitted value (n_groups,): a sum of effects that it moves is not known."""

    @classmethod
    def of(cls, groups: Groups, rows: Ints, target: Floats, empty: Sequence[tuple[str, str]]) -> Effects:
        """Effects that add up to a target.

        Parameters: groups; rows, those of the sample (n_used,); target, logarithm of the fitted value less what the
        regressors give (n_used,); empty, kinds and names of groups without any trade.
        Raises: KarvanError, a fault of ours, if none add up to it.
        """
        design = groups.design(rows)
        value = fall_on(design, target)
        missed = float(np.abs(design @ value - target).max())
        if missed > EXACT * max(1.0, float(np.abs(target).max())):
            raise KarvanError(f"fixed effects miss the fitted values by {missed:.1e} in logarithms")
        noise = np.random.Generator(np.random.Philox(SEED)).standard_normal(design.shape[1])
        probe = noise - fall_on(design, design @ noise)
        count = np.asarray(design.sum(axis=0), dtype=np.intp)
        table = pd.DataFrame(
            {
                "kind": np.repeat(groups.kinds, [len(names) for names in groups.names]),
                "group": np.concatenate(groups.names),
                "value": np.where(count > 0, value, np.nan),
                "rows": count,
            }
        )
        if empty:
            key = pd.MultiIndex.from_frame(table[["kind", "group"]])
            table.loc[key.isin(list(empty)), "value"] = -np.inf
        known = ~table["value"].isna().to_numpy()
        return cls(table[known].reset_index(drop=True), probe[known])

    def sum(self, table: pd.DataFrame) -> tuple[Floats, list[str]]:
        """Sum of the effects of each row (n_rows,), nan where it is not known, and why it is not ("" where it is)."""
        kinds = list(dict.fromkeys(self.table["kind"]))
        total, drift = np.zeros(len(table)), np.zeros(len(table))
        why = np.full(len(table), "", dtype=object)
        none = np.zeros(len(table), dtype=np.bool_)
        for kind in kinds:
            of = (self.table["kind"] == kind).to_numpy()
            at = pd.Index(self.table["group"][of]).get_indexer(pd.Index(labels(table, kind)))
            value = np.append(self.table["value"].to_numpy()[of], np.nan)[at]
            drift += np.append(self._probe[of], 0.0)[at]
            none |= np.isneginf(value)
            total += value
            absent = (at < 0) & (why == "")
            why[absent] = (f"{kind} " + labels(table, kind)[absent] + " is not in the fit").to_numpy()
        apart = (why == "") & ~none & (np.abs(drift) > EXACT)
        why[apart] = "the fit knows its effects only apart from each other"
        total[apart] = np.nan
        total[none] = -np.inf
        why[none] = ""
        return total, why.tolist()
