"""One language: the head of the pages and the preferences say the same; mails follow ``Member.language``."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(make_member: Any) -> Any:
    """A member who reads English."""
    return make_member("Amina Diallo", password="a long password")


def _direction(client: Any, path: str = "/preferences/") -> str:
    return str(client.get(path).content.decode().split("<head>")[0])


def test_a_members_choice_in_the_head_is_the_preference(client, amina):
    client.force_login(amina)
    answer = client.post("/language/setlang/", {"language": "ar", "next": "/preferences/"})
    assert answer["Location"] == "/preferences/"
    amina.refresh_from_db()
    assert amina.language == "ar" and client.cookies["django_language"].value == ""
    page = client.get("/preferences/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page and '<option value="ar" selected>' in page
    # And back, from the receipt.
    assert '<input type="hidden" name="language" value="en">' in page
    client.post("/language/setlang/", {"language": "en"})
    amina.refresh_from_db()
    assert amina.language == "en"


def test_the_preferences_change_what_the_head_shows(client, amina):
    client.force_login(amina)
    client.post("/language/setlang/", {"language": "ar"})
    client.post("/preferences/", {"language": "fr", "time_zone": "UTC"})
    assert '<html lang="fr" dir="ltr">' in _direction(client)


def test_a_visitors_choice_is_kept_in_the_browser_alone(client, amina):
    client.post("/language/setlang/", {"language": "ar", "next": "/accounts/login/"})
    assert client.cookies["django_language"].value == "ar"
    assert '<html lang="ar"' in _direction(client, "/accounts/login/")
    amina.refresh_from_db()
    assert amina.language == "en"


def test_a_sign_in_that_changes_the_language_says_so_and_offers_the_other(client, amina):
    client.post("/language/setlang/", {"language": "ar"})
    secret = {"login": amina.email, "password": "a long password"}
    page = client.post("/accounts/login/", {**secret, "next": "/preferences/"}, follow=True).content.decode()
    assert '<html lang="en" dir="ltr">' in page and client.cookies["django_language"].value == ""
    assert "as set in your preferences" in page and '<input type="hidden" name="language" value="ar">' in page
    # Once, and not where they agree.
    assert "as set in your preferences" not in client.get("/preferences/").content.decode()


def test_a_language_that_there_is_not_changes_nothing(client, amina):
    client.force_login(amina)
    for language in ("xx", "", "en'--"):
        client.post("/language/setlang/", {"language": language})
    amina.refresh_from_db()
    assert amina.language == "en"


def test_the_preferences_say_what_can_be_chosen_and_that_it_is_one_choice(client, amina):
    client.force_login(amina)
    page = client.get("/preferences/").content.decode()
    assert "or none." not in page and "a digest, notices only, or no e-mail" in page
    assert "language menu at the top" in page
