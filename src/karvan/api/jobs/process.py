"""A job under way, as the service sees it: its process, what it last said, and how it is made to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from karvan.api.jobs.job import Job

ASK_S, TERM_S = 10.0, 3.0
"""How long a process has after an interrupt, and then after SIGTERM, until SIGKILL."""
LOGGED = 4000
"""Characters of what it printed that are logged where it fails."""
SAID = "said.txt"


class Work:
    """One process that works on one job. `heard` is called, from a thread of its own, whenever it says something."""

    def __init__(
        self, job: Job, source: str, folder: Path, environment: dict[str, str], heard: Callable[[], None],
        limit_s: float,
    ) -> None:  # fmt: skip
        self.job = job
        self.folder = folder
        self.why = ""
        """Why it was told to stop: cancel, time, stop; empty as long as it was not."""
        self.fresh = False
        """Whether it has said something since it was last looked at."""
        self.ends_at = time.monotonic() + limit_s
        self._steps: list[tuple[float, int]] = []
        self._heard = heard
        self._said: dict[str, Any] = {}
        self._saying = threading.Lock()
        self._over = threading.Event()
        folder.mkdir(parents=True)
        order = json.dumps({"kind": job.kind, "request": json.loads(job.request), "source": source}) + "\n"
        with (folder / SAID).open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "karvan.api.jobs.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, cwd=folder, env=environment | {"TMPDIR": str(folder)},
                process_group=0 if os.name == "posix" else None,
            )  # fmt: skip
        with suppress(BrokenPipeError):  # it died at once, which its end tells
            assert self.process.stdin is not None
            self.process.stdin.write(order.encode())
            self.process.stdin.flush()
        threading.Thread(target=self._listen, name=f"job {job.id}", daemon=True).start()

    @property
    def said(self) -> dict[str, Any]:
        """All that it said, the last word on each thing."""
        with self._saying:
            return dict(self._said)

    @property
    def has_ended(self) -> bool:
        return self._over.is_set()

    @property
    def code(self) -> int:
        """The exit code of a process that has ended; minus the signal that ended it."""
        return self.process.wait()

    def look(self) -> bool:
        """Whether it has said something since the last look."""
        fresh, self.fresh = self.fresh, False
        return fresh

    def stop(self, why: str) -> None:
        """Ask it to stop, keeping what is finished; from then on `urge` makes sure that it does."""
        if self.why:
            return
        self.why = why
        asked = time.monotonic() + ASK_S
        self._steps = [(asked, signal.SIGTERM), (asked + TERM_S, KILL)]
        self._signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)

    def urge(self) -> None:
        """End a process that was asked to stop and does not."""
        while self._steps and time.monotonic() >= self._steps[0][0]:
            self._signal(self._steps.pop(0)[1])

    def kill(self) -> None:
        """End it now."""
        self._signal(KILL)

    def printed(self) -> str:
        """The end of what it printed."""
        with suppress(OSError):
            return (self.folder / SAID).read_text(encoding="utf-8", errors="replace")[-LOGGED:]
        return ""

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                with suppress(ValueError), self._saying:
                    self._said |= json.loads(line)
                self.fresh = True
                self._heard()
        self.process.wait()
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        self._over.set()
        self._heard()

    def _signal(self, number: int) -> None:
        """SIGKILL goes to all processes of the job; the others to the first, which ends the rest."""
        if self.process.poll() is not None:
            return
        with suppress(OSError):
            if number == KILL and os.name == "posix":
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)


KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
