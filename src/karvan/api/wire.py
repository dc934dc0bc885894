"""Connections: how many, how long a request may take to be said, and how long an answer may go unread."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from karvan.api.problems import MEDIA_TYPE, response

MOST_CONNECTIONS = 512
"""Open at once; systems commonly let a process have 1024 files."""
HEAD_SECONDS = 15.0
"""In which the head of a request must have come."""
UNREAD_SECONDS = 60.0
"""That a client may leave an answer unread when no more of it fits between us."""


class Wire(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to connections on which nothing moves."""

    _patience: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    cycle: RequestResponseCycle | None  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or tell that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._end(503, "too many connections")
        else:
            self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._wait(None)
        self._read_again()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came. The time of a head runs from its first byte, however many come after."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait(None)
        elif self._patience is None:
            self._wait(HEAD_SECONDS)

    def on_response_complete(self) -> None:
        """From here on uvicorn's own time for idle connections runs."""
        self._wait(None)
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client does not read. Nor would it read that we hang up: the connection is cut."""
        super().pause_writing()
        self._read_again()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        self._read_again()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is refused as everything is."""
        self._end(400, msg)

    def _wait(self, seconds: float | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = None if seconds is None else self.loop.call_later(seconds, self._over)

    def _over(self) -> None:
        self._patience = None
        self._end(408, "the request came too slowly")

    def _read_again(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
        self._unread = None

    def _end(self, status: int, detail: str) -> None:
        """Say why, and hang up. Straight onto the wire: there may be no request that could be answered."""
        if not self.transport.is_closing() and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE, h11.DONE):
            body = bytes(response(status, detail, "").body)
            head = f"HTTP/1.1 {status} {_PHRASES[status]}\r\ncontent-type: {MEDIA_TYPE}\r\nconnection: close\r\n"
            self.transport.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        self.transport.close()


_PHRASES: dict[int, Any] = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}
