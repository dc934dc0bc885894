"""Mean waits at facilities, on lines and for vehicles, as functions of the flow: what an equilibrium weighs.

In the long run, below saturation:

- a **station** of c servers: the wait of M/M/c, with even services that of M/D/c by Kimura (1991), and between and
  beyond the two in proportion to the services' own squared coefficient of variation (cv2), as Cosmetatos (1976) and
  Page (1982). Arrivals more even than by chance after Allen and Cunneen (1978), with the factor of Kraemer and
  Langenbach-Belz (1976) and one of our own for several servers; less even ones half so and half as lots.
  Units that come in lots add what they add to M[X]/M/c, solved from its balance; where a server takes several who wait,
  the root of the bulk queue (Gross and Harris 1998, section 3.2), or with even services Bailey's queue.
- **closures** by chance, with a share of the time shut and a mean residual: that residual over the free share of what
  capacity is left, as in M/G/1 with interruptions (Avi-Itzhak and Naor 1963). Opening hours by the clock: the fluid
  queue of a day. A service under way is finished, so that each spell costs less than its length.
- a **ferry** of so many slots: half a headway and what its spread adds, and the bulk-service queue of Bailey (1954)
  from its embedded chain (`karvan.flow.delays.bulk`).
- a **section** of line: one server, every service the interval.

Within a time that begins with nobody waiting, the mean wait W of those who come in it is that of a lower load in the
long run: W(load) = W_long(load - lag(W)), the coordinate transformation of Kimber and Hollis (1979), whose lag is
2 W / time. Theirs meets the overloaded and the light queue but is 6% low between; here the lag is the one that gives
the mean of reflected Brownian motion from 0 over a time (Abate and Whitt 1987) with the variance the queue has near
saturation. So the wait is finite, rising and smooth for every flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from karvan.corridor.roads import Floats
from karvan.ground.errors import InputError, KarvanError, Problem
from karvan.kernels import delay as kernels

YEAR_H = 8760.0
DAY_H = 24.0


class Delay(NamedTuple):
    """Waits and how they rise."""

    wait: Floats
    """Mean hours (n,)."""
    slope: Floats
    """Hours per unit an hour (n,)."""


@dataclass(frozen=True, eq=False, repr=False)
class Delays:
    """Things that are waited for, each with its own number of customers an hour."""

    numbers: Floats
    """A row each, with the columns of `karvan.kernels.delay` (n, n_fields)."""
    tables: Floats
    """Shapes of bulk queues (n_tables, NODES, 2)."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def capacity(self) -> Floats:
        """The most that can be served in the long run, units an hour (n,)."""
        found: Floats = self.numbers[:, kernels.CAPACITY]
        return found

    def at(self, flow: ArrayLike, horizon: float = YEAR_H) -> Delay:
        """Mean waits of those who come within a time that begins with nobody waiting.

        Args:
            flow: units an hour, 0 or more (n,).
            horizon: the time, hours.

        Raises:
            InputError: for flows that are negative or missing, or a time that is none.
        """
        flow = self._flow(flow)
        if not 0 < horizon < np.inf:
            raise InputError("delays", [Problem("horizon", str(horizon), "give hours above 0")])
        wait, slope = np.empty(len(self)), np.empty(len(self))
        done = kernels.settled(self.numbers, self.tables, flow, float(horizon), self._scratch, wait, slope)
        if done == kernels.NO_FLOW:
            wrong = [(i, x) for i, x in enumerate(flow) if not 0 <= x < np.inf]
            raise InputError(
                "delays", [Problem(f"flow {i}", str(x), "give units an hour, 0 or more") for i, x in wrong]
            )
        if done != kernels.OK:
            raise KarvanError(f"no load was found for the flows {flow.tolist()} within {horizon} h")
        return Delay(wait, slope)

    def wait(self, flow: ArrayLike, horizon: float = YEAR_H) -> Floats:
        """Mean waits, hours (n,): see `at`."""
        return self.at(flow, horizon).wait

    def slope(self, flow: ArrayLike, horizon: float = YEAR_H) -> Floats:
        """How the waits rise, hours per unit an hour (n,): see `at`."""
        return self.at(flow, horizon).slope

    def long_run(self, flow: ArrayLike) -> Floats:
        """Mean waits after an endless time, hours (n,): infinite from the capacity on."""
        gap = 1 - self._flow(flow) / self.capacity
        return np.where(gap > 0, self.at_gap(np.where(gap > 0, gap, 1.0)), np.inf)

    def at_gap(self, gap: ArrayLike) -> Floats:
        """Mean waits after an endless time, hours (n,), at 1 less the load, above 0 and up to 1."""
        wait = np.empty(len(self))
        kernels.waits(self.numbers, self.tables, self._flow(gap), self._scratch, wait)
        return wait

    def _flow(self, flow: ArrayLike) -> Floats:
        return np.ascontiguousarray(np.broadcast_to(np.asarray(flow, dtype=np.float64), len(self)))

    @cached_property
    def _scratch(self) -> Floats:
        return np.empty(int(self.numbers[:, kernels.SERVERS].max(initial=1)))


