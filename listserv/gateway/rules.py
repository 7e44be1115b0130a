"""The rules of incoming messages; each kind of address names those that hold for it.

A rule looks at the question and returns a verdict, or None for "no objection"; the first verdict
counts. What a list takes is put to :func:`forums.rules.decide` as well, so that mail keeps to the
same rules as the web. What passes all and is not proven to be its sender's is held.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import rules as forum_rules
from forums.policy import REPLY
from hub.lib.verdicts import Verdict, discard, hold, reject
from listserv.address_kinds import AddressKind
from listserv.gateway.question import Question
from listserv.mail.parse import automatic
from listserv.mail.parse.headers import Headers
from listserv.mail.parse.message import MAX_TEXT, ParsedMessage, parse
from listserv.models import InboundMail

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from forums.drafts import Draft

Rule = Callable[[Question], Verdict | None]
State = InboundMail.State
# Messages that wait for one member's confirmation at a time: a forger cannot fill a mailbox with
# ours.
MAX_HELD = 5
# Earlier messages with the same Message-ID that one is compared with.
MOST_COPIES = 20


def first_objection(rules: Iterable[Rule], question: Question) -> Verdict | None:
    """Return the verdict of the first rule that has one, None when none objects."""
    return next((verdict for rule in rules if (verdict := rule(question)) is not None), None)


def hold_unproven() -> Verdict:
    """Return the verdict on what is claimed to be a member's and not proven."""
    sentence = _("Your message is held: confirm with the link in our e-mail that it is yours.")
    return hold("unproven", sentence)


# --- Rules of every kind of address ---------------------------------------------------------------


def looped(question: Question) -> Verdict | None:
    """Discard what the hub itself has sent (RFC 2919 §7, X-Loop)."""
    return _loop_verdict() if _has_been_here(question.message.headers) else None


def _loop_verdict() -> Verdict:
    return discard("loop", _("This message has already been through the hub."))


def _has_been_here(headers: Headers) -> bool:
    domain = settings.HUB_MAIL_DOMAIN.lower()
    lists = " ".join(headers.all("list-id") + headers.all("list-post")).lower()
    if f".{domain}>" in lists or f"@{domain}>" in lists:
        return True
    loops = (value.strip(" <>").lower() for value in headers.all("x-loop"))
    if any(value.endswith(f"@{domain}") for value in loops):
        return True
    return automatic.has_too_many_hops(headers)


def sent_by_a_program(question: Question) -> Verdict | None:
    """Discard automatic replies and notifications (RFC 3834 §2)."""
    mail_from = question.incoming.mail_from
    if automatic.is_automatic(question.message, mail_from, signed_in=question.signed_in):
        return automatic_reply()
    return None


def automatic_reply() -> Verdict:
    """Return the verdict on what a program sent."""
    return discard("automatic", _("Automatic replies are not passed on."))


def disowned(question: Question) -> Verdict | None:
    """Refuse what the domain of From asks to be refused, whatever it is for (DMARC)."""
    problem = question.sender.problem
    if problem is None or problem.code != "dmarc":
        return None
    return problem


def not_the_sender(question: Question) -> Verdict | None:
    """Refuse what cannot be its sender's."""
    return question.sender.problem


def sent_before(question: Question) -> Verdict | None:
    """Discard what a client that did not get our answer sends again to a desk or a person."""
    message, recipient = question.message, question.recipient
    if not message.message_id:
        return None
    is_private = recipient.kind == AddressKind.ALIAS
    states = [State.QUEUED, State.DONE]
    if is_private or not question.sender.is_proven:
        states.append(State.HELD)
    rows = InboundMail.objects.filter(
        message_id=message.message_id,
        member=question.member,
        kind=recipient.kind,
        list_id=recipient.list_id,
        state__in=states,
    )
    if is_private:
        # Each alias is another person.
        rows = rows.filter(recipient=recipient.address)
    if is_among(rows, message, question.digest):
        return duplicate()
    return None


def duplicate() -> Verdict:
    """Return the verdict on a second copy."""
    return discard("duplicate", _("This message has already been received."))


def too_many_held(question: Question) -> Verdict | None:
    """Let no more than :data:`MAX_HELD` messages wait for one member."""
    member = question.member
    if member is None or question.sender.is_proven:
        return None
    if question.facts.held(member.pk) < MAX_HELD:
        return None
    sentence = _(
        "Several messages are waiting for your confirmation. Confirm them, then send "
        "this one again."
    )
    return reject("too-many-held", sentence)


# --- Rules of lists -------------------------------------------------------------------------------


