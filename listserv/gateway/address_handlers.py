"""Serve the addresses that are not lists: commands, confirmations, reports, desks and aliases.

Each kind of address has one :class:`AddressHandler`, registered by dotted path
(``HUB_ADDRESS_HANDLERS``). The session asks :func:`evaluate` and writes nothing; the worker calls
:func:`carry_out` for what was accepted, or confirmed after it was held.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from hub.lib.hooks import registered_by_name
from hub.lib.verdicts import ACCEPT, Verdict
from listserv.address_kinds import POSTING, AddressKind
from listserv.gateway.purposes import HeldMail, describe_contribution, for_leaders
from listserv.gateway.question import Question
from listserv.gateway.recipients import Recipient
from listserv.gateway.rules import (
    Rule,
    disowned,
    first_objection,
    hold_unproven,
    sent_by_a_program,
)
from listserv.gateway.stored_drafts import parsed_message
from listserv.mail.parse.answered_number import answered_number, without_number
from listserv.mail.parse.message import ParsedMessage
from listserv.mail.trim.trimming import Trimmed
from listserv.models import InboundMail, MailingList


def _nothing_written(row: InboundMail) -> list[str]:
    """Parse the message before the transaction; it puts no text on a page."""
    parsed_message(row)
    return []


def _never(_question: Question) -> bool:
    return False


def _no_order(_subject: str, _text: str, _names: Collection[str]) -> bool:
    return False


@dataclass(frozen=True)
class AddressHandler:
    """How messages to one kind of address are judged and carried out.

    Args:
        carry_out: does what an accepted message asks for, inside the worker's transaction.
        rules: asked in their order; what none objects to is accepted, or held where a proof is
            needed.
        needs_proof: whether a message is accepted from proven members alone.
        is_program: the rule that objects to messages of programs.
        expects_programs: whether this message may come from a program, as a report does.
        written_texts: the texts that carrying a message out will put on pages; the caller renders
            them before its transaction.
        describe: what a held message is for, as its member is told.
        is_order: whether a subject and a text sent to a list are an order for this address.
    """

    carry_out: Callable[[InboundMail], None]
    rules: Sequence[Rule] = ()
    needs_proof: bool = False
    is_program: Rule = sent_by_a_program
    expects_programs: Callable[[Question], bool] = _never
    written_texts: Callable[[InboundMail], list[str]] = _nothing_written
    describe: Callable[[InboundMail, ParsedMessage], HeldMail] = for_leaders
    is_order: Callable[[str, str, Collection[str]], bool] = _no_order

    def evaluate(self, question: Question) -> Verdict:
        """Return the verdict on a message; writes nothing."""
        rules = (disowned, *self.rules)
        if not self.expects_programs(question):
            # First: a program claims to be nobody, and nobody is written to about it.
            rules = (self.is_program, *rules)
        objection = first_objection(rules, question)
        if objection is not None:
            return objection
        if self.needs_proof and not question.sender.is_proven:
            return hold_unproven()
        return ACCEPT


def handler_of(kind: str) -> AddressHandler:
    """Return the handler of a kind of address that is not a list. Raises: KeyError for a list."""
    handler: AddressHandler = registered_by_name("HUB_ADDRESS_HANDLERS")[kind]
    return handler


def evaluate(question: Question) -> Verdict:
    """Return the verdict on a message to an address that is not a list; writes nothing."""
    return handler_of(question.recipient.kind).evaluate(question)


def written_texts(row: InboundMail) -> list[str]:
    """Return the texts that carrying out a message puts on pages; the caller renders them first."""
    return handler_of(row.kind).written_texts(row)


def carry_out(row: InboundMail) -> None:
    """Do what an accepted message asks for, inside the caller's transaction.

    Raises: HubError to refuse it.
    """
    handler_of(row.kind).carry_out(row)


def describe(row: InboundMail, message: ParsedMessage) -> HeldMail:
    """Return what a message that was held is for. Queries: 3 at most."""
    if row.kind in POSTING:
        return describe_contribution(row)
    return handler_of(row.kind).describe(row, message)


def redirected(recipient: Recipient, message: ParsedMessage, trimmed: Trimmed | None) -> Recipient:
    """Return the recipient a message is for: a list takes no orders, and the desk no contributions.

    "GET 3142" in answer to a message of the list is what its footer offers; "unsubscribe" is what
    people send to lists. The other way round an answer to a digest, which comes to the desk, is for
    the list when it names a contribution.
    """
    if recipient.mailing_list is None or trimmed is None:
        return recipient
    if recipient.kind == AddressKind.REQUEST:
        if _answers_a_contribution(message, trimmed):
            return replace(recipient, kind=AddressKind.POST)
        return recipient
    if recipient.is_posting and _is_order(recipient.mailing_list, message, trimmed):
        return replace(recipient, kind=AddressKind.REQUEST)
    return recipient


def _answers_a_contribution(message: ParsedMessage, trimmed: Trimmed) -> bool:
    """Whether a message names the contribution that it answers ("#164"), and says something."""
    answered = answered_number(message)
    if answered is None:
        return False
    return without_number(trimmed.visible, answered).strip() != ""


def _is_order(mailing_list: MailingList, message: ParsedMessage, trimmed: Trimmed) -> bool:
    """Whether a message to a list is a command; with a file it is a contribution."""
    if message.files:
        return False
    names = (mailing_list.name, mailing_list.address)
    return handler_of(AddressKind.REQUEST).is_order(message.subject, trimmed.visible, names)
