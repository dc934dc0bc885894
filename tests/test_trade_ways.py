"""Ways of the network as costs of trade: in gravity, in what-ifs of two scenarios, and years held against a fit.

a: ways between gateways; b: ways in gravity; c: changes of prices by hand; d: what-ifs of two scenarios; e: later years
held against a fit; f: words that are refused.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from karvan.api.app import create_app
from karvan.api.settings import Settings
from karvan.api.trade_fit_pages import FitPage
from karvan.api.trade_what_if_pages import TradeWhatIfPage
from karvan.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.report.trade import fit_document, fit_tables, what_if_document, what_if_tables
from karvan.study.trade import way_change, ways
from karvan.study.trade.fit import Fitted, FitTrade, fit_trade
from karvan.study.trade.under import in_equilibrium
from karvan.study.trade.way_change import LOADED, WayChange, loaded_change, planned_change, value_of_teu
from karvan.study.trade.ways import PlannedWays, Way, planned_ways
from karvan.study.trade.what_if import AskTrade, Changed, TradeAnswer, parts_and_whole, what_if
from karvan.testing import draw
from karvan.testing.draw import row

Says = Callable[..., tuple[int, str]]

WAYS = """
    place   A CN
    place   N RU
    place   C AZ
    place   D GE
    MID     rail A 20h B 20h C    every 24h  400usd
    NORTH   rail A 30h N          every 24h  200usd
    BACK    rail D 10h C          every 24h  100usd
    set vehicle MID capacity_teu=4000
    set vehicle NORTH capacity_teu=4000
    gate    B 0h
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add country id=CHN code=CN name=China gateway=A
    add country id=RUS code=RU name=Russia gateway=N
    add country id=AZE code=AZ name=Azerbaijan gateway=C
    add country id=GEO code=GE name=Georgia
    add demand id=mid origin=A destination=C commodity=general year=2024 teu_year=600
    add demand id=nor origin=A destination=N commodity=general year=2024 teu_year=1400
