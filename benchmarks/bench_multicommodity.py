"""Multicommodity flow of least cost by column generation, beside HiGHS on the formulation by links.

`python -m benchmarks.bench_multicommodity [ROUNDS] [--growth]`. 60 commodities on 2,000 links and 500 nodes: nodes at
random in a square, a spanning tree of the shortest edges of their Delaunay triangulation both ways and others of its
edges at random, so that it looks like roads; with room for all, and with so little that some are left. HiGHS runs its
simplex and both its interior point methods on one thread, and ours runs, in turn; its time is that of solving alone,
ours is of everything. Goal: at least 20 times its best, the objective equal to 1e-9. With `--growth`, how our time
grows with commodities and with links.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from statistics import median
from typing import Any

import highspy
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from karvan.corridor.roads import Roads, TripClass
from karvan.flow.loads import Loads
from karvan.flow.roads.optimum import optimum
from karvan.flow.roads.ways import Trips

PENALTY = 1_000.0
"""Of a trip that is left unserved; the mean way costs some tenth of that."""
ROOMS = {"room for all": 1.6, "a fifth less room": 1.3, "too little room": 1.0}
"""What capacities are multiplied by."""
SOLVERS = ("simplex", "ipm", "hipo")


def drawn(n_nodes: int, n_links: int, n_commodities: int, seed: int = 7) -> Roads:
    """A network that looks like roads, with trips between pairs of nodes at random."""
    rng = np.random.default_rng(seed)
    at = rng.random((n_nodes, 2)) * 100
    corners = Delaunay(at).simplices
    edges = np.unique(np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])), axis=0)
    km = np.hypot(*(at[edges[:, 0]] - at[edges[:, 1]]).T)
    tree = minimum_spanning_tree(coo_matrix((km, edges.T), shape=(n_nodes, n_nodes))).tocoo()
    spanning = np.sort(np.column_stack([tree.row, tree.col]), axis=1)
    chosen = set(map(tuple, spanning.tolist()))
    others = np.array([edge for edge in edges.tolist() if tuple(edge) not in chosen])
    spanning, others = (np.concatenate([some, some[:, ::-1]]) for some in (spanning, others))
    links = np.concatenate([spanning, others[np.sort(rng.permutation(len(others))[: n_links - len(spanning)])]])
    tail, head = links.T.astype(np.int64)
    length = np.hypot(*(at[tail] - at[head]).T)
    trips = np.zeros((n_nodes, n_nodes))
    pairs = rng.choice(n_nodes * (n_nodes - 1), n_commodities, replace=False)
    start, end = pairs // (n_nodes - 1), pairs % (n_nodes - 1)
    trips[start, end + (end >= start)] = rng.uniform(5, 50, n_commodities) * 60 / n_commodities
    zero = np.zeros(n_links)
    return Roads(
        "drawn", np.arange(1, n_nodes + 1), n_nodes, np.ones(n_nodes, dtype=bool), tail, head,
        rng.uniform(10, 80, n_links), length * rng.uniform(0.8, 1.6, n_links), zero, zero, zero, length,
        (TripClass("all", trips),), lon_lat=at,
    )  # fmt: skip


def by_links(roads: Roads) -> highspy.HighsLp:
    """A flow on every link for every commodity, and what is unserved; the balance of each end is left out."""
    of = Trips.of(roads)
    n, m, k = roads.n_nodes, roads.n_links, len(of)
    each, link = np.repeat(np.arange(k), m), np.tile(np.arange(m), k)
    variable, rows, columns, values = each * m + link, [], [], []

    def balance(node: Any, value: float, commodity: Any, column: Any) -> None:
        end = of.destination[commodity]
        kept = node != end
        rows.append((commodity * (n - 1) + node - (node > end))[kept])
        columns.append(column[kept])
        values.append(np.full(kept.sum(), value))

    balance(roads.tail[link], 1.0, each, variable)
    balance(roads.head[link], -1.0, each, variable)
    balance(of.origin, 1.0, np.arange(k), k * m + np.arange(k))
    rows.append(k * (n - 1) + link)
    columns.append(variable)
    values.append(np.ones(k * m))
    shape = n_rows, n_columns = k * (n - 1) + m, k * (m + 1)
    table = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape).tocsc()
    low, high = np.zeros(n_rows), np.zeros(n_rows)
    begins = np.arange(k) * (n - 1) + of.origin - (of.origin > of.destination)
    low[begins] = high[begins] = of.trips
    low[k * (n - 1) :], high[k * (n - 1) :] = -np.inf, roads.capacity
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n_columns, n_rows
    lp.col_cost_ = np.concatenate([np.tile(roads.free_flow, k), np.full(k, PENALTY)])
    lp.col_lower_, lp.col_upper_ = np.zeros(n_columns), np.full(n_columns, np.inf)
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = table.indptr, table.indices, table.data
    return lp


def solved(lp: highspy.HighsLp, solver: str) -> tuple[float, float]:
    """Objective and seconds of HiGHS."""
    highs = highspy.Highs()
    for name, value in (("output_flag", False), ("solver", solver), ("threads", 1)):
        highs.setOptionValue(name, value)
    highs.passModel(lp)
    began = time.perf_counter()
    highs.run()
    return highs.getInfo().objective_function_value, time.perf_counter() - began


def ours(roads: Roads) -> tuple[Loads, float]:
    began = time.perf_counter()
    found = optimum(roads, PENALTY)
    return found, time.perf_counter() - began


def compared(rounds: int) -> None:
    for name, room in ROOMS.items():
        roads = drawn(500, 2_000, 60)
        roads = replace(roads, capacity=roads.capacity * room)
        lp = by_links(roads)
        ours(roads)  # compiles
        taken: dict[str, list[float]] = {solver: [] for solver in ("ours", *SOLVERS)}
        objective, found = {}, None
        for _ in range(rounds):
            found, seconds = ours(roads)
            taken["ours"].append(seconds)
            for solver in SOLVERS:
                objective[solver], seconds = solved(lp, solver)
                taken[solver].append(seconds)
        assert found is not None
        best = found.steps[-1].objective
        full = np.count_nonzero(found.worth)
        left = sum(row.trips for row in found.unserved) / Trips.of(roads).trips.sum()
        print(
            f"{name}: {lp.num_row_:,} rows x {lp.num_col_:,} columns by links; {full} capacities bind, {left:.1%} left"
        )
        print(f"  ours     {median(taken['ours']):7.3f} s  objective {best:.6f}, {len(found.steps)} rounds")
        for solver in SOLVERS:
            ratio = [theirs / mine for theirs, mine in zip(taken[solver], taken["ours"], strict=True)]
            off = abs(objective[solver] - best) / best
            print(
                f"  {solver:8} {median(taken[solver]):7.3f} s  objective {objective[solver]:.6f} ({off:.0e} off), "
                f"{median(ratio):.1f} times ours [{min(ratio):.1f}..{max(ratio):.1f}]"
            )


def growth() -> None:
    print("nodes   links   commodities  seconds  rounds  capacities that bind  gap")
    for n_nodes, n_links, n_commodities in (
        (500, 2_000, 60), (500, 2_000, 240), (500, 2_000, 960), (500, 2_000, 3_840),
        (1_000, 4_000, 60), (2_000, 8_000, 60), (4_000, 16_000, 60), (8_000, 32_000, 60),
    ):  # fmt: skip
        roads = drawn(n_nodes, n_links, n_commodities)
        found, seconds = ours(roads)
        full = np.count_nonzero(found.worth)
        row = f"{n_nodes:5,}  {n_links:6,}  {n_commodities:11,}  {seconds:7.2f}  {len(found.steps):6}  {full:20}"
        print(f"{row}  {found.gap:.0e}")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if "--growth" in sys.argv[1:]:
        growth()
    else:
        compared(int(words[0]) if words else 5)
