"""The chapters that every report ends with: how the run was made, how to cite it, and the licences."""

from __future__ import annotations

import re
from typing import Any

from karvan.evidence.inputs import CODE
from karvan.ground.version import VERSION
from karvan.report.chapters.told import Reported
from karvan.report.document.blocks import (
    Block,
    Code,
    Items,
    Listing,
    Paragraph,
    Section,
    Table,
    Text,
)
from karvan.report.map import LINES, NOTICE

DIGITS = 16
"""Of a digest that are shown; run.json has all 64."""


def made(of: Reported) -> Section:
    """What the run was made from, so that it can be made again."""
    inputs, clock = of.inputs, of.record["clock"]
    rows: list[tuple[Text, ...]] = [
        ("run", of.run.name), ("command", f"karvan {inputs.get('command', '')}"), ("package", _package(of)),
        ("scenario", str(inputs.get("scenario") or "none")), ("seed", str(inputs.get("seed", ""))),
        ("replications", str(of.record.get("done") or "none")), ("karvan", str(inputs.get("karvan", ""))),
        ("started", clock["started"]), ("finished", str(clock.get("finished") or "")),
        ("worked on", f"{clock['seconds']:,.1f} s"),
    ]  # fmt: skip
    changes = [str(change) for change in inputs.get("changes") or ()]
    settings = tuple(((Code(name),), _said(value)) for name, value in sorted(of.settings.items()))
    digests = [*sorted((inputs.get("tables") or {}).items()), ("karvan's source", inputs.get(CODE, ""))]
    blocks: list[Block] = [
        Table("The run", ("what", "which"), tuple(rows)),
        Paragraph("Changes that were made to the corridor:" if changes else "No change was made to the corridor."),
        *([Items(tuple((Code(change),) for change in changes))] if changes else []),
        *([Table("Settings", ("setting", "value"), settings)] if settings else []),
        Table("Digests (SHA-256) of what the run read, after all changes", ("table", "digest"),
              tuple((name, (Code(str(digest)[:DIGITS]),)) for name, digest in digests),
              "The first 16 digits; run.json has them whole. The same inputs give the same results, bit by bit."),
    ]  # fmt: skip
    return Section("made", "How it was made", tuple(blocks))


def _package(of: Reported) -> str:
    title = of.corridor.description.title if of.corridor else ""
    return f"{of.package}: {title}" if title else of.package


def _said(value: Any) -> str:
    if value is None:
        return "by default"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name} = {_said(part)}" for name, part in sorted(value.items())) or "none"
    if isinstance(value, list):
        return ", ".join(_said(part) for part in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def cited(of: Reported) -> Section:
    """How to cite the run, and the licences of what it was made from."""
    name, year = of.run.name, finished(of)[:4]
    version = str(of.inputs.get("karvan", VERSION))
    scenario = of.inputs.get("scenario")
    what = f"package {of.package}" + (f", scenario {scenario}" if scenario else "")
    digest = str(of.inputs.get(CODE, ""))[:DIGITS]
    sentence = (
        f"The karvan authors ({year}). karvan {version}: run {name} ({what}, seed {of.inputs.get('seed')}), finished"
        f" {finished(of)[:10]}."
    )
    fields = {
        "author": "{The karvan authors}", "title": _tex(f"karvan {version}: run {name}"), "year": year,
        "howpublished": _tex(f"karvan {of.inputs.get('command')}, {what}, seed {of.inputs.get('seed')}"),
        "note": _tex(f"finished {finished(of)[:10]}, source digest {digest}"),
    }  # fmt: skip
    key = re.sub(r"[^A-Za-z0-9-]", "", name) or "run"
    bibtex = "\n".join([f"@misc{{{key},", *(f"  {field} = {{{value}}}," for field, value in fields.items()), "}"])
    licences = of.corridor.description.licences if of.corridor else ()
    notices: list[Text] = [
        "karvan: Apache License 2.0.",
        *(f"{licence}: {title}" for licence, title in licences),
        *([LINES] if of.corridor is not None and of.corridor.rows("waypoint") else []),
        "Facts belong to their sources, which this report names.",
        NOTICE,
    ]
    blocks: tuple[Block, ...] = (Paragraph(sentence), Listing("BibTeX", bibtex), Items(tuple(notices)))
    return Section("cite", "How to cite, and licences", blocks)


def finished(of: Reported) -> str:
    """When the run was finished, ISO 8601: the date of everything that tells of it."""
    clock = of.record["clock"]
    return str(clock.get("finished") or clock["started"])


def _tex(text: str) -> str:
    """Text as BibTeX takes it."""
    text = " ".join(text.split())
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", "/")).replace("~", "-").replace("^", "-")
