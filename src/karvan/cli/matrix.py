"""`karvan matrix`: many to many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from karvan.cli.output import json_option, package_option, print_json, scenario_option, waiting
from karvan.cli.words import asking, said

NO_WAY = 4


@click.command("matrix")
@click.option("--origins", default="all", show_default=True, metavar="WHICH", help="A file, a list, or all.")
@click.option("--destinations", default="all", show_default=True, metavar="WHICH", help="A file, a list, or all.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="What to write: .parquet, .csv, .omx."
)
@asking
@click.option("--horizon", "horizon_days", type=float, metavar="DAYS", help="Longest time looked at. [default: 150]")
@click.option("--workers", type=click.IntRange(1, 256), help="Threads. [default: as many as processors]")
@scenario_option
@package_option
@json_option
def command(origins: str, destinations: str, out: Path, package: str, as_json: bool, **words: Any) -> int:
    """Hours, USD, kg CO2e and km between places, of the best way and the least of each, into a file.

    Places come as names parted by commas, or as a file with one in the first cell of each line. A pair without a way is
    missing. Exit code 4 where no pair has one; the file is written all the same.
    """
    from karvan.kernels.quick import skip_blas
    from karvan.study.matrix import SUFFIXES, matrix
    from karvan.study.sink import checked

    skip_blas()
    checked(out, SUFFIXES)
    with waiting("looking; the first time kernels are compiled, which takes some seconds"):
        found = matrix(origins, destinations, package=package, **said(words))
        found.save(out)
    size = len(found.origins), len(found.destinations)
    if as_json:
        print_json({"out": str(out), "origins": size[0], "destinations": size[1], "pairs_with_a_way": found.pairs})
    else:
        click.echo(f"{size[0]} origins x {size[1]} destinations, {found.pairs:,} pairs with a way, written to {out}")
    return 0 if found.found else NO_WAY
