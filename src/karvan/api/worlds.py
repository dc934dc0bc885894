"""The corridors that a service knows, and planners on them that are kept warm."""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from karvan.api.problems import ApiError, no_such
from karvan.api.settings import Settings
from karvan.corridor import Corridor, load
from karvan.corridor.load import load_sound, shipped
from karvan.evidence.record import RECORD
from karvan.ground.errors import InputError, Problem, nearest, shown

if TYPE_CHECKING:
    from karvan.study.plan import Planner
    from karvan.study.scenarios import World

T = TypeVar("T")
ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""How a package that is uploaded may be called."""
PLANNERS = 24
"""Planners that are kept; each holds its packed network, some MiB."""
CORRIDORS = 8
"""Uploaded or given corridors that are kept; a large one holds some hundred MiB."""
FILES = re.compile(r"\.ya?ml\s*(?:\+|\Z)|[/\\\0]", re.IGNORECASE)
log = logging.getLogger("karvan.api")


@dataclass(frozen=True, slots=True)
class Known:
    """A corridor and where it is from."""

    id: str
    corridor: Corridor
    origin: str
    """shipped, given (when the service was started) or uploaded."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a list says of a corridor, so that it need not be loaded to be listed."""

    id: str
    title: str
    digest: str
    origin: str


class Worlds:
    """The corridors of a service. Safe to be asked by many threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._corridors: Kept[Known] = Kept(CORRIDORS)
        self._lines: Kept[Line] = Kept(100 + settings.limits.uploads)
        self._planners: Kept[Planner] = Kept(PLANNERS)
        self._bent: Kept[World] = Kept(PLANNERS)
        self.documents: Kept[bytes] = Kept(PLANNERS)
        """Answers that take seconds to make, by what they are and what they are made from."""

    def ids(self) -> list[str]:
        """All corridors by id: those that ship first, then as they are called."""
        uploaded = sorted(path.stem for path in self.settings.uploads.glob("*.zip"))
        return list(dict.fromkeys([*shipped(), *sorted(self.settings.packages), *uploaded]))

    def path(self, name: str) -> tuple[Path | str, str]:
        """What a corridor is loaded from, and where it is from. Raises ApiError 404."""
        if name in shipped():
            return name, "shipped"
        if name in self.settings.packages:
            return self.settings.packages[name], "given"
        path = self.settings.uploads / f"{name}.zip"
        if ID.fullmatch(name) and path.is_file():
            return path, "uploaded"
        raise no_such("corridor", name, nearest(name, self.ids()))

    def known(self, name: str) -> Known:
        """A corridor by id. Raises ApiError 404."""
        path, origin = self.path(name)
        read = load_sound if origin == "uploaded" else load  # what was uploaded was checked when it came
        return self._corridors.get(self.stamp(name), lambda: Known(name, read(path), origin))

    def line(self, name: str) -> Line:
        """What a list says of a corridor. Raises ApiError 404."""

        def made() -> Line:
            known = self.known(name)
            return Line(name, known.corridor.description.title, known.corridor.digest, known.origin)

        return self._lines.get((name, self._stamp(name)), made)

    def lines(self) -> list[Line]:
        """All corridors. An uploaded one that went meanwhile, or was damaged on the disk, is passed over."""
        found = []
        for name in self.ids():
            try:
                found.append(self.line(name))
            except (ApiError, InputError) as bad:
                log.warning("corridor %s: %s", name, bad)
        return found

    def forget(self, name: str) -> None:
        """Keep nothing of a corridor that is gone."""
        for kept in (self._corridors, self._planners, self._bent, self._lines):
            kept.drop(lambda key: isinstance(key, tuple) and key[0] == name)

    def stamp(self, name: str) -> tuple[str, int]:
        """What tells a corridor from one that had its name before it; of one that is not known its name alone."""
        return name, self._stamp(name)

    def _stamp(self, name: str) -> int:
        """When an uploaded package came; 0 for others."""
        try:
            return (self.settings.uploads / f"{name}.zip").stat().st_mtime_ns
        except (OSError, ValueError):
            return 0

    def world(self, name: str, scenario: str = "") -> World:
        """A corridor as a scenario has it. Raises ApiError 404, InputError."""
        from karvan.study.scenarios import open_scenario

        known = self.known(name)
        plain_scenario(scenario)
        return self._bent.get((name, known.corridor.digest, scenario), lambda: open_scenario(known.corridor, scenario))

    def planner(
        self, name: str, scenario: str = "", changes: tuple[str, ...] = (), using: str = "", grid: str = ""
    ) -> Planner:
        """A planner on a corridor under a scenario, changes, the waits of a run and the power of another.

        Raises as `world`.
        """
        from karvan.study.plan import planner_of
        from karvan.study.runs import shelf_run

        waits, power = (shelf_run(run, asked) if run else None for run, asked in ((using, "using"), (grid, "grid")))
        world = self.world(name, scenario)
        key = (name, self.known(name).corridor.digest, scenario, changes, _written(waits), _written(power))
        return self._planners.get(key, lambda: planner_of(world.corridor, changes, waits, power))


def _written(run: Path | None) -> tuple[Path, int] | None:
    """A run, and when it was written: it may be deleted, and another made under its name."""
    if run is None:
        return None
    try:
        return run, (run / RECORD).stat().st_mtime_ns
    except OSError:  # deleted just now, which is told as soon as it is opened
        return run, 0


def plain_scenario(scenario: str) -> None:
    """Raise InputError for a scenario that is a file: a service reads none that a client names."""
    if FILES.search(scenario):
        problem = Problem("scenario", shown(scenario), "give the name of one, project:ID or commitment:ID, joined by +")
        raise InputError("the request", [problem])


def plain_run(run: str) -> None:
    """Raise InputError for a run that is a path: a service reads only runs that stand where runs do."""
    if run in {".", ".."} or "/" in run or "\\" in run or "\0" in run:
        raise InputError("the request", [Problem("run", shown(run), "give its name as the list of runs has it")])


class Kept(Generic[T]):
    """What was made of late, at most so many, each made once even when many ask for it together."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of that key, made now if it is not there. What `make` raises is raised, and nothing kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            try:
                made = make()
            except BaseException:
                with self._lock:
                    self._making.pop(key, None)
                raise
            with self._lock:  # both at once: whoever asks from now on finds it, and makes it no second time
                self._kept[key] = made
                self._making.pop(key, None)
                while len(self._kept) > self.most:
                    self._kept.popitem(last=False)
            return made

    def find(self, key: Hashable) -> T | None:
        """The thing of that key if it is there."""
        with self._lock:
            return self._kept.get(key)

    def drop(self, wanted: Callable[[Hashable], bool]) -> None:
        """Forget what has such a key."""
        with self._lock:
            for key in [key for key in self._kept if wanted(key)]:
                del self._kept[key]
