"""Move topics, split them and merge them: old addresses lead on, and the counters stay exact.

The order of locks is that of :mod:`forums.services.counting`.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from machina.apps.forum_conversation.models import Post, Topic

from forums.models import Contribution, LogEntry, TopicRedirect, TopicState
from forums.policy import APPROVE, access_of
from forums.services.counting import (
    count_first,
    count_forums,
    count_topic,
    lock_forums,
    lock_topics,
    shown_count,
)
from forums.services.log import note_act
from forums.services.marks import copy_marks, join_marks
from forums.services.preparing import as_stored
from forums.services.publish import SUBJECT_LENGTH, new_topic
from hub.lib.characters import one_line
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.hooks import registered
from hub.search.services import move_documents

if TYPE_CHECKING:
    from hub.members.models import Member

# Contributions that one statement moves.
CHUNK = 500


@transaction.atomic
def move_topic(*, topic_id: int, forum_id: int, actor: "Member", now: datetime) -> Topic:
    """Move a topic to another discussion, where its members read it and nobody else.

    Raises: NotFound, NotAllowed (both discussions are the actor's to lead), Invalid (it is there
    already, or an item of an agenda), Conflict (the same message is there already).
    """
    topic = _led([topic_id], actor)[topic_id]
    access, source_id = access_of(actor), topic.forum_id
    if forum_id not in access.rights:
        raise NotFound
    if not access.may(APPROVE, forum_id):
        raise NotAllowed
    if forum_id == source_id:
        raise Invalid(_("The topic is in this discussion already."))
    lock_forums([source_id, forum_id])
    rows = Contribution.objects.filter(topic_id=topic_id)
    _check_names(rows, forum_id)
    _change_forum(rows, forum_id)
    Topic.objects.filter(pk=topic_id).update(forum_id=forum_id)
    TopicState.objects.filter(topic_id=topic_id).update(forum_id=forum_id)
    count, topics = topic.posts_count, int(topic.approved)
    count_forums({source_id: (-count, -topics), forum_id: (count, topics)})
    TopicRedirect.objects.create(old_key=topic_id, forum_id=source_id, topic_id=topic_id)
    places = {"from_forum": source_id, "to_forum": forum_id}
    for place, act in ((source_id, "topic.move"), (forum_id, "topic.receive")):
        note_act(forum_id=place, act=act, actor=actor, now=now, topic_id=topic_id, **places)
    topic.forum_id = forum_id
    return topic


@transaction.atomic
def split_topic(
    *,
    topic_id: int,
    numbers: Collection[int],
    subject: str,
    actor: "Member",
    now: datetime,
    with_replies: bool = False,
) -> Topic:
    """Let some contributions of a topic be a topic of their own, in the same discussion.

    Args: with_replies, whether all that answers them goes along.

    Raises: NotFound (also: none of them stands there), NotAllowed, Invalid (no subject, all of
    them, or of an item of an agenda).
    """
    subject = as_stored(one_line(subject))[:SUBJECT_LENGTH]
    if not subject.strip():
        raise Invalid(_("Give the new topic a subject."))
    topic = _led([topic_id], actor)[topic_id]
    lock_forums([topic.forum_id])
    chosen, shown = _chosen(topic_id, set(numbers), with_replies=with_replies)
    author = Contribution.objects.select_related("author").get(pk=min(shown)).author
    target = new_topic(forum_id=topic.forum_id, subject=subject, author=author)
    Topic.objects.filter(pk=target.pk).update(approved=True)
    TopicState.objects.create(topic_id=target.pk, forum_id=topic.forum_id)
    _carry(sorted(chosen), topic, target)
    copy_marks(topic.pk, target.pk)
    count_forums({topic.forum_id: (0, 1)})
    TopicRedirect.objects.create(old_key=topic.pk, forum_id=topic.forum_id, topic=target)
    note_act(
        forum_id=topic.forum_id,
        act="topic.split",
        actor=actor,
        now=now,
        topic_id=target.pk,
        from_topic=topic.pk,
        count=len(chosen),
    )
    return target


@transaction.atomic
def merge_topics(*, topic_id: int, into_id: int, actor: "Member", now: datetime) -> Topic:
    """Let all contributions of a topic stand in another one, of this discussion or another.

    Raises: what :func:`move_topic` raises.
    """
    if topic_id == into_id:
        raise Invalid(_("Choose another topic: this is the same one."))
    topics = _led([topic_id, into_id], actor)
    topic, into = topics[topic_id], topics[into_id]
    lock_forums([topic.forum_id, into.forum_id])
    rows = Contribution.objects.filter(topic_id=topic_id)
    if topic.forum_id != into.forum_id:
        _check_names(rows, into.forum_id)
    numbers = list(rows.order_by("pk").values_list("pk", flat=True))
    count = topic.posts_count
    join_marks(topic_id, into_id)
    _change_forum(rows, into.forum_id)
    _carry(numbers, topic, into)
    Topic.objects.filter(pk=topic_id).update(status=Topic.TOPIC_MOVED, approved=False)
    _count_moved(topic, into, count, source_topics=-int(topic.approved))
    TopicRedirect.objects.create(old_key=topic_id, forum_id=topic.forum_id, topic=into)
    for place in dict.fromkeys((topic.forum_id, into.forum_id)):
        note_act(
            forum_id=place,
            act="topic.merge",
            actor=actor,
            now=now,
            topic_id=into_id,
            from_topic=topic_id,
            numbers=_spans(numbers),
            status=topic.status,
            approved=int(topic.approved),
            count=len(numbers),
        )
    return into


@transaction.atomic
def unmerge_topics(*, entry: LogEntry, actor: "Member", now: datetime) -> Topic:
    """Take a merged topic out again, with what stood in it; what was said since stays.

    Raises: NotFound, NotAllowed, Conflict (it does not lead there any more).
    """
    topic_id, into_id = int(entry.details["from_topic"]), entry.topic_id
    assert into_id is not None
    topics = _led([topic_id, into_id], actor)
    topic, into = topics[topic_id], topics[into_id]
    lock_forums([topic.forum_id, into.forum_id])
    redirect = TopicRedirect.objects.filter(old_key=topic_id).order_by("-pk").first()
    if topic.status != Topic.TOPIC_MOVED or redirect is None or redirect.topic_id != into_id:
        raise Conflict(_("Nothing was undone: this has been changed since."))
    rows = Contribution.objects.filter(topic_id=into_id, pk__in=_numbers(entry.details["numbers"]))
    numbers = list(rows.order_by("pk").values_list("pk", flat=True))
    if topic.forum_id != into.forum_id:
        _check_names(rows, topic.forum_id)
    _change_forum(rows, topic.forum_id)
    status, approved = entry.details["status"], bool(entry.details["approved"])
    Topic.objects.filter(pk=topic_id).update(status=status, approved=approved)
    _carry(numbers, into, topic)
    copy_marks(into_id, topic_id)
    _count_moved(into, topic, shown_count(topic_id), target_topics=int(approved))
    redirect.delete()
    note_act(
        forum_id=entry.forum_id,
        act="topic.unmerge",
        actor=actor,
        now=now,
        topic_id=topic_id,
        count=len(numbers),
    )
    return topic


def _led(topic_ids: list[int], actor: "Member") -> dict[int, Topic]:
    """Return topics that the actor leads and may move, locked. Raises: NotFound, and others."""
    topics, access = lock_topics(topic_ids), access_of(actor)
    for topic_id in topic_ids:
        if topic_id not in topics or topics[topic_id].forum_id not in access.rights:
            raise NotFound
    for topic in topics.values():
        if not access.may(APPROVE, topic.forum_id):
            raise NotAllowed
    for hold in registered("HUB_TOPIC_HOLDERS"):
        if hold(topic_ids):
            raise Invalid(_("This topic is an item of a conference's agenda, so it stays there."))
    return topics


def _chosen(topic_id: int, numbers: set[int], *, with_replies: bool) -> tuple[set[int], set[int]]:
    """Return what is split off a topic, and what of it is shown. Raises: NotFound, Invalid."""
    rows = Contribution.objects.filter(topic_id=topic_id)
    if with_replies:
        numbers = _with_replies(topic_id, numbers)
    numbers &= set(rows.values_list("pk", flat=True))
    shown = set(rows.filter(state=Contribution.State.ACCEPTED).values_list("pk", flat=True))
    if not shown & numbers:
        raise NotFound
    if not shown - numbers:
        raise Invalid(_("These are all contributions of the topic. Move the topic instead."))
    return numbers, shown & numbers


def _with_replies(topic_id: int, numbers: set[int]) -> set[int]:
    """Return contributions of a topic with all that answers them, and answers those."""
    chosen = set(numbers)
    rows = Contribution.objects.filter(topic_id=topic_id, number__gt=min(numbers))
    # An answer has a higher number than what it answers.
    for number, parent in rows.order_by("number").values_list("number", "parent_id"):
        if parent in chosen:
            chosen.add(number)
    return chosen


def _check_names(rows: "QuerySet[Contribution]", forum_id: int) -> None:
    """Refuse to bring a message where the same one is: it was sent to both lists."""
    names = Contribution.objects.filter(forum_id=forum_id, message_id__in=rows.values("message_id"))
    twin = names.exclude(pk__in=rows.values("pk")).values_list("pk", flat=True).first()
    if twin is not None:
        sentence = _(
            "The same message is in that discussion already, as number %d. Withdraw one of them, "
            "and leave the topics as they are."
        )
        raise Conflict(sentence % twin)


def _change_forum(rows: "QuerySet[Contribution]", forum_id: int) -> None:
    """Let contributions stand in a forum, and remember the one whose list has sent them."""
    fresh = rows.filter(moved_from__isnull=True).exclude(forum_id=forum_id)
    fresh.update(moved_from=F("forum_id"))
    rows.exclude(forum_id=forum_id).update(forum_id=forum_id)
    rows.filter(moved_from_id=forum_id).update(moved_from=None)


def _carry(numbers: list[int], source: Topic, target: Topic) -> None:
    """Put contributions into another locked topic, and count both again."""
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        Post.objects.filter(contribution__in=chunk).update(topic=target)
        Contribution.objects.filter(pk__in=chunk).update(topic=target)
    move_documents(keys=[f"contribution:{number}" for number in numbers], topic_id=target.pk)
    for topic in (source, target):
        count_first(topic.pk)
        count_topic(topic.pk)


def _count_moved(
    source: Topic, target: Topic, count: int, *, source_topics: int = 0, target_topics: int = 0
) -> None:
    """Count what went from the forum of one topic to that of another, and topics that end there."""
    if source.forum_id == target.forum_id:
        count_forums({source.forum_id: (0, source_topics + target_topics)})
        return
    count_forums(
        {source.forum_id: (-count, source_topics), target.forum_id: (count, target_topics)}
    )


def _spans(numbers: Iterable[int]) -> str:
    """Return ascending numbers as ``3-7 9``: most of a topic were said one after the other."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return " ".join(f"{first}-{last}" for first, last in spans)


def _numbers(spans: str) -> list[int]:
    """Return the numbers of :func:`_spans`."""
    numbers: list[int] = []
    for span in spans.split():
        first, last = map(int, span.split("-"))
        numbers += range(first, last + 1)
    return numbers
