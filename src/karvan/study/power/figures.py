"""Base years beside what was published of them: generation, exchange, demand, peak, capacity, intensity.

Every figure of the table `power_figure` of the year is held against the same sum of the run. What the run found is of
four sorts. Given: load, peak, agreed exchange and capacity are put in, and total generation follows from them. Fitted:
what wind, sun, water and waste make, as capacity factors are set by what was published. Follows: what all that burns a
fuel makes, as it is what is left of the one after the other, and no test of the dispatch. Foretold: the rest, as what
one gas plant makes, and intensity. A figure that the package leans on itself is marked.

A period is of its first month to its last, both in it; what is of more than a year is told as much as in a year of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.grid.dispatch import Infeasible, NotSolved
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.power.cases import package_with_cases
from karvan.study.power.compare import NoAnswer
from karvan.study.power.hours import Columns, Times
from karvan.study.power.register import PLANT_HOURS, PLANTS, STORE_HOURS, TIE_HOURS, TIES, ZONE_HOURS, ZONES
from karvan.study.power.run import PowerAnswer, PowerRun, power_of
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress

WITHIN = 0.1
"""Share of what was published that the model may be off."""
GIVEN, FITTED, FOLLOWS, FORETOLD = "given", "fitted", "follows", "foretold"
PERIOD = re.compile(r"(\d{4})-(\d{2})(?:/(?:(\d{4})-)?(\d{2}))?")
RENEWABLE = ("hydro", "solar", "wind", "waste")


@dataclass(frozen=True)
class Line:
    """One published figure, and the same of the run."""

    id: str
    """Of the figure and of its fact."""
    year: int
    period: str
    what: str
    technology: str
    plant: str
    unit: str
    published: float
    found: float | None
    """None where the model has nothing of it."""
    sort: str
    """given, fitted, follows or foretold."""
    leans: bool
    """Whether a number of the package that this sum hangs on is made of this very figure."""
    note: str
    reason: str = ""
    """Why they are more than a tenth apart."""

    @property
    def off(self) -> float | None:
        """By what share of what was published the run is off."""
        return None if self.found is None or not self.published else self.found / self.published - 1

    @property
    def within(self) -> bool | None:
        """Within 10 per cent; None where it cannot be told."""
        if self.found is not None and not self.published:
            return self.found == 0
        return None if self.off is None else abs(self.off) <= WITHIN


@dataclass(frozen=True)
class Held:
    """Base years of a country beside what was published."""

    country: str
    answers: tuple[PowerAnswer, ...]
    lines: tuple[Line, ...]
    solved: ClassVar[bool] = True


def held(
    package: Corridor | str = "middle-corridor",
    country: str = "AZ",
    bases: Sequence[str] = ("base-2024", "base-2025"),
    ask: PowerRun | None = None,
    *,
    progress: Progress | None = None,
) -> Held | NoAnswer:
    """Base years of a country beside all that was published of those years.

    Args:
        package: a corridor, or what `karvan.load` takes.
        country: ISO 3166-1 alpha-2 code.
        bases: scenarios, each of a year; they are dispatched once and kept.
        ask: how.

    Raises:
        InputError: a country that has no zone with a load, and what `power_run` raises.
    """
    corridor, progress = package_with_cases(package), progress or Progress()
    known = sorted({zone.country for zone in corridor.rows("zone") if zone.load_share is not None})
    if country not in known:
        remedy = f"give one of {', '.join(nearest(country, known) or known)}"
        raise InputError("the request", [Problem("country", shown(country), remedy)])
    answers, lines = [], []
    for base in bases:
        world = open_scenario(corridor, base)
        found: PowerAnswer | Infeasible | NotSolved = power_of(world, ask, progress=progress)
        if not isinstance(found, PowerAnswer):
            return NoAnswer(found, base)
        answers.append(found)
        lines += list(_Year(world, found, country).lines())
    return Held(country, tuple(answers), tuple(lines))


@dataclass(eq=False)
class _Year:
    """A year of a country, as a run has it and as it was published."""

    world: World
    answer: PowerAnswer
    country: str
    tables: dict[str, Columns] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.year = self.answer.country(self.country)
        self.plants = {line["plant"]: line for line in self.answer.rows(PLANTS) if line["country"] == self.country}
        self.zones = {line["zone"] for line in self.answer.rows(ZONES)
                      if line["country"] == self.country and not line["market"]}  # fmt: skip

    def lines(self) -> Iterator[Line]:
        rows = [
            row for row in self.world.base.rows("power_figure")
            if row.country == self.country and (row.year == self.answer.year or self.year_in(row.period))
        ]  # fmt: skip
        made = [found for row in rows if (found := self.line(row)) is not None]
        fitted = {_same(line) for line, _ in made if line.sort == FITTED}
        made = [(replace(line, sort=FITTED) if line.sort == FORETOLD and _same(line) in fitted else line, row)
                for line, row in made]  # fmt: skip
        for line, row in made:
            yield line if line.within else replace(line, reason=self.why(line, row, [one for one, _ in made]))

    def year_in(self, period: str | None) -> bool:
        """Whether a period of more than a year begins before this year and ends in it or later."""
        months = _months(period or "")
        return months is not None and months[0] < months[1] and months[0] // 12 < self.answer.year <= months[1] // 12

    def line(self, row: Row) -> tuple[Line, Row] | None:
        """A figure with the same of the run; None of one that says nothing of a year as this."""
        column, unit = next(((name, unit) for name, unit in (("twh", "TWh"), ("mw", "MW"), ("gco2_kwh", "gCO2/kWh"))
                             if getattr(row, name) is not None), ("", ""))  # fmt: skip
        months = _months(row.period or "")
        if not column or (row.period and months is None):
            return None
        published, part = getattr(row, column), self.part(months)
        if months is not None and (count := _count(months)) > 12 and column == "twh":
            published *= 12 / count  # as much as in a year of it
        found = self.found(row, part)
        return Line(
            row.id, self.answer.year, row.period or "", row.what, row.technology or "", ";".join(row.plant), unit,
            published, found, self.sort(row), self.leans(row), row.note or "",
        ), row  # fmt: skip

    def part(self, months: tuple[int, int] | None) -> tuple[int, int] | None:
        """The first and last month of the year that a period has; None is all of it."""
        if months is None or _count(months) >= 12:
            return None
        return months[0] % 12 + 1, months[1] % 12 + 1

    def found(self, row: Row, part: tuple[int, int] | None) -> float | None:
        """The same sum of the run; None of what the model does not have."""
        sums: dict[str, Callable[[], float | None]] = {
            "generation": lambda: self.made(row, part),
            "capacity": lambda: sum(line["mw"] for line in self.plants_of(row)) or None,
            "demand": lambda: self.sum_of(ZONE_HOURS.name, "load_mw", "zone", self.zones, part),
            "exports": lambda: self.border(part)[0],
            "imports": lambda: self.border(part)[1],
            "net imports": lambda: self.border(part)[1] - self.border(part)[0],
            "peak": lambda: self.year["peak_mw"],
            "intensity": lambda: self.year["life_made"],
        }
        return sums[row.what]() if row.what in sums else None

    def plants_of(self, row: Row) -> list[dict[str, Any]]:
        """Plants that make power, of a technology or by their names; all where a figure says none."""
        return [
            line for line in self.plants.values()
            if line["reported"] and (not row.technology or line["reported"] == row.technology)
            and (not row.plant or {line["plant"], line["site"]} & set(row.plant))
        ]  # fmt: skip

    def made(self, row: Row, part: tuple[int, int] | None) -> float | None:
        lines = self.plants_of(row)
        if not lines:
            return None
        if part is None:
            return float(sum(line["twh"] for line in lines))
        names = {line["plant"] for line in lines}
        return self.sum_of(PLANT_HOURS.name, "mw", "plant", names, part) + self.sum_of(
            STORE_HOURS.name, "given_mw", "store", names, part
        )

    def border(self, part: tuple[int, int] | None) -> tuple[float, float]:
        """TWh that leave for markets, and that arrive."""
        loss = {row.id: row.loss or 0.0 for row in self.world.corridor.rows("tie")}
        out = back = 0.0
        for line in self.answer.rows(TIES):
            if line["country"] == self.country and line["market"]:
                sent, comes = (self.sum_of(TIE_HOURS.name, name, "tie", {line["tie"]}, part)
                               for name in ("out_mw", "back_mw"))  # fmt: skip
                if line["market"] == line["from_zone"]:
                    sent, comes = comes, sent
                out, back = out + sent, back + comes * (1 - loss[line["tie"]])
        return out, back

    def sum_of(self, table: str, column: str, key: str, names: set[str], part: tuple[int, int] | None) -> float:
        """TWh of some rows of a table by the hour, in some months of local time."""
        columns = self.read(table)
        if not len(columns["time"]):
            return 0.0
        chosen = np.isin(columns[key], sorted(names))
        if part is not None:
            chosen &= (columns["month"] >= part[0]) & (columns["month"] <= part[1])
        return float(np.nansum(columns[column][chosen])) * float(self.answer.results["hours_each_stands_for"]) / 1e6

    def read(self, table: str) -> Columns:
        """A table by the hour with the month of each row; read once."""
        if table not in self.tables:
            columns = self.answer.columns(table)
            words = {name: values.astype(str) for name, values in columns.items() if values.dtype == object}
            self.tables[table] = columns | words | {"month": self.month_of(columns["time"])}
        return self.tables[table]

    def month_of(self, times: Times) -> Any:
        """1 to 12, by the local time of the country's first place; the last hours of a year are of its last month."""
        import pandas as pd

        local = pd.DatetimeIndex(times).tz_localize("UTC").tz_convert(self.time_zone)
        return np.where(local.year > self.answer.year, 12, np.where(local.year < self.answer.year, 1, local.month))

    @cached_property
    def time_zone(self) -> str:
        zones = [row.time_zone for row in self.world.corridor.places() if row.country == self.country and row.time_zone]
        return zones[0] if zones else "UTC"

    def sort(self, row: Row) -> str:
        """given, fitted, follows or foretold."""
        if row.what in ("exports", "imports", "net imports", "demand", "peak", "capacity"):
            return GIVEN
        if row.what == "generation" and not row.technology and not row.plant:
            return GIVEN
        if row.what == "generation" and row.technology in RENEWABLE:
            return FITTED
        if self.leans(row):
            return FITTED
        return FOLLOWS if row.what == "generation" and not row.plant else FORETOLD

    def leans(self, row: Row) -> bool:
        """Whether the numbers that this sum hangs on are made of this very figure."""
        return row.id in self.facts(row)

    def facts(self, row: Row) -> set[str]:
        """Facts behind the numbers that a sum hangs on."""
        found: set[str] = set()
        for address in self.behind(row):
            basis = self.world.corridor.evidence.find_basis(*address)
            found |= set(basis.facts) if basis else set()
        return found

    def behind(self, row: Row) -> Iterator[tuple[str, str, str]]:
        """Numbers of the package that a sum hangs on, by table, row and column."""
        year = self.answer.year
        if row.what in ("demand", "peak"):
            yield "load", f"{self.country}:{year}", "twh" if row.what == "demand" else "peak_mw"
        if row.what in ("exports", "imports", "net imports"):
            for tie in self.answer.rows(TIES):
                columns = ["out_twh", "back_twh"] if row.what == "net imports" else [self.column_of(row.what, tie)]
                yield from (("exchange", f"{tie['tie']}:{year}", column) for column in columns)
        if row.what in ("generation", "capacity") and (row.technology or row.plant):
            for line in self.plants_of(row):
                yield from (("plant", line["plant"], column) for column in ("mw", "capacity_factor", "mwh"))
                yield "technology", line["technology"], "available"
        elif row.what == "generation":
            yield "load", f"{self.country}:{year}", "twh"
        if row.what == "capacity" and not row.technology and not row.plant:
            yield from (("plant", name, "mw") for name in self.plants)
        if row.what == "intensity":
            yield from (("fuel", fuel.id, "kgco2e_mwh_upstream") for fuel in self.world.corridor.rows("fuel"))

    def column_of(self, what: str, tie: dict[str, Any]) -> str:
        """The column of an exchange that has the exports, or the imports, over a tie."""
        return "out_twh" if (what == "exports") is (tie["market"] != tie["from_zone"]) else "back_twh"

    def why(self, line: Line, row: Row, lines: Sequence[Line]) -> str:
        """Why a figure and the run are apart: what is worked out, and what the package says of the figure."""
        said = [*self.said_of(line, row)]
        said += [*self.rivals(line, lines)]
        if line.note:
            said.append(f"of the figure: {line.note[0].lower()}{line.note[1:]}")
        return "; ".join(said) or "no reason is found"

    def rivals(self, line: Line, lines: Sequence[Line]) -> Iterator[str]:
        """A figure of the same that the model agrees with: of the same time if there is one."""
        alike = [
            one for one in lines if one.id != line.id and one.within and one.published and _same(one) == _same(line)
        ]
        alike.sort(key=lambda one: (one.period != line.period, one.period != "", one.id))
        if not alike:
            return
        best, share = alike[0], self.share_of(line)
        told = f"{best.id} ({best.published:,.4g} {best.unit}{' of ' + best.period if best.period else ''})"
        if line.period and not best.period and share < 1:
            yield f"{told} by its months would be {share * best.published:,.4g}"
        else:
            yield f"{told} is within a tenth of the model"

    def said_of(self, line: Line, row: Row) -> Iterator[str]:
        if line.found is None:
            yield "the model has nothing of it" if row.what != "losses" else "losses of lines are in the load"
            return
        if row.what == "generation" and (row.technology in RENEWABLE or row.plant):
            lines = self.plants_of(row)
            mw = sum(one["mw"] for one in lines)
            hours = 8760 * (1 if not line.period else self.share_of(line))
            yield (f"{mw:,.1f} MW would need a capacity factor of {line.published * 1e6 / mw / hours:.3f}, and have "
                   f"{line.found * 1e6 / mw / hours:.3f}")  # fmt: skip
        elif row.what == "generation" and row.technology:
            yield f"what is left of {self.year['made_twh']:.2f} TWh after wind, sun and water"
        elif row.what == "capacity" and row.plant:
            yield f"{', '.join(one['plant'] for one in self.plants_of(row))} alone"
        elif line.sort == GIVEN:
            other = sorted(self.facts(row))
            if other:
                yield f"what is given is made of {', '.join(other)}"
            if line.period and row.what in ("exports", "imports", "net imports"):
                shapes = {name for one in self.world.corridor.rows("exchange") if one.year == line.year
                          for name in (one.shape, one.back_shape)}  # fmt: skip
                yield f"within the year it moves by shape {', '.join(sorted(filter(None, shapes))) or 'of none'}"
            for address in self.behind(row):
                basis = self.world.corridor.evidence.find_basis(*address)
                # A basis begins with its formula; after it stands why.
                _, _, why = (basis.note or "").partition("; ") if basis else ("", "", "")
                if why:
                    yield f"{'/'.join(address)}: {why[0].lower()}{why[1:]}"
                    break

    def share_of(self, line: Line) -> float:
        months = _months(line.period)
        return 1.0 if months is None else min(_count(months) / 12, 1.0)


def _same(line: Line) -> tuple[str, str, str]:
    """What a figure is of, whatever part of the year."""
    return line.what, line.technology, line.plant


def _count(months: tuple[int, int]) -> int:
    """Months of a period, the first and the last in it."""
    return months[1] - months[0] + 1


def _months(period: str) -> tuple[int, int] | None:
    """The first and last month of 2025-01, 2025-01/09 or 2023-10/2025-10, counted from year 0; None of others."""
    match = PERIOD.fullmatch(period)
    if match is None:
        return None
    year, month, last_year, last = match.groups()
    first = int(year) * 12 + int(month) - 1
    return first, first if last is None else int(last_year or year) * 12 + int(last) - 1


__all__ = ["Held", "Line", "held"]
