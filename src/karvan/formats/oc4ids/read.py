"""Projects out of an OC4IDS file that may come from anyone: read, mended where that is safe, and held to the rules.

A file is a project package, a list of projects, or one project. What karvan takes must be right; what it does not take
may be wrong, and is told. Everything that is passed over or mended is a `Remark`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from karvan.formats.foreign import Gathered
from karvan.formats.oc4ids.check import problems_of, project_problems
from karvan.formats.oc4ids.codes import OLD_STATES, VERSION
from karvan.formats.oc4ids.package import Project
from karvan.ground.errors import InputError, Problem, shown

LARGEST_FILE = 64 * 2**20
"""Bytes: some ten thousand projects with all their contracts."""
DEEPEST = 40
"""Objects and lists in each other; the standard needs 13."""
TAKEN = ("id", "title", "description", "status", "sector", "period", "implementationPeriod", "assetLifetime")
"""Fields of a project that are taken as they are: a fault in them is an error."""
TAKEN_OF = {"budget": ("amount",), "completion": ("endDate", "finalValue"),
            "locations": ("id", "description", "geometry", "gazetteer")}  # fmt: skip
"""What is taken of a field."""
TAKEN_IF_RIGHT = ("identifiers", "additionalClassifications", "forecasts")
"""Where karvan's own words would be; of others' nothing is taken."""
BOOKKEEPING = ("updated", "language", "type")
"""Not taken, and not worth a word."""
PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
_HALF = re.compile(r"[\ud800-\udfff]")
NO_TIME = re.compile(r"\d{4}-\d\d-\d\d")
NO_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")


@dataclass(frozen=True)
class Remark:
    """Something of a file that was passed over, mended or guessed; usable, but odd."""

    address: str
    """Of the first, where there are several of a kind."""
    said: str
    times: int = 1

    def __str__(self) -> str:
        more = f" (and {self.times - 1} more like it)" if self.times > 1 else ""
        return f"{self.address}: {self.said}{more}"


@dataclass
class Remarks:
    """The remarks on a file. Those that say the same of the same field are one, and counted."""

    _first: dict[tuple[str, str], str] = field(default_factory=dict)
    _times: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, address: str, said: str) -> None:
        key = re.sub(r"/\d+", "/*", address), said
        self._first.setdefault(key, address)
        self._times[key] += 1

    def all(self) -> tuple[Remark, ...]:
        """In the order in which each kind came first."""
        return tuple(Remark(first, key[1], self._times[key]) for key, first in self._first.items())


@dataclass(frozen=True)
class Read:
    """The projects of a file, with only what is taken of each, and who published it."""

    projects: tuple[Project, ...]
    publisher: str
    published: str
    """The date, as the file has it; empty where it has none."""
    uri: str
    remarks: Remarks


def read_file(path: Path) -> Read:
    """The projects of a file. Raises InputError with everything that makes them unusable."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(path.name, [Problem(path.name, f"{size:,} bytes", f"give at most {LARGEST_FILE:,}")])
        return read(path.read_bytes(), path.name)
    except OSError as refused:
        reason = refused.strerror or str(refused)
        problem = Problem(shown(str(path)), f"a file that cannot be read ({reason})", "give an OC4IDS file")
        raise InputError(path.name, [problem]) from None


def read(content: bytes, name: str = "the OC4IDS file") -> Read:
    """The projects of an OC4IDS document. Raises InputError."""
    document = _parsed(content, name)
    remarks = Remarks()
    about, projects = _parts(document, name)
    _look_over(about, remarks)
    projects = _without_empty(projects, "projects", remarks)
    wrong = Gathered()
    taken = [_taken(project, number, remarks, wrong) for number, project in enumerate(projects)]
    seen: dict[str, int] = {}
    for number, project in enumerate(taken):
        if project and seen.setdefault(project.id, number) != number:
            first = f"projects/{seen[project.id]}"
            wrong.add(f"projects/{number}/id", project.id, f"give each project its own: {first} has it", alike="id")
    wrong.check(name)
    publisher = about.get("publisher")
    said = publisher.get("name") if isinstance(publisher, dict) else ""
    return Read(
        tuple(project for project in taken if project),
        publisher=said if isinstance(said, str) else "",
        published=_text(about, "publishedDate"),
        uri=_text(about, "uri"),
        remarks=remarks,
    )


