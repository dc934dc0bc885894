"""Scenarios of the power system against a base, with claims and cases, as documents and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from karvan.report.power.cells import cell, named, table

HEADS = ("new MW", "TWh", "curtailed", "exports", "M USD", "gas mcm", "CO2 kt", "life g/kWh", "burning")
SAID = (
    "TWh is what is new makes; curtailed and exports are TWh more than before, M USD million dollars more for exports; "
    "gas and CO2 what is saved by the country's own plants: what exports take the place of abroad is not counted. Life "
    "is gCO2e/kWh of the whole life and burning gCO2/kWh, of what is used, with their changes."
)
LARGE, TEN = 100, 10
"""From which on an amount, and a change, is shown without a decimal."""
LITTLE_TWH = 0.005
"""From which on it is told that more or less goes to a market."""
FEW = 3
"""Plants that a table names one by one."""
VERDICT = {True: "yes", False: "no", None: "-"}


def compare_document(of: Any) -> dict[str, Any]:
    """What each side changes."""
    return {
        "base": _side(of.base), "others": [_side(one) for one in of.others],
        "differences": [one.row() for one in of.differences], "notes": list(of.notes),
    }  # fmt: skip


def compare_tables(of: Any) -> list[Any]:
    """The same for a terminal."""
    rows = [(one.scenario or one.run, *_cells(one)) for one in of.differences]
    title = f"Against {named(of.base.scenario)}, {of.base.year}"
    found = [table(title, ("scenario", *HEADS), rows)]
    if of.with_claims:
        told = _claims((one.scenario, claim) for one in of.differences for claim in one.claims)
        found += told or ["No claim is known of what is new."]
    there = [(one.scenario, one) for one in of.differences]
    return [*found, *_sold(there), *_full(there), *of.notes, SAID]


def cases_document(of: Any) -> dict[str, Any]:
    """Cases, each against the world without it."""
    return {
        "cases": [
            {"case": line.name, "title": line.case.title, "against": line.case.against, "said": line.said,
             "stopped": line.stopped, "difference": line.difference.row() if line.difference else None}
            for line in of.lines
        ]
    }  # fmt: skip


def cases_tables(of: Any) -> list[Any]:
    """The same for a terminal."""
    rows, failed = [], []
    for line in of.lines:
        if line.difference is None:
            failed.append(f"{line.name}: {line.said}")
        else:
            rows.append((line.name, line.case.against, *_cells(line.difference)[1:]))
    there = [(line.name, line.difference) for line in of.lines if line.difference]
    claims = _claims(_once((name, claim) for name, one in there for claim in one.claims))
    cases = table("Cases", ("case", "against", *HEADS[1:]), rows, left=2)
    return [cases, *_sold(there), *_full(there), *claims, *failed, SAID]


def _cells(one: Any) -> tuple[str, ...]:
    change = one.changes
    return (
        cell(one.new_mw, ",.0f"), cell(one.new_twh, ",.3f"), cell(change["curtailed_twh"], "+,.3f"),
        cell(change["exports_twh"], "+,.3f"), cell(change["export_musd"], "+,.0f"), _amount(one.gas_saved_mcm),
        _amount(one.co2_saved_kt), _both(one, "life_used"), _both(one, "direct_used"),
    )  # fmt: skip


def _amount(value: float) -> str:
    return cell(value, ",.0f" if abs(value) >= LARGE else ",.1f")


def _both(one: Any, name: str) -> str:
    """A figure after, and what it has changed by."""
    before, after = one.before[name], one.after[name]
    if before is None or after is None:
        return cell(after, ".0f")
    change = after - before
    return f"{after:.0f} ({change:{'+.0f' if abs(change) >= TEN else '+.1f'}})"


def _sold(differences: Iterable[tuple[str, Any]]) -> list[str]:
    """To whom more or less is sold."""
    told = []
    for name, one in differences:
        markets = {market: twh for market, twh in one.sold_twh.items() if abs(twh) >= LITTLE_TWH}
        if markets:
            told.append(f"  {name}: " + ", ".join(f"{market} {twh:+,.2f}" for market, twh in markets.items()))
    return ["To which markets, TWh more:", *told] if told else []


def _full(differences: Iterable[tuple[str, Any]]) -> list[str]:
    """Which ties carry all that they can, and how long."""
    told = [
        f"  {name}: " + ", ".join(f"{tie} {hours:,.0f} h" for tie, hours in sorted(one.full_ties.items()))
        for name, one in differences
        if one.full_ties
    ]
    return ["Ties that carry all that they can:", *told] if told else []


def _claims(claims: Iterable[tuple[str, Any]]) -> list[Any]:
    """A table of claims, and below it why the model differs where it does."""
    rows, reasons = [], []
    for name, claim in claims:
        of = ", ".join(claim.plants) if len(claim.plants) <= FEW else f"{len(claim.plants)} plants"
        for amount in claim.amounts:
            rows.append((
                name, claim.id, of, f"{amount.what}, {amount.unit}", cell(amount.claimed, ",.4g"),
                cell(amount.found, ",.4g"), cell(amount.off, "+.0%"), VERDICT[amount.agrees],
            ))  # fmt: skip
            if amount.reason:
                reasons.append(f"  {name}, {claim.id}, {amount.what}: {amount.reason}.")
    if not rows:
        return []
    heads = ("scenario", "claim", "of", "what", "claimed", "found", "off", "± 10 %")
    return [table("What documents claim of what is new", heads, rows, left=4), *reasons]


def _once(claims: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Each amount that is claimed of plants, of the first case only that can tell of it."""
    told: set[tuple[str, tuple[str, ...], str]] = set()
    for name, claim in claims:
        new = [one for one in claim.amounts if one.found is not None and (claim.id, claim.plants, one.what) not in told]
        told |= {(claim.id, claim.plants, one.what) for one in new}
        if new:
            yield name, replace(claim, amounts=tuple(new))


def _side(of: Any) -> dict[str, Any]:
    return {"scenario": of.scenario, "year": of.year, "seed": of.ask.seed, "run": of.run.name if of.run else None}
