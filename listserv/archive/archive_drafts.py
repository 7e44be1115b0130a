"""Make a draft of a message of an archive: all that
it says, nothing of what the mail door leaves away.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings

from forums.services import Draft, Upload, prepare
from hub.lib.markup import MARKDOWN, PLAIN
from listserv.archive.composing import FOLDED, FORMAT, GAP, NUMBER
from listserv.archive.scanning import ArchivedMessage
from listserv.gateway.compose import earlier_words, said
from listserv.mail.parse.message import Mail, clean, parse
from listserv.mail.parse.subjects import is_forward
from listserv.mail.trim.trimming import Trimmed, trim
from listserv.models import MailingList

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_GAP = 40  # characters


@dataclass(frozen=True)
class ArchiveDraft:
    """A message that was read: what its header says, and a draft of what it says."""

    mail: Mail
    draft: Draft
    gap: str  # what stands between the text and what is folded away: empty lines, mostly one
    # Its text in two halves, as it was trimmed without what it answers; None for an export of a
    # hub, which says it.
    trimmed: Trimmed | None = None


def read_message(raw: bytes, mailing_list: MailingList) -> ArchiveDraft:
    """Read a message and do all that takes time: parse, trim, render, store its files. Not for a
    transaction.

    Text over the limit of a contribution goes on in its folded part; every file is kept, whatever
    its kind.
    """
    mail = parse(raw, whole=True)
    is_export = NUMBER.lower() in mail.headers
    trimmed = None if is_export else trim(mail.text, is_forward=is_forward(mail.subject))
    text, folded = _exported_texts(mail) if trimmed is None else _texts(mail, mailing_list, trimmed)
    gap = _gap(mail.text.strip("\n"), text.rstrip(), folded)
    files = tuple(Upload(file.name, file.content, file.content_type) for file in mail.files)
    draft = Draft(
        forum_id=mailing_list.forum_id,
        text=text,
        format=_format(mail),
        folded=folded,
        files=files,
        quiet=True,
        imported={},
    )
    return ArchiveDraft(mail, prepare(draft), gap, trimmed)


def with_earlier(
    message: ArchiveDraft, mailing_list: MailingList, parent: int | None
) -> ArchiveDraft:
    """Return a message whose folded part holds nothing but what it repeats of the contribution that
    it answers.

    Queries: 1, where the message may hold more.
    """
    mail = message.mail
    first = message.trimmed
    if parent is None or first is None or not first.may_hold_own_words:
        return message
    earlier = earlier_words(parent, mail.text)
    trimmed = trim(mail.text, is_forward=is_forward(mail.subject), earlier=earlier)
    if trimmed == first:
        return message
    text, folded = _texts(mail, mailing_list, trimmed)
    draft = prepare(replace(message.draft, text=text, folded=folded, html=None))
    return replace(message, draft=draft, gap=_gap(mail.text.strip("\n"), text.rstrip(), folded))


def draft_of(
    *, message: ArchiveDraft, item: ArchivedMessage, parent: int | None, subject: str
) -> Draft:
    """Return the draft of a message at its place.

    Args: parent, a contribution's number; subject, without reply marks and tags.
    """
    mail = message.mail
    shown = f"Re: {subject}" if parent is not None and subject else subject
    return replace(
        message.draft,
        subject=shown,
        original_subject=mail.original_subject,
        parent=parent,
        message_id=item.message_id,
        in_reply_to=mail.in_reply_to[0][:250] if mail.in_reply_to else "",
        references=" ".join(mail.references),
        author_address=item.author.address,
        once_key=f"import:{message.draft.forum_id}:{_digest(item.message_id)}",
        created_at=item.date,
        imported=dict(_kept(message, item)),
    )


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:40]


def _kept(message: ArchiveDraft, item: ArchivedMessage) -> "Iterator[tuple[str, str]]":
    """Give what the record has no place for.

    The name signed with; the date where it is another; the empty lines above what is folded away.
    """
    mail = message.mail
    yield "from", item.author.name
    date = clean(mail.headers.raw("date"))[:100]
    if date and (mail.date is None or mail.date.replace(microsecond=0) != item.date):
        yield "date", date
    if message.gap != GAP:
        yield "gap", message.gap


def _gap(whole: str, text: str, folded: str) -> str:
    """Return what stands between the two parts of a text;
    one empty line where they stand elsewhere in it.
    """
    if not folded or not whole.startswith(text) or not whole.endswith(folded):
        return GAP
    gap = whole[len(text) : len(whole) - len(folded)]
    return gap if gap and not gap.strip() and len(gap) <= _MAX_GAP else GAP


def _format(mail: Mail) -> str:
    """Return how the text is read: a mail is plain, an
    export of a hub says where the text is Markdown.
    """
    is_markdown = (
        NUMBER.lower() in mail.headers and mail.headers.raw(FORMAT.lower()).strip() == MARKDOWN
    )
    return MARKDOWN if is_markdown else PLAIN


def _exported_texts(mail: Mail) -> tuple[str, str]:
    """Return what is shown and what is folded away of an
    export of a hub: it says where, and its text is complete.
    """
    lines = mail.headers.raw(FOLDED.lower()).strip()
    whole = mail.text.rstrip("\n").split("\n")
    cut = max(len(whole) - int(lines), 0) if lines.isdecimal() and len(lines) < 8 else len(whole)
    return _shortened("\n".join(whole[:cut]).strip("\n"), "\n".join(whole[cut:]))


def _texts(mail: Mail, mailing_list: MailingList, trimmed: Trimmed) -> tuple[str, str]:
    """Return what is shown and what is folded away."""
    if not trimmed.visible.strip() and not mail.files:
        # Only quotations were sent: they are what was said.
        return _shortened(mail.text.strip("\n"), "")
    below = (
        said(mail.notes, mailing_list)
        if mail.notes and (trimmed.visible.strip() or mail.files)
        else []
    )
    text = "\n\n".join([*filter(None, [trimmed.visible.strip("\n")]), *below])
    return _shortened(text, trimmed.folded.strip("\n"))


def _shortened(text: str, folded: str) -> tuple[str, str]:
    """Move what is over the limit of a text to the
    folded part, at the end of a line if there is one.
    """
    limit = settings.HUB_TEXT_MAX_SIZE
    if len(text.encode("utf-8", "replace")) <= limit:
        return text, folded
    shortened = text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
    cut = shortened.rfind("\n") + 1 or len(shortened)
    return text[:cut].rstrip("\n"), "\n\n".join(
        part for part in (text[cut:].strip("\n"), folded) if part
    )
