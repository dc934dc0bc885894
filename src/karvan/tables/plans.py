"""The tables of what is promised: commitments and what became of them, projects, their effects, and what they build."""

from __future__ import annotations

from dataclasses import replace

from karvan.tables.column import Column, Table
from karvan.tables.making import NOTE, id_, number, ref, text, whole

PROJECT_KINDS = ("rail", "road", "port", "fleet", "terminal", "service", "rule", "energy")
PROJECT_STATES = ("idea", "planned", "under construction", "completed", "stalled", "cancelled")
CHANGES = ("set", "add", "scale")
SECTORS = (
    "political", "transport", "customs", "trade", "investment", "finance", "energy", "industry", "digital", "space",
    "green", "science", "education", "culture", "media", "people", "justice", "security", "aid", "multilateral",
    "subnational",
)  # fmt: skip
COMMITMENT_KINDS = ("agreement", "promise")
COMMITMENT_STATES = ("stated", "in talks", "signed", "in force", "under way", "done", "stalled", "superseded")
"""From word to deed; the last two end without it."""

PROJECT = Table(
    "project",
    "Something that is planned, is being built or was built since the base year, and what it costs. What it changes is "
    "told by `effect` and by the tables `planned_...`.",
    ("id",),
    (
        id_("In lower case with dashes: aktau-hub-1."),
        text("name", "As shown.", required=True),
        text("kind", "What sort of thing it is.", required=True, one_of=PROJECT_KINDS),
        text("countries", "ISO codes of the countries that it is in and that pay for it, in equal parts.", many=True),
        ref("place", "Places that it is at, those that it builds among them.", "places", False, True),
        text("status", "How far it is.", required=True, one_of=PROJECT_STATES),
        Column("starts", "month", "Month in which work begins; capital is spent evenly from it until it opens."),
        Column("opens", "month", "Month from which its effects are there; empty is not known, and a scenario says it."),
        number("capex_musd", "million USD", "What it costs to build."),
        whole("capex_year", "", "Year of those prices.", low=1990, high=2100, use="key"),
        number("opex_musd_year", "million USD/yr", "What it costs a year to keep, its traffic left out."),
        number("life_years", "yr", "Years from opening until it is worn out.", above=True),
        number("ramp_years", "yr", "Years from opening until its effects are there in full, rising evenly; empty is "
               "at once."),
        ref("fact", "Facts that tell its status and dates.", "facts", False, True),
        text("outside", "Why nothing of it is modelled, where nothing is."),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
EFFECT = Table(
    "effect",
    "A number, or a word, of the corridor that a project changes.",
    ("project", "seq"),
    (
        ref("project", "The project."),
        whole("seq", "", "Tells its effects apart.", use="key", required=True),
        text("table", "Table of what is changed.", required=True),
        text("row", "Key of the row; parts of a composite key are joined by a colon.", required=True),
        text("column", "Column.", required=True),
        text("change", "set: it becomes so; add: so much more, or less; scale: times so much.", required=True,
             one_of=CHANGES),
        number("amount", "", "How much, in the unit of the column that is changed; a factor where it is scaled.",
               low=None),
        text("word", "Set: what a column that holds no number becomes."),
        Column("opens", "month", "From when on; empty is from when the project opens."),
        number("ramp_years", "yr", "Years until it is there in full; empty is the project's."),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
COMMITMENT = Table(
    "commitment",
    "An agreement or a promise: who, when, what is to come of it, and how far it is.",
    ("id",),
    (
        id_("Short id."),
        text("title", "What it is called, or what is promised.", required=True),
        text("kind", "agreement: a document; promise: what is said without one, or within one.", required=True,
             one_of=COMMITMENT_KINDS),
        text("made", "When it was signed or said: a date, a month, a year or a span, as its source has it.",
             required=True),
        text("occasion", "What it was signed or said at: state visit of April 2025."),
        text("parties", "Who commits themselves.", required=True, many=True),
        text("sector", "What it is about.", required=True, one_of=SECTORS),
        text("says", "What is promised, in our words.", required=True),
        text("status", "How far it is.", required=True, one_of=COMMITMENT_STATES),
        text("since", "Since when, or as of when, as its source has it."),
        Column("due", "month", "When it is to be fulfilled; it is overdue when this has passed and it is not."),
        ref("project", "Projects that would fulfil it.", "projects", False, True),
        text("outside", "Why nothing of it is in the model, where no project is named."),
        ref("source", "Who tells of it.", "sources", True, True),
        ref("fact", "Facts about it.", "facts", False, True),
        NOTE,
    ),
    optional=True,
)  # fmt: skip
COMMITMENT_STATUS = Table(
    "commitment_status",
    "What became of a commitment, step by step, each with its source.",
    ("commitment", "seq"),
    (
        ref("commitment", "The commitment."),
        whole("seq", "", "Order.", use="key", required=True),
        text("at", "When: a date, a month, a year or a span, as its source has it.", required=True),
        text("status", "How far it then was.", required=True, one_of=COMMITMENT_STATES),
        text("tells", "What is told, in our words."),
        ref("source", "Who tells it."),
    ),
    optional=True,
)
CONTRADICTION = Table(
    "contradiction",
    "What sources say differently of one thing: a row for each version.",
    ("topic", "seq"),
    (
        text("topic", "What they speak of.", required=True),
        whole("seq", "", "Order.", use="key", required=True),
        text("says", "The version, in our words.", required=True),
        ref("source", "Who says so.", "sources", True, True),
        ref("fact", "Facts that state it.", "facts", False, True),
        ref("commitment", "Commitments that it bears on.", "commitments", False, True),
        NOTE,
    ),
    optional=True,
)


def planned(table: Table) -> Table:
    """The table of rows that come into another one when a project is built."""
    projects = ref("project", "Projects of which any one builds it.", "projects", True, True)
    doc = f"Rows that come into `{table.name}` when a project is built."
    return replace(table, name=f"{PLANNED}{table.name}", doc=doc, columns=(projects, *table.columns), optional=True)


PLANNED = "planned_"
PLANNABLE = ("place", "link", "facility", "vehicle", "service", "stop", "tariff", "plant", "tie")
"""Tables into which projects bring rows."""
PLANS = ("project", *(f"{PLANNED}{name}" for name in PLANNABLE))
"""Tables whose rows may name what only a project builds."""
