"""Queues whose answers are known, for the simulator to be held against.

Rates are per hour and times in hours, unless said; waits are mean times in the queue, before service. Each function
names where it is from. What has no closed form is solved as a Markov chain, cut off where nothing is left to cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve
from scipy.stats import poisson


def must_carry(arrivals: float, most: float) -> None:
    """ValueError unless there are fewer arrivals than can be served: else no wait is a mean."""
    if arrivals >= most:
        raise ValueError(f"arrivals | found {arrivals} | give less than the {most} that can be served")


def mm1_wait(arrivals: float, services: float) -> float:
    """M/M/1 (Kleinrock 1975, section 3.2)."""
    must_carry(arrivals, services)
    return arrivals / services / (services - arrivals)


def erlang_b(load: float, servers: int) -> float:
    """M/G/c/c: share of arrivals lost, at `load` erlangs; by Erlang's (1917) recursion."""
    lost = 1.0
    for c in range(1, servers + 1):
        lost = load * lost / (c + load * lost)
    return lost


def erlang_c(load: float, servers: int) -> float:
    """M/M/c: share of arrivals that must wait, at `load` erlangs (Erlang 1917)."""
    lost = erlang_b(load, servers)
    return servers * lost / (servers - load * (1 - lost))


def mmc_wait(arrivals: float, services: float, servers: int) -> float:
    """M/M/c, `services` an hour a server."""
    must_carry(arrivals, services * servers)
    return erlang_c(arrivals / services, servers) / (servers * services - arrivals)


def mg1_wait(arrivals: float, mean: float, cv2: float) -> float:
    """M/G/1, service times of this mean and squared coefficient of variation (Pollaczek 1930, Khinchine 1932)."""
    must_carry(arrivals, 1 / mean)
    load = arrivals * mean
    return load * mean * (1 + cv2) / (2 * (1 - load))


def md1_wait(arrivals: float, mean: float) -> float:
    """M/D/1, every service as long."""
    return mg1_wait(arrivals, mean, cv2=0)


class Lossy(NamedTuple):
    """A queue with finite room: share of arrivals lost, wait of those let in, mean number in the system."""

    lost: float
    wait: float
    number: float


def mm1k_lost(load: float, room: int) -> float:
    """M/M/1/K: share lost with room for `room` units, the one in service included (Gross and Harris 1998, 2.5)."""
    return 1 / (room + 1) if load == 1 else (1 - load) * load**room / (1 - load ** (room + 1))


def mmck(arrivals: float, services: float, servers: int, room: int) -> Lossy:
    """M/M/c/K with room for `room` units, those in service included (Gross and Harris 1998, section 2.5)."""
    p = birth_death([arrivals] * room, [services * min(n, servers) for n in range(1, room + 1)])
    waiting = sum((n - servers) * p[n] for n in range(servers, room + 1))
    lost = float(p[room])
    return Lossy(lost, float(waiting) / (arrivals * (1 - lost)), float(p @ np.arange(room + 1)))


class Repair(NamedTuple):
    """Machines and who repairs them: share of time that all run, mean number down, wait for a repairman."""

    all_run: float
    down: float
    wait: float


def machine_repair(machines: int, failures: float, repairs: float, repairmen: int) -> Repair:
    """M/M/c//N: each machine that runs fails at rate `failures` (Palm 1943; Gross and Harris 1998, section 2.7)."""
    births = [failures * (machines - n) for n in range(machines)]
    p = birth_death(births, [repairs * min(n, repairmen) for n in range(1, machines + 1)])
    down = float(p @ np.arange(machines + 1))
    return Repair(float(p[0]), down, down / (failures * (machines - down)) - 1 / repairs)


def cobham_waits(arrivals: Sequence[float], means: Sequence[float], second_moments: Sequence[float]) -> list[float]:
    """M/G/1 with priorities and no interruption: the wait of each class, the first served first (Cobham 1954)."""
    residual = sum(rate * square for rate, square in zip(arrivals, second_moments, strict=True)) / 2
    return _by_class(residual, [rate * mean for rate, mean in zip(arrivals, means, strict=True)])


