"""Who wrote a mail, and how that is known.

Proof is, in this order: SMTP AUTH as the member, a reply token together with its owner's address, a
DMARC pass of the domain in From. A From address alone is a claim; A mail that the domain in From
disowns is refused whatever else it carries, and nobody is written to about it (decision record
0009).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hub.lib.addresses import fold_address
from hub.lib.scripts import isolate
from hub.lib.verdicts import Verdict, reject
from hub.members.selectors import addresses_of, member_by_address
from listserv.mail.auth.dmarc import ascii_domain
from listserv.mail.auth.domain_checks import DomainChecks
from listserv.mail.parse.message import Mail
from listserv.models import InboundMail
from listserv.tokens import ReplyToken

if TYPE_CHECKING:
    from hub.members.models import Member

Proof = InboundMail.Proof


@dataclass(frozen=True)
class Sender:
    """The author: ``member`` None for somebody unknown;
    ``problem`` is why the mail cannot be theirs.
    """

    member: "Member | None"
    proof: str = Proof.NONE
    address: str = ""
    problem: Verdict | None = None

    @property
    def is_proven(self) -> bool:
        """Whether it is certain that the member wrote it."""
        return self.member is not None and self.proof != Proof.NONE


def claimed(mail: Mail) -> "Member | None":
    """Return the member that a mail's From names, proven or not. Queries: 2 at most."""
    return member_by_address(mail.from_addresses[0]) if len(mail.from_addresses) == 1 else None


def identify(
    *,
    mail: Mail,
    auth: "Member | None",
    member: "Member | None",
    token: ReplyToken | None,
    checks: DomainChecks | None = None,
) -> Sender:
    """Return who wrote the mail.

    Args: ``auth`` who signed in; ``member`` whom From names (:func:`claimed`); ``token`` of the
    list's reply address; ``checks`` what the domain of From says.

    Queries: 1 for who signed in, none otherwise.
    """
    if auth is not None:
        return _signed_in(mail, auth)
    if len(mail.from_addresses) != 1:
        sentence = _("The mail must name one author, with one address, in From.")
        return Sender(None, problem=reject("no-author", sentence))
    address = mail.from_addresses[0]
    if checks is not None and checks.is_forged:
        return Sender(None, address=address, problem=_disowned(checks))
    if token is None or token.is_expired:
        return Sender(member, _by_domain(member, address, checks), address)
    if member is not None and member.pk == token.member_id:
        # Whoever has found the token can write the address as well; the domain's own word outweighs
        # both.
        is_denied = checks is not None and checks.is_denied
        return Sender(member, Proof.NONE if is_denied else Proof.TOKEN, address)
    if member is None:
        problem = _other_address(address)
        return Sender(None, address=address, problem=problem)
    # Somebody else's reply address, as in a forwarded mail: it says where the mail belongs, not who
    # wrote it.
    return Sender(member, _by_domain(member, address, checks), address)


def _other_address(address: str) -> Verdict:
    sentence = _(
        "This reply address belongs to another address than %s. Write from the one you get "
        "the list's mail at."
    )
    return reject("other-address", sentence % address[:100])


def _by_domain(member: "Member | None", address: str, checks: DomainChecks | None) -> str:
    """Return the proof that a domain gives, for an
    address of the very domain that was looked at.
    """
    if member is None or checks is None or not checks.is_aligned:
        return Proof.NONE
    return Proof.DMARC if ascii_domain(address.rpartition("@")[2]) == checks.domain else Proof.NONE


def _disowned(checks: DomainChecks) -> Verdict:
    return reject(
        "dmarc",
        _(
            "%s does not vouch for this mail and asks that such mail be refused (DMARC). Send it "
            "through the mail server of that domain, or reply on the web."
        )
        % checks.domain[:100],
    )


def _signed_in(mail: Mail, auth: "Member") -> Sender:
    """A mail without From is the member's who sent it
    (RFC 6409 §8.1 lets a submission server add it).
    """
    own = [fold_address(address) for address in addresses_of(auth)]
    named = [address for address in mail.from_addresses if address in own]
    if mail.from_addresses and not named:
        problem = reject(
            "not-your-address",
            _(
                "You are signed in as %(name)s, but the mail is from %(address)s. Write from an "
                "address of your own."
            )
            % {"name": isolate(auth.name), "address": mail.from_addresses[0][:100]},
        )
        return Sender(auth, Proof.AUTH, mail.from_addresses[0], problem)
    return Sender(auth, Proof.AUTH, named[0] if named else auth.email)
