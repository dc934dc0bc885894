"""`karvan plan`: ways to move a load between two places."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from karvan.cli.batch import run_batch
from karvan.cli.output import (
    json_option,
    package_option,
    print_json,
    print_rich,
    scenario_option,
    terminal_width,
    waiting,
)

if TYPE_CHECKING:
    from karvan.itinerary import Plan

NO_ROUTE = 4


@click.command("plan")
@click.argument("origin", required=False)
@click.argument("destination", required=False)
@click.option(
    "--depart", metavar="DAY", help="When the goods are ready: 2026-12-01, or an instant with zone. [default: today]"
)
@click.option(
    "--load",
    "boxes",
    default="1xFEU",
    show_default=True,
    metavar="LOAD",
    help="2xFEU, 1x40ft+2x20ft, 3xwagon, 60t, 2xFEU:40t.",
)
@click.option(
    "--commodity", default="general", show_default=True, metavar="ID", help="The goods: weight, value, value of time."
)
@click.option("--tonnes", type=float, metavar="T", help="Mass of the goods in the load. [default: by the commodity]")
@click.option(
    "--goods", metavar="KINDS", help="What they are besides dry: reefer,dangerous; or dry. [default: by the commodity]"
)
@click.option(
    "--documents", metavar="IDS", help="Regimes under whose papers they travel: SMGS,TIR. [default: all there are]"
)
@click.option("--shipper", metavar="FILE", help="What holds for all requests of a shipper, in TOML.")
@click.option(
    "--value-of-time", "value_of_time_usd_h", type=float, metavar="USD",
    help="What an hour is worth, the whole load together. [default: by the commodity]",
)  # fmt: skip
@click.option(
    "--avoid", multiple=True, metavar="WHAT", help="Countries, places, waters, services: RU,sea:Caspian,operator:NAME."
)
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
@click.option(
    "--criteria", metavar="NAMES",
    help="What options are compared on: some of arrival,price,co2e,unreliability,cost. [default: the first four]",
)  # fmt: skip
@click.option("--until", metavar="DAY", help="All departures from --depart to this day's end, or to an instant.")
@click.option("--arrive-by", metavar="DAY", help="The latest departures that arrive by this day's end, or an instant.")
@click.option("--promised", metavar="DAY", help="Day promised to the receiver: tells how likely it is kept.")
@click.option("--samples", type=int, metavar="N", help="Journeys drawn of each option for its spread. [default: 2000]")
@click.option("--seed", type=int, metavar="N", help="Another seed draws other journeys. [default: 1]")
@click.option("--using", metavar="RUN", help="Take waits from a run of karvan simulate: its folder or name.")
@click.option("--grid", metavar="RUN", help="Trains draw the power of a run of karvan power run: its folder or name.")
@click.option(
    "--carbon", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Write each option's chain of ISO 14083: iLEAP to FILE.json, a table to FILE.csv.",
)  # fmt: skip
@click.option(
    "--batch", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Plan every row of a CSV or Parquet file instead: columns origin, destination, ... as the options here.",
)  # fmt: skip
@click.option(
    "--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="With --batch: what to write, .parquet, .csv or .jsonl.",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 256), help="With --batch: processes. [default: all processors]")
@click.option("--why-not", is_flag=True, help="Say by whom each option that is left out is beaten.")
@click.option("--explain", metavar="OPTION", help="Show an option item by item with the numbers under it; all for all.")
@click.option(
    "--what-if", multiple=True, metavar="CHANGE",
    help="Ask again after a change: as --set, close:PLACE, close:TABLE/ROW or close:TABLE/ROW=BEGIN..END.",
)  # fmt: skip
@scenario_option
@package_option
@json_option
def command(
    origin: str | None, destination: str | None, depart: str | None, boxes: str, commodity: str, avoid: tuple[str, ...],
    via: tuple[str, ...], modes: tuple[str, ...], epsilon: float | None, horizon_days: float | None, past: bool,
    changes: tuple[str, ...], using: str | None, carbon: Path | None, why_not: bool, package: str, as_json: bool,
    tonnes: float | None, goods: str | None, documents: str | None, shipper: str | None,
    value_of_time_usd_h: float | None, promised: str | None, samples: int | None, seed: int | None,
    criteria: str | None, until: str | None, arrive_by: str | None, explain: str | None, what_if: tuple[str, ...],
    batch: Path | None, out: Path | None, workers: int | None, scenario: str, grid: str | None,
) -> int:  # fmt: skip
    """Ways to move a load from ORIGIN to DESTINATION: arrival, price, CO2e, and why not the other one.

    Places go by name in any usual spelling or script, by id, or by UN/LOCODE. With --batch the options here stand for
    the cells of the file that are empty or not there.
    """
    words: dict[str, Any] = {
        "depart": depart, "load": boxes, "commodity": commodity, "avoid": avoid, "via": via, "modes": modes,
        "epsilon": epsilon, "horizon_days": horizon_days, "past": past, "tonnes": tonnes, "goods": goods,
        "documents": documents, "shipper": shipper, "value_of_time_usd_h": value_of_time_usd_h,
        "promised": promised, "samples": samples, "seed": seed, "criteria": criteria, "until": until,
        "arrive_by": arrive_by,
    }  # fmt: skip
    if batch is not None:
        if origin is not None or carbon is not None or why_not or explain or what_if:
            raise click.UsageError(
                "--batch goes without ORIGIN, DESTINATION, --carbon, --explain, --what-if, --why-not"
            )
        return run_batch(
            batch, out, workers, as_json=as_json, package=package, changes=changes, using=using, grid=grid,
            scenario=scenario, **words
        )  # fmt: skip
    if origin is None or destination is None:
        raise click.UsageError("give ORIGIN and DESTINATION, or --batch FILE")
    if out is not None or workers is not None:
        raise click.UsageError("--out and --workers go with --batch")
    if what_if and (carbon is not None or explain or why_not):
        raise click.UsageError("--what-if goes without --carbon, --explain and --why-not")
    from karvan.kernels.quick import skip_blas
    from karvan.study.plan import plan, planner_of
    from karvan.study.scenarios import departure_in, open_scenario

    skip_blas()
    if carbon is not None:
        from karvan.report.carbon import check_file  # it brings models with it that few plans need

        check_file(carbon)
    with waiting("planning; the first time kernels are compiled, which takes some seconds"):
        plans: tuple[Plan, ...]
        by_package: Plan | None = None
        if what_if or grid is not None:
            world = open_scenario(package, scenario)
            planner = planner_of(world.corridor, changes, using, grid)
            own_day = None if depart else departure_in(world)
            words |= {"depart": depart or own_day, "past": past or own_day is not None}
            ask = planner.request(origin, destination, **words)
            plans = planner.what_if(ask, what_if, commodity) if what_if else (planner.plan(ask, commodity),)
            if not what_if:
                by_package = planner_of(world.corridor, changes, using).plan(ask, commodity)
        else:
            plans = (
                plan(origin, destination, package=package, changes=changes, using=using, scenario=scenario, **words),
            )
    answer, *after = plans
    if after:
        return _what_if(answer, after[0], what_if, as_json=as_json)
    if carbon is not None and answer.found:
        from karvan.report.carbon import write_carbon

        write_carbon(answer, carbon, dt.datetime.now(dt.UTC))
    return _show(answer, explain, by_package, why_not=why_not, as_json=as_json)


def _show(answer: Plan, explain: str | None, by_package: Plan | None, *, why_not: bool, as_json: bool) -> int:
    """Print an answer, with an option of it explained where one is named, and how it differs by the package's grid."""
    from karvan.itinerary.what_if import compare
    from karvan.report import plan as report
    from karvan.report.explain import explain_lines

    than = compare(by_package, answer) if by_package is not None else None

    explained = answer.options if explain == "all" else (answer.option(explain),) if explain and answer.found else ()
    if as_json:
        print_json(report.document(answer, {option.id for option in explained}) | report.grid_changes(than))
    elif answer.found:
        print_rich(
            report.headline(answer), *report.using_lines(answer), *report.grid_lines(answer, than), "",
            report.option_table(answer, terminal_width()), "",
        )  # fmt: skip
        if explained:
            click.echo("\n".join(line for option in explained for line in explain_lines(answer, option)))
        else:
            click.echo("\n".join(report.leg_lines(answer)))
        assumed = {assumption.where for option in answer.options for assumption in answer.assumptions(option)}
        print_rich(
            f"Grade D is an assumption: {len(assumed)} numbers under these options; --json lists them with reasons.",
            *report.slack_lines(answer),
        )
    if not as_json and (why_not or not answer.found):
        print_rich("Left out:" if answer.found else "No route:", *report.left_out_lines(answer))
    return 0 if answer.found else NO_ROUTE


def _what_if(before: Plan, after: Plan, changes: tuple[str, ...], *, as_json: bool) -> int:
    """Print what changes do to an answer."""
    from karvan.itinerary.what_if import compare
    from karvan.report.plan import grid_lines, headline, using_lines
    from karvan.report.what_if import document, family_table, lines

    comparison = compare(before, after)
    if as_json:
        print_json(document(before, after, comparison, changes))
    else:
        print_rich(headline(before), *using_lines(after), *grid_lines(after), f"What if: {'; '.join(changes)}", "")
        if comparison.families:
            print_rich(family_table(before, comparison, terminal_width()), "")
        click.echo("\n".join(lines(before, after, comparison)))
    return 0 if after.found else NO_ROUTE
