"""Open, take items, close: by the chair, by the clock, once each."""

from datetime import timedelta

import pytest

from conferences import services
from conferences.models import ConferenceSession, Event, FloorRequest
from conferences.selectors import topic_under_discussion
from forums import services as forum_services
from forums.models import Contribution
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def mail(live_session, author, text="By mail.", **draft):
    """Publish as the gateway does."""
    statement = forum_services.Draft(forum_id=live_session.forum_id, text=text, **draft)
    return forum_services.publish(draft=statement, author=author, origin="mail", now=live_session.now).contribution


def test_opening_takes_the_first_item_and_carries_the_words_of_the_chair(live_session):
    live_session.open(words="Welcome. We look at isolation distances.")
    row = live_session.row
    contribution = Contribution.objects.get()
    assert row.is_open and row.current_item == live_session.items[0] and row.opened_at == live_session.now
    assert (
        contribution.author == live_session.chen and contribution.origin == "live" and "Welcome." in contribution.text
    )
    assert live_session.kinds() == ["opened", "item_taken"]
    assert Event.objects.get(kind="item_taken").contribution == contribution


def test_the_chairs_opening_is_in_the_language_of_the_conference(live_session):
    live_session.conference.forum.policy.language = "fr"
    live_session.conference.forum.policy.save()
    live_session.open(words="Bienvenue.")
    assert Contribution.objects.get().text == "Bienvenue."


def test_taking_items_puts_no_words_into_anybodys_mouth(open_live_session):
    first, second = open_live_session.items
    for item in (second, first, second):
        services.take_item(
            conference_session_id=open_live_session.pk,
            item_id=item.pk,
            actor=open_live_session.chen,
            now=open_live_session.now,
        )
    assert open_live_session.kinds() == ["opened", *["item_taken"] * 4]
    assert not Contribution.objects.exists() and open_live_session.row.current_item == second


def test_only_who_leads_conducts(live_session):
    for act in (
        lambda who: services.open_session(conference_session_id=live_session.pk, actor=who, now=live_session.now),
        lambda who: services.close_session(conference_session_id=live_session.pk, actor=who, now=live_session.now),
        lambda who: services.take_item(
            conference_session_id=live_session.pk, item_id=live_session.items[0].pk, actor=who, now=live_session.now
        ),
    ):
        with pytest.raises(NotAllowed):
            act(live_session.amina)
        with pytest.raises(NotFound):
            act(live_session.stella)
    assert live_session.kinds() == []


def test_a_mail_on_the_item_is_in_the_log_and_a_fresh_one_finds_the_item(live_session):
    open_live_session = live_session
    live_session.open(words="Welcome.")
    opening = Contribution.objects.get()
    reply = mail(open_live_session, open_live_session.boris, parent=opening.number)
    fresh = mail(open_live_session, open_live_session.amina, subject="My view")
    events = list(Event.objects.filter(kind="intervention").order_by("seq"))
    assert [event.contribution for event in events] == [reply, fresh]
    assert fresh.topic_id == open_live_session.items[0].topic_id
    assert {event.agenda_item for event in events} == {open_live_session.items[0]}


def test_outside_a_session_a_fresh_mail_starts_a_topic_of_its_own(live_session):
    assert topic_under_discussion(forum_id=live_session.forum_id, now=live_session.now) is None
    contribution = mail(live_session, live_session.boris, subject="Before we meet")
    assert contribution.topic_id not in {item.topic_id for item in live_session.items} and live_session.kinds() == []


def test_the_gavel_closes_with_what_was_agreed_and_nothing_more_is_heard(open_live_session):
    open_live_session.floor_to(open_live_session.amina)
    waiting = services.ask_for_floor(
        conference_session_id=open_live_session.pk, member=open_live_session.boris, now=open_live_session.now
    )
    services.close_session(
        conference_session_id=open_live_session.pk,
        actor=open_live_session.chen,
        words="Agreed: 20 metres.",
        now=open_live_session.now,
    )
    waiting.refresh_from_db()
    gavel = Event.objects.get(kind="closed")
    assert waiting.state == "lapsed" and not FloorRequest.objects.filter(state="given").exists()
    assert gavel.contribution.text == "Agreed: 20 metres." and open_live_session.kinds()[-1] == "closed"
    for member in (open_live_session.amina, open_live_session.chen):
        with pytest.raises(NotNow) as refused:
            open_live_session.say(member)
        assert refused.value.code == "session-closed"
    mail(open_live_session, open_live_session.boris, parent=gavel.contribution.number)
    assert open_live_session.kinds()[-1] == "closed"


