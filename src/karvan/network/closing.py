"""How often and for how long the rows of a corridor are closed by chance or by date, as averages of a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from karvan.corridor.corridor import Corridor
from karvan.network.item import NOTHING, SERVICE_CV, Hours

WEEK_H, YEAR_H = 168.0, 8760.0
MONTH_H = YEAR_H / 12


class Closing:
    """The closures of a corridor in a year: where a closure has dates in it they hold, else its rates by month."""

    def __init__(self, corridor: Corridor, year: int) -> None:
        self.corridor, self.year = corridor, year
        self.stopped: dict[tuple[str, str], list[str]] = {}
        """Closures by the table and id of what they stop."""
        for closure in corridor.rows("closure"):
            for name in closure.stops:
                self.stopped.setdefault((closure.stops_table, name), []).append(closure.times_of or closure.id)

    def wait(self, table: str, name: str) -> Hours:
        """What one that comes at any time waits until the row is open.

        With a share p of the time closed it is closed for p of those that come, and they wait for the rest of a
        closure: E[D2] / 2 E[D] on average, with the second moment E[D3] / 3 E[D].
        """
        mean = second = 0.0
        for often, hours, cv2 in self._spells(table, name):
            rate = often / YEAR_H
            mean += rate * hours**2 * (1 + cv2) / 2
            second += rate * hours**3 * (1 + cv2) * (1 + 2 * cv2) / 3
        return Hours(mean, max(second - mean**2, 0.0)) if mean else NOTHING

    def spell(self, *rows: tuple[str, str]) -> tuple[float, float, float]:
        """Of what shuts any of these rows (table, id): share of the year, mean hours of a closure, its squared cv."""
        spells = [spell for row in rows for spell in self._spells(*row)]
        starts = sum(often for often, _, _ in spells)
        if not starts:
            return 0.0, 0.0, 0.0
        mean = sum(often * hours for often, hours, _ in spells) / starts
        second = sum(often * hours**2 * (1 + cv2) for often, hours, cv2 in spells) / starts
        return min(starts * mean / YEAR_H, 1.0), mean, max(second / mean**2 - 1, 0.0) if mean else 0.0

    def skewed_h(self, table: str, name: str) -> float:
        """E[D3] / E[D2] of the closures that stop a row, as of gamma times; those with dates as they are."""
        squares = cubes = 0.0
        for often, mean, cv2 in self._spells(table, name):
            squares += often * mean**2 * (1 + cv2)
            cubes += often * mean**3 * (1 + cv2) * (1 + 2 * cv2)
        return cubes / squares if squares else 0.0

    def _spells(self, table: str, name: str) -> Iterator[tuple[float, float, float]]:
        for closure in self.stopped.get((table, name), ()):
            yield from self.durations(closure)

    def durations(self, closure: str) -> Iterator[tuple[float, float, float]]:
        """How often a year a closure begins, its mean duration and its squared cv: each by its dates, else as drawn.

        Of one that has begun before the year or lasts beyond it, what is in the year.
        """
        first, after = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (self.year, self.year + 1))
        times = [time for time in self.corridor.rows("closure_time") if time.closure == closure]
        for time in times:
            hours = (min(time.ends, after) - max(time.begins, first)).total_seconds() / 3600
            if hours > 0:
                yield 1.0, hours, 0.0
        row = self.corridor.row("closure", closure)
        # It begins while it is not on: the rate is that of the hours left over.
        starts = sum(
            rate.starts / (1 + rate.starts * row.duration_h / MONTH_H)
            for rate in self.corridor.rows("closure_rate")
            if rate.closure == closure and rate.starts
        )
        if starts and not any(time.begins.year == self.year for time in times):
            usual_cv = SERVICE_CV.get(row.duration_dist, 1.0 if row.duration_dist else 0.0)
            yield starts, row.duration_h, (usual_cv if row.duration_cv is None else row.duration_cv) ** 2
