"""Commitments: a list, everything about one, and contradictions; for a terminal and as JSON."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from karvan.corridor import Corridor
from karvan.corridor.row import as_text
from karvan.evidence.commitments import OVERDUE, Commitments, Contradiction
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNABLE, PLANNED

if TYPE_CHECKING:
    from rich.table import Table

Row = Any
MOST_CHANGES = 12
"""Changes of a project that a terminal shows; all are in the JSON."""


def headline(register: Commitments, rows: Sequence[Row], on: dt.date) -> str:
    """How many, how far, how many tied and how many overdue."""
    states = Counter(row.status for row in rows)
    tied = sum(bool(row.projects) for row in rows)
    late = sum(register.overdue(row, on) for row in rows)
    told = ", ".join(f"{count} {status}" for status, count in sorted(states.items(), key=lambda one: (-one[1], one[0])))
    return (
        f"{len(rows)} commitment{'' if len(rows) == 1 else 's'}: {told}\n"
        f"{tied} tied to projects, {len(rows) - tied} outside the model; {late} overdue on {on.isoformat()}"
    )


def listing(register: Commitments, rows: Sequence[Row], on: dt.date) -> Table:
    """A row a commitment, in the order in which they were made."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    for name, whole in (("id", True), ("made", True), ("sector", True), ("what", False), ("status", False),
                        ("due", True), ("in the model", False)):  # fmt: skip
        table.add_column(name, no_wrap=whole, overflow="fold")
    for row in rows:
        status = row.status + (f", {OVERDUE}" if register.overdue(row, on) else "")
        table.add_row(row.id, row.made, row.sector, row.title, status, row.due or "", ", ".join(row.projects) or "-")
    return table


def one(corridor: Corridor, register: Commitments, row: Row, on: dt.date) -> list[Any]:
    """Everything about one commitment: words, history, projects and what each changes, contradictions."""
    at = f", {row.occasion}" if row.occasion else ""
    late = f" ({OVERDUE} on {on.isoformat()})" if register.overdue(row, on) else ""
    steps = register.history(row.id)
    told = {step.source for step in steps}
    also = _cited(corridor, (name for name in row.sources if name not in told))
    words = [
        f"{row.id}  {row.title}",
        f"{row.kind}, {row.made}{at}; {row.sector}",
        f"parties: {'; '.join(row.parties)}",
        f"says: {row.says}",
        f"status: {', '.join(filter(None, (row.status, row.since)))}{late}",
        *([f"due: {row.due}"] if row.due else []),
        *([f"outside the model: {row.outside}"] if row.outside else []),
        *([f"facts: {', '.join(row.facts)}"] if row.facts else []),
        *([f"also told by: {also}"] if also else []),
        *([f"note: {row.note}"] if row.note else []),
    ]
    things: list[Any] = ["\n".join(words), "", _history(corridor, steps)]
    for name in row.projects:
        things += ["", *_project(corridor, name)]
    found = register.contradictions(row.id)
    return [*things, *(["", contradictions(corridor, found)] if found else [])]


def contradictions(corridor: Corridor, found: Iterable[Contradiction]) -> Table:
    """A row a version, with its sources; the topic stands at the first."""
    table = _table("topic", "version", "source", "facts")
    for one_ in found:
        for n, version in enumerate(one_.versions):
            table.add_row(one_.topic if n == 0 else "", version.says, _cited(corridor, version.sources),
                          ", ".join(version.facts))  # fmt: skip
        if one_.note:
            table.add_row("", f"({one_.note})", "", "")
    return table


def document(corridor: Corridor, register: Commitments, rows: Sequence[Row], on: dt.date) -> dict[str, Any]:
    """The commitments with their history, projects and contradictions as JSON has them."""
    found = [one_ for one_ in register.contradictions() if {row.id for row in rows} & set(one_.commitments)]
    return {
        "package": corridor.name,
        "on": on.isoformat(),
        "commitments": [
            {
                **_plain("commitment", row),
                OVERDUE: register.overdue(row, on),
                "history": [_plain("commitment_status", step) for step in register.history(row.id)],
                "projects": [
                    {"id": name, "name": corridor.row("project", name).name, "changes": changes(corridor, name)}
                    for name in row.projects
                ],
            }
            for row in rows
        ],
        "contradictions": contradiction_document(found),
    }


def contradiction_document(found: Iterable[Contradiction]) -> list[dict[str, Any]]:
    """Contradictions as JSON has them."""
    return [
        {
            "topic": one_.topic,
            "commitments": list(one_.commitments),
            "note": one_.note,
            "versions": [
                {"says": version.says, "sources": list(version.sources), "facts": list(version.facts)}
                for version in one_.versions
            ],
        }
        for one_ in found
    ]


def changes(corridor: Corridor, project: str) -> list[str]:
    """What a project changes, a line each: cells of the corridor, and rows that it brings."""
    said = [_change(row) for row in corridor.rows("effect") if row.project == project]
    brought = {
        name: sum(project in row.projects for row in corridor.rows(f"{PLANNED}{name}")) for name in PLANNABLE
    }  # fmt: skip
    return said + [f"{name}: {count} new" for name, count in brought.items() if count]


def _change(effect: Row) -> str:
    cell = f"{effect.table}/{effect.row}/{effect.column}"
    if effect.amount is None:
        return f"{cell} becomes {effect.word}"
    if effect.change == "scale":
        return f"{cell} times {effect.amount:g}"
    unit = BY_NAME[effect.table].column(effect.column).unit
    verb = f"{effect.amount:+g}" if effect.change == "add" else f"becomes {effect.amount:g}"
    return f"{cell} {verb} {unit}".rstrip()


def _project(corridor: Corridor, name: str) -> list[str]:
    """A project in a line, and what it changes below."""
    row = corridor.row("project", name)
    opens = f", opens {row.opens}" if row.opens else ""
    found = changes(corridor, name)
    more = [f"  and {len(found) - MOST_CHANGES} more"] if len(found) > MOST_CHANGES else []
    nothing = [] if found else [f"  changes nothing: {row.outside or 'no effect is told'}"]
    return [f"project {name}: {row.name} ({row.status}{opens})", *(f"  {line}" for line in found[:MOST_CHANGES]), *more,
            *nothing]  # fmt: skip


def _history(corridor: Corridor, steps: Sequence[Row]) -> Table:
    table = _table("when", "status", "what is told", "source")
    for step in steps:
        table.add_row(step.at, step.status, step.tells, _cited(corridor, [step.source]))
    return table


def _cited(corridor: Corridor, names: Iterable[str]) -> str:
    """Sources by title, publisher and date."""
    sources = (corridor.evidence.sources[name] for name in names if name)
    return "; ".join(", ".join(filter(None, (one_.title, one_.publisher, one_.date))) for one_ in sources)


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table()
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _plain(table: str, row: Row) -> dict[str, Any]:
    """A row with its lists as lists, and what is missing as null."""
    texts = as_text(table, row)
    return {
        name: list(value) if isinstance(value := getattr(row, name), tuple) else value if value != "" else None
        for name in texts
    }
