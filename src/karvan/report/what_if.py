"""Two answers to one request side by side: what a change does to the best of each family, and to each option."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from karvan.itinerary import Option, Plan
from karvan.itinerary.choice import via_of
from karvan.itinerary.what_if import BestOf, Comparison
from karvan.report import plan as report

if TYPE_CHECKING:
    from rich.table import Table

FIGURES: tuple[tuple[str, str, Callable[[Option], float], int, int], ...] = (
    ("days", "time_d", lambda option: option.time_h / 24, 1, 0),
    ("P90", "p90_d", lambda option: option.quantile_h(0.9) / 24, 1, 96),
    ("USD", "price_usd", lambda option: option.price_usd, 0, 0),
    ("kg CO2e", "co2e_kg", lambda option: option.co2e_kg, 0, 0),
)
"""Name, name in JSON, figure, digits that are shown, and how wide a terminal must be for it to be shown."""


def document(before: Plan, after: Plan, comparison: Comparison, changes: Sequence[str]) -> dict[str, Any]:
    """Both answers whole, the best of each family and how they differ (after less before), and what came and went."""
    return {
        "changes": list(changes),
        "families": [
            {
                "family": best.family,
                "before": best.before.id if best.before else None,
                "after": best.after.id if best.after else None,
                "difference": {name: _difference(best, figure) for _, name, figure, _, _ in FIGURES}
                if best.before and best.after
                else None,
            }
            for best in comparison.families
        ],
        "gone": [{"option": gone.option.id, "why": gone.why} for gone in comparison.gone],
        "new": [option.id for option in comparison.new],
        "before": report.document(before),
        "after": report.document(after),
    }


def _difference(best: BestOf, figure: Callable[[Option], float]) -> float | None:
    if best.before is None or best.after is None:
        return None
    difference = figure(best.after) - figure(best.before)
    return round(difference, 6) + 0.0 if isfinite(difference) else None


def family_table(plan: Plan, comparison: Comparison, width: int = 120) -> Table:
    """One row a family: the best option after, what it comes to, and by how much that is more than before."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    for name in ("route family", "before", "after"):
        table.add_column(name, no_wrap=True)
    shown = [column for column in FIGURES if width >= column[4]]
    for name, *_ in shown:
        table.add_column(name, justify="right", no_wrap=True)
        table.add_column("more", justify="right", no_wrap=True)
    for best in comparison.families:
        cells: list[str] = []
        for _, _, figure, digits, _ in shown:
            option, difference = best.after or best.before, _difference(best, figure)
            cells.append(f"{figure(option):,.{digits}f}" if option else "")
            cells.append("" if difference is None else _signed(difference, digits))
        ids = [option.id if option else "none" for option in (best.before, best.after)]
        table.add_row(plan.family_names.get(best.family, best.family), *ids, *cells)
    return table


def _signed(difference: float, digits: int) -> str:
    return "=" if round(difference, digits) == 0 else f"{difference:+,.{digits}f}"


def lines(before: Plan, after: Plan, comparison: Comparison) -> Iterator[str]:
    """The options that are gone and why, those that are new, and why there is no way where there is none."""
    for gone in comparison.gone:
        yield f"Gone: {_told(gone.option)}: {gone.why}"
    for option in comparison.new:
        yield f"New: {_told(option)}"
    if not comparison.gone and not comparison.new:
        yield "The same options as before" if before.found else "No route before, and none after"
    if not after.found:
        yield from ("No route:", *report.left_out_lines(after))


def _told(option: Option) -> str:
    days, usd, kg = option.time_h / 24, option.price_usd, option.co2e_kg
    via = ", ".join(via_of(option.network, option.chain))
    return f"{option.id} by {via} ({days:.1f} d, {usd:,.0f} USD, {kg:,.0f} kg)"
