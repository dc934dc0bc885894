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
PACKAGE, RUN = "package", "run"
"""Where the wait in an item is from: the numbers of the package, or what a run of the simulator measured."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A time: its mean (h) and its variance (h2)."""

    mean: float = 0.0
    variance: float = 0.0

    def __add__(self, other: Hours) -> Hours:
        """One after the other, taken as independent."""
        return Hours(self.mean + other.mean, self.variance + other.variance)

    def of_share(self, share: float) -> Hours:
        """The time of anyone, where only this share of all has to spend it."""
        mean = share * self.mean
        return Hours(mean, share * (self.variance + self.mean**2) - mean**2)


NOTHING = Hours()


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
    waits: str = ""
    """PACKAGE or RUN: whose wait is in the hours; empty where there is none."""

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


def given(table: str, row: Row, columns: Sequence[str]) -> tuple[Address, ...]:
    """Addresses of those cells of a row that hold a number."""
    return tuple((table, row.id, column) for column in columns if getattr(row, column) is not None)


def facility_item(facility: Row, emission: Row | None, measured: Hours | None = None) -> Item:
    """The mean passage of a facility: queue, set-up, service, and the slow branch of some.

    The queue is that of the base-year load; or, where a run measured it, the papers and then that queue.
    """
    queue = Hours(facility.wait_h or 0.0, spread(facility.wait_h, facility.wait_cv, WAIT_CV))
    hours = stay(facility) + (queue if measured is None else papers(facility) + measured)
    leans_on = given("facility", facility, FACILITY_NUMBERS if measured is None else measured_numbers(facility))
    if emission is not None:
        leans_on += given("emission_factor", emission, ("kgco2e_container", "kgco2e_t"))
    return Item(
        facility.kind,
        facility.place,
        facility.id,
        hours.mean,
        hours.variance,
        facility.price_usd_teu or 0.0,
        facility.price_usd_feu or 0.0,
        (emission.kgco2e_t or 0.0) if emission else 0.0,
        (emission.kgco2e_container or 0.0) if emission else 0.0,
        leans_on=leans_on,
        waits=RUN if measured else PACKAGE if facility.wait_h else "",
    )


def stay(facility: Row, share: float = 1.0) -> Hours:
    """Set-up and service of a facility, slow branch included; or a share of it, as of loading alone."""
    slow_share, slow_h = facility.slow_share or 0.0, facility.slow_h or 0.0
    mean = (facility.setup_h or 0.0) + facility.service_time_h + slow_share * slow_h
    usual_cv = SERVICE_CV.get(facility.service_time_dist, 0.0)
    service = spread(facility.service_time_h, facility.service_time_cv, usual_cv)
    return Hours(share * mean, share**2 * (service + slow_share * (1 - slow_share) * slow_h**2))


def papers(facility: Row) -> Hours:
    """What is waited for without any server: `papers_h`, or all of `wait_h` where the two are not told apart."""
    hours = facility.wait_h if facility.papers_h is None else facility.papers_h
    return Hours(hours or 0.0, spread(hours, facility.wait_cv, WAIT_CV))


def measured_numbers(facility: Row) -> tuple[str, ...]:
    """Columns that the passage of a facility leans on where its queue is from a run."""
    before = "wait_h" if facility.papers_h is None else "papers_h"
    return tuple(before if column == "wait_h" else column for column in (*FACILITY_NUMBERS, "servers"))


def berth_item(facility: Row) -> Item:
    """What goods on board feel of a berth: the ship's wait for it."""
    wait = facility.wait_h or 0.0
    leans_on = given("facility", facility, ("wait_h", "wait_cv"))
    waits = PACKAGE if wait else ""
    variance = spread(wait, facility.wait_cv, WAIT_CV)
    return Item("berth", facility.place, facility.id, wait, variance, leans_on=leans_on, waits=waits)


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


HEADWAY_NUMBERS = ("headway_h", "headway_cv", "longest_wait_h", "fleet", "cutoff_h")


def headway_item(service: Row, place: str, headway_h: float) -> Item:
    """The wait for the next vehicle of a service without timetable, for goods that come at any time.

    Mean H/2 (1 + cv^2); second moment E[H^3] / (3 E[H]) with gamma headways, H^2 (1 + cv^2)(1 + 2 cv^2) / 3.
    """
    cv2 = (service.headway_cv or 0.0) ** 2
    mean = headway_h / 2 * (1 + cv2)
    wait = Hours(mean, headway_h**2 * (1 + cv2) * (1 + 2 * cv2) / 3 - mean**2)
    return departure_item(service, place, wait, PACKAGE)


def departure_item(service: Row, place: str, wait: Hours, waits: str) -> Item:
    """A wait for a vehicle after the service's cut-off."""
    leans_on = given("service", service, HEADWAY_NUMBERS)
    hours = (service.cutoff_h or 0.0) + wait.mean
    return Item("wait", place, service.id, hours, wait.variance, leans_on=leans_on, waits=waits)
