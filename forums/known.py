"""Fetch what the rules ask of the record for many contributions at once, as mail needs it.

Semantics are those of :mod:`forums.policy`, :mod:`forums.rules` and :mod:`forums.selectors`, whose
functions ask for one case at a time; the questions here are prepared (:mod:`hub.lib.prepared`), so
that a case costs microseconds.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Post, Topic

from forums.models import ANSWERABLE, Contribution, ForumPolicy, Membership
from forums.policy import POLICY_COLUMNS, Access, AuthorStanding, access_by, policy_in
from hub.lib.prepared import Prepared, Row, together

if TYPE_CHECKING:
    from hub.members.models import Member

HOUR = timedelta(hours=1)
_FORUMS = Prepared(
    lambda forums: Forum.objects.filter(pk__in=forums).order_by().values_list(*POLICY_COLUMNS)
)
_MEMBERSHIPS = Prepared(
    lambda members: (
        Membership.objects.filter(member_id__in=members, left_at=None)
        .order_by()
        .values_list("member_id", "forum_id", "role", "horizon")
    )
)
_SENT = Prepared(
    lambda authors, since: (
        Contribution.objects.filter(author_id__in=authors, created_at__gt=since)
        .order_by()
        .values_list("author_id")
        .annotate(sent=Count("pk"))
    )
)
# In the order of the model, as ``from_db`` takes them.
_CONTRIBUTION = ("number", "topic_id", "author_id", "state", "message_id")
_POST = ("id", "topic_id")
_TOPIC = ("id", "forum_id", "subject", "status", "approved")
_COLUMNS = (
    *_CONTRIBUTION,
    *(f"post__{name}" for name in _POST),
    *(f"post__topic__{name}" for name in _TOPIC),
    "moved_from_id",
)  # fmt: skip
_BY_NUMBER = Prepared(
    lambda numbers: (
        Contribution.objects.filter(pk__in=numbers, state__in=ANSWERABLE)
        .order_by()
        .values_list(*_COLUMNS)
    )
)
_BY_MESSAGE_ID = Prepared(
    lambda forums, ids: (
        Contribution.objects.filter(
            Q(forum_id__in=forums) | Q(moved_from_id__in=forums),
            message_id__in=ids,
            state__in=ANSWERABLE,
        )
        .order_by()
        .values_list(*_COLUMNS)
    )
)


class RecordExcerpt:
    """The record as far as some members, forums, numbers and Message-IDs need it.

    A contribution from here knows its number, author, Message-ID and its topic's place and subject;
    all else of it is fetched when it is first read.

    Args:
        named_in: forums inside which the Message-IDs are looked for, beside ``forums``.
        beside: asks what else is to be asked in the same go (:func:`hub.lib.prepared.together`).

    Queries: 4 and one for each level of the forums.
    """

    def __init__(
        self,
        *,
        now: datetime,
        forums: Collection[int] = (),
        members: Mapping[int, "Member"] | None = None,
        numbers: Collection[int] = (),
        message_ids: Collection[str] = (),
        named_in: Collection[int] = (),
        beside: Callable[[], None] | None = None,
    ) -> None:
        self._members = members or {}
        with together():
            places = _MEMBERSHIPS.ask(self._members.keys())
            sent = _SENT.ask(self._members.keys(), now - HOUR)
            numbered, named = (
                _BY_NUMBER.ask(numbers),
                _BY_MESSAGE_ID.ask({*forums, *named_in}, message_ids),
            )
            forum_rows = _FORUMS.ask(set(forums))
            if beside is not None:
                beside()
        self._memberships: dict[int, list[Row]] = defaultdict(list)
        for row in places.rows():
            self._memberships[row[0]].append(row[1:])
        self._access: dict[int, Access] = {}
        self._policies: dict[int, ForumPolicy | None] = {}
        self._contributions: dict[int, Contribution] = {}
        self._sent: dict[int, int] = dict(sent.rows())
        self._numbered = {row[0]: row for row in numbered.rows()}
        # A Message-ID names a contribution inside one forum alone.
        # What was moved is named in the forum whose list has sent it as well.
        self._named = {(place, row[4]): row for row in named.rows() for place in (row[8], row[12])}
        self._forums = self._with_all_above(forum_rows.rows())

    @staticmethod
    def _with_all_above(rows: list[Row]) -> dict[int, Row]:
        forums: dict[int, Row] = {}
        while rows:
            forums.update((row[0], row) for row in rows)
            rows = _FORUMS.rows({row[1] for row in rows if row[1] is not None} - forums.keys())
        return forums

    def access_of(self, member_id: int) -> Access:
        """Return a member's access to these forums, as :func:`forums.policy.access_of` has it."""
        access = self._access.get(member_id)
        if access is None:
            tree = [row[:4] for row in self._forums.values()]
            access = access_by(
                self._members.get(member_id), self._memberships.get(member_id, []), tree
            )
            self._access[member_id] = access
        return access

    def about(self, member_id: int, forum_id: int) -> AuthorStanding:
        """Return what the rules ask about an author in a forum."""
        if forum_id not in self._policies:
            self._policies[forum_id] = policy_in(self._forums.get(forum_id))
        return AuthorStanding(
            self._policies[forum_id], self.access_of(member_id), self._sent.get(member_id, 0)
        )

    def numbered(self, number: int) -> Contribution | None:
        """Return an accepted contribution by its number."""
        row = self._numbered.get(number)
        if row is None:
            return None
        return self._light(row)

    def newest_named(self, forum_id: int, message_ids: Collection[str]) -> Contribution | None:
        """Return a forum's newest named contribution, as ``contribution_by_message_id`` does."""
        names = ((forum_id, name) for name in message_ids)
        rows = [self._named[name] for name in names if name in self._named]
        if not rows:
            return None
        return self._light(max(rows))

    def _light(self, row: Row) -> Contribution:
        """Return the contribution of a row, the same one for the many messages that answer it."""
        contribution = self._contributions.get(row[0])
        if contribution is None:
            contribution = self._contributions[row[0]] = _light(row)
        return contribution


def _light(row: Row) -> Contribution:
    contribution: Contribution = Contribution.from_db("default", _CONTRIBUTION, row[:5])
    contribution.post = Post.from_db("default", _POST, row[5:7])
    contribution.post.topic = Topic.from_db("default", _TOPIC, row[7:12])
    contribution.moved_from_id = row[12]
    return contribution
