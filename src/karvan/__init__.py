"""karvan: trans-Eurasian freight corridors, computable.

>>> import karvan
>>> corridor = karvan.load("middle-corridor")
>>> plan = karvan.plan("Xi'an", "Istanbul", "2026-12-01", "2xFEU", package=corridor, past=True)
>>> plan.table()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.ground.version import VERSION

if TYPE_CHECKING:
    from karvan.corridor import Corridor, load
    from karvan.ground.errors import InputError, KarvanError
    from karvan.itinerary.plan import Plan
    from karvan.sim.simulation import Simulation
    from karvan.study.appraise import Appraised, appraise
    from karvan.study.assign import Assignment, assign
    from karvan.study.assign_roads import assign_roads
    from karvan.study.batch import plan_batch
    from karvan.study.calibrate import calibrate
    from karvan.study.comparison.ask import Compare
    from karvan.study.comparison.comparison import Comparison, compare
    from karvan.study.flows import Assign
    from karvan.study.matrix import matrix
    from karvan.study.plan import Planner, plan
    from karvan.study.projects.request import Appraise
    from karvan.study.reach import reach
    from karvan.study.scenarios import open_scenario
    from karvan.study.simulate import Simulate, simulate

__version__ = VERSION
__all__ = [
    "Appraise", "Appraised", "Assign", "Assignment", "Compare", "Comparison", "Corridor", "InputError",
    "KarvanError", "Plan", "Planner", "Simulate", "Simulation", "__version__", "appraise", "assign", "assign_roads",
    "calibrate", "compare", "load", "matrix", "open_scenario", "plan", "plan_batch", "reach", "simulate",
]  # fmt: skip

_HOMES = {
    "Appraise": "karvan.study.projects.request",
    "Appraised": "karvan.study.appraise",
    "appraise": "karvan.study.appraise",
    "Assign": "karvan.study.flows",
    "Assignment": "karvan.study.assign",
    "assign": "karvan.study.assign",
    "assign_roads": "karvan.study.assign_roads",
    "Corridor": "karvan.corridor",
    "load": "karvan.corridor",
    "InputError": "karvan.ground.errors",
    "KarvanError": "karvan.ground.errors",
    "Plan": "karvan.itinerary.plan",
    "calibrate": "karvan.study.calibrate",
    "Compare": "karvan.study.comparison.ask",
    "Comparison": "karvan.study.comparison.comparison",
    "compare": "karvan.study.comparison.comparison",
    "Planner": "karvan.study.plan",
    "plan": "karvan.study.plan",
    "plan_batch": "karvan.study.batch",
    "reach": "karvan.study.reach",
    "matrix": "karvan.study.matrix",
    "open_scenario": "karvan.study.scenarios",
    "Simulate": "karvan.study.simulate",
    "simulate": "karvan.study.simulate",
    "Simulation": "karvan.sim.simulation",
}


def __getattr__(name: str) -> object:
    """Public names are imported when first used: `import karvan` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'karvan' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
