"""Run folders: written whole or not at all, by one process at a time, and the same bytes from the same inputs."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import karvan
from karvan.corridor import Corridor, load
from karvan.evidence import inputs as made_from
from karvan.evidence import lock as locks
from karvan.evidence import run as runs
from karvan.evidence.inputs import describe, differences, table_digest
from karvan.evidence.lock import Holder, Lock, TakenError, holder
from karvan.evidence.parquet import as_table, meaning, read_parquet, read_schema, write_parquet
from karvan.evidence.record import LOCK, RECORD
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import find_runs, open_run, run_name, runs_folder
from karvan.ground.errors import InputError
from karvan.scenario import SetCell, bend
from karvan.tables import Column, Table

SOURCES = str(Path(karvan.__file__).parents[1])
posix = pytest.mark.skipif(os.name == "nt", reason="signals and locks of another kind")
LOST = Table(
    "lost",
    "Time lost by place and cause.",
    ("place", "cause"),
    (Column("place", "text", "Where."), Column("hours", "number", "How long.", unit="h")),
)


def about(**other: Any) -> dict[str, Any]:
    """What a small study is made from; `other` changes its inputs."""
    inputs = {"command": "simulate", "package": "small", "seed": 1, "tables": {"demand": "0" * 64}}
    return {"replications": 3, "inputs": inputs | other}


def tables_of(replication: int) -> dict[str, dict[str, np.ndarray]]:
    """Tables of results as a replication may have them."""
    draws = np.random.default_rng(replication)
    return {
        "lost": {"place": np.array(["AKTAU", "ALAT"]), "hours": draws.gamma(2.0, 5.0, 2)},
        "trace": {"at_h": np.sort(draws.random(5_000)), "unit": np.arange(5_000, dtype=np.int32)},
    }


def whole_run(path: Path, order: tuple[int, ...] = (0, 1, 2)) -> RunFolder:
    """A run from beginning to end."""
    with RunFolder.create(path, about()) as run:
        for replication in order:
            run.put(replication, tables_of(replication))
        run.finish({"times": {"p50_h": np.array([1.0, np.nan])}}, {"mean_h": np.float64(7.5)})
    return run


def names(path: Path) -> list[str]:
    return sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())


def content(path: Path) -> dict[str, Any]:
    """Every file of a run, but for the clock."""
    files: dict[str, Any] = {name: (path / name).read_bytes() for name in names(path)}
    record = json.loads(files[RECORD])
    assert record.pop("clock")["started"]
    return files | {RECORD: json.dumps(record)}


def in_a_process(code: str, *words: object) -> subprocess.Popen[str]:
    """Start Python with this module's helpers at hand."""
    head = f"import sys; sys.path[:0] = {[SOURCES, str(Path(__file__).parent)]!r}; from test_runs import *; "
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", head + code, *map(str, words)], stdin=pipe, stdout=pipe, text=True)


def heard(process: subprocess.Popen[str]) -> str:
    """The next line that a process says."""
    assert process.stdout
    return process.stdout.readline().strip()


# a: what is written


def test_a01_a_run_from_beginning_to_end(tmp_path: Path) -> None:
    run = whole_run(tmp_path / "r")
    of_replications = [
        f"replications/{number:04d}/{table}.parquet" for number in range(3) for table in ("lost", "trace")
    ]
    assert names(run.path) == [*of_replications, RECORD, "times.parquet"]
    assert (run.status, run.done(), run.record["done"], run.record["results"]) == (
        "complete", {0, 1, 2}, 3, {"mean_h": 7.5},
    )  # fmt: skip
    again = RunFolder.open(run.path)
    assert again.record == run.record
    found = again.read("lost", 2).column("hours").to_numpy()
    assert np.array_equal(found, tables_of(2)["lost"]["hours"])
    assert again.record["clock"].keys() == {"started", "finished", "seconds", "sessions"}


