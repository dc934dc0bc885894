"""The exact Pareto set of three criteria on a network of Eurasian size: `python -m benchmarks.bench_front [QUERIES]`.

5,000 places and 50,000 links (`benchmarks.eurasia.static_graph`), time, price and CO2e. The unit is scipy's one-to-all
Dijkstra by time in the same run. Goals: the exact set in at most 25 units (median); with a slack of which every answer
is within 5 % of the exact set (checked), at most 10; and beyond the budget a slack that is proved, so that no query
takes long. Each query is timed in turn by all.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks.eurasia import static_graph
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from karvan.itinerary.labelling import EXACT
from karvan.itinerary.room import BUDGET, SLACKS, front_labels
from karvan.kernels.labels import MADE, SETTLED, least_left
from karvan.kernels.passing import ARC, Graph

NO_BUDGET = (0.0,)
TRIED = (0.05, 0.1, 0.15)


class Network:
    """The static graph as the search takes it."""

    def __init__(self) -> None:
        self.tail, self.head, *costs = static_graph()
        self.n, m = int(self.head.max()) + 1, len(self.tail)
        self.costs = [np.asarray(cost, dtype=np.float64) for cost in costs]
        self.into = np.argsort(self.head, kind="stable")
        self.first_in = np.searchsorted(self.head[self.into], np.arange(self.n + 1)).astype(np.int64)
        arc = np.zeros(m, dtype=ARC).view(np.recarray)
        arc.hours, arc.price, arc.co2e = self.costs
        arc.head, arc.row = self.head, np.arange(m)
        none, never, zero = np.zeros(m + 1, dtype=np.int64), np.empty(0), np.zeros(m)
        first_out = np.searchsorted(self.tail, np.arange(self.n + 1)).astype(np.int64)
        stored = np.zeros(self.n, dtype=np.bool_)
        self.graph = Graph(
            first_out, arc, zero, zero, none, never, none, never, none[:0], none[:1], never, never, zero, zero, stored
        )  # fmt: skip
        self.by_time = csr_matrix((self.costs[0], (self.tail, self.head)), shape=(self.n, self.n))

    def left(self, target: int) -> Any:
        """Lower bounds: the least of each criterion to the target (n, 4)."""
        left = np.zeros((self.n, 4))
        key, item = np.empty(len(self.head) + 1), np.empty(len(self.head) + 1, dtype=np.int64)
        for column, cost in enumerate(self.costs):
            found = np.empty(self.n)
            least_left(self.first_in, self.tail[self.into], cost[self.into], target, found, key, item)
            left[:, column] = found * EXACT
        return left

    def front(self, start: int, target: int, slacks: tuple[float, ...]) -> tuple[Any, float, int, int]:
        """The figures of the set (n_front, 3), the slack, and labels made and settled; bounds are worked out too."""
        labels, slack, made = front_labels(
            self.graph, self.left(target), start, target, 0.0, np.inf, flat=True, slacks=slacks
        )
        last = int(labels.counts[MADE])
        done = np.flatnonzero((labels.label["node"][:last] == target) & labels.settled[:last])
        figures = np.column_stack([labels.label[name][done] for name in ("time", "price", "co2e")])
        return figures, slack, made, int(labels.counts[SETTLED])


def worst(exact: Any, found: Any) -> float:
    """The least share within which each of the exact set has one that was found."""
    shares = [float((found / one).max(axis=1).min()) for one in np.maximum(exact, 1e-9)]
    return max(shares, default=1.0) - 1


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    found = run()
    return found, time.perf_counter() - began


def main(queries: int) -> None:
    network = Network()
    rng = np.random.default_rng(7)
    ends = [tuple(int(end) for end in rng.integers(0, network.n, 2)) for _ in range(queries)]
    network.front(*ends[0], NO_BUDGET)
    unit, exact_s, left_s, product_s, slack_s = [], [], [], [], {slack: [] for slack in TRIED}
    sizes, made_all, settled_all, used, off = [], 0, 0, [], {slack: [] for slack in (*TRIED, "used")}
    for start, target in ends:
        unit.append(timed(lambda start=start: dijkstra(network.by_time, indices=start))[1])
        left_s.append(timed(lambda target=target: network.left(target))[1])
        (exact, _, made, settled), seconds = timed(lambda s=start, t=target: network.front(s, t, NO_BUDGET))
        exact_s.append(seconds)
        sizes.append(len(exact))
        made_all, settled_all = made_all + made, settled_all + settled
        for slack in TRIED:
            (found, *_), seconds = timed(lambda s=start, t=target, slack=slack: network.front(s, t, (slack,)))
            slack_s[slack].append(seconds)
            off[slack].append(worst(exact, found))
        (found, slack, *_), seconds = timed(lambda s=start, t=target: network.front(s, t, SLACKS))
        product_s.append(seconds)
        used.append(slack)
        off["used"].append(worst(exact, found))
    units = np.array(unit)

    def told(name: str, seconds: list[float]) -> None:
        ratio, p95 = np.median(np.array(seconds) / units), np.quantile(seconds, 0.95)
        median = np.median(seconds) * 1e3
        print(f"{name}: {ratio:.1f} units (median), {median:.1f} ms, P95 {p95:.2f} s, most {max(seconds):.2f} s")

    print(f"unit: scipy's one-to-all Dijkstra, {np.median(units) * 1e3:.2f} ms; {queries} queries")
    told("exact", exact_s)
    bounds = np.median(np.array(left_s) / units)
    print(
        f"  of that lower bounds {bounds:.1f} units; a set of {np.median(sizes):.0f} (median), {max(sizes):,} at most"
    )
    print(f"  {sum(exact_s) / made_all * 1e9:.0f} ns a label made, {made_all / settled_all:.1f} made for each settled")
    for slack in TRIED:
        told(f"slack {slack:.0%} (proved)", slack_s[slack])
        print(f"  found within {max(off[slack]):.2%} of each of the exact set, at worst of all queries")
    told(f"as the planner does it, {BUDGET:,} labels a try", product_s)
    beyond = [slack for slack in used if slack > 0]
    print(f"  {len(beyond)} beyond the budget, with a slack of {max(beyond, default=0):.0%} at most (proved)")
    print(f"  found within {max(off['used']):.2%} of each of the exact set")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
