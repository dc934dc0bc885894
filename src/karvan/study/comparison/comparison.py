"""`karvan.compare`: what scenarios change, by how much, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.evidence.inputs import describe, table_digest
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.network.wire import RunGrid
from karvan.study.comparison.ask import ASSIGN, PLAN, SIMULATE, Compare
from karvan.study.comparison.bottlenecks import bottlenecks
from karvan.study.comparison.figure import Figures, Key, changes, interactions
from karvan.study.comparison.flows import flow_figures
from karvan.study.comparison.plans import options, plan_figures, plans_of, wishes_of
from karvan.study.comparison.queues import queue_figures
from karvan.study.comparison.runs import Shelf, assign_side, simulate_sides
from karvan.study.comparison.side import Side, sides_of
from karvan.study.simulate import Progress

if TYPE_CHECKING:
    import pandas as pd

COST, UNSERVED = (Key(ASSIGN, "total", "", "", name) for name in ("cost_usd", "unserved_tonnes"))
Rows = list[dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What differs, as tables in a run folder, and the runs that it is of."""

    ask: Compare
    package: str
    sides: tuple[Side, ...]
    """The base, the scenarios, and each two of them together where that was asked for."""
    run: RunFolder
    runs: Mapping[str, Mapping[str, str]]
    """Names of the runs by side and engine; plans have none."""
    notes: tuple[str, ...]
    """What a reader must know of these differences."""
    converged: bool
    """Whether every assignment reached its gap."""
    frames: Mapping[str, pd.DataFrame]

    @property
    def base(self) -> Side:
        return self.sides[0]

    @property
    def scenarios(self) -> tuple[Side, ...]:
        return self.sides[1:]

    def changes(
        self, *, scenario: str = "", engine: str = "", subject: str = "", measure: str = "", moved: bool = False
    ) -> pd.DataFrame:
        """A row for each figure of each scenario: before, after, the difference and its bounds of 95 %.

        Words narrow it down; `moved` to the figures that differ by more than rounding, or that one side lacks.
        """
        frame = self.frames["changes"]
        for name, word in (("scenario", scenario), ("engine", engine), ("subject", subject), ("measure", measure)):
            frame = frame[frame[name] == word] if word and len(frame) else frame
        return frame[frame["moved"]] if moved and len(frame) else frame

    def options(self) -> pd.DataFrame:
        """Of each request and family the best option before and after, and why it is another or there is none."""
        return self.frames["option_changes"]

    def bottlenecks(self) -> pd.DataFrame:
        """What is waited for in either world, and whether it appears, disappears, grows or shrinks as a bottleneck."""
        return self.frames["bottleneck_changes"]

    def interaction(self) -> pd.DataFrame:
        """What each two scenarios give together beyond the sum of both; empty where it was not asked for."""
        return self.frames["interaction"]


@dataclass
class _Work:
    """A comparison in the making."""

    ask: Compare
    sides: list[Side]
    shelf: Shelf
    workers: int
    progress: Progress
    grid: tuple[RunGrid, ...] = ()
    figures: dict[str, Figures] = field(default_factory=dict)
    runs: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    options: Rows = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    converged: bool = True

    def plan(self) -> None:
        self.progress.say("planning")
        wishes = wishes_of(self.sides[0], self.ask)
        self.wishes = [wish.name for wish in wishes]
        found = plans_of(self.sides, wishes, self.ask)
        base = found[self.sides[0].name]
        for side in self.sides:
            self.figures[side.name] |= plan_figures(found[side.name])
        for side in self.sides[1:]:
            self.options += [{"scenario": side.name, **row} for row in options(base, found[side.name])]

    def assign(self) -> None:
        slack: dict[str, float] = {}
        for side in self.sides:
            self.progress.say(f"{side.name}: assigning")
            run = assign_side(side, self.ask, self.shelf, self.progress, self.grid)
            self.figures[side.name] |= flow_figures(run, side.corridor)
            self.runs[side.name][ASSIGN] = run.name
            results = run.record["results"]
            slack[side.name] = abs(results["gap"]) * float(self.figures[side.name][COST][0])
            if not results["converged"]:
                self.converged = False
                told = f"its gap is {results['gap']:.1e}, and {results['asked_gap']:.0e} was asked for"
                self.notes.append(f"The assignment of {side.name} has not converged: {told}.")
        base = self.sides[0].name
        for side in self.sides[1:]:
            known, less = slack[base] + slack[side.name], self.figures[side.name][COST] - self.figures[base][COST]
            if 0 < abs(less[0]) < known:
                self.notes.append(
                    f"What all pay under {side.name} and {base} differs by less than the gaps of their assignments, "
                    f"{known:,.0f} USD a year: what is told of flows may be theirs."
                )
            more = float((self.figures[side.name][UNSERVED] - self.figures[base][UNSERVED])[0])
            word = "more" if more > 0 else "less"
            if abs(more) > 1.0:
                self.notes.append(
                    f"{side.name} leaves {abs(more):,.0f} t a year {word} unserved than {base}: what "
                    "all pay counts only what is through."
                )

    def simulate(self) -> None:
        found = simulate_sides(self.sides, self.ask, self.shelf, self.workers, self.progress, self.grid)
        for side in self.sides:
            one = found[side.name]
            self.figures[side.name] |= queue_figures(one, side.corridor, self.ask.replications, self.ask.days)
            self.runs[side.name][SIMULATE] = one.run.name
            if not one.notes["warmup_settled"]:
                self.notes.append(f"The simulation of {side.name} never settles: demand is more than can be carried.")
        if self.ask.replications == 1:
            self.notes.append("One replication: there are no intervals. Give 2 or more.")


