"""What can be done with lists and subscriptions: the only writers, whatever the channel."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums import services as forum_services
from hub.lib.bus import wake
from hub.lib.errors import Conflict, Invalid, NotFound
from hub.lib.scripts import isolate
from listserv import selectors, tokens
from listserv.digest_times import DIGESTS, GATHERING, STOPPED, gather_from_now, next_at
from listserv.digests.closing import queue_gathered
from listserv.models import (
    AddressHealth,
    Mailing,
    MailingList,
    NotificationSettings,
    Subscription,
)

if TYPE_CHECKING:
    from forums.models import Contribution
    from hub.members.models import Member

# Local parts that mean something else on every mail domain (RFC 2142), or on ours.
RESERVED = frozenset(
    "abuse admin administrator hostmaster hub list listmaster lists listserv mailer-daemon "
    "majordomo no-reply nobody "
    "noreply owner postmaster root secretariat security sympa webmaster www".split()
)
EACH, NONE = Subscription.Delivery.EACH.value, Subscription.Delivery.NONE.value
# In the order in which a page offers them.
OFFERED = (
    Subscription.Delivery.EACH,
    Subscription.Delivery.DAILY,
    Subscription.Delivery.WEEKLY,
    Subscription.Delivery.NOTICES,
    Subscription.Delivery.NONE,
)
PAUSE_MAX = timedelta(days=3_660)
# Rows of a bulk write; SQLite takes 32,766 values a statement.
CHUNK = 1_000


class Unchanged(Enum):
    """Stands for "leave it as it is" where None means something else."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@transaction.atomic
def open_list(*, forum_id: int, slug: str, now: datetime, tag: str = "") -> MailingList:
    """Make the list of a forum, or return the one it has.

    Args:
        slug: any text; the name is as near to it as the address allows.
        tag: for subjects, the list's name when empty.
    """
    existing = MailingList.objects.filter(forum_id=forum_id).first()
    if existing is not None:
        return existing
    name = free_name(slug)
    return MailingList.objects.create(forum_id=forum_id, name=name, tag=tag or name, created_at=now)


def check_name(name: str) -> None:
    """Let a name pass that a new list may have as it is.

    Raises: Invalid (no name for a list), Conflict (taken). Queries: 1 at most.
    """
    plain = slugify(name).replace("_", "-").strip("-")
    if not name or name != plain or len(name) > tokens.NAME_MAX or _ends_as_subaddress(name):
        raise Invalid(
            _(
                "“%(name)s” cannot be the address of a list. Use small Latin letters, digits and "
                "hyphens, at most %(most)d of them, and no ending that means a command."
            )
            % {"name": isolate(name), "most": tokens.NAME_MAX}
        )
    if not _is_free(name):
        raise Conflict(_("The address “%s” is taken, or has a meaning of its own.") % isolate(name))


def free_name(slug: str) -> str:
    """Return a free name of a list, as near to a text as the address allows."""
    base = slugify(slug).replace("_", "-").strip("-")[: tokens.NAME_MAX].strip("-") or "discussion"
    while _ends_as_subaddress(base):
        base = base.rpartition("-")[0]
    number, name = 1, base
    while not _is_free(name):
        number += 1
        name = f"{base[: tokens.NAME_MAX - len(str(number)) - 1].strip('-')}-{number}"
    return name


def _ends_as_subaddress(name: str) -> bool:
    _list, hyphen, word = name.rpartition("-")
    return bool(hyphen) and word in tokens.SUBADDRESSES


def _is_free(name: str) -> bool:
    """Whether a list may be called so. Queries: 1, none for a reserved name."""
    if name in RESERVED or name in tokens.SUBADDRESSES:
        return False
    return not MailingList.objects.filter(name=name).exists()


@transaction.atomic
def subscribe(*, list_id: int, member: "Member", now: datetime) -> Subscription:
    """Put a member on a roster, or back on it as they were.

    Raises: NotFound (no such list, or its discussion is closed to the member).
    """
    mailing_list = MailingList.objects.filter(pk=list_id).first()
    if mailing_list is None:
        raise NotFound
    if not forum_selectors.may_read_forum(member, mailing_list.forum_id):
        raise NotFound
    if forum_selectors.may_take_part(member, mailing_list.forum_id):
        # Who wants its mail takes part in it, where that is up to members.
        forum_services.take_part(forum_id=mailing_list.forum_id, member=member, now=now)
    return enrol(list_id=list_id, member=member, now=now)


