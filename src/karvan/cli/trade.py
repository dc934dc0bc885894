"""`karvan trade`: where demand comes from, what would change it, and what hangs on one partner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich, waiting
from karvan.cli.trade_boxes import boxes
from karvan.corridor import Corridor, load
from karvan.ground.errors import InputError, Problem, nearest, shown

if TYPE_CHECKING:
    from karvan.study.trade.way_change import WayChange

NO_FIT = 5


@click.group("trade")
def command() -> None:
    """Trade: figures, gravity, forecasts, what-ifs and dependence."""


command.add_command(boxes)


def _words(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _codes(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    return tuple(word.strip().upper() for word in text.split(",") if word.strip())


def _years(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(",") if word.strip())
    except ValueError:
        raise click.BadParameter(f"found {shown(text)}; give years as 2005,2015") from None


def _no_fit(said: str, as_json: bool) -> int:
    """Tell that a fit did not come to its end, and why."""
    if as_json:
        print_json({"converged": False, "said": said})
    else:
        print_rich(said)
    return NO_FIT


@command.command("figures")
@click.argument("one", metavar="COUNTRY")
@click.argument("other", metavar="COUNTRY")
@package_option
@json_option
def figures(one: str, other: str, package: str, as_json: bool) -> int:
    """All that was published of the trade of two countries, rivals side by side. Countries are ISO alpha-3 codes."""
    from karvan.report import trade as report
    from karvan.study.trade.figures import turnover

    years = turnover(load(package), one.upper(), other.upper())
    if as_json:
        print_json(report.figures_document(one.upper(), other.upper(), years))
    elif years:
        print_rich(report.figures_table(one.upper(), other.upper(), years))
    else:
        print_rich(f"nothing was published of the trade of {one.upper()} and {other.upper()} in a whole year")
    return 0 if years else 4


@command.command("fit")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--years", default="", callback=_years, metavar="YEARS", help="As 2005,2015. [default: all there are]")
@click.option("--on", "regressors", default="", callback=_words, metavar="NAMES",
              help="Covariates that trade hangs on; log_X is the logarithm of X. [default: distance, border, language, "
              "past; of a file all that it has]")  # fmt: skip
@click.option("--fixed", default="", callback=_words, metavar="KINDS",
              help="Fixed effects: exporter, importer, exporter-year, importer-year, pair, year; or none. [default: "
              "exporter-year,importer-year; with --until pair, or none where one year is fitted]")  # fmt: skip
@click.option("--cluster", default="pair", show_default=True, callback=_words, metavar="KINDS",
              help="Groups in which errors hang together: pair, exporter, importer; two at most.")  # fmt: skip
@click.option("--errors", type=click.Choice(["clustered", "adjusted"]), default="clustered", show_default=True,
              help="adjusted: for leverage; wider, and right more often where few pairs have most trade.")  # fmt: skip
@click.option("--level", default=0.95, show_default=True, metavar="SHARE", help="Of the intervals.")
@click.option("--unit", default="", metavar="UNIT", help="Of the file's trade: usd, kusd, musd. [default: as it says]")
@click.option("--column", "columns", multiple=True, metavar="ROLE=NAME",
              help="Which column is what, where the usual names are not used: exporter=from.")  # fmt: skip
@click.option("--drop-collinear", is_flag=True, help="Leave out, and tell, what cannot be told apart.")
@click.option("--ways", default="", metavar="SCENARIO",
              help="Days and USD a TEU between countries as the planner finds them there (base-2024): covariates "
              "way_days, way_usd.")  # fmt: skip
@click.option("--until", type=click.IntRange(1000, 9999), metavar="YEAR",
              help="Fit to years up to this one, foretell the later ones and hold them against what came.")  # fmt: skip
@package_option
@json_option
def fit(
    file: Path | None,
    years: tuple[int, ...],
    regressors: tuple[str, ...],
    fixed: tuple[str, ...],
    cluster: tuple[str, ...],
    errors: str,
    level: float,
    unit: str,
    columns: tuple[str, ...],
    drop_collinear: bool,
    ways: str,
    until: int | None,
    package: str,
    as_json: bool,
) -> int:
    """What trade hangs on: a gravity model by PPML, of the package's trade or of a FILE (CSV, also packed).

    A file has a row for each year, exporter and importer with trade, and the covariates.
    """
    from karvan.report import trade as report
    from karvan.study.trade.fit import Fitted, FitTrade, fit_trade

    own, groups = (() if kinds == ("none",) else kinds for kinds in (fixed, cluster))
    named = _named(columns)
    ask = FitTrade(
        file, named, unit, years, regressors, own if fixed else None, groups, errors, level, drop_collinear, ways, until
    )  # fmt: skip
    with waiting("fitting"):
        found = fit_trade(load(package), ask)
    if not isinstance(found, Fitted):
        return _no_fit(found.said, as_json)
    if as_json:
        print_json(report.fit_document(found))
    else:
        print_rich(*report.fit_tables(found))
    return 0


def _named(columns: tuple[str, ...]) -> dict[str, str]:
    wrong = [
        Problem("--column", shown(word), "give ROLE=NAME, as exporter=from") for word in columns if "=" not in word
    ]
    if wrong:
        raise InputError("the options", wrong)
    return {role.strip(): name.strip() for role, _, name in (word.partition("=") for word in columns)}


@command.command("forecast")
@click.argument("pairs", nargs=-1, metavar="[AAA-BBB]...")
@click.option("--sample", default="2005,2015", show_default=True, callback=_years, metavar="YEARS",
              help="Years to fit to.")  # fmt: skip
@click.option(
    "--last", default=2025, show_default=True, type=click.IntRange(1900, 2100), help="Year to foretell up to."
)
@package_option
@json_option
def forecast(pairs: tuple[str, ...], sample: tuple[int, ...], last: int, package: str, as_json: bool) -> int:
    """Fit to some years, foretell later ones, and hold it against what was published. Pairs as AZE-CHN."""
    from karvan.report import trade as report
    from karvan.study.trade.forecast import Forecast, Forecasts
    from karvan.study.trade.forecast import forecast as foretell

    with waiting("fitting"):
        found = foretell(load(package), Forecast(tuple(_pair(word) for word in pairs), sample, last))
    if not isinstance(found, Forecasts):
        return _no_fit(found.said, as_json)
    if as_json:
        print_json(report.forecast_document(found))
    else:
        print_rich(*report.forecast_tables(found))
    return 0 if found.rows else 4


def _pair(word: str) -> tuple[str, str]:
    one, _, other = word.upper().partition("-")
    if not one or not other or one == other:
        raise InputError("the options", [Problem("pair", shown(word), "give two countries, as AZE-CHN")])
    return one, other


@command.command("what-if")
@click.option("--area", default="", callback=_codes, metavar="CODES", help="A free-trade area of these: AZE,CHN.")
@click.option("--by", type=click.Choice(["duty", "agreement"]), default="duty", show_default=True,
              help="An area's duties gone, and those of who joins the WTO bound; or as agreements and membership have "
              "worked elsewhere.")  # fmt: skip
@click.option("--duty", "duties", multiple=True, metavar="AAA-BBB=PCT",
              help="What BBB takes of goods of AAA from then on, % of the value; ALL-BBB of goods of every country, "
              "AAA-ALL what every country takes.")  # fmt: skip
@click.option("--accession", default="", callback=_codes, metavar="CODES",
              help="These join the World Trade Organization: AZE.")  # fmt: skip
@click.option("--to-bound", is_flag=True,
              help="Their duties go to what they are bound at, even where that is more than they take.")  # fmt: skip
@click.option("--tariffs", type=click.Path(path_type=Path, exists=True), metavar="FILE",
              help="Duties as they are out of a file of WITS, in place of the package's.")  # fmt: skip
@click.option("--days", type=float, default=0.0, metavar="DAYS", help="More days on the way; -10 is ten less.")
@click.option("--usd-teu", type=float, default=0.0, metavar="USD", help="More to carry a TEU; -300 is less.")
@click.option("--value-teu", type=float, default=0.0, metavar="USD", help="What goods in a TEU are worth.")
@click.option("--among", default="", callback=_codes, metavar="CODES",
              help="Between whom days and USD change. [default: those of the area]")  # fmt: skip
@click.option("--scenario", default="", metavar="S",
              help="The ways that this scenario of the corridor makes between countries, days and USD.")  # fmt: skip
@click.option("--against", default="", metavar="S", help="What its ways are compared with: base-2030.")
@click.option(
    "--loaded",
    is_flag=True,
    help="Ways as goods take them in both, with the queues that they make; else a box alone by the planner.",
)
@click.option("--year", default=2024, show_default=True, type=click.IntRange(1900, 2100), help="Whose trade it is.")
@click.option("--draws", default=400, show_default=True, type=click.IntRange(2, 100_000), help="For the intervals.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of the draws.")
@click.option("--only", default="", callback=_codes, metavar="CODES", help="Tell of these countries only.")
@click.option("--carry", default="", metavar="SCENARIO",
              help="Then put the demand that it makes on this corridor (base-2025) and tell what passes.")  # fmt: skip
@click.option("--waters", default="Caspian Sea", show_default=True, metavar="NAME", help="What to pass.")
@package_option
@json_option
def what_if(
    area: tuple[str, ...],
    by: str,
    duties: tuple[str, ...],
    accession: tuple[str, ...],
    to_bound: bool,
    tariffs: Path | None,
    days: float,
    usd_teu: float,
    value_teu: float,
    among: tuple[str, ...],
    scenario: str,
    against: str,
    loaded: bool,
    year: int,
    draws: int,
    seed: int,
    only: tuple[str, ...],
    carry: str,
    waters: str,
    package: str,
    as_json: bool,
) -> int:
    """What a free-trade area, accession to the WTO, a duty, days or dollars less on the way would do to trade.

    Each by itself, and all together; in partial and in general equilibrium, with intervals.
    """
    from karvan.report import trade as report
    from karvan.study.trade.what_if import AskTrade, By, TradeAnswer, parts_and_whole
    from karvan.study.trade.what_if import what_if as answer

    kind: By = "agreement" if by == "agreement" else "duty"
    corridor = load(package)
    _there(corridor, only)
    changes = parts_and_whole(area, kind, _rates(duties), days, usd_teu, value_teu, among,
                              _by_way(package, scenario, against, loaded, value_teu), accession, to_bound)  # fmt: skip
    if not changes:
        raise click.UsageError("say what changes: --area, --accession, --duty, --days, --usd-teu or --scenario")
    with waiting("finding equilibria"):
        found = answer(corridor, AskTrade(changes, year, draws, seed, tariffs=tariffs))
    if not isinstance(found, TradeAnswer):
        return _no_fit(found.said, as_json)
    put = None
    if carry:
        from karvan.study.trade.carried import carried

        with waiting(f"assigning {3 * len(changes) + 1} times"):
            put = carried(package, found, carry, waters)
    if as_json:
        print_json(report.what_if_document(found, only, put))
    else:
        print_rich(*report.what_if_tables(found, only, put))
    return 0


def _by_way(package: str, scenario: str, against: str, loaded: bool, value_teu: float) -> WayChange | None:
    """The ways of two scenarios, where they are asked for."""
    from karvan.study.trade.way_change import loaded_change, planned_change

    if bool(scenario) != bool(against) or (loaded and not scenario):
        raise click.UsageError("give --scenario and --against together: partnership-2030 against base-2030")
    if loaded:
        with waiting("assigning twice"):
            return loaded_change(package, scenario, against)
    if scenario:
        with waiting("planning between all countries in both worlds"):
            return planned_change(package, scenario, against, value_teu)
    return None


def _there(corridor: Corridor, only: tuple[str, ...]) -> None:
    """Raise InputError for codes of which a corridor has no country."""
    there = corridor.by_key("country")
    problems = [
        Problem("--only", shown(code), f"give ISO alpha-3: {', '.join(nearest(code, there)) or 'none is like it'}")
        for code in dict.fromkeys(only)
        if code not in there
    ]
    if problems:
        raise InputError("the options", problems)


def _rates(words: tuple[str, ...]) -> dict[tuple[str, str], float]:
    """Duties by seller and buyer. Raises InputError for one that is given twice."""
    found = [_rate(word) for word in words]
    pairs = [pair for pair, _ in found]
    twice = ["-".join(pair) for pair in dict.fromkeys(pairs) if pairs.count(pair) > 1]
    if twice:
        raise InputError("the options", [Problem("--duty", f"{one} twice", "give each duty once") for one in twice])
    return dict(found)


def _rate(word: str) -> tuple[tuple[str, str], float]:
    pair, _, rate = word.partition("=")
    try:
        return _pair(pair), float(rate)
    except ValueError:
        raise InputError("the options", [Problem("--duty", shown(word), "give AAA-BBB=PCT, as CHN-AZE=0")]) from None


@command.command("dependence")
@click.argument("country", metavar="COUNTRY")
@click.option("--routes", default="", metavar="SCENARIO",
              help="Of what is carried instead: families of routes, places of entry, ports, borders, operators, by the "
              "flows of this scenario (base-2025).")  # fmt: skip
@package_option
@json_option
def dependence(country: str, routes: str, package: str, as_json: bool) -> None:
    """How much of a country's trade hangs on few partners, year by year, with bounds: shares and the HHI.

    COUNTRY is an ISO alpha-3 code.
    """
    from karvan.report import trade as report
    from karvan.study.trade.partners import partners

    code = country.upper()
    if routes:
        from karvan.study.trade.routes import rely

        with waiting("assigning"):
            relied = rely(package, code, routes)
        document, tables = report.reliance_document(code, relied), report.reliance_tables(code, relied)
    else:
        found = partners(load(package), code)
        document, tables = report.dependence_document(code, found), report.dependence_tables(code, found)
    if as_json:
        print_json(document)
    else:
        print_rich(*tables)


@command.command("under")
@click.argument("scenario", metavar="SCENARIO")
@click.option("--base", required=True, metavar="S", help="What it is compared with: base-2030.")
@click.option("--elasticity", type=float, metavar="E", help="Of trade to the delivered price. [default: the package's]")
@click.option("--pct-day", type=float, metavar="PCT",
              help="What a day on the way is worth, % of the value. [default: by the commodity]")  # fmt: skip
@click.option("--ends", is_flag=True, help="Also at the low and the high end of the elasticity.")
@click.option("--welfare", is_flag=True, help="Also the prices of ways in general equilibrium: who gains, who loses.")
@package_option
@json_option
def under(
    scenario: str,
    base: str,
    elasticity: float | None,
    pct_day: float | None,
    ends: bool,
    welfare: bool,
    package: str,
    as_json: bool,
) -> int:
    """What a SCENARIO of the corridor does to trade: costs of ways under load, trade's answer, flows again, in turn."""
    from karvan.report import trade as report
    from karvan.study.trade.loop import CloseLoop
    from karvan.study.trade.under import in_equilibrium, own_elasticity, trade_under
    from karvan.study.trade.what_if import TradeAnswer

    own = None if elasticity is None else own_elasticity(elasticity)
    with waiting("trade and flows in turn"):
        found = trade_under(package, scenario, base, elasticity=own, ends=ends, loop=CloseLoop(pct_day=pct_day))
    general = None
    if welfare:
        with waiting("finding equilibria"):
            general = in_equilibrium(package, found)
        if not isinstance(general, TradeAnswer):
            return _no_fit(general.said, as_json)
    if as_json:
        print_json(report.under_document(found, general))
    else:
        print_rich(*report.under_tables(found, general))
    return 0 if all(one.settled for one in found.balance.values()) else NO_FIT


