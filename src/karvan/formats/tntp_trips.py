"""TNTP's table of trips: `Origin 1`, and below it `2 : 100.0;   3 : 50.0;` in any spacing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Floats, Ints
from karvan.formats.foreign import Gathered, amount, number, read_text

ENTRY = re.compile(
    r"(?P<origin>\borigin\s+\S+)|(?P<zone>[^\s:;]+)\s*:\s*(?P<trips>[^\s:;]+)\s*;?|(?P<other>\S+)", re.IGNORECASE
)
TAG = re.compile(r"^[^\S\n]*<([^>\n]*)>([^\n]*)$", re.MULTILINE)
MOST_TOLD = 100_000
"""Entries that are wrong, before a table of trips is taken for something else and no more of it is looked at."""
ROUNDING = 1e-6
"""How far the sum of trips may be off the told total, relative, before a note says so."""


class Trips(NamedTuple):
    """Entries of a table of trips: zones as the file numbers them, and trips; each (n_entries,)."""

    origin: Ints
    destination: Ints
    trips: Floats


def read_trips(path: Path, wrong: Gathered) -> tuple[dict[str, str], Trips]:
    """The metadata of a table of trips and its entries; what is wrong with them is told by line."""
    text = _plain(path)
    told = {" ".join(tag[1].upper().split()): tag[2].strip() for tag in TAG.finditer(text, 0, _end_of_tags(text))}
    text = _untagged(text)
    before, *parts = text.lower().split("origin")
    entries = [_entries(part) for part in parts]
    fine = [one for one in entries if one is not None]
    if before.strip() or not entries or len(fine) < len(entries):
        _tell_wrong(text, path.name, wrong)
        nothing = np.zeros(0, np.int64)
        return told, Trips(nothing, nothing, np.zeros(0))
    return told, Trips(*(np.concatenate(column) for column in zip(*fine, strict=True)))


def _end_of_tags(text: str) -> int:
    """Where the last line ends that may be of metadata."""
    end = text.find("\n", text.rfind(">"))
    return len(text) if end < 0 else end


def _untagged(text: str) -> str:
    """A text without its metadata, line by line."""
    end = _end_of_tags(text)
    return TAG.sub("", text[:end]) + text[end:]


def _plain(path: Path) -> str:
    """A file without its comments, line by line."""
    text = read_text(path)
    return re.sub("~[^\n]*", "", text) if "~" in text else text


def _entries(part: str) -> Trips | None:
    """What follows the word Origin, up to the next one; None where something in it is no good."""
    cells = part.replace(":", " ").replace(";", " ").split()
    if len(cells) % 2 != 1 or part.count(":") * 2 != len(cells) - 1:
        return None
    try:
        numbers = np.array([float(cell) for cell in cells])
    except ValueError:
        return None
    zones, trips = np.append(numbers[1::2], numbers[0]), numbers[2::2]
    good = (zones >= 1) & (zones < 2**53) & (zones == np.floor(zones))
    if not good.all() or not ((trips >= 0) & np.isfinite(trips)).all():
        return None
    ends = zones.astype(np.int64)
    return Trips(np.full(len(trips), ends[-1]), ends[:-1], trips)


def _tell_wrong(text: str, name: str, wrong: Gathered) -> None:
    """Find what is wrong in a table of trips, line by line."""
    before, lines, line = len(wrong.problems), 0, 1
    for entry in ENTRY.finditer(text):
        if wrong.count > MOST_TOLD:
            break
        line += text.count("\n", lines, entry.start())
        lines = entry.start()
        address = f"{name}, line {line}"
        if entry["origin"]:
            if not _is_zone(entry["origin"].split()[1]):
                wrong.add(f"{address}, Origin", entry["origin"].split()[1], "give the number of a zone")
        elif entry["other"]:
            wrong.add(address, entry["other"], "give pairs of a zone and its trips as 2 : 100.0;")
        else:
            if not _is_zone(entry["zone"]):
                wrong.add(f"{address}, destination", entry["zone"], "give the number of a zone")
            trips = number(entry["trips"])
            if not (trips >= 0 and np.isfinite(trips)):
                wrong.add(f"{address}, trips", entry["trips"], "give a number of 0 or more")
    if len(wrong.problems) == before:
        wrong.add(f"{name}", "no trips", "give them as Origin 1, and below it 2 : 100.0;")


def _is_zone(text: str) -> bool:
    value = number(text)
    return bool(value >= 1 and value == int(value)) if np.isfinite(value) else False


def check_zones(path: Path, net: str, zones: Ints, trips: Trips, wrong: Gathered) -> None:
    """Zones of the trips that the network does not have, and pairs that are there twice, by their lines."""
    strange = ~np.isin(trips.origin, zones) | ~np.isin(trips.destination, zones)
    order = np.argsort(zones, kind="stable")
    start, end = (np.searchsorted(zones, of, sorter=order) for of in (trips.origin, trips.destination))
    pair = np.where(strange, 0, start * len(zones) + end)
    again = np.zeros(len(pair), dtype=bool)
    if (np.bincount(pair[~strange], minlength=1) > 1).any():
        again[:] = True
        again[np.unique(pair, return_index=True)[1]] = False
    if not strange.any() and not again.any():
        return
    wanted = dict.fromkeys(np.flatnonzero(strange | again).tolist())
    for at, line in _lines(path, wanted):
        ends = int(trips.origin[at]), int(trips.destination[at])
        address = f"{path.name}, line {line}"
        if strange[at]:
            found = next(end for end in ends if end not in zones)
            wrong.add(address, f"zone {found}", f"give a zone from {zones[0]} to {zones[-1]}, as {net} has them")
        else:
            wrong.add(address, f"{ends[0]} to {ends[1]} again", "give each pair once")


def _lines(path: Path, wanted: Mapping[int, None]) -> Iterator[tuple[int, int]]:
    """The lines of some entries of a table of trips, by their places in it."""
    text = _untagged(_plain(path))
    entry, lines, line = -1, 0, 1
    for match in ENTRY.finditer(text):
        if match["zone"]:
            entry += 1
            if entry in wanted:
                line += text.count("\n", lines, match.start())
                lines = match.start()
                yield entry, line


def compare_totals(
    told: Mapping[str, str], trips: Trips, n_zones: int, name: str, notes: list[str]
) -> None:  # fmt: skip
    """Note where the sum of trips or the number of zones is another than the file tells."""
    total, found = number(told.get("TOTAL OD FLOW", "")), float(trips.trips.sum())
    if np.isfinite(total) and abs(found - total) > ROUNDING * max(abs(total), 1.0):
        notes.append(f"{name} tells {amount(total)} trips in all, and its pairs have {amount(found)}: those count")
    zones = number(told.get("NUMBER OF ZONES", ""))
    if np.isfinite(zones) and zones != n_zones:
        notes.append(f"{name} tells {zones:g} zones, the network {n_zones}: those count")
