"""Render again what an earlier renderer has made of contributions."""

from machina.apps.forum_conversation.models import Post

from forums.models import Contribution
from hub.lib.markup import VERSION, render


def render_contributions_again(*, limit: int) -> int:
    """Render contributions that another version of the renderer has made; return how many, at most ``limit``.

    Words that change meanwhile are left alone: whoever changes them renders them. Queries: 1, and 2 for each.
    """
    stale = Contribution.objects.filter(renderer__lt=VERSION).select_related("post").order_by("number")[:limit]
    for row in stale:
        Post.objects.filter(pk=row.post_id, content=row.text).update(_content_rendered=render(row.text))
        Contribution.objects.filter(pk=row.pk).update(renderer=VERSION)
    return len(stale)
