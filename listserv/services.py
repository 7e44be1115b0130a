"""What can be done with lists and subscriptions; pages, mail commands and outlets call these and nothing else."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from forums import selectors as forums
from hub.lib.bus import wake
from hub.lib.errors import Invalid, NotFound
from listserv import selectors, tokens
from listserv.models import Mailing, MailingList, Subscription

if TYPE_CHECKING:
    from forums.models import Contribution
    from hub.members.models import Member

# Local parts that mean something else on every mail domain (RFC 2142), or on ours.
RESERVED = frozenset(
    "abuse admin administrator hostmaster hub list listmaster lists mailer-daemon no-reply nobody noreply owner "
    "postmaster root secretariat security webmaster www".split()
)
OFFERED = (Subscription.Delivery.EACH, Subscription.Delivery.NONE)


@transaction.atomic
def open_list(*, forum_id: int, slug: str, now: datetime, tag: str = "") -> MailingList:
    """Make the list of a forum, named as near to ``slug`` as the address allows; the same forum gives the same list.

    Args: slug, any text; tag, for subjects, the list's name when empty.
    """
    found = MailingList.objects.filter(forum_id=forum_id).first()
    if found is not None:
        return found
    name = _free_name(slug)
    return MailingList.objects.create(forum_id=forum_id, name=name, tag=tag or name, created_at=now)


def _free_name(slug: str) -> str:
    base = slugify(slug).replace("_", "-").strip("-")[: tokens.NAME_MAX].strip("-") or "discussion"
    while base.rpartition("-")[2] in tokens.SUBADDRESSES and "-" in base:
        base = base.rpartition("-")[0]
    number, name = 1, base
    while name in RESERVED or name in tokens.SUBADDRESSES or MailingList.objects.filter(name=name).exists():
        number += 1
        name = f"{base[: tokens.NAME_MAX - len(str(number)) - 1].strip('-')}-{number}"
    return name


@transaction.atomic
def subscribe(*, list_id: int, member: "Member", now: datetime) -> Subscription:
    """Put a member on a roster, or back on it as they were.

    Raises: NotFound (no such list, or its discussion is closed to the member).
    """
    mailing_list = MailingList.objects.filter(pk=list_id).first()
    if mailing_list is None or not forums.may_read_forum(member, mailing_list.forum_id):
        raise NotFound
    return enrol(list_id=list_id, member=member, now=now)


@transaction.atomic
def enrol(*, list_id: int, member: "Member", now: datetime) -> Subscription:
    """Put somebody on a roster whom the caller has just let into the discussion."""
    row, made = Subscription.objects.select_for_update().get_or_create(
        list_id=list_id, member=member, defaults={"created_at": now}
    )
    if not made and row.ended_at is not None:
        row.ended_at = None
        row.save(update_fields=["ended_at"])
    return row


@transaction.atomic
def unsubscribe(*, list_id: int, member: "Member", now: datetime) -> None:
    """Take a member off a roster; leaving twice is leaving once."""
    Subscription.objects.filter(list_id=list_id, member=member, ended_at=None).update(ended_at=now)


@transaction.atomic
def set_delivery(
    *,
    list_id: int,
    member: "Member",
    delivery: str,
    now: datetime,
    own_copy: bool | None = None,
    address_id: int | None = None,
) -> Subscription:
    """Choose how a member gets a list's mail; who was not on the roster gets on it.

    Args: own_copy None leaves it; address_id is a key of one of the member's verified addresses, None the primary.

    Raises: NotFound (hidden), Invalid (a mode that is not offered, an address that is not the member's).
    """
    if delivery not in OFFERED:
        raise Invalid(_("This way of delivery is not offered yet. Choose each contribution, or no mail."))
    address = next((row for row in selectors.addresses_of(member) if row.pk == address_id), None)
    if address_id is not None and address is None:
        raise Invalid(_("Choose one of your confirmed addresses."))
    row = subscribe(list_id=list_id, member=member, now=now)
    row.delivery, row.address = delivery, address
    row.own_copy = row.own_copy if own_copy is None else own_copy
    row.save(update_fields=["delivery", "address", "own_copy"])
    return row


@transaction.atomic
def leave_by_token(*, list_name: str, token: str, back: bool = False) -> Subscription:
    """Stop a subscription's mail, or start it again; the token is all that is asked for (RFC 8058).

    The place in the discussion stays: the person reads on the web. Mail starts again only for who may still read.

    Raises: NotFound (forged, or of another list).
    """
    key = tokens.read_leave(token)
    row = selectors.subscription_by_key(key, list_name) if key is not None else None
    if row is None:
        raise NotFound
    row.delivery = Subscription.Delivery.EACH if back else Subscription.Delivery.NONE
    row.save(update_fields=["delivery"])
    return row


def queue_mailing(*, contribution: "Contribution", now: datetime) -> Mailing | None:
    """Record that a contribution goes to its forum's list, and wake the pump after the commit; None without a list."""
    mailing_list = selectors.list_of_forum(contribution.post.topic.forum_id)
    if mailing_list is None:
        return None
    mailing, made = Mailing.objects.get_or_create(
        contribution=contribution, list=mailing_list, defaults={"created_at": now}
    )
    if made:
        wake("mailings")
    return mailing
