"""What opens by the clock, or without words, is procedure: an event in the log and a notification of the hub's own."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings as hub
from django.core import mail
from machina.apps.forum_conversation.models import Topic

from conferences import selectors, services
from conferences.models import Event
from forums.models import Contribution
from listserv.models import MailingList, Procedure, Subscription
from listserv.outbound.procedures import LATE, send_procedures
from listserv.tokens import read_reply

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def notifications(now):
    """Write what waits and return it: address -> mail."""
    mail.outbox.clear()
    while send_procedures(now):
        pass
    messages = {notification.to[0]: notification.message().as_bytes() for notification in mail.outbox}
    assert len(messages) == len(mail.outbox)
    return {address: message_from_bytes(raw, policy=policy.default) for address, raw in messages.items()}


def text_of(notification):
    return notification.get_body(("plain",)).get_content()


def test_the_clock_speaks_in_nobodys_name(live_session, client):
    assert services.keep_time(live_session.now) == 1
    assert not Contribution.objects.exists()
    opened, item_taken = Event.objects.order_by("seq")
    assert (opened.actor, item_taken.actor, item_taken.contribution) == (None, None, None)
    assert item_taken.data == {"by": "clock"}
    transcript = selectors.transcript_of(live_session.conference)
    assert transcript.interventions == []
    assert {participant.interventions for participant in transcript.participants} == {0}
    client.force_login(live_session.amina)
    log = client.get(f"/sessions/{live_session.pk}/log/").content.decode()
    assert "The session opened at the scheduled time." in log and "Item under discussion" in log
    assert '<article class="contribution"' not in log


def test_those_who_take_part_by_mail_learn_of_it_from_the_hub(live_session):
    type(live_session.boris).objects.filter(pk=live_session.boris.pk).update(language="fr")
    services.keep_time(live_session.now)
    mails = notifications(live_session.now)
    assert set(mails) >= {
        live_session.amina.email,
        live_session.boris.email,
        live_session.oona.email,
        live_session.chen.email,
    }
    assert live_session.stella.email not in mails
    notification = mails[live_session.amina.email]
    assert (
        live_session.chen.name not in notification["From"] + text_of(notification)
        and hub.HUB_NAME in notification["From"]
    )
    assert notification["Auto-Submitted"] == "auto-generated" and "[field-trials]" in notification["Subject"]
    assert "First session" in notification["Subject"] and "Isolation distances" in text_of(notification)
    assert f"/sessions/{live_session.pk}/" in text_of(notification)
    assert mails[live_session.boris.email]["Content-Language"] == "fr"
    french = text_of(mails[live_session.boris.email])
    assert "«\N{NO-BREAK SPACE}Isolation distances" in french and "“" not in french
    assert notifications(live_session.now) == {}


def test_an_answer_to_it_is_about_what_is_under_discussion(live_session):
    services.keep_time(live_session.now)
    notification = notifications(live_session.now)[live_session.amina.email]
    row = MailingList.objects.get(forum_id=live_session.forum_id)
    token = notification["Reply-To"].partition("+r.")[2].partition("@")[0]
    assert token not in text_of(notification)
    reply = read_reply(token, list_id=row.pk)
    assert (reply.member_id, reply.number) == (live_session.amina.pk, 0)
    assert (
        selectors.topic_under_discussion(forum_id=live_session.forum_id, now=live_session.now)
        == live_session.items[0].topic_id
    )


@pytest.mark.parametrize(("mode", "opening", "item"), [
    ("each", True, True), ("notices", True, True), ("digest-daily", True, False), ("none", False, False),
])  # fmt: skip
def test_who_gets_it_follows_the_way_they_get_mail(live_session, mode, opening, item):
    Subscription.objects.filter(member=live_session.amina).update(delivery=mode)
    live_session.open()
    assert (live_session.amina.email in notifications(live_session.now)) is opening
    services.take_item(
        conference_session_id=live_session.pk,
        item_id=live_session.items[1].pk,
        actor=live_session.chen,
        now=live_session.now,
    )
    mails = notifications(live_session.now)
    assert (live_session.amina.email in mails) is item
    assert "Notification" in mails[live_session.boris.email]["Subject"]


def test_the_chairs_own_words_are_hers_and_go_out_as_such(live_session):
    live_session.open(words="Welcome, all.")
    assert Contribution.objects.get().author == live_session.chen and not Procedure.objects.exists()


def test_an_item_taken_again_is_not_told_again_and_a_refused_act_tells_nothing(open_live_session):
    first, second = open_live_session.items
    for item in (second, first, second):
        services.take_item(
            conference_session_id=open_live_session.pk,
            item_id=item.pk,
            actor=open_live_session.chen,
            now=open_live_session.now,
        )
    assert Procedure.objects.count() == 2


def test_what_comes_too_late_is_let_go(live_session):
    live_session.open()
    assert notifications(live_session.now + LATE + HOUR) == {}


def test_a_large_roster_is_walked_page_by_page(live_session, make_member, monkeypatch):
    monkeypatch.setattr("listserv.outbound.procedures.PAGE", 2)
    live_session.open()
    assert send_procedures(live_session.now) == 2 and len(mail.outbox) == 2
    assert len(notifications(live_session.now)) == Subscription.objects.count() - 2


def test_topics_of_the_agenda_that_the_hub_makes_are_nobodys(live_session):
    item = services.add_agenda_item(
        conference_session_id=live_session.pk, title="Labels", actor=None, now=live_session.now
    )
    assert Topic.objects.get(pk=item.topic_id).poster is None
