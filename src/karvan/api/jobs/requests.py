"""What may be asked of the studies that run as jobs. Defaults are those of the studies, which keep them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from pydantic import ConfigDict, Field

from karvan.api.jobs.body import (
    SEEDS,
    Body,
    Cell,
    Given,
    Line,
    Name,
    UnderScenario,
    Whole,
    Word,
    defaults_of,
    given_of,
    problems_of,
    refuse_year,
)
from karvan.api.jobs.power_requests import PowerCompareBody, PowerRunBody
from karvan.api.jobs.trade_requests import CarryBody, LossBody, TradeUnderBody
from karvan.ground.errors import InputError, Problem
from karvan.scenario import bend, read_change
from karvan.scenario.stack import COMMITMENT
from karvan.study.comparison.ask import Compare
from karvan.study.comparison.side import sides_of
from karvan.study.flows import Assign
from karvan.study.one_more import check_parts
from karvan.study.projects.request import Appraise
from karvan.study.projects.undertaking import check_projects
from karvan.study.runs import shelf_run
from karvan.study.simulate import Simulate

_SIMULATE, _ASSIGN, _COMPARE, _APPRAISE = (
    defaults_of(Simulate),
    defaults_of(Assign),
    defaults_of(Compare),
    defaults_of(Appraise),
)


class Closing(UnderScenario):
    """A study in which things may be closed for a time."""

    closings: list[Line] = Field(
        [], max_length=1000, description="What is closed for a time: TABLE/ROW=BEGIN..END.",
        examples=[["facility/KURYK-berth=2024-03-03..2024-03-08"]],
    )  # fmt: skip

    def all_changes(self) -> list[str]:
        return [*self.changes, *(f"close {one}" for one in self.closings)]


class SimulateBody(Closing):
    """Simulate a corridor, container by container."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"scenario": "base-2025", "days": 14, "warmup_days": 10, "replications": 2, "trace": True}]})  # fmt: skip

    days: float = Field(_SIMULATE["days"], gt=0, le=36_525, description="Days that are counted.")
    year: Whole = Field(_SIMULATE["year"], description="Whose demand; a scenario has its own.")
    replications: Whole = Field(_SIMULATE["replications"], ge=1, le=100_000)
    until_ci: float | None = Field(
        _SIMULATE["until_ci"], gt=0, lt=1,
        description="Instead of replications: go on until mean times are known to this share of them.",
    )  # fmt: skip
    seed: Whole = Field(_SIMULATE["seed"], ge=0, le=SEEDS, description="Of the random numbers.")
    demand: float = Field(_SIMULATE["demand"], ge=0, le=1000, description="Factor on all demand.")
    warmup_days: float | None = Field(
        _SIMULATE["warmup_days"], ge=0, le=3652, description="Not counted; null: found by MSER-5."
    )
    trace: bool = Field(_SIMULATE["trace"], description="Keep all that happens, for a map to play.")
    one_more: Whole = Field(
        _SIMULATE["one_more"], ge=0, le=100,
        description="Then what one more server, vessel or path would give at so many bottlenecks: a run each.",
    )  # fmt: skip
    one_more_at: list[Word] = Field(
        list(_SIMULATE["one_more_at"]), max_length=20,
        description="The same at these parts, as the run's `one-more` names them; kept beside what was asked before.",
        examples=[["ALAT-berth"]],
    )  # fmt: skip

    def asked(self) -> Simulate:
        """What the study is asked. Raises InputError."""
        return Simulate(**given_of(self, Simulate)).checked()

    def check(self, given: Given) -> list[Problem]:
        wrong = [*self.year_problems(), *problems_of(self.asked)]
        return [*wrong, *(self.corridor_problems(given) or problems_of(lambda: self._in_time(given)))]

    def _in_time(self, given: Given) -> None:
        world = given.world(self.corridor, self.scenario)
        year = world.year(self.year)
        refuse_year(world, year)
        changes = [read_change(one) for one in self.all_changes()]
        Simulate(**given_of(self, Simulate) | {"year": year}).meets(changes)
        check_parts(bend(world.corridor, changes), self.one_more_at)

    def title(self) -> str:
        many = f"until {self.until_ci:g}" if self.until_ci else f"{self.replications} replications"
        return f"simulate {self.under()}, {self.days:g} days, {many}"


