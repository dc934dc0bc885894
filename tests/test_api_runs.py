"""Runs over REST: lists, whole answers as the command line prints them, tables, what a map plays, and reports."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

import karvan
from karvan.api import movements as played_page
from karvan.api import run_tables
from karvan.api import runs as pages
from karvan.api.app import create_app
from karvan.api.settings import Settings
from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.corridor.package import Description
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.report.document import pdf
from karvan.sim.replication import Replication
from karvan.study.movements import Window, movements, shares, thinned
from karvan.study.played import MS_PER_H, Played, played
from karvan.study.reel import Reel, link_of, measured, reel_of, service_of
from karvan.study.simulate import Simulate, demand_of, packed_of
from karvan.testing import draw
from karvan.testing.draw import row

Says = Callable[..., tuple[int, str]]
DAYS, WARMUP = 20, 5
BUSY = b"title: Half as much again\nyear: 2024\ndemand: {of: 2024, factors: [{factor: 1.5, grade: D, why: a test}]}\n"


def strait() -> Corridor:
    """Boxes by trains that are formed as they come, then over a strait by two ferries that storms stop."""
    drawn = draw("""
        place   ALPHA CN Asia/Shanghai
        place   BETA  KZ Asia/Almaty
        place   GAMMA AZ Asia/Baku
        train   rail ALPHA 20h BETA  now  1000usd 10kg
        ferry   sea  BETA 10h GAMMA  now  200usd 5kg
        change  BETA rail sea 2h 50usd
        border  BETA rail in 3h
    """)
    said = dict(drawn.tables)
    ends = {"ALPHA": (61.2, 43.8), "BETA": (51.2, 43.6), "GAMMA": (49.4, 39.9)}
    said["place"] = tuple(p._replace(lon=ends[p.id][0], lat=ends[p.id][1]) for p in said["place"])
    said["link"] = tuple(one._replace(waters="Caspian Sea" * (one.mode == "sea")) for one in said["link"])
    said["waypoint"] = tuple(
        row("waypoint", link="ferry-0", seq=n, lon=lon, lat=lat)
        for n, (lon, lat) in enumerate([(51.2, 43.6), (50.5, 41.0), (49.4, 39.9)])
    )
    said["vehicle"] = tuple(one._replace(capacity_teu=40.0, speed_kmh=50.0) for one in said["vehicle"])
    ferry = {"fleet": 2, "both_ways": True, "longest_wait_h": 30.0}
    said["service"] = tuple(
        one._replace(departs="when_full", headway_h=None, **ferry if one.id == "ferry" else {"longest_wait_h": 20.0})
        for one in said["service"]
    )
    said["commodity"] = (
        row("commodity", id="goods", name="Goods", t_per_teu=10.0, usd_per_t=1000.0, value_of_time_pct_day=0.1),
    )
    said["demand"] = (
        row("demand", id="d", origin="ALPHA", destination="GAMMA", commodity="goods", year=2024, teu_year=17_520.0),
    )
    storm = row("closure", id="storm", stops_table="service", stops=("ferry",), duration_h=15.0, duration_dist="gamma")
    fog = row("closure", id="fog", stops_table="place", stops=("GAMMA",), times_of="storm")
    ban = row("closure", id="ban", stops_table="link", stops=("train-0",))
    said["closure"] = (ban, fog, storm)
    said["closure_time"] = (
        row("closure_time", closure="ban", seq=1, begins=dt.datetime(2024, 1, 3, tzinfo=dt.UTC),
            ends=dt.datetime(2024, 1, 4, tzinfo=dt.UTC)),
    )  # fmt: skip
    said["closure_rate"] = tuple(row("closure_rate", closure="storm", month=n, starts=8.0) for n in range(1, 13))
    said["family"] = (row("family", id="sea", name="By sea", seq=1, modes=("sea",)),)
    said["grid_intensity"] = (row("grid_intensity", country="KZ", year=2024, gco2e_kwh=800.0),)
    said["fact"] = (row("fact", id="F1", subject="all", metric="all", value="1", source="picture", confidence="B"),)
    plain = row("basis", facts=("F1",), method="read", grade="B")
    bare = Corridor(drawn.description, said)
    said["basis"] = tuple(plain._replace(table=t, row=r, column=c) for t, r, c in sorted(numbers(bare)))
    return Corridor(Description("strait", "A strait"), said, scenarios={"busy": BUSY})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A service that knows the strait, and a shelf of its own with two simulations of it."""
    folder = tmp_path_factory.mktemp("world")
    strait().save(folder / "strait")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KARVAN_RUNS", str(folder / "runs"))
        corridor = karvan.load(folder / "strait")
        asked: dict[str, Any] = {"days": DAYS, "warmup_days": WARMUP, "replications": 2}
        found = karvan.simulate(corridor, trace=True, **asked)
        other = karvan.simulate(corridor, scenario="busy", **asked)
        settings = Settings(folder / "service", workers=0, packages={"strait": folder / "strait"})
        with TestClient(create_app(settings), base_url="http://localhost") as client:
            yield SimpleNamespace(folder=folder, package=folder / "strait", corridor=corridor, client=client,
                                  run=found.name, simulation=found, other=other.name)  # fmt: skip


