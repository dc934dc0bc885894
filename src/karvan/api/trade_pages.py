"""What is asked and answered of trade: the documents of `karvan trade ... --json`, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from karvan.api.commitments import Exact
from karvan.api.plan_bodies import MOST_SEED
from karvan.ground.errors import InputError, Problem
from karvan.study.trade.what_if import AskTrade, By, TradeChange, parts_and_whole

CODE = "^[A-Z]{3}$"
PARTY = "^[A-Z]{2}[A-Z0-9]$"
"""A country, or several: CA5."""
MOST_DRAWS = 2000
"""Of the elasticities that a service draws; who needs more runs `karvan trade what-if`."""
FIRST, LAST = 1990, 2050
"""Years of which a service foretells trade: further off GDP would only be drawn on."""
Code = Annotated[str, Field(pattern=CODE, description="ISO 3166-1 alpha-3.", examples=["AZE"])]
Codes = Annotated[list[Code], Field(max_length=300)]
EXAMPLE: dict[str, Any] = {
    "area": ["AZE", "CHN"], "days": -10, "draws": 100, "only": ["AZE", "CHN"],
}  # fmt: skip
Way = Literal["exports", "imports", "turnover"]
Errors = Literal["clustered", "adjusted"]


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
    of: str = Field(description="What changes: distance, cost, day or agreement.", examples=["day"])
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


class TradePage(Exact):
    """What a corridor knows of trade."""

    package: str = Field(examples=["middle-corridor"])
    countries: list[TradeCountry]
    sums: list[SumOfCountries] = Field(description="Codes that figures have besides those of countries.")
    years: list[int] = Field(description="Of which the trade of all pairs is known.", examples=[[1995, 2005, 2015]])
    pairs: list[TradePair]
    elasticities: list[TradeElasticity]
    duties: list[Duty]


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


class FitCoefficient(Exact):
    """An estimate; null where the errors could not be told."""

    name: str = Field(examples=["log_dist_km"])
    value: float = Field(examples=[-0.798])
    error: float | None = Field(description="Standard error.", examples=[0.043])
    low: float | None
    high: float | None
    p: float | None = Field(description="Of a value of zero, two-sided.")


class DroppedRow(Exact):
    """A row of the sample that was not used."""

    year: int
    exporter: str
    importer: str
    trade: float = Field(description="Million USD.")
    why: str


class TradeRemark(Exact):
    """What is odd but usable."""

    kind: str = Field(examples=["gap"])
    address: str = Field(examples=["2006-2014"])
    said: str


class ResetPage(Exact):
    """Whether powers of the fitted index say anything (RESET): then the form of the model is doubtful."""

    chi2: float | None
    freedom: int
    p: float | None
    said: str


class DiagnosisPage(Exact):
    """How well the model fits."""

    zeros: float = Field(description="Share of the rows without trade.")
    deviance: float | None = Field(description="Million USD.")
    explained: float | None = Field(description="Of the deviance of a constant.")
    r2: float | None = Field(description="Squared correlation of trade and fitted trade.")
    reset: ResetPage


class Residual(Exact):
    """What the model misses of a pair over the years."""

    exporter: str
    importer: str
    years: int = Field(description="How many.")
    trade: float = Field(description="Million USD, as what follows.")
    fitted: float
    part: float = Field(description="Of the deviance, 0 to 1.")
    missed: float = Field(description="Trade less fitted.")
    ratio: float | None = Field(description="Trade over fitted.")


class Furthest(Exact):
    """Pairs that the model misses most."""

    more_than_fitted: list[Residual]
    less_than_fitted: list[Residual]


class FitPage(Exact):
    """A gravity model, as `karvan trade fit --json` has it."""

    source: str
    years: list[int] = Field(examples=[[2005, 2015]])
    method: str = Field(examples=["PPML"])
    fixed: list[str] = Field(examples=[["exporter-year", "importer-year"]])
    cluster: list[str] = Field(examples=[["pair"]])
    errors: Errors
    level: float = Field(description="Of the intervals.", examples=[0.95])
    coefficients: list[FitCoefficient]
    covariance: list[list[float | None]] = Field(description="Of the coefficients in their order.")
    n: int = Field(description="Rows that were used.")
    dropped: list[DroppedRow]
    aside: list[dict[str, Any]] = Field(description="Rows of a file that were set aside; none of a package.")
    aside_rows: int
    remarks: list[TradeRemark]
    diagnosis: DiagnosisPage
    furthest: Furthest


class ForecastCoefficient(Exact):
    """An estimate of the fit under a forecast."""

    name: str = Field(examples=["log_gdp_exporter"])
    value: float
    low: float
    high: float


class ForecastFigure(Exact):
    """A figure that a forecast is held against."""

    musd: float
    fact: str
    says: str


class ForecastRow(Exact):
    """The trade of two countries in a year, both ways together: foretold, and published."""

    one: str = Field(examples=["AZE"])
    other: str = Field(examples=["CHN"])
    year: int = Field(examples=[2024])
    musd: float = Field(description="Foretold, million USD.")
    low: float = Field(description="End of the 95 % interval.")
    high: float
    gdp: str = Field(description="Where what both make in that year is from.", examples=["stated"])
    inside: bool | None = Field(description="Whether some published figure lies in it; null where there is none.")
    published: list[ForecastFigure]
    ratio: list[float] | None = Field(description="Foretold over published, by the highest and by the lowest figure.")


class ForecastPage(Exact):
    """Forecasts out of the sample, as `karvan trade forecast --json` has them."""

    sample: list[int] = Field(description="Years that were fitted.", examples=[[2005, 2015]])
    method: str
    coefficients: list[ForecastCoefficient]
    held: int = Field(description="Forecasts that can be held against a published figure.")
    inside: int = Field(description="Of those, how many have one in their interval.")
    error_times: float | None = Field(description="Half of them are this many times too high or too low, or more.")
    bias: float | None = Field(description="Mean of foretold over published; below 1 foretells too little.")
    spread_log: float = Field(description="Of log trade from year to year of the sample, beyond what the fit says.")
    rows: list[ForecastRow]


class RateBody(BaseModel):
    """A duty from then on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    exporter: Code
    importer: Code
    rate_pct: float = Field(ge=0, le=1000, allow_inf_nan=False, description="Per cent of the value.", examples=[0])


