"""The chapter with the map."""

from __future__ import annotations

from karvan.report.chapters.told import Reported, counted
from karvan.report.document.blocks import Block, Figure, Paragraph, Section
from karvan.report.map import LINES, NOTICE, Drawn, amount, maps

TITLES = {"all": "Everything that is used", "close": "A closer look at where most waits, or at what goes by land"}


def mapped(of: Reported, drawn: Drawn, sentence: str) -> Section:
    """The map of a run; a sentence where there is none."""
    return Section("map", "On the map", tuple(_blocks(of, drawn, sentence)))


def _blocks(of: Reported, drawn: Drawn, sentence: str) -> list[Block]:
    if of.corridor is None:
        return [Paragraph("There is no map, for the places and lines of the package are not at hand.")]
    found = maps(of.corridor, drawn)
    if not found:
        return [Paragraph("There is no map, for no link that the package knows carries anything.")]
    traced = bool(of.corridor.rows("waypoint"))
    caption = " ".join([sentence, *([LINES] if traced else []), NOTICE])
    said = _description(of, drawn)
    return [Figure(f"figure-map-{name}", TITLES[name], said, svg, caption, adapts=True) for name, svg in found.items()]


def _description(of: Reported, drawn: Drawn) -> str:
    """What the map shows, for who cannot see it."""
    used = sorted(((load, link) for link, load in drawn.loads.items() if load > 0), key=lambda one: (-one[0], one[1]))
    most = "; ".join(f"{link} {amount(load)}" for load, link in used[:3])
    said = f"A map of {counted(len(used), 'link')}, as wide as they are loaded, {drawn.unit}. Most carry: {most}."
    waits = sorted(drawn.waits.items(), key=lambda one: (-one[1], one[0]))[:3]
    if waits and waits[0][1] > 0:
        places = "; ".join(f"{of.place_name(place)} {amount(wait)}" for place, wait in waits if wait > 0)
        said += f" Rings are waiting, {drawn.waits_unit}: {places}."
    return said