class AssignBody(Closing):
    """Put all demand on a corridor whose capacities are short."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"method": "so", "scenario": "base-2025"}]})

    method: Literal["ue", "sue", "so"] = Field(
        _ASSIGN["method"], description="User equilibrium, stochastic user equilibrium, or system optimum."
    )
    year: Whole = Field(_ASSIGN["year"], description="Whose demand, services and closures; a scenario has its own.")
    gap: float | None = Field(_ASSIGN["gap"], gt=0, lt=1, description="Relative gap to reach; null: the method's.")
    iterations: Whole | None = Field(_ASSIGN["iterations"], ge=1, le=1_000_000, description="The most of them.")
    demand: float = Field(_ASSIGN["demand"], ge=0, le=1000, description="Factor on all demand.")
    elsewhere: bool = Field(_ASSIGN["elsewhere"], description="Goods leave their families where queues are too dear.")
    free: bool = Field(_ASSIGN["free"], description="Goods may take any family and border, not only their own.")
    co2e_usd_t: float = Field(
        _ASSIGN["co2e_usd_t"], ge=0, le=1e6, description="What shippers count for a tonne of CO2e, USD."
    )
    simulate: Whole = Field(
        _ASSIGN["simulate"], ge=0, le=1000, description="Rounds of assignment and simulation in turn, at most."
    )
    settled: float = Field(_ASSIGN["settled"], gt=0, lt=1, description="Gap at simulated waits that ends the rounds.")
    days: float = Field(_ASSIGN["days"], gt=0, le=36_525, description="That each round simulates.")
    replications: Whole = Field(_ASSIGN["replications"], ge=1, le=1000, description="Of each round.")
    seed: Whole = Field(_ASSIGN["seed"], ge=0, le=SEEDS, description="Of the simulation.")
    theta: float = Field(_ASSIGN["theta"], gt=0, le=1e6, description="How sharply costs are told apart, of sue.")

    def asked(self) -> Assign:
        """What the study is asked. Raises InputError."""
        return Assign(**given_of(self, Assign)).checked()

    def check(self, given: Given) -> list[Problem]:
        wrong = [*self.year_problems(), *problems_of(self.asked)]
        return [*wrong, *(self.corridor_problems(given) or problems_of(lambda: self._in_time(given)))]

    def _in_time(self, given: Given) -> None:
        world = given.world(self.corridor, self.scenario)
        refuse_year(world, world.year(self.year))

    def title(self) -> str:
        return f"assign {self.under()}, {self.method}"


class Powered(Body):
    """A study whose trains may draw the power of a run."""

    grid: Word | None = Field(
        None, description="Name of a run of the power system whose power trains draw in the countries that it is of."
    )

    def grid_problems(self, given: Given) -> list[Problem]:
        """Why that run cannot be used."""
        return problems_of(lambda: self._powered(given)) if self.grid else []

    def _powered(self, given: Given) -> None:
        from karvan.study.power.carbon import with_grid  # few requests need it

        with_grid(given.world(self.corridor, "").corridor, shelf_run(self.grid or "", "grid"))


class CompareBody(Powered):
    """Plan, assign and simulate under a base and under each scenario, with the same luck."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"base": "base-2030", "scenarios": ["project:alat-phase-2"], "engines": ["assign"]}]})  # fmt: skip

    base: Name = Field(description="A scenario, or `package` for the corridor as it is.")
    scenarios: list[Name] = Field(min_length=1, max_length=20, description="What is held against it.")
    engines: list[Literal["plan", "assign", "simulate"]] = Field(
        list(_COMPARE["engines"]), min_length=1, max_length=3, json_schema_extra={"uniqueItems": True}
    )
    largest: Whole = Field(_COMPARE["largest"], ge=0, le=1000, description="Plan so many of the largest flows.")
    requests: list[Line] = Field([], max_length=1000, description='And these: "Xi\'an > Baku: 2xFEU".')
    day: str = Field(
        _COMPARE["day"], pattern=r"^[0-9]{2}-[0-9]{2}$", description="Of each scenario's year, on which plans begin."
    )
    method: Literal["ue", "sue", "so"] = Field(_COMPARE["method"], description="Of the assignment.")
    gap: float | None = Field(_COMPARE["gap"], gt=0, lt=1, description="Of the assignment; null: the method's.")
    days: float = Field(_COMPARE["days"], gt=0, le=36_525, description="That are simulated.")
    replications: Whole = Field(_COMPARE["replications"], ge=1, le=100_000, description="Of each scenario.")
    seed: Whole = Field(_COMPARE["seed"], ge=0, le=SEEDS)
    warmup_days: float | None = Field(
        _COMPARE["warmup_days"], ge=0, le=3652, description="Not counted; null: the longest that any needs."
    )
    demand: float = Field(_COMPARE["demand"], ge=0, le=1000, description="Factor on all demand.")
    interaction: bool = Field(_COMPARE["interaction"], description="Also each two scenarios together.")

    def asked(self) -> Compare:
        """What the study is asked. Raises InputError."""
        said = given_of(self, Compare)
        return Compare(**said | {name: tuple(said[name]) for name in ("engines", "requests")}).checked()

    def check(self, given: Given) -> list[Problem]:
        return [*problems_of(self.asked), *problems_of(lambda: self._sides(given)), *self.grid_problems(given)]

    def _sides(self, given: Given) -> None:
        for scenario in (self.base, *self.scenarios):
            given.world(self.corridor, "" if scenario == "package" else scenario)
        package = given.world(self.corridor, "").corridor
        sides_of(package, self.base, self.scenarios, interaction=self.interaction)

    def title(self) -> str:
        return f"compare {self.base} with {', '.join(self.scenarios)}, {self.corridor}"


