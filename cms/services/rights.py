"""Keep Wagtail's groups in step with who is of the Secretariat and who writes proceedings."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q

from cms.rules import forums_written_for, is_secretariat

if TYPE_CHECKING:
    from hub.members.models import Member

SECRETARIAT = "Secretariat"
RAPPORTEURS = "Rapporteurs"
NAMES = (SECRETARIAT, RAPPORTEURS)


def groups_due(member: "Member") -> set[str]:
    """Return the names of our groups that the member belongs to by staff mark and role."""
    if is_secretariat(member):
        return {SECRETARIAT}
    return {RAPPORTEURS} if forums_written_for(member) else set()


@transaction.atomic
def follow_roles(*, member: "Member") -> None:
    """Put the member into those of our groups that are due, and out of the others.

    Called wherever the groups are about to matter: on entering the admin, compiling, deciding.

    Queries: 1 to 2 when nothing changes.
    """
    due = groups_due(member)
    has = {group.name: group for group in member.groups.filter(name__in=NAMES)}
    if set(has) == due:
        return
    member.groups.remove(*(group for name, group in has.items() if name not in due))
    member.groups.add(*Group.objects.filter(name__in=due - set(has)))
    for cache in (
        "_perm_cache",
        "_user_perm_cache",
        "_group_perm_cache",
        "_group_approval_task_checks",
        "_page_permission_cache",
    ):
        member.__dict__.pop(cache, None)


@transaction.atomic
def follow_secretariat() -> None:
    """Put everybody of the Secretariat into its group, and the others out.

    Wagtail writes to the group. Queries: 3.
    """
    group = Group.objects.filter(name=SECRETARIAT).first()
    if group is None:
        return
    staff = Q(is_active=True) & (Q(is_staff=True) | Q(is_superuser=True))
    for member in get_user_model().objects.filter(staff).exclude(groups=group):
        group.user_set.add(member)
    for member in group.user_set.exclude(staff):
        group.user_set.remove(member)
