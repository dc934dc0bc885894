"""Items: what a unit of goods passes on its way, and what each costs it in hours, money and CO2e.

Everything that the planner adds up is a sum of items, and each item names the numbers of the corridor it was worked out
from. `docs/semantics.md` section 6 says what each means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan, sqrt

from karvan.corridor.row import Row
from karvan.ground.vocabulary import Address
from karvan.network.law import GAMMA, HEADWAY, SLOW, Law, fixed, gamma, moments, of_kind

AFLOAT = ("sea", "air", "inland_waterway")
"""Modes of which the vehicle sets the speed, and whose vehicles pass no border on their way: goods meet it where they
are loaded and unloaded."""
AMPLE = 1000
"""Servers from which on a facility is taken never to make anyone wait."""
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
    """One thing passed. Money and CO2e are for one container, one wagon, or one tonne of goods."""

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
    usd_wagon: float = 0.0
    usd_t: float = 0.0
    """For a tonne of goods that move in wagons."""
    of_wagons: tuple[Address, ...] = ()
    """Numbers that goods in wagons lean on, in place of the prices of boxes: `for_wagons`."""
    laws: tuple[Law, ...] = ()
    """How the hours vary: laws with their mean and variance; always the same where there is none."""

    @property
    def sums(self) -> tuple[float, ...]:
        """What adds up along a chain, in the order of SUMS."""
        return (
            self.hours, self.variance_h2, self.usd_20ft, self.usd_40ft, self.kg_per_t, self.kg_per_box, self.km,
            self.usd_wagon, self.usd_t,
        )  # fmt: skip


SUMS = ("hours", "variance_h2", "usd_20ft", "usd_40ft", "kg_per_t", "kg_per_box", "km", "usd_wagon", "usd_t")
HOURS, VARIANCE, USD_20FT, USD_40FT, KG_PER_T, KG_PER_BOX, KM, USD_WAGON, USD_T = range(len(SUMS))


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
WAGON_PRICES = ("price_usd_wagon", "price_usd_t")
BOX_PRICES = ("price_usd_teu", "price_usd_feu")


def given(table: str, row: Row, columns: Sequence[str]) -> tuple[Address, ...]:
    """Addresses of those cells of a row that hold a number."""
    return tuple((table, row.id, column) for column in columns if getattr(row, column) is not None)


def facility_item(facility: Row, emission: Row | None, measured: Hours | None = None) -> Item:
    """The mean passage of a facility: queue, set-up, service, and the slow branch of some.

    The queue is that of the base-year load; or, where a run measured it, the papers and then that queue.
    """
    queue = (wait(facility, facility.wait_h),) if measured is None else (papers(facility), of_hours(measured))
    laws = drawn(*stay(facility), *queue)
    hours, variance = moments(laws)
    leans_on = given("facility", facility, FACILITY_NUMBERS if measured is None else measured_numbers(facility))
    if emission is not None:
        leans_on += given("emission_factor", emission, ("kgco2e_container", "kgco2e_t"))
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
        waits=RUN if measured else PACKAGE if facility.wait_h else "",
        usd_wagon=facility.price_usd_wagon or 0.0,
        usd_t=facility.price_usd_t or 0.0,
        of_wagons=given("facility", facility, WAGON_PRICES),
        laws=laws,
    )


def for_wagons(items: Sequence[Item]) -> list[Item]:
    """Items as goods in wagons meet them: they lean on the prices of wagons, not on those of boxes."""

    def of_boxes(address: Address) -> bool:
        return address[0] == "tariff" or address[2] in BOX_PRICES

    return [
        replace(item, leans_on=(*(address for address in item.leans_on if not of_boxes(address)), *item.of_wagons))
        for item in items
    ]


def drawn(*laws: Law) -> tuple[Law, ...]:
    """Laws without those that take no time."""
    return tuple(law for law in laws if law.hours)


def of_hours(hours: Hours) -> Law:
    """A time of which no more than mean and variance are known, as a run measures them: a gamma."""
    return gamma(hours.mean, hours.variance)


def stay(facility: Row, share: float = 1.0) -> tuple[Law, ...]:
    """Set-up and service of a facility, slow branch included; or a share of it, as of loading alone.

    They vary as the simulator draws them: the slow branch as an exponential.
    """
    usual_cv = SERVICE_CV.get(facility.service_time_dist, 0.0)
    cv = usual_cv if facility.service_time_cv is None else facility.service_time_cv
    service = of_kind(facility.service_time_dist, facility.service_time_h, cv)
    slow = Law(SLOW, facility.slow_h or 0.0, share=facility.slow_share or 0.0)
    return tuple(law.scaled(share) for law in (fixed(facility.setup_h or 0.0), service, slow) if law.mean_h)


def wait(facility: Row, hours: float | None) -> Law:
    """A wait before a facility: a gamma, an exponential where no spread is given."""
    cv = WAIT_CV if facility.wait_cv is None else facility.wait_cv
    return Law(GAMMA, hours, cv) if hours and cv else fixed(hours or 0.0)


def papers(facility: Row) -> Law:
    """What is waited for without any server: `papers_h`, or all of `wait_h` where the two are not told apart."""
    return wait(facility, facility.wait_h if facility.papers_h is None else facility.papers_h)


def measured_numbers(facility: Row) -> tuple[str, ...]:
    """Columns that the passage of a facility leans on where its queue is from a run."""
    before = "wait_h" if facility.papers_h is None else "papers_h"
    return tuple(before if column == "wait_h" else column for column in (*FACILITY_NUMBERS, "servers"))


def berth_item(facility: Row) -> Item:
    """What goods on board feel of a berth: the ship's wait for it."""
    laws = drawn(wait(facility, facility.wait_h))
    leans_on = given("facility", facility, ("wait_h", "wait_cv"))
    waits = PACKAGE if laws else ""
    return Item("berth", facility.place, facility.id, *moments(laws), leans_on=leans_on, waits=waits, laws=laws)


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
    """The wait for the next vehicle of a service without timetable, for goods that come at any time."""
    return departure_item(service, place, Law(HEADWAY, headway_h, service.headway_cv or 0.0), PACKAGE)


def departure_item(service: Row, place: str, wait: Law, waits: str) -> Item:
    """A wait for a vehicle after the service's cut-off."""
    leans_on = given("service", service, HEADWAY_NUMBERS)
    laws = drawn(fixed(service.cutoff_h or 0.0), wait)
    return Item("wait", place, service.id, *moments(laws), leans_on=leans_on, waits=waits, laws=laws)
