"""Charts of a run: queues over time, where time is lost, and times door to door; as PNG, SVG or one HTML page.

Everything that a page needs is inside it: nothing is fetched when it is opened. The same run gives the same SVG and
HTML, byte for byte.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import partial
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.evidence.durable import write_whole, writing
from karvan.evidence.record import CHARTS
from karvan.ground.errors import InputError, Problem
from karvan.sim.simulation import Simulation

if TYPE_CHECKING:
    import pandas as pd

QUEUES, PLACES, GROUPS = 6, 15, 8
"""How many queues, places and groups are drawn: the first by what they cost, or carry."""
WIDTH, LOW = 640, 80
"""Pixels of a chart, and the height of one among several."""
INK, LINE, FILL = "#222222", "#005a8c", "#7fb2d0"
MENU = {"actions": {"export": True, "source": False, "compiled": False, "editor": False}}
"""What the menu of a chart on a page offers: nothing that would need a network."""
COLOURS = {
    "vehicle": "#332288", "path": "#88ccee", "crane": "#cc6677", "berth": "#44aa99", "border": "#ddcc77",
    "gate": "#999933", "pool": "#aa4499", "weather": "#117733", "hours": "#555555", "blocked": "#882255",
    "papers": "#bbbbbb", "travel": "#005a8c", "handling": "#e69f00",
}  # fmt: skip
"""By cause, the same in every chart. After Paul Tol's `muted` scheme, which colour-blind readers can tell apart."""


def ready() -> None:
    """Raise InputError where what charts are drawn with is not installed."""
    for name in ("altair", "vl_convert"):
        try:
            import_module(name)
        except ImportError:
            problem = Problem(name, "no such module", 'install it: pip install "karvan[viz]"')
            raise InputError("charts", [problem]) from None


def write_charts(found: Simulation, formats: Iterable[str]) -> list[Path]:
    """Write the charts of a run into its folder; the files written, by name.

    Raises InputError where the extra is not installed, nothing has been measured, or the folder cannot be written.
    """
    drawn = charts(found)
    if not drawn:
        problem = Problem("charts", "no time of any unit", "give a run with demand that is carried")
        raise InputError(f"the run {found.name}", [problem])
    folder = found.run.path / CHARTS
    made = {name: text for kind in dict.fromkeys(formats) for name, text in _files(drawn, kind)}
    with writing(folder):
        folder.mkdir(exist_ok=True)
        for name, content in made.items():
            write_whole(folder / name, partial(_put, content))
    return [folder / name for name in sorted(made)]


def charts(found: Simulation) -> dict[str, Any]:
    """Altair charts of a run by name: queues, causes, places, times; without those that have nothing to show.

    Raises InputError where Altair is not installed.
    """
    ready()
    made = {"queues": _queues(found), "causes": _causes(found), "places": _places(found), "times": _times(found)}
    return {name: in_style(chart) for name, chart in made.items() if chart is not None}


def drawings(found: Simulation) -> dict[str, str]:
    """The charts of a run as SVG, by name. Raises InputError where the extra is not installed."""
    ready()
    vl: Any = import_module("vl_convert")
    return {name: renumbered(vl.vegalite_to_svg(chart.to_json(indent=None))) for name, chart in charts(found).items()}


def _put(content: bytes, file: Any) -> None:
    file.write(content)


def _files(drawn: dict[str, Any], kind: str) -> Iterable[tuple[str, bytes]]:
    """The files of one format: a page that has all charts, or an image of each."""
    vl: Any = import_module("vl_convert")
    if kind == "html":
        alt: Any = import_module("altair")
        parts = [chart.copy() for chart in drawn.values()]
        for chart in parts:
            chart.config = alt.Undefined  # only a whole page may have one
        page = alt.vconcat(*parts, spacing=40).resolve_scale(color="independent", strokeDash="independent")
        yield "charts.html", in_style(page).to_html(inline=True, embed_options=MENU).encode()
        return
    for name, chart in drawn.items():
        spec = chart.to_json(indent=None)
        if kind == "svg":
            yield f"{name}.svg", renumbered(vl.vegalite_to_svg(spec)).encode()
        else:
            yield f"{name}.png", vl.vegalite_to_png(spec, scale=2.0)


def renumbered(svg: str) -> str:
    """An SVG whose clips are numbered from 0: Vega goes on counting from one image to the next."""
    numbers: dict[str, int] = {}
    return re.sub(r"\bclip(\d+)\b", lambda clip: f"clip{numbers.setdefault(clip[1], len(numbers))}", svg)


