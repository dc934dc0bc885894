"""Answering many at once: a few threads that work, answers that are kept, and equal requests that share one.

A plan is worked out partly in compiled loops, which run beside each other, and partly in Python, which does not: more
threads than processors would only take turns. Those that wait, wait for their turn and not in a thread.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from fastapi import Request
from starlette.responses import Response

from karvan.api.answers import JSON, matches
from karvan.api.dated import Dated
from karvan.api.problems import ApiError
from karvan.api.worlds import Kept
from karvan.report.geometry import Lines

KEPT_BYTES = 64 * 2**20
"""Of answers, compressed; one of a plan is some 20 kB."""
LEVEL = 3
MOST_TEXTS = 3000
"""Of some 20 kB each."""
MOST_LINES = 24


@dataclass
class _Work:
    """An answer that is being made, or is to be."""

    future: Future[bytes]
    waiting: int = 0
    """How many wait for it."""


class Answering:
    """Answers requests, each different one once. Safe for many threads."""

    def __init__(self, workers: int = 0, kept_bytes: int = KEPT_BYTES) -> None:
        self.kept_bytes = kept_bytes
        self._pool = ThreadPoolExecutor(workers or os.cpu_count() or 1, thread_name_prefix="answering")
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[Hashable, _Work] = {}
        self._lock = Lock()
        self.texts: Kept[Dated | None] = Kept(MOST_TEXTS)
        """Documents of plans without their dates."""
        self.lines: Kept[Lines] = Kept(MOST_LINES)
        """Lines of links as maps draw them."""

    async def get(self, key: Hashable | None, make: Callable[[], bytes], seconds: float) -> bytes:
        """The answer, compressed (gzip): as it was kept, or made now, or by whoever asked the same just before.

        Args:
            key: what the answer is to; None for one that may be another when asked again.
            make: makes it. What it raises is raised, and nothing kept.
            seconds: how long to wait for it.

        Raises:
            ApiError: 504 where it takes longer. What has been begun is made whole, and kept for the next time.
        """
        work = self._work(key, make)
        if isinstance(work, bytes):
            return work
        waiting = asyncio.wrap_future(work.future)
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())  # heard, though nobody waits
        try:
            done, _ = await asyncio.wait([waiting], timeout=seconds)
        finally:
            self._left(key, work)
        if not done:
            raise ApiError(504, f"no answer within {seconds:g} s", headers={"retry-after": "10"})
        return waiting.result()

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, key: Hashable | None, make: Callable[[], bytes]) -> bytes | _Work:
        if key is None:
            return _Work(self._pool.submit(lambda: gzip.compress(make(), LEVEL, mtime=0)), 1)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if key not in self._under_way:
                self._under_way[key] = _Work(self._pool.submit(self._made, key, make))
            self._under_way[key].waiting += 1
            return self._under_way[key]

    def _left(self, key: Hashable | None, work: _Work) -> None:
        """One waits no longer. What nobody waits for is not begun."""
        with self._lock:
            work.waiting -= 1
            if not work.waiting and work.future.cancel():
                self._under_way.pop(key, None)

    def _made(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        try:
            made = gzip.compress(make(), LEVEL, mtime=0)
        except BaseException:
            with self._lock:
                del self._under_way[key]
            raise
        with self._lock:
            del self._under_way[key]
            self._kept[key] = made
            self._bytes += len(made)
            while self._bytes > self.kept_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest)
        return made


def sent(request: Request, zipped: bytes, media_type: str = JSON) -> Response:
    """A compressed answer, as it is to those who take it so."""
    headers = {"cache-control": "no-store"}
    if not takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(gzip.decompress(zipped), 200, headers, media_type)
    # Where nothing is packed yet, the middleware that would pack it says that it varies.
    headers |= {"content-encoding": "gzip", "vary": "Accept-Encoding"}
    return Response(zipped, 200, headers, media_type)


def takes_gzip(accepted: str) -> bool:
    """Whether a client takes gzip (RFC 9110, section 12.5.3)."""
    weights = {}
    for one in accepted.split(","):
        coding, _, rest = one.partition(";")
        weights[coding.strip().lower()] = rest.replace(" ", "").lower() not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return weights.get("gzip", weights.get("*", False))


def sent_if_new(request: Request, zipped: bytes, media_type: str = JSON) -> Response:
    """The same under a tag: 304 without a body where the client has it already."""
    etag = f'"{hashlib.sha256(zipped).hexdigest()[:32]}"'
    said = {"etag": etag, "cache-control": "private, no-cache"}
    if matches(request, etag):
        return Response(status_code=304, headers=said)
    found = sent(request, zipped, media_type)
    found.headers.update(said)
    return found
