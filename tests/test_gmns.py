"""GMNS: networks of somebody else's read, ours written so that other tools take them, and back again."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import frictionless
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.corridor import Corridor
from karvan.corridor.roads import Roads, TripClass
from karvan.formats.foreign import Foreign
from karvan.formats.gmns import gmns_files, roads_gmns
from karvan.formats.gmns_read import read_gmns
from karvan.formats.omx import Omx, omx_bytes
from karvan.ground.errors import InputError

NODE = "node_id,zone_id,x_coord,y_coord\n1,1,49.1,40.1\n2,2,49.2,40.2\n3,,49.3,40.3\n"
LINK = (
    "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes\n"
    "10,1,3,true,2,60,900,2\n11,3,2,true,4,60,800,1\n12,2,1,false,6,90,700,1\n"
)
DEMAND = "o_zone_id,d_zone_id,volume\n1,2,100\n2,1,50.5\n"


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(folder: Path, node: str = NODE, link: str = LINK, demand: str = DEMAND, **more: str) -> Foreign:
    """The network of these files."""
    files = {"node": node, "link": link, "demand": demand, **more}
    return read_gmns(put(folder, {f"{name}.csv": text for name, text in files.items() if text}))


def wrong(folder: Path, **files: str) -> str:
    """What is told of files that cannot be used."""
    with pytest.raises(InputError) as found:
        read(folder, **files)
    return str(found.value)


def same(one: Roads, other: Roads) -> None:
    """Two networks are equal to the last bit."""
    for field in fields(Roads):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if field.name == "classes":
            assert [(of.name, of.pce, of.toll_weight, of.length_weight) for of in first] == [
                (of.name, of.pce, of.toll_weight, of.length_weight) for of in second
            ]
            for of, back in zip(first, second, strict=True):
                assert of.trips.tolist() == back.trips.tolist()
        elif isinstance(first, np.ndarray):
            assert first.dtype == second.dtype, field.name
            np.testing.assert_array_equal(first, second, field.name)
        else:
            assert first == second, field.name


def braess() -> Roads:
    """The paradox of Braess with coordinates; six trips from 1 to 2."""
    trips = np.array([[0.0, 6.0], [0.0, 0.0]])
    return Roads(
        name="braess",
        nodes=np.array([1, 2, 3, 4]),
        n_zones=2,
        through=np.array([True, True, True, True]),
        tail=np.array([0, 0, 2, 2, 3]),
        head=np.array([2, 3, 1, 3, 1]),
        capacity=np.ones(5),
        free_flow=np.array([1e-8, 50.0, 50.0, 10.0, 1e-8]),
        b=np.array([1e9, 0.02, 0.02, 0.1, 1e9]),
        power=np.ones(5),
        toll=np.zeros(5),
        length=np.full(5, 100.0),
        classes=(TripClass("trips", trips),),
        links=("1", "2", "3", "4", "5"),
        lon_lat=np.array([[49.0, 40.0], [50.0, 40.0], [49.5, 40.5], [49.5, 39.5]]),
    )


# a: what the files say


def test_a01_a_network_and_its_trips(tmp_path: Path) -> None:
    found = read(tmp_path)
    roads = found.roads
    assert (roads.nodes.tolist(), roads.n_zones, roads.zone_ids) == ([1, 2, 3], 2, None)
    assert roads.links == ("10", "11", "12", "12 back")
    assert (roads.tail.tolist(), roads.head.tolist()) == ([0, 2, 1, 0], [2, 1, 0, 1])
    assert roads.capacity.tolist() == [1800, 800, 700, 700]
    assert roads.free_flow.tolist() == [2, 4, 4, 4]
    assert (roads.b.tolist(), roads.power.tolist()) == ([0.15] * 4, [4] * 4)
    assert roads.classes[0].trips.tolist() == [[0, 100], [50.5, 0]]
    assert found.time_unit == "min"
    assert found.notes == (
        "no config.csv says the units: free_speed is taken to be lengths an hour, as GMNS has it",
        "3 of 3 links have no vdf_alpha: taken as 0.15",
        "3 of 3 links have no vdf_beta: taken as 4",
    )


@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        ("VDF_fftt1,VDF_alpha1,VDF_beta1,VDF_cap1", "7,0.5,2,1234", (7, 0.5, 2, 1234)),
        ("vdf_fftt,vdf_alpha,vdf_beta,vdf_cap", "7,0.5,2,1234", (7, 0.5, 2, 1234)),
        ("vdf_alpha,vdf_beta", "0.5,2", (2, 0.5, 2, 1800)),
        ("VDF_fftt1,VDF_fftt2,vdf_alpha1,vdf_beta1", "7,9,0.5,2", (7, 0.5, 2, 1800)),
        ("name,VDF_cap1", "Main Street,", (2, 0.15, 4, 1800)),
    ],
)
def test_a02_volume_delay_functions_by_their_several_names(
    tmp_path: Path, columns: str, cells: str, expected: tuple[float, ...]
) -> None:
    head, first, *_ = LINK.splitlines()
    roads = read(tmp_path, link=f"{head},{columns}\n{first},{cells}\n13,3,2,1,1,60,100,1,{cells}\n").roads
    assert (roads.free_flow[0], roads.b[0], roads.power[0], roads.capacity[0]) == expected


@pytest.mark.parametrize(
    ("length", "speed", "minutes"),
    [
        ("km", "kmh", 2.0),
        ("mi", "mph", 2.0),
        ("m", "kph", 0.002),
        ("mile", "km/h", 2 * 1.609344),
        ("meters", "mph", None),
    ],
)
def test_a03_units_are_those_of_the_configuration(
    tmp_path: Path, length: str, speed: str, minutes: float | None
) -> None:
    found = read(tmp_path, config=f"dataset_name,long_length,speed\nTown,{length},{speed}\n")
    assert found.roads.free_flow[0] == pytest.approx(2e-3 / 1.609344 if minutes is None else minutes)
    assert (found.roads.name, len(found.notes)) == ("Town", 2)


@pytest.mark.parametrize("said", ["true", "1", "yes", "TRUE", ""])
def test_a04_one_way_unless_said_otherwise(tmp_path: Path, said: str) -> None:
    assert read(tmp_path, link=LINK.replace("false", said)).roads.n_links == 3


def test_a05_a_zone_of_several_nodes_is_a_node_of_its_own(tmp_path: Path) -> None:
    found = read(tmp_path, node=NODE.replace("3,,", "3,2,"))
    roads = found.roads
    assert (roads.nodes.tolist(), roads.through.tolist()) == ([1, 4, 2, 3], [True, False, True, True])
    assert roads.zones.tolist() == [1, 2]
    assert [roads.link(ix) for ix in range(4, 8)] == [
        "connector 1 (4 - 2)", "connector 2 (2 - 4)", "connector 3 (4 - 3)", "connector 4 (3 - 4)",
    ]  # fmt: skip
    assert roads.free_flow[4:].tolist() == [0] * 4
    assert np.isinf(roads.capacity[4:]).all()
    assert roads.lon_lat is not None
    assert roads.lon_lat[1] == pytest.approx([49.25, 40.25])
    assert "1 zones have several nodes" in "\n".join(found.notes)


def test_a06_zones_have_their_own_ids(tmp_path: Path) -> None:
    roads = read(tmp_path, node=NODE.replace("1,1,", "1,20,").replace("2,2,", "2,7.0,"), demand=DEMAND.replace(
        "1,2,", "20,7,").replace("2,1,", "7,20,")).roads  # fmt: skip
    assert (roads.nodes.tolist(), roads.zones.tolist()) == ([2, 1, 3], [7, 20])
    assert roads.classes[0].trips.tolist() == [[0, 50.5], [100, 0]]


def test_a07_ids_may_be_words(tmp_path: Path) -> None:
    node = "node_id,zone_id,x_coord,y_coord\nAKTAU,kz,51.1,43.6\nALAT,az,49.4,39.9\n"
    link = "link_id,from_node_id,to_node_id,directed,length,free_speed\nferry,AKTAU,ALAT,false,470,24\n"
    found = read(tmp_path, node=node, link=link, demand="o_zone_id,d_zone_id,volume\nkz,az,3\n")
    roads = found.roads
    assert (roads.node_names, roads.zone_names, roads.zones.tolist()) == (("ALAT", "AKTAU"), ("az", "kz"), [1, 2])
    assert (roads.link(0), roads.zone(1)) == ("ferry (AKTAU - ALAT)", "kz")
    assert np.isinf(roads.capacity).all()
    assert "1 of 1 links have no capacity: taken as without limit" in found.notes


def test_a08_centroids_are_not_driven_through(tmp_path: Path) -> None:
    node = (
        NODE.replace("y_coord\n", "y_coord,node_type\n")
        .replace("40.1\n", "40.1,Centroid\n")
        .replace("40.2\n", "40.2,\n")
    )
    found = read(tmp_path, node=node.replace("40.3\n", "40.3,\n"))
    assert found.roads.through.tolist() == [False, True, True]
    assert "1 zones have the node_type centroid" in "\n".join(found.notes)


def test_a09_only_links_that_allow_a_use(tmp_path: Path) -> None:
    head, *rows = LINK.splitlines()
    uses = ['"auto,truck"', "bike", ""]
    link = "\n".join([f"{head},allowed_uses", *(f"{row},{use}" for row, use in zip(rows, uses, strict=True))])
    assert "links allow different uses (auto, bike, truck): all are taken" in "\n".join(read(tmp_path, link=link).notes)
    found = read_gmns(tmp_path, uses=["TRUCK"])
    assert found.roads.links == ("10", "12", "12 back")
    assert "1 of 3 links do not allow truck: left out" in found.notes


def test_a10_classes_from_several_tables(tmp_path: Path) -> None:
    (tmp_path / "demand_truck.csv").write_text("o_zone_id,d_zone_id,volume\n1,2,7\n1,2,1\n")
    (tmp_path / "use_definition.csv").write_text("use,persons_per_vehicle,pce\ntruck,1,2.5\nbike,1,0.2\n")
    (tmp_path / "classes.csv").write_text("class,pce,toll_weight\ntrips,1,0.5\n")
    trips, truck = read(tmp_path).roads.classes
    assert (trips.name, trips.toll_weight, truck.name, truck.pce) == ("trips", 0.5, "truck", 2.5)
    assert truck.trips.tolist() == [[0, 8], [0, 0]]


def test_a11_cells_without_a_heading_at_the_end_are_let_be(tmp_path: Path) -> None:
    text = DEMAND.replace("100\n", "100,,\n").replace("50.5\n", "50.5,,\n")
    assert read(tmp_path, demand=text).roads.classes[0].trips.sum() == 150.5


# b: trips from OMX


def omx(folder: Path, zones: list[int] | None, name: str = "demand.omx", **matrices: list[list[float]]) -> Path:
    rows, columns = ({} if zones is None else {name: np.array(zones)} for name in ("zone_id", "destination"))
    found = {key: np.array(cells, dtype=float) for key, cells in matrices.items()}
    (folder / name).write_bytes(omx_bytes(Omx(found, rows, columns)))
    return folder / name


def test_b01_a_matrix_names_its_zones(tmp_path: Path) -> None:
    omx(tmp_path, [2, 1], car=[[0, 1], [2, 0]], truck=[[0, 3], [4, 0]])
    car, truck = read(tmp_path, demand="").roads.classes
    assert (car.name, car.trips.tolist()) == ("car", [[0, 2], [1, 0]])
    assert (truck.name, truck.trips.tolist()) == ("truck", [[0, 4], [3, 0]])


def test_b02_one_of_the_matrices_and_another_file(tmp_path: Path) -> None:
    path = omx(tmp_path, None, "other.omx", car=[[0, 1], [2, 0]], truck=[[0, 3], [4, 0]])
    read(tmp_path)
    found = read_gmns(tmp_path, omx=path, matrix="truck")
    assert [of.name for of in found.roads.classes] == ["truck"]
    assert found.roads.classes[0].trips.tolist() == [[0, 3], [4, 0]]
    assert "other.omx names no zones: they are taken in the order of the network" in found.notes


@pytest.mark.parametrize(
    ("zones", "cells", "matrix", "told"),
    [
        ([1, 9], [[0, 1], [2, 0]], None, "demand.omx, lookup | found 'zone 9' | give zones of the network"),
        ([1, 1], [[0, 1], [2, 0]], None, "a zone twice"),
        ([1, 2], [[0, -1], [2, 0]], None, "demand.omx, car, 1 to 2 | found '-1' | give a number of 0 or more"),
        ([1, 2], [[0, np.nan], [2, 0]], None, "demand.omx, car, 1 to 2 | found 'nothing' | give a number of 0 or more"),
        ([1, 2], [[0, 1], [2, 0]], "cars", "matrix | found 'cars' | give one of car"),
        (None, [[0, 1, 1]] * 3, None, "3 zones without a lookup' | give 2, as the network has"),
    ],
)
def test_b03_matrices_that_cannot_be_used(
    tmp_path: Path, zones: list[int] | None, cells: list[list[float]], matrix: str | None, told: str
) -> None:
    omx(tmp_path, zones, car=cells)
    put(tmp_path, {"node.csv": NODE, "link.csv": LINK})
    with pytest.raises(InputError) as found:
        read_gmns(tmp_path, matrix=matrix)
    assert told in str(found.value)


# c: what is wrong is told by file and line


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("node", "node_id,zone_id", "id,zone", "node.csv, heading | found 'no column node_id' | add it"),
        ("node", "2,2,49.2", "1,2,49.2", "node.csv, line 3, node_id | found '1' | give each node an id of its own"),
        ("node", "49.2", "east", "node.csv, line 3, x_coord | found 'east' | give a number"),
        ("node", "1,1,49.1,40.1\n2,2,49.2", "1,,49.1,40.1\n2,,49.2", "node.csv, zone_id | found 'no zone'"),
        ("link", "from_node_id,to", "a_node,to", "no column from_node_id"),
        ("link", "10,1,3,", "10,3.7,3,", "link.csv, line 2, from_node_id | found '3.7' | give a node of node.csv"),
        ("link", "10,1,3,", "10,1,,", "link.csv, line 2, to_node_id | found 'nothing' | give a node of node.csv"),
        ("link", "true,2,60", "maybe,2,60", "link.csv, line 2, directed | found 'maybe' | give true or false"),
        ("link", "true,2,60", "true,-2,60", "link.csv, line 2, length | found '-2' | give a number of 0 or more"),
        ("link", "true,2,60", "true,,60", "link.csv, line 2 | found 'length nothing, free_speed 60' | give both"),
        ("link", "true,2,60", "true,2,0", "link.csv, line 2 | found 'length 2, free_speed 0' | give both"),
        ("link", "900,2", "0,2", "link.csv, line 2, capacity | found '0, or 0 lanes' | give a number above 0"),
        ("link", "900,2", "900", "link.csv, line 2 | found '7 cells' | give 8, as the heading has"),
        ("link", "900,2", "900,nan", "link.csv, line 2, lanes | found 'nan' | give a number of 0 or more"),
        ("demand", "1,2,100", "1,2,-100", "demand.csv, line 2, volume | found '-100' | give a number of 0 or more"),
        ("demand", "1,2,100", "1,2,", "demand.csv, line 2, volume | found 'nothing' | give a number of 0 or more"),
        ("demand", "1,2,100", "1,9,100", "demand.csv, line 2, d_zone_id | found '9' | give a zone_id of node.csv"),
        ("demand", "o_zone_id,d_zone_id", "origin,destination", "no column d_zone_id"),
    ],
)
def test_c01_a_cell_or_heading(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    texts = {"node": NODE, "link": LINK, "demand": DEMAND}
    assert old in texts[file]
    texts[file] = texts[file].replace(old, new)
    assert told in wrong(tmp_path, **texts)


def test_c02_files_that_are_not_there(tmp_path: Path) -> None:
    assert "link.csv | found 'no such file' | give it, with columns from_node_id" in wrong(tmp_path, link="")
    assert "found 'no demand.csv' | give it with columns o_zone_id" in wrong(tmp_path / "other", demand="")
    with pytest.raises(InputError, match="no such folder"):
        read_gmns(tmp_path / "nowhere")


def test_c03_units_that_are_none(tmp_path: Path) -> None:
    assert "config.csv, speed | found 'knots' | give one of km" in wrong(
        tmp_path, config="dataset_name,long_length,speed\nTown,km,knots\n"
    )


@given(st.data())
def test_c04_a_spoilt_file_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    texts = {"node": NODE, "link": LINK, "demand": DEMAND}
    kind = data.draw(st.sampled_from(sorted(texts)))
    text, cut = texts[kind], data.draw(st.integers(0, len(texts[kind])))
    bit = data.draw(st.text(st.sampled_from('0123456789.-,;" \nabé\x00'), max_size=8))
    texts[kind] = text[:cut] + bit + text[cut + data.draw(st.integers(0, 6)) :]
    with suppress(InputError):
        roads = read(tmp_path_factory.mktemp("net"), **texts).roads
        assert all(np.isfinite(of.trips).all() for of in roads.classes)
        assert np.isfinite(roads.free_flow).all()


# d: what is written is read back the same


def test_d01_there_and_back(tmp_path: Path) -> None:
    same(read_gmns(put(tmp_path / "g", roads_gmns(braess()))).roads, braess())


@st.composite
def networks(draw: st.DrawFn) -> Roads:
    """Any network: zones that are not driven through, links without limit, tolls, several classes, no coordinates."""
    n_zones, others, n_links = draw(st.integers(1, 4)), draw(st.integers(0, 4)), draw(st.integers(1, 8))
    n_nodes = n_zones + others
    ends = st.lists(st.integers(0, n_nodes - 1), min_size=n_links, max_size=n_links)
    amounts = st.lists(st.floats(0, 1e6), min_size=n_links, max_size=n_links)
    positive = st.lists(st.floats(1e-3, 1e6) | st.just(np.inf), min_size=n_links, max_size=n_links)
    capacity = np.array(draw(positive))
    ids = draw(st.lists(st.integers(1, 10**9), min_size=n_nodes, max_size=n_nodes, unique=True))
    nodes = np.array([*sorted(ids[:n_zones]), *ids[n_zones:]], dtype=np.int64)
    cells = st.lists(st.floats(0, 1e5), min_size=n_zones**2, max_size=n_zones**2)
    square = (n_zones, n_zones)
    classes = tuple(
        TripClass(f"c{ix}", np.array(draw(cells)).reshape(square), *draw(st.tuples(*[st.floats(0.1, 9)] * 3)))
        for ix in range(draw(st.integers(1, 3)))
    )
    where = st.lists(st.floats(-180, 180), min_size=2 * n_nodes, max_size=2 * n_nodes)
    return Roads(
        name="any",
        nodes=nodes,
        n_zones=n_zones,
        through=np.array([*draw(st.lists(st.booleans(), min_size=n_zones, max_size=n_zones)), *[True] * others]),
        tail=np.array(draw(ends), dtype=np.int64),
        head=np.array(draw(ends), dtype=np.int64),
        capacity=capacity,
        free_flow=np.array(draw(amounts)),
        b=np.array(draw(amounts)),
        power=np.array(draw(amounts)),
        toll=np.array(draw(amounts)),
        length=np.array(draw(amounts)),
        classes=classes,
        links=tuple(f"l{ix}" for ix in range(n_links)),
        lon_lat=np.array(draw(where)).reshape(-1, 2) if draw(st.booleans()) else None,
    )


@given(networks())
def test_d02_any_network_there_and_back(tmp_path_factory: pytest.TempPathFactory, roads: Roads) -> None:
    same(read_gmns(put(tmp_path_factory.mktemp("net"), roads_gmns(roads))).roads, roads)


def test_d03_a_corridor_there_and_back(tmp_path: Path, shipped: Corridor) -> None:
    found = read_gmns(put(tmp_path / "c", gmns_files(shipped)))
    roads, links = found.roads, shipped.rows("link")
    assert roads.n_links == sum(1 if link.one_way else 2 for link in links)
    assert {roads.node(ix) for ix in range(roads.n_nodes)} == {place.id for place in shipped.places()}
    hours = {link.id: link.length_km / link.speed_kmh for link in links}
    assert {link: time / 60 for link, time in zip(roads.links, roads.free_flow, strict=True) if link in hours} == (
        pytest.approx(hours)
    )
    assert "no config.csv" not in "\n".join(found.notes)


def test_d04_a_large_table_of_trips(tmp_path: Path) -> None:
    n = 250
    node = "node_id,zone_id\n" + "".join(f"{ix},{ix}\n" for ix in range(1, n + 1))
    cells = np.random.default_rng(7).random((n, n)).round(9)
    pairs = [f"{start + 1},{end + 1},{cells[start, end]}" for start in range(n) for end in range(n)]
    np.random.default_rng(8).shuffle(pairs)
    table = "o_zone_id,d_zone_id,volume\n" + "\n".join(pairs)
    assert len(table) > 1 << 20  # more than is read at a time
    assert read(tmp_path, node=node, demand=table).roads.classes[0].trips.tolist() == cells.tolist()
    (tmp_path / "demand.csv").write_text(table.replace("\n1,", "\n 1.0 ,"))
    assert read_gmns(tmp_path).roads.classes[0].trips.tolist() == cells.tolist()


# e: other tools take what is written


def schema(table: str) -> frictionless.Schema:
    """The schema of a table as GMNSpy has it; its code is not imported, as that begins to log."""
    spec = find_spec("gmnspy")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    path = Path(spec.submodule_search_locations[0]) / "spec" / f"{table}.schema.json"
    told = json.loads(path.read_text("utf-8"))
    # a table need not have all of the columns, and has ours for volume-delay functions after them
    return frictionless.Schema.from_descriptor(told | {"fieldsMatch": "partial"})


@pytest.mark.parametrize("what", ["roads", "corridor"])
@pytest.mark.parametrize("table", ["node", "link", "zone"])
def test_e01_tables_are_what_the_schemas_of_gmns_ask_for(
    tmp_path: Path, shipped: Corridor, what: str, table: str
) -> None:
    put(tmp_path, roads_gmns(braess()) if what == "roads" else gmns_files(shipped))
    about = frictionless.Resource(path=f"{table}.csv", basepath=str(tmp_path), schema=schema(table))
    report = about.validate()
    assert report.valid, [error.message for task in report.tasks for error in task.errors][:5]


def python(code: str, folder: Path) -> str:
    """What a script prints in a process of its own; tools may write beside it, and warn as they like."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("what", ["roads", "corridor"])
