"""The column register holds together, and its page is up to date."""

from __future__ import annotations

import pytest

import print_register
from karvan.tables.column import Table
from karvan.tables.register import BY_NAME, TABLES

SYMBOLS = {
    "km": "km",
    "kmh": "km/h",
    "h": "h",
    "t": "t",
    "tkm": "tkm",
    "teu": "TEU",
    "feu": "FEU",
    "usd": "USD",
    "kwh": "kWh",
    "mj": "MJ",
    "gco2e": "gCO2e",
    "kgco2e": "kgCO2e",
    "container": "container",
    "wagon": "wagon",
    "wagons": "wagon",
    "truck": "truck",
    "trucks": "truck",
    "pct": "%",
    "day": "d",
    "year": "yr",
    "years": "yr",
    "musd": "million USD",
    "per": "1",
    "mw": "MW",
    "mwh": "MWh",
    "twh": "TWh",
    "kw": "kW",
    "m2": "m2",
    "m3": "m3",
    "gco2": "gCO2",
    "kgco2": "kgCO2",
    "ktco2": "ktCO2",
    "mcm": "million m3",
}
"""The unit that each word at the end of a column's name stands for."""

PARTS = {"ttw", "20ft", "40ft", "upstream"}
"""Words after the unit that tell which part of the quantity is meant, or of what."""

SAID_BY_NATURE = {"lon", "lat", "starts", "amount", "capex_year", "mw", "mw_back", "mwh", "twh", "km",
                  "levy_usd_t"}  # fmt: skip
"""Columns whose names need no unit: longitudes are in degrees, a closure's starts stand beside their month, the amount
of an effect has the unit of what it changes, a year of prices is one, a column that is called by its unit is in it, and
the tonnes of a levy are of CO2."""

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def unit_in(name: str) -> str:
    """The unit that a column's name says: `price_usd_teu` is USD/TEU, `paths_per_day` is 1/d, `note` says none."""
    words = [word for word in name.split("_") if word not in PARTS]
    units: list[str] = []
    while words and words[-1] in SYMBOLS:
        units.insert(0, SYMBOLS[words.pop()])
    if len(units) == 1 and not words:
        return ""  # a column called `year` is one, and is not measured in years
    if len(units) > 2 and "1" in units:
        units.remove("1")
    return "/".join(units)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("length_km", "km"),
        ("price_usd_teu", "USD/TEU"),
        ("t_per_teu", "t/TEU"),
        ("paths_per_day", "1/d"),
        ("gco2e_tkm_ttw", "gCO2e/tkm"),
        ("year", ""),
        ("service_time_cv", ""),
    ],
)
def test_a01_the_unit_is_read_off_the_name(name: str, unit: str) -> None:
    assert unit_in(name) == unit


@each_table
def test_a02_name_and_unit_agree(table: Table) -> None:
    for column in table:
        if column.numeric and column.name not in SAID_BY_NATURE:
            assert column.unit == unit_in(column.name), f"{table.name}.{column.name}"


@each_table
def test_b01_every_column_says_what_it_is(table: Table) -> None:
    assert table.doc.endswith(".")
    for column in table:
        assert column.doc.endswith("."), f"{table.name}.{column.name}: {column.doc!r}"
        assert column.expects()


@each_table
def test_b02_a_reference_leads_to_a_table_with_one_key(table: Table) -> None:
    for column in table:
        if column.refers:
            assert column.refers in BY_NAME, f"{table.name}.{column.name} refers to {column.refers}"
            assert len(BY_NAME[column.refers].key) == 1


@each_table
def test_b03_bounds_stand_on_numbers_and_leave_room(table: Table) -> None:
    for column in table:
        where = f"{table.name}.{column.name}"
        if not column.numeric:
            assert (column.low, column.high, column.unit) == (None, None, ""), where
        if column.low is not None and column.high is not None:
            assert column.low < column.high, where
        assert not (column.above and column.low is None), where


@each_table
def test_c01_names_are_unique_and_the_key_is_filled(table: Table) -> None:
    assert len(set(table.names)) == len(table.names)
    for name in table.key:
        assert table.column(name).required, f"{table.name}.{name} is a key and may be empty"


def test_c02_tables_are_unique() -> None:
    assert len(BY_NAME) == len(TABLES)


def test_c03_no_required_column_refers_to_a_table_that_may_be_left_out() -> None:
    sure = [table for table in TABLES if not table.optional]
    needed = {column.refers for table in sure for column in table if column.refers and column.required}
    assert not {table.name for table in TABLES if table.optional} & needed


def test_d01_the_page_is_up_to_date() -> None:
    printed = print_register.PAGE.read_text(encoding="utf-8")
    assert printed == print_register.page(), "run python tools/print_register.py"
