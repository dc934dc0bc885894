"""Scenarios: overlays on a base that is never touched, in an order that is stated or does not matter."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan import InputError
from karvan.corridor import Corridor, load
from karvan.corridor.check import evidence_problems
from karvan.corridor.row import as_text
from karvan.evidence.inputs import table_digest
from karvan.scenario.scenario import Scenario, scenario
from karvan.scenario.words import Demand, Edit, Growth, Prices, Shut, Toll, Words
from karvan.testing import draw

PICTURE = """
    place   A CN
    place   B KZ
    place   C AZ
    K1      rail A 10h B      every 12h  100usd
    F1      sea  B 20h C      every 48h  200usd
    R1      rail1435 A 60h C  every 24h  400usd
    change  B rail sea 2h 10usd
    family  middle places=B
    family  direct
    add commodity id=general name=General t_per_teu=10 usd_per_t=2000 value_of_time_pct_day=0.5
    add demand id=AC origin=A destination=C commodity=general year=2024 teu_year=1000 families=middle via=B
    add demand id=AB origin=A destination=B commodity=general year=2024 t_year=5000
    add demand id=CA origin=C destination=A commodity=general year=2025 teu_year=500
    add project id=ferry name=Ferry kind=fleet status=planned starts=2025-01 opens=2026-07 ramp_years=2
    add effect project=ferry seq=1 table=service row=F1 column=headway_h change=scale amount=0.5
    add project id=crane name=Crane kind=port status=planned opens=2025-01
    add effect project=crane seq=1 table=service row=F1 column=headway_h change=scale amount=0.8
    add effect project=crane seq=2 table=facility row=B-rail-sea column=servers change=add amount=3
    add project id=rival name=Rival kind=port status=planned opens=2025-01
    add effect project=rival seq=1 table=service row=F1 column=headway_h change=set amount=10
    add project id=also name=Also kind=port status=planned opens=2025-01
    add effect project=also seq=1 table=service row=F1 column=headway_h change=set amount=20
    add project id=line name=Line kind=rail status=idea
    add planned_place projects=line id=D name=D country=AZ kind=station lon=0 lat=0
    add planned_link projects=line id=l from_place=B to_place=D mode=rail length_km=500 speed_kmh=50 gauge_mm=1520
    add planned_service projects=line id=K2 name=K2 mode=rail vehicle=K1 departs=headway headway_h=24
    add planned_stop projects=line service=K2 seq=1 place=B call=both
    add planned_stop projects=line service=K2 seq=2 place=D call=both
    add planned_tariff projects=line id=K2 kind=leg service=K2 unit=40ft price_usd=50 year=2024
    add commitment id=ag1 title=A kind=promise made=1 parties=A sector=aid says=x status=signed sources=s projects=ferry
    add commitment id=ag2 title=B kind=promise made=1 parties=A sector=aid says=x status=signed sources=s outside=people
