"""A binary heap of items by key, of equal keys by item: two arrays of which the first `size` entries are filled."""

from __future__ import annotations

from karvan.kernels.compiler import inlined


@inlined
def push(key, item, size, new_key, new_item):
    """Add to a binary heap (n,) of `size` items in the order of key, then item; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if key[above] < new_key or (key[above] == new_key and item[above] < new_item):
            break
        key[at], item[at] = key[above], item[above]
        at = above
    key[at], item[at] = new_key, new_item
    return size + 1


@inlined
def pop(key, item, size):
    """Take the first item out of a heap of `size`, which is then one less."""
    first, last_key, last = item[0], key[size - 1], item[size - 1]
    size -= 1
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and (
            key[below + 1] < key[below] or (key[below + 1] == key[below] and item[below + 1] < item[below])
        ):
            below += 1
        if last_key < key[below] or (last_key == key[below] and last < item[below]):
            break
        key[at], item[at] = key[below], item[below]
        at = below
    key[at], item[at] = last_key, last
    return first
