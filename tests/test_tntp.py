"""TNTP: networks as the public collection keeps them, all that its files do differently, and files that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.formats.foreign import MOST_ALIKE, Foreign, Gathered
from karvan.formats.tntp import read_tntp
from karvan.formats.tntp_trips import read_trips
from karvan.ground.errors import InputError

NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 5
<END OF METADATA>


~ \tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
\t1\t3\t10\t1.5\t2\t0.15\t4\t60\t0\t1\t;
\t1\t4\t20\t2.5\t3\t0.15\t4\t60\t7\t1\t;
\t3\t2\t30\t3.5\t4\t0.15\t4\t60\t0\t1\t;
\t3\t4\t40\t4.5\t5\t0.15\t4\t60\t0\t1\t;
\t4\t2\t50\t5.5\t6\t0.15\t4\t60\t0\t1\t;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 6.5
<END OF METADATA>


Origin \t1
    1 :      0.0;     2 :      6.0;

Origin \t2
    1 :      0.5;
"""
NODES = "Node\tX\tY\t;\n1\t49.1\t40.1\t;\n2\t49.2\t40.2\t;\n3\t49.3\t40.3\t;\n4\t49.4\t40.4\t;\n"


def read(folder: Path, net: str = NET, trips: str = TRIPS, **more: str) -> Foreign:
    """The network of these files."""
    for kind, text in {"net": net, "trips": trips, **more}.items():
        (folder / f"Tiny_{kind}.tntp").write_bytes(text.encode())
    return read_tntp(folder)


def wrong(folder: Path, net: str = NET, trips: str = TRIPS, **more: str) -> list[str]:
    """What is told of files that cannot be used."""
    with pytest.raises(InputError) as found:
        read(folder, net, trips, **more)
    return [str(problem) for problem in found.value.problems]


# a: what the files say


def test_a01_a_network_and_its_trips(tmp_path: Path) -> None:
    found = read(tmp_path)
    roads = found.roads
    assert (roads.name, roads.n_zones, roads.nodes.tolist()) == ("Tiny", 2, [1, 2, 3, 4])
    assert (roads.tail.tolist(), roads.head.tolist()) == ([0, 0, 2, 2, 3], [2, 3, 1, 3, 1])
    assert roads.capacity.tolist() == [10, 20, 30, 40, 50]
    assert roads.length.tolist() == [1.5, 2.5, 3.5, 4.5, 5.5]
    assert roads.free_flow.tolist() == [2, 3, 4, 5, 6]
    assert (roads.b.tolist(), roads.power.tolist(), roads.toll.tolist()) == ([0.15] * 5, [4.0] * 5, [0, 7, 0, 0, 0])
    assert roads.classes[0].trips.tolist() == [[0, 6.0], [0.5, 0]]
    assert (found.notes, found.known) == ((), None)


def test_a02_zones_below_the_first_through_node_are_not_driven_through(tmp_path: Path) -> None:
    assert read(tmp_path).roads.through.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\t", "   "),
        lambda text: text.replace("\t;", ";"),
        lambda text: text.replace("\t;", " ;   "),
        lambda text: text.replace(";", ""),
        lambda text: text.replace(
            "<END OF METADATA>", "<ORIGINAL HEADER>~ \tInit node \tTerm node ;\n<END OF METADATA> "
        ),
        lambda text: text.replace("> ", ">"),
        lambda text: text.replace("<NUMBER", "  < Number"),
        lambda text: text.replace("\t3\t2\t", "~ a note\n\t3\t2\t").replace("\t;\n", "\t; ~ said there\n"),
        lambda text: text.replace("\t60\t", "\t6.0e+001\t"),
        lambda text: "\n".join([*reversed(text.splitlines()[:4]), *text.splitlines()[4:]]),
    ],
)
def test_a03_however_a_network_is_spelt(tmp_path: Path, spelt: Callable[[str], str]) -> None:
    plain, other = read(tmp_path).roads, read(tmp_path, spelt(NET)).roads
    for name in ("nodes", "through", "tail", "head", "capacity", "free_flow", "b", "power", "toll", "length"):
        assert getattr(plain, name).tolist() == getattr(other, name).tolist(), name


