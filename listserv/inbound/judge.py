"""Give the verdict on a mail while its client waits: one row for each recipient, and the one reply.

Nothing is written here; :mod:`listserv.inbound.spool` does, and the reply is sent after that.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from hub.lib.verdicts import Action, Verdict, discard, reject
from hub.members.selectors import active_member
from listserv import rules
from listserv.inbound import errands, guard, replies, structure
from listserv.inbound.compose import compose, find_parent
from listserv.inbound.delivery import Delivery
from listserv.inbound.mime import Mail, clean, parse
from listserv.inbound.recipients import Recipient
from listserv.inbound.sender import Sender, claimed, identify
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

    Queries: 16 at most for one recipient.
    """
    finding = (
        guard.check(delivery.raw, limit=settings.HUB_MAIL_MAX_SIZE)
        if delivery.size <= (settings.HUB_MAIL_MAX_SIZE)
        else guard.too_large(settings.HUB_MAIL_MAX_SIZE)
    )
    if finding is not None:
        return _refused_by_guard(delivery, finding)
    mail = parse(delivery.raw)
    auth = active_member(delivery.auth_id) if delivery.auth_id is not None else None
    member = auth or claimed(mail)
    with translation.override(replies.language_for(member, utf8=delivery.utf8)):
        return _Bench(delivery, mail, auth, member).sit()


def _refused_by_guard(delivery: Delivery, finding: guard.Finding) -> Judgement:
    verdict = reject(finding.code, finding.reason)
    end = structure.header_end(delivery.raw, 0, min(len(delivery.raw), guard.MAX_HEADER))
    head = delivery.raw[:end]
    mail = parse(head)
    rows = [_row(delivery, recipient, mail, Sender(None), verdict, head) for recipient in delivery.recipients]
    return Judgement(rows, replies.refuse(finding, utf8=delivery.utf8))


class _Bench:
    """One mail before its recipients."""

    def __init__(self, delivery: Delivery, mail: Mail, auth: "Member | None", member: "Member | None") -> None:
        self.delivery = delivery
        self.mail = mail
        self.auth = auth
        self.member = member
        # A reply "to all" goes to the reply address and to the list: one proof, one contribution.
        self.tokens = {row.list_id: row.reply for row in delivery.recipients if row.reply is not None}
        self.taken: set[int | None] = set()

    def sit(self) -> Judgement:
        """Judge each recipient, reply addresses first."""
        order = sorted(self.delivery.recipients, key=lambda recipient: recipient.reply is None)
        rows, verdicts = [], []
        for recipient in order:
            sender = identify(
                mail=self.mail,
                auth=self.auth,
                member=self.member,
                token=self.tokens.get(recipient.list_id),
                checks=self.delivery.checks,
            )
            verdict = (
                self.post(recipient, sender)
                if recipient.is_posting
                else errands.decide(errands.Question(self.mail, recipient, sender, self.delivery))
            )
            raw = self.delivery.raw
            if verdict.action is Action.REJECT:
                raw = raw[: structure.header_end(raw, 0, min(len(raw), guard.MAX_HEADER))]
            rows.append(_row(self.delivery, recipient, self.mail, sender, verdict, raw))
            verdicts.append(verdict)
        texts = [self.text(verdict, recipient) for verdict, recipient in zip(verdicts, order, strict=True)]
        reply = replies.answer(verdicts, texts)
        untold = [row for row in rows if row.state == State.REJECTED and row.member_id] if reply[0] == "2" else []
        for row in untold:
            row.raw = self.delivery.raw
        return Judgement(rows, reply, untold)

    def post(self, recipient: Recipient, sender: Sender) -> Verdict:
        """Return the verdict on a mail to a list."""
        if recipient.list_id in self.taken:
            return discard("duplicate", _("This mail is here already."))
        self.taken.add(recipient.list_id)
        assert recipient.mailing_list is not None
        token = self.tokens.get(recipient.list_id)
        parent = find_parent(
            mail=self.mail, mailing_list=recipient.mailing_list, answers=token.number if token else None
        )
        draft = compose(mail=self.mail, mailing_list=recipient.mailing_list, parent=parent, address=sender.address)
        case = rules.Case(self.mail, sender, recipient.mailing_list, self.delivery.mail_from, self.delivery.received_at)
        return rules.decide(case=case, draft=draft, topic=parent.post.topic if parent else None)

    def text(self, verdict: Verdict, recipient: Recipient) -> str:
        """Return what the reply says behind its codes."""
        reason = verdict.reason
        if verdict.accepts:
            reason = _("Accepted for %s.") % recipient.address[:200]
        return replies.sentence(reason, utf8=self.delivery.utf8)


def _row(
    delivery: Delivery, recipient: Recipient, mail: Mail, sender: Sender, verdict: Verdict, raw: bytes
) -> InboundMail:
    """Return the unsaved row of one recipient. The moderators' hold comes when it is published."""
    action = Action.ACCEPT if verdict.action is Action.HOLD and sender.is_proven else verdict.action
    token = recipient.reply
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
        sha256=sha256(delivery.raw).hexdigest(),
        message_id=mail.message_id,
        subject=mail.subject[:255],
        member=sender.member,
        proof=sender.proof,
        checks=str(delivery.checks)[:500] if delivery.checks else "",
        answers=token.number if token else None,
        action=action.value,
        code=verdict.code,
        reason=str(verdict.reason),
        state=_STATES[action],
        next_at=delivery.received_at,
        processed_at=None if action in (Action.ACCEPT, Action.HOLD) else delivery.received_at,
    )
