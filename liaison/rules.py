"""Who may do what with liaison groups."""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hub.lib.errors import Invalid, NotAllowed

if TYPE_CHECKING:
    from hub.members.models import Member

# Addresses of the room's own pages.
RESERVED = frozenset({"convene"})
# A term is for a task, not for ever.
MAX_TERM_YEARS = 10


def may_convene(member: "Member | None") -> bool:
    """Whether the person convenes groups: the Secretariat does."""
    if member is None or not member.is_active:
        return False
    return member.is_staff


def check_convenes(member: "Member | None") -> None:
    """Raise NotAllowed for all but the Secretariat; None is the hub itself (provisioning, demo)."""
    if member is None:
        return
    if not may_convene(member):
        raise NotAllowed(_("The Secretariat convenes liaison groups."))


def check_term(starts: date, ends: date) -> None:
    """Raise Invalid for a term that ends before it begins, or is longer than a task takes."""
    if ends <= starts:
        raise Invalid(_("The term must end after it begins."))
    if ends.year - starts.year > MAX_TERM_YEARS:
        raise Invalid(_("The term is longer than %d years.") % MAX_TERM_YEARS)
