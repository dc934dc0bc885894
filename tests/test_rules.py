"""Rules of the trade, in pictures: loads, weights, goods, documents, what is avoided, wagons, empties, shippers.

Goods are ready on Monday at 00:00.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import karvan
from karvan.corridor import Corridor
from karvan.corridor.structure import structure_problems
from karvan.ground.errors import InputError
from karvan.itinerary import FindItineraries, Load
from karvan.itinerary.empty import empty_item
from karvan.itinerary.refusal import Refusals, refusals
from karvan.itinerary.request import MODES, MOST_T_20FT, MOST_T_40FT, tonnes_of
from karvan.network import Network, pack
from karvan.network.item import for_wagons
from karvan.network.network import ArcIx
from karvan.study.plan import Planner
from karvan.study.shipper import Shipper
from karvan.testing import draw

Says = Callable[..., tuple[int, str]]
MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def held(picture: str, ends: str = "A > B", documents: tuple[str, ...] | None = None, **asked: Any) -> list[str]:
    """Why each arc of a picture is refused, in order, each reason once."""
    origin, destination = ends.split(" > ")
    network = pack(draw(picture), documents=documents)
    ask = FindItineraries(origin, destination, **{"depart": MONDAY, "tonnes": 1.0} | asked)
    found = refusals(network, ask)
    told = [found.why(ArcIx(arc)) for arc in np.flatnonzero(found.barred)]
    assert all(found.why(ArcIx(arc)) == "" for arc in np.flatnonzero(~found.barred))
    assert all(told)
    return list(dict.fromkeys(told))


def problems(picture: str) -> list[str]:
    """What `karvan check` says of a picture's structure; drawn lines are short for their length on no map."""
    return [str(problem) for problem in structure_problems(draw(picture))]


def refused(text: str) -> str:
    with pytest.raises(InputError) as caught:
        Load.parse(text)
    return str(caught.value.problems[0])


# a: what a load is


@pytest.mark.parametrize(
    ("text", "load"),
    [
        ("2xFEU", Load(0, 2)),
        ("1x40ft+3x20ft", Load(3, 1)),
        ("TEU", Load(1)),
        ("3xwagon", Load(wagons=3)),
        ("2 x wagons + wagon", Load(wagons=3)),
        ("60t", Load(tonnes=60.0)),
        ("0.5 t", Load(tonnes=0.5)),
        ("2xFEU:40t", Load(0, 2, tonnes=40.0)),
        ("3xWAGON: 200.5 t", Load(wagons=3, tonnes=200.5)),
    ],
)
def test_a01_loads_are_read_as_people_write_them(text: str, load: Load) -> None:
    assert Load.parse(text) == load


UNUSABLE = (
    "", "0xFEU", "1.5xwagon", "0t", "t", "-1t", "1e9t", "2xFEU:", "2xFEU:2xTEU", "60t:60t", "60t+1xFEU", "2xFEU:0t",
    "100001xwagon", "2xwaggon",
)  # fmt: skip


@pytest.mark.parametrize("text", UNUSABLE)
def test_a02_and_what_cannot_be_shipped_says_what_can(text: str) -> None:
    assert "give boxes as 2xFEU" in refused(text)


def test_a03_boxes_and_wagons_do_not_travel_together() -> None:
    assert refused("1xFEU+1xwagon") == (
        "load | found '1xFEU+1xwagon' | boxes and wagons go by other trains: ask for each on its own"
    )


def test_a04_a_box_holds_what_it_may_weigh() -> None:
    assert Load.parse("2xFEU:53.2t").most_t == pytest.approx(53.2)
    assert refused("2xFEU:53.3t") == "load | found '53.3 t in 2xFEU' | they hold 53.2 t at most: give more boxes"


def test_a05_light_goods_fill_the_room_and_heavy_ones_what_a_truck_carries() -> None:
    assert Load.parse("2xFEU").of(t_per_teu=6.0) == (Load(0, 2), 24.0)
    assert Load.parse("2xFEU").of(t_per_teu=20.0) == (Load(0, 2), 44.0)
    assert Load.parse("2xTEU").of(t_per_teu=20.0) == (Load(2), 40.0)


def test_a06_tonnes_alone_fill_boxes_of_forty_feet() -> None:
    assert Load.parse("60t").of(t_per_teu=10.0) == (Load(0, 3), 60.0)
    assert Load.parse("60.1t").of(t_per_teu=10.0) == (Load(0, 4), 60.1)
    assert Load.parse("60t").of(t_per_teu=25.0) == (Load(0, 3), 60.0)  # 22 t in each, so that it may go by road


