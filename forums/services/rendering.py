"""Render again what an earlier renderer has made of contributions."""

from django.db import transaction
from machina.apps.forum_conversation.models import Post

from forums.models import Contribution
from hub.lib.clock import now
from hub.lib.markup import VERSION, render
from hub.search.outlet import document_of
from hub.search.services import index_document


def render_contributions_again(*, limit: int) -> int:
    """Render contributions that another version of the renderer has made; return how many, at most
    ``limit``.

    What is found of them follows. Words that change meanwhile are left alone: whoever changes them
    renders them.

    Queries: 1, and 6 at most for each.
    """
    rows = Contribution.objects.filter(renderer__lt=VERSION).select_related("post__topic", "author")
    stale = list(rows.order_by("number")[:limit])
    for row in stale:
        html = str(render(row.text, row.format))
        with transaction.atomic():
            unchanged = Post.objects.filter(pk=row.post_id, content=row.text)
            is_rewritten = html != row.html and unchanged.update(_content_rendered=html) > 0
            if is_rewritten and row.state == row.State.ACCEPTED:
                row.post._content_rendered = html
                index_document(document=document_of(row), now=now())
            Contribution.objects.filter(pk=row.pk).update(renderer=VERSION)
    return len(stale)
