"""Jobs: their stores, the processes that work on them, what survives a kill, and the addresses at which they are."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.api.app import create_app
from karvan.api.jobs.job import (
    CANCELLED,
    DONE,
    ENDED,
    FAILED,
    INTERRUPTED,
    MAY_FOLLOW,
    QUEUED,
    RUNNING,
    STATUSES,
    Job,
)
from karvan.api.jobs.postgres import Postgres
from karvan.api.jobs.process import Work
from karvan.api.jobs.requests import BODIES
from karvan.api.jobs.runner import Runner, runner_of
from karvan.api.jobs.sqlite import Sqlite
from karvan.api.jobs.store import TABLE, FullError, Store
from karvan.api.problems import ApiError
from karvan.api.settings import Limits, Settings
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import runs_folder
from karvan.ground.errors import InputError
from karvan.study.matrix import matrix
from karvan.study.simulate import simulate
from karvan.study.tabled import batch_run, matrix_run

ASKED: dict[str, Any] = {"days": 20.0, "replications": 3, "warmup_days": 0.0}
SLOW = ("appraise", "assign", "compare", "loss", "simulate")
"""Kinds whose example takes half a minute and more."""
LONG: dict[str, Any] = {"days": 40.0, "replications": 8, "warmup_days": 0.0}
"""Long enough to be killed in the middle."""
NOW = "2026-01-05T08:00:00+00:00"
PATIENCE_S = 300.0


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))


def until(what: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """What comes to be true, or a failure when it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:g} s")


def job(name: str, **cells: Any) -> Job:
    return Job(name, "simulate", f"job {name}", "{}", QUEUED, NOW, **cells)


# --- stores


def postgresql() -> Path | None:
    """Where the programs of a PostgreSQL are, if there is one."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")), *Path("/usr/local/pgsql/bin").glob("initdb")]
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


@pytest.fixture(scope="session")
def server(debian: Callable[..., Path]) -> Iterator[str]:
    """A PostgreSQL of our own on a free port of loopback: the URL but for the database."""
    binaries = debian("postgresql", postgresql)
    as_user: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="karvan-postgres-"))
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "nobody")
        as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    said = subprocess.run([binaries / "initdb", "-D", data, "-A", "trust", "-U", "karvan", "-N"], cwd=folder,
                          capture_output=True, text=True, check=False, **as_user)  # fmt: skip
    assert said.returncode == 0, said.stderr
    running = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1", "-c", "fsync=off"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user,
    )  # fmt: skip
    url = f"postgresql://karvan@127.0.0.1:{port}"

    def answers() -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(f"{url}/postgres").close()
            return True
        return False

    try:
        until(answers, 30)
        yield url
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens a store of one kind; the same again at each call where several may share one."""
    if request.param == "sqlite":
        numbers = iter(range(1000))
        stores: list[Store] = []

        def open_file() -> Store:
            stores.append(Sqlite(tmp_path / f"{next(numbers)}.sqlite"))
            return stores[-1]

        yield open_file
    else:
        url, stores = database(request.getfixturevalue("server")), []

        def connect() -> Store:
            stores.append(Postgres(url))
            return stores[-1]

        yield connect
    for store in stores:
        store.close()


def database(server: str) -> str:
    """The URL of a new database."""
    name = f"karvan_{time.monotonic_ns()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{server}/{name}"


def emptied(store: Store) -> Store:
    with store.transaction() as ask:
        ask(f"DELETE FROM {TABLE}", ())
    return store


def brought_to(store: Store, name: str, status: str) -> Job:
    """A new job with that status."""
    store.add(job(name), 10, 1000)
    if status == CANCELLED:
        store.move(name, CANCELLED)
    elif status != QUEUED:
        assert store.claim("here").id == name
        if status != RUNNING:
            store.move(name, status, "here")
    return store.get(name)


def test_a1_a_job_comes_back_as_it_was_put_there(opened: Callable[[], Store]) -> None:
    store = opened()
    put = job("a", note="Баку 🚢 'quoted' \\u0000", total=7, run="r", result={"x": [1, None, "ü"]}, done=0)
    store.add(put, 10, 10)
    assert store.get("a") == put
    assert store.get("b") is None
    assert store.get("a'; DROP TABLE karvan_job; --") is None


def test_a2_lists_have_the_newest_first_and_say_how_many_there_are(opened: Callable[[], Store]) -> None:
    store = opened()
    for name in "abcde":
        store.add(job(name), 10, 10)
    store.move("b", CANCELLED)
    assert ([one.id for one in store.jobs(limit=2, offset=1)[0]], store.jobs(limit=2)[1]) == (["d", "c"], 5)
    assert [one.id for one in store.jobs(QUEUED)[0]] == ["e", "d", "c", "a"]
    assert store.jobs(FAILED) == ([], 0)


