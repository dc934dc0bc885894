"""What an option takes from a country's wires, and what it would let out by the package's own grid."""

from __future__ import annotations

from math import fsum

from karvan.itinerary.option import Option
from karvan.itinerary.plan import Plan

GRID = "grid_intensity"


def wire_kwh(plan: Plan, option: Option, country: str) -> float:
    """kWh that the load takes from the wires of a country on an option, at the pantograph."""
    energy = plan.corridor.by_key("vehicle")
    return plan.ask.tonnes * fsum(
        item.km * energy[vehicle].energy_kwh_tkm
        for leg in option.legs
        for item in leg.items
        for vehicle in _under_wire(item.leans_on, country)
    )


def _under_wire(leans_on: tuple[tuple[str, str, str], ...], country: str) -> tuple[str, ...]:
    """The vehicle of an item whose power is from a country's wires; none of another."""
    if not any(table == GRID and row.partition(":")[0] == country for table, row, _ in leans_on):
        return ()
    return tuple(row for table, row, column in leans_on if (table, column) == ("vehicle", "energy_kwh_tkm"))


def kg_by_package(plan: Plan, option: Option) -> float | None:
    """kg CO2e of an option if the power of its trains were the package's; None where the package has no figure."""
    less = 0.0
    for grid in plan.grid:
        kwh = wire_kwh(plan, option, grid.country)
        if grid.package_gco2e_kwh is None:
            if kwh:
                return None
        else:
            less += kwh * (grid.gco2e_kwh - grid.package_gco2e_kwh) / 1000
    return option.co2e_kg - less
