"""Trade over REST: what the command says of it, what each answer stands on, and what is refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from karvan.api import trade
from karvan.api import trade_pages as pages
from karvan.api.app import create_app
from karvan.api.settings import Settings
from karvan.corridor import Corridor
from karvan.study.trade.base import trade_base
from karvan.trade import gravity
from karvan.trade.fitted import FitGravity, NotConverged

Says = Callable[..., tuple[int, str]]
HERE = "/api/corridors/middle-corridor/trade"
WHAT_IF = "/api/trade/what-if"
BARE = "/api/corridors/bare/trade"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, small: Corridor) -> Iterator[TestClient]:
    """A service of the package that ships, and of one without trade."""
    folder = tmp_path_factory.mktemp("service")
    bare = folder / "bare.zip"
    small.save(bare)
    app = create_app(Settings(folder, workers=0, packages={"bare": bare}))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def got(client: TestClient, path: str = "", /, **query: Any) -> Any:
    answer = client.get(f"{HERE}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def done(client: TestClient, **body: Any) -> Any:
    answer = client.post(WHAT_IF, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def faults(answer: Response, status: int) -> list[dict[str, str]]:
    """The faults that an answer tells."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: list[dict[str, str]] = answer.json()["problems"]
    assert told
    assert all(all(fault.values()) for fault in told)
    return told


def printed(says: Says, *words: object) -> Any:
    code, text = says("trade", *words, "--json")
    assert code == 0, text
    return json.loads(text)


# a: what is known


def test_a01_countries_are_those_of_the_package(client: TestClient, shipped: Corridor) -> None:
    page = pages.TradePage.model_validate(got(client))
    rows = shipped.by_key("country")
    assert [one.id for one in page.countries] == list(rows)
    places = shipped.by_key("place")
    for one in page.countries:
        assert one.code == rows[one.id].code
        assert one.place is None or places[one.place].country == one.code
        gdp = {row.year: row.gdp_musd for row in shipped.rows("gdp") if row.country == one.id}
        assert {of.year: of.gdp_musd for of in one.gdp} == gdp
        assert {of.source for of in one.gdp} <= set(shipped.evidence.sources)
    assert page.years == [1995, 2005, 2015]


def test_a02_elasticities_and_duties_name_what_they_stand_on(client: TestClient, shipped: Corridor) -> None:
    page = pages.TradePage.model_validate(got(client))
    assert {one.id for one in page.elasticities} >= {"cost", "day", "agreement"}
    for one in page.elasticities:
        assert one.low <= one.value <= one.high
        assert one.facts
        assert set(one.facts) <= set(shipped.evidence.facts)
    assert {(one.importer, one.rate_pct) for one in page.duties} == {
        (row.importer, row.rate_pct) for row in shipped.rows("duty")
    }


def test_a03_every_pair_has_figures_of_a_later_year(client: TestClient) -> None:
    page = pages.TradePage.model_validate(got(client))
    pairs = {(one.one, one.other): one for one in page.pairs}
    assert pairs["AZE", "CHN"].forecast
    assert not pairs["AZE", "WLD"].forecast
    assert {one.id for one in page.sums} >= {"WLD", "EUU"}
    for (one, other), pair in pairs.items():
        figures = pages.FiguresPage.model_validate(got(client, "/figures", one=one, other=other))
        assert [year.year for year in figures.years] == pair.years
        assert max(pair.years) > 2015
        if pair.forecast:
            rows = got(client, "/forecast", pairs=f"{one}-{other}", last=2016)["rows"]
            assert [row["year"] for row in rows] == [2016]


def test_a04_flows_of_a_year_are_its_figures(client: TestClient, shipped: Corridor) -> None:
    page = pages.FlowList.model_validate(got(client, "/flows", limit=10_000))
    assert (page.year, page.foretold, len(page.flows)) == (2015, 0, page.total)
    known = shipped.by_key("trade")
    for flow in page.flows:
        if flow.stands_on:
            row = known[flow.stands_on]
            assert (row.reporter, row.partner, row.value_musd) == (flow.exporter, flow.importer, flow.musd)
        else:
            assert flow.musd == 0
    values = [flow.musd for flow in page.flows]
    assert values == sorted(values, reverse=True)
    assert page.musd == pytest.approx(sum(values), rel=1e-12)


