"""`karvan assign`: who goes which way when capacity is short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from karvan.cli.output import (
    json_option,
    package_option,
    print_json,
    print_rich,
    scenario_option,
    waiting,
    year_of_scenario,
)

NO_WAY, NOT_CONVERGED = 4, 5
OURS = ("package", "scenario", "year", "demand", "elsewhere", "free", "co2e_usd_t", "simulate", "settled", "days",
        "replications", "seed", "changes", "closings")  # fmt: skip
FOREIGN = ("network", "uses", "omx", "matrix", "skims", "to_gmns")
"""Options that are of a corridor only, and of foreign networks only."""


@click.command("assign")
@click.option(
    "--method",
    default="ue",
    show_default=True,
    metavar="WHAT",
    help="ue, sue or so; of foreign networks also bfw and hard.",
)
@click.option("--gap", type=float, metavar="G", help="Relative gap to reach. [default: 1e-4, of so and networks 1e-6]")
@click.option("--iterations", type=int, metavar="N", help="The most of them.")
@click.option(
    "--theta",
    type=float,
    metavar="T",
    help="Of sue: how sharply costs are told apart. [default: 12.3 of the cheapest cost; of networks 1 of time]",
)
@click.option("--year", type=int, metavar="YEAR", help="Whose demand, services and closures. [default: 2024]")
@click.option("--demand", type=float, metavar="FACTOR", help="Factor on all demand. [default: 1]")
@click.option("--free", is_flag=True, default=None, help="Goods may take any family and border, not only their own.")
@click.option(
    "--elsewhere", is_flag=True, default=None, help="Goods leave their families where queues make these too dear."
)
@click.option("--co2e-price", "co2e_usd_t", type=float, metavar="USD", help="What shippers count for a tonne of CO2e.")
@click.option(
    "--simulate",
    type=int,
    metavar="ROUNDS",
    help="Simulate the flows and assign anew with the waits found, at most so many times.",
)
@click.option("--settled", type=float, metavar="G", help="Gap at simulated waits that ends the rounds. [default: 1e-3]")
@click.option("--days", type=float, metavar="DAYS", help="That each round simulates. [default: 365]")
@click.option("--replications", "-n", type=int, metavar="N", help="Of each round. [default: 1]")
@click.option("--seed", type=int, metavar="SEED", help="Of the simulation. [default: 1]")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="CHANGE",
    help="Change the corridor: TABLE/ROW/COLUMN=VALUE, =+MORE or *FACTOR.",
)
@click.option(
    "--close", "closings", multiple=True, metavar="WHAT", help="Close something for a time: TABLE/ROW=BEGIN..END."
)
@click.option("--tntp", type=click.Path(path_type=Path), metavar="FOLDER", help="A network of TNTP files instead.")
@click.option("--gmns", type=click.Path(path_type=Path), metavar="FOLDER", help="A network of GMNS files instead.")
@click.option("--network", metavar="NAME", help="Which one, where a folder of TNTP files has several.")
@click.option("--use", "uses", multiple=True, metavar="USE", help="Of GMNS, only links that allow it. More than once.")
@click.option("--omx", type=click.Path(path_type=Path), metavar="FILE", help="Trips from here, not from the network.")
@click.option("--matrix", metavar="NAME", help="The matrix of the file to take. [default: each a class]")
@click.option("--skims", is_flag=True, default=None, help="Of a network, times and lengths between all zones as well.")
@click.option("--to-gmns", type=click.Path(path_type=Path), metavar="DIR", help="A network and its flows as GMNS.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The folder for all tables and the map.")
@scenario_option
@package_option
@json_option
@click.pass_context
def command(
    context: click.Context, /, tntp: Path | None, gmns: Path | None, package: str, as_json: bool, **words: Any
) -> int:  # fmt: skip
    """Put all demand on the corridor, or on a network of yours: flows, what is short, what is left unserved and why.

    Exit code 4 where nothing could be assigned, 5 where the gap was not reached; results are given all the same.
    """
    if tntp is not None and gmns is not None:
        raise click.UsageError("give one of --tntp and --gmns")
    corridor = tntp is None and gmns is None
    _refuse(context, FOREIGN if corridor else OURS, "needs --tntp or --gmns" if corridor else "is of a corridor only")
    year_of_scenario(words["scenario"], words["year"])
    given = {name: value for name, value in words.items() if value not in (None, (), "")}
    if corridor:
        return _corridor(package, as_json, given)
    return _foreign(tntp or gmns or Path(), "tntp" if tntp else "gmns", as_json, given)


def _refuse(context: click.Context, names: tuple[str, ...], why: str) -> None:
    """Raise UsageError for options that were given and mean nothing here."""
    said = click.core.ParameterSource.COMMANDLINE
    for option in context.command.params:
        if option.name in names and context.get_parameter_source(option.name) == said:
            raise click.UsageError(f"{option.opts[0]} {why}")


def _corridor(package: str, as_json: bool, given: dict[str, Any]) -> int:
    import json

    from karvan.cli.simulate import progress_bar
    from karvan.report.assignment import document, geojson, headline, tables
    from karvan.study.assign import Assign, assign

    changes = [*given.pop("changes", ()), *(f"close {one}" for one in given.pop("closings", ()))]
    out, workers, scenario = given.pop("out", None), given.pop("workers"), given.pop("scenario", "")
    ask = Assign(**given).checked()

    def drawn(flows: Any) -> bytes:
        return json.dumps(geojson(flows), ensure_ascii=False).encode()

    with progress_bar() as progress:
        found = assign(package, scenario=scenario, changes=changes, ask=ask, out=out, workers=workers,
                       progress=progress, files={"flows.geojson": drawn})  # fmt: skip
    if as_json:
        print_json(document(found.flows, found.run, found.rounds))
    else:
        print_rich(headline(found.flows, found.run, found.rounds), "", *tables(found.flows, found.rounds))
    if found.flows.left and not found.flows.flows:
        return NO_WAY
    return 0 if found.converged else NOT_CONVERGED


def _foreign(folder: Path, form: str, as_json: bool, words: dict[str, Any]) -> int:
    from karvan.corridor.package import write_folder
    from karvan.kernels.quick import skip_blas
    from karvan.report.loads import document, headline, notes, tables
    from karvan.study.assign_roads import assign_roads

    skip_blas()
    out, to_gmns, threads = words.pop("out", None), words.pop("to_gmns", None), words.pop("workers")
    with waiting("assigning; the first time kernels are compiled, which takes some seconds"):
        found = assign_roads(folder, form, threads=threads, **words)
        if out:
            found.write(out)
        if to_gmns:
            write_folder(to_gmns, found.gmns())
    results = found.results()
    if as_json:
        print_json(document(results, found.tables(), found.asked))
    else:
        shown = [headline(found.loads, results), ""]
        print_rich(
            *shown, *tables(found.loads), *notes(results), *(f"written to {path}" for path in (out, to_gmns) if path)
        )
    if not found.found:
        return NO_WAY
    return 0 if found.loads.converged else NOT_CONVERGED
