"""Build the corridor package `middle-corridor` from its facts and the recipes.

    python tools/build_middle_corridor.py [--part PART] [--check]

Every number of the package is worked out here from an expression over facts, and gets its row in `basis.csv`. The same
input gives the same bytes. `--check` writes nothing and tells whether the package on disk is what would be written;
`--part` looks at one part of the recipes and its references to the others, and writes nothing either.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from karvan.corridor.package import Description, write_tables
from karvan.tables.column import Column, Table
from karvan.tables.register import BY_NAME, TABLES
from karvan.tables.trading import PUBLISHED
from recipe import Fact, RecipeError, Rules, Said, parted, say

PACKAGE = Path(__file__).parent.parent / "src/karvan/data/middle-corridor"
RECIPES = Path(__file__).parent / "middle_corridor"
CALIBRATED = RECIPES / "calibrated.csv"
"""Numbers that tools/calibrate_middle_corridor.py has found."""
GIVEN = ("source", "fact", "trace", "waypoint", *(table.name for table in PUBLISHED))
"""Tables that are not made from recipes: what is known, what was traced on maps, and what was published of trade."""

AMOUNTS = ("teu_year", "t_year")
SAME = "same"
"""Said of a row of demand whose figure is of the later year too."""

TITLE = Description(
    name="middle-corridor",
    title="The Middle Corridor and its rivals between China and Europe, 2024 and 2025",
    licences=(
        ("ODbL-1.0", "trace.csv and waypoint.csv: (c) OpenStreetMap contributors, Open Database License 1.0"),
        ("Apache-2.0", "everything else; facts belong to their sources, named in source.csv"),
    ),
)

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass
class Build:
    """The package in the making: its tables so far, its basis, and what is wrong."""

    facts: dict[str, Fact]
    rules: Rules
    traced: dict[str, str]
    calibrated: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    basis: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def table(self, table: Table, recipe: Iterable[tuple[Path, Row]]) -> None:
        rows = [self.row(table, path, row) for path, row in recipe]
        self.tables[table.name] = sorted(rows, key=lambda row: _order(table, row))

    def row(self, table: Table, path: Path, recipe: Row) -> Row:
        key = ":".join(recipe.get(name, "") for name in table.key)
        located = table.name in ("place", "planned_place")
        if located:
            recipe = recipe | self.coordinates(table, path, key, recipe.get("located_by", ""))
        done: Row = {}
        for column in table:
            cell = (recipe.get(column.name) or "").strip()
            if (table.name, key, column.name) in self.calibrated:
                done[column.name] = self.taken_up(table.name, key, column)
                continue
            if cell and column.needs_basis and not (located and column.name in ("lon", "lat")):
                cell = self.said(table, key, column, cell, path, _unit(table, column, recipe))
            done[column.name] = cell
        return done

    def said(self, table: Table, key: str, column: Column, cell: str, path: Path, unit: str = "") -> str:
        """The number that a cell of a recipe says, written down in the basis too; in the column's unit but for targets,
        which have each their own."""
        if cell == "trace":
            cell = f"TR-{key} ; traced on the map, see table trace"
        try:
            said = say(cell, unit or column.unit, self.facts, self.rules)
        except RecipeError as problem:
            self.problems.append(
                f"{path.parent.name}/{path.name}, row {key}, {column.name} | found '{cell}' | {problem}"
            )
            return ""
        self.cite(table.name, key, column.name, said)
        return _written(said.value, column)

    def taken_up(self, table: str, key: str, column: Column) -> str:
        """A number that a calibration has found, in place of what the recipe says."""
        found = self.calibrated[table, key, column.name]
        facts = tuple(filter(None, found["facts"].split(";")))
        said = Said(float(found["value"]), "calibrated", found["grade"], facts, (), found["note"])
        self.cite(table, key, column.name, said)
        return _written(said.value, column)

    def coordinates(self, table: Table, path: Path, key: str, located_by: str) -> Row:
        """lon and lat from the fact that locates a place, or from general map knowledge."""
        place, _, note = located_by.partition(";")
        fact = self.facts.get(place.strip())
        words = (fact.value if fact else place).split()
        if len(words) != 2:
            self.problems.append(f"{path.parent.name}/{path.name}, row {key}, located_by | found '{located_by}' | "
                                 "give PL-..., UN-... (imported), or 'lon lat ; where from'")  # fmt: skip
            return {}
        facts = (place.strip(),) if fact else ()
        grade, method = (fact.confidence, "read") if fact else ("C", "derived")
        for name, value in zip(("lon", "lat"), words, strict=True):
            self.cite(table.name, key, name, Said(float(value), method, grade, facts, (), note.strip()))
        return {"lon": words[0], "lat": words[1]}

    def cite(self, table: str, row: str, column: str, said: Said) -> None:
        self.basis.append(
            {
                "table": table,
                "row": row,
                "column": column,
                "facts": ";".join(said.facts),
                "rivals": ";".join(said.rivals),
                "method": said.method,
                "grade": said.grade,
                "note": said.note,
            }
        )


def _unit(table: Table, column: Column, recipe: Row) -> str:
    """The unit of a cell where it is not its column's: of a target or an elasticity its own, of an effect that of what
    it changes."""
    if table.name in ("target", "elasticity"):
        return recipe["unit"]
    if table.name == "effect" and column.name == "amount" and recipe["change"] != "scale":
        return BY_NAME[recipe["table"]].column(recipe["column"]).unit
    return ""


def _order(table: Table, row: Row) -> tuple[tuple[float, str], ...]:
    """Rows stand in the order of their key; numbers in it by value."""
    return tuple((float(row[name]), "") if row[name].isdigit() else (0.0, row[name]) for name in table.key)


def _written(value: float, column: Column) -> str:
    """A number as the package writes it: whole, or with five significant digits."""
    return str(round(value)) if column.kind == "whole" else f"{float(f'{value:.5g}'):.10g}"


def recipe_rows(name: str, parts: list[Path], rules: Rules | None = None) -> Iterator[tuple[Path, Row]]:
    """The rows of a recipe table; with the rules also those that are brought to later years."""
    if name == "target":
        path = RECIPES / "sim_targets.csv"
        yield from ((path, row | {"note": row["reason"]}) for row in read(path) if row["role"] != "skip")
        return
    for part in parts:
        path = part / f"{name}.csv"
        for row in read(path):
            yield path, row
            if rules:
                yield from ((path, later) for later in brought_on(row, rules))


def brought_on(row: Row, rules: Rules) -> Iterator[Row]:
    """A row of demand once more for each year that it is brought to, by what a column `in_YEAR` says."""
    for column, said in row.items():
        year = column.removeprefix("in_")
        if year != column and said:
            new = row | {"id": f"{row['id']}-{year}", "year": year}
            new |= {name: brought(row[name], said, rules) for name in AMOUNTS if row[name]}
            yield new | {"note": f"That of {row['year']} brought to {year}: {row['note']}"}


def brought(amount: str, said: str, rules: Rules) -> str:
    """The cell of an amount times a factor; each may have rivals and a note, and may be an assumption. Where the factor
    is a rule, the cell has the rule's rivals and note too."""
    if said == SAME:
        return amount
    (base, rivals, why), (factor, more, how) = parted(amount), parted(said)
    if factor.removeprefix("$") in rules.expressions:
        _, more, _ = parted(rules.expressions[factor[1:]])
        how = rules.notes[factor[1:]]
    assumed = base.startswith("~") or factor.startswith("~")
    base, factor = base.removeprefix("~").strip(), factor.removeprefix("~").strip()
    body = base if factor == "1" else f"({base}) * ({factor})"
    against = " ".join(filter(None, (rivals, more)))
    versus = f" vs {against}" if against else ""
    return f"{'~ ' if assumed else ''}{body}{versus} ; {'; '.join(filter(None, (why, how)))}"