def _queues(found: Simulation) -> Any:
    """The queues that cost most, day by day."""
    alt: Any = import_module("altair")
    worst = found.bottlenecks().drop_duplicates("part")
    with_queues = found.queues().index
    shown = [part for part in worst["part"] if part in with_queues][:QUEUES]
    if not shown:
        return None
    frame = found.daily(shown).reset_index()
    year = found.run.record["inputs"]["settings"].get("year", 1970)
    first = dt.datetime(int(year), 1, 1, tzinfo=dt.UTC)
    frame["date"] = [(first + dt.timedelta(days=int(day))).strftime("%Y-%m-%dT00:00:00Z") for day in frame["day"]]
    where = dict(zip(worst["part"], worst["place"], strict=True))
    rows = []
    for n, part in enumerate(shown):
        base = alt.Chart(_data(frame[frame["part"] == part], "date", "mean", "p10", "p90"))
        last = n == len(shown) - 1
        axis = alt.Axis(labels=last, format="%d %b", grid=False)
        when = alt.X("date:T", title="day (UTC)" if last else None, axis=axis, scale=alt.Scale(type="utc"))
        axis, zero = alt.Axis(tickCount=3), alt.Scale(zero=True)
        low, mean = (alt.Y(f"{name}:Q", title="waiting", axis=axis, scale=zero) for name in ("p10", "mean"))
        band = base.mark_area(color=FILL, opacity=0.6).encode(x=when, y=low, y2="p90:Q")
        line = base.mark_line(color=LINE, strokeWidth=1.5).encode(x=when, y=mean)
        rows.append((band + line).properties(width=WIDTH, height=LOW, title=_small(f"{part}, {where[part]}")))
    stacked = alt.vconcat(*rows, spacing=8)
    return stacked.properties(title=_title(found, f"Queues by day: the {len(rows)} that cost most",
                                           "units or vehicles waiting; line: mean, band: 10th to 90th of a hundred"
                                           " replications"))  # fmt: skip


def _causes(found: Simulation) -> Any:
    """All time by cause."""
    alt: Any = import_module("altair")
    frame = found.by_cause().reset_index()
    frame = frame[frame["mean"] > 0]
    if not len(frame):
        return None
    order = list(frame["cause"])
    base = alt.Chart(_data(_days(frame), "cause", "mean", "low", "high", "end", "share"))
    y = alt.Y("cause:N", sort=order, title=None)
    colour = alt.Color("cause:N", scale=_scale(alt, order), legend=None)
    bars = base.mark_bar().encode(x=_unit_days(alt, "mean"), y=y, color=colour)
    share = base.mark_text(align="left", dx=6, color=INK).encode(x=_unit_days(alt, "end"), y=y,
                                                                 text=alt.Text("share:Q", format=".2%"))  # fmt: skip
    return (_with_whiskers(alt, bars, base, y) + share).properties(
        width=WIDTH, height=22 * len(frame),
        title=_title(found, "Where time goes, by cause", "a replication, and the share of all; lines: 95 %"
                     " interval of the mean"),
    )  # fmt: skip


def _places(found: Simulation) -> Any:
    """Time lost by place, and by cause there."""
    alt: Any = import_module("altair")
    totals = found.by_place().reset_index()
    totals = totals[totals["mean"] > 0].head(PLACES)
    if not len(totals):
        return None
    order = list(totals["place"])
    parts = found.waiting()
    parts = parts[parts["place"].isin(order) & (parts["unit_h"] > 0)]
    there = [cause for cause in COLOURS if cause in set(parts["cause"])]
    parts = parts.assign(mean=parts["unit_h"] / 24, n=parts["cause"].map(there.index))
    y = alt.Y("place:N", sort=order, title=None)
    colour = alt.Color("cause:N", title="waiting for", scale=_scale(alt, there), sort=there)
    bars = alt.Chart(_data(parts, "place", "cause", "mean", "n")).mark_bar().encode(
        x=_unit_days(alt, "mean"), y=y, color=colour, order=alt.Order("n:O")
    )  # fmt: skip
    base = alt.Chart(_data(_days(totals), "place", "mean", "low", "high"))
    return _with_whiskers(alt, bars, base, y).properties(
        width=WIDTH, height=22 * len(totals),
        title=_title(found, f"Where units wait: the first {len(totals)} places", "a replication; without papers, and"
                     " without waiting for a vehicle's load to gather; lines: 95 % interval of the mean"),
    )  # fmt: skip


