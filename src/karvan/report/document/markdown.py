"""A document as one Markdown file (CommonMark with GitHub's tables); drawings are in it as data."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

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
    printable,
    spans,
)


def write_markdown(document: Document) -> bytes:
    """The file, UTF-8."""
    return ("\n\n".join(_parts(document)) + "\n").encode()


def _parts(document: Document) -> Iterator[str]:
    yield f"# {_in(document.title)}"
    yield _in(document.subtitle)
    for note in document.notes:
        yield from _block(note)
    yield "\n".join(f"- [{_in(section.title)}](#{section.anchor})" for section in document.sections)
    for section in document.sections:
        yield f'<a id="{section.anchor}"></a>\n\n## {_in(section.title)}'
        for block in section.blocks:
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"### {_in(block.text)}"
        case Paragraph():
            yield _text(block.text)
        case Items():
            yield "\n".join(f"- {_text(item)}" for item in block.items)
        case Note():
            yield f"> **{'Warning' if block.kind == 'warning' else 'Note'}.** {_text(block.text)}"
        case Listing():
            ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", block.text)), default=0))
            yield f"{_in(block.title)}:"
            yield f"{ticks}text\n{printable(block.text)}\n{ticks}"
        case KeyFigures():
            rows = tuple((one.name, one.value, one.note) for one in block.figures)
            yield from _table(Table("Key figures", ("what", "#how much", "of which"), rows))
        case Table():
            yield from _table(block)
        case Figure():
            yield from _figure(block)


def _table(table: Table) -> Iterator[str]:
    yield f"**{_in(table.caption)}**"
    rules = ("--:" if numeric else "---" for numeric in table.numeric)
    lines = [_row(map(_in, table.headings)), _row(rules)]
    for n, row in enumerate(table.rows):
        at = f'<a id="{table.anchors[n]}"></a>' if table.anchors else ""
        first, *rest = map(_text, row)
        lines.append(_row([at + first, *rest]))
    yield "\n".join(lines)
    if table.note:
        yield f"*{_in(table.note)}*"


def _row(cells: Iterator[str] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(figure: Figure) -> Iterator[str]:
    data = b64encode(figure.svg.encode()).decode()
    yield f'<a id="{figure.anchor}"></a>\n\n![{_in(figure.description)}](data:image/svg+xml;base64,{data})'
    yield f"**{_in(figure.title)}.** {_in(figure.caption)}".rstrip()


def _text(text: Text) -> str:
    parts = []
    for n, span in enumerate(spans(text)):
        match span:
            case Link():
                parts.append(f"[{_in(span.text)}](#{span.to})")
            case Strong():
                parts.append(f"**{_in(span.text)}**")
            case Code():
                parts.append(_code(span.text))
            case _:
                parts.append(_in(span, begins=n == 0))
    return "".join(parts)


def _code(text: str) -> str:
    """A name letter for letter; as escaped text where it holds what would end it, or the cell that it is in."""
    text = " ".join(printable(text).split())
    return _in(text) if not text or set("`|") & set(text) else f"`{text}`"


def _in(text: str, *, begins: bool = True) -> str:
    """Text on one line that no reader of Markdown takes for a mark."""
    text = re.sub(r"\s+", " ", printable(text))
    text = text.lstrip() if begins else text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*\[\]|~$])", r"\\\1", text)
    text = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", text)  # within a word it marks nothing
    return re.sub(r"^(\d+)(?=[.)](\s|$))|^(?=[+-](\s|$)|#|={1,}\s*$|-{2,}\s*$)", r"\1\\", text)