def test_a3_no_more_wait_than_may_and_the_oldest_ended_are_forgotten(opened: Callable[[], Store]) -> None:
    store = opened()
    for name in "abc":
        store.add(job(name), 3, 5)
    with pytest.raises(FullError):
        store.add(job("d"), 3, 5)
    for name in "ab":
        store.move(name, CANCELLED)
    for name in "de":
        store.add(job(name), 3, 4)
    assert [one.id for one in store.jobs()[0]] == ["e", "d", "c", "b"]
    store.move("c", CANCELLED)
    store.add(job("f"), 3, 1)  # those that wait are never forgotten
    assert [one.id for one in store.jobs()[0]] == ["f", "e", "d"]
    with pytest.raises(FullError):
        store.add(job("g"), 3, 1)


@pytest.mark.parametrize(("now", "then"), list(product(STATUSES, STATUSES)))
def test_a4_a_status_follows_only_those_that_it_may_follow(opened: Callable[[], Store], now: str, then: str) -> None:
    store = opened()
    was = brought_to(store, "a", now)
    assert was.status == now
    became = store.move("a", then)
    assert (became is not None) == (then in MAY_FOLLOW[now])
    found = store.get("a")
    assert found.status == (then if became else now)
    assert found.version == was.version + (became is not None)
    assert (found.ended is not None) == (found.status in ENDED)


def test_a5_only_its_owner_writes_to_a_running_job(opened: Callable[[], Store]) -> None:
    store = opened()
    brought_to(store, "a", RUNNING)
    assert store.tell("a", "elsewhere", doing="routing") is None
    assert store.move("a", DONE, "elsewhere") is None
    assert store.tell("a", "here", doing="routing", done=1, total=2).done == 1
    assert store.move("a", DONE, "here", result={"n": 1}).result == {"n": 1}
    assert store.tell("a", "here", doing="routing") is None
    assert store.remove("a")
    assert not store.remove("a")


def test_a6_an_ended_job_waits_again_with_nothing_left_of_its_failure(opened: Callable[[], Store]) -> None:
    store = opened()
    brought_to(store, "a", RUNNING)
    store.move("a", FAILED, "here", problem={"detail": "x", "problems": []}, note="n", losses=2, doing="d", done=1)
    again = store.requeue("a", 10)
    assert (again.status, again.problem, again.note, again.losses, again.done) == (QUEUED, None, "", 0, None)
    assert store.requeue("a", 10) is None
    with pytest.raises(FullError):
        store.requeue("a", 1)
    assert store.claim("there").attempts == 2


