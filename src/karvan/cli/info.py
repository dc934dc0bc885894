"""`karvan info`: what a package holds."""

from __future__ import annotations

from collections import Counter

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich


@click.command("info")
@package_option
@json_option
def command(package: str, as_json: bool) -> None:
    """What a corridor package holds: tables and rows, countries, modes, kinds of facility, route families."""
    from karvan.corridor import load
    from karvan.tables import BY_NAME

    corridor = load(package)
    counts = {name: len(rows) for name, rows in corridor.tables.items()}
    kinds = {
        "countries": Counter(place.country for place in corridor.places() if place.country),
        "links by mode": Counter(link.mode for link in corridor.rows("link")),
        "services by mode": Counter(service.mode for service in corridor.rows("service")),
        "facilities by kind": Counter(facility.kind for facility in corridor.rows("facility")),
    }
    families = [{"id": row.id, "name": row.name} for row in sorted(corridor.rows("family"), key=lambda row: row.seq)]
    if as_json:
        about = {"name": corridor.name, "title": corridor.description.title, "digest": corridor.digest}
        print_json(
            {
                "package": about,
                "tables": counts,
                "families": families,
                **{name: dict(sorted(c.items())) for name, c in kinds.items()},
            }
        )
        return
    from rich.table import Table

    table = Table(title=f"{corridor.name}: {corridor.description.title}", title_justify="left")
    table.add_column("table")
    table.add_column("rows", justify="right")
    table.add_column("a row is", no_wrap=False)
    for name, count in counts.items():
        table.add_row(name, f"{count:,}", BY_NAME[name].doc)
    lines = [f"{name}: {', '.join(f'{key} {count}' for key, count in sorted(c.items()))}" for name, c in kinds.items()]
    print_rich(table, *lines, "route families: " + ", ".join(family["name"] for family in families))
