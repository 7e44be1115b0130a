"""Find the orders in a mail: the lines that begin with a command, else the subject.

Only what the author wrote is read (:func:`listserv.mail.trim.trimming.read_chain`), without the
closing and the signature, down to END, and no more than :data:`MOST` orders. A greeting or a
thank-you is no order and does no harm; it is named in the answer.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from listserv.commands.words import command_at, options, phrases_of
from listserv.mail.parse.subjects import bare_subject
from listserv.mail.trim.trimming import read_chain

if TYPE_CHECKING:
    from collections.abc import Collection

    from listserv.mail.parse.message import Mail

# Orders of one mail; more are not carried out, and the answer says so.
MOST = 10
# Lines in a row that are no commands, after which nothing more is read: it is a letter to people.
_STRAY = 12
# Lines that the answer names as not understood.
_NAMED = 5
# Characters of the longest mail to a list that may be a command.
_LONE = 120
_TAG = re.compile(r"\s*\[[^\]]{1,40}\]\s*")
# Commands that take the lines below them: all, or those up to an empty line when nothing stands
# behind the command.
_TAKES_ALL, _TAKES_REASON = frozenset({"edit", "summary"}), frozenset({"reject"})
# Settings, before which SET may stand with the name of a list between.
SETTINGS = frozenset(
    "digest mail nomail notices files owncopy noowncopy language address pause resume".split()
)


@dataclass(frozen=True)
class Order:
    """A command, what follows it on its line, the line as
    it was written, and the text below it that it takes.
    """

    name: str
    args: str = ""
    line: str = ""
    text: str = ""


@dataclass
class Orders:
    """What a mail asks for; ``unknown`` are lines that are
    no commands, ``cut`` whether there were more orders.
    """

    orders: list[Order] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    cut: bool = False


def said_in_subject(subject: str) -> str:
    """Return a subject without marks of replies and
    without what lists put into brackets before it.
    """
    return bare_subject(_TAG.sub("", bare_subject(subject, tag="")), tag="")


def read(mail: "Mail") -> Orders:
    """Return the orders of a mail; never raises. Linear in the length of what its author wrote."""
    orders = _from_lines(read_chain(mail.text)[0].body.splitlines())
    if not orders.orders:
        subject = said_in_subject(mail.subject)
        order = _order(subject) if subject else None
        if order is not None and order.name != "end":
            orders.orders = [order]
            orders.unknown = []
        elif not orders.unknown and subject:
            orders.unknown = [subject]
    return orders


def is_lone_order(subject: str, visible: str, *, names: "Collection[str]") -> bool:
    """Whether a mail to a list says nothing but a command that can be no contribution.

    That is GET and numbers, or a word for leaving or joining with nothing behind it but a name of
    the list. A mail of more than one line costs nothing.

    Args: subject, which counts when there is no text; names, name and address of the list.
    """
    if len(visible) > _LONE:
        return False
    lines = [
        line.strip()
        for line in visible.splitlines()
        if line.strip() and not line.lstrip().startswith(">")
    ]
    if len(lines) > 1:
        return False
    command = command_at(lines[0] if lines else said_in_subject(subject))
    if command is None:
        return False
    name, args = command
    if name == "get":
        kinds = {
            kind
            for kind, _word in options(args, phrases_of("thread", "file", "part", "page", "of"))
        }
        return bool(lines) and "number" in kinds and "" not in kinds
    return name in {"leave", "join"} and (not args or args.casefold() in names)


def _from_lines(lines: list[str]) -> Orders:
    orders, stray, at = Orders(), 0, 0
    while at < len(lines) and stray < _STRAY:
        line = lines[at].strip()
        at += 1
        if line in {"--", "-- "}:
            break
        if not line or line.startswith(">"):
            continue
        order = _order(line)
        if order is None:
            stray += 1
            if len(orders.unknown) < _NAMED:
                orders.unknown.append(line[:100])
            continue
        if order.name == "end":
            break
        stray = 0
        if len(orders.orders) == MOST:
            orders.cut = True
            break
        order, at = _with_text(order, lines, at)
        orders.orders.append(order)
    return orders


def _order(line: str) -> Order | None:
    command = command_at(line)
    if command is None:
        return None
    name, args = command
    if name == "set":
        return _setting(args, line)
    if name == "remove" and not args:
        # "remove" alone is how Mailman's members leave.
        name = "leave"
    return Order(name, args, line[:200])


def _setting(args: str, line: str) -> Order | None:
    """Return the setting behind SET: directly, or behind the name of a list."""
    head, _space, rest = args.partition(" ")
    for text, name_of_list in ((args, ""), (rest.strip(), head)):
        command = command_at(text)
        if command is not None and command[0] in SETTINGS:
            name, behind = command
            return Order(name, f"{name_of_list} {behind}".strip(), line[:200])
    return Order("set", args, line[:200])


def _with_text(order: Order, lines: list[str], at: int) -> tuple[Order, int]:
    """Return the order with the lines below that belong to it, and where reading goes on."""
    if order.name in _TAKES_ALL:
        return Order(order.name, order.args, order.line, "\n".join(lines[at:]).strip("\n")), len(
            lines
        )
    if order.name not in _TAKES_REASON or len(order.args.split()) > 1:
        return order, at
    text_lines: list[str] = []
    while (
        at < len(lines)
        and (lines[at].strip() or not text_lines)
        and command_at(lines[at].strip()) is None
    ):
        text_lines.append(lines[at].strip())
        at += 1
    return Order(order.name, order.args, order.line, " ".join(text_lines).strip()), at
