"""Flows on a network of links: what a terminal shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.flow.loads import Loads
from karvan.ground.version import VERSION

if TYPE_CHECKING:
    from rich.table import Table

METHODS = {
    "ue": "user equilibrium",
    "bfw": "user equilibrium by bi-conjugate Frank-Wolfe",
    "so": "system optimum",
    "sue": "stochastic user equilibrium",
    "hard": "least cost within capacities",
}
FULLEST, MOST_UNSERVED = 10, 10
"""Rows that a terminal shows; all are in the tables."""


def document(results: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]], asked: Mapping[str, Any]) -> Any:
    """The whole answer as JSON has it: the request, the few numbers, and the tables row by row.

    Args:
        results: the few numbers.
        tables: columns by table, each (n_rows,); of skims only that they were found, as they are in the folder.
        asked: the request.
    """
    rows = {name: _rows(columns) for name, columns in tables.items() if name != "skims"}
    return {"run": {"karvan": VERSION}, "request": _plain(dict(asked)), **_plain(dict(results)), "tables": rows}


def headline(loads: Loads, results: Mapping[str, Any]) -> str:
    """What was done, in a few lines."""
    unit = f" {results['time_unit']}" if results["time_unit"] else ""
    sizes = f"{results['zones']:,} zones, {results['nodes']:,} nodes, {results['links']:,} links"
    lines = [
        f"{results['network']}: {sizes}, {_number(results['trips'])} trips between zones",
        f"{METHODS.get(loads.method, loads.method)}: {_gap(loads)}",
    ]
    if results["objective"] is not None:
        lines.append(f"objective {results['objective']:,.6f}, total time {_number(results['total_time'])}{unit}")
    if results["unserved"]:
        share = results["unserved"] / results["trips"]
        lines.append(f"unserved: {_number(results['unserved'])} trips ({share:.2%})")
    known = results["largest_difference"]
    if known:
        off = abs(known["found"] - known["known"])
        share = f" ({off / known['known']:.4%})" if known["known"] else ""
        told = f"largest difference to the {known['links']:,} volumes that came with it"
        lines.append(f"{told}: {off:,.6g}{share} on {known['link']}")
    return "\n".join(lines)


def tables(loads: Loads) -> list[Table]:
    """The fullest links, and the largest of what was not assigned."""
    return [_fullest(loads), *([_unserved(loads)] if loads.unserved else [])]


def notes(results: Mapping[str, Any]) -> list[str]:
    """What a reader should know, a line each."""
    return [f"note: {note}" for note in results["notes"]]


def _gap(loads: Loads) -> str:
    rounds = f"{len(loads.steps):,} iteration{'' if len(loads.steps) == 1 else 's'}"
    if loads.converged:
        return f"relative gap {loads.gap:.2e} after {rounds}"
    return f"NOT CONVERGED: relative gap {loads.gap:.2e} after {rounds}, while {loads.asked_gap:.0e} was asked for"


def _fullest(loads: Loads) -> Table:
    from rich.table import Table

    roads, volume, time = loads.roads, loads.volume, loads.time
    full = volume / roads.capacity
    order = np.lexsort((np.arange(roads.n_links), -volume, -full))[:FULLEST]
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("fullest links", no_wrap=True, max_width=40, overflow="ellipsis")
    names = ["volume", "capacity", "over capacity", "time", "without traffic"]
    for name in [*names, *(["worth"] if loads.worth is not None else [])]:
        table.add_column(name, justify="right", no_wrap=True)
    for ix in order:
        worth = [_number(loads.worth[ix])] if loads.worth is not None else []
        capacity = _number(roads.capacity[ix]) if np.isfinite(roads.capacity[ix]) else "-"
        cells = [
            _number(volume[ix]),
            capacity,
            f"{full[ix]:.1%}",
            _number(time[ix]),
            _number(roads.free_flow[ix]),
            *worth,
        ]
        table.add_row(roads.link(int(ix)), *cells)
    return table


def _unserved(loads: Loads) -> Table:
    from rich.table import Table

    roads = loads.roads
    zone = {int(number): roads.zone(ix) for ix, number in enumerate(roads.zones)}
    table = Table(box=None, padding=(0, 1, 0, 0))
    for name, right in (("unserved", False), ("from", False), ("to", False), ("trips", True), ("why", False)):
        table.add_column(name, justify="right" if right else "left")
    most = sorted(loads.unserved, key=lambda one: (-one.trips, one.trip_class, one.origin, one.destination))
    for one in most[:MOST_UNSERVED]:
        table.add_row(one.trip_class, zone[one.origin], zone[one.destination], _number(one.trips), one.reason)
    if len(most) > MOST_UNSERVED:
        rest = sum(one.trips for one in most[MOST_UNSERVED:])
        table.add_row(f"{len(most) - MOST_UNSERVED:,} more pairs", "", "", _number(rest), "")
    return table


def _number(value: float) -> str:
    """Six digits, thousands parted, never as a power of ten."""
    size = abs(float(value))
    digits = 0 if size >= 1e5 or size == 0 else max(0, 5 - int(np.floor(np.log10(size)))) if size >= 1e-3 else 6
    text = f"{float(value):,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rows(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    lists = [_plain(column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _plain(value: Any) -> Any:
    """A value as JSON has it; what is not finite is missing, numbers have fifteen digits."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.15g}") if np.isfinite(value) else None
    return value
