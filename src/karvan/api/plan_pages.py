"""What the planner answers: the document of `karvan plan --json`, field by field."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from karvan.itinerary.request import MODES

Instant = str
"""ISO 8601 with zone."""


class Page(BaseModel):
    """A part of an answer: everything in it is named here."""

    model_config = ConfigDict(extra="forbid")


class UsingPage(Page):
    """The run whose waits were taken."""

    run: str
    replications: int
    days: float
    year: int
    differences: list[str] = Field(description="In what the run's corridor differs from the plan's.")


class GridPage(Page):
    """A country whose power is a run's."""

    run: str
    scenario: str
    country: str
    year: int
    gco2e_kwh: float = Field(description="Of the whole life of what is made, the losses of lines not in it.")
    package_year: int | None = Field(description="Of the figure that it takes the place of.")
    package_gco2e_kwh: float | None
    hours: int = Field(description="Of the year, that were dispatched: all of them, or those of some weeks.")
    of_hours: int = Field(description="That the year has.")
    of_package: str = Field(description="The package that the run is of, which may be another than the answer's.")
    lost: list[str] = Field(description="Plants and ties that are not there in the run.")


class RunPage(Page):
    """What the answer was worked out with."""

    karvan: str = Field(description="Version.", examples=["0.1.0"])
    package: str = Field(examples=["middle-corridor"])
    package_digest: str = Field(description="SHA-256 of its files; empty under a scenario or changes.")
    labels: int = Field(description="Partial chains that the search looked at.")
    slack: float = Field(description="Share by which what is shown may be worse than what was not found; 0 is exact.")
    found: str = Field(examples=["exact"])
    using: UsingPage | None
    grid: list[GridPage] | None = Field(None, description="With `grid`: whose power trains draw.")
    spread: str = Field(description="How spreads were worked out.")


class AvoidPage(Page):
    """What was avoided, by id."""

    countries: list[str]
    places: list[str]
    links: list[str]
    services: list[str]


class RequestPage(Page):
    """The request as it was read, every default filled in."""

    origin: str = Field(description="Id of the place.", examples=["XIAN"])
    destination: str = Field(examples=["ISTANBUL"])
    depart: Instant = Field(examples=["2026-12-01T00:00:00+08:00"])
    until: Instant | None
    arrive_by: Instant | None
    criteria: list[str] = Field(examples=[["arrival", "price", "co2e", "unreliability"]])
    load: str = Field(examples=["2xFEU"])
    teu: float = Field(examples=[4])
    commodity: str = Field(examples=["general"])
    tonnes: float
    value_of_time_usd_h: float = Field(description="USD an hour, the whole load together.")
    modes: list[str] = Field(examples=[list(MODES)])
    avoid: AvoidPage
    goods: list[str]
    documents: list[str] | None = Field(description="Regimes; null is all there are.")
    via: list[str]
    promised: Instant | None
    samples: int
    seed: int
    horizon_days: float
    epsilon: float


class TimePage(Page):
    """Door-to-door hours; null where no departure was left."""

    mean: float
    p10: float | None
    p50: float | None
    p90: float | None
    p95: float | None


class UnreliabilityPage(Page):
    """The criterion of unreliability."""

    sd_h: float = Field(description="Root of the sum of the variances of all times on the way, h.")


class OddsPage(Page):
    """A probability out of journeys drawn, with its 95 % interval."""

    share: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class QuantilePage(Page):
    """Hours, with their 95 % interval."""

    value: float | None
    low: float | None
    high: float | None


class QuantilesPage(Page):
    """Hours not exceeded by so many of 100 journeys."""

    p10: QuantilePage
    p50: QuantilePage
    p90: QuantilePage
    p95: QuantilePage


class ConnectionPage(Page):
    """A departure by timetable that may be missed."""

    leg: int = Field(description="Number of the leg, from 1.")
    service: str
    place: str
    planned: Instant | None
    missed: OddsPage
    lost_h: float | None


class SpreadPage(Page):
    """What came of drawing the journey many times."""

    samples: int
    never: int = Field(description="Journeys for which no departure was left.")
    mean_h: float | None
    sd_h: float | None
    quantiles_h: QuantilesPage
    buffer95_h: float | None = Field(description="Hours to add to the planned time so that 95 of 100 arrive within it.")
    on_time: OddsPage | None = Field(description="Null where nothing is promised.")
    price_usd: float = Field(description="With storage as it came out on average, USD.")
    storage_usd: float
    share_by_leg: list[float] = Field(description="Of the variance.")
    connections: list[ConnectionPage]


class WiredPage(Page):
    """What an option takes of a run's power."""

    kwh: dict[str, float] = Field(description="By country, at the pantograph, of the whole load.")
    package_co2e_kg: float | None = Field(description="kg CO2e of the option by the package's own power.")


