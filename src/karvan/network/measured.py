"""What a run of the simulator measured, so that rides can be told with its waits instead of the package's.

What the run did not measure is not in here, and the package's own stands: `docs/semantics.md`, section 6.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from karvan.corridor.row import Row
from karvan.network.item import NOTHING, RUN, Hours, Item, drawn, given, measured_numbers, of_hours, papers, stay
from karvan.network.law import Law, moments


@dataclass(frozen=True)
class Measured:
    """The waits of a run, by what they were for; empty where there is no run."""

    run: str = ""
    """The run's name."""
    replications: int = 0
    days: float = 0.0
    year: int = 0
    """Whose demand was simulated."""
    differences: tuple[str, ...] = ()
    """In what the run and the plan differ, in words."""
    facilities: Mapping[str, Hours] = field(default_factory=dict)
    """By id: for a server, and blocked before it for want of room. Papers are not in it."""
    departures: Mapping[tuple[str, int], Hours] = field(default_factory=dict)
    """By way and stop: from joining the queue until the vehicle has loaded and has its locomotive. Where there is a
    timetable: what is beyond the wait for its next departure."""
    paths: Mapping[tuple[str, bool], Hours] = field(default_factory=dict)
    """By link, and whether it is travelled from its `from_place`: for a free path."""
    closures: Mapping[tuple[str, str], Hours] = field(default_factory=dict)
    """By table and id of what was closed now and then: until it was open."""

    def path(self, link: Row, start: str) -> list[Item]:
        """The wait of a vehicle for its path on a link."""
        wait = self.paths.get((link.id, link.from_place == start), NOTHING)
        return [_wait("path", start, link.id, wait)] if wait.mean else []

    def closure(self, table: str, name: str, place: str) -> list[Item]:
        """The wait of a vehicle until nothing stops what it is about to pass."""
        wait = self.closures.get((table, name), NOTHING)
        return [_wait("weather", place, name, wait)] if wait.mean else []

    def berthing(self, berth: Row, *, comes: bool, halves: int) -> Item:
        """What those on board feel of a ship at a berth that was measured.

        Papers and the wait for the berth if it `comes` there with them on board; and so many halves of its stay, of
        which one is unloading and one is loading.
        """
        laws: list[Law] = [papers(berth), of_hours(self.facilities[berth.id])] if comes else []
        for _ in range(halves):
            laws += stay(berth, 0.5)
        kept = drawn(*laws)
        leans_on = given("facility", berth, measured_numbers(berth))
        return Item("berth", berth.place, berth.id, *moments(kept), leans_on=leans_on, waits=RUN, laws=kept)


def _wait(kind: str, place: str, row: str, hours: Hours) -> Item:
    return Item(kind, place, row, hours.mean, hours.variance, waits=RUN, laws=drawn(of_hours(hours)))


UNMEASURED = Measured()
