"""Assigning the demand of a corridor to what it can carry: who goes which way, what is short, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.flow.chains import Chain
from karvan.flow.goods import UNITS, goods_of
from karvan.flow.problem import Problem as FlowProblem
from karvan.flow.service_delays import ServiceDelays
from karvan.flow.service_equilibrium import Delays
from karvan.flow.service_flows import ServiceFlows
from karvan.flow.supply import Supply
from karvan.ground.errors import InputError, Problem, shown
from karvan.network import pack
from karvan.network.item import Hours
from karvan.scenario import Change, bend, read_change
from karvan.study.routing import carrying
from karvan.study.simulate import Progress

if TYPE_CHECKING:
    import pandas as pd

METHODS = {
    "ue": "user equilibrium: every unit takes the chain that is cheapest for it, queues as they then are",
    "sue": "stochastic user equilibrium: chains are chosen by a logit with path sizes",
    "so": "system optimum: the least cost of all together, no capacity exceeded, and what one more is worth",
}
GAPS = {"ue": 1e-4, "sue": 1e-4, "so": 1e-6}
"""Gaps that are asked for where none is given."""
ROUNDS = {"ue": 100, "sue": 5000, "so": 200}
"""Rounds at most where it is not said."""


@dataclass(frozen=True, slots=True)
class Assign:
    """What is asked of the assignment. Defaults stand here and nowhere else."""

    method: str = "ue"
    year: int = 2024
    """Whose demand, and whose services and closures."""
    gap: float | None = None
    """Relative gap to reach; None: that of the method."""
    iterations: int | None = None
    """Rounds at most; None: those of the method."""
    demand: float = 1.0
    """Factor on all demand."""
    free: bool = False
    """Whether goods may take any family and border, and not only those that their rows of demand name."""
    co2e_usd_t: float = 0.0
    """What shippers count for a tonne of CO2e, USD."""
    theta: float = 20.0
    """Of a logit: a chain that costs a tenth more than another has exp(-theta / 10) of the odds."""

    @property
    def asked_gap(self) -> float:
        return GAPS[self.method] if self.gap is None else self.gap

    @property
    def rounds(self) -> int:
        return ROUNDS[self.method] if self.iterations is None else self.iterations

    def checked(self) -> Assign:
        """The request itself. Raises InputError with all that is wrong in it."""
        wrong = [
            Problem(name, shown(value), remedy)
            for name, value, fine, remedy in (
                ("method", self.method, self.method in METHODS, f"give one of {', '.join(METHODS)}"),
                ("gap", self.gap, self.gap is None or 0 < self.gap < 1, "give a share above 0 and below 1: 1e-4"),
                (
                    "iterations",
                    self.iterations,
                    self.iterations is None or 1 <= self.iterations <= 1_000_000,
                    "give 1 to 1000000",
                ),
                ("demand", self.demand, 0 <= self.demand <= 1000, "give a factor from 0 to 1000"),
                ("co2e-price", self.co2e_usd_t, 0 <= self.co2e_usd_t <= 1e6, "give USD a tonne, 0 or more"),
                ("theta", self.theta, 0 < self.theta <= 1e6, "give a number above 0: 20"),
            )
            if not fine
        ]
        if wrong:
            raise InputError("the request", wrong)
        return self


class Assignment:
    """Flows, their run folder, and tables of them."""

    def __init__(self, ask: Assign, flows: ServiceFlows, run: RunFolder) -> None:
        self.ask, self.flows, self.run = ask, flows, run

    @property
    def converged(self) -> bool:
        """Whether the gap that was asked for is reached."""
        return self.flows.settled

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run: chains, resources, links, families, unserved, iterations, skims."""
        found: pd.DataFrame = self.run.read(name).to_pandas()
        return found


