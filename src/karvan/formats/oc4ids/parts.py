"""The parts of an OC4IDS project that stand in lists: parties, documents, milestones, metrics, money, contracts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from karvan.formats.oc4ids.codes import (
    Arrangement,
    Asset,
    ContractNature,
    ContractStatus,
    FinancingParty,
    Method,
    MilestoneStatus,
    ReleaseTag,
    Repayment,
)
from karvan.formats.oc4ids.shape import (
    Address,
    Classification,
    Country,
    Email,
    Flag,
    Identifier,
    Instant,
    Location,
    Measure,
    Number,
    OrganizationReference,
    Period,
    Several,
    Text,
    Thing,
    Uri,
    Value,
    Whole,
)


class ContactPoint(Thing):
    """Whom to ask."""

    name: Text | None = None
    email: Text | None = None
    telephone: Text | None = None
    fax_number: Text | None = None
    url: Uri | None = None


class Person(Thing):
    """A natural person; karvan writes none."""

    id: Text
    name: Text | None = None
    identifier: Identifier | None = None
    nationalities: Several[Country] | None = None
    address: Address | None = None
    email: Email | None = None
    fax_number: Text | None = None
    telephone: Text | None = None
    job_title: Text | None = None


class Organization(Thing):
    """A party and what it does in the project (roles: partyRole, open)."""

    name: Text | None = None
    id: Text | None = None
    identifier: Identifier | None = None
    additional_identifiers: Several[Identifier] | None = None
    address: Address | None = None
    contact_point: ContactPoint | None = None
    roles: Several[Text] | None = None
    beneficial_owners: Several[Person] | None = None
    classifications: Several[Classification] | None = None
    people: Several[Person] | None = None


class Document(Thing):
    """A document, or where it is (type: documentType, open)."""

    id: Text
    document_type: Text | None = None
    title: Text | None = None
    description: Text | None = None
    url: Uri | None = None
    date_published: Instant | None = None
    date_modified: Instant | None = None
    format: Text | None = None
    language: Text | None = None
    page_start: Text | None = None
    page_end: Text | None = None
    access_details: Text | None = None
    author: Text | None = None


class Milestone(Thing):
    """An event in the life of a project or a contract (type: milestoneType, open)."""

    id: Text
    title: Text | None = None
    type: Text | None = None
    description: Text | None = None
    code: Text | None = None
    due_date: Instant | None = None
    date_met: Instant | None = None
    date_modified: Instant | None = None
    status: MilestoneStatus | None = None
    value: Value | None = None


class MilestoneReference(Thing):
    """One of the milestones."""

    id: Text
    title: Text | None = None


class RelatedProject(Thing):
    """Another project on the same assets."""

    id: Text
    scheme: Text | None = None
    identifier: Text | None = None
    relationship: Text | None = None
    title: Text | None = None
    uri: Uri | None = None


class Unit(Thing):
    """A unit of measure."""

    name: Text | None = None
    scheme: Text | None = None
    id: Text | None = None
    uri: Uri | None = None


class Observation(Thing):
    """A value (of money) or a measure (of anything else), planned or actual."""

    id: Text
    period: Period | None = None
    value: Value | None = None
    measure: Measure | None = None
    unit: Unit | None = None
    dimensions: Annotated[dict[str, Any], Field(min_length=1)] | None = None
    notes: Text | None = None


class Metric(Thing):
    """Something that is measured, now or later."""

    id: Text
    title: Text | None = None
    description: Text | None = None
    observations: Several[Observation] | None = None


class BudgetBreakdown(Thing):
    """A part of the budget."""

    id: Text
    description: Text | None = None
    amount: Value | None = None
    uri: Uri | None = None
    period: Period | None = None
    source_party: OrganizationReference | None = None
    approval_date: Instant | None = None


class BudgetBreakdowns(Thing):
    """Parts of the budget by one dimension: by year, by funder."""

    id: Text
    description: Text | None = None
    budget_breakdown: Several[BudgetBreakdown] | None = None


class InterestRate(Thing):
    """Interest."""

    base: Measure | None = None
    margin: Number | None = None
    fixed: Flag | None = None
    notes: Text | None = None


class Finance(Thing):
    """An arrangement between two parties to raise money."""

    id: Text
    title: Text | None = None
    description: Text | None = None
    value: Value | None = None
    financing_party: OrganizationReference | None = None
    financing_party_type: FinancingParty | None = None
    source: Text | None = None
    asset_class: Several[Asset] | None = None
    type: Arrangement | None = None
    repayment_priority: Repayment | None = None
    concessional: Flag | None = None
    results_based: Flag | None = None
    period: Period | None = None
    payment_period: Period | None = None
    payment_frequency: Annotated[Number, Field(ge=0)] | None = None
    interest_rate: InterestRate | None = None
    exchange_rate_guarantee: Flag | None = None
    step_in_rights: Flag | None = None
    related_lots: Several[Text] | None = None


class Budget(Thing):
    """What a project is to cost."""

    description: Text | None = None
    amount: Value | None = None
    request_date: Instant | None = None
    approval_date: Instant | None = None
    budget_breakdowns: Several[BudgetBreakdowns] | None = None
    finance: Several[Finance] | None = None


class Cost(Thing):
    """One cost."""

    id: Text | None = None
    classification: Classification | None = None
    value: Value | None = None


class CostGroup(Thing):
    """Costs of one category (costCategory, open)."""

    id: Text
    category: Text | None = None
    costs: Several[Cost] | None = None


class LifeCycleCosting(Thing):
    """The cost over the life of the assets."""

    value: Value | None = None


class CostMeasurement(Thing):
    """Costs as they were reported at a time."""

    id: Text
    date: Instant | None = None
    life_cycle_costing: LifeCycleCosting | None = None
    cost_groups: Several[CostGroup] | None = None


class Transaction(Thing):
    """Money that was paid."""

    id: Text
    source: Uri | None = None
    date: Instant | None = None
    value: Value | None = None
    payer: OrganizationReference | None = None
    payee: OrganizationReference | None = None
    uri: Uri | None = None
    related_implementation_milestone: MilestoneReference | None = None


class LinkedRelease(Thing):
    """A release of contracting data."""

    id: Text
    tag: Several[ReleaseTag]
    date: Instant
    url: Uri


class Modification(Thing):
    """A change of a contract (type: modificationType, open)."""

    id: Text
    date: Instant | None = None
    description: Text | None = None
    rationale: Text | None = None
    type: Text | None = None
    release_id: Text | None = Field(None, alias="releaseID")
    old_contract_value: Value | None = None
    new_contract_value: Value | None = None
    old_contract_period: Period | None = None
    new_contract_period: Period | None = None


class Sustainability(Thing):
    """How a tender pursues it (sustainabilityStrategy, open)."""

    strategies: Several[Text] | None = None


class Tender(Thing):
    """How a contract was entered into."""

    procurement_method: Method | None = None
    procurement_method_details: Text | None = None
    date_published: Instant | None = None
    cost_estimate: Value | None = None
    number_of_tenderers: Number | None = None
    tenderers: Several[OrganizationReference] | None = None
    procuring_entity: OrganizationReference | None = None
    administrative_entity: OrganizationReference | None = None
    sustainability: Several[Sustainability] | None = None


class LaborObligations(Thing):
    """What a contract obliges to (laborObligations, open)."""

    obligations: Several[Text] | None = None
    description: Text | None = None


class ContractSocial(Thing):
    """Labour in a contract."""

    labor_budget: Value | None = None
    labor_obligations: LaborObligations | None = None


class ContractingProcessSummary(Thing):
    """A contract in short."""

    ocid: Text | None = None
    external_reference: Text | None = None
    nature: Several[ContractNature] | None = None
    title: Text | None = None
    description: Text | None = None
    status: ContractStatus | None = None
    tender: Tender | None = None
    suppliers: Several[OrganizationReference] | None = None
    contract_value: Value | None = None
    contract_period: Period | None = None
    final_value: Value | None = None
    documents: Several[Document] | None = None
    modifications: Several[Modification] | None = None
    transactions: Several[Transaction] | None = None
    milestones: Several[Milestone] | None = None
    finance: Several[Finance] | None = None
    social: ContractSocial | None = None


class ContractingProcess(Thing):
    """A contract, and where its data are."""

    id: Text
    summary: ContractingProcessSummary | None = None
    releases: Several[LinkedRelease] | None = None


class Beneficiary(Thing):
    """Whom a benefit aids."""

    location: Location | None = None
    description: Text | None = None
    number_of_people: Whole | None = None


class Benefit(Thing):
    """What is good about a project."""

    title: Text | None = None
    description: Text | None = None
    beneficiaries: Several[Beneficiary] | None = None
