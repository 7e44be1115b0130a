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


def letters(now):
    """Write what waits and return it: address -> mail."""
    mail.outbox.clear()
    while send_procedures(now):
        pass
    found = {letter.to[0]: letter.message().as_bytes() for letter in mail.outbox}
    assert len(found) == len(mail.outbox)
    return {address: message_from_bytes(raw, policy=policy.default) for address, raw in found.items()}


def text_of(letter):
    return letter.get_body(("plain",)).get_content()


def test_the_clock_speaks_in_nobodys_name(sitting, client):
    assert services.keep_time(sitting.now) == 1
    assert not Contribution.objects.exists()
    opened, taken = Event.objects.order_by("seq")
    assert (opened.actor, taken.actor, taken.contribution) == (None, None, None) and taken.data == {"by": "clock"}
    transcript = selectors.transcript_of(sitting.conference)
    assert transcript.interventions == [] and {one.interventions for one in transcript.participants} == {0}
    client.force_login(sitting.amina)
    log = client.get(f"/sessions/{sitting.pk}/log/").content.decode()
    assert "The session opened by the clock." in log and "Item under discussion" in log
    assert '<article class="contribution"' not in log


def test_those_who_take_part_by_mail_learn_of_it_from_the_hub(sitting):
    type(sitting.boris).objects.filter(pk=sitting.boris.pk).update(language="fr")
    services.keep_time(sitting.now)
    mails = letters(sitting.now)
    assert set(mails) >= {sitting.amina.email, sitting.boris.email, sitting.oona.email, sitting.chen.email}
    assert sitting.stella.email not in mails
    letter = mails[sitting.amina.email]
    assert sitting.chen.name not in letter["From"] + text_of(letter) and hub.HUB_NAME in letter["From"]
    assert letter["Auto-Submitted"] == "auto-generated" and "[field-trials]" in letter["Subject"]
    assert "First sitting" in letter["Subject"] and "Isolation distances" in text_of(letter)
    assert f"/sessions/{sitting.pk}/" in text_of(letter)
    assert mails[sitting.boris.email]["Content-Language"] == "fr"
    french = text_of(mails[sitting.boris.email])
    assert "«\N{NO-BREAK SPACE}Isolation distances" in french and "“" not in french
    assert letters(sitting.now) == {}


def test_an_answer_to_it_is_about_what_is_under_discussion(sitting):
    services.keep_time(sitting.now)
    letter = letters(sitting.now)[sitting.amina.email]
    row = MailingList.objects.get(forum_id=sitting.forum_id)
    token = letter["Reply-To"].partition("+r.")[2].partition("@")[0]
    assert token not in text_of(letter)
    reply = read_reply(token, list_id=row.pk)
    assert (reply.member_id, reply.number) == (sitting.amina.pk, 0)
    assert selectors.topic_under_discussion(forum_id=sitting.forum_id, now=sitting.now) == sitting.items[0].topic_id


@pytest.mark.parametrize(("mode", "opening", "item"), [
    ("each", True, True), ("notices", True, True), ("digest-daily", True, False), ("none", False, False),
])  # fmt: skip
def test_who_gets_it_follows_the_way_they_get_mail(sitting, mode, opening, item):
    Subscription.objects.filter(member=sitting.amina).update(delivery=mode)
    sitting.open()
    assert (sitting.amina.email in letters(sitting.now)) is opening
    services.take_item(
        conference_session_id=sitting.pk, item_id=sitting.items[1].pk, actor=sitting.chen, now=sitting.now
    )
    mails = letters(sitting.now)
    assert (sitting.amina.email in mails) is item
    assert "Notification" in mails[sitting.boris.email]["Subject"]


def test_the_chairs_own_words_are_hers_and_go_out_as_such(sitting):
    sitting.open(words="Welcome, all.")
    assert Contribution.objects.get().author == sitting.chen and not Procedure.objects.exists()


def test_an_item_taken_again_is_not_told_again_and_a_refused_act_tells_nothing(open_sitting):
    first, second = open_sitting.items
    for item in (second, first, second):
        services.take_item(
            conference_session_id=open_sitting.pk, item_id=item.pk, actor=open_sitting.chen, now=open_sitting.now
        )
    assert Procedure.objects.count() == 2


def test_what_comes_too_late_is_let_go(sitting):
    sitting.open()
    assert letters(sitting.now + LATE + HOUR) == {}


def test_a_large_roster_is_walked_page_by_page(sitting, make_member, monkeypatch):
    monkeypatch.setattr("listserv.outbound.procedures.PAGE", 2)
    sitting.open()
    assert send_procedures(sitting.now) == 2 and len(mail.outbox) == 2
    assert len(letters(sitting.now)) == Subscription.objects.count() - 2


def test_topics_of_the_agenda_that_the_hub_makes_are_nobodys(sitting):
    item = services.add_agenda_item(conference_session_id=sitting.pk, title="Labels", actor=None, now=sitting.now)
    assert Topic.objects.get(pk=item.topic_id).poster is None
