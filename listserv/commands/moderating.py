"""A moderator's answer to the letter about a held contribution: APPROVE, REJECT and a reason, EDIT
and the new text.

The order is the first line that the moderator wrote, or the subject (the letter's links write it
there). A word that people also begin sentences with, such as "yes" or "no", decides only when
nothing else stands on its line: "Yes, but shorten it" is no approval.
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
from listserv.commands.parsing import said_in_subject
from listserv.commands.services import HELPED, run_as, spoken_to
from listserv.commands.words import command_at, phrases, whole
from listserv.gateway import states
from listserv.gateway.stored_drafts import mail_of
from listserv.mail.trim.trimming import read_chain
from listserv.models import InboundMail

if TYPE_CHECKING:
    from forums.models import Contribution
    from listserv.mail.parse.message import Mail

_DECIDING = frozenset({"approve", "reject", "edit", "handover"})
# Marks after which a reason begins behind a short word: "No: off topic".
_MARKS = ":,-–—："


@dataclass(frozen=True)
class Decision:
    """What a moderator wrote: ``name`` is approve, reject, edit or handover, empty when it is none
    of them.

    ``reason`` is why words are changed: what stands behind EDIT when the new text stands below it.
    """

    name: str = ""
    text: str = ""
    reason: str = ""


@cache
def _short_words() -> dict[tuple[str, ...], str]:
    return phrases(vocabulary.DECISIONS)


def read_decision(mail: "Mail") -> Decision:
    """Return the decision of a mail; never raises."""
    own = read_chain(mail.text)[0].body.splitlines()
    at = next((at for at, line in enumerate(own) if line.strip() and not _is_quote(line)), None)
    if at is not None:
        decision = _of_line(own[at].strip(), own[at + 1 :])
        if decision.name:
            return decision
    return _of_line(said_in_subject(mail.subject), own)


def _is_quote(line: str) -> bool:
    return line.lstrip().startswith(">")


def _of_line(line: str, below: list[str]) -> Decision:
    """Return the decision that a line begins, with what stands behind and below it."""
    # A new text may quote; a reason does not: what is quoted there is our letter.
    whole_rest = "\n".join(below).strip()
    rest = "\n".join(line for line in below if not _is_quote(line)).strip()
    short = whole(line, _short_words())
    if short:
        return Decision(short, whole_rest if short == "edit" else rest)
    command = command_at(line)
    if command is not None and command[0] in _DECIDING:
        name, args = command
        number, _space, behind = args.partition(" ")
        # The number of the contribution may stand there, as in a command; the letter's own counts.
        args = behind.strip() if number.lstrip("#").isdecimal() else args
        if name == "approve" and args:
            return Decision()
        if name == "edit" and args and whole_rest:
            return Decision(name, whole_rest, args)
        below_it = whole_rest if name == "edit" else rest
        return Decision(name, "\n".join(part for part in (args, below_it) if part))
    for mark in _MARKS:
        head, marked, reason = line.partition(mark)
        if marked and whole(head, _short_words()) == "reject" and reason.strip():
            return Decision("reject", "\n".join(part for part in (reason.strip(), rest) if part))
    return Decision()


def written_texts(row: InboundMail) -> list[str]:
    """Return the words that a moderator writes in place of others, as they will be stored."""
    decision = read_decision(mail_of(row))
    return [as_stored(decision.text)] if decision.name == "edit" else []


def carry_out(row: InboundMail, *, now: datetime) -> None:
    """Do what a moderator decided, and answer: what was done, or who was faster."""
    if row.member is None or row.answers is None:
        return
    mail = mail_of(row)
    decision, number = read_decision(mail), row.answers
    with spoken_to(row.member):
        desk = Desk(row.member, row.list, now, row)
        if not decision.name:
            _explain(desk, mail, row)
            return
        answer = run_as(lambda: _act(desk, number, decision))
        notifications.answer(row=row, mail=mail, results=[{"line": "", "text": answer.text}])


def _act(desk: Desk, number: int, decision: Decision) -> Answer:
    contribution = forum_selectors.contribution_for(desk.member, number)
    if not contribution.is_held:
        # A late answer to a letter decides nothing, and changes no words that are shown.
        return Answer(lines(_("Nothing was changed."), moderation.decided(contribution)))
    if decision.name == "handover":
        return _pass_on(desk, contribution, decision.text)
    if decision.name == "edit" and not decision.text:
        return Answer(_("Nothing was decided: write the new text below the word EDIT."))
    token = (
        tokens.read_moderate(desk.row.recipient.partition("+")[2].partition("@")[0])
        if desk.row
        else None
    )
    # The words that were sent to this address, and no others.
    revision = token.revision if token is not None else 0
    return decide(
        desk, number, decision.name, decision.text, reason=decision.reason, revision=revision
    )


def _pass_on(desk: Desk, contribution: "Contribution", args: str) -> Answer:
    """Send the letter to another one who leads; who does not lead is named to with HANDOVER."""
    forum_id = contribution.post.topic.forum_id
    person = person_in(args.partition("\n")[0], forum_id)
    if not Desk(person, desk.mailing_list, desk.now).leads(forum_id):
        name = {"name": isolate(person.get_full_name()), "address": desk.address}
        return Answer(
            _("%(name)s does not lead this discussion. HANDOVER to %(address)s changes that.")
            % name
        )
    moderation.ask(contribution, person, by=desk.member)
    return Answer(_("%s has the letter now and can decide.") % isolate(person.get_full_name()))


def _explain(desk: Desk, mail: "Mail", row: InboundMail) -> None:
    """Say how to decide, once for each contribution and moderator."""
    if InboundMail.objects.filter(recipient=row.recipient, code=HELPED).exclude(pk=row.pk).exists():
        return
    states.note_code(row, HELPED)
    words = {
        name: vocabulary.own(vocabulary.COMMANDS[name], desk.member.language)
        for name in moderation.DECISIONS
    }
    text = _(
        "Nothing was decided: your answer does not begin with one of these words. Answer the "
        "letter again and write %(approve)s, or %(reject)s and a reason, or %(edit)s and the new "
        "text below it, on the first line."
    )
    notifications.answer(row=row, mail=mail, results=[{"line": "", "text": text % words}])
