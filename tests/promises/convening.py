"""What the opening, changing and proposing of discussions promises."""

from datetime import datetime, timedelta
from typing import Any

from conferences import owners as conference_owners
from forums import owners, selectors, services
from forums.models import DiscussionProposal, ForumPolicy, PeriodNotification
from forums.services import periods
from liaison import selectors as liaison_selectors
from listserv import services as list_services
from tests.promises import Promise
from tests.promises.network import Network


def _policy(hub: Network) -> ForumPolicy:
    policy = ForumPolicy.objects.get(forum_id=hub.forum_id)
    policy.closes_at = hub.now + timedelta(days=30)
    return policy


def _proposed(hub: Network) -> tuple[Network, DiscussionProposal]:
    row = DiscussionProposal.objects.filter(member=hub.amina).first()
    if row is None:
        row = services.propose_discussion(
            actor=hub.amina, now=hub.now, name="Soil", theme="T", why="W", opens_at=None, closes_at=None,
            moderates=False, sponsor="",
        )  # fmt: skip
    return hub, row


def _nothing_due(hub: Network) -> datetime:
    PeriodNotification.objects.filter(done_at=None).delete()
    return hub.now


def _tell(hub: Network) -> Any:
    return periods.notify_act(forum_id=hub.forum_id, kind=PeriodNotification.Kind.EXTENDED, now=hub.now)


PROMISES = (
    Promise("conferences.owners.owner_of_forum", 1, lambda hub: conference_owners.owner_of_forum(hub.forum_id)),
    Promise("liaison.selectors.owner_of_forum", 1, lambda hub: liaison_selectors.owner_of_forum(hub.forum_id)),
    Promise("forums.owners.owner_of", 2, lambda hub: owners.owner_of(hub.forum_id)),
    Promise(
        "forums.services.periods.plan_notifications", 2,
        lambda policy: periods.plan_notifications(policy, now=policy.closes_at - timedelta(days=20)), _policy,
    ),
    Promise("forums.services.periods.notify_act", 2, _tell),
    Promise("forums.services.periods.keep_periods", 1, services.keep_periods, _nothing_due),
    Promise(
        "forums.selectors.proposals.proposals_for", 2, lambda pair: selectors.proposals_for(pair[0].amina), _proposed
    ),
    Promise(
        "forums.selectors.proposals.proposals_for", 3, lambda pair: selectors.proposals_for(pair[0].sofia), _proposed,
        besides=-1,
    ),
    Promise(
        "forums.selectors.proposals.proposal_for", 1,
        lambda pair: selectors.proposal_for(pair[0].amina, pair[1].pk), _proposed,
    ),
    Promise(
        "forums.selectors.proposals.convening_blocks", 2,
        lambda hub: selectors.convening_blocks(member=hub.sofia, now=hub.now),
    ),
    Promise(
        "forums.selectors.proposals.convening_blocks", 0,
        lambda hub: selectors.convening_blocks(member=hub.amina, now=hub.now),
    ),
    Promise("listserv.services.check_name", 1, lambda hub: list_services.check_name("soil-carbon")),
)  # fmt: skip
