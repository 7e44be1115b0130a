"""Ask what the hub knows that bears on a group of messages: once for all, before any verdict.

Nothing is kept from one group to the next, so a right that ended a moment ago has ended here. What
the verdicts of one group add to the facts (a message that is accepted counts for the next one) is
noted with each verdict.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Min

from forums.known import RecordExcerpt
from hub.lib.prepared import PendingAnswer, Prepared
from hub.members.selectors import active_members, addresses_of_each, members_by_address
from listserv.address_kinds import AddressKind
from listserv.gateway.compose import names_in, numbers_in
from listserv.gateway.reading import MessageReading
from listserv.gateway.recipients import Recipient
from listserv.mail.parse.message import ParsedMessage
from listserv.models import HELD_FOR, InboundMail

if TYPE_CHECKING:
    from hub.members.models import Member

State = InboundMail.State
# In which the held messages of one client are counted.
HELD_WINDOW = timedelta(hours=1)
CopyKey = tuple[str, int | None, int | None]  # Message-ID, list key, member key
StateKey = tuple[str, int | None, int | None, str]  # the same, and a state
_COUNTED = frozenset({State.QUEUED, State.HELD})
_QUEUED = Prepared(
    lambda members: (
        InboundMail.objects.filter(member_id__in=members, state="queued")
        .order_by()
        .values_list("member_id")
        .annotate(messages=Count("pk"))
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
    """The facts for one group of messages.

    Queries: 7 at most and one for each level of the forums, whatever the number of messages; 1 more
    when somebody signed in, 1 more when one is unproven, and 1 for each message that is here
    already.
    """

    def __init__(self, readings: Collection[MessageReading]) -> None:
        self.now: datetime = max(reading.incoming.received_at for reading in readings)
        self.accounts = active_members(_signed_in(readings))
        self._owners = members_by_address({reading.author for reading in readings} - {""})
        self.members: Mapping[int, Member] = {
            **{member.pk: member for member in self._owners.values()},
            **self.accounts,
        }
        posts = [reading.message for reading in readings if reading.is_post]
        answers: list[PendingAnswer] = []

        def ask_beside() -> None:
            answers.append(_QUEUED.ask(self.members))
            answers.append(_COPIES.ask({message.message_id for message in posts} - {""}))

        self.record = self._record(posts, _places_to_post(readings), ask_beside)
        queued, copies = answers
        self._queued: Counter[int] = Counter(dict(queued.rows()))
        self._own_addresses: dict[int, list[str]] | None = None
        self._held: Counter[int] | None = None
        self._held_from: dict[str, int] = {}
        self._copies: dict[StateKey, int] = {(*row[:3], row[3]): row[4] for row in copies.rows()}
        self._noted: dict[StateKey, bytes] = {}

    def _record(
        self,
        posts: Collection[ParsedMessage],
        recipients: Collection[Recipient],
        ask_beside: Callable[[], None],
    ) -> RecordExcerpt:
        """Return what the record holds of all that the messages name."""
        answered = {recipient.reply.number for recipient in recipients if recipient.reply}
        forums = {
            recipient.mailing_list.forum_id for recipient in recipients if recipient.mailing_list
        }
        return RecordExcerpt(
            now=self.now,
            forums=forums,
            members=self.members,
            numbers={number for message in posts for number in numbers_in(message)} | answered,
            message_ids={name for message in posts for name in names_in(message)},
            beside=ask_beside,
        )

    def owner_of(self, address: str) -> "Member | None":
        """Return the member who has the address verified and may sign in."""
        return self._owners.get(address)

    def own_addresses(self, account: "Member | None") -> list[str]:
        """Return the verified addresses of somebody who signed in. Queries: 1, the first time."""
        if account is None:
            return []
        if self._own_addresses is None:
            self._own_addresses = addresses_of_each(list(self.accounts.values()))
        return self._own_addresses[account.pk]

    def queued(self, member_id: int) -> int:
        """Count the member's messages that are accepted and not yet published."""
        return self._queued[member_id]

    def held(self, member_id: int) -> int:
        """Count the messages that wait for the member's confirmation."""
        return self._held_by_member()[member_id]

    def _held_by_member(self) -> Counter[int]:
        """Return how many messages wait for each member. Queries: 1, the first time."""
        if self._held is None:
            since = self.now - HELD_FOR
            self._held = Counter(
                member for member, received_at in _HELD.rows(self.members) if received_at > since
            )
        return self._held

    def held_from(self, peer: str) -> int:
        """Count the messages of one client that were held in the last hour.

        Queries: 1 for the first message of a client.
        """
        if peer not in self._held_from:
            rows = InboundMail.objects.filter(
                state=State.HELD, received_at__gt=self.now - HELD_WINDOW
            )
            self._held_from[peer] = rows.filter(peer=peer[:64]).count()
        return self._held_from[peer]

    def copy_of(self, copy: CopyKey, states: Collection[str]) -> bytes | None:
        """Return the first earlier message of that Message-ID, list and member.

        Args: states, one of which it is in.
        """
        state_keys = [(*copy, state) for state in states]
        row_keys = [self._copies[key] for key in state_keys if key in self._copies]
        if row_keys:
            rows = InboundMail.objects.filter(pk=min(row_keys))
            raw = rows.values_list("raw", flat=True).first()
            return bytes(raw) if raw is not None else None
        return next((self._noted[key] for key in state_keys if key in self._noted), None)

    def note(self, row: InboundMail) -> None:
        """Let a row that is about to be written count for the next messages of the group."""
        if row.state == State.HELD and row.peer in self._held_from:
            self._held_from[row.peer] += 1
        if row.member_id is None or row.state not in _COUNTED:
            return
        if row.state == State.QUEUED:
            self._queued[row.member_id] += 1
        else:
            self._held_by_member()[row.member_id] += 1
        if row.message_id:
            key = (row.message_id, row.list_id, row.member_id, row.state)
            self._noted.setdefault(key, bytes(row.raw))


def _signed_in(readings: Collection[MessageReading]) -> set[int]:
    """Return the keys of the members who signed in to send these messages."""
    auth_ids = (reading.incoming.auth_id for reading in readings)
    return {auth_id for auth_id in auth_ids if auth_id is not None}


def _places_to_post(readings: Collection[MessageReading]) -> list[Recipient]:
    """Return the recipients at which a message may become a contribution."""
    return [
        recipient
        for reading in readings
        for recipient in reading.incoming.recipients
        if _may_take_a_post(recipient, reading)
    ]


def _may_take_a_post(recipient: Recipient, reading: MessageReading) -> bool:
    """Whether a message to this recipient may become a contribution."""
    if recipient.is_posting:
        return True
    # An answer to a digest comes to the desk, and is for the list.
    return reading.is_post and recipient.kind == AddressKind.REQUEST
