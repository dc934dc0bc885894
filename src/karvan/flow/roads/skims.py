"""What a trip costs from each zone to each other, on the cheapest path at given times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from karvan.corridor.roads import Floats, Roads
from karvan.flow.loads import Loads, times
from karvan.flow.roads.net import net_of, room_for_tree


@dataclass(frozen=True, eq=False)
class Skims:
    """From zone to zone (n_zones, n_zones), all of the same path; infinite where no path leads, 0 within a zone."""

    cost: Floats
    """Time and what the class minds of toll and length."""
    time: Floats
    length: Floats
    toll: Floats


def skims(loads: Loads, threads: int = 1) -> dict[str, Floats]:
    """Matrices (n_zones, n_zones) of the cheapest paths at the final times, by name: cost, time, length and toll.

    Of several classes, whose cheapest paths may differ, each name begins with that of the class: `trucks_cost`.
    """
    classes = loads.roads.classes
    found: dict[str, Floats] = {}
    for ix, of in enumerate(classes):
        between = skim(loads.roads, loads.time, ix, threads)
        prefix = f"{of.name}_" if len(classes) > 1 else ""
        found |= {prefix + name: matrix for name, matrix in vars(between).items()}
    return found


def skim(roads: Roads, time: Floats | None = None, trip_class: int = 0, threads: int = 1) -> Skims:
    """What trips of a class cost at `time` of each link (n_links,), such as `Loads.time`; at no flow if not given.

    Args:
        trip_class: index into the classes of the network.
        threads: origins are searched in so many; the result is the same to the last bit.
    """
    from karvan.kernels.tree import add_up

    order, net = net_of(roads)
    at = times(roads, np.zeros(roads.n_links)) if time is None else time
    cost = at + roads.fixed(roads.classes[trip_class]) if roads.classes else at
    columns = np.ascontiguousarray(np.stack([cost, at, roads.length, roads.toll])[:, order])
    found = np.full((len(columns), roads.n_zones, roads.n_zones), np.inf)
    cuts = np.linspace(0, roads.n_zones, threads + 1).astype(int)

    def search(part: int) -> None:
        sums = np.empty((len(columns), roads.n_nodes))
        add_up(net, columns, int(cuts[part]), int(cuts[part + 1]), room_for_tree(roads.n_nodes, 1), sums, found)

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(search, range(threads)):
            pass
    return Skims(*found)
