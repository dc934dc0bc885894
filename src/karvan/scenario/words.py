"""A scenario as people write it: a YAML file, read with every mistake in it told.

Whoever wrote it may be anyone: the file's size is bounded, aliases (by which a few lines can stand for millions) and
keys that come twice are refused, and nothing in it is executed.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yaml.nodes import MappingNode

from karvan.ground.errors import InputError, Problem, nearest, shown

LARGEST = 1_000_000
"""Bytes of a file."""
Grade = Annotated[str, Field(pattern="^[ABCD]$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Year = Annotated[int, Field(ge=1990, le=2100)]
Ratio = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Price = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Amount = Annotated[float, Field(allow_inf_nan=False)]


class Strict(BaseModel):
    """Knows its keys, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reasoned(Strict):
    """Says what it stands on: facts of the package with a grade, or an assumption with its reasoning."""

    why: str = ""
    facts: tuple[str, ...] = ()
    grade: Grade = "D"


class Edit(Reasoned):
    """A change by hand: one of set, add and scale, on one cell or on all whose keys fit a pattern."""

    cell: str
    """TABLE/ROWS/COLUMN, where a * stands for any letters of a key."""
    set: str | None = None
    add: Amount | None = None
    scale: Amount | None = None


class Growth(Reasoned):
    """A factor on some of the demand: what fits all that is stated."""

    factor: Ratio
    origin: tuple[str, ...] = ()
    """Places or countries; with a minus before it all but that."""
    destination: tuple[str, ...] = ()
    commodity: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    """container, wagon or truck."""
    families: tuple[str, ...] = ()
    """Rows of demand that name one of these."""


class Demand(Strict):
    """Whose demand, and what becomes of it."""

    of: Year | None = None
    factors: tuple[Growth, ...] = ()


class Toll(Reasoned):
    """A factor on what carriage costs."""

    factor: Ratio
    service: str = "*"
    """Ids of services, in which a * stands for any letters."""
    operator: str = ""
    mode: str = ""


class Shut(Reasoned):
    """A family of routes that no goods may take."""

    family: str
    open_to: tuple[str, ...] = ()
    """Countries whose own goods, from there or to there, still may."""


class Prices(Strict):
    """Prices that studies use."""

    co2e_usd_t: Price | None = None
    """Of a tonne of CO2e, as those who choose and appraise count it."""


class Words(Strict):
    """A scenario's file."""

    title: str
    note: str = ""
    on: tuple[str, ...] = ()
    """Scenarios that it stands on."""
    year: Year | None = None
    demand: Demand = Demand()
    projects: tuple[str, ...] = ()
    opens: dict[str, Month] = Field(default_factory=dict)
    """When projects open, in place of what the package says."""
    order: tuple[str, ...] = ()
    """Projects whose changes to one number come in this order."""
    changes: tuple[str | Edit, ...] = ()
    """As `--set` takes them, or with their reasons."""
    close: tuple[str, ...] = ()
    """TABLE/ROW=BEGIN..END."""
    closed: tuple[Shut, ...] = ()
    tariffs: tuple[Toll, ...] = ()
    prices: Prices = Prices()


def read_words(content: bytes, name: str) -> Words:
    """The words of a scenario's file. Raises InputError with every mistake in it."""
    if len(content) > LARGEST:
        raise InputError(name, [Problem(name, f"{len(content):,} bytes", f"a scenario has at most {LARGEST:,}")])
    try:
        said = yaml.load(content.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as bad:
        raise _unreadable(name, f"byte 0x{content[bad.start]:02x}", "save the file as UTF-8") from None
    except yaml.YAMLError as bad:
        mark = getattr(bad, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        told = getattr(bad, "problem", None) or "what is no YAML"
        raise _unreadable(where, told, "mend the line; every key is said once, and there are no aliases") from None
    except RecursionError:
        raise _unreadable(name, "lists in lists without end", "make it flat") from None
    if not isinstance(said, dict):
        raise _unreadable(name, f"{type(said).__name__}", "give keys and values: title: ..., on: [base-2024], ...")
    try:
        return Words.model_validate(said)
    except ValidationError as bad:
        raise InputError(name, [_problem(one, name) for one in bad.errors()]) from None


def _unreadable(where: str, found: str, remedy: str) -> InputError:
    return InputError(where, [Problem(where, found, remedy)])


class _Loader(yaml.BaseLoader):
    """All cells are text, so that NO stays Norway and 2027-01 a month; pydantic turns what is to be a number into one.

    Refuses aliases and keys that come twice.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, "an alias", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for n, (key, _) in enumerate(node.value):
            if keys[n] in keys[:n]:
                told = f"the key {shown(str(keys[n]))} twice"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


_PARTS: dict[str, type[BaseModel]] = {
    "demand": Demand, "factors": Growth, "changes": Edit, "closed": Shut, "tariffs": Toll, "prices": Prices,
}  # fmt: skip


def _problem(error: Any, name: str) -> Problem:
    path = [str(part) for part in error["loc"] if part not in ("str", "Edit")]
    address = f"{name}, {'/'.join(path)}"
    found = shown(error["input"]) if isinstance(error["input"], (str, int, float)) else type(error["input"]).__name__
    if error["type"] == "extra_forbidden":
        inside = next((_PARTS[part] for part in reversed(path[:-1]) if part in _PARTS), Words)
        near = nearest(path[-1], inside.model_fields, 1)
        remedy = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(inside.model_fields)}"
        return Problem(address, "a key that there is not", remedy)
    if error["type"] == "missing":
        return Problem(address, "nothing", "it must be given")
    if error["type"] == "string_pattern_mismatch":
        like = "a month as 2027-06" if "opens" in path else "a grade: A, B, C or D"
        return Problem(address, found, f"give {like}")
    message = error["msg"][:1].lower() + error["msg"][1:]
    return Problem(address, found, message.removeprefix("input should be ").join(("give ", "")))
