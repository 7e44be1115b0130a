"""Every list of the hub comes in pages: ten times as many rows are not more on a page, nor more questions."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.models import ConferenceIndexPage, ProceedingsPage
from cms.services import bootstrap_site
from conferences import services as conference_services
from forums import services as forum_services
from forums.models import Membership
from hub.members.models import Application, Member
from liaison import services as liaison_services


def _discussions(cast, now, mark, count):
    for number in range(count):
        forum_services.create_forum(name=f"F{mark} {number:03}", slug=f"f{mark}-{number}", preset="members", now=now)


def _conferences(cast, now, mark, count):
    for number in range(count):
        conference_services.convene_conference(name=f"C{mark} {number:03}", actor=cast.sofia, now=now)


def _groups(cast, now, mark, count):
    begins = timezone.now().date()
    for number in range(count):
        liaison_services.convene_group(
            name=f"G{mark} {number:03}", topic="T", mandate="M", term_starts=begins,
            term_ends=begins + timedelta(days=30), actor=cast.sofia, now=now,
        )  # fmt: skip


def _people(mark, count, **fields):
    return Member.objects.bulk_create(
        Member(email=f"m{mark}-{number}@people.example", name=f"P{mark} {number:03}", country="FR", **fields)
        for number in range(count)
    )


def _participants(cast, now, mark, count):
    Membership.objects.bulk_create(
        Membership(forum_id=cast.forum_id, member=person, joined_at=now, horizon=0)
        for person in _people(mark, count, is_active=True)
    )


def _applications(cast, now, mark, count):
    Application.objects.bulk_create(
        Application(member=person, state="pending", created_at=now, confirmed_at=now) for person in _people(mark, count)
    )


def _proceedings(cast, now, mark, count):
    bootstrap_site()
    index = ConferenceIndexPage.objects.get()
    for number in range(count):
        page = ProceedingsPage(title=f"R{mark} {number:03}", slug=f"r{mark}-{number}", summary="<p>Agreed.</p>")
        index.add_child(instance=page)


LISTS = [
    ("/discussions/", _discussions, r'class="what"', 20),
    ("/lists/", _discussions, r'<section class="what"', 20),
    ("/api/v1/discussions", _discussions, r'"preset"', 50),
    ("/conferences/", _conferences, r'class="what"', 20),
    ("/published/", _proceedings, r'<article class="what"', 20),
    ("/proceedings/", _conferences, r'class="what"', 20),
    ("/groups/", _groups, r'class="what"', 20),
    ("/members/", _participants, r'href="/members/\d+/"', 50),
    ("/members/applications/", _applications, r'class="what"', 50),
]


@pytest.mark.parametrize(("address", "more", "row", "most"), LISTS, ids=[line[0] for line in LISTS])
def test_ten_times_as_many_are_no_more_rows_and_no_more_questions(client, cast, now, address, more, row, most):
    client.force_login(cast.sofia)
    seen = []
    for count in (7, 63):
        more(cast, now, count, count)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert page.status_code == 200
        seen.append((len(re.findall(row, page.content.decode())), len(queries)))
    assert seen[0][0] >= 7 and seen[1][0] <= most
    # A page that is full may ask for one thing more than one that is not, whatever there is behind it.
    assert seen[1][1] <= seen[0][1] + 1
    assert "page=2" in page.content.decode() + page.headers.get("Link", "")


def _refuse(**_: object) -> dict[str, object]:
    """Stand for a room that is asked what stands beside a discussion."""
    raise AssertionError("a list asks each room about each discussion")


@pytest.mark.parametrize("address", [*(line[0] for line in LISTS if not line[0].startswith("/members")), "/"])
def test_no_list_asks_the_rooms_about_one_discussion_after_the_other(client, cast, now, settings, address):
    for more in (_discussions, _conferences, _groups):
        more(cast, now, 2, 2)
    bootstrap_site()
    settings.HUB_FORUM_ASIDES = ["tests.test_lists._refuse"]
    client.force_login(cast.sofia)
    assert client.get(address).status_code == 200
