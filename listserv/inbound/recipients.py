"""What the address of a recipient means: a list, one of its subaddresses, or a desk of the hub itself."""

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
POSTING = frozenset({"post", "reply"})


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


def resolve(address: str) -> Recipient:
    """Return what a recipient is.

    Raises:
        NotAllowed: another domain (we relay for nobody).
        NotFound: no list of that name, no such subaddress, a token that is not ours or no longer means anything.
    """
    local, _at, domain = address.strip().rpartition("@")
    if domain.strip("[]").lower() != settings.HUB_MAIL_DOMAIN.lower():
        raise NotAllowed(_("This hub takes mail for %s only.") % settings.HUB_MAIL_DOMAIN)
    if local.lower() in DESKS:
        return Recipient(address, "desk")
    if local.lower() in RETURNED:
        return Recipient(address, "returned")
    found = selectors.list_by_address(local)
    if found is None:
        raise NotFound(_("There is no list of this name."))
    reply = _reply(found) if found.kind == "reply" else None
    if found.kind == "confirm":
        _check_confirm(found)
    if found.kind == "leave" and found.token and tokens.read_leave(found.token) is None:
        raise NotFound(_("This leave address is not complete. Use the link at the end of a mail from the list."))
    return Recipient(address, found.kind, found.mailing_list, reply)


def _reply(found: selectors.ListAddress) -> tokens.ReplyToken:
    token = tokens.read_reply(found.token)
    if token is None or token.list_id != found.mailing_list.pk:
        raise NotFound(
            _("This reply address is not complete. Write to %s instead.") % found.mailing_list.address
        )
    return token


def _check_confirm(found: selectors.ListAddress) -> None:
    token = tokens.read_confirm(found.token)
    held = token and InboundMail.objects.filter(
        pk=token.mail_id, member_id=token.member_id, list=found.mailing_list, state=InboundMail.State.HELD
    ).exists()
    if not held:
        raise NotFound(_("There is nothing to confirm here any more. Your mail may be in the discussion already."))
