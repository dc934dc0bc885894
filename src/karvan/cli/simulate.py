"""`karvan simulate`: block trains, ferries, borders and storms as queues."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from karvan.cli.charts import charts_option
from karvan.cli.output import json_option, package_option, print_json, print_rich, scenario_option, year_of_scenario


@click.command("simulate")
@click.option("--days", type=float, metavar="DAYS", help="Days that are counted. [default: 365]")
@click.option("--year", type=int, metavar="YEAR", help="Whose demand, from its first of January on. [default: 2024]")
@click.option("--replications", "-n", type=int, metavar="N", help="Replications. [default: 20]")
@click.option("--until-ci", type=float, metavar="SHARE", help="Go on until mean times are known to this share: 0.02.")
@click.option("--seed", type=int, metavar="SEED", help="Of the random numbers. [default: 1]")
@click.option("--demand", type=float, metavar="FACTOR", help="Factor on all demand. [default: 1]")
@click.option("--warmup-days", type=float, metavar="DAYS", help="Not counted. [default: found by MSER-5]")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="CHANGE",
    help="Change the corridor: TABLE/ROW/COLUMN=VALUE, =+MORE or *FACTOR.",
)
@click.option(
    "--close",
    "closings",
    multiple=True,
    metavar="WHAT",
    help="Close something for a time: TABLE/ROW=BEGIN..END, as facility/KURYK-berth=2024-03-03..2024-03-08.",
)
@click.option(
    "--one-more",
    type=int,
    metavar="N",
    help="Then what one more server, vessel or path would give at the first N bottlenecks: a run each. [default: 0]",
)
@click.option(
    "--one-more-at",
    multiple=True,
    metavar="PART",
    help="The same at a bottleneck, by its name; kept beside those that were asked for before.",
)
@click.option("--trace", is_flag=True, help="Keep all that happens in each replication: a table that a map can play.")
@charts_option
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads.")
@click.option("--cluster", metavar="ADDRESS", help="Run replications on a Dask cluster: tcp://host:8786.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The run's folder.")
@click.option("--resume", is_flag=True, help="Use the replications of a complete run of the same inputs.")
@scenario_option
@package_option
@json_option
def command(
    package: str, scenario: str, changes: tuple[str, ...], closings: tuple[str, ...], workers: int, cluster: str | None,
    out: Path | None, resume: bool, formats: tuple[str, ...], as_json: bool, **wishes: Any,
) -> int:  # fmt: skip
    """Simulate a corridor, container by container: times door to door, queues, what is lost where, and bottlenecks."""
    from karvan.report.charts import ready, write_charts
    from karvan.report.simulation import document, headline, tables
    from karvan.study.cluster import cluster_executor
    from karvan.study.simulate import Simulate, simulate

    if formats:
        ready()
    year_of_scenario(scenario, wishes["year"])
    ask = Simulate(**{name: value for name, value in wishes.items() if value is not None}).checked()
    with progress_bar() as progress, cluster_executor(cluster) if cluster else nullcontext() as executor:
        found = simulate(package, scenario=scenario, changes=[*changes, *(f"close {one}" for one in closings)],
                         ask=ask, workers=workers, executor=executor, out=out, resume=resume,
                         progress=progress)  # fmt: skip
    drawn = [str(path) for path in write_charts(found, formats)] if formats else []
    if as_json:
        print_json(document(found) | ({"charts": drawn} if formats else {}))
    else:
        print_rich(headline(found), "", *tables(found), *drawn)
    return 0


def progress_bar() -> Any:
    """A live bar with the time that is left, on standard error, where that is a terminal."""
    import sys

    from karvan.study.simulate import Progress

    if not sys.stderr.isatty():
        return nullcontext(Progress())
    return _Bar()


class _Bar:
    """Tells a rich progress bar what a simulation says of itself."""

    def __enter__(self) -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from karvan.study.simulate import Progress as Heard

        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self.bar.start()
        task = self.bar.add_task("starting", total=None)

        def say(what: str) -> None:
            self.bar.update(task, description=what)

        def done(n: int, of: int) -> None:
            self.bar.update(task, completed=n, total=max(n, of))

        return Heard(say, done)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