class TradeWhatIfBody(BaseModel):
    """Changes of what trade costs. Each thing is counted by itself, and where there are several, all together too."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [EXAMPLE]})

    corridor: str = Field("middle-corridor", max_length=64, description="Id of a corridor.")
    area: Codes = Field([], description="Countries that take no more duty of each other's goods.")
    by: By = Field("duty", description="An area's duties gone; or as agreements have worked elsewhere after ten years.")
    duties: Annotated[list[RateBody], Field(max_length=2000)] = Field([], description="Duties from then on.")
    days: float = Field(0.0, ge=-365, le=365, allow_inf_nan=False, description="More days on the way; -10 is ten less.")
    usd_teu: float = Field(0.0, ge=-1e6, le=1e6, allow_inf_nan=False, description="USD more to carry a TEU.")
    value_teu: float = Field(
        0.0, ge=0, le=1e9, allow_inf_nan=False, description="USD that goods in a TEU are worth, with `usd_teu`."
    )  # fmt: skip
    among: Codes = Field([], description="Between whom days and USD change; those of the area if none is given.")
    year: int = Field(AskTrade.year, ge=FIRST, le=LAST, description="Whose trade it is.")
    draws: int = Field(AskTrade.draws, ge=2, le=MOST_DRAWS, description="Of the elasticities, for the intervals.")
    seed: int = Field(AskTrade.seed, ge=0, le=MOST_SEED, description="Another seed draws others.")
    only: Codes = Field([], description="Tell of pairs of these countries only; of all if none is given.")

    def changes(self) -> tuple[TradeChange, ...]:
        """Each thing that changes by itself, then all of them together. Raises InputError."""
        problems = list(self._wrong())
        if problems:
            raise InputError("the request", problems)
        rates = {(one.exporter, one.importer): one.rate_pct for one in self.duties}
        return parts_and_whole(
            tuple(self.area), self.by, rates, self.days, self.usd_teu, self.value_teu, tuple(self.among)
        )

    def _wrong(self) -> Iterator[Problem]:
        met = set()
        for n, one in enumerate(self.duties):
            pair = one.exporter, one.importer
            if one.exporter == one.importer:
                yield Problem(f"duties/{n}", f"{one.exporter} twice", "name a seller and another buyer")
            if pair in met:
                yield Problem(f"duties/{n}", f"{one.importer} on goods of {one.exporter} again", "give each duty once")
            met.add(pair)
        if not (self.area or self.duties or self.days or self.usd_teu):
            yield Problem("the body", "nothing changes", "give area, duties, days or usd_teu")


class TradeBasePage(Exact):
    """The trade that is changed."""

    published: int = Field(description="Pairs whose trade was published.")
    foretold: int = Field(description="Pairs whose trade was foretold.")
    musd: float = Field(description="All of it, million USD.")
    output_ratio: dict[str, float] = Field(
        description="Gross output of goods per GDP of countries that sell abroad more than is assumed in general."
    )


class UsedElasticity(Exact):
    """An elasticity that was drawn between its ends."""

    id: str = Field(examples=["cost"])
    name: str
    value: float
    low: float
    high: float
    unit: str
    facts: list[str]


class CostChange(Exact):
    """What changes of a pair's costs."""

    exporter: str
    importer: str
    what: str = Field(examples=["duty 7.5 % to 0 %"])
    factor: float = Field(description="On the delivered price; of an agreement on trade itself.", examples=[0.93])


