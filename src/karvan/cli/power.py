"""`karvan power`: the power system by the hour, its projects and cables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich
from karvan.cli.power_train import traction, train
from karvan.cli.simulate import progress_bar

if TYPE_CHECKING:
    from karvan.study.power.run import PowerRun

NO_SOLUTION, NOT_SOLVED = 4, 5

seed_option = click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of the weather.")
weeks_option = click.option(
    "--weeks", type=click.IntRange(1, 52), metavar="N",
    help="Look at N weeks only, evenly spread. [default: the whole year]",
)  # fmt: skip
limit_option = click.option(
    "--time-limit", "time_limit_s", default=900.0, show_default=True, metavar="S",
    type=click.FloatRange(0, min_open=True), help="Seconds that the solver may take.",
)  # fmt: skip
profiles_option = click.option(
    "--profiles", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="Profiles of your own, CSV or netCDF, in place of those that are made.",
)  # fmt: skip
shed_option = click.option(
    "--shed", "shed_share", metavar="SHARE", type=click.FloatRange(0, 1),
    help="At most that share of a zone's load in an hour may stay unserved. [default: a tenth]",
)  # fmt: skip
year_option = click.option(
    "--year", type=click.IntRange(1990, 2100), metavar="YEAR", help="Whose load and plants. [default: the scenario's]"
)


@click.group("power")
def command() -> None:
    """Power: dispatch by the hour, projects and cables, gCO2e/kWh."""


command.add_command(train)
command.add_command(traction)


def asked(
    year: int | None, seed: int, profiles: tuple[Path, ...], weeks: int | None, time_limit_s: float,
    shed_share: float | None = None,
) -> PowerRun:  # fmt: skip
    """The request that options make."""
    from karvan.grid.dispatch import Dispatch
    from karvan.study.power.run import PowerRun

    ask = PowerRun(year, seed, profiles, weeks, Dispatch(time_limit_s=time_limit_s))
    return ask if shed_share is None else replace(ask, shed_share=shed_share)


def unsolved(found: Any, scenario: str, as_json: bool) -> int:
    """Tell that there is no dispatch, and why; the exit code."""
    from karvan.report import power as report

    if as_json:
        print_json(report.unsolved_document(found, scenario))
    else:
        print_rich(f"{scenario}: {found.said}")
    return NO_SOLUTION if hasattr(found, "unmet") else NOT_SOLVED


@command.command("run")
@click.argument("scenario", default="")
@year_option
@seed_option
@profiles_option
@weeks_option
@limit_option
@shed_option
@click.option("--keep/--no-keep", default=True, show_default=True,
              help="Keep it as a run, and open the run that is there if it was asked before.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The run's folder.")
@package_option
@json_option
def run(
    scenario: str, year: int | None, seed: int, profiles: tuple[Path, ...], weeks: int | None, time_limit_s: float,
    shed_share: float | None, keep: bool, out: Path | None, package: str, as_json: bool,
) -> int:  # fmt: skip
    """A year of the power system under SCENARIO (base-2024, a case, NAME+project:ID), dispatched at least cost.

    Exit code 4 where load cannot be served, with where and when; 5 where the solver stopped.
    """
    from karvan.report import power as report
    from karvan.study.power.cases import package_with_cases
    from karvan.study.power.run import power_run

    ask = asked(year, seed, profiles, weeks, time_limit_s, shed_share)
    with progress_bar() as progress:
        found = power_run(package_with_cases(package), scenario, ask, keep=keep, out=out, progress=progress)
    if not found.solved:
        return unsolved(found, scenario, as_json)
    if as_json:
        print_json(report.power_document(found))
    else:
        print_rich(*report.power_tables(found))
    return 0


@command.command("compare")
@click.argument("base")
@click.argument("others", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--claims", is_flag=True, help="Beside what documents say of the projects that only the other has.")
@year_option
@seed_option
@profiles_option
@weeks_option
@limit_option
@shed_option
@package_option
@json_option
def compare(
    base: str, others: tuple[str, ...], claims: bool, year: int | None, seed: int, profiles: tuple[Path, ...],
    weeks: int | None, time_limit_s: float, shed_share: float | None, package: str, as_json: bool,
) -> int:  # fmt: skip
    """What each SCENARIO or run changes against BASE: energy, exports, gas, CO2 and gCO2e/kWh.

    A scenario that has no year of its own, such as project:ID, is laid over BASE. Each is dispatched once and kept.
    """
    from karvan.report import power as report
    from karvan.study.power.compare import NoAnswer, compare_power

    ask = asked(year, seed, profiles, weeks, time_limit_s, shed_share)
    with progress_bar() as progress:
        found = compare_power(package, base, others, ask, claims=claims, progress=progress)
    if isinstance(found, NoAnswer):
        return unsolved(found.failed, found.scenario, as_json)
    if as_json:
        print_json(report.compare_document(found))
    else:
        print_rich(*report.compare_tables(found))
    return 0


@command.command("loss")
@click.argument("scenario")
@click.argument("names", nargs=-1, required=True, metavar="PLANT|TIE...")
@click.option("--together", is_flag=True, help="All are lost at once, not each by itself.")
@year_option
@seed_option
@profiles_option
@weeks_option
@limit_option
@shed_option
@package_option
@json_option
def loss(
    scenario: str, names: tuple[str, ...], together: bool, year: int | None, seed: int, profiles: tuple[Path, ...],
    weeks: int | None, time_limit_s: float, shed_share: float | None, package: str, as_json: bool,
) -> int:  # fmt: skip
    """What the power system of SCENARIO does without a plant or a tie, all year: unserved load, exports, gas, CO2.

    Exit code 4 where load cannot be served without one of them; 5 where the solver stopped.
    """
    from karvan.report import power as report
    from karvan.study.power.compare import NoAnswer
    from karvan.study.power.loss import power_loss

    ask = asked(year, seed, profiles, weeks, time_limit_s, shed_share)
    with progress_bar() as progress:
        found = power_loss(package, scenario, names, ask, together=together, progress=progress)
    if isinstance(found, NoAnswer):
        return unsolved(found.failed, found.scenario, as_json)
    if as_json:
        print_json(report.loss_document(found))
    else:
        print_rich(*report.loss_tables(found))
    return NOT_SOLVED if found.stopped else 0 if all(one.countries for one in found.lost) else NO_SOLUTION


@command.command("figures")
@click.argument("country", default="AZ")
@click.option("--base", "bases", multiple=True, default=("base-2024", "base-2025"), show_default=True,
              metavar="SCENARIO", help="Whose year is held against what was published of it.")  # fmt: skip
@seed_option
@weeks_option
@limit_option
@package_option
@json_option
def figures(
    country: str, bases: tuple[str, ...], seed: int, weeks: int | None, time_limit_s: float, package: str,
    as_json: bool,
) -> int:  # fmt: skip
    """Base years beside what was published: each within 10 %, or the reason; what is given, fitted and foretold."""
    from karvan.report import power as report
    from karvan.study.power.compare import NoAnswer
    from karvan.study.power.figures import held

    with progress_bar() as progress:
        found = held(package, country.upper(), bases, asked(None, seed, (), weeks, time_limit_s), progress=progress)
    if isinstance(found, NoAnswer):
        return unsolved(found.failed, found.scenario, as_json)
    if as_json:
        print_json(report.figures_document(found))
    else:
        print_rich(*report.figures_tables(found))
    return 0 if found.lines else NO_SOLUTION


@command.command("cases")
@click.argument("names", nargs=-1, metavar="[CASE]...")
@seed_option
@weeks_option
@limit_option
@package_option
@json_option
def cases(
    names: tuple[str, ...], seed: int, weeks: int | None, time_limit_s: float, package: str, as_json: bool
) -> int:
    """All cases of projects, or some, each against the world without it, in one table. Each is kept as a run.

    Exit code 4 where load cannot be served in one of them; 5 where the solver stopped.
    """
    from karvan.report import power as report
    from karvan.study.power.cases import run_cases

    with progress_bar() as progress:
        found = run_cases(package, names, asked(None, seed, (), weeks, time_limit_s), progress=progress)
    if as_json:
        print_json(report.cases_document(found))
    else:
        print_rich(*report.cases_tables(found))
    return NOT_SOLVED if found.stopped else 0 if found.solved else NO_SOLUTION


@command.command("export")
@click.argument("what", metavar="RUN|SCENARIO")
@click.argument("file", type=click.Path(path_type=Path))
@year_option
@seed_option
@profiles_option
@package_option
@json_option
def export(
    what: str, file: Path, year: int | None, seed: int, profiles: tuple[Path, ...], package: str, as_json: bool
) -> int:
    """The power system as a PyPSA network: netCDF if FILE ends in .nc, else a folder of CSV tables."""
    from karvan.study.power.export import export_power

    with progress_bar() as progress:
        found = export_power(package, what, file, asked(year, seed, profiles, None, 900.0), progress=progress)
    if as_json:
        print_json(found)
    else:
        print_rich(
            f"{found['file']}: PyPSA network of {found['scenario'] or 'the package'} {found['year']}, "
            f"{found['zones']} zones, {found['plants']} plants, {found['ties']} ties, {found['hours']:,} hours"
        )
    return 0


@command.command("invest")
@click.argument("scenario")
@click.option("--candidates", default="solar,wind-onshore,battery", show_default=True, metavar="NAMES",
              help="Technologies that may be built.")  # fmt: skip
@click.option("--zones", default="", metavar="IDS", help="Where they may be built. [default: all zones with a load]")
@click.option("--most-mw", default=2000.0, show_default=True, type=click.FloatRange(0, min_open=True),
              help="Most of each in each zone.")  # fmt: skip
@click.option("--rate", default=0.07, show_default=True, type=click.FloatRange(0, 1), help="Discount rate a year.")
@click.option("--hours", "storage_h", default=2.0, show_default=True, type=click.FloatRange(0, min_open=True),
              help="Hours that a battery holds.")  # fmt: skip
@year_option
@seed_option
@click.option("--weeks", default=8, show_default=True, type=click.IntRange(1, 52),
              help="Weeks that stand for the year, evenly spread.")  # fmt: skip
@limit_option
@package_option
@json_option
def invest(
    scenario: str, candidates: str, zones: str, most_mw: float, rate: float, storage_h: float, year: int | None,
    seed: int, weeks: int, time_limit_s: float, package: str, as_json: bool,
) -> int:  # fmt: skip
    """What would be built at least cost: megawatts of each technology by zone, over building and running together.

    Exit code 4 where load cannot be served with all of it built, with where and when; 5 where the solver stopped.
    """
    from karvan.report import power as report
    from karvan.study.power.invest import InvestPower, invest_power

    wish = InvestPower(_words(candidates), _words(zones), most_mw, storage_h, rate)
    with progress_bar() as progress:
        found = invest_power(package, scenario, wish, asked(year, seed, (), weeks, time_limit_s), progress=progress)
    if not found.solved:
        return unsolved(found, scenario, as_json)
    if as_json:
        print_json(report.invest_document(found))
    else:
        print_rich(*report.invest_tables(found))
    return 0


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
