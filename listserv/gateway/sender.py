"""Identify who wrote a message, and how that is known.

Proof is, in this order: SMTP AUTH as the member, a reply token together with its owner's address, a
DMARC pass of the domain in From. A From address alone is a claim. A message that the domain in From
disowns is refused whatever else it carries, and nobody is written to about it (decision record
0009).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hub.lib.addresses import fold_address
from hub.lib.scripts import isolate
from hub.lib.verdicts import Verdict, reject
from hub.members.selectors import member_by_address
from listserv.mail.auth.dmarc import ascii_domain
from listserv.mail.auth.domain_checks import DomainChecks
from listserv.mail.parse.message import ParsedMessage
from listserv.models import InboundMail
from listserv.tokens import ReplyToken

if TYPE_CHECKING:
    from hub.members.models import Member

Proof = InboundMail.Proof


@dataclass(frozen=True)
class Sender:
    """The author of a message.

    Args:
        member: None for somebody unknown.
        proof: one of :class:`InboundMail.Proof`.
        address: the author's, in From.
        problem: why the message cannot be theirs.
    """

    member: "Member | None"
    proof: str = Proof.NONE
    address: str = ""
    problem: Verdict | None = None

    @property
    def is_proven(self) -> bool:
        """Whether it is certain that the member wrote it."""
        return self.member is not None and self.proof != Proof.NONE


def author_address(message: ParsedMessage) -> str:
    """Return the one address in From, empty where there is none or more than one."""
    if len(message.from_addresses) != 1:
        return ""
    return message.from_addresses[0]


def claimed_member(message: ParsedMessage) -> "Member | None":
    """Return the member that a message's From names, proven or not. Queries: 2 at most."""
    address = author_address(message)
    return member_by_address(address) if address else None


def identify(
    *,
    message: ParsedMessage,
    auth: "Member | None",
    member: "Member | None",
    token: ReplyToken | None,
    checks: DomainChecks | None = None,
    own_addresses: Sequence[str] = (),
) -> Sender:
    """Return who wrote the message.

    Args:
        auth: who signed in.
        own_addresses: all that are verified of who signed in.
        member: whom From names (:func:`claimed_member`).
        token: of the list's reply address.
        checks: what the domain of From says; None when that was not asked.

    Queries: none.
    """
    if auth is not None:
        return _signed_in(message, auth, own_addresses)
    address = author_address(message)
    if not address:
        sentence = _("The message must have one author, with one address, in From.")
        return Sender(None, problem=reject("no-author", sentence))
    if checks is not None and checks.is_forged:
        return Sender(None, address=address, problem=_disowned(checks))
    if token is None or token.is_expired:
        return Sender(member, _by_domain(member, address, checks), address)
    if member is None:
        return Sender(None, address=address, problem=_other_address(address))
    if member.pk != token.member_id:
        # Somebody else's reply address, as in a forwarded message: it says where the message
        # belongs, not who wrote it.
        return Sender(member, _by_domain(member, address, checks), address)
    if checks is not None and checks.is_denied:
        # Whoever has the token can write the address as well; the domain's word outweighs both.
        return Sender(member, Proof.NONE, address)
    return Sender(member, Proof.TOKEN, address)


def _other_address(address: str) -> Verdict:
    sentence = _(
        "This reply address belongs to another address than %s. Write from the address "
        "at which you receive the list."
    )
    return reject("other-address", sentence % address[:100])


def _by_domain(member: "Member | None", address: str, checks: DomainChecks | None) -> str:
    """Return the proof that a domain gives, for an address of the very domain that was asked."""
    if member is None or checks is None:
        return Proof.NONE
    domain = ascii_domain(address.rpartition("@")[2])
    if checks.is_aligned and domain == checks.domain:
        return Proof.DMARC
    return Proof.NONE


def _disowned(checks: DomainChecks) -> Verdict:
    return reject(
        "dmarc",
        _(
            "%s does not confirm that this message comes from it, and asks that such "
            "messages be refused (DMARC). Send it through the mail server of that "
            "domain, or reply on the web."
        )
        % checks.domain[:100],
    )


def _signed_in(message: ParsedMessage, auth: "Member", own_addresses: Sequence[str]) -> Sender:
    """Return who signed in; From names them, or nobody (RFC 6409 §8.1 lets a server add it)."""
    own = [fold_address(address) for address in own_addresses]
    own_in_from = [address for address in message.from_addresses if address in own]
    if message.from_addresses and not own_in_from:
        problem = reject(
            "not-your-address",
            _(
                "You are signed in as %(name)s, but the message is from %(address)s. "
                "Write from an address of your own."
            )
            % {"name": isolate(auth.name), "address": message.from_addresses[0][:100]},
        )
        return Sender(auth, Proof.AUTH, message.from_addresses[0], problem)
    return Sender(auth, Proof.AUTH, next(iter(own_in_from), auth.email))
