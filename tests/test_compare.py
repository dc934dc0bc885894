"""`karvan compare`: differences that are known, luck that is shared, and what stands on one side only."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.test_simulate import Edit, drawn, goods

import karvan
from karvan import InputError
from karvan.corridor import Corridor
from karvan.evidence.lock import TakenError
from karvan.evidence.run import RunFolder
from karvan.ground.errors import Problem
from karvan.report.comparison import document, headline, tables
from karvan.study.comparison.ask import Compare
from karvan.study.comparison.comparison import Comparison, compare
from karvan.study.comparison.figure import MEASURES, Figures, Key, changes, interactions
from karvan.study.comparison.runs import Shelf
from karvan.study.comparison.side import sides_of, under
from karvan.study.runs import list_runs
from karvan.study.simulate import Progress

LINES = """
    place   A CN
    place   B KZ
    place   C AZ
    place   X TR
    place   Y GE
    K1      rail A 10h B    every 24h  100usd 10kg
    F1      sea  B 20h C    every 48h  200usd 5kg
    R1      road A 90h C    every 24h  900usd 50kg
    K9      rail X 10h Y    every 24h  100usd 10kg
    family  middle modes=sea
    family  direct
"""
"""By rail and ferry, or by road; and a line that has nothing to do with either."""
PROJECTS: Edit = {
    "idle": {"id": "idle", "name": "Idle", "kind": "port", "status": "planned"},
    "ferries": {"id": "ferries", "name": "Ferries", "kind": "fleet", "status": "planned"},
    "port": {"id": "port", "name": "Port", "kind": "port", "status": "planned"},
    "far": {"id": "far", "name": "Far away", "kind": "rail", "status": "planned"},
}
EFFECTS: Edit = {
    project: {"project": project, "seq": 1, "table": "service", "row": row, "column": "headway_h", "change": "scale",
              "amount": amount}
    for project, row, amount in (("ferries", "F1", 0.5), ("port", "F1", 0.8), ("far", "K9", 0.5))
}  # fmt: skip
SHORT: dict[str, Any] = {"days": 60.0, "replications": 3, "warmup_days": 10.0}
BASE = b"title: Base\nyear: 2024\n"


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def lines(**scenarios: bytes) -> Corridor:
    """The lines, with projects, and scenarios beside `base`."""
    demand = (
        goods("AC", "A > C", teu_year=2000.0), goods("BC", "B > C", teu_year=500.0), goods("XY", "X > Y"),
    )  # fmt: skip
    corridor = drawn(LINES, *demand, teu=400.0, tables={"project": PROJECTS, "effect": EFFECTS})
    named = {name.replace("_", "-"): text for name, text in scenarios.items()}
    return replace(corridor, scenarios={"base": BASE, **named})


def figure(found: Comparison, subject: str, name: str, measure: str, detail: str = "", **words: str) -> dict[str, Any]:
    """The one row of changes of that figure."""
    rows = found.changes(subject=subject, measure=measure, **words)
    rows = rows[(rows["name"] == name) & (rows["detail"] == detail)]
    [row] = rows.to_dict("records")
    return {str(key): value for key, value in row.items()}


def problems(*scenarios: str, package: Corridor | None = None, **wishes: Any) -> str:
    with pytest.raises(InputError) as refused:
        compare(*scenarios, package=package or lines(), **wishes)
    return str(refused.value)


# --- a: known answers


def test_a01_a_project_without_effect_changes_exactly_nothing() -> None:
    found = compare("base", "project:idle", package=lines(), **SHORT)
    every = found.changes()
    assert set(every["engine"]) == {"plan", "assign", "simulate"}
    told = every[every["difference"].notna()]
    assert (told["difference"] == 0.0).all()
    simulated = told[told["engine"] == "simulate"]
    assert (simulated["pairs"] == 3).all()
    assert (simulated[["low", "high"]] == 0.0).all(axis=None)
    assert every[every["difference"].isna()][["before", "after"]].isna().all(axis=None)
    assert found.changes(moved=True).empty
    assert set(found.options()["change"]) == {"same"}
    assert "Nothing differs" in "\n".join(map(str, tables(found.run, found.frames)))


def test_a02_an_effect_far_away_leaves_all_others_exactly_as_they_are() -> None:
    found = compare("base", "project:far", package=lines(), **SHORT)
    moved = found.changes(subject="group", moved=True)
    assert set(moved["name"]) == {"X - Y | direct | container"}
    others = found.changes(subject="group")
    others = others[others["name"] != "X - Y | direct | container"]
    assert (others[["difference", "low", "high"]] == 0.0).all(axis=None)
    assert set(found.changes(engine="plan", moved=True)["name"]) == {"X > Y: 1xFEU of goods"}
    assert set(found.changes(subject="pair", engine="assign", moved=True)["name"]) == {"X > Y"}


def test_a03_another_server_gains_what_the_formulas_say_and_sharing_luck_makes_it_sharp() -> None:
    """M/M/1 to M/M/2: 0.8 an hour, an hour each (Erlang C); a train for each box, so that nothing else is waited."""
    busy = 0.8
    load = busy**2 / 2 / (1 - busy / 2)
    gain = load / (1 + busy + load) / (2 - busy) - busy / (1 - busy)
    months = {str(m): {"profile": "even", "month": m, "share": monthrange(2024, m)[1] / 366} for m in range(1, 13)}
    gate = {"servers": 1, "service_time_h": 1.0, "service_time_dist": "exponential", "service_time_cv": 1.0}
    corridor = drawn("K1 rail A 5h B now", goods(teu_year=2 * 8784 * busy, month_profile="even"),
                     tables={"month_profile": months}, facility={"A-gate": gate})  # fmt: skip
    corridor = replace(corridor, scenarios={"more": b"title: More\nchanges: [facility/A-gate/servers=+1]\n"})
    found = compare(
        "package", "more", package=corridor, engines=("simulate",), days=366, replications=10, warmup_days=25
    )
    hours = figure(found, "total", "", "hours")
    assert hours["low"] < gain < hours["high"]
    assert hours["difference"] == pytest.approx(gain, rel=0.15)
    assert hours["narrower"] > 1
    waiting = figure(found, "place", "A", "waiting")
    assert waiting["difference"] == pytest.approx(gain * busy * 365, rel=0.15)
    [bottleneck] = found.bottlenecks().to_dict("records")
    assert (bottleneck["part"], bottleneck["place_and_cause"], bottleneck["became"]) == ("A-gate", "A, gate", "shrinks")
    assert figure(found, "part", "A-gate", "queue", "A")["difference"] == pytest.approx(gain * busy, rel=0.15)


def test_a04_a_plan_is_faster_and_cheaper_by_what_was_changed() -> None:
    quick = b"title: Quick\nchanges: [link/K1-0/speed_kmh*2, 'tariff/F1:40ft/price_usd_km*0.5']\n"
    found = compare("base", "quick", package=lines(quick=quick), engines=("plan",), requests=("A > C: 2xFEU of goods",))
    for name, boxes in (("A > C: 1xFEU of goods", 1), ("A > C: 2xFEU of goods", 2)):
        assert figure(found, "request", name, "hours", "middle")["difference"] == pytest.approx(-5)
        assert figure(found, "request", name, "usd", "middle")["difference"] == pytest.approx(-100 * boxes)
    assert isnan(figure(found, "request", "A > C: 1xFEU of goods", "hours", "middle")["low"])


def test_a05_flows_take_another_family_when_theirs_is_shut_and_none_is_lost() -> None:
    shut = b"title: Shut\nclosed: [{family: middle, why: war}]\n"
    found = compare("base", "shut", package=lines(shut=shut), engines=("assign",))
    gone, come = (figure(found, "family", name, "teu", engine="assign") for name in ("middle", "direct"))
    assert gone["difference"] == pytest.approx(-2500)
    assert (gone["only_in"], gone["after"]) == ("base", 0.0)
    assert come["difference"] == pytest.approx(2000)
    assert figure(found, "total", "", "unserved_teu")["difference"] == pytest.approx(500)
    assert figure(found, "pair and family", "A > C", "teu", "middle")["difference"] == pytest.approx(-2000)
    assert figure(found, "from country", "CN", "hours", engine="assign")["difference"] > 0
    assert figure(found, "place", "B", "tonnes", engine="assign")["after"] == 0
    assert figure(found, "link", "F1-0", "teu", "B > C")["difference"] == pytest.approx(-2500)
    assert any("unserved" in note for note in found.notes)


def test_a06_a_family_without_its_ferry_disappears_from_plans_and_the_reason_is_told() -> None:
    laid_up = b"title: Laid up\nclose: [service/F1=2024-06-01..2025-06-01]\n"
    found = compare("base", "laid-up", package=lines(laid_up=laid_up), engines=("plan",))
    options = found.options().set_index(["request", "family"])
    change, why = options.loc[("A > C: 1xFEU of goods", "middle"), ["change", "why"]]
    assert (change, why) == ("disappears", "closed: service/F1 until 01 Jun 2025")
    assert options.loc[("A > C: 1xFEU of goods", "direct"), "change"] == "same"
    assert options.loc[("A > C: 1xFEU of goods", ""), "change"] == "another"
    hours = figure(found, "request", "A > C: 1xFEU of goods", "hours", "middle")
    assert hours["only_in"] == "base"
    assert isnan(hours["difference"])
    told = "\n".join(map(str, tables(found.run, found.frames)))
    assert "B > C: 1xFEU of goods, middle by C disappears: closed: service/F1" in told
    back = compare("laid-up", "base", package=lines(laid_up=laid_up), engines=("plan",))
    assert "appears" in set(back.options()["change"])


def test_a07_twice_the_ferries_halve_the_wait_for_them() -> None:
    """A ferry every 24 h and not every 48: who comes at any time waits 12 h and not 24."""
    found = compare("base", "project:ferries", package=lines(), engines=("simulate",), replications=10, warmup_days=10)
    hours = figure(found, "group", "B - C | middle | container", "hours")
    assert hours["low"] < -12 < hours["high"]
    assert hours["difference"] == pytest.approx(-12, abs=1)
    assert figure(found, "group", "X - Y | direct | container", "hours")["difference"] == 0.0


# --- b: sides


def test_b01_what_has_no_year_is_laid_over_the_base_and_what_stands_on_it_is_taken_as_it_is() -> None:
    corridor = lines(
        later=b"title: Later\nyear: 2030\ndemand: {of: 2024}\n",
        more=b"title: More\non: [base]\nchanges: [service/K1/headway_h=12]\n",
        some=b"title: Some\nchanges: [service/K1/headway_h=6]\n",
    )
    sides = sides_of(corridor, "base", ["project:port", "more", "some", "later", "package"])
    assert [(side.name, side.year, side.stands.split(",")[0]) for side in sides] == [
        ("base", 2024, ""),
        ("base+project:port", 2024, "laid over the base"),
        ("more", 2024, "stands on the base"),
        ("base+some", 2024, "laid over the base"),
        ("later", 2030, "has a year of its own and stands by itself"),
        ("package", 2024, "stands by itself"),
    ]
    assert [side.name for side in sides_of(corridor, "later", ["project:port"])] == ["later", "later+project:port"]


def test_b02_a_file_is_laid_over_the_base_too(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("title: Mine\nchanges: [service/F1/headway_h=24]\n")
    [_, mine] = sides_of(lines(), "base", [str(tmp_path / "mine.yaml")])
    assert mine.name == "base+mine"
    assert mine.corridor.row("service", "F1").headway_h == 24


def test_b03_another_year_is_told_and_has_its_own_demand() -> None:
    later = b"title: Later\nyear: 2030\ndemand: {of: 2024, factors: [{factor: 2}]}\n"
    found = compare("base", "later", package=lines(later=later), engines=("assign", "simulate"), **SHORT)
    assert any("later is of 2030 and base of 2024: luck is shared only" in note for note in found.notes)
    assert figure(found, "total", "", "teu")["after"] == pytest.approx(2 * (2000 + 500 + 17_520))
    assert "later is of 2030" in headline(found.run, found.package)


def test_b04_a_project_that_is_not_there_yet_is_told() -> None:
    soon = b"title: Soon\nprojects: [ferries]\nopens: {ferries: 2031-01}\n"
    found = compare("base", "soon", package=lines(soon=soon), engines=("plan",))
    assert any("not there yet in 2024" in note and "ferries" in note for note in found.notes)


def test_b05_what_one_side_lacks_is_missing_and_not_zero_but_what_was_counted_is() -> None:
    shut = b"title: Shut\nclosed: [{family: middle, why: war}]\n"
    found = compare("base", "shut", package=lines(shut=shut), engines=("simulate",), **SHORT)
    group = "A - C | middle | container"
    hours, delivered = (figure(found, "group", group, measure) for measure in ("hours", "delivered"))
    assert hours["only_in"] == delivered["only_in"] == "base"
    assert isnan(hours["difference"])
    assert isnan(hours["after"])
    assert hours["before"] > 0
    assert delivered["difference"] == pytest.approx(-delivered["before"])
    assert delivered["before"] > 0
    assert figure(found, "total", "", "unrouted")["difference"] == 1
    json.dumps(document(found.run, found.package, found.frames), allow_nan=False)


# --- c: two together


def test_c01_two_together_are_not_the_sum_of_each() -> None:
    """Half of a headway of 48 h is waited: 24 h, 12 h with more ferries, 19.2 h with the port, 9.6 h with both."""
    found = compare("base", "project:ferries", "project:port", package=lines(), interaction=True, engines=("plan",))
    rows = found.interaction()
    hours = rows[
        (rows["name"] == "B > C: 1xFEU of goods") & (rows["measure"] == "hours") & (rows["detail"] == "middle")
    ]
    [row] = hours.to_dict("records")
    assert [row[name] for name in ("first_alone", "second_alone", "together")] == pytest.approx([-12, -4.8, -14.4])
    assert row["interaction"] == pytest.approx(2.4)
    assert found.sides[-1].name == "base+project:ferries+project:port"
    assert found.sides[-1].parts == ("base+project:ferries", "base+project:port")


def test_c02_with_one_that_changes_nothing_the_sum_is_exact() -> None:
    found = compare("base", "project:ferries", "project:idle", package=lines(), interaction=True, **SHORT)
    rows = found.interaction()
    assert {"plan", "assign", "simulate"} == set(rows["engine"])
    assert (rows["interaction"].dropna() == 0.0).all()
    simulated = rows[(rows["engine"] == "simulate") & rows["interaction"].notna()]
    assert (simulated[["low", "high", "second_alone"]] == 0.0).all(axis=None)
    assert (simulated["first_alone"] != 0.0).any()
    assert "beyond the sum" in [column.header for table in tables(found.run, found.frames)
                                for column in getattr(table, "columns", ())]  # fmt: skip


def test_c03_what_does_not_go_together() -> None:
    later = b"title: Later\nyear: 2030\ndemand: {of: 2024}\n"
    corridor = lines(later=later, both=b"title: Both\nprojects: [port]\nopens: {port: 2020-01}\n")
    one = ("base", "project:port")
    assert "give two or more" in problems(*one, interaction=True)
    assert "has a year of its own" in problems(*one, "later", package=corridor, interaction=True)
    assert "neither is a part of the other" in problems(*one, "project:port+project:idle", interaction=True)
    assert "goes together with nothing" in problems(*one, "package", interaction=True)


def test_c04_two_that_set_one_number_are_refused() -> None:
    corridor = lines(one=b"title: One\nchanges: [service/F1/headway_h=9]\n",
                     two=b"title: Two\nchanges: [service/F1/headway_h=8]\n")  # fmt: skip
    told = problems("base", "one", "two", package=corridor, interaction=True, engines=("plan",))
    assert "service/F1/headway_h" in told
    assert len(compare("base", "one", "two", package=corridor, engines=("plan",)).scenarios) == 2


# --- d: figures, whatever they are


KEYS = st.builds(Key, st.just("simulate"), st.just("group"), st.sampled_from("ab"), st.just(""),
                 st.sampled_from(["hours", "delivered"]))  # fmt: skip
NUMBERS = st.one_of(st.just(nan), st.floats(-1e6, 1e6))
FIGURES: st.SearchStrategy[Figures] = st.dictionaries(
    KEYS, st.lists(NUMBERS, min_size=3, max_size=3).map(lambda some: np.array(some, dtype=np.float64))
)


@given(FIGURES, FIGURES)
def test_d01_the_other_way_round_the_difference_has_the_other_sign(one: Figures, other: Figures) -> None:
    there, back = changes(one, other), changes(other, one)
    assert [row["name"] for row in there] == [row["name"] for row in back]
    for a, b in zip(there, back, strict=True):
        assert a["pairs"] == b["pairs"]
        assert a["moved"] == b["moved"]
        if isnan(a["difference"]):
            assert isnan(b["difference"])
            assert a["pairs"] == 0
        else:
            assert a["difference"] == pytest.approx(-b["difference"])
            assert a["difference"] == pytest.approx(a["after"] - a["before"], abs=1e-6)
            assert isnan(a["low"]) or a["low"] <= a["difference"] <= a["high"]


@given(FIGURES)
def test_d02_against_itself_nothing_differs(one: Figures) -> None:
    for row in changes(one, one):
        assert not row["moved"]
        assert row["only_in"] == ""
        assert isnan(row["difference"]) or row["difference"] == 0.0
    assert not interactions(one, one, one, one)


@given(FIGURES, FIGURES, FIGURES)
def test_d03_one_that_changes_nothing_interacts_with_nothing(base: Figures, one: Figures, other: Figures) -> None:
    for rows in (interactions(base, one, base, one), interactions(base, base, other, other)):
        assert all(isnan(row["interaction"]) or row["interaction"] == 0.0 for row in rows)


def test_d04_every_measure_says_its_unit() -> None:
    found = compare("base", "project:ferries", package=lines(), **SHORT)
    assert set(found.changes()["measure"]) <= set(MEASURES)
    assert (found.changes()["unit"] != "").all()


# --- e: runs


def test_e01_all_have_one_warm_up_and_one_seed_and_what_was_run_is_not_run_again(own_runs: Path) -> None:
    heard: list[str] = []
    asked: dict[str, Any] = {"package": lines(), "days": 30.0, "replications": 2, "engines": ("assign", "simulate")}
    found = compare("base", "project:ferries", **asked)
    runs = [RunFolder.open(own_runs / found.runs[side.name]["simulate"]) for side in found.sides]
    warmups = {run.record["inputs"]["settings"]["warmup_days"] for run in runs}
    assert len(warmups) == 1
    assert {run.record["inputs"]["seed"] for run in runs} == {1}
    assert [run.record["inputs"]["scenario"] for run in runs] == ["base", "base+project:ferries"]
    before = {line.run: line.started for line in list_runs(own_runs)[0]}
    again = compare("base", "project:ferries", "project:far", progress=Progress(heard.append), **asked)
    assert [line for line in heard if line.endswith(": running")] == ["base+project:far: running"]
    after = {line.run: line.started for line in list_runs(own_runs)[0]}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 3  # two runs of the new scenario, and the comparison
    pd.testing.assert_frame_equal(
        found.changes().reset_index(drop=True),
        again.changes(scenario="base+project:ferries").reset_index(drop=True),
    )


def test_e02_the_same_bits_on_any_number_of_workers_and_the_folder_that_is_wished_for(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"package": lines(), **SHORT}
    one = compare("base", "project:ferries", out=tmp_path / "one" / "found", **asked)
    two = compare("base", "project:ferries", out=tmp_path / "two" / "found", workers=2, **asked)
    for name in ("changes", "option_changes"):
        assert (one.run.path / f"{name}.parquet").read_bytes() == (two.run.path / f"{name}.parquet").read_bytes()
    assert one.run.record["inputs"] == two.run.record["inputs"]
    beside = {path.name for path in (tmp_path / "one").iterdir()}
    assert beside == {"found", *(run for of in one.runs.values() for run in of.values())}


def test_e03_a_run_of_more_replications_gives_the_first_of_them() -> None:
    asked: dict[str, Any] = {"package": lines(), "engines": ("simulate",)}
    few = compare("base", "project:ferries", **asked, **SHORT)
    more = compare("base", "project:ferries", **asked, **SHORT | {"replications": 6})
    assert more.runs == few.runs
    assert set(more.changes(subject="total")["pairs"]) == {6}
    again = compare("base", "project:ferries", **asked, **SHORT)
    pd.testing.assert_frame_equal(few.changes(), again.changes())


def test_e04_a_run_that_is_spoilt_is_made_anew(own_runs: Path) -> None:
    found = compare("base", "project:ferries", package=lines(), engines=("assign",))
    spoilt = own_runs / found.runs["base"]["assign"] / "run.json"
    about = json.loads(spoilt.read_text())
    assert Shelf().kept(about) is not None
    spoilt.write_text("{")
    assert Shelf().kept(about) is None


def test_e05_another_content_of_a_file_is_another_comparison(tmp_path: Path) -> None:
    names = []
    for hours in (24, 12):
        (tmp_path / "mine.yaml").write_text(f"title: Mine\nchanges: [service/F1/headway_h={hours}]\n")
        found = compare("base", str(tmp_path / "mine.yaml"), package=lines(), engines=("plan",))
        names.append(found.run.name)
    assert len(set(names)) == 2


def test_e06_one_replication_has_differences_and_no_intervals() -> None:
    found = compare("base", "project:ferries", package=lines(), engines=("simulate",), **SHORT | {"replications": 1})
    assert any("no intervals" in note for note in found.notes)
    hours = figure(found, "group", "B - C | middle | container", "hours")
    assert hours["difference"] < 0
    assert isnan(hours["low"])
    assert len(list(tables(found.run, found.frames))) > 2


# --- f: what cannot be asked


@pytest.mark.parametrize(
    ("words", "wishes", "told"),
    [
        (("base",), {}, "give one or more to hold against the base"),
        (("bse", "project:port"), {}, "nearest: base"),
        (("bse", "project:prt"), {}, "nearest: port"),
        (("base", "project:prt", "nothing"), {}, "no scenario 'nothing'"),
        (("base", "base"), {}, "which is base each time"),
        (("base", "project:port", "base+project:port"), {}, "which is base+project:port each time"),
        (("package", ""), {}, "which is package each time"),
        (("base", "project:port"), {"engines": ("plan", "asign")}, "did you mean assign?"),
        (("base", "project:port"), {"engines": ("plan", "plan")}, "give each once"),
        (("base", "project:port"), {"engines": ()}, "give some of plan, assign, simulate"),
        (("base", "project:port"), {"replications": 0}, "replications"),
        (("base", "project:port"), {"method": "best", "days": -1.0}, "give one of ue, sue, so"),
        (("base", "project:port"), {"largest": 0}, "or leave plan out of the engines"),
        (("base", "project:port"), {"day": "02-30"}, "07-01"),
        (("base", "project:port"), {"requests": ("A to C",)}, "Xi'an > Istanbul"),
        (("base", "project:port"), {"requests": ("A > C: 2xBOX",)}, "2xFEU"),
        (("base", "project:port"), {"requests": ("A > Q",)}, "A > Q: 1xFEU"),
    ],
)
def test_f01_what_cannot_be_asked_is_told(words: tuple[str, ...], wishes: dict[str, Any], told: str) -> None:
    assert told in problems(*words, **wishes)


def test_f02_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        Compare(engines=("simulat",), largest=-1, replications=0, method="x", gap=2.0, seed=-1).checked()
    assert [problem.address for problem in refused.value.problems] == [
        "engines", "largest", "replications", "seed", "method", "gap",
    ]  # fmt: skip


def test_f03_a_request_that_one_side_cannot_be_asked_is_told_there() -> None:
    planned: dict[str, Edit] = {
        "planned_place": {"D": {"projects": ("far",), "id": "D", "name": "D", "country": "GE", "kind": "station",
                                "lon": 0.0, "lat": 0.0, "time_zone": "UTC"}},
        "planned_link": {"BD": {"projects": ("far",), "id": "BD", "from_place": "B", "to_place": "D", "mode": "rail",
                                "length_km": 500.0, "speed_kmh": 50.0, "gauge_mm": "1520"}},
        "planned_service": {"K2": {"projects": ("far",), "id": "K2", "name": "K2", "mode": "rail", "vehicle": "K1",
                                   "departs": "headway", "headway_h": 24.0}},
        "planned_stop": {str(seq): {"projects": ("far",), "service": "K2", "seq": seq, "place": place, "call": "both"}
                         for seq, place in enumerate("BD")},
        "planned_facility": {
            "D-gate": {"projects": ("far",), "id": "D-gate", "place": "D", "kind": "terminal_gate",
                       "serves": "container", "servers": 9, "service_time_h": 0.0, "price_usd_teu": 0.0,
                       "price_usd_feu": 0.0},
        },
        "planned_tariff": {"K2": {"projects": ("far",), "id": "K2", "kind": "leg", "service": "K2", "unit": "40ft",
                                  "price_usd": 50.0, "year": 2024}},
    }  # fmt: skip
    base = lines()
    tables_of = drawn(LINES, tables=planned).tables
    corridor = replace(base, tables={**base.tables, **{name: tables_of[name] for name in planned}})
    found = compare(
        "base", "project:far", package=corridor, engines=("plan",), largest=0, requests=("A > D: 1xFEU of goods",)
    )
    rows = found.changes(measure="usd")
    assert rows["before"].isna().all()
    assert rows["difference"].isna().all()
    assert set(rows["only_in"]) == {"scenario"}
    options = found.options()
    assert set(options["change"]) == {"appears"}
    assert all("destination" in why for why in options["why"])


def test_f04_a_request_without_any_route_says_so() -> None:
    found = compare("base", "project:far", package=lines(), engines=("plan",), requests=("A > X: 1xFEU of goods",))
    [row] = [row for row in found.options().to_dict("records") if row["request"] == "A > X: 1xFEU of goods"]
    assert (row["change"], row["before"], row["after"]) == ("no route", "", "")
    assert row["why"]
    assert "A > X: 1xFEU of goods no route: " in "\n".join(map(str, tables(found.run, found.frames)))


@pytest.mark.parametrize("kind", [InputError, TakenError])
def test_f05_what_cannot_be_run_is_said_to_be_so_under_that_scenario(kind: type[InputError]) -> None:
    [_, side] = sides_of(lines(), "base", ["project:port"])
    with pytest.raises(kind, match="the system under base\\+project:port"), under(side):
        raise kind("the system", [Problem("pool", "nothing", "give some")])


# --- g: the command


@pytest.fixture
def saved(package: Path) -> Path:
    """The small package with a base, and a scenario of faster trains."""
    (package / "base.yaml").write_bytes(BASE)
    (package / "fast.yaml").write_text("title: Fast\non: [base]\nchanges: [service/train/headway_h=12]\n")
    return package


def test_g01_the_command_answers_as_text_and_as_json_and_can_be_asked_in_sql(
    karvan_says: Callable[..., tuple[int, str]], saved: Path
) -> None:
    words = ("compare", "base", "fast", "--package", saved, "--engines", "plan,assign", "--request", "Alpha > Beta")
    code, printed = karvan_says(*words)
    assert code == 0, printed
    assert "fast, Fast (2024): stands on the base" in printed
    assert "Plans: the best of each family" in printed
    code, printed = karvan_says(*words, "--json")
    assert code == 0, printed
    told = json.loads(printed)
    hours = {
        row["name"]: row["difference"] for row in told["changes"] if row["measure"] == "hours" and not row["detail"]
    }
    assert hours["Alpha > Beta: 1xFEU of general"] == pytest.approx(-6)
    assert [side["name"] for side in told["results"]["sides"]] == ["base", "fast"]
    code, printed = karvan_says(
        "sql",
        "select difference from changes where measure = 'hours' and name like 'Alpha%' and only_in = ''",
        "--json",
    )
    assert code == 0, printed
    assert "-6" in printed


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "BASE"),
        (("base",), 2, "SCENARIO"),
        (("base", "fasst"), 3, "nearest: fast"),
        (("base", "fast", "--engines", "simulat"), 3, "did you mean simulate?"),
        (("base", "fast", "-n", "many"), 2, "many"),
    ],
)
def test_g02_what_cannot_be_used_is_told_with_its_exit_code(
    karvan_says: Callable[..., tuple[int, str]], saved: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    exit_code, printed = karvan_says("compare", *words, "--package", saved)
    assert exit_code == code, printed
    assert told in printed
    assert "Traceback" not in printed


def test_g03_an_assignment_that_did_not_converge_is_told(
    karvan_says: Callable[..., tuple[int, str]], saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from karvan.study.comparison import runs

    real = runs.results_of
    monkeypatch.setattr(runs, "results_of", lambda found: real(found) | {"converged": False, "gap": 0.5})
    code, printed = karvan_says("compare", "base", "fast", "--package", saved, "--engines", "assign")
    assert code == 5, printed
    assert "has not converged" in printed


def test_g04_public_names() -> None:
    assert karvan.compare is compare
    assert karvan.Compare is Compare
    assert karvan.Comparison is Comparison


# --- h: the package that ships


@pytest.mark.thorough
def test_h01_one_more_ferry_on_the_caspian_changes_nothing_in_the_far_south(shipped: Corridor, tmp_path: Path) -> None:
    (tmp_path / "ferry.yaml").write_text("title: One more ferry\nchanges: [service/asco-aktau-alat/fleet=+1]\n")
    found = compare("base-2024", str(tmp_path / "ferry.yaml"), package=shipped, days=60, replications=2, workers=2)
    assert found.converged
    queue = figure(found, "part", "asco-aktau-alat at 0 AKTAU", "queue", "AKTAU")
    assert queue["difference"] < 0
    assert found.changes(subject="family", measure="teu", moved=True).empty
    assert figure(found, "family", "ocean-gulf", "hours", engine="simulate")["difference"] == 0.0
    hours = figure(found, "total", "", "hours", engine="simulate")
    assert hours["narrower"] > 10
