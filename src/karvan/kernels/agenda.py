"""The agenda: what is to happen next, in a tournament tree over slots; and who goes on at this very instant.

Row 1 of the tree is the winner; rows `leaves` to `2 leaves - 1` are the slots. A row holds a key, and in one word whom
it is for and the slot it is of. A key is the instant in milliseconds times 16 plus the rank of the event among those of
the same instant; equal keys go by slot. Writing one slot costs a walk from its leaf to the root without a branch that
depends on the data.
"""

from __future__ import annotations

import numpy as np

from karvan.kernels import fields as f
from karvan.kernels.compiler import inlined
from karvan.kernels.word import either, natural

NEVER = np.int64(2**63 - 2)
RANK_BITS = 4
SLOT_BITS = 26
SLOT_MASK = 2**26 - 1
"""67 million slots; more units than memory can hold."""
ONE = np.uint64(1)
LAST_INSTANT = 2**58
"""The clock's range, in ms: nine million years. A later instant is an error, never a wrong answer."""

OPENS, SERVED, SHUTS, RUNS_OUT, ARRIVES, CREATED, SAMPLED, ENDS = range(8)
"""Ranks at an instant: a gate opens; a service ends and room is given back; a gate shuts; a wait for a departure runs
out; an arrival; a creation; the sample; the end of the run."""


@inlined
def put(tree, leaves, slot, key, who):
    """Write the key of a slot, and whom it is for. tree (4 leaves,): rows of a key, and of whom and the slot in one
    word; leaves a power of two.

    Of equal keys the one on the left wins.
    """
    at = np.uint64(leaves + slot)
    winner = slot | (np.int64(who) << SLOT_BITS)
    tree[at + at] = key
    tree[at + at + ONE] = winner
    while at > ONE:
        beside = at ^ ONE
        other_key = tree[beside + beside]
        other = tree[beside + beside + ONE]
        beaten = other_key < key + np.int64(at & ONE)
        key = either(beaten, other_key, key)
        winner = either(beaten, other, winner)
        at >>= ONE
        tree[at + at] = key
        tree[at + at + ONE] = winner


@inlined
def schedule(s, who, instant, rank):
    """Put an event on the agenda; its slot. `who` is a unit, or -1 - (kind + 8 * index) of what goes by the clock.

    The slot of the event being handled is used first: one walk instead of two.
    """
    slot = s.clock[0].hole
    if slot != f.NONE:
        slot = natural(slot)
        s.clock[0].hole = f.NONE
    else:
        top = natural(s.clock[0].free_slots - 1)
        slot = natural(s.free_slot[top])
        s.clock[0].free_slots = top
        if top < s.clock[0].margin:
            s.clock[0].short = 1
    if instant > LAST_INSTANT:
        s.clock[0].status = f.OUT_OF_RANGE
        s.clock[0].short = 1
        instant = LAST_INSTANT
    put(s.tree, s.free_slot.shape[0], slot, (instant << RANK_BITS) | rank, who)
    return slot


@inlined
def cancel(s, slot):
    """Take an event off the agenda."""
    put(s.tree, s.free_slot.shape[0], slot, NEVER, 0)
    top = natural(s.clock[0].free_slots)
    s.free_slot[top] = slot
    s.clock[0].free_slots = top + 1


@inlined
def whole_ms(ms):
    """A drawn time as whole ms; what is beyond the clock's range stays beyond it."""
    return int(min(max(ms, 0.0), 1e18) + 0.5)


@inlined
def make_ready(s, a):
    """Let a unit go on with its program at this instant, after those that are ready already."""
    s.unit[a].next = f.NONE
    if s.clock[0].ready == f.NONE:
        s.clock[0].ready = a
    else:
        s.unit[natural(s.clock[0].ready_tail)].next = a
    s.clock[0].ready_tail = a
