"""The line of a link: which graph it is traced on, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .geodesy import Points, distance_km, geodesic_km, great_circle
from .graph import Graph, Way
from .osm_graph import rail_graph, road_graph
from .recipes import Link, Recipes
from .sea_graph import SeaGraph, in_caspian, sea_graph
from .simplify import simplified

SNAP_KM = 15.0
TOLERANCE_KM = {"rail": 1.0, "road": 1.0, "inland_waterway": 0.5, "sea": 3.0, "air": 5.0}
GREAT_CIRCLE_STEP_KM = {"air": 100.0, "sea": 250.0, "inland_waterway": 250.0}


@dataclass(frozen=True)
class Trace:
    link: Link
    tracer: str
    km: float
    line: Points
    snaps_km: tuple[float, float] = (0.0, 0.0)
    drawn_km: float = 0.0
    through: tuple[str, ...] = ()

    @property
    def crow_km(self) -> float:
        return float(distance_km(self.link.start.at, self.link.end.at))

    @property
    def waypoints(self) -> Points:
        """What the map draws: a few points of the line, from place to place."""
        return rounded(simplified(self.line, TOLERANCE_KM[self.link.mode]))

    @property
    def note(self) -> str:
        """What a reader should know of the trace."""
        ends = zip((self.link.start.id, self.link.end.id), self.snaps_km, strict=True)
        said = [f"joins the network {km:.0f} km from {place}" for place, km in ends if km >= 5]
        said += [f"through {' '.join(self.through)}"] if self.through else []
        said += [f"{self.drawn_km:.0f} km of it drawn by hand"] if self.drawn_km >= 1 else []
        said += ["led by via points"] if len(self.link.via) else []
        return "; ".join(said)


@dataclass
class Tracer:
    """Graphs are read when the first link needs them."""

    recipes: Recipes

    @cached_property
    def rail(self) -> Graph:
        return rail_graph().with_lines(self.recipes.drawn("rail"))

    @cached_property
    def road(self) -> Graph:
        return road_graph().with_lines(self.recipes.drawn("road"))

    @cached_property
    def sea(self) -> SeaGraph:
        return sea_graph().with_lines(self.recipes.drawn("sea"))

    def trace(self, link: Link) -> Trace | None:
        """The line of the link, or None where its graph does not join the two ends."""
        if link.mode in ("rail", "road"):
            graph = self.rail if link.mode == "rail" else self.road
            return self._along(link, f"osm-{link.mode}", graph.way(link.start.at, link.end.at, link.via, SNAP_KM))
        if link.mode == "sea" and not in_caspian(link.start.at):
            way = self.sea.way(link.start.at, link.end.at, link.via, SNAP_KM)
            return self._along(link, "marnet", way) if way else None
        return self._straight(link)

    def _along(self, link: Link, tracer: str, way: Way | None) -> Trace | None:
        if way is None:
            return None
        sea = tracer == "marnet"
        through = tuple(self.sea.through(way)) if sea else ()
        km = geodesic_km(way.points) if sea else way.km
        return Trace(link, tracer, km, way.points, way.snaps_km, way.drawn_km, through)

    def _straight(self, link: Link) -> Trace:
        """From via point to via point by great circle."""
        stops = np.vstack((link.start.at, link.via, link.end.at))
        step = GREAT_CIRCLE_STEP_KM[link.mode]
        pieces = [great_circle(a, b, step) for a, b in pairwise(stops)]
        line = np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])
        return Trace(link, "great-circle", geodesic_km(line), line)


def rounded(points: Points) -> Points:
    """To four decimals (10 m) between the ends, without repeats."""
    inner = np.round(points[1:-1], 4)
    line = np.vstack((points[:1], inner, points[-1:]))
    moved = np.ones(len(line), dtype=bool)
    moved[1:-1] = (line[1:-1] != line[:-2]).any(axis=1) & (line[1:-1] != points[-1]).any(axis=1)
    return line[moved]
