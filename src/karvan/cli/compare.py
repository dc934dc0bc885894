"""`karvan compare`: what scenarios change, by how much, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich

NOT_CONVERGED = 5


@click.command("compare")
@click.argument("base")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--engines", metavar="NAMES", help="Some of plan,assign,simulate. [default: all three]")
@click.option(
    "--largest", type=int, metavar="N", help="Plan the N largest flows of containers, of each family. [default: 12]"
)
@click.option("--request", "requests", multiple=True, metavar="WHAT", help='Plan this too: "Xi\'an > Baku: 2xFEU".')
@click.option("--day", metavar="MM-DD", help="Of each scenario's year, on which plans begin. [default: 07-01]")
@click.option("--method", metavar="WHAT", help="Of the assignment: ue, sue or so. [default: ue]")
@click.option("--gap", type=float, metavar="G", help="Relative gap of it. [default: 1e-8 of ue, else the method's]")
@click.option("--days", type=float, metavar="DAYS", help="Days that are simulated. [default: 365]")
@click.option("--replications", "-n", type=int, metavar="N", help="Replications of each scenario. [default: 5]")
@click.option("--seed", type=int, metavar="SEED", help="Of the random numbers. [default: 1]")
@click.option("--warmup-days", type=float, metavar="DAYS", help="Not counted. [default: the longest that any needs]")
@click.option("--demand", type=float, metavar="FACTOR", help="Factor on all demand. [default: 1]")
@click.option(
    "--interaction", is_flag=True, default=None, help="Also each two scenarios together, and what that adds to the sum."
)
@click.option("--grid", metavar="RUN",
              help="Trains draw the power of a run of karvan power run, in all of them.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The comparison's folder.")
@package_option
@json_option
def command(
    base: str, scenarios: tuple[str, ...], engines: str | None, package: str, workers: int, out: Path | None,
    as_json: bool, grid: str | None, **wishes: Any,
) -> int:  # fmt: skip
    """Plan, assign and simulate under BASE and under each SCENARIO with the same luck, and tell what differs.

    Scenarios are named as for --scenario elsewhere; package is the package as it is. One that has no year of its own,
    such as project:ID, is laid over BASE. Exit code 5 where an assignment has not converged; results are given all
    the same.
    """
    from karvan.cli.simulate import progress_bar
    from karvan.report.comparison import document, headline, tables
    from karvan.study.comparison.ask import Compare
    from karvan.study.comparison.comparison import compare

    given = {name: value for name, value in wishes.items() if value not in (None, ())}
    if engines is not None:
        given["engines"] = tuple(name.strip() for name in engines.split(",") if name.strip())
    ask = Compare(**given).checked()
    with progress_bar() as progress:
        found = compare(
            base, *scenarios, package=package, ask=ask, grid=grid, workers=workers, out=out, progress=progress
        )
    if as_json:
        print_json(document(found.run, found.package, found.frames))
    else:
        print_rich(headline(found.run, found.package), "", *tables(found.run, found.frames))
    return 0 if found.converged else NOT_CONVERGED