def test_a02_what_is_not_a_number_is_missing(tmp_path: Path) -> None:
    run = whole_run(tmp_path / "r")
    assert run.read("times").to_pylist() == [{"p50_h": 1.0}, {"p50_h": None}]
    with RunFolder.create(tmp_path / "s", about()) as other:
        other.finish({}, {"half_width_h": float("nan"), "all": np.array([1.0, np.nan])})
    assert json.loads((other.path / RECORD).read_text())["results"] == {"half_width_h": None, "all": [1.0, None]}


def test_a03_the_same_bytes_in_any_order_and_from_threads(tmp_path: Path) -> None:
    first = content(whole_run(tmp_path / "a").path)
    assert content(whole_run(tmp_path / "b", (2, 0, 1)).path) == first
    with RunFolder.create(tmp_path / "c", about()) as run, ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda number: run.put(number, tables_of(number)), range(3)))
        run.finish({"times": {"p50_h": np.array([1.0, np.nan])}}, {"mean_h": 7.5})
    assert content(run.path) == first


def test_a04_pieces_and_metadata_of_a_table_leave_no_trace(tmp_path: Path) -> None:
    whole = pa.table({"at_h": np.arange(300_000.0), "unit": [f"unit-{number}" for number in range(300_000)]})
    cuts = [0, 1000, 1001, 200_000, 300_000]
    pieces = pa.concat_tables([whole.slice(a, b - a) for a, b in pairwise(cuts)])
    pieces = pieces.replace_schema_metadata({"pandas": "{}"})
    for name, table in (("a", whole), ("b", pieces)):
        with (tmp_path / name).open("wb") as file:
            write_parquet(as_table(table), file)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    groups = pq.ParquetFile(tmp_path / "a").metadata
    assert [groups.row_group(number).num_rows for number in range(3)] == [131072, 131072, 37856]
    assert groups.row_group(0).column(0).compression == "ZSTD"


def test_a05_columns_say_their_unit(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "r", about(), {"lost": LOST}) as run:
        run.put(0, tables_of(0))
    schema = read_schema(tmp_path / "r/replications/0000/lost.parquet")
    assert meaning(schema)["hours"] == {"unit": "h", "doc": "How long."}
    assert meaning(read_schema(tmp_path / "r/replications/0000/trace.parquet")) == {}


@pytest.mark.parametrize(
    "table",
    [
        {"runs": {"a": np.arange(2)}},
        {"../lost": {"a": np.arange(2)}},
        {"lost": {"replication": np.arange(2)}},
        {"lost": {"run": np.arange(2)}},
        {"lost": {"a": np.arange(2), "b": np.arange(3)}},
        {"lost": {"a": np.zeros((2, 2))}},
    ],
)
def test_a06_a_table_that_is_none_is_refused_with_all_others(tmp_path: Path, table: dict[str, Any]) -> None:
    with RunFolder.create(tmp_path / "r", about()) as run:
        with pytest.raises(ValueError, match=r"lost|runs|flat|1-dim|length"):
            run.put(0, {"fine": {"a": np.arange(2)}} | table)
        assert run.done() == set()
        assert names(run.path) == [RECORD, LOCK]


def test_a07_a_replication_is_put_once(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "r", about()) as run:
        run.put(0, tables_of(0))
        with pytest.raises(ValueError, match="replication 0 is there already"):
            run.put(0, tables_of(1))
        with pytest.raises(ValueError, match="lost: so are tables of replications called"):
            run.finish({"lost": tables_of(0)["lost"]}, {})
    with pytest.raises(ValueError, match="reading only"):
        run.put(1, tables_of(1))


def test_a08_an_infinite_result_is_a_fault_and_spoils_nothing(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "r", about()) as run, pytest.raises(ValueError, match="JSON compliant"):
        run.finish({}, {"mean_h": float("inf")})
    assert json.loads((tmp_path / "r" / RECORD).read_text())["status"] == "interrupted"


