"""What stands before every address: who may ask, from where, how much, and how many at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from karvan.api.problems import response
from karvan.api.settings import Settings, on_loopback

ASKS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""
UPLOADS = "/api/corridors"
API = "/api"
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    # The map draws in workers and on canvases; nothing comes from anywhere else.
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline';"
        " worker-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}
Step = Callable[[Scope, Headers], tuple[int, str, dict[str, str]] | None]


class TooLargeError(Exception):
    """More came than was said, or than is allowed."""


class Guard:
    """ASGI middleware. What it refuses never reaches an address, and no body of it is read."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.steps: tuple[Step, ...] = (self._host, self._origin, self._token, self._size, self._crowd)
        self.now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        for step in self.steps:
            refused = step(scope, headers)
            if refused:
                status, detail, extra = refused
                # What was not read must not be taken for the next request.
                answer = response(status, detail, scope["path"], headers={**HEADERS, **extra, "connection": "close"})
                await answer(scope, receive, send)
                return
        self.now += 1
        try:
            await self._pass(scope, receive, send)
        finally:
            self.now -= 1

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, counting what comes in, and with our headers on what goes out."""
        begun = False

        async def answered(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                said = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    said.setdefault(name, value)
            await send(message)

        most = self._most(scope)
        try:
            await self.app(scope, counted(receive, most), answered)
        except TooLargeError:
            if begun:
                raise
            answer = response(413, f"more than {most:,} bytes", scope["path"], headers={"connection": "close"})
            await answer(scope, receive, answered)

    def _most(self, scope: Scope) -> int:
        limits = self.settings.limits
        upload = scope["path"] == UPLOADS and scope["method"] == "POST"
        return limits.upload_bytes if upload else limits.body_bytes

    def _host(self, _scope: Scope, headers: Headers) -> tuple[int, str, dict[str, str]] | None:
        """On loopback, only under a name of loopback: else a page elsewhere could ask under a name of its own."""
        name = headers.get("host", "").rsplit("@", 1)[-1]
        bare = name.rsplit(":", 1)[0] if not name.endswith("]") else name
        if not on_loopback(self.settings.host) or on_loopback(bare) or bare == self.settings.host:
            return None
        return 421, "this service is asked as localhost only", {}

    def _origin(self, scope: Scope, headers: Headers) -> tuple[int, str, dict[str, str]] | None:
        """No page of another origin may change anything. Reading is closed to them by the browser itself."""
        origin = headers.get("origin", "")
        if scope["method"] in ASKS or not origin or origin.split("://", 1)[-1] == headers.get("host", ""):
            return None
        return 403, "pages of other origins may not ask", {}

    def _token(self, scope: Scope, headers: Headers) -> tuple[int, str, dict[str, str]] | None:
        """The studio's own files are open: there is nothing in them, and it has to ask for the token somewhere."""
        path = scope["path"]
        if not self.settings.tokens or not (path == API or path.startswith(f"{API}/")):
            return None
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self.settings.lets_in(token.strip()):
            return None
        return 401, "give a token: Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"}

    def _size(self, scope: Scope, headers: Headers) -> tuple[int, str, dict[str, str]] | None:
        said, most = headers.get("content-length", "0"), self._most(scope)
        if said.isdecimal() and int(said) <= most:
            return None
        if not said.isdecimal():
            return 400, "content-length is no whole number", {}
        return 413, f"{int(said):,} bytes; at most {most:,} are taken here", {}

    def _crowd(self, _scope: Scope, _headers: Headers) -> tuple[int, str, dict[str, str]] | None:
        if self.now < self.settings.limits.at_once:
            return None
        return 503, "too many requests at once", {"retry-after": "1"}


def counted(receive: Receive, most: int) -> Callable[[], Awaitable[Any]]:
    """What is received, until it is more than allowed. Raises TooLargeError then."""
    came = 0

    async def receive_counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > most:
            raise TooLargeError
        return message

    return receive_counted
