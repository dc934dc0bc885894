"""The report of a run: one document, and its writers by format."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from karvan.evidence.record import COMPLETE, RECORD
from karvan.ground.errors import InputError, Problem, shown
from karvan.report.chapters import appraise, assign, compare, simulate
from karvan.report.chapters.founded import founded
from karvan.report.chapters.made import cited, finished, made
from karvan.report.chapters.told import Reported, Told, counted
from karvan.report.document.blocks import Document, Note, Paragraph, Section
from karvan.report.document.html import write_html
from karvan.report.document.markdown import write_markdown
from karvan.report.document.pdf import write_pdf

VERBS: Mapping[str, Callable[[Reported], Told]] = {
    "assign": assign.tell,
    "simulate": simulate.tell,
    "compare": compare.tell,
    "appraise": appraise.tell,
}
"""What tells of a run, by the command that it is of."""
WRITERS: Mapping[str, Callable[[Document], bytes]] = {"html": write_html, "pdf": write_pdf, "md": write_markdown}


def report(of: Reported) -> Document:
    """The report of a run.

    Raises InputError for a run that is not complete or of a command that has no report, and where an extra that its
    charts need is not installed.
    """
    tell = _teller(of)
    told = tell(of)
    notes = [*(Note(said, "warning") for said in of.doubts), *(Note(said) for said in of.remarks)]
    summary = Section("summary", "In short", (Paragraph(told.sentence), told.key))
    grounds = founded(of.corridor, told) if of.corridor else (_groundless(),)
    return Document(
        title=told.title,
        subtitle=_subtitle(of),
        made=finished(of),
        notes=(*notes, *told.warnings),
        sections=(summary, *told.sections, *grounds, made(of), cited(of)),
    )


def _subtitle(of: Reported) -> str:
    """The run, and what was different in it."""
    scenario, changes = of.inputs.get("scenario"), of.inputs.get("changes") or ()
    bent = f", scenario {scenario}" if scenario else ""
    bent += f", {counted(len(changes), 'change')}" if changes and of.inputs.get("command") != "compare" else ""
    when = f"{finished(of)[:16].replace('T', ' ')} UTC"
    return f"Run {of.run.name} of {of.package}{bent}; finished {when}, karvan {of.inputs.get('karvan')}"


def _teller(of: Reported) -> Callable[[Reported], Told]:
    command = str(of.inputs.get("command"))
    if command not in VERBS:
        problem = Problem(f"{RECORD}, inputs/command", shown(command), f"give a run of karvan {', '.join(VERBS)}")
        raise InputError(f"the run {of.run.name}", [problem])
    if of.run.status != COMPLETE or not of.record.get("results"):
        remedy = "ask for the same again: what is finished is used; then report it"
        raise InputError(f"the run {of.run.name}", [Problem(f"{RECORD}, status", shown(of.run.status), remedy)])
    return VERBS[command]


def _groundless() -> Section:
    said = "What the numbers are founded on stands in the package, which is not at hand: no assumption can be named."
    return Section("assumptions", "Assumptions by grade", (Paragraph(said),))
