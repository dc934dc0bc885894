"""The simulator held against closed forms: every case of `theory.py` that it can express, seeds fixed.

Deviations are told as of a normal variable: a figure is inside its 95 % interval when its deviation is within 1.96. Of
many figures one in twenty is outside by chance, so they are judged together.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log, sqrt
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats
from tests import theory

from karvan.sim import (
    Board,
    Delay,
    Load,
    Pace,
    Repeat,
    Result,
    Serve,
    System,
    Time,
    Unload,
    empirical,
    exponential,
    fixed,
    gamma,
    lognormal,
    replicate,
    triangular,
)
from karvan.sim.interval import Interval, interval, student_t

REPLICATIONS = 20
UNLIKELY = 0.01
"""How likely a sound simulator is refused, by each of the three judgements, over all seeds."""


class Figure(NamedTuple):
    """A simulated figure beside the true one."""

    name: str
    found: Interval
    true: float

    @property
    def deviation(self) -> float:
        """Student's t of the figure, as the normal deviation that is as likely."""
        t = (self.found.mean - self.true) / self.found.half_width * student_t(REPLICATIONS - 1, self.found.level)
        return float(np.sign(t) * stats.norm.isf(stats.t.sf(abs(t), REPLICATIONS - 1)))


Case = Callable[[float], list[Figure]]
"""A system run for a time, given as a multiple of its usual one, and its figures."""
CASES: list[Case] = []


def case(function: Case) -> Case:
    CASES.append(function)
    return function


def run(system: System, hours: float, seed: int, warmup: float = 0.05) -> Result:
    return replicate(
        system, hours=hours, warmup_h=round(warmup * hours), seed=seed, replications=REPLICATIONS, workers=2
    )


def one_station(
    every: Time, service: Time, servers: int = 1, *, lot: int = 1, lose: bool = False, **more: int
) -> System:
    """Units that come one after another, or in lots, to a station."""
    system = System()
    system.station("c", servers, **more)
    system.program("u", [Serve("c", service, turned_away=lose)])
    system.source("in", "u", every=every, lot=lot)
    return system


def share_lost(result: Result) -> Interval:
    return interval([one.groups["turned_away"][0] / one.groups["created"][0] for one in result.outcomes])


def at_station(result: Result, servers: int) -> Interval:
    """Mean number at the station, waiting or served."""
    return interval([one.stations["queue"][0] + servers * one.stations["use"][0] for one in result.outcomes])


def spent(result: Result, group: str, cause: str) -> Interval:
    """Hours that units spent for a cause, by unit delivered."""
    at = list(result.outcomes[0].groups["group"]).index(group)
    return interval([one.groups[f"{cause}_h"][at] / one.groups["delivered"][at] for one in result.outcomes])


def variance(result: Result, group: str) -> Interval:
    at = list(result.outcomes[0].groups["group"]).index(group)
    return interval([one.groups["hours_sd"][at] ** 2 for one in result.outcomes])


@case
def mm1(longer: float) -> list[Figure]:
    result = run(one_station(exponential(1 / 0.8), exponential(1)), 2e5 * longer, 1)
    sojourn = 5.0  # of M/M/1 it is exponential, mean 1 / (services - arrivals)
    return [
        Figure("M/M/1 wait", result.station("c", "wait_h"), theory.mm1_wait(0.8, 1)),
        Figure("M/M/1 use", result.station("c", "use"), 0.8),
        Figure("M/M/1 queue", result.station("c", "queue"), 3.2),
        Figure("M/M/1 time, variance", variance(result, "u"), sojourn**2),
        Figure("M/M/1 time, median", result.quantile_h("u", 0.5), sojourn * log(2)),
        Figure("M/M/1 time, P90", result.quantile_h("u", 0.9), sojourn * log(10)),
    ]


@case
def mmc(longer: float) -> list[Figure]:
    result = run(one_station(exponential(1 / 1.8), exponential(1), 2), 1e5 * longer, 2)
    waited = interval([one.stations["waited"][0] / one.stations["served"][0] for one in result.outcomes])
    return [
        Figure("M/M/2 wait", result.station("c", "wait_h"), theory.mmc_wait(1.8, 1, 2)),
        Figure("M/M/2 share that waits", waited, theory.erlang_c(1.8, 2)),
        Figure("M/M/2 number", at_station(result, 2), 1.8 * (1 + theory.mmc_wait(1.8, 1, 2))),
    ]


