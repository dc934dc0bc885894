"""The models in every peer, side by side: `python -m benchmarks.peers [MODEL ...] [--units N] [--replications R]`.

Prints each mean with the half-width of its 95 % interval, under it how far it is from the first engine's in units of
the difference's standard error (beyond 3 something is wrong, if there are some 30 replications or more), and the speed:
the median of timed events a second, counted alike for all (`spec.Line.events`).
"""

from __future__ import annotations

import argparse

import numpy as np

from .replicate import MODELS, Estimate, engines, estimate, replicate


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description="The models in every peer, side by side.")
    parser.add_argument("models", nargs="*", default=list(MODELS), metavar="MODEL", help=f"of {', '.join(MODELS)}")
    parser.add_argument("--units", type=int, default=4000, help="units a replication (4000)")
    parser.add_argument("--replications", type=int, default=30, help="at least 2 (30)")
    parser.add_argument("--engines", help="some only, with commas: simpy,cimba; the first is the one compared with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes (1); more than one disturb the speeds")
    asked = parser.parse_args()
    for name in asked.models:
        if name not in MODELS:
            parser.error(f"MODEL | found {name} | give some of {', '.join(MODELS)}")
    if asked.replications < 2:
        parser.error(f"--replications | found {asked.replications} | give 2 or more")
    return asked


def side_by_side(name: str, asked: argparse.Namespace) -> None:
    """One model in all engines that are asked for."""
    model, measures = MODELS[name]
    chosen = [e for e in (asked.engines.split(",") if asked.engines else engines(model)) if e in engines(model)]
    print(f"\n{name}: {asked.replications} replications of {asked.units} units")
    print(f"  {'':12}" + "".join(f"{measure:>24}" for measure in measures) + f"{'Mevents/s':>12}")
    first: list[Estimate] = []
    for engine in chosen:
        runs = replicate(engine, model, asked.units, asked.replications, asked.seed, asked.workers)
        found = [estimate(runs[measure]) for measure in measures]
        speed = float(np.median(runs["events"] / runs["seconds"])) / 1e6
        told = "".join(f"{each.mean:>15.4f} ±{each.half_width:7.4f}" for each in found)
        print(f"  {engine:12}{told}{speed:>12.3f}", flush=True)
        if first:
            print(f"  {'':12}" + "".join(f"{'z':>15} {a.apart(b):+8.2f}" for a, b in zip(found, first, strict=True)))
        first = first or found


def main() -> None:
    asked = arguments()
    for name in asked.models:
        side_by_side(name, asked)


if __name__ == "__main__":
    main()
