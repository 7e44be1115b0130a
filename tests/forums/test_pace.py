"""Slow mode, whichever way somebody writes, and topics that stand first."""

from datetime import timedelta

import pytest

from conferences import services as conference_services
from forums import rules, selectors, services
from forums.known import RecordExcerpt
from forums.models import LogEntry
from hub.lib.clock import now as clock
from hub.lib.errors import Invalid, NotAllowed, NotFound, NotNow

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_in_slow_mode_a_member_waits_and_is_told_until_when_but_who_leads_does_not(cast, now):
    services.set_pace(forum_id=cast.forum_id, actor=cast.chen, minutes=60, now=now)
    cast.say(cast.amina, now=now)
    with pytest.raises(NotNow) as refusal:
        cast.say(cast.amina, "Again.", now=now + 59 * MINUTE)
    assert refusal.value.code == "slow" and "UTC" in str(refusal.value)
    cast.say(cast.boris, now=now)
    cast.say(cast.amina, "Again.", now=now + 61 * MINUTE)
    for _round in range(2):
        cast.say(cast.chen, now=now)


def test_a_mail_is_refused_at_the_gateway_already(cast, now):
    services.set_pace(forum_id=cast.forum_id, actor=cast.chen, minutes=60, now=now)
    cast.say(cast.amina, now=now)
    record = RecordExcerpt(now=now, forums={cast.forum_id}, members={cast.amina.pk: cast.amina})
    known = record.about(cast.amina.pk, cast.forum_id)
    draft = services.Draft(forum_id=cast.forum_id, text="By mail.")
    verdict = rules.decide(draft=draft, author=cast.amina, topic=None, now=now + MINUTE, known=known)
    assert verdict.code == "slow"


def test_an_item_in_session_has_the_pace_of_its_chair(cast, now):
    conference = conference_services.convene_conference(
        name="Slow", actor=cast.sofia, now=now - MINUTE, starts_at=now, ends_at=now + 90 * MINUTE,
        people={cast.amina: "participant", cast.chen: "chair"},
    )  # fmt: skip
    session = conference_services.schedule_session(
        conference_id=conference.pk, title="One", opens_at=now, closes_at=now + 60 * MINUTE, items=["Item"],
        actor=cast.chen, now=now,
    )  # fmt: skip
    conference_services.open_session(conference_session_id=session.pk, actor=cast.chen, now=now)
    services.set_pace(forum_id=conference.forum_id, actor=cast.sofia, minutes=60, now=now)
    for _round in range(2):
        draft = services.Draft(forum_id=conference.forum_id, topic_id=session.items.get().topic_id, text="Words.")
        services.publish(draft=draft, author=cast.amina, origin="mail", now=now)


def test_those_who_lead_set_the_pace_and_undo_it(cast, now):
    with pytest.raises(NotAllowed):
        services.set_pace(forum_id=cast.forum_id, actor=cast.amina, minutes=5, now=now)
    with pytest.raises(NotFound):
        services.set_pace(forum_id=cast.forum_id, actor=cast.stella, minutes=5, now=now)
    with pytest.raises(Invalid):
        services.set_pace(forum_id=cast.forum_id, actor=cast.chen, minutes=20_000, now=now)
    services.set_pace(forum_id=cast.forum_id, actor=cast.chen, minutes=5, now=now)
    entry = LogEntry.objects.get(act="discussion.slow")
    services.undo_act(entry_id=entry.pk, forum_id=cast.forum_id, actor=cast.chen, now=clock())
    cast.policy.refresh_from_db()
    assert cast.policy.slow_minutes == 0


def test_announcements_stand_first_then_pinned_topics_each_marked_with_a_word(client, cast, now):
    rows = {name: cast.say(cast.amina, subject=name, now=now).topic_id for name in ("plain", "pin", "announce")}
    cast.say(cast.amina, "Newest.", topic_id=rows["plain"], now=now)
    for verb in ("pin", "announce"):
        services.set_topic_type(topic_id=rows[verb], actor=cast.chen, verb=verb, now=now)
    discussion = selectors.discussion_for(cast.amina, cast.forum_id)
    assert [topic.subject for topic in selectors.topics_for(cast.amina, discussion)] == ["announce", "pin", "plain"]
    client.force_login(cast.amina)
    page = client.get(f"/discussions/{cast.forum_id}/", follow=True).content.decode()
    assert "<b>announcement</b>" in page and "<b>pinned</b>" in page


def test_the_buttons_of_a_topic_pin_it_and_undo_leads_back(client, cast, now):
    topic = cast.say(cast.amina, now=now).post.topic
    client.force_login(cast.chen)
    for verb, kind in (("announce", 2), ("pin", 1), ("unpin", 0)):
        page = client.post(f"/topics/{topic.pk}/type/", {"to": verb}, follow=True)
        topic.refresh_from_db()
        assert topic.type == kind and "Undo" in page.content.decode()
    assert client.post(f"/topics/{topic.pk}/type/", {"to": "x"}).status_code == 422
    entry = LogEntry.objects.get(act="topic.unpin")
    services.undo_act(entry_id=entry.pk, forum_id=cast.forum_id, actor=cast.chen, now=clock())
    topic.refresh_from_db()
    assert topic.type == 1


def test_the_form_of_the_pace_stands_on_the_page_of_the_log(client, cast):
    client.force_login(cast.chen)
    page = client.post(f"/discussions/{cast.forum_id}/pace/", {"minutes": "30"}, follow=True)
    assert "slow mode now" in page.content.decode() and 'value="30"' in page.content.decode()
    assert client.post(f"/discussions/{cast.forum_id}/pace/", {"minutes": "x"}).status_code == 422
