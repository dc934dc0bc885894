"""How long goods of a stream take between two places on their way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import nan

from karvan.network.ride import Way
from karvan.sim.stream import Stream
from karvan.study.measures import Measures
from karvan.study.passages import Leg


def span_h(measures: Measures, stream: Stream, start: str, end: str, span: str) -> float:
    """Mean hours of a stream between two places on its way; nan if it does not pass them in that order."""
    if span == "gate" and (stream.origin, stream.destination) == (start, end):
        return measures.journey_h(stream)
    legs = measures.passages.legs[stream.id]
    if span == "stay":
        return _stay_h(measures, stream, legs, start, end)
    from_ = next(
        ((leg, k) for leg in legs for k in range(leg.board, leg.alight) if leg.way.stops[k].place == start), None
    )
    to = next(
        ((leg, k) for leg in reversed(legs) for k in range(leg.alight, leg.board, -1) if leg.way.stops[k].place == end),
        None,
    )
    if from_ is None or to is None or from_[0].number > to[0].number:
        return nan
    return _between_h(measures, stream, from_, to)


def _between_h(measures: Measures, stream: Stream, start: tuple[Leg, int], end: tuple[Leg, int]) -> float:
    """From the departure at a stop of one leg to the arrival at a stop of the same, or a later one."""
    (first, depart), (last, arrive) = start, end
    if first is last:
        return measures.ride_h(first.way, depart, arrive, left=True, landed=False) if depart < arrive else nan
    legs = measures.passages.legs[stream.id][first.number : last.number + 1]
    hours = measures.ride_h(first.way, depart, first.alight, left=True)
    for one, other in pairwise(legs):
        hours += _change_h(measures, stream, one) + measures.board_wait_h(other)
        end_of = arrive if other is last else other.alight
        hours += measures.ride_h(other.way, other.board, end_of, landed=other is not last)
    return hours


def _change_h(measures: Measures, stream: Stream, leg: Leg) -> float:
    """What a unit passes between leaving the vehicle of a leg and coming to the stop of the next."""
    return measures.hours(measures.passages.between(stream)[leg.number + 1])


def _stay_h(measures: Measures, stream: Stream, legs: Sequence[Leg], start: str, end: str) -> float:
    """From the arrival at a place, its border included, to the departure from another."""
    into = next((leg for leg in legs if leg.way.stops[leg.alight].place == start), None)
    out = next((leg for leg in legs if leg.way.stops[leg.board].place == end), None)
    if into is None or out is None or out.number <= into.number:
        return nan
    hours = _border_h(measures, into.way, into.alight)
    for one, other in pairwise(legs[into.number : out.number + 1]):
        hours += _change_h(measures, stream, one) + measures.board_wait_h(other)
        if other is not out:
            hours += measures.ride_h(other.way, other.board, other.alight)
    return hours + measures.hours(measures.after_load(out.way, out.board))


def _border_h(measures: Measures, way: Way, stop: int) -> float:
    """What a train passes at the border of the place that it comes to."""
    mode, here, before = way.service.mode, way.stops[stop].place, way.stops[stop - 1].place
    facilities = measures.passages.compiler.riding.border_facilities(mode, here, before, "in")
    return sum(measures.passage_h(facility, served=True) for facility in facilities)