def test_a05_flows_of_a_later_year_are_published_or_foretold(client: TestClient, shipped: Corridor) -> None:
    page = pages.FlowList.model_validate(got(client, "/flows", year=2024, limit=10_000))
    base = trade_base(shipped, 2024)
    assert not isinstance(base, NotConverged)
    assert (page.published, page.foretold) == (base.counts["published"], base.counts["foretold"])
    assert page.foretold > page.published > 0
    assert {(flow.exporter, flow.importer): flow.musd for flow in page.flows} == {
        pair: base.musd(*pair) for pair in base.stands_on
    }
    stated = {flow.stands_on for flow in page.flows} - {"foretold"}
    assert stated <= set(shipped.by_key("trade"))


@pytest.mark.parametrize("year", [2015, 2024])
def test_a06_flows_of_a_country_are_part_of_all(client: TestClient, year: int) -> None:
    every = got(client, "/flows", year=year, limit=10_000)["flows"]
    own = pages.FlowList.model_validate(got(client, "/flows", year=year, country="AZE", limit=10_000))
    assert [flow.model_dump() for flow in own.flows] == [
        flow for flow in every if "AZE" in (flow["exporter"], flow["importer"])
    ]
    few = pages.FlowList.model_validate(got(client, "/flows", year=year, country="AZE", limit=3))
    assert (few.flows, few.total, few.musd) == (own.flows[:3], own.total, own.musd)


# b: figures and dependence


@pytest.mark.parametrize("pair", [("AZE", "CHN"), ("CHN", "AZE"), ("AZE", "WLD"), ("AZE", "EUU"), ("GEO", "TUR")])
def test_b01_figures_are_those_of_the_command(client: TestClient, karvan_says: Says, pair: tuple[str, str]) -> None:
    found = got(client, "/figures", one=pair[0], other=pair[1])
    assert pages.FiguresPage.model_validate(found).years
    assert found == printed(karvan_says, "figures", *pair)


def test_b02_a_pair_without_figures_has_none(client: TestClient) -> None:
    assert got(client, "/figures", one="AZE", other="CA5")["years"] == []


@pytest.mark.parametrize("country", ["AZE", "CHN", "GEO", "KAZ"])
def test_b03_dependence_is_that_of_the_command(client: TestClient, karvan_says: Says, country: str) -> None:
    found = got(client, f"/dependence/{country}")
    pages.DependencePage.model_validate(found)
    assert found == printed(karvan_says, "dependence", country)


def test_b04_every_country_has_its_page_and_shares_in_bounds(client: TestClient, shipped: Corridor) -> None:
    for row in shipped.rows("country"):
        page = pages.DependencePage.model_validate(got(client, f"/dependence/{row.id}"))
        assert page.years
        for year in page.years:
            assert 0 <= year.index_low <= year.index_high <= 1 + 1e-12
            shares = [one for one in page.shares if (one.year, one.direction) == (year.year, year.direction)]
            assert len(shares) == year.parts
            assert sum(one.share_low for one in shares) <= 1 + 1e-9
            assert all(one.share_low <= one.share_high for one in shares)


# c: fits and forecasts


@pytest.mark.parametrize(("query", "options"), [
    ({}, ()),
    ({"years": "2015", "on": "log_dist_km,contiguous", "level": 0.9}, ("--level", "0.9")),
    ({"years": "1995,2005,2015", "errors": "adjusted", "cluster": "exporter"}, ()),
    ({"on": "log_gdp_exporter,log_gdp_importer,log_dist_km", "fixed": "year", "cluster": "none"}, ()),
    ({"on": "log_gdp_exporter,log_dist_km", "drop_collinear": "true"}, ("--drop-collinear",)),
])  # fmt: skip
def test_c01_a_fit_is_that_of_the_command(
    client: TestClient, karvan_says: Says, query: dict[str, Any], options: tuple[str, ...]
) -> None:
    found = got(client, "/fit", **query)
    assert pages.FitPage.model_validate(found).coefficients
    words = [word for name, value in query.items() if name not in ("level", "drop_collinear")
             for word in (f"--{name}", value)]  # fmt: skip
    assert found == printed(karvan_says, "fit", *words, *options)


@pytest.mark.parametrize(("query", "words"), [
    ({}, ()),
    ({"pairs": "AZE-CHN,KAZ-CHN", "last": 2026}, ("AZE-CHN", "KAZ-CHN", "--last", 2026)),
    ({"pairs": "AZE-TUR", "sample": "2005,2015"}, ("AZE-TUR", "--sample", "2005,2015")),
])  # fmt: skip
def test_c02_a_forecast_is_that_of_the_command(
    client: TestClient, karvan_says: Says, query: dict[str, Any], words: tuple[object, ...]
) -> None:
    found = got(client, "/forecast", **query)
    page = pages.ForecastPage.model_validate(found)
    assert page.rows
    assert all(row.low < row.musd < row.high for row in page.rows)
    assert page.held == sum(bool(row.published) for row in page.rows)
    assert found == printed(karvan_says, "forecast", *words)


