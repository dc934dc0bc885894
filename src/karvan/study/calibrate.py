"""Calibrating a corridor: what nobody has published of its facilities is found from the times and flows that are.

Free parameters are factors on numbers of the package. Each has a log-normal prior about one, whose middle 95 % is the
range given for it. Found is the most likely point: that of the least sum of squares of log(simulated / published) of
the targets that may be fitted, in units of how well each is known, and of the logs of the factors, in those of their
priors.
All runs share their random numbers, so that what differs between two comes from the factors (`docs/semantics.md`, 8).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from math import exp, hypot, log
from pathlib import Path
from typing import Any

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.corridor.row import Row, key_of
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.change import bend
from karvan.sim.calibration import Calibration, Found, Free
from karvan.sim.corridor import Period
from karvan.sim.fit import Fit, Floats, least_squares
from karvan.sim.held import Held
from karvan.sim.interval import interval
from karvan.sim.outcome import Columns, Outcome
from karvan.sim.replicate import replicate
from karvan.sim.tables import tables_of
from karvan.study.figures import Figures
from karvan.study.measures import Measures
from karvan.study.passages import Passages
from karvan.study.routing import Routing
from karvan.study.simulate import SAMPLE_H, Progress, Simulate, demand_of, packed_of, warm_up
from karvan.tables import BY_NAME

SPREAD = {"A": 0.05, "B": 0.10, "C": 0.20, "D": 0.40}
"""How far off a published figure may be, as the standard deviation of its log, by the grade of its facts."""
RANGE = (0.25, 4.0)
"""Of a factor whose range is not given."""
NOBODY_PASSES = 5.0
"""Residual of a target that nobody passes in the simulation: as far off as makes no odds, and flat."""
STANDS_FOR = {("facility", "papers_h"): "wait_h"}
"""Where a cell is empty, the column that is taken instead."""
NOT_ROUTED_BY = {("facility", "papers_h"), ("facility", "wait_cv"), ("link", "paths_per_day"), ("pool", "turnaround_h")}
"""Columns that no choice of a way looks at."""


@dataclass(frozen=True, slots=True)
class Calibrate:
    """What is asked of a calibration. Defaults stand here and nowhere else."""

    days: float = 365.0
    year: int = 2024
    replications: int = 1
    seed: int = 1
    rounds: int = 6
    warmup_days: float | None = None

    def as_simulate(self) -> Simulate:
        """The request for one of its runs. Raises InputError."""
        if not 1 <= self.rounds <= 100:
            raise InputError("the request", [Problem("rounds", shown(self.rounds), "give 1 to 100")])
        return Simulate(days=self.days, year=self.year, replications=self.replications, seed=self.seed,
                        warmup_days=self.warmup_days).checked()  # fmt: skip


def calibrate(
    package: Corridor | str = "middle-corridor",
    *,
    free: Iterable[str] = (),
    ask: Calibrate | None = None,
    workers: int = 1,
    out: Path | str | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> Calibration:
    """Fit free parameters of a corridor to its targets that may be fitted.

    Args:
        package: a corridor, or what `karvan.load` takes; its table `target` says what is fitted.
        free: TABLE/ROWS/COLUMN or TABLE/ROWS/COLUMN=LOW..HIGH, the range of the factor; in ROWS a * stands for any
            letters, and a comma parts several. Rows of the package's table `free` if none is given.
        ask: the request; or its fields by name: days=365, seed=1, ...
        workers: threads; runs with other parameters go side by side.
        out: the run's folder.

    Raises:
        InputError: for a request, package or parameter that cannot be used, and where there is nothing to fit.
    """
    ask = ask or Calibrate(**wishes)
    simulated, progress = ask.as_simulate(), progress or Progress()
    corridor = package if isinstance(package, Corridor) else load_corridor(package)
    parameters = parameters_of(corridor, free)
    trial = _Trial(corridor, parameters, simulated, workers, progress)
    settings = {k: v for k, v in asdict(ask).items() if k not in ("seed", "replications")}
    told = [f"{one.name}={one.low:g}..{one.high:g}" for one in parameters]
    about = describe("calibrate", corridor.name, corridor.tables, seed=ask.seed, replications=ask.replications,
                     settings=settings | {"free": told})  # fmt: skip
    middle = np.array([one.middle for one in parameters])
    low, high = (np.log([getattr(one, end) for one in parameters]) for end in ("low", "high"))
    with open_run(about, out) as run:
        fit = least_squares(trial.residuals, middle, low, high, ask.rounds)
        calibration = trial.result(run, fit, middle)
        for number, tables in enumerate(trial.tables_at(fit.point)):
            run.put(number, tables)
        run.finish(_summaries(calibration), _results(calibration))
    return calibration


def parameters_of(corridor: Corridor, free: Iterable[str]) -> list[Free]:
    """The free parameters asked for, or those of the package. Raises InputError."""
    words = [(text.partition("=")[0], text) for text in free]
    wrong: list[Problem] = []
    found = []
    rows = [] if words else list(corridor.rows("free"))
    for name, text in words:
        address, _, ends = text.partition("=")
        found.append(_free(corridor, name, [address], _range(ends, name, wrong), wrong))
    for row in rows:
        found.append(_free(corridor, row.id, row.cells, (row.low, row.high), wrong))
    if not found:
        wrong.append(Problem("free", "nothing", "name what may move: facility/AKTAU-crane/papers_h=0.2..3"))
    if not any(target.role == "fit" for target in corridor.rows("target")):
        wrong.append(Problem("target.csv", "no row to fit", "give rows with role = fit"))
    if wrong:
        raise InputError("the calibration", wrong)
    return found


def _range(text: str, name: str, wrong: list[Problem]) -> tuple[float, float]:
    if not text:
        return RANGE
    try:
        low, high = (float(end) for end in text.split(".."))
    except ValueError:
        low, high = 0.0, 0.0
    if not 0 < low < high < float("inf"):
        wrong.append(Problem(f"free {name}", shown(text), "give the range of the factor: 0.2..3"))
        return RANGE
    return low, high


def _free(
    corridor: Corridor, name: str, addresses: Sequence[str], ends: tuple[float, float], wrong: list[Problem]
) -> Free:
    cells = [cell for address in addresses for cell in _cells(corridor, address, wrong)]
    if not ends[0] < ends[1]:
        wrong.append(Problem(f"free {name}", f"{ends[0]:g} to {ends[1]:g}", "give a range with its low end first"))
        ends = RANGE
    return Free(name, tuple(dict.fromkeys(cells)), *ends)


def _cells(corridor: Corridor, address: str, wrong: list[Problem]) -> list[tuple[str, str, str, float]]:
    """The numbers that an address with wildcards names."""
    table, _, rest = address.partition("/")
    pattern, _, name = rest.rpartition("/")
    where = f"free {address}"
    if table not in BY_NAME:
        remedy = f"did you mean {nearest(table, BY_NAME, 1)[0]}?" if nearest(table, BY_NAME, 1) else "give a table"
        wrong.append(Problem(where, shown(table), remedy))
        return []
    numbers = [column.name for column in BY_NAME[table] if column.kind == "number" and column.use == "engine"]
    if name not in numbers:
        wrong.append(Problem(where, shown(name), f"give one of {', '.join(numbers)}"))
        return []
    patterns = [part.strip() for part in pattern.split(",")]
    rows = [row for row in corridor.rows(table) if any(fnmatchcase(key_of(table, row), part) for part in patterns)]
    cells = [(table, key_of(table, row), name, _number(table, row, name)) for row in rows]
    if not any(number for *_, number in cells):
        remedy = "no row of that name has a number there that is not 0" if rows else f"see {table}.csv"
        wrong.append(Problem(where, shown(pattern), remedy))
    return [cell for cell in cells if cell[3]]


def _number(table: str, row: Row, name: str) -> float:
    """A number; where its cell is empty that of the column which then stands for it."""
    value = getattr(row, name)
    if value is None and (table, name) in STANDS_FOR:
        value = getattr(row, STANDS_FOR[table, name])
    return float(value or 0.0)


class _Trial:
    """Runs a corridor with its parameters at points, and says how far off its targets are."""

    def __init__(
        self, corridor: Corridor, free: Sequence[Free], ask: Simulate, workers: int, progress: Progress
    ) -> None:
        self.corridor, self.free, self.workers, self.progress = corridor, free, workers, progress
        self.targets = list(corridor.rows("target"))
        self.fitted = [n for n, target in enumerate(self.targets) if target.role == "fit"]
        self.spread = np.array([_spread(corridor, self.targets[n]) for n in self.fitted])
        self.published = np.array([float(self.targets[n].value) for n in self.fitted])
        progress.say("routing demand")
        self.routing = demand_of(corridor, ask)
        self.reroutes = any((table, column) not in NOT_ROUTED_BY for one in free for table, _, column, _ in one.cells)
        if ask.warmup_days is None:
            progress.say("looking for the warm-up")
            ask = replace(ask, warmup_days=warm_up(corridor, self.routing, ask)[0])
        self.ask = ask
        self.seen: dict[bytes, tuple[Floats, list[dict[str, Columns]]]] = {}
        progress.say("fitting")

    def residuals(self, points: Sequence[Floats]) -> list[Floats]:
        """Of the fitted targets, then of the priors (n_fitted + n_free,), at each point."""
        if self.workers == 1:
            figures = [self.figures(point) for point in points]
        else:
            with ThreadPoolExecutor(self.workers) as threads:
                figures = list(threads.map(self.figures, points))
        self.progress.done(len(self.seen), 0)
        return [self._residuals(one, point) for one, point in zip(figures, points, strict=True)]

    def _residuals(self, figures: Floats, point: Floats) -> Floats:
        simulated = figures.mean(axis=1)[self.fitted]
        with np.errstate(invalid="ignore", divide="ignore"):
            off = np.log(simulated / self.published) / self.spread
        off = np.clip(np.nan_to_num(off, nan=NOBODY_PASSES, posinf=NOBODY_PASSES, neginf=-NOBODY_PASSES), -1e3, 1e3)
        prior = [(x - one.middle) / one.spread for x, one in zip(point, self.free, strict=True)]
        return np.concatenate([off, prior])

    def figures(self, point: Floats) -> Floats:
        """Figures of all targets in each replication (n_targets, n_replications)."""
        key = np.round(point, 12).tobytes()
        if key not in self.seen:
            self.seen[key] = self._simulated(point)
        return self.seen[key][0]

    def tables_at(self, point: Floats) -> list[dict[str, Columns]]:
        self.figures(point)
        return self.seen[np.round(point, 12).tobytes()][1]

    def _simulated(self, point: Floats) -> tuple[Floats, list[dict[str, Columns]]]:
        changes = [change for x, one in zip(point, self.free, strict=True) for change in one.changes(exp(x))]
        corridor = bend(self.corridor, changes)
        routing: Routing = demand_of(corridor, self.ask) if self.reroutes else self.routing
        warmup_days = self.ask.warmup_days or 0.0
        outcomes: tuple[Outcome, ...] = replicate(
            packed_of(corridor, routing, self.ask, warmup_days), hours=self.ask.days * 24, warmup_h=warmup_days * 24,
            seed=self.ask.seed, replications=self.ask.replications, sample_h=SAMPLE_H,
        ).outcomes  # fmt: skip
        tables = [tables_of(outcome) for outcome in outcomes]
        start = dt.datetime(self.ask.year, 1, 1, tzinfo=dt.UTC)
        period = Period(start, self.ask.days * 24, warmup_days * 24)
        passages = Passages(corridor, routing.streams, period)
        each = [Figures(Measures(passages, one), self.ask.days) for one in tables]
        return np.array([[one.of(target) for one in each] for target in self.targets]), tables

    def held(self, point: Floats) -> tuple[Held, ...]:
        rows = zip(self.targets, self.figures(point), strict=True)
        return tuple(Held(target, interval(values)) for target, values in rows)

    def result(self, run: RunFolder, fit: Fit, start: Floats) -> Calibration:
        spreads = np.sqrt(np.maximum(fit.covariance.diagonal(), 0.0))
        found = tuple(Found(one, exp(x), float(sd)) for one, x, sd in zip(self.free, fit.point, spreads, strict=True))
        prior = np.array([one.spread for one in self.free])
        directions = np.linalg.svd(fit.slopes[: len(self.fitted)] * prior, compute_uv=False)
        facts = {target.id: _facts(self.corridor, target) for target in self.targets}
        return Calibration(
            run, self.corridor.name, found, self.held(start), self.held(fit.point), fit, directions, facts
        )


def _facts(corridor: Corridor, target: Row) -> tuple[str, ...]:
    basis = corridor.evidence.find_basis("target", target.id, "value")
    return tuple(basis.facts) if basis else ()


def _spread(corridor: Corridor, target: Row) -> float:
    """Standard deviation of a published figure's log: by the grade of its facts, and the range that it lies in."""
    basis = corridor.evidence.find_basis("target", target.id, "value")
    low, high = (target.value if end is None else end for end in (target.low, target.high))
    wide = log(high / low) / 4 if low > 0 else 0.0
    return hypot(SPREAD[basis.grade if basis else "D"], wide)


