"""Print docs/delays.md: mean waits as `karvan.flow` works them out beside those of the simulator.

    python tools/print_delays.py [--run [--workers N]]

With `--run` every case is simulated anew, which takes some quarter of an hour, and its figures go to
`delay_result.csv`; the page is printed from that file.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from math import sqrt
from pathlib import Path

import numpy as np

from karvan.flow.delays.delay import YEAR_H, ferries, sections, stations
from karvan.flow.delays.full import when_full
from karvan.sim import (
    Board,
    Load,
    Pace,
    Result,
    Serve,
    System,
    Time,
    Unload,
    exponential,
    fixed,
    gamma,
    replicate,
)
from karvan.sim.interval import Interval, interval

PAGE = Path(__file__).parents[1] / "docs" / "delays.md"
RESULT = Path(__file__).with_name("delay_result.csv")
SEED = 7
FEWEST, MOST = 24, 3000
"""Replications."""
ASKED = 0.01
"""Half width of the 95 % interval over the mean: replications go on until then, or until there are too many units."""
MOST_UNITS = 8e6
SMALL = 0.01
"""A wait below this share of a service or headway counts as so long, or the error of nothing would be without end."""


@dataclass(frozen=True)
class Case:
    """Something waited for, under a load."""

    group: str
    load: float
    """Of what can be served in the long run."""
    servers: int = 1
    service_h: float = 1.0
    service_cv2: float = 1.0
    arrival_cv2: float = 1.0
    lot: int = 1
    taken: int = 1
    up_h: float = 0.0
    shut_h: float = 0.0
    shut_cv2: float = 1.0
    open_h: float = 24.0
    headway_h: float = 0.0
    headway_cv2: float = 0.0
    slots: int = 0
    longest_h: float = 0.0

    @property
    def shut_share(self) -> float:
        return self.shut_h / (self.up_h + self.shut_h) if self.shut_h else 0.0

    @property
    def flow(self) -> float:
        """Units an hour. The load of what shuts is that of its open time, without what is finished after."""
        if self.group == "full":
            return self.load
        if self.slots:
            return self.load * self.slots / self.headway_h
        opened = (1 - self.shut_share) * self.open_h / 24
        return self.load * opened * self.servers * self.taken / self.service_h

    def model_h(self) -> float:
        if self.group == "full":
            return float(when_full(self.flow, self.slots, self.longest_h)[0])
        if self.slots:
            made = ferries(self.headway_h, self.slots, headway_cv2=self.headway_cv2)
        elif self.group == "section":
            made = sections(self.service_h)
        else:
            made = stations(
                self.servers, self.service_h, service_cv2=self.service_cv2, arrival_cv2=self.arrival_cv2, lot=self.lot,
                taken=self.taken, shut_share=self.shut_share, shut_h=self.shut_h, shut_cv2=self.shut_cv2,
                open_h=self.open_h,
            )  # fmt: skip
        return float(made.wait(self.flow)[0])

    @property
    def scale_h(self) -> float:
        return self.longest_h or self.headway_h or self.service_h


STEPS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.1)
FEW = (0.3, 0.6, 0.8, 0.95, 1.1)


def cases() -> Iterator[Case]:
    """The grid, group by group."""
    for c, cv2, load in product((1, 2, 4, 10, 40), (0.0, 0.5, 1.0, 2.0), STEPS):
        if load >= {10: 0.5, 40: 0.7}.get(c, 0.0):  # below, nobody waits
            yield Case("station", load, c, 1.0, cv2)
    for c, arrival_cv2, load in product((1, 4, 10), (0.0, 0.5, 3.0), (0.5, 0.8, 0.95, 1.1)):
        yield Case("arrivals", load, c, 1.0, 0.5, arrival_cv2)
    for (c, lot), cv2, load in product(((1, 10), (3, 52), (10, 52), (10, 5)), (0.0, 1.0), FEW):
        yield Case("lots", load, c, 0.2, cv2, lot=lot)
    for (c, taken, h), cv2, load in product(((2, 52, 0.5), (1, 10, 1.0), (4, 4, 1.0), (3, 20, 1.0)), (0.0, 1.0), FEW):
        yield Case("together", load, c, h, cv2, taken=taken)
    shut = ((1, 0.2, 400.0, 20.0, 1.0), (2, 1.0, 200.0, 40.0, 1.0), (2, 9.0, 700.0, 86.0, 0.07),
            (4, 0.5, 700.0, 86.0, 0.07))  # fmt: skip
    for (c, h, up, down, cv2), load in product(shut, (0.3, 0.6, 0.8, 0.95, 1.05)):
        yield Case("closures", load, c, h, up_h=up, shut_h=down, shut_cv2=cv2)
    for (c, h, opened), load in product(((3, 0.5, 14.0), (1, 1.5, 9.0)), (0.3, 0.6, 0.8, 0.95, 1.1)):
        yield Case("hours", load, c, h, open_h=opened)
    for slots, cv2, load in product((10, 54, 250), (0.0, 0.1, 1.0), (0.3, 0.6, 0.8, 0.9, 0.95, 1.0, 1.1)):
        yield Case("ferry", load, headway_h=24.0, slots=slots, headway_cv2=cv2)
    for load in STEPS:
        yield Case("section", load, service_h=2.0, service_cv2=0.0)
    for slots, load in product((5, 40), (0.02, 0.2, 1.0, 5.0)):
        yield Case("full", load, slots=slots, longest_h=24.0)


def varied(mean: float, cv2: float) -> Time:
    return exponential(mean) if cv2 == 1 else gamma(mean, sqrt(cv2)) if cv2 else fixed(mean)


def system_of(case: Case, hours: float) -> System:
    """The case as a system; units come for a year, and all are served."""
    made = System()
    if case.slots:
        made.program("unit", [Board("quay", alight=1)])
        made.program("ferry", [Load("quay"), Unload(1)])
        if case.group == "full":
            made.queue("quay", calls="ferry", capacity=case.slots, longest_h=case.longest_h)
        else:
            made.queue("quay")
            # begun long before, so that the first interval is as any that a unit comes into
            every = varied(case.headway_h, case.headway_cv2)
            first = 0.0 if case.headway_cv2 == 1 else -50.5 * case.headway_h
            made.source("sailings", "ferry", every=every, capacity=case.slots, first_h=first)
    elif case.group == "section":
        made.section("line", case.service_h)
        made.program("unit", [Pace("line", fixed(0.0))])
    else:
        made.station("c", case.servers, batch=case.taken)
        made.program("unit", [Serve("c", varied(case.service_h, case.service_cv2))])
        if case.shut_h:
            made.closure("storm", [(1e9, 1 / case.up_h)], varied(case.shut_h, case.shut_cv2))
            made.gate("storms", closures=["storm"], stations=["c"])
        if case.open_h < 24:
            nights = [(24.0 * d, 24.0 * d + 24 - case.open_h) for d in range(int(hours / 24) + 1)]
            made.gate("hours", nights, stations=["c"], hours=True)
    if case.arrival_cv2 == 1:
        made.source("in", "unit", rates=[(YEAR_H, case.flow / case.lot), (1e9, 0.0)], lot=case.lot)
    else:
        gaps = varied(1 / case.flow, case.arrival_cv2)
        made.source("in", "unit", every=gaps, limit=int(case.flow * YEAR_H))
    return made


def simulated(case: Case, seed: int, workers: int) -> Interval:
    """The mean wait of those who come within a year, over replications until it is known as well as asked."""
    hours = YEAR_H * max(case.load if case.group != "full" else 1.0, 1.0) * 1.3 + 300 * case.scale_h + 10 * case.shut_h
    system = system_of(case, hours)

    def run(n: int) -> Interval:
        return waited(replicate(system, hours=hours, seed=seed, replications=n, workers=workers), case)

    found = run(FEWEST)
    units = case.flow * YEAR_H
    more = FEWEST * (found.half_width / max(found.mean, SMALL * case.scale_h) / ASKED) ** 2 * 1.1
    n = int(min(more, MOST, (4 if case.shut_h else 1) * MOST_UNITS / units))
    return run(n) if n > FEWEST else found


def waited(result: Result, case: Case) -> Interval:
    if case.group == "section":
        return interval([one.groups["path_h"][0] / one.groups["delivered"][0] for one in result.outcomes])
    table, left = ("queues", "boarded") if case.slots else ("stations", "served")
    for one in result.outcomes:
        if getattr(one, table)["left"][0]:
            raise ValueError(f"{case}: {getattr(one, table)['left'][0]} still wait at the end")
        if not getattr(one, table)[left][0]:
            raise ValueError(f"{case}: nobody came")
    return interval([float(getattr(one, table)["wait_h"][0]) for one in result.outcomes])


def run(workers: int) -> None:
    """Simulate all cases and write their figures."""
    with RESULT.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*(field.name for field in fields(Case)), "simulated_h", "half_width_h", "n"])
        for number, case in enumerate(cases()):
            found = simulated(case, SEED + number, workers)
            out.writerow([*asdict(case).values(), f"{found.mean:.6g}", f"{found.half_width:.3g}", found.n])


@dataclass(frozen=True)
class Held:
    """A case, its simulated wait and the model's."""

    case: Case
    found_h: float
    half_h: float
    n: int
    model_h: float

    @property
    def error(self) -> float:
        return (self.model_h - self.found_h) / max(self.found_h, SMALL * self.case.scale_h)

    @property
    def unsure(self) -> float:
        return self.half_h / max(self.found_h, SMALL * self.case.scale_h)


