"""Register the addresses for commands: what is asked of senders, and who carries orders out."""

from collections.abc import Collection

from hub.lib import clock
from listserv import tokens
from listserv.commands import leaving, moderating, services
from listserv.commands.parsing import is_lone_order
from listserv.commands.rules import (
    COMMAND_RULES,
    MODERATION_RULES,
    leaves_by_token,
    not_to_be_answered,
)
from listserv.gateway.address_handlers import AddressHandler
from listserv.gateway.purposes import HeldMail, Purpose, discussion_of, list_name_of
from listserv.gateway.question import token_of
from listserv.mail.parse.message import ParsedMessage
from listserv.models import InboundMail


def _carry_out(row: InboundMail) -> None:
    services.carry_out(row, now=clock.now())


def _leave(row: InboundMail) -> None:
    token = token_of(row.recipient)
    if tokens.read_leave(token) is None:
        _carry_out(row)
        return
    leaving.stop_by_token(list_name=list_name_of(row), token=token, now=clock.now())


def _moderate(row: InboundMail) -> None:
    moderating.carry_out(row, now=clock.now())


def _is_order(subject: str, text: str, names: Collection[str]) -> bool:
    return is_lone_order(subject, text, names=names)


def _describe(row: InboundMail, message: ParsedMessage) -> HeldMail:
    orders = tuple(services.orders_in_words(row.kind, message))
    return HeldMail(Purpose.COMMANDS, discussion_of(row), orders=orders)


ONE_COMMAND = AddressHandler(
    _carry_out,
    COMMAND_RULES,
    needs_proof=True,
    is_program=not_to_be_answered,
    describe=_describe,
)
REQUEST = AddressHandler(
    _carry_out,
    COMMAND_RULES,
    needs_proof=True,
    is_program=not_to_be_answered,
    written_texts=services.written_texts,
    describe=_describe,
    is_order=_is_order,
)
LEAVE = AddressHandler(
    _leave,
    (leaves_by_token, *COMMAND_RULES),
    needs_proof=True,
    describe=_describe,
)
MODERATE = AddressHandler(
    _moderate,
    MODERATION_RULES,
    written_texts=moderating.written_texts,
    describe=_describe,
)
