"""Write the notifications about held contributions.

Who decides is asked, the others learn who did, and the author what and why. Each one to a moderator
has a reply address of its own (:func:`listserv.tokens.moderate_address`): its token names the
contribution, the revision that was sent and the moderator, and is a proof only in a message from
that moderator's address.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _

from forums.edits import Edit, edit_of
from hub.lib import clock
from hub.lib.dates import format_moment
from hub.lib.differences import change_lines
from hub.lib.full_urls import full_url
from hub.lib.mail import send_notification
from hub.lib.scripts import isolate
from listserv import selectors, tokens
from listserv.commands import vocabulary
from listserv.gateway.leaders import leaders_of
from listserv.gateway.notifications import beginning_of
from listserv.models import NotificationSettings, ShownRevision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forums.models import Contribution
    from hub.members.models import Member

# Characters of a held text that its notification repeats; the page has the whole.
EXCERPT = 20_000
DECISIONS = ("approve", "reject", "edit")
# After a notification about a change to a held contribution the next one comes no sooner: an answer
# to an older notification is refused anyway, and brings the newest words.
ASKED_AGAIN = timedelta(hours=1)


def deciders(contribution: "Contribution") -> "list[Member]":
    """Return those who decide and are asked by mail.

    They lead the discussion, or are the Secretariat where nobody does; who wants no mail of it sees
    on the home what waits.
    """
    leading = leaders_of(contribution.post.topic.forum_id)
    silent = NotificationSettings.objects.filter(member__in=leading, decisions=False)
    keys = set(silent.values_list("member_id", flat=True))
    return [member for member in leading if member.pk not in keys]


def note_shown(contribution: "Contribution", members: "Iterable[Member]") -> None:
    """Record that the present words were sent to some members. Queries: 1."""
    now = clock.now()
    rows = [
        ShownRevision(
            contribution=contribution, member=member, revision=contribution.revision, shown_at=now
        )
        for member in members
    ]
    ShownRevision.objects.bulk_create(rows, ignore_conflicts=True)


def revision_shown(contribution: "Contribution", member: "Member", at: datetime) -> int:
    """Return the revision that a member meant at a moment: the newest sent to them before it.

    Who was sent none knows the words with which the contribution came: as first written, or as they
    were approved.

    Queries: 1.
    """
    rows = ShownRevision.objects.filter(contribution=contribution, member=member, shown_at__lte=at)
    newest = rows.aggregate(newest=Max("revision"))["newest"]
    if newest is not None:
        return int(newest)
    return int(contribution.decided_revision or 0)


def ask_all(contribution: "Contribution") -> None:
    """Write to each of those who decide, in their language, with the text."""
    for member in deciders(contribution):
        ask(contribution, member)


def ask(
    contribution: "Contribution",
    member: "Member",
    *,
    by: "Member | None" = None,
    before: str | None = None,
) -> None:
    """Ask one of those who decide; the answer is the decision on the words in the notification.

    Args:
        by: the moderator who passes the decision on to one who has had the notification already.
        before: what the contribution said before it was changed; None when it is new.
    """
    mailing_list = selectors.list_of_forum(contribution.post.topic.forum_id)
    words = {name: vocabulary.own(vocabulary.COMMANDS[name], member.language) for name in DECISIONS}
    number, revision = contribution.number, contribution.revision
    first = f"<{tokens.held_message_id(number, member.pk)}>"
    headers = {"Message-ID": first}
    if by is not None or revision:
        headers = {"In-Reply-To": first, "References": first}
    changed_lines: list[str] = []
    if before is not None:
        changed_lines = change_lines(before, contribution.text)
    context = {
        **_context(contribution),
        "words": words,
        "by": by,
        "is_changed": before is not None,
        "changed_lines": changed_lines,
    }
    if mailing_list is not None:
        # In Reply-To alone: what stands in the text is quoted and forwarded, and it would decide
        # for the moderator.
        headers["Reply-To"] = tokens.moderate_address(
            mailing_list.name, member_id=member.pk, number=number, revision=revision
        )
        context["by_mail"] = True
    note_shown(contribution, [member])
    send_notification(to=member, template="listserv/mail/held", context=context, headers=headers)


def follow_edit(contribution: "Contribution") -> None:
    """Tell the author what a moderator has changed, and the deciders of a held contribution."""
    edit = edit_of(contribution)
    if edit is None:
        return
    editor = contribution.post.updated_by
    note_shown(contribution, [editor])
    before = contribution.revisions.values_list("text", flat=True).get(
        number=contribution.revision - 1
    )
    if not edit.by_author and contribution.author.is_active:
        _notify_edited(contribution, edit, before)
    if contribution.is_held:
        _ask_again(contribution, editor, before)


def _ask_again(contribution: "Contribution", editor: "Member", before: str) -> None:
    lately = ShownRevision.objects.filter(
        contribution=contribution, revision__gt=0, shown_at__gt=clock.now() - ASKED_AGAIN
    )
    just_asked = set(lately.values_list("member_id", flat=True))
    for member in deciders(contribution):
        if member.pk not in {editor.pk, *just_asked}:
            ask(contribution, member, before=before)


def _notify_edited(contribution: "Contribution", edit: Edit, before: str) -> None:
    context = {
        **_context(contribution),
        "edit": edit,
        "changed_lines": change_lines(before, contribution.text),
        "history_url": full_url("forums:history", contribution.number),
        "get": f"GET {contribution.number} HISTORY",
    }
    note_shown(contribution, [contribution.author])
    send_notification(to=contribution.author, template="listserv/mail/edited", context=context)


def notify_decided(contribution: "Contribution") -> None:
    """Tell the other deciders who decided what, below the notification that asked them."""
    for member in deciders(contribution):
        if member.pk == contribution.decided_by_id:
            continue
        question_id = f"<{tokens.held_message_id(contribution.number, member.pk)}>"
        send_notification(
            to=member,
            template="listserv/mail/decided",
            context={**_context(contribution), "reason": contribution.decision_reason},
            headers={"In-Reply-To": question_id, "References": question_id},
        )


def notify_rejected(contribution: "Contribution") -> None:
    """Tell the author why, with their own words, so that nothing is lost."""
    context = {**_context(contribution), "reason": contribution.decision_reason}
    send_notification(to=contribution.author, template="listserv/mail/rejected", context=context)


def notify_removed(contribution: "Contribution") -> None:
    """Tell the author why their contribution is not shown any more, with their own words."""
    if not contribution.author.is_active:
        return
    context = {**_context(contribution), "reason": contribution.withdrawal.reason}
    send_notification(to=contribution.author, template="listserv/mail/removed", context=context)


def decision_on(contribution: "Contribution") -> str:
    """Return the sentence that says who decided about a contribution, and when."""
    name = {"number": contribution.number, "name": "", "moment": ""}
    if contribution.decided_by is None or contribution.decided_at is None:
        return _("Contribution %(number)d is not waiting for a decision.") % name
    name |= {
        "name": isolate(contribution.decided_by.get_full_name()),
        "moment": format_moment(contribution.decided_at),
    }
    if contribution.state == "rejected":
        return _("%(name)s rejected contribution %(number)d on %(moment)s.") % name
    return _("%(name)s approved contribution %(number)d on %(moment)s.") % name


def _context(contribution: "Contribution") -> dict[str, object]:
    return {
        "contribution": contribution,
        "author": contribution.speaker,
        "decided_by": contribution.decided_by,
        "discussion": contribution.post.topic.forum.name,
        "text": beginning_of(contribution.text, EXCERPT),
        "files": list(contribution.attachments.all()),
        "page_url": full_url("forums:contribution", contribution.number),
        "held_url": full_url("forums:held"),
        "edit": edit_of(contribution),
    }
