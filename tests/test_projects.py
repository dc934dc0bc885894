"""The projects of the shipped package: each changes something or says why not, and can be built alone or with all."""

from __future__ import annotations

from collections import defaultdict

import pytest

import karvan
import print_projects
from karvan.corridor import Corridor, load
from karvan.corridor.row import Row, key_of
from karvan.corridor.structure import structure_problems
from karvan.ground.errors import InputError
from karvan.scenario.scenario import scenario
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNABLE, PLANNED

SHIPPED = load()
PROJECTS = sorted(row.id for row in SHIPPED.rows("project"))
EFFECTS = {key_of("effect", row): row for row in SHIPPED.rows("effect")}

ASKED_FOR = {
    "Dostyk-Moyinty second track": "dostyk-moyinty",
    "Almaty bypass": "almaty-bypass",
    "Moyinty-Kyzylzhar": "moyinty-kyzylzhar",
    "Bakhty-Ayagoz, the third China-Kazakhstan crossing": "bakhty-ayagoz",
    "China-Kyrgyzstan-Uzbekistan": "china-kyrgyzstan-uzbekistan",
    "Aktau hub, stage 1": "aktau-hub-1",
    "Aktau hub, stage 2": "aktau-hub-2",
    "Kuryk: dredging": "kuryk-dredging",
    "Kuryk: grain terminal": "kuryk-grain",
    "Kuryk: Sarzha": "sarzha-terminal",
    "new feeders": "feeders-2025",
    "new container ships": "kmtf-container-ships",
    "new ferries": "kz-ferries",
    "new ro-pax": "asco-ropax-3",
    "Alat phase 1b": "alat-phase-1b",
    "Alat phase 2": "alat-phase-2",
    "BTK to 5 Mt, Marabda-Akhalkalaki": "btk-5mt",
    "Anaklia": "anaklia",
    "Poti expansion": "poti-deep-berth",
    "joint operator and single tariff": "joint-operator",
    "electronic documents": "rail-e-documents",
    "customs data exchange": "ctop-data-exchange",
    "express trains": "express-trains",
    "dredging at Aktau": "aktau-dredging",
    "dredging at Alat": "azerbaijan-dredging",
    "Rasht-Astara": "rasht-astara",
    "Zangezur": "zangezur-railway",
    "Kars-Nakhchivan": "kars-nakhchivan",
    "Divrigi-Kars": "divrigi-kars",
}
"""What the programme of work names, and the project that is meant."""


def planned(table: str, project: str) -> list[Row]:
    return [row for row in SHIPPED.rows(f"{PLANNED}{table}") if project in row.projects]


def built(*projects: str) -> Corridor:
    return scenario(SHIPPED, "+".join(f"project:{one}" for one in projects)).on(SHIPPED)


# a: the rows


@pytest.mark.parametrize("project", ASKED_FOR.values(), ids=list(ASKED_FOR))
def test_a01_every_project_that_was_asked_for_is_there(project: str) -> None:
    assert project in PROJECTS


def test_a02_all_thirty_of_the_collection_are_told_by_their_facts() -> None:
    told = {fact.split("-")[1] for row in SHIPPED.rows("project") for fact in row.facts if fact.startswith("PJ-")}
    assert told == {f"P{n:02d}" for n in range(1, 31)}


@pytest.mark.parametrize("project", PROJECTS)
def test_a03_a_project_changes_something_or_says_why_not(project: str) -> None:
    row = SHIPPED.row("project", project)
    does = any(effect.project == project for effect in EFFECTS.values())
    brings = any(planned(table, project) for table in PLANNABLE)
    assert (does or brings) != bool(row.outside)
    assert row.facts or row.outside


@pytest.mark.parametrize("project", PROJECTS)
def test_a04_its_work_begins_before_it_opens_and_a_cost_has_a_year(project: str) -> None:
    row = SHIPPED.row("project", project)
    assert not (row.starts and row.opens) or row.starts <= row.opens
    assert (row.capex_musd is None) == (row.capex_year is None)
    if row.status == "completed":
        assert row.opens
        assert row.opens <= "2026-03"  # the youngest of the facts