@transaction.atomic
def enrol(*, list_id: int, member: "Member", now: datetime) -> Subscription:
    """Put somebody on a roster whom the caller has just let into the discussion."""
    row, is_new = Subscription.objects.select_for_update().get_or_create(
        list_id=list_id, member=member, defaults={"created_at": now}
    )
    if not is_new and row.ended_at is not None:
        row.ended_at = None
        gather_from_now(row, now)
        row.save(update_fields=["ended_at", *GATHERING])
    return row


@transaction.atomic
def enrol_many(*, list_id: int, member_ids: Sequence[int], now: datetime) -> None:
    """Put many on a roster at once: the same rows as :func:`enrol` for each.

    Queries: 2 for each :data:`CHUNK`, 1 more where somebody comes back, and 1 for each who comes
    back to a digest.
    """
    for start in range(0, len(member_ids), CHUNK):
        chunk = member_ids[start : start + CHUNK]
        rows = Subscription.objects.filter(list_id=list_id, member_id__in=chunk).select_for_update(
            of=("self",)
        )
        present = {row.member_id: row for row in rows.select_related("member")}
        returned = [row for row in present.values() if row.ended_at is not None]
        for row in returned:
            row.ended_at = None
            gather_from_now(row, now)
        Subscription.objects.bulk_update(returned, ["ended_at", *GATHERING])
        new_rows = [
            Subscription(list_id=list_id, member_id=pk, created_at=now)
            for pk in chunk
            if pk not in present
        ]
        Subscription.objects.bulk_create(new_rows, ignore_conflicts=True)


@transaction.atomic
def unsubscribe(*, list_id: int, member: "Member", now: datetime) -> None:
    """Take a member off a roster; leaving twice is leaving once."""
    rows = Subscription.objects.filter(list_id=list_id, member=member, ended_at=None)
    rows.update(ended_at=now, digest_at=None, digest_claimed_until=None)


@transaction.atomic
def set_delivery(
    *,
    list_id: int,
    member: "Member",
    now: datetime,
    delivery: str | None = None,
    own_copy: bool | None = None,
    address_id: int | Unchanged | None = UNCHANGED,
    files: str | None = None,
    language: str | None = None,
) -> Subscription:
    """Choose how a member gets a list's mail; who was not on the roster gets on it.

    Args:
        delivery, own_copy, files: None leaves them as they are.
        address_id: key of one of the member's verified addresses, None the primary;
            ``UNCHANGED`` leaves it.
        language: of the mails; empty follows the member's, None leaves it.

    Raises: NotFound (hidden), Invalid (there is no such mode or language, an address that is not
        the member's).
    """
    _check_choices(delivery=delivery, files=files, language=language)
    address = None
    if isinstance(address_id, int):
        address = _address_of(member, address_id)
    row = subscribe(list_id=list_id, member=member, now=now)
    if address_id is not UNCHANGED:
        row.address = address
        _leave_shut_address(row, now)
    choices = {"own_copy": own_copy, "files": files, "language": language}
    for name, value in choices.items():
        if value is not None:
            setattr(row, name, value)
    if delivery is not None:
        _turn_to(row, delivery, now)
    row.save(
        update_fields=["delivery", "address", "own_copy", "files", "language", *STOPPED, *GATHERING]
    )
    return row


def _leave_shut_address(row: Subscription, now: datetime) -> None:
    """Let mail that had come back go to another address, as soon as one is chosen."""
    shut = AddressHealth.objects.filter(address=row.recipient.lower(), suspended_at__isnull=False)
    if row.suspended_for == Subscription.Suspension.BOUNCES and not shut.exists():
        row.suspended_at, row.suspended_for = None, ""
        gather_from_now(row, now)


@transaction.atomic
def pause(*, list_id: int, member: "Member", until: datetime, now: datetime) -> Subscription:
    """Send a member nothing of a list until a moment; what is said meanwhile is not sent later.

    What a digest has gathered so far goes out at once.

    Raises: NotFound (hidden, or not on the roster), Invalid (the moment is past, or more than
    :data:`PAUSE_MAX` away).
    """
    if not now < until <= now + PAUSE_MAX:
        raise Invalid(_("Choose a day after today and within ten years."))
    row = _own(list_id, member)
    _send_gathered(row, now)
    row.paused_until = until
    gather_from_now(row, now)
    row.save(update_fields=["paused_until", *GATHERING])
    return row


@transaction.atomic
def pause_all(*, member: "Member", until: datetime, now: datetime) -> int:
    """Pause every list on whose roster the member is; return how many.

    Raises: Invalid, as :func:`pause`. Queries: a few for each list.
    """
    lists = [line.mailing_list for line in selectors.lists_for(member) if line.on_roster]
    for mailing_list in lists:
        pause(list_id=mailing_list.pk, member=member, until=until, now=now)
    return len(lists)


