"""Profiles of the user's own, by the hour: what plants may give, what zones use, what markets pay.

CSV has a column `time` (ISO 8601; without a zone it is UTC) and a column for each plant or zone, with its unit in
square brackets: `garadagh-solar [1]`, `AZ_ABSHERON [MW]`, `GE [USD/MWh]`. netCDF has a variable over `time` and one
more dimension whose labels are the names, as atlite writes of ERA5 (Hofmann et al. 2021), or a variable over `time` by
the name of each; the unit is the attribute `units`.

A file holds each hour of one year, once and in order: 8,760 of them, or 8,784 in a leap year. Times within the hour
(ERA5 has half past) stand for the hour that they are in. A year by local time is taken too: the hours that are in
another year of UTC go to the other end.

A file is of 64 MB at most. netCDF may hold far more than its bytes: what its dimensions come to is looked at first, and
only what goes by time is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.formats.foreign import Gathered
from karvan.ground.errors import InputError, Problem

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]

SHARE, MW, PRICE = "1", "MW", "USD/MWh"
UNITS = {
    "1": SHARE, "p.u.": SHARE, "pu": SHARE, "per unit": SHARE, "share": SHARE, "dimensionless": SHARE,
    "kwh/kwp": SHARE, "mwh/mwp": SHARE, "mw": MW, "megawatt": MW, "usd/mwh": PRICE,
}  # fmt: skip
"""What is written of a unit, in lower case, and which one it is."""
NETCDF = (".nc", ".nc4", ".netcdf", ".cdf")
LARGEST_FILE = 64 * 2**20
"""Bytes of a file: a year of 700 plants as CSV."""
MOST_NAMES = 2000
"""Plants and zones of a file, and labels of any dimension but time."""
MOST_HOURS = 8784 + 48
"""Times that are read: a few beyond the year, so that they can be named."""
ZONED = r"[T ].*(?:Z|[+-]\d\d(?::?\d\d)?)$"
"""A time that says its zone."""
SLACK = 1e-6
"""By how much a share may pass 0 or 1 and be set back there: profiles of others are in single precision."""
LOCAL_H = 14
"""Hours that the start of a local year may lie from that of UTC."""
LEAP_DAY = 59 * 24
"""Where the hours of 29 February begin."""
HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of a file, by the name of a plant or a zone."""

    source: str
    """The file's name."""
    year: int
    """The year that its hours are of."""
    values: Mapping[str, Floats]
    """In each hour of that year, UTC (n_hours,)."""
    units: Mapping[str, str]
    """1, MW or USD/MWh."""
    notes: tuple[str, ...] = ()
    """What a reader should know of how it was read."""

    def of_year(self, year: int) -> Profiles:
        """The same hours of the calendar in another year: 29 February is left out, or is 28 February once more."""
        hours, wanted = _hours_of(self.year), _hours_of(year)
        at = np.arange(hours)
        if hours > wanted:
            at = np.delete(at, slice(LEAP_DAY, LEAP_DAY + 24))
        elif hours < wanted:
            at = np.insert(at, LEAP_DAY, at[LEAP_DAY - 24 : LEAP_DAY])
        if year == self.year:
            return self
        note = f"{self.source}: hours of {self.year} are taken for those of {year}"
        values = {name: given[at] for name, given in self.values.items()}
        return replace(self, year=year, values=values, notes=(*self.notes, note))


