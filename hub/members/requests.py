"""Who asks: the member behind a request or a socket, the same way everywhere."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from hub.members.models import Member


def as_member(user: "Member | AnonymousUser | None") -> "Member | None":
    """Return a user as a member, None for a visitor who is not signed in."""
    if user is None or not user.is_authenticated:
        return None
    return user


def member_of(request: HttpRequest) -> "Member | None":
    """Return the member who asks, None for the public."""
    return as_member(getattr(request, "user", None))


def signed_in(request: HttpRequest) -> "Member":
    """Return the member who asks, in a view that only members reach (``login_required``)."""
    member = member_of(request)
    assert member is not None
    return member
