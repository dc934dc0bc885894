"""What is wrong with a system before it is run: numbers that are none, and programs that cannot go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import inf
from numbers import Integral
from typing import TYPE_CHECKING

from karvan.ground.errors import InputError, Problem, shown
from karvan.sim.step import Await, Board, Load, Release, Repeat, Seize, Serve, Step, Unload, WhenEmpty

if TYPE_CHECKING:
    from karvan.sim.system import Program, Queue, System

MOST = 1_000_000_000
"""The largest count: of servers, sizes and the like."""
WORD = 1 << 32
"""Seeds and numbers of replications are 32 bits each."""


def refuse(problems: Sequence[Problem]) -> None:
    """InputError if there are any."""
    if problems:
        raise InputError("the system", problems)


def whole(address: str, value: object, least: int) -> list[Problem]:
    """A problem unless the value is a whole number in range."""
    if isinstance(value, Integral) and least <= int(value) <= MOST:
        return []
    return [Problem(address, shown(value), f"give a whole number from {least} to {MOST:,}")]


def hours(address: str, value: float, least: float = 0.0) -> list[Problem]:
    """A problem unless the value is a finite number of at least so much."""
    if least <= value < inf:
        return []
    return [Problem(address, shown(value), "give hours" if least == -inf else f"give hours, {least:g} or more")]


def rates(address: str, pieces: Sequence[tuple[float, float]]) -> list[Problem]:
    """Problems of (until when in hours, rate per hour), which are to be in order."""
    problems, last = [], -inf
    for number, (until, rate) in enumerate(pieces):
        if not last < until:
            problems.append(
                Problem(f"{address}, piece {number}", f"until {until} h", f"give more than {last:g}: in order")
            )
        if not 0 <= rate < inf:
            problems.append(Problem(f"{address}, piece {number}", f"{rate} per hour", "give a rate of 0 or more"))
        last = until
    return problems


def numbers(system: System) -> list[Problem]:
    """Problems of numbers in steps."""
    return [
        problem
        for program in system.programs.values()
        for number, step in enumerate(program.steps)
        for problem in _numbers(step, f"program {program.name}, step {number}", len(program.steps))
    ]


def run(
    hours_h: float, warmup_h: float, sample_h: float | None, seed: int, replications: Sequence[int], workers: int
) -> list[Problem]:
    """Problems of a run that is asked for."""
    problems = hours("warmup_h", warmup_h) + whole("workers", workers, 1)
    for name, value in (("hours", hours_h), ("sample_h", sample_h)):
        if value is not None and not 0 < value < inf:
            problems.append(Problem(name, shown(value), "give hours, more than 0"))
    if not 0 <= seed < WORD:
        problems.append(Problem("seed", shown(seed), f"give a whole number from 0 to {WORD - 1:,}"))
    wrong = not replications or len(set(replications)) < len(replications) or min(replications) < 0
    if wrong or max(replications) >= WORD:
        found = shown(str(list(replications))) if len(replications) else "none"
        problems.append(
            Problem("replications", found, f"give one or more, or numbers from 0 to {WORD - 1:,}, each once")
        )
    return problems


def inconsistencies(system: System) -> list[Problem]:
    """Problems of programs with those who run them; names that are not there are for others to tell."""
    problems: list[Problem] = []
    vehicles, units = _who_runs(system)
    for program in system.programs.values():
        if not program.steps:
            problems.append(Problem(f"program {program.name}", "no steps", "give at least one"))
        for number, step in enumerate(program.steps):
            where = f"program {program.name}, step {number}"
            problems += _of_the_wrong_kind(step, where, vehicles.get(program.name), units.get(program.name))
            if isinstance(step, Seize) and step.station in system.stations and system.stations[step.station].batch > 1:
                found = f"seizes at {step.station}, which takes batches"
                problems.append(Problem(where, found, "seize at a station that takes one at a time"))
        problems += _given_back(program, 0)
    for queue in system.queues.values():
        problems += _called(system, queue)
        problems += _ridden(system, queue, units, {name: system.programs[name] for name in vehicles})
    return problems


def _who_runs(system: System) -> tuple[dict[str, str], dict[str, str]]:
    """Programs run by vehicles and those run by units, each with who runs it."""
    vehicles = {fleet.program: f"fleet {fleet.name}" for fleet in system.fleets.values()}
    vehicles |= {queue.calls: f"queue {queue.name}" for queue in system.queues.values() if queue.calls}
    vehicles |= {source.program: f"source {source.name}" for source in system.sources.values() if source.capacity}
    units = {source.program: f"source {source.name}" for source in system.sources.values() if not source.capacity}
    known = system.programs
    return {p: who for p, who in vehicles.items() if p in known}, {p: who for p, who in units.items() if p in known}


def _numbers(step: Step, where: str, steps: int) -> list[Problem]:
    """Numbers of a step that are out of range."""
    if isinstance(step, Board):
        return whole(f"{where}, size", step.size, 1) + whole(f"{where}, alight", step.alight, 0)
    if isinstance(step, (Unload, Seize, Release)):
        name, value, least = ("stop", step.stop, 0) if isinstance(step, Unload) else ("n", step.n, 1)
        return whole(f"{where}, {name}", value, least)
    if isinstance(step, Load) and step.longest_h is not None:
        return hours(f"{where}, longest_h", step.longest_h)
    if isinstance(step, Await):
        return [problem for instant in step.instants_h for problem in hours(f"{where}, instants_h", instant)]
    if isinstance(step, (Repeat, WhenEmpty)):
        last = steps - 1 if isinstance(step, Repeat) else steps
        if not 0 <= step.step <= last:
            return [Problem(f"{where}, step", shown(step.step), f"give 0 to {last}")]
    return []


def _of_the_wrong_kind(step: Step, where: str, vehicle: str | None, unit: str | None) -> list[Problem]:
    """Steps of vehicles that units would come to, and of units that vehicles would."""
    name = type(step).__name__
    if unit and isinstance(step, (Load, Unload, Repeat, WhenEmpty)):
        return [Problem(where, f"{name}, for units of {unit}", "give the source a capacity, if they are vehicles")]
    if vehicle and (isinstance(step, Board) or (isinstance(step, Serve) and step.turned_away)):
        what = "boards" if isinstance(step, Board) else "may be turned away"
        return [Problem(where, f"a vehicle of {vehicle} {what}", "give that step to units only")]
    return []


def _given_back(program: Program, begin: int) -> Iterator[Problem]:
    """Servers given back that were not taken before."""
    taken: Counter[str] = Counter()
    for number, step in enumerate(program.steps[begin:], begin):
        station, n = "", 0
        if isinstance(step, Seize):
            taken[step.station] += step.n
        elif isinstance(step, Release):
            station, n = step.station, step.n
        elif isinstance(step, Board) and step.frees:
            station, n = step.frees, 1
        if n > taken[station]:
            found = f"gives back {n} of {station}, of which it has taken {taken[station]}"
            yield Problem(f"program {program.name}, step {number}", found, "seize them before")
        taken[station] -= min(n, taken[station])


def _called(system: System, queue: Queue) -> list[Problem]:
    """Problems of a queue that forms its vehicles itself."""
    program = system.programs.get(queue.calls)
    if not queue.calls or program is None:
        return []
    where = f"queue {queue.name}"
    if not 0 <= queue.at_step < len(program.steps):
        return [Problem(f"{where}, at_step", shown(queue.at_step), f"give 0 to {len(program.steps) - 1}")]
    problems = list(_given_back(program, queue.at_step)) if queue.at_step else []
    first = next((step.queue for step in program.steps[queue.at_step :] if isinstance(step, Load)), None)
    if first != queue.name:
        found = f"program {queue.calls} loads {f'at {first}' if first else 'nowhere'} first"
        problems.append(Problem(f"{where}, calls", found, f"let it load at {queue.name} before it loads elsewhere"))
    return problems


def _ridden(system: System, queue: Queue, units: dict[str, str], vehicles: dict[str, Program]) -> Iterator[Problem]:
    """Units that no vehicle that loads here has room for, or that one of them would never let off."""
    loading = {name: program for name, program in vehicles.items() if _loads(program, queue.name)}
    room = max(_capacities(system, loading), default=MOST)
    for name in units:
        for number, step in enumerate(system.programs[name].steps):
            if not isinstance(step, Board) or step.queue != queue.name:
                continue
            where = f"program {name}, step {number}"
            most = min(room, queue.capacity) if queue.calls else room
            if step.size > most:
                yield Problem(
                    f"{where}, size", shown(step.size), f"a vehicle at {queue.name} takes no more than {most}"
                )
            for program in loading.values():
                if not _lets_off(system, program, queue, step.alight):
                    found = f"alights at stop {step.alight}, where {program.name} does not unload before it loads again"
                    yield Problem(where, found, "give a stop that comes after, or let the vehicle unload there")


def _loads(program: Program, queue: str) -> bool:
    return any(isinstance(step, Load) and step.queue == queue for step in program.steps)


def _capacities(system: System, programs: dict[str, Program]) -> Iterator[int]:
    yield from (fleet.capacity for fleet in system.fleets.values() if fleet.program in programs)
    yield from (source.capacity for source in system.sources.values() if source.program in programs and source.capacity)
    yield from (queue.capacity for queue in system.queues.values() if queue.calls in programs)


def _lets_off(system: System, program: Program, queue: Queue, stop: int) -> bool:
    """Whether after each loading at a queue the vehicle unloads at that stop before it loads at its stop again."""
    begins = [at for at, step in enumerate(program.steps) if isinstance(step, Load) and step.queue == queue.name]
    return all(_comes_to(system, program.steps, begin, queue.stop, stop) for begin in begins)


def _comes_to(system: System, steps: Sequence[Step], begin: int, load_stop: int, unload_stop: int) -> bool:
    at, seen = begin + 1, set[int]()
    while at < len(steps) and at not in seen:
        seen.add(at)
        step = steps[at]
        if isinstance(step, Unload) and step.stop == unload_stop:
            return True
        if isinstance(step, Load) and step.queue in system.queues:
            # Straight after another, without standing, no time passes between: it is still the same loading.
            at_once = not step.fill and all(isinstance(between, Load) for between in steps[begin:at])
            if system.queues[step.queue].stop == load_stop and not at_once:
                return False
        at = step.step if isinstance(step, Repeat) else at + 1
    return False
