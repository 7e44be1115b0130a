"""Evaluate a message while its client waits: one row for each recipient, and the one reply.

Nothing is written here; :mod:`listserv.gateway.spool` does, and the reply is sent after that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from forums.drafts import Draft
from hub.lib.masking import mask
from hub.lib.verdicts import Action, Verdict, reject
from listserv.address_kinds import AddressKind
from listserv.gateway import address_handlers, floods, replies, rules, stored_drafts
from listserv.gateway.compose import compose, find_parent
from listserv.gateway.facts import HubFacts
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.question import Question
from listserv.gateway.reading import MessageReading, read
from listserv.gateway.recipients import Recipient
from listserv.gateway.sender import Sender, identify
from listserv.mail.parse import guard
from listserv.mail.parse.message import clean
from listserv.models import InboundMail
from listserv.tokens import ReplyToken

if TYPE_CHECKING:
    from hub.members.models import Member

State = InboundMail.State
_WAITING = frozenset({State.QUEUED, State.HELD})
_STATES = {
    Action.ACCEPT: State.QUEUED,
    Action.HOLD: State.HELD,
    Action.REJECT: State.REJECTED,
    Action.DISCARD: State.DISCARDED,
}


def _is_proven(row: InboundMail) -> bool:
    """Whether the sender is certain: nobody is told of a message that may be forged."""
    return row.member_id is not None and row.proof != InboundMail.Proof.NONE


@dataclass
class Evaluation:
    """The rows to be committed, and the reply to be sent once they are.

    Args:
        refused: rows refused although the reply to their message is ``250``, for the sake of the
            others; the member gets a notification.
    """

    rows: list[InboundMail]
    reply: str
    refused: list[InboundMail] = field(default_factory=list)


def evaluate(incoming: IncomingMessage) -> Evaluation:
    """Return the verdicts on a message; writes nothing. Never raises for what the message holds.

    Queries: those of :class:`listserv.gateway.facts.HubFacts`, 9 at most in a forum of the first
    level.
    """
    return evaluate_all([read(incoming)])[0]


def evaluate_all(readings: Sequence[MessageReading]) -> list[Evaluation]:
    """Return the verdicts on messages of several sessions, in their order.

    Each counts for the next ones. Queries: those of :class:`listserv.gateway.facts.HubFacts`, 9 at
    most in forums of the first level, and what the handlers of other addresses ask.
    """
    facts = HubFacts(readings)
    evaluations = []
    for reading in readings:
        evaluations.append(_evaluated(reading, facts))
        for row in evaluations[-1].rows:
            facts.note(row)
    return evaluations


def _evaluated(reading: MessageReading, facts: HubFacts) -> Evaluation:
    incoming = reading.incoming
    if reading.finding is not None:
        return _refused_by_guard(reading, reading.finding)
    auth = facts.accounts.get(incoming.auth_id) if incoming.auth_id is not None else None
    member = auth or facts.owner_of(reading.author)
    with translation.override(replies.language_for(member, utf8=incoming.utf8)):
        return _MessageEvaluation(reading, facts, auth, member).run()


def _refused_by_guard(reading: MessageReading, finding: guard.GuardFinding) -> Evaluation:
    incoming, verdict = reading.incoming, reject(finding.code, finding.reason)
    raw, reply = reading.head, replies.refuse(finding, utf8=incoming.utf8)
    if incoming.has_queued:
        # The beginning alone, where the message was too large to be kept.
        raw, reply = incoming.raw, replies.for_queuing_relay(reply, [verdict])
    rows = [
        _row(reading, recipient, Sender(None), verdict, raw) for recipient in incoming.recipients
    ]
    return Evaluation(rows, reply)


class _MessageEvaluation:
    """One message before its recipients."""

    def __init__(
        self,
        reading: MessageReading,
        facts: HubFacts,
        auth: "Member | None",
        member: "Member | None",
    ) -> None:
        self.reading = reading
        self.incoming = reading.incoming
        self.message = reading.message
        self.facts = facts
        self.auth = auth
        self.member = member
        # A reply "to all" goes to the reply address and to the list: one proof, one contribution.
        self.tokens = {
            recipient.list_id: recipient.reply
            for recipient in self.incoming.recipients
            if recipient.reply is not None
        }
        self.asked: set[tuple[int | None, str, str]] = set()

    def run(self) -> Evaluation:
        """Evaluate the message for each recipient, reply addresses first."""
        recipients = sorted(self.incoming.recipients, key=lambda recipient: recipient.reply is None)
        verdicts = [self.verdict_for(recipient) for recipient in recipients]
        texts = [
            self.text(verdict, recipient)
            for (verdict, _row), recipient in zip(verdicts, recipients, strict=True)
        ]
        return self.evaluation(
            [row for _verdict, row in verdicts], [v for v, _row in verdicts], texts
        )

    def evaluation(
        self, rows: list[InboundMail], verdicts: list[Verdict], texts: list[str]
    ) -> Evaluation:
        """Return the rows with the one reply for all of them."""
        reply = replies.answer(verdicts, texts)
        if self.incoming.has_queued:
            reply = replies.for_queuing_relay(reply, verdicts)
        if reply[0] != "2":
            return Evaluation(rows, reply)
        refused = [row for row in rows if row.state == State.REJECTED and _is_proven(row)]
        # What was answered with 250 is kept whole: for a notification about it, and because no
        # bounce brings it back.
        for row in rows if self.incoming.has_queued else refused:
            row.raw = self.incoming.raw
        return Evaluation(rows, reply, refused)

    def verdict_for(self, addressed: Recipient) -> tuple[Verdict, InboundMail]:
        """Return the verdict for one recipient, and its row."""
        recipient = address_handlers.redirected(addressed, self.message, self.reading.trimmed)
        sender = identify(
            message=self.message,
            auth=self.auth,
            member=self.member,
            token=self.tokens.get(recipient.list_id),
            checks=self.incoming.checks,
            own_addresses=self.facts.own_addresses(self.auth),
        )
        question = Question(
            self.message, recipient, sender, self.incoming, self.facts, self.reading.digest
        )
        draft: Draft | None = None
        if self.is_repeated(recipient):
            verdict = rules.duplicate()
        elif recipient.is_posting:
            verdict, draft = self.post(question)
        else:
            verdict = address_handlers.evaluate(question)
        verdict = floods.bounded(question, verdict, self.facts)
        raw = self.reading.head if verdict.action is Action.REJECT else self.incoming.raw
        row = _row(self.reading, recipient, sender, verdict, raw)
        if draft is not None and row.state in _WAITING:
            row.draft = stored_drafts.dump(draft)
        return verdict, row

    def is_repeated(self, recipient: Recipient) -> bool:
        """Whether an address before this one asks for the same: one list, one kind of address."""
        if recipient.is_posting:
            asked = (recipient.list_id, AddressKind.POST.value, "")
        else:
            # Each alias is another person.
            is_alias = recipient.kind == AddressKind.ALIAS
            person = recipient.address.lower() if is_alias else ""
            asked = (recipient.list_id, recipient.kind, person)
        is_repeated = asked in self.asked
        self.asked.add(asked)
        return is_repeated

    def post(self, question: Question) -> tuple[Verdict, Draft]:
        """Return the verdict on a message to a list, and what would be published."""
        mailing_list = question.recipient.mailing_list
        assert mailing_list is not None
        parent = find_parent(
            message=self.message,
            mailing_list=mailing_list,
            answers=_number_in(self.tokens.get(mailing_list.pk)),
            record=self.facts.record,
        )
        draft = compose(
            message=self.message,
            mailing_list=mailing_list,
            parent=parent,
            address=question.sender.address,
            trimmed=self.reading.trimmed,
        )
        topic = parent.post.topic if parent else None
        return rules.evaluate_post(question, draft=draft, topic=topic), draft

    def text(self, verdict: Verdict, recipient: Recipient) -> str:
        """Return what the reply says behind its codes."""
        reason = verdict.reason
        if verdict.accepts:
            reason = _("Accepted for %s.") % recipient.address[:200]
        return replies.sentence(reason, utf8=self.incoming.utf8)


def _row(
    reading: MessageReading, recipient: Recipient, sender: Sender, verdict: Verdict, raw: bytes
) -> InboundMail:
    """Return the unsaved row of one recipient. The moderators' hold comes when it is published."""
    action = Action.ACCEPT if verdict.action is Action.HOLD and sender.is_proven else verdict.action
    incoming, message = reading.incoming, reading.message
    state = _STATES[action]
    row = InboundMail(
        received_at=incoming.received_at,
        peer=incoming.peer[:64],
        helo=clean(incoming.helo)[:255],
        envelope_from=clean(incoming.mail_from)[:320],
        recipient=clean(recipient.address)[:320],
        kind=recipient.kind,
        list_id=recipient.list_id,
        raw=raw,
        size=incoming.size,
        sha256=reading.digest,
        message_id=message.message_id,
        subject=mask(message.subject)[:255],
        member=sender.member,
        proof=sender.proof,
        checks=str(incoming.checks)[:500] if incoming.checks else "",
        answers=_number_in(recipient.reply),
        action=action.value,
        code=verdict.code,
        reason=str(verdict.reason),
        state=state,
        next_at=incoming.received_at,
        processed_at=None if state in _WAITING else incoming.received_at,
    )
    stored_drafts.keep_parsed(row, message)
    return row


def _number_in(token: ReplyToken | None) -> int | None:
    """Return the contribution that a reply address names, None where it names none."""
    if token is None:
        return None
    return token.number or None
