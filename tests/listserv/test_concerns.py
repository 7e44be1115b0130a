"""Whom a contribution concerns is told once: by the copy they get, or by a notification, never by both."""

from datetime import timedelta
from typing import Any

import pytest

from forums import services as forums
from hub.lib import clock
from listserv import services
from listserv.models import MailingList, NotificationSettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(cast):
    return MailingList.objects.get()


def soon() -> Any:
    """Notifications are due by the clock, not by the day of the tests."""
    return clock.now() + timedelta(minutes=1)


def texts(sent: Any, member: Any) -> list[str]:
    return [letter.get_body(("plain",)).get_content() for letter in sent(member.email)]


def take(member: Any, risk: Any, mode: str, now: Any) -> None:
    services.set_delivery(list_id=risk.pk, member=member, delivery=mode, now=now)


def test_who_gets_the_copy_reads_it_in_the_first_line_and_gets_nothing_else(cast, risk, now, deliver, sent):
    first = cast.say(cast.chen, now=now)
    row = cast.say(cast.amina, "What does @Boris Horvat think?", parent=first.number, now=now)
    deliver(soon())
    (boris,) = [text for text in texts(sent, cast.boris) if "think?" in text]
    assert boris.splitlines()[0].endswith(f"no. {row.number} · mentions you")
    (chen,) = [text for text in texts(sent, cast.chen) if "think?" in text]
    assert chen.splitlines()[0].endswith("· answers you")
    (oona,) = [text for text in texts(sent, cast.oona) if "think?" in text]
    assert oona.splitlines()[0].endswith(f"no. {row.number}")
    html = [letter.get_body(("html",)).get_content() for letter in sent(cast.boris.email)]
    assert any("· mentions you</b>" in page for page in html)


@pytest.mark.parametrize("mode", ["none", "digest-daily", "digest-weekly"])
def test_who_gets_no_copy_is_told_in_a_notification_that_can_be_answered(cast, risk, now, deliver, sent, mode):
    take(cast.boris, risk, mode, now)
    row = cast.say(cast.amina, "What does @Boris Horvat think?", subject="Distances", now=now)
    deliver(soon())
    (letter,) = sent(cast.boris.email)
    assert "Amina Diallo" in letter["Subject"] and "mentions you in" in letter["Subject"]
    text = letter.get_body(("plain",)).get_content()
    assert "What does @Boris Horvat think?" in text and f"/c/{row.number}/" in text and "/notifications/" in text
    assert letter["Reply-To"].addresses[0].username.startswith("risk+r.")


def test_answers_are_told_to_those_who_ask_for_it_and_mentions_not_to_those_who_do_not(cast, risk, now, deliver, sent):
    for member in (cast.boris, cast.chen):
        take(member, risk, "none", now)
    first = cast.say(cast.boris, now=now)
    cast.say(cast.amina, "Yes, @Chen Wei.", parent=first.number, now=now)
    NotificationSettings.objects.create(member=cast.boris, answers=True)
    NotificationSettings.objects.create(member=cast.chen, mentions=False)
    deliver(soon())
    assert len(sent(cast.chen.email)) == 1 and not sent(cast.boris.email)
    cast.say(cast.amina, "No, @Chen Wei.", parent=first.number, now=now)
    deliver(soon())
    assert len(sent(cast.chen.email)) == 1 and "answers your contribution" in texts(sent, cast.boris)[0]


def test_a_muted_topic_a_pause_and_a_lost_place_tell_nothing(cast, risk, now, deliver, sent):
    for member in (cast.boris, cast.chen, cast.oona):
        take(member, risk, "none", now)
    first = cast.say(cast.amina, now=now)
    forums.follow_topic(member=cast.boris, topic_id=first.topic_id, level=forums.MUTED, now=now)
    services.pause(list_id=risk.pk, member=cast.chen, until=now + timedelta(days=2), now=now)
    cast.say(cast.amina, "@Boris Horvat @Chen Wei @Oona Virtanen", topic_id=first.topic_id, now=now)
    deliver(soon())
    assert not sent(cast.boris.email) and not sent(cast.chen.email) and len(sent(cast.oona.email)) == 1


def test_an_edit_tells_only_whom_it_names_anew(cast, risk, now, deliver, sent):
    row = cast.say(cast.amina, "Dear @Boris Horvat", now=now)
    deliver(soon())
    before = {member.pk: len(sent(member.email)) for member in (cast.boris, cast.chen)}
    forums.edit_contribution(number=row.number, actor=cast.amina, text="Dear @Boris Horvat, @Chen Wei", now=now)
    deliver(soon())
    assert len(sent(cast.boris.email)) == before[cast.boris.pk]
    assert len(sent(cast.chen.email)) == before[cast.chen.pk] + 1


def test_what_is_held_tells_nobody_until_it_is_approved(cast, risk, now, deliver, sent):
    take(cast.boris, risk, "none", now)
    cast.policy.moderated = True
    cast.policy.save()
    row = cast.say(cast.amina, "Dear @Boris Horvat", now=now)
    deliver(soon())
    assert not sent(cast.boris.email)
    forums.approve_contribution(number=row.number, actor=cast.chen, now=now)
    deliver(soon())
    assert len(sent(cast.boris.email)) == 1


def test_who_leads_may_be_asked_on_the_web_alone(cast, risk, now, deliver, sent):
    cast.policy.moderated = True
    cast.policy.save()
    NotificationSettings.objects.create(member=cast.chen, decisions=False)
    cast.say(cast.amina, "A held word", now=now)
    deliver(soon())
    assert not sent(cast.chen.email)
