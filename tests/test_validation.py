"""Published times and distances beside ours: the comparison on small pictures, and the pages that show it."""

from __future__ import annotations

from dataclasses import fields, replace
from math import inf
from pathlib import Path

import pytest

import print_validation
import refresh_pages
from karvan.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.study.claim import Claim, Held, Ours, read_claims, undecided
from karvan.study.plan import Planner
from karvan.study.validation import PERIMETERS, Holder, hold
from karvan.testing.draw import row

LONG_PAGES = ("appraisal", "trade")
"""Pages whose examples take the better part of a minute."""
NOTHING = Claim(**dict.fromkeys((field.name for field in fields(Claim)), ""))


def claim(facts: str = "F1", perimeter: str = "links", ends: str = "", **said: str) -> Claim:
    origin, _, destination = ends.partition(" > ")
    said = {"measure": "time", "modes": "rail;sea"} | said
    return replace(NOTHING, facts=facts, perimeter=perimeter, origin=origin, destination=destination, **said)


def fact(name: str, value: str, unit: str) -> object:
    return row("fact", id=name, subject="s", metric="m", value=value, unit=unit, source="picture", confidence="B")


@pytest.fixture(scope="module")
def told(small: Corridor) -> Corridor:
    """The small package with facts: F3 to F5 on times, F6 and F7 on lengths; F6 is under the length of a link."""
    facts = (
        fact("F1", "1", "TEU"), fact("F3", "2", "d"), fact("F4", "60", "h"), fact("F5", "30", "min"),
        fact("F6", "100", "km"), fact("F7", "10", "nm"), fact("TR-x", "7", "km"),
    )  # fmt: skip
    basis = [
        base._replace(facts=("F6",)) if (base.table, base.column) == ("link", "length_km") else base
        for base in small.rows("basis")
    ]
    return Corridor(small.description, dict(small.tables) | {"fact": facts, "basis": tuple(basis)})


@pytest.fixture(scope="module")
def holder(told: Corridor) -> Holder:
    return Holder(Planner(told))


# a: what was published


@pytest.mark.parametrize(
    ("facts", "range_"),
    [
        ("F3", (48.0, 48.0)),
        ("F3;F4", (48.0, 60.0)),
        ("F4;F3;F5", (0.5, 60.0)),
        ("F3+F5", (48.5, 48.5)),
        ("<F3", (0.0, 48.0)),
        (">F3", (48.0, inf)),
        ("F6+F7", (118.52, 118.52)),
    ],
)
def test_a01_facts_make_a_range_in_hours_or_km(told: Corridor, facts: str, range_: tuple[float, float]) -> None:
    assert claim(facts).published(told) == pytest.approx(range_)


def test_a02_a_fact_that_there_is_not_is_named(told: Corridor) -> None:
    with pytest.raises(InputError, match="no row 'F33'"):
        claim("F33").published(told)


def test_a03_used_is_what_numbers_of_its_kind_stand_on(told: Corridor) -> None:
    assert claim("F6", measure="distance").used(told)
    assert not claim("F7", measure="distance").used(told)
    assert claim("F7", measure="distance", through="F6").used(told)
    assert not claim("F6", measure="time").used(told)  # under a length, not under a time


def test_a04_facts_that_no_claim_states_are_found(told: Corridor) -> None:
    assert undecided(told, [claim("F3;F4"), claim("<F5"), claim("F6+F7")]) == []
    assert undecided(told, [claim("F3+F4")]) == ["F5", "F6", "F7"]


@pytest.mark.parametrize(
    ("low", "high", "ours", "off", "agrees"),
    [
        (10, 12, 11, 0.0, True),
        (10, 12, 8, -0.2, True),
        (10, 12, 15, 0.25, False),
        (0, 12, 3, 0.0, True),
        (0, 12, 18, 0.5, False),
        (10, inf, 100, 0.0, True),
        (10, inf, 5, -0.5, False),
    ],
)
def test_a05_off_is_how_far_outside(low: float, high: float, ours: float, off: float, agrees: bool) -> None:
    held = Held(claim(), low, high, False, Ours(ours))
    assert (held.off, held.agrees) == (pytest.approx(off), agrees)


