"""What each kind of job does: a study, its run, and a summary of what it found."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from karvan.api.jobs.job import Job

if TYPE_CHECKING:
    from karvan.evidence.run import RunFolder

Found = tuple[str, dict[str, Any]]
"""The name of a run, and a summary."""


class Hears(Protocol):
    """Who is told how far it is."""

    def say(self, **words: Any) -> None: ...

    def doing(self, what: str) -> None: ...

    def done(self, done: int, of: int) -> None: ...


def work(kind: str, request: dict[str, Any], source: str, hears: Hears) -> Found:
    """Work on a job.

    Args:
        kind: simulate, assign, compare, appraise, batch, matrix, loss, trade-under, trade-carry, power-run or
            power-compare.
        request: what was asked, as its body in `requests.py` has it.
        source: what the corridor is loaded from.
        hears: is told how far it is, and the name of the run as soon as there is one in which things are kept.

    Raises:
        InputError: for what turned out wrong in the request.
    """
    from karvan.api.jobs.requests import BODIES

    hears.doing("reading the corridor")
    return KINDS[kind](BODIES[kind].model_validate(request), source, hears)


def _simulate(body: Any, source: str, hears: Hears) -> Found:
    from karvan.study.reel import make_ready
    from karvan.study.simulate import Progress, simulate

    progress = Progress(hears.doing, hears.done, lambda name: hears.say(run=name))
    found = simulate(source, changes=body.all_changes(), scenario=body.scenario, ask=body.asked(), resume=True,
                     progress=progress)  # fmt: skip
    if body.trace:
        hears.doing("making it ready to be played")
        make_ready(found.run)
    return _told(found.run)


def _assign(body: Any, source: str, hears: Hears) -> Found:
    from karvan.report.assignment import geojson
    from karvan.study.assign import assign
    from karvan.study.simulate import Progress

    found = assign(source, changes=body.all_changes(), scenario=body.scenario, ask=body.asked(),
                   progress=Progress(hears.doing, hears.done),
                   files={"flows.geojson": lambda flows: json.dumps(geojson(flows)).encode()})  # fmt: skip
    return _told(found.run)


def _compare(body: Any, source: str, hears: Hears) -> Found:
    from karvan.study.comparison.comparison import compare
    from karvan.study.simulate import Progress

    found = compare(body.base, *body.scenarios, package=source, ask=body.asked(), grid=_run(body.grid, "grid"),
                    progress=Progress(hears.doing, hears.done))  # fmt: skip
    return _told(found.run)


def _appraise(body: Any, source: str, hears: Hears) -> Found:
    from karvan.study.appraise import appraise
    from karvan.study.simulate import Progress

    found = appraise(body.projects, source, ask=body.asked(), budget=body.budget, yearly_budget=body.yearly_budget,
                     pairs=body.pairs, grid=_run(body.grid, "grid"),
                     progress=Progress(hears.doing, hears.done))  # fmt: skip
    return _told(found.run)


def _batch(body: Any, source: str, hears: Hears) -> Found:
    from karvan.study.tabled import batch_run

    hears.doing("planning")
    _, run = batch_run(body.shipments, package=source, scenario=body.scenario, changes=body.all_changes(),
                       using=_run(body.using, "using"), grid=_run(body.grid, "grid"), done=hears.done,
                       **body.words())  # fmt: skip
    return _told(run)


def _matrix(body: Any, source: str, hears: Hears) -> Found:
    from karvan.study.tabled import matrix_run

    hears.doing("looking")
    _, run = matrix_run(body.origins, body.destinations, package=source, scenario=body.scenario,
                        changes=body.all_changes(), using=_run(body.using, "using"), **body.words())  # fmt: skip
    return _told(run)


def _loss(body: Any, source: str, hears: Hears) -> Found:
    from karvan.study.simulate import Progress
    from karvan.study.trade.loss import lose

    found = lose(source, scenario=body.scenario, ask=body.asked(), keep=True,
                 progress=Progress(hears.doing, hears.done))  # fmt: skip
    assert found.run is not None
    return _told(found.run)


def _under(body: Any, source: str, hears: Hears) -> Found:
    from karvan.api.jobs.trade_work import under

    return _told(under(body, source, hears))


def _carry(body: Any, source: str, hears: Hears) -> Found:
    from karvan.api.jobs.trade_work import carry

    return _told(carry(body, source, hears))


def _power_run(body: Any, source: str, hears: Hears) -> Found:
    from karvan.api.jobs.power_work import run_power

    return _told(run_power(body, source, hears))


def _power_compare(body: Any, source: str, hears: Hears) -> Found:
    from karvan.api.jobs.power_work import compare

    return _told(compare(body, source, hears))


KINDS: dict[str, Callable[[Any, str, Hears], Found]] = {
    "simulate": _simulate, "assign": _assign, "compare": _compare, "appraise": _appraise, "batch": _batch,
    "matrix": _matrix, "loss": _loss, "trade-under": _under, "trade-carry": _carry, "power-run": _power_run,
    "power-compare": _power_compare,
}  # fmt: skip


def _run(name: str | None, asked: str) -> str | None:
    """The folder of a run that a request names, if it names one. Raises InputError where it is gone by now."""
    from karvan.study.runs import shelf_run

    return str(shelf_run(name, asked)) if name else None


def _told(run: RunFolder) -> Found:
    return run.name, dict(run.record["results"])


def what_is_left(job: Job, runs: Path) -> str:
    """What a job that was cut off keeps when it goes on, in words."""
    return LEFT.get(job.kind, partial(_nothing, job.kind))(job, runs)


def _nothing(kind: str, _job: Job, _runs: Path) -> str:
    return f"{kind} starts from its beginning"


def _replications(job: Job, runs: Path) -> str:
    from karvan.evidence.inputs import CODE, code_digest
    from karvan.evidence.run import RunFolder
    from karvan.ground.errors import InputError

    with suppress(InputError):
        if job.run:
            run = RunFolder.open(runs / job.run)
            done, asked = len(run.done()), run.record["replications"]
            if run.record["inputs"].get(CODE) != code_digest():
                return "karvan was changed since: it starts from its beginning"
            if done:
                return f"{done} of {max(done, asked)} replications were kept"
    return "no replication was finished: it starts from its beginning"


def _sides(_job: Job, _runs: Path) -> str:
    return "assignments and replications that were finished were kept"


LEFT: dict[str, Callable[[Job, Path], str]] = {"simulate": _replications, "compare": _sides}
