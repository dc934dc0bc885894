"""GMNS networks of somebody else's: `node.csv` and `link.csv`, with trips as DTALite and Path4GMNS keep them.

Times are minutes. A link's time without traffic is `vdf_fftt`, or else `vdf_length_mi` over `vdf_free_speed_mph`, or
else its length over `free_speed`; its capacity is `vdf_cap`, or else `capacity`, which GMNS has per lane, times
`lanes`. A number may stand behind these names, as in `VDF_fftt1`: the first period counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Floats, Ints, Roads, TripClass
from karvan.formats.foreign import Foreign, Gathered
from karvan.formats.gmns_files import Sheet, read_sheet
from karvan.formats.gmns_trips import gmns_trips
from karvan.ground.errors import InputError, Problem, shown

KM = {"km": 1.0, "kilometer": 1.0, "kilometre": 1.0, "m": 1e-3, "meter": 1e-3, "metre": 1e-3, "mi": 1.609344,
      "mile": 1.609344, "ft": 3.048e-4, "feet": 3.048e-4, "foot": 3.048e-4}  # fmt: skip
KMH = {"kmh": 1.0, "kph": 1.0, "km/h": 1.0, "kmph": 1.0, "mph": 1.609344, "mi/h": 1.609344, "m/s": 3.6, "mps": 3.6}
B, POWER = 0.15, 4.0
"""Of the Bureau of Public Roads (1964), where a link has none of its own."""
YES, NO = ("true", "1", "yes", "t", "y"), ("false", "0", "no", "f", "n")
CENTROID = "centroid"
MOST_DIGITS = 18
"""Of an id that is kept as a number."""


class _Nodes(NamedTuple):
    """Nodes in the order of the network: those of the zones first."""

    names: list[str]
    zones: list[str]
    place: dict[str, int]
    through: list[bool]
    lon_lat: Floats
    connectors: list[tuple[int, int]]
    """From a zone of several nodes to each of them, and back."""


def read_gmns(
    folder: Path | str, *, uses: Sequence[str] = (), omx: Path | None = None, matrix: str | None = None
) -> Foreign:
    """The network in a GMNS folder.

    Args:
        folder: with node.csv, link.csv, and demand.csv (o_zone_id, d_zone_id, volume) or demand.omx.
        uses: only links that allow one of these are taken, or that do not say what they allow; none takes all links.
        omx: a file of trips instead of those in the folder.
        matrix: the matrix of it, or of demand.omx; None takes each as a class of its own.

    Returns:
        The network. A zone of one node is that node, and may be driven through unless its node_type is centroid; one of
        several is a node of its own, with links without time or limit to and from each. A link that is not directed
        is two. Without a `capacity` there is no limit; where b or power are missing they are 0.15 and 4.

    Raises:
        InputError: everything that is wrong in the files, by file and line.
    """
    folder, wrong, notes = Path(folder), Gathered(), list[str]()
    if not folder.is_dir():
        remedy = "give a folder with node.csv and link.csv"
        raise InputError(shown(str(folder)), [Problem("path", "no such folder", remedy)])
    name = folder.resolve().name
    node = read_sheet(folder / "node.csv", ("node_id",), wrong)
    link = read_sheet(folder / "link.csv", ("from_node_id", "to_node_id"), wrong)
    wrong.check(name)
    link = _allowed(link, uses, wrong, notes)
    config = _config(folder, wrong)
    nodes = _read_nodes(node, wrong, notes)
    classes = gmns_trips(folder, nodes.zones, wrong, notes, omx, matrix)
    return Foreign(_roads(config, nodes, link, classes, wrong, notes), "min", tuple(notes))


def _read_nodes(node: Sheet, wrong: Gathered, notes: list[str]) -> _Nodes:
    ids, zone_of = node.ids("node_id"), node.ids("zone_id")
    if not ids:
        wrong.add(node.name, "no rows", "give a row a node")
    seen: set[str] = set()
    for row, node_id in enumerate(ids):
        if not node_id or node_id in seen:
            wrong.add(node.at(row, "node_id"), node_id or "nothing", "give each node an id of its own")
        seen.add(node_id)
    members: dict[str, list[int]] = {}
    for row, zone in enumerate(zone_of):
        if zone not in ("", "0", "-1", "NaN", "nan"):
            members.setdefault(zone, []).append(row)
    if not members:
        wrong.add(f"{node.name}, zone_id", "no zone", "give a zone_id to the nodes where trips begin and end")
    wrong.check(node.name)
    zones = sorted(members, key=_natural)
    where = np.stack([node.numbers(wrong, "x_coord", low=-np.inf), node.numbers(wrong, "y_coord", low=-np.inf)], axis=1)
    kinds = node.texts("node_type")
    of_zones = {rows[0] for rows in members.values() if len(rows) == 1}
    names, through, at = [], [], []
    for zone in zones:
        rows = members[zone]
        single = len(rows) == 1
        names.append(ids[rows[0]] if single else f"zone {zone}")
        through.append(single and kinds[rows[0]].casefold() != CENTROID)
        at.append(where[rows].mean(axis=0))
    for row in range(len(node)):
        if row not in of_zones:
            names.append(ids[row])
            through.append(True)
            at.append(where[row])
    place = {name: ix for ix, name in enumerate(names)}
    several = [zone for zone in zones if len(members[zone]) > 1]
    if several:
        notes.append(
            f"{len(several)} zones have several nodes: each is one more node, with free links to and from them"
        )
    connectors = [
        ends
        for ix, zone in enumerate(zones)
        for row in members[zone]
        if len(members[zone]) > 1
        for ends in ((ix, place[ids[row]]), (place[ids[row]], ix))
    ]
    centroids = sum(not one for one in through) - len(several)
    if centroids:
        notes.append(f"{centroids} zones have the node_type centroid: nothing drives through them")
    return _Nodes(names, zones, place, through, np.array(at).reshape(-1, 2), connectors)


class _Config(NamedTuple):
    """What config.csv says."""

    name: str
    hours: float
    """What one unit of length over one of speed is."""
    said: bool
    """Whether it says the units of both."""


def _config(folder: Path, wrong: Gathered) -> _Config:
    said: dict[str, str] = {}
    if (folder / "config.csv").is_file():
        config = read_sheet(folder / "config.csv", (), wrong)
        said = {name: config.texts(name)[0] for name in ("dataset_name", "long_length", "speed") if len(config)}
    name = said.get("dataset_name") or folder.resolve().name
    found = []
    for column, known in (("long_length", KM), ("speed", KMH)):
        word = said.get(column, "").casefold()
        unit = word if word in known else word.removesuffix("s")
        if unit and unit not in known:
            wrong.add(f"config.csv, {column}", word, f"give one of {', '.join(known)}", alike=column)
        found.append(known.get(unit))
    length, speed = found
    both = length is not None and speed is not None
    return _Config(name, (length or 1.0) / (speed or 1.0) if both else 1.0, both)


def _roads(
    config: _Config, nodes: _Nodes, link: Sheet, classes: tuple[TripClass, ...], wrong: Gathered, notes: list[str]
) -> Roads:  # fmt: skip
    """The network of what was read. Raises InputError."""
    ends = [_ends(link, column, nodes.place, wrong) for column in ("from_node_id", "to_node_id")]
    numbers = _columns(link, config, wrong, notes)
    directed = _directed(link, wrong, notes)
    wrong.check(config.name)
    # a row is a link, and one that leads back where it is not directed
    row = np.repeat(np.arange(len(link)), np.where(directed, 1, 2))
    back = np.append(False, row[1:] == row[:-1])[: len(row)]
    tail, head = (np.where(back, ends[1 - side][row], ends[side][row]) for side in (0, 1))
    ids = link.texts("link_id") if link.find("link_id") else [str(line - 1) for line in link.lines]
    links = [f"{ids[ix]} back" if turned else ids[ix] for ix, turned in zip(row, back, strict=True)]
    free = np.array(nodes.connectors, dtype=np.int64).reshape(-1, 2)
    more = {"capacity": np.inf, "power": 1.0}
    columns = {key: np.append(of[row], np.full(len(free), more.get(key, 0.0))) for key, of in numbers.items()}
    whole = all(_is_number(name) for name in nodes.names if not name.startswith("zone "))
    zones_whole = all(_is_number(zone) for zone in nodes.zones)
    numbered = _numbers(nodes) if whole else np.arange(1, len(nodes.names) + 1)
    zone_ids = np.array([int(zone) for zone in nodes.zones] if zones_whole else range(1, len(nodes.zones) + 1))
    same = zones_whole and whole and bool((zone_ids == numbered[: len(zone_ids)]).all())
    return Roads(
        name=config.name,
        nodes=numbered.astype(np.int64),
        n_zones=len(nodes.zones),
        through=np.array(nodes.through),
        tail=np.append(tail, free[:, 0]),
        head=np.append(head, free[:, 1]),
        classes=classes,
        links=(*links, *(f"connector {ix}" for ix in range(1, len(free) + 1))),
        lon_lat=nodes.lon_lat if np.isfinite(nodes.lon_lat).any() else None,
        node_names=() if whole else tuple(nodes.names),
        zone_ids=None if same else zone_ids.astype(np.int64),
        zone_names=() if zones_whole else tuple(nodes.zones),
        **columns,
    )


def _ends(link: Sheet, column: str, place: dict[str, int], wrong: Gathered) -> Ints:
    found = []
    for row, node in enumerate(link.ids(column)):
        if node not in place:
            wrong.add(link.at(row, column), node or "nothing", "give a node of node.csv", alike=f"link {column}")
        found.append(place.get(node, 0))
    return np.array(found, dtype=np.int64)


def _columns(link: Sheet, config: _Config, wrong: Gathered, notes: list[str]) -> dict[str, Floats]:
    """The numbers of the rows, by the names that `Roads` has for them; each (n_rows,)."""
    if not len(link):
        wrong.add(link.name, "no rows", "give a row a link")
    length, lanes = link.numbers(wrong, "length"), link.numbers(wrong, "lanes")
    lane, whole = link.numbers(wrong, "capacity"), link.numbers(wrong, "vdf_cap1", "vdf_cap")
    free_flow = link.numbers(wrong, "vdf_fftt1", "vdf_fftt")
    speed = link.numbers(wrong, "free_speed")
    miles, mph = link.numbers(wrong, "vdf_length_mi"), link.numbers(wrong, "vdf_free_speed_mph")
    b, power = (link.numbers(wrong, f"{name}1", name) for name in ("vdf_alpha", "vdf_beta"))
    toll = link.numbers(wrong, "toll", "vdf_toll1", "vdf_toll", low=-np.inf)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        by_speed = length / speed * config.hours * 60
        by_miles = miles / mph * 60
    free_flow = np.where(np.isnan(free_flow) & np.isfinite(by_miles), by_miles, free_flow)
    for row in np.flatnonzero(np.isnan(free_flow) & ~np.isfinite(by_speed)):
        found = (
            f"length {link.texts('length')[row] or 'nothing'}, free_speed {link.texts('free_speed')[row] or 'nothing'}"
        )
        remedy = "give both, with a free_speed above 0, or vdf_fftt in minutes"
        wrong.add(f"{link.name}, line {link.lines[row]}", found, remedy)
    if np.isnan(free_flow).any() and not config.said:
        notes.append("no config.csv says the units: free_speed is taken to be lengths an hour, as GMNS has it")
    capacity = np.where(np.isnan(whole), lane * np.where(np.isnan(lanes), 1.0, lanes), whole)
    no_limit = np.isnan(capacity)
    for missing, default, told in (
        (no_limit, np.inf, "no capacity: taken as without limit"),
        (np.isnan(b) & ~no_limit, B, f"no vdf_alpha: taken as {B:g}"),
        (np.isnan(power) & ~no_limit, POWER, f"no vdf_beta: taken as {POWER:g}"),
        (np.isnan(lanes) & np.isnan(whole) & ~np.isnan(lane), 1.0, "no lanes: taken as 1"),
    ):
        if missing.any():
            notes.append(f"{int(missing.sum())} of {len(link)} links have {told}")
        if told.startswith("no capacity"):
            capacity = np.where(missing, default, capacity)
    b, power = np.where(np.isnan(b), np.where(no_limit, 0.0, B), b), np.where(np.isnan(power), POWER, power)
    for row in np.flatnonzero((capacity == 0) & (b > 0)):
        remedy = "give a number above 0; leave out a link that nobody can use"
        wrong.add(link.at(int(row), "capacity"), "0, or 0 lanes", remedy)
    return {
        "capacity": np.where(capacity == 0, np.inf, capacity),
        "free_flow": np.where(np.isnan(free_flow), by_speed, free_flow),
        "b": b,
        "power": power,
        "toll": np.where(np.isnan(toll), 0.0, toll),
        "length": np.where(np.isnan(length), 0.0, length),
    }


def _directed(link: Sheet, wrong: Gathered, notes: list[str]) -> np.ndarray:
    said = [text.casefold() for text in link.texts("directed")]
    for row, text in enumerate(said):
        if text and text not in YES + NO:
            wrong.add(link.at(row, "directed"), text, "give true or false")
    missing = said.count("")
    if missing:
        notes.append(f"{missing} of {len(link)} links do not say whether they are directed: taken as one way")
    return np.array([text not in NO for text in said], dtype=bool)


def _allowed(link: Sheet, uses: Sequence[str], wrong: Gathered, notes: list[str]) -> Sheet:
    """The links that are taken; nothing need be right in the others."""
    allowed = [{use.strip().casefold() for use in text.replace(";", ",").split(",")} - {""}
               for text in link.texts("allowed_uses")]  # fmt: skip
    wanted = {use.casefold() for use in uses}
    every = sorted(set().union(*allowed) - {"all"})
    if not wanted:
        if len(every) > 1:
            notes.append(f"links allow different uses ({', '.join(every[:6])}): all are taken, as none was asked for")
        return link
    kept = [not one or bool(one & (wanted | {"all"})) for one in allowed]
    asked = " or ".join(sorted(wanted))
    if link.lines and not any(kept):
        wrong.add(f"{link.name}, allowed_uses", f"no link for {asked}", f"give one of {', '.join(every)}")
        wrong.check(link.name)
    notes.append(f"{kept.count(False)} of {len(link)} links do not allow {asked}: left out")
    return link.chosen(kept)


def _numbers(nodes: _Nodes) -> Ints:
    """Ids that are numbers; zones of several nodes get the next ones."""
    known = [int(name) for name in nodes.names if _is_number(name)]
    new = iter(range(max(known, default=0) + 1, max(known, default=0) + 1 + len(nodes.names)))
    return np.array([int(name) if _is_number(name) else next(new) for name in nodes.names], dtype=np.int64)


def _is_number(text: str) -> bool:
    """Whether an id is a whole number as it would be written again."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS and str(int(text)) == text


def _natural(text: str) -> tuple[int, int, str]:
    """Numbers in their order, before texts in theirs."""
    return (0, int(text), text) if _is_number(text) else (1, 0, text)
