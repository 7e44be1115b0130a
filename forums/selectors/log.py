"""The log of a discussion, in pages, for those who lead it."""

from forums.models import LogEntry
from forums.selectors.discussions import Discussion
from hub.lib.paging import PagedList, listed


def log_of(discussion: Discussion, *, page: int = 1) -> PagedList[LogEntry]:
    """Return a page of the log of a permitted discussion, the newest entry first. Queries: 2."""
    rows = LogEntry.objects.filter(forum_id=discussion.pk)
    rows = rows.select_related("actor", "member", "topic", "undone_by__actor")
    return listed(rows.order_by("-pk"), page=page)
