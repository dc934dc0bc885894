"""Questions in SQL over all runs in a folder, answered by DuckDB from the Parquet files as they are."""

from __future__ import annotations

import atexit
import gc
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.evidence.durable import told
from karvan.evidence.parquet import meaning, read_parquet, read_schema
from karvan.evidence.shelf import find_runs
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.runs import RunLine, list_runs

if TYPE_CHECKING:
    import pyarrow as pa

SETTINGS = {
    "autoinstall_known_extensions": "false",  # nothing is downloaded at run time (§10)
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a table is one of the runs, not a variable of this program
    "temp_directory": "",  # nothing is left on disk
}
SEPARATOR = "both_slash" if os.name == "nt" else "forward_slash"


@dataclass(frozen=True)
class ResultTable:
    """A table that runs have: one view over all of them."""

    name: str
    of_replications: bool
    files: list[Path] = field(default_factory=list)

    @property
    def runs(self) -> int:
        """How many runs have it."""
        return len({file.parents[2 if self.of_replications else 0] for file in self.files})

    def columns(self) -> Iterator[tuple[str, str, str, str]]:
        """Name, type, unit and meaning of its columns, as its last file has them. Raises InputError."""
        yield "run", "string", "", "The run: the name of its folder."
        if self.of_replications:
            yield "replication", "int32", "", "Number of the replication."
        schema = read_schema(self.files[-1])
        said = meaning(schema)
        for column in schema:
            about = said.get(column.name, {})
            yield column.name, _type_name(column.type), about.get("unit", ""), about.get("doc", "")


def _type_name(kind: Any) -> str:
    """What a column holds; of one with a dictionary, what that holds."""
    return str(getattr(kind, "value_type", kind))


def result_tables(folder: Path | None = None) -> dict[str, ResultTable]:
    """The tables of all runs in a folder, by name. Raises InputError where there is no such folder.

    Where a name is that of a table over all replications in one run and of replications in another, as those of
    different versions may be, the latter is called NAME_of_replication.
    """
    found: dict[tuple[str, bool], ResultTable] = {}
    for run in find_runs(folder)[0]:
        for name, replication, file in run.files():
            kind = (name, replication is not None)
            found.setdefault(kind, ResultTable(*kind)).files.append(file)
    names = {kind: f"{kind[0]}_of_replication" if kind[1] and (kind[0], False) in found else kind[0] for kind in found}
    return {names[kind]: ResultTable(names[kind], kind[1], found[kind].files) for kind in sorted(found)}


def query(sql: str, folder: Path | None = None) -> pa.Table:
    """The answer to a question in SQL over all runs in a folder.

    Every table of results is one table over all runs that have it, with the column `run` (the name of its folder) and,
    where each replication has its own, `replication`. The table `runs` has a row a run, as `list_runs` gives it: a run
    that is not complete has the replications that it finished. Nothing can be written, and no other file read.

    Args:
        sql: one SELECT in DuckDB's dialect.
        folder: one that holds runs, or one run; by default where runs stand.

    Raises:
        InputError: DuckDB is not installed, the SQL is wrong, or a file of a run is gone or spoilt.
    """
    duckdb = _duckdb()
    _let_go_at_exit()
    lines, _ = list_runs(folder)
    tables = result_tables(folder)
    try:
        with duckdb.connect(":memory:", config=SETTINGS) as base, ThreadPoolExecutor(1) as pool:
            working = pool.submit(_answer, duckdb, base, sql, lines, tables)
            try:
                return working.result()
            except KeyboardInterrupt:  # DuckDB does not hear one while it works; so it works in a thread of its own
                base.interrupt()
                raise
    except (duckdb.Error, UnicodeDecodeError, RuntimeError) as refused:  # the latter two for a name that is no text
        raise InputError("the query", [_problem(duckdb, refused, sql, tables)]) from None


def _answer(duckdb: Any, base: Any, sql: str, lines: list[RunLine], tables: Mapping[str, ResultTable]) -> pa.Table:
    base.execute("set enable_progress_bar = false")  # it would go among what is printed
    _refuse_all_but_select(duckdb, base.extract_statements(sql))
    _add_runs(base, lines)
    wanted = _named(sql, tables)
    for table in wanted:
        base.execute(_view(table))
    _close_doors(base, (file for table in wanted for file in table.files))
    return base.sql(sql).to_arrow_table()


def _named(sql: str, tables: Mapping[str, ResultTable]) -> list[ResultTable]:
    """The tables whose names are in the query: to look into every file of many runs would take its time."""
    return [table for table in tables.values() if re.search(rf"\b{table.name}\b", sql, re.IGNORECASE)]


