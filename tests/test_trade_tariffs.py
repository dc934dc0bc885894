"""Tariff what-ifs: duties on everybody, accession to the WTO, and duties out of a file of WITS.

A: ALL. B: accession by duty. C: accession by agreement. D: files. E: doors.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from io import StringIO
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

import karvan
from karvan.api import trade_pages as pages
from karvan.api.app import create_app
from karvan.api.settings import Settings
from karvan.cli.main import karvan as command
from karvan.ground.errors import InputError
from karvan.report import trade as report
from karvan.study.trade.duties import ALL, Duties, Duty, effect_of, known_duties
from karvan.study.trade.tariffs import duties_of_file
from karvan.study.trade.what_if import AskTrade, TradeAnswer, TradeChange, parts_and_whole, what_if

OUTSIDE = {"AZE", "BLR", "IRN", "TKM", "UZB"}
"""Not members in 2024, among the countries of the package."""
NO_BOUND = "add it to wto.csv, or count membership as it has worked elsewhere (by: agreement)"
Run = Callable[..., Result]
Put = Callable[..., Path]
RATES = st.floats(0, 40).map(lambda rate: round(rate, 2))


@cache
def shipped() -> karvan.Corridor:
    return karvan.load()


@pytest.fixture(scope="module")
def corridor() -> karvan.Corridor:
    return shipped()


@pytest.fixture(scope="module")
def countries(corridor: karvan.Corridor) -> tuple[str, ...]:
    return tuple(sorted(row.id for row in corridor.rows("country")))


@pytest.fixture
def run() -> Run:
    return lambda *words: CliRunner().invoke(command, ["trade", "what-if", *words], standalone_mode=False)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with TestClient(
        create_app(Settings(tmp_path_factory.mktemp("service"), workers=0)), base_url="http://localhost"
    ) as client:
        yield client


def answered(corridor: karvan.Corridor, *changes: TradeChange, draws: int = 5, **more: Any) -> TradeAnswer:
    found = what_if(corridor, AskTrade(changes, draws=draws, **more))
    assert isinstance(found, TradeAnswer)
    return found


def told(ask: Callable[[], object]) -> list[str]:
    """The problems of what is refused: address, what was found and remedy."""
    with pytest.raises(InputError) as bad:
        ask()
    return [f"{one.address} | {one.found} | {one.remedy}" for one in bad.value.problems]


# A: duties of all and on all


def test_a01_all_is_every_country_but_the_buyer(corridor: karvan.Corridor, countries: tuple[str, ...]) -> None:
    found = answered(corridor, TradeChange("all", rates={(ALL, "AZE"): 11.7}))
    (one,) = found.changed
    assert {(seller, buyer) for seller, buyer, _, _ in one.costs} == {(code, "AZE") for code in countries} - {
        ("AZE", "AZE")
    }
    assert {factor for *_, factor in one.costs} == {1.117 / 1.094}


def test_a02_all_is_the_same_as_all_pairs_to_the_bit(corridor: karvan.Corridor, countries: tuple[str, ...]) -> None:
    each = {(code, "AZE"): 3.0 for code in countries if code != "AZE"}
    found = answered(corridor, TradeChange("all", rates={(ALL, "AZE"): 3.0}), TradeChange("each", rates=each))
    one, other = found.changed
    assert (one.general.values == other.general.values).all()


@given(rate=RATES, own=st.dictionaries(st.sampled_from(["CHN", "GEO", "TUR", "IRN", "DEU"]), RATES), free=st.booleans())
@settings(max_examples=40, deadline=None)
def test_a03_a_pair_of_its_own_wins_and_an_area_before_it(rate: float, own: dict[str, float], *, free: bool) -> None:
    corridor = shipped()
    countries = tuple(sorted(row.id for row in corridor.rows("country")))
    rates = {(ALL, "AZE"): rate, **{(code, "AZE"): value for code, value in own.items()}}
    change = TradeChange("x", area=("AZE", "CHN") if free else (), rates=rates)
    found = effect_of(change, corridor, known_duties(corridor), countries, 2024).duties
    for code in countries:
        if code == "AZE":
            continue
        after = 0.0 if free and code == "CHN" else own.get(code, rate)
        assert found[code, "AZE"] == (9.4, after)


def test_a04_duties_that_are_not_known_are_named(corridor: karvan.Corridor) -> None:
    (one,) = told(lambda: answered(corridor, TradeChange("x", rates={("AZE", ALL): 0.0})))
    assert one.startswith("duties on goods of AZE | not known of ARE, ARM, AUT")
    assert "CHN" not in one.split(" | ")[1]
    assert one.endswith("name the pairs whose duty is known")


def test_a05_two_alls_that_differ_need_the_pair_itself(corridor: karvan.Corridor) -> None:
    both = {("CHN", ALL): 1.0, (ALL, "AZE"): 2.0}
    everybody = {(buyer, ALL): Duty(5.0) for buyer in (row.id for row in corridor.rows("country"))}
    codes = tuple(sorted(buyer for buyer, _ in everybody))

    def asked(rates: dict[tuple[str, str], float]) -> dict[tuple[str, str], tuple[float, float]]:
        change = TradeChange("x", rates=rates)
        return dict(effect_of(change, corridor, Duties(everybody), codes, 2024).duties)

    assert told(lambda: asked(both)) == [
        "duty of AZE on goods of CHN | 2 % by ALL-AZE, 1 % by CHN-ALL | give CHN-AZE itself too"
    ]
    assert asked(both | {("CHN", "AZE"): 7.0})["CHN", "AZE"] == (5.0, 7.0)
    assert asked({("CHN", ALL): 2.0, (ALL, "AZE"): 2.0})["CHN", "AZE"] == (5.0, 2.0)
    assert len(asked(both | {("CHN", "AZE"): 7.0})) == 2 * (len(codes) - 1) - 1


def test_a06_nobody_is_named(corridor: karvan.Corridor) -> None:
    (one,) = told(lambda: answered(corridor, TradeChange("x", rates={(ALL, ALL): 1.0})))
    assert one == "duty of ALL on goods of ALL | nobody is named | name the seller or the buyer"


# B: accession by duty


def test_b01_a_binding_above_what_is_taken_takes_nothing_away_and_says_so(corridor: karvan.Corridor) -> None:
    found = answered(corridor, *parts_and_whole(accession=("AZE",)))
    (one,) = found.changed
    assert one.costs == ()
    assert one.said == ("AZE: bound at 11.7 %, applied 9.4 %: binding takes nothing away",)
    assert (one.general.values == one.general.values[0]).all()
    assert (one.welfare.central == 1).all()


@given(before=st.dictionaries(st.sampled_from(["CHN", "GEO", "TUR", "IRN", "UZB", "DEU"]), RATES), rest=RATES,
       bound=RATES, rises=st.booleans())  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_b02_the_least_of_what_is_taken_and_bound_on_goods_of_members(
    before: dict[str, float], rest: float, bound: float, *, rises: bool
) -> None:
    corridor = _bound_at(shipped(), bound)
    countries = tuple(sorted(row.id for row in corridor.rows("country")))
    known = Duties({("AZE", ALL): Duty(rest), **{("AZE", code): Duty(rate) for code, rate in before.items()}})
    change = TradeChange("x", accession=("AZE",), to_bound=rises)
    found = effect_of(change, corridor, known, countries, 2024)
    expected = {}
    for code in set(countries) - OUTSIDE:
        old = before.get(code, rest)
        new = bound if rises else min(old, bound)
        if new != old:
            expected[code, "AZE"] = (old, new)
    assert found.duties == expected
    assert ("nothing away" in found.said[0] or "already" in found.said[0]) == (not expected)


def _bound_at(corridor: karvan.Corridor, bound: float) -> karvan.Corridor:
    """The corridor with another bound rate of Azerbaijan."""
    rows = tuple(row._replace(bound_pct=bound) if row.country == "AZE" else row for row in corridor.rows("wto"))
    return corridor.with_tables({"wto": rows})


def test_b03_a_duty_that_is_asked_for_goes_before_the_bound_one(corridor: karvan.Corridor) -> None:
    rates = {("CHN", "AZE"): 2.0}
    whole = answered(corridor, *parts_and_whole(accession=("AZE",), to_bound=True, rates=rates)).changed[-1]
    factors = {seller: what for seller, _, what, _ in whole.costs}
    assert whole.change.name == "together"
    assert factors["CHN"] == "duty 9.4 % to 2 %"
    assert factors["GEO"] == "duty 9.4 % to 11.7 %"
    assert len(factors) == 38


def test_b04_a_bound_duty_that_is_higher_costs_who_joins(corridor: karvan.Corridor) -> None:
    found = answered(corridor, *parts_and_whole(accession=("AZE",), to_bound=True))
    (one,) = found.changed
    i, j = (found.base.countries.index(code) for code in ("CHN", "AZE"))
    assert one.partial.central[i, j] / found.base.trade[i, j] == pytest.approx((1.117 / 1.094) ** -5.03)
    assert one.welfare.central[j] < 1
    assert one.said[0].startswith("AZE: bound at 11.7 %, applied 9.4 %: taken to the bound on goods of 38 of 38 ")


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (TradeChange("x", accession=("CHN",)),
         ["accession of CHN | a member since 2001 | of 2024 give one of AZE, BLR, IRN, TKM, UZB"]),
        (TradeChange("x", accession=("UZB",)),
         [f"bound duty of UZB | not known | {NO_BOUND}"]),
        (TradeChange("x", accession=("QQQ",)),
         ["country 'QQQ' | not among those whose trade is known | give ISO alpha-3: none is like it"]),
        (TradeChange("x", accession=("AZE", "AZE"), by="agreement", to_bound=True),
         ["change 'x', accession | AZE twice | name each country once",
          "change 'x', to_bound | by: agreement | count by duty: as a whole no duty is counted"]),
        (TradeChange("x", to_bound=True),
         ["change 'x', to_bound | nobody joins | say whose accession binds the duties"]),
    ],
    ids=["member", "no bound", "nobody", "twice", "bound alone"],
)  # fmt: skip
def test_b05_what_cannot_be_told_is_refused(
    corridor: karvan.Corridor, change: TradeChange, problems: list[str]
) -> None:
    assert told(lambda: answered(corridor, change)) == problems


def test_b06_every_change_tells_its_problems_at_once(corridor: karvan.Corridor) -> None:
    one, other = TradeChange("a", accession=("UZB",)), TradeChange("b", area=("AZE", "TUR"))
    assert [line.split(" | ")[0] for line in told(lambda: answered(corridor, one, other))] == [
        "bound duty of UZB", "duty of TUR on goods of AZE",
    ]  # fmt: skip


# C: accession as membership has worked elsewhere


def test_c01_trade_with_members_both_ways_and_with_nobody_else(
    corridor: karvan.Corridor, countries: tuple[str, ...]
) -> None:
    found = answered(corridor, TradeChange("joins", by="agreement", accession=("AZE",)))
    (one,) = found.changed
    inside = set(countries) - OUTSIDE
    assert {(a, b) for a, b, _, _ in one.costs} == {
        pair for code in inside for pair in ((code, "AZE"), ("AZE", code))
    }  # fmt: skip
    ratio = one.partial.central / np.where(found.base.trade > 0, found.base.trade, 1)
    at = {code: n for n, code in enumerate(found.base.countries)}
    membership = corridor.by_key("elasticity")["membership"].value
    for pair in (("AZE", "CHN"), ("CHN", "AZE"), ("AZE", "GEO")):
        assert ratio[at[pair[0]], at[pair[1]]] == pytest.approx(membership)
    for pair in (("AZE", "IRN"), ("UZB", "AZE"), ("CHN", "GEO")):
        assert ratio[at[pair[0]], at[pair[1]]] == 1


def test_c02_two_who_join_are_members_to_each_other(corridor: karvan.Corridor) -> None:
    found = effect_of(
        TradeChange("x", by="agreement", accession=("UZB", "AZE")), corridor, known_duties(corridor),
        ("AZE", "CHN", "GEO", "IRN", "UZB"), 2024,
    )  # fmt: skip
    assert set(found.joined) == {
        pair
        for one in ("AZE", "UZB")
        for other in ("AZE", "CHN", "GEO", "UZB")
        if one != other
        for pair in ((one, other), (other, one))
    }
    assert found.said == ("AZE, UZB: with 3 others who are members then; not members, and left out: IRN",)


def test_c03_members_are_those_of_the_year(corridor: karvan.Corridor) -> None:
    codes = ("AZE", "CHN", "KAZ", "RUS")

    def joined(year: int) -> set[tuple[str, str]]:
        change = TradeChange("x", by="agreement", accession=("AZE",))
        return set(effect_of(change, corridor, known_duties(corridor), codes, year).joined)

    assert joined(2005) == {("AZE", "CHN"), ("CHN", "AZE")}
    assert joined(2012) == joined(2005) | {("AZE", "RUS"), ("RUS", "AZE")}
    assert joined(2015) == joined(2012) | {("AZE", "KAZ"), ("KAZ", "AZE")}
    before = TradeChange("x", by="agreement", accession=("KAZ",))
    assert ("KAZ", "RUS") in effect_of(before, corridor, known_duties(corridor), codes, 2012).joined


def test_c04_the_range_is_the_disagreement(corridor: karvan.Corridor) -> None:
    row = corridor.by_key("elasticity")["membership"]
    assert (row.low, row.high) == (pytest.approx(exp(-0.04), abs=1e-5), 2.71)
    assert row.value == pytest.approx(2.71 / 1.88, abs=1e-4)
    grades = {name: corridor.evidence.find_basis("elasticity", "membership", name).grade for name in
              ("value", "low", "high")}  # fmt: skip
    assert grades == {"value": "D", "low": "C", "high": "B"}
    found = answered(corridor, TradeChange("x", by="agreement", accession=("AZE",)), draws=60)
    drawn = found.draws.values[:, found.draws.names.index("membership")]
    assert row.low < drawn.min() < row.value < drawn.max() < row.high


def test_c05_it_is_drawn_only_where_it_is_asked_for(corridor: karvan.Corridor) -> None:
    days = TradeChange("days", days=-5, among=("AZE", "CHN"))
    joins = TradeChange("joins", by="agreement", accession=("AZE",))
    alone, both = answered(corridor, days), answered(corridor, days, joins)
    assert "membership" not in alone.elasticities
    assert "membership" in both.elasticities
    assert (alone.changed[0].general.values == both.changed[0].general.values).all()


def test_c06_an_area_and_a_membership_multiply(corridor: karvan.Corridor) -> None:
    whole = TradeChange("both", by="agreement", area=("AZE", "CHN"), accession=("AZE",))
    found = answered(corridor, whole)
    i, j = (found.base.countries.index(code) for code in ("CHN", "AZE"))
    ratio = corridor.by_key("elasticity")["membership"].value
    assert found.changed[0].partial.central[i, j] / found.base.trade[i, j] == pytest.approx(2 * ratio)


def test_c07_who_is_a_member_has_a_source(corridor: karvan.Corridor, countries: tuple[str, ...]) -> None:
    rows = corridor.by_key("wto")
    assert set(rows) == set(countries)
    assert {code for code, row in rows.items() if row.since is None} == OUTSIDE
    assert all(row.source in corridor.evidence.sources and row.confidence in "ABC" for row in rows.values())
    bound = corridor.evidence.find_basis("wto", "AZE", "bound_pct")
    assert bound.facts == ("pf0268",)


# D: files of tariffs

HEADING = ("Reporter_ISO3,Partner_ISO3,Product,Tariff Year,DutyType,Simple Average,Weighted Average,"
           "Imports Value in 1000 USD\n")  # fmt: skip
Line = tuple[str, str, str, int, str, float | None, float | None, float | None]
"""Importer, exporter, goods, year, kind, simple and weighted average, imports."""


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(*lines: Line, name: str = "t.csv") -> Path:
        path = tmp_path / name
        rows = (",".join("" if cell is None else str(cell) for cell in line) for line in lines)
        path.write_text(HEADING + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return path

    return write


def total(
    importer: str, exporter: str, pct: float, year: int = 2022, kind: str = "MFN", weighted: float | None = None
) -> Line:
    return importer, exporter, "Total", year, kind, pct, weighted, None


def test_d01_an_area_of_countries_that_the_package_has_no_duty_of(corridor: karvan.Corridor, put: Put) -> None:
    path = put(total("KAZ", "WLD", 6.5), total("GEO", "WLD", 1.5))
    area = TradeChange("area", area=("GEO", "KAZ"))
    with pytest.raises(InputError, match="not known"):
        answered(corridor, area)
    found = answered(corridor, area, tariffs=path)
    assert {(a, b): what for a, b, what, _ in found.changed[0].costs} == {
        ("GEO", "KAZ"): "duty 6.5 % to 0 %", ("KAZ", "GEO"): "duty 1.5 % to 0 %",
    }  # fmt: skip
    i, j = (found.base.countries.index(code) for code in ("GEO", "KAZ"))
    assert found.changed[0].partial.central[i, j] / found.base.trade[i, j] == pytest.approx(1.065**5.03)


def test_d02_the_file_stands_in_place_of_the_package(
    corridor: karvan.Corridor, countries: tuple[str, ...], put: Put
) -> None:
    known = duties_of_file(put(total("AZE", "WLD", 8.0)), corridor, countries, 2024)
    assert known.find("CHN", "AZE") == Duty(8.0, 2022, "MFN", "simple, the row of all goods")
    assert known.find("AZE", "CHN") == Duty(7.5, 2022)
    assert known.find("AZE", "KAZ") is None
    assert "not in the file, and taken from the package: duties of CHN (2022)" in known.said


def test_d03_the_year_at_or_before_that_of_the_trade(
    corridor: karvan.Corridor, countries: tuple[str, ...], put: Put
) -> None:
    path = put(total("KAZ", "WLD", 5.0, 2019), total("KAZ", "WLD", 6.0, 2023), total("KAZ", "WLD", 7.0, 2025),
               total("GEO", "WLD", 1.0, 2025), total("GEO", "WLD", 2.0, 2026))  # fmt: skip
    known = duties_of_file(path, corridor, countries, 2024)
    assert [known.find("CHN", buyer) for buyer in ("KAZ", "GEO")] == [
        Duty(6.0, 2023, "MFN", "simple, the row of all goods"), Duty(1.0, 2025, "MFN", "simple, the row of all goods"),
    ]  # fmt: skip
    assert "nothing is as old as 2024, the first year after was taken: GEO (2025)" in known.said
    assert "rows that were not used: of another year than was taken 3" in known.said


def test_d04_what_is_applied_before_what_most_pay(
    corridor: karvan.Corridor, countries: tuple[str, ...], put: Put
) -> None:
    path = put(total("KAZ", "CHN", 4.0, kind="AHS"), total("KAZ", "CHN", 6.0), total("KAZ", "WLD", 5.0, kind="MFN"),
               total("KAZ", "GEO", 0.0, kind="PRF"), total("KAZ", "WLD", 6.1, kind="BND"),
               total("KAZ", "TUR", 5.5))  # fmt: skip
    known = duties_of_file(path, corridor, countries, 2024)
    found = {code: known.find(code, "KAZ") for code in ("CHN", "TUR", "GEO")}
    assert {code: (duty.rate_pct, duty.kind) for code, duty in found.items() if duty} == {
        "CHN": (4.0, "AHS"), "TUR": (5.5, "MFN"), "GEO": (5.0, "MFN"),
    }  # fmt: skip
    assert known.said[0].startswith("duties of 1 importers on 38 pairs: AHS 1, MFN 37; averages: simple, the row ")
    aside = "of another kind than AHS and MFN (preferential, bound) 2, of pairs that have a nearer row 1"
    assert f"rows that were not used: {aside}" in known.said


def test_d05_the_row_of_all_goods_before_means_and_weights_before_none(
    corridor: karvan.Corridor, countries: tuple[str, ...], put: Put
) -> None:
    path = put(
        ("KAZ", "CHN", "Total", 2022, "MFN", 6.0, 4.0, None), ("KAZ", "CHN", "27", 2022, "MFN", 1.0, None, None),
        ("KAZ", "TUR", "Total", 2022, "MFN", 6.0, None, None), ("KAZ", "TUR", "27", 2022, "MFN", 1.0, None, 9.0),
        ("KAZ", "GEO", "27", 2022, "MFN", 10.0, None, 300.0), ("KAZ", "GEO", "28", 2022, "MFN", 2.0, None, 100.0),
        ("KAZ", "UZB", "27", 2022, "MFN", 10.0, None, None), ("KAZ", "UZB", "28", 2022, "MFN", 2.0, None, None),
    )  # fmt: skip
    known = duties_of_file(path, corridor, countries, 2024)
    found = {code: known.find(code, "KAZ") for code in ("CHN", "TUR", "GEO", "UZB")}
    assert {code: (duty.rate_pct, duty.mean) for code, duty in found.items() if duty} == {
        "CHN": (4.0, "weighted, the row of all goods"), "TUR": (6.0, "simple, the row of all goods"),
        "GEO": (8.0, "weighted, a mean over goods"), "UZB": (6.0, "simple, a mean over goods"),
    }  # fmt: skip
    assert "rows that were not used: of single goods where there is a row of all 2" in known.said


def test_d06_a_customs_union_takes_nothing_within(
    corridor: karvan.Corridor, countries: tuple[str, ...], put: Put
) -> None:
    path = put(total("EUN", "WLD", 5.0), total("KAZ", "WLD", 6.0), total("FRA", "CHN", 4.0))
    known = duties_of_file(path, corridor, countries, 2024)
    assert [known.find(*pair).rate_pct for pair in  # type: ignore[union-attr]
            (("AZE", "DEU"), ("FRA", "DEU"), ("RUS", "KAZ"), ("CHN", "KAZ"), ("CHN", "FRA"))] == [
        5.0, 0.0, 0.0, 6.0, 4.0,
    ]  # fmt: skip
    assert known.find("TUR", "FRA") is None, "a country that has a row of its own is no longer read as the union"
    assert known.find("AZE", "RUS") is None
    assert any(line.startswith("as the European Union: AUT, BEL, BGR, CZE, DEU") for line in known.said)


def test_d07_nothing_of_these_countries(corridor: karvan.Corridor, countries: tuple[str, ...], put: Put) -> None:
    (one,) = told(lambda: duties_of_file(put(total("BRA", "WLD", 5.0)), corridor, countries, 2024))
    assert one.startswith("importers | no duty of the countries whose trade is known | ")
    assert one.endswith("the file has BRA")
    (one,) = told(lambda: duties_of_file(put(total("KAZ", "WLD", 5.0, kind="BND")), corridor, countries, 2024))
    assert "AHS or MFN" in one


LINES = st.tuples(
    st.sampled_from(["AZE", "KAZ", "BRA"]), st.sampled_from(["WLD", "CHN", "RUS", "BRA"]),
    st.sampled_from(["Total", "27", "8703"]), st.integers(2020, 2026), st.sampled_from(["AHS", "MFN", "PRF", ""]),
    st.none() | RATES, st.none() | RATES, st.none() | st.integers(1, 900).map(float),
)  # fmt: skip


@given(lines=st.lists(LINES, min_size=1, max_size=25, unique_by=lambda line: line[:5]), year=st.integers(2019, 2026))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_d08_rows_are_chosen_as_ten_plain_lines_choose_them(lines: list[Line], year: int, put: Put) -> None:
    corridor = shipped()
    countries = ("AZE", "CHN", "KAZ", "RUS")
    path = put(*lines)
    expected = _chosen(lines, countries, year)
    if not expected:
        with pytest.raises(InputError):
            duties_of_file(path, corridor, countries, year)
        return
    known = duties_of_file(path, corridor, countries, year)
    own = {pair: duty.rate_pct for pair, duty in known.rates.items() if ALL not in pair}
    assert own == pytest.approx(expected)


def _chosen(lines: Sequence[Line], countries: Sequence[str], year: int) -> dict[tuple[str, str], float]:
    """The duty of each buyer and seller, by the words of the documentation."""
    found = {}
    for buyer in countries:
        mine = [line for line in lines if line[0] == buyer and line[4] != "PRF"]
        dated = {line[3] for line in mine if _mean([one for one in mine if one[1:5:2] == line[1:5:2] and
                                                    one[4] == line[4]]) is not None}  # fmt: skip
        if not dated:
            continue
        when = max((one for one in dated if one <= year), default=min(dated))
        for seller in countries:
            union = {buyer, seller} <= {"KAZ", "RUS"}
            means = [
                _mean([line for line in mine if line[3] == when and line[1] == of and line[4] == kind])
                for of in ([seller] if union else [seller, "WLD"])
                for kind in ("AHS", "MFN", "")
            ]
            rate = next((mean for mean in means if mean is not None), 0.0 if union else None)
            if seller != buyer and rate is not None:
                found[buyer, seller] = rate
    return found


def _mean(lines: Sequence[Line]) -> float | None:
    """Of the rows of one pair, year and kind."""
    for line in lines:
        if line[2] == "Total" and (line[5] is not None or line[6] is not None):
            return line[6] if line[6] is not None else line[5]
    goods = [(line[5], line[7]) for line in lines if line[2] != "Total" and line[5] is not None]
    weighed = [(rate, imports) for rate, imports in goods if imports]
    if weighed:
        return sum(rate * imports for rate, imports in weighed) / sum(imports for _, imports in weighed)
    return sum(rate for rate, _ in goods) / len(goods) if goods else None


# E: doors


def test_e01_the_command_says_that_nothing_changes(run: Run) -> None:
    done = run("--accession", "aze", "--draws", "5")
    assert done.return_value == 0
    assert "accession: AZE: bound at 11.7 %, applied 9.4 %: binding takes nothing away" in done.output
    assert "accession: nothing changes" in done.output
    assert "┃" not in done.output


def shown(found: TradeAnswer, *only: str) -> str:
    """What a terminal shows of an answer."""
    console = Console(width=160, record=True, file=StringIO())
    for thing in report.what_if_tables(found, only):
        console.print(thing, markup=False)
    return console.export_text()


def test_e02_tables_and_document_agree(corridor: karvan.Corridor) -> None:
    only = ("AZE", "CHN", "GEO")
    found = answered(corridor, *parts_and_whole(accession=("AZE",), by="agreement"))
    document, text = report.what_if_document(found, only), shown(found, *only)
    (change,) = document["changes"]
    assert change["said"][0] in text
    pairs = {(row["one"], row["other"]): row for row in change["between"]}
    assert len(pairs) == 38
    for pair in (("AZE", "CHN"), ("AZE", "GEO")):
        assert f"{pairs[pair]['general_musd']:,.0f}" in text
        assert f"{pairs[pair]['general_pct']:+.1f} %" in text
    assert "AZE - TUR" not in text
    assert "AZE - TUR" in shown(found)
    assert [one["facts"] for one in document["elasticities"] if one["id"] == "membership"] == [
        ["RT-WTO-002", "RT-WTO-003", "RT-WTO-001"]
    ]


def test_e03_what_is_shared_is_said_once(corridor: karvan.Corridor) -> None:
    text = shown(answered(corridor, *parts_and_whole(accession=("AZE",), area=("AZE", "CHN"))))
    assert text.count("binding takes nothing away") == 1
    assert "accession, together: AZE: bound" in text
    assert "accession: nothing changes" in text


def test_e04_the_file_and_what_was_not_used_are_told(corridor: karvan.Corridor, put: Put) -> None:
    path = put(total("KAZ", "WLD", 6.0), total("GEO", "WLD", 1.5), total("GEO", "WLD", 1.0, 2019))
    found = answered(corridor, TradeChange("area", area=("KAZ", "GEO")), tariffs=path)
    document = report.what_if_document(found)
    assert document["tariffs"]["file"] == "t.csv"
    assert document["tariffs"]["pairs"] == [
        {"exporter": "GEO", "importer": "KAZ", "rate_pct": 6.0, "year": 2022, "kind": "MFN",
         "mean": "simple, the row of all goods"},
        {"exporter": "KAZ", "importer": "GEO", "rate_pct": 1.5, "year": 2022, "kind": "MFN",
         "mean": "simple, the row of all goods"},
    ]  # fmt: skip
    assert "t.csv: rows that were not used: of another year than was taken 1" in shown(found)


def test_e05_only_takes_codes_that_there_are(run: Run) -> None:
    done = run("--area", "AZE,CHN", "--only", "ZZZ,CHX,AZE")
    assert isinstance(done.exception, InputError)
    assert [(one.found, one.remedy) for one in done.exception.problems] == [
        ("'ZZZ'", "give ISO alpha-3: none is like it"), ("'CHX'", "give ISO alpha-3: CHN"),
    ]  # fmt: skip


def test_e06_pairs_that_are_told_of_and_do_not_change(corridor: karvan.Corridor) -> None:
    text = shown(answered(corridor, TradeChange("area", area=("AZE", "CHN"))), "GEO", "TUR")
    assert "between none of GEO, TUR do costs change" in text
    assert "│ area   │ GEO" in text


def test_e07_a_duty_is_given_once(run: Run) -> None:
    done = run("--duty", "CHN-AZE=0", "--duty", "chn-aze=5")
    assert isinstance(done.exception, InputError)
    assert [(one.found, one.remedy) for one in done.exception.problems] == [
        ("CHN-AZE twice", "give each duty once"),
    ]  # fmt: skip


def test_e08_the_service_answers_as_the_command(client: TestClient, run: Run) -> None:
    body = {"accession": ["AZE"], "to_bound": True, "draws": 5, "only": ["AZE", "CHN"],
            "duties": [{"exporter": "ALL", "importer": "AZE", "rate_pct": 2.5}]}  # fmt: skip
    answer = client.post("/api/trade/what-if", json=body)
    assert answer.status_code == 200, answer.text
    assert [one.name for one in pages.TradeWhatIfPage.model_validate(answer.json()).changes] == [
        "accession", "duties", "together",
    ]  # fmt: skip
    words = "--accession AZE --to-bound --duty ALL-AZE=2.5 --only AZE,CHN --draws 5 --json"
    assert answer.json() == json.loads(run(*words.split()).output)


def test_e12_the_command_reads_a_file(run: Run, put: Put) -> None:
    path = put(total("KAZ", "WLD", 6.0), total("GEO", "WLD", 1.5))
    document = json.loads(run("--tariffs", str(path), "--area", "KAZ,GEO", "--draws", "5", "--json").output)
    assert {one["what"] for one in document["changes"][0]["costs"]} == {"duty 6 % to 0 %", "duty 1.5 % to 0 %"}


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ({"accession": ["CHN"]}, "accession of CHN"),
        ({"accession": ["azerbaijan"]}, "accession/0"),
        ({"to_bound": True}, "the body"),
        ({"duties": [{"exporter": "ALL", "importer": "ALL", "rate_pct": 1}]}, "duties/0"),
        ({"duties": [{"exporter": "AZE", "importer": "ALL", "rate_pct": 1}]}, "duties on goods of AZE"),
    ],
)
def test_e09_what_the_service_refuses(client: TestClient, body: dict[str, Any], address: str) -> None:
    answer = client.post("/api/trade/what-if", json=body | {"draws": 5})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["address"] == address


def test_e10_the_service_knows_who_is_a_member(client: TestClient) -> None:
    page = pages.TradePage.model_validate(client.get("/api/corridors/middle-corridor/trade").json())
    assert {one.country for one in page.wto if one.since is None} == OUTSIDE
    assert [one.bound_pct for one in page.wto if one.country == "AZE"] == [11.7]


def test_e11_a_job_that_carries_takes_all_and_accession(corridor: karvan.Corridor) -> None:
    from karvan.api.jobs.trade_requests import CarryBody

    body = CarryBody.model_validate(
        {"scenario": "base-2025", "accession": ["AZE"], "by": "agreement",
         "duties": [{"exporter": "ALL", "importer": "AZE", "rate_pct": 5}]}
    )  # fmt: skip
    assert body._strangers(corridor) == []
    assert [change.name for change in body.changes()] == ["accession", "duties", "together"]
    wrong = replace(body.changes()[0], accession=("CHN",))
    assert told(lambda: answered(corridor, wrong)) != []
