"""The power system without plants or ties, as a document and as a table."""

from __future__ import annotations

from typing import Any

from karvan.report.power.cells import cell, named, table

HEADS = ("lost", "MW", "unserved GWh", "curtailed TWh", "exports TWh", "imports TWh", "gas mcm", "CO2 kt", "M USD",
         "life g/kWh")  # fmt: skip
SAID = (
    "Changes against the whole system: more is above nought. M USD is what the country pays more, for fuel, running "
    "and imports less exports; load that is not served is not counted in it."
)


def loss_document(of: Any) -> dict[str, Any]:
    """What each loss does."""
    return {
        "scenario": of.base.scenario, "year": of.base.year, "run": of.base.run.name if of.base.run else None,
        "lost": [row for one in of.lost for row in one.rows()],
    }  # fmt: skip


def loss_tables(of: Any) -> list[Any]:
    """The same for a terminal."""
    rows, said = [], []
    for one in of.lost:
        name = " and ".join(one.names)
        if not one.countries:
            said.append(f"{name}: {one.said}")
        for line in one.countries:
            change = line.changes
            paid = change["cost_musd"] + change["import_musd"] - change["export_musd"]
            before, after = line.before["life_used"], line.after["life_used"]
            rows.append((
                name, cell(one.mw, ",.0f"), cell(change["shed_gwh"], "+,.1f"), cell(change["curtailed_twh"], "+,.2f"),
                cell(change["exports_twh"], "+,.2f"), cell(change["imports_twh"], "+,.2f"),
                cell(-line.gas_saved_mcm, "+,.0f"), cell(-line.co2_saved_kt, "+,.0f"), cell(paid, "+,.1f"),
                cell(None if before is None or after is None else after - before, "+,.1f"),
            ))  # fmt: skip
    title = f"Lost from {named(of.base.scenario)}, {of.base.year}"
    return [*([table(title, HEADS, rows)] if rows else []), *said, SAID]
