"""What the lists do with a contribution: rows in the transaction, mail after it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from forums.outlets import Outlet, ProcedureNotification
from listserv import selectors, services
from listserv.commands import moderation, notifications
from listserv.outbound import concern_notifications, procedures

if TYPE_CHECKING:
    from forums.models import Contribution, ForumPolicy, JoinRequest, Membership


class ListOutlet(Outlet):
    """Follow forums with lists, memberships with subscriptions, contributions with mailings."""

    def check_name(self, slug: str) -> None:
        """Ask whether a list can be called so."""
        services.check_name(slug)

    def propose_name(self, text: str) -> str:
        """Return a name that is free for a list."""
        return services.free_name(text)

    def open_forum(self, policy: "ForumPolicy", *, slug: str, now: datetime) -> None:
        """Give the forum its list."""
        services.open_list(forum_id=policy.forum_id, slug=slug, now=now)

    def change_membership(self, membership: "Membership", *, now: datetime) -> None:
        """Put who joined on the roster and take who left off it; a new role changes nothing."""
        mailing_list = selectors.list_of_forum(membership.forum_id)
        if mailing_list is None:
            return
        if membership.left_at is None:
            services.enrol(list_id=mailing_list.pk, member=membership.member, now=now)
        else:
            services.unsubscribe(list_id=mailing_list.pk, member=membership.member, now=now)

    def change_memberships(
        self, *, forum_id: int, member_ids: Sequence[int], now: datetime
    ) -> None:
        """Put all who were let in on the roster at once."""
        mailing_list = selectors.list_of_forum(forum_id)
        if mailing_list is not None:
            services.enrol_many(list_id=mailing_list.pk, member_ids=member_ids, now=now)

    def ask_to_join(self, join_request: "JoinRequest", *, now: datetime) -> None:
        """Write to those who let people in; to the Secretariat if nobody leads."""
        mailing_list = selectors.list_of_forum(join_request.forum_id)
        if mailing_list is not None:
            notifications.ask_to_admit(mailing_list=mailing_list, join_request=join_request)

    def answer_request(self, join_request: "JoinRequest", *, now: datetime) -> None:
        """Write to the member who asked."""
        mailing_list = selectors.list_of_forum(join_request.forum_id)
        if mailing_list is None or join_request.decided_by is None:
            return
        if join_request.state == join_request.State.ADMITTED:
            notifications.notify_admitted(
                mailing_list=mailing_list, member=join_request.member, by=join_request.decided_by
            )
        else:
            notifications.notify_not_admitted(mailing_list=mailing_list, join_request=join_request)

    def accept(self, contribution: "Contribution", *, quiet: bool, now: datetime) -> None:
        """Queue one mailing, whatever the number of its receivers; an import sends nothing."""
        if not quiet:
            services.queue_mailing(contribution=contribution, now=now)
            if contribution.concerned != {}:
                concern_notifications.notify_new(contribution, now=now)

    def mention(
        self, contribution: "Contribution", members: Collection[int], *, now: datetime
    ) -> None:
        """Tell those whom an edit mentions for the first time; the copies have gone out before."""
        concerned = dict.fromkeys(members, concern_notifications.MENTION)
        concern_notifications.notify_concerned(contribution, concerned, now=now, has_copies=False)

    def notify_procedure(self, notification: ProcedureNotification, *, now: datetime) -> None:
        """Queue a notification of the hub's own for the roster."""
        procedures.queue_procedure(notification, now=now)

    def hold(self, contribution: "Contribution", *, now: datetime) -> None:
        """Write to those who decide, each in their language; to the Secretariat if nobody leads."""
        moderation.ask_all(contribution)

    def edit(self, contribution: "Contribution", *, now: datetime) -> None:
        """Tell the author what a moderator changed, and those who decide about new held words."""
        moderation.follow_edit(contribution)

    def withdraw(self, contribution: "Contribution", *, now: datetime) -> None:
        """Tell the author why somebody else took their words away."""
        if contribution.withdrawal.by_id != contribution.author_id:
            moderation.notify_removed(contribution)

    def decide(self, contribution: "Contribution", *, now: datetime) -> None:
        """Tell the others who decide, and the author of what was rejected.

        The author of what was approved gets a copy of the mailing.
        """
        moderation.notify_decided(contribution)
        if contribution.state == "rejected":
            moderation.notify_rejected(contribution)
