"""Carry out what a message orders, and answer it in one message.

That is inside the queue worker's transaction: all of it, or nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from forums.services import as_stored
from hub.lib.errors import HubError
from hub.lib.masking import mask
from hub.lib.names import listed
from listserv.commands import confirming, notifications
from listserv.commands.desk import Answer, Desk
from listserv.commands.parsing import Order, Orders, read
from listserv.commands.registry import COMMANDS, unknown_setting
from listserv.digest_times import zone_of
from listserv.gateway import states
from listserv.gateway.stored_drafts import parsed_message
from listserv.models import InboundMail

if TYPE_CHECKING:
    from hub.lib.mail import NotificationFile
    from hub.members.models import Member
    from listserv.mail.parse.message import ParsedMessage

# Subaddresses that are one command each, whatever the message says.
BY_ADDRESS = frozenset({"join", "leave", "digest", "mail", "nomail", "help"})
KINDS = BY_ADDRESS | {"request", "moderate"}
# A sender of what is not understood gets the help once in so long, so that no two programs talk to
# each other.
HELPED_AGAIN = timedelta(days=1)
HELPED = "help-sent"
# Commands whose text stands on a page afterwards.
_WRITING = frozenset({"edit", "summary"})


def orders_of(kind: str, message: "ParsedMessage") -> Orders:
    """Return what a message to a subaddress of this kind orders."""
    if kind in BY_ADDRESS:
        return Orders([Order(kind)])
    return read(message)


def orders_in_words(kind: str, message: "ParsedMessage") -> list[str]:
    """Return the orders of a held message as lines, for the member who is asked about it."""
    if kind not in KINDS:
        return []
    orders = orders_of(kind, message).orders
    return [mask(order.line or COMMANDS[order.name].usage.partition(" ")[0]) for order in orders]


def written_texts(row: InboundMail) -> list[str]:
    """Return the texts that the orders of a message would put on a page.

    The caller renders them before its transaction.
    """
    texts: list[str] = []
    for order in orders_of(row.kind, parsed_message(row)).orders:
        if order.name in _WRITING:
            texts += [order.text, order.args, order.args.partition(" ")[2]]
    return [as_stored(text) for text in texts]


@contextmanager
def in_language_of(member: "Member") -> Iterator[None]:
    """Answer in the member's language, with times of the member's zone."""
    with translation.override(member.language), timezone.override(zone_of(member.time_zone)):
        yield


def carry_out(row: InboundMail, *, now: datetime) -> None:
    """Carry out the orders of a message, each by itself: one that fails undoes no other."""
    message = parsed_message(row)
    orders = orders_of(row.kind, message)
    if row.member is None or row.proof == InboundMail.Proof.NONE:
        # A code is proof enough for what it names, and for nothing else: whom From claims is not
        # written to.
        _confirm_alone(orders, now)
        return
    with in_language_of(row.member):
        if not orders.orders:
            _help_once(row, message, orders, now)
            return
        is_alone = len(orders.orders) == 1
        # Each order sees what the one before it has changed, so each has its own desk.
        answers = [
            run(Desk(row.member, row.list, now, row, is_alone=is_alone), order)
            for order in orders.orders
        ]
        results = [
            {"line": order.line, "text": answer.text}
            for order, answer in zip(orders.orders, answers, strict=True)
        ]
        files, notes = _within_limit([file for answer in answers for file in answer.files])
        reply_to = ""
        if is_alone:
            # One contribution and nothing else is answered to all, as a delivery of it is.
            reply_to = answers[0].reply_to
        notifications.answer(
            row=row,
            message=message,
            results=results,
            notes=[*_notes(orders), *notes],
            files=files,
            reply_to=reply_to,
        )


def run(desk: Desk, order: Order) -> Answer:
    """Carry out one order; the answer to a refused one is the reason, and nothing of it is done."""
    command = COMMANDS.get(order.name)
    handler = command.run if command is not None else unknown_setting
    return run_as(lambda: handler(desk, order))


def run_as(act: Callable[[], Answer]) -> Answer:
    """Do something in a transaction of its own; a refusal is its answer."""
    try:
        with transaction.atomic():
            return act()
    except HubError as error:
        return Answer(str(error))


def _confirm_alone(orders: Orders, now: datetime) -> None:
    """Carry out confirmations, for which the code is proof enough; nobody is notified."""
    for code in filter(None, map(confirming.code_of, orders.orders)):
        with suppress(HubError), transaction.atomic():
            confirming.confirm_code(code, now)


def _help_once(row: InboundMail, message: "ParsedMessage", orders: Orders, now: datetime) -> None:
    """Answer what is not understood with the help, the first time of a day."""
    assert row.member is not None
    rows = InboundMail.objects.filter(
        state=InboundMail.State.DONE,
        received_at__gt=now - HELPED_AGAIN,
        member=row.member,
        code=HELPED,
    )
    if rows.exclude(pk=row.pk).exists():
        return
    states.note_code(row, HELPED)
    text = run(Desk(row.member, row.list, now, row), Order("help")).text
    results = [{"line": line, "text": ""} for line in orders.unknown]
    if orders.unknown:
        results.append(
            {"line": "", "text": _("The hub does not know this command and has done nothing.")}
        )
    else:
        results.append({"line": "", "text": _("Your message has no command.")})
    notifications.answer(row=row, message=message, results=[*results, {"line": "", "text": text}])


def _notes(orders: Orders) -> list[str]:
    notes = []
    if orders.unknown:
        notes.append(
            _("The hub does not know this command and has done nothing about it: %s")
            % " / ".join(orders.unknown)
        )
    if orders.cut:
        notes.append(
            _("The hub runs at most %d commands from one message; send the others again.")
            % len(orders.orders)
        )
    return notes


def _within_limit(files: "list[NotificationFile]") -> "tuple[list[NotificationFile], list[str]]":
    """Return the files that one answer carries, and a note about those left out.

    The first one is always carried.
    """
    if not files:
        return [], []
    room = max(settings.HUB_ATTACH_MAX_SIZE, len(files[0].content))
    attached: list[NotificationFile] = []
    left_out: list[str] = []
    for file in files:
        if len(file.content) <= room:
            room -= len(file.content)
            attached.append(file)
        else:
            left_out.append(file.name)
    if not left_out:
        return attached, []
    note = _("One message cannot carry all files. Ask for these again, one per message: %s")
    return attached, [note % listed(left_out)]