def stored() -> list[Held]:
    """The cases on file, each with the model's wait."""
    kept = []
    with RESULT.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            case = replace(Case(row["group"], 0.0), **{
                field.name: (int if field.type == "int" else float)(row[field.name])
                for field in fields(Case)
                if field.name != "group"
            })  # fmt: skip
            found, half, n = float(row["simulated_h"]), float(row["half_width_h"]), int(row["n"])
            kept.append(Held(case, found, half, n, case.model_h()))
    return kept


TITLES = {
    "station": "Stations: servers and the spread of services",
    "arrivals": "Stations: other arrivals than by chance, services of cv2 0.5",
    "lots": "Stations: units that come in lots, services of 0.2 h",
    "together": "Stations: several served together",
    "closures": "Closures by chance, services of cv2 1",
    "hours": "Opening hours, services of cv2 1",
    "ferry": "Ferries every 24 h",
    "section": "Sections of line, a path every 2 h",
    "full": "Vehicles that leave when full, or after 24 h",
}
KEYS: dict[str, tuple[tuple[str, str], ...]] = {
    "station": (("servers", "Servers"), ("service_cv2", "cv2")),
    "arrivals": (("servers", "Servers"), ("arrival_cv2", "cv2 of arrivals")),
    "lots": (("servers", "Servers"), ("lot", "Lot"), ("service_cv2", "cv2")),
    "together": (("servers", "Servers"), ("taken", "Together"), ("service_h", "Service, h"), ("service_cv2", "cv2")),
    "closures": (("servers", "Servers"), ("service_h", "Service, h"), ("up_h", "Open, h"), ("shut_h", "Shut, h"),
                 ("shut_cv2", "cv2 of it")),
    "hours": (("servers", "Servers"), ("service_h", "Service, h"), ("open_h", "Hours a day")),
    "ferry": (("slots", "Slots"), ("headway_cv2", "cv2 of headway")),
    "section": (),
    "full": (("slots", "Slots"),),
}  # fmt: skip

