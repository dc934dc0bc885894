"""A service on a port, until it is interrupted."""

from __future__ import annotations

import os
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
    from karvan.api.wire import Wire

    app = create_app(settings)
    with bound(settings) as listening:
        address = f"http://{_shown(settings.host)}:{listening.getsockname()[1]}"
        print(f"karvan is at {address}  (the contract: {address}/api/openapi.json; end with Ctrl-C)", flush=True)  # noqa: T201
        if browser:
            import webbrowser

            webbrowser.open(address)
        config = uvicorn.Config(
            app, http=Wire, ws="none", log_level="error", access_log=False, timeout_keep_alive=30,
            timeout_graceful_shutdown=5, server_header=False, h11_max_incomplete_event_size=64 * 1024,
            proxy_headers=False, limit_concurrency=None,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def bound(settings: Settings) -> socket.socket:
    """A socket on the host and port asked for. Raises InputError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With its protocol named, asyncio sends small parts at once: else the second part of an answer waits 40 ms for the
    # client to confirm the first.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # elsewhere it would let another program take the port from us
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host.strip("[]"), settings.port))
        listening.listen(2048)  # who asks before it serves waits, and is not turned away
    except OSError as refused:
        listening.close()
        problem = Problem("port", f"{settings.port} ({refused.strerror})", "give --port 0 for any that is free")
        raise InputError("the service", [problem]) from None
    return listening


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
