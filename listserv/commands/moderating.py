"""Carry out a moderator's answer to the notification about a held contribution.

It is APPROVE, or REJECT and a reason, or EDIT and the new text: on the first line that the
moderator wrote, or in the subject (the notification's links write it there). A word that people
also begin sentences with, such as "yes" or "no", decides only when nothing else stands on its line:
"Yes, but shorten it" is no approval.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums.services import as_stored
from hub.lib.scripts import isolate
from listserv import tokens
from listserv.commands import moderation, notifications, vocabulary
from listserv.commands.desk import Answer, Desk, lines, person_in
from listserv.commands.leading import decide
from listserv.commands.parsing import is_own_line, is_quote, own_subject
from listserv.commands.services import HELPED, in_language_of, run_as
from listserv.commands.words import command_among, phrases, whole
from listserv.gateway import states
from listserv.gateway.question import token_of
from listserv.gateway.stored_drafts import parsed_message
from listserv.mail.trim.trimming import read_chain
from listserv.models import InboundMail

if TYPE_CHECKING:
    from forums.models import Contribution
    from listserv.mail.parse.message import ParsedMessage

_DECIDING = frozenset({"approve", "reject", "edit", "handover"})
# Marks after which a reason begins behind a short word: "No: off topic".
_MARKS = ":,-–—："


@dataclass(frozen=True)
class Decision:
    """What a moderator decided.

    Args:
        name: approve, reject, edit or handover; empty when it is none of them.
        text: the reason of a rejection, the new text, or the person.
        reason: why words are changed: what stands behind EDIT when the new text stands below it.
    """

    name: str = ""
    text: str = ""
    reason: str = ""


@cache
def _short_words() -> dict[tuple[str, ...], str]:
    return phrases(vocabulary.DECISIONS)


def read_decision(message: "ParsedMessage") -> Decision:
    """Return the decision of a message; never raises."""
    body = read_chain(message.text)[0].body.splitlines()
    at = next((at for at, line in enumerate(body) if is_own_line(line)), None)
    if at is not None:
        decision = _of_line(body[at].strip(), body[at + 1 :])
        if decision.name:
            return decision
    return _of_line(own_subject(message.subject), body)


def _of_line(line: str, below: list[str]) -> Decision:
    """Return the decision that a line begins, with what stands behind and below it."""
    # A new text may quote; a reason does not: what is quoted there is our notification.
    new_text = "\n".join(below).strip()
    reason = "\n".join(line for line in below if not is_quote(line)).strip()
    short = whole(line, _short_words())
    if short == "edit":
        return Decision(short, new_text)
    if short:
        return Decision(short, reason)
    command = command_among(line, _DECIDING)
    if command is not None:
        name, args = command
        return _of_command(name, _without_number(args), new_text, reason)
    return _rejection(line, reason)


def _without_number(args: str) -> str:
    """Return what stands behind a command without the number of a contribution.

    The number may stand there, as in any command; that of the notification counts.
    """
    number, _space, behind = args.partition(" ")
    if number.lstrip("#").isdecimal():
        return behind.strip()
    return args


def _of_command(name: str, behind: str, new_text: str, reason: str) -> Decision:
    """Return the decision that is written as a command.

    Args: behind, on its line; new_text and reason, what stands below with and without quotes.
    """
    if name == "approve" and behind:
        return Decision()
    if name != "edit":
        return Decision(name, _below_each_other(behind, reason))
    if behind and new_text:
        return Decision(name, new_text, behind)
    return Decision(name, behind or new_text)


def _rejection(line: str, below: str) -> Decision:
    """Return the rejection of a line such as "No: off topic", no decision for any other line."""
    for mark in _MARKS:
        head, _mark, behind = line.partition(mark)
        if behind.strip() and whole(head, _short_words()) == "reject":
            return Decision("reject", _below_each_other(behind.strip(), below))
    return Decision()


def _below_each_other(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def written_texts(row: InboundMail) -> list[str]:
    """Return the words that a moderator writes in place of others, as they will be stored."""
    decision = read_decision(parsed_message(row))
    if decision.name != "edit":
        return []
    return [as_stored(decision.text)]


def carry_out(row: InboundMail, *, now: datetime) -> None:
    """Do what a moderator decided, and answer: what was done, or who was faster."""
    if row.member is None or row.answers is None:
        return
    message = parsed_message(row)
    decision, number = read_decision(message), row.answers
    with in_language_of(row.member):
        desk = Desk(row.member, row.list, now, row)
        if not decision.name:
            _explain(desk, message, row)
            return
        answer = run_as(lambda: _act(desk, number, decision))
        notifications.answer(row=row, message=message, results=[{"line": "", "text": answer.text}])


def _act(desk: Desk, number: int, decision: Decision) -> Answer:
    contribution = forum_selectors.contribution_for(desk.member, number)
    if not contribution.is_held:
        # A late answer decides nothing, and changes no words that are shown.
        return Answer(lines(_("Nothing was changed."), moderation.decision_on(contribution)))
    if decision.name == "handover":
        return _pass_on(desk, contribution, decision.text)
    if decision.name == "edit" and not decision.text:
        return Answer(_("Nothing was decided: write the new text below the word EDIT."))
    return decide(
        desk,
        number,
        decision.name,
        decision.text,
        reason=decision.reason,
        revision=_revision_of_address(desk),
    )


def _revision_of_address(desk: Desk) -> int:
    """Return the revision that was sent to the address that was written to: no other is decided."""
    if desk.row is None:
        return 0
    token = tokens.read_moderate(token_of(desk.row.recipient))
    return token.revision if token is not None else 0


def _pass_on(desk: Desk, contribution: "Contribution", args: str) -> Answer:
    """Send the notification to another person who leads; HANDOVER lets somebody lead."""
    forum_id = contribution.post.topic.forum_id
    person = person_in(args.partition("\n")[0], forum_id)
    if not Desk(person, desk.mailing_list, desk.now).leads(forum_id):
        name = {"name": isolate(person.get_full_name()), "address": desk.address}
        return Answer(
            _(
                "%(name)s does not lead this discussion. To change that, send HANDOVER "
                "to %(address)s."
            )
            % name
        )
    moderation.ask(contribution, person, by=desk.member)
    return Answer(
        _("%s has received the message and can now decide.") % isolate(person.get_full_name())
    )


def _explain(desk: Desk, message: "ParsedMessage", row: InboundMail) -> None:
    """Say how to decide, once for each contribution and moderator."""
    if InboundMail.objects.filter(recipient=row.recipient, code=HELPED).exclude(pk=row.pk).exists():
        return
    states.note_code(row, HELPED)
    words = {
        name: vocabulary.own(vocabulary.COMMANDS[name], desk.member.language)
        for name in moderation.DECISIONS
    }
    text = _(
        "Nothing was decided: your answer does not begin with one of these words. Answer "
        "the message again and write %(approve)s, or %(reject)s and a reason, or "
        "%(edit)s and the new text below it, on the first line."
    )
    notifications.answer(row=row, message=message, results=[{"line": "", "text": text % words}])
