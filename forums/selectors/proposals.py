"""Proposals of discussions: one's own, and for the Secretariat those of all."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forums.models import DiscussionProposal, ForumPolicy
from hub.lib.counts import with_count
from hub.lib.errors import NotFound
from hub.lib.home import Block, BlockKind
from hub.lib.paging import PagedList, listed

if TYPE_CHECKING:
    from hub.members.models import Member

# Proposals on a page.
PROPOSALS = 20
_S = DiscussionProposal.State


@dataclass(frozen=True)
class ProposalsPage:
    """What waits for the Secretariat, the oldest first, and a page of one's own or of the decided.

    ``waiting`` is empty for everybody else.
    """

    waiting: list[DiscussionProposal]
    others: PagedList[DiscussionProposal]


def _readable(member: "Member") -> "QuerySet[DiscussionProposal]":
    rows = DiscussionProposal.objects.select_related("member", "forum")
    if member.is_in_secretariat:
        return rows
    return rows.filter(member=member)


def proposals_for(member: "Member", *, page: int = 1) -> ProposalsPage:
    """Return the proposals that a person may read. Queries: 1 or 2, or 3 for the Secretariat."""
    rows = _readable(member)
    waiting: list[DiscussionProposal] = []
    if member.is_in_secretariat:
        queue = rows.filter(state=_S.WAITING).order_by("created_at", "pk")
        waiting = list(queue[:PROPOSALS])
        rows = rows.exclude(pk__in=[proposal.pk for proposal in waiting])
    return ProposalsPage(waiting, listed(rows, page=page, size=PROPOSALS))


def proposal_for(member: "Member", proposal_id: int) -> DiscussionProposal:
    """Return one proposal.

    Raises: NotFound for those of others and missing ones alike. Queries: 1.
    """
    proposal = _readable(member).filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound
    return proposal


def convening_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return what the Secretariat finds on its home: proposals, and the first thing to do.

    Queries: 2 for the Secretariat, none for others.
    """
    if not member.is_in_secretariat:
        return []
    blocks = []
    waiting = DiscussionProposal.objects.filter(state=_S.WAITING)
    oldest = waiting.aggregate(count=Count("pk"), at=Min("created_at"))
    if oldest["count"]:
        title = ngettext(
            "%d proposal of a discussion is waiting for your decision",
            "%d proposals of discussions are waiting for your decision",
            oldest["count"],
        )
        url = reverse("forums:proposals")
        blocks.append(
            Block(BlockKind.ASKED, with_count(title, oldest["count"]), url, at=oldest["at"])
        )
    if not ForumPolicy.objects.exists():
        note = _("This hub has no discussion yet.")
        blocks.append(
            Block(BlockKind.ASKED, _("Open the first discussion"), reverse("forums:open"), note)
        )
    return blocks
