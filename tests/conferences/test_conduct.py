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


def mail(sitting, author, text="By mail.", **draft):
    """Publish as the mail door does."""
    made = forum_services.Draft(forum_id=sitting.forum_id, text=text, **draft)
    return forum_services.publish(draft=made, author=author, origin="mail", now=sitting.now).contribution


def test_opening_takes_the_first_item_and_carries_the_words_of_the_chair(sitting):
    sitting.open(words="Welcome. We look at isolation distances.")
    row = sitting.row
    said = Contribution.objects.get()
    assert row.is_open and row.current_item == sitting.items[0] and row.opened_at == sitting.now
    assert said.author == sitting.chen and said.origin == "live" and "Welcome." in said.text
    assert sitting.kinds() == ["opened", "item_taken"]
    assert Event.objects.get(kind="item_taken").contribution == said


def test_the_chairs_opening_is_in_the_language_of_the_conference(sitting):
    sitting.conference.forum.policy.language = "fr"
    sitting.conference.forum.policy.save()
    sitting.open(words="Bienvenue.")
    assert Contribution.objects.get().text == "Bienvenue."


def test_taking_items_puts_no_words_into_anybodys_mouth(open_sitting):
    first, second = open_sitting.items
    for item in (second, first, second):
        services.take_item(
            conference_session_id=open_sitting.pk, item_id=item.pk, actor=open_sitting.chen, now=open_sitting.now
        )
    assert open_sitting.kinds() == ["opened", *["item_taken"] * 4]
    assert not Contribution.objects.exists() and open_sitting.row.current_item == second


def test_only_who_leads_conducts(sitting):
    for act in (
        lambda who: services.open_session(conference_session_id=sitting.pk, actor=who, now=sitting.now),
        lambda who: services.close_session(conference_session_id=sitting.pk, actor=who, now=sitting.now),
        lambda who: services.take_item(
            conference_session_id=sitting.pk, item_id=sitting.items[0].pk, actor=who, now=sitting.now
        ),
    ):
        with pytest.raises(NotAllowed):
            act(sitting.amina)
        with pytest.raises(NotFound):
            act(sitting.stella)
    assert sitting.kinds() == []


def test_a_mail_on_the_item_is_in_the_log_and_a_fresh_one_finds_the_item(sitting):
    open_sitting = sitting
    sitting.open(words="Welcome.")
    opening = Contribution.objects.get()
    reply = mail(open_sitting, open_sitting.boris, parent=opening.number)
    fresh = mail(open_sitting, open_sitting.amina, subject="My view")
    events = list(Event.objects.filter(kind="intervention").order_by("seq"))
    assert [event.contribution for event in events] == [reply, fresh]
    assert fresh.topic_id == open_sitting.items[0].topic_id
    assert {event.agenda_item for event in events} == {open_sitting.items[0]}


def test_outside_a_sitting_a_fresh_mail_starts_a_topic_of_its_own(sitting):
    assert topic_under_discussion(forum_id=sitting.forum_id, now=sitting.now) is None
    said = mail(sitting, sitting.boris, subject="Before we meet")
    assert said.topic_id not in {item.topic_id for item in sitting.items} and sitting.kinds() == []


def test_the_gavel_closes_with_what_was_agreed_and_nothing_more_is_heard(open_sitting):
    open_sitting.floor_to(open_sitting.amina)
    waiting = services.ask_for_floor(
        conference_session_id=open_sitting.pk, member=open_sitting.boris, now=open_sitting.now
    )
    services.close_session(
        conference_session_id=open_sitting.pk, actor=open_sitting.chen, words="Agreed: 20 metres.", now=open_sitting.now
    )
    waiting.refresh_from_db()
    gavel = Event.objects.get(kind="closed")
    assert waiting.state == "lapsed" and not FloorRequest.objects.filter(state="given").exists()
    assert gavel.contribution.text == "Agreed: 20 metres." and open_sitting.kinds()[-1] == "closed"
    for member in (open_sitting.amina, open_sitting.chen):
        with pytest.raises(NotNow) as refused:
            open_sitting.say(member)
        assert refused.value.code == "session-closed"
    mail(open_sitting, open_sitting.boris, parent=gavel.contribution.number)
    assert open_sitting.kinds()[-1] == "closed"


