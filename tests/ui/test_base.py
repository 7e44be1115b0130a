"""What every page has: direction, languages, the person, the main rooms; and the pages of errors."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from hub import context

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _static(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path


@pytest.mark.parametrize(
    ("code", "lang", "direction"), [("ar", "ar", "rtl"), ("zh-hans", "zh-Hans", "ltr"), ("ru", "ru", "ltr")]
)
def test_the_context_knows_language_and_direction(code, lang, direction):
    with translation.override(code):
        found = context.hub(RequestFactory().get("/discussions/7/"))
    assert (found["lang"], found["dir"]) == (lang, direction)
    assert [place.url for place in found["nav"] if place.current] == ["/discussions/"]
    assert {language.name for language in found["languages"]} == {
        "العربيّة", "中文", "English", "Français", "Русский", "Español",
    }  # fmt: skip


def test_a_visitor_switches_the_language_by_a_form(client):
    page = client.get("/accounts/login/").content.decode()
    assert 'action="/language/setlang/"' in page and '<button name="language" value="ar" lang="ar" dir="rtl"' in page
    client.post("/language/setlang/", {"language": "ar", "next": "/accounts/login/"})
    assert '<html lang="ar" dir="rtl">' in client.get("/accounts/login/").content.decode()


def test_the_sign_in_page_asks_for_address_and_password(client):
    page = client.get("/accounts/login/").content.decode()
    assert 'name="login"' in page and 'name="password"' in page and "<h1>Sign in</h1>" in page


def test_a_wrong_password_is_an_error_that_keeps_the_address(client, make_member):
    make_member("Amina Diallo", password="a long password")
    answer = client.post("/accounts/login/", {"login": "amina.diallo@people.example", "password": "wrong"})
    page = answer.content.decode()
    assert 'value="amina.diallo@people.example"' in page and 'class="errorlist nonfield"' in page


def test_a_pending_person_gets_a_page_that_says_what_comes_next(client, make_member):
    make_member("Amina Diallo", password="a long password", is_active=False)
    page = client.get("/accounts/inactive/").content.decode()
    assert "is waiting for the Secretariat" in page and "<ol>" in page


def test_every_account_page_stands_on_the_hubs_own_base(client, make_member):
    member = make_member("Amina Diallo", password="a long password")
    pages = [
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-bad/",
        "/accounts/password/reset/key/done/",
        "/accounts/inactive/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/bad:key/",
        "/accounts/signup/",
    ]
    for path in pages:
        assert b'class="masthead"' in client.get(path, follow=True).content, path
    client.force_login(member)
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"):
        page = client.get(path).content.decode()
        assert 'class="masthead"' in page and "Amina Diallo" in page and "<h1>" in page, path


def test_the_page_of_a_fault_needs_nothing():
    page = render_to_string("500.html")
    assert "Something went wrong on our side" in page and "hub.css" in page


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.example"})
    assert answer.status_code == 403 and "Please send it again" in answer.content.decode()


def test_a_request_too_large_to_read_gets_a_page_that_keeps_hope(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = client.post("/accounts/login/", "login=" + "x" * 2000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413 and "what you typed is still in the form" in answer.content.decode()


def test_notices_say_when_a_text_was_sent():
    from django.contrib.messages.storage.base import Message

    page = render_to_string("components/notices.html", {"messages": [Message(25, "Done & <b>", "sent")]})
    assert 'class="notice sent success"' in page and "Done &amp; &lt;b&gt;" in page


def test_a_field_ties_its_help_and_its_error_to_itself():
    from django import forms

    class Small(forms.Form):
        name = forms.CharField(help_text="As you sign.")
        note = forms.CharField(required=False)
        agree = forms.BooleanField(required=False)

    page = render_to_string("components/form.html", {"form": Small({"name": ""})})
    assert 'aria-describedby="id_name_helptext id_name_error"' in page and 'id="id_name_error"' in page
    assert 'aria-invalid="true"' in page and page.count("(optional)") == 1
    assert page.index('id="id_agree"') < page.index('for="id_agree"')


def test_the_head_names_each_reader_alone_and_never_another(client, make_member):
    """It is drawn once: what is another's must not stay in it."""
    amina = make_member("Amina Diallo", country="SN", language="fr")
    sofia = make_member("Sofia <b>", is_staff=True, country="SE")
    tokens = set()
    for _visit in range(2):
        for member, other in ((amina, "Sofia"), (sofia, "Amina")):
            client.force_login(member)
            head = client.get("/preferences/?a=1&b=%22").content.decode().partition("</header>")[0]
            assert member.name.replace("<b>", "&lt;b&gt;") in head and other not in head and "<b></bdi>" not in head
            assert ("/outbox/" in head) is member.is_staff and "/preferences/?a=1&amp;b=%22" in head
            tokens.add(head.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0])
    client.logout()
    head = client.get("/accounts/login/").content.decode().partition("</header>")[0]
    assert "Amina" not in head and "Sofia" not in head and "/accounts/login/?next=/accounts/login/" in head
    assert len(tokens) == 4 and all(tokens)
