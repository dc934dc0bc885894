"""What a project is worth, or several together: streams by year, and all that follows from them.

Economic appraisal after the European Commission's Guide to cost-benefit analysis of investment projects (2014) and the
Asian Development Bank's Guidelines for the economic analysis of projects (2017): resource costs and benefits of all
countries together, transfers shown and cancelled out, in constant prices. `docs/appraisal.md` says what is counted and
what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from karvan.study.appraisal import (
    Distribution,
    FirstYearReturn,
    Input,
    InternalRate,
    ModifiedRate,
    NeverPaysBack,
    NoRate,
    NoRatio,
    Payback,
    Ratio,
    SwitchingValue,
    Tornado,
    benefit_cost_ratio,
    first_year_return,
    internal_rate,
    modified_rate,
    monte_carlo,
    npv,
    payback,
    present_values,
    switching_values,
    tornado,
)
from karvan.study.appraisal.uncertainty import quantile_of, spreads_with
from karvan.study.projects.benefits import Benefits
from karvan.study.projects.request import Appraise
from karvan.study.projects.undertaking import Undertaking
from karvan.study.projects.valuation import Valuation

BENEFITS = ("time", "fares", "takings", "carriage", "co2e")
"""Streams of benefits: users' time, what users pay less, what carriers take more, what running costs less, CO2e."""
COSTS = ("capital", "upkeep")
RESIDUAL = "residual"
NOT_TOLD = "not told"
"""Who pays where the package names no country."""
STREAMS = (*COSTS, *BENEFITS, RESIDUAL)
"""In the order in which they are told."""


