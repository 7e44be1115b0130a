"""Draw the rows of lists, topics and discussions, by stencils (decision record 0029)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import ngettext
from machina.apps.forum_conversation.models import Topic

from forums.registration import Way
from hub.lib.stencils import Stencil
from hub.templatetags.hub_ui import ago, stands

if TYPE_CHECKING:
    from forums.models import ForumPolicy
    from forums.selectors import Discussion

# Words of a theme in a list.
THEME_WORDS = 32
_topic = Stencil(
    "forums/_topic_row.html",
    flags=("is_announced", "is_pinned", "is_locked", "has_last", "has_new"),
    values=("url", "subject", "contributions", "name", "past", "new"),
)
_discussion = Stencil(
    "forums/_discussion_row.html",
    flags=(
        "has_theme",
        "has_period",
        "has_date",
        "has_last",
        "has_members",
        "is_closed",
        "has_new",
        "takes_part",
        "asks",
    ),
    values=(
        "join_url",
        "url",
        "language",
        "title",
        "theme",
        "period",
        "name",
        "past",
        "members",
        "new",
    ),
)


def draw_topics(topics: Iterable[Topic]) -> SafeString:
    """Return topics as list items, each with what is new in it (``topic.new``) and who was last."""
    return mark_safe("".join([_draw_topic(topic) for topic in topics]))  # noqa: S308 - of stencils


def draw_discussions(discussions: "Iterable[Discussion]") -> SafeString:
    """Return discussions as list items: name, where each stands, what is new."""
    # Of stencils.
    return mark_safe("".join([_draw_discussion(row) for row in discussions]))  # noqa: S308


def _draw_topic(topic: Topic) -> SafeString:
    flags = {
        "is_announced": topic.type == Topic.TOPIC_ANNOUNCE,
        "is_pinned": topic.type == Topic.TOPIC_STICKY,
        "is_locked": topic.is_locked,
        "has_last": topic.last_post is not None,
        "has_new": bool(topic.new),
    }
    values = {
        "url": reverse("forums:topic", args=(topic.pk, topic.slug or "topic")),
        "subject": topic.subject,
        "contributions": _contributions(topic.posts_count),
        "name": "",
        "past": "",
        "new": _new(topic.new),
    }
    if topic.last_post is not None:
        values["name"] = topic.last_post.poster.get_full_name()
        values["past"] = ago(topic.last_post_on)
    return _topic.draw(flags, values)


def shortened_theme(policy: "ForumPolicy") -> str:
    """Return how the theme of a discussion begins, in its own marks."""
    return Truncator(policy.theme).words(THEME_WORDS, truncate=" …")


def _draw_discussion(row: "Discussion") -> SafeString:
    forum, policy = row.forum, row.policy
    name = ""
    if forum.last_post_on and forum.last_post is not None:
        name = forum.last_post.poster.get_full_name()
    flags = {
        "has_theme": bool(policy.theme),
        "has_period": bool(policy.opens_at or policy.closes_at),
        "has_date": bool(forum.last_post_on),
        "has_last": bool(name),
        "has_members": bool(row.members),
        "is_closed": policy.preset == "closed",
        "takes_part": row.way is Way.TAKE_PART,
        "asks": row.way is Way.ASK,
        "has_new": bool(row.new),
    }
    values = {
        "url": reverse("forums:discussion", args=(row.pk, forum.slug or "discussion")),
        "language": policy.language,
        "title": forum.name,
        "theme": shortened_theme(policy),
        "period": stands(policy.opens_at, policy.closes_at),
        "name": name,
        "past": ago(forum.last_post_on),
        "join_url": reverse("forums:join", args=(row.pk,)),
        "members": _participants(row.members),
        "new": _new(row.new),
    }
    return _discussion.draw(flags, values)


# The words are those that templates had, so that no catalogue changes.


def _contributions(count: int) -> str:
    return ngettext("%(said)s contribution", "%(said)s contributions", count) % {"said": count}


def _participants(count: int) -> str:
    return ngettext("%(members)s participant", "%(members)s participants", count) % {
        "members": count
    }


def _new(count: int) -> str:
    return ngettext("%(new)s new", "%(new)s new", count) % {"new": count}
