"""Make a draft of a mail: where it belongs in the
addressed list's forum, and what its author says.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from forums.archive import words_of
from forums.drafts import Draft, Upload
from forums.known import RecordExcerpt
from hub.lib import clock
from hub.lib.markup import PLAIN
from listserv.mail.parse.answered_number import answered_number, without_number
from listserv.mail.parse.message import File, Mail
from listserv.mail.parse.part_notes import PartNote
from listserv.mail.parse.subjects import bare_subject, is_forward, is_same_subject
from listserv.mail.trim.footers import without_footers
from listserv.mail.trim.trimming import Trimmed, trim
from listserv.models import MailingList

if TYPE_CHECKING:
    from forums.drafts import Contribution

# The identifier under which the hub sends a contribution whose own Message-ID no header may carry.
_OURS = re.compile(r"c(\d{1,18})@")


def names_in(mail: Mail) -> list[str]:
    """Return the Message-IDs by which a mail may be known or find its thread."""
    own = [mail.message_id] if mail.message_id else []
    return [*own, *mail.in_reply_to, *mail.references]


def numbers_in(mail: Mail) -> list[int]:
    """Return the contributions that a mail names, by identifiers of ours or by number."""
    answered = answered_number(mail)
    ours = [
        number
        for message_id in (*mail.in_reply_to, *mail.references)
        if (number := _own_number(message_id))
    ]
    return [*ours, answered.number] if answered is not None else ours


def find_parent(
    *,
    mail: Mail,
    mailing_list: MailingList,
    answers: int | None,
    record: RecordExcerpt | None = None,
) -> "Contribution | None":
    """Return the contribution a mail answers: the one its author names (``#164``), the one its
    reply address names, or what its references name.

    Each of them picks a thread only inside the addressed list's forum (design.md §3.6).

    Args: record, where the door has asked for all that several mails name. Queries: 2 at most, none
    with ``record``.
    """
    if record is None:
        numbers = [*numbers_in(mail), *([answers] if answers is not None else [])]
        named_in = {mailing_list.forum_id}
        record = RecordExcerpt(
            now=clock.now(), numbers=numbers, message_ids=names_in(mail), named_in=named_in
        )
    answered = answered_number(mail)
    for number in (answered.number if answered is not None else None, answers):
        parent = record.numbered(number) if number is not None else None
        if parent is not None and parent.post.topic.forum_id == mailing_list.forum_id:
            return parent
    for ids in (mail.in_reply_to, mail.references[::-1]):
        named = record.newest_named(mailing_list.forum_id, ids) or _by_own_number(
            ids, mailing_list, record
        )
        if named is not None:
            return named
    return None


def _own_number(name: str) -> int:
    """Return the number in an identifier of ours, 0 in any other."""
    match = _OURS.match(name) if name.endswith(f"@{settings.HUB_MAIL_DOMAIN}") else None
    return int(match[1]) if match is not None else 0


def _by_own_number(
    ids: Sequence[str], mailing_list: MailingList, record: RecordExcerpt
) -> "Contribution | None":
    rows = (record.numbered(number) for message_id in ids if (number := _own_number(message_id)))
    return next(
        (
            row
            for row in rows
            if row is not None and row.post.topic.forum_id == mailing_list.forum_id
        ),
        None,
    )


def compose(
    *,
    mail: Mail,
    mailing_list: MailingList,
    parent: "Contribution | None",
    address: str,
    once_key: str | None = None,
    message_id: str | None = None,
    trimmed: Trimmed | None = None,
) -> Draft:
    """Return the draft. What was folded away and is too long is cut; the raw message keeps it.

    A picture that only the folded part shows is left away with it; what is to be said of other
    parts stands below.

    Args: trimmed, the mail's text where it has been trimmed already.
    """
    trimmed = _trimmed(mail, parent, trimmed)
    subject, visible = _without_number(mail, trimmed.visible, parent)
    visible = without_footers(visible)
    files = [file for file in mail.files if _is_meant(file, trimmed.visible)]
    below = [file.mark for file in files if file.at_end]
    if mail.notes and (visible.strip() or files):
        below += said(mail.notes, mailing_list)
    return Draft(
        forum_id=mailing_list.forum_id,
        text="\n\n".join([*filter(None, [visible.strip("\n")]), *below]),
        format=PLAIN,
        folded=_within_limit(trimmed.folded.strip("\n")),
        subject=_subject(subject, mailing_list, parent),
        original_subject=mail.original_subject,
        parent=parent.number if parent is not None else None,
        message_id=mail.message_id if message_id is None else message_id,
        in_reply_to=mail.in_reply_to[0][:250] if mail.in_reply_to else "",
        references=" ".join(mail.references[-20:]),
        author_address=address[:254],
        files=tuple(Upload(file.name, file.content, file.content_type) for file in files),
        once_key=once_key,
    )


def _without_number(mail: Mail, text: str, parent: "Contribution | None") -> tuple[str, str]:
    """Return subject and text without the number of the contribution that they answer."""
    answered = answered_number(mail)
    if answered is None or parent is None or parent.number != answered.number:
        # A number that leads nowhere is text.
        return mail.subject, text
    return answered.subject, without_number(text, answered)


def _is_meant(file: File, visible: str) -> bool:
    """Whether a file belongs to what the author says; pictures of folded parts do not."""
    return not file.mark or file.at_end or file.mark in visible


def _trimmed(mail: Mail, parent: "Contribution | None", trimmed: Trimmed | None) -> Trimmed:
    """Return the two halves of a mail's text; what it answers is asked for where it may decide."""
    passes_on = is_forward(mail.subject)
    trimmed = trimmed or trim(mail.text, is_forward=passes_on)
    if parent is None or not trimmed.may_hold_own_words:
        return trimmed
    return trim(mail.text, is_forward=passes_on, earlier=earlier_words(parent.number, mail.text))


def earlier_words(number: int, text: str) -> str:
    """Return what ``text`` may repeat of the contribution that it answers, the foot of the hub's
    copy included.

    Queries: 1.
    """
    foot = Counter(text.split("\n")) - Counter(without_footers(text).split("\n"))
    return "\n".join([*words_of(number), *foot])


def _within_limit(folded: str) -> str:
    most = settings.HUB_TEXT_MAX_SIZE
    return folded if len(folded) <= most else folded[:most] + "\n[…]"


def said(notes: Sequence[PartNote], mailing_list: MailingList) -> list[str]:
    """Return what is to be said of the parts of a mail, in the language of the discussion. Queries:
    1.
    """
    policy = getattr(mailing_list.forum, "policy", None)
    with translation.override(policy.language if policy is not None else settings.LANGUAGE_CODE):
        return [note.say() for note in notes]


def _subject(subject: str, mailing_list: MailingList, parent: "Contribution | None") -> str:
    """Return what the mail adds as a subject: empty when it answers under the topic's own, which
    publish then uses.
    """
    bare = bare_subject(subject, tag=mailing_list.tag)
    if parent is None:
        return bare
    topics = bare_subject(parent.post.topic.subject, tag=mailing_list.tag)
    return "" if is_same_subject(bare, topics) else bare
