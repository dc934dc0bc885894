"""What is answered of what trade hangs on, and of forecasts: the documents of `karvan trade fit` and `forecast`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from karvan.api.commitments import Exact
from karvan.api.trade_words import Errors


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


class DayWorthPage(Exact):
    """What the fit says that a day on the way is worth, with the ends of its interval."""

    regressor: str = Field(examples=["way_days"])
    days: float | None = Field(description="On the way, mean over the trade: where a logarithm is read.")
    elasticity: float = Field(description="Of trade to the delivered price, by which a day's worth is told.")
    published_low: float = Field(description="What a day was found to be worth elsewhere, % of the value.")
    published_high: float
    trade_pct: float | None = Field(description="Change of trade by a day more, per cent.", examples=[-7.8])
    trade_pct_low: float | None
    trade_pct_high: float | None
    value_pct_day: float | None = Field(description="What a day is then worth, % of the value.", examples=[1.6])
    value_pct_day_low: float | None
    value_pct_day_high: float | None


class AlikePage(Exact):
    """Two regressors that a fit can hardly tell apart."""

    one: str
    other: str
    correlation: float | None


class FitWaysPage(Exact):
    """The ways of a scenario as covariates."""

    scenario: str = Field(examples=["base-2024"])
    year: int
    load: str = Field(description="What is moved, by which choice and when.")
    pairs: int = Field(description="With a way, in its direction.")
    remarks: list[TradeRemark] = Field(description="Countries without a gateway, pairs without a way.")
    alike: list[AlikePage]
    day: list[DayWorthPage]
    caution: str


class HeldYear(Exact):
    """A later year, or all of them: what came, and what was foretold, million USD; null where nothing came."""

    year: str = Field(examples=["2015", "all"])
    n: int = Field(description="Pairs that can be compared.")
    musd: float = Field(description="What came.")
    forecast_musd: float = Field(description="By the model.")
    forecast_error: float | None = Field(description="Of the sum, a share of what came.")
    forecast_off: float | None = Field(description="What pairs are off, either way, a share of what came.")
    anchored_musd: float = Field(description="The last trade seen of each pair, times the change by the model.")
    anchored_error: float | None
    anchored_off: float | None
    unchanged_musd: float = Field(description="That last trade.")
    unchanged_error: float | None
    unchanged_off: float | None


class HeldPage(Exact):
    """Years after those that were fitted, foretold and held against what came."""

    until: int
    years: list[HeldYear]
    r2: float | None
    stands_on: list[str]
    remarks: list[TradeRemark]


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
    ways: FitWaysPage | None = Field(description="Null where no scenario is named.")
    held: HeldPage | None = Field(description="With `--until` on the command line, else null.")


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
