"""Print docs/scenarios/: a page for every ready scenario, one of all, and one of each promise alone.

    python tools/print_scenarios.py [--run [NAME ...]] [--workers N] [--check]

With `--run` the scenarios named are worked out anew, or all, with `bank` (the World Bank's measures one at a time) and
`promises` (each project and commitment alone): some ten minutes. What comes out is kept in
`middle_corridor/scenario_*.csv`, from which the pages are printed, with `scenario_discussion.csv`, written by hand: of
each scenario what happens and why. Its figures are addresses of kept ones, and each sentence says what must hold.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import karvan
import scenario_bank
import scenario_promises
import scenario_runs
import scenario_told
from flow_bench import number
from karvan.corridor import Corridor
from karvan.report.calibration import figure
from karvan.scenario.scenario import scenario
from print_simulation_validation import table
from scenario_runs import kept, mark, names, path_of

FOLDER = Path(__file__).parents[1] / "docs" / "scenarios"
TABLES = ("worlds", "figures", "promises", "bank", "discussion")
PROMISES, BANK = "promises", "bank"

HEAD = """\
# Ready scenarios

<!-- Printed by tools/print_scenarios.py from tools/middle_corridor/scenario_*.csv; `--run` works them out. -->

What comes with the package: each is a file that `--scenario NAME` of `plan`, `assign`, `simulate`, `compare` and
`appraise` takes, alone or joined with others by `+`. [Writing scenarios](../writing-scenarios.md) says how to write
your own. Every page tells what the scenario changes, what that stands on, what comes out, and what is not in it. *TEU*
and *Mt* are those of the Middle Corridor by rail and ship, as assigned; in brackets what they are more than in what the
scenario is held against.
"""

FOOT = """\
[Each promise alone](promises.md): every project by itself on the corridor of 2030, and every commitment that ties
several.

```console
python tools/print_scenarios.py --run --workers 2
python tools/print_scenarios.py --run world-bank bank
python tools/print_scenarios.py --check
```

`--run` works the figures out anew, all or those of the names given; the pages are printed from
`tools/middle_corridor/scenario_*.csv`. The same package gives the same figures bit for bit, on any number of workers.
"""


def index(corridor: Corridor) -> str:
    """The page of all of them."""
    rows = []
    for name in names(corridor):
        found, figures = scenario(corridor, name), scenario_told.figures_of(name)
        world = next(row for row in kept("worlds") if row["scenario"] == name)
        sizes = [figures["assign", "family", "middle", "", what] for what in ("teu", "tonnes")]
        told = []
        for row, size, digits in zip(sizes, (1.0, 1e6), (0, 2), strict=True):
            more = f" ({number(row['difference']) / size:+,.{digits}f})" if world["against"] else ""
            told.append(f"{number(row['after']) / size:,.{digits}f}{more}")
        left = figures["assign", "total", "", "", "unserved_tonnes"]
        below = f"`{world['against']}`" if world["against"] else ""
        kilotonnes = figure(number(left["after"]) / 1000)
        rows.append([f"[`{name}`]({name}.md)", found.title, str(found.year), below, *told, kilotonnes])
    lines = table(["Scenario", "What", "Year", "Held against", "TEU", "Mt", "unserved, kt"], rows, right=3)
    listed = ["```{toctree}", ":hidden:", "", *names(corridor), PROMISES, "```", ""]
    return "\n".join([HEAD, *lines, FOOT, *listed])


def pages(corridor: Corridor) -> dict[str, str]:
    """Every page by its file's name."""
    found = {f"{name}.md": scenario_told.page(corridor, name) for name in names(corridor)}
    found[f"{scenario_promises.BANK}.md"] += "\n" + "\n".join(scenario_bank.section())
    return {**found, "index.md": index(corridor), f"{PROMISES}.md": scenario_bank.promises(corridor)}


def problems(corridor: Corridor) -> Iterator[str]:
    """What keeps the pages from being whole, or true."""
    missing = [name for name in TABLES if not path_of(name).exists()]
    for name in missing:
        yield f"{path_of(name).name} | found no such file | make it with --run"
    if missing:
        return
    known = {row["scenario"]: row["mark"] for row in kept("worlds")}
    figured = {row["scenario"] for row in kept("figures")}
    for name in sorted({*names(corridor), *known, *figured}):
        if name not in corridor.scenarios:
            yield f"scenario_worlds.csv, row {name} | found no such scenario in the package | make it anew with --run"
        elif name not in known or name not in figured:
            yield f"scenario_worlds.csv | found nothing of {name} | make it with --run {name}"
        elif known[name] != mark(scenario(corridor, name)):
            yield f"scenario_worlds.csv, row {name} | found other changes then | make it anew with --run {name}"
    asked = {(kind, name, ";".join(of)) for kind, name, of in scenario_promises.undertakings(corridor)}
    found = {(row["kind"], row["id"], row["projects"]) for row in kept("promises")}
    for _, name, _ in sorted(asked ^ found):
        yield f"scenario_promises.csv, row {name} | found in one of package and file | make it anew with --run promises"
    cases = {case for case, _, _ in scenario_promises.cases(corridor)} | set(scenario_promises.BASES)
    for case in sorted(cases ^ {row["case"] for row in kept("bank")}):
        yield f"scenario_bank.csv, row {case} | found in one of package and file | make it anew with --run bank"
    if known.keys() == set(names(corridor)) and figured == known.keys():
        yield from scenario_told.untrue(corridor)
        told = {row["scenario"] for row in kept("discussion") if row["part"] == scenario_told.HAPPENS}
        for name in sorted(known.keys() - told):
            yield f"scenario_discussion.csv | found nothing of {name} | say what happens in it, and why"


def run(asked: list[str], workers: int) -> None:
    """Work out what is asked for; all where nothing is."""
    every = names(karvan.load())
    unknown = sorted(set(asked) - {*every, PROMISES, BANK})
    if unknown:
        sys.exit(f"no scenario {', '.join(unknown)}: give some of {', '.join([*every, BANK, PROMISES])}")
    wanted = asked or [*every, BANK, PROMISES]
    chosen = [name for name in every if name in wanted]
    if chosen:
        scenario_runs.run(chosen, workers)
    if BANK in wanted:
        scenario_promises.run_bank()
    if PROMISES in wanted:
        scenario_promises.run_promises(workers)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--run", nargs="*", metavar="NAME", help="work these out anew first: scenarios, bank, promises")
    ask.add_argument("--workers", type=int, default=2, help="threads of simulations, processes of promises")
    ask.add_argument("--check", action="store_true", help="compare with the pages on disk, write nothing")
    asked = ask.parse_args()
    if asked.run is not None:
        run(asked.run, asked.workers)
    corridor = karvan.load()
    wrong = list(problems(corridor))
    print("\n".join(wrong))
    if any("--run" in problem for problem in wrong):
        return 3
    fresh = pages(corridor)
    old = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    differs = sorted(name for name in {*fresh, *old} if fresh.get(name) != old.get(name))
    if differs and not asked.check:
        FOLDER.mkdir(exist_ok=True)
        for name in differs:
            if name in fresh:
                (FOLDER / name).write_text(fresh[name], encoding="utf-8")
            else:
                (FOLDER / name).unlink()
    print(f"{FOLDER.name}: {', '.join(differs) or 'nothing changed'}")
    return 3 if wrong or (differs and asked.check) else 0


if __name__ == "__main__":
    sys.exit(main())