@case
def erlang_b(longer: float) -> list[Figure]:
    return [
        Figure(
            f"Erlang B, {name}",
            share_lost(run(one_station(exponential(1 / 12), service, 15, room=0, lose=True), 4e3 * longer, 3)),
            theory.erlang_b(12, 15),
        )
        for name, service in (("exponential", exponential(1)), ("lognormal", lognormal(1, 2)), ("constant", fixed(1)))
    ]


@case
def mg1(longer: float) -> list[Figure]:
    times = {
        "M/D/1": (fixed(1), 0.0),
        "M/G/1, gamma, cv2 4": (gamma(1, 2), 4.0),
        "M/G/1, lognormal, cv2 4": (lognormal(1, 2), 4.0),
        "M/G/1, gamma, cv2 1/4": (gamma(1, 0.5), 0.25),
        "M/G/1, triangular": (triangular(0, 1, 2), 1 / 6),
        "M/G/1, empirical": (empirical([0.5, 0.5, 2]), 0.5),
    }
    return [
        Figure(
            name,
            run(one_station(exponential(1 / 0.8), service), 1.5e5 * longer, 4).station("c", "wait_h"),
            theory.mg1_wait(0.8, 1, cv2),
        )
        for name, (service, cv2) in times.items()
    ]


@case
def tandem(longer: float) -> list[Figure]:
    system = System()
    system.station("a")
    system.station("b", 2)
    system.program("u", [Serve("a", exponential(1)), Serve("b", exponential(2))])
    system.source("in", "u", every=exponential(1 / 0.8))
    result = run(system, 1e5 * longer, 5)
    return [
        Figure("tandem, time", result.group("u", "hours"), theory.tandem_time(0.8, [(1, 1), (0.5, 2)])),
        Figure("tandem, second wait", result.station("b", "wait_h"), theory.mmc_wait(0.8, 0.5, 2)),
        Figure("tandem, handling", spent(result, "u", "handling"), 3.0),
    ]


@case
def tandem_with_blocking(longer: float) -> list[Figure]:
    figures = []
    for room, first, second in ((0, (1.0, 1), (1.0, 1)), (2, (1.0, 1), (1.0, 1)), (1, (0.6, 2), (0.7, 2))):
        system = System()
        system.station("a", first[1])
        system.station("b", second[1], room=room)
        system.program("u", [Serve("a", exponential(1 / first[0])), Serve("b", exponential(1 / second[0]))])
        system.source("in", "u", every=exponential(1 / 0.5))
        result = run(system, 1e5 * longer, 6)
        true = theory.blocked_tandem(0.5, first, second, room)
        figures += [
            Figure(f"blocking, room {room}, wait", result.station("a", "wait_h"), true.wait),
            Figure(f"blocking, room {room}, blocked", spent(result, "u", "blocked"), true.blocked),
            Figure(f"blocking, room {room}, time", result.group("u", "hours"), true.in_system),
        ]
    return figures


@case
def finite_room(longer: float) -> list[Figure]:
    figures = []
    for arrivals, servers, room in ((1.0, 1, 5), (3.0, 2, 6)):
        lossy = one_station(exponential(1 / arrivals), exponential(1), servers, room=room - servers, lose=True)
        result = run(lossy, 5e4 * longer, 7)
        true = theory.mmck(arrivals, 1, servers, room)
        figures += [
            Figure(f"M/M/{servers}/{room} lost", share_lost(result), true.lost),
            Figure(f"M/M/{servers}/{room} wait", result.station("c", "wait_h"), true.wait),
            Figure(f"M/M/{servers}/{room} number", at_station(result, servers), true.number),
        ]
    assert theory.mmck(1.0, 1, 1, 5).lost == pytest.approx(theory.mm1k_lost(1.0, 5))
    return figures


