"""What the pages of the account show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from hub.lib.errors import NotAllowed, NotFound
from hub.members.account import rules
from hub.members.models import ApplicationPassword, FactorReset, LoginSession, Member, session_mark
from hub.members.selectors import active_member


@dataclass(frozen=True)
class SocketSignIn:
    """The login session that a socket was opened with: its mark, and its end.

    No session can be opened from the mark.
    """

    mark: str
    expires_at: datetime | None


def socket_sign_in(session: Any) -> SocketSignIn | None:
    """Return what a loaded login session gives a socket, None for a visitor without one.

    Queries: none.
    """
    key = getattr(session, "session_key", None)
    if not key:
        return None
    return SocketSignIn(session_mark(key), getattr(session, "expires_at", None))


# Browsers shown as signed in: a person has a handful, a script any number.
SIGN_INS = 100


@dataclass(frozen=True)
class SignIn:
    """One browser that is signed in.

    ``mark`` names it on the page, ``is_here`` is the one that asks.
    """

    mark: str
    client: str
    started_at: datetime | None
    seen_at: datetime | None
    is_here: bool


def sign_ins_of(member: Member, *, session_key: str, now: datetime) -> list[SignIn]:
    """Return where the member is signed in, this browser first, then the latest seen.

    Queries: 1.
    """
    rows = LoginSession.objects.filter(member=member, expire_date__gt=now).order_by("-seen_at")[
        :SIGN_INS
    ]
    sign_ins = [
        SignIn(row.mark, row.client, row.started_at, row.seen_at, row.session_key == session_key)
        for row in rows
    ]
    return sorted(sign_ins, key=lambda sign_in: not sign_in.is_here)


def are_signed_in(marks: set[str], member_ids: set[int], *, now: datetime) -> set[str]:
    """Return which of these sessions are still those of members who may sign in. Queries: 1."""
    rows = LoginSession.objects.filter(
        member_id__in=member_ids, member__is_active=True, expire_date__gt=now
    )
    return marks & {row.mark for row in rows.only("session_key")}


def application_passwords_of(member: Member) -> QuerySet[ApplicationPassword]:
    """Return the member's application passwords, the oldest first."""
    return ApplicationPassword.objects.filter(member=member)


def members_with_factor_for(reader: Member) -> QuerySet[Member]:
    """Return who has a second factor or must have one, with ``has_factor``, for the Secretariat.

    Raises: NotAllowed for everybody else.
    """
    _only_secretariat(reader)
    factors = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=rules.FACTORS)
    members = Member.objects.filter(is_active=True).annotate(has_factor=Exists(factors))
    return members.filter(Q(has_factor=True) | Q(is_staff=True) | Q(is_superuser=True)).order_by(
        "name", "pk"
    )


def member_to_reset_for(reader: Member, pk: int) -> Member:
    """Return a member whose second factor the reader may reset, if there is one.

    Raises: NotAllowed (not the Secretariat, or one's own), NotFound (no such member).
    """
    _only_secretariat(reader)
    member = active_member(pk)
    if member is None:
        raise NotFound
    if member.pk == reader.pk:
        raise NotAllowed
    return member


def resets_for(reader: Member, limit: int = 20) -> QuerySet[FactorReset]:
    """Return the latest resets, the newest first, for the Secretariat.

    Raises: NotAllowed for everybody else.
    """
    _only_secretariat(reader)
    return FactorReset.objects.select_related("member", "actor")[:limit]


def _only_secretariat(reader: Member) -> None:
    if not rules.acts_for_secretariat(reader):
        raise NotAllowed