@pytest.mark.parametrize(("jobs", "threads"), [(1, 8), (7, 3), (60, 8)])
def test_a7_two_never_get_the_same_job(opened: Callable[[], Store], jobs: int, threads: int) -> None:
    """Nor is one forgotten, and who has waited longest is first."""
    first = opened()
    stores = [first] * threads if first.alone else [first, *(opened() for _ in range(threads - 1))]
    for number in range(jobs):
        first.add(job(f"{number:03d}"), 100, 1000)
    begin, got = threading.Barrier(threads), [[] for _ in range(threads)]

    def claim(k: int) -> None:
        begin.wait()
        while found := stores[k].claim(f"owner {k}"):
            got[k].append(found.id)

    workers = [threading.Thread(target=claim, args=(k,)) for k in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(name for names in got for name in names) == [f"{number:03d}" for number in range(jobs)]
    assert all(names == sorted(names) for names in got)


OPERATIONS = ("add", "claim", "done", "failed", "cancelled", "interrupted", "queued", "requeue", "remove")


@given(steps=st.lists(st.tuples(st.sampled_from(OPERATIONS), st.sampled_from("abc")), max_size=25))
@settings(max_examples=60, deadline=None)
def test_a8_any_order_of_things_leads_where_a_plain_table_says(steps: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Sqlite(Path(folder) / "jobs.sqlite")
        agrees_with_a_plain_table(store, steps)
        store.close()


@given(steps=st.lists(st.tuples(st.sampled_from(OPERATIONS), st.sampled_from("abc")), max_size=25))
@settings(max_examples=30, deadline=None)
def test_a8_so_it_does_in_a_database_that_is_shared(server: str, steps: list[tuple[str, str]]) -> None:
    store = emptied(Postgres(f"{server}/postgres"))
    agrees_with_a_plain_table(store, steps)
    store.close()


def agrees_with_a_plain_table(store: Store, steps: list[tuple[str, str]]) -> None:
    plain: dict[str, str] = {}
    for step, name in steps:
        if step == "add":
            if name not in plain:
                store.add(job(name), 10, 10)
                plain[name] = QUEUED
        elif step == "claim":
            waiting = [one for one, status in plain.items() if status == QUEUED]
            got = store.claim("here")
            assert (got.id if got else None) == (waiting[0] if waiting else None)
            if waiting:
                plain[waiting[0]] = RUNNING
        elif step == "requeue":
            if store.requeue(name, 10):
                assert plain[name] in (FAILED, CANCELLED, INTERRUPTED)
                plain[name] = QUEUED
        elif step == "remove":
            assert store.remove(name) == (plain.get(name) in ENDED)
            if plain.get(name) in ENDED:
                del plain[name]
        else:
            moved = store.move(name, step)
            assert bool(moved) == (name in plain and step in MAY_FOLLOW[plain[name]])
            if moved:
                plain[name] = step
        assert {one.id: one.status for one in store.jobs()[0]} == plain


def test_a9_jobs_of_a_service_that_is_gone_are_told(opened: Callable[[], Store]) -> None:
    store = opened()
    brought_to(store, "a", RUNNING)
    assert store.lost("here") == []
    if not store.alone:
        assert store.lost("there") == []  # it may be well: others share the database
        with store.transaction() as ask:
            ask(f"UPDATE {TABLE} SET beat = beat - 31", ())
    assert [one.id for one in store.lost("there")] == ["a"]
    store.beat("here")
    assert bool(store.lost("there")) == store.alone


def test_a10_a_file_of_jobs_is_one_services_alone(tmp_path: Path) -> None:
    first = Sqlite(tmp_path / "service.sqlite")
    with pytest.raises(InputError, match="--data folder"):
        Sqlite(tmp_path / "service.sqlite")
    first.close()
    Sqlite(tmp_path / "service.sqlite").close()


def test_a11_a_file_that_is_none_of_ours_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "service.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(InputError, match="move the file away"):
        Sqlite(path)
    assert path.read_bytes() == b"no database" * 1000
    path.unlink()
    store = Sqlite(path)
    store._connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(InputError, match="newer karvan"):
        Sqlite(path)


def test_a12_a_database_that_cannot_be_used_says_why_and_no_password(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError) as refused:
        Postgres("postgresql://karvan:secret-word@127.0.0.1:1/postgres")
    assert "refused" in str(refused.value)
    assert "secret-word" not in str(refused.value)
    with pytest.raises(InputError, match="does not exist"):
        Postgres(f"{server}/nowhere")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=re.escape("pip install 'karvan[postgres]'")):
        Postgres(f"{server}/postgres")


def test_a13_a_connection_that_breaks_is_told_and_made_anew(server: str) -> None:
    url = database(server)
    store = Postgres(url)
    store.add(job("a"), 10, 10)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
    with pytest.raises(ApiError) as away:
        store.get("a")
    assert away.value.status == 503
    assert store.get("a").id == "a"
    store.close()


# --- one process


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Callable[..., Work]]:
    """Starts a process on a simulation."""
    started: list[Work] = []

    def start(**asked: Any) -> Work:
        request = BODIES["simulate"].model_validate(asked).model_dump_json()
        one = Job("a", "simulate", "", request, RUNNING, NOW)
        environment = {**os.environ, "KARVAN_RUNS": str(runs_folder())}
        started.append(Work(one, "middle-corridor", tmp_path / "work", environment, lambda: None, 3600))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        until(lambda one=one: one.has_ended)


def test_b1_it_tells_how_far_it_is_and_what_it_found(work: Callable[..., Work]) -> None:
    one = work(**ASKED)
    until(lambda: one.has_ended)
    assert one.code == 0, one.printed()
    assert (one.said["done"], one.said["of"], one.said["doing"]) == (3, 3, "running")
    run = RunFolder.open(runs_folder() / one.said["run"])
    assert one.said["result"] == run.record["results"]


def test_b2_it_tells_what_is_wrong_with_a_request(work: Callable[..., Work]) -> None:
    one = work(**ASKED, changes=["facility/AKTAU-berth/servers=0"])
    until(lambda: one.has_ended)
    assert one.code == 3
    [fault] = one.said["problem"]["problems"]
    assert "AKTAU-berth" in fault["address"]
    assert "1 or more" in fault["remedy"]


