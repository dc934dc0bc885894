"""Water by the hour: what rivers bring, by the weights of the season, so that the year brings what is stated.

A plant that holds water (`mwh`) is a reservoir: what flows in is known by the hour and used when it is worth most. One
that does not gives what the river brings, at most its size; what a flood brings beyond that is counted to the other
hours, by weight, because the stated yield is what was made and not what ran past.

Rivers rise and fall over weeks, so that weights of months are all that is told of them; between dry and wet years the
stated capacity factor tells.
"""

from __future__ import annotations

from karvan.grid.shapes import Clock, Shape, capped
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem


def inflow(clock: Clock, season: Shape, mw: float, capacity_factor: float) -> Floats:
    """What flows into a reservoir as power (n_hours,) MW; its mean is the capacity factor times the size."""
    return season.weights(clock) * (mw * capacity_factor)


def run_of_river(
    clock: Clock, season: Shape, capacity_factor: float, most: float = 1.0, where: str = "plant"
) -> Floats:
    """What a plant without a reservoir may give, a share of its size (n_hours,), whose mean is the capacity factor.

    Parameters: most, share of its size that is there; where, an address for what is wrong.
    Raises: InputError: more than it gives if it runs full wherever the season has weight.
    """
    weights = season.weights(clock)
    found = capped(weights, capacity_factor, most)
    if found is None:
        remedy = f"give at most {most * float((weights > 0).mean()):.3f}: it is full whenever there is water"
        raise InputError("water", [Problem(f"{where}, capacity_factor", f"{capacity_factor:g}", remedy)])
    return found
