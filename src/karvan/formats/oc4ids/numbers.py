"""The months and numbers of a project in an OC4IDS file, and the evidence of each: its fact, basis and source."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from karvan.corridor.row import Row, new_row
from karvan.formats.foreign import Gathered
from karvan.formats.oc4ids.package import Project
from karvan.formats.oc4ids.parts import Observation
from karvan.formats.oc4ids.read import Read, Remarks
from karvan.formats.oc4ids.shape import Period, Value, slug
from karvan.formats.oc4ids.time import DAYS_A_YEAR, month_after, when, whole_months
from karvan.tables import BY_NAME
from karvan.tables.cell import LONGEST_NOTE, LONGEST_TEXT, write

Cells = dict[str, str]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")


@dataclass
class Evidence:
    """Facts and bases as they are written down; all are of one file."""

    source: Row
    confidence: str
    facts: list[Row] = field(default_factory=list)
    bases: list[Row] = field(default_factory=list)

    def fact(self, project: str, metric: str, value: str, unit: str, address: str) -> str:
        """Write down what the file states, and where. The fact's id."""
        name = f"OC-{project}-{metric}"
        self.facts.append(
            new_row(
                "fact", id=name, subject=subject_of(project), metric=metric, value=cut(value, LONGEST_NOTE), unit=unit,
                source=self.source.id, confidence=self.confidence, note=address,
            )
        )  # fmt: skip
        return name

    def basis(self, project: str, column: str, fact: str, note: str = "") -> None:
        """Write down what a number follows from: derived where the note says how, else read."""
        method, grade = ("derived", max(self.confidence, "B")) if note else ("read", self.confidence)
        self.bases.append(
            new_row(
                "basis", table="project", row=project, column=column, facts=(fact,), method=method, grade=grade,
                note=note,
            )
        )  # fmt: skip


def subject_of(project: str) -> str:
    """What the facts of a project are about."""
    return f"project:{project}"


def source_of(read: Read) -> Row:
    """The file as a source. Its id says the publisher, and tells files of one publisher apart."""
    told = "\n".join((read.uri, read.publisher, read.published, *(project.id for project in read.projects)))
    digest = hashlib.sha256(told.encode()).hexdigest()[:8]
    by = read.publisher or "somebody unnamed"
    return new_row(
        "source",
        id=f"oc4ids-{slug(read.publisher or 'unnamed', 40)}-{digest}",
        title=cut(f"OC4IDS projects published by {by}", LONGEST_NOTE),
        publisher=cut(read.publisher, LONGEST_TEXT),
        date=cut(read.published[:10], LONGEST_TEXT),
        url=cut(read.uri, LONGEST_NOTE),
        kind="OC4IDS",
    )


