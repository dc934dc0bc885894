"""Studies of the power system that run as jobs: each leaves a run with its whole answer.

That there is no dispatch is an answer too: `solved` is false, and it is kept as what was asked, so that it can be read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from karvan.api.answers import encoded
from karvan.report import power as report
from karvan.study.power.cases import package_with_cases
from karvan.study.power.compare import NoAnswer, compare_power
from karvan.study.power.run import PowerAnswer, power_run
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress
from karvan.study.trade.kept import keep

if TYPE_CHECKING:
    from karvan.api.jobs.power_requests import PowerBody, PowerCompareBody, PowerRunBody
    from karvan.api.jobs.work import Hears
    from karvan.evidence.run import RunFolder

UNSOLVED, COMPARE = "power-unsolved", "power-compare"


def run_power(body: PowerRunBody, source: str, hears: Hears) -> RunFolder:
    """A year of the power system, as a run. Raises InputError."""
    corridor = package_with_cases(source)
    progress = Progress(hears.doing, hears.done, lambda name: hears.say(run=name))
    found = power_run(corridor, body.scenario, body.asked(), progress=progress)
    if isinstance(found, PowerAnswer):
        assert found.run is not None
        return found.run
    return _unsolved(body, open_scenario(corridor, body.scenario), found, body.scenario)


def compare(body: PowerCompareBody, source: str, hears: Hears) -> RunFolder:
    """What scenarios change, as a run; each of them is one as well. Raises InputError."""
    corridor = package_with_cases(source)
    found = compare_power(corridor, *body.texts(), body.asked(), claims=body.claims,
                          progress=Progress(hears.doing, hears.done))  # fmt: skip
    world = World(corridor, corridor)
    if isinstance(found, NoAnswer):
        return _unsolved(body, world, found.failed, found.scenario)
    told = _plain(report.compare_document(found))
    rows = [
        {name: one[name] for name in ("country", "base", "scenario", "year", "new_mw", "new_twh", "thermal_twh",
                                      "gas_saved_mcm", "co2_saved_kt")} | one["changes"]
        for one in told["differences"]
    ]  # fmt: skip
    return keep(COMPARE, world, {"solved": True, **told}, settings=_settings(body), seed=body.seed,
                tables={"differences": rows}, results={"solved": True, "differences": len(rows)})  # fmt: skip


def _unsolved(body: PowerBody, world: World, found: Any, scenario: str) -> RunFolder:
    told = _plain(report.unsolved_document(found, scenario))
    rows = told.get("unmet", [])
    return keep(UNSOLVED, world, told, settings=_settings(body), seed=body.seed, tables={"unmet": rows},
                results={"solved": False, "said": told["said"]})  # fmt: skip


def _settings(body: PowerBody) -> dict[str, Any]:
    return {"kind": type(body).__name__, **body.model_dump(exclude={"corridor", "seed"})}


def _plain(document: Any) -> dict[str, Any]:
    """A document as JSON has it, without the types of numpy."""
    found: dict[str, Any] = json.loads(encoded(document))
    return found