def test_a07_wagons_weigh_what_the_goods_weigh_in_them() -> None:
    assert Load.parse("3xwagon").of(10.0, t_per_wagon=60.0) == (Load(wagons=3), 180.0)
    assert Load.parse("3xwagon:100t").of(10.0) == (Load(wagons=3), 100.0)
    with pytest.raises(InputError, match="state it, as 3xwagon:60t"):
        Load.parse("3xwagon").of(10.0)


counts = st.tuples(st.integers(0, 50), st.integers(0, 50)).filter(any)


@given(counts, st.floats(0.01, 1.0))
def test_a08_the_goods_are_shared_out_and_no_box_is_overfull(boxes: tuple[int, int], share: float) -> None:
    load = Load(*boxes)
    tonnes = share * load.most_t
    small, large = load.t_in_boxes(tonnes)
    assert load.boxes_20ft * small + load.boxes_40ft * large == pytest.approx(tonnes)
    assert small <= MOST_T_20FT * (1 + 1e-12) or not load.boxes_20ft
    assert large <= MOST_T_40FT * (1 + 1e-12) or not load.boxes_40ft


@given(counts | st.integers(1, 99).map(lambda n: (0, 0, n)))
def test_a09_a_load_is_read_back_as_it_is_told(load: tuple[int, ...]) -> None:
    assert Load.parse(str(Load(*load))) == Load(*load)


@given(counts, st.floats(0.1, 40.0))
def test_a10_no_commodity_overfills_a_box(boxes: tuple[int, int], t_per_teu: float) -> None:
    load = Load(*boxes)
    assert tonnes_of(load, t_per_teu) <= min(load.most_t, load.teu * t_per_teu) + 0.001


# b: weight and room

TRUCK = "R1 road A 5h B now 100usd\n set vehicle R1 capacity_teu=2 max_t_20ft=24 max_t_40ft=25"


def test_b01_a_box_too_heavy_for_the_truck() -> None:
    assert held(TRUCK, tonnes=25.0) == []
    assert held(TRUCK, tonnes=25.5) == ["vehicle/R1/max_t_40ft: 25 t in a 40-foot box at most, there are 25.5"]


def test_b02_the_goods_are_shared_by_all_boxes() -> None:
    assert held(TRUCK, tonnes=50.0, load=Load(0, 2)) == []
    assert held(TRUCK, tonnes=24.3, load=Load(1)) == [
        "vehicle/R1/max_t_20ft: 24 t in a 20-foot box at most, there are 24.3"
    ]


def test_b03_without_a_limit_anything_that_a_box_may_hold() -> None:
    assert held("R1 road A 5h B now", tonnes=26.6) == []


TRAIN = "K1 rail A 5h B now 100usd\n set vehicle K1 capacity_teu=80 capacity_t=900"


def test_b04_a_load_goes_together_or_not_at_all() -> None:
    assert held(TRAIN, load=Load(0, 40)) == []
    assert held(TRAIN, load=Load(1, 40)) == ["vehicle/K1/capacity_teu: room for 80 TEU, there are 81 together"]


def test_b05_nor_may_it_be_too_heavy_together() -> None:
    assert held(TRAIN, load=Load(0, 40), tonnes=901.0) == [
        "vehicle/K1/capacity_t: room for 900 t, there are 901 together"
    ]


def test_b06_but_takes_as_many_trucks_as_it_needs() -> None:
    assert held(TRUCK, load=Load(0, 3), tonnes=60.0) == []


def test_b07_if_the_truck_takes_a_box() -> None:
    small = "R1 road A 5h B now\n set vehicle R1 capacity_teu=1"
    assert held(small, load=Load(2)) == []
    assert held(small) == ["vehicle/R1/capacity_teu: 1, a 40-foot box does not fit"]


def test_b08_room_before_a_facility_makes_goods_wait_elsewhere_and_refuses_none() -> None:
    yard = "K1 rail A 5h B now\n gate B 1h\n set facility B-gate buffer=0"
    assert held(yard, load=Load(0, 20), tonnes=20.0) == []


def test_b09_a_size_without_a_price_is_said_to_have_none() -> None:
    picture = "K1 rail A 5h B now 100usd\n set tariff K1:20ft kind=empty"
    assert held(picture) == []
    assert held(picture, load=Load(1)) == ["service/K1: no price of a 20-foot box"]


# c: what the goods are


def test_c01_a_service_that_refuses_reefers() -> None:
    picture = "K1 rail A 5h B now\n R1 road A 9h B now\n set service K1 refuses=reefer"
    assert held(picture) == held(picture, goods=("dangerous",)) == []
    assert held(picture, goods=("reefer", "dangerous")) == ["service/K1/refuses: reefer goods"]