@dataclass(frozen=True)
class Appraisal:
    """One project, or several together."""

    ask: Appraise
    projects: tuple[Undertaking, ...]
    by_year: Mapping[int, Benefits]
    """What they are worth in each modelled year, there in full."""
    levels: Mapping[int, float]
    """Demand of those years over that of the base's own."""
    own_year: int
    alone: tuple[Mapping[int, Benefits], ...] = ()
    """Of several, what each is worth without the others."""

    @property
    def name(self) -> str:
        return " + ".join(one.id for one in self.projects)

    @property
    def priced(self) -> bool:
        """Whether all that they cost is known."""
        return all(one.capex_musd is not None for one in self.projects)

    @cached_property
    def streams(self) -> dict[str, tuple[float, ...]]:
        """Million USD by year of each of STREAMS, costs below 0."""
        return self.streams_with({})

    def streams_with(self, inputs: Mapping[str, float]) -> dict[str, tuple[float, ...]]:
        """The same, some inputs other than they are: see `inputs`."""
        years = self.ask.years
        given = self.base_inputs | dict(inputs)
        found = {name: [0.0] * len(years) for name in STREAMS}
        for one in self.projects:
            factor = given[f"capital of {one.id}"]
            for n, spent in enumerate(one.capital(years)):
                found["capital"][n] -= factor * spent
                found["upkeep"][n] -= given["upkeep"] * one.upkeep_musd * one.share(years[n])
            found[RESIDUAL][-1] += factor * one.residual(years[-1])
        for n, year in enumerate(years):
            valued = self._valued(self._worth(year, given["growth"], _total), given)
            for name, value in zip(BENEFITS, valued, strict=True):
                found[name][n] = value
        return {name: tuple(values) for name, values in found.items()}

    def _valued(self, worth: Sequence[float], given: Mapping[str, float]) -> tuple[float, ...]:
        """USD, and tonnes of CO2e, of a year as million USD, by BENEFITS."""
        size = given["size of effects"] / 1e6
        by = (given["value of time"], 1.0, 1.0, given["running share"], given["price of CO2e"])
        return tuple(size * times * value for times, value in zip(by, worth, strict=True))

    def _worth(self, year: int, growth: float, what: What) -> tuple[float, ...]:
        """What they are worth in a year: each as far as it is there, and what they are worth beyond that together as
        far as the least of them is."""
        shares, both = [one.share(year) for one in self.projects], self._in_full(self.by_year, year, growth, what)
        if not any(shares):
            return (0.0,) * len(both)
        if len(shares) == 1:
            return tuple(shares[0] * value for value in both)
        each = [self._in_full(by_year, year, growth, what) for by_year in self.alone]
        least = self._least(year)
        return tuple(
            sum(share * one[k] for share, one in zip(shares, each, strict=True)) + least * _beyond(b, each, k)
            for k, b in enumerate(both)
        )

    @cached_property
    def interaction(self) -> float:
        """Of several, NPV together less the sum of the NPVs of each, million USD: below 0 they do the same work, above
        0 they help each other, and 0 where they have nothing to do with each other."""
        if len(self.projects) == 1:
            return 0.0
        given, worth = self.base_inputs, []
        for year in self.ask.years:
            each = [self._in_full(by_year, year, given["growth"], _total) for by_year in self.alone]
            both, least = self._in_full(self.by_year, year, given["growth"], _total), self._least(year)
            worth.append(sum(self._valued([least * _beyond(b, each, k) for k, b in enumerate(both)], given)))
        return npv(worth, self.ask.rate).value

    def _least(self, year: int) -> float:
        """How much of the least of them is there in a year."""
        return min(one.share(year) for one in self.projects)

    def _in_full(self, by_year: Mapping[int, Benefits], year: int, growth: float, what: What) -> tuple[float, ...]:
        """What is worth so much in the modelled years, in any year, by demand: in proportion below the least level that
        is modelled, by straight lines between levels, and as in the last modelled year after it."""
        if len(by_year) == 1:
            return what(next(iter(by_year.values())))
        level = float((1 + growth) ** (min(year, max(by_year)) - self.own_year))
        known = sorted(by_year, key=lambda one: (self.levels[one], one))
        at, values = [self.levels[one] for one in known], [what(by_year[one]) for one in known]
        if level <= at[0] or at[0] == at[-1]:
            return tuple(level / at[0] * value for value in values[0])
        upper = next((n for n, one in enumerate(at) if one >= level), len(at) - 1)
        part = (level - at[upper - 1]) / (at[upper] - at[upper - 1])
        return tuple(a + part * (b - a) for a, b in zip(values[upper - 1], values[upper], strict=True))

    @cached_property
    def net(self) -> tuple[float, ...]:
        """Million USD by year, transfers cancelled out."""
        return tuple(sum(self.streams[name][n] for name in STREAMS) for n in range(len(self.ask.years)))

    @cached_property
    def present(self) -> dict[str, float]:
        """Present value of each stream in the first year, which is not discounted; million USD."""
        return dict(present_values(self.streams, self.ask.rate))

    @property
    def npv(self) -> float:
        """Million USD. Of projects whose cost nobody knows that of benefits less upkeep: what they may cost at most."""
        return npv(self.net, self.ask.rate).value

    @cached_property
    def eirr(self) -> InternalRate:
        return internal_rate(self.net)

    @cached_property
    def mirr(self) -> ModifiedRate | NoRate:
        return modified_rate(self.net, self.ask.rate, self.ask.rate)

    @cached_property
    def bcr(self) -> Ratio | NoRatio:
        """Benefits over costs; what is left at the end is less cost."""
        benefits = [sum(self.streams[name][n] for name in BENEFITS) for n in range(len(self.net))]
        costs = [-sum(self.streams[name][n] for name in (*COSTS, RESIDUAL)) for n in range(len(self.net))]
        return benefit_cost_ratio(benefits, costs, self.ask.rate)

    @cached_property
    def fyrr(self) -> FirstYearReturn | NoRatio:
        """Of the first year in which all is there, over the capital spent before."""
        years = self.ask.years
        full = next((n for n, year in enumerate(years) if all(one.share(year) >= 1 for one in self.projects)), None)
        if full is None:
            return NoRatio("it is not there in full within the period", 0.0, 0.0)
        gained = [sum(self.streams[name][n] for name in (*BENEFITS, "upkeep")) for n in range(len(years))]
        return first_year_return(gained, [-spent for spent in self.streams["capital"]], self.ask.rate, full)

    @cached_property
    def payback(self) -> Payback | NeverPaysBack:
        return payback(self.net, self.ask.rate)

    @cached_property
    def switching(self) -> tuple[SwitchingValue, ...]:
        """How far each stream must move, the others as they are, until NPV is nought; transfers together."""
        return switching_values(self._components())

    def _components(self) -> dict[str, float]:
        found = {name: value for name, value in self.present.items() if name not in ("fares", "takings")}
        return found | {"transfers": self.present["fares"] + self.present["takings"]}

    @cached_property
    def base_inputs(self) -> dict[str, float]:
        """What NPV depends on, by name, as it is."""
        ask = self.ask
        found = {f"capital of {one.id}": 1.0 for one in self.projects}
        return found | {
            "upkeep": 1.0, "value of time": 1.0, "size of effects": 1.0, "running share": ask.running_share,
            "price of CO2e": ask.co2e_usd_t, "growth": ask.growth,
        }  # fmt: skip

    @cached_property
    def inputs(self) -> list[Input]:
        """The same with their grades: the worse the evidence, the wider what is drawn."""
        base = self.base_inputs
        capital = [
            Input(f"capital of {one.id}", 1.0, one.capex_grade) for one in self.projects if one.capex_musd is not None
        ]
        effects = max(one.effect_grade for one in self.projects)
        varied = [
            *capital, Input("upkeep", 1.0, "D"), Input("value of time", 1.0, "C"),
            Input("size of effects", 1.0, effects),
            Input("running share", base["running share"], low=min(0.5, base["running share"]), high=1.0),
            Input("price of CO2e", base["price of CO2e"], "C"),
        ]  # fmt: skip
        return [*varied, Input("growth", base["growth"], "D")] if len(self.by_year) > 1 else varied

    def npv_with(self, inputs: Mapping[str, float]) -> float:
        """NPV with other inputs, million USD."""
        streams = self.streams_with(inputs)
        net = [sum(streams[name][n] for name in STREAMS) for n in range(len(self.ask.years))]
        return npv(net, self.ask.rate).value

    @cached_property
    def risk(self) -> Distribution:
        """NPV over draws of all inputs by their grades."""
        return monte_carlo(self.npv_with, self.inputs, seed=self.ask.seed, samples=self.ask.samples)

    @cached_property
    def tornado(self) -> Tornado:
        """NPV with one input after another at its P10 and P90."""
        spreads = spreads_with(None)
        ends = {one.name: sorted(quantile_of(one, u, spreads) for u in (0.1, 0.9)) for one in self.inputs}
        ranges = {name: (low, high) for name, (low, high) in ends.items()}
        varied = {one.name: self.base_inputs[one.name] for one in self.inputs}
        return tornado(self.npv_with, varied, ranges)

    @cached_property
    def by_country(self) -> dict[str, dict[str, float]]:
        """Present value by country, million USD: users, carriers (takings less running costs), payers.

        CO2e is the world's, so that all else adds up to NPV.
        """
        every = [worth for by_year in (self.by_year, *self.alone) for worth in by_year.values()]
        paid = [_paid(one, self.ask) for one in self.projects]
        countries = sorted({name for worth in every for name in (*worth.users, *worth.takings, *worth.carriage)}
                           | {name for by in paid for name in by})  # fmt: skip
        gained = {name: self._gained(name) for name in countries}
        return {
            name: {
                "users": gained[name][0],
                "carriers": gained[name][1] + self.ask.running_share * gained[name][2],
                "payers": sum(by.get(name, 0.0) for by in paid),
            }
            for name in countries
        }

    def _gained(self, country: str) -> tuple[float, ...]:
        """Present value of what its users gain, its carriers take more and its carriage costs less, million USD."""

        def of(worth: Benefits) -> tuple[float, ...]:
            return tuple(by.get(country, 0.0) for by in (worth.users, worth.takings, worth.carriage))

        years = [self._worth(year, self.ask.growth, of) for year in self.ask.years]
        return tuple(npv(gains, self.ask.rate).value / 1e6 for gains in zip(*years, strict=True))


