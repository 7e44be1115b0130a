"""Fill a discussion of a running hub: ``python -m tests.bench.sized.large_discussion FORUM TOPICS``."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.db import transaction  # noqa: E402 - after the settings
from machina.apps.forum_conversation.models import Post, Topic  # noqa: E402

from forums.models import Contribution, Membership, TopicState  # noqa: E402
from hub.lib.clock import now  # noqa: E402
from hub.lib.markup import VERSION  # noqa: E402


def fill(forum_id: int, count: int) -> None:
    """Add topics of one contribution each, by those who take part, as an import would."""
    writers = list(Membership.objects.filter(forum_id=forum_id).values_list("member_id", flat=True)[:5])
    at, text = now(), "What was measured, and where. " * 20
    with transaction.atomic():
        topics = Topic.objects.bulk_create(
            Topic(forum_id=forum_id, poster_id=writers[n % len(writers)], subject=f"Measure {n}", slug=f"measure-{n}",
                  type=0, status=0, approved=True, posts_count=1, last_post_on=at)
            for n in range(count)
        )  # fmt: skip
        posts = Post.objects.bulk_create(
            Post(topic=topic, poster_id=topic.poster_id, subject=topic.subject, content=text, approved=True)
            for topic in topics
        )
        said = Contribution.objects.bulk_create(
            Contribution(post=post, topic_id=post.topic_id, forum_id=forum_id, author_id=post.poster_id, origin="mail",
                         format="plain", state="accepted", message_id=f"{post.pk}@bench.example", created_at=at,
                         renderer=VERSION)
            for post in posts
        )  # fmt: skip
        TopicState.objects.bulk_create(
            TopicState(topic_id=row.topic_id, forum_id=forum_id, last_number=row.number) for row in said
        )
        for topic, post in zip(topics, posts, strict=True):
            topic.first_post = topic.last_post = post
        Topic.objects.bulk_update(topics, ["first_post", "last_post"], batch_size=500)


if __name__ == "__main__":
    fill(int(sys.argv[1]), int(sys.argv[2]))
