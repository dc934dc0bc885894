"""iLEAP 1.0.0: logistics emissions as extensions of PACT product footprints, written and read.

The data model is that of the iLEAP Technical Specifications 1.0.0 (SINE Foundation and Smart Freight Centre, 27 May
2025), chapters 6 and 7.2, over ProductFootprint of the PACT Technical Specifications 2: every decimal is a string,
every instant in UTC. Only what is needed to hand a transport chain over is here: ShipmentFootprint with its elements,
TOC and HOC; activity data (TAD) is not. What a document says beyond that is passed over on reading.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic.alias_generators import to_camel

from karvan.ground.errors import InputError, Problem, shown

SHIPMENT = "https://api.ileap.sine.dev/shipment-footprint.json"
TOC_SCHEMA = "https://api.ileap.sine.dev/toc.json"
HOC_SCHEMA = "https://api.ileap.sine.dev/hoc.json"
"""What the specification calls each extension; nothing is fetched from there."""
DOCUMENTATION = "https://sine-fdn.github.io/ileap-extension/"
EXTENSION_VERSION = "2.0.0"
LOGISTICS_CPC = "83117"

Number = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]
Amount = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]
Name = Annotated[str, StringConstraints(min_length=1)]
Urn = Annotated[str, StringConstraints(pattern=r"^([uU][rR][nN]):")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+(-\d{8})?$")]
Mode = Literal["Road", "Rail", "Air", "Sea", "InlandWaterway"]
HubType = Literal[
    "Transshipment", "StorageAndTransshipment", "Warehouse", "LiquidBulkTerminal", "MaritimeContainerTerminal"
]
Carrier = Literal[
    "Diesel", "HVO", "Petrol", "CNG", "LNG", "LPG", "HFO", "MGO", "Aviation fuel", "Hydrogen", "Methanol", "Electric"
]  # fmt: skip
Packaging = Literal["Box", "Pallet", "Container-TEU", "Container-FEU", "Container"]


def number(value: float, places: int = 6) -> str:
    """A number as the specification writes it: decimal, without exponent or trailing zeros."""
    return f"{Decimal(f'{value:.{places}f}').normalize() + 0:f}"


def total(numbers: Sequence[str]) -> str:
    """Their exact sum."""
    return f"{sum((Decimal(one) for one in numbers), Decimal(0)):f}"


class Shape(BaseModel):
    """Frozen, named in camel case in the document; what is not there is left out."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Distance(Shape):
    """Kilometres; at least one of them."""

    actual: Number | None = None
    gcd: Number | None = None
    sfd: Number | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.actual is None and self.gcd is None and self.sfd is None:
            raise ValueError("give actual, gcd or sfd")
        return self


class Location(Shape):
    """Where: city and country at least."""

    city: str
    country: Country
    locode: str | None = None
    lat: Number | None = None
    lng: Number | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.lat is None) != (self.lng is None):
            raise ValueError("give lat and lng, or neither")
        return self


class Cited(Shape):
    """A number under an element, and the documents it is from; ours."""

    number: str
    value: Number
    unit: str
    grade: str
    sources: tuple[str, ...] = ()


class Told(Shape):
    """What the specification has no room for; ours, under the name `karvan`, which others pass over."""

    co2e_wtt: Number | None = Field(None, alias="co2eWTT")
    split_known: bool
    data_type: Literal["primary", "modelled", "default"]
    data_quality: str
    allocation: str
    energy: tuple[str, ...] = ()
    factors: tuple[Cited, ...] = ()


class Tce(Shape):
    """A transport chain element. Mass in kg, activity in tonne-km, emissions in kg CO2e."""

    tce_id: str
    prev_tce_ids: tuple[str, ...] | None = None
    toc_id: str | None = None
    hoc_id: str | None = None
    shipment_id: str
    mass: Number
    packaging_or_tr_eq_type: Packaging | None = None
    packaging_or_tr_eq_amount: Amount | None = None
    distance: Distance
    origin: Location | None = None
    destination: Location | None = None
    transport_activity: Number
    departure_at: dt.datetime | None = None
    arrival_at: dt.datetime | None = None
    co2e_wtw: Number = Field(alias="co2eWTW")
    co2e_ttw: Number = Field(alias="co2eTTW")
    karvan: Told | None = None

    @model_validator(mode="after")
    def _one_category(self) -> Self:
        if (self.toc_id is None) == (self.hoc_id is None):
            raise ValueError("give either tocId or hocId")
        return self