def _duckdb() -> Any:
    try:
        return import_module("duckdb")
    except ImportError:
        problem = Problem("duckdb", "no such module", 'install it: pip install "karvan[query]"')
        raise InputError("queries over runs", [problem]) from None


@cache
def _let_go_at_exit() -> None:
    """DuckDB complains at the end of the program of what is left over, and `karvan` leaves all to the system."""
    atexit.register(gc.unfreeze)


def _refuse_all_but_select(duckdb: Any, statements: list[Any]) -> None:
    allowed = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if len(statements) != 1 or statements[0].type not in allowed:
        found = ", ".join(statement.type.name for statement in statements) or "nothing"
        raise InputError("the query", [Problem("sql", found, "give one SELECT: queries only read")])


def _add_runs(base: Any, lines: list[RunLine]) -> None:
    import pyarrow as pa

    kinds = {"int": pa.int64(), "float": pa.float64(), "str": pa.string()}
    columns = {
        one.name: pa.array([getattr(line, one.name) for line in lines], kinds[str(one.type).split(" ")[0]])
        for one in fields(RunLine)
    }
    base.register("lines", pa.table(columns))
    base.execute("create table runs as select * from lines")
    base.unregister("lines")


def _view(table: ResultTable) -> str:
    parts = f"parse_path(filename, '{SEPARATOR}')"
    ours = f"{parts}[-4] as run, {parts}[-2]::int as replication" if table.of_replications else f"{parts}[-2] as run"
    files = ", ".join(_quoted(_as_glob(file)) for file in table.files)
    source = f"read_parquet([{files}], union_by_name = true, filename = true, hive_partitioning = false)"
    return f'create view "{table.name}" as select {ours}, * exclude (filename) from {source}'


def _close_doors(base: Any, files: Iterable[Path]) -> None:
    """From here on the files of the views can be read and nothing else."""
    allowed = ", ".join(_quoted(name) for file in files for name in (str(file), _as_glob(file)))
    base.execute(f"set allowed_paths = [{allowed}]")
    base.execute("set enable_external_access = false")
    base.execute("set lock_configuration = true")


def _as_glob(file: Path) -> str:
    """The pattern that matches this file alone: in a name, DuckDB takes brackets and stars for wildcards."""
    return re.sub(r"([\[*?])", r"[\1]", str(file))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _problem(duckdb: Any, refused: Exception, sql: str, tables: Mapping[str, ResultTable]) -> Problem:
    """DuckDB's message in our form: its first line, and what to do."""
    of_files = _file_problem(
        [file for table in _named(sql, tables) for file in table.files], _of_words(duckdb, refused)
    )
    if of_files:
        return of_files
    first, *others = [line for line in str(refused).splitlines() if line.strip()]
    missing = re.match(r"Catalog Error: Table with name (.+) does not exist", first)
    if missing:
        near = nearest(missing[1], [*tables, "runs"]) or [*tables, "runs"]
        remedy = f"the tables are {', '.join(near)}" if tables else "no run has tables yet"
        return Problem("sql", f"the table {shown(missing[1])}", f"{remedy}; `karvan sql` alone lists all")
    if isinstance(refused, duckdb.PermissionException):
        return Problem("sql", first, "only the tables of runs can be read; `karvan sql` alone lists them")
    where = next((f" ({line})" for line in others if line.startswith("LINE ")), "")
    hint = next((line for line in others if line.startswith("Candidate bindings")), "")
    return Problem("sql", first + where, hint or "mend the query; the dialect is DuckDB's")


def _of_words(duckdb: Any, refused: Exception) -> bool:
    """Whether the fault is surely in the words of the query, so that no file need be looked into."""
    kinds = (duckdb.ParserException, duckdb.CatalogException, duckdb.BinderException, duckdb.ConversionException)
    return isinstance(refused, (*kinds, duckdb.PermissionException, duckdb.OutOfMemoryException))


def _file_problem(files: Iterable[Path], only_gone: bool) -> Problem | None:
    """What is wrong with the first file of a run that is gone or, unless `only_gone`, cannot be read; DuckDB's own
    messages seldom name it."""
    for file in files:
        if not file.exists():
            return Problem("sql", f"no {told(file)} any more", "a run was removed meanwhile: ask again")
        try:
            if not only_gone:
                read_parquet(file)
        except InputError as spoilt:
            return Problem(told(file), spoilt.problems[0].found, "remove that run and make it again")
    return None
