"""Which discussions are a conference's, and so are changed on its pages."""

from django.utils.translation import gettext as _

from conferences.models import Conference
from forums.owners import ForumOwner


def owner_of_forum(forum_id: int) -> ForumOwner | None:
    """Return the conference that a discussion belongs to, None for none. Queries: 1."""
    conference = Conference.objects.filter(forum_id=forum_id).first()
    if conference is None:
        return None
    return ForumOwner(
        _("This discussion belongs to a conference. It is changed on the page of the conference."),
        conference.name,
        conference.get_absolute_url(),
    )
