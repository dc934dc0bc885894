"""How kernels are compiled: the one place that knows.

A kernel takes arrays and scalars, fills arrays, returns a status, never raises, logs or allocates objects, and runs
uncompiled too (`NUMBA_DISABLE_JIT=1`), so that coverage counts it. The machine code is cached in a folder named by a
hash of all kernel sources and of the compiler's version: numba's own cache does not see an edit to an imported helper.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path


def _sources_digest() -> str:
    """A short hash of every kernel source, of numba, llvmlite and numpy, and of Python."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(f"{name} {version(name)}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache_path("karvan") / "kernels" / _sources_digest()))

import numba  # noqa: E402  (reads NUMBA_CACHE_DIR when it is imported)

# Whoever imported numba before us did so without it.
setattr(numba.config, "CACHE_DIR", os.environ["NUMBA_CACHE_DIR"])  # noqa: B010 (numba declares no such name)


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop: no Python objects, no GIL, cached on disk. No fast-math: the same bits everywhere."""
    compiled: Callable[..., Any] = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    return compiled


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a loop, compiled into each of its callers: no call, and nothing of its own on disk."""
    options: dict[str, Any] = {"nogil": True, "forceinline": True, "error_model": "numpy", "_nrt": False}
    compiled: Callable[..., Any] = numba.njit(**options)(function)
    return compiled


def loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel that makes no array: without counting who holds its arrays, which would cost more than its work."""
    options: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy", "_nrt": False}
    compiled: Callable[..., Any] = numba.njit(**options)(function)
    return compiled
