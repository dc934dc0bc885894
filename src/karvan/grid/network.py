"""A power system as a PyPSA network: what the dispatch solves, and what is exported.

What it means:

- Each zone is a bus; ties between zones are a transport model, one link each way, which lose a share of what goes in.
- A market is a bus that gives and takes whatever is asked. What is sold there is paid for as it arrives; what is bought
  is paid for as it is sent. The price stands on the links, as it depends on the rule of the tie.
- What is agreed goes over its tie in every hour: it is given, not foretold, and stands as fixed loads. The rules hold
  for what goes beyond it.
- Rule `agreed`: what goes out is worth a hair (`HAIR`) above what wind, sun and water cost to run, so that only power
  goes out that would be curtailed or spilled, to the market first that pays most; what comes in costs a dollar more
  than the dearest plant and market, so that it comes only where load would be shed.
- Rule `green`: exports earn the market's price, without its levy on CO2. In each hour all of them out of zones that
  hang together are at most what wind and sun give there: each megawatt-hour takes a certificate, which wind and sun
  make in the same hour.
- Rule `free`: exports earn the market's price less its levy on the mean CO2 of burning of the thermal plants of the
  zones that hang together, weighted by their size; imports cost the market's price.
- Storage is cyclic: it ends the year as full as it begins it, and the level is chosen.
- Load is shed at `shed_usd_mwh`, in an hour at most `shed_share` of it; if a market pays more, or hydrogen, at a
  dollar above that, so that nobody is left without power for the sake of a sale.
- Electrolysers take power that costs less than the hydrogen that it makes is worth. Green ones take certificates, as
  exports by rule `green` do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from karvan.grid.alike import Group, grouped
from karvan.grid.system import Electrolyser, Floats, System, Tie

if TYPE_CHECKING:
    import pypsa

HAIR = 0.01
"""USD/MWh that power beyond what is agreed is worth to the dispatch where the price is highest, above what wind, sun
and water cost to run; in results it is counted at the market's price."""
GREEN = ("solar", "wind")
CERTIFICATES = "certificates:"


def to_pypsa(system: System, *, merged: bool = False, penalty: float | None = None) -> pypsa.Network:
    """A PyPSA network of a system that was checked, without a solution.

    Args:
        system: What `karvan.grid.checking.check` lets pass.
        merged: Whether plants that are alike stand as one; the objective is the same.
        penalty: USD/MWh of power out of nowhere and into nowhere at every zone, to find what cannot be served; none.
    """
    return Building(system, grouped(system, merged=merged), penalty).network()


SETTINGS: dict[str, dict[str, Any]] = {
    "Bus": {"carrier": "power", "country": ""},
    "Load": {"bus": ""},
    "Generator": {"bus": "", "carrier": "", "p_nom": 0.0, "marginal_cost": 0.0, "sign": 1.0, "p_min_pu": 0.0},
    "StorageUnit": {"bus": "", "carrier": "", "p_nom": 0.0, "max_hours": 1.0, "p_min_pu": -1.0, "marginal_cost": 0.0,
                    "efficiency_store": 1.0, "efficiency_dispatch": 1.0, "cyclic_state_of_charge": True},
    "Link": {"bus0": "", "bus1": "", "carrier": "", "p_nom": 0.0, "efficiency": 1.0, "marginal_cost": 0.0},
}  # fmt: skip
"""What is said of each kind of component, and what it is unless said."""
CARRIERS = (
    "battery", "certificate", "hydro", "hydrogen", "market", "nowhere", "power", "reservoir", "shed", "solar",
    "thermal", "tie", "wind",
)  # fmt: skip


