"""Base years beside published figures of the power system, as a document and as tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from karvan.report.power.cells import cell, table

VERDICT = {True: "yes", False: "no", None: "-"}


def figures_document(of: Any) -> dict[str, Any]:
    """Every figure, and the same of the run of its year."""
    return {
        "country": of.country,
        "runs": [{"scenario": one.scenario, "year": one.year, "run": one.run.name if one.run else None}
                 for one in of.answers],
        "figures": [asdict(line) | {"off": line.off, "within": line.within} for line in of.lines],
    }  # fmt: skip


def figures_tables(of: Any) -> list[Any]:
    """The same for a terminal, a table a year, and the reasons below it."""
    found: list[Any] = []
    for answer in of.answers:
        lines = [line for line in of.lines if line.year == answer.year]
        rows = [
            (
                line.id, line.what, line.plant or line.technology or "all", line.period or str(line.year), line.unit,
                cell(line.published, ",.4g"), cell(line.found, ",.4g"), cell(line.off, "+.0%"), VERDICT[line.within],
                line.sort + (" *" if line.leans else ""),
            )
            for line in lines
        ]  # fmt: skip
        heads = ("figure", "what", "of", "when", "unit", "published", "model", "off", "± 10 %", "it is")
        found.append(table(f"{of.country} {answer.year}, {answer.scenario}", heads, rows, left=5))
        if answer.results["hours_each_stands_for"] != 1:
            found.append(f"On {answer.results['hours']:,} hours only: parts of the year are rough.")
        near = [line for line in lines if line.within]
        told = [line for line in lines if line.within is not None]
        found.append(f"{len(near)} of {len(told)} figures within 10 %; {len(lines) - len(told)} cannot be held.")
        found += [f"  {line.id}: {line.reason}." for line in lines if line.reason]
    found.append(
        "Given is put in; fitted by capacity factors that are set by what was published; foretold by the dispatch."
    )
    found.append("What follows is left of the total, which is given, after what is fitted: no test of the dispatch.")
    found.append("* the package leans on this very figure.")
    return found
