"""A made-up city of any size for benchmarks of assignment: a jittered grid of streets, motorways, zones, trips.

Made as public test networks of cities are: streets both ways between crossings, some a motorway, a few diagonals; each
zone hangs by one connector each way on a crossing of its own and may not be driven through; a connector has no limit,
a street the usual function of flow (b 0.15, power 4). Trips fall with distance (gravity, doubly weighed by a size of
each zone that falls from the centre), the smallest are left out, and they are scaled so that the streets' mean share
of flow over capacity is as asked. The same seed gives the same city.
"""

from __future__ import annotations

import numpy as np

from karvan.corridor.roads import Roads, TripClass

GRID_KM = 1.2
KEPT = 0.62
"""Share of pairs of zones that have trips."""


def city(n_zones: int, rows: int, columns: int, load: float = 0.5, diagonals: int = 0, seed: int = 1) -> Roads:
    """A city of rows x columns crossings; load: the mean of flow over capacity with every trip on its shortest way."""
    rng = np.random.default_rng(seed)
    n_crossings = rows * columns
    at = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2) * GRID_KM
    at = at + rng.uniform(-0.25, 0.25, at.shape) * GRID_KM
    number = np.arange(n_crossings).reshape(rows, columns)
    along, down = (number[:, :-1], number[:, 1:]), (number[:-1], number[1:])
    edges = np.concatenate([np.stack([a.ravel(), b.ravel()], 1) for a, b in (along, down)])
    motorway = np.concatenate(
        [
            np.isin(along[0] // columns, range(2, rows, 5)).ravel(),
            np.isin(down[0] % columns, range(2, columns, 5)).ravel(),
        ]
    )
    corner = rng.choice(np.arange(n_crossings).reshape(rows, columns)[:-1, :-1].ravel(), diagonals, replace=False)
    edges = np.concatenate([edges, np.stack([corner, corner + columns + 1], 1)])
    motorway = np.concatenate([motorway, np.zeros(diagonals, bool)])
    km = np.hypot(*(at[edges[:, 0]] - at[edges[:, 1]]).T)
    kmh = np.where(motorway, 90.0, rng.uniform(35.0, 55.0, len(edges)))
    per_hour = np.where(motorway, 4000.0, rng.choice([900.0, 1200.0, 1800.0], len(edges)))

    home = rng.choice(n_crossings, n_zones, replace=False)
    zones, crossings = np.arange(n_zones), n_zones + np.arange(n_crossings)
    tail = np.concatenate([zones, n_zones + home, crossings[edges[:, 0]], crossings[edges[:, 1]]])
    head = np.concatenate([n_zones + home, zones, crossings[edges[:, 1]], crossings[edges[:, 0]]])
    connector = np.arange(len(tail)) < 2 * n_zones
    length = np.concatenate([np.full(2 * n_zones, 0.3), km, km])
    free_flow = length / np.concatenate([np.full(2 * n_zones, 20.0), kmh, kmh]) * 60
    capacity = np.concatenate([np.full(2 * n_zones, np.inf), per_hour, per_hour])

    size = rng.lognormal(0.0, 0.6, n_zones) * np.exp(-np.hypot(*(at[home] - at.mean(0)).T) / (0.35 * np.ptp(at)))
    apart = np.hypot(*(at[home][:, None] - at[home][None]).transpose(2, 0, 1))
    trips = np.outer(size, size * rng.lognormal(0.0, 0.4, n_zones)) * np.exp(-apart / (0.25 * np.ptp(at)))
    np.fill_diagonal(trips, 0.0)
    trips[trips < np.quantile(trips, 1 - KEPT)] = 0.0

    def made(of: np.ndarray) -> Roads:
        zero = np.zeros(len(tail))
        return Roads(
            f"city of {n_zones} zones", 1 + np.arange(n_zones + n_crossings), n_zones,
            np.arange(n_zones + n_crossings) >= n_zones, tail, head, capacity, free_flow,
            np.where(connector, 0.0, 0.15), np.full(len(tail), 4.0), zero, length, (TripClass("car", of),),
        )  # fmt: skip

    from karvan.flow.roads.all_or_nothing import all_or_nothing

    alone = made(trips)
    share = (all_or_nothing(alone) / alone.capacity)[0, ~connector].mean()
    return made(trips * (load / share))
