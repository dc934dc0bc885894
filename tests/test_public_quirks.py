"""What the public networks do differently, in tiny files of our own: headings, numbers, closed roads, other tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from karvan.formats import tntp_trips
from karvan.formats.foreign import Foreign
from karvan.formats.gmns_read import read_gmns
from karvan.formats.tntp import read_tntp
from karvan.ground.errors import InputError
from karvan.study.assign_roads import assign_roads

META = "<NUMBER OF ZONES> 2\n<NUMBER OF NODES> 4\n<FIRST THRU NODE> 3\n<NUMBER OF LINKS> 3\n<END OF METADATA>\n\n\n"
ROWS = (
    "\t1\t3\t10\t1.5\t2\t0.15\t4\t60\t7\t1\t;\n"
    "\t3\t4\t20\t2.5\t3\t0.15\t4\t60\t0\t1\t;\n"
    "\t4\t2\t30\t3.5\t4\t0.15\t4\t60\t0\t1\t;\n"
)
TRIPS = (
    "<NUMBER OF ZONES> 2\n<TOTAL OD FLOW> 6.0\n<END OF METADATA>\n\nOrigin \t1 \n    1 :      0.0;     2 :     6.0;\n"
)
USUAL = ("init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed", "toll", "link_type")
LANES = (
    "~\tfrom\tto\ttotal capacity\tlength (km)\tfftt (min)\talpha\tbeta\t"
    "ff speed (km/h)\tcritical speed (km/h)\tlanes\t\n"
)


def put(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def tntp(folder: Path, net: str, trips: str = TRIPS) -> Foreign:
    """The network of these files."""
    return read_tntp(put(folder, {"Tiny_net.tntp": net, "Tiny_trips.tntp": trips}))


def told(read: Callable[..., Foreign], *words: Any, **more: Any) -> str:
    """What is said of files that cannot be used."""
    with pytest.raises(InputError) as found:
        read(*words, **more)
    return str(found.value)


# a: headings of TNTP


@pytest.mark.parametrize(
    "heading",
    [
        "~ \tInit node \tTerm node \tCapacity \tLength \tFree Flow Time \tB\tPower\tSpeed limit \tToll \tType\t;",
        "~\tInit node\tTerm node\tCapacity\tLength\tFree Flow Time\tB\tPower\tSpeed limit\tToll\tType\t;\t.",
        "~\tInit node\tTerm node\tCapacity\tLength\tFree Flow Time\tB\tPower\tSpeed limit\tToll\t",
        "~\tInit node\tTerm node\tCapacity\tLength\tFree Flow Time\tB\tPower\tSpeed limit\tToll  Type\tEmpty\tEmpty",
        "~\tfrom\tto\t capacity\tLength\tFree Flow Time\tB\tPower\tspeed limit\tToll\tType\t;",
        "~\tfrom \tto\tcapacity\tlength\tftime\tB\tpower\tspeed\ttoll\ttype\t",
        "~\ttail node\thead node\tcapacity (veh/h)\tlength (mi)\tfftt(min)\tB\tPower\tspeed (mph)\ttoll (cents)\ttype",
        "~ Init node Term node Capacity Length Free Flow Time B Power Speed limit Toll Type ;",
    ],
)
def test_a01_a_usual_order_under_other_names_is_not_worth_a_note(tmp_path: Path, heading: str) -> None:
    found = tntp(tmp_path, f"{META}{heading}\n{ROWS}")
    assert found.notes == ()
    assert (found.roads.free_flow.tolist(), found.roads.toll.tolist()) == ([2, 3, 4], [7, 0, 0])
    assert (found.roads.b.tolist(), found.roads.power.tolist()) == ([0.15] * 3, [4] * 3)


def test_a02_what_stands_where_tolls_use_to_is_none_if_the_heading_says_so(tmp_path: Path) -> None:
    found = tntp(tmp_path, META + LANES + ROWS)
    assert (found.roads.toll.tolist(), found.roads.capacity.tolist()) == ([0] * 3, [10, 20, 30])
    assert found.notes == ("Tiny_net.tntp heads no column as tolls: no link has one",)


def test_a03_a_capacity_of_a_lane_is_noted(tmp_path: Path) -> None:
    found = tntp(tmp_path, META + LANES.replace("total capacity", "capacity (per lane)") + ROWS)
    assert found.roads.capacity.tolist() == [10, 20, 30]
    assert "heads its capacity as that of a lane: taken as that of the link" in found.notes[0]


def test_a04_columns_in_another_order_under_other_names(tmp_path: Path) -> None:
    rows = "\t3\t1\t2\t10\t1.5\t4\t0.15\t;\n\t4\t3\t3\t20\t2.5\t4\t0.15\t;\n\t2\t4\t4\t30\t3.5\t4\t0.15\t;\n"
    found = tntp(tmp_path, f"{META}~\tto\tfrom\tfftt (min)\tcapacity\tlength\tbeta\talpha\t;\n{rows}")
    assert found.roads.tail.tolist() == [0, 2, 3]
    assert (found.roads.free_flow.tolist(), found.roads.capacity.tolist()) == ([2, 3, 4], [10, 20, 30])
    assert (found.roads.b.tolist(), found.roads.power.tolist()) == ([0.15] * 3, [4] * 3)
    assert "another order than usual" in found.notes[0]


def test_a05_a_heading_that_names_more_than_there_is(tmp_path: Path) -> None:
    order = ("term_node", "init_node", *USUAL[2:6], "speed", "toll", "link_type", "x", "power")
    assert "line 9 | found '10 columns' | give init_node, term_node" in told(
        tntp, tmp_path, META + "~\t" + "\t".join(order) + "\n" + ROWS
    )


def test_a06_a_scenario_and_other_metadata(tmp_path: Path) -> None:
    net = META.replace("<END", '<SCENARIO> "Build"\t\t\n<ORIGINAL HEADER>\n<END') + ROWS
    assert tntp(tmp_path, net).roads.n_links == 3


@pytest.mark.parametrize(
    "row",
    [
        " \t1     \t3 \t10.0000000000 \t    1.5000000000 \t  2.000000 \t0.1500000000 \t4.000 \t60.0 \t7.0 \t0 \t; \n",
        "1\t3\t1.0e+001\t1.50000000000000000000\t2\t1.5E-01\t4\t63.9055\t7\t1;\n",
    ],
)
def test_a07_however_numbers_are_spelt(tmp_path: Path, row: str) -> None:
    roads = tntp(tmp_path, META + row + "".join(ROWS.splitlines(keepends=True)[1:])).roads
    assert [of[0] for of in (roads.capacity, roads.length, roads.free_flow, roads.b, roads.toll)] == [
        10, 1.5, 2, 0.15, 7,
    ]  # fmt: skip


def test_a08_links_of_no_use_of_capacity_with_a_power_of_zero(tmp_path: Path) -> None:
    free = ROWS.replace("20\t2.5\t3\t0.15\t4", "1\t2.5\t3\t0.00000000000000000000E+00\t0")
    steep = free.replace("30\t3.5\t4\t0.15\t4", "1\t3.5\t4\t1.96714974076938000000E-67\t16.83")
    found = assign_roads(put(tmp_path, {"Tiny_net.tntp": META + steep, "Tiny_trips.tntp": TRIPS}))
    assert found.loads.converged
    assert found.loads.time[1] == 3
    assert found.loads.time[2] == pytest.approx(4 * (1 + 1.96714974076938e-67 * 6**16.83))


# b: numbers of nodes, and roads that are closed


def own(net: str, trips: str) -> tuple[str, str]:
    """The same with numbers of their own: 1 is 500, 2 is 9000001, 3 is 80, 4 is 1200."""
    names = {"1": "500", "2": "9000001", "3": "80", "4": "1200"}
    rows = [line.split("\t") for line in net.splitlines() if line.startswith("\t")]
    head = "\n".join(line for line in net.splitlines() if not line.startswith("\t"))
    renamed = "\n".join("\t".join(["", names[row[1]], names[row[2]], *row[3:]]) for row in rows)
    return f"{head}\n{renamed}\n", trips.replace("1 :", "500 :").replace("2 :", "9000001 :").replace("\t1 ", "\t500 ")


def test_b01_as_many_zones_as_nodes_and_numbers_of_their_own(tmp_path: Path) -> None:
    net, trips = own(META.replace("ZONES> 2", "ZONES> 4").replace("NODE> 3", "NODE> 500") + ROWS, TRIPS)
    found = tntp(tmp_path, net, trips)
    assert (found.roads.nodes.tolist(), found.roads.n_zones) == ([500, 9000001, 80, 1200], 2)
    assert found.roads.classes[0].trips.tolist() == [[0, 6], [0, 0]]
    assert found.roads.through.all()
    assert found.notes == (
        "nodes have numbers of their own; the 2 that trips begin or end at are the zones",
        "a first thru node of 500 does not part the zones from other nodes: all may be driven through",
    )


@pytest.mark.parametrize(("first", "closed", "notes"), [("1", [], 1), ("80", [], 1), ("9000002", [], 2)])
def test_b02_a_first_thru_node_among_numbers_of_their_own(
    tmp_path: Path, first: str, closed: list[int], notes: int
) -> None:
    net, trips = own(META.replace("NODE> 3", f"NODE> {first}") + ROWS, TRIPS)
    found = tntp(tmp_path, net, trips)
    assert found.roads.nodes[~found.roads.through].tolist() == closed
    assert len(found.notes) == notes


def test_b03_zones_with_lower_numbers_of_their_own_are_not_driven_through(tmp_path: Path) -> None:
    net, trips = own(META.replace("NODE> 3", "NODE> 1000"), TRIPS)
    net += "\t101\t2000\t10\t1\t2\t0.15\t4\t60\t0\t1\t;\n" * 2 + "\t3000\t102\t10\t1\t2\t0.15\t4\t60\t0\t1\t;\n"
    found = tntp(tmp_path, net, trips.replace("500", "101").replace("9000001", "102"))
    assert found.roads.nodes.tolist() == [101, 102, 2000, 3000]
    assert found.roads.through.tolist() == [False, False, True, True]


def test_b04_swapped_columns_are_no_numbers_of_their_own(tmp_path: Path) -> None:
    assert "look whether columns are swapped" in told(
        tntp, tmp_path, META + ROWS.replace("\t1\t3\t10\t", "\t10\t3\t1\t")
    )


def test_b05_a_road_without_capacity_or_time_is_none(tmp_path: Path) -> None:
    net = META.replace("LINKS> 3", "LINKS> 4") + "\t3\t1\t0\t0.75\t0.0\t0.15\t4\t0.0\t0\t0\t;\n" + ROWS
    found = tntp(tmp_path, net)
    assert (found.roads.tail.tolist(), found.roads.head.tolist()) == ([0, 2, 3], [2, 3, 1])
    assert found.notes == ("1 links have neither capacity nor time: left out, as no road",)
    assert "line 8, capacity | found '0' | give a number above 0" in told(
        tntp, tmp_path, net.replace("0.75\t0.0", "0.75\t0.1")
    )


def test_b06_of_a_closed_road_other_cells_are_minded_and_later_lines_are_called_as_they_are(tmp_path: Path) -> None:
    net = META.replace("LINKS> 3", "LINKS> 4") + "\t3\t1\t0\t0.75\t0.0\t0.15\t4\t0.0\t0\t0\t;\n"
    assert "Tiny_net.tntp, line 11, term_node | found '9'" in told(
        tntp, tmp_path, net + ROWS.replace("\t4\t2\t30", "\t4\t9\t30")
    )


def test_b07_trips_in_an_archive(tmp_path: Path) -> None:
    put(tmp_path, {"Tiny_net.tntp": META + ROWS})
    (tmp_path / "Tiny_trips.tntp.zip").write_bytes(b"PK")
    said = told(read_tntp, tmp_path)
    assert "there is Tiny_trips.tntp.zip" in said
    assert "put Tiny_trips.tntp beside Tiny_net.tntp, out of its archive" in said


# c: folders of GMNS

NODE = "node_id,zone_id,x_coord,y_coord\n1,1,49.1,40.1\n2,2,49.2,40.2\n3,,49.3,40.3\n"
LINK = "from_node_id,to_node_id,length,lanes,free_speed,capacity,link_type,VDF_alpha,VDF_beta,allowed_uses\n"
LINKS = LINK + "1,3,15,1,60,3000,2,0.15,4,\n3,2,10,2,60,4000,1,0.15,4,\n"
DEMAND = "o_zone_id,d_zone_id,volume\n1,1,0\n1,2,8000\n2,1,0\n"


def gmns(folder: Path, uses: tuple[str, ...] = (), **files: str) -> Foreign:
    """The network of these tables."""
    texts = {"node": NODE, "link": LINKS, "demand": DEMAND, **files}
    return read_gmns(put(folder, {f"{name}.csv": text for name, text in texts.items()}), uses=uses)


def test_c01_links_without_an_id(tmp_path: Path) -> None:
    roads = gmns(tmp_path).roads
    assert roads.links == ("1", "2")
    assert (roads.capacity.tolist(), roads.free_flow.tolist()) == ([3000, 8000], [15, 10])


def test_c02_tables_that_only_begin_as_those_of_trips_do(tmp_path: Path) -> None:
    lists = "first_column,file_sequence_no,file_name,demand_period,mode_type\n0,1,demand.csv,am,auto\n"
    found = gmns(tmp_path, demand_file_list=lists, demand_period="period,time\nam,0700_0800\n")
    assert [of.name for of in found.roads.classes] == ["trips"]
    assert "demand_file_list.csv has no trips, by its heading: left out" in found.notes
    assert "demand_period.csv has no trips, by its heading: left out" in found.notes


def test_c03_other_tables_of_trips_must_be_whole(tmp_path: Path) -> None:
    assert "demand_truck.csv, heading | found 'no column volume'" in told(
        gmns, tmp_path, demand_truck="o_zone_id,d_zone_id,trips\n1,2,5\n"
    )


def test_c04_only_links_of_the_use_asked_for_need_be_right(tmp_path: Path) -> None:
    walk = "9,8,,,,,,,,walk\n2,3,,0,,1000,,,,walk\n"
    link = LINKS.replace("4,\n", '4,"auto, bike"\n') + walk
    assert "link.csv, line 4, from_node_id | found '9'" in told(gmns, tmp_path, link=link)
    found = gmns(tmp_path, ("Auto",), link=link)
    assert (found.roads.links, found.roads.n_links) == (("1", "2"), 2)
    assert "2 of 4 links do not allow auto: left out" in found.notes
    assert "link.csv, line 5, capacity" in told(
        gmns, tmp_path, ("auto",), link=link.replace("walk\n2,3,,0,,1000,,,,walk", "walk\n2,3,1,0,9,1000,,,,auto")
    )


def test_c05_a_use_that_no_link_allows(tmp_path: Path) -> None:
    link = LINKS.replace("4,\n", '4,"auto, bike"\n')
    said = told(gmns, tmp_path, ("tram",), link=link)
    assert "link.csv, allowed_uses | found 'no link for tram' | give one of auto, bike" in said


def test_c06_times_of_miles_and_miles_an_hour(tmp_path: Path) -> None:
    head, first, second = LINKS.splitlines()
    more = "vdf_length_mi,vdf_free_speed_mph,vdf_fftt"
    link = f"{head},{more}\n{first},10,40,\n{second},10,40,7\n"
    found = gmns(tmp_path, link=link)
    assert found.roads.free_flow.tolist() == [15, 7]
    assert not any("config.csv" in note for note in found.notes)
    assert gmns(tmp_path, link=link.replace(",10,40,\n", ",10,0,\n")).roads.free_flow.tolist() == [15, 7]


def test_c07_nothing_of_it_becomes_nan(tmp_path: Path) -> None:
    found = gmns(tmp_path, link=LINKS + "3,2,0,1,60,4000,1,0,0,\n").roads
    assert np.isfinite(found.free_flow).all()
    assert found.free_flow[2] == 0


# d: files that are something else


def test_d01_what_has_no_sizes_is_not_looked_at_any_further(tmp_path: Path) -> None:
    said = told(tntp, tmp_path, "some other text\n" * 50)
    assert said.splitlines()[0].startswith("2 problems")
    assert "<NUMBER OF ZONES> | found 'nothing'" in said


def test_d02_a_table_of_trips_that_is_none_is_not_told_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tntp_trips, "MOST_TOLD", 20)
    said = told(tntp, tmp_path, META + ROWS, "word\n" * 1000)
    assert "11 more like it, the last at Tiny_trips.tntp, line 21 | found 'word'" in said
