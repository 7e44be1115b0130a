"""Make a draft of a message of an archive: all that it says, nothing of what the mail door leaves away."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings

from forums.services import Draft, Upload, prepare
from listserv.archive.message import FOLDED, NUMBER
from listserv.archive.reading import Item
from listserv.inbound.compose import said
from listserv.inbound.mime import Mail, clean, parse
from listserv.inbound.trim import trim
from listserv.models import MailingList

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Message:
    """A message that was read: what its header says, and a draft of what it says."""

    mail: Mail
    draft: Draft


def read_message(raw: bytes, mailing_list: MailingList) -> Message:
    """Read a message and do all that takes time: parse, trim, render, store its files. Not for a transaction.

    Text over the limit of a contribution goes on in its folded part; every file is kept, whatever its kind.
    """
    mail = parse(raw, whole=True)
    text, folded = _texts(mail, mailing_list)
    files = tuple(Upload(file.name, file.content, file.content_type) for file in mail.files)
    draft = Draft(forum_id=mailing_list.forum_id, text=text, folded=folded, files=files, quiet=True, imported={})
    return Message(mail, prepare(draft))


def draft_of(*, message: Message, item: Item, parent: int | None, subject: str) -> Draft:
    """Return the draft of a message at its place.

    Args: parent, a contribution's number; subject, without reply marks and tags.
    """
    mail = message.mail
    shown = f"Re: {subject}" if parent is not None and subject else subject
    return replace(
        message.draft,
        subject=shown,
        parent=parent,
        message_id=item.message_id,
        in_reply_to=mail.in_reply_to[0][:250] if mail.in_reply_to else "",
        references=" ".join(mail.references),
        author_address=item.author.address,
        once_key=f"import:{message.draft.forum_id}:{_digest(item.message_id)}",
        created_at=item.date,
        imported=dict(_kept(mail, item, shown)),
    )


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:40]


def _kept(mail: Mail, item: Item, shown: str) -> "Iterator[tuple[str, str]]":
    """Give what the record has no place for: the name signed with, the subject and the date where they are others."""
    yield "from", item.author.name
    if mail.subject != shown:
        yield "subject", mail.subject
    if mail.date is not None and mail.date.replace(microsecond=0) != item.date:
        yield "date", clean(mail.headers.raw("date"))[:100]


def _texts(mail: Mail, mailing_list: MailingList) -> tuple[str, str]:
    """Return what is shown and what is folded away."""
    if NUMBER.lower() in mail.headers:
        # An export of a hub says where it had folded, and its text is complete.
        lines = mail.headers.raw(FOLDED.lower()).strip()
        whole = mail.text.rstrip("\n").split("\n")
        cut = max(len(whole) - int(lines), 0) if lines.isdecimal() and len(lines) < 8 else len(whole)
        return _shortened("\n".join(whole[:cut]).strip("\n"), "\n".join(whole[cut:]))
    trimmed = trim(mail.text)
    below = said(mail.notes, mailing_list) if mail.notes and (trimmed.visible.strip() or mail.files) else []
    text = "\n\n".join([*filter(None, [trimmed.visible.strip("\n")]), *below])
    return _shortened(text, trimmed.folded.strip("\n"))


def _shortened(text: str, folded: str) -> tuple[str, str]:
    """Move what is over the limit of a text to the folded part, at the end of a line if there is one."""
    limit = settings.HUB_TEXT_MAX_SIZE
    if len(text.encode("utf-8", "replace")) <= limit:
        return text, folded
    kept = text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
    cut = kept.rfind("\n") + 1 or len(kept)
    return text[:cut].rstrip("\n"), "\n\n".join(part for part in (text[cut:].strip("\n"), folded) if part)
