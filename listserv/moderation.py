"""The letters about held contributions: who decides is asked, the others learn who did, the author of a rejection why.

Each letter to a moderator has a reply address of its own (:func:`listserv.tokens.moderate_address`): its token names
the contribution and the moderator, and is a proof only in a mail from that moderator's address.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from forums import selectors as forums
from hub.lib.dates import say_day
from hub.lib.mail import send_letter
from hub.members.selectors import secretariat
from listserv import selectors, tokens
from listserv.commands import vocabulary

if TYPE_CHECKING:
    from forums.models import Contribution
    from hub.members.models import Member

# Characters of a held text that its letter repeats; the page has the whole.
EXCERPT = 20_000
DECISIONS = ("approve", "reject", "edit")


def deciding(contribution: "Contribution") -> "list[Member]":
    """Return those who decide: who lead the discussion, the Secretariat where nobody does."""
    leading = [row.member for row in forums.moderators_of(contribution.post.topic.forum_id)]
    return leading or list(secretariat())


def ask_all(contribution: "Contribution") -> None:
    """Write to each of those who decide, in their language, with the text."""
    for member in deciding(contribution):
        ask(contribution, member)


def ask(contribution: "Contribution", member: "Member", *, by: "Member | None" = None) -> None:
    """Ask one of those who decide; the answer to the letter is the decision.

    Args: by, the moderator who passes the decision on to one who has had the letter already.
    """
    found = selectors.list_of_forum(contribution.post.topic.forum_id)
    words = {name: vocabulary.own(vocabulary.COMMANDS[name], member.language) for name in DECISIONS}
    ident = f"<{tokens.letter_id(contribution.number, member.pk)}>"
    headers = {"In-Reply-To": ident, "References": ident} if by is not None else {"Message-ID": ident}
    context = {**_context(contribution), "words": words, "by": by}
    if found is not None:
        # In Reply-To alone: what stands in the text is quoted and forwarded, and it would decide for the moderator.
        headers["Reply-To"] = tokens.moderate_address(found.name, member_id=member.pk, number=contribution.number)
        context["by_mail"] = True
    send_letter(to=member, template="listserv/mail/held", context=context, headers=headers)


def tell_decided(contribution: "Contribution") -> None:
    """Tell the others of those who decide who decided what, below the letter that asked them."""
    for member in deciding(contribution):
        if member.pk == contribution.decided_by_id:
            continue
        asked = f"<{tokens.letter_id(contribution.number, member.pk)}>"
        send_letter(
            to=member,
            template="listserv/mail/decided",
            context={**_context(contribution), "reason": contribution.post.update_reason},
            headers={"In-Reply-To": asked, "References": asked},
        )


def tell_rejected(contribution: "Contribution") -> None:
    """Tell the author why, with their own words, so that nothing is lost."""
    context = {**_context(contribution), "reason": contribution.post.update_reason}
    send_letter(to=contribution.author, template="listserv/mail/rejected", context=context)


def decided(contribution: "Contribution") -> str:
    """Return who decided about a contribution, and when, in a sentence."""
    name = {"number": contribution.number, "name": "", "day": "", "time": ""}
    if contribution.decided_by is None or contribution.decided_at is None:
        return _("Contribution %(number)d does not wait for a decision.") % name
    at = timezone.localtime(contribution.decided_at)
    name |= {"name": contribution.decided_by.get_full_name(), "day": say_day(at), "time": f"{at:%H:%M}"}
    if contribution.state == "rejected":
        return _("%(name)s rejected contribution %(number)d on %(day)s at %(time)s.") % name
    return _("%(name)s approved contribution %(number)d on %(day)s at %(time)s.") % name


def _context(contribution: "Contribution") -> dict[str, object]:
    text = contribution.text
    return {
        "contribution": contribution,
        "author": contribution.speaker,
        "decided_by": contribution.decided_by,
        "discussion": contribution.post.topic.forum.name,
        "text": text if len(text) <= EXCERPT else f"{text[:EXCERPT]} …",
        "files": list(contribution.attachments.all()),
        "page_url": f"{settings.HUB_URL}/c/{contribution.number}/",
        "held_url": f"{settings.HUB_URL}{reverse('forums:held')}",
    }