HEAD = """\
# Waits as functions of flow, held against the simulator

<!-- Printed by tools/print_delays.py from tools/delay_result.csv; `--run` simulates anew. -->

An assignment needs the mean wait at a facility for any flow, at once, and how it rises; the simulator finds it in
minutes. `karvan.flow.delays` works it out from the queueing model of each facility ([semantics](semantics.md), §7). On
this page each is beside the simulator, which knows nothing of the formulas.

- **Wait** is the mean of all who come within a year of 8,760 h that begins with nobody waiting, in hours, also where
  more come than can be served.
- **Load** is flow over what can be served in the long run. Of what shuts it is told by the open time alone; a service
  under way when it shuts is finished, so that such a station bears a little more. Where vehicles leave when full, the
  column is the flow, units an hour.
- **Simulated** is the mean of {fewest} to {most} replications, with the half width of its 95 % interval. Each case has
  a seed of its own, from {seed} on.
- **Error** is the model's wait less the simulated one, in per cent of it. A wait below {small:.0%} of a service or
  headway counts as so long. In **bold** stand errors above 5% that chance does not explain.
- **Fitted** to simulations were: a factor for arrivals more even than by chance before several servers, and the halves
  of which those less even are made (one and four servers; those with ten were left out); how servers that take several
  come to begin one after another (all such cases but those of three servers); and the power of the load with which
  waits come to span nights (four other stations). Two numbers of the time that it takes to settle were fitted to the
  mean of reflected Brownian motion, which is known. All else is as the cited papers have it, or derived.

A berth with storms, at 0.1 and 0.25 ships an hour of the 0.2 that it can serve; and a ferry:

```python
>>> from karvan.flow.delays.delay import ferries, stations
>>> berth = stations(servers=2, service_h=9, service_cv2=0.25, shut_share=0.1, shut_h=86, shut_cv2=0.07)
>>> [round(float(berth.wait(ships)[0])) for ships in (0.1, 0.25)]
[11, 1091]
>>> strait = ferries(headway_h=19, slots=54, headway_cv2=0.1)
>>> round(float(strait.wait(2.2)[0]), 1)
12.1

```
"""

