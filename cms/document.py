"""Proceedings as a document: one set of parts, in the document's own language, that the page and
the print both show.

Nothing is read from other rooms here: the words are those of the record as it was compiled, the
summary and the conclusions are the page's. Paragraphs are numbered through summary and conclusions,
as in a working paper; statements carry the number of their contribution, which is their permanent
address.
"""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.html import escape, strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django_countries import countries
from wagtail.rich_text import expand_db_html

from cms import prose
from cms.models.issued import Issue, IssueNote, content_of, issue_of
from cms.models.records import ProceedingsRecord
from cms.printed import Document, Paragraph, Person, PrintedItem, PrintedNote, Section, Statement
from hub.lib.dates import comma, say_day, say_span
from hub.lib.scripts import isolate

if TYPE_CHECKING:
    from cms.models import ProceedingsPage

EMPTY: dict[str, Any] = {"background": "", "agenda": [], "participants": []}
_HAN = range(0x4E00, 0xA000)


def day(moment: date | datetime | None) -> str:
    """Return a day in the language in use ("24 November
    2026"), in UTC for a moment, empty for none.
    """
    return say_day(_utc_day(moment)) if moment is not None else ""


def _utc_day(moment: date | datetime) -> date:
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment


def _moment(moment: datetime) -> str:
    return f"{day(moment)}{comma()}{isolate(f'{moment.astimezone(UTC):%H:%M} UTC')}"


def _span(opens: datetime | None, closes: datetime | None) -> str:
    if opens is None or closes is None:
        return day(opens) or day(closes)
    return say_span(_utc_day(opens), _utc_day(closes))


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
    parts = (
        role_label(entry["role"]),
        str(countries.name(entry["country"])),
        isolate(entry["organisation"]),
    )
    return " · ".join(part for part in parts if part)


def _paragraphs(markup: str, after: int) -> tuple[Paragraph, ...]:
    """Number the paragraphs of rich text on from ``after``.

    What is no paragraph belongs to the one before it; an ordered list by itself is paragraphs, item
    by item.
    """
    paragraphs: list[Paragraph] = []
    for block in prose.read(markup):
        alone = not paragraphs or paragraphs[-1].number == 0
        if block["kind"] == "head":
            paragraphs.append(Paragraph(0, (block,)))
            continue
        if block["kind"] == "para" or alone:
            parts = (
                block["items"]
                if alone and block["kind"] == "list" and block["ordered"]
                else [[block]]
            )
            paragraphs += [
                Paragraph(after + place, tuple(part)) for place, part in enumerate(parts, start=1)
            ]
            after += len(parts)
        else:
            paragraphs[-1] = Paragraph(paragraphs[-1].number, (*paragraphs[-1].blocks, block))
    return tuple(paragraphs)


def _sections(background: str, summary: str, conclusions: str) -> tuple[Section, ...]:
    """Number the paragraphs of all three in one row; an empty one is left out."""
    sections: list[Section] = []
    number = 0
    for anchor, title, markup in (
        ("background", _("Background"), background),
        ("summary", _("Summary"), summary),
        ("conclusions", _("Conclusions"), conclusions),
    ):
        parts = _paragraphs(markup, number)
        number = max((part.number for part in parts), default=number)
        if parts:
            sections.append(Section(anchor, title, parts))
    return tuple(sections)


def _statement(entry: dict[str, Any], place: str) -> Statement:
    at = datetime.fromisoformat(entry["at"])
    return Statement(
        number=entry["number"],
        url=place.format(number=entry["number"]),
        author=entry["author"],
        about=_about(entry),
        when=_moment(at),
        at=at,
        origin=entry["origin"],
        door=_door(entry["origin"]),
        # The contribution's stored HTML: the sanitiser of hub.lib.markup has passed it when it was
        # said.
        html=mark_safe(entry["html"]),  # noqa: S308
        edited=_edited(entry.get("edited")),
    )


def _edited(edit: dict[str, Any] | None) -> str:
    """Say that words were changed, by whom, when and
    why; empty for words that stand as they were heard.
    """
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
    opens, closes = _read(entry["opens_at"]), _read(entry["closes_at"])
    title = isolate(entry["title"])
    if opens is None:
        return title
    begin = f"{opens.astimezone(UTC):%H:%M}"
    if closes and _utc_day(closes) != _utc_day(opens):
        return f"{title}: {day(opens)}{comma()}{isolate(f'{begin} UTC')} – {_moment(closes)}"
    hours = f"{begin}–{closes.astimezone(UTC):%H:%M}" if closes else begin
    return f"{title}: {day(opens)}{comma()}{isolate(f'{hours} UTC')}"


