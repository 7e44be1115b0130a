"""Who must have a second factor, who has one, and what proves a member to the mail door.

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
    return member.is_staff or member.is_superuser


def must_have_factor(member: Member) -> bool:
    """Whether the member must have a second factor: the
    Secretariat, or into ``/admin/``. Queries: 2 at most.
    """
    return is_required() and (is_secretariat(member) or member.has_perm(ADMIN_PERMISSION))


def must_set_up(member: Member) -> bool:
    """Whether the member has to set up a second factor
    before anything that it protects. Queries: 3 at most.
    """
    return must_have_factor(member) and not has_factor(member)


def signs_in_to_mail_by_password(member: Member) -> bool:
    """Whether the password itself opens the mail door: not
    where a second factor is, or has to be. Queries: 1.
    """
    return not (is_required() and is_secretariat(member)) and not has_factor(member)
