"""Take a person who leaves for good out of the record, which stays.

Two steps. The first is one transaction: the person may not sign in any more, and their own rows
forget them. The second searches every table and every raw mail, a chunk at a time; what stands in
the words of others becomes a list for the Secretariat. A process that dies in between leaves the
rest to the worker.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from hub.lib import clock
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.hooks import registered
from hub.lib.mail import send_notification
from hub.lib.masking import mask
from hub.lib.redact import SoughtPerson
from hub.members.affiliations import end_affiliations
from hub.members.models import (
    Application,
    ApplicationPassword,
    Departure,
    DepartureTrace,
    LoginSession,
    Member,
)
from hub.members.selectors import secretariat

log = logging.getLogger(__name__)
MAX_REASON = 2_000
# When the worker looks whether the second step was done.
LOOK_AGAIN = timedelta(minutes=15)


def anonymise_member(*, member_id: int, actor: Member, now: datetime, reason: str = "") -> Member:
    """Take the person out of the record and keep the record.

    What was said stays, by "a former member". The country stays, so that the balance of regions
    remains true; every address, the name, the words of the application and the password go, and
    with the password every open sign-in. Rooms register what they do under ``HUB_FORGET`` (in the
    transaction, while the person still has their addresses), ``HUB_SCRUB`` (after it, for rows that
    many may have) and ``HUB_TRACES`` (where others name the person).

    Args: reason, for the record; of the Secretariat.

    Raises: NotAllowed (neither the person nor the Secretariat), NotFound, Conflict (has left
    before), Invalid (nobody else leads a discussion that goes on, or is of the Secretariat).
    """
    departure = _leave(member_id, actor, now, reason)
    finish_departure(departure_id=departure.pk)
    return departure.member


@transaction.atomic
def _leave(member_id: int, actor: Member, now: datetime, reason: str) -> Departure:
    check_may_anonymise(member_id=member_id, actor=actor)
    member = Member.objects.select_for_update().get(pk=member_id)
    wanted = _wanted(member)
    for forget in registered("HUB_FORGET"):
        forget(member, now)
    end_affiliations(member=member, now=now)
    EmailAddress.objects.filter(user=member).delete()
    Authenticator.objects.filter(user_id=member.pk).delete()
    ApplicationPassword.objects.filter(member=member).delete()
    LoginSession.objects.end_all(member.pk)
    Application.objects.filter(member=member).update(statement="", reason="")
    member.name = member.organisation = member.expertise = ""
    member.email = f"former-{member.pk}@members.invalid"
    member.is_active = member.is_staff = member.is_superuser = False
    member.anonymised_at = now
    member.set_unusable_password()
    member.save()
    member.groups.clear()
    member.user_permissions.clear()
    departure = Departure.objects.create(
        member=member,
        actor=actor,
        reason=mask(reason).strip()[:MAX_REASON],
        left_at=now,
        wanted=wanted,
    )
    finish_later.using(run_after=clock.now() + LOOK_AGAIN).enqueue(departure.pk)
    return departure


def check_may_anonymise(*, member_id: int, actor: Member) -> Member:
    """Return the person, if the actor may decide that they leave.

    Raises: NotAllowed, NotFound, Conflict, Invalid, see :func:`anonymise_member`.
    """
    if actor.pk != member_id and not actor.is_in_secretariat:
        raise NotAllowed
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise NotFound
    if member.anonymised_at:
        raise Conflict(_("This person has already left."))
    if member.is_in_secretariat and not secretariat().exclude(pk=member.pk).exists():
        raise Invalid(
            _("Nobody else is in the Secretariat. Add somebody else to it first."),
            code="last-secretariat",
        )
    return member


def person_for(*, member_id: int, actor: Member) -> Member:
    """Return a person who has not left, whether they may leave now or not.

    Raises: NotAllowed, NotFound.
    """
    if not actor.is_in_secretariat:
        raise NotAllowed
    member = Member.objects.filter(pk=member_id, anonymised_at=None).first()
    if member is None:
        raise NotFound
    return member


def departure_of(member_id: int) -> Departure:
    """Return the departure of a person. Raises: NotFound."""
    departure = Departure.objects.filter(member_id=member_id).first()
    if departure is None:
        raise NotFound
    return departure


def _wanted(member: Member) -> dict[str, Sequence[str]]:
    """Return what to look for: only what is certainly this person's, and nobody else's as well."""
    proven = set(
        EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True)
    )
    if not Application.objects.filter(member=member, state=Application.State.UNCONFIRMED).exists():
        proven.add(member.email)
    shared = EmailAddress.objects.filter(email__in=proven, verified=True).exclude(user=member)
    proven -= set(shared.values_list("email", flat=True))
    bearers = Member.objects.filter(name__iexact=member.name, anonymised_at=None)
    has_namesake = bearers.exclude(pk=member.pk).exists()
    return {"names": [] if has_namesake else [member.name], "addresses": sorted(proven)}


def finish_departure(*, departure_id: int) -> int:
    """Search everything for a person who has left.

    It may be begun again: what was done stays done. Afterwards the hub does not know any more whom
    it looked for.

    Returns: how many places others have named them in.
    """
    unfinished = Departure.objects.select_related("member").filter(finished_at=None)
    departure = unfinished.filter(pk=departure_id).first()
    if departure is None:
        return 0
    person = SoughtPerson(tuple(departure.wanted["names"]), tuple(departure.wanted["addresses"]))
    if person.needles:
        for scrub in registered("HUB_SCRUB"):
            scrub(departure.member, person)
        for find in registered("HUB_TRACES"):
            for trace in find(departure.member, person):
                DepartureTrace.objects.get_or_create(
                    departure=departure,
                    kind=trace.kind,
                    url=trace.url,
                    defaults={"label": trace.label},
                )
    count = departure.traces.count()
    with transaction.atomic():
        is_first = Departure.objects.filter(pk=departure.pk, finished_at=None).update(
            finished_at=clock.now(), wanted={}
        )
        if is_first and count:
            _notify_secretariat(departure, count)
    return count


def _notify_secretariat(departure: Departure, count: int) -> None:
    url = reverse("members:departure", args=(departure.pk,))
    for reader in secretariat():
        send_notification(
            to=reader, template="members/mail/left", context={"count": count, "path": url}
        )


@task()
def finish_later(departure_id: int) -> int:
    """Do what a process that died has left undone."""
    return finish_departure(departure_id=departure_id)


def departures_for(reader: Member) -> QuerySet[Departure]:
    """Return who left, the newest first, each with ``open_traces``.

    Raises: NotAllowed outside the Secretariat.
    """
    if not reader.is_in_secretariat:
        raise NotAllowed
    open_traces = Count("traces", filter=Q(traces__settled_at=None))
    rows = Departure.objects.select_related("member", "actor").annotate(open_traces=open_traces)
    return rows.order_by("-left_at", "-pk")


def departure_for(reader: Member, pk: int) -> Departure:
    """Return one departure. Raises: NotAllowed outside the Secretariat, NotFound."""
    departure = departures_for(reader).filter(pk=pk).first()
    if departure is None:
        raise NotFound
    return departure


def traces_of(departure: Departure) -> QuerySet[DepartureTrace]:
    """Return where others name the person, what is not settled first."""
    return departure.traces.select_related("settled_by").order_by(
        F("settled_at").asc(nulls_first=True), "pk"
    )


def settle_trace(*, departure_id: int, trace_id: int, actor: Member, now: datetime) -> None:
    """Note that a place is looked after; a second time changes nothing.

    Raises: NotAllowed, NotFound.
    """
    rows = departure_for(actor, departure_id).traces.filter(pk=trace_id)
    if not rows.exists():
        raise NotFound
    rows.filter(settled_at=None).update(settled_at=now, settled_by=actor)
