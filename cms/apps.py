"""Apps of the room: the room itself, and Wagtail's app of users as the hub has it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class CmsConfig(AppConfig):
    """Register the rights that follow roles, and what listens to Wagtail's signals."""

    default = True
    name = "cms"
    verbose_name = _("Published pages")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell Wagtail whose rules hold here."""
        from django.contrib.auth import get_user_model
        from wagtail.models import Page
        from wagtail.permissions import register_permission_policy

        from cms import freeze, indexing, policy

        register_permission_policy(Page, policy.HubPagePolicy())
        register_permission_policy(
            get_user_model(), policy.MemberPolicy(get_user_model()), exact_class=True
        )
        indexing.listen()
        freeze.listen()


class HubUsersConfig(WagtailUsersAppConfig):
    """Wagtail's app of users, with our form and list of members.

    ``INSTALLED_APPS`` names it in the place of ``wagtail.users``, as Wagtail documents it.
    """

    user_viewset = "cms.people.MemberViewSet"
