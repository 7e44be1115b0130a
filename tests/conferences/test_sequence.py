"""The log under many writers: every number once, none missing, whoever writes and whatever fails between."""

import threading

import pytest
from django.db import close_old_connections, connections

from conferences import services
from conferences.models import Event
from forums import services as forum_services
from hub.lib import clock
from hub.lib.errors import NotNow
from tests.conferences.conftest import gather

WRITERS, ROUNDS = 8, 5


def write(room, who, number, failed):
    """Ask, leave, speak by mail and fail, as a busy room does."""
    try:
        for turn in range(ROUNDS):
            request = services.ask_for_floor(conference_session_id=room.pk, member=who, now=clock.now())
            services.withdraw_request(request_id=request.pk, actor=who, now=clock.now())
            draft = forum_services.Draft(forum_id=room.forum_id, text=f"{number}.{turn}")
            forum_services.publish(draft=draft, author=who, origin="mail", now=clock.now())
            with pytest.raises(NotNow):
                services.intervene(conference_session_id=room.pk, member=who, text="Out of turn", now=clock.now())
            close_old_connections()
    except Exception as error:
        failed.append(error)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_log_has_no_gaps_under_eight_writers_and_a_chair(make_member, transactional_db):
    """On PostgreSQL it is row locks that keep the numbers; a topic and a log are always locked in that order."""
    room = gather(make_member, clock.now())
    room.open()
    people = [make_member(f"Writer {number}") for number in range(WRITERS)]
    for person in people:
        services.admit_person(
            conference_id=room.conference.pk, member=person, role="participant", actor=None, now=clock.now()
        )
    failed: list[Exception] = []
    threads = [threading.Thread(target=write, args=(room, who, n, failed)) for n, who in enumerate(people)]
    for thread in threads:
        thread.start()
    for number in range(6):
        item = room.items[(number + 1) % 2]
        services.take_item(conference_session_id=room.pk, item_id=item.pk, actor=room.chen, now=clock.now())
    for thread in threads:
        thread.join(60)
    assert not failed
    kinds = room.kinds()
    for kind in ("floor_asked", "floor_withdrawn", "intervention"):
        assert kinds.count(kind) == WRITERS * ROUNDS
    assert room.row.next_seq == Event.objects.count() + 1
