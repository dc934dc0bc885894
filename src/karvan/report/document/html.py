"""A document as one HTML page: no script, nothing fetched, readable on light and dark ground, aloud, and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib import resources

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
    Section,
    Strong,
    Table,
    Text,
    plain,
    printable,
    spans,
)


def write_html(document: Document) -> bytes:
    """The page, UTF-8."""
    style = (resources.files("karvan.report.document") / "page.css").read_text("utf-8")
    return "\n".join(["<!doctype html>", *_page(document, style), ""]).encode()


def _page(document: Document, style: str) -> Iterator[str]:
    yield '<html lang="en">'
    yield '<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f'<meta name="generator" content="karvan">\n<meta name="date" content="{_in(document.made)}">'
    yield f"<title>{_in(document.title)}</title>"
    yield f"<style>\n{style}</style>\n</head>\n<body>"
    yield '<a class="skip" href="#content">Skip to the content</a>'
    yield f"<header>\n<p class=mark>karvan</p>\n<h1>{_in(document.title)}</h1>"
    yield f"<p class=subtitle>{_in(document.subtitle)}</p>\n</header>"
    yield '<nav aria-label="Contents">\n<h2>Contents</h2>\n<ol>'
    yield from (f'<li><a href="#{s.anchor}">{_in(s.title)}</a></li>' for s in document.sections)
    yield '</ol>\n</nav>\n<main id="content">'
    for note in document.notes:
        yield from _block(note)
    for section in document.sections:
        yield from _section(section)
    yield "</main>\n</body>\n</html>"


def _section(section: Section) -> Iterator[str]:
    yield f'<section id="{section.anchor}" aria-labelledby="{section.anchor}-title">'
    yield f'<h2 id="{section.anchor}-title">{_in(section.title)}</h2>'
    for block in section.blocks:
        yield from _block(block)
    yield "</section>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"<h3>{_in(block.text)}</h3>"
        case Paragraph():
            yield f"<p>{_text(block.text)}</p>"
        case Items():
            yield "<ul>"
            yield from (f"<li>{_text(item)}</li>" for item in block.items)
            yield "</ul>"
        case Note():
            word = "Warning" if block.kind == "warning" else "Note"
            kind = "warning" if block.kind == "warning" else "note"
            yield f'<p class="{kind}" role="note"><strong>{word}.</strong> {_text(block.text)}</p>'
        case Listing():
            yield f'<figure class="listing"><figcaption>{_in(block.title)}</figcaption>'
            yield f'<pre tabindex="0"><code>{_in(block.text)}</code></pre></figure>'
        case KeyFigures():
            yield '<dl class="key">'
            for one in block.figures:
                note = f"<dd class=about>{_in(one.note)}</dd>" if one.note else ""
                yield f"<div><dt>{_in(one.name)}</dt><dd class=value>{_in(one.value)}</dd>{note}</div>"
            yield "</dl>"
        case Table():
            yield from _table(block)
        case Figure():
            yield from _figure(block)


def _table(table: Table) -> Iterator[str]:
    yield f'<div class="scroll" role="region" aria-label="{_in(table.caption)}" tabindex="0">\n<table>'
    yield f"<caption>{_in(table.caption)}</caption>\n<thead><tr>"
    kinds = ['class="n"' if numeric else "" for numeric in table.numeric]
    heads = zip(table.headings, kinds, strict=True)
    yield "".join(f'<th scope="col" {kind}>{_in(name)}</th>' for name, kind in heads)
    yield "</tr></thead>\n<tbody>"
    for n, row in enumerate(table.rows):
        at = f' id="{table.anchors[n]}"' if table.anchors else ""
        first, *rest = zip(row, kinds, strict=True)
        cells = "".join(f"<td {kind}>{_text(cell)}</td>" for cell, kind in rest)
        yield f'<tr{at}><th scope="row" {first[1]}>{_text(first[0])}</th>{cells}</tr>'
    yield "</tbody>\n</table>\n</div>"
    if table.note:
        yield f'<p class="under">{_in(table.note)}</p>'


def _figure(figure: Figure) -> Iterator[str]:
    yield f'<figure id="{figure.anchor}" class="{"drawn" if figure.adapts else "drawn paper"}">'
    yield _named(figure)
    caption = f" {_in(figure.caption)}" if figure.caption else ""
    yield f"<figcaption><strong>{_in(figure.title)}.</strong>{caption}</figcaption>\n</figure>"


def _named(figure: Figure) -> str:
    """The drawing with a title and a description, and with ids that no other drawing on the page has."""
    own = f"{figure.anchor}-"
    svg = re.sub(r'(\bid=")', rf"\g<1>{own}", figure.svg)
    svg = re.sub(r"(url\(['\"]?#|href=\"#)", rf"\g<1>{own}", svg)
    head = re.search(r"<svg\b([^>]*)>", svg)
    if head is None:
        raise ValueError(f"figure {figure.anchor} is no SVG")
    size = dict(re.findall(r'\b(viewBox|width|height)="([^"]*)"', head[1]))
    box = size.get("viewBox") or f"0 0 {size['width']} {size['height']}"
    wide = "" if figure.adapts else f' style="max-width:{float(box.split()[2]):g}px"'
    said = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img"{wide}'
        f' aria-labelledby="{own}title {own}desc">'
        f'<title id="{own}title">{_in(figure.title)}</title><desc id="{own}desc">{_in(figure.description)}</desc>'
    )
    return said + svg[head.end() :].strip()


def _text(text: Text) -> str:
    parts = []
    for span in spans(text):
        match span:
            case Link():
                parts.append(f'<a href="#{span.to}">{_in(span.text)}</a>')
            case Strong():
                parts.append(f"<strong>{_in(span.text)}</strong>")
            case Code():
                parts.append(f"<code>{_in(span.text)}</code>")
            case _:
                parts.append(_in(span))
    return "".join(parts)


def _in(text: str) -> str:
    """Text that may stand anywhere in the page, in an attribute too."""
    return escape(printable(text), quote=True)


__all__ = ["plain", "write_html"]
