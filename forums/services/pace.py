"""Set how a discussion goes: its pace, and which topics stand first."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from machina.apps.forum_conversation.models import Topic

from forums.models import ForumPolicy
from forums.policy import APPROVE, LOCK, access_of
from forums.services.counting import lock_topics
from forums.services.log import note_act
from hub.lib.errors import Invalid, NotAllowed, NotFound

if TYPE_CHECKING:
    from hub.members.models import Member

# The longest pause of a slow discussion, in minutes: a week.
MAX_MINUTES = 7 * 24 * 60
# What a topic can be, by the verb of the act that makes it so.
TOPIC_TYPES: Mapping[str, int] = {
    "pin": Topic.TOPIC_STICKY,
    "announce": Topic.TOPIC_ANNOUNCE,
    "unpin": Topic.TOPIC_POST,
}
_VERBS = {value: verb for verb, value in TOPIC_TYPES.items()}


@transaction.atomic
def set_topic_type(*, topic_id: int, actor: "Member", verb: str, now: datetime) -> None:
    """Let a topic stand first in its discussion, pinned or as an announcement, or among the others.

    Args: verb, one of :data:`TOPIC_TYPES`.

    Raises: NotFound, NotAllowed.
    """
    topic, access = lock_topics([topic_id]).get(topic_id), access_of(actor)
    if topic is None or topic.forum_id not in access.rights:
        raise NotFound
    if not access.may(LOCK, topic.forum_id):
        raise NotAllowed
    if topic.type == TOPIC_TYPES[verb]:
        return
    Topic.objects.filter(pk=topic_id).update(type=TOPIC_TYPES[verb])
    note_act(
        forum_id=topic.forum_id,
        act=f"topic.{verb}",
        actor=actor,
        now=now,
        topic_id=topic_id,
        before=_VERBS.get(topic.type, "unpin"),
    )


@transaction.atomic
def set_pace(*, forum_id: int, actor: "Member", minutes: int, now: datetime) -> None:
    """Let members of a discussion wait so many minutes between two contributions; 0 for none.

    Raises: NotFound, NotAllowed, Invalid (more than a week).
    """
    access = access_of(actor)
    if forum_id not in access.rights:
        raise NotFound
    if not access.may(APPROVE, forum_id):
        raise NotAllowed
    if not 0 <= minutes <= MAX_MINUTES:
        raise Invalid(_("The pause can be a week at most."))
    policy = ForumPolicy.objects.select_for_update(of=("self",)).get(forum_id=forum_id)
    if policy.slow_minutes == minutes:
        return
    ForumPolicy.objects.filter(pk=policy.pk).update(slow_minutes=minutes)
    act = "discussion.slow" if minutes else "discussion.normal"
    note_act(
        forum_id=forum_id,
        act=act,
        actor=actor,
        now=now,
        pace=minutes,
        pace_before=policy.slow_minutes,
    )
