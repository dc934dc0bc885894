"""Through rates on chains that were found: where one covers a part of a chain, it holds in place of the legs' sum."""

from __future__ import annotations

from functools import lru_cache
from math import isnan

from karvan.itinerary.request import FindItineraries
from karvan.network.network import ArcIx, Network
from karvan.network.through import MONEY


def under_rates(network: Network, ask: FindItineraries, arcs: tuple[ArcIx, ...]) -> tuple[ArcIx, ...]:
    """The same chain under the first through rate that covers a part of it: that holds, and not the sum of its legs."""
    sizes = [MONEY.index(column) for column, _ in ask.load.charged(ask.tonnes)]
    for name, rate in network.through.items():
        if any(isnan(rate.usd[size]) for size in sizes):
            continue
        rides = [at for at, arc in enumerate(arcs) if network.arcs[arc].is_ride]
        plain = [at for at in rides if not network.arcs[arcs[at]].rate]
        covers = [at for at in plain if network.ways[network.arcs[arcs[at]].way].service.id in rate.services]
        for first in covers:
            for last in (at for at in covers if at >= first):
                between = [at for at in rides if first <= at <= last]
                ends = network.arcs[arcs[first]].tail.place, network.arcs[arcs[last]].head.place
                if ends == (rate.start, rate.end) and set(between) <= set(covers):
                    twins = _twins(network, name)
                    part = tuple(
                        twins[arc, at > first, at < last] for at, arc in enumerate(arcs) if first <= at <= last
                    )
                    return (*arcs[:first], *part, *arcs[last + 1 :])
    return arcs


@lru_cache(maxsize=64)
def _twins(network: Network, rate: str) -> dict[tuple[ArcIx, bool, bool], ArcIx]:
    """The arc under a rate that stands for a plain one: by it, whether the rate is paid before, and goes on after."""
    plain = {arc: ArcIx(ix) for ix, arc in enumerate(network.arcs) if not arc.rate}
    found = {}
    for ix, arc in enumerate(network.arcs):
        if arc.rate == rate:
            of = arc._replace(tail=arc.tail._replace(rate=""), head=arc.head._replace(rate=""), rate="")
            found[plain[of], bool(arc.tail.rate), bool(arc.head.rate)] = ArcIx(ix)
    return found
