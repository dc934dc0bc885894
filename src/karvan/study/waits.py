"""Waits that a run of the simulator measured, pooled over its replications: by facility, stop, path and closure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError, Problem
from karvan.network.closing import WEEK_H, Closing
from karvan.network.item import WAIT_CV, Hours, spread
from karvan.network.ride import Riding, Way
from karvan.sim.corridor import queue_of
from karvan.sim.simulation import Simulation

SIDES = {"there": True, "back": False}
"""Ends of the names of sections: whether the link is travelled from its `from_place`."""
Pooled = dict[str, float]
"""Sums over replications of the columns of a row, and `mean` and `variance` of its wait."""


class RunWaits:
    """What the tables of a run on a corridor say of waiting. Raises InputError where they are of another version."""

    def __init__(self, run: RunFolder, ran: Corridor) -> None:
        self.ran, self.simulation = ran, Simulation(run, ran.name, {})
        settings = run.record["inputs"]["settings"]
        self.hours, self.year = float(settings["days"]) * 24, int(settings["year"])
        self.ways = list(Riding(ran).ways())
        try:
            self.stations = self.pooled("stations", "station", "served")
            self.queues = self.pooled("queues", "queue", "boarded")
            self.trains = {str(name): int(n) for name, n in self.summed("sections", ["section"])["trains"].items()}
            lost = self.summed("lost", ["cause", "part"])
            self.unit_h, self.vehicle_h = (
                {(str(cause), str(part)): float(hours) for (cause, part), hours in lost[column].items()}
                for column in ("unit_h", "vehicle_h")
            )
        except KeyError as missing:
            problem = Problem("tables", f"no column {missing}", "make the run anew: it is of another version")
            raise InputError(f"the run {run.name}", [problem]) from None

    def waits(self) -> dict[str, dict[Any, Hours]]:
        """Fields of `Measured`."""
        return {
            "facilities": dict(self.facilities()),
            "departures": {(way.id, k): wait for way in self.ways for k, wait in self.departures(way)},
            "paths": dict(self.paths()),
            "closures": dict(self.closures()),
        }

    def summed(self, table: str, key: list[str]) -> Any:
        """Sums over replications of a table's numbers, by key: a frame."""
        return self.simulation.replications(table).groupby(key).sum(numeric_only=True)

    def pooled(self, table: str, key: str, count: str) -> dict[str, Pooled]:
        """Sums over replications, and the mean and variance of the wait of all who were counted, where anyone was.

        Moments are added up: n, n m and n (s2 + m2) of each replication.
        """
        frame: Any = self.simulation.replications(table)
        n, mean, sd = (frame[name].fillna(0.0) for name in (count, "wait_h", "wait_sd_h"))
        sums = frame.assign(first=n * mean, second=n * (sd**2 + mean**2)).groupby(key).sum(numeric_only=True)
        sums = sums[sums[count] > 0]
        mean = sums["first"] / sums[count]
        sums = sums.assign(mean=mean, variance=(sums["second"] / sums[count] - mean**2).clip(lower=0.0))
        return {str(name): row for name, row in sums.to_dict("index").items()}

    def facilities(self) -> Iterator[tuple[str, Hours]]:
        """Wait for a server of each station, and blocked before it."""
        known = self.ran.by_key("facility")
        for name, station in self.stations.items():
            if name in known:
                # Where vehicles are the customers, their hours count, not those of all whom they have on board.
                at = "blocked", name
                blocked = (self.vehicle_h.get(at) or self.unit_h.get(at, 0.0)) / station["served"]
                yield name, Hours(station["mean"], station["variance"]) + _of_mean(blocked)

    def departures(self, way: Way) -> Iterator[tuple[int, Hours]]:
        """Wait at each stop of a way where anyone boarded, until the vehicle goes."""
        for k in range(len(way.stops) - 1):
            name = queue_of(way, k)
            if name in self.queues:
                queue = self.queues[name]
                wait = Hours(queue["mean"], queue["variance"])
                if way.service.departs == "timetable":
                    wait = _beyond(wait, self.timetabled(way)) if queue["left_behind"] else Hours()
                yield k, wait + self.standing(way, k, name) + self.pool(way, k, queue)

    def standing(self, way: Way, k: int, name: str) -> Hours:
        """On board of a vehicle of a fleet that stands until it is full: all that is waited, less what the queue saw.

        The queue's part is its mean length times the time (Little 1961). Who boards at any moment of a stand waits for
        the rest of it: evenly spread from none of it to all.
        """
        if way.service.fleet is None or way.service.departs != "when_full" or k > 0:
            return Hours()
        queue = self.queues[name]
        mean = (self.unit_h.get(("vehicle", name), 0.0) - queue["waiting"] * self.hours) / queue["boarded"]
        return Hours(max(mean, 0.0), max(mean, 0.0) ** 2 / 3)

    def pool(self, way: Way, k: int, queue: Pooled) -> Hours:
        """Wait of a loaded vehicle for its locomotive or wagons, which those take that are formed or begin here."""
        service = way.service
        pool = next((row for row in self.ran.rows("pool") if service.id in row.services), None)
        if pool is None or service.fleet is not None or pool.id not in self.stations:
            return Hours()
        station = self.stations[pool.id]
        share = queue["called"] / queue["loaded"] if service.departs == "when_full" else float(k == 0)
        return Hours(station["mean"], station["variance"]).of_share(share)

    def timetabled(self, way: Way) -> Hours:
        """Wait for the next departure by the timetable of one who comes at any time: E[G2] / 2 E[G], E[G3] / 3 E[G]."""
        lines = [row for row in self.ran.rows("timetable") if row.service == way.service.id]
        lines = [row for row in lines if (row.way == "back") == way.back]
        at = sorted({24.0 * (int(day) - 1) + row.departs_at for row in lines for day in row.days})
        gaps = [b - a for a, b in zip(at, [*at[1:], at[0] + WEEK_H], strict=True)]
        mean = sum(gap**2 for gap in gaps) / (2 * WEEK_H)
        return Hours(mean, sum(gap**3 for gap in gaps) / (3 * WEEK_H) - mean**2)

    def paths(self) -> Iterator[tuple[tuple[str, bool], Hours]]:
        """Wait of a vehicle for a path on each section."""
        links = self.ran.by_key("link")
        for name, trains in self.trains.items():
            link, _, side = name.rpartition(" ")
            if link in links and side in SIDES and trains:
                yield (link, SIDES[side]), _of_mean(self.vehicle_h.get(("path", name), 0.0) / trains)

    def closures(self) -> Iterator[tuple[tuple[str, str], Hours]]:
        """Wait of a vehicle before what closures stop: all such waiting, over the vehicles that passed.

        Who comes at any time waits for the rest of a closure, if there is one. With a share p of the time closed that
        is p E[D2] / 2 E[D] on average, with the second moment p E[D3] / 3 E[D]: the mean times 2/3 E[D3] / E[D2].
        """
        passed, closing = self.passed(), Closing(self.ran, self.year)
        for (cause, part), hours in self.vehicle_h.items():
            table, _, name = part.partition(" ")
            if cause == "weather" and passed.get((table, name)):
                mean = hours / passed[table, name]
                second = mean * 2 / 3 * closing.skewed_h(table, name)
                yield (table, name), Hours(mean, max(second - mean**2, 0.0))

    def passed(self) -> dict[tuple[str, str], float]:
        """Vehicles that left each stop and passed each link, from the vehicles that loaded."""
        count: dict[tuple[str, str], float] = {}
        ways = {way.id: way for way in self.ways}
        for way in self.ways:
            left = self.left(way)
            if not left and not _formed(way) and _opposite(way) in ways:  # nobody rides, but vehicles turn round
                left = self.left(ways[_opposite(way)])[::-1]
            for k, link in enumerate(way.links if left else ()):
                for at in (("service", way.service.id), ("place", way.stops[k].place), ("link", link.id)):
                    count[at] = count.get(at, 0.0) + left[k]
                if way.service.fleet is not None and not way.service.both_ways:
                    count["link", link.id] += left[k]  # it comes back empty
        return count

    def left(self, way: Way) -> list[float]:
        """Vehicles that went on from each stop but the last; none where nobody ever boarded.

        As many as loaded at the stop, or at the last one before it where vehicles load; before the first such stop as
        many as there, unless they are formed there.
        """
        names = [queue_of(way, k) for k in range(len(way.links))]
        loaded = [self.queues[name]["loaded"] if name in self.queues else None for name in names]
        first = next((n for n in loaded if n is not None), None)
        if first is None:
            return []
        left, last = [], 0.0 if _formed(way) else first
        for n in loaded:
            last = last if n is None else n
            left.append(last)
        return left


def _formed(way: Way) -> bool:
    """Whether vehicles are formed where goods wait."""
    return way.service.fleet is None and way.service.departs == "when_full"


def _opposite(way: Way) -> str:
    return way.service.id if way.back else f"{way.service.id} (back)"


def _beyond(wait: Hours, usual: Hours) -> Hours:
    """What of a wait is beyond the usual one."""
    return Hours(max(wait.mean - usual.mean, 0.0), max(wait.variance - usual.variance, 0.0))


def _of_mean(mean: float) -> Hours:
    """A wait of which only the mean was kept: it is taken to vary as an exponential does."""
    return Hours(mean, spread(mean, None, WAIT_CV))
