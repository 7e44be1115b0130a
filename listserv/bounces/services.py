"""Act on reports, complaints and refusals at the relay, and start mail again.

Each is one transaction.
"""

from collections.abc import Iterable, Iterator
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
from listserv.gateway.question import token_of
from listserv.mail.reports.complaints import Complaint
from listserv.mail.reports.delivery_reports import DeliveryReport, Failure, ReportKind, read_report
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
    """Act on a report that came to an envelope sender of ours.

    Only the token in its address says which delivery it is about, or that in the envelope sender
    which a provider's notice names; without a genuine one nothing changes.
    """
    report = report_of(row)
    delivery = _delivery_of(row.recipient, row.list_id)
    if delivery is None:
        take_notice(report=report, row=row, now=now)
        return report
    subscription, number = delivery
    if report.kind is not ReportKind.COMPLAINT:
        _count(subscription, number, report.failures, row, now)
    elif report.complaint is not None and report.complaint.is_abuse:
        complain(subscription=subscription, number=number, inbound=row, now=now)
    return report


@transaction.atomic
def take_notice(*, report: DeliveryReport, row: "InboundMail", now: datetime) -> bool:
    """Act on a provider's notice that came to another address than the delivery's envelope sender.

    A notice in JSON goes to one address for all mail of the hub. Each delivery that it is about
    must bear a token of ours as its envelope sender; False where none does. Queries: 3 for each
    failure with a genuine token, and what counting costs.
    """
    if report.kind is ReportKind.COMPLAINT:
        return take_complaint(report=report, row=row, now=now)
    is_about_ours = False
    for failure in report.failures:
        delivery = _delivery_of(failure.envelope_from)
        if delivery is not None:
            is_about_ours = True
            _count(*delivery, (failure,), row, now)
    return is_about_ours


def _count(
    subscription: Subscription,
    number: int,
    failures: tuple[Failure, ...],
    row: "InboundMail",
    now: datetime,
) -> None:
    """Count what a report says of one delivery; the token of an old one proves nothing."""
    if not failures or not _is_fresh(number, subscription.list_id, now):
        return
    address, failure = _address_and_failure(subscription, failures)
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
    """Act on a report that came to the hub's own envelope sender: about a trial or a delivery."""
    report = report_of(row)
    if report.kind is ReportKind.FAILURE:
        failed = (
            failure.envelope_from for failure in report.failures if failure.fate is Fate.FAILED
        )
        for sender in dict.fromkeys((row.recipient, *failed)):
            scoring.trial_came_back(token_of(sender), now=now)
    take_notice(report=report, row=row, now=now)
    return report


@transaction.atomic
def take_complaint(*, report: DeliveryReport, row: "InboundMail", now: datetime) -> bool:
    """Act on a complaint that came to another address than the delivery's envelope sender.

    The delivery it is about must bear a token of ours, as its envelope sender or as its leave
    address; False else.
    """
    complaint = report.complaint
    if complaint is None or not complaint.is_abuse:
        return False
    for subscription, number in _deliveries_in(complaint):
        complain(subscription=subscription, number=number, inbound=row, now=now)
        return True
    return False


def _deliveries_in(complaint: Complaint) -> Iterator[tuple[Subscription, int | None]]:
    """Yield what a complaint may be about: a subscription, and the contribution's number if known.

    Queries: 1 for each genuine token.
    """
    for sender in (complaint.envelope_from, *_returned_addresses(complaint, "return-path")):
        delivery = _delivery_of(sender)
        if delivery is not None:
            yield delivery
    for leave_address in _returned_addresses(complaint, "list-unsubscribe"):
        key = tokens.read_leave(token_of(leave_address))
        subscription = _subscription(key) if key is not None else None
        if subscription is not None:
            yield subscription, None


def _returned_addresses(complaint: Complaint, name: str) -> list[str]:
    """Return the addresses in a field of the message that a complaint returns."""
    if not complaint.returned:
        return []
    return find(complaint.returned.raw(name))


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
    notifications.notify_complaint(subscription)


@transaction.atomic
def count_refusals(*, refusals: Iterable[tuple[int, int, str]], now: datetime) -> int:
    """Count the recipients whom the relay refused in the session; return how many counted.

    A refusal counts when it is about the mailbox; one about the message or about us says nothing of
    a reader.

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
    """Send a member the mail of a list again that had stopped by itself.

    Contributions of the meantime are not sent. Where the address had given its mail back, all lists
    that go there start again: the member says that it works.

    Raises: NotFound (hidden, or not on the roster).
    """
    row = (
        Subscription.objects.filter(list_id=list_id, member=member, ended_at=None)
        .select_related("list__forum", "member", "address")
        .first()
    )
    if row is None or not forum_selectors.may_read_forum(member, row.list.forum_id):
        raise NotFound
    rows = []
    if row.suspended_at is not None:
        rows.append(row)
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
    """Send mail to an address again, as the Secretariat has heard that it works.

    Returns: how many subscriptions start again.
    """
    scoring.forgive(address)
    rows = list(
        selectors.subscriptions_at(address).filter(suspended_for=Subscription.Suspension.BOUNCES)
    )
    for row in rows:
        start_again(row, now)
    return len(rows)


def _delivery_of(sender: str, list_id: int | None = None) -> tuple[Subscription, int] | None:
    """Return the subscription and the contribution's number that an envelope sender names.

    None without a genuine token. Args: list_id, whose subscription it must be. Queries: 1.
    """
    token = tokens.read_bounce(token_of(sender))
    if token is None:
        return None
    subscription = _subscription(token.subscription_id, list_id)
    if subscription is None:
        return None
    return subscription, token.number


def _subscription(pk: int, list_id: int | None = None) -> Subscription | None:
    rows = Subscription.objects.filter(pk=pk, ended_at=None)
    if list_id is not None:
        rows = rows.filter(list_id=list_id)
    return rows.select_related("member", "address", "list__forum").first()


def _is_fresh(number: int, list_id: int, now: datetime) -> bool:
    """Whether a delivery is so young that reports about it still come."""
    rows = Mailing.objects.filter(contribution__number=number, list_id=list_id)
    return rows.filter(created_at__gt=now - scoring.FRESH).exists()


def _address_and_failure(
    subscription: Subscription, failures: tuple[Failure, ...]
) -> tuple[str, Failure]:
    """Return the member's address that a report is about, and what it says of it.

    The token decides whose delivery it was. The report may name another address of the member's,
    from before they changed it; one of a stranger is where the member forwards to.
    """
    recipient = subscription.recipient.lower()
    own = {recipient, *(address.lower() for address in selectors.addresses_of(subscription.member))}
    by_address = {failure.address.lower(): failure for failure in failures}
    for address in (recipient, *sorted(own)):
        if address in by_address:
            return address, by_address[address]
    worst = next((failure for failure in failures if failure.fate is Fate.FAILED), failures[0])
    return recipient, worst
