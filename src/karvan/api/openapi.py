"""The contract: what can be asked, and every answer, as OpenAPI 3.1 has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from karvan.api.problems import MEANING, MEDIA_TYPE, Fault, ProblemDetails

EXAMPLES = "examples.json"
"""Beside this file: real answers, cut short; tools/write_openapi.py asks for them anew."""
CALLED = {
    "cancel": "cancelJob", "carbon": "planCarbon", "corridor_map": "getCorridorMap", "events": "getJobEvents",
    "export": "exportCorridor", "forget": "deleteJob", "result": "getJobResult", "resume": "resumeJob",
}  # fmt: skip
"""Operations whose function has a name that says too little outside its file."""
CHANGING = ("getService", "getCorridors", "getJobs", "getJob", "getJobEvents", "getRuns")
"""What is asked anew each time; all else that is read has a tag (ETag), and is sent once."""
TAGS = {
    "service": "What this service is.",
    "corridors": "Corridors: what each holds, its places, its map, and packages of one's own.",
    "planning": "Ways to move a load between two places.",
    "studies": "What takes longer than a request may: each is answered with a job.",
    "jobs": "How far each study is, and what it found.",
    "runs": "What studies left: tables, traces, reports.",
    "scenarios": "What may be different, and what that changes.",
    "projects": "What is planned, what it costs and what it would change.",
    "commitments": "What was agreed and promised, and what became of it.",
    "trade": "What was published of trade, what it hangs on, what would change it, and whom it depends on.",
    "power": "The power system by the hour, its projects and cables, and what a kilowatt-hour lets out.",
    "evidence": "Where every number is from.",
}


def operation_id(route: APIRoute) -> str:
    """What a client calls an operation: getPlaces, plan, deleteRun."""
    if route.name in CALLED:
        return CALLED[route.name]
    words = route.name.split("_")
    method = min(route.methods or {"GET"}).lower()
    if method in ("get", "delete") and words[0] not in ("get", "delete"):
        words = [method, *words]
    return words[0] + "".join(word.capitalize() for word in words[1:])


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The contract of an application; made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes,
            license_info=app.license_info, tags=[{"name": name, "description": said} for name, said in TAGS.items()],
        )  # fmt: skip
        parts = made.setdefault("components", {})
        schemas = parts.setdefault("schemas", {})
        for model in (Fault, ProblemDetails):
            schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas[model.__name__].pop("$defs", None)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        parts["responses"] = {_name(status): _refusal(status) for status in MEANING}
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{}, {"token": []}]
        examples = json.loads(resources.files("karvan.api").joinpath(EXAMPLES).read_text(encoding="utf-8"))
        for operation in operations(made):
            _told(operation, schemas, examples.get(operation["operationId"], {}))
        app.openapi_schema = made
    return app.openapi_schema


def operations(contract: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a contract."""
    for methods in contract["paths"].values():
        yield from methods.values()


def _told(operation: dict[str, Any], schemas: dict[str, Any], examples: dict[str, Any]) -> None:
    """Complete an operation: refusals by their name, 304 where there is a tag, examples."""
    answers = operation["responses"]
    for status in answers:
        if int(status) in MEANING and MEDIA_TYPE in answers[status].get("content", {}):
            answers[status] = {"$ref": f"#/components/responses/{_name(int(status))}"}
    if "200" in answers and "requestBody" not in operation and operation["operationId"] not in CHANGING:
        answers["304"] = {"description": "You have it already: its tag is the one you sent as If-None-Match."}
        tag = {"description": "Stays as long as the answer does.", "schema": {"type": "string"}}
        answers["200"].setdefault("headers", {})["ETag"] = tag
    for status, media in examples.items():
        for kind, example in media.items():
            answers[status]["content"][kind]["example"] = example
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schema = media.get("schema", {})
        own = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
        if "example" not in media and own.get("examples"):
            media["example"] = own["examples"][0]
    operation["responses"] = dict(sorted(answers.items()))


def _name(status: int) -> str:
    """What a refusal is called in the contract."""
    return f"refused-{status}"


def _refusal(status: int) -> dict[str, Any]:
    return {
        "description": MEANING[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
