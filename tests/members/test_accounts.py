"""Signing in: what a wrong password, a waiting applicant and a second address see."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate

from hub.lib.models import RateWindow
from hub.members import services
from hub.members.backends import AddressBackend
from hub.members.models import Application

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def amina(make_member):
    """Amina, with a password."""
    return make_member("Amina Diallo", password="a long password", language="ar")


def test_the_page_asks_for_a_password(client):
    page = client.get(LOGIN).content.decode()
    assert 'name="password"' in page and 'autocomplete="current-password"' in page


def test_a_wrong_password_gets_a_clear_error_and_keeps_the_address(client, amina):
    answer = client.post(LOGIN, {"login": amina.email, "password": "wrong"})
    page = answer.content.decode()
    assert "do not match" in page and f'value="{amina.email}"' in page and 'value="wrong"' not in page
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("address", ["amina.diallo@people.example", "AMINA@home.example"])
def test_any_verified_address_signs_in_in_any_letter_case(client, amina, address):
    EmailAddress.objects.create(user=amina, email="amina@home.example", verified=True)
    client.post(LOGIN, {"login": address, "password": "a long password"})
    assert client.session["_auth_user_id"] == str(amina.pk)


def test_an_address_that_is_not_verified_does_not_sign_in(client, amina):
    EmailAddress.objects.create(user=amina, email="amina@home.example", verified=False)
    client.post(LOGIN, {"login": "amina@home.example", "password": "a long password"})
    assert "_auth_user_id" not in client.session
    assert AddressBackend().authenticate(None, "amina@home.example", "a long password") is None


@pytest.mark.parametrize("state", [*Application.State.values, None])
def test_who_may_not_sign_in_is_told_where_the_application_stands(client, amina, now, state):
    amina.is_active = False
    amina.save()
    if state:
        Application.objects.create(member=amina, state=state, statement="I", created_at=now, reason="Ask Boris first")
    answer = client.post(LOGIN, {"login": amina.email, "password": "a long password"})
    words = {
        "unconfirmed": "Confirm your address first",
        "pending": "with the Secretariat",
        "declined": "Ask Boris first",
    }
    assert answer.status_code == 403
    assert words.get(state, "You can no longer sign in") in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_tells_nothing_about_an_applicant(client, amina, now):
    amina.is_active = False
    amina.save()
    Application.objects.create(member=amina, state="declined", statement="I", created_at=now, reason="Ask Boris first")
    known = client.post(LOGIN, {"login": amina.email, "password": "wrong"}).content.decode()
    unknown = client.post(LOGIN, {"login": "nobody@else.example", "password": "wrong"}).content.decode()
    assert "Ask Boris first" not in known and "do not match" in known and "do not match" in unknown


def test_no_backend_lets_an_inactive_member_in(rf, amina):
    amina.is_active = False
    amina.save()
    assert authenticate(rf.post("/"), email=amina.email, password="a long password") is None
    assert authenticate(rf.post("/"), username=amina.email, password="a long password") is None


def test_guessing_is_slowed(client, amina):
    for _ in range(5):
        client.post(LOGIN, {"login": amina.email, "password": "wrong"})
    answer = client.post(LOGIN, {"login": amina.email, "password": "a long password"})
    assert "Too many wrong attempts" in answer.content.decode() and "_auth_user_id" not in client.session


def test_an_applicant_who_asks_for_a_password_learns_by_mail_that_it_waits(client, ines, now, mailoutbox):
    application = services.apply(applicant=ines, now=now)
    services.confirm_application(token=services.confirmation_token(application=application, now=now), now=now)
    RateWindow.objects.all().delete()
    answer = client.post("/accounts/password/reset/", {"email": ines.email})
    assert answer.url == "/accounts/password/reset/done/"
    assert "/password/reset/key/" not in mailoutbox[-1].body and len(mailoutbox) == 2
    assert mailoutbox[-1].to == ["ines.tavares@institute.example"]


def test_a_stranger_who_asks_for_a_password_sees_the_same_page_and_can_apply(client, mailoutbox):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@else.example"})
    assert answer.url == "/accounts/password/reset/done/" and "/apply/" in mailoutbox[-1].body


def test_a_member_gets_the_password_mail_in_their_language_under_the_public_address(
    client, amina, mailoutbox, settings, link
):
    settings.HUB_URL = "https://hub.example.org"
    client.post("/accounts/password/reset/", {"email": amina.email}, headers={"host": "localhost"})
    message = mailoutbox[-1]
    assert "https://hub.example.org/accounts/password/reset/key/" in message.body
    assert 'lang="ar" dir="rtl"' in message.alternatives[0].content
    assert client.get(link(message)).status_code == 302


FORMS = {
    "login": "hub.members.forms.SignInForm",
    "reset_password": "hub.members.forms.NewPasswordForm",
    "add_email": "hub.members.forms.AddAddressForm",
}


@pytest.mark.parametrize("address", ["amina@home.example", "أمينة@بريد.example"])
def test_an_added_address_is_confirmed_by_our_notification_and_signs_in(
    client, amina, mailoutbox, link, settings, address
):
    settings.ACCOUNT_FORMS = FORMS
    client.force_login(amina)
    asked = client.post("/accounts/email/", {"action_add": "", "email": address})
    client.post(asked["Location"], {"password": "a long password", "next": "/accounts/email/"})
    message = next(message for message in mailoutbox if message.to == [address])
    assert "/accounts/confirm-email/" in message.body
    client.post(link(message))
    assert EmailAddress.objects.get(email=address).verified
    client.logout()
    client.post(LOGIN, {"login": address, "password": "a long password"})
    assert client.session["_auth_user_id"] == str(amina.pk)
    client.logout()
    client.post("/accounts/password/reset/", {"email": address})
    assert mailoutbox[-1].to == [address] and "/password/reset/key/" in mailoutbox[-1].body


def test_nobody_signs_up_by_themselves(client):
    page = client.get("/accounts/signup/")
    assert "/apply/" in page.content.decode()
    client.post("/accounts/signup/", {"email": "new@else.example", "password1": "violet pollen 77"})
    assert not EmailAddress.objects.exists()
