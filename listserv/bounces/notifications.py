"""Notify members of mail that does not arrive.

A trial goes to the address itself, the news to another one of the member's.
"""

from typing import TYPE_CHECKING

from hub.lib.full_urls import full_url
from hub.lib.mail import send_notification
from listserv import tokens
from listserv.bounces import selectors
from listserv.models import AddressHealth, Subscription

if TYPE_CHECKING:
    from hub.members.models import Member


def probe(health: AddressHealth, member: "Member") -> None:
    """Try whether an address accepts mail; a report to the envelope sender says that it fails."""
    send_notification(
        to=member,
        address=health.address,
        template="listserv/mail/probe",
        context={"address": health.address, "lists_url": _lists_url()},
        headers={"Return-Path": tokens.address(f"{tokens.NO_LIST}+{health.probe}")},
    )


def notify_suspended(member: "Member", address: str, rows: list[Subscription]) -> None:
    """Tell a member at another address that this one gets no more mail.

    Without another address the pages of the hub say so.
    """
    for other in selectors.other_addresses(member, address)[:1]:
        context = {"address": address, "discussions": _names(rows), "lists_url": _lists_url()}
        send_notification(
            to=member, address=other, template="listserv/mail/stopped", context=context
        )


def notify_complaint(row: Subscription) -> None:
    """Tell a member at another address that a message was reported as unwanted in their name."""
    for other in selectors.other_addresses(row.member, row.recipient)[:1]:
        context = {
            "address": row.recipient,
            "discussion": row.list.forum.name,
            "lists_url": _lists_url(),
        }
        send_notification(
            to=row.member, address=other, template="listserv/mail/complained", context=context
        )


def _names(rows: list[Subscription]) -> list[str]:
    return sorted({row.list.forum.name for row in rows})


def _lists_url() -> str:
    return full_url("listserv:lists")
