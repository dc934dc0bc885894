"""A document as PDF, set by Typst, whose compiler and fonts come in one wheel.

Nothing of a document is ever read as Typst: the page is a fixed program, and the document its data.
"""

from __future__ import annotations

import json
import re
from importlib import import_module, resources
from typing import Any

from karvan.ground.errors import InputError, Problem
from karvan.report.document.blocks import (
    Block,
    Code,
    Document,
    Figure,
    Heading,
    Items,
    KeyFigures,
    Link,
    Listing,
    Note,
    Paragraph,
    Strong,
    Table,
    Text,
    plain,
    printable,
    spans,
    texts,
)

OWN_SCRIPTS = re.compile(r"[\u0000-\u058f\u10a0-\u10ff\u1e00-\u22ff\u2300-\u27ff\ufffd]*")
"""Latin, Greek, Cyrillic, Armenian, Georgian and signs: what the fonts in the wheel have."""


def ready() -> None:
    """Raise InputError where what sets a PDF is not installed."""
    try:
        import_module("typst")
    except ImportError:
        problem = Problem("typst", "no such module", 'install it: pip install "karvan[report]"')
        raise InputError("a report as PDF", [problem]) from None


def write_pdf(document: Document) -> bytes:
    """The file. The same document gives the same bytes; one in a script that the fonts in the wheel do not have (as
    Chinese) is set with the machine's own fonts, and then the same on that machine.

    Raises InputError where Typst is not installed.
    """
    ready()
    typst: Any = import_module("typst")
    page = (resources.files("karvan.report.document") / "page.typ").read_bytes()
    said = json.dumps(_document(document), ensure_ascii=False)
    own = OWN_SCRIPTS.fullmatch(said) is not None
    pdf: bytes = typst.compile(page, sys_inputs={"document": said}, ignore_system_fonts=own)
    return pdf


def _document(document: Document) -> dict[str, Any]:
    year, month, day = (int(part) for part in document.made[:10].split("-"))
    return {
        "title": _in(document.title),
        "subtitle": _in(document.subtitle),
        "date": {"year": year, "month": month, "day": day},
        "notes": [_block(note) for note in document.notes],
        "sections": [
            {"anchor": section.anchor, "title": _in(section.title), "blocks": [_block(b) for b in section.blocks]}
            for section in document.sections
        ],
        "linked": sorted({span.to for text in texts(document) for span in spans(text) if isinstance(span, Link)}),
    }


def _block(block: Block) -> dict[str, Any]:
    """A block as the page's program reads it: its kind, and its fields."""
    return {"kind": type(block).__name__.lower(), **_fields(block)}


def _fields(block: Block) -> dict[str, Any]:
    said: dict[str, Any]
    match block:
        case Heading():
            said = {"text": _in(block.text)}
        case Paragraph():
            said = {"text": _text(block.text)}
        case Items():
            said = {"items": [_text(item) for item in block.items]}
        case Note():
            said = {"warning": block.kind == "warning", "text": _text(block.text)}
        case Listing():
            said = {"title": _in(block.title), "text": _in(block.text)}
        case KeyFigures():
            said = {"figures": [{name: _in(getattr(one, name)) for name in one.__slots__} for one in block.figures]}
        case Table():
            said = {
                "caption": _in(block.caption), "headings": [_in(name) for name in block.headings],
                "numeric": list(block.numeric), "widths": _widths(block), "anchors": list(block.anchors),
                "rows": [[_text(cell) for cell in row] for row in block.rows], "note": _in(block.note),
            }  # fmt: skip
        case Figure():
            said = {
                "anchor": block.anchor, "title": _in(block.title), "description": _in(block.description),
                "svg": block.svg, "caption": _in(block.caption),
            }  # fmt: skip
    return said


LONG, LONG_CODE, LONGEST_SHARE = 22, 34, 70
"""Characters from which a column of words, or of names letter for letter, may break its lines; and those that it is
given room for at most."""


def _widths(table: Table) -> list[int]:
    """Of each column the share of what room is left; 0 for one that is as wide as what is in it."""
    found = []
    for ix, name in enumerate(table.headings):
        cells = [row[ix] for row in table.rows]
        most = max([len(name), *(len(plain(cell)) for cell in cells)])
        code = any(isinstance(span, Code) for cell in cells for span in spans(cell))
        found.append(min(most, LONGEST_SHARE) if most > (LONG_CODE if code else LONG) else 0)
    return found


def _text(text: Text) -> list[dict[str, str]]:
    found = []
    for span in spans(text):
        if isinstance(span, str):
            found.append({"span": "text", "text": _in(span)})
        else:
            kind = "link" if isinstance(span, Link) else "strong" if isinstance(span, Strong) else "code"
            found.append({"span": kind, "text": _in(span.text), "to": span.to if isinstance(span, Link) else ""})
    return found


def _in(text: str) -> str:
    return printable(text)
