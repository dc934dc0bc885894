"""How long the dispatch of a year takes: `python -m benchmarks.bench_power [HOURS] [--solvers]`.

The system is made up, of the size of Azerbaijan's: 5 zones, 6 markets, 25 plants, 4 reservoirs, 2 batteries, 12 ties of
all three rules, an electrolyser; 8,760 hours unless said. Told are the seconds of importing PyPSA, of building the
network and the linear programme, of solving, and the highest memory of the process; seconds of the clock and of the
processor, as they part on a machine that does other things as well. With `--solvers`, interior point with crossover,
too. Goal: a year under 180 s on two cores, everything included.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from karvan.grid.dispatch import Dispatch, dispatch
from karvan.grid.dispatched import Dispatched
from karvan.grid.system import Agreed, Electrolyser, Floats, Market, Plant, Store, System, Tie, Zone

GOAL_S = 180.0
OWN = ("A", "B", "C", "D", "N")
SHARES = (0.45, 0.2, 0.2, 0.1, 0.05)
ABROAD = ("GE", "TR", "RU", "IR", "CZ", "EU")


def wander(rng: np.random.Generator, hours: int, memory: float) -> Floats:
    """A process of mean 0 and variance 1 that forgets by that factor an hour."""
    noise, found = rng.standard_normal(hours), np.zeros(hours)
    for hour in range(1, hours):
        found[hour] = memory * found[hour - 1] + np.sqrt(1 - memory**2) * noise[hour]
    return found


def plants(rng: np.random.Generator, hours: int, season: Floats) -> list[Plant]:
    """14 thermal plants, 6 of sun, 3 of wind, 2 on rivers."""
    zero, clock = np.zeros(hours), np.arange(hours) % 24
    sun = np.clip(np.sin(2 * np.pi * (clock - 6) / 24), 0, None) * (0.75 - 0.25 * season)
    made = []
    for ix in range(14):
        share = 0.36 + 0.018 * ix
        made.append(Plant(f"gas{ix:02}", OWN[ix % 3 if ix < 11 else ix % 5], "thermal", "gas",
                          250.0 + 60 * (ix % 5) + 100 * (ix < 4), 30 / share + 1.5, 202 / share, 250 / share,
                          105 / share, np.full(hours, 0.85), np.full(hours, 0.15)))  # fmt: skip
    for ix in range(6):
        may = np.clip(sun * (0.8 + 0.2 * np.tanh(wander(rng, hours, 0.9))), 0, 1)
        made.append(Plant(f"sun{ix}", OWN[ix % 5], "solar", "solar", 150.0 + 50 * ix, 0, 0, 40, 0, may, zero))
    for ix in range(3):
        may = np.clip(0.38 + 0.3 * wander(rng, hours, 0.97), 0, 1)
        made.append(Plant(f"wind{ix}", OWN[ix % 2], "wind", "wind", 240.0 + 100 * ix, 0, 0, 12, 0, may, zero))
    for ix in range(2):
        made.append(Plant(f"river{ix}", OWN[2 + ix], "hydro", "hydro", 60, 0, 0, 10, 0, 0.4 - 0.2 * season, zero))
    return made


def stores(rng: np.random.Generator, hours: int, season: Floats) -> list[Store]:
    """4 reservoirs and 2 batteries."""
    made = []
    for ix in range(4):
        mw = 100.0 + 100 * ix
        inflow = mw * np.clip(0.3 - 0.15 * season + 0.05 * wander(rng, hours, 0.99), 0, 1)
        made.append(Store(f"dam{ix}", OWN[1 + ix], "hydro", "hydro", mw, mw * (200 + 300 * ix), 0, 1, inflow, 0, 10))
    zero = np.zeros(hours)
    return made + [Store(f"battery{ix}", OWN[ix], "battery", "", 125, 250, 0.93, 0.93, zero, 0.5, 30) for ix in (0, 1)]


def year(hours: int, seed: int = 1) -> System:
    """The made-up system."""
    rng, clock = np.random.default_rng(seed), np.arange(hours)
    day, season = np.sin(2 * np.pi * (clock % 24 - 8) / 24), np.cos(2 * np.pi * clock / 8760)
    total = 3300 * (1 + 0.18 * day + 0.15 * season + 0.03 * rng.standard_normal(hours))
    load = np.hstack([np.outer(total, SHARES), np.zeros((hours, len(ABROAD)))])
    ties = [Tie(one + other, one, other, mw, mw, 0.01, "") for one, other, mw in
            (("A", "B", 900), ("B", "C", 700), ("A", "C", 500), ("B", "D", 300), ("C", "D", 250))]  # fmt: skip
    ties += [Tie(one + other, one, other, mw, mw, 0.03, rule) for one, other, mw, rule in (
        ("C", "GE", 700, "agreed"), ("A", "RU", 350, "agreed"), ("B", "IR", 400, "agreed"), ("N", "TR", 150, "agreed"),
        ("N", "IR", 100, "agreed"), ("A", "CZ", 500, "free"), ("C", "EU", 1000, "green"))]  # fmt: skip
    markets = []
    for ix, name in enumerate(ABROAD):
        usd = np.clip(45 + 10 * ix + 8 * day + 6 * rng.standard_normal(hours), 0, None)
        markets.append(Market(name, usd, 60.0 if name == "EU" else 10.0, 300.0))
    agreed = [Agreed("CGE", 60.0 + 30 * season, np.full(hours, 5.0)), Agreed("ARU", np.full(hours, 20.0),
              np.full(hours, 10.0)), Agreed("BIR", np.full(hours, 5.0), np.full(hours, 8.0))]  # fmt: skip
    zones = [Zone(name, "AZ", market=False) for name in OWN] + [Zone(name, name, market=True) for name in ABROAD]
    return System(
        "made up", 2025, np.datetime64("2025-01-01T00"), tuple(zones), load, tuple(plants(rng, hours, season)),
        tuple(stores(rng, hours, season)), tuple(ties), tuple(markets), tuple(agreed),
        (Electrolyser("h2", "A", 50.0, 52.0, 2.5),),
    )  # fmt: skip


def measured(hours: int, solver: str) -> None:
    of = year(hours)
    began, worked = time.perf_counter(), time.process_time()
    found = dispatch(of, Dispatch(solver=solver))
    clock, processor = time.perf_counter() - began, time.process_time() - worked
    if not isinstance(found, Dispatched):
        print(f"{solver:8} {clock:6.1f} s  {found.said}")
        return
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    off = max(np.abs(found.imbalance()).max(), np.abs(found.leak()).max())
    print(
        f"{solver:8} {hours:,} hours: {clock:6.1f} s by the clock, {processor:6.1f} s of the processor; solving "
        f"{found.solver_seconds:.1f} s; {peak:.2f} GB; off balance {off:.0e} MW; "
        f"{found.objective / 1e6:.4f} million USD; goal {GOAL_S:.0f} s"
    )


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    count = int(words[0]) if words else 8760
    start, busy = time.perf_counter(), time.process_time()
    import pypsa  # noqa: F401

    print(f"import   {time.perf_counter() - start:6.1f} s by the clock, {time.process_time() - busy:6.1f} s")
    for each in ("simplex", "ipm") if "--solvers" in sys.argv[1:] else ("simplex",):
        measured(count, each)
