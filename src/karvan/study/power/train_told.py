"""A block train as one JSON document."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from karvan.corridor import Corridor
from karvan.study.power.train import ByHour, TrainAnswer, UnderGrid

Document = dict[str, Any]
LOSSES = (
    "Well to wheel, per TEU of goods: tonnes x km x kWh a tonne-km at the pantograph. The losses of lines between the "
    "plants and the train are not in it, nor are they in grid_intensity; about 6 % more with them (EF-096)."
)
MEANS = (
    "The year is the mean by energy made, as grid_intensity has it; the hours are of departures, each with the mix of "
    "the hours that the train is under way, stops and borders not counted."
)


def train_document(corridor: Corridor, found: TrainAnswer) -> Document:
    """The whole answer: kg CO2e a TEU by diesel and by each grid; hours of departure are UTC, profiles local."""
    ask, factor = found.ask, found.factor
    return {
        "from": found.hops[0].from_place,
        "to": found.hops[-1].to_place,
        "passes": [found.hops[0].from_place, *(hop.to_place for hop in found.hops)],
        "links": [hop.link for hop in found.hops],
        "km": _round(found.km),
        "wire_km": _round(found.wire_km),
        "hours": _round(found.hours),
        "time_zone": corridor.place(found.hops[0].from_place).time_zone or "UTC",
        "teu": ask.teu,
        "tonnes_teu": ask.tonnes_teu,
        "vehicle": found.vehicle,
        "of": ask.of,
        "kwh_teu": _round(found.kwh_teu),
        "kwh_train": _round(found.kwh_teu * ask.teu),
        "diesel": {
            "factor": factor.id,
            "gco2e_tkm": factor.gco2e_tkm,
            "kg_teu": _round(found.diesel_kg_teu),
            "ttw_kg_teu": None if found.diesel_ttw_kg_teu is None else _round(found.diesel_ttw_kg_teu),
            "kg_train": _round(found.diesel_kg_teu * ask.teu),
        },
        "grids": [_grid(found, grid) for grid in found.grids],
        "notes": [LOSSES, MEANS],
    }


def _grid(found: TrainAnswer, grid: UnderGrid) -> Document:
    return {
        "grid": grid.name,
        "scenario": grid.scenario,
        "year": grid.year,
        "gco2e_kwh": {country: _round(grams) for country, grams in grid.gco2e_kwh.items()},
        "kg_teu": _round(grid.kg_teu),
        "kg_train": _round(grid.kg_teu * found.ask.teu),
        "of_diesel": _round(grid.kg_teu / found.diesel_kg_teu),
        "by_hour": None if grid.by_hour is None else _hours(grid.by_hour),
    }


def _hours(hours: ByHour) -> Document:
    low, high = int(hours.kg_teu.argmin()), int(hours.kg_teu.argmax())
    return {
        "departures": len(hours.kg_teu),
        "min": {"kg_teu": _round(float(hours.kg_teu[low])), "depart": hours.at(low)},
        "mean": {"kg_teu": _round(float(hours.kg_teu.mean()))},
        "max": {"kg_teu": _round(float(hours.kg_teu[high])), "depart": hours.at(high)},
        "p10_kg_teu": _round(float(np.quantile(hours.kg_teu, 0.1))),
        "p90_kg_teu": _round(float(np.quantile(hours.kg_teu, 0.9))),
        "hour_of_day_kg_teu": [_round(value) if isfinite(value) else None for value in hours.hour_of_day.tolist()],
        "month_kg_teu": [_round(value) if isfinite(value) else None for value in hours.month.tolist()],
    }


def _round(value: float) -> float:
    """Six decimals: the same text on every machine."""
    return round(value, 6) + 0.0
