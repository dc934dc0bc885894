"""The arithmetic that an appraisal stands on: money by year in, values, rates and choices out. No corridor in it."""

from karvan.study.appraisal.cash import (
    NeverPaysBack,
    Payback,
    PresentValue,
    discount_factors,
    net,
    npv,
    payback,
    present_value,
    present_values,
)
from karvan.study.appraisal.monte_carlo import Distribution, Share, distribution, draws, monte_carlo
from karvan.study.appraisal.order import BuildOrder, Built, NotBuilt, best_order
from karvan.study.appraisal.portfolio import Portfolio, best_portfolio
from karvan.study.appraisal.rates import (
    InternalRate,
    ModifiedRate,
    NoRate,
    OneRate,
    SeveralRates,
    internal_rate,
    modified_rate,
)
from karvan.study.appraisal.ratios import FirstYearReturn, NoRatio, Ratio, benefit_cost_ratio, first_year_return
from karvan.study.appraisal.switching import SwitchingValue, switching_value, switching_values
from karvan.study.appraisal.tornado import Bar, Tornado, tornado
from karvan.study.appraisal.uncertainty import SPREADS, Input, Spread

__all__ = [
    "SPREADS",
    "Bar",
    "BuildOrder",
    "Built",
    "Distribution",
    "FirstYearReturn",
    "Input",
    "InternalRate",
    "ModifiedRate",
    "NeverPaysBack",
    "NoRate",
    "NoRatio",
    "NotBuilt",
    "OneRate",
    "Payback",
    "Portfolio",
    "PresentValue",
    "Ratio",
    "SeveralRates",
    "Share",
    "Spread",
    "SwitchingValue",
    "Tornado",
    "benefit_cost_ratio",
    "best_order",
    "best_portfolio",
    "discount_factors",
    "distribution",
    "draws",
    "first_year_return",
    "internal_rate",
    "modified_rate",
    "monte_carlo",
    "net",
    "npv",
    "payback",
    "present_value",
    "present_values",
    "switching_value",
    "switching_values",
    "tornado",
]
