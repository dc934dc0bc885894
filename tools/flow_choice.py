"""Which way goods would go if rows of demand named no families: how well costs tell it, and what comes of it.

Costs are told apart by `theta`, which is estimated from what is known of 2024: by maximum likelihood, in a logit
between the best chain of each family, at the waits of the flows that the rows name.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any, NamedTuple

import numpy as np

from flow_bench import LATER, MODELS, YEAR, Bench, Table, keep
from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.network.network import Floats
from karvan.sim.corridor import Period
from karvan.sim.stream import Stream
from karvan.study.figures import Figures
from karvan.study.flows import Assign, problem_of
from karvan.study.passages import Leg, Passages
from karvan.study.streams import streams_of

OCEAN = "ocean"
ENDS = (0.01, 100.0)
"""Of theta: at the first all ways are as likely, at the last the cheapest is taken."""
NARROWINGS = 40
GOLDEN = (5**0.5 - 1) / 2
CHINA_EUROPE = "China - Europe"
LAND, OVERSEA, ALL = "all that go by land", "all that also go by ocean", "all"
PASSED = ("SUEZ", "VOSTOCHNY", "ZABAIKALSK", "NAUSHKI", "DOSTYK", "ALTYNKOL", "BREST", "ALAT")
"""Places by which ways are told apart."""


def kind_of(family: str) -> str:
    """Oceans as one: whether Suez or the Cape is not for costs to say."""
    return OCEAN if family.startswith(OCEAN) else family


class Choice(NamedTuple):
    """Boxes of a row of demand, the families they have, and the one in which they were counted."""

    group: str
    tonnes: dict[str, float]
    """By the kind of family that was counted."""
    kinds: tuple[str, ...]
    """Of each family that they could take."""
    usd: Floats
    """Price of a unit by each."""
    time_usd: Floats
    """What its hours are worth."""

    def chances(self, theta: float, time: float = 1.0) -> dict[str, float]:
        """The chance of each kind; `time` is a factor on the value of time."""
        cost = self.usd + time * self.time_usd
        weight = np.exp(-theta * (cost / cost.min() - 1))
        found: dict[str, float] = defaultdict(float)
        for kind, of in zip(self.kinds, weight / weight.sum(), strict=True):
            found[kind] += float(of)
        return found


def choices(bench: Bench, year: int, named: ServiceFlows) -> list[Choice]:
    """The choices of a year's boxes at the waits of the flows that rows name."""
    problem = problem_of(bench.corridor, Assign(year=year, free=True))
    nothing, found = np.zeros(problem.n_resources), []
    counted: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for chain, units in named.flows:
        counted[chain.goods][kind_of(chain.family)] += units * problem.goods[chain.goods].tonnes
    for n, goods in enumerate(problem.goods):
        if goods.unit == "container" and n in counted:
            ways = [chain for _, chain in problem.chains[n].best_of_families(nothing, named.wait_h)]
            usd = np.array([chain.usd for chain in ways])
            hours = np.array([chain.hours + chain.times @ named.wait_h[chain.waited] for chain in ways])
            kinds = tuple(kind_of(chain.family) for chain in ways)
            found.append(Choice(bench.group(goods), counted[n], kinds, usd, goods.usd_h * hours))
    return found


def likelihood(of: Iterable[Choice], theta: float) -> float:
    """Mean logarithm of the chance of what was counted, by tonnes."""
    total = whole = 0.0
    for one in of:
        chances = one.chances(theta)
        for kind, tonnes in one.tonnes.items():
            total += tonnes * log(max(chances.get(kind, 0.0), 1e-300))
            whole += tonnes
    return total / whole


def hit(of: Iterable[Choice], theta: float) -> float:
    """Mean chance of what was counted, by tonnes."""
    pairs = [(one.chances(theta).get(kind, 0.0), tonnes) for one in of for kind, tonnes in one.tonnes.items()]
    return sum(chance * tonnes for chance, tonnes in pairs) / sum(tonnes for _, tonnes in pairs)


def likeliest(of: Sequence[Choice]) -> float:
    """The theta under which what was counted is likeliest."""
    return exp(lowest(lambda theta: -likelihood(of, exp(theta)), log(ENDS[0]), log(ENDS[1])))