def start(parts: list[Path]) -> Build:
    facts = {row["id"]: Fact(row["value"], row["unit"], row["confidence"]) for row in given("fact")}
    rules = {row["id"]: row for _, row in recipe_rows("rule", parts)}
    return Build(
        facts,
        Rules(
            {name: row["expression"] for name, row in rules.items()}, {name: row["note"] for name, row in rules.items()}
        ),
        {row["link"]: row["length_km"] for row in read(PACKAGE / "trace.csv")},
    )


def given(name: str) -> list[Row]:
    """A table that is not made from recipes; the facts include one for each traced line."""
    rows = read(PACKAGE / f"{name}.csv")
    if name != "fact":
        return rows
    return sorted([row for row in rows if not row["id"].startswith("TR-")] + traced_facts(), key=lambda row: row["id"])


def traced_facts() -> list[Row]:
    source = {
        "osm-rail": "osm_trace",
        "osm-road": "osm_trace",
        "marnet": "marnet_trace",
        "great-circle": "great_circle",
    }
    return [
        {
            "id": f"TR-{row['link']}",
            "subject": f"link:{row['link']}",
            "metric": "traced length",
            "value": row["length_km"],
            "unit": "km",
            "period": "",
            "scope": "between the two places of the link",
            "source": source[row["tracer"]],
            "confidence": "C",
            "note": row["note"],
        }
        for row in read(PACKAGE / "trace.csv")
    ]


def build(parts: list[Path], *, calibrated: bool = True) -> Build:
    """The package; without what was calibrated as it is before, with the assumptions that a calibration starts from."""
    made = start(parts)
    if calibrated:
        made.calibrated = {(row["table"], row["row"], row["column"]): row for row in read(CALIBRATED)}
    for table in TABLES:
        if table.name not in (*GIVEN, "basis"):
            made.table(table, recipe_rows(table.name, parts, made.rules))
    for name in GIVEN:
        made.tables[name] = given(name)
    links = {row["id"] for row in made.tables["link"]}
    for name in ("trace", "waypoint"):
        made.tables[name] = [row for row in made.tables[name] if row["link"] in links]
    for row in made.tables["trace"]:
        made.cite("trace", row["link"], "length_km", Said(0.0, "derived", "C", (f"TR-{row['link']}",)))
    made.tables["basis"] = sorted(made.basis, key=lambda row: (row["table"], row["row"], row["column"]))
    return made


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--part", help="look at one part of the recipes only")
    ask.add_argument("--check", action="store_true", help="compare with the package on disk, write nothing")
    asked = ask.parse_args()
    parts = sorted(path for path in RECIPES.iterdir() if path.is_dir())
    made = build(parts)
    shown = [problem for problem in made.problems if not asked.part or problem.startswith(asked.part + "/")]
    print("\n".join(shown))
    if shown:
        print(f"{len(shown)} problems")
        return 3
    if asked.part:
        return 0
    changed = write_tables(PACKAGE, made.tables, TITLE, dry=asked.check)
    print("\n".join(f"{'differs' if asked.check else 'written'}: {name}" for name in changed) or "nothing changed")
    return 3 if asked.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
