"""How members come into a discussion: at once, on request, or named by others, and until when."""

from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from forums.models import ForumPolicy
from forums.policy import Access
from hub.lib.dates import format_moment
from hub.lib.errors import HubError, NotAllowed, NotNow


class Way(StrEnum):
    """How a person who takes no part yet may come to do so, empty for not at all."""

    NONE = ""
    TAKE_PART = "take-part"
    ASK = "ask"
    NOMINATED = "nominated"
    INVITED = "invited"
    OVER = "over"


_R = ForumPolicy.Registration
_WAYS: dict[str, Way] = {
    _R.OPEN: Way.TAKE_PART,
    _R.APPROVAL: Way.ASK,
    _R.NOMINATION: Way.NOMINATED,
    _R.INVITATION: Way.INVITED,
}


def is_open(policy: ForumPolicy) -> bool:
    """Whether members take part as soon as they want to, and come back so."""
    return policy.registration == _R.OPEN


def closing_of(policy: ForumPolicy) -> datetime | None:
    """Return when nobody can register any more: with the period at the latest; None for never."""
    ends = [moment for moment in (policy.registration_closes_at, policy.closes_at) if moment]
    return min(ends, default=None)


def may_know_of(access: Access, forum_id: int) -> bool:
    """Whether a person may know that a discussion exists: it is open to them, or listed."""
    return forum_id in access.rights or forum_id in access.listed


def mode_of(policy: ForumPolicy, now: datetime) -> Way:
    """Return how anybody comes into a discussion at a moment."""
    closing = closing_of(policy)
    if closing is not None and closing <= now:
        return Way.OVER
    return _WAYS[policy.registration]


def way_in(access: Access, policy: ForumPolicy, now: datetime) -> Way:
    """Return how a member who takes no part comes into a discussion.

    A discussion that they may not know of has no way in on the web; by mail, who knows the name of
    its list may ask.
    """
    if policy.forum_id in access.roles or not may_know_of(access, policy.forum_id):
        return Way.NONE
    return mode_of(policy, now)


def obstacle(policy: ForumPolicy, now: datetime) -> str:
    """Return why a member can neither take part by themselves nor ask to, empty when they can."""
    way = mode_of(policy, now)
    closing = closing_of(policy)
    if way is Way.OVER and closing is not None:
        return _("Registration for this discussion closed on %s.") % format_moment(closing)
    if way is Way.NOMINATED:
        return _("Governments and organisations nominate those who take part in this discussion.")
    if way is Way.INVITED:
        return _("The people who lead this discussion invite those who take part.")
    return ""


def refusal_of(policy: ForumPolicy, now: datetime) -> HubError | None:
    """Return what :func:`obstacle` says as an error, None when nothing stands in the way."""
    sentence = obstacle(policy, now)
    if not sentence:
        return None
    if mode_of(policy, now) is Way.OVER:
        return NotNow(sentence, code="registration-closed")
    return NotAllowed(sentence)
