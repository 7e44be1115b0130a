"""The record shows people as they stood when they spoke, marks late changes, and keeps the order of events."""

from datetime import timedelta

import pytest

from conferences import selectors, services
from conferences.models import Event
from forums.services import admit_member, edit_contribution
from hub.members.services import anonymise_member

MINUTE = timedelta(minutes=1)


def change_everything(sitting, member):
    """Let a member get another name, country, organisation and role."""
    type(member).objects.filter(pk=member.pk).update(name="Somebody Else", country="FR", organisation="Elsewhere")
    admit_member(forum_id=sitting.forum_id, member=member, role="observer", now=sitting.now)


def close(sitting, now=None):
    services.close_session(conference_session_id=sitting.pk, actor=sitting.chen, now=now or sitting.now)


def take(sitting, item, now):
    services.take_item(conference_session_id=sitting.pk, item_id=item.pk, actor=sitting.chen, now=now)


def test_frames_and_transcript_show_people_as_they_stood_then(sitting):
    sitting.open(words="I open.")
    sitting.floor_to(sitting.rosa)
    sitting.say(sitting.rosa, "As rapporteur.", returns_floor=True)
    close(sitting)
    admit_member(forum_id=sitting.forum_id, member=sitting.amina, role="chair", now=sitting.now)
    change_everything(sitting, sitting.rosa)
    change_everything(sitting, sitting.chen)
    frames = selectors.events_after(sitting.row, 0)
    asked = next(frame for frame in frames if frame["kind"] == "floor_asked")
    said = next(frame for frame in frames if frame["kind"] == "intervention")
    for person in (asked["actor"], asked["member"], said["contribution"]["author"]):
        assert (person["name"], person["role"], person["country"], person["initials"]) == (
            "Rosa Quispe", "rapporteur", "PE", "RQ",
        )  # fmt: skip
    assert frames[-1]["actor"]["role"] == "chair" and frames[-1]["actor"]["name"] == "Chen Wei"
    transcript = selectors.transcript_for(sitting.sofia, sitting.conference.pk)
    spoken = next(said for said in transcript.interventions if said.text == "As rapporteur.")
    assert (spoken.speaker.name, spoken.role, spoken.speaker.organisation) == (
        "Rosa Quispe", "rapporteur", "Ministry of Environment",
    )  # fmt: skip
    people = {person.name: (person.role, person.country) for person in transcript.participants}
    assert people["Chen Wei"] == ("chair", "CN") and people["Oona Virtanen"] == ("observer", "FI")
    assert people["Amina Diallo"] == ("participant", "SN") and "Somebody Else" not in people


def test_who_left_after_the_conference_stands_in_its_list(open_sitting):
    close(open_sitting)
    place = open_sitting.conference.forum.memberships.get(member=open_sitting.boris)
    place.left_at = open_sitting.now
    place.save()
    people = selectors.transcript_for(open_sitting.sofia, open_sitting.conference.pk).participants
    assert ("Boris Horvat", "participant") in {(person.name, person.role) for person in people}


def test_a_former_member_has_no_name_in_logs_and_transcript(open_sitting):
    open_sitting.floor_to(open_sitting.boris)
    open_sitting.say(open_sitting.boris)
    close(open_sitting)
    anonymise_member(member_id=open_sitting.boris.pk, actor=open_sitting.sofia, now=open_sitting.now)
    assert "Boris" not in str(list(Event.objects.values_list("people", flat=True)))
    assert "Boris" not in str(selectors.events_after(open_sitting.row, 0))
    transcript = selectors.transcript_for(open_sitting.sofia, open_sitting.conference.pk)
    assert "Boris" not in str(transcript.participants) + str(transcript.interventions)
    assert transcript.interventions[-1].role == "participant" and transcript.interventions[-1].speaker.country == "HR"


def heard(sitting, number):
    return [one for one in selectors.transcript_of(sitting.conference).interventions if one.number == number]


def test_a_change_after_the_gavel_is_marked_with_who_and_when(open_sitting, client):
    said = open_sitting.say(open_sitting.chen, "Two hundred metres.").contribution
    edit_contribution(number=said.number, actor=open_sitting.chen, text="Three hundred metres.", now=open_sitting.now)
    later = open_sitting.now + 5 * MINUTE
    close(open_sitting, later)
    (before,) = heard(open_sitting, said.number)
    assert before.edited is not None and before.edited.by_author and not before.edited.is_after_close
    act = {"actor": open_sitting.sofia, "reason": "As recorded on tape", "now": later + MINUTE}
    edit_contribution(number=said.number, text="Four hundred.", **act)
    (after,) = heard(open_sitting, said.number)
    assert (after.edited.by, after.edited.at) == ("Sofia Lind", later + MINUTE)
    assert after.edited.is_after_close and after.edited.reason == "As recorded on tape"
    client.force_login(open_sitting.amina)
    page = client.get(f"/sessions/{open_sitting.pk}/").content.decode()
    assert "Changed after the session by" in page and "Sofia Lind" in page


def _titles(sitting):
    transcript = selectors.transcript_of(sitting.conference)
    return [
        (
            record.item.title,
            record.is_resumed,
            record.taken_at is not None,
            [said.text for said in record.interventions],
        )
        for session in transcript.sessions
        for record in session.items
    ]


def test_items_stand_in_the_order_in_which_they_were_taken(sitting):
    first, second = sitting.items
    third = services.add_agenda_item(
        conference_session_id=sitting.pk, title="Labels", actor=sitting.chen, now=sitting.now
    )
    sitting.open(item_id=second.pk, words="One.")
    take(sitting, first, sitting.now + MINUTE)
    sitting.say(sitting.chen, "Two.", now=sitting.now + 2 * MINUTE)
    take(sitting, second, sitting.now + 3 * MINUTE)
    sitting.say(sitting.chen, "Three.", now=sitting.now + 4 * MINUTE)
    close(sitting, sitting.now + 5 * MINUTE)
    shown = [(title, resumed, taken) for title, resumed, taken, _said in _titles(sitting)]
    assert shown == [
        (second.title, False, True), (first.title, False, True),
        (second.title, True, True), (third.title, False, False),
    ]  # fmt: skip
    said = [said[-1:] for _title, _resumed, _taken, said in _titles(sitting)]
    assert said == [["One."], ["Two."], ["Three."], []]


def test_sessions_stand_in_the_order_in_which_they_were_opened(sitting):
    later = services.schedule_session(
        conference_id=sitting.conference.pk,
        title="Second sitting",
        opens_at=sitting.now + timedelta(days=1),
        closes_at=sitting.now + timedelta(days=1, hours=1),
        actor=sitting.chen,
        now=sitting.now,
        items=["Labels"],
    )
    services.open_session(conference_session_id=later.pk, actor=sitting.chen, now=sitting.now)
    services.close_session(conference_session_id=later.pk, actor=sitting.chen, now=sitting.now + MINUTE)
    services.open_session(conference_session_id=sitting.pk, actor=sitting.chen, now=sitting.now + 2 * MINUTE)
    sessions = selectors.transcript_of(sitting.conference).sessions
    assert [record.conference_session.title for record in sessions] == ["Second sitting", "First sitting"]


@pytest.mark.parametrize("count", [1, 5])
def test_frames_cost_the_same_however_many(open_sitting, count, django_assert_num_queries):
    for _number in range(count):
        open_sitting.say(open_sitting.chen)
    row = open_sitting.row
    with django_assert_num_queries(2):
        selectors.events_after(row, 0)
