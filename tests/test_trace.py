"""The event trace: every row names who, what, when and where, and all figures of a run can be had from it."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import Executor, ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from karvan.corridor import Corridor
from karvan.evidence.parquet import ROWS_A_GROUP
from karvan.ground.errors import InputError
from karvan.sim import (
    Await,
    Board,
    Delay,
    Load,
    Pace,
    Pass,
    Release,
    Repeat,
    Seize,
    Serve,
    System,
    Unload,
    exponential,
    fixed,
    gamma,
    replicate,
)
from karvan.sim.outcome import Outcome
from karvan.sim.pack import pack
from karvan.sim.replicate import run_one
from karvan.sim.replication import Replication
from karvan.sim.trace import Traced, TraceWriter, Tracing
from karvan.study.query import query
from karvan.study.simulate import Progress, Simulate, simulate
from karvan.testing import draw
from karvan.testing.draw import row

BEGIN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
HOURS = 300.0


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def strait() -> System:
    """Gate, berth, ferries that fill in a storm's reach, trains on a line with paths that are formed on demand."""
    system = System()
    system.station("gate", 2, place="A", cause="gate")
    system.station("crane", 1, room=0, place="A")
    system.station("berth", 1, place="A", cause="berth")
    system.station("customs", 1, batch=4, place="B", cause="border")
    system.queue("quay", place="A")
    system.queue("yard", place="B", calls="train", capacity=10, longest_h=20)
    system.gate("storm", [(30.0, 42.0), (100.0, 130.0)], place="sea")
    system.section("B-C", 6.0, place="B")
    system.program("box", [
        Serve("gate", gamma(0.9, 1.0)), Delay(exponential(2.0), "papers", "A", "customs papers"),
        Serve("crane", gamma(0.4, 0.5)), Board("quay", 1), Serve("customs", exponential(0.4)),
        Delay(fixed(1.0), "papers", "B", "papers"), Delay(exponential(1.0), "handling", "B", "shunting"),
        Board("yard", 1), Delay(fixed(0.5), "handling", "C", "door"),
    ], weight=1)  # fmt: skip
    system.program("ferry", [
        Seize("berth"), Load("quay", fill=True, longest_h=12.0), Release("berth"), Pass("storm"),
        Delay(gamma(8.0, 0.3), "travel", "A", "sea A-B", to="B"), Unload(1),
        Delay(gamma(8.0, 0.3), "travel", "B", "sea A-B", to="A"), Repeat(),
    ])  # fmt: skip
    system.program("train", [
        Load("yard"), Pace("B-C", fixed(5.0), to="C"), Unload(1), Delay(fixed(2.0), "travel", "", "stabling"),
    ])  # fmt: skip
    system.source("boxes", "box", every=exponential(0.6))
    system.fleet("ferries", "ferry", 2, 20)
    return system


def traced(system: System, tmp_path: Path, hours: float = HOURS, warmup_h: float = 0.0) -> tuple[Outcome, pd.DataFrame]:
    """A replication's outcome and its trace, with `h`: hours from its beginning, exact to the ms."""
    one = run_one(pack(system), 3, 1, hours, warmup_h, 1.0, Tracing(BEGIN, str(tmp_path)))
    assert isinstance(one, Traced)
    assert isinstance(one.trace, Path)
    rows = pq.read_table(one.trace).to_pandas()
    for name in rows.select_dtypes("category"):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), "")
    rows["ms"] = (rows["instant"] - pd.Timestamp(BEGIN)) // pd.Timedelta("1ms")
    return one, rows


def lasts(rows: pd.DataFrame, hours: float) -> pd.Series[float]:
    """Ms until the next row of the same agent, or to the end."""
    after = rows.groupby(["agent", "number"])["ms"].shift(-1)
    return after.fillna(round(hours * 3_600_000)) - rows["ms"]


# --- a: the rows say all