def test_a_session_opens_once(open_sitting):
    with pytest.raises(NotNow) as again:
        open_sitting.open()
    services.close_session(conference_session_id=open_sitting.pk, actor=open_sitting.chen, now=open_sitting.now)
    with pytest.raises(NotNow) as closed:
        open_sitting.open()
    assert (again.value.code, closed.value.code) == ("session-opened", "session-closed")


def test_one_sitting_of_a_conference_at_a_time(open_sitting):
    other = services.schedule_session(
        conference_id=open_sitting.conference.pk,
        title="Second",
        opens_at=open_sitting.now,
        closes_at=open_sitting.now + HOUR,
        actor=open_sitting.chen,
        items=["One"],
        now=open_sitting.now,
    )
    with pytest.raises(NotNow) as refused:
        services.open_session(
            conference_session_id=other.pk, actor=open_sitting.chen, now=open_sitting.now, words="Welcome."
        )
    assert refused.value.code == "another-open"
    assert not Contribution.objects.exists(), "the words of a refused opening are not said"
    assert services.keep_time(open_sitting.now) == 0


def test_the_clock_opens_ends_floors_and_closes(sitting):
    assert services.keep_time(sitting.now - HOUR) == 0
    assert services.keep_time(sitting.now) == 1
    assert sitting.row.is_open and not Contribution.objects.exists()
    request = sitting.floor_to(sitting.amina, seconds=60)
    assert services.keep_time(request.until) == 0, "the grace is not over"
    assert services.keep_time(request.until + timedelta(seconds=11)) == 1
    request.refresh_from_db()
    assert request.state == "done"
    assert services.keep_time(sitting.now + 2 * HOUR) == 1
    assert services.keep_time(sitting.now + 2 * HOUR) == 0
    assert sitting.kinds() == [
        "opened",
        "item_taken",
        "floor_asked",
        "floor_given",
        "floor_ended",
        "closed_by_clock",
    ]
    assert Event.objects.get(kind="closed_by_clock").actor is None


def test_the_clock_closes_what_nobody_could_open(sitting):
    services.keep_time(sitting.now + 3 * HOUR)
    assert sitting.row.is_closed and sitting.kinds() == ["closed_by_clock"]


def test_the_clock_waits_for_an_agenda(sitting):
    bare = services.schedule_session(
        conference_id=sitting.conference.pk,
        title="Bare",
        opens_at=sitting.now - HOUR,
        closes_at=sitting.now + HOUR,
        actor=sitting.chen,
        now=sitting.now - HOUR,
    )
    assert services.keep_time(sitting.now - HOUR / 2) == 0
    with pytest.raises(NotNow) as refused:
        services.open_session(conference_session_id=bare.pk, actor=sitting.chen, now=sitting.now)
    assert refused.value.code == "no-agenda"


def test_a_later_end_keeps_an_open_sitting_open(open_sitting):
    services.reschedule_session(
        conference_session_id=open_sitting.pk,
        opens_at=open_sitting.now + HOUR,
        closes_at=open_sitting.now + 3 * HOUR,
        actor=open_sitting.chen,
        now=open_sitting.now,
    )
    assert services.keep_time(open_sitting.now + 2 * HOUR) == 0
    row = open_sitting.row
    assert row.is_open and row.opens_at == open_sitting.now and open_sitting.kinds()[-1] == "rescheduled"


def test_hours_outside_the_conference_are_refused(sitting):
    day = timedelta(days=1)
    for opens, closes in ((HOUR, HOUR), (2 * HOUR, HOUR), (9 * day, 11 * day), (-2 * day, HOUR)):
        with pytest.raises(Invalid):
            services.schedule_session(
                conference_id=sitting.conference.pk,
                title="Wrong",
                opens_at=sitting.now + opens,
                closes_at=sitting.now + closes,
                actor=sitting.chen,
                now=sitting.now,
            )
    assert ConferenceSession.objects.count() == 1


