"""What documents claim of power projects, beside what a run finds of them, and why they differ where they do.

A claim is a published figure of plants (table `power_figure`): what they are to make in a year, and what gas and CO2
that is to save. What they make is found in any run that has them. What they save is the difference of two runs, and can
be told of them only where nothing else differs: weather, hours, load, prices, what is lost, or a plant or a tie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.study.power.register import PLANTS, TIES

if TYPE_CHECKING:
    from karvan.study.power.run import PowerAnswer

WITHIN = 0.1
"""Share of what is claimed that the model may be off and agree."""
TELLING = 0.03
"""Share of the new power that goes elsewhere than in place of what burns, from which on it is told."""
HOURS = 8760.0
SETTINGS = {
    "seed": "weather (seed)", "weeks": "weeks", "profiles": "profiles of the user", "lost": "what is lost",
    "load": "added load", "shed_share": "what may be shed",
}  # fmt: skip
"""What a run depends on besides its tables, and how it is said. How it was solved moves no figure."""
OF_PLANTS = ("plant", "tie")
"""Tables whose rows are looked at one by one."""
SAME = 1e-6
"""Share by which a size of a plant may be off and be the same: sizes are sums of hours."""


@dataclass(frozen=True)
class Beside:
    """One amount of a claim, and what the run has in its place."""

    what: str
    """energy, gas or CO2."""
    unit: str
    claimed: float
    found: float | None
    """None where it cannot be told of these plants alone."""
    reason: str = ""
    """Why they differ, or why it cannot be told."""

    @property
    def off(self) -> float | None:
        """By what share of the claim the run is off."""
        return None if self.found is None or not self.claimed else self.found / self.claimed - 1

    @property
    def agrees(self) -> bool | None:
        """Within 10 per cent; None where it cannot be told."""
        return None if self.off is None else abs(self.off) <= WITHIN


@dataclass(frozen=True)
class Claimed:
    """A claim beside a run."""

    id: str
    """Of the published figure, and of its fact."""
    says: str
    """Who, in the words of its note."""
    plants: tuple[str, ...]
    """Those of the run that it speaks of."""
    amounts: tuple[Beside, ...] = field(default=())

    def row(self) -> dict[str, Any]:
        """As a document has it."""
        return {
            "id": self.id, "says": self.says, "plants": list(self.plants),
            "amounts": [asdict(one) | {"off": one.off, "agrees": one.agrees} for one in self.amounts],
        }  # fmt: skip


def claims_of(corridor: Corridor, base: PowerAnswer, other: PowerAnswer, country: str) -> tuple[Claimed, ...]:
    """Every claim of plants all of which one run has, and of which the base lacks one or more."""
    olds = {line["plant"] for line in base.rows(PLANTS)}
    news = {line["plant"]: line for line in other.rows(PLANTS) if line["country"] == country}
    savings = _Savings(base, other, country)
    found = []
    for row in corridor.rows("power_figure"):
        plants = _plants_of(row, news)
        if (
            plants
            and row.what == "generation"
            and row.twh
            and not row.period
            and any(name not in olds for name in plants)
        ):
            lines = [news[name] for name in plants]
            found.append(Claimed(row.id, row.note or "", plants, tuple(_amounts(row, lines, savings))))
    return tuple(found)


def _plants_of(row: Row, lines: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """The plants of a run that a figure speaks of; none where one of them is lacking."""
    found = []
    for name in row.plant:
        there = [plant for plant, line in lines.items() if name in (plant, line["site"]) and line["reported"]]
        if not there:
            return ()
        found += there
    return tuple(found)


def _amounts(row: Row, lines: list[dict[str, Any]], savings: _Savings) -> list[Beside]:
    twh, mw = sum(line["twh"] for line in lines), sum(line["mw"] for line in lines)
    energy = Beside("energy", "TWh", row.twh, twh, _why_energy(row.twh, lines, mw))
    amounts = [energy if not energy.agrees else Beside("energy", "TWh", row.twh, twh)]
    names = {line["plant"] for line in lines}
    for what, unit, claimed, saved in (
        ("gas", "million m3", row.saved_gas_mcm, savings.gas_mcm),
        ("CO2", "kt", row.saved_ktco2, savings.ktco2),
    ):
        if not claimed:
            continue
        alone = savings.alone(names)
        if alone:
            amounts.append(Beside(what, unit, claimed, None, alone))
            continue
        one = Beside(what, unit, claimed, saved, savings.why(what, claimed, row, twh))
        amounts.append(one if not one.agrees else Beside(what, unit, claimed, saved))
    return amounts


def _why_energy(claimed: float, lines: list[dict[str, Any]], mw: float) -> str:
    """The capacity factor that a claim needs, beside that of the profile."""
    could, curtailed = sum(line["could_twh"] for line in lines), sum(line["curtailed_twh"] for line in lines)
    if not mw:
        return "they have no megawatts here"
    needed, given = claimed * 1e6 / (mw * HOURS), could * 1e6 / (mw * HOURS)
    said = f"{mw:,.0f} MW would need a capacity factor of {needed:.3f}; the profile gives {given:.3f}"
    if needed > 1:
        said += ", and none is above 1"
    if curtailed > 0.005 * could:
        said += f", of which {curtailed / could:.1%} is curtailed"
    return said


class _Savings:
    """What all that is new saves, and what it takes the place of."""

    def __init__(self, base: PowerAnswer, other: PowerAnswer, country: str) -> None:
        a, b = base.country(country), other.country(country)
        olds, news = ({line["plant"]: line for line in side.rows(PLANTS) if line["country"] == country}
                      for side in (base, other))  # fmt: skip
        self.gas_mcm = 1e3 * (a["gas_bcm"] - b["gas_bcm"])
        self.ktco2 = 1e3 * (a["mtco2"] - b["mtco2"])
        self.thermal_twh = sum(
            sign * line["twh"] for sign, side in ((1, olds), (-1, news)) for line in side.values()
            if line["sort"] == "thermal"
        )  # fmt: skip
        self.exports_twh = (b["exports_twh"] - b["imports_twh"]) - (a["exports_twh"] - a["imports_twh"])
        self.years = base.year, other.year
        self.settings = tuple(_settings_apart(base, other))
        self.changed = {name for name in {*olds, *news} if (name in olds) != (name in news)}
        ties = [{line["tie"]: line for line in side.rows(TIES)} for side in (base, other)]
        self.ties = ties[0].keys() ^ ties[1].keys()
        self.resized = {name for name in olds.keys() & news.keys() if _plant_differs(olds[name], news[name])}
        self.resized |= {
            name for name in ties[0].keys() & ties[1].keys()
            if any(ties[0][name][column] != ties[1][name][column] for column in ("mw", "mw_back", "rule"))
        }  # fmt: skip

    def alone(self, names: set[str]) -> str:
        """Why what is saved cannot be told of these plants alone; empty if it can."""
        if self.years[0] != self.years[1]:
            return f"the two runs are of {self.years[0]} and {self.years[1]}: load and plants differ too"
        if self.settings:
            return f"the two runs differ in {', '.join(self.settings)} too"
        old = names - self.changed
        if old:
            return f"the base has {', '.join(sorted(old))} already"
        more = self.changed - names
        if more or self.ties:
            count = len(more) + len(self.ties)
            return (
                f"{count} other {'plant or tie differs' if count == 1 else 'plants and ties differ'} between the runs"
            )
        if self.resized:
            return f"another size, yield or rule in one run than in the other: {', '.join(sorted(self.resized))}"
        return ""

    def why(self, what: str, claimed: float, row: Row, twh: float) -> str:
        """What a megawatt-hour saves by the claim and by the run, and what it takes the place of."""
        saved = self.gas_mcm if what == "gas" else self.ktco2
        unit = "m3 of gas" if what == "gas" else "kg of CO2"
        if not twh > 0:
            return "they make nothing here, and save nothing"
        said = f"a MWh saves {claimed / row.twh:,.0f} {unit} by the claim and {saved / twh:,.0f} here"
        if self.thermal_twh > 0:
            said += (f", where it takes the place of {self.thermal_twh / twh:.2f} MWh of gas power, which "
                     f"{'burns' if what == 'gas' else 'lets out'} {saved / self.thermal_twh:,.0f} each")  # fmt: skip
        if abs(self.exports_twh) > TELLING * twh:
            way = "more goes abroad" if self.exports_twh > 0 else "less goes abroad"
            said += f"; {abs(self.exports_twh):.3f} TWh {way}"
        if what == "CO2" and row.saved_gas_mcm and self.gas_mcm > 0:
            said += (f"; the claim counts {claimed / row.saved_gas_mcm:.2f} kg a cubic metre of gas, and burning one "
                     f"lets out {self.ktco2 / self.gas_mcm:.2f}")  # fmt: skip
        return said


def _settings_apart(base: PowerAnswer, other: PowerAnswer) -> Iterator[str]:
    """What two runs depend on, besides plants and ties, and do not have in common."""
    kept = base.run is not None and other.run is not None
    sides = [_inputs(side, kept) for side in (base, other)]
    for name, words in SETTINGS.items():
        if sides[0].get(name) != sides[1].get(name):
            yield words
    tables = [side.get("tables", {}) for side in sides]
    yield from (f"table {name}" for name in sorted({*tables[0], *tables[1]} - {*OF_PLANTS})
                if tables[0].get(name) != tables[1].get(name))  # fmt: skip


def _inputs(answer: PowerAnswer, kept: bool) -> dict[str, Any]:
    """What a run depends on, as its record has it; where one of the two was not kept, as both were asked."""
    if not kept or answer.run is None:
        ask = answer.ask
        return {"seed": ask.seed, "weeks": ask.weeks, "profiles": list(ask.profiles), "lost": list(ask.lost)}
    inputs = answer.run.record["inputs"]
    return {**inputs["settings"], "seed": inputs["seed"], "tables": inputs["tables"]}


def _plant_differs(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a plant is of another kind, size or yield, or burns another lot."""
    if any(one[name] != other[name] for name in ("zone", "technology", "mw")):
        return True
    pairs = [(one["could_twh"], other["could_twh"])]
    if one["twh"] > 0 and other["twh"] > 0:
        pairs += [(one[name] / one["twh"], other[name] / other["twh"]) for name in ("gas_bcm", "mtco2")]
    return any(abs(a - b) > SAME * max(abs(a), abs(b)) for a, b in pairs)


__all__ = ["Beside", "Claimed", "claims_of"]
