"""`karvan plan`: ways to move a load between two places."""

from __future__ import annotations

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich, terminal_width, waiting

NO_ROUTE = 4


@click.command("plan")
@click.argument("origin")
@click.argument("destination")
@click.option(
    "--depart", metavar="DAY", help="When the goods are ready: 2026-12-01, or an instant with zone. [default: today]"
)
@click.option(
    "--load", "boxes", default="1xFEU", show_default=True, metavar="BOXES", help="Boxes: 2xFEU, 1x40ft+2x20ft."
)
@click.option(
    "--commodity", default="general", show_default=True, metavar="ID", help="The goods: weight, value, value of time."
)
@click.option("--avoid", multiple=True, metavar="WHAT", help="Countries, places, waters: RU,sea:Caspian.")
@click.option("--via", multiple=True, metavar="PLACE", help="Places to pass.")
@click.option(
    "--modes", multiple=True, metavar="MODES", help="Modes allowed: rail,sea,road,inland_waterway,air. [default: all]"
)
@click.option("--epsilon", type=float, metavar="SHARE", help="Do not show apart what differs by less. [default: 0.1]")
@click.option("--horizon", "horizon_days", type=float, metavar="DAYS", help="Longest time looked at. [default: 150]")
@click.option("--past", is_flag=True, help="Allow a departure in the past.")
@click.option(
    "--set", "changes", multiple=True, metavar="CHANGE", help="Change the corridor: TABLE/ROW/COLUMN=VALUE or *FACTOR."
)
@click.option("--using", metavar="RUN", help="Take waits from a run of karvan simulate: its folder or name.")
@click.option("--why-not", is_flag=True, help="Say by whom each option that is left out is beaten.")
@package_option
@json_option
def command(
    origin: str, destination: str, depart: str | None, boxes: str, commodity: str, avoid: tuple[str, ...],
    via: tuple[str, ...], modes: tuple[str, ...], epsilon: float | None, horizon_days: float | None, past: bool,
    changes: tuple[str, ...], using: str | None, why_not: bool, package: str, as_json: bool,
) -> int:  # fmt: skip
    """Ways to move a load from ORIGIN to DESTINATION: arrival, price, CO2e, and why not the other one.

    Places go by name in any usual spelling or script, by id, or by UN/LOCODE.
    """
    from karvan.kernels.quick import skip_blas
    from karvan.report.plan import document, headline, left_out_lines, leg_lines, option_table, using_lines
    from karvan.study.plan import plan

    skip_blas()
    with waiting("planning; the first time kernels are compiled, which takes some seconds"):
        answer = plan(
            origin, destination, depart, boxes, package=package, commodity=commodity, avoid=avoid, via=via, modes=modes,
            epsilon=epsilon, horizon_days=horizon_days, past=past, changes=changes, using=using,
        )  # fmt: skip
    if as_json:
        print_json(document(answer))
    elif answer.found:
        print_rich(headline(answer), *using_lines(answer), "", option_table(answer, terminal_width()), "")
        click.echo("\n".join(leg_lines(answer)))
        assumed = {assumption.where for option in answer.options for assumption in answer.assumptions(option)}
        print_rich(
            f"Grade D is an assumption: {len(assumed)} numbers under these options; --json lists them with reasons."
        )
    if not as_json and (why_not or not answer.found):
        print_rich("Left out:" if answer.found else "No route:", *left_out_lines(answer))
    return 0 if answer.found else NO_ROUTE
