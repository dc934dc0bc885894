"""Work out every ready scenario as docs/scenarios tells of it, and keep what came out.

The flows of a scenario are those of goods that part anew among the ways that they are known to go; the simulation sends
them as they were assigned. `print_scenarios.py --run [NAME ...]` calls this; it makes `middle_corridor/scenario_*.csv`.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

import build_middle_corridor as builder
import karvan
from flow_bench import Rows, Table, cell
from karvan.corridor import Corridor
from karvan.evidence.inputs import describe
from karvan.evidence.shelf import open_run
from karvan.flow.services.flows import ServiceFlows
from karvan.network.network import Floats
from karvan.scenario.scenario import Scenario, scenario
from karvan.study.assign import Assignment, results_of, tables_of
from karvan.study.comparison.ask import Compare
from karvan.study.comparison.figure import Figures, Key, changes
from karvan.study.comparison.flows import flow_figures
from karvan.study.comparison.plans import plan_figures, plans_of, wishes_of
from karvan.study.comparison.queues import queue_figures
from karvan.study.comparison.side import Side
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.scenarios import World, open_scenario
from karvan.study.shift import shift
from karvan.study.simulate import Progress, Simulate, Study, run_study
from karvan.study.streams import streams_of

ASK = Assign(gap=1e-6, elsewhere=True)
"""How flows are found."""
SIMULATED = Simulate(days=365, replications=5, seed=1, warmup_days=120)
"""How they are simulated: all with the longest warm-up, so that all share their luck."""
REQUESTS = tuple(
    f"{ends}: 1xFEU"
    for ends in (
        "Xi'an > Istanbul", "Xi'an > Absheron", "Altynkol > Poti", "Xi'an > Duisburg", "Chongqing > Budapest",
        "Shanghai > Rotterdam", "Tashkent > Poti", "Almaty > Mersin", "Urumqi > Baku", "Constanta > Almaty",
    )
)  # fmt: skip
"""What is planned under each scenario."""
PLANNED = Compare(engines=("plan",), largest=0, requests=REQUESTS)
PAIRS = (
    "XIAN - HALKALI", "XIAN - ABSHERON", "XIAN - DUISBURG", "CHONGQING - BUDAPEST", "CHONGQING - TBILISI",
    "SHANGHAI - ROTTERDAM", "TASHKENT - POTI", "ALMATY - MERSIN", "URUMQI - ABSHERON", "CONSTANTA - ALMATY",
)  # fmt: skip
"""Flows whose simulated times are told: those of the requests, or the next to them that the demand has."""
MOST = 8
"""Parts and places that are told of."""
TOTALS = ("teu", "tonnes", "carriage_usd", "time_usd", "t_co2e", "unserved_teu", "unserved_tonnes")
NO_BASE = ""


def path_of(name: str) -> Path:
    """Where a table is kept."""
    return builder.RECIPES / f"scenario_{name}.csv"


def kept(name: str) -> Rows:
    """The rows of a table as they were kept."""
    return builder.read(path_of(name))


def keep(name: str, rows: Table) -> None:
    """Write a table, numbers with six digits."""
    with path_of(name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows({column: cell(value) for column, value in row.items()} for row in rows)


def merge(name: str, rows: Table, done: Iterable[str]) -> None:
    """Write rows in place of those that a table has of the same scenarios; the others stay."""
    made = set(done)
    old: Table = [dict(row) for row in kept(name) if row["scenario"] not in made] if path_of(name).exists() else []
    order = names(karvan.load())
    known = [row for row in [*old, *rows] if row["scenario"] in order]
    keep(name, sorted(known, key=lambda row: order.index(row["scenario"])))


def names(corridor: Corridor) -> list[str]:
    """The scenarios that come with the package, but for those that change the power system alone: no freight moves by
    them."""
    return [name for name in sorted(corridor.scenarios) if not of_power(corridor, name)]


def of_power(corridor: Corridor, name: str) -> bool:
    """Whether all that a scenario brings itself are projects of power."""
    words = scenario(corridor, name).stack.words[name]
    brought = {*words.projects, *words.opens}
    return bool(brought) and all(corridor.row("project", one).kind == "energy" for one in brought)


def against(corridor: Corridor, name: str) -> str:
    """What a scenario is held against: the first that it stands on; of one that stands on none, the year before."""
    found = scenario(corridor, name)
    below = found.stack.words[name].on
    if below:
        return below[0]
    roots = {
        one: scenario(corridor, one).year for one in names(corridor) if not scenario(corridor, one).stack.below(one)
    }
    earlier = [one for one, year in roots.items() if year < found.year]
    return max(earlier, key=lambda one: (roots[one], one)) if earlier else NO_BASE


def mark(found: Scenario) -> str:
    """Tells whether a scenario is still the one that figures were worked out for."""
    told = [str(found.year), str(found.of), str(found.co2e_usd_t), *found.changes]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


@dataclass(frozen=True, eq=False)
class Flown:
    """The flows of a scenario, and how they were come by."""

    world: World
    year: int
    flows: ServiceFlows
    moved_teu: float = 0.0
    """What went another way than it was counted, of containers."""
    unsettled: float = 0.0


def flown(world: World, year: int, base: Flown | None = None, ask: Assign = ASK) -> Flown:
    """The flows of a world; where those of a base of the same year are given, goods part anew."""
    asked = replace(ask, year=year, co2e_usd_t=world.co2e_usd_t(0.0))
    problem = problem_of(world.corridor, asked)
    if base is None or base.year != year:
        return Flown(world, year, solve(problem, asked))
    found = shift(base.flows, problem, asked)
    teu = np.array([of.teu for of in problem.goods])
    return Flown(world, year, found.flows, float(np.abs(found.per_year - found.before) @ teu / 2), found.unsettled)


@dataclass
class Bench:
    """The package, and its scenarios as they are worked out: each once."""

    workers: int = 1
    corridor: Corridor = field(default_factory=karvan.load)
    _flown: dict[str, Flown] = field(default_factory=dict)
    _figures: dict[str, Figures] = field(default_factory=dict)

    @cached_property
    def wishes(self) -> list[Any]:
        return wishes_of(self.side("base-2024"), PLANNED)

    def side(self, name: str) -> Side:
        world = open_scenario(self.corridor, name)
        return Side(name, name, world, world.year(SIMULATED.year))

    def flown(self, name: str) -> Flown:
        if name not in self._flown:
            side, below = self.side(name), against(self.corridor, name)
            base = self.flown(below) if below and self.side(below).year == side.year else None
            self._flown[name] = flown(side.world, side.year, base)
        return self._flown[name]

    def figures(self, name: str) -> Figures:
        """All that the engines say of a scenario."""
        if name not in self._figures:
            side, of = self.side(name), self.flown(name)
            print(f"{name}: planning, simulating", flush=True)
            found = plan_figures(plans_of([side], self.wishes, PLANNED)[name])
            with tempfile.TemporaryDirectory() as folder:
                found |= assigned(of, Path(folder) / "assign") | simulated(of, Path(folder) / "simulate", self.workers)
            self._figures[name] = found
        return self._figures[name]


def assigned(of: Flown, folder: Path) -> Figures:
    """What the assignment says."""
    asked = replace(ASK, year=of.year, co2e_usd_t=of.world.co2e_usd_t(0.0))
    about = describe("assign", of.world.corridor.name, of.world.corridor.tables, seed=asked.seed, replications=0,
                     scenario=of.world.name, settings=asdict(asked))  # fmt: skip
    with open_run(about, folder) as run:
        run.finish(tables_of(of.flows), results_of(Assignment(asked, of.flows, run, ())))
    return flow_figures(run, of.world.corridor)


def simulated(of: Flown, folder: Path, workers: int) -> Figures:
    """What the simulator says of the flows."""
    asked = replace(SIMULATED, year=of.year)
    warmup_days = asked.warmup_days or 0.0
    study = Study(of.world.corridor, streams_of(of.flows), asked, warmup_days, True, (), scenario=of.world.name)
    found = run_study(study, workers, None, folder, False, Progress())
    return queue_figures(found, of.world.corridor, asked.replications, asked.days)


def run(wanted: Sequence[str], workers: int) -> None:
    """Work out some scenarios, and what they are held against, and keep the figures that pages tell."""
    bench = Bench(workers)
    worlds, figures = [], []
    for name in wanted:
        below = against(bench.corridor, name)
        before = bench.figures(below) if below else {}
        rows = changes(before, bench.figures(name))
        figures += [{"scenario": name} | row for row in chosen(rows)]
        worlds.append(world_row(bench, name, below))
        print(f"{name}: done", flush=True)
    merge("worlds", worlds, wanted)
    merge("figures", figures, wanted)


def world_row(bench: Bench, name: str, below: str) -> dict[str, Any]:
    """How the figures of a scenario were come by."""
    of = bench.flown(name)
    return {
        "scenario": name, "against": below, "mark": mark(scenario(bench.corridor, name)), "gap": of.flows.gap,
        "moved_teu": of.moved_teu, "unsettled": of.unsettled, "replications": str(SIMULATED.replications),
    }  # fmt: skip


COLUMNS = ("engine", "subject", "name", "detail", "measure", "unit", "before", "after", "difference", "low", "high")


def chosen(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The figures that pages tell, out of all."""
    full = {(row["engine"], row["subject"], row["name"], row["detail"], row["measure"]): row for row in rows}
    most = {
        subject: set(_most(rows, engine, subject, "waiting"))
        for engine, subject in (("assign", "resource"), ("simulate", "bottleneck"), ("simulate", "place"))
    }
    reasons: dict[str, Floats] = {}
    for key, row in full.items():
        engine, subject, name, detail, measure = key
        if subject == "unserved":
            amounts = reasons.setdefault(detail, np.zeros(2))
            if measure == "tonnes":
                amounts += np.nan_to_num(np.array([row["before"], row["after"]]))
            continue
        told = (
            (engine == "assign" and subject == "total" and measure in TOTALS)
            or (engine == "assign" and subject == "family" and measure in ("teu", "tonnes"))
            or (engine == "assign" and subject == "resource" and name in most["resource"] and measure != "load")
            or (
                engine == "simulate"
                and subject == "total"
                and measure in ("delivered", "waiting", "in_system", "hours")
            )
            or (engine == "simulate" and subject == "family" and measure in ("delivered", "hours"))
            or (subject == "group" and name.rsplit(" | ", 2)[0] in PAIRS)
            or (subject == "bottleneck" and name in most["bottleneck"])
            or (engine == "simulate" and subject == "place" and measure == "waiting" and name in most["place"])
            or (engine == "plan" and detail in ("", "middle") and measure in ("hours", "usd", "kg_co2e"))
        )
        if told and not (np.isnan(row["before"]) and np.isnan(row["after"])):
            yield {column: row[column] for column in COLUMNS}
    for reason, (before, after) in sorted(reasons.items()):
        if max(before, after) >= 1:
            yield dict(zip(COLUMNS, ("assign", "unserved", reason, "", "tonnes", "t/year", before, after,
                                     after - before, np.nan, np.nan), strict=True))  # fmt: skip


def _most(rows: Sequence[Mapping[str, Any]], engine: str, subject: str, measure: str) -> list[str]:
    """Names of the largest on either side."""
    of = [row for row in rows if (row["engine"], row["subject"], row["measure"]) == (engine, subject, measure)]
    found: list[str] = []
    for side in ("before", "after"):
        ranked = sorted(of, key=lambda row, side=side: (-np.nan_to_num(row[side]), row["name"]))  # type: ignore[misc]
        found += [row["name"] for row in ranked[:MOST] if np.nan_to_num(row[side]) > 0]
    return found


__all__ = ["Bench", "Flown", "Key", "against", "flown", "keep", "kept", "mark", "merge", "names", "path_of", "run"]
