"""What is wrong in a power system made by hand or read: all of it at once, before anything is solved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from karvan.grid.system import Floats, System
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables.power import RULES

PLANT_SORTS = ("thermal", "hydro", "solar", "wind")
STORE_SORTS = ("battery", "hydro")
SLACK = 1e-9
"""By how much a share may pass 1, or a least its most, because of rounding."""


def check(system: System) -> None:
    """Raise InputError with every problem of a system; give nothing if there is none."""
    problems = [
        *_names(system),
        *_lengths(system),
        *_zones(system),
        *_plants(system),
        *_stores(system),
        *_ties(system),
        *_agreed(system),
        *_others(system),
    ]
    if problems:
        raise InputError(f"power system {shown(system.name)}", problems)


def _names(system: System) -> Iterator[Problem]:
    kinds: tuple[tuple[str, list[str]], ...] = (
        ("zone", [zone.id for zone in system.zones]),
        ("plant or store", [*(plant.id for plant in system.plants), *(store.id for store in system.stores)]),
        ("tie", [tie.id for tie in system.ties]),
        ("electrolyser", [row.id for row in system.electrolysers]),
        ("market of zone", [market.zone for market in system.markets]),
        ("agreed over tie", [row.tie for row in system.agreed]),
    )
    for kind, ids in kinds:
        for name, count in sorted(Counter(ids).items()):
            if count > 1:
                yield Problem(f"{kind} {shown(name)}", f"{count} of that name", "name each once")


def _arrays(system: System) -> Iterator[tuple[str, Floats]]:
    """Everything that goes by the hour, with its address."""
    yield "load", system.load
    for plant in system.plants:
        yield f"plant {shown(plant.id)}, may", plant.may
        yield f"plant {shown(plant.id)}, least", plant.least
    for store in system.stores:
        yield f"store {shown(store.id)}, inflow", store.inflow
    for market in system.markets:
        yield f"market {shown(market.zone)}, usd_mwh", market.usd_mwh
    for agreed in system.agreed:
        yield f"agreed over tie {shown(agreed.tie)}, out", agreed.out
        yield f"agreed over tie {shown(agreed.tie)}, back", agreed.back


def _lengths(system: System) -> Iterator[Problem]:
    """One length for all, the load's unless that is no whole days and others are; no value that is no number."""
    arrays = [(address, np.asarray(values)) for address, values in _arrays(system)]
    counts = Counter(values.shape[0] if values.ndim else 0 for _, values in arrays)
    hours = system.load.shape[0] if system.load.ndim else 0
    if hours % 24 and counts[hours] == 1:
        hours = max((length for length in counts if length and length % 24 == 0), key=counts.__getitem__, default=hours)
    if not hours:
        yield Problem("load", "no hours", "give one value or more of each zone")
    wanted = (hours, len(system.zones))
    if system.load.ndim != 2 or system.load.shape[1] != len(system.zones):
        yield Problem("load", f"an array of {system.load.shape}", f"give one column for each zone: {wanted}")
    for address, values in arrays:
        length = values.shape[0] if values.ndim else 0
        if length != hours:
            yield Problem(address, f"{length:,} hours", f"give {hours:,}, as the rest of the system has")
        elif values.ndim != 1 and address != "load":
            yield Problem(address, f"an array of {values.shape}", f"give one value an hour: ({hours},)")
        elif bad := int((~np.isfinite(values)).sum()):
            where = int(np.argwhere(~np.isfinite(values))[0][0])
            yield Problem(address, f"no finite number in {bad:,} hours, the first is {where}", "give one in every hour")


def _zones(system: System) -> Iterator[Problem]:
    markets = {market.zone for market in system.markets}
    ids = [zone.id for zone in system.zones]
    if not system.own:
        yield Problem("zones", "none but markets", "give one or more that use power")
    fits = system.load.ndim == 2 and system.load.shape[1] == len(ids)
    for ix, zone in enumerate(system.zones):
        load = system.load[:, ix] if fits else np.zeros(1)
        if zone.market and zone.id not in markets:
            yield Problem(f"zone {shown(zone.id)}", "a market without a price", "give its Market")
        if zone.market and np.any(load != 0):
            yield Problem(f"zone {shown(zone.id)}", "a market with a load", "a market only buys and sells: load 0")
        if not zone.market and zone.id in markets:
            yield Problem(f"zone {shown(zone.id)}", "a price of a zone that is no market", "say market, or drop it")
        if np.any(load < 0):
            yield Problem(f"zone {shown(zone.id)}, load", f"{load.min():g} MW", "give 0 or more")
    for market in system.markets:
        yield from _known(system, f"market {shown(market.zone)}", market.zone, own=False)
        for name, value in (("levy_usd_t", market.levy_usd_t), ("kgco2e_mwh", market.kgco2e_mwh)):
            yield from _amount(f"market {shown(market.zone)}, {name}", value)


def _plants(system: System) -> Iterator[Problem]:
    for plant in system.plants:
        address = f"plant {shown(plant.id)}"
        yield from _known(system, address, plant.zone, own=True)
        if plant.sort not in PLANT_SORTS:
            yield Problem(f"{address}, sort", shown(plant.sort), f"give one of {', '.join(PLANT_SORTS)}")
        yield from _amount(f"{address}, mw", plant.mw)
        for name in ("usd_mwh", "kgco2_mwh", "kgco2e_mwh", "m3_mwh"):
            yield from _amount(f"{address}, {name}", getattr(plant, name))
        for name, values in (("may", plant.may), ("least", plant.least)):
            yield from _share_by_hour(f"{address}, {name}", values)
        if plant.may.shape == plant.least.shape and np.any(plant.least > plant.may + SLACK):
            hour = int(np.argmax(plant.least - plant.may))
            found = f"{plant.least[hour]:g} where it may give {plant.may[hour]:g}, in hour {hour}"
            yield Problem(f"{address}, least", found, "give no more than `may`")