def read_profiles(path: Path | str, *, unit: str = "", variable: str = "") -> Profiles:
    """Profiles of a CSV or netCDF file.

    Args:
        path: the file; netCDF ends in .nc, .nc4, .netcdf or .cdf.
        unit: of what says none itself: 1, MW or USD/MWh.
        variable: of netCDF, the variable to take; empty takes all that go by time.

    Raises:
        InputError: everything that is wrong with it.
    """
    path = Path(path)
    wrong = Gathered()
    if unit and unit.lower() not in UNITS:
        wrong.add("unit", unit, "give 1, MW or USD/MWh")
    if not path.is_file():
        wrong.add(path.name, "no such file", "give a file of CSV or netCDF")
    elif path.stat().st_size > LARGEST_FILE:
        wrong.add(path.name, f"{path.stat().st_size:,} bytes", f"give at most {LARGEST_FILE:,}")
    wrong.check(path.name)
    times, columns, notes = (
        _of_netcdf(path, unit, variable, wrong) if path.suffix.lower() in NETCDF else _of_csv(path, unit, wrong)
    )
    wrong.check(path.name)
    year, order = _order(times, path.name, wrong)
    for name, (kind, values) in columns.items():
        _range(f"{path.name}, {name}", kind, values, times, wrong)
    wrong.check(path.name)
    tidied = {name: _tidy(kind, given[order]) for name, (kind, given) in sorted(columns.items())}
    return Profiles(path.name, year, tidied, {name: columns[name][0] for name in tidied}, tuple(notes))


Columns = dict[str, tuple[str, Floats]]
"""Unit and values by name."""


def _hours_of(year: int) -> int:
    return int((np.datetime64(f"{year + 1:04d}", "h") - np.datetime64(f"{year:04d}", "h")).astype(np.int64))


def _of_csv(path: Path, unit: str, wrong: Gathered) -> tuple[Times, Columns, list[str]]:
    import pandas as pd

    nothing: tuple[Times, Columns, list[str]] = np.array([], dtype="datetime64[m]"), {}, []
    try:
        table = pd.read_csv(path, header=None, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, OSError, MemoryError) as problem:  # pandas' own errors and those of UTF-8 are ValueErrors
        wrong.add(path.name, _first_line(problem), "give a table of CSV in UTF-8")
        return nothing
    heading = [str(cell).strip() for cell in table.iloc[0]]
    if heading[0].lower() != "time" or len(heading) < 2:
        wrong.add(f"{path.name}, heading", ",".join(heading[:4]), "give time, then a column for each plant or zone")
        return nothing
    if len(heading) - 1 > MOST_NAMES:
        wrong.add(f"{path.name}, heading", f"{len(heading) - 1:,} columns", f"give at most {MOST_NAMES:,}")
        return nothing
    texts = table.iloc[1:, 0].str.strip()
    notes = []
    zoned = texts.str.contains(ZONED, regex=True).to_numpy(dtype=bool)
    if len(texts) and not zoned.any():
        notes.append(f"{path.name}: times without a zone are taken as UTC")
    elif not zoned.all():
        bare = int(np.flatnonzero(~zoned)[0])
        remedy = "give all times with their zone, or none: those without are UTC"
        wrong.add(f"{path.name}, line {bare + 2}", f"{texts.iloc[bare]} among times with a zone", remedy)
    stamps = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601")
    for row in np.flatnonzero(stamps.isna().to_numpy()):
        wrong.add(f"{path.name}, line {row + 2}", texts.iloc[row], "give a time as 2025-01-01T00:00Z", alike="time")
    times: Times = stamps.dt.tz_localize(None).to_numpy().astype("datetime64[m]")
    columns: Columns = {}
    for place, cell in enumerate(heading[1:], start=1):
        name, said = _named(cell)
        kind = _unit(f"{path.name}, {cell or f'column {place + 1}'}", said or unit, wrong)
        numbers = pd.to_numeric(table.iloc[1:, place], errors="coerce").to_numpy(dtype=np.float64)
        for row in np.flatnonzero(~np.isfinite(numbers)):
            found = table.iloc[int(row) + 1, place]
            address = f"{path.name}, line {row + 2}, {name}"
            wrong.add(address, found or "nothing", "give a number in each hour", alike="cell")
        _take(columns, name, kind, numbers, path.name, wrong)
    return times, columns, notes


def _named(cell: str) -> tuple[str, str]:
    """Name and unit of a heading."""
    found = re.fullmatch(r"(?P<name>[^\[\]]*?)\s*(?:\[(?P<unit>[^\[\]]*)\])?", cell)
    return (found["name"], (found["unit"] or "").strip()) if found else (cell, "")


