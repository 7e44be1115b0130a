"""App of the room."""

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """Register the rights that follow roles, the member
    form, and the search index's ear for Wagtail.
    """

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
        users = apps.get_app_config("wagtailusers")
        # Not in its stubs.
        setattr(users, "user_viewset", "cms.people.MemberViewSet")  # noqa: B010
        indexing.listen()
        freeze.listen()
