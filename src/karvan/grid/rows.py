"""The rows of a power system that are there in a year, and what is wrong with them before anything is made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row, key_of
from karvan.formats.power.profile import Profiles
from karvan.grid.making import unknown
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables import BY_NAME
from karvan.tables.column import Column
from karvan.tables.plans import PLANNED

NEEDED: dict[str, tuple[tuple[str, str], ...]] = {
    "thermal": (
        ("fuel", "usd_mwh"), ("fuel", "kgco2_mwh"), ("fuel", "kgco2e_mwh_upstream"), ("technology", "usd_mwh"),
        ("technology", "gco2e_kwh"), ("technology", "available"), ("either", "efficiency"),
    ),
    "hydro": (("technology", "usd_mwh"), ("technology", "gco2e_kwh"), ("profile", "capacity_factor")),
    "solar": (
        ("technology", "usd_mwh"), ("technology", "gco2e_kwh"), ("profile", "mount"),
        ("profile", "dc_ac or capacity_factor"), ("profile", "radiation or capacity_factor"),
    ),
    "wind": (("technology", "usd_mwh"), ("technology", "gco2e_kwh"), ("profile", "capacity_factor")),
    "battery": (
        ("technology", "usd_mwh"), ("technology", "gco2e_kwh"), ("plant", "mwh"), ("either", "efficiency"),
    ),
    "electrolyser": (("fuel", "usd_mwh"), ("either", "efficiency")),
}  # fmt: skip
"""What each sort cannot do without, and where it stands: `either` is the plant or its technology, `profile` the plant
unless the user has a profile for it."""

KEYED = ("zone", "fuel", "technology", "plant", "tie", "exchange", "load")
"""Tables whose rows are looked up by their key."""
SIZES = {"plant": ("mw", "mwh"), "tie": ("mw", "mw_back", "loss")}
"""Columns that are looked at with the rest of their row: a plant may be of 0 MW there."""


def column_holds(column: Column, value: object) -> bool:
    """Whether a value in memory is one that a number column could have been read with."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        return False
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    return bool(np.isfinite(value) and low <= value <= high and not (column.above and value == low))


