"""`karvan calibrate`: numbers that nobody has published, found from the times and flows that are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich


@click.command("calibrate")
@click.option(
    "--free", multiple=True, metavar="CELLS",
    help="A factor to be found: TABLE/ROWS/COLUMN=LOW..HIGH, * for any letters. [default: the package's table free]",
)  # fmt: skip
@click.option("--days", type=float, metavar="DAYS", help="Days that each run counts. [default: 365]")
@click.option("--year", type=int, metavar="YEAR", help="Whose demand. [default: 2024]")
@click.option("--replications", "-n", type=int, metavar="N", help="Replications of each run. [default: 1]")
@click.option("--seed", type=int, metavar="SEED", help="Of the random numbers, which all runs share. [default: 1]")
@click.option("--rounds", type=int, metavar="N", help="The most steps that are taken. [default: 6]")
@click.option("--warmup-days", type=float, metavar="DAYS", help="Not counted. [default: found by MSER-5]")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads.")
@click.option(
    "--write", type=click.Path(path_type=Path), metavar="FILE", help="Write the numbers found, with their basis."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The run's folder.")
@package_option
@json_option
def command(
    package: str,
    free: tuple[str, ...],
    workers: int,
    write: Path | None,
    out: Path | None,
    as_json: bool,
    **wishes: Any,
) -> int:
    """Fit a corridor to what was published: what was fitted, what was only compared, and what the facts cannot tell."""
    from karvan.cli.simulate import progress_bar
    from karvan.report.calibration import as_csv, document, headline, tables
    from karvan.study.calibrate import Calibrate, calibrate

    ask = Calibrate(**{name: value for name, value in wishes.items() if value is not None})
    with progress_bar() as progress:
        found = calibrate(package, free=free, ask=ask, workers=workers, out=out, progress=progress)
    if write:
        write.write_text(as_csv(found), encoding="utf-8")
    if as_json:
        print_json(document(found))
    else:
        print_rich(headline(found), "", *tables(found))
    return 0
