"""A scenario: another corridor out of one, with every change told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from karvan.corridor.corridor import Corridor
from karvan.corridor.load import reference_problems
from karvan.corridor.row import Row, new_row
from karvan.corridor.structure import structure_problems
from karvan.ground.errors import InputError, Problem, shown
from karvan.scenario.cells import Address, CellChange, TollChange, Why, with_cells
from karvan.scenario.change import AddCell, ScaleCell, SetCell, read_change
from karvan.scenario.close import Close, read_close
from karvan.scenario.demand import demand_in
from karvan.scenario.layer import Layer, check_dependence, expanded, in_order
from karvan.scenario.stack import Stack, stack
from karvan.scenario.words import Edit, Words
from karvan.scenario.works import Works, with_rows, works
from karvan.tables import BY_NAME
from karvan.tables.cell import BadCell, Cell, parse
from karvan.tables.plans import PLANNABLE, PLANNED

BY_HAND = Why((), "D", "changed by hand")
Moved = dict[Address, list[tuple[str, Why]]]
"""For each number that changes who changes it, in words, and why."""


@dataclass(frozen=True)
class Scenario:
    """What is different, resolved against the package that it is of."""

    name: str
    title: str
    note: str
    year: int
    of: int
    """The year of the package whose demand it starts from."""
    co2e_usd_t: float | None
    stack: Stack
    works: tuple[Works, ...]
    """Projects, by id; of those that are not there yet nothing."""
    layers: tuple[Layer, ...]
    closes: tuple[Close, ...]
    closed: Mapping[str, tuple[str, ...]]
    """Families that are closed, and the countries whose own goods may still take each."""

    @property
    def projects(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.works)

    @property
    def not_there(self) -> tuple[str, ...]:
        """Projects that it names and that open only after the middle of its year, or change nothing in the model."""
        return tuple(one.id for one in self.works if not one.there)

    def on(self, corridor: Corridor) -> Corridor:
        """The corridor as the scenario has it. Raises InputError where the scenario does not fit it."""
        bent, moved = self._demand(corridor)
        bent = with_rows(bent, list(self.works))
        cells = expanded(self.layers, bent)
        check_dependence(self.layers, cells)
        bent = with_cells(bent, _values(bent, [one for layer in self.layers for one in cells[layer.name]]))
        for layer in self.layers:
            for address, change in cells[layer.name]:
                moved[address].append((f"{layer.name}: {change.told()}", change.why))
        for close in self.closes:
            bent = close.on(bent)
        bent = _with_closed(bent, self.closed)
        bent = _with_basis(corridor, bent, self.works, moved)
        problems = [*reference_problems(bent, PLANNABLE), *structure_problems(bent)]
        if problems:
            raise InputError(f"the corridor under {self.name}", problems)
        return bent

    def _demand(self, corridor: Corridor) -> tuple[Corridor, Moved]:
        factors = [
            (f"scenario {name}", growth)
            for name in self.stack.names()
            for growth in self.stack.words[name].demand.factors
        ]
        moved: Moved = defaultdict(list)
        if self.year == self.of and not factors:
            return corridor, moved
        bent, found = demand_in(corridor, self.of, self.year, factors)
        moved.update(found)
        return bent, moved

    @cached_property
    def changes(self) -> tuple[str, ...]:
        """Every change in a line of words."""
        cells = (f"{layer.name}: {one.address} {one.told()}" for layer in self.layers for one in layer.changes)
        built = (f"project/{one.id}: builds {sum(map(len, one.rows.values()))} rows" for one in self.works if one.rows)
        shut = (f"close {one.table}/{one.row} {one.begins:%Y-%m-%d} to {one.ends:%Y-%m-%d}" for one in self.closes)
        closed = (
            f"family/{name} closed" + (f" but to {', '.join(to)}" if to else "") for name, to in self.closed.items()
        )
        factors = (
            f"scenario {name}: demand times {growth.factor:g}"
            for name in self.stack.names()
            for growth in self.stack.words[name].demand.factors
        )
        return (*built, *cells, *shut, *closed, *factors)


def scenario(corridor: Corridor, text: str, *, without: Collection[str] = ()) -> Scenario:
    """The scenario that is meant: NAME, FILE.yaml, project:ID, commitment:ID, or several joined by +.

    What is joined stands side by side: where the order would matter it is refused. A project that is named here is
    built in the world of the scenarios beside it, in full, whatever its date; one that a scenario lists, by its date.

    Args:
        without: projects that are left out, though a scenario lists them.

    Raises:
        InputError: with every mistake in it.
    """
    found = stack(corridor, text).without(without)
    words = found.words
    year = found.agreed("year", {name: said.year for name, said in words.items() if said.year is not None})
    of = found.agreed("demand/of", {name: said.demand.of for name, said in words.items() if said.demand.of is not None})
    years = sorted({row.year for row in corridor.rows("demand")})
    if not years:
        raise InputError("the scenario", [Problem("demand", "none in the package", "add demand.csv")])
    year = year if year is not None else of if of is not None else years[0]
    of = of if of is not None else year if year in years else years[-1]
    price = found.agreed(
        "prices/co2e_usd_t",
        {name: said.prices.co2e_usd_t for name, said in words.items() if said.prices.co2e_usd_t is not None},
    )
    projects = _projects(corridor, found, year)
    layers = in_order([*_project_layers(found, projects), *(_hand(found, name) for name in words)])
    titles = [words[name].title for name in found.tops] + [corridor.row("project", one).name for one in found.in_full]
    notes = [words[name].note for name in found.tops if words[name].note]
    closes = tuple(read_close(one) for name in found.names() for one in words[name].close)
    return Scenario(
        found.name, " + ".join(titles), " ".join(notes), year, of, price, found, tuple(projects.values()),
        tuple(layers), closes, _closed(words),
    )  # fmt: skip


def _projects(corridor: Corridor, found: Stack, year: int) -> dict[str, Works]:
    """Every project that is named, as it stands in the year."""
    named = {one for said in found.words.values() for one in said.projects}
    known: dict[str, Works] = {}
    problems: list[Problem] = []
    for project in sorted(named | set(found.in_full)):
        said = {name: words.opens[project] for name, words in found.words.items() if project in words.opens}
        opens = found.agreed(f"opens/{project}", said) or ""
        row = corridor.row("project", project)
        if row.starts and (opens or row.opens) and (opens or row.opens) < row.starts:
            problems.append(Problem(f"opens/{project}", opens or row.opens, f"work on it begins in {row.starts}"))
            continue
        try:
            known[project] = works(corridor, project, None if project in found.in_full else year, opens)
        except InputError as bad:
            problems += bad.problems
    if problems:
        raise InputError("the scenario", problems)
    return known


def _project_layers(found: Stack, projects: Mapping[str, Works]) -> Iterator[Layer]:
    """A layer for each project: after the scenarios that those stand on that list it, and after what it is ordered to
    follow."""
    for project, one in projects.items():
        listed = [name for name, said in found.words.items() if project in said.projects]
        after = {
            _named(base) for name in listed for base in found.below(name) if project not in found.words[base].projects
        }
        if not listed:
            after |= {_named(name) for name in found.words}
        for said in found.words.values():
            if project in said.order:
                after |= {f"project/{name}" for name in said.order[: said.order.index(project)]}
        yield Layer(f"project/{project}", frozenset(after & _all(found, projects)), one.changes)


def _hand(found: Stack, name: str) -> Layer:
    """What a scenario changes itself, after all that it stands on and the projects that it or they list."""
    said = found.words[name]
    below = found.below(name)
    listed = {project for one in (name, *below) for project in found.words[one].projects}
    after = {_named(base) for base in below} | {f"project/{project}" for project in listed}
    changes = [_edit(change, name) for change in said.changes]
    for toll in said.tariffs:
        why = Why(toll.facts, toll.grade, toll.why)
        changes += [
            TollChange(
                "tariff", toll.service, column, "scale", toll.factor, why=why, operator=toll.operator, mode=toll.mode
            )
            for column in ("price_usd", "price_usd_km")
        ]
    return Layer(_named(name), frozenset(after), tuple(changes))


def _edit(change: str | Edit, name: str) -> CellChange:
    """A change by hand, as a line or with its reasons. Raises InputError."""
    if isinstance(change, str):
        read = read_change(change)
        if isinstance(read, SetCell):
            return _set(read.table, read.row, read.column, read.value, BY_HAND)
        if isinstance(read, AddCell):
            return CellChange(read.table, read.row, read.column, "add", read.more, why=BY_HAND)
        if isinstance(read, ScaleCell):
            return CellChange(read.table, read.row, read.column, "scale", read.factor, why=BY_HAND)
        raise InputError("the scenario", [Problem(f"{name}, changes", shown(change), "say it under close")])
    table, _, rest = change.cell.partition("/")
    rows, _, column_name = rest.rpartition("/")
    given = [kind for kind in ("set", "add", "scale") if getattr(change, kind) is not None]
    if not (table and rows and column_name):
        remedy = "give TABLE/ROWS/COLUMN: facility/AKTAU-*/wait_h"
        raise InputError("the scenario", [Problem(f"{name}, changes/cell", shown(change.cell), remedy)])
    if len(given) != 1:
        found = " and ".join(given) or "nothing"
        raise InputError("the scenario", [Problem(f"{name}, {change.cell}", found, "give one of set, add and scale")])
    why = Why(change.facts, change.grade, change.why)
    if change.set is not None:
        return _set(table, rows, column_name, change.set, why)
    return CellChange(
        table, rows, column_name, given[0], change.add if change.add is not None else change.scale, why=why
    )


def _set(table: str, rows: str, column: str, value: str, why: Why) -> CellChange:
    known = table in BY_NAME and column in BY_NAME[table].names
    numeric = known and BY_NAME[table].column(column).numeric
    try:
        amount = float(value) if numeric else None
    except ValueError:
        raise InputError("the scenario", [Problem(f"{table}/{rows}/{column}", shown(value), "give a number")]) from None
    return CellChange(table, rows, column, "set", amount, "" if numeric else value, why=why)


def _closed(words: Mapping[str, Words]) -> dict[str, tuple[str, ...]]:
    """Families that any scenario closes, and the countries to which all that close it leave it open."""
    found: dict[str, set[str]] = {}
    for said in words.values():
        for shut in said.closed:
            found[shut.family] = found.get(shut.family, set(shut.open_to)) & set(shut.open_to)
    return {name: tuple(sorted(to)) for name, to in sorted(found.items())}


def _values(corridor: Corridor, changes: list[tuple[Address, CellChange]]) -> dict[Address, str]:
    """What each cell becomes, its changes made one after another. Raises InputError with all that cannot be made."""
    values: dict[Address, Cell] = {}
    texts: dict[Address, str] = {}
    problems: list[Problem] = []
    for address, change in changes:
        table, key, name = address
        column = BY_NAME[table].column(name)
        old = values[address] if address in values else getattr(corridor.by_key(table)[key], name)
        try:
            texts[address] = change.value(old)
            values[address] = parse(texts[address], column)
        except InputError as bad:
            problems += bad.problems
        except BadCell as bad:
            problems.append(
                Problem("/".join(address), shown(texts[address]) if texts[address] else "nothing", str(bad))
            )
    if problems:
        raise InputError("the scenario", problems)
    return texts


def _named(scenario_name: str) -> str:
    return f"scenario {scenario_name}"


def _all(found: Stack, projects: Mapping[str, Works]) -> set[str]:
    return {_named(name) for name in found.words} | {f"project/{name}" for name in projects}


def _with_closed(corridor: Corridor, closed: Mapping[str, tuple[str, ...]]) -> Corridor:
    """Families marked as closed. Demand that names only closed ones may take any other, wherever it passes."""
    if not closed:
        return corridor
    families = tuple(
        row._replace(closed=True, open_to=closed[row.id]) if row.id in closed else row
        for row in corridor.rows("family")
    )
    country = {place.id: place.country for place in corridor.places()}

    def freed(row: Row) -> Row:
        ends = {country[row.origin], country[row.destination]}
        left = tuple(name for name in row.families if name not in closed or ends & set(closed[name]))
        if left == row.families:
            return row
        return row._replace(families=left) if left else row._replace(families=(), via=())

    return corridor.with_tables({"family": families, "demand": tuple(map(freed, corridor.rows("demand")))})


def _with_basis(base: Corridor, bent: Corridor, built: tuple[Works, ...], moved: Moved) -> Corridor:
    """The basis of what was built, and of every number that changed: who changed it, and what they stand on."""
    known = {(row.table, row.row, row.column): row for row in base.rows("basis")}
    new: dict[Address, Row] = {}
    if built:
        planned = {f"{PLANNED}{table}": table for table in PLANNABLE}
        there = {table: bent.by_key(table) for table in PLANNABLE}
        for (table, key, name), row in known.items():
            if table in planned and key in there[planned[table]]:
                new[planned[table], key, name] = row._replace(table=planned[table])
    for address, steps in moved.items():
        if not BY_NAME[address[0]].column(address[2]).needs_basis:
            continue
        old = new.get(address) or known.get(address)
        whys = [why for _, why in steps]
        facts = dict.fromkeys(
            fact for facts in ([*old.facts] if old else [], *(w.facts for w in whys)) for fact in facts
        )
        grade = max([old.grade if old else "D", *(why.grade for why in whys)])
        told = [f"{words}{': ' if why.note else ''}{why.note}" for words, why in steps]
        note = "; ".join([*([f"in the package: {old.note or old.method}"] if old else []), *told])
        new[address] = new_row(
            "basis", table=address[0], row=address[1], column=address[2], facts=tuple(facts),
            rivals=tuple(old.rivals) if old else (), method="derived" if facts else "assumed", grade=grade, note=note,
        )  # fmt: skip
    if not new:
        return bent
    gone = {("demand", row.id, name) for row in base.rows("demand") for name in _NUMBERS} - {
        ("demand", row.id, name) for row in bent.rows("demand") for name in _NUMBERS
    }
    rows = {address: row for address, row in known.items() if address not in gone} | new
    return bent.with_tables({"basis": tuple(rows.values())})


_NUMBERS = tuple(column.name for column in BY_NAME["demand"] if column.needs_basis)
