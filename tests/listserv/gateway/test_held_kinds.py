"""What is said about a held mail is true of it: a private message is not published, a command goes to nobody."""

from datetime import timedelta

import pytest
import time_machine

from forums.models import ForumPolicy
from hub.lib.clock import now as clock
from listserv import tokens
from listserv.mail.parse.message import parse
from listserv.models import HELD_FOR, InboundMail, Notice
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db
PUBLIC = ("publish", "everybody", "appears")


@pytest.fixture
def risk(cast):
    """The closed discussion's list."""
    return cast.policy.forum.mailing_list


def held(cast, to, text="My own words."):
    """Send a mail in Boris's name that nothing proves; return its row, the text that asks, and its link."""
    accept(plain_message(text, who=cast.boris, message_id="h@x"), to)
    row = InboundMail.objects.get(state="held")
    asked = parse(bytes(Notice.objects.latest("pk").raw))
    name = row.list.name if row.list else "hub"
    url = f"/mail/confirm/{name}/{tokens.confirm_token(inbound_id=row.pk, member_id=cast.boris.pk)}/"
    return row, asked, url


def words(response):
    return response.content.decode().partition("<main")[2]


def test_private_message_is_named_as_one_and_goes_to_one_person(cast, risk, client):
    to = tokens.alias_address("risk", member_id=cast.amina.pk, list_id=risk.pk)
    _row, asked, url = held(cast, to)
    before, after = words(client.get(url)), words(client.post(url, {"confirm": "1"}))
    for text in (asked.text, before, after):
        assert "Amina Diallo" in text and not any(word in text.partition("How to avoid")[0] for word in PUBLIC)
    assert "private message" in asked.subject and "private message" in before and "Yes, send it" in before
    assert "nobody else" in after


@pytest.mark.parametrize("to", ["risk-request", "risk-leave", "risk-join", "risk-digest", "request"])
def test_commands_are_named_as_such(cast, risk, client, to):
    _row, asked, url = held(cast, tokens.address(to), "UNSUBSCRIBE risk")
    before, after = words(client.get(url)), words(client.post(url, {"confirm": "1"}))
    for text in (asked.text, before, after):
        assert "Subject: A thought" in text or "<code" in text
        assert not any(word in text.partition("How to avoid")[0] for word in PUBLIC)
    assert "Yes, run them" in before and "will run these commands" in after


@pytest.mark.parametrize("way", ["list", "reply"])
def test_contribution_says_that_everybody_gets_it(cast, risk, client, way):
    contribution = cast.say(cast.amina, now=clock())
    reply = tokens.reply_address("risk", member_id=cast.amina.pk, number=contribution.number, list_id=risk.pk)
    _row, _asked, url = held(cast, risk.address if way == "list" else reply)
    assert "sent to everybody" in words(client.get(url)) and "Yes, publish it" in words(client.get(url))
    assert "to everybody there" in words(client.post(url, {"confirm": "1"}))


def test_contribution_to_a_moderated_discussion_goes_to_the_moderators_first(cast, risk, client):
    ForumPolicy.objects.update(moderated=True)
    _row, asked, url = held(cast, risk.address)
    before, after = words(client.get(url)), words(client.post(url, {"confirm": "1"}))
    assert "moderators will read it before it is published" in asked.text
    assert (
        "moderators will read it" in before and "everybody" not in before and "Yes, send it to the moderators" in before
    )
    assert "everybody" not in after
    drain()
    assert "read it before it is published" in words(client.get(url))


@pytest.mark.parametrize("decision", ["confirm", "disown"])
def test_link_shows_no_words_of_the_mail_once_it_is_decided(cast, risk, client, decision):
    _row, _asked, url = held(cast, risk.address, "Something for few eyes.")
    assert "few eyes" in words(client.get(url))
    client.post(url, {decision: "1"})
    drain()
    page = words(client.get(url))
    assert "few eyes" not in page and "<form" not in page


def test_link_confirms_nothing_after_its_days(cast, risk, client):
    row, _asked, url = held(cast, risk.address, "Something for few eyes.")
    with time_machine.travel(clock() + HELD_FOR + timedelta(minutes=1), tick=True):
        assert "few eyes" not in words(client.get(url))
        assert client.post(url, {"confirm": "1"}).status_code == 409
    row.refresh_from_db()
    assert row.state == "held"


def test_refused_private_message_is_called_one(cast, risk):
    to = tokens.alias_address("risk", member_id=cast.amina.pk, list_id=risk.pk)
    accept(plain_message("Words.", who=cast.boris, message_id="p@x"), to, member=cast.boris)
    cast.amina.is_active = False
    cast.amina.save()
    drain()
    notification = parse(bytes(Notice.objects.latest("pk").raw))
    assert "private message was not passed on" in notification.text
    assert "published" not in notification.text + notification.subject


def test_notification_says_how_not_to_be_asked_again(cast, risk):
    _row, asked, _url = held(cast, risk.address)
    for way in (
        "Reply to list",
        "lists.hub.example, with your address and the password",
        "people.example to set up DMARC",
    ):
        assert way in " ".join(asked.text.split())
