"""Tell whom a contribution concerns, where no copy of it does: never two messages for one thing.

Who gets the copy reads in its first line that it mentions or answers them. Who gets none – no mail,
a digest, an edit that names them later – is told in a notification, as far as they want to be.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from forums import selectors as forum_selectors
from forums.quoting import first_words
from hub.lib.full_urls import full_url
from hub.lib.mail import send_notification
from hub.members.selectors import active_members
from listserv import selectors, tokens
from listserv.models import MailingList, NotificationSettings, Subscription
from listserv.outbound.roster import AT_ONCE

if TYPE_CHECKING:
    from forums.models import Contribution

MENTION = "mention"


def notify_new(contribution: "Contribution", *, now: datetime) -> None:
    """Tell those whom a new contribution concerns and who get no copy of it."""
    concerned = forum_selectors.concerned_by(contribution)
    notify_concerned(contribution, concerned, now=now, has_copies=True)


def notify_concerned(
    contribution: "Contribution", concerned: Mapping[int, str], *, now: datetime, has_copies: bool
) -> None:
    """Tell members whom a contribution concerns.

    Args: concerned, ``dict[int, str]  # member key -> kind``; has_copies, whether copies go out
    besides.
    """
    forum_id, topic_id = contribution.post.topic.forum_id, contribution.topic_id
    wanted = _wanted(concerned)
    if not wanted:
        return
    mailing_list = selectors.list_of_forum(forum_id)
    wanted -= _left_in_peace(mailing_list, topic_id, wanted, now, has_copies=has_copies)
    readers = forum_selectors.readers_among(forum_id, wanted)
    for member in active_members(readers).values():
        is_mention = concerned[member.pk] == MENTION
        context = {
            "is_mention": is_mention,
            "person": contribution.speaker.name,
            "discussion": contribution.post.topic.forum.name,
            "topic": contribution.post.topic.subject,
            "words": first_words(contribution.text, contribution.format),
            "page_url": full_url("forums:contribution", contribution.number),
            "settings_url": full_url("listserv:notifications"),
        }
        headers = {}
        if mailing_list is not None:
            headers["Reply-To"] = tokens.reply_address(
                mailing_list.name,
                member_id=member.pk,
                number=contribution.number,
                list_id=mailing_list.pk,
            )
        send_notification(
            to=member, template="listserv/mail/concerned", context=context, headers=headers
        )


def _wanted(concerned: Mapping[int, str]) -> set[int]:
    """Return the keys of those who want to be told."""
    if not concerned:
        return set()
    chosen = {
        row.member_id: row for row in NotificationSettings.objects.filter(member_id__in=concerned)
    }
    wanted = set()
    for pk, kind in concerned.items():
        row = chosen.get(pk) or NotificationSettings()
        if row.mentions if kind == MENTION else row.answers:
            wanted.add(pk)
    return wanted


def _left_in_peace(
    mailing_list: MailingList | None,
    topic_id: int,
    members: set[int],
    now: datetime,
    *,
    has_copies: bool,
) -> set[int]:
    """Return who is told nothing: who gets the copy, has paused, or mutes the topic."""
    muting = forum_selectors.muting(topic_id).filter(member_id__in=members)
    peace = set(muting)
    if mailing_list is None:
        return peace
    rows = Subscription.objects.filter(list=mailing_list, member_id__in=members, ended_at=None)
    silent = Q(paused_until__gt=now) | Q(suspended_at__isnull=False)
    if has_copies:
        silent |= Q(delivery__in=AT_ONCE)
        silent |= Q(member_id__in=forum_selectors.watching(topic_id))
    peace |= set(rows.filter(silent).values_list("member_id", flat=True))
    return peace