def stations(
    servers: ArrayLike,
    service_h: ArrayLike,
    *,
    service_cv2: ArrayLike = 0.0,
    arrival_cv2: ArrayLike = 1.0,
    lot: ArrayLike = 1.0,
    taken: ArrayLike = 1.0,
    shut_share: ArrayLike = 0.0,
    shut_h: ArrayLike = 0.0,
    shut_cv2: ArrayLike = 1.0,
    open_h: ArrayLike = DAY_H,
) -> Delays:
    """Waits before the servers of stations; each argument is one number, or one a station (n,).

    Args:
        servers: 1 or more each.
        service_h, service_cv2: hours that a customer, or those taken together, hold a server, with all that comes on
            top (slow branch, setting up): mean, and squared coefficient of variation.
        arrival_cv2: of the gaps between arrivals, or between lots; 1 is by chance.
        lot: who come together: E[X2] / E[X] of a lot's size X, which is X where all are alike.
        taken: who are served together at most. One of `lot` and `taken` is counted by the other, so that a trainload
            taken as a whole is one customer.
        shut_share, shut_h, shut_cv2: share of the time closed by chance, and the closures' mean hours and cv2.
        open_h: hours a day open by the clock.

    Raises:
        InputError: with every number that cannot be.
    """
    given = {"servers": servers, "service_h": service_h, "service_cv2": service_cv2, "arrival_cv2": arrival_cv2,
             "lot": lot, "taken": taken, "shut_share": shut_share, "shut_h": shut_h, "shut_cv2": shut_cv2,
             "open_h": open_h}  # fmt: skip
    low = {"servers": 1.0, "lot": 1.0, "taken": 1.0}
    high = {"shut_share": 0.999, "open_h": DAY_H}
    made = _columns("stations", given, low, high)
    wrong = [(i, c) for i, c in enumerate(made["servers"]) if c != int(c)]
    wrong_h = [(i, h) for i, h in enumerate(made["open_h"]) if h <= 0]
    if wrong or wrong_h:
        problems = [Problem(f"servers {i}", f"{c:g}", "give a whole number") for i, c in wrong]
        problems += [Problem(f"open_h {i}", f"{h:g}", "give hours above 0") for i, h in wrong_h]
        raise InputError("stations", problems)
    service, spell = made["service_h"], made["shut_h"]
    share, hours = made["shut_share"], made["open_h"]
    by_chance, by_clock = open_shares(service, made["service_cv2"], share, spell, hours)
    opened = by_chance * by_clock
    alike = np.minimum(made["lot"], made["taken"])
    with np.errstate(divide="ignore"):
        capacity = opened * made["servers"] * made["taken"] / service
    taken_each = made["taken"] / alike
    table, tables = _tabled([(slots, 0.0) for slots in taken_each.tolist()])
    return _delays(
        tables,
        {
            kernels.TABLE: table,
            kernels.CAPACITY: capacity,
            kernels.SERVERS: made["servers"],
            kernels.SERVICE_H: service,
            kernels.SERVICE_CV2: made["service_cv2"],
            kernels.ARRIVAL_CV2: made["arrival_cv2"],
            kernels.LOT: made["lot"] / alike,
            kernels.TAKEN: taken_each,
            kernels.OPEN_SHARE: by_clock,
            kernels.SHUT_SHARE: share,
            kernels.SHUT_REST_H: spell * (1 + made["shut_cv2"]) / 2,
            kernels.NIGHT_SHARE: 1 - hours / DAY_H,
            kernels.NIGHT_REST_H: (DAY_H - hours) / 2,
        },
    )