def lowest(of: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls and then rises is lowest: golden section (Kiefer 1953)."""
    inner = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
    values = [of(inner[0]), of(inner[1])]
    for _ in range(NARROWINGS):
        if values[0] <= values[1]:
            high, inner = inner[1], [inner[1] - GOLDEN * (inner[1] - low), inner[0]]
            values = [of(inner[0]), values[0]]
        else:
            low, inner = inner[0], [inner[1], inner[0] + GOLDEN * (high - inner[0])]
            values = [values[1], of(inner[1])]
    return (low + high) / 2


def grouped(of: Iterable[Choice]) -> dict[str, list[Choice]]:
    """By the regions between which they go; and those between regions where boxes go by land only, and others."""
    found: dict[str, list[Choice]] = defaultdict(list)
    for one in of:
        found[one.group].append(one)
    by_sea = {name for name, group in found.items() if any(OCEAN in one.tonnes for one in group)}
    names = sorted(found)
    for title, chosen in ((LAND, set(names) - by_sea), (OVERSEA, by_sea), (ALL, set(names))):
        found[title] = [one for name in names if name in chosen for one in found[name]]
    return found


def estimates(now: list[Choice], later: list[Choice]) -> Table:
    """Of each group the likeliest theta, and the chance of what was counted: with it, with all ways alike, and with the
    theta of the other groups that go by land, this year and later."""
    then, after = grouped(now), grouped(later)
    by_land = {one.group for one in then[LAND]}
    rows: Table = []
    for name, of in then.items():
        theta, others = likeliest(of), np.nan
        if name not in (LAND, ALL):
            others = likeliest([one for one in then[LAND] if one.group != name])
        rows.append(
            {
                "group": name, "by_land": str(name in by_land or name == LAND), "rows": str(len(of)),
                "tonnes": sum(sum(one.tonnes.values()) for one in of), "theta": theta, "hit": hit(of, theta),
                "hit_even": hit(of, ENDS[0]), "theta_others": others, "hit_others": hit(of, others),
                "hit_later": hit(after[name], theta if np.isnan(others) else others) if name in after else np.nan,
            }
        )  # fmt: skip
    return rows


def needed(now: list[Choice], theta: float) -> Table:
    """The share of the ocean between China and Europe, by a factor on the value of time; and the one that meets it."""
    of = grouped(now)[CHINA_EUROPE]
    whole = sum(sum(one.tonnes.values()) for one in of)
    counted = sum(one.tonnes.get(OCEAN, 0.0) for one in of) / whole

    def share(time: float) -> float:
        return sum(sum(one.tonnes.values()) * one.chances(theta, time)[OCEAN] for one in of) / whole

    times = [0.0, 0.1, 0.25, 0.5, 1.0]
    rows: Table = [{"time": "", "factor": time, "ocean": share(time), "counted": counted} for time in times]
    low, high = 0.0, 1.0
    if share(low) >= counted >= share(high):
        for _ in range(NARROWINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if share(middle) >= counted else (low, middle)
        rows.append({"time": "met", "factor": low, "ocean": share(low), "counted": counted})
    return rows


def step(bench: Bench) -> None:
    """Estimate theta; then families, targets and places passed, with the families that rows name and without."""
    now = choices(bench, YEAR, bench.named)
    keep("theta", estimates(now, choices(bench, LATER, bench.flows(year=LATER))))
    theta = likeliest(grouped(now)[LAND])
    keep("needed", needed(now, theta))
    flows = (
        bench.named,
        bench.flows(free=True),
        bench.flows(method="sue", free=True, theta=theta),
        bench.flows(method="so", free=True),
    )
    models = dict(zip(MODELS, flows, strict=True))
    keep("families", families(bench, models))
    keep("targets", targets(bench.corridor, models))
    keep("passed", passed(bench.corridor, models))
    keep("prices", list(prices(bench, models["ue"].problem)))


def families(bench: Bench, models: Mapping[str, ServiceFlows]) -> Table:
    """Tonnes of each family: of all goods, and of boxes between China and Europe."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: dict.fromkeys(models, 0.0))
    for name, flows in models.items():
        for chain, units in flows.flows:
            goods = flows.problem.goods[chain.goods]
            boxes = goods.unit == "container" and bench.group(goods) == CHINA_EUROPE
            for of in ("all goods", *(["boxes"] if boxes else [])):
                found[of, chain.family][name] += units * goods.tonnes
    return [{"of": of, "family": family} | tonnes for (of, family), tonnes in sorted(found.items())]


@dataclass(frozen=True)
class Counts:
    """What passes in a year where flows are as they were assigned, in the words of a simulation's measures."""

    passages: Passages

    def delivered(self, stream: Stream) -> float:
        return stream.per_year

    def units(self, leg: Leg) -> float:
        return leg.stream.per_year


def passages_of(corridor: Corridor, flows: ServiceFlows) -> Passages:
    start = dt.datetime(YEAR, 1, 1, tzinfo=dt.UTC)
    return Passages(corridor, streams_of(flows).streams, Period(start, 8760.0, 0.0))


def countable(corridor: Corridor) -> list[Row]:
    """Targets of the year that flows can be held against."""
    return [row for row in corridor.rows("target") if row.year == YEAR and row.quantity.startswith("throughput")]


def targets(corridor: Corridor, models: Mapping[str, ServiceFlows]) -> Table:
    """Published throughputs beside those of flows, counted as in a simulation."""
    figures = {name: Figures(Counts(passages_of(corridor, flows)), 365.0) for name, flows in models.items()}  # type: ignore[arg-type]
    return [
        {"target": row.id} | {name: of.throughput(row, row.quantity.partition("_")[2]) for name, of in figures.items()}
        for row in countable(corridor)
    ]


def passed(corridor: Corridor, models: Mapping[str, ServiceFlows]) -> Table:
    """TEU through some places."""
    found = {place: dict.fromkeys(models, 0.0) for place in PASSED}
    for name, flows in models.items():
        passages = passages_of(corridor, flows)
        for stream in passages.streams:
            for place in passages.places[stream.id] & set(PASSED):
                found[place][name] += stream.per_year * stream.teu
    return [{"place": place} | found[place] for place in PASSED]


def prices(bench: Bench, problem: Problem) -> Iterator[dict[str, Any]]:
    """What the best chain of each family costs where nothing is short, for the largest flow each way."""
    nothing = np.zeros(problem.n_resources)
    for start in CHINA_EUROPE.split(" - "):
        flows = [
            n for n, of in enumerate(problem.goods)
            if of.unit == "container" and bench.group(of) == CHINA_EUROPE and bench.region(of.origin) == start
        ]  # fmt: skip
        n = max(flows, key=lambda n: problem.goods[n].per_year)
        goods, network = problem.goods[n], problem.chains[n].network
        for cost, chain in problem.chains[n].best_of_families(nothing, nothing):
            rides = [network.arcs[ix] for ix in chain.arcs if network.arcs[ix].is_ride]
            yield {
                "demand": goods.id, "family": chain.family, "usd_teu": chain.usd / goods.teu,
                "usd_teu_day": goods.usd_h * 24 / goods.teu, "days": chain.hours / 24,
                "cost_usd_teu": cost / goods.teu, "services": " + ".join(network.ways[arc.way].id for arc in rides),
            }  # fmt: skip
