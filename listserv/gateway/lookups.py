"""Look up for the SMTP server who signs in and who a recipient is.

These run in threads (:mod:`listserv.gateway.threads`); the server itself touches no database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation

from hub.lib.errors import HubError, Unavailable
from hub.members import limits
from hub.members.account.services import check_mail_password
from hub.members.selectors import active_member, member_by_address, members_by_address
from listserv.gateway import replies
from listserv.gateway.recipients import RecentLists, Recipient, resolve, resolve_recent

if TYPE_CHECKING:
    from hub.members.models import Member


@dataclass(frozen=True)
class Refusal:
    """An SMTP reply that refuses a command."""

    reply: str


def sign_in(login: bytes, password: bytes, peer: str) -> int | Refusal | None:
    """Return the key of the member whose verified address and password these are, None for nobody.

    An account or a client with too many wrong attempts gets a temporary refusal (RFC 4954 §4, 454
    4.7.0) before any password is hashed; so does who comes while too many others are signing in.
    """
    try:
        address, secret = login.decode("utf-8").strip(), password.decode("utf-8")
    except UnicodeDecodeError:
        return None
    attempt = limits.attempt(limits.MAIL, address=address, host=peer)
    seconds = attempt.wait()
    if seconds:
        return Refusal(
            f"454 4.7.0 Too many wrong passwords. Try again in {-(-seconds // 60)} minutes."
        )
    try:
        member = check_mail_password(address=address, secret=secret)
    except Unavailable as error:
        return Refusal(
            f"{error.smtp_reply} Too many sign-ins at this moment. Try again in a minute."
        )
    if member is None:
        attempt.failed()
        return None
    attempt.succeeded()
    return int(member.pk)


def sign_in_by_certificate(addresses: Sequence[str]) -> int | None:
    """Return the key of the member who has one of a certificate's addresses verified.

    None for nobody. Queries: 2.
    """
    members = members_by_address(addresses)
    return next((members[address].pk for address in addresses if address in members), None)


def is_member(address: str) -> bool:
    """Whether an address is a member's. Queries: 2 at most."""
    return member_by_address(address) is not None


def look_up_recent(address: str, lists: RecentLists) -> Recipient | None:
    """Return a posting address of a list that was looked up a moment ago, None for all else.

    Queries: 0.
    """
    try:
        return resolve_recent(address, lists)
    except HubError:
        return None


def look_up(
    address: str, auth_id: int | None, utf8: bool, lists: RecentLists
) -> Recipient | Refusal:
    """Return what a recipient is, or the reply that refuses it. Queries: 3 at most."""
    member: Member | None = active_member(auth_id) if auth_id is not None else None
    with translation.override(replies.language_for(member, utf8=utf8)):
        try:
            return resolve(address, find=lists.find)
        except HubError as error:
            return Refusal(f"{error.smtp_reply} {replies.sentence(error.message, utf8=utf8)}")
