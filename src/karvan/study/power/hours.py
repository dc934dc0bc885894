"""What a dispatch did by the hour, as tables in long form: a row an hour of a zone, plant, store, tie or country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.grid.dispatched import Dispatched
from karvan.grid.intensity import Intensity
from karvan.grid.network import agreed_flows
from karvan.grid.system import Floats
from karvan.study.power.register import CARBON_HOURS, PLANT_HOURS, STORE_HOURS, TIE_HOURS, ZONE_HOURS

Columns = dict[str, NDArray[Any]]
"""A table of results: arrays of shape (n_rows,) by column."""
Times = NDArray[np.datetime64]


def hour_tables(found: Dispatched, times: Times, carbon: Mapping[str, Mapping[str, Intensity]]) -> dict[str, Columns]:
    """All tables by the hour that have a row.

    Args:
        found: the dispatch.
        times: when each of its hours begins, UTC (n_hours,).
        carbon: of each country its intensity, direct and life.
    """
    system = found.system
    markets = [zone.market for zone in system.zones]
    plants, stores = [row.id for row in system.plants], [row.id for row in system.stores]
    agreed_out, agreed_back = agreed_flows(system)
    electrolysers = [row.id for row in system.electrolysers]
    blank = np.full((system.hours, len(electrolysers)), np.nan)
    tables = {
        ZONE_HOURS.name: _long(times, "zone", [zone.id for zone in system.zones], {
            "load_mw": _none(system.load, markets), "shed_mw": _none(found.shed, markets),
            "price_usd_mwh": found.price,
        }),
        CARBON_HOURS.name: _long(times, "country", list(carbon), {
            "made_mwh": _stack([of["life"].made_mwh for of in carbon.values()]),
            "used_mwh": _stack([of["life"].used_mwh for of in carbon.values()]),
        } | {
            f"{way}_{what}": _stack([getattr(of[way], what) for of in carbon.values()])
            for way in ("direct", "life") for what in ("made", "used")
        }),
        PLANT_HOURS.name: _long(times, "plant", plants, {"mw": found.generation, "could_mw": found.could}),
        STORE_HOURS.name: _long(times, "store", [*stores, *electrolysers], {
            "given_mw": np.hstack([found.discharge, 0 * blank if electrolysers else blank]),
            "taken_mw": np.hstack([found.charge, found.electrolysis]),
            "level_mwh": np.hstack([found.level, blank]), "spilled_mw": np.hstack([found.spilled, blank]),
        }),
        TIE_HOURS.name: _long(times, "tie", [tie.id for tie in system.ties], {
            "out_mw": found.out, "back_mw": found.back, "agreed_out_mw": agreed_out, "agreed_back_mw": agreed_back,
        }),
    }  # fmt: skip
    return {name: columns for name, columns in tables.items() if len(columns["time"])}


def _stack(columns: Sequence[Floats]) -> Floats:
    return np.column_stack(columns)


def _none(values: Floats, where: Sequence[bool]) -> Floats:
    """The same, missing in some columns."""
    found = values.copy()
    found[:, np.array(where, dtype=bool)] = np.nan
    return found


def _long(times: Times, key: str, ids: Sequence[str], values: Mapping[str, Floats]) -> Columns:
    """A row an hour of each id, in the order of ids and then of hours; values are (n_hours, n_ids)."""
    return {
        "time": np.tile(times.astype("datetime64[s]"), len(ids)),
        key: np.repeat(np.array(ids, dtype=object), len(times)),
        # A nought of the solver may be below nought by its sign.
        **{name: np.asarray(columns, dtype=np.float64).T.ravel() + 0.0 for name, columns in values.items()},
    }