def test_a1_the_life_of_a_box_and_of_a_ferry_read_like_a_story(tmp_path: Path) -> None:
    system = System()
    system.station("gate", place="A")
    system.queue("quay", place="A")
    system.program("box", [Serve("gate", fixed(2.0)), Board("quay", 1), Delay(fixed(3.0), "handling", "B", "road")])
    system.program("ferry", [
        Load("quay", fill=True), Delay(fixed(10.0), "travel", "A", "sea", to="B"), Unload(1), Delay(fixed(1.0)),
        Delay(fixed(9.0), "travel", "B", "sea", to="A"), Repeat(),
    ])  # fmt: skip
    system.source("boxes", "box", instants_h=[0.0, 1.0])
    system.fleet("ferries", "ferry", 1, 2)
    _, rows = traced(system, tmp_path, 20.0)
    told = [
        f"{r.ms / 3.6e6:g} {r.agent} {r.number} {r.kind} {r.place} {r.part} {r.to_place} {r.vehicle}".strip()
        for r in rows.itertuples()
    ]
    assert " | ".join(" ".join(line.split()) for line in told) == (
        "0 ferries 0 waits A quay | 0 boxes 0 created A | 0 boxes 0 starts A gate |"
        " 1 boxes 1 created A | 1 boxes 1 waits A gate |"
        " 2 boxes 0 waits A quay | 2 boxes 0 boards A quay ferries | 2 boxes 1 starts A gate |"
        " 4 boxes 1 waits A quay | 4 boxes 1 boards A quay ferries | 4 ferries 0 loaded A quay |"
        " 4 ferries 0 departs A sea B |"
        " 14 ferries 0 arrives B sea | 14 boxes 0 alights B quay ferries | 14 boxes 1 alights B quay ferries |"
        " 14 ferries 0 starts B ferry | 14 boxes 0 starts B road | 14 boxes 1 starts B road |"
        " 15 ferries 0 departs B sea A | 17 boxes 0 leaves B | 17 boxes 1 leaves B"
    )
    assert list(rows["units"][rows["agent"] == "boxes"].unique()) == [1]
    assert rows["units"][rows["agent"] == "ferries"].isna().all()


def test_a2_units_that_are_turned_away_and_lots_are_told(tmp_path: Path) -> None:
    system = System()
    system.station("c", 1, room=0)
    system.program("u", [Serve("c", fixed(5.0), turned_away=True)], weight=30)
    system.source("u", "u", instants_h=[0.0, 1.0])
    _, rows = traced(system, tmp_path, 10.0)
    assert list(rows["kind"]) == ["created", "starts", "created", "turned away", "leaves"]
    assert set(rows["units"]) == {30}


def test_a3_a_vehicle_that_waits_for_an_instant_or_a_gate_says_so(tmp_path: Path) -> None:
    system = System()
    system.queue("q", place="A")
    system.gate("storm", [(4.0, 9.0)], place="sea")
    system.program("ship", [
        Load("q"), Await((3.0, 30.0)), Delay(fixed(2.0), "travel", "A", "sea", to="B"), Pass("storm"),
        Delay(fixed(1.0), "travel", "B", "canal", to="C"),
    ])  # fmt: skip
    system.source("s", "ship", instants_h=[1.0], capacity=5)
    _, rows = traced(system, tmp_path, 20.0)
    assert [(r.ms / 3.6e6, r.kind, r.place) for r in rows.itertuples()] == [
        (1, "created", "A"), (1, "waits", "A"), (1, "loaded", "A"), (1, "waits", "A"), (3, "departs", "A"),
        (5, "arrives", "B"), (5, "waits", "sea"), (9, "departs", "B"), (10, "arrives", "C"), (10, "leaves", "C"),
    ]  # fmt: skip


# --- b: all figures of the run can be had from it


