"""What failures of the power system are told as: load that cannot be served apart from a solver that stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.test_power_reading import small as system
from tests.test_power_study import WEEK, made

from karvan.corridor import Corridor
from karvan.grid.dispatch import Dispatch, Infeasible, NotSolved, Unmet
from karvan.grid.reading import read_system
from karvan.study.power.cases import run_cases
from karvan.study.power.invest import InvestPower, invest_power
from karvan.study.power.loss import PowerLoss, power_loss
from karvan.study.power.run import PowerAnswer, PowerRun, power_run

Says = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module", autouse=True)
def own_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs of these tests stand by themselves."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KARVAN_RUNS", str(folder))
        yield folder


def test_a01_a_solver_that_stopped_is_told_apart_from_load_that_cannot_be_served(
    karvan_says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = NotSolved(read_system(system(), 2025), Dispatch(), "time_limit", 1.0)
    dark = Infeasible(late.system, late.ask, (Unmet("A", 7, 5.0),), "A cannot be served")
    answer = PowerAnswer(WEEK, "picture", "now", {"year": 2025}, {}, {})
    now = made().scenarios["now"]
    package = replace(made(), scenarios={**made().scenarios, "base-2030": now, "green-2030": now})
    for failed, code, stopped in ((late, 5, True), (dark, 4, False)):
        worlds = {"base-2030": answer, "green-2030": failed}
        monkeypatch.setattr("karvan.study.power.cases.power_of", lambda world, *_a, of=worlds, **_m: of[world.name])
        cases = run_cases(package, ["hub"])
        assert (cases.solved, cases.stopped, cases.lines[0].failed) == (False, stopped, failed)
        answers = iter([answer, failed])
        monkeypatch.setattr("karvan.study.power.loss.power_of", lambda *_a, of=answers, **_m: next(of))
        lost = power_loss(package, "now", ["park-1"])
        assert isinstance(lost, PowerLoss)
        assert (lost.stopped, lost.lost[0].rows()[0]["stopped"]) == (stopped, stopped)
        monkeypatch.setattr("karvan.study.power.cases.run_cases", lambda *_a, of=cases, **_m: of)
        monkeypatch.setattr("karvan.study.power.loss.power_loss", lambda *_a, of=lost, **_m: of)
        assert karvan_says("power", "cases", "hub")[0] == code
        found, text = karvan_says("power", "loss", "now", "park-1", "--json")
        assert (found, json.loads(text)["lost"][0]["said"]) == (code, failed.said)


@pytest.mark.thorough
def test_a02_the_same_by_the_solver() -> None:
    assert isinstance(power_run(made(), "now", WEEK), PowerAnswer)
    lost = power_loss(made(), "now", ["park-1"], replace(WEEK, solve=Dispatch(time_limit_s=1e-9)))
    assert isinstance(lost, PowerLoss)  # the whole system is a run that is there; what is lost was not solved in time
    assert lost.stopped


def test_a03_hours_of_some_weeks_are_told_as_the_year_has_them(
    karvan_says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = read_system(system(), 2025)
    times = of.start.astype("datetime64[h]") + np.concatenate([np.arange(168), np.arange(4368, 4536)])
    found = Infeasible(of, Dispatch(), (Unmet("A", 170, 5.0), Unmet("B", 3, -1.0)), "").at(times)
    assert [(row.zone, row.hour, row.mw) for row in found.unmet] == [("A", 4370, 5.0), ("B", 3, -1.0)]
    assert "A cannot be served in 1 hours, 5.0 MWh; the worst is 2025-07-02T02" in found.said
    monkeypatch.setattr("karvan.study.power.invest.invest_power", lambda *_args, **_more: found)
    code, text = karvan_says("power", "invest", "now", "--json")
    told = json.loads(text)
    assert (code, told["solved"], told["unmet"][0]["zone"], told["unmet"][0]["time"][:13]) == (
        4, False, "A", "2025-07-02T02",
    )  # fmt: skip


def _starved() -> Corridor:
    """The small system with more load than all that could be built can serve."""
    load = tuple(one._replace(twh=one.twh * 3, peak_mw=one.peak_mw and one.peak_mw * 3) for one in made().rows("load"))
    return made().with_tables({"load": load})


@pytest.mark.thorough
def test_a04_what_cannot_be_served_by_building_is_told_where_and_when() -> None:
    technology = tuple(
        one._replace(capex_usd_kw=700.0, life_years=25.0) if one.id == "pv" else one
        for one in _starved().rows("technology")
    )
    package = replace(_starved().with_tables({"technology": technology}), scenarios=made().scenarios)
    found = invest_power(package, "now", InvestPower(("pv",), (), 10.0), PowerRun(weeks=2))
    assert isinstance(found, Infeasible)
    assert "cannot be served" in found.said
    weeks = {row.hour // 168 for row in found.unmet}
    assert weeks == {0, 26}  # the first week and that of the middle, as the year has them


@pytest.mark.thorough
def test_a05_hours_that_lack_are_those_of_the_year() -> None:
    package = replace(_starved(), scenarios=made().scenarios)
    found = power_run(package, "now", PowerRun(weeks=2))
    assert isinstance(found, Infeasible)
    assert {row.hour // 168 for row in found.unmet} == {0, 26}
    worst = found.unmet[0]
    assert str(found.system.start + np.timedelta64(worst.hour, "h")) in found.said
