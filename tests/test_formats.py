"""Outside formats: what is written says what the corridor says."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from karvan.corridor import Corridor, load
from karvan.corridor.check import check
from karvan.formats.geojson import _line, geojson
from karvan.formats.gmns import gmns_files

Says = Callable[..., tuple[int, str]]


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


# a: GeoJSON


def test_a01_every_place_is_a_point_and_every_link_a_line(shipped: Corridor) -> None:
    features = geojson(shipped)["features"]
    kinds = [(feature["properties"]["table"], feature["geometry"]["type"]) for feature in features]
    assert kinds.count(("place", "Point")) == len(shipped.places())
    assert len(kinds) == len(shipped.places()) + len(shipped.rows("link"))


def test_a02_a_line_goes_from_place_to_place(shipped: Corridor) -> None:
    line = next(one for one in geojson(shipped)["features"] if one["id"] == "rail-TBILISI-MARABDA")
    start, end = shipped.place("TBILISI"), shipped.place("MARABDA")
    assert line["geometry"]["coordinates"][0] == pytest.approx([start.lon, start.lat], abs=1e-3)
    assert line["geometry"]["coordinates"][-1] == pytest.approx([end.lon, end.lat], abs=1e-3)


def test_a03_a_line_over_the_antimeridian_is_parted_there() -> None:
    line = _line([(170.0, 10.0), (-170.0, 20.0)])
    assert line == {
        "type": "MultiLineString",
        "coordinates": [[[170.0, 10.0], [180.0, 15.0]], [[-180.0, 15.0], [-170.0, 20.0]]],
    }


def test_a04_and_the_other_way_round() -> None:
    line = _line([(-170.0, 20.0), (170.0, 10.0)])
    assert line["coordinates"] == [[[-170.0, 20.0], [-180.0, 15.0]], [[180.0, 15.0], [170.0, 10.0]]]


# b: GMNS


def test_b01_nodes_and_links_are_the_places_and_links(shipped: Corridor) -> None:
    files = gmns_files(shipped)
    nodes, links = rows(files["node.csv"]), rows(files["link.csv"])
    assert {node["node_id"] for node in nodes} == {place.id for place in shipped.places()}
    assert {ix["from_node_id"] for ix in links} | {ix["to_node_id"] for ix in links} <= {n["node_id"] for n in nodes}
    assert {link["link_id"]: float(link["length"]) for link in links} == {
        link.id: link.length_km for link in shipped.rows("link")
    }


def test_b02_the_configuration_says_the_units(shipped: Corridor) -> None:
    (config,) = rows(gmns_files(shipped)["config.csv"])
    assert (config["long_length"], config["speed"], config["crs"]) == ("km", "kmh", "EPSG:4326")


def test_b03_the_ends_of_flows_are_zones(shipped: Corridor) -> None:
    zones = {node["node_id"] for node in rows(gmns_files(shipped)["node.csv"]) if node["zone_id"]}
    assert zones == {end for flow in shipped.rows("demand") for end in (flow.origin, flow.destination)}


# c: the command


@pytest.mark.parametrize("form", ["gmns", "folder"])
def test_c01_a_folder_that_is_there_is_left_alone(karvan_says: Says, tmp_path: Path, form: str) -> None:
    code, printed = karvan_says("export", form, str(tmp_path))
    assert code == 3
    assert "give a folder that does not exist yet" in printed
    assert not list(tmp_path.iterdir())


def test_c02_a_place_that_cannot_be_written(karvan_says: Says, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, printed = karvan_says("export", "geojson", str(tmp_path / "file" / "x.json"))
    assert code == 3
    assert "it cannot be written" in printed


def test_c03_geojson_is_one_document(karvan_says: Says, tmp_path: Path) -> None:
    assert karvan_says("export", "geojson", str(tmp_path / "x.json"))[0] == 0
    assert json.loads((tmp_path / "x.json").read_text("utf-8"))["type"] == "FeatureCollection"


def test_c04_a_zip_is_the_package_again(karvan_says: Says, tmp_path: Path, shipped: Corridor) -> None:
    assert karvan_says("export", "zip", str(tmp_path / "p.zip"))[0] == 0
    assert check(tmp_path / "p.zip")[1] == []
    assert load(tmp_path / "p.zip").rows("link") == shipped.rows("link")