@pytest.mark.parametrize(
    "trips",
    [
        "Origin 1\n1:0.0;2:6.0;\nOrigin 2\n1:0.5;",
        "Origin\t1\n\t1 :\t0.0;\t2 :\t6.0;\n\nOrigin\t2\n\t1 :\t0.5\n",
        "origin 1\n\n  1\n : 0.0 ;\n2 :\n6.0;origin 2 1 : 0.5 ;",
        "~ made by hand\nOrigin 1 ~ here\n2 : 6e0; ~ 1 : 9.0;\nORIGIN 2\n1 : .5;\n",
    ],
)
def test_a04_however_trips_are_spelt(tmp_path: Path, trips: str) -> None:
    assert read(tmp_path, trips="<END OF METADATA>\n" + trips).roads.classes[0].trips.tolist() == [[0, 6.0], [0.5, 0]]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, unique=True),
    st.data(),
)
def test_a05_any_trips_in_any_spacing(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    blank = st.sampled_from(["", " ", "\t", "\n", " \n  ", "~ said\n"])
    amounts = [data.draw(st.floats(0, 1e9)) for _ in pairs]
    text = "<TOTAL OD FLOW> 1\n<END OF METADATA>\n"
    for start in sorted({start for start, _ in pairs}):
        text += f"Origin{data.draw(blank)} {start}\n"
        for (of, end), trips in zip(pairs, amounts, strict=True):
            if of == start:
                text += f"{data.draw(blank)} {end}{data.draw(blank)}:{data.draw(blank)} {trips!r}{data.draw(blank)};"
    path = tmp_path_factory.mktemp("trips") / "x_trips.tntp"
    path.write_text(text)
    found = read_trips(path, Gathered())[1]
    read_back = dict(zip(zip(found.origin.tolist(), found.destination.tolist(), strict=True), found.trips, strict=True))
    assert read_back == dict(zip(pairs, amounts, strict=True))


def test_a06_factors_say_what_trips_mind(tmp_path: Path) -> None:
    told = NET.replace("<END", "<TOLL FACTOR> 0.02\n<DISTANCE FACTOR>0.04\n<END")
    (of,) = read(tmp_path, told).roads.classes
    assert (of.toll_weight, of.length_weight) == (0.02, 0.04)
    assert read(tmp_path, told).roads.fixed(of)[1] == pytest.approx(0.02 * 7 + 0.04 * 2.5)


@pytest.mark.parametrize("nodes", [NODES, NODES.replace("\t;", ""), NODES.split("\n", 1)[1], NODES.replace("\t", ",")])
def test_a07_coordinates(tmp_path: Path, nodes: str) -> None:
    where = read(tmp_path, node=nodes).roads.lon_lat
    assert where is not None
    assert where.tolist() == [[49.1, 40.1], [49.2, 40.2], [49.3, 40.3], [49.4, 40.4]]


@pytest.mark.parametrize(
    "flow",
    [
        "From \tTo \tVolume \tCost \t\n1 \t3 \t1.5 \t2.0 \t\n1 4 2.5 3\n3 2 3.5 4\n3 4 4.5 5\n4 2 5.5 6\n",
        "<NUMBER OF LINKS> 5\n<END OF METADATA>\n~ Tail ;\n1 3 : 1.5 2 ;\n1 4 : 2.5 ;\n3 2 : 3.5;\n3 4:4.5\n4 2 5.5",
    ],
)
def test_a08_flows_that_are_known(tmp_path: Path, flow: str) -> None:
    known = read(tmp_path, flow=flow).known
    assert known is not None
    assert known.tolist() == [1.5, 2.5, 3.5, 4.5, 5.5]


def test_a09_flows_of_parallel_links_go_in_their_order(tmp_path: Path) -> None:
    twice = NET.replace("\t1\t4\t", "\t1\t3\t")
    known = read(tmp_path, twice, flow="From To Volume Cost\n1 3 1 2\n1 3 2 3\n9 9 4 4\n").known
    assert known is not None
    assert known[:2].tolist() == [1, 2]
    assert np.isnan(known[2:]).all()


def test_a10_columns_in_the_order_of_the_heading(tmp_path: Path) -> None:
    before, after = NET.split("~ \t")
    head, *rows = after.splitlines()
    cells = [line.strip("\t;").split("\t") for line in (head, *rows)]
    moved = ["\t".join([row[4], row[1], row[0], row[2], row[3], *row[5:]]) for row in cells]
    found = read(tmp_path, before + "~ " + "\n".join(moved))
    assert found.roads.free_flow.tolist() == [2, 3, 4, 5, 6]
    assert found.roads.tail.tolist() == [0, 0, 2, 2, 3]
    assert "another order" in found.notes[0]


def test_a11_nodes_with_numbers_of_their_own(tmp_path: Path) -> None:
    names = {"1": "1000007", "2": "500", "3": "2146237908", "4": "12"}
    head, rows = NET.split("link_type\t;\n")
    renamed = "".join(
        "\t".join(["", names[cells[1]], names[cells[2]], *cells[3:]]) + "\n"
        for cells in (line.split("\t") for line in rows.splitlines())
    )
    trips = "<END OF METADATA>\nOrigin 1000007\n 500 : 6.0; 1000007 : 0;\nOrigin 500\n 1000007 : 0.5;\n"
    found = read(tmp_path, f"{head}link_type\t;\n{renamed}".replace("NODE> 3", "NODE> 1"), trips)
    assert found.roads.nodes.tolist() == [500, 1000007, 12, 2146237908]
    assert found.roads.classes[0].trips.tolist() == [[0, 0.5], [6.0, 0]]
    assert found.roads.nodes[found.roads.tail].tolist() == [1000007, 1000007, 2146237908, 2146237908, 12]
    assert "numbers of their own" in found.notes[0]


def test_a12_a_file_of_windows_is_read_as_such(tmp_path: Path) -> None:
    (tmp_path / "Tiny_net.tntp").write_bytes(NET.replace("~ \t", "~ B\u00fcrgersteig \n~ \t").encode("latin-1"))
    (tmp_path / "Tiny_trips.tntp").write_text(TRIPS)
    assert read_tntp(tmp_path).roads.n_links == 5


# b: which files, and what to know of them


def test_b01_several_networks_need_a_name(tmp_path: Path) -> None:
    for name in ("berlin-center", "Friedrichshain"):
        (tmp_path / f"{name}_Net.tntp").write_text(NET)
        (tmp_path / f"{name}_trips_am.tntp").write_text(TRIPS)
    with pytest.raises(InputError, match=r"2 networks \| name one of Friedrichshain, berlin-center"):
        read_tntp(tmp_path)
    assert read_tntp(tmp_path, "friedrichshain").roads.name == "Friedrichshain"
    assert read_tntp(tmp_path / "berlin-center_Net.tntp").roads.name == "berlin-center"
    with pytest.raises(InputError, match="there is berlin-center"):
        read_tntp(tmp_path, "berlin-centre")


def test_b02_old_endings_and_the_only_trips_there_are(tmp_path: Path) -> None:
    (tmp_path / "Tiny_network_2016_01.txt").write_text(NET)
    (tmp_path / "demand_trips.txt").write_text(TRIPS)
    assert read_tntp(tmp_path).roads.classes[0].trips.sum() == 6.5


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "no file *_net.tntp"),
        ({"Tiny_net.tntp": NET}, "trips | found no file of 'Tiny'; there is none | put Tiny_trips.tntp beside"),
    ],
)
def test_b03_files_that_are_not_there(tmp_path: Path, files: dict[str, str], told: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as found:
        read_tntp(tmp_path)
    assert told in str(found.value)
    with pytest.raises(InputError, match="nothing there"):
        read_tntp(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("net", "trips", "note"),
    [
        (NET, TRIPS.replace("6.5", "7.0"), "tells 7 trips in all, and its pairs have 6.5: those count"),
        (NET, TRIPS.replace("ZONES> 2", "ZONES> 9"), "tells 9 zones, the network 2: those count"),
        (NET.replace("<FIRST THRU NODE> 3\n", ""), TRIPS, "zones may be driven through"),
        (NET.replace("10\t1.5\t2\t0.15", "0\t1.5\t2\t0"), TRIPS, "1 links have a capacity of 0 and a b of 0"),
        (NET.replace("\t60\t0\t1\t;", "\t;").replace("\t60\t7\t1\t;", ";"), TRIPS, "7 columns: no link has a toll"),
    ],
)
def test_b04_what_is_odd_but_usable_is_noted(tmp_path: Path, net: str, trips: str, note: str) -> None:
    found = read(tmp_path, net, trips)
    assert note in "\n".join(found.notes)


def test_b05_a_total_that_was_rounded_is_not_worth_a_note(tmp_path: Path) -> None:
    assert read(tmp_path, trips=TRIPS.replace("6.5", "6.5000001")).notes == ()


def test_b06_no_limit_is_infinite(tmp_path: Path) -> None:
    assert np.isinf(read(tmp_path, NET.replace("10\t1.5\t2\t0.15", "0\t1.5\t2\t0")).roads.capacity[0])


def test_b07_coordinates_of_some_nodes_and_of_strangers(tmp_path: Path) -> None:
    found = read(tmp_path, node=NODES.replace("4\t49.4\t", "5\t49.4\t"))
    assert found.notes == (
        "Tiny_node.tntp has 1 nodes that the network does not have",
        "Tiny_node.tntp has no coordinates for 1 nodes",
    )
    assert found.roads.lon_lat is not None
    assert np.isnan(found.roads.lon_lat).tolist() == [[False] * 2] * 3 + [[True] * 2]


# c: what is wrong is told by file and line, all at once


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("\t1\t3\t10\t", "\t10\t3\t1\t", "Tiny_net.tntp, line 9, init_node | found '10' | give a node from 1 to 4"),
        ("\t1\t3\t10\t", "\t1\t10.5\t3\t", "line 9, term_node | found '10.5' | give the number of a node"),
        ("\t1\t3\t10\t", "\t0\t3\t10\t", "line 9, init_node | found '0' | give the number of a node"),
        ("\t1\t3\t10\t", "\t1\t3\tten\t", "line 9, capacity | found 'ten' | give a number above 0"),
        ("\t1\t3\t10\t", "\t1\t3\t-10\t", "line 9, capacity | found '-10' | give a number above 0"),
        ("\t1\t3\t10\t", "\t1\t3\t0\t", "line 9, capacity | found '0' | give a number above 0"),
        ("\t1\t3\t10\t", "\t1\t3\tinf\t", "line 9, capacity | found 'inf' | give a number above 0"),
        ("1.5\t2\t0.15", "1.5\t-2\t0.15", "line 9, free_flow_time | found '-2' | give a number of 0 or more"),
        ("1.5\t2\t0.15", "1.5\tnan\t0.15", "line 9, free_flow_time | found 'nan' | give a number of 0 or more"),
        ("1.5\t2\t0.15", "1.5\t2\t-0.15", "line 9, b | found '-0.15' | give a number of 0 or more"),
        ("\t7\t1\t;", "\tfree\t1\t;", "line 10, toll | found 'free' | give a number"),
        ("\t7\t1\t;", "\t7\t;", "line 10 | found '9 columns' | give 10, as in line 9"),
        ("LINKS> 5", "LINKS> 6", "links | found '5 for 6 told' | give 5 in <NUMBER OF LINKS>, or all the links"),
        ("LINKS> 5", "LINKS> many", "<NUMBER OF LINKS> | found 'many' | give a whole number of 1 or more"),
        ("<NUMBER OF NODES> 4\n", "", "<NUMBER OF NODES> | found 'nothing' | say <NUMBER OF NODES> before"),
        ("ZONES> 2", "ZONES> 5", "<NUMBER OF ZONES> | found '5' | give no more zones than nodes"),
        ("NODE> 3", "NODE> 2.5", "<FIRST THRU NODE> | found '2.5' | give a whole number"),
        (NET[NET.index("~") :], "", "links | found 'none' | give a row a link"),
    ],
)
def test_c01_a_network(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in NET
    assert told in "\n".join(wrong(tmp_path, NET.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("6.0;", "-6.0;", "Tiny_trips.tntp, line 7, trips | found '-6.0' | give a number of 0 or more"),
        ("6.0;", "nan;", "line 7, trips | found 'nan' | give a number of 0 or more"),
        ("6.0;", "six;", "line 7, trips | found 'six' | give a number of 0 or more"),
        ("6.0;", ";", "line 7 | found '2' | give pairs of a zone and its trips as 2 : 100.0;"),
        ("2 :      6.0;", "3 :      6.0;", "line 7 | found 'zone 3' | give a zone from 1 to 2"),
        ("2 :      6.0;", "1.5 :      6.0;", "line 7, destination | found '1.5' | give the number of a zone"),
        ("Origin \t2", "Origin \t7", "line 10 | found 'zone 7' | give a zone from 1 to 2, as Tiny_net.tntp has them"),
        ("Origin \t2", "Origin \tB", "line 9, Origin | found 'B' | give the number of a zone"),
        ("1 :      0.5;", "1 : 0.5; 1 : 0.7;", "line 10 | found '2 to 1 again' | give each pair once"),
        (TRIPS[TRIPS.index("Origin") :], "", "found 'no trips'"),
    ],
)
def test_c02_trips(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in TRIPS
    assert told in "\n".join(wrong(tmp_path, trips=TRIPS.replace(old, new)))


def test_c03_all_at_once(tmp_path: Path) -> None:
    net = (
        NET.replace("\t1\t3\t10\t", "\t1\t3\tten\t").replace("\t50\t5.5", "\t50\t-5.5").replace("LINKS> 5", "LINKS> 4")
    )
    told = wrong(tmp_path, net, TRIPS.replace("6.0;", "-6.0;"))
    assert len(told) == 4
    assert [one.split(" | ")[0] for one in told] == [
        "Tiny_net.tntp, line 9, capacity",
        "Tiny_net.tntp, line 13, length",
        "Tiny_trips.tntp, line 7, trips",
        "Tiny_net.tntp, links",
    ]


def test_c04_many_alike_are_counted(tmp_path: Path) -> None:
    rows = "".join("\t1\t3\tten\t1\t2\t0.15\t4\t60\t0\t1\t;\n" for _ in range(25))
    net = (NET[: NET.index("\t1\t3")] + rows).replace("LINKS> 5", "LINKS> 25")
    told = wrong(tmp_path, net)
    assert len(told) == MOST_ALIKE + 1
    assert told[-1].startswith("15 more like it, the last at Tiny_net.tntp, line 33, capacity | found 'ten'")


def test_c05_coordinates(tmp_path: Path) -> None:
    assert wrong(tmp_path, node=NODES.replace("49.3", "east")) == [
        "Tiny_node.tntp, line 4 | found '3\\teast\\t40.3' | give a node, its x and its y"
    ]


# d: whatever there is in a file, it is read or told


@given(st.data())
def test_d01_a_spoilt_file_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    texts = {"net": NET, "trips": TRIPS, "node": NODES}
    kind = data.draw(st.sampled_from(sorted(texts)))
    text = texts[kind]
    cut = data.draw(st.integers(0, len(text)))
    bit = data.draw(st.text(st.sampled_from("0123456789.-~:;<> \t\nOriginaé\x00"), max_size=8))
    texts[kind] = text[:cut] + bit + text[cut + data.draw(st.integers(0, 6)) :]
    folder = tmp_path_factory.mktemp("net")
    with suppress(InputError):
        roads = read(folder, **texts).roads
        assert np.isfinite(roads.classes[0].trips).all()
        assert np.isfinite(roads.free_flow).all()
