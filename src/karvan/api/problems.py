"""What went wrong, told as RFC 9457 has it (application/problem+json), with address, value and remedy of each fault."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from karvan.api.methods import methods_at
from karvan.ground.errors import InputError, KarvanError, Problem, shown

MEDIA_TYPE = "application/problem+json"
MEANING = {
    400: "The request cannot be read",
    401: "A token is asked for",
    403: "Not allowed from there",
    404: "There is no such thing",
    405: "Not at this address",
    406: "Not in that form",
    408: "It came too slowly",
    409: "It does not go with what is there",
    411: "The length is not said",
    413: "It is too large",
    415: "Not in that form",
    421: "Asked under a name that is not this service's",
    422: "Something in the request cannot be used",
    429: "Too many at once",
    431: "The head is too large",
    500: "A fault of karvan",
    503: "Not now",
    504: "It took too long",
}
log = logging.getLogger("karvan.api")


class Fault(BaseModel):
    """One thing wrong: where, what was found there, what to do."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "address": "origin", "found": "'Xian Port'", "remedy": "nearest: Xi'an (CNXIA)"}]})  # fmt: skip

    address: str = Field(description="Where in the request.")
    found: str = Field(description="What stands there.")
    remedy: str = Field(description="What to do.")


class ProblemDetails(BaseModel):
    """A problem as RFC 9457 has it."""

    type: str = Field(description="`about:blank`: the status says what kind it is.", examples=["about:blank"])
    title: str = Field(description="What kind of problem it is.", examples=[MEANING[422]])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What is wrong, in words.", examples=["1 problem in the request"])
    instance: str = Field(description="The address that was asked.", examples=["/api/plan"])
    problems: list[Fault] = Field(description="Each fault; none where the status says all.")


class ApiError(KarvanError):
    """Ends a request with a status and faults."""

    def __init__(
        self, status: int, detail: str, problems: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.detail, self.problems, self.headers = status, detail, tuple(problems), dict(headers or {})
        super().__init__(detail)


def no_such(what: str, name: str, near: Sequence[str] = ()) -> ApiError:
    """404 for a thing that an address names, with those that are called most like it."""
    remedy = f"nearest: {', '.join(near)}" if near else f"ask for the list of {what}s"
    return ApiError(404, f"no {what} {shown(name)}", [Problem(what, shown(name), remedy)])


def document(status: int, detail: str, instance: str, problems: Sequence[Problem] = ()) -> dict[str, Any]:
    """The body that tells of a problem."""
    return {
        "type": "about:blank",
        "title": MEANING.get(status, HTTPStatus(status).phrase),
        "status": status,
        "detail": detail,
        "instance": instance,
        "problems": [{"address": one.address, "found": one.found, "remedy": one.remedy} for one in problems],
    }


def response(
    status: int, detail: str, instance: str, problems: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that tells of a problem."""
    told = json.dumps(document(status, detail, instance, problems), ensure_ascii=False)
    body = told.encode("utf-8", "backslashreplace")  # half a surrogate pair becomes its escape, which is JSON as well
    return Response(body, status, {"cache-control": "no-store", **(headers or {})}, MEDIA_TYPE)


def faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: that an address may answer with these statuses, and how."""
    return {
        status: {
            "description": MEANING[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Make the application tell of every problem in this form."""

    @app.exception_handler(ApiError)
    def api_error(request: Request, error: ApiError) -> Response:
        return response(error.status, error.detail, request.url.path, error.problems, error.headers)

    @app.exception_handler(InputError)
    def input_error(request: Request, error: InputError) -> Response:
        count = "1 problem" if len(error.problems) == 1 else f"{len(error.problems)} problems"
        return response(422, f"{count} in {error.subject}", request.url.path, error.problems)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        found = [_fault(one) for one in error.errors()]
        unreadable = any(one["type"] == "json_invalid" for one in error.errors())
        return response(400 if unreadable else 422, f"{len(found)} in the request", request.url.path, found)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        status, detail = error.status_code, str(error.detail)
        headers = {name.lower(): said for name, said in (error.headers or {}).items()}
        in_api = request.url.path.startswith("/api")
        methods = methods_at(app.openapi(), request.url.path) if status in (404, 405) and in_api else []
        if methods and request.method not in methods:
            status, detail = 405, f"not {shown(request.method)} here, but {' and '.join(methods)}"
            headers["allow"] = ", ".join(methods)
        return response(status, detail, request.url.path, headers=headers)

    @app.exception_handler(Exception)
    def fault(request: Request, error: Exception) -> Response:
        where = f"{request.method} {request.url.path}"
        log.error("%s", ascii(where), exc_info=error)  # one line, whatever is in it
        return response(500, f"{type(error).__name__}: see the log of the service", request.url.path)


def _fault(error: Mapping[str, Any]) -> Problem:
    """What pydantic found wrong. The first part of its place is `body`, `query` or `path`."""
    place = "/".join(str(part) for part in error["loc"][1:]) or str(error["loc"][0] if error["loc"] else "body")
    found = "nothing" if error["type"] == "missing" else shown(error.get("input"))[:200]
    message = str(error["msg"])
    return Problem(place, found, message[0].lower() + message[1:])
