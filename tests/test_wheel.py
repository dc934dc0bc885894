"""What is installed has everything in it: types, licences and the corridor package."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import karvan

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_a01_types_and_licences_are_in_the_wheel(wheel_names: set[str]) -> None:
    assert "karvan/py.typed" in wheel_names
    assert {name.rsplit("/", 1)[-1] for name in wheel_names} >= {"LICENSE", "NOTICE", "entry_points.txt"}


def test_a02_every_data_file_is_in_the_wheel(wheel_names: set[str]) -> None:
    source = ROOT / "src"
    data = {path.relative_to(source).as_posix() for path in source.glob("karvan/data/**/*") if path.is_file()}
    assert data <= wheel_names


def test_a03_nothing_else_is(wheel_names: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in wheel_names} == {"karvan"}


def test_b01_the_version_is_said_alike() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert karvan.__version__ == project["version"]
