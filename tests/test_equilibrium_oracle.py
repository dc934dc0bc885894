"""Sioux Falls as published, and the same answers as AequilibraE; its installed example holds the network."""

from __future__ import annotations

import pickle
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from benchmarks.city import city

from karvan.corridor.roads import Floats, Roads, TripClass
from karvan.flow.loads import beckmann
from karvan.flow.roads.equilibrium import equilibrium
from karvan.flow.roads.frank_wolfe import frank_wolfe

ROOT = Path(__file__).parents[1]
OPTIMUM = 42.31335287107440e5
"""Beckmann's integral at the equilibrium, as published with the network (Transportation Networks for Research)."""

pytestmark = pytest.mark.skipif(find_spec("aequilibrae") is None, reason="aequilibrae is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, unpacked; the package itself is not imported, which takes long and warns."""
    spec = find_spec("aequilibrae")
    assert spec is not None
    assert spec.origin is not None
    to = tmp_path_factory.mktemp("sioux_falls")
    with zipfile.ZipFile(Path(spec.origin).parent / "reference_files" / "sioux_falls.zip") as packed:
        packed.extractall(to)
    return to


@pytest.fixture(scope="module")
def sioux_falls(folder: Path) -> Roads:
    """Sioux Falls (LeBlanc, Morlok and Pierskalla 1975)."""
    import h5py

    base = sqlite3.connect(folder / "project_database.sqlite")
    query = "select a_node, b_node, capacity_ab, free_flow_time, b, power, distance from links order by link_id"
    rows = np.array(base.execute(query).fetchall(), dtype=float)
    base.close()
    with h5py.File(folder / "matrices" / "demand.omx") as file:
        trips = file["data/matrix"][:]
    tail, head, capacity, free_flow, b, power, length = rows.T
    return Roads(
        "Sioux Falls", np.arange(1, 25), 24, np.ones(24, bool), tail.astype(int) - 1, head.astype(int) - 1,
        capacity, free_flow, b, power, np.zeros(76), length, (TripClass("car", trips),),
    )  # fmt: skip


def theirs(roads: Roads, gap: float, tmp_path: Path) -> Floats:
    """What all classes take of each link by AequilibraE's bi-conjugate Frank-Wolfe (n_links,)."""
    (tmp_path / "in").write_bytes(pickle.dumps((roads, gap)))
    words = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "benchmarks.peers.by_aequilibrae",
        tmp_path / "in",
        tmp_path / "out.npy",
    ]
    done = subprocess.run([*map(str, words)], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found: Floats = np.load(tmp_path / "out.npy")
    return found


def objective(roads: Roads, volume: Floats, minded: Floats | float = 0.0) -> float:
    return float(beckmann(roads, volume).sum() + np.sum(minded))


def test_a01_sioux_falls_user_equilibrium(sioux_falls: Roads) -> None:
    loads = equilibrium(sioux_falls, 1e-8)
    assert loads.converged
    assert loads.steps[-1].objective == pytest.approx(OPTIMUM, rel=1e-9)
    for step in loads.steps:
        assert OPTIMUM * (1 - 1e-15) <= step.objective <= OPTIMUM + step.gap * step.total + 1e-6
    last = equilibrium(sioux_falls, 1e-14)
    assert last.converged
    assert last.steps[-1].objective == pytest.approx(OPTIMUM, rel=2e-15)


def test_a02_sioux_falls_by_frank_wolfe(sioux_falls: Roads) -> None:
    loads = frank_wolfe(sioux_falls, 1e-6)
    assert loads.converged
    for step in loads.steps:
        assert OPTIMUM * (1 - 1e-15) <= step.objective <= OPTIMUM + step.gap * step.total + 1e-6


def test_a03_sioux_falls_system_optimum(sioux_falls: Roads) -> None:
    loads = equilibrium(sioux_falls, 1e-10, optimum="system")
    assert loads.converged
    assert 7_193_816.65 <= loads.total_time <= 7_194_760.92
    assert loads.total_time == pytest.approx(
        frank_wolfe(sioux_falls, 1e-6, 5000, optimum="system").total_time, rel=1e-6
    )


@pytest.mark.long
def test_b01_equal_to_aequilibrae(sioux_falls: Roads, tmp_path: Path) -> None:
    """Its gap is that of the iteration before; so the objective is held to twice what was asked."""
    gap = 1e-5
    volume = theirs(sioux_falls, gap, tmp_path)
    loads = equilibrium(sioux_falls, gap)
    total = float(loads.steps[-1].total)
    assert abs(objective(sioux_falls, volume) - loads.steps[-1].objective) <= 2 * gap * total
    assert loads.volume == pytest.approx(volume, rel=0.01)


@pytest.mark.long
def test_b02_equal_to_aequilibrae_with_two_classes_and_tolls(sioux_falls: Roads, tmp_path: Path) -> None:
    """Lorries take two cars' room and mind a toll of 2 on every fifth link twice as much."""
    toll = np.where(np.arange(76) % 5 == 0, 2.0, 0.0)
    trips = sioux_falls.classes[0].trips
    classes = TripClass("car", 0.6 * trips, toll_weight=1.0), TripClass("lorry", 0.2 * trips, pce=2.0, toll_weight=2.0)
    roads = replace(sioux_falls, toll=toll, classes=classes)
    gap = 1e-5
    volume = theirs(roads, gap, tmp_path)
    loads = equilibrium(roads, 1e-8)
    assert loads.converged
    assert loads.volume == pytest.approx(volume, rel=0.02)


@pytest.mark.long
def test_b03_equal_to_aequilibrae_where_zones_are_not_passed(tmp_path: Path) -> None:
    roads = city(60, 9, 10, 0.4, 5)
    gap = 1e-5
    volume = theirs(roads, gap, tmp_path)
    loads = equilibrium(roads, 1e-8)
    assert not loads.unserved
    assert abs(objective(roads, volume) - loads.steps[-1].objective) <= 2 * gap * loads.steps[-1].total
    assert loads.volume == pytest.approx(volume, rel=0.05, abs=0.01 * loads.volume.max())


@pytest.mark.long
def test_c01_a_city_of_400_zones() -> None:
    """The gap is met, at every iteration it bounds what the objective is off by, and both methods agree."""
    roads = city(387, 21, 26, 0.3, 43)
    loads = equilibrium(roads, 1e-9)
    assert loads.converged
    best = loads.steps[-1]
    for step in equilibrium(roads, 1e-6).steps + frank_wolfe(roads, 1e-4).steps:
        assert -1e-12 * best.objective <= step.objective - best.objective + best.gap * best.total
        assert step.objective - best.objective <= step.gap * step.total
