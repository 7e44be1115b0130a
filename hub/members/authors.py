"""Keep authors of imported archives who are no members, and give them their words on joining.

Such an author is a :class:`Member` who cannot sign in, is in no directory and has no address but a
key made of it (``HASH@archive.invalid``), so that nobody owns the address by having written from it
once. Whoever proves that the address is theirs, as an applicant or as a member who adds it, takes
over what was written from it.
"""

from hashlib import sha256

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from hub.lib.addresses import fold_address
from hub.lib.hooks import registered
from hub.members.models import Member

DOMAIN = "archive.invalid"


def author_key(*, address: str, name: str = "") -> str:
    """Return the address-like key of an author; by the name where there is no address."""
    folded = fold_address(address)
    named = folded or f"name:{' '.join(name.split()).casefold()}"
    return f"{sha256(named.encode('utf-8', 'replace')).hexdigest()[:40]}@{DOMAIN}"


@transaction.atomic
def find_or_record_author(*, address: str, name: str) -> Member:
    """Return who writes from an address.

    That is the member who has proven it, else the author recorded for it.

    Args: address, as a mail names it, empty for none; name, what the author called themselves, may
    be empty.

    Queries: 6 at most.
    """
    folded = fold_address(address)
    member = _proven_owner(folded)
    if member is not None:
        return member
    key = author_key(address=folded, name=name)
    # Some programs write the address as the name; it is shown to nobody.
    words = [word.partition("@")[0] for word in (name.split() or [folded])]
    shown = " ".join(words)[:150] or _("Unknown author")
    author, is_new = Member.objects.get_or_create(email=key, defaults={"name": shown})
    if is_new:
        author.set_unusable_password()
        author.save(update_fields=["password"])
    return author


def _proven_owner(folded: str) -> Member | None:
    if not folded:
        return None
    row = EmailAddress.objects.filter(email=folded, verified=True).select_related("user").first()
    if row is not None:
        return row.user
    return Member.objects.filter(email=folded, is_active=True).first()


@transaction.atomic
def take_over_words(*, member: Member, address: str) -> bool:
    """Give a member what an archive has from an address that is proven to be theirs.

    Rooms that keep authors register under ``HUB_TAKE_OVER``: take_over(author, member).

    Returns: False when there is nothing.
    """
    author = Member.objects.filter(email=author_key(address=address), is_active=False).first()
    if author is None or author.pk == member.pk:
        return False
    for take_over in registered("HUB_TAKE_OVER"):
        take_over(author, member)
    return True
