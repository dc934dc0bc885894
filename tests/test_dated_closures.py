"""Closures of which a year's dates are known: they are on then, and none is drawn beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.test_simulate import drawn, goods

from karvan.corridor import Corridor
from karvan.corridor.row import new_row
from karvan.sim.corridor import Period, compile_corridor
from karvan.sim.pack import pack
from karvan.sim.replicate import replicate
from karvan.sim.system import System
from karvan.study.routing import route_demand
from karvan.testing.draw import row

YEAR_H = 365 * 24.0


def ban(*times: str, starts: float = 4.0) -> Corridor:
    """A train that a ban stops: a day long, so often a month, and in any case at the times given."""
    spells = [[dt.datetime.fromisoformat(end).replace(tzinfo=dt.UTC) for end in time.split("..")] for time in times]
    corridor = drawn("K1 rail A 5h B now", goods())
    made = {
        "closure": (row("closure", id="ban", stops_table="service", stops=("K1",), duration_h=24.0),),
        "closure_rate": tuple(row("closure_rate", closure="ban", month=n, starts=starts) for n in range(1, 13)),
        "closure_time": tuple(
            new_row("closure_time", closure="ban", seq=seq, begins=begins, ends=ends)
            for seq, (begins, ends) in enumerate(spells)
        ),
    }
    return replace(corridor, tables={**corridor.tables, **made})


def system(corridor: Corridor, year: int, days: float = 365, warmup_days: float = 0) -> System:
    period = Period(dt.datetime(year, 1, 1, tzinfo=dt.UTC), days * 24, warmup_days * 24)
    return compile_corridor(corridor, route_demand(corridor, 2024).streams, period)


def test_a1_in_a_year_with_dates_none_is_drawn() -> None:
    corridor = ban("2025-09-12..2025-09-25")
    assert {rate for _, rate in system(corridor, 2025).closures["ban"].rates} == {0.0}
    assert min(rate for _, rate in system(corridor, 2024).closures["ban"].rates) > 0
    [spell] = system(corridor, 2025).gates["service K1"].shut_h
    assert spell == (254 * 24.0, 267 * 24.0)
    assert system(corridor, 2024).gates["service K1"].shut_h == ()


def test_a2_a_warm_up_before_such_a_year_has_its_own_draws() -> None:
    rates = system(ban("2025-09-12..2025-09-25"), 2025, days=60, warmup_days=60).closures["ban"].rates
    assert [rate > 0 for _, rate in rates] == [True, True, False, False, False]  # November, December; January to March


def test_a3_nothing_sets_out_meanwhile_and_all_goes_on_after() -> None:
    packed = pack(system(ban("2025-01-11..2025-01-21"), 2025, days=40))
    outcome = replicate(packed, hours=40 * 24, sample_h=24).outcomes[0]
    weather = outcome.lost["unit_h"][outcome.lost["cause"] == "weather"].sum()
    assert weather == pytest.approx(240 * 120, rel=0.2)  # a box an hour for ten days waits five days on average
    never = replicate(pack(system(ban(starts=0.0), 2025, days=40)), hours=40 * 24).outcomes[0]
    assert not never.lost["unit_h"][never.lost["cause"] == "weather"].sum()


# --- the package that ships


@pytest.mark.parametrize(
    ("closure", "begins", "days"),
    [("closure-belarus-poland", dt.date(2025, 9, 12), 13), ("embargo-kuryk", dt.date(2025, 11, 3), 17)],
)
def test_b1_the_bans_of_2025_are_dated(shipped: Corridor, closure: str, begins: dt.date, days: int) -> None:
    [time] = [time for time in shipped.rows("closure_time") if time.closure == closure]
    assert (time.begins.date(), (time.ends - time.begins).days) == (begins, days)
    duration_h = shipped.row("closure", closure).duration_h
    assert duration_h == pytest.approx(24 * days)  # as the fact says that the duration is read from
