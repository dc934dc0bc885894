"""The check of an uploaded package, in a process of its own: it may take long or much, and the service does not notice.

    python -m karvan.api.checking SOURCE TARGET UNPACKED_BYTES MEMORY_BYTES SECONDS

A sound package is written anew to TARGET, its tables, description and scenarios alone, so that nothing else that was in
the zip is kept. What is printed is one JSON document: the problems, how many there are, and what was not looked at.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from karvan.corridor.archive import read_files
from karvan.corridor.load import inspect
from karvan.corridor.package import write_zip
from karvan.corridor.untrusted import Bounds, archive_problems, text_problems
from karvan.ground.errors import InputError, Problem, shown

MOST_TOLD = 200


def main(source: Path, target: Path, bounds: Bounds) -> dict[str, Any]:
    """Check a package and write it anew if it is sound; what there is to tell."""
    ignored: list[str] = []
    try:
        problems, ignored = archive_problems(source, bounds)
        if not problems:
            files = read_files(source)
            problems = [*text_problems(files), *inspect(source)[1], *scenario_problems(files)]
            if not problems:
                write_zip(target, files)
    except InputError as bad:
        problems = list(bad.problems)
    told = [(problem.address, problem.found, problem.remedy) for problem in problems[:MOST_TOLD]]
    return {"problems": told, "of": len(problems), "ignored": ignored}


def scenario_problems(files: dict[str, bytes]) -> Iterator[Problem]:
    """Scenarios that cannot be read, or that stand on files: a package that others may see must hold what it needs."""
    from karvan.scenario.words import read_words

    names = {name.removesuffix(".yaml") for name in files if name.endswith(".yaml")}
    for name in sorted(names):
        try:
            words = read_words(files[f"{name}.yaml"], name)
        except InputError as bad:
            yield from bad.problems
            continue
        for base in words.on:
            if base not in names:
                yield Problem(f"{name}.yaml, on", shown(base), "name a scenario that is in the package")


def bounded(memory_bytes: int, seconds: int) -> None:
    """Let this process have no more memory and time than that, where the system can hold it to it."""
    try:
        import resource
    except ImportError:  # Windows: the one who started it ends it when its time is over
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    given, wanted, unpacked, memory, time_s = sys.argv[1:]
    bounded(int(memory), int(time_s))
    try:
        found = main(Path(given), Path(wanted), Bounds(int(unpacked)))
    except MemoryError:
        found = {"problems": [("body", "a package that needs too much memory to check", "make it smaller")],
                 "of": 1, "ignored": []}  # fmt: skip
    print(json.dumps(found))  # noqa: T201 (it is what the service reads)
