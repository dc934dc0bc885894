"""What looks wrong with a trace: a table to read, not a verdict."""

from __future__ import annotations

import numpy as np

from .atlas import Atlas
from .geodesy import distance_km
from .tracer import Trace

OFF_SHARE = 0.10
SNAP_KM = 10.0
DETOUR = {"rail": 1.6, "road": 1.6, "sea": 1.6, "inland_waterway": 1.6, "air": 1.1}
SHORT_KM = 10.0
"""Below this the ratio to the crow says nothing: both are about the size of the places."""
OFF_LAND_KM, OFF_COUNTRY_KM = 5.0, 10.0


def findings(traces: list[Trace], atlas: Atlas | None) -> dict[str, list[str]]:
    """Remarks by link; only links with remarks are in it."""
    remarks = {trace.link.id: [*_shape(trace), *(_on_map(trace, atlas) if atlas else ())] for trace in traces}
    return {link: found for link, found in remarks.items() if found}


def _shape(trace: Trace) -> list[str]:
    said, crow, found = trace.link.said_km, trace.crow_km, []
    if said and abs(trace.km / said - 1) > OFF_SHARE:
        found.append(f"{100 * (trace.km / said - 1):+.0f} % against the {said:.0f} km of the recipe")
    for place, km in zip((trace.link.start, trace.link.end), trace.snaps_km, strict=True):
        if km > SNAP_KM:
            found.append(f"{place.id} lies {km:.0f} km off the network")
    if crow > SHORT_KM and trace.km > DETOUR[trace.link.mode] * crow:
        found.append(f"{trace.km / crow:.2f} times the {crow:.0f} km of the crow")
    if trace.km < 0.99 * crow:
        found.append(f"shorter than the {crow:.0f} km of the crow")
    jump = np.abs(np.diff(trace.waypoints, axis=0)).max(initial=0)
    longest = float(distance_km(trace.waypoints[:-1], trace.waypoints[1:]).max())
    if jump > 180 or (trace.link.mode in ("rail", "road") and longest > max(60.0, trace.crow_km / 2)):
        found.append(f"one straight piece of {longest:.0f} km")
    return found


def _on_map(trace: Trace, atlas: Atlas) -> list[str]:
    found = []
    if trace.link.mode == "sea":
        km = atlas.km_on_land(trace.line)
        found += [f"{km:.0f} km over land"] if km > OFF_LAND_KM else []
    if trace.link.mode in ("rail", "road"):
        km = atlas.km_at_sea(trace.line)
        found += [f"{km:.0f} km over water"] if km > OFF_LAND_KM else []
        strayed = atlas.km_by_country(trace.line, {trace.link.start.country, trace.link.end.country})
        found += [f"{km:.0f} km in {name}" for name, km in strayed.items() if km > OFF_COUNTRY_KM]
    return found


def listed(traces: list[Trace], remarks: dict[str, list[str]]) -> str:
    """One line a trace: length, what the recipe says, length by the crow, ends' distance to the network, remarks."""
    lines = [f"{'link':44} {'tracer':12} {'km':>8} {'recipe':>8} {'/crow':>6} {'ends km':>9}  remarks"]
    for trace in traces:
        said = f"{trace.link.said_km:.0f}" if trace.link.said_km else ""
        ends = " ".join(f"{km:.0f}" for km in trace.snaps_km)
        ratio = trace.km / max(trace.crow_km, 0.1)
        told = "; ".join([*remarks.get(trace.link.id, []), *(f"through {name}" for name in trace.through)])
        lines.append(
            f"{trace.link.id:44} {trace.tracer:12} {trace.km:8.1f} {said:>8} {ratio:6.2f} {ends:>9}  {told}".rstrip()
        )
    points = sum(len(trace.waypoints) for trace in traces)
    lines.append(f"{len(traces)} links, {points} waypoints, {len(remarks)} links with remarks")
    return "\n".join(lines)
