"""What a run of `karvan simulate` says: times door to door, where time goes, where it waits, what one more gives."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from karvan.report import charts
from karvan.report.chapters.mapped import mapped
from karvan.report.chapters.told import (
    SHOWN,
    Reported,
    Told,
    Uses,
    counted,
    days,
    half,
    of_each,
    records,
    share,
    top,
    total,
    whole,
)
from karvan.report.document.blocks import (
    Block,
    Code,
    Figure,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraph,
    Section,
    Table,
)
from karvan.report.map import Drawn
from karvan.sim.simulation import Simulation

Row = dict[str, Any]
DRAWN = {
    "times": ("Days door to door", "Histograms of the days from door to door, a row for each group, with P50 and P90"),
    "causes": ("Time by cause", "Bars of unit-days by cause, with the 95 % interval of each mean"),
    "places": ("Waiting by place", "Bars of unit-days of waiting by place, parted by cause, with 95 % intervals"),
    "queues": ("Queues by day", "Lines of the mean number waiting by day, and the band of eight in ten replications"),
}  # fmt: skip


def tell(of: Reported) -> Told:
    """The chapters of a simulation. Raises InputError where what charts are drawn with is not installed."""
    found = Simulation(of.run, of.package, of.results)
    figures = {name: _figure(name, svg) for name, svg in charts.drawings(found).items()}

    def with_chart(name: str, *blocks: Block) -> tuple[Block, ...]:
        return (figures[name], *blocks) if name in figures else blocks

    one_more = _one_more(found)
    return Told(
        title=f"{of.package} in {of.settings.get('year', '')}, simulated",
        sentence=_sentence(of, found),
        key=_key(found),
        sections=(
            mapped(of, _drawn(of), "How many units are on each link at a time, by its length."),
            Section("times", "Door to door", with_chart("times", *_times(of, found))),
            Section("causes", "Where time goes", with_chart("causes", _causes(found))),
            Section("waits", "Where units wait",
                    (*with_chart("places"), *with_chart("queues"), _bottlenecks(found), *_stuck(found))),
            *([Section("one-more", "What one more would give", (one_more,))] if one_more else []),
        ),
        warnings=tuple(_warnings(of, found)),
        uses=uses(of),
        uses_unit="unit-days a replication",
    )  # fmt: skip


def _figure(name: str, svg: str) -> Figure:
    title, said = DRAWN[name]
    return Figure(f"figure-{name}", title, f"{said}. The figures are in the tables of this chapter.", svg)


def _sentence(of: Reported, found: Simulation) -> str:
    n, length = len(found.run.done()), of.settings.get("days")
    warm = of.results.get("warmup_days")
    balance = found.balance()
    return (
        f"{counted(n, 'replication')} of {length:g} days, after a warm-up of {warm:g} days that is not counted. In a"
        f" replication {whole(balance['created'])} units set out and {whole(balance['delivered'])} arrive (means);"
        f" intervals are those of 95 % for the mean."
    )


def _key(found: Simulation) -> KeyFigures:
    mean, balance, n = found.mean_hours(), found.balance(), len(found.run.done())
    lost = found.bottlenecks()
    return KeyFigures((
        KeyFigure("Mean time door to door", f"{days(mean.mean)} days",
                  f"{half(mean.half_width, 24, 2)} days" if n > 1 else "one replication: no interval"),
        KeyFigure("Delivered", whole(balance["delivered"]), "units a replication"),
        KeyFigure("Turned away", whole(balance["turned_away"]), "units a replication"),
        KeyFigure("Waiting in queues", share(float(lost["share"].sum())), "of all time, which capacity could lessen"),
    ))  # fmt: skip


def _warnings(of: Reported, found: Simulation) -> list[Note]:
    notes = []
    if not of.results.get("warmup_settled", True):
        said = "It never settles: demand is more than can be carried, and queues grow for as long as one simulates."
        notes.append(Note(said, "warning"))
    if of.results.get("unrouted"):
        said = f"{counted(of.results['unrouted'], 'row')} of demand find no way, and are left out."
        notes.append(Note(said, "warning"))
    if len(found.run.done()) == 1:
        notes.append(Note("There is one replication only: nothing tells how far its figures are chance.", "warning"))
    return notes


def _drawn(of: Reported) -> Drawn:
    """Units on 1,000 km of each link at a time, and unit-days of waiting at each place."""
    length_h = 24.0 * float(of.settings.get("days") or 0.0)
    lost, known = of.rows("summary_lost"), of.corridor.by_key("link") if of.corridor else {}
    on_way = total([row for row in lost if row["cause"] == "travel"], "part", "unit_h")
    loads = {link: hours / length_h / known[link].length_km * 1000 for link, hours in on_way.items() if link in known}
    waits = {place: waited / 24 for place, waited in total(of.rows("bottlenecks"), "place", "unit_h").items()}
    return Drawn(loads, "units on 1,000 km", waits, "unit-days in queues, a replication")


def _times(of: Reported, found: Simulation) -> list[Block]:
    rows = [row for row in records(found.times()) if row["delivered"]]
    if not rows:
        return [Paragraph("Nothing was delivered.")]
    cells = tuple(
        (_group(of, row["group"]), whole(row["delivered"]), days(row["hours"]), half(row["hours_ci"], 24),
         *(days(row[name]) for name in ("p10_h", "p50_h", "p90_h", "p95_h")))
        for row in of_each(rows, lambda row: str(row["group"]).partition(" | ")[2])
    )  # fmt: skip
    names = ("from - to | family | unit", "#units", "#mean", "#±", "#P10", "#P50", "#P90", "#P95")
    note = top(len(rows), "groups: of each family and unit the one with the most units, then the largest of all")
    return [Table("Door to door, days", names, cells, note)]


def _group(of: Reported, group: str) -> str:
    """A group with its places as people call them."""
    ends, bar, rest = group.partition(" | ")
    return f"{' – '.join(of.place_name(place) for place in ends.split(' - '))}{bar}{rest}"


def _causes(found: Simulation) -> Block:
    rows = [row for row in records(found.by_cause()) if row["mean"]]
    cells = tuple(
        (row["cause"], whole(row["mean"] / 24), half(row["ci"], 24, 0), share(row["share"], 2)) for row in rows
    )
    return Table("All time by cause, a replication", ("cause", "#unit-days", "#±", "#share"), cells)


def _bottlenecks(found: Simulation) -> Block:
    rows = records(found.bottlenecks())
    cells = tuple(
        (row["part"], row["place"], row["cause"], whole(row["unit_h"] / 24), half(row["unit_h_ci"], 24, 0),
         share(row["share"], 2))
        for row in rows[:SHOWN]
    )  # fmt: skip
    names = ("what is awaited", "at", "cause", "#unit-days", "#±", "#share of all time")
    return Table(
        "Bottlenecks: waiting that more capacity could lessen", names, cells, top(len(rows), "that are awaited")
    )


def _stuck(found: Simulation) -> list[Block]:
    rows = records(found.stuck())
    if not rows:
        return []
    cells = tuple((row["part"], row["place"], whole(row["left"])) for row in rows[:SHOWN])
    note = Note("Something is stuck: units wait at the end where nobody was served.", "warning")
    return [note, Table("Stuck", ("what is awaited", "at", "#waiting"), cells, top(len(rows), "places"))]


def _one_more(found: Simulation) -> Block | None:
    rows = records(found.one_more())
    if not rows:
        return None
    cells = tuple(
        ((Code(row["change"]),), _difference(row, "hours", 1, 2), _difference(row, "waiting_h", 24, 0),
         _difference(row, "here_h", 24, 0), _difference(row, "delivered", 1, 0))
        for row in rows
    )  # fmt: skip
    names = ("one more", "#hours a unit", "#unit-days waited", "#of that there", "#delivered")
    return Table("Differences to this run, a year, with paired 95 % intervals", names, cells)


def _difference(row: Row, name: str, per: float, digits: int) -> str:
    if row[name] is None:
        return ""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    wide = "" if low is None else f" {half((high - low) / 2, per, digits)}"
    return f"{row[name] / per:+,.{digits}f}{wide}"


PART = re.compile(r" (at \d+ .*|\(back\).*|loading|unloading|service|there|back)$")
"""What a run's tables add to the name of a facility, a service or a link."""


def uses(of: Reported) -> Uses:
    """Unit-days a replication that units spend on or at the rows of the corridor, or waiting for them."""
    found: Uses = defaultdict(dict)
    known = {name: of.corridor.by_key(name) for name in ("facility", "service", "link", "pool")} if of.corridor else {}
    for row in of.rows("summary_lost"):
        part = PART.sub("", str(row["part"]))
        for table, rows in known.items():
            if part in rows:
                _add(found[table], part, row["unit_h"] / 24)
    pairs: dict[str, float] = defaultdict(float)
    for row in of.rows("summary_times"):
        pairs[str(row["group"]).split(" | ")[0]] += (row["delivered"] or 0.0) * (row["hours"] or 0.0) / 24
    for row in of.corridor.rows("demand") if of.corridor else ():
        spent = pairs.get(f"{row.origin} - {row.destination}", 0.0)
        if row.year == of.settings.get("year") and spent:
            _add(found["demand"], row.id, spent)
            _add(found["commodity"], row.commodity, spent)
    return dict(found)


def _add(sums: dict[str, float], name: str, amount: float) -> None:
    sums[name] = sums.get(name, 0.0) + amount
