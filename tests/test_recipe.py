"""Expressions of the recipes: the number, and the basis that it then has."""

from __future__ import annotations

import pytest

from recipe import Fact, RecipeError, Rules, Said, say

FACTS = {
    "C0001": Fact("12", "h", "A"),
    "C0002": Fact("2", "days", "B"),
    "C0003": Fact("30", "knots", "C"),
    "C0004": Fact("soon", "h", "C"),
    "C0005": Fact("500", "USD/FEU", "B"),
    "RT-SEA-1": Fact("100", "nm", "B"),
    "TR-rail-A-B": Fact("73.5", "km", "C"),
    "EF-1": Fact("14", "g CO2e/tkm", "A"),
}
RULES = Rules(
    {
        "stay": "C0002 ; as the port says",
        "guess": "~ 5 ; nobody knows",
        "half": "C0001 / 2",
        "deep": "$half + $guess",
        "rivals": "C0001 vs C0002",
    },
    {"half": "two of them share it"},
)


def said(cell: str, unit: str = "h") -> Said:
    return say(cell, unit, FACTS, RULES)


# a: what a cell says


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("C0001", "h", 12),
        ("C0002", "h", 48),
        ("C0003", "km/h", 55.56),
        ("RT-SEA-1", "km", 185.2),
        ("EF-1", "gCO2e/tkm", 14),
        ("mean(C0001, C0002)", "h", 30),
        ("median(C0001, C0002, C0002)", "h", 48),
        ("C0001 * 24 / C0002", "h", 144),
        ("min(C0001, 3) + max(C0002, 5)", "h", 8),
        ("mid(C0001, C0002)", "h", 7),
        ("-(C0001 - 20)", "h", 8),
        ("sqrt(C0001 * 3)", "h", 6),
        ("~ 5 ; nobody knows", "h", 5),
        ("~ C0001 * 1.5 ; half as long again", "h", 18),
        ("$stay", "h", 48),
        ("$half + 1", "h", 7),
        ("$deep", "h", 11),
    ],
)
def test_a01_the_value(cell: str, unit: str, value: float) -> None:
    assert said(cell, unit).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("cell", "method", "grade"),
    [
        ("C0001", "read", "A"),
        ("mean(C0001, C0002)", "mean of rivals", "B"),
        ("C0001 * 2", "derived", "B"),
        ("C0001 + C0002 + C0003", "derived", "C"),
        ("~ 5 ; nobody knows", "assumed", "D"),
        ("~ C0001 ; not quite", "assumed", "D"),
        ("$stay", "read", "B"),
        ("$half", "derived", "B"),
        ("$guess", "assumed", "D"),
        ("$guess * C0001", "assumed", "D"),
        ("$deep", "assumed", "D"),
        ("$deep * 2", "assumed", "D"),
    ],
)
def test_a02_the_grade_is_that_of_the_weakest_fact_and_b_at_best_for_a_formula(
    cell: str, method: str, grade: str
) -> None:
    assert (said(cell).method, said(cell).grade) == (method, grade)


def test_a03_a_traced_length_is_derived() -> None:
    assert said("TR-rail-A-B ; traced", "km") == Said(73.5, "derived", "C", ("TR-rail-A-B",), (), "TR-rail-A-B; traced")


def test_a04_the_facts_each_once() -> None:
    assert said("C0001 + C0002 - C0001").facts == ("C0001", "C0002")
    assert said("$deep + C0003").facts == ("C0003", "C0001")


def test_a05_the_rivals_and_the_note() -> None:
    assert said("C0001 vs C0002 C0003 ; the newest") == Said(
        12, "read", "A", ("C0001",), ("C0002", "C0003"), "the newest"
    )


def test_a06_rivals_of_a_rule() -> None:
    assert (said("$rivals").facts, said("$rivals").rivals) == (("C0001",), ("C0002",))


def test_a07_a_formula_stands_in_the_note() -> None:
    assert said("C0001 / 2 ; shared").note == "C0001 / 2; shared"
    assert said("~ C0001 / 2 ; shared").note == "= C0001 / 2; shared"
    assert said("$half ; here too").note == "C0001 / 2; two of them share it; here too"


# b: what it may not say


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("C9999", "fact C9999 is not in the package"),
        ("C0001 vs C9999", "fact C9999 is not in the package"),
        ("5", "'5' names no fact; name one, or write '~ 5 ; why'"),
        ("", "names no fact"),
        ("~ 5", "an assumption without its reasoning"),
        ("~ ; why", "cannot read"),
        ("C0005", "C0005 is in 'USD/FEU', the column in 'h'"),
        ("mean(C0001, C0005)", "write the conversion as arithmetic"),
        ("C0004", "C0004 says 'soon', which is no number"),
        ("C0004 + 1", "C0004 says 'soon', which is no number"),
        ("C0001 / (C0002 - 2)", "cannot read"),
        ("C0001 +", "cannot read"),
        ("C0001 ** 2", "not allowed"),
        ("C0001 % 5", "not allowed"),
        ("C0001 if 1 else 2", "not allowed"),
        ("C0001.__class__", "not allowed"),
        ("open('x') + C0001", "not allowed"),
        ("__import__('os').system('true') + C0001", "not allowed"),
        ("[C0001][0]", "not allowed"),
        ("C0001 + True", "not allowed"),
        ("C0001 + hours", "cannot read"),
        ("mid(C0001)", "cannot read"),
        ("sqrt(3 - C0001)", "cannot read"),
        ("C0001 * 1e999", "not finite"),
        ("$nothing", "there is no rule $nothing"),
        ("$nothing + C0001", "there is no rule $nothing"),
    ],
)
def test_b01_a_cell_that_cannot_be_read_says_why(cell: str, why: str) -> None:
    with pytest.raises(RecipeError) as problem:
        said(cell)
    assert why in str(problem.value)


def test_b02_a_rule_that_uses_itself_is_refused() -> None:
    with pytest.raises(RecipeError):
        say("$egg + C0001", "h", FACTS, Rules({"egg": "$hen", "hen": "$egg"}))


def test_b03_a_rule_deep_down_that_is_not_there() -> None:
    with pytest.raises(RecipeError, match=r"there is no rule \$gone"):
        say("$egg + C0001", "h", FACTS, Rules({"egg": "$gone"}))