class Building:
    """One network in the making: rows of each kind of component, handed to PyPSA kind by kind, as that is quicker."""

    def __init__(self, system: System, groups: tuple[Group, ...], penalty: float | None = None) -> None:
        self.system, self.groups, self.penalty = system, groups, penalty
        self.hours = pd.date_range(pd.Timestamp(system.start), periods=system.hours, freq="h", name="snapshot")
        self.part = together(system)
        self.market = {market.zone: market for market in system.markets}
        self.sold = {
            tie.id: (tie.one, tie.other) if tie.other in self.market else (tie.other, tie.one)
            for tie in system.ties
            if tie.rule
        }
        """Of each tie to a market, the zone and the market."""
        green = {self.sold[tie.id][0] for tie in system.ties if tie.rule == "green"}
        green |= {row.zone for row in system.electrolysers if row.green}
        self.certified = sorted({self.part[zone] for zone in green})
        """Parts out of which exports must be green, or in which hydrogen is."""
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}

    def network(self) -> pypsa.Network:
        """All of it."""
        import pypsa

        self.rows = {kind: {} for kind in SETTINGS}
        self._buses()
        self._loads()
        self._generators()
        self._stores()
        self._links()
        n = pypsa.Network(name=self.system.name)
        n.set_snapshots(self.hours)  # type: ignore[arg-type]
        n.add("Carrier", list(CARRIERS))
        for kind, rows in self.rows.items():
            if rows:
                self._hand_over(n, kind, rows)
        return n

    def _hand_over(self, n: pypsa.Network, kind: str, rows: dict[str, dict[str, Any]]) -> None:
        settings = SETTINGS[kind]
        if any("bus2" in row for row in rows.values()):
            settings = settings | {"bus2": "", "efficiency2": 1.0}
        by_hour: dict[str, dict[str, Floats]] = {}
        fixed: dict[str, list[Any]] = {setting: [] for setting in settings}
        for name, row in rows.items():
            for setting, value in row.items():
                if isinstance(value, np.ndarray):
                    by_hour.setdefault(setting, {})[name] = value
            for setting, default in settings.items():
                value = row.get(setting, default)
                fixed[setting].append(default if isinstance(value, np.ndarray) else value)
        said: dict[str, Any] = dict(fixed)
        n.add(kind, list(rows), **said)
        for setting, columns in by_hour.items():
            frame = pd.DataFrame(columns, index=self.hours)
            frame.columns.name = "name"
            n.components[kind].dynamic[setting] = frame

    def _add(self, kind: str, name: str, **row: Any) -> None:
        self.rows[kind][name] = row

    def _buses(self) -> None:
        for zone in self.system.zones:
            self._add("Bus", zone.id, country=zone.country)
        for part in self.certified:
            self._add("Bus", f"{CERTIFICATES}{part}", carrier="certificate")

    def _loads(self) -> None:
        system = self.system
        for ix, zone in enumerate(system.zones):
            if not zone.market:
                self._add("Load", f"load:{zone.id}", bus=zone.id, p_set=system.load[:, ix])
        ties = {tie.id: tie for tie in system.ties}
        for row in system.agreed:
            tie = ties[row.tie]
            kept = 1.0 - tie.loss
            self._add("Load", f"agreed:{tie.id}:one", bus=tie.one, p_set=row.out - row.back * kept)
            self._add("Load", f"agreed:{tie.id}:other", bus=tie.other, p_set=row.back - row.out * kept)

    def _generators(self) -> None:
        system = self.system
        for group in self.groups:
            self._add(
                "Generator", group.name, bus=self._green_bus(group), carrier=group.sort, p_nom=group.mw,
                marginal_cost=group.usd_mwh, p_max_pu=group.most / group.mw, p_min_pu=group.least / group.mw,
            )  # fmt: skip
        everything = float(system.load.sum(axis=1).max()) + sum(plant.mw for plant in system.plants)
        for ix, zone in enumerate(system.zones):
            load = system.load[:, ix]
            if not zone.market and load.max() > 0 and system.shed_share > 0:
                self._add(
                    "Generator", f"shed:{zone.id}", bus=zone.id, carrier="shed", p_nom=load.max(),
                    marginal_cost=shedding_usd_mwh(system), p_max_pu=system.shed_share * load / load.max(),
                )  # fmt: skip
            if zone.market:
                reach = self._reach(zone.id)
                self._add("Generator", f"market:{zone.id}", bus=zone.id, carrier="market", p_nom=reach, p_min_pu=-1.0)
            elif self.penalty is not None:
                for sign, name in ((1.0, "lacking"), (-1.0, "over")):
                    self._add(
                        "Generator", f"{name}:{zone.id}", bus=zone.id, carrier="nowhere", p_nom=10 * everything + 1e3,
                        sign=sign, marginal_cost=self.penalty,
                    )  # fmt: skip
        for row in system.electrolysers:
            if not row.green:
                self._add(
                    "Generator", f"electrolyser:{row.id}", bus=row.zone, carrier="hydrogen", p_nom=row.mw, sign=-1.0,
                    marginal_cost=-hydrogen_usd_mwh(row),
                )  # fmt: skip
        for part in self.certified:
            size = sum(group.mw for group in self.groups if group.sort in GREEN and self.part[group.zone] == part)
            self._add(
                "Generator", f"unused:{part}", bus=f"{CERTIFICATES}{part}", carrier="certificate", sign=-1.0,
                p_nom=size,
            )  # fmt: skip

    def _green_bus(self, group: Group) -> str:
        """Where a group feeds in: by a bus of its own if a certificate goes with each megawatt-hour."""
        part = self.part[group.zone]
        if group.sort not in GREEN or part not in self.certified:
            return group.zone
        bus = f"green:{group.zone}"
        size = sum(each.mw for each in self.groups if each.zone == group.zone and each.sort in GREEN)
        self._add("Bus", bus)
        self._add(
            "Link", bus, bus0=bus, bus1=group.zone, bus2=f"{CERTIFICATES}{part}", p_nom=size, carrier="certificate"
        )
        return bus

    def _stores(self) -> None:
        for store in self.system.stores:
            if store.mw <= 0:
                continue
            takes = store.into > 0
            water = {"inflow": store.inflow} if store.inflow.any() else {}
            self._add(
                "StorageUnit", store.id, bus=store.zone, carrier="battery" if store.sort == "battery" else "reservoir",
                p_nom=store.mw, max_hours=store.mwh / store.mw, p_min_pu=-1.0 if takes else 0.0,
                efficiency_store=store.into if takes else 1.0, efficiency_dispatch=store.out,
                marginal_cost=store.usd_mwh, **water,
            )  # fmt: skip

    def _links(self) -> None:
        for maker in self.system.electrolysers:
            if maker.green:
                certificates = f"{CERTIFICATES}{self.part[maker.zone]}"
                self._add(
                    "Link", f"electrolyser:{maker.id}", bus0=maker.zone, bus1=certificates, efficiency=-1.0,
                    carrier="hydrogen", p_nom=maker.mw, marginal_cost=-hydrogen_usd_mwh(maker),
                )  # fmt: skip
        agreed = {row.tie: row for row in self.system.agreed}
        for tie in self.system.ties:
            row = agreed.get(tie.id)
            for way, start, end, mw, taken in (
                ("out", tie.one, tie.other, tie.mw, row.out if row else None),
                ("back", tie.other, tie.one, tie.mw_back, row.back if row else None),
            ):
                if mw <= 0:
                    continue
                more: dict[str, Any] = {}
                if taken is not None:
                    more["p_max_pu"] = np.maximum(1.0 - taken / mw, 0.0)
                if tie.rule == "green" and start not in self.market:
                    more |= {"bus2": f"{CERTIFICATES}{self.part[start]}", "efficiency2": -1.0}
                self._add(
                    "Link", f"{tie.id}:{way}", bus0=start, bus1=end, carrier="tie", p_nom=mw,
                    efficiency=1.0 - tie.loss, marginal_cost=self._worth(tie, start), **more,
                )  # fmt: skip

    def _worth(self, tie: Tie, start: str) -> Floats | float:
        """USD that a megawatt-hour costs that is sent from one end; less than nothing is earned."""
        if not tie.rule:
            return 0.0
        zone, market = self.sold[tie.id]
        of = self.market[market]
        if start == market:
            price: Floats | float = last_usd_mwh(self.system) if tie.rule == "agreed" else of.usd_mwh
        elif tie.rule == "agreed":
            price = -surplus_usd_mwh(self.system) - HAIR * of.usd_mwh / self.highest_usd_mwh
        else:
            levy = of.levy_usd_t * thermal_kgco2_mwh(self.system, self.part, zone) / 1000 if tie.rule == "free" else 0.0
            price = -(1.0 - tie.loss) * (of.usd_mwh - levy)
        return price

    @property
    def highest_usd_mwh(self) -> float:
        """The highest price of any market in any hour; 1 where none pays anything."""
        highest = max((float(market.usd_mwh.max()) for market in self.system.markets), default=0.0)
        return highest if highest > 0 else 1.0

    def _reach(self, zone: str) -> float:
        """MW that a market's ties carry at most."""
        return 1.0 + sum(max(tie.mw, tie.mw_back) for tie in self.system.ties if zone in {tie.one, tie.other})


