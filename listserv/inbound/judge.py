"""Give the verdict on a mail while its client waits: one row for each recipient, and the one reply.

Nothing is written here; :mod:`listserv.inbound.spool` does, and the reply is sent after that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from hub.lib.masking import mask
from hub.lib.verdicts import Action, Verdict, discard, reject
from listserv import rules
from listserv.inbound import errands, floods, guard, replies
from listserv.inbound.compose import compose, find_parent
from listserv.inbound.delivery import Delivery
from listserv.inbound.facts import Facts
from listserv.inbound.mime import clean
from listserv.inbound.reading import Reading, read
from listserv.inbound.recipients import Recipient
from listserv.inbound.sender import Sender, identify
from listserv.models import InboundMail

if TYPE_CHECKING:
    from hub.members.models import Member

State = InboundMail.State
_STATES = {
    Action.ACCEPT: State.QUEUED,
    Action.HOLD: State.HELD,
    Action.REJECT: State.REJECTED,
    Action.DISCARD: State.DISCARDED,
}


def _is_proven(row: InboundMail) -> bool:
    """Whether it is certain whom a letter about the mail would go to: nobody is told of what was forged."""
    return row.member_id is not None and row.proof != InboundMail.Proof.NONE


@dataclass
class Judgement:
    """The rows to be committed and the reply to be sent once they are.

    ``untold``: refused rows of a mail whose reply is ``250`` for others' sake; the member is told by letter.
    """

    rows: list[InboundMail]
    reply: str
    untold: list[InboundMail] = field(default_factory=list)


def judge(delivery: Delivery) -> Judgement:
    """Return the verdict on a mail; writes nothing. Never raises for what the mail holds.

    Queries: those of :class:`listserv.inbound.facts.Facts`.
    """
    return judge_all([read(delivery)])[0]


def judge_all(readings: Sequence[Reading]) -> list[Judgement]:
    """Return the verdicts on mails of several sessions, in their order; each counts for the next ones.

    Queries: those of :class:`listserv.inbound.facts.Facts`, and what the errand of a subaddress asks.
    """
    facts = Facts(readings)
    judgements = []
    for reading in readings:
        judgements.append(_judged(reading, facts))
        for row in judgements[-1].rows:
            facts.note(row)
    return judgements


def _judged(reading: Reading, facts: Facts) -> Judgement:
    delivery = reading.delivery
    if reading.finding is not None:
        return _refused_by_guard(reading, reading.finding)
    auth = facts.accounts.get(delivery.auth_id) if delivery.auth_id is not None else None
    member = auth or facts.owner_of(reading.author)
    with translation.override(replies.language_for(member, utf8=delivery.utf8)):
        return _Bench(reading, facts, auth, member).sit()


def _refused_by_guard(reading: Reading, finding: guard.Finding) -> Judgement:
    delivery, verdict = reading.delivery, reject(finding.code, finding.reason)
    raw, reply = reading.head, replies.refuse(finding, utf8=delivery.utf8)
    if delivery.has_queued:
        # The beginning alone, where the mail was too large to be kept.
        raw, reply = delivery.raw, replies.for_queuing_relay(reply, [verdict])
    rows = [_row(reading, recipient, Sender(None), verdict, raw) for recipient in delivery.recipients]
    return Judgement(rows, reply)


class _Bench:
    """One mail before its recipients."""

    def __init__(self, reading: Reading, facts: Facts, auth: "Member | None", member: "Member | None") -> None:
        self.reading = reading
        self.delivery = reading.delivery
        self.mail = reading.mail
        self.facts = facts
        self.auth = auth
        self.member = member
        # A reply "to all" goes to the reply address and to the list: one proof, one contribution.
        self.tokens = {row.list_id: row.reply for row in self.delivery.recipients if row.reply is not None}
        self.taken: set[int | None] = set()
        self.asked: set[tuple[int | None, str, str]] = set()

    def sit(self) -> Judgement:
        """Judge each recipient, reply addresses first."""
        order = sorted(self.delivery.recipients, key=lambda recipient: recipient.reply is None)
        rows, verdicts = [], []
        for addressed in order:
            recipient = errands.redirected(addressed, self.mail, self.reading.trimmed)
            sender = identify(
                mail=self.mail,
                auth=self.auth,
                member=self.member,
                token=self.tokens.get(recipient.list_id),
                checks=self.delivery.checks,
            )
            verdict = self.post(recipient, sender) if recipient.is_posting else self.errand(recipient, sender)
            raw = self.reading.head if verdict.action is Action.REJECT else self.delivery.raw
            rows.append(_row(self.reading, recipient, sender, verdict, raw))
            verdicts.append(verdict)
        texts = [self.text(verdict, recipient) for verdict, recipient in zip(verdicts, order, strict=True)]
        reply = replies.answer(verdicts, texts)
        if self.delivery.has_queued:
            reply = replies.for_queuing_relay(reply, verdicts)
        untold = [row for row in rows if row.state == State.REJECTED and _is_proven(row)] if reply[0] == "2" else []
        # What was answered with 250 is kept whole: for a letter about it, and because no bounce brings it back.
        for row in rows if reply[0] == "2" and self.delivery.has_queued else untold:
            row.raw = self.delivery.raw
        return Judgement(rows, reply, untold)

    def post(self, recipient: Recipient, sender: Sender) -> Verdict:
        """Return the verdict on a mail to a list."""
        if recipient.list_id in self.taken:
            return discard("duplicate", _("This mail is here already."))
        self.taken.add(recipient.list_id)
        assert recipient.mailing_list is not None
        token, found = self.tokens.get(recipient.list_id), recipient.mailing_list
        parent = find_parent(
            mail=self.mail,
            mailing_list=found,
            answers=(token.number or None) if token else None,
            record=self.facts.record,
        )
        draft = compose(
            mail=self.mail, mailing_list=found, parent=parent, address=sender.address, trimmed=self.reading.trimmed
        )
        case = rules.Case(
            self.mail, sender, found, self.delivery.mail_from, self.delivery.received_at, self.facts
        )  # fmt: skip
        verdict = rules.decide(case=case, draft=draft, topic=parent.post.topic if parent else None)
        return floods.bounded(self.question(recipient, sender), verdict, self.facts)

    def errand(self, recipient: Recipient, sender: Sender) -> Verdict:
        """Return the verdict on a mail to a subaddress; what two addresses of a list ask for alike is asked once."""
        # Each alias is another person.
        person = recipient.address.lower() if recipient.kind == "alias" else ""
        if (recipient.list_id, recipient.kind, person) in self.asked:
            return discard("duplicate", _("This mail is here already."))
        self.asked.add((recipient.list_id, recipient.kind, person))
        question = self.question(recipient, sender)
        return floods.bounded(question, errands.decide(question), self.facts)

    def question(self, recipient: Recipient, sender: Sender) -> errands.Question:
        """Return what a verdict may look at."""
        return errands.Question(self.mail, recipient, sender, self.delivery)

    def text(self, verdict: Verdict, recipient: Recipient) -> str:
        """Return what the reply says behind its codes."""
        reason = verdict.reason
        if verdict.accepts:
            reason = _("Accepted for %s.") % recipient.address[:200]
        return replies.sentence(reason, utf8=self.delivery.utf8)


def _row(reading: Reading, recipient: Recipient, sender: Sender, verdict: Verdict, raw: bytes) -> InboundMail:
    """Return the unsaved row of one recipient. The moderators' hold comes when it is published."""
    action = Action.ACCEPT if verdict.action is Action.HOLD and sender.is_proven else verdict.action
    token, delivery, mail = recipient.reply, reading.delivery, reading.mail
    return InboundMail(
        received_at=delivery.received_at,
        peer=delivery.peer[:64],
        helo=clean(delivery.helo)[:255],
        envelope_from=clean(delivery.mail_from)[:320],
        recipient=clean(recipient.address)[:320],
        kind=recipient.kind,
        list_id=recipient.list_id,
        raw=raw,
        size=delivery.size,
        sha256=reading.digest,
        message_id=mail.message_id,
        subject=mask(mail.subject)[:255],
        member=sender.member,
        proof=sender.proof,
        checks=str(delivery.checks)[:500] if delivery.checks else "",
        answers=(token.number or None) if token else None,
        action=action.value,
        code=verdict.code,
        reason=str(verdict.reason),
        state=_STATES[action],
        next_at=delivery.received_at,
        processed_at=None if action in (Action.ACCEPT, Action.HOLD) else delivery.received_at,
    )
