"""`karvan plan`: ways to move a load between two places."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from karvan.cli.batch import run_batch
from karvan.cli.output import json_option, package_option, print_json, print_rich, terminal_width, waiting

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
@click.option("--promised", metavar="DAY", help="Day promised to the receiver: tells how likely it is kept.")
@click.option("--samples", type=int, metavar="N", help="Journeys drawn of each option for its spread. [default: 2000]")
@click.option("--seed", type=int, metavar="N", help="Another seed draws other journeys. [default: 1]")
@click.option("--using", metavar="RUN", help="Take waits from a run of karvan simulate: its folder or name.")
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
@package_option
@json_option
def command(
    origin: str | None, destination: str | None, depart: str | None, boxes: str, commodity: str, avoid: tuple[str, ...],
    via: tuple[str, ...], modes: tuple[str, ...], epsilon: float | None, horizon_days: float | None, past: bool,
    changes: tuple[str, ...], using: str | None, carbon: Path | None, why_not: bool, package: str, as_json: bool,
    tonnes: float | None, goods: str | None, documents: str | None, shipper: str | None,
    value_of_time_usd_h: float | None, promised: str | None, samples: int | None, seed: int | None,
    batch: Path | None, out: Path | None, workers: int | None,
) -> int:  # fmt: skip
    """Ways to move a load from ORIGIN to DESTINATION: arrival, price, CO2e, and why not the other one.

    Places go by name in any usual spelling or script, by id, or by UN/LOCODE. With --batch the options here stand for
    the cells of the file that are empty or not there.
    """
    if batch is not None:
        if origin is not None or carbon is not None or why_not:
            raise click.UsageError("--batch goes without ORIGIN, DESTINATION, --carbon and --why-not")
        return run_batch(
            batch, out, workers, as_json=as_json, package=package, changes=changes, using=using, past=past,
            depart=depart, load=boxes, commodity=commodity, avoid=avoid, via=via, modes=modes, epsilon=epsilon,
            horizon_days=horizon_days, tonnes=tonnes, goods=goods, documents=documents, shipper=shipper,
            value_of_time_usd_h=value_of_time_usd_h, promised=promised, samples=samples, seed=seed,
        )  # fmt: skip
    if origin is None or destination is None:
        raise click.UsageError("give ORIGIN and DESTINATION, or --batch FILE")
    if out is not None or workers is not None:
        raise click.UsageError("--out and --workers go with --batch")
    from karvan.kernels.quick import skip_blas
    from karvan.report.carbon import check_file, write_carbon
    from karvan.report.plan import document, headline, left_out_lines, leg_lines, option_table, using_lines
    from karvan.study.plan import plan

    skip_blas()
    if carbon is not None:
        check_file(carbon)
    with waiting("planning; the first time kernels are compiled, which takes some seconds"):
        answer = plan(
            origin, destination, depart, boxes, package=package, commodity=commodity, avoid=avoid, via=via, modes=modes,
            epsilon=epsilon, horizon_days=horizon_days, past=past, changes=changes, using=using,
            tonnes=tonnes, goods=goods, documents=documents, shipper=shipper, value_of_time_usd_h=value_of_time_usd_h,
            promised=promised, samples=samples, seed=seed,
        )  # fmt: skip
    if carbon is not None and answer.found:
        write_carbon(answer, carbon, dt.datetime.now(dt.UTC))
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
