"""Let people join and leave: apply, confirm, decide, anonymise; and set what each prefers.

A member is never deleted. Nobody learns from these services, or from the pages that call them,
whether an address is known: :func:`apply` and :func:`send_again` answer alike, and the owner of the
address gets a notification.
"""

import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hub.lib import limits, tokens
from hub.lib.addresses import fold_address
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from hub.lib.full_urls import full_url
from hub.lib.hooks import registered
from hub.lib.limits import Limit
from hub.lib.mail import send_notification
from hub.lib.masking import mask
from hub.members.authors import take_over_words
from hub.members.departures import anonymise_member
from hub.members.errors import LinkBroken, LinkExpired
from hub.members.models import Application, Member
from hub.members.selectors import address_owner, secretariat

__all__ = [
    "Applicant",
    "anonymise_member",
    "apply",
    "approve_application",
    "confirm_application",
    "confirmation_token",
    "decline_application",
    "password_url",
    "read_token",
    "renew_link",
    "send_again",
    "set_preferences",
]

PURPOSE = "members.confirm"
# How long the link of a confirmation works.
CONFIRM_WITHIN = timedelta(days=7)
# One address gets no second notification of its application at once, and few in a day: forms are
# posted twice, also by others.
NOTIFICATION_PAUSE = Limit("members.letter", 1, 120)
NOTIFICATIONS_A_DAY = Limit("members.letters", 6, 86_400)
_unseen = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]")


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """What a person says on the form.

    ``country`` is ISO 3166-1 alpha-2, ``language`` one of the hub's.
    """

    name: str
    email: str
    country: str
    statement: str
    organisation: str = ""
    expertise: str = ""
    language: str = settings.LANGUAGE_CODE


def apply(*, applicant: Applicant, now: datetime) -> Application | None:
    """Record an application and mail a link to confirm the address.

    A known address gets a notification instead. The member it makes may not sign in and has no
    password. The same form sent twice makes one application. Other words replace the first ones
    until the address is confirmed, and who confirms is shown them. Afterwards the confirmed ones
    stand, and the owner of the address is told so.

    Returns: the application behind the address; None when a member without one owns it. Tell the
    caller of a page nothing of it.
    """
    owner = address_owner(applicant.email)
    if owner is None:
        try:
            with transaction.atomic():
                application = _record(applicant, now)
                _notify_once(application.member.email, lambda: _send_confirmation(application, now))
                return application
        except IntegrityError:
            # The other copy of this form was faster: the address is known now.
            owner = address_owner(applicant.email)
    if owner is None:
        raise Conflict
    differs = _take_newer(owner, applicant)
    return _remind(owner, now, differs=differs)


@transaction.atomic
def _take_newer(owner: Member, applicant: Applicant) -> bool:
    """Take the words of a form that comes again while the address is not confirmed.

    Returns: whether they are others.
    """
    rows = Application.objects.select_for_update(of=("self",)).select_related("member")
    application = rows.filter(member=owner).first()
    if application is None or owner.is_active:
        return False
    member, values = application.member, _values(applicant)
    statement = mask(applicant.statement).strip()
    is_same = all(str(getattr(member, name)) == value for name, value in values.items())
    if is_same and application.statement == statement:
        return False
    if application.state == Application.State.UNCONFIRMED:
        for name, value in values.items():
            setattr(member, name, value)
        member.save(update_fields=list(values))
        application.statement, application.revision = statement, application.revision + 1
        application.save(update_fields=["statement", "revision"])
    return True


def _values(applicant: Applicant) -> dict[str, str]:
    return {
        "name": _one_line(applicant.name),
        "country": applicant.country,
        "organisation": _one_line(applicant.organisation),
        "expertise": _one_line(applicant.expertise),
        "language": applicant.language,
    }


def _record(applicant: Applicant, now: datetime) -> Application:
    member = Member(
        email=fold_address(applicant.email), rules_accepted_at=now, **_values(applicant)
    )
    member.set_unusable_password()
    member.save()
    return Application.objects.create(
        member=member, statement=mask(applicant.statement).strip(), created_at=now
    )


def _one_line(text: str) -> str:
    """Return a name on one line, without secrets, controls and marks of direction."""
    return " ".join(_unseen.sub(" ", mask(text)).split())


def send_again(*, address: str, now: datetime) -> None:
    """Tell the owner of an address how the application stands.

    There is a new link in it when it is to be confirmed. An unknown address gets nothing, and the
    caller learns nothing.
    """
    owner = address_owner(address)
    if owner is not None:
        _remind(owner, now)


def _remind(owner: Member, now: datetime, *, differs: bool = False) -> Application | None:
    """Write to the owner of a known address what there is to know.

    Args: differs, whether a form came with other words.
    """
    application = Application.objects.filter(member=owner).first()

    def write() -> None:
        if owner.is_active:
            send_notification(
                to=owner, template="members/mail/known_member", context={"url": password_url(owner)}
            )
        elif application is not None and application.state == Application.State.UNCONFIRMED:
            _send_confirmation(application, now)
        else:
            send_notification(
                to=owner,
                template="members/mail/standing",
                context={"application": application, "differs": differs},
            )

    _notify_once(owner.email, write)
    return application


def _notify_once(address: str, write: Callable[[], None]) -> None:
    seconds = limits.take(NOTIFICATION_PAUSE, address) or limits.take(NOTIFICATIONS_A_DAY, address)
    if not seconds:
        write()


def _send_confirmation(application: Application, now: datetime) -> None:
    token = confirmation_token(application=application, now=now)
    context = {
        "application": application,
        "url": full_url("members:confirm", token),
        "days": CONFIRM_WITHIN.days,
    }
    send_notification(to=application.member, template="members/mail/confirm", context=context)


