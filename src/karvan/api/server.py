"""A service on a port, until it is interrupted."""

from __future__ import annotations

import socket

from karvan.api.settings import Settings
from karvan.corridor.load import inspect
from karvan.ground.errors import InputError, Problem


def serve(settings: Settings, *, browser: bool = False) -> int:
    """Serve until interrupted; prints where.

    Raises:
        InputError: for settings or packages that cannot be used, or a port that is taken.
    """
    settings.checked()
    wrong = [problem for path in settings.packages.values() for problem in inspect(path)[1]]
    if wrong:
        raise InputError("the packages to serve", wrong)
    import uvicorn

    from karvan.api.app import create_app

    app = create_app(settings)
    with bound(settings) as listening:
        address = f"http://{_shown(settings.host)}:{listening.getsockname()[1]}"
        print(f"karvan is at {address}  (the contract: {address}/api/openapi.json; end with Ctrl-C)", flush=True)  # noqa: T201
        if browser:
            import webbrowser

            webbrowser.open(address)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_keep_alive=30, timeout_graceful_shutdown=5,
            server_header=False, h11_max_incomplete_event_size=64 * 1024,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def bound(settings: Settings) -> socket.socket:
    """A socket on the host and port asked for. Raises InputError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host.strip("[]"), settings.port))
    except OSError as refused:
        listening.close()
        problem = Problem("port", f"{settings.port} ({refused.strerror})", "give --port 0 for any that is free")
        raise InputError("the service", [problem]) from None
    return listening


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
