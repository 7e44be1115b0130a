"""Invitations to a discussion, as those who lead it see them."""

from typing import TYPE_CHECKING

from hub.lib.paging import PagedList, listed
from hub.members.models import Invitation

if TYPE_CHECKING:
    from forums.selectors.discussions import Discussion

# Invitations on a page.
INVITATIONS = 50


def invitations_in(discussion: "Discussion", *, page: int = 1) -> PagedList[Invitation]:
    """Return a page of the invitations to a permitted discussion that wait, the newest first.

    The caller checks who may. Queries: 2.
    """
    rows = Invitation.objects.filter(
        forum_id=discussion.pk, state__in=(Invitation.State.OPEN, Invitation.State.APPLIED)
    )
    return listed(rows.select_related("member", "invited_by"), page=page, size=INVITATIONS)
