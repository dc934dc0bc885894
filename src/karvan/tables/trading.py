"""The tables of trade: countries, pairs of them, what was published of their trade, duties and elasticities.

Most are *published*: their rows are figures as some source gives them, and name it. Such a number is its own basis, and
rival figures of one thing stand side by side.
"""

from __future__ import annotations

from karvan.tables.column import Column, Table
from karvan.tables.making import NOTE, id_, number, ref, text, whole

GRADES = ("A", "B", "C", "D")
FLOWS = ("export", "import", "turnover")
AGGREGATES = {"WLD": "the world", "EUU": "the European Union", "CA5": "the five countries of Central Asia"}
"""Codes that stand for several countries: never summed with them."""

CONFIDENCE = text(
    "confidence", "A official or primary, B reputable, C press, estimate or opinion.", required=True, one_of=GRADES
)
SOURCE = ref("source", "Who says so.")


def published(name: str, unit: str, doc: str, low: float | None = 0.0, high: float | None = None) -> Column:
    """A number as its row's source has it."""
    return number(name, unit, doc, low=low, high=high, use="published")


COUNTRY = Table(
    "country",
    "A country that trades, and the place that stands for it where a way to it is asked for.",
    ("id",),
    (
        id_("ISO 3166-1 alpha-3 code."),
        text("code", "ISO 3166-1 alpha-2 code, as places have it.", required=True),
        text("name", "The name in English.", required=True),
        published("lon", "deg", "Longitude of its capital, WGS 84.", low=-180, high=180),
        published("lat", "deg", "Latitude of its capital, WGS 84.", low=-90, high=90),
        published("population", "", "Who lives there."),
        Column("landlocked", "flag", "Whether it has no coast on the open sea."),
        ref("place", "Where its goods begin and end: the biggest terminal of the package there; empty where the "
            "package has no place in it.", "gateway", required=False),
        SOURCE, CONFIDENCE, NOTE,
    ),
    optional=True,
)  # fmt: skip
GDP = Table(
    "gdp",
    "What a country makes in a year.",
    ("country", "year"),
    (
        ref("country", "The country."),
        whole("year", "", "The year.", low=1900, high=2100, use="key", required=True),
        published("gdp_musd", "million USD", "Gross domestic product at the prices of the year."),
        SOURCE, CONFIDENCE, NOTE,
    ),
    optional=True,
)  # fmt: skip
DYAD = Table(
    "dyad",
    "Two countries and what lies between them; the same both ways, and told once.",
    ("one", "other"),
    (
        ref("country", "One of them, the first by code.", "one"),
        ref("country", "The other.", "other"),
        published("dist_km", "km", "Between their towns, weighted by who lives there."),
        published("capitals_km", "km", "Between their capitals."),
        Column("contiguous", "flag", "Whether they have a border on land."),
        Column("common_language", "flag", "Whether they share an official language."),
        Column("common_spoken", "flag", "Whether one in eleven or more in both speaks one language."),
        Column("common_colonizer", "flag", "Whether they were colonies of one country after 1945."),
        SOURCE, CONFIDENCE, NOTE,
    ),
    optional=True,
)  # fmt: skip
TRADE = Table(
    "trade",
    "A published figure of goods trade; rival figures stand side by side.",
    ("id",),
    (
        id_("TF-YEAR-REPORTER-PARTNER-FLOW, or the id of the fact."),
        whole("year", "", "The year.", low=1900, high=2100, use="key", required=True),
        text("reporter", "ISO alpha-3 code of the country whose trade it is.", required=True),
        text("partner", "ISO alpha-3 code of the other; WLD, EUU and CA5 stand for several.", required=True),
        text("flow", "Which way, seen from the reporter.", required=True, one_of=FLOWS),
        text("period", "Part of the year that it is of, as 2025-01/07; empty for all of it."),
        published("value_musd", "million USD", "The value as stated."),
        published("share_pct", "%", "The share of the reporter's trade with all, as stated.", high=100),
        text("says", "Whose figures: the customs of one side, or who states them."),
        SOURCE, CONFIDENCE, NOTE,
    ),
    optional=True,
)  # fmt: skip
DUTY = Table(
    "duty",
    "What a country's tariff takes of the value of goods.",
    ("importer", "exporter"),
    (
        ref("country", "Who takes it.", "importer"),
        text(
            "exporter",
            "From whom: an ISO alpha-3 code, or ALL for everybody that has no row of its own.",
            required=True,
        ),
        number("rate_pct", "%", "Average of the tariff, of the value.", high=1000),
        whole("year", "", "The year that it is of.", low=1900, high=2100, use="key"),
        NOTE,
    ),
    optional=True,
)
WTO = Table(
    "wto",
    "Whether a country is in the World Trade Organization, and what it has bound its duties to, or offers to.",
    ("country",),
    (
        ref("country", "The country."),
        whole("since", "", "Year in which it joined; empty for one that has not.", low=1995, high=2100, use="key"),
        number("bound_pct", "%", "Average of what its tariff may take at most, of the value, in the end; of a country "
               "that has not joined what it has offered.", high=1000),
        ref("source", "Who says whether it has joined."), CONFIDENCE, NOTE,
    ),
    optional=True,
)  # fmt: skip
ELASTICITY = Table(
    "elasticity",
    "A published answer of trade to what changes, for those who do not estimate it.",
    ("id",),
    (
        id_("In lower case with dashes."),
        text("name", "As shown.", required=True),
        text("of", "What changes.", required=True, one_of=("distance", "cost", "day", "agreement", "membership")),
        text("unit", "elasticity: percent of trade a percent of it; % of value/day: what a day on the way is worth of "
             "the goods; ratio: by how many times trade grows.", required=True,
             one_of=("elasticity", "% of value/day", "ratio")),
        number("value", "", "The central value, in the row's unit.", low=None),
        number("low", "", "The low end of its range.", low=None),
        number("high", "", "The high end of its range.", low=None),
        NOTE,
    ),
    optional=True,
)  # fmt: skip

TRADING: tuple[Table, ...] = (COUNTRY, GDP, DYAD, TRADE, DUTY, WTO, ELASTICITY)
PUBLISHED: tuple[Table, ...] = (COUNTRY, GDP, DYAD, TRADE)
"""Those whose rows name their own source."""