@given(
    st.lists(
        st.tuples(st.floats(allow_nan=True), st.integers(-(2**63), 2**63 - 1), st.text(), st.booleans()), max_size=9
    )
)
def test_a09_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    floats, whole, texts, flags = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = {
        "a": np.array(floats, float),
        "b": np.array(whole, np.int64),
        "c": np.array(texts, object),
        "d": np.array(flags, bool),
    }
    path = tmp_path_factory.mktemp("t") / "t.parquet"
    with path.open("wb") as file:
        write_parquet(as_table(columns), file)
    table = read_parquet(path)
    assert table.num_rows == len(rows)
    assert np.array_equal(table.column("a").to_numpy(), columns["a"], equal_nan=True)
    assert table.column("b").to_pylist() == list(whole)
    assert table.column("c").to_pylist() == list(texts)
    assert table.column("d").to_pylist() == list(flags)


# b: cut off


def breaks_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> None:
    """Let the writing of the table `number` (from 1) break when half of it is on disk."""
    calls = iter(range(1, 1000))

    def breaking(table: pa.Table, file: Any) -> None:
        write_parquet(table, file)
        if next(calls) == number:
            raise error

    monkeypatch.setattr(runs, "write_parquet", breaking)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()]
)
def test_b01_a_put_that_breaks_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    with RunFolder.create(tmp_path / "r", about()) as run:
        breaks_at(monkeypatch, 4, error)
        run.put(0, tables_of(0))
        with pytest.raises((InputError, KeyboardInterrupt, MemoryError)) as raised:
            run.put(1, tables_of(1))
        assert isinstance(raised.value, InputError) == isinstance(error, OSError)
        assert run.done() == {0}
        assert not any("0001" in name for name in names(run.path))
        run.put(1, tables_of(1))
        assert run.done() == {0, 1}
    if isinstance(raised.value, InputError):
        assert "it cannot be written (No space left on device)" in str(raised.value)


CUT_OFF = """
def write(table, file):
    if "unit" in table.column_names:
        print("now", flush=True)
        sys.stdin.read()
    write_parquet(table, file)
run = RunFolder.create(sys.argv[1], about())
run.put(0, tables_of(0))
runs.write_parquet = write
run.put(1, tables_of(1))
"""


@posix
def test_b02_a_process_that_is_killed_between_two_files(tmp_path: Path) -> None:
    path = tmp_path / "r"
    with in_a_process(f"exec({CUT_OFF!r})", path) as running:
        assert heard(running) == "now"
        assert RunFolder.open(path).status == "running"
        with pytest.raises(TakenError, match=rf"process {running.pid} on .*, since .* \| wait for it"):
            RunFolder.create(path, about())
        running.send_signal(signal.SIGKILL)
    assert json.loads((path / RECORD).read_text())["status"] == "running"
    assert (path / "replications/.0001.part/lost.parquet").exists()
    left = RunFolder.open(path)
    assert (left.status, left.done()) == ("interrupted", {0})
    with RunFolder.resume(path, about()) as run:
        assert run.note.startswith(f"process {running.pid} on ")
        assert run.done() == {0}
        assert names(path) == [f"replications/0000/{table}.parquet" for table in ("lost", "trace")] + [RECORD, LOCK]
        for number in (1, 2):
            run.put(number, tables_of(number))
        run.finish({"times": {"p50_h": np.array([1.0, np.nan])}}, {"mean_h": 7.5})
    assert content(path) == content(whole_run(tmp_path / "s").path)


def interrupted(path: Path) -> None:
    with RunFolder.create(path, about()) as run:
        run.put(0, tables_of(0))
        raise KeyboardInterrupt


def test_b03_an_interrupt_is_written_down(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "r")
    left = RunFolder.open(tmp_path / "r")
    assert (left.status, left.done(), left.record["clock"]["finished"]) == ("interrupted", {0}, None)
    assert not (tmp_path / "r" / LOCK).exists()
    with RunFolder.create(tmp_path / "r", about()) as run:
        assert run.note == ""
        run.finish({}, {})
    assert run.record["clock"]["sessions"] == 2
    assert run.record["clock"]["started"] == left.record["clock"]["started"]