def test_a_session_opens_once(open_live_session):
    with pytest.raises(NotNow) as again:
        open_live_session.open()
    services.close_session(
        conference_session_id=open_live_session.pk, actor=open_live_session.chen, now=open_live_session.now
    )
    with pytest.raises(NotNow) as closed:
        open_live_session.open()
    assert (again.value.code, closed.value.code) == ("session-opened", "session-closed")


def test_one_session_of_a_conference_at_a_time(open_live_session):
    other = services.schedule_session(
        conference_id=open_live_session.conference.pk,
        title="Second",
        opens_at=open_live_session.now,
        closes_at=open_live_session.now + HOUR,
        actor=open_live_session.chen,
        items=["One"],
        now=open_live_session.now,
    )
    with pytest.raises(NotNow) as refused:
        services.open_session(
            conference_session_id=other.pk, actor=open_live_session.chen, now=open_live_session.now, words="Welcome."
        )
    assert refused.value.code == "another-open"
    assert not Contribution.objects.exists(), "the words of a refused opening are not said"
    assert services.keep_time(open_live_session.now) == 0


def test_the_clock_opens_ends_floors_and_closes(live_session):
    assert services.keep_time(live_session.now - HOUR) == 0
    assert services.keep_time(live_session.now) == 1
    assert live_session.row.is_open and not Contribution.objects.exists()
    request = live_session.floor_to(live_session.amina, seconds=60)
    assert services.keep_time(request.until) == 0, "the grace is not over"
    assert services.keep_time(request.until + timedelta(seconds=11)) == 1
    request.refresh_from_db()
    assert request.state == "done"
    assert services.keep_time(live_session.now + 2 * HOUR) == 1
    assert services.keep_time(live_session.now + 2 * HOUR) == 0
    assert live_session.kinds() == [
        "opened",
        "item_taken",
        "floor_asked",
        "floor_given",
        "floor_ended",
        "closed_by_clock",
    ]
    assert Event.objects.get(kind="closed_by_clock").actor is None


def test_the_clock_closes_what_nobody_could_open(live_session):
    services.keep_time(live_session.now + 3 * HOUR)
    assert live_session.row.is_closed and live_session.kinds() == ["closed_by_clock"]


def test_the_clock_waits_for_an_agenda(live_session):
    bare = services.schedule_session(
        conference_id=live_session.conference.pk,
        title="Bare",
        opens_at=live_session.now - HOUR,
        closes_at=live_session.now + HOUR,
        actor=live_session.chen,
        now=live_session.now - HOUR,
    )
    assert services.keep_time(live_session.now - HOUR / 2) == 0
    with pytest.raises(NotNow) as refused:
        services.open_session(conference_session_id=bare.pk, actor=live_session.chen, now=live_session.now)
    assert refused.value.code == "no-agenda"


def test_a_later_end_keeps_an_open_session_open(open_live_session):
    services.reschedule_session(
        conference_session_id=open_live_session.pk,
        opens_at=open_live_session.now + HOUR,
        closes_at=open_live_session.now + 3 * HOUR,
        actor=open_live_session.chen,
        now=open_live_session.now,
    )
    assert services.keep_time(open_live_session.now + 2 * HOUR) == 0
    row = open_live_session.row
    assert row.is_open and row.opens_at == open_live_session.now and open_live_session.kinds()[-1] == "rescheduled"


def test_hours_outside_the_conference_are_refused(live_session):
    day = timedelta(days=1)
    for opens, closes in ((HOUR, HOUR), (2 * HOUR, HOUR), (9 * day, 11 * day), (-2 * day, HOUR)):
        with pytest.raises(Invalid):
            services.schedule_session(
                conference_id=live_session.conference.pk,
                title="Wrong",
                opens_at=live_session.now + opens,
                closes_at=live_session.now + closes,
                actor=live_session.chen,
                now=live_session.now,
            )
    assert ConferenceSession.objects.count() == 1


