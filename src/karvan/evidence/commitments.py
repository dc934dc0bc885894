"""The register of commitments: who promised what, what became of it, and where its sources contradict each other."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from karvan.evidence.ledger import plain
from karvan.evidence.vague import earliest, span
from karvan.ground.errors import InputError, Problem, nearest, shown

Row = Any
FULFILLED = ("in force", "done", "superseded")
"""States in which nothing is owed any more."""
OVERDUE = "overdue"
"""Not a state of its own: due, and not fulfilled."""


@dataclass(frozen=True)
class Contradiction:
    """What sources say differently of one thing."""

    topic: str
    versions: tuple[Row, ...]

    @property
    def commitments(self) -> tuple[str, ...]:
        """Commitments that it bears on."""
        return tuple(dict.fromkeys(name for version in self.versions for name in version.commitments))

    @property
    def note(self) -> str:
        """What a reader should know of it."""
        return " ".join(version.note for version in self.versions if version.note)


class Commitments:
    """Look-ups over `commitment`, `commitment_status` and `contradiction`, each read when it is first needed.

    Changes nothing. Rows come in the order in which they were made, and by id.
    """

    def __init__(self, rows: Callable[[str], Sequence[Row]]) -> None:
        self._rows = rows

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All commitments."""
        return tuple(sorted(self._rows("commitment"), key=lambda row: (earliest(row.made), row.id)))

    @cached_property
    def by_id(self) -> dict[str, Row]:
        return {row.id: row for row in self.rows}

    @cached_property
    def _steps(self) -> dict[str, list[Row]]:
        steps: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self._rows("commitment_status"), key=lambda row: (row.commitment, row.seq)):
            steps[row.commitment].append(row)
        return steps

    def commitment(self, name: str) -> Row:
        """The commitment with that id. Raises InputError, naming the nearest."""
        if name not in self.by_id:
            raise InputError("the register of commitments", [unknown("commitment", name, self.by_id)])
        return self.by_id[name]

    def history(self, name: str) -> tuple[Row, ...]:
        """What became of a commitment, step by step."""
        return tuple(self._steps.get(name, ()))

    def find(
        self,
        *,
        sector: str = "",
        status: str = "",
        party: str = "",
        project: str = "",
        occasion: str = "",
        on: dt.date | None = None,
    ) -> list[Row]:
        """Commitments for which all that is given holds.

        Args:
            sector: what they are about, as the register has it.
            status: how far they are, or `overdue`, which needs the day.
            party: words that are found in the name of some party, case and accents aside.
            project: a project that would fulfil them.
            occasion: words that are found in the occasion.
            on: the day on which what is overdue is looked for.
        """
        if status == OVERDUE and on is None:
            raise ValueError("what is overdue needs a day")
        return [
            row
            for row in self.rows
            if sector in ("", row.sector)
            and (not status or (self.overdue(row, on) if status == OVERDUE and on else row.status == status))
            and (not party or any(plain(party) in plain(one) for one in row.parties))
            and (not project or project in row.projects)
            and plain(occasion) in plain(row.occasion)
        ]

    def overdue(self, row: Row, on: dt.date) -> bool:
        """Whether the month in which it was due has passed on that day, and it is not fulfilled."""
        return bool(row.due) and f"{on:%Y-%m}" > row.due and row.status not in FULFILLED

    def tied(self) -> list[Row]:
        """Commitments that some project would fulfil."""
        return [row for row in self.rows if row.projects]

    def outside(self) -> list[Row]:
        """Commitments of which nothing is in the model, each with its reason."""
        return [row for row in self.rows if not row.projects]

    def parties(self) -> list[str]:
        """The names of all parties, in order."""
        return sorted({party for row in self.rows for party in row.parties})

    def contradictions(self, about: str = "") -> list[Contradiction]:
        """What sources contradict each other in, in the order of the topics; of one commitment where it is given."""
        topics: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self._rows("contradiction"), key=lambda row: (row.topic, row.seq)):
            topics[row.topic].append(row)
        found = [Contradiction(topic, tuple(versions)) for topic, versions in topics.items()]
        return [one for one in found if not about or about in one.commitments]

    def problems(self) -> Iterator[Problem]:
        """What does not fit together in the register."""
        for row in self.rows:
            at = f"commitment.csv, row {row.id}"
            if bool(row.projects) == bool(row.outside):
                found = f"{len(row.projects)} projects and {'a' if row.outside else 'no'} reason for none"
                yield Problem(
                    at, found, "name the projects that would fulfil it, or say in `outside` why there are none"
                )
            history = self.history(row.id)
            if not history or history[-1].status != row.status:
                last = shown(history[-1].status) if history else "no step"
                yield Problem(f"{at}, status", shown(row.status), f"let commitment_status end with it; it has {last}")
        for name, steps in sorted(self._steps.items()):
            for before, after in pairwise(step for step in steps if span(step.at)):
                if _last_day(after.at) < earliest(before.at):
                    at = f"commitment_status.csv, row {name}:{after.seq}, at"
                    yield Problem(at, shown(after.at), f"put the steps in order: the one before is of {before.at}")
        for one in self.contradictions():
            if len(one.versions) == 1:
                at = f"contradiction.csv, row {one.topic}:{one.versions[0].seq}"
                yield Problem(at, "one version", "give the one that it contradicts too")


def unknown(what: str, word: str, known: Collection[str]) -> Problem:
    """A word that names nothing, with the nearest of those that do."""
    near = nearest(word, known)
    listed = f"they are {', '.join(sorted(known))}" if len(known) <= 25 else f"there are {len(known):,} to choose from"
    return Problem(what, shown(word), f"nearest: {', '.join(near)}" if near else listed if known else "there are none")


def _last_day(text: str) -> dt.date:
    days = span(text)
    return days[1] if days else dt.date.max
