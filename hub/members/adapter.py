"""Say how allauth behaves here.

There is no sign-up; notifications and words are the hub's, and a page tells those who may not sign
in yet where they stand.
"""

import time
from typing import Any, cast

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress, EmailConfirmation
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hub.lib.clock import now
from hub.lib.counts import with_count
from hub.lib.full_urls import full_url
from hub.lib.mail import send_notification
from hub.members import limits
from hub.members.account.notify import Change, notify
from hub.members.account.rules import has_factor
from hub.members.authors import take_over_words
from hub.members.models import Application, Member
from hub.members.requests import member_of
from hub.members.selectors import address_owner
from hub.members.services import send_again

# allauth's name of a mail -> the template of our notification.
_TEMPLATES = {
    "email_confirmation": "members/mail/address",
    "email_confirmation_signup": "members/mail/address",
    "password_reset_key": "members/mail/password",
    "account_already_exists": "members/mail/known_address",
}


def too_often(seconds: int) -> str:
    """Return the sentence for somebody who has to wait."""
    minutes = -(-seconds // 60)
    text = ngettext(
        "Too many wrong attempts. Wait %d minute, then try again.",
        "Too many wrong attempts. Wait %d minutes, then try again.",
        minutes,
    )
    return with_count(text, minutes)


def _url_of(context: dict[str, Any]) -> str:
    """Return the link that a mail of allauth's is about, the hub's own address for none."""
    for name in ("activate_url", "password_reset_url"):
        if context.get(name):
            return str(context[name])
    return f"{settings.HUB_URL}/"


class HubAccountAdapter(DefaultAccountAdapter):
    """People apply; nobody signs up by themselves (requirement N1)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The address and the password do not match. Check both, or ask for a new "
            "password. If you have applied and have not been admitted yet, you have no "
            "password: you will receive it with our answer."
        ),
        "too_many_login_attempts": _(
            "Too many wrong attempts. Wait a few minutes, then try again."
        ),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a password, within the limits that all gateways share."""
        user = super().authenticate(request, **credentials)
        if user is not None:
            self._attempt(request, **credentials).succeeded()
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse to try a password that was wrong too often.

        Raises: ValidationError; the answer is a 429 (:class:`hub.middleware.HubErrorMiddleware`).
        """
        seconds = self._attempt(request, **credentials).wait()
        if seconds:
            request.retry_after = seconds  # type: ignore[attr-defined]
            raise ValidationError(too_often(seconds), code="too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a wrong password."""
        self._attempt(request, **credentials).failed()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Let the member in who has set a new password by a link in the mail."""
        self._attempt(request, **credentials).forgive()

    def _attempt(self, request: HttpRequest, **credentials: Any) -> limits.SignInAttempt:
        address = str(credentials.get("email") or credentials.get("username") or "")
        return limits.attempt(limits.WEB, address=address, host=request.META.get("REMOTE_ADDR", ""))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep allauth's sign-up closed: the application form is the way in."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a password mail under the hub's public address."""
        uid, _dash, rest = key.partition("-")
        return full_url("account_reset_password_from_key", uidb36=uid, key=rest)

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmation
    ) -> str:
        """Return the link that confirms an address, under the hub's public address."""
        return full_url("account_confirm_email", emailconfirmation.key)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take an address as the member's own, and with it what an archive has from it."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed and email_address.user.is_active:
            take_over_words(member=email_address.user, address=email_address.email)
        return confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the notification that stands for allauth's mail, in the member's language."""
        name = template_prefix.rpartition("/")[2]
        if name == "unknown_account":
            self._answer_unknown(email)
            return
        member = context.get("user") or address_owner(email)
        to: dict[str, Any] = {"to": email}
        language = translation.get_language()
        if member is not None:
            to, language = {"to": member, "address": email}, member.language
        if name in _TEMPLATES:
            send_notification(**to, template=_TEMPLATES[name], context={"url": _url_of(context)})
            return
        with translation.override(language):
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the member of a change at every address.

        The one that has just been removed or left is among them.
        """
        values = context or {}
        removed = str(values.get("deleted_email", ""))
        detail = removed or str(values.get("to_email", ""))
        also = [address for address in (removed, email) if address]
        notify(
            cast(Member, user), Change(template_prefix.rpartition("/")[2]), detail=detail, also=also
        )

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for the password again, but not who has just typed it to set up a first factor."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        user = member_of(self.request)
        if app != "allauth.mfa" or user is None:
            return True
        return has_factor(user) or not self._has_just_typed_password(user)

    def _has_just_typed_password(self, user: Member) -> bool:
        recent = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, user)
        return any(
            record.get("method") == "password" and record["at"] > recent for record in records
        )

    def _answer_unknown(self, email: str) -> None:
        """Answer who asks for a new password from an address that no member signs in with.

        It is an applicant's, or nobody's.
        """
        if address_owner(email) is not None:
            send_again(address=email, now=now())
        else:
            url = full_url("members:apply")
            send_notification(
                to=email, template="members/mail/unknown_address", context={"url": url}
            )

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Show where the application stands.

        Only the right password leads here, so it tells a stranger nothing.
        """
        application = Application.objects.filter(member_id=user.pk).first()
        return render(
            request,
            "members/standing.html",
            {"application": application, "known": True},
            status=403,
        )
