"""Tell a member of every change to how the account is entered.

It goes to each verified address, in the member's language.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from hub.lib.mail import send_notification
from hub.members.models import Member
from hub.members.selectors import addresses_of


class Change(StrEnum):
    """What happened; the values of allauth's kinds are its names of them."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    PASSWORD_SET = "password_set"  # noqa: S105 - a name
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name
    ADDRESS_ADDED = "email_added"
    ADDRESS_CONFIRMED = "email_confirm"
    ADDRESS_REMOVED = "email_deleted"
    MAIN_ADDRESS_CHANGED = "email_changed"
    TOTP_ADDED = "totp_activated"
    TOTP_REMOVED = "totp_deactivated"
    PASSKEY_ADDED = "webauthn_added"
    PASSKEY_REMOVED = "webauthn_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_generated"
    APPLICATION_PASSWORD_ADDED = "application_password_added"  # noqa: S105 - a name
    APPLICATION_PASSWORD_REMOVED = "application_password_removed"  # noqa: S105 - a name


_SENTENCES = {
    Change.PASSWORD_CHANGED: _("Your password was changed."),
    Change.PASSWORD_SET: _("Your password was set."),
    Change.PASSWORD_RESET: _("Your password was reset with a link that we sent you by e-mail."),
    Change.ADDRESS_ADDED: _(
        "An e-mail address was added to your account. It can be used once it is confirmed."
    ),
    Change.ADDRESS_CONFIRMED: _("One of your e-mail addresses was confirmed."),
    Change.ADDRESS_REMOVED: _("One of your e-mail addresses was removed."),
    Change.MAIN_ADDRESS_CHANGED: _("Your main e-mail address was changed."),
    Change.TOTP_ADDED: _("An authenticator app was added to your account."),
    Change.TOTP_REMOVED: _("The authenticator app was removed from your account."),
    Change.PASSKEY_ADDED: _("A passkey was added to your account."),
    Change.PASSKEY_REMOVED: _("A passkey was removed from your account."),
    Change.RECOVERY_CODES_RENEWED: _("Your recovery codes were replaced by new ones."),
    Change.APPLICATION_PASSWORD_ADDED: _("An application password was added to your account."),
    Change.APPLICATION_PASSWORD_REMOVED: _(
        "An application password was removed from your account."
    ),
}


def notify(member: Member, change: Change, *, detail: str = "", also: Iterable[str] = ()) -> None:
    """Write to every verified address of the member.

    Args: detail, what was changed, as an address or a name; also, addresses that were the member's
    until now.
    """
    context = {"what": _SENTENCES[change], "detail": detail}
    for address in dict.fromkeys([*addresses_of(member), *also]):
        send_notification(
            to=member, address=address, template="members/mail/changed", context=context
        )
