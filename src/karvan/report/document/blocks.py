"""What a document consists of. Text is text: whatever is in it, a writer shows it as it stands.

Links go to anchors of the same document only: ids of sections, figures and rows of tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A word that leads to an anchor of the document."""

    text: str
    to: str


@dataclass(frozen=True, slots=True)
class Strong:
    """What is to be seen first."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A name or command, letter for letter."""

    text: str


Span = str | Link | Strong | Code
Text = str | tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Items:
    """A list without an order."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader must not miss: a `warning` bears on whether the figures hold, a `note` does not."""

    text: Text
    kind: str = "note"


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines to copy, letter for letter."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure that stands for the whole: what, how much, and what is to be known of it."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Key figures side by side."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption. The first cell of a row names it."""

    caption: str
    columns: tuple[str, ...]
    """Headings. One that begins with `#` is of numbers; the sign is not shown."""
    rows: tuple[tuple[Text, ...], ...]
    note: str = ""
    anchors: tuple[str, ...] = ()
    """Anchors of the rows; none, or one a row."""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows) or len(self.anchors) not in (0, len(self.rows)):
            raise ValueError(f"table {self.caption}: rows of another length than its heading, or anchors of its rows")

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("#") for name in self.columns)

    @property
    def numeric(self) -> tuple[bool, ...]:
        return tuple(name.startswith("#") for name in self.columns)


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing. `svg` is ours and trusted: whoever makes it escapes what it writes into it."""

    anchor: str
    title: str
    description: str
    """What it shows, for who cannot see it."""
    svg: str
    caption: str = ""
    adapts: bool = False
    """Whether its parts have the classes by which a page colours it on a dark ground."""


Block = Heading | Paragraph | Items | Note | Listing | KeyFigures | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document, listed among its contents."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole."""

    title: str
    subtitle: str
    made: str
    """When what it tells of was finished, ISO 8601: the document's own date, so that it is the same each time."""
    notes: tuple[Note, ...]
    """Before everything else."""
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        there = list(anchors(self))
        twice = sorted({name for name in there if there.count(name) > 1})
        unknown = sorted({link.to for link in links(self)} - set(there))
        odd = sorted(name for name in there if not re.fullmatch(r"[a-z][a-z0-9-]*", name))
        if twice or unknown or odd:
            raise ValueError(f"anchors twice {twice}, links that lead nowhere {unknown}, no anchors {odd}")


def anchor(*words: str) -> str:
    """An anchor made of some words. Every other sign than a letter or a digit is told by its code, so that no two
    names get one."""
    return "-".join(re.sub(r"[^a-z0-9]", _coded, word.lower()) for word in words)


def _coded(sign: re.Match[str]) -> str:
    return "-" if sign[0] in " -" else f"-{ord(sign[0]):x}-"


def anchors(document: Document) -> Iterator[str]:
    """All anchors of a document, in its order."""
    for section in document.sections:
        yield section.anchor
        for block in section.blocks:
            if isinstance(block, Figure):
                yield block.anchor
            elif isinstance(block, Table):
                yield from block.anchors


def links(document: Document) -> Iterator[Link]:
    """All links of a document, in its order."""
    for text in texts(document):
        if not isinstance(text, str):
            yield from (span for span in text if isinstance(span, Link))


def texts(document: Document) -> Iterator[Text]:
    """All running text of a document, cells of tables included."""
    blocks = [*document.notes, *(block for section in document.sections for block in section.blocks)]
    for block in blocks:
        if isinstance(block, (Paragraph, Note)):
            yield block.text
        elif isinstance(block, Items):
            yield from block.items
        elif isinstance(block, Table):
            for row in block.rows:
                yield from row


def spans(text: Text) -> tuple[Span, ...]:
    """Text as spans."""
    return (text,) if isinstance(text, str) else text


def plain(text: Text) -> str:
    """Text without its marks."""
    return "".join(span if isinstance(span, str) else span.text for span in spans(text))


def printable(text: str) -> str:
    """Text without signs that no file may hold, or that turn the direction of others: each is shown as U+FFFD."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
