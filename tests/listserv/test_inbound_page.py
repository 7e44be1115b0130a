"""What came in by mail, for the Secretariat: what waits, is held, has failed or was refused, and one button."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from hub.lib.home import BlockKind
from listserv import selectors, tokens
from listserv.models import InboundMail, MailingList

pytestmark = pytest.mark.django_db
URL = "/mail/"


@pytest.fixture
def arrive(cast, now):
    """Return a factory of recorded mails."""

    def make(
        state: str, subject: str, *, member: Any = None, at: datetime | None = None, whole: bool = False, **fields: Any
    ) -> InboundMail:
        return InboundMail.objects.create(
            received_at=at or now, peer="192.0.2.1", recipient="risk@lists.hub.example", kind="post",
            list=MailingList.objects.get(), raw=b"Subject: x\r\n\r\nThe body.\r\n",
            size=25 if whole else 30, sha256="0" * 64,
            subject=subject, member=member, action="accept", code="x", state=state, next_at=at or now,
            envelope_from="somebody@elsewhere.example", **fields,
        )  # fmt: skip

    return make


@pytest.fixture
def filled(arrive, cast, now):
    """One mail of each kind, and some that are of no interest here."""
    with time_machine.travel(now, tick=False):
        yield {
            "queued": arrive("queued", "Waits", member=cast.amina),
            "held": arrive("held", "Is held", member=cast.boris),
            "failed": arrive("failed", "Has failed", member=cast.amina, error="OSError: disk full", attempts=6),
            "rejected": arrive("rejected", "Refused now", reason="There is no such thing."),
            "old": arrive("rejected", "Refused long ago", at=now - timedelta(days=1)),
            "kept": arrive("rejected", "Kept as refused", at=now - timedelta(days=20), reason="Forged.", whole=True),
            "published": arrive("published", "Is published", member=cast.amina),
            "discarded": arrive("discarded", "Out of office"),
        }


@pytest.mark.parametrize("who", [None, "amina", "chen"])
def test_others_find_no_such_page_and_can_try_nothing_again(cast, filled, client, who):
    if who:
        client.force_login(getattr(cast, who))
    for answer in (client.get(URL), client.post(URL, {"retry": filled["failed"].pk})):
        assert answer.status_code == (404 if who else 302) and b"Has failed" not in answer.content
    filled["failed"].refresh_from_db()
    assert filled["failed"].state == "failed"


def test_all_that_needs_an_eye_stands_there_with_its_reason_and_nothing_of_its_text(cast, filled, client):
    client.force_login(cast.sofia)
    page = client.get(URL).content.decode()
    for words in (
        "Waits",
        "Is held",
        "Has failed",
        "Refused now",
        "Kept as refused",
        "OSError: disk full",
        "no such thing",
    ):
        assert words in page
    for words in ("Refused long ago", "Is published", "Out of office", "The body"):
        assert words not in page
    assert "All (5)" in page and "Failed (1)" in page and page.count("Try again") == 1


@pytest.mark.parametrize("state", ["queued", "held", "failed", "rejected"])
def test_one_state_is_shown_alone(cast, filled, client, state):
    client.force_login(cast.sofia)
    page = client.get(URL, {"state": state}).content.decode()
    shown = [name for name in ("queued", "held", "failed", "rejected") if filled[name].subject in page]
    assert shown == [state]
    assert (filled["kept"].subject in page) is (state == "rejected")
    assert client.get(URL, {"state": "published"}).content.decode().count("<h2>") == 5


def test_a_failed_mail_is_tried_again_once(cast, filled, client):
    client.force_login(cast.sofia)
    page = client.post(f"{URL}?state=failed", {"retry": filled["failed"].pk}, follow=True)
    assert b"The hub is trying again now" in page.content and page.request["QUERY_STRING"] == "state=failed"
    filled["failed"].refresh_from_db()
    assert (filled["failed"].state, filled["failed"].attempts, filled["failed"].error) == ("queued", 0, "")
    for wrong in (filled["failed"].pk, filled["held"].pk, 999_999, "", "x", "9" * 30):
        assert b"no longer waiting for you" in client.post(URL, {"retry": wrong}, follow=True).content
    filled["held"].refresh_from_db()
    assert filled["held"].state == "held"


def test_a_long_record_turns_pages_and_costs_the_same(
    cast, arrive, client, monkeypatch, django_assert_num_queries, now
):
    client.force_login(cast.sofia)
    monkeypatch.setattr("listserv.views.inbound.PAGE", 20)
    for number in (1, 44):
        for index in range(number):
            arrive("held", f"Mail {number}-{index}", member=cast.boris, at=now + timedelta(seconds=index))
        # Session, reader, counts, rows.
        with django_assert_num_queries(4):
            page = client.get(URL).content.decode()
    assert "Page 1 of 3" in page and "Mail 44-43" in page and "Mail 44-0<" not in page
    last = client.get(URL, {"page": "99", "state": "held"}).content.decode()
    assert "Page 3 of 3" in last and last.count("<h2>") == 5 and "?state=held&amp;page=2" in last


@pytest.mark.parametrize("relay", [None, "relay"])
def test_the_outbox_leads_there_with_and_without_a_relay(cast, client, settings, relay):
    from hub.lib.endpoints import Endpoint

    settings.HUB_RELAY = Endpoint("relay.example", 25) if relay else None
    client.force_login(cast.sofia)
    assert f'href="{URL}"' in client.get("/outbox/").content.decode()


def blocks(member: Any, now: datetime) -> list[tuple[str, str]]:
    found = selectors.home_blocks(member=member, now=now)
    assert {block.kind for block in found} <= {BlockKind.ASKED}
    return [(str(block.title), block.url) for block in found]


def test_the_home_says_what_failed_to_the_secretariat_alone(cast, filled, now):
    assert blocks(cast.sofia, now) == [("1 message could not be published", "/mail/?state=failed")]
    assert blocks(cast.amina, now) == []


def test_the_home_asks_a_member_to_confirm_the_mail_that_waits_longest(cast, arrive, now, client):
    assert blocks(cast.boris, now) == []
    first = arrive("held", "First", member=cast.boris, at=now - timedelta(hours=2))
    token = tokens.confirm_token(inbound_id=first.pk, member_id=cast.boris.pk)
    assert blocks(cast.boris, now) == [("1 message is waiting for your confirmation", f"/mail/confirm/risk/{token}/")]
    arrive("held", "Second", member=cast.boris)
    [(title, url)] = blocks(cast.boris, now)
    assert (title, url) == ("2 messages are waiting for your confirmation", f"/mail/confirm/risk/{token}/")
    client.post(url, {"disown": "1"})
    assert blocks(cast.boris, now)[0][0] == "1 message is waiting for your confirmation"
    assert blocks(cast.amina, now) == []


def test_the_home_costs_one_query_and_one_more_for_the_secretariat(cast, filled, now, django_assert_num_queries):
    for member, number in ((cast.boris, 1), (cast.sofia, 2)):
        with django_assert_num_queries(number):
            selectors.home_blocks(member=member, now=now)
