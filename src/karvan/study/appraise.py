"""Appraising projects: each alone, together, under a budget; kept as a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.evidence.durable import write_whole, writing
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.network.wire import RunGrid
from karvan.scenario.scenario import scenario
from karvan.scenario.stack import COMMITMENT
from karvan.study.projects.appraisal import STREAMS, Appraisal, appraised
from karvan.study.projects.grounds import Ground, grounds
from karvan.study.projects.request import Appraise
from karvan.study.projects.together import Together, together
from karvan.study.projects.undertaking import check_projects, undertaking
from karvan.study.projects.valuation import Valuation
from karvan.study.simulate import Progress

ANSWER = "appraisal.json"
"""All that was found, as JSON: a run keeps it, for its tables do not hold every part."""
MOST_PAIRED = 12
"""Projects of which every pair is worked out: 66 pairs."""


@dataclass(frozen=True)
class Appraised:
    """The appraisals of a run."""

    ask: Appraise
    run: RunFolder
    alone: Mapping[str, Appraisal]
    whole: Appraisal | None
    """All together, where there are several."""
    beside: Together | None
    """Pairs, portfolio and order, where they were asked for."""
    grounds: tuple[Ground, ...] = ()
    """What all of it stands on."""

    @property
    def interaction(self) -> float:
        """NPV of all together less the sum of each, million USD."""
        return self.whole.interaction if self.whole else 0.0


def appraise(
    projects: Sequence[str],
    package: Corridor | str = "middle-corridor",
    *,
    ask: Appraise | None = None,
    budget: float | None = None,
    yearly_budget: float | None = None,
    pairs: bool = False,
    grid: Path | str | None = None,
    out: Path | str | None = None,
    progress: Progress | None = None,
    **wishes: Any,
) -> Appraised:
    """What projects cost and bring, by year and together.

    Args:
        projects: ids of the package's projects, or commitment:ID for those that would fulfil it.
        package: a corridor, or what `karvan.load` takes.
        ask: the request; or its fields by name: start=2026, end=2050, rate=.06, ...
        budget: million USD to build for: then the best portfolio. Nought is a budget too, and infinity is no limit.
        yearly_budget: million USD a year at most, for the order to build.
        pairs: whether every pair is worked out, and the best order to build; with a budget of either kind they are
            anyway.
        grid: a run of the power system, its folder or name, whose power trains draw in the countries that it is of.
        out: the run's folder; by default one under the user's data that is named by what is asked.
        progress: hears how far it is.

    Raises:
        InputError: for a project, scenario or request that cannot be used.
    """
    ask = (ask or Appraise(**wishes)).checked()
    corridor = package if isinstance(package, Corridor) else load_corridor(package)
    powered: tuple[Ground, ...] = ()
    told: tuple[RunGrid, ...] = ()
    if grid is not None:
        from karvan.study.power.carbon import grid_grounds, with_grid  # few appraisals need it

        corridor, told = with_grid(corridor, grid)
        powered = grid_grounds(corridor, told)
    names = _names(corridor, projects)
    _check(names, ask, budget, yearly_budget, pairs)
    own_year = scenario(corridor, ask.base).year
    ask = replace(ask, model_years=ask.model_years or (min(max(own_year, ask.start), ask.end),))
    valuation = Valuation(
        corridor,
        ask.base,
        tuple(names),
        ask.model_years,
        ask.growth,
        ask.shifts,
        progress=progress or Progress(),
    )
    undertakings = [undertaking(corridor, name, ask) for name in names]
    alone = {one.id: appraised([one], valuation, ask) for one in undertakings}
    whole = appraised(undertakings, valuation, ask) if len(undertakings) > 1 else None
    beside = None
    if budget is not None or yearly_budget is not None or pairs:
        beside = together(undertakings, valuation, ask, budget, inf if yearly_budget is None else yearly_budget)
    settings = asdict(ask) | {
        "projects": names, "budget": _told(budget), "yearly_budget": _told(yearly_budget), "pairs": pairs,
        **({"grid": [asdict(one) for one in told]} if told else {}),
    }  # fmt: skip
    world = scenario(corridor, ask.base).on(corridor)
    about = describe("appraise", corridor.name, world.tables, seed=ask.seed, replications=0, scenario=ask.base,
                     settings=settings)  # fmt: skip
    with open_run(about, out, resume=True) as run:
        found = Appraised(ask, run, alone, whole, beside, (*grounds(corridor, undertakings, ask), *powered))
        _keep(found, corridor)
        run.finish(tables_of(found), results_of(found))
    return found


def _keep(found: Appraised, corridor: Corridor) -> None:
    from karvan.study.projects.document import answer

    content = json.dumps(answer(found, corridor), ensure_ascii=False, indent=1, allow_nan=False).encode()
    with writing(found.run.path):
        write_whole(found.run.path / ANSWER, lambda file: file.write(content))


def _names(corridor: Corridor, projects: Sequence[str]) -> list[str]:
    names: list[str] = []
    for word in projects:
        if word.startswith(COMMITMENT):
            row = corridor.row("commitment", word.removeprefix(COMMITMENT))
            if not row.projects:
                raise InputError(
                    "the request", [Problem(word, "nothing to model", row.outside or "no project is tied")]
                )
            modelled = [name for name in row.projects if not corridor.row("project", name).outside]
            names += [name for name in modelled if name not in names]
        else:
            names.append(word)
    check_projects(corridor, names)
    return sorted(names)  # whatever the order in which they are given, it is the same run


def _check(names: list[str], ask: Appraise, budget: float | None, yearly: float | None, pairs: bool) -> None:
    problems = []
    for what, amount in (("budget", budget), ("yearly-budget", yearly)):
        if amount is not None and not 0 <= amount <= inf:
            problems.append(Problem(what, shown(amount), "give million USD, 0 or more"))
    if (budget is not None or yearly is not None or pairs) and len(names) > MOST_PAIRED:
        problems.append(
            Problem("projects", str(len(names)), f"pairs are worked out of {MOST_PAIRED} at most: give fewer")
        )
    for what, given in (("opens", ask.opens), ("capex", ask.capex_musd)):
        for name in given:
            if name not in names:
                near = nearest(name, names, 1)
                remedy = f"did you mean {near[0]}?" if near else f"give one of {', '.join(names)}"
                problems.append(Problem(what, f"no project {shown(name)} here", remedy))
    if problems:
        raise InputError("the request", problems)


def _told(budget: float | None) -> float | str | None:
    """A budget as JSON holds it."""
    return "no limit" if budget == inf else budget


def tables_of(found: Appraised) -> dict[str, Mapping[str, Any]]:
    """The tables of a run: columns by name."""
    every = {**found.alone, **({"all together": found.whole} if found.whole else {})}
    if found.beside and found.beside.chosen:
        every["the portfolio"] = found.beside.chosen
    rows = {
        "summary": [summary(name, one) for name, one in every.items()],
        "streams": [
            {"projects": name, "year": year, **{s: one.streams[s][n] for s in STREAMS}, "net": one.net[n]}
            for name, one in every.items()
            for n, year in enumerate(one.ask.years)
        ],
        "countries": [
            {"projects": name, "country": country, **gains}
            for name, one in every.items()
            for country, gains in one.by_country.items()
        ],
        "switching": [
            {"projects": name, "stream": s.name, "at": _or_nan(s.at), "change": _or_nan(s.change), "note": s.note}
            for name, one in every.items()
            for s in one.switching
        ],
        "tornado": [
            {"projects": name, "input": bar.name, "low": bar.low, "high": bar.high, "npv_low": bar.at_low,
             "npv_high": bar.at_high, "swing": bar.swing}
            for name, one in every.items()
            for bar in one.tornado.bars
        ],
        "risk": [
            {"projects": name, "input": share.name, "correlation": share.correlation, "share": share.share}
            for name, one in every.items()
            for share in one.risk.shares
        ],
        "assumed": [
            {"project": one.id, "what": said.what, "value": said.value, "why": said.why}
            for each in found.alone.values()
            for one in each.projects
            for said in one.assumed
        ],
        "basis": [
            {"about": one.about, "what": one.what, "said": str(one.value),
             "value": one.value if isinstance(one.value, float) else np.nan, "unit": one.unit,
             "method": one.method, "grade": one.grade, "facts": ";".join(one.facts), "note": one.note}
            for one in found.grounds
        ],
        "pairs": [
            {"one": a, "other": b, "npv": one.npv, "interaction": found.beside.interaction((a, b))}
            for (a, b), one in found.beside.pairs.items()
        ] if found.beside else [],
        "order": [asdict(one) for one in found.beside.order.built] if found.beside else [],
    }  # fmt: skip
    return {
        name: {column: np.array([row[column] for row in table]) for column in table[0]}
        for name, table in rows.items()
        if table
    }


def summary(name: str, one: Appraisal) -> dict[str, Any]:
    """One appraisal in a line; million USD. NPV, rates and ratios are missing where a cost is not known."""
    first = one.by_year[min(one.by_year)]
    priced = one.priced
    risk = one.risk
    return {
        "projects": name,
        "capital": -one.present["capital"] if priced else np.nan,
        "benefits": sum(one.present[s] for s in ("time", "fares", "takings", "carriage", "co2e")),
        "npv": one.npv if priced else np.nan,
        "may_cost": np.nan if priced else one.npv,
        "eirr": _or_nan(one.eirr.value) if priced else np.nan,
        "mirr": _or_nan(one.mirr.value) if priced else np.nan,
        "bcr": _or_nan(getattr(one.bcr, "value", None)) if priced else np.nan,
        "fyrr": _or_nan(getattr(one.fyrr, "value", None)) if priced else np.nan,
        "npv_p10": risk.p10 if priced else np.nan,
        "npv_p90": risk.p90 if priced else np.nan,
        "below_zero": risk.below_zero if priced else np.nan,
        "co2e_t_year": first.co2e_t,
        "newly_served_t": first.newly_served_t,
    }  # fmt: skip


def results_of(found: Appraised) -> dict[str, Any]:
    """What run.json tells."""
    beside = found.beside
    return {
        "npv": {name: one.npv for name, one in found.alone.items() if one.priced},
        "all_together": found.whole.npv if found.whole and found.whole.priced else None,
        "interaction": found.interaction if found.whole else None,
        "portfolio": list(beside.portfolio.chosen) if beside and beside.portfolio else None,
        "order": list(beside.order.order) if beside else None,
    }


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
