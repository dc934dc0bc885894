"""The heading of a TNTP network: which column is which, by the several names that the public files give them."""

from __future__ import annotations

import re
from typing import NamedTuple

STANDARD = ("init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed", "toll",
            "link_type")  # fmt: skip
NEEDED = STANDARD[:7]
"""What a row must have; where a file's rows end there, no link has a toll."""
NAMES = {
    "init_node": ("from", "from_node", "tail", "tail_node"),
    "term_node": ("to", "to_node", "head", "head_node"),
    "capacity": ("total_capacity",),
    "free_flow_time": ("fftt", "fft", "ftime"),
    "b": ("alpha",),
    "power": ("beta",),
}
"""What the public files call columns besides their usual names, without units in brackets."""


class Heading(NamedTuple):
    """What a file says of its columns."""

    order: tuple[str, ...]
    """Their names, the usual ones where they are known by others."""
    per_lane: bool
    """Whether capacity is said to be that of a lane."""


def read_heading(text: str) -> Heading:
    """What a heading tells of the columns, where it names all that are needed; else the usual."""
    known = {name: column for column, names in NAMES.items() for name in names}
    for line in text.splitlines():
        if line.lstrip().startswith("~"):
            told = line.strip().strip("~;\t ").lower()
            cells = [cell for cell in told.split("\t" if "\t" in told else None) if cell.strip(" ;")]
            plain = ["_".join(re.sub(r"\(.*?\)", "", cell).split()) for cell in cells]
            names = [known.get(name, "toll" if name.startswith("toll") else name) for name in plain]
            if all(names.count(name) == 1 for name in NEEDED) and names.count("toll") < 2:
                return Heading(tuple(names), "lane" in cells[names.index("capacity")])
    return Heading(STANDARD, False)
