"""Trace the line of every link of the recipes on maps, and write the tables `trace` and `waypoint` of the package.

    python tools/trace_links.py [--only LINK ...] [--check] [--atlas FOLDER]

Rail and road follow OpenStreetMap as `scgraph-data` carries it, the sea follows the marnet lanes of `searoute`, air,
rivers and the Caspian the great circle; install the project's extra `build`. Two recipes help: `via.csv` leads the line
of a link where the shortest way is not the one that is run; `drawn_line.csv` adds what a network (`rail`, `road`,
`sea`) lacks, or the bends of a piece of which it knows the length but no point between the two ends.

With `--check` nothing is written and the tool tells whether the tables on disk are what would be written. `--atlas`
names a folder with `land-10m.json` and `countries-10m.json` of the npm package `world-atlas`: then every line is also
held against the coast and against the borders. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path

from tracing.atlas import Atlas
from tracing.checks import findings, listed
from tracing.recipes import Recipes, facts_of, read
from tracing.tracer import Trace, Tracer

PACKAGE = Path(__file__).parent.parent / "src/karvan/data/middle-corridor"
RECIPES = Path(__file__).parent / "middle_corridor"

Row = dict[str, str]


def trace_row(trace: Trace) -> Row:
    return {
        "link": trace.link.id,
        "length_km": f"{trace.km:.1f}",
        "tracer": trace.tracer,
        "fact": f"TR-{trace.link.id}",
        "note": trace.note,
    }


def waypoint_rows(trace: Trace) -> list[Row]:
    return [
        {"link": trace.link.id, "seq": str(i), "lon": f"{lon:.10g}", "lat": f"{lat:.10g}"}
        for i, (lon, lat) in enumerate(trace.waypoints, start=1)
    ]


def as_csv(rows: list[Row], columns: tuple[str, ...]) -> str:
    text = io.StringIO()
    out = csv.DictWriter(text, columns, lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return text.getvalue()


def tables(traces: list[Trace], kept: set[str]) -> dict[str, str]:
    """Both tables as text; rows on disk of the links in `kept` stay as they are."""
    trace_rows = [row for row in read(PACKAGE / "trace.csv") if row["link"] in kept]
    points = [row for row in read(PACKAGE / "waypoint.csv") if row["link"] in kept]
    trace_rows += [trace_row(trace) for trace in traces]
    points += [row for trace in traces for row in waypoint_rows(trace)]
    return {
        "trace.csv": as_csv(
            sorted(trace_rows, key=lambda row: row["link"]), ("link", "length_km", "tracer", "fact", "note")
        ),
        "waypoint.csv": as_csv(
            sorted(points, key=lambda row: (row["link"], int(row["seq"]))), ("link", "seq", "lon", "lat")
        ),
    }


def changed(made: dict[str, str]) -> list[str]:
    return [
        name
        for name, text in made.items()
        if not (PACKAGE / name).exists() or (PACKAGE / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--only", nargs="+", metavar="LINK", help="trace these links and leave the others as they are")
    ask.add_argument("--check", action="store_true", help="compare with the tables on disk, write nothing")
    ask.add_argument("--atlas", type=Path, help="folder of the npm package world-atlas")
    asked = ask.parse_args()
    problems: list[str] = []
    recipes = Recipes(RECIPES, facts_of(PACKAGE))
    links = recipes.links(problems)
    chosen = [link for link in links if not asked.only or link.id in asked.only]
    tracer = Tracer(recipes)
    traces = {link.id: tracer.trace(link) for link in chosen}
    problems += [f"link {name}: the graph does not join its ends" for name, trace in traces.items() if trace is None]
    found = [trace for trace in traces.values() if trace]
    print(listed(found, findings(found, Atlas(asked.atlas) if asked.atlas else None)))
    made = tables(found, {link.id for link in links} - set(traces))
    differing = changed(made)
    if not asked.check:
        for name in differing:
            (PACKAGE / name).write_text(made[name], encoding="utf-8")
    print("\n".join(problems))
    print("\n".join(f"{'differs' if asked.check else 'written'}: {name}" for name in differing) or "nothing changed")
    return 3 if problems or (asked.check and differing) else 0


if __name__ == "__main__":
    sys.exit(main())