def test_b04_cut_off_before_the_end_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunFolder.create(tmp_path / "r", about()) as run:
        run.put(0, tables_of(0))
        breaks_at(monkeypatch, 2, OSError(errno.EIO, "Input/output error"))
        with pytest.raises(InputError, match="Input/output error"):
            run.finish({"times": {"a": np.arange(2)}, "use": {"a": np.arange(2)}}, {})
    assert RunFolder.open(tmp_path / "r").status == "interrupted"
    assert [name for name in names(tmp_path / "r") if "replications" not in name] == [RECORD, "times.parquet"]
    assert [name for name, number, _ in RunFolder.open(tmp_path / "r").files() if number is None] == []
    with RunFolder.create(tmp_path / "r", about()):  # an outdated table is not to be taken for a result
        assert not (tmp_path / "r/times.parquet").exists()


def test_b05_a_folder_that_is_removed_meanwhile(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "r", about()) as run:
        run.put(0, tables_of(0))
        shutil.rmtree(run.path)
        with pytest.raises(InputError, match="the folder was removed or taken over"):
            run.put(1, tables_of(1))
        with pytest.raises(InputError, match="the run was removed or spoilt"):
            run.done()
    assert not run.path.exists()


def test_b06_and_taken_over_by_another(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "r", about()) as run:
        shutil.move(run.path, tmp_path / "old")
        with RunFolder.create(tmp_path / "r", about(seed=2)) as other:
            with pytest.raises(InputError, match="taken over"):
                run.put(0, tables_of(0))
            run.close()
            other.put(0, tables_of(5))
    assert RunFolder.open(tmp_path / "r").record["inputs"]["seed"] == 2


def test_b07_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"it cannot be written \((File exists|Not a directory)\)"):
        RunFolder.create(tmp_path / "file", about())
    with pytest.raises(InputError, match=r"it cannot be written \(Not a directory\)"):
        RunFolder.create(tmp_path / "file" / "r", about())


# c: one process at a time


RACE = """
print("ready", flush=True)
while not Path(sys.argv[2]).exists(): pass
try:
    run = RunFolder.create(sys.argv[1], about())
    print("mine", flush=True)
except TakenError as taken:
    print(taken.problems[0].remedy, flush=True)
sys.stdin.read()
"""


@posix
def test_c01_of_processes_that_begin_at_once_one_has_the_folder(tmp_path: Path) -> None:
    racing = [in_a_process(f"exec({RACE!r})", tmp_path / "r", tmp_path / "go") for _ in range(4)]
    assert [heard(process) for process in racing] == ["ready"] * 4
    (tmp_path / "go").write_text("")
    said = sorted(heard(process) for process in racing)
    for process in racing:
        process.communicate()
    assert said == ["mine", *["wait for it, or give another folder"] * 3]


def test_c02_twice_in_one_process_neither(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "r", about()) as run:
        assert (holder(run.path / LOCK) == run._lock and run._lock.left_by) or holder(run.path / LOCK)
        with pytest.raises(TakenError, match=f"process {os.getpid()} on"):
            RunFolder.create(tmp_path / "r", about())
        assert run.path.joinpath(LOCK).exists()
    RunFolder.create(tmp_path / "r", about()).close()


def test_c03_of_another_machine_nobody_can_tell(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "r", about()).close()
    (tmp_path / "r" / LOCK).write_text(json.dumps({"pid": 7, "host": "elsewhere.example", "since": "2026-01-01"}))
    with pytest.raises(TakenError, match=r"process 7 on elsewhere.example.*if it does not, remove run.lock"):
        RunFolder.create(tmp_path / "r", about())
    assert (tmp_path / "r" / LOCK).exists()


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"pid": 1}'])
def test_c04_a_lock_that_names_nobody_is_taken_over(tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK).write_text(text)
    assert holder(tmp_path / LOCK) is None
    lock = Lock.take(tmp_path / LOCK)
    assert lock.left_by is None
    assert isinstance(holder(tmp_path / LOCK), Holder)
    lock.release()
    assert not (tmp_path / LOCK).exists()


