"""What a report, a complaint, a refusal at the relay and
a member's "start again" do; each is one transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from forums import selectors as forum_selectors
from hub.lib import metrics
from hub.lib.errors import NotFound
from hub.lib.logs import event, person
from listserv import tokens
from listserv.bounces import notifications, scoring, selectors
from listserv.digest_times import start_again
from listserv.mail.reports.delivery_reports import DeliveryReport, Failure, Kind, read_report
from listserv.mail.reports.report_addresses import find
from listserv.mail.reports.status_codes import Fate, enhanced
from listserv.mail.smtp.refusals import is_about_the_mailbox
from listserv.models import Bounce, Mailing, Subscription

if TYPE_CHECKING:
    from hub.members.models import Member
    from listserv.models import InboundMail

_READ = "_read_report"
_KINDS = {Fate.FAILED: Bounce.Kind.PERMANENT, Fate.DELAYED: Bounce.Kind.TEMPORARY}


def report_of(row: "InboundMail") -> DeliveryReport:
    """Return the report in a message, read once, before any transaction."""
    report: DeliveryReport | None = row.__dict__.get(_READ)
    if report is None:
        report = row.__dict__[_READ] = read_report(bytes(row.raw))
    return report


@transaction.atomic
def take_report(*, row: "InboundMail", now: datetime) -> DeliveryReport:
    """Read a mail that came to an envelope sender of ours, and do what it asks for.

    Only the token in its address says whose copy it is about, or that in the envelope sender which
    a provider's notice names; without a genuine one nothing changes.
    """
    report = report_of(row)
    token = tokens.read_bounce(_token(row.recipient))
    subscription = _subscription(token.subscription_id, row.list_id) if token is not None else None
    if subscription is None or token is None:
        take_notice(report=report, row=row, now=now)
        return report
    if report.kind is Kind.COMPLAINT:
        if report.complaint is not None and report.complaint.is_abuse:
            complain(subscription=subscription, number=token.number, inbound=row, now=now)
    elif report.failures and _is_fresh(token.number, subscription.list_id, now):
        _count(subscription, token.number, report.failures, row, now)
    return report


@transaction.atomic
def take_notice(*, report: DeliveryReport, row: "InboundMail", now: datetime) -> bool:
    """Act on what a provider's notice says that came to another address of ours than the copy's
    envelope sender.

    A notice in JSON goes to one address for all mail of the hub. Each copy that it is about must
    bear a token of ours as its envelope sender; False where none does. Queries: 2 for each failure
    with a genuine token, and what counting costs.
    """
    if report.kind is Kind.COMPLAINT:
        return take_complaint(report=report, row=row, now=now)
    is_about_ours = False
    for failure in report.failures:
        token = tokens.read_bounce(_token(failure.envelope_from))
        subscription = _subscription(token.subscription_id, None) if token is not None else None
        if token is None or subscription is None:
            continue
        is_about_ours = True
        if _is_fresh(token.number, subscription.list_id, now):
            _count(subscription, token.number, (failure,), row, now)
    return is_about_ours


def _count(
    subscription: Subscription,
    number: int,
    failures: tuple[Failure, ...],
    row: "InboundMail",
    now: datetime,
) -> None:
    """Count what a report says of one copy."""
    address, failure = _whose(subscription, failures)
    scoring.count(
        Bounce(
            subscription=subscription,
            address=address,
            kind=_KINDS[failure.fate],
            status=failure.status[:12],
            diagnostic=failure.diagnostic[:500],
            number=number,
            inbound=row,
            created_at=now,
        ),
        now=now,
    )


@transaction.atomic
def take_returned(*, row: "InboundMail", now: datetime) -> DeliveryReport:
    """Read a mail that came to the hub's own envelope sender:
    a trial that came back, or what is said of a copy.
    """
    report = report_of(row)
    if report.kind is Kind.FAILURE:
        failed = (
            failure.envelope_from for failure in report.failures if failure.fate is Fate.FAILED
        )
        for sender in dict.fromkeys((row.recipient, *failed)):
            scoring.trial_came_back(_token(sender), now=now)
    take_notice(report=report, row=row, now=now)
    return report


@transaction.atomic
def take_complaint(*, report: DeliveryReport, row: "InboundMail", now: datetime) -> bool:
    """Act on a complaint that came to another address of ours than the copy's envelope sender.

    The copy it is about must bear a token of ours, as its envelope sender or as its way out of the
    list; False else.
    """
    complaint = report.complaint
    if complaint is None or not complaint.is_abuse:
        return False
    returned = complaint.returned
    senders = [complaint.envelope_from, *(find(returned.raw("return-path")) if returned else ())]
    for sender in senders:
        token = tokens.read_bounce(_token(sender))
        subscription = _subscription(token.subscription_id, None) if token is not None else None
        if token is not None and subscription is not None:
            complain(subscription=subscription, number=token.number, inbound=row, now=now)
            return True
    for way_out in find(returned.raw("list-unsubscribe")) if returned else ():
        key = tokens.read_leave(_token(way_out))
        subscription = _subscription(key, None) if key is not None else None
        if subscription is not None:
            complain(subscription=subscription, number=None, inbound=row, now=now)
            return True
    return False


@transaction.atomic
def complain(
    *,
    subscription: Subscription,
    number: int | None,
    now: datetime,
    inbound: "InboundMail | None" = None,
) -> None:
    """Stop the mail of one subscription, which its reader reported as unwanted; twice is once.

    Nothing is sent to the address that complained.
    """
    if subscription.suspended_at is not None:
        return
    Bounce.objects.create(
        subscription=subscription,
        address=subscription.recipient.lower(),
        kind=Bounce.Kind.COMPLAINT,
        number=number,
        inbound=inbound,
        counted=True,
        created_at=now,
    )
    metrics.bounces.labels(Bounce.Kind.COMPLAINT.value).inc()
    event(
        "complaint",
        subscription=subscription.pk,
        recipient=person(subscription.recipient),
        number=number,
    )
    subscription.suspended_at, subscription.suspended_for = now, Subscription.Suspension.COMPLAINT
    subscription.save(update_fields=["suspended_at", "suspended_for"])
    notifications.tell_complaint(subscription)


@transaction.atomic
def count_refusals(*, refusals: Iterable[tuple[int, int, str]], now: datetime) -> int:
    """Count the recipients whom the relay refused in the session; return how many counted.

    A refusal counts when it is about the mailbox; one about the mail or about us says nothing of a
    reader.

    Args: refusals, (subscription key, contribution number, the relay's reply). Queries: 7 for each
    that counts.
    """
    meaningful = [
        (pk, number, reply) for pk, number, reply in refusals if is_about_the_mailbox(reply)
    ]
    rows = Subscription.objects.select_related("member", "address").in_bulk(
        [pk for pk, _number, _reply in meaningful]
    )
    counted = 0
    for pk, number, reply in meaningful:
        if pk in rows:
            bounce = Bounce(
                subscription=rows[pk],
                address=rows[pk].recipient.lower(),
                kind=Bounce.Kind.PERMANENT,
                status=enhanced(reply)[:12],
                diagnostic=reply[:500],
                number=number,
                created_at=now,
            )
            counted += scoring.count(bounce, now=now)
    return counted


@transaction.atomic
def restart(*, list_id: int, member: "Member", now: datetime) -> Subscription:
    """Send a member the mail of a list again that had stopped by itself; what was said meanwhile is
    not made up for.

    Where the address had given its mail back, all lists that go there start again: the member says
    that it works.

    Raises: NotFound (hidden, or not on the roster).
    """
    row = (
        Subscription.objects.filter(list_id=list_id, member=member, ended_at=None)
        .select_related("list__forum", "member", "address")
        .first()
    )
    if row is None or not forum_selectors.may_read_forum(member, row.list.forum_id):
        raise NotFound
    rows = [row] if row.suspended_at is not None else []
    if row.suspended_for == Subscription.Suspension.BOUNCES:
        scoring.forgive(row.recipient)
        there = selectors.subscriptions_at(row.recipient).exclude(pk=row.pk)
        rows += there.filter(member=member, suspended_for=Subscription.Suspension.BOUNCES)
    for stopped in rows:
        start_again(stopped, now)
    row.refresh_from_db()
    return row


@transaction.atomic
def restart_address(*, address: str, now: datetime) -> int:
    """Send mail to an address again, as the Secretariat has
    heard that it works; return to how many subscriptions.
    """
    scoring.forgive(address)
    rows = list(
        selectors.subscriptions_at(address).filter(suspended_for=Subscription.Suspension.BOUNCES)
    )
    for row in rows:
        start_again(row, now)
    return len(rows)


def _token(address: str) -> str:
    return address.partition("+")[2].partition("@")[0]


def _subscription(pk: int, list_id: int | None) -> Subscription | None:
    rows = Subscription.objects.filter(pk=pk, ended_at=None).select_related(
        "member", "address", "list__forum"
    )
    return (rows if list_id is None else rows.filter(list_id=list_id)).first()


def _is_fresh(number: int, list_id: int, now: datetime) -> bool:
    """Whether a copy is so young that reports about it
    still come; the token of an old one proves nothing.
    """
    rows = Mailing.objects.filter(contribution__number=number, list_id=list_id)
    return rows.filter(created_at__gt=now - scoring.FRESH).exists()


def _whose(subscription: Subscription, failures: tuple[Failure, ...]) -> tuple[str, Failure]:
    """Return the member's address that a report is about, and what it says of it.

    The token decides whose copy it was. The report may name another address of the member's, from
    before they changed it; one of a stranger is where the member forwards to.
    """
    recipient = subscription.recipient.lower()
    own = {recipient, *(address.lower() for address in selectors.addresses_of(subscription.member))}
    named = {failure.address.lower(): failure for failure in failures}
    for address in (recipient, *sorted(own)):
        if address in named:
            return address, named[address]
    worst = next((failure for failure in failures if failure.fate is Fate.FAILED), failures[0])
    return recipient, worst
