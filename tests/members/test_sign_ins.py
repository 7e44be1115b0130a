"""Sign-ins: the list, ending one or all, and what ends them by itself; and who is told of changes."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from hub.members.account.clients import client_name
from hub.members.models import LoginSession, Member
from hub.members.services import anonymise_member

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
CHANGE = {"oldpassword": PASSWORD, "password1": "violet pollen 77", "password2": "violet pollen 77"}


@pytest.fixture
def amina(make_member: Any) -> Member:
    """Amina, with two addresses."""
    member = make_member("Amina Diallo", password=PASSWORD, language="fr")
    EmailAddress.objects.create(user=member, email="amina@home.example", verified=True)
    return member


def signed_in(member: Member, agent: str = FIREFOX) -> Client:
    """Return a browser in which a member has signed in."""
    client = Client(headers={"user-agent": agent})
    client.post("/accounts/login/", {"login": member.email, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    """Whether a browser is still signed in."""
    return client.get("/preferences/").status_code == 200


def test_each_browser_is_listed_by_name_and_none_by_key_or_address(amina, make_member):
    here, phone = signed_in(amina), signed_in(amina, ANDROID)
    signed_in(make_member("Boris Horvat", password=PASSWORD), "curl/8.5")
    page = here.get("/accounts/sign-ins/").content.decode()
    assert "Firefox, Windows" in page and "Chrome, Android" in page and "curl" not in page
    for client in (here, phone):
        assert client.session.session_key not in page
    assert "127.0.0.1" not in page


def test_one_browser_is_signed_out_and_the_others_stay(amina):
    here, phone = signed_in(amina), signed_in(amina, ANDROID)
    mark = LoginSession.objects.get(pk=phone.session.session_key).mark
    here.post(f"/accounts/sign-ins/{mark}/end/")
    assert is_in(here) and not is_in(phone)


def test_nobody_signs_out_somebody_else(amina, make_member):
    other = signed_in(make_member("Boris Horvat", password=PASSWORD))
    mark = LoginSession.objects.get(pk=other.session.session_key).mark
    signed_in(amina).post(f"/accounts/sign-ins/{mark}/end/")
    assert is_in(other)


def test_signing_out_everywhere_ends_every_browser(amina):
    here, phone = signed_in(amina), signed_in(amina, ANDROID)
    assert here.post("/accounts/sign-ins/end/")["Location"] == "/accounts/login/"
    assert not is_in(here) and not is_in(phone)


def test_a_new_password_ends_all_but_the_browser_in_which_it_was_chosen(amina):
    here, phone = signed_in(amina), signed_in(amina, ANDROID)
    here.post("/accounts/password/change/", CHANGE)
    assert is_in(here) and not is_in(phone)
    assert "Firefox, Windows" in here.get("/accounts/sign-ins/").content.decode()
    assert LoginSession.objects.filter(member=amina).count() == 1


def test_a_password_set_by_a_mailed_link_ends_all_sign_ins_even_that_of_the_same_browser(amina, mailoutbox, link):
    here, phone = signed_in(amina), signed_in(amina, ANDROID)
    here.post("/accounts/password/reset/", {"email": amina.email})
    form = here.get(link(mailoutbox[-1]))["Location"]
    answer = here.post(form, {"password1": "violet pollen 77", "password2": "violet pollen 77"})
    assert answer.status_code == 302
    assert not is_in(here) and not is_in(phone)


@pytest.mark.parametrize("how", ["deactivate", "anonymise"])
def test_who_may_not_sign_in_any_more_is_signed_out_at_once(amina, sofia, now, how):
    here = signed_in(amina)
    if how == "anonymise":
        anonymise_member(member_id=amina.pk, actor=sofia, now=now)
    else:
        amina.is_active = False
        amina.save()
    assert not LoginSession.objects.filter(member=amina).exists() and not is_in(here)


def test_an_address_is_added_only_with_the_password_and_the_old_ones_are_told(amina, mailoutbox):
    here = signed_in(amina)
    asked = here.post("/accounts/email/", {"action_add": "", "email": "new@else.example"})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="new@else.example").exists() and not mailoutbox
    here.post("/accounts/reauthenticate/", {"password": "wrong", "next": "/accounts/email/"})
    assert not EmailAddress.objects.filter(email="new@else.example").exists()
    here.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/email/"})
    assert EmailAddress.objects.filter(email="new@else.example", verified=False).exists()
    notified = [message for message in mailoutbox if message.to != ["new@else.example"]]
    assert {message.to[0] for message in notified} == {amina.email, "amina@home.example"}
    assert all("new@else.example" in message.body and "/accounts/sign-ins/" in message.body for message in notified)


@pytest.mark.parametrize("action", ["action_remove", "action_primary"])
def test_removing_an_address_and_making_another_the_first_ask_and_tell_too(amina, mailoutbox, action):
    here = signed_in(amina)
    first = amina.email
    assert here.post("/accounts/email/", {action: "", "email": "amina@home.example"})["Location"].startswith(
        "/accounts/reauthenticate/"
    )
    here.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/email/"})
    assert {message.to[0] for message in mailoutbox} == {first, "amina@home.example"}
    assert all('lang="fr"' in message.alternatives[0].content for message in mailoutbox)


def test_a_changed_password_is_told_at_every_address(amina, mailoutbox):
    signed_in(amina).post("/accounts/password/change/", CHANGE)
    assert {message.to[0] for message in mailoutbox} == {amina.email, "amina@home.example"}


def test_a_browser_is_seen_again_after_a_while_and_not_at_each_page(amina, django_assert_max_num_queries):
    from datetime import timedelta

    from hub.lib.clock import now

    here = signed_in(amina)
    row = LoginSession.objects.get(pk=here.session.session_key)
    early = now() - timedelta(minutes=20)
    LoginSession.objects.filter(pk=row.pk).update(seen_at=early)
    here.get("/preferences/")
    row.refresh_from_db()
    seen = row.seen_at
    assert seen > early
    here.get("/preferences/")
    row.refresh_from_db()
    assert row.seen_at == seen


@pytest.mark.parametrize(
    "agent, name",
    [(FIREFOX, "Firefox, Windows"), (ANDROID, "Chrome, Android"), ("curl/8.5.0", "curl"), ("", ""), ("\x00/1", "")],
)
def test_a_client_is_named_in_a_few_words(agent, name):
    assert client_name(agent) == name
