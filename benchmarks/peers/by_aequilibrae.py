"""AequilibraE: assignment of a `Roads`. In a process of its own: `python -m benchmarks.peers.by_aequilibrae IN OUT`.

It refuses free-flow times of 0 and capacities without end; those become 1e9, and no network here has the former.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["AEQ_SHOW_PROGRESS"] = "FALSE"  # no progress bars: they cost it time

import numpy as np
import pandas as pd
from aequilibrae.matrix import AequilibraeMatrix
from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass

from karvan.corridor.roads import Roads

logging.disable(logging.CRITICAL)
NO_LIMIT = 1e9
MOST_ITERATIONS = 20_000


@dataclass
class Assignment:
    """Ready to run, and what came of it."""

    run: TrafficAssignment
    n_links: int

    def execute(self) -> None:
        self.run.execute()

    @property
    def iterations(self) -> int:
        return int(self.run.assignment.iter)

    def volume(self) -> np.ndarray[Any, Any]:
        """What all classes together take of each link's capacity (n_links,)."""
        found = self.run.results()["PCE_AB"].reindex(np.arange(1, self.n_links + 1))
        return found.fillna(0.0).to_numpy()


def prepared(roads: Roads, gap: float, cores: int = 1, algorithm: str = "bfw") -> Assignment:
    """All that comes before its own clock would start: graph, matrix and settings; no skims."""
    n_links = roads.n_links
    network = pd.DataFrame({
        "link_id": np.arange(1, n_links + 1), "a_node": roads.tail + 1, "b_node": roads.head + 1, "direction": 1,
        "id": np.arange(n_links), "free_flow_time": roads.free_flow,
        "capacity": np.where(np.isinf(roads.capacity), NO_LIMIT, roads.capacity), "b": roads.b, "power": roads.power,
    })  # fmt: skip
    for of in roads.classes:
        network[f"minded_{of.name}"] = roads.fixed(of)
    classes = []
    for of in roads.classes:
        graph = Graph()
        graph.network = network.copy()
        graph.prepare_graph(np.arange(1, roads.n_zones + 1))
        graph.set_graph("free_flow_time")
        graph.set_skimming([])
        graph.set_blocked_centroid_flows(not bool(roads.through[: roads.n_zones].any()))
        matrix = AequilibraeMatrix()
        matrix.create_empty(memory_only=True, zones=roads.n_zones, matrix_names=[of.name])
        matrix.index = np.arange(1, roads.n_zones + 1)
        matrix.matrix[of.name][:, :] = of.trips
        matrix.computational_view([of.name])
        some = TrafficClass(of.name, graph, matrix)
        some.set_pce(of.pce)
        if roads.fixed(of).any():
            some.set_fixed_cost(f"minded_{of.name}")
        classes.append(some)
    run = TrafficAssignment()
    run.set_classes(classes)
    run.set_vdf("BPR")
    run.set_vdf_parameters({"alpha": "b", "beta": "power"})
    run.set_capacity_field("capacity")
    run.set_time_field("free_flow_time")
    run.set_algorithm(algorithm)
    run.max_iter, run.rgap_target = MOST_ITERATIONS, gap
    run.set_cores(cores)
    return Assignment(run, n_links)


def main(path: str, out: str) -> None:
    """Run what is pickled in `path`, a network and a gap, and write the volumes to `out` (.npy)."""
    roads, gap = pickle.loads(Path(path).read_bytes())
    theirs = prepared(roads, gap)
    theirs.execute()
    np.save(out, theirs.volume())


if __name__ == "__main__":
    main(*sys.argv[1:])
