"""Register the commands, one row each: who may, how it is written, what it does, its handler.

How each is said in every language stands in :mod:`listserv.commands.vocabulary` under the same
name; the reference for people is ``hub/docs/mail.md``, and a test keeps all three together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from listserv.commands import (
    acting,
    confirming,
    following,
    getting,
    leading,
    looking_up,
    preferences,
    taking_part,
    vocabulary,
)
from listserv.commands.desk import Answer, Desk, lines
from listserv.commands.parsing import Order
from listserv.commands.words import command_among

Handler = Callable[[Desk, Order], Answer]


@dataclass(frozen=True)
class Command:
    """A row of the table.

    Args:
        usage: how it is written, in English.
        does: what the help says about it.
        leads: whether only those who lead a discussion see it in the help; each handler asks for
            the right itself.
    """

    name: str
    usage: str
    does: str | Promise
    run: Handler
    leads: bool = False


def help_for(desk: Desk, order: Order) -> Answer:
    """List the commands that are of use to the member, or all words for one of them."""
    match = command_among(order.args, COMMANDS)
    if match is not None:
        name, _behind = match
        command = COMMANDS[name]
        words = ", ".join(dict.fromkeys(vocabulary.alternatives(vocabulary.COMMANDS[command.name])))
        return Answer(
            lines(_line(command), "", gettext("The hub accepts all of these words: %s") % words)
        )
    rows: Sequence[Command] = TABLE
    if not _leads_any(desk):
        rows = [command for command in TABLE if not command.leads]
    return Answer(
        lines(
            gettext(
                "Send commands to %s, one per line. Lines after END are not read. The commands are:"
            )
            % desk.address,
            "",
            (_line(command) for command in rows),
            "",
            gettext(
                "Without a name of a list, a command is for the list to whose address it was sent."
            ),
        )
    )


def _leads_any(desk: Desk) -> bool:
    return any(desk.leads(forum_id) for forum_id in desk.access.rights)


def _line(command: Command) -> str:
    own = vocabulary.own(vocabulary.COMMANDS[command.name], get_language() or "en")
    first = vocabulary.own(vocabulary.COMMANDS[command.name], "en")
    written = command.usage
    if own != first:
        # The reader's own word first: it gives the line its direction.
        written = f"{own} ({command.usage})"
    return f"{written} – {command.does}"


def echo(desk: Desk, order: Order) -> Answer:
    """Say the words back."""
    return Answer(order.args[:200] or "…")


def unknown_setting(desk: Desk, order: Order) -> Answer:
    """Say what can be set."""
    name = desk.mailing_list.name if desk.mailing_list else "risk"
    text = gettext(
        "Say what to set: MAIL, DIGEST, NOTICES, NOMAIL, FILES, OWNCOPY, LANGUAGE, "
        "ADDRESS or PAUSE, for example SET %s MAIL."
    )
    return Answer(text % name)


TABLE: tuple[Command, ...] = (
    Command("help", "HELP [command]", _("this list, or all words for one command"), help_for),
    Command("which", "WHICH", _("your lists, and how you receive each one"), looking_up.which),
    Command("lists", "LISTS", _("the discussions that are open to you"), looking_up.lists),
    Command(
        "info", "INFO [list]", _("what a discussion is about, and its addresses"), looking_up.info
    ),
    Command(
        "join",
        "SUBSCRIBE [list]",
        _("receive a discussion by e-mail, or ask to be admitted to it"),
        taking_part.join,
    ),
    Command(
        "leave",
        "UNSUBSCRIBE [list | ALL]",
        _("stop receiving a discussion by e-mail"),
        taking_part.leave,
    ),
    Command("mail", "MAIL [list]", _("receive each contribution separately"), preferences.mail),
    Command(
        "digest",
        "DIGEST [list] [DAILY | WEEKLY]",
        _("receive all contributions in one message a day, or a week"),
        preferences.digest,
    ),
    Command(
        "notices",
        "NOTICES [list]",
        _("receive subject, author and address only"),
        preferences.notices,
    ),
    Command(
        "nomail", "NOMAIL [list]", _("receive no e-mail; you keep your place"), preferences.nomail
    ),
    Command(
        "files",
        "FILES [list] ATTACH | LINK",
        _("receive files with the messages, or links to them"),
        preferences.files,
    ),
    Command(
        "owncopy",
        "OWNCOPY [list] ON | OFF",
        _("receive your own contributions too"),
        preferences.owncopy,
    ),
    Command(
        "noowncopy",
        "NOOWNCOPY [list]",
        _("do not receive your own contributions"),
        preferences.noowncopy,
    ),
    Command(
        "language",
        "LANGUAGE [list] code",
        _("language of the messages: ar, en, es, fr, ru or zh"),
        preferences.language,
    ),
    Command(
        "address",
        "ADDRESS [list] address",
        _("which of your addresses the messages go to"),
        preferences.address,
    ),
    Command(
        "pause",
        "PAUSE [list | ALL] UNTIL day",
        _("receive no e-mail until that day"),
        preferences.pause,
    ),
    Command("resume", "RESUME [list | ALL]", _("end the pause"), preferences.resume),
    Command(
        "follow",
        "FOLLOW number",
        _("receive each contribution to the topic of a contribution"),
        following.follow,
    ),
    Command(
        "unfollow",
        "UNFOLLOW number",
        _("receive a topic as the rest of its discussion"),
        following.unfollow,
    ),
    Command(
        "mute",
        "MUTE number",
        _("receive nothing from a topic; nothing in it is shown as new"),
        following.mute,
    ),
    Command(
        "search",
        "SEARCH words",
        _("search contributions; “in quotes” for a phrase"),
        looking_up.find,
    ),
    Command(
        "get",
        "GET number",
        _(
            "receive a contribution; GET THREAD number, GET ATTACHMENT 2 OF number, GET "
            "number HISTORY"
        ),
        getting.get,
    ),
    Command(
        "confirm",
        "CONFIRM code",
        _("confirm that a message the hub asked about is yours"),
        confirming.confirm,
    ),
    Command(
        "edit", "EDIT number", _("and the new text below: change a contribution"), leading.edit
    ),
    Command(
        "withdraw",
        "WITHDRAW number",
        _("withdraw a contribution of yours; those who lead give a reason"),
        acting.withdraw,
    ),
    Command("echo", "ECHO words", _("repeat your words, as a test"), echo),
    Command("review", "REVIEW [list]", _("show who is on the list"), leading.review, leads=True),
    Command("held", "HELD", _("show what is waiting for your decision"), leading.held, leads=True),
    Command(
        "approve",
        "APPROVE number",
        _("publish a contribution that is waiting"),
        leading.approve,
        leads=True,
    ),
    Command(
        "reject",
        "REJECT number reason",
        _("reject a contribution; its author receives the reason"),
        leading.reject,
        leads=True,
    ),
    Command(
        "admit",
        "ADMIT person [list]",
        _("admit a member to the discussion"),
        leading.admit,
        leads=True,
    ),
    Command(
        "remove",
        "REMOVE person [list]",
        _("remove a member from the discussion"),
        leading.remove,
        leads=True,
    ),
    Command(
        "handover",
        "HANDOVER person [list]",
        _("let a participant lead the discussion too"),
        leading.handover,
        leads=True,
    ),
    Command(
        "stepdown",
        "STEPDOWN [list]",
        _("stop leading a discussion"),
        leading.stepdown,
        leads=True,
    ),
    Command(
        "lock",
        "LOCK number",
        _("close the topic of a contribution for replies"),
        leading.lock,
        leads=True,
    ),
    Command(
        "unlock",
        "UNLOCK number",
        _("open the topic of a contribution for replies again"),
        leading.unlock,
        leads=True,
    ),
    Command(
        "move",
        "MOVE number list",
        _("move the topic of a contribution to another discussion"),
        acting.move,
        leads=True,
    ),
    Command(
        "pin",
        "PIN number",
        _("let the topic of a contribution stand first"),
        acting.pin,
        leads=True,
    ),
    Command(
        "unpin",
        "UNPIN number",
        _("let the topic of a contribution stand among the others again"),
        acting.unpin,
        leads=True,
    ),
    Command(
        "summary",
        "SUMMARY [list]",
        _("and text below: the summary on the page"),
        leading.summary,
        leads=True,
    ),
)
COMMANDS: dict[str, Command] = {command.name: command for command in TABLE}
