"""A binary heap of items by key, of equal keys by item: two arrays of which the first `size` entries are filled."""

from __future__ import annotations

from karvan.kernels.compiler import inlined


@inlined
def push(key, item, size, new_key, new_item):
    """Add an item to a binary heap by key, then item; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if key[above] < new_key or (key[above] == new_key and item[above] <= new_item):
            break
        key[at], item[at] = key[above], item[above]
        at = above
    key[at], item[at] = new_key, new_item
    return size + 1


@inlined
def drop(key, item, size):
    """Take the first item out of the heap; the new size."""
    size -= 1
    last_key, last_item = key[size], item[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (key[other] < key[below] or (key[other] == key[below] and item[other] < item[below])):
            below = other
        if last_key < key[below] or (last_key == key[below] and last_item <= item[below]):
            break
        key[at], item[at] = key[below], item[below]
        at = below
    key[at], item[at] = last_key, last_item
    return size
