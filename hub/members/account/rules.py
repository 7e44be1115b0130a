"""Say who must have a second factor, who has one, and what opens the SMTP gateway.

A second factor is a passkey or an app's codes; recovery codes alone are none, they only stand in
for one.
"""

from allauth.mfa.models import Authenticator
from django.conf import settings

from hub.members.models import Member

# What counts as a second factor by itself.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What lets a person into Wagtail's admin.
ADMIN_PERMISSION = "wagtailadmin.access_admin"


def is_required() -> bool:
    """Whether this hub asks the Secretariat for a second factor."""
    return settings.HUB_SECOND_FACTOR == "staff"


def has_factor(member: Member) -> bool:
    """Whether the member has a second factor. Queries: 1."""
    return Authenticator.objects.filter(user_id=member.pk, type__in=FACTORS).exists()


def is_secretariat(member: Member) -> bool:
    """Whether the member runs the hub; asks the database nothing."""
    return member.runs_the_hub


def acts_for_secretariat(member: Member) -> bool:
    """Whether the member runs the hub and may sign in; asks the database nothing."""
    return member.is_active and member.runs_the_hub


def must_have_factor(member: Member) -> bool:
    """Whether the member must have a second factor.

    The Secretariat must, and who may go into ``/admin/``. Queries: 2 at most.
    """
    if not is_required():
        return False
    return is_secretariat(member) or member.has_perm(ADMIN_PERMISSION)


def must_set_up(member: Member) -> bool:
    """Whether the member has to set up a second factor before anything that it protects.

    Queries: 3 at most.
    """
    return must_have_factor(member) and not has_factor(member)


def signs_in_to_mail_by_password(member: Member) -> bool:
    """Whether the password itself opens the SMTP gateway.

    It does not where a second factor is, or has to be. Queries: 1.
    """
    if is_required() and is_secretariat(member):
        return False
    return not has_factor(member)
