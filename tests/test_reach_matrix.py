"""One to all and many to many: what can be reached, how far, and that it is what planning each pair would give."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import MONDAY
from tests.test_pareto import in_rounds, network_of, pictures

import karvan
from karvan.corridor import Corridor
from karvan.corridor.row import new_row
from karvan.evidence.parquet import meaning
from karvan.formats.omx import Omx, omx_bytes, read_omx
from karvan.ground.errors import InputError
from karvan.itinerary import FindItineraries
from karvan.itinerary.one_to_all import OneToAll
from karvan.itinerary.reach import BY
from karvan.kernels.one_to_all import BEST, EARLIEST, LOWEST, NONE, one_to_all
from karvan.kernels.passing import ARC, CHARGED, STAGED, TIMED, Graph, follow
from karvan.report.reach import document, geojson
from karvan.study.matrix import FIGURES, Matrix, matrix
from karvan.study.plan import Planner
from karvan.study.reach import reach
from karvan.testing import draw

Says = Callable[..., tuple[int, str]]
LINE = """
    place A CN
    place B KZ
    K1    rail A 10h B 20h C now 300usd 30kg
    S1    sea  B 15h C now 900usd 6kg
    R1    road C 30h D now 100usd
"""


def sound(picture: str) -> Corridor:
    """A picture with the goods that a request needs: a tonne in a TEU, and an hour worth a dollar."""
    drawn = draw(picture)
    goods = new_row("commodity", id="general", name="General", t_per_teu=0.5, usd_per_t=2400.0,
                    value_of_time_pct_day=1.0)  # fmt: skip
    return Corridor(drawn.description, dict(drawn.tables) | {"commodity": (goods,)})


def told(picture: str, place: str, days: float = 14, **words: Any) -> list[tuple[str, float, float, float]]:
    """Places in the order of the answer, with hours, USD and kg."""
    found = reach(place, days, "2026-01-05", package=sound(picture), past=True, **words)
    return [(one.place.id, one.time_h, one.price_usd, round(one.co2e_kg, 9)) for one in found.places]


# a: reach, in pictures


def test_a01_places_in_the_order_of_their_arrival() -> None:
    assert told(LINE, "A") == [("B", 10, 100, 10), ("C", 25, 1000, 16), ("D", 55, 1100, 16)]


def test_a02_the_way_there() -> None:
    found = reach("A", 14, "2026-01-05", package=sound(LINE), past=True)
    assert [one.way for one in found.places] == [
        "A (rail K1) B", "A (rail K1) B (sea S1) C", "A (rail K1) B (sea S1) C (road R1) D",
    ]  # fmt: skip
    assert [(one.reloads, one.distance_km) for one in found.places] == [(0, 500), (1, 1250), (2, 2750)]
    assert found.places[1].arrive == dt.datetime(2026, 1, 6, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(("days", "places"), [(1, ["B"]), (25 / 24, ["B", "C"]), (0.4, [])])
def test_a03_not_beyond_the_days(days: float, places: list[str]) -> None:
    assert [place for place, *_ in told(LINE, "A", days)] == places


def test_a04_the_cheapest_way_though_it_takes_longer() -> None:
    assert told(LINE, "A", by="price") == [("B", 10, 100, 10), ("C", 30, 300, 30), ("D", 60, 400, 30)]


def test_a05_the_cheapest_of_those_within_the_days() -> None:
    assert told(LINE, "A", 26 / 24, by="price") == [("B", 10, 100, 10), ("C", 25, 1000, 16)]


def test_a06_the_cleanest() -> None:
    assert [(place, kg) for place, _, _, kg in told(LINE, "A", by="co2e")] == [("B", 10), ("C", 16), ("D", 16)]


@pytest.mark.parametrize(("usd_h", "hours"), [(139.0, 30), (141.0, 25)])
def test_a07_by_cost_five_hours_are_worth_700_dollars_or_not(usd_h: float, hours: float) -> None:
    # 25 h and 1,000 USD by sea against 30 h and 300 USD by rail: the hour must be worth 140 USD.
    found = told(LINE, "A", by="cost", value_of_time_usd_h=usd_h)
    assert {place: time for place, time, *_ in found}["C"] == hours


def test_a08_from_where_it_can_be_reached() -> None:
    assert told(LINE, "C", back=True) == [("B", 15, 900, 6), ("A", 25, 1000, 16)]
    assert told(LINE, "A", back=True) == []


def test_a09_every_start_leaves_at_its_own_midnight() -> None:
    picture = """
        place A CN Asia/Shanghai
        place B AZ Asia/Baku
        A1    rail A 5h C at 12:00 on 1234567
        B1    rail B 5h C at 12:00 on 1234567
    """
    found = reach("C", 14, "2026-01-05", package=sound(picture), past=True, back=True)
    assert [(one.place.id, one.time_h) for one in found.places] == [("A", 17), ("B", 17)]
    assert [one.depart.isoformat() for one in found.places] == [
        "2026-01-05T00:00:00+08:00",
        "2026-01-05T00:00:00+04:00",
    ]


@pytest.mark.parametrize(
    ("place", "back", "reason"),
    [
        ("D", False, "goods cannot be handed in at D"),
        ("A", True, "goods cannot be taken out at A"),
        ("C", False, "no other place can be reached from C in 0.5 days"),
        ("D", True, "D can be reached from no other place in 0.5 days"),
    ],
)
def test_a10_nothing_is_an_answer_with_its_reason(place: str, back: bool, reason: str) -> None:
    found = reach(place, 0.5, "2026-01-05", package=sound(LINE), past=True, back=back)
    assert (found.found, found.reason, found.table().empty) == (False, reason, True)


def test_a11_everything_wrong_at_once_under_the_names_that_were_used() -> None:
    with pytest.raises(InputError) as wrong:
        reach("Atlantis", -1, "soon", "0xFEU", by="luck", package=sound(LINE), modes="balloon")
    assert [problem.address for problem in wrong.value.problems] == ["origin", "load", "modes", "depart", "days", "by"]
    with pytest.raises(InputError, match=r"destination \| found 'Atlantis'"):
        reach("Atlantis", package=sound(LINE), back=True)


def test_a12_a_point_on_the_map_for_each_place() -> None:
    corridor = sound(LINE)
    places = tuple(place._replace(lon=50.0 + n, lat=40.0 - n) for n, place in enumerate(corridor.places()))
    bent = Corridor(corridor.description, dict(corridor.tables) | {"place": places})
    found = reach("A", 14, "2026-01-05", package=bent, past=True)
    points = geojson(found)["features"]
    assert [(point["id"], point["geometry"]["coordinates"]) for point in points] == [
        ("B", [51, 39]), ("C", [52, 38]), ("D", [53, 37]),
    ]  # fmt: skip
    assert [point["properties"]["isochrone_days"] for point in points] == [1, 2, 3]
    assert json.loads(json.dumps(document(found), allow_nan=False))["places"][0]["time_h"] == 10


def test_a13_a_whole_day_is_within_a_day() -> None:
    (one,) = reach("A", 1, "2026-01-05", package=sound("K1 rail A 24h B now"), past=True).places
    assert one.isochrone_days == 1


# b: against brute force and against the planner


@settings(max_examples=150, deadline=None, derandomize=True)
@given(pictures(), st.sampled_from([0.0, 2.0, 50.0]))
def test_b01_the_least_of_all_that_any_number_of_rides_can_do(picture: tuple, usd_h: float) -> None:
    lines, _ = picture
    network = network_of(*picture)
    one = OneToAll(network, FindItineraries("A", "", MONDAY, tonnes=1.0, value_of_time_usd_h=usd_h, horizon_days=30))
    by_price, by_co2e = one.grow("A", MONDAY, "price"), one.grow("A", MONDAY, "co2e")
    if by_price is None or by_co2e is None:
        assert not any("A" in line.places[:-1] for line in lines)
        return
    for end in sorted({place for line in lines for place in line.places} - {"A"}):
        (gate,) = one.gates([end])
        known = in_rounds(*picture, "A", end)
        if not known:
            assert gate < 0 or by_price.chosen[gate, EARLIEST] == NONE
            continue
        earliest, cheapest, best = by_price.chosen[gate, [EARLIEST, LOWEST, BEST]]
        assert by_price.time_h[earliest] == min(figures[0] for figures in known)
        assert by_price.price_usd[cheapest] == min(figures[1] for figures in known)
        assert usd_h * by_price.time_h[best] + by_price.price_usd[best] == min(usd_h * h + usd for h, usd, *_ in known)
        assert by_co2e.co2e_kg[by_co2e.chosen[gate, LOWEST]] == min(figures[2] for figures in known)


def test_b02_repeated_plans_give_the_same_on_the_package_that_ships(shipped: Corridor, planner: Planner) -> None:
    origins, destinations = ["XIAN", "ALMATY", "SHANGHAI"], ["POTI", "BUDAPEST"]
    found = matrix(origins, destinations, "2026-12-01", "2xFEU", package=shipped, past=True)
    for row, origin in enumerate(origins):
        for column, destination in enumerate(destinations):
            asked = planner.request(origin, destination, "2026-12-01", "2xFEU", epsilon=0.0, past=True)
            options = planner.plan(asked).options
            cost = [one.price_usd + one.time_h * asked.value_of_time_usd_h for one in options]
            best = options[int(np.argmin(cost))]
            own = {name: values[row, column] for name, values in found.figures.items()}
            assert own == pytest.approx({
                "time_h": best.time_h, "price_usd": best.price_usd, "co2e_kg": best.co2e_kg,
                "distance_km": best.distance_km, "cost_usd": min(cost),
                "least_time_h": min(one.time_h for one in options),
                "least_price_usd": min(one.price_usd for one in options),
                "least_co2e_kg": min(one.co2e_kg for one in options),
            })  # fmt: skip


def test_b03_reach_says_the_same_as_the_matrix(shipped: Corridor) -> None:
    found = matrix("XIAN", "all", "2026-12-01", package=shipped, past=True)
    columns = {"arrival": "least_time_h", "price": "least_price_usd", "co2e": "least_co2e_kg", "cost": "cost_usd"}
    of = {"arrival": "time_h", "price": "price_usd", "co2e": "co2e_kg", "cost": "cost_usd"}
    for by in BY:
        told = {one.place.id: getattr(one, of[by])
                for one in reach("XIAN", 150, "2026-12-01", package=shipped, past=True, by=by).places}  # fmt: skip
        known = dict(zip(found.destinations, found.figures[columns[by]][0], strict=True))
        assert told == pytest.approx({place: value for place, value in known.items() if np.isfinite(value)})


# c: the kernel where arcs have stages and storage, against every path of graphs without a way round


Arcs = list[dict[str, Any]]


ENDS = [(0, 1), (0, 1), (0, 1), (1, 2), (1, 2), (0, 2), (2, 3), (1, 3)]
"""Between which nodes arcs lead: several to one, so that there is something to weigh, and no way round."""


def graph_at_random(seed: int) -> tuple[int, Arcs, list[tuple[float, float]]]:
    """Arcs with whole hours and dollars, in the order of their tails; and the spells of one window.

    Storage is charged after the first arc only: beyond a departure by the clock the kernel does not promise the least.
    """
    chance = np.random.default_rng(seed)

    def one_of(*values: Any) -> Any:
        return values[chance.integers(len(values))]

    arcs = [
        {
            "ends": one_of(*ENDS), "hours": one_of(1, 2, 5, 9, 14), "wait": one_of(0, 0, 3),
            "price": one_of(0, 1, 2, 3, 5, 8, np.inf), "co2e": one_of(0, 1, 2, 3, 5, 8, np.nan),
            "departures": sorted(chance.choice(60, one_of(0, 1, 2), replace=False).tolist()),
            "opens": one_of(-np.inf, -np.inf, 5), "shuts": one_of(np.inf, np.inf, 30),
            "stage": one_of(None, None, None, 0, 1), "rate": one_of(0, 1, 1, 2), "free": one_of(0, 2, 5, 11, 20),
        }
        for _ in range(chance.integers(3, 12))
    ]  # fmt: skip
    for one in arcs:
        one["rate"] *= one["ends"][0] == 0
    edges = np.sort(chance.choice(60, 2 * one_of(1, 2, 3), replace=False)).tolist()
    return 4, sorted(arcs, key=lambda one: one["ends"]), list(zip(edges[::2], edges[1::2], strict=True))


def packed(nodes: int, arcs: Arcs, spells: list[tuple[float, float]]) -> Graph:
    """The arrays of a graph."""
    arc = np.recarray(len(arcs), dtype=ARC)
    arc.fill(0)
    for name in ("hours", "wait", "price", "co2e"):
        arc[name] = [one[name] for one in arcs]
    arc["head"] = [one["ends"][1] for one in arcs]
    arc["kind"] = [TIMED | STAGED * (one["stage"] is not None) | CHARGED * (one["rate"] > 0) for one in arcs]
    stages = [one["stage"] for one in arcs]
    stored = np.zeros(nodes, dtype=np.bool_)
    stored[[one["ends"][1] for one in arcs if one["rate"]]] = True
    return Graph(
        np.searchsorted([one["ends"][0] for one in arcs], np.arange(nodes + 1)).astype(np.int64),
        arc,
        np.array([one["opens"] for one in arcs], dtype=float),
        np.array([one["shuts"] for one in arcs], dtype=float),
        np.cumsum([0, *(len(one["departures"]) for one in arcs)]),
        np.array([at for one in arcs for at in one["departures"]], dtype=float),
        np.cumsum([0, *(stage is not None for stage in stages)]),
        np.array([stage for stage in stages if stage is not None], dtype=float),
        np.zeros(len(arcs), dtype=np.int64),
        np.array([0, len(spells)]),
        np.array([spell[0] for spell in spells], dtype=float),
        np.array([spell[1] for spell in spells], dtype=float),
        np.array([one["rate"] for one in arcs], dtype=float),
        np.array([one["free"] for one in arcs], dtype=float),
        stored,
    )


def walked(graph: Graph, arcs: Arcs, horizon: float) -> list[tuple[int, float, float, float]]:
    """Node, hours, price and CO2e of every path from node 0, followed arc by arc."""
    found = [(0, 0.0, 0.0, 0.0)]

    def on(path: list[int], at: int) -> None:
        for ix, one in enumerate(arcs):
            if one["ends"][0] == at and np.isfinite(one["price"] + one["co2e"]):
                chain = np.array([*path, ix])
                leaves, arrives, storage = (np.empty(len(chain)) for _ in range(3))
                follow(chain, 0.0, graph, leaves, arrives, storage)
                if arrives[-1] <= horizon:
                    prices = sum(arcs[step]["price"] for step in chain) + storage.sum()
                    kilos = sum(arcs[step]["co2e"] for step in chain)
                    found.append((one["ends"][1], arrives[-1], prices, kilos))
                    on([*path, ix], one["ends"][1])

    on([], 0)
    return found


@pytest.mark.parametrize(("worth", "horizon"), [(0.0, 90.0), (0.5, 90.0), (4.0, 90.0), (0.5, 30.0)])
def test_c01_waits_windows_and_storage_are_weighed_exactly(worth: float, horizon: float) -> None:
    for seed in range(1000):
        holds_against_every_path(graph_at_random(seed), worth, horizon)


def holds_against_every_path(drawn: tuple[int, Arcs, list[tuple[float, float]]], worth: float, horizon: float) -> None:
    nodes, arcs, _ = drawn
    graph = packed(*drawn)
    every = walked(graph, arcs, horizon)
    for by_price in (True, False):
        floats, ints = [np.empty(4096) for _ in range(5)], [np.empty(4096, dtype=np.int64) for _ in range(5)]
        chosen = np.empty((nodes, 3), dtype=np.int64)
        status = one_to_all(graph, 0, horizon, by_price, worth if by_price else 0.0, *floats, *ints,
                            np.empty(nodes), np.empty(nodes, dtype=np.int64), chosen,
                            np.zeros(2, dtype=np.int64))  # fmt: skip
        assert status == 0
        time, price, co2e = floats[:3]
        for node in range(nodes):
            here = [figures for at, *figures in every if at == node]
            assert (chosen[node] == NONE).all() == (not here)
            if here:
                assert time[chosen[node, EARLIEST]] == min(h for h, _, _ in here)
            if here and by_price:
                assert price[chosen[node, LOWEST]] == min(usd for _, usd, _ in here)
                best = chosen[node, BEST]
                assert worth * time[best] + price[best] == min(worth * h + usd for h, usd, _ in here)
            elif here:
                assert co2e[chosen[node, LOWEST]] == min(kg for _, _, kg in here)


def test_c02_who_comes_later_and_dearer_may_pay_less_in_the_end() -> None:
    """At node 1 from hour 1 for nothing or from hour 9 for a dollar; the only train leaves at hour 20."""
    usual = {"wait": 0, "co2e": 0, "opens": -np.inf, "shuts": np.inf, "stage": None, "departures": []}
    arcs = [
        {**usual, "ends": [0, 1], "hours": 1, "price": 0, "rate": 1, "free": 1},
        {**usual, "ends": [0, 1], "hours": 9, "price": 1, "rate": 1, "free": 17},
        {**usual, "ends": [1, 2], "hours": 1, "price": 0, "rate": 0, "free": 0, "departures": [20]},
    ]
    assert sorted(walked(packed(3, arcs, []), arcs, 60.0))[-2:] == [(2, 21, 4, 0), (2, 21, 19, 0)]
    floats, ints = [np.empty(64) for _ in range(5)], [np.empty(64, dtype=np.int64) for _ in range(5)]
    chosen = np.empty((3, 3), dtype=np.int64)
    one_to_all(packed(3, arcs, []), 0, 60.0, True, 0.0, *floats, *ints, np.empty(3), np.empty(3, dtype=np.int64),
               chosen, np.zeros(2, dtype=np.int64))  # fmt: skip
    assert floats[1][chosen[2]].tolist() == [4, 4, 4]


def test_c03_with_too_little_room_it_says_so() -> None:
    arcs = [{"ends": [0, 1], "hours": 1, "wait": 0, "price": n, "co2e": 0, "departures": [], "opens": -np.inf,
             "shuts": np.inf, "stage": None, "rate": 0, "free": 0} for n in range(5)]  # fmt: skip
    floats, ints = [np.empty(4) for _ in range(5)], [np.empty(4, dtype=np.int64) for _ in range(5)]
    status = one_to_all(packed(2, arcs, []), 0, 9.0, True, 0.0, *floats, *ints, np.empty(2),
                        np.empty(2, dtype=np.int64), np.empty((2, 3), dtype=np.int64),
                        np.zeros(2, dtype=np.int64))  # fmt: skip
    assert status == 1


def test_c04_and_more_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("karvan.itinerary.one_to_all.FIRST_ROOM", 2)
    assert len(told(LINE, "A")) == 3


# d: the matrix


@pytest.fixture(scope="module")
def line() -> Matrix:
    return matrix("C,A", "all", "2026-01-05", package=sound(LINE), past=True, value_of_time_usd_h=1.0)


def test_d01_rows_and_columns_as_they_were_asked_for(line: Matrix) -> None:
    assert (line.origins, line.destinations, line.pairs) == (("C", "A"), ("B", "C", "D"), 4)
    assert tuple(line.figures) == FIGURES
    assert line.figures["least_time_h"][1].tolist() == [10, 25, 55]
    assert line.figures["least_price_usd"][1].tolist() == [100, 300, 400]
    assert line.figures["cost_usd"][1].tolist() == [110, 330, 460]


def test_d02_no_way_is_missing_and_so_is_the_way_to_where_one_is(line: Matrix) -> None:
    for values in line.figures.values():
        assert np.isnan(values[0, :2]).all()
        assert np.isfinite(values[0, 2])
        assert np.isfinite(values[1]).all()


def test_d03_a_place_without_a_gate_is_a_row_of_missing_cells() -> None:
    found = matrix("D,A", "A,B", "2026-01-05", package=sound(LINE), past=True)
    assert np.isnan(found.figures["cost_usd"]).tolist() == [[True, True], [True, False]]


def test_d04_a_way_round_back_to_the_same_place_is_no_pair() -> None:
    found = matrix("all", "all", "2026-01-05", package=sound("K1 rail A 5h B now back"), past=True)
    assert np.isnan(found.figures["time_h"]).tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize("text", ["A\nB\n", "place\nA\nB\n", "id,name\nA,first\nB,second\n", "﻿A\n\n B \n"])
def test_d05_places_from_a_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "from.csv").write_text(text, encoding="utf-8")
    found = matrix(tmp_path / "from.csv", str(tmp_path / "from.csv"), "2026-01-05", package=sound(LINE), past=True)
    assert (found.origins, found.destinations) == (("A", "B"), ("A", "B"))


def test_d06_everything_wrong_with_the_places_at_once(tmp_path: Path) -> None:
    (tmp_path / "from.csv").write_text("A\nAtlantis\nA\n", encoding="utf-8")
    with pytest.raises(InputError) as wrong:
        matrix(tmp_path / "from.csv", "Lemuria,B", "soon", package=sound(LINE), past=True)
    assert [str(problem).split(" | ")[:2] for problem in wrong.value.problems] == [
        ["depart", "found 'soon'"],
        ["from.csv, line 2", "found 'Atlantis'"],
        ["from.csv, line 3", "found 'A'"],
        ["destinations", "found 'Lemuria'"],
    ]


@pytest.mark.parametrize("places", ["", [], "nowhere.csv", Path("no/such.txt")])
def test_d07_no_places_at_all(places: Any) -> None:
    with pytest.raises(InputError, match="origins"):
        matrix(places, "all", "2026-01-05", package=sound(LINE), past=True)


def test_d08_the_number_of_threads_changes_no_bit(shipped: Corridor) -> None:
    one, four = (
        matrix("XIAN,ALMATY,POTI,BAKU_CITY,SHANGHAI", "all", "2026-12-01", package=shipped, past=True, workers=workers)
        for workers in (1, 4)
    )
    for name in FIGURES:
        assert one.figures[name].tobytes() == four.figures[name].tobytes()


def test_d09_empty_boxes_are_paid_for_by_both_ends() -> None:
    plain = sound(LINE)
    blank = new_row("tariff", kind="empty", unit="40ft", year=2024)
    empties = (
        blank._replace(id="any", price_usd=5.0),
        blank._replace(id="to", to_place="C", price_usd=70.0),
        blank._replace(id="both", from_place="B", to_place="C", price_usd=600.0),
    )
    corridor = Corridor(plain.description, dict(plain.tables) | {"tariff": (*plain.rows("tariff"), *empties)})
    found = matrix("A,B", "B,C,D", "2026-01-05", package=corridor, past=True)
    assert found.figures["least_price_usd"].tolist()[0] == [100 + 5, 300 + 70, 400 + 5]
    assert found.figures["least_price_usd"].tolist()[1][1:] == [200 + 600, 300 + 5]
    for row, origin in enumerate(found.origins):
        for column, destination in enumerate(found.destinations):
            if origin != destination:
                options = karvan.plan(origin, destination, "2026-01-05", package=corridor, past=True).options
                assert found.figures["least_price_usd"][row, column] == min(option.price_usd for option in options)


# e: into files


def test_e01_parquet_has_a_row_a_pair_missing_cells_and_units(line: Matrix, tmp_path: Path) -> None:
    line.save(tmp_path / "m.parquet")
    table = pq.read_table(tmp_path / "m.parquet")
    assert table.column_names == ["origin", "destination", *FIGURES]
    assert table.column("origin").to_pylist() == ["C"] * 3 + ["A"] * 3
    assert table.column("least_time_h").to_pylist() == [None, None, 30, 10, 25, 55]
    assert meaning(table.schema)["co2e_kg"]["unit"] == "kg"


def test_e02_csv_leaves_missing_cells_empty(line: Matrix, tmp_path: Path) -> None:
    line.save(tmp_path / "m.csv")
    with (tmp_path / "m.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["cost_usd"] for row in rows] == ["", "", "130.0", "110.0", "330.0", "460.0"]


def test_e03_omx_is_laid_out_as_the_specification_has_it(line: Matrix, tmp_path: Path) -> None:
    """Open Matrix, specification 0.2."""
    line.save(tmp_path / "m.omx")
    with h5py.File(tmp_path / "m.omx", "r") as file:
        assert sorted(file) == ["data", "lookup"]
        assert file.attrs["OMX_VERSION"] == b"0.2"
        assert (file.attrs["SHAPE"].dtype, file.attrs["SHAPE"].tolist()) == (np.int32, [2, 3])
        assert {name: (node.shape, node.dtype) for name, node in file["data"].items()} == dict.fromkeys(
            FIGURES, ((2, 3), np.float64)
        )
        assert all(node.chunks and node.compression == "gzip" for node in file["data"].values())
        assert {name: (node.shape, int(node.attrs["DIM"])) for name, node in file["lookup"].items()} == {
            "origin": ((2,), 0), "destination": ((3,), 1),
        }  # fmt: skip


def test_e04_and_as_the_openmatrix_package_reads_it(line: Matrix, tmp_path: Path) -> None:
    openmatrix = pytest.importorskip("openmatrix")
    line.save(tmp_path / "m.omx")
    with openmatrix.open_file(str(tmp_path / "m.omx")) as file:
        assert (file.version(), tuple(file.shape())) == (b"0.2", (2, 3))
        assert sorted(file.list_matrices()) == sorted(FIGURES)
        for name in FIGURES:
            np.testing.assert_array_equal(file[name][:], line.figures[name])
            assert np.isnan(file[name].attrs["NA"])
        assert file.mapping("origin") == {b"C": 0, b"A": 1}
        assert file.mapping("destination") == {b"B": 0, b"C": 1, b"D": 2}


def test_e05_what_its_validator_requires(line: Matrix, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validator = pytest.importorskip("openmatrix.validator")
    line.save(tmp_path / "m.omx")
    validator.run_checks(str(tmp_path / "m.omx"))
    said = capsys.readouterr().out
    assert said.rstrip().endswith("Overall :  Pass")
    # The twelfth is failed by every file: the package "does not support" what the specification asks for.
    assert [line for line in said.splitlines() if "required : Fail" in line] == ["  Check 12 : Not required : Fail"]


def test_e06_what_we_read_is_what_we_wrote(line: Matrix, tmp_path: Path) -> None:
    line.save(tmp_path / "m.omx")
    read = read_omx(tmp_path / "m.omx")
    for name in FIGURES:
        np.testing.assert_array_equal(read.matrices[name], line.figures[name])
    assert {name: list(names) for name, names in read.rows.items()} == {"origin": ["C", "A"]}
    assert {name: list(names) for name, names in read.columns.items()} == {"destination": ["B", "C", "D"]}


def test_e07_what_openmatrix_wrote(tmp_path: Path) -> None:
    openmatrix = pytest.importorskip("openmatrix")
    with openmatrix.open_file(str(tmp_path / "theirs.omx"), "w") as file:
        file["trips"] = np.array([[1.0, -1.0], [3.0, 4.0]])
        file["trips"].attrs["NA"] = -1.0
        file["lanes"] = np.array([[1, 2], [3, 4]])
        file.create_mapping("zone", [101, 205])
    read = read_omx(tmp_path / "theirs.omx")
    np.testing.assert_array_equal(read.matrices["trips"], [[1, np.nan], [3, 4]])
    np.testing.assert_array_equal(read.matrices["lanes"], [[1, 2], [3, 4]])
    assert read.rows["zone"].tolist() == read.columns["zone"].tolist() == [101, 205]


def test_e08_the_same_matrix_the_same_bytes(line: Matrix, tmp_path: Path) -> None:
    for suffix in (".parquet", ".csv", ".omx"):
        line.save(tmp_path / f"one{suffix}")
        line.save(tmp_path / f"two{suffix}")
        assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_e09_an_ending_that_says_nothing(line: Matrix, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"give a file that ends in one of .parquet, .omx, .csv"):
        line.save(tmp_path / "m.xlsx")


def test_e10_a_folder_that_is_not_there(line: Matrix, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        line.save(tmp_path / "no" / "m.csv")


def spoilt_omx(path: Path, spoil: Callable[[Any], object]) -> Path:
    """A file of ours with something changed in it."""
    path.write_bytes(omx_bytes(Omx({"time": np.ones((2, 2))}, {"zone": np.array(["a", "b"])}, {})))
    with h5py.File(path, "a") as file:
        spoil(file)
    return path


def set_version(file: Any) -> None:
    file.attrs["OMX_VERSION"] = np.bytes_(b"9.9")


def no_shape(file: Any) -> None:
    del file.attrs["SHAPE"]


def other_shape(file: Any) -> None:
    file["data"]["more"] = np.ones((3, 2))


def text_cells(file: Any) -> None:
    file["data"]["more"] = np.array([[b"a", b"b"], [b"c", b"d"]])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (set_version, r"OMX_VERSION | found '9.9'"),
        (no_shape, r"SHAPE | found '()'"),
        (other_shape, r"data/more | found 3x2 of float64 | give 2x2 numbers"),
        (text_cells, r"data/more | found 2x2 of "),
    ],
)
def test_e11_files_that_are_not_omx(tmp_path: Path, spoil: Callable[[Any], object], message: str) -> None:
    with pytest.raises(InputError) as wrong:
        read_omx(spoilt_omx(tmp_path / "bad.omx", spoil))
    assert message in str(wrong.value)


@pytest.mark.parametrize("content", [b"", b"not HDF5 at all", b"\x89HDF\r\n\x1a\n" + b"\0" * 100])
def test_e12_nor_is_this(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.omx").write_bytes(content)
    with pytest.raises(InputError, match="not OMX"):
        read_omx(tmp_path / "bad.omx")


def test_e13_a_link_out_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other.omx").write_bytes(omx_bytes(Omx({"secret": np.ones((2, 2))}, {}, {})))

    def lead_out(file: Any) -> None:
        file["data"]["more"] = h5py.ExternalLink(str(tmp_path / "other.omx"), "/data/secret")

    assert list(read_omx(spoilt_omx(tmp_path / "bad.omx", lead_out)).matrices) == ["time"]


# f: the commands


@pytest.fixture
def line_package(tmp_path: Path) -> Path:
    sound(LINE).save(tmp_path / "line.zip")
    return tmp_path / "line.zip"


ASKED = ("--depart", "2026-01-05", "--past")


def test_f01_reach_in_a_table(karvan_says: Says, package: Path) -> None:
    code, printed = karvan_says("reach", "Alpha", "-p", package, *ASKED)
    assert code == 0
    assert printed.startswith("2 places reached from Alpha in 14 days, best by arrival: 1xFEU, ready 05 Jan 2026")
    assert [line.split()[:5] for line in printed.splitlines()[3:]] == [
        ["Beta", "1.5", "1,000", "200", "1,000"], ["Gamma", "1.7", "3,000", "1,800", "2,000"],
    ]  # fmt: skip


def test_f02_reach_in_json_and_geojson(karvan_says: Says, package: Path, tmp_path: Path) -> None:
    code, printed = karvan_says("reach", "Gamma", "--to", "--json", "-p", package, *ASKED,
                                "--geojson", tmp_path / "r.geojson")  # fmt: skip
    assert code == 0
    assert json.loads(printed)["request"]["destination"] == "GAMMA"
    points = json.loads((tmp_path / "r.geojson").read_text("utf-8"))
    assert sorted(point["id"] for point in points["features"]) == ["ALPHA", "BETA"]


def test_f03_nothing_reached_is_a_no(karvan_says: Says, package: Path) -> None:
    assert karvan_says("reach", "Gamma", "-p", package, *ASKED) == (4, "goods cannot be handed in at GAMMA\n")
    code, printed = karvan_says("reach", "Alpha", "--days", "0.1", "--json", "-p", package, *ASKED)
    assert (code, json.loads(printed)["places"]) == (4, [])


def test_f04_a_wrong_request(karvan_says: Says, package: Path) -> None:
    code, printed = karvan_says("reach", "Alfa", "--by", "luck", "-p", package, *ASKED)
    assert code == 3
    assert printed.startswith("InputError: 2 problems in the request\n  * origin | found 'Alfa' | nearest: Alpha")


def test_f05_a_matrix(karvan_says: Says, package: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.csv"
    code, printed = karvan_says("matrix", "--out", out, "-p", package, *ASKED)
    assert (code, printed) == (0, f"2 origins x 2 destinations, 3 pairs with a way, written to {out}\n")
    assert len(out.read_text().splitlines()) == 5


def test_f06_a_matrix_without_any_way_is_written_and_a_no(karvan_says: Says, package: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.parquet"
    code, printed = karvan_says("matrix", "--origins", "Gamma", "--out", out, "--json", "-p", package, *ASKED)
    assert (code, json.loads(printed)["pairs_with_a_way"]) == (4, 0)
    assert pq.read_table(out).column("time_h").null_count == 2


def test_f07_a_bad_ending_is_told_before_the_work(karvan_says: Says, package: Path, tmp_path: Path) -> None:
    code, printed = karvan_says("matrix", "--out", tmp_path / "m.doc", "-p", package)
    assert code == 3
    assert "ends in one of .parquet, .omx, .csv" in printed


def test_f08_names_from_the_top() -> None:
    assert (karvan.reach, karvan.matrix) == (reach, matrix)
