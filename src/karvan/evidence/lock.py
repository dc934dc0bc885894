"""The lock of a run's folder: one process writes a run, and one that died does not keep others out.

The file is made with O_EXCL and names its process and machine. While that process lives it also holds the file by the
operating system's own lock, which ends with it, however it ends: so a file that nobody holds was left by a process
that is gone. Where the file system knows no such locks, and for a file of another machine, nobody can tell; then the
message says who wrote it and what to remove.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import platform
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from karvan.evidence.durable import told
from karvan.ground.errors import InputError, Problem

TRIES = 10
"""A busy lock is tried again that often: one who only looks who holds it has it for a moment."""
BETWEEN_S = 0.02


class TakenError(InputError):
    """A folder that this run may not have: another process writes it, or it holds something else."""


@dataclass(frozen=True)
class Holder:
    """Who made a lock: process, machine, and since when (ISO 8601, UTC)."""

    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}" if self.pid else "an unknown process"


UNKNOWN = Holder(0, "", "")
"""Of a lock file that names nobody: its maker is just writing it, or died before it could."""


class Lock:
    """A lock that this process holds until `release`."""

    def __init__(self, path: Path, handle: int, left_by: Holder | None) -> None:
        self.path = path
        self.left_by = left_by
        """Who had it before and ended without releasing it."""
        self._handle: int | None = handle

    @classmethod
    def take(cls, path: Path) -> Lock:
        """Take the lock at `path`. Raises TakenError where another has or may have it, OSError."""
        for attempt in range(TRIES):
            time.sleep(BETWEEN_S * bool(attempt))
            handle, new = _open(path)
            if handle is None:
                continue
            held = _hold(handle, shared=False)
            if held is False or not _same_file(path, handle):
                os.close(handle)
                continue
            left_by = None if new else _read(handle)
            if not new and (held is None or (left_by and left_by.host != platform.node())):
                os.close(handle)
                raise _maybe(path, left_by or UNKNOWN)
            lock = cls(path, handle, left_by)
            try:
                _write(handle)
            except OSError:
                lock.release()
                raise
            return lock
        raise _busy(path)

    def ours(self) -> bool:
        """Whether the file at the path is still the one that we took: false once the folder was removed or replaced."""
        return self._handle is not None and _same_file(self.path, self._handle)

    def release(self) -> None:
        """Give the lock back and remove its file, if it is still ours."""
        handle, ours, self._handle = self._handle, self.ours(), None
        if handle is None:
            return
        with suppress(OSError):
            if ours and os.name != "nt":
                self.path.unlink()
        os.close(handle)
        with suppress(OSError):
            if ours and os.name == "nt":  # there an open file cannot be removed, be it ours or of one who took it since
                self.path.unlink()


def holder(path: Path) -> Holder | None:
    """Who holds the lock at `path` now, as far as can be seen from here; None where nobody does."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        by = _read(handle) or UNKNOWN
        free = _hold(handle, shared=True)
        return None if free and by.host in ("", platform.node()) else by
    finally:
        os.close(handle)


def _open(path: Path) -> tuple[int | None, bool]:
    """The lock file opened, and whether it is new; None where it went away in between."""
    try:
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o644), True
    except FileExistsError:
        pass
    try:
        return os.open(path, os.O_RDWR), False
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise
        return None, False


def _hold(handle: int, *, shared: bool) -> bool | None:
    """Take the system's lock without waiting: whether we have it, or None where the file system has no such locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, 1 << 30, os.SEEK_SET)  # the lock is on a byte that is never written, so all can read
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as refused:
        return False if refused.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK) else None
    return True


def _same_file(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except OSError:
        return False


def _read(handle: int) -> Holder | None:
    """The holder that the file names; None where it names none, as when its maker died before it could."""
    os.lseek(handle, 0, os.SEEK_SET)
    try:
        said = json.loads(os.read(handle, 4096))
        return Holder(int(said["pid"]), str(said["host"]), str(said["since"]))
    except (ValueError, TypeError, KeyError):
        return None


def _write(handle: int) -> None:
    since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    os.write(handle, json.dumps(asdict(Holder(os.getpid(), platform.node(), since))).encode())
    os.fsync(handle)


def _busy(path: Path) -> TakenError:
    by = holder(path) or "a process that has just ended"
    return TakenError(told(path.parent), [Problem(path.name, str(by), "wait for it, or give another folder")])


def _maybe(path: Path, by: Holder) -> TakenError:
    remedy = f"whether it still runs cannot be seen from here: if it does not, remove {path.name}"
    return TakenError(told(path.parent), [Problem(path.name, str(by), remedy)])
