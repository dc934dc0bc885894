"""What is answered of changes of what trade costs: the document of `karvan trade what-if --json`."""

from __future__ import annotations

from pydantic import Field

from karvan.api.commitments import Exact
from karvan.api.trade_fit_pages import TradeRemark


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
    factor: float = Field(
        description="On the delivered price; of an agreement or a membership on trade itself.", examples=[0.93]
    )


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


class ChangedWay(Exact):
    """The way from one country to another in both worlds; USD are null where nothing in boxes goes."""

    exporter: str
    importer: str
    days_before: float
    days_after: float
    usd_teu_before: float | None
    usd_teu_after: float | None


class ChangedWays(Exact):
    """The ways of a scenario against those of another, as `--scenario` and `--against` ask for them."""

    scenario: str = Field(examples=["partnership-2030"])
    against: str = Field(examples=["base-2030"])
    how: str = Field(description="planned: a box alone; under load: goods in the queues that they make.")
    value_teu_usd: float | None = Field(description="Of the goods in a TEU; null where each has its own value.")
    value_says: str = Field(description="Where that is from.")
    remarks: list[TradeRemark] = Field(description="Countries and pairs that stay as they are, and why.")
    pairs: list[ChangedWay]


class ChangedTrade(Exact):
    """One change and what comes of it."""

    name: str = Field(examples=["area"])
    said: list[str] = Field(description="What must be known of it, as where an accession changes no duty.")
    costs: list[CostChange]
    ways: ChangedWays | None = Field(description="Null where no scenario of the corridor is asked for.")
    without_equilibrium: int = Field(description="Draws for which none was found; they are left out.")
    between: list[Between]
    pairs: list[ChangedPair] = Field(description="The largest changes first.")
    countries: list[ChangedCountry]


class Passing(Exact):
    """What passes some waters in a year."""

    teu: float = Field(examples=[196801.0])
    tonnes: float
    unserved_teu: float = Field(description="On the whole network.")


class AfterTrade(Exact):
    """What passes at the central factors of trade, and with every pair at its P5 and at its P95."""

    central: Passing
    low: Passing
    high: Passing


class CarriedChange(Exact):
    """What passes before and after a change of trade."""

    name: str = Field(examples=["area"])
    rows_of_demand: int = Field(description="That the change of trade changes.")
    before: Passing
    after: AfterTrade


class CarriedPage(Exact):
    """What changed trade puts on a corridor."""

    scenario: str = Field(examples=["base-2025"])
    year: int = Field(description="Of the corridor and its demand.", examples=[2025])
    waters: str = Field(examples=["Caspian Sea"])
    changes: list[CarriedChange]


class TradeWhatIfPage(Exact):
    """What changes of costs do to trade and welfare, as `karvan trade what-if --json` has it."""

    year: int = Field(examples=[2024])
    countries: list[str]
    base: TradeBasePage
    elasticities: list[UsedElasticity]
    draws: int
    seed: int
    tariffs: None = Field(description="Files of tariffs are read by the command alone, with --tariffs.")
    changes: list[ChangedTrade]
    carried: CarriedPage | None = Field(description="What passes some waters; null but where POST /trade/carry asked.")
