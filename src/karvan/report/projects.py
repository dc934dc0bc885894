"""Projects as JSON: a line each, and one with its effects, what it builds, and the basis of each of its numbers."""

from __future__ import annotations

from typing import Any

from karvan.corridor import Corridor
from karvan.corridor.row import Row, key_of
from karvan.report.commitments import changes
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNABLE, PLANNED


def line(corridor: Corridor, row: Row) -> dict[str, Any]:
    """A project as a list shows it."""
    return {
        "id": row.id, "name": row.name, "kind": row.kind, "countries": list(row.countries),
        "places": list(row.places), "status": row.status, "starts": row.starts, "opens": row.opens,
        "capex_musd": row.capex_musd, "capex_year": row.capex_year, "modelled": not row.outside,
        "changes": changes(corridor, row.id),
        "commitments": [one.id for one in corridor.rows("commitment") if row.id in one.projects],
    }  # fmt: skip


def document(corridor: Corridor, row: Row) -> dict[str, Any]:
    """A project in full."""
    return line(corridor, row) | {
        "opex_musd_year": row.opex_musd_year, "life_years": row.life_years, "ramp_years": row.ramp_years,
        "outside": row.outside or None, "note": row.note or None,
        "numbers": numbers(corridor, "project", row),
        "effects": [_effect(corridor, one) for one in corridor.rows("effect") if one.project == row.id],
        "builds": [
            {"table": table, "row": key_of(f"{PLANNED}{table}", one), "address": f"{PLANNED}{table}/"
             f"{key_of(f'{PLANNED}{table}', one)}", "numbers": numbers(corridor, f"{PLANNED}{table}", one)}
            for table in PLANNABLE
            for one in corridor.rows(f"{PLANNED}{table}")
            if row.id in one.projects
        ],
        "facts": [fact_line(corridor, name) for name in row.facts],
    }  # fmt: skip


def numbers(corridor: Corridor, table: str, row: Row) -> list[dict[str, Any]]:
    """The numbers of a row that need a basis, each with its address, and the grade and method of its basis."""
    key, found = key_of(table, row), []
    for column in BY_NAME[table]:
        value = getattr(row, column.name)
        if column.needs_basis and value is not None:
            basis = corridor.evidence.find_basis(table, key, column.name)
            found.append({
                "address": f"{table}/{key}/{column.name}", "column": column.name, "value": value,
                "unit": column.unit or None, "meaning": column.doc,
                "grade": corridor.evidence.grade(table, key, column.name), "method": basis.method if basis else None,
            })  # fmt: skip
    return found


def _effect(corridor: Corridor, effect: Row) -> dict[str, Any]:
    known = effect.table in BY_NAME and effect.column in BY_NAME[effect.table].names
    unit = BY_NAME[effect.table].column(effect.column).unit if known else ""
    return {
        "changes": f"{effect.table}/{effect.row}/{effect.column}", "change": effect.change, "amount": effect.amount,
        "word": effect.word or None, "unit": unit if unit and effect.change != "scale" else None,
        "opens": effect.opens, "ramp_years": effect.ramp_years, "note": effect.note or None,
        "numbers": numbers(corridor, "effect", effect),
    }  # fmt: skip


def fact_line(corridor: Corridor, name: str) -> dict[str, Any]:
    """A fact with its source."""
    fact = corridor.evidence.facts[name]
    source = corridor.evidence.sources[fact.source]
    return {
        "id": fact.id, "subject": fact.subject, "metric": fact.metric, "value": fact.value, "unit": fact.unit or None,
        "period": fact.period or None, "source": cited(source),
    }  # fmt: skip


def cited(source: Row) -> dict[str, Any]:
    """A source as a reader finds it."""
    return {
        "id": source.id, "title": source.title, "publisher": source.publisher or None, "date": source.date or None,
        "url": source.url or None,
    }  # fmt: skip