def test_a05_two_projects_never_set_one_cell_nor_mix_ways_of_changing_it() -> None:
    ways: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for effect in EFFECTS.values():
        ways[effect.table, effect.row, effect.column].append((effect.change, effect.project))
    for cell, by in ways.items():
        assert len({project for _, project in by}) == len(by), cell
        assert len(by) == 1 or {change for change, _ in by} in ({"add"}, {"scale"}), cell


def test_a06_no_planned_row_is_there_already() -> None:
    for table in PLANNABLE:
        there = SHIPPED.by_key(table)
        new = [key_of(table, row) for row in SHIPPED.rows(f"{PLANNED}{table}")]
        assert not [key for key in new if key in there]


# b: the effects


@pytest.mark.parametrize("key", sorted(EFFECTS))
def test_b01_an_effect_changes_a_cell_that_is_there_within_its_bounds(key: str) -> None:
    effect = EFFECTS[key]
    column = BY_NAME[effect.table].column(effect.column)
    before = getattr(SHIPPED.row(effect.table, effect.row), effect.column)
    after = getattr(built(effect.project).row(effect.table, effect.row), effect.column)
    assert after != before, "an effect that changes nothing"
    if column.numeric:
        assert column.low is None or after >= column.low
        assert column.high is None or after <= column.high


@pytest.mark.parametrize(
    ("project", "cell", "value"),
    [  # each as its source has it; see tools/middle_corridor/promises/effect.csv
        ("dostyk-moyinty", "link/rail-AKTOGAY-BALKHASH/paths_per_day", 60),  # qazinform, 30 September 2025
        ("dostyk-moyinty", "link/rail-DOSTYK-AKTOGAY/speed_kmh", 1500 / 24),  # 1,500 km a day
        ("khorgos-tracks", "facility/KHORGOS_GATEWAY-gauge/wait_h", 1),  # five hours to one
        ("rail-e-documents", "facility/ALTYNKOL-border-in/service_time_h", 0.5),  # three hours to half an hour
        ("divrigi-kars", "link/rail-KARS-ERZURUM/paths_per_day", 20e6 / 1400 / 365 / 2),  # 20 Mt in trains of 1,400 t
        ("feeders-2025", "service/kmtf-aktau-alat/fleet", 6),
        ("aktau-dredging", "facility/AKTAU-berth-oil/load_share", 1),  # 10,000 t back to 12,000 t
    ],
)
def test_b02_what_a_source_says_is_what_comes_out(project: str, cell: str, value: float) -> None:
    table, row, column = cell.split("/")
    assert getattr(built(project).row(table, row), column) == pytest.approx(value, rel=1e-4)


def test_b03_the_aktau_yard_holds_what_its_stages_say() -> None:
    """240,000 TEU a year against 70,000: as many slots more, to a slot of each stage."""
    yard = built("aktau-hub-1", "aktau-hub-2").row("facility", "AKTAU-yard").servers
    assert yard / SHIPPED.row("facility", "AKTAU-yard").servers == pytest.approx(240 / 70, rel=0.01)


# c: built


@pytest.mark.parametrize("project", PROJECTS)
def test_c01_built_alone_it_leaves_a_sound_corridor(project: str) -> None:
    assert structure_problems(built(project)) == []


def without_rivals() -> list[str]:
    """All projects, but of rival versions of one thing only the first."""
    version = {
        project: row.site
        for table in ("plant", "tie")
        for row in SHIPPED.rows(f"{PLANNED}{table}")
        for project in row.projects
        if row.site
    }
    first = {site: min(one for one, of in version.items() if of == site) for site in version.values()}
    return [one for one in PROJECTS if first.get(version.get(one, ""), one) == one]


def test_c02_and_so_do_all_of_them_together_but_for_rivals() -> None:
    assert structure_problems(built(*without_rivals())) == []
    with pytest.raises(InputError, match="versions of gobustan"):
        built(*PROJECTS)