def last_usd_mwh(system: System) -> float:
    """USD/MWh that imports beyond what is agreed cost the dispatch: a dollar more than anything else but shedding.

    Prices of markets above what shedding costs do not count.
    """
    open_ends = {end for tie in system.ties if tie.rule in {"green", "free"} for end in (tie.one, tie.other)}
    prices = [float(market.usd_mwh.max()) for market in system.markets if market.zone in open_ends]
    dearest = max([plant.usd_mwh for plant in system.plants] + prices, default=0.0)
    return min(dearest + 1.0, shedding_usd_mwh(system) - 1.0)


def shedding_usd_mwh(system: System) -> float:
    """USD/MWh that the dispatch counts load at that is not served: more than any sale of a megawatt-hour brings."""
    prices = {market.zone: float(market.usd_mwh.max(initial=0.0)) for market in system.markets}
    sales = [
        (1.0 - tie.loss) * prices[end]
        for tie in system.ties
        if tie.rule in {"green", "free"}
        for end in (tie.one, tie.other)
        if end in prices
    ]
    sales += [hydrogen_usd_mwh(row) for row in system.electrolysers]
    return max([system.shed_usd_mwh, *(usd + 1.0 for usd in sales)])


def hydrogen_usd_mwh(row: Electrolyser) -> float:
    """USD that the hydrogen of a megawatt-hour is worth."""
    return 1000.0 * row.usd_kg / row.kwh_kg


