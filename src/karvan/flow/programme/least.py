"""Whether the least of the activities of a flow programme can be done at all: everything else can be left undone."""

from __future__ import annotations

from math import inf

import numpy as np

from karvan.flow.programme.programme import Programme
from karvan.ground.errors import InputError, Problem

SHORT = 1e-6
"""Share of a capacity by which it must be short to count."""


def refuse_too_little(programme: Programme) -> None:
    """InputError if the least of the activities need more than there is; it names the resources that are short."""
    import highspy

    doing, n = programme.activities, len(programme.activities)
    uses = doing.uses.merged()
    limited = np.flatnonzero(np.isfinite(programme.capacity))
    row = np.full(len(programme.capacity), -1)
    row[limited] = np.arange(len(limited))
    kept = row[uses.resource] >= 0
    order = np.argsort(row[uses.resource][kept], kind="stable")
    rows, owner, value = row[uses.resource][kept][order], uses.owner[kept][order], uses.amount[kept][order]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    none = np.zeros(0, dtype=np.int32)
    n_rows = len(limited)
    highs.addCols(n, np.zeros(n), doing.least, doing.most, 0, np.zeros(n, dtype=np.int32), none, np.zeros(0))
    starts = np.searchsorted(rows, np.arange(n_rows)).astype(np.int32)
    highs.addRows(
        n_rows, np.full(n_rows, -inf), programme.capacity[limited], len(rows), starts, owner.astype(np.int32), value
    )
    each = np.arange(n_rows, dtype=np.int32)
    highs.addCols(n_rows, np.ones(n_rows), np.zeros(n_rows), np.full(n_rows, inf), n_rows, each, each, -np.ones(n_rows))
    highs.run()
    short = np.array(highs.getSolution().col_value)[n:]
    problems = [
        Problem(
            f"resource {limited[ix]}",
            f"capacity {programme.capacity[limited[ix]]:g}, short by {short[ix]:g}",
            "lower what must be done at least, or give more of it",
        )
        for ix in np.flatnonzero(short > SHORT * np.maximum(1.0, programme.capacity[limited]))
    ]
    if problems:
        raise InputError("the least of the activities, which cannot all be done", problems)
