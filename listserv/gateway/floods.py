"""Bound what unproven messages put before people.

Those are notifications to those who lead, and requests to confirm.

Counted by the rows of the last hour, so that several processes and a restart change nothing.
Whoever is over a limit is put off (``451 4.7.1``); a proven sender is counted elsewhere, by member.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hub.lib.verdicts import Action, Verdict, reject
from listserv.address_kinds import AddressKind
from listserv.gateway import limits
from listserv.gateway.facts import HELD_WINDOW
from listserv.mail.parse import automatic
from listserv.models import InboundMail

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from listserv.gateway.facts import HubFacts
    from listserv.gateway.question import Question

State = InboundMail.State
_TO_PEOPLE = frozenset({AddressKind.OWNER, AddressKind.DESK})
# Messages in an hour to those who lead: from one reverse path, from one client, to one list (or to
# all desks together).
FROM_ONE_SENDER = 5
FROM_ONE_CLIENT = 20
TO_ONE_LIST = 60
# Messages of one client in an hour that members are asked about.
HELD_FROM_ONE_CLIENT = 30


def bounded(question: "Question", verdict: Verdict, facts: "HubFacts") -> Verdict:
    """Return the verdict, or the one that puts the sender off.

    Queries: 0, or 1 to 3 for who proves nothing; those about held messages once for each client of
    a group.
    """
    if question.sender.is_proven:
        return verdict
    if verdict.action is Action.HOLD:
        is_over = _is_asked_too_often(question, facts)
    elif verdict.action is Action.ACCEPT:
        is_over = _is_written_too_often(question)
    else:
        return verdict
    if not is_over:
        return verdict
    return reject(
        "rate", _("Too many messages have come from this server in an hour. Try again later.")
    )


def _is_asked_too_often(question: "Question", facts: "HubFacts") -> bool:
    """Whether members are asked about too many messages of this client already."""
    peer = question.incoming.peer
    if limits.is_exempt(peer):
        return False
    return facts.held_from(peer) >= HELD_FROM_ONE_CLIENT


def _is_written_too_often(question: "Question") -> bool:
    """Whether those who lead have too many messages already, by one of the three counts."""
    if question.recipient.kind not in _TO_PEOPLE or automatic.is_complaint(question.message):
        return False
    sender, peer = question.incoming.mail_from, question.incoming.peer
    bounds: list[tuple[dict[str, object], int]] = []
    if sender:
        bounds.append(({"envelope_from__iexact": sender[:320]}, FROM_ONE_SENDER))
    # A relay's own address would stand for everybody behind it.
    if not limits.is_exempt(peer):
        bounds.append(({"peer": peer[:64]}, FROM_ONE_CLIENT))
    bounds.append(({"list_id": question.recipient.list_id}, TO_ONE_LIST))
    rows = _unproven_to_people(question)
    return any(rows.filter(**counted).count() >= limit for counted, limit in bounds)


def _unproven_to_people(question: "Question") -> "QuerySet[InboundMail]":
    """Return the unproven messages of the last hour that went to people."""
    return InboundMail.objects.filter(
        received_at__gt=question.incoming.received_at - HELD_WINDOW,
        kind__in=_TO_PEOPLE,
        proof=InboundMail.Proof.NONE,
        state__in=(State.QUEUED, State.DONE),
    )
