"""Print docs/validation-flows.md: the assignment beside what was published, and beside the simulator.

    python tools/print_flow_validation.py [--run [STEP ...] [--workers N]] [--check]

With `--run` the demand of the shipped package is assigned anew, which takes some minutes: all of it, or the steps named
(choice, short, worth, waits). What comes out is kept in `middle_corridor/flow_*.csv`, from which the page is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import flow_runs
import karvan
from flow_bench import SETTLING, TABLES, kept, number, path_of
from flow_choice import ALL, CHINA_EUROPE, LAND, OVERSEA, countable
from flow_told_short import GOAL_S, duals, what_is_short, what_it_is_worth, worst_dual
from flow_told_waits import queueing
from flow_told_ways import which_way
from karvan.corridor import Corridor

PAGE = Path(__file__).parents[1] / "docs" / "validation-flows.md"
MOST_OFF = 1e-4
"""By which a dual may differ from what is found by solving again."""

HEAD = """\
# The assignment held against what was published and against the simulation

<!-- Printed by tools/print_flow_validation.py from tools/middle_corridor/flow_*.csv; `--run` assigns anew. -->

What `karvan assign` makes of the shipped package: which way goods go, what is short, what one more would be worth, and
how far its queueing models are from the simulator. All is of the demand of 2024 where no other year is named.
[Flows](flows.md) says what the methods are.
"""


FOOT = """\
## How this page is made

```console
python tools/print_flow_validation.py --run --workers 2
python tools/print_flow_validation.py --run waits
python tools/print_flow_validation.py --check
```

`--run` makes the tables `tools/middle_corridor/flow_*.csv` anew, all or the steps named (`choice`, `short`, `worth`,
`waits`); the page is printed from them. Seconds are those of the machine that ran it; all else is the same bit for bit.
"""


def page(corridor: Corridor) -> str:
    """The whole page as Markdown."""
    parts = (which_way(corridor), what_is_short(), what_it_is_worth(), duals(), queueing())
    return "\n".join([HEAD, *(line for part in parts for line in part), FOOT])


def problems(corridor: Corridor) -> Iterator[str]:
    """What keeps the page from being whole, or from being good enough."""
    missing = [name for name in TABLES if not path_of(name).exists()]
    for name in missing:
        yield f"{path_of(name).name} | found no such file | make it with --run"
    if missing:
        return
    ids, found = {target.id for target in countable(corridor)}, {row["target"] for row in kept("targets")}
    for name in sorted(ids ^ found):
        yield f"flow_targets.csv, row {name} | found in one of package and file | make it anew with --run choice"
    for group in (LAND, OVERSEA, ALL, CHINA_EUROPE):
        if group not in {row["group"] for row in kept("theta")}:
            yield f"flow_theta.csv, row {group} | found nothing | make it anew with --run choice"
    if worst_dual() > MOST_OFF:
        yield f"flow_duals.csv | found a dual that is {worst_dual():.1e} off | mend the programme, not the page"
    for row in kept("solves"):
        if number(row["solve_s"]) > GOAL_S:
            yield f"flow_solves.csv, row {row['case']} | found {row['solve_s']} s | the goal is {GOAL_S:g} s"
    if number(kept("rounds")[-1]["gap"]) > SETTLING.settled:
        yield f"flow_rounds.csv | found a gap of {kept('rounds')[-1]['gap']} | give it more rounds"


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--run", nargs="*", metavar="STEP", choices=list(flow_runs.STEPS), help="assign anew first")
    ask.add_argument("--workers", type=int, default=2, help="threads of simulations")
    ask.add_argument("--check", action="store_true", help="compare with the page on disk, write nothing")
    asked = ask.parse_args()
    if asked.run is not None:
        flow_runs.run(asked.run or list(flow_runs.STEPS), asked.workers)
    corridor = karvan.load()
    wrong = list(problems(corridor))
    print("\n".join(wrong))
    if any("--run" in problem for problem in wrong):
        return 3
    fresh = page(corridor)
    differs = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh
    if differs and not asked.check:
        PAGE.write_text(fresh, encoding="utf-8")
    print(f"{PAGE.name}: {'differs' if differs else 'nothing changed'}")
    return 3 if wrong or (differs and asked.check) else 0


if __name__ == "__main__":
    sys.exit(main())
