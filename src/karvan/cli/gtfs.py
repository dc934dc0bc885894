"""`karvan gtfs`: journeys over a timetable of somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from karvan.cli.output import json_option, print_json, print_rich, waiting

if TYPE_CHECKING:
    from karvan.study.timetabled import Journeys, Reached

NO_JOURNEY = 4
WAITING = "reading the timetable; the first time kernels are compiled, which takes some seconds"


@click.command("gtfs")
@click.argument("feed")
@click.argument("origin")
@click.argument("destination", required=False)
@click.option("--depart", required=True, metavar="INSTANT", help="2026-12-01T05:00, local to the origin, or with zone.")
@click.option("--until", metavar="INSTANT", help="All departures from --depart on and before this.")
@click.option(
    "--change", "change_min", type=float, default=2.0, show_default=True, metavar="MINUTES",
    help="Time to change where the feed does not say.",
)  # fmt: skip
@click.option("--full", multiple=True, metavar="TRIP@STOP[@DAY]", help="A departure that takes nobody.")
@click.option(
    "--horizon", "horizon_days", type=float, default=7.0, show_default=True, metavar="DAYS",
    help="Longest time looked at.",
)  # fmt: skip
@click.option(
    "--trips", "most_trips", type=int, default=15, show_default=True, metavar="N", help="Most trips of a journey."
)
@click.option("--reach", "reaches", is_flag=True, help="When each stop is reached, instead of one destination.")
@json_option
def command(
    feed: str, origin: str, destination: str | None, depart: str, until: str | None, change_min: float,
    full: tuple[str, ...], horizon_days: float, most_trips: int, reaches: bool, as_json: bool,
) -> int:  # fmt: skip
    """Journeys from ORIGIN to DESTINATION over the timetable of FEED, a GTFS folder or zip.

    Shown are those that none beats in arrival and number of trips; with --until in departure too. Stops go by id or
    name.
    """
    from karvan.kernels.quick import skip_blas

    if reaches == (destination is not None):
        raise click.UsageError("Give DESTINATION, or --reach for all stops.")
    if reaches and until:
        raise click.UsageError("--reach has one departure: leave out --until.")
    skip_blas()
    if destination is None:
        return _reach(as_json, feed, origin, depart, full=full, change_min=change_min, horizon_days=horizon_days)
    return _journeys(
        as_json, feed, origin, destination, depart, until, full=full, change_min=change_min, horizon_days=horizon_days,
        most_trips=most_trips,
    )  # fmt: skip


def _reach(as_json: bool, *asked: Any, **more: Any) -> int:
    from karvan.study.timetabled import reach, reach_document

    with waiting(WAITING):
        answer = reach(*asked, **more)
    if as_json:
        print_json(reach_document(answer))
    else:
        print_rich(*_reach_lines(answer))
    return 0 if answer.stops else NO_JOURNEY


def _journeys(as_json: bool, *asked: Any, **more: Any) -> int:
    from karvan.study.timetabled import journeys, journeys_document

    with waiting(WAITING):
        answer = journeys(*asked, **more)
    if as_json:
        print_json(journeys_document(answer))
    else:
        print_rich(*_lines(answer))
    return 0 if answer.found else NO_JOURNEY


def _lines(answer: Journeys) -> Iterator[str]:
    """What was asked, and each journey with its hops."""
    table = answer.timetable
    since = f"{table.local(answer.since, answer.origin):%d %b %Y %H:%M %Z}"
    window = "" if answer.until is None else f" to {table.local(answer.until, answer.origin):%d %b %Y %H:%M %Z}"
    yield f"{answer.name(answer.origin)} to {answer.name(answer.destination)}, leaving from {since}{window}"
    yield from (f"Note: {note}" for note in table.notes)
    if not answer.found:
        yield f"No journey: {answer.reason}"
    for journey in answer.found:
        hours, minutes = divmod((journey.arrives - journey.departs) // 60, 60)
        trips = "1 trip" if journey.trips == 1 else f"{journey.trips} trips"
        start, end = journey.hops[0].from_stop, journey.hops[-1].to_stop
        leaves, comes = table.local(journey.departs, start), table.local(journey.arrives, end)
        yield ""
        yield f"{leaves:%d %b %H:%M} - {comes:%d %b %H:%M}, {trips}, {hours} h {minutes:02} min"
        for hop in journey.hops:
            ride = "on foot" if hop.on_foot else _ride(answer, answer.trip(hop))
            leaves, comes = table.local(hop.departs, hop.from_stop), table.local(hop.arrives, hop.to_stop)
            way = f"{answer.name(hop.from_stop)} - {answer.name(hop.to_stop)}"
            yield f"  {leaves:%d %b %H:%M}  {comes:%d %b %H:%M}  {way} ({ride})"


def _ride(answer: Journeys, trip: int) -> str:
    line, name = str(answer.timetable.trip_line[trip]), str(answer.timetable.trip_ids[trip])
    return name if line in ("", name) else f"{line}, trip {name}"


def _reach_lines(answer: Reached) -> Iterator[str]:
    """Each stop with its arrival and the hours that it takes."""
    table = answer.timetable
    since = table.local(answer.since, answer.origin)
    stops = "1 stop" if len(answer.stops) == 1 else f"{len(answer.stops):,} stops"
    yield f"{stops} reached in {answer.days:g} days, leaving from {since:%d %b %Y %H:%M %Z}"
    yield from (f"Note: {note}" for note in table.notes)
    for stop, arrives in zip(answer.stops, answer.arrives, strict=True):
        name = str(table.stop_names[stop]) or str(table.stop_ids[stop])
        yield f"  {(arrives - answer.since) / 3600:7.1f} h  {table.local(arrives, stop):%d %b %H:%M}  {name}"
