"""A block train as tables for a terminal, out of its document (`karvan.study.power.train_told`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

Document = dict[str, Any]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def train_headline(document: Document) -> str:
    """What was asked, in a line."""
    return (
        f"{document['from']} to {document['to']}: {document['km']:,.0f} km by rail, {document['wire_km']:,.0f} under a "
        f"wire, {document['hours']:.1f} h under way; {document['teu']:g} TEU of {document['tonnes_teu']:g} t, "
        f"{document['kwh_teu']:,.1f} kWh a TEU ({document['vehicle']})"
    )


def train_table(document: Document) -> Table:
    """One row for diesel and for each grid: kg CO2e a TEU over the year, and by the hour of departure."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    for name in ("by", "gCO2e/kWh", "kg/TEU", "of diesel", "least", "mean", "most"):
        table.add_column(name, justify="left" if name == "by" else "right", no_wrap=name != "by")
    diesel = document["diesel"]
    table.add_row(f"diesel ({diesel['factor']})", "", f"{diesel['kg_teu']:,.1f}", "100%", "", "", "")
    for grid in document["grids"]:
        hours = grid["by_hour"]
        least, mean, most = (f"{hours[of]['kg_teu']:,.1f}" if hours else "" for of in ("min", "mean", "max"))
        grams = ", ".join(f"{value:,.0f}" for value in grid["gco2e_kwh"].values())
        called = f"{grid['scenario'] or grid['grid']} ({grid['year']})"
        table.add_row(called, grams, f"{grid['kg_teu']:,.1f}", f"{grid['of_diesel']:.0%}", least, mean, most)
    return table


def profile_table(document: Document) -> Table | None:
    """Means by local hour of departure and by month, a column each run; None where no run has hours."""
    from rich.table import Table

    known = [grid for grid in document["grids"] if grid["by_hour"]]
    if not known:
        return None
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("leaves")
    for grid in known:
        table.add_column(str(grid["scenario"] or grid["grid"]), justify="right")
    for hour in range(0, 24, 3):
        table.add_row(f"{hour:02d}:00", *(_cell(grid["by_hour"]["hour_of_day_kg_teu"][hour]) for grid in known))
    for number, month in enumerate(MONTHS):
        table.add_row(month, *(_cell(grid["by_hour"]["month_kg_teu"][number]) for grid in known))
    return table


def train_lines(document: Document) -> Iterator[str]:
    """When a train lets out least and most, and what the figures mean."""
    for grid in document["grids"]:
        if hours := grid["by_hour"]:
            yield (
                f"{grid['scenario'] or grid['grid']}: least leaving {hours['min']['depart']}, "
                f"most leaving {hours['max']['depart']}"
            )
    yield from document["notes"]


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"
