"""Trade in boxes: the value that two countries sell each other as tonnes and TEU, with what each number stands on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from karvan.api.answering import sent_if_new
from karvan.api.answers import encoded
from karvan.api.commitments import Exact
from karvan.api.problems import faults
from karvan.api.state import Asked, Shared
from karvan.api.trade import Estimating
from karvan.api.trade_pages import NoFit
from karvan.api.trade_words import CODE, FIRST, LAST
from karvan.ground.errors import InputError, Problem, shown
from karvan.study.trade.boxed import AskBoxes, Boxed, in_boxes
from karvan.study.trade.mixing import ANY, demand_year, of_one

if TYPE_CHECKING:
    from karvan.corridor import Corridor

router = APIRouter(tags=["trade"])
COMMODITY = "^[a-z0-9-]{0,64}$"
MAY_STAND_IN = Literal["exporter", "general"]


class StandsOn(Exact):
    """What a number stands on."""

    grade: str = Field(description="A to D.", examples=["B"])
    facts: list[str] = Field(description="Ids of facts.", examples=[["pf0194"]])
    note: str


class BoxedValue(StandsOn):
    """What is sold, million USD; its ends are those of rival figures of the same year."""

    musd: float = Field(examples=[3724.3])
    musd_low: float
    musd_high: float
    ground: Literal["published", "foretold", "given", "none"]
    year: int | None = Field(description="Of the figure; null where none was published.", examples=[2024])


class BoxedMix(StandsOn):
    """What the trade consists of."""

    ground: Literal["demand", "given", "exporter", "general"] = Field(
        description="demand: as the package's demand between the two; given: as asked; exporter: as all that the "
        "seller sends, in its stead; general: general cargo in containers, in its stead."
    )


class BoxedFactor(StandsOn):
    """A factor of a commodity."""

    value: float = Field(examples=[10.428])


class BoxedGoods(StandsOn):
    """What a commodity comes to; its grade is the worst of all that it stands on."""

    commodity: str = Field(examples=["general"])
    share: float = Field(description="Of the value; as well founded as the mix.", examples=[0.9])
    value_musd: float
    usd_per_t: BoxedFactor
    t_per_teu: BoxedFactor
    tonnes: float
    boxed: float = Field(description="Of the tonnes, those in containers; as well founded as the mix.", examples=[0.9])
    teu: float = Field(examples=[55638.0])
    teu_low: float
    teu_high: float
    loose_t: float = Field(description="Tonnes that do not go in containers.")
    profile: str = Field(description="Its shape over the year; empty is even.")


class CountedDemand(Exact):
    """What the package's demand has between the two already, in the year of the mix."""

    rows: list[str]
    teu: float
    tonnes: float


class BoxedWay(Exact):
    """What one country sells the other."""

    exporter: str = Field(examples=["CHN"])
    importer: str = Field(examples=["AZE"])
    value: BoxedValue
    mix: BoxedMix | None = Field(description="Null where there is no trade.")
    rows: list[BoxedGoods]
    tonnes: float
    teu: float
    teu_low: float
    teu_high: float
    loose_t: float
    months_teu: list[float] = Field(description="TEU of each of twelve months, January first.")
    counted: CountedDemand


class EmptyBoxes(Exact):
    """Boxes that came full, find no load and go back."""

    origin: str = Field(examples=["AZE"])
    destination: str = Field(examples=["CHN"])
    teu: float = Field(examples=[60458.0])
    teu_low: float
    teu_high: float


class BoxesPage(Exact):
    """The trade of two countries in boxes, as `karvan trade boxes --json` has it."""

    package: str
    year: int = Field(examples=[2024])
    demand_year: int = Field(description="Whose demand of the package the mixes are of.", examples=[2024])
    ways: list[BoxedWay]
    empties: list[EmptyBoxes]
    demand: None = Field(description="Demand is made by the command alone, with --out.")


@router.get(
    "/corridors/{corridor}/trade/boxes",
    summary="Trade of two countries in boxes",
    responses={200: {"model": BoxesPage | NoFit}, **faults(404)},
)
async def trade_boxes(
    request: Request,
    asked: Asked,
    shared: Shared,
    working: Estimating,
    one: Annotated[
        str, Query(pattern=CODE, description="ISO 3166-1 alpha-3.", openapi_examples={"it": {"value": "AZE"}})
    ],
    other: Annotated[str, Query(pattern=CODE, description="The other.", openapi_examples={"it": {"value": "CHN"}})],
    year: Annotated[int, Query(ge=FIRST, le=LAST, description="Whose trade.")] = AskBoxes.year,
    commodity: Annotated[
        str, Query(pattern=COMMODITY, description="All of it is this, in place of the package's mix.")
    ] = "",
    fallback: Annotated[
        MAY_STAND_IN | None,
        Query(description="What stands in for a mix that is not known; without it such a pair is refused."),
    ] = None,
) -> Response:
    """Value, tonnes and TEU by commodity and way, by month, and what goes back empty, each with what it stands on."""
    if one == other:
        raise InputError("the request", [Problem("other", shown(other), "give another country than the first")])
    key = request.url.path, asked.corridor.digest, (one, other, year, commodity, fallback)
    make = partial(_boxes, asked.corridor, (one, other), year, commodity, fallback)
    return sent_if_new(request, await working.get(key, make, shared.settings.limits.request_seconds))


def _boxes(
    corridor: Corridor, pair: tuple[str, str], year: int, commodity: str, fallback: MAY_STAND_IN | None
) -> bytes:
    from karvan.report.trade import boxes_document

    mixes = {ANY: of_one(corridor, demand_year(corridor, year), commodity)} if commodity else {}
    found = in_boxes(corridor, AskBoxes((pair,), year, mixes=mixes, fallback=fallback or ""))
    return encoded(
        boxes_document(corridor, found) if isinstance(found, Boxed) else {"converged": False, "said": found.said}
    )
