"""The models that every engine runs, in figures, and what each run tells.

Time is in hours; all that is drawn is exponential; sailing and unloading are fixed. Every engine starts empty at time
0 with all vessels at the near shore, creates n units one after another, and runs on until nothing moves any more. Means
are over the units that came out: without vessels all n, with vessels the first `n // slots * slots`, since vessels sail
full and first come is first served; the rest wait for a vessel that never fills, and count nowhere.

A line, in this order: units arrive (Poisson); pass the `inland` stages, each a queue with servers; then need a place in
the yard, and hold their server of the last inland stage until they have one (blocked); hold the place while they queue
for and pass `shore`, and until they are loaded. A vessel waits for the one berth on the near shore, loads one unit
after another as they come, without taking time, until it is full; frees the berth and sails; waits for the one berth on
the far shore, unloads for a fixed time, frees the berth and lets all units go at once; sails home empty. The units pass
the stages `beyond`. Without a fleet the place is given back at the end of `shore`, and the unit goes on at once.
"""

from __future__ import annotations

from dataclasses import dataclass

MM1_MEASURES = ("wait_h",)
"""Mean of an M/M/1 run: in the queue, before service."""

LINE_MEASURES = ("time_in_system_h", "blocked_h", "yard_h", "queueing_h")
"""Means of a line's run, a unit: from arrival to the end; blocked at the end of the last inland stage; with a place in
the yard (queue and service of `shore` and the wait for a vessel included); in the queues before all servers (neither
being blocked nor waiting for a vessel is one)."""

LOAD = 0.8
ARRIVALS_PER_H = 3.0


@dataclass(frozen=True)
class Mm1:
    """One queue, one server."""

    arrivals_per_h: float = 0.8
    services_per_h: float = 1.0


@dataclass(frozen=True)
class Stage:
    """A queue of its own, first come first served, before servers that are all alike."""

    name: str
    servers: int
    mean_h: float


@dataclass(frozen=True)
class Fleet:
    """Vessels that go to and fro; 52 h a round when none waits, so at 3 units an hour 0.78 of what they can carry."""

    vessels: int = 5
    slots: int = 40
    sail_h: float = 23.0
    unload_h: float = 6.0

    def load(self, arrivals_per_h: float) -> float:
        """Share of the most that the fleet can carry, vessels never waiting."""
        return arrivals_per_h * (2 * self.sail_h + self.unload_h) / (self.vessels * self.slots)


@dataclass(frozen=True)
class Line:
    """A corridor as a line of stages, with a yard that blocks and vessels that sail when full, or none."""

    inland: tuple[Stage, ...]
    yard_places: int
    shore: Stage
    fleet: Fleet | None
    beyond: tuple[Stage, ...]
    arrivals_per_h: float = ARRIVALS_PER_H

    def completed(self, n: int) -> int:
        """Units of n that come out; ValueError if none would."""
        done = n // self.fleet.slots * self.fleet.slots if self.fleet else n
        if done < 1:
            raise ValueError(f"n | found {n} | give at least one unit, with vessels at least a full one")
        return done

    def events(self, n: int) -> int:
        """Timed events of a run of n units, counted alike for all engines, however many of their own they need.

        One an arrival and one an end of service; three a sailing: at the far shore, unloaded, back home.
        """
        done = self.completed(n)
        sailings = done // self.fleet.slots if self.fleet else 0
        return n * (1 + len(self.inland) + 1) + done * len(self.beyond) + 3 * sailings


def stage(name: str, servers: int) -> Stage:
    """A stage with its servers busy for LOAD of the time."""
    return Stage(name, servers, LOAD * servers / ARRIVALS_PER_H)


INLAND = (
    stage("crane", 2),
    stage("rail A", 40),
    stage("border", 6),
    stage("gauge change", 4),
    stage("rail B", 60),
    stage("customs", 3),
    stage("rail C", 30),
)
BEYOND = (stage("gate", 4), stage("rail D", 50))

MM1 = Mm1()

LINE = Line(inland=INLAND, yard_places=16, shore=stage("quay crane", 2), fleet=Fleet(), beyond=BEYOND)
"""Twelve stages. With 16 places the yard blocks about one unit in twenty; with 70 it would not once in a million, since
a berthed vessel takes units as they come and at this load one is nearly always there."""

LINE_NO_FERRY = Line(inland=INLAND, yard_places=70, shore=stage("yard", 70), fleet=None, beyond=BEYOND)
"""What engines without vessels can run: the yard is 70 servers without a queue; the unit that finds none is blocked."""


def mm1_events(n: int) -> int:
    """Timed events of n units: an arrival and an end of service each."""
    return 2 * n
