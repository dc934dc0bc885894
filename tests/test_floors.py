"""Imports flow down the floors of the design, and the contract that says so can fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "pyproject.toml"


def lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    """Hold the package karvan in the folder `source` against the project's own contract."""
    command = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", command, "--config", str(CONTRACT), "--no-cache"],
        cwd=source,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )


def small_house(source: Path, **lines: str) -> Path:
    """A package karvan in which the named floors hold one line each."""
    for floor in ("ground", "tables", "corridor", "itinerary", "sim", "study", "cli", "testing"):
        folder = source / "karvan" / floor
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(lines.pop(floor, "") + "\n", encoding="utf-8")
    for package, line in lines.items():
        (source / "karvan" / package).mkdir()
        (source / "karvan" / package / "__init__.py").write_text(line + "\n", encoding="utf-8")
    (source / "karvan" / "__init__.py").touch()
    return source


def test_a01_imports_flow_down() -> None:
    done = lint_imports(ROOT / "src")
    assert done.returncode == 0, done.stdout


def test_b01_a_floor_may_import_what_is_below(tmp_path: Path) -> None:
    house = small_house(tmp_path, cli="import karvan.study", study="import karvan.sim", sim="import karvan.ground")
    done = lint_imports(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("floor", "line"),
    [
        ("corridor", "import karvan.itinerary"),  # upwards
        ("itinerary", "import karvan.sim"),  # sideways
        ("study", "import karvan.testing"),  # the roof
        ("cellar", ""),  # no floor given
    ],
)
def test_b02_the_contract_can_break(tmp_path: Path, floor: str, line: str) -> None:
    done = lint_imports(small_house(tmp_path, **{floor: line}))
    assert done.returncode == 1
    assert f"karvan.{floor}" in done.stdout