def _stores(system: System) -> Iterator[Problem]:
    for store in system.stores:
        address = f"store {shown(store.id)}"
        yield from _known(system, address, store.zone, own=True)
        if store.sort not in STORE_SORTS:
            yield Problem(f"{address}, sort", shown(store.sort), f"give one of {', '.join(STORE_SORTS)}")
        for name in ("mw", "mwh", "usd_mwh", "kgco2e_mwh"):
            yield from _amount(f"{address}, {name}", getattr(store, name))
        cycle = "it cannot give back more than it took: give a share above 0 and at most 1"
        if not 0 < store.out <= 1:
            yield Problem(f"{address}, out", f"{store.out:g}", cycle)
        if not 0 <= store.into <= 1 or (store.sort == "battery" and store.into == 0):
            yield Problem(f"{address}, into", f"{store.into:g}", cycle)
        if np.any(store.inflow < 0):
            yield Problem(f"{address}, inflow", f"{store.inflow.min():g} MW", "give 0 or more")
        if store.sort == "battery" and np.any(store.inflow > 0):
            yield Problem(f"{address}, inflow", "water into a battery", "give 0 in every hour, or say hydro")


def _ties(system: System) -> Iterator[Problem]:
    market = {zone.id: zone.market for zone in system.zones}
    for tie in system.ties:
        address = f"tie {shown(tie.id)}"
        for end in (tie.one, tie.other):
            yield from _known(system, address, end)
        if tie.one == tie.other:
            yield Problem(address, f"from {shown(tie.one)} to itself", "give two zones")
        ends = [market.get(end, False) for end in (tie.one, tie.other)]
        if all(ends):
            yield Problem(address, "between two markets", "give one end that is no market")
        elif any(ends) and tie.rule not in RULES:
            yield Problem(f"{address}, rule", shown(tie.rule), f"to a market, give one of {', '.join(RULES)}")
        elif not any(ends) and tie.rule:
            yield Problem(f"{address}, rule", shown(tie.rule), "leave it empty: neither end is a market")
        yield from _amount(f"{address}, mw", tie.mw)
        yield from _amount(f"{address}, mw_back", tie.mw_back)
        if not 0 <= tie.loss < 1:
            yield Problem(f"{address}, loss", f"{tie.loss:g}", "give a share of 0 or more and below 1")


def _agreed(system: System) -> Iterator[Problem]:
    ties = {tie.id: tie for tie in system.ties}
    for row in system.agreed:
        address = f"agreed over tie {shown(row.tie)}"
        tie = ties.get(row.tie)
        if tie is None:
            near = nearest(row.tie, ties) or sorted(ties)
            yield Problem(address, "no such tie", f"give one of {', '.join(near)}" if near else "give a tie")
            continue
        for name, values, most in (("out", row.out, tie.mw), ("back", row.back, tie.mw_back)):
            if np.any(values < 0):
                yield Problem(f"{address}, {name}", f"{values.min():g} MW", "give 0 or more")
            if np.any(values > most * (1 + SLACK)):
                found = f"{values.max():,.1f} MW in hour {int(np.argmax(values))} of a tie of {most:,.1f} MW"
                yield Problem(f"{address}, {name}", found, "give no more than it carries, or make it larger")


def _others(system: System) -> Iterator[Problem]:
    for row in system.electrolysers:
        address = f"electrolyser {shown(row.id)}"
        yield from _known(system, address, row.zone, own=True)
        yield from _amount(f"{address}, mw", row.mw)
        yield from _amount(f"{address}, usd_kg", row.usd_kg)
        if not (np.isfinite(row.kwh_kg) and row.kwh_kg > 0):
            yield Problem(f"{address}, kwh_kg", f"{row.kwh_kg:g}", "give a number above 0")
    if not 0 <= system.shed_share <= 1:
        yield Problem("shed_share", f"{system.shed_share:g}", "give a share of 0 to 1")
    dearest = max((plant.usd_mwh for plant in system.plants), default=0.0)
    if not (np.isfinite(system.shed_usd_mwh) and system.shed_usd_mwh > dearest + 2):
        remedy = f"give more than the dearest plant costs, {dearest:g}, and 2 besides: else load is shed to save money"
        yield Problem("shed_usd_mwh", f"{system.shed_usd_mwh:g}", remedy)


def _known(system: System, address: str, zone: str, own: bool | None = None) -> Iterator[Problem]:
    """A zone that is there, and is (no) market."""
    market = {each.id: each.market for each in system.zones}
    if zone not in market:
        near = nearest(zone, market) or sorted(market)
        yield Problem(f"{address}, zone {shown(zone)}", "no such zone", f"give one of {', '.join(near)}")
    elif own and market[zone]:
        yield Problem(f"{address}, zone {shown(zone)}", "a market", "give a zone that is no market")


def _amount(address: str, value: float) -> Iterator[Problem]:
    if not (np.isfinite(value) and value >= 0):
        yield Problem(address, f"{value:g}", "give a number of 0 or more")


def _share_by_hour(address: str, values: Floats) -> Iterator[Problem]:
    if values.size and np.nanmin(values) < 0:
        yield Problem(address, f"{np.nanmin(values):g} in hour {int(np.nanargmin(values))}", "give shares of 0 to 1")
    elif values.size and np.nanmax(values) > 1 + SLACK:
        yield Problem(address, f"{np.nanmax(values):g} in hour {int(np.nanargmax(values))}", "give shares of 0 to 1")
