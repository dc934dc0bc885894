"""What every run gives back, whichever engine made it."""

from __future__ import annotations

from dataclasses import dataclass

from .spec import LINE_MEASURES, Line, mm1_events

Result = dict[str, float]
"""The model's measures (see `spec`), and `completed` units, `events` and wall `seconds` of the run alone."""


@dataclass
class Tally:
    """Sums over units, added as they come out."""

    completed: int = 0
    time_in_system_h: float = 0.0
    blocked_h: float = 0.0
    yard_h: float = 0.0
    queueing_h: float = 0.0

    def add(self, in_system_h: float, blocked_h: float, yard_h: float, queueing_h: float) -> None:
        self.completed += 1
        self.time_in_system_h += in_system_h
        self.blocked_h += blocked_h
        self.yard_h += yard_h
        self.queueing_h += queueing_h

    def sums(self) -> tuple[float, ...]:
        """In the order of LINE_MEASURES."""
        return tuple(getattr(self, measure) for measure in LINE_MEASURES)


def mm1_result(n: int, wait_h: float, seconds: float) -> Result:
    """The result of n units through one queue."""
    return {"wait_h": wait_h, "completed": n, "events": mm1_events(n), "seconds": seconds}


def line_result(line: Line, n: int, sums: tuple[float, ...], completed: int, seconds: float) -> Result:
    """The result of n units down a line, from its measures' sums over those that came out.

    ValueError if none could come out, RuntimeError if not as many came out as must.
    """
    if completed != line.completed(n):
        raise RuntimeError(f"{completed} of {n} units came out, {line.completed(n)} must")
    means = {measure: total / completed for measure, total in zip(LINE_MEASURES, sums, strict=True)}
    return means | {"completed": completed, "events": line.events(n), "seconds": seconds}
