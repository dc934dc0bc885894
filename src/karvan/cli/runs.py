"""`karvan runs`: the runs that are there."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from karvan.cli.output import json_option, print_json, print_rich

in_option = click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder that holds runs, or one run. [default: KARVAN_RUNS, or runs in the user's data]",
)


@click.command("runs")
@in_option
@json_option
def command(folder: Path | None, as_json: bool) -> None:
    """The runs in a folder: what each is made from, how far it is, when and how long it ran."""
    from karvan.evidence.shelf import runs_folder
    from karvan.study.runs import list_runs

    lines, problems = list_runs(folder)
    place = str((folder or runs_folder()).absolute())
    if as_json:
        print_json(
            {"folder": place, "runs": [asdict(line) for line in lines], "problems": [asdict(p) for p in problems]}
        )
        return
    if lines:
        from rich.markup import escape
        from rich.table import Table

        table = Table(title=f"Runs in {place}", title_justify="left")
        for name in ("run", "package", "scenario", "changes"):
            table.add_column(name, overflow="fold")
        table.add_column("seed", justify="right")
        table.add_column("replications", justify="right")
        table.add_column("status")
        table.add_column("started (UTC)")
        table.add_column("seconds", justify="right")
        for line in lines:
            of = "" if line.asked is None else f" of {line.asked}"
            table.add_row(
                escape(line.run),
                escape(line.package or ""),
                escape(line.scenario or ""),
                escape(line.changes or ""),
                "" if line.seed is None else str(line.seed),
                f"{line.done}{of}",
                line.status,
                line.started.replace("T", " ")[:16],
                f"{line.seconds:,.1f}",
            )
        print_rich(table)
    else:
        print_rich(f"no runs in {place}")
    print_rich(*map(str, problems))
