"""What a service is, and its contract."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from karvan.api.answers import answer, lasting
from karvan.api.state import Shared
from karvan.ground.version import VERSION

router = APIRouter(tags=["service"])


class Service(BaseModel):
    """A service."""

    karvan: str = Field(description="Version.", examples=["0.1.0"])
    corridors: list[str] = Field(description="Ids of the corridors it knows.", examples=[["middle-corridor"]])
    limits: dict[str, float] = Field(description="How much may be asked for.", examples=[{"rows": 10000}])
    workers: int = Field(description="Jobs that are worked on at once.", examples=[1])
    contract: str = Field(description="Where its contract is.", examples=["/api/openapi.json"])


@router.get("", summary="What this service is", responses={200: {"model": Service}})
def service(shared: Shared) -> Response:
    """Version, corridors, and limits."""
    limits = shared.settings.limits
    said: dict[str, Any] = {name: getattr(limits, name) for name in limits.__slots__}
    return answer(
        {
            "karvan": VERSION,
            "corridors": shared.worlds.ids(),
            "limits": said,
            "workers": shared.settings.workers,
            "contract": "/api/openapi.json",
        }
    )


@router.get("/openapi.json", include_in_schema=False)
def contract(request: Request) -> Response:
    """The contract (OpenAPI 3.1)."""
    return lasting(request, request.app.openapi())