def test_c02_a_crane_that_refuses_dangerous_goods() -> None:
    picture = (
        "K1 rail A 5h B now\n F1 sea B 9h C now\n change B rail sea 2h\n set facility B-rail-sea refuses=dangerous"
    )
    assert held(picture, "A > C", goods=("dangerous",)) == ["facility/B-rail-sea/refuses: dangerous goods"]


def test_c03_a_border_on_the_way_refuses_only_those_who_cross_it() -> None:
    picture = """
        place A KZ
        place B KZ
        place C AZ
        K1 rail A 5h B 6h C now
        border C rail in 3h
        set facility C-border-in refuses=reefer;dangerous
    """
    network = pack(draw(picture))
    ask = FindItineraries("A", "C", MONDAY, tonnes=1.0, goods=("reefer",))
    found = refusals(network, ask)
    barred = {(network.arcs[arc].tail.place, network.arcs[arc].head.place) for arc in np.flatnonzero(found.barred)}
    assert barred == {("A", "C"), ("B", "C")}


# d: documents

UNION = """
    place A KZ
    place B RU
    place C PL
    K1 rail A 5h B 6h C now
    border B rail in 3h
    border C rail in 7h
    add regime id=UNION kind=customs_union countries=KZ;RU
"""


def hours(picture: str, ends: str, documents: tuple[str, ...] | None = None) -> float:
    """Mean hours of the one ride between two places."""
    network = pack(draw(picture), documents=documents)
    (ride,) = (
        ix
        for ix, arc in enumerate(network.arcs)
        if arc.is_ride and (arc.tail.place, arc.head.place) == tuple(ends.split(" > "))
    )
    assert sum(item.hours for item in network.items(ArcIx(ride))) == pytest.approx(network.sums[ride, 0])
    return float(network.sums[ride, 0])


def test_d01_no_customs_between_members_of_a_union() -> None:
    assert hours(UNION, "A > B") == 5
    assert hours(UNION, "B > C") == 6 + 7


def test_d02_whatever_the_documents() -> None:
    assert hours(UNION, "A > B", documents=()) == 5


def test_d03_a_union_of_another_mode_opens_nothing() -> None:
    assert hours(UNION.replace("customs_union", "customs_union modes=road"), "A > B") == 5 + 3


def test_d04_where_one_side_is_no_member_both_sides_control() -> None:
    assert hours(UNION.replace("countries=KZ;RU", "countries=KZ;KG"), "A > B") == 5 + 3


TIR = """
    place A KZ
    place B AZ
    R1 road A 5h B now
    border B road in 12h
    add facility id=B-border-tir place=B kind=border serves=truck from_mode=road direction=in servers=1 \
service_time_h=2 regimes=TIR
    add regime id=TIR kind=transit modes=road countries=KZ;AZ
"""


def test_d05_a_border_for_those_who_have_the_document() -> None:
    assert hours(TIR, "A > B") == hours(TIR, "A > B", documents=("TIR",)) == 5 + 2


def test_d06_and_the_other_one_for_those_who_have_not() -> None:
    assert hours(TIR, "A > B", documents=()) == 5 + 12


ONLY_TIR = TIR.replace("border B road in 12h", "")


def test_d07_no_other_one_and_the_border_is_shut() -> None:
    assert held(ONLY_TIR) == []
    assert held(ONLY_TIR, documents=()) == ["service/R1: the border at B towards A needs TIR"]


def test_d08_by_sea_the_ends_are_the_border() -> None:
    sea = ONLY_TIR.replace("R1 road", "R1 sea").replace("from_mode=road", "from_mode=sea").replace("modes=road", "")
    assert held(sea, documents=()) == ["service/R1: the border at B towards A needs TIR"]


NOTES = """
    place A KZ
    place B PL
    place C DE
    K1 rail A 5h B 6h C now
    R1 road A 5h B now
    add regime id=SMGS kind=consignment modes=rail countries=KZ;PL
    add regime id=CIM kind=consignment modes=rail countries=PL;DE
"""


def test_d09_a_train_needs_a_contract_in_each_of_its_countries() -> None:
    assert held(NOTES) == []
    assert held(NOTES, documents=("CIM",)) == ["service/K1: rail in KZ needs SMGS"]
    assert held(NOTES, documents=("SMGS",)) == ["service/K1: rail in DE needs CIM"]
    assert held(NOTES, documents=()) == [
        "service/K1: rail in KZ needs SMGS", "service/K1: rail in DE needs CIM"
    ]  # fmt: skip


def test_d10_other_modes_ask_for_none() -> None:
    network = pack(draw(NOTES), documents=())
    found = refusals(network, FindItineraries("A", "B", MONDAY, tonnes=1.0))
    assert {str(mode) for mode in network.mode[~found.barred]} == {"", "road"}


