"""What was published of trade stands in tables whose numbers are their own basis."""

from __future__ import annotations

from collections import defaultdict

import pytest

import karvan
from karvan.corridor.check import numbers
from karvan.ground.errors import InputError
from karvan.report.evidence import basis_document, read_address
from karvan.tables import BY_NAME
from karvan.tables.trading import AGGREGATES, PUBLISHED


@pytest.fixture(scope="module")
def corridor() -> karvan.Corridor:
    return karvan.load()


def test_a01_a_published_number_is_its_own_basis(corridor: karvan.Corridor) -> None:
    found = basis_document(corridor, read_address(corridor, "trade/TF-2015-CHN-AZE-export/value_musd"))
    assert (found["value"], found["unit"], found["method"], found["grade"]) == (439.872, "million USD", "read", "A")
    assert [(one["role"], one["id"], one["source"]["id"]) for one in found["facts"]] == [
        ("used", "TF-2015-CHN-AZE-export", "unctad_mtm")
    ]


def test_a02_tables_with_keys_of_two_parts_too(corridor: karvan.Corridor) -> None:
    found = basis_document(corridor, read_address(corridor, "dyad/AZE:CHN/dist_km"))
    assert found["facts"][0]["id"] == "dyad/AZE:CHN/dist_km"
    assert found["facts"][0]["source"]["id"] == "cepii_geodist"


def test_a03_what_is_not_there_has_no_basis(corridor: karvan.Corridor) -> None:
    with pytest.raises(InputError, match="a missing value has no basis"):
        basis_document(corridor, read_address(corridor, "trade/TF-2015-CHN-AZE-export/share_pct"))
    with pytest.raises(InputError, match="dist_km, capitals_km"):
        read_address(corridor, "dyad/AZE:CHN/contiguous")


def test_a04_what_is_estimated_needs_a_basis_as_ever(corridor: karvan.Corridor) -> None:
    wanted = {table for table, _, _ in numbers(corridor)}
    assert {"elasticity", "duty"} <= wanted
    assert not wanted & {table.name for table in PUBLISHED}


def test_b01_facts_are_found_among_the_published_ones(corridor: karvan.Corridor) -> None:
    found = corridor.evidence.search("trade:CHN-AZE export 2005")
    assert [fact.id for fact in found] == ["TF-2005-CHN-AZE-export"]
    assert "TF-2005-CHN-AZE-export" in corridor.evidence.facts
    assert corridor.evidence.facts["TF-2005-CHN-AZE-export"].value == "233.646"


def test_b02_rival_figures_of_trade_are_conflicts(corridor: karvan.Corridor) -> None:
    rivals = {(one.subject, one.metric, one.period): one for one in corridor.evidence.conflicts()}
    assert {fact.id for fact in rivals["trade:AZE-TUR", "goods import, share of all", "2015"].facts} == {
        "pf0839",
        "pf1008",
    }


def test_c01_every_row_names_a_source_and_has_one_number(corridor: karvan.Corridor) -> None:
    sources = corridor.evidence.sources
    for row in corridor.rows("trade"):
        assert row.source in sources
        assert (row.value_musd is None) != (row.share_pct is None), row.id


def test_c02_codes_are_those_of_countries(corridor: karvan.Corridor) -> None:
    for row in corridor.rows("trade"):
        for code in (row.reporter, row.partner):
            assert code in AGGREGATES or (len(code) == 3 and code.isupper()), row.id
    places = {place.id: place for place in corridor.places()}
    for row in corridor.rows("country"):
        assert not row.gateway or places[row.gateway].country == row.code, row.id


def test_c03_dyads_stand_once_and_all(corridor: karvan.Corridor) -> None:
    countries = sorted(row.id for row in corridor.rows("country"))
    found = {(row.one, row.other) for row in corridor.rows("dyad")}
    assert found == {(one, other) for one in countries for other in countries if one < other}


def test_c04_turnover_of_azerbaijan_and_china_is_there_for_every_year_that_was_published(
    corridor: karvan.Corridor,
) -> None:
    told = defaultdict(set)
    for row in corridor.rows("trade"):
        if {row.reporter, row.partner} == {"AZE", "CHN"} and row.flow == "turnover" and not row.period:
            told[row.year].add(row.value_musd)
    assert sorted(told) == [1992, 2011, 2015, 2016, 2017, 2018, 2019, 2021, 2022, 2023, 2024, 2025]
    assert told[2023] == {2200, 3100, 3700}
    assert told[2025] == {4000, 4870}


def test_c05_their_columns_are_in_the_register() -> None:
    for table in PUBLISHED:
        assert BY_NAME[table.name] is table
        assert {"source", "confidence"} <= set(table.names)
        assert not any(column.needs_basis for column in table)