def _unit(address: str, said: str, wrong: Gathered) -> str:
    kind = UNITS.get(said.lower(), "")
    if not kind:
        wrong.add(address, said or "nothing", "say 1, MW or USD/MWh", alike="unit")
    return kind


def _take(columns: Columns, name: str, kind: str, values: Floats, file: str, wrong: Gathered) -> None:
    if not name:
        wrong.add(file, "a column without a name", "name the plant or zone")
    elif name in columns:
        wrong.add(f"{file}, {name}", "twice", "give each plant or zone once, or say which variable to take")
    else:
        columns[name] = kind, values


def _of_netcdf(path: Path, unit: str, variable: str, wrong: Gathered) -> tuple[Times, Columns, list[str]]:
    xarray = _xarray()
    nothing: tuple[Times, Columns, list[str]] = np.array([], dtype="datetime64[m]"), {}, []
    try:
        _sizes(path, wrong)
        if wrong:
            return nothing
        with xarray.open_dataset(path, engine="netcdf4") as data:
            return _of_dataset(data, path.name, unit, variable, wrong) or nothing
    except (OSError, ValueError, RuntimeError, TypeError, KeyError, OverflowError, MemoryError) as problem:
        wrong.add(path.name, _first_line(problem), "give a file of netCDF")
        return nothing


def _sizes(path: Path, wrong: Gathered) -> None:
    """Dimensions that are too long. Nothing is read but the heading, for their labels would be read with it."""
    with import_module("netCDF4").Dataset(path) as heading:
        for name, dimension in heading.dimensions.items():
            most = MOST_HOURS if name == "time" else MOST_NAMES
            if len(dimension) > most:
                remedy = "give one value an hour of one year" if name == "time" else f"give at most {most:,}"
                wrong.add(f"{path.name}, {name}", f"{len(dimension):,} values", remedy)


def _of_dataset(
    data: Any, file: str, unit: str, variable: str, wrong: Gathered
) -> tuple[Times, Columns, list[str]] | None:
    """Times and columns of an open file; what does not go by time is not read."""
    if "time" not in data.coords or data["time"].dtype.kind != "M" or data["time"].ndim != 1:
        wrong.add(f"{file}, time", "no times of the standard calendar", "give a coordinate `time`")
        return None
    times = data["time"].to_numpy()
    for row in np.flatnonzero(np.isnat(times)):
        wrong.add(f"{file}, time, value {row}", "no time", "give a time in each hour", alike="time")
    wanted = [str(name) for name in sorted(data.data_vars) if "time" in data[name].dims]
    if variable and variable not in wanted:
        wrong.add("variable", variable, f"give one of {', '.join(wanted) or 'none: no variable goes by time'}")
    if wrong:
        return None
    columns: Columns = {}
    for name in [variable] if variable else wanted:
        _of_variable(data[name], name, unit, columns, file, wrong)
        if len(columns) > MOST_NAMES:
            wrong.add(file, f"more than {MOST_NAMES:,} columns", "say which variable to take")
            return None
    if not columns and not wrong:
        wrong.add(file, "no variable that goes by time", "give one over time and plant")
    return times.astype("datetime64[m]"), columns, [f"{file}: times are taken as UTC"]


def _first_line(problem: Exception) -> str:
    said = str(problem).strip().splitlines()
    return said[0][:200] if said else type(problem).__name__


def _of_variable(array: Any, name: str, unit: str, columns: Columns, file: str, wrong: Gathered) -> None:
    """The profiles of a variable over time, or over time and what names them."""
    address = f"{file}, {name}"
    others = [dim for dim in array.dims if dim != "time"]
    if len(others) > 1 or array.dtype.kind not in "fiu":
        found = f"{array.dtype} over {', '.join(map(str, array.dims))}"
        wrong.add(address, found, "give numbers over time and one dimension of plants or zones")
        return
    said = str(array.attrs.get("units", "")).strip() or unit
    if not said and name.lower().replace("_", " ") in ("capacity factor", "cf", "p max pu"):
        said = SHARE
    kind = _unit(address, said, wrong)
    if not others:
        _column(columns, name, kind, array.to_numpy(), file, wrong)
    elif others[0] not in array.coords:
        wrong.add(f"{address}, {others[0]}", "no labels", "label it with the ids of plants or zones")
    else:
        ordered = array.transpose("time", others[0]).to_numpy()
        for place, label in enumerate(array[others[0]].to_numpy()):
            _column(columns, str(label), kind, ordered[:, place], file, wrong)


