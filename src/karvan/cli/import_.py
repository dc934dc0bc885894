"""`karvan import`: what others publish, as tables of a package."""

from __future__ import annotations

from pathlib import Path

import click

from karvan.cli.output import package_option


def _rates(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    rates = {}
    for text in given:
        code, found, rate = text.partition("=")
        try:
            rates[code.strip().upper()] = float(rate if found else "")
        except ValueError:
            raise click.BadParameter(f"'{text}': give it as EUR=1.08") from None
    return rates


@click.command("import")
@click.argument("form", type=click.Choice(["oc4ids"]))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="A new folder.")
@click.option(
    "--kind", default="", metavar="KIND", help="Kind of projects whose sector tells none: rail, road, port..."
)
@click.option(
    "--confidence", type=click.Choice(["A", "B", "C"]), default="C", show_default=True,
    help="Of what the file states: A official, B reputable, C anything else.",
)  # fmt: skip
@click.option(
    "--rate",
    "rates",
    multiple=True,
    callback=_rates,
    metavar="CUR=USD",
    help="USD for one unit of a currency: EUR=1.08.",
)
@package_option
def command(
    form: str,  # noqa: ARG001 (there is one so far)
    path: Path, out: Path, kind: str, confidence: str, rates: dict[str, float], package: str,
) -> None:  # fmt: skip
    """Read the file PATH of the format FORM, and write the rows that it makes to DIR.

    oc4ids: projects of the Open Contracting for Infrastructure Data Standard, as project.csv with the facts and bases
    of their numbers, to be put beside the tables of the package whose places they are at.
    """
    from karvan.corridor import load
    from karvan.corridor.package import write_folder
    from karvan.formats.oc4ids.read import read_file
    from karvan.formats.oc4ids.rows import Wish, rows_of

    read = read_file(path)
    imported = rows_of(read, load(package), Wish(kind, confidence, rates), path.name)
    write_folder(out, imported.files(path.stem))
    for remark in imported.remarks:
        click.echo(str(remark))
    count = len(imported.projects)
    click.echo(f"{count} project{'s' * (count > 1)} of {len(read.projects)} in {path.name} written to {out}")
