"""The studio as a user has it: a wheel in a fresh environment, no node in reach, every view looked at."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
VIEWS = ("plan", "corridor", "simulate", "compare", "trade", "power", "commitments")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, serving: Callable[..., Any]) -> Iterator[Any]:
    """The service of a wheel that was installed with nothing but what it asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    run(sys.executable, "-m", "venv", folder / "fresh")
    python = folder / "fresh" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    run(python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", f"{wheel}[serve]")
    programs = str(python.parent)
    assert shutil.which("node", path=programs) is None
    running = serving(folder / "data", python=python, PATH=programs, PYTHONPATH="", HOME=str(folder))
    yield running
    running.stop()


def run(*words: object) -> None:
    done = subprocess.run([*map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a01_every_view_opens(installed: Any, look: Callable[..., Any]) -> None:
    for view in VIEWS:
        seen = look(address=installed.address)
        seen.go(f"/{view}")
        assert seen.page.locator("h1").count() == 1
        seen.shot(f"wheel-{view}")
