"""The simulator: one compiled event loop, run on any system of stations, queues, vehicles and gates."""

from karvan.sim.replicate import Result, replicate
from karvan.sim.step import (
    Await,
    Board,
    Delay,
    Load,
    Pace,
    Pass,
    Release,
    Repeat,
    Seize,
    Serve,
    Unload,
    WhenEmpty,
)
from karvan.sim.system import System
from karvan.sim.time import Time, empirical, exponential, fixed, gamma, lognormal, triangular

__all__ = [
    "Await", "Board", "Delay", "Load", "Pace", "Pass", "Release", "Repeat", "Result", "Seize", "Serve", "System",
    "Time", "Unload", "WhenEmpty", "empirical", "exponential", "fixed", "gamma", "lognormal", "replicate", "triangular",
]  # fmt: skip
