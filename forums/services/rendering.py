"""Render contributions again whose HTML is of an earlier renderer."""

from django.db import transaction
from machina.apps.forum_conversation.models import Post

from forums.models import Contribution
from hub.lib.clock import now
from hub.lib.markup import VERSION, render
from hub.search.outlet import document_of
from hub.search.services import index_document


def render_contributions_again(*, limit: int) -> int:
    """Render contributions whose HTML is of an earlier version of the renderer; return how many.

    The search index follows. Words that change meanwhile are left alone: whoever changes them
    renders them.

    Args: limit, how many at most.

    Queries: 1, and 6 at most for each.
    """
    rows = Contribution.objects.filter(renderer__lt=VERSION).select_related("post__topic", "author")
    stale = list(rows.order_by("number")[:limit])
    for row in stale:
        html = str(render(row.text, row.format))
        with transaction.atomic():
            is_rewritten = html != row.html and _store(row, html)
            if is_rewritten and row.state == row.State.ACCEPTED:
                row.post._content_rendered = html
                index_document(document=document_of(row), now=now())
            Contribution.objects.filter(pk=row.pk).update(renderer=VERSION)
    return len(stale)


def _store(row: Contribution, html: str) -> bool:
    """Store the HTML of a contribution, unless its words have changed meanwhile."""
    unchanged = Post.objects.filter(pk=row.post_id, content=row.text)
    return unchanged.update(_content_rendered=html) > 0