def test_an_item_can_continue_a_topic_of_the_conference_but_of_no_other(live_session):
    contribution = mail(live_session, live_session.boris, subject="Pollen")
    kwargs = {
        "conference_session_id": live_session.pk,
        "title": "Pollen",
        "actor": live_session.chen,
        "now": live_session.now,
    }
    item = services.add_agenda_item(topic_id=contribution.topic_id, **kwargs)
    assert item.number == 3 and item.topic_id == contribution.topic_id
    with pytest.raises(Conflict):
        services.add_agenda_item(topic_id=contribution.topic_id, **kwargs)
    other = forum_services.create_forum(name="Elsewhere", slug="elsewhere", preset="members", now=live_session.now)
    topic = forum_services.start_topic(
        forum_id=other.forum_id, subject="There", author=live_session.boris, now=live_session.now
    )
    with pytest.raises(NotFound):
        services.add_agenda_item(topic_id=topic.pk, **kwargs)


def test_an_import_is_logged_when_it_was_said_within_the_session(open_live_session):
    topic = open_live_session.items[0].topic_id
    before = open_live_session.now - HOUR
    mail(open_live_session, open_live_session.boris, "Before", topic_id=topic, created_at=before, quiet=True)
    within = open_live_session.now + timedelta(minutes=5)
    contribution = mail(
        open_live_session, open_live_session.boris, "Within", topic_id=topic, created_at=within, quiet=True
    )
    event = Event.objects.get(kind="intervention")
    assert event.contribution == contribution and event.at == within


def test_a_moderated_intervention_is_logged_once_it_is_approved(open_live_session):
    policy = open_live_session.conference.forum.policy
    policy.moderated = True
    policy.save()
    open_live_session.floor_to(open_live_session.amina)
    held = open_live_session.say(open_live_session.amina).contribution
    assert held.is_held and "intervention" not in open_live_session.kinds()
    forum_services.approve_contribution(number=held.number, actor=open_live_session.chen, now=open_live_session.now)
    assert open_live_session.kinds()[-1] == "intervention"


def test_a_changed_statement_is_pushed_to_the_room(open_live_session):
    contribution = mail(open_live_session, open_live_session.boris, topic_id=open_live_session.items[0].topic_id)
    forum_services.edit_contribution(
        number=contribution.number, actor=open_live_session.boris, text="Better.", now=open_live_session.now
    )
    assert open_live_session.kinds()[-1] == "edited"


def test_a_member_cannot_take_the_key_of_the_chairs_words(live_session):
    """The key of a form is the member's to choose; the chair's opening must not collide with it."""
    for key in ("room:1", f"room:{live_session.pk}", "room:"):
        mail(live_session, live_session.boris, topic_id=live_session.items[0].topic_id, once_key=key)
    live_session.open(words="Welcome.")
    assert Event.objects.get(kind="item_taken").contribution.author == live_session.chen


def test_the_secretariat_convenes_and_nobody_else(live_session, now):
    for actor in (live_session.chen, live_session.amina):
        with pytest.raises(NotAllowed):
            services.convene_conference(name="Mine", actor=actor, now=now)
    with pytest.raises(Conflict):
        services.convene_conference(name="Again", slug="field-trials", actor=live_session.sofia, now=now)
    for name, slug in (("", ""), ("Convene", "convene"), ("会议", "")):
        with pytest.raises(Invalid):
            services.convene_conference(name=name, slug=slug, actor=live_session.sofia, now=now)
    with pytest.raises(Invalid):
        services.admit_person(
            conference_id=live_session.conference.pk,
            member=live_session.stella,
            role="king",
            actor=live_session.sofia,
            now=now,
        )


def test_a_session_told_afterwards_sends_nothing(live_session, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("hub.lib.bus.bus.publish", lambda topic, payload: sent.append(topic))
    with django_capture_on_commit_callbacks(execute=True):
        live_session.open(words="Welcome.", quiet=True)
        services.close_session(
            conference_session_id=live_session.pk,
            actor=live_session.chen,
            words="Agreed.",
            now=live_session.now,
            quiet=True,
        )
    assert live_session.kinds() == ["opened", "item_taken", "closed"]
    assert not [topic for topic in sent if topic.startswith("room.")]