def test_b1_waits_and_queues_are_those_of_the_run_to_the_millisecond(tmp_path: Path) -> None:
    one, rows = traced(strait(), tmp_path)
    rows["lasts"] = lasts(rows, HOURS)
    nexts = rows.groupby(["agent", "number"])["kind"].shift(-1)
    at = {name: n for n, name in enumerate(one.stations["station"])}
    for station in ("gate", "crane", "berth", "customs"):
        part = rows[rows["part"] == station]
        served = part[part["kind"] == "starts"]
        assert len(served) == one.stations["served"][at[station]]
        over = part[(part["kind"] == "waits") & (nexts[part.index] == "starts")]
        assert len(over) == one.stations["waited"][at[station]] or station == "crane"
        assert over["lasts"].sum() / len(served) / 3.6e6 == pytest.approx(one.stations["wait_h"][at[station]], rel=1e-9)
        waiting = part.loc[part["kind"] == "waits", "lasts"].sum() / 3.6e6 / HOURS
        assert waiting == pytest.approx(one.stations["queue"][at[station]], rel=1e-5)
    assert (rows["kind"] == "blocked").sum() > 10
    for n, queue in enumerate(one.queues["queue"]):
        part = rows[(rows["part"] == queue) & rows["units"].notna()]
        boarded = part[(part["kind"] == "waits") & (nexts[part.index] == "boards")]
        assert len(boarded) == one.queues["boarded"][n] > 100
        assert boarded["lasts"].mean() / 3.6e6 == pytest.approx(one.queues["wait_h"][n], rel=1e-9)
        assert ((part["kind"] == "waits") & nexts[part.index].isna()).sum() == one.queues["left"][n]


def test_b2_times_from_creation_to_delivery_and_time_by_cause_are_those_of_the_run(tmp_path: Path) -> None:
    one, rows = traced(strait(), tmp_path)
    boxes = rows[rows["agent"] == "boxes"]
    born, gone = (boxes[boxes["kind"] == kind].set_index("number")["ms"] for kind in ("created", "leaves"))
    assert (len(born), len(gone)) == (one.balance["created"], one.balance["delivered"])
    assert (gone - born).dropna().mean() / 3.6e6 == pytest.approx(one.groups["hours"][0], rel=1e-9)
    rows["lasts"] = lasts(rows, HOURS) * (rows["kind"] != "leaves")
    spent = rows.groupby(["agent", "kind", "part"])["lasts"].sum() / 3.6e6
    lost = pd.DataFrame(one.lost).set_index(["part", "cause"])
    for part, cause in (
        ("papers", "papers"),
        ("shunting", "handling"),
        ("customs papers", "papers"),
        ("door", "handling"),
    ):
        assert spent["boxes", "starts", part] == pytest.approx(lost["unit_h"][part, cause], rel=1e-9)
    assert spent["boxes", "starts", "gate"] == pytest.approx(lost["unit_h"]["gate", "handling"], rel=1e-9)
    assert spent["boxes", "blocked", "crane"] == pytest.approx(lost["unit_h"]["crane", "blocked"], rel=1e-9)
    assert spent["boxes", "waits", "gate"] == pytest.approx(lost["unit_h"]["gate", "gate"], rel=1e-9)
    sailed = lost["vehicle_h"].loc[[("sea A-B", "travel")]].sum()  # there, and back
    assert spent["ferries", "departs", "sea A-B"] == pytest.approx(sailed, rel=1e-9)
    assert spent["ferries", "waits", "storm"] == pytest.approx(lost["vehicle_h"]["storm", "weather"], rel=1e-9)
    assert spent["train", "waits", "B-C"] == pytest.approx(lost["vehicle_h"]["B-C", "path"], rel=1e-9)
    assert spent["train", "waits", "B-C"] > 1
    timed = rows[rows["cause"] != ""].groupby(["part", "cause", rows["units"].isna()])["lasts"].sum() / 3.6e6
    for (part, cause, vehicle), hours in timed.items():
        if (part, cause) not in lost.index:
            assert hours == 0.0, (part, cause)  # a place that is taken and not served in
        elif vehicle or "vehicle" not in cause:
            told = lost.loc[[(part, cause)], "vehicle_h" if vehicle else "unit_h"].sum()
            assert hours == pytest.approx(told, rel=1e-9), (part, cause)
    assert len(timed) > 15
    aboard = spent["boxes", "boards", "quay"] + spent["boxes", "boards", "yard"]
    assert aboard > 100


