"""Requests whose other end is open: what one-to-all studies ask of a corridor, from a shipper's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.ground.errors import InputError, Problem
from karvan.itinerary import FindItineraries, Load
from karvan.scenario import Change, bend, read_change
from karvan.study.plan import Planner, measured_by
from karvan.study.shipper import Shipper

if TYPE_CHECKING:
    from karvan.sim.simulation import Simulation


class Words(TypedDict, total=False):
    """The words of `karvan.plan` that say what the goods are and how they may go."""

    commodity: str
    tonnes: float | None
    goods: str | Iterable[str] | None
    documents: str | Iterable[str] | None
    shipper: Shipper | Path | str | None
    value_of_time_usd_h: float | None
    avoid: str | Iterable[str]
    modes: str | Iterable[str]
    past: bool


def planner_on(
    package: Corridor | str, changes: Iterable[Change | str], using: Simulation | Path | str | None
) -> Planner:
    """A planner on a package with changes, and with the waits of a run where one is named. Raises InputError."""
    corridor = package if isinstance(package, Corridor) else load_corridor(package)
    changes = list(changes)
    bent = bend(corridor, [read_change(one) if isinstance(one, str) else one for one in changes])
    return Planner(bent, measured_by(using, corridor, changes))


def ask_from(
    planner: Planner,
    place: str,
    depart: str | dt.date | None,
    load: str | Load,
    words: Mapping[str, Any],
    *,
    called: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> FindItineraries:
    """A request from a place, with some other place for the destination that it does not have.

    Args:
        words: the other words of `Planner.request`.
        called: what the asker calls a word, where that is not its name there.
        problems: what is wrong already.

    Raises:
        InputError: with everything wrong.
    """
    meant = {found.id for found in planner.gazetteer.find_places(place)}
    other = next((one.id for one in planner.corridor.places() if one.id not in meant), "")
    names = called or {}
    try:
        asked = planner.request(place, other, depart, load, **words)
    except InputError as error:
        told = [replace(problem, address=names.get(problem.address, problem.address)) for problem in error.problems]
        raise InputError(error.subject, [*told, *problems]) from None
    if problems:
        raise InputError("the request", problems)
    return asked


def departs_from(
    planner: Planner, places: Iterable[str], depart: str | dt.date | None, load: str | Load, words: Mapping[str, Any]
) -> dict[str, dt.datetime]:
    """When goods are ready at each of some places (ids): a day begins at midnight local to the place.

    Whether the day has passed is not looked at again: it may be over at one place and not yet at another.
    """
    by_zone: dict[str, dt.datetime] = {}
    departs = {}
    for place in places:
        zone = planner.corridor.place(place).time_zone
        if zone not in by_zone:
            by_zone[zone] = ask_from(planner, place, depart, load, {**words, "past": True}).depart
        departs[place] = by_zone[zone]
    return departs
