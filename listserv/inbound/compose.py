"""Make a draft of a mail: where it belongs in the addressed list's forum, and what its author says."""

import re
from typing import TYPE_CHECKING

from django.conf import settings

from forums import selectors as forums
from forums.drafts import Draft, Upload
from listserv.inbound.mime import Mail
from listserv.inbound.trim import trim
from listserv.models import MailingList
from listserv.subjects import bare_subject, is_same_subject

if TYPE_CHECKING:
    from forums.drafts import Contribution

# The identifier under which the hub sends a contribution whose own Message-ID no header may carry.
_OURS = re.compile(r"c(\d{1,18})@")


def find_parent(*, mail: Mail, mailing_list: MailingList, answers: int | None) -> "Contribution | None":
    """Return the contribution a mail answers: the one its reply address names, else what its references name.

    References pick a thread only inside the addressed list's forum (design.md §3.6). Queries: 1 or 2.
    """
    if answers is not None:
        named = forums.contributions_by_number([answers]).get(answers)
        if named is not None and named.post.topic.forum_id == mailing_list.forum_id:
            return named
    for ids in (list(mail.in_reply_to), list(reversed(mail.references))):
        if not ids:
            continue
        found = forums.contribution_by_message_id(mailing_list.forum_id, ids) or _by_own_number(ids, mailing_list)
        if found is not None:
            return found
    return None


def _by_own_number(ids: list[str], mailing_list: MailingList) -> "Contribution | None":
    numbers = [
        int(match[1])
        for one in ids
        if one.endswith(f"@{settings.HUB_MAIL_DOMAIN}") and (match := _OURS.match(one)) is not None
    ]
    rows = forums.contributions_by_number(numbers).values() if numbers else ()
    return next((row for row in rows if row.post.topic.forum_id == mailing_list.forum_id), None)


def compose(
    *,
    mail: Mail,
    mailing_list: MailingList,
    parent: "Contribution | None",
    address: str,
    once_key: str | None = None,
    message_id: str | None = None,
) -> Draft:
    """Return the draft; what was folded away and is longer than a text may be is cut, the raw mail keeps it."""
    trimmed = trim(mail.text)
    folded = trimmed.folded.strip("\n")
    if len(folded) > settings.HUB_TEXT_MAX_SIZE:
        folded = folded[: settings.HUB_TEXT_MAX_SIZE] + "\n[…]"
    return Draft(
        forum_id=mailing_list.forum_id,
        text=trimmed.visible.strip("\n"),
        folded=folded,
        subject=_subject(mail, mailing_list, parent),
        parent=parent.number if parent is not None else None,
        message_id=mail.message_id if message_id is None else message_id,
        in_reply_to=mail.in_reply_to[0][:250] if mail.in_reply_to else "",
        references=" ".join(mail.references[-20:]),
        author_address=address[:254],
        files=tuple(Upload(file.name, file.content, file.content_type) for file in mail.files),
        once_key=once_key,
    )


def _subject(mail: Mail, mailing_list: MailingList, parent: "Contribution | None") -> str:
    """Return what the mail adds as a subject: empty when it answers under the topic's own, which publish then uses."""
    bare = bare_subject(mail.subject, tag=mailing_list.tag)
    if parent is None:
        return bare
    topics = bare_subject(parent.post.topic.subject, tag=mailing_list.tag)
    return "" if is_same_subject(bare, topics) else bare