class BeatenPage(Page):
    """Why an option is not among the best."""

    by: str = Field(description="Id of the option that is no worse on any criterion.", examples=["middle-1"])
    on: list[str] = Field(description="Criteria on which that is better.", examples=[["price", "co2e"]])


class LineStringPage(Page):
    """A line: [longitude, latitude], degrees, WGS 84."""

    type: Literal["LineString"]
    coordinates: list[list[float]]


class MultiLineStringPage(Page):
    """A line in parts, for it crosses the antimeridian."""

    type: Literal["MultiLineString"]
    coordinates: list[list[list[float]]]


class LegPage(Page):
    """A ride, or the handling and waiting between two rides; it begins where and when the one before ended."""

    mode: str = Field(description="A mode of transport, or handling.", examples=["rail"])
    service: str = Field(description="Id of the service, or of what is passed.")
    from_place: str = Field(alias="from", examples=["XIAN"])
    to: str = Field(examples=["ALTYNKOL"])
    from_gauge_mm: str | None
    to_gauge_mm: str | None
    depart: Instant
    arrive: Instant
    time_h: float
    wait_h: float = Field(description="Of that, waiting for the next vehicle.")
    price_usd: float
    co2e_kg: float
    distance_km: float
    passes: list[str] = Field(description="Places on the way, both ends included.")
    grade: str = Field(description="The weakest grade of the numbers under it, A to D.", examples=["C"])
    waits_from: str | None = Field(description="package, run, or both.")
    links: list[str] | None = Field(
        None,
        description="With `geometry`: ids of its links in the order of travel, with a - where from the second end.",
    )
    geometry: LineStringPage | MultiLineStringPage | None = Field(
        None, description="With `geometry`: its line on the map; null where it stays at its place."
    )


class AssumptionPage(Page):
    """A number of grade D under an option."""

    number: str = Field(description="TABLE/ROW/COLUMN.", examples=["facility/AKTAU-berth/wait_h"])
    value: Any
    grade: Literal["D"]
    note: str


class NumberPage(Page):
    """A number of the corridor as it stands there."""

    number: str
    value: Any
    unit: str
    grade: str


class ItemPage(Page):
    """Something passed on the way, and what it costs."""

    kind: str = Field(examples=["border"])
    place: str
    row: str
    time_h: float
    price_usd: float
    co2e_kg: float
    distance_km: float
    waits_from: str | None
    numbers: list[NumberPage]


class ExplainedLegPage(Page):
    """A leg item by item."""

    leg: int
    waits_by_the_clock_h: float
    items: list[ItemPage]


class OptionPage(Page):
    """One way to move the load."""

    id: str = Field(examples=["middle-1"])
    family: str = Field(examples=["middle"])
    depart: Instant
    any_time: bool | None = Field(description="With `until`: whether it can leave at any hour.")
    arrive: Instant
    time_h: TimePage
    unreliability: UnreliabilityPage
    spread: SpreadPage | None
    price_usd: float
    co2e_kg: float = Field(description="Well to wheel.")
    distance_km: float
    reloads: int = Field(description="Times that the boxes are lifted from one vehicle to another.")
    borders: int
    beaten: BeatenPage | None
    legs: list[LegPage]
    assumptions: list[AssumptionPage]
    grid: WiredPage | None = Field(None, description="With `grid`: what it takes of a run's power.")
    explain: list[ExplainedLegPage] | None = Field(None, description="Of those that `explain` names only.")


class LeftOutPage(Page):
    """A chain, or a whole family, that is not shown, and why."""

    family: str
    beaten_by: str | None = Field(description="Id of the option that beats it.")
    on: str = Field(description="On what it is beaten, or why there is none.")
    time_h: float | None
    price_usd: float | None
    co2e_kg: float | None
    via: list[str]
    refused: list[str] = Field(description="What refuses it, each with its address.")


class GonePage(Page):
    """An option that was shown before and is not after."""

    option: str
    why: str


class ByGridPage(Page):
    """Which options came and went with the power of a run, beside the package's own grid."""

    gone: list[GonePage]
    new: list[str]


class PlanPage(Page):
    """The answer to a request."""

    run: RunPage
    request: RequestPage
    options: list[OptionPage] = Field(description="In the order of arrival; none where there is no way.")
    left_out: list[LeftOutPage]
    by_grid: ByGridPage | None = Field(None, description="With `grid`: what came and went beside the package's own.")


class DifferencePage(Page):
    """The best of a family after less before."""

    time_d: float | None
    p90_d: float | None
    price_usd: float | None
    co2e_kg: float | None


class FamilyPage(Page):
    """The best of a family before and after, by generalised cost."""

    family: str
    before: str | None = Field(description="Id of the option.")
    after: str | None
    difference: DifferencePage | None


class WhatIfPage(Page):
    """Both answers whole, and how they differ."""

    changes: list[str]
    families: list[FamilyPage]
    gone: list[GonePage]
    new: list[str]
    before: PlanPage
    after: PlanPage
