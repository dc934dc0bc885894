"""`karvan check`: every problem of a package at once."""

from __future__ import annotations

import click

from karvan.cli.output import json_option, print_json

INVALID = 3


@click.command("check")
@click.argument("package", default="middle-corridor")
@json_option
def command(package: str, as_json: bool) -> int:
    """Check PACKAGE (one that ships, a folder, or a zip).

    Cells, references, structure, a basis for every number; every scenario, and every project built alone.
    """
    from karvan.corridor.check import check
    from karvan.study.scenarios import scenario_problems

    corridor, problems = check(package)
    if not problems:
        problems = scenario_problems(corridor)
    if as_json:
        found = [{"address": p.address, "found": p.found, "remedy": p.remedy} for p in problems]
        print_json({"package": corridor.name, "digest": corridor.digest, "problems": found})
    elif problems:
        click.echo("\n".join(str(problem) for problem in problems))
        click.echo(f"{len(problems)} problem{'s' * (len(problems) > 1)} in {package}")
    else:
        rows = sum(len(table) for table in corridor.tables.values())
        scenarios = f", {len(corridor.scenarios)} scenarios" if corridor.scenarios else ""
        click.echo(f"{corridor.name}: {len(corridor.tables)} tables, {rows:,} rows{scenarios}, no problems")
    return INVALID if problems else 0
