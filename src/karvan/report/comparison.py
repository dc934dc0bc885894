"""A comparison as one JSON document, and as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from karvan.evidence.run import RunFolder

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    Frames = Mapping[str, pd.DataFrame]

SHOWN = 10
"""Rows of a table on the terminal; the run has them all."""
ROUNDING = 1e-9
BEST_OF_ALL = "best of all"
TOTALS = (
    "created", "delivered", "hours", "waiting", "in_system", "turned_away", "unrouted",
    "teu", "tonnes", "unserved_teu", "unserved_tonnes", "carriage_usd", "time_usd", "co2e_usd", "cost_usd", "t_co2e",
)  # fmt: skip


class Part(NamedTuple):
    """A table on the terminal: the rows of a subject in one measure that moved the most."""

    title: str
    engine: str
    subject: str
    measure: str
    names: tuple[str, ...]
    """Heads of name and detail."""


PARTS = (
    Part("Flows by family", "assign", "family", "tonnes", ("family",)),
    Part("Flows by pair and family", "assign", "pair and family", "tonnes", ("pair", "family")),
    Part("Mean time of flows by pair", "assign", "pair", "hours", ("pair", "unit")),
    Part("Flows from", "assign", "from country", "tonnes", ("country",)),
    Part("Flows to", "assign", "to country", "tonnes", ("country",)),
    Part("Flows through places", "assign", "place", "tonnes", ("place",)),
    Part("Waits for what flows use", "assign", "resource", "waiting", ("resource", "place")),
    Part("Flows over links", "assign", "link", "tonnes", ("link", "way")),
    Part("Unserved", "assign", "unserved", "tonnes", ("demand", "why")),
    Part("Simulated time door to door by family", "simulate", "family", "hours", ("family",)),
    Part("Simulated time door to door by group", "simulate", "group", "hours", ("group",)),
    Part("Delivered in the simulation, by group", "simulate", "group", "delivered", ("group",)),
    Part("Waited for, by place and cause", "simulate", "place and cause", "waiting", ("place", "cause")),
    Part("Units that set out from places", "simulate", "place", "boarded", ("place",)),
    Part("Queues", "simulate", "part", "queue", ("part", "place")),
)


def headline(run: RunFolder, package: str) -> str:
    """The run, what is held against what, and what must be known of it."""
    results, settings = run.record["results"], run.record["inputs"]["settings"]
    base, *others = results["sides"]
    engines = ", ".join(settings["engines"])
    lines = [
        f"Run {run.name} of {package}: {engines}; base {base['name']}, {base['title']} ({base['year']})",
        *(f"  {side['name']}, {side['title']} ({side['year']}): {side['stands']}" for side in others),
    ]
    if "simulate" in settings["engines"]:
        lines.append(
            f"Differences are the scenario less the base; +- is half of a 95 % interval over {settings['replications']}"
            " pairs of replications that share their luck"
        )
    return "\n".join([*lines, *(f"Note: {note}" for note in results["notes"])])


def tables(run: RunFolder, frames: Frames) -> Iterator[Any]:
    """For each scenario what moved the most; what two of them give beyond their sum."""
    for side in run.record["results"]["sides"][1:]:
        yield from _of_scenario(frames, side["name"])
    together = frames["interaction"]
    if len(together):
        yield from _interactions(together)


def document(run: RunFolder, package: str, frames: Frames) -> dict[str, Any]:
    """The whole answer."""
    return {
        "run": {"name": run.name, "folder": str(run.path), **run.record},
        "package": package,
        "results": run.record["results"],
        **{name: [_plain(row) for row in frame.to_dict("records")] for name, frame in frames.items()},
    }


def _of_scenario(frames: Frames, scenario: str) -> Iterator[Any]:
    changes = _of(frames["changes"], scenario=scenario)
    moved = changes[changes["moved"]] if len(changes) else changes
    yield f"--- {scenario}"
    if not len(moved):
        yield "Nothing differs: every difference is zero."
        yield ""
        return
    yield from filter(None, (_totals(changes), _plans(changes)))
    yield from _families(_of(frames["option_changes"], scenario=scenario))
    for part in PARTS:
        found = _of(moved, engine=part.engine, subject=part.subject, measure=part.measure)
        if len(found):
            yield from _part(part, found)
    yield from _bottlenecks(_of(frames["bottleneck_changes"], scenario=scenario))


def _totals(changes: pd.DataFrame) -> Table | None:
    rows = {(row["engine"], row["measure"]): row for row in _records(_of(changes, subject="total"))}
    cells = [
        (engine, measure, row["unit"], _number(row["before"]), _number(row["after"]), *_change(row))
        for engine in ("assign", "simulate")
        for measure in TOTALS
        if (row := rows.get((engine, measure))) and (row["before"] or row["after"])
    ]
    names = ("engine", "all together", "unit", "before", "after", "difference", "+-")
    return _table("All together", names, cells) if cells else None


def _plans(changes: pd.DataFrame) -> Table | None:
    """The best of each request that moved: hours and money."""
    requests = _of(changes, engine="plan", subject="request")
    found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in _records(requests):
        found.setdefault((row["name"], row["detail"]), {})[row["measure"]] = row
    cells = []
    for (name, family), of in sorted(found.items(), key=lambda one: (-_most(one[1]), one[0])):
        if any(row["moved"] for row in of.values()):
            told = [_change(of[measure])[0] for measure in ("hours", "p90_h", "usd", "kg_co2e")]
            after = [_number(of[measure]["after"]) for measure in ("hours", "usd")]
            cells.append((name, family or BEST_OF_ALL, *after, *told))
    names = ("request", "family", "hours", "USD", "hours more", "P90 more", "USD more", "kg CO2e more")
    return _table(_counted("Plans: the best of each family", len(cells)), names, cells[:SHOWN]) if cells else None


def _most(of: Mapping[str, Mapping[str, Any]]) -> float:
    """How much an option moved: the share of its hours, money or CO2e that changed; one that came or went first."""
    return max(
        _size(row) / max(abs(row["before"]), 1e-12) if not row["only_in"] else float("inf") for row in of.values()
    )


def _families(options: pd.DataFrame) -> Iterator[str]:
    """Families that come and go, and requests for which there is none."""
    rows = [row for row in _records(options) if row["change"] in ("appears", "disappears", "no route")]
    for row in rows[:SHOWN]:
        by = row["after_by"] or row["before_by"]
        what = f", {row['family'] or BEST_OF_ALL} by {by}" if by else ""
        why = f": {row['why']}" if row["why"] else ""
        yield f"{row['request']}{what} {row['change']}{why}"
    if len(rows) > SHOWN:
        yield f"and {len(rows) - SHOWN} more"
    if rows:
        yield ""


def _part(part: Part, found: pd.DataFrame) -> Iterator[Table]:
    """What moved the most, but for what may be chance."""
    every = sorted(_records(found), key=lambda row: (-_size(row), row["name"], row["detail"]))
    rows = [row for row in every if not row["low"] <= 0 <= row["high"]]
    if not rows:
        return
    unit = rows[0]["unit"]
    cells = [
        (*((row["name"], row["detail"])[: len(part.names)]), _number(row["before"]), _number(row["after"]),
         *_change(row))
        for row in rows[:SHOWN]
    ]  # fmt: skip
    title = _counted(f"{part.title}, {unit}", len(rows))
    if len(every) > len(rows):
        title += f"; the intervals of {len(every) - len(rows)} others hold zero"
    yield _table(title, (*part.names, "before", "after", "difference", "+-"), cells)


def _bottlenecks(found: pd.DataFrame) -> Iterator[Any]:
    rows = [row for row in _records(found) if row["became"] != "stays"]
    cells = [
        (row["part"], row["place_and_cause"], _number(row["before"]), _number(row["after"]), *_change(row),
         f"{row['share_before']:.1%}", f"{row['share_after']:.1%}", row["became"])
        for row in rows[:SHOWN]
    ]  # fmt: skip
    if cells:
        names = ("part", "place and cause", "before", "after", "difference", "+-", "share", "then", "it")
        yield _table(_counted("Bottlenecks, unit-days/year queued", len(rows)), names, cells)


def _interactions(together: pd.DataFrame) -> Iterator[Table]:
    """Of each two scenarios what they give beyond the sum of each."""
    totals = together[together["subject"].isin(("total", "family"))]
    keys = ["first_scenario", "second_scenario"]
    for pair in together[keys].drop_duplicates().itertuples(index=False, name=None):
        rows = _records(totals[(totals[keys] == list(pair)).all(axis=1)])
        cells = [
            (row["engine"], row["name"] or "all", row["measure"], row["unit"],
             *(_signed(row[name], row["base"]) for name in ("first_alone", "second_alone", "together", "interaction")),
             _half(row))
            for row in rows
        ]  # fmt: skip
        names = ("engine", "of", "what", "unit", "first", "second", "together", "beyond the sum", "+-")
        yield _table(f"Together: {pair[0]} and {pair[1]}", names, cells)


def _change(row: Mapping[str, Any]) -> tuple[str, str]:
    """The difference and half of its interval; where only one side has the figure, which."""
    if isnan(row["difference"]):
        return {"base": "gone", "scenario": "new"}.get(row.get("only_in", ""), ""), ""
    return (_signed(row["difference"]) if row.get("moved", True) else "="), _half(row)


def _half(row: Mapping[str, Any]) -> str:
    return "" if isnan(row["low"]) else _number((row["high"] - row["low"]) / 2)


def _size(row: Mapping[str, Any]) -> float:
    """By which rows are ranked; what came or went first."""
    return float("inf") if isnan(row["difference"]) else abs(float(row["difference"]))


def _signed(value: float, size: float = 0.0) -> str:
    """With its sign; nothing where it is nothing, or no more than rounding of a figure of that size."""
    if isnan(value):
        return ""
    return "=" if abs(value) <= ROUNDING * max(abs(size), 1.0) else f"{'+' if value > 0 else '-'}{_number(abs(value))}"


def _number(value: float) -> str:
    """With as many digits as a reader needs: whole ones from a hundred on, else three."""
    if not isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == 0 else f"{value:.3g}"


def _counted(title: str, n: int) -> str:
    return f"{title} (the first {SHOWN} of {n})" if n > SHOWN else title


def _of(frame: pd.DataFrame, **words: str) -> pd.DataFrame:
    for name, word in words.items():
        frame = frame[frame[name] == word] if len(frame) else frame
    return frame


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row as JSON holds it: what is no number is missing."""
    return {
        str(name): None if isinstance(value, float) and not isfinite(value) else value for name, value in row.items()
    }


def _table(title: str, names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    figures = ("before", "after", "difference", "+-", "hours", "USD", "share", "then", "first", "second", "together",
               "beyond the sum", "hours more", "P90 more", "USD more", "kg CO2e more")  # fmt: skip
    for name in names:
        table.add_column(name, justify="right" if name in figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
