"""The service as one ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from karvan.api import (
    commitments,
    corridors,
    evidence,
    exports,
    jobs_routes,
    movements,
    one_more,
    places,
    plan,
    power,
    problems,
    projects,
    reports,
    root,
    run_tables,
    runs,
    scenarios,
    studies,
    studio,
    trade,
    trade_boxes,
    uploads,
)
from karvan.api import map as corridor_map
from karvan.api.guard import Guard
from karvan.api.jobs.runner import runner_of
from karvan.api.openapi import openapi_of, operation_id
from karvan.api.settings import Settings
from karvan.api.state import State
from karvan.api.worlds import Worlds
from karvan.ground.version import VERSION

ROUTERS = (
    root.router,
    corridors.router,
    places.router,
    uploads.router,
    evidence.router,
    corridor_map.router,
    plan.router,
    studies.router,
    jobs_routes.router,
    runs.router,
    run_tables.router,
    movements.router,
    one_more.router,
    reports.router,
    scenarios.router,
    commitments.router,
    projects.router,
    trade.router,
    trade_boxes.router,
    power.router,
    exports.router,
)
EVERYWHERE = problems.faults(400, 401, 403, 408, 413, 415, 421, 422, 431, 500, 503, 504)
"""What every address may answer besides its own."""
ABOUT = """Plan shipments on trans-Eurasian corridors, simulate them, put demand on them, change them by projects, value
them, ask what trade hangs on and what would change it, and for the source behind every number. Times are ISO 8601 with
zone or hours; money is USD, distance km, and emissions kg CO2e well-to-wheel.
"""


def create_app(settings: Settings) -> FastAPI:
    """The service of these settings. Raises InputError where they would let in whoever comes."""
    settings.checked()
    shared = State(settings, Worlds(settings))

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        settings.uploads.mkdir(parents=True, exist_ok=True)
        shared.runner = runner_of(settings, lambda corridor: str(shared.worlds.path(corridor)[0]))
        shared.runner.start()
        try:
            yield
        finally:
            shared.answering.close()
            app.state.estimating.close()
            await asyncio.to_thread(shared.runner.stop)

    app = FastAPI(
        title="karvan", version=VERSION, description=ABOUT, docs_url=None, redoc_url=None, lifespan=life,
        openapi_url=None, redirect_slashes=False, generate_unique_id_function=operation_id,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    app.state.karvan = shared
    app.state.estimating = trade.estimating()
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix="/api", responses=EVERYWHERE)
    app.openapi = lambda: openapi_of(app)  # type: ignore[method-assign]
    studio.mount(app)
    app.add_middleware(GZipMiddleware, minimum_size=2048, compresslevel=3)
    app.add_middleware(Guard, settings=settings)
    return app
