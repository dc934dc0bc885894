"""Hard cases, each by a command that a user can give: storms, closings, ferries out of service, no room, no end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.test_simulate import drawn, goods

from karvan.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.report.simulation import headline, tables
from karvan.scenario import bend, read_change
from karvan.sim.interval import paired
from karvan.sim.simulation import Simulation
from karvan.study.routing import Routing, route_demand
from karvan.study.simulate import simulate

EVER = "2023-01-01..2026-01-01"
BORDER = """
    place   A CN
    place   B KZ
    K1      rail A 5h B  now
    border  B rail in 0.1h
"""


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))


def run(corridor: Corridor, *changes: str, **asked: Any) -> Simulation:
    """A simulation in which nothing is lost, and whose report can be made."""
    found = simulate(corridor, changes=changes, **{"days": 30.0, "replications": 2, "warmup_days": 2.0} | asked)
    balance = found.replications("balance")
    into = balance["in_at_start"] + balance["created"]
    assert (into == balance["delivered"] + balance["turned_away"] + balance["in_at_end"]).all()
    assert (balance["in_at_end"] == balance["waiting"] + balance["aboard"] + balance["under_way"]).all()
    assert headline(found)
    assert tables(found)
    return found


def by_day(found: Simulation, part: str, column: str) -> pd.Series[float]:
    """Mean of a part by day, over replications; days on which it was never seen are 0."""
    daily = found.replications("daily")
    days = daily[daily["part"] == part].groupby("day")[column].mean()
    return days.reindex(range(30), fill_value=0.0)


def hours_of(found: Simulation, cause: str) -> float:
    """Unit-hours of a cause."""
    by_cause = found.by_cause()["mean"]
    return float(by_cause.get(cause, 0.0))


# --- a: a corridor of two places


def test_a1_a_storm_week_holds_the_ships_and_then_lets_them_go() -> None:
    corridor = drawn("F1 sea A 10h B now", service={"F1": {"fleet": 6, "departs": "when_full"}}, teu=20.0)
    calm, storm = run(corridor), run(corridor, "close link/F1-0=2024-01-08..2024-01-15")
    waiting = by_day(storm, "F1 at 0 A", "waiting")
    assert waiting[:6].max() < 12
    assert waiting[13] > 90
    assert waiting[20:].max() < 12
    assert hours_of(storm, "weather") > 100 * 24 > hours_of(calm, "weather") == 0
    assert storm.balance()["delivered"] == pytest.approx(calm.balance()["delivered"], rel=0.05)
    assert storm.balance()["created"] == calm.balance()["created"]


def test_a2_a_border_closed_for_five_days() -> None:
    """A train an hour comes to it: after 120 h there are 120, and a tenth of an hour each they are soon gone."""
    corridor = drawn(BORDER, facility={"B-border-in": {"servers": 1}})
    found = run(corridor, "close facility/B-border-in=2024-01-10..2024-01-15", replications=6)
    waiting = by_day(found, "B-border-in", "waiting")
    assert waiting[:9].max() < 0.2
    assert [waiting[day] for day in range(9, 14)] == pytest.approx([12, 36, 60, 84, 108], rel=0.25)
    assert waiting[16:].max() < 0.2
    assert hours_of(found, "weather") == pytest.approx(120**2 / 2, rel=0.2)
    assert found.stuck().empty


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (f"close facility/A-gate={EVER}", "A-gate"),
        (f"close place/A={EVER}", "A-gate"),
        (f"close facility/B-border-in={EVER}", "B-border-in"),
        (f"close facility/B-gate={EVER}", "B-gate"),
    ],
)
def test_a3_a_server_that_never_opens_is_named_with_all_who_wait(change: str, part: str) -> None:
    found = run(drawn(BORDER), change)
    balance = found.balance()
    assert balance["delivered"] == 0
    assert found.results()["mean_hours"] is None
    assert list(found.stuck().index) == [part]
    assert found.stuck()["left"].iloc[0] > 0.95 * balance["in_at_end"] > 500
    assert "Stuck" in str(tables(found)[-1].title)


def test_a4_a_ferry_out_of_service_and_a_line_without_ships() -> None:
    corridor = drawn("F1 sea A 10h B now", goods(teu_year=3 * 17_520.0), teu=40.0, service={
                     "F1": {"fleet": 2, "departs": "when_full"}})  # fmt: skip
    two, one = run(corridor), run(corridor, "service/F1/fleet=+-1")
    assert one.balance()["delivered"] == pytest.approx(two.balance()["delivered"] / 2, rel=0.1)
    none = run(corridor, f"close service/F1={EVER}")
    assert none.balance()["delivered"] == 0
    assert list(none.stuck().index) == ["F1 at 0 A", "service F1"]
    assert none.balance()["aboard"] == 40  # both ships loaded, and wait


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ("service/F1/fleet=0", "give a whole number of 1 or more"),
        ("facility/A-gate/servers=0", "give a whole number of 1 or more"),
        ("facility/A-gate/buffer=-1", "give a whole number of 0 or more"),
        ("facility/A-gate/opens=08:00", "give both or neither"),
    ],
)
def test_a5_what_cannot_be_is_refused_with_a_remedy(change: str, remedy: str) -> None:
    corridor = drawn("F1 sea A 10h B now", service={"F1": {"fleet": 2}})
    with pytest.raises(InputError) as refused:
        simulate(corridor, changes=[change], days=5, replications=1)
    [problem] = refused.value.problems
    assert remedy in problem.remedy


@pytest.mark.parametrize("part", ["A-gate", "B-border-in", "B-gate"])
@pytest.mark.parametrize("factor", [0.0, 1.0, 3.0])
def test_a6_no_room_anywhere_and_no_demand_or_three_times_as_much(part: str, factor: float) -> None:
    """One server without room before it: half of the time it is busy, or there is half as much again as it can do."""
    corridor = drawn(BORDER, facility={part: {"servers": 1, "service_time_h": 0.5}})
    found = run(corridor, f"facility/{part}/buffer=0", demand=factor)
    balance = found.balance()
    if factor == 0:
        assert set(balance.values()) == {0.0}
    elif factor == 1:
        assert balance["delivered"] == pytest.approx(720, rel=0.1)
    else:
        assert balance["delivered"] == pytest.approx(1440, rel=0.02)
        assert balance["in_at_end"] > 600
    assert found.stuck().empty


def test_a7_both_ends_without_room_and_ferries_that_meet_there_go_on() -> None:
    """What a ship lands waits aboard nothing: where neither port has room, both keep going."""
    corridor = drawn(
        """
        F1      sea A 10h B  now  back
        change  A rail sea 0.1h
        gate    A 0.2h
        gate    B 0.2h
        """,
        goods("there", way="A > B"), goods("back", way="B > A"), teu=40.0,
        service={"F1": {"fleet": 2, "departs": "headway", "headway_h": 2.0}},
    )  # fmt: skip
    no_room = [f"facility/{gate}/{cell}" for gate in ("A-gate", "B-gate") for cell in ("buffer=0", "servers=1")]
    found = run(corridor, *no_room)
    assert found.balance()["delivered"] > 0.9 * 2 * 720
    assert found.stuck().empty


# --- b: the package that ships

CASES: dict[str, tuple[list[str], float]] = {
    "storm": (
        ["close link/sea-AKTAU-ALAT=2024-01-08..2024-01-15", "close facility/AKTAU-berth-ferry=2024-01-08..2024-01-15"],
        1.0,
    ),
    "one ferry": (["service/asco-aktau-alat/fleet=1"], 1.0),
    "no ferry": ([f"close service/asco-aktau-alat={EVER}"], 1.0),
    "border": (["close facility/DOSTYK-border-in=2024-01-08..2024-01-13"], 1.0),
    "no room": (
        ["facility/DOSTYK-gauge/buffer=0", "facility/ALAT-crane/buffer=0", "facility/AKTAU-crane/buffer=0"],
        1.0,
    ),
    "never opens": ([f"close facility/DOSTYK-gauge={EVER}"], 1.0),
    "three times": ([], 3.0),
    "nothing": ([], 0.0),
}
SHIPPED: dict[str, Any] = {"days": 30.0, "warmup_days": 10.0, "replications": 1}


@pytest.fixture(scope="module")
def routed(shipped: Corridor) -> dict[float, Routing]:
    """Demand on its ways, by factor: worked out once."""
    return {factor: route_demand(shipped, 2024, factor) for factor in (0.0, 1.0, 3.0)}


@pytest.fixture
def routed_once(routed: dict[float, Routing], monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways of the corridor as it is, which none of these cases changes much."""
    monkeypatch.setattr("karvan.study.simulate.route_demand", lambda _corridor, _year, factor: routed[factor])


