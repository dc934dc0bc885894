"""The words in which goods and their departure are said, as options of the commands that ask about many places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]

OPTIONS = (
    click.option(
        "--depart", metavar="DAY",
        help="When the goods are ready: 2026-12-01, or an instant with zone. [default: today]",
    ),
    click.option("--load", metavar="LOAD", help="2xFEU, 1x40ft+2x20ft, 3xwagon, 60t. [default: 1xFEU]"),
    click.option("--commodity", metavar="ID", help="The goods: weight, value, value of time. [default: general]"),
    click.option("--tonnes", type=float, metavar="T", help="Mass of the goods. [default: by the commodity]"),
    click.option("--goods", metavar="KINDS", help="reefer,dangerous; or dry. [default: by the commodity]"),
    click.option("--documents", metavar="IDS", help="Regimes of their papers: SMGS,TIR. [default: all there are]"),
    click.option("--shipper", metavar="FILE", help="What holds for all requests of a shipper, in TOML."),
    click.option(
        "--value-of-time", "value_of_time_usd_h", type=float, metavar="USD",
        help="What an hour is worth, the whole load together. [default: by the commodity]",
    ),
    click.option("--avoid", multiple=True, metavar="WHAT", help="Countries, places, waters, services."),
    click.option("--modes", multiple=True, metavar="MODES", help="Modes allowed. [default: all]"),
    click.option("--past", is_flag=True, help="Allow a departure in the past."),
    click.option(
        "--set", "changes", multiple=True, metavar="CHANGE",
        help="Change the corridor: TABLE/ROW/COLUMN=VALUE or *FACTOR.",
    ),
    click.option("--using", metavar="RUN", help="Take waits from a run of karvan simulate: its folder or name."),
)  # fmt: skip


def asking(command: Command) -> Command:
    """Give a command these options; what is not said is not handed on (`said`)."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def said(words: dict[str, Any]) -> dict[str, Any]:
    """Those of the words that were said."""
    return {name: value for name, value in words.items() if value is not None}
