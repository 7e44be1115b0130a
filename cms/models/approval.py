"""The step of Wagtail's workflow in which the Secretariat decides on proceedings."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.models import GroupApprovalTask


class ProceedingsApproval(GroupApprovalTask):
    """Approval by the Secretariat, which happens at the desk.

    Wagtail's own buttons do not say which revision was read.
    """

    class Meta:
        verbose_name = _("approval of proceedings")
        verbose_name_plural = _("approvals of proceedings")

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        """Offer nothing in Wagtail's admin."""
        return []
