"""Changes that add to a number, and closings by dates: how they are said, what they make, and when they hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from tests.test_simulate import drawn

from karvan import InputError
from karvan.corridor import Corridor
from karvan.corridor.row import new_row
from karvan.corridor.structure import structure_problems
from karvan.scenario import AddCell, Close, SetCell, bend, read_change
from karvan.sim.corridor import Period, compile_corridor
from karvan.study.routing import route_demand
from karvan.study.simulate import Simulate, simulate
from karvan.tables import BY_NAME
from karvan.tables.cell import BadCell, parse, write
from karvan.testing import draw

INSTANT = BY_NAME["closure_time"].column("begins")
START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def base() -> Corridor:
    return draw("F1 sea A 5h B every 12h 100usd\n change A rail sea 2h")


# --- a: more of a number


def test_a1_one_more_and_one_less(base: Corridor) -> None:
    bent = bend(base, [read_change("facility/A-rail-sea/servers=+2"), read_change("facility/A-rail-sea/servers=+-1")])
    assert bent.row("facility", "A-rail-sea").servers == 2
    assert bend(base, [AddCell("service", "F1", "headway_h", 0.5)]).row("service", "F1").headway_h == 12.5
    assert read_change("place/A/lon=-5") == SetCell("place", "A", "lon", "-5")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("facility/A-rail-sea/servers=+0.5", "give a whole number of 1 or more"),
        ("facility/A-rail-sea/servers=+-1", "give a whole number of 1 or more"),
        ("facility/A-rail-sea/servers=+many", "=+MORE"),
        ("facility/A-rail-sea/servers=+nan", "a missing value is an empty cell"),
        ("service/F1/fleet=+1", "only a number that is there can be added to"),
        ("service/F1/name=+1", "only a number that is there can be added to"),
    ],
)
def test_a2_what_does_not_fit_is_refused(base: Corridor, change: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        bend(base, [read_change(change)])
    assert told in str(refused.value)


# --- b: instants in cells


@pytest.mark.parametrize(
    ("cell", "hours", "kept"),
    [
        ("2024-01-03", 48, "2024-01-03"),
        ("2024-01-03T06:30Z", 54.5, "2024-01-03T06:30:00Z"),
        ("2024-01-03T06:30+05:00", 49.5, "2024-01-03T01:30:00Z"),
        ("2024-01-03T05:00+05:00", 48, "2024-01-03"),
    ],
)
def test_b1_an_instant_is_read_in_its_zone_and_kept_in_utc(cell: str, hours: float, kept: str) -> None:
    value = parse(cell, INSTANT)
    assert value == START + dt.timedelta(hours=hours)
    assert write(value, INSTANT) == kept
    assert parse(kept, INSTANT) == value


@pytest.mark.parametrize("cell", ["3 March", "2024-01-03T06:30", "20240103T06", "2024-02-30", "0001-01-01T00:00+14:00"])
def test_b2_a_time_of_day_without_a_zone_and_what_is_no_instant(cell: str) -> None:
    with pytest.raises(BadCell, match="2024-03-03T06:00Z"):
        parse(cell, INSTANT)


def test_b3_a_package_keeps_its_dates(small: Corridor, tmp_path: Path) -> None:
    bent = bend(small, [read_change("close service/ferry=2024-03-03..2024-03-08T12:00Z")])
    bent.save(tmp_path / "bent")
    assert (tmp_path / "bent" / "closure_time.csv").read_text("utf-8").splitlines()[1].split(",")[:4] == [
        "close service/ferry", "0", "2024-03-03", "2024-03-08T12:00:00Z",
    ]  # fmt: skip
    import karvan

    assert karvan.load(tmp_path / "bent").rows("closure_time") == bent.rows("closure_time")


# --- c: closings


def test_c1_a_closing_is_a_closure_with_its_times(base: Corridor) -> None:
    change = read_change("close facility/A-rail-sea=2024-03-03..2024-03-08")
    assert change == Close("facility", "A-rail-sea", START + dt.timedelta(62), START + dt.timedelta(67))
    again = read_change("close facility/A-rail-sea=2024-05-01..2024-05-02")
    bent = bend(base, [change, again, read_change("close place/A=2024-03-03..2024-03-08")])
    assert [(one.stops_table, one.stops) for one in bent.rows("closure")] == [
        ("facility", ("A-rail-sea",)), ("place", ("A",)),
    ]  # fmt: skip
    assert [(one.closure, one.seq) for one in bent.rows("closure_time")] == [
        ("close facility/A-rail-sea", 0), ("close facility/A-rail-sea", 1), ("close place/A", 0),
    ]  # fmt: skip
    assert base.rows("closure") == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("close facility/A-gate", "give TABLE/ROW=BEGIN..END"),
        ("close facility/A-gate=2024-03-03", "give TABLE/ROW=BEGIN..END"),
        ("close A-gate=2024-03-03..2024-03-08", "give TABLE/ROW=BEGIN..END"),
        ("close facility/A-gate=March..April", "found 'March'"),
        ("close facility/A-gate=2024-03-08..2024-03-03", "give an end after its beginning"),
        ("close facility/A-gat=2024-03-03..2024-03-08", "nearest: A-gate"),
        ("close servce/F1=2024-03-03..2024-03-08", "did you mean service?"),
        ("close tariff/F1:20ft=2024-03-03..2024-03-08", "give one of place, link, service, facility"),
    ],
)
def test_c2_what_cannot_be_closed_is_told(base: Corridor, change: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        bend(base, [read_change(change)])
    assert told in str(refused.value)


def test_c3_a_package_is_told_what_is_wrong_with_its_closures(base: Corridor) -> None:
    closure = new_row("closure", id="ban", stops_table="place", stops=("A",))
    rate = new_row("closure_rate", closure="ban", month=1, starts=1.0)
    time = new_row("closure_time", closure="ban", seq=1, begins=START, ends=START)
    tables = dict(base.tables) | {"closure": (closure,), "closure_rate": (rate,), "closure_time": (time,)}
    assert [(one.address, one.found) for one in structure_problems(Corridor(base.description, tables))] == [
        ("closure.csv, row ban, duration_h", "nothing"),
        ("closure_time.csv, row ban:1, ends", "2024-01-01 00:00"),
    ]


@pytest.mark.parametrize("times", ["2023-01-01..2024-01-01", "2024-01-11..2024-02-01"])
def test_c4_a_closing_outside_the_days_asked_for_is_refused(times: str) -> None:
    with pytest.raises(InputError) as refused:
        simulate(drawn("K1 rail A 5h B now"), changes=[f"close service/K1={times}"], days=10, replications=1)
    [problem] = refused.value.problems
    assert (problem.address, problem.found) == ("close service/K1", times)
    assert "2024-01-01 to 2024-01-11" in problem.remedy


def shut(changes: list[str], gate: str, warmup_h: float = 0.0) -> tuple[tuple[float, float], ...]:
    """When a gate is shut, hours."""
    corridor = bend(drawn("F1 sea A 10h B now"), [read_change(change) for change in changes])
    period = Period(START, 240.0, warmup_h)
    return compile_corridor(corridor, route_demand(corridor, 2024).streams, period).gates[gate].shut_h


def test_c5_times_that_touch_are_one_and_the_warm_up_comes_before() -> None:
    days = [
        "2024-01-02..2024-01-03",
        "2024-01-03..2024-01-04T12:00Z",
        "2024-01-06..2030-01-01",
        "2020-01-01..2021-01-01",
    ]
    changes = [f"close service/F1={one}" for one in days]
    assert [hour for hour, _ in shut(changes, "service F1")] == [24, 120]
    assert next(hour for _, hour in shut(changes, "service F1")) == 84
    assert shut(changes[:1], "service F1", warmup_h=10) == ((34, 58),)
    assert shut(["close service/F1=2023-12-01..2024-01-02"], "service F1", warmup_h=48) == ((0, 72),)


def test_c6_the_warm_up_is_looked_for_as_if_all_were_open() -> None:
    asked: dict[str, Any] = {"days": 5.0, "replications": 1, "seed": 3}
    corridor = drawn("K1 rail A 30h B now")
    open_all = simulate(corridor, ask=Simulate(**asked))
    closed = simulate(corridor, changes=["close service/K1=2024-01-01..2024-01-05"], ask=Simulate(**asked))
    assert closed.notes["warmup_days"] == open_all.notes["warmup_days"]
    assert closed.balance()["in_at_start"] == open_all.balance()["in_at_start"]
    assert closed.balance()["delivered"] < open_all.balance()["delivered"] / 2
