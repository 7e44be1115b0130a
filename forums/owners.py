"""Whose a discussion is: a conference or a group that has its own pages to change it."""

from dataclasses import dataclass

from django.utils.functional import Promise

from forums.errors import OwnedElsewhere
from hub.lib.hooks import registered


@dataclass(frozen=True)
class ForumOwner:
    """What owns a discussion, and where it is changed.

    Args: sentence, that says so to a person; url, of the page where it is changed.
    """

    sentence: str | Promise
    name: str
    url: str


def owner_of(forum_id: int) -> ForumOwner | None:
    """Return what owns a discussion, None for one of its own (``HUB_FORUM_OWNERS``).

    Queries: 2, for two rooms that may own discussions.
    """
    for owner in registered("HUB_FORUM_OWNERS"):
        answer: ForumOwner | None = owner(forum_id)
        if answer is not None:
            return answer
    return None


def check_own(forum_id: int) -> None:
    """Let pass a discussion that nothing else owns. Raises: OwnedElsewhere."""
    owner = owner_of(forum_id)
    if owner is not None:
        raise OwnedElsewhere(owner.sentence)