def test_c05_where_the_file_system_has_no_locks_the_file_alone_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_hold", lambda handle, shared: None)  # noqa: ARG005 (called by name)
    lock = Lock.take(tmp_path / LOCK)
    with pytest.raises(TakenError, match=f"process {os.getpid()} on .* remove run.lock"):
        Lock.take(tmp_path / LOCK)
    lock.release()
    Lock.take(tmp_path / LOCK).release()


def test_c06_who_looks_does_not_keep_others_out(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("")
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            holder(tmp_path / LOCK)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        try:
            for _ in range(50):
                Lock.take(tmp_path / LOCK).release()
        finally:
            stop.set()
    assert looking.exception() is None


def at_once(do: Callable[[], Any], times: int = 3) -> list[Any]:
    """What `do` gives in several threads that begin together: a result, or an InputError."""
    together = threading.Barrier(times)

    def one() -> Any:
        together.wait()
        try:
            return do()
        except InputError as refused:
            return refused

    with ThreadPoolExecutor(times) as pool:
        return [done.result() for done in [pool.submit(one) for _ in range(times)]]


def test_c07_many_that_begin_at_once_in_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "BETWEEN_S", 0.0005)
    for number in range(40):
        found = at_once(lambda at=number: RunFolder.create(tmp_path / str(at), about()))
        (mine,) = (one for one in found if isinstance(one, RunFolder))
        others = [one for one in found if isinstance(one, TakenError)]
        assert [one.problems[0].address for one in others] == [LOCK, LOCK]
        mine.close()


def test_c08_a_lock_that_goes_away_while_it_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, hold = Lock.take(tmp_path / LOCK), locks._hold

    def hold_later(handle: int, *, shared: bool) -> bool | None:
        if not shared and first.ours():
            first.release()
        return hold(handle, shared=shared)

    monkeypatch.setattr(locks, "_hold", hold_later)
    second = Lock.take(tmp_path / LOCK)
    assert second.ours()
    second.release()


# d: going on


def test_d01_other_inputs_are_named_all_of_them(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "r", about(settings={"days": 365})).close()
    before = content(tmp_path / "r")
    with pytest.raises(TakenError) as raised:
        RunFolder.resume(tmp_path / "r", about(seed=2, tables={"demand": "1" * 64}, settings={"days": 30}))
    assert [str(problem) for problem in raised.value.problems] == [
        f"{path} | found {new} where the run has {old} | give what the run was begun with, or another folder"
        for path, new, old in (("seed", 2, 1), ("settings/days", 30, 365), ("tables/demand", "1" * 8, "0" * 8))
    ]
    assert content(tmp_path / "r") == before


def test_d02_nothing_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run.json \| found no run.json"):
        RunFolder.resume(tmp_path / "r", about())
    assert not (tmp_path / "r").exists()


def test_d03_a_complete_run_is_touched_only_when_something_is_added(tmp_path: Path) -> None:
    whole_run(tmp_path / "r")
    before = (tmp_path / "r" / RECORD).read_bytes()
    more = about() | {"replications": 4}
    with RunFolder.resume(tmp_path / "r", more) as run:
        assert (run.status, run.done()) == ("complete", {0, 1, 2})
    assert (tmp_path / "r" / RECORD).read_bytes() == before
    with RunFolder.resume(tmp_path / "r", more) as run:
        run.put(3, tables_of(3))
        assert run.status == "running"
        assert not (tmp_path / "r/times.parquet").exists()
        run.finish({}, {"mean_h": 8.0})
    assert (run.record["replications"], run.record["done"], run.record["results"]) == (4, 4, {"mean_h": 8.0})


def test_d04_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all")
    with pytest.raises(TakenError, match=r"'letter.txt' and no run.json \| give a new or empty folder"):
        RunFolder.create(tmp_path, about())
    assert names(tmp_path) == ["letter.txt"]