def _text(about: Mapping[str, Any], name: str) -> str:
    value = about.get(name)
    return value if isinstance(value, str) else ""


def _parsed(content: bytes, name: str) -> Any:
    """The JSON of a file, with nothing twice in an object, no numbers that are none, and not too deep."""
    if len(content) > LARGEST_FILE:
        raise InputError(name, [Problem(name, f"{len(content):,} bytes", f"give at most {LARGEST_FILE:,}")])
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            twice.extend(key for key, times in counts.items() if times > 1)
        return found

    try:
        document = json.loads(content.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=_no_number)
    except UnicodeDecodeError as spoilt:
        problem = Problem(name, f"byte {spoilt.start:,}, which is not UTF-8", "save it as UTF-8")
        raise InputError(name, [problem]) from None
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as spoilt:
        raise InputError(name, [Problem(name, f"no JSON ({spoilt})", "give an OC4IDS file")]) from None
    if _depth(document) > DEEPEST:
        raise _too_deep(name)
    if _HALF.search(json.dumps(document, ensure_ascii=False)):
        raise InputError(name, [Problem(name, "half of a character (a lone surrogate)", "write it whole, as UTF-8")])
    if twice:
        found = [f"the field {shown(key)} twice in one object" for key in sorted(set(twice))]
        raise InputError(name, [Problem(name, one, "keep one") for one in found])
    return document


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _too_deep(name: str) -> InputError:
    return InputError(name, [Problem(name, f"more than {DEEPEST} objects and lists in each other", "give it flatter")])


