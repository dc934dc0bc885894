"""A dispatch: what every plant, store and tie did in each hour, what it cost, let out and earned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from karvan.grid.network import agreed_flows, matrix, shedding_usd_mwh, thermal_kgco2_mwh, together
from karvan.grid.system import Floats, Market, System

TOLERANCE_MW = 1e-6
"""What a balance may be off at most."""


@dataclass(frozen=True, eq=False)
class Trade:
    """What goes over a tie to a market and back, by hour (n_hours,)."""

    market: Market
    zone: str
    """Our end of the tie."""
    exported: Floats
    """As it leaves the system, MW."""
    imported: Floats
    """As it arrives, MW."""
    export_usd: Floats
    """What the market pays for what arrives there, its levy taken off."""
    import_usd: Floats
    """What the market is paid for what it sends."""
    levy_usd: Floats
    """What the market takes for the CO2 of what is sold to it."""


@dataclass(frozen=True, eq=False)
class Dispatched:
    """The least-cost dispatch of a system. Arrays go by hour and are of power in MW unless said."""

    system: System
    generation: Floats
    """Of each plant (n_hours, n_plants)."""
    discharge: Floats
    """What each store gives (n_hours, n_stores)."""
    charge: Floats
    """What each store takes (n_hours, n_stores)."""
    level: Floats
    """MWh in each store when the hour ends (n_hours, n_stores)."""
    spilled: Floats
    """Water that passes by each store (n_hours, n_stores)."""
    out: Floats
    """What is sent over each tie from its one end, agreed and beyond (n_hours, n_ties)."""
    back: Floats
    """What is sent from its other end."""
    shed: Floats
    """Load of each zone that is not served (n_hours, n_zones)."""
    electrolysis: Floats
    """What each electrolyser takes (n_hours, n_electrolysers)."""
    price: Floats
    """USD/MWh: what a megawatt-hour more would cost in each zone, by the duals; of markets their own
    (n_hours, n_zones)."""
    objective: float
    """What was minimised, USD. Power beyond what is agreed stands in it as `karvan.grid.network` says."""
    solver: str
    threads: int
    seconds: float
    """Of building, solving and reading."""
    solver_seconds: float
    solved: ClassVar[bool] = True

    @property
    def could(self) -> Floats:
        """What each plant could have given (n_hours, n_plants)."""
        return matrix([plant.mw * plant.may for plant in self.system.plants], self.system.hours)

    @property
    def curtailed(self) -> Floats:
        """What wind and sun, and rivers without a reservoir, could have given and did not; 0 of thermal plants
        (n_hours, n_plants)."""
        left = np.maximum(self.could - self.generation, 0.0)
        left[:, [ix for ix, plant in enumerate(self.system.plants) if plant.sort == "thermal"]] = 0.0
        return left

    @property
    def kgco2(self) -> Floats:
        """kgCO2 of burning in each hour (n_hours, n_plants)."""
        return self._given_by("kgco2_mwh")

    @property
    def kgco2e(self) -> Floats:
        """kgCO2e of the whole life of what each plant gives (n_hours, n_plants)."""
        return self._given_by("kgco2e_mwh")

    @property
    def m3(self) -> Floats:
        """Gas burnt, m3 an hour (n_hours, n_plants)."""
        return self._given_by("m3_mwh")

    @property
    def hydrogen_kg(self) -> Floats:
        """(n_hours, n_electrolysers)."""
        kg: Floats = np.array([1000.0 / row.kwh_kg for row in self.system.electrolysers], dtype=np.float64)
        return self.electrolysis * kg

    @property
    def plant_usd(self) -> Floats:
        """What each plant costs: fuel and what else is used (n_plants,)."""
        usd = np.array([plant.usd_mwh for plant in self.system.plants], dtype=np.float64)
        return np.asarray(self.generation.sum(axis=0) * usd)

    @property
    def store_usd(self) -> Floats:
        """What each store costs (n_stores,)."""
        usd = np.array([store.usd_mwh for store in self.system.stores], dtype=np.float64)
        return np.asarray(self.discharge.sum(axis=0) * usd)

    @property
    def plants_usd(self) -> float:
        """What plants and stores cost together."""
        return float(self.plant_usd.sum() + self.store_usd.sum())

    @property
    def shed_usd(self) -> float:
        """What load that is not served is counted at."""
        return float(self.shed.sum() * shedding_usd_mwh(self.system))

    def trade(self, ix: int) -> Trade | None:
        """What goes over a tie, by its number; None of one between zones of the system.

        All is sold at the market's price, also what was agreed and what goes out because it would be lost. The levy
        is taken on what was agreed, over any tie, and on all over free ties; not on green power, nor on what would be
        lost.
        """
        tie = self.system.ties[ix]
        market = next((one for one in self.system.markets if one.zone in (tie.one, tie.other)), None)
        if market is None:
            return None
        outward = market.zone == tie.other
        zone = tie.one if outward else tie.other
        sent, given = (self.out[:, ix], self.back[:, ix]), [flows[:, ix] for flows in agreed_flows(self.system)]
        (leaves, comes), agreed = sent if outward else sent[::-1], given[0 if outward else 1]
        kept, levied = 1.0 - tie.loss, leaves if tie.rule == "free" else agreed
        rate = market.levy_usd_t * thermal_kgco2_mwh(self.system, together(self.system), zone) / 1000
        levy = kept * levied * rate
        return Trade(market, zone, leaves, comes * kept, kept * leaves * market.usd_mwh - levy, comes * market.usd_mwh,
                     levy)  # fmt: skip

    @property
    def exported(self) -> Floats:
        """What is sent to each market, as it leaves the system (n_hours, n_markets)."""
        return self._by_market("exported")

    @property
    def imported(self) -> Floats:
        """What arrives from each market (n_hours, n_markets)."""
        return self._by_market("imported")

    @property
    def export_usd(self) -> Floats:
        """What each market pays in each hour, its levy taken off, as `trade` says (n_hours, n_markets)."""
        return self._by_market("export_usd")

    @property
    def import_usd(self) -> Floats:
        """What each market is paid in each hour for what it sends, at its price (n_hours, n_markets)."""
        return self._by_market("import_usd")

    @property
    def levy_usd(self) -> Floats:
        """What each market takes for the CO2 of what is sold to it (n_hours, n_markets)."""
        return self._by_market("levy_usd")

    @property
    def to_and_fro(self) -> dict[str, int]:
        """Hours in which a store gives and takes, or a tie that loses carries both ways beyond what is agreed.

        That burns power where it has a negative worth, which a real store or line would not do at one moment.
        """
        given, given_back = agreed_flows(self.system)
        both = np.minimum(self.charge, self.discharge) > TOLERANCE_MW
        ways = np.minimum(self.out - given, self.back - given_back) > TOLERANCE_MW
        counts = {store.id: int(both[:, ix].sum()) for ix, store in enumerate(self.system.stores)}
        counts |= {tie.id: int(ways[:, ix].sum()) for ix, tie in enumerate(self.system.ties)}
        return {name: count for name, count in counts.items() if count}

    def imbalance(self) -> Floats:
        """What comes into each zone that is no market less what goes out of it: nought but for rounding
        (n_hours, n_zones)."""
        system = self.system
        place = {zone.id: ix for ix, zone in enumerate(system.zones)}
        net = self.shed - system.load
        for ix, plant in enumerate(system.plants):
            net[:, place[plant.zone]] += self.generation[:, ix]
        for ix, store in enumerate(system.stores):
            net[:, place[store.zone]] += self.discharge[:, ix] - self.charge[:, ix]
        for ix, row in enumerate(system.electrolysers):
            net[:, place[row.zone]] -= self.electrolysis[:, ix]
        for ix, tie in enumerate(system.ties):
            kept = 1.0 - tie.loss
            net[:, place[tie.one]] += kept * self.back[:, ix] - self.out[:, ix]
            net[:, place[tie.other]] += kept * self.out[:, ix] - self.back[:, ix]
        net[:, [place[zone.id] for zone in system.zones if zone.market]] = 0.0
        return net

    def leak(self) -> Floats:
        """MWh by which the level of each store is not what went in and out, the year closed to a ring
        (n_hours, n_stores)."""
        off = np.zeros_like(self.level)
        for ix, store in enumerate(self.system.stores):
            drawn = self.discharge[:, ix] / store.out
            went = store.into * self.charge[:, ix] - drawn + store.inflow - self.spilled[:, ix]
            off[:, ix] = self.level[:, ix] - np.roll(self.level[:, ix], 1) - went
        return off

    def _given_by(self, name: str) -> Floats:
        """What each plant gives, times a number of each (n_hours, n_plants)."""
        of: Floats = np.array([getattr(plant, name) for plant in self.system.plants], dtype=np.float64)
        return self.generation * of

    def _by_market(self, what: str) -> Floats:
        """A part of the trade over all ties of each market (n_hours, n_markets)."""
        total = np.zeros((self.system.hours, len(self.system.markets)))
        column = {market.zone: ix for ix, market in enumerate(self.system.markets)}
        for ix in range(len(self.system.ties)):
            trade = self.trade(ix)
            if trade is not None:
                total[:, column[trade.market.zone]] += getattr(trade, what)
        return total
