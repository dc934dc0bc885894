"""The tables of the power system: what ships agrees with what was published, and what does not fit together is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.corridor import Corridor
from karvan.corridor.package import Description
from karvan.corridor.power import POWER_RULES, SEQS, rivals, shapes, years
from karvan.corridor.row import Row, key_of, new_row
from karvan.ground.errors import InputError
from karvan.scenario.scenario import scenario
from karvan.tables.plans import PLANNED
from karvan.testing.draw import row

Bent = Callable[..., Corridor]
ROUNDED = 0.2
"""MW: the table holds five digits of each plant, and one of 0.1 MW is older than its first year."""


def there(corridor: Corridor, year: int) -> list[Row]:
    """Plants of a year."""
    return [plant for plant in corridor.rows("plant") if years(plant)[0] <= year <= years(plant)[1]]


def installed(corridor: Corridor, year: int) -> dict[str, float]:
    """MW by what statistics count to."""
    found: dict[str, float] = defaultdict(float)
    for plant in there(corridor, year):
        found[corridor.row("technology", plant.technology).reported] += plant.mw
    return found


def fact(corridor: Corridor, name: str) -> float:
    return float(corridor.evidence.facts[name].value)


def problems(corridor: Corridor) -> list[str]:
    return [str(problem) for rule in POWER_RULES for problem in rule(corridor)]


@pytest.fixture
def bent(shipped: Corridor) -> Bent:
    """The shipped corridor with some cells of a row otherwise, or a row more."""

    def bent(table: str, key: str = "", **cells: object) -> Corridor:
        rows = shipped.rows(table)
        known = {key_of(table, one): one for one in rows}
        if key in known:
            rows = tuple(one._replace(**cells) if key_of(table, one) == key else one for one in rows)
        else:
            rows = (*rows, new_row(table, **cells))
        return shipped.with_tables({table: rows})

    return bent


# a: what ships


def test_a01_capacity_of_october_2025_is_the_published_one(shipped: Corridor) -> None:
    found = installed(shipped, 2025)
    assert sum(found.values()) == pytest.approx(fact(shipped, "pf0357"), abs=ROUNDED)
    assert found["gas"] == pytest.approx(fact(shipped, "pf0358"), abs=ROUNDED)
    assert found["hydro"] == pytest.approx(fact(shipped, "pf0359"))
    assert found["solar"] == pytest.approx(
        fact(shipped, "pf0360") + fact(shipped, "pf0363"), abs=ROUNDED
    )  # hybrid plants too
    assert found["wind"] == pytest.approx(fact(shipped, "pf0361"))
    assert found["waste"] == pytest.approx(fact(shipped, "pf0362"))


def test_a02_a_year_before_it_was_1317_mw_less_and_in_2026_about_10_gw(shipped: Corridor) -> None:
    assert sum(installed(shipped, 2024).values()) == pytest.approx(fact(shipped, "pf0357") - 1317, abs=ROUNDED)
    assert sum(installed(shipped, 2026).values()) == pytest.approx(fact(shipped, "pf0367"), rel=0.01)


def test_a03_all_of_8_november_is_there_in_2026(shipped: Corridor) -> None:
    units = [plant.mw for plant in there(shipped, 2026) if plant.id.startswith("nov8")]
    assert sum(units) == pytest.approx(fact(shipped, "pf0369"))


@pytest.mark.parametrize(("year", "fact_id"), [(2022, "pf0752"), (2023, "pf0762"), (2024, "pf0772"), (2025, "pf0782")])
def test_a04_loads_stand_beside_the_international_series(shipped: Corridor, year: int, fact_id: str) -> None:
    """That series lacks the sun of 2024 and 2025: half a terawatt-hour."""
    load = shipped.row("load", f"AZ:{year}")
    assert load.twh == pytest.approx(fact(shipped, fact_id), rel=0.03)
    assert 0.55 < load.twh / load.peak_mw / 8760 * 1e6 < 0.75


def test_a05_what_is_agreed_adds_up_to_what_was_exported(shipped: Corridor) -> None:
    for year, exported in ((2023, "pf0393"), (2024, "pf0387")):
        out = sum(row.out_twh or 0 for row in shipped.rows("exchange") if row.year == year)
        assert out == pytest.approx(fact(shipped, exported), rel=1e-3)


def test_a06_no_tie_is_asked_for_more_than_it_carries(shipped: Corridor) -> None:
    """In the month in which most goes over it, at a level load within it."""
    months: dict[str, list[float]] = defaultdict(list)
    for one in shipped.rows("load_shape"):
        if one.span == "month":
            months[one.shape].append(one.weight)
    for agreed in shipped.rows("exchange"):
        tie, shape = shipped.row("tie", agreed.tie), months[agreed.shape]
        most = max(shape) / (sum(shape) / 12)
        assert (agreed.out_twh or 0) * 1e6 / 8760 * most <= tie.mw, key_of("exchange", agreed)
        back = tie.mw if tie.mw_back is None else tie.mw_back
        assert (agreed.back_twh or 0) * 1e6 / 8760 * most <= back, key_of("exchange", agreed)


def test_a07_every_power_project_of_the_collection_is_told_of(shipped: Corridor) -> None:
    """By a project, or by a plant that is there."""
    of_projects = [row.facts for row in shipped.rows("project")]
    of_plants = [b.facts for b in shipped.rows("basis") if b.table in ("plant", f"{PLANNED}plant")]
    named = {name.split("-")[1] for facts in (*of_projects, *of_plants) for name in facts if name.startswith("EP-")}
    listed = {name.split("-")[1] for name in shipped.evidence.facts if name.startswith("EP-")}
    assert listed - named == {"byd_plant"}  # makes buses


def test_a08_the_savings_that_are_published_fit_the_plants(shipped: Corridor) -> None:
    """0.22 billion m3 a TWh is what a plant burns whose efficiency lies between a steam plant and a combined cycle.

    The 0.40 Mt beside it are of gas with 33 MJ a cubic metre: less than usual gas of pipelines has.
    """
    gas = shipped.row("fuel", "gas")
    burnt = fact(shipped, "pf0459") * gas.kwh_m3  # TWh of gas a TWh of power
    steam, cycle = (shipped.row("technology", name).efficiency for name in ("gas-steam", "gas-ccgt"))
    assert steam < 1 / burnt < cycle
    assert 34 <= gas.kwh_m3 * 3.6 <= 37
    assert burnt * gas.kgco2_mwh / 1000 == pytest.approx(fact(shipped, "pf0460"), rel=0.1)
    assert burnt * gas.kgco2_mwh / 1000 > fact(shipped, "pf0460")


@pytest.mark.parametrize("name", ["green-2030", "green-2030-cable"])
def test_a09_the_green_scenarios_are_sound_and_have_no_rivals(shipped: Corridor, name: str) -> None:
    found = scenario(shipped, name).on(shipped)
    assert problems(found) == []
    mw = installed(found, 2030)
    assert mw["wind"] + mw["solar"] > 4000
    assert ("black-sea-cable" in found.by_key("tie")) == (name == "green-2030-cable")


def test_a10_rival_versions_are_not_built_together(shipped: Corridor) -> None:
    for words in (
        "project:gobustan-pv+project:gobustan-pv-2025",
        "project:black-sea-cable+project:black-sea-cable-4gw",
    ):
        with pytest.raises(InputError, match="versions of"):
            scenario(shipped, words).on(shipped)


def test_a11_projects_of_power_cost_something_or_say_why_not(shipped: Corridor) -> None:
    for project in shipped.rows("project"):
        if project.kind == "energy" and not project.outside:
            assert project.capex_musd is not None, project.id
            assert project.capex_musd > 0, project.id
            assert project.opex_musd_year is not None, project.id
            assert project.life_years is not None, project.id


# b: what does not fit


@pytest.mark.parametrize(
    ("table", "key", "cells", "said"),
    [
        ("tie", "az-ge", {"to_zone": "AZ_GANJA"}, "a tie joins two different zones"),
        ("tie", "az-ge", {"rule": ""}, "give agreed, green or free"),
        ("tie", "az-ge", {"from_zone": "TR"}, "two markets"),
        ("tie", "absheron-aran", {"rule": "free"}, "only ties to a market"),
        ("exchange", "az-ge:2024", {"tie": "absheron-aran"}, "it leads to no market"),
        ("exchange", "az-ge:2024", {"shape": "exports-zz"}, "nearest: exports-az"),
        ("zone", "AZ_ARAN", {"load_share": 0.36}, "a sum of 1.1"),
        ("zone", "AZ_ARAN", {"load_shape": ""}, "say how its load moves"),
        ("zone", "AZ_ARAN", {"load_shape": "az-lod"}, "nearest: az-load"),
        ("zone", "GE", {"price_shape": "price-gg"}, "nearest: price-ge"),
        ("zone", "TR", {"price_usd_mwh": None}, "neither load nor price"),
        ("load", "AZ:2024", {"country": "KZ"}, "there are: AZ"),
        ("plant", "shimal", {"zone": "GE"}, "what a market makes is not modelled"),
        ("plant", "garadagh-pv", {"until": 2020}, "it is there since 2024"),
        ("plant", "garadagh-pv", {"radiation": "pirallah"}, "nearest: pirallahi"),
        ("planned_plant", "fuzuli-pv", {"radiation": ""}, "name where the sun was measured"),
        ("plant", "yeni-yashma", {"capacity_factor": None}, "what the wind makes"),
        ("plant", "shamkir-hpp", {"capacity_factor": None}, "what its water makes"),
        ("plant", "shamkir-hpp", {"season": "water"}, "nearest: water-az"),
        ("plant", "azerbaijan-tpp", {"technology": "battery"}, "say what the battery holds"),
        ("planned_plant", "battery-agdash", {"mwh": None}, "say what the battery holds"),
        ("technology", "gas-steam", {"efficiency": None}, "give it here, or in its technology"),
        ("technology", "gas-steam", {"fuel": ""}, "a thermal plant needs one"),
        ("technology", "electrolyser", {"fuel": ""}, "a electrolyser plant needs one"),
        ("load_shape", "az-load:hour:3", {"seq": 33}, "no 3; a 33"),
        ("load_shape", "az-load:month:3", {"seq": 13}, "no 3; a 13"),
        ("radiation", "pirallahi:12", {"site": "pirallahi-2"}, "no 12"),
    ],
)  # fmt: skip
def test_b01_what_does_not_fit_is_told(bent: Bent, table: str, key: str, cells: dict[str, object], said: str) -> None:
    found = problems(bent(table, key, **cells))
    assert any(said in one for one in found), found


def test_b02_rivals_may_follow_each_other(bent: Bent) -> None:
    cells = {"zone": "AZ_ABSHERON", "technology": "solar", "mw": 230.0, "radiation": "pirallahi", "site": "garadagh"}
    old = bent("plant", "garadagh-pv", site="garadagh")
    before = old.with_tables({"plant": (*old.rows("plant"), new_row("plant", id="old-pv", **cells, until=2023))})
    assert problems(before) == []
    beside = old.with_tables({"plant": (*old.rows("plant"), new_row("plant", id="old-pv", **cells, until=2024))})
    assert [one for one in problems(beside) if "garadagh-pv and old-pv, versions of garadagh" in one]


def test_b03_all_of_it_is_told_at_once(shipped: Corridor) -> None:
    tables = {
        "tie": tuple(tie._replace(rule="") for tie in shipped.rows("tie")),
        "load_shape": tuple(one for one in shipped.rows("load_shape") if one.seq != 1),
    }
    found = problems(shipped.with_tables(tables))
    markets = sum(bool(tie.rule) for tie in shipped.rows("tie"))
    gaps = {(one.shape, one.span) for one in shipped.rows("load_shape")}
    assert len(found) == markets + len(gaps)


def test_b04_a_package_without_power_has_no_problem_of_it(shipped: Corridor) -> None:
    names = ("zone", "fuel", "technology", "plant", "tie", "exchange", "load", "load_shape", "radiation")
    empty = shipped.with_tables(dict.fromkeys((*names, f"{PLANNED}plant", f"{PLANNED}tie"), ()))
    assert problems(empty) == []


# c: properties

SPANS_OF_YEARS = st.tuples(st.none() | st.integers(2020, 2030), st.none() | st.integers(2020, 2030))


@given(st.lists(SPANS_OF_YEARS, max_size=5))
def test_c01_rivals_are_those_that_share_a_year(spans: list[tuple[int | None, int | None]]) -> None:
    of = [row("plant", id=f"p{n}", site="s", mw=1.0, since=a, until=b) for n, (a, b) in enumerate(spans)]
    shared = set()
    for year in range(1900, 2101):
        now = [one.id for one in of if (one.since or 1900) <= year <= (one.until or 2100)]
        shared |= {(a, b) for a in now for b in now if a < b}
    told = {tuple(problem.found.split(",")[0].split(" and ")) for problem in rivals("plant", of)}
    assert told == shared


@given(st.sampled_from(sorted(SEQS)), st.data())
def test_c02_a_shape_is_whole_or_told(span: str, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from(list(SEQS[span])), min_size=1))
    rows = tuple(row("load_shape", shape="s", span=span, seq=n, weight=1.0) for n in sorted(kept))
    found = list(shapes(_only(rows)))
    assert bool(found) == (kept != set(SEQS[span]))


def _only(rows: tuple[Row, ...]) -> Corridor:
    return Corridor(Description("small"), {"load_shape": rows})
