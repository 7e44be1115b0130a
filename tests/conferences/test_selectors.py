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


def talk(live_session, count):
    for number in range(count):
        live_session.say(live_session.chen, f"Word {number}.")


def test_a_room_costs_the_same_for_one_and_for_many(open_live_session, make_member):
    talk(open_live_session, 1)
    services.ask_for_floor(
        conference_session_id=open_live_session.pk, member=open_live_session.amina, now=open_live_session.now
    )
    calls = {
        "room": lambda: selectors.room_for(open_live_session.boris, open_live_session.pk),
        "statements": lambda: selectors.statements_of(open_live_session.row),
        "events": lambda: selectors.events_for(open_live_session.boris, open_live_session.pk, 0),
        "home": lambda: selectors.home_blocks(member=open_live_session.amina, now=open_live_session.now),
        "list": lambda: selectors.conferences_for(open_live_session.boris),
        "transcript": lambda: selectors.transcript_for(open_live_session.rosa, open_live_session.conference.pk),
        "timetable": lambda: selectors.sessions_of(open_live_session.conference),
    }
    few = {name: counted(work)[1] for name, work in calls.items()}
    talk(open_live_session, 24)
    for number in range(14):
        person = make_member(f"Person {number}")
        services.admit_person(
            conference_id=open_live_session.conference.pk,
            member=person,
            role="participant",
            actor=None,
            now=open_live_session.now,
        )
        services.ask_for_floor(conference_session_id=open_live_session.pk, member=person, now=open_live_session.now)
    many = {name: counted(work)[1] for name, work in calls.items()}
    assert many == few
    assert few["room"] <= 5 and few["events"] <= 6 and few["home"] <= 4 and few["list"] <= 5


def test_lists_cost_the_same_for_one_and_for_many_conferences(live_session):
    before = [
        counted(lambda: selectors.conferences_for(live_session.sofia))[1],
        counted(lambda: selectors.home_blocks(member=live_session.sofia, now=live_session.now))[1],
    ]
    for number in range(10):
        conference = services.convene_conference(
            name=f"Conference {number}",
            actor=live_session.sofia,
            now=live_session.now,
            people={live_session.chen: "chair"},
        )
        services.schedule_session(
            conference_id=conference.pk,
            title="LiveSession",
            opens_at=live_session.now + HOUR,
            closes_at=live_session.now + 2 * HOUR,
            actor=live_session.chen,
            items=["One"],
            now=live_session.now,
        )
    conferences, queries = counted(lambda: selectors.conferences_for(live_session.sofia))
    blocks, at_home = counted(lambda: selectors.home_blocks(member=live_session.sofia, now=live_session.now))
    assert len(conferences) == 11 and len(blocks) == 11 and [queries, at_home] == before


def test_the_home_says_what_is_live_and_where_one_stands(open_live_session):
    def home(member):
        return [
            (block.kind, str(block.title)) for block in selectors.home_blocks(member=member, now=open_live_session.now)
        ]

    assert home(open_live_session.boris) == [(BlockKind.LIVE, "First session")]
    request, _second = [
        services.ask_for_floor(conference_session_id=open_live_session.pk, member=member, now=open_live_session.now)
        for member in (open_live_session.amina, open_live_session.boris)
    ]
    assert home(open_live_session.boris)[0] == (BlockKind.ASKED, "You are number 2 on the speakers’ list")
    services.give_floor(request_id=request.pk, actor=open_live_session.chen, now=open_live_session.now)
    assert home(open_live_session.amina)[0] == (BlockKind.ASKED, "You have the floor")
    assert home(open_live_session.boris)[0] == (BlockKind.ASKED, "You are number 1 on the speakers’ list")
    assert home(open_live_session.stella) == []


def test_the_home_announces_what_comes_and_forgets_what_is_over(live_session):
    def kinds(moment):
        return [block.kind for block in selectors.home_blocks(member=live_session.amina, now=moment)]

    assert kinds(live_session.now - 3 * HOUR) == [BlockKind.COMING]
    assert kinds(live_session.now - timedelta(days=20)) == [] and kinds(live_session.now + 3 * HOUR) == []