@dataclass(frozen=True)
class Numbers:
    """What one project says in numbers, as cells of its row; what is said is written down as evidence."""

    project: Project
    name: str
    address: str
    evidence: Evidence
    remarks: Remarks
    wrong: Gathered
    rates: Mapping[str, float]

    def dates(self) -> Cells:
        """Begin and opening: of the works where they are told apart, and as it was where that is told.

        It opens with the first month that begins when the work is over, or later.
        """
        project, cells = self.project, Cells()
        if project.status:
            self.fact("status", project.status, "status")
        spans = [("implementationPeriod", project.implementation_period), ("period", project.period)]
        told = [(key, span) for key, span in spans if span]
        ends = [(f"{key}/endDate", span.end_date) for key, span in told if span.end_date]
        if project.completion and project.completion.end_date:
            ends.insert(0, ("completion/endDate", project.completion.end_date))
        start = next(((key, span.start_date) for key, span in told if span.start_date), None)
        if start:
            cells["starts"] = start[1][:7]
            self.fact("starts", start[1], f"{start[0]}/startDate")
        if ends:
            cells["opens"] = month_after(ends[0][1])
            self.fact("opens", ends[0][1], ends[0][0])
        elif start and (last := _days_of(told)):
            cells["opens"] = self.after_days(start[1], *last)
            self.fact("opens", f"{last[1]} days from {start[1]}", f"{last[0]}/durationInDays")
        if cells.get("opens") and cells.get("starts", "") > cells["opens"]:
            found = f"{cells['starts']} to {cells['opens']}"
            self.wrong.add(f"{self.address}/period", found, "it cannot end before it starts")
        return cells

    def after_days(self, start: str, key: str, days: int) -> str:
        """The month after so many days."""
        try:
            return month_after((when(start) + dt.timedelta(days=days)).isoformat())
        except OverflowError:
            self.wrong.add(f"{self.address}/{key}/durationInDays", days, "give days that end before the year 10000")
            return ""

    def money(self) -> Cells:
        """What it costs, in million USD: what it came to where that is told, else its budget."""
        project, cells = self.project, Cells()
        final, budget = project.completion and project.completion.final_value, project.budget and project.budget.amount
        key, value = ("completion/finalValue", final) if final else ("budget/amount", budget)
        if value:
            cells["capex_musd"] = self.usd(value, "capex_musd", key)
        for _, seen in self.forecast("capitalCost"):
            year = (seen.dimensions or {}).get("priceYear")
            if cells.get("capex_musd") and isinstance(year, int):
                cells["capex_year"] = str(year)
        for where, seen in self.forecast("runningCost"):
            if seen.value:
                cells["opex_musd_year"] = self.usd(seen.value, "opex_musd_year", where)
        return cells

    def usd(self, value: Value, column: str, where: str) -> str:
        """Million USD; empty where no amount is said, or in a currency that has no rate."""
        code, amount = value.currency or "", value.amount
        rate = 1.0 if code == "USD" else self.rates.get(code)
        if amount is None or rate is None:
            said = f"in {code}: not taken over; --rate {code}=USD takes it" if amount is not None else "no amount"
            self.remarks.add(f"{self.address}/{where}", said)
            return ""
        fact = self.fact(column, str(amount), where, code if column == "capex_musd" else f"{code}/yr")
        times = "" if code == "USD" else f" * {rate!r} (USD for one {code}, as given at the import)"
        self.evidence.basis(self.name, column, fact, f"{fact}{times} / 1e6")
        return _cell(column, float(Decimal(str(amount)) * Decimal(repr(rate)) / 1000000))

    def times(self) -> Cells:
        """How long it lasts, and until it is there in full."""
        cells = Cells()
        life = self.project.asset_lifetime
        years, text = _years(life) if life else (None, "")
        if life and not years:
            self.remarks.add(f"{self.address}/assetLifetime", "no time: not taken over")
        elif years:
            fact = self.fact("life", text, "assetLifetime")
            self.evidence.basis(self.name, "life_years", fact, "the years that these are")
            cells["life_years"] = _cell("life_years", years)
        for where, seen in self.forecast("rampUp"):
            if isinstance(seen.measure, int | float):
                fact = self.fact("ramp_years", str(seen.measure), where, "yr")
                self.evidence.basis(self.name, "ramp_years", fact)
                cells["ramp_years"] = _cell("ramp_years", float(seen.measure))
        return cells

    def fact(self, metric: str, value: str, where: str, unit: str = "") -> str:
        return self.evidence.fact(self.name, metric, value, unit, f"{self.address}/{where}")

    def forecast(self, name: str) -> Iterator[tuple[str, Observation]]:
        """The observation of a forecast of ours, and where it is; none of what others write."""
        for ix, metric in enumerate(self.project.forecasts or ()):
            if metric.id == name and metric.observations:
                yield f"forecasts/{ix}/observations/0", metric.observations[0]


def _days_of(spans: list[tuple[str, Period]]) -> tuple[str, int] | None:
    """The first of these periods that says its days, and how many."""
    return next(((key, span.duration_in_days) for key, span in spans if span.duration_in_days), None)


def _years(life: Period) -> tuple[float | None, str]:
    """The years of a period, to the month or to the hundredth, and what it says; None where it says too little."""
    if life.start_date and life.end_date:
        text, months = f"{life.start_date} to {life.end_date}", whole_months(life.start_date, life.end_date)
        if months is not None:
            return months / 12, text
        return round((when(life.end_date) - when(life.start_date)).days / DAYS_A_YEAR, 2), text
    if life.duration_in_days is not None:
        return round(life.duration_in_days / DAYS_A_YEAR, 2), f"{life.duration_in_days} days"
    return None, ""


def _cell(column: str, value: Any) -> str:
    return write(value, BY_NAME["project"].column(column))


def clean(text: str) -> str:
    """Text as cells admit it: without control characters, line ends of one kind."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def cut(text: str, longest: int) -> str:
    """Clean text of so many characters at most."""
    text = clean(text)
    return text if len(text) <= longest else f"{text[: longest - 3].rstrip()}..."