def confirmation_token(*, application: Application, now: datetime) -> str:
    """Return the token that proves who reads the applicant's mail.

    It holds for :data:`CONFIRM_WITHIN` from ``now``.
    """
    return tokens.sign(PURPOSE, (application.pk, int(now.timestamp()) // 60))


def read_token(*, token: str, now: datetime) -> Application:
    """Return the application a link belongs to, whatever its state.

    Raises: LinkBroken (not ours), LinkExpired.
    """
    application, issued_at = _read(token)
    if now - issued_at > CONFIRM_WITHIN:
        raise LinkExpired
    return application


def renew_link(*, token: str, now: datetime) -> None:
    """Mail a new link in the place of a genuine one, however old.

    Raises: LinkBroken.
    """
    _remind(_read(token)[0].member, now)


def _read(token: str) -> tuple[Application, datetime]:
    numbers = tokens.read(PURPOSE, token)
    if numbers is None or len(numbers) != 2:
        raise LinkBroken
    pk, minutes = numbers
    application = Application.objects.select_related("member").filter(pk=pk).first()
    if application is None:
        raise LinkBroken
    return application, datetime.fromtimestamp(minutes * 60, tz=UTC)


@transaction.atomic
def confirm_application(*, token: str, now: datetime, revision: int = 0) -> Application:
    """Take the address as the applicant's own and tell the Secretariat.

    A second time changes nothing.

    Args: revision, of the words that were confirmed; as first sent when the page did not say.

    Raises: LinkBroken, LinkExpired, Stale (the form has come again with other words since).
    """
    claimed = read_token(token=token, now=now)
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("member")
        .get(pk=claimed.pk)
    )
    if application.state != Application.State.UNCONFIRMED:
        return application
    if application.revision != revision:
        raise Stale(revision=application.revision)
    application.state, application.confirmed_at = Application.State.PENDING, now
    application.save(update_fields=["state", "confirmed_at"])
    url = full_url("members:application", application.pk)
    for reader in secretariat():
        send_notification(
            to=reader,
            template="members/mail/arrived",
            context={"application": application, "url": url},
        )
    return application


def _to_decide(application_id: int, actor: Member) -> Application:
    if not actor.is_in_secretariat:
        raise NotAllowed
    rows = Application.objects.select_for_update(of=("self",)).select_related("member")
    confirmed = rows.exclude(state=Application.State.UNCONFIRMED)
    application = confirmed.filter(pk=application_id).first()
    if application is None:
        raise NotFound
    if application.state != Application.State.PENDING:
        raise Conflict(_("Somebody of the Secretariat has already decided this application."))
    return application


def _decide(
    application: Application, state: str, actor: Member, reason: str, now: datetime
) -> None:
    application.state, application.decided_by, application.decided_at = state, actor, now
    application.reason = mask(reason).strip()
    application.save(update_fields=["state", "decided_by", "decided_at", "reason"])


@transaction.atomic
def approve_application(
    *, application_id: int, actor: Member, now: datetime, reason: str = ""
) -> Application:
    """Make the applicant a member and mail a one-time link to choose a password.

    Args: reason: for the record; the applicant is not told.

    Raises: NotAllowed, NotFound, Conflict (decided already, or the address belongs to a member
    now).
    """
    application = _to_decide(application_id, actor)
    member = application.member
    if EmailAddress.objects.filter(email=member.email, verified=True).exclude(user=member).exists():
        raise Conflict(
            _("Another member has confirmed this address meanwhile. Decline, and write to both.")
        )
    _decide(application, Application.State.APPROVED, actor, reason, now)
    member.is_active = True
    member.save(update_fields=["is_active"])
    EmailAddress.objects.update_or_create(
        user=member, email=member.email, defaults={"verified": True, "primary": True}
    )
    take_over_words(member=member, address=member.email)
    for approve in registered("HUB_APPROVED"):
        approve(member, now)
    context = {
        "url": password_url(member),
        "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
        "again_url": full_url("account_reset_password"),
    }
    send_notification(to=member, template="members/mail/approved", context=context)
    return application


@transaction.atomic
def decline_application(
    *, application_id: int, actor: Member, reason: str, now: datetime
) -> Application:
    """Refuse an application and mail the applicant the reason.

    Raises: NotAllowed, NotFound, Conflict (decided already), Invalid (no reason).
    """
    if not reason.strip():
        raise Invalid(_("Write the applicant a reason."))
    application = _to_decide(application_id, actor)
    _decide(application, Application.State.DECLINED, actor, reason, now)
    send_notification(
        to=application.member,
        template="members/mail/declined",
        context={"application": application},
    )
    return application


def password_url(member: Member) -> str:
    """Return a link that lets the member choose a password.

    It works once, and within ``PASSWORD_RESET_TIMEOUT`` seconds.
    """
    return full_url(
        "account_reset_password_from_key",
        uidb36=user_pk_to_url_str(member),
        key=default_token_generator.make_token(member),
    )


def set_language(*, member: Member, language: str) -> Member:
    """Set the language of the member's pages and mails.

    Raises: Invalid (not a language of the hub).
    """
    return set_preferences(member=member, language=language, time_zone=member.time_zone)


def set_preferences(*, member: Member, language: str, time_zone: str) -> Member:
    """Set the language of the member's pages and mails, and the zone of the times shown.

    Raises: Invalid (not a language of the hub, not a zone of the tz database).
    """
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("The hub is not available in this language."))
    if time_zone not in zoneinfo.available_timezones():
        raise Invalid(_("There is no such time zone."))
    member.language, member.time_zone = language, time_zone
    member.save(update_fields=["language", "time_zone"])
    return member
