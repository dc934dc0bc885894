"""Print docs/package.md, the page of the corridor package, from the column register."""

from __future__ import annotations

from pathlib import Path

from karvan.tables.column import Column, Table
from karvan.tables.register import TABLES

PAGE = Path(__file__).parents[1] / "docs" / "package.md"

INTRODUCTION = """\
# The corridor package

<!-- Printed by tools/print_register.py from the column register: change src/karvan/tables/register.py instead. -->

A corridor package is a folder, or a zip of it, with one CSV file a table (UTF-8, comma, a header line) and a
`datapackage.json` beside them that describes them to [Frictionless](https://specs.frictionlessdata.io) tools.

How to read the tables below:

- A column in **bold** must be filled in every row; in the others an empty cell is a missing value, never a zero.
- *Basis* says whether a number must have a row in the table `basis` that tells where it is from: one that an engine
  reads (`engine`), or one that is only shown (`shown`). Ids, codes, years and positions in a sequence need none.
- A cell that holds a list parts its items by semicolons.
- Further columns are a mistake, so that a misspelt one is not passed over.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([INTRODUCTION, contents(), *(section(table) for table in TABLES)])


def contents() -> str:
    """All tables in a line each."""
    rows = [f"| [`{table.name}`](#{anchor(table)}) | {table.doc} |" for table in TABLES]
    return "\n".join(["| Table | One row is |", "| --- | --- |", *rows, ""])


def section(table: Table) -> str:
    """One table with its columns."""
    file = f"File `{table.name}.csv`" + (", may be left out" if table.optional else "")
    key = ", ".join(f"`{name}`" for name in table.key)
    head = [f"({anchor(table)})=", "", f"## `{table.name}`", "", table.doc, "", f"{file}. Key: {key}.", ""]
    rows = [row(column) for column in table]
    return "\n".join(
        [*head, "| Column | Unit | A cell is | Basis | Meaning |", "| --- | --- | --- | --- | --- |", *rows, ""]
    )


def row(column: Column) -> str:
    """One column as a row of the page."""
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    basis = column.use if column.needs_basis else ""
    return f"| {name} | {column.unit} | {holds(column)} | {basis} | {column.doc} |"


def holds(column: Column) -> str:
    """What a cell may be; the unit has a column of its own."""
    words = column.expects().removesuffix(f" ({column.unit})")
    return f"list, each {words}" if column.many else words


def anchor(table: Table) -> str:
    """Where links to the table point."""
    return f"table-{table.name.replace('_', '-')}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}: {len(TABLES)} tables, {sum(len(table.columns) for table in TABLES)} columns")
