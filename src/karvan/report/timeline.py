"""Commitments through time: a lane a sector, a line a commitment, a mark a step of it; as SVG, PNG or one HTML page.

A date that is vague in its source is drawn as the span that it may mean. The same register gives the same SVG and HTML.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from karvan.evidence.commitments import FULFILLED, Commitments
from karvan.evidence.durable import write_whole, writing
from karvan.evidence.vague import span
from karvan.ground.errors import InputError, Problem, shown
from karvan.report.charts import INK, MENU, in_style, ready, renumbered

Row = Any
FORMATS = (".svg", ".png", ".html")
COLOURS = {
    "stated": "#bbbbbb", "in talks": "#ddcc77", "signed": "#88ccee", "in force": "#44aa99", "under way": "#332288",
    "done": "#117733", "stalled": "#cc6677", "superseded": "#aa4499",
}  # fmt: skip
"""By status, the same in every chart. After Paul Tol's `muted` scheme, which colour-blind readers can tell apart."""
BEFORE, AFTER = 4, 7
"""Years around the day asked for that are drawn; what is earlier or later stands at the edge."""
WIDTH, HIGH = 760, 11
"""Pixels of the time axis, and of a commitment's line."""
LATE = "#c00000"


def write_timeline(register: Commitments, rows: Sequence[Row], on: dt.date, path: Path, title: str) -> None:
    """Draw the commitments into a file that is told by its ending. Raises InputError, also where `viz` is missing."""
    kind = path.suffix.lower()
    if kind not in FORMATS:
        remedy = f"give a file that ends in {', '.join(FORMATS)}"
        raise InputError("the timeline", [Problem("timeline", shown(path.name), remedy)])
    content = _content(timeline(register, rows, on, title), kind)
    with writing(path):
        write_whole(path, lambda file: file.write(content))


def timeline(register: Commitments, rows: Sequence[Row], on: dt.date, title: str) -> Any:
    """The Altair chart. Raises InputError where there is nothing to draw, or Altair is not installed."""
    ready()
    alt: Any = import_module("altair")
    drawn = [row for row in rows if any(span(step.at) for step in register.history(row.id))]
    if not drawn:
        raise InputError("the timeline", [Problem("commitments", "none with a date", "ask for others")])
    window = dt.date(on.year - BEFORE, 1, 1), dt.date(on.year + AFTER, 12, 31)
    lanes = [(sector, list(some)) for sector, some in groupby(sorted(drawn, key=_sector), key=_sector)]
    charts = [
        _lane(alt, register, sector, some, on, window, last=n == len(lanes) - 1)
        for n, (sector, some) in enumerate(lanes)
    ]
    edge = f"what is before {window[0].year} or after {window[1].year} stands at the edge"
    note = f"point or bar: a step, by what was reached; diamond: due, red where overdue; line: {on}; {edge}"
    page = alt.vconcat(*charts, spacing=6).properties(title={"text": title, "subtitle": note})
    return in_style(page)


def _sector(row: Row) -> str:
    return str(row.sector)


def _content(chart: Any, kind: str) -> bytes:
    vl: Any = import_module("vl_convert")
    if kind == ".html":
        return str(chart.to_html(inline=True, embed_options=MENU)).encode()
    spec = chart.to_json(indent=None)
    return renumbered(vl.vegalite_to_svg(spec)).encode() if kind == ".svg" else bytes(vl.vegalite_to_png(spec, scale=2))


def _lane(alt: Any, register: Commitments, sector: str, rows: Sequence[Row], on: dt.date,
          window: tuple[dt.date, dt.date], *, last: bool) -> Any:  # fmt: skip
    """The commitments of one sector, one below the other."""
    within = partial(_within, window)
    steps = [
        {"id": row.id, "title": row.title, "from": within(days[0]), "to": within(days[1] + dt.timedelta(days=1)),
         "at": step.at, "status": step.status, "tells": step.tells,
         "point": days[0] == days[1] or within(days[0]) == within(days[1])}
        for row in rows for step in register.history(row.id) if (days := span(step.at))
    ]  # fmt: skip
    due = [
        {"id": row.id, "title": row.title, "due": row.due, "day": within(days[1]),
         "late": register.overdue(row, on), "kept": row.status in FULFILLED}
        for row in rows if (days := span(row.due or ""))
    ]  # fmt: skip
    scale = alt.Scale(type="utc", domain=[f"{window[0]}T00:00:00Z", f"{window[1]}T00:00:00Z"], nice=False)
    axis = alt.Axis(labels=last, ticks=last, format="%Y", tickCount="year", grid=True)
    when = partial(alt.X, title=None, scale=scale, axis=axis)
    y = alt.Y("id:N", sort=[row.id for row in rows], title=None, axis=alt.Axis(labelFontSize=9, labelLimit=170))
    known = list(COLOURS)
    colour = alt.Color(
        "status:N", title="status", sort=known, scale=alt.Scale(domain=known, range=list(COLOURS.values()))
    )
    base = alt.Chart(alt.InlineData(values=steps))
    tips = ["title:N", "at:N", "status:N", "tells:N"]
    parts = [
        base.mark_bar(height=HIGH - 4, opacity=0.85).encode(
            x=when("from:T"), x2="to:T", y=y, color=colour, tooltip=tips),
        base.transform_filter("datum.point").mark_circle(size=42, opacity=1.0).encode(
            x=when("from:T"), y=y, color=colour, tooltip=tips),
        alt.Chart(alt.InlineData(values=[{"on": f"{on}T00:00:00Z"}])).mark_rule(color=INK, strokeDash=[3, 3]).encode(
            x=when("on:T")),
    ]  # fmt: skip
    if due:
        parts.append(alt.Chart(alt.InlineData(values=due)).mark_point(shape="diamond", size=40, filled=False).encode(
            x=when("day:T"), y=y, tooltip=["title:N", "due:N"],
            color=alt.condition("datum.late", alt.value(LATE), alt.value(INK)),
            opacity=alt.condition("datum.kept", alt.value(0.35), alt.value(1.0))))  # fmt: skip
    label = {"text": sector, "fontSize": 11, "offset": 2, "frame": "group"}
    return alt.layer(*parts).properties(width=WIDTH, height=HIGH * len(rows), title=label)


def _within(window: tuple[dt.date, dt.date], day: dt.date) -> str:
    """A day, or the edge of the window where it is outside."""
    return f"{min(max(day, window[0]), window[1])}T00:00:00Z"
