"""Assigned flows as streams, so that the simulator can send the goods on the chains that they were given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from karvan.flow.services.chains import Chain
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.goods import Goods
from karvan.sim.stream import Stream
from karvan.study.routing import Routing, Unrouted, legs_of, month_shares

LEAST_A_YEAR = 1.0


def streams_of(flows: ServiceFlows) -> Routing:
    """Streams of the flows, a stream for each size of box, and what has no way.

    A row of demand that takes several chains has several streams; the first, which has most of it, is called as it
    would be if it were alone, so that its luck is the same. What is less than a unit a year goes with the most.
    """
    problem = flows.problem
    shares = month_shares(problem.corridor)
    streams: list[Stream] = []
    nth: dict[int, int] = defaultdict(int)
    for chain, units in _whole(flows.flows):
        goods = problem.goods[chain.goods]
        row = problem.corridor.row("demand", goods.id)
        legs = legs_of(problem.chains[chain.goods].network, chain.arcs)
        nth[chain.goods] += 1
        which = f"~{nth[chain.goods]}" if nth[chain.goods] > 1 else ""
        for suffix, teu, share in sizes(goods):
            tonnes = goods.tonnes if goods.unit != "container" else teu * goods.tonnes / goods.teu
            name = f"{goods.id}{suffix}{which}"
            streams.append(
                Stream(name, goods.id, goods.origin, goods.destination, chain.family, goods.unit, teu, tonnes,
                       units * share, shares[row.month_profile or ""], legs)
            )  # fmt: skip
    unrouted = tuple(_unrouted(flows))
    return Routing(tuple(streams), unrouted)


def _whole(flows: Sequence[tuple[Chain, float]]) -> Iterator[tuple[Chain, float]]:
    """Flows, those of less than a unit a year added to the largest of their goods, which stands first."""
    for _, of in groupby(flows, key=lambda one: one[0].goods):
        (most, units), *others = of
        kept = [(chain, other) for chain, other in others if other >= LEAST_A_YEAR]
        yield most, units + sum(other for _, other in others if other < LEAST_A_YEAR)
        yield from kept


def sizes(goods: Goods) -> list[tuple[str, int, float]]:
    """(suffix, TEU of a unit, share of the units) of what goods are sent in."""
    if goods.unit != "container":
        return [("", 0, 1.0)]
    both = [("", 2, goods.share_40ft), ("-20ft", 1, 1 - goods.share_40ft)]
    return [one for one in both if one[2] > 0]


def _unrouted(flows: ServiceFlows) -> Iterator[Unrouted]:
    for n in flows.problem.obstacles:
        goods = flows.problem.goods[n]
        yield Unrouted(goods.id, goods.unit, goods.families)
