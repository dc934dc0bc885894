"""Work out each project and each commitment alone on the corridor of 2030, and the World Bank's measures one at a time.

`print_scenarios.py --run promises` and `--run bank` call this; it makes `middle_corridor/scenario_promises.csv` and
`scenario_bank.csv`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import karvan
from flow_bench import REGIONS, Table
from karvan.corridor import Corridor
from karvan.flow.services.flows import ServiceFlows
from karvan.scenario.scenario import scenario
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.projects.benefits import at_prices_of, benefits
from karvan.study.scenarios import World, open_scenario
from karvan.study.shift import shift
from print_projects import MEASURES
from scenario_runs import ASK, Flown, flown, keep, mark

BASE, BANK, YEAR = "base-2030", "world-bank", 2030
BASES = ("base-2024", "base-2025", BASE)
"""The years before the measures."""
SHARP = Assign(gap=1e-8, iterations=300, elsewhere=True, year=YEAR)
"""How flows are found that differ by one project."""
EU = ("AT", "BE", "BG", "CZ", "DE", "ES", "FR", "GR", "HU", "IT", "NL", "PL", "RO", "SK")
OWN = ("AZ", "GE", "KZ")
"""Countries among which, and with the EU, the World Bank's report sees trade grow."""
OWN_GROWTH, EU_GROWTH = 1.37, 1.28
"""RT-VM-008 and RT-VM-009."""
MOVED = 0.16
"""Of railway boxes between China and Europe that the report sees shift to the Middle Corridor: RT-VM-005."""
FIRST = 3
"""Parts waited for the most, that are told of a case."""


# --- each promise alone


def undertakings(corridor: Corridor) -> list[tuple[str, str, tuple[str, ...]]]:
    """(kind, id, projects) of each project that changes anything, and of each commitment that ties several; those of
    power move no freight."""
    modelled = {row.id for row in corridor.rows("project") if not row.outside and row.kind != "energy"}
    found = [("project", name, (name,)) for name in sorted(modelled)]
    for row in sorted(corridor.rows("commitment"), key=lambda row: row.id):
        tied = tuple(sorted(set(row.projects) & modelled))
        if len(tied) > 1:
            found.append(("commitment", row.id, tied))
    return found


def alone(projects: tuple[str, ...]) -> dict[str, Any]:
    """What some projects change in 2030, all there in full, in a world that has none of them."""
    corridor = karvan.load()
    base = scenario(corridor, BASE, without=projects).on(corridor)
    words = "+".join([BASE, *(f"project:{one}" for one in projects)])
    built = scenario(corridor, words, without=projects).on(corridor)
    before = solve(problem_of(base, SHARP), SHARP)
    moved = shift(before, problem_of(built, SHARP), SHARP)
    priced = at_prices_of(built, base)
    worth = benefits(before, moved.flows, None if priced is built else problem_of(priced, SHARP))
    teu = np.array([of.teu for of in moved.flows.problem.goods])
    left = [flows.totals()["unserved_tonnes"] for flows in (before, moved.flows)]
    return {
        "teu_before": amount(before, "teu"), "teu_after": amount(moved.flows, "teu"),
        "tonnes_before": amount(before, "tonnes"), "tonnes_after": amount(moved.flows, "tonnes"),
        "moved_teu": float(np.abs(moved.per_year - moved.before) @ teu / 2),
        "unserved_before": left[0], "unserved_after": left[1],
        "time_musd": worth.time_usd / 1e6, "fares_musd": worth.fares_usd / 1e6, "co2e_t": worth.co2e_t,
        "unsettled": moved.unsettled, "gap": moved.flows.gap,
    }  # fmt: skip


def amount(flows: ServiceFlows, what: str, family: str = "middle", unit: str = "") -> float:
    """TEU or tonnes a year of a family."""
    return float(sum(row[what] for row in flows.families() if row["family"] == family and unit in ("", row["unit"])))


def run_promises(workers: int) -> None:
    """Work all of them out; those that tie the same projects once."""
    asked = undertakings(karvan.load())
    sets = sorted({projects for _, _, projects in asked})
    with ProcessPoolExecutor(max_workers=workers) as pool:
        found = dict(zip(sets, pool.map(alone, sets), strict=True))
    keep("promises", [{"kind": kind, "id": name, "projects": ";".join(of)} | found[of] for kind, name, of in asked])


# --- the World Bank's measures


def run_bank() -> None:
    """The years before, the measures one at a time and together, and demand as the World Bank sees it."""
    corridor = karvan.load()
    rows: Table = []
    bases: dict[str, Flown] = {}
    for name in BASES:
        world = open_scenario(corridor, name)
        bases[name] = flown(world, world.year(YEAR), None, SHARP)
        rows.append(case_row(name, "base", world, bases[name].flows))
    at_2030 = bases[BASE]
    for case, kind, words in cases(corridor):
        world = opened(corridor, case, words)
        if kind == "as it says":
            flows = solve(problem_of(world.corridor, ASK_AS_SENT), ASK_AS_SENT)
        else:
            flows = flown(world, YEAR, at_2030, SHARP).flows
        rows.append(case_row(case, kind, world, flows))
        print(f"{case}: done", flush=True)
    keep("bank", rows)


ASK_AS_SENT = replace(ASK, year=YEAR, elsewhere=False)
"""Where the World Bank says who goes which way, nobody leaves it."""


def opened(corridor: Corridor, case: str, words: Mapping[str, Any]) -> World:
    """A scenario that is no file of the package; the one of the package by its name."""
    if case in corridor.scenarios:
        return open_scenario(corridor, case)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{case}.yaml"
        file.write_text(json.dumps({"title": case, **words}), encoding="utf-8")
        return open_scenario(corridor, str(file))


