"""What the counters of a forum must be, counted anew from its rows."""

from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Topic

from forums.models import Contribution, TopicState


def assert_counted(forum_id: int) -> None:
    """Compare the counters of a forum and its topics with their contributions."""
    rows = Contribution.objects.filter(forum_id=forum_id).select_related("post")
    accepted = [row for row in rows if row.state == "accepted"]
    assert all(row.post.topic_id == row.topic_id for row in rows)
    topics = Topic.objects.filter(forum_id=forum_id)
    for topic in topics:
        own = [row for row in accepted if row.topic_id == topic.pk]
        last = max(own, key=lambda row: (row.post.created, row.number), default=None)
        last_id = None if last is None else last.post_id
        assert (topic.posts_count, topic.last_post_id) == (len(own), last_id), topic.subject
        state = TopicState.objects.filter(topic=topic).first()
        newest = max((row.number for row in own if row.imported is None), default=0)
        assert (state.last_number if state else 0, state.forum_id if state else forum_id) == (newest, forum_id)
    forum = Forum.objects.get(pk=forum_id)
    shown = [topic for topic in topics if topic.approved]
    assert (forum.direct_posts_count, forum.direct_topics_count) == (len(accepted), len(shown))
    lasts = [topic.last_post for topic in shown if topic.last_post is not None]
    newest_post = max(lasts, key=lambda post: post.created, default=None)
    assert forum.last_post == newest_post