def test_c03_no_year_to_foretell_is_an_answer(client: TestClient) -> None:
    page = pages.ForecastPage.model_validate(got(client, "/forecast", pairs="AZE-CHN", last=2015))
    assert (page.rows, page.held, page.error_times) == ([], 0, None)


def test_c04_what_does_not_converge_is_an_answer(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(ask: FitGravity) -> NotConverged:
        return NotConverged(ask, 0.5, "stopped after 100 rounds")

    monkeypatch.setattr(gravity, "fit", stopped)
    answers = [got(client, "/fit", level=0.77), got(client, "/forecast", last=2033), got(client, "/flows", year=2033),
               done(client, area=["AZE", "CHN"], year=2033)]  # fmt: skip
    assert answers == [{"converged": False, "said": "stopped after 100 rounds"}] * 4
    assert [pages.NoFit.model_validate(one).converged for one in answers] == [False] * 4


# d: what-ifs


@pytest.mark.parametrize(("body", "words"), [
    ({"area": ["AZE", "CHN"]}, "--area AZE,CHN"),
    ({"area": ["AZE", "CHN"], "days": -10, "only": ["AZE", "CHN", "GEO"]},
     "--area AZE,CHN --days -10 --only AZE,CHN,GEO"),
    ({"area": ["AZE", "GEO", "TUR"], "by": "agreement", "seed": 3}, "--area AZE,GEO,TUR --by agreement --seed 3"),
    ({"duties": [{"exporter": "CHN", "importer": "AZE", "rate_pct": 2.5}], "usd_teu": -300, "value_teu": 40_000,
      "among": ["AZE", "CHN"], "year": 2015},
     "--duty CHN-AZE=2.5 --usd-teu -300 --value-teu 40000 --among AZE,CHN --year 2015"),
])  # fmt: skip
def test_d01_a_what_if_is_that_of_the_command(
    client: TestClient, karvan_says: Says, body: dict[str, Any], words: str
) -> None:
    found = done(client, **body, draws=20)
    assert pages.TradeWhatIfPage.model_validate(found).changes
    assert found == printed(karvan_says, "what-if", *words.split(), "--draws", 20)


def test_d02_each_thing_by_itself_and_all_together(client: TestClient) -> None:
    found = pages.TradeWhatIfPage.model_validate(
        done(client, area=["AZE", "CHN"], days=-10, usd_teu=-300, value_teu=40_000, draws=20, only=["AZE", "CHN"])
    )
    effects = {one.name: one.between[0] for one in found.changes}
    assert list(effects) == ["area", "-10 days", "-300 USD/TEU", "together"]
    percent = [one.general_pct for one in effects.values()]
    assert all(value is not None for value in percent)
    assert max(value for value in percent[:3] if value) < (percent[3] or 0)  # all cheaper: more than any alone
    for one in found.changes:
        assert {(pair.exporter, pair.importer) for pair in one.pairs} == {("AZE", "CHN"), ("CHN", "AZE")}


def test_d03_a_duty_that_stays_changes_nothing(client: TestClient, shipped: Corridor) -> None:
    (rate,) = [row.rate_pct for row in shipped.rows("duty") if row.importer == "AZE"]
    found = pages.TradeWhatIfPage.model_validate(
        done(client, duties=[{"exporter": "CHN", "importer": "AZE", "rate_pct": rate}], draws=5)
    )
    (one,) = found.changes
    assert all(pair.after_musd == pair.before_musd for pair in one.pairs)
    assert all(country.welfare_pct == 0 for country in one.countries)


def test_d04_more_draws_hold_the_centre(client: TestClient) -> None:
    few, many = (
        pages.TradeWhatIfPage.model_validate(done(client, area=["AZE", "CHN"], draws=draws, only=["AZE", "CHN"]))
        for draws in (2, pages.MOST_DRAWS)
    )
    before, after = (one.changes[0].between[0] for one in (few, many))
    assert before.general_musd == after.general_musd
    assert after.general_low_pct is not None
    assert after.general_pct is not None
    assert after.general_high_pct is not None
    assert after.general_low_pct < after.general_pct < after.general_high_pct


# e: what is refused


@pytest.mark.parametrize(("path", "status", "address"), [
    ("/flows?country=AZZ", 422, "country"), ("/flows?country=WLD", 422, "country"),
    ("/flows?country=aze", 422, "country"), ("/flows?country=CA5", 422, "country"),
    ("/flows?year=1900", 422, "year"), ("/flows?year=2101", 422, "year"), ("/flows?limit=0", 422, "limit"),
    ("/figures?one=AZE", 422, "other"), ("/figures?one=AZE&other=AZE", 422, "other"),
    ("/figures?one=AZE&other=XQX", 422, "country 'XQX'"), ("/figures?one=Azerbaijan&other=CHN", 422, "one"),
    ("/dependence/XQX", 404, "country"), ("/dependence/WLD", 404, "country"),
    ("/dependence/aze", 422, "country"), ("/dependence/CA5", 404, "country"), ("/dependence/GUM", 422, "GUM"),
    ("/fit?years=2010", 422, "year 2010"), ("/fit?years=15", 422, "years"),
    ("/fit?on=log_distance", 422, "column 'distance'"),
    ("/fit?on=contiguous,contiguous", 422, "regressors"), ("/fit?on=,", 422, "on"), ("/fit?level=1", 422, "level"),
    ("/fit?fixed=planet", 422, "fixed 'planet'"), ("/fit?fixed=pair", 422, "regressor 'log_dist_km'"),
    ("/fit?cluster=year", 422, "cluster"), ("/fit?cluster=pair,exporter,importer", 422, "cluster"),
    ("/fit?errors=none", 422, "errors"),
    ("/forecast?pairs=AZE", 422, "pairs"), ("/forecast?pairs=AZE-AZE", 422, "pairs"),
    ("/forecast?sample=", 422, "sample"), ("/forecast?pairs=AZE-WLD", 422, "gdp.csv, WLD"),
    ("/forecast?pairs=AZE-XQX", 422, "country 'XQX'"), ("/forecast?sample=1995", 422, "gdp.csv, year 1995"),
    ("/forecast?last=2051", 422, "last"), ("/forecast?pairs=AZE-CHN,CHN-AZE", 422, "pairs"),
    ("/forecast?pairs=" + ",".join(["AZE-CHN"] * 11), 422, "pairs"),
])  # fmt: skip
def test_e01_words_that_name_nothing(client: TestClient, path: str, status: int, address: str) -> None:
    assert faults(client.get(f"{HERE}{path}"), status)[0]["address"] == address


@pytest.mark.parametrize(("body", "address"), [
    ({}, "the body"), ({"days": -10}, "change '-10 days', among"), ({"area": ["AZE"]}, "change 'area', area"),
    ({"area": ["AZE", "XQX"]}, "country 'XQX'"), ({"area": ["AZE", "china"]}, "area/1"),
    ({"area": ["AZE", "TUR"]}, "duty of TUR on goods of AZE"), ({"area": ["AZE", "CHN"], "only": ["XQX"]}, "only"),
    ({"corridor": "middle", "days": 1}, "corridor"), ({"days": 366, "among": ["AZE", "CHN"]}, "days"),
    ({"usd_teu": 100, "among": ["AZE", "CHN"]}, "change '+100 USD/TEU', value_usd_teu"),
    ({"usd_teu": -100, "value_teu": 50, "among": ["AZE", "CHN"]}, "change '-100 USD/TEU', usd_teu"),
    ({"duties": [{"exporter": "CHN", "importer": "AZE"}]}, "duties/0/rate_pct"),
    ({"duties": [{"exporter": "CHN", "importer": "AZE", "rate_pct": -1}]}, "duties/0/rate_pct"),
    ({"duties": [{"exporter": "AZE", "importer": "AZE", "rate_pct": 1}]}, "duties/0"),
    ({"area": ["AZE", "CHN"], "draws": 1}, "draws"), ({"area": ["AZE", "CHN"], "draws": 2001}, "draws"),
    ({"area": ["AZE", "CHN"], "by": "magic"}, "by"), ({"area": ["AZE", "CHN"], "dayz": 1}, "dayz"),
    ({"area": ["AZE", "CHN"], "year": 2051}, "year"), ({"area": "AZE,CHN"}, "area"), ({"days": "10"}, "days"),
])  # fmt: skip
def test_e02_bodies_that_ask_for_nothing(client: TestClient, body: dict[str, Any], address: str) -> None:
    assert faults(client.post(WHAT_IF, json=body), 422)[0]["address"] == address


def test_e03_all_faults_are_told_at_once(client: TestClient) -> None:
    pairs = [("CHN", "AZE"), ("GEO", "GEO"), ("CHN", "AZE")]
    duties = [{"exporter": one, "importer": other, "rate_pct": 1} for one, other in pairs]
    assert [one["address"] for one in faults(client.post(WHAT_IF, json={"duties": duties}), 422)] == [
        "duties/1", "duties/2"
    ]  # fmt: skip
    told = faults(client.get(f"{HERE}/forecast?pairs=AZE-AZE,AZE-CHN,CHN-AZE"), 422)
    assert [one["found"] for one in told] == ["'AZE-AZE'", "'CHN-AZE' again"]


def test_e04_a_country_that_is_meant_is_named(client: TestClient) -> None:
    (fault,) = faults(client.get(f"{HERE}/dependence/AZX"), 404)
    assert "AZE" in fault["remedy"]
    (fault,) = faults(client.get(f"{HERE}/dependence/WLD"), 404)
    assert "the world" in fault["found"]


def test_e05_a_change_that_no_market_bears(client: TestClient, shipped: Corridor) -> None:
    every = [row.id for row in shipped.rows("country")]
    body = {"usd_teu": 1e6, "value_teu": 1, "among": every, "draws": 2}
    (fault,) = faults(client.post(WHAT_IF, json=body), 422)
    assert "not converged" in fault["found"]


@pytest.mark.parametrize("path", ["", "/flows", "/figures?one=AZE&other=CHN", "/dependence/AZE", "/fit", "/forecast"])
def test_e06_of_a_corridor_that_is_not_there(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/corridors/middle-coridor/trade{path}")
    assert faults(answer, 404)[0]["address"] == "corridor"


def test_e07_a_package_without_trade_says_so(client: TestClient) -> None:
    page = pages.TradePage.model_validate(client.get(BARE).json())
    assert (page.countries, page.years, page.pairs, page.elasticities, page.duties) == ([], [], [], [], [])
    for path in ("/flows", "/flows?year=2024", "/figures?one=AZE&other=CHN", "/fit", "/forecast"):
        assert faults(client.get(f"{BARE}{path}"), 422)
    assert faults(client.get(f"{BARE}/dependence/AZE"), 404)
    assert faults(client.post(WHAT_IF, json={"corridor": "bare", "area": ["AZE", "CHN"]}), 422)


# f: how it is answered


@pytest.mark.parametrize("path", ["", "/flows", "/flows?year=2024&country=AZE", "/figures?one=AZE&other=CHN",
                                  "/dependence/AZE", "/fit", "/forecast?pairs=AZE-CHN"])  # fmt: skip
def test_f01_what_does_not_change_is_sent_once(client: TestClient, path: str) -> None:
    first = client.get(f"{HERE}{path}")
    assert client.get(f"{HERE}{path}").content == first.content
    again = client.get(f"{HERE}{path}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_f02_one_is_worked_out_at_a_time_and_equal_ones_once(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit, lock = trade.fit_trade, threading.Lock()
    levels, beside = [], []

    def watched(corridor: Corridor, ask: Any) -> Any:
        levels.append(ask.level)
        beside.append(lock.locked())
        with lock:
            return fit(corridor, ask)

    monkeypatch.setattr(trade, "fit_trade", watched)
    asked = [0.61, 0.62, 0.63, 0.61, 0.62, 0.63]
    with ThreadPoolExecutor(len(asked)) as pool:
        answers = list(pool.map(lambda level: got(client, "/fit", level=level), asked))
    assert sorted(levels) == [0.61, 0.62, 0.63]
    assert beside == [False] * 3
    assert answers[:3] == answers[3:]
    wide = [one["coefficients"][0]["high"] - one["coefficients"][0]["low"] for one in answers[:3]]
    assert wide == sorted(wide)


def test_f03_planning_goes_on_beside_it(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waits(_corridor: Corridor, ask: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return NotConverged(ask, 1.0, "it was stopped")

    monkeypatch.setattr(trade, "fit_trade", waits)
    with ThreadPoolExecutor(3) as pool:
        fits = [pool.submit(got, client, "/fit", level=level) for level in (0.71, 0.72, 0.73)]
        assert begun.wait(60)
        body = {"corridor": "bare", "origin": "Alpha", "destination": "Gamma", "depart": "2026-01-05", "past": True}
        answer = client.post("/api/plan", json=body)
        go_on.set()
        assert [one.result()["said"] for one in fits] == ["it was stopped"] * 3
    assert answer.status_code == 200, answer.text
    assert answer.json()["options"]
