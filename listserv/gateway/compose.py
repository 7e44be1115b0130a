"""Make a draft of a message: what its author says, and where it belongs in the list's forum."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from forums.archive import words_of
from forums.drafts import Draft, Upload
from forums.known import RecordExcerpt
from hub.lib import clock
from hub.lib.markup import PLAIN
from listserv.mail.parse.answered_number import answered_number, without_number
from listserv.mail.parse.message import File, ParsedMessage
from listserv.mail.parse.part_notes import PartNote
from listserv.mail.parse.subjects import bare_subject, is_forward, is_same_subject
from listserv.mail.trim.footers import without_footers
from listserv.mail.trim.trimming import Trimmed, trim
from listserv.models import MailingList

if TYPE_CHECKING:
    from forums.drafts import Contribution

# The identifier under which the hub sends a contribution whose own Message-ID no header may carry.
_OURS = re.compile(r"c(\d{1,18})@")


def names_in(message: ParsedMessage) -> list[str]:
    """Return the Message-IDs by which a message may be known or find its thread."""
    message_ids = [*message.in_reply_to, *message.references]
    if message.message_id:
        message_ids.insert(0, message.message_id)
    return message_ids


def numbers_in(message: ParsedMessage) -> list[int]:
    """Return the contributions that a message names, by identifiers of ours or by number."""
    own_numbers = map(_own_number, (*message.in_reply_to, *message.references))
    numbers = [number for number in own_numbers if number]
    answered = answered_number(message)
    if answered is not None:
        numbers.append(answered.number)
    return numbers


def find_parent(
    *,
    message: ParsedMessage,
    mailing_list: MailingList,
    answers: int | None,
    record: RecordExcerpt | None = None,
) -> "Contribution | None":
    """Return the contribution that a message answers, None for one that begins a topic.

    That is the one its author names (``#164``), the one its reply address names, or one that its
    references name; each counts only inside the addressed list's forum (design.md §3.6).

    Args:
        answers: the number in the reply address, None for another address.
        record: what the gateway has asked for several messages at once.

    Queries: 2 at most, none with ``record``.
    """
    named_numbers = _named_numbers(message, answers)
    if record is None:
        record = RecordExcerpt(
            now=clock.now(),
            numbers=[*numbers_in(message), *named_numbers],
            message_ids=names_in(message),
            named_in={mailing_list.forum_id},
        )
    forum_id = mailing_list.forum_id
    parent = _first_here(named_numbers, forum_id, record)
    if parent is not None:
        return parent
    for message_ids in (message.in_reply_to, message.references[::-1]):
        parent = record.newest_named(forum_id, message_ids)
        if parent is None:
            parent = _first_here(map(_own_number, message_ids), forum_id, record)
        if parent is not None:
            return parent
    return None


def _named_numbers(message: ParsedMessage, answers: int | None) -> list[int]:
    """Return the numbers of contributions that a message says it answers, the likeliest first."""
    numbers = []
    answered = answered_number(message)
    if answered is not None:
        numbers.append(answered.number)
    if answers is not None:
        numbers.append(answers)
    return numbers


def _own_number(message_id: str) -> int:
    """Return the number in an identifier of ours, 0 in any other."""
    if not message_id.endswith(f"@{settings.HUB_MAIL_DOMAIN}"):
        return 0
    match = _OURS.match(message_id)
    return int(match[1]) if match is not None else 0


def _first_here(
    numbers: Iterable[int], forum_id: int, record: RecordExcerpt
) -> "Contribution | None":
    """Return the first contribution with one of these numbers that the forum's list has sent."""
    for number in numbers:
        contribution = record.numbered(number)
        if contribution is None:
            continue
        if forum_id in {contribution.post.topic.forum_id, contribution.moved_from_id}:
            return contribution
    return None


def compose(
    *,
    message: ParsedMessage,
    mailing_list: MailingList,
    parent: "Contribution | None",
    address: str,
    once_key: str | None = None,
    message_id: str | None = None,
    trimmed: Trimmed | None = None,
) -> Draft:
    """Return the draft. What was folded away and is too long is cut; the raw message keeps it.

    Args:
        parent: the contribution that is answered.
        address: the author's, as the message was proven.
        once_key: under which the draft is published once.
        message_id: in place of the message's own.
        trimmed: the message's text where it has been trimmed already.
    """
    trimmed = _trimmed(message, parent, trimmed)
    subject, visible = _without_number(message, trimmed.visible, parent)
    files = [file for file in message.files if _is_meant(file, trimmed.visible)]
    return Draft(
        forum_id=mailing_list.forum_id,
        text=_text(without_footers(visible), files, message.notes, mailing_list),
        format=PLAIN,
        folded=_within_limit(trimmed.folded.strip("\n")),
        subject=_subject(subject, mailing_list, parent),
        original_subject=message.original_subject,
        parent=parent.number if parent is not None else None,
        message_id=message.message_id if message_id is None else message_id,
        in_reply_to=next(iter(message.in_reply_to), "")[:250],
        references=" ".join(message.references[-20:]),
        author_address=address[:254],
        files=tuple(Upload(file.name, file.content, file.content_type) for file in files),
        once_key=once_key,
    )


def _without_number(
    message: ParsedMessage, text: str, parent: "Contribution | None"
) -> tuple[str, str]:
    """Return subject and text without the number of the contribution that they answer."""
    answered = answered_number(message)
    if answered is None or parent is None or parent.number != answered.number:
        # A number that leads nowhere is text.
        return message.subject, text
    return answered.subject, without_number(text, answered)


def _text(
    visible: str, files: Sequence[File], notes: Sequence[PartNote], mailing_list: MailingList
) -> str:
    """Return the text of a draft: pictures and notes about other parts stand below the words."""
    below = [file.mark for file in files if file.at_end]
    has_content = visible.strip() or files
    if notes and has_content:
        below += note_texts(notes, mailing_list)
    return "\n\n".join([*filter(None, [visible.strip("\n")]), *below])


def _is_meant(file: File, visible: str) -> bool:
    """Whether a file belongs to what the author says; pictures of folded parts do not."""
    if not file.mark or file.at_end:
        return True
    return file.mark in visible


def _trimmed(
    message: ParsedMessage, parent: "Contribution | None", trimmed: Trimmed | None
) -> Trimmed:
    """Return the two halves of a message's text; what it answers is read where it may decide."""
    passes_on = is_forward(message.subject)
    if trimmed is None:
        trimmed = trim(message.text, is_forward=passes_on)
    if parent is None or not trimmed.may_hold_own_words:
        return trimmed
    return trim(
        message.text, is_forward=passes_on, earlier=earlier_words(parent.number, message.text)
    )


def earlier_words(number: int, text: str) -> str:
    """Return what ``text`` may repeat of the contribution that it answers, our footers included.

    Queries: 1.
    """
    foot = Counter(text.split("\n")) - Counter(without_footers(text).split("\n"))
    return "\n".join([*words_of(number), *foot])


def _within_limit(folded: str) -> str:
    limit = settings.HUB_TEXT_MAX_SIZE
    if len(folded) <= limit:
        return folded
    return folded[:limit] + "\n[…]"


def note_texts(notes: Sequence[PartNote], mailing_list: MailingList) -> list[str]:
    """Return the notes about parts of a message, in the language of the discussion. Queries: 1."""
    policy = getattr(mailing_list.forum, "policy", None)
    language = policy.language if policy is not None else settings.LANGUAGE_CODE
    with translation.override(language):
        return [note.render() for note in notes]


def _subject(subject: str, mailing_list: MailingList, parent: "Contribution | None") -> str:
    """Return the subject that a message adds.

    It is empty for an answer under the topic's own subject, which ``publish`` then uses.
    """
    bare = bare_subject(subject, tag=mailing_list.tag)
    if parent is None:
        return bare
    subject_of_topic = bare_subject(parent.post.topic.subject, tag=mailing_list.tag)
    if is_same_subject(bare, subject_of_topic):
        return ""
    return bare
