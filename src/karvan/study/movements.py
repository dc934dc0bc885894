"""The movements of a replication in a window of time, few enough for a map to play, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.ground.errors import InputError, Problem, shown
from karvan.study.reel import Reel, Track

Ints = NDArray[np.int64]
LONGEST_H = 31 * 24.0
"""The longest window."""
MOST = 50_000
STEPS = 400
"""Points of a queue's line at most."""
SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""An odd number near 2**64 divided by the golden ratio: multiples of it spread evenly (Knuth 1998, vol. 3, 6.4)."""
DIGITS = 4
"""Of degrees: 11 m."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for. Defaults stand here and nowhere else."""

    from_h: float = 0.0
    """Hours since the start; before it is the warm-up."""
    to_h: float = 168.0
    most: int = 10_000
    """Movements at most: beyond it whole vehicles are left out."""

    def checked(self) -> Window:
        """The window itself. Raises InputError."""
        span = self.to_h - self.from_h
        wrong = [
            Problem(name, shown(value), remedy)
            for name, value, fine, remedy in (
                ("from_h", self.from_h, isfinite(self.from_h), "give hours since the start"),
                ("to_h", self.to_h, isfinite(self.to_h), "give hours since the start"),
                ("to_h", self.to_h, not isfinite(span) or span > 0, f"give more than from_h, {self.from_h:g}"),
                ("to_h", self.to_h, not span > LONGEST_H, f"give at most {LONGEST_H:g} hours at a time"),
                ("most", self.most, 1 <= self.most <= MOST, f"give 1 to {MOST}"),
            )
            if not fine
        ]  # fmt: skip
        if wrong:
            raise InputError("the window", wrong)
        return self


def movements(reel: Reel, window: Window | None = None) -> dict[str, Any]:
    """What moves and waits in a window. Hours are since the start of what is counted.

    Columns of `movements` are of one length; `path`, `service`, `kind` and `vehicle` number the lists `paths`,
    `services`, `kinds` and `vehicles`. Raises InputError for the window.
    """
    window = (window or Window()).checked()
    chosen = _Chosen(reel, window)
    period = reel.period
    return {
        "run": reel.run,
        "replication": reel.replication,
        "package": reel.corridor.name,
        "period": {
            "start": period.start.isoformat(), "hours": period.hours, "warmup_h": period.warmup_h,
            "from_h": window.from_h, "to_h": window.to_h,
        },
        "kinds": chosen.kinds,
        "services": chosen.services,
        "vehicles": chosen.named(),
        "paths": [_path(track) for track in chosen.tracks],
        "movements": chosen.columns(),
        **chosen.counts(),
        "waiting": waiting(reel, window),
        "closures": list(closures(reel, window)),
        "remarks": [*reel.remarks, *chosen.remarks],
    }  # fmt: skip


class _Chosen:
    """The movements of a window that are shown."""

    def __init__(self, reel: Reel, window: Window) -> None:
        self.reel = reel
        moves = reel.played.moves
        begin, end = reel.hour(moves.begin), reel.hour(moves.end)
        inside = np.flatnonzero((begin < window.to_h) & (end > window.from_h))
        tracks, of = self._tracks(inside)
        drawn = inside[of >= 0]
        self.remarks = []
        if len(drawn) < len(inside):
            n = len(inside) - len(drawn)
            self.remarks.append(f"{n} movements are left out: the corridor has no such line.")
        modes = [track.link.mode for track in tracks]
        self.kinds = sorted(set(modes))
        kind = np.array([self.kinds.index(mode) for mode in modes], dtype=np.int64)[of[of >= 0]]
        vehicle = moves.agent[drawn] << 32 | moves.number[drawn]
        kept = thinned(vehicle, kind, window.most)
        self.of = {"movements": len(drawn), "vehicles": len(np.unique(vehicle))}
        self.all_kinds = np.bincount(kind, minlength=len(self.kinds))
        self.moves, self.kind = drawn[kept], kind[kept]
        self.vehicles, self.vehicle = np.unique(vehicle[kept], return_inverse=True)
        used, self.path = np.unique(of[of >= 0][kept], return_inverse=True)
        self.tracks = [tracks[number] for number in used.tolist()]
        self.begin, self.end = begin[self.moves], end[self.moves]
        names = [reel.services[agent] for agent in moves.agent[self.moves].tolist()]
        known = sorted(set(names))
        number = {name: n for n, name in enumerate(known)}
        self.service = [number[name] for name in names]
        self.services = [self._service(name) for name in known]

    def _tracks(self, moves: Ints) -> tuple[list[Track], Ints]:
        """The lines that movements run on, and of each the number of its line, -1 where there is none (n,)."""
        played = self.reel.played
        three = np.column_stack([getattr(played.moves, name)[moves] for name in ("part", "place", "to_place")])
        if not len(three):
            return [], np.zeros(0, dtype=np.int64)
        kinds, of = np.unique(three, axis=0, return_inverse=True)
        tracks: list[Track] = []
        number = np.full(len(kinds), -1, dtype=np.int64)
        for at, three_names in enumerate(kinds.tolist()):
            track = self.reel.track(*map(played.name, three_names))
            if track is not None:
                number[at] = len(tracks)
                tracks.append(track)
        return tracks, number[of.reshape(-1)]

    def _service(self, name: str) -> dict[str, Any]:
        row = self.reel.corridor.by_key("service").get(name)
        return {
            "id": name, "operator": row.operator or None if row else None, "mode": row.mode if row else None,
            "vehicle": row.vehicle if row else None,
        }  # fmt: skip

    def columns(self) -> dict[str, Any]:
        return {
            "path": self.path.tolist(),
            "begin_h": np.round(self.begin, 3).tolist(),
            "end_h": np.round(self.end, 3).tolist(),
            "kind": self.kind.tolist(),
            "service": self.service,
            "vehicle": self.vehicle.tolist(),
            "load": self.reel.played.moves.load[self.moves].tolist(),
        }

    def named(self) -> list[str]:
        """Vehicles as the trace calls them: what does not change from window to window."""
        names = self.reel.played.names
        return [f"{names[one >> 32]} {one & 0xFFFFFFFF}" for one in self.vehicles.tolist()]

    def counts(self) -> dict[str, Any]:
        """How much is shown, and of how much, in all and by kind."""
        here = np.bincount(self.kind, minlength=len(self.kinds))
        return {
            "shown": {"movements": len(self.moves), "vehicles": len(self.vehicles)},
            "of": self.of,
            "by_kind": [
                {"kind": name, "shown": int(here[number]), "of": int(self.all_kinds[number])}
                for number, name in enumerate(self.kinds)
            ],
        }


