"""What the live channel does with a contribution, whichever channel it came through."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from conferences.models import AgendaItem, ConferenceSession, Event, FloorRequest
from conferences.services.floor import leave
from conferences.services.log import append, lock
from conferences.services.speak import is_chairs_words
from forums.outlets import Outlet
from hub.lib.bus import bus, publish_on_commit

if TYPE_CHECKING:
    from forums.outlets import Contribution, Membership
    from hub.members.models import Member

_OPEN = ConferenceSession.State.OPEN


class LiveOutlet(Outlet):
    """Record contributions in the log of an open session, and push prompts to the rooms."""

    def accept(self, contribution: "Contribution", *, quiet: bool, now: datetime) -> None:
        """Log an intervention when the contribution's topic is on the agenda of an open session.

        An import is logged when it was said within the session, but pushed to nobody. Queries: 1,
        or 6 in a session.
        """
        rows = AgendaItem.objects.filter(
            topic_id=contribution.topic_id, conference_session__state=_OPEN
        )
        item = rows.first()
        if item is None or is_chairs_words(contribution):
            return
        conference_session = lock(item.conference_session_id)
        if not conference_session.is_open:
            return
        if contribution.created_at < conference_session.began_at:
            return
        append(
            conference_session,
            Event.Kind.INTERVENTION,
            at=contribution.created_at if quiet else now,
            actor=contribution.author,
            agenda_item=item,
            contribution=contribution,
            quiet=quiet,
        )

    def edit(self, contribution: "Contribution", *, now: datetime) -> None:
        """Show the new words in the rooms of an open session; a transcript reads the record."""
        self._change(contribution, contribution.post.updated_by or contribution.author, now)

    def withdraw(self, contribution: "Contribution", *, now: datetime) -> None:
        """Take the words from the rooms of an open session."""
        self._change(contribution, contribution.withdrawal.by, now)

    def restore(self, contribution: "Contribution", *, now: datetime) -> None:
        """Show the words in them again."""
        self._change(contribution, contribution.author, now)

    def _change(self, contribution: "Contribution", actor: "Member", now: datetime) -> None:
        rows = Event.objects.filter(
            contribution_id=contribution.pk, conference_session__state=_OPEN
        )
        event = rows.select_related("agenda_item").first()
        if event is None:
            return
        conference_session = lock(event.conference_session_id)
        if conference_session.is_open:
            append(
                conference_session,
                Event.Kind.EDITED,
                at=now,
                actor=actor,
                agenda_item=event.agenda_item,
                contribution=contribution,
            )

    def change_membership(self, membership: "Membership", *, now: datetime) -> None:
        """Take members off the speakers' list who left or now only observe.

        The sockets of those who left are closed with the commit.
        """
        publish_on_commit(f"membership.{membership.forum_id}", {"member": membership.member_id})
        if membership.left_at is None and membership.role != "observer":
            return
        active = FloorRequest.objects.filter(
            member=membership.member_id,
            state__in=FloorRequest.ACTIVE,
            conference_session__conference__forum=membership.forum_id,
            conference_session__state=_OPEN,
        )
        for conference_session_id in active.values_list("conference_session_id", flat=True):
            leave(conference_session_id=conference_session_id, member=membership.member, now=now)

    def change_memberships(
        self, *, forum_id: int, member_ids: Sequence[int], now: datetime
    ) -> None:
        """Do nothing: letting people in closes no socket and ends no turn."""

    def announce(self, contribution: "Contribution") -> None:
        """Tell the open pages of the topic that there is something new.

        The log has sent its own frame.
        """
        bus.publish(f"room.topic.{contribution.topic_id}", {"seq": contribution.number})
