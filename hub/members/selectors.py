"""Who is who: the only readers of people for pages and for the other rooms."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from hub.lib.addresses import fold_address
from hub.lib.counts import with_count
from hub.lib.errors import NotAllowed, NotFound
from hub.lib.home import Block, BlockKind
from hub.lib.prepared import Prepared
from hub.members.models import Application, Member

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

# Addresses at these say nothing about where a person works.
_FREE_MAIL = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.fr hotmail.com outlook.com live.com icloud.com "
    "gmx.de gmx.net gmx.com "
    "mail.ru yandex.ru qq.com 163.com 126.com proton.me protonmail.com web.de orange.fr".split()
)

_OWNER = ("email", "user_id", "user__is_active")


@dataclass(frozen=True)
class ApplicantBackground:
    """What the hub already knows that bears on an application."""

    country: int  # members from the same country
    organisation: "Iterable[Member]"  # members of an organisation of the same name, at most five
    domain: str  # the address's domain, empty for a free mail service
    colleagues: int  # members with an address at that domain
    namesakes: "Iterable[Member]"  # members of the same name, at most five


def active_member(pk: int) -> Member | None:
    """Return a member who may sign in, None for anybody else. Queries: 1."""
    return Member.objects.filter(pk=pk, is_active=True).first()


def address_owner(address: str) -> Member | None:
    """Return whose address it is, whatever the person's standing.

    It is a verified one, or the one applied with. An address that somebody has added but not
    verified proves nothing. Queries: 1 or 2.
    """
    folded = fold_address(address)
    row = EmailAddress.objects.filter(email=folded, verified=True).select_related("user").first()
    if row is not None:
        return row.user
    return Member.objects.filter(email=folded).first()


def member_by_address(address: str) -> Member | None:
    """Return the member who may sign in and has the address verified, None otherwise.

    Queries: 1 or 2.
    """
    owner = address_owner(address)
    if owner is None or not owner.is_active:
        return None
    return owner


def owners_of(addresses: "Sequence[str]") -> dict[str, int]:
    """Return whose addresses these are.

    Returns: ``dict[str, int]  # address in small letters -> key of an active member``.

    The rule is that of :func:`member_by_address`. Queries: 2 for each 1,000 addresses.
    """
    owner_keys: dict[str, int] = {}
    folded = list(dict.fromkeys(fold_address(address) for address in addresses))
    for start in range(0, len(folded), 1_000):
        chunk = folded[start : start + 1_000]
        first = Member.objects.filter(email__in=chunk, is_active=True).values_list("email", "pk")
        verified = EmailAddress.objects.filter(email__in=chunk, verified=True)
        # A verified address is its owner's, whoever applied with it.
        owners = {email: pk if active else 0 for email, pk, active in verified.values_list(*_OWNER)}
        owner_keys |= {email: pk for email, pk in {**dict(first), **owners}.items() if pk}
    return owner_keys


_FIELDS = tuple(field.attname for field in Member._meta.concrete_fields)
_BY_ADDRESS = Prepared(
    lambda addresses: (
        EmailAddress.objects.filter(email__in=addresses, verified=True)
        .order_by()
        .values_list("email", *(f"user__{name}" for name in _FIELDS))
    )
)
_APPLIED = Prepared(
    lambda emails: Member.objects.filter(email__in=emails).order_by().values_list("email", *_FIELDS)
)
_BY_KEY = Prepared(
    lambda keys: Member.objects.filter(pk__in=keys).order_by().values_list("id", *_FIELDS)
)


def members_by_address(addresses: "Iterable[str]") -> dict[str, Member]:
    """Return what :func:`member_by_address` does for each of many addresses.

    Returns: ``dict[str, Member]``. Queries: 1 or 2.
    """
    wanted = {fold_address(address) for address in addresses}
    owners = {
        row[0]: Member.from_db("default", _FIELDS, row[1:]) for row in _BY_ADDRESS.rows(wanted)
    }
    others = _APPLIED.rows(wanted - owners.keys())
    owners.update((row[0], Member.from_db("default", _FIELDS, row[1:])) for row in others)
    return {address: owner for address, owner in owners.items() if owner.is_active}


def active_members(keys: "Iterable[int]") -> dict[int, Member]:
    """Return what :func:`active_member` does for each of many keys.

    Returns: ``dict[int, Member]``. Queries: 1.
    """
    members = (Member.from_db("default", _FIELDS, row[1:]) for row in _BY_KEY.rows(set(keys)))
    return {member.pk: member for member in members if member.is_active}


def addresses_of(member: Member) -> list[str]:
    """Return the member's verified addresses, the main one first. Queries: 1."""
    return addresses_of_each([member])[member.pk]


