"""What a project is worth, or several together: streams by year, and all that follows from them.

Economic appraisal after the European Commission's Guide to cost-benefit analysis of investment projects (2014) and the
Asian Development Bank's Guidelines for the economic analysis of projects (2017): resource costs and benefits of all
countries together, transfers shown and cancelled out, in constant prices. `docs/appraisal.md` says what is counted and
what is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
            worth = self._worth(year, given["growth"])
            size = given["size of effects"] / 1e6
            found["time"][n] = size * given["value of time"] * worth[0]
            found["fares"][n] = size * worth[1]
            found["takings"][n] = size * worth[2]
            found["carriage"][n] = size * given["running share"] * worth[3]
            found["co2e"][n] = size * given["price of CO2e"] * worth[4]
        return {name: tuple(values) for name, values in found.items()}

    def _worth(self, year: int, growth: float) -> tuple[float, ...]:
        """What they are worth in a year: each as far as it is there, and what they are worth beyond that together as
        far as the least of them is."""
        shares = [one.share(year) for one in self.projects]
        if not any(shares):
            return (0.0,) * len(BENEFITS)
        both = self._in_full(self.by_year, year, growth)
        if len(shares) == 1:
            return tuple(shares[0] * value for value in both)
        each = [self._in_full(by_year, year, growth) for by_year in self.alone]
        least = min(shares)
        return tuple(
            least * b + sum((share - least) * one[k] for share, one in zip(shares, each, strict=True))
            for k, b in enumerate(both)
        )

    def _in_full(self, by_year: Mapping[int, Benefits], year: int, growth: float) -> tuple[float, ...]:
        """What is worth so much in the modelled years, in any year, by demand: in proportion below the first level that
        is modelled, by straight lines between levels, and as in the last modelled year after it."""
        known = sorted(by_year)
        level = float((1 + growth) ** (min(year, known[-1]) - self.own_year))
        at = [self.levels[one] for one in known]
        totals = [by_year[one].total for one in known]
        if len(known) == 1 or level <= at[0]:
            part = 1.0 if len(known) == 1 else level / at[0]
            return tuple(part * value for value in totals[0])
        upper = next((n for n, one in enumerate(at) if one >= level), len(at) - 1)
        lower = upper - 1
        part = (level - at[lower]) / (at[upper] - at[lower])
        return tuple(a + part * (b - a) for a, b in zip(totals[lower], totals[upper], strict=True))

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
        ranges = {one.name: (quantile_of(one, 0.1, spreads), quantile_of(one, 0.9, spreads)) for one in self.inputs}
        varied = {one.name: self.base_inputs[one.name] for one in self.inputs}
        return tornado(self.npv_with, varied, ranges)

    @cached_property
    def by_country(self) -> dict[str, dict[str, float]]:
        """Present value by country, million USD: users, carriers (takings less running costs), payers.

        CO2e is the world's. Gains are shared as in the first modelled year.
        """
        first = self.by_year[min(self.by_year)]
        running = self.ask.running_share
        users_pv = self.present["time"] + self.present["fares"]
        users_usd = first.time_usd + first.fares_usd
        carriers_pv = self.present["takings"] + self.present["carriage"]
        carriers_usd = first.revenue_usd + running * first.carriage_usd
        found: dict[str, dict[str, float]] = {}
        for country in sorted({*first.users, *first.takings, *(c for one in self.projects for c in one.payers)}):
            users = users_pv * first.users.get(country, 0.0) / users_usd if users_usd else 0.0
            took = first.takings.get(country, 0.0) + running * first.carriage.get(country, 0.0)
            carriers = carriers_pv * took / carriers_usd if carriers_usd else 0.0
            found[country] = {"users": users, "carriers": carriers, "payers": self._paid(country)}
        return found

    def _paid(self, country: str) -> float:
        """Present value of what a country pays for capital and upkeep, less what is left, million USD."""
        total = sum(self.present[name] for name in (*COSTS, RESIDUAL))
        capital = sum(one.capex_musd or 0.0 for one in self.projects)
        if not capital:
            return 0.0
        return sum(
            total * (one.capex_musd or 0.0) / capital / len(one.payers)
            for one in self.projects
            if country in one.payers
        )


def appraised(projects: Sequence[Undertaking], valuation: Valuation, ask: Appraise) -> Appraisal:
    """The appraisal of projects that are built together."""
    years = valuation.years
    worth = {year: valuation.of([one.id for one in projects], year) for year in years}
    alone = (
        tuple({year: valuation.of([one.id], year) for year in years} for one in projects) if len(projects) > 1 else ()
    )
    levels = {year: valuation.level(year) for year in years}
    return Appraisal(ask, tuple(projects), worth, levels, valuation.own_year, alone)
