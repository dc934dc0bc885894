"""What stands before every address: who may ask, from where, how much, and how many at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from karvan.api.passing import Passing, answer_at_once, has_body
from karvan.api.problems import response
from karvan.api.settings import Settings, on_loopback

ASKS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""
API = "/api"
UPLOADS = "/api/corridors"
EVENTS = re.compile(r"/api/jobs/[^/]+/events")
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")
LONGEST_HEAD = 32 * 2**10
"""Bytes of an address and of the headers together."""
LENGTH = re.compile(r"[0-9]{1,15}")
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    # The map draws in workers and on canvases; nothing comes from anywhere else.
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline';"
        " worker-src 'self' blob:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none';"
        " form-action 'self'"
    ),
}
Refusal = tuple[int, str, dict[str, str]]
Step = Callable[[Scope, Headers], Refusal | None]


class Guard:
    """ASGI middleware. What it refuses never reaches an address, and its body is not kept."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.steps: tuple[Step, ...] = (
            self._head, self._host, self._origin, self._token, self._size, self._media, self._crowd,
        )  # fmt: skip
        self.now = {"requests": 0, "streams": 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003})
            return
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
                waits = has_body(headers) and "expect" not in headers
                await answer_at_once(answer, send, receive if waits else None)
                return
        kind = _kind(scope)
        self.now[kind] += 1

        def ended() -> None:
            self.now[kind] -= 1

        passing = Passing(scope, receive, send, self._most(scope), HEADERS)
        await passing.through(self.app, scope, self.settings.limits, self._seconds(scope), ended)

    def _most(self, scope: Scope) -> int:
        limits = self.settings.limits
        return limits.upload_bytes if _uploads(scope) else limits.body_bytes

    def _seconds(self, scope: Scope) -> float:
        """A package waits for its check at most as long as that may take, and is then loaded."""
        return self.settings.limits.request_seconds * (3 if _uploads(scope) else 1)

    def _head(self, scope: Scope, headers: Headers) -> Refusal | None:
        """What is counted before there is a request at all bounds how much may come late, not how much at once."""
        size = sum(len(name) + len(said) for name, said in headers.raw) + len(scope.get("raw_path") or b"")
        if size + len(scope["query_string"]) <= LONGEST_HEAD:
            return None
        return 431, f"a head of {size:,} bytes; at most {LONGEST_HEAD:,} are read", {}

    def _host(self, _scope: Scope, headers: Headers) -> Refusal | None:
        """On loopback, only under a name of loopback: else a page elsewhere could ask under a name of its own."""
        named = HOST.fullmatch(headers.get("host", ""))
        if named is None:
            return 421, "no name of a service is given", {}
        bare = named[1].lower()
        if not on_loopback(self.settings.host) or on_loopback(bare) or bare == self.settings.host.lower():
            return None
        return 421, "this service is asked as localhost only", {}

    def _origin(self, scope: Scope, headers: Headers) -> Refusal | None:
        """No page of another origin may change anything, nor set anything to work.

        That a browser keeps what it read from such a page does not help against work that was done for it.
        """
        asks = scope["method"] in ASKS
        elsewhere = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        followed = asks and headers.get("sec-fetch-mode") == "navigate"
        if elsewhere and not followed and _in_api(scope):
            return 403, "pages of other origins may not ask", {}
        origin = headers.get("origin", "")
        if asks or not origin or _netloc(origin) == headers.get("host", "").lower():
            return None
        return 403, "pages of other origins may not ask", {}

    def _token(self, scope: Scope, headers: Headers) -> Refusal | None:
        """The studio's own files are open: there is nothing in them, and it has to ask for the token somewhere."""
        if not self.settings.tokens or not _in_api(scope):
            return None
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self.settings.lets_in(token.strip()):
            return None
        return 401, "give a token: Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"}

    def _size(self, scope: Scope, headers: Headers) -> Refusal | None:
        said, most = headers.get("content-length", "0"), self._most(scope)
        if not LENGTH.fullmatch(said):
            return 400, "content-length is no whole number, or one beyond all measure", {}
        if int(said) > most:
            return 413, f"{int(said):,} bytes; at most {most:,} are taken here", {}
        return None

    def _media(self, scope: Scope, headers: Headers) -> Refusal | None:
        """What comes must say what it is. It is taken as it is: what is packed could unpack to anything."""
        if not has_body(headers) or not _in_api(scope):
            return None
        if headers.get("content-encoding", "identity").lower() != "identity":
            return 415, "a body is taken as it is, not packed", {"accept-encoding": "identity"}
        wanted = "application/zip" if _uploads(scope) else "application/json"
        if headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
            return 415, f"give {wanted}, and say so in content-type", {"accept": wanted}
        return None

    def _crowd(self, scope: Scope, _headers: Headers) -> Refusal | None:
        limits = self.settings.limits
        kind = _kind(scope)
        if self.now[kind] < (limits.streams if kind == "streams" else limits.at_once):
            return None
        return 503, f"too many {kind} at once", {"retry-after": "1"}


def _kind(scope: Scope) -> str:
    """Those who follow a job stay for hours, and must not keep others out."""
    return "streams" if EVENTS.fullmatch(scope["path"]) else "requests"


def _uploads(scope: Scope) -> bool:
    return bool(scope["path"] == UPLOADS and scope["method"] == "POST")


def _in_api(scope: Scope) -> bool:
    path: str = scope["path"]
    return path == API or path.startswith(f"{API}/")


def _netloc(origin: str) -> str:
    """Host and port of an origin; nothing that a host could be called for one that has none."""
    try:
        return urlsplit(origin).netloc.lower() or "null"
    except ValueError:
        return "null"
