"""What the longer jobs of trade do: what a scenario does to trade, and what changed trade puts on the corridor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from karvan.corridor import load
from karvan.report.trade import under_document, what_if_document
from karvan.study.scenarios import open_scenario
from karvan.study.simulate import Progress
from karvan.study.trade.carried import carried
from karvan.study.trade.kept import keep
from karvan.study.trade.under import in_equilibrium, trade_under
from karvan.study.trade.what_if import TradeAnswer, what_if

if TYPE_CHECKING:
    from karvan.api.jobs.trade_requests import CarryBody, TradeUnderBody
    from karvan.api.jobs.work import Hears
    from karvan.evidence.run import RunFolder

Rows = list[dict[str, Any]]


def under(body: TradeUnderBody, source: str, hears: Hears) -> RunFolder:
    """What a scenario does to trade, as a run. Raises InputError.

    A base of trade that finds no fit, where general equilibrium is asked for, is an answer too: `converged` is false.
    """
    corridor = load(source)
    found = trade_under(corridor, body.scenario, body.base, elasticity=body.own(), ends=body.ends, loop=body.loop(),
                        progress=Progress(hears.doing, hears.done))  # fmt: skip
    general = None
    if body.welfare:
        hears.doing("finding equilibria")
        general = in_equilibrium(corridor, found)
    told: dict[str, Any]
    world, base = (open_scenario(corridor, name) for name in (body.scenario, body.base))
    tables: dict[str, Rows] = {}
    if general is None or isinstance(general, TradeAnswer):
        told = under_document(found, general)
        results = {name: told[name] for name in ("settled", "rounds", "gap")}
        results |= {"growth_pct": {one["name"]: one["pct"] for one in told["groups"]}}
        tables = {"groups": _groups(told), "pairs": told["pairs"]}
    else:
        told = results = {"converged": False, "said": general.said}
    settings = {name: getattr(body, name) for name in ("elasticity", "pct_day", "ends", "welfare")}
    return keep("trade-under", world, told, base=base, settings=settings, tables=tables, results=results)


def carry(body: CarryBody, source: str, hears: Hears) -> RunFolder:
    """What a change of costs does to trade, and what is carried then, as a run. Raises InputError.

    A base of trade that finds no fit is an answer too: `converged` is false.
    """
    corridor, ask = load(source), body.asked()
    hears.doing("finding equilibria")
    answer = what_if(corridor, ask, hears.done)
    rows: Rows = []
    if isinstance(answer, TradeAnswer):
        put = carried(corridor, answer, body.scenario, body.waters, Progress(hears.doing, hears.done))
        told = what_if_document(answer, body.only, put)
        rows = _carried(told["carried"])
    else:
        told = {"converged": False, "said": answer.said}
    return keep(
        "trade-carry", open_scenario(corridor, body.scenario), told, seed=body.seed,
        settings=body.model_dump(exclude={"corridor", "scenario", "seed"}),
        tables={"carried": rows}, results={"converged": bool(rows), "carried": rows},
    )  # fmt: skip


def _groups(told: Mapping[str, Any]) -> Rows:
    """A row a group and elasticity."""
    return [
        {"group": one["name"], "elasticity": case, "musd_before": one["musd_before"], "musd": musd,
         "growth_pct": one["pct"][case]}
        for one in told["groups"]
        for case, musd in one["musd"].items()
    ]  # fmt: skip


def _carried(told: Mapping[str, Any]) -> Rows:
    """A row a change, and an end of trade."""
    return [
        {"change": one["name"], "trade": case, **passing}
        for one in told["changes"]
        for case, passing in [("before", one["before"]), *one["after"].items()]
    ]
