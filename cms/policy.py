"""Rights in Wagtail's admin that follow the roles, without rows to keep in step.

Wagtail asks one policy about every page: explorer, search, chooser, reports, API and the editor
alike. Ours adds to the rows of the groups what a role gives now: whoever is rapporteur or chair of
a conference may change the draft of its proceedings, and nothing else. So a draft is hidden from
other rapporteurs wherever Wagtail lists pages, and leaving a conference works with the next request
(decision record 0005).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wagtail.models import Page
from wagtail.permission_policies.base import ModelPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.models import ProceedingsPage
from cms.rules import forums_written_for, is_secretariat

if TYPE_CHECKING:
    from hub.members.models import Member


@dataclass(frozen=True)
class _Codename:
    codename: str


@dataclass(frozen=True)
class RoleGrant:
    """A permission on one page that a role gives.

    It has what Wagtail reads of a ``GroupPagePermission``.
    """

    page: Page
    permission: _Codename = _Codename("change_page")

    @property
    def page_id(self) -> int:
        """The page's key."""
        return int(self.page.pk)


def grants_of(member: "Member") -> list[RoleGrant]:
    """Return what the member's roles give: the drafts of proceedings not issued yet. Queries: 2."""
    if is_secretariat(member):
        return []
    forums = forums_written_for(member)
    if not forums:
        return []
    pages = ProceedingsPage.objects.filter(forum_id__in=forums, live=False)
    return [RoleGrant(page.page_ptr) for page in pages.select_related("page_ptr")]


class HubPagePolicy(PagePermissionPolicy):
    """Wagtail's policy for pages, and what the roles give."""

    def get_all_permissions_for_user(self, user: Any) -> list[Any]:
        """Return the rows of the member's groups and the grants of their roles."""
        rows = list(super().get_all_permissions_for_user(user))
        if user.is_active and not user.is_anonymous:
            rows += grants_of(user)
        return rows


class MemberPolicy(ModelPermissionPolicy):
    """Wagtail's admin may change members, nothing else.

    They come in by application, and are anonymised, never deleted.
    """

    NEVER = frozenset({"add", "delete"})

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Refuse to add and to delete, whoever asks."""
        if action in self.NEVER:
            return False
        return bool(super().user_has_permission(user, action))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        """Whether one of the actions is possible at all, and allowed."""
        return any(self.user_has_permission(user, action) for action in actions)
