"""What is lost or delayed if a partner, route, port, border, operator or strait goes: an assignment before and after.

Goods that have no way left by the families of routes that their rows of demand name may take any other, as under a
scenario that closes a family; boxes that are known to go by several part anew among what is left, by the incremental
logit of `karvan.study.shift`, and who finds a queue too dear leaves its family. So it is told of goods with the same
ends, commodity and unit how much passed what is gone, and of that how much goes on by which other way and how much
longer and dearer, and how much stays.

Not looked at: stocks and goods under way, the weeks until services are set up anew, prices that rise where all go, and
trade that ends because it has become too dear. What others take over of trade with a partner is looked at where it is
asked for (`karvan.study.trade.takeover`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from karvan.corridor import Corridor
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem as FlowProblem
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.scenarios import World, open_scenario
from karvan.study.shift import shift
from karvan.study.simulate import Progress
from karvan.study.trade.loaded import Loaded, most_loaded
from karvan.study.trade.lost import (
    CASES,
    KINDS,
    PARTNER,
    What,
    check,
    check_moved,
    closed,
    moved,
    read_moved,
    read_what,
    times,
)
from karvan.study.trade.lost_goods import Amounts, CountryLoss, Held, Instead, TakenUp
from karvan.study.trade.taken import Ways
from karvan.study.trade.takeover import TakenOver, TakeOver, take_over

SHARP = Assign(gap=1e-5, iterations=200, elsewhere=True)
"""How flows are found unless it is said: as projects are appraised, and sharply enough to hold two worlds together."""
SETTLED = 1e-6
"""The share of all tonnes that, moved by the shift, counts as nothing."""


@dataclass(frozen=True, slots=True)
class Lose:
    """What is asked. Defaults stand here and nowhere else."""

    what: str
    """A case (northern, caspian, suez), or KIND:NAME, several joined by +: family:northern/RU;BY, place:POTI,
    territory:RU, waters:Caspian Sea, operator:ASCO, service:asco-aktau-alat, partner:CN."""
    assign: Assign = SHARP
    parts_anew: bool = True
    """Whether boxes part anew among the families that they are known to take; else they keep to their rows."""
    take_over: TakeOver | None = None
    """How it is found what others take over of trade with a partner that goes; without it nobody takes anything."""

    moved: tuple[str, ...] = ()
    """Where goods begin or end instead of at a place that goes, as PLACE=OTHER; others that end there have no way."""

    def gone(self) -> tuple[What, ...]:
        """What goes. Raises InputError, also where nobody is gone of whom others could take over."""
        words = [word for one in self.what.split("+") for word in CASES.get(one.strip(), (one.strip(),))]
        gone = tuple(read_what(word) for word in words)
        if self.take_over and not any(one.kind == PARTNER for one in gone):
            remedy = "name a partner (partner:CN), or leave take_over out"
            found = f"nobody's trade ends in {shown(self.what)}"
            raise InputError("the request", [Problem("take_over", found, remedy)])
        return gone


@dataclass(frozen=True, eq=False)
class Loss:
    """What goes, and what comes of it."""

    ask: Lose
    gone: tuple[What, ...]
    scenario: str
    year: int
    countries: tuple[CountryLoss, ...]
    """Those that have trade in the model, by code."""
    whole: CountryLoss
    """All goods, those that stay in one country with them; its country is empty."""
    instead: tuple[Instead, ...]
    taken_up: tuple[TakenUp, ...]
    """What carries more or less by a tonne a year or more, the largest change of each kind first."""
    reasons: Mapping[str, float]
    """Tonnes that stay after, above those that stayed before, by their reason."""
    loaded: tuple[Loaded, ...]
    """What is used most after, and all queues that grow."""
    settled: bool
    """Whether both assignments and the shift came to their end."""
    before: ServiceFlows = field(repr=False)
    after: ServiceFlows = field(repr=False)
    taken_over: TakenOver | None = field(default=None, repr=False)
    """Trade and welfare, where it was asked what others take over."""
    run: RunFolder | None = None

    def country(self, code: str) -> CountryLoss:
        """Of one country. Raises InputError where the model has no trade of it."""
        for one in self.countries:
            if one.country == code:
                return one
        near = nearest(code, [one.country for one in self.countries], 1)
        remedy = f"did you mean {near[0]}?" if near else "give one that has trade in the model"
        raise InputError("the request", [Problem("country", shown(code), remedy)])

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Rows by table, for doors and for the run."""
        told = {
            "countries": [one.row() for one in (self.whole, *self.countries)],
            "instead": [one._asdict() for one in self.instead],
            "taken_up": [one._asdict() for one in self.taken_up],
            "reasons": [{"reason": name, "tonnes": tonnes} for name, tonnes in self.reasons.items()],
            "loaded": [one._asdict() for one in self.loaded],
        }
        if self.taken_over:
            told |= {
                "trade": self.taken_over.rows(),
                "pairs": self.taken_over.pairs(),
                "left": [one._asdict() for one in self.taken_over.left],
            }
        return {name: rows for name, rows in told.items() if rows}

    def results(self) -> dict[str, Any]:
        """What run.json tells."""
        return {
            "gone": [str(one) for one in self.gone], "year": self.year, "settled": self.settled,
            "whole": self.whole.row(),
        } | ({"trade_year": self.taken_over.base.year} if self.taken_over else {})  # fmt: skip


