"""Replications on a cluster: Dask's client, as an executor."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from karvan.ground.errors import InputError, Problem, shown

PATIENCE = "10s"
"""How long a scheduler may take to answer."""


@contextmanager
def cluster_executor(address: str) -> Iterator[Executor]:
    """An executor on the Dask scheduler at an address. A replication whose worker dies is run again elsewhere.

    Raises InputError where Dask is not installed or nothing answers.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        problem = Problem("--cluster", "no dask.distributed", 'pip install "karvan[cluster]"')
        raise InputError("the request", [problem]) from None
    try:
        client = distributed.Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as refused:
        problem = Problem("--cluster", shown(address), f"give the address of a running scheduler ({refused})")
        raise InputError("the request", [problem]) from None
    with client:
        executor: Executor = client.get_executor(pure=False)
        yield executor
