"""What a run of `karvan appraise` says: worth by year and by country, worth together, and what all of it hangs on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import isnan
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.evidence import GRADES
from karvan.report.appraisal import TOGETHER, TOLD
from karvan.report.bars import Bar, bars
from karvan.report.chapters.told import SHOWN, Reported, Told, Uses, counted, share, short, top
from karvan.report.document.blocks import (
    Block,
    Code,
    Figure,
    Items,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraph,
    Section,
    Table,
)

Row = dict[str, Any]
COUNTED = (
    "Costs and benefits of all countries together in constant prices, as karvan's page on appraisal tells: users' time,"
    " fares as transfers, running costs at the prices of the base, CO2e, capital, upkeep and what is left of it."
)
MONEY = "million USD, present value"


def tell(of: Reported) -> Told:
    """The chapters of an appraisal."""
    rows = of.rows("summary")
    main = next((row for row in rows if row["projects"] == TOGETHER), rows[0])
    name = str(main["projects"])
    names = [str(one) for one in of.settings["projects"]]
    return Told(
        title=f"What {', '.join(names)} {'is' if len(names) == 1 else 'are'} worth",
        sentence=_sentence(of, names),
        key=_key(main),
        sections=(
            Section("worth", "What they are worth", tuple(_worth(rows))),
            Section("streams", "Costs and benefits by year", tuple(_streams(of, name))),
            Section("hangs", "What it hangs on", tuple(_hangs(of, name, main))),
            Section("countries", "Who gains", tuple(_countries(of, name))),
            *_together(of),
            Section("stands", "What it stands on", tuple(_stands(of))),
        ),
        warnings=tuple(_warnings(rows)),
        uses=_uses(of, main),
        uses_unit=MONEY,
    )


def _sentence(of: Reported, names: list[str]) -> str:
    said = of.settings
    years = ", ".join(map(str, said["model_years"]))
    return (
        f"{counted(len(names), 'project')}, built in {said['base']}: {said['start']} to {said['end']} at"
        f" {share(said['rate'])} a year, the first year not discounted. Flows are those of {years}. {COUNTED}"
    )


def _key(main: Row) -> KeyFigures:
    figures = []
    if _known(main["npv"]) is not None:
        figures = [
            KeyFigure("Net present value", short(1e6 * main["npv"], "USD"),
                      f"P10 {_money(main['npv_p10'])} to P90 {_money(main['npv_p90'])} million"),
            KeyFigure("Rate of return", share(_known(main["eirr"])) or "none", "EIRR"),
            KeyFigure("Benefits over costs", _ratio(main["bcr"]) or "none", "BCR"),
            KeyFigure("Below nought", share(_known(main["below_zero"]), 0), "of the draws"),
        ]  # fmt: skip
    else:
        figures = [KeyFigure("May cost at most", short(1e6 * main["may_cost"], "USD"), "nobody says what it costs")]
    return KeyFigures((*figures, KeyFigure("CO2e saved", short(main["co2e_t_year"], "t"), "a year, well to wheel")))


def _worth(rows: list[Row]) -> list[Block]:
    cells = tuple(
        (str(row["projects"]), _money(row["capital"]), _money(row["benefits"]), _money(row["npv"]),
         share(_known(row["eirr"])), share(_known(row["mirr"])), _ratio(row["bcr"]), share(_known(row["fyrr"])),
         f"{_money(row['npv_p10'])} to {_money(row['npv_p90'])}" if _known(row["npv"]) is not None else "",
         _money(row["may_cost"]))
        for row in rows
    )  # fmt: skip
    names = ("project", "#capital", "#benefits", "#NPV", "#EIRR", "#MIRR", "#BCR", "#first year", "#P10 to P90",
             "#may cost at most")  # fmt: skip
    return [Table(f"Worth, {MONEY}", names, cells)]


def _streams(of: Reported, name: str) -> list[Block]:
    rows = [row for row in of.rows("streams") if row["projects"] == name]
    rate = of.settings["rate"]
    present = {stream: sum(row[stream] / (1 + rate) ** n for n, row in enumerate(rows)) for stream in (*TOLD, "net")}
    drawing = bars([Bar(TOLD[stream], present[stream], _signed(present[stream])) for stream in TOLD])
    said = "; ".join(f"{TOLD[stream]} {_signed(present[stream])}" for stream in TOLD)
    cells = tuple((str(row["year"]), *(_money(row[stream]) for stream in TOLD), _money(row["net"])) for row in rows)
    total = ("present value", *(_money(present[stream]) for stream in TOLD), _money(present["net"]))
    return [
        Figure("figure-streams", f"{name}: costs and benefits, {MONEY}", f"Bars: {said}.", drawing, adapts=True),
        Table(f"{name}, million USD", ("year", *(f"#{words}" for words in TOLD.values()), "#net"), (*cells, total)),
    ]


def _hangs(of: Reported, name: str, main: Row) -> list[Block]:
    tornado = [row for row in of.rows("tornado") if row["projects"] == name][:SHOWN]
    switching = [row for row in of.rows("switching") if row["projects"] == name]
    risk = {row["input"]: row["share"] for row in of.rows("risk") if row["projects"] == name}
    worth = main["npv"] if _known(main["npv"]) is not None else main["may_cost"]
    blocks: list[Block] = []
    if tornado:
        drawing = bars([
            Bar(row["input"], worth, f"{_money(row['npv_low'])} to {_money(row['npv_high'])}",
                min(row["npv_low"], row["npv_high"]), max(row["npv_low"], row["npv_high"]))
            for row in tornado
        ])  # fmt: skip
        said = "; ".join(f"{row['input']} {_money(row['npv_low'])} to {_money(row['npv_high'])}" for row in tornado[:3])
        cells = tuple(
            (row["input"], f"{row['low']:.3g}", f"{row['high']:.3g}", _money(row["npv_low"]), _money(row["npv_high"]),
             share(risk.get(row["input"])))
            for row in tornado
        )  # fmt: skip
        headings = ("input", "#P10", "#P90", "#NPV at P10", "#NPV at P90", "#share of the spread")
        blocks += [
            Figure("figure-tornado", "NPV, and its range as one input after another goes from its P10 to its P90",
                   f"Lines over bars: {said}.", drawing,
                   "How far an input goes follows from the grade of its evidence.", adapts=True),
            Table(f"{name}: one input after another", headings, cells),
        ]  # fmt: skip
    changes = tuple((row["stream"], _change(row["change"]), row["note"]) for row in switching)
    caption = f"{name}: by how much each must change for NPV to be nought"
    return [*blocks, Table(caption, ("stream", "#change", "note"), changes)]


def _countries(of: Reported, name: str) -> list[Block]:
    rows = [row for row in of.rows("countries") if row["projects"] == name]
    for row in rows:
        row["all"] = row["users"] + row["carriers"] + row["payers"]
    rows.sort(key=lambda row: (-abs(row["all"]), row["country"]))
    first = rows[:SHOWN]
    if not first:
        return [Paragraph("Nobody gains or loses.")]
    drawing = bars([Bar(row["country"], row["all"], _signed(row["all"])) for row in first])
    said = "; ".join(f"{row['country']} {_signed(row['all'])}" for row in first[:3])
    cells = tuple(
        (row["country"], *(_money(row[who]) for who in ("users", "carriers", "payers", "all"))) for row in first
    )
    note = "Users half by origin and half by destination, carriers by kilometres; CO2e is the world's and not here."
    return [
        Figure("figure-countries", f"{name}: who gains, {MONEY}", f"Bars: {said}.", drawing, adapts=True),
        Table(f"{name}, {MONEY}", ("country", "#users", "#carriers", "#payers", "#all"), cells,
              " ".join(filter(None, (note, top(len(rows), "countries"))))),
    ]  # fmt: skip


def _together(of: Reported) -> tuple[Section, ...]:
    results, pairs, order = of.results, of.rows("pairs"), of.rows("order")
    blocks: list[Block] = []
    if results.get("interaction") is not None:
        said = _signed(results["interaction"])
        blocks.append(Paragraph(f"All together they are worth {said} million USD beside the sum of each alone."))
    if pairs:
        pairs.sort(key=lambda row: (-abs(row["interaction"]), row["one"], row["other"]))
        cells = tuple((f"{row['one']} and {row['other']}", _money(row["npv"]), _signed(row["interaction"]))
                      for row in pairs[:SHOWN])  # fmt: skip
        blocks.append(Table(f"Pairs, {MONEY}", ("pair", "#NPV", "#beyond the sum of both"), cells,
                            top(len(pairs), "pairs")))  # fmt: skip
    if results.get("portfolio") is not None:
        budget = of.settings["budget"]
        under = f"Under {budget:g} million USD" if isinstance(budget, float) else "Without a limit"
        chosen = ", ".join(results["portfolio"]) or "nothing is worth building"
        blocks.append(Paragraph(f"{under} the best portfolio: {chosen}."))
    if order:
        start = of.settings["start"]
        cells = tuple((row["name"], str(start + row["begins"]), str(start + row["opens"])) for row in order)
        blocks.append(Table("Built one after another", ("project", "#begins", "#opens"), cells))
    return (Section("together", "Together", tuple(blocks)),) if blocks else ()


def _stands(of: Reported) -> list[Block]:
    rows, assumed = of.rows("basis"), of.rows("assumed")
    counts = Counter((row["about"], row["grade"]) for row in rows)
    about = list(dict.fromkeys(row["about"] for row in rows))
    cells = tuple((name, *(f"{counts[name, grade]:,}" for grade in GRADES), f"{counts[name, '']:,}") for name in about)
    blocks: list[Block] = [
        Table("Numbers beside those of the corridor, by grade of their evidence",
              ("of", *(f"#{grade}" for grade in GRADES), "#given by hand"), cells)
    ]  # fmt: skip
    if assumed:
        told = tuple((row["project"], row["what"], row["value"], row["why"]) for row in assumed)
        blocks.append(Table("What nobody says of the projects", ("project", "what", "taken", "why"), told))
    numbers = [row for row in rows if not row["what"].startswith("planned_")]
    listed = tuple(
        (row["about"], (Code(row["what"]),), f"{row['said']} {row['unit']}".strip(), row["method"], row["grade"],
         ", ".join(filter(None, row["facts"].split(";"))), row["note"])
        for row in numbers
    )  # fmt: skip
    built = len(rows) - len(numbers)
    note = f"And {counted(built, 'number')} of the rows that projects build; the run's table basis has them."
    names = ("of", "what", "value", "method", "grade", "facts", "why")
    ask: Block = Items(
        ((("What one of them stands on, with its sources: "), Code("karvan evidence basis ADDRESS"), "."),)
    )
    return [*blocks, Table("Each number", names, listed, note if built else ""), ask]


def _warnings(rows: Iterable[Row]) -> list[Note]:
    return [
        Note(f"{row['projects']}: nobody says what it costs; no net value is told, only what it may cost at most.")
        for row in rows
        if _known(row["npv"]) is None
    ]


def _uses(of: Reported, main: Row) -> Uses:
    """The rows that it leans on, in money: projects by what they cost, all others by what is gained in all."""
    if of.corridor is None:
        return {}
    names, benefits = set(of.settings["projects"]), abs(main["benefits"]) or 1.0
    found: Uses = {}
    for row in of.rows("basis"):
        table, _, rest = row["what"].split(" ")[0].partition("/")
        key = rest.rpartition("/")[0]
        if key and _there(of.corridor, table, key):
            cost = abs(_known(main["capital"]) or 0.0) if table == "project" and row["about"] in names else benefits
            found.setdefault(table, {})[key] = cost or benefits
    return found


def _there(corridor: Corridor, table: str, key: str) -> bool:
    return table in corridor.tables and key in corridor.by_key(table)


def _known(value: float | None) -> float | None:
    """A number; None where there is none."""
    return None if value is None or isnan(value) else value


def _money(value: float | None) -> str:
    """Million USD to a tenth, small sums in three digits."""
    if _known(value) is None:
        return ""
    assert value is not None
    said = f"{value:,.1f}" if abs(value) >= 1 or value == 0 else f"{value:.3g}"
    return said.removeprefix("-") if not float(said.replace(",", "")) else said


def _signed(value: float) -> str:
    return f"{'+' * (value > 0)}{_money(value)}"


def _ratio(value: float | None) -> str:
    return "" if _known(value) is None else f"{value:.2f}"


def _change(value: float | None) -> str:
    return "" if _known(value) is None else f"{value:+.0%}"
