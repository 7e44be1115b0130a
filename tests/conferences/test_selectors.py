"""What a member may see, and what it costs: as many queries for many rows as for one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conferences import selectors, services
from conferences.models import Event
from forums import services as forum_services
from hub.lib.errors import NotFound
from hub.lib.home import BlockKind

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def counted(work):
    """Return what ``work`` gives and how many queries it took."""
    with CaptureQueriesContext(connection) as captured:
        result = work()
    return result, len(captured)


def talk(sitting, count):
    for number in range(count):
        sitting.say(sitting.chen, f"Word {number}.")


def test_a_room_costs_the_same_for_one_and_for_many(open_sitting, make_member):
    talk(open_sitting, 1)
    services.ask_for_floor(conference_session_id=open_sitting.pk, member=open_sitting.amina, now=open_sitting.now)
    calls = {
        "room": lambda: selectors.room_for(open_sitting.boris, open_sitting.pk),
        "statements": lambda: selectors.statements_of(open_sitting.row),
        "events": lambda: selectors.events_for(open_sitting.boris, open_sitting.pk, 0),
        "home": lambda: selectors.home_blocks(member=open_sitting.amina, now=open_sitting.now),
        "list": lambda: selectors.conferences_for(open_sitting.boris),
        "transcript": lambda: selectors.transcript_for(open_sitting.rosa, open_sitting.conference.pk),
        "timetable": lambda: selectors.sessions_of(open_sitting.conference),
    }
    few = {name: counted(work)[1] for name, work in calls.items()}
    talk(open_sitting, 24)
    for number in range(14):
        person = make_member(f"Person {number}")
        services.admit_person(
            conference_id=open_sitting.conference.pk,
            member=person,
            role="participant",
            actor=None,
            now=open_sitting.now,
        )
        services.ask_for_floor(conference_session_id=open_sitting.pk, member=person, now=open_sitting.now)
    many = {name: counted(work)[1] for name, work in calls.items()}
    assert many == few
    assert few["room"] <= 5 and few["events"] <= 6 and few["home"] <= 4 and few["list"] <= 5


def test_lists_cost_the_same_for_one_and_for_many_conferences(sitting):
    before = [
        counted(lambda: selectors.conferences_for(sitting.sofia))[1],
        counted(lambda: selectors.home_blocks(member=sitting.sofia, now=sitting.now))[1],
    ]
    for number in range(10):
        made = services.convene_conference(
            name=f"Conference {number}", actor=sitting.sofia, now=sitting.now, people={sitting.chen: "chair"}
        )
        services.schedule_session(
            conference_id=made.pk,
            title="Sitting",
            opens_at=sitting.now + HOUR,
            closes_at=sitting.now + 2 * HOUR,
            actor=sitting.chen,
            items=["One"],
            now=sitting.now,
        )
    found, queries = counted(lambda: selectors.conferences_for(sitting.sofia))
    blocks, at_home = counted(lambda: selectors.home_blocks(member=sitting.sofia, now=sitting.now))
    assert len(found) == 11 and len(blocks) == 11 and [queries, at_home] == before


def test_the_home_says_what_is_live_and_where_one_stands(open_sitting):
    def home(member):
        return [(block.kind, str(block.title)) for block in selectors.home_blocks(member=member, now=open_sitting.now)]

    assert home(open_sitting.boris) == [(BlockKind.LIVE, "First sitting")]
    request, _second = [
        services.ask_for_floor(conference_session_id=open_sitting.pk, member=member, now=open_sitting.now)
        for member in (open_sitting.amina, open_sitting.boris)
    ]
    assert home(open_sitting.boris)[0] == (BlockKind.ASKED, "You are number 2 on the speakers’ list")
    services.give_floor(request_id=request.pk, actor=open_sitting.chen, now=open_sitting.now)
    assert home(open_sitting.amina)[0] == (BlockKind.ASKED, "You have the floor")
    assert home(open_sitting.boris)[0] == (BlockKind.ASKED, "You are number 1 on the speakers’ list")
    assert home(open_sitting.stella) == []


def test_the_home_announces_what_comes_and_forgets_what_is_over(sitting):
    def kinds(moment):
        return [block.kind for block in selectors.home_blocks(member=sitting.amina, now=moment)]

    assert kinds(sitting.now - 3 * HOUR) == [BlockKind.COMING]
    assert kinds(sitting.now - timedelta(days=20)) == [] and kinds(sitting.now + 3 * HOUR) == []


def test_the_discussion_page_hears_of_its_conference_and_others_do_not(open_sitting, cast_forum):
    aside = selectors.forum_aside(forum_id=open_sitting.forum_id, member=open_sitting.boris)
    assert aside["conference"] == open_sitting.conference and aside["open_session"].pk == open_sitting.pk
    assert aside["next_session"] is None
    assert selectors.forum_aside(forum_id=cast_forum, member=open_sitting.boris) == {}


@pytest.fixture
def cast_forum(now, db):
    """A forum without a conference."""
    return forum_services.create_forum(name="Plain", slug="plain", preset="members", now=now).forum_id


def test_the_transcript_has_everything_said_on_an_item_in_order(open_sitting):
    """Before, during and after the sitting; what the log has carries its number there."""
    first, second = open_sitting.items
    early = forum_services.publish(
        draft=forum_services.Draft(
            forum_id=open_sitting.forum_id,
            topic_id=first.topic_id,
            text="Before.",
            quiet=True,
            created_at=open_sitting.now - HOUR,
        ),
        author=open_sitting.rosa,
        origin="mail",
        now=open_sitting.now,
    ).contribution
    open_sitting.floor_to(open_sitting.amina)
    live = open_sitting.say(open_sitting.amina, "During **it**.").contribution
    services.take_item(
        conference_session_id=open_sitting.pk, item_id=second.pk, actor=open_sitting.chen, now=open_sitting.now
    )
    services.close_session(conference_session_id=open_sitting.pk, actor=open_sitting.chen, now=open_sitting.now)
    forum_services.remove_member(forum_id=open_sitting.forum_id, member=open_sitting.amina, now=open_sitting.now)
    transcript = selectors.transcript_for(open_sitting.rosa, open_sitting.conference.pk)
    (session,) = transcript.sessions
    said = session.items[0].interventions
    assert [row.number for row in said] == sorted(row.number for row in said) and len(said) == 2
    by_number = {row.number: row for row in said}
    assert by_number[early.number].seq is None and by_number[early.number].origin == "mail"
    heard = by_number[live.number]
    assert heard.seq == Event.objects.get(contribution=live).seq and "<strong>it</strong>" in heard.html
    assert session.items[1].interventions == []
    people = {person.name: (person.role, person.interventions) for person in transcript.participants}
    assert people["Chen Wei"][0] == "chair" and next(iter(people)) == "Chen Wei"
    assert people["Amina Diallo"] == ("participant", 1) and people["Oona Virtanen"] == ("observer", 0)
    rosa = next(person for person in transcript.participants if person.name == "Rosa Quispe")
    assert (rosa.country, rosa.organisation) == ("PE", "Ministry of Environment")


def test_the_transcript_is_for_those_who_may_read_the_conference(sitting):
    for member in (sitting.stella, None):
        with pytest.raises(NotFound):
            selectors.transcript_for(member, sitting.conference.pk)
    with pytest.raises(NotFound):
        selectors.transcript_for(sitting.sofia, 999_999)


def test_an_item_that_continues_in_a_second_sitting_keeps_each_word_once(open_sitting):
    services.close_session(
        conference_session_id=open_sitting.pk, actor=open_sitting.chen, words="To be continued.", now=open_sitting.now
    )
    later = open_sitting.now + timedelta(days=1)
    second = services.schedule_session(
        conference_id=open_sitting.conference.pk,
        title="Second",
        opens_at=later,
        closes_at=later + HOUR,
        actor=open_sitting.chen,
        now=open_sitting.now,
    )
    services.add_agenda_item(
        conference_session_id=second.pk,
        title="Distances, continued",
        topic_id=open_sitting.items[0].topic_id,
        actor=open_sitting.chen,
        now=open_sitting.now,
    )
    services.open_session(conference_session_id=second.pk, actor=open_sitting.chen, words="We go on.", now=later)
    transcript = selectors.transcript_for(open_sitting.chen, open_sitting.conference.pk)
    texts = [[row.text for row in item.interventions] for session in transcript.sessions for item in session.items]
    assert texts[0][-1] == "To be continued." and texts[1] == [] and texts[2] == ["We go on."]
