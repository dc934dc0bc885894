"""What the recipes say of places and links: where they are, and how the line between them is to be led."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from recipe import Fact, RecipeError, Rules, say

from .geodesy import Points

Row = dict[str, str]


@dataclass(frozen=True)
class Place:
    id: str
    country: str
    at: Points


@dataclass(frozen=True)
class Link:
    id: str
    mode: str
    start: Place
    end: Place
    via: Points
    said_km: float | None
    """Its length as the recipe says it from facts, where it does."""


@dataclass(frozen=True)
class Recipes:
    """All parts of the recipes in a folder, with the facts of the package."""

    folder: Path
    facts: Mapping[str, Fact]

    def rows(self, name: str) -> list[Row]:
        return [row for path in sorted(self.folder.glob(f"*/{name}.csv")) for row in read(path)]

    def places(self, problems: list[str]) -> dict[str, Place]:
        found: dict[str, Place] = {}
        for row in self.rows("place"):
            at = self._coordinates(row["located_by"] or "")
            if at is None:
                problems.append(f"place {row['id']}: no coordinates in '{row['located_by']}'")
            else:
                found[row["id"]] = Place(row["id"], row["country"] or "", at)
        return found

    def links(self, problems: list[str]) -> list[Link]:
        places, lines, found = self.places(problems), self.lines("via"), []
        for row in self.rows("link"):
            ends = row["from_place"], row["to_place"]
            unknown = [end for end in ends if end not in places]
            if unknown:
                problems.append(f"link {row['id']}: where is {' and '.join(unknown)}?")
                continue
            via = lines.get(row["id"], np.empty((0, 2)))
            start, end = (places[end] for end in ends)
            found.append(Link(row["id"], row["mode"], start, end, via, self._said_km(row)))
        return sorted(found, key=lambda link: link.id)

    def lines(self, name: str, key: str = "link", where: str = "") -> dict[str, Points]:
        """Lines of `via.csv` by link, or of `drawn_line.csv` by name: only those on the network `where`, if given."""
        lines: dict[str, list[tuple[int, float, float]]] = {}
        for row in read(self.folder / f"{name}.csv"):
            if row.get("network", "") == where:
                lines.setdefault(row[key], []).append((int(row["seq"]), float(row["lon"]), float(row["lat"])))
        return {line: np.array([point[1:] for point in sorted(points)]) for line, points in sorted(lines.items())}

    def drawn(self, network: str) -> list[Points]:
        """Lines drawn by hand where a network lacks a piece or knows no more than its two ends."""
        return list(self.lines("drawn_line", "line", network).values())

    def _coordinates(self, located_by: str) -> Points | None:
        key = located_by.partition(";")[0].strip()
        words = (self.facts[key].value if key in self.facts else key).split()
        try:
            lon, lat = (float(word) for word in words)
        except ValueError:
            return None
        return np.array([lon, lat])

    @cached_property
    def _rules(self) -> Rules:
        return Rules({rule["id"]: rule["expression"] for rule in self.rows("rule")})

    def _said_km(self, row: Row) -> float | None:
        """The length that facts give; those that lean on lengths still to be traced are left for the builder."""
        try:
            return say(row["length_km"], "km", self.facts, self._rules).value if row["length_km"] != "trace" else None
        except RecipeError:
            return None


def read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts_of(package: Path) -> dict[str, Fact]:
    return {row["id"]: Fact(row["value"], row["unit"], row["confidence"]) for row in read(package / "fact.csv")}