def test_a06_the_ratio_is_to_the_middle() -> None:
    assert Held(claim(), 10, 14, False, Ours(6)).ratio == pytest.approx(0.5)
    assert Held(claim(), 0, 14, False, Ours(7)).ratio == pytest.approx(0.5)
    assert Held(claim(), 10, inf, False, Ours(20)).ratio == pytest.approx(2)


def test_a07_no_way_never_agrees() -> None:
    held = Held(claim(), 10, 12, False, None)
    assert (held.off, held.ratio, held.agrees) == (None, None, False)


# b: what is ours


@pytest.mark.parametrize(
    ("said", "mean"),
    [
        # ALPHA - BETA 20 h by rail every 24 h and 3 h of border, BETA - GAMMA 10 h by sea, 40 h by road; 50 km/h
        (claim(perimeter="links", ends="ALPHA > GAMMA", measure="distance"), 1500),
        (claim(perimeter="links", ends="ALPHA > GAMMA", measure="distance", modes="road"), 2000),
        (claim(perimeter="links", ends="GAMMA > ALPHA", measure="distance", modes="rail;sea;road"), 1500),
        (claim(perimeter="links", ends="ALPHA > GAMMA", measure="distance", modes="rail;sea;road", avoid="BETA"), 2000),
        (claim(perimeter="links", ends="ALPHA > BETA", measure="distance", modes="rail;sea;road", via="GAMMA"), 2000),
        (claim(perimeter="ride", ends="ALPHA > BETA", measure="distance", on="train"), 1000),
        (claim(perimeter="ride", ends="ALPHA > BETA", on="train"), 23),
        (claim(perimeter="running", ends="ALPHA > BETA", on="train"), 20),
        (claim(perimeter="headway", ends="ALPHA > BETA", on="train"), 24),
        (claim(perimeter="gates", ends="ALPHA > BETA"), 35),
        (claim(perimeter="departure", ends="ALPHA > BETA"), 23),
        (claim(perimeter="in KZ", ends="ALPHA > BETA"), 3),
        (claim(perimeter="gates", ends="ALPHA > GAMMA", modes="road"), 41),
        (claim(perimeter="sojourn", on="BETA-border-in"), 3),
        (claim(perimeter="work", on="BETA-border-in"), 3),
        (claim(perimeter="wait", on="BETA-border-in"), 0),
        (claim(perimeter="sojourn", on="BETA-border-in+BETA-rail-sea"), 5),
        (claim(perimeter="sojourn", on="BETA-border-in;BETA-rail-sea"), 2.5),
    ],
)
def test_b01_each_perimeter_counts_what_it_says(holder: Holder, said: Claim, mean: float) -> None:
    ours = holder.ours(said)
    assert ours is not None
    assert ours.mean == pytest.approx(mean)


@pytest.mark.parametrize(
    "said",
    [
        claim(perimeter="gates", ends="GAMMA > ALPHA"),
        claim(perimeter="links", ends="ALPHA > GAMMA", modes="air"),
        claim(perimeter="links", ends="ALPHA > GAMMA", via="BETA", modes="road"),
        claim(perimeter="ride", ends="BETA > ALPHA", on="train"),
        claim(perimeter="none"),
    ],
)
def test_b02_no_way_is_an_answer(holder: Holder, said: Claim) -> None:
    assert holder.ours(said) is None


@pytest.mark.parametrize(
    "said",
    [
        claim(perimeter="ride", ends="ALPHA > BETA", on="trein"),
        claim(perimeter="sojourn", on="BETA-boarder"),
        claim(perimeter="gates", ends="ALFA > BETA"),
        claim(perimeter="links", ends="ALFA > BETA"),
    ],
)
def test_b03_a_slip_of_the_pen_is_no_missing_way(holder: Holder, said: Claim) -> None:
    with pytest.raises(InputError):
        holder.ours(said)


def test_b04_an_unknown_perimeter_names_those_that_there_are(holder: Holder) -> None:
    with pytest.raises(ValueError, match="door") as raised:
        holder.ours(claim(perimeter="door"))
    assert all(name in str(raised.value) for name in PERIMETERS)


