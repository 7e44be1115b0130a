"""What a page offers to be printed, and the parts of a document as pages and prints show them.

Documents and prints know no page models: what can be printed is :class:`Printable`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.utils.safestring import SafeString, mark_safe

from cms import prose, prose_html


@dataclass(frozen=True)
class DatedNote:
    """A note of the Secretariat on an issued text: a correction, or its withdrawal."""

    text: str
    dated: date
    author: str  # the full name


@dataclass(frozen=True)
class DocumentText:
    """Everything that a document says, as plain data.

    Args:
        content: what :func:`cms.models.issued.content_of` gives: as issued, or as drafted.
        record: the data of a :class:`cms.models.ProceedingsRecord`.
        url: the full address of the document.
        is_issued: whether it has a symbol and is open to everybody.
        corrections: the notes of correction that hold.
        withdrawal: the note in the place of what was withdrawn, None for what holds.
    """

    content: dict[str, str]
    record: dict[str, Any]
    url: str
    is_issued: bool = False
    corrections: tuple[DatedNote, ...] = ()
    withdrawal: DatedNote | None = None


class Printable(Protocol):
    """What can be shown and printed as a document: a page of proceedings, issued or a draft."""

    def document_text(self) -> DocumentText:
        """Return what the document says now."""


@dataclass(frozen=True)
class Paragraph:
    """A numbered paragraph with the lists, quotations and tables that follow it.

    ``number`` is 0 for a heading.
    """

    number: int
    blocks: tuple[prose.Node, ...]

    def followed_by(self, block: prose.Node) -> "Paragraph":
        """Return the paragraph with one more block."""
        return Paragraph(self.number, (*self.blocks, block))

    @property
    def plain(self) -> str:
        """The HTML inside a paragraph that has no other blocks, empty for anything else."""
        if len(self.blocks) > 1:
            return ""
        (block,) = self.blocks
        if block["kind"] != "para":
            return ""
        return prose_html.inline_html(block)

    @property
    def dir(self) -> str:
        """The direction of its first words, ``auto`` for none."""
        return str(self.blocks[0].get("dir") or "auto")

    @property
    def html(self) -> SafeString:
        """The paragraph for the page."""
        blocks = (prose_html.block_html(block) for block in self.blocks)
        # Escaped in prose_html.
        return mark_safe("".join(blocks))  # noqa: S308


@dataclass(frozen=True)
class Section:
    """Background, summary or conclusions."""

    anchor: str
    title: str
    parts: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Statement:
    """One intervention as issued."""

    number: int
    url: str  # where its reader finds it; absolute, so that print can lead there too
    author: str
    about: str  # role, country, organisation in one line
    when: str
    at: datetime
    origin: str
    channel: str  # the origin as a word
    html: SafeString
    edited: str = ""  # who changed it, when and why

    @property
    def anchor(self) -> str:
        """The statement's place on the page."""
        return f"c{self.number}"


@dataclass(frozen=True)
class PrintedItem:
    """An agenda item, the conference_session that took it, and what was said on it."""

    number: int
    title: str
    note: str = ""
    statements: tuple[Statement, ...] = ()

    @property
    def anchor(self) -> str:
        """The item's place on the page."""
        return f"item-{self.number}"


@dataclass(frozen=True)
class Person:
    """Somebody who took part, as registered when the record was compiled."""

    name: str
    role: str
    country: str
    organisation: str


@dataclass(frozen=True)
class PrintedNote:
    """A dated note of the Secretariat on an issued document."""

    title: str
    text: str
    when: date


@dataclass(frozen=True)
class Document:
    """Everything that is shown and printed, evaluated in the document's language."""

    title: str
    symbol: str
    language: str
    lang: str  # BCP 47
    dir: str
    kind: str
    dates: str
    issued: str
    organisation: str
    url: str
    cite: str  # without the address
    labels: dict[str, str]
    sections: tuple[Section, ...]
    items: tuple[PrintedItem, ...]
    people: tuple[Person, ...] = field(default=())
    notes: tuple[PrintedNote, ...] = ()
    withdrawn: bool = False
    abstract: str = ""  # the first words of the summary

    @property
    def name(self) -> str:
        """What the document is called in a log."""
        return self.symbol or self.title

    @property
    def statement_count(self) -> int:
        """How many statements the record has."""
        return sum(len(item.statements) for item in self.items)
