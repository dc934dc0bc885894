"""The process that works on one job: `python -m karvan.api.jobs.worker`, started by the service.

It reads one line of JSON, {"kind", "request", "source"}, and answers in lines of JSON as it goes: {"doing"},
{"done", "of"}, {"run"}, and at the end one of {"result"}, {"problem"} and {"stopped"}. An interrupt (SIGINT) makes it
stop with what is finished kept. When its standard input ends, the service is gone and it ends at once: runs are written
whole or not at all, so that what is finished is kept then too.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

from karvan.ground.errors import InputError, KarvanError

INTERRUPTED = 130
KINDER = 5
"""By how much it leaves the processor to others first: the service is to answer while jobs are worked on."""
BETWEEN_S = 0.1
"""Between two words on how far it is."""


class Voice:
    """Tells the service what is being done. May be used from several threads."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self._saying = threading.Lock()
        self._held: dict[str, Any] = {}
        self._told_at = 0.0

    def say(self, **words: Any) -> None:
        """Say something now, after what was held back."""
        with self._saying:
            said, self._held = [self._held, words], {}
            self._write(*filter(None, said))

    def doing(self, what: str) -> None:
        """What is being done from now on."""
        self.say(doing=what)

    def done(self, done: int, of: int) -> None:
        """How much of it is done; not every word of it is passed on, but the last is."""
        with self._saying:
            self._held = {"done": done, "of": of}
            if time.monotonic() - self._told_at >= BETWEEN_S:
                held, self._held = self._held, {}
                self._write(held)

    def _write(self, *said: dict[str, Any]) -> None:
        self._told_at = time.monotonic()
        self.file.write(b"".join(json.dumps(one, allow_nan=False).encode() + b"\n" for one in said))
        self.file.flush()


def main() -> int:
    """Work on the job that standard input names; the exit code says how it ended."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started the service without it
    voice = Voice(_own_output())
    order = json.loads(_line())
    threading.Thread(target=_end_with_the_service, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(KINDER)
    try:
        from karvan.api.jobs.work import work

        run, result = work(order["kind"], order["request"], order["source"], voice)
        voice.say(run=run, result=result)
    except KeyboardInterrupt:
        voice.say(stopped=True)
        return INTERRUPTED
    except InputError as bad:
        faults = [{"address": one.address, "found": one.found, "remedy": one.remedy} for one in bad.problems]
        voice.say(problem={"detail": f"{len(faults)} in {bad.subject}", "problems": faults})
        return bad.exit_code
    except Exception as fault:  # noqa: BLE001 (whatever it is, the service is told)
        traceback.print_exc()
        said = str(fault) if isinstance(fault, KarvanError) else "see the log of the service"
        voice.say(problem={"detail": f"{type(fault).__name__}: {said}", "problems": []})
        return 1
    return 0


def _own_output() -> BinaryIO:
    """Standard output for us alone: what libraries print goes where errors go."""
    ours = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(ours, "wb")


def _line() -> bytes:
    """The first line of standard input, read without a buffer: a thread that waits on one would block our end."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(0, 1 << 16)
        if not piece:
            break
        line += piece
    return bytes(line)


def _end_with_the_service() -> None:
    while os.read(0, 1 << 16):
        pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)  # with all processes that were started from here
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
