"""Print docs/validation.md: published times and distances beside what the shipped package makes of them.

    python tools/print_validation.py [--check]

What is compared with what stands in `middle_corridor/validation.csv`; no result is typed there or here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import cache
from math import inf
from pathlib import Path
from statistics import median, quantiles

import karvan
from karvan.corridor import Corridor
from karvan.study.claim import NOT_HELD, WITHIN, Claim, Held, read_claims
from karvan.study.plan import Planner
from karvan.study.validation import PERIMETERS, hold

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "validation.md"
CLAIMS = ROOT / "tools" / "middle_corridor" / "validation.csv"
WORST = 5

HEAD = """\
# Held against what was published

<!-- Printed by tools/print_validation.py from tools/middle_corridor/validation.csv and the shipped package. -->

Every fact of the shipped package that states a time or a distance is on this page: beside what the planner makes of it,
or with the reason why nothing of ours is like it. Good and bad alike; nothing is left out because it does not fit.

- **Ours** comes from the package `middle-corridor` alone: for journeys the fastest itinerary of a 40-foot box between
  the ends named, by the modes and places named; for lines the shortest chain of links. Days are the mean, and P10 - P50
  - P90 where there is a spread.
- **Off** is how far ours lies outside of what was published: 0 % within a published range. **Ratio** is ours over the
  middle of what was published.
- **Used** facts went into the package: a time into its hours and speeds, a distance into its lengths. That ours agrees
  with these is by construction. The others are a true check.
- *Ends taken* marks claims that name a country or a border where we had to choose a place.
- Sea distances RT-OC-001 to RT-OC-056 are drawn on the same network of sea lanes as our lines at sea. They check that
  lines are joined up well, not the network.
- *Agree* those that are off by at most {distance:.0%} (distances) or {time:.0%} (times); others are in **bold**.

Facts contradict each other by more than that: Xi'an to Malaszewicze is published with 12 and with 24 days. No model can
agree with all of them.
"""


def page() -> str:
    """The whole page as Markdown."""
    corridor = karvan.load()
    helds = hold(Planner(corridor), read_claims(CLAIMS))
    tell = Teller(corridor)
    return "\n".join(
        [HEAD.format(**WITHIN), summary(helds, tell), *sections(helds, tell), perimeters(), not_compared(helds)]
    )


def sections(helds: list[Held], tell: Teller) -> Iterable[str]:
    """A table for each measure, what is known best first."""
    titles = {
        ("known", "distance"): "Known distances",
        ("known", "time"): "Known times",
        ("", "time"): "Other times",
        ("", "distance"): "Other distances",
    }
    for (part, measure), title in titles.items():
        chosen = [h for h in helds if h.compared and (h.claim.part, h.claim.measure) == (part, measure)]
        yield table(title, measure, chosen, tell)


def table(title: str, measure: str, helds: list[Held], tell: Teller) -> str:
    """One row a claim."""
    head = ["Facts", "From - to", "Counted", "Published", "Ours", "P10 - P50 - P90", "Ratio", "Off", "Used", "Remark"]
    if measure == "distance":
        head.remove("P10 - P50 - P90")
    rows = [tell.row(held) for held in helds]
    return "\n".join([f"## {title}", "", line(head), line(["---"] * len(head)), *(line(row) for row in rows), ""])


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


class Teller:
    """Says a claim beside ours in words and digits."""

    def __init__(self, corridor: Corridor) -> None:
        self.corridor = corridor

    def row(self, held: Held) -> list[str]:
        claim, say = held.claim, unit_of(held)
        ours = say(held.ours.mean) if held.ours else "no way"
        spread = " - ".join(say(x, bare=True) for x in held.ours.quantiles) if held.ours and held.ours.quantiles else ""
        ratio = f"{held.ratio:.2f}" if held.ratio is not None else ""
        cells = [", ".join(claim.names), self.ends(claim), claim.perimeter, published(held, say), ours]
        cells += [spread] if claim.measure == "time" else []
        return [*cells, ratio, off(held), "used" if held.used else "", self.remark(held)]

    def ends(self, claim: Claim) -> str:
        if not claim.origin:
            return claim.on.replace("+", " + ").replace(";", ", ")
        return f"{self.place(claim.origin)} - {self.place(claim.destination)}"

    def place(self, name: str) -> str:
        return str(self.corridor.place(name).name)

    def remark(self, held: Held) -> str:
        claim = held.claim
        by = [self.place(name) for name in claim.via.split(";") if name]
        avoid = [self.place(name) for name in claim.avoid.split(";") if name]
        words = [claim.note, f"by {', '.join(by)}" * bool(by), f"not by {', '.join(avoid)}" * bool(avoid)]
        words += [
            "*ends taken*" * (claim.ends == "taken"),
            f"*why: {claim.why}*" * (bool(claim.why) and not held.agrees),
        ]
        return "; ".join(filter(None, words))


Say = Callable[..., str]


def unit_of(held: Held) -> Say:
    """How a claim's figures are written: km, hours up to two days, or days."""
    if held.claim.measure == "distance":
        return lambda km, bare=False: f"{km:,.0f}" + " km" * (not bare)
    top = held.high if held.high < inf else held.low
    if top < 48:
        return lambda h, bare=False: f"{h:.1f}" + " h" * (not bare)
    return lambda h, bare=False: f"{h / 24:.1f}" + " d" * (not bare)


