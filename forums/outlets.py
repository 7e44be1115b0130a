"""Outlets: what other rooms do with a contribution (``HUB_OUTLETS``).

Methods without ``announce`` in their name run inside the transaction and write rows only.
:meth:`Outlet.announce` runs after the commit and must not raise for a part that is down: the rows
are there, and whoever missed the prompt asks again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from forums.models import Contribution, ForumPolicy, JoinRequest, Membership
from hub.lib.hooks import registered

# Members asked for by one query.
CHUNK = 1_000


@dataclass(frozen=True)
class ProcedureNotification:
    """What the hub itself tells of a discussion, such as that a session has opened.

    It is nobody's words, and so no contribution.

    Args:
        texts: ``dict[str, dict[str, str]]  # language -> "subject", "text"``, in every language of
            the hub.
        url: where it can be followed.
        is_urgent: whether it is of no use later.
    """

    forum_id: int
    texts: dict[str, dict[str, str]]
    url: str
    is_urgent: bool = False


class Outlet:
    """Do nothing; a room's outlet overrides what it needs."""

    def check_name(self, slug: str) -> None:
        """Let a name pass that what belongs to a new forum can have, such as its mail list.

        Raises: Invalid, Conflict (another has it).
        """

    def propose_name(self, text: str) -> str:
        """Return a free name near to a text, empty where the outlet has no names."""
        return ""

    def open_forum(self, policy: ForumPolicy, *, slug: str, now: datetime) -> None:
        """Prepare what belongs to a new forum, such as its mail list; ``slug`` names it."""

    def change_membership(self, membership: Membership, *, now: datetime) -> None:
        """Follow somebody who joined, left or took another role."""

    def change_memberships(
        self, *, forum_id: int, member_ids: Sequence[int], now: datetime
    ) -> None:
        """Follow many who were let in at once, some of them there already.

        An outlet for which each one costs much overrides this.
        """
        for start in range(0, len(member_ids), CHUNK):
            chunk = member_ids[start : start + CHUNK]
            for membership in Membership.objects.filter(
                forum_id=forum_id, member_id__in=chunk
            ).select_related("member"):
                self.change_membership(membership, now=now)

    def ask_to_join(self, join_request: JoinRequest, *, now: datetime) -> None:
        """Tell those who lead that a member asks to take part."""

    def answer_request(self, join_request: JoinRequest, *, now: datetime) -> None:
        """Tell a member what was decided on their request (``join_request.state`` says it)."""

    def accept(self, contribution: Contribution, *, quiet: bool, now: datetime) -> None:
        """Write the rows that a new accepted contribution asks for.

        Args: quiet, for imports: nothing is sent.
        """

    def edit(self, contribution: Contribution, *, now: datetime) -> None:
        """Follow an edit."""

    def mention(
        self, contribution: Contribution, members: Collection[int], *, now: datetime
    ) -> None:
        """Tell members that an edit mentions them now; those of a new one are in :meth:`accept`."""

    def hold(self, contribution: Contribution, *, now: datetime) -> None:
        """Tell those who decide that something waits."""

    def decide(self, contribution: Contribution, *, now: datetime) -> None:
        """Follow a moderator's decision (``contribution.state`` says which)."""

    def withdraw(self, contribution: Contribution, *, now: datetime) -> None:
        """Stop showing a contribution, whose ``withdrawal`` says who took it away, and why."""

    def restore(self, contribution: Contribution, *, now: datetime) -> None:
        """Show a withdrawn contribution again; nothing is sent a second time."""

    def notify_procedure(self, notification: ProcedureNotification, *, now: datetime) -> None:
        """Queue for those who take part what the hub tells them of procedure."""

    def announce(self, contribution: Contribution) -> None:
        """Push or send what :meth:`accept` has recorded."""


def outlets() -> tuple[Outlet, ...]:
    """Return the outlets of this hub, in the order of the setting."""
    return registered("HUB_OUTLETS")
