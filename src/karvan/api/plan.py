"""Planning: a shipper's request in, options out; the same with its carbon, and before and after a change."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from karvan.api.answering import sent
from karvan.api.answers import encoded
from karvan.api.dated import dated
from karvan.api.plan_bodies import CarbonBody, PlanBody, RequestBody, WhatIfBody
from karvan.api.plan_pages import PlanPage, WhatIfPage
from karvan.api.problems import ApiError
from karvan.api.state import Shared, State
from karvan.formats.ileap import Footprints
from karvan.ground.errors import InputError

if TYPE_CHECKING:
    from karvan.itinerary import FindItineraries, Plan
    from karvan.study.plan import Planner

router = APIRouter(tags=["planning"])
ALL = "all"
SPELL_S = 900
"""For so long an answer is kept under the words of its request: today, and what has passed, begin on quarters of an
hour in every time zone."""


@router.post("/plan", summary="Plan a shipment", responses={200: {"model": PlanPage}})
async def plan(request: Request, body: PlanBody, shared: Shared) -> Response:
    """Options, why the others are left out, and the assumptions under each: the document of `karvan plan --json`.

    No way at all is an answer too: no options, and the reasons under `left_out`.
    """
    return await _answer(request, shared, body, lambda: _planned(shared, body))


@router.post("/what-if", summary="Plan before and after a change", responses={200: {"model": WhatIfPage}})
async def what_if(request: Request, body: WhatIfBody, shared: Shared) -> Response:
    """Both answers whole, how the best of each family differs, and which options came and went."""
    return await _answer(request, shared, body, lambda: _compared(shared, body))


@router.post("/plan/carbon", summary="Plan, as carbon footprints", responses={200: {"model": Footprints}})
async def carbon(request: Request, body: CarbonBody, shared: Shared) -> Response:
    """Each option as a transport chain of ISO 14083, in the data model of iLEAP 1.0 and PACT; no way is none."""
    return await _answer(request, shared, body, lambda: _footprints(shared, body), keep=False)


async def _answer(
    request: Request, shared: State, body: RequestBody, make: Callable[[], bytes], *, keep: bool = True
) -> Response:
    key: Hashable = None
    if keep and not body.using and not body.grid:  # a run may be deleted, and another made under its name
        key = request.url.path, body.model_dump_json(), shared.worlds.stamp(body.corridor), int(time.time() // SPELL_S)
    return sent(request, await shared.answering.get(key, make, shared.settings.limits.request_seconds))


def _planned(shared: State, body: PlanBody) -> bytes:
    planner, ask = read(shared, body)

    def told() -> dict[str, Any]:
        found = planner.plan(ask, body.commodity)
        return _document(shared, body, planner, found) | _by_grid(shared, body, found)

    lane = None if body.explain or body.using or body.grid else _lane(planner, ask)
    if lane is None:
        return encoded(told())
    key = shared.worlds.stamp(body.corridor), body.scenario, *body.changes, body.commodity, body.geometry, *lane
    text = shared.answering.texts.get(key, lambda: dated(told(), ask.depart))
    return encoded(told()) if text is None else text.at(ask.depart)


def _lane(planner: Planner, ask: FindItineraries) -> tuple[Hashable, ...] | None:
    """What a request has in common with those that are alike but for their day; None where the day matters."""
    from karvan.itinerary.calendar import steady
    from karvan.itinerary.graph import EVER

    if ask.promised or ask.until or ask.arrive_by:
        return None
    running = steady(planner.network_of(ask.documents), ask)
    return None if running is None else (replace(ask, depart=EVER), running)


def _document(shared: State, body: PlanBody, planner: Planner, answer: Plan) -> dict[str, Any]:
    from karvan.report.geometry import thin_lines, with_geometry
    from karvan.report.plan import document

    options = answer.options if ALL in body.explain else tuple(answer.option(name) for name in body.explain)
    told = document(answer, {option.id for option in options})
    if not body.geometry:
        return told
    key = shared.worlds.stamp(body.corridor), body.scenario, *body.changes
    return with_geometry(told, answer, shared.answering.lines.get(key, lambda: thin_lines(planner.corridor)))


def _by_grid(shared: State, body: PlanBody, answer: Plan) -> dict[str, Any]:
    """Which options came and went with the power of a run; nothing without one."""
    if not body.grid:
        return {}
    from karvan.itinerary.what_if import compare
    from karvan.report.plan import grid_changes

    planner, ask = read(shared, body.model_copy(update={"grid": ""}))
    return grid_changes(compare(planner.plan(ask, body.commodity), answer))


def _compared(shared: State, body: WhatIfBody) -> bytes:
    from karvan.itinerary.what_if import compare
    from karvan.report.what_if import document

    planner, ask = read(shared, body)
    before, after = planner.what_if(ask, body.what_if, body.commodity)
    return encoded(document(before, after, compare(before, after), body.what_if))


def _footprints(shared: State, body: CarbonBody) -> bytes:
    from karvan.formats.ileap import write
    from karvan.report.carbon import NOBODY, NOBODYS_ID, footprints

    planner, ask = read(shared, body)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    answer = planner.plan(ask, body.commodity)
    company_ids = body.company_ids or (NOBODYS_ID,)
    return write(footprints(answer, now, body.company or NOBODY, company_ids)).encode()


def read(shared: State, body: RequestBody) -> tuple[Planner, FindItineraries]:
    """The planner of a request, and what it is asked. Raises InputError with all that is wrong in it."""
    from karvan.study.scenarios import departure_in

    try:
        world = shared.worlds.world(body.corridor, body.scenario)
        planner = shared.worlds.planner(body.corridor, body.scenario, tuple(body.changes), body.using, body.grid)
    except ApiError as missing:  # the corridor is named in the body, and not in the address
        raise InputError("the request", missing.problems) from None
    words = body.words()
    own_day = None if body.depart else departure_in(world)
    if own_day is not None:
        words |= {"depart": own_day, "past": True}
    return planner, planner.request(body.origin, body.destination, **words)