def _column(columns: Columns, name: str, kind: str, given: NDArray[Any], file: str, wrong: Gathered) -> None:
    values = given.astype(np.float64)
    for row in np.flatnonzero(~np.isfinite(values)):
        address = f"{file}, {name}, hour {row}"
        wrong.add(address, str(values[row]), "give a number in each hour", alike="cell")
    _take(columns, name, kind, values, file, wrong)


def _xarray() -> Any:
    try:
        import_module("netCDF4")  # what xarray reads it with
        return import_module("xarray")
    except ImportError:
        problem = Problem("netCDF", "no xarray or netCDF4", 'pip install "karvan[power]"')
        raise InputError("the request", [problem]) from None


def _order(given: Times, file: str, wrong: Gathered) -> tuple[int, NDArray[np.int64]]:
    """The year, and the order that puts its hours from the first of January, UTC, on (n_hours,)."""
    nothing = 0, np.zeros(0, dtype=np.int64)
    if not len(given):
        wrong.add(f"{file}, time", "no hours", "give each hour of a year")
        return nothing
    times = given.astype("datetime64[h]")
    if len(np.unique(given - times)) > 1:
        wrong.add(f"{file}, time", "steps that are not of an hour", "give one value an hour")
        return nothing
    back = np.flatnonzero(np.diff(times) < HOUR)
    for row in back:
        wrong.add(f"{file}, time", f"{_told(times[row + 1])} after {_told(times[row])}",
                  "give the hours in order, each once", alike="order")  # fmt: skip
    if len(back):
        return nothing
    year = int(times[len(times) // 2].astype("datetime64[Y]").astype(np.int64)) + 1970
    first = np.datetime64(f"{year:04d}-01-01T00", "h")
    hours = _hours_of(year)
    if times[0] != first and abs(times[0] - first) <= LOCAL_H * HOUR and _whole(times, hours):
        first = times[0]
    missing = np.setdiff1d(first + np.arange(hours) * HOUR, times)
    beyond = np.setdiff1d(times, first + np.arange(hours) * HOUR)
    for time in missing:
        remedy = f"give each of the {hours:,} hours of {year}: there are {len(times):,}"
        wrong.add(f"{file}, hour {_told(time)}", "nothing", remedy)
    if len(beyond):
        found = f"{len(beyond):,} hours of another year than {year}"
        wrong.add(f"{file}, hour {_told(beyond[0])} and on", found, "give the hours of one year")
    if wrong:
        return nothing
    start = int((times[0] - np.datetime64(f"{year:04d}-01-01T00", "h")).astype(np.int64))
    return year, np.roll(np.arange(hours), start)


def _whole(times: Times, hours: int) -> bool:
    """Whether a year by another clock has all of its hours, or all but few."""
    return bool(times[-1] - times[0] >= (hours - 1) * HOUR)


def _told(time: np.datetime64) -> str:
    return f"{np.datetime_as_string(time, unit='m')}Z"


def _range(address: str, kind: str, values: Floats, times: Times, wrong: Gathered) -> None:
    """Shares beyond 0 and 1, power below 0."""
    most = 1 + SLACK if kind == SHARE else np.inf
    least = -np.inf if kind == PRICE else -SLACK
    for row in np.flatnonzero((values < least) | (values > most)):
        remedy = "give shares from 0 to 1, or say MW" if kind == SHARE else "give 0 or more"
        wrong.add(f"{address}, {_told(times[row].astype('datetime64[h]'))}", f"{values[row]:g}", remedy, alike="range")


def _tidy(kind: str, values: Floats) -> Floats:
    if kind == SHARE:
        return np.clip(values, 0.0, 1.0)
    return np.maximum(values, 0.0) if kind == MW else values
