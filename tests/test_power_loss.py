"""The power system without plants and ties: what is left adds up, and what cannot be served is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.test_power_reading import base
from tests.test_power_study import WEEK, Says, made, week

from karvan.grid.outage import size_mw, without
from karvan.ground.errors import InputError
from karvan.report import power as report
from karvan.study.power.loss import Lost, PowerLoss, power_loss
from karvan.study.power.run import PowerAnswer, power_called, power_run


@pytest.fixture(scope="module")
def lost() -> dict[str, Lost]:
    """The market's tie, a lake and the only large plant, each by itself."""
    found = power_loss(made(), "now", ["b-ge", "lake-1", "gas-1"], WEEK)
    assert isinstance(found, PowerLoss)
    return {one.names[0]: one for one in found.lost}


def test_a01_without_the_tie_nothing_goes_abroad(lost: dict[str, Lost]) -> None:
    [line] = lost["b-ge"].countries
    was = week("now").country("AZ")
    assert was["exports_twh"] > 0
    assert line.changes["exports_twh"] == pytest.approx(-was["exports_twh"])
    assert line.sold_twh == {"GE": pytest.approx(-was["exports_twh"])}
    assert line.changes["imports_twh"] == pytest.approx(-was["imports_twh"])
    assert line.changes["load_twh"] == pytest.approx(0)
    assert line.thermal_twh < 0
    assert lost["b-ge"].mw == 100


def test_a02_without_the_lake_what_burns_makes_up_for_it(lost: dict[str, Lost]) -> None:
    [line] = lost["lake-1"].countries
    gave = next(row["twh"] for row in week("now").rows("power_plants") if row["plant"] == "lake-1")
    net = {name: line.changes[name] for name in ("made_twh", "exports_twh", "imports_twh")}
    assert line.gone_plants == ("lake-1",)
    assert gave > 0
    # what is made less by the lake is made by gas, comes in, does not go out, or is not served
    brought = net["made_twh"] + net["imports_twh"] - net["exports_twh"] + line.changes["shed_gwh"] / 1e3
    assert brought == pytest.approx(0, abs=0.02 * gave)  # but for what batteries and electrolysers do otherwise
    assert line.co2_saved_kt < 0


def test_a03_without_the_large_plant_load_cannot_be_served_and_it_is_told_where(lost: dict[str, Lost]) -> None:
    one = lost["gas-1"]  # 800 MW of a peak of 900, and a tenth of the load may be shed
    assert one.countries == ()
    assert one.unmet_gwh is not None
    assert one.unmet_gwh > 0
    assert "A cannot be served in" in one.said


def test_a04_all_at_once_is_no_less_than_each(lost: dict[str, Lost]) -> None:
    both = power_loss(made(), "now", ["lake-1", "b-ge"], WEEK, together=True)
    assert isinstance(both, PowerLoss)
    [one] = both.lost
    assert one.names == ("lake-1", "b-ge")
    assert one.mw == 290  # 100 of the tie, and what is there of the lake's 200
    assert one.countries[0].changes["exports_twh"] == lost["b-ge"].countries[0].changes["exports_twh"]
    assert one.countries[0].changes["shed_gwh"] >= lost["lake-1"].countries[0].changes["shed_gwh"] - 1e-9


def test_a05_a_loss_is_a_run_of_its_own_and_says_what_is_lost(lost: dict[str, Lost]) -> None:
    name = lost["b-ge"].countries[0].run
    assert name != week("now").run.name  # type: ignore[union-attr]
    called = power_called(name)
    assert called.ask.lost == ("b-ge",)
    assert "without b-ge, all year" in called.results["notes"]
    again = power_run(made(), "now", called.ask)
    assert isinstance(again, PowerAnswer)
    assert again.opened


def test_b01_without__the_rest_is_as_it_was() -> None:
    whole = base().system
    assert without(whole, ()) is whole
    left = without(whole, ["b-ge", "cells-1", "stack-1", "pv-1"])
    assert {row.id for row in whole.ties} - {row.id for row in left.ties} == {"b-ge"}
    assert not [row for row in left.agreed if row.tie == "b-ge"]
    assert not [row for row in left.stores if row.id == "cells-1"]
    assert not left.electrolysers
    assert [row for row in whole.plants if row.id != "pv-1"] == list(left.plants)
    assert size_mw(whole, "a-b") == 300
    assert size_mw(whole, "cells-1") == 25


def test_b02_an_unknown_name_is_told_with_the_nearest_and_nothing_is_dispatched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("it was dispatched")

    monkeypatch.setattr("karvan.study.power.loss.power_of", never)
    with pytest.raises(InputError) as told:
        power_loss(made(), "now", ["b-gee", "gas-2"], WEEK)
    assert [problem.found for problem in told.value.problems] == ["'b-gee'", "'gas-2'"]  # gas-2 comes in 2026
    assert "b-ge" in told.value.problems[0].remedy


def test_c01_the_command(lost: dict[str, Lost], karvan_says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("karvan.study.power.cases.load_corridor", lambda _: made())
    code, shown = karvan_says("power", "loss", "now", "b-ge", "--weeks", 1)
    assert code == 0, shown
    assert "b-ge" in shown
    code, shown = karvan_says("power", "loss", "now", "b-ge", "--weeks", 1, "--json")
    [told] = json.loads(shown)["lost"]
    assert told["difference"]["changes"] == lost["b-ge"].countries[0].changes
    assert karvan_says("power", "loss", "now", "b-gee", "--weeks", 1)[0] == 3


def test_c02_what_has_no_dispatch_stands_below_the_table() -> None:
    of = PowerLoss(week("now"), (Lost(("gas-1",), 800.0, (), "A cannot be served in 3 hours", 0.4),))
    [said, note] = report.loss_tables(of)
    assert said == "gas-1: A cannot be served in 3 hours"
    assert "not served" in note
    assert report.loss_document(of)["lost"] == [
        {"lost": ["gas-1"], "mw": 800.0, "said": "A cannot be served in 3 hours", "unmet_gwh": 0.4, "stopped": False,
         "difference": None}
    ]  # fmt: skip
