"""`karvan report`: a run as one document."""

from __future__ import annotations

from pathlib import Path

import click

from karvan.cli.output import json_option, print_json, waiting

FORMATS = ("html", "pdf", "md")


@click.command("report")
@click.argument("run")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), metavar="FORMAT",
    help="html, pdf or md. [default: by the ending of --out, else html]",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="[default: charts/report in the run]")
@click.option("--package", "-p", metavar="P", help="The package of the run, where it is not one that ships.")
@click.option("--scenario", "-s", metavar="S", help="The scenario of the run, where it is of a file of yours.")
@json_option
def command(
    run: str, form: str | None, out: Path | None, package: str | None, scenario: str | None, as_json: bool
) -> None:
    """A report of RUN, a run's folder or its name, as one file that needs nothing else: what came out, maps, charts and
    tables, the assumptions that it leans on by grade, and how to cite it."""
    from karvan.corridor.package import replace_file
    from karvan.evidence.record import CHARTS
    from karvan.report.chapters.told import Reported
    from karvan.report.run import WRITERS, report
    from karvan.study.reopen import corridor_of
    from karvan.study.runs import run_called

    found = run_called(run)
    form = form or _ending(out)
    with waiting("writing the report"):
        document = report(Reported(found, *corridor_of(found, package, scenario)))
        path = out or found.path / CHARTS / f"report.{form}"
        replace_file(path, WRITERS[form](document))
    if as_json:
        print_json({"run": found.name, "report": str(path), "format": form})
    else:
        click.echo(str(path))


def _ending(out: Path | None) -> str:
    """The format that a file's name asks for."""
    ending = (out.suffix if out else ".html").lower().removeprefix(".")
    form = {"htm": "html", "markdown": "md"}.get(ending, ending)
    if form not in FORMATS:
        raise click.UsageError(f"--out ends in {ending or 'nothing'}: give --format, one of {', '.join(FORMATS)}")
    return form
