"""OC4IDS 0.9.5: packages of infrastructure projects, in models of our own.

The Open Contracting for Infrastructure Data Standard 0.9.5 (Open Contracting Partnership and CoST, 28 February 2024),
project package and project schema, every field of it: what is required, types, formats, closed codelists, lists without
repetition, nothing empty. `check` adds what the standard says in words; `write` makes a package out of a
corridor's projects and `read` rows out of a package.
"""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import Field

from karvan.formats.oc4ids.codes import VERSION, Goal, Oversight, ProjectType, Status
from karvan.formats.oc4ids.parts import (
    Benefit,
    Budget,
    ContractingProcess,
    CostMeasurement,
    Document,
    Metric,
    Milestone,
    Organization,
    RelatedProject,
    Transaction,
)
from karvan.formats.oc4ids.shape import (
    Address,
    Classification,
    Flag,
    Instant,
    Location,
    OrganizationReference,
    Period,
    Several,
    SimpleIdentifier,
    Text,
    Thing,
    Uri,
    Value,
    Whole,
)


class Completion(Thing):
    """How a project ended."""

    end_date: Instant | None = None
    end_date_details: Text | None = None
    final_value: Value | None = None
    final_value_details: Text | None = None
    final_scope: Text | None = None
    final_scope_details: Text | None = None


class PolicyAlignment(Thing):
    """Policies that a project is in line with (policyAlignment, open)."""

    policies: Several[Text] | None = None
    description: Text | None = None


class OfficeHolder(Thing):
    """Who holds a public office."""

    name: Text | None = None


class PublicOffice(Thing):
    """A public office."""

    person: OfficeHolder | None = None
    organization: OrganizationReference | None = None
    job_title: Text | None = None


class Meeting(Thing):
    """A meeting."""

    id: Text
    date: Instant | None = None
    address: Address | None = None
    number_of_participants: Whole | None = None
    public_office: PublicOffice | None = None


class MaterialTests(Thing):
    """Which materials were tested (constructionMaterial, open)."""

    tests: Several[Text] | None = None
    description: Text | None = None


class HealthAndSafety(Thing):
    """Health and safety."""

    material_tests: MaterialTests | None = None


class Social(Thing):
    """What a project does to people."""

    consultation_meetings: Several[Meeting] | None = None
    land_compensation_budget: Value | None = None
    in_indigenous_land: Flag | None = None
    health_and_safety: HealthAndSafety | None = None


class Measure(Thing):
    """A measure for nature (conservationMeasure or environmentalMeasure, open)."""

    type: Text | None = None
    description: Text | None = None


class ClimateMeasure(Thing):
    """A measure for or against the climate (climateMeasure, open)."""

    type: Several[Text] | None = None
    description: Text | None = None


class Environment(Thing):
    """What a project does to nature."""

    goals: Several[Goal] | None = None
    climate_oversight_types: Several[Oversight] | None = None
    has_impact_assessment: Flag | None = None
    impact_categories: Several[Classification] | None = None
    conservation_measures: Several[Measure] | None = None
    environmental_measures: Several[Measure] | None = None
    abatement_cost: Value | None = None
    in_protected_area: Flag | None = None
    climate_measures: Several[ClimateMeasure] | None = None


class Project(Thing):
    """A project; only its id is required. Sector is projectSector, an open codelist."""

    id: Text
    updated: Instant | None = None
    language: Text | None = None
    identifiers: Several[SimpleIdentifier] | None = None
    public_authority: OrganizationReference | None = None
    title: Text | None = None
    description: Text | None = None
    budget: Budget | None = None
    period: Period | None = None
    locations: Several[Location] | None = None
    status: Status | None = None
    type: ProjectType | None = None
    sector: Several[Text] | None = None
    purpose: Text | None = None
    additional_classifications: Several[Classification] | None = None
    parties: Several[Organization] | None = None
    asset_lifetime: Period | None = None
    identification_period: Period | None = None
    preparation_period: Period | None = None
    implementation_period: Period | None = None
    completion_period: Period | None = None
    maintenance_period: Period | None = None
    decommissioning_period: Period | None = None
    forecasts: Several[Metric] | None = None
    metrics: Several[Metric] | None = None
    milestones: Several[Milestone] | None = None
    completion: Completion | None = None
    cost_measurements: Several[CostMeasurement] | None = None
    transactions: Several[Transaction] | None = None
    documents: Several[Document] | None = None
    contracting_processes: Several[ContractingProcess] | None = None
    related_projects: Several[RelatedProject] | None = None
    policy_alignment: PolicyAlignment | None = None
    benefits: Several[Benefit] | None = None
    social: Social | None = None
    environment: Environment | None = None
    lobbying_meetings: Several[Meeting] | None = None


class Publisher(Thing):
    """Who publishes a package. What identifies it further may be null."""

    name: Text
    scheme: Annotated[str, Field(strict=True)] | None = None
    uid: Annotated[str, Field(strict=True)] | None = None
    uri: Uri | None = None


class Package(Thing):
    """Projects, and who says so, when. License and policy may be null."""

    uri: Uri
    published_date: Instant
    version: Annotated[str, Field(strict=True, pattern=r"^\d+\.\d+$")] = Field(VERSION, validate_default=True)
    publisher: Publisher
    license: Uri | None = None
    publication_policy: Uri | None = None
    projects: Several[Project]


def write(package: Package) -> str:
    """The document, as JSON text; the same package gives the same text."""
    shape = package.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(shape, ensure_ascii=False, indent=1) + "\n"