@pytest.mark.parametrize("way", ["interrupt", "the service is killed"])
def test_b3_what_is_finished_is_kept_however_it_ends(work: Callable[..., Work], way: str) -> None:
    one = work(**LONG)
    until(lambda: one.said.get("done"))
    began = time.monotonic()
    if way == "interrupt":
        one.stop("cancel")
    else:
        one.process.stdin.close()
    until(lambda: one.has_ended, 8)
    assert time.monotonic() - began < 5
    assert (one.code, one.said.get("stopped")) == ((130, True) if way == "interrupt" else (-signal.SIGKILL, None))
    run = RunFolder.open(runs_folder() / one.said["run"])
    assert run.status == "interrupted"
    assert 1 <= len(run.done()) < 8


# --- the runner


@contextmanager
def running(folder: Path, *, workers: int = 1, url: str = "", hours: float = 12.0, **limits: int) -> Iterator[Runner]:
    """A runner at work, stopped in the end."""
    limit = Limits(job_hours=hours, **limits)
    runner = runner_of(Settings(folder, workers=workers, limits=limit, database=url), lambda corridor: corridor)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def posted(runner: Runner, kind: str = "simulate", **asked: Any) -> str:
    body = BODIES[kind].model_validate(asked)
    return runner.post(kind, body.title(), body.model_dump()).id


def ended(runner: Runner, name: str) -> Job:
    return until(lambda: found if (found := runner.job(name)).has_ended else None)


def same_tables(one: Path, other: Path) -> int:
    """How many tables two runs have, which are the same to the last bit."""
    ours, theirs = (
        {file.relative_to(run): file.read_bytes() for file in run.rglob("*.parquet")} for run in (one, other)
    )
    assert ours == theirs
    return len(ours)


def test_c1_a_job_is_worked_on_and_its_whole_answer_kept(tmp_path: Path) -> None:
    with running(tmp_path / "data") as runner:
        done = ended(runner, posted(runner, **ASKED))
        assert (done.status, done.attempts, done.done, done.total) == (DONE, 1, 3, 3)
        assert done.result == RunFolder.open(runs_folder() / done.run).record["results"]
        until(lambda: not list((tmp_path / "data" / "work").rglob("said.txt")))  # put away after the job has ended
        again = ended(runner, posted(runner, **ASKED))
        assert again.run == done.run  # the same question has been answered


@pytest.mark.long
def test_c2_a_cancelled_job_keeps_what_is_finished_and_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    with running(tmp_path / "data") as runner:
        first, waits = posted(runner, **LONG), posted(runner, **ASKED)
        assert runner.cancel(waits).status == CANCELLED
        until(lambda: (runner.job(first).done or 0) >= 2)
        with pytest.raises(ApiError) as conflict:
            runner.resume(first)
        assert conflict.value.status == 409
        with pytest.raises(ApiError, match="running"):
            runner.remove(first)
        assert runner.cancel(first).status == RUNNING
        cancelled = ended(runner, first)
        assert cancelled.status == CANCELLED
        kept = int(re.match(r"(\d) of 8 replications were kept", cancelled.note).group(1))
        assert 2 <= kept < 8
        runner.resume(first)
        done = ended(runner, first)
        assert (done.status, done.attempts, done.run) == (DONE, 2, cancelled.run)
        with pytest.raises(ApiError) as conflict:
            runner.cancel(first)
        assert conflict.value.status == 409
    straight = simulate(out=tmp_path / "straight", **LONG)
    assert same_tables(runs_folder() / done.run, straight.run.path) > 8


@pytest.mark.thorough
def test_c3_a_process_that_is_killed_has_failed_and_can_be_resumed(tmp_path: Path) -> None:
    with running(tmp_path / "data") as runner:
        name = posted(runner, **LONG)
        until(lambda: runner.job(name).done)
        os.kill(runner._working[name].process.pid, signal.SIGKILL)
        failed = ended(runner, name)
        assert failed.status == FAILED
        assert "signal 9" in failed.problem["detail"]
        assert "replications were kept" in failed.note
        runner.resume(name)
        assert ended(runner, name).status == DONE


@pytest.mark.long
def test_c4_a_job_that_takes_too_long_is_ended_with_what_is_finished_kept(tmp_path: Path) -> None:
    with running(tmp_path / "data", hours=6 / 3600) as runner:
        failed = ended(runner, posted(runner, **LONG | {"replications": 500}))
        assert failed.status == FAILED
        assert failed.problem["problems"][0]["address"] == "time"
        assert re.match(r"\d+ of 500 replications were kept|no replication was finished", failed.note)


