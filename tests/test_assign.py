"""The assignment of a corridor: what is short, who goes which way, what one more is worth; from plain to hard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.test_simulate import drawn, goods

from karvan.corridor.corridor import Corridor
from karvan.flow.services.delays import ServiceDelays
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.optimum import solved
from karvan.ground.errors import InputError
from karvan.scenario import bend, read_change
from karvan.study.assign import Assign, assign, problem_of, solve

SHIP = """
    K1  sea A 10h B  every 12h  100usd
    K2  rail A 20h B  now  300usd
"""
"""A ship every twelve hours, with room for one box, and a dearer train whenever one is wanted."""
SAILINGS = 8760 / 12


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def flows(corridor: Corridor, method: str = "so", **wishes: Any) -> ServiceFlows:
    """The flows of a drawn corridor."""
    ask = Assign(method=method, **wishes).checked()
    return solve(problem_of(corridor, ask), ask)


def by_service(found: ServiceFlows) -> dict[str, float]:
    """Units by the services ridden."""
    units: dict[str, float] = {}
    for row in found.chains():
        units[row["services"]] = units.get(row["services"], 0.0) + row["units"]
    return units


def resource(found: ServiceFlows, name: str) -> dict[str, Any]:
    """The row of a resource."""
    return next(row for row in found.resources() if row["resource"] == name)


def with_servers(corridor: Corridor, servers: int, **cells: Any) -> Corridor:
    """The border of B with so many servers."""
    rows = corridor.rows("facility")
    edited = tuple(row._replace(servers=servers, **cells) if row.id.startswith("B-border") else row for row in rows)
    return Corridor(corridor.description, {**corridor.tables, "facility": edited})


def test_a01_slots_of_a_ship_go_first_and_the_rest_by_train() -> None:
    found = flows(drawn(SHIP))
    assert by_service(found) == pytest.approx({"K1": SAILINGS, "K2": 8760 - SAILINGS})
    assert not found.left
    assert found.settled


def test_a02_one_more_sailing_saves_what_the_train_costs_more() -> None:
    found = flows(drawn(SHIP))
    # 200 USD, and hours of 20 t of 1,000 USD at .1 % a day: on the way, and waiting half a headway, the train's 1,000 h
    hour = 20 * 1000 * 0.001 / 24
    saved = 200 + hour * ((20 + 500) - (10 + 6))
    assert resource(found, "trips K1")["worth_usd"] == pytest.approx(saved)
    assert resource(found, "trips K1")["worth_usd_teu"] == pytest.approx(saved / 2)


def test_a03_without_a_train_the_rest_stays_and_the_reason_names_the_ship() -> None:
    found = flows(drawn("K1  sea A 10h B  every 12h  100usd"))
    [left] = found.unserved()
    assert left["units"] == pytest.approx(8760 - SAILINGS)
    assert left["reason"] == "no room: K1 at 0"
    assert left["share"] == pytest.approx(1 - SAILINGS / 8760)


def test_a04_no_way_at_all_is_unserved_with_the_reason() -> None:
    found = flows(drawn(SHIP, goods(), goods("e", "B > A")))
    [left] = found.unserved()
    assert (left["demand"], left["units"], left["reason"]) == ("e", 8760.0, "no container can be handed in at B")


def test_b01_a_border_passes_as_many_trains_as_its_servers_can() -> None:
    picture = """
        place  A KZ
        place  B AZ
        K1  rail A 5h B  now  100usd
        border B rail in 2h
    """
    corridor = with_servers(drawn(picture, teu=10.0), 1)
    found = flows(corridor)
    border = resource(found, "B-border-in")
    assert border["capacity"] == pytest.approx(8760 / 2)
    assert border["load"] == pytest.approx(8760 / 5)  # five boxes of 40 feet to a train
    assert not found.left
    [left] = flows(corridor, demand=3.0).unserved()
    assert left["units"] == pytest.approx(3 * 8760 - 5 * 8760 / 2)


def test_b02_opening_hours_and_closures_take_their_share_of_a_facility() -> None:
    picture = """
        place  A KZ
        place  B AZ
        K1  rail A 5h B  now  100usd
        border B rail in 2h
    """
    half = with_servers(drawn(picture, teu=10.0), 1, opens=6.0, closes=18.0)
    # a train under way when it shuts, an hour left of it on average, is finished: of 13 hours it loses 12
    assert resource(flows(half), "B-border-in")["capacity"] == pytest.approx(8760 / 2 * (1 - 0.5 * 12 / 13))
    storm = {"closure": {"storm": {"id": "storm", "stops_table": "facility", "stops": ("B-border-in",),
                                   "duration_h": 36.5, "duration_dist": "gamma"}},
             "closure_rate": {str(n): {"closure": "storm", "month": n, "starts": 2.0}
                              for n in range(1, 13)}}  # fmt: skip
    # 365 h pass from the end of one to the beginning of the next, on average
    stormy = with_servers(drawn(picture, teu=10.0, tables=storm), 1)
    assert resource(flows(stormy), "B-border-in")["capacity"] == pytest.approx(
        8760 / 2 * (1 - 36.5 / (365 + 36.5) * 36.5 / 37.5), rel=1e-3
    )


def test_c01_the_worth_of_capacity_is_what_the_optimum_falls_by() -> None:
    """Each dual against solving again with a little more and a little less."""
    corridor = drawn(SHIP)
    ask = Assign(method="so")
    problem = problem_of(corridor, ask)
    found, _ = solved(problem, ServiceDelays(problem))
    for ix in np.flatnonzero(found.worth > 0):
        sides = found.one_sided(int(ix))
        assert sides.next - 1e-6 <= found.worth[ix] <= sides.last + 1e-6


def test_c02_more_of_what_is_short_helps_by_its_worth() -> None:
    corridor = drawn(SHIP)
    faster = bend(corridor, [read_change("service/K1/headway_h=11.99")])
    before, after = flows(corridor), flows(faster)
    more = 8760 / 11.99 - SAILINGS
    saved = before.steps[-1].objective - after.steps[-1].objective
    assert saved == pytest.approx(more * resource(before, "trips K1")["worth_usd"], rel=0.1)


def test_d01_in_equilibrium_nobody_gains_by_changing() -> None:
    found = flows(drawn(SHIP), "ue", gap=1e-6)
    assert found.settled
    costs = {row["services"]: row["cost_usd_unit"] for row in found.chains()}
    assert costs["K1"] == pytest.approx(costs["K2"], rel=1e-3)
    assert sum(by_service(found).values()) == pytest.approx(8760)


def test_d02_a_logit_tends_to_the_equilibrium_as_costs_are_told_apart_more_sharply() -> None:
    corridor = drawn(SHIP)
    sharp, blunt = (flows(corridor, "sue", theta=theta, iterations=5000) for theta in (300.0, 1.0))
    sure = by_service(flows(corridor, "ue", gap=1e-6))["K1"]
    assert abs(by_service(sharp)["K1"] - sure) < 0.05 * sure
    assert abs(by_service(blunt)["K1"] - sure) > 0.05 * sure


def test_e01_a_request_that_cannot_be_met_says_all_that_is_wrong() -> None:
    with pytest.raises(InputError) as caught:
        Assign(method="eu", gap=2.0, iterations=0, demand=-1.0, theta=0.0).checked()
    assert [problem.address for problem in caught.value.problems] == ["method", "gap", "iterations", "demand", "theta"]


def test_e02_a_year_without_demand_names_those_with_some() -> None:
    with pytest.raises(InputError, match="the package has demand of 2024"):
        problem_of(drawn(SHIP), Assign(year=1999))


def test_e03_a_gap_that_cannot_be_reached_is_no_silent_answer() -> None:
    found = flows(drawn(SHIP), "ue", gap=1e-12, iterations=1)
    assert not found.settled
    assert found.gap > 1e-12
    assert np.isfinite(found.hours).all()


def test_f01_a_run_has_all_tables_and_says_how_it_ended() -> None:
    found = assign(drawn(SHIP), method="so")
    assert found.run.record["results"]["converged"]
    assert set(found.table("chains")["services"]) == {"K1", "K2"}
    assert {name for name, _, _ in found.run.files()} == {
        "chains", "families", "iterations", "links", "resources", "skims"
    }  # fmt: skip
