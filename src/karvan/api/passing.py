"""A request on its way through: how fast and how much may come in, and how long the answer may take."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from karvan.api.problems import response
from karvan.api.settings import SLOWEST, Limits

LINGER_SECONDS = 1.0
LINGER_BYTES = 4 * 2**20
"""What is read of a body that was refused, so that the one who sends it gets to see the answer."""
log = logging.getLogger("karvan.api")


class Passing:
    """One request that was let through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int, said: Mapping[str, str]) -> None:
        self._receive, self._send = receive, send
        self.most, self.said = most, said
        self.came, self.began = 0, time.monotonic()
        self.whole = not has_body(Headers(scope=scope))
        self.answering = self.given_up = False
        self.instance: str = scope["path"]

    async def through(
        self, app: ASGIApp, scope: Scope, limits: Limits, seconds: float, ended: Callable[[], None]
    ) -> None:
        """Let the application answer; 504 where it does not begin to within `seconds` after all of the body came.

        What works on it then cannot be stopped, as it is in a thread: `ended` is called when it is through, and only
        then may another come in its place.
        """
        self.limits = limits
        task = asyncio.ensure_future(app(scope, self.receive, self.send))
        task.add_done_callback(lambda _: ended())
        try:
            while not task.done():
                left = self._left(seconds)
                if left <= 0 and not self.answering:
                    await self._give_up(task, seconds)
                    return
                await asyncio.wait({task}, timeout=None if self.answering else left)
            await task
        except asyncio.CancelledError:
            task.cancel()
            raise

    def _left(self, seconds: float) -> float:
        """Until when an answer must have begun: reckoned from the end of the body, which has a limit of its own."""
        return self.began + seconds - time.monotonic() if self.whole else self._patience()

    def _patience(self) -> float:
        allowed = self.limits.body_seconds + self.came / SLOWEST
        return self.began + allowed - time.monotonic() + 1.0

    async def _give_up(self, task: asyncio.Future[None], seconds: float) -> None:
        self.given_up = True
        log.warning("%s gave no answer within %g s", ascii(self.instance), seconds)
        task.add_done_callback(_told)
        task.cancel()
        late = response(
            504, f"no answer within {seconds:g} s", self.instance, headers={**self.said, "connection": "close"}
        )
        await answer_at_once(late, self._send)

    async def receive(self) -> Message:
        """What comes in, until it is more, or slower, than allowed. Raises HTTPException then."""
        if self.whole:
            return await self._receive()
        try:
            async with asyncio.timeout(max(self._patience() - 1.0, 0.0)):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the body came too slowly", {"connection": "close"}) from None
        self.came += len(message.get("body", b""))
        if self.came > self.most:
            raise HTTPException(413, f"more than {self.most:,} bytes", {"connection": "close"})
        if not message.get("more_body", False):
            self.whole, self.began = True, time.monotonic()
        return message

    async def send(self, message: Message) -> None:
        """What goes out, with our headers; nothing once it was given up."""
        if self.given_up:
            return
        if message["type"] == "http.response.start":
            self.answering = True
            headers = MutableHeaders(scope=message)
            for name, value in self.said.items():
                headers.setdefault(name, value)
        await self._send(message)


def has_body(headers: Headers) -> bool:
    """Whether something comes after the head (RFC 9112, section 6)."""
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


async def answer_at_once(answer: Response, send: Send, receive: Receive | None = None) -> None:
    """Send an answer whole; with `receive`, read a little of what still comes before the connection is closed.

    A connection that is closed on unread data is reset, and the answer may be lost with it (RFC 9112, section 9.6).
    """
    await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": bytes(answer.body), "more_body": receive is not None})
    if receive is not None:
        came = 0
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while came < LINGER_BYTES:
                    message = await receive()
                    came += len(message.get("body", b""))
                    if message["type"] == "http.disconnect" or not message.get("more_body", False):
                        break
        except TimeoutError:
            pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _told(task: asyncio.Future[None]) -> None:
    """Tell of a fault in what nobody waits for any more."""
    if not task.cancelled() and task.exception() is not None:
        log.error("after its time was over: %s", type(task.exception()).__name__, exc_info=task.exception())