def test_b3_who_is_aboard_of_what_is_where_that_is(tmp_path: Path) -> None:
    _, rows = traced(strait(), tmp_path)
    rides = rows[rows["vehicle"] != ""]
    assert set(rides["kind"]) == {"boards", "alights"}
    assert set(rides["vehicle"]) == {"ferries", "train"}
    on, off = (rides[rides["kind"] == kind].groupby(["vehicle", "vehicle_number"]) for kind in ("boards", "alights"))
    assert on.size().max() > 20
    trains = rows[(rows["agent"] == "train") & (rows["kind"] == "loaded")]
    assert len(trains) > 20
    for vehicle in trains.itertuples():
        [instant] = on.get_group(("train", vehicle.number))["ms"].unique()
        assert instant == vehicle.ms
    arrived = rows[(rows["agent"] == "train") & (rows["kind"] == "arrives")].set_index("number")["ms"]
    for (name, number), units in off:
        if name == "train":
            assert set(units["ms"]) == {arrived[number]}
            assert set(units["place"]) == {"C"}
        else:
            assert set(units["place"]) == {"B"}
    where = rows[rows["agent"] == "ferries"].groupby("number")
    for _, ferry in where:
        goes = ferry[ferry["kind"].isin(["departs", "arrives"])]
        assert (goes["kind"].to_numpy()[1:] != goes["kind"].to_numpy()[:-1]).all()
        assert (goes["place"].to_numpy()[1:][1::2] == goes["place"].to_numpy()[:-1][1::2]).all()


def test_b4_a_trace_has_the_warm_up_too_and_changes_nothing(tmp_path: Path) -> None:
    with_it, rows = traced(strait(), tmp_path, 200.0, 100.0)
    without = run_one(pack(strait()), 3, 1, 200.0, 100.0, 1.0)
    for table in ("stations", "queues", "groups", "lost"):
        one, other = (pd.DataFrame(getattr(outcome, table)) for outcome in (with_it, without))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert rows["ms"].is_monotonic_increasing
    assert list(rows["seq"]) == list(range(len(rows)))
    assert rows["ms"].min() < 5 * 3.6e6
    assert 299 * 3.6e6 < rows["ms"].max() <= 300 * 3.6e6
    counted = rows[(rows["kind"] == "leaves") & (rows["agent"] == "boxes") & (rows["ms"] > 100 * 3.6e6)]
    assert len(counted) == with_it.balance["delivered"]


# --- c: the file


def written(log: np.ndarray, packed: Any, at_a_time: int) -> bytes:
    """A log in blocks; after each, all that comes later lies at the least of its instants or after it."""
    file = BytesIO()
    after = np.append(np.minimum.accumulate(log[::-1, 0])[::-1], log[:, 0].max())
    with TraceWriter(packed, BEGIN, HOURS, file) as trace:
        for start in range(0, len(log), at_a_time):
            end = min(start + at_a_time, len(log))
            trace.hear(log[start:end], int(after[end]))
    return file.getvalue()


def test_c1_the_same_rows_in_blocks_of_any_size_are_the_same_bytes() -> None:
    packed = pack(strait())
    rows: list[np.ndarray] = []
    Replication(packed, 3, 1, HOURS, log=rows.append).run()
    log = np.concatenate(rows)
    whole = written(log, packed, len(log))
    assert written(log, packed, 1000) == whole
    assert written(log, packed, 7) == whole
    instants = pq.read_table(BytesIO(whole))["instant"].to_numpy()
    assert (instants[1:] >= instants[:-1]).all()
    assert (np.diff(log[:, 0]) < 0).any(), "nothing was told ahead, so that nothing had to be put in order"


