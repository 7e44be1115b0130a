"""Proceedings as a document: the parts that the page and the print both show, in its language.

Nothing is read from the database here: :class:`cms.printed.Printable` gives the text, with the
record as it was compiled. Paragraphs are numbered through summary and conclusions, as in a working
paper; statements carry the number of their contribution, which is their permanent address.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.html import escape, strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_countries import countries
from wagtail.rich_text import expand_db_html

from cms import prose
from cms.printed import (
    DatedNote,
    Document,
    DocumentText,
    Paragraph,
    Person,
    Printable,
    PrintedItem,
    PrintedNote,
    Section,
    Statement,
)
from hub.lib.dates import comma, format_day, format_days
from hub.lib.full_urls import full_url
from hub.lib.scripts import isolate

_HAN = range(0x4E00, 0xA000)
# Letters of a text that are looked at for its script.
_SCRIPT_SAMPLE = 400
# Codes of BCP 47 that differ from Django's.
_BCP_47 = {"zh-hans": "zh-Hans"}
# Languages whose letters tell them: what has none of these letters is in another one.
_KNOWN_BY_SCRIPT = frozenset({"ar", "zh-hans"})
# Gives the address of a statement by its number.
StatementUrl = Callable[[int], str]


def day(moment: date | datetime | None) -> str:
    """Return a day in the language in use ("24 November 2026"), empty for None.

    The day of a moment is that in UTC.
    """
    if moment is None:
        return ""
    return format_day(_utc_day(moment))


def _utc_day(moment: date | datetime) -> date:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).date()
    return moment


def _moment(moment: datetime) -> str:
    return f"{day(moment)}{comma()}{isolate(f'{moment.astimezone(UTC):%H:%M} UTC')}"


def _span(opens: datetime | None, closes: datetime | None) -> str:
    if opens is None:
        return day(closes)
    if closes is None:
        return day(opens)
    return format_days(_utc_day(opens), _utc_day(closes))


def _parsed_moment(text: str) -> datetime | None:
    """Return a moment of a record, None for the empty text that stands for none."""
    if not text:
        return None
    return datetime.fromisoformat(text)


def role_label(code: str) -> str:
    """Return a role as a word in the language in use; a plain participant has none."""
    words = {
        "chair": pgettext("role of a person", "chair"),
        "moderator": pgettext("role of a person", "facilitator"),
        "rapporteur": pgettext("role of a person", "rapporteur"),
        "observer": pgettext("role of a person", "observer"),
        "secretariat": pgettext("role of a person", "Secretariat"),
    }
    return words.get(code, "")


def _channel(origin: str) -> str:
    return {
        "web": _("by web"),
        "mail": _("by e-mail"),
        "live": pgettext("how a contribution came in", "live"),
    }.get(origin, origin)


def _about(entry: dict[str, Any]) -> str:
    parts = (
        role_label(entry["role"]),
        str(countries.name(entry["country"])),
        isolate(entry["organisation"]),
    )
    return " · ".join(part for part in parts if part)


def _paragraphs(markup: str, after: int) -> tuple[Paragraph, ...]:
    """Number the paragraphs of rich text on from ``after``.

    A block that is no paragraph belongs to the paragraph before it. An ordered list that follows
    none is paragraphs, item by item.
    """
    paragraphs: list[Paragraph] = []
    number = after
    for block in prose.read(markup):
        if block["kind"] == "head":
            paragraphs.append(Paragraph(0, (block,)))
            continue
        follows_paragraph = bool(paragraphs) and paragraphs[-1].number > 0
        if follows_paragraph and block["kind"] != "para":
            paragraphs[-1] = paragraphs[-1].followed_by(block)
            continue
        for blocks in _numbered_parts(block):
            number += 1
            paragraphs.append(Paragraph(number, tuple(blocks)))
    return tuple(paragraphs)


def _numbered_parts(block: prose.Node) -> list[list[prose.Node]]:
    """Return what is numbered of a block: the items of an ordered list, else the whole block."""
    if block.get("ordered"):
        items: list[list[prose.Node]] = block["items"]
        return items
    return [[block]]


def _sections(background: str, content: dict[str, str]) -> tuple[Section, ...]:
    """Number the paragraphs of all sections in one row; an empty section is left out."""
    sections: list[Section] = []
    number = 0
    for anchor, title, markup in (
        ("background", pgettext("of a conference", "Background"), background),
        ("summary", pgettext("heading or label", "Summary"), expand_db_html(content["summary"])),
        ("conclusions", pgettext("heading", "Conclusions"), expand_db_html(content["conclusions"])),
    ):
        parts = _paragraphs(markup, number)
        number = max((part.number for part in parts), default=number)
        if parts:
            sections.append(Section(anchor, title, parts))
    return tuple(sections)


def _statement(entry: dict[str, Any], statement_url: StatementUrl) -> Statement:
    at = datetime.fromisoformat(entry["at"])
    return Statement(
        number=entry["number"],
        url=statement_url(entry["number"]),
        author=entry["author"],
        about=_about(entry),
        when=_moment(at),
        at=at,
        origin=entry["origin"],
        channel=_channel(entry["origin"]),
        # The contribution's stored HTML, which passed the sanitiser of hub.lib.markup when it was
        # published.
        html=mark_safe(entry["html"]),  # noqa: S308
        edited=_edited(entry.get("edited")),
    )


def _edited(edit: dict[str, Any] | None) -> str:
    """Say by whom, when and why a statement was changed, empty for one that never was."""
    if not edit:
        return ""
    values = {"person": isolate(edit["by"]), "moment": _moment(datetime.fromisoformat(edit["at"]))}
    # Records of an earlier form hold those alone that were changed after the gavel.
    if edit.get("late", True):
        words = _("Changed after the session was closed, by %(person)s, %(moment)s")
    elif edit["own"]:
        words = _("Edited by the author, %(moment)s")
    else:
        words = _("Edited by the moderator %(person)s, %(moment)s")
    return ": ".join(filter(None, (words % values, isolate(edit.get("reason", "")))))


def _session_note(entry: dict[str, Any]) -> str:
    opens, closes = _parsed_moment(entry["opens_at"]), _parsed_moment(entry["closes_at"])
    title = isolate(entry["title"])
    if opens is None:
        return title
    if closes is None:
        return f"{title}: {_moment(opens)}"
    if _utc_day(closes) != _utc_day(opens):
        return f"{title}: {_moment(opens)} – {_moment(closes)}"
    hours = f"{opens.astimezone(UTC):%H:%M}–{closes.astimezone(UTC):%H:%M}"
    return f"{title}: {day(opens)}{comma()}{isolate(f'{hours} UTC')}"


def _item(number: int, entry: dict[str, Any], statement_url: StatementUrl) -> PrintedItem:
    statements = tuple(
        _statement(intervention, statement_url) for intervention in entry["interventions"]
    )
    title, note = isolate(entry["title"]), _session_note(entry["session"])
    if entry.get("resumed"):
        title = _("%s (continued)") % isolate(title)
    if not entry["session"].get("held", True):
        note = _("The session “%s” was not held.") % isolate(entry["session"]["title"])
    elif not entry.get("taken", True):
        note = _("This item was not discussed.")
    return PrintedItem(number, title, note, statements)


def _labels() -> dict[str, str]:
    return {
        "contents": pgettext("heading: table of contents", "Contents"),
        "statements": pgettext("said in live sessions", "Statements"),
        "participants": pgettext("heading or label", "Participants"),
        "name": pgettext("of a person", "Name"),
        "role": pgettext("label: role of a person", "Role"),
        "country": pgettext("label", "Country"),
        "organisation": pgettext("label: where a person works", "Organisation"),
        "cite": _("Cite as"),
        "number": pgettext("before a number", "No."),
        "issued": pgettext("proceedings, before a date", "Issued"),
        "page": pgettext("before a page number", "page"),
        "language": pgettext("label", "Language"),
        "discussion": _("In the discussion"),
        "none": _("No statement was made on this item."),
        "draft": _("Draft – not issued"),
        "unprinted": _("Characters that could not be printed, shown as □"),
    }


def _notes(corrections: tuple[DatedNote, ...]) -> tuple[PrintedNote, ...]:
    return tuple(
        PrintedNote(_("Note of correction, %s") % day(note.dated), note.text, note.dated)
        for note in corrections
    )


def _notice(withdrawal: DatedNote, symbol: str) -> tuple[Section, ...]:
    """Return the section that takes the place of a withdrawn document: when, by whom and why."""
    values = {
        "symbol": isolate(symbol),
        "day": day(withdrawal.dated),
        "person": isolate(withdrawal.author),
    }
    sentence = (
        _("The document %(symbol)s was withdrawn on %(day)s by the Secretariat (%(person)s).")
        % values
    )
    markup = "".join(
        f"<p>{escape(part)}</p>"
        for part in (sentence, *withdrawal.text.splitlines())
        if part.strip()
    )
    return (
        Section(
            "withdrawn",
            pgettext("heading of a withdrawn document", "Withdrawn"),
            _paragraphs(markup, 0),
        ),
    )


def build(page: Printable, *, with_notes: bool = True) -> Document:
    """Return a page of proceedings as a document in its own language.

    Args: with_notes, whether notes of correction stand above it.

    Queries: 2, those of the page's ``document_text``.
    """
    text = page.document_text()
    content = text.content
    language = content["language"]
    with translation.override(language):
        kind = _("Proceedings of the electronic conference")
        dates = _span(_parsed_moment(content["opens_at"]), _parsed_moment(content["closes_at"]))
        return Document(
            title=content["title"],
            symbol=content["symbol"],
            language=language,
            lang=_BCP_47.get(language, language),
            dir="rtl" if translation.get_language_bidi() else "ltr",
            kind=kind,
            dates=dates,
            issued=day(_parsed_moment(content["first_published_at"])),
            organisation=settings.HUB_NAME,
            url=text.url,
            cite=_citation(content, kind, dates),
            labels=_labels(),
            **_parts(text, with_notes=with_notes),
        )


def _citation(content: dict[str, str], kind: str, dates: str) -> str:
    """Return how a document is cited, without its address."""
    symbol = f"{isolate(content['symbol'])}: " if content["symbol"] else ""
    facts = f"{isolate(content['title'])}. {kind}{comma()}{dates}"
    return f"{symbol}{facts}. {isolate(settings.HUB_NAME)}."


def _parts(text: DocumentText, *, with_notes: bool) -> dict[str, Any]:
    """Return the sections, items, people and notes of a document, or its notice of withdrawal."""
    if text.withdrawal is not None:
        notice = _notice(text.withdrawal, text.content["symbol"])
        return {"sections": notice, "items": (), "withdrawn": True}
    statement_url = _statement_url_of(text)
    return {
        "sections": _sections(text.record["background"], text.content),
        "items": tuple(
            _item(number, entry, statement_url)
            for number, entry in enumerate(text.record["agenda"], start=1)
        ),
        "people": tuple(_person(entry) for entry in text.record["participants"]),
        "notes": _notes(text.corrections) if with_notes else (),
        "abstract": Truncator(strip_tags(text.content["summary"])).words(40),
    }


def _statement_url_of(text: DocumentText) -> StatementUrl:
    """Return where the statements of a document are found.

    An issued document is open to everybody, its contributions often are not: so its statements
    have their addresses in it. Those who work on a draft have only the contributions.
    """
    if text.is_issued:
        return lambda number: f"{text.url}#c{number}"
    return lambda number: full_url("forums:contribution", number)


def _person(entry: dict[str, str]) -> Person:
    return Person(
        name=entry["name"],
        role=role_label(entry["role"]),
        country=str(countries.name(entry["country"])),
        organisation=entry["organisation"],
    )


def language_of(text: str, fallback: str) -> str:
    """Return the language to shape a text in: Arabic or Chinese by its letters, else ``fallback``.

    A text without their letters in an Arabic or Chinese document is shaped as English.
    """
    if prose.direction(text) == "rtl":
        return "ar"
    if any(ord(letter) in _HAN for letter in text[:_SCRIPT_SAMPLE]):
        return "zh-hans"
    if fallback in _KNOWN_BY_SCRIPT:
        return "en"
    return fallback
