"""Cells of tables: text to values and back."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.tables import Column
from karvan.tables.cell import LARGEST, BadCell, Cell, parse, write

NUMBER = Column("length_km", "number", "A length.", unit="km", low=0, above=True)
WHOLE = Column("servers", "whole", "How many.", low=1, high=12)
FLAG = Column("one_way", "flag", "Whether.")
DATE = Column("valid_from", "date", "A day.")
HOUR = Column("opens", "hour", "A time of day.")
TEXT = Column("name", "text", "A name.")
NOTE = Column("note", "text", "A note.")
MODE = Column("mode", "text", "A mode.", one_of=("rail", "sea"))
LIST = Column("stops", "text", "Ids.", many=True)
NEEDED = Column("id", "text", "An id.", required=True)


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        ("12.5", NUMBER, 12.5),
        (" 1e3 ", NUMBER, 1000.0),
        ("3", WHOLE, 3),
        ("3.0", WHOLE, 3),
        ("true", FLAG, True),
        ("FALSE", FLAG, False),
        ("2026-12-01", DATE, dt.date(2026, 12, 1)),
        ("08:30", HOUR, 8.5),
        (" Xi'an ", TEXT, "Xi'an"),
        ("西安", TEXT, "西安"),
        ("sea", MODE, "sea"),
        ("a; b ;;c", LIST, ("a", "b", "c")),
    ],
)
def test_a01_text_becomes_a_value(text: str, column: Column, value: Cell) -> None:
    assert parse(text, column) == value
    assert type(parse(text, column)) is type(value)


@pytest.mark.parametrize(
    ("column", "value"),
    [(NUMBER, None), (WHOLE, None), (DATE, None), (HOUR, None), (TEXT, ""), (FLAG, False), (LIST, ())],
)
@pytest.mark.parametrize("text", ["", "  "])
def test_a02_an_empty_cell_is_missing_and_never_zero(text: str, column: Column, value: Cell) -> None:
    assert parse(text, column) == value
    assert value is None or not value


@pytest.mark.parametrize(
    ("text", "column", "remedy"),
    [
        ("-3", NUMBER, "give a number above 0 (km)"),
        ("0", NUMBER, "give a number above 0 (km)"),
        ("long", NUMBER, "give a number above 0 (km)"),
        ("12,5", NUMBER, "give a number above 0 (km)"),
        ("1_000", NUMBER, "give a number above 0 (km)"),
        ("NaN", NUMBER, "a missing value is an empty cell"),
        ("inf", NUMBER, "a missing value is an empty cell"),
        ("-Infinity", NUMBER, "a missing value is an empty cell"),
        ("1e999", NUMBER, "a missing value is an empty cell"),
        ("0", WHOLE, "give a whole number from 1 to 12"),
        ("13", WHOLE, "give a whole number from 1 to 12"),
        ("1.5", WHOLE, "give a whole number from 1 to 12"),
        ("yes", FLAG, "give true or false"),
        ("2026-02-30", DATE, "give a date as 2026-12-01"),
        ("01.12.2026", DATE, "give a date as 2026-12-01"),
        ("24:00", HOUR, "give a time of day as 08:30"),
        ("8:30", HOUR, "give a time of day as 08:30"),
        ("boat", MODE, "give one of rail, sea"),
        ("", NEEDED, "give text"),
        ("n" * 201, TEXT, "give at most 200 characters"),
        ("n" * 5001, NOTE, "give at most 5000 characters"),
        ("nul\0byte", TEXT, "control"),
        ("bell\a", NOTE, "control"),
    ],
)
def test_b01_what_the_column_does_not_admit(text: str, column: Column, remedy: str) -> None:
    with pytest.raises(BadCell) as problem:
        parse(text, column)
    assert remedy in str(problem.value)


def test_b02_a_note_may_be_long_and_have_lines() -> None:
    assert parse("one\ntwo\t" + "n" * 4000, NOTE) == "one\ntwo\t" + "n" * 4000


@given(st.floats(min_value=1e-300, max_value=LARGEST, allow_nan=False))
def test_c01_numbers_come_back_unchanged(value: float) -> None:
    assert parse(write(value, NUMBER), NUMBER) == value


@given(st.integers(0, 24 * 60 - 1))
def test_c02_times_of_day_too(minute: int) -> None:
    assert math.isclose(parse(write(minute / 60, HOUR), HOUR), minute / 60)


@given(st.dates())
def test_c03_and_dates(value: dt.date) -> None:
    assert parse(write(value, DATE), DATE) == value


@pytest.mark.parametrize("value", [True, False])
def test_c04_and_flags(value: bool) -> None:
    assert parse(write(value, FLAG), FLAG) is value


def test_c05_and_lists() -> None:
    assert parse(write(("a", "b"), LIST), LIST) == ("a", "b")


def test_c06_whole_numbers_are_written_without_a_point() -> None:
    assert [write(value, NUMBER) for value in (5.0, 5.5, 1e-7)] == ["5", "5.5", "1e-07"]


@pytest.mark.parametrize("text", ["1e13", "-1e300"])
def test_b09_no_quantity_is_as_large_as_this(text: str) -> None:
    with pytest.raises(BadCell, match="1e\\+12 at most"):
        parse(text, Column("x", "number", "A number."))
