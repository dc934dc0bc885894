"""`karvan evidence`: where numbers are from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich, scenario_option
from karvan.corridor import Corridor, load
from karvan.tables import BY_NAME

Thing = TypeVar("Thing")
HEAVIEST = 10


@click.group("evidence")
def command() -> None:
    """Where numbers are from: basis, facts, conflicts, coverage."""


@command.command("basis")
@click.argument("address", metavar="TABLE/ROW/COLUMN")
@scenario_option
@package_option
@json_option
def basis(address: str, scenario: str, package: str, as_json: bool) -> None:
    """The basis of one number: method, grade, the facts used with their sources, and the rivals not used."""
    from karvan.report.evidence import basis_document, basis_of, read_address
    from karvan.study.scenarios import open_scenario

    corridor = open_scenario(package, scenario).corridor
    table, row, column = number = read_address(corridor, address)
    found = basis_of(corridor, number)
    if as_json:
        print_json(basis_document(corridor, number))
        return
    value, unit = getattr(corridor.row(table, row), column), BY_NAME[table].column(column).unit
    cited = list(corridor.evidence.cited(found))
    print_rich(
        f"{table}/{row}/{column} = {value:g} {unit}",
        f"method: {found.method}; grade {found.grade}",
        f"note: {found.note or '-'}",
    )
    if cited:
        print_rich(fact_table([fact for _, fact, _ in cited], corridor, [role for role, _, _ in cited]))


@command.command("find")
@click.argument("words", nargs=-1, required=True)
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 10_000), help="Facts to show.")
@package_option
@json_option
def find(words: tuple[str, ...], most: int, package: str, as_json: bool) -> int:
    """Facts that hold all the WORDS."""
    corridor = load(package)
    facts = corridor.evidence.search(" ".join(words), most)
    if as_json:
        print_json({"words": list(words), "facts": [fact._asdict() for fact in facts]})
    elif facts:
        print_rich(fact_table(facts, corridor))
    else:
        print_rich(f"no fact holds {' '.join(words)}")
    return 0 if facts else 4


@command.command("conflicts")
@click.option("--used", is_flag=True, help="Only where some number of the package had to choose.")
@package_option
@json_option
def conflicts(used: bool, package: str, as_json: bool) -> None:
    """Facts that speak of one quantity and disagree."""
    from karvan.report.evidence import conflict_document

    corridor = load(package)
    found = [conflict for conflict in corridor.evidence.conflicts() if conflict.used or not used]
    if as_json:
        print_json([conflict_document(conflict) for conflict in found])
        return
    for conflict in found:
        print_rich(
            f"\n{conflict.subject}: {conflict.metric} ({', '.join(filter(None, (conflict.period, conflict.unit)))})"
        )
        for fact in conflict.facts:
            mark = "used " if fact.id in conflict.used else "     "
            print_rich(f"  {mark}{fact.id} [{fact.confidence}] {fact.value}  {fact.scope}  ({fact.source})")
    print_rich(f"\n{len(found)} conflicts")


@command.command("coverage")
@click.option("--quick", is_flag=True, help="Grades only: do not weigh the assumptions.")
@package_option
@json_option
def coverage(quick: bool, package: str, as_json: bool) -> None:
    """Share of the numbers by grade, and the ten assumptions that matter most."""
    from karvan.study import coverage as study

    corridor = load(package)
    found = study.quick(corridor) if quick else study.coverage(corridor, _with_progress)
    if as_json:
        print_json(study.document(found))
        return
    print_rich(grade_table(found.by_table, found.grades))
    print_rich(
        ", ".join(f"{grade} {found.share(grade):.1%}" for grade in found.grades)
        + f" of {found.numbers:,} numbers that engines read"
    )
    if found.assumptions:
        print_rich("", assumption_table(found.assumptions[:HEAVIEST], found.flows))


def _with_progress(things: Iterable[Thing]) -> Iterable[Thing]:
    """A progress bar on standard error, only where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(list(things), "planning the flows", console=console, transient=True, disable=not console.is_terminal)


def fact_table(facts: Iterable[Any], corridor: Corridor, roles: Iterable[str] = ()) -> Any:
    """Facts with their sources, and the role of each where roles are given."""
    from rich.table import Table

    table = Table()
    marks = list(roles)
    for name in (["role"] if marks else []) + ["fact", "subject", "metric", "value", "period", "source", ""]:
        table.add_column(name)
    for number, fact in enumerate(facts):
        source = corridor.evidence.sources[fact.source]
        where = ", ".join(filter(None, (source.title, source.publisher, source.date)))
        value = f"{fact.value} {fact.unit}".strip()
        table.add_row(
            *marks[number : number + 1], fact.id, fact.subject, fact.metric, value, fact.period, where, fact.confidence
        )
    return table


def grade_table(by_table: dict[str, dict[str, int]], totals: dict[str, int]) -> Any:
    """Counts by table and grade."""
    from rich.table import Table

    table = Table(title="Numbers that engines read, by grade", title_justify="left")
    table.add_column("table")
    for grade in totals:
        table.add_column(grade, justify="right")
    for name, counts in (*by_table.items(), ("all", totals)):
        table.add_row(name, *(f"{count:,}" for count in counts.values()))
    return table


def assumption_table(assumptions: Iterable[Any], flows: int) -> Any:
    """Assumptions with their weight and reasoning."""
    from rich.table import Table

    table = Table(title=f"The assumptions that matter most, over {flows} flows", title_justify="left")
    table.add_column("number", overflow="fold")
    table.add_column("value", justify="right")
    table.add_column("leans", justify="right")
    table.add_column("reasoning")
    for one in assumptions:
        table.add_row("/".join(one.address), f"{one.value:g}", f"{one.weight:.2%}", one.note)
    return table
