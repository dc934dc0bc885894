"""Trade of the package: its figures, what it hangs on, what is foretold of it, and what would change it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import karvan
from karvan.cli.main import karvan as command
from karvan.ground.errors import InputError
from karvan.study.trade.base import TradeBase, trade_base
from karvan.study.trade.carried import carried
from karvan.study.trade.dependence import TradeDependence
from karvan.study.trade.figures import panel, turnover
from karvan.study.trade.fit import Fitted, FitTrade, fit_trade
from karvan.study.trade.forecast import Forecast, Forecasts, forecast, gdp_of
from karvan.study.trade.partners import partners
from karvan.study.trade.under import trade_under
from karvan.study.trade.what_if import AskTrade, TradeAnswer, TradeChange, what_if

BOTH = ("AZE", "CHN")
NOTHING = TradeChange("nothing", costs={("CHN", "AZE"): 1.0})
AREA = TradeChange("area", area=BOTH)
DAYS = TradeChange("ten days less", days=-10, among=BOTH)
TOGETHER = TradeChange("both", area=BOTH, days=-10)
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def corridor() -> karvan.Corridor:
    return karvan.load()


@pytest.fixture(scope="module")
def base(corridor: karvan.Corridor) -> TradeBase:
    found = trade_base(corridor, 2024)
    assert isinstance(found, TradeBase)
    return found


@pytest.fixture(scope="module")
def answer(corridor: karvan.Corridor) -> TradeAnswer:
    found = what_if(corridor, AskTrade((NOTHING, AREA, DAYS, TOGETHER), draws=200))
    assert isinstance(found, TradeAnswer)
    return found


@pytest.fixture(scope="module")
def foretold(corridor: karvan.Corridor) -> Forecasts:
    found = forecast(corridor, Forecast())
    assert isinstance(found, Forecasts)
    return found


@pytest.fixture
def run() -> Run:
    def call(*words: str) -> Result:
        return CliRunner().invoke(command, ["trade", *words], standalone_mode=False)

    return call


# a: figures


def test_a01_rival_figures_stand_side_by_side(corridor: karvan.Corridor) -> None:
    by_year = {year.year: year for year in turnover(corridor, *BOTH)}
    assert (by_year[2023].low, by_year[2023].high) == (2200, 3700)
    assert {one.musd for one in by_year[2025].stated} == {4000, 4870}
    assert by_year[2023].stated == tuple(sorted(by_year[2023].stated, key=lambda one: (one.musd, one.fact)))


def test_a02_exports_of_both_sides_make_a_turnover(corridor: karvan.Corridor) -> None:
    of_2015 = next(year for year in turnover(corridor, *BOTH) if year.year == 2015)
    summed = next(one for one in of_2015.stated if one.made)
    assert summed.musd == pytest.approx(175.05 + 439.872)
    assert summed.made == "TF-2015-AZE-CHN-export + TF-2015-CHN-AZE-export"


def test_a03_the_order_of_the_two_does_not_matter(corridor: karvan.Corridor) -> None:
    assert turnover(corridor, "AZE", "CHN") == turnover(corridor, "CHN", "AZE")


def test_a04_the_same_figure_is_told_once(corridor: karvan.Corridor) -> None:
    for pair in (BOTH, ("AZE", "RUS"), ("TUR", "CHN"), ("KAZ", "CHN")):
        for year in turnover(corridor, *pair):
            told = [(one.source, round(one.musd, 3)) for one in year.stated]
            assert len(told) == len(set(told))


def test_a05_a_panel_has_every_pair_and_zeros_are_told(corridor: karvan.Corridor) -> None:
    found = panel(corridor, (2005, 2015), gdp=True)
    countries = len(corridor.rows("country"))
    assert len(found) == 2 * countries * (countries - 1)
    assert any(remark.kind == "zero" for remark in found.remarks)
    row = found.table.query("year == 2015 and exporter == 'CHN' and importer == 'AZE'").iloc[0]
    assert (row["trade"], row["dist_km"]) == (439.872, 5870.1)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda c: turnover(c, "AZE", "CHX"), "ISO alpha-3: .*CHN"),
        (lambda c: panel(c, (2010,)), "those of which all dyads are known: 1995, 2005, 2015"),
        (lambda c: panel(c, (1995,), gdp=True), "gdp.csv, year 1995"),
        (lambda c: panel(c, ()), "years"),
        (lambda c: partners(c, "XYZ"), "no trade of it is known"),
    ],
)
def test_a06_what_is_not_known_is_said(corridor: karvan.Corridor, ask: Callable[[Any], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        ask(corridor)


# b: what it hangs on


def test_b01_the_package_gives_the_signs_of_the_textbook(corridor: karvan.Corridor) -> None:
    found = fit_trade(corridor, FitTrade())
    assert isinstance(found, Fitted)
    by_name = {one.name: one for one in found.gravity.coefficients}
    assert by_name["log_dist_km"].high < 0 < by_name["contiguous"].low
    # Head and Mayer (2014) find -0.93 on average over all estimates, 90 % of which lie between -1.55 and -0.28.
    assert -1.55 < by_name["log_dist_km"].value < -0.28
    assert found.diagnosis.explained > 0.9


def test_b02_a_file_with_the_same_trade_gives_the_same_fit(corridor: karvan.Corridor, tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    panel(corridor, (2005, 2015)).table.to_csv(path, index=False)
    of_file = fit_trade(corridor, FitTrade(path, regressors=("log_dist_km", "contiguous"), unit="musd"))
    of_package = fit_trade(corridor, FitTrade(regressors=("log_dist_km", "contiguous")))
    assert isinstance(of_file, Fitted)
    assert isinstance(of_package, Fitted)
    assert of_file.gravity.values == pytest.approx(of_package.gravity.values, rel=1e-9)


def test_b03_what_is_the_same_for_all_of_an_exporter_is_refused(corridor: karvan.Corridor) -> None:
    with pytest.raises(InputError, match="log_gdp_exporter"):
        fit_trade(corridor, FitTrade(regressors=("log_dist_km", "log_gdp_exporter")))


# c: forecasts


def test_c01_later_years_are_foretold_and_held_against_what_came(foretold: Forecasts) -> None:
    assert len(foretold.held) > 25
    assert all(row.low < row.musd < row.high for row in foretold.rows)
    assert 1 < foretold.error < 2.5
    inside = sum(bool(row.inside) for row in foretold.held)
    page = " ".join((Path(__file__).parents[1] / "docs/trade.md").read_text(encoding="utf-8").split())
    assert f"of {len(foretold.held)} figures {inside} lie within the interval" in page
    assert f"off by {foretold.error:.1f} times or more" in page
    assert 0.5 < sum(bool(row.inside) for row in foretold.held) / len(foretold.held) < 1


def test_c02_the_trade_of_azerbaijan_and_china_grew_more_than_it_foretells(foretold: Forecasts) -> None:
    last = next(row for row in foretold.rows if {row.one, row.other} == set(BOTH) and row.year == 2025)
    assert last.inside is False
    assert last.ratio is not None
    assert last.ratio[1] < 0.5


def test_c03_the_same_seed_gives_the_same_bits(corridor: karvan.Corridor, foretold: Forecasts) -> None:
    again = forecast(corridor, Forecast())
    assert isinstance(again, Forecasts)
    assert again.rows == foretold.rows


def test_c04_gdp_between_two_years_grows_evenly(corridor: karvan.Corridor) -> None:
    first, last = gdp_of(corridor, "AZE", 2015)[0], gdp_of(corridor, "AZE", 2023)[0]
    assert gdp_of(corridor, "AZE", 2019)[0] == pytest.approx((first * last) ** 0.5)
    assert gdp_of(corridor, "AZE", 2024)[0] == pytest.approx(last * (last / first) ** (1 / 8))
    assert gdp_of(corridor, "AZE", 2023)[1] == "stated"


# d: what would change it


def test_d01_the_base_has_what_was_published_and_foretells_the_rest(base: TradeBase) -> None:
    assert base.musd("CHN", "AZE") == 3724.3
    assert base.musd("AZE", "CHN") == 19.7
    assert base.stands_on["AZE", "CHN"] == "pf0193"
    assert base.counts["published"] >= 10
    assert np.isfinite(base.trade).all()
    assert (np.diag(base.trade) == 0).all()


def test_d02_a_year_of_the_matrix_is_the_matrix(corridor: karvan.Corridor) -> None:
    found = trade_base(corridor, 2015)
    assert isinstance(found, TradeBase)
    assert found.musd("CHN", "AZE") == 439.872
    assert found.counts["published"] == len(found.countries) * (len(found.countries) - 1)


def test_d03_no_shock_changes_nothing_to_the_bit(answer: TradeAnswer) -> None:
    nothing = answer.changed[0]
    off = ~np.eye(len(answer.base.countries), dtype=bool)
    assert (nothing.general.central[off] == answer.base.trade[off]).all()
    assert (nothing.general.values[:, off] == answer.base.trade[off]).all()
    assert (nothing.welfare.values == 1).all()


def test_d04_an_area_and_days_less_raise_turnover_and_more_together(answer: TradeAnswer) -> None:
    before = answer.base.musd(*BOTH) + answer.base.musd(*BOTH[::-1])
    area, days, together = (answer.turnover(*BOTH, of) for of in answer.changed[1:])
    for central, low, high in (area, days, together):
        assert before < low < central < high
    assert together[0] > max(area[0], days[0])


def test_d05_others_lose_what_is_diverted(answer: TradeAnswer) -> None:
    rows = {row["country"]: row for row in answer.countries(answer.changed[1])}
    assert rows["AZE"]["welfare_pct"] > 0
    assert rows["AZE"]["imports_created_musd"] > 0 > rows["AZE"]["imports_diverted_musd"]
    assert rows["GEO"]["welfare_pct"] < 0


def test_d06_partial_equilibrium_is_the_closed_form(answer: TradeAnswer) -> None:
    area = answer.changed[1]
    i, j = (answer.base.countries.index(code) for code in ("CHN", "AZE"))
    expected = 3724.3 * 1.094**5.03
    assert area.partial.central[i, j] == pytest.approx(expected, rel=1e-12)
    assert area.general.central[i, j] < expected


def test_d07_an_agreement_counts_what_agreements_have_done(corridor: karvan.Corridor) -> None:
    found = what_if(corridor, AskTrade((TradeChange("agreed", area=BOTH, by="agreement"),), draws=20))
    assert isinstance(found, TradeAnswer)
    i, j = (found.base.countries.index(code) for code in ("CHN", "AZE"))
    assert found.changed[0].partial.central[i, j] == pytest.approx(2 * 3724.3)


def test_d08_the_same_draws_for_every_change_whatever_else_is_asked(
    corridor: karvan.Corridor, answer: TradeAnswer
) -> None:
    alone = what_if(corridor, AskTrade((DAYS,), draws=200))
    assert isinstance(alone, TradeAnswer)
    assert (alone.changed[0].general.values == answer.changed[2].general.values).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (TradeChange("x", area=("AZE", "CHX")), "CHN"),
        (TradeChange("x", area=("AZE",)), "two or more"),
        (TradeChange("x", days=-10), "between which countries"),
        (TradeChange("x", days=-1000, among=BOTH), "-365"),
        (TradeChange("x", usd_teu=-100, among=BOTH), "worth"),
        (TradeChange("x", usd_teu=-100, value_usd_teu=50, among=BOTH), "less than the goods"),
        (TradeChange("x", area=("AZE", "TUR")), "duty of TUR"),
        (TradeChange("x", rates={("CHN", "AZE"): -5.0}), "0 to 1000"),
        (TradeChange("x", costs={("CHN", "AZE"): 0.0}), "above 0"),
    ],
)
def test_d09_bad_changes_are_told(corridor: karvan.Corridor, change: TradeChange, said: str) -> None:
    with pytest.raises(InputError, match=said):
        what_if(corridor, AskTrade((change,), draws=5))


def test_d10_two_of_one_name_and_none_at_all(corridor: karvan.Corridor) -> None:
    with pytest.raises(InputError, match="named twice"):
        what_if(corridor, AskTrade((DAYS, DAYS), draws=5))
    with pytest.raises(InputError, match="one or more"):
        what_if(corridor, AskTrade((), draws=5))


# e: dependence


@pytest.fixture(scope="module")
def azerbaijan(corridor: karvan.Corridor) -> TradeDependence:
    return partners(corridor, "AZE")


@pytest.mark.parametrize(
    ("year", "way", "index"),
    [
        (1995, "exports", 0.1471), (2005, "exports", 0.1125), (2015, "exports", 0.1026),
        (1995, "imports", 0.1049), (2005, "imports", 0.0759), (2015, "imports", 0.0777),
    ],
)  # fmt: skip
def test_e01_years_of_the_matrix_give_the_index_of_the_facts(
    azerbaijan: TradeDependence, year: int, way: str, index: float
) -> None:
    found = azerbaijan.at(year, way).index  # pf0938, 0951, 0964, 0977, 0990, 1003
    assert found.known
    assert found.low == pytest.approx(index, abs=1e-4)


@pytest.mark.parametrize(
    ("year", "way", "least"),
    [(2014, "exports", 0.0761), (2022, "exports", 0.2338), (2023, "exports", 0.1787), (2023, "imports", 0.0773)],
)
def test_e02_years_with_lists_have_bounds_about_the_index_of_those_listed(
    azerbaijan: TradeDependence, year: int, way: str, least: float
) -> None:
    """The facts have the index of the listed partners alone, which is a lower bound but for rounding of the shares."""
    found = azerbaijan.at(year, way).index
    assert found.low < found.high
    assert found.low - 0.01 < least < found.high


def test_e03_a_year_with_turnovers_only_has_wide_bounds(azerbaijan: TradeDependence) -> None:
    found = azerbaijan.at(2021).index
    assert found.low < 0.01
    assert found.high > 0.5
    assert any(one.year == 2025 and one.who == "2025-01/10" for one in azerbaijan.odd)


def test_e04_shares_of_two_totals_are_not_added(corridor: karvan.Corridor) -> None:
    assert {one.year for one in partners(corridor, "KAZ").years if one.direction == "turnover"} == {1995, 2005, 2015}


# f: the command


def test_f01_every_part_prints_one_document(run: Run) -> None:
    for words in (
        ("figures", "aze", "chn"),
        ("fit",),
        ("forecast", "AZE-CHN"),
        ("what-if", "--area", "AZE,CHN", "--days", "-10", "--draws", "20"),
        ("dependence", "AZE"),
    ):
        found = run(*words, "--json")
        assert found.exception is None, (words, found.exception)
        assert isinstance(json.loads(found.output), dict)
        shown = run(*words)
        assert shown.exception is None, words
        assert "AZE" in shown.output or words[0] == "fit"


def test_f02_what_if_tells_parts_and_the_whole(run: Run) -> None:
    found = json.loads(run("what-if", "--area", "AZE,CHN", "--days", "-10", "--draws", "20", "--json").output)
    assert [one["name"] for one in found["changes"]] == ["area", "-10 days", "together"]
    assert {one["id"]: one["facts"] for one in found["elasticities"]}["day"] == ["RT-EC-001", "RT-EC-002"]


def test_f03_a_file_of_ones_own(run: Run, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    lines = ["year,from,to,usd,log_dist"]
    codes = [letter * 3 for letter in "ABCDEFGHIJKLMNOP"]
    for one in codes:
        for other in codes:
            if one != other:
                log_dist = random.uniform(7, 8)
                lines.append(f"2020,{one},{other},{np.exp(20 - log_dist) * random.gamma(4, 0.25):.0f},{log_dist:.4f}")
    path = tmp_path / "own.csv"
    path.write_text("\n".join(lines))
    words = ("--column", "exporter=from", "--column", "importer=to", "--column", "trade=usd", "--unit", "usd")
    found = run("fit", str(path), *words, "--fixed", "exporter,importer", "--json")
    assert found.exception is None, found.exception
    told = json.loads(found.output)["coefficients"][0]
    assert told["low"] < -1 < told["high"]


def test_f05_what_goods_rely_on(run: Run) -> None:
    found = json.loads(run("dependence", "AZE", "--routes", "base-2025", "--json").output)
    by_kind = {row["kind"]: row for row in found["kinds"]}
    assert {"family", "entry", "border"} <= set(by_kind)
    assert all(0 < row["index_low"] <= row["index_high"] <= 1 for row in by_kind.values())
    assert sum(row["share_high"] for row in found["shares"] if row["kind"] == "family") == pytest.approx(1)


@pytest.mark.thorough
def test_f06_what_is_lost_without_suez(run: Run) -> None:
    found = run("loss", "suez", "--country", "CHN", "--json")
    assert found.exception is None, found.exception
    told = json.loads(found.output)
    whole, china = told["countries"]
    assert (whole["country"], china["country"]) == ("", "CN")
    assert {row["family"] for row in told["instead"] if not row["country"]} == {"ocean-cape"}


@pytest.mark.thorough
def test_f07_what_trade_brings_over_the_caspian(corridor: karvan.Corridor, answer: TradeAnswer) -> None:
    found = carried(corridor, answer, "base-2025")
    by_name = {one.change: one for one in found.carried}
    assert by_name["nothing"].moved == 0
    assert by_name["nothing"].after["central"] == by_name["nothing"].before
    both = by_name["both"].after
    assert by_name["both"].before.teu < both["low"].teu < both["central"].teu < both["high"].teu


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("loss", "suezz"), "suez"),
        (("dependence", "AZX", "--routes", "base-2025"), "ISO alpha-3"),
        (
            (
                "what-if",
                "--days",
                "-10",
                "--among",
                "AZE,CHN",
                "--draws",
                "2",
                "--carry",
                "base-2025",
                "--waters",
                "Aral",
            ),
            "Caspian Sea",
        ),
        (("figures", "AZE", "CHX"), "ISO alpha-3"),
        (("forecast", "AZECHN"), "as AZE-CHN"),
        (("what-if",), "say what changes"),
        (("what-if", "--duty", "CHN-AZE"), "AAA-BBB=PCT"),
        (("fit", "--on", "log_dist"), "no such covariate|no covariate"),
        (("fit", "--fixed", "exporters"), "no such kind"),
        (("fit", "nowhere.csv"), "nowhere"),
        (("fit", "--column", "x"), "ROLE=NAME"),
        (("dependence", "WLDX"), "ISO alpha-3"),
    ],
)
def test_f04_bad_words_are_told(run: Run, words: tuple[str, ...], said: str) -> None:
    found = run(*words)
    assert found.exception is not None
    with pytest.raises(type(found.exception), match=said):
        raise found.exception


# g: a scenario of the corridor


@pytest.mark.long
def test_g01_a_world_against_itself_changes_nothing_and_is_told_by_groups() -> None:
    found = trade_under("middle-corridor", "base-2024", "base-2024")
    assert found.groups[0].name.startswith("within")
    assert all(one.musd["central"] == one.musd_before for one in found.groups)
    assert all(one.pct() == 0 for one in found.groups)


@pytest.mark.thorough
def test_g02_the_page_says_what_the_ten_actions_of_the_world_bank_do() -> None:
    found = trade_under("middle-corridor", "world-bank", "base-2030", ends=True)
    within, union = found.groups[:2]
    page = (Path(__file__).parents[1] / "docs/trade.md").read_text(encoding="utf-8")
    for group, bank in ((within, "+37 %"), (union, "+28 %")):
        told = f"| {bank} | {group.pct():+.1f} % | {group.pct('high'):+.1f} to {group.pct('low'):+.1f} % |"
        assert told in page
