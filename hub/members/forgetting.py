"""Take a person who leaves for good out of what the hub keeps about people.

It also finds them in the words of others.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from hub.lib.redact import SoughtPerson, Trace, scrub, trace_label
from hub.members.models import Application, Departure, FactorReset

if TYPE_CHECKING:
    from hub.members.models import Member

_UNDER_WAY = ("READY", "RUNNING")


def scrub_people(member: "Member", person: SoughtPerson) -> None:
    """Take the person out of reasons that the Secretariat wrote, and of the record of tasks."""
    scrub(person, FactorReset.objects.filter(member=member), ["reason"])
    scrub(person, Departure.objects.filter(member=member), ["reason"])
    finished = DBTaskResult.objects.exclude(status__in=_UNDER_WAY)
    person.named_in(finished, ["args_kwargs", "return_value", "traceback"]).delete()


def find_traces(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    """Return the applications of others that name the person."""
    others = Application.objects.exclude(member=member)
    for application in (
        person.named_in(others, ["statement", "reason"]).select_related("member").order_by("pk")
    ):
        label = trace_label(person, application.member.get_full_name())
        yield Trace("application", label, reverse("members:application", args=(application.pk,)))