def test_d11_a_corridor_that_says_nothing_of_documents_asks_for_none() -> None:
    assert held("place A KZ\n place B PL\n K1 rail A 5h B now\n border B rail in 3h", documents=()) == []


def test_d12_the_planner_takes_the_documents_of_each_request() -> None:
    corridor = draw(TIR + "add commodity id=general t_per_teu=10")
    planner = Planner(corridor)
    days = [
        planner.plan(planner.request("A", "B", "2026-01-05", past=True, documents=documents)).options[0].time_h
        for documents in (None, "tir", ())
    ]
    assert days == [7, 7, 17]


# e: what is avoided

TWO = "K1 rail A 5h B now\n K2 rail A 6h B now\n set service K1 operator=One\n set service K2 operator=Two"


def test_e01_a_service_is_avoided() -> None:
    assert held(TWO, avoid_services=("K1",)) == ["service/K1: service K1 is avoided"]


def test_e02_by_its_name_or_its_operator() -> None:
    planner = Planner(draw(TWO + "\n add commodity id=general t_per_teu=10"))
    ask = planner.request("A", "B", avoid="service:k1,operator: two")
    assert ask.avoid_services == ("K1", "K2")


def test_e03_the_first_reason_is_told_and_the_asker_comes_first() -> None:
    picture = TWO + "\n set service K1 refuses=reefer"
    asked = {"avoid_services": ("K1",), "goods": ("reefer",)}
    assert held(picture, **asked) == ["service/K1: service K1 is avoided"]
    assert held(picture, **asked, modes=("road",)) == [
        "service/K1: rail is not among road", "service/K2: rail is not among road"
    ]  # fmt: skip


# f: wagons

WAGONS = """
    K1 rail A 5h B now 100usd
    F1 sea  B 8h C now 100usd
    change B rail sea 2h
    set facility B-rail-sea serves=wagon price_usd_wagon=30 price_usd_t=1
    set vehicle F1 capacity_wagons=54
    add tariff id=K1:w kind=leg service=K1 unit=wagon price_usd=700 year=2024
    add tariff id=F1:t kind=leg service=F1 unit=t price_usd=10 year=2024
"""


def paid(picture: str, ends: str, load: Load, tonnes: float) -> list[float]:
    """USD of the rides and passages between places, gates left out, in the order of the arcs."""
    network = pack(draw(picture))
    ask = FindItineraries(*ends.split(" > "), depart=MONDAY, load=load, tonnes=tonnes)
    found = refusals(network, ask)
    usd = ask.price_usd(network.sums.T)
    return sorted({float(usd[ix]) for ix in np.flatnonzero(~found.barred)} - {0.0})


def test_f01_by_the_wagon_or_by_the_tonne() -> None:
    # a train at 700 a wagon, a ship at 10 a tonne, and a ramp at 30 a wagon and 1 a tonne
    assert paid(WAGONS, "A > C", Load(wagons=2), 120.0) == [2 * 30 + 120, 1200, 1400]


def test_f02_the_price_of_a_wagon_goes_before_that_of_a_tonne() -> None:
    both = WAGONS + "add tariff id=K1:t kind=leg service=K1 unit=t price_usd=1 year=2025"
    assert paid(both, "A > C", Load(wagons=2), 120.0) == [2 * 30 + 120, 1200, 1400]


def test_f03_boxes_pay_as_before() -> None:
    assert paid(WAGONS, "A > C", Load(0, 2), 20.0) == [200]


def test_f04_without_a_price_no_wagon() -> None:
    assert held("K1 rail A 5h B now 9usd", load=Load(wagons=1)) == ["service/K1: no price of a wagon"]


def test_f05_what_takes_no_wagons() -> None:
    picture = WAGONS.replace("serves=wagon", "serves=container").replace("capacity_wagons=54", "capacity_teu=200")
    assert held(picture, load=Load(wagons=1)) == [
        "facility/B-rail-sea/serves: container, not wagons", "vehicle/F1/capacity_wagons: it takes no wagons"
    ]  # fmt: skip


def test_f06_a_ferry_has_track_for_so_many() -> None:
    assert held(WAGONS, load=Load(wagons=55), tonnes=55.0) == [
        "vehicle/F1/capacity_wagons: room for 54 wagons, there are 55 together"
    ]


def test_f07_and_a_wagon_bears_so_much() -> None:
    limited = WAGONS + "set vehicle K1 max_t_wagon=70"
    assert held(limited, load=Load(wagons=2), tonnes=140.0) == []
    assert held(limited, load=Load(wagons=2), tonnes=142.0) == [
        "vehicle/K1/max_t_wagon: 70 t in a wagon at most, there are 71.0"
    ]


