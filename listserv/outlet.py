"""What the mail door does with a contribution: rows in the transaction, mail after it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from forums import selectors as forums
from forums.outlets import Outlet
from hub.lib.mail import send_letter
from hub.members.selectors import secretariat
from listserv import selectors, services

if TYPE_CHECKING:
    from forums.models import Contribution, ForumPolicy, Membership

# Characters of a held text that its letter repeats; the page has the whole.
EXCERPT = 5_000


class ListOutlet(Outlet):
    """Follow forums with lists, memberships with subscriptions, contributions with mailings."""

    def open_forum(self, policy: "ForumPolicy", *, slug: str, now: datetime) -> None:
        """Give the forum its list."""
        services.open_list(forum_id=policy.forum_id, slug=slug, now=now)

    def change_membership(self, membership: "Membership", *, now: datetime) -> None:
        """Put who joined on the roster and take who left off it; a new role changes nothing."""
        found = selectors.list_of_forum(membership.forum_id)
        if found is None:
            return
        if membership.left_at is None:
            services.enrol(list_id=found.pk, member=membership.member, now=now)
        else:
            services.unsubscribe(list_id=found.pk, member=membership.member, now=now)

    def change_memberships(self, *, forum_id: int, member_ids: Sequence[int], now: datetime) -> None:
        """Put all who were let in on the roster at once."""
        found = selectors.list_of_forum(forum_id)
        if found is not None:
            services.enrol_many(list_id=found.pk, member_ids=member_ids, now=now)

    def accept(self, contribution: "Contribution", *, quiet: bool, now: datetime) -> None:
        """Queue one mailing, whatever the number of its receivers; an import sends nothing."""
        if not quiet:
            services.queue_mailing(contribution=contribution, now=now)

    def hold(self, contribution: "Contribution", *, now: datetime) -> None:
        """Write to those who decide, each in their language; to the Secretariat where nobody leads."""
        context = self._context(contribution)
        leading = [row.member for row in forums.moderators_of(contribution.post.topic.forum_id)]
        for member in leading or secretariat():
            send_letter(to=member, template="listserv/mail/held", context=context)

    def decide(self, contribution: "Contribution", *, now: datetime) -> None:
        """Tell the author of a rejection, with the reason and their own words, so that nothing is lost."""
        if contribution.state == "rejected":
            context = {**self._context(contribution), "reason": contribution.post.update_reason}
            send_letter(to=contribution.author, template="listserv/mail/rejected", context=context)

    def _context(self, contribution: "Contribution") -> dict[str, object]:
        text = contribution.text
        return {
            "contribution": contribution,
            "author": contribution.author,
            "discussion": contribution.post.topic.forum.name,
            "text": text if len(text) <= EXCERPT else f"{text[:EXCERPT]} …",
            "page_url": f"{settings.HUB_URL}/c/{contribution.number}/",
            "held_url": f"{settings.HUB_URL}{reverse('forums:held')}",
        }