@transaction.atomic
def resume(*, list_id: int, member: "Member", now: datetime) -> Subscription:
    """End a pause, if there is one: from now on mail comes as before.

    Raises: NotFound (hidden, or not on the roster).
    """
    row = _own(list_id, member)
    if row.paused_until is not None:
        row.paused_until = None
        gather_from_now(row, now)
        row.save(update_fields=["paused_until", *GATHERING])
    return row


def stop(row: Subscription, *, now: datetime) -> None:
    """Stop the mail of a subscription, in the caller's transaction; its member still takes part."""
    _turn_to(row, NONE, now)
    row.save(update_fields=["delivery", *GATHERING])


def _own(list_id: int, member: "Member") -> Subscription:
    rows = Subscription.objects.filter(list_id=list_id, member=member, ended_at=None)
    rows = rows.select_related("list__forum", "member", "address")
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound
    if not forum_selectors.may_read_forum(member, row.list.forum_id):
        raise NotFound
    return row


def _address_of(member: "Member", address_id: int) -> EmailAddress:
    for email_address in selectors.addresses_of(member):
        if email_address.pk == address_id:
            return email_address
    raise Invalid(_("Choose one of your confirmed addresses."))


def _check_choices(*, delivery: str | None, files: str | None, language: str | None) -> None:
    if delivery not in (None, *OFFERED):
        raise Invalid(_("There is no such kind of delivery."))
    if files not in (None, *Subscription.Files.values):
        raise Invalid(_("Files can come as links or as attachments."))
    if language not in (None, "", *dict(settings.LANGUAGES)):
        raise Invalid(_("The hub does not send messages in this language."))


@transaction.atomic
def set_notifications(
    *,
    member: "Member",
    now: datetime,
    deliveries: Mapping[int, str],
    muted: Mapping[int, bool],
    also: Mapping[str, bool],
) -> None:
    """Save all that a member has changed of what they are sent; all or nothing.

    Args: deliveries, ``dict[int, str]  # list key -> mode``; muted, ``dict[int, bool]  # forum key
    -> whether nothing there is shown as new``; also, by the names of
    :class:`listserv.models.NotificationSettings`.

    Raises: what :func:`set_delivery` raises.
    """
    for list_id, delivery in deliveries.items():
        set_delivery(list_id=list_id, member=member, delivery=delivery, now=now)
    forum_services.mute_forums(member=member, forums=dict(muted))
    if also:
        NotificationSettings.objects.update_or_create(member=member, defaults=dict(also))


# --- What a digest has gathered -------------------------------------------------------------------


def _turn_to(row: Subscription, delivery: str, now: datetime) -> None:
    """Change the mode; nothing that was said falls between two of them (decision record 0011).

    A digest that ends sends what it has gathered; one that begins takes what comes from now on.
    """
    before, row.delivery = row.delivery, delivery
    is_gathering = delivery in DIGESTS and row.digest_at is not None
    if delivery == before and (is_gathering or delivery not in DIGESTS):
        return
    row.digest_claimed_until = None
    if before in DIGESTS and is_gathering:
        row.digest_at = next_at(delivery, row.member.time_zone, max(now, row.paused_until or now))
        return
    if before in DIGESTS and delivery != NONE:
        _send_gathered(row, now)
    gather_from_now(row, now)


def _send_gathered(row: Subscription, now: datetime) -> None:
    """Send what a digest has gathered at once, to who gets mail now and may read it."""
    if row.digest_at is None or not _gets_mail(row, now):
        return
    if forum_selectors.may_read_forum(row.member, row.list.forum_id):
        queue_gathered(row, now)


def _gets_mail(row: Subscription, now: datetime) -> bool:
    """Whether mail goes to a subscription: it has not left, is not suspended and not paused."""
    if row.ended_at is not None or row.suspended_at is not None:
        return False
    return row.paused_until is None or row.paused_until <= now


def queue_mailing(*, contribution: "Contribution", now: datetime) -> None:
    """Queue a contribution for its forum's list, once, and wake the worker after the commit.

    Nothing happens without a list. Queries: 2.
    """
    mailing_list = MailingList.objects.filter(forum_id=contribution.forum_id).only("pk").first()
    if mailing_list is None:
        return
    mailing = Mailing(contribution=contribution, list=mailing_list, created_at=now)
    Mailing.objects.bulk_create([mailing], ignore_conflicts=True)
    wake("mailings")
