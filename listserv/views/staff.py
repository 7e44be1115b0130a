"""Who may open the pages of the Secretariat."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

from hub.lib.errors import NotFound
from hub.members.requests import member_of

if TYPE_CHECKING:
    from hub.members.models import Member


def staff_only(request: HttpRequest) -> "Member":
    """Return who of the Secretariat asks; for everybody else there is no such page.

    Raises: NotFound.
    """
    member = member_of(request)
    if member is None or not member.is_active:
        raise NotFound
    if not member.is_staff:
        raise NotFound
    return member
