"""The power system: what is there, years of it as jobs, hours of kept runs, and a block train by each grid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from karvan.api.answers import encoded, lasting
from karvan.api.jobs.power_requests import PowerCompareBody, PowerRunBody, solver_problems
from karvan.api.power_hours import WEEK_H, Window, hours_document, ties_document, year_document
from karvan.api.power_pages import PowerHours, PowerPage, PowerTies, PowerYear, TrainPage
from karvan.api.problems import ApiError, faults, no_such
from karvan.api.runs import Found, finished, tag_of
from karvan.api.state import Asked, Shared
from karvan.api.studies import TAKEN, queued
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import find_runs, shelved
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.ground.version import VERSION
from karvan.study.power.carbon import open_power_run
from karvan.study.power.cases import CASES, package_with_cases
from karvan.study.power.register import ZONE_HOURS
from karvan.study.power.train import Train
from karvan.study.power.train import train as ridden
from karvan.study.power.train_told import train_document

if TYPE_CHECKING:
    from karvan.corridor import Corridor
    from karvan.corridor.row import Row

router = APIRouter(tags=["power"])
MOST_WEEKS = 4
"""Of hours in one answer."""
MOST_RUNS = 6
"""By which a train is told at once."""
LEAST = 0.01
"""TEU of a train, and tonnes in each: figures have six decimals."""
NAMES = f"^([^,]+(,[^,]+){{0,{MOST_RUNS - 1}}})?$"
Zone = Annotated[str, Query(max_length=64, description="Only this zone; all but markets if empty.")]
TRAIN = Train()


@router.get(
    "/corridors/{corridor}/power",
    summary="What is known of the power system",
    responses={200: {"model": PowerPage}, **faults(404)},
)
def power(request: Request, asked: Asked, shared: Shared) -> Response:
    """Zones, ties and plants, now and planned, published figures, and scenarios and cases that can be dispatched."""
    solver = not solver_problems()
    key = "power", asked.corridor.digest, solver

    def make() -> bytes:
        return shared.worlds.documents.get(key, lambda: encoded(_overview(asked.corridor, solver=solver)))

    return lasting(request, make, tag=f"{asked.corridor.digest} {VERSION} power {solver}")


@router.post("/power/run", status_code=202, summary="A year of the power system", responses=TAKEN)
def power_run(shared: Shared, body: PowerRunBody) -> Response:
    """Dispatch at least cost by the hour: generation, curtailment, exports, prices, gas, CO2 and gCO2e/kWh.

    The result is what `karvan power run --json` prints. That load cannot be served is an answer too: `solved` is false.
    """
    return queued(shared, "power-run", body)


@router.post("/power/compare", status_code=202, summary="What projects change in the power system", responses=TAKEN)
def power_compare(shared: Shared, body: PowerCompareBody) -> Response:
    """Scenarios or runs beside a base: energy, exports, gas, CO2 and gCO2e/kWh. Each is dispatched once and kept.

    The result is what `karvan power compare --json` prints.
    """
    return queued(shared, "power-compare", body)


@router.get(
    "/runs/{run}/power/hours",
    summary="Hours of the power system",
    responses={200: {"model": PowerHours}, **faults(404, 409)},
)
def run_power_hours(
    request: Request,
    run: Found,
    begin: Annotated[
        dt.datetime | None,
        Query(alias="from", description="First hour, ISO 8601, UTC without zone; that of the run if not given."),
    ] = None,
    end: Annotated[
        dt.datetime | None,
        Query(alias="to", description=f"The hour after the last, at most {MOST_WEEKS} weeks on; a week if not given."),
    ] = None,
    zone: Zone = "",
) -> Response:
    """Generation by technology, load, price, what crosses the borders, and gCO2e/kWh, out of what the run kept.

    A run of some weeks has no hours between them: what is sent are those that lie in the window.
    """
    of = _power(run)
    first, last = _window(begin, end)

    def make() -> dict[str, Any]:
        start = first if first is not None else _first(of)
        return hours_document(Window(of, start, last if last is not None else start + _WEEK, zone))

    Window(of, zone=zone).zones  # noqa: B018 (what is wrong is told also to those who have it)
    return lasting(request, make, tag=tag_of(of, "power hours", first, last, zone))


@router.get(
    "/runs/{run}/power/year",
    summary="A year of the power system by month",
    responses={200: {"model": PowerYear}, **faults(404, 409)},
)
def run_power_year(request: Request, run: Found, zone: Zone = "") -> Response:
    """Generation, curtailment, exports and prices by month, and in how much of the time prices are how high."""
    of = _power(run)
    window = Window(of, zone=zone)
    window.zones  # noqa: B018
    return lasting(request, lambda: year_document(window), tag=tag_of(of, "power year", zone))


@router.get(
    "/runs/{run}/power/ties",
    summary="What crossed borders in a year",
    responses={200: {"model": PowerTies}, **faults(404, 409)},
)
def run_power_ties(request: Request, run: Found) -> Response:
    """Energy, money and use of each tie, what of it was agreed, and what each zone came to."""
    of = _power(run)
    return lasting(request, lambda: ties_document(of), tag=tag_of(of, "power ties"))


@router.get("/power/train", summary="A block train by each grid", responses={200: {"model": TrainPage}, **faults(404)})
def power_train(
    request: Request,
    shared: Shared,
    corridor: Annotated[str, Query(max_length=64, description="Id of a corridor.")] = "middle-corridor",
    start: Annotated[str, Query(alias="from", max_length=200, description="Where it sets out.")] = TRAIN.start,
    to: Annotated[str, Query(max_length=200, description="Where it goes.")] = TRAIN.end,
    teu: Annotated[float, Query(ge=LEAST, le=1000, allow_inf_nan=False, description="TEU on it.")] = TRAIN.teu,
    tonnes_teu: Annotated[
        float, Query(ge=LEAST, le=100, allow_inf_nan=False, description="Tonnes of goods in a TEU.")
    ] = TRAIN.tonnes_teu,
    vehicle: Annotated[
        str, Query(max_length=200, description="Whose energy and fuel; of the services on the line if empty.")
    ] = TRAIN.vehicle,
    of: Annotated[
        Literal["made", "used"], Query(description="Mix of what a country makes, or of what is used there.")
    ] = "made",
    runs: Annotated[
        str, Query(pattern=NAMES, max_length=1000, description="Names of runs of the power system, parted by commas.")
    ] = "",
) -> Response:
    """kg CO2e a TEU by diesel, by the grid of the corridor, and by each run, over the year and by hour of departure.

    As `karvan power train --json` prints it.
    """
    known = shared.worlds.known(corridor)
    ask = Train(start, to, teu, tonnes_teu, vehicle, of)
    opened = [_named(name.strip()) for name in runs.split(",") if name.strip()]
    told = ridden(known.corridor, ask, opened)
    tag = " ".join([known.corridor.digest, VERSION, str(ask), *(tag_of(run, "train") for run in opened)])
    return lasting(request, partial(train_document, known.corridor, told), tag=tag)


_WEEK = np.timedelta64(WEEK_H, "h")


def _power(run: RunFolder) -> RunFolder:
    """A finished run of the power system. Raises ApiError 404 where it is of something else, 409 until it is done."""
    command = run.record["inputs"].get("command")
    if command != "power":
        fault = Problem("run", f"of {shown(command)}", "give a run of the power system: /runs?command=power lists them")
        raise ApiError(404, f"the run {run.name} is no year of the power system", [fault])
    finished(run)
    return run


def _named(name: str) -> RunFolder:
    """A run by the name that a query gives. Raises ApiError 404, InputError."""
    folder = shelved(name)
    if folder is None:
        raise no_such("run", name, nearest(name, [one.name for one in find_runs()[0]]))
    return open_power_run(folder, "runs")


def _window(begin: dt.datetime | None, end: dt.datetime | None) -> tuple[np.datetime64 | None, np.datetime64 | None]:
    """Both ends as UTC. Raises InputError where they are the wrong way round, or too far apart."""
    first, last = (None if at is None else _utc(at) for at in (begin, end))
    problems = []
    if last is not None and first is None:
        problems.append(Problem("to", f"{last}Z", "give from as well"))
    elif first is not None and last is not None:
        if last <= first:
            problems.append(Problem("to", f"{last}Z", f"give an hour after {first}Z"))
        elif last - first > MOST_WEEKS * _WEEK:
            problems.append(Problem("to", f"{last}Z", f"give at most {MOST_WEEKS} weeks after {first}Z"))
    if problems:
        raise InputError("the request", problems)
    return first, last


def _utc(at: dt.datetime) -> np.datetime64:
    try:
        plain = at.astimezone(dt.UTC).replace(tzinfo=None) if at.tzinfo else at
    except OverflowError:  # the first and the last year of the calendar
        plain = at.replace(tzinfo=None)
    return np.datetime64(plain, "s")


def _first(run: RunFolder) -> np.datetime64:
    """When the first hour of a run begins."""
    times = run.read(ZONE_HOURS.name)["time"].to_numpy()
    return np.datetime64(times.min(), "s")


def _overview(corridor: Corridor, *, solver: bool) -> dict[str, Any]:
    kinds = corridor.by_key("technology")
    return {
        "package": corridor.name,
        "solver": solver,
        "zones": [
            {**_cells(row, "id", "name", "country", "lon", "lat"), "market": row.load_share is None,
             **_cells(row, "load_share", "price_usd_mwh", "levy_usd_t")}
            for row in corridor.rows("zone")
        ],
        "ties": [_tie(row) for table in ("tie", "planned_tie") for row in corridor.rows(table)],
        "plants": [_plant(row, kinds) for table in ("plant", "planned_plant") for row in corridor.rows(table)],
        "technologies": [
            _cells(row, "id", "name", "sort") | _words(row, "fuel", "reported") for row in corridor.rows("technology")
        ],
        "loads": [_cells(row, "country", "year", "twh", "peak_mw") for row in corridor.rows("load")],
        "figures": [
            _cells(row, "id", "country", "year", "what", "twh", "mw", "gco2_kwh", "saved_gas_mcm", "saved_ktco2")
            | _words(row, "period", "technology", "note") | {"plants": list(row.plant)}
            for row in corridor.rows("power_figure")
        ],
        "scenarios": _scenarios(corridor),
    }  # fmt: skip


def _tie(row: Row) -> dict[str, Any]:
    return {
        **_cells(row, "id", "name", "from_zone", "to_zone", "mw", "loss", "km"), **_words(row, "rule", "site"),
        "mw_back": row.mw if row.mw_back is None else row.mw_back, "projects": list(getattr(row, "projects", ())),
    }  # fmt: skip


def _plant(row: Row, kinds: Mapping[str, Row]) -> dict[str, Any]:
    return {
        **_cells(row, "id", "name", "zone", "technology", "lon", "lat", "mw", "mwh", "since", "until"),
        "sort": kinds[row.technology].sort, "site": row.site or "", "projects": list(getattr(row, "projects", ())),
    }  # fmt: skip


def _scenarios(corridor: Corridor) -> list[dict[str, Any]]:
    """Those of the corridor and the cases, of whose year there is a load."""
    from karvan.scenario.scenario import scenario as read

    years = {row.year for row in corridor.rows("load")}
    whole = package_with_cases(corridor)
    found = []
    for name in [*sorted(corridor.scenarios), *(name for name in CASES if name not in corridor.scenarios)]:
        if years and name in whole.scenarios:
            one = read(whole, name)
            case = None if name in corridor.scenarios else CASES[name]
            found.append({"name": name, "title": one.title, "year": one.year, "case": case is not None,
                          "against": case.against if case else None})  # fmt: skip
    return [one for one in found if one["year"] in years]


def _cells(row: Row, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _words(row: Row, *names: str) -> dict[str, str]:
    return {name: getattr(row, name) or "" for name in names}