def mmc_priority_waits(arrivals: Sequence[float], services: float, servers: int) -> list[float]:
    """M/M/c with priorities, one rate of service for all and no interruption (Cobham 1954)."""
    loads = [rate / (services * servers) for rate in arrivals]
    return _by_class(erlang_c(sum(arrivals) / services, servers) / (servers * services), loads)


def _by_class(residual: float, loads: Sequence[float]) -> list[float]:
    """Waits from the mean time until a server is free, given that what comes after it is told by the loads a server."""
    left = [1 - load for load in accumulate(loads, initial=0.0)]
    return [residual / (above * upto) for above, upto in pairwise(left)]


def batch_arrivals_wait(batches: float, size_mean: float, size_square: float, services: float) -> float:
    """M[X]/M/1: units come in batches, whose size has this mean and mean square (Gross and Harris 1998, section 3.1).

    The wait is a unit's, those before it in its own batch included.
    """
    must_carry(batches * size_mean, services)
    load = batches * size_mean / services
    return (1 + size_square / size_mean) / (2 * services * (1 - load)) - 1 / services


def vessel_by_chance_wait(arrivals: float, visits: float, slots: float) -> float:
    """Vessels that call at exponential intervals and take up to `slots` who wait: from arrival to being taken.

    The queue between services of Bailey (1954), M/M[K]/1 in Gross and Harris (1998), section 3.2, with its root; any
    number of slots is `math.inf`.
    """
    must_carry(arrivals, visits * slots)
    root = least_root(lambda r: (arrivals + visits * r ** (slots + 1)) / (arrivals + visits))
    return root / (1 - root) / arrivals


def full_vessel_wait(arrivals: float, rounds: float, slots: int) -> float:
    """One vessel that sails when `slots` units are there, its round trips exponential: from arrival to sailing.

    The last unit of each load makes a queue E_K/M/1 of loads, with the root of GI/M/1 (Kendall 1953); the others have
    waited for it.
    """
    must_carry(arrivals, rounds * slots)
    root = least_root(lambda r: (arrivals / (arrivals + rounds * (1 - r))) ** slots)
    return (slots - 1) / (2 * arrivals) + root / (rounds * (1 - root))


def least_root(step: Callable[[float], float]) -> float:
    """The least r with step(r) = r, for a step that rises: the limit from 0 upwards."""
    last, root = -1.0, 0.0
    while root - last > 1e-15:
        last, root = root, step(root)
    return root


class Ferry(NamedTuple):
    """A ferry at fixed headway: units left behind by a sailing, and wait from arrival to sailing in headways."""

    left_behind: float
    wait: float


def ferry(slots: int, load: float) -> Ferry:
    """`slots` on each sailing and Poisson arrivals, `load` of them a headway: the bulk-service queue of Bailey (1954).

    Those left behind are a Markov chain from sailing to sailing. It is cut where its tail, which falls as exp(-decay),
    is below 1e-15 (Lundberg's exponent).
    """
    must_carry(load, slots)
    decay = brentq(lambda d: load * math.expm1(d) - slots * d, 1e-12, 1 + 2 * math.log(slots / load + slots))
    left = np.arange(math.ceil(36 / decay) + 2)
    moves = poisson.pmf(left[None, :] - left[:, None] + slots, load)
    moves[:, 0] = poisson.cdf(slots - left, load)  # with room to spare nobody is left
    balance = moves.T - np.eye(len(left))
    balance[-1] = 1.0  # one of the equations follows from the others: shares sum to 1 in its place
    behind = float(np.linalg.solve(balance, np.eye(len(left))[-1]) @ left)
    return Ferry(behind, 0.5 + behind / load)


def tandem_time(arrivals: float, stations: Iterable[tuple[float, int]]) -> float:
    """M/M/c queues in a row, (services, servers) each, with endless room: time from first to last (Burke 1956)."""
    return sum(mmc_wait(arrivals, services, servers) + 1 / services for services, servers in stations)