def thinned(vehicle: Ints, kind: Ints, most: int) -> Ints:
    """Movements that are shown, by whole vehicles, at most so many (but one vehicle of each kind in any case).

    Kinds share the room alike, and what one does not need goes to the others: a few ships stay beside many trucks.
    Which vehicles of a kind stay does not depend on the window, but for how many of them.

    Args:
        vehicle: whose it is (n,).
        kind: of what kind it is (n,).
        most: movements.

    Returns:
        numbers of those that stay, in their order (n_shown,).
    """
    if len(vehicle) <= most:
        return np.arange(len(vehicle))
    count = np.bincount(kind)
    room = shares(count, most)
    stays = np.zeros(len(vehicle), dtype=np.bool_)
    for number in range(len(count)):
        mine = np.flatnonzero(kind == number)
        if not len(mine):
            continue
        who, of, n = np.unique(vehicle[mine], return_inverse=True, return_counts=True)
        turn = np.argsort(who.astype(np.uint64) * SPREAD, kind="stable")
        fits = np.cumsum(n[turn]) <= room[number]
        fits[0] = True
        chosen = np.zeros(len(who), dtype=np.bool_)
        chosen[turn[fits]] = True
        stays[mine] = chosen[of]
    return np.flatnonzero(stays)


def shares(wanted: Ints, room: int) -> Ints:
    """Room by max-min fairness (n,): nobody has more than they want, and nobody's share could grow but by that of one
    who has no more (Bertsekas and Gallager 1992, section 6.5.2)."""
    given = np.zeros(len(wanted), dtype=np.int64)
    left = room
    for done, number in enumerate(np.argsort(wanted, kind="stable").tolist()):
        given[number] = min(int(wanted[number]), left // (len(wanted) - done))
        left -= int(given[number])
    return given


def waiting(reel: Reel, window: Window) -> dict[str, Any]:
    """Queues in a window: of each in which anyone waits how many, told where it changes."""
    played, known = reel.played, reel.played.queues
    first = float(known.first_hour[0] - reel.period.start.timestamp() / 3600)
    low = max(ceil(window.from_h - first), 0)
    high = min(ceil(window.to_h - first), known.waiting.shape[1])
    step = max(1, ceil((window.to_h - window.from_h) / STEPS))
    hours = np.arange(low, max(high, low), step)
    table = known.waiting[:, hours]
    queues = []
    for row in np.flatnonzero(table.any(axis=1)).tolist():
        n = table[row]
        at = np.flatnonzero(np.append(True, n[1:] != n[:-1]))
        queues.append({
            "part": played.name(int(known.part[row])),
            "place": played.name(int(known.place[row])),
            "of": "units" if known.units[row] else "vehicles",
            "at_h": (hours[at] + first).tolist(),
            "n": n[at].tolist(),
        })  # fmt: skip
    queues.sort(key=lambda one: (one["place"], one["part"], one["of"]))
    return {"step_h": float(step), "queues": queues}


def closures(reel: Reel, window: Window) -> Iterator[Mapping[str, Any]]:
    """What is closed in a window, and from when to when."""
    for row, begin, end in reel.closures:
        if begin < window.to_h and end > window.from_h:
            yield {
                "closure": row.id, "table": row.stops_table, "stops": list(row.stops), "begin_h": round(begin, 3),
                "end_h": round(end, 3),
            }  # fmt: skip


def _path(track: Track) -> dict[str, Any]:
    return {
        "link": track.link.id, "mode": track.link.mode, "from_place": track.from_place, "to_place": track.to_place,
        "points": [[round(lon, DIGITS), round(lat, DIGITS)] for lon, lat in track.points],
        "at": [round(share, DIGITS) for share in track.at],
    }  # fmt: skip
