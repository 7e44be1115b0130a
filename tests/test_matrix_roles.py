"""Inside is not enough: whoever takes part, but not in the role that an act asks for, is refused, and nothing changes.

Every address that takes a POST is tried by everybody of the conference who may not do it there, by its observer, and
by somebody who leads another discussion and another conference; the form holds all that the act would need.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from conferences import services as conference_services
from conferences.models import AgendaItem
from forums import services
from forums.models import Contribution, LogEntry
from tests.test_matrix import CLOSED, INSIDE, MATRIX, STAFF, _url
from tests.world import World, build, person

pytestmark = pytest.mark.django_db
PEOPLE = (*INSIDE, "oona", "mona")
LEADERS, WRITERS = ("chen",), ("rosa", "chen")
# Who of them may do what an address does; all others are refused, and everybody at the addresses left out.
MAY_POST: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("forums:members", "forums:summary", "forums:lock", "forums:held", "forums:log"), LEADERS),
    **dict.fromkeys(("forums:requests_in", "forums:invitations"), LEADERS),
    "forums:requests": (*LEADERS, "mona"),
    # They are led to it.
    "forums:join": (*INSIDE, "oona"),
    "forums:leave": (*INSIDE, "oona"),
    **dict.fromkeys(("forums:settings", "forums:close", "forums:reopen"), LEADERS),
    "forums:proposal": ("amina",),
    **dict.fromkeys([f"forums:{name}" for name in "topic_type pace move split merge".split()], LEADERS),
    **dict.fromkeys(("listserv:list", "listserv:roster"), LEADERS),
    **{
        f"conferences:{act}": LEADERS
        for act in "people end_conference schedule agenda hours open take give end close".split()
    },
    **dict.fromkeys(("forums:new_topic", "forums:topic", "forums:topic_by_key"), INSIDE),
    **dict.fromkeys(("conferences:ask", "conferences:return", "conferences:intervene"), INSIDE),
    **dict.fromkeys(("forums:mark_read", "forums:follow"), (*INSIDE, "oona")),
    # Their own: Amina has said it, and has asked for the floor.
    "forums:edit": ("amina", "chen"),
    "forums:withdraw": ("amina", "chen"),
    "conferences:withdraw": ("amina", "chen"),
    "cms:compile": WRITERS,
    "cms:submit": WRITERS,
}
# What a page writes about its reader, whether or not it does what was asked.
_NOT_OF_THE_RECORD = frozenset({"LoginSession", "Session", "RateWindow", "Heartbeat", "Print", "DBTaskResult"})
# What the acts ask for, all in one form; some want it in a form of their own.
FORM: dict[str, Any] = {
    "text": "Words.", "words": "Words.", "subject": "Subject", "title": "Title", "summary": "Summary", "name": "Name",
    "reason": "Because.", "comment": "Because.", "tag": "tag", "delivery": "none", "minutes": "3", "revision": "0",
    "email": "stella.moreno@people.example", "addresses": "stella.moreno@people.example", "role": "participant",
    "topic": "Topic", "to": "pin", "mandate": "Mandate", "background": "About it.", "language": "en", "items": "One",
    "opens_at": "2026-11-24T10:00", "closes_at": "2026-11-24T10:30", "starts_at": "2026-11-24T10:00",
    "ends_at": "2026-11-25T10:00", "term_starts": "2026-11-24", "term_ends": "2027-11-24", "dated": "2026-11-24",
    "retry": "all", "sure": "1",
}  # fmt: skip


@pytest.fixture
def world(settings: Any, now: Any) -> World:
    """The closed conference, with Oona who observes it, and Mona who leads elsewhere."""
    world = build(now, settings.HUB_DATA)
    oona, mona = person("Oona Virtanen"), person("Mona Haddad")
    world.people |= {"oona": oona, "mona": mona}
    conference, sofia = world.keys["conference"], world.people["sofia"]
    conference_services.admit_person(conference_id=conference.pk, member=oona, role="observer", actor=sofia, now=now)
    other = services.create_forum(name="Elsewhere", slug="elsewhere", preset="closed", now=now)
    services.admit_member(forum_id=other.forum_id, member=mona, role="moderator", now=now)
    conference_services.convene_conference(name="Another", actor=sofia, now=now, people={mona: "chair"})
    request = conference_services.ask_for_floor(
        conference_session_id=world.keys["conference_session"], member=world.people["amina"], now=now
    )
    world.keys["request"] = request.pk
    world.keys["undo"] = LogEntry.objects.get(member=oona).pk
    world.keys["held"] = Contribution.objects.get(state=Contribution.State.HELD).number
    world.keys["item"] = AgendaItem.objects.get(conference_session=world.keys["conference_session"]).pk
    return world


def _rows() -> dict[str, list[str]]:
    """Return all rows of the record, by model."""
    models = [model for model in apps.get_models() if model.__name__ not in _NOT_OF_THE_RECORD]
    return {model.__name__: sorted(map(str, model._base_manager.values_list())) for model in models}


def _answers(world: World, who: str) -> Iterator[tuple[str, int, list[str]]]:
    """Give the answer to each POST of a person, and the models of which rows have changed; then they are as before."""
    client = Client()
    client.force_login(world.people[who], backend="hub.members.backends.AddressBackend")
    form = FORM | {key: world.keys[key] for key in ("request", "item", "undo")} | {"number": world.keys["held"]}
    before = _rows()
    for name, (kind, *_rest) in MATRIX.items():
        if kind not in {CLOSED, STAFF}:
            continue
        with transaction.atomic():
            answer = client.post(_url(world, name), form)
            after = before if answer.status_code == 405 else _rows()
            transaction.set_rollback(True)
        yield name, answer.status_code, [model for model, rows in after.items() if rows != before[model]]


@pytest.mark.parametrize("who", PEOPLE)
def test_a_role_that_does_not_reach_is_refused_and_changes_nothing(world, who):
    wrong = []
    for name, status, changed in _answers(world, who):
        if who in MAY_POST.get(name, ()):
            # The form is good enough to be refused for nothing but the role.
            is_right = status not in {403, 404, 405}
        else:
            is_right = status in {403, 404, 405} and not changed
        if not is_right:
            wrong.append((name, status, changed))
    assert wrong == []


def test_what_is_said_of_posts_is_about_addresses_of_the_matrix():
    assert MAY_POST.keys() <= MATRIX.keys()
