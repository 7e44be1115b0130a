"""Resolve the address of a recipient: a list, one of its subaddresses, or a desk of the hub."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from hub.lib.errors import NotAllowed, NotFound
from listserv import selectors, tokens
from listserv.address_kinds import POSTING, AddressKind
from listserv.models import InboundMail, MailingList

# Local parts that people answer: RFC 5321 §4.5.1 and RFC 2142 ask for the first two.
DESKS = frozenset({"postmaster", "abuse", "secretariat"})
# Where the hub's own notifications bounce to (``SERVER_EMAIL``).
RETURNED = frozenset({"hub"})
# Where commands for any list go; the last three are what people who come from elsewhere know.
COMMAND_DESKS = frozenset({"request", "lists", "listserv", "sympa", "majordomo"})
RECENT_SECONDS = 1.0


@dataclass(frozen=True)
class Recipient:
    """A recipient that exists.

    Args:
        kind: one of :class:`listserv.address_kinds.AddressKind`.
        mailing_list: whose address it is; None for one of the hub itself.
        reply: what the token in the address says.
    """

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
        """Whether a message to it becomes a contribution."""
        return self.kind in POSTING


class RecentLists:
    """Lists by name, each looked up once in :data:`RECENT_SECONDS`.

    A burst of mail goes to a few lists. Nothing about who may write is kept. A name that is not
    there is asked for each time; a list that is deleted within the second makes the commit fail,
    and the client tries again.
    """

    def __init__(self) -> None:
        self._looked_up: dict[str, tuple[float, MailingList]] = {}

    def find(self, name: str) -> MailingList | None:
        """Return a list with its forum. Queries: 1 or none."""
        recent = self.recent(name)
        if recent is not None:
            return recent
        mailing_list = selectors.list_by_name(name)
        if mailing_list is not None:
            self._looked_up[name] = (time.monotonic(), mailing_list)
        return mailing_list

    def recent(self, name: str) -> MailingList | None:
        """Return a list that was looked up a moment ago. Queries: 0."""
        entry = self._looked_up.get(name)
        if entry is None:
            return None
        moment, mailing_list = entry
        if time.monotonic() - moment >= RECENT_SECONDS:
            return None
        return mailing_list


def resolve(
    address: str, *, find: Callable[[str], MailingList | None] = selectors.list_by_name
) -> Recipient:
    """Return what a recipient is.

    Args: find, how a list is looked up by its name.

    Raises:
        NotAllowed: another domain (we relay for nobody).
        NotFound: no list of that name, no such subaddress, a token that is not ours or no longer
            means anything.
    """
    if address.strip().lower() == "postmaster":
        # The one recipient that needs no domain (RFC 5321 §4.5.1).
        return Recipient(address, AddressKind.DESK)
    local, _at, domain = address.strip().rpartition("@")
    if domain.strip("[]").lower() != settings.HUB_MAIL_DOMAIN.lower():
        raise NotAllowed(_("This hub accepts mail for %s only.") % settings.HUB_MAIL_DOMAIN)
    desk = _desk_of_the_hub(address, local.lower())
    if desk is not None:
        return desk
    list_address = selectors.list_by_address(local, find=find)
    if list_address is None:
        raise NotFound(_("There is no list of this name."))
    return Recipient(address, list_address.kind, list_address.mailing_list, _token_of(list_address))


def _desk_of_the_hub(address: str, local: str) -> Recipient | None:
    """Return what an address of no list is, None when it may be a list's."""
    name, _plus, token = local.partition("+")
    if local in DESKS:
        return Recipient(address, AddressKind.DESK)
    if name in RETURNED:
        return Recipient(address, AddressKind.RETURNED)
    if name in COMMAND_DESKS:
        return Recipient(address, AddressKind.REQUEST, reply=_desk_token(token, 0))
    if name == f"{tokens.NO_LIST}-confirm":
        _check_confirm(token, None)
        return Recipient(address, AddressKind.CONFIRM)
    return None


def _token_of(list_address: selectors.ListAddress) -> tokens.ReplyToken | None:
    """Return what the token in a list's address says.

    Raises: NotFound for one that means nothing.
    """
    key = list_address.mailing_list.pk
    match list_address.kind:
        case AddressKind.REPLY:
            return _reply_token(list_address)
        case AddressKind.MODERATE:
            return _moderate_token(list_address)
        case AddressKind.REQUEST:
            return _desk_token(list_address.token, key)
        case AddressKind.CONFIRM:
            _check_confirm(list_address.token, list_address.mailing_list)
        case AddressKind.ALIAS if tokens.read_alias(list_address.token, list_id=key) is None:
            raise NotFound(
                _("This address is not complete. Use the one in a message from the list.")
            )
        case AddressKind.LEAVE if list_address.token:
            _check_leave(list_address.token)
    return None


def _check_leave(token: str) -> None:
    if tokens.read_leave(token) is None:
        sentence = _(
            "This unsubscribe address is not complete. Use the link at the end of a "
            "message from the list."
        )
        raise NotFound(sentence)


def resolve_recent(address: str, lists: RecentLists) -> Recipient | None:
    """Return what a recipient is when it is a posting address of a list looked up a moment ago.

    Queries: 0.

    Raises: NotFound for a reply token that is not ours.
    """
    local, _at, domain = address.strip().rpartition("@")
    if domain.lower() != settings.HUB_MAIL_DOMAIN.lower():
        return None
    list_address = selectors.list_by_address(local, find=lists.recent)
    if list_address is None or list_address.kind not in POSTING:
        return None
    reply = None
    if list_address.kind == AddressKind.REPLY:
        reply = _reply_token(list_address)
    return Recipient(address, list_address.kind, list_address.mailing_list, reply)


def _reply_token(list_address: selectors.ListAddress) -> tokens.ReplyToken:
    token = tokens.read_reply(list_address.token, list_id=list_address.mailing_list.pk)
    if token is None:
        raise NotFound(
            _("This reply address is not complete. Write to %s instead.")
            % list_address.mailing_list.address
        )
    return token


def _desk_token(text: str, list_id: int) -> tokens.ReplyToken | None:
    """Return whose an address for commands is; None for the one without a token."""
    if not text:
        return None
    token = tokens.read_desk(text, list_id=list_id)
    if token is None:
        raise NotFound(
            _(
                "This address is not complete. Leave out the plus sign and everything "
                "between it and the @ sign."
            )
        )
    return token


def _moderate_token(list_address: selectors.ListAddress) -> tokens.ReplyToken:
    """Return what a moderator's address says; its owner's From must come with it."""
    token = tokens.read_moderate(list_address.token)
    if token is None:
        raise NotFound(
            _(
                "This address is not complete. Answer the message that asked you to "
                "decide, or decide on the web."
            )
        )
    return tokens.ReplyToken(token.member_id, token.number, list_address.mailing_list.pk)


def _check_confirm(text: str, mailing_list: MailingList | None) -> None:
    """Refuse a confirm address whose message waits no more, or that is forged."""
    token = tokens.read_confirm(text)
    if token is None or not _is_held(token, mailing_list):
        raise NotFound(
            _(
                "There is nothing left to confirm here. Your message may already be in "
                "the discussion."
            )
        )


def _is_held(token: tokens.ConfirmToken, mailing_list: MailingList | None) -> bool:
    """Whether the message that a confirm token names still waits. Queries: 1."""
    rows = InboundMail.objects.filter(
        pk=token.inbound_id,
        member_id=token.member_id,
        list=mailing_list,
        state=InboundMail.State.HELD,
    )
    return rows.exists()
