"""`karvan charts`: the charts of a run."""

from __future__ import annotations

import click

from karvan.cli.output import json_option, print_json, waiting

FORMATS = click.Choice(["html", "svg", "png"])
charts_option = click.option(
    "--charts",
    "formats",
    type=FORMATS,
    multiple=True,
    metavar="FORMAT",
    help="Draw charts into the run's folder: html (one page), svg or png. May be given several times.",
)


@click.command("charts")
@click.argument("run")
@click.option(
    "--format", "formats", type=FORMATS, multiple=True, default=("html",), show_default=True, metavar="FORMAT",
    help="html (one page), svg or png. May be given several times.",
)  # fmt: skip
@json_option
def command(run: str, formats: tuple[str, ...], as_json: bool) -> None:
    """Draw the charts of RUN, a run's folder or its name: queues over time, time by cause and place, times door to
    door. They stand in the run's folder, under charts/."""
    from karvan.report.charts import write_charts
    from karvan.study.runs import simulation_of

    found = simulation_of(run)
    with waiting("drawing"):
        drawn = [str(path) for path in write_charts(found, formats)]
    if as_json:
        print_json({"run": found.name, "charts": drawn})
    else:
        click.echo("\n".join(drawn))
