"""A year of the power system, as a document and as tables."""

from __future__ import annotations

from typing import Any

from karvan.report.power.cells import NONE, cell, named, table
from karvan.report.trade.cells import cleaned

TABLES = {
    "technologies": "power_technologies", "ties": "power_ties", "zones": "power_zones", "plants": "power_plants",
    "countries": "power_countries",
}  # fmt: skip
HEADS = ("technology", "MW", "TWh", "share", "capacity factor", "curtailed TWh", "of it", "gas bcm", "CO2 Mt")


def power_document(of: Any) -> dict[str, Any]:
    """A run: its main figures, and its tables of the year."""
    results = {name: value for name, value in of.results.items() if name not in ("countries", "to_and_fro_h")}
    return {
        "solved": True, "package": of.package, "scenario": of.scenario, **results, "seed": of.ask.seed,
        "run": of.run.name if of.run else None, "clock": _clock(of),
        **{name: cleaned(of.rows(kept)) for name, kept in TABLES.items()},
    }  # fmt: skip


def power_tables(of: Any) -> list[Any]:
    """The same for a terminal."""
    found: list[Any] = []
    for line in of.rows("power_countries"):
        found += [headline(of, line), _technologies(of, line["country"])]
    found += [_ties(of), _zones(of), *_notes(of)]
    return [one for one in found if one]


def unsolved_document(found: Any, scenario: str) -> dict[str, Any]:
    """That there is no dispatch, why, and where: of a system that cannot be served, or a solver that stopped."""
    document = {"solved": False, "scenario": scenario, "said": found.said}
    if hasattr(found, "unmet"):
        start = found.system.start
        document["mwh"] = found.mwh
        document["unmet"] = [
            {"zone": one.zone, "time": f"{start + one.hour}Z", "mw": one.mw} for one in found.unmet[:100]
        ]
    return document


def headline(of: Any, line: dict[str, Any]) -> str:
    """What a country's year comes to, in some lines."""
    hours = "" if of.results["hours_each_stands_for"] == 1 else f", worked out on {of.results['hours']:,} hours of it"
    net = f"; {cell(line['hydrogen_kt'])} kt of hydrogen" if line["hydrogen_kt"] else ""
    return (
        f"{line['country']} {of.results['year']}, {named(of.scenario)}{hours}: {line['load_twh']:.2f} TWh used, "
        f"{line['peak_mw']:,.0f} MW at most, {line['shed_gwh']:.2f} GWh not served; {line['made_twh']:.2f} TWh made; "
        f"exports {line['exports_twh']:.2f} TWh ({line['export_musd']:,.1f} million USD), of which "
        f"{line['agreed_exports_twh']:.2f} agreed; imports {line['imports_twh']:.2f} TWh "
        f"({line['import_musd']:,.1f} million USD); {line['curtailed_twh']:.2f} TWh curtailed; gas "
        f"{line['gas_bcm']:.2f} bcm, CO2 {line['mtco2']:.2f} Mt{net}.\n"
        f"gCO2/kWh: burning {cell(line['direct_made'], '.1f')} of what is made and "
        f"{cell(line['direct_used'], '.1f')} of what is used; whole life {cell(line['life_made'], '.1f')} and "
        f"{cell(line['life_used'], '.1f')}."
    )


def _technologies(of: Any, country: str) -> Any:
    rows = [
        (
            line["technology"], cell(line["mw"], ",.0f"),
            cell(line["twh"] if line["twh"] or not line["taken_twh"] else -line["taken_twh"], ",.3f"),
            cell(line["share"], ".1%"), cell(line["capacity_factor"], ".3f"),
            cell(line["curtailed_twh"] if line["curtailed_share"] is not None else None, ",.3f"),
            cell(line["curtailed_share"], ".1%"), cell(line["gas_bcm"], ",.3f", zero=NONE),
            cell(line["mtco2"], ",.3f", zero=NONE),
        )
        for line in of.rows("power_technologies")
        if line["country"] == country
    ]  # fmt: skip
    return table(f"What is made of what, {country}", HEADS, rows)


def _ties(of: Any) -> Any:
    rows = [
        (
            line["tie"], f"{line['country']} - {line['market']}", line["rule"], cell(line["mw"], ",.0f"),
            cell(line["exports_twh"], ",.3f"),
            cell(line["agreed_out_twh"] if line["market"] == line["to_zone"] else line["agreed_back_twh"], ",.3f"),
            cell(line["export_musd"], ",.1f"), cell(line["imports_twh"], ",.3f"), cell(line["import_musd"], ",.1f"),
            cell(line["full_h"], ",.0f"),
        )
        for line in of.rows("power_ties")
        if line["market"]
    ]  # fmt: skip
    heads = ("tie", "between", "rule", "MW", "exports TWh", "of it agreed", "million USD", "imports TWh",
             "million USD", "full h")  # fmt: skip
    return table("Over the border", heads, rows, left=3) if rows else None


def _zones(of: Any) -> Any:
    rows = [
        (
            line["zone"], cell(line["load_twh"], ",.3f"), cell(line["peak_mw"], ",.0f"), cell(line["made_twh"], ",.3f"),
            cell(line["curtailed_twh"], ",.3f"), cell(line["shed_gwh"], ",.3f"), cell(line["price_usd_mwh"]),
            cell(line["low_usd_mwh"]), cell(line["high_usd_mwh"]),
        )
        for line in of.rows("power_zones")
        if not line["market"]
    ]  # fmt: skip
    heads = ("zone", "used TWh", "peak MW", "made TWh", "curtailed TWh", "not served GWh", "USD/MWh", "P5", "P95")
    return table("Zones, and what a megawatt-hour more costs there", heads, rows)


def _notes(of: Any) -> list[str]:
    said = [f"Agreed exchange, load and peak are given. Run {of.run.name}." if of.run else
            "Agreed exchange, load and peak are given."]  # fmt: skip
    clock = _clock(of)
    if clock.get("dispatch_seconds") is not None:
        when = "it was there already; it took" if of.opened else "it took"
        memory = f", at most {clock['peak_mb']:,.0f} MB" if clock.get("peak_mb") else ""
        said[0] += f" Dispatched once: {when} {clock['dispatch_seconds']:,.0f} s{memory}."
    missing = of.results.get("not_there") or []
    if missing:
        said.append(f"Not there yet in {of.results['year']}, or nothing to power: {', '.join(missing)}.")
    to_and_fro = of.results.get("to_and_fro_h") or {}
    if to_and_fro:
        told = ", ".join(f"{name} {hours:,} h" for name, hours in sorted(to_and_fro.items()))
        said.append(f"Power goes to and fro at once where it is worth nothing: {told}.")
    return said + list(of.results.get("notes") or [])


def _clock(of: Any) -> dict[str, Any]:
    return {name: of.clock.get(name) for name in ("dispatch_seconds", "solver_seconds", "peak_mb")}
