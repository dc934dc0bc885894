"""Requests whose other end is open: what one-to-all studies ask of a corridor, from a shipper's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from karvan.corridor import Corridor
from karvan.ground.errors import InputError, Problem
from karvan.itinerary import FindItineraries, Load
from karvan.scenario import Change
from karvan.study.plan import Planner, planner_of
from karvan.study.scenarios import departure_in, open_scenario
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


def planner_in(
    package: Corridor | str,
    changes: Iterable[Change | str],
    using: Simulation | Path | str | None,
    scenario: str,
    depart: str | dt.date | None,
    grid: Path | str | None = None,
) -> tuple[Planner, str | dt.date | None, bool]:
    """A planner on a package under a scenario, all as `karvan.plan` takes them, and when goods are ready in it.

    Returns:
        The planner; the day asked for, else today's of the scenario's year, else None; and whether that is the
        scenario's own, which may have gone by.

    Raises:
        InputError: for a package, scenario, change or run that cannot be used.
    """
    world = open_scenario(package, scenario)
    own_day = None if depart else departure_in(world)
    return planner_of(world.corridor, changes, using, grid), depart or own_day, own_day is not None


def no_family_closed(corridor: Corridor) -> None:
    """Raise InputError where a family of routes is closed: one search for all ends does not tell families apart."""
    closed = [row.id for row in corridor.rows("family") if row.closed]
    if closed:
        remedy = "matrices and reach cannot leave a family out: avoid the countries or waters that it leads through"
        raise InputError("the request", [Problem("scenario", f"the family {', '.join(closed)} closed", remedy)])


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
