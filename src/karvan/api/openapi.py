"""The contract: what can be asked, and every answer, as OpenAPI 3.1 has it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from karvan.api.problems import Fault, ProblemDetails


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The contract of an application; made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes,
                           license_info=app.license_info)  # fmt: skip
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        for model in (Fault, ProblemDetails):
            schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas[model.__name__].pop("$defs", None)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{}, {"token": []}]
        app.openapi_schema = made
    return app.openapi_schema