def open_shares(
    service_h: ArrayLike, service_cv2: ArrayLike, shut_share: ArrayLike, shut_h: ArrayLike, open_h: ArrayLike
) -> tuple[Floats, Floats]:
    """Shares of their time in which busy stations work, of what closures by chance leave, and of the day (n,) each.

    A service under way when it shuts goes on. The arguments are those of `stations`.
    """
    service, cv2, share, spell, hours = (
        np.atleast_1d(np.asarray(of, float)) for of in (service_h, service_cv2, shut_share, shut_h, open_h)
    )
    left = service * (1 + cv2) / 2
    by_chance = 1 - share * _over(spell, spell + left)
    by_clock = 1 - (1 - hours / DAY_H) * _over(DAY_H - hours, DAY_H - hours + left)
    return by_chance, by_clock


def sections(interval_h: ArrayLike, *, arrival_cv2: ArrayLike = 1.0) -> Delays:
    """Waits for a path on sections of line that let one train in each interval (n,), hours."""
    return stations(1, interval_h, arrival_cv2=arrival_cv2)


def ferries(headway_h: ArrayLike, slots: ArrayLike, *, headway_cv2: ArrayLike = 0.0, lot: ArrayLike = 1.0) -> Delays:
    """Waits for vehicles that come at intervals and take who waits, as far as there is room.

    Args:
        headway_h, headway_cv2: mean hours between two, and their squared coefficient of variation. Of a fleet: the time
            of a round over the vehicles.
        slots: of each, 1 or more; a mean room over a mean unit where they differ.
        lot: who come together.

    Raises:
        InputError: with every number that cannot be.
    """
    given = {"headway_h": headway_h, "slots": slots, "headway_cv2": headway_cv2, "lot": lot}
    made = _columns("ferries", given, {"slots": 1.0, "lot": 1.0}, {})
    if (made["headway_h"] <= 0).any():
        raise InputError("ferries", [Problem("headway_h", "0", "give hours above 0")])
    slots_each = np.maximum(made["slots"] / made["lot"], 1.0)
    table, tables = _tabled(list(zip(slots_each.tolist(), made["headway_cv2"].tolist(), strict=True)))
    return _delays(
        tables,
        {
            kernels.TABLE: table,
            kernels.CAPACITY: made["slots"] / made["headway_h"],
            kernels.SERVERS: 1.0,
            kernels.HEADWAY_H: made["headway_h"],
            kernels.HEADWAY_CV2: made["headway_cv2"],
            kernels.SLOTS: slots_each,
        },
    )


def joined(many: Sequence[Delays]) -> Delays:
    """Several as one, in their order."""
    numbers = [one.numbers.copy() for one in many]
    before = 0
    for rows, one in zip(numbers, many, strict=True):
        rows[:, kernels.TABLE] += before
        before += len(one.tables)
    return Delays(np.concatenate(numbers), np.concatenate([one.tables for one in many]))


def _tabled(kinds: list[tuple[float, float]]) -> tuple[list[int], Floats]:
    """Which table each (slots, cv2) has, and the tables (n_tables, NODES, 2)."""
    from karvan.flow.delays.bulk import shape_between

    all_kinds = sorted(set(kinds))
    at = {kind: ix for ix, kind in enumerate(all_kinds)}
    return [at[kind] for kind in kinds], np.array([shape_between(*kind) for kind in all_kinds])


def _delays(tables: Floats, columns: dict[int, ArrayLike]) -> Delays:
    numbers = np.zeros((len(np.atleast_1d(columns[kernels.TABLE])), len(kernels.FIELDS)))
    for column, values in columns.items():
        numbers[:, column] = values
    made = Delays(numbers, tables)
    numbers[:, kernels.POLE_H] = kernels.NEAR * made.at_gap(kernels.NEAR)
    return made


def _columns(
    where: str, given: dict[str, ArrayLike], low: dict[str, float], high: dict[str, float]
) -> dict[str, Floats]:
    """The arguments as columns of one length. Raises InputError for what is no number, or out of its range."""
    columns = dict(zip(given, np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, float)) for v in given.values())),
                       strict=True))  # fmt: skip
    problems = []
    for name, values in columns.items():
        least, most = low.get(name, 0.0), high.get(name, np.inf)
        bound = f"{least:g} or more" if most == np.inf else f"a number from {least:g} to {most:g}"
        for i, value in enumerate(values):
            if not (least <= value <= most and value < np.inf):
                problems.append(Problem(f"{name} {i}", f"{value:g}", f"give {bound}"))
    if problems:
        raise InputError(where, problems)
    return columns


def _over(part: Floats, whole: Floats) -> Floats:
    """A share, 1 of nothing."""
    return np.divide(part, whole, out=np.ones(len(part)), where=whole > 0)
