"""Bottlenecks: what a good part of all queueing is for, and which of them come and go."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from typing import Any

LEAST_SHARE = 0.02
"""Of all the time that units queue for what could be more of: from there on a part is a bottleneck."""


def bottlenecks(changes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is a bottleneck before or after, the most waited for first, and what became of it.

    It appears or disappears where it passes the least share, and else grows or shrinks; but only where the interval of
    the difference of its own waiting leaves out zero, so that a share that moves as others do is no news.
    """
    found: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    for row in changes:
        if row["subject"] == "bottleneck":
            found.setdefault((row["scenario"], row["name"], row["detail"]), {})[row["measure"]] = row
    rows = []
    for (scenario, part, where), of in found.items():
        share, waiting = of["share"], of["waiting"]
        if max(share["before"], share["after"]) >= LEAST_SHARE:
            figures = {name: waiting[name] for name in ("before", "after", "difference", "low", "high")}
            shares = {"share_before": share["before"], "share_after": share["after"]}
            rows.append({"scenario": scenario, "part": part, "place_and_cause": where, **figures, **shares,
                         "became": _became(waiting, share)})  # fmt: skip
    order = {name: n for n, name in enumerate(dict.fromkeys(row["scenario"] for row in rows))}
    return sorted(rows, key=lambda row: (order[row["scenario"]], -row["after"], row["part"], row["place_and_cause"]))


def _became(waiting: dict[str, Any], share: dict[str, Any]) -> str:
    unsure = not isnan(waiting["low"]) and waiting["low"] <= 0 <= waiting["high"]
    if unsure or waiting["difference"] == 0:
        return "stays"
    was, is_now = share["before"] >= LEAST_SHARE, share["after"] >= LEAST_SHARE
    if was != is_now and is_now == (waiting["difference"] > 0):
        return "appears" if is_now else "disappears"
    return "grows" if waiting["difference"] > 0 else "shrinks"
