"""The corridor: what exists. Frozen; loaded from a package, bent into another by a scenario, never changed."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from karvan.corridor.package import Description, table_files, write_folder, write_zip
from karvan.corridor.row import Row, as_text, key_of
from karvan.evidence.ledger import Ledger
from karvan.ground.errors import InputError, Problem, nearest, shown


@dataclass(frozen=True)
class Corridor:
    """Every table of a corridor package as frozen rows, in the order of their keys."""

    description: Description
    tables: Mapping[str, tuple[Row, ...]]
    digest: str = ""
    """SHA-256 of the package's files; empty for a corridor that was not loaded from one."""
    scenarios: Mapping[str, bytes] = field(default_factory=dict)
    """The scenarios that come with the package, as they are written (YAML), by name."""
    _index: dict[str, dict[str, Row]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.description.name

    def rows(self, table: str) -> tuple[Row, ...]:
        """All rows of a table; none if the package has no such file."""
        return self.tables.get(table, ())

    def row(self, table: str, key: str) -> Row:
        """The row with that key. Raises InputError, naming the nearest keys."""
        rows = self.by_key(table)
        if key not in rows:
            near = nearest(key, rows)
            remedy = f"nearest: {', '.join(near)}" if near else f"see {table}.csv"
            raise InputError(self.name, [Problem(f"{table}.csv", f"no row {shown(key)}", remedy)])
        return rows[key]

    def by_key(self, table: str) -> Mapping[str, Row]:
        """The rows of a table by their key."""
        if table not in self._index:
            self._index[table] = {key_of(table, row): row for row in self.rows(table)}
        return self._index[table]

    def place(self, name: str) -> Row:
        """The place with that id. Raises InputError."""
        return self.row("place", name)

    def places(self) -> tuple[Row, ...]:
        return self.rows("place")

    def with_tables(self, tables: Mapping[str, tuple[Row, ...]]) -> Corridor:
        """The same with other rows in some tables; what is not named is shared, and not even read."""
        below = self.tables.maps if isinstance(self.tables, ChainMap) else [self.tables]
        # A chain map asks its maps for their items only when one is wanted; it writes to none but the first.
        over: ChainMap[str, tuple[Row, ...]] = ChainMap(dict(tables), *below)
        return replace(self, tables=over, digest="")

    @cached_property
    def evidence(self) -> Ledger:
        """Where the numbers are from."""
        return Ledger(self.rows)

    def save(self, path: Path | str) -> None:
        """Write the package to a folder that does not exist yet, or to a file that ends in .zip."""
        path = Path(path)
        if path.suffix == ".zip":
            write_zip(path, self.files())
        else:
            write_folder(path, self.files())

    def files(self) -> dict[str, bytes]:
        """The files of the package, by name: its description, tables as CSV, and scenarios."""
        files = table_files(
            {name: [as_text(name, row) for row in rows] for name, rows in self.tables.items()}, self.description
        )
        return files | {f"{name}.yaml": content for name, content in self.scenarios.items()}
