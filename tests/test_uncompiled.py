"""The kernels give the same answers uncompiled, so that what coverage counts is what runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this run is uncompiled itself")
@pytest.mark.thorough
def test_a01_the_same_cases_uncompiled() -> None:
    words = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        TESTS / "test_search.py",
        TESTS / "test_pareto.py",
    ]
    path = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS.parent / "tools")])
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, *map(str, words)], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