def cases(corridor: Corridor) -> list[tuple[str, str, dict[str, Any]]]:
    """(name, kind, words) of what is worked out beside the scenario itself."""
    whole = scenario(corridor, BANK)
    said = whole.stack.words[BANK]
    found: list[tuple[str, str, dict[str, Any]]] = []
    for measure, _, projects in MEASURES:
        own = [one for one in projects if one in said.projects]
        if own:
            opens = {one: month for one, month in said.opens.items() if one in own}
            found.append((measure.replace(",", ""), "measure", {"on": [BASE], "projects": own, "opens": opens}))
    found.append((BANK, "together", {}))
    grown = trade_growth(corridor)
    found.append(("trade as it says", "growth", {"on": [BANK], "demand": {"factors": grown}}))
    shifted = china_europe(corridor)
    found.append(("shift as it says", "as it says", {"on": [BANK], "demand": {"factors": shifted}}))
    both = [*grown, *shifted]
    found.append(("trade and shift as it says", "as it says", {"on": [BANK], "demand": {"factors": both}}))
    return found


def known(corridor: Corridor, countries: Sequence[str]) -> list[str]:
    """Those that the package has places in."""
    there = {place.country for place in corridor.places()}
    return [one for one in countries if one in there]


def trade_growth(corridor: Corridor) -> list[dict[str, Any]]:
    """Demand among Azerbaijan, Georgia and Kazakhstan, and of these with the EU, by the growth that is published."""
    why = "the World Bank's report of 2023: what its measures do to trade by 2030"
    own, eu = list(OWN), known(corridor, EU)
    ends = ((own, own, OWN_GROWTH, "RT-VM-008"), (own, eu, EU_GROWTH, "RT-VM-009"), (eu, own, EU_GROWTH, "RT-VM-009"))
    return [
        {"factor": factor, "origin": one, "destination": other, "facts": [fact], "grade": "C", "why": why}
        for one, other, factor, fact in ends
    ]


def china_europe(corridor: Corridor) -> list[dict[str, Any]]:
    """Factors by which 16 % of railway boxes between China and Europe go by the Middle Corridor.

    Rows of demand name the families that their goods may take: those that were counted on the Middle Corridor that
    alone, the others the northern way and what goes beside it, the Middle Corridor among them.
    """
    europe = known(corridor, REGIONS["Europe"].split())
    here, rail = boxes(corridor, europe)
    more, less = 1 + MOVED * (rail + here) / here, 1 - MOVED * (rail + here) / rail
    why = "the World Bank's report of 2023: 16 % of rail between China and Europe shift"
    return [
        {"factor": factor, "origin": one, "destination": other, "families": families, "unit": ["container"],
         "facts": ["RT-VM-005"], "grade": "C", "why": why}
        for families, factor in (([HERE], more), ([AWAY], less / more))
        for one, other in ((["CN"], europe), (europe, ["CN"]))
    ]  # fmt: skip


HERE, AWAY = "middle", "northern"


def boxes(corridor: Corridor, europe: Sequence[str]) -> tuple[float, float]:
    """TEU a year between China and Europe in the demand of the base of 2030: of rows that name the Middle Corridor
    alone, and of those that name the northern way."""
    country = {place.id: place.country for place in corridor.places()}
    found = [0.0, 0.0]
    for row in open_scenario(corridor, BASE).corridor.rows("demand"):
        ends = (country[row.origin], country[row.destination])
        if "CN" in ends and set(ends) & set(europe):
            found[0] += (row.teu_year or 0.0) * (row.families == (HERE,))
            found[1] += (row.teu_year or 0.0) * (AWAY in row.families)
    return found[0], found[1]


def case_row(case: str, kind: str, world: World, flows: ServiceFlows) -> dict[str, Any]:
    """What a case says of the Middle Corridor."""
    country = {place.id: place.country for place in world.base.places()}
    chains = flows.chains()
    europe = REGIONS["Europe"].split()

    def far(row: Mapping[str, Any]) -> bool:
        ends = (country[row["origin"]], country[row["destination"]])
        return row["unit"] == "container" and "CN" in ends and bool(set(ends) & set(europe))

    middle = [row for row in chains if row["family"] == "middle" and row["unit"] == "container"]
    units = np.array([row["units"] for row in middle])
    rail = ("middle", "northern", "trans-siberian")
    left = [row for row in flows.unserved() if row["tonnes"] > 0]
    fullest = flows.bottlenecks()[:FIRST]
    assert world.scenario is not None
    return {
        "case": case, "kind": kind, "mark": mark(world.scenario),
        "tonnes": amount(flows, "tonnes"), "container_tonnes": amount(flows, "tonnes", unit="container"),
        "teu": amount(flows, "teu"), "caspian_road_tonnes": amount(flows, "tonnes", "road-caspian"),
        "hours": float(units @ np.array([row["hours"] for row in middle]) / units.sum()),
        "usd_unit": float(units @ np.array([row["usd_unit"] for row in middle]) / units.sum()),
        "china_europe_rail_teu": float(sum(row["teu"] for row in chains if far(row) and row["family"] in rail)),
        "china_europe_middle_teu": float(sum(row["teu"] for row in chains if far(row) and row["family"] == "middle")),
        "unserved_tonnes": float(sum(row["tonnes"] for row in left)),
        "fullest": ";".join(row["resource"] for row in fullest),
        "fullest_used": ";".join(f"{row['used']:.3f}" for row in fullest),
        "fullest_wait_h": ";".join(f"{row['wait_h']:.4g}" for row in fullest),
    }  # fmt: skip