def test_the_discussion_page_hears_of_its_conference_and_others_do_not(open_live_session, cast_forum):
    aside = selectors.forum_aside(forum_id=open_live_session.forum_id, member=open_live_session.boris)
    assert aside["conference"] == open_live_session.conference and aside["open_session"].pk == open_live_session.pk
    assert aside["next_session"] is None
    assert selectors.forum_aside(forum_id=cast_forum, member=open_live_session.boris) == {}


@pytest.fixture
def cast_forum(now, db):
    """A forum without a conference."""
    return forum_services.create_forum(name="Plain", slug="plain", preset="members", now=now).forum_id


def test_the_transcript_has_everything_said_on_an_item_in_order(open_live_session):
    """Before, during and after the session; what the log has carries its number there."""
    first, second = open_live_session.items
    early = forum_services.publish(
        draft=forum_services.Draft(
            forum_id=open_live_session.forum_id,
            topic_id=first.topic_id,
            text="Before.",
            quiet=True,
            created_at=open_live_session.now - HOUR,
        ),
        author=open_live_session.rosa,
        origin="mail",
        now=open_live_session.now,
    ).contribution
    open_live_session.floor_to(open_live_session.amina)
    live = open_live_session.say(open_live_session.amina, "During **it**.").contribution
    services.take_item(
        conference_session_id=open_live_session.pk,
        item_id=second.pk,
        actor=open_live_session.chen,
        now=open_live_session.now,
    )
    services.close_session(
        conference_session_id=open_live_session.pk, actor=open_live_session.chen, now=open_live_session.now
    )
    forum_services.remove_member(
        forum_id=open_live_session.forum_id, member=open_live_session.amina, now=open_live_session.now
    )
    transcript = selectors.transcript_for(open_live_session.rosa, open_live_session.conference.pk)
    (session,) = transcript.sessions
    interventions = session.items[0].interventions
    assert [row.number for row in interventions] == sorted(row.number for row in interventions) and len(
        interventions
    ) == 2
    by_number = {row.number: row for row in interventions}
    assert by_number[early.number].seq is None and by_number[early.number].origin == "mail"
    heard = by_number[live.number]
    assert heard.seq == Event.objects.get(contribution=live).seq and "<strong>it</strong>" in heard.html
    assert session.items[1].interventions == []
    people = {person.name: (person.role, person.interventions) for person in transcript.participants}
    assert people["Chen Wei"][0] == "chair" and next(iter(people)) == "Chen Wei"
    assert people["Amina Diallo"] == ("participant", 1) and people["Oona Virtanen"] == ("observer", 0)
    rosa = next(person for person in transcript.participants if person.name == "Rosa Quispe")
    assert (rosa.country, rosa.organisation) == ("PE", "Ministry of Environment")


def test_the_transcript_is_for_those_who_may_read_the_conference(live_session):
    for member in (live_session.stella, None):
        with pytest.raises(NotFound):
            selectors.transcript_for(member, live_session.conference.pk)
    with pytest.raises(NotFound):
        selectors.transcript_for(live_session.sofia, 999_999)


def test_an_item_that_continues_in_a_second_session_keeps_each_word_once(open_live_session):
    services.close_session(
        conference_session_id=open_live_session.pk,
        actor=open_live_session.chen,
        words="To be continued.",
        now=open_live_session.now,
    )
    later = open_live_session.now + timedelta(days=1)
    second = services.schedule_session(
        conference_id=open_live_session.conference.pk,
        title="Second",
        opens_at=later,
        closes_at=later + HOUR,
        actor=open_live_session.chen,
        now=open_live_session.now,
    )
    services.add_agenda_item(
        conference_session_id=second.pk,
        title="Distances, continued",
        topic_id=open_live_session.items[0].topic_id,
        actor=open_live_session.chen,
        now=open_live_session.now,
    )
    services.open_session(conference_session_id=second.pk, actor=open_live_session.chen, words="We go on.", now=later)
    transcript = selectors.transcript_for(open_live_session.chen, open_live_session.conference.pk)
    texts = [[row.text for row in item.interventions] for session in transcript.sessions for item in session.items]
    assert texts[0][-1] == "To be continued." and texts[1] == [] and texts[2] == ["We go on."]
