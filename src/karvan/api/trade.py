"""Trade: what was published of it, what it hangs on, forecasts, what-ifs, and whom a country depends on."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from karvan.api.answering import Answering, sent, sent_if_new
from karvan.api.answers import encoded, lasting
from karvan.api.problems import ApiError, faults
from karvan.api.state import Asked, Shared, State
from karvan.api.trade_pages import (
    CODE,
    FIRST,
    LAST,
    PARTY,
    DependencePage,
    Errors,
    FiguresPage,
    FitPage,
    FlowList,
    ForecastPage,
    NoFit,
    TradePage,
    TradeWhatIfBody,
    TradeWhatIfPage,
)
from karvan.api.worlds import Known, plain_scenario
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.ground.version import VERSION
from karvan.study.trade.base import FORETOLD, TradeBase, trade_base
from karvan.study.trade.figures import turnover, years_of_matrix
from karvan.study.trade.fit import FIXED, Fitted, FitTrade, fit_trade
from karvan.study.trade.forecast import Forecast, Forecasts
from karvan.study.trade.forecast import forecast as foretell
from karvan.study.trade.partners import partners
from karvan.study.trade.what_if import AskTrade, TradeAnswer, what_if
from karvan.tables.trading import AGGREGATES

if TYPE_CHECKING:
    from karvan.corridor import Corridor
    from karvan.corridor.row import Row

router = APIRouter(tags=["trade"])
KEPT_BYTES = 16 * 2**20
YEARS = "[0-9]{4}(,[0-9]{4}){0,19}"
NAMES = "^([a-z0-9_]+(,[a-z0-9_]+){0,19})?$"
KINDS = "^[a-z-]+(,[a-z-]+){0,7}$"
PAIRS = "^([A-Z]{3}-[A-Z]{3}(,[A-Z]{3}-[A-Z]{3}){0,9})?$"
GROUPS = "^(none|(pair|exporter|importer)(,(pair|exporter|importer))?)$"
NONE = ("none",)
SAMPLE = ",".join(map(str, Forecast.sample))


def estimating() -> Answering:
    """What works on trade: one after another, beside the planning.

    Estimates silence warnings of the libraries under them, which holds for the whole process and so for one at a time.
    """
    return Answering(1, KEPT_BYTES)


async def _estimating(request: Request) -> Answering:
    found: Answering = request.app.state.estimating
    return found


Estimating = Annotated[Answering, Depends(_estimating)]


@router.get(
    "/corridors/{corridor}/trade",
    summary="What is known of trade",
    responses={200: {"model": TradePage}, **faults(404)},
)
def trade(request: Request, asked: Asked) -> Response:
    """Countries with what they make, years of which all pairs are known, pairs of later years, elasticities, duties."""
    return lasting(request, lambda: _overview(asked.corridor), tag=_tag(asked, "trade"))


@router.get(
    "/corridors/{corridor}/trade/flows",
    summary="Trade of a year by pairs",
    responses={200: {"model": FlowList | NoFit}, **faults(404)},
)
async def trade_flows(
    request: Request,
    asked: Asked,
    shared: Shared,
    working: Estimating,
    year: Annotated[
        int | None, Query(ge=FIRST, le=LAST, description="The last of which all pairs are known if not given.")
    ] = None,
    country: Annotated[str | None, Query(pattern=CODE, description="Only what it sells and buys.")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 50,
) -> Response:
    """The largest first, each with what it stands on: the figure of the year or near it, or foretold by GDP."""
    make = partial(_largest, shared, asked.corridor, year, country, limit)
    return await _made(request, asked, shared, working, (year, country, limit), make)


@router.get(
    "/corridors/{corridor}/trade/figures",
    summary="Published figures of the trade of two countries",
    responses={200: {"model": FiguresPage}, **faults(404)},
)
def trade_figures(
    request: Request,
    asked: Asked,
    one: Annotated[
        str,
        Query(
            pattern=PARTY,
            description="ISO 3166-1 alpha-3, or the code of several countries, as WLD for the world.",
            openapi_examples={"it": {"value": "AZE"}},
        ),
    ],
    other: Annotated[str, Query(pattern=PARTY, description="The other.", openapi_examples={"it": {"value": "CHN"}})],
) -> Response:
    """Both ways together, year by year, rivals side by side: as `karvan trade figures --json` prints it."""
    from karvan.report.trade import figures_document

    if one == other:
        raise InputError("the request", [Problem("other", shown(other), "give another country than the first")])
    return lasting(request, figures_document(one, other, turnover(asked.corridor, one, other)))


@router.get(
    "/corridors/{corridor}/trade/dependence/{country}",
    summary="Whom a country's trade hangs on",
    responses={200: {"model": DependencePage}, **faults(404)},
)
def trade_dependence(
    request: Request,
    asked: Asked,
    country: Annotated[
        str, Path(pattern=PARTY, description="ISO 3166-1 alpha-3.", openapi_examples={"it": {"value": "AZE"}})
    ],
) -> Response:
    """Shares of partners and the Herfindahl-Hirschman index by year, with bounds where not all is known."""
    from karvan.report.trade import dependence_document

    _there(asked.corridor, country)
    return lasting(
        request,
        lambda: dependence_document(country, partners(asked.corridor, country)),
        tag=_tag(asked, f"dependence {country}"),
    )


@router.get(
    "/corridors/{corridor}/trade/fit",
    summary="What trade hangs on",
    responses={200: {"model": FitPage | NoFit}, **faults(404)},
)
async def trade_fit(
    request: Request,
    asked: Asked,
    shared: Shared,
    working: Estimating,
    years: Annotated[
        str, Query(pattern=f"^({YEARS})?$", description="To fit; the usual ones if empty.", examples=["2005,2015"])
    ] = "",
    on: Annotated[
        str, Query(pattern=NAMES, max_length=500, examples=["log_dist_km,contiguous"],
                   description="Covariates; log_X is the logarithm of X. Distance, border, language, past if empty."),
    ] = "",
    fixed: Annotated[
        str, Query(pattern=KINDS, max_length=200,
                   description="Fixed effects: exporter, importer, exporter-year, importer-year, pair, year; or none."),
    ] = ",".join(FIXED),
    cluster: Annotated[
        str, Query(pattern=GROUPS, description="Groups in which errors hang together, two at most; or none.")
    ] = ",".join(FitTrade.cluster),
    errors: Annotated[
        Errors, Query(description="adjusted: for leverage; wider, and right more often where few have most trade.")
    ] = "clustered",
    level: Annotated[float, Query(ge=0.5, le=0.999, description="Of the intervals.")] = FitTrade.level,
    drop_collinear: Annotated[bool, Query(description="Leave out, and tell, what cannot be told apart.")] = False,
    ways: Annotated[
        str, Query(max_length=500, examples=["base-2024"],
                   description="Scenario whose days and USD a TEU are covariates: way_days, way_usd."),
    ] = "",
) -> Response:  # fmt: skip
    """A gravity model of the corridor's trade by PPML. One that does not converge is an answer too: `converged` false.

    As `karvan trade fit --json` prints it; tables of one's own are fitted on the command line.
    """
    ask = FitTrade(
        years=_years(years), regressors=_words(on), fixed=_kinds(fixed), cluster=_kinds(cluster), errors=errors,
        level=level, drop_collinear=drop_collinear, ways=ways,
    )  # fmt: skip
    plain_scenario(ways)
    key = ask.years, ask.regressors, ask.fixed, ask.cluster, errors, level, drop_collinear, ways
    return await _made(request, asked, shared, working, key, partial(_fit, asked.corridor, ask))


@router.get(
    "/corridors/{corridor}/trade/forecast",
    summary="Trade foretold, and held against what came",
    responses={200: {"model": ForecastPage | NoFit}, **faults(404)},
)
async def trade_forecast(
    request: Request,
    asked: Asked,
    shared: Shared,
    working: Estimating,
    pairs: Annotated[
        str, Query(pattern=PAIRS, description="As AZE-CHN; all of which later years were published if empty.",
                   examples=["AZE-CHN"]),
    ] = "",
    sample: Annotated[str, Query(pattern=f"^{YEARS}$", description="Years to fit to.")] = SAMPLE,
    last: Annotated[int, Query(ge=FIRST, le=LAST, description="Year to foretell up to.")] = Forecast.last,
) -> Response:  # fmt: skip
    """Fitted to some years, later ones are foretold by what countries make: as `karvan trade forecast --json` has it.

    With `pairs` every year to the last is told, else those of which figures were published.
    """
    ask = Forecast(_pairs(pairs), _years(sample), last)
    return await _made(
        request, asked, shared, working, (ask.pairs, ask.sample, last), partial(_forecast, asked.corridor, ask)
    )


@router.post(
    "/trade/what-if",
    summary="What a change of costs does to trade",
    responses={200: {"model": TradeWhatIfPage | NoFit}},
)
async def trade_what_if(request: Request, body: TradeWhatIfBody, shared: Shared, working: Estimating) -> Response:
    """A free-trade area, accession to the WTO, duties, days or dollars on the way: trade in partial and in general
    equilibrium, and welfare.

    Each by itself and all together, with intervals of the elasticities, as `karvan trade what-if --json` prints it.
    What is carried then is asked of /trade/carry.
    """
    ask = body.asked()
    key = request.url.path, body.model_dump_json(), shared.worlds.stamp(body.corridor)
    made = await working.get(key, partial(_what_if, shared, body, ask), shared.settings.limits.request_seconds)
    return sent(request, made)


async def _made(
    request: Request, asked: Known, shared: State, working: Answering, of: Hashable, make: Callable[[], bytes]
) -> Response:
    """An answer that takes work, as it was kept or is made now."""
    key = request.url.path, asked.corridor.digest, of
    return sent_if_new(request, await working.get(key, make, shared.settings.limits.request_seconds))


def _tag(asked: Known, what: str) -> str:
    return f"{asked.corridor.digest} {VERSION} {what}"


def _overview(corridor: Corridor) -> dict[str, Any]:
    from karvan.trade.elasticity import published

    made: dict[str, list[Row]] = {}
    for row in corridor.rows("gdp"):
        made.setdefault(row.country, []).append(row)
    elasticities, of = published(corridor), corridor.by_key("elasticity")
    return {
        "package": corridor.name,
        "countries": [
            {"id": row.id, "code": row.code, "name": row.name, "lon": row.lon, "lat": row.lat,
             "population": row.population, "landlocked": row.landlocked, "place": row.gateway or None,
             "gdp": [{"year": one.year, "gdp_musd": one.gdp_musd, "source": one.source, "grade": one.confidence}
                     for one in made.get(row.id, ())]}
            for row in corridor.rows("country")
        ],
        "names": [_named(code) for code in sorted(_codes(corridor) - set(AGGREGATES))],
        "sums": [{"id": code, "name": name} for code, name in AGGREGATES.items() if code in _codes(corridor)],
        "years": list(years_of_matrix(corridor)),
        "pairs": list(_later(corridor)),
        "elasticities": [
            {"id": name, "name": one.name, "of": of[name].of, "value": one.value, "low": one.low, "high": one.high,
             "unit": one.unit, "facts": list(one.facts), "note": one.note}
            for name, one in sorted(elasticities.items())
        ],
        "duties": [
            {name: getattr(row, name) for name in ("importer", "exporter", "rate_pct", "year", "note")}
            for row in corridor.rows("duty")
        ],
        "wto": [
            {"country": row.country, "since": row.since, "bound_pct": row.bound_pct, "source": row.source,
             "grade": row.confidence, "note": row.note}
            for row in corridor.rows("wto")
        ],
    }  # fmt: skip


def _named(code: str) -> dict[str, str | None]:
    """Who a code of a figure stands for."""
    from karvan.formats.trade.country_codes import find_area

    area = find_area(code)
    return {"id": code, "code": (area and area.alpha2) or None, "name": area.name if area else code}


def _codes(corridor: Corridor) -> set[str]:
    """Whoever is in a figure of trade."""
    return {code for row in corridor.rows("trade") for code in (row.reporter, row.partner)}


def _later(corridor: Corridor) -> Iterator[dict[str, Any]]:
    """Pairs with figures of years after the last of which all pairs are known."""
    after, countries = max(years_of_matrix(corridor), default=0), corridor.by_key("country")
    pairs = {tuple(sorted((row.reporter, row.partner))) for row in corridor.rows("trade") if row.year > after}
    for one, other in sorted(pairs):
        years = [year.year for year in turnover(corridor, one, other)]
        if max(years, default=0) > after:
            both = one in countries and other in countries
            yield {"one": one, "other": other, "years": years, "forecast": both}


def _there(corridor: Corridor, country: str) -> None:
    """Raise ApiError 404 for a country that is in no figure, and for what is no country."""
    codes = _codes(corridor) - set(AGGREGATES)
    if country not in codes:
        near = ", ".join(nearest(country, codes))
        remedy = f"nearest: {near}" if near else "ask for the list of countries"
        sums = f", which stands for {AGGREGATES[country]}" if country in AGGREGATES else ""
        raise ApiError(404, f"no country {shown(country)}", [Problem("country", f"{shown(country)}{sums}", remedy)])


def _have(corridor: Corridor, where: str, codes: Iterable[str]) -> None:
    """Raise InputError for codes of which the corridor has no country."""
    there = corridor.by_key("country")
    problems = [
        Problem(where, shown(code), f"give ISO alpha-3: {', '.join(nearest(code, there)) or 'none is like it'}")
        for code in codes
        if code not in there
    ]
    if problems:
        raise InputError("the request", problems)


def _largest(shared: State, corridor: Corridor, year: int | None, country: str | None, limit: int) -> bytes:
    """Flows of a year, of all or of one country; those of all are kept."""
    when = year or max(years_of_matrix(corridor), default=LAST)
    if country:
        _have(corridor, "country", [country])
    key = "trade flows", corridor.digest, when
    found = json.loads(shared.worlds.documents.get(key, lambda: encoded(_flows(corridor, when))))
    if "flows" not in found:
        return encoded(found)
    flows = [flow for flow in found["flows"] if country in (None, flow["exporter"], flow["importer"])]
    whole = {"total": len(flows), "musd": sum(flow["musd"] for flow in flows)}
    return encoded(found | whole | {"flows": flows[:limit]})


def _flows(corridor: Corridor, year: int) -> dict[str, Any]:
    """Trade of a year between all pairs, the largest first."""
    base = trade_base(corridor, year)
    if not isinstance(base, TradeBase):
        return _no_fit(base.said)
    largest = sorted(base.stands_on, key=lambda pair: (-base.musd(*pair), pair))
    flows = [
        {"exporter": one, "importer": other, "musd": base.musd(one, other),
         "stands_on": base.stands_on[one, other]}
        for one, other in largest
    ]  # fmt: skip
    counts = {said: base.counts[said] for said in ("published", FORETOLD)}
    return {"year": base.year, **counts, "flows": flows}


def _fit(corridor: Corridor, ask: FitTrade) -> bytes:
    from karvan.report.trade import fit_document

    found = fit_trade(corridor, ask)
    return encoded(fit_document(found) if isinstance(found, Fitted) else _no_fit(found.said))


def _forecast(corridor: Corridor, ask: Forecast) -> bytes:
    from karvan.report.trade import forecast_document

    found = foretell(corridor, ask)
    return encoded(forecast_document(found) if isinstance(found, Forecasts) else _no_fit(found.said))


def _what_if(shared: State, body: TradeWhatIfBody, ask: AskTrade) -> bytes:
    from karvan.report.trade import what_if_document

    try:
        corridor = shared.worlds.known(body.corridor).corridor
    except ApiError as missing:  # the corridor is named in the body, and not in the address
        raise InputError("the request", missing.problems) from None
    _have(corridor, "only", body.only)
    found = what_if(corridor, ask)
    told = what_if_document(found, body.only) if isinstance(found, TradeAnswer) else _no_fit(found.said)
    return encoded(told)


def _no_fit(said: str) -> dict[str, Any]:
    return {"converged": False, "said": said}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _years(text: str) -> tuple[int, ...]:
    return tuple(map(int, _words(text)))


def _kinds(text: str) -> tuple[str, ...]:
    words = _words(text)
    return () if words == NONE else words


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of countries as they are written. Raises InputError for one of a country with itself, or told twice."""
    found: list[tuple[str, str]] = []
    problems = []
    for word in _words(text):
        one, other = word.split("-")
        if one == other:
            problems.append(Problem("pairs", shown(word), "give two countries, as AZE-CHN"))
        elif (one, other) in found or (other, one) in found:
            problems.append(Problem("pairs", f"{shown(word)} again", "give each pair once, whichever comes first"))
        found.append((one, other))
    if problems:
        raise InputError("the request", problems)
    return tuple(found)
