"""Make a draft of a message of an archive: whole, also what the mail gateway leaves out."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings

from forums.services import Draft, Upload, prepare
from hub.lib.markup import MARKDOWN, PLAIN
from listserv.archive.composing import FOLDED, FORMAT, GAP, NUMBER
from listserv.archive.scanning import ArchivedMessage
from listserv.gateway.compose import earlier_words, note_texts
from listserv.mail.parse.message import ParsedMessage, clean, parse
from listserv.mail.parse.subjects import is_forward
from listserv.mail.trim.trimming import Trimmed, trim
from listserv.models import MailingList

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAP = re.compile(r"\s{1,40}")


@dataclass(frozen=True)
class ArchiveDraft:
    """A message that was read: what its header says, and a draft of its text.

    ``gap`` stands between the text and what is folded away: empty lines, mostly one. ``trimmed`` is
    the text in two halves, as it was trimmed without what it answers; None for an export of a hub,
    which names its halves.
    """

    parsed: ParsedMessage
    draft: Draft
    gap: str
    trimmed: Trimmed | None = None


def read_message(raw: bytes, mailing_list: MailingList) -> ArchiveDraft:
    """Read a message and do all that takes time: parse, trim, render, store its files.

    Not for a transaction. Text over the limit of a contribution goes on in its folded part; every
    file is kept, whatever its kind.
    """
    parsed = parse(raw, whole=True)
    trimmed = None
    if _is_export(parsed):
        text, folded = _exported_texts(parsed)
    else:
        trimmed = trim(parsed.text, is_forward=is_forward(parsed.subject))
        text, folded = _texts(parsed, mailing_list, trimmed)
    files = tuple(Upload(file.name, file.content, file.content_type) for file in parsed.files)
    draft = Draft(
        forum_id=mailing_list.forum_id,
        text=text,
        format=_format(parsed),
        folded=folded,
        files=files,
        quiet=True,
        imported={},
    )
    gap = _gap(parsed.text.strip("\n"), text.rstrip(), folded)
    return ArchiveDraft(parsed, prepare(draft), gap, trimmed)


def with_earlier(
    message: ArchiveDraft, mailing_list: MailingList, parent: int | None
) -> ArchiveDraft:
    """Return a message whose folded part only repeats the contribution that it answers.

    Queries: 1, where the message may hold more.
    """
    parsed = message.parsed
    first = message.trimmed
    if parent is None or first is None:
        return message
    if not first.may_hold_own_words:
        return message
    earlier = earlier_words(parent, parsed.text)
    trimmed = trim(parsed.text, is_forward=is_forward(parsed.subject), earlier=earlier)
    if trimmed == first:
        return message
    text, folded = _texts(parsed, mailing_list, trimmed)
    draft = prepare(replace(message.draft, text=text, folded=folded, html=None))
    return replace(message, draft=draft, gap=_gap(parsed.text.strip("\n"), text.rstrip(), folded))


def draft_of(
    *, message: ArchiveDraft, item: ArchivedMessage, parent: int | None, subject: str
) -> Draft:
    """Return the draft of a message at its place.

    Args: parent, a contribution's number; subject, without reply marks and tags.
    """
    parsed = message.parsed
    if subject and parent is not None:
        subject = f"Re: {subject}"
    return replace(
        message.draft,
        subject=subject,
        original_subject=parsed.original_subject,
        parent=parent,
        message_id=item.message_id,
        in_reply_to=next(iter(parsed.in_reply_to), "")[:250],
        references=" ".join(parsed.references),
        author_address=item.author.address,
        once_key=f"import:{message.draft.forum_id}:{_digest(item.message_id)}",
        created_at=item.date,
        imported=dict(_imported(message, item)),
    )


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:40]


def _imported(message: ArchiveDraft, item: ArchivedMessage) -> "Iterator[tuple[str, str]]":
    """Give what the record has no place for.

    The name signed with; the date where it is another; the empty lines above what is folded away.
    """
    parsed = message.parsed
    yield "from", item.author.name
    date = clean(parsed.headers.raw("date"))[:100]
    if date and not _is_sent_at(parsed, item.date):
        yield "date", date
    if message.gap != GAP:
        yield "gap", message.gap


def _is_sent_at(parsed: ParsedMessage, date: datetime) -> bool:
    return parsed.date is not None and parsed.date.replace(microsecond=0) == date


def _gap(whole: str, text: str, folded: str) -> str:
    """Return what stands between the two parts of a text.

    One empty line where they stand elsewhere in it.
    """
    if not folded:
        return GAP
    if not whole.startswith(text) or not whole.endswith(folded):
        return GAP
    gap = whole[len(text) : len(whole) - len(folded)]
    return gap if _GAP.fullmatch(gap) is not None else GAP


def _is_export(parsed: ParsedMessage) -> bool:
    """Whether a message is a contribution that a hub has exported."""
    return NUMBER.lower() in parsed.headers


def _format(parsed: ParsedMessage) -> str:
    """Return the format of the text: plain, unless an export of a hub names it as Markdown."""
    if _is_export(parsed) and parsed.headers.raw(FORMAT.lower()).strip() == MARKDOWN:
        return MARKDOWN
    return PLAIN


def _exported_texts(parsed: ParsedMessage) -> tuple[str, str]:
    """Return the visible and the folded text of an export of a hub.

    The export says how many lines are folded, and its text is complete.
    """
    count = parsed.headers.raw(FOLDED.lower()).strip()
    lines = parsed.text.rstrip("\n").split("\n")
    visible = len(lines)
    if count.isdecimal() and len(count) < 8:
        visible = max(visible - int(count), 0)
    return _shortened("\n".join(lines[:visible]).strip("\n"), "\n".join(lines[visible:]))


def _texts(parsed: ParsedMessage, mailing_list: MailingList, trimmed: Trimmed) -> tuple[str, str]:
    """Return the visible and the folded text."""
    if not trimmed.visible.strip() and not parsed.files:
        # Only quotations were sent: they are what the author had to say.
        return _shortened(parsed.text.strip("\n"), "")
    notes = note_texts(parsed.notes, mailing_list) if parsed.notes else []
    text = "\n\n".join(filter(None, (trimmed.visible.strip("\n"), *notes)))
    return _shortened(text, trimmed.folded.strip("\n"))


def _shortened(text: str, folded: str) -> tuple[str, str]:
    """Move what is over the limit of a text to the folded part.

    At the end of a line if there is one.
    """
    limit = settings.HUB_TEXT_MAX_SIZE
    octets = text.encode("utf-8", "replace")
    if len(octets) <= limit:
        return text, folded
    shortened = octets[:limit].decode("utf-8", "ignore")
    cut = shortened.rfind("\n") + 1 or len(shortened)
    below = "\n\n".join(filter(None, (text[cut:].strip("\n"), folded)))
    return text[:cut].rstrip("\n"), below
