"""What is wrong with an OC4IDS document: what its schema refuses, and what the standard says in words.

In words it says that ids are unique in their lists, that money has a currency, that parties and milestones that are
named are there, that a subsector comes with its sector; and a period cannot end before it begins. That the days of a
period fit its dates is only advised, and not held: the standard's own example has it otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from karvan.formats.oc4ids.package import Package, Project
from karvan.formats.oc4ids.shape import Thing
from karvan.ground.errors import LONGEST_SHOWN, Problem, nearest, shown

Address = tuple[str | int, ...]

LISTED_BY_ID = frozenset(
    (
        "projects", "locations", "parties", "documents", "milestones", "forecasts", "metrics", "observations",
        "budgetBreakdowns", "budgetBreakdown", "finance", "costMeasurements", "costGroups", "costs", "transactions",
        "contractingProcesses", "releases", "modifications", "relatedProjects", "lobbyingMeetings",
        "consultationMeetings", "people", "beneficialOwners",
    )
)  # fmt: skip
PARTIES_NAMED = frozenset(
    ("publicAuthority", "procuringEntity", "administrativeEntity", "sourceParty", "financingParty", "payer", "payee",
     "tenderers", "suppliers")
)  # fmt: skip
MAY_BE_NULL = frozenset(
    (("license",), ("publicationPolicy",), ("publisher", "scheme"), ("publisher", "uid"), ("publisher", "uri"))
)
REMEDIES = {
    "missing": "add it",
    "string_type": "give text",
    "string_too_short": "give text, or leave the field out",
    "string_pattern_mismatch": "give it as 0.9",
    "model_type": "give an object",
    "dict_type": "give an object",
    "tuple_type": "give a list",
    "int_type": "give a whole number",
    "bool_type": "give true or false",
    "greater_than_equal": "give 0 or more",
    "less_than_equal": "give a smaller number",
    "too_short": "leave the field out: an object holds something",
}
"""What to do about what pydantic finds, by its type of error; validators of our own say it themselves."""


def problems_of(document: object) -> list[Problem]:
    """Everything in a project package that is against OC4IDS 0.9.5, told by its address: projects/3/status."""
    return [*_shape_problems(Package, document, ()), *_told(document)]


def project_problems(project: object, number: int) -> list[Problem]:
    """The same of one project, which is told as the one of that number in a package."""
    return [*_shape_problems(Project, project, ("projects", number)), *_told({"projects": {number: project}})]


def _told(document: object) -> Iterator[Problem]:
    """What is not in the schema; things of the wrong type are passed over, for that is told of already."""
    for address, key, value in _walk(document, (), ""):
        if value is None and address not in MAY_BE_NULL:
            yield _problem(address, "null", "leave the field out")
        elif isinstance(value, list) and key in LISTED_BY_ID:
            yield from _twice(address, value)
        elif isinstance(value, list) and key == "sector":
            yield from _sectors(address, value)
        elif isinstance(value, dict):
            if "amount" in value and "currency" not in value and not isinstance(value["amount"], dict):
                yield _problem((*address, "currency"), "nothing", "say in which currency the amount is")
            if "startDate" in value and "endDate" in value:
                yield from _order(address, value)
    for address, project in _projects(document):
        yield from _references(address, project)


def _walk(value: object, address: Address, key: str) -> Iterator[tuple[Address, str, Any]]:
    """Everything in a document, with where it is and the name of the field that holds it."""
    yield address, key, value
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _walk(inside, (*address, name), key if isinstance(name, int) else name)
    elif isinstance(value, list):
        for ix, inside in enumerate(value):
            yield from _walk(inside, (*address, ix), key)


def _projects(document: object) -> Iterator[tuple[Address, dict[str, Any]]]:
    projects = document.get("projects") if isinstance(document, dict) else None
    each = projects.items() if isinstance(projects, dict) else enumerate(projects if isinstance(projects, list) else ())
    for number, project in each:
        if isinstance(project, dict):
            yield ("projects", number), project


def _twice(address: Address, items: list[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for ix, item in enumerate(items):
        name = item.get("id") if isinstance(item, dict) else None
        if isinstance(name, str):
            if name in seen:
                yield _problem((*address, ix, "id"), f"{shown(name)} again", "give each its own")
            seen.add(name)


def _sectors(address: Address, codes: list[Any]) -> Iterator[Problem]:
    for ix, code in enumerate(codes):
        sector = code.partition(".")[0] if isinstance(code, str) else ""
        if sector and sector not in codes:
            yield _problem((*address, ix), shown(code), f"give its sector too: {sector}")


def _order(address: Address, period: dict[str, Any]) -> Iterator[Problem]:
    try:
        instants = [dt.datetime.fromisoformat(period[name].upper()) for name in ("startDate", "endDate")]
        if any(later < earlier for earlier, later in pairwise(instants)):
            yield _problem((*address, "endDate"), shown(period["endDate"]), f"it begins {period['startDate']}")
    except (ValueError, TypeError, AttributeError):
        return


def _references(address: Address, project: dict[str, Any]) -> Iterator[Problem]:
    """Parties and milestones that are named and are not there."""
    parties, milestones = _ids(project.get("parties")), _ids(project.get("milestones"))
    processes = project.get("contractingProcesses")
    for process in processes if isinstance(processes, list) else ():
        summary = process.get("summary") if isinstance(process, dict) else None
        milestones |= _ids(summary.get("milestones")) if isinstance(summary, dict) else set()
    for where, key, value in _walk(project, address, ""):
        name = value.get("id") if isinstance(value, dict) else None
        if isinstance(name, str) and key in PARTIES_NAMED and name not in parties:
            yield _problem((*where, "id"), shown(name), _not_among("parties", name, parties))
        if isinstance(name, str) and key == "relatedImplementationMilestone" and name not in milestones:
            yield _problem((*where, "id"), shown(name), _not_among("milestones", name, milestones))


def _ids(items: object) -> set[str]:
    given = items if isinstance(items, list) else []
    return {item["id"] for item in given if isinstance(item, dict) and isinstance(item.get("id"), str)}


def _not_among(what: str, name: str, known: set[str]) -> str:
    near = nearest(name, known, 1)
    return f"none of the {what}" + (f"; nearest is {shown(near[0])}" if near else ": add it there")


def _shape_problems(model: type[Thing], document: object, address: Address) -> Iterator[Problem]:
    try:
        model.model_validate(document)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            where = (*address, *found["loc"])
            if found["input"] is not None:  # told of as null
                yield _of_pydantic(where, found)


def _of_pydantic(address: Address, error: Any) -> Problem:
    value = error["input"]
    if error["type"] == "missing":
        return _problem(address, "nothing", "add it")
    if error["type"] == "literal_error":
        codes = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        near = nearest(str(value), codes.split(", "), 1)
        remedy = f"give one of {codes}" + (f"; nearest is {near[0]}" if near else "")
        return _problem(address, shown(str(value)), remedy)
    kinds = {dict: "an object", list: "a list", bool: str(value).lower()}
    found = kinds.get(type(value)) or (shown(value) if isinstance(value, str) else str(value)[:LONGEST_SHOWN])
    return _problem(address, found, REMEDIES.get(error["type"]) or error["msg"].removeprefix("Value error, "))


def _problem(address: Address, found: str, remedy: str) -> Problem:
    return Problem("/".join(str(part) for part in address) or "the document", found, remedy)
