"""What coming into a discussion promises."""

from datetime import timedelta

from forums import selectors
from forums.models import JoinRequest, PeriodNotification
from forums.selectors import inviting, joining
from forums.services import invitations, places, retention
from forums.services.joining import last_request
from hub.members import affiliations, invited
from tests.promises import ACCESS, Promise
from tests.promises.network import Network


def _seen_by_stella(hub: Network) -> selectors.Discussion:
    return selectors.discussion_for(hub.stella, hub.moderated.forum_id)


def _settle(hub: Network) -> None:
    places.settle_requests(forum_id=hub.forum_id, member_ids=[hub.stella.pk], actor=hub.chen, now=hub.now)


def _invite(hub: Network) -> invitations.Invited:
    addresses = [f"guest-{number}@x.example" for number in range(hub.size)]
    addresses.append(hub.boris.email)
    return invitations.invite(forum_id=hub.forum_id, addresses=addresses, actor=hub.chen, now=hub.now)


def _ended(hub: Network) -> Network:
    """Let whoever waits have been invited and answered long ago."""
    _invite(hub)
    PeriodNotification.objects.create(forum_id=hub.forum_id, kind="opens", due_at=hub.now, done_at=hub.now)
    JoinRequest.objects.update(state="declined", decided_at=hub.now, statement="Why")
    return hub


_LATER = timedelta(days=400)
_JOINING = "forums.selectors.joining"
PROMISES = (
    Promise("forums.services.retention.drop_old", 6, lambda hub: retention.drop_old(hub.now + _LATER), _ended),
    Promise("forums.services.retention.drop_old", 3, lambda hub: retention.drop_old(hub.now)),
    Promise(
        f"{_JOINING}.entrance_for", 2, lambda hub: joining.entrance_for(hub.stella, hub.listed.forum_id), besides=ACCESS
    ),
    Promise(f"{_JOINING}.joins_at_will", 1, lambda hub: joining.joins_at_will(hub.forum_id)),
    Promise(f"{_JOINING}.last_asked", 1, lambda hub: joining.last_asked(hub.stella, [hub.listed.forum_id])),
    Promise(f"{_JOINING}.has_asked", 1, lambda hub: joining.has_asked(hub.stella, hub.listed.forum_id)),
    Promise(f"{_JOINING}.listed_for", 3, lambda hub: joining.listed_for(hub.stella), besides=ACCESS),
    Promise(f"{_JOINING}.requests_for", 2, lambda hub: joining.requests_for(hub.sofia), besides=ACCESS),
    Promise(
        f"{_JOINING}.home_blocks", 1, lambda hub: joining.home_blocks(member=hub.sofia, now=hub.now), besides=2 * ACCESS
    ),
    Promise("forums.selectors.discussions.Discussion.way", 0, lambda seen: seen.way, _seen_by_stella, besides=ACCESS),
    Promise(
        "forums.services.joining.last_request",
        1,
        lambda hub: last_request(forum_id=hub.listed.forum_id, member=hub.stella),
    ),
    Promise("forums.services.invitations.invite", 6, _invite, besides=ACCESS),
    Promise("forums.selectors.inviting.invitations_in", 2, lambda hub: inviting.invitations_in(hub.discussion)),
    Promise("hub.members.affiliations.places_spoken_for", 1, lambda hub: affiliations.places_spoken_for(hub.stella)),
    Promise("hub.members.invited.invited_address", 1, lambda hub: invited.invited_address("x", hub.now)),
    Promise("forums.services.places.settle_requests", 1, _settle),
)
