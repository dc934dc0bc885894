"""Why not: what keeps a chain that somebody might expect out of the answer.

A family that has no chain is searched for again with every refusal lifted; the chain with the fewest refusals then
says what refuses it. Where even that finds nothing, the horizon is lifted too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from karvan.itinerary.chain import Chain
from karvan.itinerary.refusal import Refusals, refusals
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.search import Found, best_of_families, generalised
from karvan.network.network import Network, Node, pack

FAR_DAYS = 1000.0
"""A horizon beyond which nobody plans."""


CLOSED = "closed: no goods between these places may go by it"


@dataclass(frozen=True)
class LeftOut:
    """A chain, or a whole family, that is not shown. `beaten_by` is empty where nothing beats it."""

    family: str
    beaten_by: str
    on: str
    """On what it is beaten, or why it is refused."""
    chain: Chain | None = None
    """As it would be; of a refused one, were it not refused."""
    via: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """What refuses it: each with its address."""


def absent(network: Network, ask: FindItineraries, found: Found) -> Iterator[LeftOut]:
    """Families without a chain, with the reason of each; and better ones that are refused in families that have one."""
    marked = found.families
    there = {marked.of(chain.marks) for chain in (*found.front, *found.champions)}
    missing = [rule.id for rule in marked.rules if rule.id not in there and rule.id not in marked.closed]
    yield from (LeftOut(family, "", CLOSED) for family in marked.closed)
    if found.obstacle:
        yield from (LeftOut(family, "", found.obstacle) for family in missing)
        return
    refused = refusals(network, ask)
    lifted = _lifted(network, ask, refused)
    if missing and lifted:
        fewest = _lifted(network, ask, refused, fewest=True)
        lifted |= {family: fewest[family] for family in missing if family in fewest}
    best: dict[str, float] = {}
    for chain in found.champions:
        family = marked.of(chain.marks)
        best[family] = min(best.get(family, np.inf), generalised(chain, ask))
    told = set()
    for family, chain in sorted(lifted.items()):
        reasons = tuple(dict.fromkeys(why for arc in chain.arcs if (why := refused.why(arc))))
        if reasons and (family in missing or generalised(chain, ask) < best.get(family, np.inf)):
            told.add(family)
            via = tuple(network.arcs[arc].head.place for arc in chain.arcs if network.arcs[arc].is_ride)
            yield LeftOut(family, "", f"refused: {'; '.join(reasons)}", chain, via, reasons)
    missing = [family for family in missing if family not in told]
    if not missing:
        return
    later, lacking = _later(network, ask), _lacking(network, ask)
    for family in missing:
        yield LeftOut(family, "", _no_chain(ask, later.get(family), lacking.get(family)))


def _lifted(
    network: Network, ask: FindItineraries, refused: Refusals, *, fewest: bool = False
) -> dict[str, Chain]:  # fmt: skip
    """The best chain of each family as if nothing were refused, or the best of those with the fewest refusals."""
    if not refused.barred.any():
        return {}
    nothing, shunned = np.zeros_like(refused.barred), refused.barred if fewest else None
    return best_of_families(network, _at_once(ask), nothing, shunned)


def _lacking(network: Network, ask: FindItineraries) -> dict[str, str]:
    """What the way of each family that lacks least lacks: a change of gauge or mode that nothing at a place makes."""
    wider = imagined(network)
    found = {}
    for family, chain in best_of_families(wider, _at_once(ask), np.zeros(len(wider.arcs), dtype=np.bool_)).items():
        arcs = [wider.arcs[arc] for arc in chain.arcs if wider.arcs[arc].is_imagined]
        if arcs:
            found[family] = "; ".join(_change(arc.tail, arc.head) for arc in arcs)
    return found


def _change(of: Node, to: Node) -> str:
    """A change that nothing makes, in words."""
    if of.mode == to.mode and of.gauge != to.gauge:
        return f"no change of gauge from {of.gauge} to {to.gauge} mm at {of.place}"
    return f"nothing takes goods from {of.mode} to {to.mode} at {of.place}"


@lru_cache(maxsize=4)
def imagined(network: Network) -> Network:
    """The network with every change that nothing makes."""
    return pack(network.corridor, network.riding.measured, network.riding.documents.names, imagine=True)


def _at_once(ask: FindItineraries) -> FindItineraries:
    """The request for the first departure only."""
    return replace(ask, arrive_by=None, until=None)


def _later(network: Network, ask: FindItineraries) -> dict[str, Chain]:
    """The best chain of each family, however long it takes; none where nobody would wait longer."""
    if ask.horizon_days >= FAR_DAYS:
        return {}
    return best_of_families(network, replace(_at_once(ask), horizon_days=FAR_DAYS))


def _no_chain(ask: FindItineraries, later: Chain | None, lacking: str | None) -> str:
    """Why a family has no chain, refused or not: something is missing, it is too late, or there is no connection."""
    limits = [f"in {ask.horizon_days:g} days"]
    if later is not None:
        return f"no route in {ask.horizon_days:g} days: the first takes {later.time_h / 24:.1f}"
    if lacking:
        return lacking
    if ask.arrive_by is not None:
        limits = [f"from {ask.depart:%Y-%m-%d} to {ask.arrive_by:%Y-%m-%d}"]
    if ask.avoid_countries or ask.avoid_places or ask.avoid_links or ask.avoid_services:
        limits.append("with what is avoided")
    if ask.via:
        limits.append("through what is wished for")
    return f"no route {' and '.join(limits)}"
