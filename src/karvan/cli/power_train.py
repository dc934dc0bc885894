"""`karvan power train` and `traction`: a block train by each grid, and what all freight draws from the wires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError

if TYPE_CHECKING:
    from karvan.study.simulate import Progress

NOT_FOUND, NOT_SOLVED = 4, 5


@click.command("train")
@click.option("--from", "start", metavar="PLACE", help="Where it sets out. [default: Alat]")
@click.option("--to", "end", metavar="PLACE", help="Where it goes. [default: Boyuk Kesik]")
@click.option("--teu", type=float, metavar="N", help="TEU on it. [default: 60]")
@click.option("--tonnes-teu", type=float, metavar="T", help="Tonnes of goods in a TEU. [default: 10]")
@click.option("--vehicle", metavar="ID", help="Whose energy and fuel. [default: of the services on the line]")
@click.option("--of", type=click.Choice(["made", "used"]), help="Mix of what a country makes or uses. [default: made]")
@click.option("--runs", default="", metavar="A,B",
              help="Runs of karvan power run, by folder or name; or scenarios or cases, then run.")  # fmt: skip
@package_option
@json_option
def train(runs: str, package: str, as_json: bool, **words: str | float | None) -> int:
    """A block train between two places: kg CO2e a TEU by diesel, by the package's grid, by runs, and by the hour."""
    from karvan.cli.simulate import progress_bar
    from karvan.corridor import load
    from karvan.report.power.train import profile_table, train_headline, train_lines, train_table
    from karvan.study.power.train import Train
    from karvan.study.power.train import train as found_of
    from karvan.study.power.train_told import train_document

    ask = Train(**{name: value for name, value in words.items() if value is not None})  # type: ignore[arg-type]
    corridor = load(package)
    with progress_bar() as progress:
        opened = []
        for name in filter(None, (word.strip() for word in runs.split(","))):
            run = open_or_solve(package, name, progress)
            if not isinstance(run, RunFolder):
                click.echo(f"{name}: {run[1]}", err=True)
                return run[0]
            opened.append(run)
    document = train_document(corridor, found_of(corridor, ask, opened))
    if as_json:
        print_json(document)
    else:
        profile = profile_table(document)
        shown = ["", profile] if profile is not None else []
        print_rich(train_headline(document), "", train_table(document), *shown, "", *train_lines(document))
    return 0


@click.command("traction")
@click.argument("scenario", default="")
@click.option("--set", "changes", multiple=True, metavar="CHANGE",
              help="A second world: link/rail-HAJIGABUL-ASTARA_AZ/electrified=true.")  # fmt: skip
@click.option("--after", default="", metavar="S", help="Or the scenario that it is, of the same year.")
@click.option("--run", "runs", multiple=True, metavar="RUN",
              help="By a run of karvan simulate --trace, not by an assignment; twice: without and with a change. "
                   "With --set or --after flows are assigned, and their hours are the run's.")  # fmt: skip
@click.option("--grid", default="", metavar="RUN", help="Trains draw the power of a run of karvan power run.")
@click.option(
    "--loop", is_flag=True, help="Solve the power system without and with what freight draws more, or one run's hours."
)
@package_option
@json_option
def traction(package: str, as_json: bool, changes: tuple[str, ...], runs: tuple[str, ...], **words: str | bool) -> int:
    """What trains and ports draw from the wires under SCENARIO; and what a wire over a line does to CO2e and load.

    With --run the scenario is the run's.
    """
    from karvan.cli.simulate import progress_bar
    from karvan.report.power.traction import country_table, traction_headline, traction_lines
    from karvan.study.power.coupled import Couple, Coupled, couple, document

    with progress_bar() as progress:
        found = couple(package, Couple(changes=changes, runs=runs, **words), progress)  # type: ignore[arg-type]
    if not isinstance(found, Coupled):
        click.echo(found.said, err=True)
        return NOT_FOUND if hasattr(found, "unmet") else NOT_SOLVED
    told = document(found)
    if as_json:
        print_json(told)
    else:
        print_rich(traction_headline(told), "", country_table(told), "", *traction_lines(told))
    return 0


def open_or_solve(package: str, name: str, progress: Progress) -> RunFolder | tuple[int, str]:
    """A run by its folder or name; of a scenario, the run that is there or a new one.

    Returns the run, or the exit code and why there is none. Raises InputError for what is neither run nor scenario.
    """
    from karvan.grid.dispatch import Infeasible, NotSolved
    from karvan.study.power.carbon import open_power_run
    from karvan.study.power.cases import package_with_cases
    from karvan.study.power.run import power_run
    from karvan.study.runs import run_called

    try:
        folder = run_called(name, "runs")
    except InputError as no_run:
        try:
            found = power_run(package_with_cases(package), name, progress=progress)
        except InputError as no_scenario:
            raise InputError("the request", [*no_run.problems, *no_scenario.problems]) from None
        if isinstance(found, Infeasible):
            return NOT_FOUND, found.said
        if isinstance(found, NotSolved):
            return NOT_SOLVED, found.said
        assert found.run is not None
        return found.run
    return open_power_run(folder, "runs")
