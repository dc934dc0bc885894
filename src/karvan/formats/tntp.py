"""TNTP: networks, trips, nodes and known flows as the Transportation Networks collection keeps them (Bar-Gera).

    <NUMBER OF ZONES> 2                     <NUMBER OF ZONES> 2
    <NUMBER OF NODES> 3                     <TOTAL OD FLOW> 6.0
    <FIRST THRU NODE> 1                     <END OF METADATA>
    <NUMBER OF LINKS> 2                     Origin 1
    <END OF METADATA>                           2 :    6.0;
    ~ init_node term_node capacity length free_flow_time b power speed toll link_type ;
      1  3  100  1  10  0.15  4  0  0  1 ;

Fields are parted by blanks or tabs, `~` begins a comment, and metadata come in any order. A trip's cost is its time,
the file's toll factor times the toll, and its distance factor times the length.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Flags, Floats, Ints, Roads, TripClass
from karvan.formats.foreign import Foreign, Gathered, number, read_text
from karvan.formats.tntp_files import TntpFiles, tntp_files
from karvan.formats.tntp_heading import NEEDED, STANDARD, read_heading
from karvan.formats.tntp_trips import Trips, check_zones, compare_totals, read_trips

TAG = re.compile(r"\s*<\s*([^>]*?)\s*>\s*(.*)")
SIZES = re.compile(r"<\s*NUMBER\s+OF\s+(?:ZONES|NODES|LINKS)\s*>", re.IGNORECASE)
END = "END OF METADATA"
REMEDIES = {
    "init_node": "give the number of a node",
    "term_node": "give the number of a node",
    "toll": "give a number",
    "capacity": "give a number above 0; leave out a link that nobody can use; 0 means no limit where b is 0",
}


class Line(NamedTuple):
    """A line that is no comment and not blank, without its semicolon."""

    number: int
    text: str


def read_tntp(path: Path | str, network: str | None = None) -> Foreign:
    """The network in a folder of TNTP files.

    Args:
        path: the folder, or the `_net` file in it.
        network: which one, where a folder has several.

    Returns:
        The network with one class of trips, which minds tolls and lengths as the file's factors say. Links are in the
        order of the file. As in some of the public files a capacity of 0 means no limit where b is 0, and no road where
        the time is 0 too; nodes may have any numbers, those of the trips being the zones.

    Raises:
        InputError: everything that is wrong in the files, by file and line.
    """
    files, wrong, notes = tntp_files(Path(path), network), Gathered(), list[str]()
    text = read_text(files.net)
    if not SIZES.search(text):  # it is something else, of any length
        _sizes({}, files.net.name, wrong, notes)
        wrong.check(files.name)
    told, rows = _split(text)
    sizes = _sizes(told, files.net.name, wrong, notes)
    columns = _columns(text, rows, files.net.name, wrong, notes)
    trips_told, trips = read_trips(files.trips, wrong)
    if columns and sizes.get("NUMBER OF LINKS", len(rows)) != len(rows):
        remedy = f"give {len(rows)} in <NUMBER OF LINKS>, or all the links"
        wrong.add(f"{files.net.name}, links", f"{len(rows)} for {sizes['NUMBER OF LINKS']:g} told", remedy)
    wrong.check(files.name)
    columns, rows = _open(columns, rows, notes)
    roads = _roads(files, sizes, columns, rows, trips, wrong, notes)
    compare_totals(trips_told, trips, roads.n_zones, files.trips.name, notes)
    return Foreign(roads, "", tuple(notes), _known(files.flow, roads, notes) if files.flow else None)


def _split(text: str) -> tuple[dict[str, str], list[Line]]:
    """The metadata of a file by their names, and its lines of data."""
    told: dict[str, str] = {}
    rows: list[Line] = []
    for line, whole in enumerate(text.splitlines(), start=1):
        tag = TAG.match(whole) if not rows else None
        if tag:
            told[" ".join(tag[1].upper().split())] = tag[2].partition("~")[0].strip()
            continue
        cells = whole.partition("~")[0].strip().rstrip(";").strip()
        if cells:
            rows.append(Line(line, cells))
    return told, rows


def _sizes(told: Mapping[str, str], name: str, wrong: Gathered, notes: list[str]) -> dict[str, float]:
    """The numbers that the metadata of a network tell."""
    sizes: dict[str, float] = {}
    for tag, default in (
        ("NUMBER OF ZONES", None),
        ("NUMBER OF NODES", None),
        ("NUMBER OF LINKS", -1.0),
        ("FIRST THRU NODE", 1.0),
        ("TOLL FACTOR", 0.0),
        ("DISTANCE FACTOR", 0.0),
    ):
        text = told.get(tag, "")
        if not text:
            if default is None:
                wrong.add(f"{name}, <{tag}>", "nothing", f"say <{tag}> before <{END}>", alike=tag)
            elif default >= 0:
                sizes[tag] = default
                if tag == "FIRST THRU NODE":
                    notes.append(f"{name} says no <{tag}>: zones may be driven through")
            continue
        value = number(text)
        counts = tag.startswith(("NUMBER", "FIRST"))
        if np.isnan(value) or np.isinf(value) or (counts and (value < 1 or value != int(value))):
            wrong.add(
                f"{name}, <{tag}>", text, f"give a {'whole number of 1 or more' if counts else 'number'}", alike=tag
            )
        sizes[tag] = value
    if sizes.get("NUMBER OF ZONES", 0) > sizes.get("NUMBER OF NODES", np.inf):
        wrong.add(f"{name}, <NUMBER OF ZONES>", f"{sizes['NUMBER OF ZONES']:g}", "give no more zones than nodes")
    return sizes


def _columns(
    text: str, rows: list[Line], name: str, wrong: Gathered, notes: list[str]
) -> dict[str, Floats]:  # fmt: skip
    """The columns of a network by their names (n_links,); every cell that is none is put to what is wrong."""
    if not rows:
        wrong.add(f"{name}, links", "none", "give a row a link")
        return {}
    order, per_lane = read_heading(text)
    if order[: len(NEEDED)] != NEEDED:
        notes.append(f"{name} has its columns in another order than usual, which its heading says: {' '.join(order)}")
    cells = [row.text.split() for row in rows]
    width = len(cells[0])
    if not set(NEEDED) <= set(order[:width]):
        remedy = f"give {', '.join(STANDARD)}"
        wrong.add(f"{name}, line {rows[0].number}", f"{width} columns", remedy)
        return {}
    for row, parts in zip(rows, cells, strict=True):
        if len(parts) != width:
            remedy = f"give {width}, as in line {rows[0].number}"
            wrong.add(f"{name}, line {row.number}", f"{len(parts)} columns", remedy)
    if wrong:
        return {}
    if per_lane:
        notes.append(f"{name} heads its capacity as that of a lane: taken as that of the link, as the format has it")
    if width < len(STANDARD) - 1:
        notes.append(f"{name} has {width} columns: no link has a toll")
    elif "toll" not in order[:width]:
        notes.append(f"{name} heads no column as tolls: no link has one")
    across = dict(zip(order, zip(*cells, strict=False), strict=False))
    columns = {
        column: np.array([number(cell) for cell in across[column]]) for column in (*NEEDED, "toll") if column in across
    }
    columns.setdefault("toll", np.zeros(len(rows)))
    for column, values in columns.items():
        for ix in np.flatnonzero(_bad(column, values, columns)):
            remedy = REMEDIES.get(column, "give a number of 0 or more")
            wrong.add(f"{name}, line {rows[ix].number}, {column}", across[column][ix], remedy, alike=column)
    return columns


def _bad(column: str, values: Floats, columns: Mapping[str, Floats]) -> Flags:
    """Which cells of a column are none (n_links,)."""
    bad = ~np.isfinite(values)
    if column.endswith("_node"):
        bad |= (values < 1) | (values != np.floor(values)) | (values > 2**53)
    if column == "capacity":
        bad |= (values == 0) & (columns["b"] != 0) & (columns["free_flow_time"] != 0)
    return bad | (values < 0) if column != "toll" else bad


def _open(
    columns: dict[str, Floats], rows: list[Line], notes: list[str]
) -> tuple[dict[str, Floats], list[Line]]:  # fmt: skip
    """The links but for those without capacity or time: the other direction of a street that has but one."""
    closed = (columns["capacity"] == 0) & (columns["b"] != 0) & (columns["free_flow_time"] == 0)
    if not closed.any():
        return columns, rows
    notes.append(f"{int(closed.sum())} links have neither capacity nor time: left out, as no road")
    left = {name: of[~closed] for name, of in columns.items()}
    return left, [row for row, out in zip(rows, closed, strict=True) if not out]


def _roads(
    files: TntpFiles, sizes: Mapping[str, float], columns: Mapping[str, Floats], rows: list[Line], trips: Trips,
    wrong: Gathered, notes: list[str],
) -> Roads:  # fmt: skip
    """The network of what was read. Raises InputError."""
    n_nodes = int(sizes["NUMBER OF NODES"])
    ends = [columns[name].astype(np.int64) for name in ("init_node", "term_node")]
    nodes, n_zones, usual = _nodes(sizes, ends, trips, notes)
    zones = nodes[:n_zones]
    for column, of in zip(("init_node", "term_node"), ends, strict=True):
        for ix in np.flatnonzero(~np.isin(of, nodes)):
            remedy = f"give a node from 1 to {n_nodes}, as <NUMBER OF NODES> says; look whether columns are swapped"
            wrong.add(f"{files.net.name}, line {rows[ix].number}, {column}", str(of[ix]), remedy)
    check_zones(files.trips, files.net.name, zones, trips, wrong)
    wrong.check(files.name)
    order = np.argsort(nodes, kind="stable")
    tail, head = (order[np.searchsorted(nodes, of, sorter=order)].astype(np.int64) for of in ends)
    matrix = np.zeros((n_zones, n_zones))
    order = np.argsort(zones, kind="stable")
    start, end = (order[np.searchsorted(zones, of, sorter=order)] for of in (trips.origin, trips.destination))
    np.add.at(matrix, (start, end), trips.trips)
    no_limit = columns["capacity"] == 0
    if no_limit.any():
        notes.append(f"{int(no_limit.sum())} links have a capacity of 0 and a b of 0: taken as without limit")
    return Roads(
        name=files.name,
        nodes=nodes,
        n_zones=n_zones,
        through=_through(nodes, n_zones, usual, sizes["FIRST THRU NODE"], notes),
        tail=tail,
        head=head,
        capacity=np.where(no_limit, np.inf, columns["capacity"]),
        free_flow=columns["free_flow_time"],
        b=columns["b"],
        power=columns["power"],
        toll=columns["toll"],
        length=columns["length"],
        classes=(TripClass("trips", matrix, toll_weight=sizes["TOLL FACTOR"], length_weight=sizes["DISTANCE FACTOR"]),),
        lon_lat=_where(files.node, nodes, wrong, notes) if files.node else None,
    )


def _nodes(
    sizes: Mapping[str, float], ends: list[Ints], trips: Trips, notes: list[str]
) -> tuple[Ints, int, bool]:  # fmt: skip
    """What the files call the nodes, zones first; how many zones; whether they are called 1 to n, as is usual."""
    n_zones, n_nodes = int(sizes["NUMBER OF ZONES"]), int(sizes["NUMBER OF NODES"])
    on_links, zones = np.unique(np.concatenate(ends)), np.unique(np.concatenate([trips.origin, trips.destination]))
    every = np.union1d(on_links, zones)
    # trips that all the zones have tell them; as many zones as nodes only say that every node may be one
    if every[-1] <= n_nodes or len(every) != n_nodes or len(zones) != n_zones != n_nodes:
        return np.arange(1, n_nodes + 1, dtype=np.int64), n_zones, True
    notes.append(f"nodes have numbers of their own; the {len(zones)} that trips begin or end at are the zones")
    return np.concatenate([zones, np.setdiff1d(every, zones)]).astype(np.int64), len(zones), False


def _through(nodes: Ints, n_zones: int, usual: bool, first: float, notes: list[str]) -> Flags:
    """Which nodes may be driven through (n_nodes,): those from the first such node on.

    Where nodes have numbers of their own that holds only if it parts the zones from the others.
    """
    through: Flags = nodes >= first
    if usual or through.all() or not (through[:n_zones].any() or (~through[n_zones:]).any()):
        return through
    notes.append(f"a first thru node of {first:g} does not part the zones from other nodes: all may be driven through")
    return np.ones(len(nodes), dtype=bool)


def _where(path: Path, nodes: Ints, wrong: Gathered, notes: list[str]) -> Floats:
    """Coordinates of the nodes (n_nodes, 2); NaN where the file has none. Raises InputError."""
    place = {int(node): ix for ix, node in enumerate(nodes)}
    found, unknown = np.full((len(nodes), 2), np.nan), 0
    _, rows = _split(read_text(path))
    for row in rows:
        cells = row.text.replace(";", " ").replace(",", " ").split()
        values = [number(cell) for cell in cells[:3]]
        if row is rows[0] and values and np.isnan(values[0]):
            continue  # its heading
        if len(values) < 3 or not np.isfinite(values).all():
            wrong.add(f"{path.name}, line {row.number}", row.text, "give a node, its x and its y")
        elif int(values[0]) in place:
            found[place[int(values[0])]] = values[1:]
        else:
            unknown += 1
    wrong.check(path.name)
    if unknown:
        notes.append(f"{path.name} has {unknown} nodes that the network does not have")
    missing = int(np.isnan(found[:, 0]).sum())
    if missing:
        notes.append(f"{path.name} has no coordinates for {missing} nodes")
    return found


def _known(path: Path, roads: Roads, notes: list[str]) -> Floats | None:
    """Volumes that are known (n_links,), from a file of either style: `1 2 4494.6 6.0` or `1 2 : 4494.6 6.0 ;`."""
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for ix in range(roads.n_links):
        places[int(roads.nodes[roads.tail[ix]]), int(roads.nodes[roads.head[ix]])].append(ix)
    found, unknown = np.full(roads.n_links, np.nan), 0
    _, rows = _split(read_text(path))
    for row in rows:
        values = [number(cell) for cell in row.text.replace(":", " ").replace(";", " ").split()]
        if len(values) < 3 or not np.isfinite(values[:3]).all():
            continue
        links = places.get((int(values[0]), int(values[1])))
        if links:
            found[links.pop(0)] = values[2]
        else:
            unknown += 1
    if unknown:
        notes.append(f"{path.name} has {unknown} links that the network does not have")
    missing = int(np.isnan(found).sum())
    if missing:
        notes.append(f"{path.name} has no flow of {missing} links")
    return found if missing < roads.n_links else None
