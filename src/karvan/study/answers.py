"""Answering many requests: each as a few columns of figures, in one process or in several."""

from __future__ import annotations

import gc
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

from karvan.corridor import Corridor
from karvan.ground.errors import InputError, Problem
from karvan.itinerary import FindItineraries, Option, Plan
from karvan.itinerary.graph import EVER
from karvan.itinerary.reach import in_a_line, rides_of
from karvan.network.measured import Measured
from karvan.network.network import ArcIx, Network
from karvan.study.plan import Planner
from karvan.tables import Column, Table

CHUNK = 16
"""Requests that a process is given at a time."""
FEWEST = 400
"""Different requests from which on more processes are worth their start."""

RESULT = Table(
    "plans",
    "A row an option of a shipment; a shipment without any way has one row, which says why.",
    ("shipment", "option"),
    (
        Column("shipment", "text", "Id of the shipment: its `id`, else the number of its row."),
        Column("option", "text", "Id of the option in its plan; missing where there is no way."),
        Column("family", "text", "Route family."),
        Column("depart", "instant", "When the goods are ready."),
        Column("arrive", "instant", "Mean arrival."),
        Column("time_h", "number", "Mean time from the goods' being ready to their leaving the last gate.", "h"),
        Column("time_p10_h", "number", "Not exceeded by 10 of 100 such journeys.", "h"),
        Column("time_p50_h", "number", "Not exceeded by 50 of 100.", "h"),
        Column("time_p90_h", "number", "Not exceeded by 90 of 100.", "h"),
        Column("time_p95_h", "number", "Not exceeded by 95 of 100.", "h"),
        Column("price_usd", "number", "Price of the whole load.", "USD"),
        Column("co2e_kg", "number", "CO2e of the whole load, well to wheel.", "kg"),
        Column("distance_km", "number", "Length of all rides.", "km"),
        Column("reloads", "whole", "Times that the boxes are lifted from one vehicle to another."),
        Column("borders", "whole", "Border facilities passed."),
        Column("on_time", "number", "Share of such journeys that keep the promised date; missing where none is."),
        Column("beaten_by", "text", "The option that beats it, if any does."),
        Column("legs", "text", "Its rides: place (mode service) place ..."),
        Column("no_way", "text", "Why there is no way; missing where there is one."),
    ),
)
"""What is written."""

Asked = tuple[FindItineraries, str]
"""A request, and the commodity in it."""
Answer = tuple[tuple[Any, ...], ...]
"""The columns of RESULT but the first, a tuple each: a value an option, or one where there is no way."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What turned out wrong in a request while it was answered."""

    problems: tuple[Problem, ...]


def answers(planner: Planner, asked: Sequence[Asked], workers: int) -> Iterator[tuple[Asked, Answer | Wrong]]:
    """The answer to each request: in this process, or in several where they are worth it.

    Requests that differ in their day alone follow the first of them, for what one knows helps the others.
    """
    asked = _by_lane(asked)
    if workers < 2 or len(asked) < FEWEST:
        for one in asked:
            yield one, answer(planner, *one)
        return
    # The first is answered here, so that the processes find the kernels compiled.
    yield asked[0], answer(planner, *asked[0])
    chunks = [asked[first : first + CHUNK] for first in range(1, len(asked), CHUNK)]
    with ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_begin, initargs=(planner.corridor, planner.measured)
    ) as pool:
        try:
            for chunk, found in zip(chunks, _in_turn(pool, chunks, 4 * workers), strict=True):
                yield from zip(chunk, found, strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def _by_lane(asked: Sequence[Asked]) -> list[Asked]:
    """Requests in the order of the first that is alike but for its days."""
    lanes: dict[Asked, list[Asked]] = {}
    for ask, commodity in asked:
        lane = replace(ask, depart=EVER, promised=None, until=None, arrive_by=None), commodity
        lanes.setdefault(lane, []).append((ask, commodity))
    return [one for lane in lanes.values() for one in lane]


def _in_turn(pool: Executor, chunks: Sequence[Sequence[Asked]], ahead: int) -> Iterator[list[Answer | Wrong]]:
    """The results of chunks in their order, with not many more under way than are worked on."""
    running: deque[Future[list[Answer | Wrong]]] = deque()
    for chunk in chunks:
        with _deaf():
            running.append(pool.submit(_chunk, chunk))
        if len(running) > ahead:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


@contextmanager
def _deaf() -> Iterator[None]:
    """While processes are begun: they are born deaf to interrupts, and are until `_begin` has made them ignore them.

    An interrupt that comes meanwhile is heard here right after.
    """
    if not hasattr(signal, "pthread_sigmask"):  # where there are no such masks
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_planner: Planner | None = None
"""The planner of a process that answers for a batch."""


def _begin(corridor: Corridor, measured: Measured) -> None:
    """Begin a process of ours: an interrupt is the parent's to handle."""
    from karvan.kernels.quick import skip_blas

    global _planner  # noqa: PLW0603 (a process of a pool has no other place for what it keeps)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.set_threshold(100_000, 50, 50)
    skip_blas()
    _planner = Planner(corridor, measured)


def _chunk(chunk: Sequence[Asked]) -> list[Answer | Wrong]:
    if _planner is None:
        raise RuntimeError("a process that has not begun")
    return [answer(_planner, *asked) for asked in chunk]


def answer(planner: Planner, ask: FindItineraries, commodity: str) -> Answer | Wrong:
    """The options of a request as columns of RESULT, or what turned out wrong in it."""
    try:
        plan = planner.plan(ask, commodity)
    except InputError as error:
        return Wrong(error.problems)
    if not plan.found:
        why = "; ".join(dict.fromkeys(out.on for out in plan.left_out if not out.beaten_by))
        return tuple((why if name == "no_way" else None,) for name in RESULT.names[1:])
    return tuple(zip(*(_row(plan, option) for option in plan.options), strict=True))


def _row(plan: Plan, option: Option) -> tuple[Any, ...]:
    """An option as RESULT has it, but for the shipment; legs are not told, which would take longer than the search."""
    promised = plan.ask.promised
    odds = option.on_time(promised) if promised else None
    arcs = option.chain.arcs
    rides, start = rides_of(option.network, arcs)
    return (
        option.id,
        option.family,
        option.depart,
        option.arrive,
        option.time_h,
        *(option.quantile_h(share) for share in (0.1, 0.5, 0.9, 0.95)),
        option.price_usd,
        option.co2e_kg,
        option.distance_km,
        option.reloads,
        sum(_borders(option.network, arc) for arc in arcs),
        odds.share if odds else None,
        option.beaten.by if option.beaten else None,
        in_a_line(start, rides),
        None,
    )


@lru_cache(maxsize=1 << 16)
def _borders(network: Network, arc: ArcIx) -> int:
    """Border facilities on an arc."""
    return sum(item.kind == "border" for item in network.items(arc))
