"""What may be asked of the planner. Defaults are those of `karvan.plan`, which keeps them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from karvan.formats.ileap import Urn
from karvan.itinerary.request import CRITERIA, MODES
from karvan.study.request import DEFAULT_COMMODITY
from karvan.study.shipper import Shipper
from karvan.tables.register import GOODS

MOST_SAMPLES = 20_000
"""Journeys of an option that a service draws; who needs more runs `karvan plan`."""
MOST_SEED = 2**32 - 1
Name = Annotated[str, Field(max_length=200)]
"""A place, a commodity, an id."""
Words = Annotated[str, Field(max_length=500)]
"""A change, or something to avoid."""
Several = Annotated[list[Words], Field(max_length=200)]
Day = Annotated[str, Field(max_length=64, examples=["2026-12-24"])]
EXAMPLE: dict[str, Any] = {
    "origin": "Xi'an", "destination": "Istanbul", "depart": "2026-12-01", "load": "2xFEU", "past": True,
}  # fmt: skip


class ShipperBody(BaseModel):
    """What holds for all requests of a shipper; a request's own words go before it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    avoid: Several = []
    documents: Several | None = None
    goods: Several | None = None
    modes: Several = []
    value_of_time_pct_day: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)

    def shipper(self) -> Shipper:
        """The same for the planner."""
        documents = None if self.documents is None else tuple(self.documents)
        goods = None if self.goods is None else tuple(self.goods)
        return Shipper(tuple(self.avoid), documents, goods, tuple(self.modes), self.value_of_time_pct_day)


class RequestBody(BaseModel):
    """A shipper's request, in words as `karvan plan` takes them."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [EXAMPLE]})

    corridor: str = Field("middle-corridor", max_length=64, description="Id of a corridor.")
    scenario: str = Field(
        "", max_length=500, examples=["base-2030"],
        description="The corridor as this has it: a name, project:ID or commitment:ID, several joined by +.",
    )  # fmt: skip
    changes: Several = Field(
        [], description="What is different in the corridor: TABLE/ROW/COLUMN=VALUE or *FACTOR.",
        examples=[["facility/ALAT-berth/wait_h=2"]],
    )  # fmt: skip
    using: str = Field("", max_length=200, description="Take waits from this run of a simulation, by its name.")
    grid: str = Field(
        "", max_length=200, description="Trains draw the power of this run of the power system, by its name."
    )
    origin: Name = Field(description="Name in any usual spelling or script, id or UN/LOCODE.", examples=["Xi'an"])
    destination: Name = Field(examples=["Istanbul"])
    depart: Day | None = Field(
        None, description="When the goods are ready: a day, or an instant with zone; today if not given.",
        examples=["2026-12-01"],
    )  # fmt: skip
    past: bool = Field(False, description="Allow a departure in the past.")
    load: Name = Field("1xFEU", description="2xFEU, 1x40ft+2x20ft, 3xwagon, 60t, 2xFEU:40t.", examples=["2xFEU"])
    commodity: Name = Field(DEFAULT_COMMODITY, description="The goods: weight, value, value of time.")
    tonnes: float | None = Field(
        None, gt=0, le=1e8, allow_inf_nan=False, description="Mass of the goods in the load; by the commodity if not."
    )  # fmt: skip
    goods: Several | None = Field(None, description=f"What they are besides dry: {', '.join(GOODS)}; or dry.")
    documents: Several | None = Field(
        None, description="Regimes under whose papers they travel; all there are if not given.",
        examples=[["SMGS", "TIR"]],
    )  # fmt: skip
    value_of_time_usd_h: float | None = Field(
        None, ge=0, le=1e9, allow_inf_nan=False, description="What an hour is worth, the whole load together."
    )  # fmt: skip
    avoid: Several = Field(
        [], description="Countries, places, waters, services.", examples=[["RU", "sea:Caspian", "operator:NAME"]]
    )
    via: Several = Field([], description="Places to pass.", examples=[["Aktau"]])
    modes: Several = Field([], description=f"Modes allowed, of {', '.join(MODES)}; all if none is given.")
    shipper: ShipperBody | None = None
    criteria: Several | None = Field(
        None, description=f"What options are compared on: some of {', '.join(CRITERIA)}; the first four if not given."
    )  # fmt: skip
    epsilon: float | None = Field(
        None, ge=0, le=1, allow_inf_nan=False, description="Options that differ by less than this share are told once."
    )  # fmt: skip
    horizon_days: float | None = Field(
        None, ge=0, le=1000, allow_inf_nan=False, description="Longest time looked at, days."
    )  # fmt: skip
    until: Day | None = Field(None, description="All departures from `depart` to this day's end, or to an instant.")
    arrive_by: Day | None = Field(None, description="The latest departures that arrive by this; not with `until`.")
    promised: Day | None = Field(None, description="Promised to the receiver: each option tells how likely it is kept.")
    samples: int | None = Field(
        None, ge=1, le=MOST_SAMPLES, description="Journeys drawn of each option for its spread; 2000 if not given."
    )  # fmt: skip
    seed: int | None = Field(None, ge=0, le=MOST_SEED, description="Another seed draws other journeys; 1 if not given.")

    def words(self) -> dict[str, Any]:
        """What `Planner.request` is asked beside the two places."""
        words = {name: getattr(self, name) for name in WORDS}
        return words | {"shipper": self.shipper.shipper() if self.shipper else None}


WORDS = tuple(
    name for name in RequestBody.model_fields
    if name not in ("corridor", "scenario", "changes", "using", "grid", "origin", "destination", "shipper")
)  # fmt: skip
"""Fields that `Planner.request` takes as they are."""


class PlanBody(RequestBody):
    """A shipper's request, and how much of the answer is told."""

    explain: Annotated[list[Name], Field(max_length=100)] = Field(
        [], description="Ids of options that come with every item and the numbers under it; all for all.",
        examples=[["middle-1"]],
    )  # fmt: skip
    geometry: bool = Field(False, description="Have each leg come with its links and its line on the map.")


class CarbonBody(RequestBody):
    """A shipper's request, and whose the carbon data are."""

    company: str | None = Field(None, min_length=1, max_length=200, description="Whose data they are.")
    company_ids: Annotated[list[Urn], Field(min_length=1, max_length=20)] | None = Field(
        None, description="The same as URNs.", examples=[["urn:example:company:1"]]
    )


class WhatIfBody(RequestBody):
    """A shipper's request, and what might change."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**EXAMPLE, "what_if": ["close:Aktau"]}]}
    )  # fmt: skip

    what_if: Annotated[list[Words], Field(min_length=1, max_length=200)] = Field(
        description="Ask again after these: as `changes`, close:PLACE, close:TABLE/ROW, close:TABLE/ROW=BEGIN..END."
    )
