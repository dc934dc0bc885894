"""`karvan reach`: every place that can be reached from one, or from which one can be reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from karvan.cli.output import (
    json_option,
    package_option,
    print_json,
    print_rich,
    scenario_option,
    terminal_width,
    waiting,
)
from karvan.cli.words import asking, said

NOTHING_REACHED = 4


@click.command("reach")
@click.argument("place")
@click.option("--days", type=float, metavar="DAYS", help="How long the mean journey may take. [default: 14]")
@click.option("--to", "back", is_flag=True, help="Places from which PLACE can be reached, instead of those from it.")
@click.option(
    "--by", metavar="WHAT", default="arrival", show_default=True, help="Best by arrival, price, co2e or cost (both)."
)
@asking
@click.option("--geojson", "points", type=click.Path(path_type=Path), metavar="FILE", help="Write points for a map.")
@scenario_option
@package_option
@json_option
def command(
    place: str, days: float | None, back: bool, by: str, points: Path | None, package: str, as_json: bool, **words: Any
) -> int:  # fmt: skip
    """Every place that can be reached from PLACE within some days, and the best way there.

    Exit code 4 where there is none.
    """
    from karvan.corridor.package import replace_file
    from karvan.kernels.quick import skip_blas
    from karvan.report.reach import document, geojson, headline, table
    from karvan.study.reach import reach

    skip_blas()
    with waiting("looking; the first time kernels are compiled, which takes some seconds"):
        asked = said({"days": days, **words})
        found = reach(place, by=by, back=back, package=package, **asked)
    if points:
        replace_file(points, json.dumps(geojson(found), ensure_ascii=False, allow_nan=False).encode())
    if as_json:
        print_json(document(found))
    elif found.found:
        print_rich(headline(found), "", table(found, terminal_width()))
    else:
        print_rich(found.reason)
    return 0 if found.found else NOTHING_REACHED
