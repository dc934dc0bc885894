"""`karvan appraise`: what projects are worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich


@click.command("appraise")
@click.argument("projects", nargs=-1, required=True, metavar="PROJECT...")
@click.option("--base", metavar="S", help="The scenario in which they are built. [default: base-2030]")
@click.option("--from", "start", type=int, metavar="YEAR", help="First year. [default: 2026]")
@click.option("--to", "end", type=int, metavar="YEAR", help="Last year. [default: 2050]")
@click.option("--rate", type=float, metavar="R", help="Discount rate a year. [default: 0.06]")
@click.option("--model-years", metavar="YEARS", help="Years that are modelled: 2030,2035. [default: the base's]")
@click.option("--growth", type=float, metavar="G", help="Of demand a year beyond the base's year. [default: 0.0296]")
@click.option("--co2e-price", "co2e_usd_t", type=float, metavar="USD", help="Of a tonne of CO2e. [default: 75]")
@click.option("--running-share", type=float, metavar="SHARE", help="Of fares, what running costs. [default: 0.8]")
@click.option("--opens", multiple=True, metavar="PROJECT=MONTH", help="When one opens: alat-phase-2=2029-01.")
@click.option("--capex", multiple=True, metavar="PROJECT=MUSD", help="What one costs, million USD.")
@click.option("--budget", type=float, metavar="MUSD", help="Then the best portfolio for so many million USD.")
@click.option("--yearly-budget", type=float, metavar="MUSD", help="A year at most, for the order to build.")
@click.option("--pairs", is_flag=True, help="Every pair, and the best order to build.")
@click.option("--no-shift", is_flag=True, help="Goods keep their ways and do not part anew.")
@click.option("--samples", type=int, metavar="N", help="Draws of the uncertain. [default: 2000]")
@click.option("--seed", type=int, metavar="SEED", help="Of these. [default: 1]")
@click.option("--grid", metavar="RUN", help="Trains draw the power of a run of karvan power run: its folder or name.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The run's folder.")
@package_option
@json_option
def command(
    projects: tuple[str, ...], package: str, as_json: bool, opens: tuple[str, ...], capex: tuple[str, ...],
    model_years: str | None, no_shift: bool, budget: float | None, yearly_budget: float | None, pairs: bool,
    out: Path | None, grid: str | None, **words: Any,
) -> int:  # fmt: skip
    """What each PROJECT costs and brings by year: NPV, EIRR, BCR, what it hangs on, who gains; and several together.

    commitment:ID stands for the projects that would fulfil it.
    """
    from karvan.cli.simulate import progress_bar
    from karvan.corridor import load
    from karvan.report.appraisal import headline, tables
    from karvan.study.appraise import appraise
    from karvan.study.projects.document import document
    from karvan.study.projects.grounds import POWER
    from karvan.study.projects.request import Appraise

    given = {name: value for name, value in words.items() if value is not None}
    ask = Appraise(
        **given, opens=months(opens), capex_musd=amounts(capex), model_years=years(model_years), shifts=not no_shift
    )
    corridor = load(package)
    with progress_bar() as progress:
        found = appraise(projects, corridor, ask=ask, budget=budget, yearly_budget=yearly_budget, pairs=pairs, out=out,
                         grid=grid, progress=progress)  # fmt: skip
    said = document(found, corridor)
    if as_json:
        print_json(said)
    else:
        of = [f"Power by {one.what}: {one.value:,.0f} {one.unit}" for one in found.grounds if one.about == POWER]
        print_rich(headline(said), *of, "", *tables(said))
    return 0


def months(said: tuple[str, ...]) -> dict[str, str]:
    """PROJECT=MONTH by project. Raises InputError."""
    from karvan.ground.errors import InputError, Problem, shown
    from karvan.tables import BY_NAME
    from karvan.tables.cell import BadCell, parse

    found: dict[str, str] = {}
    problems = []
    for word in said:
        name, _, value = word.partition("=")
        try:
            month = parse(value, BY_NAME["project"].column("opens"))
        except BadCell as bad:
            problems.append(Problem(f"opens {name}", shown(value), str(bad)))
            continue
        if not name or not month:
            problems.append(Problem("opens", shown(word), "give PROJECT=MONTH: alat-phase-2=2029-01"))
        found[name] = str(month)
    if problems:
        raise InputError("the request", problems)
    return found


def amounts(said: tuple[str, ...]) -> dict[str, float]:
    """PROJECT=MUSD by project. Raises InputError."""
    from karvan.ground.errors import InputError, Problem, shown

    found: dict[str, float] = {}
    problems = []
    for word in said:
        name, _, value = word.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            problems.append(Problem(f"capex {name}", shown(value), "give million USD, 0 or more"))
    if problems:
        raise InputError("the request", problems)
    return found


def years(said: str | None) -> tuple[int, ...]:
    """Years parted by commas. Raises InputError."""
    from karvan.ground.errors import InputError, Problem, shown

    try:
        return tuple(int(part) for part in said.split(",")) if said else ()
    except ValueError:
        raise InputError("the request", [Problem("model-years", shown(said), "give years: 2030,2035")]) from None
