"""The card of a list's address says what is true for its reader: who may write there now, and what becomes of it."""

from datetime import timedelta

import pytest

from forums.models import ForumPolicy
from hub.lib.clock import now as clock
from listserv.gateway import evaluation
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from tests.conferences.conftest import gather

pytestmark = pytest.mark.django_db
REACHES, REFUSED = "your message reaches all participants", "A message from you to this address would be refused."
READ_FIRST = "The moderators read your message first"


def pages(client, forum_id, *paths):
    """Return the card on each page of a discussion that has it, and the line on the page of the lists."""
    found = [client.get(path, follow=True).text for path in (f"/discussions/{forum_id}/", *paths)]
    cards = [text[text.index('class="card by-mail"') :].partition("</details>")[0] for text in found]
    return [*cards, client.get("/lists/").text]


def is_refused(member, address):
    """Whether the mail gateway refuses what a member writes to an address."""
    raw = f"From: {member.email}\r\nSubject: Now\r\n\r\nWhat I say.\r\n".encode()
    incoming = IncomingMessage(
        "192.0.2.1", "far.example", None, member.email, (resolve(address),), raw, len(raw), clock()
    )
    return evaluation.evaluate(incoming).rows[0].state == "rejected"


def says_refused(client, forum_id, *paths):
    for text in pages(client, forum_id, *paths):
        assert REFUSED in text and "data-copy" not in text and "mailto:" not in text
    return True


def test_who_takes_part_reads_how_to_write(cast, client):
    topic = cast.say(cast.boris, subject="Baselines", now=clock()).topic_id
    for member in (cast.amina, cast.chen):
        client.force_login(member)
        *cards, lists = pages(client, cast.forum_id, f"/topics/{topic}/")
        for card in cards:
            assert REACHES in card and "mailto:" in card and "data-copy" in card and REFUSED not in card
        assert REFUSED not in lists and "data-copy" in lists
        assert not is_refused(member, "risk@lists.hub.example")


def test_an_observer_reads_that_a_mail_would_be_refused(cast, client):
    topic = cast.say(cast.boris, subject="Baselines", now=clock()).topic_id
    client.force_login(cast.oona)
    assert says_refused(client, cast.forum_id, f"/topics/{topic}/")
    assert "not write in it" in pages(client, cast.forum_id)[0]
    assert is_refused(cast.oona, "risk@lists.hub.example")


@pytest.mark.parametrize(
    ("field", "days", "why"),
    [("opens_at", 1, "This discussion opens on"), ("closes_at", -1, "This discussion closed on")],
)
def test_outside_its_time_a_discussion_takes_mail_of_those_who_lead_alone(cast, client, field, days, why):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(**{field: clock() + timedelta(days=days)})
    client.force_login(cast.amina)
    assert says_refused(client, cast.forum_id) and why in pages(client, cast.forum_id)[0]
    assert is_refused(cast.amina, "risk@lists.hub.example")
    client.force_login(cast.chen)
    assert REACHES in pages(client, cast.forum_id)[0]


def test_where_moderators_read_first_the_card_says_so(cast, client):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(moderated=True)
    client.force_login(cast.amina)
    card = pages(client, cast.forum_id)[0]
    assert READ_FIRST in card and "mailto:" in card
    client.force_login(cast.chen)
    assert READ_FIRST not in pages(client, cast.forum_id)[0]


def test_a_conference_that_has_not_begun_says_when_it_will(make_member, client):
    room = gather(make_member, clock() + timedelta(days=5))
    client.force_login(room.amina)
    assert says_refused(client, room.forum_id, "/conferences/field-trials/")
    assert "opens on" in pages(client, room.forum_id, "/conferences/field-trials/")[1]
