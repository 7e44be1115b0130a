"""An empty hub: from the command line to a first message that its readers receive, by the pages alone."""

from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.test import Client

from cms.services import bootstrap_site
from hub.lib.clock import now
from listserv.outbound.delivery_worker import deliver_mailings
from tests.pages import form_of

pytestmark = pytest.mark.django_db
PASSWORD = "a-very-long-pass-1"
MOST_PAGES = 25


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.urls: dict[str, str] = {}
        self._url = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._url = dict(attrs).get("href") or ""

    def handle_data(self, data: str) -> None:
        if self._url and data.strip():
            self.urls.setdefault(data.strip(), self._url)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._url = ""


class _Browser:
    """A person without scripts, who follows links by their words and counts the pages."""

    def __init__(self) -> None:
        self.client, self.pages, self.page = Client(), 0, None
        self.url = ""

    def open(self, url: str, form: dict[str, Any] | None = None) -> str:
        """Open an address or send a form to it, and go where it leads."""
        answer = self.client.get(url) if form is None else self.client.post(url, form)
        self.pages += 1
        self.url, self.page = url, answer
        if answer.status_code == 302:
            return self.open(answer["Location"].partition("#")[0])
        assert answer.status_code == 200, (url, answer.status_code)
        return str(answer.content.decode())

    def follow(self, words: str) -> str:
        """Follow the first link with these words."""
        links = _Links()
        links.feed(self.page.content.decode())
        return self.open(links.urls[words])

    def send(self, **fields: Any) -> str:
        """Fill in the form of the page and send it."""
        return self.open(self.url, form_of(self.page) | fields)


@pytest.fixture
def amina(make_member):
    """A member who has been approved, as the queue of applications does it."""
    member = make_member("Amina Diallo", password="a long password")
    EmailAddress.objects.get_or_create(user=member, email=member.email, verified=True, primary=True)
    return member


def test_the_first_discussion_takes_a_few_pages_and_no_shell(monkeypatch, settings, amina):
    bootstrap_site()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="root@hub.example", name="Root", interactive=False, verbosity=0)
    browser = _Browser()
    browser.open("/accounts/login/")
    home = browser.open("/accounts/login/", {"login": "root@hub.example", "password": PASSWORD})
    assert "This hub has no discussion yet." in home
    browser.follow("Open the first discussion")
    opened = browser.send(name="Soil carbon", theme="How to measure it", leaders="root@hub.example")
    assert "So far nobody else takes part." in opened
    browser.follow("Admit people")
    admitted = browser.send(email=amina.email)
    assert "Amina Diallo" in admitted
    browser.follow("Soil carbon")
    browser.follow("Start a topic")
    browser.send(subject="Welcome", text="Let us begin.")
    deliver_mailings(now())
    assert browser.pages <= MOST_PAGES
    messages = [message for message in mail.outbox if "Let us begin." in message.body]
    assert amina.email in {address for message in messages for address in message.to} or _delivered(settings, amina)


def _delivered(settings: Any, member: Any) -> bool:
    """Whether the outbox has the first message for a member."""
    files = (settings.HUB_DATA / "outbox").glob("*.eml")
    return any(member.email in (text := file.read_text()) and "Let us begin." in text for file in files)
