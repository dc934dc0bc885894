"""Published quantities that a simulation of the shipped package is held against: read, worked out, checked.

    python tools/sim_targets.py [--check]

`middle_corridor/sim_targets.csv` says which facts state what, and where of ours it is counted; the README beside it
tells its columns. This fills the column `used_in_basis` from the basis of the package and prints how many rows there
are; with `--check` it writes nothing and tells whether the file is what would be written.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import build_middle_corridor as builder
import karvan
from karvan.corridor import Corridor
from recipe import FACT, Fact, RecipeError, Rules, say

TARGETS = builder.RECIPES / "sim_targets.csv"
UNITS = {
    "throughput_teu": ("TEU/yr",),
    "throughput_t": ("t/yr",),
    "throughput_wagons": ("wagon",),
    "throughput_trucks": ("truck",),
    "departures": ("1/yr",),
    "wait_h": ("h",),
    "sojourn_h": ("h",),
    "door_to_door_d": ("d",),
    "queue": ("wagon", "truck", "train", "vessel"),
    "use": ("",),
}
"""The quantities that targets state, and the units of each; wagons and trucks are of a year but in a queue."""
TABLES = {"facility": "facility", "service": "service", "link": "link", "place": "place", "family": "family"}
"""Of which table the ids in `where` are, by `where_kind`; a flow has none."""
ROLES = ("fit", "compare", "skip")
YEARS = re.compile("202[345]")
MEASURED = re.compile(
    r"(thousand |million )?(t|TEU)(/yr|/year|/month|/d)?|containers|FEU|h|d|hours|days|weeks|min|minutes/train"
    r"|(trains|wagons|trucks|vehicles|calls|sailings|ships)(/(day|d|week|month|yr|year))?"
)
"""Units of facts that may state such a quantity."""
NO_STATE = re.compile("plan|target|forecast|capacity|potential|expansion|saving|cumulative|design|agreement")
"""Words of facts that tell what is to be, or what could be."""
TOLD = 4
"""Rows of one column that are told one by one."""

Row = dict[str, str]


@dataclass(frozen=True)
class Target:
    """A row of the table with its numbers worked out; `value` is missing where the role is to skip it."""

    row: Row
    value: float | None
    low: float | None
    high: float | None


def read(path: Path = TARGETS) -> list[Row]:
    """The rows of the table, in its order."""
    return builder.read(path)


def targets(rows: Sequence[Row], facts: Mapping[str, Fact], rules: Rules) -> list[Target]:
    """Every row with its numbers. Raises RecipeError with all that cannot be worked out, a line each."""
    wrong: list[str] = []

    def number(row: Row, name: str) -> float | None:
        try:
            return say(row[name], row["unit"], facts, rules).value if row[name] else None
        except RecipeError as problem:
            wrong.append(f"sim_targets.csv, row {row['id']}, {name} | found '{row[name]}' | {problem}")
            return None

    found = [Target(row, *(number(row, name) for name in ("value", "low", "high"))) for row in rows]
    if wrong:
        raise RecipeError("\n".join(wrong))
    return found


def problems(found: Sequence[Target], corridor: Corridor) -> Iterator[str]:
    """What is wrong with the table, row by row: address, value, remedy."""
    seen = Counter(target.row["id"] for target in found)
    for target in found:
        row = target.row
        for column, value, remedy in _faults(target, corridor):
            yield f"sim_targets.csv, row {row['id']}, {column} | found '{value}' | {remedy}"
        if seen[row["id"]] > 1:
            yield f"sim_targets.csv, row {row['id']}, id | found it {seen[row['id']]} times | give each row its own"


def _faults(target: Target, corridor: Corridor) -> Iterator[tuple[str, str, str]]:
    row, known = target.row, corridor.evidence.facts
    for name in _names(row["facts"]):
        if name not in known:
            yield "facts", name, "not a fact of the package"
    if row["role"] not in ROLES:
        yield "role", row["role"], f"give one of {', '.join(ROLES)}"
    if not row["reason"]:
        yield "reason", "", "say why it has that role"
    if row["role"] == "skip":
        return
    if row["unit"] not in UNITS.get(row["quantity"], ()):
        yield "quantity", f"{row['quantity']} in {row['unit']}", f"give one of {', '.join(UNITS)} in its unit"
    if target.value is None:
        yield "value", "", "give an expression over facts"
    elif not (target.low or 0.0) <= target.value <= (target.high or target.value):
        yield "value", f"{target.low} - {target.value} - {target.high}", "give low, value and high in that order"
    yield from _places(row, corridor)


def _places(row: Row, corridor: Corridor) -> Iterator[tuple[str, str, str]]:
    """Ids in the columns that say where."""
    if (row["where_kind"] == "flow") == bool(row["where"]):
        yield "where", row["where"], "a flow has an origin or a destination, the others have ids"
    if row["where_kind"] not in (*TABLES, "flow"):
        yield "where_kind", row["where_kind"], f"give one of {', '.join(TABLES)}, flow"
        return
    countries = {place.country for place in corridor.places()}
    ids = {
        "where": corridor.by_key(TABLES.get(row["where_kind"], "place")),
        "at": corridor.by_key("place"),
        "via": corridor.by_key("place"),
        "avoid": corridor.by_key("place"),
        "origin": {*corridor.by_key("place"), *countries},
        "destination": {*corridor.by_key("place"), *countries},
        "families": corridor.by_key("family"),
    }
    for column, allowed in ids.items():
        for name in filter(None, re.split("[;+]", row[column])):
            if name.removeprefix("-") not in allowed:
                yield column, name, "not an id of the package"


def _names(text: str) -> list[str]:
    return FACT.findall(text)


def used(facts: str, corridor: Corridor) -> str:
    """Addresses of the numbers of the package that stand on one of these facts; many of one column as a group."""
    names, found = set(_names(facts)), defaultdict(list)
    for basis in corridor.rows("basis"):
        if basis.table != "target" and not names.isdisjoint(basis.facts):
            found[basis.table, basis.column].append(basis.row)
    told = [
        [f"{table}/{row}/{column}" for row in rows] if len(rows) <= TOLD else [f"{table}/*/{column} ({len(rows)})"]
        for (table, column), rows in sorted(found.items())
    ]
    return ";".join(address for addresses in told for address in addresses)


def undecided(corridor: Corridor, rows: Sequence[Row]) -> list[str]:
    """Facts of 2023 to 2025 in units of goods, vehicles or time that no row names: a target, or a reason why not."""
    named = {name for row in rows for name in _names(row["facts"])}
    return [
        fact.id
        for fact in corridor.rows("fact")
        if FACT.fullmatch(fact.id)
        and fact.id not in named
        and YEARS.search(fact.period)
        and MEASURED.fullmatch(fact.unit)
        and not NO_STATE.search(f"{fact.subject} {fact.metric} {fact.scope} {fact.period}".lower())
    ]


def as_csv(rows: Sequence[Row]) -> str:
    """The table as the file holds it."""
    text = io.StringIO()
    out = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return text.getvalue()


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--check", action="store_true", help="compare with the file on disk, write nothing")
    check = ask.parse_args().check
    corridor, rows = karvan.load(), read()
    made = builder.start(sorted(path for path in builder.RECIPES.iterdir() if path.is_dir()))
    try:
        wrong = list(problems(targets(rows, made.facts, made.rules), corridor))
    except RecipeError as problem:
        wrong = [str(problem)]
    wrong += [f"fact {name} | found in no row | add it, if only to skip it" for name in undecided(corridor, rows)]
    print("\n".join(wrong))
    if wrong:
        return 3
    fresh = as_csv([row | {"used_in_basis": used(row["facts"], corridor)} for row in rows])
    differs = TARGETS.read_text(encoding="utf-8") != fresh
    if differs and not check:
        TARGETS.write_text(fresh, encoding="utf-8")
    roles = Counter(row["role"] for row in rows)
    print(f"{', '.join(f'{roles[role]} to {role}' for role in ROLES)}; {'differs' if differs else 'nothing changed'}")
    return 3 if differs and check else 0


if __name__ == "__main__":
    sys.exit(main())