@case
def breakdowns(longer: float) -> list[Figure]:
    service = exponential(1).with_breakdowns(0.1, exponential(2))
    result = run(one_station(exponential(2), service), 1e5 * longer, 8)
    return [
        Figure("breakdowns, wait", result.station("c", "wait_h"), theory.breakdown_wait(0.5, 1, 0.1, 0.5)),
        Figure("breakdowns, service", spent(result, "u", "handling"), 1.2),
    ]


@case
def ferry(longer: float) -> list[Figure]:
    figures = []
    for load in (45, 40):
        result = run(called_at(fixed(1.0), load, slots=54), 2e4 * longer, 9)
        true = theory.ferry(54, load)
        behind = interval([one.queues["left_behind"][0] / one.queues["loaded"][0] for one in result.outcomes])
        figures += [
            Figure(f"ferry 54/{load}, left behind", behind, true.left_behind),
            Figure(f"ferry 54/{load}, wait", result.queue("q", "wait_h"), true.wait),
        ]
    return figures


@case
def vessels_by_chance(longer: float) -> list[Figure]:
    endless = run(called_at(exponential(1.0), 10, slots=10**6), 2e4 * longer, 10)
    bulk = run(called_at(exponential(1.0), 10, slots=14), 2e4 * longer, 11)
    return [
        Figure("exponential headway", endless.queue("q", "wait_h"), theory.vessel_by_chance_wait(10, 1, inf)),
        Figure("exponential headway, 14 slots", bulk.queue("q", "wait_h"), theory.vessel_by_chance_wait(10, 1, 14)),
    ]


def called_at(headway: Time, load: float, slots: int) -> System:
    """Vessels that call at gaps, take what is there, and leave it at once."""
    system = System()
    system.queue("q")
    system.program("w", [Board("q", alight=1)])
    system.source("in", "w", every=exponential(1 / load))
    system.program("f", [Load("q"), Unload(1)])
    system.source("sailing", "f", every=headway, capacity=slots)
    return system


@case
def full_vessel(longer: float) -> list[Figure]:
    system = System()
    system.queue("q")
    system.program("w", [Board("q", alight=1)])
    system.source("in", "w", every=exponential(1 / 4))
    system.program("f", [Load("q", fill=True), Delay(exponential(1.0)), Unload(1), Repeat()])
    system.fleet("vessel", "f", 1, 6)
    result = run(system, 5e4 * longer, 12)
    round_trip = 1.0
    return [
        Figure("full vessel, wait", spent(result, "w", "vehicle"), theory.full_vessel_wait(4, 1, 6)),
        Figure("full vessel, travel", spent(result, "w", "travel"), round_trip),
    ]


@case
def priorities(longer: float) -> list[Figure]:
    figures = []
    for name, servers, arrivals, services in (
        ("M/M/1", 1, (0.3, 0.2, 0.3), (exponential(1),) * 3),
        ("M/G/1", 1, (0.3, 0.4), (fixed(1.5), gamma(0.5, 2))),
        ("M/M/3", 3, (1.0, 1.6), (exponential(1),) * 2),
    ):
        system = System()
        system.station("c", servers, classes=len(arrivals))
        for number, (rate, service) in enumerate(zip(arrivals, services, strict=True)):
            system.program(f"class {number}", [Serve("c", service, priority=number)])
            system.source(f"in {number}", f"class {number}", every=exponential(1 / rate))
        result = run(system, 1e5 * longer, 13)
        means = [service.mean_h for service in services]
        squares = [service.mean_h**2 * (1 + service.cv**2) for service in services]
        alone = servers == 1
        waits = (
            theory.cobham_waits(arrivals, means, squares) if alone else theory.mmc_priority_waits(arrivals, 1, servers)
        )
        figures += [
            Figure(f"priority, {name}, class {number}", spent(result, f"class {number}", "crane"), wait)
            for number, wait in enumerate(waits)
        ]
    return figures


@case
def batches(longer: float) -> list[Figure]:
    lots = run(one_station(exponential(5), exponential(1), lot=4), 2e5 * longer, 14)
    figures = [Figure("batch arrivals", lots.station("c", "wait_h"), theory.batch_arrivals_wait(0.2, 4, 16, 1))]
    for servers, batch, least, arrivals in ((1, 3, 1, 2.0), (2, 4, 3, 4.5)):
        system = one_station(exponential(1 / arrivals), exponential(1), servers, batch=batch, least=least)
        true = bulk_service_wait(arrivals, servers, batch, least)
        found = run(system, 3e4 * longer, 15)
        figures.append(Figure(f"bulk service, {servers} x {batch}", found.station("c", "wait_h"), true))
    return figures


