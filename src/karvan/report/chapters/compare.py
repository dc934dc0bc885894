"""What a run of `karvan compare` says: for each scenario what it changes, in all, by family, country and place."""

from __future__ import annotations

from math import isfinite
from typing import Any

from karvan.report.bars import Bar, bars
from karvan.report.chapters.told import SHOWN, Reported, Told, counted, share, short, top
from karvan.report.document.blocks import (
    Block,
    Code,
    Figure,
    Heading,
    Items,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraph,
    Section,
    Table,
    Text,
)
from karvan.report.map import amount

Row = dict[str, Any]
BY = {
    "family": "By family", "from country": "By country of origin", "to country": "By country of destination",
    "place": "By place", "pair": "By flow",
}  # fmt: skip
DRAWN = ("tonnes", "delivered")
"""Measures of families that are drawn, the first that there is."""
TOLD = (("assign", "tonnes"), ("simulate", "hours"), ("simulate", "delivered"), ("assign", "waiting"),
        ("simulate", "waiting"))  # fmt: skip
"""Figures that the report tells of families, countries, places and flows; the run has more."""
EACH = 6
"""Rows of each of them."""
SAME = "same"
"""What a comparison says of a best option that it left alone."""
NUMBERS = ("#before", "#after", "#difference", "#95 % interval")
GROUNDS = "A comparison leans on what the runs lean on that it is of: their own reports name their assumptions."


def tell(of: Reported) -> Told:
    """The chapters of a comparison: one for each scenario."""
    sides, rows = of.results["sides"], of.rows("changes")
    base, *others = sides
    names = ", ".join(str(side["name"]) for side in others)
    luck = "the same luck, so that differences are sharp; intervals are those of 95 % for the mean difference"
    notes = [Note(str(note)) for note in of.results.get("notes") or ()]
    if not of.results.get("converged", True):
        notes.insert(0, Note("An assignment has not converged: differences of flows are not settled.", "warning"))
    return Told(
        title=f"{names} against {base['name']}",
        sentence=f"What {counted(len(others), 'scenario')} change, held against {base['name']}: simulated with {luck}.",
        key=_key(others, rows),
        sections=(
            Section("sides", "What is compared", (_sides(sides), *_requests(of))),
            *(
                Section(f"scenario-{n}", str(side["name"]), tuple(_scenario(of, str(side["name"]), n, rows)))
                for n, side in enumerate(others, start=1)
            ),
            *_interaction(of),
        ),
        warnings=tuple(notes),
        grounds=GROUNDS,
    )


def _sides(sides: list[Row]) -> Block:
    cells = tuple(
        (str(side["name"]), str(side["title"]), str(side["year"]),
         ", ".join(f"{engine}: {run}" for engine, run in sorted(side["runs"].items())))
        for side in sides
    )  # fmt: skip
    return Table("The base, and the scenarios", ("name", "title", "year", "runs"), cells)


def _requests(of: Reported) -> list[Block]:
    asked = of.results.get("requests") or ()
    if not asked:
        return []
    return [Paragraph("Plans were made for these requests:"), Items(tuple((Code(str(one)),) for one in asked))]


def _key(sides: list[Row], rows: list[Row]) -> KeyFigures:
    """For each scenario the mean time door to door, or else what all cost together."""
    found = []
    for side in sides:
        mine = {(row["engine"], row["measure"]): row for row in rows
                if row["scenario"] == side["name"] and row["subject"] == "total"}  # fmt: skip
        name = str(side["name"])
        if row := mine.get(("simulate", "hours")):
            found.append(KeyFigure(f"{name}: time door to door", f"{_signed(row['difference'])} h", _bounds(row, "h")))
        if row := mine.get(("assign", "tonnes")):
            found.append(KeyFigure(f"{name}: carried", _short(row["difference"], "t"), "a year"))
        if row := mine.get(("assign", "cost_usd")):
            found.append(KeyFigure(f"{name}: carriage and time", _short(row["difference"], "USD"), "a year"))
    return KeyFigures(tuple(found[:SHOWN]))


def _scenario(of: Reported, name: str, n: int, rows: list[Row]) -> list[Block]:
    """One scenario against the base."""
    mine = [row for row in rows if row["scenario"] == name]
    moved = [row for row in mine if row["moved"]]
    if not moved:
        exactly = all(row["difference"] in (0, None) for row in mine)
        said = "before and after are the same to the last bit" if exactly else "what differs is rounding"
        return [Paragraph(f"It changes no figure: {said}.")]
    totals = [row for row in mine if row["subject"] == "total"]
    blocks: list[Block] = [_totals(totals)] if totals else []
    for subject, title in BY.items():
        part = [row for row in moved if row["subject"] == subject and (row["engine"], row["measure"]) in TOLD]
        if part:
            drawing = _drawn(part, n) if subject == "family" else []
            blocks += [Heading(title), *drawing, _table(of, title, part)]
    return [*blocks, *_bottlenecks(of, name), *_options(of, name)]


def _size(row: Row) -> tuple[float, str, str]:
    """The largest differences first, and those that cannot be told last."""
    difference = row["difference"]
    known = difference is not None and isfinite(difference)
    return -abs(difference) if known else 0.0, row["name"], row["detail"]


