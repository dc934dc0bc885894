"""What commands print: one JSON document, or tables for a terminal."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

package_option = click.option(
    "--package",
    "-p",
    default="middle-corridor",
    show_default=True,
    metavar="P",
    help="A package that ships, a folder, or a zip.",
)
scenario_option = click.option(
    "--scenario",
    default="",
    metavar="S",
    help="Under a scenario: a name (karvan scenarios lists them), FILE.yaml, project:ID, commitment:ID; joined by +.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def year_of_scenario(scenario: str, year: int | None) -> None:
    """Raise UsageError where both are given: a scenario has a year of its own."""
    if scenario and year is not None:
        raise click.UsageError("--scenario has a year of its own: leave --year out")


def terminal_width() -> int:
    """Columns of the terminal, or 120 where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 120


def print_json(document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False))


def print_rich(*things: Any) -> None:
    """Print tables and lines, as wide as the terminal is."""
    from rich.console import Console

    console = Console(width=terminal_width(), highlight=False)
    for thing in things:
        console.print(thing, markup=not isinstance(thing, str))


def waiting(what: str) -> AbstractContextManager[Any]:
    """A sign of life on standard error while something runs, only where that is a terminal."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(what)
