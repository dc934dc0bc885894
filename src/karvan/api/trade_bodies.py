"""What may be asked of changes of what trade costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from karvan.api.trade_words import FIRST, LAST, MOST_DRAWS, MOST_SEED, Code, Codes
from karvan.ground.errors import InputError, Problem
from karvan.study.trade.what_if import AskTrade, By, TradeChange, parts_and_whole

EXAMPLE: dict[str, Any] = {
    "area": ["AZE", "CHN"], "days": -10, "draws": 100, "only": ["AZE", "CHN"],
}  # fmt: skip


class RateBody(BaseModel):
    """A duty from then on; one of the two may be ALL, every country that has no duty of its own in the list."""

    model_config = ConfigDict(extra="forbid", strict=True)

    exporter: Code
    importer: Code
    rate_pct: float = Field(ge=0, le=1000, allow_inf_nan=False, description="Per cent of the value.", examples=[0])


class TradeWhatIfBody(BaseModel):
    """Changes of what trade costs. Each thing is counted by itself, and where there are several, all together too."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [EXAMPLE]})

    corridor: str = Field("middle-corridor", max_length=64, description="Id of a corridor.")
    area: Codes = Field([], description="Countries that take no more duty of each other's goods.")
    accession: Codes = Field([], description="Countries that join the World Trade Organization.")
    to_bound: bool = Field(
        False, description="Their duties go to what they are bound at, even where that is more than they take."
    )
    by: By = Field(
        "duty",
        description="An area's duties gone, and those of who joins the WTO bound; or as agreements and membership have "
        "worked elsewhere.",
    )
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
            tuple(self.area), self.by, rates, self.days, self.usd_teu, self.value_teu, tuple(self.among),
            accession=tuple(self.accession), to_bound=self.to_bound,
        )  # fmt: skip

    def asked(self) -> AskTrade:
        """What the study is asked. Raises InputError."""
        return AskTrade(self.changes(), self.year, self.draws, self.seed)

    def _wrong(self) -> Iterator[Problem]:
        met = set()
        for n, one in enumerate(self.duties):
            pair = one.exporter, one.importer
            if one.exporter == one.importer:
                yield Problem(f"duties/{n}", f"{one.exporter} twice", "name a seller and another buyer")
            if pair in met:
                yield Problem(f"duties/{n}", f"{one.importer} on goods of {one.exporter} again", "give each duty once")
            met.add(pair)
        if not (self.area or self.accession or self.duties or self.days or self.usd_teu):
            yield Problem("the body", "nothing changes", "give area, accession, duties, days or usd_teu")
