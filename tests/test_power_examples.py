"""Example networks of PyPSA's own distribution, solved through our wrapper: the answers are those that it ships.

https://pypi.org/project/pypsa/ : the source distribution of the version that is installed holds the example networks
and, for two of them, the dispatch that its own tests ask for. It is fetched from the package index, and nothing of it
is kept.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from karvan.grid.dispatch import Dispatch, quiet, solve

if TYPE_CHECKING:
    import pypsa

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What PyPSA's source distribution holds."""
    here = tmp_path_factory.mktemp("pypsa")
    wanted = f"pypsa=={version('pypsa')}"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "pypsa", "-d", here, wanted]
    subprocess.run(command, check=True)
    with tarfile.open(next(here.glob("*.tar.gz"))) as packed:
        packed.extractall(here, filter="data")
    return next(path for path in here.iterdir() if path.is_dir())


def network(folder: Path) -> pypsa.Network:
    import pypsa

    with quiet():
        return pypsa.Network(folder)


def ours(n: pypsa.Network, solver: str = "simplex") -> pypsa.Network:
    assert solve(n, Dispatch(solver=solver))[0] == "optimal"
    return n


def spent(n: pypsa.Network, power: pd.DataFrame) -> float:
    """What running generators costs, by arithmetic."""
    cost = n.get_switchable_as_dense("Generator", "marginal_cost")
    weight = n.snapshot_weightings["objective"].to_numpy()
    return float((cost.to_numpy() * power[cost.columns].to_numpy()).sum(axis=1) @ weight)


def test_a01_ac_dc_meshed_with_expansion_and_a_cap_on_co2(source: Path) -> None:
    n = ours(network(source / "examples/networks/ac-dc-meshed/ac-dc-meshed"))
    kept = network(source / "test/data/ac-dc-meshed/results-lopf")
    power = kept.generators_t.p[n.generators.index]
    np.testing.assert_allclose(n.generators_t.p[n.generators.index].to_numpy(), power.to_numpy(), atol=0.005)
    for kind, nominal in (("generators", "p_nom"), ("lines", "s_nom"), ("links", "p_nom")):
        was, now = getattr(kept, kind), getattr(n, kind)
        np.testing.assert_allclose(now[f"{nominal}_opt"], was.loc[now.index, f"{nominal}_opt"], atol=0.01)
    known = spent(n, power)
    for kind, nominal in (("generators", "p_nom"), ("lines", "s_nom"), ("links", "p_nom")):
        of = getattr(n, kind)
        grown = of[of[f"{nominal}_extendable"]]
        sizes = getattr(kept, kind).loc[grown.index, f"{nominal}_opt"]
        known += float((grown.capital_cost * sizes).sum())
    assert n.objective == pytest.approx(known, rel=1e-6)


def test_a02_storage_and_direct_current(source: Path) -> None:
    n = ours(network(source / "examples/networks/storage-hvdc/storage-hvdc"))
    kept = pd.read_csv(source / "test/data/storage-hvdc/results-lopf/generators-p.csv", index_col=0)
    found = n.generators_t.p[kept.columns].to_numpy()
    np.testing.assert_allclose(found, kept.to_numpy(), atol=0.005)


@pytest.mark.parametrize("name", ["ac-dc-meshed", "storage-hvdc", "scigrid-de", "model-energy"])
def test_b01_the_objective_is_what_pypsa_alone_finds(source: Path, name: str) -> None:
    """By another method of HiGHS than ours, so that the one is no echo of the other."""
    folder = source / "examples/networks" / name / name
    alone = network(folder)
    with quiet():
        alone.optimize.create_model(include_objective_constant=False)
        status, _ = alone.optimize.solve_model(solver_name="highs", solver_options={"solver": "ipx"})
    assert status == "ok"
    assert ours(network(folder)).objective == pytest.approx(alone.objective, rel=1e-7)
