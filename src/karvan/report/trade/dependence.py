"""What trade hangs on, as documents and as tables."""

from __future__ import annotations

from typing import Any

from karvan.report.trade.cells import cleaned, span


def dependence_document(country: str, of: Any) -> dict[str, Any]:
    """Indices and shares of a country's partners by year."""
    return {
        "country": country,
        "index": "Herfindahl-Hirschman, 0 to 1; bounds where partners are not known or figures disagree",
        "years": cleaned(of.rows()),
        "shares": cleaned(of.shares()),
        "changes": [one._asdict() for way in ("exports", "imports", "turnover") for one in of.changes(way)],
        "odd": [one._asdict() for one in of.odd],
    }


def dependence_tables(country: str, of: Any) -> list[Any]:
    """The same for a terminal."""
    from rich.table import Table

    things: list[Any] = []
    for way in ("exports", "imports", "turnover"):
        rows = [row for row in of.rows() if row["direction"] == way]
        if not rows:
            continue
        highest = {(row["year"], row["partner"]): row["share_high"] for row in of.shares() if row["direction"] == way}
        table = Table(title=f"{country}: {way}", title_justify="left")
        for name in ("year", "index", "as many equal partners", "largest", "its share", "known", "partners known"):
            table.add_column(name, justify="left" if name == "largest" else "right")
        for row in rows:
            many = span(row["effective_low"], row["effective_high"], ".1f")
            largest = row["top"] if row["top_share_high"] <= highest[row["year"], row["top"]] else "not known"
            table.add_row(str(row["year"]), span(row["index_low"], row["index_high"], ".3f"), many, largest,
                          span(row["top_share_low"], row["top_share_high"], ".1%"),
                          span(row["known_share_low"], row["known_share_high"], ".0%"), str(row["parts"]))  # fmt: skip
        things.append(table)
    things += [
        f"{one.year}, {one.direction}: {one.what} ({one.who})" for one in of.odd if one.what.startswith("of a part")
    ]
    return things


def reliance_document(country: str, of: Any) -> dict[str, Any]:
    """What a country's goods rely on, by kind."""
    return {
        "country": country,
        "index": "Herfindahl-Hirschman over tonnes; bounds where one of several is meant, or none is named",
        "tonnes": of.goods.tonnes,
        "teu": of.goods.teu,
        "kinds": cleaned(of.rows()),
        "shares": cleaned(of.shares()),
    }


def reliance_tables(country: str, of: Any) -> list[Any]:
    """The same for a terminal."""
    from rich.table import Table

    table = Table(title=f"{country}: what {of.goods.tonnes:,.0f} t a year rely on", title_justify="left")
    for name in ("kind", "index", "passes none", "the largest, shares of all tonnes"):
        table.add_column(name, justify="right" if name in ("index", "passes none") else "left")
    for one in of.kinds:
        first = [
            f"{name or 'not named'} {span(share.low, share.high, '.0%')}"
            for name, share in list(one.shares.items())[:4]
        ]
        table.add_row(one.kind, span(one.index.low, one.index.high, ".3f"), f"{one.without:.0%}", ", ".join(first))
    return [table]
