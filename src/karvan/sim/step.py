"""Steps: what units and vehicles do, one after another. Stations and the rest are named."""

from __future__ import annotations

from dataclasses import dataclass

from karvan.sim.time import Time


@dataclass(frozen=True, slots=True)
class Serve:
    """Wait for a server of a station and be served. The server is kept until the next station has room."""

    station: str
    time: Time
    priority: int = 0
    """0 goes first; a service that has begun is not broken off."""
    turned_away: bool = False
    """Whether one that finds no room leaves for good, instead of waiting where it is."""


@dataclass(frozen=True, slots=True)
class Seize:
    """Wait for n servers of a station (places of a yard, wagons of a pool, a berth) and keep them."""

    station: str
    n: int = 1
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """Give n servers back."""

    station: str
    n: int = 1


@dataclass(frozen=True, slots=True)
class Delay:
    """Let time pass."""

    time: Time
    cause: str = "travel"
    place: str = ""
    name: str = ""
    """What it is put down to, and what its draws are named by."""
    to: str = ""
    """Where it ends, if that is another place."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Wait until a gate is open."""

    gate: str


@dataclass(frozen=True, slots=True)
class Pace:
    """Wait for the next free path of a section, and travel it."""

    section: str
    time: Time
    to: str = ""
    """Where it ends, if that is another place."""


@dataclass(frozen=True, slots=True)
class Board:
    """Wait in a queue for a vehicle with room, ride it, and alight at one of its stops."""

    queue: str
    alight: int
    size: int = 1
    frees: str = ""
    """A station of which one server is given back on boarding: a place in the yard."""


@dataclass(frozen=True, slots=True)
class Unload:
    """Vehicles: all that alight at this stop go on by themselves."""

    stop: int


@dataclass(frozen=True, slots=True)
class Load:
    """Vehicles: take what waits in the queue; with `fill`, stand until full or until the longest wait is over."""

    queue: str
    fill: bool = False
    longest_h: float | None = None


@dataclass(frozen=True, slots=True)
class Await:
    """Vehicles: wait for the next of the listed instants, in hours from the start."""

    instants_h: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Vehicles: begin another round, at a step of the program."""

    step: int = 0


@dataclass(frozen=True, slots=True)
class WhenEmpty:
    """Vehicles: with nobody aboard, go on at a step of the program; the one after the last is its end."""

    step: int


Step = Serve | Seize | Release | Delay | Pass | Pace | Board | Unload | Load | Await | Repeat | WhenEmpty