def breakdown_wait(arrivals: float, services: float, failures: float, repairs: float) -> float:
    """M/M/1 whose server fails while it serves and goes on with the same unit after repair (Avi-Itzhak and Naor 1963).

    It is M/G/1 in times to completion: a service and the repairs that fall into it, all exponential.
    """
    slower = 1 + failures / repairs
    mean, square = slower / services, 2 * (slower / services) ** 2 + failures / services * 2 / repairs**2
    return mg1_wait(arrivals, mean, square / mean**2 - 1)


class Blocked(NamedTuple):
    """Two stations with finite room between: wait before the first, time blocked in it, time from first to last."""

    wait: float
    blocked: float
    in_system: float


def blocked_tandem(arrivals: float, first: tuple[float, int], second: tuple[float, int], room: int) -> Blocked:
    """Two stations in a row, (services, servers) each, all exponential, and `room` units may wait between them.

    Who finds no room keeps his server of the first station until there is some (Hunt 1956). Solved as a chain of units
    not done with the first station, and units done with it but not with the second.
    """
    must_carry(arrivals, blocked_tandem_most(first, second, room))
    between, length = room + second[1], 64
    while True:
        p = stationary(_tandem_moves(arrivals, first, second, between), (length, between + first[1] + 1))
        if p[-1].sum() < 1e-13:
            break
        length *= 2
    before, beyond = np.indices(p.shape)
    held = np.maximum(beyond - between, 0)
    waiting = before - np.minimum(before, first[1] - held)
    return Blocked(*(float((p * each).sum()) / arrivals for each in (waiting, held, before + beyond)))


def blocked_tandem_most(first: tuple[float, int], second: tuple[float, int], room: int) -> float:
    """The most units an hour that two such stations pass, the first never without work (Hunt 1956)."""
    between = room + second[1]
    done = range(between + first[1] + 1)
    into = [first[0] * (first[1] - max(n - between, 0)) for n in done[:-1]]
    out = [second[0] * min(n, second[1]) for n in done]
    return float(birth_death(into, out[1:]) @ out)


def _tandem_moves(arrivals: float, first: tuple[float, int], second: tuple[float, int], between: int) -> Moves:
    def moves(before: int, beyond: int) -> list[tuple[float, tuple[int, int]]]:
        serving = min(before, first[1] - max(beyond - between, 0))
        return [
            (arrivals, (before + 1, beyond)),
            (first[0] * serving, (before - 1, beyond + 1)),
            (second[0] * min(beyond, second[1]), (before, beyond - 1)),
        ]

    return moves


Moves = Callable[..., list[tuple[float, tuple[int, ...]]]]
"""From the numbers that are a state to (rate, state) of each way out of it; a rate may be 0."""


def stationary(moves: Moves, shape: tuple[int, ...]) -> np.ndarray:
    """Share of time in each state of a Markov chain in continuous time, an array of this shape, its states' numbers.

    Moves that lead out of the shape are left away, so the shape is to be as large as matters; the state of all zeros is
    to be one that is come back to.
    """
    rates: dict[tuple[int, int], float] = {}
    for here, state in enumerate(np.ndindex(shape)):
        for rate, there in moves(*state):
            if rate and all(0 <= n < size for n, size in zip(there, shape, strict=True)):
                to = int(np.ravel_multi_index(there, shape))
                rates[to, here] = rates.get((to, here), 0.0) + rate
                rates[here, here] = rates.get((here, here), 0.0) - rate
    size = math.prod(shape)
    rates = {at: rate for at, rate in rates.items() if at[0] > 0} | {(0, 0): 1.0}  # the first state as the measure
    rows, columns = zip(*rates, strict=True)
    balance = coo_array((list(rates.values()), (rows, columns)), shape=(size, size)).tocsc()
    p = spsolve(balance, np.eye(1, size)[0])
    return (p / p.sum()).reshape(shape)


def birth_death(births: Sequence[float], deaths: Sequence[float]) -> np.ndarray:
    """Share of time in states 0 to n of a chain that goes up from i at births[i], down from i + 1 at deaths[i]."""
    p = np.cumprod([1.0, *(up / down for up, down in zip(births, deaths, strict=True))])
    return p / p.sum()
