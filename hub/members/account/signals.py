"""What the people's room hears from Django and allauth: a sign-in begins, an address is added."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from hub.lib.clock import now
from hub.members.account.clients import client_name
from hub.members.account.language import reconcile
from hub.members.account.notify import Change, notify
from hub.members.models import Member
from hub.members.sessions import CLIENT, STARTED


def note_sign_in(sender: Any, request: HttpRequest, user: Member, **_kwargs: Any) -> None:
    """Write into the new session which client it is and when it began."""
    request.session[CLIENT] = client_name(request.META.get("HTTP_USER_AGENT", ""))
    request.session[STARTED] = now().isoformat()
    reconcile(request, user)


def note_factor(sender: Any, request: HttpRequest, user: Member, **_kwargs: Any) -> None:
    """Take the setting-up of a factor as a proof of who it is.

    So its recovery codes are shown at once.
    """
    record_authentication(request, user, method="mfa", reauthenticated=True)


def notify_of_address(
    sender: Any, user: Member, email_address: EmailAddress, **_kwargs: Any
) -> None:
    """Tell the addresses a member has that another one was added."""
    notify(user, Change.ADDRESS_ADDED, detail=email_address.email)
