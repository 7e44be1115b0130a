"""Whom members work and speak for: organisations, stakeholder groups, focal points.

Registration, nomination and co-sponsoring stand on these records; the Secretariat keeps them.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hub.lib.addresses import fold_address
from hub.lib.characters import one_line
from hub.lib.errors import Conflict, Invalid, NotAllowed
from hub.lib.masking import mask
from hub.members.models import FocalPoint, Invitation, Organisation, StakeholderGroup
from hub.members.selectors import addresses_of

if TYPE_CHECKING:
    from hub.members.models import Member


@transaction.atomic
def record_organisation(
    *,
    name: str,
    actor: "Member",
    short_name: str = "",
    country: str = "",
    kind: str = Organisation.Kind.OTHER,
    stakeholder_group: str = "",
) -> Organisation:
    """Return the record of an organisation, made when there is none of that name and country.

    Args: country, ISO 3166-1 alpha-2, empty for none; kind, stakeholder_group, of their choices.

    Raises: NotAllowed (outside the Secretariat), Invalid (no name, no such kind or group).
    """
    _check_secretariat(actor)
    words = one_line(mask(name))[:200]
    if not words:
        raise Invalid(_("Write the name of the organisation."))
    _check_group(stakeholder_group)
    if kind not in Organisation.Kind.values:
        raise Invalid(_("There is no such kind of organisation."))
    fields = {
        "short_name": one_line(mask(short_name))[:40],
        "kind": kind,
        "stakeholder_group": stakeholder_group,
    }
    organisation, _is_new = Organisation.objects.get_or_create(
        name=words, country=country, defaults=fields
    )
    return organisation


@transaction.atomic
def set_affiliation(
    *,
    member: "Member",
    actor: "Member",
    organisation: Organisation | None,
    stakeholder_group: str | None = None,
) -> None:
    """Say for which recorded organisation a member works, and on whose side they stand.

    What the member wrote as their organisation stays as it is. Args: stakeholder_group, None leaves
    it; where the member has none, that of the organisation is taken.

    Raises: NotAllowed (neither the member nor the Secretariat), Invalid (no such group).
    """
    if actor.pk != member.pk:
        _check_secretariat(actor)
    group = member.stakeholder_group
    if stakeholder_group is not None:
        _check_group(stakeholder_group)
        group = stakeholder_group
    if not group and organisation is not None:
        group = organisation.stakeholder_group
    member.affiliation, member.stakeholder_group = organisation, group
    member.save(update_fields=["affiliation", "stakeholder_group"])


@transaction.atomic
def name_focal_point(
    *,
    member: "Member",
    actor: "Member",
    now: datetime,
    country: str = "",
    organisation: Organisation | None = None,
) -> FocalPoint:
    """Let a member speak for a country or an organisation; several may.

    Raises: NotAllowed (outside the Secretariat), Invalid (both or neither), Conflict (does so).
    """
    _check_secretariat(actor)
    if bool(country) == (organisation is not None):
        raise Invalid(_("Name a country or an organisation."))
    try:
        with transaction.atomic():
            return FocalPoint.objects.create(
                member=member, country=country, organisation=organisation, named_at=now
            )
    except IntegrityError as error:
        raise Conflict(_("This person is a focal point of it already.")) from error


@transaction.atomic
def end_focal_point(*, focal_point_id: int, actor: "Member", now: datetime) -> None:
    """Let a member speak for it no longer; a second time changes nothing.

    Raises: NotAllowed (outside the Secretariat).
    """
    _check_secretariat(actor)
    FocalPoint.objects.filter(pk=focal_point_id, ended_at=None).update(ended_at=now)


def focal_points_of(
    *, country: str = "", organisation: Organisation | None = None
) -> QuerySet[FocalPoint]:
    """Return who speaks for a country or an organisation now."""
    rows = FocalPoint.objects.filter(ended_at=None, member__is_active=True)
    return rows.filter(country=country, organisation=organisation).select_related("member")


def places_spoken_for(member: "Member") -> list[FocalPoint]:
    """Return for which countries and organisations a member speaks now. Queries: 1."""
    rows = FocalPoint.objects.filter(ended_at=None, member=member)
    return list(rows.select_related("organisation"))


def end_affiliations(*, member: "Member", now: datetime) -> None:
    """Take a person who leaves for good out of these records, in the caller's transaction.

    The stakeholder group stays, like the country: the balance of a discussion remains true. Called
    while the person still has their addresses.
    """
    FocalPoint.objects.filter(member=member, ended_at=None).update(ended_at=now)
    member.affiliation = None
    addresses = {fold_address(address) for address in addresses_of(member)}
    asked = Invitation.objects.filter(Q(member=member) | Q(email__in=addresses))
    waiting = asked.filter(state__in=(Invitation.State.OPEN, Invitation.State.APPLIED))
    waiting.update(state=Invitation.State.REVOKED, answered_at=now)
    asked.update(email=f"former-{member.pk}@members.invalid", line="")


def _check_secretariat(actor: "Member") -> None:
    if not actor.is_in_secretariat:
        raise NotAllowed


def _check_group(group: str) -> None:
    if group and group not in StakeholderGroup.values:
        raise Invalid(_("There is no such stakeholder group."))
