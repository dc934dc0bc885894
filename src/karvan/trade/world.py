"""The world of a counterfactual: who sells how much to whom, at home too, and how easily goods stand in for others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.trade.clearing import Floats, Market, NotConverged, settle

Pair = tuple[str, str]
"""Exporter and importer."""
MOST_CELLS = 20
"""Cells of a matrix that a message names one by one."""
SAME_TOTAL = 1e-9
"""How far world output and world expenditure may lie apart, relative."""
HOME_RATIO = 1.0
"""Gross output of goods per GDP where nothing better is known. Assumed (grade D): goods are roughly a third of GDP and
input-output tables show two to three units of gross output to a unit of their value added, which gives 0.6 to 1.0; the
upper end is taken because it leaves fewer countries with exports above their output."""


@dataclass(frozen=True, eq=False)
class World:
    """Countries, the trade among and within them in the base, and the elasticity of substitution.

    Output is what a country sells in all, expenditure what it buys: rows and columns of `trade` add up to them because
    they are nothing else. Raises InputError with all that is wrong.
    """

    countries: tuple[str, ...]
    trade: Floats
    """Million USD; the row sells, the column buys, the diagonal is trade at home (n, n)."""
    sigma: float
    """Elasticity of substitution between goods of different origin, above 1."""
    inward: Floats | None = None
    """Inward multilateral resistance P in the base, where trade costs are known (n,)."""
    outward: Floats | None = None
    """Outward multilateral resistance Pi in the base, where trade costs are known (n,)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "countries", tuple(self.countries))
        for name in ("trade", "inward", "outward"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _numbers(given))
        problems = [
            *_of_names(self.countries),
            *_of_sigma(self.sigma),
            *_of_matrix("trade", self.trade, self.countries),
        ]
        problems += [] if problems else _of_sides(self.trade, self.countries)
        if problems:
            raise InputError("world of trade", problems)

    @property
    def output(self) -> Floats:
        """What each country sells, million USD (n,)."""
        total: Floats = self.trade.sum(axis=1)
        return total

    @property
    def expenditure(self) -> Floats:
        """What each country buys, million USD (n,)."""
        total: Floats = self.trade.sum(axis=0)
        return total

    @classmethod
    def of_costs(
        cls,
        countries: Sequence[str],
        costs: ArrayLike,
        output: ArrayLike,
        expenditure: ArrayLike,
        sigma: float,
        reference: str = "",
    ) -> World | NotConverged:
        """The world that structural gravity makes of estimated trade costs, with the levels of its resistances.

        X_ij = Y_i E_j / Y t_ij^(1-sigma) / (Pi_i P_j)^(1-sigma), Anderson and van Wincoop (2003), eq. 9 to 11, in the
        notation of Yotov et al. (2016), eq. 1-15 to 1-17.

        Args:
            costs: t_ij^(1-sigma), that is exp of the costs' part of an estimated gravity equation (n, n).
            output: Y, million USD (n,).
            expenditure: E, million USD (n,); its total is that of output.
            reference: country whose inward resistance is 1, which settles what the equations leave open; the first
                country if empty.

        Raises:
            InputError: what is not a number, costs below 0, no output or expenditure, totals that differ.
        """
        countries = tuple(countries)
        kernel, made, spent = _numbers(costs), _numbers(output), _numbers(expenditure)
        problems = [*_of_names(countries), *_of_sigma(sigma), *_of_matrix("costs", kernel, countries)]
        problems += [*_of_vector("output", made, countries), *_of_vector("expenditure", spent, countries)]
        problems += [*_of_totals(made, spent)] if not problems else []
        problems += [] if problems else _of_sides(kernel, countries)
        reference = reference or (countries[0] if countries else "")
        if reference not in countries:
            problems.append(unknown("reference", reference, countries))
        if problems:
            raise InputError("world of trade costs", problems)
        spent = spent * (made.sum() / spent.sum())
        settled = settle(Market(kernel, made, spent, sigma, moves=False), countries)
        if isinstance(settled, NotConverged):
            return settled
        supply = settled.supply / settled.index[countries.index(reference)]
        index = settled.index / settled.index[countries.index(reference)]
        inward = index ** (1 / (1 - sigma))
        outward = (supply * made.sum() / made) ** (1 / (sigma - 1))
        return cls(countries, settled.trade, sigma, inward, outward)

    def balanced(self) -> World | NotConverged:
        """The world with the same trade costs in which everybody spends what it earns.

        Dekle, Eaton and Kortum (2007) take deficits out first, so that what a shock does is not mixed with what it does
        to transfers between countries. A world without deficits is given back as it is.
        """
        settled = settle(Market(self.trade, self.output, self.output, self.sigma, moves=True), self.countries)
        return settled if isinstance(settled, NotConverged) else World(self.countries, settled.trade, self.sigma)


