"""Print docs/validation-simulation.md: published throughputs, queues and times beside the simulated ones.

    python tools/print_simulation_validation.py [--run [--workers N]] [--check]

With `--run` the shipped package is simulated anew, which takes some minutes, and its figures go to
`middle_corridor/sim_result.csv`; the page is printed from that file, the targets of the package, and
`middle_corridor/sim_discussion.csv`, which says of every target that is off by more than a quarter why.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import isnan, nan
from pathlib import Path
from statistics import median

import build_middle_corridor as builder
import karvan
import sim_targets
from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.report.calibration import figure
from karvan.scenario import bend, read_change
from karvan.sim.held import NEAR, Held
from karvan.sim.interval import Interval
from karvan.study.calibrate import Calibrate
from karvan.study.figures import demand_year, hold_run
from karvan.study.simulate import Simulate, simulate

PAGE = Path(__file__).parents[1] / "docs" / "validation-simulation.md"
RESULT = builder.RECIPES / "sim_result.csv"
DISCUSSION = builder.RECIPES / "sim_discussion.csv"
PARAMETERS = builder.RECIPES / "sim_parameters.csv"
ASK = Simulate(days=365, replications=20, seed=1)
"""What is simulated, for each year that the package has demand of."""
CHANGES = {
    2025: {
        "service/kmtf-aktau-alat/fleet=6": "C0078: four feeders of Kazmortransflot and two of ASCO",
        "facility/DOSTYK-border-in/servers=3": "RT-NC-180: 28 trains a day are exchanged from July, twice as many",
    }
}
"""What the package, which is of 2024, has other in a later year, and by which fact."""
MOST_OUTSIDE = 1 / 3
"""Of the figures that were not fitted, at most this share may be off by more than a quarter."""
UNITS = {"TEU/yr": "TEU", "t/yr": "t", "1/yr": "", "truck": "trucks", "wagon": "wagons", "train": "trains"}
"""How units are written beside a figure of a year, or of a queue."""
TITLES = {
    "throughput": "Throughputs",
    "departures": "Trains and ships",
    "door": "Times from place to place",
    "sojourn": "Times at borders, ports and changes of gauge",
    "wait": "Waits",
    "queue": "Queues",
    "use": "Loads and uses",
}

HEAD = """\
# The simulation held against what was published

<!-- Printed by tools/print_simulation_validation.py from the targets of the shipped package and
tools/middle_corridor/sim_result.csv; `--run` simulates anew. -->

Every throughput, queue, wait and time that was published for the years 2022 to 2025, and that the simulator has the
like of, is on this page: beside the simulated figure, or with the reason why nothing of ours is like it.

- **Simulated** is the mean of {replications} replications of {days:g} days, seed {seed}, with the half width of its
  95 % interval. Figures of 2025 that were not fitted are held against the demand of 2025, all others against that of
  2024. The package is of 2024; for 2025 these are set: {changes}.
- **Ratio** is simulated over published. In **bold** stand those that lie outside the published range by more than
  {near:.0%}; the table below each section says why.
- **Fitted** figures are those that the calibration was given; that they agree says little. All others were only
  compared with. Of these, *used* says that numbers of the package stand on the same facts, so that agreement may be by
  construction: a check that nothing is lost on the way, and no more.
