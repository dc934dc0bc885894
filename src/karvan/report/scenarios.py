"""Scenarios as a list, and one of them with every change that it makes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from karvan.corridor import Corridor
from karvan.corridor.row import key_of
from karvan.scenario.scenario import Scenario

if TYPE_CHECKING:
    from rich.table import Table


def listing(found: list[Scenario]) -> Table:
    """A line a scenario."""
    from rich import box
    from rich.table import Table

    table = Table(title="Scenarios", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("name", "year", "projects", "changes", "title"):
        table.add_column(name, justify="right" if name in ("year", "projects", "changes") else "left", overflow="fold")
    for one in found:
        table.add_row(one.name, str(one.year), str(len(one.projects)), str(len(one.changes)), one.title)
    return table


def lines(one: Scenario) -> list[str]:
    """One scenario in words."""
    told = [f"{one.name}: {one.title}", one.note, f"year {one.year}, demand of {one.of}", ""]
    if one.co2e_usd_t is not None:
        told.append(f"CO2e counted at {one.co2e_usd_t:g} USD a tonne")
    if one.not_there:
        told.append(f"not there in {one.year}, or without effect: {', '.join(one.not_there)}")
    return [*told, *(f"  {change}" for change in one.changes)]


def document(one: Scenario) -> dict[str, Any]:
    """One scenario as JSON."""
    return {
        "name": one.name, "title": one.title, "note": one.note, "year": one.year, "demand_of": one.of,
        "co2e_usd_t": one.co2e_usd_t, "stands_on": sorted(set(one.stack.words) - set(one.stack.tops)),
        "projects": list(one.projects), "not_there": list(one.not_there), "changes": list(one.changes),
    }  # fmt: skip


def in_full(one: Scenario) -> dict[str, Any]:
    """What a scenario does, part by part: what is built, cells by their table, what is shut when, closed families."""
    cells: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for layer in one.layers:
        for change in layer.changes:
            by, _, name = layer.name.partition("/")
            cells[change.table].append({
                "address": change.address, "by": layer.name, "project": name if by == "project" else None,
                "change": change.told(),
            })  # fmt: skip
    return {
        "built": [
            {"project": works.id, "table": table, "rows": [key_of(table, row) for row in rows]}
            for works in one.works
            for table, rows in works.rows.items()
            if rows
        ],
        "cells": [{"table": table, "changes": found} for table, found in sorted(cells.items())],
        "shut": [
            {"table": shut.table, "row": shut.row, "begins": shut.begins.isoformat(), "ends": shut.ends.isoformat()}
            for shut in one.closes
        ],
        "closed_families": [{"family": name, "open_to": list(to)} for name, to in one.closed.items()],
    }


def changed_numbers(base: Corridor, bent: Corridor) -> dict[str, int]:
    """How many rows of each table differ from the package's, those that were built counted."""
    found = {}
    for name in bent.tables:
        if name != "basis" and bent.rows(name) is not base.rows(name):
            old = set(base.rows(name))
            found[name] = sum(row not in old for row in bent.rows(name))
    return {name: count for name, count in sorted(found.items()) if count}
