"""Charts of a run: they show its tables, need nothing from elsewhere, and are the same each time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from karvan.cli.main import karvan
from karvan.corridor import Corridor
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError
from karvan.kernels.fields import CAUSES
from karvan.report import charts as report
from karvan.report.charts import COLOURS, charts, write_charts
from karvan.sim.simulation import Simulation
from karvan.study.runs import simulation_of
from karvan.study.simulate import Progress, simulate
from karvan.testing import draw
from karvan.testing.draw import row


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def corridor(teu_year: float = 17_520.0) -> Corridor:
    """Boxes by train to a port with one slow crane, and a ship each day."""
    picture = draw("""
        K1  rail A 5h B now
        F1  sea B 10h C daily
    """)
    said = dict(picture.tables)
    said["demand"] = (
        row("demand", id="d", origin="A", destination="C", commodity="goods", year=2024, teu_year=teu_year),
    )  # fmt: skip
    said["commodity"] = (
        row("commodity", id="goods", name="Goods", t_per_teu=10.0, t_per_wagon=50.0, t_per_truck=20.0, usd_per_t=1000.0,
            value_of_time_pct_day=0.1),
    )  # fmt: skip
    said["vehicle"] = tuple(one._replace(capacity_teu=40.0, speed_kmh=50.0) for one in said["vehicle"])
    said["service"] = tuple(
        one._replace(departs="when_full", longest_wait_h=20.0) if one.headway_h == 0.0 else one
        for one in said["service"]
    )
    said["facility"] = tuple(one._replace(servers=1, service_time_h=0.8) for one in said["facility"])
    return Corridor(picture.description, said)


ASKED: dict[str, Any] = {"days": 12.0, "warmup_days": 2.0, "replications": 3}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    return simulate(corridor(), out=tmp_path_factory.mktemp("charts") / "busy", **ASKED)


@pytest.fixture
def found(study: Simulation) -> Iterator[Simulation]:
    yield study
    for path in sorted((study.run.path / "charts").glob("*")):
        path.unlink()


def rows_of(chart: Any) -> list[list[dict[str, Any]]]:
    """The data that a chart holds, part by part."""
    spec = json.loads(chart.to_json())
    return [rows for _, rows in sorted(spec["datasets"].items())] if "datasets" in spec else list(_values(spec))


def _values(spec: Any) -> Iterator[list[dict[str, Any]]]:
    if isinstance(spec, dict):
        if "values" in spec.get("data", {}):
            yield spec["data"]["values"]
        for part in spec.values():
            yield from _values(part)
    elif isinstance(spec, list):
        for part in spec:
            yield from _values(part)


def texts_of(spec: Any) -> Iterator[str]:
    if isinstance(spec, dict):
        if isinstance(spec.get("title"), dict) and "text" in spec["title"]:
            yield spec["title"]["text"]
        for part in spec.values():
            yield from texts_of(part)
    elif isinstance(spec, list):
        for part in spec:
            yield from texts_of(part)


# --- a: charts show the tables


def test_a1_time_by_cause_is_that_of_the_run_in_days_with_its_interval(found: Simulation) -> None:
    [rows] = {json.dumps(part): part for part in rows_of(charts(found)["causes"])}.values()
    told = found.by_cause()
    told = told[told["mean"] > 0]
    assert [one["cause"] for one in rows] == list(told.index)
    for one in rows:
        mean, half = told.loc[one["cause"], "mean"] / 24, told.loc[one["cause"], "ci"] / 24
        assert (one["mean"], one["low"], one["high"]) == pytest.approx((mean, mean - half, mean + half), rel=1e-4)
    assert sum(one["share"] for one in rows) == pytest.approx(1.0, abs=1e-4)


def test_a2_places_are_those_where_units_wait_and_add_up_by_cause(found: Simulation) -> None:
    parts, totals = sorted(
        {json.dumps(part): part for part in rows_of(charts(found)["places"])}.values(),
        key=lambda part: "high" in part[0],
    )
    lost = found.replications("lost")
    queues = found.replications("queues")
    gathers = set(queues.loc[queues["on_demand"], "queue"])
    waits = lost[~lost["cause"].isin(["travel", "handling", "papers"]) & ~lost["part"].isin(gathers)]
    wanted = waits.groupby("place")["unit_h"].sum() / 3 / 24
    assert {one["place"]: one["mean"] for one in totals} == pytest.approx(dict(wanted[wanted > 0]), rel=1e-4)
    assert [one["mean"] for one in totals] == sorted((one["mean"] for one in totals), reverse=True)
    summed = pd.DataFrame(parts).groupby("place")["mean"].sum()
    assert dict(summed) == pytest.approx({one["place"]: one["mean"] for one in totals}, rel=1e-4)


def test_a3_queues_are_those_that_cost_most_day_by_day_with_a_band(found: Simulation) -> None:
    chart = charts(found)["queues"]
    shown = [text.rsplit(", ", 1)[0] for text in texts_of(json.loads(chart.to_json()))][1:]
    with_queue = set(found.queues().index)
    assert shown == [part for part in found.bottlenecks()["part"].drop_duplicates() if part in with_queue][:6]
    daily = found.replications("daily")
    first = daily[daily["part"] == shown[0]].pivot_table(values="waiting", index="day", columns="replication").fillna(0)
    rows = next(part for part in rows_of(chart) if part[3]["mean"] == pytest.approx(first.loc[3].mean(), rel=1e-4))
    assert [one["date"] for one in rows][:2] == ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"]
    assert len(rows) == 12
    for day, one in enumerate(rows):
        assert one["mean"] == pytest.approx(first.loc[day].mean(), rel=1e-4)
        assert one["p10"] == pytest.approx(np.quantile(first.loc[day], 0.1), rel=1e-4)
        assert one["p90"] == pytest.approx(np.quantile(first.loc[day], 0.9), rel=1e-4)
    assert max(one["p90"] for one in rows) > 1


def test_a4_times_are_the_shares_of_the_delivered(found: Simulation) -> None:
    chart = charts(found)["times"]
    bars = max(rows_of(chart), key=len)
    assert sum(one["a_day"] * (one["to_d"] - one["from_d"]) for one in bars) == pytest.approx(1.0, rel=1e-3)
    table = found.distribution(["A - C | sea | container", *found.times().index])
    assert round(table["units"].sum() * 3, 6) == found.replications("times")["delivered"].sum()
    [times] = found.times().reset_index().to_dict("records")
    p50 = times["p50_h"]  # half are faster, but for those of its own span: the boxes of a ship come together
    below, upto = (table.loc[column, "share"].sum() for column in (table["to_h"] < p50, table["from_h"] <= p50))
    assert 0.3 < below < 0.5 < upto < 0.7
    assert f"P50 {times['p50_h'] / 24:.1f} days" in list(texts_of(json.loads(chart.to_json())))[1]


def test_a5_each_chart_names_its_run_and_every_cause_has_a_colour(found: Simulation) -> None:
    for chart in charts(found).values():
        assert any(
            "run busy" in line and "3 replications of 12 days, seed 1" in line for line in chart.title["subtitle"]
        )
    assert set(COLOURS) == set(CAUSES)
    assert len(set(COLOURS.values())) == len(CAUSES)


def test_a6_a_replication_that_lost_none_there_counts_in_the_means(tmp_path: Path) -> None:
    about = {"replications": 2, "inputs": {"command": "simulate", "package": "p", "seed": 1, "settings": {}}}
    names = {name: np.array(["x"], dtype=object) for name in ("place", "cause", "part")}
    with RunFolder.create(tmp_path / "run", about) as run:
        for number, hours in enumerate((10.0, 0.0)):
            rows = slice(0, 1 if hours else 0)
            table = names | {"unit_h": np.array([hours]), "vehicle_h": np.array([0.0])}
            run.put(number, {"lost": {name: column[rows] for name, column in table.items()}})
        lost = Simulation(run, "p", {}).lost()
    assert lost["unit_h"].tolist() == [5.0]
    assert lost["unit_h_ci"].tolist() == pytest.approx([12.7062 * 5.0], rel=1e-5)


# --- b: files


def test_b1_the_same_run_gives_the_same_bytes_here_and_in_another_process(found: Simulation) -> None:
    first = {path.name: path.read_bytes() for path in write_charts(found, ["svg", "html", "svg"])}
    assert sorted(first) == ["causes.svg", "charts.html", "places.svg", "queues.svg", "times.svg"]
    again = {path.name: path.read_bytes() for path in write_charts(found, ["html", "svg"])}
    assert again == first
    command = [sys.executable, "-m", "karvan", "charts", str(found.run.path), "--format", "svg", "--format", "html"]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Baku"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    told = [Path(line) for line in done.stdout.splitlines()]
    assert {path.name: path.read_bytes() for path in told} == first


def test_b2_a_page_needs_nothing_from_elsewhere(found: Simulation) -> None:
    [path] = write_charts(found, ["html"])
    page = path.read_text(encoding="utf-8")
    assert not re.search(r"<script[^>]*\bsrc\b|<link\b|@import|src=.https?:|\bcdn\b", page)
    assert len(page) > 500_000, "the scripts are not inside"
    spec = page[page.rindex("vegaEmbed") - 60_000 :]
    assert "busy" in spec
    assert '"editor": false' in page


def test_b3_images_are_images_on_a_light_ground(found: Simulation) -> None:
    paths = {path.name: path.read_bytes() for path in write_charts(found, ["png", "svg"])}
    for name in ("queues", "causes", "places", "times"):
        assert paths[f"{name}.png"].startswith(b"\x89PNG")
        width, height = (int.from_bytes(paths[f"{name}.png"][at : at + 4], "big") for at in (16, 20))
        assert width > 1280
        assert height > 100
        assert b'fill="#ffffff"' in paths[f"{name}.svg"]
        assert b"run busy" in paths[f"{name}.svg"]


def test_b4_charts_are_beside_the_run_and_go_when_it_goes_on(own_runs: Path) -> None:
    one = simulate(corridor(), out=own_runs / "one", **ASKED)
    tables = list(one.run.files())
    write_charts(one, ["svg"])
    assert list(one.run.files()) == tables
    more = simulate(corridor(), out=own_runs / "one", resume=True, **ASKED | {"replications": 4})
    assert not (more.run.path / "charts").exists()


# --- c: what cannot be drawn, and doors


def test_c1_a_run_that_was_cut_off_is_drawn_as_far_as_it_is(own_runs: Path) -> None:
    class Power(Exception):
        """Goes off."""

    def off(done: int, _of: int) -> None:
        if done == 1:
            raise Power

    with pytest.raises(Power):
        simulate(corridor(), out=own_runs / "cut", progress=Progress(done=off), **ASKED)
    drawn = charts(simulation_of("cut"))
    assert "1 replications" in drawn["causes"].title["subtitle"][1]
    [rows] = {json.dumps(part): part for part in rows_of(drawn["causes"])}.values()
    assert {one["low"] for one in rows} == {None}  # one replication has no interval


def test_c2_nothing_to_draw_is_told(own_runs: Path) -> None:
    none = simulate(corridor(), demand=0.0, out=own_runs / "none", **ASKED)
    assert charts(none) == {}
    with pytest.raises(InputError, match="no time of any unit"):
        write_charts(none, ["svg"])
    with pytest.raises(InputError, match="nix"):
        simulation_of("nix")
    about = {"replications": 2, "inputs": {"command": "plan", "package": "p", "seed": 1}}
    with RunFolder.create(own_runs / "other", about) as run:
        pass
    with pytest.raises(InputError, match="karvan simulate"):
        simulation_of(run.path)
    about["inputs"]["command"] = "simulate"  # type: ignore[index]
    with RunFolder.create(own_runs / "begun", about):
        pass
    with pytest.raises(InputError, match="none that is finished"):
        simulation_of("begun")


@pytest.mark.parametrize("module", ["altair", "vl_convert"])
def test_c3_without_the_extra_it_is_said_before_anything_is_run(
    module: str, own_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=r"pip install \"karvan\[viz\]\""):
        report.ready()
    done = CliRunner().invoke(karvan, ["simulate", "--days", "1", "--charts", "svg"])
    assert isinstance(done.exception, InputError)
    assert not own_runs.exists()


def test_c4_the_doors(found: Simulation, own_runs: Path) -> None:
    done = CliRunner().invoke(karvan, ["charts", str(found.run.path), "--format", "svg", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["run"] == "busy"
    assert [Path(path).name for path in told["charts"]] == ["causes.svg", "places.svg", "queues.svg", "times.svg"]
    refused = CliRunner().invoke(karvan, ["charts", str(found.run.path), "--format", "gif"])
    assert refused.exit_code == 2
    assert not own_runs.exists()


@pytest.mark.thorough
def test_c5_simulate_draws_and_traces_the_shipped_corridor(own_runs: Path) -> None:
    asked = [
        "simulate",
        "--days",
        "2",
        "--warmup-days",
        "0",
        "-n",
        "1",
        "--charts",
        "svg",
        "--charts",
        "html",
        "--trace",
    ]
    done = CliRunner().invoke(karvan, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert {Path(path).suffix for path in told["charts"]} == {".svg", ".html"}
    assert all(Path(path).is_relative_to(own_runs) and Path(path).stat().st_size > 1000 for path in told["charts"])
    trace = RunFolder.open(told["run"]["folder"]).read("trace", 0)
    assert trace.num_rows > 50_000
    assert {"departs", "arrives", "boards"} <= set(trace["kind"].unique().to_pylist())