def lose(
    package: Corridor | str = "middle-corridor",
    what: str = "",
    *,
    scenario: str = "",
    ask: Lose | None = None,
    instead: Mapping[str, float] | None = None,
    keep: bool = False,
    out: Path | str | None = None,
    progress: Progress | None = None,
) -> Loss:
    """What is lost or delayed if something goes.

    Args:
        package: a corridor, or what `karvan.load` takes.
        what: as `Lose.what`; or `ask` whole.
        scenario: the world before, as `open_scenario` takes it; the year is then its own.
        instead: factors on rows of demand after the loss, by their ids: what a model of trade of one's own says that
            others take over from a partner that is gone; boxes then keep to their rows. Not with `Lose.take_over`.
        keep: whether to keep a run; `out` is its folder, by default one that is named by what is asked.
        progress: hears how far it is.

    Raises:
        InputError: for a request or a package that cannot be used.
    """
    ask = ask or Lose(what)
    gone, progress = ask.gone(), progress or Progress()
    world = open_scenario(package, scenario)
    assign = replace(ask.assign, year=world.year(ask.assign.year)).checked()
    assign = replace(assign, co2e_usd_t=assign.co2e_usd_t or world.co2e_usd_t(0.0))
    check(world.corridor, gone, instead or {})
    ends = read_moved(ask.moved)
    check_moved(world.corridor, gone, ends)
    if instead and ask.take_over:
        raise InputError("the request", [Problem("instead", f"{len(instead)} factors", "give none with take_over")])
    taken, own = None, bool(instead)
    if ask.take_over:
        progress.say("what others take over")
        partners = [one.name for one in gone if one.kind == PARTNER]
        taken = take_over(world.corridor, partners, ask.take_over, assign.year)
        instead = taken.factors
    progress.say("before")
    before = solve(problem_of(world.corridor, assign), assign, progress)
    progress.say("after")
    bent = moved(closed(world.corridor, gone), ends)
    if instead:
        bent = bent.with_tables({"demand": times(bent, instead)})
    problem, bent, freed = _freed(bent, assign, before)
    if ask.parts_anew and not own:
        shifted = shift(before, problem, assign)
        after = shifted.flows
        tonnes = np.array([of.tonnes for of in problem.goods])
        stirred = float(np.abs(shifted.per_year - shifted.before) @ tonnes)
        # Where next to nothing moves, what still wants to is no share of anything.
        settled = shifted.settled or stirred <= SETTLED * float(shifted.before @ tonnes)
    else:
        after = solve(problem, assign, progress)
        settled = True
    progress.say("what is lost")
    held = Held(gone, before, after, Ways(world.corridor), Ways(bent), freed)
    whole, countries, ways = held.tell()
    found = Loss(
        ask, gone, world.name, assign.year, countries, whole, ways, tuple(held.taken_up()), held.reasons(),
        most_loaded(before, after), settled and before.settled and after.settled, before, after, taken,
    )  # fmt: skip
    return _kept(found, world, (instead or {}) if own else {}, out) if keep or out else found


def _freed(corridor: Corridor, ask: Assign, before: ServiceFlows) -> tuple[FlowProblem, Corridor, set[str]]:
    """The problem after the loss; rows that had a way before and have none left may take any, wherever it passes.

    Returns: it, the corridor that it is of, and the ids of all rows that had none left.
    """
    problem = problem_of(corridor, ask)
    had = {of.id for n, of in enumerate(before.problem.goods) if n not in before.problem.obstacles}
    stuck = {problem.goods[n].id for n in problem.obstacles} & had
    rows = corridor.by_key("demand")
    bound = {name for name in stuck if rows[name].families or rows[name].via}
    if not bound:
        return problem, corridor, stuck
    demand = tuple(
        row._replace(families=(), via=()) if row.id in bound else row for row in corridor.rows("demand")
    )  # fmt: skip
    corridor = corridor.with_tables({"demand": demand})
    return problem_of(corridor, ask), corridor, stuck


def _kept(found: Loss, world: World, instead: Mapping[str, float], out: Path | str | None) -> Loss:
    """The loss, kept as a run."""
    from karvan.study.assign import columns

    tables, settings = found.tables(), asdict(found.ask) | {"instead": dict(instead)}
    rows = {name: [{key: _cell(value) for key, value in row.items()} for row in some] for name, some in tables.items()}
    about = describe("loss", world.corridor.name, world.corridor.tables, seed=found.ask.assign.seed, replications=0,
                     scenario=world.name, settings=settings)  # fmt: skip
    with open_run(about, out, resume=True) as run:
        run.finish({name: columns(some) for name, some in rows.items()}, found.results())
    return replace(found, run=run)


def _cell(value: Any) -> Any:
    return np.nan if value is None else value


__all__ = [
    "CASES", "KINDS", "Amounts", "CountryLoss", "Instead", "Loaded", "Lose", "Loss", "TakeOver", "TakenOver",
    "TakenUp", "What", "closed", "lose",
]  # fmt: skip
