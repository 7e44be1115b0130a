"""Who gives which role: one rule for web, mail, conferences and the administration of members."""

from datetime import timedelta
from typing import Any

import pytest

from cms.people import MemberForm
from forums import services
from forums.models import ForumPolicy, Membership
from hub.lib.errors import Invalid, NotAllowed
from hub.members.services import anonymise_member

pytestmark = pytest.mark.django_db


def role_of(cast: Any, member: Any) -> str:
    rows = Membership.objects.filter(forum_id=cast.forum_id, member=member, left_at=None)
    return str(rows.values_list("role", flat=True).first() or "")


@pytest.fixture
def chaired(cast: Any, now: Any) -> Any:
    """The discussion with Boris in its chair, beside Chen, who facilitates."""
    services.admit_member(forum_id=cast.forum_id, member=cast.boris, role="chair", now=now)
    return cast


def admit(cast: Any, member: Any, role: str, actor: Any, now: Any) -> None:
    services.admit_member(forum_id=cast.forum_id, member=member, role=role, actor=actor, now=now)


@pytest.mark.parametrize("role", ["chair", "rapporteur"])
def test_a_facilitator_takes_no_role_for_herself(chaired, now, role):
    with pytest.raises(NotAllowed):
        admit(chaired, chaired.chen, role, chaired.chen, now)
    assert role_of(chaired, chaired.chen) == "moderator"


def test_a_facilitator_makes_nobody_chair(cast, now):
    with pytest.raises(NotAllowed):
        admit(cast, cast.amina, "chair", cast.chen, now)
    with pytest.raises(NotAllowed):
        admit(cast, cast.stella, "chair", cast.chen, now)
    assert role_of(cast, cast.amina) == "participant" and role_of(cast, cast.stella) == ""


@pytest.mark.parametrize("role", ["participant", "observer", "rapporteur", "moderator"])
def test_a_facilitator_takes_the_chair_from_nobody(chaired, now, role):
    with pytest.raises(NotAllowed):
        admit(chaired, chaired.boris, role, chaired.chen, now)
    with pytest.raises(NotAllowed):
        services.remove_member(forum_id=chaired.forum_id, member=chaired.boris, actor=chaired.chen, now=now)
    assert role_of(chaired, chaired.boris) == "chair"


def test_a_facilitator_does_not_touch_the_place_of_another_facilitator(cast, now):
    services.admit_member(forum_id=cast.forum_id, member=cast.boris, role="moderator", now=now)
    with pytest.raises(NotAllowed):
        admit(cast, cast.boris, "participant", cast.chen, now)
    with pytest.raises(NotAllowed):
        services.remove_member(forum_id=cast.forum_id, member=cast.boris, actor=cast.chen, now=now)
    assert role_of(cast, cast.boris) == "moderator"


def test_a_facilitator_lets_people_in_and_names_a_second_facilitator(cast, now):
    admit(cast, cast.stella, "observer", cast.chen, now)
    admit(cast, cast.amina, "moderator", cast.chen, now)
    assert role_of(cast, cast.stella) == "observer" and role_of(cast, cast.amina) == "moderator"


def test_chair_and_secretariat_give_every_role(chaired, now):
    admit(chaired, chaired.amina, "chair", chaired.boris, now)
    admit(chaired, chaired.chen, "participant", chaired.boris, now)
    admit(chaired, chaired.boris, "participant", chaired.sofia, now)
    assert [role_of(chaired, who) for who in (chaired.amina, chaired.chen, chaired.boris)] == [
        "chair", "participant", "participant",
    ]  # fmt: skip


@pytest.mark.parametrize("actor", ["chen", "sofia", None])
def test_the_last_who_leads_stays_until_somebody_else_does(cast, now, actor):
    by = getattr(cast, actor) if actor else None
    with pytest.raises(Invalid) as refused:
        services.remove_member(forum_id=cast.forum_id, member=cast.chen, actor=by, now=now)
    assert refused.value.code == "last-leader"
    with pytest.raises(Invalid):
        admit(cast, cast.chen, "participant", by, now)
    assert role_of(cast, cast.chen) == "moderator"


def test_who_may_not_sign_in_is_no_second_leader(chaired, now):
    type(chaired.chen).objects.filter(pk=chaired.chen.pk).update(is_active=False)
    with pytest.raises(Invalid):
        services.remove_member(forum_id=chaired.forum_id, member=chaired.boris, actor=chaired.boris, now=now)


def test_one_of_two_leaders_leaves_on_the_web(chaired, client, now):
    client.force_login(chaired.boris)
    answer = client.post(f"/discussions/{chaired.forum_id}/members/", {"remove": chaired.boris.pk})
    assert answer.status_code == 302 and role_of(chaired, chaired.boris) == ""


def test_the_members_page_says_why_it_refuses_and_changes_nothing(cast, client):
    client.force_login(cast.chen)
    url = f"/discussions/{cast.forum_id}/members/"
    own_chair = client.post(url, {"email": cast.chen.email, "role": "chair"})
    leaving = client.post(url, {"remove": cast.chen.pk})
    assert own_chair.status_code == 403 and "cannot give yourself this role" in own_chair.content.decode()
    assert leaving.status_code == 422 and "Nobody else leads this discussion" in leaving.content.decode()
    assert role_of(cast, cast.chen) == "moderator"


def test_the_members_page_offers_the_chair_to_those_who_may_name_one(chaired, client):
    url = f"/discussions/{chaired.forum_id}/members/"
    client.force_login(chaired.chen)
    assert 'value="chair"' not in client.get(url).content.decode()
    client.force_login(chaired.boris)
    assert 'value="chair"' in client.get(url).content.decode()


def test_who_alone_leads_a_discussion_that_goes_on_is_neither_shut_out_nor_anonymised(cast, now):
    form = MemberForm({"name": "Chen Wei", "is_active": ""}, instance=type(cast.chen).objects.get(pk=cast.chen.pk))
    assert not form.is_valid() and "Risk assessment" in str(form.errors["is_active"])
    with pytest.raises(Invalid):
        anonymise_member(member_id=cast.chen.pk, actor=cast.chen, now=now)
    cast.chen.refresh_from_db()
    assert cast.chen.is_active and cast.chen.name == "Chen Wei" and role_of(cast, cast.chen) == "moderator"


def test_who_led_a_discussion_that_is_over_may_go(cast, now):
    ForumPolicy.objects.filter(forum_id=cast.forum_id).update(closes_at=now - timedelta(days=1))
    anonymise_member(member_id=cast.chen.pk, actor=cast.chen, now=now)
    assert role_of(cast, cast.chen) == ""


def test_letting_many_in_at_once_changes_nobodys_role(chaired, now):
    people = [chaired.boris.pk, chaired.chen.pk, chaired.stella.pk]
    services.admit_members(forum_id=chaired.forum_id, member_ids=people, actor=chaired.chen, now=now)
    assert role_of(chaired, chaired.boris) == "chair" and role_of(chaired, chaired.chen) == "moderator"
