"""`karvan commitments`: what was agreed and promised, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich
from karvan.corridor import Corridor, load
from karvan.evidence.commitments import OVERDUE, Commitments, Contradiction, unknown
from karvan.ground.errors import InputError
from karvan.report import commitments as report
from karvan.tables.plans import COMMITMENT_STATES, SECTORS


@click.command("commitments")
@click.argument("name", metavar="[ID]", default="")
@click.option("--sector", default="", metavar="S", help="Only of this sector: transport, customs, energy, ...")
@click.option("--status", default="", metavar="S", help="Only with this status: signed, done, ...; or overdue.")
@click.option("--party", default="", metavar="P", help="Only with a party whose name holds these words.")
@click.option("--project", default="", metavar="ID", help="Only those that this project would fulfil.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Overdue on this day. [default: today]")
@click.option("--contradictions", is_flag=True, help="What sources contradict each other in, instead.")
@click.option("--timeline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Draw them into an .svg, .png or .html file.")  # fmt: skip
@package_option
@json_option
def command(
    name: str,
    sector: str,
    status: str,
    party: str,
    project: str,
    on: dt.datetime | None,
    contradictions: bool,
    timeline: Path | None,
    package: str,
    as_json: bool,
) -> int:
    """What was agreed and promised, and what became of it; with an ID everything about one."""
    corridor = load(package)
    register = Commitments(corridor.rows)
    day = on.date() if on else dt.date.today()  # noqa: DTZ011 (the day where the reader is)
    check(corridor, register, sector, status, party, project)
    rows = register.find(sector=sector, status=status, party=party, project=project, on=day)
    if name:
        wanted = register.commitment(name)
        rows = [row for row in rows if row is wanted]
    if timeline:
        draw(corridor, register, rows, day, timeline)
    if contradictions:
        filtered = bool(name or sector or status or party or project)
        found = [
            one for one in register.contradictions()
            if not filtered or {row.id for row in rows} & set(one.commitments)
        ]  # fmt: skip
        show(report.contradiction_document(found), as_json, *_counted(corridor, found))
        return 0 if found else 4
    document = report.document(corridor, register, rows, day) if as_json else None
    if name and rows:
        show(document, as_json, *report.one(corridor, register, rows[0], day))
    elif rows:
        show(document, as_json, report.listing(register, rows, day), report.headline(register, rows, day))
    else:
        show(document, as_json, "no commitment is like that")
    return 0 if rows else 4


def check(corridor: Corridor, register: Commitments, sector: str, status: str, party: str, project: str) -> None:
    """Raise InputError for every word that names nothing."""
    known = {"sector": (sector, SECTORS), "status": (status, (*COMMITMENT_STATES, OVERDUE)),
             "project": (project, tuple(corridor.by_key("project")))}  # fmt: skip
    problems = [unknown(what, word, words) for what, (word, words) in known.items() if word and word not in words]
    if party and not register.find(party=party):
        problems.append(unknown("party", party, register.parties()))
    if problems:
        raise InputError("the options", problems)


def draw(corridor: Corridor, register: Commitments, rows: Sequence[Any], day: dt.date, path: Path) -> None:
    """Draw the timeline and tell where it is, on standard error so that it does not mix with what is asked for."""
    from karvan.report.timeline import write_timeline

    write_timeline(register, rows, day, path, f"{corridor.name}: {len(rows)} commitments")
    click.echo(f"timeline: {path}", err=True)


def show(document: Any, as_json: bool, *things: Any) -> None:
    """Print the JSON, or what a terminal shows."""
    if as_json:
        print_json(document)
    else:
        print_rich(*things)


def _counted(corridor: Corridor, found: Sequence[Contradiction]) -> list[Any]:
    count = f"{len(found)} contradiction{'' if len(found) == 1 else 's'}"
    return [report.contradictions(corridor, found), count] if found else ["no contradiction is told of that"]