@pytest.fixture(scope="module")
def found(
    shipped: Corridor, routed: dict[float, Routing], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Simulation]:
    """The simulation of a case, made once; "" is the corridor as it is."""
    made: dict[str, Simulation] = {}

    def find(case: str) -> Simulation:
        if case not in made:
            changes, factor = CASES.get(case, ([], 1.0))
            with pytest.MonkeyPatch.context() as patched:
                patched.setenv("KARVAN_RUNS", str(tmp_path_factory.getbasetemp() / "hard"))
                patched.setattr("karvan.study.simulate.route_demand", lambda _corridor, _year, factor: routed[factor])
                made[case] = run(shipped, *changes, demand=factor, **SHIPPED)
        return made[case]

    return find


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_b1_every_case_ends_and_loses_nothing(case: str, found: Callable[[str], Simulation]) -> None:
    created = found("").balance()["created"]
    factor = CASES[case][1]
    if factor == 1:
        assert found(case).balance()["created"] == created
    else:
        assert found(case).balance()["created"] == pytest.approx(factor * created, rel=0.02)


@pytest.mark.long
def test_b2_a_storm_week_on_the_caspian(found: Callable[[str], Simulation]) -> None:
    calm, storm = found(""), found("storm")
    ferry = [one.queues().loc[["asco-aktau-alat at 0 AKTAU", "asco-aktau-alat (back) at 0 ALAT"], "loaded"].sum()
             for one in (calm, storm)]  # fmt: skip
    assert 0 < ferry[1] < ferry[0]
    assert by_day(storm, "AKTAU-berth-ferry", "in_use")[9:13].max() <= 1
    assert hours_of(storm, "weather") > hours_of(calm, "weather")