@dataclass(eq=False)
class Rows:
    """Zones, plants, ties, technologies and fuels of a corridor in a year, and their problems."""

    corridor: Corridor
    year: int
    given: Sequence[Profiles] = ()
    """The user's own."""
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zones = {row.id: row for row in self.corridor.rows("zone")}
        self.technologies = self.corridor.by_key("technology")
        self.fuels = self.corridor.by_key("fuel")
        self.ties = self.corridor.rows("tie")
        self.plants = [
            row for row in self.corridor.rows("plant") if (row.since or 0) <= self.year <= (row.until or self.year)
        ]

    def raise_if_any(self) -> None:
        """Raise InputError with all problems that were found so far."""
        if self.problems:
            raise InputError(f"{self.corridor.name}, power system of {self.year}", self.problems)

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """What goes wrong within is kept until all is looked at."""
        try:
            yield
        except InputError as error:
            self.problems += error.problems

    def check(self) -> None:
        """Find what is wrong: names of profiles, rows twice, rival versions, sizes below 0, numbers that are none or
        beyond what their column may hold, what is missing, ties to nowhere, exchange over ties that have none."""
        self._check_names()
        self._check_keys()
        self._check_rivals()
        for row in self.plants:
            self._check_plant(row)
        for row in self.ties:
            self._check_tie(row)
        self._check_numbers()
        self._check_exchange()

    def at_border(self, tie: Row) -> bool:
        """Whether a tie goes to a market."""
        return any(self.zones[end].load_share is None for end in (tie.from_zone, tie.to_zone))

    def kind(self, plant: Row) -> str:
        """plant, store or electrolyser."""
        sort: str = self.technologies[plant.technology].sort
        if sort == "electrolyser":
            return sort
        return "store" if sort == "battery" or (sort == "hydro" and plant.mwh) else "plant"

    def _check_names(self) -> None:
        """Profiles of the user that fit no plant and no zone, and those of what is not there in the year."""
        here = {row.id for row in self.plants} | set(self.zones)
        known = here | {row.id for table in ("plant", "planned_plant") for row in self.corridor.rows(table)}
        seen: dict[str, str] = {}
        for file in self.given:
            for name in file.values:
                address = f"{file.source}, {name}"
                if name not in known:
                    self.problems.append(unknown(address, name, known, "plant"))
                elif name in seen:
                    remedy = "give the profile of each plant or zone once"
                    self.problems.append(Problem(address, f"in {seen[name]} too", remedy))
                elif name not in here:
                    self.notes.append(f"{address}: not used, it is not there in {self.year}")
                seen[name] = file.source

    def _check_keys(self) -> None:
        """Rows of one key: the system would be of the last of them."""
        for table in KEYED:
            counts = Counter(key_of(table, row) for row in self.corridor.rows(table))
            for key, count in sorted(counts.items()):
                if count > 1:
                    self.problems.append(Problem(f"{table}.csv, row {key}", f"{count} of them", "give it once"))

    def _check_numbers(self) -> None:
        """Numbers that are none, or beyond the bounds of their column: tables made in memory have not been parsed."""
        technologies = [self.technologies[name] for name in sorted({row.technology for row in self.plants})
                        if name in self.technologies]  # fmt: skip
        fuels = sorted({row.fuel for row in technologies if row.fuel in self.fuels})
        rows: dict[str, Sequence[Row]] = {
            "zone": list(self.zones.values()), "technology": technologies, "fuel": [self.fuels[name] for name in fuels],
            "plant": self.plants, "tie": self.ties,
            **{table: [row for row in self.corridor.rows(table) if row.year == self.year]
               for table in ("load", "exchange")},
            "grid_intensity": self.corridor.rows("grid_intensity"), "radiation": self.corridor.rows("radiation"),
        }  # fmt: skip
        for table, some in rows.items():
            columns = [column for column in BY_NAME[table]
                       if column.kind == "number" and column.name not in SIZES.get(table, ())]  # fmt: skip
            for row in some:
                for column in columns:
                    value = getattr(row, column.name)
                    if value is not None and not column_holds(column, value):
                        address = f"{table}.csv, row {key_of(table, row)}, {column.name}"
                        self.problems.append(Problem(address, shown(value), f"give {column.expects()}"))
        for row in self.corridor.rows("load_shape"):  # those below 0 are told with their span
            if not np.isfinite(row.weight):
                address = f"load_shape.csv, row {key_of('load_shape', row)}, weight"
                self.problems.append(Problem(address, shown(row.weight), "give a number of 0 or more"))

    def _check_exchange(self) -> None:
        """What is agreed over ties that there are not, or that lead to no market."""
        ties = {row.id: row for row in self.ties}
        planned = {row.id for row in self.corridor.rows(f"{PLANNED}tie")}
        for row in self.corridor.rows("exchange"):
            address, tie = f"exchange.csv, row {key_of('exchange', row)}, tie", ties.get(row.tie)
            if tie is None:
                if row.tie not in planned:
                    near = ", ".join(nearest(row.tie, ties) or sorted(ties)) or "none"
                    self.problems.append(Problem(address, shown(row.tie), f"not in tie.csv; nearest: {near}"))
            elif {tie.from_zone, tie.to_zone} <= self.zones.keys() and not self.at_border(tie):
                remedy = "it leads to no market: nothing is agreed over it"
                self.problems.append(Problem(address, shown(row.tie), remedy))

    def _check_rivals(self) -> None:
        """Versions of one plant or tie that are there together."""
        for table, there in (("plant", self.plants), ("tie", self.ties)):
            sites: dict[str, list[str]] = {}
            for row in there:
                if row.site:
                    sites.setdefault(row.site, []).append(row.id)
            for site, ids in sorted(sites.items()):
                if len(ids) > 1:
                    remedy = "leave all but one of them out: they are rival versions of one"
                    found = f"{' and '.join(sorted(ids))} in {self.year}"
                    self.problems.append(Problem(f"{table}.csv, site {shown(site)}", found, remedy))

    def _check_plant(self, row: Row) -> None:
        """What a plant lacks that its sort needs."""
        address = f"plant.csv, row {row.id}"
        if row.zone not in self.zones:
            self.problems.append(unknown(f"{address}, zone", row.zone, self.zones, "zone"))
        if not (row.mw is not None and 0 <= row.mw < np.inf):
            self.problems.append(Problem(f"{address}, mw", shown(row.mw), "give a size of 0 or more (MW)"))
        if row.mwh is not None and not 0 <= row.mwh < np.inf:
            self.problems.append(Problem(f"{address}, mwh", shown(row.mwh), "give 0 or more (MWh)"))
        technology = self.technologies.get(row.technology)
        if technology is None:
            self.problems.append(unknown(f"{address}, technology", row.technology, self.technologies, "technology"))
        else:
            if row.mw == 0 and technology.sort == "hydro" and row.mwh:
                remedy = "give a size above 0 (MW): what flows into a reservoir is a share of it"
                self.problems.append(Problem(f"{address}, mw", "0", remedy))
            for table, column in NEEDED[technology.sort]:
                self._need(row, technology, table, column)

    def _need(self, row: Row, technology: Row, table: str, column: str) -> None:
        """Tell where a number that a plant needs is missing."""
        of: dict[str, tuple[str, str, tuple[Row, ...]]] = {
            "plant": ("plant", row.id, (row,)),
            "profile": ("plant", row.id, (row,)),
            "either": ("plant", row.id, (row, technology)),
            "technology": ("technology", technology.id, (technology,)),
            "fuel": ("fuel", technology.fuel, (self.fuels[technology.fuel],) if technology.fuel in self.fuels else ()),
        }
        if table == "profile" and any(row.id in file.values for file in self.given):
            return
        name, key, rows = of[table]
        if not rows:
            address = f"technology.csv, row {technology.id}, fuel"
            problem = unknown(address, technology.fuel, self.fuels, "fuel") if technology.fuel else Problem(
                address, "nothing", f"name the fuel of what is {technology.sort}")  # fmt: skip
        elif all(getattr(each, part) in (None, "") for each in rows for part in column.split(" or ")):
            remedy = f"give it: what is {technology.sort} needs it"
            problem = Problem(f"{name}.csv, row {key}, {column}", "nothing", remedy)
        else:
            return
        if problem not in self.problems:
            self.problems.append(problem)

    def _check_tie(self, row: Row) -> None:
        """What is wrong with a tie: its ends, its size, its rule."""
        address, before = f"tie.csv, row {row.id}", len(self.problems)
        ends = row.from_zone, row.to_zone
        for column, end in zip(("from_zone", "to_zone"), ends, strict=True):
            if end not in self.zones:
                self.problems.append(unknown(f"{address}, {column}", end, self.zones, "zone"))
        if ends[0] == ends[1]:
            self.problems.append(Problem(address, f"{shown(ends[0])} at both ends", "join two zones"))
        for column in ("mw", "mw_back", "loss"):
            value = getattr(row, column)
            if value is None and column != "mw":
                continue
            if value is None or not 0 <= value < np.inf:
                found = "nothing" if value is None else shown(value)
                self.problems.append(Problem(f"{address}, {column}", found, "give 0 or more"))
        if len(self.problems) == before and self.at_border(row) and not row.rule:
            self.problems.append(Problem(f"{address}, rule", "nothing", "give agreed, green or free"))