class Between(Exact):
    """Turnover of two countries whose costs change, million USD; per cent is missing where they had no trade."""

    one: str
    other: str
    before_musd: float
    general_musd: float | None = Field(description="In general equilibrium: prices and incomes answer.")
    general_pct: float | None = None
    general_low_pct: float | None = Field(None, description="P5 of the draws.")
    general_high_pct: float | None = Field(None, description="P95.")
    partial_musd: float | None = Field(description="In partial equilibrium: prices and incomes stay.")
    partial_pct: float | None = None
    partial_low_pct: float | None = None
    partial_high_pct: float | None = None


class ChangedPair(Exact):
    """What comes of the trade of one country with another, million USD."""

    exporter: str
    importer: str
    before_musd: float
    after_musd: float | None
    after_low: float | None
    after_high: float | None
    change_musd: float | None
    change_pct: float | None
    partial_pct: float | None
    stands_on: str = Field(description="Id of the figure of before, or foretold.")


class ChangedCountry(Exact):
    """What comes of a country's trade and welfare."""

    country: str
    welfare_pct: float | None = Field(description="Real spending.")
    welfare_low: float | None = Field(description="P5 of the draws.")
    welfare_high: float | None = Field(description="P95.")
    real_output_pct: float | None = Field(description="What it makes, at its consumers' prices.")
    exports_pct: float | None
    imports_pct: float | None
    imports_created_musd: float | None
    imports_diverted_musd: float | None
    exports_index_before: float | None = Field(
        description="Herfindahl-Hirschman index of its partners among these countries, 0 to 1."
    )
    exports_index: float | None = Field(description="After.")
    exports_index_low: float | None = Field(description="P5 of the draws.")
    exports_index_high: float | None = Field(description="P95.")
    imports_index_before: float | None
    imports_index: float | None
    imports_index_low: float | None
    imports_index_high: float | None


class ChangedTrade(Exact):
    """One change and what comes of it."""

    name: str = Field(examples=["area"])
    costs: list[CostChange]
    without_equilibrium: int = Field(description="Draws for which none was found; they are left out.")
    between: list[Between]
    pairs: list[ChangedPair] = Field(description="The largest changes first.")
    countries: list[ChangedCountry]


class TradeWhatIfPage(Exact):
    """What changes of costs do to trade and welfare, as `karvan trade what-if --json` has it."""

    year: int = Field(examples=[2024])
    countries: list[str]
    base: TradeBasePage
    elasticities: list[UsedElasticity]
    draws: int
    seed: int
    changes: list[ChangedTrade]
    carried: None = Field(description="What passes the Caspian is worked out by the command alone, with --carry.")
