"""What every object of OC4IDS is made of: text, instants, links, lists without repetition, and the base of all."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from karvan.formats.oc4ids.codes import COUNTRIES, CURRENCIES, GeometryType
from karvan.ground.errors import nearest

T = TypeVar("T")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
"""RFC 3986: a scheme, and something after it without blanks and the marks that have to be written as codes."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
LARGEST = 10**18
"""The largest number that is read: more than all the money there is, and far below where floats end."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Thing(BaseModel):
    """Frozen, named in camel case in the document; fields that the standard does not know are kept as they are."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _not_empty(cls, given: Any) -> Any:
        if given == {}:
            raise ValueError("leave the field out: an object holds something")
        return given


def instant(text: str) -> str:
    """A date-time of RFC 3339. Raises ValueError."""
    if not INSTANT.fullmatch(text):
        raise ValueError("give a date, a time and its zone, as 2026-12-01T00:00:00Z")
    try:
        dt.datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("give a day and a time that there are") from None
    return text


def uri(text: str) -> str:
    """An absolute address. Raises ValueError."""
    if not URI.fullmatch(text):
        raise ValueError("give an address with its scheme, as https://example.org/projects.json")
    return text


def _email(text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise ValueError("give an e-mail address")
    return text


def _currency(text: str) -> str:
    if text not in CURRENCIES:
        near = ", ".join(nearest(text, CURRENCIES)) or "USD"
        raise ValueError(f"give a code of ISO 4217, as {near}")
    return text


def _country(text: str) -> str:
    if text not in COUNTRIES:
        raise ValueError("give a code of two letters of ISO 3166-1")
    return text


def _number(found: Any) -> Any:
    if isinstance(found, bool) or not isinstance(found, int | float) or not -LARGEST <= found <= LARGEST:
        raise ValueError(f"give a number, {LARGEST:g} at most")
    return found


def _measure(found: Any) -> Any:
    return found if isinstance(found, str) and found else _number(found)


def _filled(found: Any) -> Any:
    if not isinstance(found, list | tuple):
        raise ValueError("give a list")  # noqa: TRY004
    if not found:
        raise ValueError("leave the field out: a list holds something")
    return found


def _unlike(items: tuple[T, ...]) -> tuple[T, ...]:
    said = [repr(item.model_dump()) if isinstance(item, BaseModel) else repr(item) for item in items]
    if len(set(said)) < len(said):
        again = next(ix for ix, item in enumerate(said) if item in said[:ix])
        raise ValueError(f"leave out number {again}, which is the same as one before it")
    return items


Text = Annotated[str, Field(strict=True, min_length=1)]
Instant = Annotated[str, Field(strict=True), AfterValidator(instant)]
Uri = Annotated[str, Field(strict=True), AfterValidator(uri)]
Email = Annotated[str, Field(strict=True, min_length=1), AfterValidator(_email)]
Currency = Annotated[str, Field(strict=True), AfterValidator(_currency)]
Country = Annotated[str, Field(strict=True), AfterValidator(_country)]
Whole = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
Number = Annotated[int | float, BeforeValidator(_number)]
Measure = Annotated[str | int | float, BeforeValidator(_measure)]
"""Text or a number."""
Flag = Annotated[bool, Field(strict=True)]
Several = Annotated[tuple[T, ...], BeforeValidator(_filled), AfterValidator(_unlike)]
"""A list that is not empty and has nothing twice."""


class Value(Thing):
    """Money."""

    amount: Number | None = None
    currency: Currency | None = None


class Period(Thing):
    """From when to when."""

    start_date: Instant | None = None
    end_date: Instant | None = None
    max_extent_date: Instant | None = None
    duration_in_days: Whole | None = None


class Classification(Thing):
    """A code and the list that it is of."""

    scheme: Text | None = None
    id: Text | None = None
    description: Text | None = None
    uri: Uri | None = None


class SimpleIdentifier(Thing):
    """What something is called in a system of its own."""

    id: Text
    scheme: Text | None = None


class Address(Thing):
    """A postal address."""

    street_address: Text | None = None
    locality: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country_name: Text | None = None


class Geometry(Thing):
    """GeoJSON, longitude first."""

    type: GeometryType | None = None
    coordinates: Annotated[tuple[Any, ...], BeforeValidator(_filled)] | None = None

    @model_validator(mode="after")
    def _nested(self) -> Self:
        depth = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
        if self.type and self.coordinates and not _positions(self.coordinates, depth[self.type]):
            raise ValueError(f"give the coordinates of a {self.type}: longitude -180 to 180, latitude -90 to 90")
        return self


def _positions(found: Any, depth: int) -> bool:
    """Whether these are positions, lists of them, lists of those, ..."""
    if not isinstance(found, list | tuple) or not found:
        return False
    if depth:
        return all(_positions(item, depth - 1) for item in found)
    plain = all(isinstance(item, int | float) and not isinstance(item, bool) for item in found)
    return plain and len(found) in (2, 3) and abs(found[0]) <= 180 and abs(found[1]) <= 90


class Gazetteer(Thing):
    """Codes of a list of places."""

    scheme: Text | None = None
    identifiers: Several[Text] | None = None


class Location(Thing):
    """Where: a geometry, codes of a gazetteer, an address."""

    id: Text
    description: Text | None = None
    geometry: Geometry | None = None
    gazetteer: Gazetteer | None = None
    uri: Text | None = None
    address: Address | None = None


class Identifier(Thing):
    """What an organisation or a person is called in a register."""

    scheme: Text | None = None
    id: Text | None = None
    legal_name: Text | None = None
    uri: Uri | None = None


class OrganizationReference(Thing):
    """One of the project's parties."""

    name: Text | None = None
    id: Text | None = None


def slug(text: str, longest: int = 80) -> str:
    """A short id out of a name: lower case, digits and dashes; a digest where nothing of it can be written so."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    joined = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")
    return joined or f"x{hashlib.sha256(text.encode()).hexdigest()[:8]}"
