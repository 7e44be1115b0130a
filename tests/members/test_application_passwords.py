"""Passwords of mail programs: made, shown once, used, taken back; and what the gateway takes."""

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from hub.lib.errors import Invalid, NotFound
from hub.members.account import services
from hub.members.models import ApplicationPassword, Member

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture
def amina(make_member: Any) -> Member:
    """Amina, a member."""
    return make_member("Amina Diallo", password=PASSWORD)


def opens(member: Member, secret: str) -> bool:
    """Whether a secret signs a member in to the gateway."""
    return services.check_mail_password(address=member.email, secret=secret) == member


def make(member: Member, now: Any) -> tuple[ApplicationPassword, str]:
    """Make an application password."""
    return services.create_application_password(member=member, label="Thunderbird", now=now)


def test_without_a_second_factor_both_passwords_open_the_gateway(amina, now):
    row, secret = make(amina, now)
    assert opens(amina, PASSWORD) and opens(amina, secret) and not opens(amina, "wrong")
    assert opens(amina, secret.upper().replace("-", " "))
    row.refresh_from_db()
    assert row.last_used_at is not None and secret not in row.digest


def test_with_a_second_factor_only_application_passwords_do(amina, now):
    TOTP.activate(amina, "JBSWY3DPEHPK3PXP")
    _row, secret = make(amina, now)
    assert not opens(amina, PASSWORD) and opens(amina, secret)


def test_who_must_have_a_factor_does_not_send_by_the_password_meanwhile(sofia, settings):
    settings.HUB_SECOND_FACTOR = "staff"
    assert not opens(sofia, PASSWORD)
    settings.HUB_SECOND_FACTOR = "off"
    assert opens(sofia, PASSWORD)


def test_it_opens_for_nobody_else_and_not_for_who_may_not_sign_in(amina, make_member, now):
    boris = make_member("Boris Horvat", password=PASSWORD)
    _row, secret = make(amina, now)
    assert not opens(boris, secret)
    amina.is_active = False
    amina.save()
    assert not opens(amina, secret)


def test_it_opens_no_page(amina, client, now):
    _row, secret = make(amina, now)
    client.post("/accounts/login/", {"login": amina.email, "password": secret})
    assert "_auth_user_id" not in client.session


def test_one_taken_back_opens_nothing(amina, make_member, now, mailoutbox):
    row, secret = make(amina, now)
    with pytest.raises(NotFound):
        services.remove_application_password(member=make_member("Boris Horvat"), pk=row.pk)
    services.remove_application_password(member=amina, pk=row.pk)
    assert not opens(amina, secret)
    assert [message.to for message in mailoutbox] == [[amina.email]] * 2
    assert all("Thunderbird" in message.body for message in mailoutbox)


def test_there_are_at_most_twenty(amina, now):
    for _number in range(services.MAX_APPLICATION_PASSWORDS):
        make(amina, now)
    with pytest.raises(Invalid):
        make(amina, now)


def test_the_page_shows_a_new_one_once(amina, client):
    client.force_login(amina)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.post("/accounts/application-passwords/", {"label": "Phone"})
    secret = re.search(r"<code><bdi[^>]*>([a-z2-7-]{39})</bdi></code>", page.content.decode())
    assert secret and opens(amina, secret[1])
    again = client.get("/accounts/application-passwords/").content.decode()
    assert secret[1] not in again and "Phone" in again
    assert client.post("/accounts/application-passwords/", {"label": " "}).status_code == 422