TAIL = """\
## Where it falls short

- **Closures near saturation.** The year begins open, and a few long closures are no Brownian motion: where they make
  most of the wait it comes out some per cent too long from a load of 0.95 on.
- **Many servers at saturation** wait too little and too unevenly for a year to tell: the simulator's own intervals are
  about a quarter of the wait there.
- **Clumps that are no lots.** Arrivals of cv2 3 before several servers at half load wait a third to three quarters
  longer than is told, some minutes; near saturation it agrees. Where units come in lots, say the lot.
- **Small lots before many servers.** Five boxes before ten cranes hardly ever wait; with even services they do so a
  third more than the model says, which is seconds.
- **Nights.** Where services are long against the hours of a day, what is left of a day decides more than is told here.
- **Several together in even times** depends on how servers fall into step, which is told roughly.
- **Vehicles that leave when full** wait less the more come. With such waits an equilibrium need not be the only one.
- **Rooms that fill up** and block what comes before them are the simulator's to tell. That a ferry lets out a shipload
  at once into the next queue has to be said as a lot.
"""


def page() -> str:
    """The whole page as Markdown."""
    helds = stored()
    words = {"fewest": min(h.n for h in helds), "most": max(h.n for h in helds), "seed": SEED, "small": SMALL}
    return "\n".join([HEAD.format(**words), *summary(helds), *sections_of(helds), TAIL])


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield line(head)
    yield line(["---:"] * len(head))
    yield from map(line, rows)
    yield ""


def is_left_out(case: Case, group: str, servers: int) -> bool:
    return case.group == group and case.servers == servers


def summary(helds: list[Held]) -> Iterator[str]:
    """Errors of each group."""
    groups = {title: [held for held in helds if held.case.group == group] for group, title in TITLES.items()}
    groups["Of arrivals, what was left out of fitting"] = [h for h in helds if is_left_out(h.case, "arrivals", 10)]
    groups["Of several together, what was left out"] = [h for h in helds if is_left_out(h.case, "together", 3)]
    groups["all"] = helds
    rows = []
    for title, of in groups.items():
        size = np.abs([held.error for held in of])
        within = sum(abs(held.error) <= held.unsure for held in of)
        rows.append([title, str(len(of)), *(f"{x:.1%}" for x in (*np.quantile(size, (0.5, 0.9)), size.max())),
                     f"{within / len(of):.0%}"])  # fmt: skip
    yield "## In short"
    yield ""
    yield "Sizes of errors, and how many of the model's waits are inside the simulator's own interval."
    yield ""
    yield from table(["What", "Cases", "Median", "P90", "Worst", "Inside"], rows)


def sections_of(helds: list[Held]) -> Iterator[str]:
    for group, title in TITLES.items():
        yield f"## {title}"
        yield ""
        names = [title for _, title in KEYS[group]]
        load = "Flow" if group == "full" else "Load"
        rows = (row(held) for held in helds if held.case.group == group)
        yield from table([*names, load, "Model", "Simulated", "+-", "Error"], rows)


def row(held: Held) -> list[str]:
    keys = [f"{getattr(held.case, name):g}" for name, _ in KEYS[held.case.group]]
    error = f"{held.error:+.1%}"
    off = abs(held.error) > max(0.05, held.unsure)
    waits = [f"{held.model_h:.4g}", f"{held.found_h:.4g}", f"{held.half_h:.2g}"]
    return [*keys, f"{held.case.load:g}", *waits, f"**{error}**" if off else error]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--run", action="store_true", help="simulate all cases anew")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    if asked.run:
        run(asked.workers)
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name}: {len(stored())} cases")


if __name__ == "__main__":
    main()
