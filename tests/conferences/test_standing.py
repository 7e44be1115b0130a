"""The record shows people as they stood when they spoke, marks late changes, and keeps the order of events."""

from datetime import timedelta

import pytest

from conferences import selectors, services
from conferences.models import Event
from forums.services import admit_member, edit_contribution
from hub.members.services import anonymise_member

MINUTE = timedelta(minutes=1)


def change_everything(live_session, member):
    """Let a member get another name, country, organisation and role."""
    type(member).objects.filter(pk=member.pk).update(name="Somebody Else", country="FR", organisation="Elsewhere")
    admit_member(forum_id=live_session.forum_id, member=member, role="observer", now=live_session.now)


def close(live_session, now=None):
    services.close_session(conference_session_id=live_session.pk, actor=live_session.chen, now=now or live_session.now)


def take(live_session, item, now):
    services.take_item(conference_session_id=live_session.pk, item_id=item.pk, actor=live_session.chen, now=now)


def test_frames_and_transcript_show_people_as_they_stood_then(live_session):
    live_session.open(words="I open.")
    live_session.floor_to(live_session.rosa)
    live_session.say(live_session.rosa, "As rapporteur.", returns_floor=True)
    close(live_session)
    admit_member(forum_id=live_session.forum_id, member=live_session.amina, role="chair", now=live_session.now)
    change_everything(live_session, live_session.rosa)
    change_everything(live_session, live_session.chen)
    frames = selectors.events_after(live_session.row, 0)
    asked = next(frame for frame in frames if frame["kind"] == "floor_asked")
    intervention = next(frame for frame in frames if frame["kind"] == "intervention")
    for person in (asked["actor"], asked["member"], intervention["contribution"]["author"]):
        assert (person["name"], person["role"], person["country"], person["initials"]) == (
            "Rosa Quispe", "rapporteur", "PE", "RQ",
        )  # fmt: skip
    assert frames[-1]["actor"]["role"] == "chair" and frames[-1]["actor"]["name"] == "Chen Wei"
    transcript = selectors.transcript_for(live_session.sofia, live_session.conference.pk)
    spoken = next(intervention for intervention in transcript.interventions if intervention.text == "As rapporteur.")
    assert (spoken.speaker.name, spoken.role, spoken.speaker.organisation) == (
        "Rosa Quispe", "rapporteur", "Ministry of Environment",
    )  # fmt: skip
    people = {person.name: (person.role, person.country) for person in transcript.participants}
    assert people["Chen Wei"] == ("chair", "CN") and people["Oona Virtanen"] == ("observer", "FI")
    assert people["Amina Diallo"] == ("participant", "SN") and "Somebody Else" not in people


def test_who_left_after_the_conference_stands_in_its_list(open_live_session):
    close(open_live_session)
    place = open_live_session.conference.forum.memberships.get(member=open_live_session.boris)
    place.left_at = open_live_session.now
    place.save()
    people = selectors.transcript_for(open_live_session.sofia, open_live_session.conference.pk).participants
    assert ("Boris Horvat", "participant") in {(person.name, person.role) for person in people}


def test_a_former_member_has_no_name_in_logs_and_transcript(open_live_session):
    open_live_session.floor_to(open_live_session.boris)
    open_live_session.say(open_live_session.boris)
    close(open_live_session)
    anonymise_member(member_id=open_live_session.boris.pk, actor=open_live_session.sofia, now=open_live_session.now)
    assert "Boris" not in str(list(Event.objects.values_list("people", flat=True)))
    assert "Boris" not in str(selectors.events_after(open_live_session.row, 0))
    transcript = selectors.transcript_for(open_live_session.sofia, open_live_session.conference.pk)
    assert "Boris" not in str(transcript.participants) + str(transcript.interventions)
    assert transcript.interventions[-1].role == "participant" and transcript.interventions[-1].speaker.country == "HR"


