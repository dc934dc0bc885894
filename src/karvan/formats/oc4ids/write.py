"""A corridor's projects as an OC4IDS 0.9.5 package, with the commitments that they would fulfil.

What is known is written and nothing is filled in: no buyer, no contract, no authority stands in the tables. See
docs/oc4ids.md for every field.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row, key_of
from karvan.formats.oc4ids.codes import (
    COUNTRY_SCHEME,
    KIND_SCHEME,
    LOCODE_SCHEME,
    NOT_MODELLED,
    OWN_SCHEME,
    SECTOR_OF,
    STATE_SCHEME,
    STATUS_OF,
    ProjectType,
    Status,
)
from karvan.formats.oc4ids.metrics import budget_of, built_by, effect_of, figures_of, lifetime_of, period_of
from karvan.formats.oc4ids.package import Completion, Package, Project, Publisher
from karvan.formats.oc4ids.parts import Document, Metric, RelatedProject
from karvan.formats.oc4ids.promises import parties_of, promises_of, works_of
from karvan.formats.oc4ids.shape import (
    URI,
    Classification,
    Gazetteer,
    Geometry,
    Location,
    SimpleIdentifier,
    uri,
)
from karvan.formats.oc4ids.time import day_of, instant_of
from karvan.ground.errors import InputError, Problem, shown
from karvan.tables.plans import PLANNABLE, PLANNED

PREFIX = "oc4ids-karvan0"
"""Registered to nobody, and a letter longer than those that are: who publishes asks the standard's helpdesk for one."""
EVIDENCE = "evidence"
"""Type of a document that tells of a project; the open codelist has none for it."""
NO_DOCUMENTS = ("derived", "recalled")
"""Kinds of source that are no document: what was worked out, and what is general knowledge."""
BUILDS = ("rail", "road", "port", "terminal", "energy")
"""Kinds of project that build assets; ships, services and rules have no projectType."""


@dataclass(frozen=True)
class Publication:
    """Who publishes a package, when, under what name."""

    published: dt.datetime
    """With its zone."""
    publisher: str = ""
    """The title of the corridor package where it is empty."""
    prefix: str = PREFIX
    uri: str = ""
    """Made from what is published where it is empty."""
    licence: str = ""
    """Address of a licence."""

    def check(self) -> None:
        """Raise InputError where the standard would refuse it."""
        problems = []
        if not re.fullmatch(r"oc4ids-[a-z0-9]+", self.prefix):
            remedy = "give oc4ids- and the letters and digits that the standard's helpdesk gave you"
            problems.append(Problem("prefix", shown(self.prefix), remedy))
        for name in ("uri", "licence"):
            text = getattr(self, name)
            if text and not URI.fullmatch(text):
                remedy = "give an address with its scheme, as https://example.org/projects.json"
                problems.append(Problem(name, shown(text), remedy))
        if problems:
            raise InputError("the publication", problems)

    @property
    def instant(self) -> str:
        return self.published.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def package_of(corridor: Corridor, publication: Publication) -> Package:
    """The package of all projects of a corridor. Raises InputError where it has none."""
    publication.check()
    if not corridor.rows("project"):
        raise InputError(corridor.name, [Problem("project.csv", "no projects", "give a package that has some")])
    writer = _Writer(corridor, publication)
    projects = tuple(writer.project(row) for row in corridor.rows("project"))
    said = publication.uri or f"urn:uuid:{_name_of(projects, publication)}"
    return Package(
        uri=uri(said),
        published_date=publication.instant,
        publisher=Publisher(name=publication.publisher or corridor.description.title or corridor.name),
        license=publication.licence or None,
        projects=projects,
    )


def _name_of(projects: Sequence[Project], publication: Publication) -> uuid.UUID:
    """The same projects on the same day are the same package."""
    told = "\n".join(project.model_dump_json(by_alias=True, exclude_none=True) for project in projects)
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{publication.prefix} {publication.instant}\n{told}")


