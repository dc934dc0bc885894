"""Duties as they are out of a file of WITS: which of its rows count for each two countries, and why others do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem
from karvan.study.trade.duties import Duties, Duty, Pair

if TYPE_CHECKING:
    from karvan.formats.trade.file import TariffFile

KINDS = ("AHS", "MFN", "")
"""What is taken, the nearest to it first: effectively applied, to most favoured nations, not said which."""
ANY, UNION, OWN = "WLD", "EUN", "EU"
"""Codes of the world and of the European Union in a file, and of the latter in `regime.csv`."""
WHOLE, GOODS = "the row of all goods", "a mean over goods"
AVERAGES: tuple[Literal["weighted", "simple"], ...] = ("weighted", "simple")
"""By imports, or plain."""
Key = tuple[str, int, str, str]
"""Kind of duty, year, importer, exporter."""


@dataclass(frozen=True, slots=True)
class Mean:
    """One duty for a pair, and what it is an average of."""

    rate_pct: float
    measure: str
    over: str


@dataclass(frozen=True, eq=False)
class Reading:
    """Which rows of a file stand for which pairs."""

    rates: dict[Pair, Duty]
    """By buyer and seller."""
    used: frozenset[Key]
    year: Mapping[str, int]
    """The year that was taken, by importer in the file."""
    inside: int
    """Pairs within a customs union."""


def duties_of_file(path: Path, corridor: Corridor, countries: Sequence[str], year: int) -> Duties:
    """Duties out of a file of WITS, in place of those of a package.

    Of each importer the last year counts that is no later than `year`, or the first one after; of each pair what was
    effectively applied (AHS) before what most favoured nations pay (MFN), and a row of the exporter before one of the
    world; the row of all goods before a mean over goods, and of both what is weighted by imports before what is not.
    Between members of a customs union of the package that have no row of their own the duty is 0. An importer that the
    file has nothing of keeps the duties of the package.

    Args:
        countries: those whose trade is known.
        year: of the trade that is changed.

    Raises: InputError for a file that cannot be read, or that has no duty of these countries.
    """
    from karvan.formats.trade.wits import read_tariffs

    file = read_tariffs(path)
    means = _means(file)
    of_group = _union(corridor, countries, {key[2] for key in means})
    read = _read(means, _unions(corridor, countries), of_group, countries, year)
    if not read.rates:
        there = ", ".join(sorted(set(file.frame["importer"]))[:8])
        remedy = f"give AHS or MFN tariffs of importers among them; the file has {there}"
        raise InputError(file.source, [Problem("importers", "no duty of the countries whose trade is known", remedy)])
    kept = {
        (row.importer, row.exporter): Duty(row.rate_pct, row.year)
        for row in corridor.rows("duty")
        if row.rate_pct is not None and not any((row.importer, code) in read.rates for code in countries)
    }
    said = [*_told(read, year, of_group), *_unused(file, means, read, countries, set(of_group.values()))]
    if kept:
        who = ", ".join(sorted({f"{buyer} ({duty.year})" for (buyer, _), duty in kept.items()}))
        said.append(f"not in the file, and taken from the package: duties of {who}")
    said += [str(remark) for remark in file.remarks if remark.kind != "no figure"]
    return Duties(kept | read.rates, file.source, tuple(said))


def _means(file: TariffFile) -> dict[Key, Mean]:
    """The duty of each kind, year, importer and exporter: the best of the averages that the file allows."""
    from karvan.formats.trade.file import TOTAL

    found: dict[Key, Mean] = {}
    for kind in KINDS:
        rows = replace(file, frame=file.frame[file.frame["duty"] == kind])
        for measure in AVERAGES if len(rows.frame) else ():
            whole = rows.frame[(rows.frame["goods"] == TOTAL) & rows.frame[f"{measure}_pct"].notna()]
            totals = set(zip(whole["year"], whole["exporter"], whole["importer"], strict=True))
            with suppress(InputError):  # nothing of this average: the other one may be there
                for year, seller, buyer, rate in rows.by_dyad(measure).itertuples(index=False):
                    mean = Mean(float(rate), measure, WHOLE if (year, seller, buyer) in totals else GOODS)
                    key = kind, int(year), str(buyer), str(seller)
                    if key not in found or (found[key].over, mean.over) == (GOODS, WHOLE):
                        found[key] = mean
    return found


def _unions(corridor: Corridor, countries: Sequence[str]) -> list[frozenset[str]]:
    """Members of each customs union of the package, as trade has their codes."""
    code = {row.code: row.id for row in corridor.rows("country") if row.id in countries}
    rows = [row for row in corridor.rows("regime") if row.kind == "customs_union"]
    return [frozenset(code[name] for name in row.countries if name in code) for row in rows]


def _union(corridor: Corridor, countries: Sequence[str], there: set[str]) -> dict[str, str]:
    """The importer in the file by country: its own code, or the European Union for a member that has no row."""
    code = {row.code: row.id for row in corridor.rows("country")}
    members = {code.get(name) for row in corridor.rows("regime") if row.id == OWN for name in row.countries}
    found = {name: name for name in countries if name in there}
    if UNION in there:
        found |= {name: UNION for name in countries if name in members and name not in there}
    return found


def _read(
    means: Mapping[Key, Mean],
    unions: Sequence[frozenset[str]],
    of_group: Mapping[str, str],
    countries: Sequence[str],
    year: int,
) -> Reading:
    """The row that stands for each pair."""
    when: dict[str, int] = {}
    for name in set(of_group.values()):
        years = {key[1] for key in means if key[2] == name}
        when[name] = max((one for one in years if one <= year), default=min(years))
    rates: dict[Pair, Duty] = {}
    used: set[Key] = set()
    inside = 0
    for buyer, name in sorted(of_group.items()):
        for seller in countries:
            if seller == buyer:
                continue
            of_pair = [(kind, when[name], name, seller) for kind in KINDS]
            of_any = [(kind, when[name], name, ANY) for kind in KINDS]
            both = any({buyer, seller} <= union for union in unions)
            key = next((key for key in (of_pair if both else of_pair + of_any) if key in means), None)
            if key is not None:
                used.add(key)
                mean = means[key]
                rates[buyer, seller] = Duty(mean.rate_pct, key[1], key[0], f"{mean.measure}, {mean.over}")
            elif both:
                inside += 1
                rates[buyer, seller] = Duty(0.0, mean="within a customs union")
    return Reading(rates, frozenset(used), when, inside)


def _told(read: Reading, year: int, of_group: Mapping[str, str]) -> Iterator[str]:
    """What was taken: kinds, years, averages."""
    taken = [duty for duty in read.rates.values() if duty.year is not None]
    kinds = _counts(Counter(duty.kind or "of no kind that is said" for duty in taken))
    means = _counts(Counter(duty.mean for duty in taken))
    yield f"duties of {len(of_group)} importers on {len(taken):,} pairs: {kinds}; averages: {means}"
    late = {name: when for name, when in read.year.items() if when > year}
    if late:
        who = ", ".join(f"{name} ({when})" for name, when in sorted(late.items()))
        yield f"nothing is as old as {year}, the first year after was taken: {who}"
    group = [name for name, of in of_group.items() if of == UNION]
    if group:
        yield f"as the European Union: {', '.join(sorted(group))}"
    if read.inside:
        yield f"within a customs union, and 0: {read.inside} pairs"


def _counts(of: Counter[str]) -> str:
    return ", ".join(f"{said} {n:,}" for said, n in sorted(of.items()))


def _unused(
    file: TariffFile, means: Mapping[Key, Mean], read: Reading, countries: Sequence[str], importers: set[str]
) -> Iterator[str]:
    """Rows of the file that stand for no pair, by the reason."""
    from karvan.formats.trade.file import TOTAL

    sellers = {*countries, ANY}
    why: Counter[str] = Counter()
    columns = ["duty", "year", "importer", "exporter", "goods"]
    for kind, year, buyer, seller, goods in file.frame[columns].itertuples(index=False, name=None):
        key = kind, int(year), buyer, seller
        if kind not in KINDS:
            why["of another kind than AHS and MFN (preferential, bound)"] += 1
        elif buyer not in importers:
            why["of importers whose trade is not known"] += 1
        elif seller not in sellers:
            why["of exporters whose trade is not known"] += 1
        elif key[1] != read.year[buyer]:
            why["of another year than was taken"] += 1
        elif key not in read.used:
            why["of pairs that have a nearer row"] += 1
        elif goods != TOTAL and means[key].over == WHOLE:
            why["of single goods where there is a row of all"] += 1
    if len(file.aside):
        why["without a rate"] += len(file.aside)
    if why:
        yield f"rows that were not used: {_counts(why)}"
