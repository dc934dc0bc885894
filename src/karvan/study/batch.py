"""Planning thousands of shipments: every good row is answered, every bad one told, the result written whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.corridor import Corridor
from karvan.evidence.durable import write_whole, writing
from karvan.ground.errors import InputError, Problem
from karvan.scenario import Change
from karvan.study.answers import RESULT, Answer, Asked, Wrong, answers
from karvan.study.open_end import ask_from, planner_in
from karvan.study.plan import Planner
from karvan.study.shipments import Bad, Shipment, read_shipments
from karvan.study.shipper import Shipper
from karvan.study.sink import Memory, Sink, checked, sink

if TYPE_CHECKING:
    import pandas as pd

    from karvan.sim.simulation import Simulation

ROWS_TOGETHER = 1 << 15
"""Rows of the result that are written together."""

Done = Callable[[int, int], None]


@dataclass(frozen=True)
class Batch:
    """What became of the shipments."""

    shipments: int
    """Rows that were read, the bad ones included."""
    bad: int
    problems: tuple[Problem, ...]
    """Everything that is wrong with these."""
    without_way: int
    different: int
    """Requests that were answered: those that differ in their id only are answered once."""
    rows: int
    """Rows of the result."""
    arrow: Any = None
    """The result as an Arrow table, where it was not written to a file."""

    @property
    def answered(self) -> int:
        """Shipments with at least one option."""
        return self.shipments - self.bad - self.without_way

    def table(self) -> pd.DataFrame:
        """The result by shipment and option, where it was not written to a file."""
        frame: pd.DataFrame = self.arrow.to_pandas()
        return frame.set_index(["shipment", "option"])


def plan_batch(
    shipments: Path | str | Iterable[Mapping[str, object]],
    out: Path | str | None = None,
    *,
    package: Corridor | str = "middle-corridor",
    changes: Iterable[Change | str] = (),
    using: Simulation | Path | str | None = None,
    grid: Path | str | None = None,
    scenario: str = "",
    past: bool = False,
    workers: int = 1,
    done: Done | None = None,
    **usual: Any,
) -> Batch:
    """Plan every shipment of a table.

    Args:
        shipments: a CSV or Parquet file, or mappings (a DataFrame's `to_dict("records")`): a row a shipment, in the
            words of `karvan.plan`: origin, destination, depart, load, ..., and `id`.
        out: a file ending in .parquet, .csv or .jsonl, written whole or not at all; without it the result is kept.
        workers: processes. More than one needs what `multiprocessing` needs: a script that is guarded by
            `if __name__ == "__main__"`. They change nothing in the result.
        done: told how many shipments are done, of how many.
        usual: words for cells that are empty or not there.
        package, changes, using, grid, scenario, past: as in `karvan.plan`; under a scenario, days of its year that
            have gone by are allowed.

    Raises:
        InputError: where the table or its header cannot be read, or no row of it is good. Where some are, the problems
            of the others come with the result.
    """
    path = None if out is None else checked(out)
    planner, depart, _ = planner_in(package, changes, using, scenario, usual.get("depart"), grid)
    usual, past = usual | {"depart": depart}, past or bool(scenario)
    usual = _usual(planner, usual, past=past)
    rows = list(read_shipments(planner, shipments, past=past, **usual))
    if not any(isinstance(row, Shipment) for row in rows):
        problems = [problem for row in rows if isinstance(row, Bad) for problem in row.problems]
        raise InputError("the shipments", problems or [Problem("shipments", "no rows", "give a row a shipment")])
    running = _Running(planner, rows, done or (lambda _done, _of: None))
    if path is None:
        kept = Memory(RESULT)
        running.into(kept, workers)
        return running.batch(kept.table)
    with writing(path):
        write_whole(path, lambda file: running.into(sink(path, file, RESULT), workers))
    return running.batch()


def _usual(planner: Planner, usual: dict[str, Any], *, past: bool) -> dict[str, Any]:
    """The words for empty cells, once known to be right: what is wrong in them is not wrong in every row."""
    if usual.get("shipper"):
        usual = usual | {
            "shipper": usual["shipper"] if isinstance(usual["shipper"], Shipper) else Shipper.read(usual["shipper"])
        }
    rest = {name: word for name, word in usual.items() if name not in ("origin", "destination", "depart", "load")}
    place = planner.corridor.places()[0].id
    ask_from(planner, place, usual.get("depart"), usual.get("load", "1xFEU"), rest | {"past": past})
    return usual


class _Running:
    """A batch under way: its rows, and what has become of them so far."""

    def __init__(self, planner: Planner, rows: Sequence[Shipment | Bad], done: Done) -> None:
        self.planner, self.rows, self.done = planner, rows, done
        self.uses = Counter((row.ask, row.commodity) for row in rows if isinstance(row, Shipment))
        self.problems: list[Problem] = []
        self.bad = self.without_way = self.written = 0

    def into(self, into: Sink, workers: int) -> None:
        """Answer every good row, and write the options in the order of the rows."""
        waiting: list[list[Any]] = [[] for _ in RESULT]
        try:
            for number, (row, answer) in enumerate(self._answered(workers), start=1):
                if isinstance(row, Bad):
                    self._refuse(row.problems)
                elif answer is not None:
                    self._take(row, answer, waiting)
                if len(waiting[0]) >= ROWS_TOGETHER:
                    self._write(into, waiting)
                self.done(number, len(self.rows))
            self._write(into, waiting)
        finally:
            into.close()

    def _answered(self, workers: int) -> Iterator[tuple[Shipment | Bad, Answer | Wrong | None]]:
        """Each row and its answer, kept for as long as a later row may ask the same; None for a bad row."""
        fresh = answers(self.planner, list(self.uses), workers)
        known: dict[Asked, Answer | Wrong] = {}
        left = self.uses.copy()
        for row in self.rows:
            if isinstance(row, Bad):
                yield row, None
                continue
            asked = row.ask, row.commodity
            while asked not in known:
                answered, answer = next(fresh)
                known[answered] = answer
            yield row, known[asked]
            left[asked] -= 1
            if not left[asked]:
                del known[asked]

    def _take(self, row: Shipment, answer: Answer | Wrong, waiting: list[list[Any]]) -> None:
        if isinstance(answer, Wrong):
            self._refuse([replace(one, address=f"{row.where}, {one.address}") for one in answer.problems])
            return
        waiting[0] += [row.id] * len(answer[0])
        for column, values in zip(waiting[1:], answer, strict=True):
            column.extend(values)
        self.without_way += answer[0] == (None,)

    def _refuse(self, problems: Sequence[Problem]) -> None:
        self.bad += 1
        self.problems += problems

    def _write(self, into: Sink, waiting: list[list[Any]]) -> None:
        if waiting[0]:
            into.write(waiting)
            self.written += len(waiting[0])
        for column in waiting:
            column.clear()

    def batch(self, arrow: Any = None) -> Batch:
        """What became of the rows."""
        return Batch(
            len(self.rows), self.bad, tuple(self.problems), self.without_way, len(self.uses), self.written, arrow
        )  # fmt: skip