def published(held: Held, say: Say) -> str:
    if held.high == inf:
        return f"at least {say(held.low)}"
    if held.low == 0:
        return f"at most {say(held.high)}"
    return say(held.high) if held.low == held.high else f"{say(held.low, bare=True)} - {say(held.high)}"


def off(held: Held) -> str:
    if held.off is None:
        return ""
    said = f"{held.off:+.0%}".replace("+0%", "0%").replace("-0%", "0%")
    return said if held.agrees else f"**{said}**"


def summary(helds: list[Held], tell: Teller) -> str:
    """How many agree, and the worst."""
    rows = [row for measure in ("time", "distance") for row in counts(measure, helds)]
    facts = len({name for held in helds for name in held.claim.names})
    compared = len({name for held in helds if held.compared for name in held.claim.names})
    scope = (
        f"{facts} facts state a time or a distance; {compared} of them are compared, in "
        f"{sum(held.compared for held in helds)} claims (a range, or rivals of one value, are one claim)."
    )
    head = ["Claims on", "", "compared", "agree", "median ratio", "middle half of the ratios"]
    return "\n".join(
        [
            "## In short",
            "",
            scope,
            "",
            line(head),
            line(["---"] * 2 + ["---:"] * 4),
            *rows,
            "",
            f"The {WORST} true checks on times that are farthest off, and why:",
            "",
            *worst(helds, tell),
            "",
        ]
    )


def counts(measure: str, helds: list[Held]) -> Iterable[str]:
    """A line for the used, for the true checks, and for those of them whose ends are stated."""
    held = [h for h in helds if h.compared and h.claim.measure == measure]
    checks = [h for h in held if not h.used]
    for title, chosen in (
        ("used", [h for h in held if h.used]),
        ("true checks", checks),
        ("of these with both ends stated", [h for h in checks if h.claim.ends == "stated"]),
    ):
        ratios = [h.ratio for h in chosen if h.ratio is not None and h.low > 0 and h.high < inf]  # no bounds
        low, _, high = quantiles(ratios, n=4)
        agree = sum(h.agrees for h in chosen)
        cells = [f"{measure}s", title, str(len(chosen)), f"{agree} ({agree / len(chosen):.0%})"]
        yield line([*cells, f"{median(ratios):.2f}", f"{low:.2f} - {high:.2f}"])


def worst(helds: list[Held], tell: Teller) -> Iterable[str]:
    checks = [h for h in helds if h.compared and h.claim.measure == "time" and not h.used]
    ranked = sorted(checks, key=lambda held: -times_off(held))
    for number, held in enumerate(ranked[:WORST], start=1):
        say = unit_of(held)
        what = f"{tell.ends(held.claim)} ({held.claim.note or held.claim.perimeter})"
        figures = f"published {published(held, say)}, ours {say(held.ours.mean) if held.ours else 'no way'}"
        yield f"{number}. {what}: {figures}. {held.claim.why[:1].upper()}{held.claim.why[1:] or 'Not explained yet'}."


def times_off(held: Held) -> float:
    """How many times too long or too short ours is; no way at all is the worst."""
    return inf if held.off is None else max(1 + held.off, 1 / (1 + held.off))


def perimeters() -> str:
    """What the words in the column *Counted* mean."""
    rows = [line([f"`{name}`", meaning]) for name, meaning in PERIMETERS.items() if name != NOT_HELD]
    return "\n".join(["## What is counted", "", line(["Word", "Is counted"]), line(["---"] * 2), *rows, ""])


def not_compared(helds: list[Held]) -> str:
    """Facts that nothing of ours is like, by reason."""
    rows = [
        line([h.claim.measure, h.claim.note, ", ".join(h.claim.names)])
        for measure in ("time", "distance")
        for h in helds
        if not h.compared and h.claim.measure == measure
    ]
    return "\n".join(["## Not compared", "", line(["", "Why", "Facts"]), line(["---"] * 3), *rows, ""])


@cache
def fresh() -> str:
    return page()


def main() -> int:
    """Write the page; or with --check only say whether it is up to date (1 if it is not)."""
    changed = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh()
    if changed and "--check" not in sys.argv:
        PAGE.write_text(fresh(), encoding="utf-8")
    print(f"{PAGE.name}: {'changed' if changed else 'nothing changed'}")
    return int(changed and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
