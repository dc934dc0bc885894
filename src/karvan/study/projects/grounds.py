"""What an appraisal stands on: every number that goes into it, with its method, grade and facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from karvan.corridor import Corridor
from karvan.corridor.row import Row, key_of
from karvan.evidence import GRADES
from karvan.study.projects.request import Appraise
from karvan.study.projects.undertaking import Undertaking
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNABLE, PLANNED

REQUEST, GOODS, POWER = "the request", "the goods", "the power of trains"
GIVEN = "given"
"""The method of what the asker said."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One number, or date, and what it stands on."""

    about: str
    """A project, the goods, the request, or the power of trains."""
    what: str
    """Its address in the package as `karvan evidence basis` takes it, or what it is called."""
    value: float | str
    unit: str
    method: str
    grade: str
    """Empty for what the asker said."""
    facts: tuple[str, ...]
    note: str


def grounds(corridor: Corridor, projects: Sequence[Undertaking], ask: Appraise) -> tuple[Ground, ...]:
    """All that an appraisal of some projects stands on, but for the corridor that they are built in."""
    found = [ground for one in projects for ground in _of_project(corridor, one, ask)]
    return (*found, *_of_goods(corridor), *_of_request(corridor, ask))


def by_grade(found: Iterable[Ground]) -> dict[str, int]:
    """How many numbers have each grade."""
    counts = Counter(one.grade for one in found)
    return {grade: counts[grade] for grade in GRADES}


def _of_project(corridor: Corridor, of: Undertaking, ask: Appraise) -> Iterator[Ground]:
    row = corridor.row("project", of.id)
    if of.id in ask.capex_musd:
        yield Ground(of.id, "capital", ask.capex_musd[of.id], "million USD", GIVEN, "", (), "said in the request")
    given = {"capex_musd"} if of.id in ask.capex_musd else set()
    yield from _of_row(corridor, of.id, "project", row, given)
    if of.id in ask.opens:
        yield Ground(of.id, "opens", of.opens, "month", GIVEN, "", (), "said in the request")
    elif row.opens:
        known = [corridor.evidence.facts[name].confidence for name in row.facts if name in corridor.evidence.facts]
        yield Ground(of.id, f"project/{of.id}/opens", row.opens, "month", "read" if known else "assumed",
                     max(known, default="D"), tuple(row.facts), row.note)  # fmt: skip
    for effect in corridor.rows("effect"):
        if effect.project == of.id:
            yield from _of_row(corridor, of.id, "effect", effect, set())
    for table in (f"{PLANNED}{name}" for name in PLANNABLE):
        for built in corridor.rows(table):
            if of.id in built.projects:
                yield from _of_row(corridor, of.id, table, built, set())
    for said in of.assumed:
        if said.value != "unknown":
            yield Ground(of.id, said.what, said.value, "", "assumed", "D", (), said.why)


def _of_goods(corridor: Corridor) -> Iterator[Ground]:
    """What an hour of the goods is worth."""
    moved = {row.commodity for row in corridor.rows("demand")}
    for row in corridor.rows("commodity"):
        if row.id in moved:
            yield from _of_row(corridor, GOODS, "commodity", row, set())


def _of_row(corridor: Corridor, about: str, table: str, row: Row, without: set[str]) -> Iterator[Ground]:
    """The numbers of a row."""
    key = key_of(table, row)
    for column in BY_NAME[table]:
        value = getattr(row, column.name)
        if not column.needs_basis or value is None or column.name in without:
            continue
        basis = corridor.evidence.find_basis(table, key, column.name)
        name = f"{table}/{key}/{column.name}"
        if table == "effect":
            name += f" ({row.change} {row.table}/{row.row}/{row.column})"
        if basis is None:
            yield Ground(about, name, float(value), column.unit, "", "D", (), "no basis is given")
        else:
            yield Ground(about, name, float(value), column.unit, basis.method, basis.grade, tuple(basis.facts),
                         basis.note)  # fmt: skip


DEFAULTS: dict[str, tuple[str, str, str, str, tuple[str, ...], str]] = {
    "rate": ("discount rate", "a year", "read", "C", ("RT-EC-063",),
             "the World Bank's since 2016; rivals: 12 % before (RT-EC-062), 9 % at the ADB (RT-EC-064)"),
    "growth": ("growth of demand", "a year", "derived", "D", ("RT-VM-006",),
               "1.3 ** (1 / 9) - 1: trade of China and the EU by rail from 2021 to 2030, taken for all goods"),
    "co2e_usd_t": ("price of CO2e", "USD/t", "derived", "C", ("RT-PR-033", "RT-PR-034"),
                   "the middle of 50 to 100 USD in 2030: High-Level Commission on Carbon Prices, 2017"),
    "running_share": ("running costs, of fares", "", "assumed", "D", (),
                      "the rest pays for lines, which are there anyway, and for profit"),
}  # fmt: skip
"""Of each default of the request: name, unit, method, grade, facts and note."""


def _of_request(corridor: Corridor, ask: Appraise) -> Iterator[Ground]:
    usual = {one.name: one.default for one in fields(Appraise)}
    for name, (called, unit, method, grade, facts, note) in DEFAULTS.items():
        value = getattr(ask, name)
        if value == usual[name]:
            known = tuple(fact for fact in facts if fact in corridor.evidence.facts)
            yield Ground(REQUEST, called, value, unit, method, grade, known, note)
        else:
            yield Ground(REQUEST, called, value, unit, GIVEN, "", (), "said in the request")