def test_c2_a_long_trace_is_written_in_row_groups_as_it_comes() -> None:
    packed = pack(strait())
    rows: list[np.ndarray] = []
    Replication(packed, 3, 1, HOURS, log=rows.append).run()
    log = np.concatenate(rows)
    log = log[log[:, 0] <= HOURS * 3_600_000]
    span = round(HOURS * 3_600_000)
    file = BytesIO()
    rounds = 2 * ROWS_A_GROUP // len(log) + 2
    with TraceWriter(packed, BEGIN, HOURS * rounds, file) as trace:
        for number in range(rounds):
            trace.hear(log + np.array([number * span, 0, 0]), number * span)
        assert file.tell() > 100_000, "nothing was written before the end"
    about = pq.ParquetFile(file).metadata
    assert about.num_row_groups >= 3
    assert {about.row_group(n).num_rows for n in range(about.num_row_groups - 1)} == {ROWS_A_GROUP}


def test_c3_nothing_at_all_is_a_table_without_rows(tmp_path: Path) -> None:
    system = strait()
    system.sources.clear()
    system.fleets.clear()
    _, rows = traced(system, tmp_path)
    assert len(rows) == 0
    assert "to_place" in rows


def test_c4_a_worker_that_does_not_see_the_folder_sends_the_file(tmp_path: Path) -> None:
    packed = pack(strait())
    here, away = (run_one(packed, 3, 1, HOURS, 0.0, 1.0, Tracing(BEGIN, str(tmp_path / name))) for name in ("", "gone"))
    assert isinstance(here, Traced)
    assert isinstance(away, Traced)
    assert isinstance(here.trace, Path)
    assert isinstance(away.trace, bytes)
    assert here.trace.read_bytes() == away.trace


def test_c5_a_run_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    system = System()
    system.station("a")
    system.program("u", [Serve("a", fixed(1e13))])
    system.source("u", "u", every=fixed(1))
    with pytest.raises(Exception, match="year nine million"):
        run_one(pack(system), 1, 0, 10.0, 0.0, 1.0, Tracing(BEGIN, str(tmp_path)))
    assert list(tmp_path.iterdir()) == []


# --- d: the trace of a corridor, in a run


