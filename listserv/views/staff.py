"""Who may open the pages of the Secretariat."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

from hub.lib.errors import NotFound

if TYPE_CHECKING:
    from hub.members.models import Member


def staff_only(request: HttpRequest) -> "Member":
    """Return who of the Secretariat asks; everybody else is
    answered as if there was no such page. Raises: NotFound.
    """
    member = request.user
    if not (member.is_authenticated and member.is_active and member.is_staff):
        raise NotFound
    return member
