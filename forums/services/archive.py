"""What becomes of imported words: who is their author, and what they answer."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Post, Topic

from forums.models import Contribution, TopicState
from forums.services.publish import count_as_new
from hub.search.services import change_author, move_topic

if TYPE_CHECKING:
    from hub.members.models import Member


@transaction.atomic
def hand_over_words(author: "Member", member: "Member") -> None:
    """Give the words of an imported author to the member who turned out to be that person."""
    Contribution.objects.filter(author=author).update(author=member)
    Post.objects.filter(poster=author).update(poster=member)
    Topic.objects.filter(poster=author).update(poster=member)
    change_author(before=author, after=member)


@transaction.atomic
def join_threads(*, forum_id: int, known: dict[str, int]) -> int:
    """Put imported contributions below what they answer and came before; return how many.

    An archive brought in piece by piece need not come in order. A topic that such a contribution
    began joins the topic of its parent, with all that is in it.

    Args: known, ``dict[str, int]  # Message-ID -> number`` of the forum's contributions.

    Queries: 1, and 7 for each that is joined.
    """
    orphans = Contribution.objects.filter(forum_id=forum_id, parent=None, imported__isnull=False)
    orphans = (
        orphans.exclude(in_reply_to="", references="").select_related("post").order_by("number")
    )
    joined = 0
    for orphan in orphans.iterator():
        named = [orphan.in_reply_to, *reversed(orphan.references.split())]
        numbers = (known[name] for name in named if name in known)
        number = next((number for number in numbers if number != orphan.number), None)
        if number is not None:
            joined += _join(orphan, number)
    return joined


def _join(orphan: Contribution, number: int) -> bool:
    """Make a contribution the answer to another one, unless that one comes from it."""
    parent = Contribution.objects.select_related("post__topic").get(pk=number)
    above: Contribution | None = parent
    while above is not None:
        if above.pk == orphan.pk:
            return False
        above = above.parent
    Contribution.objects.filter(pk=orphan.pk).update(parent=parent)
    topic = Topic.objects.get(
        pk=Post.objects.values_list("topic_id", flat=True).get(pk=orphan.post_id)
    )
    if topic.pk != parent.topic_id and topic.first_post_id == orphan.post_id:
        _merge(topic, parent.post.topic)
    return True


def _merge(topic: Topic, into: Topic) -> None:
    """Move the posts of a topic into another one of the same forum and take the empty one away."""
    count = topic.posts_count
    last = Post.objects.filter(pk=topic.last_post_id).values("pk", "created").first()
    Post.objects.filter(topic=topic).update(topic=into)
    Contribution.objects.filter(topic=topic).update(topic=into)
    newest = TopicState.objects.filter(topic=topic).values_list("last_number", flat=True).first()
    if newest:
        count_as_new(into.pk, into.forum_id, newest)
    rows = Topic.objects.filter(pk=into.pk)
    rows.update(posts_count=F("posts_count") + count)
    if last is not None:
        rows.filter(Q(last_post_on=None) | Q(last_post_on__lte=last["created"])).update(
            last_post_id=last["pk"], last_post_on=last["created"]
        )
    move_topic(before=topic.pk, after=into.pk)
    Topic.objects.filter(pk=topic.pk).delete()
    Forum.objects.filter(pk=into.forum_id).update(direct_topics_count=F("direct_topics_count") - 1)