def corridor(**ship: Any) -> Corridor:
    """Boxes by train to a port, and over the sea by ships as given."""
    picture = draw("""
        K1  rail A 5h B now
        F1  sea B 10h C daily
    """)
    said = dict(picture.tables)
    said["demand"] = (
        row("demand", id="d", origin="A", destination="C", commodity="goods", year=2024, teu_year=17_520.0),
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
    said["service"] = tuple(one._replace(**ship) if one.id == "F1" else one for one in said["service"])
    return Corridor(picture.description, said)


ASKED: dict[str, Any] = {"days": 10.0, "warmup_days": 2.0, "replications": 3, "trace": True}


def files_of(run: Path) -> dict[str, bytes]:
    kept = {str(path.relative_to(run)): path.read_bytes() for path in sorted(run.rglob("*")) if path.is_file()}
    record = json.loads(kept.pop("run.json"))
    record.pop("clock")
    return kept | {"run.json": json.dumps(record).encode()}


def test_d1_a_train_and_a_ship_can_be_followed_from_place_to_place() -> None:
    found = simulate(corridor(), **ASKED)
    trace = found.trace(1)
    assert trace["instant"].min() >= pd.Timestamp("2023-12-30", tz="UTC")
    assert trace["instant"].max() <= pd.Timestamp("2024-01-11", tz="UTC")
    goes = trace[trace["kind"] == "departs"]
    assert {(r.place, r.to_place) for r in goes.itertuples()} >= {("A", "B"), ("B", "C")}
    sailing = trace[trace["agent"].astype(str) == "F1 from 0"]
    one = sailing[sailing["number"] == 3]
    assert [(r.kind, r.place) for r in one.itertuples() if r.kind in ("departs", "arrives")] == [
        ("departs", "B"), ("arrives", "C"),
    ]  # fmt: skip
    box = trace[(trace["agent"].astype(str) == "d") & (trace["number"] == 30)]
    where = [str(place) for place in box["place"] if isinstance(place, str)]
    assert where == sorted(where)
    assert {"A", "B", "C"} == set(where)
    with pytest.raises(InputError, match="trace"):
        simulate(corridor(), **ASKED | {"trace": False}).trace()


def test_d2_any_number_of_workers_an_executor_and_an_interruption_give_the_same_files(tmp_path: Path) -> None:
    wanted = files_of(simulate(corridor(), out=tmp_path / "one", **ASKED).run.path)
    assert {name for name in wanted if "trace" in name} == {f"replications/000{n}/trace.parquet" for n in range(3)}
    assert files_of(simulate(corridor(), out=tmp_path / "two", workers=2, **ASKED).run.path) == wanted

    class Power(Exception):
        """Goes off."""

    def off(done: int, _of: int) -> None:
        if done == 2:
            raise Power

    with pytest.raises(Power):
        simulate(corridor(), out=tmp_path / "cut", progress=Progress(done=off), **ASKED)
    cut = tmp_path / "cut"
    assert len(list(cut.rglob("trace.parquet"))) == 2
    assert {path.name for path in cut.iterdir()} == {"replications", "run.json"}
    assert files_of(simulate(corridor(), out=cut, **ASKED).run.path) == wanted

    pool: Executor
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert files_of(simulate(corridor(), out=tmp_path / "far", executor=pool, **ASKED).run.path) == wanted


def test_d3_sql_reads_the_traces_of_all_replications() -> None:
    found = simulate(corridor(), **ASKED)
    answer = query(
        "select replication, count(*) as n from trace where kind = 'leaves' and units > 0 group by all order by 1"
    )
    told = found.replications("times").groupby("replication")["delivered"].sum()
    assert answer["replication"].to_pylist() == [0, 1, 2]
    assert all(n >= delivered > 50 for n, delivered in zip(answer["n"].to_pylist(), told, strict=True))
    lost = query("""
        with spans as (
            select *, lead(instant) over (partition by replication, agent, number order by seq) - instant as span
            from trace
        )
        select sum(epoch(span)) / 3600 as h from spans where kind = 'departs' and part = 'F1-0' and replication = 0
    """)["h"][0].as_py()
    assert lost == pytest.approx(10 * round(lost / 10), abs=1e-6)
    assert lost > 80
    assert pa.types.is_dictionary(found.run.read("trace", 0)["place"].type)


def test_d4_whether_there_are_traces_is_an_input_of_the_run(tmp_path: Path) -> None:
    simulate(corridor(), out=tmp_path / "run", **ASKED)
    with pytest.raises(InputError, match="settings/trace"):
        simulate(corridor(), out=tmp_path / "run", resume=True, **ASKED | {"trace": False})
    assert Simulate().trace is False


def test_d5_replicate_hands_traces_on(tmp_path: Path) -> None:
    result = replicate(strait(), hours=50.0, replications=3, workers=2, tracing=Tracing(BEGIN, str(tmp_path)))
    paths = [one.trace for one in result.outcomes if isinstance(one, Traced)]
    assert len(set(paths)) == 3 == len(list(tmp_path.iterdir()))


@pytest.mark.parametrize("both_ways", [True, False])
def test_d6_a_ferry_of_a_fleet_sails_there_and_back_laden_or_empty(both_ways: bool) -> None:
    ferries = corridor(fleet=2, both_ways=both_ways, departs="when_full")
    trace = simulate(ferries, **ASKED | {"replications": 1}).trace()
    for number in (0, 1):
        ferry = trace[(trace["agent"].astype(str) == "F1") & (trace["number"] == number)]
        sails = [(r.place, r.to_place) for r in ferry.itertuples() if r.kind == "departs"]
        assert sails[:4] == [("B", "C"), ("C", "B"), ("B", "C"), ("C", "B")]
        lands = [r.place for r in ferry.itertuples() if r.kind == "arrives"]
        assert lands[:4] == ["C", "B", "C", "B"]
