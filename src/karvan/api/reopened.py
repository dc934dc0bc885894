"""The corridor that a run was made on, among those that the service knows."""

from __future__ import annotations

from contextlib import suppress

from karvan.api.problems import ApiError
from karvan.api.worlds import Known, Worlds
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError
from karvan.study.reopen import Reopened, corridor_of


def known_of(worlds: Worlds, run: RunFolder, asked: str = "") -> Known | None:
    """The corridor that is asked for, else the first whose package has the name that the run says; None without one.

    Raises ApiError 404 for one that is asked for and not known.
    """
    if asked:
        return worlds.known(asked)
    wanted = str(run.record["inputs"].get("package", ""))
    ids = worlds.ids()
    for name in sorted(ids, key=lambda name: name != wanted):  # most are called as their package is
        with suppress(ApiError, InputError):  # one that was removed just now, or cannot be read
            known = worlds.known(name)
            if known.corridor.name == wanted:
                return known
    return None


def reopened(worlds: Worlds, run: RunFolder, asked: str = "") -> tuple[Reopened, str]:
    """The corridor of a run in its scenario and after its changes, and what it was made from, for a tag."""
    known = known_of(worlds, run, asked)
    if known is None:
        return corridor_of(run), "none"
    found = corridor_of(run, known.corridor)  # what it says may change with the run whose power its trains drew
    return found, " ".join((known.id, known.corridor.digest, *found.doubts))
