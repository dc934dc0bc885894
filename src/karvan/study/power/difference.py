"""What one answer of the power system has that another does not: plants, energy, exports, gas, CO2 and gCO2e/kWh.

Gas and CO2 are those burnt in the country itself: what exports take the place of abroad is not known here, and is not
counted. Two answers of one year differ by what is built; of different years also by load, plants and agreed exchange.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from karvan.corridor import Corridor
from karvan.study.power.claims import Claimed, claims_of
from karvan.study.power.register import COUNTRIES, PLANTS, TIES
from karvan.study.power.run import PowerAnswer

PLAIN = (
    "load_twh", "made_twh", "curtailed_twh", "shed_gwh", "exports_twh", "imports_twh", "export_musd", "import_musd",
    "gas_bcm", "mtco2", "mtco2e", "hydrogen_kt", "cost_musd",
)  # fmt: skip
"""Figures of a country whose differences are told."""
BOTH = ("direct_made", "direct_used", "life_made", "life_used")
"""Figures that are told before and after."""
THERMAL = "thermal"
OFTEN = 100.0
"""Hours a year from which on it is told that a tie is full."""


@dataclass(frozen=True)
class Difference:
    """What one side of a country has that the other does not."""

    country: str
    base: str
    scenario: str
    base_year: int
    year: int
    run: str
    new_plants: tuple[str, ...]
    """Plants, batteries and electrolysers of the one that the other lacks."""
    gone_plants: tuple[str, ...]
    new_ties: tuple[str, ...]
    new_mw: float
    """Of new plants that make power."""
    new_twh: float
    """What they make."""
    thermal_twh: float
    """By how much what burns makes more; less is below nought."""
    changes: dict[str, float]
    """By figure of the country: after less before."""
    before: dict[str, float | None]
    after: dict[str, float | None]
    """gCO2/kWh, before and after."""
    full_ties: dict[str, float]
    """Hours in which a tie carries all that it can, after: of ties that are full for `OFTEN` hours or more."""
    sold_twh: dict[str, float]
    """By market: what goes there after, less before."""
    claims: tuple[Claimed, ...] = ()

    @property
    def gas_saved_mcm(self) -> float:
        """Million m3 that are not burnt."""
        return -self.changes["gas_bcm"] * 1e3

    @property
    def co2_saved_kt(self) -> float:
        """kt of CO2 that are not let out by burning."""
        return -self.changes["mtco2"] * 1e3

    def row(self) -> dict[str, Any]:
        """As a document has it."""
        return {
            "country": self.country, "base": self.base, "scenario": self.scenario, "base_year": self.base_year,
            "year": self.year, "run": self.run, "new_plants": list(self.new_plants),
            "gone_plants": list(self.gone_plants), "new_ties": list(self.new_ties), "new_mw": self.new_mw,
            "new_twh": self.new_twh, "thermal_twh": self.thermal_twh, "gas_saved_mcm": self.gas_saved_mcm,
            "co2_saved_kt": self.co2_saved_kt, "changes": self.changes, "before": self.before, "after": self.after,
            "full_ties": self.full_ties, "sold_twh": self.sold_twh, "claims": [one.row() for one in self.claims],
        }  # fmt: skip


def differences(
    package: Corridor, base: PowerAnswer, other: PowerAnswer, *, claims: bool = False
) -> tuple[Difference, ...]:
    """What one answer has that another does not, by country."""
    countries = {line["country"]: line for line in base.rows(COUNTRIES)}
    found = []
    for after in other.rows(COUNTRIES):
        country = after["country"]
        if country in countries:
            one = _difference(base, other, countries[country], after)
            told = claims_of(package, base, other, country) if claims else ()
            found.append(Difference(**one, claims=told))
    return tuple(found)


def _difference(base: PowerAnswer, other: PowerAnswer, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    country = a["country"]
    olds, news = ({line["plant"]: line for line in side.rows(PLANTS) if line["country"] == country}
                  for side in (base, other))  # fmt: skip
    there = other.rows(TIES)
    ties = [{line["tie"] for line in side} for side in (base.rows(TIES), there)]
    added = [news[name] for name in news if name not in olds]
    thermal = [sum(line["twh"] for line in lines.values() if line["sort"] == THERMAL) for lines in (olds, news)]
    return {
        "country": country, "base": base.scenario, "scenario": other.scenario, "base_year": base.year,
        "year": other.year, "run": other.run.name if other.run else "",
        "new_plants": tuple(line["plant"] for line in added),
        "gone_plants": tuple(name for name in olds if name not in news), "new_ties": tuple(sorted(ties[1] - ties[0])),
        "new_mw": sum(line["mw"] for line in added if line["reported"]),
        "new_twh": sum(line["twh"] for line in added if line["reported"]), "thermal_twh": thermal[1] - thermal[0],
        "changes": {name: b[name] - a[name] for name in PLAIN}, "before": {name: a[name] for name in BOTH},
        "after": {name: b[name] for name in BOTH},
        "full_ties": {line["tie"]: line["full_h"] for line in there if line["full_h"] >= OFTEN},
        "sold_twh": _sold(base, other, country),
    }  # fmt: skip


def _sold(base: PowerAnswer, other: PowerAnswer, country: str) -> dict[str, float]:
    """TWh more that go from a country to each market."""
    more: dict[str, float] = defaultdict(float)
    for sign, side in ((-1, base), (1, other)):
        for line in side.rows(TIES):
            if line["market"] and line["country"] == country:
                more[line["market"]] += sign * line["exports_twh"]
    return dict(sorted(more.items()))