class ShipmentFootprint(Shape):
    """The elements of one shipment, each told which come before it."""

    mass: Number
    shipment_id: str
    tces: tuple[Tce, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        known = [tce.tce_id for tce in self.tces]
        if len(set(known)) < len(known):
            raise ValueError("give each element a tceId of its own")
        strange = {one for tce in self.tces for one in tce.prev_tce_ids or ()} - set(known)
        if strange:
            raise ValueError(f"no element {', '.join(sorted(strange))} to come before another")
        return self


class Feedstock(Shape):
    """What an energy carrier is made from."""

    feedstock: Literal["Fossil", "Natural gas", "Grid", "Renewable electricity", "Cooking oil"]
    feedstock_share: Number | None = None
    region_provenance: str | None = None


class EnergyCarrier(Shape):
    """An energy carrier, its share of the activity, and what a unit of it emits (kg CO2e)."""

    energy_carrier: Carrier
    relative_share: Number
    feedstocks: tuple[Feedstock, ...] | None = None
    energy_consumption: Number | None = None
    energy_consumption_unit: Literal["l", "kg", "kWh", "MJ"] | None = None
    emission_factor_wtw: Number = Field(alias="emissionFactorWTW")
    emission_factor_ttw: Number = Field(alias="emissionFactorTTW")


class Category(Shape):
    """What transport and hub operation categories have in common."""

    description: str | None = None
    energy_carriers: tuple[EnergyCarrier, ...] = Field(min_length=1)
    co2e_intensity_wtw: Number = Field(alias="co2eIntensityWTW")
    co2e_intensity_ttw: Number = Field(alias="co2eIntensityTTW")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        shares = sum((Decimal(carrier.relative_share) for carrier in self.energy_carriers), Decimal(0))
        if abs(shares - 1) > Decimal("0.000001") * len(self.energy_carriers):
            raise ValueError(f"the shares of the energy carriers add up to {shares}, not to 1")
        return self


class Toc(Category):
    """A transport operation category; intensities in kg CO2e a unit of activity."""

    toc_id: str
    mode: Mode
    transport_activity_unit: Literal["TEUkm", "tkm"]


class Hoc(Category):
    """A hub operation category; intensities in kg CO2e a unit that leaves the hub."""

    hoc_id: str
    hub_type: HubType
    hub_location: Location | None = None
    hub_activity_unit: Literal["TEU", "tonnes"]


class Extension(Shape):
    """A data model extension of PACT: which of the three its data are, its schema says."""

    spec_version: Version = EXTENSION_VERSION
    data_schema: Literal[
        "https://api.ileap.sine.dev/shipment-footprint.json",
        "https://api.ileap.sine.dev/toc.json",
        "https://api.ileap.sine.dev/hoc.json",
    ]
    documentation: str = DOCUMENTATION
    data: ShipmentFootprint | Toc | Hoc

    @field_validator("data", mode="before")
    @classmethod
    def _by_schema(cls, data: Any, info: Any) -> Any:
        kinds: dict[str, type[Shape]] = {SHIPMENT: ShipmentFootprint, TOC_SCHEMA: Toc, HOC_SCHEMA: Hoc}
        kind = kinds.get(info.data.get("data_schema", ""))
        return kind.model_validate(data) if kind and not isinstance(data, Shape) else data


class FactorSource(Shape):
    """Where emission factors are from that were not measured."""

    name: Name
    version: Name


class SectorRule(Shape):
    """Rules that were followed, and who keeps them."""

    operator: Literal["PEF", "EPD International", "Other"]
    rule_names: tuple[Name, ...] = Field(min_length=1)
    other_operator_name: Name | None = None


class CarbonFootprint(Shape):
    """The totals of a footprint as PACT wants them."""

    declared_unit: Literal["ton kilometer", "kilogram"]
    unitary_product_amount: Amount
    excluding_biogenic: Amount = Field(alias="pCfExcludingBiogenic")
    fossil_ghg_emissions: Amount
    fossil_carbon_content: Amount
    biogenic_carbon_content: Amount = "0"
    characterization_factors: Literal["AR5", "AR6"]
    ipcc_characterization_factors_sources: tuple[str, ...] = Field(min_length=1)
    cross_sectoral_standards_used: tuple[str, ...]
    product_or_sector_specific_rules: tuple[SectorRule, ...] | None = None
    boundary_processes_description: str
    reference_period_start: dt.datetime
    reference_period_end: dt.datetime
    secondary_emission_factor_sources: tuple[FactorSource, ...] | None = None
    exempted_emissions_percent: float = Field(ge=0, le=5)
    exempted_emissions_description: str
    packaging_emissions_included: bool = False
    allocation_rules_description: str | None = None
    uncertainty_assessment_description: str | None = None
    primary_data_share: float | None = Field(None, ge=0, le=100)


class ProductFootprint(Shape):
    """A footprint of PACT with one extension of iLEAP."""

    id: UUID
    spec_version: Version = "2.0.0"
    version: int = Field(0, ge=0)
    created: dt.datetime
    status: Literal["Active", "Deprecated"] = "Active"
    company_name: Name
    company_ids: tuple[Urn, ...] = Field(min_length=1)
    product_description: str
    product_ids: tuple[Urn, ...] = Field(min_length=1)
    product_category_cpc: Name = LOGISTICS_CPC
    product_name_company: Name
    comment: str
    pcf: CarbonFootprint
    extensions: tuple[Extension, ...] = Field(min_length=1, max_length=1)

    @property
    def data(self) -> ShipmentFootprint | Toc | Hoc:
        return self.extensions[0].data


class Footprints(Shape):
    """Footprints as PACT's ListFootprints answers: `{"data": [...]}`."""

    data: tuple[ProductFootprint, ...]


def write(footprints: Sequence[ProductFootprint]) -> str:
    """The document, as JSON text; the same footprints give the same text."""
    document = Footprints(data=tuple(footprints))
    shape = document.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(shape, ensure_ascii=False, indent=1) + "\n"


def read(text: str | bytes, name: str = "the iLEAP document") -> tuple[ProductFootprint, ...]:
    """The footprints of a document. Raises InputError with everything in it that is against the specification."""
    try:
        return Footprints.model_validate_json(text).data
    except ValidationError as error:
        found = error.errors(include_url=False)
        # What holds a broken thing counts as too short without it: that is no fault of its own.
        own = [one for one in found if not any(_inside(other["loc"], one["loc"]) for other in found)]
        raise InputError(name, [_problem(one) for one in own]) from None


def _inside(address: tuple[int | str, ...], other: tuple[int | str, ...]) -> bool:
    return len(address) > len(other) and address[: len(other)] == other


def _problem(error: Any) -> Problem:
    address = re.sub(r"\.(\d+)", r"[\1]", ".".join(str(part) for part in error["loc"])) or "the document"
    value = error["input"]
    found = "nothing" if error["type"] == "missing" else shown(value if isinstance(value, int | float) else str(value))
    return Problem(address, found, error["msg"].removeprefix("Value error, "))
