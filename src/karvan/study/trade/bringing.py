"""Made demand brought into a package: which rows come, which are left out and why, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from karvan.corridor import Corridor
from karvan.corridor.package import replace_file, table_files
from karvan.corridor.row import ROW_TYPES, Row, as_text
from karvan.ground.errors import InputError, Problem
from karvan.study.trade.boxed import Boxed
from karvan.study.trade.demand import Left, dyads_of, made
from karvan.trade.boxes import Dyad

TABLE = ".csv"


@dataclass(frozen=True)
class Brought:
    """A corridor with made demand."""

    corridor: Corridor
    rows: tuple[Row, ...]
    """Rows of demand that were made."""
    left: tuple[Left, ...]
    """Pairs of which none was made, and why."""
    out: tuple[str, ...]
    """Rows of the package's demand that they stand in place of."""


def bring(
    corridor: Corridor,
    found: Boxed,
    gateways: Mapping[str, str] | None = None,
    *,
    empties: str = "",
    instead: bool = False,
) -> Brought:
    """Demand out of boxes, beside what the package has; of a pair that it has demand of, none.

    Args:
        gateways: places that stand for countries, beside and before those of the package's countries.
        empties: commodity that empty boxes are booked as; without one they are no demand.
        instead: where the package has demand of a pair, take it out and put what is made in its place, so that
            nothing is counted twice.

    Raises:
        InputError: for a year of which the package has no demand while it has of others (a scenario of that year would
            then carry the made alone), and for gateways or a commodity that it does not have.
    """
    year = found.ask.year
    years = sorted({row.year for row in corridor.rows("demand")})
    if years and year not in years:
        remedy = f"make it for one of {', '.join(map(str, years))}; scenarios bring that to other years"
        raise InputError("made demand", [Problem("year", f"{year}, of which the package has no demand", remedy)])
    stands = {row.id: row.gateway for row in corridor.rows("country") if row.gateway} | dict(gateways or {})
    taken = _taken(corridor, found, stands) if instead else ()
    bent = made(_without(corridor, taken), year, found.boxes, stands, empties=empties)
    whole = with_facts(bent.corridor, bent.rows) if bent.rows else corridor
    return Brought(whole, bent.rows, bent.left, taken if bent.rows else ())


def _taken(corridor: Corridor, found: Boxed, stands: Mapping[str, str]) -> tuple[str, ...]:
    """Rows of the package in whose place something can be made."""

    def able(dyad: Dyad) -> bool:
        return all(code in stands for code in dyad) and stands[dyad[0]] != stands[dyad[1]]

    asked = {way.dyad for way in found.ways if way.rows and able(way.dyad)}
    return tuple(name for name, dyad in sorted(dyads_of(corridor, found.ask.year).items()) if dyad in asked)


def _without(corridor: Corridor, names: Iterable[str]) -> Corridor:
    """Without some rows of demand, and what their numbers stood on."""
    gone = set(names)
    if not gone:
        return corridor
    demand = tuple(row for row in corridor.rows("demand") if row.id not in gone)
    basis = tuple(row for row in corridor.rows("basis") if row.table != "demand" or row.row not in gone)
    return corridor.with_tables({"demand": demand, "basis": basis})


def with_facts(corridor: Corridor, rows: Iterable[Row]) -> Corridor:
    """The corridor with every fact that rows of demand stand on in its table of facts.

    Published figures are facts without a row there; the basis of a package may name only rows.
    """
    there, ledger = corridor.by_key("fact"), corridor.evidence
    names = {row.id for row in rows}
    used = {fact for row in corridor.rows("basis") if row.table == "demand" and row.row in names for fact in row.facts}
    more = tuple(ROW_TYPES["fact"](*ledger.facts[name]) for name in sorted(used) if name not in there)
    return corridor.with_tables({"fact": (*corridor.rows("fact"), *more)}) if more else corridor


def write_demand(path: Path, brought: Brought, pairs: Iterable[Dyad]) -> None:
    """Write the whole table of demand (FILE.csv), or the whole package with it (a new folder, or FILE.zip).

    Written whole or not at all. Only the package has what the numbers stand on.

    Raises:
        InputError: where nothing was made, or it cannot be written.
    """
    if not brought.rows:
        reasons = [Problem(f"{one.exporter}-{one.importer}", "nothing made", one.reason) for one in brought.left]
        raise InputError("made demand", reasons or [Problem("pairs", "no trade between them", "ask for others")])
    corridor = brought.corridor
    if path.suffix == TABLE:
        texts = [as_text("demand", row) for row in corridor.rows("demand")]
        replace_file(path, table_files({"demand": texts}, corridor.description)["demand.csv"])
        return
    said = corridor.description
    told = ", ".join("-".join(pair) for pair in pairs)
    titled = replace(said, title=f"{said.title or said.name}, with demand made of the trade of {told}")
    replace(corridor, description=titled).save(path)
