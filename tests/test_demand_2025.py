"""The demand of 2025 in the package that ships: as published where it was, and brought on from 2024 where not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from build_middle_corridor import brought, brought_on
from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError
from karvan.sim.stream import Ride, Stream
from karvan.study.coverage import base_year, container_flows, typical
from karvan.study.routing import route_demand
from karvan.study.simulate import simulate
from recipe import Rules

RULES = Rules({"grown": "C0002 / C0001 vs C0003", "guess": "~ 3 ; as it looks"}, {"grown": "By trains", "guess": "?"})


def flows(corridor: Corridor, year: int, takes: Callable[[Row], bool] = lambda _: True) -> list[Row]:
    return [row for row in corridor.rows("demand") if row.year == year and takes(row)]


def teu(rows: Iterable[Row]) -> float:
    return sum(row.teu_year or 0.0 for row in rows)


def tonnes(rows: Iterable[Row]) -> float:
    return sum(row.t_year or 0.0 for row in rows)


# --- a: how a cell is brought to a later year


@pytest.mark.parametrize(
    ("amount", "said", "cell"),
    [
        ("C0001", "same", "C0001"),
        ("C0001 * 2 vs C0004 ; why", "same", "C0001 * 2 vs C0004 ; why"),
        ("C0001", "C0002 / 7 ; how", "(C0001) * (C0002 / 7) ; how"),
        ("C0001", "$grown", "(C0001) * ($grown) vs C0003 ; By trains"),
        ("C0001 vs C0004 ; why", "$grown", "(C0001) * ($grown) vs C0004 C0003 ; why; By trains"),
        ("~ C0001 / 2 ; why", "$grown", "~ (C0001 / 2) * ($grown) vs C0003 ; why; By trains"),
        ("C0001", "~ 1 ; unknown", "~ C0001 ; unknown"),
        ("~ C0001 / 2 ; why", "~ 1 ; unknown", "~ C0001 / 2 ; why; unknown"),
    ],
)
def test_a1_an_amount_times_a_factor_with_what_speaks_for_and_against_both(amount: str, said: str, cell: str) -> None:
    assert brought(amount, said, RULES) == cell


def test_a2_a_row_is_written_once_more_for_each_year_that_it_is_brought_to() -> None:
    recipe = {"id": "A-B", "year": "2024", "teu_year": "C0001", "t_year": "", "note": "By train", "in_2025": "same"}
    [later] = brought_on(recipe | {"in_2026": ""}, RULES)
    assert (later["id"], later["year"], later["teu_year"], later["t_year"]) == ("A-B-2025", "2025", "C0001", "")
    assert later["note"] == "That of 2024 brought to 2025: By train"
    assert list(brought_on(recipe | {"in_2025": ""}, RULES)) == []


# --- b: what was published


def test_b1_every_flow_of_2024_is_there_in_2025_too(shipped: Corridor) -> None:
    ways = [
        {(row.origin, row.destination, row.commodity, row.unit, row.families, row.via) for row in flows(shipped, year)}
        for year in (2024, 2025)
    ]
    assert ways[0] == ways[1]
    assert len(flows(shipped, 2024)) == len(flows(shipped, 2025)) > 400
    assert {row.id for row in flows(shipped, 2025)} == {f"{row.id}-2025" for row in flows(shipped, 2024)}


def noted(*beginnings: str) -> Callable[[Row], bool]:
    """Rows whose note of 2024 begins so."""
    return lambda row: row.note.removeprefix("That of 2024 brought to 2025: ").startswith(beginnings)


@pytest.mark.parametrize(
    ("year", "takes", "published"),
    [
        (2024, lambda row: row.families == ("middle",), 56_500),  # C0028
        (2025, lambda row: row.families == ("middle",), 77_000),  # C0022
        (2024, noted("China to the EU by train"), 330_704),  # RT-NC-087
        (2025, noted("China to the EU by train"), 272_157),  # RT-NC-101
        (2025, noted("EU to China by train"), 38_422),  # RT-NC-102
        (2025, noted("China to Central Asia by train", "Central Asia to China by train"), 1_130_000),  # RT-NC-080
        (2025, noted("TIR trucks", "Chinese road trains"), 2 * (34_400 + 25_500)),  # C0182, C0183
    ],
)
def test_b2_groups_add_up_to_the_published_totals(
    shipped: Corridor, year: int, takes: Callable[[Row], bool], published: float
) -> None:
    assert teu(flows(shipped, year, takes)) == pytest.approx(published, rel=1e-4)


def test_b3_the_trains_between_china_and_europe_add_up(shipped: Corridor) -> None:
    trains = noted("China to the EU by train", "EU to China by train", "China to Russia", "Russia and Belarus to China",
                   "Block trains")  # fmt: skip
    # the third of the transit of the Middle Corridor that goes on to the EU is in the EU's figure and in the trains'
    for year, published in ((2024, 2_077_216), (2025, 2_050_000)):  # RT-NC-073, RT-NC-079
        assert teu(flows(shipped, year, trains)) == pytest.approx(published, rel=0.003)


def test_b4_the_tonnes_of_the_middle_corridor_are_the_ministrys(shipped: Corridor) -> None:
    a_teu = shipped.row("commodity", "general").t_per_teu
    for year, published in ((2024, 4_484_000), (2025, 4_119_000)):  # C0020, C0021
        middle = flows(shipped, year, lambda row: row.families == ("middle",) and "TURKMENBASHI" not in row.via)
        assert tonnes(middle) + teu(middle) * a_teu == pytest.approx(published, rel=0.01)


def test_b5_the_wagons_of_the_ferries_are_those_that_alat_counted(shipped: Corridor) -> None:
    a_wagon = shipped.evidence.facts["C0630"], shipped.evidence.facts["RT-VM-035"]
    load = float(a_wagon[0].value) * float(a_wagon[1].value) / 100  # of a wagon, empty ones counted
    by_ferry = noted("Kazakh exports on the Middle Corridor", "Middle Corridor eastbound, in wagons")
    assert tonnes(flows(shipped, 2025, by_ferry)) / load == pytest.approx(14_000, rel=1e-3)  # C0179


def test_b6_what_nobody_published_is_as_in_2024_and_an_assumption(shipped: Corridor) -> None:
    column = {True: "teu_year", False: "t_year"}
    for row in flows(shipped, 2025):
        name = column[row.teu_year is not None]
        basis = shipped.evidence.find_basis("demand", row.id, name)
        assert basis is not None
        if "no figure of 2025 among the facts" in basis.note:
            before = shipped.row("demand", row.id.removesuffix("-2025"))
            assert getattr(row, name) == getattr(before, name)
            assert (basis.method, basis.grade) == ("assumed", "D")


# --- c: what reads it


def test_c1_the_base_year_is_what_other_questions_are_asked_of(shipped: Corridor) -> None:
    assert base_year(shipped) == 2024
    assert sum(container_flows(shipped).values()) == pytest.approx(teu(flows(shipped, 2024)))
    assert typical(shipped, "XIAN", "POTI", "general").depart.year == 2024


@pytest.fixture(scope="module")
def streams(shipped: Corridor) -> dict[int, tuple[Stream, ...]]:
    routings = {year: route_demand(shipped, year) for year in (2024, 2025)}
    assert all(routing.unrouted == () for routing in routings.values())
    return {year: routing.streams for year, routing in routings.items()}


@pytest.mark.long
def test_c2_all_of_2025_finds_a_way_and_the_railway_by_akhalkalaki_is_open(
    shipped: Corridor, streams: dict[int, tuple[Stream, ...]]
) -> None:
    assert {stream.demand for stream in streams[2025]} == {row.id for row in flows(shipped, 2025)}
    ridden = {
        year: {leg.way.removesuffix(" (back)") for stream in of_year for leg in stream.legs if isinstance(leg, Ride)}
        for year, of_year in streams.items()
    }
    opened = {row.id for row in shipped.rows("service") if row.valid_from is not None}
    assert opened & ridden[2025]  # since May 2024 (C0689)
    assert not opened & ridden[2024]


def test_c3_a_year_is_simulated_with_its_own_demand(
    shipped: Corridor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path))
    boxes = tuple(row for row in shipped.rows("demand") if row.families == ("middle",) and row.teu_year)
    corridor = replace(shipped, tables={**shipped.tables, "demand": boxes}, digest="")
    for year, teu_year, days in ((2024, 56_500, 366), (2025, 77_000, 365)):
        found = simulate(corridor, year=year, days=31.0, replications=2, warmup_days=0.0)
        boxes_in_january = teu_year / 2 * 31 / days  # of two TEU each
        assert found.balance()["created"] == pytest.approx(boxes_in_january, rel=0.1)


def test_c4_a_year_without_demand_is_refused(shipped: Corridor) -> None:
    with pytest.raises(InputError, match="the package has demand of 2024, 2025"):
        simulate(shipped, year=2026)