@dataclass(frozen=True)
class _Writer:
    corridor: Corridor
    publication: Publication

    def project(self, row: Row) -> Project:
        kind = Classification(scheme=KIND_SCHEME, id=row.kind, description="Sort of thing, in the words of karvan")
        stalled = Classification(scheme=STATE_SCHEME, id="stalled", description="Begun or agreed, and stopped")
        sector = SECTOR_OF[row.kind]
        commitments = [one for one in self.corridor.rows("commitment") if row.id in one.projects]
        parts = (row.note, NOT_MODELLED + row.outside if row.outside else "")
        opened = row.status == "completed" and row.opens
        return Project(
            id=self.id_of(row.id),
            updated=self.publication.instant,
            language="en",
            identifiers=(SimpleIdentifier(id=row.id, scheme=OWN_SCHEME),),
            title=row.name,
            description="\n\n".join(part for part in parts if part) or None,
            budget=budget_of(row),
            period=period_of(row),
            locations=tuple(self.locations(row)) or None,
            status=self.status(row),
            type=self.type_of(row),
            sector=tuple(dict.fromkeys((sector.partition(".")[0], sector))),
            additional_classifications=(kind, stalled) if row.status == "stalled" else (kind,),
            parties=tuple(parties_of(commitments)) or None,
            asset_lifetime=lifetime_of(row),
            forecasts=(*figures_of(row), *self.effects(row), *built_by(row, self.touches[row.id])) or None,
            milestones=(*works_of(row), *promises_of(commitments, self.corridor.rows("commitment_status"))) or None,
            completion=Completion(end_date=instant_of(row.opens)) if opened else None,
            documents=tuple(self.documents(row, commitments)) or None,
            related_projects=tuple(self.related(row)) or None,
        )

    def id_of(self, project: str) -> str:
        return f"{self.publication.prefix}-{project}"

    def status(self, row: Row) -> Status:
        """A stalled project has the status in which it stopped."""
        if row.status != "stalled":
            return STATUS_OF[row.status]
        return "implementation" if row.starts and row.starts <= self.publication.instant[:7] else "preparation"

    def type_of(self, row: Row) -> ProjectType | None:
        """Building something new, or making more of what is there: by what the project does to the tables."""
        if row.kind not in BUILDS:
            return None
        if any(table.startswith(PLANNED) for table, _ in self.touches[row.id]):
            return "construction"
        return "expansion" if self.touches[row.id] else None

    @cached_property
    def touches(self) -> dict[str, list[tuple[str, str]]]:
        """The rows that each project builds or changes: table, planned or not, and key."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name in PLANNABLE:
            for built in self.corridor.rows(f"{PLANNED}{name}"):
                for project in built.projects:
                    found[project].append((f"{PLANNED}{name}", key_of(f"{PLANNED}{name}", built)))
        for effect in self.corridor.rows("effect"):
            found[effect.project].append((effect.table, effect.row))
        return found

    def locations(self, row: Row) -> Iterator[Location]:
        """Its countries by their codes, then its places by their points."""
        for code in dict.fromkeys(row.countries):
            gazetteer = Gazetteer(scheme=COUNTRY_SCHEME, identifiers=(code,))
            yield Location(id=f"country-{code}", gazetteer=gazetteer)
        planned = self.corridor.by_key(f"{PLANNED}place")
        for name in dict.fromkeys(row.places):
            place = self.corridor.by_key("place").get(name) or planned[name]
            code = place.unlocode
            yield Location(
                id=place.id,
                description=place.name,
                geometry=Geometry(type="Point", coordinates=(place.lon, place.lat)),
                gazetteer=Gazetteer(scheme=LOCODE_SCHEME, identifiers=(code,)) if code else None,
            )

    def effects(self, row: Row) -> Iterator[Metric]:
        """What of the corridor's numbers it changes."""
        return (effect_of(effect, row) for effect in self.corridor.rows("effect") if effect.project == row.id)

    def documents(self, row: Row, commitments: Sequence[Row]) -> Iterator[Document]:
        """The sources of its status, of its numbers, of its effects and of what was promised of it."""
        ledger = self.corridor.evidence
        facts, sources = set(row.facts), set[str]()
        for address, basis in ledger.basis.items():
            if address[:2] == ("project", row.id) or (address[0] == "effect" and _is_of(address[1], row.id)):
                facts |= {*basis.facts}
        for one in commitments:
            facts |= {*one.facts}
            sources |= {*one.sources}
            sources |= {step.source for step in self.corridor.rows("commitment_status") if step.commitment == one.id}
        sources |= {ledger.facts[name].source for name in facts}
        found = (ledger.sources[name] for name in sorted(sources))
        return (_document(source) for source in found if source.kind not in NO_DOCUMENTS)

    def related(self, row: Row) -> Iterator[RelatedProject]:
        """Projects that build or change one thing with it."""
        mine = set(self.touches[row.id])
        for other in self.corridor.rows("project"):
            if other.id != row.id and not mine.isdisjoint(self.touches[other.id]):
                yield RelatedProject(id=other.id, scheme="oc4ids", identifier=self.id_of(other.id), title=other.name)


def _is_of(key: str, project: str) -> bool:
    return key.rpartition(":")[0] == project


def _document(source: Row) -> Document:
    day = day_of(source.date)
    dated = f"dated {source.date}" if source.date and not day else ""
    told = "; ".join(part for part in (source.kind, dated) if part)
    return Document(
        id=source.id,
        document_type=EVIDENCE,
        title=source.title,
        description=told or None,
        url=source.url if URI.fullmatch(source.url) else None,
        date_published=day,
        author=source.publisher or None,
    )
