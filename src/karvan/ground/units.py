"""Units of facts and units of columns: what says the same thing in other words or sizes.

Sources write days, knots and million tonnes; the tables hold hours, km/h and tonnes. What is not here is not the same
quantity, and turning one into the other is a derivation that has to be written down.
"""

from __future__ import annotations

_FACTORS: dict[str, dict[str, float]] = {
    "h": {"h": 1, "hours": 1, "d": 24, "days": 24, "min": 1 / 60, "months": 730.5},
    "km": {"km": 1, "nm": 1.852, "miles": 1.609344, "m": 0.001},
    "km/h": {"km/h": 1, "kn": 1.852, "knots": 1.852, "km/d": 1 / 24, "km/day": 1 / 24},
    "1/d": {"pairs/d": 1, "trains/day": 1, "trains/d": 1, "train pairs/day": 1, "train_pairs_per_day": 1},
    "t": {"t": 1, "thousand t": 1e3, "million t": 1e6, "t/truck": 1, "t/train": 1},
    "t/yr": {"t": 1, "t/yr": 1, "thousand t": 1e3, "million t": 1e6, "million t/year": 1e6},
    "TEU": {"TEU": 1, "FEU": 2, "thousand TEU": 1e3, "TEU/train": 1, "FEU/train": 2},
    "TEU/yr": {"TEU": 1, "TEU/yr": 1, "TEU/year": 1, "thousand TEU": 1e3, "million TEU": 1e6, "FEU": 2},
    "USD": {"USD": 1, "usd": 1, "USD/FEU": 1, "usd/FEU": 1, "USD/TEU": 1, "usd/TEU": 1, "USD/truck": 1,
            "usd/truck": 1, "usd/wagon": 1, "USD/container": 1, "usd/container": 1},
    "USD/FEU": {"USD/FEU": 1, "usd/FEU": 1, "USD/container": 1, "usd/container": 1},
    "USD/TEU": {"USD/TEU": 1, "usd/TEU": 1, "USD/container": 1, "usd/container": 1},
    "USD/t": {"USD/t": 1, "usd/t": 1},
    "t/TEU": {"t/TEU": 1},
    "%/d": {"% of value/day": 1, "%/day": 1, "% of price/day": 1},
    "gCO2e/tkm": {"g CO2e/tkm": 1},
    "gCO2e/MJ": {"g CO2e/MJ": 1},
    "gCO2e/kWh": {"g CO2e/kWh": 1, "g CO2/kWh": 1},
    "kWh/tkm": {"kWh/tkm": 1, "Wh/net tkm": 1e-3, "Wh/gross tkm": 1e-3},
    "kgCO2e/container": {"kg CO2e/container": 1},
    "kgCO2e/t": {"kg CO2e/t": 1},
    "MW": {"MW": 1, "MW, over": 1, "MW, about": 1, "GW": 1e3},
    "TWh": {"TWh": 1, "GWh": 1e-3, "GWh, about": 1e-3, "TWh, over": 1, "TWh per year": 1},
    "MJ/m2": {"MJ per m2": 1},
    "gCO2/kWh": {"g CO2 per kWh": 1, "g CO2/kWh": 1, "g CO2e/kWh": 1},
    "million USD": {"million USD": 1, "million USD, over": 1},
    "wagon": {"wagons": 1, "wagons/train": 1},
    "truck": {"trucks": 1, "trucks/voyage": 1},
    "": {"": 1, "count": 1, "ratio": 1, "coefficient": 1, "berths": 1, "cranes": 1, "tracks": 1, "vessels": 1,
         "ferries": 1, "%": 0.01, "percent": 0.01},
}  # fmt: skip


def factor_between(unit: str, wanted: str) -> float | None:
    """What one `unit` of a fact is in a column's unit; None where they are not the same quantity."""
    return 1.0 if unit == wanted else _FACTORS.get(wanted, {}).get(unit)
