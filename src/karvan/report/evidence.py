"""Where numbers are from, as documents: one number with its basis, all numbers of a row, facts and conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.evidence.ledger import Conflict
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.ground.vocabulary import Address
from karvan.scenario.layer import Layer, expanded
from karvan.scenario.scenario import Scenario
from karvan.tables import BY_NAME, Column


def read_address(corridor: Corridor, address: str) -> Address:
    """Table, row and column of TABLE/ROW/COLUMN. Raises InputError, naming what is nearest."""
    table, _, rest = address.partition("/")
    row, _, column = rest.rpartition("/")
    if table not in BY_NAME:
        near = nearest(table, BY_NAME, 1)
        remedy = f"did you mean {near[0]}?" if near else f"the tables are {', '.join(BY_NAME)}"
        raise InputError("the address", [Problem("table", shown(table), remedy)])
    if not row or not column:
        raise InputError("the address", [Problem("address", shown(address), "give TABLE/ROW/COLUMN")])
    corridor.row(table, row)
    wanted = [c.name for c in BY_NAME[table] if c.sourced]
    if column not in wanted:
        raise InputError(
            "the address", [Problem("column", shown(column), f"columns with a basis: {', '.join(wanted) or 'none'}")]
        )
    return table, row, column


def basis_of(corridor: Corridor, address: Address) -> Row:
    """The basis of a number. Raises InputError where there is none."""
    found = corridor.evidence.find_basis(*address)
    if found is None:
        value = getattr(corridor.row(*address[:2]), address[2])
        remedy = "the cell is empty: a missing value has no basis" if value is None else "add its row to basis.csv"
        raise InputError(corridor.name, [Problem("/".join(address), "no basis", remedy)])
    return found


def basis_document(corridor: Corridor, address: Address) -> dict[str, Any]:
    """A number, its basis, and every fact under it with its source: those used, and the rivals that were not.

    Raises:
        InputError: where the number has no basis.
    """
    found = basis_of(corridor, address)
    facts = [
        {"role": role, **fact._asdict(), "source": source._asdict()}
        for role, fact, source in corridor.evidence.cited(found)
    ]
    return {
        "address": "/".join(address),
        "value": getattr(corridor.row(*address[:2]), address[2]),
        "unit": BY_NAME[address[0]].column(address[2]).unit,
        "method": found.method,
        "grade": found.grade,
        "note": found.note,
        "facts": facts,
    }


def change_document(base: Corridor, bent: Corridor, scenario: Scenario, address: Address) -> dict[str, Any]:
    """What a scenario does to a number: what the package has, who builds its row, and each change, in their order."""
    table, key, column = address
    row = base.by_key(table).get(key)
    value = getattr(row, column) if row is not None else None
    before = base.evidence.find_basis(*address)
    package = (
        {"value": value, "method": before.method, "grade": before.grade, "note": before.note} if before else None
    )  # fmt: skip
    return {
        "scenario": scenario.name,
        "package": package,
        "built_by": [works.id for works in scenario.works if any(r.id == key for r in works.rows.get(table, ()))],
        "changes": list(_changes(bent, scenario, address)),
    }


def _changes(bent: Corridor, scenario: Scenario, address: Address) -> Iterator[dict[str, Any]]:
    """The changes that layers of a scenario make to a number, each with what it stands on."""
    table, _, column = address
    layers = [
        Layer(layer.name, layer.after, tuple(c for c in layer.changes if (c.table, c.column) == (table, column)))
        for layer in scenario.layers
    ]
    cells = expanded(layers, bent)
    for layer in layers:
        project = layer.name.removeprefix("project/") if layer.name.startswith("project/") else None
        for cell, change in cells[layer.name]:
            if cell == address:
                yield {
                    "by": layer.name,
                    "project": project,
                    "change": change.told(),
                    "grade": change.why.grade,
                    "note": change.why.note,
                    "facts": [_cited(bent, name) for name in change.why.facts if name in bent.evidence.facts],
                }


def row_document(corridor: Corridor, table: str, key: str, base: Corridor | None = None) -> dict[str, Any]:
    """Every number of a row: value, unit, meaning, grade and method, and how many facts and rivals are behind it.

    Args:
        base: the package, where `corridor` is one as a scenario has it: numbers that differ say what they were.

    Raises:
        InputError: where there is no such row.
    """
    row = corridor.row(table, key)
    old = base.by_key(table).get(key) if base is not None else None
    columns = [column for column in BY_NAME[table] if column.sourced and getattr(row, column.name) is not None]
    return {
        "table": table,
        "row": key,
        "meaning": BY_NAME[table].doc,
        "cells": plain_row(row),
        "built": base is not None and old is None,
        "numbers": [_number(corridor, (table, key, column.name), column, row, old) for column in columns],
    }


def _number(corridor: Corridor, address: Address, column: Column, row: Row, old: Row | None) -> dict[str, Any]:
    basis = corridor.evidence.find_basis(*address)
    value = getattr(row, column.name)
    before = getattr(old, column.name) if old is not None else None
    return {
        "address": "/".join(address),
        "column": column.name,
        "value": value,
        "unit": column.unit,
        "meaning": column.doc,
        "read_by_engines": column.use in ("engine", "published"),
        "grade": corridor.evidence.grade(*address),
        "method": basis.method if basis else None,
        "note": basis.note if basis else "",
        "facts": len(basis.facts) if basis else 0,
        "rivals": len(basis.rivals) if basis else 0,
        "changed": old is not None and before != value,
        "in_package": before,
    }


def fact_document(corridor: Corridor, name: str) -> dict[str, Any]:
    """A fact with its source, and the numbers that stand on it or knew it and did not use it."""
    used: dict[str, list[str]] = {"used_by": [], "rival_of": []}
    for address, basis in sorted(corridor.evidence.basis.items()):
        for role, names in (("used_by", basis.facts), ("rival_of", basis.rivals)):
            if name in names:
                used[role].append("/".join(address))
    return _cited(corridor, name) | used


def source_document(corridor: Corridor, name: str) -> dict[str, Any]:
    """A source with all that it says."""
    facts = [fact for fact in corridor.evidence.facts.values() if fact.source == name]
    return {**corridor.evidence.sources[name]._asdict(), "facts": [fact._asdict() for fact in facts]}


def conflict_document(conflict: Conflict) -> dict[str, Any]:
    """Facts that disagree, and which of them some number uses."""
    return {
        "subject": conflict.subject, "metric": conflict.metric, "period": conflict.period, "unit": conflict.unit,
        "used": list(conflict.used), "facts": [fact._asdict() for fact in conflict.facts],
    }  # fmt: skip


def plain_row(row: Row) -> dict[str, Any]:
    """A row by its columns, lists as JSON has them."""
    cells: Mapping[str, Any] = row._asdict()
    return {name: list(cell) if isinstance(cell, tuple) else cell for name, cell in cells.items()}


def _cited(corridor: Corridor, name: str) -> dict[str, Any]:
    fact = corridor.evidence.facts[name]
    return {**fact._asdict(), "source": corridor.evidence.sources[fact.source]._asdict()}
