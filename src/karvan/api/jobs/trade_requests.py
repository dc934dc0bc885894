"""What may be asked of the studies of trade that run as jobs."""

from __future__ import annotations

from functools import partial

from pydantic import ConfigDict, Field

from karvan.api.jobs.body import Body, Given, Line, Name, Word, defaults_of, problems_of, refuse_year
from karvan.api.trade_bodies import EXAMPLE, TradeWhatIfBody
from karvan.corridor import Corridor
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.flows import Assign
from karvan.study.scenarios import World
from karvan.study.trade.carried import CASPIAN, check_waters
from karvan.study.trade.duties import ALL
from karvan.study.trade.loop import CloseLoop
from karvan.study.trade.loss import Lose, TakeOver
from karvan.study.trade.lost import check as check_lost
from karvan.study.trade.lost import check_moved, read_moved
from karvan.study.trade.under import own_elasticity
from karvan.study.trade.what_if import check_changes
from karvan.trade.elasticity import Elasticity

_LOSE = defaults_of(Lose)


class LossBody(Body):
    """What is lost or delayed if something goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"what": "caspian", "scenario": "base-2024"}]})

    what: Line = Field(
        min_length=1,
        description="northern, caspian or suez; or KIND:NAME: family, place, territory, waters, operator, service or "
        "partner; several joined by +.",
        examples=["place:POTI", "family:northern/RU;BY+waters:Caspian Sea"],
    )
    scenario: Word = Field("", description="The world before: a name, project:ID or commitment:ID, joined by +.")
    parts_anew: bool = Field(
        _LOSE["parts_anew"], description="Boxes part anew among the families that they are known to take."
    )
    take_over: bool = Field(
        False, description="Of a partner that goes: also what others take over of its trade, in general equilibrium."
    )
    moved: list[Line] = Field(
        [], max_length=100, examples=[["POTI=BATUMI"]],
        description="Where goods begin or end instead of at a place that goes, as PLACE=OTHER.",
    )  # fmt: skip

    def asked(self) -> Lose:
        """What the study is asked. Raises InputError."""
        take_over = TakeOver() if self.take_over else None
        ask = Lose(self.what, parts_anew=self.parts_anew, take_over=take_over, moved=tuple(self.moved))
        ask.gone()
        return ask

    def check(self, given: Given) -> list[Problem]:
        return problems_of(self.asked) or problems_of(lambda: self._there(given))

    def _there(self, given: Given) -> None:
        world = given.world(self.corridor, self.scenario)
        ask = self.asked()
        check_lost(world.corridor, ask.gone(), {})
        check_moved(world.corridor, ask.gone(), read_moved(ask.moved))
        refuse_year(world, world.year(ask.assign.year))

    def title(self) -> str:
        told = f"without {self.what}, {self.corridor}" + (f" under {self.scenario}" if self.scenario else "")
        return told + (", and what others take over" if self.take_over else "")


class TradeUnderBody(Body):
    """What a scenario of the corridor does to trade: costs of ways under load, trade's answer, and flows, in turn."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scenario": "world-bank", "base": "base-2030"}]})

    scenario: Name = Field(description="A name, project:ID or commitment:ID, joined by +.", examples=["world-bank"])
    base: Name = Field(description="The scenario that it is compared with, of the same demand.", examples=["base-2030"])
    elasticity: float | None = Field(
        None, ge=-1000, le=0, description="Of trade to the delivered price; null: the package's.", examples=[-5.03]
    )
    pct_day: float | None = Field(
        None, ge=0, le=100, description="What a day on the way is worth, % of the value; null: by the commodity."
    )
    ends: bool = Field(False, description="Also at the low and the high end of the elasticity: three times the work.")
    welfare: bool = Field(False, description="Also the prices of ways in general equilibrium: who gains, who loses.")

    def loop(self) -> CloseLoop:
        """How the rounds are closed. Raises InputError."""
        return CloseLoop(pct_day=self.pct_day).checked()

    def own(self) -> Elasticity | None:
        """The elasticity that is asked for; None for the package's."""
        return None if self.elasticity is None else own_elasticity(self.elasticity)

    def check(self, given: Given) -> list[Problem]:
        wrong = problems_of(self.loop)
        none = [fault for name in ("scenario", "base") for fault in problems_of(partial(self._world, given, name))]
        return [*wrong, *(none or problems_of(partial(self._same_demand, given)))]

    def _world(self, given: Given, name: str) -> World:
        world = given.world(self.corridor, getattr(self, name))
        refuse_year(world, world.year(Assign().year))
        return world

    def _same_demand(self, given: Given) -> None:
        if set(_rows(self._world(given, "scenario"))).isdisjoint(_rows(self._world(given, "base"))):
            remedy = f"no row of its demand is one of {self.scenario}: give a base of the same year"
            raise InputError("the request", [Problem("base", shown(self.base), remedy)])

    def title(self) -> str:
        return f"trade under {self.scenario}, from {self.base}, {self.corridor}"


class CarryBody(TradeWhatIfBody, Body):
    """A change of what trade costs, and what the demand that it makes puts on the corridor and over some waters."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**EXAMPLE, "scenario": "base-2025"}]})

    scenario: Name = Field(description="The corridor, its year and its demand.", examples=["base-2025"])
    waters: Line = Field(CASPIAN, min_length=1, description="What is to be passed.", examples=[CASPIAN])

    def check(self, given: Given) -> list[Problem]:
        wrong = problems_of(self.asked)
        return [*wrong, *problems_of(lambda: self._there(given))]

    def _there(self, given: Given) -> None:
        world = given.world(self.corridor, self.scenario)
        refuse_year(world, world.year(Assign().year))
        wrong = [*problems_of(lambda: check_waters(world.corridor, self.waters)), *self._strangers(world.corridor)]
        if not wrong and not problems_of(self.asked):
            wrong = problems_of(lambda: check_changes(world.corridor, self.changes(), self.year))
        if wrong:
            raise InputError("the request", wrong)

    def _strangers(self, corridor: Corridor) -> list[Problem]:
        """Codes of which the corridor has no country."""
        there = corridor.by_key("country")
        of_duties = [code for one in self.duties for code in (one.exporter, one.importer) if code != ALL]
        named = {"area": self.area, "accession": self.accession, "among": self.among, "only": self.only,
                 "duties": of_duties}  # fmt: skip
        return [
            Problem(where, shown(code), f"give ISO alpha-3: {', '.join(nearest(code, there)) or 'none is like it'}")
            for where, codes in named.items()
            for code in dict.fromkeys(codes)
            if code not in there
        ]

    def title(self) -> str:
        said = ", ".join(change.name for change in self.changes())
        return f"trade carried under {self.scenario}, {self.waters}: {said}, {self.corridor}"


def _rows(world: World) -> list[str]:
    """Ids of the rows of demand of the year that a world is of."""
    year = world.year(Assign().year)
    return [row.id for row in world.corridor.rows("demand") if row.year == year]
