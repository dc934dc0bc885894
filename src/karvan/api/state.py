"""What the addresses of one service share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Request

from karvan.api.settings import Settings
from karvan.api.worlds import Known, Worlds


@dataclass
class State:
    """Settings, corridors, and what works on jobs (there from the start of the service to its end)."""

    settings: Settings
    worlds: Worlds
    runner: Any = None


def state(request: Request) -> State:
    """The state of the service that is asked."""
    found: State = request.app.state.karvan
    return found


def known(
    request: Request,
    corridor: Annotated[
        str, Path(description="Id of a corridor.", max_length=64, openapi_examples={"it": {"value": "middle-corridor"}})
    ],
) -> Known:
    """The corridor that the address names. Raises ApiError 404."""
    return state(request).worlds.known(corridor)


Shared = Annotated[State, Depends(state)]
Asked = Annotated[Known, Depends(known)]
