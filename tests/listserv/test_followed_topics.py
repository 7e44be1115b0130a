"""The mail of a topic follows how each member follows it, at each delivery and in each digest."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forums import services as forums
from listserv import services
from listserv.digests import digest_worker
from listserv.models import Mailing, MailingList
from listserv.outbound import roster

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(cast):
    return MailingList.objects.get()


def follow(member: Any, row: Any, level: str, now: Any) -> None:
    forums.follow_topic(member=member, topic_id=row.topic_id, level=level, now=now)


def receivers(cast: Any, row: Any, now: Any) -> set[str]:
    mailing = Mailing.objects.select_related("contribution__post__topic__forum", "list").get(contribution=row)
    names = {member.pk: name for name, member in vars(cast).items() if name != "policy"}
    return {names[receiver.member_id] for receiver in roster.page(mailing, size=100, now=now).receivers}


def test_a_watched_topic_comes_singly_whatever_the_mode_and_a_muted_one_never(cast, risk, now):
    row = cast.say(cast.amina, now=now)
    for member, mode in ((cast.boris, "none"), (cast.oona, "digest-daily")):
        services.set_delivery(list_id=risk.pk, member=member, delivery=mode, now=now)
    assert receivers(cast, row, now) == {"amina", "chen"}
    follow(cast.boris, row, forums.WATCHING, now)
    follow(cast.oona, row, forums.WATCHING, now)
    follow(cast.chen, row, forums.MUTED, now)
    assert receivers(cast, row, now) == {"amina", "boris", "oona"}
    other = cast.say(cast.amina, now=now, subject="Another topic")
    assert receivers(cast, other, now) == {"amina", "chen"}


def test_a_pause_holds_for_watched_topics_too(cast, risk, now):
    row = cast.say(cast.amina, now=now)
    follow(cast.boris, row, forums.WATCHING, now)
    services.pause(list_id=risk.pk, member=cast.boris, until=now + timedelta(days=2), now=now)
    assert receivers(cast, row, now) == {"amina", "chen", "oona"}


def test_following_costs_the_roster_no_query(cast, risk, now, make_member):
    row = cast.say(cast.amina, now=now)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            receivers(cast, row, now)
        return len(context)

    before = queries()
    for member in (cast.boris, cast.chen, cast.oona):
        follow(member, row, forums.WATCHING, now)
    assert queries() == before


def test_a_digest_leaves_out_what_is_muted_and_what_came_singly(cast, risk, now, deliver, sent):
    for member in (cast.boris, cast.oona, cast.chen):
        services.set_delivery(list_id=risk.pk, member=member, delivery="digest-daily", now=now)
    row = cast.say(cast.amina, "About distances.", now=now, subject="Distances")
    cast.say(cast.amina, "About seeds.", now=now, subject="Seeds")
    follow(cast.boris, row, forums.MUTED, now)
    follow(cast.oona, row, forums.WATCHING, now)
    deliver()
    digest_worker.send_digests(now + timedelta(days=1, hours=8))
    bodies = {}
    for member in (cast.boris, cast.oona, cast.chen):
        letters = [letter for letter in sent(member.email) if "Digest" in letter["Subject"]]
        bodies[member.pk] = [letter.get_body().get_content() for letter in letters]
    (muted,), (watched,), (usual,) = bodies[cast.boris.pk], bodies[cast.oona.pk], bodies[cast.chen.pk]
    assert "About seeds." in muted and "About distances." not in muted
    assert "About seeds." in watched and "About distances." not in watched
    assert "About seeds." in usual and "About distances." in usual


def test_a_digest_of_nothing_but_muted_topics_is_not_sent(cast, risk, now, deliver, sent):
    services.set_delivery(list_id=risk.pk, member=cast.boris, delivery="digest-daily", now=now)
    row = cast.say(cast.amina, "About distances.", now=now)
    follow(cast.boris, row, forums.MUTED, now)
    deliver()
    digest_worker.send_digests(now + timedelta(days=1, hours=8))
    assert not sent(cast.boris.email)
