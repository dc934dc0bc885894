"""The chapters on what a run is founded on: assumptions by grade, the facts behind them, and the sources of it all."""

from __future__ import annotations

import re

from karvan.corridor.corridor import Corridor
from karvan.evidence import GRADES
from karvan.report.chapters.told import Told, counted, share
from karvan.report.document.blocks import (
    Block,
    Code,
    Items,
    Link,
    Paragraph,
    Section,
    Span,
    Table,
    Text,
    anchor,
)
from karvan.report.leaning import Assumption, Leaning, leaning
from karvan.report.map import amount

MOST = 25
"""Assumptions, facts behind them and sources in a report."""
GRADE = {
    "A": "official or primary", "B": "reputable", "C": "press, or loosely derived", "D": "assumed",
}  # fmt: skip


def founded(corridor: Corridor, told: Told) -> tuple[Section, ...]:
    """Assumptions by grade, facts behind them, sources."""
    found = leaning(corridor, told.uses)
    if not found.grades:
        said = Paragraph(told.grounds or "The run used no row of the package that holds a number.")
        return (Section("assumptions", "Assumptions by grade", (said,)),)
    shown = found.assumptions[:MOST]
    facts = sorted({name for one in shown for name in one.facts if name in corridor.evidence.facts})
    sources = list(found.sources)[:MOST]
    sources += sorted({corridor.evidence.facts[name].source for name in facts} - set(sources))
    return (
        Section("assumptions", "Assumptions by grade", tuple(_assumptions(found, shown, facts, told))),
        *([Section("facts", "Facts behind the assumptions", (_facts(corridor, facts),))] if facts else []),
        *([Section("sources", "Sources", (_sources(corridor, found, sources),))] if sources else []),
    )


def _assumptions(found: Leaning, shown: tuple[Assumption, ...], facts: list[str], told: Told) -> list[Block]:
    counts = found.by_grade
    all_of_them = sum(counts.values())
    said = ", ".join(f"{counts[grade]:,} {grade} ({GRADE[grade]})" for grade in GRADES)
    rows = tuple(
        (table, *(f"{of[grade]:,}" for grade in GRADES), f"{sum(of.values()):,}") for table, of in found.grades.items()
    )
    everything = ("all", *(f"{counts[grade]:,}" for grade in GRADES), f"{all_of_them:,}")
    blocks: list[Block] = [
        Paragraph(
            f"In the rows of the package that the run used stand {all_of_them:,} numbers that engines read: {said}."
            f" {share(counts['D'] / all_of_them)} of them are assumptions."
        ),
        Table("Numbers in the rows that the run used, by grade", ("table", *(f"#{g}" for g in GRADES), "#all"),
              (*rows, everything)),
    ]  # fmt: skip
    if not shown:
        return [*blocks, Paragraph("No assumption is among them.")]
    cells = tuple(
        ((Code(f"{one.table}.{one.column}"),), _values(one), f"{len(one.rows):,}", _rows(one), amount(one.use),
         _with_facts(one.note, facts))
        for one in shown
    )  # fmt: skip
    more = len(found.assumptions) - len(shown)
    note = f"And {counted(more, 'assumption')} about rows that are used less." if more else ""
    names = ("what is assumed", "value", "#rows", "of them used most", f"#use, {told.uses_unit}", "why")
    return [
        *blocks,
        Paragraph("The assumptions, that on the row which is used most first. Some hold for many rows."),
        Table("Assumptions (grade D)", names, cells, note),
        Items((
            ("Every number of the package with its basis: ", Code("karvan evidence basis ADDRESS"), "."),
            ("Which assumptions weigh most over all demand: ", Code("karvan evidence coverage"), "."),
        )),
    ]  # fmt: skip


def _values(one: Assumption) -> str:
    low, high = one.values[0], one.values[-1]
    said = _number(low) if low == high else f"{_number(low)} to {_number(high)}"
    return f"{said} {one.unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _rows(one: Assumption) -> str:
    return ", ".join(one.rows[:2]) + (", …" if len(one.rows) > 2 else "")


def _with_facts(note: str, facts: list[str]) -> Text:
    """A note whose facts lead to their rows."""
    known = set(facts)
    parts: list[Span] = []
    for word in re.split(r"([A-Za-z0-9][\w-]*)", note):
        parts.append(Link(word, anchor("fact", word)) if word in known else word)
    return tuple(parts)


def _facts(corridor: Corridor, facts: list[str]) -> Block:
    ledger = corridor.evidence
    rows = []
    for name in facts:
        fact = ledger.facts[name]
        said = f"{fact.value} {fact.unit}".strip()
        source = ledger.sources[fact.source]
        about = ", ".join(filter(None, (fact.subject, fact.metric, fact.scope)))
        rows.append(
            (name, about, said, fact.period, fact.confidence, (Link(source.title, anchor("source", source.id)),))
        )
    return Table(
        "What the reasoning above begins with", ("fact", "on", "value", "of", "grade", "source"), tuple(rows),
        anchors=tuple(anchor("fact", name) for name in facts),
    )  # fmt: skip


def _sources(corridor: Corridor, found: Leaning, sources: list[str]) -> Block:
    rows = []
    for name in sources:
        source = corridor.evidence.sources[name]
        rows.append((source.title, source.publisher, source.date, source.url, f"{found.sources.get(name, 0):,}"))
    more = len(found.sources) - len(set(sources) & set(found.sources))
    note = (
        f"And {counted(more, 'source')} behind fewer numbers; the package's table of sources has them." if more else ""
    )
    return Table(
        "Sources behind the numbers of the run, those behind most first",
        ("title", "publisher", "date", "address", "#numbers"), tuple(rows), note,
        tuple(anchor("source", name) for name in sources),
    )  # fmt: skip
