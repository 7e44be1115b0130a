"""What every view of the room needs."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import reverse

if TYPE_CHECKING:
    from hub.members.models import Member


def member_of(request: HttpRequest) -> "Member | None":
    """Return who asks, None for the public."""
    return request.user if request.user.is_authenticated else None


def signed_in(request: HttpRequest) -> "Member":
    """Return who asks, in a view that only members reach (``login_required``)."""
    assert request.user.is_authenticated
    return request.user


def room_url(pk: int) -> str:
    """Return the address of a live room."""
    return reverse("conferences:room", args=(pk,))
