"""The rules of the mail door, before those of the discussion: loops, automatic mail, unknown and unproven senders.

Each rule looks at the case and returns a verdict, or None for "no objection"; the first verdict counts. What passes is
put to :func:`forums.rules.decide`, so that mail keeps to the same rules as the web; what passes that too and is not
proven to be its sender's is held.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import rules as forum_rules
from forums.drafts import Draft
from forums.policy import REPLY
from hub.lib.verdicts import Verdict, discard, hold, reject
from listserv import machines
from listserv.inbound.facts import Facts
from listserv.inbound.mime import MAX_TEXT, Mail, parse
from listserv.inbound.sender import Sender
from listserv.models import InboundMail, MailingList

if TYPE_CHECKING:
    from django.db.models import QuerySet

State = InboundMail.State
# Mails that wait for one member's confirmation at a time: a forger cannot fill a mailbox with our letters.
MAX_HELD = 5
# Earlier mails with the same Message-ID that one is compared with.
MOST_COPIES = 20


@dataclass(frozen=True)
class Case:
    """All a rule may look at."""

    mail: Mail
    sender: Sender
    mailing_list: MailingList
    envelope_from: str
    now: datetime
    facts: Facts

    @property
    def is_signed_in(self) -> bool:
        """Whether the sender used SMTP AUTH, which no automatic reply does."""
        return self.sender.proof == InboundMail.Proof.AUTH


def looped(case: Case) -> Verdict | None:
    """Discard what this hub itself has sent (RFC 2919 §7, X-Loop)."""
    headers = case.mail.headers
    ours = case.mailing_list.list_id.lower()
    domain = settings.HUB_MAIL_DOMAIN.lower()
    named = " ".join(headers.all("list-id") + headers.all("list-post")).lower()
    loops = [value.strip(" <>").lower() for value in headers.all("x-loop")]
    if (
        machines.has_gone_round(headers)
        or ours in named
        or f"@{domain}>" in named
        or any(value.endswith(f"@{domain}") for value in loops)
    ):
        return discard("loop", _("This mail has been through the list before."))
    found = case.facts.record.newest_named(case.mailing_list.forum_id, [case.mail.message_id])
    # No mail program makes an identifier of ours: a mirror sends our copy back, whoever it says has written it. Under
    # any other one, who is proven wrote it: another's mail under the same identifier takes nothing from them.
    member = case.sender.member
    is_ours = case.mail.message_id.lower().endswith(f"@{domain}")
    if found and (is_ours or member is None or (not case.sender.is_proven and found.author_id != member.pk)):
        return discard("loop", _("This mail has been through the list before."))
    return None


def automatic(case: Case) -> Verdict | None:
    """Discard automatic replies and notifications (RFC 3834 §2)."""
    return (
        discard("automatic", _("Automatic replies are not passed on."))
        if machines.is_automatic(case.mail, case.envelope_from, signed_in=case.is_signed_in)
        else None
    )


def not_the_sender(case: Case) -> Verdict | None:
    """Refuse what cannot be its sender's."""
    return case.sender.problem


def too_much_text(case: Case) -> Verdict | None:
    """Refuse a text so long that not all of it was read; the limit counts quotes as well."""
    if not case.mail.is_cut:
        return None
    limit = MAX_TEXT // 1_000_000
    return reject("too-large", _("The text of your mail, quotes included, is over %d MB. Shorten it.") % limit)


def encrypted(case: Case) -> Verdict | None:
    """Refuse what nobody on the list could read; who is unknown learns less (:func:`unknown` comes first)."""
    if not case.mail.encrypted:
        return None
    sentence = _("Your mail is encrypted with %s, and nobody on the list could read it. Send it without encryption.")
    return reject("encrypted", sentence % case.mail.encrypted)


def unknown(case: Case) -> Verdict | None:
    """Refuse who has no member's address, and answer alike when the discussion is closed to the member it claims.

    An unproven From must tell nobody where a member takes part more than a held mail does.
    """
    member = case.sender.member
    if member is not None and (
        case.sender.is_proven or case.facts.record.access_of(member.pk).may(REPLY, case.mailing_list.forum_id)
    ):
        return None
    return reject(
        "unknown-sender",
        _("Only those who take part in this discussion can write to it. Write from the address the hub knows you by."),
    )


def copied(case: Case) -> Verdict | None:
    """Discard a second copy: two recipients of one list, or a client that did not get our answer."""
    member = case.sender.member
    if not case.mail.message_id or member is None:
        return None
    # The proven copy is taken, whatever an unproven one is waiting for.
    states = (State.QUEUED, State.PUBLISHED) if case.sender.is_proven else (State.QUEUED, State.PUBLISHED, State.HELD)
    found = case.facts.copy_of((case.mail.message_id, case.mailing_list.pk, member.pk), states)
    if found is not None and is_same(found, case.mail):
        return discard("duplicate", _("This mail is here already."))
    return None


def is_same(raw: bytes, mail: Mail) -> bool:
    """Whether an earlier mail says the same; some programs send different mails under one Message-ID."""
    earlier = parse(raw)
    files = [[(file.name, file.content) for file in one.files] for one in (earlier, mail)]
    return earlier.subject == mail.subject and earlier.text == mail.text and files[0] == files[1]


def is_among(rows: "QuerySet[InboundMail]", mail: Mail, digest: str) -> bool:
    """Whether a mail is one of those that came under its Message-ID before.

    Args: digest, SHA-256 of the mail, by which one is known of which no more is kept.
    """
    earlier = rows.order_by("pk").values_list("raw", "sha256")[:MOST_COPIES]
    return any(is_same(bytes(raw), mail) if raw else sha256 == digest for raw, sha256 in earlier)


def too_many_held(case: Case) -> Verdict | None:
    """Let no more than :data:`MAX_HELD` mails wait for one member."""
    member = case.sender.member
    if case.sender.is_proven or member is None:
        return None
    return refuse_over_held(case.facts.held(member.pk))


def refuse_over_held(count: int) -> Verdict | None:
    """Refuse one more mail that would wait for its member. Args: count, of those that wait."""
    if count < MAX_HELD:
        return None
    return reject("too-many-held", _("Several mails wait for your confirmation. Confirm them, then send this again."))


def too_many_queued(case: Case) -> Verdict | None:
    """Count what is accepted and not yet published, which the rate rule of the discussion does not see."""
    count = case.facts.queued(case.sender.member.pk) if case.sender.member is not None else 0
    if count < settings.HUB_RATE_PER_HOUR:
        return None
    return reject("rate", _("You have sent %d mails that are not published yet. Try again in a few minutes.") % count)


RULES: tuple[Callable[[Case], Verdict | None], ...] = (
    looped, automatic, not_the_sender, unknown, encrypted, too_much_text, copied, too_many_held, too_many_queued,
)  # fmt: skip


def decide(*, case: Case, draft: Draft, topic: object) -> Verdict:
    """Return the verdict on a mail to a list; writes nothing.

    What the discussion's moderators hold is accepted here: it is published as held.

    Queries: 0, or 2 where an earlier mail has the same Message-ID or the member's held mails are counted.
    """
    for rule in RULES:
        verdict = rule(case)
        if verdict is not None:
            return verdict
    assert case.sender.member is not None
    known = case.facts.record.about(case.sender.member.pk, draft.forum_id)
    verdict = forum_rules.decide(draft=draft, author=case.sender.member, topic=topic, now=case.now, known=known)
    if verdict.action == "reject" or case.sender.is_proven:
        return verdict
    return hold("unproven", _("The mail is held: confirm with the link in our letter that it is yours."))