def _summaries(found: Calibration) -> dict[str, dict[str, Any]]:
    """Tables of the run: the parameters, and the targets before and after."""
    one = found.found
    parameters: dict[str, Sequence[Any]] = {
        "free": [f.free.name for f in one], "factor": [f.factor for f in one], "low": [f.free.low for f in one],
        "high": [f.free.high for f in one], "spread_before": [f.free.spread for f in one],
        "spread_after": [f.spread for f in one], "told": [f.is_told for f in one],
    }  # fmt: skip
    targets: dict[str, Sequence[Any]] = {
        "target": [h.target.id for h in found.after], "role": [h.target.role for h in found.after],
        "published": [h.target.value for h in found.after], "before": [h.simulated.mean for h in found.before],
        "after": [h.simulated.mean for h in found.after],
    }  # fmt: skip
    return {"calibrated_parameters": _columns(parameters), "calibrated_targets": _columns(targets)}


def _columns(table: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    return {
        name: np.array(values, dtype=object if isinstance(values[0], str) else None) for name, values in table.items()
    }


def _results(found: Calibration) -> dict[str, Any]:
    return {
        "verdict": found.fit.verdict, "evaluations": found.fit.evaluations,
        "squares_before": float(found.fit.start @ found.fit.start),
        "squares_after": float(found.fit.residuals @ found.fit.residuals),
        "changes": [f"{c.table}/{c.row}/{c.column}={c.value}" for c in found.changes],
    }  # fmt: skip
