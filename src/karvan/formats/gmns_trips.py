"""Trips of a GMNS folder: `demand.csv` as DTALite and Path4GMNS keep it, one file a class, or `demand.omx`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from karvan.corridor.roads import Floats, Ints, TripClass
from karvan.formats.foreign import LARGEST_FILE, Gathered
from karvan.formats.gmns_files import as_id, read_sheet
from karvan.formats.trips_omx import trips_from_omx

ONE_CLASS = "trips"
LONGEST_HEADING = 1 << 16
DEFAULTS = (1.0, 0.0, 0.0)
"""pce, toll_weight and length_weight of a class of which nothing is said."""
CLASS_COLUMNS = ("agent_type", "mode_type", "class")
COLUMNS = ("o_zone_id", "d_zone_id", "volume")


def gmns_trips(
    folder: Path, zones: Sequence[str], wrong: Gathered, notes: list[str], omx: Path | None, matrix: str | None
) -> tuple[TripClass, ...]:
    """The classes of trips: of `omx`, or else of demand.csv, demand_NAME.csv and demand.omx, by name.

    What a class takes of a link is its pce in classes.csv or use_definition.csv, and what it minds of tolls and lengths
    its toll_weight and length_weight in classes.csv, minutes a unit.
    """
    trips: dict[str, Floats] = {}
    found = sorted(folder.glob("demand*.csv")) if omx is None else []
    for path in [path for path in found if path.name != "demand.csv" and not _named(path) & set(COLUMNS)]:
        notes.append(f"{path.name} has no trips, by its heading: left out")
        found.remove(path)
    for path in found:
        for name, matrix_of in _read(path, zones, wrong).items():
            trips[name] = trips[name] + matrix_of if name in trips else matrix_of
    if omx is None and (not found or matrix is not None) and (folder / "demand.omx").is_file():
        omx, trips = folder / "demand.omx", {}
    if omx is not None:
        trips = trips_from_omx(omx, zones, wrong, notes, matrix)
    elif not found:
        wrong.add(f"{folder.name}", "no demand.csv", f"give it with columns {', '.join(COLUMNS)}, or a file of OMX")
    uses, ours = _classes(folder / "use_definition.csv", "use", wrong), _classes(folder / "classes.csv", "class", wrong)
    names = [*ours, *sorted(trips.keys() - ours.keys())] or [ONE_CLASS]
    none = np.zeros((len(zones), len(zones)))
    told = uses | ours
    return tuple(TripClass(name, trips.get(name, none), *told.get(name, DEFAULTS)) for name in names)


def _read(path: Path, zones: Sequence[str], wrong: Gathered) -> dict[str, Floats]:
    """Trips by class; those of a pair that is there more than once add up."""
    place = {zone: ix for ix, zone in enumerate(zones)}
    rows = _quickly(path, place) or _carefully(path, place, wrong)
    if rows is None:
        return {}
    start, end, volume, names, which = rows
    file_class = path.stem.removeprefix("demand").strip("_-") or ONE_CLASS
    found: dict[str, Floats] = {}
    for ix, name in enumerate(names):
        of = which == ix
        trips = found.setdefault(name or file_class, np.zeros((len(zones), len(zones))))
        np.add.at(trips, (start[of], end[of]), volume[of])
    return found


class _Rows(NamedTuple):
    """The rows of a table of trips, each (n_rows,), and the classes that it names."""

    start: Ints
    end: Ints
    volume: Floats
    names: Sequence[str]
    which: Ints


def _named(path: Path) -> set[str]:
    """The columns of a table, but for those of a file that cannot be read: they are looked at later."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return {cell.strip().lower() for cell in file.readline(LONGEST_HEADING).split(",")}
    except OSError:
        return set(COLUMNS)


def _quickly(path: Path, place: Mapping[str, int]) -> _Rows | None:
    """The rows of a table in which nothing is wrong; None where there may be."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        header = [cell.strip().lower() for cell in file.readline().split(",")]
    named = next((column for column in CLASS_COLUMNS if column in header), None)
    if not set(COLUMNS) <= set(header) or len(set(header)) < len(header) or path.stat().st_size > LARGEST_FILE:
        return None
    table = _arrow(path, header, [*COLUMNS, *([named] if named else [])])
    if table is None or not table.num_rows or table["volume"].null_count:
        return None
    volume = table["volume"].to_numpy()
    start, end = (_coded(table[column], lambda word: place.get(as_id(word), -1)) for column in COLUMNS[:2])
    if not ((volume >= 0) & np.isfinite(volume)).all() or min(start.min(), end.min()) < 0:
        return None
    names: list[str] = table[named].combine_chunks().dictionary.to_pylist() if named else [""]
    which = _coded(table[named], names.index) if named else np.zeros(len(volume), dtype=np.int64)
    return _Rows(start, end, volume, names, which)


def _arrow(path: Path, header: list[str], wanted: list[str]) -> Any:
    """The wanted columns of a table, volume as numbers, others as words; None where they are not all that."""
    import pyarrow as pa
    import pyarrow.csv

    words = pa.dictionary(pa.int32(), pa.string())
    types = {column: pa.float64() if column == "volume" else words for column in wanted}
    try:
        return pyarrow.csv.read_csv(
            path,
            pyarrow.csv.ReadOptions(column_names=header, skip_rows=1, use_threads=False),
            convert_options=pyarrow.csv.ConvertOptions(column_types=types, include_columns=wanted, null_values=[""]),
        ).combine_chunks()
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None


def _coded(column: Any, code: Callable[[str], int]) -> Ints:
    """The words of a column as numbers (n_rows,)."""
    told = column.combine_chunks()
    codes = np.array([code(word) for word in told.dictionary.to_pylist()], dtype=np.int64)
    found: Ints = codes[told.indices.to_numpy()]
    return found


def _carefully(path: Path, place: Mapping[str, int], wrong: Gathered) -> _Rows | None:
    """The rows of a table, with what is wrong in each of them told; None where it has not the columns."""
    sheet = read_sheet(path, COLUMNS, wrong)
    if not set(COLUMNS) <= sheet.columns.keys():
        return None
    ends = []
    for column in COLUMNS[:2]:
        ids = sheet.ids(column)
        for row, zone in enumerate(ids):
            if zone not in place:
                wrong.add(sheet.at(row, column), zone or "nothing", "give a zone_id of node.csv", alike=path.name)
        ends.append(np.array([place.get(zone, 0) for zone in ids], dtype=np.int64))
    volume = sheet.numbers(wrong, "volume")
    for row, text in enumerate(sheet.texts("volume")):
        if not text:
            wrong.add(sheet.at(row, "volume"), "nothing", "give a number of 0 or more", alike=f"{path.name} empty")
    named = sheet.texts(*CLASS_COLUMNS)
    names = list(dict.fromkeys(named))
    which = np.array([names.index(name) for name in named], dtype=np.int64)
    return _Rows(ends[0], ends[1], volume, names, which)


def _classes(path: Path, key: str, wrong: Gathered) -> dict[str, tuple[float, float, float]]:
    """What a file says of classes, if it is there: pce, toll_weight, length_weight."""
    if not path.is_file():
        return {}
    sheet = read_sheet(path, (key, "pce"), wrong)
    columns = [sheet.numbers(wrong, name) for name in ("pce", "toll_weight", "length_weight")]
    said = {}
    for row, name in enumerate(sheet.texts(key)):
        pce, toll, length = (
            default if np.isnan(column[row]) else float(column[row])
            for column, default in zip(columns, DEFAULTS, strict=True)
        )
        said[name] = (pce, toll, length)
    return said
