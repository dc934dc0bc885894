"""`karvan`: the commands by name. Each is imported when it is called, so that `--help` is instant."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from keyword import iskeyword

import click

from karvan import __version__
from karvan.ground.errors import KarvanError

COMMANDS = {
    "plan": "Ways to move a load between two places.",
    "reach": "Every place that can be reached within some days.",
    "matrix": "Hours, USD, kg CO2e and km between many places.",
    "gtfs": "Journeys over a timetable of somebody else's.",
    "simulate": "Simulate a corridor: times, queues, bottlenecks, with intervals.",
    "assign": "Put all demand on the network: flows, what is unserved, what capacity is worth.",
    "appraise": "What projects are worth: NPV, EIRR, BCR, what they hang on, who gains.",
    "scenarios": "What scenarios there are, and what each changes.",
    "compare": "What scenarios change, by how much, with intervals.",
    "trade": "Trade: figures, gravity, forecasts, what-ifs and dependence.",
    "power": "Power: dispatch by the hour, projects and cables, gCO2e/kWh.",
    "calibrate": "Fit what nobody has published to what is.",
    "info": "What a corridor package holds.",
    "check": "Check a corridor package: every problem at once.",
    "evidence": "Where numbers are from: basis, facts, conflicts, coverage.",
    "commitments": "What was agreed and promised, and what became of it.",
    "runs": "The runs that are there, and how far each is.",
    "charts": "Draw the charts of a run: queues, lost time, times door to door.",
    "report": "A run as one document: map, charts, tables, assumptions, how to cite.",
    "sql": "Answer a question in SQL over all runs.",
    "export": "Write a corridor as GeoJSON, GMNS, OC4IDS, a folder or a zip.",
    "import": "Projects that others publish, as tables of a package.",
    "serve": "The studio in a browser, and the REST service.",
    "warm": "Compile all kernels now, so that the first run is fast.",
}


class Commands(click.Group):
    """Knows every command's one line, and imports the command itself only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click calls it so)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        # No module can be called by a word of the language: that of `import` is import_.
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"karvan.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="karvan")
def karvan() -> None:
    """Trans-Eurasian freight corridors, computable: plan a shipment, and see the source behind every number."""


def main() -> None:
    """Run a command and exit with the code that docs/conventions.md gives its outcome."""
    # A command makes many small rows that live as long as it does: looking for garbage among them is wasted time.
    gc.set_threshold(100_000, 50, 50)
    try:
        code = karvan.main(prog_name="karvan", standalone_mode=False) or 0
        gc.freeze()
        sys.exit(code)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KarvanError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has had enough; Python must not complain about it again when it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("KARVAN_DEBUG"):
            raise
        click.echo(
            f"A fault of karvan: {type(error).__name__}: {error}\nSet KARVAN_DEBUG=1 for the traceback.", err=True
        )
        sys.exit(1)
