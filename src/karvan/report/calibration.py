"""A calibration as one JSON document, and as tables for a terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from math import isnan
from typing import TYPE_CHECKING, Any

from karvan.sim.calibration import Calibration
from karvan.sim.held import Held, near

if TYPE_CHECKING:
    from rich.table import Table


MOVED = 3
"""Targets that a parameter moves most, which are told beside it."""


def headline(found: Calibration) -> str:
    """How the fit ended, and how many targets agree before and after."""
    squares = f"{found.fit.start @ found.fit.start:,.1f} to {found.fit.residuals @ found.fit.residuals:,.1f}"
    told = sum(one.is_told for one in found.found)
    directions = int((found.directions > 1).sum())
    lines = [
        f"Run {found.run.name} of {found.package}: {found.fit.verdict}, {found.fit.evaluations} simulations",
        (
            f"Sum of squares {squares}; {told} of {len(found.found)} parameters are told by the targets, which say more"
            f" than was known in {directions} directions"
        ),
    ]
    for role, what in (("fit", "Fitted"), ("compare", "Not fitted, only compared")):
        (before, _), (after, n) = near(found.before, role), near(found.after, role)
        lines.append(f"{what}: {before} of {n} within a quarter of what was published before, {after} after")
    return "\n".join(lines)


def tables(found: Calibration) -> list[Any]:
    """Parameters, the targets that were fitted, and those that were not."""
    parameters = _table("Parameters, factors on numbers of the package",
                        ("parameter", "factor", "range", "log +- before", "after", "moves"),
                        [_parameter(found, number) for number in range(len(found.found))])  # fmt: skip
    names = ("target", "unit", "published", "before", "after", "after / published")
    return [
        parameters,
        *(
            _table(title, names, list(_targets(found, role)))
            for title, role in (("Targets fitted", "fit"), ("Targets not fitted", "compare"))
        ),
    ]


def document(found: Calibration) -> dict[str, Any]:
    """The whole answer."""
    return {
        "run": {"name": found.run.name, "folder": str(found.run.path), **found.run.record},
        "package": found.package,
        "parameters": [
            {
                "name": one.free.name, "factor": one.factor, "low": one.free.low, "high": one.free.high,
                "spread_before": one.free.spread, "spread_after": one.spread, "told": one.is_told,
                "at_bound": one.at_bound, "moves": found.moved_by(number),
            }
            for number, one in enumerate(found.found)
        ],
        "directions": found.directions.tolist(),
        "targets": [
            {
                "id": after.target.id, "role": after.target.role, "unit": after.target.unit,
                "published": after.target.value, "before": _there(before.simulated.mean),
                "after": _there(after.simulated.mean), "agrees": after.is_near,
            }
            for before, after in zip(found.before, found.after, strict=True)
        ],
        "basis": found.basis(),
    }  # fmt: skip


def as_csv(found: Calibration) -> str:
    """The numbers found, each with its basis, as a recipe takes them up."""
    out = io.StringIO()
    rows = found.basis()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def parameter_rows(found: Calibration) -> list[dict[str, str]]:
    """The parameters as rows of text: factor, range, how well each was known before and is after."""
    return [
        {
            "id": one.free.name, "factor": f"{one.factor:.3g}", "low": f"{one.free.low:.3g}",
            "high": f"{one.free.high:.3g}", "spread_before": f"{one.free.spread:.2f}",
            "spread_after": f"{one.spread:.2f}", "told": "true" if one.is_told else "", "at_bound": one.at_bound,
            "moves": ";".join(found.moved_by(number)), "run": found.run.name,
        }
        for number, one in enumerate(found.found)
    ]  # fmt: skip


def _there(value: float) -> float | None:
    return None if isnan(value) else value


def _parameter(found: Calibration, number: int) -> tuple[str, ...]:
    one, moved = found.found[number], found.moved_by(number)
    verdict = "" if one.is_told else "hardly told"
    words = [verdict, f"at its {one.at_bound} end" if one.at_bound else "", ", ".join(moved[:MOVED])]
    return (one.free.name, f"{one.factor:.3g}", f"{one.free.low:.3g} - {one.free.high:.3g}", f"{one.free.spread:.2f}",
            f"{one.spread:.2f}", "; ".join(filter(None, words)))  # fmt: skip


def _targets(found: Calibration, role: str) -> Iterable[tuple[str, ...]]:
    for before, after in zip(found.before, found.after, strict=True):
        if after.target.role == role:
            figures = (after.target.value, before.simulated.mean, after.simulated.mean)
            yield (after.target.id, after.target.unit, *map(figure, figures), ratio(after))


def figure(value: float) -> str:
    """Four digits, or a dash where nobody passes."""
    if isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def ratio(held: Held) -> str:
    """Simulated over published, with a star where it is off by more than a quarter."""
    return "-" if isnan(held.ratio) else f"{held.ratio:.2f}{'' if held.is_near else ' *'}"


def _table(title: str, names: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in names:
        table.add_column(name, justify="left" if name in ("parameter", "target", "unit", "moves") else "right")
    for row in rows:
        table.add_row(*row)
    return table
