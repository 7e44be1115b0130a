"""What the pages of the discussions show many times.

::

    {% load forums_ui %}
    {% contributions page.shown here %}     as list items, with the line above the first unread
    {% contribution shown %}                one by itself, without what can be done with it
    {% topic_rows topics %}                 topics as list items
    {% discussion_rows discussions %}       discussions as list items
"""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString
from machina.apps.forum_conversation.models import Topic

from forums import fragments
from forums.pages import ShownContribution
from forums.rows import draw_discussions, draw_topics
from forums.selectors import Discussion
from hub.templatetags.hub_ui import receipt

register = template.Library()


@register.simple_tag(takes_context=True)
def contributions(
    context: template.Context, shown_list: Iterable[ShownContribution], here: str
) -> SafeString:
    """Draw contributions as list items, each below what the hub says of the last act on it.

    Args: here, the query string of their page, for replies.
    """
    rows = list(shown_list)
    receipts = {row.place: words for row in rows if (words := receipt(context, row.place))}
    return fragments.draw_items(rows, here=here, receipts=receipts)


@register.simple_tag
def contribution(shown: ShownContribution) -> SafeString:
    """Draw one contribution."""
    return fragments.draw(shown)


@register.simple_tag
def topic_rows(topics: Iterable[Topic]) -> SafeString:
    """Draw the topics of a discussion."""
    return draw_topics(topics)


@register.simple_tag
def discussion_rows(discussions: Iterable[Discussion]) -> SafeString:
    """Draw discussions."""
    return draw_discussions(discussions)