def surplus_usd_mwh(system: System) -> float:
    """USD/MWh that power is worth to the dispatch that would else be lost, a hair left out: what it costs to make.

    Wind that costs something to run would else rather stand still than be given away.
    """
    costs = [plant.usd_mwh for plant in system.plants if plant.sort != "thermal"]
    costs += [store.usd_mwh for store in system.stores if store.sort == "hydro"]
    return max(costs, default=0.0)


def together(system: System) -> dict[str, str]:
    """Of each zone that is no market the first by id of those that hang together with it by ties."""
    root = {zone.id: zone.id for zone in system.own}

    def find(zone: str) -> str:
        while root[zone] != zone:
            zone = root[zone]
        return zone

    for tie in system.ties:
        if tie.one in root and tie.other in root and max(tie.mw, tie.mw_back) > 0:
            low, high = sorted((find(tie.one), find(tie.other)))
            root[high] = low
    return {zone: find(zone) for zone in root}


def agreed_flows(system: System) -> tuple[Floats, Floats]:
    """MW that was agreed over each tie, from the one end and the other (n_hours, n_ties) each."""
    agreed = {row.tie: row for row in system.agreed}
    zero = np.zeros(system.hours)
    out = [agreed[tie.id].out if tie.id in agreed else zero for tie in system.ties]
    back = [agreed[tie.id].back if tie.id in agreed else zero for tie in system.ties]
    return matrix(out, system.hours), matrix(back, system.hours)


def matrix(columns: list[Floats], hours: int) -> Floats:
    """Arrays by the hour side by side (n_hours, n_columns), also where there is none."""
    return np.column_stack(columns).astype(np.float64) if columns else np.zeros((hours, 0))


def thermal_kgco2_mwh(system: System, part: dict[str, str], zone: str) -> float:
    """Mean kgCO2/MWh of burning of the thermal plants that hang together with a zone, by size; 0 without any."""
    rows = [plant for plant in system.plants if plant.sort == "thermal" and part[plant.zone] == part[zone]]
    mw = sum(plant.mw for plant in rows)
    return sum(plant.mw * plant.kgco2_mwh for plant in rows) / mw if mw else 0.0
