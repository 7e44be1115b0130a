"""Parse the orders in a message: the lines that begin with a command, else the subject.

Only what the author wrote is read (:func:`listserv.mail.trim.trimming.read_chain`), without the
closing and the signature, down to END, and no more than :data:`MOST` orders. A greeting or a
thank-you is no order and does no harm; it is named in the answer.
"""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from listserv.commands.words import command_among, command_at, options, phrases_of
from listserv.mail.parse.subjects import bare_subject
from listserv.mail.trim.trimming import read_chain

if TYPE_CHECKING:
    from collections.abc import Collection

    from listserv.mail.parse.message import ParsedMessage

# Orders of one message; more are not carried out, and the answer says so.
MOST = 10
# Lines in a row that are no commands, after which nothing more is read: it is written to people.
_MAX_STRAY = 12
# Lines that the answer names as not understood.
_MAX_UNKNOWN = 5
# Characters of the longest message to a list that may be a command.
_MAX_LONE = 120
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
    """A command that somebody has written.

    Args:
        args: what follows it on its line.
        line: as it was written; empty where an address was the command.
        text: the lines below that belong to it.
    """

    name: str
    args: str = ""
    line: str = ""
    text: str = ""


@dataclass
class Orders:
    """What a message asks for.

    Args:
        unknown: lines that are no commands.
        cut: whether there were more orders.
    """

    orders: list[Order] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    cut: bool = False

    def note_unknown(self, line: str) -> None:
        """Keep a line that is no command, for the answer to name it."""
        if len(self.unknown) < _MAX_UNKNOWN:
            self.unknown.append(line[:100])


def own_subject(subject: str) -> str:
    """Return a subject without marks of replies, and without what lists put into brackets."""
    return bare_subject(_TAG.sub("", bare_subject(subject, tag="")), tag="")


def is_quote(line: str) -> bool:
    """Whether a line quotes."""
    return line.lstrip().startswith(">")


def is_own_line(line: str) -> bool:
    """Whether a line holds words of the author: it is neither empty nor a quote."""
    return line.strip() != "" and not is_quote(line)


def read(message: "ParsedMessage") -> Orders:
    """Return the orders of a message; never raises. Linear in the length of its author's text."""
    orders = _from_lines(read_chain(message.text)[0].body.splitlines())
    if orders.orders:
        return orders
    subject = own_subject(message.subject)
    order = _order(subject)
    if order is not None and order.name != "end":
        return Orders([order])
    if subject and not orders.unknown:
        orders.unknown = [subject]
    return orders


def is_lone_order(subject: str, visible: str, *, names: "Collection[str]") -> bool:
    """Whether a message to a list says nothing but a command that can be no contribution.

    That is GET and numbers, or a word for leaving or joining with nothing behind it but a name of
    the list. A message of more than one line costs nothing.

    Args: subject, which counts when there is no text; names, name and address of the list.
    """
    if len(visible) > _MAX_LONE:
        return False
    own_lines = [line.strip() for line in visible.splitlines() if is_own_line(line)]
    if len(own_lines) > 1:
        return False
    command = command_at(own_lines[0] if own_lines else own_subject(subject))
    if command is None:
        return False
    name, args = command
    if name in {"leave", "join"}:
        return not args or args.casefold() in names
    if name == "get" and own_lines:
        return _asks_for_numbers_alone(args)
    return False


def _asks_for_numbers_alone(args: str) -> bool:
    """Whether what stands behind GET names contributions and holds no other words."""
    terms = options(args, phrases_of("thread", "file", "part", "page", "of"))
    kinds = {kind for kind, _word in terms}
    return "number" in kinds and "" not in kinds


def _from_lines(lines: list[str]) -> Orders:
    orders, stray, at = Orders(), 0, 0
    while at < len(lines) and stray < _MAX_STRAY:
        line = lines[at].strip()
        at += 1
        if line == "--":
            break
        if not is_own_line(line):
            continue
        order = _order(line)
        if order is None:
            stray += 1
            orders.note_unknown(line)
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
        command = command_among(text, SETTINGS)
        if command is not None:
            name, behind = command
            return Order(name, f"{name_of_list} {behind}".strip(), line[:200])
    return Order("set", args, line[:200])


def _with_text(order: Order, lines: list[str], at: int) -> tuple[Order, int]:
    """Return the order with the lines below that belong to it, and where reading goes on."""
    if order.name in _TAKES_ALL:
        return replace(order, text="\n".join(lines[at:]).strip("\n")), len(lines)
    if order.name not in _TAKES_REASON or len(order.args.split()) > 1:
        return order, at
    reason = _reason_in(lines[at:])
    return replace(order, text=" ".join(reason).strip()), at + len(reason)


def _reason_in(lines: list[str]) -> list[str]:
    """Return the lines up to an empty one, or a command; the first one may be empty."""
    reason: list[str] = []
    for line in map(str.strip, lines):
        if reason and not line:
            break
        if command_at(line) is not None:
            break
        reason.append(line)
    return reason