def assign(
    package: Corridor | str = "middle-corridor",
    *,
    changes: Iterable[Change | str] = (),
    ask: Assign | None = None,
    out: Path | str | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> Assignment:
    """Put the demand of a year on a corridor whose capacities are short.

    Args:
        package: a corridor, or what `karvan.load` takes.
        changes: what is different in it: facility/AKTAU-berth/servers=4, service/asco-aktau-alat/fleet=+1.
        ask: the request; or its fields by name: method="so", year=2024, demand=2, ...
        out: the run's folder; by default one under the user's data that is named by what is asked.
        progress: hears how far it is.

    Raises:
        InputError: for a request, package or change that cannot be used.
    """
    ask = (ask or Assign(**wishes)).checked()
    progress = progress or Progress()
    changes = list(changes)
    read = [read_change(one) if isinstance(one, str) else one for one in changes]
    corridor = bend(package if isinstance(package, Corridor) else load_corridor(package), read)
    progress.say("packing")
    problem = problem_of(corridor, ask)
    progress.say(METHODS[ask.method].partition(":")[0])
    flows = solve(problem, ask, progress)
    about = describe("assign", corridor.name, corridor.tables, seed=0, replications=0,
                     changes=tuple(str(change) for change in changes), settings=asdict(ask))  # fmt: skip
    with open_run(about, out) as run:
        run.finish(tables_of(flows), results_of(flows))
    return Assignment(ask, flows, run)


def problem_of(
    corridor: Corridor, ask: Assign, departures: Mapping[tuple[str, int], Hours] | None = None
) -> FlowProblem:
    """The goods of a year, and what the corridor can carry. Raises InputError where there are none of that year.

    departures: waits for vehicles that are formed as goods come, by way and stop, in place of the package's.
    """
    years = sorted({row.year for row in corridor.rows("demand")})
    if ask.year not in years:
        remedy = f"the package has demand of {', '.join(map(str, years))}" if years else "the package has no demand"
        raise InputError("the request", [Problem("year", shown(ask.year), remedy)])
    supply = Supply(corridor, ask.year, departures)
    goods = goods_of(corridor, ask.year, ask.demand, free=ask.free)
    units = [unit for unit in UNITS if any(of.unit == unit for of in goods)]
    networks = {unit: pack(carrying(corridor, unit), supply.without_queues) for unit in units}
    return FlowProblem(supply, networks, goods, ask.co2e_usd_t)


def solve(
    problem: FlowProblem,
    ask: Assign,
    progress: Progress | None = None,
    delays: Delays | None = None,
    start: list[tuple[Chain, float]] | None = None,
) -> ServiceFlows:
    """The flows by the method that is asked for, with other delays or from other flows where they are given."""
    from karvan.flow.service_choice import stochastic
    from karvan.flow.service_equilibrium import equilibrium
    from karvan.flow.service_optimum import optimum

    delays = delays or ServiceDelays(problem)

    def watch(iteration: int, gap: float) -> None:
        if progress:
            progress.say(f"{ask.method}, gap {gap:.1e}")
            progress.done(iteration + 1, ask.rounds)

    if ask.method == "so":
        return optimum(problem, delays, ask.asked_gap, ask.rounds, watch=watch)
    if ask.method == "sue":
        return stochastic(problem, delays, ask.theta, 1.0, ask.asked_gap, ask.rounds, start, watch)
    return equilibrium(problem, delays, ask.asked_gap, ask.rounds, start, watch)


def tables_of(flows: ServiceFlows) -> dict[str, Mapping[str, Any]]:
    """The tables of a run: columns by name."""
    rows = {
        "chains": flows.chains(), "resources": flows.resources(), "links": flows.links(),
        "families": flows.families(), "unserved": flows.unserved(),
        "iterations": [{"iteration": n + 1, **step._asdict()} for n, step in enumerate(flows.steps)],
    }  # fmt: skip
    return {name: columns(table) for name, table in rows.items() if table}


def columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as columns."""
    import numpy as np

    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def results_of(flows: ServiceFlows) -> dict[str, Any]:
    """What run.json tells."""
    return {
        "method": flows.method, "gap": flows.gap, "asked_gap": flows.asked_gap, "converged": flows.settled,
        "iterations": len(flows.steps), "totals": flows.totals(),
    }  # fmt: skip
