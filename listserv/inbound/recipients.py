"""What the address of a recipient means: a list, one of its subaddresses, or a desk of the hub itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from hub.lib.errors import NotAllowed, NotFound
from listserv import selectors, tokens
from listserv.models import InboundMail, MailingList

# Local parts that people answer: RFC 5321 §4.5.1 and RFC 2142 ask for the first two.
DESKS = frozenset({"postmaster", "abuse", "secretariat"})
# Where the hub's own letters bounce to (``SERVER_EMAIL``).
RETURNED = frozenset({"hub"})
# Where commands for any list go; the last three are what people who come from elsewhere know.
COMMAND_DESKS = frozenset({"request", "lists", "listserv", "sympa", "majordomo"})
POSTING = frozenset({"post", "reply"})
RECENT = 1.0  # seconds


@dataclass(frozen=True)
class Recipient:
    """A recipient that exists: ``kind`` is one of :func:`selectors.list_by_address`, ``desk`` or ``returned``."""

    address: str
    kind: str
    mailing_list: MailingList | None = None
    reply: tokens.ReplyToken | None = None

    @property
    def list_id(self) -> int | None:
        """The list's key."""
        return self.mailing_list.pk if self.mailing_list else None

    @property
    def is_posting(self) -> bool:
        """Whether a mail to it becomes a contribution."""
        return self.kind in POSTING


class RecentLists:
    """Lists by name, each looked up once in :data:`RECENT` seconds: a burst of mail goes to a few lists.

    Nothing about who may write is kept. A name that is not there is asked for each time; a list that is deleted within
    the second makes the commit fail, and the client tries again.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, MailingList]] = {}

    def find(self, name: str) -> MailingList | None:
        """Return a list with its forum. Queries: 1 or none."""
        kept = self.kept(name)
        if kept is not None:
            return kept
        found = selectors.list_by_name(name)
        if found is not None:
            self._kept[name] = (time.monotonic(), found)
        return found

    def kept(self, name: str) -> MailingList | None:
        """Return a list that was looked up a moment ago. Queries: 0."""
        kept = self._kept.get(name)
        return kept[1] if kept is not None and time.monotonic() - kept[0] < RECENT else None


def resolve(address: str, *, find: Callable[[str], MailingList | None] = selectors.list_by_name) -> Recipient:
    """Return what a recipient is.

    Args: find, how a list is found by its name.

    Raises:
        NotAllowed: another domain (we relay for nobody).
        NotFound: no list of that name, no such subaddress, a token that is not ours or no longer means anything.
    """
    if address.strip().lower() == "postmaster":
        # The one recipient that needs no domain (RFC 5321 §4.5.1).
        return Recipient(address, "desk")
    local, _at, domain = address.strip().rpartition("@")
    if domain.strip("[]").lower() != settings.HUB_MAIL_DOMAIN.lower():
        raise NotAllowed(_("This hub takes mail for %s only.") % settings.HUB_MAIL_DOMAIN)
    if local.lower() in DESKS:
        return Recipient(address, "desk")
    if local.lower().partition("+")[0] in RETURNED:
        return Recipient(address, "returned")
    name, _plus, token = local.lower().partition("+")
    if name in COMMAND_DESKS:
        return Recipient(address, "request", reply=_desk(token, 0))
    if name == f"{tokens.NO_LIST}-confirm":
        _check_confirm(token, None)
        return Recipient(address, "confirm")
    found = selectors.list_by_address(local, find=find)
    if found is None:
        raise NotFound(_("There is no list of this name."))
    reply = _reply(found) if found.kind == "reply" else None
    if found.kind == "alias" and tokens.read_alias(found.token, list_id=found.mailing_list.pk) is None:
        raise NotFound(_("This address is not complete. Use the one in a mail from the list."))
    if found.kind == "confirm":
        _check_confirm(found.token, found.mailing_list)
    if found.kind == "moderate":
        reply = _moderate(found)
    if found.kind == "request":
        reply = _desk(found.token, found.mailing_list.pk)
    if found.kind == "leave" and found.token and tokens.read_leave(found.token) is None:
        raise NotFound(_("This leave address is not complete. Use the link at the end of a mail from the list."))
    return Recipient(address, found.kind, found.mailing_list, reply)


def resolve_kept(address: str, lists: RecentLists) -> Recipient | None:
    """Return what a recipient is when it is a posting address of a list looked up a moment ago. Queries: 0.

    Raises: NotFound for a reply token that is not ours.
    """
    local, _at, domain = address.strip().rpartition("@")
    if domain.lower() != settings.HUB_MAIL_DOMAIN.lower():
        return None
    found = selectors.list_by_address(local, find=lists.kept)
    if found is None or found.kind not in POSTING:
        return None
    return Recipient(address, found.kind, found.mailing_list, _reply(found) if found.kind == "reply" else None)


def _reply(found: selectors.ListAddress) -> tokens.ReplyToken:
    token = tokens.read_reply(found.token, list_id=found.mailing_list.pk)
    if token is None:
        raise NotFound(_("This reply address is not complete. Write to %s instead.") % found.mailing_list.address)
    return token


def _desk(token: str, list_id: int) -> tokens.ReplyToken | None:
    """Return whose the address for commands is that a letter is answered to; None for the address without a token."""
    if not token:
        return None
    found = tokens.read_desk(token, list_id=list_id)
    if found is None:
        raise NotFound(_("This address is not complete. Leave out the plus sign and what stands behind it."))
    return found


def _moderate(found: selectors.ListAddress) -> tokens.ReplyToken:
    """Return what a moderator's address says; it binds as a reply address does: to its owner's From."""
    token = tokens.read_moderate(found.token)
    if token is None:
        raise NotFound(_("This address is not complete. Answer the letter that asked you, or decide on the web."))
    return tokens.ReplyToken(token.member_id, token.number, found.mailing_list.pk)


def _check_confirm(text: str, mailing_list: MailingList | None) -> None:
    token = tokens.read_confirm(text)
    held = (
        token
        and InboundMail.objects.filter(
            pk=token.mail_id, member_id=token.member_id, list=mailing_list, state=InboundMail.State.HELD
        ).exists()
    )
    if not held:
        raise NotFound(_("There is nothing to confirm here any more. Your mail may be in the discussion already."))
