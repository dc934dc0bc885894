"""What was agreed and promised of a project, as OC4IDS tells it: parties and milestones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from karvan.corridor.row import Row
from karvan.formats.oc4ids.codes import MilestoneStatus
from karvan.formats.oc4ids.parts import Milestone, Organization
from karvan.formats.oc4ids.shape import slug
from karvan.formats.oc4ids.time import day_of, instant_of

COMMITTED = "committedParty"
"""Role of who signs or promises; the open codelist has none for it."""
REACHED: dict[str, MilestoneStatus] = {"done": "met", "under way": "partiallyMet", "stalled": "notMet",
                                       "superseded": "notMet"}  # fmt: skip
"""How far what was promised is; what is only said or signed is scheduled."""
APPROVED = ("signed", "in force")


def parties_of(commitments: Sequence[Row]) -> Iterator[Organization]:
    """Who commits themselves, each once."""
    names = [name for commitment in commitments for name in commitment.parties]
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        code = base = slug(name)
        number = 1
        while code in taken:
            number += 1
            code = f"{base}-{number}"
        taken.add(code)
        yield Organization(id=code, name=name, roles=(COMMITTED,))


def promises_of(commitments: Sequence[Row], history: Sequence[Row]) -> Iterator[Milestone]:
    """What was agreed or promised of it, and what became of that, step by step."""
    steps = sorted(history, key=lambda step: (step.commitment, step.seq))
    for one in commitments:
        said = f"{one.says} ({one.kind} of {one.made})"
        yield Milestone(
            id=f"commitment-{one.id}",
            title=one.title,
            description=said,
            due_date=instant_of(one.due) if one.due else None,
            date_modified=day_of(one.since),
            status=REACHED.get(one.status, "scheduled"),
        )
        for step in (step for step in steps if step.commitment == one.id):
            # That it came to a stop is no milestone that was met.
            met = REACHED.get(step.status) != "notMet"
            yield Milestone(
                id=f"commitment-{one.id}:{step.seq}",
                title=f"{one.title}: {step.status}",
                type="approval" if step.status in APPROVED else None,
                description=f"{step.at}: {step.tells}" if step.tells else step.at,
                date_met=day_of(step.at) if met else None,
                date_modified=None if met else day_of(step.at),
                status="met" if met else "notMet",
            )


def works_of(row: Row) -> Iterator[Milestone]:
    """Begin and opening."""
    begun = row.status in ("under construction", "completed")
    missed: MilestoneStatus = "notMet" if row.status == "cancelled" else "scheduled"
    for name, title, month, met in (
        ("starts", "Work begins", row.starts, begun),
        ("opens", "Opening", row.opens, row.status == "completed"),
    ):
        if month:
            when = instant_of(month)
            reached: MilestoneStatus = "met" if met else missed
            kind = "delivery" if name == "opens" else None
            yield Milestone(id=name, title=title, type=kind, due_date=when, date_met=when if met else None,
                            status=reached)  # fmt: skip