@pytest.mark.long
def test_b3_ferries_out_of_service(found: Callable[[str], Simulation]) -> None:
    name = "asco-aktau-alat (back) at 0 ALAT"
    two, one, none = (found(case).queues().loc[name] for case in ("", "one ferry", "no ferry"))
    assert two["boarded"] > one["boarded"] > none["boarded"] == 0
    assert two["left"] < none["left"]
    assert name in found("no ferry").stuck().index
    assert name not in found("").stuck().index


@pytest.mark.long
def test_b4_a_border_closed_for_five_days(found: Callable[[str], Simulation]) -> None:
    used = by_day(found("border"), "DOSTYK-border-in", "in_use")
    assert used[8:12].max() == 0 < used[:7].min()
    assert used[12:15].max() >= used[:7].max()


@pytest.mark.long
def test_b5_a_gauge_change_that_never_opens(found: Callable[[str], Simulation]) -> None:
    stuck = found("never opens").stuck()
    assert "DOSTYK-gauge" in stuck.index
    assert stuck.loc["DOSTYK-gauge", "left"] > 1000
    assert "DOSTYK-gauge" not in found("").stuck().index


@pytest.mark.long
def test_b6_more_demand_takes_longer_and_none_takes_no_time(found: Callable[[str], Simulation]) -> None:
    assert found("three times").balance()["in_at_end"] > 2 * found("").balance()["in_at_end"]
    assert found("nothing").results()["mean_hours"] is None
    assert found("no room").balance()["delivered"] == pytest.approx(found("").balance()["delivered"], rel=0.05)


# --- c: one more ferry


@pytest.mark.usefixtures("routed_once")
@pytest.mark.thorough
def test_c1_one_more_ferry_against_none_is_told_sharply(shipped: Corridor) -> None:
    """The interval of pairs is three times narrower or more: for all units, and for those that ride Caspian ships."""
    more_ferries = "service/asco-aktau-alat/fleet=+1"
    assert bend(shipped, [read_change(more_ferries)]).row("service", "asco-aktau-alat").fleet == 3
    asked: dict[str, Any] = {"days": 60.0, "warmup_days": 30.0, "replications": 5}
    base, more = run(shipped, **asked), run(shipped, more_ferries, **asked)
    for measure in (Simulation.hours_by_replication, Simulation.waiting_by_replication):
        assert paired(measure(more), measure(base)).narrower > 3, measure
    by_sea = [f"{origin} - TBILISI | middle | container" for origin in ("XIAN", "CHONGQING")]
    assert (more.compare(base).loc[by_sea, "narrower"] > 3).all()


# --- d: the command


@pytest.mark.long
def test_d1_the_command_closes_and_says_what_it_cannot_close(karvan_says: Callable[..., tuple[int, str]]) -> None:
    words = ("simulate", "--days", 3, "-n", 1, "--warmup-days", 1)
    code, printed = karvan_says(*words, "--close", "facility/DOSTYK-border-in=2024-01-01..2024-01-04", "--json")
    assert code == 0, printed
    told = json.loads(printed)
    assert told["run"]["inputs"]["changes"] == ["close facility/DOSTYK-border-in=2024-01-01..2024-01-04"]
    [border] = [one for one in told["queues"] if one["part"] == "DOSTYK-border-in"]
    assert border["served"] == 0 < border["left"]
    for closing, remedy in (
        ("facility/DOSTYK-bordr-in=2024-01-01..2024-01-04", "DOSTYK-border-in"),
        ("DOSTYK-border-in", "give TABLE/ROW=BEGIN..END"),
        ("facility/DOSTYK-border-in=2025-01-01..2025-01-04", "give times in them"),
    ):
        code, printed = karvan_says(*words, "--close", closing)
        assert code == 3, printed
        assert remedy in printed
        assert "Traceback" not in printed


def test_a8_what_stands_loaded_before_a_line_that_never_opens_is_told() -> None:
    corridor = drawn("K1 rail A 10h B  every 12h", goods(teu_year=17_520.0), teu=400.0)
    link = next(one.id for one in corridor.rows("link"))
    shut = run(corridor, f"close link/{link}={EVER}")
    assert shut.balance()["delivered"] == 0
    stuck = shut.stuck()
    assert list(stuck.index) == [f"link {link}"]
    assert stuck.loc[f"link {link}", "left"] == shut.balance()["aboard"] > 100


def test_a9_runs_of_other_warm_ups_are_not_compared() -> None:
    corridor = drawn("K1 rail A 5h B now", goods(teu_year=17_520.0))
    one, other = (simulate(corridor, days=5, replications=2, warmup_days=days) for days in (1, 2))
    with pytest.raises(InputError, match="found 1 and 2 days"):
        one.compare(other)