def compare(
    base: str,
    *scenarios: str,
    package: Corridor | str = "middle-corridor",
    ask: Compare | None = None,
    grid: Path | str | None = None,
    workers: int = 1,
    out: Path | str | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> Comparison:
    """Plan, assign and simulate under a base and under each scenario, with the same luck, and tell what differs.

    Args:
        base: a scenario as `karvan.study.scenarios` takes it, or "package" for the package as it is.
        scenarios: what is held against it; one without a year of its own, as project:ID, is laid over the base.
        package: a corridor, or what `karvan.load` takes.
        ask: the request; or its fields by name: engines=("assign",), replications=10, requests=("Xi'an > Baku",), ...
        grid: a run of the power system, its folder or name, whose power trains draw in the countries that it is of, in
            every scenario.
        workers: threads of the simulation. Any number of them gives the same bits.
        out: the folder of the comparison, its runs then standing beside it; by default where runs stand.
        progress: hears how far it is.

    Raises:
        InputError: with all that is wrong in the request, in the scenarios, or why that run cannot be used.
    """
    ask = (ask or Compare(**wishes)).checked()
    corridor = package if isinstance(package, Corridor) else load_corridor(package)
    told: tuple[RunGrid, ...] = ()
    if grid is not None:
        from karvan.study.power.carbon import with_grid  # few comparisons need it

        corridor, told = with_grid(corridor, grid)
    sides = sides_of(corridor, base, scenarios, interaction=ask.interaction)
    beside = None if out is None else Path(out).resolve().parent
    work = _Work(ask, sides, Shelf(beside), workers, progress or Progress(), told)
    work.figures, work.runs = {side.name: {} for side in sides}, {side.name: {} for side in sides}
    work.notes += [*(f"{one.said(corridor.name)}." for one in told), *_notes(sides)]
    steps: dict[str, Callable[[], None]] = {PLAN: work.plan, ASSIGN: work.assign, SIMULATE: work.simulate}
    for engine, step in steps.items():
        if engine in ask.engines:
            step()
    tables = _tables(work)
    about = describe("compare", corridor.name, sides[0].corridor.tables, seed=ask.seed, replications=0,
                     scenario=sides[0].world.name, changes=[side.name for side in sides[1:]],
                     settings=_settings(work))  # fmt: skip
    with open_run(about, out, resume=True) as run:
        run.finish({name: _columns(rows) for name, rows in tables.items() if rows}, _results(work))
    return Comparison(ask, corridor.name, tuple(sides), run, work.runs, tuple(work.notes), work.converged,
                      {name: _frame(name, rows) for name, rows in tables.items()})  # fmt: skip


def _tables(work: _Work) -> dict[str, Rows]:
    """All that is told, a list of rows each."""
    base, *others = work.sides
    rows = [
        {"scenario": side.name, **row}
        for side in others
        for row in changes(work.figures[base.name], work.figures[side.name])
    ]
    together = [
        {"first_scenario": one, "second_scenario": other, **row}
        for side in others
        if side.parts
        for one, other in [side.parts]
        for row in interactions(*(work.figures[name] for name in (base.name, one, other, side.name)))
    ]
    return {"changes": rows, "option_changes": work.options, "bottleneck_changes": bottlenecks(rows),
            "interaction": together}  # fmt: skip


def _notes(sides: list[Side]) -> list[str]:
    base, *others = sides
    notes = []
    for side in others:
        if side.year != base.year:
            notes.append(
                f"{side.name} is of {side.year} and {base.name} of {base.year}: luck is shared only where rows have the"
                " same ids, and days of the week fall otherwise."
            )
    for side in sides:
        if side.not_there:
            named = ", ".join(side.not_there)
            notes.append(f"{side.name} names what is not there yet in {side.year} or changes nothing here: {named}.")
    return notes


def _settings(work: _Work) -> dict[str, Any]:
    """All that the result depends on: of each scenario the tables in which it differs from the base."""
    tables = work.sides[0].corridor.tables
    worlds = {
        side.name: {
            name: table_digest(name, rows)
            for name, rows in sorted(side.corridor.tables.items())
            if rows is not tables.get(name)
        }
        for side in work.sides[1:]
    }
    grid = {"grid": [asdict(one) for one in work.grid]} if work.grid else {}
    return {**asdict(work.ask), "years": {side.name: side.year for side in work.sides}, "worlds": worlds, **grid}


def _results(work: _Work) -> dict[str, Any]:
    """What run.json tells."""
    sides = [
        {"name": side.name, "title": side.title, "year": side.year, "stands": side.stands, "runs": work.runs[side.name]}
        for side in work.sides
    ]
    return {"sides": sides, "requests": work.wishes, "notes": work.notes, "converged": work.converged}


def _columns(rows: Rows) -> dict[str, np.ndarray]:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _frame(name: str, rows: Rows) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(COLUMNS[name]))


COLUMNS: dict[str, Iterable[str]] = {
    "changes": ("scenario", "engine", "subject", "name", "detail", "measure", "unit", "before", "after", "difference",
                "low", "high", "unpaired_low", "unpaired_high", "narrower", "pairs", "only_in", "moved"),
    "option_changes": ("scenario", "request", "family", "change", "before", "after", "before_by", "after_by", "why"),
    "bottleneck_changes": ("scenario", "part", "place_and_cause", "before", "after", "difference", "low", "high",
                           "share_before", "share_after", "became"),
    "interaction": ("first_scenario", "second_scenario", "engine", "subject", "name", "detail", "measure", "unit",
                    "base", "first_alone", "second_alone", "together", "interaction", "low", "high", "pairs"),
}  # fmt: skip
"""Of tables that may be empty."""