def _item(number: int, entry: dict[str, Any], place: str) -> PrintedItem:
    statements = tuple(_statement(intervention, place) for intervention in entry["interventions"])
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
        "discussion": _("In the discussion"),
        "none": _("No statement was made on this item."),
        "draft": _("Draft – not issued"),
        "unprinted": _("Characters that could not be printed, shown as □"),
    }


def _notes(issue: Issue) -> tuple[PrintedNote, ...]:
    return tuple(
        PrintedNote(_("Note of correction, %s") % day(note.dated), note.text, note.dated)
        for note in issue.corrections
    )


def _notice(withdrawal: IssueNote, symbol: str) -> tuple[Section, ...]:
    """Return what stands in the place of a document that
    was withdrawn: that it was, when, by whom, and why.
    """
    values = {
        "symbol": isolate(symbol),
        "day": day(withdrawal.dated),
        "person": isolate(withdrawal.made_by.get_full_name()),
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
    return (Section("withdrawn", _("Withdrawn"), _paragraphs(markup, 0)),)


def _record_of(page: "ProceedingsPage", digest: str) -> dict[str, Any]:
    """Return the record that a text was issued with, whatever the page points to now."""
    record = page.record
    if digest and (record is None or record.digest != digest):
        record = ProceedingsRecord.objects.filter(digest=digest).first()
    return record.data if record else EMPTY


def build(page: "ProceedingsPage", *, with_notes: bool = True) -> Document:
    """Return a page of proceedings as a document in its own language: a draft as the page has it,
    else as issued.

    Args: with_notes, whether notes of correction stand above it.

    Queries: none for a draft that came with its record, 2 for what is issued.
    """
    issue = issue_of(page)
    content = issue.text.content if issue.text else content_of(page)
    with translation.override(content["language"]):
        dates = _span(_read(content["opens_at"]), _read(content["closes_at"]))
        kind = _("Proceedings of the electronic conference")
        url = page.full_url or settings.HUB_URL
        cite = _citation(content, kind, dates)
        # What is issued is open to all, the contribution often not: a statement stands where all
        # can read it. Those who work on a draft have but the contribution.
        place = f"{url}#c{{number}}" if issue.text else f"{settings.HUB_URL}/c/{{number}}/"
        parts = _parts(_record_of(page, content["record"]), content, place)
        parts["abstract"] = Truncator(strip_tags(content["summary"])).words(40)
        if issue.withdrawal is not None:
            notice = _notice(issue.withdrawal, content["symbol"])
            parts = {"sections": notice, "items": (), "withdrawn": True}
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


def _citation(content: dict[str, str], kind: str, dates: str) -> str:
    """Return how a document is cited, without its address."""
    symbol = f"{isolate(content['symbol'])}: " if content["symbol"] else ""
    facts = f"{isolate(content['title'])}. {kind}{comma()}{dates}"
    return f"{symbol}{facts}. {isolate(settings.HUB_NAME)}."


def _parts(record: dict[str, Any], content: dict[str, str], place: str) -> dict[str, Any]:
    """Return sections, items and people of a document;
    ``place`` is the address of a statement, with ``{number}``.
    """
    summary, conclusions = (
        expand_db_html(content["summary"]),
        expand_db_html(content["conclusions"]),
    )
    return {
        "sections": _sections(record["background"], summary, conclusions),
        "items": tuple(
            _item(number, entry, place) for number, entry in enumerate(record["agenda"], start=1)
        ),
        "people": tuple(
            Person(
                who["name"],
                role_label(who["role"]),
                str(countries.name(who["country"])),
                who["organisation"],
            )
            for who in record["participants"]
        ),
    }


def language_of(text: str, fallback: str) -> str:
    """Return the language to shape a text in: by its
    letters for Arabic and Chinese, else the document's.
    """
    if prose.direction(text) == "rtl":
        return "ar"
    if any(ord(letter) in _HAN for letter in text[:400]):
        return "zh-hans"
    return "en" if fallback in {"ar", "zh-hans"} else fallback
