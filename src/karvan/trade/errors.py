"""Standard errors of a gravity model that allow for how much each cluster has bent the fit to itself."""

from __future__ import annotations

import numpy as np

from karvan.ground.errors import InputError, Problem
from karvan.trade.effects import Floats, Groups, Ints

MOST_EFFECTS = 2500
"""Groups of all kinds together, of which a dense matrix is inverted."""
AT_ONCE = 200_000
"""Pairs of rows of one cluster that are looked at together."""
NOTHING = 1e-8
"""Share of a residual that a cluster's own effects leave nothing of."""


def adjusted(x: Floats, y: Floats, fitted: Floats, effects: Groups, clusters: Groups) -> Floats:
    """Covariance of the coefficients of a Poisson fit with residuals set right for leverage (CR2).

    The residuals of a cluster are too small, as the fit has leaned towards them; the more so, the more of all trade the
    cluster has. Each cluster's are multiplied by (I - H)^(-1/2), H being its block of the weighted hat matrix of
    regressors and effects: Bell and McCaffrey (2002), for fixed effects Pustejovsky and Tipton (2018), with the weights
    of the fit. Two kinds of clusters: V1 + V2 - V12 (Cameron, Gelbach and Miller 2011).

    Parameters: x, regressors (n_rows, n_regressors); y, trade and fitted, of fit (n_rows,); effects and clusters of the
    same rows.
    Returns: (n_regressors, n_regressors).
    Raises: InputError for more effects than a dense matrix is wanted of.
    """
    rows = np.arange(y.size)
    design = effects.design(rows)
    if design.shape[1] > MOST_EFFECTS:
        remedy = "ask for clustered errors, or for fewer fixed effects"
        raise InputError("gravity", [Problem("errors 'adjusted'", f"{design.shape[1]} effects", remedy)])
    weight = fitted / fitted.mean()
    weighted = design.multiply(weight[:, None]).tocsr()
    inner = np.linalg.pinv((design.T @ weighted).toarray(), rcond=1e-13, hermitian=True)
    within = x - design @ (inner @ (weighted.T @ x))
    bread = np.linalg.inv(within.T @ (weight[:, None] * within))
    left = (y - fitted) / fitted.mean()
    root = np.sqrt(weight)
    # Columns whose inner products are the hat matrix: those of the regressors within the effects, and of the effects.
    leaning = root[:, None] * (within @ np.linalg.cholesky(bread))

    def _scores(at: Ints) -> Floats:
        """Scores with adjusted residuals of clusters of one size (n_clusters, n_regressors), at (n_clusters, size)."""
        heavy = root[at]
        hat = heavy[:, :, None] * _between(effects.codes[at], effects, inner) * heavy[:, None, :]
        hat = hat + leaning[at] @ leaning[at].transpose(0, 2, 1)
        size, turn = np.linalg.eigh(np.eye(at.shape[1]) - hat)
        scale = np.where(size > NOTHING, np.maximum(size, NOTHING) ** -0.5, 0.0)
        turned = (turn.transpose(0, 2, 1) @ (left[at] / heavy)[:, :, None]) * scale[:, :, None]
        found: Floats = ((turn @ turned) * (heavy[:, :, None] * within[at])).sum(axis=1)
        return found

    def meat(code: Ints) -> Floats:
        order = np.argsort(code, kind="stable")
        total = np.zeros((x.shape[1], x.shape[1]))
        clusters_of: dict[int, list[Ints]] = {}
        for at in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
            clusters_of.setdefault(at.size, []).append(at)
        for size in sorted(clusters_of):
            for at in np.array_split(clusters_of[size], len(clusters_of[size]) * size**2 // AT_ONCE + 1):
                scores = _scores(at)
                total += scores.T @ scores
        return total

    codes = clusters.codes
    total = meat(codes[:, 0])
    if codes.shape[1] == 2:
        both = codes[:, 0] * (codes[:, 1].max() + 1) + codes[:, 1]
        total = total + meat(codes[:, 1]) - meat(both)
    found: Floats = bread @ total @ bread
    return found


def _between(codes: Ints, effects: Groups, inner: Floats) -> Floats:
    """What the inner matrix has between the effects of each two rows of a cluster, summed (n_clusters, size, size).

    Parameters: codes (n_clusters, size, n_kinds).
    """
    first = np.cumsum([0, *(len(names) for names in effects.names[:-1])])
    at = codes + first
    found: Floats = inner[at[:, :, None, :, None], at[:, None, :, None, :]].sum(axis=(3, 4))
    return found
