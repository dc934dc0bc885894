"""Many to many: for every pair of places the best way by generalised cost, and the least of each figure alone."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

import numpy as np

from karvan.corridor import Corridor
from karvan.evidence.durable import write_whole, writing
from karvan.ground.errors import InputError, Problem, shown
from karvan.itinerary import FindItineraries, Load
from karvan.itinerary.one_to_all import OneToAll
from karvan.itinerary.reach import BY
from karvan.network.network import END, START, Floats, Network
from karvan.scenario import Change
from karvan.study.open_end import Words, ask_from, departs_from, no_family_closed, planner_in
from karvan.study.plan import Planner
from karvan.study.sink import checked
from karvan.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from karvan.sim.simulation import Simulation

ALL: Literal["all"] = "all"
"""Every place with a gate: where goods can be handed in, or taken out."""
SUFFIXES = (".parquet", ".omx", ".csv")
LARGEST_LIST = 16 * 2**20
"""Bytes of a file of places."""

OF_BEST = "of the best way by generalised cost (the price, and the mean time at its value)"
MATRIX = Table(
    "matrix",
    "A row a pair of places; a cell is missing where there is no way, and from a place to itself.",
    ("origin", "destination"),
    (
        Column("origin", "text", "Id of the place where the goods are handed in."),
        Column("destination", "text", "Id of the place where they are taken out."),
        Column("time_h", "number", f"Mean hours {OF_BEST}.", "h"),
        Column("price_usd", "number", f"Price {OF_BEST}.", "USD"),
        Column("co2e_kg", "number", f"CO2e {OF_BEST}.", "kg"),
        Column("distance_km", "number", f"Length {OF_BEST}.", "km"),
        Column("cost_usd", "number", "The least generalised cost.", "USD"),
        Column("least_time_h", "number", "Mean hours of the quickest way.", "h"),
        Column("least_price_usd", "number", "Price of the cheapest way.", "USD"),
        Column("least_co2e_kg", "number", "CO2e of the cleanest way.", "kg"),
    ),
)
FIGURES = MATRIX.names[2:]


@dataclass(frozen=True, eq=False)
class Matrix:
    """Figures of every pair: arrays (n_origins, n_destinations) by name, NaN where there is no way."""

    corridor: Corridor
    ask: FindItineraries
    """What was asked of each pair; each origin leaves at its own `departs`."""
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    departs: tuple[dt.datetime, ...]
    figures: dict[str, Floats]

    @property
    def pairs(self) -> int:
        """Pairs with a way."""
        return int(np.isfinite(self.figures["cost_usd"]).sum())

    @property
    def found(self) -> bool:
        return self.pairs > 0

    def columns(self) -> dict[str, np.ndarray]:
        """A row a pair, origins outermost: arrays (n_origins x n_destinations,) by the names of MATRIX."""
        names = [np.array(ends, dtype=object) for ends in (self.origins, self.destinations)]
        origins, destinations = (ends.reshape(-1) for ends in np.meshgrid(*names, indexing="ij"))
        flat = {name: values.reshape(-1) for name, values in self.figures.items()}
        return {"origin": origins, "destination": destinations, **flat}

    def table(self) -> pd.DataFrame:
        """A row a pair, by origin and destination."""
        import pandas as pd

        return pd.DataFrame(self.columns()).set_index(["origin", "destination"])

    def save(self, path: Path | str) -> None:
        """Write it as .parquet or .csv (a row a pair) or .omx (a matrix a figure); whole or not at all.

        Raises InputError.
        """
        path = checked(path, SUFFIXES)
        content = {".parquet": self._parquet, ".omx": self._omx, ".csv": self._csv}[path.suffix]()
        with writing(path):
            write_whole(path, lambda file: file.write(content))

    def _parquet(self) -> bytes:
        from io import BytesIO

        from karvan.evidence.parquet import as_table, write_parquet

        file = BytesIO()
        write_parquet(as_table(self.columns(), MATRIX), file)
        return file.getvalue()

    def _csv(self) -> bytes:
        frame = self.table().round(6)
        return bytes(frame.to_csv(lineterminator="\n").encode())

    def _omx(self) -> bytes:
        from karvan.formats.omx import Omx, omx_bytes

        names = ({"origin": np.array(self.origins)}, {"destination": np.array(self.destinations)})
        units = {column.name: column.unit for column in MATRIX}
        return omx_bytes(Omx(self.figures, *names), units, {"package": self.corridor.name})


def matrix(
    origins: str | Path | Iterable[str] = ALL,
    destinations: str | Path | Iterable[str] = ALL,
    depart: str | dt.date | None = None,
    load: str | Load = "1xFEU",
    *,
    package: Corridor | str = "middle-corridor",
    horizon_days: float | None = None,
    changes: Iterable[Change | str] = (),
    using: Simulation | Path | str | None = None,
    scenario: str = "",
    workers: int | None = None,
    **words: Unpack[Words],
) -> Matrix:
    """Hours, USD, kg CO2e and km between places, and the earliest, cheapest and cleanest of every pair.

    Args:
        origins, destinations: "all", names parted by commas or in a list, or a file with one in the first cell of each
            line. All are the places where goods can be handed in, or taken out.
        depart: as in `karvan.plan`; a day begins at midnight local to each origin.
        workers: threads; as many as there are processors if not given. They change nothing in the result.
        load, package, horizon_days, changes, using, scenario, words: as in `karvan.plan`; a place cannot be wished for.

    Raises:
        InputError: with everything wrong in the request.
    """
    planner, depart, own_day = planner_in(package, changes, using, scenario, depart)
    no_family_closed(planner.corridor)
    problems: list[Problem] = []
    rows = _places(planner, origins, "origins", START, problems)
    columns = _places(planner, destinations, "destinations", END, problems)
    asking = {**words, "horizon_days": horizon_days, "past": words.get("past", False) or own_day}
    first = rows[0] if rows else planner.corridor.places()[0].id
    asked = ask_from(planner, first, depart, load, asking, problems=problems)
    departs = departs_from(planner, rows, depart, load, asking)
    one = OneToAll(planner.network_of(asked.documents), asked)
    one.know(departs.values())
    figures = _figures(one, rows, columns, departs, workers or os.cpu_count() or 1)
    leaving = tuple(departs[row] for row in rows)
    return Matrix(
        planner.corridor, replace(asked, origin="", destination=""), tuple(rows), tuple(columns), leaving, figures
    )  # fmt: skip


def _figures(
    one: OneToAll, rows: Sequence[str], columns: Sequence[str], departs: dict[str, dt.datetime], workers: int
) -> dict[str, Floats]:
    ends = one.gates(columns)
    figures = {name: np.full((len(rows), len(columns)), np.nan) for name in FIGURES}

    def fill(ix: int) -> None:
        told = _row(one, rows[ix], ends, departs[rows[ix]])
        for name, values in told.items():
            figures[name][ix] = np.where(np.array(columns) == rows[ix], np.nan, values)

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(fill, range(len(rows))))
    return figures


def _row(one: OneToAll, origin: str, ends: np.ndarray, depart: dt.datetime) -> dict[str, Floats]:
    """The figures from one origin to every end; none where goods cannot be handed in there."""
    by_price, by_co2e = one.grow(origin, depart, "price"), one.grow(origin, depart, "co2e")
    if by_price is None or by_co2e is None:
        return {}
    best, quickest, cheapest = (by_price.at(ends, BY[by][1]) for by in ("cost", "arrival", "price"))
    cleanest = by_co2e.at(ends, BY["co2e"][1])
    time, price = by_price.picked(by_price.time_h, best), by_price.picked(by_price.price_usd, best)
    return {
        "time_h": time,
        "price_usd": price,
        "co2e_kg": by_price.picked(by_price.co2e_kg, best),
        "distance_km": by_price.total(one.km, best),
        "cost_usd": price + time * one.ask.value_of_time_usd_h,
        "least_time_h": by_price.picked(by_price.time_h, quickest),
        "least_price_usd": by_price.picked(by_price.price_usd, cheapest),
        "least_co2e_kg": by_co2e.picked(by_co2e.co2e_kg, cleanest),
    }


def _places(
    planner: Planner, words: str | Path | Iterable[str], name: str, state: str, problems: list[Problem]
) -> list[str]:
    """Ids of places, in the order given; what is wrong is put to the problems."""
    if words == ALL:
        return [place.id for place in planner.corridor.places() if place.id in _gates(planner.network, state)]
    found: dict[str, str] = {}
    for address, word in _words(words, name, problems):
        try:
            place = planner.gazetteer.place(word, address).id
        except InputError as error:
            problems += error.problems
            continue
        if place in found:
            problems.append(Problem(address, shown(word), f"it is {place} again, as at {found[place]}: give it once"))
        found.setdefault(place, address)
    if not found and not problems:
        problems.append(Problem(name, "nothing", "give places, a file of them, or all"))
    return list(found)


def _gates(network: Network, state: str) -> set[str]:
    return {node.place for node in network.nodes if node.state == state}


def _words(words: str | Path | Iterable[str], name: str, problems: list[Problem]) -> list[tuple[str, str]]:
    """Each word and its address: a line of a file, or the name alone."""
    if isinstance(words, str):
        path = Path(words)
        is_file = path.suffix in (".csv", ".txt") or ("," not in words and path.is_file())
        words = path if is_file else words.split(",")
    if isinstance(words, Path):
        return _lines(words, name, problems)
    return [(name, word.strip()) for word in words if word.strip()]


def _lines(path: Path, name: str, problems: list[Problem]) -> list[tuple[str, str]]:
    """The first cell of each line of a file, but for a heading."""
    import csv

    try:
        if path.stat().st_size > LARGEST_LIST:
            problems.append(Problem(name, f"{path.stat().st_size:,} bytes", f"give at most {LARGEST_LIST:,}"))
            return []
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(text.splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as unreadable:
        reason = getattr(unreadable, "strerror", None) or str(unreadable)
        problems.append(Problem(name, shown(str(path)), f"give a file that can be read ({reason})"))
        return []
    cells = [(f"{path.name}, line {line}", row[0].strip()) for line, row in enumerate(rows, start=1) if row]
    if cells and cells[0][1].casefold() in ("place", "id", "name", name.removesuffix("s")):
        cells = cells[1:]
    return [(address, cell) for address, cell in cells if cell]
