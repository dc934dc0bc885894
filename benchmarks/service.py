"""A service to measure: `karvan serve` with an empty folder of data, ended when the measuring is over."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Service:
    """Where a service is, and its process."""

    port: int
    process: int


@contextmanager
def served() -> Iterator[Service]:
    """A service on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "karvan", "serve", "--port", "0", "--data", str(Path(folder) / "data")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                port = int(process.stdout.readline().split("http://127.0.0.1:")[1].split()[0])
                yield Service(port, process.pid)
            finally:
                process.terminate()
