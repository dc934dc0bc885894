"""Works on jobs: a process each, at most so many at once; what happens is written down, and told to who listens."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import platform
import secrets
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from karvan.api.jobs.job import CANCEL, CANCELLED, DONE, FAILED, INTERRUPTED, QUEUED, Job
from karvan.api.jobs.process import Work
from karvan.api.jobs.store import LEASE_S, FullError, Store
from karvan.api.jobs.work import what_is_left
from karvan.api.jobs.worker import INTERRUPTED as STOPPED
from karvan.api.problems import ApiError, no_such
from karvan.api.settings import Settings
from karvan.evidence.record import now
from karvan.evidence.shelf import runs_folder
from karvan.ground.errors import KarvanError, Problem

WRITE_S = 0.25
"""Between two times that the progress of jobs is written down."""
LOOK_S = 1.0
"""Between two looks at the store for what other services put there."""
BEAT_S = LEASE_S / 6
QUIET_S = 15.0
"""After so long without an event a listener is told that the service is there."""
MOST_LOSSES = 2
"""A job that was lost so often is not begun again by itself."""
log = logging.getLogger("karvan.api.jobs")


def runner_of(settings: Settings, source: Callable[[str], str]) -> Runner:
    """The jobs of a service: in a file of its data folder, or in the PostgreSQL that it is given.

    Raises InputError where another service has the file, or the database cannot be used.
    """
    store: Store
    if settings.database:
        from karvan.api.jobs.postgres import Postgres

        store = Postgres(settings.database)
    else:
        from karvan.api.jobs.sqlite import Sqlite

        store = Sqlite(settings.data / "service.sqlite")
    return Runner(store, settings, source)


class Runner:
    """The jobs of a service. `start` begins to work on them; `stop` queues again what is under way."""

    def __init__(self, store: Store, settings: Settings, source: Callable[[str], str]) -> None:
        """source: what a corridor of an id is loaded from; it raises KarvanError where there is none."""
        self.store = store
        self.settings = settings
        self.source = source
        self.runs = runs_folder()
        self.owner = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.folder = settings.data / "work" / self.owner.replace(":", "-")
        self._working: dict[str, Work] = {}
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="jobs", daemon=True)
        self._listeners: set[_Listener] = set()
        self._beat_at = 0.0

    def start(self) -> None:
        """Begin to work, with what an earlier service left first."""
        self._sweep()
        self._thread.start()

    def stop(self) -> None:
        """Stop what is under way, keeping what is finished, and queue it again; then let the store go."""
        self._stopping.set()
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join()
        for work in self._working.values():
            work.stop("stop")
        while self._working:
            try:
                self._look_after_all()
            except Exception:  # the store is away: it will take these jobs for lost
                log.exception("the jobs' store")
                break
            time.sleep(0.02)
        for work in self._working.values():
            work.kill()
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._tell_listeners()

    # --- what is asked from outside

    def post(self, kind: str, title: str, request: dict[str, Any]) -> Job:
        """Take on a job. Raises ApiError 429 where as many wait as may."""
        job = Job(secrets.token_hex(8), kind, title, json.dumps(request), QUEUED, now())
        with self._room():
            self.store.add(job, self.settings.limits.jobs_waiting, self.settings.limits.jobs_kept)
        self._ring()
        return job

    def job(self, name: str) -> Job:
        """A job by id. Raises ApiError 404."""
        found = self.store.get(name) if name.isalnum() else None
        if found is None:
            raise no_such("job", name)
        return found

    def cancel(self, name: str) -> Job:
        """Cancel a job: at once where it waits, else what is finished is kept. Raises ApiError 404, 409."""
        while True:
            job = self.job(name)
            if job.has_ended:
                raise _conflict(job, "a job that has ended cannot be cancelled: remove it, or leave it")
            said = (
                self.store.move(name, CANCELLED, note="it had not begun")
                if job.status == QUEUED
                else self.store.tell(name, job.owner, wish=CANCEL, note="it is being cancelled")
            )
            if said:  # else its status has just changed
                self._ring()
                return said

    def resume(self, name: str) -> Job:
        """Queue a job again that failed, or was cancelled or interrupted. Raises ApiError 404, 409, 429."""
        job = self.job(name)
        with self._room():
            said = self.store.requeue(name, self.settings.limits.jobs_waiting)
        if said is None:
            raise _conflict(job, "only a job that failed, or was cancelled or interrupted, can be resumed")
        self._ring()
        return said

    def remove(self, name: str) -> None:
        """Forget a job that has ended; its run stays. Raises ApiError 404, 409."""
        job = self.job(name)
        if not self.store.remove(name):
            raise _conflict(job, "cancel it first")
        self._tell_listeners()

    async def events(self, name: str, after: int = 0) -> AsyncIterator[Job | None]:
        """A job as it is now, and each time that it changes, until it has ended; None where nothing happens for long.

        Args:
            after: the version that is known already: only later ones are told.
        """
        with self._listening() as heard:
            quiet_at = time.monotonic() + QUIET_S
            while not self._stopping.is_set():
                heard.clear()
                job = await asyncio.to_thread(self.store.get, name)
                if job is None:
                    return
                if job.version > after:
                    after, quiet_at = job.version, time.monotonic() + QUIET_S
                    yield job
                if job.has_ended:
                    return
                # Where others share the store, they ring no bell of ours.
                wait = max(quiet_at - time.monotonic(), 0.0)
                wait = wait if self.store.alone else min(wait, LOOK_S)
                try:
                    await asyncio.wait_for(heard.wait(), wait)
                except TimeoutError:
                    if time.monotonic() >= quiet_at:
                        quiet_at = time.monotonic() + QUIET_S
                        yield None

    # --- the work, all of it in one thread

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except Exception:  # a database that is away comes back; jobs go on meanwhile
                log.exception("the jobs' store")
                self._stopping.wait(LOOK_S)
            self._bell.wait(LOOK_S)
            self._bell.clear()
            self._stopping.wait(WRITE_S if self._working else 0)

    def _turn(self) -> None:
        self._look_after_all()
        if time.monotonic() >= self._beat_at:
            self.store.beat(self.owner)
            self._take_back()
            self._beat_at = time.monotonic() + BEAT_S
        while len(self._working) < self.settings.workers and not self._stopping.is_set():
            job = self.store.claim(self.owner)
            if job is None:
                break
            self._begin(job)
        self._tell_listeners()

    def _take_back(self) -> None:
        """Queue again what was being worked on by services that are gone."""
        for job in self.store.lost(self.owner):
            left = f"the service ended while it ran; {what_is_left(job, self.runs)}"
            if job.losses >= MOST_LOSSES:
                note = f"{left}. It was lost {job.losses + 1} times and is not begun again by itself: resume it"
                self.store.move(job.id, INTERRUPTED, job.owner, losses=job.losses + 1, note=note)
            else:
                self.store.move(job.id, QUEUED, job.owner, losses=job.losses + 1, note=left)

    def _begin(self, job: Job) -> None:
        try:
            source = self.source(str(json.loads(job.request).get("corridor", "")))
            environment = {**os.environ, "KARVAN_RUNS": str(self.runs)}
            limit_s = self.settings.limits.job_hours * 3600
            folder = self.folder / f"{job.id}-{job.attempts}"
            self._working[job.id] = Work(job, source, folder, environment, self._ring, limit_s)
        except (OSError, KarvanError) as refused:
            problems = getattr(refused, "problems", ())
            self.store.move(job.id, FAILED, self.owner, problem=_problem(str(refused), problems))

    def _look_after_all(self) -> None:
        for name, work in list(self._working.items()):
            if self._look_after(work):
                del self._working[name]
                shutil.rmtree(work.folder, ignore_errors=True)

    def _look_after(self, work: Work) -> bool:
        """Write down what a job said, and make it stop where it is to; whether it is over."""
        over, fresh = work.has_ended, work.look()
        if over:
            self._end(work)
            return True
        job = self.store.tell(work.job.id, self.owner, **_cells(work)) if fresh else self.store.get(work.job.id)
        if job is None or job.owner != self.owner:
            work.kill()  # another service took it for lost and works on it now
        elif job.wish == CANCEL:
            work.stop("cancel")
        elif time.monotonic() >= work.ends_at:
            work.stop("time")
        work.urge()
        return False

    def _end(self, work: Work) -> None:
        """Write down how a job ended."""
        job, said, code = work.job, work.said, work.code
        cells = _cells(work)
        left = what_is_left(replace(job, run=cells.get("run", job.run)), self.runs)
        wished = self.store.get(job.id)
        if wished and wished.wish == CANCEL:
            work.why = "cancel"
        if "result" in said and code == 0:
            self.store.move(job.id, DONE, self.owner, **cells, result=said["result"])
        elif work.why == "stop":
            self.store.move(job.id, QUEUED, self.owner, **cells, note=f"the service was stopped; {left}")
        elif work.why == "cancel":
            self.store.move(job.id, CANCELLED, self.owner, **cells, note=left)
        elif work.why == "time":
            hours = self.settings.limits.job_hours
            fault = Problem("time", f"more than {hours:g} h", "resume it, or ask for less at a time")
            problem = _problem(f"it took longer than a job may: {hours:g} h", [fault])
            self.store.move(job.id, FAILED, self.owner, **cells, note=left, problem=problem)
        elif code == STOPPED:
            self.store.move(job.id, INTERRUPTED, self.owner, **cells, note=f"it was interrupted from outside; {left}")
        else:
            problem = said.get("problem") or _problem(_death(code), [])
            if not problem["problems"]:
                log.error("job %s (%s) ended with %s\n%s", job.id, job.title, code, work.printed())
            self.store.move(job.id, FAILED, self.owner, **cells, note=left, problem=problem)

    def _sweep(self) -> None:
        """Remove what jobs of services that are gone left in the making."""
        limit = 0.0 if self.store.alone else time.time() - 2 * self.settings.limits.job_hours * 3600
        for folder in self.folder.parent.glob("*"):
            if self.store.alone or folder.stat().st_mtime < limit:
                shutil.rmtree(folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    # --- who listens

    def _ring(self) -> None:
        self._bell.set()

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except FullError:
            waiting = self.settings.limits.jobs_waiting
            fault = Problem("jobs", f"{waiting} waiting", "come again when some are done, or cancel some")
            raise ApiError(
                429, f"{waiting} jobs wait, which is as many as may", [fault], {"retry-after": "30"}
            ) from None

    @contextmanager
    def _listening(self) -> Iterator[asyncio.Event]:
        listener = _Listener(asyncio.get_running_loop())
        self._listeners.add(listener)
        try:
            yield listener.heard
        finally:
            self._listeners.discard(listener)

    def _tell_listeners(self) -> None:
        for listener in list(self._listeners):
            listener.tell()


class _Listener:
    """One who waits, in an event loop, for something to happen."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.heard = asyncio.Event()

    def tell(self) -> None:
        try:
            self.loop.call_soon_threadsafe(self.heard.set)
        except RuntimeError:  # its loop has ended
            return


def _cells(work: Work) -> dict[str, Any]:
    """What a process said, as the store has it."""
    names = {"doing": "doing", "done": "done", "of": "total", "run": "run"}
    said = work.said
    return {column: said[name] for name, column in names.items() if name in said} or {"doing": work.job.doing}


def _problem(detail: str, problems: Any) -> dict[str, Any]:
    faults = [{"address": one.address, "found": one.found, "remedy": one.remedy} for one in problems]
    return {"detail": detail, "problems": faults}


def _death(code: int) -> str:
    if code < 0:
        return f"its process was ended by signal {-code} (where it is 9, often for want of memory): it can be resumed"
    return f"its process ended without an answer (exit code {code}): it can be resumed"


def _conflict(job: Job, remedy: str) -> ApiError:
    return ApiError(409, f"the job is {job.status}", [Problem("job", job.status, remedy)])
