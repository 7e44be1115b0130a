"""What the hub knows that bears on some mails: asked once for all of them, before any verdict is
made.

Nothing is kept from one group to the next, so a right that ended a moment ago has ended here. What
the verdicts of one group add to the facts (a mail that is accepted counts for the next one) is
noted as they are made.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Min

from forums.known import RecordExcerpt
from hub.lib.prepared import PendingAnswer, Prepared
from hub.members.selectors import active_members, members_by_address
from listserv.address_kinds import AddressKind
from listserv.gateway.compose import names_in, numbers_in
from listserv.gateway.reading import MessageReading
from listserv.gateway.recipients import Recipient
from listserv.models import HELD_FOR, InboundMail

if TYPE_CHECKING:
    from hub.members.models import Member

State = InboundMail.State
# In which the held mails of one client are counted.
HELD_WINDOW = timedelta(hours=1)
Copy = tuple[str, int | None, int | None]  # Message-ID, list key, member key
_QUEUED = Prepared(
    lambda members: (
        InboundMail.objects.filter(member_id__in=members, state="queued")
        .order_by()
        .values_list("member_id")
        .annotate(mails=Count("pk"))
    )
)
_HELD = Prepared(
    lambda members: (
        InboundMail.objects.filter(member_id__in=members, state="held")
        .order_by()
        .values_list("member_id", "received_at")
    )
)
_COPIES = Prepared(
    lambda ids: (
        InboundMail.objects.filter(message_id__in=ids, state__in=("queued", "published", "held"))
        .order_by()
        .values_list("message_id", "list_id", "member_id", "state")
        .annotate(first=Min("pk"))
    )
)


class HubFacts:
    """The facts for one group of mails.

    Queries: 7 at most and one for each level of the forums, whatever the number of mails; 1 more
    when one is unproven, and 1 for each mail that is here already.
    """

    def __init__(self, readings: Collection[MessageReading]) -> None:
        self.now: datetime = max(reading.delivery.received_at for reading in readings)
        deliveries = [reading.delivery for reading in readings]
        signed_in = {row.auth_id for row in deliveries if row.auth_id is not None}
        self.accounts = active_members(signed_in)
        self._owners = members_by_address({reading.author for reading in readings} - {""})
        self.members: Mapping[int, Member] = {
            **{member.pk: member for member in self._owners.values()},
            **self.accounts,
        }
        recipients = _places_to_post(readings)
        answered = {row.reply.number for row in recipients if row.reply is not None}
        lists = [row.mailing_list for row in recipients if row.mailing_list is not None]
        posts = [reading.mail for reading in readings if reading.is_post]
        answers: list[PendingAnswer] = []

        def ask() -> None:
            answers.append(_QUEUED.ask(self.members))
            answers.append(_COPIES.ask({mail.message_id for mail in posts if mail.message_id}))

        self.record = RecordExcerpt(
            now=self.now,
            forums={mailing_list.forum_id for mailing_list in lists},
            members=self.members,
            numbers={number for mail in posts for number in numbers_in(mail)} | answered,
            message_ids={name for mail in posts for name in names_in(mail)},
            beside=ask,
        )
        queued, copies = answers
        self._queued: Counter[int] = Counter(dict(queued.rows()))
        self._held: Counter[int] | None = None
        self._held_from: dict[str, int] = {}
        self._copies = {(*row[:3], row[3]): row[4] for row in copies.rows()}
        self._noted: dict[tuple[str, int | None, int | None, str], bytes] = {}

    def owner_of(self, address: str) -> "Member | None":
        """Return the member who has the address verified and may sign in."""
        return self._owners.get(address)

    def queued(self, member_id: int) -> int:
        """Count the member's mails that are accepted and not yet published."""
        return self._queued[member_id]

    def held(self, member_id: int) -> int:
        """Count the mails that wait for the member's confirmation."""
        if self._held is None:
            since = self.now - HELD_FOR
            self._held = Counter(
                member for member, received_at in _HELD.rows(self.members) if received_at > since
            )
        return self._held[member_id]

    def held_from(self, peer: str) -> int:
        """Count the mails of one client that were held in the
        last hour. Queries: 1 for the first mail of a client.
        """
        if peer not in self._held_from:
            rows = InboundMail.objects.filter(
                state=State.HELD, received_at__gt=self.now - HELD_WINDOW
            )
            self._held_from[peer] = rows.filter(peer=peer[:64]).count()
        return self._held_from[peer]

    def copy_of(self, copy: Copy, states: Collection[str]) -> bytes | None:
        """Return the first earlier mail of that
        Message-ID, list and member in one of the states.
        """
        keys = [
            self._copies[copy_key]
            for state in states
            if (copy_key := (*copy, state)) in self._copies
        ]
        if keys:
            raw = InboundMail.objects.filter(pk=min(keys)).values_list("raw", flat=True).first()
            return bytes(raw) if raw is not None else None
        return next(
            (
                self._noted[copy_key]
                for state in states
                if (copy_key := (*copy, state)) in self._noted
            ),
            None,
        )

    def note(self, row: InboundMail) -> None:
        """Let a row that is about to be written count for the next mails of the group."""
        if row.state == State.HELD and row.peer in self._held_from:
            self._held_from[row.peer] += 1
        if row.member_id is None:
            return
        if row.state == State.QUEUED:
            self._queued[row.member_id] += 1
        elif row.state == State.HELD:
            self.held(row.member_id)
            assert self._held is not None
            self._held[row.member_id] += 1
        else:
            return
        if row.message_id:
            self._noted.setdefault(
                (row.message_id, row.list_id, row.member_id, row.state), bytes(row.raw)
            )


def _places_to_post(readings: Collection[MessageReading]) -> list[Recipient]:
    """Return the recipients at which a message may become a contribution."""
    return [
        recipient
        for reading in readings
        for recipient in reading.delivery.recipients
        # An answer to a digest comes to the desk, and is for the list.
        if recipient.is_posting or (reading.is_post and recipient.kind == AddressKind.REQUEST)
    ]
