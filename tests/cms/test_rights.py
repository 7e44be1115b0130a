"""Groups follow roles, and Wagtail writes to those who decide."""

import pytest
from django.contrib.auth.models import Group

from cms import services
from hub.members.models import Member

pytestmark = pytest.mark.django_db


def names(group: str) -> set[str]:
    """Return who is in a group."""
    return set(Group.objects.get(name=group).user_set.values_list("name", flat=True))


def test_who_compiles_is_a_rapporteur_for_wagtail_and_nothing_else(finished):
    finished.compile()
    assert names("Rapporteurs") == {"Rosa Quispe"} and finished.rosa.has_perm("wagtailadmin.access_admin")
    assert finished.rosa.get_all_permissions() == {"wagtailadmin.access_admin"}


def test_starting_the_hub_puts_the_groups_right(finished, make_member):
    Group.objects.get(name="Secretariat").user_set.add(finished.amina)
    Group.objects.get(name="Rapporteurs").user_set.add(finished.boris, finished.stella)
    other = Group.objects.create(name="Interpreters")
    other.user_set.add(finished.amina)
    make_member("Nadia Haddad", is_staff=True)
    make_member("Gone Before", is_staff=True, is_active=False)
    services.bootstrap_site()
    assert names("Secretariat") == {"Sofia Lind", "Nadia Haddad"}
    assert names("Rapporteurs") == {"Boris Horvat"}  # Chair of the other conference.
    assert names("Interpreters") == {"Amina Diallo"}


def test_submitting_writes_to_everybody_of_the_secretariat(finished, make_member, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    late = make_member("Nadia Haddad", is_staff=True)
    page = finished.submitted()
    receivers = {address for mail in mailoutbox for address in mail.to}
    assert receivers == {late.email, finished.sofia.email}
    assert all(page.title in mail.body for mail in mailoutbox)
    mailoutbox.clear()
    finished.send_back(page, "Shorter.")
    assert {address for mail in mailoutbox for address in mail.to} == {finished.rosa.email}


def test_a_member_without_a_role_gets_no_group(finished):
    services.follow_roles(member=finished.amina)
    assert not Member.objects.get(pk=finished.amina.pk).groups.exists()
