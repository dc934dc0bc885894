"""`karvan assign --tntp` and `--gmns`: known answers through the command, its tables, its exit codes."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.test_gmns import DEMAND, LINK, NODE, braess, omx, put

from karvan.evidence.parquet import meaning
from karvan.formats.gmns import roads_gmns
from karvan.ground.errors import InputError
from karvan.study.assign_roads import OPTIONS, assign_roads

Says = Callable[..., tuple[int, str]]
BRAESS = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 5
<END OF METADATA>
~ init_node term_node capacity length free_flow_time b power speed toll link_type ;
 1 3 1 100 0.00000001 1000000000 1 0 0 1;
 1 4 1 100 50 0.02 1 0 0 1;
 3 2 1 100 50 0.02 1 0 0 1;
 3 4 1 100 10 0.1 1 0 0 1;
 4 2 1 100 0.00000001 1000000000 1 0 0 1;
"""
SIX = "<NUMBER OF ZONES> 2\n<TOTAL OD FLOW> 6.0\n<END OF METADATA>\nOrigin 1\n 2 : 6.0;\n"
LONE = """<NUMBER OF ZONES> 4
<NUMBER OF NODES> 5
<FIRST THRU NODE> 5
<NUMBER OF LINKS> 3
<END OF METADATA>
 1 5 10 1 1 0.15 4 0 0 1;
 5 2 10 1 1 0.15 4 0 0 1;
 3 5 10 1 1 0.15 4 0 0 1;
"""
"""Zone 4 has no link at all, and none leads to 1 and 3."""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The paradox of Braess as TNTP."""
    return put(tmp_path / "tiny", {"Braess_net.tntp": BRAESS, "Braess_trips.tntp": SIX})


@pytest.fixture
def lone(tmp_path: Path) -> Path:
    """A network with zones that have no connector."""
    trips = "<END OF METADATA>\nOrigin 1\n 2 : 5; 3 : 2; 4 : 1;\nOrigin 4\n 2 : 3;\nOrigin 3\n 3 : 9;\n"
    return put(tmp_path / "lone", {"Lone_net.tntp": LONE, "Lone_trips.tntp": trips})


def answer(says: Says, *words: object) -> tuple[int, Any]:
    """Exit code and document of a command; there is no NaN in it."""
    code, printed = says("assign", *words, "--json")

    def refuse(word: str) -> None:
        raise AssertionError(word)

    return code, json.loads(printed, parse_constant=refuse)


# a: known answers


def test_a01_braess_user_equilibrium(karvan_says: Says, tiny: Path) -> None:
    code, found = answer(karvan_says, "--tntp", tiny, "--gap", "1e-9")
    assert code == 0
    assert [link["volume"] for link in found["tables"]["links"]] == pytest.approx([4, 2, 2, 2, 4], abs=1e-6)
    assert (found["total_time"], found["objective"]) == (pytest.approx(552), pytest.approx(386))
    assert found["converged"]
    assert found["request"]["method"] == "ue"


@pytest.mark.parametrize(("method", "total"), [("so", 498.0), ("ue", 552.0), ("bfw", 552.0)])
def test_a02_by_each_method(karvan_says: Says, tiny: Path, method: str, total: float) -> None:
    code, found = answer(karvan_says, "--tntp", tiny, "--method", method, "--gap", "1e-4")
    assert (code, found["total_time"]) == (0, pytest.approx(total, rel=1e-3))


def test_a03_choice_by_a_logit_keeps_to_all_paths(karvan_says: Says, tiny: Path) -> None:
    code, found = answer(karvan_says, "--tntp", tiny, "--method", "sue", "--theta", "0.1", "--gap", "1e-6")
    volume = [link["volume"] for link in found["tables"]["links"]]
    assert code == 0
    assert volume[0] + volume[1] == pytest.approx(6)
    assert min(volume) > 1


def test_a04_hard_capacities_leave_some_unserved(karvan_says: Says, tiny: Path) -> None:
    code, found = answer(karvan_says, "--tntp", tiny, "--method", "hard")
    assert code == 0
    assert found["unserved"] == pytest.approx(4)
    assert found["tables"]["unserved"][0]["reason"] != "no way"
    assert sum(link["worth"] > 0 for link in found["tables"]["links"]) >= 1


@pytest.mark.parametrize("form", ["tntp", "gmns"])
def test_a05_the_same_network_in_both_formats(tiny: Path, tmp_path: Path, form: str) -> None:
    folder = tiny if form == "tntp" else put(tmp_path / "g", roads_gmns(braess()))
    found = assign_roads(folder, form, gap=1e-9)
    assert found.loads.volume == pytest.approx([4, 2, 2, 2, 4], abs=1e-6)


def test_a06_volumes_that_came_with_the_network_are_compared(karvan_says: Says, tiny: Path) -> None:
    (tiny / "Braess_flow.tntp").write_text("From To Volume Cost\n1 3 4 40\n1 4 2 52\n3 2 2.5 52\n3 4 2 12\n4 2 4 40\n")
    code, found = answer(karvan_says, "--tntp", tiny, "--gap", "1e-9")
    assert code == 0
    assert found["largest_difference"] == {
        "link": "3 - 2", "found": pytest.approx(2, abs=1e-6), "known": 2.5, "links": 5,
    }  # fmt: skip
    assert (
        "volumes that came with it: 0.5 (20.0000%) on 3 - 2"
        in karvan_says("assign", "--tntp", tiny, "--gap", "1e-9")[1]
    )


def test_a07_trips_from_a_matrix(karvan_says: Says, tiny: Path) -> None:
    path = omx(tiny, [2, 1], "trips.omx", am=[[0, 0], [2, 0]], pm=[[0, 0], [4, 0]])
    code, found = answer(karvan_says, "--tntp", tiny, "--omx", path, "--gap", "1e-9")
    assert (code, found["classes"]) == (0, ["am", "pm"])
    links = found["tables"]["links"]
    assert [link["volume"] for link in links] == pytest.approx([4, 2, 2, 2, 4], abs=1e-6)
    assert [link["flow_am"] + link["flow_pm"] for link in links] == pytest.approx([4, 2, 2, 2, 4], abs=1e-6)
    code, found = answer(karvan_says, "--tntp", tiny, "--omx", path, "--matrix", "am")
    assert (found["classes"], found["trips"]) == (["am"], 2)


def test_a08_trips_of_several_classes_share_the_links(karvan_says: Says, tmp_path: Path) -> None:
    classes = "class,pce,toll_weight,length_weight\ntrips,1,0,0\ntruck,2,0,0\n"
    folder = put(tmp_path / "g", {"node.csv": NODE, "link.csv": LINK, "demand.csv": DEMAND, "classes.csv": classes,
                                  "demand_truck.csv": DEMAND})  # fmt: skip
    code, found = answer(karvan_says, "--gmns", folder)
    assert code == 0
    for link in found["tables"]["links"]:
        assert link["volume"] == pytest.approx(link["flow_trips"] + 2 * link["flow_truck"])


@pytest.mark.parametrize("method", list(OPTIONS))
@pytest.mark.parametrize("gap", [1e-2, 1e-6])
def test_a09_what_is_served_leaves_its_zone_and_arrives(lone: Path, tiny: Path, method: str, gap: float) -> None:
    for folder in (lone, tiny):
        found = assign_roads(folder, method=method, gap=gap, iterations=100_000 if method == "bfw" else None)
        roads, served = found.roads, found.roads.classes[0].trips.copy()
        np.fill_diagonal(served, 0)
        place = {int(zone): ix for ix, zone in enumerate(roads.zones)}
        for one in found.loads.unserved:
            served[place[one.origin], place[one.destination]] -= one.trips
        balance = np.zeros(roads.n_nodes)
        np.add.at(balance, roads.tail, found.loads.flow[0])
        np.add.at(balance, roads.head, -found.loads.flow[0])
        wanted = np.zeros(roads.n_nodes)
        wanted[: roads.n_zones] = served.sum(axis=1) - served.sum(axis=0)
        assert balance == pytest.approx(wanted, abs=1e-9)


# b: what found no way is in the answer


def test_b01_a_zone_without_a_connector(karvan_says: Says, lone: Path) -> None:
    code, found = answer(karvan_says, "--tntp", lone)
    assert code == 0
    assert [tuple(row.values()) for row in found["tables"]["unserved"]] == [
        ("trips", "1", "3", 2, "no link leads to zone 3"),
        ("trips", "1", "4", 1, "no link leads to zone 4"),
        ("trips", "4", "2", 3, "no link leaves zone 4"),
    ]
    assert (found["trips"], found["unserved"], found["within_zones"]) == (11, 6, 9)


@pytest.mark.parametrize("method", list(OPTIONS))
def test_b02_nothing_can_be_assigned(karvan_says: Says, tiny: Path, method: str) -> None:
    (tiny / "Braess_trips.tntp").write_text("<END OF METADATA>\nOrigin 2\n 1 : 6.0;\n")
    code, found = answer(karvan_says, "--tntp", tiny, "--method", method)
    assert (code, found["unserved"]) == (4, 6)
    assert found["tables"]["unserved"][0]["reason"] == "no link leaves zone 2"
    assert all(link["volume"] == 0 for link in found["tables"]["links"])


@pytest.mark.parametrize("method", list(OPTIONS))
def test_b03_no_trips_are_no_failure(karvan_says: Says, tiny: Path, method: str) -> None:
    (tiny / "Braess_trips.tntp").write_text("<END OF METADATA>\nOrigin 1\n 1 : 6.0; 2 : 0;\n")
    code, found = answer(karvan_says, "--tntp", tiny, "--method", method)
    assert (code, found["trips"], found["within_zones"]) == (0, 0, 6)
    assert "there are no trips between zones" in found["notes"]


def test_b04_ways_that_only_lead_through_a_zone(karvan_says: Says, lone: Path) -> None:
    net = LONE.replace("<FIRST THRU NODE> 5", "<FIRST THRU NODE> 6")
    (lone / "Lone_net.tntp").write_text(net)
    code, found = answer(karvan_says, "--tntp", lone)
    assert code == 4
    assert found["tables"]["unserved"][0] | {"reason": ""} == {
        "trip_class": "trips", "origin": "1", "destination": "2", "trips": 5, "reason": "",
    }  # fmt: skip
    assert found["tables"]["unserved"][0]["reason"] == "no way"


# c: exit codes


def test_c01_a_gap_that_is_not_reached(karvan_says: Says, tiny: Path) -> None:
    code, printed = karvan_says("assign", "--tntp", tiny, "--iterations", 1)
    assert code == 5
    assert "NOT CONVERGED: relative gap" in printed
    assert "1 iteration, while 1e-06 was asked for" in printed
    code, found = answer(karvan_says, "--tntp", tiny, "--iterations", 1)
    assert (code, found["converged"], found["iterations"]) == (5, False, 1)
    assert found["gap"] > 1e-6


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--gap", "0"], "gap | found 0.0 | give a number above 0, below 1"),
        (["--gap", "nan"], "gap | found nan"),
        (["--iterations", "0"], "iterations | found 0 | give 1 to"),
        (["--method", "uee"], "method | found 'uee' | give one of ue"),
        (["--theta", "1"], "theta | found 1.0 | ue takes nothing of the kind: leave it out"),
        (["--method", "sue", "--theta", "-1"], "theta"),
        (["--network", "Brass"], "network | found 'Brass' | there is Braess"),
        (["--omx", "nowhere.omx"], "nowhere.omx"),
        (["--use", "truck"], "uses | found 'truck' | only GMNS networks say what links allow: leave it out"),
        (["--matrix", "am"], "matrix | found 'am' | give the file that it is in"),
    ],
)
def test_c02_a_request_that_makes_no_sense(karvan_says: Says, tiny: Path, words: list[str], told: str) -> None:
    code, printed = karvan_says("assign", "--tntp", tiny, *words)
    assert (code, told in printed) == (3, True), printed


def test_c03_files_that_are_wrong(karvan_says: Says, tiny: Path) -> None:
    (tiny / "Braess_trips.tntp").write_text(SIX.replace("6.0;", "-6.0;"))
    code, printed = karvan_says("assign", "--tntp", tiny)
    assert code == 3
    assert "Braess_trips.tntp, line 5, trips | found '-6.0' | give a number of 0 or more" in printed


def test_c04_one_network_at_a_time(karvan_says: Says, tiny: Path) -> None:
    assert karvan_says("assign", "--tntp", tiny, "--gmns", tiny)[0] == 2


# d: what is kept


def test_d01_a_folder_of_tables(karvan_says: Says, tiny: Path, tmp_path: Path) -> None:
    (tiny / "Braess_node.tntp").write_text("Node X Y\n1 49 40\n2 50 40\n3 49.5 40.5\n4 49.5 39.5\n")
    code, printed = karvan_says("assign", "--tntp", tiny, "--skims", "--out", tmp_path / "out")
    assert (code, f"written to {tmp_path / 'out'}" in " ".join(printed.split())) == (0, True)
    tables = {path.stem: pq.read_table(path) for path in (tmp_path / "out").glob("*.parquet")}
    assert set(tables) == {"links", "unserved", "iterations", "skims"}
    links = tables["links"].to_pydict()
    assert (links["from"], links["to"]) == (["1", "1", "3", "3", "4"], ["3", "4", "2", "4", "2"])
    assert links["volume"] == pytest.approx([4, 2, 2, 2, 4], abs=1e-3)
    assert meaning(tables["links"].schema)["volume"]["doc"] == "What all trips take of its capacity."
    assert tables["iterations"]["gap"].to_pylist()[-1] <= 1e-6
    skims = {(row["origin"], row["destination"]): row for row in tables["skims"].to_pylist()}
    assert skims["1", "2"]["time"] == pytest.approx(92, abs=1e-3)
    assert skims["1", "2"]["length"] in (200.0, 300.0)
    assert skims["2", "1"]["time"] is None
    about = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert about["results"]["total_time"] == pytest.approx(552, rel=1e-4)
    assert set(about["inputs"]["settings"]["files"]) == {"Braess_net.tntp", "Braess_trips.tntp", "Braess_node.tntp"}
    lines = json.loads((tmp_path / "out" / "flows.geojson").read_text("utf-8"))
    assert [one["properties"]["volume"] for one in lines["features"]] == pytest.approx([4, 2, 2, 2, 4], abs=1e-3)
    assert lines["features"][0]["geometry"] == {"type": "LineString", "coordinates": [[49, 40], [49.5, 40.5]]}
    assert "coordinates" not in lines
    with h5py.File(tmp_path / "out" / "skims.omx") as file:
        assert file["data/time"][0, 1] == pytest.approx(92, abs=1e-3)
        assert np.isnan(file["data/time"][1, 0])
        assert file["lookup/origin"][:].tolist() == [1, 2]


def test_d02_the_same_request_again_goes_into_the_same_folder_and_another_does_not(
    karvan_says: Says, tiny: Path, tmp_path: Path
) -> None:
    words = ("assign", "--tntp", tiny, "--out", tmp_path / "out")
    assert karvan_says(*words)[0] == 0
    before = (tmp_path / "out" / "links.parquet").read_bytes()
    assert karvan_says(*words)[0] == 0
    assert (tmp_path / "out" / "links.parquet").read_bytes() == before
    code, printed = karvan_says(*words, "--method", "so")
    assert (code, "settings/method | found so where the run has ue" in printed) == (3, True)


def test_d03_coordinates_that_are_no_degrees(karvan_says: Says, tiny: Path, tmp_path: Path) -> None:
    (tiny / "Braess_node.tntp").write_text("Node X Y\n1 500000 40\n2 510000 40\n3 505000 405\n")
    code, found = answer(karvan_says, "--tntp", tiny, "--out", tmp_path / "out")
    assert code == 0
    assert "coordinates are no degrees: a map must be told what they are" in found["notes"]
    lines = json.loads((tmp_path / "out" / "flows.geojson").read_text("utf-8"))
    assert len(lines["features"]) == 2
    assert lines["coordinates"] == "as in the files of the network; they are no degrees"


def test_d04_a_folder_of_somebody_else(karvan_says: Says, tiny: Path) -> None:
    code, printed = karvan_says("assign", "--tntp", tiny, "--out", tiny)
    assert (code, "give a new or empty folder, or a run's" in printed) == (3, True)


def test_d05_a_terminal_sees_the_fullest_links_and_why_some_are_unserved(karvan_says: Says, lone: Path) -> None:
    code, printed = karvan_says("assign", "--tntp", lone)
    assert code == 0
    assert "Lone: 4 zones, 5 nodes, 3 links, 11 trips between zones" in printed
    assert "unserved: 6 trips (54.55%)" in printed
    fullest = next(line for line in printed.splitlines() if line.startswith("1 - 5"))
    assert fullest.split()[3:6] == ["5", "10", "50.0%"]
    assert "no link leaves zone 4" in printed


def test_d06_names_go_along(karvan_says: Says, tmp_path: Path) -> None:
    node = "node_id,zone_id,x_coord,y_coord\nAKTAU,kz,51.1,43.6\nALAT,az,49.4,39.9\n"
    link = "link_id,from_node_id,to_node_id,directed,length,free_speed\nferry,AKTAU,ALAT,true,470,24\n"
    demand = "o_zone_id,d_zone_id,volume\nkz,az,3\naz,kz,2\n"
    folder = put(tmp_path / "g", {"node.csv": node, "link.csv": link, "demand.csv": demand})
    code, found = answer(karvan_says, "--gmns", folder, "--out", tmp_path / "out", "--skims")
    assert code == 0
    (link_row,) = found["tables"]["links"]
    assert (link_row["link"], link_row["from"], link_row["to"], link_row["volume"]) == ("ferry", "AKTAU", "ALAT", 3)
    assert link_row["capacity"] is None
    assert link_row["time"] == pytest.approx(470 / 24 * 60)
    assert [tuple(row.values())[1:] for row in found["tables"]["unserved"]] == [
        ("az", "kz", 2, "no link leaves zone az")
    ]
    skims = pq.read_table(tmp_path / "out" / "skims.parquet").to_pylist()
    assert {(row["origin"], row["destination"]) for row in skims if row["time"]} == {("kz", "az")}


def test_d07_the_network_and_its_flows_as_gmns(karvan_says: Says, tiny: Path, tmp_path: Path) -> None:
    assert karvan_says("assign", "--tntp", tiny, "--gap", "1e-9", "--to-gmns", tmp_path / "g")[0] == 0
    with (tmp_path / "g" / "link_performance.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["link_id"], row["from_node_id"], row["to_node_id"]) for row in rows[:2]] == [
        ("1", "1", "3"),
        ("2", "1", "4"),
    ]
    assert [float(row["volume"]) for row in rows] == pytest.approx([4, 2, 2, 2, 4], abs=1e-6)
    assert [float(row["travel_time"]) for row in rows] == pytest.approx([40, 52, 52, 12, 40], abs=1e-5)
    code, found = answer(karvan_says, "--gmns", tmp_path / "g", "--gap", "1e-9")
    assert (code, found["total_time"]) == (0, pytest.approx(552))
    assert karvan_says("assign", "--tntp", tiny, "--to-gmns", tmp_path / "g")[0] == 3


def test_d08_the_python_door_gives_the_same(tiny: Path) -> None:
    found = assign_roads(tiny, "tntp", skims=True)
    assert found.found
    assert found.loads.converged
    assert math.isnan(found.skims["time"][1, 0])
    with pytest.raises(InputError, match="format"):
        assign_roads(tiny, "visum")
