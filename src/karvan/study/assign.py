"""Assigning the demand of a corridor to what it can carry: who goes which way, what is short, what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from karvan.corridor import Corridor
from karvan.evidence.durable import write_whole, writing
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.flow.services.flows import ServiceFlows
from karvan.scenario import Change, bend, read_change
from karvan.study.flows import METHODS, Assign, problem_of, solve
from karvan.study.scenarios import open_scenario
from karvan.study.settle import Round, settle
from karvan.study.simulate import Progress

if TYPE_CHECKING:
    import pandas as pd


class Assignment:
    """Flows, their run folder, and tables of them."""

    def __init__(self, ask: Assign, flows: ServiceFlows, run: RunFolder, rounds: tuple[Round, ...]) -> None:
        self.ask, self.flows, self.run, self.rounds = ask, flows, run, rounds

    @property
    def converged(self) -> bool:
        """Whether the gap that was asked for is reached."""
        fixed = not self.rounds or self.rounds[-1].gap <= self.ask.settled
        return self.flows.settled and fixed

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run: chains, resources, links, families, unserved, skims, iterations, rounds."""
        found: pd.DataFrame = self.run.read(name).to_pandas()
        return found


def assign(
    package: Corridor | str = "middle-corridor",
    *,
    changes: Iterable[Change | str] = (),
    scenario: str = "",
    ask: Assign | None = None,
    out: Path | str | None = None,
    workers: int = 1,
    files: Mapping[str, Callable[[ServiceFlows], bytes]] | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> Assignment:
    """Put the demand of a year on a corridor whose capacities are short.

    Args:
        package: a corridor, or what `karvan.load` takes.
        changes: what is different in it: facility/AKTAU-berth/servers=4, service/asco-aktau-alat/fleet=+1.
        scenario: the package as this scenario has it, as `karvan.study.scenarios` takes it; the year, and the price of
            CO2e where it names one, are then its own.
        ask: the request; or its fields by name: method="so", year=2024, demand=2, ...
        out: the run's folder; by default one under the user's data that is named by what is asked.
        workers: threads of the simulation. Any number of them gives the same bits.
        files: what else the run's folder is to hold, by name: made of the flows.
        progress: hears how far it is.

    Raises:
        InputError: for a request, package or change that cannot be used.
    """
    ask = (ask or Assign(**wishes)).checked()
    progress = progress or Progress()
    changes = list(changes)
    read = [read_change(one) if isinstance(one, str) else one for one in changes]
    world = open_scenario(package, scenario)
    ask = replace(ask, year=world.year(ask.year), co2e_usd_t=ask.co2e_usd_t or world.co2e_usd_t(0.0))
    corridor = bend(world.corridor, read)
    progress.say("packing")
    rounds: tuple[Round, ...] = ()
    if ask.simulate:
        found = settle(corridor, ask, workers=workers, progress=progress)
        flows, rounds = found.flows, found.rounds
    else:
        flows = solve(problem_of(corridor, ask), ask, progress)
    about = describe("assign", corridor.name, corridor.tables, seed=ask.seed, replications=0, scenario=world.name,
                     changes=tuple(str(change) for change in changes), settings=asdict(ask))  # fmt: skip
    with open_run(about, out, resume=True) as run:
        assignment = Assignment(ask, flows, run, rounds)
        run.finish(tables_of(flows, rounds), results_of(assignment))
        for name, content in (files or {}).items():
            with writing(run.path):
                write_whole(run.path / name, _writer(content(flows)))
    return assignment


def _writer(content: bytes) -> Callable[[BinaryIO], object]:
    return lambda file: file.write(content)


def tables_of(flows: ServiceFlows, rounds: tuple[Round, ...] = ()) -> dict[str, Mapping[str, Any]]:
    """The tables of a run: columns by name."""
    rows = {
        "chains": flows.chains(), "resources": flows.resources(), "links": flows.links(),
        "families": flows.families(), "unserved": flows.unserved(), "skims": flows.skims(),
        "iterations": [{"iteration": n + 1, **step._asdict()} for n, step in enumerate(flows.steps)],
        "rounds": [{"round": n + 1, **one._asdict()} for n, one in enumerate(rounds)],
    }  # fmt: skip
    return {name: columns(table) for name, table in rows.items() if table}


def columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as columns."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def results_of(found: Assignment) -> dict[str, Any]:
    """What run.json tells."""
    flows, rounds = found.flows, found.rounds
    return {
        "method": flows.method, "gap": flows.gap, "asked_gap": flows.asked_gap, "converged": found.converged,
        "iterations": len(flows.steps), "rounds": len(rounds), "fixed_point_gap": rounds[-1].gap if rounds else None,
        "totals": flows.totals(),
    }  # fmt: skip


__all__ = ["METHODS", "Assign", "Assignment", "assign", "problem_of", "solve"]
