"""The page of a scenario: what it is, what it is held against, its figures, what happens and what is not in it."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isnan

from flow_bench import Rows, number
from karvan.corridor import Corridor
from karvan.corridor.row import key_of
from karvan.report.calibration import figure
from karvan.scenario.cells import Why
from karvan.scenario.scenario import Scenario, scenario
from karvan.scenario.words import Reasoned
from karvan.scenario.works import Works
from karvan.tables.plans import PLANNED
from print_simulation_validation import table
from scenario_runs import SIMULATED, TOTALS, kept

HAPPENS, NOT_IN = "happens", "not in it"
SIDES = ("before", "after", "difference", "low", "high")
Keyed = Mapping[tuple[str, ...], Mapping[str, str]]

TITLES = {
    "teu": "TEU that are through", "tonnes": "tonnes that are through", "carriage_usd": "USD paid for carriage",
    "time_usd": "USD that time is worth", "t_co2e": "tonnes of CO2e", "unserved_teu": "TEU unserved",
    "unserved_tonnes": "tonnes unserved",
}  # fmt: skip
"""How totals are called."""


# --- figures


def by_key(rows: Rows) -> Keyed:
    """Figures of one scenario by engine, subject, name, detail and measure."""
    return {(row["engine"], row["subject"], row["name"], row["detail"], row["measure"]): row for row in rows}


def figures_of(name: str) -> Keyed:
    return by_key([row for row in kept("figures") if row["scenario"] == name])


def value(address: str, figures: Keyed, bank: Rows) -> float:
    """A figure by its address: ENGINE/SUBJECT/NAME/DETAIL/MEASURE/SIDE, or bank/CASE/COLUMN; `by` and `percent` are of
    the difference, and a plain number is itself. Raises KeyError."""
    if re.fullmatch(r"-?[\d.]+", address):
        return float(address)
    *key, side = address.split("/")
    if key[0] == "bank":
        return number(next(row for row in bank if row["case"] == key[1])[side])
    row = figures[tuple(key)]
    if side == "by":
        return abs(number(row["difference"]))
    if side == "percent":
        return 100 * abs(number(row["difference"])) / number(row["before"])
    return number(row[side])


COMPARES: dict[str, Callable[[float, float], bool]] = {">": operator.gt, "<": operator.lt, "=": operator.eq}


def holds(condition: str, figures: Keyed, bank: Rows) -> bool:
    """Whether a condition is met: ADDRESS > ADDRESS, with < and = likewise."""
    found = re.fullmatch(r"(.+) ([<>=]) (\S.*)", condition.strip())
    if not found:
        raise KeyError(condition)
    return COMPARES[found[2]](value(found[1], figures, bank), value(found[3], figures, bank))


def sentence(text: str, figures: Keyed, bank: Rows) -> str:
    """A sentence with its figures in the place of their addresses."""
    return re.sub(r"\{([^}]+)\}", lambda found: figure(value(found[1], figures, bank)), text)


def told(name: str, part: str, figures: Keyed, bank: Rows) -> list[str]:
    """What was written by hand of a scenario."""
    rows = [row for row in kept("discussion") if (row["scenario"], row["part"]) == (name, part)]
    return [sentence(row["text"], figures, bank) for row in rows]


def untrue(corridor: Corridor) -> Iterator[str]:
    """Sentences whose figures there are not, or that do not hold any more."""
    bank = kept("bank")
    for n, row in enumerate(kept("discussion")):
        figures = figures_of(row["scenario"])
        where = f"scenario_discussion.csv, line {n + 2}"
        if row["scenario"] not in corridor.scenarios:
            yield f"{where} | found {row['scenario']!r} | there is no such scenario"
            continue
        try:
            sentence(row["text"], figures, bank)
            wrong = [one for one in row["holds"].split(";") if one and not holds(one, figures, bank)]
        except (KeyError, StopIteration) as missing:
            yield f"{where} | found no figure {missing} | mend the address, or run it anew with --run"
            continue
        for one in wrong:
            yield f"{where} | found that this does not hold: {one.strip()} | read the figures and write it anew"


# --- the page


def page(corridor: Corridor, name: str) -> str:
    """The page of a scenario as Markdown, but for what is told of the World Bank's."""
    found = scenario(corridor, name)
    world = next(row for row in kept("worlds") if row["scenario"] == name)
    below, figures = world["against"], figures_of(name)
    head = [
        f"# {found.title}", "",
        "<!-- Printed by tools/print_scenarios.py from tools/middle_corridor/scenario_*.csv, made by its `--run`. -->",
        "", f"`--scenario {name}`. {found.note}", "", f"{held(found, world, corridor)}", "",
    ]  # fmt: skip
    parts: list[Iterable[str]] = [head, whats_changed(corridor, found, below)]
    parts.append(said("What happens", told(name, HAPPENS, figures, kept("bank"))))
    parts += [flows(figures, below), times(figures, below), plans(figures, below), fullest(figures, below)]
    parts.append(not_in_it(found, world, told(name, NOT_IN, figures, kept("bank"))))
    return "\n".join(line for part in parts for line in part)


