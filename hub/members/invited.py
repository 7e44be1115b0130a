"""People who apply because they were invited to a discussion: the invitation is remembered."""

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from hub.members.models import Invitation

if TYPE_CHECKING:
    from hub.members.models import Member

# Where the link of an invitation waits in the session while its reader applies.
KEY = "invitation"


def invitation_digest(token: str) -> str:
    """Return what is stored of the token of an invitation."""
    return sha256(token.lower().encode()).hexdigest()


def invited_address(token: str, now: datetime) -> str:
    """Return the address that an open invitation was sent to, empty for none.

    Queries: 1 at most.
    """
    if not token:
        return ""
    rows = Invitation.objects.filter(digest=invitation_digest(token), expires_at__gt=now)
    return rows.filter(state=Invitation.State.OPEN).values_list("email", flat=True).first() or ""


def note_application(*, token: str, member: "Member", now: datetime) -> None:
    """Remember with which invitation a person has applied.

    Who is a member already answers the link itself.
    """
    if not token or member.is_active:
        return
    rows = Invitation.objects.filter(
        digest=invitation_digest(token),
        state=Invitation.State.OPEN,
        member=None,
        expires_at__gt=now,
    )
    rows.update(state=Invitation.State.APPLIED, member=member, answered_at=now)
