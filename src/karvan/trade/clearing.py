"""Clearing: the prices at which every country sells exactly what it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Deficits = Literal["ratio", "share"]
"""How deficits are held: expenditure per output, or as a share of world output."""

TOLERANCE = 1e-12
"""Largest excess demand, relative to a country's output, at which markets are cleared."""
MOST_ITERATIONS = 200
LONGEST_STEP = 2.0
"""How far the logarithm of a country's supply may go in one step."""
MOST_HALVINGS = 12
OPEN_STEP = 1e6
"""A step as long as this is along prices that are open."""
ROUNDED = 1e-13
"""Singular value, relative to the largest, that may be rounding."""


@dataclass(frozen=True, eq=False)
class Market:
    """What each country buys where, as a function of the supply term u_i = p_i^(1-sigma) of each seller.

    X'_ij = kernel_ij u_i / sum_k kernel_kj u_k E'_j. With `moves`, output and expenditure are worth what prices make
    of them; without, both stay, and u only balances the matrix.
    """

    kernel: Floats
    """Trade of the base times the change of t^(1-sigma), or t^(1-sigma) itself (n, n)."""
    output: Floats
    expenditure: Floats
    sigma: float
    moves: bool
    deficits: Deficits = "ratio"

    def prices(self, supply: Floats) -> Floats:
        """Factory-gate prices, base = 1 (n,)."""
        prices: Floats = supply ** (1 / (1 - self.sigma)) if self.moves else np.ones_like(supply)
        return prices

    def spending(self, prices: Floats) -> Floats:
        """Expenditure at these prices, million USD (n,); its total is that of output."""
        if not self.moves:
            return self.expenditure
        worth, total = self.output * prices, self.output.sum()
        if self.deficits == "share":
            gap = (self.expenditure - self.output) / total
            held: Floats = self.expenditure + (worth - self.output) + gap * (worth.sum() - total)
            return held
        spent = self.expenditure * prices
        kept: Floats = spent * ((worth.sum() / total) / (spent.sum() / self.expenditure.sum()))
        return kept

    def slope(self, prices: Floats) -> Floats:
        """Change of each country's expenditure with the logarithm of each price (n buyers, n prices)."""
        worth = self.output * prices
        if self.deficits == "share":
            gap = (self.expenditure - self.output) / self.output.sum()
            held: Floats = np.diag(worth) + np.outer(gap, worth)
            return held
        spent = self.spending(prices)
        kept: Floats = np.diag(spent) + np.outer(spent, worth / worth.sum() - spent / spent.sum())
        return kept


@dataclass(frozen=True, eq=False)
class Settled:
    """Cleared markets."""

    supply: Floats
    """u_i (n,); only ratios count."""
    index: Floats
    """sum_i kernel_ij u_i (n,)."""
    trade: Floats
    """Million USD (n, n)."""
    iterations: int
    gap: float
    """Largest excess demand, relative to a country's output."""


@dataclass(frozen=True)
class NotConverged:
    """The answer that no prices were found at which markets clear; there may be none."""

    worst: str
    """Country whose goods are furthest from being cleared."""
    gap: float
    """Its excess demand, relative to its output."""
    asked: float
    iterations: int

    @property
    def said(self) -> str:
        """In a line."""
        tried = f"not converged after {self.iterations} iterations"
        if np.isinf(self.gap):
            return f"{tried}: to keep its surplus {self.worst} would have to spend less than nothing"
        off = f"demand for the goods of {self.worst} is off by {self.gap:.2g} of its output"
        return f"{tried}: {off}, and {self.asked:.2g} was asked"


def settle(
    market: Market, countries: Sequence[str], tolerance: float = TOLERANCE, most_iterations: int = MOST_ITERATIONS
) -> Settled | NotConverged:
    """Clear all markets by Newton's method, and by a step of tatonnement where Newton's does not help.

    It starts from u = 1, so a market that is cleared there is left as it is, to the last bit.
    """
    log_supply = np.zeros(len(countries))
    iteration = 0
    while True:
        supply, index, trade, excess = _demand(market, log_supply)
        gap = float(np.abs(excess).max())
        if gap <= tolerance:
            return Settled(supply, index, trade, iteration, gap)
        if iteration >= most_iterations or not np.isfinite(gap):
            return NotConverged(countries[int(np.abs(excess).argmax())], gap, tolerance, iteration)
        log_supply = _newton(market, log_supply, trade, gap, excess)
        iteration += 1


def _demand(market: Market, log_supply: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Supply terms, their index by buyer, trade, and excess demand relative to output."""
    supply = np.exp(log_supply)
    prices = market.prices(supply)
    offered = market.kernel * supply[:, None]
    index = offered.sum(axis=0)
    spent = market.spending(prices)
    trade = offered * (spent / index)
    excess = trade.sum(axis=1) / (market.output * prices) - 1
    # A surplus that is held may be more than a country's output comes to be worth. Nobody spends less than nothing.
    return supply, index, trade, np.where(spent > 0, excess, np.inf)


def _newton(market: Market, log_supply: Floats, trade: Floats, gap: float, excess: Floats) -> Floats:
    """The next point: Newton's step, halved until the gap falls; else one of tatonnement."""
    prices = market.prices(np.exp(log_supply))
    worth, sold = market.output * prices, trade.sum(axis=1)
    shares = trade / trade.sum(axis=0)
    jacobian = np.diag(sold) - trade @ shares.T
    if market.moves:
        jacobian += (shares @ market.slope(prices) - np.diag(sold)) / (1 - market.sigma)
    # Only ratios of supply count, and one market clears with the others: so the mean of the step is set to 0 instead.
    jacobian = jacobian / worth[:, None] + worth / worth.sum()
    step = _solved(jacobian, -excess)
    step *= min(1.0, LONGEST_STEP / float(np.abs(step).max()))
    for halved in range(MOST_HALVINGS):
        there: Floats = log_supply + step / 2**halved
        if np.abs(_demand(market, there)[3]).max() < gap:
            return there
    # At given expenditure a seller's receipts go with u, its output with u^(1/(1-sigma)): what would clear it alone.
    alone = (1 - market.sigma) / market.sigma if market.moves else -1.0
    cleared: Floats = log_supply + np.clip(alone * np.log1p(excess), -LONGEST_STEP, LONGEST_STEP)
    return cleared


def _solved(jacobian: Floats, wanted: Floats) -> Floats:
    """The step, and the shortest where there are many: blocs that do not trade leave open what one's prices are to
    those of the other.
    """
    try:
        step = np.asarray(np.linalg.solve(jacobian, wanted), dtype=np.float64)
        if np.abs(step).max() < OPEN_STEP:
            return step
    except np.linalg.LinAlgError:
        pass
    return np.asarray(np.linalg.lstsq(jacobian, wanted, rcond=ROUNDED)[0], dtype=np.float64)