def test_e02_gmnspy_takes_a_whole_folder(tmp_path: Path, shipped: Corridor, what: str) -> None:
    folder = put(tmp_path / "g", roads_gmns(braess()) if what == "roads" else gmns_files(shipped))
    told = python(
        f"import gmnspy; found = gmnspy.read_gmns_network({str(folder)!r}, raise_error=True)\n"
        "print('sizes', *(len(found[name]) for name in ('node', 'link', 'zone')))",
        tmp_path,
    )
    sizes = "4 5 2" if what == "roads" else f"{len(shipped.places())} {len(shipped.rows('link'))} 56"
    assert f"sizes {sizes}" in told


def test_e03_path4gmns_finds_the_same_equilibrium(tmp_path: Path) -> None:
    folder = put(tmp_path / "g", roads_gmns(braess()))
    python(
        "import path4gmns as pg\n"
        f"net = pg.read_network('km', 'kph', {str(folder)!r})\n"
        f"pg.read_demand(net, input_dir={str(folder)!r})\n"
        "pg.find_ue(net, 20, 500, 1e-6)\n"
        "pg.output_link_performance(net)",
        tmp_path,
    )
    with (tmp_path / "link_performance.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["volume"]) for row in rows] == pytest.approx([4, 2, 2, 2, 4], abs=0.02)
    assert [float(row["travel_time"]) for row in rows] == pytest.approx([40, 52, 52, 12, 40], abs=0.2)


def test_e04_path4gmns_finds_a_way_along_the_corridor(tmp_path: Path, shipped: Corridor) -> None:
    folder = put(tmp_path / "c", gmns_files(shipped))
    one, other = next(
        (one, other)
        for one in shipped.rows("link")
        for other in shipped.rows("link")
        if one.to_place == other.from_place and other.to_place not in (one.from_place, one.to_place)
    )
    told = python(
        "import path4gmns as pg\n"
        f"net = pg.read_network('km', 'kph', {str(folder)!r})\n"
        f"print(net.find_shortest_path({one.from_place!r}, {other.to_place!r}, cost_type='distance'))",
        tmp_path,
    )
    assert one.from_place in told
    assert other.to_place in told
    length = float(told.split("distance: ")[1].split()[0])
    assert 0 < length <= one.length_km + other.length_km + 0.01