def came_from_the_list(question: Question) -> Verdict | None:
    """Discard a contribution that comes back under its own identifier.

    No mail program makes an identifier of ours: a mirror sends our delivery back, whoever it says
    has written it. Under any other identifier a proven sender wrote the message: somebody else's
    under the same one takes nothing from them.
    """
    message_id, forum_id = question.message.message_id, _forum_id(question)
    contribution = question.facts.record.newest_named(forum_id, [message_id])
    if contribution is None:
        return None
    if message_id.lower().endswith(f"@{settings.HUB_MAIL_DOMAIN.lower()}"):
        return _loop_verdict()
    if question.sender.is_proven:
        return None
    member = question.member
    if member is not None and contribution.author_id == member.pk:
        return None
    return _loop_verdict()


def _forum_id(question: Question) -> int:
    assert question.recipient.mailing_list is not None
    return question.recipient.mailing_list.forum_id


def unknown(question: Question) -> Verdict | None:
    """Refuse who has no member's address, or claims one of a member who may not write here.

    Both get the same sentence: an unproven From must tell nobody where a member takes part more
    than a held message does.
    """
    member = question.member
    if member is not None:
        access = question.facts.record.access_of(member.pk)
        if question.sender.is_proven or access.may(REPLY, _forum_id(question)):
            return None
    return reject(
        "unknown-sender",
        _(
            "Only participants of this discussion can write to it. Write from the "
            "address that is registered with the hub."
        ),
    )


def encrypted(question: Question) -> Verdict | None:
    """Refuse what nobody on the list could read; :func:`unknown` comes first and says less."""
    if not question.message.encrypted:
        return None
    sentence = _(
        "Your message is encrypted with %s, and nobody on the list could read it. Send "
        "it without encryption."
    )
    return reject("encrypted", sentence % question.message.encrypted)


def too_much_text(question: Question) -> Verdict | None:
    """Refuse a text so long that not all of it was read; the limit counts quotes as well."""
    if not question.message.is_cut:
        return None
    limit = MAX_TEXT // 1_000_000
    sentence = _("The text of your message, quotes included, is over %d MB. Shorten it.")
    return reject("too-large", sentence % limit)


def copied(question: Question) -> Verdict | None:
    """Discard a second copy: to two recipients of one list, or of a client without our answer."""
    member, message = question.member, question.message
    if not message.message_id or member is None:
        return None
    states = [State.QUEUED, State.PUBLISHED]
    if not question.sender.is_proven:
        # The proven copy is accepted, whatever an unproven one is waiting for.
        states.append(State.HELD)
    copy = (message.message_id, question.recipient.list_id, member.pk)
    earlier = question.facts.copy_of(copy, states)
    if earlier is not None and is_same(earlier, message):
        return duplicate()
    return None


def too_many_queued(question: Question) -> Verdict | None:
    """Count what is accepted and not yet published, which the discussion's rate rule misses."""
    member = question.member
    if member is None:
        return None
    count = question.facts.queued(member.pk)
    if count < settings.HUB_RATE_PER_HOUR:
        return None
    sentence = _(
        "You have sent %d messages that are not published yet. Try again in a few minutes."
    )
    return reject("rate", sentence % count)


LIST_RULES: tuple[Rule, ...] = (
    looped,
    came_from_the_list,
    sent_by_a_program,
    not_the_sender,
    unknown,
    encrypted,
    too_much_text,
    copied,
    too_many_held,
    too_many_queued,
)


def evaluate_post(question: Question, *, draft: "Draft", topic: object) -> Verdict:
    """Return the verdict on a message to a list; writes nothing.

    What the discussion's moderators hold is accepted here: it is published as held.

    Queries: 0, or 2 where an earlier message has the same Message-ID or the member's held messages
    are counted.
    """
    objection = first_objection(LIST_RULES, question)
    if objection is not None:
        return objection
    author = question.member
    assert author is not None
    verdict = forum_rules.decide(
        draft=draft,
        author=author,
        topic=topic,
        now=question.incoming.received_at,
        known=question.facts.record.about(author.pk, draft.forum_id),
    )
    if verdict.action == "reject" or question.sender.is_proven:
        return verdict
    return hold_unproven()


# --- Copies ---------------------------------------------------------------------------------------


def is_same(raw: bytes, message: ParsedMessage) -> bool:
    """Whether an earlier message says the same.

    Some programs send different messages under one Message-ID.
    """
    earlier = parse(raw)
    if earlier.subject != message.subject or earlier.text != message.text:
        return False
    return _contents(earlier) == _contents(message)


def _contents(message: ParsedMessage) -> list[tuple[str, bytes]]:
    return [(file.name, file.content) for file in message.files]


def is_among(rows: "QuerySet[InboundMail]", message: ParsedMessage, digest: str) -> bool:
    """Whether a message is one of those that came under its Message-ID before.

    Args: digest, SHA-256 of the message.
    """
    for raw, sha256 in rows.order_by("pk").values_list("raw", "sha256")[:MOST_COPIES]:
        if sha256 == digest:
            # The only way to know one whose bytes are not kept.
            return True
        if raw and is_same(bytes(raw), message):
            return True
    return False
