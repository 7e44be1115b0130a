"""What every view of the room needs."""

from django.urls import reverse
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Topic

from forums import selectors
from forums.models import Contribution


def discussion_url(forum: Forum) -> str:
    """Return the address of a discussion."""
    return reverse("forums:discussion", args=(forum.pk, forum.slug or "discussion"))


def topic_url(topic: Topic) -> str:
    """Return the address of a topic."""
    return reverse("forums:topic", args=(topic.pk, topic.slug or "topic"))


def place_of(contribution: Contribution) -> str:
    """Return the address of a contribution, or its stub, on its topic's page. Queries: 1."""
    # The last one where it stands after all that are shown.
    pages = max(1, -(-contribution.post.topic.posts_count // selectors.PAGE))
    page, query = min(selectors.page_of(contribution), pages), ""
    if page > 1:
        query = f"?page={page}"
    return f"{topic_url(contribution.post.topic)}{query}#c{contribution.number}"
