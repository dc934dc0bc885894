"""What a trade consists of: as the package's demand has it, as is given, or by a stand-in that is asked for."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from karvan.corridor import Corridor
from karvan.flow.services.goods import unit_of
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.cells import Why
from karvan.study.trade.demand import mixes_of, mixes_of_sellers, tonnes_of
from karvan.trade.boxes import EVEN, GENERAL, Dyad, Mix, Part

Fallback = Literal["", "exporter", "general"]
FALLBACKS: tuple[Fallback, ...] = ("exporter", "general")
"""What may stand in for a mix that is not known: that of all that the seller sends, or general cargo in containers."""
Ground = Literal["demand", "given", "exporter", "general"]
ANY: Dyad = ("", "")
"""Every pair that has no mix of its own."""
LARGEST = 1_000_000
"""Bytes of a file."""
NEEDED, MORE = ("commodity", "share"), ("exporter", "importer", "boxed", "profile")


@dataclass(frozen=True)
class Mixed:
    """The mix of a pair, and where it is from."""

    mix: Mix
    ground: Ground


def demand_year(corridor: Corridor, year: int) -> int:
    """The year of the package's demand that is nearest, the earlier of two; the year itself where it has none."""
    years = {row.year for row in corridor.rows("demand")}
    return min(years, key=lambda one: (abs(one - year), one), default=year)


def mixes_for(
    corridor: Corridor, dyads: Iterable[Dyad], year: int, given: Mapping[Dyad, Mix], fallback: Fallback
) -> dict[Dyad, Mixed]:
    """The mix of each pair: the one given, else that of the package's demand between the two, else the stand-in.

    Args:
        year: whose demand of the package.
        given: by pair, or for `ANY`.
        fallback: what stands in; where it is empty a pair without a mix is a mistake.

    Raises:
        InputError: with every pair whose mix is not known.
    """
    wanted = list(dyads)
    if fallback not in ("", *FALLBACKS):
        raise InputError("the mix", [Problem("fallback", shown(fallback), f"give one of {', '.join(FALLBACKS)}")])
    known = mixes_of(corridor, year)
    sellers = mixes_of_sellers(corridor, year) if fallback == "exporter" else {}
    found: dict[Dyad, Mixed] = {}
    wrong = []
    for dyad in wanted:
        own = given.get(dyad, given.get(ANY))
        if own is not None:
            found[dyad] = Mixed(own, "given")
        elif dyad in known:
            found[dyad] = Mixed(known[dyad], "demand")
        elif fallback == "general":
            found[dyad] = Mixed(GENERAL, "general")
        elif dyad[0] in sellers:
            found[dyad] = Mixed(sellers[dyad[0]], "exporter")
        else:
            wrong.append(_unknown(dyad, fallback))
    if wrong:
        raise InputError("the mix", wrong)
    return found


def _unknown(dyad: Dyad, fallback: Fallback) -> Problem:
    address = f"mix of {'-'.join(dyad)}"
    if fallback:
        return Problem(address, f"{dyad[0]} sends nothing in the package", "give a mix or a commodity")
    remedy = f"give a mix or a commodity, or say what stands in for it: fallback {' or '.join(FALLBACKS)}"
    return Problem(address, "no demand between the two in the package", remedy)


def of_one(corridor: Corridor, year: int, commodity: str) -> Mix:
    """A trade of one commodity. How much of it goes in boxes is taken from all the package's demand of it."""
    boxed = boxed_shares(corridor, year)
    return Mix((Part(commodity, 1.0, boxed.get(commodity, 1.0)),), Why((), "D", f"given: all of it {commodity}"))


def boxed_shares(corridor: Corridor, year: int) -> dict[str, float]:
    """Of each commodity's tonnes in a year of the package's demand, the share that goes in containers."""
    boxed: dict[str, float] = defaultdict(float)
    whole: dict[str, float] = defaultdict(float)
    tonnes = tonnes_of(corridor, year)
    for row in corridor.rows("demand"):
        if row.year == year:
            whole[row.commodity] += tonnes[row.id]
            boxed[row.commodity] += tonnes[row.id] * (unit_of(row) == "container")
    return {name: boxed[name] / amount for name, amount in whole.items() if amount > 0}


