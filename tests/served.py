"""A service as a process, asked over plain sockets: for tests of what no client would send."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MIB = 2**20
PATIENT = """
import sys
from pathlib import Path
from karvan.api import server, wire
from karvan.api.settings import Limits, Settings
wire.HEAD_SECONDS, wire.UNREAD_SECONDS, wire.MOST_CONNECTIONS = {wire}
sys.exit(server.serve(Settings(Path({data!r}), port=0, workers=0, limits=Limits({limits}))))
"""
"""A service with limits that a test can wait for."""


@dataclass
class Served:
    """A service that runs."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    log: Path

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Ask over a connection of its own."""
        head = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {said}" for name, said in headers.items())]
        if "host" not in headers:
            head.append(f"host: localhost:{self.port}")
        if body is not None and "content_length" not in headers and "transfer_encoding" not in headers:
            head.append(f"content-length: {len(body)}")
        return self.said("\r\n".join([*head, "connection: close", "", ""]).encode() + (body or b""))

    def said(self, raw: bytes) -> Answer:
        """Send bytes, and read the answer to its end."""
        with self.connected() as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(raw)
            return answered(connection)

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def alive(self) -> bool:
        answer = self.ask("GET", "/api")
        return answer.status == 200 and answer.document["karvan"] != ""

    def kept(self) -> list[str]:
        """Files among the uploaded packages."""
        return sorted(path.name for path in (self.data / "corridors").rglob("*") if path.is_file())

    def memory(self) -> int:
        """Bytes that the process holds."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            pytest.skip("no /proc here")
        (found,) = re.findall(r"VmRSS:\s+(\d+) kB", status.read_text())
        return int(found) * 1024


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def answered(connection: socket.socket) -> Answer:
    said = http.client.HTTPResponse(connection)
    said.begin()
    return Answer(said.status, said.headers, said.read())


def refused(answer: Answer, status: int) -> dict[str, Any]:
    """The problem that an answer tells, as RFC 9457 has it."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.document
    assert (document["type"], document["status"]) == ("about:blank", status)
    assert document["title"]
    assert set(document) == {"type", "title", "status", "detail", "instance", "problems"}
    return document


@contextlib.contextmanager
def running(command: list[str], data: Path) -> Iterator[Served]:
    """A service as a process, until the test is through with it."""
    data.mkdir(parents=True, exist_ok=True)
    log = data.with_suffix(".log")
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True,
            env={**os.environ, "KARVAN_RUNS": str(data / "runs")},
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            port = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            assert port, (line, log.read_text())
            served = Served(process, int(port[1]), data, log)
            wait_until(lambda: listens(served))
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def listens(served: Served) -> bool:
    try:
        served.ask("GET", "/api")
    except OSError:
        return False
    return True


def wait_until(happened: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def cli(*said: object) -> list[str]:
    return [sys.executable, "-m", "karvan", "serve", "--port", "0", *map(str, said)]


@contextlib.contextmanager
def limited(tmp_path: Path, limits: str = "", wire: tuple[float, float, int] = (15.0, 60.0, 512)) -> Iterator[Served]:
    data = tmp_path / "data"
    code = PATIENT.format(data=str(data), limits=limits, wire=wire)
    with running([sys.executable, "-c", code], data) as found:
        yield found