def bulk_service_wait(arrivals: float, servers: int, batch: int, least: int) -> float:
    """Servers that take from `least` to `batch` units in one exponential service of mean 1.

    The general bulk service rule of Neuts (1967), as a chain of servers at work and units that wait.
    """

    def moves(busy: int, waiting: int) -> list[tuple[float, tuple[int, ...]]]:
        starts = busy < servers and waiting + 1 >= least
        come = (busy + 1, waiting + 1 - least) if starts else (busy, waiting + 1)
        goes_on = waiting >= least
        done = (busy, max(waiting - batch, 0)) if goes_on else (busy - 1, waiting)
        return [(arrivals, come), (float(busy), done)]

    p = theory.stationary(moves, (servers + 1, 300))
    assert p[:, -1].sum() < 1e-12
    return float((p * np.arange(300)).sum()) / arrivals


@case
def machines(longer: float) -> list[Figure]:
    system = System()
    system.station("shop", 2)
    system.program("machine", [Delay(exponential(10)), Serve("shop", exponential(2)), Repeat()])
    system.fleet("machines", "machine", 8, 0)
    result = run(system, 5e4 * longer, 16)
    true = theory.machine_repair(8, 0.1, 0.5, 2)
    return [
        Figure("machine repair, wait", result.station("shop", "wait_h"), true.wait),
        Figure("machine repair, down", at_station(result, 2), true.down),
    ]


@case
def path(longer: float) -> list[Figure]:
    system = System()
    system.section("line", 1.0)
    system.program("u", [Pace("line", exponential(3))])
    system.source("in", "u", every=exponential(1 / 0.8))
    result = run(system, 1e5 * longer, 17)
    return [
        Figure("path, wait", spent(result, "u", "path"), theory.md1_wait(0.8, 1)),
        Figure("path, travel", spent(result, "u", "travel"), 3.0),
    ]


@case
def hours_and_closures(longer: float) -> list[Figure]:
    days = int(500 * longer)
    system = one_station(exponential(0.1), exponential(1), 2000)
    system.gate("night", [(24.0 * day + 12, 24.0 * day + 24) for day in range(days)], stations=["c"], hours=True)
    night = replicate(system, hours=24.0 * days, seed=18, replications=REPLICATIONS, workers=2)
    system = one_station(exponential(0.1), exponential(1), 10**6)
    system.closure("storm", [(inf, 1 / 40)], exponential(10))
    system.gate("port", closures=["storm"], stations=["c"])
    storm = run(system, 2e4 * longer, 19)
    return [
        # Who comes while it is shut, half of all, waits six hours in the mean.
        Figure("open half of the day", spent(night, "u", "hours"), 3.0),
        Figure("open half of the day, service", spent(night, "u", "handling"), 1.0),
        # A renewal process: a share 10 / 50 comes in a storm, and waits as long again as it lasts.
        Figure("storms", spent(storm, "u", "weather"), 2.0),
    ]