def test_an_item_can_continue_a_topic_of_the_conference_but_of_no_other(sitting):
    said = mail(sitting, sitting.boris, subject="Pollen")
    kwargs = {"conference_session_id": sitting.pk, "title": "Pollen", "actor": sitting.chen, "now": sitting.now}
    item = services.add_agenda_item(topic_id=said.topic_id, **kwargs)
    assert item.number == 3 and item.topic_id == said.topic_id
    with pytest.raises(Conflict):
        services.add_agenda_item(topic_id=said.topic_id, **kwargs)
    other = forum_services.create_forum(name="Elsewhere", slug="elsewhere", preset="members", now=sitting.now)
    topic = forum_services.start_topic(forum_id=other.forum_id, subject="There", author=sitting.boris, now=sitting.now)
    with pytest.raises(NotFound):
        services.add_agenda_item(topic_id=topic.pk, **kwargs)


def test_an_import_is_logged_when_it_was_said_within_the_sitting(open_sitting):
    topic = open_sitting.items[0].topic_id
    before = open_sitting.now - HOUR
    mail(open_sitting, open_sitting.boris, "Before", topic_id=topic, created_at=before, quiet=True)
    within = open_sitting.now + timedelta(minutes=5)
    said = mail(open_sitting, open_sitting.boris, "Within", topic_id=topic, created_at=within, quiet=True)
    event = Event.objects.get(kind="intervention")
    assert event.contribution == said and event.at == within


def test_a_moderated_intervention_is_logged_once_it_is_approved(open_sitting):
    policy = open_sitting.conference.forum.policy
    policy.moderated = True
    policy.save()
    open_sitting.floor_to(open_sitting.amina)
    held = open_sitting.say(open_sitting.amina).contribution
    assert held.is_held and "intervention" not in open_sitting.kinds()
    forum_services.approve_contribution(number=held.number, actor=open_sitting.chen, now=open_sitting.now)
    assert open_sitting.kinds()[-1] == "intervention"


def test_a_changed_statement_is_pushed_to_the_room(open_sitting):
    said = mail(open_sitting, open_sitting.boris, topic_id=open_sitting.items[0].topic_id)
    forum_services.edit_contribution(number=said.number, actor=open_sitting.boris, text="Better.", now=open_sitting.now)
    assert open_sitting.kinds()[-1] == "edited"


def test_a_member_cannot_take_the_key_of_the_chairs_words(sitting):
    """The key of a form is the member's to choose; the chair's opening must not collide with it."""
    for key in ("room:1", f"room:{sitting.pk}", "room:"):
        mail(sitting, sitting.boris, topic_id=sitting.items[0].topic_id, once_key=key)
    sitting.open(words="Welcome.")
    assert Event.objects.get(kind="item_taken").contribution.author == sitting.chen


def test_the_secretariat_convenes_and_nobody_else(sitting, now):
    for actor in (sitting.chen, sitting.amina):
        with pytest.raises(NotAllowed):
            services.convene_conference(name="Mine", actor=actor, now=now)
    with pytest.raises(Conflict):
        services.convene_conference(name="Again", slug="field-trials", actor=sitting.sofia, now=now)
    for name, slug in (("", ""), ("Convene", "convene"), ("会议", "")):
        with pytest.raises(Invalid):
            services.convene_conference(name=name, slug=slug, actor=sitting.sofia, now=now)
    with pytest.raises(Invalid):
        services.admit_person(
            conference_id=sitting.conference.pk, member=sitting.stella, role="king", actor=sitting.sofia, now=now
        )


def test_a_sitting_told_afterwards_sends_nothing(sitting, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("hub.lib.bus.bus.publish", lambda topic, payload: sent.append(topic))
    with django_capture_on_commit_callbacks(execute=True):
        sitting.open(words="Welcome.", quiet=True)
        services.close_session(
            conference_session_id=sitting.pk, actor=sitting.chen, words="Agreed.", now=sitting.now, quiet=True
        )
    assert sitting.kinds() == ["opened", "item_taken", "closed"]
    assert not [topic for topic in sent if topic.startswith("room.")]
