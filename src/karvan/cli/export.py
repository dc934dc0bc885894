"""`karvan export`: a corridor in outside formats."""

from __future__ import annotations

import json
from pathlib import Path

import click

from karvan.cli.output import package_option


@click.command("export")
@click.argument("form", type=click.Choice(["geojson", "gmns", "folder", "zip"]))
@click.argument("path", type=click.Path(path_type=Path))
@package_option
def command(form: str, path: Path, package: str) -> None:
    """Write a corridor as FORM to PATH: geojson (a file), gmns (a new folder), or a package as a folder or a zip."""
    from karvan.corridor import load
    from karvan.corridor.package import replace_file, write_folder

    corridor = load(package)
    if form == "geojson":
        from karvan.formats.geojson import geojson

        replace_file(path, json.dumps(geojson(corridor), ensure_ascii=False).encode())
    elif form == "gmns":
        from karvan.formats.gmns import gmns_files

        write_folder(path, gmns_files(corridor))
    else:
        corridor.save(path if form == "folder" else path.with_suffix(".zip"))
    click.echo(f"{corridor.name} written to {path}")