"""
"""A box of 40 feet: half a day is waited; 52 hours and 400 USD to C, 42 hours and 200 USD to N; nothing goes back."""
FAST = """\
title: fast
note: The first half of the way to C, 1,000 km at 50 km/h, takes half as long.
year: 2024
changes: [link/MID-0/speed_kmh=100]
"""
VALUE = 24_000.0
COST = row("elasticity", id="cost", name="cost", of="cost", unit="elasticity", value=-5.0, low=-8.0, high=-3.0)
DAY = row("elasticity", id="day", name="day", of="day", unit="% of value/day", value=1.0, low=0.5, high=2.0)


@pytest.fixture
def drawn() -> Corridor:
    return draw(WAYS).with_tables({"elasticity": (COST, DAY)})


def said(found: WayChange | PlannedWays) -> list[str]:
    return [str(remark) for remark in found.remarks]


@pytest.fixture
def fast(tmp_path: Path) -> str:
    path = tmp_path / "fast.yaml"
    path.write_text(FAST, encoding="utf-8")
    return str(path)


@pytest.fixture
def same(tmp_path: Path) -> str:
    path = tmp_path / "same.yaml"
    path.write_text("title: same\nnote: As it is.\nyear: 2024\n", encoding="utf-8")
    return str(path)


# a: ways between gateways


def test_a01_a_way_is_what_the_planner_finds_between_gateways(drawn: Corridor) -> None:
    found = planned_ways(drawn, "")
    assert found.pairs == {
        ("CHN", "AZE"): Way(pytest.approx(52 / 24), 200.0), ("CHN", "RUS"): Way(pytest.approx(42 / 24), 100.0),
    }  # fmt: skip
    assert found.year == 2024
    assert found.matrix.ask.value_of_time_usd_h == pytest.approx(2 * VALUE * 0.5 / 100 / 24)
    assert planned_ways(drawn, "", 7.0).matrix.ask.value_of_time_usd_h == 7.0


def test_a02_who_has_no_gateway_or_no_way_is_told(drawn: Corridor) -> None:
    found = planned_ways(drawn, "")
    dates = "01-15, 04-15, 07-15, 10-15"
    assert said(found) == [
        "GEO | no place of the package stands for them: no ways",
        f"RUS to CHN, AZE | none for one who leaves on {dates}",
        f"AZE to CHN, RUS | none for one who leaves on {dates}",
    ]
    pairs = {(one, other) for one in ("CHN", "RUS", "AZE", "GEO") for other in ("CHN", "RUS", "AZE", "GEO")}
    why = {pair: found.why_not(*pair) for pair in pairs}
    assert {pair for pair, reason in why.items() if not reason} == set(found.pairs)
    assert why["GEO", "CHN"] == "no way: a country without a gateway"
    assert why["AZE", "CHN"] == "no way: the planner finds none"
    assert why["AZE", "AZE"] == "no way: trade at home"


# b: ways in gravity

N = 12
CODES = [f"C{n:02}" for n in range(N)]


def made_ways(seed: int = 3) -> PlannedWays:
    """Ways between made countries, both directions different; one country has no gateway, one pair no way."""
    random = np.random.default_rng(seed)
    hours, usd = random.uniform(24, 720, (N - 1, N - 1)), random.uniform(200, 16_000, (N - 1, N - 1))
    for figure in (hours, usd):
        np.fill_diagonal(figure, np.nan)
        figure[0, 1] = np.nan
    places = tuple(f"P{n}" for n in range(N - 1))
    found = SimpleNamespace(origins=places, destinations=places, figures={"time_h": hours, "price_usd": usd})
    return PlannedWays("made", 2024, found, dict(zip(places, CODES, strict=False)), ())  # type: ignore[arg-type]


def made_trade(path: Path, of_day: float, of_usd: float) -> Path:
    """A table of trade that follows the days and the USD of the made ways exactly; where there are none, anyhow."""
    there, random = made_ways().pairs, np.random.default_rng(9)
    sells, buys = random.normal(6, 1, (2, N)), random.normal(0, 1, (2, N))
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["year", "exporter", "importer", "trade"])
        for t, year in enumerate((2010, 2014)):
            for i, one in enumerate(CODES):
                for j, other in enumerate(CODES):
                    way = there.get((one, other), Way(1.0, 1.0))
                    log = sells[t, i] + buys[t, j] + of_day * way.days + of_usd * np.log(way.usd_teu)
                    if i != j:
                        rows.writerow([year, one, other, repr(float(np.exp(log)))])
    return path


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "planned_ways", lambda *_: made_ways())


@pytest.fixture
def fitted(request: pytest.FixtureRequest, tmp_path: Path, shipped: Corridor) -> Fitted:
    request.getfixturevalue("planned")
    path = made_trade(tmp_path / "made.csv", -0.08, -0.6)
    found = fit_trade(shipped, FitTrade(path, unit="musd", regressors=("way_days", "log_way_usd"), ways="made"))
    assert isinstance(found, Fitted)
    return found


def test_b01_a_known_answer_to_days_and_dollars_is_found_again(fitted: Fitted) -> None:
    assert fitted.gravity.values == pytest.approx([-0.08, -0.6], abs=1e-7)
    [day] = fitted.worth
    assert day.trade_pct[0] == pytest.approx(100 * np.expm1(-0.08), abs=1e-5)
    assert day.value_pct[0] == pytest.approx(8 / 5.03, abs=1e-5)
    assert day.value_pct[1] <= day.value_pct[0] <= day.value_pct[2]
    assert (day.published.low, day.published.high) == (0.6, 2.1)


@pytest.mark.usefixtures("planned")
def test_b02_a_logarithm_of_days_is_read_at_the_days_of_the_trade(tmp_path: Path, shipped: Corridor) -> None:
    path = made_trade(tmp_path / "made.csv", -0.08, 0.0)
    found = fit_trade(shipped, FitTrade(path, unit="musd", regressors=("log_way_days",), ways="made"))
    assert isinstance(found, Fitted)
    [day] = found.worth
    rows = found.gravity.fitted
    days = [made_ways().pairs[pair].days for pair in zip(rows["exporter"], rows["importer"], strict=True)]
    assert day.days == pytest.approx(np.average(days, weights=rows["trade"]))
    assert day.value_pct[0] == pytest.approx(-100 * found.gravity.values[0] / day.days / 5.03)


def test_b03_pairs_without_a_way_leave_with_their_reason(fitted: Fitted) -> None:
    document = fit_document(fitted)
    FitPage.model_validate(document)
    whole = 2 * N * (N - 1)
    assert document["n"] + len(document["dropped"]) == whole
    why = [row["why"] for row in document["dropped"]]
    assert why.count("no way: a country without a gateway") == 2 * 2 * (N - 1)
    assert why.count("no way: the planner finds none") == 2
    told = "\n".join(map(str, fit_tables(fitted)[1:]))
    assert "44 rows: no way: a country without a gateway" in told
    assert "no causes" in told


@pytest.mark.usefixtures("planned")
def test_b04_covariates_that_go_with_ways_are_named(tmp_path: Path, shipped: Corridor) -> None:
    path = made_trade(tmp_path / "made.csv", -0.08, 0.0)
    lines = path.read_text().splitlines()
    days = {pair: way.days for pair, way in made_ways().pairs.items()}
    more = [f"{lines[0]},like"] + [f"{row},{days.get(tuple(row.split(',')[1:3]), 1.0) ** 1.1}" for row in lines[1:]]
    path.write_text("\n".join(more))
    found = fit_trade(shipped, FitTrade(path, unit="musd", regressors=("like", "way_days"), ways="made"))
    assert isinstance(found, Fitted)
    [(one, other, r)] = found.alike
    assert (one, other) == ("like", "way_days")
    assert r > 0.99


def test_b05_without_a_scenario_there_are_no_ways(tmp_path: Path, shipped: Corridor) -> None:
    path = growing(tmp_path / "grows.csv")
    found = fit_trade(shipped, FitTrade(path, unit="musd", regressors=("log_made",), fixed=("pair",)))
    assert isinstance(found, Fitted)
    assert (found.ways, found.left, found.worth) == (None, None, ())
    document = fit_document(found)
    assert (document["ways"], document["held"], document["dropped"]) == (None, None, [])


# c: changes of prices by hand


def test_c01_a_price_changes_by_money_and_by_days_at_what_they_are_worth(drawn: Corridor, fast: str, same: str) -> None:
    found = planned_change(drawn, fast, same)
    assert found.value_teu_usd == VALUE == value_of_teu(drawn)[0]
    old, new = 200 + 52 / 24 * 0.02 * VALUE, 200 + 42 / 24 * 0.02 * VALUE
    assert found.factors(2.0) == {("CHN", "AZE"): pytest.approx((VALUE + new) / (VALUE + old))}
    assert found.factors(0.0) == {}
    assert found.says(("CHN", "AZE")) == "2.2 to 1.8 days, 200 to 200 USD/TEU"
    dear = planned_change(drawn, fast, same, value_teu=1000.0)
    money = 200 / 1000
    assert dear.factors(2.0)["CHN", "AZE"] == pytest.approx((1 + money + 42 / 24 * 0.02) / (1 + money + 52 / 24 * 0.02))


def test_c02_no_change_of_scenario_is_exactly_no_change(drawn: Corridor, same: str, fast: str) -> None:
    for name in (same, fast):
        found = planned_change(drawn, name, name)
        assert set(found.shares(2.0).values()) == {0.0}
        assert loaded_change(drawn, name, name).factors(2.0) == {}


def test_c03_under_load_prices_are_those_of_the_flows(drawn: Corridor, fast: str, same: str) -> None:
    found = loaded_change(drawn, fast, same)
    assert found.how == LOADED
    assert found.before["CHN", "AZE"].days == pytest.approx(52 / 24, rel=1e-4)
    assert found.after["CHN", "AZE"].days == pytest.approx(42 / 24, rel=1e-4)
    wanted = (VALUE + 200 + 42 / 24 * 0.02 * VALUE) / (VALUE + 200 + 52 / 24 * 0.02 * VALUE)
    assert found.factors(2.0)["CHN", "AZE"] == pytest.approx(wanted, rel=1e-5)
    assert found.value_teu_usd is None
    assert said(found) == ["2 pairs | have demand: the prices of others stay as they are"]


def test_c04_countries_without_trade_are_left_out_and_told(drawn: Corridor, fast: str, same: str) -> None:
    found = planned_change(drawn, fast, same).among(["CHN", "RUS"])
    assert found.factors(2.0) == {}
    assert said(found)[-1] == "AZE | no figures of trade among these countries: left out"
    assert found.among(["CHN", "RUS", "AZE"]).factors(2.0) == {}


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_c05_a_value_that_is_none_is_refused(drawn: Corridor, same: str, value: float) -> None:
    with pytest.raises(InputError, match="value_teu"):
        planned_change(drawn, same, same, value)


def test_c06_a_package_that_does_not_say_what_goods_are_worth_is_asked(drawn: Corridor) -> None:
    silent = drawn.with_tables({"commodity": tuple(of._replace(usd_per_t=None) for of in drawn.rows("commodity"))})
    with pytest.raises(InputError, match="--value-teu"):
        value_of_teu(silent)


# d: what-ifs of two scenarios

CHANGED = {("CHN", "AZE"): (Way(20.0, 3000.0), Way(12.0, 2500.0)), ("AZE", "TUR"): (Way(8.0, 900.0), Way(9.0, 800.0))}


def shares(pct: float) -> dict[tuple[str, str], float]:
    value = 50_000.0
    return {
        pair: (value + new.usd_teu + new.days * pct / 100 * value)
        / (value + old.usd_teu + old.days * pct / 100 * value)
        - 1
        for pair, (old, new) in CHANGED.items()
    }


@pytest.fixture(scope="module")
def answer(shipped: Corridor) -> TradeAnswer:
    before, after = ({pair: both[n] for pair, both in CHANGED.items()} for n in (0, 1))
    change = WayChange("new", "old", way_change.PLANNED, 50_000.0, "as asked for", before, after, (), shares)
    found = what_if(shipped, AskTrade(parts_and_whole(("CHN", "AZE"), days=-1, by_way=change), draws=12))
    assert isinstance(found, TradeAnswer)
    return found


def one_of(answer: TradeAnswer, name: str) -> Changed:
    return next(one for one in answer.changed if one.change.name == name)


def logs(answer: TradeAnswer, of: Changed) -> Iterator[tuple[Any, Any, Any]]:
    """Of each draw: log change of trade in both equilibria, and the power that costs have on it (n, n)."""
    at, home = answer.base.countries.index, answer.base.trade
    there = ~np.eye(len(home), dtype=bool) & (home > 0)
    for n, drawn in enumerate(answer.draws.each()):
        power = np.zeros_like(home)
        for (one, other), share in shares(drawn["day"]).items():
            power[at(one), at(other)] = drawn["cost"] * np.log1p(share)
        with np.errstate(divide="ignore", invalid="ignore"):
            general, partial = (np.where(there, np.log(of_way.values[n] / home), np.nan)
                                for of_way in (of.general, of.partial))  # fmt: skip
        yield general, partial, power


def test_d01_days_are_valued_anew_in_every_draw(answer: TradeAnswer) -> None:
    new = one_of(answer, "new")
    assert len({drawn["day"] for drawn in answer.draws.each()}) > 10
    for _, partial, power in logs(answer, new):
        assert partial == pytest.approx(np.where(np.isnan(partial), np.nan, power), abs=1e-12, nan_ok=True)


def test_d02_in_general_equilibrium_all_else_is_of_sellers_and_of_buyers(answer: TradeAnswer) -> None:
    """Trade over its own power of costs is a factor of the seller times one of the buyer: structural gravity."""
    for general, _, power in islice(logs(answer, one_of(answer, "new")), 4):
        left = general - power
        # Any four cells of two sellers and two buyers: the differences of differences are none.
        across = left[:, :, None] - left[:, None, :]
        both = across[:, None] - across[None]
        assert np.nanmax(np.abs(both)) < 1e-8


def test_d03_trade_adds_up_in_general_equilibrium(answer: TradeAnswer) -> None:
    new = one_of(answer, "new")
    before = new.general.central / new.pairs.central
    made, spent = (np.nansum(new.general.central, axis=axis) for axis in (1, 0))
    assert made.sum() == pytest.approx(spent.sum(), rel=1e-12)
    assert made.sum() == pytest.approx(np.nansum(before), rel=1e-9)
    # What each spends for what it earns is as it was, but for one factor for all (deficits="ratio").
    per = (spent / made) / (np.nansum(before, axis=0) / np.nansum(before, axis=1))
    assert per == pytest.approx(np.full(len(per), per[0]), rel=1e-8)
    rows = {row["country"]: row for row in answer.countries(new)}
    moved = sum(row["imports_created_musd"] + row["imports_diverted_musd"] for row in rows.values())
    i = ~np.eye(len(made), dtype=bool)
    assert moved == pytest.approx((new.general.central - answer.base.trade)[i].sum(), rel=1e-6)
    assert rows["AZE"]["welfare_low"] <= rows["AZE"]["welfare_pct"] <= rows["AZE"]["welfare_high"]


def test_d04_it_stands_by_itself_and_with_the_others_together(answer: TradeAnswer) -> None:
    assert [one.change.name for one in answer.changed] == ["area", "-1 days", "new", "together"]
    at = answer.base.countries.index
    i, j = at("CHN"), at("AZE")
    each = [one.partial.values[:, i, j] / answer.base.trade[i, j] for one in answer.changed]
    assert each[3] == pytest.approx(each[0] * each[1] * each[2], rel=1e-9)


def test_d05_the_document_tells_the_ways_of_both_worlds(answer: TradeAnswer) -> None:
    document = what_if_document(answer)
    TradeWhatIfPage.model_validate(document)
    told = {one["name"]: one["ways"] for one in document["changes"]}
    assert told["area"] is None
    assert (told["new"]["scenario"], told["new"]["against"], told["new"]["value_teu_usd"]) == ("new", "old", 50_000.0)
    assert {(row["exporter"], row["importer"]): row["days_after"] for row in told["new"]["pairs"]} == {
        ("CHN", "AZE"): 12.0, ("AZE", "TUR"): 9.0,
    }  # fmt: skip
    assert "20.0 to 12.0 days, 3,000 to 2,500 USD/TEU" in {one["what"] for one in document["changes"][2]["costs"]}
    assert any("a TEU is worth 50,000 USD" in str(thing) for thing in what_if_tables(answer))


def test_d06_prices_of_rounds_that_ended_go_into_general_equilibrium(shipped: Corridor, answer: TradeAnswer) -> None:
    change = {("CHN", "AZE"): -0.05, ("AZE", "TUR"): 0.0, ("CHN", "XX"): -0.5}
    rounds = {"central": SimpleNamespace(change=change)}
    under = SimpleNamespace(scenario="new", base="old", elasticity=answer.elasticities["cost"], balance=rounds)
    found = in_equilibrium(shipped, under, draws=3)  # type: ignore[arg-type]
    assert isinstance(found, TradeAnswer)
    [one] = found.changed
    assert one.costs == (("CHN", "AZE", "costs", 0.95),)
    at = found.base.countries.index
    ratio = one.partial.central[at("CHN"), at("AZE")] / found.base.musd("CHN", "AZE")
    assert ratio == pytest.approx(0.95**-5.03)


@pytest.mark.thorough
def test_d07_a_scenario_of_the_package_against_itself_changes_nothing(karvan_says: Says) -> None:
    for loaded in ((), ("--loaded",)):
        words = ("--scenario", "base-2030", "--against", "base-2030", "--draws", 5, *loaded, "--json")
        code, text = karvan_says("trade", "what-if", *words)
        assert code == 0
        [one] = json.loads(text)["changes"]
        assert one["costs"] == []
        assert {row["change_pct"] for row in one["pairs"]} == {0.0}
        assert {row["welfare_pct"] for row in one["countries"]} == {0.0}


@pytest.mark.thorough
def test_d08_the_page_says_what_the_partnership_does(shipped: Corridor) -> None:
    page = (Path(__file__).parents[1] / "docs/trade.md").read_text(encoding="utf-8")
    for change in (planned_change, loaded_change):
        ask = AskTrade(parts_and_whole(by_way=change(shipped, "partnership-2030", "base-2030")), draws=100)
        found = what_if(shipped, ask)
        assert isinstance(found, TradeAnswer)
        [one] = found.changed
        before = found.base.musd("AZE", "CHN") + found.base.musd("CHN", "AZE")
        after, low, high = (100 * (value / before - 1) for value in found.turnover("AZE", "CHN", one))
        [aze] = [row for row in found.countries(one) if row["country"] == "AZE"]
        assert f"{after:+.1f} % ({low:+.1f} to {high:+.1f})" in page
        assert f"{aze['welfare_pct']:+.3f} % ({aze['welfare_low']:+.3f} to {aze['welfare_high']:+.3f})" in page


# e: later years held against a fit


def growing(path: Path, shock: float = 1.0) -> Path:
    """Trade that follows both sides' income exactly, in three years and, times a shock, in a fourth."""
    random = np.random.default_rng(5)
    pairs, size = random.normal(5, 1, (8, 8)), random.uniform(1, 3, (4, 8))
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["year", "exporter", "importer", "trade", "made", "spent"])
        for t, year in enumerate((2005, 2008, 2011, 2014)):
            for i in range(8):
                for j in range(8):
                    log = pairs[i, j] + 0.8 * np.log(size[t, i]) + 0.7 * np.log(size[t, j])
                    trade = float(np.exp(log)) * (shock if t == 3 else 1.0)
                    if i != j:
                        rows.writerow([year, CODES[i], CODES[j], repr(trade), size[t, i], size[t, j]])
    return path


