"""Proceedings as a document: one set of parts, in the document's own language, that the page and the print both show.

Nothing is read from other rooms here: the words are those of the record as it was compiled, the summary and the
conclusions are the page's. Paragraphs are numbered through summary and conclusions, as in a working paper; statements
carry the number of their contribution, which is their permanent address.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django_countries import countries
from wagtail.rich_text import expand_db_html

from cms import prose
from cms.models.issued import Issue, IssueNote, content_of, issue_of
from cms.models.records import ProceedingsRecord

if TYPE_CHECKING:
    from cms.models import ProceedingsPage

EMPTY: dict[str, Any] = {"background": "", "agenda": [], "participants": []}
_HAN = range(0x4E00, 0xA000)


@dataclass(frozen=True)
class Paragraph:
    """A numbered paragraph with the lists, quotations and tables that follow it; ``number`` is 0 for a heading."""

    number: int
    blocks: tuple[prose.Node, ...]

    @property
    def plain(self) -> str:
        """The words of a paragraph that is nothing else, as HTML without its element; empty for anything else."""
        return prose.inline_html(self.blocks[0]) if len(self.blocks) == 1 and self.blocks[0]["kind"] == "para" else ""

    @property
    def dir(self) -> str:
        """The direction of its first words, ``auto`` for none."""
        return str(self.blocks[0].get("dir") or "auto")

    @property
    def html(self) -> SafeString:
        """The paragraph for the page."""
        return mark_safe("".join(prose.block_html(block) for block in self.blocks))  # noqa: S308 - escaped in prose


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
    url: str  # absolute, so that print can lead there too
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
class Item:
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
class Note:
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
    cite: str
    labels: dict[str, str]
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    people: tuple[Person, ...] = field(default=())
    notes: tuple[Note, ...] = ()
    withdrawn: bool = False
    abstract: str = ""  # the first words of the summary

    @property
    def statement_count(self) -> int:
        """How many statements the record has."""
        return sum(len(item.statements) for item in self.items)


def day(moment: date | datetime | None) -> str:
    """Return a day in the language in use ("24 November 2026"), in UTC for a moment, empty for none."""
    if moment is None:
        return ""
    shown = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
    chinese = translation.get_language() == "zh-hans"
    return date_format(shown, "Y年n月j日" if chinese else "j F Y", use_l10n=False)


def _moment(moment: datetime) -> str:
    return f"{day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


def _span(opens: datetime | None, closes: datetime | None) -> str:
    first, last = day(opens), day(closes)
    if first == last or not (first and last):
        return first or last
    if opens and closes and opens.year == closes.year and translation.get_language() != "zh-hans":
        first = date_format(opens.astimezone(UTC).date(), "j F", use_l10n=False)
    return f"{first} – {last}"


def _read(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def role_label(code: str) -> str:
    """Return a role as a word in the language in use; a plain participant has none."""
    words = {
        "chair": _("chair"),
        "moderator": _("facilitator"),
        "rapporteur": _("rapporteur"),
        "observer": _("observer"),
        "secretariat": _("Secretariat"),
    }
    return words.get(code, "")


def _door(origin: str) -> str:
    return {"web": _("by web"), "mail": _("by mail"), "live": _("live")}.get(origin, origin)


def _about(entry: dict[str, Any]) -> str:
    parts = (role_label(entry["role"]), str(countries.name(entry["country"])), entry["organisation"])
    return " · ".join(part for part in parts if part)


def _paragraphs(markup: str, after: int) -> tuple[Paragraph, ...]:
    """Number the paragraphs of rich text on from ``after``.

    What is no paragraph belongs to the one before it; an ordered list by itself is paragraphs, item by item.
    """
    made: list[Paragraph] = []
    for block in prose.read(markup):
        alone = not made or made[-1].number == 0
        if block["kind"] == "head":
            made.append(Paragraph(0, (block,)))
            continue
        if block["kind"] == "para" or alone:
            parts = block["items"] if alone and block["kind"] == "list" and block["ordered"] else [[block]]
            made += [Paragraph(after + place, tuple(part)) for place, part in enumerate(parts, start=1)]
            after += len(parts)
        else:
            made[-1] = Paragraph(made[-1].number, (*made[-1].blocks, block))
    return tuple(made)


def _sections(background: str, summary: str, conclusions: str) -> tuple[Section, ...]:
    """Number the paragraphs of all three in one row; an empty one is left out."""
    made: list[Section] = []
    number = 0
    for anchor, title, markup in (
        ("background", _("Background"), background),
        ("summary", _("Summary"), summary),
        ("conclusions", _("Conclusions"), conclusions),
    ):
        parts = _paragraphs(markup, number)
        number = max((part.number for part in parts), default=number)
        if parts:
            made.append(Section(anchor, title, parts))
    return tuple(made)


def _statement(entry: dict[str, Any]) -> Statement:
    at = datetime.fromisoformat(entry["at"])
    return Statement(
        number=entry["number"],
        url=f"{settings.HUB_URL}/c/{entry['number']}/",
        author=entry["author"],
        about=_about(entry),
        when=_moment(at),
        at=at,
        origin=entry["origin"],
        door=_door(entry["origin"]),
        # The contribution's stored HTML: the sanitiser of hub.lib.markup has passed it when it was said.
        html=mark_safe(entry["html"]),  # noqa: S308
        edited=_edited(entry.get("edited")),
    )


def _edited(edit: dict[str, Any] | None) -> str:
    """Say that words were changed, by whom, when and why; empty for words that stand as they were heard."""
    if not edit:
        return ""
    values = {"person": edit["by"], "moment": _moment(datetime.fromisoformat(edit["at"]))}
    # Records of an earlier form hold those alone that were changed after the gavel.
    if edit.get("late", True):
        words = _("Changed after the session was closed, by %(person)s, %(moment)s")
    elif edit["own"]:
        words = _("Edited by the author, %(moment)s")
    else:
        words = _("Edited by the moderator %(person)s, %(moment)s")
    return ": ".join(filter(None, (words % values, edit.get("reason", ""))))


def _session_note(entry: dict[str, Any]) -> str:
    opens, closes = _read(entry["opens_at"]), _read(entry["closes_at"])
    if opens is None:
        return entry["title"]
    until = f"–{closes.astimezone(UTC):%H:%M}" if closes else ""
    return f"{entry['title']}: {day(opens)}, {opens.astimezone(UTC):%H:%M}{until} UTC"


def _item(number: int, entry: dict[str, Any]) -> Item:
    statements = tuple(_statement(said) for said in entry["interventions"])
    title, note = entry["title"], _session_note(entry["session"])
    if entry.get("resumed"):
        title = _("%s (continued)") % title
    if not entry["session"].get("held", True):
        note = _("The session “%s” was not held.") % entry["session"]["title"]
    elif not entry.get("taken", True):
        note = _("This item was not discussed.")
    return Item(number, title, note, statements)


def _labels() -> dict[str, str]:
    return {
        "contents": _("Contents"),
        "statements": _("Statements"),
        "participants": _("Participants"),
        "name": _("Name"),
        "role": _("Role"),
        "country": _("Country"),
        "organisation": _("Organisation"),
        "cite": _("Cite as"),
        "number": _("No."),
        "issued": _("Issued"),
        "page": _("page"),
        "language": _("Language"),
        "none": _("No statement was made on this item."),
        "draft": _("Draft – not issued"),
        "unprinted": _("Characters that could not be printed, shown as □"),
    }


def _notes(issue: Issue) -> tuple[Note, ...]:
    return tuple(
        Note(_("Note of correction, %s") % day(note.dated), note.text, note.dated) for note in issue.corrections
    )


def _notice(withdrawal: IssueNote, symbol: str) -> tuple[Section, ...]:
    """Return what stands in the place of a document that was withdrawn: that it was, when, by whom, and why."""
    values = {"symbol": symbol, "day": day(withdrawal.dated), "person": withdrawal.made_by.get_full_name()}
    sentence = _("The document %(symbol)s was withdrawn on %(day)s by the Secretariat (%(person)s).") % values
    markup = "".join(f"<p>{escape(part)}</p>" for part in (sentence, *withdrawal.text.splitlines()) if part.strip())
    return (Section("withdrawn", _("Withdrawn"), _paragraphs(markup, 0)),)


def _record_of(page: "ProceedingsPage", digest: str) -> dict[str, Any]:
    """Return the record that a text was issued with, whatever the page points to now."""
    record = page.record
    if digest and (record is None or record.digest != digest):
        record = ProceedingsRecord.objects.filter(digest=digest).first()
    return record.data if record else EMPTY


def build(page: "ProceedingsPage", *, with_notes: bool = True) -> Document:
    """Return a page of proceedings as a document in its own language: a draft as the page has it, else as issued.

    Args: with_notes, whether notes of correction stand above it.

    Queries: none for a draft that came with its record, 2 for what is issued.
    """
    issue = issue_of(page)
    content = issue.text.content if issue.text else content_of(page)
    with translation.override(content["language"]):
        dates = _span(_read(content["opens_at"]), _read(content["closes_at"]))
        kind = _("Proceedings of the electronic conference")
        url = page.full_url or settings.HUB_URL
        cite = f"{content['symbol']}: {content['title']}. {kind}, {dates}. {settings.HUB_NAME}. {url}".strip(": ")
        parts = _parts(_record_of(page, content["record"]), content)
        parts["abstract"] = Truncator(strip_tags(content["summary"])).words(40)
        if issue.withdrawal is not None:
            parts = {"sections": _notice(issue.withdrawal, content["symbol"]), "items": (), "withdrawn": True}
        return Document(
            title=content["title"],
            symbol=content["symbol"],
            language=content["language"],
            lang="zh-Hans" if content["language"] == "zh-hans" else content["language"],
            dir="rtl" if translation.get_language_bidi() else "ltr",
            kind=kind,
            dates=dates,
            issued=day(_read(content["first_published_at"])),
            organisation=settings.HUB_NAME,
            url=url,
            cite=cite,
            labels=_labels(),
            notes=_notes(issue) if with_notes and issue.withdrawal is None else (),
            **parts,
        )


def _parts(record: dict[str, Any], content: dict[str, str]) -> dict[str, Any]:
    """Return sections, items and people of a document."""
    summary, conclusions = expand_db_html(content["summary"]), expand_db_html(content["conclusions"])
    return {
        "sections": _sections(record["background"], summary, conclusions),
        "items": tuple(_item(number, entry) for number, entry in enumerate(record["agenda"], start=1)),
        "people": tuple(
            Person(who["name"], role_label(who["role"]), str(countries.name(who["country"])), who["organisation"])
            for who in record["participants"]
        ),
    }


def language_of(text: str, fallback: str) -> str:
    """Return the language to shape a text in: by its letters for Arabic and Chinese, else the document's."""
    if prose.direction(text) == "rtl":
        return "ar"
    if any(ord(letter) in _HAN for letter in text[:400]):
        return "zh-hans"
    return "en" if fallback in {"ar", "zh-hans"} else fallback
