"""Invite people to a discussion by e-mail: members, and people who are none yet.

The link in the message acts once and within :data:`VALID_FOR`. Its token stands nowhere else: the
record has its digest, and texts in which people quote it lose it (:mod:`hub.lib.masking`).
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forums.models import ForumPolicy, Membership
from forums.policy import ADMIT, access_of, check_role_change
from forums.services.log import note_act
from forums.services.places import give_place
from hub.lib.addresses import fold_address
from hub.lib.characters import one_line
from hub.lib.counts import with_count
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from hub.lib.full_urls import full_url
from hub.lib.mail import send_notification
from hub.lib.masking import mask
from hub.lib.names import listed
from hub.members.errors import LinkBroken, LinkExpired
from hub.members.invited import invitation_digest
from hub.members.models import Invitation
from hub.members.selectors import active_members, owners_of

if TYPE_CHECKING:
    from hub.members.models import Member

VALID_FOR = timedelta(days=30)
# The same invitation is sent again no sooner.
SENT_AGAIN_AFTER = timedelta(hours=12)
# Addresses that are invited at once, and characters of the personal line.
MOST = 200
LINE_LENGTH = 500
_WAITING = (Invitation.State.OPEN, Invitation.State.APPLIED)


@dataclass(frozen=True)
class Invited:
    """What became of the addresses: how many were invited, and which were not and why."""

    sent: int
    taking_part: tuple[str, ...] = ()
    invited_before: tuple[str, ...] = ()


@transaction.atomic
def invite(
    *,
    forum_id: int,
    addresses: Sequence[str],
    actor: "Member",
    now: datetime,
    line: str = "",
    role: str = Membership.Role.PARTICIPANT,
) -> Invited:
    """Send each of these addresses an invitation; who takes part or was invited gets none.

    Args: addresses, as they were typed, each perhaps a member's; line, a personal word.

    Raises: NotFound, NotAllowed (also a role that is not the actor's to give), Invalid (what is no
    address, by name; none, or too many). Queries: 6, the access, and those
    of each message.
    """
    own_role = _check_invites(forum_id, actor)
    check_role_change(actor=actor, own_role=own_role, member_id=0, before="", after=role)
    folded = _folded(addresses)
    owners = owners_of(folded)
    members = active_members(owners.values())
    places = Membership.objects.filter(forum_id=forum_id, member_id__in=members, left_at=None)
    inside = set(places.values_list("member_id", flat=True))
    waiting = Invitation.objects.filter(forum_id=forum_id, state__in=_WAITING, email__in=folded)
    before = set(waiting.filter(expires_at__gt=now).values_list("email", flat=True))
    waiting.filter(expires_at__lte=now).update(state=Invitation.State.REVOKED)
    sent = 0
    for email in folded:
        member = members.get(owners.get(email, 0))
        if email in before or (member is not None and member.pk in inside):
            continue
        _send_new(_new(forum_id, email, member, actor, role, line, now))
        sent += 1
    if sent:
        note_act(forum_id=forum_id, act="invitation.send", actor=actor, now=now, count=sent)
    taking_part = tuple(email for email in folded if owners.get(email, 0) in inside)
    return Invited(sent, taking_part, tuple(email for email in folded if email in before))


def _check_invites(forum_id: int, actor: "Member") -> str:
    """Return the role of who may invite to a forum."""
    access = access_of(actor)
    if forum_id not in access.rights:
        raise NotFound
    if not access.may(ADMIT, forum_id):
        raise NotAllowed
    return access.roles.get(forum_id, "")


def _folded(addresses: Sequence[str]) -> list[str]:
    folded = list(dict.fromkeys(fold_address(address) for address in addresses))
    wrong = [address for address in folded if not _is_address(address)]
    if wrong:
        sentence = _("These are not e-mail addresses: %s. Nobody was invited.")
        raise Invalid(sentence % listed(wrong[:10]))
    if not folded:
        raise Invalid(_("Write the e-mail addresses of the people to invite."))
    if len(folded) > MOST:
        sentence = ngettext(
            "You can invite %d person at once.", "You can invite %d people at once.", MOST
        )
        raise Invalid(with_count(sentence, MOST))
    return folded


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _new(
    forum_id: int,
    email: str,
    member: "Member | None",
    actor: "Member",
    role: str,
    line: str,
    now: datetime,
) -> Invitation:
    return Invitation(
        forum_id=forum_id,
        email=email,
        member=member,
        invited_by=actor,
        role=role,
        line=one_line(mask(line))[:LINE_LENGTH],
        created_at=now,
        sent_at=now,
        expires_at=now + VALID_FOR,
    )


def _send_new(invitation: Invitation) -> None:
    """Give an invitation a token that no earlier message has, save it, and send it."""
    token = base64.b32encode(secrets.token_bytes(20)).decode().lower()
    invitation.digest = invitation_digest(token)
    invitation.save()
    policy = ForumPolicy.objects.select_related("forum").get(forum_id=invitation.forum_id)
    context = {
        "invitation": invitation,
        "by": invitation.invited_by,
        "discussion": policy.forum.name,
        "theme": policy.theme.partition("\n")[0][:300],
        "url": full_url("forums:invitation", token),
    }
    template = "forums/mail/invited"
    if invitation.member is not None:
        send_notification(
            to=invitation.member, template=template, context=context, address=invitation.email
        )
        return
    send_notification(
        to=invitation.email, template=template, context=context, language=policy.language
    )


@transaction.atomic
def send_invitation_again(*, invitation_id: int, actor: "Member", now: datetime) -> Invitation:
    """Send an invitation once more, with a new link; the earlier one opens nothing any more.

    Raises: NotFound, NotAllowed, TooMany (sent a moment ago).
    """
    invitation = _own(invitation_id, actor)
    if now < invitation.sent_at + SENT_AGAIN_AFTER:
        seconds = int((invitation.sent_at + SENT_AGAIN_AFTER - now).total_seconds())
        raise TooMany(_("This invitation was sent today. Send it again tomorrow."), seconds=seconds)
    invitation.sent_at, invitation.expires_at = now, now + VALID_FOR
    _send_new(invitation)
    return invitation


@transaction.atomic
def revoke_invitation(*, invitation_id: int, actor: "Member", now: datetime) -> Invitation:
    """Take an invitation back; its link opens nothing any more.

    Raises: NotFound (there is none that waits), NotAllowed.
    """
    invitation = _own(invitation_id, actor)
    _answer(invitation, Invitation.State.REVOKED, now)
    note_act(forum_id=invitation.forum_id, act="invitation.revoke", actor=actor, now=now)
    return invitation


def _own(invitation_id: int, actor: "Member") -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("member", "invited_by")
    invitation = rows.filter(pk=invitation_id, state__in=_WAITING).first()
    if invitation is None:
        raise NotFound
    _check_invites(invitation.forum_id, actor)
    return invitation


def _answer(invitation: Invitation, state: str, now: datetime) -> None:
    invitation.state, invitation.answered_at = state, now
    invitation.save(update_fields=["state", "answered_at", "member"])


def read_invitation(*, token: str, now: datetime) -> Invitation:
    """Return the invitation that a link belongs to, while it waits for an answer.

    Raises: LinkBroken (none of ours, answered or revoked), LinkExpired.
    """
    rows = Invitation.objects.select_related("forum__policy", "member", "invited_by")
    invitation = rows.filter(digest=invitation_digest(token)).first()
    if invitation is None or invitation.state not in _WAITING:
        raise LinkBroken(_("This invitation was answered or revoked, or its link is not complete."))
    if now >= invitation.expires_at:
        raise LinkExpired(
            _("This invitation is too old. Ask the person who invited you for a new one.")
        )
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, member: "Member", now: datetime) -> Membership:
    """Let a member in who was invited; the link acts once.

    Raises: LinkBroken, LinkExpired, Conflict (it was sent to another member).
    """
    invitation = _claimed(token, member, now)
    place = Membership.objects.filter(forum_id=invitation.forum_id, member=member, left_at=None)
    membership = place.first()
    if membership is None:
        membership = _enter(invitation, member, now)
    invitation.member = member
    _answer(invitation, Invitation.State.ACCEPTED, now)
    return membership


@transaction.atomic
def decline_invitation(*, token: str, member: "Member | None", now: datetime) -> Invitation:
    """Note that somebody does not want to take part; whoever has the link may say so.

    Raises: LinkBroken, LinkExpired, Conflict (it was sent to another member).
    """
    invitation = _claimed(token, member, now)
    _answer(invitation, Invitation.State.DECLINED, now)
    return invitation


def _claimed(token: str, member: "Member | None", now: datetime) -> Invitation:
    invitation = read_invitation(token=token, now=now)
    # A second click waits here, and then reads what the first one has done.
    state = Invitation.objects.select_for_update().values_list("state").get(pk=invitation.pk)[0]
    if state not in _WAITING:
        raise LinkBroken(_("This invitation was answered or revoked, or its link is not complete."))
    owner = invitation.member
    if member is not None and owner is not None and owner.is_active and owner.pk != member.pk:
        raise Conflict(
            _("This invitation was sent to another member. Sign in as that member to answer it.")
        )
    return invitation


def _enter(invitation: Invitation, member: "Member", now: datetime) -> Membership:
    return give_place(
        forum_id=invitation.forum_id,
        member=member,
        role=invitation.role,
        now=now,
        actor=invitation.invited_by,
    )


def enter_invited(member: "Member", now: datetime) -> None:
    """Let a person who has just become a member into the discussions they were invited to.

    They applied with the invitation (``HUB_APPROVED``); one that was revoked meanwhile counts no
    more.
    """
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("invited_by")
    for invitation in rows.filter(member=member, state=Invitation.State.APPLIED):
        places = Membership.objects.filter(
            forum_id=invitation.forum_id, member=member, left_at=None
        )
        if not places.exists():
            _enter(invitation, member, now)
        _answer(invitation, Invitation.State.ACCEPTED, now)
