"""What a mail to a subaddress asks for: the verdict in the session, and carrying it out after the answer.

Each kind of recipient that is not a posting address has one :class:`Errand`. The session asks :func:`decide` and
writes nothing; the pump calls :func:`carry_out` for what was accepted, or confirmed after it was held.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from hub.lib.clock import now as clock
from hub.lib.verdicts import ACCEPT, Verdict, discard
from listserv import leaving, machines, tokens
from listserv.bounces import services as bounces
from listserv.bounces.reports import Kind, report_of
from listserv.commands import judging, moderating
from listserv.commands import services as commands
from listserv.commands.reading import is_lone_order
from listserv.inbound import aliases, letters
from listserv.inbound import services as inbound
from listserv.inbound.delivery import Delivery
from listserv.inbound.mime import Mail, mail_of
from listserv.inbound.numbered import answered_number, without_number
from listserv.inbound.recipients import Recipient
from listserv.inbound.sender import Sender
from listserv.inbound.trim import Trimmed
from listserv.models import InboundMail


@dataclass(frozen=True)
class Question:
    """All that the verdict may look at."""

    mail: Mail
    recipient: Recipient
    sender: Sender
    delivery: Delivery

    @property
    def signed_in(self) -> bool:
        """Whether the sender used SMTP AUTH, which no automatic reply does."""
        return self.sender.proof == InboundMail.Proof.AUTH

    @property
    def is_disowned(self) -> bool:
        """Whether the domain of From asks that the mail be refused, whatever it is for."""
        return self.sender.problem is not None and self.sender.problem.code == "dmarc"


def _no_words(row: InboundMail) -> list[str]:
    """Return the texts of a mail that will stand on a page: none; parse it, so that it need not be done later."""
    mail_of(row)
    return []


def _report(row: InboundMail) -> list[str]:
    """Read a report, which puts no text on a page either."""
    report_of(row)
    return []


@dataclass(frozen=True)
class Errand:
    """How mail to one kind of subaddress is judged and carried out.

    ``from_machines`` says whether reports and automatic replies are for it, ``new_words`` which texts it will put on a
    page.
    """

    judge: Callable[[Question], Verdict]
    carry_out: Callable[[InboundMail], None]
    from_machines: bool = False
    new_words: Callable[[InboundMail], list[str]] = _no_words


def token_of(address: str) -> str:
    """Return what stands between the plus sign and the domain."""
    return address.partition("+")[2].partition("@")[0]


def redirected(recipient: Recipient, mail: Mail, trimmed: Trimmed | None) -> Recipient:
    """Return the recipient a mail is for: one to a list that is nothing but a command goes to the command desk.

    "GET 3142" in answer to a mail of the list is what its footer offers; "unsubscribe" is what people send to lists.
    The other way round an answer to a digest, which comes to the desk, is for the list when it names a contribution.
    """
    found = recipient.mailing_list
    if recipient.kind == "request" and found is not None and trimmed is not None:
        return replace(recipient, kind="post") if _is_answer(mail, trimmed) else recipient
    if found is None or not recipient.is_posting or trimmed is None or mail.files:
        return recipient
    names = (found.name, found.address)
    alone = is_lone_order(mail.subject, trimmed.visible, names=names)
    return replace(recipient, kind="request") if alone else recipient


def _is_answer(mail: Mail, trimmed: Trimmed) -> bool:
    """Whether a mail to the desk names the contribution that it answers ("#164"), and says something to it."""
    answered = answered_number(mail)
    return answered is not None and bool(without_number(trimmed.visible, answered).strip())


def decide(question: Question) -> Verdict:
    """Return the verdict on a mail to a subaddress; writes nothing."""
    errand = ERRANDS[question.recipient.kind]
    for_machines = errand.from_machines or (question.recipient.kind == "desk" and machines.is_complaint(question.mail))
    if not for_machines and _is_for_nobody(question, answers=errand.judge is judging.decide_command):
        return discard("automatic", _("Automatic replies are not passed on."))
    if question.is_disowned:
        assert question.sender.problem is not None
        return question.sender.problem
    return errand.judge(question)


def _is_for_nobody(question: Question, *, answers: bool) -> bool:
    """Whether a program wrote the mail; one that came through a list is not answered either (RFC 3834 §2)."""
    envelope_from = question.delivery.mail_from
    if answers:
        return not machines.may_answer(question.mail, envelope_from, signed_in=question.signed_in)
    return machines.is_automatic(question.mail, envelope_from, signed_in=question.signed_in)


def new_words(row: InboundMail) -> list[str]:
    """Return the texts that carrying out a mail puts on pages, and parse it; the caller renders them first."""
    return ERRANDS[row.kind].new_words(row)


def carry_out(row: InboundMail) -> None:
    """Do what an accepted mail asks for, inside the caller's transaction. Raises: HubError to refuse."""
    ERRANDS[row.kind].carry_out(row)


def _take(question: Question) -> Verdict:
    """Take it from anybody: the token is the proof, or anybody may write there."""
    return ACCEPT


def _may_leave(question: Question) -> Verdict:
    """Let the token of a mail from the list leave from any address; without one it is a command like others."""
    if tokens.read_leave(token_of(question.recipient.address)) is not None:
        return ACCEPT
    return judging.decide_command(question)


def _confirm(row: InboundMail) -> None:
    inbound.confirm_held(list_name=_name(row), token=token_of(row.recipient), now=clock())


def _leave(row: InboundMail) -> None:
    token = token_of(row.recipient)
    if tokens.read_leave(token) is not None:
        leaving.stop_by_token(list_name=_name(row), token=token, now=clock())
    else:
        _command(row)


def _command(row: InboundMail) -> None:
    commands.carry_out(row, now=clock())


def _moderate(row: InboundMail) -> None:
    moderating.carry_out(row, now=clock())


def _alias(row: InboundMail) -> None:
    aliases.carry_out(row, now=clock())


def _pass_on(row: InboundMail) -> None:
    letters.pass_on(row)


def _desk(row: InboundMail) -> None:
    """Pass it on to people, unless it is a complaint about a copy of ours, which is acted on."""
    report = report_of(row)
    if report.kind is not Kind.COMPLAINT or not bounces.take_complaint(report=report, row=row, now=clock()):
        letters.pass_on(row)


def _bounces(row: InboundMail) -> None:
    bounces.take_report(row=row, now=clock())


def _returned(row: InboundMail) -> None:
    bounces.take_returned(row=row, now=clock())


def _name(row: InboundMail) -> str:
    return row.list.name if row.list else tokens.NO_LIST


ERRANDS: dict[str, Errand] = {
    "confirm": Errand(_take, _confirm),
    "leave": Errand(_may_leave, _leave),
    **{kind: Errand(judging.decide_command, _command) for kind in ("join", "digest", "mail", "nomail", "help")},
    "request": Errand(judging.decide_command, _command, new_words=commands.new_words),
    "moderate": Errand(judging.decide_moderation, _moderate, new_words=moderating.new_words),
    "alias": Errand(aliases.decide, _alias),
    "owner": Errand(_take, _pass_on),
    "desk": Errand(_take, _desk, new_words=_report),
    "bounces": Errand(_take, _bounces, from_machines=True, new_words=_report),
    "returned": Errand(_take, _returned, from_machines=True, new_words=_report),
}