What = Callable[[Benefits], tuple[float, ...]]
"""Numbers of what is worth something in a year."""


def _total(worth: Benefits) -> tuple[float, ...]:
    return worth.total


def _beyond(both: float, each: Sequence[Sequence[float]], k: int) -> float:
    """What several are worth together beyond the sum of each; exactly nothing where all but one are worth nothing."""
    return both - sum(one[k] for one in each)


def _paid(project: Undertaking, ask: Appraise) -> dict[str, float]:
    """Present value of what each country pays for a project, in equal parts, less what is left; million USD."""
    years = ask.years
    costs = [-spent - project.upkeep_musd * project.share(year)
             for year, spent in zip(years, project.capital(years), strict=True)]  # fmt: skip
    costs[-1] += project.residual(years[-1])
    payers = project.payers or (NOT_TOLD,)
    return dict.fromkeys(payers, npv(costs, ask.rate).value / len(payers))


def appraised(projects: Sequence[Undertaking], valuation: Valuation, ask: Appraise) -> Appraisal:
    """The appraisal of projects that are built together."""
    years = valuation.years
    worth = {year: valuation.of([one.id for one in projects], year) for year in years}
    alone = (
        tuple({year: valuation.of([one.id], year) for year in years} for one in projects) if len(projects) > 1 else ()
    )
    levels = {year: valuation.level(year) for year in years}
    return Appraisal(ask, tuple(projects), worth, levels, valuation.own_year, alone)
