"""How long a plan takes over REST, for one client and for many at once.

    python -m benchmarks.bench_serve [SECONDS] [CLIENTS]

Starts `karvan serve`, and asks it from this process over connections that stay open, each client again as soon as it
has its answer. The eight requests of `bench_plan` over and over; requests that never repeat, over all lanes of the
package's demand and the days of a year, each lane asked for once before; and requests of which no two have a lane and
a load in common, so that each is searched for. The goal is that of 50 clients 95 of 100 answers take less than ten
times as long as for one alone. A client that asks at once again keeps a processor busy: with n processors 50 of them
wait some 50 / n times as long as one does, however fast an answer is made, unless they wait for the same. So the last
lines let the clients look at each answer for a second.
"""

from __future__ import annotations

import json
import os
import random
import selectors
import socket
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.bench_plan import REQUESTS
from benchmarks.service import Service, served

import karvan

ALONE_S = 15.0
"""For how long one client asks."""
LOADS = ("1xFEU", "2xFEU", "3xFEU", "4xFEU", "5xFEU", "6xFEU", "8xFEU", "10xFEU", "20xTEU", "12xTEU")
Body = dict[str, Any]


@dataclass
class Connection:
    """A client: its socket, when it asked, and what it has heard so far."""

    socket: socket.socket
    asked: float = 0.0
    heard: bytearray = field(default_factory=bytearray)
    due: float = 0.0


