"""What one more server, vessel or path would give at the first bottlenecks of a run.

For each the same study is run again with one more there, and all else as it was: seed, replications, warm-up, storms,
and the ways of the goods. So replication r of both has the same luck, and the difference has an interval of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.evidence.record import Record
from karvan.evidence.shelf import open_run, run_name
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.network.ride import Riding
from karvan.sim.corridor import queue_of
from karvan.sim.interval import paired
from karvan.sim.outcome import Columns
from karvan.sim.simulation import Simulation

if TYPE_CHECKING:
    import pandas as pd

    from karvan.study.simulate import Progress, Study

HOURS_A_WEEK = 168.0
DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class OneMore:
    """A part that is waited for, and the change that gives one more of it."""

    part: str
    place: str
    cause: str
    unit: str
    """Of what there is one more."""
    change: str


def with_one_more(
    study: Study,
    base: Simulation,
    run: Callable[[Study, Path | str | None, bool], Simulation],
    out: Path | str | None,
    progress: Progress,
    earlier: Iterable[OneMore] = (),
) -> Simulation:
    """The simulation of a study, its run with a table `one_more` added: for each bottleneck what one more gives.

    Every variant is a run of its own, which stands beside the base's. Those of `earlier` come first.
    """
    found = bottlenecks_with_one_more(study.corridor, base.bottlenecks(), study.ask.one_more, study.ask.one_more_at)
    chosen = list({one.change: one for one in (*earlier, *found)}.values())
    rows = []
    for k, one in enumerate(chosen, 1):
        progress.say(f"one more, {k} of {len(chosen)}: {one.change}")
        variant = study.with_change(one.change, len(base.run.done()))
        beside = None if out is None else Path(out).resolve().with_name(run_name(variant.about()))
        rows.append(differences(one, run(variant, beside, True), base, study.ask.days))
    with open_run(study.about(), base.run.path, resume=True) as folder:
        base.run = folder
        base.notes["one_more"] = len(rows)
        table: Columns = {name: np.array([row[name] for row in rows]) for name in rows[0]} if rows else {}
        folder.finish(base.summaries() | ({"one_more": table} if rows else {}), base.results())
    return base


def asked_before(about: Record, out: Path | str | None, resume: bool) -> list[OneMore]:
    """Where one more was looked at before in the run of a study, as `open_run` finds it; it goes on with none of it."""
    with open_run(about, out, resume=resume) as run:
        there = any(name == "one_more" for name, _, _ in run.files())
        rows = run.read("one_more").to_pylist() if there else []
    return [OneMore(*(str(row[name]) for name in OneMore.__slots__)) for row in rows]


def bottlenecks_with_one_more(
    corridor: Corridor, bottlenecks: pd.DataFrame, most: int, parts: Collection[str] = ()
) -> list[OneMore]:
    """The first bottlenecks that one cell of the corridor can give one more to, and those that are named.

    Of several with one cell the first, or the one that is named. Raises InputError for a named one at which nobody
    waits, or that no one cell gives one more to.
    """
    every = offers(corridor, bottlenecks)
    first = list({one.change: one for one in reversed(every)}.values())[::-1][:most]
    named = [one for one in every if one.part in parts]
    lacking = sorted(set(parts) - {one.part for one in named})
    if lacking:
        there = [one.part for one in every]
        raise InputError("the request", [Problem("one-more-at", shown(part), _remedy(part, there)) for part in lacking])
    return list({one.change: one for one in (*first, *named)}.values())


def offers(corridor: Corridor, bottlenecks: pd.DataFrame) -> list[OneMore]:
    """Of every bottleneck that one cell of the corridor can give one more to, the change that does, in their order."""
    services = _services(corridor)
    found = []
    for row in bottlenecks.to_dict("records"):
        unit, change = _one_more(corridor, services, str(row["part"]))
        if change:
            found.append(OneMore(str(row["part"]), str(row["place"]), str(row["cause"]), unit, change))
    return found


def check_parts(corridor: Corridor, parts: Iterable[str]) -> None:
    """Raise InputError for parts that no one cell of the corridor gives one more to."""
    services = _services(corridor)
    wrong = [
        Problem("one-more-at", shown(part), _remedy(part, services))
        for part in parts if not _one_more(corridor, services, part)[1]
    ]  # fmt: skip
    if wrong:
        raise InputError("the request", wrong)


def _remedy(part: str, there: Iterable[str]) -> str:
    like = nearest(part, there)
    known = f"nearest: {', '.join(like)}" if like else "name a part of the table of bottlenecks"
    return f"one cell must give one more of it, and somebody wait there; {known}"


def _services(corridor: Corridor) -> dict[str, Row]:
    """Services by the names of their queues at stops, and of the places from which they depart."""
    ways = Riding(corridor).ways()
    services = {queue_of(way, k): way.service for way in ways for k in range(len(way.stops))}
    return services | {f"departures {way.id}": way.service._replace(fleet=None) for way in ways}


def _one_more(corridor: Corridor, services: dict[str, Row], part: str) -> tuple[str, str]:
    """What there is one more of, and the change; both empty where no one cell says it, as with timetables."""
    link = part.rpartition(" ")[0]
    if part in corridor.by_key("facility"):
        return "server", f"facility/{part}/servers=+1"
    if part in corridor.by_key("pool"):
        return corridor.row("pool", part).kind, f"pool/{part}/count=+1"
    if link in corridor.by_key("link"):
        return "path a day", f"link/{link}/paths_per_day=+1"
    service = services.get(part)
    if service is not None and service.fleet is not None:
        return "vehicle", f"service/{service.id}/fleet=+1"
    if service is not None and service.departs == "headway":
        weekly = HOURS_A_WEEK / service.headway_h
        return "departure a week", f"service/{service.id}/headway_h*{weekly / (weekly + 1):.6g}"
    return "", ""


def differences(one: OneMore, variant: Simulation, base: Simulation, days: float) -> dict[str, Any]:
    """What one more gives: the variant less the base, as means with the bounds of their 95 % intervals of pairs.

    hours: mean time of a unit; waiting_h and here_h: unit-hours a year that are waited for what more capacity could
    lessen, everywhere and there; delivered: units a year. Bounds are missing with one replication.
    """
    told: dict[str, Any] = {"change": one.change, "unit": one.unit, "part": one.part, "place": one.place,
                            "cause": one.cause}  # fmt: skip
    a_year = DAYS_A_YEAR / days
    for name, scale, of in (
        ("hours", 1.0, Simulation.hours_by_replication),
        ("waiting_h", a_year, Simulation.waiting_by_replication),
        ("here_h", a_year, lambda s: s.waiting_by_replication(one.part)),
        ("delivered", a_year, lambda s: s.delivered_by_replication()),
    ):
        more = paired(of(variant) * scale, of(base) * scale).paired
        told |= {name: more.mean, f"{name}_low": more.low, f"{name}_high": more.high}
    return told
