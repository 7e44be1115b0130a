"""What a member does with the own account, and what the Secretariat mends in it."""

import base64
import logging
import secrets
from datetime import datetime
from hashlib import sha256

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.errors import Invalid, NotAllowed, NotFound
from hub.lib.mail import send_notification
from hub.lib.masking import mask
from hub.members.account import rules
from hub.members.account.notify import Change, notify
from hub.members.backends import AddressBackend
from hub.members.models import ApplicationPassword, FactorReset, LoginSession, Member
from hub.members.selectors import address_owner, addresses_of, secretariat

log = logging.getLogger(__name__)
# Bytes of an application password, and the letters it is spelled in.
SECRET_BYTES = 20
SECRET_LETTERS = 32
MAX_APPLICATION_PASSWORDS = 20
# Characters of the reason for a reset.
MAX_REASON = 1_000


def _normalise(secret: str) -> str:
    """Return an application password without the marks between its groups."""
    return "".join(secret.split()).replace("-", "").lower()


def _digest(secret: str) -> str:
    return sha256(_normalise(secret).encode()).hexdigest()


def check_mail_password(*, address: str, secret: str) -> Member | None:
    """Return the active member with this verified address and secret, for SMTP AUTH.

    An application password always opens; the password itself only where no second factor stands
    behind it. A wrong secret costs the time of one password hash, whoever's address it is.

    Returns: None for nobody.
    """
    member = address_owner(address)
    if member is not None:
        if _is_application_password(member, secret):
            return member
        if not rules.signs_in_to_mail_by_password(member):
            # As slow as a password that is looked at: the time does not tell who has a second
            # factor.
            Member().set_password(secret)
            return None
    return AddressBackend().authenticate(None, username=address, password=secret)


def _is_application_password(member: Member, secret: str) -> bool:
    """Whether a secret is an application password of an active member; its use is noted."""
    if not member.is_active:
        return False
    if len(_normalise(secret)) != SECRET_LETTERS:
        return False
    rows = ApplicationPassword.objects.filter(member=member, digest=_digest(secret))
    return rows.update(last_used_at=clock.now()) > 0


@transaction.atomic
def create_application_password(
    *, member: Member, label: str, now: datetime
) -> tuple[ApplicationPassword, str]:
    """Make a secret for one mail program; it is returned, and shown, this once.

    Raises: Invalid (no label, or too many of them).
    """
    label = " ".join(label.split())
    if not label:
        raise Invalid(_("Write what you will use it for, such as: Thunderbird at work."))
    if ApplicationPassword.objects.filter(member=member).count() >= MAX_APPLICATION_PASSWORDS:
        sentence = ngettext(
            "You already have %d application password. Remove it first.",
            "You already have %d application passwords. Remove one first.",
            MAX_APPLICATION_PASSWORDS,
        )
        raise Invalid(with_count(sentence, MAX_APPLICATION_PASSWORDS))
    plain = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode().lower()
    row = ApplicationPassword.objects.create(
        member=member, label=label[:60], digest=_digest(plain), created_at=now
    )
    notify(member, Change.APPLICATION_PASSWORD_ADDED, detail=row.label)
    return row, "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


@transaction.atomic
def remove_application_password(*, member: Member, pk: int) -> None:
    """Take back a secret; mail sessions it opened end.

    Raises: NotFound (none of this member's).
    """
    row = ApplicationPassword.objects.filter(member=member, pk=pk).first()
    if row is None:
        raise NotFound
    row.delete()
    LoginSession.objects.end_mail(member.pk)
    notify(member, Change.APPLICATION_PASSWORD_REMOVED, detail=row.label)


def end_sign_in(*, member: Member, mark: str) -> None:
    """Sign one browser of the member out.

    Raises: NotFound (ended already, or not the member's).
    """
    for row in LoginSession.objects.filter(member=member):
        if row.mark == mark:
            LoginSession.get_session_store_class()(row.session_key).delete()
            return
    raise NotFound


@transaction.atomic
def end_all_sign_ins(*, member: Member) -> None:
    """Sign the member out everywhere: browsers, live rooms, mail programs that are connected."""
    LoginSession.objects.end_all(member.pk)


@transaction.atomic
def reset_second_factor(*, member_id: int, actor: Member, reason: str, now: datetime) -> Member:
    """Take a lost second factor from a member's account, so that a new one can be set up.

    Every sign-in and every application password of the member ends. The member is told at each
    address, the whole Secretariat as well, and a row keeps who did it and why.

    Raises: NotAllowed (not the Secretariat, or one's own), NotFound, Invalid (no reason, or there
    is none to reset).
    """
    if not rules.acts_for_secretariat(actor):
        raise NotAllowed
    if actor.pk == member_id:
        raise NotAllowed(
            _("You cannot reset your own second factor. Ask another person of the Secretariat.")
        )
    member = Member.objects.select_for_update().filter(pk=member_id, is_active=True).first()
    if member is None:
        raise NotFound
    reason = mask(reason).strip()[:MAX_REASON]
    if not reason:
        raise Invalid(_("Write the reason, and how you know that it was the member who asked."))
    deleted, _rows = Authenticator.objects.filter(user_id=member.pk).delete()
    if not deleted:
        raise Invalid(_("This member has no second factor."))
    ApplicationPassword.objects.filter(member=member).delete()
    FactorReset.objects.create(member=member, actor=actor, reason=reason, created_at=now)
    LoginSession.objects.end_all(member.pk)
    log.warning("Second factor of member %s reset by member %s", member.pk, actor.pk)
    _announce_reset(member, actor, reason)
    return member


def _announce_reset(member: Member, actor: Member, reason: str) -> None:
    context = {"about": member, "actor": actor, "reason": reason}
    for address in addresses_of(member):
        send_notification(
            to=member, address=address, template="members/mail/factor_reset", context=context
        )
    for reader in secretariat().exclude(pk=member.pk):
        send_notification(to=reader, template="members/mail/factor_reset_notice", context=context)
