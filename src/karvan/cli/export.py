"""`karvan export`: a corridor in outside formats."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karvan.cli.output import package_option

if TYPE_CHECKING:
    from karvan.corridor import Corridor

FORMS = ["geojson", "gmns", "oc4ids", "folder", "zip"]


@click.command("export")
@click.argument("form", type=click.Choice(FORMS))
@click.argument("path", type=click.Path(path_type=Path))
@package_option
@click.option("--publisher", default="", metavar="NAME", help="oc4ids: who publishes it; else the package's title.")
@click.option("--prefix", default="", metavar="oc4ids-XXXXXX", help="oc4ids: the project prefix registered to you.")
@click.option("--uri", default="", metavar="URI", help="oc4ids: where it will be published; else a name of its own.")
@click.option("--date", default="", metavar="DATE", help="oc4ids: when it is published, as 2026-12-01; else today.")
@click.option("--licence", default="", metavar="URI", help="oc4ids: address of its licence.")
def command(form: str, path: Path, package: str, **said: str) -> None:
    """Write a corridor as FORM to PATH.

    geojson is a file; gmns a new folder; oc4ids a file of its projects, as the Open Contracting for Infrastructure
    Data Standard has them; folder and zip are a package.
    """
    from karvan.corridor import load
    from karvan.corridor.package import replace_file, write_folder

    given = [f"--{name}" for name, value in said.items() if value]
    if given and form != "oc4ids":
        raise click.UsageError(f"{', '.join(given)}: for oc4ids only.")
    corridor = load(package)
    if form == "geojson":
        from karvan.formats.geojson import geojson

        replace_file(path, json.dumps(geojson(corridor), ensure_ascii=False).encode())
    elif form == "gmns":
        from karvan.formats.gmns import gmns_files

        write_folder(path, gmns_files(corridor))
    elif form == "oc4ids":
        _oc4ids(corridor, path, **said)
    else:
        corridor.save(path if form == "folder" else path.with_suffix(".zip"))
    click.echo(f"{corridor.name} written to {path}")


def _oc4ids(corridor: Corridor, path: Path, publisher: str, prefix: str, uri: str, date: str, licence: str) -> None:
    from karvan.corridor.package import replace_file
    from karvan.formats.oc4ids.package import write
    from karvan.formats.oc4ids.write import PREFIX, Publication, package_of

    published = dt.datetime.combine(_day(date), dt.time(), dt.UTC)
    publication = Publication(published, publisher, prefix or PREFIX, uri, licence)
    replace_file(path, write(package_of(corridor, publication)).encode())
    if not prefix:
        click.echo(f"The prefix {PREFIX} is registered to nobody: give your own with --prefix before you publish.")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else dt.datetime.now(dt.UTC).date()
    except ValueError:
        raise click.BadParameter(f"'{text}': give it as 2026-12-01", param_hint="--date") from None
