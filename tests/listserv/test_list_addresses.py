"""The names of lists, and what a local part of the mail domain means."""

import pytest

from forums import services as forums
from listserv import selectors
from listserv.models import MailingList

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("Risk Assessment", "risk-assessment"),
        ("risk", "risk-2"),
        ("postmaster", "postmaster-2"),
        ("risk-leave", "risk-2"),
        ("a_b", "a-b"),
        ("评估", "discussion"),
        ("x" * 60, "x" * 24),
        ("--", "discussion"),
    ],
)
def test_a_list_name_is_a_free_local_part(cast, now, slug, name):
    policy = forums.create_forum(name="Another", slug=slug, preset="closed", now=now)
    mailing_list = MailingList.objects.get(forum_id=policy.forum_id)
    mailing_list.full_clean()
    assert mailing_list.name == name


@pytest.mark.parametrize(
    ("local", "kind", "token"),
    [
        ("risk", "post", ""), ("RISK", "post", ""), ("risk+r.abc", "reply", "abc"), ("Risk+R.ABC", "reply", "abc"),
        ("risk+a.abc", "alias", "abc"),
        ("risk-bounces+abc", "bounces", "abc"), ("risk-leave+abc", "leave", "abc"), ("risk-leave", "leave", ""),
        ("risk-confirm+abc", "confirm", "abc"), ("risk-owner", "owner", ""),
    ],
)  # fmt: skip
def test_a_local_part_means_a_list_and_a_subaddress(cast, local, kind, token):
    mailing_list = selectors.list_by_address(local)
    assert (mailing_list.mailing_list.name, mailing_list.kind, mailing_list.token) == ("risk", kind, token)


@pytest.mark.parametrize(
    "local", ["", "risky", "risk+", "risk+x", "risk+x.abc", "risk-foo", "-leave", "ri\u017fk", "risk+r." + "x" * 70]
)
def test_other_local_parts_mean_nothing(cast, local):
    assert selectors.list_by_address(local) is None


def test_the_discussion_page_shows_the_address_to_members_only(cast):
    aside = selectors.forum_aside(forum_id=cast.forum_id, member=cast.amina)
    assert aside["list_address"] == "risk@lists.hub.example" and aside["list_delivery"] == "each"
    assert selectors.forum_aside(forum_id=cast.forum_id, member=None) == {}