def test_f07b_and_so_does_the_plan_of_wagons(shipped: Corridor) -> None:
    (option, *_) = karvan.plan("Kuryk", "Alat", "2026-12-01", "3xwagon", package=shipped, past=True).options
    leans_on = {address for leg in option.legs for address in leg.leans_on if address[0] == "tariff"}
    assert leans_on
    assert {shipped.row("tariff", address[1]).unit for address in leans_on} <= {"wagon", "t"}


def test_f08_goods_in_wagons_lean_on_the_prices_of_wagons() -> None:
    network = pack(draw(WAGONS))
    carried = {"K1": ("K1:w", "price_usd"), "F1": ("F1:t", "price_usd")}
    for ix, arc in enumerate(network.arcs):
        items = network.items(ArcIx(ix))
        priced = [address for item in for_wagons(items) for address in item.leans_on if "price" in address[2]]
        if arc.is_ride:
            service = network.ways[arc.way].service.id
            assert priced == [("tariff", *carried[service])]
            assert {address[1] for item in items for address in item.leans_on if address[0] == "tariff"} == {
                f"{service}:20ft", f"{service}:40ft"
            }  # fmt: skip
        elif arc.facility == "B-rail-sea":
            assert [address[2] for address in priced] == ["price_usd_wagon", "price_usd_t"]


# g: the empty box


def empty(tariffs: str, **asked: Any) -> tuple[str, float] | None:
    corridor = draw("K1 rail A 5h B 5h C now\n" + tariffs)
    ask = FindItineraries("A", "C", **{"depart": MONDAY} | asked)
    item = empty_item(corridor, ask)
    return None if item is None else (item.row, ask.price_usd(item.sums))


def tariff(name: str, usd: int, ends: str = "", unit: str = "40ft", year: int = 2024) -> str:
    return f"add tariff id={name} kind=empty unit={unit} price_usd={usd} year={year} {ends}\n"


def test_g01_nothing_is_paid_where_nothing_is_said() -> None:
    assert empty("") is None


def test_g02_by_the_box() -> None:
    assert empty(tariff("any", 300), load=Load(0, 3)) == ("any", 900)


def test_g03_the_price_that_names_most_of_the_way_holds() -> None:
    rows = [tariff("any", 1), tariff("from", 2, "from_place=A"), tariff("to", 3, "to_place=C"),
            tariff("both", 4, "from_place=A to_place=C"), tariff("else", 5, "to_place=B")]  # fmt: skip
    assert empty("".join(rows)) == ("both", 4)
    assert empty("".join(rows[:3])) == ("to", 3)
    assert empty("".join(rows[:2])) == ("from", 2)
    assert empty(rows[4]) is None


def test_g04_of_equals_the_latest() -> None:
    assert empty(tariff("old", 7) + tariff("new", 9, year=2025)) == ("new", 9)


def test_g05_only_what_is_shipped_is_taken_back() -> None:
    assert empty(tariff("small", 9, unit="20ft")) is None
    assert empty(tariff("small", 9, unit="20ft") + tariff("large", 5), load=Load(2, 1)) == ("small", 2 * 9 + 5)


# h: a shipper's words


@pytest.fixture
def words(small: Corridor) -> Planner:
    said = draw("""
        K1 rail A 1h B now
        add regime id=SMGS kind=consignment modes=rail countries=CN;KZ
        add regime id=TIR kind=transit modes=road countries=CN;AZ
        add regime id=UNION kind=customs_union countries=CN
        add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=1
        add commodity id=fish t_per_teu=10 goods=reefer
    """)
    return Planner(
        Corridor(small.description, {**small.tables, **{name: said.rows(name) for name in ("regime", "commodity")}})
    )


def test_h01_goods_are_what_the_commodity_is_unless_said(words: Planner) -> None:
    asked = [
        words.request("Alpha", "Gamma", **said).goods
        for said in ({}, {"commodity": "fish"}, {"commodity": "fish", "goods": "dry"}, {"goods": "dangerous,reefer"})
    ]
    assert asked == [(), ("reefer",), (), ("reefer", "dangerous")]


def test_h02_documents_are_all_unless_said(words: Planner) -> None:
    asked = [words.request("Alpha", "Gamma", documents=said).documents for said in (None, "tir", ["TIR", "SMGS"], "")]
    assert asked == [None, ("TIR",), ("SMGS", "TIR"), ()]


def test_h03_an_hour_is_worth_what_the_goods_are_or_what_is_said(words: Planner) -> None:
    assert words.request("Alpha", "Gamma", load="1xFEU").value_of_time_usd_h == pytest.approx(20 * 2400 * 0.01 / 24)
    assert words.request("Alpha", "Gamma", value_of_time_usd_h=3.5).value_of_time_usd_h == 3.5