def with_home(
    countries: Sequence[str], trade: ArrayLike, gdp: ArrayLike, ratio: float | Mapping[str, float] = HOME_RATIO
) -> Floats:
    """Trade with the sales at home filled in: gross output, a multiple of GDP, less exports.

    The multiple is an assumption; see HOME_RATIO. What a country gains of freer trade falls about as the multiple
    rises, because its imports are then a smaller part of what it buys; percentages of trade hardly change.

    Args:
        trade: million USD, row sells, column buys; what stands on the diagonal is not looked at (n, n).
        gdp: million USD (n,).
        ratio: gross output of goods per GDP, one for all or by country (others then have HOME_RATIO).

    Raises:
        InputError: a country that exports its output and more, an unknown country, what is not a number above 0.
    """
    countries = tuple(countries)
    matrix, produced = np.array(trade, dtype=np.float64), _numbers(gdp)
    if matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]:
        np.fill_diagonal(matrix, 0.0)
    problems = [*_of_names(countries), *_of_matrix("trade", matrix, countries), *_of_vector("gdp", produced, countries)]
    by_country = ratio if isinstance(ratio, Mapping) else {}
    problems += [unknown(f"ratio of {code}", code, countries) for code in sorted(by_country) if code not in countries]
    other = ratio if not isinstance(ratio, Mapping) else HOME_RATIO
    ratios = np.array([by_country.get(code, other) for code in countries], dtype=np.float64)
    for code, value in zip(countries, ratios, strict=True):
        if not 0 < value < np.inf:
            problems.append(Problem(f"ratio of {code}", shown(float(value)), "give a number above 0"))
    if not problems:
        home = ratios * produced - matrix.sum(axis=1)
        for code, left, times, exports in zip(countries, home, ratios, matrix.sum(axis=1), strict=True):
            if left <= 0:
                found = f"exports of {exports:,.0f} million USD, output of {exports + left:,.0f} ({times:g} times GDP)"
                problems.append(Problem(f"home trade of {code}", found, "give this country a higher ratio"))
        matrix[np.diag_indices(len(countries))] = home
    if problems:
        raise InputError("trade at home", problems)
    return matrix


def unknown(address: str, code: str, countries: Sequence[str]) -> Problem:
    """The problem of a country that is not in the world."""
    like = ", ".join(f"'{word}'" for word in nearest(str(code), countries)) or "none is like it"
    return Problem(address, shown(code), f"not a country of this world; nearest: {like}")


def _numbers(given: ArrayLike) -> Floats:
    """A copy in rows that nobody writes to; sums over it always run in the same order."""
    array = np.array(given, dtype=np.float64, order="C")
    array.setflags(write=False)
    return array


def _of_names(countries: tuple[str, ...]) -> Iterator[Problem]:
    if not countries:
        yield Problem("countries", "none", "give at least one")
    for code in sorted({code for code in countries if countries.count(code) > 1}):
        yield Problem(f"country {code}", f"{countries.count(code)} times", "give each country once")


def _of_sigma(sigma: float) -> Iterator[Problem]:
    if not 1 < sigma < np.inf:
        yield Problem("sigma", shown(sigma), "give a number above 1; studies of trade find 3 to 8")


def _of_matrix(name: str, matrix: Floats, countries: tuple[str, ...]) -> Iterator[Problem]:
    """What cannot be trade or costs of trade: another shape, what is no number, what is below 0."""
    n = len(countries)
    if matrix.shape != (n, n):
        yield Problem(name, f"a shape of {matrix.shape}", f"give a row and a column for each of {n} countries")
        return
    bad = np.argwhere(~((matrix >= 0) & np.isfinite(matrix)))
    for i, j in bad[:MOST_CELLS]:
        value = float(matrix[i, j])
        yield Problem(f"{name} from {countries[i]} to {countries[j]}", str(value), "give a number of 0 or more")
    if len(bad) > MOST_CELLS:
        yield Problem(name, f"{len(bad) - MOST_CELLS:,} more such cells", "give a number of 0 or more in each")


def _of_vector(name: str, values: Floats, countries: tuple[str, ...]) -> Iterator[Problem]:
    if values.shape != (len(countries),):
        yield Problem(name, f"a shape of {values.shape}", f"give one number for each of {len(countries)} countries")
        return
    for code, value in zip(countries, values, strict=True):
        if not 0 < value < np.inf:
            yield Problem(f"{name} of {code}", str(float(value)), "give a number above 0")


def _of_totals(output: Floats, expenditure: Floats) -> Iterator[Problem]:
    if abs(expenditure.sum() / output.sum() - 1) > SAME_TOTAL:
        found = f"{expenditure.sum():,.6g} of the world, whose output is {output.sum():,.6g}"
        yield Problem("expenditure", found, "scale it so that the two totals are one: what is sold is bought")


def _of_sides(trade: Floats, countries: tuple[str, ...]) -> Iterator[Problem]:
    """Countries that sell or buy nothing at all: they have no price and no place in the model."""
    for side, total in (("sells", trade.sum(axis=1)), ("buys", trade.sum(axis=0))):
        for ix in np.flatnonzero(total <= 0):
            yield Problem(f"country {countries[ix]}", f"{side} nothing", "leave it out, or give its trade at home")