def test_c03_the_base_is_as_it_was() -> None:
    digest = SHIPPED.digest
    rows = {table: len(SHIPPED.rows(table)) for table in PLANNABLE}
    built(*without_rivals())
    assert SHIPPED.digest == digest
    assert {table: len(SHIPPED.rows(table)) for table in PLANNABLE} == rows


def test_c04_every_number_that_comes_in_has_a_basis() -> None:
    """What has none would be refused by the check of a package; a planned row brings its basis along."""
    bent = built("bakhty-ayagoz")
    for table in ("link", "facility", "service"):
        for row in planned(table, "bakhty-ayagoz"):
            for column in BY_NAME[table]:
                if column.needs_basis and getattr(row, column.name) is not None:
                    assert bent.evidence.find_basis(table, row.id, column.name) is not None


WAYS = [
    (("china-kyrgyzstan-uzbekistan",), "Kashgar", "Tashkent", "MAKMAL", {"cn-xian-makmal", "uty-makmal-tashkent"}),
    (("bakhty-ayagoz",), "Urumqi", "Aktau", "BAKHTY", {"cn-xian-bakhty", "titr-bakhty-aktau"}),
    (("bakhty-ayagoz",), "Urumqi", "Astana", "BAKHTY", {"cn-xian-bakhty", "ktz-bakhty-astana"}),
    (("almaty-bypass",), "Altynkol", "Aktau", "", {"titr-altynkol-aktau-bypass"}),
    (("moyinty-kyzylzhar",), "Dostyk", "Aktau", "", {"titr-dostyk-aktau-direct"}),
    (("rasht-astara",), "Moscow", "Tehran", "", {"instc-moscow-astara-iran", "south-tehran-astara"}),
    (("zangezur-railway",), "Alat", "Nakhchivan", "", {"ady-baku-sadarak"}),
    (("kars-nakhchivan",), "Sadarak", "Mersin", "", {"tcdd-sadarak-mersin"}),
    (("zangezur-railway", "kars-nakhchivan"), "Alat", "Mersin", "SADARAK", {"ady-baku-sadarak", "tcdd-sadarak-mersin"}),
    (("anaklia",), "Alat", "Constanta", "ANAKLIA", {"ady-baku-anaklia", "bs-anaklia-constanta"}),
    (("express-trains",), "Altynkol", "Aktau", "", {"express-altynkol-aktau"}),
    (("kz-ferries",), "Kuryk", "Alat", "", {"kz-kuryk-alat"}),
]


@pytest.mark.parametrize(("projects", "origin", "destination", "via", "services"), WAYS)
def test_c05_the_planner_finds_the_new_way(
    projects: tuple[str, ...], origin: str, destination: str, via: str, services: set[str]
) -> None:
    plan = karvan.plan(origin, destination, "2026-12-01", package=built(*projects), via=via, past=True)
    assert any(services <= {leg.service for leg in option.legs} for option in plan.options)


def test_c06_and_not_before_it_is_built() -> None:
    assert not karvan.plan("Kashgar", "Tashkent", "2026-12-01", package=SHIPPED, past=True).found


def test_c07_the_cut_off_is_as_much_shorter_as_published() -> None:
    """149 km, of a line of 322.3 km (World Bank guarantee, 2026); the way round is traced."""
    bent = built("moyinty-kyzylzhar")
    new = bent.row("link", "rail-MOYINTY-KYZYLZHAR").length_km
    old = sum(bent.row("link", f"rail-{ends}").length_km for ends in ("MOYINTY-ZHARYK", "ZHARYK-KYZYLZHAR"))
    assert old - new == pytest.approx(149, abs=5)


# d: the page


def test_d01_the_page_of_the_projects_is_up_to_date() -> None:
    assert print_projects.PAGE.read_text("utf-8") == print_projects.page(SHIPPED), (
        "run python tools/print_projects.py and commit the page"
    )


def test_d02_the_ten_measures_of_the_world_bank_are_projects() -> None:
    assert len(print_projects.MEASURES) == 10
    assert {one for _, _, ids in print_projects.MEASURES for one in ids} <= set(PROJECTS)
