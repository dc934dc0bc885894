"""`karvan scenarios`: what scenarios there are, and what each changes."""

from __future__ import annotations

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich


@click.command("scenarios")
@click.argument("name", required=False)
@package_option
@json_option
def command(name: str | None, package: str, as_json: bool) -> None:
    """The scenarios that come with a package; of NAME, which may be any that --scenario takes, every change."""
    from karvan.report.scenarios import changed_numbers, document, lines, listing
    from karvan.scenario.scenario import scenario
    from karvan.study.scenarios import open_scenario

    if name is None:
        corridor = open_scenario(package).corridor
        found = [scenario(corridor, one) for one in sorted(corridor.scenarios)]
        if as_json:
            print_json([document(one) for one in found])
        else:
            print_rich(listing(found), "One of them in full: karvan scenarios NAME; of a project: project:ID.")
        return
    world = open_scenario(package, name)
    assert world.scenario is not None
    rows = changed_numbers(world.base, world.corridor)
    if as_json:
        print_json(document(world.scenario) | {"rows": rows})
    else:
        told = ", ".join(f"{table} {count}" for table, count in rows.items())
        print_rich(*lines(world.scenario), "", f"rows that differ from the package: {told or 'none'}")
