"""Print docs/projects.md, the page of the projects, from the package."""

from __future__ import annotations

from pathlib import Path

from karvan.corridor import Corridor, load
from karvan.corridor.row import Row
from karvan.tables.plans import PLANNABLE, PLANNED

PAGE = Path(__file__).parents[1] / "docs" / "projects.md"

INTRODUCTION = """\
# Projects

<!-- Printed by tools/print_projects.py from the package: change tools/middle_corridor/promises/ instead. -->

What is planned, is being built or was built since the base year 2024, and what each of it changes in the corridor. The
rows are the tables `project`, `effect` and `planned_...` of the package `middle-corridor`; every number of them has its
row in `basis`: `karvan evidence basis project/bakhty-ayagoz/capex_musd` tells what it stands on.

No engine sees a project until a scenario builds it: `--scenario project:bakhty-ayagoz` takes it in full, whatever its
date; a scenario that lists it, as it stands in the year of the scenario. What a project builds comes as rows; what it
changes, from the month in which it opens, rising evenly over its ramp.

How the effects were chosen:

- An effect says what its fact says and no more: pairs of trains a day, hours of papers, hours of handling.
- A terminal that adds so many TEU a year adds so many cranes, slots or berths as the base reckons for as many TEU, at
  the service time of the base. A whole step counts only when it is there in full.
- What no source puts a number on is assumed, graded D, with its reasoning. Most of the measures of the World Bank are
  such: it says what is to become better, not by how much.
- A project that the base has already, or that changes no number in it, says why and changes nothing.
- No two projects set one number. Where two work on the same wait or the same yard they scale or add, in any order.
- A new line comes with trains of its own beside the old ones, which run on: what is gained is the better of the two.
- Where a source tells only a year, work begins with its first month and ends with its last; of two years, the later.
  Where no end is published the cell is empty, and a scenario that wants the project by a date says it.
"""

MEASURES = (
    ("Railway bypass of Almaty", "action 1", ("almaty-bypass",)),
    ("New railway connection of Kazakhstan and Uzbekistan", "action 2", ("darbaza-maktaaral",)),
    ("Equipment and berths at Aktau", "action 3", ("aktau-cranes", "aktau-hub-1", "aktau-hub-2")),
    ("Rolling stock, locomotives in Georgia above all", "action 4", ("georgia-locomotives",)),
    ("Akhalkalaki station and the line to the Turkish border", "action 5", ("akhalkalaki-station", "btk-5mt")),
    ("Railways of Türkiye behind Kars", "where the main actions are", ("divrigi-kars",)),
    ("One flow of electronic documents, tracking", "report", ("rail-e-documents", "ctop-data-exchange")),
    ("More room for containers Baku - Aktau", "report", ("feeders-2025", "kmtf-container-ships")),
    ("Shorter stays and lower tariffs in ports", "report", ("caspian-port-stay", "georgian-ports")),
    ("Transparent and predictable through tariffs", "report", ("joint-operator",)),
)
"""Measures of the World Bank, where they are named, and the projects that are taken for them."""

BANK = """\
## Measures of the World Bank

The World Bank published ten priority actions in 2024. Five of them could be read in full (RT-PR-005); of the rest it is
told that the main ones are in Türkiye, Kazakhstan and Georgia (RT-PR-006). The other lines are what its report of
November 2023 recommends (RT-PR-026). So this is ten measures of the World Bank, and not in each line its ten actions.

| Measure | Named in | Projects |
| --- | --- | --- |"""


def page(corridor: Corridor) -> str:
    """The whole page as Markdown."""
    rows = sorted(corridor.rows("project"), key=lambda row: row.id)
    measures = [f"| {what} | {where} | {', '.join(f'`{one}`' for one in ids)} |" for what, where, ids in MEASURES]
    heads = ["## All projects", "", "| Project | Status | From | Opens | Million USD | Changes | Builds |",
             "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    told = [f"| {' | '.join(line(corridor, row))} |" for row in rows]
    sections = [section(corridor, row) for row in rows]
    return "\n".join([INTRODUCTION, *heads, *told, "", BANK, *measures, "", "## One by one", "", *sections])


def line(corridor: Corridor, row: Row) -> tuple[str, ...]:
    """A project as a row of the table."""
    cost = "" if row.capex_musd is None else f"{row.capex_musd:,.0f} ({row.capex_year})"
    changed = sum(effect.project == row.id for effect in corridor.rows("effect"))
    brought = sum(row.id in new.projects for table in PLANNABLE for new in corridor.rows(f"{PLANNED}{table}"))
    return (f"`{row.id}`", row.status, row.starts or "", row.opens or "", cost, str(changed or ""), str(brought or ""))


def section(corridor: Corridor, row: Row) -> str:
    """A project in words: what it is, what it changes, what it builds, or why nothing of it is modelled."""
    text = [f"### `{row.id}`", "", f"{row.name}. {row.note}".rstrip(), ""]
    if row.outside:
        text += [f"Not modelled: {row.outside}", ""]
    effects = [effect for effect in corridor.rows("effect") if effect.project == row.id]
    if effects:
        text += ["| Changes | | Grade |", "| --- | --- | --- |", *(told(corridor, effect) for effect in effects), ""]
    for table in PLANNABLE:
        names = [new.id for new in corridor.rows(f"{PLANNED}{table}") if table != "stop" and row.id in new.projects]
        if names and table != "tariff":
            text += [f"Builds, {table}: {', '.join(f'`{name}`' for name in names)}.", ""]
    return "\n".join(text)


def told(corridor: Corridor, effect: Row) -> str:
    """An effect as a row of a table."""
    verb = {"set": "becomes", "add": "more by", "scale": "times"}[effect.change]
    amount = effect.word if effect.amount is None else f"{effect.amount:g}"
    basis = corridor.evidence.find_basis("effect", f"{effect.project}:{effect.seq}", "amount")
    return f"| `{effect.table}/{effect.row}/{effect.column}` | {verb} {amount} | {basis.grade if basis else ''} |"


if __name__ == "__main__":
    PAGE.write_text(page(load()), encoding="utf-8")
