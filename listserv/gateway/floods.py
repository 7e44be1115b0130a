"""Bound what unproven mails put before people: notifications to those who lead, and requests to
confirm.

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
# Mails in an hour to those who lead: from one reverse path, from one client, to one list (or to all
# desks together).
FROM_ONE_SENDER, FROM_ONE_CLIENT, TO_ONE_LIST = 5, 20, 60
# Mails of one client in an hour that members are asked about.
HELD_FROM_ONE_CLIENT = 30


def bounded(question: "Question", verdict: Verdict, facts: "HubFacts") -> Verdict:
    """Return the verdict, or the one that puts the sender off.

    Queries: 0, or 1 to 3 for who proves nothing; those about held mails once for each client of a
    group.
    """
    if question.sender.is_proven or verdict.action not in {Action.ACCEPT, Action.HOLD}:
        return verdict
    peer = question.delivery.peer
    # A relay's own address would stand for everybody behind it.
    is_counted = not limits.is_exempt(peer)
    if verdict.action is Action.HOLD:
        return (
            _too_many() if is_counted and facts.held_from(peer) >= HELD_FROM_ONE_CLIENT else verdict
        )
    if question.recipient.kind not in _TO_PEOPLE or automatic.is_complaint(question.mail):
        return verdict
    rows = _rows(question).filter(
        kind__in=_TO_PEOPLE, proof=InboundMail.Proof.NONE, state__in=(State.QUEUED, State.DONE)
    )
    sender = question.delivery.mail_from
    if sender and rows.filter(envelope_from__iexact=sender[:320]).count() >= FROM_ONE_SENDER:
        return _too_many()
    if is_counted and rows.filter(peer=peer[:64]).count() >= FROM_ONE_CLIENT:
        return _too_many()
    if rows.filter(list_id=question.recipient.list_id).count() >= TO_ONE_LIST:
        return _too_many()
    return verdict


def _rows(question: "Question") -> "QuerySet[InboundMail]":
    return InboundMail.objects.filter(received_at__gt=question.delivery.received_at - HELD_WINDOW)


def _too_many() -> Verdict:
    return reject(
        "rate", _("Too many messages have come from this server in an hour. Try again later.")
    )
