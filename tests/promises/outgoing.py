"""What is written for many at once promises: copies, digests, rosters, and what is dropped."""

from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import Q
from django.test import override_settings

from forums.models import Membership
from hub.members.models import Member
from listserv import retention, rosters, services
from listserv.archive.composing import MessageWriter
from listserv.digests import closing, digest_worker
from listserv.digests.render import Digest
from listserv.digests.select import gather
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import InboundMail, Mailing, Subscription
from listserv.outbound import bulk, hold, roster
from listserv.outbound.bodies import Bodies
from listserv.outbound.mail_backend import NoticeBackend
from listserv.outbound.render import Renderer
from tests.promises import Promise
from tests.promises.network import Network


def _mailing(hub: Network) -> Mailing:
    rows = Mailing.objects.select_related(
        "list__forum__policy",
        "contribution__post__topic__forum__policy",
        "contribution__author",
        "contribution__parent",
    )
    return rows.get(contribution=hub.newest.pk)


def _subscription(hub: Network) -> Subscription:
    rows = Subscription.objects.select_related("list__forum", "member", "address")
    return rows.get(list=hub.mailing_list, member=hub.amina)


def _people(hub: Network) -> list[Any]:
    return [hub.amina, hub.boris, hub.chen, *(row.member for row in Subscription.objects.select_related("member"))]


def _newcomers(hub: Network) -> list[Any]:
    """Return people who are on no roster, as many as the hub is large."""
    Membership.objects.filter(forum_id=hub.forum_id, member__name__startswith="Person").delete()
    Subscription.objects.filter(list=hub.mailing_list, member__name__startswith="Person").delete()
    return list(Member.objects.filter(name__startswith="Person"))


def _copies(mailing: Mailing, receivers: Any) -> None:
    renderer = Renderer(mailing)
    renderer.prepare(receivers)
    for receiver in receivers:
        renderer.envelope(receiver)


def _due_digests(hub: Network) -> Network:
    """Let all digests of one list be due, from one place in it."""
    rows = Subscription.objects.filter(list=hub.mailing_list)
    rows.update(delivery="digest-daily", digest_at=hub.now, digest_since=0, suspended_at=None, suspended_for="")
    return hub


def _old_messages(hub: Network) -> Network:
    InboundMail.objects.filter(state="queued").update(state="published")
    InboundMail.objects.filter(state="failed").update(state="rejected", raw=b"x", size=1)
    return hub


def _drop_old(hub: Network) -> None:
    with override_settings(HUB_KEEP_RAW_DAYS=30):
        retention.drop_old(hub.now + timedelta(days=400))


_OUTBOUND = "listserv.outbound"
PROMISES = (
    Promise(
        "listserv.archive.composing.MessageWriter.message",
        0,
        lambda pair: pair[0].message(pair[1]),
        lambda hub: (MessageWriter(hub.mailing_list, False), hub.contributions[0]),
    ),
    Promise(
        "listserv.digests.render.Digest",
        0,
        lambda pair: Digest(pair[0].mailing_list, pair[1], language="fr", zone="UTC", now=pair[0].now),
        lambda hub: (hub, gather(hub.mailing_list, 0)),
    ),
    Promise(
        "listserv.digests.closing.queue_gathered",
        5,
        lambda pair: closing.queue_gathered(pair[1], pair[0].now),
        lambda hub: (hub, _subscription(hub)),
    ),
    Promise(
        "listserv.digests.digest_worker.send_digests",
        6,
        lambda hub: digest_worker.send_digests(hub.now),
        _due_digests,
        besides=3 + 4,
    ),
    Promise(
        f"{_OUTBOUND}.bodies.Bodies",
        1,
        lambda row: Bodies(row.contribution, row.list, alias="a").get("en", roster.Form.TEXT),
        _mailing,
    ),
    Promise(
        f"{_OUTBOUND}.bulk._is_refused_again",
        1,
        lambda _hub: bulk._is_refused_again([DeliveryResult(Outcome.FAILED, "550 No")]),
    ),
    Promise(f"{_OUTBOUND}.hold._end_notices", 2, lambda hub: hold._end_notices(Q(created_at__lte=hub.now), hub.now)),
    Promise(f"{_OUTBOUND}.hold.unless_on_hold", 1, lambda hub: hold.unless_on_hold(lambda now: 0)(hub.now)),
    Promise(
        f"{_OUTBOUND}.mail_backend.NoticeBackend.send_messages",
        1,
        lambda people: NoticeBackend().send_messages(
            [EmailMessage("Subject", "Words.", to=[person.email]) for person in people]
        ),
        _people,
    ),
    Promise(
        f"{_OUTBOUND}.render.Renderer",
        1,
        lambda pair: _copies(*pair),
        lambda hub: (_mailing(hub), roster.page(_mailing(hub), size=100, now=hub.now).receivers),
    ),
    Promise(
        f"{_OUTBOUND}.roster.among",
        1,
        lambda parts: roster.among(parts[1], parts[2], now=parts[0].now),
        lambda hub: (hub, _mailing(hub), list(Subscription.objects.values_list("pk", flat=True))),
        besides=3,
    ),
    Promise("listserv.retention.drop_old", 5, _drop_old, _old_messages),
    Promise("listserv.retention.drop_old", 2, lambda hub: retention.drop_old(hub.now)),
    Promise(
        "listserv.retention.forget_member",
        10,
        lambda pair: retention.forget_member(pair[1], pair[0].now),
        lambda hub: (hub, hub.cast.stella),
        besides=1,
    ),
    Promise(
        "listserv.rosters.subscribe_many",
        13,
        lambda pair: rosters.subscribe_many(
            list_id=pair[0].mailing_list.pk, addresses=[person.email for person in pair[1]], now=pair[0].now
        ),
        lambda hub: (hub, _newcomers(hub)),
    ),
    Promise(
        "listserv.rosters.unsubscribe_many",
        4,
        lambda pair: rosters.unsubscribe_many(
            list_id=pair[0].mailing_list.pk, addresses=[person.email for person in pair[1]], now=pair[0].now
        ),
        lambda hub: (hub, _people(hub)),
    ),
    Promise(
        "listserv.services.enrol_many",
        2,
        lambda pair: services.enrol_many(
            list_id=pair[0].mailing_list.pk, member_ids=[person.pk for person in pair[1]], now=pair[0].now
        ),
        lambda hub: (hub, _newcomers(hub)),
    ),
)