@case
def times(longer: float) -> list[Figure]:
    """Means and variances of times, as they are drawn."""
    slow = exponential(2).with_slow_branch(0.1, 20)
    kinds = {
        "exponential": (exponential(2), 4.0),
        "gamma, cv 3": (gamma(2, 3), 36.0),
        "gamma, cv 0.1": (gamma(2, 0.1), 0.04),
        "lognormal, cv 1": (lognormal(2, 1), 4.0),
        "triangular": (triangular(1, 2, 6), 42 / 36),
        "empirical": (empirical([1, 1, 4, 10]), 13.5),
        "slow branch": (slow, 4 + 0.1 * 800 - 4),
        "constant part": (gamma(2, 0.5).plus(3), 1.0),
        # Breakdowns are a Poisson process in time served: the repairs of a fixed service are compound Poisson.
        "repairs, exponential": (fixed(1).with_breakdowns(0.5, exponential(2)), 0.5 * 8),
        "repairs, constant": (fixed(1).with_breakdowns(0.5, fixed(2)), 0.5 * 4),
        "repairs, empirical": (fixed(1).with_breakdowns(0.5, empirical([1, 3])), 0.5 * 5),
        "repairs, gamma": (fixed(1).with_breakdowns(0.5, gamma(2, 0.5)), 0.5 * 5),
    }
    system = System()
    for name, (time, _) in kinds.items():
        system.program(name, [Delay(time)])
        system.source(name, name, every=fixed(0.1), limit=int(8e3 * longer))
    # Long enough for all to come to their end: who is still on the way would be one that takes long.
    result = replicate(system, hours=8e2 * longer + 400, seed=20, replications=REPLICATIONS, workers=2)
    figures = []
    for name, (time, spread) in kinds.items():
        mean = time.total_mean_h
        figures.append(Figure(f"{name}, mean", result.group(name, "hours"), mean))
        figures.append(Figure(f"{name}, variance", variance(result, name), spread))
    return figures


def beyond(figures: list[Figure]) -> list[str]:
    return [
        f"{figure.name}: {figure.found.mean:.5f} +- {figure.found.half_width:.5f}, true {figure.true:.5f}"
        for figure in figures
        if abs(figure.deviation) > 1.96
    ]


def judge(figures: list[Figure]) -> None:
    """Whether the deviations are such as chance explains: each of them, how many are outside, and all to one side."""
    told, deviations = beyond(figures), np.array([figure.deviation for figure in figures])
    assert np.abs(deviations).max() < stats.norm.isf(UNLIKELY / 2 / len(figures)), told
    assert len(told) <= stats.binom.isf(UNLIKELY, len(figures), 0.05), told
    assert abs(deviations.mean()) < stats.norm.isf(UNLIKELY / 2) / sqrt(len(figures)), (deviations.mean(), told)


def test_a01_every_closed_form_inside_its_interval() -> None:
    judge([figure for one in CASES for figure in one(1.0)])


@pytest.mark.thorough
def test_a02_and_over_ten_times_as_long() -> None:
    judge([figure for one in CASES for figure in one(10.0)])


def test_a03_the_judge_sees_a_figure_that_is_off() -> None:
    result = run(one_station(exponential(1 / 0.8), exponential(1)), 2e5, 1)
    wait = result.station("c", "wait_h")
    with pytest.raises(AssertionError, match="off"):
        judge([Figure("off", wait, wait.mean + 2 * wait.half_width)])


# b: Little's law, which holds on every path and not only in the mean


@pytest.mark.parametrize("servers", [1, 3])
def test_b01_little_at_a_station(servers: int) -> None:
    result = run(one_station(exponential(1 / (0.9 * servers)), lognormal(1, 1.5), servers), 1e5, 21)
    for one in result.outcomes:
        rate = one.stations["served"][0] / one.hours
        edge = one.stations["most"][0] ** 2 / one.hours  # who waits across an end is counted on one side only
        assert one.stations["queue"][0] == pytest.approx(rate * one.stations["wait_h"][0], abs=2 * edge)
        assert one.stations["use"][0] * servers == pytest.approx(rate, rel=0.02)


def test_b02_little_at_a_queue_for_vehicles_and_in_the_whole() -> None:
    result = run(called_at(gamma(1.0, 0.5), 45, slots=54), 2e3, 22)
    for one in result.outcomes:
        rate = one.queues["boarded"][0] / one.hours
        assert one.queues["waiting"][0] == pytest.approx(rate * one.queues["wait_h"][0], rel=0.01)
        in_system = one.pulse["in_system"].mean()
        assert in_system == pytest.approx(one.queues["waiting"][0], rel=0.2)  # at the end of each sample


def test_b03_time_lost_is_the_number_in_the_system_over_time() -> None:
    result = run(one_station(exponential(1 / 0.8), exponential(1)), 1e4, 23)
    for one in result.outcomes:
        in_system = one.stations["queue"][0] + one.stations["use"][0]
        assert one.lost["unit_h"].sum() == pytest.approx(in_system * one.hours, rel=1e-5)