def test_b05_a_spread_comes_with_an_itinerary(holder: Holder) -> None:
    ours = holder.ours(claim(perimeter="gates", ends="ALPHA > BETA"))
    assert ours is not None
    assert ours.option is not None
    assert ours.quantiles is not None
    p10, p50, p90 = ours.quantiles
    assert p10 < p50 < p90


def test_b06_claims_come_back_from_a_file(tmp_path: Path, told: Corridor) -> None:
    names = [field.name for field in fields(Claim)]
    said = dict.fromkeys(names, "") | {"facts": "F6", "measure": "distance", "perimeter": "none"}
    (tmp_path / "claims.csv").write_text(f"{','.join(names)}\n{','.join(said.values())}\n", encoding="utf-8")
    (held,) = hold(Planner(told), read_claims(tmp_path / "claims.csv"))
    assert (held.low, held.high, held.used, held.compared, held.ours) == (100, 100, True, False, None)


# c: the shipped package


@pytest.fixture(scope="module")
def shipped_claims() -> list[Claim]:
    return read_claims(print_validation.CLAIMS)


@pytest.fixture(scope="module")
def helds(planner: Planner, shipped_claims: list[Claim]) -> list[Held]:
    return hold(planner, shipped_claims)


def test_c01_every_published_time_and_distance_is_decided_on(shipped: Corridor, shipped_claims: list[Claim]) -> None:
    assert undecided(shipped, shipped_claims) == []


def test_c02_what_is_not_compared_says_why(shipped_claims: list[Claim]) -> None:
    assert [said.facts for said in shipped_claims if said.perimeter == "none" and not said.note] == []


def test_c03_there_is_a_way_for_every_claim(helds: list[Held]) -> None:
    assert [held.claim.facts for held in helds if held.compared and held.ours is None] == []


def test_c04_known_times_come_out(helds: list[Held]) -> None:
    known = [held for held in helds if (held.claim.part, held.claim.measure) == ("known", "time")]
    assert known
    assert [(held.claim.facts, held.off) for held in known if not held.agrees] == []


def test_c05_most_true_checks_agree(helds: list[Held]) -> None:
    checks = [held for held in helds if held.compared and not held.used]
    assert sum(held.agrees for held in checks) > 0.6 * len(checks)


def test_c06_what_is_off_says_why_where_known(helds: list[Held]) -> None:
    off = [held for held in helds if held.compared and not held.agrees]
    assert sum(not held.claim.why for held in off) <= 0.1 * len(off)


def test_c07_the_page_is_up_to_date() -> None:
    assert print_validation.PAGE.read_text(encoding="utf-8") == print_validation.fresh(), (
        "run python tools/print_validation.py"
    )


# d: pages with examples


def test_d01_python_of_a_page_is_run_in_one_go_and_its_output_pasted() -> None:
    page = "```python\nx = 1\n```\n\n```python\nprint(x + 1)\n```\n\n```text\nold\n```\nend\n"
    assert refresh_pages.refreshed(page).endswith("```python\nprint(x + 1)\n```\n\n```text\n2\n```\nend\n")


def test_d02_commands_are_run_too_and_cut_where_head_says_so() -> None:
    page = "```sh\nkarvan --help | head -1\n```\n"
    assert refresh_pages.refreshed(page) == (
        "```sh\nkarvan --help | head -1\n```\n\n```text\nUsage: karvan [OPTIONS] COMMAND [ARGS]...\n```\n"
    )


def test_d03_a_second_time_changes_nothing() -> None:
    once = refresh_pages.refreshed("```sh\nkarvan --version\n```\n\nand\n\n```sh\nmake data\n```\n")
    assert refresh_pages.refreshed(once) == once
    assert once.count("```text") == 1


def test_d04_an_example_that_fails_stops_it() -> None:
    with pytest.raises(SystemExit, match="nowhere"):
        refresh_pages.refreshed("```sh\nkarvan plan nowhere Istanbul\n```\n")


@pytest.mark.parametrize("page", [
    pytest.param(page, id=page.stem, marks=pytest.mark.thorough if page.stem in LONG_PAGES else ())
    for page in refresh_pages.PAGES
])  # fmt: skip
def test_d05_examples_run_and_print_what_the_page_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert refresh_pages.refreshed(text) == text, "run python tools/refresh_pages.py"