- Throughputs and departures are of a year. A source that says so of a month or of half a year was stretched to one.
- What is counted, in a table `target`, is told in [the package's tables](package.md#table-target).
"""


def years(corridor: Corridor) -> list[int]:
    return sorted({row.year for row in corridor.rows("demand")})


def year_of(target: Row, corridor: Corridor) -> int:
    """The year whose demand a target is held against: of a fitted one that of the calibration."""
    return Calibrate().year if target.role == "fit" else demand_year(target, years(corridor))


def run(workers: int) -> None:
    """Simulate the shipped package and write the figures of its targets."""
    corridor = karvan.load()
    rows: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for year in years(corridor):
            ask = replace(ASK, year=year)
            then = bend(corridor, [read_change(change) for change in CHANGES.get(year, ())])
            found = simulate(then, ask=ask, workers=workers, out=Path(folder) / str(year))
            targets = [row for row in corridor.rows("target") if year_of(row, corridor) == year]
            rows += [result_row(held, year) for held in hold_run(then, ask, found, targets)]
    with RESULT.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(sorted(rows, key=lambda row: row["target"]))


def result_row(held: Held, year: int) -> dict[str, str]:
    """A figure as the file holds it: six digits, empty where nobody passes."""
    one = held.simulated
    ends = {name: "" if isnan(value) else f"{value:.6g}" for name, value in
            (("mean", one.mean), ("low", one.low), ("high", one.high))}  # fmt: skip
    return {"target": held.target.id, "demand_year": str(year), **ends, "n": str(one.n)}


def stored(corridor: Corridor) -> list[Held]:
    """The targets of the package beside the figures on file. Raises KeyError for a target that has none."""
    kept = {row["target"]: row for row in builder.read(RESULT)}

    def number(text: str) -> float:
        return float(text) if text else nan

    return [
        Held(
            target,
            Interval(*(number(kept[target.id][end]) for end in ("mean", "low", "high")), int(kept[target.id]["n"])),
        )
        for target in corridor.rows("target")
    ]


def page(corridor: Corridor) -> str:
    """The whole page as Markdown."""
    helds = stored(corridor)
    set_then = (f"`{change}` ({why})" for changes in CHANGES.values() for change, why in changes.items())
    words = {"replications": ASK.replications, "days": ASK.days, "seed": ASK.seed, "near": NEAR}
    words["changes"] = "; ".join(set_then)
    return "\n".join(
        [HEAD.format(**words), *summary(helds), *calibration(), *sections(corridor, helds), *not_compared()]
    )


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: int = 0) -> Iterator[str]:
    """A table, its last `right` columns set to the right."""
    yield line(head)
    yield line(["---"] * (len(head) - right) + ["---:"] * right)
    yield from map(line, rows)
    yield ""


def is_there(held: Held) -> bool:
    return not isnan(held.simulated.mean)


def unfitted(helds: Iterable[Held]) -> list[Held]:
    """Targets that were only compared with, and that somebody passes in the simulation."""
    return [held for held in helds if held.target.role == "compare" and is_there(held)]


def summary(helds: list[Held]) -> Iterator[str]:
    """How many agree: fitted, not fitted, and of those the ones that nothing of ours stands on."""
    by_hand = used()
    groups = {
        "fitted": [held for held in helds if held.target.role == "fit" and is_there(held)],
        "not fitted": unfitted(helds),
        "of these *used*": [held for held in unfitted(helds) if by_hand[held.target.id]],
        "of these true checks": [held for held in unfitted(helds) if not by_hand[held.target.id]],
        "not fitted, of the year 2024": [held for held in unfitted(helds) if held.target.year == 2024],
    }
    rows = []
    for title, group in groups.items():
        outside = sum(not held.is_near for held in group)
        ratios = [held.ratio for held in group if held.ratio > 0]
        rows.append(
            [title, str(len(group)), f"{outside} ({outside / max(len(group), 1):.0%})", f"{median(ratios):.2f}"]
        )
    yield "## In short"
    yield ""
    yield from table(["Figures", "compared", f"off by more than {NEAR:.0%}", "median ratio"], rows, right=3)
    skipped = sum(row["role"] == "skip" for row in sim_targets.read())
    nobody = sum(not is_there(held) for held in helds)
    yield (
        f"{skipped} more rows of published figures are of no kind that is simulated, and of {nobody} nobody goes that"
        " way in the simulation: see [the end of the page](#not-compared)."
    )
    yield ""


def used() -> dict[str, str]:
    """Numbers of the package that stand on the facts of each target."""
    return {row["id"]: row["used_in_basis"] for row in sim_targets.read()}


def calibration() -> Iterator[str]:
    """The parameters that were found."""
    rows = [
        [row["id"], row["factor"], f"{row['low']} - {row['high']}", row["spread_before"], row["spread_after"],
         f"at its {row['at_bound']} end" if row["at_bound"] else "" if row["told"] else "hardly told",
         row["moves"].replace(";", ", ")]
        for row in builder.read(PARAMETERS)
    ]  # fmt: skip
    yield "## What was calibrated"
    yield ""
    if not rows:
        yield "Nothing yet: the figures marked *fitted* are those that a calibration may use, and stand as they are."
        yield ""
        return
    yield (
        "Factors on numbers that nobody has published as they are (table `free` of the package), fitted to the figures"
        " that are marked so. The spread is that of the factor's logarithm; where the figures leave it as wide as it"
        " was, they do not tell that parameter."
    )
    yield ""
    yield from table(["Parameter", "Factor", "Range", "Spread before", "after", "", "Moves"], rows)


def sections(corridor: Corridor, helds: list[Held]) -> Iterator[str]:
    """A table for each kind of quantity, and under it the reasons of those that are off."""
    by_hand, why = used(), {row["target"]: row["why"] for row in builder.read(DISCUSSION)}
    for kind, title in TITLES.items():
        chosen = sorted(
            (held for held in helds if held.target.quantity.split("_")[0] == kind and is_there(held)),
            key=lambda held: (held.target.role != "fit", held.target.id),
        )
        if not chosen:
            continue
        yield f"## {title}"
        yield ""
        head = ["Figure", "Facts", "Counted", "Year", "", "Published", "Simulated", "+-", "Ratio"]
        yield from table(head, [row(corridor, held, by_hand) for held in chosen], right=4)
        outside = [
            [held.target.id, why.get(held.target.id, "Not explained yet.")] for held in chosen if not held.is_near
        ]
        if outside:
            yield f"Off by more than {NEAR:.0%}:"
            yield ""
            yield from table(["Figure", "Why"], outside)


def row(corridor: Corridor, held: Held, by_hand: dict[str, str]) -> list[str]:
    target = held.target
    basis = corridor.evidence.find_basis("target", target.id, "value")
    facts = ", ".join(basis.facts) if basis else ""
    marks = "fitted" if target.role == "fit" else "*used*" if by_hand[target.id] else ""
    ratio = f"{held.ratio:.2f}"
    return [target.id, facts, target.perimeter, str(target.year), marks, published(target), figure(held.simulated.mean),
            figure(held.simulated.half_width), ratio if held.is_near else f"**{ratio}**"]  # fmt: skip


def published(target: Row) -> str:
    ends = [target.value if end is None else end for end in (target.low, target.high)]
    unit = UNITS.get(target.unit, target.unit)
    told = figure(target.value) if ends[0] == ends[1] else f"{figure(ends[0])} - {figure(ends[1])}"
    return f"{told} {unit}".strip()


def not_compared() -> Iterator[str]:
    """Figures of no kind that is simulated, by reason; and those that nobody goes by."""
    corridor = karvan.load()
    nobody = [[held.target.id, held.target.perimeter] for held in stored(corridor) if not is_there(held)]
    yield "## Not compared"
    yield ""
    if nobody:
        yield "Nobody goes that way in the simulation, so that there is nothing to measure:"
        yield ""
        yield from table(["Figure", "Counted"], nobody)
    yield "Of no kind that is simulated:"
    yield ""
    reasons: dict[str, list[str]] = {}
    for one in sim_targets.read():
        if one["role"] == "skip":
            reasons.setdefault(one["reason"], []).extend(re.split("[;+]", one["facts"]))
    yield from table(["Why", "Facts"], [[why, ", ".join(facts)] for why, facts in reasons.items()])


def problems(corridor: Corridor) -> Iterator[str]:
    """What keeps the page from being whole: targets without a figure, figures without a target, and what is off and not
    discussed."""
    ids = Counter(target.id for target in corridor.rows("target"))
    kept = Counter(row["target"] for row in builder.read(RESULT))
    for name in sorted((ids - kept) + (kept - ids)):
        yield f"sim_result.csv, row {name} | found {kept[name]} rows for {ids[name]} targets | run it anew with --run"
    if ids != kept:
        return
    discussed = {row["target"] for row in builder.read(DISCUSSION) if row["why"]}
    outside = {held.target.id for held in stored(corridor) if is_there(held) and not held.is_near}
    for name in sorted(outside - discussed):
        yield f"sim_discussion.csv, row {name} | found nothing | say why it is off"
    for name in sorted(discussed - set(ids)):
        yield f"sim_discussion.csv, row {name} | found no such target | take it out"
    compared = unfitted(stored(corridor))
    share = sum(not held.is_near for held in compared) / max(len(compared), 1)
    if share > MOST_OUTSIDE:
        found = f"{share:.0%} of what was not fitted off by more than {NEAR:.0%}"
        yield f"the page | found {found} | mend the model, not the page"


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--run", action="store_true", help="simulate anew first")
    ask.add_argument("--workers", type=int, default=2, help="threads")
    ask.add_argument("--check", action="store_true", help="compare with the page on disk, write nothing")
    asked = ask.parse_args()
    if asked.run:
        run(asked.workers)
    corridor = karvan.load()
    wrong = list(problems(corridor))
    print("\n".join(wrong))
    if any("sim_result" in problem for problem in wrong):
        return 3
    fresh = page(corridor)
    differs = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh
    if differs and not asked.check:
        PAGE.write_text(fresh, encoding="utf-8")
    print(f"{PAGE.name}: {'differs' if differs else 'nothing changed'}")
    return 3 if wrong or (differs and asked.check) else 0


if __name__ == "__main__":
    sys.exit(main())