@pytest.fixture
def client(world: SimpleNamespace) -> TestClient:
    found: TestClient = world.client
    return found


def got(client: TestClient, path: str, /, **query: Any) -> Any:
    answer = client.get(f"/api{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: Response, status: int) -> dict[str, str]:
    """The first fault that an answer tells."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    fault: dict[str, str] = answer.json()["problems"][0]
    assert set(fault) == {"address", "found", "remedy"}
    assert all(fault.values())
    return fault


def begun(world: SimpleNamespace, name: str, command: str = "simulate", seed: int = 1) -> RunFolder:
    """A run that is being written; close it."""
    about = describe(command, "strait", world.corridor.tables, seed=seed, replications=2, settings={"year": 2024})
    return RunFolder.create(world.folder / "runs" / name, about)


# a: lists, one run, its whole answer


def test_a01_runs_are_listed_the_newest_first_and_by_what_they_are(client: TestClient, world: SimpleNamespace) -> None:
    every = pages.RunList.model_validate(got(client, "/runs"))
    assert {line.run for line in every.runs} >= {world.run, world.other}
    starts = [line.started for line in every.runs]
    assert starts == sorted(starts, reverse=True)
    assert every.total == len(every.runs)
    busy = got(client, "/runs", scenario="busy", command="simulate", status="complete", package="strait")
    assert [line["run"] for line in busy["runs"]] == [world.other]
    none = got(client, "/runs", scenario="")
    assert world.other not in [line["run"] for line in none["runs"]]
    assert got(client, "/runs", status="running")["runs"] == []
    second = got(client, "/runs", limit=1, offset=1)
    assert [line["run"] for line in second["runs"]] == [every.runs[1].run]
    assert second["total"] == every.total


def test_a02_a_run_tells_what_it_is_made_from_and_every_address_in_it_answers(
    client: TestClient, world: SimpleNamespace
) -> None:
    answer = client.get(f"/api/runs/{world.run}")
    found = pages.RunDetails.model_validate(answer.json())
    assert found.inputs == world.simulation.run.record["inputs"]
    assert found.results == world.simulation.run.record["results"]
    assert {line.table for line in found.tables} == {name for name, _, _ in world.simulation.run.files()}
    assert next(line for line in found.tables if line.table == "trace").replications == 2
    assert next(line for line in found.tables if line.table == "bottlenecks").replications is None
    links = [address for address in found.links.model_dump().values() if address]
    assert len(links) == 4
    for address in [*links, *(line.link for line in found.tables)]:
        assert client.get(address).status_code == 200, address
    assert client.get(f"/api/runs/{world.run}", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("words", [
    ("simulate", "--days", 10, "-n", 2, "--warmup-days", 3, "--one-more", 1),
    ("simulate", "--days", 10, "-n", 1, "--warmup-days", 3, "--set", "service/ferry/fleet=1", "--scenario", "busy"),
    ("assign",), ("assign", "--method", "so"), ("assign", "--simulate", 2, "--days", 30),
    ("compare", "package", "busy", "--engines", "plan,assign,simulate", "-n", 2, "--days", 10, "--warmup-days", 3),
    ("compare", "package", "busy", "--engines", "assign"),
])  # fmt: skip
def test_a03_the_result_is_the_document_of_the_command(
    client: TestClient, world: SimpleNamespace, karvan_says: Says, words: tuple[object, ...]
) -> None:
    code, printed = karvan_says(*words, "-p", world.package, "--json")
    assert code in (0, 5), printed
    told = json.loads(printed)
    told["run"].pop("folder")
    answer = client.get(f"/api/runs/{told['run']['name']}/result")
    assert answer.status_code == 200, answer.text
    assert pages.RunResult.model_validate(answer.json())
    assert answer.json() == told


def test_a04_an_appraisal_is_told_as_the_command_told_it(client: TestClient, karvan_says: Says) -> None:
    code, printed = karvan_says("appraise", "poti-yard", "--json")
    assert code == 0, printed
    told = json.loads(printed)
    told["run"].pop("folder")
    path = f"/runs/{told['run']['name']}/result"
    assert got(client, path) == told
    assert told["basis"]


def test_a05_a_run_of_another_command_tells_its_record_and_the_sizes_of_its_tables(
    client: TestClient, world: SimpleNamespace
) -> None:
    with begun(world, "calibrated", "calibrate") as run:
        run.finish({"calibrated_targets": {"target": np.array(["a", "b"])}}, {"verdict": "found"})
    found = got(client, "/runs/calibrated/result")
    assert found["tables"] == {"calibrated_targets": 2}
    assert found["results"] == {"verdict": "found"}
    fault = refused(client.get("/api/runs/calibrated/report"), 409)
    assert "calibrate" in fault["found"]
    assert got(client, "/runs/calibrated")["links"]["report"] is None


def test_a06_a_result_is_sent_once_and_what_is_not_complete_is_kept_by_nobody(
    client: TestClient, world: SimpleNamespace
) -> None:
    path = f"/api/runs/{world.run}/result"
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with begun(world, "cut-off"):
        running = client.get("/api/runs/cut-off")
        assert running.json()["status"] == "running"
        assert running.headers["cache-control"] == "no-store"
        assert "etag" not in running.headers
        assert "wait" in refused(client.get("/api/runs/cut-off/result"), 409)["remedy"]
    for rest in ("result", "report"):
        fault = refused(client.get(f"/api/runs/cut-off/{rest}"), 409)
        assert fault["found"] == "interrupted"
        assert "goes on" in fault["remedy"]


def test_a07_a_run_is_removed_but_not_while_it_is_worked_on(client: TestClient, world: SimpleNamespace) -> None:
    with begun(world, "doomed") as run:
        assert "process" in refused(client.delete("/api/runs/doomed"), 409)["found"]
        assert run.path.is_dir()
    assert client.delete("/api/runs/doomed").status_code == 204
    assert not any("doomed" in path.name for path in (world.folder / "runs").iterdir())
    for rest in ("", "/result", "/report", "/movements", "/tables/lost"):
        refused(client.get(f"/api/runs/doomed{rest}"), 404)
    refused(client.delete("/api/runs/doomed"), 404)
    assert "doomed" not in [line["run"] for line in got(client, "/runs")["runs"]]


@pytest.mark.parametrize("name", [
    "..", ".", "%2e%2e", "..%2Foutside", "a%5Cb", "a%00b", "%2Fetc", "outside", ".hidden", "x" * 300, "%F0%9F%9A%82",
])  # fmt: skip
def test_a08_no_name_leads_out_of_the_shelf(client: TestClient, world: SimpleNamespace, name: str) -> None:
    for folder in (world.folder / "outside", world.folder / "runs" / ".hidden"):
        if not folder.exists():
            with RunFolder.create(folder, describe("simulate", "strait", {}, seed=1)) as run:
                run.finish({}, {"secret": True})
    for rest in ("", "/result", "/report", "/movements", "/tables/lost"):
        answer = client.get(f"/api/runs/{name}{rest}", follow_redirects=False)
        assert "secret" not in answer.text
        if name not in ("..", ".", "%2e%2e"):  # which a client takes out of the address itself
            assert answer.status_code in (404, 422), answer.text
    assert client.delete(f"/api/runs/{name}").status_code in (404, 405, 422)
    assert (world.folder / "outside" / "run.json").is_file()


def test_a09_a_spoilt_run_is_told_and_hides_no_other(client: TestClient, world: SimpleNamespace) -> None:
    spoilt = world.folder / "runs" / "spoilt"
    spoilt.mkdir()
    (spoilt / "run.json").write_text("{", encoding="utf-8")
    try:
        every = got(client, "/runs")
        assert "spoilt/run.json" in [fault["address"] for fault in every["problems"]]
        assert every["runs"]
        assert refused(client.get("/api/runs/spoilt"), 422)["address"] == "run.json"
    finally:
        (spoilt / "run.json").unlink()
        spoilt.rmdir()


def test_a10_a_run_may_be_called_anything(client: TestClient, world: SimpleNamespace) -> None:
    name = 'the "strait", naïve & 50% (2)\u20ac'
    with begun(world, name) as run:
        run.finish({"lost_all": {"place": np.array(["BETA"])}}, {"mean_hours": 1.0})
    found = got(client, f"/runs/{quote(name)}")
    assert found["run"] == name
    for form in ("json", "csv", "parquet"):
        assert client.get(f"{found['tables'][0]['link']}?format={form}").status_code == 200
    assert client.delete(found["links"]["self"]).status_code == 204


# b: tables


def test_b01_every_table_is_what_its_file_holds(client: TestClient, world: SimpleNamespace) -> None:
    for table, replication, file in world.simulation.run.files():
        query = {} if replication is None else {"replication": replication}
        page = run_tables.ResultTable.model_validate(
            got(client, f"/runs/{world.run}/tables/{table}", limit=200, **query)
        )
        held = pq.read_table(file)
        assert page.total == held.num_rows
        assert [column.name for column in page.columns] == held.column_names
        wanted = pd.DataFrame(held.slice(0, 200).to_pylist(), columns=held.column_names)
        shown = pd.DataFrame(page.rows, columns=held.column_names)
        for column in held.column_names:
            if isinstance(wanted[column].dtype, pd.DatetimeTZDtype):
                shown[column] = pd.to_datetime(shown[column], format="ISO8601")
            same = shown[column].isna().to_numpy() == wanted[column].isna().to_numpy()
            assert same.all(), (table, column)
            there = wanted[column].notna().to_numpy()
            assert list(shown[column][there]) == list(wanted[column][there]), (table, column)
        assert "NaN" not in json.dumps(page.rows)


@given(limit=st.integers(1, 400), offset=st.integers(0, 900))
def test_b02_pages_put_together_are_the_table(world: SimpleNamespace, limit: int, offset: int) -> None:
    file = next(f for name, number, f in world.simulation.run.files() if (name, number) == ("trace", 0))
    seq = pq.read_table(file, columns=["seq"])["seq"].to_pylist()
    page = got(world.client, f"/runs/{world.run}/tables/trace", replication=0, limit=limit, offset=offset)
    assert [one["seq"] for one in page["rows"]] == seq[offset : offset + limit]
    assert page["total"] == len(seq)


def test_b03_csv_and_parquet_hold_the_whole_table(client: TestClient, world: SimpleNamespace) -> None:
    file = next(f for name, number, f in world.simulation.run.files() if (name, number) == ("trace", 1))
    path = f"/api/runs/{world.run}/tables/trace?replication=1&format="
    whole = client.get(f"{path}parquet")
    assert whole.content == file.read_bytes()
    assert whole.headers["content-type"] == "application/vnd.apache.parquet"
    told = client.get(f"{path}csv")
    assert told.headers["content-type"].startswith("text/csv")
    assert told.headers["content-disposition"] == f'attachment; filename="{world.run}-trace-0001.csv"'
    rows = list(csv.DictReader(io.StringIO(told.text)))
    held = pq.read_table(file)
    assert list(rows[0]) == held.column_names
    assert [line["agent"] for line in rows] == held["agent"].to_pylist()
    assert [int(line["units"]) if line["units"] else None for line in rows] == held["units"].to_pylist()
    for answer in (whole, told):
        assert client.get(str(answer.url), headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    empty = client.get(f"/api/runs/{world.run}/tables/sections?replication=0&format=csv")
    assert empty.text == '"section","trains"\n'


@pytest.mark.parametrize(("table", "query", "address", "remedy"), [
    ("bottleneck", {}, "table", "bottlenecks"),
    ("zzz", {}, "table", "there is"),
    ("lost", {}, "replication", "0 to 1"),
    ("lost", {"replication": 2}, "replication", "0 to 1"),
    ("bottlenecks", {"replication": 0}, "replication", "leave it out"),
])  # fmt: skip
def test_b04_tables_that_are_not_there(
    client: TestClient, world: SimpleNamespace, table: str, query: dict[str, Any], address: str, remedy: str
) -> None:
    fault = refused(client.get(f"/api/runs/{world.run}/tables/{table}", params=query), 404)
    assert fault["address"] == address
    assert remedy in fault["remedy"]


@pytest.mark.parametrize("query", [{"format": "xlsx"}, {"limit": 0}, {"limit": 10_001}, {"offset": -1},
                                   {"replication": -1}, {"replication": "all"}])  # fmt: skip
def test_b05_what_cannot_be_asked_of_a_table(client: TestClient, world: SimpleNamespace, query: dict[str, Any]) -> None:
    fault = refused(client.get(f"/api/runs/{world.run}/tables/lost", params=query), 422)
    assert fault["address"] in query


def test_b06_a_table_that_is_spoilt_is_told(client: TestClient, world: SimpleNamespace) -> None:
    with begun(world, "rotten") as run:
        run.finish({"rows": {"n": np.arange(3)}}, {"n": 3})
    (world.folder / "runs" / "rotten" / "rows.parquet").write_bytes(b"PAR1 no more")
    refused(client.get("/api/runs/rotten/tables/rows"), 422)
    refused(client.get("/api/runs/rotten"), 422)
    assert client.delete("/api/runs/rotten").status_code == 204


# c: what a map plays


def trace_of(world: SimpleNamespace, replication: int = 0) -> pd.DataFrame:
    found: pd.DataFrame = world.simulation.trace(replication)
    for name in ("agent", "kind", "place", "cause", "part", "to_place", "vehicle"):
        found[name] = found[name].astype(object).where(found[name].notna(), None)
    return found


def followed(trace: pd.DataFrame, start: dt.datetime) -> tuple[list[tuple[Any, ...]], dict[Any, Counter[int]]]:
    """The same by following the trace row by row: movements, and who waits where at every full hour."""
    aboard: Counter[tuple[str, int]] = Counter()
    doing: dict[tuple[str, int], Any] = {}
    moves, queues = [], defaultdict(Counter[int])

    def hour(instant: Any) -> float:
        return float((instant - start).total_seconds()) / 3600

    last = hour(trace["instant"].max()) + 1

    def end(was: Any, at: float | None) -> None:
        one, began, load = was
        if one.kind == "departs":
            moves.append((one.agent, one.number, one.part, one.place, one.to_place, began, at, load))
        elif one.kind in ("waits", "blocked") and not (one.cause == "vehicle" and pd.isna(one.units)):
            units = not pd.isna(one.units)
            for h in range(int(np.ceil(began)), int(np.ceil(last if at is None else at))):
                queues[one.part, one.place, units][h] += int(one.units) if units else 1

    for one in trace.itertuples():
        who = (one.agent, one.number)
        if who in doing:
            end(doing[who], hour(one.instant))
        if one.vehicle is not None and one.kind in ("boards", "alights"):
            aboard[one.vehicle, int(one.vehicle_number)] += int(one.units) * (1 if one.kind == "boards" else -1)
        doing[who] = (one, hour(one.instant), aboard[who])
    for was in doing.values():
        end(was, None)
    return moves, queues


def test_c01_movements_and_loads_are_those_of_the_trace(client: TestClient, world: SimpleNamespace) -> None:
    told = played_page.Movements.model_validate(
        got(client, f"/runs/{world.run}/movements", from_h=-WARMUP * 24, to_h=DAYS * 24)
    )
    start = dt.datetime.fromisoformat(told.period.start)
    assert start == dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    moves, _ = followed(trace_of(world), start)
    assert len(moves) > 50
    wanted = Counter(
        (service_of(agent), link_of(part), place, to, round(begin, 3), None if end is None else round(end, 3), load)
        for agent, _, part, place, to, begin, end, load in moves
    )
    on = told.movements
    shown = Counter(
        (told.services[on.service[n]].id, told.paths[on.path[n]].link, told.paths[on.path[n]].from_place,
         told.paths[on.path[n]].to_place, on.begin_h[n], None if on.end_h[n] > DAYS * 24 else on.end_h[n], on.load[n])
        for n in range(len(on.path))
    )  # fmt: skip
    assert shown == wanted
    assert any(load > 0 for load in on.load)
    assert [told.kinds[kind] for kind in on.kind] == [told.paths[path].mode for path in on.path]
    assert told.shown == told.of
    assert told.remarks == []
    vehicles = {(agent, number) for agent, number, *_ in moves}
    assert told.of.vehicles == len(vehicles) == len(set(on.vehicle))


def test_c02_one_vehicle_goes_on_from_where_it_came(client: TestClient, world: SimpleNamespace) -> None:
    told = got(client, f"/runs/{world.run}/movements", from_h=-WARMUP * 24, to_h=DAYS * 24)
    on, paths = told["movements"], told["paths"]
    by_vehicle: dict[int, list[int]] = defaultdict(list)
    for n, vehicle in enumerate(on["vehicle"]):
        by_vehicle[vehicle].append(n)
    ferries = [moves for moves in by_vehicle.values() if told["services"][on["service"][moves[0]]]["id"] == "ferry"]
    assert len(ferries) == 2
    for moves in ferries:
        assert len(moves) > 5
        for one, after in pairwise(moves):
            assert on["end_h"][one] <= on["begin_h"][after]
            assert paths[on["path"][one]]["to_place"] == paths[on["path"][after]]["from_place"]


def test_c03_queues_are_those_of_the_trace(client: TestClient, world: SimpleNamespace) -> None:
    told = got(client, f"/runs/{world.run}/movements", from_h=-WARMUP * 24, to_h=DAYS * 24)
    _, queues = followed(trace_of(world), dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    step = int(told["waiting"]["step_h"])
    assert step == 2  # 600 hours in at most 400 steps
    shown = {(one["part"], one["place"], one["of"] == "units"): one for one in told["waiting"]["queues"]}
    assert set(shown) <= set(queues)
    seen = 0
    for key, by_hour in queues.items():
        one = shown.get(key, {"at_h": [], "n": []})
        for h in range(-WARMUP * 24, DAYS * 24 - step, step):
            at = int(np.searchsorted(one["at_h"], h, side="right")) - 1
            n = one["n"][at] if at >= 0 else 0
            assert n == by_hour.get(h, 0), (key, h)
            seen += n
    assert seen > 100


def test_c04_who_is_under_way_at_the_end_arrives_when_the_corridor_says(world: SimpleNamespace) -> None:
    found = played(trace_file(world))
    assert (found.moves.end < 0).any()
    reel = reel_of(world.simulation.run, 0, world.corridor)
    hours = (reel.played.moves.end - reel.played.moves.begin) / MS_PER_H
    assert len(hours) == len(found.moves.end)
    for n, h in enumerate(hours):
        part = link_of(found.name(int(found.moves.part[n])))
        assert h == pytest.approx({"train-0": 20.0, "ferry-0": 10.0}[part], abs=1e-3)


def trace_file(world: SimpleNamespace, replication: int = 0) -> Path:
    return next(f for name, number, f in world.simulation.run.files() if (name, number) == ("trace", replication))


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_c05_pieces_of_any_size_tell_the_same(world: SimpleNamespace, tmp_path: Path, rows: int) -> None:
    head = pq.read_table(trace_file(world)).slice(0, 3000)
    for name, size in (("cut", rows), ("whole", 3000)):
        pq.write_table(head, tmp_path / f"{name}.parquet", row_group_size=size)
    cut, whole = (told(played(tmp_path / f"{name}.parquet")) for name in ("cut", "whole"))
    assert len(whole[0]) > 20
    assert cut == whole


def told(found: Played) -> tuple[Any, Any]:
    """Movements and queues by name: the numbers of names depend on the pieces."""
    names = ("agent", "part", "place", "to_place")
    moves = [
        (*(found.name(int(getattr(found.moves, name)[n])) for name in names),
         *(int(getattr(found.moves, name)[n]) for name in ("number", "begin", "end", "load")))
        for n in range(len(found.moves.begin))
    ]  # fmt: skip
    first = int(found.queues.first_hour[0])
    queues = {
        (found.name(int(part)), found.name(int(place)), bool(units), first + int(h)): int(n[h])
        for part, place, units, n in zip(*found.queues[:4], strict=True)
        for h in np.flatnonzero(n)
    }
    return sorted(moves), queues


def test_c06_an_empty_trace_plays_nothing(tmp_path: Path, world: SimpleNamespace) -> None:
    pq.write_table(pq.read_table(trace_file(world)).slice(0, 0), tmp_path / "trace.parquet")
    found = played(tmp_path / "trace.parquet")
    assert told(found) == ([], {})
    real = reel_of(world.simulation.run, 0, world.corridor)
    page = movements(Reel("r", 0, world.corridor, real.period, found, (), ()))
    played_page.Movements.model_validate(page)
    assert page["movements"]["path"] == []


def test_c07_what_was_read_is_kept_beside_the_run_and_made_again_where_it_is_spoilt(world: SimpleNamespace) -> None:
    run = world.simulation.run
    first = reel_of(run, 1, world.corridor)
    (kept,) = (run.path / "charts").glob("played-0001-*.npz")
    before = kept.stat().st_mtime_ns
    assert told(reel_of(run, 1, world.corridor).played) == told(first.played)
    assert kept.stat().st_mtime_ns == before
    for spoilt in (b"", b"PK\x03\x04 no zip", kept.read_bytes()[:-30]):
        kept.write_bytes(spoilt)
        assert told(reel_of(run, 1, world.corridor).played) == told(first.played)
        assert len(kept.read_bytes()) > 1000


@pytest.mark.parametrize("replication", [0, 1])
def test_c08_closures_are_those_that_the_replication_had(world: SimpleNamespace, replication: int) -> None:
    page = got(world.client, f"/runs/{world.run}/movements", replication=replication, from_h=-120, to_h=480)
    ask = Simulate(days=DAYS, warmup_days=WARMUP, replications=2)
    packed = packed_of(world.corridor, demand_of(world.corridor, ask), ask, WARMUP)
    one = Replication(packed, 1, replication, DAYS * 24.0, WARMUP * 24.0)
    gates, flip = one._gates(one.model.key)  # as they are before it begins
    for gate, closure in (("service ferry", "storm"), ("link train-0", "ban")):
        ix = list(packed.system.gates).index(gate)
        flips = flip[gates.next[ix] : gates.last[ix]] / MS_PER_H - WARMUP * 24
        spells = [(s["begin_h"], s["end_h"]) for s in page["closures"] if s["closure"] == closure]
        assert [h for spell in spells for h in spell if h < DAYS * 24] == pytest.approx(flips, abs=1e-3)
        assert spells
    times = {
        name: [(s["begin_h"], s["end_h"]) for s in page["closures"] if s["closure"] == name]
        for name in ("fog", "storm")
    }
    assert times["fog"] == times["storm"]


def test_c09_closures_that_have_changed_since_are_not_made_up(world: SimpleNamespace) -> None:
    other = world.corridor.with_tables({"closure_rate": world.corridor.rows("closure_rate")[:6]})
    reel = reel_of(world.simulation.run, 0, other)
    assert reel.closures == ()
    assert "Closures are not shown" in reel.remarks[0]
    links = tuple(one._replace(id=one.id.replace("ferry-0", "another-line")) for one in world.corridor.rows("link"))
    page = movements(reel_of(world.simulation.run, 0, world.corridor.with_tables({"link": links})), Window(0, 480))
    assert len(page["paths"]) == 1
    assert any("left out" in remark for remark in page["remarks"])


@given(tenths=st.tuples(st.integers(-1200, 4700), st.integers(1, 4800)))
def test_c10_a_window_has_what_is_under_way_in_it(world: SimpleNamespace, tenths: tuple[int, int]) -> None:
    begin, span = (n / 10 for n in tenths)
    reel = reel_of(world.simulation.run, 0, world.corridor)
    page = movements(reel, Window(begin, begin + span))
    starts, ends = reel.hour(reel.played.moves.begin), reel.hour(reel.played.moves.end)
    inside = (starts < begin + span) & (ends > begin)
    assert page["movements"]["begin_h"] == np.round(starts[inside], 3).tolist()
    assert page["of"]["movements"] == page["shown"]["movements"] == int(inside.sum())
    for one in page["waiting"]["queues"]:
        assert all(begin <= h < begin + span for h in one["at_h"])
        assert any(one["n"])


moves_drawn = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=300)


@given(drawn=moves_drawn, most=st.integers(1, 200))
def test_c11_whole_vehicles_are_left_out_and_kinds_share_the_room(drawn: list[tuple[int, int]], most: int) -> None:
    kind_of: dict[int, int] = {}
    vehicle = np.array([who for who, _ in drawn], dtype=np.int64)
    kind = np.array([kind_of.setdefault(who, what) for who, what in drawn], dtype=np.int64)
    stays = thinned(vehicle, kind, most)
    if len(vehicle) <= most:
        assert stays.tolist() == list(range(len(vehicle)))
        return
    shown = set(vehicle[stays].tolist())
    assert stays.tolist() == [n for n, who in enumerate(vehicle.tolist()) if who in shown]
    room = shares(np.bincount(kind), most)
    for number in set(kind.tolist()):
        of = stays[kind[stays] == number]
        assert len(set(vehicle[of].tolist())) >= 1
        assert len(of) <= room[number] or len(set(vehicle[of].tolist())) == 1


@given(wanted=st.lists(st.integers(0, 1000), min_size=1, max_size=8), room=st.integers(0, 3000))
def test_c12_shares_are_max_min_fair(wanted: list[int], room: int) -> None:
    found = shares(np.array(wanted), room)
    assert found.sum() <= room
    assert (found <= wanted).all()
    short = [n for n, want in enumerate(wanted) if found[n] < want]
    if not short:
        return
    assert room - found.sum() < len(short)
    assert max(found[n] for n in short) - min(found[n] for n in short) <= 1
    assert max(found) <= max(found[n] for n in short)


def test_c13_a_thinner_answer_says_of_how_much_it_is(client: TestClient, world: SimpleNamespace) -> None:
    page = got(client, f"/runs/{world.run}/movements", to_h=480, most=60)
    assert page["shown"]["movements"] <= 60 < page["of"]["movements"]
    assert sum(one["of"] for one in page["by_kind"]) == page["of"]["movements"]
    assert sum(one["shown"] for one in page["by_kind"]) == page["shown"]["movements"] == len(page["movements"]["path"])
    assert all(one["shown"] for one in page["by_kind"])


def test_c14_lines_go_on_over_the_antimeridian_and_are_measured() -> None:
    points, at = measured([(170.0, 0.0), (-180.0, 0.0), (-170.0, 0.0), (180.0, 0.0)])
    assert points == ((170.0, 0.0), (180.0, 0.0), (190.0, 0.0), (180.0, 0.0))
    assert at == pytest.approx((0, 1 / 3, 2 / 3, 1))
    assert measured([(5.0, 5.0), (5.0, 5.0)])[1] == (0.0, 1.0)


def test_c15_paths_run_the_way_that_is_gone(client: TestClient, world: SimpleNamespace) -> None:
    page = got(client, f"/runs/{world.run}/movements", to_h=480)
    sea = {one["from_place"]: one for one in page["paths"] if one["mode"] == "sea"}
    assert sea["BETA"]["points"] == [[51.2, 43.6], [50.5, 41.0], [49.4, 39.9]]
    assert sea["GAMMA"]["points"] == sea["BETA"]["points"][::-1]
    assert sea["BETA"]["at"][0] == 0
    assert sea["BETA"]["at"][-1] == 1


@pytest.mark.parametrize(("query", "status", "address"), [
    ({"replication": 2}, 404, "replication"), ({"replication": -1}, 422, "replication"),
    ({"from_h": 5, "to_h": 5}, 422, "to_h"), ({"to_h": 1000}, 422, "to_h"), ({"to_h": "nan"}, 422, "to_h"),
    ({"most": 0}, 422, "most"), ({"most": 50_001}, 422, "most"), ({"from_h": "-inf"}, 422, "from_h"),
    ({"corridor": "nowhere"}, 404, "corridor"),
])  # fmt: skip
def test_c16_what_cannot_be_played(
    client: TestClient, world: SimpleNamespace, query: dict[str, Any], status: int, address: str
) -> None:
    assert refused(client.get(f"/api/runs/{world.run}/movements", params=query), status)["address"] == address


def test_c17_a_run_without_a_trace_or_whose_corridor_is_gone(
    client: TestClient, world: SimpleNamespace, tmp_path: Path
) -> None:
    assert "trace" in refused(client.get(f"/api/runs/{world.other}/movements"), 404)["remedy"]
    with TestClient(create_app(Settings(tmp_path, workers=0)), base_url="http://localhost") as elsewhere:
        fault = refused(elsewhere.get(f"/api/runs/{world.run}/movements"), 409)
        assert (fault["address"], "upload" in fault["remedy"]) == ("corridor", True)
        page = elsewhere.get(f"/api/runs/{world.run}/movements", params={"corridor": "middle-corridor"})
        assert page.status_code == 200
        assert page.json()["paths"] == []
        assert any("strait" in remark for remark in page.json()["remarks"])
        report = elsewhere.get(f"/api/runs/{world.run}/report?format=md")
        assert "not at hand" in report.text


def test_c18_a_trace_is_played_before_the_run_is_complete_if_its_warm_up_is_known(
    client: TestClient, world: SimpleNamespace
) -> None:
    trace = trace_file(world).read_bytes()
    for name, settings in (("going", {"year": 2024, "days": 20, "warmup_days": 5}), ("unknown", {"year": 2024})):
        about = describe("simulate", "strait", world.corridor.tables, seed=1, replications=2, settings=settings)
        with RunFolder.create(world.folder / "runs" / name, about) as run:
            run.put(0, {}, {"trace": trace})
            answer = client.get(f"/api/runs/{name}/movements")
            if name == "going":
                assert answer.json()["shown"]["movements"] > 10
            else:
                assert "complete" in refused(answer, 409)["remedy"]
        assert client.delete(f"/api/runs/{name}").status_code == 204


def test_c19_movements_are_sent_once(client: TestClient, world: SimpleNamespace) -> None:
    path = f"/api/runs/{world.run}/movements"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304
    assert client.get(path, params={"to_h": 100}, headers={"if-none-match": tag}).status_code == 200


def test_c20_ten_thousand_movements_on_the_shipped_corridor_take_less_than_a_second(client: TestClient) -> None:
    run = karvan.simulate(days=4, warmup_days=2, replications=1, trace=True).name
    first = got(client, f"/runs/{run}/movements", to_h=96)
    assert first["shown"]["movements"] > 9_900
    assert first["remarks"] == []
    began = time.process_time()
    page = got(client, f"/runs/{run}/movements", to_h=96, most=12_000)
    took = time.process_time() - began
    assert page["shown"]["movements"] > 11_900
    assert took < 1.0
    for path in page["paths"]:
        assert len(path["points"]) == len(path["at"]) >= 2
        assert path["at"] == sorted(path["at"])
        assert all(abs(a[0] - b[0]) < 180 for a, b in pairwise(path["points"]))
    queued = {one["place"] for one in page["waiting"]["queues"]}
    assert queued & {"AKTAU", "ALAT", "KURYK"}


# d: reports


@pytest.mark.parametrize("form", ["html", "md", "pdf"])
def test_d01_a_report_is_the_file_of_the_command(
    client: TestClient, world: SimpleNamespace, karvan_says: Says, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"report.{form}"
    code, printed = karvan_says("report", world.run, "--out", out, "-p", world.package)
    assert code == 0, printed
    answer = client.get(f"/api/runs/{world.run}/report", params={"format": form})
    assert answer.content == out.read_bytes()
    kind = {"html": "text/html", "md": "text/markdown", "pdf": "application/pdf"}[form]
    assert answer.headers["content-type"].startswith(kind)
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    again = client.get(str(answer.url), headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_d02_without_what_sets_a_pdf_the_rest_is_there(
    client: TestClient, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(pdf, "import_module", missing)
    fault = refused(client.get(f"/api/runs/{world.run}/report?format=pdf"), 422)
    assert "karvan[report]" in fault["remedy"]
    assert client.get(f"/api/runs/{world.run}/report?format=html").status_code == 200


def test_d03_what_is_no_report(client: TestClient, world: SimpleNamespace) -> None:
    assert refused(client.get(f"/api/runs/{world.run}/report?format=docx"), 422)["address"] == "format"
    assert refused(client.get(f"/api/runs/{world.run}/report?corridor=none"), 404)["address"] == "corridor"