def test_h04_the_mass_may_be_said_either_way(words: Planner) -> None:
    assert [
        (str(ask.load), ask.tonnes)
        for ask in (
            words.request("Alpha", "Gamma", load="2xFEU:30t"),
            words.request("Alpha", "Gamma", load="2xFEU", tonnes=30),
            words.request("Alpha", "Gamma", load="50t"),
        )
    ] == [("2xFEU", 30.0), ("2xFEU", 30.0), ("3xFEU", 50.0)]


def test_h05_all_that_is_wrong_is_said_at_once(words: Planner) -> None:
    with pytest.raises(InputError) as caught:
        words.request("Alpha", "Gamma", load="2xFEU:30t", tonnes=-1, goods="wet", documents="SMGX,UNION",
                      avoid="service:trian,operator:Nobody,tunnel:X", value_of_time_usd_h=-1)  # fmt: skip
    assert [str(problem) for problem in caught.value.problems] == [
        "tonnes | found -1 | give a mass above 0 t",
        "avoid | found 'service:trian' | nearest: train",
        "avoid | found 'operator:Nobody' | nearest: no operator is known",
        f"avoid | found 'tunnel:X' | before the colon give one of {', '.join(MODES)}, service, operator",
        "documents | found 'SMGX' | the package has SMGS",
        "documents | found 'UNION' | the package has SMGS, TIR",
        "goods | found 'wet' | give some of reefer, dangerous, or dry for neither",
        "value_of_time_usd_h | found -1 | give a number from 0 to 1e+09",
    ]


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_h06_a_shippers_file_holds_beside_the_request(words: Planner, tmp_path: Path) -> None:
    file = written(tmp_path / "shipper.toml", """
        avoid = ["KZ", "service:ferry"]
        documents = ["TIR"]
        goods = ["reefer"]
        modes = ["road"]
        value_of_time_pct_day = 2
    """)  # fmt: skip
    ask = words.request("Alpha", "Gamma", avoid="Beta", shipper=file)
    assert (ask.avoid_places, ask.avoid_countries, ask.avoid_services) == (("BETA",), ("KZ",), ("ferry",))
    assert (ask.documents, ask.goods, ask.modes) == (("TIR",), ("reefer",), ("road",))
    assert ask.value_of_time_usd_h == pytest.approx(20 * 2400 * 0.02 / 24)
    own = words.request("Alpha", "Gamma", documents="SMGS", goods="dry", modes="rail,sea", shipper=file,
                        value_of_time_usd_h=1)  # fmt: skip
    assert (own.documents, own.goods, own.modes, own.value_of_time_usd_h) == (("SMGS",), (), ("rail", "sea"), 1)


def test_h07_a_key_that_is_not_known_is_an_error(tmp_path: Path) -> None:
    file = written(tmp_path / "shipper.toml", 'avoids = ["RU"]\nmodes = "rail"\nvalue_of_time_pct_day = -1\n')
    with pytest.raises(InputError) as caught:
        Shipper.read(file)
    assert [str(problem) for problem in caught.value.problems] == [
        "shipper.toml, avoids | found a key that is not known | nearest: avoid, modes, goods",
        'shipper.toml, modes | found \'rail\' | give a list of words, as ["RU", "IR"]',
        "shipper.toml, value_of_time_pct_day | found -1 | give per cent of the goods' value a day, from 0 to 100",
    ]


@pytest.mark.parametrize("content", [b"avoid = [", b"\xff\xfe", b"a = " + b"[" * 5000])
def test_h08_and_so_is_a_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "shipper.toml").write_bytes(content)
    with pytest.raises(InputError, match="no TOML"):
        Shipper.read(tmp_path / "shipper.toml")
    with pytest.raises(InputError, match="no such file"):
        Shipper.read(tmp_path / "none.toml")


def test_h09_the_command_line_takes_the_same_words(package: Path, karvan_says: Says, tmp_path: Path) -> None:
    file = written(tmp_path / "shipper.toml", 'avoid = ["AZ"]')
    said = ("plan", "Alpha", "Gamma", "--package", package, "--depart", "2026-01-05", "--past")
    code, printed = karvan_says(*said, "--goods", "wet", "--documents", "SMGS", "--tonnes", "40", "--load", "1xFEU")
    assert code == 3
    for line in (
        "load | found '40 t in 1xFEU' | they hold 26.6 t at most: give more boxes",
        "documents | found 'SMGS' | the package knows no documents",
        "goods | found 'wet' | give some of reefer, dangerous, or dry for neither",
    ):
        assert line in printed
    assert karvan_says(*said, "--shipper", file)[0] == 4
    code, printed = karvan_says(*said, "--load", "30t", "--value-of-time", "7", "--json")
    assert code == 0
    asked = json.loads(printed)["request"]
    assert (asked["load"], asked["tonnes"], asked["value_of_time_usd_h"]) == ("2xFEU", 30.0, 7.0)


