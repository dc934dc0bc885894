"""What is answered of trade: the documents of `karvan trade ... --json`, field by field."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from karvan.api.commitments import Exact
from karvan.api.trade_bodies import TradeWhatIfBody
from karvan.api.trade_fit_pages import FitPage, ForecastPage
from karvan.api.trade_what_if_pages import TradeWhatIfPage
from karvan.api.trade_words import CODE, FIRST, LAST, MOST_DRAWS, PARTY, Code, Codes, Errors, Way


class NoFit(Exact):
    """The answer that an estimate did not come to its end: there is none to tell."""

    converged: Literal[False]
    said: str = Field(description="How far off it was.")


class Gdp(Exact):
    """What a country made in a year."""

    year: int = Field(examples=[2015])
    gdp_musd: float | None = Field(description="Million USD at the prices of the year.", examples=[50844.0])
    source: str = Field(description="Id of its source.", examples=["countries_mix"])
    grade: str = Field(description="A to D.", examples=["A"])


class TradeCountry(Exact):
    """A country that trades."""

    id: str = Field(description="ISO 3166-1 alpha-3.", examples=["AZE"])
    code: str = Field(description="ISO 3166-1 alpha-2, as places have it.", examples=["AZ"])
    name: str = Field(examples=["Azerbaijan"])
    lon: float | None = Field(description="Of its capital, degrees.", examples=[49.87])
    lat: float | None = Field(examples=[40.38])
    population: float | None = Field(examples=[10336000.0])
    landlocked: bool | None = Field(examples=[True])
    place: str | None = Field(description="Where its goods begin and end; null where none is known.", examples=["ALAT"])
    gdp: list[Gdp]


class TradeName(Exact):
    """Who a code of a figure stands for."""

    id: str = Field(description="ISO 3166-1 alpha-3.", examples=["ISR"])
    code: str | None = Field(description="ISO 3166-1 alpha-2; null where there is none.", examples=["IL"])
    name: str = Field(examples=["Israel"])


class SumOfCountries(Exact):
    """A code that stands for several countries."""

    id: str = Field(examples=["WLD"])
    name: str = Field(examples=["the world"])


class TradePair(Exact):
    """Two countries of whose trade later years were published than those of which all pairs are known."""

    one: str = Field(examples=["AZE"])
    other: str = Field(examples=["CHN"])
    years: list[int] = Field(
        description="Those of which a figure both ways together is there.", examples=[[2015, 2024]]
    )
    forecast: bool = Field(description="Whether a forecast can be asked: not for sums of countries.")


class TradeElasticity(Exact):
    """A published answer of trade to what changes."""

    id: str = Field(examples=["day"])
    name: str
    of: str = Field(description="What changes: distance, cost, day, agreement or membership.", examples=["day"])
    value: float
    low: float
    high: float
    unit: str = Field(examples=["% of value/day"])
    facts: list[str] = Field(description="Ids of the facts that it was read from.")
    note: str


class Duty(Exact):
    """What a tariff takes of the value of goods."""

    importer: str = Field(description="Who takes it.", examples=["AZE"])
    exporter: str = Field(description="From whom; ALL is everybody that has no row of its own.", examples=["ALL"])
    rate_pct: float | None = Field(examples=[9.4])
    year: int | None = Field(examples=[2013])
    note: str


class WtoCountry(Exact):
    """Whether a country is in the World Trade Organization."""

    country: str = Field(examples=["AZE"])
    since: int | None = Field(description="Year in which it joined; null where it has not.", examples=[None])
    bound_pct: float | None = Field(
        description="Average of what its tariff may take at most, or, before it joins, what it has offered.",
        examples=[11.7],
    )
    source: str = Field(description="Id of who says whether it has joined.", examples=["einpw_wto24"])
    grade: str = Field(description="A to D.", examples=["A"])
    note: str


class TradePage(Exact):
    """What a corridor knows of trade."""

    package: str = Field(examples=["middle-corridor"])
    countries: list[TradeCountry]
    names: list[TradeName] = Field(description="Everybody of whom there is a figure, also those beyond the countries.")
    sums: list[SumOfCountries] = Field(description="Codes that figures have besides those of countries.")
    years: list[int] = Field(description="Of which the trade of all pairs is known.", examples=[[1995, 2005, 2015]])
    pairs: list[TradePair]
    elasticities: list[TradeElasticity]
    duties: list[Duty]
    wto: list[WtoCountry]


class Flow(Exact):
    """What one country sold another in a year."""

    exporter: str = Field(examples=["CHN"])
    importer: str = Field(examples=["AZE"])
    musd: float = Field(description="Million USD.", examples=[3724.3])
    stands_on: str = Field(
        description="Id of the figure, as /facts takes it; or foretold; empty where the year's figures have nothing.",
        examples=["pf0194"],
    )


class FlowList(Exact):
    """Trade of a year between pairs of countries, the largest first."""

    year: int = Field(examples=[2024])
    published: int = Field(description="Pairs of which the year, or one within two years of it, was published.")
    foretold: int = Field(description="Pairs of which it was foretold by what both countries make.")
    total: int = Field(description="Pairs that fit what is asked, those not sent included.", examples=[84])
    musd: float = Field(description="Of all of those, million USD.")
    flows: list[Flow]


class TradeFigure(Exact):
    """A published figure of the trade of two countries, both ways together."""

    musd: float = Field(description="Million USD.", examples=[3744.0])
    fact: str = Field(description="Id of the fact; of a sum its parts.", examples=["pf0192"])
    says: str = Field(description="Whose figures: the customs of one side, or who states them.")
    source: str = Field(description="Id of its source.")
    grade: str = Field(description="A to D.", examples=["A"])
    made_of: str = Field(description="Of a sum what it is made of, else empty.")
    note: str


class TradeYear(Exact):
    """A year with all its figures, rivals side by side."""

    year: int = Field(examples=[2024])
    low_musd: float
    high_musd: float
    figures: list[TradeFigure]


class FiguresPage(Exact):
    """All that was published of the trade of two countries, as `karvan trade figures --json` has it."""

    countries: list[str] = Field(examples=[["AZE", "CHN"]])
    unit: str = Field(examples=["million USD, both ways together"])
    years: list[TradeYear]


class DependenceYear(Exact):
    """The index of a year with its bounds."""

    country: str = Field(examples=["AZE"])
    year: int = Field(examples=[2015])
    direction: Way
    index_low: float = Field(description="Herfindahl-Hirschman, 0 to 1.", examples=[0.14])
    index_high: float
    effective_low: float = Field(description="As many partners of equal size.", examples=[6.8])
    effective_high: float | None = Field(description="Null where there is no bound.")
    top: str = Field(description="The largest partner, as far as that is known.", examples=["ITA"])
    top_share_low: float
    top_share_high: float
    known_share_low: float = Field(description="Of the trade, that with partners who are known.")
    known_share_high: float | None
    parts: int = Field(description="Partners that are known.", examples=[57])


class PartnerShare(Exact):
    """What one partner has of a year."""

    country: str = Field(examples=["AZE"])
    year: int = Field(examples=[2015])
    direction: Way
    partner: str = Field(examples=["ITA"])
    low_musd: float
    high_musd: float | None = Field(description="Null where there is no bound.")
    share_low: float
    share_high: float


class DependenceChange(Exact):
    """Whether an index rose or fell for certain from one year to the next that is known."""

    direction: Way
    since: int = Field(examples=[1995])
    year: int = Field(examples=[2005])
    how: Literal["rose", "fell", "stayed", "unknown"]


class OddFigure(Exact):
    """What is odd of a year's figures, but usable."""

    year: int
    direction: str
    what: str
    who: str = Field(description="Partners, or figures.")


class DependencePage(Exact):
    """Whom a country's trade hangs on, as `karvan trade dependence --json` has it."""

    country: str = Field(examples=["AZE"])
    index: str = Field(description="What the index is.")
    years: list[DependenceYear]
    shares: list[PartnerShare]
    changes: list[DependenceChange]
    odd: list[OddFigure]


__all__ = [
    "CODE",
    "FIRST",
    "LAST",
    "MOST_DRAWS",
    "PARTY",
    "Code",
    "Codes",
    "DependenceChange",
    "DependencePage",
    "DependenceYear",
    "Duty",
    "Errors",
    "FiguresPage",
    "FitPage",
    "Flow",
    "FlowList",
    "ForecastPage",
    "Gdp",
    "NoFit",
    "OddFigure",
    "PartnerShare",
    "SumOfCountries",
    "TradeCountry",
    "TradeElasticity",
    "TradeFigure",
    "TradeName",
    "TradePage",
    "TradePair",
    "TradeWhatIfBody",
    "TradeWhatIfPage",
    "TradeYear",
    "Way",
]
