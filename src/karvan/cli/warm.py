"""`karvan warm`: compile all kernels."""

from __future__ import annotations

import click


@click.command("warm")
def command() -> None:
    """Compile all kernels now and keep the machine code, so that the first run is fast."""
    from karvan.study.warm import warm

    for name, seconds in warm():
        click.echo(f"{name}: {seconds:.1f} s")