# i: what a package may not say


def test_i01_regimes_hold_where_there_are_places() -> None:
    (said,) = problems("place A KZ\n place B KZ\n K1 rail A 1h B now\n add regime id=TIR kind=transit countries=KZ;QQ")
    assert said == "regime.csv, row TIR, countries | found 'QQ' | no place or link is in it; nearest: KZ"


def test_i02_borders_name_documents_that_hold_there() -> None:
    said = problems(TIR.replace("countries=KZ;AZ", "countries=KZ") + "set facility A-gate regimes=TIR")
    assert said == [
        "facility.csv, row B-border-tir, regimes | found 'TIR' | it does not hold in AZ: see regime.csv",
        "facility.csv, row A-gate, regimes | found 'TIR' | only borders name documents, and a customs union is none",
    ]


def test_i03_a_contract_of_carriage_wherever_the_mode_runs() -> None:
    assert problems(NOTES.replace("countries=PL;DE", "countries=PL")) == [
        (
            "regime.csv | found no consignment regime of rail in DE | "
            "rail runs there: add it to a contract of carriage that holds there"
        )
    ]


def test_i04_through_rates_cover_a_chain() -> None:
    lines = "K1 rail A 1h B now\n K2 rail C 1h D now\n"
    rate = "add tariff id=T kind=through unit=40ft price_usd=9 year=2024 services=K1;K2 from_place=A to_place=B"
    assert problems(lines + rate) == [
        "tariff.csv, row T, to_place | found 'B' | give a stop of K2: a through rate has two ends",
        "tariff.csv, row T, services | found K1, K2 | they meet at no place",
    ]
    assert problems("K1 rail A 1h B now\n K2 rail B 1h C now\n" + rate.replace("to_place=B", "to_place=C")) == []


def test_i05_empties_have_a_flat_price_and_legs_name_stops() -> None:
    assert problems("""
        K1 rail A 1h B now
        R1 road B 1h C now
        add tariff id=E kind=empty unit=40ft price_usd_km=1 year=2024
        add tariff id=L kind=leg service=K1 unit=40ft price_usd=1 year=2024 to_place=C
    """) == [
        "tariff.csv, row E, price_usd | found no price_usd | an empty is priced as a whole: no way back is known",
        "tariff.csv, row L, to_place | found 'C' | K1 does not stop there",
    ]


def test_i06_limits_that_nothing_reaches() -> None:
    assert problems("R1 road A 1h B now\n set vehicle R1 max_t_40ft=44 max_t_wagon=60") == [
        (
            "vehicle.csv, row R1, max_t_40ft | found 44 | "
            "none is heavier than 30.48 t with its goods: give less, or leave it empty"
        ),
        "vehicle.csv, row R1, max_t_wagon | found 60 | it takes no wagons",
    ]


def test_i07_storage_says_from_when_on_and_for_both_sizes() -> None:
    assert problems("K1 rail A 1h B now\n gate A\n set facility A-gate storage_usd_feu_day=9") == [
        "facility.csv, row A-gate, storage_usd_teu_day | found a price of one size only | give both sizes or neither",
        "facility.csv, row A-gate, free_h | found nothing | storage has a price: say from when on, 0 is at once",
    ]


TIMED = "F1 sea A 5h B 5h C at 08:30 on 13\n"  # Mondays and Wednesdays; 5 January 2026 is a Monday
EXCEPTION = "add timetable_exception service=F1 way=there"


def test_i08_exceptions_are_about_departures_that_there_are() -> None:
    fine = [f"{EXCEPTION} seq=1 date=2026-01-05 departs_at=08:30 change=cancelled",
            f"{EXCEPTION} seq=2 date=2026-01-06 departs_at=10:00 change=added",
            f"{EXCEPTION} seq=3 date=2026-01-06 departs_at=10:00 change=full place=B",
            f"{EXCEPTION} seq=4 date=2026-01-07 change=full"]  # fmt: skip
    assert problems(TIMED + "\n".join(fine)) == []


@pytest.mark.parametrize(
    ("exception", "said"),
    [
        ("date=2026-01-05 departs_at=09:30 change=cancelled",
         "departs_at | found 09:30 on 2026-01-05 | the departures of that day are: 08:30"),
        ("date=2026-01-06 change=cancelled", "date | found 2026-01-06 | nothing departs on that day"),
        ("date=2026-01-05 departs_at=08:30 change=added",
         "departs_at | found 08:30 | the timetable has it on 2026-01-05: nothing is added"),
        ("date=2026-01-06 change=added", "departs_at | found nothing | say at what time it departs"),
        ("date=2026-01-05 change=full place=D",
         "place | found 'D' | only what is full is so at a place, and at a stop of the service"),
        ("date=2026-01-05 way=back change=cancelled", "way | found 'back' | F1 runs one way only"),
    ],
)  # fmt: skip
def test_i09_and_not_about_others(exception: str, said: str) -> None:
    found = problems(f"{TIMED} K2 rail C 1h D now\n {EXCEPTION} seq=1 {exception}")
    assert f"timetable_exception.csv, row F1:1, {said}" in found