def test_d05_what_was_cut_off_at_once_is_as_good_as_empty(tmp_path: Path) -> None:
    (tmp_path / "replications").mkdir()
    (tmp_path / LOCK).write_text("")
    (tmp_path / ".run.json.x1.part").write_text("{")
    with RunFolder.create(tmp_path, about()) as run:
        run.finish({}, {})
    assert names(tmp_path) == [RECORD]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "shelf"))
    return tmp_path / "shelf"


def test_d06_where_runs_stand(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert runs_folder() == shelf
    monkeypatch.setenv("KARVAN_RUNS", "")
    assert runs_folder().parts[-2:] == ("karvan", "runs")
    monkeypatch.setenv("KARVAN_RUNS", "here")
    assert runs_folder() == Path.cwd() / "here"


def test_d07_what_a_run_is_called() -> None:
    name = run_name(about())
    assert name.startswith("simulate-small-")
    assert len(name) == len("simulate-small-") + 8
    assert run_name(about() | {"replications": 50}) == name
    assert run_name(about(code="other")) == name
    assert run_name(about(seed=2)) != name
    assert run_name(about(package="../Über/ Größe" + "x" * 90)).startswith("simulate-ber-gr-e")
    assert len(run_name(about(package="x" * 400))) < 80


def test_d08_the_same_study_has_the_same_folder_until_it_is_complete(shelf: Path) -> None:
    name = run_name(about())
    with open_run(about()) as run:
        run.put(0, tables_of(0))
    with open_run(about()) as run:
        assert (run.path, run.done()) == (shelf / name, {0})
        run.finish({}, {})
    with open_run(about(), resume=True) as run:
        assert (run.path, run.status) == (shelf / name, "complete")
    with open_run(about()) as run:
        assert (run.name, run.done()) == (f"{name}-2", set())
        with open_run(about()) as at_once:
            assert at_once.name == f"{name}-3"
    assert open_run(about(code="newer")).name == f"{name}-4"
    assert [run.name for run in find_runs()[0]] == [name, f"{name}-2", f"{name}-3", f"{name}-4"]


def test_d09_studies_that_begin_at_once_have_folders_of_their_own(shelf: Path) -> None:
    runs_there = at_once(lambda: open_run(about()), 4)
    name = run_name(about())
    assert sorted(run.name for run in runs_there) == [name, f"{name}-2", f"{name}-3", f"{name}-4"]
    for run in runs_there:
        run.put(0, tables_of(0))
        run.close()
    assert [run.status for run in find_runs(shelf)[0]] == ["interrupted"] * 4


def test_d10_a_folder_wished_for(shelf: Path, tmp_path: Path) -> None:
    with open_run(about(), tmp_path / "mine") as run:
        run.finish({}, {})
    with pytest.raises(TakenError, match=r"a complete run of the same inputs \| give --resume"):
        open_run(about(), tmp_path / "mine")
    open_run(about(), tmp_path / "mine", resume=True).close()
    with pytest.raises(TakenError, match="seed"):
        open_run(about(seed=2), tmp_path / "mine", resume=True)
    assert not shelf.exists()


# e: damaged


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no JSON"),
        ('{"format": 1, "inp', "no JSON"),
        ("\udcff", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no inputs"),
        ('{"format": 2, "inputs": {}}', "format 2, while this karvan reads format 1"),
        ('{"format": 1, "inputs": {}, "status": "well"}', "status 'well'"),
        ('{"format": 1, "inputs": {}, "status": "complete", "clock": {"started": 5}}', "no clock"),
    ],
)
def test_e01_a_record_that_cannot_be_used(tmp_path: Path, text: str, found: str) -> None:
    whole_run(tmp_path / "bad")
    whole_run(tmp_path / "good")
    (tmp_path / "bad" / RECORD).write_bytes(text.encode(errors="surrogateescape"))
    for use in (RunFolder.open, lambda path: RunFolder.create(path, about())):
        with pytest.raises(InputError, match=f"run.json.*{found}"):
            use(tmp_path / "bad")
    good, problems = find_runs(tmp_path)
    assert [run.name for run in good] == ["good"]
    assert [problem.address for problem in problems] == ["bad/run.json"]
    assert not (tmp_path / "bad" / LOCK).exists()


