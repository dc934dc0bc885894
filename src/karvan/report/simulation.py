"""A simulation as one JSON document, and as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from karvan.sim.simulation import Simulation

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

SHOWN = 12
"""Rows of a table on the terminal; the run has them all."""


def headline(found: Simulation) -> str:
    """The run, its size, and whether everything that came in is accounted for."""
    notes, balance, mean = found.notes, found.balance(), found.mean_hours()
    settled = "" if notes["warmup_settled"] else " (it never settles: demand is more than can be carried)"
    return "\n".join(
        [
            (
                f"Run {found.name} of {found.package}: {len(found.run.done())} replications,"
                f" warm-up {notes['warmup_days']:g} days{settled}"
            ),
            (
                f"In the system at the start {balance['in_at_start']:,.0f} and created {balance['created']:,.0f} ="
                f" delivered {balance['delivered']:,.0f} + turned away {balance['turned_away']:,.0f}"
                f" + in the system at the end {balance['in_at_end']:,.0f} (means)"
            ),
            f"Mean time of a unit {_days(mean.mean)} days, +-{_days(mean.half_width)}",
            *([f"{notes['unrouted']} rows of demand find no way, and are left out"] if notes["unrouted"] else []),
        ]
    )


def tables(found: Simulation) -> list[Any]:
    """Times, where time goes, bottlenecks, and what is stuck."""
    times = found.times().head(SHOWN)
    causes = found.by_cause()
    figures = ("hours", "hours_ci", "p10_h", "p50_h", "p90_h", "p95_h")
    shown: list[Any] = [
        _table(
            "Door to door, days (the groups with the most units)",
            ("group", "units", "mean", "+-", "P10", "P50", "P90", "P95"),
            [
                (row["group"], f"{row['delivered']:,.0f}", *(_days(row[name]) for name in figures))
                for row in _records(times)
            ],
        ),
        _table(
            "Where time goes",
            ("cause", "unit-days", "+-", "share"),
            [
                (row["cause"], _unit_days(row["mean"]), _unit_days(row["ci"]), f"{row['share']:.1%}")
                for row in _records(causes)
                if row["mean"]
            ],
        ),
        _table(
            "Bottlenecks: waiting that more capacity could lessen",
            ("part", "place", "cause", "unit-days", "+-", "share"),
            [
                (row["part"], row["place"], row["cause"], _unit_days(row["unit_h"]), _unit_days(row["unit_h_ci"]),
                 f"{row['share']:.1%}")
                for row in _records(found.bottlenecks().head(SHOWN))
            ],
        ),
    ]  # fmt: skip
    shown += one_more(found)
    stuck = found.stuck()
    if len(stuck):
        rows = [(row["part"], row["place"], f"{row['left']:,.0f}") for row in _records(stuck)]
        shown.append(_table("Stuck: they wait at the end, and nobody was served", ("part", "place", "waiting"), rows))
    return shown


def one_more(found: Simulation) -> list[Any]:
    """What one more would give, where that was asked."""
    if found.notes.get("one_more") == 0:
        return ["No bottleneck at which one more of anything could be had", ""]
    rows = [
        (row["change"], _with_interval(row, "hours", 1, 2),
         *(_with_interval(row, name, per, 0) for name, per in (("waiting_h", 24), ("here_h", 24), ("delivered", 1))))
        for row in _records(found.one_more())
    ]  # fmt: skip
    names = ("one more", "hours a unit", "unit-days waited", "of that there", "delivered")
    title = "What one more would give, a year: differences, with 95 % intervals of paired replications"
    return [_table(title, names, rows)] if rows else []


def _with_interval(row: dict[str, Any], name: str, per: float, digits: int) -> str:
    """A difference and half the width of its interval."""
    if row[name] is None:
        return ""
    half = (
        "" if row[f"{name}_low"] is None else f" +-{(row[f'{name}_high'] - row[f'{name}_low']) / 2 / per:,.{digits}f}"
    )
    return f"{row[name] / per:+,.{digits}f}{half}"


def document(found: Simulation) -> dict[str, Any]:
    """The whole answer. Times are hours."""
    return {
        "run": {"name": found.name, "folder": str(found.run.path), **found.run.record},
        "package": found.package,
        "results": found.results(),
        "times": _records(found.times()),
        "queues": _records(found.queues()),
        "by_cause": _records(found.by_cause()),
        "bottlenecks": _records(found.bottlenecks().head(100)),
        "one_more": _records(found.one_more()),
        "stuck": _records(found.stuck()),
    }


def _days(hours: float | None) -> str:
    return "" if hours is None or isnan(hours) else f"{hours / 24:.1f}"


def _unit_days(hours: float | None) -> str:
    return "" if hours is None else f"{hours / 24:,.0f}"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    flat = frame.reset_index()
    return [
        {str(k): (None if isinstance(v, float) and isnan(v) else v) for k, v in row.items()}
        for row in flat.to_dict("records")
    ]


def _table(title: str, names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for n, name in enumerate(names):
        left = n == 0 or name in ("place", "cause")
        whole = name == "one more"  # to be given to --set as it stands
        table.add_column(name, justify="left" if left else "right", overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*row)
    return table