def read_mixes(corridor: Corridor, year: int, path: Path) -> dict[Dyad, Mix]:
    """Mixes out of a CSV file, by pair; those of rows that name none are for `ANY`.

    Columns `commodity` and `share` (of the value), and as one likes `exporter` and `importer`, `boxed` (of the tonnes,
    the share that goes in boxes; empty: as in all the package's demand of the commodity, and where that has none all)
    and `profile` (over the year; empty: evenly).

    Raises:
        InputError: with every cell that cannot be read. Whether shares add up is seen when they are used.
    """
    where = path.name
    texts = _texts(path)
    if texts and (missing := [name for name in NEEDED if name not in texts[0]]):
        problems = [
            Problem(where, f"no column {name}", f"the columns are {', '.join(NEEDED + MORE)}") for name in missing
        ]
        raise InputError(where, problems)
    boxed, commodities = boxed_shares(corridor, year), corridor.by_key("commodity")
    parts: dict[Dyad, list[Part]] = defaultdict(list)
    wrong: list[Problem] = []
    for line, cells in enumerate(texts, start=2):
        address, name = f"{where}, line {line}", cells["commodity"]
        wrong += _odd(address, cells, commodities)
        share = _number(address, "share", cells["share"], wrong)
        own = cells.get("boxed", "")
        packed = _number(address, "boxed", own, wrong) if own else boxed.get(name, 1.0)
        dyad = cells.get("exporter", "").upper(), cells.get("importer", "").upper()
        parts[dyad].append(Part(name, share, packed, cells.get("profile", "") or EVEN))
    if not texts:
        wrong.append(Problem(where, "no rows", f"give the columns {', '.join(NEEDED)}, and a row for each commodity"))
    if wrong:
        raise InputError(where, wrong)
    return {dyad: Mix(tuple(of), Why((), "D", f"given: the mix of {where}")) for dyad, of in sorted(parts.items())}


def _texts(path: Path) -> list[dict[str, str]]:
    """Cells of each row by column. Raises InputError."""
    where = path.name
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(where, [Problem(where, "a large file", f"a mix has at most {LARGEST:,} bytes")])
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except OSError as refused:
        problem = Problem(where, refused.strerror or "nothing there", "give a file that can be read")
        raise InputError(where, [problem]) from None
    except (UnicodeDecodeError, csv.Error) as bad:
        raise InputError(where, [Problem(where, str(bad), "save it as CSV in UTF-8")]) from None
    header = [name.strip() for name in rows[0]] if rows else []
    body = [(line, row) for line, row in enumerate(rows[1:], start=2) if row]
    wrong = [
        Problem(f"{where}, line {line}", f"{len(row)} cells", f"give {len(header)}, one a column")
        for line, row in body if len(row) != len(header)
    ]  # fmt: skip
    for name in header:
        if name not in NEEDED + MORE or header.count(name) > 1:
            near = nearest(name, NEEDED + MORE, 1)
            remedy = f"did you mean {near[0]}?" if near and near[0] != name else "each of these once: "
            remedy += "" if near and near[0] != name else ", ".join(NEEDED + MORE)
            wrong.append(Problem(where, f"the column {shown(name)}", remedy))
    if wrong:
        raise InputError(where, wrong)
    return [dict(zip(header, (cell.strip() for cell in row), strict=True)) for _, row in body]


def _odd(address: str, cells: Mapping[str, str], commodities: Iterable[str]) -> Iterator[Problem]:
    if cells["commodity"] not in commodities:
        near = nearest(cells["commodity"], commodities, 1)
        remedy = f"did you mean {near[0]}?" if near else "the package has no such commodity"
        yield Problem(f"{address}, commodity", shown(cells["commodity"]), remedy)
    if bool(cells.get("exporter")) != bool(cells.get("importer")):
        yield Problem(address, "one of exporter and importer", "give both, or none: then it is of every pair")


def _number(address: str, name: str, text: str, wrong: list[Problem]) -> float:
    """A share from 0 to 1; what is none is told, and is 0."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0 <= value <= 1:
        return value
    wrong.append(Problem(f"{address}, {name}", shown(text) if text else "nothing", "give a share from 0 to 1"))
    return 0.0
