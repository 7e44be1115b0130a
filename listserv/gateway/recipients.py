"""What the address of a recipient means: a list, one
of its subaddresses, or a desk of the hub itself.
"""

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
# Where the hub's own letters bounce to (``SERVER_EMAIL``).
RETURNED = frozenset({"hub"})
# Where commands for any list go; the last three are what people who come from elsewhere know.
COMMAND_DESKS = frozenset({"request", "lists", "listserv", "sympa", "majordomo"})
RECENT = 1.0  # seconds


@dataclass(frozen=True)
class Recipient:
    """A recipient that exists: ``kind`` is one of
    :func:`selectors.list_by_address`, ``desk`` or ``returned``.
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
        """Whether a mail to it becomes a contribution."""
        return self.kind in POSTING


class RecentLists:
    """Lists by name, each looked up once in :data:`RECENT` seconds: a burst of mail goes to a few
    lists.

    Nothing about who may write is kept. A name that is not there is asked for each time; a list
    that is deleted within the second makes the commit fail, and the client tries again.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, MailingList]] = {}

    def find(self, name: str) -> MailingList | None:
        """Return a list with its forum. Queries: 1 or none."""
        recent = self.kept(name)
        if recent is not None:
            return recent
        list_address = selectors.list_by_name(name)
        if list_address is not None:
            self._kept[name] = (time.monotonic(), list_address)
        return list_address

    def kept(self, name: str) -> MailingList | None:
        """Return a list that was looked up a moment ago. Queries: 0."""
        entry = self._kept.get(name)
        return entry[1] if entry is not None and time.monotonic() - entry[0] < RECENT else None


def resolve(
    address: str, *, find: Callable[[str], MailingList | None] = selectors.list_by_name
) -> Recipient:
    """Return what a recipient is.

    Args: find, how a list is list_address by its name.

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
        raise NotAllowed(_("This hub takes mail for %s only.") % settings.HUB_MAIL_DOMAIN)
    own = _desk_of_the_hub(address, local.lower())
    if own is not None:
        return own
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
        return Recipient(address, AddressKind.REQUEST, reply=_desk(token, 0))
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
            return _reply(list_address)
        case AddressKind.MODERATE:
            return _moderate(list_address)
        case AddressKind.REQUEST:
            return _desk(list_address.token, key)
        case AddressKind.CONFIRM:
            _check_confirm(list_address.token, list_address.mailing_list)
        case AddressKind.ALIAS if tokens.read_alias(list_address.token, list_id=key) is None:
            raise NotFound(_("This address is not complete. Use the one in a mail from the list."))
        case AddressKind.LEAVE if (
            list_address.token and tokens.read_leave(list_address.token) is None
        ):
            sentence = _(
                "This leave address is not complete. Use the link at the end of a mail from the "
                "list."
            )
            raise NotFound(sentence)
    return None


def resolve_kept(address: str, lists: RecentLists) -> Recipient | None:
    """Return what a recipient is when it is a posting address of a list looked up a moment ago.

    Queries: 0.

    Raises: NotFound for a reply token that is not ours.
    """
    local, _at, domain = address.strip().rpartition("@")
    if domain.lower() != settings.HUB_MAIL_DOMAIN.lower():
        return None
    list_address = selectors.list_by_address(local, find=lists.kept)
    if list_address is None or list_address.kind not in POSTING:
        return None
    return Recipient(
        address,
        list_address.kind,
        list_address.mailing_list,
        _reply(list_address) if list_address.kind == AddressKind.REPLY else None,
    )


def _reply(list_address: selectors.ListAddress) -> tokens.ReplyToken:
    token = tokens.read_reply(list_address.token, list_id=list_address.mailing_list.pk)
    if token is None:
        raise NotFound(
            _("This reply address is not complete. Write to %s instead.")
            % list_address.mailing_list.address
        )
    return token


def _desk(token: str, list_id: int) -> tokens.ReplyToken | None:
    """Return whose the address for commands is that a letter
    is answered to; None for the address without a token.
    """
    if not token:
        return None
    list_address = tokens.read_desk(token, list_id=list_id)
    if list_address is None:
        raise NotFound(
            _("This address is not complete. Leave out the plus sign and what stands behind it.")
        )
    return list_address


def _moderate(list_address: selectors.ListAddress) -> tokens.ReplyToken:
    """Return what a moderator's address says; it binds
    as a reply address does: to its owner's From.
    """
    token = tokens.read_moderate(list_address.token)
    if token is None:
        raise NotFound(
            _(
                "This address is not complete. Answer the letter that asked you, or decide on the "
                "web."
            )
        )
    return tokens.ReplyToken(token.member_id, token.number, list_address.mailing_list.pk)


def _check_confirm(text: str, mailing_list: MailingList | None) -> None:
    token = tokens.read_confirm(text)
    held = (
        token
        and InboundMail.objects.filter(
            pk=token.mail_id,
            member_id=token.member_id,
            list=mailing_list,
            state=InboundMail.State.HELD,
        ).exists()
    )
    if not held:
        raise NotFound(
            _(
                "There is nothing to confirm here any more. Your mail may be in the discussion "
                "already."
            )
        )