@command.command("loss")
@click.argument("what", metavar="WHAT")
@click.option("--scenario", default="base-2024", show_default=True, metavar="S", help="The world before.")
@click.option("--country", default="", callback=_codes, metavar="CODES", help="Tell of these only: AZE,GEO.")
@click.option("--take-over", is_flag=True,
              help="Of a partner that goes: also what others take over of its trade.")  # fmt: skip
@click.option("--move", "moved", multiple=True, metavar="PLACE=OTHER",
              help="Goods that begin or end at a place that goes do so at another: POTI=BATUMI.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Keep a run of it.")
@package_option
@json_option
def loss(
    what: str,
    scenario: str,
    country: tuple[str, ...],
    take_over: bool,
    moved: tuple[str, ...],
    keep: bool,
    package: str,
    as_json: bool,
) -> int:
    """What is lost or delayed if a route, a water, a place, an operator or a partner goes.

    WHAT is northern, caspian or suez, or KIND:NAME: family:northern/RU;BY, waters:Caspian Sea, place:POTI,
    territory:RU, operator:ASCO, service:asco-aktau-alat, partner:CN; several joined by +.
    """
    from karvan.report import trade as report
    from karvan.study.trade.loss import Lose, TakeOver, lose

    ask = Lose(what, take_over=TakeOver() if take_over else None, moved=moved)
    with waiting("assigning before and after"):
        found = lose(package, ask=ask, scenario=scenario, keep=keep)
    own = {row.id: row.code for row in load(package).rows("country")}
    country = tuple(own.get(code, code) for code in country)
    for code in country:
        found.country(code)
    if as_json:
        print_json(report.loss_document(found, country))
    else:
        print_rich(*report.loss_tables(found, country))
    return 0 if found.settled else NO_FIT
