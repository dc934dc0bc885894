"""Codes of countries as statistics of trade write them: letters and numbers of ISO 3166-1, and the special ones.

Comtrade and BACI number some countries otherwise than ISO does (251 is France, 699 India, 842 the United States), put
Taiwan down as 490, "Other Asia, not elsewhere specified", and mix countries with groups (0 is the World, 97 the
European Union) and with what belongs to nobody (bunkers, free zones, areas not specified).
"""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from karvan.ground.errors import InputError, Problem, nearest, shown

Kind = Literal["country", "former", "group", "rest"]
"""`former`: a country that is no more, which old years have. `group`: a sum of countries. `rest`: a remainder, such as
bunkers or areas not specified."""


@dataclass(frozen=True, slots=True)
class Area:
    """What a code of a table of trade stands for."""

    code: str
    """ISO 3166-1 alpha-3, or the code in use where ISO has none (XKX, SUN, WLD); of a `rest` one of our own, `_X`."""
    alpha2: str
    """Empty where there is none."""
    number: int | None
    """The number of ISO and of M49, or that of Comtrade where these have none."""
    name: str
    kind: Kind
    also: tuple[str, ...]
    """Other codes, numbers and names in use."""

    @property
    def trades(self) -> bool:
        """Whether it is one side of a trade: a country, be it a former one."""
        return self.kind in ("country", "former")

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


@cache
def areas() -> tuple[Area, ...]:
    """All of them: countries by code, then former countries, groups and remainders."""
    text = (files("karvan.formats.trade") / "country_codes.csv").read_text(encoding="utf-8")
    return tuple(
        Area(
            row["code"], row["alpha2"], int(row["number"]) if row["number"] else None, row["name"],
            cast(Kind, row["kind"]), tuple(row["also"].split(";")) if row["also"] else (),
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def find_area(text: str) -> Area | None:
    """What a code of two or three letters, a number or an English name stands for; None where it is unknown."""
    return _by_word().get(_word(text))


def code_of(text: str) -> str:
    """The alpha-3 code of a country: AZE for AZE, AZ, 31, 031 and Azerbaijan.

    Raises:
        InputError: unknown, or a group or remainder, which has no code of a country.
    """
    area = find_area(text)
    if area is None:
        near = nearest_areas(text)
        raise InputError(shown(text), [Problem("country", shown(text), near or "give a code of ISO 3166-1 alpha-3")])
    if not area.trades:
        told = Problem("country", f"{shown(text)}, which is {area}, no country", "give one country")
        raise InputError(shown(text), [told])
    return area.code


def nearest_areas(text: str) -> str:
    """The known areas most like an unknown text, as a remedy says it; empty where there is none."""
    word, short = _word(text), len(text.strip()) <= 3
    known = {(area.code if short else area.name).casefold(): area for area in areas()}
    alike = [code for code in known if short and len(word) > 1 and code.startswith(word[:2])]
    near = [str(known[code]) for code in alike[:3] or nearest(word, known)]
    return f"nearest is {' or '.join(near)}" if near else ""


@cache
def _by_word() -> dict[str, Area]:
    found: dict[str, Area] = {}
    for area in areas():
        number = () if area.number is None else (str(area.number),)
        for text in (area.code, area.alpha2, *number, area.name, *area.also):
            if text and found.setdefault(_word(text), area) is not area:
                raise ValueError(f"country_codes.csv: {text} is {area} and {found[_word(text)]}")
    return found


def _word(text: str) -> str:
    """A code or name as it is looked up: a number without zeros in front, letters without accents and in one case."""
    text = " ".join(text.split())
    if text.isascii() and text.isdigit():
        return str(int(text)) if len(text) < 10 else text
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
