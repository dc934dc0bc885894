"""`karvan serve`: the studio and the REST service."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="0 for any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Off loopback only together with --token-file.")
@click.option("--open", "browser", is_flag=True, help="Open the studio in a browser.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Where jobs, uploaded packages and runs stand. [default: the user's data]")  # fmt: skip
@click.option("--token-file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Who may ask: one token a line, or sha256:DIGEST of it.")  # fmt: skip
@click.option("--database", default="", metavar="URL", help="PostgreSQL that several services share: postgresql://...")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Jobs worked on at once.")
@click.option(
    "--package", "-p", "packages", multiple=True, metavar="P", help="A package to serve besides: folder or zip."
)
def command(
    port: int, host: str, browser: bool, data: Path | None, token_file: Path | None, database: str, workers: int,
    packages: tuple[str, ...],
) -> int:  # fmt: skip
    """Serve the studio and the REST API on this computer, until interrupted."""
    from karvan.api.server import serve
    from karvan.api.settings import Settings, read_tokens

    if data is None:
        from platformdirs import user_data_path

        data = user_data_path("karvan", appauthor=False)
    else:
        os.environ.setdefault("KARVAN_RUNS", str(data.absolute() / "runs"))
    tokens = read_tokens(token_file) if token_file else ()
    named = {Path(package).stem: Path(package) for package in packages}
    settings = Settings(data.absolute(), host, port, named, tokens, database, workers)
    return serve(settings, browser=browser)