def _times(found: Simulation) -> Any:
    """Times door to door of the groups with the most units."""
    alt: Any = import_module("altair")
    times = found.times().reset_index()
    times = times[times["delivered"] > 0]
    if not len(times):
        return None
    times = times[~times["group"].map(_family).duplicated()].head(GROUPS)
    frame = found.distribution(list(times["group"]))
    for name in ("from", "to"):
        frame[f"{name}_d"] = frame[f"{name}_h"] / 24
    frame["a_day"] = frame["share"] / (frame["to_d"] - frame["from_d"])
    scale = alt.Scale(domain=[0.0, float(1.3 * times["p95_h"].max() / 24)], nice=False)
    rows = []
    for n, group in enumerate(times.to_dict("records")):
        last = n == len(times) - 1
        axis, title = alt.Axis(labels=last), "days" if last else ""
        x = alt.X("from_d:Q", bin="binned", scale=scale, title=title, axis=axis)
        y = alt.Y("a_day:Q", title=None, axis=alt.Axis(labels=False, ticks=False, grid=False))
        base = alt.Chart(_data(frame[frame["group"] == group["group"]], "from_d", "to_d", "a_day"))
        bars = base.mark_bar(color=FILL, clip=True, binSpacing=0).encode(x=x, x2="to_d:Q", y=y)
        marks = [{"what": name, "days": group[column] / 24} for name, column in (("P50", "p50_h"), ("P90", "p90_h"))]
        at = alt.Chart(alt.InlineData(values=marks)).encode(x=alt.X("days:Q", scale=scale, title=title, axis=axis))
        rules = at.mark_rule(color=INK).encode(strokeDash=alt.StrokeDash(
            "what:N", title=None, scale=alt.Scale(domain=["P50", "P90"], range=[[1, 0], [4, 3]])))  # fmt: skip
        p50, p90 = group["p50_h"] / 24, group["p90_h"] / 24
        said = f"{group['group']}: {group['delivered']:,.0f} units, P50 {p50:.1f} days, P90 {p90:.1f}"
        rows.append((bars + rules).properties(width=WIDTH, height=LOW, title=_small(said)))
    return alt.vconcat(*rows, spacing=8).properties(
        title=_title(found, "Days door to door", "share of units by days; of each family the group with the most units")
    )


def _family(group: str) -> str:
    """Origin - destination | family | unit; a group of another form is a family of its own."""
    return group.split(" | ")[1] if group.count(" | ") == 2 else group


def _unit_days(alt: Any, column: str) -> Any:
    return alt.X(f"{column}:Q", title="unit-days", axis=alt.Axis(format="~s"), scale=alt.Scale(domainMin=0))


def _with_whiskers(alt: Any, bars: Any, base: Any, y: Any) -> Any:
    """Bars with the interval of each on top, dark on white so that it is seen on any colour."""
    x = _unit_days(alt, "low")
    lines = [base.mark_rule(color=colour, strokeWidth=width, clip=True).encode(x=x, x2="high:Q", y=y)
             for colour, width in (("#ffffff", 4.0), (INK, 1.5))]  # fmt: skip
    return alt.layer(bars, *lines)


def _days(frame: pd.DataFrame) -> pd.DataFrame:
    """Means of unit-hours and half widths as unit-days, with the ends of the intervals."""
    mean, half = frame["mean"] / 24, frame["ci"] / 24
    return frame.assign(mean=mean, low=mean - half, high=mean + half, end=mean + half.fillna(0.0))


def _scale(alt: Any, causes: Sequence[str]) -> Any:
    return alt.Scale(domain=list(causes), range=[COLOURS.get(cause, INK) for cause in causes])


def _data(frame: pd.DataFrame, *columns: str) -> Any:
    """Rows as Vega-Lite holds them: six digits, and what is missing left out."""
    alt: Any = import_module("altair")
    rows = frame[list(columns)].to_dict("records")
    return alt.InlineData(values=[
        {str(k): (float(f"{v:.6g}") if isfinite(v) else None) if isinstance(v, float) else v for k, v in row.items()}
        for row in rows
    ])  # fmt: skip


def _title(found: Simulation, text: str, note: str) -> dict[str, Any]:
    record = found.run.record
    done, days = len(found.run.done()), record["inputs"]["settings"].get("days")
    of = f"run {found.name}: {found.package}, {done} replications of {days:g} days, seed {record['inputs']['seed']}"
    return {"text": text, "subtitle": [note, of]}


def _small(text: str) -> dict[str, Any]:
    return {"text": text, "fontSize": 11, "fontWeight": "normal", "offset": 2}


def in_style(chart: Any) -> Any:
    """A chart on a light background, with plain axes."""
    alt: Any = import_module("altair")
    chart.config = alt.Config(
        background="#ffffff",
        title=alt.TitleConfig(anchor="start", fontSize=15, subtitleFontSize=11, subtitleColor="#555555", color=INK),
        axis=alt.Axis(labelColor=INK, titleColor=INK, gridColor="#e5e5e5", labelLimit=260, titleFontWeight="normal"),
        view=alt.ViewConfig(stroke="#d0d0d0"),
        legend=alt.LegendConfig(labelColor=INK, titleColor=INK),
    )
    return chart