@pytest.mark.thorough
def test_c5_a_service_that_is_stopped_queues_its_jobs_again_and_the_next_goes_on(tmp_path: Path) -> None:
    with running(tmp_path / "data") as runner:
        name = posted(runner, **LONG)
        until(lambda: runner.job(name).done)
    store = Sqlite(tmp_path / "data" / "service.sqlite")
    left = store.get(name)
    assert (left.status, left.losses, left.owner) == (QUEUED, 0, "")
    assert re.match(r"the service was stopped; \d of 8 replications were kept", left.note)
    store.close()
    with running(tmp_path / "data") as runner:
        assert ended(runner, name).status == DONE


def test_c6_a_job_that_was_lost_three_times_is_not_begun_again_by_itself(tmp_path: Path) -> None:
    request = BODIES["assign"](method="so").model_dump_json()
    for losses, status in ((0, QUEUED), (1, QUEUED), (2, INTERRUPTED)):
        store = Sqlite(tmp_path / "service.sqlite")
        if losses == 0:
            store.add(Job("a", "assign", "t", request, QUEUED, NOW), 10, 10)
        assert store.claim("a service that will be killed").id == "a"
        store.close()
        with running(tmp_path, workers=0) as runner:
            found = until(lambda runner=runner: one if (one := runner.job("a")).status != RUNNING else None)
            assert (found.status, found.losses) == (status, losses + 1)
            assert "the service ended while it ran; assign starts from its beginning" in found.note
            if status == INTERRUPTED:
                assert runner.resume("a").losses == 0
    with running(tmp_path) as runner:
        assert ended(runner, "a").status == DONE


@pytest.mark.thorough
def test_c7_no_more_processes_than_workers(tmp_path: Path) -> None:
    with running(tmp_path / "data", workers=2) as runner:
        names = [posted(runner, **ASKED, seed=seed) for seed in range(4)]
        most = 0
        while not all(runner.job(name).has_ended for name in names):
            most = max(most, sum(runner.job(name).status == RUNNING for name in names))
            time.sleep(0.02)
        assert {runner.job(name).status for name in names} == {DONE}
        assert most == 2
        assert len({runner.job(name).run for name in names}) == 4


@pytest.mark.thorough
def test_c8_services_that_share_a_database_share_their_jobs(server: str, tmp_path: Path) -> None:
    """Each job is done once; one is cancelled by the other service; one whose service is silent is taken over."""
    url = database(server)
    with running(tmp_path / "one", url=url) as one, running(tmp_path / "other", url=url) as other:
        names = [posted(one, **ASKED, seed=seed) for seed in range(4)]
        by = {name: set() for name in names}
        while not all(other.job(name).has_ended for name in names):
            for name in names:
                by[name].add(other.job(name).owner)
            time.sleep(0.02)
        assert {other.job(name).status for name in names} == {DONE}
        assert {other.job(name).attempts for name in names} == {1}
        assert {one.owner, other.owner} <= set().union(*by.values())
        long = posted(one, **LONG)
        until(lambda: one.job(long).done)
        theirs = other if one.job(long).owner == one.owner else one
        theirs.cancel(long)
        assert ended(theirs, long).status == CANCELLED
    lost = Postgres(url)
    lost.requeue(long, 10)
    lost.claim("a service that is silent")
    with lost.transaction() as ask:
        ask(f"UPDATE {TABLE} SET beat = beat - 31", ())
    with running(tmp_path / "one", url=url) as one:
        done = ended(one, long)
        assert (done.status, done.losses) == (DONE, 1)
        assert "the service ended while it ran" in done.note
    lost.close()


def test_c9_events_tell_every_status_and_end(tmp_path: Path) -> None:
    async def told(runner: Runner, name: str, after: int) -> list[Job]:
        return [one async for one in runner.events(name, after) if one]

    with running(tmp_path / "data") as runner:
        name = posted(runner, **ASKED)
        heard = asyncio.run(told(runner, name, 0))
        assert heard[-1].status == DONE
        versions = [one.version for one in heard]
        assert versions == sorted(set(versions))
        assert asyncio.run(told(runner, name, versions[-2])) == heard[-1:]
        assert asyncio.run(told(runner, name, versions[-1])) == []


# --- the addresses


class Client(httpx.Client):
    """Asks a service in this process."""

    app: FastAPI


@contextmanager
def asking(set_up: Settings) -> Iterator[Client]:
    """A service in a thread of this process, on a free port, and one who asks it."""
    app = create_app(set_up)
    service = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=service.run)
    thread.start()
    until(lambda: service.started, 30)
    port = service.servers[0].sockets[0].getsockname()[1]
    try:
        with Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            client.app = app
            yield client
    finally:
        service.should_exit = True
        thread.join()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """Asks a service that takes jobs on and works on none."""
    with asking(Settings(tmp_path / "data", workers=0)) as client:
        yield client