class AppraiseBody(Powered):
    """What projects cost and bring, by year and together. Money is million USD."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"projects": ["alat-phase-2"], "samples": 500}]})

    projects: list[Name] = Field(
        min_length=1, max_length=100, description="Ids of projects; commitment:ID for those that would fulfil it."
    )
    base: Name = Field(_APPRAISE["base"], description="The scenario in which they are built.")
    start: Whole = Field(_APPRAISE["start"], ge=1990, le=2150, description="First year.")
    end: Whole = Field(_APPRAISE["end"], ge=1990, le=2150, description="Last year.")
    rate: float = Field(_APPRAISE["rate"], gt=-1, le=1, description="Discount rate a year.")
    model_years: list[Whole] = Field([], max_length=50, description="Years that are modelled; none: the base's.")
    growth: float = Field(_APPRAISE["growth"], ge=-0.5, le=0.5, description="Of demand a year beyond the base's.")
    co2e_usd_t: float = Field(_APPRAISE["co2e_usd_t"], ge=0, le=1e6, description="Of a tonne of CO2e, USD.")
    running_share: float = Field(_APPRAISE["running_share"], ge=0, le=1, description="Of fares, what running costs.")
    upkeep_share: float = Field(_APPRAISE["upkeep_share"], ge=0, le=1, description="Of capital, upkeep a year.")
    life_years: float = Field(_APPRAISE["life_years"], gt=0, le=1000, description="Where a project says none.")
    opens: dict[Word, Word] = Field({}, max_length=100, description="Months in which projects open.",
                                    examples=[{"alat-phase-2": "2029-01"}])  # fmt: skip
    capex_musd: dict[Word, float] = Field({}, max_length=100, description="What projects cost, million USD.")
    build_years: Whole = Field(_APPRAISE["build_years"], ge=0, le=100, description="Until one opens that says no date.")
    shifts: bool = Field(_APPRAISE["shifts"], description="Whether goods part anew among the ways they go.")
    samples: Whole = Field(_APPRAISE["samples"], ge=10, le=1_000_000, description="Draws of the uncertain.")
    seed: Whole = Field(_APPRAISE["seed"], ge=0, le=SEEDS, description="Of these.")
    budget: float | None = Field(None, ge=0, description="Then the best portfolio for so many million USD.")
    yearly_budget: float | None = Field(None, ge=0, description="Million USD a year at most, for the order to build.")
    pairs: bool = Field(False, description="Every pair, and the best order to build.")

    def asked(self) -> Appraise:
        """What the study is asked. Raises InputError."""
        return Appraise(**given_of(self, Appraise) | {"model_years": tuple(self.model_years)}).checked()

    def check(self, given: Given) -> list[Problem]:
        return [*problems_of(self.asked), *problems_of(lambda: self._projects(given)), *self.grid_problems(given)]

    def _projects(self, given: Given) -> None:
        corridor = given.world(self.corridor, "").corridor
        wrong = problems_of(lambda: given.world(self.corridor, self.base))
        named = [name for name in self.projects if not name.startswith(COMMITMENT)]
        for name in self.projects:
            if name.startswith(COMMITMENT):
                wrong += problems_of(partial(corridor.row, "commitment", name.removeprefix(COMMITMENT)))
        wrong += problems_of(lambda: check_projects(corridor, named)) if named else []
        if wrong:
            raise InputError("the request", wrong)

    def title(self) -> str:
        return f"appraise {', '.join(self.projects)}, {self.corridor}"


class Goods(UnderScenario):
    """What goods are and how they may go, of many requests alike."""

    depart: Word | None = Field(None, description="When goods are ready: a day or an instant; null: today.",
                                examples=["2026-12-01"])  # fmt: skip
    load: Word = Field("1xFEU", description="2xFEU, 1x40ft+2x20ft, 3xwagon, 60t.")
    commodity: Word = Field("general", description="The goods: weight, value, value of time.")
    tonnes: float | None = Field(None, gt=0, le=1e6, description="Mass of the goods; null: by the commodity.")
    goods: Word | None = Field(None, description="reefer,dangerous; or dry. null: by the commodity.")
    documents: Word | None = Field(None, description="Regimes of their papers: SMGS,TIR. null: all there are.")
    value_of_time_usd_h: float | None = Field(None, ge=0, le=1e9, description="What an hour is worth, of all of it.")
    avoid: list[Word] = Field([], max_length=200, description="Countries, places, waters, services.")
    modes: list[Word] = Field([], max_length=10, description="Modes allowed; none: all.")
    horizon_days: float | None = Field(None, gt=0, le=3660, description="Longest time looked at.")
    past: bool = Field(False, description="Allow a departure in the past.")
    using: Word | None = Field(None, description="Name of a run of the simulator whose waits are taken.")

    def words(self) -> dict[str, Any]:
        """Those of the words that were said, in the words of `karvan.plan`."""
        names = sorted(Goods.model_fields.keys() - UnderScenario.model_fields.keys() - {"using"})
        return {name: said for name in names if (said := getattr(self, name)) is not None}

    def check(self, given: Given) -> list[Problem]:
        wrong = problems_of(partial(shelf_run, self.using, "using")) if self.using else []
        return [*self.corridor_problems(given), *wrong]


class BatchBody(Goods, Powered):
    """Plan many shipments. The words beside them stand for what a shipment does not say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"shipments": [
        {"id": "a", "origin": "Xi'an", "destination": "Baku", "depart": "2030-05-01"},
        {"id": "b", "origin": "Aktau", "destination": "Poti", "load": "4xFEU", "depart": "2030-05-02"}]}]})  # fmt: skip

    shipments: list[dict[Word, Cell]] = Field(
        min_length=1, description="A shipment each: id, origin, destination, and the words of a plan."
    )

    def check(self, given: Given) -> list[Problem]:
        wrong = [*super().check(given), *self.grid_problems(given)]
        if len(self.shipments) > given.rows:
            wrong.append(Problem("shipments", f"{len(self.shipments):,}", f"give at most {given.rows:,} at a time"))
        return wrong

    def title(self) -> str:
        return f"batch of {len(self.shipments):,} shipments, {self.under()}"


