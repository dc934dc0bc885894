"""Items: what a unit of goods passes on its way, and what each costs it in hours, money and CO2e.

Everything that the planner adds up is a sum of items, and each item names the numbers of the corridor it was worked out
from. `docs/semantics.md` section 6 says what each means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

from karvan.corridor.row import Row
from karvan.ground.vocabulary import Address

AFLOAT = ("sea", "air", "inland_waterway")
"""Modes of which the vehicle sets the speed, and whose vehicles pass no border on their way: goods meet it where they
are loaded and unloaded."""
KG_PER_G = 1e-3
WAIT_CV = 1.0
"""Spread of a wait whose cv is not given: that of an exponential, as queues have about it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing passed. Money and CO2e are for one container, or one tonne of goods."""

    kind: str
    place: str
    row: str
    """Id of the facility, link, service or stop."""
    hours: float = 0.0
    variance_h2: float = 0.0
    usd_20ft: float = 0.0
    usd_40ft: float = 0.0
    kg_per_t: float = 0.0
    kg_per_box: float = 0.0
    km: float = 0.0
    leans_on: tuple[Address, ...] = ()

    @property
    def sums(self) -> tuple[float, float, float, float, float, float, float]:
        """What adds up along a chain, in the order of SUMS."""
        return self.hours, self.variance_h2, self.usd_20ft, self.usd_40ft, self.kg_per_t, self.kg_per_box, self.km


SUMS = ("hours", "variance_h2", "usd_20ft", "usd_40ft", "kg_per_t", "kg_per_box", "km")
HOURS, VARIANCE, USD_20FT, USD_40FT, KG_PER_T, KG_PER_BOX, KM = range(len(SUMS))


def total(items: Sequence[Item]) -> tuple[float, ...]:
    """The sums over items, in the order of SUMS."""
    if len(items) == 1:
        return items[0].sums
    columns = zip(*(item.sums for item in items), strict=True)
    return tuple(sum(column) for column in columns) or (0.0,) * len(SUMS)


def spread(mean: float | None, cv: float | None, usual_cv: float) -> float:
    """Variance of a time with that mean and coefficient of variation."""
    return ((mean or 0.0) * (usual_cv if cv is None else cv)) ** 2


SERVICE_CV = {"exponential": 1.0, "deterministic": 0.0, "triangular": 1 / sqrt(6)}
"""Spread of a service time whose cv is not given, by its distribution; the others, and none, count as even."""


FACILITY_NUMBERS = (
    "service_time_h", "service_time_cv", "wait_h", "wait_cv", "setup_h", "slow_share", "slow_h", "price_usd_teu",
    "price_usd_feu",
)  # fmt: skip


def _given(table: str, row: Row, columns: Sequence[str]) -> tuple[Address, ...]:
    """Addresses of those cells of a row that hold a number."""
    return tuple((table, row.id, column) for column in columns if getattr(row, column) is not None)


def facility_item(facility: Row, emission: Row | None) -> Item:
    """The mean passage of a facility at base-year load: queue, set-up, service, and the slow branch of some."""
    slow_share, slow_h = facility.slow_share or 0.0, facility.slow_h or 0.0
    hours = (facility.wait_h or 0.0) + (facility.setup_h or 0.0) + facility.service_time_h + slow_share * slow_h
    variance = (
        spread(facility.wait_h, facility.wait_cv, WAIT_CV)
        + spread(facility.service_time_h, facility.service_time_cv, SERVICE_CV.get(facility.service_time_dist, 0.0))
        + slow_share * (1 - slow_share) * slow_h**2
    )
    leans_on = _given("facility", facility, FACILITY_NUMBERS)
    if emission is not None:
        leans_on += _given("emission_factor", emission, ("kgco2e_container", "kgco2e_t"))
    return Item(
        facility.kind,
        facility.place,
        facility.id,
        hours,
        variance,
        facility.price_usd_teu or 0.0,
        facility.price_usd_feu or 0.0,
        (emission.kgco2e_t or 0.0) if emission else 0.0,
        (emission.kgco2e_container or 0.0) if emission else 0.0,
        leans_on=leans_on,
    )


def berth_item(facility: Row) -> Item:
    """What goods on board feel of a berth: the ship's wait for it."""
    wait = facility.wait_h or 0.0
    leans_on = _given("facility", facility, ("wait_h", "wait_cv"))
    return Item("berth", facility.place, facility.id, wait, spread(wait, facility.wait_cv, WAIT_CV), leans_on=leans_on)


def travel_item(link: Row, vehicle: Row, factor: Row | None, grid: Row | None, start: str) -> Item:
    """Riding a link: its length at its speed, and well-to-wheel CO2e by the wire's current or the vehicle's fuel."""
    leans_on: tuple[Address, ...] = (("link", link.id, "length_km"),)
    if link.mode in AFLOAT and vehicle.speed_kmh is not None:
        speed, source = vehicle.speed_kmh, ("vehicle", vehicle.id, "speed_kmh")
    else:
        speed, source = link.speed_kmh, ("link", link.id, "speed_kmh")
    grams, emits = _grams_per_tkm(link, vehicle, factor, grid)
    return Item(
        "travel",
        start,
        link.id,
        hours=link.length_km / speed,
        kg_per_t=link.length_km * grams * KG_PER_G,
        km=link.length_km,
        leans_on=(*leans_on, source, *emits),
    )


def _grams_per_tkm(link: Row, vehicle: Row, factor: Row | None, grid: Row | None) -> tuple[float, tuple[Address, ...]]:
    if link.electrified and vehicle.energy_kwh_tkm is not None and grid is not None:
        addresses: tuple[Address, ...] = (
            ("vehicle", vehicle.id, "energy_kwh_tkm"),
            ("grid_intensity", f"{grid.country}:{grid.year}", "gco2e_kwh"),
        )
        return vehicle.energy_kwh_tkm * grid.gco2e_kwh, addresses
    if factor is None or factor.gco2e_tkm is None:
        return nan, ()
    return factor.gco2e_tkm, (("emission_factor", factor.id, "gco2e_tkm"),)


def dwell_item(stop: Row) -> Item:
    """A vehicle's stand at a stop on its way."""
    row = f"{stop.service}:{stop.seq}"
    leans_on = (("stop", row, "dwell_h"),) if stop.dwell_h is not None else ()
    return Item("dwell", stop.place, row, stop.dwell_h or 0.0, leans_on=leans_on)


def headway_item(service: Row, place: str, headway_h: float) -> Item:
    """The wait for the next vehicle of a service without timetable, for goods that come at any time.

    Mean H/2 (1 + cv^2); second moment E[H^3] / (3 E[H]) with gamma headways, H^2 (1 + cv^2)(1 + 2 cv^2) / 3.
    """
    cv2 = (service.headway_cv or 0.0) ** 2
    mean = headway_h / 2 * (1 + cv2)
    variance = headway_h**2 * (1 + cv2) * (1 + 2 * cv2) / 3 - mean**2
    leans_on = _given("service", service, ("headway_h", "headway_cv", "longest_wait_h", "fleet", "cutoff_h"))
    cutoff = service.cutoff_h or 0.0
    return Item("wait", place, service.id, cutoff + mean, variance, leans_on=leans_on)