def refused(said: httpx.Response, status: int = 422) -> list[dict[str, str]]:
    assert said.status_code == status, said.text
    assert said.headers["content-type"] == "application/problem+json"
    problems: list[dict[str, str]] = said.json()["problems"]
    assert all(one["address"] and one["found"] and one["remedy"] for one in problems)
    return problems


def test_d1_a_job_has_an_address_a_list_and_an_end(client: Client) -> None:
    said = client.post("/api/simulate", json=ASKED)
    assert said.status_code == 202
    here = said.headers["location"]
    assert said.json()["links"]["self"] == here
    page = client.get(here).json()
    assert page == said.json()
    assert page["request"] == BODIES["simulate"](**ASKED).model_dump()
    line = {name: part for name, part in page.items() if name != "request"}
    assert client.get("/api/jobs").json() == {"jobs": [line], "total": 1}
    assert client.get("/api/jobs?status=done").json() == {"jobs": [], "total": 0}
    assert refused(client.get(f"{here}/result"), 409)[0]["found"] == "queued"
    assert refused(client.delete(here), 409)
    assert client.post(f"{here}/cancel").json()["status"] == CANCELLED
    assert client.post(f"{here}/resume").json()["status"] == QUEUED
    client.post(f"{here}/cancel")
    assert client.delete(here).status_code == 204
    for ask in (client.get, client.delete):
        assert refused(ask(here), 404)
    assert refused(client.get("/api/jobs/%00/events"), 404)


@pytest.mark.parametrize(
    ("kind", "body", "address", "remedy"),
    [
        ("simulate", {"days": 0}, "days", "greater than 0"),
        ("simulate", {"dys": 3}, "dys", "not permitted"),
        ("simulate", {"one_more_at": ["nowhere"]}, "one-more-at", "one cell"),
        ("simulate", {"replications": 2.5}, "replications", "integer"),
        ("simulate", {"seed": "1"}, "seed", "integer"),
        ("simulate", {"year": 1999}, "year", "demand of 20"),
        ("simulate", {"year": 2030, "scenario": "base-2030"}, "year", "leave year out"),
        ("simulate", {"corridor": "../../etc"}, "corridor", "list of corridors"),
        ("simulate", {"scenario": "/etc/passwd.yaml"}, "scenario", "give the name of one"),
        ("simulate", {"scenario": "base-2031"}, "scenario", "base-2030"),
        ("simulate", {"changes": ["facility/AKTAU-berth/servers=0"]}, "AKTAU-berth", "1 or more"),
        ("simulate", {"closings": ["link/nowhere=2024-03-03..2024-03-08"]}, "link.csv", "see link.csv"),
        ("simulate", {"days": 30, "closings": ["facility/KURYK-berth=2024-03-03..2024-03-08"]}, "close", "give times"),
        ("assign", {"method": "so", "simulate": 3}, "simulate", "an optimum has no queues"),
        ("assign", {"method": "best"}, "method", "'ue'"),
        ("compare", {"base": "base-2030", "scenarios": ["x.yaml"]}, "scenario", "give the name of one"),
        ("compare", {"base": "base-2030", "scenarios": ["base-2030"]}, "scenarios", "give each once"),
        ("compare", {"base": "base-2030", "scenarios": []}, "scenarios", "at least 1"),
        ("compare", {"base": "base-2030", "scenarios": ["base-2025"], "day": "02-29"}, "day", "07-01"),
        ("appraise", {"projects": ["alat-phase-9"]}, "projects", "alat-phase-2"),
        ("appraise", {"projects": ["commitment:nothing"]}, "commitment", ""),
        ("appraise", {"projects": ["alat-phase-2"], "base": "../x.yml"}, "scenario", "give the name of one"),
        ("appraise", {"projects": ["alat-phase-2"], "start": 2040, "end": 2030}, "to", "2040"),
        ("batch", {"shipments": []}, "shipments", "at least 1"),
        ("batch", {"shipments": [{"origin": "a"}] * 10_001}, "shipments", "10,000"),
        ("batch", {"shipments": [{"origin": "a"}], "using": "../runs/x"}, "using", "list of runs"),
        ("matrix", {"origins": []}, "origins", "1 to"),
        ("matrix", {"using": "/tmp"}, "using", "list of runs"),
        ("matrix", {"shipper": "/etc/passwd"}, "shipper", "not permitted"),
    ],
)
def test_d2_what_is_wrong_is_said_at_once(
    client: Client, kind: str, body: dict[str, Any], address: str, remedy: str
) -> None:
    problems = refused(client.post(f"/api/{kind}", json=body))
    assert any(address in one["address"] and remedy in one["remedy"] for one in problems), problems
    assert client.get("/api/jobs").json()["total"] == 0


