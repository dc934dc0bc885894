"""What the addresses of one service share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Path, Request

from karvan.api.answering import Answering
from karvan.api.settings import Settings
from karvan.api.worlds import Kept, Known, Worlds

REELS = 3
"""Replications that are kept ready to be played; of a long one each takes some hundred MiB."""


@dataclass
class State:
    """Settings, corridors, and what works on jobs (there from the start of the service to its end)."""

    settings: Settings
    worlds: Worlds
    runner: Any = None
    answering: Answering = field(default_factory=Answering)
    reels: Kept[Any] = field(default_factory=lambda: Kept(REELS))
    """Replications that were played of late."""


async def state(request: Request) -> State:
    """The state of the service that is asked. (Were it not async, it would be looked up in a thread.)"""
    found: State = request.app.state.karvan
    return found


def known(
    shared: Annotated[State, Depends(state)],
    corridor: Annotated[
        str, Path(description="Id of a corridor.", max_length=64, openapi_examples={"it": {"value": "middle-corridor"}})
    ],
) -> Known:
    """The corridor that the address names. Raises ApiError 404."""
    return shared.worlds.known(corridor)


Shared = Annotated[State, Depends(state)]
Asked = Annotated[Known, Depends(known)]