def held(found: Scenario, world: Mapping[str, str], corridor: Corridor) -> str:
    """What it is held against, and how."""
    below = world["against"]
    if not below:
        return f"The year {found.year}. It is held against nothing: the other scenarios are held against it."
    other = scenario(corridor, below)
    text = f"The year {found.year}, held against [{other.title}]({below}.md)."
    if other.year != found.year:
        return f"{text} Goods go as they are counted in each: nobody chooses anew."
    teu = number(world["moved_teu"])
    return (
        f"{text} Boxes part anew among the families of routes that they are known to go: {figure(teu)} TEU a year take"
        " another than they are counted on."
    )


def said(title: str, sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield f"## {title}"
        yield ""
        yield from (line for text in sentences for line in (text, ""))


def whats_changed(corridor: Corridor, found: Scenario, below: str) -> Iterator[str]:
    """Every change that the scenario makes beyond those of what it is held against, and what each stands on."""
    known = set(scenario(corridor, below).changes) if below else set()
    rows = [row for row in changes(corridor, found) if row[0] not in known]
    yield "## What it changes"
    yield ""
    if not rows:
        yield "Nothing: it is the package."
        yield ""
        return
    yield from table(
        ["Change", "Grade", "Stands on", "Why"],
        [[f"`{told}`", grade, facts, why.replace("|", "/")] for told, grade, facts, why in rows],
    )
    if found.not_there:
        names = ", ".join(f"`{one}`" for one in found.not_there)
        yield f"Named, and not there in {found.year} or without effect: {names}."
        yield ""


def changes(corridor: Corridor, found: Scenario) -> Iterator[tuple[str, str, str, str]]:
    """(change as `karvan scenarios` tells it, grade, facts, why) of each."""
    for one in found.works:
        if one.rows:
            row = corridor.row("project", one.id)
            count = sum(map(len, one.rows.values()))
            yield (f"project/{one.id}: builds {count} rows", grades(corridor, one), _facts(row.facts), row.name)
    for layer in found.layers:
        for change in layer.changes:
            yield (f"{layer.name}: {change.address} {change.told()}", *_why(change.why))
    for close in found.closes:
        yield f"close {close.table}/{close.row} {close.begins:%Y-%m-%d} to {close.ends:%Y-%m-%d}", "", "", ""
    for name in found.stack.names():
        words = found.stack.words[name]
        for shut in words.closed:
            but = f" but to {', '.join(found.closed[shut.family])}" if found.closed[shut.family] else ""
            yield (f"family/{shut.family} closed{but}", *_reasons(shut))
        for growth in words.demand.factors:
            yield (f"scenario {name}: demand times {growth.factor:g}", *_reasons(growth))


def grades(corridor: Corridor, works: Works) -> str:
    """How many numbers of what is built have each grade."""
    count: Counter[str] = Counter()
    built = {(f"{PLANNED}{name}", key_of(name, row)) for name, rows in works.rows.items() for row in rows}
    count.update(row.grade for row in corridor.rows("basis") if (row.table, row.row) in built)
    return ", ".join(f"{count[grade]} {grade}" for grade in sorted(count))


def _why(why: Why) -> tuple[str, str, str]:
    return why.grade, _facts(why.facts), why.note


def _reasons(said: Reasoned) -> tuple[str, str, str]:
    return said.grade, _facts(said.facts), said.why


def _facts(facts: Sequence[str]) -> str:
    return ", ".join(facts) if facts else "assumed"


def flows(figures: Keyed, below: str) -> Iterator[str]:
    """Totals, families, and what is left."""
    yield "## What goes which way"
    yield ""
    yield "A year's goods as assigned: queues counted, and whoever finds its families too dear for that leaves them."
    yield ""
    rows = [
        [TITLES[measure], *cells(figures["assign", "total", "", "", measure], below)]
        for measure in TOTALS
        if ("assign", "total", "", "", measure) in figures
    ]
    yield from table(["All together, a year", *heads(below)], rows, right=len(heads(below)))
    names = sorted({key[2] for key in figures if key[:2] == ("assign", "family")})
    rows = [
        [f"`{name}`"]
        + [cell for what in ("teu", "tonnes") for cell in cells(figures["assign", "family", name, "", what], below)]
        for name in names
    ]
    both = [f"{what} {head}".strip() for what in ("TEU", "t") for head in heads(below)]
    yield from table(["Family", *both], rows, right=len(both))
    left = [(key[2], row) for key, row in figures.items() if key[:2] == ("assign", "unserved")]
    if left:
        yield "Tonnes a year that are not served, and why:"
        yield ""
        left.sort(key=lambda one: (-number(one[1]["after"]), one[0]))
        yield from table(
            ["Why", *heads(below)], [[why, *cells(row, below)] for why, row in left], right=len(heads(below))
        )


def times(figures: Keyed, below: str) -> Iterator[str]:
    """Simulated times from door to door."""
    groups = sorted({key[2] for key in figures if key[:2] == ("simulate", "group")})
    rows = []
    for name in groups:
        delivered = _at(figures, "simulate", "group", name, "", "delivered")
        if max(_or_none(delivered["before"]), _or_none(delivered["after"])) < 1:
            continue
        p50 = _at(figures, "simulate", "group", name, "", "p50_h")
        rows.append([name.replace(" | ", ", "), figure(number(delivered["after"])), *cells(p50, below, interval=True)])
    if not rows:
        return
    yield "## How long it takes"
    yield ""
    yield (
        f"Median hours from door to door of the flows as assigned, simulated for a year, {SIMULATED.replications}"
        " replications; the interval is that of 95 % of the difference, both having the same luck. Where a queue grows"
        " all year, hours do too, and say how long the year was rather than how long it takes."
    )
    yield ""
    more = ["+-"] if below else []
    yield from table(
        ["From - to, family, unit", "units a year", *heads(below), *more], rows, right=2 + len(heads(below))
    )


def plans(figures: Keyed, below: str) -> Iterator[str]:
    """What a planner would offer."""
    asked = list(dict.fromkeys(key[2] for key in sorted(figures) if key[0] == "plan"))
    rows = []
    for name in asked:
        for family in ("", "middle"):
            hours = figures.get(("plan", "request", name, family, "hours"))
            if hours:
                told = [
                    _at(figures, "plan", "request", name, family, measure) for measure in ("hours", "usd", "kg_co2e")
                ]
                rows.append(
                    [
                        name.partition(":")[0],
                        family or "the best of all",
                        *(c for row in told for c in ends(row, below)),
                    ]
                )
    yield "## What a box of 40 feet is offered"
    yield ""
    yield "Ready on 1 July, general goods; without queues of this scenario's own making."
    yield ""
    both = [f"{what}{side}" for what in ("hours", "USD", "kg CO2e") for side in (("", " then") if below else ("",))]
    yield from table(["Request", "Family", *both], rows, right=len(both))


def fullest(figures: Keyed, below: str) -> Iterator[str]:
    """What is waited for, by the models and in the simulation, and where."""
    yield "## Where it is full"
    yield ""
    names = {key[2] for key in figures if key[:2] == ("assign", "resource")}

    def waiting(name: str) -> float:
        return _or_none(_at(figures, "assign", "resource", name, "", "waiting", anywhere=True)["after"])

    rows = []
    for name in sorted(names, key=lambda one: (-waiting(one), one))[:10]:
        parts = [
            _at(figures, "assign", "resource", name, "", what, anywhere=True) for what in ("used", "wait_h", "waiting")
        ]
        rows.append([f"`{name}`", *(cell for part in parts for cell in ends(part, below))])
    sides = ("", " then") if below else ("",)
    head = [f"{what}{side}" for what in ("used", "wait, h", "unit-days") for side in sides]
    yield "By the queueing models, the most waited for first:"
    yield ""
    yield from table(["Resource", *head], rows, right=len(head))
    for subject, what, title in (
        ("bottleneck", "Part and place", "In the simulation, unit-days a year that are queued for what could be more:"),
        ("place", "Place", "In the simulation, unit-days a year that are waited at each place, weather counted:"),
    ):
        found = [(key, row) for key, row in figures.items() if key[:2] == ("simulate", subject) and key[4] == "waiting"]
        found.sort(key=lambda one: (-_or_none(one[1]["after"]), one[0]))
        rows = [
            [f"`{key[2]}`{f', {key[3]}' if key[3] else ''}", *cells(row, below, interval=True)] for key, row in found
        ]
        if rows:
            yield title
            yield ""
            more = ["+-"] if below else []
            yield from table([what, *heads(below), *more], rows[:10], right=len(heads(below)) + len(more))


def not_in_it(found: Scenario, world: Mapping[str, str], by_hand: Sequence[str]) -> Iterator[str]:
    """What a reader must not take from the figures."""
    yield "## What is not in it"
    yield ""
    yield from (f"- {text}" for text in by_hand)
    yield "- New trade: the amounts between places stay as they are given, whatever the way costs."
    yield (
        "- Who moves from sea to rail, or to another place: goods part anew only among the families that goods with the"
        " same ends and of the same kind are counted on."
    )
    yield "- Another border: goods that are counted by the one they cross keep it, though a new one were nearer."
    for one in found.not_there:
        yield f"- `{one}`: not there in {found.year}, or it changes no number of the model."
    gap, left = number(world["gap"]), number(world["unsettled"])
    yield (
        f"- What the method leaves open: the relative gap of the flows is {gap:.0e}, and {left:.1%} of what was to take"
        " another way is still to."
    )
    yield ""


# --- cells


def heads(below: str) -> list[str]:
    return ["before", "then", "difference"] if below else [""]


def cells(row: Mapping[str, str], below: str, *, interval: bool = False) -> list[str]:
    """Before, after and the difference, or the figure alone where there is no base; and half of the interval."""
    before, after, difference, low, high = (number(row[side]) for side in SIDES)
    if not below:
        return [figure(after)]
    found = [figure(before), figure(after), signed(difference)]
    return [*found, "" if isnan(low) else figure((high - low) / 2)] if interval else found


def ends(row: Mapping[str, str], below: str) -> list[str]:
    """Before and after."""
    return [figure(number(row[side])) for side in (("before", "after") if below else ("after",))]


NO_MORE = 1e-6
"""Below which a difference is one of rounding, whatever its unit."""


def signed(difference: float) -> str:
    if isnan(difference):
        return ""
    return "0" if abs(difference) < NO_MORE else f"{'+' if difference > 0 else '-'}{figure(abs(difference))}"


NOTHING = dict.fromkeys(SIDES, "")


def _at(
    figures: Keyed, engine: str, subject: str, name: str, detail: str, measure: str, *, anywhere: bool = False
) -> Mapping[str, str]:
    """A figure; of one that was not kept nothing. `anywhere`: whatever its detail."""
    if anywhere:
        return next(
            (row for key, row in figures.items() if (*key[:3], key[4]) == (engine, subject, name, measure)), NOTHING
        )
    return figures.get((engine, subject, name, detail, measure), NOTHING)


def _or_none(text: str) -> float:
    found = number(text)
    return 0.0 if isnan(found) else found