def test_i10_one_thing_is_said_of_a_departure() -> None:
    two = [
        f"{EXCEPTION} seq={n} date=2026-01-05 departs_at=08:30 change={what}"
        for n, what in ((1, "full"), (2, "cancelled"))
    ]
    assert problems(TIMED + "\n".join(two)) == [
        (
            "timetable_exception.csv, row F1:2, change | found cancelled on 2026-01-05, which is full already | "
            "say one thing of a departure"
        )
    ]


def test_i11_no_departure_twice() -> None:
    assert problems(TIMED + "add timetable service=F1 seq=9 way=there days=34 departs_at=08:30") == [
        "timetable.csv, row F1:9, departs_at | found 08:30 on day 3 once more | a line of the timetable has it already"
    ]


def test_i12_exceptions_need_a_timetable() -> None:
    said = problems(f"F1 sea A 5h B every 12h\n {EXCEPTION} seq=1 date=2026-01-05 departs_at=08:30 change=added")
    assert said == [
        "timetable_exception.csv, row F1:1, service | found 'F1' | it departs by headway, not by a timetable"
    ]


# j: the quick way against the plain one, on the package that ships


@pytest.fixture(scope="module")
def network(shipped: Corridor) -> Network:
    return pack(shipped)


def plainly(network: Network, ask: FindItineraries, arc: int) -> bool:
    """Whether an arc is refused, said of one arc after another."""
    a, load, corridor = network.arcs[arc], ask.load, network.corridor
    price = ask.price_usd(network.sums[arc])
    if np.isnan(price) or np.isnan(network.sums[arc, [4, 5]]).any():
        return True
    if not a.is_ride:
        return False
    way = network.ways[a.way]
    vehicle = corridor.row("vehicle", way.service.vehicle)
    stops = way.stops[a.board : a.alight + 1]
    links = way.links[a.board : a.alight]
    met = {corridor.place(stop.place).country for stop in stops} | {link.country for link in links}
    small, large = load.t_in_boxes(ask.tonnes)
    return (
        way.service.mode not in ask.modes
        or bool(met & set(ask.avoid_countries))
        or bool({stop.place for stop in stops} & set(ask.avoid_places))
        or way.service.id in ask.avoid_services
        or bool(set(ask.goods) & set(way.service.refuses))
        or bool(load.boxes_20ft and vehicle.max_t_20ft is not None and small > vehicle.max_t_20ft + 1e-6)
        or bool(load.boxes_40ft and vehicle.max_t_40ft is not None and large > vehicle.max_t_40ft + 1e-6)
        or bool(way.service.mode != "road" and vehicle.capacity_teu is not None and load.teu > vehicle.capacity_teu)
        or bool(way.service.mode != "road" and vehicle.capacity_t is not None and ask.tonnes > vehicle.capacity_t)
    )


@settings(max_examples=15, deadline=None)
@given(
    boxes=st.tuples(st.integers(0, 90), st.integers(0, 90)).filter(any),
    share=st.floats(0.05, 1.0),
    modes=st.sets(st.sampled_from(MODES), min_size=1),
    countries=st.sets(st.sampled_from(["RU", "IR", "KZ", "PL"]), max_size=2),
    services=st.sets(st.sampled_from(["kmtf-aktau-alat", "cn-xian-altynkol"]), max_size=1),
    goods=st.sets(st.sampled_from(["reefer", "dangerous"]), max_size=1),
)
def test_j01_the_arrays_refuse_what_the_rules_refuse(
    network: Network, boxes: tuple[int, int], share: float, modes: set[str], countries: set[str], services: set[str],
    goods: set[str],
) -> None:  # fmt: skip
    load = Load(*boxes)
    ask = FindItineraries(
        "XIAN", "POTI", MONDAY, load, share * load.most_t, modes=tuple(sorted(modes)), goods=tuple(goods),
        avoid_countries=tuple(sorted(countries)), avoid_services=tuple(sorted(services)), avoid_places=("ALMATY",),
    )  # fmt: skip
    found: Refusals = refusals(network, ask)
    assert found.barred.tolist() == [plainly(network, ask, arc) for arc in range(len(network.arcs))]
    assert all(found.why(ArcIx(arc)) for arc in np.flatnonzero(found.barred)[::97])