def test_d2_a_whole_number_may_be_written_as_20_0(client: Client) -> None:
    said = client.post("/api/simulate", content='{"replications": 20.0, "days": 30}')
    assert said.status_code == 415  # a body says what it is
    headers = {"content-type": "application/json"}
    said = client.post("/api/simulate", content='{"replications": 20.0, "days": 30}', headers=headers)
    assert said.json()["request"]["replications"] == 20


def test_d3_all_that_is_wrong_is_said_together(client: Client) -> None:
    body = {"year": 2030, "scenario": "base-2030", "changes": ["facility/AKTAU-berth/servers", "nonsense"]}
    assert len(refused(client.post("/api/simulate", json=body))) == 3


def test_d4_no_file_is_read_that_a_client_names(client: Client, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("place\nBaku\n", encoding="utf-8")
    said = client.post("/api/matrix", json={"origins": [str(secret)], "destinations": ["Baku"]}).json()
    assert said["request"]["origins"] == [str(secret)]
    runner: Runner = client.app.state.karvan.runner
    runner.settings = Settings(tmp_path / "data", workers=1)
    failed = ended(runner, said["id"])
    assert failed.status == FAILED
    assert str(secret)[:40] in failed.problem["problems"][0]["found"]  # taken for the name of a place


@pytest.mark.long
@pytest.mark.parametrize("kind", [
    pytest.param(kind, marks=pytest.mark.thorough) if "-" in kind or kind in SLOW else kind for kind in sorted(BODIES)
])  # fmt: skip
def test_d5_every_kind_is_taken_as_the_contract_shows_it_and_done(tmp_path: Path, kind: str) -> None:
    """The example that the contract gives of a body, through to the result."""
    with asking(Settings(tmp_path / "data")) as client:
        schema = client.get("/api/openapi.json").json()["components"]["schemas"][BODIES[kind].__name__]
        example = schema["examples"][0]
        if kind == "compare":
            example = example | {"gap": 0.01}
        said = client.post(f"/api/{kind.replace('-', '/')}", json=example)
        assert said.status_code == 202, said.text
        here = said.headers["location"]
        page = until(lambda: one if (one := client.get(here).json())["status"] in ENDED else None)
        assert page["status"] == DONE, page
        found = client.get(page["links"]["result"]).json()
        assert found["run"]["name"] == page["run"]
        assert "folder" not in found["run"]
        assert found["run"]["status"] == "complete"
        assert len(found) > 1
        shutil.rmtree(runs_folder() / page["run"])
        assert refused(client.get(page["links"]["result"]), 404)[0]["address"] == "run"


@pytest.mark.thorough
def test_d6_ten_thousand_jobs_are_refused_beyond_the_limit_and_the_service_answers(client: Client) -> None:
    body = {"origins": ["Baku"], "destinations": ["Poti"]}
    statuses = [client.post("/api/matrix", json=body).status_code for _ in range(10_000)]
    assert statuses == [202] * 100 + [429] * 9_900
    last = client.post("/api/matrix", json=body)
    assert int(last.headers["retry-after"]) > 0
    assert "cancel some" in refused(last, 429)[0]["remedy"]
    began = time.monotonic()
    assert client.get("/api/jobs?limit=1000").json()["total"] == 100
    assert time.monotonic() - began < 1
    first = client.get("/api/jobs").json()["jobs"][0]["links"]["self"]
    client.post(f"{first}/cancel")
    assert client.post("/api/matrix", json=body).status_code == 202
    assert refused(client.post(f"{first}/resume"), 429)


# --- batches and matrices as runs


def test_f1_a_batch_is_a_run_with_its_options_and_what_was_refused() -> None:
    shipments = [
        {"id": "a", "origin": "Xi'an", "destination": "Baku"},
        {"id": "b", "origin": "Aktau", "destination": "Nowhere at all"},
        {"id": "c", "origin": "Aktau", "destination": "Baku", "avoid": "AZ"},
    ]
    said: dict[str, Any] = {"scenario": "base-2030", "changes": ["facility/AKTAU-berth/servers=+1"], "seed": 2}
    batch, run = batch_run(shipments, **said)
    assert run.record["inputs"]["command"] == "batch"
    assert (run.record["inputs"]["scenario"], run.record["inputs"]["seed"]) == ("base-2030", 2)
    assert run.read("plans").to_pylist() == batch.arrow.to_pylist()
    assert {row["shipment"] for row in run.read("plans").to_pylist()} == {"a", "c"}
    [refused_row] = run.read("refused").to_pylist()
    assert "Nowhere at all" in refused_row["found"]
    results = run.record["results"]
    assert (results["shipments"], results["bad"], results["without_way"]) == (3, 1, 1)
    assert results["problems"] == [refused_row]
    assert batch_run(shipments, **said)[1].name == run.name
    assert batch_run(shipments[:1], **said)[1].name != run.name
    assert batch_run(shipments, **said | {"seed": 3})[1].name != run.name


def test_f2_a_matrix_is_a_run_with_the_same_figures() -> None:
    ends, day = (["Almaty", "Aktau"], ["Baku", "Poti"]), "2030-05-01"
    found, run = matrix_run(*ends, depart=day)
    straight = matrix(*ends, day)
    assert [row["time_h"] for row in run.read("matrix").to_pylist()] == list(straight.columns()["time_h"])
    assert run.record["results"] == {"origins": 2, "destinations": 2, "pairs_with_a_way": found.pairs}
    assert matrix_run(*ends, depart=day)[1].name == run.name
    assert matrix_run(*ends, depart="2030-05-02")[1].name != run.name


# --- a real service, killed

SERVE = """
import sys
from pathlib import Path
from karvan.api.server import serve
from karvan.api.settings import Settings
serve(Settings(Path(sys.argv[1]), port=0))
"""


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A service of its own: its address and its process, which is ended in the end."""
    with subprocess.Popen([sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True) as process:
        try:
            told = process.stdout.readline()
            yield re.search(r"http://127.0.0.1:\d+", told).group(), process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            finally:
                process.kill()


def events(address: str, last: int | None = None) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The events at an address: id, kind and data."""
    headers = {} if last is None else {"last-event-id": str(last)}
    with httpx.stream("GET", address, headers=headers, timeout=60) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        said: dict[str, str] = {}
        for line in stream.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                said[name] = value
            else:
                if "data" in said:
                    yield int(said["id"]), said["event"], json.loads(said["data"])
                said = {}


@pytest.mark.thorough
def test_e1_killed_in_the_middle_of_a_simulation_a_service_goes_on_with_it(tmp_path: Path) -> None:
    """And the result has the same bits as that of one that was never killed."""
    with served(tmp_path / "data") as (address, process):
        here = httpx.post(f"{address}/api/simulate", json=LONG).headers["location"]
        last = 0
        for number, _, one in events(f"{address}{here}/events"):
            assert number > last
            last = number
            if (one["progress"]["done"] or 0) >= 2:
                break
        process.kill()
        process.wait()
    with served(tmp_path / "data") as (address, _process):
        later = list(events(f"{address}{here}/events", last))
        numbers = [number for number, _, _ in later]
        assert numbers == sorted(set(numbers))
        assert numbers[0] > last
        assert (later[0][1], later[-1][1], later[-1][2]["status"]) == ("status", "status", DONE)
        done = httpx.get(f"{address}{here}").json()
        assert re.match(r"the service ended while it ran; [2-7] of 8 replications were kept", done["note"])
        assert (done["attempts"], done["progress"]["done"]) == (2, 8)
        assert httpx.get(f"{address}{here}/events", headers={"last-event-id": str(numbers[-1])}).status_code == 204
        assert [kind for _, kind, _ in events(f"{address}{here}/events", numbers[-2])] == ["status"]
        found = httpx.get(f"{address}{here}/result").json()
    straight = simulate(out=tmp_path / "straight", **LONG)
    assert same_tables(runs_folder() / done["run"], straight.run.path) > 8
    assert found["results"] == json.loads(json.dumps(straight.results()))


@pytest.mark.long
def test_e2_no_process_outlives_its_service(tmp_path: Path) -> None:
    with served(tmp_path / "data") as (address, process):
        here = httpx.post(f"{address}/api/simulate", json=LONG).headers["location"]
        until(lambda: httpx.get(f"{address}{here}").json()["progress"]["done"])
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            pytest.skip("this system does not tell the children of a process")
        [child] = [pid for task in Path(f"/proc/{process.pid}/task").iterdir()
                   for pid in (task / "children").read_text().split()]  # fmt: skip
        process.kill()
        process.wait()
        until(lambda: not Path(f"/proc/{child}").exists(), 5)
