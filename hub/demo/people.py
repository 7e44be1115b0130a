"""Bring the demo's people in.

They are members with a verified address, and those who wait for the Secretariat.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model

from hub.demo import reader
from hub.members.models import Application

if TYPE_CHECKING:
    from hub.members.models import Member

# The network is older than anything said in it.
FOUNDED = timedelta(days=400)


def _admit(entry: dict[str, Any], *, now: datetime, active: bool = True) -> "Member":
    """Make one person; without a password in the content they have none, and cost no hash."""
    member: Member = get_user_model().objects.create_user(
        entry["email"],
        entry.get("password"),
        name=entry["name"],
        country=entry["country"],
        organisation=entry["organisation"],
        expertise=entry.get("expertise", ""),
        language=entry["language"],
        time_zone=entry["time_zone"],
        is_active=active,
        is_staff=entry.get("role") == "secretariat",
        is_superuser=entry.get("role") == "secretariat",
        rules_accepted_at=now - FOUNDED,
    )
    if active:
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    return member


def bring_in(*, now: datetime) -> dict[str, "Member"]:
    """Make every member of the content and return them by their key."""
    cast = {}
    for number, entry in enumerate(reader.people()):
        member = _admit(entry, now=now)
        # They joined one after the other, over the network's first months.
        joined = now - FOUNDED + timedelta(days=3 * number)
        type(member).objects.filter(pk=member.pk).update(joined_at=joined)
        cast[entry["key"]] = member
    return cast


def bring_applicants(*, now: datetime) -> int:
    """Put the people who have confirmed their address into the Secretariat's queue.

    No notification is sent for them.
    """
    entries = reader.applications()
    for entry in entries:
        applied_at = now - timedelta(days=entry["days_ago"])
        Application.objects.create(
            member=_admit(entry, now=now, active=False),
            state=Application.State.PENDING,
            statement=entry["statement"],
            created_at=applied_at,
            confirmed_at=applied_at + timedelta(minutes=11),
        )
    return len(entries)