def addresses_of_each(members: "Collection[Member]") -> dict[int, list[str]]:
    """Return what :func:`addresses_of` does for each of many members.

    Returns: ``dict[int, list[str]]  # key of a member -> addresses``. Queries: 1, none for nobody.
    """
    addresses: dict[int, list[str]] = {member.pk: [] for member in members}
    rows = EmailAddress.objects.filter(user__in=addresses, verified=True)
    for pk, address in rows.order_by("-primary", "pk").values_list("user_id", "email"):
        addresses[pk].append(address)
    for member in members:
        if not addresses[member.pk] and member.is_active:
            addresses[member.pk] = [member.email]
    return addresses


def secretariat() -> QuerySet[Member]:
    """Return the members of the Secretariat who may sign in."""
    return Member.objects.filter(is_active=True, is_staff=True)


def pending_applications_for(member: Member) -> QuerySet[Application]:
    """Return the applications that wait for the Secretariat, oldest first.

    Raises: NotAllowed for everybody else.
    """
    return (
        _applications_for(member)
        .filter(state=Application.State.PENDING)
        .order_by("confirmed_at", "pk")
    )


def decided_applications_for(member: Member) -> QuerySet[Application]:
    """Return the applications already decided, newest decision first.

    Raises: NotAllowed for those outside the Secretariat.
    """
    rows = _applications_for(member).filter(
        state__in=(Application.State.APPROVED, Application.State.DECLINED)
    )
    return rows.select_related("decided_by").order_by("-decided_at")


def application_for(member: Member, pk: int) -> Application:
    """Return one application that has been confirmed.

    Raises: NotAllowed for those outside the Secretariat, NotFound.
    """
    application = (
        _applications_for(member).exclude(state=Application.State.UNCONFIRMED).filter(pk=pk).first()
    )
    if application is None:
        raise NotFound
    return application


def _applications_for(member: Member) -> QuerySet[Application]:
    if not member.is_in_secretariat:
        raise NotAllowed
    return Application.objects.select_related("member", "decided_by")


def known_about(application: Application) -> ApplicantBackground:
    """Return what the Secretariat would look up before it decides. Queries: 4."""
    person = application.member
    others = Member.objects.filter(is_active=True).exclude(pk=person.pk)
    from_country = others.none()
    if person.country:
        from_country = others.filter(country=person.country)
    organisation = person.organisation.strip()
    of_organisation = others.none()
    if organisation:
        of_organisation = others.filter(organisation__iexact=organisation)
    domain = person.email.rpartition("@")[2]
    colleagues = others.filter(email__endswith=f"@{domain}")
    if domain in _FREE_MAIL:
        domain, colleagues = "", others.none()
    return ApplicantBackground(
        country=from_country.count(),
        organisation=list(of_organisation[:5]),
        domain=domain,
        colleagues=colleagues.count(),
        namesakes=list(others.filter(name__iexact=person.name.strip())[:5]),
    )


def directory_for(member: Member | None, query: str = "") -> QuerySet[Member]:
    """Return the members by name, for members alone.

    Each word of ``query`` must be in a shown field.
    """
    if member is None or not member.is_active:
        return Member.objects.none()
    members = Member.objects.filter(is_active=True)
    for word in query.replace("\0", " ").split()[:5]:
        members = members.filter(
            Q(name__icontains=word) | Q(organisation__icontains=word) | Q(expertise__icontains=word)
        )
    return members.order_by("name", "pk")


def profile_for(member: Member | None, pk: int) -> Member:
    """Return one member as another one sees them.

    Raises: NotFound for missing, hidden and former alike (finding S15).
    """
    profile = directory_for(member).filter(pk=pk).first()
    if profile is None:
        raise NotFound
    return profile


def home_blocks(member: Member, now: datetime) -> list[Block]:
    """Say on the Secretariat's home how many applications wait.

    Queries: 1 for the Secretariat, else none.
    """
    if not member.is_in_secretariat:
        return []
    waiting = (
        pending_applications_for(member)
        .order_by()
        .aggregate(count=Count("pk"), since=Min("confirmed_at"))
    )
    number = waiting["count"]
    if not number:
        return []
    title = with_count(
        ngettext(
            "%d application is waiting for a decision",
            "%d applications are waiting for a decision",
            number,
        ),
        number,
    )
    return [Block(BlockKind.ASKED, title, reverse("members:queue"), at=waiting["since"])]
