"""The ledger: sources, facts, and the basis of every number of a corridor."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from karvan.evidence import published
from karvan.ground.vocabulary import Address

Row = Any
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Conflict:
    """Facts that speak of one quantity and disagree, and the numbers that had to choose."""

    subject: str
    metric: str
    period: str
    unit: str
    facts: tuple[Row, ...]
    used: tuple[str, ...]
    """Ids of those that some number of the package uses."""


class Facts(Mapping[str, Row]):
    """Facts by id; the published tables are read only when one is looked for that is not in `fact`, or all are."""

    def __init__(self, stated: dict[str, Row], rows: Callable[[str], Sequence[Row]]) -> None:
        self._stated, self._rows = stated, rows

    @cached_property
    def _all(self) -> dict[str, Row]:
        return {**{fact.id: fact for fact in published.facts(self._rows)}, **self._stated}

    def __getitem__(self, name: str) -> Row:
        return self._stated[name] if name in self._stated else self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class Ledger:
    """Look-ups over `source`, `fact` and `basis`, each read when it is first needed. Changes nothing."""

    def __init__(self, rows: Callable[[str], Sequence[Row]]) -> None:
        self._rows = rows

    @cached_property
    def sources(self) -> dict[str, Row]:
        return {row.id: row for row in self._rows("source")}

    @cached_property
    def facts(self) -> Mapping[str, Row]:
        """All facts by id, those that published tables hold among them."""
        return Facts({row.id: row for row in self._rows("fact")}, self._rows)

    @cached_property
    def basis(self) -> dict[Address, Row]:
        return {(row.table, row.row, row.column): row for row in self._rows("basis")}

    def grade(self, table: str, row: str, column: str) -> str:
        """The grade of a number; D where it has no basis."""
        basis = self.find_basis(table, row, column)
        return basis.grade if basis else "D"

    def find_basis(self, table: str, row: str, column: str) -> Row | None:
        """The basis of a number; a published one is its own."""
        address = table, row, column
        return self.basis.get(address) or published.basis(self._rows, address)

    def cited(self, basis: Row) -> Iterator[tuple[str, Row, Row]]:
        """The facts behind a number: ('used' or 'rival', fact, source)."""
        for role, names in (("used", basis.facts), ("rival", basis.rivals)):
            for name in names:
                yield role, self.facts[name], self.sources[self.facts[name].source]

    def search(self, words: str, most: int = 20) -> list[Row]:
        """Facts that hold all the words (case and accents aside), those with most of them in the subject first."""
        wanted = plain(words).split()
        found = []
        for fact in self.facts.values():
            head = plain(f"{fact.id} {fact.subject} {fact.metric}")
            body = f"{head} {plain(f'{fact.value} {fact.unit} {fact.period} {fact.scope} {fact.note}')}"
            if wanted and all(word in body for word in wanted):
                found.append((-sum(word in head for word in wanted), fact.id, fact))
        return [fact for _, _, fact in sorted(found, key=lambda entry: entry[:2])[:most]]

    def conflicts(self) -> list[Conflict]:
        """Facts with the same subject, metric, period and unit but different values."""
        groups: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
        for fact in self.facts.values():
            groups[fact.subject, fact.metric, fact.period, fact.unit].append(fact)
        used = {name for row in self.basis.values() for name in row.facts}
        return [
            Conflict(*key, tuple(facts), tuple(fact.id for fact in facts if fact.id in used))
            for key, facts in sorted(groups.items())
            if len({fact.value for fact in facts}) > 1
        ]

    def grades(self, addresses: Iterable[Address]) -> Counter[str]:
        """How many of the numbers have each grade; those without a basis are counted as 'none'."""
        counts: Counter[str] = Counter()
        for address in addresses:
            basis = self.basis.get(address)
            counts[basis.grade if basis else "none"] += 1
        return counts


def plain(text: str) -> str:
    """Text as it is compared: case and accents aside."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
