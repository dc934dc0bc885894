"""Trade in boxes, as a document and as tables: what each number stands on beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FACTORS = ("usd_per_t", "t_per_teu")
FEW = 4
"""Facts that a line names; of more it says how many there are."""


def boxes_document(corridor: Any, found: Any, brought: Any = None, written: str | None = None) -> dict[str, Any]:
    """All of it: `found` is a `Boxed` of the corridor, `brought` the demand made of it."""
    wares = found.boxes.ask.wares
    return {
        "package": corridor.name, "year": found.ask.year, "demand_year": found.of,
        "ways": [_way(corridor, wares, way) for way in found.ways],
        "empties": [
            {"origin": one.origin, "destination": one.destination, **_span("teu", one.teu)}
            for one in found.boxes.empties
        ],
        "demand": None if brought is None else {
            "made": [_made(brought.corridor, row) for row in brought.rows],
            "left": [
                {"exporter": one.exporter, "importer": one.importer, "reason": one.reason} for one in brought.left
            ],
            "out": list(brought.out), "written": written,
        },
    }  # fmt: skip


def _way(corridor: Any, wares: Mapping[str, Any], way: Any) -> dict[str, Any]:
    mixed, value = way.mixed, way.value
    parts = {part.commodity: part for part in mixed.mix.parts} if mixed else {}
    return {
        "exporter": way.exporter, "importer": way.importer,
        "value": {**_span("musd", value.musd), "ground": value.ground, "year": value.year, **_why(value.why)},
        "mix": {"ground": mixed.ground, **_why(mixed.mix.why)} if mixed else None,
        "rows": [_row(corridor, wares[row.commodity], parts[row.commodity], row) for row in way.rows],
        "tonnes": sum(row.tonnes.value for row in way.rows),
        **_span("teu", way.teu),
        "loose_t": sum(row.loose_t.value for row in way.rows),
        "months_teu": list(way.months),
        "counted": {"rows": list(way.counted.rows), "teu": way.counted.teu, "tonnes": way.counted.tonnes},
    }  # fmt: skip


def _row(corridor: Any, ware: Any, part: Any, row: Any) -> dict[str, Any]:
    return {
        "commodity": row.commodity, "share": part.share, "value_musd": row.value_musd.value,
        **{name: {"value": getattr(ware, name), **_basis(corridor, ware.id, name)} for name in FACTORS},
        "tonnes": row.tonnes.value, "boxed": part.boxed, **_span("teu", row.teu), "loose_t": row.loose_t.value,
        "profile": row.profile, **_why(row.why),
    }  # fmt: skip


def _span(name: str, span: Any) -> dict[str, float]:
    return {name: span.value, f"{name}_low": span.low, f"{name}_high": span.high}


def _why(why: Any) -> dict[str, Any]:
    return {"grade": why.grade, "facts": list(why.facts), "note": why.note}


def _basis(corridor: Any, commodity: str, column: str) -> dict[str, Any]:
    """What a factor of a commodity stands on; D and nothing where the package does not say."""
    basis = corridor.evidence.find_basis("commodity", commodity, column)
    if basis is None:
        return {"grade": "D", "facts": [], "note": ""}
    return {"grade": basis.grade, "facts": list(basis.facts), "note": basis.note or basis.method}


def _made(corridor: Any, row: Any) -> dict[str, Any]:
    name = "t_year" if row.teu_year is None else "teu_year"
    basis = corridor.evidence.find_basis("demand", row.id, name)
    cells = ("id", "origin", "destination", "commodity", "year", "teu_year", "t_year", "unit", "month_profile")
    return {cell: getattr(row, cell) for cell in cells} | {
        "grade": basis.grade, "facts": list(basis.facts), "note": basis.note
    }  # fmt: skip


def boxes_tables(document: Mapping[str, Any], months: bool = False) -> list[Any]:
    """The document for a terminal; with `months` TEU by month too."""
    ways, year = document["ways"], document["year"]
    told: list[Any] = []
    if any(way["rows"] for way in ways):
        told = [_goods(ways, year), *(_grounds(way) for way in ways)]
    else:
        told = [*(_grounds(way) for way in ways), "nothing to put in boxes"]
    told += [_monthly(ways, year)] if months and any(way["rows"] for way in ways) else []
    told += [
        f"{_to(one['origin'], one['destination'])}: {_ends(one, 'teu')} TEU go back empty"
        for one in document["empties"]
    ]
    return [*told, *_counted(ways, document["demand_year"]), *_demand(document["demand"])]


def _goods(ways: Sequence[Any], year: int) -> Any:
    from rich.table import Table

    table = Table(title=f"In boxes, {year}; letters are grades", title_justify="left")
    for name in ("way", "commodity", "share", "million USD", "USD/t", "tonnes", "in boxes", "t/TEU", "TEU", ""):
        table.add_column(name, justify="left" if name in ("way", "commodity", "") else "right")
    for way in ways:
        grade = way["mix"]["grade"] if way["mix"] else ""
        for n, row in enumerate(way["rows"]):
            table.add_row(
                _to(way["exporter"], way["importer"]) if n == 0 else "", row["commodity"],
                f"{row['share']:.1%} {grade}", _amount(row["value_musd"]), _factor(row["usd_per_t"]),
                _amount(row["tonnes"]), f"{row['boxed']:.1%} {grade}", _factor(row["t_per_teu"]), _amount(row["teu"]),
                row["grade"],
            )  # fmt: skip
        if way["rows"]:
            value = f"{_ends(way['value'], 'musd')} {way['value']['grade']}"
            worst = max(row["grade"] for row in way["rows"])
            table.add_row("", "all", "", value, "", _amount(way["tonnes"]), "", "", _ends(way, "teu"), worst,
                          end_section=True)  # fmt: skip
    return table


def _grounds(way: Mapping[str, Any]) -> str:
    """What the value and the mix of a way stand on."""
    value, mix = way["value"], way["mix"]
    said = f"{_to(way['exporter'], way['importer'])}: {value['note']}{_facts(value['facts'])}, {value['grade']}"
    return said + (f"; {mix['note']}{_facts(mix['facts'])}, {mix['grade']}" if mix else "")


def _facts(facts: Sequence[str]) -> str:
    if not facts:
        return ""
    more = f" and {len(facts) - FEW} more" if len(facts) > FEW else ""
    return f" ({', '.join(facts[:FEW])}{more})"


def _monthly(ways: Sequence[Any], year: int) -> Any:
    from rich.table import Table

    table = Table(title=f"TEU by month, {year}", title_justify="left")
    table.add_column("way")
    for name in MONTHS:
        table.add_column(name, justify="right")
    for way in ways:
        if way["rows"]:
            table.add_row(_to(way["exporter"], way["importer"]), *(_amount(teu) for teu in way["months_teu"]))
    return table


def _counted(ways: Sequence[Any], year: int) -> list[str]:
    """What the package has already, beside what comes of the value."""
    told = []
    for way in ways:
        had = way["counted"]
        if had["rows"]:
            said = f"{_amount(had['teu'])} TEU and {_amount(had['tonnes'])} t in {_rows(len(had['rows']))}"
            to = _to(way["exporter"], way["importer"])
            told.append(f"{to}: the package's demand of {year} has {said}, which grow as their trade does")
    return told


def _rows(n: int) -> str:
    return f"{n} row{'s' * (n != 1)}"


def _demand(demand: Mapping[str, Any] | None) -> list[str]:
    if demand is None:
        return []
    told = [f"made: {row['id']}, {_made_amount(row)} a year, {row['grade']}" for row in demand["made"]]
    told += [f"not made: {_to(one['exporter'], one['importer'])} | {one['reason']}" for one in demand["left"]]
    told += [f"taken out: {name}" for name in demand["out"]]
    return told + ([f"written to {demand['written']}"] if demand["written"] else [])


def _made_amount(row: Mapping[str, Any]) -> str:
    return f"{_amount(row['t_year'])} t" if row["teu_year"] is None else f"{_amount(row['teu_year'])} TEU"


def _to(one: str, other: str) -> str:
    return f"{one} > {other}"


def _factor(said: Mapping[str, Any]) -> str:
    return f"{said['value']:,.5g} {said['grade']}"


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == 0 else f"{value:.3g}"


def _ends(said: Mapping[str, Any], name: str) -> str:
    """A number, with its ends where they differ."""
    middle, low, high = (_amount(said[key]) for key in (name, f"{name}_low", f"{name}_high"))
    return middle if low == high else f"{middle} ({low} to {high})"
