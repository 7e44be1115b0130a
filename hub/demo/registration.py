"""Leave for those who sign in what waits for a decision.

That is a closed discussion whose title is shown, a request to take part in it, an invitation to it,
and a proposal of another one. Nothing is sent for what happened before the hub existed.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from forums import services
from forums.services.invitations import VALID_FOR
from hub.demo import reader
from hub.members.invited import invitation_digest
from hub.members.models import Invitation

if TYPE_CHECKING:
    from hub.members.models import Member

_SECRETARY = "helene.marchand"


def leave_waiting(*, cast: "dict[str, Member]", now: datetime) -> int:
    """Open the discussion, put into the queues what waits, and return the key of its forum."""
    entries = reader.registration()
    forum_id = _open(entries["discussion"], cast, now)
    asked = entries["request"]
    services.ask_to_join(
        forum_id=forum_id,
        member=cast[asked["member"]],
        statement=asked["statement"],
        now=_moment(asked, now),
        quiet=True,
    )
    _invite(entries["invitation"], forum_id, cast, now)
    _propose(entries["proposal"], cast, now)
    return forum_id


def _moment(entry: dict[str, Any], now: datetime) -> datetime:
    return now - timedelta(days=entry["days_ago"])


def _open(entry: dict[str, Any], cast: "dict[str, Member]", now: datetime) -> int:
    at = _moment(entry, now)
    policy = services.create_forum(
        name=entry["name"],
        slug=entry["slug"],
        preset="closed",
        language=entry["language"],
        theme=entry["theme"],
        questions=entry["questions"],
        listed=True,
        opens_at=at,
        now=at,
    )
    services.admit_member(
        forum_id=policy.forum_id,
        member=cast[entry["moderator"]],
        role="moderator",
        now=at,
    )
    return int(policy.forum_id)


def _invite(entry: dict[str, Any], forum_id: int, cast: "dict[str, Member]", now: datetime) -> None:
    at = _moment(entry, now)
    Invitation.objects.create(
        forum_id=forum_id,
        email=entry["email"],
        invited_by=cast[_SECRETARY],
        role="participant",
        line=entry["line"],
        # No message has the link; sending it again makes another.
        digest=invitation_digest(secrets.token_hex(20)),
        created_at=at,
        sent_at=at,
        expires_at=at + VALID_FOR,
    )


def _propose(entry: dict[str, Any], cast: "dict[str, Member]", now: datetime) -> None:
    services.propose_discussion(
        actor=cast[entry["member"]],
        now=_moment(entry, now),
        quiet=True,
        name=entry["name"],
        theme=entry["theme"],
        why=entry["why"],
        sponsor=entry["sponsor"],
        opens_at=None,
        closes_at=None,
        moderates=True,
    )
