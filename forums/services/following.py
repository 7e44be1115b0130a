"""Follow a topic more or less closely than its discussion, and mute a discussion."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from forums.models import Membership, TopicFollow
from forums.selectors.following import follow_level
from forums.selectors.topics import topic_for
from hub.lib.errors import Invalid, NotAllowed

if TYPE_CHECKING:
    from hub.members.models import Member

# As its discussion: no row says so.
FOLLOWING = ""
WATCHING, MUTED = TopicFollow.Level.WATCHING.value, TopicFollow.Level.MUTED.value
LEVELS = (FOLLOWING, WATCHING, MUTED)


@transaction.atomic
def follow_topic(*, member: "Member", topic_id: int, level: str, now: datetime) -> str:
    """Follow a topic: watched, muted, or empty for as its discussion.

    Returns: the level before.

    Raises: NotFound (hidden), NotAllowed (who takes no part in the discussion follows nothing of
    it), Invalid (there is no such level). Queries: 3 at most, and those of the topic.
    """
    if level not in LEVELS:
        raise Invalid(_("A topic can be watched, followed or muted."))
    topic, where = topic_for(member, topic_id)
    if not where.role:
        raise NotAllowed(_("Only those who take part in the discussion can follow its topics."))
    before = follow_level(member, topic.pk)
    rows = TopicFollow.objects.filter(member=member, topic_id=topic.pk)
    if level == FOLLOWING:
        rows.delete()
    elif level != before:
        values = {"level": level, "since": now}
        TopicFollow.objects.update_or_create(member=member, topic_id=topic.pk, defaults=values)
    return before


def mute_forums(*, member: "Member", forums: dict[int, bool]) -> None:
    """Let nothing in some discussions count as new to a member any more, or let it again.

    Args: forums, ``dict[int, bool]  # forum key -> whether it is muted``; those in which the member
    takes no part are left alone. Queries: 2 at most.
    """
    for is_muted in (True, False):
        keys = [pk for pk, muted in forums.items() if muted is is_muted]
        if keys:
            rows = Membership.objects.filter(member=member, forum_id__in=keys, left_at=None)
            rows.exclude(is_muted=is_muted).update(is_muted=is_muted)