@dataclass
class Heard:
    """What came of asking."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    took: float = 0.0
    worked: float = 0.0
    """Seconds for which processors worked for the service; where the system does not tell, none."""

    def at(self, share: float) -> float:
        """Milliseconds that so many of the answers did not exceed."""
        ranked = sorted(self.seconds)
        return 1000 * ranked[min(int(share * len(ranked)), len(ranked) - 1)]


def eight() -> Iterator[Body]:
    """The eight requests, over and over."""
    return cycle([_body(a, b, "2026-12-01", "2xFEU") for a, b in REQUESTS])


def lanes_once() -> Iterator[Body]:
    """All lanes on one day, so that what is asked after it finds them known."""
    return iter([_body(origin, destination, _day(400), "1xFEU") for origin, destination in _pairs()])


def lanes_and_days(seed: int) -> Iterator[Body]:
    """All lanes on all days of a year, in a random order that is the same every time."""
    every = [(pair, day) for pair in _pairs() for day in range(365)]
    random.Random(seed).shuffle(every)
    for (origin, destination), day in every:
        yield _body(origin, destination, _day(day), "1xFEU")


def all_different(seed: int) -> Iterator[Body]:
    """Lanes and loads in a random order, none twice."""
    every = [(pair, load) for pair in _pairs() for load in LOADS[seed::2]]
    random.Random(seed).shuffle(every)
    for (origin, destination), load in every:
        yield _body(origin, destination, "2026-12-01", load)


def _pairs() -> list[tuple[str, str]]:
    return sorted({(flow.origin, flow.destination) for flow in karvan.load().rows("demand")})


def _day(number: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(1796083200 + 86400 * number))


def _body(origin: str, destination: str, depart: str, load: str) -> Body:
    return {"origin": origin, "destination": destination, "depart": depart, "load": load, "past": True}


def worked(service: int) -> float:
    """Seconds for which processors have worked for a process, as Linux tells; elsewhere 0."""
    try:
        fields = Path(f"/proc/{service}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def asked(service: Service, bodies: Iterator[Body], clients: int, seconds: float, pause: float = 0.0) -> Heard:
    """Ask with so many clients at once for so long, or until all have been asked; each has one request under way."""
    heard, waiting = Heard(), selectors.DefaultSelector()
    idle = [Connection(socket.create_connection(("127.0.0.1", service.port))) for _ in range(clients)]
    for at, one in enumerate(idle):
        one.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.due = time.perf_counter() + pause * at / clients
    began, work = time.perf_counter(), worked(service.process)
    under_way = 0
    while True:
        now = time.perf_counter()
        over = now - began > seconds
        if over and not under_way:
            break
        for one in [one for one in idle if one.due <= now and not over]:
            body = next(bodies, None)
            if body is None:  # all have been asked
                seconds = 0.0
                break
            idle.remove(one)
            waiting.register(one.socket, selectors.EVENT_READ, one)
            one.asked = time.perf_counter()
            one.socket.sendall(_request(body))
            under_way += 1
        for key, _ in waiting.select(0.005 if idle else 1.0):
            one = key.data
            one.heard += one.socket.recv(1 << 18)
            if _whole(one.heard):
                heard.seconds.append(time.perf_counter() - one.asked)
                if not one.heard.startswith(b"HTTP/1.1 200 "):
                    heard.errors.append(bytes(one.heard[:200]).decode(errors="replace"))
                waiting.unregister(one.socket)
                one.heard.clear()
                one.due = time.perf_counter() + pause
                idle.append(one)
                under_way -= 1
    heard.took, heard.worked = time.perf_counter() - began, worked(service.process) - work
    for one in idle:
        one.socket.close()
    return heard


def _request(body: Body) -> bytes:
    content = json.dumps(body).encode()
    head = (
        "POST /api/plan HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\ncontent-type: application/json\r\n"
        f"content-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _whole(heard: bytearray) -> bool:
    head = heard.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = heard.lower().find(b"content-length:", 0, head)
    return len(heard) >= head + 4 + int(heard[at + 15 : heard.find(b"\r", at)])


def checked(service: Service) -> None:
    """Raise where an answer is not a plan: a wrong answer may be quick."""
    with socket.create_connection(("127.0.0.1", service.port)) as one:
        one.sendall(_request(next(eight())))
        heard = bytearray()
        while not _whole(heard):
            heard += one.recv(1 << 18)
    document = json.loads(zlib.decompress(heard.partition(b"\r\n\r\n")[2], wbits=31))
    if not document["options"]:
        raise SystemExit("no options")


def told(what: str, alone: Heard, many: Heard, clients: int) -> None:
    """Print both, and how many times as long an answer takes."""
    for name, one in (("1 client", alone), (f"{clients} clients", many)):
        per_s, work = len(one.seconds) / one.took, 1000 * one.worked / len(one.seconds)
        print(
            f"{what}, {name}: {len(one.seconds):,} in {one.took:.0f} s, {per_s:,.0f} a second; median {one.at(0.5):.1f}"
            f" ms, p95 {one.at(0.95):.1f}, p99 {one.at(0.99):.1f}; {work:.2f} ms of work each; "
            f"{len(one.errors)} errors {one.errors[:1] or ''}"
        )
    print(f"  p95 of {clients} over the median of 1: {many.at(0.95) / alone.at(0.5):.1f}", flush=True)


def main(seconds: float, clients: int) -> None:
    """Start a service, ask it, and end it."""
    with served() as service:
        checked(service)
        print(f"{os.cpu_count()} processors, on which the clients run too")
        known = asked(service, eight(), 1, ALONE_S)
        told("the eight requests", known, asked(service, eight(), clients, seconds), clients)
        asked(service, lanes_once(), 2, 10 * seconds)
        days = asked(service, lanes_and_days(0), 1, ALONE_S)
        told("all lanes and days", days, asked(service, lanes_and_days(1), clients, seconds), clients)
        searched = asked(service, all_different(0), 1, ALONE_S)
        told("all lanes and loads", searched, asked(service, all_different(1), clients, seconds / 2), clients)
        looked = asked(service, eight(), clients, seconds, 1.0)
        told("a second's look at each of the eight", known, looked, clients)
        looked = asked(service, lanes_and_days(2), clients, seconds, 1.0)
        told("a second's look, all lanes and days", days, looked, clients)


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]]
    said = [*given, *(60.0, 50.0)[len(given) :]]
    main(said[0], int(said[1]))