"""


@pytest.fixture
def base() -> Corridor:
    return draw(PICTURE)


def with_scenarios(corridor: Corridor, **texts: str) -> Corridor:
    return replace(corridor, scenarios={name.replace("_", "-"): text.encode() for name, text in texts.items()})


def texts(corridor: Corridor) -> dict[str, list[dict[str, str]]]:
    return {name: [as_text(name, row) for row in corridor.rows(name)] for name in sorted(corridor.tables)}


def bent(corridor: Corridor, text: str) -> tuple[Scenario, Corridor]:
    found = scenario(corridor, text)
    return found, found.on(corridor)


def told(corridor: Corridor, text: str) -> str:
    with pytest.raises(InputError) as refused:
        scenario(corridor, text).on(corridor)
    return str(refused.value)


# a: one scenario


def test_a01_a_scenario_that_changes_nothing_is_the_base_to_the_bit(base: Corridor) -> None:
    corridor = with_scenarios(base, base_2024="title: Base\nyear: 2024\n")
    before = texts(corridor)
    found, same = bent(corridor, "base-2024")
    assert found.year == 2024
    assert texts(same) == before == texts(corridor)


def test_a02_what_a_scenario_changes_leaves_the_base_alone(base: Corridor) -> None:
    corridor = with_scenarios(
        base, fast="title: Fast\nchanges:\n- service/F1/headway_h*0.5\n- service/K1/headway_h=6\n"
    )
    before = texts(corridor)
    _, fast = bent(corridor, "fast")
    assert (fast.row("service", "F1").headway_h, fast.row("service", "K1").headway_h) == (24, 6)
    assert texts(corridor) == before
    assert texts(bent(corridor, "fast")[1]) == texts(fast)


def test_a03_a_pattern_changes_all_rows_that_fit(base: Corridor) -> None:
    corridor = with_scenarios(base, s="title: S\nchanges:\n- {cell: service/*/headway_h, scale: 2, why: slow}\n")
    _, slow = bent(corridor, "s")
    assert [row.headway_h for row in slow.rows("service")] == [24, 96, 48]


def test_a04_demand_of_a_year_grows_into_another(base: Corridor) -> None:
    factors = "  - {factor: 2, origin: [CN], destination: [-KZ]}\n  - {factor: 1.5, unit: [wagon]}\n"
    text = f"title: S\nyear: 2030\ndemand:\n  of: 2024\n  factors:\n{factors}"
    _, later = bent(with_scenarios(base, s=text), "s")
    assert [(row.id, row.year, row.teu_year, row.t_year) for row in later.rows("demand")] == [
        ("AC", 2030, 2000, None), ("AB", 2030, None, 7500),
    ]  # fmt: skip


def test_a05_a_closed_family_frees_the_goods_that_name_it(base: Corridor) -> None:
    text = "title: S\nyear: 2024\nclosed:\n- {family: middle, why: war}\n"
    _, shut = bent(with_scenarios(base, s=text), "s")
    assert shut.row("family", "middle").closed
    assert (shut.row("demand", "AC").families, shut.row("demand", "AC").via) == ((), ())
    _, open_to = bent(with_scenarios(base, s=text.replace("why", "open_to: [AZ], why")), "s")
    assert open_to.row("demand", "AC").families == ("middle",)


def test_a06_tariffs_by_service_mode_and_operator(base: Corridor) -> None:
    text = "title: S\ntariffs:\n- {factor: 0.5, mode: sea, why: single tariff}\n"
    _, cheap = bent(with_scenarios(base, s=text), "s")
    before = base.by_key("tariff")
    for row in cheap.rows("tariff"):
        factor = 0.5 if row.service == "F1" else 1.0
        for name in ("price_usd", "price_usd_km"):
            old = getattr(before[row.id], name)
            assert getattr(row, name) == (None if old is None else old * factor)


# b: projects


@pytest.mark.parametrize(("year", "headway"), [(2025, 48), (2026, 48), (2027, 36), (2028, 24), (2040, 24)])
def test_b01_effects_come_with_their_date_and_rise_evenly(base: Corridor, year: int, headway: float) -> None:
    corridor = with_scenarios(base, s=f"title: S\nyear: {year}\ndemand: {{of: 2024}}\nprojects: [ferry]\n")
    found, later = bent(corridor, "s")
    assert later.row("service", "F1").headway_h == headway
    assert found.not_there == (("ferry",) if year < 2026 else ()) or year == 2026


def test_b02_a_project_alone_is_there_in_full_whatever_its_date(base: Corridor) -> None:
    assert bent(base, "project:ferry")[1].row("service", "F1").headway_h == 24
    assert bent(base, "commitment:ag1")[1].row("service", "F1").headway_h == 24


def test_b03_a_project_builds_rows_that_are_then_like_any_other(base: Corridor) -> None:
    _, built = bent(base, "project:line")
    assert built.row("service", "K2").headway_h == 24
    assert [stop.place for stop in built.rows("stop") if stop.service == "K2"] == ["B", "D"]
    assert not base.by_key("service").get("K2")


def test_b04_when_a_project_opens_can_be_said(base: Corridor) -> None:
    corridor = with_scenarios(
        base, s="title: S\nyear: 2030\ndemand: {of: 2024}\nprojects: [line]\nopens: {line: 2029-01}\n"
    )
    assert bent(corridor, "s")[1].by_key("service").get("K2")
    early = with_scenarios(
        base, s="title: S\nyear: 2030\ndemand: {of: 2024}\nprojects: [line]\nopens: {line: 2031-01}\n"
    )
    found, nothing = bent(early, "s")
    assert found.not_there == ("line",)
    assert not nothing.by_key("service").get("K2")


def test_b05_a_changed_number_tells_who_changed_it(base: Corridor) -> None:
    _, built = bent(base, "project:ferry+project:crane")
    basis = built.evidence.find_basis("service", "F1", "headway_h")
    assert basis is not None
    assert "project/crane: times 0.8" in basis.note
    assert "project/ferry: times 0.5" in basis.note
    assert basis.grade == "D"


# c: order


def test_c01_independent_overlays_give_the_same_bits_in_any_order(base: Corridor) -> None:
    parts = ["project:ferry", "project:crane", "project:line"]
    found = [texts(bent(base, "+".join(order))[1]) for order in permutations(parts)]
    assert all(one == found[0] for one in found)
    assert bent(base, "+".join(parts))[1].row("service", "F1").headway_h == pytest.approx(19.2)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_c02_scales_in_any_order_give_the_same_bits(factors: list[float], random: object) -> None:
    files = {f"s{n}": f"title: S\nchanges: [service/F1/headway_h*{factor!r}]\n" for n, factor in enumerate(factors)}
    corridor = with_scenarios(draw(PICTURE), **files)
    names = list(files)
    random.shuffle(names)  # type: ignore[attr-defined]
    mixed, sorted_ = (bent(corridor, "+".join(order))[1] for order in (names, sorted(files)))
    assert mixed.row("service", "F1").headway_h == sorted_.row("service", "F1").headway_h


def test_c03_two_projects_that_set_one_number_are_refused(base: Corridor) -> None:
    found = told(base, "project:rival+project:also")
    assert "service/F1/headway_h | found set by project/also and set by project/rival" in found
    assert "order: [...]" in found


def test_c04_unless_their_order_is_stated(base: Corridor) -> None:
    text = "title: S\nyear: 2026\ndemand: {{of: 2024}}\nprojects: [rival, also]\norder: {}\n"
    for order, headway in (("[rival, also]", 20), ("[also, rival]", 10)):
        corridor = with_scenarios(base, s=text.format(order))
        assert bent(corridor, "s")[1].row("service", "F1").headway_h == headway


def test_c05_a_set_and_a_scale_of_one_number_depend_on_each_other(base: Corridor) -> None:
    assert "scaled by project/crane and set by project/rival" in told(base, "project:crane+project:rival")
    files = {
        "one": "title: S\nchanges: [service/F1/headway_h=10]\n",
        "two": "title: S\nchanges: [service/F1/headway_h*2]\n",
    }
    corridor = with_scenarios(base, **files)
    assert "set by scenario one and scaled by scenario two" in told(corridor, "one+two")
    stacked = with_scenarios(base, one=files["one"], two="on: [one]\n" + files["two"])
    assert bent(stacked, "two")[1].row("service", "F1").headway_h == 20
    assert bent(stacked, "one+two")[1].row("service", "F1").headway_h == 20


def test_c06_a_scenario_is_built_in_the_world_it_stands_on(base: Corridor) -> None:
    below = "title: B\nyear: 2026\ndemand: {of: 2024}\nchanges: [service/F1/headway_h=40]\n"
    above = "title: S\non: [b]\nprojects: [crane]\n"
    corridor = with_scenarios(base, b=below, s=above, t=above)
    for name in ("s", "s+t", "b+project:crane"):
        assert bent(corridor, name)[1].row("service", "F1").headway_h == 32


def test_c08_a_project_that_a_scenario_lists_may_be_named_beside_it_and_is_then_there_in_full(base: Corridor) -> None:
    corridor = with_scenarios(base, b="title: B\nyear: 2025\ndemand: {of: 2024}\nprojects: [ferry]\n",
                              s="title: S\non: [b]\nchanges: [service/F1/headway_h*2]\n")  # fmt: skip
    assert bent(corridor, "b")[1].row("service", "F1").headway_h == 48
    assert bent(corridor, "b+project:ferry")[1].row("service", "F1").headway_h == 24
    assert bent(corridor, "s+project:ferry")[1].row("service", "F1").headway_h == 48


def test_c07_years_that_differ_are_refused_unless_one_stands_on_the_other(base: Corridor) -> None:
    one, two = "title: S\nyear: 2024\n", "title: S\nyear: 2025\n"
    assert "year | found 2024 in one and 2025 in two" in told(with_scenarios(base, one=one, two=two), "one+two")
    assert scenario(with_scenarios(base, one=one, two="on: [one]\n" + two), "two").year == 2025


# d: bad input


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: S\nprojects: [fery]\n", "no project 'fery' | did you mean ferry?"),
        ("title: S\nproject: [ferry]\n", "a key that there is not | did you mean projects?"),
        ("title: S\ndemand: {factor: []}\n", "did you mean factors?"),
        ("title: S\ndemand: {factors: [{factor: 2, form: [CN]}]}\n", "a key that there is not"),
        ("title: S\ndemand: {factors: [{factor: -2}]}\n", "greater than or equal to 0"),
        ("title: S\ndemand: {factors: [{factor: nan}]}\n", "finite"),
        ("title: S\ndemand: {factors: [{factor: 2, origin: [XX]}]}\nyear: 2024\n", "origin | found 'XX'"),
        ("title: S\ndemand: {factors: [{factor: 2, facts: [C9999]}]}\n", "no fact 'C9999'"),
        ("title: S\nyear: 2030\ndemand: {of: 2019}\n", "the package has demand of 2024, 2025"),
        ("title: S\nyear: 20\n", "greater than or equal to 1990"),
        ("year: 2024\n", "title | found nothing | it must be given"),
        ("title: S\nyear: 2024\nyear: 2025\n", "line 3 | found the key 'year' twice"),
        ("title: &a S\nnote: *a\n", "an alias"),
        ("title: [S\n", "line"),
        ("- title\n", "give keys and values"),
        ("title: S\nopens: {ferry: soon}\n", "give a month as 2027-06"),
        ("title: S\nprojects: [ferry]\nopens: {ferry: 2024-01}\n", "work on it begins in 2025-01"),
        ("title: S\nyear: 2024\nprojects: [line]\n", "give opens: {line: 2028-01}"),
        ("title: S\nclosed: [{family: midle}]\n", "did you mean middle?"),
        ("title: S\nchanges: [{cell: service/F1/headway_h}]\n", "give one of set, add and scale"),
        ("title: S\nchanges: [{cell: service/F1/headway_h, set: 1, add: 2}]\n", "found set and add"),
        ("title: S\nchanges: [{cell: service/X*/headway_h, scale: 2}]\n", "there is no such row"),
        ("title: S\nchanges: [{cell: service/F1/headway_h, scale: -1}]\n", "give a number above 0"),
        ("title: S\nchanges: [{cell: service/F1/name, scale: 2}]\n", "it holds no number"),
        ("title: S\ntariffs: [{factor: 2, service: zz}]\n", "service | found 'zz'"),
        ("title: S\non: [s]\n", "a scenario cannot stand on itself"),
        ("title: S\non: [bas]\n", "no scenario 'bas'"),
        (
            "title: S\norder: [ferry, crane]\nprojects: [ferry, crane]\nyear: 2030\nprices: {co2e_usd_t: -1}\n",
            "prices/co2e_usd_t",
        ),
        ("title: S\nclose: [link/K1]\n", "give TABLE/ROW=BEGIN..END"),
    ],
)
def test_d01_mistakes_are_told_with_their_remedy(base: Corridor, text: str, said: str) -> None:
    assert said in told(with_scenarios(base, s=text), "s")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing", "no scenario 'nothing'"),
        ("project:fery", "nearest: ferry"),
        ("commitment:ag2", "nothing to model | people"),
        ("/no/such/file.yaml", "give a file that can be read"),
        ("", "no scenario ''"),
    ],
)
def test_d02_what_is_not_there_is_told(base: Corridor, text: str, said: str) -> None:
    assert said in told(base, text)


def test_d03_all_mistakes_come_at_once(base: Corridor) -> None:
    cells = "- service/F9/headway_h=2\n- service/F1/headwy_h=2\n- {cell: link/x/length_km, add: 2}\n"
    text = f"title: S\nyear: 2024\nchanges:\n{cells}"
    assert told(with_scenarios(base, s=text), "s").count("|") == 6


def test_d04_a_file_of_ones_own(base: Corridor, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("title: Mine\nchanges: [service/F1/headway_h=7]\n", encoding="utf-8")
    assert bent(base, str(path))[1].row("service", "F1").headway_h == 7


# e: the package that ships, and the page


READY = (
    "base-2024", "base-2025", "base-2030", "caspian-low", "express-trains", "northern-closed", "partnership-2030",
    "red-sea-closed", "storm-winter", "world-bank",
)  # fmt: skip
PAGE = Path(__file__).parents[1] / "docs" / "writing-scenarios.md"


@pytest.fixture(scope="module")
def shipped() -> Corridor:
    return load("middle-corridor")


def test_e01_the_ready_scenarios_are_there(shipped: Corridor) -> None:
    assert set(READY) <= set(shipped.scenarios)


@pytest.mark.parametrize("name", READY)
def test_e02_each_fits_the_package_and_tells_what_every_number_stands_on(shipped: Corridor, name: str) -> None:
    _, corridor = bent(shipped, name)
    assert not list(evidence_problems(corridor))


def test_e03_the_base_is_as_it_was_after_all_of_them(shipped: Corridor) -> None:
    before = {name: table_digest(name, rows) for name, rows in shipped.tables.items()}
    for name in READY:
        bent(shipped, name)
    assert {name: table_digest(name, rows) for name, rows in load("middle-corridor").tables.items()} == before
    assert {name: table_digest(name, rows) for name, rows in shipped.tables.items()} == before


def test_e04_the_page_names_every_key(shipped: Corridor) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for model in (Words, Demand, Growth, Edit, Toll, Shut, Prices):
        for key in model.model_fields:
            assert f"`{key}`" in text, f"{model.__name__}.{key}"
    example = text.split("```yaml\n")[1].split("```")[0]
    corridor = replace(shipped, scenarios={**shipped.scenarios, "mine": example.encode()})
    found, mine = bent(corridor, "mine")
    assert {"aktau-hub-2", "alat-phase-1b", "feeders-2025", "dostyk-moyinty"} <= set(found.projects)
    assert mine.row("service", "asco-aktau-alat").fleet == shipped.row("service", "asco-aktau-alat").fleet + 2


def test_e05_a_package_keeps_its_scenarios(shipped: Corridor, tmp_path: Path) -> None:
    for path in (tmp_path / "folder", tmp_path / "packed.zip"):
        shipped.save(path)
        assert load(path).scenarios == shipped.scenarios
