"""A group is convened whole, is there for its members, and is not there for anybody else."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from forums.models import ForumPolicy, Membership
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.home import BlockKind
from liaison import selectors
from liaison.models import LiaisonGroup
from liaison.services import convene_group
from tests.liaison.conftest import term

pytestmark = pytest.mark.django_db


def test_convening_provisions_a_closed_forum_a_list_and_the_members(convened):
    policy = ForumPolicy.objects.get(forum_id=convened.group.forum_id)
    assert (policy.preset, policy.theme) == ("closed", "Who asks for what?")
    roles = dict(Membership.objects.filter(forum_id=policy.forum_id).values_list("member__name", "role"))
    assert roles == {
        "Beatriz Sampaio": "chair",
        "Amina Diallo": "participant",
        "Boris Horvat": "participant",
        "Helene Marchand": "moderator",
    }
    page = selectors.group_for(convened.amina, "capacity-building")
    assert page.discussion.aside["list_address"].startswith("capacity-building@")
    assert page.members == 4 and {region.code for region in page.regions} == {"LAC", "AFR", "CEE", "WEO"}


def test_only_the_secretariat_convenes(convened, now):
    with pytest.raises(NotAllowed):
        convene_group(name="Mine", topic="T", mandate="M", actor=convened.beatriz, now=now, **term(now))
    assert LiaisonGroup.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": " "}, Invalid),
        ({"mandate": ""}, Invalid),
        ({"name": "科学"}, Invalid),
        ({"slug": "convene"}, Invalid),
        ({"slug": "capacity-building"}, Conflict),
    ],
)
def test_what_cannot_be_convened_leaves_nothing_behind(convened, now, fields, error):
    forums = ForumPolicy.objects.count()
    with pytest.raises(error):
        convene_group(
            **{"name": "Other", "topic": "T", "mandate": "M", "actor": None, "now": now, **term(now), **fields}
        )
    assert (LiaisonGroup.objects.count(), ForumPolicy.objects.count()) == (1, forums)


@pytest.mark.parametrize("days", [-30, -31, 365 * 20])
def test_a_term_has_a_sensible_length(convened, now, days):
    with pytest.raises(Invalid):
        convene_group(name="Other", topic="T", mandate="M", actor=None, now=now, **term(now, days))


def test_a_failure_half_way_takes_everything_back(convened, now):
    forums = ForumPolicy.objects.count()
    unsaved = type(convened.stella)(name="Nobody")  # Unhashable, after forum and list were made.
    with pytest.raises(TypeError, match="unhashable"), transaction.atomic():
        convene_group(
            name="Other", topic="T", mandate="M", actor=None, now=now, members=(unsaved for _ in "1"), **term(now)
        )
    assert (LiaisonGroup.objects.count(), ForumPolicy.objects.count()) == (1, forums)


def test_groups_are_listed_for_members_and_the_secretariat_alone(convened):
    assert [group.slug for group in selectors.groups_for(convened.amina)] == ["capacity-building"]
    assert [group.slug for group in selectors.groups_for(convened.helene)] == ["capacity-building"]
    assert selectors.groups_for(convened.stella) == [] == selectors.groups_for(None)


@pytest.mark.parametrize("slug", ["capacity-building", "missing"])
def test_an_outsider_finds_no_group(convened, slug):
    for outsider in (convened.stella, None):
        with pytest.raises(NotFound):
            selectors.group_for(outsider, slug)


def test_the_home_mentions_a_term_that_ends_soon(convened):
    late = convened.group.term_ends - timedelta(days=10)
    at = convened.now.replace(year=late.year, month=late.month, day=late.day)
    (block,) = selectors.home_blocks(member=convened.amina, now=at)
    assert block.kind is BlockKind.COMING and block.url == "/groups/capacity-building/"
    assert selectors.home_blocks(member=convened.amina, now=convened.now) == []
    assert selectors.home_blocks(member=convened.stella, now=at) == []


def test_the_page_shows_mandate_members_by_region_and_list_address(convened, client):
    client.force_login(convened.amina)
    text = client.get("/groups/capacity-building/").content.decode()
    assert "<strong>practical</strong>" in text and "capacity-building@" in text
    assert "Latin America" in text and "Beatriz Sampaio" in text
    assert f"/discussions/{convened.group.forum_id}-" in text


def test_pages_answer_an_outsider_as_if_there_were_no_group(convened, client):
    for who in (None, convened.stella):
        client.logout()
        if who:
            client.force_login(who)
        for slug in ("capacity-building", "missing"):
            answer = client.get(f"/groups/{slug}/")
            # The public is asked to sign in, whether there is a group or not.
            assert answer.status_code == (404 if who else 302) and b"Beatriz" not in answer.content
    assert client.get("/groups/convene/").status_code == 404
    assert b"capacity-building" not in client.get("/groups/").content


def test_the_secretariat_convenes_by_form(convened, client, now):
    client.force_login(convened.helene)
    form = {
        "name": "Group on customs",
        "topic": "Papers at the border",
        "mandate": "Advise.",
        "term_starts": "2026-12-01",
        "term_ends": "2027-12-01",
        "language": "fr",
        "chair": convened.boris.email,
        "members": f"{convened.amina.email}\nnobody@nowhere.example\n",
    }
    refused = client.post("/groups/convene/", form)
    assert (
        refused.status_code == 422
        and b"nobody@nowhere.example" in refused.content
        and b"Papers at the border" in refused.content
    )
    form["members"] = convened.amina.email
    made = client.post("/groups/convene/", form)
    assert made["Location"] == "/groups/group-on-customs/"
    assert selectors.group_for(convened.boris, "group-on-customs").discussion.role == "chair"


def test_the_list_of_groups_costs_the_same_however_many_there_are(convened, client, now):
    client.force_login(convened.helene)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/groups/").status_code == 200
        return len(caught)

    few = queries()
    for number in range(8):
        convene_group(
            name=f"Group {number}", topic="T", mandate="M", actor=None, now=now, chair=convened.beatriz, **term(now)
        )
    assert queries() == few
