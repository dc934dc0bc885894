"""What if: two answers to one request, before and after a change, and what became of each option."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from karvan.itinerary.calendar import Passed, instant, windows
from karvan.itinerary.chain import Chain
from karvan.itinerary.labelling import Labelling
from karvan.itinerary.option import Option
from karvan.itinerary.plan import Plan
from karvan.itinerary.refusal import refusals
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.search import by_preference, families_for, measures_of
from karvan.itinerary.under_rates import under_rates
from karvan.network.calendar import Calendar
from karvan.network.network import END, START, Arc, ArcIx, Floats, Network, Node


@dataclass(frozen=True)
class BestOf:
    """The best of a family before and after, by generalised cost; None where it has no option."""

    family: str
    before: Option | None
    after: Option | None


@dataclass(frozen=True)
class Gone:
    """An option that was shown before and is not after, and why."""

    option: Option
    why: str


@dataclass(frozen=True)
class Comparison:
    """What a change does to the answer."""

    families: tuple[BestOf, ...]
    gone: tuple[Gone, ...]
    new: tuple[Option, ...]
    """Options after that were not shown before."""


def compare(before: Plan, after: Plan) -> Comparison:
    """Hold two plans of one request against each other."""
    best = [_best(plan) for plan in (before, after)]
    names = [row.id for row in before.corridor.rows("family")]
    order = [*names, *sorted({*best[0], *best[1]} - {*names})]
    shown = [{_told(option.network, option.chain) for option in plan.options} for plan in (before, after)]
    arcs = {_arc(after.choice.network, arc): ArcIx(ix) for ix, arc in enumerate(after.choice.network.arcs)}
    return Comparison(
        tuple(
            BestOf(name, best[0].get(name), best[1].get(name)) for name in order if name in best[0] or name in best[1]
        ),
        tuple(
            Gone(option, _why(after, option, arcs))
            for option in before.options
            if _told(option.network, option.chain) not in shown[1]
        ),
        tuple(option for option in after.options if _told(option.network, option.chain) not in shown[0]),
    )


def _best(plan: Plan) -> dict[str, Option]:
    of = {option.chain: option for option in plan.options}
    found: dict[str, Option] = {}
    for chain in by_preference(of, plan.ask):
        found.setdefault(of[chain].family, of[chain])
    return found


def _arc(network: Network, arc: Arc) -> tuple[object, ...]:
    """What an arc is in any network."""
    return (*arc._replace(way=0), network.ways[arc.way].id if arc.is_ride else "")  # type: ignore[arg-type]


def _told(network: Network, chain: Chain) -> tuple[tuple[object, ...], ...]:
    """What a chain is in any network, whenever it leaves."""
    return tuple(_arc(network, network.arcs[arc]) for arc in chain.arcs)


def _why(after: Plan, option: Option, arcs: dict[tuple[object, ...], ArcIx]) -> str:
    """Why an option of before is not shown after: it cannot be had any more, or something is better now."""
    network, ask = after.choice.network, after.ask
    lost = [arc for arc in _told(option.network, option.chain) if arc not in arcs]
    if lost:
        return "a ride or a change on it is not there any more"
    chain = tuple(arcs[arc] for arc in _told(option.network, option.chain))
    refused = refusals(network, ask)
    reasons = dict.fromkeys(why for arc in chain if (why := refused.why(arc)))
    if reasons:
        return f"refused: {'; '.join(reasons)}"
    ends = (network.node_ix[Node(START, ask.origin)], network.node_ix[Node(END, ask.destination)])
    run = Labelling(network, ask, families_for(network, ask), *ends)
    now = run.chain(under_rates(network, ask, chain), option.chain.start_h)
    return _late(network, ask, now) if now.arrive_h > ask.horizon_days * 24 else _beaten(after, now)


def _late(network: Network, ask: FindItineraries, chain: Chain) -> str:
    """What makes a chain arrive too late or never: what does not open, or a service that does not leave."""
    horizon_h = ask.horizon_days * 24
    at = int(np.flatnonzero(np.array(chain.arrival_h) > horizon_h)[0])
    arc = chain.arcs[at]
    if chain.leaves_h[at] > horizon_h:
        return f"service/{network.ways[network.arcs[arc].way].service.id} does not leave in {ask.horizon_days:g} days"
    spells, now, longest, shut = windows(network, ask), chain.leaves_h[at], 0.0, ""
    for item in network.items(arc):
        if item.kind != "wait":
            opens = _opens(spells.get((item.kind, item.place, item.row)), now)
            if opens - now > longest:
                until = f" until {instant(ask.depart, opens):%d %b %Y}" if isfinite(opens) else ""
                thing = _thing(network, (item.kind, item.place, item.row), instant(ask.depart, now))
                longest, shut = opens - now, f"closed: {thing}{until}"
            now = max(now, opens) + item.hours
        if now == inf:
            break
    return shut or f"it takes {chain.time_h / 24:.1f} days, more than are looked at"


def _opens(spells: Floats | None, at: float) -> float:
    """The first hour from `at` on in spells (n, 2); infinity if there is none."""
    if spells is None:
        return at
    left = spells[spells[:, 1] > at]
    return max(at, float(left[0, 0])) if len(left) else inf


def _thing(network: Network, name: Passed, at: dt.datetime) -> str:
    """Address of what is shut: a whole place, or the one item."""
    kind, place, row = name
    if any(begins <= at < ends for begins, ends in Calendar(network.corridor).shut("place", place)):
        return f"place/{place}"
    table = {"travel": "link", "carriage": "service"}.get(kind, "facility")
    return f"{table}/{row}"


def _beaten(after: Plan, chain: Chain) -> str:
    """By whom a chain that can be had is beaten now."""
    ask = after.ask
    *shown, figures = measures_of([*(option.chain for option in after.options), chain], ask).tolist()
    names = (*ask.criteria, "departure")
    for other, theirs in zip(after.options, shown, strict=True):
        if all(a <= b for a, b in zip(theirs, figures, strict=True)):
            on = [name for name, a, b in zip(names, theirs, figures, strict=False) if a < b]
            return f"beaten by {other.id} on {', '.join(on)}" if on else f"equal to {other.id}"
    left = next((out for out in after.left_out if out.chain and out.chain.arcs == chain.arcs), None)
    if left is not None and left.beaten_by:
        return f"as good as {left.beaten_by}: {left.on}"
    return f"within {ask.epsilon:.0%} of others on all, or not the best of its family any more"