class MatrixBody(Goods):
    """Hours, USD, kg CO2e and km between many places."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"origins": ["Xi'an", "Almaty"], "destinations": ["Baku", "Istanbul"], "depart": "2030-05-01"}]})  # fmt: skip

    origins: Literal["all"] | list[Word] = Field("all", description="Places, or all where goods can be handed in.")
    destinations: Literal["all"] | list[Word] = Field("all", description="Places, or all where goods can be taken out.")

    def check(self, given: Given) -> list[Problem]:
        wrong = super().check(given)
        for name in ("origins", "destinations"):
            places = getattr(self, name)
            if places != "all" and not 1 <= len(places) <= given.rows:
                wrong.append(Problem(name, f"{len(places):,} places", f"give 1 to {given.rows:,}"))
        return wrong

    def title(self) -> str:
        ends = [self.origins, self.destinations]
        told = " x ".join("all" if places == "all" else f"{len(places):,}" for places in ends)
        return f"matrix of {told} places, {self.under()}"


BODIES: Mapping[str, type[Body]] = {
    "simulate": SimulateBody, "assign": AssignBody, "compare": CompareBody, "appraise": AppraiseBody,
    "batch": BatchBody, "matrix": MatrixBody, "loss": LossBody, "trade-under": TradeUnderBody, "trade-carry": CarryBody,
    "power-run": PowerRunBody, "power-compare": PowerCompareBody,
}  # fmt: skip
"""What each kind of job is asked."""