def test_e01_trade_that_follows_the_model_is_foretold(tmp_path: Path, shipped: Corridor) -> None:
    path = growing(tmp_path / "grows.csv", 1.25)
    found = fit_trade(shipped, FitTrade(path, unit="musd", regressors=("log_made", "log_spent"), until=2011))
    assert isinstance(found, Fitted)
    assert found.gravity.ask.fixed == ("pair",)
    assert found.gravity.ask.panel.years == (2005, 2008, 2011)
    assert found.gravity.values == pytest.approx([0.8, 0.7], abs=1e-7)
    document = fit_document(found)
    FitPage.model_validate(document)
    [year] = document["held"]["years"]
    assert (year["year"], year["n"]) == ("2014", 56)
    for kind in ("forecast", "anchored"):
        assert year[f"{kind}_error"] == pytest.approx(1 / 1.25 - 1, abs=1e-6)
        assert year[f"{kind}_off"] == pytest.approx(1 - 1 / 1.25, abs=1e-6)
    assert year["unchanged_off"] > 0


def test_e02_several_years_are_told_one_by_one_and_together(tmp_path: Path, shipped: Corridor) -> None:
    path = growing(tmp_path / "grows.csv")
    found = fit_trade(shipped, FitTrade(path, unit="musd", regressors=("log_made", "log_spent"), until=2008))
    assert isinstance(found, Fitted)
    years = fit_document(found)["held"]["years"]
    assert [row["year"] for row in years] == ["2011", "2014", "all"]
    assert years[2]["n"] == years[0]["n"] + years[1]["n"]
    assert years[2]["forecast_error"] == pytest.approx(0, abs=1e-6)
    titles = [str(thing.title) for thing in fit_tables(found) if hasattr(thing, "title") and not isinstance(thing, str)]
    assert "Fitted until 2008, held against later years, million USD" in titles


