"""Answers: documents as JSON, and what does not change under a tag, so that it is sent once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.responses import Response

JSON = "application/json"


def encoded(document: Any) -> bytes:
    """A document as JSON. A value that is not a number is a fault, never an answer."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode()


def answer(document: Any, status: int = 200, **headers: str) -> Response:
    """A document that may be another when asked again."""
    return Response(encoded(document), status, {"cache-control": "no-store", **headers}, JSON)


def lasting(
    request: Request,
    content: bytes | Any | Callable[[], Any],
    *,
    media_type: str = JSON,
    tag: str = "",
    **headers: str,
) -> Response:
    """What stays the same as long as its tag does; 304 without a body where the client has it already.

    Args:
        content: bytes, or a document that is sent as JSON; or, together with a tag, what makes either of them, which
            is not asked for what the client has already.
        tag: what it is made from, if that is known better than its bytes are.
    """
    body = b"" if callable(content) else _bytes(content)
    etag = etag_of(tag or body)
    said = {
        "etag": etag,
        "cache-control": "private, no-cache",
        **headers,
    }  # no-cache: keep it, and ask whether it holds
    if matches(request, etag):
        return Response(status_code=304, headers=said)
    return Response(_bytes(content()) if callable(content) else body, 200, said, media_type)


def _bytes(content: bytes | Any) -> bytes:
    return content if isinstance(content, bytes) else encoded(content)


def etag_of(tag: str | bytes) -> str:
    """The tag of an answer that is made from that."""
    return f'"{hashlib.sha256(tag.encode() if isinstance(tag, str) else tag).hexdigest()[:32]}"'


def matches(request: Request, etag: str) -> bool:
    """Whether the client says that it has what this tag stands for (RFC 9110, section 13.1.2)."""
    wanted = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return etag in wanted or wanted == ["*"]


def _plain(value: Any) -> Any:
    """Numbers of numpy, dates and paths as JSON has them. Raises TypeError for what is none."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__fspath__"):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")
