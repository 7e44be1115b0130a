"""Rosters as those who lead a discussion change them: many members at once, by their addresses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums import services as forum_services
from forums.policy import ADMIT
from hub.lib.errors import Invalid, NotAllowed, NotFound
from hub.lib.fingerprints import check_seen
from hub.members import selectors as member_selectors
from listserv import tokens
from listserv.models import MailingList, Subscription
from listserv.services import CHUNK, unsubscribe

if TYPE_CHECKING:
    from hub.members.models import Member

# Bounded, so that a line of any length is read in linear time.
_address = re.compile(r"[^\s<>,;:\"'()\[\]]{1,64}@[^\s<>,;:\"'()\[\]]{1,255}")
# Characters of a line without an address that are shown back.
_SHOWN = 100


@dataclass(frozen=True)
class RosterChange:
    """How a roster changed: members put on it or taken off, those already so, unknown addresses."""

    changed: int
    unchanged: int
    unknown: tuple[str, ...]


def addresses_in(text: str) -> list[str]:
    """Return the addresses of a text, in order and each once.

    There may be one a line or many, with names or without. A line without an address comes back
    itself, so that whoever wrote it sees it among the unknown; empty lines and those that begin
    with ``#`` say nothing.
    """
    result: dict[str, None] = {}
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        addresses = [address.rstrip(".").lower() for address in _address.findall(bare)]
        if not addresses:
            addresses = [_without_address(bare[:_SHOWN])]
        result |= dict.fromkeys(addresses)
    return list(result)


def _without_address(line: str) -> str:
    """Return a line in which no address was recognised, in lower case if it may be meant as one."""
    if "@" in line:
        return line.rstrip(".").lower()
    return line


@transaction.atomic
def subscribe_many(
    *, list_id: int, addresses: Sequence[str], now: datetime, actor: "Member | None" = None
) -> RosterChange:
    """Let the members with these addresses into a list's discussion, and on its roster.

    Nobody becomes a member of the hub here.

    Args: addresses, in any letter case, each perhaps one of several of a member; actor, None for
    the hub itself.

    Raises: NotFound (hidden), NotAllowed. Queries: 13 for :data:`CHUNK` addresses.
    """
    mailing_list = _list_for(list_id, actor)
    owners = member_selectors.owners_of(addresses)
    keys = list(dict.fromkeys(owners.values()))
    before = Subscription.objects.filter(list_id=list_id, ended_at=None).count()
    forum_services.admit_members(
        forum_id=mailing_list.forum_id, member_ids=keys, now=now, actor=actor
    )
    after = Subscription.objects.filter(list_id=list_id, ended_at=None).count()
    return _change(addresses, owners, keys, changed=after - before)


@transaction.atomic
def unsubscribe_many(
    *, list_id: int, addresses: Sequence[str], now: datetime, actor: "Member | None" = None
) -> RosterChange:
    """Take the members with these addresses off a list's roster; they stay in the discussion.

    Raises: NotFound (hidden), NotAllowed. Queries: 4 for each :data:`CHUNK` addresses.
    """
    _list_for(list_id, actor)
    owners = member_selectors.owners_of(addresses)
    keys, changed = list(dict.fromkeys(owners.values())), 0
    for start in range(0, len(keys), CHUNK):
        rows = Subscription.objects.filter(
            list_id=list_id, member_id__in=keys[start : start + CHUNK], ended_at=None
        )
        changed += rows.update(ended_at=now, digest_at=None, digest_claimed_until=None)
    return _change(addresses, owners, keys, changed=changed)


@transaction.atomic
def take_off(
    *, list_id: int, subscription_id: int, actor: "Member", now: datetime
) -> Subscription | None:
    """Take one subscription off a roster, as :func:`unsubscribe_many` does.

    Returns: None when it is not on it any more.

    Raises: NotFound (hidden), NotAllowed.
    """
    _list_for(list_id, actor)
    row = (
        Subscription.objects.filter(pk=subscription_id, list_id=list_id, ended_at=None)
        .select_related("member")
        .first()
    )
    if row is not None:
        unsubscribe(list_id=list_id, member=row.member, now=now)
    return row


def _list_for(list_id: int, actor: "Member | None") -> MailingList:
    """Return a list that the actor leads; None is the hub itself. Raises: NotFound, NotAllowed."""
    mailing_list = MailingList.objects.filter(pk=list_id).first()
    if mailing_list is None:
        raise NotFound
    if actor is None:
        return mailing_list
    if not forum_selectors.may_read_forum(actor, mailing_list.forum_id):
        raise NotFound
    if not forum_selectors.may_in_forum(actor, ADMIT, mailing_list.forum_id):
        raise NotAllowed
    return mailing_list


def _change(
    addresses: Sequence[str], owners: dict[str, int], keys: Sequence[int], *, changed: int
) -> RosterChange:
    unknown = tuple(
        dict.fromkeys(
            address.strip() for address in addresses if address.strip().lower() not in owners
        )
    )
    return RosterChange(changed, len(keys) - changed, unknown)


def looks_of(mailing_list: MailingList) -> dict[str, str]:
    """Return what the copies of a list look like, as a form carries it."""
    return {"tag": mailing_list.tag, "shows_addresses": str(mailing_list.shows_addresses)}


@transaction.atomic
def set_list(
    *,
    list_id: int,
    tag: str,
    shows_addresses: bool,
    actor: "Member",
    seen: Mapping[str, str] | None = None,
) -> MailingList:
    """Change what the copies of a list look like.

    Args:
        tag: what stands in brackets in each subject.
        shows_addresses: whether copies bear the authors' addresses.
        seen: the :func:`looks_of` that the actor saw; None for who has just read them.

    Raises: NotFound (hidden), NotAllowed, Invalid (a tag that is empty, too long, or has brackets
        or line breaks), Stale (others have changed them since).
    """
    MailingList.objects.select_for_update().filter(pk=list_id).first()
    mailing_list = _list_for(list_id, actor)
    check_seen(seen, looks_of(mailing_list))
    tag = tag.strip()
    if not re.fullmatch(r"[^\[\]\x00-\x1f\x7f]{1,%d}" % tokens.NAME_MAX, tag):
        raise Invalid(
            _("Give a tag of 1 to %(most)d letters, without brackets.") % {"most": tokens.NAME_MAX}
        )
    mailing_list.tag, mailing_list.shows_addresses = tag, shows_addresses
    mailing_list.save(update_fields=["tag", "shows_addresses"])
    return mailing_list
