"""Bulk and single ways onto a roster write the same rows; owners see whom nobody knows."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from forums import services as forums
from forums.models import Membership
from hub.lib.errors import Invalid, NotAllowed, NotFound
from listserv import rosters, services
from listserv.models import MailingList, Subscription
from listserv.rosters import addresses_in
from tests.growth import assert_linear

pytestmark = pytest.mark.django_db
MEMBERSHIP = ("role", "joined_at", "left_at", "horizon")
SUBSCRIPTION = (
    "delivery", "own_copy", "files", "language", "paused_until", "digest_at", "digest_since", "created_at", "ended_at",
)  # fmt: skip


def rows_of(member: Any) -> tuple[Any, Any]:
    membership = Membership.objects.filter(member=member).values_list(*MEMBERSHIP).get()
    return membership, Subscription.objects.filter(member=member).values_list(*SUBSCRIPTION).get()


@pytest.fixture
def risk(cast):
    return MailingList.objects.get()


def test_many_get_the_rows_that_one_gets(cast, risk, now, make_member):
    cast.say(cast.amina, now=now)
    one, other, former, returning = (make_member(name) for name in ("Una Ono", "Otto Ott", "Fay Fo", "Ray Ro"))
    for left in (former, returning):
        forums.admit_member(forum_id=cast.forum_id, member=left, role="observer", now=now)
        services.set_delivery(list_id=risk.pk, member=left, delivery="digest-daily", now=now)
        forums.remove_member(forum_id=cast.forum_id, member=left, now=now)
    for member in (one, former):
        forums.admit_member(forum_id=cast.forum_id, member=member, now=now)
    asked = [other.email.upper(), f" {returning.email}"]
    change = rosters.subscribe_many(list_id=risk.pk, addresses=asked, now=now, actor=cast.chen)
    assert (change.changed, change.unchanged, change.unknown) == (2, 0, ())
    assert rows_of(one) == rows_of(other) and rows_of(former) == rows_of(returning)


def test_who_is_there_keeps_the_role_and_who_is_unknown_is_named(cast, risk, now):
    asked = [cast.chen.email, cast.stella.email, "nobody@else.example", cast.stella.email]
    change = rosters.subscribe_many(list_id=risk.pk, addresses=asked, now=now)
    assert (change.changed, change.unchanged, change.unknown) == (1, 1, ("nobody@else.example",))
    assert Membership.objects.get(member=cast.chen).role == "moderator"
    again = rosters.subscribe_many(list_id=risk.pk, addresses=asked, now=now)
    assert (again.changed, again.unchanged) == (0, 2)


def test_a_second_address_finds_its_member_and_an_unconfirmed_one_nobody(cast, risk, now, make_member):
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=cast.stella, email="s@second.example", verified=True)
    EmailAddress.objects.create(user=cast.stella, email="s@third.example", verified=False)
    make_member("Gone Away", is_active=False)
    asked = ["S@second.example", "s@third.example", "gone.away@people.example"]
    change = rosters.subscribe_many(list_id=risk.pk, addresses=asked, now=now)
    assert change.changed == 1 and change.unknown == ("s@third.example", "gone.away@people.example")
    assert Subscription.objects.get(member=cast.stella).recipient == cast.stella.email


def test_only_who_leads_changes_the_roster(cast, risk, now):
    for actor, error in ((cast.amina, NotAllowed), (cast.stella, NotFound)):
        for change in (rosters.subscribe_many, rosters.unsubscribe_many):
            with pytest.raises(error):
                change(list_id=risk.pk, addresses=[cast.boris.email], now=now, actor=actor)
        with pytest.raises(error):
            rosters.set_list(list_id=risk.pk, tag="x", shows_addresses=True, actor=actor)


def test_who_is_taken_off_the_roster_still_reads(cast, risk, now):
    change = rosters.unsubscribe_many(list_id=risk.pk, addresses=[cast.boris.email], now=now, actor=cast.chen)
    assert change.changed == 1 and Subscription.objects.get(member=cast.boris).ended_at == now
    assert Membership.objects.get(member=cast.boris).left_at is None
    again = rosters.unsubscribe_many(list_id=risk.pk, addresses=[cast.boris.email], now=now, actor=cast.sofia)
    assert (again.changed, again.unchanged) == (0, 1)


def test_many_cost_as_many_queries_as_a_few(cast, risk, now, make_member, django_assert_max_num_queries):
    asked = [make_member(f"Number {index}").email for index in range(50)]
    with django_assert_max_num_queries(26):
        rosters.subscribe_many(list_id=risk.pk, addresses=asked[:2], now=now, actor=cast.chen)
    with django_assert_max_num_queries(26):
        rosters.subscribe_many(list_id=risk.pk, addresses=asked, now=now, actor=cast.chen)


@pytest.mark.parametrize("tag", ["", "  ", "[x]", "x" * 25, "a\nb"])
def test_a_tag_that_cannot_stand_in_a_subject_is_refused(cast, risk, tag):
    with pytest.raises(Invalid):
        rosters.set_list(list_id=risk.pk, tag=tag, shows_addresses=False, actor=cast.chen)


def test_the_owner_sets_the_tag(cast, risk):
    rosters.set_list(list_id=risk.pk, tag=" Risk 2026 ", shows_addresses=True, actor=cast.chen)
    risk.refresh_from_db()
    assert risk.tag == "Risk 2026" and risk.shows_addresses


def test_addresses_are_found_however_they_are_written():
    text = (
        '# ours\n\nAmina Diallo <Amina.Diallo@people.example>\r\n"Horvat, Boris" <b@people.example>, c@people.example;'
        "d@people.example.\nAmina.Diallo@PEOPLE.example\n  Chen Wei\n第三@例.example\n"
    )
    assert addresses_in(text) == [
        "amina.diallo@people.example", "b@people.example", "c@people.example", "d@people.example", "Chen Wei",
        "第三@例.example",
    ]  # fmt: skip


@pytest.mark.parametrize("piece", ["a", "@", "a@"])
def test_hostile_lines_take_linear_time(piece):
    assert_linear(addresses_in, lambda count: piece * count + "\n", 62_500)


def test_the_command_subscribes_a_file_and_names_the_unknown(cast, risk, tmp_path):
    file = tmp_path / "members.txt"
    file.write_text(f"\ufeff{cast.stella.email}\n{cast.boris.email}\nnobody@else.example\n", encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="1 addresses"):
        call_command("subscribe", "risk", str(file), stdout=out, stderr=err)
    assert "1 put on the roster of risk, 1 were on it." in out.getvalue() and "nobody@else.example" in err.getvalue()
    assert Subscription.objects.get(member=cast.stella).ended_at is None


@pytest.mark.parametrize(("name", "file"), [("no-such", "/dev/null"), ("risk", "/no/such/file")])
def test_the_command_says_what_is_wrong(cast, name, file):
    with pytest.raises(CommandError):
        call_command("subscribe", name, file)