def heard(live_session, number):
    return [
        intervention
        for intervention in selectors.transcript_of(live_session.conference).interventions
        if intervention.number == number
    ]


def test_a_change_after_the_gavel_is_marked_with_who_and_when(open_live_session, client):
    contribution = open_live_session.say(open_live_session.chen, "Two hundred metres.").contribution
    edit_contribution(
        number=contribution.number,
        actor=open_live_session.chen,
        text="Three hundred metres.",
        now=open_live_session.now,
    )
    later = open_live_session.now + 5 * MINUTE
    close(open_live_session, later)
    (before,) = heard(open_live_session, contribution.number)
    assert before.edited is not None and before.edited.by_author and not before.edited.is_after_close
    act = {"actor": open_live_session.sofia, "reason": "As recorded on tape", "now": later + MINUTE}
    edit_contribution(number=contribution.number, text="Four hundred.", **act)
    (after,) = heard(open_live_session, contribution.number)
    assert (after.edited.by, after.edited.at) == ("Sofia Lind", later + MINUTE)
    assert after.edited.is_after_close and after.edited.reason == "As recorded on tape"
    client.force_login(open_live_session.amina)
    page = client.get(f"/sessions/{open_live_session.pk}/").content.decode()
    assert "Changed after the session by" in page and "Sofia Lind" in page


def _titles(live_session):
    transcript = selectors.transcript_of(live_session.conference)
    return [
        (
            record.item.title,
            record.is_resumed,
            record.taken_at is not None,
            [intervention.text for intervention in record.interventions],
        )
        for session in transcript.sessions
        for record in session.items
    ]


def test_items_stand_in_the_order_in_which_they_were_taken(live_session):
    first, second = live_session.items
    third = services.add_agenda_item(
        conference_session_id=live_session.pk, title="Labels", actor=live_session.chen, now=live_session.now
    )
    live_session.open(item_id=second.pk, words="One.")
    take(live_session, first, live_session.now + MINUTE)
    live_session.say(live_session.chen, "Two.", now=live_session.now + 2 * MINUTE)
    take(live_session, second, live_session.now + 3 * MINUTE)
    live_session.say(live_session.chen, "Three.", now=live_session.now + 4 * MINUTE)
    close(live_session, live_session.now + 5 * MINUTE)
    shown = [(title, resumed, was_taken) for title, resumed, was_taken, _texts in _titles(live_session)]
    assert shown == [
        (second.title, False, True), (first.title, False, True),
        (second.title, True, True), (third.title, False, False),
    ]  # fmt: skip
    texts = [texts[-1:] for _title, _resumed, _was_taken, texts in _titles(live_session)]
    assert texts == [["One."], ["Two."], ["Three."], []]


def test_sessions_stand_in_the_order_in_which_they_were_opened(live_session):
    later = services.schedule_session(
        conference_id=live_session.conference.pk,
        title="Second session",
        opens_at=live_session.now + timedelta(days=1),
        closes_at=live_session.now + timedelta(days=1, hours=1),
        actor=live_session.chen,
        now=live_session.now,
        items=["Labels"],
    )
    services.open_session(conference_session_id=later.pk, actor=live_session.chen, now=live_session.now)
    services.close_session(conference_session_id=later.pk, actor=live_session.chen, now=live_session.now + MINUTE)
    services.open_session(
        conference_session_id=live_session.pk, actor=live_session.chen, now=live_session.now + 2 * MINUTE
    )
    sessions = selectors.transcript_of(live_session.conference).sessions
    assert [record.conference_session.title for record in sessions] == ["Second session", "First session"]


@pytest.mark.parametrize("count", [1, 5])
def test_frames_cost_the_same_however_many(open_live_session, count, django_assert_num_queries):
    for _number in range(count):
        open_live_session.say(open_live_session.chen)
    row = open_live_session.row
    with django_assert_num_queries(2):
        selectors.events_after(row, 0)
