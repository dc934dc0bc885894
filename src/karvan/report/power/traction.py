"""What freight draws from the wires, as tables for a terminal, out of its document (`karvan.study.power.coupled`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

Document = dict[str, Any]
FIGURES = (
    ("under a wire, million tkm", "wire_tkm", 1e6, 1),
    ("by diesel, million tkm", "diesel_tkm", 1e6, 1),
    ("trains draw, GWh", "train_kwh", 1e6, 2),
    ("ports draw at most, GWh", "port_kwh", 1e6, 2),
    ("CO2e under a wire, kt", "wire_kg_co2e", 1e6, 2),
    ("CO2e by diesel, kt", "diesel_kg_co2e", 1e6, 2),
)
"""What is shown of a country: words, name in the document, unit and digits."""


MOVED = 0.01
"""Share by which a figure of a country without a power system differs to be shown: less may be the assignment's gap."""


def traction_headline(found: Document) -> str:
    """What was asked, in a line."""
    changes = f"; then {', '.join(found['changes'])}" if found["changes"] else ""
    return (
        f"Freight on the wires of {found['scenario'] or 'the package'}, {found['year']}, by {found['source']}{changes}"
    )


def country_table(found: Document) -> Table:
    """Figures of each country that has zones with a load, and of others those that change."""
    from rich.table import Table

    before = {row["country"]: row for row in found["before"]["countries"]}
    after = {row["country"]: row for row in (found["after"] or {}).get("countries", ())}
    own = {row["country"] for row in found["load"]}
    table = Table(box=None, padding=(0, 1, 0, 0))
    for name in ("country", "", "before", *(("after", "more") if found["after"] else ())):
        table.add_column(name, justify="left" if name in ("country", "") else "right")
    for country in sorted({*before, *after}):
        for words, name, unit, digits in FIGURES:
            one, other = (row.get(country, {}).get(name, 0.0) / unit for row in (before, after))
            if country not in own and (not found["after"] or abs(other - one) <= MOVED * max(one, other)):
                continue
            cells = [f"{one:,.{digits}f}"]
            if found["after"]:
                cells += [f"{other:,.{digits}f}", f"{other - one:+,.{digits}f}"]
            table.add_row(country, words, *cells)
    return table


def traction_lines(found: Document) -> Iterator[str]:
    """Zones, shares, and what the loop came to."""
    for row in found["load"]:
        if row["freight_share"] is not None:
            twh = row["mwh"] / 1e6
            yield f"Of the {twh:,.2f} TWh of {row['country']} trains and ports draw {row['freight_share']:.2%}"
    for row in found["before"]["zones"]:
        peak = f", at most {row['peak_mw']:,.1f} MW" if row["peak_mw"] is not None else ", spread evenly"
        yield f"{row['zone']}: {row['kwh'] / 1e6:,.2f} GWh a year, {row['mean_mw']:,.2f} MW on the mean{peak}"
    for row in found["more_load"]:
        if found["only_hours"]:
            yield (
                f"{row['zone']}: {row['least_mw']:+,.2f} to {row['peak_mw']:+,.2f} MW by the hour, in place of a level "
                "share of the year's load"
            )
        else:
            yield (
                f"{row['zone']}: {row['mwh'] / 1000:+,.2f} GWh of load at the power plants ({found['loss_share']:.2%} "
                "of it lost on the way), added to that of the year, which holds the rest"
            )
    if found["after"]:
        saved = found["before"]["t_co2e_rail"] - found["after"]["t_co2e_rail"]
        yield f"CO2e of all rail freight {'falls' if saved >= 0 else 'rises'} by {abs(saved):,.0f} t a year"
        if found["before"]["t_co2e"] is not None:
            saved = found["before"]["t_co2e"] - found["after"]["t_co2e"]
            yield f"CO2e of all freight of the model {'falls' if saved >= 0 else 'rises'} by {abs(saved):,.0f} t a year"
    for row in found["loop"]:
        more, made = row["more_mwh"] / 1000, row["made_mwh"] / 1000
        grams, then = row["before_gco2e_kwh"], row["after_gco2e_kwh"]
        moved = f"{grams:,.3f} gCO2e/kWh becomes {then:,.3f} ({row['change']:+.4%})"
        if found["only_hours"]:
            tonnes = row["more_t_co2e"]
            yield f"{row['country']}: by its hours freight has {made:+,.3f} GWh and {tonnes:+,.1f} t CO2e made; {moved}"
            continue
        yield f"{row['country']}: {more:,.2f} GWh more load, {made:,.2f} GWh more made; {moved}: one round suffices"
        if row["margin_gco2e_kwh"] is not None:
            margin = row["margin_gco2e_kwh"]
            yield f"{row['country']}: what is drawn more lets out {margin:,.0f} gCO2e/kWh at the margin"
    yield from found["notes"]