def test_e03_the_package_is_held_against_its_last_year(karvan_says: Says) -> None:
    code, text = karvan_says("trade", "fit", "--until", 2005, "--json")
    assert code == 0
    document = json.loads(text)
    assert (document["years"], document["fixed"]) == ([2005], [])
    [year] = document["held"]["years"]
    assert (year["year"], year["n"]) == ("2015", 1806)
    assert -0.5 < year["forecast_error"] < 0.5
    assert year["unchanged_error"] < -0.2


# f: words that are refused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fit", "--on", "log_way_days"), "--ways base-2024"),
        (("fit", "--until", 2015), "give a year from 2005 to 2014"),
        (("fit", "--until", 2005, "--fixed", "exporter-year"), "effects by year"),
        (("fit", "--ways", "base-2042"), "base-2030"),
        (("what-if", "--scenario", "base-2030"), "--against together"),
        (("what-if", "--against", "base-2030"), "--scenario and"),
        (("what-if", "--loaded", "--days", -1, "--among", "AZE,CHN"), "--against together"),
        (("what-if", "--scenario", "northern-closed", "--against", "base-2030"), "--loaded"),
    ],
)
def test_f01_bad_words_are_told(karvan_says: Says, words: tuple[object, ...], told: str) -> None:
    code, text = karvan_says("trade", *words)
    assert code in (2, 3)
    assert told in " ".join(text.split())


def test_f02_a_service_takes_scenarios_by_their_names_alone(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(tmp_path, workers=0)), base_url="http://localhost") as client:
        for name, told in (("mine.yaml", "give the name of one"), ("base-2042", "base-2024")):
            answer = client.get("/api/corridors/middle-corridor/trade/fit", params={"ways": name, "on": "way_days"})
            assert answer.status_code == 422, answer.text
            assert told in answer.text


@pytest.mark.thorough
def test_f03_a_fit_over_rest_is_that_of_the_command(tmp_path: Path, karvan_says: Says) -> None:
    on = "way_days,contiguous,common_language,common_colonizer"
    with TestClient(create_app(Settings(tmp_path, workers=0)), base_url="http://localhost") as client:
        answer = client.get("/api/corridors/middle-corridor/trade/fit", params={"ways": "base-2024", "on": on})
    code, text = karvan_says("trade", "fit", "--ways", "base-2024", "--on", on, "--json")
    assert code == 0
    assert answer.json() == json.loads(text)
