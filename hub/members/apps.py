"""App of the people."""

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class MembersConfig(AppConfig):
    """People: members, addresses, applications, preferences."""

    name = "hub.members"
    label = "members"
    verbose_name = pgettext_lazy("navigation or heading", "Members")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Install allauth's limits, and listen for what begins on its pages."""
        from allauth.account.signals import email_added
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from hub.members import allauth_limits
        from hub.members.account import signals

        allauth_limits.install()
        user_logged_in.connect(signals.note_sign_in, dispatch_uid="hub.note_sign_in")
        authenticator_added.connect(signals.note_factor, dispatch_uid="hub.note_factor")
        email_added.connect(signals.notify_of_address, dispatch_uid="hub.tell_of_address")