def test_e02_a_byte_that_has_tipped_over_is_noticed(tmp_path: Path) -> None:
    run = RunFolder.open(whole_run(tmp_path / "r").path)
    file = run.path / "replications/0000/lost.parquet"
    sound, table = file.read_bytes(), run.read("lost", 0)
    data = len(sound) - 8 - int.from_bytes(sound[-8:-4], "little")  # what follows describes the data
    noticed = 0
    for place in range(len(sound)):
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        try:
            assert run.read("lost", 0).equals(table) or place >= data
        except InputError:
            noticed += 1
    assert noticed > data / 2


def test_e03_tables_that_are_spoilt_or_not_there(tmp_path: Path) -> None:
    run = RunFolder.open(whole_run(tmp_path / "r").path)
    with pytest.raises(InputError, match=r"table \| found 'losts' \| there is lost"):
        run.read("losts", 0)
    with pytest.raises(InputError, match=r"r, replication 9\n.*there is nothing; the run is complete"):
        run.read("lost", 9)
    spoilt = run.path / "replications/0000/lost.parquet"
    spoilt.write_bytes(spoilt.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"lost.parquet \| found a file that cannot be read"):
        run.read("lost", 0)
    shutil.rmtree(run.path)
    with pytest.raises(InputError, match="removed or spoilt"):
        run.read("lost", 1)


# f: what a run is made from


def described(corridor: Corridor, **more: Any) -> dict[str, Any]:
    return describe("simulate", corridor.name, corridor.tables, seed=1, **more)["inputs"]


def test_f01_a_package_is_the_same_in_any_wrapping(small: Corridor, tmp_path: Path) -> None:
    small.save(tmp_path / "small")
    small.save(tmp_path / "small.zip")
    for file in (tmp_path / "small").glob("*.csv"):  # as a spreadsheet would save it
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    folder, archive = load(tmp_path / "small"), load(tmp_path / "small.zip")
    assert folder.digest != archive.digest
    assert described(folder)["tables"] == described(archive)["tables"] == described(small)["tables"]


def test_f02_a_change_changes_its_own_table_only(small: Corridor) -> None:
    bent = bend(small, [SetCell("link", "train-0", "length_km", "1001")])
    (problem,) = differences(described(small), described(bent))
    assert problem.address == "tables/link"
    assert described(bend(small, [SetCell("link", "train-0", "length_km", "1000.0")])) == described(small)


@pytest.mark.parametrize(("one", "other"), [(("a", "b;c"), ("a;b", "c")), (("", "x"), ("x", ""))])
def test_f03_cells_do_not_run_into_each_other(small: Corridor, one: tuple[str, str], other: tuple[str, str]) -> None:
    place = small.places()[0]
    digests = {table_digest("place", [place._replace(unlocode=a, note=b)]) for a, b in (one, other)}
    assert len(digests) == 2


def test_f04_replications_are_no_input_and_settings_are(small: Corridor) -> None:
    assert described(small, replications=3) == described(small, replications=30)
    found = differences(described(small), described(small, settings={"days": 30}, changes=["a=1"], scenario="s"))
    assert [problem.address for problem in found] == ["changes", "scenario", "settings/days"]


def test_f05_the_source_counts_but_names_nothing(small: Corridor, monkeypatch: pytest.MonkeyPatch, shelf: Path) -> None:
    old = describe("simulate", "small", small.tables, seed=1)
    open_run(old).close()
    monkeypatch.setattr(made_from, "code_digest", lambda: "f" * 64)
    new = describe("simulate", "small", small.tables, seed=1)
    assert [problem.address for problem in differences(old["inputs"], new["inputs"])] == ["code"]
    with open_run(new) as run:
        assert run.path == shelf / f"{run_name(old)}-2"


def test_f06_every_input_of_the_shipped_package_has_its_digest(shipped: Corridor) -> None:
    tables = described(shipped)["tables"]
    assert tables.keys() == {name for name in shipped.tables if shipped.rows(name)}
    assert len(set(tables.values())) == len(tables)
