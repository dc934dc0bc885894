"""The studio's files, as they were built with the package."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from karvan.api.problems import ApiError
from karvan.ground.errors import Problem

VIEWS = ("plan", "corridor", "simulate", "compare", "trade", "power", "commitments")
FOREVER = "public, max-age=31536000, immutable"
"""For files whose name holds a digest of their content."""


def folder() -> Path:
    """Where the built studio is."""
    return Path(str(resources.files("karvan"))) / "web"


def mount(app: FastAPI) -> None:
    """Serve the studio beside the service."""
    root = folder().resolve()

    @app.get("/", include_in_schema=False)
    def home(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/plan{query}", 307)

    @app.get("/api/docs", include_in_schema=False)
    def docs() -> Response:
        return RedirectResponse("/docs/index.html", 307)

    @app.get("/{path:path}", include_in_schema=False)
    def file(path: str) -> Response:
        if path in VIEWS:
            return page(root)
        asked = inside(root, path)
        if asked is None:
            raise HTTPException(404, f"there is nothing at /{path[:200]}")
        kept = FOREVER if path.startswith("assets/") else "no-cache"
        return FileResponse(asked, headers={"cache-control": kept})


def inside(root: Path, path: str) -> Path | None:
    """The file of that path in a folder; None where there is none, or the path leads out of the folder."""
    try:
        asked = (root / path).resolve()
        return asked if asked.is_relative_to(root) and asked.is_file() else None
    except (OSError, ValueError):  # too long for the file system, or with a null in it
        return None


def page(root: Path) -> Response:
    """The studio's page. Raises ApiError where it was left out of the build."""
    if not (root / "index.html").is_file():
        problem = Problem("studio", "not built", "install karvan with the studio, or ask /api")
        raise ApiError(503, "this karvan was built without the studio", [problem])
    return FileResponse(root / "index.html", headers={"cache-control": "no-cache"})
