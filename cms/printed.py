"""The parts of a document as pages and prints show them, whatever page they came from."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.safestring import SafeString, mark_safe

from cms import prose


@dataclass(frozen=True)
class Paragraph:
    """A numbered paragraph with the lists, quotations and
    tables that follow it; ``number`` is 0 for a heading.
    """

    number: int
    blocks: tuple[prose.Node, ...]

    @property
    def plain(self) -> str:
        """The words of a paragraph that is nothing else, as
        HTML without its element; empty for anything else.
        """
        return (
            prose.inline_html(self.blocks[0])
            if len(self.blocks) == 1 and self.blocks[0]["kind"] == "para"
            else ""
        )

    @property
    def dir(self) -> str:
        """The direction of its first words, ``auto`` for none."""
        return str(self.blocks[0].get("dir") or "auto")

    @property
    def html(self) -> SafeString:
        """The paragraph for the page."""
        # Escaped in prose.
        return mark_safe("".join(prose.block_html(block) for block in self.blocks))  # noqa: S308


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
    door: str  # the origin as a word
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
    def statement_count(self) -> int:
        """How many statements the record has."""
        return sum(len(item.statements) for item in self.items)