def _depth(value: object) -> int:
    """How many objects and lists are in each other; stops looking where that is too many."""
    level, deep = [value], 0
    while level and deep <= DEEPEST + 1:
        level = [
            inside
            for one in level
            for inside in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
        deep += 1
    return deep - 1


def _without_empty(value: Any, address: str, remarks: Remarks) -> Any:
    """A document without fields that hold nothing: null, '', [] and {} say the same as not being there."""
    if isinstance(value, dict):
        kept = {}
        for key, inside in value.items():
            left = _without_empty(inside, f"{address}/{key}".lstrip("/"), remarks)
            if _empty(left):
                remarks.add(f"{address}/{key}".lstrip("/"), "holds nothing: passed over")
            else:
                kept[key] = left
        return kept
    if isinstance(value, list):
        inside = [_without_empty(item, f"{address}/{ix}".lstrip("/"), remarks) for ix, item in enumerate(value)]
        # A place in the list of projects is kept, so that the others keep their numbers.
        return inside if address == "projects" else [item for item in inside if not _empty(item)]
    return value.strip() if isinstance(value, str) else value


def _empty(value: object) -> bool:
    return value is None or value in ("", [], {})


def _parts(document: Any, name: str) -> tuple[dict[str, Any], list[Any]]:
    """What a file says of itself, and its projects."""
    about: dict[str, Any] = {}
    projects = document
    if isinstance(document, dict) and "projects" in document:
        about = {key: value for key, value in document.items() if key != "projects"}
        projects = document["projects"]
    elif isinstance(document, dict) and "id" in document:
        projects = [document]
    if not isinstance(projects, list) or not projects:
        found = "no projects" if _empty(projects) else "something else"
        remedy = "give a project package, a list of projects, or one project"
        raise InputError(name, [Problem("projects", found, remedy)])
    return about, projects


def _look_over(about: dict[str, Any], remarks: Remarks) -> None:
    """What is odd about what a package says of itself: nothing that its projects need."""
    if about:
        for problem in problems_of(about):
            if problem.address != "projects":
                remarks.add(problem.address, f"found {problem.found}, against the standard: {problem.remedy}")
        version = about.get("version", VERSION)
        if version != VERSION:
            remarks.add("version", f"found {shown(version)}: read as {VERSION}")


def _taken(project: Any, number: int, remarks: Remarks, wrong: Gathered) -> Project | None:
    """What karvan takes of a project; None, and its faults told, where it cannot."""
    address = f"projects/{number}"
    if not isinstance(project, dict):
        kind = "an empty place" if _empty(project) else "no object"
        wrong.add(address, _Worded(kind), "give a project as an object with its id")
        return None
    mended = _mended(project, address, remarks)
    part = {key: mended[key] for key in TAKEN if key in mended}
    for key, inside in TAKEN_OF.items():
        if key in mended and (found := _only(mended[key], inside)):
            part[key] = found
        if isinstance(mended.get(key), dict):
            for other in sorted({*mended[key]} - {*inside, "description"}):
                remarks.add(f"{address}/{key}/{other}", "not taken over")
    faults = project_problems(part, number)
    for fault in faults:
        wrong.add(fault.address, _Worded(fault.found), fault.remedy)
    of_taken = {fault.address for fault in faults}
    for fault in project_problems(mended, number):
        if fault.address not in of_taken:
            remarks.add(fault.address, f"found {fault.found}, against the standard: {fault.remedy}; passed over")
    for key in TAKEN_IF_RIGHT:
        if key in mended and not project_problems({"id": "x", key: mended[key]}, number):
            part[key] = mended[key]
    known = {*TAKEN, *TAKEN_OF, *TAKEN_IF_RIGHT, *BOOKKEEPING}
    for key in sorted(set(mended) - known):
        remarks.add(f"{address}/{key}", "not taken over")
    return None if faults else Project.model_validate(part)


@dataclass(frozen=True)
class _Worded:
    """What was found, in words already."""

    words: str

    def __str__(self) -> str:
        return self.words


def _only(value: Any, names: tuple[str, ...]) -> Any:
    """Some fields of an object, or of each object of a list; anything else as it is, for its fault to be told."""
    if isinstance(value, dict):
        return {name: value[name] for name in names if name in value}
    if isinstance(value, list):
        return [_only(item, names) if isinstance(item, dict) else item for item in value]
    return value


def _mended(project: dict[str, Any], address: str, remarks: Remarks) -> dict[str, Any]:
    """A project with what many write otherwise put right, where only one thing can be meant."""
    mended = dict(project)
    if isinstance(mended.get("sector"), str):
        remarks.add(f"{address}/sector", "one sector, where a list of them is due: taken as a list")
        mended["sector"] = [mended["sector"]]
    codes = mended.get("sector")
    if isinstance(codes, list) and all(isinstance(code, str) for code in codes):
        # A sector that is there twice, or that its subsector came without, says nothing else than once, and with it.
        mended["sector"] = list(dict.fromkeys(part for code in codes for part in (code.partition(".")[0], code)))
    status = mended.get("status")
    if isinstance(status, str) and status in OLD_STATES:
        remarks.add(f"{address}/status", f"{status} is called {OLD_STATES[status]} since version 0.9.4")
        mended["status"] = OLD_STATES[status]
    for name in ("period", "implementationPeriod", "assetLifetime", "completion"):
        if isinstance(mended.get(name), dict):
            mended[name] = dict(_dated(mended[name], f"{address}/{name}", remarks))
    for holder, name in (("budget", "amount"), ("completion", "finalValue")):
        inside = mended.get(holder)
        if isinstance(inside, dict) and isinstance(inside.get(name), dict):
            mended[holder] = inside | {name: _valued(inside[name], f"{address}/{holder}/{name}", remarks)}
    return mended


def _dated(period: dict[str, Any], address: str, remarks: Remarks) -> Iterator[tuple[str, Any]]:
    for key, value in period.items():
        if isinstance(value, str) and key.endswith("Date"):
            if NO_TIME.fullmatch(value):
                remarks.add(f"{address}/{key}", "a date without a time: taken as its beginning, UTC")
                yield key, f"{value}T00:00:00Z"
                continue
            if NO_ZONE.fullmatch(value):
                remarks.add(f"{address}/{key}", "a time without its zone: taken as UTC")
                yield key, f"{value}Z"
                continue
        yield key, value


def _valued(value: dict[str, Any], address: str, remarks: Remarks) -> dict[str, Any]:
    amount = value.get("amount")
    if isinstance(amount, str) and PLAIN_NUMBER.fullmatch(amount):
        remarks.add(f"{address}/amount", "a number as text: taken as a number")
        return value | {"amount": float(amount) if "." in amount else int(amount)}
    return value
