"""Keep the index in step with the contributions: in their transaction, since one row costs little.

This room stands below the discussions and knows none of their classes: it reads the attributes of
the contribution it is handed. Held and rejected contributions are never indexed.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.urls import reverse

from hub.lib.markup import plain
from hub.search.services import IndexEntry, index_document, remove_document


def key_of(contribution: Any) -> str:
    """Return the key of a contribution's document."""
    return f"contribution:{contribution.number}"


def document_of(contribution: Any) -> IndexEntry:
    """Return what is found of a contribution: its own words, not what was folded away as a quote.

    The source of the contributions for ``reindex`` uses it too.
    """
    topic = contribution.post.topic
    return IndexEntry(
        key=key_of(contribution),
        kind="contribution",
        scope=f"forum:{topic.forum_id}",
        topic_id=topic.pk,
        title=str(contribution.post.subject),
        body=plain(str(contribution.post.content.rendered)),
        url=reverse("forums:contribution", args=(contribution.number,)),
        date=contribution.created_at,
        author=contribution.author,
        author_name=contribution.author_name,
    )


class SearchOutlet:
    """Follow each contribution with its row.

    See :class:`forums.outlets.Outlet` for when each method is called.
    """

    def check_name(self, slug: str) -> None:
        """Do nothing: the index gives no names."""

    def propose_name(self, text: str) -> str:
        """Return no name."""
        return ""

    def open_forum(self, policy: Any, *, slug: str, now: datetime) -> None:
        """Do nothing: an empty forum has nothing to find."""

    def change_membership(self, membership: Any, *, now: datetime) -> None:
        """Do nothing: who may find what is asked anew at each search."""

    def change_memberships(self, *, forum_id: int, member_ids: Any, now: datetime) -> None:
        """Do nothing, as for one."""

    def ask_to_join(self, join_request: Any, *, now: datetime) -> None:
        """Do nothing: a request to take part is found by nobody."""

    def answer_request(self, join_request: Any, *, now: datetime) -> None:
        """Do nothing, as when it was asked."""

    def accept(self, contribution: Any, *, quiet: bool, now: datetime) -> None:
        """Make an accepted contribution found; an imported one too."""
        index_document(document=document_of(contribution), now=now)

    def edit(self, contribution: Any, *, now: datetime) -> None:
        """Make the new words found, and the old ones not."""
        if contribution.state == "accepted":
            index_document(document=document_of(contribution), now=now)

    def withdraw(self, contribution: Any, *, now: datetime) -> None:
        """Find a withdrawn contribution no more."""
        remove_document(key=key_of(contribution))

    def restore(self, contribution: Any, *, now: datetime) -> None:
        """Find it again."""
        index_document(document=document_of(contribution), now=now)

    def notify_procedure(self, notification: Any, *, now: datetime) -> None:
        """Do nothing: what the hub tells of procedure is nobody's words, and is not found."""

    def mention(self, contribution: Any, members: Collection[int], *, now: datetime) -> None:
        """Do nothing: who is mentioned stands in the words."""

    def hold(self, contribution: Any, *, now: datetime) -> None:
        """Do nothing: what is held is not found."""

    def decide(self, contribution: Any, *, now: datetime) -> None:
        """Take out what was rejected; what was approved comes by :meth:`accept`."""
        if contribution.state != "accepted":
            remove_document(key=key_of(contribution))

    def announce(self, contribution: Any) -> None:
        """Do nothing: the row is there with the commit."""
