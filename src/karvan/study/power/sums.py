"""What a dispatch comes to in its year: by plant, technology, tie, zone and country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.grid.dispatched import TOLERANCE_MW, Dispatched
from karvan.grid.intensity import Intensity
from karvan.grid.network import agreed_flows
from karvan.grid.system import Floats

LINE = dict[str, Any]
"""A row of a table; None is missing."""
FULL = 1e-3
"""MW that a tie may lack of what it can carry and be full."""
TAIL = 0.05
"""Share of the hours that are the cheapest, and the dearest."""


@dataclass(frozen=True, eq=False)
class Sums:
    """The year of a dispatch, as rows of tables."""

    found: Dispatched
    corridor: Corridor
    """What the system was read from: it names plants, technologies and ties."""
    carbon: Mapping[str, Mapping[str, Intensity]]
    """Of each country its intensity, direct and life."""
    weight_h: float = 1.0
    """Hours of the year that each hour of the dispatch stands for."""

    @cached_property
    def country_of(self) -> dict[str, str]:
        return {zone.id: zone.country for zone in self.found.system.zones}

    @cached_property
    def plants(self) -> list[LINE]:
        """By plant, reservoir, battery and electrolyser, by id."""
        return sorted([*self._makers(), *self._stores(), *self._electrolysers()], key=lambda line: str(line["plant"]))

    @cached_property
    def technologies(self) -> list[LINE]:
        """By country and technology, the largest first."""
        made = {country: sum(_made(line) for line in self.plants if line["country"] == country)
                for country in self.carbon}  # fmt: skip
        groups: dict[tuple[str, str], list[LINE]] = defaultdict(list)
        for line in self.plants:
            groups[line["country"], line["technology"]].append(line)
        lines = [
            {
                "country": country, "technology": technology, "reported": some[0]["reported"],
                **{name: sum(line[name] for line in some)
                   for name in ("mw", "twh", "taken_twh", "curtailed_twh", "gas_bcm", "mtco2")},
                "share": sum(map(_made, some)) / made[country] if some[0]["reported"] and made[country] else None,
                "capacity_factor": self._factor(sum(line["twh"] for line in some), sum(line["mw"] for line in some)),
                "curtailed_share": _share(some),
            }
            for (country, technology), some in groups.items()
        ]  # fmt: skip
        return sorted(lines, key=lambda line: (line["country"], -line["twh"], line["technology"]))

    @cached_property
    def ties(self) -> list[LINE]:
        """By tie, by id."""
        return sorted(map(self._tie, range(len(self.found.system.ties))), key=lambda line: str(line["tie"]))

    @cached_property
    def zones(self) -> list[LINE]:
        """By zone and market, as the system has them."""
        return [self._zone(ix) for ix in range(len(self.found.system.zones))]

    @cached_property
    def countries(self) -> list[LINE]:
        """By country that is no market."""
        return [self._country(country) for country in self.carbon]

    def _twh(self, mw: Floats) -> float:
        return float(mw.sum()) * self.weight_h / 1e6

    def _factor(self, twh: float, mw: float) -> float | None:
        hours = self.found.system.hours * self.weight_h
        return twh * 1e6 / (mw * hours) if mw else None

    def _named(self, name: str, zone: str) -> LINE:
        """What the corridor says of a plant."""
        row: Row = self.corridor.by_key("plant")[name]
        return {"plant": name, "name": row.name, "zone": zone, "country": self.country_of[zone],
                "technology": row.technology, "site": row.site or ""}  # fmt: skip

    def _makers(self) -> Iterable[LINE]:
        found = self.found
        could, curtailed, usd = found.could, found.curtailed, found.plant_usd
        for ix, plant in enumerate(found.system.plants):
            twh = self._twh(found.generation[:, ix])
            yield self._named(plant.id, plant.zone) | {
                "sort": plant.sort, "reported": plant.reported, "mw": plant.mw, "could_twh": self._twh(could[:, ix]),
                "twh": twh, "taken_twh": 0.0, "curtailed_twh": self._twh(curtailed[:, ix]),
                "capacity_factor": self._factor(twh, plant.mw), "gas_bcm": twh * plant.m3_mwh / 1e3,
                "mtco2": twh * plant.kgco2_mwh / 1e3, "mtco2e": twh * plant.kgco2e_mwh / 1e3, "hydrogen_kt": 0.0,
                "cost_musd": usd[ix] * self.weight_h / 1e6,
            }  # fmt: skip

    def _stores(self) -> Iterable[LINE]:
        found, usd = self.found, self.found.store_usd
        for ix, store in enumerate(found.system.stores):
            twh = self._twh(found.discharge[:, ix])
            yield self._named(store.id, store.zone) | {
                "sort": store.sort, "reported": store.reported, "mw": store.mw,
                "could_twh": self._twh(store.inflow) * store.out, "twh": twh,
                "taken_twh": self._twh(found.charge[:, ix]), "curtailed_twh": self._twh(found.spilled[:, ix]),
                "capacity_factor": self._factor(twh, store.mw), "gas_bcm": 0.0, "mtco2": 0.0,
                "mtco2e": twh * store.kgco2e_mwh / 1e3, "hydrogen_kt": 0.0,
                "cost_musd": usd[ix] * self.weight_h / 1e6,
            }  # fmt: skip

    def _electrolysers(self) -> Iterable[LINE]:
        found = self.found
        for ix, row in enumerate(found.system.electrolysers):
            taken = self._twh(found.electrolysis[:, ix])
            yield self._named(row.id, row.zone) | {
                "sort": "electrolyser", "reported": "", "mw": row.mw, "could_twh": 0.0, "twh": 0.0,
                "taken_twh": taken, "curtailed_twh": 0.0, "capacity_factor": self._factor(taken, row.mw),
                "gas_bcm": 0.0, "mtco2": 0.0, "mtco2e": 0.0,
                "hydrogen_kt": float(found.hydrogen_kg[:, ix].sum()) * self.weight_h / 1e6, "cost_musd": 0.0,
            }  # fmt: skip

    def _tie(self, ix: int) -> LINE:
        found = self.found
        tie = found.system.ties[ix]
        out, back = found.out[:, ix], found.back[:, ix]
        given, given_back = (flows[:, ix] for flows in agreed_flows(found.system))
        hours = found.system.hours * self.weight_h
        widest = max(tie.mw, tie.mw_back)
        line = {
            "tie": tie.id, "name": self.corridor.by_key("tie")[tie.id].name, "from_zone": tie.one,
            "to_zone": tie.other, "market": "", "country": self.country_of[tie.one], "rule": tie.rule, "mw": tie.mw,
            "mw_back": tie.mw_back, "out_twh": self._twh(out), "back_twh": self._twh(back),
            "agreed_out_twh": self._twh(given), "agreed_back_twh": self._twh(given_back), "exports_twh": None,
            "imports_twh": None, "export_musd": None, "import_musd": None,
            "use": self._twh(out + back) * 1e6 / (widest * hours) if widest else None,
            "full_h": float((((out > tie.mw - FULL) & (tie.mw > 0)) | ((back > tie.mw_back - FULL) & (tie.mw_back > 0)))
                            .sum()) * self.weight_h,
        }  # fmt: skip
        return line | self._trade(ix)

    def _trade(self, ix: int) -> LINE:
        """What a tie to a market sells and buys; nothing of another tie."""
        trade = self.found.trade(ix)
        if trade is None:
            return {}
        return {
            "market": trade.market.zone, "country": self.country_of[trade.zone],
            "exports_twh": self._twh(trade.exported), "imports_twh": self._twh(trade.imported),
            "export_musd": self._twh(trade.export_usd), "import_musd": self._twh(trade.import_usd),
        }  # fmt: skip

    def _zone(self, ix: int) -> LINE:
        found, zone = self.found, self.found.system.zones[ix]
        price, load = found.price[:, ix], found.system.load[:, ix]
        weighted = price @ load / load.sum() if load.sum() > 0 else price.mean()
        some = [line for line in self.plants if line["zone"] == zone.id]
        own = None if zone.market else True
        return {
            "zone": zone.id, "name": self.corridor.by_key("zone")[zone.id].name, "country": zone.country,
            "market": zone.market, "load_twh": own and self._twh(load), "peak_mw": own and float(load.max()),
            "made_twh": own and sum(map(_made, some)),
            "curtailed_twh": own and sum(line["curtailed_twh"] for line in some),
            "shed_gwh": own and self._twh(found.shed[:, ix]) * 1e3,
            "shed_h": own and float((found.shed[:, ix] > TOLERANCE_MW).sum()) * self.weight_h,
            "price_usd_mwh": float(weighted), "low_usd_mwh": float(np.quantile(price, TAIL)),
            "high_usd_mwh": float(np.quantile(price, 1 - TAIL)),
        }  # fmt: skip

    def _country(self, country: str) -> LINE:
        some = [line for line in self.plants if line["country"] == country]
        ties = [line for line in self.ties if line["country"] == country and line["market"]]
        zones = [ix for ix, zone in enumerate(self.found.system.zones) if zone.country == country and not zone.market]
        load = self.found.system.load[:, zones].sum(axis=1)
        outward = [line["market"] == line["to_zone"] for line in ties]
        of = self.carbon[country]
        return {
            "country": country, "load_twh": self._twh(load), "peak_mw": float(load.max()),
            "capacity_mw": sum(line["mw"] for line in some if line["reported"]),
            "made_twh": sum(map(_made, some)),
            **{name: sum(line[name] for line in ties)
               for name in ("exports_twh", "imports_twh", "export_musd", "import_musd")},
            "agreed_exports_twh": sum(line["agreed_out_twh" if there else "agreed_back_twh"]
                                      for line, there in zip(ties, outward, strict=True)),
            "agreed_imports_twh": sum(line["agreed_back_twh" if there else "agreed_out_twh"]
                                      for line, there in zip(ties, outward, strict=True)),
            "shed_gwh": self._twh(self.found.shed[:, zones]) * 1e3,
            **{name: sum(line[name] for line in some)
               for name in ("curtailed_twh", "gas_bcm", "mtco2", "mtco2e", "hydrogen_kt", "cost_musd")},
            "direct_made": _number(of["direct"].made_year), "direct_used": _number(of["direct"].used_year),
            "life_made": _number(of["life"].made_year), "life_used": _number(of["life"].used_year),
        }  # fmt: skip


def _made(line: Mapping[str, Any]) -> float:
    """TWh that are made; what a battery gives was made before."""
    return float(line["twh"]) if line["reported"] else 0.0


def _share(some: Iterable[Mapping[str, Any]]) -> float | None:
    """Of what wind, sun and water could have made, what they let pass by; None of others."""
    lines = [line for line in some if line["sort"] in ("solar", "wind", "hydro")]
    could = sum(line["could_twh"] for line in lines)
    return sum(line["curtailed_twh"] for line in lines) / could if could else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
