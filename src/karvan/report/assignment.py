"""An assignment of a corridor's demand as one JSON document, as tables for a terminal, and as lines on a map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from karvan.evidence.run import RunFolder
from karvan.flow.services.flows import ServiceFlows, worth_most
from karvan.formats.geojson import collection, line_feature
from karvan.formats.line import lines

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = 10
"""Rows of a table on the terminal; the run has them all."""
METHODS = {"ue": "User equilibrium", "sue": "Stochastic user equilibrium", "so": "System optimum"}


def headline(flows: ServiceFlows, run: RunFolder, rounds: Sequence[NamedTuple] = ()) -> str:
    """The run, whether it came to an end, and what was carried."""
    totals, n = flows.totals(), len(flows.steps)
    package, results = flows.problem.corridor.name, run.record["results"]
    many = f"{n} round" + "s" * (n != 1)
    gap = f"relative gap {flows.gap:.1e} after {many}"
    if not flows.settled:
        gap = f"NOT CONVERGED: {gap}, while {flows.asked_gap:.0e} was asked for"
    lines = [
        f"Run {run.name} of {package}. {METHODS[flows.method]}: {gap}",
        (
            f"Carried {totals['teu']:,.0f} TEU, {totals['tonnes']:,.0f} t in all; "
            f"{totals['t_co2e']:,.0f} t CO2e, {totals['usd'] / 1e6:,.0f} million USD for carriage"
        ),
    ]
    if rounds:
        fixed = results["fixed_point_gap"]
        ended = "" if results["converged"] else "NOT SETTLED: "
        lines.append(f"{ended}gap at the simulated waits {fixed:.1e} after {len(rounds)} simulations")
    if totals["unserved_tonnes"]:
        whole = totals["tonnes"] + totals["unserved_tonnes"]
        lines.append(
            f"Unserved {totals['unserved_teu']:,.0f} TEU, {totals['unserved_tonnes']:,.0f} t"
            f" ({totals['unserved_tonnes'] / whole:.1%} of all)"
        )
    return "\n".join(lines)


def tables(flows: ServiceFlows, rounds: Sequence[NamedTuple] = ()) -> list[Any]:
    """Rounds, families, what is fullest, what is worth most, and what is left."""
    shown = [*([_rounds(rounds)] if rounds else []), _families(flows), _fullest(flows)]
    for make in (_worth, _unserved):
        table = make(flows)
        if table is not None:
            shown.append(table)
    return shown


def document(flows: ServiceFlows, run: RunFolder, rounds: Sequence[NamedTuple] = ()) -> dict[str, Any]:
    """The whole answer. Hours, USD, tonnes and TEU a year."""
    return {
        "run": {"name": run.name, "folder": str(run.path), **run.record},
        "package": flows.problem.corridor.name,
        "results": run.record["results"],
        "rounds": [_plain(one._asdict()) for one in rounds],
        "families": [_plain(row) for row in family_totals(flows)],
        "families_by_pair": [_plain(row) for row in flows.families()],
        "resources": [_plain(row) for row in flows.resources()],
        "most_worth": [_plain(row) for row in flows.worth_most()],
        "chains": [_plain(row) for row in flows.chains()],
        "links": [_plain(row) for row in flows.links()],
        "unserved": [_plain(row) for row in flows.unserved()],
        "skims": [_plain(row) for row in flows.skims()],
    }


def document_of(run: RunFolder) -> dict[str, Any]:
    """The whole answer once more, out of the tables of its run. Raises InputError where one of them is spoilt."""
    there = {name for name, number, _ in run.files() if number is None}

    def rows(name: str) -> list[dict[str, Any]]:
        return run.read(name).to_pylist() if name in there else []

    rounds = [{name: value for name, value in row.items() if name != "round"} for row in rows("rounds")]
    families, resources = rows("families"), rows("resources")
    told = {
        "rounds": rounds, "families": totals_of(families), "families_by_pair": families, "resources": resources,
        "most_worth": worth_most(resources), **{name: rows(name) for name in ("chains", "links", "unserved", "skims")},
    }  # fmt: skip
    return {
        "run": {"name": run.name, "folder": str(run.path), **run.record},
        "package": run.record["inputs"]["package"],
        "results": run.record["results"],
        **{name: [_plain(row) for row in found] for name, found in told.items()},
    }


def geojson(flows: ServiceFlows) -> dict[str, Any]:
    """A feature collection of the links that carry anything, a feature each way, with what they carry a year."""
    corridor = flows.problem.corridor
    drawn, name = lines(corridor), "flows"
    features = []
    for row in flows.links():
        points = drawn[row["link"]]
        if corridor.row("link", row["link"]).from_place != row["from_place"]:
            points = points[::-1]
        features.append(line_feature(f"{row['link']} from {row['from_place']}", points, _plain(row)))
    return collection(f"{corridor.name} {name}", features)


def family_totals(flows: ServiceFlows) -> list[dict[str, Any]]:
    """TEU and tonnes of each family, and their share of all, the most first."""
    return totals_of(flows.families())


def totals_of(families: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same out of rows of families by pair."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in families:
        sums[row["family"]][0] += row["teu"]
        sums[row["family"]][1] += row["tonnes"]
    whole = [sum(one[n] for one in sums.values()) or 1.0 for n in (0, 1)]
    rows = [
        {"family": family, "teu": teu, "tonnes": tonnes, "share_teu": teu / whole[0], "share_tonnes": tonnes / whole[1]}
        for family, (teu, tonnes) in sums.items()
    ]
    return sorted(rows, key=lambda row: (-float(row["tonnes"]), str(row["family"])))


def _rounds(rounds: Sequence[Any]) -> Table:
    rows = [
        (str(n + 1), f"{one.gap:.1e}", f"{one.moved:.2%}", f"{one.off_h:.2f}", f"{one.mean_h / 24:.1f}")
        for n, one in enumerate(rounds)
    ]
    names = ("round", "gap", "moved", "off h", "mean days")
    return _table("Assignment and simulation in turn", names, rows)


def _families(flows: ServiceFlows) -> Table:
    rows = [
        (row["family"], f"{row['teu']:,.0f}", f"{row['share_teu']:.1%}", f"{row['tonnes']:,.0f}",
         f"{row['share_tonnes']:.1%}")
        for row in family_totals(flows)
    ]  # fmt: skip
    return _table("Families, a year", ("family", "TEU", "share", "tonnes", "share"), rows)


def _fullest(flows: ServiceFlows) -> Table:
    rows = [row for row in flows.resources() if isfinite(row["used"]) and row["kind"] != "trips"]
    rows.sort(key=lambda row: (-row["used"], row["resource"]))
    cells = [
        (row["resource"], row["unit"], f"{row['load']:,.0f}", f"{row['capacity']:,.0f}", f"{row['used']:.0%}",
         f"{row['wait_h']:,.1f}")
        for row in rows[:SHOWN]
    ]  # fmt: skip
    return _table("What is fullest, a year", ("what", "counts", "load", "capacity", "used", "wait h"), cells)


def _worth(flows: ServiceFlows) -> Table | None:
    rows = [
        (row["resource"], _number(row["worth_usd_teu"]), _number(row["worth_usd_t"]), row["unit"],
         _number(row["worth_usd"]), row["one_more"])
        for row in flows.worth_most()[:SHOWN]
    ]  # fmt: skip
    names = ("what", "USD a TEU", "USD a tonne", "counts", "USD for one", "more by --set")
    return _table("What one more would save", names, rows) if rows else None


def _unserved(flows: ServiceFlows) -> Table | None:
    left = sorted(flows.unserved(), key=lambda row: (-row["tonnes"], row["demand"]))
    rows = [
        (row["demand"], row["unit"], f"{row['units']:,.0f}", f"{row['share']:.0%}", row["reason"])
        for row in left[:SHOWN]
    ]
    more = f" (the largest of {len(left)})" if len(left) > SHOWN else ""
    names = ("demand", "in", "units", "of it", "why")
    return _table(f"Unserved, a year{more}", names, rows) if rows else None


def _number(value: float) -> str:
    if not isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON holds it: what is no number is missing."""
    return {name: None if isinstance(value, float) and not isfinite(value) else value for name, value in row.items()}


def _table(title: str, names: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    words = ("family", "what", "demand", "counts", "in", "why", "more by --set")
    for name in names:
        table.add_column(name, justify="left" if name in words else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
