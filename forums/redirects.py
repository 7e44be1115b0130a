"""Follow what was moved, split off or merged to where it stands now."""

from machina.apps.forum_conversation.models import Topic

from forums.models import Contribution, TopicRedirect

# Merged topics that are followed one after the other.
_MOST = 10


def present_key(topic_id: int) -> int | None:
    """Return the key of the topic into which a merged one went, and that one after it.

    None where it leads nowhere. Queries: 1 for each on the way.
    """
    for _step in range(_MOST):
        rows = TopicRedirect.objects.filter(old_key=topic_id).exclude(topic_id=topic_id)
        following = rows.order_by("-pk").values_list("topic_id", "topic__status").first()
        if following is None:
            return None
        topic_id, status = following
        if status != Topic.TOPIC_MOVED:
            return topic_id
    return None


def went_to(old_key: int, topic_id: int) -> bool:
    """Whether contributions went from one topic to another. Queries: 1."""
    return TopicRedirect.objects.filter(old_key=old_key, topic_id=topic_id).exists()


def came_from(forum_id: int, topic: Topic, parent: Contribution | None) -> bool:
    """Whether a topic, or what is answered in it, has stood in a forum. Queries: 1 at most."""
    if parent is not None and parent.moved_from_id == forum_id:
        return True
    return TopicRedirect.objects.filter(forum_id=forum_id, topic=topic).exists()
