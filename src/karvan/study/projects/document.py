"""An appraisal as one JSON document: all that was found, and all that it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from karvan.corridor import Corridor
from karvan.study.appraise import Appraised, summary
from karvan.study.projects.appraisal import Appraisal
from karvan.study.projects.grounds import Ground, by_grade


def document(found: Appraised, package: Corridor | None = None) -> dict[str, Any]:
    """The whole answer. With the package, facts come with what they say and their sources."""
    return {"run": {"name": found.run.name, "folder": str(found.run.path), **found.run.record}} | answer(found, package)


def answer(found: Appraised, package: Corridor | None = None) -> dict[str, Any]:
    """All of the document that is not the run's own record: what a run keeps as it is told."""
    beside = found.beside
    told: dict[str, Any] = {
        "projects": {name: _document(name, one) for name, one in found.alone.items()},
        "together": _document("all together", found.whole) if found.whole else None,
        "interaction": found.interaction if found.whole else None,
        "basis": basis(found.grounds, package),
        "grades": by_grade(found.grounds),
    }
    if beside:
        portfolio = beside.portfolio
        told["pairs"] = [
            {"projects": list(pair), "npv": one.npv, "interaction": beside.interaction(pair)}
            for pair, one in beside.pairs.items()
        ]
        told["portfolio"] = portfolio and {
            "budget": portfolio.budget if isfinite(portfolio.budget) else None,
            "chosen": list(portfolio.chosen), "cost": portfolio.cost,
            "value_by_pairs": portfolio.value, "npv": beside.chosen.npv if beside.chosen else 0.0,
            "proven": portfolio.is_proven, "gap": portfolio.gap,
        }  # fmt: skip
        told["order"] = {
            "built": [{"project": one.name, "begins": one.begins, "opens": one.opens} for one in beside.order.built],
            "left_out": [{"project": one.name, "why": one.why} for one in beside.order.left_out],
            "value": beside.order.value, "proven": beside.order.is_proven,
        }  # fmt: skip
    return told


def basis(grounds: Sequence[Ground], package: Corridor | None = None) -> list[dict[str, Any]]:
    """What all of it stands on."""
    return [
        {
            "about": one.about, "what": one.what, "value": one.value, "unit": one.unit, "method": one.method,
            "grade": one.grade or None, "facts": [_fact(name, package) for name in one.facts], "note": one.note,
        }
        for one in grounds
    ]  # fmt: skip


def _fact(name: str, package: Corridor | None) -> dict[str, str]:
    """A fact with what it says and who says it, as far as the package is at hand."""
    fact = package.evidence.facts.get(name) if package else None
    if package is None or fact is None:
        return {"id": name}
    source = package.evidence.sources[fact.source]
    return {"id": name, "subject": fact.subject, "metric": fact.metric, "value": fact.value, "unit": fact.unit,
            "source": source.title, "publisher": source.publisher, "url": source.url}  # fmt: skip


def _document(name: str, one: Appraisal) -> dict[str, Any]:
    risk = one.risk
    return {
        **_plain(summary(name, one)),
        "opens": {project.id: project.opens for project in one.projects},
        "eirr_note": one.eirr.note,
        "bcr_note": getattr(one.bcr, "why", ""),
        "years": list(one.ask.years),
        "streams": {stream: list(values) for stream, values in one.streams.items()},
        "net": list(one.net),
        "present": one.present,
        "switching": [{"stream": s.name, "times": s.at, "change": s.change, "note": s.note} for s in one.switching],
        "tornado": [
            {"input": bar.name, "low": bar.low, "high": bar.high, "npv_low": bar.at_low, "npv_high": bar.at_high}
            for bar in one.tornado.bars
        ],
        "risk": {
            "samples": risk.samples, "mean": risk.mean, "p10": risk.p10, "p50": risk.p50, "p90": risk.p90,
            "below_zero": risk.below_zero, "shares": {share.name: share.share for share in risk.shares},
        },
        "by_country": one.by_country,
        "assumed": [
            {"project": project.id, "what": said.what, "value": said.value, "why": said.why}
            for project in one.projects
            for said in project.assumed
        ],
    }  # fmt: skip


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON holds it: what is no number is missing."""
    return {name: None if isinstance(value, float) and not isfinite(value) else value for name, value in row.items()}
