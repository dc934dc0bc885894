"""Calibration: figures that are known beforehand, parameters that are found again, and what the facts cannot tell."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.corridor.package import Description
from karvan.ground.errors import InputError
from karvan.sim.calibration import Calibration
from karvan.sim.corridor import Period
from karvan.sim.fit import least_squares
from karvan.sim.held import Held, near
from karvan.sim.replicate import replicate
from karvan.sim.tables import tables_of
from karvan.study.calibrate import calibrate, parameters_of
from karvan.study.figures import hold
from karvan.study.measures import Measures
from karvan.study.passages import Passages
from karvan.study.simulate import Simulate, demand_of, packed_of
from karvan.testing import draw
from karvan.testing.draw import row

DAYS, WARMUP_DAYS = 120.0, 20.0
PAPERS = {"A-crane": 4.0, "B-border": 20.0, "C-crane": 8.0}
"""Hours that a box waits for papers at the change of train, the border and the port of the picture."""
BERTH_H = 4.0
"""Stay of a ship: half of it to unload, half to load."""


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def corridor(papers: dict[str, float], **tables: Any) -> Corridor:
    """X - A by one train, A - B - C over a border by another, C - D by ship; a box an hour from X, half back."""
    drawn = draw("""
        place   X CN
        place   A KZ
        place   B KZ
        place   C RU
        place   D AZ
        K1      rail1435 X 10h A  now back
        K2      rail A 20h B 10h C  now back
        F1      sea  C 12h D  every 24h back
        gauge   A 1435 1520 0.1h
        border  C rail in 3h
        change  C rail sea 0.2h
        family  middle countries=AZ
    """)
    said = dict(drawn.tables)
    names = {"A-gauge": "A-crane", "C-border-in": "B-border", "C-rail-sea": "C-crane"}
    said["facility"] = tuple(
        one._replace(
            id=names.get(one.id, one.id), servers=6, papers_h=papers.get(names.get(one.id, ""), 0.0),
            wait_h=papers.get(names.get(one.id, ""), 0.0), wait_cv=0.5,
            serves="train" if one.kind == "border" else one.serves,
        )
        for one in said["facility"]
    )  # fmt: skip
    quay = {"kind": "berth", "serves": "vessel", "servers": 2, "service_time_h": BERTH_H}
    said["facility"] += tuple(row("facility", id=f"{place}-berth", place=place, **quay) for place in ("C", "D"))
    said["vehicle"] = tuple(
        one._replace(capacity_teu=100.0 if one.mode == "sea" else 20.0, speed_kmh=50.0) for one in said["vehicle"]
    )
    said["service"] = tuple(
        one._replace(departs="when_full", longest_wait_h=24.0, headway_h=None) if one.headway_h == 0 else one
        for one in said["service"]
    )
    said["commodity"] = (
        row(
            "commodity",
            id="goods",
            name="Goods",
            t_per_teu=10.0,
            t_per_wagon=50.0,
            usd_per_t=100.0,
            value_of_time_pct_day=0.1,
        ),
    )
    said["demand"] = (
        row("demand", id="west", origin="X", destination="D", commodity="goods", year=2024, teu_year=17_520.0),
        row("demand", id="east", origin="D", destination="X", commodity="goods", year=2024, teu_year=8_760.0),
    )
    said["grid_intensity"] = (row("grid_intensity", country="KZ", year=2024, gco2e_kwh=800.0),)
    said["fact"] = (row("fact", id="F1", subject="all", metric="all", value="1", source="picture", confidence="A"),)
    return Corridor(Description("drawn"), said | tables)


def target(name: str, quantity: str, where: str = "", value: float = 1.0, role: str = "fit", **cells: Any) -> Any:
    kind = cells.pop("where_kind", "flow" if not where else "facility")
    names = tuple(filter(None, where.split(";")))
    said = {"id": name, "quantity": quantity, "unit": "", "where_kind": kind, "where": names, "value": value,
            "year": 2024, "role": role}  # fmt: skip
    return row("target", **said | cells)


TARGETS = (
    target("box-a", "sojourn_h", "A-crane"),
    target("border", "sojourn_h", "B-border"),
    target("way", "door_to_door_d", origin=("X",), destination=("D",), span="ride"),
    target("flow", "throughput_teu", origin=("X",), destination=("D",), role="compare"),
)


def simulated(
    at: Corridor, targets: tuple[Any, ...], replications: int = 1, seed: int = 3
) -> tuple[list[Held], Passages, list[Any]]:
    """Targets beside what a corridor simulates."""
    ask = Simulate(days=DAYS, seed=seed, warmup_days=WARMUP_DAYS)
    routing = demand_of(at, ask)
    assert not routing.unrouted
    packed = packed_of(at, routing, ask, WARMUP_DAYS)
    outcomes = replicate(
        packed, hours=DAYS * 24, warmup_h=WARMUP_DAYS * 24, seed=seed, replications=replications, sample_h=1.0
    ).outcomes
    tables = [tables_of(outcome) for outcome in outcomes]
    period = Period(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), DAYS * 24, WARMUP_DAYS * 24)
    return hold(at, routing.streams, period, tables, targets), Passages(at, routing.streams, period), tables


def figure(at: Corridor, one: Any) -> float:
    return simulated(at, (one,))[0][0].simulated.mean


# a: figures


def test_a01_times_of_parts_add_up_to_the_time_that_was_measured() -> None:
    at = corridor(PAPERS)
    _, passages, tables = simulated(at, ())
    measures = Measures(passages, tables[0])
    for stream in passages.streams:
        group = measures.groups[stream.group]
        assert group["delivered"] > 500
        assert measures.journey_h(stream) == pytest.approx(group["hours"], rel=0.02)


def test_a02_a_ride_counts_from_the_first_departure_to_the_last_arrival() -> None:
    at = corridor(PAPERS)
    whole = figure(at, target("gate", "door_to_door_d", origin=("X",), destination=("D",), span="gate"))
    ride = figure(at, target("ride", "door_to_door_d", origin=("X",), destination=("D",), span="ride"))
    k1 = figure(at, target("k1", "door_to_door_d", "K1", where_kind="service", origin=("X",), destination=("A",)))
    k2 = figure(at, target("k2", "door_to_door_d", "K2", where_kind="service", origin=("A",), destination=("C",)))
    assert k1 * 24 == pytest.approx(10, abs=0.01)
    assert k2 * 24 == pytest.approx(30 + 3 + PAPERS["B-border"], rel=0.05)
    # a train of 20 TEU fills in ten hours, of which half is waited; and the ship is unloaded
    assert (whole - ride) * 24 == pytest.approx(5 + BERTH_H / 2, abs=1.5)
    stay = figure(at, target("stay", "door_to_door_d", origin=("A",), destination=("C",), span="stay"))
    assert ride * 24 == pytest.approx(10 + stay * 24 + 12, abs=0.5)


def test_a03_throughputs_are_of_the_goods_and_the_places_that_are_named() -> None:
    at = corridor(PAPERS)
    for one, expected in (
        (target("flow", "throughput_teu", origin=("X",), destination=("D",)), 17_520),
        (target("both", "throughput_teu", origin=("CN",), destination=("AZ",), both_ways=True), 26_280),
        (target("tonnes", "throughput_t", "middle", where_kind="family", families=("middle",)), 262_800),
        (target("ship", "throughput_teu", "F1", where_kind="service", at=("D",)), 26_280),
        (target("crane", "throughput_teu", "A-crane", origin=("-AZ",)), 17_520),
        (target("line", "throughput_t", "K2-1", where_kind="link"), 262_800),
    ):
        assert figure(at, one) == pytest.approx(expected, rel=0.06), one.id
    assert np.isnan(figure(at, target("none", "throughput_trucks", "F1", where_kind="service")))


def test_a04_vehicles_are_counted_by_the_way_they_go_and_the_load_that_is_asked_for() -> None:
    at = corridor(PAPERS)
    trains = figure(at, target("trains", "departures", "K2", where_kind="service", at=("A",)))
    crossing = figure(at, target("crossing", "departures", "B-border"))
    chinese = figure(at, target("chinese", "departures", "B-border", origin=("CN",)))
    assert trains == pytest.approx(17_520 / 20, rel=0.06)
    assert crossing == pytest.approx(trains, rel=0.01)  # its border is on the way in only
    assert chinese == pytest.approx(crossing, rel=1e-9)
    assert figure(at, target("calls", "departures", "D-berth")) == pytest.approx(365, rel=0.02)
    assert figure(at, target("landed", "throughput_teu", "D-berth", origin=("CN",))) == pytest.approx(17_520, rel=0.06)
    load = figure(at, target("load", "use", "K2", where_kind="service", at=("A",), origin=("CN",)))
    assert load == pytest.approx(1, abs=0.02)
    assert figure(at, target("ships", "departures", "F1", where_kind="service", at=("C",))) == pytest.approx(
        365, rel=0.02
    )


def test_a05_waits_of_facilities_are_papers_and_queue_and_sojourns_have_the_work() -> None:
    at = corridor(PAPERS)
    wait = figure(at, target("wait", "wait_h", "B-border"))
    assert figure(at, target("stay", "sojourn_h", "B-border")) == pytest.approx(wait + 3, abs=1e-9)
    assert wait == pytest.approx(PAPERS["B-border"], rel=0.05)
    both = figure(at, target("both", "sojourn_h", "A-crane+B-border"))
    assert both == pytest.approx(PAPERS["A-crane"] + 0.1 + PAPERS["B-border"] + 3, rel=0.05)
    mean = figure(at, target("mean", "sojourn_h", "A-crane;B-border"))
    assert mean == pytest.approx(both / 2, rel=1e-9)


def test_a06_near_is_within_the_published_range_and_a_quarter() -> None:
    at = corridor(PAPERS)
    one = target("flow", "throughput_teu", origin=("X",), destination=("D",))
    [held] = simulated(at, (one._replace(value=17_520 * 1.2),))[0]
    assert (held.is_near, held.ratio == pytest.approx(1 / 1.2, rel=0.06)) == (True, True)
    assert not simulated(at, (one._replace(value=17_520 * 1.6),))[0][0].is_near
    assert simulated(at, (one._replace(value=17_520 * 1.6, low=17_000.0),))[0][0].is_near


def test_a07_the_worst_days_of_a_queue_are_above_its_mean() -> None:
    at = corridor(PAPERS)
    narrow = tuple(
        one._replace(servers=1, service_time_h=8.0) if one.id == "B-border" else one for one in at.rows("facility")
    )
    at = Corridor(at.description, dict(at.tables) | {"facility": narrow})
    mean, month, day = (
        figure(at, target("q", "queue", "B-border", statistic=name)) for name in ("", "worst_month", "worst_day")
    )
    assert 0.2 < mean < month < day
    wait, worst_month = (figure(at, target("w", "wait_h", "B-border", statistic=name)) for name in ("", "worst_month"))
    trains_h = figure(at, target("n", "departures", "B-border")) / 8760
    assert wait == pytest.approx(PAPERS["B-border"] + mean / trains_h, rel=0.05)
    assert worst_month == pytest.approx(PAPERS["B-border"] + month / trains_h, rel=0.05)


# b: the fit


def test_b01_least_squares_finds_a_bent_valley_in_few_evaluations() -> None:
    def residuals(points: Any) -> list[Any]:
        return [np.array([10 * (y - x**2), 1 - x]) for x, y in points]

    fit = least_squares(residuals, np.array([0.5, 0.5]), np.array([-2.0, -2.0]), np.array([2.0, 2.0]), 60)
    assert fit.point == pytest.approx([1, 1], abs=0.02)
    assert fit.evaluations < 60


def test_b02_it_keeps_to_the_bounds() -> None:
    def residuals(points: Any) -> list[Any]:
        return [np.array([x + y - 5, x - y]) for x, y in points]

    fit = least_squares(residuals, np.zeros(2), np.array([-1.0, -1.0]), np.array([1.0, 4.0]), 30)
    assert fit.point == pytest.approx([1, 2.5], abs=0.1)
    assert fit.slopes == pytest.approx(np.array([[1, 1], [1, -1]]), abs=1e-6)


# c: calibration


def published(at: Corridor) -> tuple[Any, ...]:
    """The targets with what a corridor simulates, under other luck, as if it had been published."""
    held = simulated(at, TARGETS, replications=4, seed=11)[0]
    return tuple(one.target._replace(value=one.simulated.mean) for one in held)


def graded(at: Corridor) -> Corridor:
    """The corridor with a basis of grade A for every number."""
    plain = row("basis", facts=("F1",), method="derived", grade="A", note="drawn")
    basis = [plain._replace(table=table, row=key, column=column) for table, key, column in numbers(at)]
    return Corridor(at.description, dict(at.tables) | {"basis": tuple(basis)})


@pytest.fixture(scope="module")
def recovered() -> Calibration:
    """Parameters fitted from values that are far from those that the targets come of; the seaport is in no target but
    the whole way."""
    wrong = {"A-crane": 8.0, "B-border": 9.0, "C-crane": 8.0}
    start = graded(corridor(wrong, target=published(corridor(PAPERS))))
    free = ("facility/A-crane/papers_h=0.2..5", "facility/B-*/papers_h=0.2..5", "facility/D-gate/service_time_h=0.5..2")
    gates = tuple(one._replace(service_time_h=0.5) if one.id == "D-gate" else one for one in start.rows("facility"))
    start = Corridor(start.description, dict(start.tables) | {"facility": gates})
    return calibrate(start, free=free, days=DAYS, warmup_days=WARMUP_DAYS, seed=5, rounds=8)


@pytest.fixture(scope="module", autouse=True)
def runs_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KARVAN_RUNS", str(tmp_path_factory.mktemp("runs")))
        yield


def test_c01_parameters_are_found_again_from_wrong_ones(recovered: Calibration) -> None:
    crane, border, _ = recovered.found
    assert crane.factor * 8.0 == pytest.approx(PAPERS["A-crane"], rel=0.1)
    assert border.factor * 9.0 == pytest.approx(PAPERS["B-border"], rel=0.1)
    assert near(recovered.before, "fit")[0] < near(recovered.after, "fit")[0] == 3


def test_c02_what_no_target_tells_is_said_to_be_untold_and_stays(recovered: Calibration) -> None:
    *told, gate = recovered.found
    assert [one.is_told for one in told] == [True, True]
    assert not gate.is_told
    assert gate.factor == pytest.approx(1, abs=0.02)
    assert gate.spread == pytest.approx(gate.free.spread, rel=0.05)
    assert recovered.directions[1] > 2
    assert recovered.directions[2] < 0.1


def test_c03_the_basis_names_method_facts_and_run(recovered: Calibration) -> None:
    rows = {line["row"]: line for line in recovered.basis()}
    assert rows["B-border"]["method"] == "calibrated"
    assert float(rows["B-border"]["value"]) == pytest.approx(PAPERS["B-border"], rel=0.1)
    assert "fitted to border, way" in rows["B-border"]["note"]
    assert recovered.run.name in rows["A-crane"]["note"]
    assert "hardly tell it" in rows["D-gate"]["note"]


def test_c04_the_run_keeps_parameters_targets_and_replications(recovered: Calibration) -> None:
    table = recovered.run.read("calibrated_parameters").to_pandas().set_index("free")
    assert list(table["told"]) == [True, True, False]
    targets = recovered.run.read("calibrated_targets").to_pandas().set_index("target")
    assert targets.loc["way", "after"] == pytest.approx(targets.loc["way", "published"], rel=0.05)
    assert len(recovered.run.read("times", 0)) > 0
    results = recovered.run.record["results"]
    assert results["squares_after"] < 0.1 * results["squares_before"]


def test_c05_the_same_request_finds_the_same() -> None:
    corridor_then = graded(corridor({"A-crane": 8.0}, target=published(corridor(PAPERS))))
    asked: dict[str, Any] = {"free": ["facility/A-crane/papers_h"], "days": 30.0, "warmup_days": 5.0, "rounds": 2}
    one = calibrate(corridor_then, **asked)
    other = calibrate(corridor_then, **asked, workers=2)
    assert one.fit.point.tobytes() == other.fit.point.tobytes()
    assert [a.simulated.mean for a in one.after] == [b.simulated.mean for b in other.after]


# d: what cannot be used


@pytest.mark.parametrize(
    ("free", "said"),
    [
        (["facilty/A-crane/papers_h"], "did you mean facility?"),
        (["facility/A-crane/papers"], "found 'papers' | give one of"),
        (["facility/Z-*/papers_h"], "found 'Z-*' | see facility.csv"),
        (["facility/X-gate/papers_h"], "no row of that name has a number there that is not 0"),
        (["facility/A-crane/papers_h=3..1"], "give the range of the factor"),
        (["facility/A-crane/servers"], "give one of"),
        ([], "name what may move"),
    ],
)
def test_d01_a_parameter_that_is_none_is_told(free: list[str], said: str) -> None:
    with pytest.raises(InputError) as raised:
        parameters_of(corridor(PAPERS, target=TARGETS), free)
    assert said in str(raised.value)


def test_d02_where_nothing_is_to_fit_it_says_so() -> None:
    with pytest.raises(InputError, match="give rows with role = fit"):
        parameters_of(corridor(PAPERS), ["facility/A-crane/papers_h"])


def test_d03_an_empty_cell_is_what_stands_for_it() -> None:
    at = corridor(PAPERS, target=TARGETS)
    bare = tuple(one._replace(papers_h=None) for one in at.rows("facility"))
    at = Corridor(at.description, dict(at.tables) | {"facility": bare})
    [one] = parameters_of(at, ["facility/B-border/papers_h"])
    assert one.cells == (("facility", "B-border", "papers_h", PAPERS["B-border"]),)


# e: the command


def test_e01_the_command_tells_what_was_found_and_writes_it(
    karvan_says: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    at = graded(corridor({"A-crane": 8.0, "B-border": 20.0}, target=published(corridor(PAPERS))))
    at.save(tmp_path / "drawn.zip")
    asked = ("calibrate", "-p", tmp_path / "drawn.zip", "--free", "facility/A-crane/papers_h=0.1..4", "--days", 60,
             "--warmup-days", 10, "--rounds", 3)  # fmt: skip
    code, text = karvan_says(*asked, "--write", tmp_path / "found.csv")
    assert code == 0, text
    assert "facility/A-crane/papers_h" in text
    with (tmp_path / "found.csv").open(encoding="utf-8", newline="") as file:
        [line] = csv.DictReader(file)
    assert float(line["value"]) == pytest.approx(4, rel=0.15)
    code, text = karvan_says(*asked, "--json")
    told = json.loads(text)
    assert (code, told["parameters"][0]["told"], told["package"]) == (0, True, "drawn")
    assert told["parameters"][0]["moves"][0] == "box-a"
