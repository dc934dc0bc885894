"""What freight draws hour by hour, out of simulations: put on the load of a year once, and at the power plants."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from tests.test_power_reading import small
from tests.test_simulate import drawn, goods

from karvan.cli.main import karvan as cli
from karvan.corridor import Corridor
from karvan.corridor.package import Description
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.ground.errors import InputError
from karvan.scenario import bend, read_change
from karvan.study.power.coupled import Couple, Coupled, couple, document
from karvan.study.power.register import CARBON_HOURS, REGISTER
from karvan.study.power.ridden import drawn_by_run
from karvan.study.power.run import PowerRun
from karvan.study.power.traction import (
    LOSS_BASIS,
    LOSS_SHARE,
    PORT_KWH_BOX,
    Drawn,
    LinkPower,
    PortPower,
    by_its_hours,
    shaped,
)
from karvan.study.simulate import simulate
from karvan.testing.draw import row

YEAR, YEAR_H = 2024, 8784
DAYS = 14
POWER = ("zone", "fuel", "technology", "plant", "load", "load_shape", "radiation")
WIRE = "link/K1-1/electrified=true"
SCENARIOS = {"now": b"title: As it is\nyear: 2024\n", "other": b"title: The same again\nyear: 2024\n"}


@pytest.fixture(scope="module", autouse=True)
def own_runs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs of these tests stand by themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KARVAN_RUNS", str(tmp_path_factory.mktemp("runs")))
        yield
    ran.cache_clear()


@lru_cache
def corridor() -> Corridor:
    """A line A - B - C in Azerbaijan, its first half under a wire, C a port; the power system of `small` under it."""
    made = drawn(
        "place A AZ Asia/Baku\nplace B AZ Asia/Baku\nplace C AZ Asia/Baku\nplace D GE\n"
        "K1 rail A 5h B 5h C every 12h 10kg\nS1 sea C 9h D every 24h\nchange C rail sea 1h",
        goods(way="A > D"), teu=400.0,
        link={"K1-0": {"electrified": True, "country": "AZ"}, "K1-1": {"country": "AZ"}},
        vehicle={"K1": {"energy_kwh_tkm": 0.025}},
        place={"A": {"lon": 49.7, "lat": 40.4}, "B": {"lon": 48.0, "lat": 40.4}, "C": {"lon": 46.0, "lat": 40.7},
               "D": {"lon": 41.6, "lat": 41.6}},
    )  # fmt: skip
    power = {name: small().rows(name) for name in POWER}
    power["tie"] = tuple(one for one in small().rows("tie") if one.id == "a-b")
    power["grid_intensity"] = (row("grid_intensity", country="AZ", year=YEAR, gco2e_kwh=600.0),
                               row("grid_intensity", country="GE", year=YEAR, gco2e_kwh=140.0))  # fmt: skip
    return replace(made.with_tables(power), scenarios=SCENARIOS)


@lru_cache
def ran(*changes: str, scenario: str = "now", seed: int = 1) -> RunFolder:
    """A simulation with a trace."""
    found = simulate(corridor(), changes=changes, scenario=scenario, year=YEAR, days=DAYS, replications=1, seed=seed,
                     warmup_days=2.0, trace=True)  # fmt: skip
    return found.run


def name(*changes: str, **more: Any) -> str:
    return str(ran(*changes, **more).path)


def coupled(*runs: str, **more: Any) -> Coupled:
    found = couple(corridor(), Couple(runs=runs, **more))
    assert isinstance(found, Coupled)
    return found


def of_a_year(zone: str, kwh: float, *, boxes: float = 0.0, year: int = YEAR, **hours: Any) -> Drawn:
    link = LinkPower("K1-0", "AZ", zone, True, 1.0, 1.0, kwh, 0.0)
    port = PortPower("C-rail-sea", "C", "AZ", zone, boxes, boxes * PORT_KWH_BOX)
    return Drawn("by hand", year, (link,), (port,) if boxes else (), **hours)


# --- what a year's energy is as load


@pytest.mark.parametrize(("year", "hours"), [(2024, 8784), (2025, 8760)])
def test_a01_a_year_s_energy_is_spread_over_its_own_hours_and_met_at_the_plants(year: int, hours: int) -> None:
    load = of_a_year("A", 9e6, boxes=1000.0, year=year).load(hours)["A"]
    at_the_wire = 9e3 + 1000 * PORT_KWH_BOX / 1000
    assert load.sum() == pytest.approx(at_the_wire / (1 - LOSS_SHARE))
    assert load == pytest.approx(np.full(hours, load[0]))


def test_a02_the_loss_is_that_of_the_package_s_fact() -> None:
    assert pytest.approx(0.0625) == LOSS_SHARE
    assert (LOSS_BASIS.value, LOSS_BASIS.facts) == (LOSS_SHARE, ("EF-096",))


def test_a03_hours_of_a_run_meet_the_year_whatever_their_number() -> None:
    trains = np.array([0.0, 5.0, 1.0, 0.0] * 75)  # 300 hours: the year is no multiple of them
    load = of_a_year("A", 9e6, boxes=500.0, by_hour={"A": trains}).load(YEAR_H)["A"]
    even = 500 * PORT_KWH_BOX / 1000 / (1 - LOSS_SHARE) / YEAR_H
    assert load.sum() == pytest.approx((9e3 + 500 * PORT_KWH_BOX / 1000) / (1 - LOSS_SHARE))
    assert load.min() == pytest.approx(even)  # no train is under way, and ports, whose hours are not told, are even
    assert (load[1] - even) == pytest.approx(5 * (load[2] - even))


def test_a04_the_hours_alone_add_no_energy_and_are_off_the_mean_as_the_run_is() -> None:
    trains = np.array([0.0, 4.0] * 168)
    drawn_ = of_a_year("A", 9e6, by_hour={"A": trains})
    hours = by_its_hours(drawn_, YEAR_H)["A"]
    assert hours.sum() == pytest.approx(0, abs=1e-6)
    assert hours.max() == pytest.approx(-hours.min()) == pytest.approx(9e3 / (1 - LOSS_SHARE) / YEAR_H)
    assert not by_its_hours(of_a_year("A", 9e6), YEAR_H)  # level already


def test_a05_a_shape_of_nothing_is_even() -> None:
    assert shaped(np.zeros(5), 3).tolist() == shaped(None, 3).tolist() == [1.0, 1.0, 1.0]


# --- out of traces


def test_b01_ports_draw_in_the_hours_in_which_containers_are_moved() -> None:
    found = drawn_by_run(ran(), corridor=corridor())
    [port] = found.ports
    hours = found.ports_by_hour[port.zone]
    boxes = hours * 1000 / PORT_KWH_BOX
    assert len(hours) == DAYS * 24
    assert port.boxes == pytest.approx(boxes.sum() * YEAR_H / len(hours))
    assert boxes == pytest.approx(boxes.round())
    assert 0 < (boxes > 0).sum() < len(hours) / 4  # trains come twice a day
    assert found.hours()[port.zone].sum() == pytest.approx(
        sum(mw[port.zone].sum() for mw in (found.by_hour, found.ports_by_hour) if port.zone in mw)
    )


def test_b02_two_runs_are_two_worlds_hour_by_hour() -> None:
    found = coupled(name(), name(WIRE))
    before = drawn_by_run(ran(), corridor=corridor())
    after = drawn_by_run(ran(WIRE), corridor=bend(corridor(), [read_change(WIRE)]))
    assert found.scenario == "now"
    assert found.after is not None
    assert found.after.kg_co2e < found.before.kg_co2e
    more = found.more["B"]
    assert list(found.more) == ["B"]
    assert more == pytest.approx(after.load(YEAR_H)["B"] - before.load(YEAR_H)["B"])
    wire = sum(one.kwh for one in found.after.links) - sum(one.kwh for one in found.before.links)
    assert more.sum() == pytest.approx(wire / 1000 / (1 - LOSS_SHARE))
    assert (more < 1e-9).mean() == pytest.approx(7 / 12, abs=0.1)  # a train each twelve hours, five on the link
    assert more.max() > 2 * more.mean()
    told = document(found)
    assert told["changes"] == [found.after.source]
    assert told["only_hours"] is False
    assert [ground["value"] for ground in told["grounds"]] == [LOSS_SHARE, PORT_KWH_BOX]  # type: ignore[attr-defined]


def test_b03_one_run_tells_the_hours_and_a_change_is_assigned_and_goes_by_them() -> None:
    alone = coupled(name())
    assert (alone.shape, alone.after, alone.scenario) == (True, None, "now")
    assert {zone: mw.sum() for zone, mw in alone.more.items()} == pytest.approx(
        dict.fromkeys(alone.more, 0.0), abs=1e-6
    )
    assert "A" in alone.more
    even = coupled(changes=(WIRE,), scenario="now")
    by_run, simulated = coupled(name(), changes=(WIRE,)), coupled(name(), name(WIRE))
    assert by_run.before.source.startswith("the assignment, by the hours of the simulation")
    assert not by_run.shape
    assert even.more["B"] == pytest.approx(np.full(YEAR_H, even.more["B"][0]))
    assert by_run.more["B"].sum() == pytest.approx(even.more["B"].sum())
    assert np.corrcoef(by_run.more["B"], simulated.more["B"])[0, 1] > 0.99


def test_b04_the_grid_that_is_named_is_the_one_that_counts() -> None:
    grid = power_run_of(300.0)
    package, run = coupled(name()), coupled(name(), grid=str(grid.path))
    [told] = run.grid
    assert told.gco2e_kwh == pytest.approx(300)
    wire = {one.link: one.kg_co2e for one in run.before.links}
    assert wire["K1-0"] == pytest.approx({one.link: one.kg_co2e for one in package.before.links}["K1-0"] / 2)


def power_run_of(grams: float) -> RunFolder:
    """A run as `karvan power run` keeps it, of a day with one mix."""
    times = np.datetime64(f"{YEAR}-03-01T00", "s") + np.arange(24) * np.timedelta64(3600, "s")
    of = {
        column.name: np.full(24, grams if column.unit.startswith("g") else 100.0)
        for column in REGISTER[CARBON_HOURS.name] if column.kind == "number"
    }  # fmt: skip
    about = describe("power", corridor().name, corridor().tables, seed=1, replications=0, scenario="mild", settings={})
    with open_run(about, register=REGISTER) as run:
        hours = {"time": times, "country": np.full(24, "AZ", dtype=object), **of}
        run.finish({CARBON_HOURS.name: hours}, {"year": YEAR})
    return run


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: Couple(runs=(name(),), scenario="other"), "it is of now"),
        (lambda: Couple(runs=(name(), name(seed=2))), "seed"),
        (lambda: Couple(runs=(name(), name(WIRE), name())), "3 runs"),
        (lambda: Couple(runs=(name(), name(WIRE)), changes=(WIRE,)), "two worlds"),
        (lambda: Couple(runs=(str(power_run_of(1.0).path),)), "karvan simulate --trace"),
        (lambda: Couple(runs=("no-such-run",)), "karvan runs"),
        (lambda: Couple(scenario="now", loop=True), "no second world"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_b05_what_does_not_go_together_is_told(ask: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        couple(corridor(), ask())


def test_b06_another_package_than_the_run_s_is_told() -> None:
    with pytest.raises(InputError, match="which the simulation is of"):
        couple(replace(corridor(), description=Description("elsewhere", "", ())), Couple(runs=(name(),)))


def test_b07_the_command_takes_two_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("karvan.study.power.worlds.package_with_cases", lambda _: corridor())
    words = ["power", "traction", "--run", name(), "--run", name(WIRE)]
    told = json.loads(CliRunner().invoke(cli, [*words, "--json"], standalone_mode=False).output)
    assert [one["zone"] for one in told["more_load"]] == ["B"]
    assert told["more_load"][0]["peak_mw"] > told["more_load"][0]["least_mw"]
    shown = CliRunner().invoke(cli, words, standalone_mode=False)
    assert shown.return_value == 0
    assert "at the power plants" in shown.output
    alone = CliRunner().invoke(cli, words[:-2], standalone_mode=False)
    assert "in place of a level share" in " ".join(alone.output.split())


# --- round the loop


@pytest.fixture
def a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("karvan.study.power.coupled.PowerRun", lambda year: PowerRun(year=year, weeks=1))


@pytest.mark.thorough
@pytest.mark.usefixtures("a_week")
def test_c01_the_hours_of_one_run_are_dispatched_and_what_they_do_is_told() -> None:
    found = coupled(name(), loop=True)
    [one] = found.rounds
    assert one.more_mwh == pytest.approx(0, abs=1e-3)
    assert np.isnan(one.margin_gco2e_kwh)
    assert not np.array_equal(one.before.mwh, one.after.mwh)  # each hour is made otherwise
    told: Any = document(found)["loop"]
    assert told[0]["margin_gco2e_kwh"] is None
    assert told[0]["more_t_co2e"] == pytest.approx(one.more_t_co2e)


@pytest.mark.thorough
@pytest.mark.usefixtures("a_week")
def test_c02_two_runs_put_their_difference_by_the_hour_into_the_dispatch() -> None:
    found = coupled(name(), name(WIRE), loop=True)
    [one] = found.rounds
    assert one.more_mwh == pytest.approx(found.more["B"].sum())
    assert 0 < one.margin_gco2e_kwh < 1000
    more, made = found.more["B"][:168], one.after.mwh - one.before.mwh
    assert np.corrcoef(more, made)[0, 1] > 0.5
