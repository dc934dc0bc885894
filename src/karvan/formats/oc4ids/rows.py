"""Projects of an OC4IDS file as rows of karvan's tables: `project`, and the facts and bases of their numbers.

The rows are a part of a package, to be put beside the tables of one. Every number says by a fact what the file states,
and by its basis how it follows. See docs/oc4ids.md for every field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from karvan.corridor.corridor import Corridor
from karvan.corridor.package import Description, table_files
from karvan.corridor.row import Row, as_text, new_row
from karvan.formats.foreign import Gathered
from karvan.formats.oc4ids.codes import (
    AT_ITS_END,
    COUNTRY_SCHEME,
    KIND_OF,
    KIND_SCHEME,
    NOT_MODELLED,
    OWN_SCHEME,
    SECTOR_OF,
    STATE_OF,
    STATE_SCHEME,
)
from karvan.formats.oc4ids.numbers import Evidence, Numbers, clean, cut, source_of
from karvan.formats.oc4ids.package import Project
from karvan.formats.oc4ids.places import Places
from karvan.formats.oc4ids.read import Read, Remark, Remarks
from karvan.formats.oc4ids.shape import slug
from karvan.ground.errors import InputError, Problem, nearest
from karvan.tables import BY_NAME
from karvan.tables.cell import LONGEST_NOTE, LONGEST_TEXT, BadCell, parse
from karvan.tables.plans import PROJECT_KINDS

OWN_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")


@dataclass(frozen=True)
class Wish:
    """What is asked of an import."""

    kind: str = ""
    """Kind of projects whose sector tells none; empty leaves those out."""
    confidence: str = "C"
    """Of what the file states: A official, B reputable, C anything else."""
    rates: Mapping[str, float] = field(default_factory=dict)
    """USD for one unit of a currency; what is in another currency is left out."""

    def check(self) -> None:
        """Raise InputError where it cannot be."""
        problems = []
        if self.kind and self.kind not in PROJECT_KINDS:
            problems.append(Problem("kind", self.kind, f"give one of {', '.join(PROJECT_KINDS)}"))
        if self.confidence not in ("A", "B", "C"):
            problems.append(Problem("confidence", self.confidence, "give A, B or C"))
        problems += [
            Problem(f"rate of {code}", f"{rate:g}", "give USD for one unit, a number above 0")
            for code, rate in sorted(self.rates.items())
            if not 0 < rate < float("inf")
        ]
        if problems:
            raise InputError("the import", problems)


@dataclass(frozen=True)
class Imported:
    """Rows by table, and what is to be told of them."""

    tables: Mapping[str, tuple[Row, ...]]
    remarks: tuple[Remark, ...]

    @property
    def projects(self) -> tuple[Row, ...]:
        return self.tables["project"]

    def files(self, name: str) -> dict[str, bytes]:
        """The files of a part of a package, by name."""
        texts = {table: [as_text(table, row) for row in rows] for table, rows in self.tables.items()}
        return table_files(texts, Description(name, f"Projects imported from OC4IDS: {name}"))


def rows_of(read: Read, corridor: Corridor | None, wish: Wish, name: str = "the OC4IDS file") -> Imported:
    """The rows of what was read.

    Args:
        read: the projects.
        corridor: whose places the projects are at; None takes no places over.
        wish: what is asked.
        name: of the file, for messages.

    Raises:
        InputError: with every value that no cell admits, or where no project is left.
    """
    wish.check()
    making = _Making(read, wish, Places(corridor), set(corridor.by_key("project")) if corridor else set())
    for number, project in enumerate(read.projects):
        making.take(project, f"projects/{number}")
    making.wrong.check(name)
    if not making.projects:
        told = "; ".join(str(one) for one in read.remarks.all() if one.address.endswith(("/sector", "/status")))
        raise InputError(name, [Problem("projects", "none that can be taken over", told)])
    tables = {
        "project": tuple(making.projects),
        "source": (making.evidence.source,),
        "fact": tuple(making.evidence.facts),
        "basis": tuple(making.evidence.bases),
    }
    return Imported(tables, read.remarks.all())


@dataclass
class _Making:
    read: Read
    wish: Wish
    places: Places
    known: set[str]
    """Ids of projects that the package has already."""
    taken: set[str] = field(default_factory=set)
    projects: list[Row] = field(default_factory=list)
    wrong: Gathered = field(default_factory=Gathered)

    def __post_init__(self) -> None:
        self.evidence = Evidence(source_of(self.read), self.wish.confidence)

    @property
    def remarks(self) -> Remarks:
        return self.read.remarks

    def take(self, project: Project, address: str) -> None:
        """Make the row of a project, unless it is left out."""
        kind, state = self.kind(project, address), self.state(project, address)
        if not kind or not state:
            return
        name = self.id_of(project, address)
        note, outside = self.words(project, address)
        numbers = Numbers(project, name, address, self.evidence, self.remarks, self.wrong, self.wish.rates)
        before = len(self.evidence.facts)
        state_and_dates = {"status": state} | numbers.dates()
        told = [fact.id for fact in self.evidence.facts[before:]]
        cells = {
            "id": name,
            "name": self.title(project, address),
            "kind": kind,
            "note": note,
            "outside": outside,
            "countries": ";".join(_countries(project)),
            "places": ";".join(self.places.of(project, address, self.remarks)),
            "facts": ";".join(told),
        }
        self.projects.append(self.row(cells | state_and_dates | numbers.money() | numbers.times(), address))

    def row(self, cells: Mapping[str, str], address: str) -> Row:
        values = {}
        for column in BY_NAME["project"]:
            text = cells.get(column.name, "")
            try:
                values[column.name] = parse(text, column)
            except BadCell as bad:
                self.wrong.add(f"{address} ({column.name})", text, str(bad))
        return new_row("project", **values)

    def id_of(self, project: Project, address: str) -> str:
        """Its own id with us where it says one, else what follows the prefix; no two are the same."""
        own = [one.id for one in project.identifiers or () if one.scheme == OWN_SCHEME]
        if own and OWN_ID.fullmatch(own[0]) and len(own[0]) <= 80:
            name = own[0]
        else:
            name = slug(re.sub(r"^oc4ids-[a-z0-9]+-(?=.)", "", project.id))
        base, number = name, 1
        while name in self.taken:
            number += 1
            name = f"{base}-{number}"
        self.taken.add(name)
        if name in self.known:
            self.remarks.add(f"{address}/id", "the package has a project of this id: keep one of the two")
        return name

    def title(self, project: Project, address: str) -> str:
        if not project.title:
            self.remarks.add(f"{address}/title", "no title: its id stands for it")
        title = clean(project.title or project.id)
        if len(title) > LONGEST_TEXT:
            self.remarks.add(f"{address}/title", f"longer than {LONGEST_TEXT} characters: cut")
        return cut(title, LONGEST_TEXT)

    def words(self, project: Project, address: str) -> tuple[str, str]:
        """Its note, and why it is not modelled, which our own files say at the end."""
        note, marked, outside = clean(project.description or "").rpartition(NOT_MODELLED)
        if not marked or (note and not note.endswith("\n\n")):
            note, outside = outside if not marked else note + marked + outside, ""
        if max(len(note), len(outside)) > LONGEST_NOTE:
            self.remarks.add(f"{address}/description", f"longer than {LONGEST_NOTE} characters: cut")
        return cut(note.strip(), LONGEST_NOTE), cut(outside.strip(), LONGEST_NOTE)

    def kind(self, project: Project, address: str) -> str:
        """What sort of thing it is: as we said, or as its sector tells."""
        own = [one.id for one in project.additional_classifications or () if one.scheme == KIND_SCHEME]
        if own and own[0] in PROJECT_KINDS:
            return own[0]
        sectors = project.sector or ()
        kinds = list(dict.fromkeys(KIND_OF[code] for code in _with_parents(sectors) if code in KIND_OF))
        if len(kinds) > 1:
            self.remarks.add(f"{address}/sector", f"tells {' and '.join(kinds)}: taken as {kinds[0]}")
        if kinds:
            return kinds[0]
        if self.wish.kind:
            self.remarks.add(f"{address}/sector", f"tells no kind: taken as {self.wish.kind}, as asked")
            return self.wish.kind
        for code in sectors:
            near = nearest(code, (*KIND_OF, *SECTOR_OF.values()), 1)
            if near and near[0] != code:
                self.remarks.add(f"{address}/sector", f"{code} is no sector of ours; nearest is {near[0]}")
        self.remarks.add(f"{address}/sector", "tells no kind of project that karvan has: left out; --kind takes it")
        return ""

    def state(self, project: Project, address: str) -> str:
        if any(one.scheme == STATE_SCHEME and one.id == "stalled" for one in project.additional_classifications or ()):
            return "stalled"
        if project.status is None:
            self.remarks.add(f"{address}/status", "not said: taken as an idea, the least that it can be")
            return "idea"
        if project.status in AT_ITS_END:
            self.remarks.add(f"{address}/status", f"{project.status}: its assets are at their end: left out")
            return ""
        return STATE_OF[project.status]


def _countries(project: Project) -> Iterator[str]:
    """Codes of countries that its locations name, each once."""
    found = [
        code
        for location in project.locations or ()
        if location.gazetteer and location.gazetteer.scheme == COUNTRY_SCHEME
        for code in location.gazetteer.identifiers or ()
        if re.fullmatch(r"[A-Z]{2}", code)
    ]
    yield from dict.fromkeys(found)


def _with_parents(codes: Sequence[str]) -> Iterator[str]:
    """Each sector, and the one that it is under: energy.wind, energy."""
    for code in codes:
        yield code
        yield code.partition(".")[0]