def _drawn(rows: list[Row], n: int) -> list[Block]:
    """Bars of what families gain and lose."""
    measure = next((name for name in DRAWN if any(row["measure"] == name for row in rows)), "")
    part = sorted((row for row in rows if row["measure"] == measure and row["difference"]), key=_size)[:SHOWN]
    if not part:
        return []
    unit = part[0]["unit"]
    drawing = bars([Bar(row["name"], row["difference"], _signed(row["difference"]), row["low"], row["high"])
                    for row in part])  # fmt: skip
    said = "; ".join(f"{row['name']} {_signed(row['difference'])}" for row in part[:3])
    return [Figure(f"figure-families-{n}", f"What families gain and lose, {unit}", f"Bars of differences: {said}.",
                   drawing, adapts=True)]  # fmt: skip


def _totals(rows: list[Row]) -> Block:
    cells = tuple((_figure(row), row["engine"], *_numbers(row)) for row in rows)
    return Table("In all", ("figure", "engine", *NUMBERS), cells)


def _table(of: Reported, caption: str, rows: list[Row]) -> Block:
    """Of each figure that is told the rows that differ most."""
    by_figure = [sorted((row for row in rows if (row["engine"], row["measure"]) == one), key=_size) for one in TOLD]
    shown = [row for part in by_figure for row in part[:EACH]]
    cells = tuple((_named(of, row), row["engine"], _figure(row), *_numbers(row)) for row in shown)
    more = any(len(part) > EACH for part in by_figure)
    note = f"Of each figure the {EACH} largest differences; the run has them all." if more else ""
    return Table(caption, ("of", "engine", "figure", *NUMBERS), cells, note)


def _figure(row: Row) -> str:
    return f"{row['measure']}, {row['unit']}"


def _numbers(row: Row) -> tuple[str, str, str, str]:
    before, after = _said(row["before"], row, "base"), _said(row["after"], row, "scenario")
    return before, after, _signed(row["difference"]), _interval(row)


def _named(of: Reported, row: Row) -> Text:
    name = of.place_name(row["name"]) if row["subject"] == "place" else row["name"]
    return f"{name}, {row['detail']}" if row["detail"] else str(name)


def _said(value: float | None, row: Row, side: str) -> str:
    """A figure of one side; what only the other side has is told so."""
    if row["only_in"] and row["only_in"] != side:
        return "not there"
    return amount(value) if value is not None and isfinite(value) else ""


def _signed(value: float | None) -> str:
    if value is None or not isfinite(value):
        return ""
    return f"{'+' * (value > 0)}{amount(value)}"


def _short(value: float | None, unit: str) -> str:
    return f"{'+' * (value > 0)}{short(value, unit)}" if value is not None and isfinite(value) else "not known"


def _interval(row: Row) -> str:
    low, high = row["low"], row["high"]
    known = low is not None and high is not None and isfinite(low) and isfinite(high)
    return f"{_signed(low)} to {_signed(high)}" if known else ""


def _bounds(row: Row, unit: str) -> str:
    said = _interval(row)
    return f"{said} {unit}" if said else "one replication: no interval"


def _bottlenecks(of: Reported, name: str) -> list[Block]:
    rows = [row for row in of.rows("bottleneck_changes") if row["scenario"] == name]
    cells = tuple(
        (row["part"], row["place_and_cause"], amount(row["before"]), amount(row["after"]), _interval(row),
         share(row["share_before"]), share(row["share_after"]), row["became"])
        for row in rows[:SHOWN]
    )  # fmt: skip
    names = ("what is awaited", "where, and why", *NUMBERS[:2], "#difference, 95 %", "#share before", "#after", "it")
    caption = "Bottlenecks: unit-days a year that are waited, and the share of all queueing"
    return [Heading("Bottlenecks"), Table(caption, names, cells, top(len(rows), "bottlenecks"))] if rows else []


def _options(of: Reported, name: str) -> list[Block]:
    rows = [row for row in of.rows("option_changes") if row["scenario"] == name and row["change"] != SAME]
    cells = tuple(
        (row["request"], row["family"], row["change"], row["before_by"], row["after_by"], row["why"])
        for row in rows[:SHOWN]
    )
    names = ("request", "family", "its best option is", "by", "now by", "why")
    caption = "Plans: best options that are others now"
    return [Heading("Plans"), Table(caption, names, cells, top(len(rows), "that changed"))] if rows else []


def _interaction(of: Reported) -> tuple[Section, ...]:
    rows = [row for row in of.rows("interaction") if row["subject"] == "total"]
    if not rows:
        return ()
    cells = tuple(
        (f"{row['first_scenario']} and {row['second_scenario']}", row["engine"], _figure(row),
         *(_signed(row[name]) for name in ("first_alone", "second_alone", "together", "interaction")), _interval(row))
        for row in rows
    )  # fmt: skip
    names = ("scenarios", "engine", "figure", "#first", "#second", "#together", "#beyond their sum", "#95 % interval")
    said = Paragraph("What two scenarios give together is not the sum of what each gives alone.")
    table = Table("What scenarios give together beyond the sum of both", names, cells)
    return (Section("interaction", "Together", (said, table)),)
