"""How allauth behaves here: no sign-up, our letters, our words, and a page for those who may not sign in yet."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmation
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hub.lib.clock import now
from hub.lib.mail import send_letter
from hub.members import limits
from hub.members.authors import take_over_words
from hub.members.models import Application
from hub.members.selectors import address_owner
from hub.members.services import send_again

# allauth's name of a mail -> our letter.
_LETTERS = {
    "email_confirmation": "members/mail/address",
    "email_confirmation_signup": "members/mail/address",
    "password_reset_key": "members/mail/password",
    "account_already_exists": "members/mail/known_address",
}
# allauth's name of a notice -> what happened; sent where ACCOUNT_EMAIL_NOTIFICATIONS is on.
_CHANGES = {
    "password_changed": _("Your password was changed."),
    "password_set": _("Your password was set."),
    "password_reset": _("Your password was set anew by a link that was mailed to you."),
    "email_changed": _("Your first e-mail address was changed."),
    "email_confirm": _("An e-mail address of yours was confirmed."),
    "email_deleted": _("An e-mail address of yours was removed."),
}


def too_often(seconds: int) -> str:
    """Return the sentence for somebody who has to wait."""
    minutes = -(-seconds // 60)
    text = ngettext(
        "That was wrong too often. Wait %d minute, then try again.",
        "That was wrong too often. Wait %d minutes, then try again.",
        minutes,
    )
    return text % minutes


class HubAccountAdapter(DefaultAccountAdapter):
    """People apply; nobody signs up by themselves (requirement N1)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The address and the password do not belong together. Check both, or ask for a new password. "
            "If you have applied and not been let in yet, you have no password: you get it with our answer."
        ),
        "too_many_login_attempts": _("That was wrong too often. Wait a few minutes, then try again."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a password, within the limits that all doors share."""
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
        """Return the link of a password mail under the hub's public address, whatever host was asked."""
        uid, _dash, rest = key.partition("-")
        return settings.HUB_URL + reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Return the link that confirms an address, under the hub's public address."""
        return settings.HUB_URL + reverse("account_confirm_email", args=(emailconfirmation.key,))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take an address as the member's own, and with it what an archive has from it."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed and email_address.user.is_active:
            take_over_words(member=email_address.user, address=email_address.email)
        return confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter that stands for allauth's mail, in the member's language."""
        name = template_prefix.rpartition("/")[2]
        member = context.get("user") or address_owner(email)
        to = {"to": member, "address": email} if member is not None else {"to": email}
        if name == "unknown_account":
            self._answer_unknown(email)
        elif name in _LETTERS:
            url = context.get("activate_url") or context.get("password_reset_url") or f"{settings.HUB_URL}/"
            send_letter(**to, template=_LETTERS[name], context={"url": url})
        elif name in _CHANGES:
            send_letter(**to, template="members/mail/changed", context={"what": _CHANGES[name]})
        else:
            with translation.override(member.language if member else translation.get_language()):
                super().send_mail(template_prefix, email, context)

    def _answer_unknown(self, email: str) -> None:
        """Answer a wish for a new password from an address no member signs in with: an applicant's, or nobody's."""
        if address_owner(email) is not None:
            send_again(address=email, now=now())
        else:
            url = settings.HUB_URL + reverse("members:apply")
            send_letter(to=email, template="members/mail/unknown_address", context={"url": url})

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Show where the application stands; only the right password leads here, so it tells a stranger nothing."""
        application = Application.objects.filter(member_id=user.pk).first()
        return render(request, "members/standing.html", {"application": application, "known": True}, status=403)
